#include "server/mail/mail_text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace ipstore::orders {
namespace {

constexpr char kGreekOfOldSystems[] = "windows-1253";
// More accents on one letter are no writing (Unicode's "stream-safe" form has the same limit), and
// the time to sort them grows with their square.
constexpr int kMaxAccents = 30;
constexpr UChar32 kReplacement = 0xFFFD;

struct ConverterClose {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, ConverterClose>;

// Null for a charset that ICU does not know. Its names are asked for first: ucnv_open also looks
// for files.
Converter OpenConverter(absl::string_view charset) {
  const std::string name(charset);
  UErrorCode error = U_ZERO_ERROR;
  if (name.empty() || ucnv_countAliases(name.c_str(), &error) == 0 || U_FAILURE(error))
    return nullptr;
  Converter converter(ucnv_open(name.c_str(), &error));
  return U_SUCCESS(error) ? std::move(converter) : nullptr;
}

std::string Decoded(absl::string_view bytes, UConverter* converter) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString text(bytes.data(), static_cast<std::int32_t>(bytes.size()), converter,
                                error);
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// What is no UTF-8 becomes U+FFFD.
icu::UnicodeString FromUtf8(absl::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

// What of a text reads as UTF-8.
struct Utf8Survey {
  std::int32_t characters = 0;  // beyond ASCII
  std::int32_t mistakes = 0;
};

Utf8Survey SurveyOf(absl::string_view bytes) {
  Utf8Survey survey;
  const icu::UnicodeString text = FromUtf8(bytes);
  for (std::int32_t i = 0; i < text.length(); i = text.moveIndex32(i, 1)) {
    const UChar32 character = text.char32At(i);
    if (character == kReplacement) {
      ++survey.mistakes;
    } else if (character >= 0x80) {
      ++survey.characters;
    }
  }
  // Some stand there as such.
  for (std::size_t at = bytes.find("\uFFFD"); at != absl::string_view::npos;
       at = bytes.find("\uFFFD", at + 1)) {
    --survey.mistakes;
  }
  return survey;
}

bool HasC1(absl::string_view bytes) {
  return std::ranges::any_of(bytes, [](char byte) {
    const auto value = static_cast<unsigned char>(byte);
    return value >= 0x80 && value < 0xA0;
  });
}

// Windows' programs call their own charsets by the names of the standard ones, of which they are
// extensions; what only they have shows them.
absl::string_view TrueName(absl::string_view charset, absl::string_view bytes) {
  if (absl::EqualsIgnoreCase(charset, "iso-8859-7") && HasC1(bytes)) return kGreekOfOldSystems;
  if (absl::EqualsIgnoreCase(charset, "iso-8859-1") && HasC1(bytes)) return "windows-1252";
  return charset;
}

bool IsOneByteCharset(UConverter* converter) {
  const UConverterType type = ucnv_getType(converter);
  return type == UCNV_SBCS || type == UCNV_LATIN_1;
}

bool SaysNothing(UConverter* converter) {
  if (converter == nullptr) return true;
  const UConverterType type = ucnv_getType(converter);
  return type == UCNV_UTF8 || type == UCNV_US_ASCII;
}

const icu::Normalizer2* Nfc() {
  static const icu::Normalizer2* const kNfc = [] {
    UErrorCode error = U_ZERO_ERROR;
    return icu::Normalizer2::getNFCInstance(error);
  }();
  return kNfc;
}

std::string Composed(const icu::UnicodeString& text) {
  UErrorCode error = U_ZERO_ERROR;
  std::string utf8;
  const icu::UnicodeString composed =
      Nfc() == nullptr ? text : Nfc()->normalize(text, error);  // null: ICU without its data
  return (U_SUCCESS(error) ? composed : text).toUTF8String(utf8);
}

bool IsBlankOfFixedWidth(UChar32 character) {
  return character == 0x00A0 || character == 0x2007 || character == 0x202F;
}

bool IsUnwanted(UChar32 character) {
  if (character == '\n' || character == '\t') return false;
  return u_charType(character) == U_CONTROL_CHAR ||
         u_hasBinaryProperty(character, UCHAR_NONCHARACTER_CODE_POINT) || character == 0x00AD ||
         character == 0x200B ||                           // soft hyphen, zero width space
         character == 0x200E || character == 0x200F ||    // left-to-right and its opposite
         (character >= 0x202A && character <= 0x202E) ||  // embedding, overriding
         (character >= 0x2060 && character <= 0x2069) ||  // word joiner, isolates
         character == 0xFEFF;                             // byte order mark
}

// Line ends become "\n" and blanks ordinary ones, whoever wrote them. 0: nothing is left.
UChar32 AsWritten(UChar32 character, UChar32 next) {
  if (character == '\r') return next == '\n' ? 0 : '\n';
  if (character == 0x2028 || character == 0x2029) return '\n';
  return IsBlankOfFixedWidth(character) ? ' ' : character;
}

// A line of a flowed text: how deep it is quoted, and what is on it.
struct FlowedLine {
  std::size_t depth = 0;
  absl::string_view content;
  bool flows = false;
};

FlowedLine ReadFlowed(absl::string_view line) {
  FlowedLine flowed;
  while (absl::ConsumePrefix(&line, ">")) ++flowed.depth;
  absl::ConsumePrefix(&line, " ");  // put there so that no line begins with what has a meaning
  flowed.content = line;
  flowed.flows = absl::EndsWith(line, " ") && line != "-- ";
  return flowed;
}

}  // namespace

std::string ToUtf8(absl::string_view bytes, absl::string_view charset) {
  const Utf8Survey survey = SurveyOf(bytes);
  Converter converter = OpenConverter(TrueName(charset, bytes));
  const bool may_be_utf8 = SaysNothing(converter.get()) || IsOneByteCharset(converter.get());
  if (may_be_utf8 && survey.mistakes == 0) return std::string(bytes);
  if (SaysNothing(converter.get())) {
    // A few bytes that were lost on the way do not make it something else.
    if (survey.characters > 4 * survey.mistakes) return CleanText(bytes);
    converter = OpenConverter(kGreekOfOldSystems);
    if (converter == nullptr) return CleanText(bytes);
  }
  return Decoded(bytes, converter.get());
}

std::string CleanText(absl::string_view text) {
  const icu::UnicodeString raw = FromUtf8(text);
  icu::UnicodeString clean;
  int accents = 0;
  for (std::int32_t i = 0; i < raw.length();) {
    const UChar32 here = raw.char32At(i);
    i = raw.moveIndex32(i, 1);
    const UChar32 character = AsWritten(here, i < raw.length() ? raw.char32At(i) : 0);
    if (IsUnwanted(character)) continue;
    accents = u_getCombiningClass(character) != 0 ? accents + 1 : 0;
    if (accents <= kMaxAccents) clean.append(character);
  }
  return Composed(clean);
}

std::string CleanLine(absl::string_view text, std::size_t max_bytes) {
  std::string line = CleanText(Beginning(text, 4 * max_bytes));
  std::ranges::replace(line, '\t', ' ');
  std::ranges::replace(line, '\n', ' ');
  return std::string(absl::StripAsciiWhitespace(Beginning(line, max_bytes)));
}

absl::string_view Beginning(absl::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string Unflowed(absl::string_view text, bool delete_space) {
  std::string joined;
  joined.reserve(text.size());
  FlowedLine previous;
  for (absl::string_view raw : absl::StrSplit(text, '\n')) {
    const FlowedLine line = ReadFlowed(absl::StripSuffix(raw, "\r"));
    if (previous.flows && previous.depth == line.depth && line.content != "-- " &&
        !line.content.empty()) {
      if (delete_space) joined.pop_back();
    } else {
      if (raw.data() != text.data()) joined += '\n';
      if (line.depth > 0) absl::StrAppend(&joined, std::string(line.depth, '>'), " ");
    }
    absl::StrAppend(&joined, line.content);
    previous = line;
  }
  return joined;
}

}  // namespace ipstore::orders
