// Calls the order service: the methods of its services, with a deadline, the caller's
// metadata, decoded errors, and retries that change nothing twice.
//
//   OrdersClient client(OpenChannel({.target = "127.0.0.1:50051"}),
//                       {.caller = {.actor = {"staff", "maria"}}});
//   v1::TransitionOrderRequest request;
//   request.set_name("orders/1000000018");
//   request.mutable_start_processing();
//   Result<v1::TransitionOrderResponse> moved = client.TransitionOrder(request);
//   if (!moved.ok()) std::cerr << moved.error().message;
#ifndef IPSTORE_ORDERS_CLIENT_ORDERS_CLIENT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERS_CLIENT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/caller.h"
#include "client/result.h"
#include "client/retry.h"
#include "client/watch.h"
#include "ipstore/orders/v1/activity_service.pb.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "ipstore/orders/v1/enquiry_service.pb.h"
#include "ipstore/orders/v1/feed_service.pb.h"
#include "ipstore/orders/v1/notification_service.pb.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "ipstore/orders/v1/redaction_service.pb.h"
#include "ipstore/orders/v1/request_service.pb.h"

namespace grpc {
class Channel;
}

namespace ipstore::orders::client {

struct ClientOptions {
  Caller caller;
  // For one call as a whole, retries and pauses included.
  absl::Duration timeout = absl::Seconds(15);
  RetryPolicy retry;
  // How pauses are spent while the server is connected. Empty: the thread sleeps. While it is not,
  // the pause ends early when it comes back.
  std::function<void(absl::Duration)> sleep;
};

// What fits into one message to the server, as it is serialized.
inline constexpr std::size_t kMaxImportedOrderBytes = 3 << 20;

// Thread-safe. Every method blocks until the answer, a refusal, or the timeout. What each does and
// with which reasons it can be refused stands in the .proto files. Errors of this side:
// INVALID_ARGUMENT without a reason when the caller cannot stand in metadata, and what gRPC says
// when there is no answer (UNAVAILABLE, DEADLINE_EXCEEDED).
//
// Methods that change something make up a request_id where the request has none, so that a retry is
// always safe.
class OrdersClient {
 public:
  OrdersClient(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options);
  ~OrdersClient();

  OrdersClient(const OrdersClient&) = delete;
  OrdersClient& operator=(const OrdersClient&) = delete;

  // The same caller and connection, answered in another language.
  OrdersClient In(std::string language) const;

  Result<v1::CreateOrderResponse> CreateOrder(v1::CreateOrderRequest request) const;
  Result<v1::TransitionOrderResponse> TransitionOrder(v1::TransitionOrderRequest request) const;
  Result<v1::RecordCheckResponse> RecordCheck(v1::RecordCheckRequest request) const;
  Result<v1::RecordGatheringResponse> RecordGathering(v1::RecordGatheringRequest request) const;
  Result<v1::RecordInvoiceResponse> RecordInvoice(v1::RecordInvoiceRequest request) const;
  Result<v1::RecordTrackingResponse> RecordTracking(v1::RecordTrackingRequest request) const;
  Result<v1::UpdateOrderResponse> UpdateOrder(v1::UpdateOrderRequest request) const;
  Result<v1::SetNotificationsResponse> SetNotifications(v1::SetNotificationsRequest request) const;
  Result<v1::SubmitFeedbackResponse> SubmitFeedback(v1::SubmitFeedbackRequest request) const;
  Result<v1::CreateCommentResponse> CreateComment(v1::CreateCommentRequest request) const;

  // A step of each of many orders. The call succeeds when every one has a result; see those.
  Result<v1::BatchTransitionOrdersResponse> BatchTransitionOrders(
      v1::BatchTransitionOrdersRequest request) const;
  Result<v1::CreateEnquiryResponse> CreateEnquiry(v1::CreateEnquiryRequest request) const;
  Result<v1::TransitionEnquiryResponse> TransitionEnquiry(
      v1::TransitionEnquiryRequest request) const;
  Result<v1::SetEnquiryNotificationsResponse> SetEnquiryNotifications(
      v1::SetEnquiryNotificationsRequest request) const;

  Result<v1::Notification> ResendNotification(v1::ResendNotificationRequest request) const;

  // Hands over an e-mail that customers sent. Without a request_id: the same e-mail is taken once,
  // however often it is handed over. Large ones need a longer timeout than other calls.
  Result<v1::ReceivedEmail> IngestEmail(const v1::IngestEmailRequest& request) const;

