#include "server/services/order_page.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "domain/decide.h"
#include "domain/sentences.h"
#include "ipstore/orders/v1/activity_service.pb.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "server/services/activity_pages.h"
#include "server/services/encode.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {
namespace {

// With which the list methods go on where the page ends.
template <typename ListRequest>
PageTokens TokensOf(const Tokens& tokens, const Caller& caller, absl::string_view method,
                    const std::string& parent) {
  ListRequest request;
  request.set_parent(parent);
  request.set_newest_first(true);
  return PageTokens(tokens, caller, method, request);
}

void EncodeActions(const Order& order, const Caller& caller, Audience audience, v1::OrderPage* to) {
  const std::optional<OrderAction> next = NextStep(order);
  for (const ActionExplanation& explanation : Explain(order, caller)) {
    if (explanation.allowed) {
      auto* open = to->add_open_actions();
      open->set_action(static_cast<v1::OrderAction>(explanation.action));
      open->set_label(std::string(Label(explanation.action, audience.language)));
      open->set_target(static_cast<v1::OrderStatus>(explanation.target));
      open->set_target_text(std::string(Label(explanation.target, audience.language)));
    }
    if (explanation.action == next) Encode(order, explanation, audience, to->mutable_next_step());
  }
}

}  // namespace

ReadResult<OrderPageRead> ReadOrderPage(Reader& reader, const OrderPageQuery& query) {
  // One more tells whether others follow.
  auto page = reader.GetPage(query.name.number, !query.audience.IsCustomer(), query.page_size + 1);
  if (!page.ok()) return page.status();
  const Subject* head = page->subject == nullptr ? nullptr : &HeadOf(*page->subject);
  if (auto refusal = CheckAccess(head, query.name.kind, query.caller, query.name.text))
    return *std::move(refusal);
  const Order& order = std::get<Order>(*page->subject);
  const std::string parent = NameOf(SubjectKind::kOrder, query.name.number);
  const Tokens& tokens = *query.tokens;
  OrderPageRead read{.page = {}, .last_seq = head->last_seq};
  v1::OrderPage& response = read.page;
  Encode(order, query.audience, response.mutable_order());
  EncodeActions(order, query.caller, query.audience, &response);

  response.set_next_activities_page_token(
      FillPage(page->activities, query.page_size, kMaxPageBytes / 2,
               TokensOf<v1::ListActivitiesRequest>(tokens, query.caller, "ListActivities", parent),
               [&](const Activity& activity) {
                 v1::Activity* encoded = response.add_activities();
                 Encode(activity, tokens, query.audience, encoded);
                 return encoded->ByteSizeLong();
               }));
  response.set_next_comments_page_token(
      FillPage(page->comments, query.page_size, kMaxPageBytes / 4,
               TokensOf<v1::ListCommentsRequest>(tokens, query.caller, "ListComments", parent),
               [&](const Activity& activity) {
                 v1::Comment* encoded = response.add_comments();
                 EncodeComment(activity, tokens, encoded);
                 return encoded->ByteSizeLong();
               }));
  const std::size_t told =
      std::min(page->notifications.size(), static_cast<std::size_t>(query.page_size));
  for (std::size_t i = 0; i < told; ++i)
    Encode(page->notifications[i], tokens, query.audience, response.add_notifications());
  return read;
}

void AnswerWithOrderPage(const Backend& backend, const CallContext& context, SubjectName name,
                         std::int32_t page_size, Responder<v1::OrderPage> responder) {
  AnswerByReading(backend, context, std::move(responder),
                  [query = OrderPageQuery{.name = std::move(name),
                                          .page_size = page_size,
                                          .caller = context.caller,
                                          .tokens = backend.tokens,
                                          .audience = AudienceOf(backend, context)}](
                      Reader& reader) -> ReadResult<v1::OrderPage> {
                    auto read = ReadOrderPage(reader, query);
                    if (!read.ok()) return read.status();
                    if (auto* refusal = std::get_if<Refusal>(&*read)) return std::move(*refusal);
                    return std::move(std::get<OrderPageRead>(*read).page);
                  });
}

}  // namespace ipstore::orders
