// What holds for every order whatever anybody does to it: random callers send random commands, good
// and bad ones.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/validate.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

// One thing that somebody tries. Plain numbers, so that RapidCheck can make a failing sequence
// shorter and show it; CommandFrom() says what they mean.
struct Attempt {
  int what;    // which command
  int detail;  // which action, check, outcome, …
  int line;
  int quantity;
  int caller;
};

std::ostream& operator<<(std::ostream& out, const Attempt& attempt) {
  return out << "{what " << attempt.what << ", detail " << attempt.detail << ", line "
             << attempt.line << ", quantity " << attempt.quantity << ", caller " << attempt.caller
             << "}";
}

rc::Gen<Attempt> AnAttempt() {
  return rc::gen::build<Attempt>(
      // Steps, checks and gathering come more often than the rest: they are what leads far.
      rc::gen::set(&Attempt::what, rc::gen::weightedElement<int>({{8, 0},
                                                                  {6, 1},
                                                                  {6, 2},
                                                                  {2, 3},
                                                                  {2, 4},
                                                                  {1, 5},
                                                                  {3, 6},
                                                                  {4, 7},
                                                                  {1, 8},
                                                                  {1, 9},
                                                                  {1, 10}})),
      rc::gen::set(&Attempt::detail, rc::gen::inRange(0, 11)),
      rc::gen::set(&Attempt::line, rc::gen::inRange(0, 5)),
      rc::gen::set(&Attempt::quantity, rc::gen::inRange(-1, 4)),
      rc::gen::set(&Attempt::caller, rc::gen::inRange(0, 12)));
}

Caller CallerFrom(int caller, const Order& order) {
  const std::string& own = order.subject.customer_id;
  switch (caller) {
    case 0:
      return test::CustomerCaller(own);
    case 1:
      return test::CustomerCaller("somebody-else");
    case 2:
      return test::OnBehalfOf(Role::kCustomer, own);
    case 3:
      return test::OnBehalfOf(Role::kStaff, "eleni");
    case 4:
    case 5:
      return test::EshopService();
    default:
      return test::Redactor();
  }
}

// A step with all that it needs; some with input that the order cannot take, or with none at all.
TransitionOrder StepFrom(const Attempt& attempt, const test::OrderInTest& order) {
  const OrderAction action =
      kOrderActions[static_cast<std::size_t>(attempt.detail) % kOrderActions.size()];
  if (attempt.quantity < 0) return TransitionOrder{.action = action};
  TransitionOrder step = test::Step(action, order.order(), order.now());
  if (!step.regather.empty()) step.regather = {{attempt.line, attempt.quantity}};
  if (attempt.line == 4) step.comment = NewComment{"Καλή συνέχεια!", Visibility::kInternal};
  if (attempt.quantity == 3) step.parcels.clear();
  return step;
}

// The step that the order is waiting for, preceded by what it takes: without it few sequences would
// get anywhere.
OrderCommand NextStep(const Attempt& attempt, const test::OrderInTest& order) {
  const Order& now = order.order();
  switch (now.status()) {
    case OrderStatus::kProcessing:
      for (CheckKind check : kCheckKinds) {
        if (!now.checks.Passed(check)) return test::Passed(check);
      }
      return test::Step(OrderAction::kStartGathering, now, order.now());
    case OrderStatus::kGatheringProducts:
      if (!std::ranges::all_of(now.content.lines, &Line::FullyGathered))
        return test::GatherAllOf(now);
      return test::Step(OrderAction::kStartPreparing, now, order.now());
    case OrderStatus::kPreparingShipment:
      if (!now.invoice.has_value()) return test::Invoicing("Α-1");
      return test::Step(test::HandoverOf(now.content.method), now, order.now());
    case OrderStatus::kAwaitingProcessing:
      return test::Step(OrderAction::kStartProcessing, now, order.now());
    case OrderStatus::kHandedToCarrier:
    case OrderStatus::kReadyForPickup:
    case OrderStatus::kOnCompanyVehicle:
    case OrderStatus::kReceived:
    case OrderStatus::kCancelled:
      return StepFrom(attempt, order);
  }
  return StepFrom(attempt, order);
}

