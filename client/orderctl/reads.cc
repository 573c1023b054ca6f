#include "client/orderctl/reads.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/order_page.h"
#include "client/orderctl/rules_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// The most that GetOrderPage gives of activities and of comments: few orders have more.
constexpr int kLargestPage = 100;

std::string NextPageHint(const Session& session, const std::string& token) {
  if (token.empty()) return "";
  return absl::StrCat("\n", words::kNextPage.In(session.reader.language), " ", token, "\n");
}

// The activities of an order that are older than those of its page, added to these. All that the
// server read at the moment of the page stays: the tokens go on where that ended.
std::optional<Error> AddOlderActivities(const OrdersClient& client, v1::OrderPage& page) {
  v1::ListActivitiesRequest request;
  request.set_parent(page.order().name());
  request.set_newest_first(true);
  request.set_page_token(page.next_activities_page_token());
  while (!request.page_token().empty()) {
    const Result<v1::ListActivitiesResponse> older = client.ListActivities(request);
    if (!older.ok()) return older.error();
    page.mutable_activities()->MergeFrom(older.value().activities());
    request.set_page_token(older.value().next_page_token());
  }
  return std::nullopt;
}

// The same for its comments.
std::optional<Error> AddOlderComments(const OrdersClient& client, v1::OrderPage& page) {
  v1::ListCommentsRequest request;
  request.set_parent(page.order().name());
  request.set_newest_first(true);
  request.set_page_token(page.next_comments_page_token());
  while (!request.page_token().empty()) {
    const Result<v1::ListCommentsResponse> older = client.ListComments(request);
    if (!older.ok()) return older.error();
    page.mutable_comments()->MergeFrom(older.value().comments());
    request.set_page_token(older.value().next_page_token());
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> ShowOrder(const Session& session, v1::GetOrderPageRequest request) {
  request.set_page_size(kLargestPage);
  Result<v1::OrderPage> read = session.client.GetOrderPage(request);
  if (!read.ok()) return read.error();
  v1::OrderPage page = std::move(read).value();
  if (const auto error = AddOlderActivities(session.client, page)) return *error;
  if (const auto error = AddOlderComments(session.client, page)) return *error;
  std::reverse(page.mutable_activities()->begin(), page.mutable_activities()->end());
  std::reverse(page.mutable_comments()->begin(), page.mutable_comments()->end());
  return session.json ? OrderPageJson(page) : OrderPageText(page, session.reader);
}

Result<std::string> LookupOrder(const Session& session, const v1::LookupOrderRequest& request) {
  const Result<v1::Order> order = session.client.LookupOrder(request);
  if (!order.ok()) return order.error();
  v1::GetOrderPageRequest page;
  page.set_name(order.value().name());
  return ShowOrder(session, page);
}

Result<std::string> ListOrders(const Session& session, const v1::ListOrdersRequest& request) {
  const Result<v1::ListOrdersResponse> page = session.client.ListOrders(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(OrderList(page.value().orders(), OrderTime::kLastActivity, session.reader),
                      NextPageHint(session, page.value().next_page_token()));
}

Result<std::string> ListActivities(const Session& session,
                                   const v1::ListActivitiesRequest& request) {
  const Result<v1::ListActivitiesResponse> page = session.client.ListActivities(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(ActivityList(page.value().activities(), session.reader),
                      NextPageHint(session, page.value().next_page_token()));
}

Result<std::string> ListComments(const Session& session, const v1::ListCommentsRequest& request) {
  const Result<v1::ListCommentsResponse> page = session.client.ListComments(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(CommentList(page.value().comments(), session.reader),
                      NextPageHint(session, page.value().next_page_token()));
}

Result<std::vector<v1::Activity>> AllActivities(const OrdersClient& client,
                                                const std::string& subject) {
  std::vector<v1::Activity> all;
  v1::ListActivitiesRequest request;
  request.set_parent(subject);
  do {
    const Result<v1::ListActivitiesResponse> page = client.ListActivities(request);
    if (!page.ok()) return page.error();
    all.insert(all.end(), page.value().activities().begin(), page.value().activities().end());
    request.set_page_token(page.value().next_page_token());
  } while (!request.page_token().empty());
  return all;
}

Result<std::vector<v1::Comment>> AllComments(const OrdersClient& client,
                                             const std::string& subject) {
  std::vector<v1::Comment> all;
  v1::ListCommentsRequest request;
  request.set_parent(subject);
  do {
    const Result<v1::ListCommentsResponse> page = client.ListComments(request);
    if (!page.ok()) return page.error();
    all.insert(all.end(), page.value().comments().begin(), page.value().comments().end());
    request.set_page_token(page.value().next_page_token());
  } while (!request.page_token().empty());
  return all;
}

Result<std::string> Explain(const Session& session, const v1::ExplainTransitionsRequest& request) {
  const Result<v1::ExplainTransitionsResponse> answer = session.client.ExplainTransitions(request);
  if (!answer.ok()) return answer.error();
  return session.json ? ToJson(answer.value()) : ExplanationText(answer.value(), session.reader);
}

Result<std::string> DescribeLifecycle(const Session& session, bool mermaid) {
  const Result<v1::DescribeLifecycleResponse> answer = session.client.DescribeLifecycle({});
  if (!answer.ok()) return answer.error();
  if (mermaid) return answer.value().mermaid();
  return session.json ? ToJson(answer.value()) : LifecycleText(answer.value(), session.reader);
}

}  // namespace ipstore::orders::client
