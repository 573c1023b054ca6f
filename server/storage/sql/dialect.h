// What differs between SQLite, MariaDB and MySQL in the statements of the store: all of it is here
// and in the schema (migrations.cc).
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_DIALECT_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_DIALECT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders::sql {

enum class Backend : std::uint8_t { kSqlite, kMariaDb, kMySql };

absl::string_view Name(Backend backend);  // "sqlite", "mariadb", "mysql"

// A statement over several rows, to be written out for any number of them: head, the first row,
// each further row, tail.
struct RowsTemplate {
  std::string head;
  std::string first_row;
  std::string next_row;
  std::string tail;
  std::size_t params_per_row = 0;
  std::string one_row;  // what one row is better written as, where there is such a thing

  std::string Text(std::size_t rows) const;
};

// An update of several rows, each to values of its own: `set` columns of the rows with those `key`
// columns, where the `guard` columns have the value expected. Parameters per row: set, key, guard,
// in that order, which is the one that a plain UPDATE takes them in. The statement may name a row
// twice with the same values; the rows changed are those that exist and satisfy the guard.
struct RowsUpdate {
  absl::string_view table;
  std::vector<absl::string_view> key;
  std::vector<absl::string_view> set;
  std::vector<absl::string_view> guard;
};

// How one backend wants its statements. A value type.
class Dialect {
 public:
  explicit Dialect(Backend backend) : backend_(backend) {}

  Backend backend() const { return backend_; }
  bool IsSqlite() const { return backend_ == Backend::kSqlite; }

  // What ends a SELECT that locks the rows it reads. SQLite has none: its writers exclude each
  // other.
  absl::string_view LockingRead() const { return IsSqlite() ? "" : " FOR UPDATE"; }

  // A table to be read through that index and no other, whatever the statistics say: a small table
  // would be read whole, and a locking read would then wait for rows that it was not asked for.
  std::string TableByIndex(absl::string_view table, absl::string_view index) const;
  // The same for the primary key.
  std::string TableByPrimaryKey(absl::string_view table) const;

  // What ends a CREATE TABLE: nothing on SQLite.
  std::string TableOptions() const;

  // The present moment by the database's clock, as a value of a column of times; and a moment so
  // many microseconds (one parameter) later.
  absl::string_view Now() const;
  std::string NowPlusMicros() const;

  // The first bytes of a column of `width` bytes, with zeros behind them up to that width.
  std::string FirstBytes(absl::string_view column, std::size_t count, std::size_t width) const;

  // True where a second server on the database is impossible, so that a lease of another owner is
  // one that its owner has not survived.
  bool HasOneServer() const { return IsSqlite(); }

  // INSERT of several rows into these columns.
  RowsTemplate InsertRows(absl::string_view table,
                          const std::vector<absl::string_view>& columns) const;
  // The same, but a row whose primary key is there already is left as it is. `column` is any of the
  // table's.
  RowsTemplate InsertNewRows(absl::string_view table, const std::vector<absl::string_view>& columns,
                             absl::string_view column) const;
  // The same, but a row whose primary key is there already is overwritten: its columns beyond the
  // first `key_columns`, which are the key. A row may be given twice with the same values.
  RowsTemplate UpsertRows(absl::string_view table, const std::vector<absl::string_view>& columns,
                          std::size_t key_columns) const;
  // Not for texts of more than some thousand bytes: MySQL cuts off what its intermediate table has
  // no room for, without an error.
  RowsTemplate UpdateRows(const RowsUpdate& update) const;

 private:
  Backend backend_;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_DIALECT_H_
