#include "domain/number.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kDigits = 10;

// The totally anti-symmetric quasigroup of Damm's dissertation (2004). Its diagonal is zero, so
// that a number together with its check digit always comes to zero.
constexpr std::array<std::array<int, 10>, 10> kDamm = {{
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}};

// The check digit of `digits`; 0 when its last digit already is one that fits.
int CheckDigit(absl::string_view digits) {
  std::size_t interim = 0;
  for (char digit : digits) {
    interim = static_cast<std::size_t>(kDamm[interim][static_cast<std::size_t>(digit - '0')]);
  }
  return static_cast<int>(interim);
}

bool IsTenDigits(absl::string_view text) {
  return text.size() == kDigits && std::ranges::all_of(text, absl::ascii_isdigit);
}

}  // namespace

Number Number::FromSerial(std::int64_t serial) {
  return Number(serial * 10 + CheckDigit(absl::StrCat(serial)));
}

std::optional<Number> Number::Parse(absl::string_view text) {
  std::int64_t value = 0;
  if (!IsTenDigits(text) || CheckDigit(text) != 0 || !absl::SimpleAtoi(text, &value))
    return std::nullopt;
  // Ten zeros have a fitting check digit too, but no subject has such a serial.
  if (value / 10 < kFirstSerial) return std::nullopt;
  return Number(value);
}

std::string Number::ToString() const {
  return absl::StrCat(value_);
}

bool HasWrongCheckDigit(absl::string_view text) {
  return IsTenDigits(text) && CheckDigit(text) != 0;
}

}  // namespace ipstore::orders
