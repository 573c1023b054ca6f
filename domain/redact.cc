#include "domain/redact.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ipstore::orders {
namespace {

void Redact(Enquirer& customer) {
  customer.name.clear();
  customer.email.clear();
  customer.phone.clear();
}

void Redact(Customer& customer) {
  customer.name.clear();
  customer.email.clear();
  customer.phone.clear();
  customer.company_name.clear();
  customer.vat_number.clear();
}

void Redact(OrderContent& content) {
  Redact(content.customer);
  content.delivery_address.reset();
}

void Redact(EnquiryContent& content) {
  Redact(content.customer);
  content.title.clear();
  content.text.clear();
}

void Redact(Checks& checks) {
  for (CheckKind kind : kCheckKinds) {
    if (checks[kind].has_value()) checks[kind]->note.clear();
  }
}

void Redact(std::vector<Parcel>& parcels) {
  for (Parcel& parcel : parcels) {
    parcel.tracking_url.clear();
    parcel.carrier_status.clear();
  }
}

void Redact(std::optional<Feedback>& feedback) {
  if (feedback.has_value()) feedback->text.clear();
}

void Redact(PastEntry& entry, const std::string& customer_id) {
  entry.text.clear();
  if (entry.actor.has_value() && entry.actor->role == Role::kCustomer &&
      entry.actor->id != customer_id)
    entry.actor->id.clear();
}

// One overload for each alternative of Event, so that a new one does not compile until somebody has
// thought of what is personal in it.
struct EventRedactor {
  void operator()(OrderCreated& event) const { Redact(event.content); }
  void operator()(OrderMoved& event) const {
    event.reason.clear();
    Redact(event.parcels);
  }
  void operator()(CheckRecorded& event) const { event.note.clear(); }
  void operator()(GatheringRecorded& /*event*/) const {}
  void operator()(InvoiceRecorded& /*event*/) const {}
  void operator()(TrackingRecorded& event) const { Redact(event.parcels); }
  void operator()(CommentAdded& event) const { event.text.clear(); }
  void operator()(OrderAmended& event) const {
    VisitFields(event, [](OrderField field, auto& amended, auto /*of*/) {
      if (amended.has_value() && IsPersonal(field)) amended.emplace();
    });
  }
  void operator()(NotificationsSet& /*event*/) const {}
  void operator()(FeedbackSubmitted& event) const { event.text.clear(); }
  void operator()(EnquiryCreated& event) const { Redact(event.content); }
  void operator()(EnquiryMoved& /*event*/) const {}
  void operator()(OrderImported& event) const {
    Redact(event.content);
    Redact(event.checks);
    Redact(event.parcels);
    event.cancellation_reason.clear();
    Redact(event.feedback);
    for (PastEntry& entry : event.past) Redact(entry, event.content.customer.id);
  }
  void operator()(Redacted& /*event*/) const {}
};

}  // namespace

bool RedactPersonalData(Event& event) {
  const Event before = event;
  std::visit(EventRedactor{}, event);
  return event != before;
}

bool RedactPersonalData(Activity& activity) {
  if (!RedactPersonalData(activity.event)) return false;
  activity.redacted = true;
  return true;
}

void RedactPersonalData(Order& order) {
  Redact(order.content);
  Redact(order.checks);
  Redact(order.parcels);
  order.cancellation_reason.clear();
  Redact(order.feedback);
}

void RedactPersonalData(Enquiry& enquiry) {
  Redact(enquiry.content);
}

}  // namespace ipstore::orders
