#include "domain/evolve.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "domain/redact.h"

namespace ipstore::orders {
namespace {

// The line must exist: Decide refuses lines that the order does not have.
Line& LineOf(Order& order, std::int32_t number) {
  return *std::ranges::find(order.content.lines, number, &Line::number);
}

void Gather(Line& line, const Source& source, std::int64_t quantity) {
  auto from = std::ranges::find(line.gathered, source, &GatheredFrom::source);
  if (from != line.gathered.end()) {
    from->quantity += quantity;
  } else {
    line.gathered.push_back({source, quantity});
  }
}

// Takes pieces back, those gathered last first: nobody says which of the equal pieces was damaged.
void Ungather(Line& line, std::int64_t quantity) {
  while (quantity > 0 && !line.gathered.empty()) {
    GatheredFrom& last = line.gathered.back();
    const std::int64_t taken = std::min(quantity, last.quantity);
    last.quantity -= taken;
    quantity -= taken;
    if (last.quantity == 0) line.gathered.pop_back();
  }
}

void PutParcel(Order& order, const Parcel& parcel) {
  auto known = std::ranges::find(order.parcels, parcel.number, &Parcel::number);
  if (known != order.parcels.end()) {
    *known = parcel;
  } else {
    order.parcels.push_back(parcel);
  }
  order.last_parcel_number = std::max(order.last_parcel_number, parcel.number);
}

// Lines that were there keep what was gathered of them. The numbers of those that go are not used
// again.
void AmendLines(Order& order, std::vector<Line> lines) {
  for (Line& line : lines) {
    if (const Line* known = order.FindLine(line.number)) line.gathered = known->gathered;
  }
  order.last_line_number = order.LastLineNumber();
  order.content.lines = std::move(lines);
  order.last_line_number = order.LastLineNumber();
}

// The attempt to deliver is over: what it was made of goes, the invoice stays (product §2).
void ClearHandover(Order& order) {
  order.parcels.clear();
  order.expected_delivery.reset();
  order.pickup_until.reset();
  order.vehicle_trip.reset();
}

// What the step itself does to the order, beyond its status.
void ApplyAction(Order& order, const OrderMoved& moved) {
  switch (moved.action) {
    case OrderAction::kHandToCarrier:
      for (const Parcel& parcel : moved.parcels) PutParcel(order, parcel);
      if (moved.expected_delivery.has_value()) order.expected_delivery = moved.expected_delivery;
      break;
    case OrderAction::kOfferPickup:
      order.pickup_until = moved.pickup_until;
      break;
    case OrderAction::kDispatchVehicle:
      order.vehicle_trip = moved.vehicle_trip;
      break;
    case OrderAction::kCancel:
      order.cancellation_reason = moved.reason;
      break;
    case OrderAction::kReturnToProcessing:
      order.checks[CheckKind::kAvailability].reset();
      break;
    case OrderAction::kReturnToGathering:
      for (const RegatherLine& again : moved.regather)
        Ungather(LineOf(order, again.line), again.quantity);
      break;
    case OrderAction::kReturnUndelivered:
      ClearHandover(order);
      break;
    case OrderAction::kStartProcessing:
    case OrderAction::kStartGathering:
    case OrderAction::kStartPreparing:
    case OrderAction::kConfirmReceipt:
      break;
  }
}

// Changes the body of the order; the head follows in Advance.
class OrderApplier {
 public:
  OrderApplier(Order& order, const Activity& activity) : order_(order), activity_(activity) {}

  void operator()(const OrderCreated& created) const {
    order_.content = created.content;
    order_.totals = created.totals;
  }

  void operator()(const OrderMoved& moved) const {
    order_.subject.status = static_cast<std::uint8_t>(moved.to);
    order_.subject.active = !IsClosed(moved.to);
    ApplyAction(order_, moved);
  }

  void operator()(const CheckRecorded& recorded) const {
    std::optional<Check>& check = order_.checks[recorded.check];
    if (recorded.outcome == CheckOutcome::kWithdrawn) {
      check.reset();
      return;
    }
    check = Check{recorded.outcome, recorded.note, activity_.actor, activity_.on_behalf_of,
                  activity_.occurred_at};
  }

