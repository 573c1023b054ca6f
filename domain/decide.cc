#include "domain/decide.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/amend.h"
#include "domain/recorder.h"
#include "domain/validate.h"

namespace ipstore::orders {
namespace {

// --- Guards
// ----------------------------------------------------------------------------------------------------------

bool Tracked(const Parcel& parcel) {
  return !parcel.carrier.empty() && !parcel.tracking_number.empty();
}

bool Holds(const Order& order, Guard guard) {
  switch (guard) {
    case Guard::kDetailsVerified:
      return order.checks.Passed(CheckKind::kDetails);
    case Guard::kAvailabilityConfirmed:
      return order.checks.Passed(CheckKind::kAvailability);
    case Guard::kPaymentArranged:
      return order.checks.Passed(CheckKind::kPayment);
    case Guard::kAllLinesGathered:
      return std::ranges::all_of(order.content.lines, &Line::FullyGathered);
    case Guard::kMethodIsCourier:
      return order.content.method == FulfilmentMethod::kCourier;
    case Guard::kMethodIsStorePickup:
      return order.content.method == FulfilmentMethod::kStorePickup;
    case Guard::kMethodIsCompanyVehicle:
      return order.content.method == FulfilmentMethod::kCompanyVehicle;
    case Guard::kCustomerIsBusiness:
      return order.content.customer.segment == Segment::kBusiness;
    case Guard::kInvoiced:
      return order.invoice.has_value();
    case Guard::kParcelTracked:
      return std::ranges::any_of(order.parcels, Tracked);
    case Guard::kStoreChosen:
      return order.content.store.has_value();
  }
  return false;
}

// What the input of an action can make true: the parcels of HAND_TO_CARRIER.
bool InputCanSatisfy(OrderAction action, Guard guard) {
  return action == OrderAction::kHandToCarrier && guard == Guard::kParcelTracked;
}

std::vector<Fact> CheckFacts(const Order& order, CheckKind kind) {
  const bool recorded = order.checks[kind].has_value();
  return {
      {"check_state", std::string(recorded ? Name(order.checks[kind]->outcome) : "NOT_RECORDED")}};
}

std::vector<Fact> MissingPieces(const Order& order) {
  std::int64_t missing = 0;
  std::string lines;
  for (const Line& line : order.content.lines) {
    if (line.FullyGathered()) continue;
    missing += line.quantity - line.GatheredQuantity();
    absl::StrAppend(&lines, lines.empty() ? "" : ", ", line.number);
  }
  return {{"missing", missing}, {"lines", lines}};
}

std::vector<Fact> FactsOf(const Order& order, Guard guard) {
  switch (guard) {
    case Guard::kDetailsVerified:
      return CheckFacts(order, CheckKind::kDetails);
    case Guard::kAvailabilityConfirmed:
      return CheckFacts(order, CheckKind::kAvailability);
    case Guard::kPaymentArranged:
      return CheckFacts(order, CheckKind::kPayment);
    case Guard::kAllLinesGathered:
      return MissingPieces(order);
    case Guard::kMethodIsCourier:
    case Guard::kMethodIsStorePickup:
    case Guard::kMethodIsCompanyVehicle:
      return {{"method", order.content.method}};
    case Guard::kCustomerIsBusiness:
    case Guard::kInvoiced:
    case Guard::kParcelTracked:
    case Guard::kStoreChosen:
      return {};
  }
  return {};
}

// --- Parcels
// ---------------------------------------------------------------------------------------------------------

Parcel NumberedParcel(std::int32_t number) {
  Parcel parcel;
  parcel.number = number;
  return parcel;
}

// Overlays what the caller gave on what was known; a field left empty keeps its value. But the
// address belongs to the carrier's number: under another one it would lead to another parcel.
Parcel Corrected(Parcel known, const ParcelChange& change) {
  auto overlay = [](std::string& kept, const std::string& given) {
    if (!given.empty()) kept = given;
  };
  auto differs = [](const std::string& kept, const std::string& given) {
    return !given.empty() && !kept.empty() && kept != given;
  };
  if (differs(known.carrier, change.carrier) ||
      differs(known.tracking_number, change.tracking_number)) {
    known.tracking_url.clear();
  }
  overlay(known.carrier, change.carrier);
  overlay(known.tracking_number, change.tracking_number);
  overlay(known.tracking_url, change.tracking_url);
  overlay(known.carrier_status, change.carrier_status);
  return known;
}

// The parcels that `changes` make of those of the order: added ones numbered on, corrected ones
// whole.
std::vector<Parcel> ResolveParcels(const Order& order, const std::vector<ParcelChange>& changes,
                                   absl::string_view path, Violations& violations) {
  std::vector<Parcel> resolved;
  resolved.reserve(changes.size());
  std::int32_t last_number = order.last_parcel_number;
  std::size_t added = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const ParcelChange& change = changes[i];
    if (change.number == 0) {
      resolved.push_back(Corrected(NumberedParcel(++last_number), change));
      ++added;
    } else if (const Parcel* known = order.FindParcel(change.number)) {
      resolved.push_back(Corrected(*known, change));
    } else {
      violations.Add(absl::StrCat(path, "[", i, "].parcel"), Flaw::kUnknownParcel,
                     {{"parcel", std::int64_t{change.number}}});
    }
  }
  if (order.parcels.size() + added > kMaxParcels) {
    violations.Add(std::string(path), Flaw::kTooMany,
                   {{"max", static_cast<std::int64_t>(kMaxParcels)}});
  }
  return resolved;
}

// True when the customer learns something from `parcels`: a new one, or another way to follow one.
bool TellsOfTracking(const Order& order, const std::vector<Parcel>& parcels) {
  return std::ranges::any_of(parcels, [&](const Parcel& parcel) {
    const Parcel* known = order.FindParcel(parcel.number);
    return known == nullptr || known->carrier != parcel.carrier ||
           known->tracking_number != parcel.tracking_number ||
           known->tracking_url != parcel.tracking_url;
  });
}

bool Changes(const Order& order, const TrackingRecorded& recorded) {
  return recorded.expected_delivery.has_value() ||
         std::ranges::any_of(recorded.parcels, [&](const Parcel& parcel) {
           const Parcel* known = order.FindParcel(parcel.number);
           return known == nullptr || *known != parcel;
         });
}

// --- Refusals
// --------------------------------------------------------------------------------------------------------

std::optional<Refusal> CheckCommand(const Order& order, Command command, const Caller& caller) {
  const Role role = caller.EffectiveRole();
  if (!RolesAllowed(command).Contains(role)) return PermissionDenied();
  if (!StatusesAllowing(command, role).Contains(order.status()))
    return CommandNotOpen(order, command);
  return std::nullopt;
}

Command CommandFor(const NewComment& comment) {
  return comment.visibility == Visibility::kInternal ? Command::kAddInternalComment
                                                     : Command::kAddPublicComment;
}

// The input of the action against the order and the time: lines, parcels, deadlines.
std::optional<Refusal> CheckInput(const Order& order, const TransitionOrder& command,
                                  absl::Time now, Violations violations) {
  if (command.pickup_until.has_value() && *command.pickup_until <= now) {
    violations.Add("offer_pickup.pickup_until", Flaw::kInThePast);
  }
  if (command.vehicle_trip.has_value() && command.vehicle_trip->window.end <= now) {
    violations.Add("dispatch_vehicle.window.end", Flaw::kInThePast);
  }
  for (std::size_t i = 0; i < command.regather.size(); ++i) {
    const RegatherLine& again = command.regather[i];
    const std::string path = absl::StrCat("return_to_gathering.lines[", i, "]");
    const Line* line = order.FindLine(again.line);
    if (line == nullptr) {
      violations.Add(path + ".line", Flaw::kUnknownLine, {{"line", std::int64_t{again.line}}});
    } else if (again.quantity > line->GatheredQuantity()) {
      violations.Add(path + ".quantity", Flaw::kOutOfRange,
                     {{"min", std::int64_t{1}}, {"max", line->GatheredQuantity()}});
    }
  }
  return RefusalFrom(std::move(violations));
}

// The guards of `step` that fail even with the parcels that the action brings.
std::vector<GuardFailure> FailingGuardsWith(const Order& order, const Transition& step,
                                            const std::vector<Parcel>& parcels) {
  std::vector<GuardFailure> failing = FailingGuards(order, step);
  if (std::ranges::any_of(parcels, Tracked)) {
    std::erase_if(failing, [&](const GuardFailure& failure) {
      return InputCanSatisfy(step.action, failure.guard);
    });
  }
  return failing;
}

std::vector<OrderAction> OpenInsteadOf(const Order& order, OrderAction refused,
                                       const Caller& caller) {
  std::vector<OrderAction> open = OpenActions(order, caller);
  std::erase(open, refused);
  return open;
}

// The action that hands an order of that method over (product §1).
OrderAction HandoverOf(FulfilmentMethod method) {
  switch (method) {
    case FulfilmentMethod::kCourier:
      return OrderAction::kHandToCarrier;
    case FulfilmentMethod::kStorePickup:
      return OrderAction::kOfferPickup;
    case FulfilmentMethod::kCompanyVehicle:
      return OrderAction::kDispatchVehicle;
  }
  return OrderAction::kHandToCarrier;
}

// --- One function for each command
// -----------------------------------------------------------------------------------

struct Decider {
  const Order& order;
  const Caller& caller;
  absl::Time now;

