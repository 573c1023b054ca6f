// Where the feed and its watchers in this process meet: a bounded window of the newest units, and
// for each watcher a queue of what it has not taken yet. The tailer (feed_tailer.h) fills it.
#ifndef IPSTORE_ORDERS_SERVER_FEED_FEED_HUB_H_
#define IPSTORE_ORDERS_SERVER_FEED_FEED_HUB_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "domain/number.h"
#include "server/feed/feed_unit.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// Why a stream ends.
enum class FeedEnd : std::uint8_t {
  kTooSlow,         // it has left too much untaken, or for too long
  kHistoryChanged,  // what it has been told of is no longer the history
  kUnreadable,      // an activity comes that this server does not understand
  kStopping,        // the server shuts down
  kUnavailable,     // the database cannot be read
  kForbidden,       // what is watched is no longer the watcher's to see
};

struct FeedHubOptions {
  std::size_t window_bytes = 32 << 20;
  // What may wait for one watcher when more is published, and for how long, be it in its queue or
  // on its way to it: else it is cut off. What waits is mostly shared with the window, so that it
  // costs little; after twice that age a watcher that does not even take its end is given up.
  std::size_t queue_bytes = 16 << 20;
  absl::Duration queue_age = absl::Seconds(30);
  // A watcher with nothing to take is woken after this long, to tell that all is well.
  absl::Duration heartbeat = absl::Seconds(15);
};

// One watcher's place. Made by whoever watches, filled by the hub, which knows it from Enter() to
// Leave().
class FeedSubscription {
 public:
  // `on_ready` is called, on any thread and without a lock, when there is something to take; again
  // only after a Take() that found nothing. Also once when the watcher is given up. It must not
  // block.
  FeedSubscription(FeedScope scope, std::function<void()> on_ready)
      : scope_(std::move(scope)), on_ready_(std::move(on_ready)) {}

  FeedSubscription(const FeedSubscription&) = delete;
  FeedSubscription& operator=(const FeedSubscription&) = delete;

  const FeedScope& scope() const { return scope_; }

  // Between the two something is on its way to the watcher. Thread-safe.
  void BeginSending(absl::Time now) { sending_since_ = absl::ToUnixNanos(now); }
  void EndSending() { sending_since_ = kNothing; }

  // What is on its way does not arrive. Thread-safe.
  bool given_up() const { return given_up_; }

 private:
  friend class FeedHub;

  static constexpr std::int64_t kNothing = 0;

  const FeedScope scope_;
  const std::function<void()> on_ready_;
  std::atomic<std::int64_t> sending_since_ = kNothing;  // Unix nanoseconds
  std::atomic<bool> given_up_ = false;

  // The hub's mutex guards all below.
  std::deque<FeedUnitPointer> queue_;
  std::size_t queue_bytes_ = 0;
  absl::Time waiting_since_;   // of the oldest in the queue
  absl::Time told_at_;         // when something was taken last
  FeedMark after_;             // units up to here are known to the watcher
  bool joined_ = false;        // units come
  std::uint64_t offered_ = 0;  // in which Publish() something came last
  bool asked_ = false;         // on_ready_ was called and nothing taken since
  bool heartbeat_due_ = false;
  std::optional<FeedEnd> end_;
};

using FeedSubscriptionPointer = std::shared_ptr<FeedSubscription>;

struct FeedHubStats {
  FeedMark mark;
  std::size_t window_units = 0;
  std::size_t window_bytes = 0;
  std::size_t watchers = 0;
  std::uint64_t cut_off = 0;  // since the start
};

// Thread-safe; no call blocks for long.
class FeedHub {
 public:
  FeedHub(FeedHubOptions options, std::function<absl::Time()> clock)
      : options_(options), clock_(std::move(clock)) {}

  FeedHub(const FeedHub&) = delete;
  FeedHub& operator=(const FeedHub&) = delete;

  // --- For the tailer, on one thread ---

  // The window begins anew, empty, at that place.
  void Begin(FeedMark mark);
  // The units that follow what was published last, in order. What one of them redacts is redacted
  // in the window and in what waits for watchers, too.
  void Publish(const std::vector<FeedUnitPointer>& units);
  // Ends all watchers, and refuses those who come until the next Begin(); after kStopping for good.
  // Those who still read in the table are ended only by kStopping and kUnavailable.
  void EndAll(FeedEnd why);
  // To be called about once a second, on any thread: cuts off those who are too slow, wakes those
  // who are due for a heartbeat.
  void Tick();

