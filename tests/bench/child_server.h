// A server in a process of its own, so that its memory and its processor time can be told from the
// load's.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_CHILD_SERVER_H_
#define IPSTORE_ORDERS_TESTS_BENCH_CHILD_SERVER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ipstore::orders::bench {

// Serves from its start to the end of this object. Thread-safe.
class ChildServer {
 public:
  // Starts orderd with that database on a free port of 127.0.0.1, everything else as it is by
  // default, and waits until it serves. INTERNAL when it does not.
  static absl::StatusOr<std::unique_ptr<ChildServer>> StartOrderd(const std::string& database);
  // The same of this program as an echo server (echo_server.h) that answers with what is in `file`.
  static absl::StatusOr<std::unique_ptr<ChildServer>> StartEcho(const std::string& file);
  // Ends it, orderly, and waits until it has ended.
  ~ChildServer();

  ChildServer(const ChildServer&) = delete;
  ChildServer& operator=(const ChildServer&) = delete;

  const std::string& address() const { return address_; }

  struct Memory {
    double resident_mib = 0;
    double peak_mib = 0;  // since its start
  };
  // As the kernel counts it. INTERNAL when that cannot be read.
  absl::StatusOr<Memory> ReadMemory() const;

  // The time that processors have spent on it since its start, in the kernel too. Zero when that
  // cannot be read.
  absl::Duration ProcessorTime() const;

 private:
  static absl::StatusOr<std::unique_ptr<ChildServer>> Start(std::vector<std::string> words);

  ChildServer(pid_t pid, std::string address) : pid_(pid), address_(std::move(address)) {}

  const pid_t pid_;
  const std::string address_;
};

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_CHILD_SERVER_H_
