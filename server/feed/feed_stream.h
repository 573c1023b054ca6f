// One watcher's stream: reads what it has missed from the table, page by page, then goes over to
// the hub; gives each piece on only when the one before is on its way.
#ifndef IPSTORE_ORDERS_SERVER_FEED_FEED_STREAM_H_
#define IPSTORE_ORDERS_SERVER_FEED_FEED_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "server/feed/feed_hub.h"
#include "server/feed/feed_unit.h"
#include "server/read/read_pool.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// Activities that are read from the table at a time.
inline constexpr std::int32_t kFeedPage = 100;
// What is given on at a time, but for a single unit that is larger. Only what is shown counts, so
// that the sizes of messages tell nothing of what lies between.
inline constexpr std::size_t kFeedDeliveryUnits = 100;
inline constexpr std::size_t kFeedDeliveryBytes = 256 << 10;
// Pages with too little for a delivery after which the watcher is told how far the stream has come;
// but not customers, who could count by that what is hidden from them. All that one of them has is
// read in a moment.
inline constexpr int kQuietPages = 20;

// What a stream gives on: units in order, or none when it only tells that all is well.
struct FeedDelivery {
  std::vector<FeedUnitPointer> units;  // each holds something of the scope
  FeedMark mark;                       // a stream that begins after it misses nothing
};

// Where a stream goes to: a gRPC call, or a test. None of the methods blocks or calls the stream
// back before it returns.
class FeedSink {
 public:
  virtual ~FeedSink() = default;

  // One Sent() is wanted when it is on its way. Not called again before that came.
  virtual void Send(FeedDelivery delivery) = 0;
  // Nothing comes any more; what was sent last may still be on its way. A stream that begins after
  // `mark` misses nothing; without one it was not known yet where this one begins.
  virtual void End(FeedEnd why, std::optional<FeedMark> mark) = 0;
  // After End(): what was sent last does not arrive. Nobody need wait for it.
  virtual void GiveUp() = 0;
};

// Thread-safe; no method blocks. Shared with the reads that are on their way, so that it may
// outlive its sink, which it leaves alone once it was cancelled.
class FeedStream : public std::enable_shared_from_this<FeedStream> {
 public:
  // `hub`, `reads` and, until Cancel(), `sink` must outlive it.
  FeedStream(FeedHub& hub, ReadPool& reads, FeedScope scope, FeedSink* sink)
      : hub_(hub), reads_(reads), scope_(std::move(scope)), sink_(sink) {}

  // Begins after that place, or now. Epoch 0 stands for the one that there is. Something is sent at
  // once, be it nothing but the mark.
  void Start(std::optional<FeedMark> after);
  // What was sent last is on its way.
  void Sent();
  // Nobody listens any more: the sink is not called after this has returned.
  void Cancel();

 private:
  enum class State : std::uint8_t { kReading, kLive, kEnded };

  void Proceed();
  void Read(FeedQuery query);
  void TakePage(FeedPage page, std::int32_t limit);
  void Refuse();
  bool HasEnded();
  FeedSubscriptionPointer NewSubscription();
  // With mutex_ held:
  std::optional<FeedQuery> NextStep();
  FeedQuery NextQuery();
  void BeginAfter(FeedMark mark);
  bool IsHistoryOf(const FeedPage& page) const;
  void TakeActivities(FeedPage page, std::int32_t limit);
  void TakeUnits(std::vector<FeedUnitPointer> units);
  void Joined(FeedHub::Joined joined);
  void TakeFromHub();
  bool IsTimeToSend() const;
  void SendRead();
  void ReadAgain();
  void SendNow(std::vector<FeedUnitPointer> units, FeedMark mark);
  void EndNow(FeedEnd why);

  FeedHub& hub_;
  ReadPool& reads_;
  const FeedScope scope_;

  std::mutex mutex_;  // guards all below
  FeedSink* sink_;    // null once it was cancelled
  FeedSubscriptionPointer subscription_;
  State state_ = State::kReading;
  FeedMark mark_;  // everything of the scope up to here was sent, or is in `read_`
  FeedMark sent_;  // of the last delivery; where the stream began before the first
  std::deque<FeedUnitPointer> read_;  // from the table, not sent yet
  std::uint64_t redactions_ = 0;      // that the hub knew of before these were read
  std::optional<FeedEnd> end_after_;  // once these are sent
  std::int32_t limit_ = kFeedPage;    // of the next page
  int quiet_pages_ = 0;               // since something was sent
  bool begun_ = false;                // it is known where the stream begins
  bool reading_ = false;
  bool sending_ = false;
  bool greeted_ = false;  // something was sent
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_FEED_FEED_STREAM_H_
