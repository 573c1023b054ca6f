#include "server/storage/sql/batch_statement.h"

#include <algorithm>

namespace ipstore::orders::sql {
namespace {

// Well below max_allowed_packet, which is 16 MiB at the least by default.
constexpr std::size_t kMaxStatementBytes = 4U << 20U;

std::size_t BytesOf(absl::Span<const Param> params) {
  std::size_t bytes = 0;
  for (const Param& param : params) bytes += param.text().size();
  return bytes;
}

constexpr auto& kSizes = BatchStatement::kSizes;

// The largest size that is not above `rows`, of which there is at least one.
auto SizeWithin(std::size_t rows) {
  return std::ranges::upper_bound(kSizes, rows) - 1;
}

// The smallest size that is not below `rows`, which are at most kMaxRows.
std::size_t SizeAround(std::size_t rows) {
  return *std::ranges::lower_bound(kSizes, rows);
}

// How many of the rows ahead go into one statement that is not filled up: a size that there is a
// text for, and not too many bytes.
std::size_t ExactSize(absl::Span<const Param> params, std::size_t params_per_row) {
  auto size = SizeWithin(params.size() / params_per_row);
  while (*size > 1 && BytesOf(params.first(*size * params_per_row)) > kMaxStatementBytes) --size;
  return *size;
}

// The same for one that is filled up by repeating its last row: as many as there are, unless that
// makes too many bytes.
std::size_t FilledSize(absl::Span<const Param> params, std::size_t params_per_row) {
  const std::size_t rows = std::min(params.size() / params_per_row, BatchStatement::kMaxRows);
  const absl::Span<const Param> slice = params.first(rows * params_per_row);
  const std::size_t filling = (SizeAround(rows) - rows) * BytesOf(slice.last(params_per_row));
  return BytesOf(slice) + filling <= kMaxStatementBytes ? rows : ExactSize(params, params_per_row);
}

}  // namespace

BatchStatement::BatchStatement(const RowsTemplate& text) : params_per_row_(text.params_per_row) {
  for (std::size_t i = 0; i < kSizes.size(); ++i) texts_[i] = text.Text(kSizes[i]);
}

const std::string& BatchStatement::Text(std::size_t rows) const {
  return texts_[static_cast<std::size_t>(std::ranges::lower_bound(kSizes, rows) - kSizes.begin())];
}

absl::Status ForEachFilledSlice(
    const BatchStatement& statement, absl::Span<const Param> params,
    absl::FunctionRef<absl::Status(const std::string&, absl::Span<const Param>)> act) {
  const std::size_t per_row = statement.params_per_row();
  std::vector<Param> filled;
  while (!params.empty()) {
    const std::size_t rows = FilledSize(params, per_row);
    const std::size_t size = SizeAround(rows);
    absl::Span<const Param> slice = params.first(rows * per_row);
    if (size != rows) {
      filled.assign(slice.begin(), slice.end());
      const absl::Span<const Param> last = slice.last(per_row);
      while (filled.size() < size * per_row) filled.insert(filled.end(), last.begin(), last.end());
      slice = filled;
    }
    if (absl::Status status = act(statement.Text(size), slice); !status.ok()) return status;
    params.remove_prefix(rows * per_row);
  }
  return absl::OkStatus();
}

absl::Status InsertAll(Session& session, const BatchStatement& statement,
                       absl::Span<const Param> params) {
  const std::size_t per_row = statement.params_per_row();
  while (!params.empty()) {
    const std::size_t rows = ExactSize(params, per_row);
    absl::StatusOr<std::int64_t> inserted =
        session.Execute(statement.Text(rows), params.first(rows * per_row));
    if (!inserted.ok()) return inserted.status();
    params.remove_prefix(rows * per_row);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> UpdateAll(Session& session, const BatchStatement& statement,
                                       absl::Span<const Param> params) {
  std::int64_t changed = 0;
  absl::Status status = ForEachFilledSlice(
      statement, params, [&](const std::string& text, absl::Span<const Param> slice) {
        absl::StatusOr<std::int64_t> rows = session.Execute(text, slice);
        if (rows.ok()) changed += *rows;
        return rows.status();
      });
  if (!status.ok()) return status;
  return changed;
}

absl::Status QueryAll(Session& session, const BatchStatement& statement,
                      absl::Span<const Param> params, absl::Span<const ValueType> columns,
                      absl::FunctionRef<absl::Status(const Rows&)> take) {
  return ForEachFilledSlice(statement, params,
                            [&](const std::string& text, absl::Span<const Param> slice) {
                              absl::StatusOr<Rows> rows = session.Query(text, slice, columns);
                              return rows.ok() ? take(*rows) : rows.status();
                            });
}

}  // namespace ipstore::orders::sql
