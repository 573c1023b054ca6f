#include "domain/decide.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::OrderInTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

// An order of the method that `step` needs, where the step stands open with all its guards
// satisfied.
OrderInTest ReadyFor(const Transition& step) {
  std::map<OrderAction, FulfilmentMethod> methods = {
      {OrderAction::kOfferPickup, FulfilmentMethod::kStorePickup},
      {OrderAction::kDispatchVehicle, FulfilmentMethod::kCompanyVehicle}};
  const auto method =
      methods.contains(step.action) ? methods.at(step.action) : FulfilmentMethod::kCourier;
  OrderInTest order(test::ContentFor(method));
  order.WalkTo(step.from);
  order.Prepare(step.action);
  return order;
}

// Makes one guard fail, whatever commands would allow.
void Break(Order& order, Guard guard) {
  switch (guard) {
    case Guard::kDetailsVerified:
      order.checks[CheckKind::kDetails].reset();
      break;
    case Guard::kAvailabilityConfirmed:
      order.checks[CheckKind::kAvailability].reset();
      break;
    case Guard::kPaymentArranged:
      order.checks[CheckKind::kPayment].reset();
      break;
    case Guard::kAllLinesGathered:
      order.content.lines.front().gathered.clear();
      break;
    case Guard::kMethodIsCourier:
      order.content.method = FulfilmentMethod::kStorePickup;
      break;
    case Guard::kMethodIsStorePickup:
    case Guard::kMethodIsCompanyVehicle:
      order.content.method = FulfilmentMethod::kCourier;
      break;
    case Guard::kCustomerIsBusiness:
      order.content.customer.segment = Segment::kRetail;
      break;
    case Guard::kInvoiced:
      order.invoice.reset();
      break;
    case Guard::kParcelTracked:
      order.parcels.clear();
      break;
    case Guard::kStoreChosen:
      order.content.store.reset();
      break;
  }
}

// The step with its input, but without the parcels, which would satisfy a guard by themselves.
TransitionOrder StepWithoutParcels(OrderAction action, const OrderInTest& order) {
  TransitionOrder step = test::Step(action, order.order(), order.now());
  step.parcels.clear();
  return step;
}

std::vector<std::string> GuardNames(const std::vector<GuardFailure>& failures) {
  std::vector<std::string> names;
  names.reserve(failures.size());
  for (const GuardFailure& failure : failures) names.emplace_back(Name(failure.guard));
  return names;
}

std::vector<std::string> ActionNames(const std::vector<OrderAction>& actions) {
  std::vector<std::string> names;
  names.reserve(actions.size());
  for (OrderAction action : actions) names.emplace_back(Name(action));
  return names;
}

// "GUARDS_NOT_SATISFIED", or "done".
std::string Outcome(const Decision& decision) {
  const auto* refusal = std::get_if<Refusal>(&decision);
  return refusal == nullptr ? "done" : std::string(Name(refusal->reason));
}

// "field: FLAW" of each violation of a refusal.
std::vector<std::string> Flaws(const Decision& decision) {
  std::vector<std::string> flaws;
  for (const Violation& violation : std::get<Refusal>(decision).violations) {
    flaws.push_back(absl::StrCat(violation.field, ": ", Name(violation.flaw)));
  }
  return flaws;
}

const Activity& Only(const Decision& decision) {
  return std::get<Activities>(decision).at(0);
}

AddComment Saying(std::string text, Visibility visibility = Visibility::kPublic) {
  return AddComment{{std::move(text), visibility}};
}

// --- Guards --------------------------------------------------------------------------------------

TEST(Guards, EachFailsAloneWhenOnlyItDoesNotHold) {
  for (const Transition& step : kTransitions) {
    for (Guard guard : kGuards) {
      if (!step.guards.Contains(guard)) continue;
      const OrderInTest ready = ReadyFor(step);
      Order order = ready.order();
      if (step.action == OrderAction::kHandToCarrier) order.parcels = {{1, "ACS", "123", "", ""}};
      Break(order, guard);
      const Decision decision =
          Decide(order, StepWithoutParcels(step.action, ready), test::Staff(), ready.now());
      ASSERT_EQ(Outcome(decision), "GUARDS_NOT_SATISFIED")
          << Name(step.action) << " " << Name(guard);
      EXPECT_THAT(GuardNames(std::get<Refusal>(decision).guards), ElementsAre(Name(guard)));
    }
  }
}

