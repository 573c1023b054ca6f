// Many watchers of one server while orders move: how long after its commit a change is told, and
// what memory that takes.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_WATCHERS_H_
#define IPSTORE_ORDERS_TESTS_BENCH_WATCHERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/bench/results.h"

namespace ipstore::orders::bench {

struct WatchPlan {
  int of_one_order = 4'950;  // customers, each before the page of an order of theirs (WatchOrder)
  int of_everything = 50;    // staff, each before all orders (WatchActivities)
  int transitions_per_s = 200;
  absl::Duration duration = absl::Seconds(20);
};

// Starts orderd with that database, which must be empty, and lets orders of `plan` be watched and
// moved. Adds "watch.watchers", "watch.p50_ms" and "watch.p99_ms", from an activity's record_time,
// which is taken shortly before its commit, to its arrival at a watcher in this process: more than
// commit to delivery, by the commit itself; and the server's memory, "watch.rss_mib" when all watch
// and nothing has happened, "watch.peak_mib" the most that it had. INTERNAL when a stream breaks
// off, or not everybody is told of everything. Blocks.
absl::Status MeasureWatchers(const std::string& database, const WatchPlan& plan, Results& results);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_WATCHERS_H_
