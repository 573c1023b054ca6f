#include "server/storage/sql/redaction_rows.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kSelect =
    "SELECT r.id, r.customer_id, r.actor_role, r.actor_id, r.on_behalf_of_role, r.on_behalf_of_id,"
    " r.created_at, r.finished_at, COUNT(i.number), COUNT(i.done_at), COUNT(i.failure)"
    " FROM redactions r LEFT JOIN redaction_items i ON i.redaction = r.id WHERE ";
constexpr std::array<ValueType, 11> kTypes = {
    ValueType::kInteger, ValueType::kText,    ValueType::kInteger, ValueType::kText,
    ValueType::kInteger, ValueType::kText,    ValueType::kTime,    ValueType::kTime,
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger};

absl::StatusOr<RedactionJob> ReadJob(const Rows& rows, std::size_t row) {
  RedactionJob job{.id = rows.Integer(row, 0),
                   .customer_id = std::string(rows.Text(row, 1)),
                   .actor = {},
                   .on_behalf_of = {},
                   .created_at = rows.Time(row, 6),
                   .finished_at = rows.OptionalTime(row, 7),
                   .total = rows.Integer(row, 8),
                   .done = rows.Integer(row, 9) - rows.Integer(row, 10),
                   .failed = rows.Integer(row, 10)};
  if (!ReadActors(rows, row, 2, job.actor, job.on_behalf_of))
    return absl::DataLossError(absl::StrCat("redaction ", job.id, " has an actor of unknown role"));
  return job;
}

absl::StatusOr<std::vector<RedactionJob>> Read(Session& session, absl::string_view condition,
                                               absl::Span<const Param> params) {
  absl::StatusOr<Rows> rows = session.Query(absl::StrCat(kSelect, condition), params, kTypes);
  if (!rows.ok()) return rows.status();
  std::vector<RedactionJob> jobs;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    absl::StatusOr<RedactionJob> job = ReadJob(*rows, row);
    if (!job.ok()) return job.status();
    jobs.push_back(*std::move(job));
  }
  return jobs;
}

absl::StatusOr<std::optional<RedactionJob>> ReadOne(Session& session, absl::string_view condition,
                                                    const Param& param) {
  absl::StatusOr<std::vector<RedactionJob>> jobs = Read(session, condition, {param});
  if (!jobs.ok()) return jobs.status();
  if (jobs->empty()) return std::optional<RedactionJob>();
  return std::optional<RedactionJob>(std::move(jobs->front()));
}

}  // namespace

absl::StatusOr<std::optional<RedactionJob>> ReadRedaction(Session& session, std::int64_t id) {
  return ReadOne(session, "r.id = ? GROUP BY r.id", Param::Integer(id));
}

absl::StatusOr<std::optional<RedactionJob>> ReadRedaction(Session& session, const RequestKey& key) {
  return ReadOne(session, "r.request_key = ? GROUP BY r.id", Param::Bytes(BytesOf(key)));
}

absl::StatusOr<std::vector<RedactionJob>> ReadRedactions(Session& session,
                                                         std::optional<std::int64_t> before,
                                                         std::int32_t limit) {
  return Read(session, "r.id < ? GROUP BY r.id ORDER BY r.id DESC LIMIT ?",
              {Param::Integer(before.value_or(std::numeric_limits<std::int64_t>::max())),
               Param::Integer(std::max(limit, 0))});
}

}  // namespace ipstore::orders::sql
