// What is well said and still refused: by who calls, by what there is, by where the order stands.
// Each with its code, its reason and its details, and nothing done.

#include <future>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using google::rpc::ABORTED;
using google::rpc::ALREADY_EXISTS;
using google::rpc::FAILED_PRECONDITION;
using google::rpc::INTERNAL;
using google::rpc::INVALID_ARGUMENT;
using google::rpc::NOT_FOUND;
using google::rpc::PERMISSION_DENIED;
using google::rpc::RESOURCE_EXHAUSTED;
using google::rpc::UNAUTHENTICATED;
using google::rpc::UNAVAILABLE;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr char kNoSuchOrder[] = "orders/9999999990";

class Refusals : public testing::Test {
 protected:
  // Calls and expects that refusal, in both languages, and that nothing has changed.
  template <typename Request>
  CallStatus Refuses(const Client& client, const Request& request, google::rpc::Code code,
                     const std::string& reason) {
    const std::int64_t before = server_.Position();
    CallStatus english = client.Call(request).status;
    const CallStatus greek = client.In("el").Call(request).status;
    EXPECT_THAT(english, IsRefusal(code, reason));
    EXPECT_THAT(greek, IsRefusal(code, reason));
    if (code != INTERNAL) {  // each of which is an incident of its own
      EXPECT_EQ(greek.message, english.message);
    }
    EXPECT_NE(greek.LocalizedText(), english.LocalizedText());
    EXPECT_EQ(server_.Position(), before);
    return english;
  }

  v1::Order PlacedTo(v1::OrderStatus status) {
    return WalkTo(server_.Staff(), Place(server_.Service(), CourierOrder("WEB-1")), status);
  }

  ServerInTest server_;
};

// --- Who calls ---

TEST_F(Refusals, ACallerWhoSaysNotWhoTheyAreIsUnauthenticated) {
  const Client staff = server_.Staff();
  const auto missing = [&](Client::Headers headers) {
    return Refuses(staff.WithHeaders(std::move(headers)), v1::DescribeLifecycleRequest(),
                   UNAUTHENTICATED, "UNAUTHENTICATED")
        .Metadata()["missing"];
  };
  EXPECT_EQ(missing({}), "x-actor-role, x-actor-id");
  EXPECT_EQ(missing({{"x-actor-role", "staff"}}), "x-actor-id");
  EXPECT_EQ(missing({{"x-actor-id", "eleni"}}), "x-actor-role");
  EXPECT_EQ(missing({{"x-actor-role", "root"}, {"x-actor-id", "eleni"}}), "x-actor-role");
  EXPECT_EQ(missing({{"x-actor-role", "staff"}, {"x-actor-id", ""}}), "x-actor-id");
  EXPECT_EQ(missing({{"x-actor-role", "staff"}, {"x-actor-id", std::string(65, 'x')}}),
            "x-actor-id");
  EXPECT_EQ(missing({{"x-actor-role", "service"},
                     {"x-actor-id", "eshop"},
                     {"x-on-behalf-of-role", "customer"}}),
            "x-on-behalf-of-id");
}

TEST_F(Refusals, OnlyServicesActOnBehalfOfOthersAndNotOfServices) {
  const v1::DescribeLifecycleRequest request;
  for (Role role : {Role::kStaff, Role::kCustomer}) {
    const Caller caller{{role, "x"}, Actor{Role::kCustomer, kMariaId}};
    Refuses(server_.Staff().As(caller), request, PERMISSION_DENIED, "PERMISSION_DENIED");
  }
  const Caller service{{Role::kService, "eshop"}, Actor{Role::kService, "erp"}};
  Refuses(server_.Staff().As(service), request, PERMISSION_DENIED, "PERMISSION_DENIED");
  EXPECT_TRUE(server_.Staff().As(OnBehalfOf(Role::kCustomer, kMariaId)).Call(request).ok());
}