  Decision operator()(const TransitionOrder& command) const {
    if (!RolesTaking(kTransitions, command.action).Contains(caller.EffectiveRole()))
      return PermissionDenied();
    const Transition* step = FindTransition(order.status(), command.action);
    if (step == nullptr || !step->roles.Contains(caller.EffectiveRole())) {
      return ActionNotOpen(order, command.action, OpenInsteadOf(order, command.action, caller));
    }
    if (command.comment.has_value()) {
      if (auto refusal = CheckCommand(order, CommandFor(*command.comment), caller))
        return *std::move(refusal);
    }
    Violations violations;
    std::vector<Parcel> parcels =
        ResolveParcels(order, command.parcels, "hand_to_carrier.parcels", violations);
    if (auto refusal = CheckInput(order, command, now, std::move(violations)))
      return *std::move(refusal);
    if (auto failing = FailingGuardsWith(order, *step, parcels); !failing.empty()) {
      return GuardsNotSatisfied(order, command.action, std::move(failing),
                                OpenInsteadOf(order, command.action, caller));
    }

    Recorder recorder(order.subject, order.content.notifications_on, caller, now);
    recorder.Add(OrderMoved{.action = command.action,
                            .from = step->from,
                            .to = step->to,
                            .reason = command.reason,
                            .parcels = std::move(parcels),
                            .expected_delivery = command.expected_delivery,
                            .pickup_until = command.pickup_until,
                            .vehicle_trip = command.vehicle_trip,
                            .regather = command.regather},
                 /*worth_telling=*/true, command.notify);
    if (command.comment.has_value()) recorder.AddComment(*command.comment, command.notify);
    return std::move(recorder).Take();
  }

