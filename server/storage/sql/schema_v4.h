// Version 4 of the schema: see schema_v4.cc.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V4_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V4_H_

#include <string>
#include <vector>

#include "server/storage/sql/dialect.h"

namespace ipstore::orders::sql {

// The statements that make version 4 of version 3. What of them has been done before answers
// ALREADY_EXISTS or does no harm.
std::vector<std::string> SchemaV4(const Dialect& dialect);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V4_H_
