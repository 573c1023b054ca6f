// Where the writers of one store expect the head of the feed. A guess that holds saves a question
// for each transaction, at the place where the others wait for it.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_HEAD_GUESS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_HEAD_GUESS_H_

#include <cstdint>
#include <mutex>
#include <optional>

namespace ipstore::orders::sql {

// Thread-safe.
class HeadGuess {
 public:
  // Nothing when the last guess would have been wrong: where other servers write, most would be.
  std::optional<std::int64_t> Get() const {
    const std::lock_guard lock(mutex_);
    return would_have_held_ ? std::optional(position_) : std::nullopt;
  }

  // A transaction has found the head at `from` and put it at `to`. To be told before it commits:
  // the next one waits for it in the database. If it is rolled back, that guess is wrong.
  void Moved(std::int64_t from, std::int64_t to) {
    const std::lock_guard lock(mutex_);
    would_have_held_ = from == position_;
    position_ = to;
  }

 private:
  mutable std::mutex mutex_;  // guards the rest
  std::int64_t position_ = -1;
  bool would_have_held_ = false;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_HEAD_GUESS_H_
