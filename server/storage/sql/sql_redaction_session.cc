#include "server/storage/sql/sql_redaction_session.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/order_rows.h"
#include "server/storage/sql/redaction_rows.h"

namespace ipstore::orders::sql {
namespace {

absl::StatusOr<CreatedRedaction> Existing(absl::StatusOr<std::optional<RedactionJob>> found,
                                          bool existed) {
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::InternalError("a redaction that was stored is not there");
  return CreatedRedaction{.job = **std::move(found), .existed = existed};
}

}  // namespace

absl::Status SqlRedactionSession::Insert(const NewRedaction& redaction) {
  const std::optional<Actor>& behalf = redaction.on_behalf_of;
  absl::StatusOr<std::int64_t> inserted = session_->Execute(
      "INSERT INTO redactions (customer_id, actor_role, actor_id, on_behalf_of_role,"
      " on_behalf_of_id, request_key, created_at) VALUES (?,?,?,?,?,?,?)",
      {Param::Text(redaction.customer_id), Param::Integer(static_cast<int>(redaction.actor.role)),
       Param::Text(redaction.actor.id),
       behalf.has_value() ? Param::Integer(static_cast<int>(behalf->role)) : Param::Null(),
       behalf.has_value() ? Param::Text(behalf->id) : Param::Null(),
       Param::Bytes(BytesOf(redaction.request_key)), Param::Time(redaction.created_at)});
  if (!inserted.ok()) return inserted.status();
  return session_
      ->Execute(absl::StrCat("INSERT INTO redaction_items (redaction, number)"
                             " SELECT r.id, s.number FROM redactions r, ",
                             dialect_.TableByIndex("subjects s", "subjects_of_customer"),
                             " WHERE r.request_key = ? AND s.customer_id = ?"),
                {Param::Bytes(BytesOf(redaction.request_key)), Param::Text(redaction.customer_id)})
      .status();
}

absl::StatusOr<CreatedRedaction> SqlRedactionSession::Create(const NewRedaction& redaction) {
  absl::StatusOr<std::optional<RedactionJob>> found =
      ReadRedaction(*session_, redaction.request_key);
  if (!found.ok() || found->has_value()) return Existing(std::move(found), /*existed=*/true);
  if (absl::Status status = session_->Begin(); !status.ok()) return status;
  if (absl::Status status = Insert(redaction); !status.ok()) {
    session_->Rollback().IgnoreError();
    return status;
  }
  if (absl::Status status = session_->Commit(); !status.ok()) return status;
  return Existing(ReadRedaction(*session_, redaction.request_key), /*existed=*/false);
}

std::string SqlRedactionSession::IsFree() const {
  if (dialect_.HasOneServer()) return "finished_at IS NULL";
  return absl::StrCat("finished_at IS NULL AND (lease_until IS NULL OR lease_until < ",
                      dialect_.Now(), " OR lease_owner = ?)");
}

absl::StatusOr<std::optional<std::int64_t>> SqlRedactionSession::FindFree(
    const RedactionLease& lease) {
  std::vector<Param> params;
  if (!dialect_.HasOneServer()) params.push_back(Param::Text(lease.owner));
  absl::StatusOr<Rows> rows = session_->Query(
      absl::StrCat("SELECT id FROM ", dialect_.TableByIndex("redactions", "redactions_by_end"),
                   " WHERE ", IsFree(), " ORDER BY id LIMIT 1"),
      params, {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(rows->Integer(0, 0));
}

absl::StatusOr<bool> SqlRedactionSession::Claim(std::int64_t id, const RedactionLease& lease) {
  std::vector<Param> params = {Param::Text(lease.owner),
                               Param::Integer(absl::ToInt64Microseconds(lease.length)),
                               Param::Integer(id)};
  if (!dialect_.HasOneServer()) params.push_back(Param::Text(lease.owner));
  absl::StatusOr<std::int64_t> claimed =
      session_->Execute(absl::StrCat("UPDATE redactions SET lease_owner = ?, lease_until = ",
                                     dialect_.NowPlusMicros(), " WHERE id = ? AND ", IsFree()),
                        params);
  if (!claimed.ok()) return claimed.status();
  return *claimed > 0;
}

absl::StatusOr<std::optional<RedactionJob>> SqlRedactionSession::Take(const RedactionLease& lease) {
  absl::StatusOr<std::optional<std::int64_t>> id = FindFree(lease);
  if (!id.ok()) return id.status();
  if (!id->has_value()) return std::optional<RedactionJob>();
  absl::StatusOr<bool> claimed = Claim(**id, lease);
  if (!claimed.ok()) return claimed.status();
  if (!*claimed) return std::optional<RedactionJob>();  // another server was faster
  return ReadRedaction(*session_, **id);
}

absl::StatusOr<std::vector<Number>> SqlRedactionSession::ListPending(std::int64_t id, Number after,
                                                                     std::int32_t limit) {
  absl::StatusOr<Rows> rows = session_->Query(
      absl::StrCat("SELECT number FROM ", dialect_.TableByPrimaryKey("redaction_items"),
                   " WHERE redaction = ? AND number > ? AND done_at IS NULL"
                   " ORDER BY number LIMIT ?"),
      {Param::Integer(id), Param::Integer(after.value()), Param::Integer(std::max(limit, 0))},
      {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  std::vector<Number> numbers;
  for (std::size_t row = 0; row < rows->size(); ++row)
    numbers.push_back(Number::FromStored(rows->Integer(row, 0)));
  return numbers;
}

absl::StatusOr<bool> SqlRedactionSession::Note(std::int64_t id,
                                               absl::Span<const RedactionOutcome> outcomes,
                                               absl::Time at, const RedactionLease& lease) {
  std::vector<Param> params;
  for (const RedactionOutcome& outcome : outcomes) {
    params.insert(params.end(), {Param::Time(at), Param::TextOrNull(outcome.failure),
                                 Param::Integer(id), Param::Integer(outcome.subject.value())});
  }
  if (auto noted = UpdateAll(*session_, statements_.note_items, params); !noted.ok())
    return noted.status();
  return Claim(id, lease);
}

absl::StatusOr<bool> SqlRedactionSession::Finish(std::int64_t id, absl::Time at) {
  absl::StatusOr<std::int64_t> finished = session_->Execute(
      "UPDATE redactions SET finished_at = ?, lease_owner = NULL, lease_until = NULL"
      " WHERE id = ? AND finished_at IS NULL AND NOT EXISTS"
      " (SELECT 1 FROM redaction_items WHERE redaction = ? AND done_at IS NULL)",
      {Param::Time(at), Param::Integer(id), Param::Integer(id)});
  if (!finished.ok()) return finished.status();
  return *finished > 0;
}

}  // namespace ipstore::orders::sql
