// What RequestService does, method by method; see order_service.h.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_REQUEST_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_REQUEST_SERVICE_H_

#include "ipstore/orders/v1/request_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Thread-safe; no method blocks. The contract of each method stands in request_service.proto.
class RequestMethods {
 public:
  explicit RequestMethods(const Backend& backend) : backend_(backend) {}

  void ListRequests(const CallContext& context, const v1::ListRequestsRequest& request,
                    Responder<v1::ListRequestsResponse> responder);
  void ListOverdueOrders(const CallContext& context, const v1::ListOverdueOrdersRequest& request,
                         Responder<v1::ListOverdueOrdersResponse> responder);
  void SearchRequests(const CallContext& context, const v1::SearchRequestsRequest& request,
                      Responder<v1::SearchRequestsResponse> responder);

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_REQUEST_SERVICE_H_
