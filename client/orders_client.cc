#include "client/orders_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "client/request_id.h"
#include "client/watch_loop.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/comment_service.grpc.pb.h"
#include "ipstore/orders/v1/enquiry_service.grpc.pb.h"
#include "ipstore/orders/v1/feed_service.grpc.pb.h"
#include "ipstore/orders/v1/notification_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "ipstore/orders/v1/redaction_service.grpc.pb.h"
#include "ipstore/orders/v1/request_service.grpc.pb.h"

namespace ipstore::orders::client {

struct OrdersClient::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& the_channel)
      : channel(the_channel),
        orders(channel),
        activities(channel),
        comments(channel),
        enquiries(channel),
        feed(channel),
        notifications(channel),
        redactions(channel),
        requests(channel) {}

  std::shared_ptr<grpc::Channel> channel;
  v1::OrderService::Stub orders;
  v1::ActivityService::Stub activities;
  v1::CommentService::Stub comments;
  v1::EnquiryService::Stub enquiries;
  v1::FeedService::Stub feed;
  v1::NotificationService::Stub notifications;
  v1::RedactionService::Stub redactions;
  v1::RequestService::Stub requests;
};

namespace {

double Jitter() {
  thread_local std::minstd_rand engine{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

// Lets the time before the next attempt pass. gRPC gets on with connecting only while somebody
// waits for it, so that after a mere sleep the next attempt would find the server as absent as the
// one before.
void Pause(grpc::Channel& channel, absl::Duration pause, const ClientOptions& options) {
  if (channel.GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY) {
    options.sleep(pause);
  } else {
    channel.WaitForConnected(absl::ToChronoTime(absl::Now() + pause));
  }
}

// The same for a stream, but where its server has told the connection to end, which nobody hears of
// who sleeps, the first attempt goes to another server at once.
void PauseStream(grpc::Channel& channel, absl::Duration pause, int failures) {
  const auto end = absl::ToChronoTime(absl::Now() + pause);
  if (channel.WaitForStateChange(GRPC_CHANNEL_READY, end)) channel.WaitForConnected(end);
  if (failures == 1) return;
  while (channel.WaitForStateChange(channel.GetState(/*try_to_connect=*/true), end)) {
  }
}

// One method of a generated stub.
template <typename Stub, typename Request, typename Response>
using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*);

template <typename Stub, typename Request, typename Response>
Result<Response> CallOnce(Stub& stub, Method<Stub, Request, Response> method,
                          const Request& request, const Caller& caller, absl::Time deadline) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  AddMetadata(caller, context);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return DecodeError(status);
  return response;
}

// Why a caller cannot stand in metadata, if so.
std::optional<Error> UnusableCaller(const Caller& caller) {
  const absl::Status status = CheckCaller(caller);
  if (status.ok()) return std::nullopt;
  return Error{.code = grpc::StatusCode::INVALID_ARGUMENT,
               .message = std::string(status.message())};
}

// Calls until there is an answer, or a refusal that stays one. `once` makes one attempt, until a
// deadline.
template <typename Response>
Result<Response> Repeat(const std::function<Result<Response>(absl::Time deadline)>& once,
                        grpc::Channel& channel, const ClientOptions& options) {
  if (std::optional<Error> error = UnusableCaller(options.caller); error.has_value())
    return *std::move(error);
  const absl::Time deadline = absl::Now() + options.timeout;
  for (int attempt = 1;; ++attempt) {
    Result<Response> result = once(deadline);
    if (result.ok() || !IsWorthRetrying(result.error())) return result;
    if (attempt >= options.retry.max_attempts) return result;
    const absl::Duration pause = PauseAfter(options.retry, attempt, result.error(), Jitter());
    if (absl::Now() + pause >= deadline) return result;
    Pause(channel, pause, options);
  }
}

template <typename Stub, typename Request, typename Response>
Result<Response> Call(Stub& stub, Method<Stub, Request, Response> method, const Request& request,
                      grpc::Channel& channel, const ClientOptions& options) {
  return Repeat<Response>(
      [&](absl::Time deadline) {
        return CallOnce(stub, method, request, options.caller, deadline);
      },
      channel, options);
}

// One streaming method of a generated stub.
template <typename Stub, typename Request, typename Response>
using StreamMethod = std::unique_ptr<grpc::ClientAsyncReader<Response>> (Stub::*)(
    grpc::ClientContext*, const Request&, grpc::CompletionQueue*, void*);

template <typename Stub, typename Request, typename Response>
std::optional<Error> Follow(Stub& stub, StreamMethod<Stub, Request, Response> method,
                            const Request& request, const WatchHandlers<Response>& handlers,
                            const WatchOptions& watch, grpc::Channel& channel,
                            const ClientOptions& options) {
  if (std::optional<Error> error = UnusableCaller(options.caller); error.has_value()) return error;
  return FollowStream<Request, Response>(
      request, options.caller,
      [&stub, method](const Request& now, grpc::ClientContext* context,
                      grpc::CompletionQueue* queue,
                      void* tag) { return (stub.*method)(context, now, queue, tag); },
      [&channel, &options](int failures, const Error& error) {
        PauseStream(channel, PauseAfter(options.retry, failures, error, Jitter()), failures);
      },
      handlers, watch);
}

// What the server takes in one message, and what is well below gRPC's own limit.
constexpr int kMaxEntriesPerMessage = 100;
constexpr std::size_t kMessageBytes = 1 << 20;

std::vector<v1::ImportOrdersRequest> MessagesFor(std::vector<v1::ImportedOrder> orders,
                                                 bool validate_only) {
  // One at least: it says what all are about.
  std::vector<v1::ImportOrdersRequest> messages(1);
  messages.front().set_validate_only(validate_only);
  std::size_t bytes = 0;
  for (v1::ImportedOrder& order : orders) {
    const std::size_t size = order.ByteSizeLong();
    const int entries = messages.back().orders_size();
    if (entries == kMaxEntriesPerMessage || (entries > 0 && bytes + size > kMessageBytes)) {
      messages.emplace_back();
      bytes = 0;
    }
    bytes += size;
    *messages.back().add_orders() = std::move(order);
  }
  return messages;
}

Result<v1::ImportOrdersResponse> ImportOnce(v1::OrderService::Stub& stub,
                                            const std::vector<v1::ImportOrdersRequest>& messages,
                                            const Caller& caller, absl::Time deadline) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(deadline));
  AddMetadata(caller, context);
  v1::ImportOrdersResponse response;
  const auto writer = stub.ImportOrders(&context, &response);
  for (const v1::ImportOrdersRequest& message : messages) {
    if (!writer->Write(message)) break;  // The call is over; Finish() tells why.
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (!status.ok()) return DecodeError(status);
  return response;
}