TEST_F(Refusals, ACustomerOrdersOnlyForThemselves) {
  Refuses(server_.Customer(kNikosId), Creating(CourierOrder("WEB-1")), PERMISSION_DENIED,
          "PERMISSION_DENIED");
  v1::Order guest = CourierOrder("WEB-1");
  guest.mutable_customer()->clear_id();
  Refuses(server_.Customer(kMariaId), Creating(guest), PERMISSION_DENIED, "PERMISSION_DENIED");
  EXPECT_TRUE(server_.Customer(kMariaId).Call(Creating(CourierOrder("WEB-1"))).ok());
}

TEST_F(Refusals, ACustomerWhoIsNotAllowedToOrderLearnsNotWhichReferencesExist) {
  Place(server_.Service(), CourierOrder("WEB-1"));
  Refuses(server_.Customer(kNikosId), Creating(CourierOrder("WEB-1")), PERMISSION_DENIED,
          "PERMISSION_DENIED");
}

TEST_F(Refusals, WhatARoleMayNeverDoIsDeniedInEveryStatus) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  const Client maria = server_.Customer(kMariaId);
  Refuses(maria, Stepping(order, v1::ORDER_ACTION_START_PROCESSING), PERMISSION_DENIED,
          "PERMISSION_DENIED");
  Refuses(maria, Checking(order, v1::CHECK_KIND_PAYMENT), PERMISSION_DENIED, "PERMISSION_DENIED");
  Refuses(maria, Gathering(order), PERMISSION_DENIED, "PERMISSION_DENIED");
  Refuses(maria, Invoicing(order), PERMISSION_DENIED, "PERMISSION_DENIED");
  Refuses(maria, Tracking(order, "1"), PERMISSION_DENIED, "PERMISSION_DENIED");
  Refuses(maria, Updating(order, {"customer.phone", "promised_delivery"}), PERMISSION_DENIED,
          "PERMISSION_DENIED");
  Refuses(server_.Service(), Notifying(order, false), PERMISSION_DENIED, "PERMISSION_DENIED");
  for (const Client& shop : {server_.Staff(), server_.Service()})
    Refuses(shop, Rating(order, 1), PERMISSION_DENIED, "PERMISSION_DENIED");
  Refuses(maria, Commenting(order, "?", v1::VISIBILITY_INTERNAL), PERMISSION_DENIED,
          "PERMISSION_DENIED");
  v1::TransitionOrderRequest cancel = Stepping(order, v1::ORDER_ACTION_CANCEL);
  cancel.mutable_comment()->set_text("?");
  cancel.mutable_comment()->set_visibility(v1::VISIBILITY_INTERNAL);
  Refuses(maria, cancel, PERMISSION_DENIED, "PERMISSION_DENIED");
  Refuses(server_.Service(), Stepping(order, v1::ORDER_ACTION_RETURN_TO_PROCESSING),
          PERMISSION_DENIED, "PERMISSION_DENIED");
}

// --- What there is ---

TEST_F(Refusals, StaffAndServicesAreToldThatAnOrderIsNotThere) {
  v1::Order order;
  order.set_name(kNoSuchOrder);
  order.mutable_lines()->Add()->set_line(1);
  order.mutable_lines(0)->set_quantity(1);
  for (const Client& client : {server_.Staff(), server_.Service()}) {
    const auto not_found = [&](const auto& request) {
      EXPECT_THAT(Refuses(client, request, NOT_FOUND, "ORDER_NOT_FOUND").Metadata(),
                  ElementsAre(Pair("order", kNoSuchOrder)));
    };
    not_found(Getting(order));
    not_found(Stepping(order, v1::ORDER_ACTION_CANCEL));
    not_found(Checking(order, v1::CHECK_KIND_PAYMENT));
    not_found(Gathering(order));
    not_found(Invoicing(order));
    not_found(Tracking(order, "1"));
    order.set_etag("v1");
    not_found(Updating(order, {"customer.phone"}));
    not_found(Notifying(order, true));
    not_found(Rating(order, 5));
    not_found(Commenting(order, "?"));
    v1::ExplainTransitionsRequest explain;
    explain.set_name(kNoSuchOrder);
    not_found(explain);
    v1::ListActivitiesRequest activities;
    activities.set_parent(kNoSuchOrder);
    not_found(activities);
    v1::ListCommentsRequest comments;
    comments.set_parent(kNoSuchOrder);
    not_found(comments);
    v1::GetCommentRequest comment;
    comment.set_name(std::string(kNoSuchOrder) + "/comments/1");
    not_found(comment);
  }
  v1::LookupOrderRequest lookup;
  lookup.set_source("eshop");
  lookup.set_external_reference("ΑΓΝΩΣΤΟ-1");
  EXPECT_THAT(Refuses(server_.Staff(), lookup, NOT_FOUND, "ORDER_NOT_FOUND").Metadata(),
              ElementsAre(Pair("order", "eshop/ΑΓΝΩΣΤΟ-1")));
}

