// Decides what an UpdateOrder makes of an order: a pure function to what it amends or a refusal.
#ifndef IPSTORE_ORDERS_DOMAIN_AMEND_H_
#define IPSTORE_ORDERS_DOMAIN_AMEND_H_

#include <variant>

#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/command.h"
#include "domain/order.h"
#include "domain/refusal.h"

namespace ipstore::orders {

// What `command` amends of `order`, without the fields whose new value is the old one; FieldsOf()
// is empty when that is all of them. All or nothing. The command must be valid by itself
// (validate.h).
// Refuses with, in this order of precedence, PERMISSION_DENIED (the role may never amend one of the
// fields), COMMAND_NOT_OPEN (not in this status), FROZEN_BY_INVOICE, INVALID_REQUEST (what does not
// fit the order or the time), QUANTITY_BELOW_GATHERED.
std::variant<OrderAmended, Refusal> Amend(const Order& order, const UpdateOrder& command,
                                          const Caller& caller, absl::Time now);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_AMEND_H_
