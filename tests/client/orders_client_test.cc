// The client library and whole runs of orderctl, against a server in this process that plays the
// order service.

#include "client/orders_client.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/channel.h"
#include "client/orderctl/run.h"
#include "client/request_id.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "tests/client/fake_status.h"

namespace ipstore::orders::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// Answers each call with the next of the statuses that it was given, then with OK. Keeps what it
// was asked.
class FakeOrders final : public v1::OrderService::Service {
 public:
  std::vector<grpc::Status> statuses;
  std::vector<v1::TransitionOrderRequest> transitions;
  std::vector<v1::BatchTransitionOrdersRequest> batches;
  std::vector<v1::UpdateOrderRequest> updates;
  std::vector<v1::SetNotificationsRequest> settings;
  std::vector<v1::SubmitFeedbackRequest> feedback;
  std::map<std::string, std::string> metadata;
  // Never answers; a call ends when its caller gives up.
  bool silent = false;

  grpc::Status TransitionOrder(grpc::ServerContext* context,
                               const v1::TransitionOrderRequest* request,
                               v1::TransitionOrderResponse* response) override {
    transitions.push_back(*request);
    response->mutable_order()->set_number("1000000018");
    response->mutable_order()->set_status_text("Επεξεργασία Παραγγελίας");
    return Next(*context);
  }

  // Takes the first step and refuses all others.
  grpc::Status BatchTransitionOrders(grpc::ServerContext* context,
                                     const v1::BatchTransitionOrdersRequest* request,
                                     v1::BatchTransitionOrdersResponse* response) override {
    batches.push_back(*request);
    for (const v1::TransitionOrderRequest& step : request->requests()) {
      v1::BatchTransitionResult& result = *response->add_results();
      result.set_name(step.name());
      if (response->results_size() == 1) {
        result.set_status_text("Ακυρώθηκε");
        continue;
      }
      const grpc::Status refusal =
          StatusWithReason(grpc::StatusCode::FAILED_PRECONDITION, "ACTION_NOT_OPEN");
      result.mutable_error()->ParseFromString(refusal.error_details());
      result.mutable_error()->set_message(refusal.error_message());
    }
    response->set_succeeded(1);
    response->set_failed(response->results_size() - 1);
    return Next(*context);
  }

  // Changes something where it is given a phone.
  grpc::Status UpdateOrder(grpc::ServerContext* context, const v1::UpdateOrderRequest* request,
                           v1::UpdateOrderResponse* response) override {
    updates.push_back(*request);
    response->mutable_order()->set_number("1000000018");
    response->mutable_order()->set_status_text("Επεξεργασία Παραγγελίας");
    if (!request->order().customer().phone().empty()) response->add_activities("a");
    return Next(*context);
  }

  grpc::Status SetNotifications(grpc::ServerContext* context,
                                const v1::SetNotificationsRequest* request,
                                v1::SetNotificationsResponse* response) override {
    settings.push_back(*request);
    response->add_activities("a");
    response->mutable_order()->set_number("1000000018");
    return Next(*context);
  }

  grpc::Status SubmitFeedback(grpc::ServerContext* context,
                              const v1::SubmitFeedbackRequest* request,
                              v1::SubmitFeedbackResponse* response) override {
    feedback.push_back(*request);
    response->mutable_order()->set_number("1000000018");
    return Next(*context);
  }

  grpc::Status GetOrder(grpc::ServerContext* context, const v1::GetOrderRequest* request,
                        v1::Order* order) override {
    order->set_name(request->name());
    order->set_etag("v7");
    return Next(*context);
  }

