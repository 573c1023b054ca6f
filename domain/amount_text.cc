#include "domain/amount_text.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kGroup = 3;  // digits between two marks

// "1234.50" is "1.234,50" in Greek and "1,234.50" in English.
std::string Localized(std::string decimal, Language language) {
  const bool greek = language == Language::kGreek;
  std::size_t end = std::min(decimal.find('.'), decimal.size());
  if (greek && end < decimal.size()) decimal[end] = ',';
  for (; end > kGroup; end -= kGroup) decimal.insert(end - kGroup, greek ? "." : ",");
  return decimal;
}

}  // namespace

std::string AmountInWords(Amount amount, absl::string_view currency, Language language) {
  const Amount magnitude{std::abs(amount.minor)};
  const std::string number = Localized(AmountAsDecimal(magnitude, currency), language);
  const absl::string_view sign = amount.minor < 0 ? "-" : "";
  const bool euro = currency == "EUR";
  if (language == Language::kGreek) return absl::StrCat(sign, number, " ", euro ? "€" : currency);
  return absl::StrCat(sign, euro ? "€" : absl::StrCat(currency, " "), number);
}

std::string RateInWords(VatRate rate, Language language) {
  std::string percent =
      absl::StrFormat("%d.%02d", rate.basis_points / 100, rate.basis_points % 100);
  while (percent.back() == '0') percent.pop_back();
  if (percent.back() == '.') percent.pop_back();
  return absl::StrCat(Localized(std::move(percent), language), "%");
}

}  // namespace ipstore::orders
