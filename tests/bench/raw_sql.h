// The yardsticks: what the same database does with plain SQL, when each transition is a transaction
// of its own, when 128 are one, and when orders are only read.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_RAW_SQL_H_
#define IPSTORE_ORDERS_TESTS_BENCH_RAW_SQL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/sql/session.h"
#include "tests/bench/results.h"

namespace ipstore::orders::bench {

// A database that orderd has made and some orders have been moved in. On SQLite no orderd may run
// on it meanwhile. All methods block. Errors are those of sql::Session. Not thread-safe.
class RawSql {
 public:
  // Makes the tables that raw transitions log to, where they are missing.
  static absl::StatusOr<RawSql> Open(absl::string_view database_url);

  // Moves each of `orders`, each in a transaction that locks the order, updates it and inserts the
  // activity that the service would, numbered by AUTO_INCREMENT; with prepared statements over
  // `connections` connections (one on SQLite, which has one writer).
  absl::StatusOr<Figures> MoveEach(absl::Span<const std::int64_t> orders, int connections);

  // Moves `orders` so many times over, in transactions of 128 each that write what the service
  // writes, the feed's head too, over two connections (one on SQLite). What is left over of 128 is
  // not moved. The answer is transitions per second.
  absl::StatusOr<double> MoveInBatches(absl::Span<const std::int64_t> orders, int times);

  // Reads each of `orders` and its lines, each with a statement of its own, over eight connections.
  absl::StatusOr<Figures> ReadEach(absl::Span<const std::int64_t> orders);

  // The mean number of transitions that orderd has committed together, among those of orders from
  // one number to another: a batch has one record time.
  absl::StatusOr<double> BatchSize(std::int64_t lowest, std::int64_t highest);

 private:
  // What is done with the i-th of the things to do.
  using Work = std::function<absl::Status(sql::Session& session, std::size_t i)>;

  explicit RawSql(std::unique_ptr<sql::Database> database) : database_(std::move(database)) {}

  absl::Status Prepare();
  // Does `count` things over so many connections, each with a thread of its own, until one fails.
  absl::StatusOr<Figures> Share(std::size_t count, int connections, sql::Purpose purpose,
                                const Work& work);
  absl::Status MoveOne(sql::Session& session, std::int64_t order) const;
  absl::Status MoveBatch(sql::Session& session, absl::Span<const std::int64_t> orders) const;

  std::unique_ptr<sql::Database> database_;
  std::string payload_;  // of one real transition, which raw ones write too
};

// Removes a database that the bench has made.
absl::Status DropDatabase(absl::string_view database_url, const std::string& name);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_RAW_SQL_H_