// Whether the request is for a preview; not all that change something have one.
template <typename Request>
bool OnlyValidates(const Request& request) {
  if constexpr (requires { request.validate_only(); }) return request.validate_only();
  return false;
}

// A call that changes something: never without a request_id, which the error tells where the
// outcome is unknown.
template <typename Stub, typename Request, typename Response>
Result<Response> Change(Stub& stub, Method<Stub, Request, Response> method, Request& request,
                        grpc::Channel& channel, const ClientOptions& options) {
  if (request.request_id().empty()) request.set_request_id(NewRequestId());
  Result<Response> result = Call(stub, method, request, channel, options);
  if (result.ok() || OnlyValidates(request) || !OutcomeIsUnknown(result.error())) return result;
  Error error = result.error();
  error.request_id = request.request_id();
  return error;
}

}  // namespace

OrdersClient::OrdersClient(const std::shared_ptr<grpc::Channel>& channel, ClientOptions options)
    : OrdersClient(std::move(options), std::make_shared<Stubs>(channel)) {}

OrdersClient::OrdersClient(ClientOptions options, std::shared_ptr<Stubs> stubs)
    : options_(std::move(options)), stubs_(std::move(stubs)) {
  if (!options_.sleep) options_.sleep = absl::SleepFor;
}

OrdersClient::~OrdersClient() = default;

