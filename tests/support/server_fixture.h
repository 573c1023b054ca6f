// A server in the test's own process, and a client that speaks to it through gRPC as one caller.
// gRPC itself stays out of this header, since every file that includes it takes long to compile.
//
// The client looks at every error that it gets: each must be as errors.proto says and free of SQL
// and stacks. So every test that meets an error checks that, too.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_SERVER_FIXTURE_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_SERVER_FIXTURE_H_

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "domain/command.h"
#include "gmock/gmock.h"
#include "google/rpc/code.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/activity_service.pb.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "ipstore/orders/v1/enquiry_service.pb.h"
#include "ipstore/orders/v1/feed_service.pb.h"
#include "ipstore/orders/v1/notification_service.pb.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "ipstore/orders/v1/redaction_service.pb.h"
#include "ipstore/orders/v1/request_service.pb.h"
#include "server/config.h"
#include "server/storage/store.h"
#include "tests/support/databases.h"
#include "tests/support/faulty_store.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {

// What a call came to, but for its answer.
struct CallStatus {
  google::rpc::Code code = google::rpc::OK;
  std::string message;
  std::string raw_details;  // the bytes of grpc-status-details-bin

  static CallStatus From(const grpc::Status& status);

  bool ok() const { return code == google::rpc::OK; }

  // All details of that type.
  template <typename Detail>
  std::vector<Detail> All() const {
    google::rpc::Status status;
    status.ParseFromString(raw_details);
    std::vector<Detail> found;
    for (const google::protobuf::Any& any : status.details()) {
      if (Detail detail; any.UnpackTo(&detail)) found.push_back(std::move(detail));
    }
    return found;
  }

  std::string Reason() const;  // of the ErrorInfo; empty when there is none
  std::map<std::string, std::string> Metadata() const;  // likewise
  std::string LocalizedText() const;
  std::vector<std::string> Violations() const;  // "order.lines[0].quantity NOT_POSITIVE", as listed
  std::vector<std::string> Guards() const;      // types of the PreconditionFailure, as listed
};

// How GoogleTest shows it.
void PrintTo(const CallStatus& status, std::ostream* out);

template <typename Response>
struct Reply {
  CallStatus status;
  Response value;

  bool ok() const { return status.ok(); }
};

// The type that a request is answered with.
template <typename Request>
struct AnswerTo;
#define IPSTORE_TEST_ANSWER(request, response) \
  template <>                                  \
  struct AnswerTo<v1::request> {               \
    using Type = v1::response;                 \
  }
