// What each event does to an order, and nothing else: every test compares the whole order.

#include "domain/evolve.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::OrderInTest;
using ::testing::ElementsAre;

// Expects that doing `command` changed `order` by `change`, by what every change of state does to
// the head, and by nothing else.
void ExpectChange(OrderInTest& order, const OrderCommand& command,
                  const std::function<void(Order&)>& change) {
  Order expected = order.order();
  const Decision decision = order.Do(command);
  ASSERT_TRUE(std::holds_alternative<Activities>(decision));
  change(expected);
  expected.subject.version += 1;
  expected.subject.last_seq += 1;
  expected.subject.updated_at = order.now();
  expected.subject.last_activity_at = order.now();
  expected.subject.last_public_activity_at = order.now();
  EXPECT_TRUE(order.order() == expected);
}

TransitionOrder Step(OrderAction action, const OrderInTest& order) {
  return test::Step(action, order.order(), order.now());
}

void Move(Order& order, OrderStatus to) {
  order.subject.status = static_cast<std::uint8_t>(to);
}

Check CheckNow(CheckOutcome outcome, std::string note, absl::Time at) {
  return {outcome, std::move(note), test::Staff().actor, std::nullopt, at};
}

// --- Forward -------------------------------------------------------------------------------------

TEST(Evolve, ForwardStepsChangeTheStatusAndTakeWhatTheyAreGiven) {
  OrderInTest courier;
  ExpectChange(courier, Step(OrderAction::kStartProcessing, courier),
               [](Order& order) { Move(order, OrderStatus::kProcessing); });
  courier.WalkTo(OrderStatus::kPreparingShipment);
  courier.Prepare(OrderAction::kHandToCarrier);
  const TransitionOrder hand = Step(OrderAction::kHandToCarrier, courier);
  ExpectChange(courier, hand, [&](Order& order) {
    Move(order, OrderStatus::kHandedToCarrier);
    order.parcels = {
        {1, "ACS", "1234567890", "https://www.acscourier.example/track/1234567890", ""}};
    order.last_parcel_number = 1;
    order.expected_delivery = hand.expected_delivery;
  });
  ExpectChange(courier, Step(OrderAction::kConfirmReceipt, courier), [](Order& order) {
    Move(order, OrderStatus::kReceived);
    order.subject.active = false;
  });
}

TEST(Evolve, AHandoverWithoutAnExpectedDeliveryKeepsTheOneThatIsKnown) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Prepare(OrderAction::kHandToCarrier);
  const absl::Time expected = order.now() + absl::Hours(50);
  order.Do(RecordTracking{{}, expected});
  TransitionOrder step = test::Step(OrderAction::kHandToCarrier, order.order(), order.now());
  step.expected_delivery.reset();
  order.Do(step);
  EXPECT_EQ(order.order().status(), OrderStatus::kHandedToCarrier);
  EXPECT_EQ(order.order().expected_delivery, expected);
}

TEST(Evolve, OfferingAPickupKeepsUntilWhen) {
  OrderInTest pickup(test::PickupContent());
  pickup.WalkTo(OrderStatus::kPreparingShipment);
  pickup.Prepare(OrderAction::kOfferPickup);
  const TransitionOrder offer = Step(OrderAction::kOfferPickup, pickup);
  ExpectChange(pickup, offer, [&](Order& order) {
    Move(order, OrderStatus::kReadyForPickup);
    order.pickup_until = offer.pickup_until;
  });
}

TEST(Evolve, DispatchingKeepsVehicleAndWindow) {
  OrderInTest vehicle(test::VehicleContent());
  vehicle.WalkTo(OrderStatus::kPreparingShipment);
  vehicle.Prepare(OrderAction::kDispatchVehicle);
  const TransitionOrder dispatch = Step(OrderAction::kDispatchVehicle, vehicle);
  ExpectChange(vehicle, dispatch, [&](Order& order) {
    Move(order, OrderStatus::kOnCompanyVehicle);
    order.vehicle_trip = dispatch.vehicle_trip;
  });
}

TEST(Evolve, CancellingKeepsTheReason) {
  OrderInTest order;
  ExpectChange(order, Step(OrderAction::kCancel, order), [](Order& expected) {
    Move(expected, OrderStatus::kCancelled);
    expected.subject.active = false;
    expected.cancellation_reason = "Ο πελάτης άλλαξε γνώμη.";
  });
}

// --- Backward ------------------------------------------------------------------------------------

