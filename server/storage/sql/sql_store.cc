#include "server/storage/sql/sql_store.h"

#include <utility>

#include "absl/memory/memory.h"
#include "server/storage/sql/feed_consumers.h"
#include "server/storage/sql/feed_loader.h"
#include "server/storage/sql/migrations.h"
#include "server/storage/sql/received_emails.h"
#include "server/storage/sql/sql_notification_session.h"
#include "server/storage/sql/sql_reader.h"
#include "server/storage/sql/sql_redaction_session.h"
#include "server/storage/sql/sql_writer.h"

namespace ipstore::orders::sql {

absl::StatusOr<std::unique_ptr<Store>> SqlStore::Open(std::unique_ptr<Database> database,
                                                      std::size_t cache_bytes) {
  auto store = absl::WrapUnique(new SqlStore(std::move(database), cache_bytes));
  if (absl::Status status = store->CheckSchema(); !status.ok()) return status;
  if (absl::Status status = store->ReadSecret(); !status.ok()) return status;
  return store;
}

absl::StatusOr<std::unique_ptr<WriteSession>> SqlStore::OpenWriteSession() {
  absl::StatusOr<std::unique_ptr<Session>> session =
      database_->Connect(Purpose::kWriteTransactions);
  if (!session.ok()) return session.status();
  return std::make_unique<SqlWriter>(*std::move(session), statements_, cache_, head_guess_);
}

absl::StatusOr<std::unique_ptr<Reader>> SqlStore::OpenReader() {
  absl::StatusOr<std::unique_ptr<Session>> session = database_->Connect(Purpose::kRead);
  if (!session.ok()) return session.status();
  return std::make_unique<SqlReader>(*std::move(session), database_->dialect(), statements_,
                                     cache_);
}

absl::StatusOr<std::unique_ptr<RedactionSession>> SqlStore::OpenRedactionSession() {
  absl::StatusOr<std::unique_ptr<Session>> session = database_->Connect(Purpose::kWrite);
  if (!session.ok()) return session.status();
  return std::make_unique<SqlRedactionSession>(*std::move(session), database_->dialect(),
                                               statements_);
}

absl::StatusOr<std::unique_ptr<FeedConsumerSession>> SqlStore::OpenFeedConsumerSession() {
  absl::StatusOr<std::unique_ptr<Session>> session = database_->Connect(Purpose::kWrite);
  if (!session.ok()) return session.status();
  return std::make_unique<SqlFeedConsumerSession>(*std::move(session), statements_);
}

absl::StatusOr<std::unique_ptr<NotificationSession>> SqlStore::OpenNotificationSession() {
  absl::StatusOr<std::unique_ptr<Session>> session = database_->Connect(Purpose::kWrite);
  if (!session.ok()) return session.status();
  return std::make_unique<SqlNotificationSession>(*std::move(session), database_->dialect(),
                                                  statements_);
}

absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> SqlStore::OpenReceivedEmailSession() {
  absl::StatusOr<std::unique_ptr<Session>> session = database_->Connect(Purpose::kWrite);
  if (!session.ok()) return session.status();
  return std::make_unique<SqlReceivedEmailSession>(*std::move(session), database_->dialect(),
                                                   statements_);
}

absl::Status SqlStore::CheckSchema() {
  return OnOwnSession(
      [&](Session& session) { return sql::CheckSchema(session, database_->dialect()); });
}

absl::StatusOr<FeedHead> SqlStore::ReadFeedHead() {
  absl::StatusOr<FeedHead> head;
  absl::Status status = OnOwnSession([&](Session& session) {
    head = QueryFeedHead(session);
    return head.status();
  });
  if (!status.ok()) return status;
  return head;
}

absl::Status SqlStore::ReadSecret() {
  return OnOwnSession([&](Session& session) {
    absl::StatusOr<Rows> rows =
        session.Query("SELECT value FROM settings WHERE name = 'secret'", {}, {ValueType::kBytes});
    if (!rows.ok()) return rows.status();
    if (rows->empty()) {
      return absl::FailedPreconditionError(
          "the database has no secret. Run `orderd migrate` with the same database");
    }
    secret_ = std::string(rows->Text(0, 0));
    return absl::OkStatus();
  });
}

absl::Status SqlStore::OnOwnSession(absl::FunctionRef<absl::Status(Session&)> act) {
  const std::lock_guard lock(mutex_);
  if (session_ != nullptr) {
    absl::Status status = act(*session_);
    if (!absl::IsUnavailable(status)) return status;
    session_.reset();
  }
  absl::StatusOr<std::unique_ptr<Session>> session = database_->Connect(Purpose::kRead);
  if (!session.ok()) return session.status();
  absl::Status status = act(**session);
  if (!absl::IsUnavailable(status)) session_ = *std::move(session);
  return status;
}

}  // namespace ipstore::orders::sql
