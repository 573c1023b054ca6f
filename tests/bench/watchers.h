// Many watchers of one server while orders move: how long after its commit a change is told, and
// what memory that takes.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_WATCHERS_H_
#define IPSTORE_ORDERS_TESTS_BENCH_WATCHERS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace ipstore::orders::bench {

struct WatchPlan {
  int of_one_order = 4'950;  // customers, each before the page of an order of theirs (WatchOrder)
  int of_everything = 50;    // staff, each before all orders (WatchActivities)
  int transitions_per_s = 200;
  absl::Duration duration = absl::Seconds(20);
};

// Times are from an activity's record_time, which is taken shortly before its commit, to its
// arrival at a watcher in this process: more than commit to delivery, by the commit itself.
struct Delays {
  std::size_t deliveries = 0;
  double p50_ms = 0;
  double p99_ms = 0;
};

struct WatchFigures {
  Delays all;
  Delays of_one_order;
  Delays of_everything;
  double connected_mib = 0;  // of the server, when all watch and nothing happens
  double peak_mib = 0;       // the most that it had
};

// Starts `orderd` with that database, which must be empty, and lets orders of `plan` be watched and
// moved. INTERNAL when a stream breaks off, or not everybody is told of everything. Blocks.
absl::StatusOr<WatchFigures> MeasureWatchers(const std::string& orderd, const std::string& database,
                                             const WatchPlan& plan);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_WATCHERS_H_
