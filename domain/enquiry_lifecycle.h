// The rules of an enquiry's life (product §4, "other requests"), in the form of those of orders:
// statuses, steps, who may take each and what must hold; the commands beside. To change a rule,
// change a row here.
#ifndef IPSTORE_ORDERS_DOMAIN_ENQUIRY_LIFECYCLE_H_
#define IPSTORE_ORDERS_DOMAIN_ENQUIRY_LIFECYCLE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/enum_set.h"
#include "domain/transition_table.h"

namespace ipstore::orders {

// Where an enquiry stands. Stored: never renumber.
enum class EnquiryStatus : std::uint8_t {
  kOpen = 1,                // nobody has taken it up yet
  kInProgress = 2,          // with the shop
  kWaitingForCustomer = 3,  // the shop has asked something
  kResolved = 4,            // closed; a customer's comment reopens it for a while
};

// What moves an enquiry from one status to another. Stored: never renumber.
enum class EnquiryAction : std::uint8_t {
  kTakeUp = 1,
  kAskCustomer = 2,
  kResume = 3,
  kResolve = 4,
  kReopen = 5,
};

// A condition on a step.
enum class EnquiryGuard : std::uint8_t {
  kResolvedRecently = 1,  // at most kReopenableFor ago
};

// What can be done to an enquiry without moving it. A customer's comment may also move it: see
// StepOfComment().
enum class EnquiryRule : std::uint8_t {
  kCreate = 1,
  kAddPublicComment = 2,
  kAddInternalComment = 3,
  kSetNotifications = 4,
  kRedact = 5,
};

inline constexpr std::array kEnquiryStatuses = {EnquiryStatus::kOpen, EnquiryStatus::kInProgress,
                                                EnquiryStatus::kWaitingForCustomer,
                                                EnquiryStatus::kResolved};

inline constexpr std::array kEnquiryActions = {EnquiryAction::kTakeUp, EnquiryAction::kAskCustomer,
                                               EnquiryAction::kResume, EnquiryAction::kResolve,
                                               EnquiryAction::kReopen};

inline constexpr std::array kEnquiryGuards = {EnquiryGuard::kResolvedRecently};

inline constexpr std::array kEnquiryRuleNames = {
    EnquiryRule::kCreate, EnquiryRule::kAddPublicComment, EnquiryRule::kAddInternalComment,
    EnquiryRule::kSetNotifications, EnquiryRule::kRedact};

// How long after it was resolved an enquiry can be reopened. Later a new one is to be opened.
inline constexpr absl::Duration kReopenableFor = absl::Hours(14 * 24);

using EnquiryTransition = TransitionRow<EnquiryStatus, EnquiryAction, EnquiryGuard>;
using EnquiryCommandRule = CommandRow<EnquiryRule, EnquiryStatus>;

// The transition table.
inline constexpr auto kEnquiryTransitions = [] {
  using enum EnquiryStatus;
  using enum EnquiryAction;
  using enum EnquiryGuard;
  constexpr RoleSet kShop = {Role::kStaff, Role::kService};
  constexpr RoleSet kEveryone = {Role::kCustomer, Role::kStaff, Role::kService};
  // clang-format off
  return std::array{
      //                from                 action        to                   who        what must hold
      EnquiryTransition{kOpen,               kTakeUp,      kInProgress,         kShop,     {}},
      EnquiryTransition{kInProgress,         kAskCustomer, kWaitingForCustomer, kShop,     {}},
      EnquiryTransition{kWaitingForCustomer, kResume,      kInProgress,         kEveryone, {}},
      EnquiryTransition{kInProgress,         kResolve,     kResolved,           kShop,     {}},
      EnquiryTransition{kWaitingForCustomer, kResolve,     kResolved,           kShop,     {}},
      EnquiryTransition{kResolved,           kReopen,      kOpen,               kEveryone, {kResolvedRecently}},
  };
  // clang-format on
}();

// The commands that do not move it.
inline constexpr auto kEnquiryCommandRules = [] {
  using enum EnquiryRule;
  constexpr RoleSet kShop = {Role::kStaff, Role::kService};
  constexpr RoleSet kEveryone = {Role::kCustomer, Role::kStaff, Role::kService};
  constexpr RoleSet kPeople = {Role::kCustomer, Role::kStaff};
  constexpr RoleSet kStaffOnly = {Role::kStaff};
  constexpr EnumSet<EnquiryStatus> kAnyStatus = {EnquiryStatus::kOpen, EnquiryStatus::kInProgress,
                                                 EnquiryStatus::kWaitingForCustomer,
                                                 EnquiryStatus::kResolved};
  return std::array{
      EnquiryCommandRule{kCreate, {}, kEveryone},
      EnquiryCommandRule{kAddPublicComment, kAnyStatus, kEveryone},
      EnquiryCommandRule{kAddInternalComment, kAnyStatus, kShop},
      EnquiryCommandRule{kSetNotifications, kAnyStatus, kPeople},
      EnquiryCommandRule{kRedact, kAnyStatus, kStaffOnly},
  };
}();

// True for RESOLVED. Other than an order's, an enquiry's closed status has a way out, for a while.
constexpr bool IsClosed(EnquiryStatus status) {
  return status == EnquiryStatus::kResolved;
}

// The step that a public comment of the customer takes along, if any: it answers what the shop
// asked, and it reopens what was resolved.
constexpr std::optional<EnquiryAction> StepOfComment(EnquiryStatus status) {
  switch (status) {
    case EnquiryStatus::kWaitingForCustomer:
      return EnquiryAction::kResume;
    case EnquiryStatus::kResolved:
      return EnquiryAction::kReopen;
    case EnquiryStatus::kOpen:
    case EnquiryStatus::kInProgress:
      return std::nullopt;
  }
  return std::nullopt;
}

static_assert(HasNoDuplicate(kEnquiryTransitions));
static_assert(EveryActionHasOneTarget(kEnquiryTransitions));
static_assert(EveryActionAndGuardIsUsed(kEnquiryTransitions, kEnquiryActions, kEnquiryGuards));
static_assert(EveryStatusIsReachable(kEnquiryTransitions, kEnquiryStatuses));
static_assert(EveryStepHasARole(kEnquiryTransitions));
static_assert(EveryCommandHasARule(kEnquiryCommandRules, kEnquiryRuleNames));

// UPPER_SNAKE, as in the contract and in the log. The views are to static storage.
absl::string_view Name(EnquiryStatus status);
absl::string_view Name(EnquiryAction action);

// The enumerator of that name, or nothing.
std::optional<EnquiryStatus> EnquiryStatusFromName(absl::string_view name);
std::optional<EnquiryAction> EnquiryActionFromName(absl::string_view name);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_ENQUIRY_LIFECYCLE_H_
