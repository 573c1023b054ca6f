// WatchActivities. See activity_service.proto.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_WATCH_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_WATCH_H_

#include "ipstore/orders/v1/activity_service.pb.h"
#include "server/services/watch.h"

namespace ipstore::orders {

class ActivityWatch final : public Watch<v1::WatchActivitiesResponse> {
 public:
  using Request = v1::WatchActivitiesRequest;
  using Response = v1::WatchActivitiesResponse;

  ActivityWatch(const Backend& backend, CallContext context, MessageSink<Response>* sink)
      : Watch(backend, std::move(context), sink) {}

  // Begins, or ends with a refusal.
  void Start(const Request& request);

  void Send(FeedDelivery delivery) override;

 private:
  // After the place of that consumer.
  void FollowAs(std::string consumer, std::optional<SubjectName> subject);
  // Of a subject once it has been seen that the caller may; else of the scope.
  void FollowFrom(std::optional<SubjectName> subject, std::optional<FeedMark> after);
  void FollowOne(SubjectName name, std::optional<FeedMark> after);

  FeedScope scope_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_WATCH_H_
