#include "server/storage/sql/migrations.h"

#include <openssl/rand.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/storage/sql/schema_v1.h"
#include "server/storage/sql/schema_v2.h"
#include "server/storage/sql/schema_v3.h"
#include "server/storage/sql/schema_v4.h"
#include "server/storage/sql/schema_v5.h"
#include "server/storage/sql/search_terms.h"

namespace ipstore::orders::sql {
namespace {

constexpr Migration kMigrations[] = {
    {.version = 1,
     .oldest_server = 1,
     .name = "orders, activities and the feed",
     .statements = SchemaV1},
    {.version = 2,
     .oldest_server = 2,
     .name = "enquiries, lists by store, method and promise, search",
     .statements = SchemaV2,
     .fill = FillSearchTerms},
    {.version = 3,
     .oldest_server = 3,
     .name = "redaction of personal data, search by company",
     .statements = SchemaV3,
     .fill = FillSearchTerms},
    {.version = 4,
     .oldest_server = 3,
     .name = "the feed of one customer, and places in the feed",
     .statements = SchemaV4},
    {.version = 5,
     .oldest_server = 5,
     .name = "notifications, and the e-mails that come back",
     .statements = SchemaV5},
};

constexpr int kSecretBytes = 32;
// A lock's name has at most 64 characters, which is as long as a database's may be. MySQL 9.7 has
// no MD5() any more.
constexpr absl::string_view kGetLock =
    "SELECT GET_LOCK(CONCAT('ipstore-migrate-', LEFT(SHA2(DATABASE(), 256), 40)), 600)";
constexpr absl::string_view kReleaseLock =
    "SELECT RELEASE_LOCK(CONCAT('ipstore-migrate-', LEFT(SHA2(DATABASE(), 256), 40)))";

// What the database says of its schema.
struct FoundSchema {
  int version = 0;  // 0: none
  int oldest_server = 0;
};

absl::StatusOr<bool> HasVersionTable(Session& session, const Dialect& dialect) {
  const std::string query =
      dialect.IsSqlite()
          ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_versions'"
          : "SELECT COUNT(*) FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = 'schema_versions'";
  absl::StatusOr<Rows> rows = session.Query(query, {}, {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  return rows->Integer(0, 0) > 0;
}

absl::StatusOr<FoundSchema> ReadVersion(Session& session) {
  absl::StatusOr<Rows> rows = session.Query(
      "SELECT version, oldest_server FROM schema_versions ORDER BY version DESC LIMIT 1", {},
      {ValueType::kInteger, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return FoundSchema{};
  return FoundSchema{.version = static_cast<int>(rows->Integer(0, 0)),
                     .oldest_server = static_cast<int>(rows->Integer(0, 1))};
}

// The usual case costs one query: the table is looked for only when it could not be read.
absl::StatusOr<FoundSchema> FindSchema(Session& session, const Dialect& dialect) {
  absl::StatusOr<FoundSchema> found = ReadVersion(session);
  if (found.ok() || absl::IsUnavailable(found.status()) || absl::IsAborted(found.status()))
    return found;
  absl::StatusOr<bool> exists = HasVersionTable(session, dialect);
  if (!exists.ok()) return exists.status();
  if (*exists) return found;
  return FoundSchema{};
}

absl::Status NewerThanThisServer(const FoundSchema& found) {
  return absl::FailedPreconditionError(
      absl::StrCat("the database has version ", found.version,
                   " of the schema, on which only servers for version ", found.oldest_server,
                   " or later can run; this orderd is for version ", ServerSchemaVersion(),
                   ". Install a newer orderd"));
}

absl::Status CreateVersionTable(Session& session, const Dialect& dialect) {
  return session.ExecuteOnce(
      dialect.IsSqlite()
          ? "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER NOT NULL PRIMARY KEY,"
            " oldest_server INTEGER NOT NULL, name TEXT NOT NULL, applied_at TEXT NOT NULL) STRICT"
          : "CREATE TABLE IF NOT EXISTS schema_versions (version INT NOT NULL PRIMARY KEY,"
            " oldest_server INT NOT NULL, name VARCHAR(200) NOT NULL, applied_at DATETIME NOT NULL)"
            " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4");
}

// A step that failed half-way is run again, and then finds columns and indexes that it made before.
absl::Status RunStatements(Session& session, const Dialect& dialect, const Migration& migration) {
  for (const std::string& statement : migration.statements(dialect)) {
    absl::Status status = session.ExecuteOnce(statement);
    if (!status.ok() && !absl::IsAlreadyExists(status)) {
      return absl::Status(status.code(),
                          absl::StrCat("schema version ", migration.version, " (", migration.name,
                                       ") could not be made: ", status.message()));
    }
  }
  return absl::OkStatus();
}

// The row is written last, when the step is whole.
absl::Status Complete(Session& session, const Dialect& dialect, const Migration& migration) {
  if (migration.fill != nullptr) {
    if (absl::Status status = migration.fill(session, dialect); !status.ok()) return status;
  }
  return session
      .Execute(
          "INSERT INTO schema_versions (version, oldest_server, name, applied_at) VALUES (?, ?, ?, "
          "CURRENT_TIMESTAMP)",
          {Param::Integer(migration.version), Param::Integer(migration.oldest_server),
           Param::Text(migration.name)})
      .status();
}

// The secret is made once and never changes: tokens and hashes that it keys are stored and handed
// out.
absl::Status EnsureSecret(Session& session) {
  absl::StatusOr<Rows> found =
      session.Query("SELECT value FROM settings WHERE name = 'secret'", {}, {ValueType::kBytes});
  if (!found.ok()) return found.status();
  if (!found->empty()) return absl::OkStatus();
  std::string secret(kSecretBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), kSecretBytes) != 1) {
    return absl::InternalError("no random bytes for the secret");
  }
  return session
      .Execute("INSERT INTO settings (name, value) VALUES ('secret', ?)", {Param::Bytes(secret)})
      .status();
}

absl::StatusOr<MigrationReport> MigrateLocked(Session& session, const Dialect& dialect) {
  if (absl::Status status = CreateVersionTable(session, dialect); !status.ok()) return status;
  absl::StatusOr<FoundSchema> found = ReadVersion(session);
  if (!found.ok()) return found.status();
  if (found->oldest_server > ServerSchemaVersion()) return NewerThanThisServer(*found);
  MigrationReport report{.from = found->version, .to = found->version};
  // All statements before the first fill: what fills reads by the store's own code, which expects
  // the columns of the last version.
  for (const Migration& migration : kMigrations) {
    if (migration.version <= found->version) continue;
    if (auto s = RunStatements(session, dialect, migration); !s.ok()) return s;
  }
  for (const Migration& migration : kMigrations) {
    if (migration.version <= found->version) continue;
    if (auto s = Complete(session, dialect, migration); !s.ok()) return s;
    report.to = migration.version;
  }
  if (absl::Status status = EnsureSecret(session); !status.ok()) return status;
  return report;
}

// SQLite's schema changes are transactional, and its write lock keeps other runs out.
absl::StatusOr<MigrationReport> MigrateInTransaction(Session& session, const Dialect& dialect) {
  if (absl::Status status = session.Begin(); !status.ok()) return status;
  absl::StatusOr<MigrationReport> report = MigrateLocked(session, dialect);
  if (!report.ok()) {
    session.Rollback().IgnoreError();
    return report;
  }
  if (absl::Status status = session.Commit(); !status.ok()) return status;
  return report;
}

// MySQL's schema changes commit by themselves, so a named lock keeps other runs out. It ends with
// the session at the latest.
absl::StatusOr<MigrationReport> MigrateUnderNamedLock(Session& session, const Dialect& dialect) {
  absl::StatusOr<Rows> locked = session.Query(std::string(kGetLock), {}, {ValueType::kInteger});
  if (!locked.ok()) return locked.status();
  if (locked->Integer(0, 0) != 1) {
    return absl::UnavailableError(
        "another migration of this database has been running for ten minutes; try again later");
  }
  absl::StatusOr<MigrationReport> report = MigrateLocked(session, dialect);
  session.Query(std::string(kReleaseLock), {}, {ValueType::kInteger}).status().IgnoreError();
  return report;
}

}  // namespace

absl::Span<const Migration> Migrations() {
  return kMigrations;
}

int ServerSchemaVersion() {
  return Migrations().back().version;
}

absl::StatusOr<MigrationReport> Migrate(Session& session, const Dialect& dialect) {
  return dialect.IsSqlite() ? MigrateInTransaction(session, dialect)
                            : MigrateUnderNamedLock(session, dialect);
}

absl::Status CheckSchema(Session& session, const Dialect& dialect) {
  absl::StatusOr<FoundSchema> found = FindSchema(session, dialect);
  if (!found.ok()) return found.status();
  if (found->version == 0) {
    return absl::FailedPreconditionError(
        "the database has no schema yet. Run `orderd migrate` with the same database");
  }
  if (found->version < ServerSchemaVersion()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the database has version ", found->version,
                     " of the schema, and this orderd needs version ", ServerSchemaVersion(),
                     ". Run `orderd migrate` with the same database"));
  }
  if (found->oldest_server > ServerSchemaVersion()) return NewerThanThisServer(*found);
  return absl::OkStatus();
}

}  // namespace ipstore::orders::sql