TEST_F(Refusals, ACommentThatIsNotThereIsNotFound) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  const v1::Order other = Place(server_.Service(), CourierOrder("WEB-2"));
  const v1::Comment comment = server_.Staff().Must(Commenting(other, "?")).comment();
  const std::string id = comment.name().substr(comment.name().rfind('/') + 1);
  v1::GetCommentRequest get;
  get.set_name(comment.name());
  EXPECT_EQ(server_.Staff().Must(get).text(), "?");
  // Another order's id, an activity that is no comment, and nonsense.
  const std::string created = ActivitiesOf(server_.Staff(), order).front().name();
  for (const std::string& unknown :
       {id, created.substr(created.rfind('/') + 1), std::string("nonsense")}) {
    get.set_name(order.name() + "/comments/" + unknown);
    EXPECT_THAT(Refuses(server_.Staff(), get, NOT_FOUND, "COMMENT_NOT_FOUND").Metadata(),
                ElementsAre(Pair("comment", get.name())));
  }
}

TEST_F(Refusals, ASecondOrderUnderAReferenceAlreadyExists) {
  Place(server_.Service(), CourierOrder("WEB-1"));
  v1::CreateOrderRequest again = Creating(PickupOrder("WEB-1"));
  EXPECT_THAT(
      Refuses(server_.Staff(), again, ALREADY_EXISTS, "EXTERNAL_REFERENCE_EXISTS").Metadata(),
      UnorderedElementsAre(Pair("source", "eshop"), Pair("external_reference", "WEB-1")));
  again.set_validate_only(true);
  Refuses(server_.Staff(), again, ALREADY_EXISTS, "EXTERNAL_REFERENCE_EXISTS");
  // Compared byte by byte.
  EXPECT_TRUE(server_.Service().Call(Creating(CourierOrder("web-1"))).ok());
}

TEST_F(Refusals, ARequestIdIsForOneRequestOnly) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  const v1::Order other = Place(server_.Service(), CourierOrder("WEB-2"));
  const Client staff = server_.Staff();
  v1::RecordCheckRequest first = Checking(order, v1::CHECK_KIND_PAYMENT);
  first.set_request_id("once");
  staff.Must(first);
  const auto reused = [&](auto request) {
    request.set_request_id("once");
    EXPECT_THAT(Refuses(staff, request, INVALID_ARGUMENT, "REQUEST_ID_REUSED").Metadata(),
                ElementsAre(Pair("request_id", "once")));
  };
  reused(Checking(order, v1::CHECK_KIND_DETAILS));                            // other content
  reused(Checking(order, v1::CHECK_KIND_PAYMENT, v1::CHECK_OUTCOME_FAILED));  // other content
  reused(Checking(other, v1::CHECK_KIND_PAYMENT));                            // another order
  reused(Stepping(order, v1::ORDER_ACTION_START_PROCESSING));                 // another method
  reused(Commenting(order, "?"));                                             // another service
  reused(Updating(order, {"customer.phone"}));
  reused(Notifying(order, true));
  reused(Creating(CourierOrder("WEB-3")));
  // The ids of two callers have nothing to do with each other.
  first.set_outcome(v1::CHECK_OUTCOME_FAILED);
  EXPECT_FALSE(server_.Service().Must(first).replayed());
}

// --- Where the order stands ---