TEST(Evolve, ReturningToProcessingClearsTheAvailabilityAndNothingElse) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  order.Do(test::GatherAllOf(order.order()));
  ExpectChange(order, Step(OrderAction::kReturnToProcessing, order), [](Order& expected) {
    Move(expected, OrderStatus::kProcessing);
    expected.checks[CheckKind::kAvailability].reset();
  });
}

TEST(Evolve, ReturningToGatheringTakesBackTheNamedPiecesAndNothingElse) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Do(test::Invoicing("Α-1001"));
  TransitionOrder again = Step(OrderAction::kReturnToGathering, order);
  again.regather = {{1, 1}, {3, 1}};
  ExpectChange(order, again, [](Order& expected) {
    Move(expected, OrderStatus::kGatheringProducts);
    expected.content.lines[0].gathered = {{{SourceKind::kWarehouse, "ATH-1"}, 1}};
    expected.content.lines[2].gathered.clear();
  });
}

TEST(Evolve, PiecesGatheredLastAreTakenBackFirst) {
  OrderContent content = test::CourierContent();
  content.lines[0].quantity = 6;
  OrderInTest order(content);
  order.WalkTo(OrderStatus::kGatheringProducts);
  const Source athens{SourceKind::kWarehouse, "ATH-1"};
  const Source supplier{SourceKind::kSupplier, "ACME"};
  order.Do(RecordGathering{{{1, 2, athens}, {1, 3, supplier}, {1, 1, athens}}});
  EXPECT_THAT(order.order().content.lines[0].gathered,
              ElementsAre(GatheredFrom{athens, 3}, GatheredFrom{supplier, 3}));
  order.Do(test::GatherAllOf(order.order()));
  order.Take(OrderAction::kStartPreparing);
  TransitionOrder again = Step(OrderAction::kReturnToGathering, order);
  again.regather = {{1, 4}};
  order.Do(again);
  EXPECT_THAT(order.order().content.lines[0].gathered, ElementsAre(GatheredFrom{athens, 2}));
}

TEST(Evolve, ComingBackUndeliveredClearsTheHandoverAndKeepsTheInvoice) {
  OrderInTest courier;
  courier.WalkTo(OrderStatus::kHandedToCarrier);
  ASSERT_TRUE(courier.order().invoice.has_value());
  ExpectChange(courier, Step(OrderAction::kReturnUndelivered, courier), [](Order& expected) {
    Move(expected, OrderStatus::kPreparingShipment);
    expected.parcels.clear();
    expected.expected_delivery.reset();
  });

  OrderInTest pickup(test::PickupContent());
  pickup.WalkTo(OrderStatus::kReadyForPickup);
  ExpectChange(pickup, Step(OrderAction::kReturnUndelivered, pickup), [](Order& expected) {
    Move(expected, OrderStatus::kPreparingShipment);
    expected.pickup_until.reset();
  });

  OrderInTest vehicle(test::VehicleContent());
  vehicle.WalkTo(OrderStatus::kOnCompanyVehicle);
  ExpectChange(vehicle, Step(OrderAction::kReturnUndelivered, vehicle), [](Order& expected) {
    Move(expected, OrderStatus::kPreparingShipment);
    expected.vehicle_trip.reset();
  });
}

TEST(Evolve, BackwardStepsKeepThePastInTheLog) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const std::vector<Activity> before = order.log();
  order.Take(OrderAction::kReturnUndelivered);
  ASSERT_EQ(order.log().size(), before.size() + 1);
  EXPECT_TRUE(std::equal(before.begin(), before.end(), order.log().begin()));
}

// --- Records -------------------------------------------------------------------------------------

TEST(Evolve, ACheckIsReplacedByTheNextAndRemovedWhenWithdrawn) {
  OrderInTest order;
  ExpectChange(order, test::Passed(CheckKind::kPayment), [&](Order& expected) {
    expected.checks[CheckKind::kPayment] = CheckNow(CheckOutcome::kPassed, "", order.now());
  });
  ExpectChange(order, test::Failed(CheckKind::kPayment, "Επιστράφηκε."), [&](Order& expected) {
    expected.checks[CheckKind::kPayment] =
        CheckNow(CheckOutcome::kFailed, "Επιστράφηκε.", order.now());
  });
  ExpectChange(order, test::Withdrawn(CheckKind::kPayment),
               [](Order& expected) { expected.checks[CheckKind::kPayment].reset(); });
}

