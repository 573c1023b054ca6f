#include "domain/lifecycle.h"

#include <array>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/order.h"
#include "domain/sentences.h"

namespace ipstore::orders {
namespace {

template <typename E, std::size_t N>
std::optional<E> Find(const std::array<E, N>& values, absl::string_view name) {
  for (E value : values) {
    if (Name(value) == name) return value;
  }
  return std::nullopt;
}

}  // namespace

// The switches have no default, so that the compiler names every one that a new enumerator is
// missing from.

absl::string_view Name(OrderStatus status) {
  switch (status) {
    case OrderStatus::kAwaitingProcessing:
      return "AWAITING_PROCESSING";
    case OrderStatus::kProcessing:
      return "PROCESSING";
    case OrderStatus::kGatheringProducts:
      return "GATHERING_PRODUCTS";
    case OrderStatus::kPreparingShipment:
      return "PREPARING_SHIPMENT";
    case OrderStatus::kHandedToCarrier:
      return "HANDED_TO_CARRIER";
    case OrderStatus::kReadyForPickup:
      return "READY_FOR_PICKUP";
    case OrderStatus::kOnCompanyVehicle:
      return "ON_COMPANY_VEHICLE";
    case OrderStatus::kReceived:
      return "RECEIVED";
    case OrderStatus::kCancelled:
      return "CANCELLED";
  }
  return "";
}

absl::string_view Name(OrderAction action) {
  switch (action) {
    case OrderAction::kStartProcessing:
      return "START_PROCESSING";
    case OrderAction::kStartGathering:
      return "START_GATHERING";
    case OrderAction::kStartPreparing:
      return "START_PREPARING";
    case OrderAction::kHandToCarrier:
      return "HAND_TO_CARRIER";
    case OrderAction::kOfferPickup:
      return "OFFER_PICKUP";
    case OrderAction::kDispatchVehicle:
      return "DISPATCH_VEHICLE";
    case OrderAction::kConfirmReceipt:
      return "CONFIRM_RECEIPT";
    case OrderAction::kCancel:
      return "CANCEL";
    case OrderAction::kReturnToProcessing:
      return "RETURN_TO_PROCESSING";
    case OrderAction::kReturnToGathering:
      return "RETURN_TO_GATHERING";
    case OrderAction::kReturnUndelivered:
      return "RETURN_UNDELIVERED";
  }
  return "";
}

absl::string_view Name(Guard guard) {
  switch (guard) {
    case Guard::kDetailsVerified:
      return "DETAILS_VERIFIED";
    case Guard::kAvailabilityConfirmed:
      return "AVAILABILITY_CONFIRMED";
    case Guard::kPaymentArranged:
      return "PAYMENT_ARRANGED";
    case Guard::kAllLinesGathered:
      return "ALL_LINES_GATHERED";
    case Guard::kMethodIsCourier:
      return "METHOD_IS_COURIER";
    case Guard::kMethodIsStorePickup:
      return "METHOD_IS_STORE_PICKUP";
    case Guard::kMethodIsCompanyVehicle:
      return "METHOD_IS_COMPANY_VEHICLE";
    case Guard::kCustomerIsBusiness:
      return "CUSTOMER_IS_BUSINESS";
    case Guard::kInvoiced:
      return "INVOICED";
    case Guard::kParcelTracked:
      return "PARCEL_TRACKED";
    case Guard::kStoreChosen:
      return "STORE_CHOSEN";
  }
  return "";
}

absl::string_view Name(Role role) {
  switch (role) {
    case Role::kCustomer:
      return "CUSTOMER";
    case Role::kStaff:
      return "STAFF";
    case Role::kService:
      return "SERVICE";
  }
  return "";
}

absl::string_view Name(Command command) {
  switch (command) {
    case Command::kCreateOrder:
      return "CREATE_ORDER";
    case Command::kRecordCheck:
      return "RECORD_CHECK";
    case Command::kRecordGathering:
      return "RECORD_GATHERING";
    case Command::kRecordInvoice:
      return "RECORD_INVOICE";
    case Command::kRecordTracking:
      return "RECORD_TRACKING";
    case Command::kAddPublicComment:
      return "ADD_PUBLIC_COMMENT";
    case Command::kAddInternalComment:
      return "ADD_INTERNAL_COMMENT";
    case Command::kUpdateContact:
      return "UPDATE_CONTACT";
    case Command::kUpdatePromisedDelivery:
      return "UPDATE_PROMISED_DELIVERY";
    case Command::kUpdateFulfilment:
      return "UPDATE_FULFILMENT";
    case Command::kUpdateGoods:
      return "UPDATE_GOODS";
    case Command::kSetNotifications:
      return "SET_NOTIFICATIONS";
    case Command::kSubmitFeedback:
      return "SUBMIT_FEEDBACK";
    case Command::kRedact:
      return "REDACT";
    case Command::kImportOrder:
      return "IMPORT_ORDER";
  }
  return "";
}

std::optional<OrderStatus> OrderStatusFromName(absl::string_view name) {
  return Find(kOrderStatuses, name);
}
std::optional<OrderAction> OrderActionFromName(absl::string_view name) {
  return Find(kOrderActions, name);
}
std::optional<Role> RoleFromName(absl::string_view name) {
  return Find(kRoles, name);
}

std::string LifecycleAsMermaid() {
  std::string diagram = "stateDiagram-v2\n";
  for (OrderStatus status : kOrderStatuses) {
    absl::StrAppend(&diagram, "    state \"", static_cast<int>(status), ". ",
                    Label(status, Language::kEnglish), "\" as ", Name(status), "\n");
  }
  absl::StrAppend(&diagram, "    [*] --> ", Name(OrderStatus::kAwaitingProcessing), "\n");
  for (const Transition& row : kTransitions) {
    absl::StrAppend(&diagram, "    ", Name(row.from), " --> ", Name(row.to), " : ",
                    Name(row.action), "\n");
  }
  for (OrderStatus status : kOrderStatuses) {
    if (IsClosed(status)) absl::StrAppend(&diagram, "    ", Name(status), " --> [*]\n");
  }
  return diagram;
}

}  // namespace ipstore::orders
