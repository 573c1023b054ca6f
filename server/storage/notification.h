// The ledger of notifications: of each activity that its customer is to be told of, whether they
// were, or why not (product §5.7). And the claim of the one server that tells them.
//
// Times of what is due and claimed are the database's, which all servers share.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_NOTIFICATION_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_NOTIFICATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "domain/notification.h"
#include "domain/number.h"
#include "domain/order.h"
#include "domain/subject.h"
#include "server/storage/feed.h"
#include "server/storage/request_key.h"

namespace ipstore::orders {

// How somebody is told. Stored: never renumber.
enum class NotificationChannel : std::uint8_t { kEmail = 1 };

// Who is told. Stored: never renumber.
enum class NotificationRecipient : std::uint8_t { kCustomer = 1 };

// Who has asked that a notification be sent again, and when by the database's clock.
struct Resending {
  Actor actor;
  std::optional<Actor> on_behalf_of;
  absl::Time at = {};

  friend bool operator==(const Resending&, const Resending&) = default;
};

// A row of the ledger: one activity, one recipient, one channel.
struct Notification {
  Number subject;
  std::int32_t seq = 0;  // of the activity
  NotificationChannel channel = NotificationChannel::kEmail;
  NotificationRecipient recipient = NotificationRecipient::kCustomer;
  SubjectKind subject_kind = SubjectKind::kOrder;
  std::int32_t unit_seq = 0;  // of the first activity of its unit
  absl::Time recorded_at;     // when the activity was
  absl::Time created_at;      // when it was recorded, or queued again
  NotificationState state = NotificationState::kQueued;
  NotificationReason reason = NotificationReason::kNone;
  std::string detail;   // the mail server's words to the last attempt; personal
  std::string address;  // to which the last attempt went; personal
  std::string title;    // the subject line of the mail; personal
  // The seq that names the mail which tells this along with others. Nothing before the first
  // attempt.
  std::optional<std::int32_t> lead_seq;
  std::int32_t attempts = 0;                // since it was queued last
  std::int32_t failures = 0;                // of these, for a cause of its own: no outage
  std::int32_t generation = 0;              // how often it was queued again
  std::optional<absl::Time> due_at;         // while queued: not to be looked at before
  std::optional<absl::Time> finished_at;    // while not queued
  std::optional<absl::Time> claimed_until;  // while a server delivers it, or has left it in doubt
  std::optional<absl::Time> sent_at;        // last; also while it is sent again
  std::optional<Resending> resending;       // the last

  friend bool operator==(const Notification&, const Notification&) = default;
};

// From that activity on the customer of that subject is not to be told what was queued before it.
struct Silence {
  Number subject;
  std::int32_t seq = 0;
  NotificationReason reason = NotificationReason::kNone;
};

// What may be delivered now, as of the database's `now`.
struct DueNotifications {
  absl::Time now;
  // All that are queued of some subjects, by subject and seq: also those that are not due or are
  // claimed.
  std::vector<Notification> notifications;
};

// One connection for working on the ledger. Not thread-safe; every call blocks and is a transaction
// of its own. Errors as in store.h; after UNAVAILABLE it must not be used again, and what was under
// way may have been done.
class NotificationSession {
 public:
  virtual ~NotificationSession() = default;

  // Takes the lease on all work, or renews ours, for `length` from now on. Returns the fencing
  // number, which every taking raises and no renewal does; nothing while another server has it.
  // From then on this session lasts little longer than `length` when it is not used, so that who
  // has come to a halt holds up nobody.
  virtual absl::StatusOr<std::optional<std::int64_t>> TakeLease(absl::string_view owner,
                                                                absl::Duration length) = 0;
  // Gives the lease back if that fencing number is still its own.
  virtual absl::Status ReleaseLease(std::int64_t fence) = 0;

  // The place in the feed from which activities are still to be recorded. The head of the feed,
  // which is kept, when there was none: what happened before anybody could send is no news.
  virtual absl::StatusOr<FeedMark> BeginRecording(absl::Time now) = 0;
  // Adds notifications, but for those that are there already, and moves the place on. Those that
  // are queued are due now, or when the news are that their subject waits to be told of already.
  // With `silences`, suppresses what is queued for the first time and is on its way to nobody.
  // Does nothing and returns false when `fence` has been overtaken.
  virtual absl::StatusOr<bool> Record(std::int64_t fence,
                                      absl::Span<const Notification> notifications,
                                      absl::Span<const Silence> silences, const FeedMark& place,
                                      absl::Time now) = 0;

  // Of at most so many subjects, those due for the longest time. What is of a sort that only a
  // newer server knows is left to that one.
  virtual absl::StatusOr<DueNotifications> ListDue(std::int32_t subjects) = 0;
  // Claims queued ones for delivery: writes them as they are given, all or none. Each must have one
  // attempt more than it had. Returns false, and does nothing, when `fence` has been overtaken or
  // one of them is not as it was.
  virtual absl::StatusOr<bool> Claim(std::int64_t fence,
                                     absl::Span<const Notification> notifications) = 0;
  // Notes what became of attempts: writes each as it is given, unless another attempt has begun
  // since; whoever holds the lease, since it is true. Returns how many were written.
  virtual absl::StatusOr<std::int64_t> Note(absl::Span<const Notification> notifications) = 0;

  // Queues it again, as if it were new, when it is not queued, and so the others of its unit, which
  // are told together; that they were sent, and when, stays. Nothing when there is none; as it
  // stands then, and with a `key` that was given for that unit before, as it stands. Of `by`, the
  // time is not looked at.
  virtual absl::StatusOr<std::optional<Notification>> Resend(Number subject, std::int32_t seq,
                                                             const RequestKey& key,
                                                             const Resending& by) = 0;
};

// The place in a list of notifications, newest first.
struct NotificationCursor {
  absl::Time created_at;
  Number subject;
  std::int32_t seq = 0;
};

// Which notifications to list, the last created first.
struct NotificationQuery {
  std::optional<Number> subject;
  std::vector<NotificationState> states;    // empty: all of them
  bool only_sent = false;                   // once at least, in whatever state; with a subject only
  std::optional<std::int32_t> unit_seq;     // of this unit; with a subject only
  std::optional<NotificationCursor> after;  // exclusive
  std::int32_t limit = 50;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_NOTIFICATION_H_
