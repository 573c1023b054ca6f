// Scripts that make a shell complete the tool's commands, options and their values.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_COMPLETION_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_COMPLETION_H_

#include <string>

#include "client/orderctl/command_tree.h"

namespace ipstore::orders::client {

// Each returns a whole script. `program` has one level of subcommands; its own options go with each
// of them. Names are taken as they are: letters, digits and dashes.
std::string BashCompletion(const CommandNode& program);
std::string ZshCompletion(const CommandNode& program);
std::string FishCompletion(const CommandNode& program);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_COMPLETION_H_