TEST_F(Refusals, AnActionThatIsNotOpenNamesThoseThatAre) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  EXPECT_THAT(Refuses(server_.Staff(), Stepping(order, v1::ORDER_ACTION_START_PREPARING),
                      FAILED_PRECONDITION, "ACTION_NOT_OPEN")
                  .Metadata(),
              UnorderedElementsAre(Pair("order", order.number()), Pair("action", "START_PREPARING"),
                                   Pair("status", "AWAITING_PROCESSING"),
                                   Pair("open_actions", "START_PROCESSING,CANCEL")));
  EXPECT_EQ(Refuses(server_.Customer(kMariaId), Stepping(order, v1::ORDER_ACTION_CONFIRM_RECEIPT),
                    FAILED_PRECONDITION, "ACTION_NOT_OPEN")
                .Metadata()["open_actions"],
            "CANCEL");
  WalkTo(server_.Staff(), order, v1::ORDER_STATUS_RECEIVED);
  EXPECT_EQ(Refuses(server_.Staff(), Stepping(order, v1::ORDER_ACTION_CANCEL), FAILED_PRECONDITION,
                    "ACTION_NOT_OPEN")
                .Metadata()["open_actions"],
            "");
}

TEST_F(Refusals, EveryGuardThatFailsIsNamedWithTheActionsThatAreOpenInstead) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_PROCESSING);
  server_.Staff().Must(Checking(order, v1::CHECK_KIND_AVAILABILITY, v1::CHECK_OUTCOME_FAILED));
  const CallStatus status =
      Refuses(server_.Staff(), Stepping(order, v1::ORDER_ACTION_START_GATHERING),
              FAILED_PRECONDITION, "GUARDS_NOT_SATISFIED");
  EXPECT_THAT(status.Guards(),
              ElementsAre("DETAILS_VERIFIED", "AVAILABILITY_CONFIRMED", "PAYMENT_ARRANGED"));
  EXPECT_THAT(status.Metadata(),
              UnorderedElementsAre(Pair("order", order.number()), Pair("action", "START_GATHERING"),
                                   Pair("count", "3"), Pair("open_actions", "CANCEL")));
  EXPECT_EQ(status.All<google::rpc::PreconditionFailure>().at(0).violations(0).subject(),
            order.name());
}

TEST_F(Refusals, TheGuardsOfEachStepAreThoseOfTheTable) {
  const Client staff = server_.Staff();
  v1::Order order = PlacedTo(v1::ORDER_STATUS_GATHERING_PRODUCTS);
  staff.Must(Checking(order, v1::CHECK_KIND_PAYMENT, v1::CHECK_OUTCOME_FAILED));
  EXPECT_THAT(Refuses(staff, Stepping(order, v1::ORDER_ACTION_START_PREPARING), FAILED_PRECONDITION,
                      "GUARDS_NOT_SATISFIED")
                  .Guards(),
              ElementsAre("PAYMENT_ARRANGED", "ALL_LINES_GATHERED"));
  staff.Must(Checking(order, v1::CHECK_KIND_PAYMENT));
  order = WalkTo(staff, order, v1::ORDER_STATUS_PREPARING_SHIPMENT);
  v1::TransitionOrderRequest without_parcels = Stepping(order, v1::ORDER_ACTION_HAND_TO_CARRIER);
  without_parcels.mutable_hand_to_carrier()->clear_parcels();
  EXPECT_THAT(Refuses(staff, without_parcels, FAILED_PRECONDITION, "GUARDS_NOT_SATISFIED").Guards(),
              ElementsAre("INVOICED", "PARCEL_TRACKED"));
  EXPECT_THAT(Refuses(staff, Stepping(order, v1::ORDER_ACTION_OFFER_PICKUP), FAILED_PRECONDITION,
                      "GUARDS_NOT_SATISFIED")
                  .Guards(),
              ElementsAre("METHOD_IS_STORE_PICKUP", "INVOICED", "STORE_CHOSEN"));
  EXPECT_THAT(Refuses(staff, Stepping(order, v1::ORDER_ACTION_DISPATCH_VEHICLE),
                      FAILED_PRECONDITION, "GUARDS_NOT_SATISFIED")
                  .Guards(),
              ElementsAre("METHOD_IS_COMPANY_VEHICLE", "CUSTOMER_IS_BUSINESS", "INVOICED"));
}

