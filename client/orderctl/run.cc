#include "client/orderctl/run.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "client/channel.h"
#include "client/orderctl/command_line.h"
#include "client/orderctl/error_text.h"

namespace ipstore::orders::client {
namespace {

Style StyleFor(ColorWish wish, bool is_terminal) {
  return Style(WantsColor(wish, is_terminal, std::getenv("NO_COLOR")));
}

Outcome Failed(ExitCode code, const Error& error, bool json, const Reader& reader) {
  return {.exit_code = code, .err = json ? ErrorJson(error) : ErrorText(error, reader)};
}

// Whether a word stands anywhere on a command line that may not be understood.
bool Has(const std::vector<std::string>& arguments, absl::string_view word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

// `code`, but where a mail server calls, which would send a customer's e-mail back for a fault of
// ours: that it should come again later.
ExitCode CodeOr(ExitCode code, const std::vector<std::string>& arguments) {
  return Has(arguments, kIngestCommand) ? ExitCode::kMailTryLater : code;
}

// What cannot be understood may be said by an option, so --json is looked for by hand.
Outcome Misused(const UsageError& usage, const std::vector<std::string>& arguments,
                const Terminal& terminal) {
  const Error error{
      .code = grpc::StatusCode::INVALID_ARGUMENT, .reason = "USAGE", .message = usage.message};
  return Failed(CodeOr(ExitCode::kUsage, arguments), error, Has(arguments, "--json"),
                {.style = StyleFor(ColorWish::kAuto, terminal.err_is_terminal)});
}

ClientOptions OptionsOf(const GlobalOptions& global) {
  return {.caller = {.actor = global.actor,
                     .on_behalf_of = global.on_behalf_of,
                     .rights = global.rights,
                     .language = std::string(Name(global.language))},
          .timeout = global.timeout,
          .retry = {.max_attempts = global.retries + 1}};
}

Outcome Run(const Command& command, const Terminal& terminal) {
  const GlobalOptions& global = command.global;
  const OrdersClient client(OpenChannel({.target = global.server}), OptionsOf(global));
  Reader reader{.language = global.language,
                .zone = global.zone,
                .style = StyleFor(global.color, terminal.out_is_terminal),
                .width = terminal.width};
  ExitCode exit_code = ExitCode::kOk;
  Result<std::string> result = command.run({.client = client,
                                            .reader = reader,
                                            .json = global.json,
                                            .retries = global.retries,
                                            .principal = global.on_behalf_of.value_or(global.actor),
                                            .print = terminal.print,
                                            .warn = terminal.warn,
                                            .progress = terminal.progress,
                                            .exit_code = &exit_code});
  if (result.ok()) return {.exit_code = exit_code, .out = std::move(result).value()};
  reader.style = StyleFor(global.color, terminal.err_is_terminal);
  return Failed(ExitCodeFor(result.error()), result.error(), global.json, reader);
}

}  // namespace

ExitCode CodeOfLostOutput(const std::vector<std::string>& arguments) {
  return CodeOr(ExitCode::kOther, arguments);
}

Outcome RunOrderctl(const std::vector<std::string>& arguments, const Terminal& terminal) {
  const auto parsed = ParseCommandLine(arguments);
  if (const auto* printout = std::get_if<Printout>(&parsed)) return {.out = printout->text};
  if (const auto* usage = std::get_if<UsageError>(&parsed)) {
    return Misused(*usage, arguments, terminal);
  }
  return Run(std::get<Command>(parsed), terminal);
}

}  // namespace ipstore::orders::client
