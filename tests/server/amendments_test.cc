// UpdateOrder, SetNotifications and SubmitFeedback through gRPC: what they do, what the log tells
// of it and to whom, and what they refuse for where the order stands.

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using google::protobuf::util::MessageDifferencer;
using google::rpc::ABORTED;
using google::rpc::FAILED_PRECONDITION;
using google::rpc::INVALID_ARGUMENT;
using google::rpc::PERMISSION_DENIED;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr std::int64_t kFarAhead = 2'000'000'000;  // 2033

class Amendments : public testing::Test {
 protected:
  v1::Order PlacedTo(v1::OrderStatus status) {
    return WalkTo(server_.Staff(), Place(server_.Service(), CourierOrder("WEB-1")), status);
  }

  v1::Order Now(const v1::Order& order) { return server_.Staff().Must(Getting(order)); }

  // Calls, expects that refusal, of the preview too, and that nothing has changed.
  CallStatus Refuses(const Client& client, v1::UpdateOrderRequest request, google::rpc::Code code,
                     const std::string& reason) {
    const std::int64_t before = server_.Position();
    CallStatus status = client.Call(request).status;
    EXPECT_THAT(status, IsRefusal(code, reason));
    request.set_validate_only(true);
    EXPECT_THAT(client.Call(request).status, IsRefusal(code, reason));
    EXPECT_EQ(server_.Position(), before);
    return status;
  }

  // The last activity as that caller sees it.
  static v1::Activity Last(const Client& client, const v1::Order& order) {
    return ActivitiesOf(client, order).back();
  }

  ServerInTest server_;
  Client maria_ = server_.Customer(kMariaId);
};

std::vector<std::string> PathsOf(const google::protobuf::FieldMask& mask) {
  return {mask.paths().begin(), mask.paths().end()};
}

// --- UpdateOrder ---

TEST_F(Amendments, AnUpdateSetsTheFieldsOfTheMaskAndNoOther) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.mutable_customer()->set_email("maria.nikolaou@example.gr");
  order.mutable_customer()->clear_phone();
  order.mutable_customer()->set_name("Somebody Else");
  order.set_method(v1::FULFILMENT_METHOD_STORE_PICKUP);
  order.clear_lines();
  const v1::UpdateOrderResponse answer =
      server_.Staff().Must(Updating(order, {"customer.email", "customer.phone"}));
  EXPECT_EQ(answer.order().customer().email(), "maria.nikolaou@example.gr");
  EXPECT_EQ(answer.order().customer().phone(), "");
  EXPECT_EQ(answer.order().customer().name(), "Μαρία Παπαδοπούλου");
  EXPECT_EQ(answer.order().method(), v1::FULFILMENT_METHOD_COURIER);
  EXPECT_EQ(answer.order().lines_size(), 3);
  EXPECT_NE(answer.order().etag(), order.etag());
  EXPECT_TRUE(MessageDifferencer::Equals(answer.order(), Now(order)));
  const v1::Activity activity = Last(server_.Staff(), order);
  EXPECT_THAT(answer.activities(), ElementsAre(activity.name()));
  EXPECT_EQ(activity.kind(), v1::ACTIVITY_KIND_ORDER_AMENDED);
}

