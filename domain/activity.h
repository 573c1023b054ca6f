// What happened to a subject and what was said about it: the log, which is audit trail, event store
// and feed in one.
#ifndef IPSTORE_ORDERS_DOMAIN_ACTIVITY_H_
#define IPSTORE_ORDERS_DOMAIN_ACTIVITY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/enquiry.h"
#include "domain/lifecycle.h"
#include "domain/order.h"
#include "domain/order_field.h"

namespace ipstore::orders {

// The order was placed.
struct OrderCreated {
  OrderContent content;
  Totals totals;

  friend bool operator==(const OrderCreated&, const OrderCreated&) = default;
};

// So many pieces of a line are to be gathered again.
struct RegatherLine {
  std::int32_t line = 0;
  std::int64_t quantity = 0;

  friend bool operator==(const RegatherLine&, const RegatherLine&) = default;
};

// The order took a step. Beyond the step itself it holds what the action was given; the rest is
// empty.
struct OrderMoved {
  OrderAction action = OrderAction::kStartProcessing;
  OrderStatus from = OrderStatus::kAwaitingProcessing;
  OrderStatus to = OrderStatus::kProcessing;
  std::string reason;                           // CANCEL, RETURN_*
  std::vector<Parcel> parcels;                  // HAND_TO_CARRIER: those added, numbered
  std::optional<absl::Time> expected_delivery;  // HAND_TO_CARRIER, where the carrier said
  std::optional<absl::Time> pickup_until;       // OFFER_PICKUP
  std::optional<VehicleTrip> vehicle_trip;      // DISPATCH_VEHICLE
  std::vector<RegatherLine> regather;           // RETURN_TO_GATHERING

  friend bool operator==(const OrderMoved&, const OrderMoved&) = default;
};

struct CheckRecorded {
  CheckKind check = CheckKind::kDetails;
  CheckOutcome outcome = CheckOutcome::kPassed;
  std::string note;

  friend bool operator==(const CheckRecorded&, const CheckRecorded&) = default;
};

// Pieces of one line were gathered from one place.
struct GatheringRecorded {
  struct Item {
    std::int32_t line = 0;
    std::int64_t quantity = 0;
    Source source;

    friend bool operator==(const Item&, const Item&) = default;
  };
  std::vector<Item> items;

  friend bool operator==(const GatheringRecorded&, const GatheringRecorded&) = default;
};

struct InvoiceRecorded {
  Invoice invoice;
  bool correction = false;  // it replaced an earlier one

  friend bool operator==(const InvoiceRecorded&, const InvoiceRecorded&) = default;
};

// What the carrier let us know.
struct TrackingRecorded {
  std::vector<Parcel> parcels;                  // added or corrected, whole, with their numbers
  std::optional<absl::Time> expected_delivery;  // where it changed
  std::optional<absl::Time> expected_before;    // what it changed from; nothing for the first

  friend bool operator==(const TrackingRecorded&, const TrackingRecorded&) = default;
};

struct CommentAdded {
  std::string text;

  friend bool operator==(const CommentAdded&, const CommentAdded&) = default;
};

// Who may see an activity. Only comments, the redactions of internal comments, and entries of an
// imported past are ever internal. Stored: never renumber.
enum class Visibility : std::uint8_t { kPublic = 1, kInternal = 2 };

absl::string_view Name(Visibility value);

// Something that happened to an order, or was said of it, before it was imported.
struct PastEntry {
  absl::Time at;
  std::string text;
  Visibility visibility = Visibility::kPublic;
  std::optional<Actor> actor;

  friend bool operator==(const PastEntry&, const PastEntry&) = default;
};

// The order came from elsewhere: all of it as it stood there, and its past. The activity's
// occurred_at is the time when the order was placed.
struct OrderImported {
  OrderContent content;
  Totals totals;
  OrderStatus status = OrderStatus::kAwaitingProcessing;
  Checks checks;
  std::optional<Invoice> invoice;
  std::vector<Parcel> parcels;
  std::optional<absl::Time> expected_delivery;
  std::optional<absl::Time> pickup_until;
  std::optional<VehicleTrip> vehicle_trip;
  std::string cancellation_reason;
  std::optional<Feedback> feedback;
  std::optional<absl::Time> changed_at;   // the last change of state, where it is known
  std::optional<absl::Time> received_at;  // by the customer, where it is known
  std::optional<absl::Time> redacted_at;  // where it was redacted before it came here
  std::vector<PastEntry> past;            // as it was given; times need not ascend

