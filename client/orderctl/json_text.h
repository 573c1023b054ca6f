// Messages as JSON, out and in: protobuf's own mapping, protobuf.dev/programming-guides/json.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_JSON_TEXT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_JSON_TEXT_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipstore/orders/v1/order_service.pb.h"

namespace ipstore::orders::client {

// The message, indented, with a newline at its end.
std::string ToJson(const google::protobuf::Message& message);

// The same with every field that is not set, too, for what is read by programs that count: a zero
// is a measurement.
std::string ToFullJson(const google::protobuf::Message& message);

// The message in one line, with a newline at its end.
std::string ToJsonLine(const google::protobuf::Message& message);

// {"order": …, "activities": […], "comments": […], "notifications": […], "actions": […],
// "nextStep": …}, indented, with a newline at its end. The actions are those that are open, each as
// an ActionExplanation that is `allowed`; without a next step there is no "nextStep".
std::string OrderPageJson(const v1::OrderPage& page);

// Reads an order to place: a CreateOrderRequest, which has "order" at its top, or just the Order.
// INVALID_ARGUMENT with one sentence: for text that is not JSON with line and column, else with the
// field's path.
absl::StatusOr<v1::CreateOrderRequest> CreateOrderRequestFromJson(absl::string_view json);

// Reads the value of one field of an order into it: `json` holds what would stand behind the
// field's name ("lines": a list of lines). INVALID_ARGUMENT as above.
absl::Status ReadOrderField(absl::string_view field, absl::string_view json, v1::Order& order);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_JSON_TEXT_H_
