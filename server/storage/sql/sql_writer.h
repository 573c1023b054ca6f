// A writing connection of the SQL store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_WRITER_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_WRITER_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "server/storage/sql/head_guess.h"
#include "server/storage/sql/order_rows.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"
#include "server/storage/store.h"
#include "server/storage/subject_cache.h"

namespace ipstore::orders::sql {

class SqlWriter final : public WriteSession {
 public:
  // All but the session are borrowed.
  SqlWriter(std::unique_ptr<Session> session, const StoreStatements& statements,
            SubjectCache& cache, HeadGuess& head_guess)
      : session_(std::move(session)),
        statements_(statements),
        cache_(cache),
        head_guess_(head_guess) {}

  absl::StatusOr<std::int64_t> ReserveSerials(std::int64_t count) override;
  absl::Status Begin() override {
    erased_ = false;
    written_.clear();
    return session_->Begin();
  }
  absl::StatusOr<Loaded> Load(const LoadRequest& request) override;
  absl::Status WriteSubjects(absl::Span<const SubjectWrite> writes) override;
  absl::Status RedactActivities(absl::Span<const ActivityRedaction> redactions) override;
  absl::Status PassSerial(std::int64_t serial) override;
  absl::StatusOr<std::int64_t> AppendActivities(
      absl::Span<const ActivityWrite> activities) override;
  absl::Status Commit() override;
  absl::Status Rollback() override { return session_->Rollback(); }

 private:
  absl::Status LoadSubjects(const LoadRequest& request, Loaded& loaded);
  absl::Status FindExternalKeys(const LoadRequest& request, Loaded& loaded);
  absl::Status FindNumbers(const LoadRequest& request, Loaded& loaded);
  absl::Status FindRequests(const LoadRequest& request, Loaded& loaded);
  absl::Status LoadUnlockedOnes(const LoadRequest& request, Loaded& loaded);
  absl::StatusOr<std::int64_t> TakeSerials(std::int64_t count);
  absl::StatusOr<std::int64_t> NextSerial();
  absl::StatusOr<std::int64_t> TakePositions(std::int64_t count);

  std::unique_ptr<Session> session_;
  const StoreStatements& statements_;
  SubjectCache& cache_;
  HeadGuess& head_guess_;
  // The rows of a batch on their way; members so that their memory serves the next batch.
  std::vector<Param> params_;
  MadeTexts texts_;
  std::vector<SubjectPointer> written_;  // in this transaction
  bool erased_ = false;                  // this transaction has redacted something
  // What was redacted may still stand in the database's log of changes. So it may at first, since a
  // connection before this one, or a server that was killed, may have left it there.
  bool to_forget_ = true;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_WRITER_H_