  friend bool operator==(const OrderImported&, const OrderImported&) = default;
};

// An enquiry was made.
struct EnquiryCreated {
  EnquiryContent content;

  friend bool operator==(const EnquiryCreated&, const EnquiryCreated&) = default;
};

// The enquiry took a step.
struct EnquiryMoved {
  EnquiryAction action = EnquiryAction::kTakeUp;
  EnquiryStatus from = EnquiryStatus::kOpen;
  EnquiryStatus to = EnquiryStatus::kInProgress;

  friend bool operator==(const EnquiryMoved&, const EnquiryMoved&) = default;
};

// A value as it was and as it became; the two differ.
template <typename T>
struct Amended {
  T before{};
  T after{};

  friend bool operator==(const Amended&, const Amended&) = default;
};

// Fields of the order were amended: those that have a value here. Lines are without what was
// gathered of them, which amending does not touch.
struct OrderAmended {
  std::optional<Amended<std::string>> customer_name;
  std::optional<Amended<std::string>> customer_email;
  std::optional<Amended<std::string>> customer_phone;
  std::optional<Amended<std::string>> company_name;
  std::optional<Amended<std::string>> vat_number;
  std::optional<Amended<std::optional<absl::Time>>> promised_delivery;
  std::optional<Amended<FulfilmentMethod>> method;
  std::optional<Amended<std::optional<Address>>> delivery_address;
  std::optional<Amended<std::optional<PickupStore>>> store;
  std::optional<Amended<std::vector<Line>>> lines;
  std::optional<Amended<std::vector<Charge>>> charges;
  std::optional<Amended<Totals>> totals;  // what lines and charges came to
  std::string currency;                   // of lines, charges and totals; empty without them
  std::vector<CheckKind> cleared_checks;  // those that were recorded and count no longer

  friend bool operator==(const OrderAmended&, const OrderAmended&) = default;
};

// Calls `visit(field, amended, of)` for every OrderField: `amended` is its member of `event`, an
// OrderAmended, and `of(content)` the field itself in an OrderContent.
template <typename Amendment, typename Visit>
void VisitFields(Amendment& event, const Visit& visit) {
  visit(
      OrderField::kCustomerName, event.customer_name,
      [](auto& content) -> auto& { return content.customer.name; });
  visit(
      OrderField::kCustomerEmail, event.customer_email,
      [](auto& content) -> auto& { return content.customer.email; });
  visit(
      OrderField::kCustomerPhone, event.customer_phone,
      [](auto& content) -> auto& { return content.customer.phone; });
  visit(
      OrderField::kCompanyName, event.company_name,
      [](auto& content) -> auto& { return content.customer.company_name; });
  visit(
      OrderField::kVatNumber, event.vat_number,
      [](auto& content) -> auto& { return content.customer.vat_number; });
  visit(
      OrderField::kPromisedDelivery, event.promised_delivery,
      [](auto& content) -> auto& { return content.promised_delivery; });
  visit(
      OrderField::kMethod, event.method, [](auto& content) -> auto& { return content.method; });
  visit(
      OrderField::kDeliveryAddress, event.delivery_address,
      [](auto& content) -> auto& { return content.delivery_address; });
  visit(
      OrderField::kStore, event.store, [](auto& content) -> auto& { return content.store; });
  visit(
      OrderField::kLines, event.lines, [](auto& content) -> auto& { return content.lines; });
  visit(
      OrderField::kCharges, event.charges, [](auto& content) -> auto& { return content.charges; });
}

// The fields that `event` amends.
OrderFieldSet FieldsOf(const OrderAmended& event);

struct NotificationsSet {
  bool on = true;

