// Decides what a command does: pure functions from a subject, a command, a caller and a time to
// events or a refusal.
#ifndef IPSTORE_ORDERS_DOMAIN_DECIDE_H_
#define IPSTORE_ORDERS_DOMAIN_DECIDE_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/command.h"
#include "domain/order.h"
#include "domain/refusal.h"

namespace ipstore::orders {

// Activities to append to the subject's log, in order; none when the command changes nothing. Their
// position is not set yet.
using Activities = std::vector<Activity>;

using Decision = std::variant<Activities, Refusal>;

// The rights of `caller` on a subject that was asked for as one of that kind; it is nullptr where
// there is none. Nothing when the caller may see it, else the refusal. Customers get the same
// PERMISSION_DENIED for somebody else's and for none at all. `name` is how the caller named it.
std::optional<Refusal> CheckAccess(const Subject* subject, SubjectKind kind, const Caller& caller,
                                   absl::string_view name);

// Refuses callers who may not redact personal data: PERMISSION_DENIED to roles that never may, else
// MISSING_RIGHT.
std::optional<Refusal> CheckMayRedact(const Caller& caller);

// The etag of the subject as it stands.
std::string EtagOf(const Subject& subject);

// Refuses with ETAG_MISMATCH when `etag` is given (not empty) and is not that of `subject`.
std::optional<Refusal> CheckEtag(const Subject& subject, absl::string_view etag);

// A new order with that number. The command must be valid (see validate.h). Refuses a customer who
// orders for somebody else with PERMISSION_DENIED.
Decision Decide(Number number, const CreateOrder& command, const Caller& caller, absl::Time now);

// An order from elsewhere under that number. The command must be valid (see validate.h). Its
// activity happened when the order was placed and is recorded `now`; nobody is notified. Refuses
// with PERMISSION_DENIED, and with INVALID_REQUEST (an order placed after `now`, totals that are
// too large).
Decision Decide(Number number, const ImportOrder& command, const Caller& caller, absl::Time now);

// What `command` does to `order`. The caller must have access (CheckAccess) and the command must be
// valid by itself (validate.h). `now` must not be before the subject's last activity. Refuses with,
// in this order of precedence, PERMISSION_DENIED (the role may never do this), ACTION_NOT_OPEN or
// COMMAND_NOT_OPEN (not in this status), INVALID_REQUEST (lines or parcels that the order does not
// have), GUARDS_NOT_SATISFIED (with every guard that fails), GATHERING_EXCEEDS_ORDERED or
// FEEDBACK_ALREADY_GIVEN. For UpdateOrder see amend.h; for Redact, CheckMayRedact comes first, and
// a comment that is redacted already is left as it is.
Decision Decide(const Order& order, const OrderCommand& command, const Caller& caller,
                absl::Time now);

// Why an action cannot be taken now, or that it can.
struct ActionExplanation {
  OrderAction action = OrderAction::kStartProcessing;
  OrderStatus target = OrderStatus::kProcessing;
  bool allowed = false;         // it can be taken now, given the input that the action asks for
  bool open_in_status = false;  // the table has this step from the order's status
  bool role_permitted = false;  // the caller's role may take it: from here or, where it is not open
                                // here, from elsewhere
  RoleSet roles;                // who may, likewise
  std::vector<GuardFailure>
      guards;  // what does not hold as the order is, what the action's input can mend included
};

// For every action, in the table's order: allowed now for this caller, or every reason why not and
// who could.
std::vector<ActionExplanation> Explain(const Order& order, const Caller& caller);

// The actions that `caller` could take now, given the input that they ask for; in the table's
// order.
std::vector<OrderAction> OpenActions(const Order& order, const Caller& caller);

// The action that leads the order on from where it is: towards RECEIVED by its method. Nothing when
// it is closed.
std::optional<OrderAction> NextStep(const Order& order);

// The guards of the step that do not hold for `order` as it is, in the order of the enumeration.
std::vector<GuardFailure> FailingGuards(const Order& order, const Transition& step);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_DECIDE_H_
