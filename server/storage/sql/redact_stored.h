// Redacts the stored activities of a subject. Used by sql_writer.cc.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_REDACT_STORED_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_REDACT_STORED_H_

#include "absl/status/status.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"
#include "server/storage/store.h"

namespace ipstore::orders::sql {

// As WriteSession::RedactActivities(), for one subject. The session must be in a transaction that
// holds the subject's lock.
absl::Status RedactStored(Session& session, const StoreStatements& statements,
                          const ActivityRedaction& redaction);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_REDACT_STORED_H_
