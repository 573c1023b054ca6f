#include "server/storage/sql/notification_rows.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

constexpr std::array<ValueType, kNotificationColumns.size()> kTypes = {
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger, ValueType::kInteger,
    ValueType::kInteger, ValueType::kInteger, ValueType::kTime,    ValueType::kTime,
    ValueType::kInteger, ValueType::kInteger, ValueType::kText,    ValueType::kText,
    ValueType::kText,    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger,
    ValueType::kTime,    ValueType::kTime,    ValueType::kTime,    ValueType::kTime,
    ValueType::kTime,    ValueType::kInteger, ValueType::kText,    ValueType::kInteger,
    ValueType::kText,    ValueType::kInteger};

Param IntegerOrNull(const std::optional<std::int32_t>& value) {
  return value.has_value() ? Param::Integer(*value) : Param::Null();
}

template <typename Enum>
Param EnumParam(Enum value) {
  return Param::Integer(static_cast<int>(value));
}

template <typename Enum>
Enum As(std::int64_t value) {
  return static_cast<Enum>(value);
}

void PutKey(const Notification& notification, std::vector<Param>& params) {
  params.insert(params.end(),
                {Param::Integer(notification.subject.value()), Param::Integer(notification.seq),
                 EnumParam(notification.channel), EnumParam(notification.recipient)});
}

// A newer server may know more of them; this one must not take what it does not know for something
// else.
bool IsKnown(const Notification& notification) {
  return notification.channel == NotificationChannel::kEmail &&
         notification.recipient == NotificationRecipient::kCustomer &&
         std::ranges::count(kSubjectKinds, notification.subject_kind) > 0 &&
         std::ranges::count(kNotificationStates, notification.state) > 0 &&
         notification.reason <= NotificationReason::kUnsendable;
}

std::optional<Actor> ReadActor(const Rows& rows, std::size_t row, std::size_t column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return Actor{As<Role>(rows.Integer(row, column)), std::string(rows.Text(row, column + 1))};
}

std::optional<Resending> ReadResending(const Rows& rows, std::size_t row) {
  std::optional<Actor> actor = ReadActor(rows, row, 21);
  if (!actor.has_value()) return std::nullopt;
  return Resending{.actor = *std::move(actor),
                   .on_behalf_of = ReadActor(rows, row, 23),
                   .at = rows.Time(row, 20)};
}

void PutActor(const Actor* actor, std::vector<Param>& params) {
  params.push_back(actor == nullptr ? Param::Null() : EnumParam(actor->role));
  params.push_back(actor == nullptr ? Param::Null() : Param::Text(actor->id));
}

void PutResending(const std::optional<Resending>& resending, std::vector<Param>& params) {
  params.push_back(resending.has_value() ? Param::Time(resending->at) : Param::Null());
  PutActor(resending.has_value() ? &resending->actor : nullptr, params);
  const bool behalf = resending.has_value() && resending->on_behalf_of.has_value();
  PutActor(behalf ? &*resending->on_behalf_of : nullptr, params);
}

// When it was sent last, with what has just become of it.
std::optional<absl::Time> LastSent(const Notification& notification) {
  return notification.state == NotificationState::kSent ? notification.finished_at
                                                        : notification.sent_at;
}

Notification ReadRow(const Rows& rows, std::size_t row) {
  return {.subject = Number::FromStored(rows.Integer(row, 0)),
          .seq = static_cast<std::int32_t>(rows.Integer(row, 1)),
          .channel = As<NotificationChannel>(rows.Integer(row, 2)),
          .recipient = As<NotificationRecipient>(rows.Integer(row, 3)),
          .subject_kind = As<SubjectKind>(rows.Integer(row, 4)),
          .unit_seq = static_cast<std::int32_t>(rows.Integer(row, 5)),
          .recorded_at = rows.Time(row, 6),
          .created_at = rows.Time(row, 7),
          .state = As<NotificationState>(rows.Integer(row, 8)),
          .reason = As<NotificationReason>(rows.Integer(row, 9)),
          .detail = std::string(rows.Text(row, 10)),
          .address = std::string(rows.Text(row, 11)),
          .title = std::string(rows.Text(row, 12)),
          .lead_seq = rows.IsNull(row, 13)
                          ? std::nullopt
                          : std::optional(static_cast<std::int32_t>(rows.Integer(row, 13))),
          .attempts = static_cast<std::int32_t>(rows.Integer(row, 14)),
          .failures = static_cast<std::int32_t>(rows.Integer(row, 25)),
          .generation = static_cast<std::int32_t>(rows.Integer(row, 15)),
          .due_at = rows.OptionalTime(row, 16),
          .finished_at = rows.OptionalTime(row, 17),
          .claimed_until = rows.OptionalTime(row, 18),
          .sent_at = rows.OptionalTime(row, 19),
          .resending = ReadResending(rows, row)};
}