OrdersClient OrdersClient::In(std::string language) const {
  ClientOptions options = options_;
  options.caller.language = std::move(language);
  return OrdersClient(std::move(options), stubs_);
}

Result<v1::CreateOrderResponse> OrdersClient::CreateOrder(v1::CreateOrderRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::CreateOrder, request, *stubs_->channel,
                options_);
}

Result<v1::TransitionOrderResponse> OrdersClient::TransitionOrder(
    v1::TransitionOrderRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::TransitionOrder, request, *stubs_->channel,
                options_);
}

Result<v1::RecordCheckResponse> OrdersClient::RecordCheck(v1::RecordCheckRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::RecordCheck, request, *stubs_->channel,
                options_);
}

Result<v1::RecordGatheringResponse> OrdersClient::RecordGathering(
    v1::RecordGatheringRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::RecordGathering, request, *stubs_->channel,
                options_);
}

Result<v1::RecordInvoiceResponse> OrdersClient::RecordInvoice(
    v1::RecordInvoiceRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::RecordInvoice, request, *stubs_->channel,
                options_);
}

Result<v1::RecordTrackingResponse> OrdersClient::RecordTracking(
    v1::RecordTrackingRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::RecordTracking, request, *stubs_->channel,
                options_);
}

Result<v1::UpdateOrderResponse> OrdersClient::UpdateOrder(v1::UpdateOrderRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::UpdateOrder, request, *stubs_->channel,
                options_);
}

Result<v1::SetNotificationsResponse> OrdersClient::SetNotifications(
    v1::SetNotificationsRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::SetNotifications, request,
                *stubs_->channel, options_);
}

Result<v1::SubmitFeedbackResponse> OrdersClient::SubmitFeedback(
    v1::SubmitFeedbackRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::SubmitFeedback, request, *stubs_->channel,
                options_);
}

Result<v1::CreateCommentResponse> OrdersClient::CreateComment(
    v1::CreateCommentRequest request) const {
  return Change(stubs_->comments, &v1::CommentService::Stub::CreateComment, request,
                *stubs_->channel, options_);
}

Result<v1::Notification> OrdersClient::ResendNotification(
    v1::ResendNotificationRequest request) const {
  return Change(stubs_->notifications, &v1::NotificationService::Stub::ResendNotification, request,
                *stubs_->channel, options_);
}

Result<v1::ReceivedEmail> OrdersClient::IngestEmail(const v1::IngestEmailRequest& request) const {
  return Call(stubs_->comments, &v1::CommentService::Stub::IngestEmail, request, *stubs_->channel,
              options_);
}

Result<v1::ImportOrdersResponse> OrdersClient::ImportOrders(std::vector<v1::ImportedOrder> orders,
                                                            bool validate_only) const {
  const std::vector<v1::ImportOrdersRequest> messages =
      MessagesFor(std::move(orders), validate_only);
  return Repeat<v1::ImportOrdersResponse>(
      [&](absl::Time deadline) {
        return ImportOnce(stubs_->orders, messages, options_.caller, deadline);
      },
      *stubs_->channel, options_);
}

Result<v1::Order> OrdersClient::GetOrder(const v1::GetOrderRequest& request) const {
  return Call(stubs_->orders, &v1::OrderService::Stub::GetOrder, request, *stubs_->channel,
              options_);
}

Result<v1::Order> OrdersClient::LookupOrder(const v1::LookupOrderRequest& request) const {
  return Call(stubs_->orders, &v1::OrderService::Stub::LookupOrder, request, *stubs_->channel,
              options_);
}

Result<v1::ListOrdersResponse> OrdersClient::ListOrders(
    const v1::ListOrdersRequest& request) const {
  return Call(stubs_->orders, &v1::OrderService::Stub::ListOrders, request, *stubs_->channel,
              options_);
}

