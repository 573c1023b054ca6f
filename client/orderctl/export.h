// Writes orders, as they stand and with their past, as lines that an import reads.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_EXPORT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_EXPORT_H_

#include <string>
#include <vector>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

struct ExportJob {
  v1::ListOrdersRequest orders;
  std::string file;  // empty or "-": the lines are returned
};

// The order as an entry of an import: without what the server computes, and with its activities as
// its past, what had been imported with it first. `activities` are all that it has.
v1::ImportedOrder AsImported(const v1::Order& order, const std::vector<v1::Activity>& activities);

// Writes the orders of the list, page by page, each as one line. The past is told in English,
// whoever reads. With a file, that is there only once it is whole, and what is returned says how
// many there are. An order that changes meanwhile may be missing, as in any list.
Result<std::string> ExportOrders(const Session& session, ExportJob job);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_EXPORT_H_