std::string SelectFrom(absl::string_view table) {
  return absl::StrCat("SELECT ", absl::StrJoin(kNotificationColumns, ","), " FROM ", table);
}

// The newest of one subject, whose log is its order.
ListStatement FindOfSubject(const Dialect& dialect, const NotificationQuery& query) {
  ListStatement statement;
  statement.text =
      absl::StrCat(SelectFrom(dialect.TableByPrimaryKey("notifications")), " WHERE subject = ?");
  statement.params.push_back(Param::Integer(query.subject->value()));
  if (query.after.has_value()) {
    absl::StrAppend(&statement.text, " AND seq < ?");
    statement.params.push_back(Param::Integer(query.after->seq));
  }
  if (query.unit_seq.has_value()) {
    absl::StrAppend(&statement.text, " AND unit_seq = ?");
    statement.params.push_back(Param::Integer(*query.unit_seq));
  }
  if (query.only_sent) absl::StrAppend(&statement.text, " AND sent_at IS NOT NULL");
  if (!query.states.empty()) {
    absl::StrAppend(&statement.text, " AND state IN (",
                    absl::StrJoin(std::vector<absl::string_view>(query.states.size(), "?"), ","),
                    ")");
    for (NotificationState state : query.states) statement.params.push_back(EnumParam(state));
  }
  absl::StrAppend(&statement.text, " ORDER BY seq DESC LIMIT ?");
  statement.params.push_back(Param::Integer(std::max(query.limit, 0)));
  return statement;
}

// The newest of all subjects, in one state or in all, read off one index. No row constructors: see
// list_query.cc.
ListStatement FindNewest(const Dialect& dialect, const NotificationQuery& query,
                         std::optional<NotificationState> state) {
  ListStatement statement;
  statement.text = absl::StrCat(
      SelectFrom(dialect.TableByIndex(
          "notifications", state.has_value() ? "notifications_by_state" : "notifications_by_time")),
      " WHERE ", state.has_value() ? "state = ?" : "1 = 1");
  if (state.has_value()) statement.params.push_back(EnumParam(*state));
  if (query.after.has_value()) {
    const NotificationCursor& after = *query.after;
    absl::StrAppend(&statement.text,
                    " AND created_at <= ? AND (created_at < ? OR (created_at = ? AND (subject < ?"
                    " OR (subject = ? AND seq < ?))))");
    statement.params.insert(statement.params.end(), 3, Param::Time(after.created_at));
    statement.params.insert(statement.params.end(), 2, Param::Integer(after.subject.value()));
    statement.params.push_back(Param::Integer(after.seq));
  }
  absl::StrAppend(&statement.text, " ORDER BY created_at DESC, subject DESC, seq DESC LIMIT ?");
  statement.params.push_back(Param::Integer(std::max(query.limit, 0)));
  return statement;
}

absl::Status Append(Session& session, const ListStatement& statement,
                    std::vector<Notification>& notifications) {
  absl::StatusOr<Rows> rows = session.Query(statement.text, statement.params, kTypes);
  if (!rows.ok()) return rows.status();
  return ReadNotificationRows(*rows, notifications);
}

bool IsNewer(const Notification& a, const Notification& b) {
  return std::tie(b.created_at, b.subject, b.seq) < std::tie(a.created_at, a.subject, a.seq);
}

}  // namespace

std::string KnownNotifications(absl::string_view table) {
  const auto numbers = [](std::string* out, SubjectKind kind) {
    absl::StrAppend(out, static_cast<int>(kind));
  };
  return absl::StrCat(table, ".channel = ", static_cast<int>(NotificationChannel::kEmail), " AND ",
                      table, ".recipient = ", static_cast<int>(NotificationRecipient::kCustomer),
                      " AND ", table, ".subject_kind IN (",
                      absl::StrJoin(kSubjectKinds, ",", numbers), ")");
}

// One row stands for all news of a subject, the first, and one for all that is sent again, the
// first that is due: however many there are, they hide no other subject.
ListStatement FindDueNotifications(const Dialect& dialect, absl::Time now, std::int64_t subjects) {
  const Param time = Param::Time(now);
  return {
      .text = absl::StrCat(
          "SELECT n.subject FROM ", dialect.TableByIndex("notifications n", "notifications_due"),
          " WHERE n.due_at <= ? AND ", KnownNotifications("n"), " AND NOT EXISTS (SELECT 1 FROM ",
          dialect.TableByPrimaryKey("notifications c"),
          " WHERE c.subject = n.subject AND c.claimed_until > ?) AND NOT EXISTS (SELECT 1 FROM ",
          dialect.TableByPrimaryKey("notifications e"),
          " WHERE e.subject = n.subject AND e.seq < n.seq AND ", KnownNotifications("e"),
          " AND ((n.generation = 0 AND e.generation = 0 AND e.due_at IS NOT NULL)"
          " OR (n.generation > 0 AND e.generation > 0 AND e.due_at <= ?)))"
          " ORDER BY n.due_at, n.subject LIMIT ?"),
      .params = {time, time, time, Param::Integer(2 * subjects)}};
}

