// What callers ask for, in the domain's own terms.
#ifndef IPSTORE_ORDERS_DOMAIN_COMMAND_H_
#define IPSTORE_ORDERS_DOMAIN_COMMAND_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/enquiry.h"
#include "domain/enum_set.h"
#include "domain/lifecycle.h"
#include "domain/order.h"
#include "domain/order_field.h"

namespace ipstore::orders {

// What only some members of staff may do. Stands in metadata by Name().
enum class Right : std::uint8_t {
  kRedact = 1,  // redact personal data
};

inline constexpr std::array kRights = {Right::kRedact};

using RightSet = EnumSet<Right>;

absl::string_view Name(Right right);  // "redact"

// Who calls. A service may act on behalf of a customer or a member of staff.
struct Caller {
  Actor actor;
  std::optional<Actor> on_behalf_of;
  RightSet rights = {};  // of whom the call is made for

  // Whose rights apply: those of whom the call is made for.
  const Actor& Effective() const { return on_behalf_of.has_value() ? *on_behalf_of : actor; }
  Role EffectiveRole() const { return Effective().role; }
  bool IsCustomer() const { return EffectiveRole() == Role::kCustomer; }

  friend bool operator==(const Caller&, const Caller&) = default;
};

struct CreateOrder {
  OrderContent content;  // line numbers are given by the order of the lines
  std::optional<Amount> expected_gross;
  bool notify = true;
};

// An order from elsewhere. Its totals are computed; numbers of lines and parcels are taken as they
// are.
struct ImportOrder {
  OrderImported order;
  absl::Time created_at;  // when it was placed
};

// A parcel as a caller names it: `number` 0 adds one, any other corrects that one.
struct ParcelChange {
  std::int32_t number = 0;
  std::string carrier;
  std::string tracking_number;
  std::string tracking_url;
  std::string carrier_status;
};

struct NewComment {
  std::string text;
  Visibility visibility = Visibility::kPublic;
};

// Takes one step of the lifecycle. Beside the action it holds what that action is given; the rest
// is empty.
struct TransitionOrder {
  OrderAction action = OrderAction::kStartProcessing;
  std::string reason;  // CANCEL, RETURN_*
  std::vector<ParcelChange>
      parcels;  // HAND_TO_CARRIER; may be empty when parcels were recorded before
  std::optional<absl::Time> expected_delivery;  // HAND_TO_CARRIER
  std::optional<absl::Time> pickup_until;       // OFFER_PICKUP
  std::optional<VehicleTrip> vehicle_trip;      // DISPATCH_VEHICLE
  std::vector<RegatherLine> regather;           // RETURN_TO_GATHERING
  std::optional<NewComment> comment;
  bool notify = true;
};

struct RecordCheck {
  CheckKind check = CheckKind::kDetails;
  CheckOutcome outcome = CheckOutcome::kPassed;
  std::string note;
};

struct RecordGathering {
  std::vector<GatheringRecorded::Item> items;
};

struct RecordInvoice {
  Invoice invoice;
};

struct RecordTracking {
  std::vector<ParcelChange> parcels;
  std::optional<absl::Time> expected_delivery;
  bool notify = true;
};

// An amount's currency, as a caller gave it. Other commands know the order's currency when they are
// read; an update does not.
struct GivenCurrency {
  std::string field;  // path of the amount
  std::string currency;
};

// Amends the order. A line of number 0 is new, any other is the order's own; those left out are
// removed.
struct UpdateOrder {
  OrderFieldSet fields;
  OrderContent given;  // the new values of `fields`; the rest of it means nothing
  std::vector<GivenCurrency> currencies;  // of every amount in `given` and of `expected_gross`
  std::optional<Amount> expected_gross;
  bool notify = true;
};

struct SetNotifications {
  bool on = true;
};

struct SubmitFeedback {
  std::int32_t rating = 0;
  std::string text;
};

struct AddComment {
  NewComment comment;
  bool notify = true;
};

// A comment as it stands in the log.
struct LoggedComment {
  std::int32_t seq = 0;
  Visibility visibility = Visibility::kPublic;
  bool redacted = false;
};

// Takes personal data out of all that is known of the subject so far, or out of one comment.
struct Redact {
  std::optional<LoggedComment> comment;  // nothing: all of the subject
};

using OrderCommand =
    std::variant<TransitionOrder, RecordCheck, RecordGathering, RecordInvoice, RecordTracking,
                 AddComment, UpdateOrder, SetNotifications, SubmitFeedback, Redact>;

struct CreateEnquiry {
  EnquiryContent content;
  bool notify = true;
};

struct TransitionEnquiry {
  EnquiryAction action = EnquiryAction::kTakeUp;
  std::optional<NewComment> comment;
  bool notify = true;
};

using EnquiryCommand = std::variant<TransitionEnquiry, AddComment, SetNotifications, Redact>;

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_COMMAND_H_
