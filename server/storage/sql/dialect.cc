#include "server/storage/sql/dialect.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ipstore::orders::sql {
namespace {

std::string Placeholders(std::size_t count) {
  return absl::StrJoin(std::vector<absl::string_view>(count, "?"), ",");
}

// The columns of the rows that an update is given: set, key, then guard under another name, since a
// column may be both set and guarded.
std::vector<std::string> GivenColumns(const RowsUpdate& update) {
  std::vector<std::string> columns;
  for (absl::string_view column : update.set) columns.emplace_back(column);
  for (absl::string_view column : update.key) columns.emplace_back(column);
  for (absl::string_view column : update.guard) columns.push_back(absl::StrCat("old_", column));
  return columns;
}

std::string Join(const std::vector<absl::string_view>& columns, absl::string_view separator,
                 auto&& write) {
  return absl::StrJoin(columns, separator,
                       [&](std::string* out, absl::string_view column) { write(out, column); });
}

// "t.a = given.a, t.b = given.b"; the table's name is left out where the dialect forbids it.
std::string Assignments(const RowsUpdate& update, absl::string_view table) {
  return Join(update.set, ", ", [&](std::string* out, absl::string_view column) {
    absl::StrAppend(out, table, column, " = given.", column);
  });
}

std::string KeyCondition(const RowsUpdate& update, absl::string_view table) {
  return Join(update.key, " AND ", [&](std::string* out, absl::string_view column) {
    absl::StrAppend(out, table, column, " = given.", column);
  });
}

std::string GuardCondition(const RowsUpdate& update, absl::string_view table) {
  return Join(update.guard, " AND ", [&](std::string* out, absl::string_view column) {
    absl::StrAppend(out, table, column, " = given.old_", column);
  });
}

// "a = ?, b = ?"
std::string Parameters(const std::vector<absl::string_view>& columns, absl::string_view separator) {
  return Join(columns, separator, [](std::string* out, absl::string_view column) {
    absl::StrAppend(out, column, " = ?");
  });
}

// UPDATE t SET a = ?, … WHERE …: most updates are of one row, and making a table of it takes longer
// than the update itself.
std::string UpdateOneRow(const RowsUpdate& update) {
  std::string text = absl::StrCat("UPDATE ", update.table, " SET ", Parameters(update.set, ", "),
                                  " WHERE ", Parameters(update.key, " AND "));
  if (!update.guard.empty()) absl::StrAppend(&text, " AND ", Parameters(update.guard, " AND "));
  return text;
}

// WITH given(…) AS (VALUES (?,…),…) UPDATE t SET … FROM given WHERE …
RowsTemplate UpdateRowsFromValues(const RowsUpdate& update) {
  const std::vector<std::string> columns = GivenColumns(update);
  const std::string table = absl::StrCat(update.table, ".");
  RowsTemplate text;
  text.params_per_row = columns.size();
  text.head = absl::StrCat("WITH given(", absl::StrJoin(columns, ","), ") AS (VALUES ");
  text.first_row = absl::StrCat("(", Placeholders(columns.size()), ")");
  text.next_row = absl::StrCat(",", text.first_row);
  text.tail = absl::StrCat(") UPDATE ", update.table, " SET ", Assignments(update, ""),
                           " FROM given WHERE ", KeyCondition(update, table));
  if (!update.guard.empty()) absl::StrAppend(&text.tail, " AND ", GuardCondition(update, table));
  return text;
}

// UPDATE (SELECT ? AS a, … UNION ALL SELECT ?,…) given STRAIGHT_JOIN t … SET …: the given rows are
// walked and each finds its own by primary key, so that no other row is locked.
RowsTemplate UpdateRowsByJoin(const RowsUpdate& update) {
  const std::vector<std::string> columns = GivenColumns(update);
  RowsTemplate text;
  text.params_per_row = columns.size();
  text.head = "UPDATE (";
  text.first_row = absl::StrCat(
      "SELECT ", absl::StrJoin(columns, ",", [](std::string* out, const std::string& column) {
        absl::StrAppend(out, "? AS ", column);
      }));
  text.next_row = absl::StrCat(" UNION ALL SELECT ", Placeholders(columns.size()));
  text.tail = absl::StrCat(") given STRAIGHT_JOIN ", update.table, " t FORCE INDEX (PRIMARY) ON ",
                           KeyCondition(update, "t."), " SET ", Assignments(update, "t."));
  if (!update.guard.empty()) absl::StrAppend(&text.tail, " WHERE ", GuardCondition(update, "t."));
  return text;
}

}  // namespace

