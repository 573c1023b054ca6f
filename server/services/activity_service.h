// What ActivityService and CommentService do: the log of an order, and the part of it that people
// said.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_SERVICE_H_

#include "ipstore/orders/v1/activity_service.pb.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Thread-safe; no method blocks. The contract stands in activity_service.proto.
class ActivityMethods {
 public:
  explicit ActivityMethods(const Backend& backend) : backend_(backend) {}

  void ListActivities(const CallContext& context, const v1::ListActivitiesRequest& request,
                      Responder<v1::ListActivitiesResponse> responder);

 private:
  Backend backend_;
};

// Thread-safe; no method blocks. The contract stands in comment_service.proto.
class CommentMethods {
 public:
  explicit CommentMethods(const Backend& backend) : backend_(backend) {}

  void CreateComment(const CallContext& context, const v1::CreateCommentRequest& request,
                     Responder<v1::CreateCommentResponse> responder);
  void GetComment(const CallContext& context, const v1::GetCommentRequest& request,
                  Responder<v1::Comment> responder);
  void ListComments(const CallContext& context, const v1::ListCommentsRequest& request,
                    Responder<v1::ListCommentsResponse> responder);
  void IngestEmail(const CallContext& context, const v1::IngestEmailRequest& request,
                   Responder<v1::ReceivedEmail> responder) const;
  void ListReceivedEmails(const CallContext& context, const v1::ListReceivedEmailsRequest& request,
                          Responder<v1::ListReceivedEmailsResponse> responder) const;
  void GetReceivedEmail(const CallContext& context, const v1::GetReceivedEmailRequest& request,
                        Responder<v1::ReceivedEmail> responder) const;

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_SERVICE_H_
