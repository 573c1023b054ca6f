#include "domain/money.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

// ISO 4217: the currencies in use that do not have two decimals.
constexpr std::array<absl::string_view, 16> kWithoutDecimals = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
    "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<absl::string_view, 7> kWithThreeDecimals = {"BHD", "IQD", "JOD", "KWD",
                                                                 "LYD", "OMR", "TND"};

constexpr std::int64_t kWhole = 10'000;  // 100 % in basis points

bool InRange(std::int64_t minor) {
  return minor >= 0 && minor <= kMaxAmountMinor;
}

// amount × numerator ÷ denominator, rounded half up. The whole denominators are taken out of the
// amount first: with an amount in range, a numerator up to kMaxVatRate and a denominator from
// kWhole, no product leaves std::int64_t.
std::int64_t ScaleHalfUp(std::int64_t amount, std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t whole = amount / denominator;
  const std::int64_t rest = amount % denominator;
  return whole * numerator + (2 * rest * numerator + denominator) / (2 * denominator);
}

VatTotal TotalForRate(VatRate rate, Amount sum, bool prices_include_vat) {
  const std::int64_t points = rate.basis_points;
  if (!prices_include_vat) return {rate, sum, Amount{ScaleHalfUp(sum.minor, points, kWhole)}};
  const std::int64_t vat = ScaleHalfUp(sum.minor, points, kWhole + points);
  return {rate, Amount{sum.minor - vat}, Amount{vat}};
}

}  // namespace

std::optional<int> CurrencyDecimals(absl::string_view currency) {
  if (currency.size() != 3 || !std::ranges::all_of(currency, absl::ascii_isupper))
    return std::nullopt;
  if (std::ranges::find(kWithoutDecimals, currency) != kWithoutDecimals.end()) return 0;
  if (std::ranges::find(kWithThreeDecimals, currency) != kWithThreeDecimals.end()) return 3;
  return 2;
}

std::string AmountAsDecimal(Amount amount, absl::string_view currency) {
  const int decimals = CurrencyDecimals(currency).value_or(0);
  if (decimals == 0) return absl::StrCat(amount.minor);
  std::int64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  // Division rounds towards zero, so that the sign of an amount below one unit would be lost.
  const std::int64_t fraction = amount.minor % unit;
  return absl::StrFormat("%s%d.%0*d", amount.minor < 0 ? "-" : "", std::abs(amount.minor / unit),
                         decimals, std::abs(fraction));
}

std::optional<Amount> LineTotal(std::int64_t quantity, Amount unit_price, Amount discount) {
  if (quantity < 0 || unit_price.minor < 0 || discount.minor < 0) return std::nullopt;
  if (quantity > 0 && unit_price.minor > kMaxAmountMinor / quantity) return std::nullopt;
  const std::int64_t product = quantity * unit_price.minor;
  if (discount.minor > product) return std::nullopt;
  return Amount{product - discount.minor};
}

std::optional<Totals> ComputeTotals(const std::vector<Priced>& priced, bool prices_include_vat) {
  std::map<VatRate, Amount> sums;
  for (const Priced& item : priced) {
    Amount& sum = sums[item.rate];
    if (!InRange(item.total.minor) || !InRange(sum.minor + item.total.minor)) return std::nullopt;
    sum.minor += item.total.minor;
  }
  Totals totals;
  totals.vat.reserve(sums.size());
  for (const auto& [rate, sum] : sums) {
    const VatTotal total = TotalForRate(rate, sum, prices_include_vat);
    totals.net.minor += total.net.minor;
    totals.gross.minor += total.net.minor + total.vat.minor;
    if (!InRange(totals.gross.minor)) return std::nullopt;
    totals.vat.push_back(total);
  }
  return totals;
}

}  // namespace ipstore::orders
