// The first step of the schema; see migrations.h.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V1_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V1_H_

#include <string>
#include <vector>

#include "server/storage/sql/dialect.h"

namespace ipstore::orders::sql {

// The statements that make version 1 from nothing. Released: never change them, add a step instead.
std::vector<std::string> SchemaV1(const Dialect& dialect);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SCHEMA_V1_H_
