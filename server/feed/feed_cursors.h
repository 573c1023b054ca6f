// Keeps the places of the feed's consumers in the database, without blocking who asks for it.
#ifndef IPSTORE_ORDERS_SERVER_FEED_FEED_CURSORS_H_
#define IPSTORE_ORDERS_SERVER_FEED_FEED_CURSORS_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// Thread-safe.
class FeedCursors {
 public:
  // Called exactly once, on any thread. Must not block. Errors as in store.h, UNAVAILABLE also when
  // the server shuts down, RESOURCE_EXHAUSTED when too many wait.
  using Saved = absl::AnyInvocable<void(absl::Status) &&>;
  using Deleted = absl::AnyInvocable<void(absl::StatusOr<bool>) &&>;

  // Starts the thread. `store` must outlive this.
  explicit FeedCursors(Store& store);
  // As Stop().
  ~FeedCursors();

  FeedCursors(const FeedCursors&) = delete;
  FeedCursors& operator=(const FeedCursors&) = delete;

  // Until when somebody waits for the answer: what comes to its turn later is not begun.
  struct Patience {
    absl::Time deadline = absl::InfiniteFuture();
    std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
  };

  // Neither blocks. What is asked for first is done first.
  void Save(FeedConsumer consumer, Patience patience, Saved done);
  void Delete(std::string name, Patience patience, Deleted done);

  // Refuses what waits and what comes from now on. Blocks for as long as the answers take.
  void BeginStop();
  // The same, and ends the thread. Blocks. May be called more than once.
  void Stop();

 private:
  // What is to be done on a session, and with what it came to. An OK status of `run` says that
  // `answer` holds.
  struct Task {
    absl::AnyInvocable<absl::Status(FeedConsumerSession&)> run;
    absl::AnyInvocable<void(absl::Status) &&> answer;
    Patience patience;
  };

  void Submit(Task task);
  // Takes the task, or leaves it alone and says why.
  absl::Status Enqueue(Task& task);
  void Run();
  absl::Status Do(Task& task);
  absl::Status Attempt(Task& task);

  Store& store_;
  std::unique_ptr<FeedConsumerSession> session_;  // of the thread

  std::mutex joining_;  // one caller at a time waits for the end of the thread
  std::mutex mutex_;    // guards all below
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_FEED_FEED_CURSORS_H_
