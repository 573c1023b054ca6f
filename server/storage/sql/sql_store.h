// The store over an SQL database.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_STORE_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_STORE_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>

#include "absl/functional/function_ref.h"
#include "server/storage/sql/head_guess.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"
#include "server/storage/store.h"
#include "server/storage/subject_cache.h"

namespace ipstore::orders::sql {

class SqlStore final : public Store {
 public:
  // FAILED_PRECONDITION when this server cannot run on the schema; else the errors of connecting.
  // Blocks.
  static absl::StatusOr<std::unique_ptr<Store>> Open(std::unique_ptr<Database> database,
                                                     std::size_t cache_bytes);

  absl::StatusOr<std::unique_ptr<WriteSession>> OpenWriteSession() override;
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader() override;
  absl::StatusOr<std::unique_ptr<RedactionSession>> OpenRedactionSession() override;
  absl::StatusOr<std::unique_ptr<FeedConsumerSession>> OpenFeedConsumerSession() override;
  absl::StatusOr<std::unique_ptr<NotificationSession>> OpenNotificationSession() override;
  absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> OpenReceivedEmailSession() override;
  int MaxWriteSessions() const override { return database_->MaxWriteSessions(); }
  std::string Describe() const override { return database_->Describe(); }
  const std::string& Secret() const override { return secret_; }
  absl::Status CheckSchema() override;
  absl::StatusOr<FeedHead> ReadFeedHead() override;
  void Forget(Number subject) override { cache_.Remove(subject); }

 private:
  SqlStore(std::unique_ptr<Database> database, std::size_t cache_bytes)
      : database_(std::move(database)), statements_(database_->dialect()), cache_(cache_bytes) {}

  absl::Status ReadSecret();
  // Runs `act` on the store's own session, which is opened when there is none. A connection that
  // was lost while it lay idle is replaced once.
  absl::Status OnOwnSession(absl::FunctionRef<absl::Status(Session&)> act);

  std::unique_ptr<Database> database_;
  StoreStatements statements_;
  SubjectCache cache_;
  HeadGuess head_guess_;
  std::string secret_;
  std::mutex mutex_;
  std::unique_ptr<Session> session_;  // guarded by mutex_
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_STORE_H_
