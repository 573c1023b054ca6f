#include "domain/number.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using ::testing::Eq;
using ::testing::Optional;

// Serials from both ends of the range and from its middle.
constexpr std::int64_t kSerials[] = {Number::kFirstSerial, 100'000'002, 123'456'789,
                                     500'000'000,          572'094'613, 999'999'998,
                                     Number::kLastSerial};

TEST(Number, TheFirstNumberIs1000000018) {
  EXPECT_EQ(Number::FromSerial(Number::kFirstSerial).ToString(), "1000000018");
  EXPECT_THAT(Number::Parse("1000000018"), Optional(Number::FromSerial(Number::kFirstSerial)));
}

TEST(Number, IsReadAsItIsWritten) {
  for (std::int64_t serial : kSerials) {
    const Number number = Number::FromSerial(serial);
    EXPECT_EQ(number.ToString().size(), 10U);
    EXPECT_EQ(number.value() / 10, serial);
    EXPECT_THAT(Number::Parse(number.ToString()), Optional(number));
    EXPECT_FALSE(HasWrongCheckDigit(number.ToString()));
    EXPECT_EQ(Number::FromStored(number.value()), number);
  }
}

TEST(Number, EverySingleWrongDigitIsFound) {
  for (std::int64_t serial : kSerials) {
    const std::string right = Number::FromSerial(serial).ToString();
    for (std::size_t i = 0; i < right.size(); ++i) {
      for (char digit = '0'; digit <= '9'; ++digit) {
        if (digit == right[i]) continue;
        std::string wrong = right;
        wrong[i] = digit;
        EXPECT_THAT(Number::Parse(wrong), Eq(std::nullopt)) << wrong;
        EXPECT_TRUE(HasWrongCheckDigit(wrong)) << wrong;
      }
    }
  }
}

TEST(Number, EverySwapOfNeighboursIsFound) {
  for (std::int64_t serial = Number::kFirstSerial; serial < Number::kFirstSerial + 10'000;
       ++serial) {
    const std::string right = Number::FromSerial(serial * 7 % 900'000'000 + 100'000'000).ToString();
    for (std::size_t i = 0; i + 1 < right.size(); ++i) {
      if (right[i] == right[i + 1]) continue;
      std::string wrong = right;
      std::swap(wrong[i], wrong[i + 1]);
      EXPECT_THAT(Number::Parse(wrong), Eq(std::nullopt)) << wrong;
      EXPECT_TRUE(HasWrongCheckDigit(wrong)) << wrong;
    }
  }
}

TEST(Number, AnythingButTenDigitsIsNoNumber) {
  for (const char* text : {"", "100000001", "10000000180", "100000001a", " 1000000018",
                           "1000000018 ", "+100000001", "-100000001", "１０００００００１８"}) {
    EXPECT_THAT(Number::Parse(text), Eq(std::nullopt)) << text;
    EXPECT_FALSE(HasWrongCheckDigit(text)) << text;
  }
}

TEST(Number, SerialsBeforeTheFirstAreNoNumbersThoughTheirCheckDigitFits) {
  for (const char* text : {"0000000000", "1000000005"}) {
    EXPECT_THAT(Number::Parse(text), Eq(std::nullopt)) << text;
    EXPECT_FALSE(HasWrongCheckDigit(text)) << text;
  }
}

}  // namespace
}  // namespace ipstore::orders