TEST(Guards, AllThatFailAreReportedTogether) {
  for (const Transition& step : kTransitions) {
    if (step.guards.Empty()) continue;
    const OrderInTest ready = ReadyFor(step);
    Order order = ready.order();
    std::vector<std::string> expected;
    for (Guard guard : kGuards) {
      if (!step.guards.Contains(guard)) continue;
      Break(order, guard);
      expected.emplace_back(Name(guard));
    }
    const Decision decision =
        Decide(order, StepWithoutParcels(step.action, ready), test::Staff(), ready.now());
    ASSERT_EQ(Outcome(decision), "GUARDS_NOT_SATISFIED") << Name(step.action);
    EXPECT_EQ(GuardNames(std::get<Refusal>(decision).guards), expected);
  }
}

TEST(Guards, TheyTellWhatIsMissing) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  order.Do(RecordGathering{
      {{1, 1, {SourceKind::kWarehouse, "ATH-1"}}, {2, 1, {SourceKind::kWarehouse, "ATH-1"}}}});
  order.Do(test::Failed(CheckKind::kPayment, "Η κάρτα απορρίφθηκε."));
  const Decision decision = order.Take(OrderAction::kStartPreparing);
  const Refusal& refusal = std::get<Refusal>(decision);
  EXPECT_THAT(
      refusal.guards,
      ElementsAre(GuardFailure{Guard::kPaymentArranged, {{"check_state", std::string("FAILED")}}},
                  GuardFailure{Guard::kAllLinesGathered,
                               {{"missing", std::int64_t{2}}, {"lines", std::string("1, 3")}}}));
  EXPECT_THAT(ActionNames(refusal.open_actions), ElementsAre("CANCEL", "RETURN_TO_PROCESSING"));
}

TEST(Guards, TheySeeTheLatestCheck) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kProcessing);
  for (CheckKind check : kCheckKinds) order.Do(test::Passed(check));
  order.Do(test::Failed(CheckKind::kAvailability, "Εξαντλήθηκε."));
  EXPECT_EQ(Outcome(order.Take(OrderAction::kStartGathering)), "GUARDS_NOT_SATISFIED");
  order.Do(test::Passed(CheckKind::kAvailability));
  order.Do(test::Withdrawn(CheckKind::kDetails));
  EXPECT_EQ(Outcome(order.Take(OrderAction::kStartGathering)), "GUARDS_NOT_SATISFIED");
  order.Do(test::Passed(CheckKind::kDetails));
  EXPECT_EQ(Outcome(order.Take(OrderAction::kStartGathering)), "done");
}

TEST(Guards, APaymentThatBouncesStopsTheNextStepNotThePresentStatus) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  EXPECT_EQ(Outcome(order.Do(test::Failed(CheckKind::kPayment, "Επιστράφηκε."))), "done");
  EXPECT_EQ(Name(order.order().status()), "GATHERING_PRODUCTS");
  EXPECT_EQ(Outcome(order.Do(test::GatherAllOf(order.order()))), "done");
  EXPECT_EQ(Outcome(order.Take(OrderAction::kStartPreparing)), "GUARDS_NOT_SATISFIED");
}

TEST(Guards, ParcelsGivenWithTheHandoverCount) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Do(test::Invoicing("Α-1001"));
  const Decision without = order.Try(StepWithoutParcels(OrderAction::kHandToCarrier, order));
  ASSERT_EQ(Outcome(without), "GUARDS_NOT_SATISFIED");
  EXPECT_THAT(ActionNames(std::get<Refusal>(without).open_actions),
              ElementsAre("CANCEL", "RETURN_TO_GATHERING"))
      << "what was just refused is not offered instead";
  EXPECT_EQ(Outcome(order.Take(OrderAction::kHandToCarrier)), "done");
}

TEST(Guards, ParcelsRecordedBeforeTheHandoverCount) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Do(test::Invoicing("Α-1001"));
  order.Do(RecordTracking{{test::NewParcel("77")}, std::nullopt});
  EXPECT_EQ(Outcome(order.Try(StepWithoutParcels(OrderAction::kHandToCarrier, order))), "done");
}

// --- Who may -------------------------------------------------------------------------------------

TEST(Roles, EveryActionIsRefusedToTheRolesThatMayNeverTakeIt) {
  const std::map<OrderAction, std::set<Role>> never = {
      {OrderAction::kStartProcessing, {Role::kCustomer}},
      {OrderAction::kStartGathering, {Role::kCustomer}},
      {OrderAction::kStartPreparing, {Role::kCustomer}},
      {OrderAction::kHandToCarrier, {Role::kCustomer}},
      {OrderAction::kOfferPickup, {Role::kCustomer}},
      {OrderAction::kDispatchVehicle, {Role::kCustomer}},
      {OrderAction::kReturnToProcessing, {Role::kCustomer, Role::kService}},
      {OrderAction::kReturnToGathering, {Role::kCustomer, Role::kService}},
      {OrderAction::kReturnUndelivered, {Role::kCustomer}},
  };
  for (OrderStatus status : kOrderStatuses) {
    const FulfilmentMethod method =
        status == OrderStatus::kReadyForPickup     ? FulfilmentMethod::kStorePickup
        : status == OrderStatus::kOnCompanyVehicle ? FulfilmentMethod::kCompanyVehicle
                                                   : FulfilmentMethod::kCourier;
    OrderInTest order(test::ContentFor(method));
    order.WalkTo(status);
    for (const auto& [action, roles] : never) {
      for (Role role : roles) {
        const Caller caller = test::CallerOf(role, order.order());
        EXPECT_EQ(Outcome(order.Try(test::Step(action, order.order(), order.now()), caller)),
                  "PERMISSION_DENIED")
            << Name(status) << " " << Name(action) << " " << Name(role);
      }
    }
  }
}

