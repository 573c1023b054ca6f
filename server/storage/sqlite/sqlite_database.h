// The embedded database: SQLite in WAL mode with every commit synced to disk.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQLITE_SQLITE_DATABASE_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQLITE_SQLITE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sqlite {

// Opens the database in the file `path`, which is made if it is absent (its folder is not), and
// keeps it from every other orderd while the result lives, with a lock on the file `path`.lock.
// FAILED_PRECONDITION when another has it or when the file is something else than a database;
// UNAVAILABLE when it cannot be opened.
absl::StatusOr<std::unique_ptr<sql::Database>> OpenSqlite(const std::string& path);

// A session on such a file beside the orderd that has it: SQLite's own locks keep the data whole,
// but nothing keeps two orderd apart. For tests and tools. Errors as Database::Connect.
absl::StatusOr<std::unique_ptr<sql::Session>> ConnectBeside(const std::string& path,
                                                            sql::Purpose purpose);

}  // namespace ipstore::orders::sqlite

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQLITE_SQLITE_DATABASE_H_
