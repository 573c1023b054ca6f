// Everything that is measured on one database, its yardsticks beside it.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_DATABASE_BENCH_H_
#define IPSTORE_ORDERS_TESTS_BENCH_DATABASE_BENCH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/bench/child_server.h"
#include "tests/bench/load.h"
#include "tests/bench/results.h"

namespace ipstore::orders::bench {

struct BenchDatabase {
  std::string name;  // "mariadb"; what the keys of its results begin with
  std::string url;   // of a database that is this bench's own, and not there yet
  std::string drop;  // its name, to be dropped afterwards; empty: a file
};

struct RoundsPlan {
  int rounds = 5;
  // A tenth of them where calls come one at a time. All runs of a round together are as many as a
  // large shop has open, which the server remembers (subject_cache.h); growth.h has what it is like
  // to read any of a million.
  int orders_per_run = 5'000;
};

// The echo server, started with the first real answer. Not thread-safe.
class Echo {
 public:
  // `file` is where that answer is put.
  explicit Echo(std::string file) : file_(std::move(file)) {}

  // Its load, once it serves. `like` is on an orderd that has `order`. Blocks. INTERNAL when it
  // cannot be started.
  absl::StatusOr<Load*> LoadOn(Load& like, std::int64_t order);

 private:
  const std::string file_;
  std::unique_ptr<ChildServer> server_;
  std::unique_ptr<Load> load_;
};

// Makes the database and says on stdout what it is and whether its settings are durable. Blocks, as
// the next. Errors are those of MigrateStore() and OpenStore().
absl::Status MakeDatabase(const BenchDatabase& database, Results& results);

// Rounds of one measure after the other, so that a slow spell of the machine hits them all; a
// ratio is that of two measures of one round. A first round, shorter, is not counted. Adds
// "<name>.transition.64.per_s" and so on, and "echo.64.per_s". Errors: whatever went wrong first;
// what was measured before is in `results`.
absl::Status MeasureRounds(const BenchDatabase& database, const RoundsPlan& plan, Echo& echo,
                           Results& results);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_DATABASE_BENCH_H_