  grpc::Status ListOrders(grpc::ServerContext* context, const v1::ListOrdersRequest*,
                          v1::ListOrdersResponse* response) override {
    response->set_next_page_token("T0K3N");
    v1::Order& order = *response->add_orders();
    order.set_number("1000000018");
    order.set_status_text("Παραλήφθηκε");
    order.mutable_customer()->set_name("Μαρία\x1b[2J");
    order.set_method(v1::FULFILMENT_METHOD_COURIER);
    order.mutable_totals()->mutable_gross()->set_currency_code("EUR");
    order.mutable_totals()->mutable_gross()->set_units(1234);
    order.mutable_last_activity_time()->set_seconds(1'795'888'800);
    return Next(*context);
  }

 private:
  grpc::Status Next(const grpc::ServerContext& context) {
    metadata.clear();
    for (const auto& [key, value] : context.client_metadata()) {
      const std::string name(key.data(), key.size());
      if (name.rfind("x-", 0) == 0 || name == "accept-language") {
        metadata[name] = std::string(value.data(), value.size());
      }
    }
    while (silent && !context.IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
    if (statuses.empty()) return grpc::Status::OK;
    grpc::Status next = statuses.front();
    statuses.erase(statuses.begin());
    return next;
  }
};

class Client : public ::testing::Test {
 protected:
  void SetUp() override { Serve("127.0.0.1:0"); }

  void Serve(const std::string& address) {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&orders_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }

  void TearDown() override { server_->Shutdown(); }

  ClientOptions Options() {
    return {.caller = {.actor = {"staff", "maria"}, .language = "el"},
            .sleep = [this](absl::Duration pause) { pauses_.push_back(pause); }};
  }

  static v1::TransitionOrderRequest StartProcessing() {
    v1::TransitionOrderRequest request;
    request.set_name("orders/1000000018");
    request.mutable_start_processing();
    return request;
  }

  Outcome Orderctl(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"orderctl", "--server", address_, "--as", "staff:maria",
                                         "--lang", "el", "--zone", "Europe/Athens"});
    return RunOrderctl(arguments, {});
  }

  FakeOrders orders_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
  std::vector<absl::Duration> pauses_;
};

const grpc::Status kLostAnswer(grpc::StatusCode::UNAVAILABLE, "Socket closed");

TEST_F(Client, SaysWhoCallsForWhomAndInWhichLanguageTheyRead) {
  ClientOptions options = Options();
  options.caller.actor = {"service", "eshop"};
  options.caller.on_behalf_of = Principal{"customer", "c-17"};
  const OrdersClient client(OpenChannel({.target = address_}), options);
  ASSERT_TRUE(client.GetOrder({}).ok());
  EXPECT_THAT(orders_.metadata,
              ElementsAre(Pair("accept-language", "el"), Pair("x-actor-id", "eshop"),
                          Pair("x-actor-role", "service"), Pair("x-on-behalf-of-id", "c-17"),
                          Pair("x-on-behalf-of-role", "customer")));
}

TEST_F(Client, ALostAnswerIsRetriedWithTheSameRequestId) {
  orders_.statuses = {kLostAnswer, kLostAnswer};
  const OrdersClient client(OpenChannel({.target = address_}), Options());
  ASSERT_TRUE(client.TransitionOrder(StartProcessing()).ok());
  ASSERT_THAT(orders_.transitions, SizeIs(3));
  EXPECT_NE(orders_.transitions[0].request_id(), "");
  EXPECT_EQ(orders_.transitions[1].request_id(), orders_.transitions[0].request_id());
  EXPECT_EQ(orders_.transitions[2].request_id(), orders_.transitions[0].request_id());
  EXPECT_THAT(pauses_, SizeIs(2));
}

TEST_F(Client, AServerThatComesBackIsFoundByARetry) {
  const OrdersClient client(OpenChannel({.target = address_}), {.caller = Options().caller});
  ASSERT_TRUE(client.GetOrder({}).ok());
  const std::string address = address_;
  server_->Shutdown();
  server_ = nullptr;
  std::thread restart([&] {
    absl::SleepFor(absl::Milliseconds(300));
    Serve(address);
  });
  EXPECT_TRUE(client.TransitionOrder(StartProcessing()).ok());
  restart.join();
  EXPECT_EQ(address_, address);
}

