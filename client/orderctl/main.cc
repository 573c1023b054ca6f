// orderctl: the order service by hand and in scripts. `orderctl --help` tells what it can do.

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/orderctl/run.h"

namespace {

using ipstore::orders::client::Outcome;
using ipstore::orders::client::Terminal;

bool Write(absl::string_view text, std::FILE* file) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

// What could not be printed by a command that goes on is kept in `print_error`, as errno.
Terminal FindTerminal(int& print_error) {
  Terminal terminal{.out_is_terminal = isatty(STDOUT_FILENO) == 1,
                    .err_is_terminal = isatty(STDERR_FILENO) == 1};
  winsize size{};
  if (terminal.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  }
  terminal.print = [&print_error](absl::string_view text) {
    if (Write(text, stdout)) return true;
    print_error = errno;
    return false;
  };
  terminal.warn = [](absl::string_view text) { Write(text, stderr); };
  if (terminal.err_is_terminal)
    terminal.progress = [](absl::string_view text) { Write(text, stderr); };
  return terminal;
}

}  // namespace

int main(int argc, char** argv) {
  int print_error = 0;
  const std::vector<std::string> arguments(argv, argv + argc);
  const Outcome outcome =
      ipstore::orders::client::RunOrderctl(arguments, FindTerminal(print_error));
  if (print_error == 0 && !Write(outcome.out, stdout)) print_error = errno;
  if (print_error != 0) {
    std::fprintf(stderr, "orderctl: OUTPUT: %s\n", std::strerror(print_error));
    return static_cast<int>(ipstore::orders::client::CodeOfLostOutput(arguments));
  }
  Write(outcome.err, stderr);
  return static_cast<int>(outcome.exit_code);
}
