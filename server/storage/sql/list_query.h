// The statements that lists are read with. Each finds the numbers of one page; the orders are
// loaded afterwards.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_LIST_QUERY_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_LIST_QUERY_H_

#include <array>
#include <string>
#include <vector>

#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"
#include "server/storage/store.h"

namespace ipstore::orders::sql {

// A statement with its parameters, whose texts are borrowed from the query that it was made for.
struct ListStatement {
  std::string text;
  std::vector<Param> params;
};

// Finds (number, time) of the orders of a page: for each status of the query its newest `limit`
// rows before the cursor, in order, read off one index. The rows of several statuses still have to
// be merged and cut to the limit.
ListStatement FindOrders(const Dialect& dialect, const OrderQuery& query);
inline constexpr std::array<ValueType, 2> kFindOrdersTypes = {ValueType::kInteger,
                                                              ValueType::kTime};

// Reads the activities of a page of one subject, in order, with the columns kReadActivityColumns.
ListStatement FindActivities(const Dialect& dialect, const ActivityQuery& query);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_LIST_QUERY_H_