ParcelChange ParcelFrom(const Attempt& attempt) {
  ParcelChange change = attempt.line % 2 == 0 ? test::NewParcel("700") : ParcelChange{};
  change.number = attempt.quantity;
  change.carrier_status = attempt.detail % 2 == 0 ? "Σε διακίνηση" : "";
  return change;
}

// Amends one or two fields, now and then to something that is refused.
UpdateOrder UpdateFrom(const Attempt& attempt, const test::OrderInTest& order) {
  const auto field_at = [](int place) {
    return kOrderFields[static_cast<std::size_t>(place) % kOrderFields.size()];
  };
  const OrderFieldSet fields = {field_at(attempt.detail), field_at(attempt.detail * attempt.line)};
  UpdateOrder update = test::Updating(order.order(), fields, [&](OrderContent& content) {
    content.customer.name = attempt.quantity == 0 ? "" : "Ελένη";
    content.customer.phone = absl::StrCat("210 ", attempt.line);
    content.promised_delivery = order.now() + absl::Hours(attempt.quantity);
    content.method = static_cast<FulfilmentMethod>(attempt.line % 3 + 1);
    if (content.delivery_address.has_value())
      content.delivery_address->city = absl::StrCat("Πόλη ", attempt.line);
    content.charges.resize(static_cast<std::size_t>(attempt.line) % 2);
    content.lines.front().quantity = attempt.quantity;
    if (attempt.line % 2 == 0) content.lines.pop_back();
    if (attempt.line > 2) {
      content.lines.push_back(test::PickupContent().lines.front());
      content.lines.back().number = attempt.line == 3 ? 0 : 77;
    }
  });
  if (attempt.quantity == 2) {
    update.given.delivery_address = test::CourierContent().delivery_address;
    update.given.store = test::PickupContent().store;
  }
  return update;
}

OrderCommand CommandFrom(const Attempt& attempt, const test::OrderInTest& order) {
  const Source source{attempt.detail % 2 == 0 ? SourceKind::kWarehouse : SourceKind::kSupplier,
                      "S-1"};
  switch (attempt.what) {
    case 0:
      return NextStep(attempt, order);
    case 1:
      return RecordCheck{kCheckKinds[static_cast<std::size_t>(attempt.line) % kCheckKinds.size()],
                         static_cast<CheckOutcome>(attempt.detail % 3 + 1), ""};
    case 2:
      return RecordGathering{{{attempt.line, attempt.quantity, source}, {1, 1, source}}};
    case 3:
      return test::Invoicing(attempt.line == 0 ? "" : "Α-2");
    case 4:
      return RecordTracking{{ParcelFrom(attempt)},
                            attempt.line == 1
                                ? std::optional(order.now() + absl::Hours(attempt.detail))
                                : std::nullopt};
    case 5:
      return AddComment{{attempt.line == 0 ? "" : "Πότε θα έρθει;",
                         attempt.detail % 2 == 0 ? Visibility::kPublic : Visibility::kInternal}};
    case 7:
      return UpdateFrom(attempt, order);
    case 8:
      return SetNotifications{attempt.detail % 2 == 0};
    case 9:
      return SubmitFeedback{attempt.quantity + 2, ""};
    case 10:
      return Redact{};
    default:
      return StepFrom(attempt, order);
  }
}

struct IsValid {
  bool operator()(const UpdateOrder& command) const {
    Violations violations;
    Validate(command, "order", violations);
    return violations.Empty();
  }
  // Both values are fine.
  bool operator()(const SetNotifications& /*command*/) const { return true; }
  bool operator()(const Redact& /*command*/) const { return true; }
  bool operator()(const AddComment& command) const {
    Violations violations;
    Validate(command.comment, "comment", violations);
    return violations.Empty();
  }
  template <typename Other>
  bool operator()(const Other& command) const {
    Violations violations;
    Validate(command, violations);
    return violations.Empty();
  }
};

