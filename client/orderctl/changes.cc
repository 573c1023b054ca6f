#include "client/orderctl/changes.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/told.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

v1::SetEnquiryNotificationsRequest OfEnquiry(const v1::SetNotificationsRequest& request) {
  v1::SetEnquiryNotificationsRequest same;
  same.set_name(request.name());
  same.set_notifications_on(request.notifications_on());
  same.set_request_id(request.request_id());
  same.set_validate_only(request.validate_only());
  return same;
}

}  // namespace

Result<std::string> CreateOrderFromJson(const Session& session, const std::string& json,
                                        const v1::CreateOrderRequest& options) {
  absl::StatusOr<v1::CreateOrderRequest> read = CreateOrderRequestFromJson(json);
  if (!read.ok()) {
    return Error{.code = grpc::StatusCode::INVALID_ARGUMENT,
                 .reason = "INVALID_JSON",
                 .message = std::string(read.status().message())};
  }
  v1::CreateOrderRequest& request = *read;
  request.MergeFrom(options);
  const Result<v1::CreateOrderResponse> answer = session.client.CreateOrder(request);
  if (!answer.ok()) return answer.error();
  if (session.json) return ToJson(answer.value());
  const v1::Order& order = answer.value().order();
  return absl::StrCat(
      StateLine(order, session.reader), "  ",
      FormatMoney(order.totals().gross(), session.reader.language),
      Remark(request.validate_only(), answer.value().replayed(), session.reader.language), "\n");
}

Result<std::string> TransitionOrder(const Session& session,
                                    const v1::TransitionOrderRequest& request) {
  return Told(session, session.client.TransitionOrder(request), request.validate_only());
}

Result<std::string> RecordCheck(const Session& session, const v1::RecordCheckRequest& request) {
  return Told(session, session.client.RecordCheck(request), request.validate_only());
}

Result<std::string> RecordGathering(const Session& session,
                                    const v1::RecordGatheringRequest& request) {
  return Told(session, session.client.RecordGathering(request), request.validate_only());
}

Result<std::string> RecordInvoice(const Session& session, const v1::RecordInvoiceRequest& request) {
  return Told(session, session.client.RecordInvoice(request), request.validate_only());
}

Result<std::string> RecordTracking(const Session& session,
                                   const v1::RecordTrackingRequest& request) {
  return ToldOrUnchanged(session, session.client.RecordTracking(request), request.validate_only());
}

Result<std::string> CreateComment(const Session& session, const v1::CreateCommentRequest& request) {
  const Result<v1::CreateCommentResponse> answer = session.client.CreateComment(request);
  if (!answer.ok()) return answer.error();
  if (session.json) return ToJson(answer.value());
  const std::string told = absl::StrCat(
      answer.value().comment().name(),
      Remark(request.validate_only(), answer.value().replayed(), session.reader.language));
  // A preview has no name that the remark could stand behind.
  return absl::StrCat(absl::StripPrefix(told, " "), "\n");
}

Result<std::string> SetNotifications(const Session& session,
                                     const v1::SetNotificationsRequest& request) {
  if (absl::StartsWith(request.name(), "enquiries/")) {
    return ToldOrUnchanged(session, session.client.SetEnquiryNotifications(OfEnquiry(request)),
                           request.validate_only());
  }
  return ToldOrUnchanged(session, session.client.SetNotifications(request),
                         request.validate_only());
}

Result<std::string> SubmitFeedback(const Session& session,
                                   const v1::SubmitFeedbackRequest& request) {
  return Told(session, session.client.SubmitFeedback(request), request.validate_only());
}

Result<std::string> UpdateOrder(const Session& session, v1::UpdateOrderRequest request) {
  if (request.etag().empty()) {
    v1::GetOrderRequest get;
    get.set_name(request.order().name());
    const Result<v1::Order> order = session.client.GetOrder(get);
    if (!order.ok()) return order.error();
    request.set_etag(order.value().etag());
  }
  return ToldOrUnchanged(session, session.client.UpdateOrder(request), request.validate_only());
}

Result<std::string> GatherMissing(const Session& session, v1::RecordGatheringRequest request,
                                  const v1::Source& source) {
  v1::GetOrderRequest get;
  get.set_name(request.name());
  const Result<v1::Order> order = session.client.GetOrder(get);
  if (!order.ok()) return order.error();
  for (const v1::Line& line : order.value().lines()) {
    const std::int64_t missing = line.quantity() - line.quantity_gathered();
    if (missing == 0) continue;
    v1::GatheredItem& item = *request.add_items();
    item.set_line(line.line());
    item.set_quantity(missing);
    *item.mutable_source() = source;
  }
  if (request.items().empty()) {
    if (session.json) return std::string("{}\n");
    return absl::StrCat(words::kNothingMissing.In(session.reader.language), "\n");
  }
  if (request.etag().empty()) request.set_etag(order.value().etag());
  return RecordGathering(session, request);
}

}  // namespace ipstore::orders::client
