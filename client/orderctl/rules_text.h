// What may be done, as people read it: for one order, and in general.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_RULES_TEXT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_RULES_TEXT_H_

#include <string>

#include "client/orderctl/reader.h"
#include "ipstore/orders/v1/order_service.pb.h"

namespace ipstore::orders::client {

// The step that leads one order on: what it is called, who may take it and what is missing for it.
std::string NextStepText(const v1::ActionExplanation& step, const Reader& reader);

// Every action on one order: whether it is open, where it leads, and every reason why not.
std::string ExplanationText(const v1::ExplainTransitionsResponse& explanation,
                            const Reader& reader);

// The statuses with their meanings, the steps between them, and the other commands.
std::string LifecycleText(const v1::DescribeLifecycleResponse& lifecycle, const Reader& reader);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_RULES_TEXT_H_
