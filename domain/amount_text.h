// Amounts and rates as people write them in each language. Machines and logs have AmountAsDecimal
// (money.h).
#ifndef IPSTORE_ORDERS_DOMAIN_AMOUNT_TEXT_H_
#define IPSTORE_ORDERS_DOMAIN_AMOUNT_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "domain/money.h"
#include "domain/order.h"

namespace ipstore::orders {

// "1.234,50 €" in Greek, "€1,234.50" in English; currencies other than EUR by their code.
// `currency` must be well formed.
std::string AmountInWords(Amount amount, absl::string_view currency, Language language);

// 2400 basis points are "24%", 650 are "6,5%" in Greek and "6.5%" in English.
std::string RateInWords(VatRate rate, Language language);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_AMOUNT_TEXT_H_
