// Exact money: amounts in minor units, value added tax, and the totals of an order (product §3).
#ifndef IPSTORE_ORDERS_DOMAIN_MONEY_H_
#define IPSTORE_ORDERS_DOMAIN_MONEY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// An amount in minor units of its order's currency (for EUR: cents). An order has one currency, so
// amounts carry none.
struct Amount {
  std::int64_t minor = 0;

  friend bool operator==(Amount, Amount) = default;
  friend auto operator<=>(Amount, Amount) = default;
};

// A rate of value added tax in hundredths of a percent: 24 % is 2400.
struct VatRate {
  std::int32_t basis_points = 0;

  friend bool operator==(VatRate, VatRate) = default;
  friend auto operator<=>(VatRate, VatRate) = default;
};

inline constexpr VatRate kMaxVatRate{10'000};

// No total may exceed this many minor units (99,999,999,999,999.99 in a currency with cents), so
// that every sum and product below fits its type with room to spare.
inline constexpr std::int64_t kMaxAmountMinor = 9'999'999'999'999'999;

// How many decimal places `currency` (ISO 4217, upper case) has: 2 for EUR, 0 for JPY, 3 for KWD.
// Nothing for a text that is not three upper-case letters. Unknown but well-formed codes have 2.
std::optional<int> CurrencyDecimals(absl::string_view currency);

// "1,234.50 EUR" in English, "1.234,50 €" in Greek style is the client's affair: this one is for
// machines and logs: "1234.50". `currency` must be well formed.
std::string AmountAsDecimal(Amount amount, absl::string_view currency);

// One thing that is paid for: `total` is quantity × price less discount, with VAT in it or not as
// the order says.
struct Priced {
  Amount total;
  VatRate rate;
};

// The sums for one rate of VAT.
struct VatTotal {
  VatRate rate;
  Amount net;
  Amount vat;

  friend bool operator==(const VatTotal&, const VatTotal&) = default;
};

// What an order costs. gross = net + the sum of vat over all rates.
struct Totals {
  Amount net;
  std::vector<VatTotal> vat;  // by rate, ascending, each rate once
  Amount gross;

  friend bool operator==(const Totals&, const Totals&) = default;
};

// quantity × unit_price − discount; nothing when the product or result leaves 0..kMaxAmountMinor.
std::optional<Amount> LineTotal(std::int64_t quantity, Amount unit_price, Amount discount);

// The totals of an order. VAT is rounded half up once per rate over the whole order (product §3),
// not per line. With `prices_include_vat`, the amounts are gross and VAT is taken out of them;
// otherwise it is added. Nothing when a sum exceeds kMaxAmountMinor.
std::optional<Totals> ComputeTotals(const std::vector<Priced>& priced, bool prices_include_vat);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_MONEY_H_