TEST_F(Amendments, TheLogTellsWhatWasAndWhatBecameAndNothingElse) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_PROCESSING);
  server_.Staff().Must(Checking(order, v1::CHECK_KIND_DETAILS));
  order = server_.Staff().Must(Checking(order, v1::CHECK_KIND_PAYMENT)).order();
  order.mutable_customer()->set_email("new@example.gr");
  order.mutable_promised_delivery()->set_seconds(kFarAhead);
  order.mutable_charges()->RemoveLast();
  order = server_.Staff()
              .Must(Updating(order,
                             {"customer.email", "customer.name", "promised_delivery", "charges"}))
              .order();
  EXPECT_THAT(order.checks(), IsEmpty());
  const v1::OrderAmended amended = Last(server_.Staff(), order).order_amended();
  EXPECT_THAT(PathsOf(amended.changed()),
              ElementsAre("customer.email", "promised_delivery", "charges", "totals"))
      << "the name was asked for, but did not change";
  EXPECT_THAT(amended.cleared_checks(),
              ElementsAre(v1::CHECK_KIND_DETAILS, v1::CHECK_KIND_PAYMENT));
  v1::Order before;
  before.mutable_customer()->set_email("maria.papadopoulou@example.gr");
  *before.mutable_charges() = CourierOrder("WEB-1").charges();
  *before.mutable_totals() = CourierOrder("WEB-1").totals();
  EXPECT_TRUE(MessageDifferencer::Equals(amended.before(), before));
  v1::Order after;
  after.mutable_customer()->set_email("new@example.gr");
  after.mutable_promised_delivery()->set_seconds(kFarAhead);
  *after.mutable_charges() = order.charges();
  *after.mutable_totals() = order.totals();
  EXPECT_TRUE(MessageDifferencer::Equals(amended.after(), after));
}

TEST_F(Amendments, TheTextOfTheActivityIsInTheLanguageOfTheReader) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.mutable_lines(1)->set_quantity(4);
  order.mutable_customer()->set_email("new@example.gr");
  server_.Staff().Must(Updating(order, {"lines", "customer.email"}));
  EXPECT_EQ(Last(maria_.In("en"), order).text(),
            "The order was amended (Email: maria.papadopoulou@example.gr → new@example.gr · line "
            "2: 1 → 4 pieces · Total: €259.15 → €374.65).");
  EXPECT_THAT(Last(maria_.In("el"), order).text(),
              HasSubstr("γραμμή 2: 1 → 4 τεμάχια · Σύνολο: 259,15 € → 374,65 €"));
}

TEST_F(Amendments, LinesAreAmendedAddedAndRemovedByTheirNumbers) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  v1::Line added = order.lines(2);
  added.set_line(0);
  added.set_sku("NEW");
  order.mutable_lines(0)->set_quantity(5);
  order.mutable_lines()->DeleteSubrange(1, 1);
  *order.add_lines() = added;
  v1::UpdateOrderRequest request = Updating(order, {"lines"});
  // 5 × 99.90 − 10.00 + 22.85 + 22.85 + 5.50 + 2.50
  request.mutable_expected_gross()->set_currency_code("EUR");
  request.mutable_expected_gross()->set_units(543);
  request.mutable_expected_gross()->set_nanos(200'000'000);
  order = server_.Service().Must(request).order();
  ASSERT_EQ(order.lines_size(), 3);
  EXPECT_EQ(order.lines(0).line(), 1);
  EXPECT_EQ(order.lines(0).quantity(), 5);
  EXPECT_EQ(order.lines(1).line(), 3);
  EXPECT_EQ(order.lines(2).line(), 4);
  EXPECT_EQ(order.lines(2).sku(), "NEW");
  EXPECT_EQ(order.totals().gross().units(), 543);
}

TEST_F(Amendments, APreviewShowsTheOrderAsItWouldBe) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  const v1::Order before = Now(order);
  order.mutable_delivery_address()->set_city("Πειραιάς");
  v1::UpdateOrderRequest request = Updating(order, {"delivery_address"});
  request.set_validate_only(true);
  const v1::UpdateOrderResponse preview = maria_.Must(request);
  EXPECT_EQ(preview.order().delivery_address().city(), "Πειραιάς");
  EXPECT_EQ(preview.order().etag(), "");
  EXPECT_THAT(preview.activities(), IsEmpty());
  EXPECT_TRUE(MessageDifferencer::Equals(Now(order), before));
}