TEST(Roles, CustomersCancelOnlyWhatNobodyHasBegun) {
  OrderInTest order;
  EXPECT_EQ(Outcome(order.Try(test::Step(OrderAction::kCancel, order.order(), order.now()),
                              test::CustomerCaller(test::kMariaId))),
            "done");
  order.WalkTo(OrderStatus::kProcessing);
  const Decision decision = order.Take(OrderAction::kCancel, test::CustomerCaller(test::kMariaId));
  EXPECT_EQ(Outcome(decision), "ACTION_NOT_OPEN");
  EXPECT_THAT(std::get<Refusal>(decision).open_actions, IsEmpty());
}

TEST(Roles, AServiceActsWithTheRightsOfWhomItActsForAndBothAreRecorded) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  EXPECT_EQ(Outcome(order.Take(OrderAction::kReturnToProcessing, test::EshopService())),
            "PERMISSION_DENIED");
  const Decision decision =
      order.Take(OrderAction::kReturnToProcessing, test::OnBehalfOf(Role::kStaff, "eleni"));
  ASSERT_EQ(Outcome(decision), "done");
  EXPECT_EQ(Only(decision).actor, (Actor{Role::kService, "eshop"}));
  EXPECT_EQ(Only(decision).on_behalf_of, (Actor{Role::kStaff, "eleni"}));
}

TEST(Access, CustomersGetTheSameForAnothersOrderForAGuestsAndForNone) {
  const OrderInTest order;
  EXPECT_EQ(CheckAccess(&order.order().subject, SubjectKind::kOrder,
                        test::CustomerCaller(test::kMariaId), "1000000018"),
            std::nullopt);
  EXPECT_EQ(CheckAccess(&order.order().subject, SubjectKind::kOrder,
                        test::CustomerCaller(test::kNikosId), "1000000018"),
            PermissionDenied());
  EXPECT_EQ(
      CheckAccess(nullptr, SubjectKind::kOrder, test::CustomerCaller(test::kMariaId), "1000000018"),
      PermissionDenied());
  EXPECT_EQ(CheckAccess(&order.order().subject, SubjectKind::kOrder,
                        test::OnBehalfOf(Role::kCustomer, test::kNikosId), "x"),
            PermissionDenied());
  OrderContent guest = test::CourierContent();
  guest.customer.id.clear();
  const OrderInTest guests(guest);
  EXPECT_EQ(CheckAccess(&guests.order().subject, SubjectKind::kOrder, test::CustomerCaller(""),
                        "1000000018"),
            PermissionDenied());
}

TEST(Access, StaffAndServicesAreToldWhatDoesNotExist) {
  const OrderInTest order;
  for (const Caller& caller : {test::Staff(), test::EshopService()}) {
    EXPECT_EQ(CheckAccess(&order.order().subject, SubjectKind::kOrder, caller, "1000000018"),
              std::nullopt);
    EXPECT_EQ(CheckAccess(nullptr, SubjectKind::kOrder, caller, "1000000026"),
              OrderNotFound("1000000026"));
    EXPECT_EQ(CheckAccess(nullptr, SubjectKind::kEnquiry, caller, "1000000026"),
              EnquiryNotFound("1000000026"));
    EXPECT_EQ(CheckAccess(&order.order().subject, SubjectKind::kEnquiry, caller, "1000000018"),
              EnquiryNotFound("1000000018"))
        << "an order is no enquiry";
  }
}

// --- Etags ---------------------------------------------------------------------------------------

TEST(Etags, OnlyTheOrderAsItStandsIsMatched) {
  OrderInTest order;
  const std::string seen = EtagOf(order.order().subject);
  EXPECT_EQ(CheckEtag(order.order().subject, seen), std::nullopt);
  order.Take(OrderAction::kStartProcessing);
  const std::string current = EtagOf(order.order().subject);
  EXPECT_NE(seen, current);
  EXPECT_EQ(CheckEtag(order.order().subject, seen), EtagMismatch(seen, current));
  EXPECT_EQ(CheckEtag(order.order().subject, ""), std::nullopt) << "none given";
}

