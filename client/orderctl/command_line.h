// Understands the command line of orderctl.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_LINE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_LINE_H_

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "client/caller.h"
#include "client/orderctl/session.h"
#include "client/orderctl/style.h"
#include "domain/order.h"

namespace ipstore::orders::client {

// What the options before and behind the command say for all commands.
struct GlobalOptions {
  std::string server;
  Principal actor;
  std::optional<Principal> on_behalf_of;
  std::vector<std::string> rights;
  Language language = Language::kGreek;
  absl::TimeZone zone;
  absl::Duration timeout;
  int retries = 0;
  ColorWish color = ColorWish::kAuto;
  bool json = false;
};

// A command that is ready to run.
struct Command {
  GlobalOptions global;
  // Calls the server; returns what to print on stdout, or why there is nothing.
  std::function<Result<std::string>(const Session&)> run;
};

// Something to print on stdout, without a server: help, the version, a completion script.
struct Printout {
  std::string text;
};

// The command line cannot be understood: why, in one sentence.
struct UsageError {
  std::string message;
};

// The command that mail servers call, to whom other exit codes mean other things.
inline constexpr char kIngestCommand[] = "ingest-email";

// Reads `arguments`, the program's name first, and the environment. Reads the files that are named
// on it.
std::variant<Command, Printout, UsageError> ParseCommandLine(
    const std::vector<std::string>& arguments);

// The language of a POSIX locale: "el_GR.UTF-8" is Greek, any other English.
Language LanguageOfLocale(const std::string& locale);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_LINE_H_
