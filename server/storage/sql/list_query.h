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

// Finds (number, time) of the subjects of a page: for each status of the query its newest `limit`
// rows before the cursor, in order, read off one index. The rows of several statuses still have to
// be merged and cut to the limit. The text is empty where the query can have no rows.
ListStatement FindSubjects(const Dialect& dialect, const SubjectQuery& query);
// The same for late orders: (number, promised delivery), in order, read off one index.
ListStatement FindOverdue(const Dialect& dialect, const OverdueQuery& query);
inline constexpr std::array<ValueType, 2> kFindTypes = {ValueType::kInteger, ValueType::kTime};

// Finds (number, time of creation) of the subjects of a page, in order, that have terms beginning
// with each of the words.
struct SearchStatement {
  std::vector<std::string> bounds;  // what the parameters borrow
  ListStatement statement;
};
SearchStatement FindByWords(const Dialect& dialect, const SearchQuery& query);

// Reads the activities of a page of one subject, in order, with the columns kReadActivityColumns.
ListStatement FindActivities(const Dialect& dialect, const ActivityQuery& query);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_LIST_QUERY_H_
