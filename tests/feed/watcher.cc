#include "tests/feed/watcher.h"

#include <chrono>
#include <functional>
#include <thread>
#include <utility>

namespace ipstore::orders::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

}  // namespace

// Says Sent() on a thread of its own, as gRPC does: a sink must not call its stream back.
class Watcher::Acknowledger {
 public:
  explicit Acknowledger(FeedStream& stream) : stream_(stream), thread_([this] { Run(); }) {}

  ~Acknowledger() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void Acknowledge() {
    {
      const std::lock_guard lock(mutex_);
      ++due_;
    }
    changed_.notify_all();
  }

  // What has come before is acknowledged first.
  void Hold() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return due_ == 0 && !busy_; });
    holding_ = true;
  }

  void GoOn() {
    {
      const std::lock_guard lock(mutex_);
      holding_ = false;
    }
    changed_.notify_all();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return stopping_ || (due_ > 0 && !holding_); });
      if (stopping_) return;
      --due_;
      busy_ = true;
      lock.unlock();
      stream_.Sent();
      lock.lock();
      busy_ = false;
      changed_.notify_all();
    }
  }

  FeedStream& stream_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  int due_ = 0;
  bool busy_ = false;
  bool holding_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

Watcher::Watcher(FeedHub& hub, ReadPool& reads, FeedScope scope, std::optional<FeedMark> after,
                 bool held_back)
    : scope_(scope),
      stream_(std::make_shared<FeedStream>(hub, reads, std::move(scope), this)),
      acknowledger_(std::make_unique<Acknowledger>(*stream_)),
      mark_(after.value_or(FeedMark())) {
  if (held_back) HoldBack();
  stream_->Start(after);
}

Watcher::~Watcher() {
  Leave();
}

void Watcher::Leave() {
  stream_->Cancel();
  acknowledger_.reset();
}

void Watcher::HoldBack() {
  acknowledger_->Hold();
}

void Watcher::GoOn() {
  acknowledger_->GoOn();
}

void Watcher::Send(FeedDelivery delivery) {
  // First, so that who has seen the delivery and then holds back holds back the next one. Sent()
  // waits until this has returned.
  acknowledger_->Acknowledge();
  const std::lock_guard lock(mutex_);
  for (const FeedUnitPointer& unit : delivery.units) {
    for (const Activity& activity : unit->activities) activities_ += scope_.Shows(activity);
  }
  mark_ = delivery.mark;
  deliveries_.push_back(std::move(delivery));
  changed_.notify_all();
}

void Watcher::End(FeedEnd why, std::optional<FeedMark> mark) {
  const std::lock_guard lock(mutex_);
  end_ = why;
  end_mark_ = mark;
  if (mark.has_value()) mark_ = *mark;
  changed_.notify_all();
}

std::optional<FeedMark> Watcher::end_mark() const {
  const std::lock_guard lock(mutex_);
  return end_mark_;
}

void Watcher::GiveUp() {
  const std::lock_guard lock(mutex_);
  given_up_ = true;
  changed_.notify_all();
}

bool Watcher::WaitUntilGivenUp() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return given_up_; });
}

bool Watcher::WaitForActivities(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return activities_ >= count; });
}

bool Watcher::WaitForDeliveries(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return deliveries_.size() >= count; });
}

std::optional<FeedEnd> Watcher::WaitForEnd() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return end_.has_value(); });
  return end_;
}

std::vector<FeedDelivery> Watcher::deliveries() const {
  const std::lock_guard lock(mutex_);
  return deliveries_;
}

std::vector<Activity> Watcher::activities() const {
  std::vector<Activity> shown;
  for (const FeedDelivery& delivery : deliveries()) {
    for (const FeedUnitPointer& unit : delivery.units) {
      for (const Activity& activity : unit->activities) {
        if (scope_.Shows(activity)) shown.push_back(activity);
      }
    }
  }
  return shown;
}

std::vector<std::int64_t> Watcher::positions() const {
  std::vector<std::int64_t> positions;
  for (const Activity& activity : activities()) positions.push_back(activity.position);
  return positions;
}

FeedMark Watcher::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

}  // namespace ipstore::orders::test
