// Bad input: every violation at once, under its path, and nothing is done.

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::SizeIs;
using testing::StartsWith;

using Lines = std::vector<std::string>;

// Nobody's number: its check digit is right.
constexpr char kNoSuchOrder[] = "orders/9999999990";

class BadInput : public testing::Test {
 protected:
  // Calls, expects just those violations in either language, and that nothing has changed.
  template <typename Request>
  void Refuses(const Request& request, const Lines& violations) {
    const std::int64_t before = server_.Position();
    EXPECT_THAT(server_.Staff().Call(request).status, IsInvalid(violations));
    EXPECT_THAT(server_.Staff().In("el").Call(request).status, IsInvalid(violations));
    EXPECT_EQ(server_.Position(), before);
  }

  // As an order that would be accepted, but for `spoil`.
  void RefusesOrder(const std::function<void(v1::Order&)>& spoil, const Lines& violations) {
    v1::Order order = CourierOrder("WEB-1");
    spoil(order);
    Refuses(Creating(std::move(order)), violations);
  }

  // A request for a step on an order that does not matter: input is judged before anything is
  // loaded.
  static v1::TransitionOrderRequest StepOf(v1::OrderAction action) {
    v1::Order order;
    order.set_name(kNoSuchOrder);
    return Stepping(order, action);
  }

  ServerInTest server_;
};

TEST_F(BadInput, AnEmptyOrderIsToldOfAllThatIsMissing) {
  Refuses(v1::CreateOrderRequest(), {"order MISSING"});
  Refuses(Creating(v1::Order()),
          {"order.customer.segment MISSING", "order.customer.language MISSING",
           "order.payment_method MISSING", "order.method MISSING", "order.source MISSING",
           "order.external_reference MISSING", "order.customer.name MISSING",
           "order.customer.email MISSING", "order.currency_code MISSING", "order.lines MISSING"});
}

TEST_F(BadInput, EveryFlawOfAnOrderIsReportedAtOnce) {
  RefusesOrder(
      [](v1::Order& order) {
        order.set_source(std::string(65, 's'));
        order.mutable_customer()->set_email("maria at example.com");
        order.mutable_customer()->set_segment(static_cast<v1::Segment>(7));
        order.mutable_customer()->set_name("Μαρία\x07");
        order.mutable_lines(0)->set_quantity(0);
        order.mutable_lines(1)->set_quantity(-2);
        order.mutable_lines(2)->mutable_unit_price()->set_currency_code("USD");
        order.mutable_delivery_address()->clear_city();
        order.mutable_delivery_address()->set_country("Greece");
      },
      {"order.customer.segment UNKNOWN_VALUE", "order.lines[2].unit_price CURRENCY_MISMATCH",
       "order.source TOO_LONG", "order.customer.name CONTROL_CHARACTER",
       "order.customer.email MALFORMED", "order.lines[0].quantity NOT_POSITIVE",
       "order.lines[1].quantity NOT_POSITIVE", "order.delivery_address.city MISSING",
       "order.delivery_address.country MALFORMED"});
}

TEST_F(BadInput, UnknownEnumValuesAreRefusedWhereverTheyStand) {
  RefusesOrder(
      [](v1::Order& order) {
        order.mutable_customer()->set_segment(static_cast<v1::Segment>(99));
        order.mutable_customer()->set_language("fr");
        order.mutable_charges(0)->set_kind(static_cast<v1::ChargeKind>(-1));
        order.set_payment_method(static_cast<v1::PaymentMethod>(17));
        order.set_method(static_cast<v1::FulfilmentMethod>(4));
      },
      {"order.customer.segment UNKNOWN_VALUE", "order.customer.language UNKNOWN_VALUE",
       "order.charges[0].kind UNKNOWN_VALUE", "order.payment_method UNKNOWN_VALUE",
       "order.method UNKNOWN_VALUE"});

  v1::RecordCheckRequest check;
  check.set_name(kNoSuchOrder);
  check.set_check(static_cast<v1::CheckKind>(4));
  check.set_outcome(static_cast<v1::CheckOutcome>(9));
  Refuses(check, {"check UNKNOWN_VALUE", "outcome UNKNOWN_VALUE"});

  v1::ListOrdersRequest list;
  list.add_statuses(v1::ORDER_STATUS_PROCESSING);
  list.add_statuses(static_cast<v1::OrderStatus>(10));
  list.add_statuses(v1::ORDER_STATUS_UNSPECIFIED);
  Refuses(list, {"statuses[1] UNKNOWN_VALUE", "statuses[2] UNKNOWN_VALUE"});

  v1::ListActivitiesRequest activities;
  activities.set_parent(kNoSuchOrder);
  activities.add_kinds(static_cast<v1::ActivityKind>(99));
  Refuses(activities, {"kinds[0] UNKNOWN_VALUE"});

  v1::CreateCommentRequest comment;
  comment.set_parent(kNoSuchOrder);
  comment.mutable_comment()->set_text("?");
  comment.mutable_comment()->set_visibility(static_cast<v1::Visibility>(3));
  Refuses(comment, {"comment.visibility UNKNOWN_VALUE"});
}

