// Statements over many rows, written out for a few sizes only, so that the statements that a
// connection keeps prepared stay few.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_BATCH_STATEMENT_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_BATCH_STATEMENT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sql {

// The texts of one statement for each of kSizes rows. Immutable, so that all sessions share it.
class BatchStatement {
 public:
  // Four to the octave: a statement that is filled up has a quarter of its rows in vain at most,
  // and what is not filled up takes two statements where powers of two would take up to eight.
  static constexpr std::array<std::size_t, 28> kSizes = {
      1,  2,  3,  4,  5,  6,  7,  8,  10,  12,  14,  16,  20,  24,
      28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256};
  static constexpr std::size_t kMaxRows = kSizes.back();

  explicit BatchStatement(const RowsTemplate& text);

  std::size_t params_per_row() const { return params_per_row_; }
  // `rows` is one of kSizes.
  const std::string& Text(std::size_t rows) const;

 private:
  std::size_t params_per_row_;
  std::array<std::string, kSizes.size()> texts_;
};

// Inserts all rows, whose values stand in `params` one row after the other, with as few statements
// as the sizes allow: each row once, no statement much beyond what a server takes in one packet.
// Errors as Session::Execute.
absl::Status InsertAll(Session& session, const BatchStatement& statement,
                       absl::Span<const Param> params);

// Updates, overwrites or deletes all rows; the answer is how many the database counts as changed.
// The last row may be given twice to fill up a size. Errors as Session::Execute.
absl::StatusOr<std::int64_t> UpdateAll(Session& session, const BatchStatement& statement,
                                       absl::Span<const Param> params);

// Queries for all keys and hands each answer to `take`. The last key may be asked for twice to fill
// up a size, within one IN list. Errors as Session::Query, and those of `take`.
absl::Status QueryAll(Session& session, const BatchStatement& statement,
                      absl::Span<const Param> params, absl::Span<const ValueType> columns,
                      absl::FunctionRef<absl::Status(const Rows&)> take);

// For statements whose text takes more than the rows: calls `act` with each text and the slice of
// `params` that it is for, the last filled up as in UpdateAll(). Errors are those of `act`.
absl::Status ForEachFilledSlice(
    const BatchStatement& statement, absl::Span<const Param> params,
    absl::FunctionRef<absl::Status(const std::string& text, absl::Span<const Param> slice)> act);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_BATCH_STATEMENT_H_
