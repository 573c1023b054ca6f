// Version 4 of the schema: the feed.
//
// activities_of_customer: one customer's part of it is read off this index.
// feed_consumers: how far those have come who keep their place here (feed.h).
//
// Servers for version 3 know nothing of either and run beside.
#include "server/storage/sql/schema_v4.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kMySqlTable =
    R"sql(CREATE TABLE IF NOT EXISTS feed_consumers (
            name        VARCHAR(64) NOT NULL PRIMARY KEY,
            epoch       BIGINT      NOT NULL,
            position    BIGINT      NOT NULL,
            fingerprint BIGINT      NOT NULL,
            saved_at    DATETIME(6) NOT NULL
          ) )sql";

constexpr absl::string_view kSqliteTable =
    R"sql(CREATE TABLE IF NOT EXISTS feed_consumers (
            name        TEXT    NOT NULL PRIMARY KEY CHECK (length(name) <= 64),
            epoch       INTEGER NOT NULL,
            position    INTEGER NOT NULL,
            fingerprint INTEGER NOT NULL,
            saved_at    INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID)sql";

}  // namespace

std::vector<std::string> SchemaV4(const Dialect& dialect) {
  return {absl::StrCat("CREATE INDEX ", dialect.IsSqlite() ? "IF NOT EXISTS " : "",
                       "activities_of_customer ON activities (customer_id, position)"),
          dialect.IsSqlite() ? std::string(kSqliteTable)
                             : absl::StrCat(kMySqlTable, dialect.TableOptions())};
}

}  // namespace ipstore::orders::sql
