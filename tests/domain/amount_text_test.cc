// Amounts and rates in the reader's language.

#include "domain/amount_text.h"

#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

constexpr Language kEl = Language::kGreek;
constexpr Language kEn = Language::kEnglish;

TEST(AmountText, HasTheMarksOfTheLanguageAndTheSignOfTheEuro) {
  EXPECT_EQ(AmountInWords(Amount{110'00}, "EUR", kEl), "110,00 €");
  EXPECT_EQ(AmountInWords(Amount{110'00}, "EUR", kEn), "€110.00");
  EXPECT_EQ(AmountInWords(Amount{0}, "EUR", kEl), "0,00 €");
  EXPECT_EQ(AmountInWords(Amount{-5}, "EUR", kEn), "-€0.05");
  EXPECT_EQ(AmountInWords(Amount{-1'234'56}, "EUR", kEl), "-1.234,56 €");
}

TEST(AmountText, GroupsThousands) {
  EXPECT_EQ(AmountInWords(Amount{999'99}, "EUR", kEn), "€999.99");
  EXPECT_EQ(AmountInWords(Amount{1'000'00}, "EUR", kEl), "1.000,00 €");
  EXPECT_EQ(AmountInWords(Amount{kMaxAmountMinor}, "EUR", kEn), "€99,999,999,999,999.99");
}

TEST(AmountText, OtherCurrenciesHaveTheirCodeAndTheirDecimals) {
  EXPECT_EQ(AmountInWords(Amount{1'234}, "JPY", kEl), "1.234 JPY");
  EXPECT_EQ(AmountInWords(Amount{1'234}, "JPY", kEn), "JPY 1,234");
  EXPECT_EQ(AmountInWords(Amount{1'234}, "KWD", kEl), "1,234 KWD");
}

TEST(RateText, HasNoMoreDecimalsThanItNeeds) {
  EXPECT_EQ(RateInWords(VatRate{2400}, kEl), "24%");
  EXPECT_EQ(RateInWords(VatRate{650}, kEl), "6,5%");
  EXPECT_EQ(RateInWords(VatRate{650}, kEn), "6.5%");
  EXPECT_EQ(RateInWords(VatRate{1}, kEn), "0.01%");
  EXPECT_EQ(RateInWords(VatRate{0}, kEl), "0%");
  EXPECT_EQ(RateInWords(kMaxVatRate, kEn), "100%");
}

}  // namespace
}  // namespace ipstore::orders
