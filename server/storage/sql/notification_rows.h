// Notifications as rows of the ledger, both ways, and the lists of them.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_NOTIFICATION_ROWS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_NOTIFICATION_ROWS_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/notification.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sql {

// The first four are the key.
inline constexpr std::array<absl::string_view, 26> kNotificationColumns = {
    "subject",       "seq",        "channel",   "recipient",      "subject_kind", "unit_seq",
    "recorded_at",   "created_at", "state",     "reason",         "detail",       "address",
    "title",         "lead_seq",   "attempts",  "generation",     "due_at",       "finished_at",
    "claimed_until", "sent_at",    "resent_at", "resent_by_role", "resent_by_id", "resent_for_role",
    "resent_for_id", "failures"};
inline constexpr std::size_t kNotificationKeyColumns = 4;

// What an attempt changes, in the order in which PutAttempt() gives it.
inline constexpr std::array<absl::string_view, 12> kAttemptColumns = {
    "state",    "reason",   "detail", "address",     "title",         "lead_seq",
    "attempts", "failures", "due_at", "finished_at", "claimed_until", "sent_at"};

// All columns; texts are borrowed.
void PutNotification(const Notification& notification, std::vector<Param>& params);
// The columns that an attempt changes, the key, and the attempts that the row must have; texts are
// borrowed.
void PutAttempt(const Notification& notification, std::int32_t expected_attempts,
                std::vector<Param>& params);

// Appends all rows, with kNotificationColumns. DATA_LOSS names one that cannot be understood.
absl::Status ReadNotificationRows(const Rows& rows, std::vector<Notification>& notifications);
absl::Span<const ValueType> NotificationTypes();

// The condition that a row of `table` is of a sort that this server knows.
std::string KnownNotifications(absl::string_view table);

// Finds so many subjects at least, where there are so many that something is due of, those due for
// the longest time first, each off one index and at most twice. Where one mail of a subject is
// under way, the others wait for it; news wait for what comes before them.
ListStatement FindDueNotifications(const Dialect& dialect, absl::Time now, std::int64_t subjects);
// Finds the newest notifications of a query; where it is of all subjects, those in `state`, or in
// all states.
ListStatement FindNotifications(const Dialect& dialect, const NotificationQuery& query,
                                std::optional<NotificationState> state);

absl::StatusOr<std::optional<Notification>> ReadNotification(Session& session, Number subject,
                                                             std::int32_t seq);
absl::StatusOr<std::vector<Notification>> ReadNotifications(Session& session,
                                                            const Dialect& dialect,
                                                            const NotificationQuery& query);

// Takes out of what is stored of a subject's notifications what is personal.
absl::Status RedactNotifications(Session& session, Number subject);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_NOTIFICATION_ROWS_H_
