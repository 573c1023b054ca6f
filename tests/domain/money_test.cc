#include "domain/money.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr VatRate k24{2400};
constexpr VatRate k13{1300};
constexpr VatRate k6{600};

TEST(Money, CurrenciesHaveTheDecimalsOfIso4217) {
  EXPECT_THAT(CurrencyDecimals("EUR"), Optional(2));
  EXPECT_THAT(CurrencyDecimals("JPY"), Optional(0));
  EXPECT_THAT(CurrencyDecimals("KWD"), Optional(3));
  EXPECT_THAT(CurrencyDecimals("XXQ"), Optional(2)) << "unknown codes have two";
}

TEST(Money, CurrenciesAreThreeUpperCaseLetters) {
  for (const char* text : {"", "EU", "EURO", "eur", "E1R", "€"}) {
    EXPECT_THAT(CurrencyDecimals(text), Eq(std::nullopt)) << text;
  }
}

TEST(Money, AmountsAreWrittenAsDecimals) {
  EXPECT_EQ(AmountAsDecimal(Amount{123450}, "EUR"), "1234.50");
  EXPECT_EQ(AmountAsDecimal(Amount{5}, "EUR"), "0.05");
  EXPECT_EQ(AmountAsDecimal(Amount{0}, "EUR"), "0.00");
  EXPECT_EQ(AmountAsDecimal(Amount{1234}, "JPY"), "1234");
  EXPECT_EQ(AmountAsDecimal(Amount{1234}, "KWD"), "1.234");
  EXPECT_EQ(AmountAsDecimal(Amount{kMaxAmountMinor}, "EUR"), "99999999999999.99");
}

TEST(Money, NegativeAmountsKeepTheirSign) {
  EXPECT_EQ(AmountAsDecimal(Amount{-5}, "EUR"), "-0.05");
  EXPECT_EQ(AmountAsDecimal(Amount{-123450}, "EUR"), "-1234.50");
  EXPECT_EQ(AmountAsDecimal(Amount{-7}, "JPY"), "-7");
}

TEST(Money, LineTotalIsQuantityTimesPriceLessDiscount) {
  EXPECT_THAT(LineTotal(2, Amount{9990}, Amount{1000}), Optional(Amount{18980}));
  EXPECT_THAT(LineTotal(3, Amount{0}, Amount{0}), Optional(Amount{0}));
  EXPECT_THAT(LineTotal(2, Amount{500}, Amount{1000}), Optional(Amount{0}))
      << "all of it may be discounted";
}

TEST(Money, LineTotalRefusesWhatLeavesItsRange) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(LineTotal(1, Amount{kMaxAmountMinor}, Amount{0}), Optional(Amount{kMaxAmountMinor}));
  EXPECT_THAT(LineTotal(1, Amount{kMaxAmountMinor + 1}, Amount{0}), Eq(std::nullopt));
  EXPECT_THAT(LineTotal(kHuge, Amount{kHuge}, Amount{0}), Eq(std::nullopt));
  EXPECT_THAT(LineTotal(2, Amount{kMaxAmountMinor / 2 + 1}, Amount{kMaxAmountMinor}),
              Eq(std::nullopt));
  EXPECT_THAT(LineTotal(1, Amount{100}, Amount{101}), Eq(std::nullopt));
  EXPECT_THAT(LineTotal(1, Amount{100}, Amount{-1}), Eq(std::nullopt));
  EXPECT_THAT(LineTotal(-1, Amount{100}, Amount{0}), Eq(std::nullopt));
  EXPECT_THAT(LineTotal(1, Amount{-100}, Amount{0}), Eq(std::nullopt));
}

TEST(Money, VatIsTakenOutOfPricesThatIncludeIt) {
  const std::optional<Totals> totals =
      ComputeTotals({{Amount{12400}, k24}}, /*prices_include_vat=*/true);
  ASSERT_TRUE(totals.has_value());
  EXPECT_EQ(*totals, (Totals{Amount{10000}, {{k24, Amount{10000}, Amount{2400}}}, Amount{12400}}));
}

TEST(Money, VatIsAddedToPricesThatDoNotIncludeIt) {
  const std::optional<Totals> totals =
      ComputeTotals({{Amount{10000}, k24}}, /*prices_include_vat=*/false);
  ASSERT_TRUE(totals.has_value());
  EXPECT_EQ(*totals, (Totals{Amount{10000}, {{k24, Amount{10000}, Amount{2400}}}, Amount{12400}}));
}

