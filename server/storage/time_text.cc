#include "server/storage/time_text.h"

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace ipstore::orders {
namespace {

constexpr std::int64_t kMinUnixMicros = -30'610'224'000'000'000;  // 1000-01-01T00:00:00Z
constexpr std::int64_t kMaxUnixMicros = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::size_t kWholeSecondsLength = 19;  // "2026-01-31 13:05:00"
constexpr std::size_t kFractionDigits = 6;

// Writes `value` in decimal, with leading zeros, over the `digits` characters that end before
// `end`.
void WriteDigits(char* end, int digits, std::int64_t value) {
  for (int i = 0; i < digits; ++i) {
    *--end = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// The number that the `length` digits from `begin` make; nothing when one is not a digit.
std::optional<int> ReadDigits(absl::string_view text, std::size_t begin, std::size_t length) {
  int value = 0;
  for (char c : text.substr(begin, length)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// The fraction behind the whole seconds, in microseconds.
std::optional<int> ReadMicros(absl::string_view fraction) {
  if (fraction.empty()) return 0;
  if (fraction.size() < 2 || fraction.size() > kFractionDigits + 1 || fraction[0] != '.')
    return std::nullopt;
  std::optional<int> micros = ReadDigits(fraction, 1, fraction.size() - 1);
  for (std::size_t digits = fraction.size() - 1; micros.has_value() && digits < kFractionDigits;
       ++digits) {
    *micros *= 10;
  }
  return micros;
}

std::optional<std::int64_t> Parse(absl::string_view text, char separator) {
  if (text.size() < kWholeSecondsLength || text[4] != '-' || text[7] != '-' ||
      text[10] != separator || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const std::optional<int> year = ReadDigits(text, 0, 4);
  const std::optional<int> month = ReadDigits(text, 5, 2);
  const std::optional<int> day = ReadDigits(text, 8, 2);
  const std::optional<int> hour = ReadDigits(text, 11, 2);
  const std::optional<int> minute = ReadDigits(text, 14, 2);
  const std::optional<int> second = ReadDigits(text, 17, 2);
  const std::optional<int> micros = ReadMicros(text.substr(kWholeSecondsLength));
  if (!year || !month || !day || !hour || !minute || !second || !micros) return std::nullopt;
  const absl::CivilSecond civil(*year, *month, *day, *hour, *minute, *second);
  // Civil times normalise what is not on the calendar, such as February 30th; what comes back
  // different was none.
  if (civil.month() != *month || civil.day() != *day || civil.hour() != *hour ||
      civil.minute() != *minute || civil.second() != *second) {
    return std::nullopt;
  }
  return absl::ToUnixMicros(absl::FromCivil(civil, absl::UTCTimeZone())) + *micros;
}

}  // namespace

bool IsStorableTime(std::int64_t unix_micros) {
  return unix_micros >= kMinUnixMicros && unix_micros <= kMaxUnixMicros;
}

std::string FormatSqlTime(std::int64_t unix_micros) {
  const absl::CivilSecond civil =
      absl::ToCivilSecond(absl::FromUnixMicros(unix_micros), absl::UTCTimeZone());
  const std::int64_t micros =
      ((unix_micros % kMicrosPerSecond) + kMicrosPerSecond) % kMicrosPerSecond;
  std::string text = "0000-00-00 00:00:00.000000";
  WriteDigits(text.data() + 4, 4, civil.year());
  WriteDigits(text.data() + 7, 2, civil.month());
  WriteDigits(text.data() + 10, 2, civil.day());
  WriteDigits(text.data() + 13, 2, civil.hour());
  WriteDigits(text.data() + 16, 2, civil.minute());
  WriteDigits(text.data() + 19, 2, civil.second());
  WriteDigits(text.data() + 26, 6, micros);
  return text;
}

std::optional<std::int64_t> ParseSqlTime(absl::string_view text) {
  return Parse(text, ' ');
}

std::string FormatRfc3339(std::int64_t unix_micros) {
  std::string text = FormatSqlTime(unix_micros);
  text[10] = 'T';
  text.push_back('Z');
  return text;
}

std::optional<std::int64_t> ParseRfc3339(absl::string_view text) {
  if (text.empty() || text.back() != 'Z') return std::nullopt;
  return Parse(text.substr(0, text.size() - 1), 'T');
}

}  // namespace ipstore::orders
