#include "client/orderctl/notifications.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/notification_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// The names of those that failed, the oldest first.
Result<std::vector<std::string>> FailedOnes(const OrdersClient& client, const std::string& parent) {
  std::vector<std::string> names;
  v1::ListNotificationsRequest request;
  request.set_parent(parent);
  request.add_states(v1::NOTIFICATION_STATE_FAILED);
  do {
    const Result<v1::ListNotificationsResponse> page = client.ListNotifications(request);
    if (!page.ok()) return page.error();
    for (const v1::Notification& one : page.value().notifications()) names.push_back(one.name());
    request.set_page_token(page.value().next_page_token());
  } while (!request.page_token().empty());
  std::reverse(names.begin(), names.end());
  return names;
}

}  // namespace

Result<std::string> ListNotifications(const Session& session,
                                      const v1::ListNotificationsRequest& request) {
  const Result<v1::ListNotificationsResponse> page = session.client.ListNotifications(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(
      NotificationList(page.value().notifications(),
                       {.subject = request.parent() == kAllParents, .name = true}, session.reader),
      NextPageHint(page.value().next_page_token(), session.reader));
}

Result<std::string> ShowNotification(const Session& session,
                                     const v1::GetNotificationRequest& request) {
  const Result<v1::Notification> notification = session.client.GetNotification(request);
  if (!notification.ok()) return notification.error();
  if (session.json) return ToJson(notification.value());
  return NotificationFacts(notification.value(), session.reader);
}

Result<std::string> ResendNotification(const Session& session,
                                       const v1::ResendNotificationRequest& request) {
  const Result<v1::Notification> notification = session.client.ResendNotification(request);
  if (!notification.ok()) return notification.error();
  if (session.json) return ToJson(notification.value());
  return NotificationLine(notification.value(), session.reader);
}

Result<std::string> ResendFailed(const Session& session, const std::string& parent) {
  const Result<std::vector<std::string>> names = FailedOnes(session.client, parent);
  if (!names.ok()) return names.error();
  v1::ListNotificationsResponse resent;
  std::string text;
  for (const std::string& name : names.value()) {
    // It may have gone along with one before it.
    v1::GetNotificationRequest get;
    get.set_name(name);
    const Result<v1::Notification> found = session.client.GetNotification(get);
    if (!found.ok()) return found.error();
    if (found.value().state() != v1::NOTIFICATION_STATE_FAILED) continue;
    v1::ResendNotificationRequest request;
    request.set_name(name);
    Result<v1::Notification> notification = session.client.ResendNotification(request);
    if (!notification.ok()) return notification.error();
    absl::StrAppend(&text, NotificationLine(notification.value(), session.reader));
    *resent.add_notifications() = std::move(notification).value();
  }
  if (session.json) return ToJson(resent);
  const Language language = session.reader.language;
  if (text.empty()) return absl::StrCat(words::kNoneFailed.In(language), "\n");
  if (parent == kAllParents) {
    absl::StrAppend(&text, words::kSentAgain.In(language), ": ",
                    FormatCount(resent.notifications_size(), language), "\n");
  }
  return text;
}

Result<std::string> PreviewNotification(const Session& session,
                                        const v1::PreviewNotificationRequest& request,
                                        EmailForm form) {
  const Result<v1::PreviewNotificationResponse> preview =
      session.client.PreviewNotification(request);
  if (!preview.ok()) return preview.error();
  if (session.json) return ToJson(preview.value());
  if (form == EmailForm::kHtml && !preview.value().html().empty()) return preview.value().html();
  return PreviewText(preview.value(), session.reader);
}

}  // namespace ipstore::orders::client
