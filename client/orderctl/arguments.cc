#include "client/orderctl/arguments.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace ipstore::orders::client {
namespace {

absl::Status NotOfForm(absl::string_view text, absl::string_view form) {
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not ", form));
}

// "payment" as PREFIX_PAYMENT, the name of a value of the contract.
std::string ValueName(absl::string_view prefix, absl::string_view text) {
  return absl::StrCat(prefix, absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}}));
}

}  // namespace

std::string OrderName(absl::string_view text) {
  const bool is_name = absl::StartsWith(text, "orders/") || absl::StartsWith(text, "enquiries/");
  return is_name ? std::string(text) : absl::StrCat("orders/", text);
}

std::string ConsumerName(absl::string_view text) {
  return absl::StartsWith(text, "feedConsumers/") ? std::string(text)
                                                  : absl::StrCat("feedConsumers/", text);
}

std::string EnquiryName(absl::string_view text) {
  return absl::StartsWith(text, "enquiries/") ? std::string(text)
                                              : absl::StrCat("enquiries/", text);
}

std::string RedactionName(absl::string_view text) {
  return absl::StartsWith(text, "redactions/") ? std::string(text)
                                               : absl::StrCat("redactions/", text);
}

std::string EmailName(absl::string_view text) {
  return absl::StartsWith(text, "receivedEmails/") ? std::string(text)
                                                   : absl::StrCat("receivedEmails/", text);
}

absl::StatusOr<v1::NotificationState> ParseNotificationState(absl::string_view text) {
  v1::NotificationState state = v1::NOTIFICATION_STATE_UNSPECIFIED;
  if (!v1::NotificationState_Parse(ValueName("NOTIFICATION_STATE_", text), &state)) {
    return NotOfForm(text, "queued, sent, suppressed or failed");
  }
  return state;
}

absl::StatusOr<v1::EnquiryKind> ParseEnquiryKind(absl::string_view text) {
  v1::EnquiryKind kind = v1::ENQUIRY_KIND_UNSPECIFIED;
  if (!v1::EnquiryKind_Parse(ValueName("ENQUIRY_KIND_", text), &kind)) {
    return NotOfForm(text, "question, return or complaint");
  }
  return kind;
}

absl::StatusOr<v1::EnquiryAction> ParseEnquiryAction(absl::string_view text) {
  v1::EnquiryAction action = v1::ENQUIRY_ACTION_UNSPECIFIED;
  if (!v1::EnquiryAction_Parse(ValueName("ENQUIRY_ACTION_", text), &action)) {
    return NotOfForm(text, "take-up, ask-customer, resume, resolve or reopen");
  }
  return action;
}

absl::StatusOr<v1::Parcel> ParseParcel(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits(':', 2));
  if (parts.size() < 2 || parts[0].empty() || parts[1].empty()) {
    return NotOfForm(text, "CARRIER:TRACKING or CARRIER:TRACKING:URL");
  }
  v1::Parcel parcel;
  parcel.set_carrier(parts[0]);
  parcel.set_tracking_number(parts[1]);
  if (parts.size() == 3) parcel.set_tracking_url(parts[2]);
  return parcel;
}

absl::StatusOr<v1::RegatherLine> ParseLineQuantity(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  std::int32_t line = 0;
  std::int64_t quantity = 0;
  if (!absl::SimpleAtoi(parts.first, &line) || !absl::SimpleAtoi(parts.second, &quantity)) {
    return NotOfForm(text, "LINE:QUANTITY, such as 2:5 for five pieces of line 2");
  }
  v1::RegatherLine result;
  result.set_line(line);
  result.set_quantity(quantity);
  return result;
}

absl::StatusOr<v1::Source> ParseSource(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  v1::SourceKind kind = v1::SOURCE_KIND_UNSPECIFIED;
  const bool known = v1::SourceKind_Parse(ValueName("SOURCE_KIND_", parts.first), &kind);
  if (!known || kind == v1::SOURCE_KIND_UNSPECIFIED || parts.second.empty()) {
    return NotOfForm(text, "warehouse:ID or supplier:ID");
  }
  v1::Source source;
  source.set_kind(kind);
  source.set_id(std::string(parts.second));
  return source;
}

