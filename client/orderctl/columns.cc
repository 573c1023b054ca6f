#include "client/orderctl/columns.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ipstore::orders::client {
namespace {

constexpr UChar32 kReplacement = 0xFFFD;

icu::UnicodeString FromUtf8(absl::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

int WidthOf(UChar32 character) {
  switch (u_charType(character)) {
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_FORMAT_CHAR:
      return 0;
    default:
      break;
  }
  const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
  return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

bool TurnsDirection(UChar32 character) {
  return (character >= 0x202A && character <= 0x202E) ||
         (character >= 0x2066 && character <= 0x2069);
}

UChar32 PrintableCharacter(UChar32 character) {
  if (character == '\t' || character == '\n' || character == '\r') return ' ';
  const bool obeyed = u_charType(character) == U_CONTROL_CHAR || TurnsDirection(character);
  return obeyed ? kReplacement : character;
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  const icu::UnicodeString characters = FromUtf8(text);
  int width = 0;
  for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    width += WidthOf(characters.char32At(i));
  }
  return width;
}

std::string Printable(absl::string_view text) {
  const icu::UnicodeString characters = FromUtf8(text);
  icu::UnicodeString printable;
  for (std::int32_t i = 0; i < characters.length(); i = characters.moveIndex32(i, 1)) {
    printable.append(PrintableCharacter(characters.char32At(i)));
  }
  std::string result;
  return printable.toUTF8String(result);
}

std::vector<std::string> PrintableLines(absl::string_view text) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) lines.push_back(Printable(line));
  return lines;
}

std::string PadRight(absl::string_view text, int width) {
  const int missing = width - DisplayWidth(text);
  return missing > 0 ? absl::StrCat(text, std::string(missing, ' ')) : std::string(text);
}

std::string PadLeft(absl::string_view text, int width) {
  const int missing = width - DisplayWidth(text);
  return missing > 0 ? absl::StrCat(std::string(missing, ' '), text) : std::string(text);
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  std::vector<std::string> lines = {""};
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    std::string& line = lines.back();
    if (line.empty()) {
      line = std::string(word);
    } else if (DisplayWidth(line) + 1 + DisplayWidth(word) <= width) {
      absl::StrAppend(&line, " ", word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

}  // namespace ipstore::orders::client
