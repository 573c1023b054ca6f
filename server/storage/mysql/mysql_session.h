// One connection to MySQL or MariaDB. What Connector/C++ 1.1 gets wrong is avoided here, each time
// with the reason.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_SESSION_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_SESSION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "server/storage/mysql/mysql_database.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::mysql {

// Connects, makes sure of TLS where it is wanted, and sets the session up for its purpose. Errors
// as Database::Connect.
absl::StatusOr<std::unique_ptr<sql::Session>> ConnectMySql(const Target& target,
                                                           sql::Purpose purpose);

}  // namespace ipstore::orders::mysql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_SESSION_H_
