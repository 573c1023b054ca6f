// The yardstick: what the same database does when each transition is a transaction of its own in
// plain SQL.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_RAW_SQL_H_
#define IPSTORE_ORDERS_TESTS_BENCH_RAW_SQL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::bench {

// Creates the table that raw transitions log to: as `activities`, but numbered by AUTO_INCREMENT.
// Returns the payload of one real transition, which raw transitions write too.
absl::StatusOr<std::string> PrepareRaw(absl::string_view database_url);

// Moves each of `orders` once, each in a transaction that locks the order, updates it and inserts
// the activity that the service would, with prepared statements over `connections` connections (one
// on SQLite, which has one writer). Blocks until all are done; the answer is transitions per
// second.
absl::StatusOr<double> RunRaw(absl::string_view database_url,
                              const std::vector<std::int64_t>& orders, const std::string& payload,
                              int connections);

// Removes a database that the bench has made.
absl::Status DropDatabase(absl::string_view database_url, const std::string& name);

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_RAW_SQL_H_
