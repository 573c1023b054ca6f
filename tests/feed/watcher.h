// A watcher for tests: takes what a stream gives it, and waits for it.
#ifndef IPSTORE_ORDERS_TESTS_FEED_WATCHER_H_
#define IPSTORE_ORDERS_TESTS_FEED_WATCHER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "server/feed/feed_stream.h"

namespace ipstore::orders::test {

// Thread-safe. Says Sent() by itself unless it is told to hold back.
class Watcher final : public FeedSink {
 public:
  // Held back from the beginning, it takes the first delivery and no other.
  Watcher(FeedHub& hub, ReadPool& reads, FeedScope scope, std::optional<FeedMark> after,
          bool held_back = false);
  // As Leave().
  ~Watcher() override;

  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  // Does not take anything more until GoOn().
  void HoldBack();
  void GoOn();
  void Leave();

  // Wait for half a minute at most; false when it was in vain.
  bool WaitForActivities(std::size_t count);
  bool WaitForDeliveries(std::size_t count);
  std::optional<FeedEnd> WaitForEnd();
  bool WaitUntilGivenUp();

  // What has come so far.
  std::vector<FeedDelivery> deliveries() const;
  std::vector<Activity> activities() const;
  std::vector<std::int64_t> positions() const;
  // Of the last delivery, or of the end.
  FeedMark mark() const;
  // What the end came with.
  std::optional<FeedMark> end_mark() const;

  void Send(FeedDelivery delivery) override;
  void End(FeedEnd why, std::optional<FeedMark> mark) override;
  void GiveUp() override;

 private:
  class Acknowledger;

  const FeedScope scope_;
  std::shared_ptr<FeedStream> stream_;
  std::unique_ptr<Acknowledger> acknowledger_;

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::vector<FeedDelivery> deliveries_;
  std::size_t activities_ = 0;  // in them that the scope shows
  FeedMark mark_;
  std::optional<FeedMark> end_mark_;
  std::optional<FeedEnd> end_;
  bool given_up_ = false;
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_FEED_WATCHER_H_
