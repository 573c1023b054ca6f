#include "domain/time_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

absl::string_view DayFormat(Language language) {
  return language == Language::kGreek ? "%d/%m/%Y" : "%e %b %Y";
}

std::string Format(absl::Time time, absl::TimeZone zone, absl::string_view format) {
  // %e pads with a blank.
  return std::string(absl::StripLeadingAsciiWhitespace(absl::FormatTime(format, time, zone)));
}

}  // namespace

std::string TimeInWords(absl::Time time, absl::TimeZone zone, Language language) {
  return Format(time, zone, absl::StrCat(DayFormat(language), " %H:%M"));
}

std::string WindowInWords(const TimeWindow& window, absl::TimeZone zone, Language language) {
  const bool same_day = absl::ToCivilDay(window.start, zone) == absl::ToCivilDay(window.end, zone);
  return absl::StrCat(
      TimeInWords(window.start, zone, language), "–",
      same_day ? Format(window.end, zone, "%H:%M") : TimeInWords(window.end, zone, language));
}

std::string DayInWords(absl::CivilDay day, Language language) {
  return Format(absl::FromCivil(day, absl::UTCTimeZone()), absl::UTCTimeZone(),
                DayFormat(language));
}

}  // namespace ipstore::orders
