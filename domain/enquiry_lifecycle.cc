#include "domain/enquiry_lifecycle.h"

#include <optional>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

absl::string_view Name(EnquiryStatus status) {
  switch (status) {
    case EnquiryStatus::kOpen:
      return "OPEN";
    case EnquiryStatus::kInProgress:
      return "IN_PROGRESS";
    case EnquiryStatus::kWaitingForCustomer:
      return "WAITING_FOR_CUSTOMER";
    case EnquiryStatus::kResolved:
      return "RESOLVED";
  }
  return "";
}

absl::string_view Name(EnquiryAction action) {
  switch (action) {
    case EnquiryAction::kTakeUp:
      return "TAKE_UP";
    case EnquiryAction::kAskCustomer:
      return "ASK_CUSTOMER";
    case EnquiryAction::kResume:
      return "RESUME";
    case EnquiryAction::kResolve:
      return "RESOLVE";
    case EnquiryAction::kReopen:
      return "REOPEN";
  }
  return "";
}

std::optional<EnquiryStatus> EnquiryStatusFromName(absl::string_view name) {
  for (EnquiryStatus status : kEnquiryStatuses) {
    if (Name(status) == name) return status;
  }
  return std::nullopt;
}

std::optional<EnquiryAction> EnquiryActionFromName(absl::string_view name) {
  for (EnquiryAction action : kEnquiryActions) {
    if (Name(action) == name) return action;
  }
  return std::nullopt;
}

}  // namespace ipstore::orders
