#include "tests/domain/random_orders.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <ostream>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/validate.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

// --- What is generated ---------------------------------------------------------------------------

rc::Gen<OrderAttempt> Attempts() {
  return rc::gen::build<OrderAttempt>(
      // What leads far comes more often than the rest.
      rc::gen::set(&OrderAttempt::deed,
                   rc::gen::weightedElement<OrderDeed>({{11, OrderDeed::kNextStep},
                                                        {4, OrderDeed::kStepOut},
                                                        {3, OrderDeed::kAnyStep},
                                                        {4, OrderDeed::kCheck},
                                                        {4, OrderDeed::kGathering},
                                                        {2, OrderDeed::kInvoice},
                                                        {2, OrderDeed::kTracking},
                                                        {1, OrderDeed::kComment},
                                                        {6, OrderDeed::kUpdate},
                                                        {1, OrderDeed::kNotifications},
                                                        {1, OrderDeed::kFeedback},
                                                        {1, OrderDeed::kRedact}})),
      rc::gen::set(&OrderAttempt::detail, rc::gen::inRange(0, 11)),
      rc::gen::set(&OrderAttempt::line, rc::gen::inRange(0, 5)),
      rc::gen::set(&OrderAttempt::quantity, rc::gen::inRange(-1, 4)),
      rc::gen::set(&OrderAttempt::caller, rc::gen::inRange(0, 12)));
}

OrderContent ContentOf(const OrderWalk& walk) {
  OrderContent content = ContentFor(walk.method);
  if (walk.imported) {
    content.customer.segment = Segment::kRetail;
    content.customer.company_name.clear();
    content.customer.vat_number.clear();
  }
  if (walk.guest) content.customer.id.clear();
  content.notifications_on = walk.notifications_on;
  return content;
}

// --- Who tries -----------------------------------------------------------------------------------

// The shop most often: it leads far.
Caller CallerFrom(int caller, const Order& order) {
  const std::vector<Caller> callers = CallersAbout(order);
  const auto place = static_cast<std::size_t>(caller);
  if (place < callers.size()) return callers[place];
  return caller % 3 == 0 ? EshopService() : Redactor();
}

// --- What is tried -------------------------------------------------------------------------------

// A step with all that it needs; some with input that the order cannot take, or with none at all.
TransitionOrder AnyStep(const OrderAttempt& attempt, const OrderInTest& order) {
  const OrderAction action = At(kOrderActions, attempt.detail);
  if (attempt.quantity < 0) return TransitionOrder{.action = action};
  TransitionOrder step = Step(action, order.order(), order.now());
  if (attempt.quantity > 1 && !step.regather.empty())
    step.regather = {{attempt.line, attempt.quantity}};
  if (attempt.line == 4) step.comment = NewComment{"Καλή συνέχεια!", Visibility::kInternal};
  if (attempt.quantity == 3) step.parcels.clear();
  return step;
}

OrderCommand NextStepOf(const OrderAttempt& attempt, const OrderInTest& order) {
  const Order& now = order.order();
  switch (now.status()) {
    case OrderStatus::kProcessing:
      for (CheckKind check : kCheckKinds) {
        if (!now.checks.Passed(check)) return Passed(check);
      }
      return Step(OrderAction::kStartGathering, now, order.now());
    case OrderStatus::kGatheringProducts:
      if (!std::ranges::all_of(now.content.lines, &Line::FullyGathered)) return GatherAllOf(now);
      return Step(OrderAction::kStartPreparing, now, order.now());
    case OrderStatus::kPreparingShipment:
      if (!now.invoice.has_value()) return Invoicing("Α-1");
      return Step(HandoverOf(now.content.method), now, order.now());
    case OrderStatus::kAwaitingProcessing:
      return Step(OrderAction::kStartProcessing, now, order.now());
    case OrderStatus::kHandedToCarrier:
    case OrderStatus::kReadyForPickup:
    case OrderStatus::kOnCompanyVehicle:
      return Step(OrderAction::kConfirmReceipt, now, order.now());
    case OrderStatus::kReceived:
      return SubmitFeedback{attempt.quantity + 2, ""};
    case OrderStatus::kCancelled:
      return AnyStep(attempt, order);
  }
  return AnyStep(attempt, order);
}

