// Reads the small notations of the command line. Every function returns INVALID_ARGUMENT with one
// sentence for text that it cannot read.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_ARGUMENTS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_ARGUMENTS_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipstore/orders/v1/actions.pb.h"
#include "ipstore/orders/v1/activity.pb.h"
#include "ipstore/orders/v1/enquiry.pb.h"
#include "ipstore/orders/v1/lifecycle.pb.h"
#include "ipstore/orders/v1/notification.pb.h"
#include "ipstore/orders/v1/order.pb.h"
#include "ipstore/orders/v1/request_service.pb.h"

namespace ipstore::orders::client {

// The resource name of an order that is given by number or by name: both "1000000018" and
// "orders/1000000018" are "orders/1000000018". The server judges the number.
// The name of an enquiry stays what it is, for commands that take either.
std::string OrderName(absl::string_view text);
// The same for an enquiry.
std::string EnquiryName(absl::string_view text);

// The same for the redaction of a customer.
std::string RedactionName(absl::string_view text);

// The same for an e-mail that was received.
std::string EmailName(absl::string_view text);

// "queued", "sent", "suppressed" or "failed".
absl::StatusOr<v1::NotificationState> ParseNotificationState(absl::string_view text);

// "question", "return" or "complaint"; "take-up", "ask-customer", …
absl::StatusOr<v1::EnquiryKind> ParseEnquiryKind(absl::string_view text);
absl::StatusOr<v1::EnquiryAction> ParseEnquiryAction(absl::string_view text);

// "ACS:7001234567" or "ACS:7001234567:https://…": carrier, tracking number, and where the customer
// can follow it.
absl::StatusOr<v1::Parcel> ParseParcel(absl::string_view text);

// "2:5": five pieces of line 2.
absl::StatusOr<v1::RegatherLine> ParseLineQuantity(absl::string_view text);

// "warehouse:ATH-1" or "supplier:plaisio".
absl::StatusOr<v1::Source> ParseSource(absl::string_view text);

// Pairs each line with the source that stands at the same place; one source is for all lines.
absl::StatusOr<std::vector<v1::GatheredItem>> ParseGathering(
    const std::vector<std::string>& lines, const std::vector<std::string>& sources);

// "gathering-products", in any case and with underscores too.
absl::StatusOr<v1::OrderStatus> ParseStatus(absl::string_view text);

// The name of a consumer of the feed: "erp" is "feedConsumers/erp".
std::string ConsumerName(absl::string_view text);

// "comment-added", likewise.
absl::StatusOr<v1::ActivityKind> ParseActivityKind(absl::string_view text);

// "order" or "enquiry".
absl::StatusOr<v1::RequestKind> ParseRequestKind(absl::string_view text);

// "gathering-products" or "waiting-for-customer": a status of an order, or else of an enquiry.
absl::StatusOr<std::variant<v1::OrderStatus, v1::EnquiryStatus>> ParseAnyStatus(
    absl::string_view text);

// "courier", "store-pickup" or "company-vehicle".
absl::StatusOr<v1::FulfilmentMethod> ParseMethod(absl::string_view text);

// "details", "availability" or "payment"; "passed", "failed" or "withdrawn".
absl::StatusOr<v1::CheckKind> ParseCheckKind(absl::string_view text);
absl::StatusOr<v1::CheckOutcome> ParseCheckOutcome(absl::string_view text);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_ARGUMENTS_H_
