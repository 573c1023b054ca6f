// The server's log: one line an event on stderr, for people or, with JSON, for machines.
#ifndef IPSTORE_ORDERS_SERVER_LOG_H_
#define IPSTORE_ORDERS_SERVER_LOG_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// Sets up the log; before that, nothing is written. `level` is debug, info, warn or error.
void StartLog(const std::string& level, bool json);

// Thread-safe. The line must not hold what callers may not see in a log: no passwords, no personal
// data.
void LogInfo(absl::string_view line);
void LogWarning(absl::string_view line);
void LogError(absl::string_view line);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_LOG_H_
