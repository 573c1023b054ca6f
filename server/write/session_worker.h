// Does small things on a database session of its own, one after the other, without blocking who
// asks for them.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_SESSION_WORKER_H_
#define IPSTORE_ORDERS_SERVER_WRITE_SESSION_WORKER_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace ipstore::orders {

// Until when somebody waits for an answer: what comes to its turn later is not begun.
struct Patience {
  absl::Time deadline = absl::InfiniteFuture();
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
};

// Thread-safe. `Session` is one of the sessions of store.h each of whose calls is a transaction of
// its own.
template <typename Session>
class SessionWorker {
 public:
  using Open = std::function<absl::StatusOr<std::unique_ptr<Session>>()>;
  // What to do. May be called again after UNAVAILABLE or ABORTED, so that doing it twice must be
  // the same as doing it once.
  template <typename Result>
  using Act = absl::AnyInvocable<absl::StatusOr<Result>(Session&)>;
  // Called exactly once, on any thread. Must not block. Errors as in store.h, UNAVAILABLE also when
  // the server shuts down, RESOURCE_EXHAUSTED when too many wait, CANCELLED and DEADLINE_EXCEEDED
  // when nobody waits any more.
  template <typename Result>
  using Done = absl::AnyInvocable<void(absl::StatusOr<Result>) &&>;

  // Starts the thread. `open` opens its session, when there is something to do and again after it
  // was lost. At most `capacity` may wait.
  SessionWorker(Open open, std::size_t capacity)
      : open_(std::move(open)), capacity_(capacity), thread_([this] { Run(); }) {}
  // As Stop().
  ~SessionWorker() { Stop(); }

  SessionWorker(const SessionWorker&) = delete;
  SessionWorker& operator=(const SessionWorker&) = delete;

  // Does not block. What is asked for first is done first.
  template <typename Result>
  void Do(Patience patience, Act<Result> act, Done<Result> done) {
    auto result = std::make_shared<std::optional<Result>>();
    Submit({.run = [act = std::move(act), result](Session& session) mutable -> absl::Status {
              absl::StatusOr<Result> acted = act(session);
              if (!acted.ok()) return acted.status();
              *result = *std::move(acted);
              return absl::OkStatus();
            },
            .answer =
                [result, done = std::move(done)](absl::Status status) mutable {
                  if (!status.ok()) return std::move(done)(std::move(status));
                  std::move(done)(**std::move(result));
                },
            .patience = std::move(patience)});
  }

  // Refuses what waits and what comes from now on. Blocks for as long as the answers take.
  void BeginStop() {
    std::deque<Task> refused;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      refused.swap(tasks_);
    }
    changed_.notify_one();
    for (Task& task : refused) std::move(task.answer)(ShuttingDown());
  }

  // The same, and ends the thread. Blocks. May be called more than once.
  void Stop() {
    BeginStop();
    const std::lock_guard lock(joining_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  // A connection may have been lost while it lay idle, and somebody else may have been writing.
  static constexpr int kAttempts = 3;

  // An OK status of `run` says that `answer` has a result to give.
  struct Task {
    absl::AnyInvocable<absl::Status(Session&)> run;
    absl::AnyInvocable<void(absl::Status) &&> answer;
    Patience patience;
  };

  static absl::Status ShuttingDown() {
    return absl::UnavailableError("the server is shutting down");
  }

  void Submit(Task task) {
    absl::Status enqueued = Enqueue(task);
    if (!enqueued.ok()) return std::move(task.answer)(std::move(enqueued));
    changed_.notify_one();
  }

  // Takes the task, or leaves it alone and says why.
  absl::Status Enqueue(Task& task) {
    const std::lock_guard lock(mutex_);
    if (stopping_) return ShuttingDown();
    if (tasks_.size() >= capacity_) return absl::ResourceExhaustedError("too much is waiting");
    tasks_.push_back(std::move(task));
    return absl::OkStatus();
  }

  void Run() {
    while (true) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        if (stopping_) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      absl::Status status = Execute(task);
      std::move(task.answer)(std::move(status));
    }
  }

  absl::Status Execute(Task& task) {
    absl::Status status;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (task.patience.cancelled != nullptr && *task.patience.cancelled)
        return absl::CancelledError("nobody waits for it any more");
      if (absl::Now() >= task.patience.deadline)
        return absl::DeadlineExceededError("its turn came too late");
      status = Attempt(task);
      if (!absl::IsUnavailable(status) && !absl::IsAborted(status)) return status;
    }
    return status;
  }

  absl::Status Attempt(Task& task) {
    if (session_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Session>> opened = open_();
      if (!opened.ok()) return absl::UnavailableError(opened.status().message());
      session_ = *std::move(opened);
    }
    absl::Status status = task.run(*session_);
    if (absl::IsUnavailable(status)) session_.reset();
    return status;
  }

  const Open open_;
  const std::size_t capacity_;
  std::unique_ptr<Session> session_;  // of the thread

  std::mutex joining_;  // one caller at a time waits for the end of the thread
  std::mutex mutex_;    // guards all below
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_SESSION_WORKER_H_