absl::string_view Name(Backend backend) {
  switch (backend) {
    case Backend::kSqlite:
      return "sqlite";
    case Backend::kMariaDb:
      return "mariadb";
    case Backend::kMySql:
      return "mysql";
  }
  return "";
}

std::string RowsTemplate::Text(std::size_t rows) const {
  if (rows == 1 && !one_row.empty()) return one_row;
  std::string text;
  text.reserve(head.size() + first_row.size() + rows * next_row.size() + tail.size());
  text.append(head).append(first_row);
  for (std::size_t i = 1; i < rows; ++i) text.append(next_row);
  return text.append(tail);
}

std::string Dialect::TableByIndex(absl::string_view table, absl::string_view index) const {
  if (IsSqlite()) return absl::StrCat(table, " INDEXED BY ", index);
  return absl::StrCat(table, " FORCE INDEX (", index, ")");
}

std::string Dialect::TableByPrimaryKey(absl::string_view table) const {
  if (IsSqlite()) return std::string(table);
  return TableByIndex(table, "PRIMARY");
}

// Collations that compare byte by byte and, unlike utf8mb4_bin, do not take "A " for "A". MySQL and
// MariaDB have no name for one in common.
std::string Dialect::TableOptions() const {
  if (IsSqlite()) return "";
  const absl::string_view collation =
      backend_ == Backend::kMariaDb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";
  return absl::StrCat("ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE ", collation);
}

absl::string_view Dialect::Now() const {
  return IsSqlite() ? "(CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000)"
                    : "UTC_TIMESTAMP(6)";
}

std::string Dialect::NowPlusMicros() const {
  return absl::StrCat(Now(), IsSqlite() ? " + ?" : " + INTERVAL ? MICROSECOND");
}

std::string Dialect::FirstBytes(absl::string_view column, std::size_t count,
                                std::size_t width) const {
  // What a BINARY column of MySQL is given too little of it fills up with zeros itself.
  if (!IsSqlite()) return absl::StrCat("LEFT(", column, ", ", count, ")");
  return absl::StrCat("CAST(substr(", column, ", 1, ", count, ") || zeroblob(", width - count,
                      ") AS BLOB)");
}

RowsTemplate Dialect::InsertRows(absl::string_view table,
                                 const std::vector<absl::string_view>& columns) const {
  RowsTemplate text;
  text.params_per_row = columns.size();
  text.head = absl::StrCat("INSERT INTO ", table, " (", absl::StrJoin(columns, ","), ") VALUES ");
  text.first_row = absl::StrCat("(", Placeholders(columns.size()), ")");
  text.next_row = absl::StrCat(",", text.first_row);
  return text;
}

RowsTemplate Dialect::InsertNewRows(absl::string_view table,
                                    const std::vector<absl::string_view>& columns,
                                    absl::string_view column) const {
  RowsTemplate text = InsertRows(table, columns);
  // Not INSERT IGNORE, which ignores far more than that.
  text.tail = IsSqlite()
                  ? std::string(" ON CONFLICT DO NOTHING")
                  : absl::StrCat(" ON DUPLICATE KEY UPDATE ", column, " = VALUES(", column, ")");
  return text;
}

RowsTemplate Dialect::UpsertRows(absl::string_view table,
                                 const std::vector<absl::string_view>& columns,
                                 std::size_t key_columns) const {
  RowsTemplate text = InsertRows(table, columns);
  const absl::Span<const absl::string_view> all(columns);
  const absl::Span<const absl::string_view> key = all.first(key_columns);
  // VALUES() is the one form that MySQL and MariaDB have in common.
  text.tail = IsSqlite()
                  ? absl::StrCat(" ON CONFLICT (", absl::StrJoin(key, ","), ") DO UPDATE SET ")
                  : std::string(" ON DUPLICATE KEY UPDATE ");
  const bool sqlite = IsSqlite();
  absl::StrAppend(
      &text.tail,
      absl::StrJoin(all.subspan(key_columns), ",", [=](std::string* out, absl::string_view name) {
        absl::StrAppend(out, name, sqlite ? " = excluded." : " = VALUES(", name, sqlite ? "" : ")");
      }));
  return text;
}

RowsTemplate Dialect::UpdateRows(const RowsUpdate& update) const {
  RowsTemplate text = IsSqlite() ? UpdateRowsFromValues(update) : UpdateRowsByJoin(update);
  text.one_row = UpdateOneRow(update);
  return text;
}

}  // namespace ipstore::orders::sql
