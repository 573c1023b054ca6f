// Previews do nothing and retries do nothing twice, in every method that changes something.

#include <future>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// What the answers of all methods that change something have, under one name.
template <typename Response>
std::vector<std::string> MadeBy(const Response& response) {
  return {response.activities().begin(), response.activities().end()};
}
std::vector<std::string> MadeBy(const v1::CreateCommentResponse& response) {
  if (response.comment().activity().empty()) return {};
  return {response.comment().activity()};
}

template <typename Response>
std::string EtagIn(const Response& response) {
  if constexpr (requires { response.enquiry(); })
    return response.enquiry().etag();
  else
    return response.order().etag();
}
std::string EtagIn(const v1::CreateCommentResponse& /*response*/) {
  return "";
}

std::string EtagIn(const v1::RedactSubjectResponse& response) {
  return response.order().etag();
}
// A comment has none.
std::string EtagIn(const v1::RedactCommentResponse& /*response*/) {
  return "";
}

template <typename Response>
std::string NameIn(const Response& response) {
  if constexpr (requires { response.enquiry(); })
    return response.enquiry().name();
  else
    return response.order().name();
}
std::string NameIn(const v1::CreateCommentResponse& response) {
  return response.comment().name();
}

std::string NameIn(const v1::RedactSubjectResponse& response) {
  return response.order().name();
}
std::string NameIn(const v1::RedactCommentResponse& response) {
  return response.comment().name();
}

class Idempotency : public testing::Test {
 protected:
  // Calls `check` with a good request of every method that changes something, each on an order of
  // its own.
  template <typename Check>
  void ForEveryMutation(const Check& check) {
    const Client staff = server_.Staff();
    const auto order_in = [&](v1::OrderStatus status) {
      return WalkTo(staff, Place(server_.Service(), CourierOrder(absl::StrCat("WEB-", ++orders_))),
                    status);
    };
    std::set<std::string> covered;
    const auto run = [&](const auto& request) {
      covered.insert(request.GetDescriptor()->name());
      SCOPED_TRACE(request.GetDescriptor()->name());
      check(request);
    };
    run(Creating(CourierOrder("NEW-1")));
    v1::TransitionOrderRequest step =
        Stepping(order_in(v1::ORDER_STATUS_AWAITING_PROCESSING), v1::ORDER_ACTION_CANCEL);
    step.mutable_comment()->set_text("Λυπούμαστε.");
    run(step);
    run(Checking(order_in(v1::ORDER_STATUS_AWAITING_PROCESSING), v1::CHECK_KIND_PAYMENT));
    run(Gathering(order_in(v1::ORDER_STATUS_GATHERING_PRODUCTS)));
    run(Invoicing(order_in(v1::ORDER_STATUS_PREPARING_SHIPMENT)));
    run(Tracking(order_in(v1::ORDER_STATUS_PREPARING_SHIPMENT), "42"));
    v1::Order moved_house = order_in(v1::ORDER_STATUS_PROCESSING);
    moved_house.mutable_delivery_address()->set_city("Πειραιάς");
    run(Updating(moved_house, {"delivery_address"}));
    run(Notifying(order_in(v1::ORDER_STATUS_PROCESSING), false));
    run(Rating(order_in(v1::ORDER_STATUS_RECEIVED), 5));
    run(Commenting(order_in(v1::ORDER_STATUS_PROCESSING), "Καλημέρα"));
    run(Asking("Πότε;"));
    run(Stepping(server_.Service().Must(Asking("Πού;")).enquiry(), v1::ENQUIRY_ACTION_TAKE_UP));
    v1::SetEnquiryNotificationsRequest setting;
    setting.set_name(server_.Service().Must(Asking("Γιατί;")).enquiry().name());
    setting.set_notifications_on(false);
    run(setting);
    v1::RedactSubjectRequest redact;
    redact.set_name(order_in(v1::ORDER_STATUS_PROCESSING).name());
    run(redact);
    v1::RedactCommentRequest redact_comment;
    redact_comment.set_name(
        staff.Must(Commenting(order_in(v1::ORDER_STATUS_PROCESSING), "Καλημέρα")).comment().name());
    run(redact_comment);
    // Begins a job, which has tests of its own: redaction_test.cc.
    covered.insert("RedactCustomerRequest");
    // Sends an e-mail, and has tests of its own: notifications_test.cc.
    covered.insert("ResendNotificationRequest");
    // Has a result for each of its steps, and a test of its own: batch_test.cc.
    covered.insert("BatchTransitionOrdersRequest");
    EXPECT_EQ(covered, AllMutations());
  }

  // Somebody who may make it.
  template <typename Request>
  Client CallerFor(const Request& /*request*/) {
    return std::is_same_v<Request, v1::SubmitFeedbackRequest> ? server_.Customer(kMariaId)
                                                              : server_.Redactor();
  }

  static std::set<std::string> AllMutations() {
    std::set<std::string> names;
    for (const auto* method : Client::AllMethods()) {
      if (method->input_type()->FindFieldByName("request_id") != nullptr)
        names.insert(method->input_type()->name());
    }
    return names;
  }

  ServerInTest server_;
  int orders_ = 0;
};

TEST_F(Idempotency, APreviewWritesNothingAndUsesUpNoRequestId) {
  int n = 0;
  ForEveryMutation([&](auto request) {
    const Client client = CallerFor(request);
    const std::int64_t before = server_.Position();
    request.set_request_id(absl::StrCat("preview-", ++n));
    request.set_validate_only(true);
    const auto preview = client.Must(request);
    EXPECT_THAT(MadeBy(preview), IsEmpty());
    EXPECT_THAT(EtagIn(preview), IsEmpty());
    EXPECT_FALSE(preview.replayed());
    EXPECT_EQ(server_.Position(), before);

    request.set_validate_only(false);
    const auto real = client.Must(request);
    EXPECT_FALSE(real.replayed()) << "the preview used up the id";
    EXPECT_GT(server_.Position(), before);
  });
}