TEST_F(BadInput, AmountsMustBeSound) {
  RefusesOrder(
      [](v1::Order& order) {
        order.mutable_lines(0)->mutable_unit_price()->set_units(-1);
        order.mutable_lines(0)->mutable_unit_price()->set_nanos(0);
        order.mutable_lines(1)->mutable_unit_price()->set_nanos(5'000'000);  // half a cent
        order.mutable_lines(2)->clear_unit_price();
        order.mutable_charges(0)->mutable_amount()->set_nanos(1'000'000'000);
        order.mutable_charges(1)->mutable_amount()->set_units(INT64_MAX);
      },
      {"order.lines[1].unit_price FRACTION_OF_MINOR_UNIT", "order.lines[2].unit_price MISSING",
       "order.charges[0].amount MALFORMED", "order.charges[1].amount OUT_OF_RANGE",
       "order.lines[0].unit_price NEGATIVE"});
  RefusesOrder([](v1::Order& order) { order.set_currency_code("drachma"); },
               {"order.currency_code MALFORMED"});
  RefusesOrder(
      [](v1::Order& order) {
        order.mutable_lines(0)->mutable_discount()->set_currency_code("EUR");
        order.mutable_lines(0)->mutable_discount()->set_units(1'000'000);
        order.mutable_lines(1)->set_vat_rate_basis_points(10'001);
      },
      {"order.lines[0].discount DISCOUNT_TOO_LARGE",
       "order.lines[1].vat_rate_basis_points OUT_OF_RANGE"});
}

TEST_F(BadInput, TotalsThatOverflowAreRefused) {
  RefusesOrder(
      [](v1::Order& order) {
        order.mutable_lines(0)->set_quantity(1'000'000);
        order.mutable_lines(0)->mutable_unit_price()->set_units(99'999'999'999'999);
      },
      {"order TOTALS_OVERFLOW"});
  RefusesOrder([](v1::Order& order) { order.mutable_lines(0)->set_quantity(INT64_MAX); },
               {"order.lines[0].quantity OUT_OF_RANGE"});
}

TEST_F(BadInput, AnExpectedGrossThatIsNotTheGrossIsRefused) {
  v1::CreateOrderRequest request = Creating(CourierOrder("WEB-1"));
  request.mutable_expected_gross()->set_currency_code("EUR");
  request.mutable_expected_gross()->set_units(259);
  request.mutable_expected_gross()->set_nanos(140'000'000);
  Refuses(request, {"expected_gross TOTAL_MISMATCH"});
  request.mutable_expected_gross()->set_currency_code("USD");
  Refuses(request, {"expected_gross CURRENCY_MISMATCH"});
  request.mutable_expected_gross()->set_currency_code("EUR");
  request.mutable_expected_gross()->set_nanos(150'000'000);
  EXPECT_TRUE(server_.Staff().Call(request).ok());
}

TEST_F(BadInput, FieldsMustFitMethodAndSegment) {
  RefusesOrder([](v1::Order& order) { order.set_method(v1::FULFILMENT_METHOD_COMPANY_VEHICLE); },
               {"order.method NEEDS_BUSINESS_CUSTOMER"});
  RefusesOrder([](v1::Order& order) { order.set_method(v1::FULFILMENT_METHOD_STORE_PICKUP); },
               {"order.delivery_address NOT_FOR_THIS_METHOD"});
  RefusesOrder([](v1::Order& order) { order.clear_delivery_address(); },
               {"order.delivery_address MISSING"});
  RefusesOrder(
      [](v1::Order& order) { order.mutable_customer()->set_segment(v1::SEGMENT_BUSINESS); },
      {"order.customer.company_name MISSING", "order.customer.vat_number MISSING"});
}

TEST_F(BadInput, OverLongTextAndListsAreRefused) {
  RefusesOrder(
      [](v1::Order& order) {
        order.mutable_customer()->set_name(std::string(201, 'x'));
        order.mutable_delivery_address()->set_instructions(std::string(501, 'x'));
        while (order.charges_size() <= 20) *order.add_charges() = order.charges(0);
      },
      {"order.charges TOO_MANY", "order.customer.name TOO_LONG",
       "order.delivery_address.instructions TOO_LONG"});
  RefusesOrder(
      [](v1::Order& order) {
        while (order.lines_size() <= 200) *order.add_lines() = order.lines(0);
      },
      {"order.lines TOO_MANY"});

  v1::Order order;
  order.set_name(kNoSuchOrder);
  Refuses(Commenting(order, std::string(10'001, 'x')), {"comment.text TOO_LONG"});
  v1::RecordCheckRequest check = Checking(order, v1::CHECK_KIND_PAYMENT);
  check.set_note(std::string(501, 'x'));
  check.set_etag(std::string(65, 'x'));
  check.set_request_id(std::string(65, 'x'));
  Refuses(check, {"note TOO_LONG", "etag TOO_LONG", "request_id TOO_LONG"});
  check = Checking(order, v1::CHECK_KIND_PAYMENT);
  check.set_request_id("not a good id");
  Refuses(check, {"request_id MALFORMED"});
}

TEST_F(BadInput, WhatAnActionNeedsIsAskedFor) {
  v1::TransitionOrderRequest none;
  Refuses(none, {"action MISSING", "name MISSING"});

  for (auto [action, field] :
       {std::pair{v1::ORDER_ACTION_CANCEL, "cancel.reason MISSING"},
        std::pair{v1::ORDER_ACTION_RETURN_TO_PROCESSING, "return_to_processing.reason MISSING"},
        std::pair{v1::ORDER_ACTION_RETURN_UNDELIVERED, "return_undelivered.reason MISSING"}}) {
    v1::TransitionOrderRequest request = StepOf(action);
    if (request.has_cancel()) request.mutable_cancel()->clear_reason();
    if (request.has_return_to_processing())
      request.mutable_return_to_processing()->set_reason("  ");
    if (request.has_return_undelivered()) request.mutable_return_undelivered()->clear_reason();
    Refuses(request, {field});
  }

  v1::TransitionOrderRequest pickup = StepOf(v1::ORDER_ACTION_OFFER_PICKUP);
  pickup.mutable_offer_pickup()->clear_pickup_until();
  Refuses(pickup, {"offer_pickup.pickup_until MISSING"});
  pickup.mutable_offer_pickup()->mutable_pickup_until()->set_nanos(-1);
  Refuses(pickup, {"offer_pickup.pickup_until MALFORMED"});

  v1::TransitionOrderRequest vehicle = StepOf(v1::ORDER_ACTION_DISPATCH_VEHICLE);
  vehicle.mutable_dispatch_vehicle()->clear_vehicle();
  vehicle.mutable_dispatch_vehicle()->clear_window();
  Refuses(vehicle, {"dispatch_vehicle.window.start MISSING", "dispatch_vehicle.window.end MISSING",
                    "dispatch_vehicle.vehicle MISSING"});
  vehicle = StepOf(v1::ORDER_ACTION_DISPATCH_VEHICLE);
  vehicle.mutable_dispatch_vehicle()->mutable_window()->mutable_end()->set_seconds(
      vehicle.dispatch_vehicle().window().start().seconds());
  Refuses(vehicle, {"dispatch_vehicle.window.end END_BEFORE_START"});

  v1::TransitionOrderRequest regather = StepOf(v1::ORDER_ACTION_RETURN_TO_GATHERING);
  regather.mutable_return_to_gathering()->clear_reason();
  regather.mutable_return_to_gathering()->mutable_lines(0)->set_quantity(0);
  *regather.mutable_return_to_gathering()->add_lines() = regather.return_to_gathering().lines(0);
  Refuses(regather, {"return_to_gathering.reason MISSING",
                     "return_to_gathering.lines[0].quantity NOT_POSITIVE",
                     "return_to_gathering.lines[1].quantity NOT_POSITIVE",
                     "return_to_gathering.lines[1].line DUPLICATE"});

  v1::TransitionOrderRequest carrier = StepOf(v1::ORDER_ACTION_HAND_TO_CARRIER);
  v1::Parcel* parcel = carrier.mutable_hand_to_carrier()->mutable_parcels(0);
  parcel->clear_carrier();
  parcel->set_tracking_url("http://carrier.example/1");
  Refuses(carrier, {"hand_to_carrier.parcels[0].carrier MISSING",
                    "hand_to_carrier.parcels[0].tracking_url MALFORMED"});
}

TEST_F(BadInput, WhatARecordNeedsIsAskedFor) {
  Refuses(v1::RecordCheckRequest(), {"check MISSING", "outcome MISSING", "name MISSING"});
  Refuses(v1::RecordGatheringRequest(), {"items MISSING", "name MISSING"});
  Refuses(v1::RecordInvoiceRequest(),
          {"invoice.date MISSING", "invoice.number MISSING", "name MISSING"});
  Refuses(v1::RecordTrackingRequest(), {"parcels MISSING", "name MISSING"});
  Refuses(v1::CreateCommentRequest(), {"comment.text MISSING", "parent MISSING"});
  Refuses(v1::LookupOrderRequest(), {"source MISSING", "external_reference MISSING"});

  v1::Order order;
  order.set_name(kNoSuchOrder);
  v1::RecordGatheringRequest gathering;
  gathering.set_name(kNoSuchOrder);
  gathering.add_items()->set_quantity(-3);
  Refuses(gathering, {"items[0].source.kind MISSING", "items[0].line NOT_POSITIVE",
                      "items[0].quantity NOT_POSITIVE", "items[0].source.id MISSING"});
  v1::RecordInvoiceRequest invoice = Invoicing(order);
  invoice.mutable_invoice()->mutable_date()->set_month(2);
  invoice.mutable_invoice()->mutable_date()->set_day(30);
  Refuses(invoice, {"invoice.date MALFORMED"});
}

TEST_F(BadInput, WhatAnUpdateNeedsIsAskedFor) {
  Refuses(v1::UpdateOrderRequest(), {"update_mask MISSING", "order.name MISSING", "etag MISSING"});
  v1::Order order;
  order.set_name("orders/1000000019");
  order.set_etag("v1");
  Refuses(Updating(order, {"customer.phone"}), {"order.name WRONG_CHECK_DIGIT"});
  order.set_name(kNoSuchOrder);
  Refuses(Updating(order, {"customer.name", "customer.email", "method", "lines", "charges"}),
          {"order.method MISSING", "order.customer.name MISSING", "order.customer.email MISSING",
           "order.lines MISSING"});
}

TEST_F(BadInput, AMaskNamesFieldsThatCanBeUpdated) {
  v1::Order order;
  order.set_name(kNoSuchOrder);
  order.set_etag("v1");
  Refuses(Updating(order, {"customer.phone", "status", "colour", "*", "customer", "customer.id",
                           "delivery_address.city", "lines.quantity", "customerPhone", "",
                           "feedback", "notifications_on", "payment_method", "name"}),
          {"update_mask.paths[1] NOT_UPDATABLE", "update_mask.paths[2] UNKNOWN_VALUE",
           "update_mask.paths[3] NOT_UPDATABLE", "update_mask.paths[4] NOT_UPDATABLE",
           "update_mask.paths[5] NOT_UPDATABLE", "update_mask.paths[6] NOT_UPDATABLE",
           "update_mask.paths[7] UNKNOWN_VALUE", "update_mask.paths[8] UNKNOWN_VALUE",
           "update_mask.paths[9] UNKNOWN_VALUE", "update_mask.paths[10] NOT_UPDATABLE",
           "update_mask.paths[11] NOT_UPDATABLE", "update_mask.paths[12] NOT_UPDATABLE",
           "update_mask.paths[13] NOT_UPDATABLE"});
  Refuses(Updating(order, std::vector<std::string>(100'000, "colour")),
          {"update_mask.paths TOO_MANY"});
}

TEST_F(BadInput, EveryFlawOfAnUpdateIsReportedAtOnceAndOnlyOfWhatTheMaskNames) {
  v1::Order order = CourierOrder("WEB-1");
  order.set_name(kNoSuchOrder);
  order.set_etag("v1");
  order.mutable_customer()->set_email("maria at example.gr");
  order.mutable_customer()->clear_name();
  order.mutable_customer()->set_segment(static_cast<v1::Segment>(17));
  order.set_payment_method(static_cast<v1::PaymentMethod>(17));
  order.mutable_promised_delivery()->set_nanos(-1);
  order.mutable_delivery_address()->clear_city();
  order.mutable_lines(0)->set_line(2);
  order.mutable_lines(1)->set_quantity(0);
  order.mutable_lines(2)->mutable_unit_price()->clear_currency_code();
  order.mutable_charges(0)->mutable_amount()->set_units(-5);
  order.mutable_charges(0)->mutable_amount()->set_nanos(0);
  Refuses(Updating(order, {"customer.email", "promised_delivery", "delivery_address", "lines",
                           "charges", "store"}),
          {"order.promised_delivery MALFORMED", "order.lines[2].unit_price MALFORMED",
           "order.customer.email MALFORMED", "order.delivery_address.city MISSING",
           "order.lines[1].quantity NOT_POSITIVE", "order.lines[1].line DUPLICATE",
           "order.charges[0].amount NEGATIVE"});
  while (order.lines_size() <= 200) *order.add_lines() = order.lines(0);
  while (order.charges_size() <= 20) *order.add_charges() = order.charges(0);
  Refuses(Updating(order, {"lines", "charges"}),
          {"order.lines TOO_MANY", "order.charges TOO_MANY"});
}

TEST_F(BadInput, WhatSettingNotificationsAndFeedbackNeedIsAskedFor) {
  Refuses(v1::SetNotificationsRequest(), {"notifications_on MISSING", "name MISSING"});
  Refuses(v1::SubmitFeedbackRequest(), {"rating MISSING", "name MISSING"});
  v1::Order order;
  order.set_name(kNoSuchOrder);
  Refuses(Rating(order, 6), {"rating OUT_OF_RANGE"});
  Refuses(Rating(order, -1, std::string(2001, 'x')), {"rating OUT_OF_RANGE", "text TOO_LONG"});
}

TEST_F(BadInput, NamesOfOrdersMustBeOrderNames) {
  v1::GetOrderRequest get;
  Refuses(get, {"name MISSING"});
  for (const char* malformed : {"1000000018", "orders/", "orders/-", "orders/10000000180",
                                "orders/abc", "orders/100000001 "}) {
    get.set_name(malformed);
    Refuses(get, {"name MALFORMED"});
  }
  get.set_name("orders/1000000019");
  Refuses(get, {"name WRONG_CHECK_DIGIT"});

  v1::ExplainTransitionsRequest explain;
  explain.set_name("orders/1000000019");
  Refuses(explain, {"name WRONG_CHECK_DIGIT"});
  v1::TransitionOrderRequest step = StepOf(v1::ORDER_ACTION_CONFIRM_RECEIPT);
  step.set_name("orders/1000000019");
  Refuses(step, {"name WRONG_CHECK_DIGIT"});
  v1::ListActivitiesRequest activities;
  activities.set_parent("orders/-");
  Refuses(activities, {"parent MALFORMED"});
  v1::ListCommentsRequest comments;
  comments.set_parent("orders/1000000019");
  Refuses(comments, {"parent WRONG_CHECK_DIGIT"});

  v1::GetCommentRequest comment;
  for (const char* malformed :
       {"orders/1000000018", "orders/1000000018/comments/", "orders/1000000018/notes/1"}) {
    comment.set_name(malformed);
    Refuses(comment, {"name MALFORMED"});
  }
  comment.set_name("orders/1000000019/comments/1");
  Refuses(comment, {"name WRONG_CHECK_DIGIT"});
  comment.set_name(absl::StrCat("orders/1000000018/comments/", std::string(100'000, 'x')));
  Refuses(comment, {"name MALFORMED"});
}

// --- Text that is not UTF-8: no stub would send it, so the bytes are made by hand ---

// Stands where bytes that are no UTF-8 are to be.
constexpr char kBad[] = "¤¤";

template <typename Request>
std::string WithBadBytes(const Request& request) {
  return absl::StrReplaceAll(request.SerializeAsString(), {{kBad, "\xff\xfe\xc0\xaf"}});
}

TEST_F(BadInput, EveryTextThatIsNotUtf8IsNamedTogetherWithAllOtherFlaws) {
  v1::CreateOrderRequest request = Creating(CourierOrder(absl::StrCat("WEB-", kBad)));
  request.mutable_order()->mutable_lines(1)->set_name(kBad);
  request.mutable_order()->mutable_lines(2)->set_quantity(-1);
  request.mutable_order()->mutable_delivery_address()->set_lines(1,
                                                                 absl::StrCat("3ος όροφος ", kBad));
  request.mutable_order()->mutable_customer()->clear_email();
  const std::int64_t before = server_.Position();
  const Reply<std::string> reply = server_.Staff().CallBytes(
      "/ipstore.orders.v1.OrderService/CreateOrder", WithBadBytes(request));
  EXPECT_EQ(reply.status.code, google::rpc::INVALID_ARGUMENT);
  EXPECT_THAT(reply.status.Violations(),
              testing::UnorderedElementsAre(
                  "order.external_reference NOT_UTF8", "order.lines[1].name NOT_UTF8",
                  "order.delivery_address.lines[1] NOT_UTF8", "order.customer.email MISSING",
                  "order.lines[2].quantity NOT_POSITIVE"));
  EXPECT_EQ(server_.Position(), before);
}

TEST_F(BadInput, TextThatIsNotUtf8IsRefusedByEveryMethod) {
  const auto refuses = [&](const auto& request, const std::string& violation) {
    const auto path = Client::PathFor(*request.GetDescriptor());
    const Reply<std::string> reply = server_.Staff().CallBytes(path, WithBadBytes(request));
    EXPECT_THAT(reply.status, IsInvalid(Lines{violation})) << path;
  };
  v1::Order order;
  order.set_name(kNoSuchOrder);
  v1::Order bad;
  bad.set_name(absl::StrCat("orders/", kBad));
  v1::LookupOrderRequest lookup;
  lookup.set_source(kBad);
  lookup.set_external_reference("WEB-1");
  refuses(lookup, "source NOT_UTF8");
  refuses(Getting(bad), "name NOT_UTF8");
  v1::ListOrdersRequest list;
  list.set_customer_id(kBad);
  refuses(list, "customer_id NOT_UTF8");
  v1::TransitionOrderRequest cancel = StepOf(v1::ORDER_ACTION_CANCEL);
  cancel.mutable_cancel()->set_reason(kBad);
  refuses(cancel, "cancel.reason NOT_UTF8");
  v1::RecordCheckRequest check = Checking(order, v1::CHECK_KIND_PAYMENT);
  check.set_note(kBad);
  refuses(check, "note NOT_UTF8");
  v1::RecordGatheringRequest gathering = Gathering(order);
  v1::GatheredItem* item = gathering.add_items();
  item->set_line(1);
  item->set_quantity(1);
  item->mutable_source()->set_kind(v1::SOURCE_KIND_WAREHOUSE);
  item->mutable_source()->set_id(kBad);
  refuses(gathering, "items[0].source.id NOT_UTF8");
  v1::RecordInvoiceRequest invoice = Invoicing(order);
  invoice.mutable_invoice()->set_number(kBad);
  refuses(invoice, "invoice.number NOT_UTF8");
  refuses(Tracking(order, kBad), "parcels[0].tracking_number NOT_UTF8");
  v1::UpdateOrderRequest update = Updating(order, {"customer.phone"});
  update.set_etag(kBad);
  refuses(update, "etag NOT_UTF8");
  update = Updating(order, {kBad});
  update.set_etag("v1");
  refuses(update, "update_mask.paths[0] NOT_UTF8");
  v1::SetNotificationsRequest notifications = Notifying(order, true);
  notifications.set_request_id(kBad);
  refuses(notifications, "request_id NOT_UTF8");
  refuses(Rating(order, 5, kBad), "text NOT_UTF8");
  refuses(Commenting(order, kBad), "comment.text NOT_UTF8");
  v1::ExplainTransitionsRequest explain;
  explain.set_name(kBad);
  refuses(explain, "name NOT_UTF8");
  v1::ListActivitiesRequest activities;
  activities.set_parent(kBad);
  refuses(activities, "parent NOT_UTF8");
  v1::GetCommentRequest comment;
  comment.set_name(kBad);
  refuses(comment, "name NOT_UTF8");
  v1::ListCommentsRequest comments;
  comments.set_parent(kNoSuchOrder);
  comments.set_page_token(kBad);
  refuses(comments, "page_token NOT_UTF8");
}

TEST_F(BadInput, BytesThatAreNoMessageAreRefused) {
  const Reply<std::string> reply = server_.Staff().CallBytes(
      "/ipstore.orders.v1.OrderService/CreateOrder", "\x0a\x7fnot a message");
  EXPECT_THAT(reply.status, IsInvalid(Lines{"request MALFORMED"}));
}

// --- The error itself ---

TEST_F(BadInput, HundredsOfViolationsStillFitIntoTheTrailersOfAClient) {
  v1::Order order = CourierOrder("WEB-1");
  while (order.lines_size() < 200) *order.add_lines() = order.lines(0);
  for (v1::Line& line : *order.mutable_lines()) {
    line.set_sku(std::string(65, 'x'));
    line.set_quantity(-1);
    line.clear_name();
  }
  for (const char* language : {"el", "en"}) {
    const CallStatus status = server_.Staff().In(language).Call(Creating(order)).status;
    EXPECT_THAT(status, IsRefusal(google::rpc::INVALID_ARGUMENT, "INVALID_REQUEST"));
    EXPECT_EQ(status.Metadata()["count"], "600");
    ASSERT_THAT(status.Violations(), SizeIs(testing::Gt(10U)));
    EXPECT_EQ(status.Violations().front(), "order.lines[0].sku TOO_LONG");
  }
}

TEST_F(BadInput, LongValuesAreNotEchoedInFull) {
  const std::string huge(100'000, 'x');
  RefusesOrder(
      [&](v1::Order& order) {
        order.mutable_customer()->set_language(huge);
        order.mutable_lines(0)->mutable_unit_price()->set_currency_code(huge);
      },
      {"order.customer.language UNKNOWN_VALUE", "order.lines[0].unit_price CURRENCY_MISMATCH"});
  v1::GetOrderRequest get;
  get.set_name(absl::StrCat("orders/", huge));
  Refuses(get, {"name MALFORMED"});
}

TEST_F(BadInput, SentencesAreInTheLanguageOfTheReader) {
  v1::GetOrderRequest get;
  get.set_name("orders/1000000019");
  const auto description = [](const CallStatus& status) {
    return status.All<google::rpc::BadRequest>().at(0).field_violations(0).description();
  };
  const CallStatus english = server_.Staff().In("en-GB,en;q=0.9,el;q=0.1").Call(get).status;
  const CallStatus greek = server_.Staff().In("el-GR").Call(get).status;
  const CallStatus other = server_.Staff().In("fr").Call(get).status;
  const CallStatus none = server_.Staff().In("").Call(get).status;
  EXPECT_EQ(english.All<google::rpc::LocalizedMessage>().at(0).locale(), "en");
  EXPECT_EQ(greek.All<google::rpc::LocalizedMessage>().at(0).locale(), "el");
  EXPECT_EQ(greek.message, english.message) << "the status itself is for developers";
  EXPECT_NE(greek.LocalizedText(), english.LocalizedText());
  EXPECT_THAT(description(english), testing::MatchesRegex("WRONG_CHECK_DIGIT: [A-Z][ -~]*"));
  EXPECT_THAT(description(greek), StartsWith("WRONG_CHECK_DIGIT: "));
  EXPECT_NE(description(greek), description(english));
  EXPECT_EQ(other.LocalizedText(), greek.LocalizedText()) << "Greek when neither is named";
  EXPECT_EQ(none.LocalizedText(), greek.LocalizedText());
}

}  // namespace
}  // namespace ipstore::orders::test
