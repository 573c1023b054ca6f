// What FeedService does, method by method; see order_service.h.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_FEED_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_FEED_SERVICE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "domain/refusal.h"
#include "ipstore/orders/v1/feed_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// The consumer that `name` names, without "feedConsumers/"; with a violation of `field` where it
// names none.
std::string DecodeConsumerName(absl::string_view name, absl::string_view field,
                               Violations& violations);

// Thread-safe; no method blocks. The contract of each method stands in feed_service.proto.
class FeedMethods {
 public:
  explicit FeedMethods(const Backend& backend) : backend_(backend) {}

  void GetFeedStatus(const CallContext& context, const v1::GetFeedStatusRequest& request,
                     Responder<v1::FeedStatus> responder) const;
  void AcknowledgeActivities(const CallContext& context,
                             const v1::AcknowledgeActivitiesRequest& request,
                             Responder<v1::AcknowledgeActivitiesResponse> responder) const;
  void DeleteFeedConsumer(const CallContext& context, const v1::DeleteFeedConsumerRequest& request,
                          Responder<v1::DeleteFeedConsumerResponse> responder) const;

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_FEED_SERVICE_H_