Result<v1::ExplainTransitionsResponse> OrdersClient::ExplainTransitions(
    const v1::ExplainTransitionsRequest& request) const {
  return Call(stubs_->orders, &v1::OrderService::Stub::ExplainTransitions, request,
              *stubs_->channel, options_);
}

Result<v1::DescribeLifecycleResponse> OrdersClient::DescribeLifecycle(
    const v1::DescribeLifecycleRequest& request) const {
  return Call(stubs_->orders, &v1::OrderService::Stub::DescribeLifecycle, request, *stubs_->channel,
              options_);
}

Result<v1::ListActivitiesResponse> OrdersClient::ListActivities(
    const v1::ListActivitiesRequest& request) const {
  return Call(stubs_->activities, &v1::ActivityService::Stub::ListActivities, request,
              *stubs_->channel, options_);
}

Result<v1::Comment> OrdersClient::GetComment(const v1::GetCommentRequest& request) const {
  return Call(stubs_->comments, &v1::CommentService::Stub::GetComment, request, *stubs_->channel,
              options_);
}

Result<v1::ListCommentsResponse> OrdersClient::ListComments(
    const v1::ListCommentsRequest& request) const {
  return Call(stubs_->comments, &v1::CommentService::Stub::ListComments, request, *stubs_->channel,
              options_);
}

Result<v1::BatchTransitionOrdersResponse> OrdersClient::BatchTransitionOrders(
    v1::BatchTransitionOrdersRequest request) const {
  return Change(stubs_->orders, &v1::OrderService::Stub::BatchTransitionOrders, request,
                *stubs_->channel, options_);
}

Result<v1::CreateEnquiryResponse> OrdersClient::CreateEnquiry(
    v1::CreateEnquiryRequest request) const {
  return Change(stubs_->enquiries, &v1::EnquiryService::Stub::CreateEnquiry, request,
                *stubs_->channel, options_);
}

Result<v1::TransitionEnquiryResponse> OrdersClient::TransitionEnquiry(
    v1::TransitionEnquiryRequest request) const {
  return Change(stubs_->enquiries, &v1::EnquiryService::Stub::TransitionEnquiry, request,
                *stubs_->channel, options_);
}

Result<v1::SetEnquiryNotificationsResponse> OrdersClient::SetEnquiryNotifications(
    v1::SetEnquiryNotificationsRequest request) const {
  return Change(stubs_->enquiries, &v1::EnquiryService::Stub::SetEnquiryNotifications, request,
                *stubs_->channel, options_);
}

Result<v1::RedactSubjectResponse> OrdersClient::RedactSubject(
    v1::RedactSubjectRequest request) const {
  return Change(stubs_->redactions, &v1::RedactionService::Stub::RedactSubject, request,
                *stubs_->channel, options_);
}

Result<v1::RedactCommentResponse> OrdersClient::RedactComment(
    v1::RedactCommentRequest request) const {
  return Change(stubs_->redactions, &v1::RedactionService::Stub::RedactComment, request,
                *stubs_->channel, options_);
}

Result<v1::RedactCustomerResponse> OrdersClient::RedactCustomer(
    v1::RedactCustomerRequest request) const {
  return Change(stubs_->redactions, &v1::RedactionService::Stub::RedactCustomer, request,
                *stubs_->channel, options_);
}

Result<v1::Redaction> OrdersClient::GetRedaction(const v1::GetRedactionRequest& request) const {
  return Call(stubs_->redactions, &v1::RedactionService::Stub::GetRedaction, request,
              *stubs_->channel, options_);
}

Result<v1::ListRedactionsResponse> OrdersClient::ListRedactions(
    const v1::ListRedactionsRequest& request) const {
  return Call(stubs_->redactions, &v1::RedactionService::Stub::ListRedactions, request,
              *stubs_->channel, options_);
}

Result<v1::OrderPage> OrdersClient::GetOrderPage(const v1::GetOrderPageRequest& request) const {
  return Call(stubs_->orders, &v1::OrderService::Stub::GetOrderPage, request, *stubs_->channel,
              options_);
}