TEST_F(Idempotency, APreviewOfAnOrderHasNeitherNameNorNumber) {
  v1::CreateOrderRequest request = Creating(CourierOrder("WEB-1"));
  request.set_validate_only(true);
  const v1::Order preview = server_.Staff().Must(request).order();
  EXPECT_THAT(preview.name(), IsEmpty());
  EXPECT_THAT(preview.number(), IsEmpty());
  EXPECT_EQ(preview.totals().gross().units(), 259);
  EXPECT_EQ(preview.status(), v1::ORDER_STATUS_AWAITING_PROCESSING);
}

TEST_F(Idempotency, ARetryIsAnsweredWithWhatTheFirstCallMade) {
  int n = 0;
  ForEveryMutation([&](auto request) {
    const Client client = CallerFor(request);
    request.set_request_id(absl::StrCat("retry-", ++n));
    const auto first = client.Must(request);
    const std::int64_t after = server_.Position();
    const auto second = client.Must(request);
    EXPECT_FALSE(first.replayed());
    EXPECT_TRUE(second.replayed());
    EXPECT_THAT(MadeBy(first), Not(IsEmpty()));
    EXPECT_EQ(MadeBy(second), MadeBy(first));
    EXPECT_EQ(NameIn(second), NameIn(first));
    EXPECT_EQ(server_.Position(), after);
  });
}

TEST_F(Idempotency, ARetryAfterALostAnswerOfTheDatabaseChangesNothingTwice) {
  int n = 0;
  ForEveryMutation([&](auto request) {
    const std::int64_t before = server_.Position();
    request.set_request_id(absl::StrCat("lost-", ++n));
    server_.faults().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);
    const auto first = CallerFor(request).Must(request);
    const std::int64_t made = server_.Position() - before;
    EXPECT_EQ(made, static_cast<std::int64_t>(MadeBy(first).size()));
    EXPECT_EQ(MadeBy(CallerFor(request).Must(request)), MadeBy(first));
    EXPECT_EQ(server_.Position() - before, made);
  });
}

TEST_F(Idempotency, ARetryIsAnsweredWithTheOrderAsItIsNow) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.set_request_id("step");
  step.set_etag(order.etag());
  server_.Staff().Must(step);
  WalkTo(server_.Staff(), order, v1::ORDER_STATUS_CANCELLED);
  // Neither the etag, which is stale by now, nor the status, which has no such step any more, is
  // looked at.
  const v1::TransitionOrderResponse again = server_.Staff().Must(step);
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.order().status(), v1::ORDER_STATUS_CANCELLED);
  step.set_etag(again.order().etag());
  EXPECT_TRUE(server_.Staff().Must(step).replayed()) << "whoever looked again before the retry";
}

TEST_F(Idempotency, ARefusedCallUsesUpNoRequestId) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  v1::TransitionOrderRequest early = Stepping(order, v1::ORDER_ACTION_START_GATHERING);
  early.set_request_id("early");
  EXPECT_FALSE(server_.Staff().Call(early).ok());
  WalkTo(server_.Staff(), order, v1::ORDER_STATUS_PROCESSING);
  for (v1::CheckKind kind :
       {v1::CHECK_KIND_DETAILS, v1::CHECK_KIND_AVAILABILITY, v1::CHECK_KIND_PAYMENT}) {
    server_.Staff().Must(Checking(order, kind));
  }
  EXPECT_FALSE(server_.Staff().Must(early).replayed());
}

TEST_F(Idempotency, CallsWithoutARequestIdAreEachNew) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  server_.Staff().Must(Commenting(order, "?"));
  server_.Staff().Must(Commenting(order, "?"));
  EXPECT_THAT(ActivitiesOf(server_.Staff(), order), SizeIs(3));
}

TEST_F(Idempotency, OfManyCallsAtOnceWithOneRequestIdOneIsMade) {
  v1::CreateOrderRequest create = Creating(CourierOrder("WEB-1"));
  create.set_request_id("once");
  const auto at_once = [&](const auto& request) {
    std::vector<std::future<bool>> calls;
    for (int i = 0; i < 16; ++i) {
      calls.push_back(
          std::async(std::launch::async, [&] { return server_.Staff().Must(request).replayed(); }));
    }
    int made = 0;
    for (std::future<bool>& call : calls) made += call.get() ? 0 : 1;
    return made;
  };
  EXPECT_EQ(at_once(create), 1);
  EXPECT_EQ(server_.Position(), 1);
  v1::CreateCommentRequest comment = Commenting(server_.Staff().Must(create).order(), "?");
  comment.set_request_id("once-more");
  EXPECT_EQ(at_once(comment), 1);
  EXPECT_EQ(server_.Position(), 2);
}

TEST_F(Idempotency, OneIdMeansAnotherRequestForEachOnWhoseBehalfItIsMade) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  v1::CreateCommentRequest comment = Commenting(order, "?");
  comment.set_request_id("same");
  EXPECT_FALSE(server_.Service().Must(comment).replayed());
  EXPECT_FALSE(server_.Staff().As(OnBehalfOf(Role::kCustomer, kMariaId)).Must(comment).replayed());
  EXPECT_FALSE(server_.Staff().As(OnBehalfOf(Role::kStaff, "eleni")).Must(comment).replayed());
  EXPECT_FALSE(server_.Customer(kMariaId).Must(comment).replayed());
}

}  // namespace
}  // namespace ipstore::orders::test