TEST_F(Amendments, WhatChangesNothingIsAnsweredWithTheOrderAsItIs) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  const std::int64_t before = server_.Position();
  v1::UpdateOrderRequest request =
      Updating(order, {"customer.email", "method", "delivery_address", "lines", "charges"});
  request.set_request_id("nothing");
  for (bool preview : {true, false, false}) {
    request.set_validate_only(preview);
    const v1::UpdateOrderResponse answer = server_.Staff().Must(request);
    EXPECT_THAT(answer.activities(), IsEmpty());
    EXPECT_FALSE(answer.replayed());
    EXPECT_EQ(answer.order().etag(), preview ? "" : order.etag());
  }
  EXPECT_EQ(server_.Position(), before);
  // The id is still there to be used.
  request.mutable_order()->mutable_customer()->set_email("new@example.gr");
  EXPECT_THAT(server_.Staff().Must(request).activities(), SizeIs(1));
}

TEST_F(Amendments, TrackingThatIsKnownAlreadyChangesNothing) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_HANDED_TO_CARRIER);
  v1::RecordTrackingRequest request = Tracking(order, "1234567890");
  request.mutable_parcels(0)->set_parcel(1);
  const std::int64_t before = server_.Position();
  const v1::RecordTrackingResponse answer = server_.Staff().Must(request);
  EXPECT_THAT(answer.activities(), IsEmpty());
  EXPECT_EQ(answer.order().etag(), order.etag());
  EXPECT_EQ(server_.Position(), before);
}

TEST_F(Amendments, TheEtagOfTheOrderAsItIsSeenIsNeeded) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.mutable_customer()->set_phone("210 1");
  v1::UpdateOrderRequest request = Updating(order, {"customer.phone"});
  request.clear_etag();
  EXPECT_THAT(Refuses(server_.Staff(), request, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("etag MISSING"));
  request.set_etag(order.etag());
  const std::string current = server_.Staff().Must(request).order().etag();
  request.mutable_order()->mutable_customer()->set_phone("210 2");
  EXPECT_THAT(Refuses(server_.Staff(), request, ABORTED, "ETAG_MISMATCH").Metadata(),
              UnorderedElementsAre(Pair("given", order.etag()), Pair("current", current)));
}

TEST_F(Amendments, TheOrdersCustomerAmendsWhatTheTableLetsThem) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.mutable_customer()->set_phone("210 1");
  order.mutable_delivery_address()->set_city("Πειραιάς");
  order.mutable_lines(0)->set_quantity(3);
  order = maria_.Must(Updating(order, {"customer.phone", "delivery_address", "lines"})).order();
  EXPECT_EQ(order.lines(0).quantity(), 3);
  Refuses(maria_, Updating(order, {"promised_delivery"}), PERMISSION_DENIED, "PERMISSION_DENIED");

  order = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_PROCESSING);
  EXPECT_THAT(Refuses(maria_, Updating(order, {"lines", "delivery_address"}), FAILED_PRECONDITION,
                      "COMMAND_NOT_OPEN")
                  .Metadata(),
              UnorderedElementsAre(Pair("order", order.number()), Pair("command", "UPDATE_GOODS"),
                                   Pair("status", "PROCESSING")));
  order.mutable_delivery_address()->set_city("Αθήνα");
  order = maria_.Must(Updating(order, {"delivery_address"})).order();

  order = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_GATHERING_PRODUCTS);
  Refuses(maria_, Updating(order, {"delivery_address"}), FAILED_PRECONDITION, "COMMAND_NOT_OPEN");
  order = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_HANDED_TO_CARRIER);
  order.mutable_customer()->set_phone("210 2");
  order = maria_.Must(Updating(order, {"customer.phone"})).order();
  order = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_RECEIVED);
  Refuses(maria_, Updating(order, {"customer.phone"}), FAILED_PRECONDITION, "COMMAND_NOT_OPEN");
}