  void operator()(const GatheringRecorded& recorded) const {
    for (const GatheringRecorded::Item& item : recorded.items) {
      Gather(LineOf(order_, item.line), item.source, item.quantity);
    }
  }

  void operator()(const InvoiceRecorded& recorded) const { order_.invoice = recorded.invoice; }

  void operator()(const TrackingRecorded& recorded) const {
    for (const Parcel& parcel : recorded.parcels) PutParcel(order_, parcel);
    if (recorded.expected_delivery.has_value())
      order_.expected_delivery = recorded.expected_delivery;
  }

  void operator()(const OrderImported& imported) const {
    order_.subject.status = static_cast<std::uint8_t>(imported.status);
    order_.subject.active = !IsClosed(imported.status);
    order_.content = imported.content;
    order_.totals = imported.totals;
    order_.checks = imported.checks;
    order_.invoice = imported.invoice;
    for (const Parcel& parcel : imported.parcels) PutParcel(order_, parcel);
    order_.expected_delivery = imported.expected_delivery;
    order_.pickup_until = imported.pickup_until;
    order_.vehicle_trip = imported.vehicle_trip;
    order_.cancellation_reason = imported.cancellation_reason;
    order_.feedback = imported.feedback;
  }

  void operator()(const Redacted& redacted) const {
    if (!redacted.comment_seq.has_value()) RedactPersonalData(order_);
  }

  void operator()(const CommentAdded&) const {}
  // These happen to enquiries only.
  void operator()(const EnquiryCreated&) const {}
  void operator()(const EnquiryMoved&) const {}

  void operator()(const OrderAmended& amended) const {
    VisitFields(amended, [&](OrderField field, const auto& value, auto of) {
      if (value.has_value() && field != OrderField::kLines) of(order_.content) = value->after;
    });
    if (amended.lines.has_value()) AmendLines(order_, amended.lines->after);
    if (amended.totals.has_value()) order_.totals = amended.totals->after;
    for (CheckKind kind : amended.cleared_checks) order_.checks[kind].reset();
  }

  void operator()(const NotificationsSet& set) const { order_.content.notifications_on = set.on; }

  void operator()(const FeedbackSubmitted& submitted) const {
    order_.feedback = Feedback{submitted.rating, submitted.text, activity_.occurred_at};
  }

 private:
  Order& order_;
  const Activity& activity_;
};

// The same for an enquiry.
class EnquiryApplier {
 public:
  EnquiryApplier(Enquiry& enquiry, const Activity& activity)
      : enquiry_(enquiry), activity_(activity) {}

  void operator()(const EnquiryCreated& created) const { enquiry_.content = created.content; }

  void operator()(const EnquiryMoved& moved) const {
    enquiry_.subject.status = static_cast<std::uint8_t>(moved.to);
    enquiry_.subject.active = !IsClosed(moved.to);
    enquiry_.resolved_at.reset();
    if (moved.to == EnquiryStatus::kResolved) enquiry_.resolved_at = activity_.occurred_at;
  }

  void operator()(const NotificationsSet& set) const { enquiry_.content.notifications_on = set.on; }

  void operator()(const Redacted& redacted) const {
    if (!redacted.comment_seq.has_value()) RedactPersonalData(enquiry_);
  }

  // Comments change no state, and the rest happens to orders only.
  template <typename E>
  void operator()(const E& /*event*/) const {}

