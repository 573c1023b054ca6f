#include "server/services/order_service.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/pages.h"

namespace ipstore::orders {
namespace {

// Pages end here, so that they fit into the 4 MiB that gRPC clients take by default.
constexpr std::size_t kMaxPageBytes = 3 << 20;

constexpr PageLimits kOrderPages{.standard = 50, .most = 200};

void EncodeApplied(const Applied& applied, const Tokens& tokens, Audience audience,
                   auto* response) {
  Encode(*applied.order, audience, response->mutable_order());
  for (std::int32_t i = 0; i < applied.activity_count; ++i) {
    response->add_activities(
        ActivityName(tokens, applied.order->subject.number, applied.first_seq + i));
  }
  response->set_replayed(applied.replayed);
}

// How a request names the order that it changes, and where.
struct OrderReference {
  std::string name;
  absl::string_view field;
};

template <typename Request>
OrderReference ReferenceOf(const Request& request) {
  return {request.name(), "name"};
}
OrderReference ReferenceOf(const v1::UpdateOrderRequest& request) {
  return {request.order().name(), "order.name"};
}

// The etag that a request has, if it is of those that have one. An amendment is made to what the
// caller saw, so it cannot do without.
template <typename Request>
std::string EtagIn(const Request& request, Violations& violations) {
  if constexpr (requires { request.etag(); }) {
    constexpr bool kRequired = std::is_same_v<Request, v1::UpdateOrderRequest>;
    ValidateText(request.etag(), "etag", kMaxIdentifier, kRequired, /*multiline=*/false,
                 violations);
    return request.etag();
  } else {
    return "";
  }
}

// What every method that changes an order does once its request is decoded: refuse, preview, or
// hand over to be written.
template <typename Request, typename Response>
void ChangeOrder(const Backend& backend, const CallContext& context, absl::string_view method,
                 const Request& request, OrderCommand command, Violations violations,
                 Responder<Response> responder) {
  OrderReference reference = ReferenceOf(request);
  Change change{.order = DecodeOrderName(reference.name, reference.field, violations),
                .name = std::move(reference.name),
                .etag = EtagIn(request, violations),
                .command = std::move(command)};
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  const Audience audience = AudienceOf(context);
  if (request.validate_only()) {
    return AnswerByReading(
        backend, context, std::move(responder),
        [change = std::move(change), caller = context.caller, audience,
         clock = backend.clock](Reader& reader) -> ReadResult<Response> {
          auto found = ReadOrder(reader, change.order, caller, change.name);
          if (!found.ok()) return found.status();
          if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
          const Order& order = std::get<Order>(*found);
          const absl::Time now = std::max(clock(), order.subject.last_activity_at);
          auto preview = PreviewOf(&order, DecideChange(change, &order, caller, now));
          if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
          Response response;
          Encode(std::get<Preview>(preview).order, audience, response.mutable_order());
          response.mutable_order()->clear_etag();
          return response;
        });
  }

  WriteRequest write{.subject = change.order,
                     .creates = std::nullopt,
                     .identity = Identify(*backend.tokens, context.caller, method,
                                          request.request_id(), request.SerializeAsString())};
  SubmitUnit(
      backend, context, std::move(write),
      [change = std::move(change), caller = context.caller](const UnitContext& unit) {
        return DecideChange(change, unit.order, caller, unit.now);
      },
      [responder = std::move(responder), tokens = backend.tokens,
       audience](Outcome outcome) mutable {
        if (auto* refusal = std::get_if<Refusal>(&outcome)) return responder.Refuse(*refusal);
        Response response;
        EncodeApplied(std::get<Applied>(outcome), *tokens, audience, &response);
        responder.Reply(response);
      });
}

// Decodes the request of a method that changes an order, and changes it.
template <typename Request, typename Response>
void Record(const Backend& backend, const CallContext& context, absl::string_view method,
            const Request& request, Responder<Response> responder) {
  Violations violations = context.flaws;
  OrderCommand command = Decode(request, violations);
  ChangeOrder(backend, context, method, request, std::move(command), std::move(violations),
              std::move(responder));
}

Decision DecideCreate(const CreateOrder& command, const Caller& caller, Number number,
                      bool external_key_taken, absl::Time now) {
  Decision decision = Decide(number, command, caller, now);
  // A caller who may not order at all is not told which references exist.
  if (external_key_taken && std::holds_alternative<Activities>(decision)) {
    return ExternalReferenceExists(command.content.source, command.content.external_reference);
  }
  return decision;
}

ReadResult<v1::CreateOrderResponse> PreviewCreate(const CreateOrder& command,
                                                  const CallContext& context, absl::Time now,
                                                  Reader& reader) {
  auto taken =
      reader.FindByExternalKey({command.content.source, command.content.external_reference});
  if (!taken.ok()) return taken.status();
  auto preview =
      PreviewOf(nullptr, DecideCreate(command, context.caller, Number(), taken->has_value(), now));
  if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
  v1::CreateOrderResponse response;
  Encode(std::get<Preview>(preview).order, AudienceOf(context), response.mutable_order());
  response.mutable_order()->clear_name();
  response.mutable_order()->clear_number();
  response.mutable_order()->clear_etag();
  return response;
}

// The query of a ListOrders call, without its page.
OrderQuery DecodeQuery(const CallContext& context, const v1::ListOrdersRequest& request,
                       Violations& violations) {
  OrderQuery query;
  query.statuses = DecodeStatuses(request, violations);
  query.active_only = query.statuses.empty() && !request.include_closed();
  ValidateText(request.customer_id(), "customer_id", kMaxIdentifier, /*required=*/false,
               /*multiline=*/false, violations);
  if (!request.customer_id().empty()) query.customer_id = request.customer_id();
  if (context.caller.IsCustomer()) {
    const std::string& own = context.caller.Effective().id;
    if (query.customer_id.has_value() && *query.customer_id != own) {
      violations.Add("customer_id", Flaw::kNotForThisCaller);
    }
    query.customer_id = own;
  }
  return query;
}

std::string CursorText(const ListCursor& cursor) {
  return absl::StrCat(absl::ToUnixMicros(cursor.last_activity_at), " ", cursor.number.value());
}

// The key by which the list of `query` is sorted.
ListCursor CursorOf(const Order& order, const OrderQuery& query) {
  const Subject& subject = order.subject;
  return {
      query.customer_id.has_value() ? subject.last_public_activity_at : subject.last_activity_at,
      subject.number};
}

v1::ListOrdersResponse EncodePage(const std::vector<Order>& orders, const OrderQuery& query,
                                  std::int32_t page_size, Audience audience,
                                  const PageTokens& pages) {
  v1::ListOrdersResponse response;
  std::size_t bytes = 0;
  for (const Order& order : orders) {
    if (response.orders_size() == page_size || bytes > kMaxPageBytes) {
      const Order& last = orders[static_cast<std::size_t>(response.orders_size()) - 1];
      response.set_next_page_token(pages.Seal(CursorText(CursorOf(last, query))));
      break;
    }
    v1::Order* encoded = response.add_orders();
    Encode(order, audience, encoded);
    bytes += encoded->ByteSizeLong();
  }
  return response;
}

}  // namespace

void OrderMethods::CreateOrder(const CallContext& context, const v1::CreateOrderRequest& request,
                               Responder<v1::CreateOrderResponse> responder) {
  Violations violations = context.flaws;
  orders::CreateOrder command = Decode(request, violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  if (request.validate_only()) {
    return AnswerByReading(
        backend_, context, std::move(responder),
        [command = std::move(command), context, clock = backend_.clock](Reader& reader) {
          return PreviewCreate(command, context, clock(), reader);
        });
  }

  WriteRequest write{
      .subject = std::nullopt,
      .creates = ExternalKey{command.content.source, command.content.external_reference},
      .identity = Identify(*backend_.tokens, context.caller, "CreateOrder", request.request_id(),
                           request.SerializeAsString())};
  SubmitUnit(
      backend_, context, std::move(write),
      [command = std::move(command), caller = context.caller](const UnitContext& unit) {
        return DecideCreate(command, caller, unit.new_number, unit.external_key_taken, unit.now);
      },
      [responder = std::move(responder), tokens = backend_.tokens,
       audience = AudienceOf(context)](Outcome outcome) mutable {
        if (auto* refusal = std::get_if<Refusal>(&outcome)) return responder.Refuse(*refusal);
        v1::CreateOrderResponse response;
        EncodeApplied(std::get<Applied>(outcome), *tokens, audience, &response);
        responder.Reply(response);
      });
}

void OrderMethods::GetOrder(const CallContext& context, const v1::GetOrderRequest& request,
                            Responder<v1::Order> responder) {
  Violations violations = context.flaws;
  const Number number = DecodeOrderName(request.name(), "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(
      backend_, context, std::move(responder),
      [number, name = request.name(), context](Reader& reader) -> ReadResult<v1::Order> {
        auto found = ReadOrder(reader, number, context.caller, name);
        if (!found.ok()) return found.status();
        if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
        v1::Order response;
        Encode(std::get<Order>(*found), AudienceOf(context), &response);
        return response;
      });
}

void OrderMethods::LookupOrder(const CallContext& context, const v1::LookupOrderRequest& request,
                               Responder<v1::Order> responder) {
  Violations violations = context.flaws;
  ValidateText(request.source(), "source", kMaxIdentifier, /*required=*/true, /*multiline=*/false,
               violations);
  ValidateText(request.external_reference(), "external_reference", kMaxIdentifier,
               /*required=*/true,
               /*multiline=*/false, violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(backend_, context, std::move(responder),
                  [key = ExternalKey{request.source(), request.external_reference()},
                   context](Reader& reader) -> ReadResult<v1::Order> {
                    auto number = reader.FindByExternalKey(key);
                    if (!number.ok()) return number.status();
                    // An order that is not there has no number; it is refused in the same words as
                    // any other.
                    const std::string name = absl::StrCat(key.source, "/", key.reference);
                    auto found =
                        ReadOrder(reader, number->value_or(Number()), context.caller, name);
                    if (!found.ok()) return found.status();
                    if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
                    v1::Order response;
                    Encode(std::get<Order>(*found), AudienceOf(context), &response);
                    return response;
                  });
}

void OrderMethods::ListOrders(const CallContext& context, const v1::ListOrdersRequest& request,
                              Responder<v1::ListOrdersResponse> responder) {
  Violations violations = context.flaws;
  OrderQuery query = DecodeQuery(context, request, violations);
  const std::int32_t page_size = DecodePageSize(request.page_size(), kOrderPages, violations);
  PageTokens pages(*backend_.tokens, context.caller, "ListOrders", request);
  if (std::optional<std::string> cursor = pages.Open(request.page_token(), violations)) {
    const std::vector<std::int64_t> numbers = NumbersIn(*cursor);
    query.after =
        ListCursor{absl::FromUnixMicros(numbers.at(0)), Number::FromStored(numbers.at(1))};
  }
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  query.limit = page_size + 1;  // one more tells whether another page follows
  AnswerByReading(backend_, context, std::move(responder),
                  [query = std::move(query), page_size, audience = AudienceOf(context),
                   pages = std::move(pages)](Reader& reader) -> ReadResult<v1::ListOrdersResponse> {
                    auto orders = reader.ListOrders(query);
                    if (!orders.ok()) return orders.status();
                    return EncodePage(*orders, query, page_size, audience, pages);
                  });
}

void OrderMethods::TransitionOrder(const CallContext& context,
                                   const v1::TransitionOrderRequest& request,
                                   Responder<v1::TransitionOrderResponse> responder) {
  Record(backend_, context, "TransitionOrder", request, std::move(responder));
}

void OrderMethods::RecordCheck(const CallContext& context, const v1::RecordCheckRequest& request,
                               Responder<v1::RecordCheckResponse> responder) {
  Record(backend_, context, "RecordCheck", request, std::move(responder));
}

void OrderMethods::RecordGathering(const CallContext& context,
                                   const v1::RecordGatheringRequest& request,
                                   Responder<v1::RecordGatheringResponse> responder) {
  Record(backend_, context, "RecordGathering", request, std::move(responder));
}

void OrderMethods::RecordInvoice(const CallContext& context,
                                 const v1::RecordInvoiceRequest& request,
                                 Responder<v1::RecordInvoiceResponse> responder) {
  Record(backend_, context, "RecordInvoice", request, std::move(responder));
}

void OrderMethods::RecordTracking(const CallContext& context,
                                  const v1::RecordTrackingRequest& request,
                                  Responder<v1::RecordTrackingResponse> responder) {
  Record(backend_, context, "RecordTracking", request, std::move(responder));
}

void OrderMethods::UpdateOrder(const CallContext& context, const v1::UpdateOrderRequest& request,
                               Responder<v1::UpdateOrderResponse> responder) {
  Record(backend_, context, "UpdateOrder", request, std::move(responder));
}

void OrderMethods::SetNotifications(const CallContext& context,
                                    const v1::SetNotificationsRequest& request,
                                    Responder<v1::SetNotificationsResponse> responder) {
  Record(backend_, context, "SetNotifications", request, std::move(responder));
}

void OrderMethods::SubmitFeedback(const CallContext& context,
                                  const v1::SubmitFeedbackRequest& request,
                                  Responder<v1::SubmitFeedbackResponse> responder) {
  Record(backend_, context, "SubmitFeedback", request, std::move(responder));
}

void OrderMethods::ExplainTransitions(const CallContext& context,
                                      const v1::ExplainTransitionsRequest& request,
                                      Responder<v1::ExplainTransitionsResponse> responder) {
  Violations violations = context.flaws;
  const Number number = DecodeOrderName(request.name(), "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(backend_, context, std::move(responder),
                  [number, name = request.name(),
                   context](Reader& reader) -> ReadResult<v1::ExplainTransitionsResponse> {
                    auto found = ReadOrder(reader, number, context.caller, name);
                    if (!found.ok()) return found.status();
                    if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
                    const Order& order = std::get<Order>(*found);
                    v1::ExplainTransitionsResponse response;
                    response.set_name(OrderName(number));
                    response.set_status(static_cast<v1::OrderStatus>(order.status()));
                    response.set_status_text(std::string(Label(order.status(), context.language)));
                    response.set_etag(EtagOf(order.subject));
                    for (const ActionExplanation& explanation : Explain(order, context.caller)) {
                      Encode(order, explanation, AudienceOf(context), response.add_actions());
                    }
                    return response;
                  });
}

void OrderMethods::DescribeLifecycle(const CallContext& /*context*/,
                                     const v1::DescribeLifecycleRequest& /*request*/,
                                     Responder<v1::DescribeLifecycleResponse> responder) {
  v1::DescribeLifecycleResponse response;
  EncodeLifecycle(&response);
  responder.Reply(response);
}

}  // namespace ipstore::orders
