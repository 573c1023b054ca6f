// The schema: numbered steps forward, which are run once each, and the check that a server fits
// what it finds.
//
// A step expands first (new tables, new columns that old servers ignore) and records the oldest
// server that can still run on the result; what has become superfluous is removed a release later.
// So old and new servers run side by side while they are being replaced.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_MIGRATIONS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_MIGRATIONS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sql {

// One step.
struct Migration {
  int version = 0;  // 1, 2, …: the schema's version after it
  int oldest_server =
      0;  // servers made for this version of the schema, or a later one, can run on the result
  absl::string_view name;
  // Its statements. On MySQL each commits by itself, so each must do no harm when it is run again
  // after a failure.
  std::vector<std::string> (*statements)(const Dialect& dialect);
  // What statements cannot do, afterwards; may be null. Likewise.
  absl::Status (*fill)(Session& session, const Dialect& dialect) = nullptr;
};

// The steps that this server knows, ascending.
absl::Span<const Migration> Migrations();

// The version of the schema that this server was made for: that of its last step.
int ServerSchemaVersion();

// What a run has done.
struct MigrationReport {
  int from = 0;  // 0: there was no schema
  int to = 0;
};

// Brings the schema to the version of this server. Safe to run at the same time from several
// processes: one works, the others wait. FAILED_PRECONDITION when the schema is newer than this
// server can run on.
absl::StatusOr<MigrationReport> Migrate(Session& session, const Dialect& dialect);

// OK when this server can run on the schema. FAILED_PRECONDITION, with what to do, when it cannot.
absl::Status CheckSchema(Session& session, const Dialect& dialect);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_MIGRATIONS_H_
