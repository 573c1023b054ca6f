#include "client/orderctl/command_tree.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ipstore::orders::client {
namespace {

// CLI11 tells the choices of an option only as a part of its type: "TEXT:{el,en}".
std::vector<std::string> Choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  const std::size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return {};
  return absl::StrSplit(type.substr(open + 1, close - open - 1), ',', absl::SkipEmpty());
}

bool IsHelp(const OptionNode& option) {
  return option.name == "--help";
}

OptionNode DescribeOption(const CLI::Option& option) {
  return {.name = absl::StrCat("--", option.get_lnames().front()),
          .description = option.get_description(),
          .takes_value = option.get_items_expected_max() > 0,
          .choices = Choices(option)};
}

}  // namespace

CommandNode DescribeApp(const CLI::App& app) {
  CommandNode node{.name = app.get_name(), .description = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      node.positionals.push_back({option->get_name(/*positional=*/true), Choices(*option)});
    } else if (!option->get_lnames().empty() && !option->get_group().empty()) {
      node.options.push_back(DescribeOption(*option));
    }
  }
  for (const CLI::App* subcommand : app.get_subcommands({})) {
    node.subcommands.push_back(DescribeApp(*subcommand));
    // The program's own --help goes with every subcommand.
    std::vector<OptionNode>& options = node.subcommands.back().options;
    options.erase(std::remove_if(options.begin(), options.end(), IsHelp), options.end());
  }
  return node;
}

}  // namespace ipstore::orders::client