absl::StatusOr<std::vector<v1::GatheredItem>> ParseGathering(
    const std::vector<std::string>& lines, const std::vector<std::string>& sources) {
  if (sources.size() != 1 && sources.size() != lines.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("one --from for all lines, or one for each: there are ", lines.size(),
                     " --line and ", sources.size(), " --from"));
  }
  std::vector<v1::GatheredItem> items;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const absl::StatusOr<v1::RegatherLine> line = ParseLineQuantity(lines[i]);
    if (!line.ok()) return line.status();
    const absl::StatusOr<v1::Source> source = ParseSource(sources[sources.size() == 1 ? 0 : i]);
    if (!source.ok()) return source.status();
    v1::GatheredItem& item = items.emplace_back();
    item.set_line(line->line());
    item.set_quantity(line->quantity());
    *item.mutable_source() = *source;
  }
  return items;
}

absl::StatusOr<v1::OrderStatus> ParseStatus(absl::string_view text) {
  v1::OrderStatus status = v1::ORDER_STATUS_UNSPECIFIED;
  if (!v1::OrderStatus_Parse(ValueName("ORDER_STATUS_", text), &status)) {
    return NotOfForm(text, "a status");
  }
  return status;
}

absl::StatusOr<v1::ActivityKind> ParseActivityKind(absl::string_view text) {
  v1::ActivityKind kind = v1::ACTIVITY_KIND_UNSPECIFIED;
  if (!v1::ActivityKind_Parse(ValueName("ACTIVITY_KIND_", text), &kind))
    return NotOfForm(text, "a kind of activity");
  return kind;
}

absl::StatusOr<v1::RequestKind> ParseRequestKind(absl::string_view text) {
  v1::RequestKind kind = v1::REQUEST_KIND_UNSPECIFIED;
  if (!v1::RequestKind_Parse(ValueName("REQUEST_KIND_", text), &kind)) {
    return NotOfForm(text, "order or enquiry");
  }
  return kind;
}

absl::StatusOr<std::variant<v1::OrderStatus, v1::EnquiryStatus>> ParseAnyStatus(
    absl::string_view text) {
  v1::EnquiryStatus of_enquiry = v1::ENQUIRY_STATUS_UNSPECIFIED;
  if (v1::EnquiryStatus_Parse(ValueName("ENQUIRY_STATUS_", text), &of_enquiry)) return of_enquiry;
  const absl::StatusOr<v1::OrderStatus> of_order = ParseStatus(text);
  if (!of_order.ok()) return of_order.status();
  return *of_order;
}

absl::StatusOr<v1::FulfilmentMethod> ParseMethod(absl::string_view text) {
  v1::FulfilmentMethod method = v1::FULFILMENT_METHOD_UNSPECIFIED;
  if (!v1::FulfilmentMethod_Parse(ValueName("FULFILMENT_METHOD_", text), &method)) {
    return NotOfForm(text, "courier, store-pickup or company-vehicle");
  }
  return method;
}

absl::StatusOr<v1::CheckKind> ParseCheckKind(absl::string_view text) {
  v1::CheckKind kind = v1::CHECK_KIND_UNSPECIFIED;
  if (!v1::CheckKind_Parse(ValueName("CHECK_KIND_", text), &kind)) {
    return NotOfForm(text, "details, availability or payment");
  }
  return kind;
}

absl::StatusOr<v1::CheckOutcome> ParseCheckOutcome(absl::string_view text) {
  v1::CheckOutcome outcome = v1::CHECK_OUTCOME_UNSPECIFIED;
  if (!v1::CheckOutcome_Parse(ValueName("CHECK_OUTCOME_", text), &outcome)) {
    return NotOfForm(text, "passed, failed or withdrawn");
  }
  return outcome;
}

}  // namespace ipstore::orders::client
