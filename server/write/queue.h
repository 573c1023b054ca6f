// A bounded queue from many threads to one that takes everything which waits at once, or to several
// that share it.
//
// std::mutex rather than absl::Mutex, here and in the rest of the write path: thread sanitizer does
// not understand the latter in a library that was built without it.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_QUEUE_H_
#define IPSTORE_ORDERS_SERVER_WRITE_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iterator>
#include <mutex>
#include <utility>
#include <vector>

namespace ipstore::orders {

// Thread-safe. Only TakeBatch blocks.
template <typename T>
class BatchQueue {
 public:
  explicit BatchQueue(std::size_t capacity) : capacity_(capacity) {}

  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  // Moves from `item` and returns true; leaves it as it is and returns false when the queue is full
  // or closed.
  bool TryPush(T& item) {
    bool somebody_waits;
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= capacity_) return false;
      somebody_waits = waiting_ > 0;
      items_.push_back(std::move(item));
    }
    if (somebody_waits) not_empty_.notify_one();
    return true;
  }

  // Waits until something is there, then takes the oldest items, `max` at most. Empty only when the
  // queue is closed and everything was taken.
  std::vector<T> TakeBatch(std::size_t max) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    not_empty_.wait(lock, [this] { return closed_ || !items_.empty(); });
    --waiting_;
    if (items_.size() <= max) {
      std::vector<T> all(std::make_move_iterator(items_.begin()),
                         std::make_move_iterator(items_.end()));
      items_.clear();
      return all;
    }
    const auto end = items_.begin() + static_cast<std::ptrdiff_t>(max);
    std::vector<T> batch(std::make_move_iterator(items_.begin()), std::make_move_iterator(end));
    items_.erase(items_.begin(), end);
    return batch;
  }

  // No more is taken in; what waits can still be taken out.
  void Close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    not_empty_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;  // guards all below
  std::condition_variable not_empty_;
  std::deque<T> items_;
  int waiting_ = 0;  // threads inside TakeBatch: nobody is woken in vain
  bool closed_ = false;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_QUEUE_H_
