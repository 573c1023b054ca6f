// Notifications as people read them: what customers were told by e-mail, or why not.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_NOTIFICATION_TEXT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_NOTIFICATION_TEXT_H_

#include <google/protobuf/repeated_field.h>

#include <string>

#include "client/orderctl/reader.h"
#include "ipstore/orders/v1/activity.pb.h"
#include "ipstore/orders/v1/notification.pb.h"
#include "ipstore/orders/v1/notification_service.pb.h"

namespace ipstore::orders::client {

// What a list shows besides when, to whom, what, and what became of it.
struct NotificationColumns {
  // The number of the order or enquiry that each belongs to.
  bool subject = false;
  // The name of each, under it.
  bool name = false;
};

// A table with one row for each. Without a title it shows the name of the activity, shortened.
std::string NotificationList(const google::protobuf::RepeatedPtrField<v1::Notification>& list,
                             const NotificationColumns& columns, const Reader& reader);

// The part of a page that tells what was told by e-mail, or why not; nothing where there is none.
// On a page stands what happened: so what was not sent, and has no title, is called by that.
std::string NotificationSection(google::protobuf::RepeatedPtrField<v1::Notification> list,
                                const google::protobuf::RepeatedPtrField<v1::Activity>& activities,
                                const Reader& reader);

// All that is known of one, a line for each fact.
std::string NotificationFacts(const v1::Notification& notification, const Reader& reader);

// "orders/…/notifications/…  queued", in a line.
std::string NotificationLine(const v1::Notification& notification, const Reader& reader);

// To whom an e-mail would go and whether it would, then the e-mail as plain text.
std::string PreviewText(const v1::PreviewNotificationResponse& preview, const Reader& reader);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_NOTIFICATION_TEXT_H_
