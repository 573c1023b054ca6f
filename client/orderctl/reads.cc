#include "client/orderctl/reads.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/order_page.h"
#include "client/orderctl/rules_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

std::string NextPageHint(const Session& session, const std::string& token) {
  if (token.empty()) return "";
  return absl::StrCat("\n", words::kNextPage.In(session.reader.language), " ", token, "\n");
}

// Completes the page of an order that has been read.
Result<std::string> Page(const Session& session, const Result<v1::Order>& order) {
  if (!order.ok()) return order.error();
  OrderPage page{.order = order.value()};

  Result<std::vector<v1::Activity>> activities = AllActivities(session.client, page.order.name());
  if (!activities.ok()) return activities.error();
  page.activities = std::move(activities).value();

  Result<std::vector<v1::Comment>> comments = AllComments(session.client, page.order.name());
  if (!comments.ok()) return comments.error();
  page.comments = std::move(comments).value();

  v1::ExplainTransitionsRequest explain;
  explain.set_name(page.order.name());
  const Result<v1::ExplainTransitionsResponse> actions = session.client.ExplainTransitions(explain);
  if (!actions.ok()) return actions.error();
  page.actions.assign(actions.value().actions().begin(), actions.value().actions().end());

  return session.json ? ToJson(page) : OrderPageText(page, session.reader);
}

}  // namespace

Result<std::string> GetOrderPage(const Session& session, const v1::GetOrderRequest& request) {
  return Page(session, session.client.GetOrder(request));
}

Result<std::string> LookupOrderPage(const Session& session, const v1::LookupOrderRequest& request) {
  return Page(session, session.client.LookupOrder(request));
}

Result<std::string> ListOrders(const Session& session, const v1::ListOrdersRequest& request) {
  const Result<v1::ListOrdersResponse> page = session.client.ListOrders(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(OrderList(page.value().orders(), session.reader),
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
