// The commands about e-mails to customers. Each returns what to print on stdout, or why it was
// refused.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_NOTIFICATIONS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_NOTIFICATIONS_H_

#include <string>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

// One page of the ledger, and how to ask for the next one.
Result<std::string> ListNotifications(const Session& session,
                                      const v1::ListNotificationsRequest& request);
Result<std::string> ShowNotification(const Session& session,
                                     const v1::GetNotificationRequest& request);
Result<std::string> ResendNotification(const Session& session,
                                       const v1::ResendNotificationRequest& request);

// The ledger of all orders and enquiries.
inline constexpr char kAllParents[] = "orders/-";

// Has all failed ones of an order or enquiry, or of all, sent again, the oldest first, and tells
// how many there were of all. The first refusal ends it; what was sent again before has not failed
// any more, so the same command goes on from there.
Result<std::string> ResendFailed(const Session& session, const std::string& parent);

// What to show of an e-mail.
enum class EmailForm { kText, kHtml };

Result<std::string> PreviewNotification(const Session& session,
                                        const v1::PreviewNotificationRequest& request,
                                        EmailForm form);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_NOTIFICATIONS_H_
