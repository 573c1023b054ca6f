#include "server/storage/sql/sql_notification_session.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/feed_loader.h"
#include "server/storage/sql/notification_rows.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kLease = "notifications";

FeedMark ReadMark(const Rows& rows) {
  return {.epoch = rows.Integer(0, 0),
          .position = rows.Integer(0, 1),
          .fingerprint = static_cast<std::uint64_t>(rows.Integer(0, 2))};
}

std::vector<Param> SubjectsOf(absl::Span<const Notification> notifications) {
  std::vector<Param> subjects;
  subjects.reserve(notifications.size());
  for (const Notification& one : notifications)
    subjects.push_back(Param::Integer(one.subject.value()));
  return subjects;
}

}  // namespace

absl::StatusOr<bool> SqlNotificationSession::InTransaction(
    absl::FunctionRef<absl::StatusOr<bool>()> change) {
  if (absl::Status status = session_->Begin(); !status.ok()) return status;
  absl::StatusOr<bool> changed = change();
  if (!changed.ok() || !*changed) {
    session_->Rollback().IgnoreError();
    return changed;
  }
  if (absl::Status status = session_->Commit(); !status.ok()) return status;
  return true;
}

absl::StatusOr<bool> SqlNotificationSession::InFencedTransaction(
    std::int64_t fence, absl::FunctionRef<absl::StatusOr<bool>(absl::Time now)> change) {
  return InTransaction([&]() -> absl::StatusOr<bool> {
    absl::StatusOr<Rows> rows =
        session_->Query(absl::StrCat("SELECT fence, ", dialect_.Now(),
                                     " FROM leases WHERE name = ?", dialect_.LockingRead()),
                        {Param::Text(kLease)}, {ValueType::kInteger, ValueType::kTime});
    if (!rows.ok()) return rows.status();
    if (rows->empty() || rows->Integer(0, 0) != fence) return false;
    return change(rows->Time(0, 1));
  });
}