  // --- For watchers ---

  // From now on the watcher is told when all end, and is watched itself for being too slow.
  void Enter(const FeedSubscriptionPointer& subscription);

  enum class Joined : std::uint8_t {
    kLive,            // from now on units come, or it is Ended()
    kBehind,          // the window does not hold what comes next: read on in the table
    kHistoryChanged,  // that place is none of this history
    kAhead,           // the tailer has not come to that place or its epoch yet
  };
  // Lets units after that place come. Not before Begin().
  Joined Join(const FeedSubscriptionPointer& subscription, const FeedMark& mark);
  // The same for a place that was just read in the table, so that it may lie ahead of the tailer.
  Joined JoinVerified(const FeedSubscriptionPointer& subscription, const FeedMark& mark);
  // Why nothing comes any more.
  std::optional<FeedEnd> Ended(const FeedSubscriptionPointer& subscription) const;
  // Nothing comes any more. Units that wait are dropped.
  void Leave(const FeedSubscriptionPointer& subscription);

  struct Taken {
    std::vector<FeedUnitPointer> units;  // those that hold something of the scope
    FeedMark mark;                       // everything of the scope up to here was taken
    bool heartbeat = false;              // with no units: tell that all is well
    std::optional<FeedEnd> end;          // nothing comes any more, nor was anything taken
  };
  // What waits, `max_bytes` at most but for a single unit that is larger.
  Taken Take(const FeedSubscriptionPointer& subscription, std::size_t max_bytes);

  FeedMark mark() const;
  bool IsWatched() const;
  FeedHubStats stats() const;
  // How many redactions were published: what was read in the table before the last one may hold
  // what is to be forgotten.
  std::uint64_t redactions() const { return redactions_; }

 private:
  using Watchers = absl::flat_hash_set<FeedSubscriptionPointer>;
  using ToWake = std::vector<FeedSubscriptionPointer>;
  using ToEnd = std::vector<std::pair<FeedSubscriptionPointer, FeedEnd>>;

  // With mutex_ held:
  Watchers& WatchersOf(const FeedScope& scope);
  void Register(const FeedSubscriptionPointer& subscription, const FeedMark& after);
  void Unregister(const FeedSubscriptionPointer& subscription);
  Joined JoinInWindow(const FeedSubscriptionPointer& subscription, const FeedMark& mark);
  void CheckAhead(const FeedUnit& unit, ToEnd& to_end);
  void TickOne(const FeedSubscriptionPointer& subscription, absl::Time now, ToWake& to_wake,
               ToEnd& to_end);
  void Offer(const FeedUnitPointer& unit, const Watchers& watchers, ToWake& to_wake,
             ToEnd& to_end) const;
  void Enqueue(FeedSubscription& subscription, const FeedUnitPointer& unit) const;
  void End(const FeedSubscriptionPointer& subscription, FeedEnd why, ToWake& to_wake);
  void AddToWindow(const FeedUnitPointer& unit);
  void Redact(const FeedUnit& redaction);
  static void Ask(const FeedSubscriptionPointer& subscription, ToWake& to_wake);
  static void Wake(const ToWake& to_wake);

  const FeedHubOptions options_;
  const std::function<absl::Time()> clock_;

  mutable std::mutex mutex_;      // guards all below
  FeedMark mark_;                 // of what was published last
  std::uint64_t publishing_ = 0;  // counts the calls of Publish()
  std::deque<FeedUnitPointer> window_;
  std::size_t window_bytes_ = 0;
  FeedMark window_after_;  // the window holds everything after this place
  std::optional<FeedEnd> ended_;
  absl::flat_hash_map<Number, Watchers> of_subject_;
  absl::flat_hash_map<std::string, Watchers> of_customer_;
  Watchers of_all_;
  Watchers ahead_;      // those who joined at a place to which the tailer has still to come
  Watchers everybody_;  // who has entered
  std::uint64_t cut_off_ = 0;
  std::atomic<std::uint64_t> redactions_ = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_FEED_FEED_HUB_H_
