#include "server/config.h"

#include <CLI/CLI.hpp>

#include <sstream>
#include <string>
#include <variant>

namespace ipstore::orders {
namespace {

constexpr const char* kDescription =
    "orderd keeps the orders of a shop, from \"Awaiting Processing\" to \"Received by Customer\".\n"
    "Without a task it serves gRPC until it gets SIGTERM or SIGINT.";

constexpr const char* kFooter =
    "Every option can also be set by an environment variable (ORDERD_LISTEN for --listen) or in\n"
    "the file that --config names (listen = \"127.0.0.1:50051\"). A flag wins over a variable, a\n"
    "variable over the file.";

void Define(CLI::App& app, Config& config) {
  app.set_version_flag("--version", "orderd " IPSTORE_VERSION);
  app.set_config("--config", "", "Read options from this TOML file")->envname("ORDERD_CONFIG");
  app.add_option("--listen", config.listen, "Address and port to serve on; port 0 takes a free one")
      ->envname("ORDERD_LISTEN")
      ->capture_default_str();
  app.add_option("--database", config.database,
                 "sqlite:FILE, or mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?tls=required]")
      ->envname("ORDERD_DATABASE")
      ->capture_default_str();
  app.add_option("--database-password", config.database_password,
                 "The password, where it should not stand in the address; best by its variable")
      ->envname("ORDERD_DATABASE_PASSWORD");
  app.add_option("--committers", config.committers, "Connections that write side by side (SQLite: always 1)")
      ->envname("ORDERD_COMMITTERS")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--max-batch", config.max_batch, "Changes in one database transaction, at most")
      ->envname("ORDERD_MAX_BATCH")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--queue-capacity", config.queue_capacity, "Changes, and reads, that may wait before more are refused")
      ->envname("ORDERD_QUEUE_CAPACITY")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--readers", config.readers, "Connections that read side by side")
      ->envname("ORDERD_READERS")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--shutdown-grace", config.shutdown_grace_seconds, "Seconds that running calls get at the end")
      ->envname("ORDERD_SHUTDOWN_GRACE")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_option("--log-level", config.log_level, "debug, info, warn or error")
      ->envname("ORDERD_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  app.add_flag("--log-json", config.log_json, "Log one JSON object a line")->envname("ORDERD_LOG_JSON");
  app.add_subcommand("migrate", "Bring the schema of the database up to this version, then end")
      ->callback([&config] { config.task = Config::Task::kMigrate; });
  app.require_subcommand(0, 1);
  app.fallthrough();
}

}  // namespace

std::variant<Config, Ending> ReadConfig(int argc, const char* const* argv) {
  Config config;
  CLI::App app(kDescription, "orderd");
  app.footer(kFooter);
  Define(app, config);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream problems;
    const int code = app.exit(error, out, problems);
    if (code == 0) return Ending{0, out.str()};
    return Ending{2, "orderd: " + problems.str()};
  }
  return config;
}

}  // namespace ipstore::orders