TEST(Evolve, GatheredPiecesAreAddedUpBySource) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  const Source athens{SourceKind::kWarehouse, "ATH-1"};
  ExpectChange(order, RecordGathering{{{1, 1, athens}, {2, 1, athens}}}, [&](Order& expected) {
    expected.content.lines[0].gathered = {{athens, 1}};
    expected.content.lines[1].gathered = {{athens, 1}};
  });
  ExpectChange(order, RecordGathering{{{1, 1, athens}}}, [&](Order& expected) {
    expected.content.lines[0].gathered = {{athens, 2}};
  });
}

TEST(Evolve, ACorrectedInvoiceReplacesTheFirst) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  const absl::CivilDay day = absl::ToCivilDay(test::PlacedAt(), absl::UTCTimeZone());
  ExpectChange(order, test::Invoicing("Α-1001"), [&](Order& expected) {
    expected.invoice = Invoice{"Α-1001", day};
  });
  EXPECT_FALSE(std::get<InvoiceRecorded>(order.log().back().event).correction);
  ExpectChange(order, test::Invoicing("Α-1002"), [&](Order& expected) {
    expected.invoice = Invoice{"Α-1002", day};
  });
  EXPECT_TRUE(std::get<InvoiceRecorded>(order.log().back().event).correction);
}

TEST(Evolve, TrackingAddsAndCorrectsParcelsAndTheExpectedDelivery) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const absl::Time later = order.now() + absl::Hours(90);
  ExpectChange(
      order,
      RecordTracking{
          {ParcelChange{.number = 1, .carrier_status = "Σε διακίνηση"}, test::NewParcel("2")},
          later},
      [&](Order& expected) {
        expected.parcels[0].carrier_status = "Σε διακίνηση";
        expected.parcels.push_back({2, "ACS", "2", "https://www.acscourier.example/track/2", ""});
        expected.last_parcel_number = 2;
        expected.expected_delivery = later;
      });
  ExpectChange(order,
               RecordTracking{{ParcelChange{.number = 2, .tracking_number = "22"}}, std::nullopt},
               [](Order& expected) {
                 expected.parcels[1].tracking_number = "22";
                 expected.parcels[1].tracking_url.clear();
               });
}

TEST(Evolve, AmendingSetsTheFieldsTheTotalsAndTheChecksAndNothingElse) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  const Source athens{SourceKind::kWarehouse, "ATH-1"};
  order.Do(RecordGathering{{{1, 1, athens}}});
  order.Take(OrderAction::kReturnToProcessing);
  const UpdateOrder update = test::Updating(
      order.order(), {OrderField::kCustomerName, OrderField::kLines}, [](OrderContent& content) {
        content.customer.name = "Μαρία Νικολάου";
        content.lines.pop_back();
        content.lines[0].quantity = 1;
        content.lines[0].discount = Amount{};
      });
  ExpectChange(order, update, [](Order& expected) {
    expected.content.customer.name = "Μαρία Νικολάου";
    expected.content.lines.pop_back();
    expected.content.lines[0].quantity = 1;
    expected.content.lines[0].discount = Amount{};
    expected.totals = ComputeTotals(expected.content).value();
    expected.last_line_number = 3;
    for (CheckKind kind : kCheckKinds) expected.checks[kind].reset();
  });
}

TEST(Evolve, TheSettingOfNotificationsIsThatOfTheOrder) {
  OrderInTest order;
  ExpectChange(order, SetNotifications{false},
               [](Order& expected) { expected.content.notifications_on = false; });
  ExpectChange(order, SetNotifications{true},
               [](Order& expected) { expected.content.notifications_on = true; });
}

TEST(Evolve, FeedbackIsKeptWithItsTime) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kReceived);
  Order expected = order.order();
  order.Do(SubmitFeedback{5, "Τέλεια."}, test::CustomerCaller(test::kMariaId));
  expected.feedback = Feedback{5, "Τέλεια.", order.now()};
  expected.subject = order.order().subject;
  EXPECT_EQ(order.order(), expected);
}

TEST(Evolve, CommentsChangeTheTimesOfActivityOnly) {
  OrderInTest order;
  Order expected = order.order();
  order.Do(AddComment{{"Πότε θα έρθει;", Visibility::kPublic}});
  expected.subject.last_seq += 1;
  expected.subject.last_activity_at = order.now();
  expected.subject.last_public_activity_at = order.now();
  EXPECT_TRUE(order.order() == expected);
  order.Do(AddComment{{"Δύσκολη.", Visibility::kInternal}});
  expected.subject.last_seq += 1;
  expected.subject.last_activity_at = order.now();
  EXPECT_TRUE(order.order() == expected)
      << "an internal one is nothing that customers could notice";
}

