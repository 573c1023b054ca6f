// Load on a running orderd through gRPC: so many calls in flight at all times, from this process.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_LOAD_H_
#define IPSTORE_ORDERS_TESTS_BENCH_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ipstore::orders::bench {

// What a run came to. Latencies are from handing a call to gRPC to having its answer.
struct Figures {
  double per_s = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

struct PlacedOrders {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> customers;  // whose they are
};

// Not thread-safe: one run at a time.
class Load {
 public:
  explicit Load(const std::string& address);
  ~Load();

  // Creates that many orders, many at a time, of as many customers. Blocks, as all methods here.
  // INTERNAL with the first error when one call fails.
  absl::StatusOr<PlacedOrders> CreateOrders(int count);

  // START_PROCESSING on each of `orders`, with `in_flight` calls at any time.
  absl::StatusOr<Figures> StartProcessing(const std::vector<std::int64_t>& orders, int in_flight);
  // The same, but a call begins every `interval`, however many are in flight.
  absl::StatusOr<Figures> StartProcessing(const std::vector<std::int64_t>& orders,
                                          absl::Duration interval);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_LOAD_H_
