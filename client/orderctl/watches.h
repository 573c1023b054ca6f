// The commands that go on as things happen: each prints as it is told, and returns when there is
// nothing more to print, or why it cannot go on.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_WATCHES_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_WATCHES_H_

#include <cstdint>
#include <string>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

// Ends after `count` activities; 0: never by itself. With JSON, one message a line.
struct WatchCount {
  std::int64_t count = 0;
};

// An order as it stands, then each change.
Result<std::string> WatchOrder(const Session& session, const v1::WatchOrderRequest& request,
                               WatchCount count);

// Everything that the request's parent says; a customer's own without one, and to all others all.
Result<std::string> WatchActivities(const Session& session, v1::WatchActivitiesRequest request,
                                    WatchCount count);

// The head of the feed, and every consumer's place and lag.
Result<std::string> ShowFeedStatus(const Session& session);
Result<std::string> AcknowledgeActivities(const Session& session,
                                          const v1::AcknowledgeActivitiesRequest& request);
Result<std::string> ForgetConsumer(const Session& session,
                                   const v1::DeleteFeedConsumerRequest& request);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_WATCHES_H_