Result<v1::Enquiry> OrdersClient::GetEnquiry(const v1::GetEnquiryRequest& request) const {
  return Call(stubs_->enquiries, &v1::EnquiryService::Stub::GetEnquiry, request, *stubs_->channel,
              options_);
}

Result<v1::ListRequestsResponse> OrdersClient::ListRequests(
    const v1::ListRequestsRequest& request) const {
  return Call(stubs_->requests, &v1::RequestService::Stub::ListRequests, request, *stubs_->channel,
              options_);
}

Result<v1::ListOverdueOrdersResponse> OrdersClient::ListOverdueOrders(
    const v1::ListOverdueOrdersRequest& request) const {
  return Call(stubs_->requests, &v1::RequestService::Stub::ListOverdueOrders, request,
              *stubs_->channel, options_);
}

Result<v1::SearchRequestsResponse> OrdersClient::SearchRequests(
    const v1::SearchRequestsRequest& request) const {
  return Call(stubs_->requests, &v1::RequestService::Stub::SearchRequests, request,
              *stubs_->channel, options_);
}

Result<v1::ListNotificationsResponse> OrdersClient::ListNotifications(
    const v1::ListNotificationsRequest& request) const {
  return Call(stubs_->notifications, &v1::NotificationService::Stub::ListNotifications, request,
              *stubs_->channel, options_);
}

Result<v1::Notification> OrdersClient::GetNotification(
    const v1::GetNotificationRequest& request) const {
  return Call(stubs_->notifications, &v1::NotificationService::Stub::GetNotification, request,
              *stubs_->channel, options_);
}

Result<v1::PreviewNotificationResponse> OrdersClient::PreviewNotification(
    const v1::PreviewNotificationRequest& request) const {
  return Call(stubs_->notifications, &v1::NotificationService::Stub::PreviewNotification, request,
              *stubs_->channel, options_);
}

Result<v1::ListReceivedEmailsResponse> OrdersClient::ListReceivedEmails(
    const v1::ListReceivedEmailsRequest& request) const {
  return Call(stubs_->comments, &v1::CommentService::Stub::ListReceivedEmails, request,
              *stubs_->channel, options_);
}

Result<v1::ReceivedEmail> OrdersClient::GetReceivedEmail(
    const v1::GetReceivedEmailRequest& request) const {
  return Call(stubs_->comments, &v1::CommentService::Stub::GetReceivedEmail, request,
              *stubs_->channel, options_);
}

Result<v1::FeedStatus> OrdersClient::GetFeedStatus(const v1::GetFeedStatusRequest& request) const {
  return Call(stubs_->feed, &v1::FeedService::Stub::GetFeedStatus, request, *stubs_->channel,
              options_);
}

Result<v1::AcknowledgeActivitiesResponse> OrdersClient::AcknowledgeActivities(
    const v1::AcknowledgeActivitiesRequest& request) const {
  return Call(stubs_->feed, &v1::FeedService::Stub::AcknowledgeActivities, request,
              *stubs_->channel, options_);
}

Result<v1::DeleteFeedConsumerResponse> OrdersClient::DeleteFeedConsumer(
    const v1::DeleteFeedConsumerRequest& request) const {
  return Call(stubs_->feed, &v1::FeedService::Stub::DeleteFeedConsumer, request, *stubs_->channel,
              options_);
}

std::optional<Error> OrdersClient::WatchActivities(
    const v1::WatchActivitiesRequest& request,
    const WatchHandlers<v1::WatchActivitiesResponse>& handlers, const WatchOptions& options) const {
  return Follow(stubs_->activities, &v1::ActivityService::Stub::AsyncWatchActivities, request,
                handlers, options, *stubs_->channel, options_);
}

std::optional<Error> OrdersClient::WatchOrder(const v1::WatchOrderRequest& request,
                                              const WatchHandlers<v1::WatchOrderResponse>& handlers,
                                              const WatchOptions& options) const {
  return Follow(stubs_->orders, &v1::OrderService::Stub::AsyncWatchOrder, request, handlers,
                options, *stubs_->channel, options_);
}

}  // namespace ipstore::orders::client
