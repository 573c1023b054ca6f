// How many streams there may be, of one caller and in all.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_STREAM_LIMITS_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_STREAM_LIMITS_H_

#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "domain/command.h"
#include "domain/refusal.h"

namespace ipstore::orders {

class StreamLimits;

// The right to one stream, for as long as this lives. Its StreamLimits must outlive it.
class StreamSlot {
 public:
  StreamSlot() = default;
  StreamSlot(StreamSlot&& other) noexcept
      : limits_(std::exchange(other.limits_, nullptr)), caller_(std::move(other.caller_)) {}
  StreamSlot& operator=(StreamSlot&& other) noexcept {
    std::swap(limits_, other.limits_);
    std::swap(caller_, other.caller_);
    return *this;
  }
  ~StreamSlot();

 private:
  friend class StreamLimits;
  StreamSlot(StreamLimits* limits, std::string caller)
      : limits_(limits), caller_(std::move(caller)) {}

  StreamLimits* limits_ = nullptr;
  std::string caller_;
};

// How many there may be.
struct StreamCounts {
  std::size_t in_all = 0;
  std::size_t per_caller = 0;
  std::size_t per_customer = 0;  // the same for a customer, be it themselves or on their behalf
};

// Thread-safe; no call blocks.
class StreamLimits {
 public:
  explicit StreamLimits(const StreamCounts& counts) : counts_(counts) {}

  // A slot for one more stream of that caller, or TOO_MANY_STREAMS. Whoever acts on behalf of
  // somebody has streams for each of them.
  std::variant<StreamSlot, Refusal> Admit(const Caller& caller);

  std::size_t count() const;

 private:
  friend class StreamSlot;
  void Release(const std::string& caller);

  const StreamCounts counts_;
  mutable std::mutex mutex_;  // guards all below
  absl::flat_hash_map<std::string, std::size_t> by_caller_;
  std::size_t count_ = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_STREAM_LIMITS_H_
