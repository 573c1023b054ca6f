// What OrderService does, method by method: decode, check, hand over to the write or read path,
// encode. Each method returns at once and answers later through its responder.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ORDER_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ORDER_SERVICE_H_

#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Thread-safe; no method blocks. The contract of each method stands in order_service.proto.
class OrderMethods {
 public:
  explicit OrderMethods(const Backend& backend) : backend_(backend) {}

  void CreateOrder(const CallContext& context, const v1::CreateOrderRequest& request,
                   Responder<v1::CreateOrderResponse> responder);
  void GetOrder(const CallContext& context, const v1::GetOrderRequest& request,
                Responder<v1::Order> responder);
  void GetOrderPage(const CallContext& context, const v1::GetOrderPageRequest& request,
                    Responder<v1::OrderPage> responder);
  void LookupOrder(const CallContext& context, const v1::LookupOrderRequest& request,
                   Responder<v1::Order> responder);
  void ListOrders(const CallContext& context, const v1::ListOrdersRequest& request,
                  Responder<v1::ListOrdersResponse> responder);
  void TransitionOrder(const CallContext& context, const v1::TransitionOrderRequest& request,
                       Responder<v1::TransitionOrderResponse> responder);
  void BatchTransitionOrders(const CallContext& context,
                             const v1::BatchTransitionOrdersRequest& request,
                             Responder<v1::BatchTransitionOrdersResponse> responder);
  void RecordCheck(const CallContext& context, const v1::RecordCheckRequest& request,
                   Responder<v1::RecordCheckResponse> responder);
  void RecordGathering(const CallContext& context, const v1::RecordGatheringRequest& request,
                       Responder<v1::RecordGatheringResponse> responder);
  void RecordInvoice(const CallContext& context, const v1::RecordInvoiceRequest& request,
                     Responder<v1::RecordInvoiceResponse> responder);
  void RecordTracking(const CallContext& context, const v1::RecordTrackingRequest& request,
                      Responder<v1::RecordTrackingResponse> responder);
  void UpdateOrder(const CallContext& context, const v1::UpdateOrderRequest& request,
                   Responder<v1::UpdateOrderResponse> responder);
  void SetNotifications(const CallContext& context, const v1::SetNotificationsRequest& request,
                        Responder<v1::SetNotificationsResponse> responder);
  void SubmitFeedback(const CallContext& context, const v1::SubmitFeedbackRequest& request,
                      Responder<v1::SubmitFeedbackResponse> responder);
  void ExplainTransitions(const CallContext& context, const v1::ExplainTransitionsRequest& request,
                          Responder<v1::ExplainTransitionsResponse> responder);
  void DescribeLifecycle(const CallContext& context, const v1::DescribeLifecycleRequest& request,
                         Responder<v1::DescribeLifecycleResponse> responder);

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ORDER_SERVICE_H_
