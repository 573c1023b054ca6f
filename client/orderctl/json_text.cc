#include "client/orderctl/json_text.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace ipstore::orders::client {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

Json AsJson(const google::protobuf::Message& message, bool with_zeros = false) {
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = with_zeros;
  // Printing fails only for messages with values that are out of their range, which the server does
  // not send.
  if (!google::protobuf::util::MessageToJsonString(message, &text, options).ok())
    return Json::object();
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

template <typename Messages>
Json AsJsonList(const Messages& messages) {
  Json list = Json::array();
  for (const auto& message : messages) list.push_back(AsJson(message));
  return list;
}

// What ExplainTransitions says of an action that is open, but for who else could take it.
v1::ActionExplanation Explained(const v1::OpenAction& open) {
  v1::ActionExplanation explanation;
  explanation.set_action(open.action());
  explanation.set_label(open.label());
  explanation.set_target(open.target());
  explanation.set_target_text(open.target_text());
  explanation.set_allowed(true);
  explanation.set_open_in_status(true);
  explanation.set_role_permitted(true);
  return explanation;
}

std::string Dump(const Json& json) {
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

// nlohmann's "[json.exception.parse_error.101] parse error at line 3, column 7: syntax error while
// …"
absl::Status SyntaxError(const Json::parse_error& error) {
  const absl::string_view what = error.what();
  const std::size_t end_of_id = what.find("] ");
  return absl::InvalidArgumentError(
      end_of_id == absl::string_view::npos ? what : what.substr(end_of_id + 2));
}

absl::StatusOr<Json> Parse(absl::string_view text) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& error) {
    return SyntaxError(error);
  }
}

}  // namespace

std::string ToJson(const google::protobuf::Message& message) {
  return Dump(AsJson(message));
}

std::string ToFullJson(const google::protobuf::Message& message) {
  return Dump(AsJson(message, /*with_zeros=*/true));
}

std::string ToJsonLine(const google::protobuf::Message& message) {
  return AsJson(message).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string OrderPageJson(const v1::OrderPage& page) {
  std::vector<v1::ActionExplanation> actions;
  for (const v1::OpenAction& open : page.open_actions()) actions.push_back(Explained(open));
  Json json = {{"order", AsJson(page.order())},
               {"activities", AsJsonList(page.activities())},
               {"comments", AsJsonList(page.comments())},
               {"notifications", AsJsonList(page.notifications())},
               {"actions", AsJsonList(actions)}};
  if (page.has_next_step()) json["nextStep"] = AsJson(page.next_step());
  return Dump(json);
}

absl::Status ReadOrderField(absl::string_view field, absl::string_view json, v1::Order& order) {
  absl::StatusOr<Json> value = Parse(json);
  if (!value.ok()) return value.status();
  const std::string text = Json{{std::string(field), *std::move(value)}}.dump();
  v1::Order with_field;  // reading clears what is there
  const auto status = google::protobuf::util::JsonStringToMessage(text, &with_field);
  if (!status.ok()) return absl::InvalidArgumentError(std::string(status.message()));
  order.MergeFrom(with_field);
  return absl::OkStatus();
}

absl::StatusOr<v1::CreateOrderRequest> CreateOrderRequestFromJson(absl::string_view json) {
  const absl::StatusOr<Json> parsed = Parse(json);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->is_object()) return absl::InvalidArgumentError("an object is expected: {…}");

  v1::CreateOrderRequest request;
  const bool whole_request = parsed->contains("order");
  google::protobuf::Message& target =
      whole_request ? static_cast<google::protobuf::Message&>(request) : *request.mutable_order();
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &target);
  if (!status.ok()) return absl::InvalidArgumentError(std::string(status.message()));
  return request;
}

}  // namespace ipstore::orders::client
