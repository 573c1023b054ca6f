#include "server/storage/sql/received_emails.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

// Well below what any server takes in one packet by default.
constexpr std::size_t kPartBytes = std::size_t{1} << 20;

// An address that nobody has given out may name a subject that is none.
constexpr absl::string_view kSelect =
    "SELECT e.id, e.message_key, s.number, e.seq, e.received_at, e.outcome, e.message_id, e.sender,"
    " e.size, e.parts, s.kind FROM ";
constexpr absl::string_view kJoin = " LEFT JOIN subjects s ON s.number = e.subject WHERE ";
constexpr std::array<ValueType, 11> kTypes = {
    ValueType::kInteger, ValueType::kBytes,   ValueType::kInteger, ValueType::kInteger,
    ValueType::kTime,    ValueType::kInteger, ValueType::kText,    ValueType::kText,
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger};

absl::StatusOr<ReceivedEmail> ReadRow(const Rows& rows, std::size_t row) {
  ReceivedEmail email{.id = rows.Integer(row, 0),
                      .message_key = {},
                      .subject = {},
                      .seq = {},
                      .received_at = rows.Time(row, 4),
                      .outcome = static_cast<EmailOutcome>(rows.Integer(row, 5)),
                      .message_id = std::string(rows.Text(row, 6)),
                      .sender = std::string(rows.Text(row, 7)),
                      .size = rows.Integer(row, 8),
                      .has_raw = rows.Integer(row, 9) > 0};
  const absl::string_view key = rows.Text(row, 1);
  std::copy_n(key.begin(), std::min(key.size(), email.message_key.size()),
              email.message_key.begin());
  if (!rows.IsNull(row, 2)) {
    email.subject = Number::FromStored(rows.Integer(row, 2));
    email.subject_kind = static_cast<SubjectKind>(rows.Integer(row, 10));
  }
  if (!rows.IsNull(row, 3)) email.seq = static_cast<std::int32_t>(rows.Integer(row, 3));
  if (std::ranges::count(kEmailOutcomes, email.outcome) == 0)
    return absl::DataLossError(absl::StrCat("e-mail ", email.id, " has an unknown outcome"));
  return email;
}

absl::StatusOr<std::vector<ReceivedEmail>> Read(Session& session, const std::string& statement,
                                                absl::Span<const Param> params) {
  absl::StatusOr<Rows> rows = session.Query(statement, params, kTypes);
  if (!rows.ok()) return rows.status();
  std::vector<ReceivedEmail> emails;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    absl::StatusOr<ReceivedEmail> email = ReadRow(*rows, row);
    if (!email.ok()) return email.status();
    emails.push_back(*std::move(email));
  }
  return emails;
}

absl::StatusOr<std::optional<ReceivedEmail>> ReadOne(Session& session, absl::string_view condition,
                                                     const Param& param) {
  absl::StatusOr<std::vector<ReceivedEmail>> found =
      Read(session, absl::StrCat(kSelect, "received_emails e", kJoin, condition), {param});
  if (!found.ok()) return found.status();
  if (found->empty()) return std::optional<ReceivedEmail>();
  return std::optional<ReceivedEmail>(std::move(found->front()));
}

// Of those for which the condition holds, whose rows must be locked.
absl::Status DeleteParts(Session& session, absl::string_view condition,
                         absl::Span<const Param> params) {
  return session
      .Execute(absl::StrCat("DELETE FROM received_email_parts WHERE email IN"
                            " (SELECT id FROM received_emails WHERE ",
                            condition, ")"),
               params)
      .status();
}

// Takes out what is personal of those for which the condition holds. The rows first: their locks
// keep an e-mail that is being concluded from adding parts behind the deletion.
absl::Status Forget(Session& session, absl::string_view condition, absl::Span<const Param> params) {
  absl::StatusOr<std::int64_t> changed = session.Execute(
      absl::StrCat("UPDATE received_emails SET sender = '', message_id = '', parts = 0,"
                   " redacted = 1 WHERE ",
                   condition),
      params);
  if (!changed.ok()) return changed.status();
  return DeleteParts(session, condition, params);
}

// Whatever a customer wrote after a comment may quote it: their messages go, and what is known of
// them stays.
absl::Status ForgetMessagesSince(Session& session, Number subject, std::int32_t seq) {
  constexpr absl::string_view kLater =
      "subject = ? AND received_at >="
      " (SELECT recorded_at FROM activities WHERE subject = ? AND seq = ?)";
  const Param number = Param::Integer(subject.value());
  const std::vector<Param> params = {number, number, Param::Integer(seq)};
  absl::StatusOr<std::int64_t> changed = session.Execute(
      absl::StrCat("UPDATE received_emails SET parts = 0, redacted = 1 WHERE ", kLater), params);
  if (!changed.ok()) return changed.status();
  return DeleteParts(session, kLater, params);
}