TEST(Etags, CommentsDoNotChangeThem) {
  OrderInTest order;
  const std::string seen = EtagOf(order.order().subject);
  order.Do(Saying("Πότε θα έρθει;"), test::CustomerCaller(test::kMariaId));
  order.Do(Saying("Περιμένει προμηθευτή.", Visibility::kInternal));
  EXPECT_EQ(EtagOf(order.order().subject), seen);
  EXPECT_EQ(order.order().subject.last_seq, 3);
}

// --- CreateOrder ---------------------------------------------------------------------------------

TEST(Creating, TheOrderBeginsAwaitingProcessingWithItsTotals) {
  const OrderInTest order;
  EXPECT_EQ(order.order().subject.number.ToString(), "1000000018");
  EXPECT_EQ(Name(order.order().status()), "AWAITING_PROCESSING");
  EXPECT_EQ(order.order().totals.gross, Amount{25915});
  EXPECT_EQ(order.order().subject.customer_id, test::kMariaId);
  EXPECT_EQ(order.order().subject.version, 1);
}

TEST(Creating, LinesAreNumberedAsTheyWereGivenAndNothingIsGathered) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  for (Line& line : command.content.lines) line.number = 0;
  command.content.lines[0].gathered = {{{SourceKind::kWarehouse, "ATH-1"}, 1}};
  const Decision decision =
      Decide(Number::FromSerial(100'000'007), command, test::EshopService(), test::PlacedAt());
  const auto& created = std::get<OrderCreated>(Only(decision).event);
  for (std::size_t i = 0; i < created.content.lines.size(); ++i) {
    EXPECT_EQ(created.content.lines[i].number, static_cast<std::int32_t>(i) + 1);
    EXPECT_EQ(created.content.lines[i].GatheredQuantity(), 0);
  }
}

TEST(Creating, CustomersOrderForThemselvesOnly) {
  const CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  const auto outcome = [&](const Caller& caller) {
    return Outcome(Decide(Number::FromSerial(100'000'007), command, caller, test::PlacedAt()));
  };
  EXPECT_EQ(outcome(test::CustomerCaller(test::kMariaId)), "done");
  EXPECT_EQ(outcome(test::CustomerCaller(test::kNikosId)), "PERMISSION_DENIED");
  EXPECT_EQ(outcome(test::OnBehalfOf(Role::kCustomer, test::kNikosId)), "PERMISSION_DENIED");
  EXPECT_EQ(outcome(test::Staff()), "done");
}

TEST(Creating, TotalsThatDoNotFitAreRefusedEvenUnvalidated) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  command.content.lines[0].unit_price = Amount{kMaxAmountMinor};
  const Decision decision =
      Decide(Number::FromSerial(100'000'007), command, test::EshopService(), test::PlacedAt());
  ASSERT_TRUE(std::holds_alternative<Refusal>(decision));
  EXPECT_THAT(std::get<Refusal>(decision).violations,
              ElementsAre(Violation{"order", Flaw::kTotalsOverflow, {}}));
}

TEST(Creating, APromiseLiesAhead) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  command.content.promised_delivery = test::PlacedAt();
  const Decision decision =
      Decide(Number::FromSerial(100'000'007), command, test::EshopService(), test::PlacedAt());
  EXPECT_THAT(Flaws(decision), ElementsAre("order.promised_delivery: IN_THE_PAST"));
}

// --- Input against the order and the time --------------------------------------------------------

TEST(Input, TimesGivenWithAStepLieAhead) {
  OrderInTest pickup(test::PickupContent());
  pickup.WalkTo(OrderStatus::kPreparingShipment);
  TransitionOrder offer = test::Step(OrderAction::kOfferPickup, pickup.order(), pickup.now());
  offer.pickup_until = pickup.now();
  EXPECT_THAT(Flaws(pickup.Try(offer)), ElementsAre("offer_pickup.pickup_until: IN_THE_PAST"));

  OrderInTest vehicle(test::VehicleContent());
  vehicle.WalkTo(OrderStatus::kPreparingShipment);
  TransitionOrder dispatch =
      test::Step(OrderAction::kDispatchVehicle, vehicle.order(), vehicle.now());
  dispatch.vehicle_trip->window = {vehicle.now() - absl::Hours(2), vehicle.now()};
  EXPECT_THAT(Flaws(vehicle.Try(dispatch)),
              ElementsAre("dispatch_vehicle.window.end: IN_THE_PAST"));
}

