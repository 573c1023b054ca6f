#include "server/storage/sql/store_statements.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

using Columns = std::vector<absl::string_view>;

template <std::size_t N>
Columns All(const std::array<absl::string_view, N>& columns) {
  return {columns.begin(), columns.end()};
}

// All but the first `count`, which are the key.
template <std::size_t N>
Columns AllButKey(const std::array<absl::string_view, N>& columns, std::size_t count) {
  return {columns.begin() + static_cast<std::ptrdiff_t>(count), columns.end()};
}

std::string Qualified(absl::Span<const absl::string_view> columns, absl::string_view table) {
  return absl::StrJoin(columns, ",", [&](std::string* out, absl::string_view column) {
    absl::StrAppend(out, table, ".", column);
  });
}

// "SELECT … FROM … WHERE key IN (?, …) …"
RowsTemplate SelectIn(absl::string_view columns, absl::string_view from, absl::string_view key,
                      absl::string_view end) {
  return {.head = absl::StrCat("SELECT ", columns, " FROM ", from, " WHERE ", key, " IN ("),
          .first_row = "?",
          .next_row = ",?",
          .tail = absl::StrCat(")", end),
          .params_per_row = 1};
}

RowsTemplate LockSubjects(const Dialect& dialect) {
  return SelectIn(absl::StrJoin(kSubjectColumns, ","), dialect.TableByPrimaryKey("subjects"),
                  "number", absl::StrCat(" ORDER BY number", dialect.LockingRead()));
}

RowsTemplate ReadOrders(const Dialect& dialect) {
  return SelectIn(absl::StrJoin(kOrderColumns, ","), dialect.TableByPrimaryKey("orders"), "number",
                  "");
}

RowsTemplate ReadWholeOrders() {
  return SelectIn(absl::StrCat(Qualified(kSubjectColumns, "s"), ",", Qualified(kOrderColumns, "o")),
                  "subjects s JOIN orders o ON o.number = s.number", "s.number", "");
}

RowsTemplate ReadLines(const Dialect& dialect) {
  return SelectIn(absl::StrJoin(kLineColumns, ","), dialect.TableByPrimaryKey("order_lines"),
                  "number", " ORDER BY number, line");
}

// SQLite finds the index for each alternative by itself and takes no hint for them together.
RowsTemplate FindExternalKeys(const Dialect& dialect) {
  const std::string table =
      dialect.IsSqlite() ? "orders" : dialect.TableByIndex("orders", "orders_external");
  return {.head = absl::StrCat("SELECT source, external_reference, number FROM ", table, " WHERE "),
          .first_row = "(source = ? AND external_reference = ?)",
          .next_row = " OR (source = ? AND external_reference = ?)",
          .tail = "",
          .params_per_row = 2};
}

RowsTemplate FindRequests(const Dialect& dialect) {
  return SelectIn("request_key, subject, seq, unit_size, position, recorded_at, content_hash",
                  dialect.TableByIndex("activities", "activities_by_request"), "request_key", "");
}

// The guard finds a row that is not as it had been read: not locked, or written past the store.
RowsTemplate UpdateSubjects(const Dialect& dialect) {
  return dialect.UpdateRows({.table = "subjects",
                             .key = {"number"},
                             .set = AllButKey(kSubjectColumns, 1),
                             .guard = {"last_seq"}});
}

RowsTemplate DeleteLines() {
  return {.head = "DELETE FROM order_lines WHERE ",
          .first_row = "(number = ? AND line = ?)",
          .next_row = " OR (number = ? AND line = ?)",
          .tail = "",
          .params_per_row = 2};
}

}  // namespace

StoreStatements::StoreStatements(const Dialect& dialect)
    : lock_subjects(LockSubjects(dialect)),
      read_orders(ReadOrders(dialect)),
      read_whole_orders(ReadWholeOrders()),
      read_lines(ReadLines(dialect)),
      find_external_keys(FindExternalKeys(dialect)),
      find_requests(FindRequests(dialect)),
      insert_subjects(dialect.InsertRows("subjects", All(kSubjectColumns))),
      insert_orders(dialect.InsertRows("orders", All(kOrderColumns))),
      insert_lines(dialect.InsertRows("order_lines", All(kLineColumns))),
      insert_activities(dialect.InsertRows("activities", All(kActivityColumns))),
      update_subjects(UpdateSubjects(dialect)),
      overwrite_orders(dialect.UpsertRows("orders", All(kOrderColumns), 1)),
      overwrite_lines(dialect.UpsertRows("order_lines", All(kLineColumns), 2)),
      delete_lines(DeleteLines()) {}

}  // namespace ipstore::orders::sql
