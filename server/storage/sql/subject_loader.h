// Puts subjects together from their tables. Used by sql_writer.cc and sql_reader.cc.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SUBJECT_LOADER_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SUBJECT_LOADER_H_

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "domain/number.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"
#include "server/storage/store.h"
#include "server/storage/subject_cache.h"

namespace ipstore::orders::sql {

// Locks the subjects of those numbers that exist, in that order, and adds them, as they are then,
// to `loaded`; says whether one had been remembered otherwise. The session must be in a transaction
// that sees what others have committed by then (READ COMMITTED) and has changed none of them.
// Errors as in store.h.
absl::Status LoadLocked(Session& session, const StoreStatements& statements, SubjectCache& cache,
                        absl::Span<const Number> numbers, Loaded& loaded);

using SubjectStates = absl::flat_hash_map<Number, SubjectState>;

// Adds those that exist to `states`, without a lock and past the cache. Errors as in store.h.
absl::Status LoadUnlocked(Session& session, const StoreStatements& statements,
                          absl::Span<const Number> numbers, SubjectStates& states);

// Adds those to `subjects` that stand in the database as the cache has them. Returns the numbers of
// the others, be there such subjects or not. One statement, or none when the cache has nothing.
absl::StatusOr<std::vector<Number>> LoadKnown(Session& session, const StoreStatements& statements,
                                              SubjectCache& cache, absl::Span<const Number> numbers,
                                              SubjectsByNumber& subjects);

// Adds what was read in one consistent state of the database to `subjects`, and to the cache.
void Keep(SubjectStates states, SubjectCache& cache, SubjectsByNumber& subjects);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SUBJECT_LOADER_H_
