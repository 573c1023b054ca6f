// The commands that change nothing. Each returns what to print on stdout, or why it was refused.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_READS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_READS_H_

#include <string>
#include <vector>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

// The whole page of an order, all its activities and comments included.
Result<std::string> ShowOrder(const Session& session, v1::GetOrderPageRequest request);
Result<std::string> LookupOrder(const Session& session, const v1::LookupOrderRequest& request);

// One page of a list, and how to ask for the next one.
Result<std::string> ListOrders(const Session& session, const v1::ListOrdersRequest& request);
Result<std::string> ListActivities(const Session& session,
                                   const v1::ListActivitiesRequest& request);
Result<std::string> ListComments(const Session& session, const v1::ListCommentsRequest& request);

// What happened to an order or enquiry and what was said, all of it, the oldest first.
Result<std::vector<v1::Activity>> AllActivities(const OrdersClient& client,
                                                const std::string& subject);
// All comments on it, the oldest first.
Result<std::vector<v1::Comment>> AllComments(const OrdersClient& client,
                                             const std::string& subject);
// All notifications of it, the oldest first.
Result<std::vector<v1::Notification>> AllNotifications(const OrdersClient& client,
                                                       const std::string& subject);

Result<std::string> Explain(const Session& session, const v1::ExplainTransitionsRequest& request);

// The rules in words, or with `mermaid` just the diagram.
Result<std::string> DescribeLifecycle(const Session& session, bool mermaid);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_READS_H_