TEST_F(Client, TwoChangesHaveTwoRequestIds) {
  const OrdersClient client(OpenChannel({.target = address_}), Options());
  ASSERT_TRUE(client.TransitionOrder(StartProcessing()).ok());
  ASSERT_TRUE(client.TransitionOrder(StartProcessing()).ok());
  EXPECT_NE(orders_.transitions[0].request_id(), orders_.transitions[1].request_id());
}

TEST_F(Client, TheCallersOwnRequestIdIsKept) {
  v1::TransitionOrderRequest request = StartProcessing();
  request.set_request_id("mine");
  const OrdersClient client(OpenChannel({.target = address_}), Options());
  ASSERT_TRUE(client.TransitionOrder(request).ok());
  EXPECT_EQ(orders_.transitions[0].request_id(), "mine");
}

TEST_F(Client, GivesUpAfterItsAttemptsAndTellsTheRequestId) {
  orders_.statuses = std::vector<grpc::Status>(9, kLostAnswer);
  ClientOptions options = Options();
  options.retry.max_attempts = 3;
  const OrdersClient client(OpenChannel({.target = address_}), options);
  const auto result = client.TransitionOrder(StartProcessing());
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(orders_.transitions, SizeIs(3));
  EXPECT_EQ(result.error().request_id, orders_.transitions[0].request_id());
}

TEST_F(Client, DoesNotPauseBeyondItsTimeout) {
  orders_.statuses = {kLostAnswer};
  ClientOptions options = Options();
  options.timeout = absl::Milliseconds(500);
  options.retry.first_pause = options.retry.longest_pause = absl::Seconds(5);
  const OrdersClient client(OpenChannel({.target = address_}), options);
  EXPECT_FALSE(client.TransitionOrder(StartProcessing()).ok());
  EXPECT_THAT(pauses_, IsEmpty());
}

TEST_F(Client, ACallWithoutAnAnswerEndsWithItsTimeoutAndTellsTheRequestId) {
  orders_.silent = true;
  ClientOptions options = Options();
  options.timeout = absl::Milliseconds(500);
  const OrdersClient client(OpenChannel({.target = address_}), options);
  const auto result = client.TransitionOrder(StartProcessing());
  server_->Shutdown();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, grpc::StatusCode::DEADLINE_EXCEEDED);
  ASSERT_THAT(orders_.transitions, SizeIs(1));
  EXPECT_EQ(result.error().request_id, orders_.transitions[0].request_id());
}

TEST_F(Client, ARefusalIsNotRetriedAndNeedsNoRequestIdToRepeat) {
  orders_.statuses = {StatusWithReason(grpc::StatusCode::ABORTED, "ETAG_MISMATCH")};
  const OrdersClient client(OpenChannel({.target = address_}), Options());
  const auto result = client.TransitionOrder(StartProcessing());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().reason, "ETAG_MISMATCH");
  EXPECT_EQ(result.error().request_id, "");
  EXPECT_THAT(orders_.transitions, SizeIs(1));
}