TEST_F(Refusals, ACommandThatTheStatusDoesNotAllowIsRefused) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  const CallStatus status =
      Refuses(server_.Staff(), Invoicing(order), FAILED_PRECONDITION, "COMMAND_NOT_OPEN");
  EXPECT_THAT(status.Metadata(),
              UnorderedElementsAre(Pair("order", order.number()), Pair("command", "RECORD_INVOICE"),
                                   Pair("status", "AWAITING_PROCESSING")));
  Refuses(server_.Staff(), Gathering(order), FAILED_PRECONDITION, "COMMAND_NOT_OPEN");
  Refuses(server_.Staff(), Tracking(order, "1"), FAILED_PRECONDITION, "COMMAND_NOT_OPEN");
  WalkTo(server_.Staff(), order, v1::ORDER_STATUS_HANDED_TO_CARRIER);
  Refuses(server_.Staff(), Checking(order, v1::CHECK_KIND_PAYMENT), FAILED_PRECONDITION,
          "COMMAND_NOT_OPEN");
}

TEST_F(Refusals, MorePiecesThanOrderedAreNotGatheredAndNoneOfTheRequest) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_GATHERING_PRODUCTS);
  v1::RecordGatheringRequest request = Gathering(order);
  *request.add_items() = request.items(0);  // twice the first line
  const std::int64_t ordered = order.lines(0).quantity();
  EXPECT_THAT(
      Refuses(server_.Staff(), request, FAILED_PRECONDITION, "GATHERING_EXCEEDS_ORDERED")
          .Metadata(),
      UnorderedElementsAre(Pair("line", "1"), Pair("ordered", std::to_string(ordered)),
                           Pair("gathered", "0"), Pair("given", std::to_string(2 * ordered))));
  const v1::Order now = server_.Staff().Must(Getting(order));
  for (const v1::Line& line : now.lines()) EXPECT_EQ(line.quantity_gathered(), 0);
}

