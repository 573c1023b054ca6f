// The feed as it is stored: all activities in the order in which they were committed, and how far
// those have come who keep their place in the database.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_FEED_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_FEED_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/number.h"

namespace ipstore::orders {

// Where the feed stands.
struct FeedHead {
  std::int64_t epoch = 0;     // raised when history was changed under the feed
  std::int64_t position = 0;  // of the last activity; 0 when there is none
};

// Tells the activity at a position from any other that might stand there after history was changed.
// A redaction does not change it. Never 0.
std::uint64_t FingerprintOf(Number subject, std::int32_t seq, absl::Time recorded_at);

// A place in the feed: right after the activity at `position`. What durable cursors and the tokens
// of watchers hold.
struct FeedMark {
  std::int64_t epoch = 0;
  std::int64_t position = 0;      // 0: before the first activity
  std::uint64_t fingerprint = 0;  // of the activity there; 0 where there is none

  friend bool operator==(const FeedMark&, const FeedMark&) = default;
};

// Which part of the feed to read: one subject's, one customer's, or, with neither, all of it.
// Internal activities are among them.
struct FeedQuery {
  std::optional<Number> subject;
  std::optional<std::string> customer_id;  // not together with `subject`
  // Exclusive. Nothing: the head, so that the page tells no more than where that is.
  std::optional<std::int64_t> after;
  std::int32_t limit = 500;
};

struct FeedActivity {
  Activity activity;
  std::int32_t unit_size = 0;     // of the unit that it begins; 0 when it begins none
  std::size_t payload_bytes = 0;  // as it is stored
};

// Part of the feed as of one moment.
struct FeedPage {
  // The fingerprint only where the page reaches the head, else 0.
  FeedMark head;
  // Of the activity at the query's `after`, or at the head; 0 when none is there.
  std::uint64_t fingerprint = 0;
  // In order of position; complete up to the head if there are fewer than the limit.
  std::vector<FeedActivity> activities;
  // DATA_LOSS when the activity after these cannot be understood, for example because a newer
  // server wrote it.
  absl::Status unreadable;
};

// The consumer that records what customers are to be told of (notification.h). Callers cannot name
// theirs so (feed_service.cc).
inline constexpr char kNotificationsConsumer[] = "~notifications";

// Somebody who works through the feed and keeps their place in the database.
struct FeedConsumer {
  std::string name;
  FeedMark mark;  // everything up to here is done
  absl::Time saved_at;
};

struct FeedConsumerStatus {
  FeedConsumer consumer;
  // Its place is of a history that was changed under it.
  bool history_changed = false;
  // When the first activity after the consumer's place was recorded; nothing when there is none.
  std::optional<absl::Time> waiting_since;
};

// The feed and its consumers as of one moment.
struct FeedStatus {
  FeedHead head;
  std::vector<FeedConsumerStatus> consumers;  // by name
};

// One connection for keeping places. Not thread-safe; every call blocks and is a transaction of its
// own. Errors as in store.h.
class FeedConsumerSession {
 public:
  virtual ~FeedConsumerSession() = default;

  // Also moves a place back.
  virtual absl::Status Save(const FeedConsumer& consumer) = 0;
  // Whether there was one.
  virtual absl::StatusOr<bool> Delete(absl::string_view name) = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_FEED_H_
