#include "server/read/read_pool.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace ipstore::orders {
namespace {

// A read is run this often at most before its connection or snapshot is given up.
constexpr int kAttempts = 3;

}  // namespace

// What one thread has: its connection.
class ReadPool::Worker {
 public:
  Worker(Store& store, const ReadPoolOptions& options) : store_(store), options_(options) {}

  void Serve(ReadTask task) {
    absl::Status status;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      if (task.cancelled != nullptr && task.cancelled->load(std::memory_order_relaxed)) {
        return std::move(task.refuse)(CancelledByCaller());
      }
      if (task.deadline <= options_.clock()) return std::move(task.refuse)(DeadlineExceeded());
      status = RunOnce(task);
      if (status.ok()) return;
      Report("a read failed: ", status.ToString());
      if (!absl::IsUnavailable(status) && !absl::IsAborted(status)) break;
    }
    if (absl::IsUnavailable(status) || absl::IsAborted(status))
      return std::move(task.refuse)(Unavailable());
    const std::string incident = absl::StrCat("R", absl::ToUnixMicros(options_.clock()));
    Report("incident ", incident, ": ", status.ToString());
    std::move(task.refuse)(Internal(incident));
  }

 private:
  absl::Status RunOnce(ReadTask& task) {
    if (reader_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Reader>> opened = store_.OpenReader();
      if (!opened.ok()) return absl::UnavailableError(opened.status().message());
      reader_ = *std::move(opened);
    }
    absl::Status status = task.run(*reader_);
    if (absl::IsUnavailable(status)) reader_.reset();
    return status;
  }

  template <typename... Parts>
  void Report(const Parts&... parts) const {
    if (options_.on_trouble) options_.on_trouble(absl::StrCat(parts...));
  }

  Store& store_;
  const ReadPoolOptions& options_;
  std::unique_ptr<Reader> reader_;
};

ReadPool::ReadPool(Store& store, ReadPoolOptions options)
    : options_(std::move(options)), store_(store), queue_(options_.queue_capacity) {
  for (int i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this] {
      Worker worker(store_, options_);
      while (true) {
        std::vector<ReadTask> taken = queue_.TakeBatch(1);
        if (taken.empty()) return;
        worker.Serve(std::move(taken.front()));
      }
    });
  }
}

ReadPool::~ReadPool() {
  Stop();
}

void ReadPool::Submit(ReadTask task) {
  if (!queue_.TryPush(task)) std::move(task.refuse)(stopped_ ? Unavailable() : Overloaded());
}

void ReadPool::Stop() {
  stopped_ = true;
  queue_.Close();
  const std::lock_guard lock(joining_);
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

}  // namespace ipstore::orders