TEST_F(Refusals, LinesAndParcelsThatTheOrderDoesNotHaveAreNamed) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_GATHERING_PRODUCTS);
  v1::RecordGatheringRequest gathering = Gathering(order);
  gathering.mutable_items(0)->set_line(7);
  gathering.mutable_items(2)->set_line(8);
  EXPECT_THAT(Refuses(server_.Staff(), gathering, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("items[0].line UNKNOWN_LINE", "items[2].line UNKNOWN_LINE"));
  order = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_PREPARING_SHIPMENT);
  v1::RecordTrackingRequest tracking = Tracking(order, "1");
  tracking.mutable_parcels(0)->set_parcel(3);
  EXPECT_THAT(Refuses(server_.Staff(), tracking, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("parcels[0].parcel UNKNOWN_PARCEL"));
  v1::TransitionOrderRequest again = Stepping(order, v1::ORDER_ACTION_RETURN_TO_GATHERING);
  again.mutable_return_to_gathering()->mutable_lines(0)->set_quantity(order.lines(0).quantity() +
                                                                      1);
  EXPECT_THAT(Refuses(server_.Staff(), again, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("return_to_gathering.lines[0].quantity OUT_OF_RANGE"));
}

TEST_F(Refusals, WhatMustLieAheadIsRefusedInThePast) {
  v1::Order order = CourierOrder("WEB-0");
  order.mutable_promised_delivery()->set_seconds(1'600'000'000);
  EXPECT_THAT(
      Refuses(server_.Staff(), Creating(order), INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
      ElementsAre("order.promised_delivery IN_THE_PAST"));
  order = WalkTo(server_.Staff(), Place(server_.Service(), PickupOrder("WEB-1")),
                 v1::ORDER_STATUS_PREPARING_SHIPMENT);
  server_.Staff().Must(Invoicing(order));
  v1::TransitionOrderRequest pickup = Stepping(order, v1::ORDER_ACTION_OFFER_PICKUP);
  pickup.mutable_offer_pickup()->mutable_pickup_until()->set_seconds(1'600'000'000);
  EXPECT_THAT(Refuses(server_.Staff(), pickup, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("offer_pickup.pickup_until IN_THE_PAST"));
}

TEST_F(Refusals, AStaleEtagAborts) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  const v1::Order moved = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_PROCESSING);
  const auto stale = [&](auto request) {
    request.set_etag(order.etag());
    EXPECT_THAT(Refuses(server_.Staff(), request, ABORTED, "ETAG_MISMATCH").Metadata(),
                UnorderedElementsAre(Pair("given", order.etag()), Pair("current", moved.etag())));
    request.set_validate_only(true);
    Refuses(server_.Staff(), request, ABORTED, "ETAG_MISMATCH");
  };
  stale(Stepping(order, v1::ORDER_ACTION_CANCEL));
  stale(Checking(order, v1::CHECK_KIND_PAYMENT));
  stale(Gathering(order));
  stale(Invoicing(order));
  stale(Tracking(order, "1"));
  stale(Updating(order, {"customer.phone"}));
  v1::TransitionOrderRequest fresh = Stepping(order, v1::ORDER_ACTION_CANCEL);
  fresh.set_etag(moved.etag());
  EXPECT_TRUE(server_.Staff().Call(fresh).ok());
}

TEST_F(Refusals, ARefusedStepLeavesItsCommentUnsaid) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_GATHERING);
  step.mutable_comment()->set_text("Ξεκινάμε!");
  Refuses(server_.Staff(), step, FAILED_PRECONDITION, "ACTION_NOT_OPEN");
  EXPECT_EQ(ActivitiesOf(server_.Staff(), order).size(), 1U);
}

// --- What the server can do at the moment ---

// Calls in another thread.
template <typename Request>
auto InBackground(const Client& client, const Request& request) {
  return std::async(std::launch::async, [client, request] { return client.Call(request).status; });
}

void ExpectRetryInfo(const CallStatus& status, int milliseconds) {
  const auto retry = status.All<google::rpc::RetryInfo>();
  ASSERT_EQ(retry.size(), 1U);
  EXPECT_EQ(retry[0].retry_delay().seconds() * 1000 + retry[0].retry_delay().nanos() / 1'000'000,
            milliseconds);
}

TEST(Overload, AFullWriteQueueAnswersAtOnceWhenToTryAgain) {
  Config config;
  config.queue_capacity = 1;
  ServerInTest server(config);
  const v1::Order order = Place(server.Service(), CourierOrder("WEB-1"));
  server.faults().Fail(Method::kBegin, Fault::kBlock);
  auto running = InBackground(server.Staff(), Commenting(order, "1"));
  ASSERT_TRUE(server.faults().WaitUntilBlocked());
  // The committer is busy with the first; of the two that follow one waits and the other finds the
  // queue full.
  auto second = InBackground(server.Staff(), Commenting(order, "2"));
  auto third = InBackground(server.Staff(), Commenting(order, "3"));
  while (second.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready &&
         third.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  const bool second_refused = second.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  const CallStatus refused = second_refused ? second.get() : third.get();
  EXPECT_THAT(refused, IsRefusal(RESOURCE_EXHAUSTED, "OVERLOADED"));
  ExpectRetryInfo(refused, 200);

  server.faults().Heal();
  EXPECT_TRUE(running.get().ok());
  EXPECT_TRUE((second_refused ? third : second).get().ok());
  EXPECT_EQ(ActivitiesOf(server.Staff(), order).size(), 3U)
      << "the refused comment must not be there";
}

TEST(Overload, AFullReadQueueAnswersAtOnceWhenToTryAgain) {
  Config config;
  config.queue_capacity = 1;
  config.readers = 1;
  ServerInTest server(config);
  const v1::Order order = Place(server.Service(), CourierOrder("WEB-1"));
  server.faults().Fail(Method::kGetSubjects, Fault::kBlock);
  auto running = InBackground(server.Staff(), Getting(order));
  ASSERT_TRUE(server.faults().WaitUntilBlocked());
  auto second = InBackground(server.Staff(), Getting(order));
  auto third = InBackground(server.Staff(), Getting(order));
  while (second.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready &&
         third.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready) {
  }
  const bool second_refused = second.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  const CallStatus refused = second_refused ? second.get() : third.get();
  EXPECT_THAT(refused, IsRefusal(RESOURCE_EXHAUSTED, "OVERLOADED"));
  ExpectRetryInfo(refused, 200);
  server.faults().Heal();
  EXPECT_TRUE(running.get().ok());
  EXPECT_TRUE((second_refused ? third : second).get().ok());
}

TEST_F(Refusals, AReadWithoutItsDatabaseIsUnavailableAndSaysWhenToTryAgain) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  server_.faults().Fail(Method::kGetSubjects, Fault::kLoseBeforeExecute,
                        {.call = 1, .times = 1000});
  const CallStatus status = Refuses(server_.Staff(), Getting(order), UNAVAILABLE, "UNAVAILABLE");
  ExpectRetryInfo(status, 1000);
  server_.faults().Heal();
  EXPECT_TRUE(server_.Staff().Call(Getting(order)).ok());
}

TEST_F(Refusals, AWriteWithoutItsDatabaseIsUnavailableAndSaysWhenToTryAgain) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  server_.faults().Fail(Method::kBegin, Fault::kLoseBeforeExecute, {.call = 1, .times = 1'000'000});
  server_.faults().Fail(Method::kOpenWriteSession, Fault::kLoseBeforeExecute,
                        {.call = 1, .times = 1'000'000});
  const CallStatus status = server_.Staff().Call(Commenting(order, "?")).status;
  EXPECT_THAT(status, IsRefusal(UNAVAILABLE, "UNAVAILABLE"));
  ExpectRetryInfo(status, 1000);
  server_.faults().Heal();
  EXPECT_TRUE(server_.Staff().Call(Commenting(order, "?")).ok());
}

