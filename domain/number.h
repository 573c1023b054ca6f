// The number of an order or enquiry: ten digits that survive being read out on the phone (product
// §3).
#ifndef IPSTORE_ORDERS_DOMAIN_NUMBER_H_
#define IPSTORE_ORDERS_DOMAIN_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// The number of a subject, and at the same time its key in the store: nine digits of a running
// serial, then a Damm check digit, which finds every single wrong digit and every swap of
// neighbours.
class Number {
 public:
  static constexpr std::int64_t kFirstSerial = 100'000'001;
  static constexpr std::int64_t kLastSerial = 999'999'999;
  // The last that an imported order may bring along: those above are for us to give, so that one
  // import cannot use all of them up.
  static constexpr std::int64_t kLastImportedSerial = 899'999'999;

  constexpr Number() = default;  // no number: value() == 0

  // The number with that serial, which must lie in kFirstSerial..kLastSerial.
  static Number FromSerial(std::int64_t serial);

  // Reads ten digits; nothing when the text is anything else or its check digit is wrong.
  static std::optional<Number> Parse(absl::string_view text);

  // A number that was stored before, taken as it is.
  static constexpr Number FromStored(std::int64_t value) { return Number(value); }

  constexpr std::int64_t value() const { return value_; }
  constexpr std::int64_t serial() const { return value_ / 10; }
  std::string ToString() const;

  friend constexpr bool operator==(Number, Number) = default;
  friend constexpr auto operator<=>(Number, Number) = default;

  template <typename H>
  friend H AbslHashValue(H state, Number number) {
    return H::combine(std::move(state), number.value_);
  }

 private:
  explicit constexpr Number(std::int64_t value) : value_(value) {}

  std::int64_t value_ = 0;
};

// True when `text` has ten digits but the last does not fit the others: a mistyped number, worth
// its own message.
bool HasWrongCheckDigit(absl::string_view text);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_NUMBER_H_
