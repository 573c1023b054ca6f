#include "client/orderctl/time_text.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "domain/time_text.h"

namespace ipstore::orders::client {
namespace {

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// The first of `formats` that reads the whole text gives the time.
template <std::size_t N>
bool ParseAny(const std::array<absl::string_view, N>& formats, absl::string_view text,
              absl::Time* time) {
  for (absl::string_view format : formats) {
    if (absl::ParseTime(format, text, time, nullptr)) return true;
  }
  return false;
}

// What the zone's clocks mean by a time of day.
absl::StatusOr<absl::Time> Resolve(absl::CivilSecond civil, absl::TimeZone zone,
                                   absl::string_view text) {
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  switch (info.kind) {
    case absl::TimeZone::TimeInfo::UNIQUE:
      return info.pre;
    case absl::TimeZone::TimeInfo::SKIPPED:
      return absl::InvalidArgumentError(absl::StrCat("'", text, "' does not exist in ", zone.name(),
                                                     ": its clocks are set forward then"));
    case absl::TimeZone::TimeInfo::REPEATED:
      return absl::InvalidArgumentError(absl::StrCat(
          "'", text, "' comes twice in ", zone.name(),
          ": its clocks are set back then; say which, as in 2026-10-25T03:30:00+02:00"));
  }
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a time"));
}

}  // namespace

absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone(name, &zone)) {
    return absl::InvalidArgumentError(absl::StrCat("this machine does not know the time zone '",
                                                   name,
                                                   "' (on Debian the package tzdata has them)"));
  }
  return zone;
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone) {
  constexpr std::array<absl::string_view, 2> kWithOffset = {"%E4Y-%m-%d%ET%H:%M:%E*S%Ez",
                                                            "%E4Y-%m-%d%ET%H:%M%Ez"};
  constexpr std::array<absl::string_view, 4> kLocal = {
      "%E4Y-%m-%d %H:%M", "%E4Y-%m-%d %H:%M:%S", "%E4Y-%m-%d%ET%H:%M", "%E4Y-%m-%d%ET%H:%M:%S"};
  absl::Time time;
  // Abseil also reads words such as "infinite-future".
  const bool begins_with_a_year = !text.empty() && absl::ascii_isdigit(text.front());
  if (begins_with_a_year && ParseAny(kWithOffset, text, &time)) return time;
  if (begins_with_a_year && ParseAny(kLocal, text, &time)) {
    return Resolve(absl::ToCivilSecond(time, absl::UTCTimeZone()), zone, text);
  }
  return absl::InvalidArgumentError(absl::StrCat("'", text,
                                                 "' is not a time such as \"2026-11-28 20:00\" or "
                                                 "2026-11-28T20:00:00+02:00"));
}

absl::StatusOr<absl::CivilDay> ParseDate(absl::string_view text) {
  absl::Time time;
  if (text.empty() || !absl::ascii_isdigit(text.front()) ||
      !absl::ParseTime("%E4Y-%m-%d", text, &time, nullptr)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not a date such as 2026-11-28"));
  }
  return absl::ToCivilDay(time, absl::UTCTimeZone());
}

std::string FormatTime(const google::protobuf::Timestamp& time, absl::TimeZone zone,
                       Language language) {
  return TimeInWords(FromProto(time), zone, language);
}

std::string FormatWindow(const v1::TimeWindow& window, absl::TimeZone zone, Language language) {
  return WindowInWords({FromProto(window.start()), FromProto(window.end())}, zone, language);
}

std::string FormatDate(const google::type::Date& date, Language language) {
  return DayInWords(absl::CivilDay(date.year(), date.month(), date.day()), language);
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  proto.set_seconds(seconds);
  proto.set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return proto;
}

google::type::Date ToProto(absl::CivilDay day) {
  google::type::Date proto;
  proto.set_year(static_cast<std::int32_t>(day.year()));
  proto.set_month(day.month());
  proto.set_day(day.day());
  return proto;
}

}  // namespace ipstore::orders::client
