// Version 5 of the schema: see schema_v5.cc.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V5_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V5_H_

#include <string>
#include <vector>

#include "server/storage/sql/dialect.h"

namespace ipstore::orders::sql {

// The statements that make version 5 of version 4. What of them has been done before answers
// ALREADY_EXISTS or does no harm.
std::vector<std::string> SchemaV5(const Dialect& dialect);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V5_H_