TEST(Money, VatIsRoundedHalfUp) {
  // 24 % of 0.02 is 0.0048, of 0.10 is 0.024; 25 % of 0.02 is exactly half a cent.
  EXPECT_EQ(ComputeTotals({{Amount{2}, k24}}, false)->vat[0].vat, Amount{0});
  EXPECT_EQ(ComputeTotals({{Amount{10}, k24}}, false)->vat[0].vat, Amount{2});
  EXPECT_EQ(ComputeTotals({{Amount{2}, VatRate{2500}}}, false)->vat[0].vat, Amount{1});
  // With VAT inside: 0.03 at 20 % holds exactly half a cent of it.
  EXPECT_EQ(ComputeTotals({{Amount{3}, VatRate{2000}}}, true)->vat[0].vat, Amount{1});
}

TEST(Money, VatIsRoundedOncePerRateNotPerLine) {
  // Each line alone has 0.48 cents of VAT, which would be rounded to nothing three times; together
  // they have 1.44.
  const std::vector<Priced> lines(3, Priced{Amount{2}, k24});
  EXPECT_EQ(ComputeTotals(lines, false)->vat[0].vat, Amount{1});
}

TEST(Money, RatesAreListedOnceAndAscending) {
  const std::optional<Totals> totals = ComputeTotals(
      {{Amount{18980}, k24}, {Amount{3850}, k13}, {Amount{2285}, k6}, {Amount{800}, k24}}, true);
  ASSERT_TRUE(totals.has_value());
  EXPECT_THAT(totals->vat, ElementsAre(VatTotal{k6, Amount{2156}, Amount{129}},
                                       VatTotal{k13, Amount{3407}, Amount{443}},
                                       VatTotal{k24, Amount{15952}, Amount{3828}}));
  EXPECT_EQ(totals->net, Amount{21515});
  EXPECT_EQ(totals->gross, Amount{25915});
}

TEST(Money, AZeroRateIsARateToo) {
  const std::optional<Totals> totals = ComputeTotals({{Amount{100}, VatRate{0}}}, false);
  EXPECT_EQ(*totals, (Totals{Amount{100}, {{VatRate{0}, Amount{100}, Amount{0}}}, Amount{100}}));
}

TEST(Money, NothingCostsNothing) {
  const std::optional<Totals> totals = ComputeTotals(std::vector<Priced>{}, true);
  ASSERT_TRUE(totals.has_value());
  EXPECT_EQ(totals->gross, Amount{0});
  EXPECT_THAT(totals->vat, IsEmpty());
}

TEST(Money, TheLargestAmountsAreExact) {
  const std::optional<Totals> inside =
      ComputeTotals({{Amount{kMaxAmountMinor}, kMaxVatRate}}, true);
  ASSERT_TRUE(inside.has_value());
  EXPECT_EQ(inside->vat[0].vat, Amount{5'000'000'000'000'000}) << "half of it, rounded up";
  EXPECT_EQ(inside->net, Amount{4'999'999'999'999'999});
  const std::optional<Totals> added =
      ComputeTotals({{Amount{4'999'999'999'999'999}, kMaxVatRate}}, false);
  ASSERT_TRUE(added.has_value());
  EXPECT_EQ(added->gross, Amount{9'999'999'999'999'998});
}

TEST(Money, TotalsBeyondTheLargestAmountAreRefused) {
  EXPECT_THAT(ComputeTotals({{Amount{kMaxAmountMinor}, k24}, {Amount{1}, k24}}, true),
              Eq(std::nullopt));
  EXPECT_THAT(ComputeTotals({{Amount{kMaxAmountMinor}, k24}, {Amount{1}, k6}}, true),
              Eq(std::nullopt));
  EXPECT_THAT(ComputeTotals({{Amount{kMaxAmountMinor}, k24}}, false), Eq(std::nullopt));
  EXPECT_THAT(ComputeTotals({{Amount{std::numeric_limits<std::int64_t>::max()}, k24}}, true),
              Eq(std::nullopt));
  EXPECT_THAT(ComputeTotals({{Amount{-1}, k24}}, true), Eq(std::nullopt));
}

// Against the definition of rounding half up, written as one division.
TEST(Money, GrossIsNetPlusVatForEveryAmountAndRate) {
  for (const VatRate rate : {VatRate{0}, k6, k13, VatRate{1700}, k24, kMaxVatRate}) {
    for (std::int64_t amount = 0; amount < 3000; ++amount) {
      const Totals inside = *ComputeTotals({{Amount{amount}, rate}}, true);
      EXPECT_EQ(inside.gross, Amount{amount});
      EXPECT_EQ(inside.net.minor + inside.vat[0].vat.minor, amount);
      const std::int64_t points = rate.basis_points;
      EXPECT_EQ(inside.vat[0].vat.minor,
                (2 * amount * points + 10'000 + points) / (2 * (10'000 + points)));
      const Totals added = *ComputeTotals({{Amount{amount}, rate}}, false);
      EXPECT_EQ(added.net, Amount{amount});
      EXPECT_EQ(added.vat[0].vat.minor, (amount * points + 5'000) / 10'000);
    }
  }
}

}  // namespace
}  // namespace ipstore::orders