TEST_F(Refusals, AFaultOfTheServerNamesAnIncidentAndNothingElse) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  server_.faults().PoisonWhere([](const Activity& activity) {
    const auto* comment = std::get_if<CommentAdded>(&activity.event);
    return comment != nullptr && comment->text == "poison";
  });
  EXPECT_THAT(
      Refuses(server_.Staff(), Commenting(order, "poison"), INTERNAL, "INTERNAL").Metadata(),
      ElementsAre(Pair("incident", testing::MatchesRegex("W[0-9]+"))));
  EXPECT_TRUE(server_.Staff().Call(Commenting(order, "fine")).ok());
  server_.faults().Fail(Method::kGetSubjects, Fault::kPoison, {.call = 1, .times = 2});
  EXPECT_THAT(Refuses(server_.Staff(), Getting(order), INTERNAL, "INTERNAL").Metadata(),
              ElementsAre(Pair("incident", testing::MatchesRegex("R[0-9]+"))));
}

TEST_F(Refusals, ACallWhoseTimeIsUpHasNoEffect) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  server_.faults().Fail(Method::kBegin, Fault::kBlock);
  auto running = InBackground(server_.Staff(), Commenting(order, "in time"));
  ASSERT_TRUE(server_.faults().WaitUntilBlocked());
  EXPECT_EQ(server_.Staff().Within(50).Call(Commenting(order, "too late")).status.code,
            google::rpc::DEADLINE_EXCEEDED);
  server_.faults().Heal();
  EXPECT_TRUE(running.get().ok());
  server_.Staff().Must(Commenting(order, "afterwards"));
  std::vector<std::string> texts;
  for (const v1::Activity& activity : ActivitiesOf(server_.Staff(), order))
    texts.push_back(activity.text());
  EXPECT_THAT(texts, ElementsAre(testing::_, "in time", "afterwards"));
}

}  // namespace
}  // namespace ipstore::orders::test
