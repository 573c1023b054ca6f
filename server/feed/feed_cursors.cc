#include "server/feed/feed_cursors.h"

#include <utility>

#include "absl/time/clock.h"

namespace ipstore::orders {
namespace {

// Each is a call of a consumer, of which there are few.
constexpr std::size_t kMaxWaiting = 1024;
// A connection may have been lost while it lay idle, and somebody else may have been writing.
constexpr int kAttempts = 3;

absl::Status ShuttingDown() {
  return absl::UnavailableError("the server is shutting down");
}

}  // namespace

FeedCursors::FeedCursors(Store& store) : store_(store), thread_([this] { Run(); }) {}

FeedCursors::~FeedCursors() {
  Stop();
}

void FeedCursors::Save(FeedConsumer consumer, Patience patience, Saved done) {
  Submit({.run = [consumer = std::move(consumer)](
                     FeedConsumerSession& session) { return session.Save(consumer); },
          .answer = std::move(done),
          .patience = std::move(patience)});
}

void FeedCursors::Delete(std::string name, Patience patience, Deleted done) {
  auto existed = std::make_shared<bool>(false);
  Submit({.run = [name = std::move(name), existed](FeedConsumerSession& session) -> absl::Status {
            absl::StatusOr<bool> deleted = session.Delete(name);
            if (!deleted.ok()) return deleted.status();
            *existed = *deleted;
            return absl::OkStatus();
          },
          .answer =
              [existed, done = std::move(done)](absl::Status status) mutable {
                if (!status.ok()) return std::move(done)(std::move(status));
                std::move(done)(*existed);
              },
          .patience = std::move(patience)});
}

void FeedCursors::Submit(Task task) {
  absl::Status enqueued = Enqueue(task);
  if (!enqueued.ok()) return std::move(task.answer)(std::move(enqueued));
  changed_.notify_one();
}

absl::Status FeedCursors::Enqueue(Task& task) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return ShuttingDown();
  if (tasks_.size() >= kMaxWaiting)
    return absl::ResourceExhaustedError("too many places are being saved");
  tasks_.push_back(std::move(task));
  return absl::OkStatus();
}

void FeedCursors::BeginStop() {
  std::deque<Task> refused;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    refused.swap(tasks_);
  }
  changed_.notify_one();
  for (Task& task : refused) std::move(task.answer)(ShuttingDown());
}

void FeedCursors::Stop() {
  BeginStop();
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void FeedCursors::Run() {
  while (true) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (stopping_) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    std::move(task.answer)(Do(task));
  }
}

// Doing it twice is the same as doing it once.
absl::Status FeedCursors::Do(Task& task) {
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

absl::Status FeedCursors::Attempt(Task& task) {
  if (session_ == nullptr) {
    absl::StatusOr<std::unique_ptr<FeedConsumerSession>> opened = store_.OpenFeedConsumerSession();
    if (!opened.ok()) return absl::UnavailableError(opened.status().message());
    session_ = *std::move(opened);
  }
  absl::Status status = task.run(*session_);
  if (absl::IsUnavailable(status)) session_.reset();
  return status;
}

}  // namespace ipstore::orders
