// What an error of MySQL or MariaDB means to a caller of the store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_ERROR_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::mysql {

// The code of store.h for an error number of the server or of the client library (0 where the
// library gives none) and its SQLSTATE. Pure.
absl::StatusCode CodeOfError(int number, absl::string_view sql_state);

}  // namespace ipstore::orders::mysql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_ERROR_H_