TEST(Input, LinesToGatherAgainMustHaveBeenGathered) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  TransitionOrder again = test::Step(OrderAction::kReturnToGathering, order.order(), order.now());
  again.regather = {{1, 3}, {9, 1}};
  const Decision decision = order.Do(again);
  EXPECT_THAT(Flaws(decision), ElementsAre("return_to_gathering.lines[0].quantity: OUT_OF_RANGE",
                                           "return_to_gathering.lines[1].line: UNKNOWN_LINE"));
}

TEST(Input, GatheringNamesLinesOfTheOrder) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  const Source source{SourceKind::kWarehouse, "ATH-1"};
  EXPECT_THAT(Flaws(order.Do(RecordGathering{{{1, 1, source}, {4, 1, source}}})),
              ElementsAre("items[1].line: UNKNOWN_LINE"));
}

TEST(Input, CorrectedParcelsAreParcelsOfTheOrder) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  EXPECT_THAT(Flaws(order.Do(RecordTracking{{ParcelChange{.number = 2}}, std::nullopt})),
              ElementsAre("parcels[0].parcel: UNKNOWN_PARCEL"));
}

TEST(Input, AnOrderHasALimitedNumberOfParcels) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const std::vector<ParcelChange> rest(kMaxParcels - 1, test::NewParcel("5"));
  EXPECT_EQ(Outcome(order.Do(RecordTracking{rest, std::nullopt})), "done");
  EXPECT_THAT(Flaws(order.Do(RecordTracking{{test::NewParcel("6")}, std::nullopt})),
              ElementsAre("parcels: TOO_MANY"));
  EXPECT_EQ(Outcome(order.Do(RecordTracking{
                {ParcelChange{.number = 3, .carrier_status = "Σε διακίνηση"}}, std::nullopt})),
            "done");
}

TEST(Input, NothingIsGatheredAboveWhatWasOrdered) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  const Source athens{SourceKind::kWarehouse, "ATH-1"};
  const Source supplier{SourceKind::kSupplier, "ACME"};
  EXPECT_EQ(Outcome(order.Do(RecordGathering{{{1, 1, athens}}})), "done");
  const Decision decision = order.Do(RecordGathering{{{1, 1, athens}, {1, 1, supplier}}});
  EXPECT_EQ(std::get<Refusal>(decision), GatheringExceedsOrdered(1, 2, 1, 2))
      << "both items together";
  EXPECT_EQ(order.order().FindLine(1)->GatheredQuantity(), 1);
  EXPECT_EQ(Outcome(order.Do(RecordGathering{{{1, 1, supplier}}})), "done");
}

TEST(Input, InputIsJudgedBeforeGuards) {
  OrderInTest order(test::PickupContent());
  order.WalkTo(OrderStatus::kPreparingShipment);
  TransitionOrder offer = test::Step(OrderAction::kOfferPickup, order.order(), order.now());
  offer.pickup_until = order.now() - absl::Hours(1);
  EXPECT_EQ(Outcome(order.Do(offer)), "INVALID_REQUEST") << "though it is not invoiced either";
}

// --- Parcels -------------------------------------------------------------------------------------

TEST(Parcels, NumbersAreNotUsedAgainAfterAReturn) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  order.Do(RecordTracking{{test::NewParcel("2")}, std::nullopt});
  ASSERT_THAT(order.order().parcels, SizeIs(2));
  order.Take(OrderAction::kReturnUndelivered);
  ASSERT_THAT(order.order().parcels, IsEmpty());
  TransitionOrder again = test::Step(OrderAction::kHandToCarrier, order.order(), order.now());
  again.parcels = {test::NewParcel("3"), test::NewParcel("4")};
  ASSERT_EQ(Outcome(order.Do(again)), "done");
  EXPECT_THAT(order.order().parcels,
              ElementsAre(testing::Field(&Parcel::number, 3), testing::Field(&Parcel::number, 4)));
}

TEST(Parcels, ACorrectionKeepsWhatItDoesNotName) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const Parcel before = order.order().parcels.front();
  order.Do(
      RecordTracking{{ParcelChange{.number = 1, .carrier_status = "Σε διακίνηση"}}, std::nullopt});
  Parcel expected = before;
  expected.carrier_status = "Σε διακίνηση";
  EXPECT_THAT(order.order().parcels, ElementsAre(expected));
}

TEST(Parcels, AnAddressIsNotKeptForAnotherNumberOrCarrier) {
  const auto url_after = [](const ParcelChange& change) {
    OrderInTest order;
    order.WalkTo(OrderStatus::kHandedToCarrier);
    order.Do(RecordTracking{{change}, std::nullopt});
    return order.order().parcels.front().tracking_url;
  };
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const Parcel before = order.order().parcels.front();
  EXPECT_EQ(url_after({.number = 1, .tracking_number = "22"}), "");
  EXPECT_EQ(url_after({.number = 1, .carrier = "Speedex"}), "");
  const std::string other = "https://www.speedex.example/22";
  EXPECT_EQ(url_after({.number = 1, .tracking_number = "22", .tracking_url = other}), other);
  EXPECT_EQ(url_after({.number = 1,
                       .carrier = before.carrier,
                       .tracking_number = before.tracking_number,
                       .carrier_status = "Σε διακίνηση"}),
            before.tracking_url)
      << "the same ones again";
}

