// WatchOrder. See order_service.proto.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ORDER_WATCH_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ORDER_WATCH_H_

#include <cstdint>
#include <utility>

#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/watch.h"

namespace ipstore::orders {

class OrderWatch final : public Watch<v1::WatchOrderResponse> {
 public:
  using Request = v1::WatchOrderRequest;
  using Response = v1::WatchOrderResponse;

  OrderWatch(const Backend& backend, CallContext context, MessageSink<Response>* sink)
      : Watch(backend, std::move(context), sink) {}

  // Begins, or ends with a refusal.
  void Start(const Request& request);

  void Send(FeedDelivery delivery) override;

 private:
  void Resume(FeedMark after);
  void SendPage(FeedDelivery delivery);

  SubjectName name_;
  FeedScope scope_;
  std::int32_t page_size_ = 0;
  // The first message has the page. What that holds is left out of what follows.
  bool page_wanted_ = false;
  std::int32_t page_last_seq_ = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ORDER_WATCH_H_
