#include "server/services/order_page.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/decide.h"
#include "domain/sentences.h"
#include "ipstore/orders/v1/activity_service.pb.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "server/services/encode.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {
namespace {

// About what an entry takes in an answer: a comment stands twice, as itself and as an activity, and
// its text twice in that.
std::size_t SizeInAnswer(const Activity& activity) {
  const auto* comment = std::get_if<CommentAdded>(&activity.event);
  return 1024 + (comment != nullptr ? 3 * comment->text.size() : 0);
}

// How many of the newest are shown: so many that page and size allow.
std::size_t CountThatFit(const std::vector<Activity>& entries, std::int32_t page_size,
                         std::size_t room) {
  std::size_t fit = 0;
  for (std::size_t bytes = 0;
       fit < entries.size() && fit < static_cast<std::size_t>(page_size) && bytes < room; ++fit) {
    bytes += SizeInAnswer(entries[fit]);
  }
  return fit;
}

// The token with which the list methods go on after the `shown` newest of `entries`.
template <typename ListRequest>
std::string NextToken(const Tokens& tokens, const Caller& caller, absl::string_view method,
                      const std::string& parent, const std::vector<Activity>& entries,
                      std::size_t shown) {
  if (shown == 0 || shown == entries.size()) return "";
  ListRequest request;
  request.set_parent(parent);
  request.set_newest_first(true);
  return PageTokens(tokens, caller, method, request).Seal(absl::StrCat(entries[shown - 1].seq));
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

void AnswerWithOrderPage(const Backend& backend, const CallContext& context, SubjectName name,
                         std::int32_t page_size, Responder<v1::OrderPage> responder) {
  AnswerByReading(
      backend, context, std::move(responder),
      [name = std::move(name), page_size, caller = context.caller, tokens = backend.tokens,
       audience = AudienceOf(backend, context)](Reader& reader) -> ReadResult<v1::OrderPage> {
        // One more tells whether others follow.
        auto page = reader.GetPage(name.number, !audience.IsCustomer(), page_size + 1);
        if (!page.ok()) return page.status();
        const Subject* head = page->subject.has_value() ? &HeadOf(*page->subject) : nullptr;
        if (auto refusal = CheckAccess(head, name.kind, caller, name.text))
          return *std::move(refusal);
        const Order& order = std::get<Order>(*page->subject);
        const std::string parent = NameOf(SubjectKind::kOrder, name.number);
        v1::OrderPage response;
        Encode(order, audience, response.mutable_order());
        EncodeActions(order, caller, audience, &response);

        const std::size_t activities = CountThatFit(page->activities, page_size, kMaxPageBytes / 2);
        for (std::size_t i = 0; i < activities; ++i)
          Encode(page->activities[i], *tokens, audience, response.add_activities());
        response.set_next_activities_page_token(NextToken<v1::ListActivitiesRequest>(
            *tokens, caller, "ListActivities", parent, page->activities, activities));

        const std::size_t comments = CountThatFit(page->comments, page_size, kMaxPageBytes / 2);
        for (std::size_t i = 0; i < comments; ++i)
          EncodeComment(page->comments[i], *tokens, response.add_comments());
        response.set_next_comments_page_token(NextToken<v1::ListCommentsRequest>(
            *tokens, caller, "ListComments", parent, page->comments, comments));
        return response;
      });
}

}  // namespace ipstore::orders