TEST(Parcels, AnAddressIsKeptUntilThereIsANumber) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  const std::string link = "https://www.acscourier.example/22";
  order.Do(RecordTracking{{ParcelChange{.tracking_url = link}}, std::nullopt});
  order.Do(RecordTracking{{ParcelChange{.number = 1, .carrier = "ACS", .tracking_number = "22"}},
                          std::nullopt});
  EXPECT_EQ(order.order().parcels.front().tracking_url, link);
}

TEST(Tracking, TheActivityTellsWhatTheExpectedDeliveryWasBefore) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  const absl::Time tomorrow = order.now() + absl::Hours(24);
  const auto recorded = [&](std::optional<absl::Time> expected) {
    RecordTracking tracking{{}, expected};
    if (!expected.has_value()) tracking.parcels = {test::NewParcel("2")};
    return std::get<TrackingRecorded>(Only(order.Do(tracking)).event).expected_before;
  };
  EXPECT_EQ(recorded(tomorrow), std::nullopt) << "the first";
  EXPECT_EQ(recorded(std::nullopt), std::nullopt) << "no other";
  EXPECT_EQ(recorded(tomorrow + absl::Hours(3)), tomorrow);
}

// --- Notifications -------------------------------------------------------------------------------

TEST(Notifying, CustomersAreToldOfEveryStep) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kReceived);
  for (const Activity& activity : order.log()) {
    const bool step = std::holds_alternative<OrderMoved>(activity.event) ||
                      std::holds_alternative<OrderCreated>(activity.event);
    EXPECT_EQ(Name(activity.notification), step ? "NOTIFY" : "NOTHING_TO_TELL")
        << Name(KindOf(activity.event));
  }
}

TEST(Notifying, CallersCanAskForSilence) {
  OrderInTest order;
  TransitionOrder quietly = test::Step(OrderAction::kStartProcessing, order.order(), order.now());
  quietly.notify = false;
  quietly.comment = NewComment{"Ξεκινάμε."};
  const Decision decision = order.Do(quietly);
  for (const Activity& activity : std::get<Activities>(decision)) {
    EXPECT_EQ(Name(activity.notification), "SUPPRESSED_BY_CALLER");
  }
}

TEST(Notifying, TheSettingOfTheOrderGoesFirst) {
  OrderContent content = test::CourierContent();
  content.notifications_on = false;
  OrderInTest order(content);
  EXPECT_EQ(Name(order.log().front().notification), "SUPPRESSED_BY_SETTING");
  TransitionOrder quietly = test::Step(OrderAction::kStartProcessing, order.order(), order.now());
  quietly.notify = false;
  EXPECT_EQ(Name(Only(order.Do(quietly)).notification), "SUPPRESSED_BY_SETTING");
  EXPECT_EQ(Name(Only(order.Do(test::Passed(CheckKind::kDetails))).notification),
            "NOTHING_TO_TELL");
}

TEST(Notifying, CommentsTellOfThemselvesToOthersOnly) {
  OrderInTest order;
  const auto wish = [&](const AddComment& comment, const Caller& caller) {
    return std::string(Name(Only(order.Do(comment, caller)).notification));
  };
  EXPECT_EQ(wish(Saying("Έρχεται αύριο."), test::Staff()), "NOTIFY");
  EXPECT_EQ(wish(Saying("Ευχαριστώ!"), test::CustomerCaller(test::kMariaId)), "NOTHING_TO_TELL");
  EXPECT_EQ(wish(Saying("Ευχαριστώ!"), test::OnBehalfOf(Role::kCustomer, test::kMariaId)),
            "NOTHING_TO_TELL");
  EXPECT_EQ(wish(Saying("Δύσκολη.", Visibility::kInternal), test::Staff()), "NOTHING_TO_TELL");
}

TEST(Notifying, TrackingTellsOfNewParcelsNewLinksAndNewDates) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const auto wish = [&](const RecordTracking& tracking) {
    return std::string(Name(Only(order.Do(tracking)).notification));
  };
  EXPECT_EQ(wish({{test::NewParcel("2")}, std::nullopt}), "NOTIFY");
  EXPECT_EQ(wish({{ParcelChange{.number = 2, .carrier_status = "Σε διακίνηση"}}, std::nullopt}),
            "NOTHING_TO_TELL");
  EXPECT_EQ(wish({{ParcelChange{.number = 2, .tracking_number = "22"}}, std::nullopt}), "NOTIFY");
  EXPECT_EQ(wish({{ParcelChange{.number = 2, .carrier = "Speedex"}}, std::nullopt}), "NOTIFY");
  const std::string link = "https://www.speedex.example/22";
  EXPECT_EQ(wish({{ParcelChange{.number = 2, .tracking_url = link}}, std::nullopt}), "NOTIFY");
  const absl::Time tomorrow = order.now() + absl::Hours(24);
  EXPECT_EQ(wish({{}, tomorrow}), "NOTIFY");
}