 private:
  Enquiry& enquiry_;
  const Activity& activity_;
};

// The head of an order that was imported has the times of its past, so that it stands in lists
// where people expect it. None lies after the import itself, and none before the order was placed.
void TakeTimesOf(const OrderImported& imported, const Activity& activity, Subject& subject) {
  absl::Time last_public = activity.occurred_at;
  absl::Time last_internal = activity.occurred_at;
  for (const PastEntry& entry : imported.past) {
    absl::Time& last = entry.visibility == Visibility::kPublic ? last_public : last_internal;
    last = std::max(last, entry.at);
  }
  if (imported.feedback.has_value()) last_public = std::max(last_public, imported.feedback->at);
  last_public = std::max(last_public, imported.changed_at.value_or(last_public));
  const auto until_import = [&](absl::Time time) { return std::min(time, activity.recorded_at); };
  subject.created_at = activity.occurred_at;
  subject.updated_at = until_import(imported.changed_at.value_or(last_public));
  subject.last_public_activity_at = until_import(last_public);
  subject.last_activity_at = until_import(std::max(last_public, last_internal));
  if (imported.redacted_at.has_value()) subject.redacted_at = until_import(*imported.redacted_at);
}

void Advance(Subject& subject, const Activity& activity) {
  subject.last_seq = activity.seq;
  subject.last_activity_at = activity.recorded_at;
  if (activity.visibility == Visibility::kPublic)
    subject.last_public_activity_at = activity.recorded_at;
  if (ChangesState(activity.event)) {
    ++subject.version;
    subject.updated_at = activity.recorded_at;
  }
  if (const auto* redacted = std::get_if<Redacted>(&activity.event);
      redacted != nullptr && !redacted->comment_seq.has_value())
    subject.redacted_at = activity.recorded_at;
  if (const auto* imported = std::get_if<OrderImported>(&activity.event))
    TakeTimesOf(*imported, activity, subject);
}

template <typename Kind>
Kind Newborn(const Activity& created, SubjectKind kind, std::uint8_t first_status) {
  Kind subject;
  subject.subject.number = created.subject;
  subject.subject.kind = kind;
  subject.subject.customer_id = created.customer_id;
  subject.subject.status = first_status;
  subject.subject.created_at = created.recorded_at;
  Evolve(subject, created);
  return subject;
}

bool Creates(const Event& event) {
  return std::holds_alternative<OrderCreated>(event) ||
         std::holds_alternative<OrderImported>(event) ||
         std::holds_alternative<EnquiryCreated>(event);
}

}  // namespace

SubjectState Begin(const Activity& created) {
  if (std::holds_alternative<EnquiryCreated>(created.event)) {
    return Newborn<Enquiry>(created, SubjectKind::kEnquiry,
                            static_cast<std::uint8_t>(EnquiryStatus::kOpen));
  }
  return Newborn<Order>(created, SubjectKind::kOrder,
                        static_cast<std::uint8_t>(OrderStatus::kAwaitingProcessing));
}

void Evolve(Order& order, const Activity& activity) {
  std::visit(OrderApplier(order, activity), activity.event);
  Advance(order.subject, activity);
}

void Evolve(Enquiry& enquiry, const Activity& activity) {
  std::visit(EnquiryApplier(enquiry, activity), activity.event);
  Advance(enquiry.subject, activity);
}

void Evolve(SubjectState& state, const Activity& activity) {
  std::visit([&](auto& kind) { Evolve(kind, activity); }, state);
}

absl::StatusOr<SubjectState> Replay(const std::vector<Activity>& log) {
  if (log.empty()) return absl::InvalidArgumentError("the log is empty");
  if (!Creates(log.front().event) || log.front().seq != 1) {
    return absl::InvalidArgumentError("the log does not begin with a creation");
  }
  SubjectState state = Begin(log.front());
  for (std::size_t i = 1; i < log.size(); ++i) {
    const Activity& activity = log[i];
    const Subject& subject = HeadOf(state);
    if (activity.seq != subject.last_seq + 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("the log has activity ", activity.seq, " after ", subject.last_seq));
    }
    if (Creates(activity.event)) {
      return absl::InvalidArgumentError(
          absl::StrCat("activity ", activity.seq, " creates the subject a second time"));
    }
    if (!HappensTo(KindOf(activity.event), subject.kind)) {
      return absl::InvalidArgumentError(
          absl::StrCat("activity ", activity.seq, ", ", Name(KindOf(activity.event)),
                       ", does not happen to a subject of this kind"));
    }
    Evolve(state, activity);
  }
  return state;
}

}  // namespace ipstore::orders