// --- Replay --------------------------------------------------------------------------------------

TEST(Replay, TheFoldOfTheLogIsTheOrder) {
  for (FulfilmentMethod method : {FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup,
                                  FulfilmentMethod::kCompanyVehicle}) {
    OrderInTest order(test::ContentFor(method));
    order.WalkTo(OrderStatus::kReceived);
    const absl::StatusOr<Order> replayed = test::ReplayOrder(order.log());
    ASSERT_TRUE(replayed.ok()) << replayed.status();
    EXPECT_TRUE(*replayed == order.order());
  }
}

TEST(Replay, ALogThatIsNotWholeIsRefused) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kProcessing);
  order.Take(OrderAction::kCancel);
  const std::vector<Activity>& log = order.log();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(Replay({}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Replay({log[1], log[2]}).status().code(), absl::StatusCode::kInvalidArgument)
      << "no beginning";
  EXPECT_EQ(Replay({log[0], log[2]}).status().code(), absl::StatusCode::kInvalidArgument)
      << "a gap";
  EXPECT_EQ(Replay({log[0], log[1], log[1]}).status().code(), absl::StatusCode::kInvalidArgument)
      << "one twice";
  Activity second = log[0];
  second.seq = 2;
  EXPECT_EQ(Replay({log[0], second}).status().code(), absl::StatusCode::kInvalidArgument)
      << "created twice";
  Activity late = log[0];
  late.seq = 2;
  EXPECT_EQ(Replay({late}).status().code(), absl::StatusCode::kInvalidArgument)
      << "does not begin with 1";
}

// One activity of each kind, of an order and of an enquiry.
TEST(Replay, WhatDoesNotHappenToASubjectOfThatKindIsRefused) {
  const test::OrderInTest order;
  const test::EnquiryInTest enquiry;
  const std::vector<Event> order_events = {
      OrderMoved{},       CheckRecorded{}, GatheringRecorded{}, InvoiceRecorded{},
      TrackingRecorded{}, OrderAmended{},  FeedbackSubmitted{}};
  const std::vector<Event> events_of_both = {CommentAdded{}, NotificationsSet{}, Redacted{}};
  const auto follows = [](std::vector<Activity> log, const Event& event) {
    log.push_back(log.front());
    log.back().seq = 2;
    log.back().event = event;
    return Replay(log).ok();
  };
  for (const Event& event : order_events) {
    EXPECT_TRUE(follows(order.log(), event)) << Name(KindOf(event));
    EXPECT_FALSE(follows(enquiry.log(), event)) << Name(KindOf(event));
  }
  for (const Event& event : events_of_both) {
    EXPECT_TRUE(follows(order.log(), event)) << Name(KindOf(event));
    EXPECT_TRUE(follows(enquiry.log(), event)) << Name(KindOf(event));
  }
  EXPECT_FALSE(follows(order.log(), EnquiryMoved{}));
  EXPECT_TRUE(follows(enquiry.log(), EnquiryMoved{}));
  for (const Event& begins : {Event(OrderCreated{}), Event(OrderImported{})}) {
    EXPECT_TRUE(HappensTo(KindOf(begins), SubjectKind::kOrder));
    EXPECT_FALSE(HappensTo(KindOf(begins), SubjectKind::kEnquiry));
  }
  EXPECT_TRUE(HappensTo(KindOf(EnquiryCreated{}), SubjectKind::kEnquiry));
  EXPECT_FALSE(HappensTo(KindOf(EnquiryCreated{}), SubjectKind::kOrder));
  EXPECT_EQ(order_events.size() + events_of_both.size() + 1 + 3, kActivityKinds.size())
      << "an event is missing from this test";
}

TEST(Replay, MakesASubjectOfTheKindThatItsLogIsOf) {
  const SubjectState order = Replay(test::OrderInTest().log()).value();
  EXPECT_NE(AsOrder(&order), nullptr);
  EXPECT_EQ(AsEnquiry(&order), nullptr);
  const SubjectState enquiry = Replay(test::EnquiryInTest().log()).value();
  EXPECT_NE(AsEnquiry(&enquiry), nullptr);
  EXPECT_EQ(AsOrder(&enquiry), nullptr);
  EXPECT_EQ(AsEnquiry(nullptr), nullptr);
}

}  // namespace
}  // namespace ipstore::orders