// Since when it belongs to nobody: what was refused or dropped, and is not kept.
Param UnownedSince(const ReceivedEmail& email, absl::string_view raw) {
  const bool is_owned = email.outcome == EmailOutcome::kReceived ||
                        email.outcome == EmailOutcome::kCommented ||
                        email.outcome == EmailOutcome::kUnsubscribed || !raw.empty();
  return is_owned ? Param::Null() : Param::Time(email.received_at);
}

std::size_t PartsOf(absl::string_view raw) {
  return (raw.size() + kPartBytes - 1) / kPartBytes;
}

}  // namespace

absl::StatusOr<std::optional<ReceivedEmail>> ReadReceivedEmail(Session& session, std::int64_t id) {
  return ReadOne(session, "e.id = ?", Param::Integer(id));
}

absl::StatusOr<std::vector<ReceivedEmail>> ReadReceivedEmails(Session& session,
                                                              const Dialect& dialect,
                                                              const ReceivedEmailQuery& query) {
  std::string statement(kSelect);
  std::vector<Param> params;
  if (query.subject.has_value()) {
    absl::StrAppend(&statement,
                    dialect.TableByIndex("received_emails e", "received_emails_of_subject"), kJoin,
                    "e.subject = ? AND e.id < ?");
    params.push_back(Param::Integer(query.subject->value()));
  } else {
    absl::StrAppend(&statement, dialect.TableByPrimaryKey("received_emails e"), kJoin, "e.id < ?");
  }
  absl::StrAppend(&statement, " ORDER BY e.id DESC LIMIT ?");
  params.push_back(Param::Integer(query.before.value_or(std::numeric_limits<std::int64_t>::max())));
  params.push_back(Param::Integer(std::max(query.limit, 0)));
  return Read(session, statement, params);
}

absl::StatusOr<std::string> ReadRawEmail(Session& session, std::int64_t id) {
  absl::StatusOr<Rows> rows =
      session.Query("SELECT bytes FROM received_email_parts WHERE email = ? ORDER BY part",
                    {Param::Integer(id)}, {ValueType::kBytes});
  if (!rows.ok()) return rows.status();
  std::string raw;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const absl::string_view part = rows->Text(row, 0);
    raw.append(part.data(), part.size());
  }
  return raw;
}

// A comment whose e-mail was not concluded is known by the key that both have.
absl::Status RedactReceivedEmails(Session& session, Number subject,
                                  const std::optional<CommentOfEmail>& comment) {
  const Param number = Param::Integer(subject.value());
  if (!comment.has_value()) return Forget(session, "subject = ?", {number});
  if (auto s = ForgetMessagesSince(session, subject, comment->seq); !s.ok()) return s;
  return Forget(session,
                "subject = ? AND (seq = ? OR message_key ="
                " (SELECT request_key FROM activities WHERE subject = ? AND seq = ?))",
                {number, Param::Integer(comment->seq), number, Param::Integer(comment->unit_seq)});
}

absl::StatusOr<std::vector<std::string>> ReadAddressesTold(Session& session,
                                                           const StoreStatements& statements,
                                                           Number subject) {
  absl::StatusOr<Rows> rows =
      session.Query(statements.find_told, {Param::Integer(subject.value())}, {ValueType::kText});
  if (!rows.ok()) return rows.status();
  std::vector<std::string> addresses;
  for (std::size_t row = 0; row < rows->size(); ++row) addresses.emplace_back(rows->Text(row, 0));
  return addresses;
}

absl::Status RedactUnownedEmails(Session& session, const StoreStatements& statements,
                                 absl::string_view sender) {
  // As the sender of an e-mail is stored.
  const std::string folded = absl::AsciiStrToLower(sender);
  if (folded.empty()) return absl::OkStatus();
  return session.Execute(statements.forget_sender, {Param::Text(folded)}).status();
}

ListStatement FindUnownedEmails(const Dialect& dialect, absl::Time before, std::int64_t limit) {
  return {.text = absl::StrCat("SELECT id FROM ",
                               dialect.TableByIndex("received_emails", "received_emails_unowned"),
                               " WHERE unowned_since < ? ORDER BY unowned_since LIMIT ?"),
          .params = {Param::Time(before), Param::Integer(limit)}};
}

absl::Status SqlReceivedEmailSession::Insert(const ReceivedEmail& email) {
  return session_
      ->Execute(
          "INSERT INTO received_emails (message_key, subject, received_at, outcome,"
          " message_id, sender, size, parts, redacted, unowned_since)"
          " VALUES (?,?,?,?,?,?,?,0,0,?)",
          {Param::Bytes(BytesOf(email.message_key)),
           email.subject.has_value() ? Param::Integer(email.subject->value()) : Param::Null(),
           Param::Time(email.received_at), Param::Integer(static_cast<int>(email.outcome)),
           Param::Text(email.message_id), Param::Text(email.sender), Param::Integer(email.size),
           UnownedSince(email, "")})
      .status();
}

