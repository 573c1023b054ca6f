// Times and days in the reader's language and zone.
#include "domain/time_text.h"

#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

constexpr Language kEl = Language::kGreek;
constexpr Language kEn = Language::kEnglish;

// Two hours east of Greenwich.
const absl::TimeZone kZone = absl::FixedTimeZone(2 * 60 * 60);

absl::Time At(int month, int day, int hour) {
  return absl::FromCivil(absl::CivilHour(2026, month, day, hour), kZone);
}

TEST(TimeText, IsWrittenAsTheLanguageWritesIt) {
  EXPECT_EQ(TimeInWords(At(11, 28, 20), kZone, kEl), "28/11/2026 20:00");
  EXPECT_EQ(TimeInWords(At(11, 28, 20), kZone, kEn), "28 Nov 2026 20:00");
  EXPECT_EQ(TimeInWords(At(3, 4, 5), kZone, kEl), "04/03/2026 05:00");
  EXPECT_EQ(TimeInWords(At(3, 4, 5), kZone, kEn), "4 Mar 2026 05:00");
}

TEST(TimeText, IsThatOfTheZone) {
  EXPECT_EQ(TimeInWords(At(12, 31, 1), absl::UTCTimeZone(), kEl), "30/12/2026 23:00");
}

TEST(WindowText, TellsOfItsEndOnlyWhatDiffers) {
  EXPECT_EQ(WindowInWords({At(11, 28, 10), At(11, 28, 14)}, kZone, kEl), "28/11/2026 10:00–14:00");
  EXPECT_EQ(WindowInWords({At(11, 28, 10), At(11, 29, 14)}, kZone, kEn),
            "28 Nov 2026 10:00–29 Nov 2026 14:00");
  // By the zone's days: in UTC both lie on the 27th.
  EXPECT_EQ(WindowInWords({At(11, 27, 23), At(11, 28, 1)}, kZone, kEl),
            "27/11/2026 23:00–28/11/2026 01:00");
}

TEST(DayText, IsWrittenAsTheLanguageWritesIt) {
  EXPECT_EQ(DayInWords(absl::CivilDay(2026, 11, 2), kEl), "02/11/2026");
  EXPECT_EQ(DayInWords(absl::CivilDay(2026, 11, 2), kEn), "2 Nov 2026");
}

}  // namespace
}  // namespace ipstore::orders
