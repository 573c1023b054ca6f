#include "client/orderctl/money_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "domain/money.h"

namespace ipstore::orders::client {
namespace {

constexpr std::size_t kNanoDigits = 9;

char DecimalMark(Language language) {
  return language == Language::kGreek ? ',' : '.';
}
char GroupMark(Language language) {
  return language == Language::kGreek ? '.' : ',';
}

// The absolute value, which for the lowest int64 fits no int64.
std::uint64_t Magnitude(std::int64_t value) {
  return value < 0 ? ~static_cast<std::uint64_t>(value) + 1 : static_cast<std::uint64_t>(value);
}

std::string Grouped(std::uint64_t value, Language language) {
  std::string digits = absl::StrCat(value);
  for (std::size_t end = digits.size(); end > 3; end -= 3) {
    digits.insert(end - 3, 1, GroupMark(language));
  }
  return digits;
}

// The digits after the mark: at least `decimals`, and no zero beyond them.
std::string Fraction(std::int32_t nanos, std::size_t decimals) {
  std::string digits = absl::StrFormat("%09d", Magnitude(nanos));
  while (digits.size() > decimals && digits.back() == '0') digits.pop_back();
  return digits;
}

}  // namespace

std::string FormatMoney(const google::type::Money& money, Language language) {
  const int decimals = CurrencyDecimals(money.currency_code()).value_or(2);
  const std::string fraction =
      Fraction(money.nanos(), std::min(static_cast<std::size_t>(decimals), kNanoDigits));
  std::string number = Grouped(Magnitude(money.units()), language);
  if (!fraction.empty())
    number = absl::StrCat(number, std::string(1, DecimalMark(language)), fraction);
  const absl::string_view sign = money.units() < 0 || money.nanos() < 0 ? "-" : "";
  const bool euro = money.currency_code() == "EUR";
  if (language == Language::kGreek) {
    return absl::StrCat(sign, number, " ", euro ? "€" : money.currency_code());
  }
  return absl::StrCat(sign, euro ? "€" : absl::StrCat(money.currency_code(), " "), number);
}

std::string FormatVatRate(std::int32_t basis_points, Language language) {
  std::string text = absl::StrCat(basis_points / 100);
  if (const int hundredths = basis_points % 100; hundredths != 0) {
    std::string fraction = absl::StrFormat("%02d", hundredths);
    if (fraction.back() == '0') fraction.pop_back();
    absl::StrAppend(&text, std::string(1, DecimalMark(language)), fraction);
  }
  return absl::StrCat(text, "%");
}

std::string FormatCount(std::int64_t count, Language language) {
  return absl::StrCat(count < 0 ? "-" : "", Grouped(Magnitude(count), language));
}

}  // namespace ipstore::orders::client
