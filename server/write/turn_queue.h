// A bounded queue from many threads to several that take everything which waits at once, one after
// the other: whoever has taken a batch holds the turn until the work on it has come so far that the
// next batch may be begun beside it.
//
// std::mutex for the reason that queue.h gives.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_TURN_QUEUE_H_
#define IPSTORE_ORDERS_SERVER_WRITE_TURN_QUEUE_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace ipstore::orders {

// Thread-safe. Only TakeBatch blocks.
template <typename T>
class TurnQueue {
 public:
  struct Batch {
    std::vector<T> items;
    std::uint64_t turn = 0;  // for PassOn()
  };

  // A turn that lasts longer than `patience` is over even if it was not passed on: somebody waits
  // for a lock, and what has nothing to do with that goes on.
  TurnQueue(std::size_t capacity, std::chrono::steady_clock::duration patience)
      : capacity_(capacity), patience_(patience) {}

  TurnQueue(const TurnQueue&) = delete;
  TurnQueue& operator=(const TurnQueue&) = delete;

  // Moves from `item` and returns true; leaves it as it is and returns false when the queue is full
  // or closed.
  bool TryPush(T& item) {
    bool wakes;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      // While somebody has the turn, one waits with a time limit already, but for the first item.
      wakes = waiting_ > 0 && (!taken_ || items_.empty());
      items_.push_back(std::move(item));
    }
    if (wakes) changed_.notify_one();
    return true;
  }

  // Waits until something is there and nobody has the turn, then takes the oldest items, `max` at
  // most, and the turn. Empty only when the queue is closed and everything was taken.
  Batch TakeBatch(std::size_t max) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    while (!MayTake()) {
      if (taken_ && !items_.empty()) {
        changed_.wait_until(lock, taken_at_ + patience_);
      } else {
        changed_.wait(lock);
      }
    }
    --waiting_;
    Batch batch{.items = {}, .turn = ++turn_};
    taken_ = !items_.empty();
    taken_at_ = std::chrono::steady_clock::now();
    const auto end =
        items_.begin() + static_cast<std::ptrdiff_t>(max < items_.size() ? max : items_.size());
    batch.items.assign(std::make_move_iterator(items_.begin()), std::make_move_iterator(end));
    items_.erase(items_.begin(), end);
    return batch;
  }

  // The next batch may be begun. Without effect when that turn is over already.
  void PassOn(std::uint64_t turn) {
    bool wakes;
    {
      const std::lock_guard lock(mutex_);
      if (turn != turn_ || !std::exchange(taken_, false)) return;
      wakes = waiting_ > 0 && !items_.empty();
    }
    if (wakes) changed_.notify_one();
  }

  // No more is taken in; what waits can still be taken out.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  bool MayTake() const {
    if (items_.empty()) return closed_;
    return !taken_ || std::chrono::steady_clock::now() >= taken_at_ + patience_;
  }

  const std::size_t capacity_;
  const std::chrono::steady_clock::duration patience_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<T> items_;
  int waiting_ = 0;         // threads inside TakeBatch
  std::uint64_t turn_ = 0;  // of the batch that was taken last
  bool taken_ = false;      // that turn is not over
  std::chrono::steady_clock::time_point taken_at_;
  bool closed_ = false;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_TURN_QUEUE_H_