// The guards once more, written from the product's words and not from the domain's tables: what
// must hold in `before` for an order to have come to `moved.to` by `moved.action`.
bool GuardsHeld(const Order& before, const OrderMoved& moved) {
  const auto passed = [&](CheckKind check) { return before.checks.Passed(check); };
  const auto tracked = [](const Parcel& parcel) {
    return !parcel.carrier.empty() && !parcel.tracking_number.empty();
  };
  switch (moved.action) {
    case OrderAction::kStartGathering:
      return passed(CheckKind::kDetails) && passed(CheckKind::kAvailability) &&
             passed(CheckKind::kPayment);
    case OrderAction::kStartPreparing:
      return passed(CheckKind::kPayment) &&
             std::ranges::all_of(before.content.lines, [](const Line& line) {
               return line.GatheredQuantity() == line.quantity;
             });
    case OrderAction::kHandToCarrier:
      return before.content.method == FulfilmentMethod::kCourier && before.invoice.has_value() &&
             (std::ranges::any_of(before.parcels, tracked) ||
              std::ranges::any_of(moved.parcels, tracked));
    case OrderAction::kOfferPickup:
      return before.content.method == FulfilmentMethod::kStorePickup &&
             before.invoice.has_value() && before.content.store.has_value() &&
             moved.pickup_until.has_value();
    case OrderAction::kDispatchVehicle:
      return before.content.method == FulfilmentMethod::kCompanyVehicle &&
             before.invoice.has_value() && before.content.customer.segment == Segment::kBusiness &&
             moved.vehicle_trip.has_value();
    case OrderAction::kCancel:
    case OrderAction::kReturnToProcessing:
    case OrderAction::kReturnToGathering:
    case OrderAction::kReturnUndelivered:
      return !moved.reason.empty();
    case OrderAction::kStartProcessing:
    case OrderAction::kConfirmReceipt:
      return true;
  }
  return false;
}

void CheckMove(const Order& before, const Order& after, const OrderMoved& moved,
               const Caller& caller) {
  const Transition* step = FindTransition(before.status(), moved.action);
  RC_ASSERT(step != nullptr);
  RC_ASSERT(step->roles.Contains(caller.EffectiveRole()));
  RC_ASSERT(moved.from == before.status());
  RC_ASSERT(moved.to == after.status());
  RC_ASSERT(after.status() == step->to);
  RC_ASSERT(GuardsHeld(before, moved));
}

// The log as it is stored: what stands before a redaction is redacted.
std::vector<Activity> AsStored(const std::vector<Activity>& log) {
  std::vector<Activity> stored;
  for (const Activity& activity : log) {
    if (std::holds_alternative<Redacted>(activity.event))
      stored = test::RedactedLog(std::move(stored));
    stored.push_back(activity);
  }
  return stored;
}

// Holds for every order at every moment.
void CheckInvariants(const test::OrderInTest& order) {
  const Order& now = order.order();
  for (const Line& line : now.content.lines) {
    RC_ASSERT(line.GatheredQuantity() >= 0);
    RC_ASSERT(line.GatheredQuantity() <= line.quantity);
  }
  RC_ASSERT(!now.content.lines.empty());
  RC_ASSERT(std::ranges::is_sorted(now.content.lines, std::less_equal<>(), &Line::number));
  RC_ASSERT(now.totals == ComputeTotals(now.content));
  // A redaction takes the address away; it may be given again.
  RC_ASSERT(now.subject.redacted_at.has_value() ||
            now.content.delivery_address.has_value() ==
                (now.content.method != FulfilmentMethod::kStorePickup));
  RC_ASSERT(now.subject.active == !IsClosed(now.status()));
  RC_ASSERT(now.subject.last_seq == static_cast<std::int32_t>(order.log().size()));
  RC_ASSERT(now.subject.version == std::ranges::count_if(order.log(), [](const Activity& activity) {
              return ChangesState(activity.event);
            }));
  RC_ASSERT(now.subject.last_public_activity_at <= now.subject.last_activity_at);
  RC_ASSERT(now.subject.updated_at <= now.subject.last_activity_at);
  const absl::StatusOr<Order> replayed = test::ReplayOrder(order.log());
  RC_ASSERT(replayed.ok());
  RC_ASSERT(*replayed == now);
  const absl::StatusOr<Order> rewritten = test::ReplayOrder(AsStored(order.log()));
  RC_ASSERT(rewritten.ok());
  RC_ASSERT(*rewritten == now);
}

