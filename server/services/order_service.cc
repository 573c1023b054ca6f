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
#include "server/services/batch_transitions.h"
#include "server/services/changes.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/order_page.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {
namespace {

// How a request names the order that it changes, and where.
struct OrderReference {
  const std::string& name;
  absl::string_view field;
};

template <typename Request>
OrderReference ReferenceOf(const Request& request) {
  return {request.name(), "name"};
}
OrderReference ReferenceOf(const v1::UpdateOrderRequest& request) {
  return {request.order().name(), "order.name"};
}

// Decodes the request of one of the methods that change an order, and changes the order by it.
template <typename Request, typename Response>
void Record(const Backend& backend, const CallContext& context, absl::string_view method,
            const Request& request, Responder<Response> responder) {
  Violations violations = context.flaws;
  OrderCommand command = Decode(request, violations);
  const OrderReference reference = ReferenceOf(request);
  Change change{.subject = DecodeSubjectName(reference.name, SubjectKind::kOrder, reference.field,
                                             violations),
                .etag = "",
                .command = std::move(command)};
  ChangeSubject(backend, context, method, request, std::move(change), std::move(violations),
                std::move(responder));
}

// Reads one order and answers with what `answer`, a function of the order, makes of it.
template <typename Response, typename Answer>
void AnswerWithOrder(const Backend& backend, const CallContext& context, SubjectName name,
                     Responder<Response> responder, Answer answer) {
  ReadSubjectThen(backend, context, std::move(name),
                  [responder = std::move(responder),
                   answer = std::move(answer)](SubjectReadOutcome outcome) mutable {
                    if (const auto* refusal = std::get_if<Refusal>(&outcome))
                      return responder.Refuse(*refusal);
                    const SubjectState& found = *std::get<const SubjectState*>(outcome);
                    responder.Reply(answer(std::get<Order>(found)));
                  });
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

ReadResult<v1::CreateOrderResponse> PreviewCreate(const CreateOrder& command, const Caller& caller,
                                                  Audience audience, Reader& reader) {
  auto taken =
      reader.FindByExternalKey({command.content.source, command.content.external_reference});
  if (!taken.ok()) return taken.status();
  auto preview =
      PreviewOf(nullptr, DecideCreate(command, caller, Number(), taken->has_value(), audience.now));
  if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
  v1::CreateOrderResponse response;
  EncodePreview(std::get<Preview>(preview).subject, /*creates=*/true, audience, &response);
  return response;
}

// The query of a ListOrders call, without its page.
SubjectQuery DecodeQuery(const CallContext& context, const v1::ListOrdersRequest& request,
                         Violations& violations) {
  SubjectQuery query;
  query.kinds = {SubjectKind::kOrder};
  query.order_statuses =
      DecodeEnums<OrderStatus>(request.statuses(), v1::OrderStatus_IsValid, "statuses", violations);
  query.active_only = !request.include_closed();
  query.customer_id = DecodeWhoseList(context.caller, request.customer_id(), violations);
  return query;
}

}  // namespace

void OrderMethods::CreateOrder(const CallContext& context, const v1::CreateOrderRequest& request,
                               Responder<v1::CreateOrderResponse> responder) {
  Violations violations = context.flaws;
  orders::CreateOrder command = Decode(request, violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  if (request.validate_only()) {
    return AnswerByReading(backend_, context, std::move(responder),
                           [command = std::move(command), caller = context.caller,
                            audience = AudienceOf(backend_, context)](Reader& reader) {
                             return PreviewCreate(command, caller, audience, reader);
                           });
  }

  const ExternalKey key{command.content.source, command.content.external_reference};
  WriteRequest write{.external_key = key,
                     .identity = Identify(*backend_.tokens, context.caller,
                                          {.method = "CreateOrder",
                                           .target = absl::StrCat(key.source, "\n", key.reference),
                                           .request_id = request.request_id(),
                                           .content = request.SerializeAsString()})};
  WriteAndAnswer(
      backend_, context, std::move(write),
      [command = std::move(command), caller = context.caller](const UnitContext& unit) {
        return DecideCreate(command, caller, unit.new_number, unit.external_key_taken, unit.now);
      },
      std::move(responder));
}

void OrderMethods::GetOrder(const CallContext& context, const v1::GetOrderRequest& request,
                            Responder<v1::Order> responder) {
  Violations violations = context.flaws;
  SubjectName name = DecodeSubjectName(request.name(), SubjectKind::kOrder, "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerWithOrder(backend_, context, std::move(name), std::move(responder),
                  [audience = AudienceOf(backend_, context)](const Order& order) {
                    v1::Order response;
                    Encode(order, audience, &response);
                    return response;
                  });
}

void OrderMethods::GetOrderPage(const CallContext& context, const v1::GetOrderPageRequest& request,
                                Responder<v1::OrderPage> responder) {
  Violations violations = context.flaws;
  SubjectName name = DecodeSubjectName(request.name(), SubjectKind::kOrder, "name", violations);
  const std::int32_t page_size = DecodePageSize(request.page_size(), kOrderPages, violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerWithOrderPage(backend_, context, std::move(name), page_size, std::move(responder));
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
  AnswerByReading(
      backend_, context, std::move(responder),
      [key = ExternalKey{request.source(), request.external_reference()}, caller = context.caller,
       audience = AudienceOf(backend_, context)](Reader& reader) -> ReadResult<v1::Order> {
        auto number = reader.FindByExternalKey(key);
        if (!number.ok()) return number.status();
        // An order that is not there has no number; it is refused in the same words as any other.
        const SubjectName name{.kind = SubjectKind::kOrder,
                               .number = number->value_or(Number()),
                               .text = absl::StrCat(key.source, "/", key.reference)};
        auto found = ReadSubject(reader, name, caller);
        if (!found.ok()) return found.status();
        if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
        v1::Order response;
        Encode(std::get<Order>(*std::get<SubjectPointer>(*found)), audience, &response);
        return response;
      });
}

void OrderMethods::ListOrders(const CallContext& context, const v1::ListOrdersRequest& request,
                              Responder<v1::ListOrdersResponse> responder) {
  Violations violations = context.flaws;
  SubjectQuery query = DecodeQuery(context, request, violations);
  const std::int32_t page_size = DecodePageSize(request.page_size(), kSubjectPages, violations);
  PageTokens pages(*backend_.tokens, context.caller, "ListOrders", request);
  query.after = OpenListCursor(pages, request.page_token(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  query.limit = page_size + 1;  // one more tells whether another page follows
  AnswerByReading(backend_, context, std::move(responder),
                  [query = std::move(query), page_size, audience = AudienceOf(backend_, context),
                   pages = std::move(pages)](Reader& reader) -> ReadResult<v1::ListOrdersResponse> {
                    auto orders = reader.ListSubjects(query);
                    if (!orders.ok()) return orders.status();
                    v1::ListOrdersResponse response;
                    const SubjectState* last = FillPage(
                        *orders, page_size, [&] { return response.add_orders(); }, audience);
                    if (last != nullptr)
                      response.set_next_page_token(SealListCursor(pages, CursorOf(*last, query)));
                    return response;
                  });
}

void OrderMethods::TransitionOrder(const CallContext& context,
                                   const v1::TransitionOrderRequest& request,
                                   Responder<v1::TransitionOrderResponse> responder) {
  Record(backend_, context, "TransitionOrder", request, std::move(responder));
}

void OrderMethods::BatchTransitionOrders(const CallContext& context,
                                         const v1::BatchTransitionOrdersRequest& request,
                                         Responder<v1::BatchTransitionOrdersResponse> responder) {
  BatchTransition(backend_, context, request, std::move(responder));
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
  SubjectName name = DecodeSubjectName(request.name(), SubjectKind::kOrder, "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerWithOrder(
      backend_, context, std::move(name), std::move(responder),
      [caller = context.caller, audience = AudienceOf(backend_, context)](const Order& order) {
        v1::ExplainTransitionsResponse response;
        response.set_name(NameOf(SubjectKind::kOrder, order.subject.number));
        response.set_status(static_cast<v1::OrderStatus>(order.status()));
        response.set_status_text(std::string(Label(order.status(), audience.language)));
        response.set_etag(EtagOf(order.subject));
        for (const ActionExplanation& explanation : Explain(order, caller))
          Encode(order, explanation, audience, response.add_actions());
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
