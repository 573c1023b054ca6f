// Follows the feed's table and publishes what is new to the hub: at once when this server has
// committed something, and by polling for what other servers commit. One reader for all watchers of
// the process.
#ifndef IPSTORE_ORDERS_SERVER_FEED_FEED_TAILER_H_
#define IPSTORE_ORDERS_SERVER_FEED_FEED_TAILER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/feed/feed_hub.h"
#include "server/storage/store.h"

namespace ipstore::orders {

struct FeedTailerOptions {
  // How often to look for what others have committed; doubled up to the idle interval while nothing
  // comes.
  absl::Duration poll_interval = absl::Milliseconds(100);
  absl::Duration idle_interval = absl::Milliseconds(500);
  // What this server commits within this time is read together; the second is for when nobody
  // watches.
  absl::Duration gathering = absl::Milliseconds(5);
  absl::Duration gathering_unwatched = absl::Milliseconds(50);
  // For how long the database may be away before all watchers are ended, so that they look for
  // another server: until then they are told that all is well.
  absl::Duration patience = absl::Seconds(10);
  // How often the hub looks for those who are too slow or are to be told that all is well.
  absl::Duration tick = absl::Seconds(1);
  // Activities that are read at a time.
  std::int32_t page = 500;
  // Called with one line on each thing an operator should know of. Must not block. The text is for
  // logs only.
  std::function<void(absl::string_view line)> on_trouble;
};

// Thread-safe.
class FeedTailer {
 public:
  // Begins at the head of the feed and starts the thread. `store` and `hub` must outlive it. Errors
  // as in store.h. Blocks for one query.
  static absl::StatusOr<std::unique_ptr<FeedTailer>> Start(Store& store, FeedHub& hub,
                                                           FeedTailerOptions options);

  // As Stop().
  ~FeedTailer();

  FeedTailer(const FeedTailer&) = delete;
  FeedTailer& operator=(const FeedTailer&) = delete;

  // This server has committed something. Never blocks for long.
  void Wake();

  // Ends all watchers, now and for good, and lets the threads end. Does not block.
  void BeginStop();
  // The same, and waits until the threads have ended. Blocks. May be called more than once.
  void Stop();

 private:
  FeedTailer(Store& store, FeedHub& hub, FeedTailerOptions options, FeedMark begin);

  void Run();
  bool Wait(absl::Duration interval);
  absl::Status Follow(bool woken, bool& progress);
  absl::Status ReadOn(bool& progress);
  absl::Status BeginAnew();
  // What follows from how it went.
  void Conclude(const absl::Status& status);
  // With kUnavailable only if the database is away.
  void EndAll(FeedEnd why);
  void AdmitAgain();
  void Report(const absl::Status& status);
  // The second thread, for what must go on while the database lets the first one wait.
  void KeepTime();
  bool IsStopping() const;
  bool IsAway() const;

  Store& store_;
  FeedHub& hub_;
  const FeedTailerOptions options_;

  // Of the first thread:
  FeedMark mark_;  // what was published last
  std::unique_ptr<Reader> reader_;
  absl::Status trouble_;  // as it was reported last

  std::mutex admitting_;  // held over the flag and what it says of the hub
  bool ended_ = false;    // all watchers, until the feed can be followed again

  std::mutex joining_;        // one caller at a time waits for the end of the threads
  mutable std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::condition_variable stop_;
  bool woken_ = false;
  bool stopping_ = false;
  absl::Time trying_since_ = absl::InfiniteFuture();  // to follow it, without success yet
  std::thread thread_;                                // the last two: they use all above
  std::thread time_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_FEED_FEED_TAILER_H_
