// Version 2 of the schema: enquiries, the other kind of subject; lists by store, by fulfilment
// method and of overdue promises; search.
//
// subjects: `method`, `store_id` and `promised_delivery` repeat what the order says, so that each
//   list is read off one index of this table. They are NULL for enquiries.
// activities: `subject_kind` repeats the kind of the subject, so that the feed can name it.
// search_terms: the folded words of each subject (search_terms.h).
//
// A server for version 1 leaves the new columns and terms of its orders empty, which would hide
// them from these lists for ever; so it must not run beside.
#include "server/storage/sql/schema_v2.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kMySqlColumns[] = {
    "ALTER TABLE subjects ADD COLUMN method VARCHAR(32) NULL",
    "ALTER TABLE subjects ADD COLUMN store_id VARCHAR(64) NULL",
    "ALTER TABLE subjects ADD COLUMN promised_delivery DATETIME(6) NULL",
    "ALTER TABLE activities ADD COLUMN subject_kind TINYINT UNSIGNED NOT NULL DEFAULT 1",
};

constexpr absl::string_view kSqliteColumns[] = {
    "ALTER TABLE subjects ADD COLUMN method TEXT NULL CHECK (length(method) <= 32)",
    "ALTER TABLE subjects ADD COLUMN store_id TEXT NULL CHECK (length(store_id) <= 64)",
    "ALTER TABLE subjects ADD COLUMN promised_delivery INTEGER NULL",
    "ALTER TABLE activities ADD COLUMN subject_kind INTEGER NOT NULL DEFAULT 1",
};

constexpr absl::string_view kMySqlFill =
    R"sql(UPDATE subjects s JOIN orders o ON o.number = s.number
             SET s.method = o.method, s.store_id = o.store_id,
                 s.promised_delivery = o.promised_delivery)sql";

constexpr absl::string_view kSqliteFill =
    R"sql(UPDATE subjects
             SET method = o.method, store_id = o.store_id, promised_delivery = o.promised_delivery
            FROM orders o WHERE o.number = subjects.number)sql";

// Name and columns of each new index of `subjects`.
struct Index {
  absl::string_view name;
  absl::string_view columns;
};

constexpr Index kIndexes[] = {
    {"subjects_by_store", "store_id, kind, status, last_activity_at, number"},
    {"subjects_by_method", "method, kind, status, last_activity_at, number"},
    {"subjects_by_promise", "active, promised_delivery, number"},
};

constexpr absl::string_view kMySqlTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS enquiries (
            number         BIGINT       NOT NULL PRIMARY KEY,
            kind           VARCHAR(32)  NOT NULL,
            about          BIGINT       NULL,
            customer_name  VARCHAR(200) NOT NULL,
            customer_email VARCHAR(254) NOT NULL,
            language       VARCHAR(8)   NOT NULL,
            title          VARCHAR(200) NOT NULL,
            document       MEDIUMTEXT   NOT NULL
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS search_terms (
            number BIGINT      NOT NULL,
            term   VARCHAR(64) NOT NULL,
            PRIMARY KEY (number, term),
            KEY search_terms_by_term (term, number)
          ) )sql",
};

constexpr absl::string_view kSqliteTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS enquiries (
            number         INTEGER NOT NULL PRIMARY KEY,
            kind           TEXT    NOT NULL CHECK (length(kind) <= 32),
            about          INTEGER NULL,
            customer_name  TEXT    NOT NULL CHECK (length(customer_name) <= 200),
            customer_email TEXT    NOT NULL CHECK (length(customer_email) <= 254),
            language       TEXT    NOT NULL CHECK (length(language) <= 8),
            title          TEXT    NOT NULL CHECK (length(title) <= 200),
            document       TEXT    NOT NULL
          ) STRICT)sql",
    R"sql(CREATE TABLE IF NOT EXISTS search_terms (
            number INTEGER NOT NULL,
            term   TEXT    NOT NULL CHECK (length(term) <= 64),
            PRIMARY KEY (number, term)
          ) STRICT, WITHOUT ROWID)sql",
    "CREATE INDEX IF NOT EXISTS search_terms_by_term ON search_terms (term, number)",
};

void Append(absl::Span<const absl::string_view> texts, absl::string_view end,
            std::vector<std::string>& statements) {
  for (absl::string_view text : texts) statements.push_back(absl::StrCat(text, end));
}

}  // namespace

std::vector<std::string> SchemaV2(const Dialect& dialect) {
  const bool sqlite = dialect.IsSqlite();
  std::vector<std::string> statements;
  if (sqlite) {
    Append(kSqliteColumns, "", statements);
    Append(kSqliteTables, "", statements);
  } else {
    Append(kMySqlColumns, "", statements);
    Append(kMySqlTables, dialect.TableOptions(), statements);
  }
  statements.emplace_back(sqlite ? kSqliteFill : kMySqlFill);
  for (const Index& index : kIndexes) {
    statements.push_back(absl::StrCat("CREATE INDEX ", sqlite ? "IF NOT EXISTS " : "", index.name,
                                      " ON subjects (", index.columns, ")"));
  }
  return statements;
}

}  // namespace ipstore::orders::sql
