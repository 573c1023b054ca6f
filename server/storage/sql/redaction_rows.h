// Jobs of redaction as rows of their tables.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_REDACTION_ROWS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_REDACTION_ROWS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/redaction_job.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sql {

// Errors as in store.h; DATA_LOSS for a row that cannot be understood.
absl::StatusOr<std::optional<RedactionJob>> ReadRedaction(Session& session, std::int64_t id);
absl::StatusOr<std::optional<RedactionJob>> ReadRedaction(Session& session, const RequestKey& key);
// Those before `before`, the last first.
absl::StatusOr<std::vector<RedactionJob>> ReadRedactions(Session& session,
                                                         std::optional<std::int64_t> before,
                                                         std::int32_t limit);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_REDACTION_ROWS_H_
