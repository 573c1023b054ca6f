// What RedactionService does, method by method; see order_service.h.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_REDACTION_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_REDACTION_SERVICE_H_

#include "ipstore/orders/v1/redaction_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Thread-safe; no method blocks. The contract of each method stands in redaction_service.proto.
class RedactionMethods {
 public:
  explicit RedactionMethods(const Backend& backend) : backend_(backend) {}

  void RedactSubject(const CallContext& context, const v1::RedactSubjectRequest& request,
                     Responder<v1::RedactSubjectResponse> responder);
  void RedactComment(const CallContext& context, const v1::RedactCommentRequest& request,
                     Responder<v1::RedactCommentResponse> responder);
  void RedactCustomer(const CallContext& context, const v1::RedactCustomerRequest& request,
                      Responder<v1::RedactCustomerResponse> responder);
  void GetRedaction(const CallContext& context, const v1::GetRedactionRequest& request,
                    Responder<v1::Redaction> responder);
  void ListRedactions(const CallContext& context, const v1::ListRedactionsRequest& request,
                      Responder<v1::ListRedactionsResponse> responder);

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_REDACTION_SERVICE_H_
