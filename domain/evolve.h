// Applies what happened to a subject. A stored order is always the fold of its activities with
// these functions.
#ifndef IPSTORE_ORDERS_DOMAIN_EVOLVE_H_
#define IPSTORE_ORDERS_DOMAIN_EVOLVE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "domain/activity.h"
#include "domain/order.h"

namespace ipstore::orders {

// The order that `created`, whose event must be OrderCreated, brings to life.
Order Begin(const Activity& created);

// Changes `order` by one later activity, whose seq must be the next one. Decided activities always
// apply; this does not fail, and does not decide anything again.
void Evolve(Order& order, const Activity& activity);

// The fold of a whole log. INVALID_ARGUMENT when the log is empty, does not begin with
// OrderCreated, has another OrderCreated, or a gap in seq.
absl::StatusOr<Order> Replay(const std::vector<Activity>& log);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_EVOLVE_H_
