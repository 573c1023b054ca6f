// THE rules of an order's life: its statuses, the steps between them, who may take each and what
// must hold.
//
// Everything that speaks of the lifecycle is derived from the two tables below: what a command may
// do, the answers of ExplainTransitions and DescribeLifecycle, the diagram in the README, the
// tests. The source is the product's specification, sections 1 and 2; to change a rule of the shop,
// change a row here.
#ifndef IPSTORE_ORDERS_DOMAIN_LIFECYCLE_H_
#define IPSTORE_ORDERS_DOMAIN_LIFECYCLE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/enum_set.h"
#include "domain/transition_table.h"

namespace ipstore::orders {

// Where an order stands (product §1). The numbers are the ones customers know and are stored: never
// renumber.
enum class OrderStatus : std::uint8_t {
  kAwaitingProcessing = 1,
  kProcessing = 2,
  kGatheringProducts = 3,
  kPreparingShipment = 4,
  kHandedToCarrier = 5,
  kReadyForPickup = 6,
  kOnCompanyVehicle = 7,
  kReceived = 8,
  kCancelled = 9,
};

// What moves an order from one status to another (product §2, first table). Stored: never renumber.
enum class OrderAction : std::uint8_t {
  kStartProcessing = 1,
  kStartGathering = 2,
  kStartPreparing = 3,
  kHandToCarrier = 4,
  kOfferPickup = 5,
  kDispatchVehicle = 6,
  kConfirmReceipt = 7,
  kCancel = 8,
  kReturnToProcessing = 9,
  kReturnToGathering = 10,
  kReturnUndelivered = 11,
};

// A condition on a step. It is evaluated when the step is taken; what changes afterwards stops the
// next step only.
enum class Guard : std::uint8_t {
  kDetailsVerified = 1,
  kAvailabilityConfirmed = 2,
  kPaymentArranged = 3,
  kAllLinesGathered = 4,
  kMethodIsCourier = 5,
  kMethodIsStorePickup = 6,
  kMethodIsCompanyVehicle = 7,
  kCustomerIsBusiness = 8,
  kInvoiced = 9,
  kParcelTracked = 10,
  kStoreChosen = 11,
};

// What can be done to an order without moving it (product §2, second table).
enum class Command : std::uint8_t {
  kCreateOrder = 1,
  kRecordCheck = 2,
  kRecordGathering = 3,
  kRecordInvoice = 4,
  kRecordTracking = 5,
  kAddPublicComment = 6,
  kAddInternalComment = 7,
  kUpdateContact = 8,
  kUpdatePromisedDelivery = 9,
  kUpdateFulfilment = 10,
  kUpdateGoods = 11,
  kSetNotifications = 12,
  kSubmitFeedback = 13,
  kRedact = 14,
  kImportOrder = 15,
};

inline constexpr std::array kOrderStatuses = {
    OrderStatus::kAwaitingProcessing, OrderStatus::kProcessing,
    OrderStatus::kGatheringProducts,  OrderStatus::kPreparingShipment,
    OrderStatus::kHandedToCarrier,    OrderStatus::kReadyForPickup,
    OrderStatus::kOnCompanyVehicle,   OrderStatus::kReceived,
    OrderStatus::kCancelled,
};

inline constexpr std::array kOrderActions = {
    OrderAction::kStartProcessing,    OrderAction::kStartGathering,
    OrderAction::kStartPreparing,     OrderAction::kHandToCarrier,
    OrderAction::kOfferPickup,        OrderAction::kDispatchVehicle,
    OrderAction::kConfirmReceipt,     OrderAction::kCancel,
    OrderAction::kReturnToProcessing, OrderAction::kReturnToGathering,
    OrderAction::kReturnUndelivered,
};

inline constexpr std::array kGuards = {
    Guard::kDetailsVerified,        Guard::kAvailabilityConfirmed, Guard::kPaymentArranged,
    Guard::kAllLinesGathered,       Guard::kMethodIsCourier,       Guard::kMethodIsStorePickup,
    Guard::kMethodIsCompanyVehicle, Guard::kCustomerIsBusiness,    Guard::kInvoiced,
    Guard::kParcelTracked,          Guard::kStoreChosen,
};

inline constexpr std::array kCommands = {
    Command::kCreateOrder,        Command::kRecordCheck,    Command::kRecordGathering,
    Command::kRecordInvoice,      Command::kRecordTracking, Command::kAddPublicComment,
    Command::kAddInternalComment, Command::kUpdateContact,  Command::kUpdatePromisedDelivery,
    Command::kUpdateFulfilment,   Command::kUpdateGoods,    Command::kSetNotifications,
    Command::kSubmitFeedback,     Command::kRedact,         Command::kImportOrder,
};

using GuardSet = EnumSet<Guard>;
using StatusSet = EnumSet<OrderStatus>;

// One legal step of an order.
using Transition = TransitionRow<OrderStatus, OrderAction, Guard>;

// One row of the commands that do not move the status. A command that customers may use in fewer
// statuses than staff has two rows.
using CommandRule = CommandRow<Command, OrderStatus>;

namespace lifecycle_internal {
inline constexpr RoleSet kStaffOnly = {Role::kStaff};
inline constexpr RoleSet kShop = {Role::kStaff, Role::kService};
inline constexpr RoleSet kCustomerOnly = {Role::kCustomer};
inline constexpr RoleSet kPeople = {Role::kCustomer, Role::kStaff};
inline constexpr RoleSet kEveryone = {Role::kCustomer, Role::kStaff, Role::kService};
inline constexpr StatusSet kAnyStatus = {
    OrderStatus::kAwaitingProcessing, OrderStatus::kProcessing,
    OrderStatus::kGatheringProducts,  OrderStatus::kPreparingShipment,
    OrderStatus::kHandedToCarrier,    OrderStatus::kReadyForPickup,
    OrderStatus::kOnCompanyVehicle,   OrderStatus::kReceived,
    OrderStatus::kCancelled};
inline constexpr StatusSet kUntilProcessed = {OrderStatus::kAwaitingProcessing,
                                              OrderStatus::kProcessing};
inline constexpr StatusSet kActive = {
    OrderStatus::kAwaitingProcessing, OrderStatus::kProcessing,
    OrderStatus::kGatheringProducts,  OrderStatus::kPreparingShipment,
    OrderStatus::kHandedToCarrier,    OrderStatus::kReadyForPickup,
    OrderStatus::kOnCompanyVehicle};
inline constexpr StatusSet kUntilHandover = {
    OrderStatus::kAwaitingProcessing, OrderStatus::kProcessing, OrderStatus::kGatheringProducts,
    OrderStatus::kPreparingShipment};
inline constexpr StatusSet kFromPreparing = {
    OrderStatus::kPreparingShipment, OrderStatus::kHandedToCarrier, OrderStatus::kReadyForPickup,
    OrderStatus::kOnCompanyVehicle};
}  // namespace lifecycle_internal

// The transition table (product §2).
inline constexpr auto kTransitions = [] {
  using enum OrderStatus;
  using enum OrderAction;
  using enum Guard;
  using namespace lifecycle_internal;
  // clang-format off
  return std::array{
      //         from                 action               to                  who         what must hold
      Transition{kAwaitingProcessing, kStartProcessing,    kProcessing,        kShop,      {}},
      Transition{kProcessing,         kStartGathering,     kGatheringProducts, kShop,      {kDetailsVerified, kAvailabilityConfirmed, kPaymentArranged}},
      Transition{kGatheringProducts,  kStartPreparing,     kPreparingShipment, kShop,      {kAllLinesGathered, kPaymentArranged}},
      Transition{kPreparingShipment,  kHandToCarrier,      kHandedToCarrier,   kShop,      {kMethodIsCourier, kInvoiced, kParcelTracked}},
      Transition{kPreparingShipment,  kOfferPickup,        kReadyForPickup,    kShop,      {kMethodIsStorePickup, kInvoiced, kStoreChosen}},
      Transition{kPreparingShipment,  kDispatchVehicle,    kOnCompanyVehicle,  kShop,      {kMethodIsCompanyVehicle, kCustomerIsBusiness, kInvoiced}},
      Transition{kHandedToCarrier,    kConfirmReceipt,     kReceived,          kEveryone,  {}},
      Transition{kReadyForPickup,     kConfirmReceipt,     kReceived,          kEveryone,  {}},
      Transition{kOnCompanyVehicle,   kConfirmReceipt,     kReceived,          kEveryone,  {}},
      Transition{kAwaitingProcessing, kCancel,             kCancelled,         kEveryone,  {}},
      Transition{kProcessing,         kCancel,             kCancelled,         kShop,      {}},
      Transition{kGatheringProducts,  kCancel,             kCancelled,         kShop,      {}},
      Transition{kPreparingShipment,  kCancel,             kCancelled,         kShop,      {}},
      Transition{kGatheringProducts,  kReturnToProcessing, kProcessing,        kStaffOnly, {}},
      Transition{kPreparingShipment,  kReturnToGathering,  kGatheringProducts, kStaffOnly, {}},
      Transition{kHandedToCarrier,    kReturnUndelivered,  kPreparingShipment, kShop,      {}},
      Transition{kReadyForPickup,     kReturnUndelivered,  kPreparingShipment, kShop,      {}},
      Transition{kOnCompanyVehicle,   kReturnUndelivered,  kPreparingShipment, kShop,      {}},
  };
  // clang-format on
}();

// The commands that do not move the status (product §2, second table). kCreateOrder and
// kImportOrder have no status to be in. kRedact also asks for a right (command.h).
inline constexpr auto kCommandRules = [] {
  using enum Command;
  using namespace lifecycle_internal;
  // clang-format off
  return std::array{
      //          command                  in                                  who
      CommandRule{kCreateOrder,            {},                                 kEveryone},
      CommandRule{kRecordCheck,            kUntilHandover,                     kShop},
      CommandRule{kRecordGathering,        {OrderStatus::kGatheringProducts},  kShop},
      CommandRule{kRecordInvoice,          kFromPreparing,                     kShop},
      CommandRule{kRecordTracking,         kFromPreparing,                     kShop},
      CommandRule{kUpdateContact,          kActive,                            kEveryone},
      CommandRule{kUpdatePromisedDelivery, kActive,                            kShop},
      CommandRule{kUpdateFulfilment,       kUntilHandover,                     kShop},
      CommandRule{kUpdateFulfilment,       kUntilProcessed,                    kCustomerOnly},
      CommandRule{kUpdateGoods,            kUntilProcessed,                    kShop},
      CommandRule{kUpdateGoods,            {OrderStatus::kAwaitingProcessing}, kCustomerOnly},
      CommandRule{kAddPublicComment,       kAnyStatus,                         kEveryone},
      CommandRule{kAddInternalComment,     kAnyStatus,                         kShop},
      CommandRule{kSetNotifications,       kAnyStatus,                         kPeople},
      CommandRule{kSubmitFeedback,         {OrderStatus::kReceived},           kCustomerOnly},
      CommandRule{kRedact,                 kAnyStatus,                         kStaffOnly},
      CommandRule{kImportOrder,            {},                                 kShop},
  };
  // clang-format on
}();

// True for the statuses that have no way out: 8 and 9.
constexpr bool IsClosed(OrderStatus status) {
  return status == OrderStatus::kReceived || status == OrderStatus::kCancelled;
}

// The row for `action` taken from `from`, or nullptr where the table has none. The pointer is to
// static storage.
constexpr const Transition* FindTransition(OrderStatus from, OrderAction action) {
  return FindRow(kTransitions, from, action);
}

// The statuses in which `role` may use `command`; empty when it never may, and for kCreateOrder and
// kImportOrder.
constexpr StatusSet StatusesAllowing(Command command, Role role) {
  return StatusesAllowing(kCommandRules, command, role);
}

// Who may use `command` in at least one status (for kCreateOrder and kImportOrder: at all).
constexpr RoleSet RolesAllowed(Command command) {
  return RolesAllowed(kCommandRules, command);
}

namespace lifecycle_internal {

// Closed statuses have no exit, all others have one.
constexpr bool OnlyClosedStatusesAreFinal() {
  for (OrderStatus status : kOrderStatuses) {
    if (HasExit(kTransitions, status) == IsClosed(status)) return false;
  }
  return true;
}

static_assert(HasNoDuplicate(kTransitions));
static_assert(EveryActionHasOneTarget(kTransitions));
static_assert(EveryActionAndGuardIsUsed(kTransitions, kOrderActions, kGuards));
static_assert(EveryStatusIsReachable(kTransitions, kOrderStatuses));
static_assert(EveryStepHasARole(kTransitions));
static_assert(OnlyClosedStatusesAreFinal());
static_assert(EveryCommandHasARule(kCommandRules, kCommands));

}  // namespace lifecycle_internal

// The status that `action` leads to, from wherever it is taken.
constexpr OrderStatus TargetOf(OrderAction action) {
  for (const Transition& row : kTransitions) {
    if (row.action == action) return row.to;
  }
  return OrderStatus::kAwaitingProcessing;  // Not reached: every action is used.
}

// The names that stand in the contract, in the log and in error details: UPPER_SNAKE, without the
// enum's prefix, for example "AWAITING_PROCESSING". The views are to static storage.
absl::string_view Name(OrderStatus status);
absl::string_view Name(OrderAction action);
absl::string_view Name(Guard guard);
absl::string_view Name(Role role);
absl::string_view Name(Command command);

// The enumerator of that name, or nothing.
std::optional<OrderStatus> OrderStatusFromName(absl::string_view name);
std::optional<OrderAction> OrderActionFromName(absl::string_view name);
std::optional<Role> RoleFromName(absl::string_view name);

// The lifecycle as a Mermaid state diagram ("stateDiagram-v2"), with English labels; the text ends
// with a newline.
std::string LifecycleAsMermaid();

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_LIFECYCLE_H_