TEST_F(Client, ACallerThatMetadataCannotCarryIsAnErrorAndNotTheEndOfTheProgram) {
  ClientOptions options = Options();
  options.caller.actor.id = "Μαρία";
  const OrdersClient client(OpenChannel({.target = address_}), options);
  const auto result = client.GetOrder({});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(Client, OrderctlTellsTheNewStatusInOneLine) {
  const Outcome outcome = Orderctl({"start-processing", "1000000018", "--comment", "Ξεκινάμε",
                                    "--internal", "--silent", "--etag", "e1"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "1000000018  Επεξεργασία Παραγγελίας\n");
  const v1::TransitionOrderRequest& request = orders_.transitions.at(0);
  EXPECT_EQ(request.name(), "orders/1000000018");
  EXPECT_TRUE(request.has_start_processing());
  EXPECT_EQ(request.comment().text(), "Ξεκινάμε");
  EXPECT_EQ(request.comment().visibility(), v1::VISIBILITY_INTERNAL);
  EXPECT_TRUE(request.has_notify());
  EXPECT_FALSE(request.notify());
  EXPECT_EQ(request.etag(), "e1");
}

TEST_F(Client, OrderctlSendsTimesOfTheZone) {
  ASSERT_EQ(Orderctl({"dispatch-vehicle", "1000000018", "--vehicle", "ΙΒΕ-4417", "--from",
                      "2026-11-28 10:00", "--to", "2026-11-28T14:00:00+02:00"})
                .exit_code,
            ExitCode::kOk);
  const v1::DispatchVehicle& action = orders_.transitions.at(0).dispatch_vehicle();
  EXPECT_EQ(action.vehicle(), "ΙΒΕ-4417");
  EXPECT_EQ(action.window().start().seconds(), 1'795'852'800);
  EXPECT_EQ(action.window().end().seconds() - action.window().start().seconds(), 4 * 3600);
}

TEST_F(Client, OrderctlAmendsWhatItsOptionsNameAsOfTheOrderAsItIs) {
  const std::string lines = ::testing::TempDir() + "/lines.json";
  std::ofstream(lines) << R"([{"line": 1, "sku": "A", "quantity": "3"}, {"sku": "B"}])";
  const Outcome outcome = Orderctl({"update", "1000000018", "--email", "new@example.gr", "--phone",
                                    "210 1", "--promised-delivery", "2026-11-28 10:00", "--method",
                                    "store-pickup", "--lines-file", lines, "--silent"});
  EXPECT_EQ(outcome.out, "1000000018  Επεξεργασία Παραγγελίας\n") << outcome.err;
  const v1::UpdateOrderRequest& request = orders_.updates.at(0);
  EXPECT_EQ(request.order().name(), "orders/1000000018");
  EXPECT_EQ(request.etag(), "v7");
  EXPECT_THAT(request.update_mask().paths(),
              UnorderedElementsAre("customer.email", "customer.phone", "promised_delivery",
                                   "method", "lines"));
  EXPECT_EQ(request.order().customer().email(), "new@example.gr");
  EXPECT_EQ(request.order().promised_delivery().seconds(), 1'795'852'800);
  EXPECT_EQ(request.order().method(), v1::FULFILMENT_METHOD_STORE_PICKUP);
  EXPECT_EQ(request.order().lines(0).quantity(), 3);
  EXPECT_EQ(request.order().lines(1).sku(), "B");
  EXPECT_FALSE(request.notify());
}

TEST_F(Client, OrderctlClearsWhatIsGivenEmptyAndSaysWhenNothingChanged) {
  const Outcome outcome = Orderctl({"update", "1000000018", "--phone", "", "--no-promised-delivery",
                                    "--etag", "v3", "--dry-run"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(orders_.updates.at(0).update_mask().paths(),
              UnorderedElementsAre("customer.phone", "promised_delivery"));
  EXPECT_FALSE(orders_.updates.at(0).order().has_promised_delivery());
  EXPECT_EQ(orders_.updates.at(0).etag(), "v3");
  EXPECT_TRUE(orders_.updates.at(0).validate_only());
  EXPECT_THAT(outcome.out, HasSubstr("Προεπισκόπηση"));
  EXPECT_THAT(Orderctl({"update", "1000000018", "--phone", ""}).out,
              HasSubstr("(Ήταν ήδη έτσι, δεν άλλαξε τίποτα.)"));
}

TEST_F(Client, OrderctlSetsNotificationsAndSubmitsFeedback) {
  ASSERT_EQ(Orderctl({"notifications", "1000000018", "off"}).exit_code, ExitCode::kOk);
  EXPECT_EQ(orders_.settings.at(0).name(), "orders/1000000018");
  EXPECT_TRUE(orders_.settings.at(0).has_notifications_on());
  EXPECT_FALSE(orders_.settings.at(0).notifications_on());
  EXPECT_NE(orders_.settings.at(0).request_id(), "");
  ASSERT_EQ(Orderctl({"feedback", "1000000018", "--rating", "4", "--text", "Ωραία"}).exit_code,
            ExitCode::kOk);
  EXPECT_EQ(orders_.feedback.at(0).rating(), 4);
  EXPECT_EQ(orders_.feedback.at(0).text(), "Ωραία");
}

TEST_F(Client, OrderctlTellsWhatBecameOfEachOrderOfABatch) {
  const Outcome outcome =
      Orderctl({"batch", "cancel", "1000000018", "orders/1000000026", "--reason", "Εξαντλήθηκε",
                "--comment", "Λυπούμαστε", "--silent", "--request-id", "r-1"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kPrecondition);
  EXPECT_EQ(outcome.out,
            "1000000018  Ακυρώθηκε\n"
            "1000000026  ACTION_NOT_OPEN: A sentence.\n"
            "άλλαξαν κατάσταση: 1 · απορρίφθηκαν: 1\n");
  EXPECT_EQ(outcome.err, "");
  const v1::BatchTransitionOrdersRequest& batch = orders_.batches.at(0);
  EXPECT_EQ(batch.request_id(), "r-1");
  ASSERT_EQ(batch.requests_size(), 2);
  EXPECT_EQ(batch.requests(1).name(), "orders/1000000026");
  EXPECT_EQ(batch.requests(1).cancel().reason(), "Εξαντλήθηκε");
  EXPECT_EQ(batch.requests(1).comment().text(), "Λυπούμαστε");
  EXPECT_FALSE(batch.requests(1).notify());
}

TEST_F(Client, OrderctlPreviewsABatchAndGivesTheTimesOfOneTripToAll) {
  const Outcome outcome =
      Orderctl({"batch", "dispatch-vehicle", "1000000018", "--vehicle", "ΙΒΕ-4417", "--from",
                "2026-11-28 10:00", "--to", "2026-11-28 14:00", "--dry-run", "--json"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"succeeded\": 1"));
  EXPECT_TRUE(orders_.batches.at(0).validate_only());
  const v1::DispatchVehicle& action = orders_.batches.at(0).requests(0).dispatch_vehicle();
  EXPECT_EQ(action.vehicle(), "ΙΒΕ-4417");
  EXPECT_EQ(action.window().start().seconds(), 1'795'852'800);
  EXPECT_EQ(action.window().end().seconds() - action.window().start().seconds(), 4 * 3600);
}

TEST_F(Client, OrderctlListsInColumnsAndSaysHowToGoOn) {
  const Outcome outcome = Orderctl({"list"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("Παραλήφθηκε  Μαρία\uFFFD[2J"));
  EXPECT_THAT(outcome.out, HasSubstr("1.234,00 €"));
  EXPECT_THAT(outcome.out, HasSubstr("28/11/2026 20:00"));
  EXPECT_THAT(outcome.out, HasSubstr("--page-token T0K3N"));
}

TEST_F(Client, OrderctlEndsWithTheCodeOfTheRefusal) {
  orders_.statuses = {StatusWithReason(grpc::StatusCode::FAILED_PRECONDITION, "ACTION_NOT_OPEN")};
  const Outcome outcome = Orderctl({"confirm-receipt", "1000000018"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kPrecondition);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "orderctl: ACTION_NOT_OPEN: A sentence.\n");
}

TEST_F(Client, OrderctlEndsWithEightWhenNobodyAnswers) {
  server_->Shutdown();
  EXPECT_EQ(Orderctl({"list", "--retries", "0"}).exit_code, ExitCode::kUnavailable);
}

TEST(RequestId, IsARandomUuid) {
  const std::regex uuid4("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 100; ++i) {
    const std::string id = NewRequestId();
    EXPECT_TRUE(std::regex_match(id, uuid4)) << id;
    EXPECT_NE(id, NewRequestId());
  }
}

}  // namespace
}  // namespace ipstore::orders::client