TEST_F(Amendments, ACustomerSeesWhatWasAmendedWithoutWhereThingsComeFrom) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_GATHERING_PRODUCTS);
  server_.Staff().Must(Gathering(order));
  server_.Staff().Must(Stepping(order, v1::ORDER_ACTION_RETURN_TO_PROCESSING));
  order = Now(order);
  order.mutable_lines(0)->set_quantity(9);
  v1::UpdateOrderRequest request = Updating(order, {"lines"});
  order = server_.Staff().Must(request).order();
  EXPECT_EQ(order.lines(0).quantity_gathered(), 2);
  EXPECT_EQ(order.lines(0).gathered(0).source().id(), "ATH-1") << "what was gathered is kept";
  const v1::Activity seen = Last(maria_, order);
  EXPECT_EQ(seen.order_amended().before().lines(0).quantity(), 2);
  EXPECT_EQ(seen.order_amended().after().lines(0).quantity(), 9);
  EXPECT_THAT(seen.SerializeAsString(), Not(HasSubstr("ATH-1")));
}

TEST_F(Amendments, NoLineGoesBelowWhatIsGatheredOfIt) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_GATHERING_PRODUCTS);
  server_.Staff().Must(Gathering(order));
  server_.Staff().Must(Stepping(order, v1::ORDER_ACTION_RETURN_TO_PROCESSING));
  order = Now(order);
  order.mutable_lines(0)->set_quantity(1);
  order.mutable_lines(0)->clear_discount();
  EXPECT_THAT(Refuses(server_.Staff(), Updating(order, {"lines"}), FAILED_PRECONDITION,
                      "QUANTITY_BELOW_GATHERED")
                  .Metadata(),
              UnorderedElementsAre(Pair("line", "1"), Pair("gathered", "2"), Pair("given", "1")));
  order = Now(order);
  order.mutable_lines()->RemoveLast();
  EXPECT_THAT(Refuses(server_.Staff(), Updating(order, {"lines"}), FAILED_PRECONDITION,
                      "QUANTITY_BELOW_GATHERED")
                  .Metadata(),
              UnorderedElementsAre(Pair("line", "3"), Pair("gathered", "1"), Pair("given", "0")));
}

TEST_F(Amendments, WhatIsInvoicedIsFrozen) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_PREPARING_SHIPMENT);
  order = server_.Staff().Must(Invoicing(order)).order();
  EXPECT_THAT(
      Refuses(server_.Staff(), Updating(order, {"delivery_address", "customer.phone"}),
              FAILED_PRECONDITION, "FROZEN_BY_INVOICE")
          .Metadata(),
      UnorderedElementsAre(Pair("order", order.number()), Pair("command", "UPDATE_FULFILMENT"),
                           Pair("invoice", "Α-1001")));
}

TEST_F(Amendments, WhatDoesNotFitTheOrderIsNamedAllAtOnce) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.mutable_promised_delivery()->set_seconds(1'600'000'000);
  order.mutable_lines(1)->set_line(17);
  for (v1::Charge& charge : *order.mutable_charges())
    charge.mutable_amount()->set_currency_code("USD");
  order.clear_delivery_address();
  v1::UpdateOrderRequest request =
      Updating(order, {"lines", "charges", "promised_delivery", "delivery_address"});
  request.mutable_expected_gross()->set_currency_code("CHF");
  EXPECT_THAT(Refuses(server_.Staff(), request, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("order.charges[0].amount CURRENCY_MISMATCH",
                          "order.charges[1].amount CURRENCY_MISMATCH",
                          "expected_gross CURRENCY_MISMATCH", "order.lines[1].line UNKNOWN_LINE",
                          "order.promised_delivery IN_THE_PAST", "order.delivery_address MISSING"));
  order = Now(order);
  request = Updating(order, {"customer.phone"});
  request.mutable_expected_gross()->set_currency_code("EUR");
  request.mutable_expected_gross()->set_units(1);
  EXPECT_THAT(Refuses(server_.Staff(), request, INVALID_ARGUMENT, "INVALID_REQUEST").Violations(),
              ElementsAre("expected_gross TOTAL_MISMATCH"));
}

TEST_F(Amendments, AMethodDropsWhatItHasNoUseForAndRefusesWhatIsGivenAllTheSame) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.set_method(v1::FULFILMENT_METHOD_STORE_PICKUP);
  *order.mutable_store() = PickupOrder("X").store();
  EXPECT_THAT(Refuses(server_.Staff(), Updating(order, {"method", "store", "delivery_address"}),
                      INVALID_ARGUMENT, "INVALID_REQUEST")
                  .Violations(),
              ElementsAre("order.delivery_address NOT_FOR_THIS_METHOD"));
  order = maria_.Must(Updating(order, {"method", "store"})).order();
  EXPECT_FALSE(order.has_delivery_address());
  EXPECT_THAT(PathsOf(Last(maria_, order).order_amended().changed()),
              ElementsAre("method", "delivery_address", "store"));
  order.set_method(v1::FULFILMENT_METHOD_COMPANY_VEHICLE);
  *order.mutable_delivery_address() = CourierOrder("X").delivery_address();
  EXPECT_THAT(Refuses(server_.Staff(), Updating(order, {"method", "delivery_address"}),
                      INVALID_ARGUMENT, "INVALID_REQUEST")
                  .Violations(),
              ElementsAre("order.method NEEDS_BUSINESS_CUSTOMER"));
}

