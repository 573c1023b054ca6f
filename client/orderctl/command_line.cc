#include "client/orderctl/command_line.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "client/channel.h"
#include "client/orderctl/command_builder.h"
#include "client/orderctl/completion.h"
#include "client/orderctl/exit_code.h"

namespace ipstore::orders::client {
namespace {

constexpr char kDescription[] =
    "Places orders, moves them along and shows where they stand.\n"
    "Times are given as RFC 3339 (2026-11-28T20:00:00+02:00) or as the zone's clocks show them "
    "(\"2026-11-28 20:00\").";

// The global options as they are typed.
struct GlobalTexts {
  std::string server = kDefaultTarget;
  std::string actor;
  std::string on_behalf_of;
  std::string rights;
  std::string language;
  std::string zone = "Europe/Athens";
  std::string timeout = "15s";
  std::string color = "auto";
  int retries = 4;
  bool json = false;
};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The name that the user has on this machine.
std::string UserName() {
  if (std::string user = Environment("USER"); !user.empty()) return user;
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? "" : entry->pw_name;
}

// The first of the locale's variables that is set decides, as POSIX has it.
std::string LocaleName() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (std::string value = Environment(name); !value.empty()) return value;
  }
  return "";
}

void AddGlobalOptions(CLI::App& app, GlobalTexts& texts) {
  app.add_option("--server", texts.server, "Where orderd listens")
      ->envname("ORDERCTL_SERVER")
      ->capture_default_str()
      ->type_name("HOST:PORT");
  app.add_option("--as", texts.actor, "Who calls: customer, staff or service, and their id")
      ->envname("ORDERCTL_AS")
      ->capture_default_str()
      ->type_name("ROLE:ID");
  app.add_option("--on-behalf-of", texts.on_behalf_of, "For whom a service calls")
      ->type_name("ROLE:ID");
  app.add_option("--rights", texts.rights,
                 "What the caller may do that not all staff may, separated by commas: redact")
      ->envname("ORDERCTL_RIGHTS")
      ->type_name("RIGHT,…");
  app.add_option("--lang", texts.language, "Greek or English; else as the locale says")
      ->envname("ORDERCTL_LANG")
      ->capture_default_str()
      ->check(CLI::IsMember({"el", "en"}));
  app.add_option("--zone", texts.zone, "The time zone of times, both given and shown")
      ->envname("TZ")
      ->capture_default_str()
      ->type_name("ZONE");
  app.add_option("--timeout", texts.timeout, "How long a call may take, retries included")
      ->capture_default_str()
      ->type_name("DURATION");
  app.add_option("--retries", texts.retries,
                 "How often to try again when the server is not there or its answer is lost")
      ->capture_default_str()
      ->check(CLI::Range(0, 100));
  app.add_option("--color", texts.color, "When to use colour; NO_COLOR in the environment is never")
      ->capture_default_str()
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("--json", texts.json, "Answers and errors as JSON");
}

ColorWish ColorFromText(const std::string& text) {
  if (text == "always") return ColorWish::kAlways;
  return text == "never" ? ColorWish::kNever : ColorWish::kAuto;
}

absl::Duration TimeoutFromText(const std::string& text) {
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout) || timeout <= absl::ZeroDuration()) {
    throw CLI::ValidationError("--timeout", absl::StrCat("'", text, "' is not a time such as 5s"));
  }
  return timeout;
}

// Throws CLI::ValidationError for what cannot be read.
GlobalOptions ReadGlobal(const GlobalTexts& texts) {
  GlobalOptions global;
  global.server = texts.server;
  global.actor = Required("--as", ParsePrincipal(texts.actor));
  if (!texts.on_behalf_of.empty()) {
    global.on_behalf_of = Required("--on-behalf-of", ParsePrincipal(texts.on_behalf_of));
  }
  global.rights = absl::StrSplit(texts.rights, ',', absl::SkipWhitespace());
  global.language = texts.language == "el" ? Language::kGreek : Language::kEnglish;
  // TZ may have a colon in front.
  global.zone = Required("--zone", LoadZone(absl::StripPrefix(texts.zone, ":")));
  global.timeout = TimeoutFromText(texts.timeout);
  global.retries = texts.retries;
  global.color = ColorFromText(texts.color);
  global.json = texts.json;
  return global;
}

std::vector<const char*> Pointers(const std::vector<std::string>& arguments) {
  std::vector<const char*> pointers;
  pointers.reserve(arguments.size());
  for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
  return pointers;
}

}  // namespace

void AddCompletion(CLI::App& app, Parsed& parsed) {
  auto shell = std::make_shared<std::string>();
  CLI::App& command = AddCommand(app, "Shell", "completion",
                                 "Print a completion script: source <(orderctl completion bash)");
  command.add_option("SHELL", *shell, "Which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command.callback([shell, &app, &parsed] {
    const CommandNode program = DescribeApp(app);
    parsed.printout = *shell == "bash"  ? BashCompletion(program)
                      : *shell == "zsh" ? ZshCompletion(program)
                                        : FishCompletion(program);
  });
}

Language LanguageOfLocale(const std::string& locale) {
  return absl::StartsWith(locale, "el") ? Language::kGreek : Language::kEnglish;
}

std::variant<Command, Printout, UsageError> ParseCommandLine(
    const std::vector<std::string>& arguments) {
  GlobalTexts texts;
  texts.actor = absl::StrCat("staff:", UserName());
  texts.language = std::string(Name(LanguageOfLocale(LocaleName())));
  Parsed parsed;

  CLI::App app(kDescription, "orderctl");
  app.footer(ExitCodeHelp());
  app.set_version_flag("--version", "orderctl " ORDERCTL_VERSION);
  // That there is one is checked below: CLI11 would say the same of a misspelt one as of none.
  app.require_subcommand(0, 1);
  AddGlobalOptions(app, texts);
  AddReads(app, parsed);
  AddChanges(app, parsed);
  AddBatch(app, parsed);
  AddRequests(app, parsed);
  AddMail(app, parsed);
  AddWatches(app, parsed);
  AddTransfers(app, parsed);
  AddRedactions(app, parsed);
  AddCompletion(app, parsed);

  const std::vector<const char*> pointers = Pointers(arguments);
  try {
    app.parse(static_cast<int>(pointers.size()), pointers.data());
    if (app.get_subcommands().empty()) {
      return UsageError{"a command is missing; orderctl --help lists them"};
    }
    if (!parsed.run) return Printout{parsed.printout};
    GlobalOptions global = ReadGlobal(texts);
    if (parsed.timeout.has_value() && app.get_option("--timeout")->empty())
      global.timeout = *parsed.timeout;
    for (const auto& finish : parsed.at_end) finish(global);
    return Command{global, std::move(parsed.run)};
  } catch (const CLI::CallForHelp&) {
    return Printout{app.help()};
  } catch (const CLI::CallForVersion& version) {
    return Printout{absl::StrCat(version.what(), "\n")};
  } catch (const CLI::ParseError& error) {
    return UsageError{error.what()};
  }
}

}  // namespace ipstore::orders::client
