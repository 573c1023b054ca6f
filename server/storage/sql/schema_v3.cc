// Version 3 of the schema: redaction of personal data, search by company.
//
// subjects.redacted_at: when all of the subject was last redacted.
// redactions: the jobs that redact all of a customer's subjects (redaction_job.h). The index finds
//   those that are not finished.
// redaction_items: the subjects of each job, and what became of them; `failure` is the name of the
//   reason why one cannot be redacted.
// search_terms: filled again, since companies' names are among them now.
//
// A server for version 2 stops at an activity of the kind REDACTED and at a content hash that was
// taken away, and would answer with what it can still read; so it must not run beside.
#include "server/storage/sql/schema_v3.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kMySqlColumn =
    "ALTER TABLE subjects ADD COLUMN redacted_at DATETIME(6) NULL";
constexpr absl::string_view kSqliteColumn =
    "ALTER TABLE subjects ADD COLUMN redacted_at INTEGER NULL";

constexpr absl::string_view kMySqlTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS redactions (
            id                BIGINT           NOT NULL AUTO_INCREMENT PRIMARY KEY,
            customer_id       VARCHAR(64)      NOT NULL,
            actor_role        TINYINT UNSIGNED NOT NULL,
            actor_id          VARCHAR(64)      NOT NULL,
            on_behalf_of_role TINYINT UNSIGNED NULL,
            on_behalf_of_id   VARCHAR(64)      NULL,
            request_key       BINARY(16)       NOT NULL,
            created_at        DATETIME(6)      NOT NULL,
            finished_at       DATETIME(6)      NULL,
            lease_owner       VARCHAR(64)      NULL,
            lease_until       DATETIME(6)      NULL,
            UNIQUE KEY redactions_by_request (request_key),
            KEY redactions_by_end (finished_at, id)
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS redaction_items (
            redaction BIGINT      NOT NULL,
            number    BIGINT      NOT NULL,
            done_at   DATETIME(6) NULL,
            failure   VARCHAR(64) NULL,
            PRIMARY KEY (redaction, number)
          ) )sql",
};

constexpr absl::string_view kSqliteTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS redactions (
            id                INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            customer_id       TEXT    NOT NULL CHECK (length(customer_id) <= 64),
            actor_role        INTEGER NOT NULL,
            actor_id          TEXT    NOT NULL CHECK (length(actor_id) <= 64),
            on_behalf_of_role INTEGER NULL,
            on_behalf_of_id   TEXT    NULL CHECK (length(on_behalf_of_id) <= 64),
            request_key       BLOB    NOT NULL UNIQUE CHECK (length(request_key) = 16),
            created_at        INTEGER NOT NULL,
            finished_at       INTEGER NULL,
            lease_owner       TEXT    NULL CHECK (length(lease_owner) <= 64),
            lease_until       INTEGER NULL
          ) STRICT)sql",
    "CREATE INDEX IF NOT EXISTS redactions_by_end ON redactions (finished_at, id)",
    R"sql(CREATE TABLE IF NOT EXISTS redaction_items (
            redaction INTEGER NOT NULL,
            number    INTEGER NOT NULL,
            done_at   INTEGER NULL,
            failure   TEXT    NULL CHECK (length(failure) <= 64),
            PRIMARY KEY (redaction, number)
          ) STRICT, WITHOUT ROWID)sql",
};

}  // namespace

std::vector<std::string> SchemaV3(const Dialect& dialect) {
  std::vector<std::string> statements;
  if (dialect.IsSqlite()) {
    statements.emplace_back(kSqliteColumn);
    for (absl::string_view statement : kSqliteTables) statements.emplace_back(statement);
    return statements;
  }
  statements.emplace_back(kMySqlColumn);
  for (absl::string_view table : kMySqlTables)
    statements.push_back(absl::StrCat(table, dialect.TableOptions()));
  return statements;
}

}  // namespace ipstore::orders::sql