TEST_F(Amendments, TheCustomerIsToldOfANewPromiseOnly) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  order.mutable_customer()->set_phone("210 1");
  order = server_.Staff().Must(Updating(order, {"customer.phone"})).order();
  EXPECT_EQ(Last(maria_, order).notification(), v1::NOTIFICATION_WISH_NOTHING_TO_TELL);
  order.mutable_promised_delivery()->set_seconds(kFarAhead);
  order = server_.Staff().Must(Updating(order, {"promised_delivery"})).order();
  EXPECT_EQ(Last(maria_, order).notification(), v1::NOTIFICATION_WISH_NOTIFY);
  order.clear_promised_delivery();
  v1::UpdateOrderRequest quietly = Updating(order, {"promised_delivery"});
  quietly.set_notify(false);
  order = server_.Staff().Must(quietly).order();
  EXPECT_FALSE(order.has_promised_delivery());
  EXPECT_EQ(Last(server_.Staff(), order).notification(),
            v1::NOTIFICATION_WISH_SUPPRESSED_BY_CALLER);
}

// --- SetNotifications ---

TEST_F(Amendments, NotificationsAreTurnedOffAndOnByTheCustomerAndStaff) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  const v1::SetNotificationsResponse off = maria_.Must(Notifying(order, false));
  EXPECT_FALSE(off.order().notifications_on());
  const v1::Activity activity = Last(maria_, order);
  EXPECT_THAT(off.activities(), ElementsAre(activity.name()));
  EXPECT_EQ(activity.kind(), v1::ACTIVITY_KIND_NOTIFICATIONS_SET);
  EXPECT_FALSE(activity.notifications_set().notifications_on());
  EXPECT_EQ(activity.notification(), v1::NOTIFICATION_WISH_NOTHING_TO_TELL);

  WalkTo(server_.Staff(), order, v1::ORDER_STATUS_PROCESSING);
  EXPECT_EQ(Last(server_.Staff(), order).notification(),
            v1::NOTIFICATION_WISH_SUPPRESSED_BY_SETTING);
  EXPECT_TRUE(server_.Staff()
                  .As(OnBehalfOf(Role::kStaff, "eleni"))
                  .Must(Notifying(order, true))
                  .order()
                  .notifications_on());
  server_.Staff().Must(Stepping(order, v1::ORDER_ACTION_CANCEL));
  EXPECT_FALSE(server_.Staff().Must(Notifying(order, false)).order().notifications_on());
}

