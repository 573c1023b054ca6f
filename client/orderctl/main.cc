// orderctl: the order service by hand and in scripts. `orderctl --help` tells what it can do.

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/orderctl/run.h"

namespace {

using ipstore::orders::client::ExitCode;
using ipstore::orders::client::Outcome;
using ipstore::orders::client::Terminal;

bool Write(absl::string_view text, std::FILE* file) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

Terminal FindTerminal() {
  Terminal terminal{.out_is_terminal = isatty(STDOUT_FILENO) == 1,
                    .err_is_terminal = isatty(STDERR_FILENO) == 1};
  winsize size{};
  if (terminal.out_is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
  }
  if (terminal.err_is_terminal)
    terminal.progress = [](absl::string_view text) { Write(text, stderr); };
  return terminal;
}

}  // namespace

int main(int argc, char** argv) {
  const Outcome outcome = ipstore::orders::client::RunOrderctl({argv, argv + argc}, FindTerminal());
  if (!Write(outcome.out, stdout)) {
    std::perror("orderctl: OUTPUT");
    return static_cast<int>(ExitCode::kOther);
  }
  Write(outcome.err, stderr);
  return static_cast<int>(outcome.exit_code);
}