  Decision operator()(const RecordCheck& command) const {
    if (auto refusal = CheckCommand(order, Command::kRecordCheck, caller))
      return *std::move(refusal);
    return Quietly(CheckRecorded{command.check, command.outcome, command.note});
  }

  Decision operator()(const RecordGathering& command) const {
    if (auto refusal = CheckCommand(order, Command::kRecordGathering, caller))
      return *std::move(refusal);
    Violations violations;
    for (std::size_t i = 0; i < command.items.size(); ++i) {
      if (order.FindLine(command.items[i].line) != nullptr) continue;
      violations.Add(absl::StrCat("items[", i, "].line"), Flaw::kUnknownLine,
                     {{"line", std::int64_t{command.items[i].line}}});
    }
    if (auto refusal = RefusalFrom(std::move(violations))) return *std::move(refusal);
    if (auto refusal = CheckQuantities(command)) return *std::move(refusal);
    return Quietly(GatheringRecorded{command.items});
  }

  Decision operator()(const RecordInvoice& command) const {
    if (auto refusal = CheckCommand(order, Command::kRecordInvoice, caller))
      return *std::move(refusal);
    return Quietly(InvoiceRecorded{command.invoice, /*correction=*/order.invoice.has_value()});
  }

  Decision operator()(const RecordTracking& command) const {
    if (auto refusal = CheckCommand(order, Command::kRecordTracking, caller))
      return *std::move(refusal);
    Violations violations;
    TrackingRecorded recorded;
    recorded.parcels = ResolveParcels(order, command.parcels, "parcels", violations);
    if (auto refusal = RefusalFrom(std::move(violations))) return *std::move(refusal);
    if (command.expected_delivery.has_value() &&
        command.expected_delivery != order.expected_delivery) {
      recorded.expected_delivery = command.expected_delivery;
      recorded.expected_before = order.expected_delivery;
    }
    if (!Changes(order, recorded)) return Activities{};

    const bool worth_telling =
        TellsOfTracking(order, recorded.parcels) || recorded.expected_delivery.has_value();
    Recorder recorder(order.subject, order.content.notifications_on, caller, now);
    recorder.Add(std::move(recorded), worth_telling, command.notify);
    return std::move(recorder).Take();
  }

