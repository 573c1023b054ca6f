// What workers that share a database have in common: waits after failures, and a name of their own.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_BACKOFF_H_
#define IPSTORE_ORDERS_SERVER_WRITE_BACKOFF_H_

#include <algorithm>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace ipstore::orders {

// The waits after failures that follow each other.
class Backoff {
 public:
  bool IsOn() const { return last_.has_value(); }
  void End() { last_.reset(); }
  // Doubled each time.
  absl::Duration Next(absl::Duration first, absl::Duration limit) {
    last_ = last_.has_value() ? std::min(2 * *last_, limit) : first;
    return *last_;
  }

 private:
  std::optional<absl::Duration> last_;
};

// A name for the owner of leases, told from every other server's: 32 hexadecimal digits.
inline std::string NewLeaseOwner() {
  std::random_device random;
  return absl::StrCat(absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8),
                      absl::Hex(random(), absl::kZeroPad8), absl::Hex(random(), absl::kZeroPad8));
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_BACKOFF_H_
