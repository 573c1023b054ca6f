// The ledger of notifications in the SQL store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_NOTIFICATION_SESSION_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_NOTIFICATION_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/storage/notification.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"

namespace ipstore::orders::sql {

class SqlNotificationSession final : public NotificationSession {
 public:
  // `dialect` and `statements` are borrowed.
  SqlNotificationSession(std::unique_ptr<Session> session, const Dialect& dialect,
                         const StoreStatements& statements)
      : session_(std::move(session)), dialect_(dialect), statements_(statements) {}

  absl::StatusOr<std::optional<std::int64_t>> TakeLease(absl::string_view owner,
                                                        absl::Duration length) override;
  absl::Status ReleaseLease(std::int64_t fence) override;
  absl::StatusOr<FeedMark> BeginRecording(absl::Time now) override;
  absl::StatusOr<bool> Record(std::int64_t fence, absl::Span<const Notification> notifications,
                              absl::Span<const Silence> silences, const FeedMark& place,
                              absl::Time now) override;
  absl::StatusOr<DueNotifications> ListDue(std::int32_t subjects) override;
  absl::StatusOr<bool> Claim(std::int64_t fence,
                             absl::Span<const Notification> notifications) override;
  absl::StatusOr<std::int64_t> Note(absl::Span<const Notification> notifications) override;
  absl::StatusOr<std::optional<Notification>> Resend(Number subject, std::int32_t seq,
                                                     const RequestKey& key,
                                                     const Resending& by) override;

 private:
  // Makes `change` one transaction, which is undone where it returns false or an error.
  absl::StatusOr<bool> InTransaction(absl::FunctionRef<absl::StatusOr<bool>()> change);
  // The same for changes that only the holder of the lease may make: `change` is given the
  // database's time. Others wait for the end of the transaction before they can overtake.
  absl::StatusOr<bool> InFencedTransaction(
      std::int64_t fence, absl::FunctionRef<absl::StatusOr<bool>(absl::Time now)> change);
  // From now on the server ends this connection when it is silent for little longer than that.
  absl::Status LoseLocksAfter(absl::Duration lease);
  absl::StatusOr<std::optional<FeedMark>> ReadPlace();
  absl::Status SavePlace(const FeedMark& place, absl::Time now);
  absl::StatusOr<std::vector<Number>> FindDue(std::int32_t subjects, absl::Time now);
  absl::StatusOr<absl::Time> ReadClock();
  absl::Status SetDue(absl::Time now, absl::Span<const Silence> silences,
                      std::vector<Notification>& rows);
  absl::Status Suppress(const Silence& silence, absl::Time now);
  absl::StatusOr<bool> QueueAgain(const Notification& told, const RequestKey& key,
                                  const Resending& by);
  // Who writes may have read what was redacted since.
  absl::Status ForgetRedacted(absl::Span<const Notification> notifications);

  std::unique_ptr<Session> session_;
  const Dialect& dialect_;
  const StoreStatements& statements_;
  std::optional<absl::Duration> idle_limit_;  // as it was set
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_NOTIFICATION_SESSION_H_