absl::StatusOr<ReceivedEmail> SqlReceivedEmailSession::Add(const ReceivedEmail& email) {
  const Param key = Param::Bytes(BytesOf(email.message_key));
  absl::StatusOr<std::optional<ReceivedEmail>> found = ReadOne(*session_, "e.message_key = ?", key);
  if (!found.ok()) return found.status();
  if (found->has_value()) return **std::move(found);
  // Another server may have been given the same message at the same moment.
  if (auto s = Insert(email); !s.ok() && !absl::IsAlreadyExists(s)) return s;
  found = ReadOne(*session_, "e.message_key = ?", key);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::InternalError("an e-mail that was stored is not there");
  return **std::move(found);
}

absl::StatusOr<ReceivedEmail> SqlReceivedEmailSession::Conclude(const ReceivedEmail& email,
                                                                absl::string_view raw) {
  if (absl::Status status = session_->Begin(); !status.ok()) return status;
  absl::Status status = WriteConclusion(email, raw);
  if (status.ok()) {
    status = session_->Commit();
  } else {
    session_->Rollback().IgnoreError();
  }
  if (!status.ok()) return status;
  absl::StatusOr<std::optional<ReceivedEmail>> found = ReadReceivedEmail(*session_, email.id);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::InternalError("an e-mail that was stored is not there");
  return **std::move(found);
}

absl::StatusOr<std::vector<std::string>> SqlReceivedEmailSession::ListAddressesTold(
    Number subject) {
  return ReadAddressesTold(*session_, statements_, subject);
}

absl::StatusOr<std::int64_t> SqlReceivedEmailSession::DropUnowned(absl::Time before,
                                                                  std::int32_t limit) {
  const ListStatement find = FindUnownedEmails(dialect_, before, limit);
  absl::StatusOr<Rows> rows = session_->Query(find.text, find.params, {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return 0;
  std::vector<Param> ids;
  for (std::size_t row = 0; row < rows->size(); ++row)
    ids.push_back(Param::Integer(rows->Integer(row, 0)));
  const std::vector<absl::string_view> marks(ids.size(), "?");
  absl::StatusOr<std::int64_t> dropped = session_->Execute(
      absl::StrCat("DELETE FROM received_emails WHERE id IN (", absl::StrJoin(marks, ","), ")"),
      ids);
  // Where a reader stands in the way, a later one takes it out of the log, too.
  if (dropped.ok()) session_->ForgetErased(/*wait=*/false);
  return dropped;
}

absl::Status SqlReceivedEmailSession::InsertParts(std::int64_t id, absl::string_view raw) {
  for (std::size_t part = 0; part < PartsOf(raw); ++part) {
    absl::StatusOr<std::int64_t> inserted =
        session_->Execute("INSERT INTO received_email_parts (email, part, bytes) VALUES (?,?,?)",
                          {Param::Integer(id), Param::Integer(static_cast<std::int64_t>(part)),
                           Param::Bytes(raw.substr(part * kPartBytes, kPartBytes))});
    if (!inserted.ok()) return inserted.status();
  }
  return absl::OkStatus();
}

absl::Status SqlReceivedEmailSession::WriteConclusion(const ReceivedEmail& email,
                                                      absl::string_view raw) {
  absl::StatusOr<Rows> rows =
      session_->Query(absl::StrCat("SELECT outcome, redacted FROM received_emails WHERE id = ?",
                                   dialect_.LockingRead()),
                      {Param::Integer(email.id)}, {ValueType::kInteger, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty() || rows->Integer(0, 0) != static_cast<int>(EmailOutcome::kReceived))
    return absl::OkStatus();
  const bool redacted = rows->Integer(0, 1) != 0;
  if (redacted) raw = "";
  absl::StatusOr<std::int64_t> concluded = session_->Execute(
      "UPDATE received_emails SET outcome = ?, seq = ?, message_id = ?, sender = ?, parts = ?,"
      " unowned_since = ? WHERE id = ?",
      {Param::Integer(static_cast<int>(email.outcome)),
       email.seq.has_value() ? Param::Integer(*email.seq) : Param::Null(),
       Param::Text(redacted ? "" : email.message_id), Param::Text(redacted ? "" : email.sender),
       Param::Integer(static_cast<std::int64_t>(PartsOf(raw))), UnownedSince(email, raw),
       Param::Integer(email.id)});
  if (!concluded.ok()) return concluded.status();
  return InsertParts(email.id, raw);
}

}  // namespace ipstore::orders::sql
