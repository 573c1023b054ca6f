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

// Gives every page of a list to `take`, from the one that the request names on.
template <typename Request, typename Response, typename Take>
std::optional<Error> ForEachPage(const OrdersClient& client,
                                 Result<Response> (OrdersClient::*list)(const Request&) const,
                                 Request request, const Take& take) {
  do {
    const Result<Response> page = (client.*list)(request);
    if (!page.ok()) return page.error();
    take(page.value());
    request.set_page_token(page.value().next_page_token());
  } while (!request.page_token().empty());
  return std::nullopt;
}

// For what is older than the page of an order. All that the server read at the moment of the page
// stays: the tokens go on where that ended.
template <typename Request>
Request OlderThan(const v1::OrderPage& page, const std::string& token) {
  Request request;
  request.set_parent(page.order().name());
  request.set_newest_first(true);
  request.set_page_token(token);
  return request;
}

std::optional<Error> AddOlderActivities(const OrdersClient& client, v1::OrderPage& page) {
  const std::string token = page.next_activities_page_token();
  if (token.empty()) return std::nullopt;
  return ForEachPage(client, &OrdersClient::ListActivities,
                     OlderThan<v1::ListActivitiesRequest>(page, token),
                     [&page](const v1::ListActivitiesResponse& older) {
                       page.mutable_activities()->MergeFrom(older.activities());
                     });
}

std::optional<Error> AddOlderComments(const OrdersClient& client, v1::OrderPage& page) {
  const std::string token = page.next_comments_page_token();
  if (token.empty()) return std::nullopt;
  return ForEachPage(client, &OrdersClient::ListComments,
                     OlderThan<v1::ListCommentsRequest>(page, token),
                     [&page](const v1::ListCommentsResponse& older) {
                       page.mutable_comments()->MergeFrom(older.comments());
                     });
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
  std::reverse(page.mutable_notifications()->begin(), page.mutable_notifications()->end());
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
                      NextPageHint(page.value().next_page_token(), session.reader));
}

Result<std::string> ListActivities(const Session& session,
                                   const v1::ListActivitiesRequest& request) {
  const Result<v1::ListActivitiesResponse> page = session.client.ListActivities(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(ActivityList(page.value().activities(), session.reader),
                      NextPageHint(page.value().next_page_token(), session.reader));
}

Result<std::string> ListComments(const Session& session, const v1::ListCommentsRequest& request) {
  const Result<v1::ListCommentsResponse> page = session.client.ListComments(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(CommentList(page.value().comments(), session.reader),
                      NextPageHint(page.value().next_page_token(), session.reader));
}

Result<std::vector<v1::Activity>> AllActivities(const OrdersClient& client,
                                                const std::string& subject) {
  std::vector<v1::Activity> all;
  v1::ListActivitiesRequest request;
  request.set_parent(subject);
  const auto add = [&all](const v1::ListActivitiesResponse& page) {
    all.insert(all.end(), page.activities().begin(), page.activities().end());
  };
  if (auto error = ForEachPage(client, &OrdersClient::ListActivities, std::move(request), add))
    return *std::move(error);
  return all;
}

Result<std::vector<v1::Comment>> AllComments(const OrdersClient& client,
                                             const std::string& subject) {
  std::vector<v1::Comment> all;
  v1::ListCommentsRequest request;
  request.set_parent(subject);
  const auto add = [&all](const v1::ListCommentsResponse& page) {
    all.insert(all.end(), page.comments().begin(), page.comments().end());
  };
  if (auto error = ForEachPage(client, &OrdersClient::ListComments, std::move(request), add))
    return *std::move(error);
  return all;
}

Result<std::vector<v1::Notification>> AllNotifications(const OrdersClient& client,
                                                       const std::string& subject) {
  std::vector<v1::Notification> all;
  v1::ListNotificationsRequest request;
  request.set_parent(subject);
  const auto add = [&all](const v1::ListNotificationsResponse& page) {
    all.insert(all.end(), page.notifications().begin(), page.notifications().end());
  };
  if (auto error = ForEachPage(client, &OrdersClient::ListNotifications, std::move(request), add))
    return *std::move(error);
  std::reverse(all.begin(), all.end());
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
