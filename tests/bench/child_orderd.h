// An orderd of its own process, so that its memory can be told from the load's.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_CHILD_ORDERD_H_
#define IPSTORE_ORDERS_TESTS_BENCH_CHILD_ORDERD_H_

#include <sys/types.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace ipstore::orders::bench {

// Serves from its start to the end of this object. Not thread-safe.
class ChildOrderd {
 public:
  // Starts `program` on a free port of 127.0.0.1 and waits until it serves. INTERNAL when it does
  // not.
  static absl::StatusOr<std::unique_ptr<ChildOrderd>> Start(const std::string& program,
                                                            const std::string& database);
  // Ends it, orderly.
  ~ChildOrderd();

  ChildOrderd(const ChildOrderd&) = delete;
  ChildOrderd& operator=(const ChildOrderd&) = delete;

  const std::string& address() const { return address_; }

  struct Memory {
    double resident_mib = 0;
    double peak_mib = 0;  // since its start
  };
  // As the kernel counts it. INTERNAL when that cannot be read.
  absl::StatusOr<Memory> ReadMemory() const;

 private:
  ChildOrderd(pid_t pid, std::string address) : pid_(pid), address_(std::move(address)) {}

  const pid_t pid_;
  const std::string address_;
};

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_CHILD_ORDERD_H_
