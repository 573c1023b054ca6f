// The yardstick for reads: what gRPC itself does on this machine when a server does nothing but
// answer.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_ECHO_SERVER_H_
#define IPSTORE_ORDERS_TESTS_BENCH_ECHO_SERVER_H_

#include <string>

#include "absl/status/status.h"

namespace ipstore::orders::bench {

// Answers every GetOrder with the bytes in `file`; on a free port of 127.0.0.1, which it tells as
// orderd does. Blocks for as long as the process lives,
// which ends with its parent's at the latest; else INTERNAL with what has kept it from serving.
absl::Status ServeEcho(const std::string& file);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_ECHO_SERVER_H_