  // Loads orders with their past, over one stream; with `validate_only` as if. The timeout is for
  // all of them: some thousand at a time are a good measure, and no more than 1,000 when each
  // refusal has to be listed. No entry may exceed kMaxImportedOrderBytes. Retried as a whole: what
  // a failed attempt has loaded counts as already there in the next one.
  Result<v1::ImportOrdersResponse> ImportOrders(std::vector<v1::ImportedOrder> orders,
                                                bool validate_only = false) const;

  // These need the right to redact; see redaction_service.proto.
  Result<v1::RedactSubjectResponse> RedactSubject(v1::RedactSubjectRequest request) const;
  Result<v1::RedactCommentResponse> RedactComment(v1::RedactCommentRequest request) const;
  Result<v1::RedactCustomerResponse> RedactCustomer(v1::RedactCustomerRequest request) const;
  Result<v1::Redaction> GetRedaction(const v1::GetRedactionRequest& request) const;
  Result<v1::ListRedactionsResponse> ListRedactions(const v1::ListRedactionsRequest& request) const;

  Result<v1::Order> GetOrder(const v1::GetOrderRequest& request) const;
  Result<v1::OrderPage> GetOrderPage(const v1::GetOrderPageRequest& request) const;
  Result<v1::Enquiry> GetEnquiry(const v1::GetEnquiryRequest& request) const;
  Result<v1::ListRequestsResponse> ListRequests(const v1::ListRequestsRequest& request) const;
  Result<v1::ListOverdueOrdersResponse> ListOverdueOrders(
      const v1::ListOverdueOrdersRequest& request) const;
  Result<v1::SearchRequestsResponse> SearchRequests(const v1::SearchRequestsRequest& request) const;
  Result<v1::Order> LookupOrder(const v1::LookupOrderRequest& request) const;
  Result<v1::ListOrdersResponse> ListOrders(const v1::ListOrdersRequest& request) const;
  Result<v1::ExplainTransitionsResponse> ExplainTransitions(
      const v1::ExplainTransitionsRequest& request) const;
  Result<v1::DescribeLifecycleResponse> DescribeLifecycle(
      const v1::DescribeLifecycleRequest& request) const;
  Result<v1::ListActivitiesResponse> ListActivities(const v1::ListActivitiesRequest& request) const;
  Result<v1::Comment> GetComment(const v1::GetCommentRequest& request) const;
  Result<v1::ListCommentsResponse> ListComments(const v1::ListCommentsRequest& request) const;

  Result<v1::ListNotificationsResponse> ListNotifications(
      const v1::ListNotificationsRequest& request) const;
  Result<v1::Notification> GetNotification(const v1::GetNotificationRequest& request) const;
  Result<v1::PreviewNotificationResponse> PreviewNotification(
      const v1::PreviewNotificationRequest& request) const;
  Result<v1::ListReceivedEmailsResponse> ListReceivedEmails(
      const v1::ListReceivedEmailsRequest& request) const;
  // With `include_raw_message` the answer is larger than gRPC accepts by default; a channel of
  // OpenChannel() accepts it.
  Result<v1::ReceivedEmail> GetReceivedEmail(const v1::GetReceivedEmailRequest& request) const;

  Result<v1::FeedStatus> GetFeedStatus(const v1::GetFeedStatusRequest& request) const;
  // Without a request_id: doing it twice is the same as doing it once.
  Result<v1::AcknowledgeActivitiesResponse> AcknowledgeActivities(
      const v1::AcknowledgeActivitiesRequest& request) const;
  Result<v1::DeleteFeedConsumerResponse> DeleteFeedConsumer(
      const v1::DeleteFeedConsumerRequest& request) const;

  // Follow a stream for as long as somebody listens: broken off, it is taken up again after the
  // last message's resume_token, with the retry policy's pauses and as often as it takes; the
  // timeout does not apply. Nothing is missed. What was told of last may be told of once more, so
  // that who counts compares names. Block until a handler or the stop token ends the watch, which
  // returns nothing, or return why it cannot go on: begin anew without a token after
  // FEED_HISTORY_CHANGED.
  std::optional<Error> WatchActivities(const v1::WatchActivitiesRequest& request,
                                       const WatchHandlers<v1::WatchActivitiesResponse>& handlers,
                                       const WatchOptions& options = {}) const;
  // The page of the order comes with the first message, and not again.
  std::optional<Error> WatchOrder(const v1::WatchOrderRequest& request,
                                  const WatchHandlers<v1::WatchOrderResponse>& handlers,
                                  const WatchOptions& options = {}) const;

 private:
  // The generated stubs, which are costly to include.
  struct Stubs;

  OrdersClient(ClientOptions options, std::shared_ptr<Stubs> stubs);

  ClientOptions options_;
  std::shared_ptr<Stubs> stubs_;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERS_CLIENT_H_
