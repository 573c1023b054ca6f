// Steps of many orders in one call: each a unit of its own, answered together.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_BATCH_TRANSITIONS_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_BATCH_TRANSITIONS_H_

#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Does what OrderService.BatchTransitionOrders says. Does not block.
void BatchTransition(const Backend& backend, const CallContext& context,
                     const v1::BatchTransitionOrdersRequest& request,
                     Responder<v1::BatchTransitionOrdersResponse> responder);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_BATCH_TRANSITIONS_H_
