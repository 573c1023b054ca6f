// Amounts, rates and quantities as people write them, exactly.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_MONEY_TEXT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_MONEY_TEXT_H_

#include <cstdint>
#include <string>

#include "domain/order.h"
#include "google/type/money.pb.h"

namespace ipstore::orders::client {

// "1.234,50 €" in Greek, "€1,234.50" in English; currencies other than EUR by their code. As many
// decimals as the currency has, and more where the amount has more: nothing is rounded.
std::string FormatMoney(const google::type::Money& money, Language language);

// 2400 is "24%", 650 is "6,5%" in Greek and "6.5%" in English.
std::string FormatVatRate(std::int32_t basis_points, Language language);

// 12500 is "12.500" in Greek and "12,500" in English.
std::string FormatCount(std::int64_t count, Language language);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_MONEY_TEXT_H_
