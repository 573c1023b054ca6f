// The command that takes one step of many orders.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_BATCH_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_BATCH_H_

#include <string>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

// As many orders as the server takes in one batch.
inline constexpr int kMaxBatch = 500;

// Returns what became of each order, a line for each that moved, and how many did and did not. Sets
// the exit code of the session to that of the first order that was refused.
Result<std::string> BatchTransitionOrders(const Session& session,
                                          const v1::BatchTransitionOrdersRequest& request);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_BATCH_H_
