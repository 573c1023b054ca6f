// The results as a picture.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_CHART_H_
#define IPSTORE_ORDERS_TESTS_BENCH_CHART_H_

#include <string>

#include "absl/status/status.h"
#include "tests/bench/results.h"

namespace ipstore::orders::bench {

// OK when gnuplot can be run, else FAILED_PRECONDITION. Blocks until it has said its version.
absl::Status FindGnuplot();

// Draws an SVG with gnuplot: rates and latencies by calls in flight on each database that was
// measured, and, where growth was, what a call costs by orders stored. `script` is a file for what
// gnuplot is told. Blocks until it is drawn. INTERNAL when that fails; gnuplot has said why on
// stderr.
absl::Status DrawChart(const Results& results, const std::string& script, const std::string& svg);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_CHART_H_
