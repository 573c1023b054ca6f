// What EnquiryService does, method by method; see order_service.h.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ENQUIRY_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ENQUIRY_SERVICE_H_

#include "ipstore/orders/v1/enquiry_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Thread-safe; no method blocks. The contract of each method stands in enquiry_service.proto.
class EnquiryMethods {
 public:
  explicit EnquiryMethods(const Backend& backend) : backend_(backend) {}

  void CreateEnquiry(const CallContext& context, const v1::CreateEnquiryRequest& request,
                     Responder<v1::CreateEnquiryResponse> responder);
  void GetEnquiry(const CallContext& context, const v1::GetEnquiryRequest& request,
                  Responder<v1::Enquiry> responder);
  void TransitionEnquiry(const CallContext& context, const v1::TransitionEnquiryRequest& request,
                         Responder<v1::TransitionEnquiryResponse> responder);
  void SetEnquiryNotifications(const CallContext& context,
                               const v1::SetEnquiryNotificationsRequest& request,
                               Responder<v1::SetEnquiryNotificationsResponse> responder);

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ENQUIRY_SERVICE_H_