// CANCEL, which leads on from most statuses, would end most lives early: it comes more seldom.
OrderCommand StepOut(const OrderAttempt& attempt, const OrderInTest& order) {
  std::vector<OrderAction> out;
  for (const Transition& step : kTransitions) {
    if (step.from == order.order().status() &&
        (step.action != OrderAction::kCancel || attempt.line == 0))
      out.push_back(step.action);
  }
  if (out.empty()) return AnyStep(attempt, order);
  return Step(out[static_cast<std::size_t>(attempt.detail) % out.size()], order.order(),
              order.now());
}

ParcelChange ParcelFrom(const OrderAttempt& attempt) {
  ParcelChange change = attempt.line % 2 == 0 ? NewParcel("700") : ParcelChange{};
  change.number = attempt.quantity;
  change.carrier_status = attempt.detail % 2 == 0 ? "Σε διακίνηση" : "";
  return change;
}

// The fields that an attempt amends: often one, with a new method what that method needs.
OrderFieldSet FieldsFrom(const OrderAttempt& attempt, FulfilmentMethod method) {
  OrderFieldSet fields = {At(kOrderFields, attempt.detail)};
  if (attempt.line == 1) fields.Insert(OrderField::kLines);
  if (attempt.line == 3) fields.Insert(At(kOrderFields, attempt.detail + 1));
  if (fields.Contains(OrderField::kMethod) && attempt.quantity > 0) {
    fields.Insert(method == FulfilmentMethod::kStorePickup ? OrderField::kStore
                                                           : OrderField::kDeliveryAddress);
  }
  return fields;
}

// Amends something, now and then to what is refused.
UpdateOrder UpdateFrom(const OrderAttempt& attempt, const OrderInTest& order) {
  const auto method = static_cast<FulfilmentMethod>(attempt.line % 3 + 1);
  const OrderFieldSet fields = FieldsFrom(attempt, method);
  UpdateOrder update = Updating(order.order(), fields, [&](OrderContent& content) {
    content.customer.name = attempt.quantity == 0 ? "" : "Ελένη";
    content.customer.phone = absl::StrCat("210 ", attempt.line);
    content.promised_delivery = order.now() + absl::Hours(attempt.quantity);
    content.method = method;
    if (attempt.quantity != 0) content.delivery_address = CourierContent().delivery_address;
    if (content.delivery_address.has_value())
      content.delivery_address->city = absl::StrCat("Πόλη ", attempt.line);
    if (attempt.quantity != 0) content.store = PickupContent().store;
    if (content.store.has_value()) content.store->id = absl::StrCat("ATH-", attempt.line);
    content.charges.resize(static_cast<std::size_t>(attempt.line) % 2);
    content.lines.front().quantity = attempt.quantity;
    if (attempt.line % 2 == 0) content.lines.pop_back();
    if (attempt.line > 2) {
      content.lines.push_back(PickupContent().lines.front());
      content.lines.back().number = attempt.line == 3 ? 0 : 77;
    }
  });
  if (attempt.caller == 3) update.currencies = {{"order.expected_gross", "USD"}};
  return update;
}

OrderCommand CommandFrom(const OrderAttempt& attempt, const OrderInTest& order) {
  const Source source{attempt.detail % 2 == 0 ? SourceKind::kWarehouse : SourceKind::kSupplier,
                      "S-1"};
  switch (attempt.deed) {
    case OrderDeed::kNextStep:
      return NextStepOf(attempt, order);
    case OrderDeed::kStepOut:
      return StepOut(attempt, order);
    case OrderDeed::kAnyStep:
      return AnyStep(attempt, order);
    case OrderDeed::kCheck:
      return RecordCheck{At(kCheckKinds, attempt.line),
                         static_cast<CheckOutcome>(attempt.detail % 3 + 1), ""};
    case OrderDeed::kGathering:
      return RecordGathering{{{attempt.line, attempt.quantity, source}, {1, 1, source}}};
    case OrderDeed::kInvoice:
      return Invoicing(attempt.line == 0 ? "" : "Α-2");
    case OrderDeed::kTracking:
      return RecordTracking{{ParcelFrom(attempt)},
                            attempt.line == 1
                                ? std::optional(order.now() + absl::Hours(attempt.detail))
                                : std::nullopt};
    case OrderDeed::kComment:
      return AddComment{{attempt.line == 0 ? "" : "Πότε θα έρθει;",
                         attempt.detail % 2 == 0 ? Visibility::kPublic : Visibility::kInternal}};
    case OrderDeed::kUpdate:
      return UpdateFrom(attempt, order);
    case OrderDeed::kNotifications:
      return SetNotifications{attempt.detail % 2 == 0};
    case OrderDeed::kFeedback:
      return SubmitFeedback{attempt.quantity + 2, ""};
    case OrderDeed::kRedact:
      return RedactionFrom(attempt.detail, order.log());
  }
  return AnyStep(attempt, order);
}

