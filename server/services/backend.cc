#include "server/services/backend.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/evolve.h"

namespace ipstore::orders {

absl::StatusOr<std::variant<Order, Refusal>> ReadOrder(Reader& reader, Number number,
                                                       const Caller& caller,
                                                       absl::string_view name) {
  absl::StatusOr<std::vector<Order>> orders = reader.GetOrders(std::array{number});
  if (!orders.ok()) return orders.status();
  const Order* order = orders->empty() ? nullptr : &orders->front();
  if (auto refusal = CheckAccess(order, caller, name))
    return std::variant<Order, Refusal>(*std::move(refusal));
  return std::variant<Order, Refusal>(std::move(orders->front()));
}

Decision DecideChange(const Change& change, const Order* order, const Caller& caller,
                      absl::Time now) {
  if (auto refusal = CheckAccess(order, caller, change.name)) return *std::move(refusal);
  if (auto refusal = CheckEtag(order->subject, change.etag)) return *std::move(refusal);
  return Decide(*order, change.command, caller, now);
}

RequestIdentity Identify(const Tokens& tokens, const Caller& caller, absl::string_view method,
                         absl::string_view request_id, absl::string_view content) {
  RequestIdentity identity;
  identity.request_id = request_id.empty() ? RandomRequestId() : std::string(request_id);
  identity.key = tokens.KeyOfRequest(caller, identity.request_id);
  identity.content = tokens.HashOfContent(method, content);
  return identity;
}

void SubmitUnit(const Backend& backend, const CallContext& context, WriteRequest request,
                absl::AnyInvocable<Decision(const UnitContext&) const> decide,
                absl::AnyInvocable<void(Outcome) &&> done) {
  backend.writes->Submit({.subject = request.subject,
                          .creates = std::move(request.creates),
                          .request_key = request.identity.key,
                          .content_hash = request.identity.content,
                          .request_id = std::move(request.identity.request_id),
                          .decide = std::move(decide),
                          .deadline = context.deadline,
                          .cancelled = context.cancelled,
                          .done = std::move(done)});
}

std::variant<Preview, Refusal> PreviewOf(const Order* order, Decision decision) {
  if (auto* refusal = std::get_if<Refusal>(&decision)) return std::move(*refusal);
  Preview preview;
  preview.activities = std::get<Activities>(std::move(decision));
  auto next = preview.activities.begin();
  preview.order = order != nullptr ? *order : Begin(*next++);
  std::for_each(next, preview.activities.end(),
                [&](const Activity& activity) { Evolve(preview.order, activity); });
  return preview;
}

}  // namespace ipstore::orders