// A process that is stopped in the middle of a transaction keeps its locks, also that on the lease,
// for as long as the server keeps its connection: by default eight hours (MySQL manual,
// wait_timeout).
absl::Status SqlNotificationSession::LoseLocksAfter(absl::Duration lease) {
  if (dialect_.HasOneServer() || idle_limit_ == lease) return absl::OkStatus();
  constexpr absl::Duration kPause = absl::Seconds(2);  // as may pass between two calls
  const std::int64_t seconds = absl::ToInt64Seconds(absl::Ceil(lease + kPause, absl::Seconds(1)));
  if (auto s = session_->ExecuteOnce(absl::StrCat("SET SESSION wait_timeout = ", seconds)); !s.ok())
    return s;
  idle_limit_ = lease;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<std::int64_t>> SqlNotificationSession::TakeLease(
    absl::string_view owner, absl::Duration length) {
  if (auto s = LoseLocksAfter(length); !s.ok()) return s;
  const Param micros = Param::Integer(absl::ToInt64Microseconds(length));
  // Assignments are made from left to right on MySQL, so that the owner must come after what looks
  // at it.
  std::vector<Param> params = {Param::Text(owner), Param::Text(owner), micros, Param::Text(kLease)};
  std::string is_free;
  if (!dialect_.HasOneServer()) {
    is_free = absl::StrCat(" AND (owner = ? OR lease_until < ", dialect_.Now(), ")");
    params.push_back(Param::Text(owner));
  }
  absl::StatusOr<std::int64_t> taken = session_->Execute(
      absl::StrCat("UPDATE leases SET fence = CASE WHEN owner = ? THEN fence ELSE fence + 1 END,"
                   " owner = ?, lease_until = ",
                   dialect_.NowPlusMicros(), " WHERE name = ?", is_free),
      params);
  if (!taken.ok()) return taken.status();
  if (*taken == 0) {
    absl::StatusOr<Rows> others = session_->Query("SELECT fence FROM leases WHERE name = ?",
                                                  {Param::Text(kLease)}, {ValueType::kInteger});
    if (!others.ok()) return others.status();
    if (!others->empty()) return std::optional<std::int64_t>();
    taken = session_->Execute(
        absl::StrCat("INSERT INTO leases (name, owner, fence, lease_until) VALUES (?, ?, 1, ",
                     dialect_.NowPlusMicros(), ")"),
        {Param::Text(kLease), Param::Text(owner), micros});
    if (absl::IsAlreadyExists(taken.status())) return std::optional<std::int64_t>();
    if (!taken.ok()) return taken.status();
  }
  absl::StatusOr<Rows> rows =
      session_->Query("SELECT fence FROM leases WHERE name = ? AND owner = ?",
                      {Param::Text(kLease), Param::Text(owner)}, {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<std::int64_t>();
  return std::optional<std::int64_t>(rows->Integer(0, 0));
}

absl::Status SqlNotificationSession::ReleaseLease(std::int64_t fence) {
  return session_
      ->Execute(absl::StrCat("UPDATE leases SET owner = '', lease_until = ", dialect_.Now(),
                             " WHERE name = ? AND fence = ?"),
                {Param::Text(kLease), Param::Integer(fence)})
      .status();
}

absl::StatusOr<std::optional<FeedMark>> SqlNotificationSession::ReadPlace() {
  absl::StatusOr<Rows> rows =
      session_->Query("SELECT epoch, position, fingerprint FROM feed_consumers WHERE name = ?",
                      {Param::Text(kNotificationsConsumer)},
                      {ValueType::kInteger, ValueType::kInteger, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<FeedMark>();
  return std::optional<FeedMark>(ReadMark(*rows));
}

absl::Status SqlNotificationSession::SavePlace(const FeedMark& place, absl::Time now) {
  return session_
      ->Execute(statements_.save_feed_consumer.Text(1),
                {Param::Text(kNotificationsConsumer), Param::Integer(place.epoch),
                 Param::Integer(place.position),
                 Param::Integer(static_cast<std::int64_t>(place.fingerprint)), Param::Time(now)})
      .status();
}

absl::StatusOr<FeedMark> SqlNotificationSession::BeginRecording(absl::Time now) {
  absl::StatusOr<std::optional<FeedMark>> place = ReadPlace();
  if (!place.ok()) return place.status();
  if (place->has_value()) return **place;
  FeedPage page;
  if (auto s = ReadFeedPage(*session_, dialect_, FeedQuery{}, page); !s.ok()) return s;
  // Another server may be doing the same; who was first has chosen the place.
  absl::StatusOr<std::int64_t> inserted = session_->Execute(
      "INSERT INTO feed_consumers (name, epoch, position, fingerprint, saved_at)"
      " VALUES (?,?,?,?,?)",
      {Param::Text(kNotificationsConsumer), Param::Integer(page.head.epoch),
       Param::Integer(page.head.position),
       Param::Integer(static_cast<std::int64_t>(page.head.fingerprint)), Param::Time(now)});
  if (!inserted.ok() && !absl::IsAlreadyExists(inserted.status())) return inserted.status();
  place = ReadPlace();
  if (!place.ok()) return place.status();
  if (!place->has_value()) return absl::AbortedError("the place in the feed was deleted meanwhile");
  return **place;
}

// At once, but not before what waits in front of it and is not silenced.
absl::Status SqlNotificationSession::SetDue(absl::Time now, absl::Span<const Silence> silences,
                                            std::vector<Notification>& rows) {
  absl::flat_hash_map<Number, absl::Time> waits;
  absl::Status read = QueryAll(*session_, statements_.find_waits, SubjectsOf(rows),
                               {ValueType::kInteger, ValueType::kTime}, [&](const Rows& found) {
                                 for (std::size_t i = 0; i < found.size(); ++i)
                                   waits[Number::FromStored(found.Integer(i, 0))] =
                                       found.Time(i, 1);
                                 return absl::OkStatus();
                               });
  if (!read.ok()) return read;
  for (const Silence& silence : silences) waits.erase(silence.subject);
  for (Notification& row : rows) {
    if (row.state != NotificationState::kQueued) continue;
    const auto wait = waits.find(row.subject);
    row.due_at = wait == waits.end() ? now : std::max(now, wait->second);
  }
  return absl::OkStatus();
}

// What staff have had sent again since, they wanted told; what is claimed may have been told.
absl::Status SqlNotificationSession::Suppress(const Silence& silence, absl::Time now) {
  return session_
      ->Execute(
          "UPDATE notifications SET state = ?, reason = ?, finished_at = ?, due_at = NULL"
          " WHERE subject = ? AND seq < ? AND state = ? AND generation = 0"
          " AND claimed_until IS NULL",
          {Param::Integer(static_cast<int>(NotificationState::kSuppressed)),
           Param::Integer(static_cast<int>(silence.reason)), Param::Time(now),
           Param::Integer(silence.subject.value()), Param::Integer(silence.seq),
           Param::Integer(static_cast<int>(NotificationState::kQueued))})
      .status();
}

absl::StatusOr<bool> SqlNotificationSession::Record(std::int64_t fence,
                                                    absl::Span<const Notification> notifications,
                                                    absl::Span<const Silence> silences,
                                                    const FeedMark& place, absl::Time now) {
  return InFencedTransaction(fence, [&](absl::Time database_now) -> absl::StatusOr<bool> {
    std::vector<Notification> rows(notifications.begin(), notifications.end());
    if (auto s = SetDue(database_now, silences, rows); !s.ok()) return s;
    std::vector<Param> params;  // which borrow from the rows
    params.reserve(rows.size() * kNotificationColumns.size());
    for (const Notification& row : rows) PutNotification(row, params);
    if (auto s = InsertAll(*session_, statements_.record_notifications, params); !s.ok()) return s;
    for (const Silence& silence : silences) {
      if (auto s = Suppress(silence, now); !s.ok()) return s;
    }
    if (auto s = SavePlace(place, now); !s.ok()) return s;
    return true;
  });
}

absl::StatusOr<absl::Time> SqlNotificationSession::ReadClock() {
  absl::StatusOr<Rows> rows =
      session_->Query(absl::StrCat("SELECT ", dialect_.Now()), {}, {ValueType::kTime});
  if (!rows.ok()) return rows.status();
  return rows->Time(0, 0);
}

absl::StatusOr<std::vector<Number>> SqlNotificationSession::FindDue(std::int32_t subjects,
                                                                    absl::Time now) {
  const ListStatement statement = FindDueNotifications(dialect_, now, subjects);
  absl::StatusOr<Rows> rows =
      session_->Query(statement.text, statement.params, {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  std::vector<Number> found;
  absl::flat_hash_set<Number> seen;
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const Number number = Number::FromStored(rows->Integer(row, 0));
    if (found.size() < static_cast<std::size_t>(subjects) && seen.insert(number).second)
      found.push_back(number);
  }
  return found;
}

absl::StatusOr<DueNotifications> SqlNotificationSession::ListDue(std::int32_t subjects) {
  absl::StatusOr<absl::Time> now = ReadClock();
  if (!now.ok()) return now.status();
  DueNotifications due{.now = *now, .notifications = {}};
  absl::StatusOr<std::vector<Number>> found = FindDue(subjects, *now);
  if (!found.ok()) return found.status();
  std::vector<Param> params;
  for (Number number : *found) params.push_back(Param::Integer(number.value()));
  absl::Status status =
      QueryAll(*session_, statements_.read_queued_notifications, params, NotificationTypes(),
               [&](const Rows& rows) { return ReadNotificationRows(rows, due.notifications); });
  if (!status.ok()) return status;
  return due;
}

absl::Status SqlNotificationSession::ForgetRedacted(absl::Span<const Notification> notifications) {
  return UpdateAll(*session_, statements_.forget_redacted, SubjectsOf(notifications)).status();
}

absl::StatusOr<bool> SqlNotificationSession::Claim(std::int64_t fence,
                                                   absl::Span<const Notification> notifications) {
  return InFencedTransaction(fence, [&](absl::Time /*now*/) -> absl::StatusOr<bool> {
    std::vector<Param> params;
    for (const Notification& notification : notifications)
      PutAttempt(notification, notification.attempts - 1, params);
    absl::StatusOr<std::int64_t> changed = UpdateAll(*session_, statements_.write_attempts, params);
    if (!changed.ok()) return changed.status();
    if (auto s = ForgetRedacted(notifications); !s.ok()) return s;
    absl::StatusOr<std::int64_t> kept =
        UpdateAll(*session_, statements_.keep_addresses, SubjectsOf(notifications));
    if (!kept.ok()) return kept.status();
    return *changed == static_cast<std::int64_t>(notifications.size());
  });
}

absl::StatusOr<std::int64_t> SqlNotificationSession::Note(
    absl::Span<const Notification> notifications) {
  std::vector<Param> params;
  for (const Notification& notification : notifications)
    PutAttempt(notification, notification.attempts, params);
  std::int64_t changed = 0;
  absl::StatusOr<bool> noted = InTransaction([&]() -> absl::StatusOr<bool> {
    absl::StatusOr<std::int64_t> updated = UpdateAll(*session_, statements_.write_attempts, params);
    if (!updated.ok()) return updated.status();
    changed = *updated;
    if (auto s = ForgetRedacted(notifications); !s.ok()) return s;
    return true;
  });
  if (!noted.ok()) return noted.status();
  return changed;
}

// False where that request has been answered before.
absl::StatusOr<bool> SqlNotificationSession::QueueAgain(const Notification& told,
                                                        const RequestKey& key,
                                                        const Resending& by) {
  const Param subject = Param::Integer(told.subject.value());
  const Param unit = Param::Integer(told.unit_seq);
  absl::StatusOr<std::int64_t> noted = session_->Execute(
      "INSERT INTO notification_resends (subject, unit_seq, request_key) VALUES (?,?,?)",
      {subject, unit, Param::Bytes(BytesOf(key))});
  if (absl::IsAlreadyExists(noted.status())) return false;
  if (!noted.ok()) return noted.status();
  if (told.state == NotificationState::kQueued) return true;
  const std::optional<Actor>& behalf = by.on_behalf_of;
  absl::StatusOr<std::int64_t> queued = session_->Execute(
      absl::StrCat(
          "UPDATE notifications SET state = ?, reason = ?, detail = '', attempts = 0, failures = 0,"
          " generation = generation + 1, lead_seq = NULL, created_at = ",
          dialect_.Now(), ", due_at = ", dialect_.Now(), ", resent_at = ", dialect_.Now(),
          ", resent_by_role = ?, resent_by_id = ?, resent_for_role = ?, resent_for_id = ?,"
          " finished_at = NULL, claimed_until = NULL"
          " WHERE subject = ? AND unit_seq = ? AND state <> ?"),
      {Param::Integer(static_cast<int>(NotificationState::kQueued)),
       Param::Integer(static_cast<int>(NotificationReason::kNone)),
       Param::Integer(static_cast<int>(by.actor.role)), Param::Text(by.actor.id),
       behalf.has_value() ? Param::Integer(static_cast<int>(behalf->role)) : Param::Null(),
       behalf.has_value() ? Param::Text(behalf->id) : Param::Null(), subject, unit,
       Param::Integer(static_cast<int>(NotificationState::kQueued))});
  if (!queued.ok()) return queued.status();
  return true;
}

absl::StatusOr<std::optional<Notification>> SqlNotificationSession::Resend(Number subject,
                                                                           std::int32_t seq,
                                                                           const RequestKey& key,
                                                                           const Resending& by) {
  std::optional<Notification> found;
  absl::StatusOr<bool> queued = InTransaction([&]() -> absl::StatusOr<bool> {
    absl::StatusOr<std::optional<Notification>> read = ReadNotification(*session_, subject, seq);
    if (!read.ok()) return read.status();
    found = *std::move(read);
    if (!found.has_value()) return false;
    return QueueAgain(*found, key, by);
  });
  if (!queued.ok()) return queued.status();
  if (!*queued) return found;
  return ReadNotification(*session_, subject, seq);
}

}  // namespace ipstore::orders::sql
