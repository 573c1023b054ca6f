// Runs reads on threads of their own, each with a connection, so that gRPC's few callback threads
// never wait for the database.
#ifndef IPSTORE_ORDERS_SERVER_READ_READ_POOL_H_
#define IPSTORE_ORDERS_SERVER_READ_READ_POOL_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/refusal.h"
#include "server/storage/store.h"
#include "server/write/queue.h"

namespace ipstore::orders {

struct ReadPoolOptions {
  int threads = 4;
  // Reads that may wait; more are refused with OVERLOADED.
  std::size_t queue_capacity = 8192;
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  // Called with one line on each thing an operator should know of. Must not block. The text is for
  // logs only.
  std::function<void(absl::string_view line)> on_trouble;
};

// One read. Exactly one of the two functions brings it to its end.
struct ReadTask {
  // Reads and answers the caller; may block. It must not have answered when it returns an error: a
  // read that lost its connection or its snapshot is run again, other errors end in refuse().
  absl::AnyInvocable<absl::Status(Reader&)> run;
  // Called when the read cannot be done: OVERLOADED, DEADLINE_EXCEEDED, CANCELLED_BY_CALLER,
  // UNAVAILABLE, INTERNAL.
  absl::AnyInvocable<void(Refusal) &&> refuse;
  absl::Time deadline = absl::InfiniteFuture();
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
};

// Thread-safe.
class ReadPool {
 public:
  // Starts the threads. `store` must outlive this.
  ReadPool(Store& store, ReadPoolOptions options);

  // As Stop().
  ~ReadPool();

  ReadPool(const ReadPool&) = delete;
  ReadPool& operator=(const ReadPool&) = delete;

  // Hands over a read; never blocks. With a full queue or after Stop() it is refused at once.
  void Submit(ReadTask task);

  // By the clock that reads' deadlines are judged by.
  absl::Time Now() const { return options_.clock(); }

  // Takes no more reads, finishes those that wait, ends the threads. Blocks. May be called more
  // than once.
  void Stop();

 private:
  class Worker;

  ReadPoolOptions options_;
  Store& store_;
  BatchQueue<ReadTask> queue_;
  std::atomic<bool> stopped_ = false;
  std::mutex joining_;  // one thread at a time waits for the ends of the others
  std::vector<std::thread> threads_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_READ_READ_POOL_H_
