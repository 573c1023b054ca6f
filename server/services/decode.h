// From the contract's messages to the domain's commands. What cannot be expressed in the domain's
// types (unknown enum values, fractions of a cent, foreign currencies) is reported here; everything
// else by the domain's own validation.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_DECODE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_DECODE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "ipstore/orders/v1/order_service.pb.h"

namespace ipstore::orders {

// Each adds to `violations` all that is wrong, by itself and by the domain's rules; its result is
// of use only when that is nothing.

CreateOrder Decode(const v1::CreateOrderRequest& request, Violations& violations);
TransitionOrder Decode(const v1::TransitionOrderRequest& request, Violations& violations);
RecordCheck Decode(const v1::RecordCheckRequest& request, Violations& violations);
RecordGathering Decode(const v1::RecordGatheringRequest& request, Violations& violations);
RecordInvoice Decode(const v1::RecordInvoiceRequest& request, Violations& violations);
RecordTracking Decode(const v1::RecordTrackingRequest& request, Violations& violations);
UpdateOrder Decode(const v1::UpdateOrderRequest& request, Violations& violations);
SetNotifications Decode(const v1::SetNotificationsRequest& request, Violations& violations);
SubmitFeedback Decode(const v1::SubmitFeedbackRequest& request, Violations& violations);
AddComment Decode(const v1::CreateCommentRequest& request, Violations& violations);

// The statuses and kinds that a list is filtered by.
std::vector<OrderStatus> DecodeStatuses(const v1::ListOrdersRequest& request,
                                        Violations& violations);

// "orders/1000000018"; `field` is where it stands in the request.
Number DecodeOrderName(absl::string_view name, absl::string_view field, Violations& violations);

// "orders/1000000018/comments/…": the order and the comment's id.
std::pair<Number, std::string> DecodeCommentName(absl::string_view name, absl::string_view field,
                                                 Violations& violations);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_DECODE_H_