ListStatement FindNotifications(const Dialect& dialect, const NotificationQuery& query,
                                std::optional<NotificationState> state) {
  if (query.subject.has_value()) return FindOfSubject(dialect, query);
  return FindNewest(dialect, query, state);
}

absl::Span<const ValueType> NotificationTypes() {
  return kTypes;
}

void PutNotification(const Notification& notification, std::vector<Param>& params) {
  PutKey(notification, params);
  params.insert(
      params.end(),
      {EnumParam(notification.subject_kind), Param::Integer(notification.unit_seq),
       Param::Time(notification.recorded_at), Param::Time(notification.created_at),
       EnumParam(notification.state), EnumParam(notification.reason),
       Param::Text(notification.detail), Param::Text(notification.address),
       Param::Text(notification.title), IntegerOrNull(notification.lead_seq),
       Param::Integer(notification.attempts), Param::Integer(notification.generation),
       Param::TimeOrNull(notification.due_at), Param::TimeOrNull(notification.finished_at),
       Param::TimeOrNull(notification.claimed_until), Param::TimeOrNull(LastSent(notification))});
  PutResending(notification.resending, params);
  params.push_back(Param::Integer(notification.failures));
}

void PutAttempt(const Notification& notification, std::int32_t expected_attempts,
                std::vector<Param>& params) {
  params.insert(
      params.end(),
      {EnumParam(notification.state), EnumParam(notification.reason),
       Param::Text(notification.detail), Param::Text(notification.address),
       Param::Text(notification.title), IntegerOrNull(notification.lead_seq),
       Param::Integer(notification.attempts), Param::Integer(notification.failures),
       Param::TimeOrNull(notification.due_at), Param::TimeOrNull(notification.finished_at),
       Param::TimeOrNull(notification.claimed_until), Param::TimeOrNull(LastSent(notification))});
  PutKey(notification, params);
  params.insert(params.end(),
                {EnumParam(NotificationState::kQueued), Param::Integer(expected_attempts),
                 Param::Integer(notification.generation)});
}

absl::Status ReadNotificationRows(const Rows& rows, std::vector<Notification>& notifications) {
  notifications.reserve(notifications.size() + rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    Notification notification = ReadRow(rows, row);
    if (!IsKnown(notification)) {
      return absl::DataLossError(
          absl::StrCat("the notification of ", notification.subject.ToString(), ", activity ",
                       notification.seq, ", is of a sort that this server does not know"));
    }
    notifications.push_back(std::move(notification));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Notification>> ReadNotification(Session& session, Number subject,
                                                             std::int32_t seq) {
  std::vector<Notification> found;
  const ListStatement statement{
      .text = absl::StrCat(SelectFrom("notifications"), " WHERE subject = ? AND seq = ?"),
      .params = {Param::Integer(subject.value()), Param::Integer(seq)}};
  if (auto s = Append(session, statement, found); !s.ok()) return s;
  if (found.empty()) return std::optional<Notification>();
  return std::optional<Notification>(std::move(found.front()));
}

absl::StatusOr<std::vector<Notification>> ReadNotifications(Session& session,
                                                            const Dialect& dialect,
                                                            const NotificationQuery& query) {
  std::vector<Notification> found;
  if (query.subject.has_value() || query.states.empty()) {
    const ListStatement all = FindNotifications(dialect, query, std::nullopt);
    if (auto s = Append(session, all, found); !s.ok()) return s;
    return found;
  }
  for (NotificationState state : kNotificationStates) {
    if (std::ranges::count(query.states, state) == 0) continue;
    if (auto s = Append(session, FindNotifications(dialect, query, state), found); !s.ok())
      return s;
  }
  std::ranges::sort(found, IsNewer);
  found.resize(std::min(found.size(), static_cast<std::size_t>(std::max(query.limit, 0))));
  return found;
}

// The rows first: their locks keep a mail that is being claimed from adding its address behind the
// deletion.
absl::Status RedactNotifications(Session& session, Number subject) {
  for (const char* statement :
       {"UPDATE notifications SET detail = '', address = '', title = '' WHERE subject = ?",
        "DELETE FROM notification_addresses WHERE subject = ?"}) {
    absl::StatusOr<std::int64_t> changed =
        session.Execute(statement, {Param::Integer(subject.value())});
    if (!changed.ok()) return changed.status();
  }
  return absl::OkStatus();
}

}  // namespace ipstore::orders::sql