TEST_F(Amendments, TheSameSettingAgainChangesNothing) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  const std::int64_t before = server_.Position();
  v1::SetNotificationsRequest request = Notifying(order, true);
  request.set_request_id("on");
  for (int i = 0; i < 2; ++i) {
    const v1::SetNotificationsResponse answer = maria_.Must(request);
    EXPECT_THAT(answer.activities(), IsEmpty());
    EXPECT_FALSE(answer.replayed());
    EXPECT_EQ(answer.order().etag(), order.etag());
  }
  EXPECT_EQ(server_.Position(), before);
}

TEST_F(Amendments, APlainServiceDoesNotSetNotifications) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_AWAITING_PROCESSING);
  EXPECT_THAT(server_.Service().Call(Notifying(order, false)).status,
              IsRefusal(PERMISSION_DENIED, "PERMISSION_DENIED"));
  EXPECT_TRUE(
      server_.Staff().As(OnBehalfOf(Role::kCustomer, kMariaId)).Call(Notifying(order, false)).ok());
}

// --- SubmitFeedback ---

TEST_F(Amendments, FeedbackIsGivenOnceAndStandsOnTheOrder) {
  const v1::Order order = PlacedTo(v1::ORDER_STATUS_RECEIVED);
  const v1::SubmitFeedbackResponse answer = maria_.Must(Rating(order, 4, "Γρήγορα,\nαλλά ακριβά."));
  EXPECT_EQ(answer.order().feedback().rating(), 4);
  EXPECT_EQ(answer.order().feedback().text(), "Γρήγορα,\nαλλά ακριβά.");
  for (const Client& reader : {server_.Staff(), server_.Service(), maria_}) {
    EXPECT_TRUE(MessageDifferencer::Equals(reader.Must(Getting(order)).feedback(),
                                           answer.order().feedback()));
  }
  const v1::Activity activity = Last(maria_, order);
  EXPECT_THAT(answer.activities(), ElementsAre(activity.name()));
  EXPECT_EQ(activity.feedback_submitted().rating(), 4);
  EXPECT_EQ(activity.feedback_submitted().text(), "Γρήγορα,\nαλλά ακριβά.");
  EXPECT_EQ(activity.notification(), v1::NOTIFICATION_WISH_NOTHING_TO_TELL);
  EXPECT_TRUE(
      MessageDifferencer::Equals(activity.occur_time(), answer.order().feedback().submit_time()));

  const CallStatus again = maria_.Call(Rating(order, 5)).status;
  EXPECT_THAT(again, IsRefusal(FAILED_PRECONDITION, "FEEDBACK_ALREADY_GIVEN"));
  EXPECT_THAT(again.Metadata(), ElementsAre(Pair("order", order.number())));
}

TEST_F(Amendments, FeedbackIsForWhatWasReceivedAndFromItsCustomer) {
  v1::Order order = PlacedTo(v1::ORDER_STATUS_HANDED_TO_CARRIER);
  EXPECT_FALSE(order.has_feedback());
  const CallStatus early = maria_.Call(Rating(order, 5)).status;
  EXPECT_THAT(early, IsRefusal(FAILED_PRECONDITION, "COMMAND_NOT_OPEN"));
  EXPECT_EQ(early.Metadata()["command"], "SUBMIT_FEEDBACK");
  order = WalkTo(server_.Staff(), order, v1::ORDER_STATUS_RECEIVED);
  for (const Client& client : {server_.Staff(), server_.Service(), server_.Customer(kNikosId),
                               server_.Staff().As(OnBehalfOf(Role::kStaff, "eleni"))}) {
    EXPECT_THAT(client.Call(Rating(order, 5)).status,
                IsRefusal(PERMISSION_DENIED, "PERMISSION_DENIED"));
  }
  v1::SubmitFeedbackRequest preview = Rating(order, 5);
  preview.set_validate_only(true);
  EXPECT_EQ(maria_.Must(preview).order().feedback().rating(), 5);
  EXPECT_TRUE(
      server_.Staff().As(OnBehalfOf(Role::kCustomer, kMariaId)).Call(Rating(order, 5)).ok());
}

}  // namespace
}  // namespace ipstore::orders::test
