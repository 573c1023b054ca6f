// The commands of a program and their options, as plain data: what shell completion is made from.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_TREE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_TREE_H_

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the name is CLI11's
class App;
}

namespace ipstore::orders::client {

struct OptionNode {
  std::string name;  // "--lang"
  std::string description;
  bool takes_value = false;
  std::vector<std::string> choices;  // the values it takes; empty: anything
};

struct PositionalNode {
  std::string name;  // "ORDER"
  std::vector<std::string> choices;
};

struct CommandNode {
  std::string name;
  std::string description;
  std::vector<OptionNode> options;
  std::vector<PositionalNode> positionals;
  std::vector<CommandNode> subcommands;
};

// What CLI11 knows of `app` and its subcommands. Hidden options (without a group) are left out.
CommandNode DescribeApp(const CLI::App& app);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_TREE_H_