// What Explain() says can be done can be done, given good input, and nothing else.
void CheckExplanations(const test::OrderInTest& order, const Caller& caller) {
  for (const ActionExplanation& explanation : Explain(order.order(), caller)) {
    const Decision decision =
        order.Try(test::Step(explanation.action, order.order(), order.now()), caller);
    RC_ASSERT(explanation.allowed == std::holds_alternative<Activities>(decision));
    if (const auto* refusal = std::get_if<Refusal>(&decision)) {
      const bool guards_only = refusal->reason == Reason::kGuardsNotSatisfied;
      RC_ASSERT(guards_only == (explanation.open_in_status && explanation.role_permitted));
      RC_ASSERT(std::ranges::find(refusal->open_actions, explanation.action) ==
                refusal->open_actions.end());
    }
  }
}

// Lines that were not there before have numbers that were never used.
void CheckLineNumbers(const Order& before, const Order& after) {
  for (const Line& line : after.content.lines) {
    RC_ASSERT(before.FindLine(line.number) != nullptr || line.number > before.LastLineNumber());
  }
  RC_ASSERT(after.LastLineNumber() >= before.LastLineNumber());
}

// What the invoice says stays true.
void CheckFrozen(const Order& before, const Order& after) {
  if (!before.invoice.has_value()) return;
  const bool redacted = before.subject.redacted_at != after.subject.redacted_at;
  RC_ASSERT(before.totals == after.totals);
  RC_ASSERT(before.content.charges == after.content.charges);
  RC_ASSERT(before.content.method == after.content.method);
  RC_ASSERT(redacted || before.content.delivery_address == after.content.delivery_address);
  RC_ASSERT(before.content.store == after.content.store);
}

// Tries it as the server would: access, validation, decision.
void Make(const Attempt& attempt, test::OrderInTest& order) {
  const Caller caller = CallerFrom(attempt.caller, order.order());
  CheckExplanations(order, caller);
  if (CheckAccess(&order.order().subject, SubjectKind::kOrder, caller, "").has_value()) return;
  const OrderCommand command = CommandFrom(attempt, order);
  if (!std::visit(IsValid{}, command)) return;

  const Order before = order.order();
  const std::size_t activities_before = order.log().size();
  const Decision decision = order.Do(command, caller);
  if (std::holds_alternative<Refusal>(decision)) {
    RC_ASSERT(order.order() == before);
    RC_ASSERT(order.log().size() == activities_before);
    return;
  }
  if (std::get<Activities>(decision).empty()) {
    RC_ASSERT(order.order() == before);
    RC_ASSERT(order.log().size() == activities_before);
    return;
  }
  RC_ASSERT(order.log().size() > activities_before);
  CheckLineNumbers(before, order.order());
  CheckFrozen(before, order.order());
  const auto* moved = std::get_if<OrderMoved>(&order.log()[activities_before].event);
  RC_ASSERT((moved != nullptr) == (before.status() != order.order().status()));
  if (moved != nullptr) CheckMove(before, order.order(), *moved, caller);
}

void TryAll(const std::vector<Attempt>& attempts, FulfilmentMethod method) {
  test::OrderInTest order(test::ContentFor(method));
  for (const Attempt& attempt : attempts) {
    Make(attempt, order);
    CheckInvariants(order);
  }
  RC_TAG(std::string(Name(order.order().status())));
}

// Sequences long enough to get through the whole life and back.
rc::Gen<std::vector<Attempt>> ManyAttempts() {
  return rc::gen::scale(1.5, rc::gen::container<std::vector<Attempt>>(AnAttempt()));
}

RC_GTEST_PROP(Properties, WhateverHappensToACourierOrderItIsTheFoldOfItsLog, ()) {
  TryAll(*ManyAttempts(), FulfilmentMethod::kCourier);
}

RC_GTEST_PROP(Properties, WhateverHappensToAPickupOrderItIsTheFoldOfItsLog, ()) {
  TryAll(*ManyAttempts(), FulfilmentMethod::kStorePickup);
}

RC_GTEST_PROP(Properties, WhateverHappensToAVehicleOrderItIsTheFoldOfItsLog, ()) {
  TryAll(*ManyAttempts(), FulfilmentMethod::kCompanyVehicle);
}

}  // namespace
}  // namespace ipstore::orders