  Decision operator()(const AddComment& command) const {
    if (auto refusal = CheckCommand(order, CommandFor(command.comment), caller))
      return *std::move(refusal);
    Recorder recorder(order.subject, order.content.notifications_on, caller, now);
    recorder.AddComment(command.comment, command.notify);
    return std::move(recorder).Take();
  }

  Decision operator()(const UpdateOrder& command) const {
    auto amended = Amend(order, command, caller, now);
    if (auto* refusal = std::get_if<Refusal>(&amended)) return std::move(*refusal);
    auto& event = std::get<OrderAmended>(amended);
    if (FieldsOf(event).Empty()) return Activities{};
    const bool worth_telling = event.promised_delivery.has_value();
    Recorder recorder(order.subject, order.content.notifications_on, caller, now);
    recorder.Add(std::move(event), worth_telling, command.notify);
    return std::move(recorder).Take();
  }

  Decision operator()(const SetNotifications& command) const {
    if (auto refusal = CheckCommand(order, Command::kSetNotifications, caller))
      return *std::move(refusal);
    if (command.on == order.content.notifications_on) return Activities{};
    return Quietly(NotificationsSet{command.on});
  }

  Decision operator()(const SubmitFeedback& command) const {
    if (auto refusal = CheckCommand(order, Command::kSubmitFeedback, caller))
      return *std::move(refusal);
    if (order.feedback.has_value()) return FeedbackAlreadyGiven(order);
    return Quietly(FeedbackSubmitted{command.rating, command.text});
  }

  Decision operator()(const Redact& command) const {
    if (auto refusal = CheckMayRedact(caller)) return *std::move(refusal);
    if (auto refusal = CheckCommand(order, Command::kRedact, caller)) return *std::move(refusal);
    Recorder recorder(order.subject, order.content.notifications_on, caller, now);
    recorder.AddRedaction(command);
    return std::move(recorder).Take();
  }

 private:
  // One activity that customers see on the page but get no mail for.
  Activities Quietly(Event event) const {
    Recorder recorder(order.subject, order.content.notifications_on, caller, now);
    recorder.Add(std::move(event), /*worth_telling=*/false, /*notify=*/false);
    return std::move(recorder).Take();
  }

  // Refuses what would gather more of a line than was ordered, all items of the command together.
  std::optional<Refusal> CheckQuantities(const RecordGathering& command) const {
    absl::flat_hash_map<std::int32_t, std::int64_t> given;
    for (const GatheringRecorded::Item& item : command.items) given[item.line] += item.quantity;
    for (const Line& line : order.content.lines) {
      auto added = given.find(line.number);
      if (added == given.end()) continue;
      if (line.GatheredQuantity() + added->second > line.quantity) {
        return GatheringExceedsOrdered(line.number, line.quantity, line.GatheredQuantity(),
                                       added->second);
      }
    }
    return std::nullopt;
  }
};

// Lines are numbered in the order in which they were given, and begin with nothing gathered.
OrderContent WithLinesNumbered(OrderContent content) {
  std::int32_t number = 0;
  for (Line& line : content.lines) {
    line.number = ++number;
    line.gathered.clear();
  }
  return content;
}

}  // namespace

std::optional<Refusal> CheckAccess(const Subject* subject, SubjectKind kind, const Caller& caller,
                                   absl::string_view name) {
  const bool exists = subject != nullptr && subject->kind == kind;
  if (caller.IsCustomer()) {
    // The same answer for none and for somebody else's, and none for guests, whose customer id is
    // empty.
    const bool own =
        exists && !subject->customer_id.empty() && subject->customer_id == caller.Effective().id;
    if (!own) return PermissionDenied();
    return std::nullopt;
  }
  if (!exists) return SubjectNotFound(kind, std::string(name));
  return std::nullopt;
}

std::optional<Refusal> CheckMayRedact(const Caller& caller) {
  if (!RolesAllowed(Command::kRedact).Contains(caller.EffectiveRole())) return PermissionDenied();
  if (!caller.rights.Contains(Right::kRedact))
    return MissingRight(std::string(Name(Right::kRedact)));
  return std::nullopt;
}

std::string EtagOf(const Subject& subject) {
  return absl::StrCat("v", subject.version);
}

std::optional<Refusal> CheckEtag(const Subject& subject, absl::string_view etag) {
  if (etag.empty() || etag == EtagOf(subject)) return std::nullopt;
  return EtagMismatch(std::string(etag), EtagOf(subject));
}

