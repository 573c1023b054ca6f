// The whole tool as a function.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_RUN_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_RUN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/orderctl/exit_code.h"

namespace ipstore::orders::client {

// What a run leaves behind.
struct Outcome {
  ExitCode exit_code = ExitCode::kOk;
  std::string out;  // for stdout
  std::string err;  // for stderr
};

// What the program is connected to.
struct Terminal {
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  int width = 100;
  // Write to stdout and to stderr at once, for commands that go on; the first returns false when
  // nobody reads any more.
  std::function<bool(absl::string_view text)> print = [](absl::string_view) { return false; };
  std::function<void(absl::string_view text)> warn = [](absl::string_view) {};
  // Writes to stderr at once, without waiting for the end. Empty where nobody watches.
  std::function<void(absl::string_view text)> progress;
};

// How the program ends when what it has to say cannot be written.
ExitCode CodeOfLostOutput(const std::vector<std::string>& arguments);

// Runs the command line `arguments`, the program's name first. Blocks until the server has
// answered.
Outcome RunOrderctl(const std::vector<std::string>& arguments, const Terminal& terminal);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_RUN_H_
