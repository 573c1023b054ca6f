// A thin session on an SQL database: statements with parameters and rows in plain values. The store
// is written over it once; the drivers (mysql/, sqlite/) implement it.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SESSION_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/storage/sql/dialect.h"

namespace ipstore::orders::sql {

enum class ValueType : std::uint8_t { kNull, kInteger, kText, kBytes, kTime };

// A value for one `?` of a statement. Text and bytes are borrowed: they must stay until the call
// has returned. A value type of 32 bytes, so that the thousands of a batch are cheap to gather.
class Param {
 public:
  static Param Null() { return Param(ValueType::kNull, 0, {}); }
  static Param Integer(std::int64_t value) { return Param(ValueType::kInteger, value, {}); }
  // UTF-8.
  static Param Text(absl::string_view value) { return Param(ValueType::kText, 0, value); }
  // Null when empty.
  static Param TextOrNull(absl::string_view value) { return value.empty() ? Null() : Text(value); }
  static Param Bytes(absl::string_view value) { return Param(ValueType::kBytes, 0, value); }
  // Kept to the microsecond, rounded down. Years 1000 to 9999; a driver answers INVALID_ARGUMENT to
  // others.
  static Param Time(absl::Time value) {
    return Param(ValueType::kTime, absl::ToUnixMicros(value), {});
  }
  static Param TimeOrNull(const std::optional<absl::Time>& value) {
    return value.has_value() ? Time(*value) : Null();
  }

  ValueType type() const { return type_; }
  std::int64_t integer() const { return number_; }
  std::int64_t unix_micros() const { return number_; }
  absl::string_view text() const { return text_; }

 private:
  Param(ValueType type, std::int64_t number, absl::string_view text)
      : text_(text), number_(number), type_(type) {}

  absl::string_view text_;
  std::int64_t number_;
  ValueType type_;
};

// The answer to a query, read to its end: nothing of it is left on the connection. A value type;
// rows and columns count from 0. Its accessors do not check types: a column is read as what the
// query was said to return.
class Rows {
 public:
  explicit Rows(std::size_t columns = 0) : columns_(columns) {}

  std::size_t size() const { return columns_ == 0 ? 0 : cells_.size() / columns_; }
  bool empty() const { return cells_.empty(); }

  bool IsNull(std::size_t row, std::size_t column) const { return At(row, column).null; }
  // 0 where null.
  std::int64_t Integer(std::size_t row, std::size_t column) const { return At(row, column).number; }
  // Text and bytes; empty where null. Valid as long as these rows.
  absl::string_view Text(std::size_t row, std::size_t column) const {
    const Cell& cell = At(row, column);
    return absl::string_view(text_).substr(cell.offset, static_cast<std::size_t>(cell.number));
  }
  // The epoch where null.
  absl::Time Time(std::size_t row, std::size_t column) const {
    return absl::FromUnixMicros(At(row, column).number);
  }
  std::optional<absl::Time> OptionalTime(std::size_t row, std::size_t column) const {
    if (IsNull(row, column)) return std::nullopt;
    return Time(row, column);
  }

  // For drivers: the cells of a row, from left to right.
  void AddNull() { cells_.push_back(Cell{.null = true}); }
  void AddInteger(std::int64_t value) { cells_.push_back(Cell{.number = value}); }
  void AddText(absl::string_view value) {
    cells_.push_back(
        Cell{.number = static_cast<std::int64_t>(value.size()), .offset = text_.size()});
    text_.append(value.data(), value.size());
  }

 private:
  struct Cell {
    std::int64_t number = 0;  // the value, or the length of a text
    std::size_t offset = 0;   // where a text begins
    bool null = false;
  };

  const Cell& At(std::size_t row, std::size_t column) const {
    return cells_[row * columns_ + column];
  }

  std::size_t columns_;
  std::vector<Cell> cells_;
  std::string text_;  // all texts, one after the other
};

// What a session is for, which decides its isolation and its time-outs.
enum class Purpose : std::uint8_t {
  kWrite,  // READ COMMITTED, lock waits end after two seconds
  // As kWrite, for a session whose every statement belongs to a transaction: there, the first
  // statement begins it, and Begin() need not ask the database.
  kWriteTransactions,
  kRead,     // REPEATABLE READ, read-only
  kMigrate,  // as kWrite, but long waits are fine
};

// One connection. Not thread-safe; every call blocks. Errors have the codes of store.h. After
// UNAVAILABLE every further call answers UNAVAILABLE.
class Session {
 public:
  virtual ~Session() = default;

  // Begins a transaction. For kWrite on SQLite this takes the database's one write lock.
  virtual absl::Status Begin() = 0;
  // An error other than ABORTED means that the outcome is unknown, and is UNAVAILABLE.
  virtual absl::Status Commit() = 0;
  // OK also where no transaction is open.
  virtual absl::Status Rollback() = 0;

  // Runs a statement that returns no rows; the answer is how many rows it changed. Statements are
  // prepared once and kept with the session by their text, so their number must be bounded.
  virtual absl::StatusOr<std::int64_t> Execute(const std::string& statement,
                                               absl::Span<const Param> params) = 0;

  // Runs a statement that returns rows with the columns of those types. Kept like those of Execute.
  virtual absl::StatusOr<Rows> Query(const std::string& statement, absl::Span<const Param> params,
                                     absl::Span<const ValueType> columns) = 0;

  // Runs a statement without parameters once, without preparing it: schema changes, settings.
  virtual absl::Status ExecuteOnce(const std::string& statement) = 0;

  // Takes what committed transactions have erased out of the database's own log of changes, too,
  // where that log is ours: on SQLite. False while readers or another writer stand in the way; with
  // `wait` they are waited for as long as any lock is. Not within a transaction.
  virtual bool ForgetErased(bool wait) = 0;
};

// A database that sessions can be opened on. Thread-safe. Sessions must not outlive it.
class Database {
 public:
  virtual ~Database() = default;

  // Connects. UNAVAILABLE when the database does not answer, FAILED_PRECONDITION when it answers
  // and refuses (password, name, TLS, too old); no message holds the password.
  virtual absl::StatusOr<std::unique_ptr<Session>> Connect(Purpose purpose) = 0;

  virtual const Dialect& dialect() const = 0;
  // How many writing sessions may work at the same time.
  virtual int MaxWriteSessions() const = 0;
  // For people: "mariadb 10.11.6 at db1:3306/orders".
  virtual std::string Describe() const = 0;
};

// INVALID_ARGUMENT when a time among `params` cannot be stored.
absl::Status CheckTimes(absl::Span<const Param> params);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SESSION_H_