  friend bool operator==(const NotificationsSet&, const NotificationsSet&) = default;
};

struct FeedbackSubmitted {
  std::int32_t rating = 0;
  std::string text;

  friend bool operator==(const FeedbackSubmitted&, const FeedbackSubmitted&) = default;
};

// Personal data was taken out of the log before this activity and out of the subject as it stands
// (redact.h), or out of one comment only.
struct Redacted {
  std::optional<std::int32_t> comment_seq;  // the comment; nothing: all of the subject

  friend bool operator==(const Redacted&, const Redacted&) = default;
};

using Event =
    std::variant<OrderCreated, OrderMoved, CheckRecorded, GatheringRecorded, InvoiceRecorded,
                 TrackingRecorded, CommentAdded, OrderAmended, NotificationsSet, FeedbackSubmitted,
                 EnquiryCreated, EnquiryMoved, OrderImported, Redacted>;

// Names the alternatives of Event. Stored: never renumber. A kind that a server does not know stops
// it with an error rather than being skipped.
enum class ActivityKind : std::uint8_t {
  kOrderCreated = 1,
  kOrderMoved = 2,
  kCheckRecorded = 3,
  kGatheringRecorded = 4,
  kInvoiceRecorded = 5,
  kTrackingRecorded = 6,
  kCommentAdded = 7,
  kOrderAmended = 8,
  kNotificationsSet = 9,
  kFeedbackSubmitted = 10,
  kOrderImported = 11,
  kRedacted = 12,
  kEnquiryCreated = 13,
  kEnquiryMoved = 14,
};

inline constexpr std::array kActivityKinds = {
    ActivityKind::kOrderCreated,     ActivityKind::kOrderMoved,
    ActivityKind::kCheckRecorded,    ActivityKind::kGatheringRecorded,
    ActivityKind::kInvoiceRecorded,  ActivityKind::kTrackingRecorded,
    ActivityKind::kCommentAdded,     ActivityKind::kOrderAmended,
    ActivityKind::kNotificationsSet, ActivityKind::kFeedbackSubmitted,
    ActivityKind::kEnquiryCreated,   ActivityKind::kEnquiryMoved,
    ActivityKind::kOrderImported,    ActivityKind::kRedacted,
};
static_assert(kActivityKinds.size() == std::variant_size_v<Event>);

ActivityKind KindOf(const Event& event);
absl::string_view Name(ActivityKind kind);

// True when an activity of that kind can happen to a subject of that kind.
bool HappensTo(ActivityKind activity, SubjectKind subject);

// True when the event changes the state of its subject and so its version; false for comments and
// for the redaction of one.
bool ChangesState(const Event& event);

// Whether the customer is to be told by e-mail, and if not, why. Decided with the event and carried
// out by the consumer of the feed that sends mail. Stored: never renumber.
enum class NotificationWish : std::uint8_t {
  kNothingToTell = 0,  // nobody is notified of this kind of activity
  kNotify = 1,
  kSuppressedByCaller = 2,   // the caller asked to be silent
  kSuppressedBySetting = 3,  // notifications are off for the order
};

absl::string_view Name(NotificationWish value);

struct Activity {
  Number subject;
  SubjectKind subject_kind = SubjectKind::kOrder;
  std::int32_t seq = 0;  // 1, 2, … within the subject, without a gap
  std::int64_t position =
      0;  // in the feed of all subjects, without a gap; 0 until the store has given it
  std::string customer_id;  // of the subject, so that the feed can be filtered without a look-up
  Visibility visibility = Visibility::kPublic;
  Actor actor;
  std::optional<Actor> on_behalf_of;
  absl::Time occurred_at;  // before recorded_at for an imported order only
  absl::Time recorded_at;
  NotificationWish notification = NotificationWish::kNothingToTell;
  Event event;
  bool redacted = false;  // the event had personal values once, which a redaction has emptied

  friend bool operator==(const Activity&, const Activity&) = default;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_ACTIVITY_H_