TEST(Notifying, TrackingThatIsKnownAlreadyIsNoNewsAtAll) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  const absl::Time tomorrow = order.now() + absl::Hours(24);
  const RecordTracking same{{ParcelChange{.number = 1, .carrier_status = "Σε διακίνηση"}},
                            tomorrow};
  EXPECT_THAT(std::get<Activities>(order.Do(same)), SizeIs(1));
  EXPECT_THAT(std::get<Activities>(order.Do(same)), IsEmpty());
  EXPECT_THAT(std::get<Activities>(order.Do(RecordTracking{{}, tomorrow})), IsEmpty());
  EXPECT_THAT(std::get<Activities>(order.Do(RecordTracking{{}, tomorrow + absl::Hours(1)})),
              SizeIs(1));
}

TEST(Notifying, TheSettingIsChangedOnceAndHoldsForWhatFollows) {
  OrderInTest order;
  const Decision off = order.Do(SetNotifications{false}, test::CustomerCaller(test::kMariaId));
  EXPECT_EQ(std::get<NotificationsSet>(Only(off).event), NotificationsSet{false});
  EXPECT_EQ(Name(Only(off).notification), "NOTHING_TO_TELL");
  EXPECT_THAT(std::get<Activities>(order.Do(SetNotifications{false})), IsEmpty());
  EXPECT_EQ(Name(Only(order.Take(OrderAction::kStartProcessing)).notification),
            "SUPPRESSED_BY_SETTING");
  order.Do(SetNotifications{true}, test::OnBehalfOf(Role::kStaff, "eleni"));
  EXPECT_EQ(Name(Only(order.Do(Saying("Έρχεται αύριο."))).notification), "NOTIFY");
}

// --- Feedback ------------------------------------------------------------------------------------

TEST(Feedback, IsGivenOnceByTheCustomerOfAnOrderThatWasReceived) {
  OrderInTest order;
  const Caller maria = test::CustomerCaller(test::kMariaId);
  EXPECT_EQ(Outcome(order.Do(SubmitFeedback{5, ""}, maria)), "COMMAND_NOT_OPEN");
  order.WalkTo(OrderStatus::kReceived);
  EXPECT_EQ(Outcome(order.Do(SubmitFeedback{5, ""}, test::Staff())), "PERMISSION_DENIED");
  EXPECT_EQ(Outcome(order.Do(SubmitFeedback{5, ""}, test::EshopService())), "PERMISSION_DENIED");
  const Decision decision = order.Do(SubmitFeedback{4, "Γρήγορα."}, maria);
  EXPECT_EQ(Name(Only(decision).notification), "NOTHING_TO_TELL");
  EXPECT_EQ(order.order().feedback, (Feedback{4, "Γρήγορα.", order.now()}));
  EXPECT_EQ(std::get<Refusal>(order.Do(SubmitFeedback{4, "Γρήγορα."}, maria)),
            FeedbackAlreadyGiven(order.order()));
}

TEST(Feedback, OfACancelledOrderIsNotAskedFor) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kCancelled);
  EXPECT_EQ(Outcome(order.Do(SubmitFeedback{1, ""}, test::CustomerCaller(test::kMariaId))),
            "COMMAND_NOT_OPEN");
}

// --- Steps with a comment ------------------------------------------------------------------------

TEST(StepWithComment, BothAreDoneAtTheSameMomentByTheSameCaller) {
  OrderInTest order;
  TransitionOrder step = test::Step(OrderAction::kStartProcessing, order.order(), order.now());
  step.comment = NewComment{"Ξεκινάμε."};
  const Decision decision = order.Do(step);
  const auto& activities = std::get<Activities>(decision);
  ASSERT_THAT(activities, SizeIs(2));
  EXPECT_EQ(activities[0].seq, 2);
  EXPECT_EQ(activities[1].seq, 3);
  EXPECT_EQ(Name(KindOf(activities[1].event)), "COMMENT_ADDED");
  EXPECT_EQ(activities[0].occurred_at, activities[1].occurred_at);
  EXPECT_EQ(activities[0].actor, activities[1].actor);
  EXPECT_EQ(order.order().subject.version, 2);
}