// --- What comes of it ----------------------------------------------------------------------------

struct Validation {
  Violations& violations;

  void operator()(const UpdateOrder& command) const { Validate(command, "order", violations); }
  void operator()(const AddComment& command) const {
    Validate(command.comment, "comment", violations);
  }
  // Both values are fine.
  void operator()(const SetNotifications& /*command*/) const {}
  // Its handler has looked the comment up.
  void operator()(const Redact& /*command*/) const {}
  template <typename Other>
  void operator()(const Other& command) const {
    Validate(command, violations);
  }
};

Decision TryOn(OrderInTest& order, const OrderCommand& command, const Caller& caller) {
  if (auto refusal = CheckAccess(&order.order().subject, SubjectKind::kOrder, caller, ""))
    return *std::move(refusal);
  Violations violations;
  std::visit(Validation{violations}, command);
  if (!violations.Empty()) return InvalidRequest(std::move(violations).Take());
  return order.Do(command, caller);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const OrderAttempt& attempt) {
  return out << "{deed " << static_cast<int>(attempt.deed) << ", detail " << attempt.detail
             << ", line " << attempt.line << ", quantity " << attempt.quantity << ", caller "
             << attempt.caller << "}";
}

std::ostream& operator<<(std::ostream& out, const OrderWalk& walk) {
  out << Name(walk.method) << (walk.imported ? ", imported" : "") << (walk.guest ? ", guest" : "")
      << (walk.notifications_on ? "" : ", notifications off") << ":";
  for (const OrderAttempt& attempt : walk.attempts) out << " " << attempt;
  return out;
}

rc::Gen<OrderWalk> OrderWalks() {
  return rc::gen::build<OrderWalk>(
      rc::gen::set(&OrderWalk::method,
                   rc::gen::element(FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup,
                                    FulfilmentMethod::kCompanyVehicle)),
      rc::gen::set(&OrderWalk::imported, rc::gen::weightedElement<bool>({{5, false}, {1, true}})),
      rc::gen::set(&OrderWalk::guest, rc::gen::weightedElement<bool>({{5, false}, {1, true}})),
      rc::gen::set(&OrderWalk::notifications_on,
                   rc::gen::weightedElement<bool>({{5, true}, {1, false}})),
      rc::gen::set(&OrderWalk::attempts,
                   rc::gen::scale(4.0, rc::gen::container<std::vector<OrderAttempt>>(Attempts()))));
}

std::vector<Caller> CallersAbout(const Order& order) {
  const std::string& own = order.subject.customer_id;
  return {CustomerCaller(own),
          CustomerCaller("somebody-else"),
          OnBehalfOf(Role::kCustomer, own),
          OnBehalfOf(Role::kStaff, "eleni"),
          EshopService(),
          Staff(),
          Redactor()};
}

void Walk(const OrderWalk& walk, const std::function<void(const TriedOnOrder&)>& visit) {
  constexpr int kAttemptsOnClosed = 8;
  OrderInTest order(ContentOf(walk));
  int on_closed = 0;
  for (const OrderAttempt& attempt : walk.attempts) {
    if (!order.order().subject.active && ++on_closed > kAttemptsOnClosed) {
      order = OrderInTest(ContentOf(walk));
      on_closed = 0;
    }
    Order before = order.order();
    const Caller caller = CallerFrom(attempt.caller, before);
    OrderCommand command = CommandFrom(attempt, order);
    Decision decision = TryOn(order, command, caller);
    visit({std::move(before), std::move(command), caller, order.now(), std::move(decision),
           order.order(), order.log()});
  }
}

}  // namespace ipstore::orders::test