IPSTORE_TEST_ANSWER(CreateOrderRequest, CreateOrderResponse);
IPSTORE_TEST_ANSWER(GetOrderRequest, Order);
IPSTORE_TEST_ANSWER(GetOrderPageRequest, OrderPage);
IPSTORE_TEST_ANSWER(LookupOrderRequest, Order);
IPSTORE_TEST_ANSWER(BatchTransitionOrdersRequest, BatchTransitionOrdersResponse);
IPSTORE_TEST_ANSWER(CreateEnquiryRequest, CreateEnquiryResponse);
IPSTORE_TEST_ANSWER(GetEnquiryRequest, Enquiry);
IPSTORE_TEST_ANSWER(TransitionEnquiryRequest, TransitionEnquiryResponse);
IPSTORE_TEST_ANSWER(SetEnquiryNotificationsRequest, SetEnquiryNotificationsResponse);
IPSTORE_TEST_ANSWER(ListRequestsRequest, ListRequestsResponse);
IPSTORE_TEST_ANSWER(ListOverdueOrdersRequest, ListOverdueOrdersResponse);
IPSTORE_TEST_ANSWER(SearchRequestsRequest, SearchRequestsResponse);
IPSTORE_TEST_ANSWER(ListOrdersRequest, ListOrdersResponse);
IPSTORE_TEST_ANSWER(ImportOrdersRequest, ImportOrdersResponse);  // of a single message
IPSTORE_TEST_ANSWER(TransitionOrderRequest, TransitionOrderResponse);
IPSTORE_TEST_ANSWER(RecordCheckRequest, RecordCheckResponse);
IPSTORE_TEST_ANSWER(RecordGatheringRequest, RecordGatheringResponse);
IPSTORE_TEST_ANSWER(RecordInvoiceRequest, RecordInvoiceResponse);
IPSTORE_TEST_ANSWER(RecordTrackingRequest, RecordTrackingResponse);
IPSTORE_TEST_ANSWER(UpdateOrderRequest, UpdateOrderResponse);
IPSTORE_TEST_ANSWER(SetNotificationsRequest, SetNotificationsResponse);
IPSTORE_TEST_ANSWER(SubmitFeedbackRequest, SubmitFeedbackResponse);
IPSTORE_TEST_ANSWER(ExplainTransitionsRequest, ExplainTransitionsResponse);
IPSTORE_TEST_ANSWER(DescribeLifecycleRequest, DescribeLifecycleResponse);
IPSTORE_TEST_ANSWER(ListActivitiesRequest, ListActivitiesResponse);
IPSTORE_TEST_ANSWER(CreateCommentRequest, CreateCommentResponse);
IPSTORE_TEST_ANSWER(GetCommentRequest, Comment);
IPSTORE_TEST_ANSWER(ListCommentsRequest, ListCommentsResponse);
IPSTORE_TEST_ANSWER(RedactSubjectRequest, RedactSubjectResponse);
IPSTORE_TEST_ANSWER(RedactCommentRequest, RedactCommentResponse);
IPSTORE_TEST_ANSWER(RedactCustomerRequest, RedactCustomerResponse);
IPSTORE_TEST_ANSWER(GetRedactionRequest, Redaction);
IPSTORE_TEST_ANSWER(ListRedactionsRequest, ListRedactionsResponse);
IPSTORE_TEST_ANSWER(GetFeedStatusRequest, FeedStatus);
IPSTORE_TEST_ANSWER(AcknowledgeActivitiesRequest, AcknowledgeActivitiesResponse);
IPSTORE_TEST_ANSWER(DeleteFeedConsumerRequest, DeleteFeedConsumerResponse);
IPSTORE_TEST_ANSWER(ListNotificationsRequest, ListNotificationsResponse);
IPSTORE_TEST_ANSWER(GetNotificationRequest, Notification);
IPSTORE_TEST_ANSWER(PreviewNotificationRequest, PreviewNotificationResponse);
IPSTORE_TEST_ANSWER(ResendNotificationRequest, Notification);
IPSTORE_TEST_ANSWER(IngestEmailRequest, ReceivedEmail);
IPSTORE_TEST_ANSWER(ListReceivedEmailsRequest, ListReceivedEmailsResponse);
IPSTORE_TEST_ANSWER(GetReceivedEmailRequest, ReceivedEmail);
#undef IPSTORE_TEST_ANSWER

// Calls as one caller, in one language. Cheap to copy; copies share the connection. Thread-safe;
// calls block.
class Client {
 public:
  using Headers = std::vector<std::pair<std::string, std::string>>;

  // A connection of its own to that address. The language is English.
  Client(const std::string& address, const Caller& caller);

  Client As(const Caller& caller) const;
  Client In(std::string accept_language) const;
  // With just these headers.
  Client WithHeaders(Headers headers) const;
  // Milliseconds that a call may take; 20,000 at first.
  Client Within(int milliseconds) const;

  // The path is "/ipstore.orders.v1.OrderService/GetOrder".
  Reply<std::string> CallBytes(const std::string& path, const std::string& request) const;

  template <typename Request>
  Reply<typename AnswerTo<Request>::Type> Call(const Request& request) const {
    const Reply<std::string> bytes =
        CallBytes(PathFor(*Request::descriptor()), request.SerializeAsString());
    Reply<typename AnswerTo<Request>::Type> reply{.status = bytes.status, .value = {}};
    if (reply.ok() && !reply.value.ParseFromString(bytes.value))
      ADD_FAILURE() << "the answer is no message";
    return reply;
  }