TEST(StepWithComment, AnInternalCommentByACustomerRefusesTheWholeStep) {
  OrderInTest order;
  TransitionOrder step = test::Step(OrderAction::kCancel, order.order(), order.now());
  step.comment = NewComment{"ψιτ", Visibility::kInternal};
  EXPECT_EQ(Outcome(order.Do(step, test::CustomerCaller(test::kMariaId))), "PERMISSION_DENIED");
  EXPECT_EQ(Name(order.order().status()), "AWAITING_PROCESSING");
}

TEST(StepWithComment, InternalCommentsAreInternalInTheLog) {
  OrderInTest order;
  const Decision decision = order.Do(Saying("Δύσκολη.", Visibility::kInternal));
  EXPECT_EQ(Only(decision).visibility, Visibility::kInternal);
}

// --- Explain -------------------------------------------------------------------------------------

TEST(Explain, ListsEveryActionInTheTablesOrder) {
  const OrderInTest order;
  const std::vector<ActionExplanation> explanations = Explain(order.order(), test::Staff());
  ASSERT_EQ(explanations.size(), kOrderActions.size());
  for (std::size_t i = 0; i < explanations.size(); ++i) {
    EXPECT_EQ(Name(explanations[i].action), Name(kOrderActions[i]));
    EXPECT_EQ(Name(explanations[i].target), Name(TargetOf(kOrderActions[i])));
  }
}

TEST(Explain, TellsWhoCouldWhereTheCallerCannot) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kProcessing);
  const std::vector<ActionExplanation> explanations =
      Explain(order.order(), test::CustomerCaller(test::kMariaId));
  const ActionExplanation& cancel =
      explanations[static_cast<std::size_t>(OrderAction::kCancel) - 1];
  EXPECT_TRUE(cancel.open_in_status);
  EXPECT_FALSE(cancel.role_permitted) << "from here";
  EXPECT_FALSE(cancel.allowed);
  EXPECT_EQ(cancel.roles, (RoleSet{Role::kStaff, Role::kService}));
  const ActionExplanation& confirm =
      explanations[static_cast<std::size_t>(OrderAction::kConfirmReceipt) - 1];
  EXPECT_FALSE(confirm.open_in_status);
  EXPECT_TRUE(confirm.role_permitted) << "elsewhere";
  EXPECT_FALSE(confirm.allowed);
}

TEST(Explain, TellsEveryGuardThatFailsAlsoThoseThatTheInputCanMend) {
  OrderInTest order(test::PickupContent());
  order.WalkTo(OrderStatus::kPreparingShipment);
  const std::vector<ActionExplanation> explanations = Explain(order.order(), test::Staff());
  const ActionExplanation& hand =
      explanations[static_cast<std::size_t>(OrderAction::kHandToCarrier) - 1];
  EXPECT_THAT(GuardNames(hand.guards),
              ElementsAre("METHOD_IS_COURIER", "INVOICED", "PARCEL_TRACKED"));
  EXPECT_FALSE(hand.allowed);
}

TEST(Explain, OffersWhatItsOwnInputMakesPossible) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Do(test::Invoicing("Α-1001"));
  EXPECT_THAT(ActionNames(OpenActions(order.order(), test::Staff())),
              UnorderedElementsAre("HAND_TO_CARRIER", "CANCEL", "RETURN_TO_GATHERING"));
}

TEST(Explain, InClosedStatusesNothingIsOpen) {
  for (OrderStatus status : {OrderStatus::kReceived, OrderStatus::kCancelled}) {
    OrderInTest order;
    order.WalkTo(status);
    for (Role role : kRoles) {
      EXPECT_THAT(OpenActions(order.order(), test::CallerOf(role, order.order())), IsEmpty());
    }
  }
}

// --- What comes next -----------------------------------------------------------------------------

TEST(NextSteps, LeadByTheOrdersMethodToTheCustomer) {
  for (FulfilmentMethod method : {FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup,
                                  FulfilmentMethod::kCompanyVehicle}) {
    OrderInTest order(test::ContentFor(method));
    std::vector<OrderAction> taken;
    while (const std::optional<OrderAction> next = NextStep(order.order())) {
      taken.push_back(*next);
      order.Prepare(*next);
      ASSERT_TRUE(std::holds_alternative<Activities>(order.Take(*next))) << Name(*next);
    }
    EXPECT_THAT(taken, ElementsAre(OrderAction::kStartProcessing, OrderAction::kStartGathering,
                                   OrderAction::kStartPreparing, test::HandoverOf(method),
                                   OrderAction::kConfirmReceipt));
  }
}

TEST(NextSteps, OfCancelledOrdersThereAreNone) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kCancelled);
  EXPECT_EQ(NextStep(order.order()), std::nullopt);
}

}  // namespace
}  // namespace ipstore::orders
