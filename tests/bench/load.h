// Load on a running server through gRPC: so many calls in flight at all times, from this process.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_LOAD_H_
#define IPSTORE_ORDERS_TESTS_BENCH_LOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "tests/bench/results.h"

namespace ipstore::orders::bench {

struct PlacedOrders {
  std::vector<std::int64_t> numbers;
  std::vector<std::string> customers;  // whose they are
  Figures figures;
};

struct ListedPage {
  int requests = 0;
  std::string next_page_token;  // empty on the last page
  double millis = 0;
};

// Over four connections, as the service "bench". Requests are made
// before the first is sent. Not thread-safe: one run at a time. All methods block, and answer with
// INTERNAL and the first error when a call fails.
class Load {
 public:
  explicit Load(const std::string& address);
  ~Load();

  // Creates that many orders, of as many customers, with `in_flight` calls at any time.
  absl::StatusOr<PlacedOrders> CreateOrders(int count, int in_flight);

  // One call for each of `orders`, with `in_flight` calls at any time: START_PROCESSING, a public
  // comment, GetOrder, GetOrderPage.
  absl::StatusOr<Figures> StartProcessing(absl::Span<const std::int64_t> orders, int in_flight);
  absl::StatusOr<Figures> Comment(absl::Span<const std::int64_t> orders, int in_flight);
  absl::StatusOr<Figures> GetOrders(absl::Span<const std::int64_t> orders, int in_flight);
  absl::StatusOr<Figures> GetOrderPages(absl::Span<const std::int64_t> orders, int in_flight);

  // START_PROCESSING, but a call begins every `interval`, however many are in flight.
  absl::StatusOr<Figures> StartProcessingEvery(absl::Span<const std::int64_t> orders,
                                               absl::Duration interval);

  // What GetOrder answers, as it is on the wire.
  absl::StatusOr<std::string> GetOrderBytes(std::int64_t order);
  // A page of ListRequests of all that is active; the first with an empty token.
  absl::StatusOr<ListedPage> ListRequests(int page_size, const std::string& page_token);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_LOAD_H_
