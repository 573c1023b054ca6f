#include "server/notifications/recording.h"

#include <utility>
#include <variant>

namespace ipstore::orders {
namespace {

Notification NewNotification(const FeedUnit& unit, const Activity& activity, absl::Time now) {
  return {.subject = activity.subject,
          .seq = activity.seq,
          .subject_kind = activity.subject_kind,
          .unit_seq = unit.activities.front().seq,
          .recorded_at = activity.recorded_at,
          .created_at = now};
}

Notification Suppressed(Notification notification, NotificationReason reason) {
  notification.state = NotificationState::kSuppressed;
  notification.reason = reason;
  notification.finished_at = notification.created_at;
  return notification;
}

struct ReasonForSilence {
  NotificationReason operator()(const NotificationsSet& set) const {
    return set.on ? NotificationReason::kNone : NotificationReason::kNotificationsOff;
  }
  // Of a comment, only what told it is silenced, which is found out before it is sent.
  NotificationReason operator()(const Redacted& redacted) const {
    return redacted.comment_seq.has_value() ? NotificationReason::kNone
                                            : NotificationReason::kRedacted;
  }
  template <typename Other>
  NotificationReason operator()(const Other&) const {
    return NotificationReason::kNone;
  }
};

}  // namespace

std::vector<Notification> NotificationsOf(absl::Span<const FeedUnitPointer> units, absl::Time now,
                                          absl::Duration max_age) {
  std::vector<Notification> notifications;
  for (const FeedUnitPointer& unit : units) {
    for (const Activity& activity : unit->activities) {
      Notification fresh = NewNotification(*unit, activity, now);
      switch (activity.notification) {
        case NotificationWish::kNothingToTell:
          break;
        case NotificationWish::kNotify:
          notifications.push_back(now - activity.recorded_at > max_age
                                      ? Suppressed(std::move(fresh), NotificationReason::kTooOld)
                                      : std::move(fresh));
          break;
        case NotificationWish::kSuppressedByCaller:
          notifications.push_back(Suppressed(std::move(fresh), NotificationReason::kByCaller));
          break;
        case NotificationWish::kSuppressedBySetting:
          notifications.push_back(
              Suppressed(std::move(fresh), NotificationReason::kNotificationsOff));
          break;
      }
    }
  }
  return notifications;
}

std::vector<Silence> SilencesOf(absl::Span<const FeedUnitPointer> units) {
  std::vector<Silence> silences;
  for (const FeedUnitPointer& unit : units) {
    for (const Activity& activity : unit->activities) {
      const NotificationReason reason = std::visit(ReasonForSilence(), activity.event);
      if (reason == NotificationReason::kNone) continue;
      silences.push_back({.subject = activity.subject, .seq = activity.seq, .reason = reason});
    }
  }
  return silences;
}

}  // namespace ipstore::orders