Decision Decide(Number number, const CreateOrder& command, const Caller& caller, absl::Time now) {
  if (caller.IsCustomer() && command.content.customer.id != caller.Effective().id)
    return PermissionDenied();
  Violations violations;
  if (command.content.promised_delivery.has_value() && *command.content.promised_delivery <= now) {
    violations.Add("order.promised_delivery", Flaw::kInThePast);
  }
  std::optional<Totals> totals = ComputeTotals(command.content);
  if (!totals.has_value()) violations.Add("order", Flaw::kTotalsOverflow);
  if (auto refusal = RefusalFrom(std::move(violations))) return *std::move(refusal);

  Recorder recorder(NewSubject(number, SubjectKind::kOrder, command.content.customer.id),
                    command.content.notifications_on, caller, now);
  recorder.Add(OrderCreated{WithLinesNumbered(command.content), *std::move(totals)},
               /*worth_telling=*/true, command.notify);
  return std::move(recorder).Take();
}

Decision Decide(Number number, const ImportOrder& command, const Caller& caller, absl::Time now) {
  if (!RolesAllowed(Command::kImportOrder).Contains(caller.EffectiveRole()))
    return PermissionDenied();
  Violations violations;
  if (command.created_at > now) violations.Add("create_time", Flaw::kInTheFuture);
  std::optional<Totals> totals = ComputeTotals(command.order.content);
  if (!totals.has_value()) violations.Add("order", Flaw::kTotalsOverflow);
  if (auto refusal = RefusalFrom(std::move(violations))) return *std::move(refusal);

  OrderImported imported = command.order;
  imported.totals = *std::move(totals);
  Recorder recorder(NewSubject(number, SubjectKind::kOrder, imported.content.customer.id),
                    imported.content.notifications_on, caller, now);
  recorder.Add(std::move(imported), /*worth_telling=*/false, /*notify=*/false);
  Activities activities = std::move(recorder).Take();
  activities.front().occurred_at = command.created_at;
  return activities;
}

Decision Decide(const Order& order, const OrderCommand& command, const Caller& caller,
                absl::Time now) {
  return std::visit(Decider{order, caller, now}, command);
}

std::optional<OrderAction> NextStep(const Order& order) {
  switch (order.status()) {
    case OrderStatus::kAwaitingProcessing:
      return OrderAction::kStartProcessing;
    case OrderStatus::kProcessing:
      return OrderAction::kStartGathering;
    case OrderStatus::kGatheringProducts:
      return OrderAction::kStartPreparing;
    case OrderStatus::kPreparingShipment:
      return HandoverOf(order.content.method);
    case OrderStatus::kHandedToCarrier:
    case OrderStatus::kReadyForPickup:
    case OrderStatus::kOnCompanyVehicle:
      return OrderAction::kConfirmReceipt;
    case OrderStatus::kReceived:
    case OrderStatus::kCancelled:
      return std::nullopt;
  }
  return std::nullopt;
}

std::vector<GuardFailure> FailingGuards(const Order& order, const Transition& step) {
  std::vector<GuardFailure> failing;
  for (Guard guard : kGuards) {
    if (step.guards.Contains(guard) && !Holds(order, guard))
      failing.push_back({guard, FactsOf(order, guard)});
  }
  return failing;
}

std::vector<ActionExplanation> Explain(const Order& order, const Caller& caller) {
  std::vector<ActionExplanation> explanations;
  explanations.reserve(kOrderActions.size());
  for (OrderAction action : kOrderActions) {
    const Transition* step = FindTransition(order.status(), action);
    ActionExplanation explanation;
    explanation.action = action;
    explanation.target = TargetOf(action);
    explanation.open_in_status = step != nullptr;
    explanation.roles = step != nullptr ? step->roles : RolesTaking(kTransitions, action);
    explanation.role_permitted = explanation.roles.Contains(caller.EffectiveRole());
    if (step != nullptr) explanation.guards = FailingGuards(order, *step);
    const bool guards_hold = std::ranges::all_of(
        explanation.guards,
        [&](const GuardFailure& failure) { return InputCanSatisfy(action, failure.guard); });
    explanation.allowed = explanation.open_in_status && explanation.role_permitted && guards_hold;
    explanations.push_back(std::move(explanation));
  }
  return explanations;
}

std::vector<OrderAction> OpenActions(const Order& order, const Caller& caller) {
  std::vector<OrderAction> open;
  for (const ActionExplanation& explanation : Explain(order, caller)) {
    if (explanation.allowed) open.push_back(explanation.action);
  }
  return open;
}

}  // namespace ipstore::orders
