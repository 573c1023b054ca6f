// What an orderd is told: by flags, by environment variables ORDERD_* and by a TOML file, in this
// order of precedence, all three from one definition.
#ifndef IPSTORE_ORDERS_SERVER_CONFIG_H_
#define IPSTORE_ORDERS_SERVER_CONFIG_H_

#include <cstddef>
#include <string>
#include <variant>

namespace ipstore::orders {

struct Config {
  enum class Task { kServe, kMigrate, kVerify, kNewEpoch };

  Task task = Task::kServe;
  std::string listen = "127.0.0.1:50051";
  std::string database = "sqlite:orders.db";
  std::string database_password;
  int committers = 2;
  std::size_t max_batch = 256;
  std::size_t queue_capacity = 8192;
  int readers = 4;
  int feed_poll_milliseconds = 100;
  std::size_t max_streams = 20'000;
  std::size_t max_streams_per_caller = 1'000;
  std::size_t max_streams_per_customer = 50;
  int shutdown_grace_seconds = 10;
  std::string log_level = "info";
  bool log_json = false;
};

// Reads the configuration. On a wrong one, and for --help and --version, what to print and with
// which exit code to end.
struct Ending {
  int exit_code = 0;
  std::string text;  // for stdout when exit_code is 0, else for stderr
};
std::variant<Config, Ending> ReadConfig(int argc, const char* const* argv);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_CONFIG_H_
