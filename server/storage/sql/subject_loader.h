// Puts subjects together from their tables. Used by sql_writer.cc and sql_reader.cc.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SUBJECT_LOADER_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SUBJECT_LOADER_H_

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/span.h"
#include "domain/number.h"
#include "domain/subject_state.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"

namespace ipstore::orders::sql {

using SubjectsByNumber = absl::flat_hash_map<Number, SubjectState>;

// Locks the subjects of those numbers that exist, in that order, and adds them, as they are then,
// to `subjects`. The session must be in a transaction that sees what others have committed by
// then (READ COMMITTED). Errors as in store.h.
absl::Status LoadLocked(Session& session, const StoreStatements& statements,
                        absl::Span<const Number> numbers, SubjectsByNumber& subjects);

// Adds those that exist to `subjects`, without a lock. Errors as in store.h.
absl::Status LoadUnlocked(Session& session, const StoreStatements& statements,
                          absl::Span<const Number> numbers, SubjectsByNumber& subjects);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SUBJECT_LOADER_H_
