#include "server/mail/one_line.h"

#include <unicode/stringpiece.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kMaxBytes = 500;
constexpr absl::string_view kCut = "…";

// What is not to be seen in a line, or turns what follows around.
bool IsBlank(UChar32 character) {
  switch (u_charType(character)) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_SPACE_SEPARATOR:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string OneLine(absl::string_view text) {
  // Puts U+FFFD in the place of what is no UTF-8.
  const auto characters = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  std::string line;
  std::size_t fits = 0;  // bytes, if it is to be cut
  bool blank = false;
  for (std::int32_t at = 0; at < characters.length(); at = characters.moveIndex32(at, 1)) {
    const UChar32 character = characters.char32At(at);
    if (IsBlank(character)) {
      blank = !line.empty();
      continue;
    }
    if (std::exchange(blank, false)) line.push_back(' ');
    icu::UnicodeString(character).toUTF8String(line);
    if (line.size() + kCut.size() <= kMaxBytes) fits = line.size();
    if (line.size() > kMaxBytes) return absl::StrCat(line.substr(0, fits), kCut);
  }
  return line;
}

std::string WithoutTurns(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\u202A", ""},
                                    {"\u202B", ""},
                                    {"\u202C", ""},
                                    {"\u202D", ""},
                                    {"\u202E", ""},
                                    {"\u2066", ""},
                                    {"\u2067", ""},
                                    {"\u2068", ""},
                                    {"\u2069", ""}});
}

}  // namespace ipstore::orders
