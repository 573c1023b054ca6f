#include "server/storage/sql/redact_stored.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "server/storage/codec.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/notification_rows.h"
#include "server/storage/sql/received_emails.h"

namespace ipstore::orders::sql {
namespace {

// How much of a log is in memory at a time. A payload is some KiB, and megabytes only where an
// order was imported with a long past, which is one activity.
constexpr std::size_t kPage = 64;

constexpr std::array<ValueType, 4> kPayloadTypes = {ValueType::kInteger, ValueType::kInteger,
                                                    ValueType::kInteger, ValueType::kText};

// The activities of a subject from one seq to another.
struct Span {
  Number subject;
  std::int64_t first = 1;
  std::int64_t last = std::numeric_limits<std::int32_t>::max();
};

// A payload as it is to be.
struct NewPayload {
  std::int64_t seq = 0;
  std::string text;
};

absl::StatusOr<std::vector<NewPayload>> RedactRows(const Rows& rows, Number subject) {
  std::vector<NewPayload> redacted;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::int64_t seq = rows.Integer(row, 0);
    absl::StatusOr<std::optional<std::string>> payload =
        RedactPayload({.subject = subject,
                       .seq = static_cast<std::int32_t>(seq),
                       .kind = rows.Integer(row, 1),
                       .version = rows.Integer(row, 2),
                       .text = rows.Text(row, 3)});
    if (!payload.ok()) return payload.status();
    if (payload->has_value()) redacted.push_back({.seq = seq, .text = **std::move(payload)});
  }
  return redacted;
}

// What is left of one is short as a rule, but need not be: that of an amendment holds lines twice.
absl::Status WritePayloads(Session& session, const StoreStatements& statements, Number subject,
                           const std::vector<NewPayload>& payloads) {
  std::vector<Param> params;
  for (const NewPayload& payload : payloads) {
    params.push_back(Param::Integer(payload.seq));
    params.push_back(Param::Text(payload.text));
  }
  return ForEachFilledSlice(statements.redact_payloads, params,
                            [&](const std::string& text, absl::Span<const Param> slice) {
                              std::vector<Param> all(slice.begin(), slice.end());
                              all.push_back(Param::Integer(subject.value()));
                              all.push_back(slice.front());
                              all.push_back(slice[slice.size() - 2]);  // the seq of its last row
                              return session.Execute(text, all).status();
                            });
}

absl::Status RedactPayloads(Session& session, const StoreStatements& statements, const Span& span) {
  Span rest = span;
  while (rest.first <= rest.last) {
    absl::StatusOr<Rows> rows =
        session.Query(statements.find_payloads,
                      {Param::Integer(rest.subject.value()), Param::Integer(rest.first),
                       Param::Integer(rest.last), Param::Integer(static_cast<std::int64_t>(kPage))},
                      kPayloadTypes);
    if (!rows.ok()) return rows.status();
    absl::StatusOr<std::vector<NewPayload>> redacted = RedactRows(*rows, rest.subject);
    if (!redacted.ok()) return redacted.status();
    if (auto s = WritePayloads(session, statements, rest.subject, *redacted); !s.ok()) return s;
    if (rows->size() < kPage) break;
    rest.first = rows->Integer(rows->size() - 1, 0) + 1;
  }
  return absl::OkStatus();
}

absl::Status ForgetContentOf(Session& session, const StoreStatements& statements,
                             const Span& span) {
  return session
      .Execute(statements.forget_content, {Param::Integer(span.subject.value()),
                                           Param::Integer(span.first), Param::Integer(span.last)})
      .status();
}

// The hash stands on the first activity of the unit, which need not be the comment's own.
absl::StatusOr<std::int64_t> FirstOfUnit(Session& session, const StoreStatements& statements,
                                         Number subject, std::int32_t seq) {
  absl::StatusOr<Rows> rows =
      session.Query(statements.find_unit, {Param::Integer(subject.value()), Param::Integer(seq)},
                    {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  return rows->empty() ? seq : rows->Integer(0, 0);
}

// What their customer has sent to no order belongs to nobody else either.
absl::Status ForgetSenders(Session& session, const StoreStatements& statements,
                           const ActivityRedaction& redaction) {
  absl::StatusOr<std::vector<std::string>> addresses =
      ReadAddressesTold(session, statements, redaction.subject);
  if (!addresses.ok()) return addresses.status();
  addresses->push_back(redaction.email);
  for (const std::string& address : *addresses) {
    if (auto s = RedactUnownedEmails(session, statements, address); !s.ok()) return s;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RedactStored(Session& session, const StoreStatements& statements,
                          const ActivityRedaction& redaction) {
  Span payloads{.subject = redaction.subject};
  Span hashes = payloads;
  std::optional<CommentOfEmail> comment;
  if (redaction.comment_seq.has_value()) {
    const std::int32_t seq = *redaction.comment_seq;
    absl::StatusOr<std::int64_t> first = FirstOfUnit(session, statements, redaction.subject, seq);
    if (!first.ok()) return first.status();
    payloads = {.subject = redaction.subject, .first = seq, .last = seq};
    hashes = {.subject = redaction.subject, .first = *first, .last = *first};
    comment = {.seq = seq, .unit_seq = *first};
  }
  if (auto s = RedactPayloads(session, statements, payloads); !s.ok()) return s;
  if (auto s = RedactReceivedEmails(session, redaction.subject, comment); !s.ok()) return s;
  if (!redaction.comment_seq.has_value()) {
    if (auto s = ForgetSenders(session, statements, redaction); !s.ok()) return s;
    if (auto s = RedactNotifications(session, redaction.subject); !s.ok()) return s;
  }
  return ForgetContentOf(session, statements, hashes);
}

}  // namespace ipstore::orders::sql
