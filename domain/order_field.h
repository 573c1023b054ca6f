// The fields of an order that can be amended after it was placed, by the names that they have in
// the contract, and the command that amends each (product §2, "UpdateOrder").
#ifndef IPSTORE_ORDERS_DOMAIN_ORDER_FIELD_H_
#define IPSTORE_ORDERS_DOMAIN_ORDER_FIELD_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/enum_set.h"
#include "domain/lifecycle.h"
#include "domain/order.h"

namespace ipstore::orders {

// Stored by Name(), so the numbers may change and the names may not.
enum class OrderField : std::uint8_t {
  kCustomerName = 1,
  kCustomerEmail,
  kCustomerPhone,
  kCompanyName,
  kVatNumber,
  kPromisedDelivery,
  kMethod,
  kDeliveryAddress,
  kStore,
  kLines,
  kCharges,
};

inline constexpr std::array kOrderFields = {
    OrderField::kCustomerName, OrderField::kCustomerEmail,   OrderField::kCustomerPhone,
    OrderField::kCompanyName,  OrderField::kVatNumber,       OrderField::kPromisedDelivery,
    OrderField::kMethod,       OrderField::kDeliveryAddress, OrderField::kStore,
    OrderField::kLines,        OrderField::kCharges,
};

using OrderFieldSet = EnumSet<OrderField>;

// The field's path in the contract's Order: "customer.email", "lines". To static storage.
absl::string_view Name(OrderField field);

// The field of that path, or nothing: it does not exist or cannot be amended.
std::optional<OrderField> OrderFieldFromName(absl::string_view path);

// True for the fields that say something of people; a redaction empties them (redact.h).
bool IsPersonal(OrderField field);

// The command that amends the field: it says in which statuses, and for whom.
Command CommandAmending(OrderField field);

// The commands that amend `fields`, each once, in the order of the enumeration.
std::vector<Command> CommandsAmending(OrderFieldSet fields);

// The checks that no longer count once a field of that command was amended (product §2).
EnumSet<CheckKind> ChecksClearedBy(Command command);

// True for the commands whose fields are frozen once the order is invoiced: what the invoice says
// of goods, prices and delivery must stay true.
bool IsFrozenByInvoice(Command command);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_ORDER_FIELD_H_
