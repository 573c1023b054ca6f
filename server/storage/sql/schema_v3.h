// Version 3 of the schema: see schema_v3.cc.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V3_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V3_H_

#include <string>
#include <vector>

#include "server/storage/sql/dialect.h"

namespace ipstore::orders::sql {

// The statements that make version 3 of version 2. What of them has been done before answers
// ALREADY_EXISTS or does no harm.
std::vector<std::string> SchemaV3(const Dialect& dialect);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V3_H_
