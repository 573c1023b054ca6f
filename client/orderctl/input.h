// Reads what the command line names.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_INPUT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_INPUT_H_

#include <string>

#include "absl/status/statusor.h"

namespace ipstore::orders::client {

// The whole of a file, or of stdin for "-". NOT_FOUND with one sentence when it cannot be read.
// Blocks.
absl::StatusOr<std::string> ReadInput(const std::string& path);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_INPUT_H_