  // The answer of a call that must succeed; the test fails when it does not.
  template <typename Request>
  typename AnswerTo<Request>::Type Must(const Request& request) const {
    auto reply = Call(request);
    EXPECT_TRUE(reply.ok()) << Request::descriptor()->name() << ": "
                            << testing::PrintToString(reply.status);
    return std::move(reply.value);
  }

  // Every method of our services, whichever file of the contract it stands in.
  static std::vector<const google::protobuf::MethodDescriptor*> AllMethods();
  // "/ipstore.orders.v1.OrderService/GetOrder"
  static std::string PathOf(const google::protobuf::MethodDescriptor& method);
  // A path for the method of our services that takes that request.
  static std::string PathFor(const google::protobuf::Descriptor& request);

 private:
  class Channel;

  std::shared_ptr<Channel> channel_;
  Headers headers_;
  std::string language_;
  int milliseconds_ = 20'000;
};

// The metadata that says who calls.
Client::Headers HeadersOf(const Caller& caller);
// A connection of its own to that address, made.
std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address);

// Adds a failure when an error is not as errors.proto says it must be.
void ExpectWellFormedError(const CallStatus& status);

// An ImportOrders call, message by message. Every call blocks.
class ImportCall {
 public:
  // As one caller, in English, with the milliseconds that the call may take.
  ImportCall(const std::string& address, const Caller& caller, int milliseconds = 20'000);
  ~ImportCall();

  // False when the server takes no more, because the call is over.
  bool Send(const v1::ImportOrdersRequest& request);
  bool SendBytes(const std::string& bytes);
  // Says that this was all, and waits for the answer.
  Reply<v1::ImportOrdersResponse> Finish();
  // Does not wait for anything any more. Finish() tells how it ended.
  void Cancel();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A Watch call of the standard health service.
class HealthWatch {
 public:
  HealthWatch(const std::string& address, const std::string& service);
  ~HealthWatch();

  // Blocks for the next status: "SERVING", …; or the end of the stream: the name of its code.
  std::string Next();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

// A server on 127.0.0.1, a port of its own, over a store that can be told to fail.
class ServerInTest {
 public:
  // On a database of its own in an SQLite file.
  explicit ServerInTest(const Config& config = {});
  // On that database, which must outlive it.
  explicit ServerInTest(const TestDatabase& database, const Config& config = {});
  ~ServerInTest();

  ServerInTest(const ServerInTest&) = delete;
  ServerInTest& operator=(const ServerInTest&) = delete;

  const std::string& address() const { return address_; }
  FaultyStore& faults() { return *faults_; }
  // The store beneath, to look at what is really there.
  Store& store() { return *store_; }

  // How many activities there are: it moves with every change, and only then.
  std::int64_t Position();

  // Ends the server as SIGTERM does, with that time for the calls that run.
  void Shutdown(absl::Duration grace);

  // On one connection that all share.
  Client Staff() const { return client_->As(test::Staff()); }
  // Staff with the right to redact.
  Client Redactor() const { return client_->As(test::Redactor()); }
  Client Service() const { return client_->As(EshopService()); }
  Client Customer(std::string id) const { return client_->As(CustomerCaller(std::move(id))); }

 private:
  void Start(const Config& config);

  std::unique_ptr<TestDatabase> own_database_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<FaultyStore> faults_;
  class Running;
  std::unique_ptr<Running> running_;
  std::string address_;
  std::optional<Client> client_;
};

// Matches a CallStatus, a Reply's `status`.
MATCHER_P2(IsRefusal, code, reason, "") {
  *result_listener << testing::PrintToString(arg);
  return arg.code == code && arg.Reason() == reason;
}

// An INVALID_REQUEST with just those violations, in that order: "name MISSING".
MATCHER_P(IsInvalid, violations, "") {
  *result_listener << testing::PrintToString(arg);
  return arg.code == google::rpc::INVALID_ARGUMENT && arg.Reason() == "INVALID_REQUEST" &&
         testing::Matches(testing::ElementsAreArray(violations))(arg.Violations());
}

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_SERVER_FIXTURE_H_
