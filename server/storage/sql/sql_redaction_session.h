// Jobs of redaction in the SQL store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_REDACTION_SESSION_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_REDACTION_SESSION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/storage/redaction_job.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"

namespace ipstore::orders::sql {

class SqlRedactionSession final : public RedactionSession {
 public:
  // `dialect` and `statements` are borrowed.
  SqlRedactionSession(std::unique_ptr<Session> session, const Dialect& dialect,
                      const StoreStatements& statements)
      : session_(std::move(session)), dialect_(dialect), statements_(statements) {}

  absl::StatusOr<CreatedRedaction> Create(const NewRedaction& redaction) override;
  absl::StatusOr<std::optional<RedactionJob>> Take(const RedactionLease& lease) override;
  absl::StatusOr<std::vector<Number>> ListPending(std::int64_t id, Number after,
                                                  std::int32_t limit) override;
  absl::StatusOr<bool> Note(std::int64_t id, absl::Span<const RedactionOutcome> outcomes,
                            absl::Time at, const RedactionLease& lease) override;
  absl::StatusOr<bool> Finish(std::int64_t id, absl::Time at) override;

 private:
  absl::Status Insert(const NewRedaction& redaction);
  absl::StatusOr<std::optional<std::int64_t>> FindFree(const RedactionLease& lease);
  // Whether it was still to be had.
  absl::StatusOr<bool> Claim(std::int64_t id, const RedactionLease& lease);
  std::string IsFree() const;

  std::unique_ptr<Session> session_;
  const Dialect& dialect_;
  const StoreStatements& statements_;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_REDACTION_SESSION_H_
