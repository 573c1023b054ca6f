// Whether a service that has kept orders for years is as quick as a new one.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_GROWTH_H_
#define IPSTORE_ORDERS_TESTS_BENCH_GROWTH_H_

#include "absl/status/status.h"
#include "tests/bench/database_bench.h"
#include "tests/bench/results.h"

namespace ipstore::orders::bench {

struct GrowthPlan {
  int small = 10'000;
  int large = 1'000'000;
  int rounds = 3;
  int orders_per_run = 3'000;
};

// With `small` orders stored, then with `large`, and those of the runs: "<name>.scale.at_10k_per_s"
// and "….at_1m_per_s", transitions with 64 in flight, of orders that were placed just before, as
// those of a shop mostly are; "….get_at_10k_per_s" and so on, GetOrder of the same;
// "….get_any_at_1m_per_s", GetOrder of any. With `large`: "<name>.list.page1_ms" and
// "….page10000_ms", one page of 50 of all that is active. Ratios of them, too.
//
// The orders between are copies of the first ones with numbers, references and times of their own,
// made by SQL while no server runs: lists, the feed and the next numbers are as if they had been
// placed one every half minute. (Only the words of their references are not searchable.)
//
// The database must be made already and otherwise unused. Blocks for many minutes. Errors: whatever
// went wrong first.
absl::Status MeasureGrowth(const BenchDatabase& database, const GrowthPlan& plan, Results& results);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_GROWTH_H_
