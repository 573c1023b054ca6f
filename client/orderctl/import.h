// Loads a file of orders, and reports on each line.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_IMPORT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_IMPORT_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/orderctl/import_lines.h"
#include "client/orderctl/input.h"
#include "client/orderctl/session.h"

namespace ipstore::orders::client {

struct ImportJob {
  Input input;
  std::function<LineReading(absl::string_view line)> read;
  bool dry_run = false;
};

// Reads every line, has the server load what can be read, 1,000 at a time, and returns the report:
// how many lines were read, loaded, already there and refused, and why each was refused. Blank
// lines do not count. Sets the exit code of the session where a line was refused. An error ends it;
// what was loaded before stays, and counts as already there when the file is imported again.
Result<std::string> ImportLines(const Session& session, const ImportJob& job);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_IMPORT_H_
