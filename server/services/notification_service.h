// The methods of NotificationService.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_NOTIFICATION_SERVICE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_NOTIFICATION_SERVICE_H_

#include "ipstore/orders/v1/notification_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// Thread-safe; no method blocks. The contract stands in notification_service.proto.
class NotificationMethods {
 public:
  explicit NotificationMethods(const Backend& backend) : backend_(backend) {}

  void ListNotifications(const CallContext& context, const v1::ListNotificationsRequest& request,
                         Responder<v1::ListNotificationsResponse> responder) const;
  void GetNotification(const CallContext& context, const v1::GetNotificationRequest& request,
                       Responder<v1::Notification> responder) const;
  void PreviewNotification(const CallContext& context,
                           const v1::PreviewNotificationRequest& request,
                           Responder<v1::PreviewNotificationResponse> responder) const;
  void ResendNotification(const CallContext& context, const v1::ResendNotificationRequest& request,
                          Responder<v1::Notification> responder) const;

 private:
  Backend backend_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_NOTIFICATION_SERVICE_H_
