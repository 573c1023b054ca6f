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
  std::string mail_smtp;
  std::string mail_smtp_password;
  std::string mail_ca_file;
  std::string mail_directory;
  std::string mail_from;
  std::string mail_reply_to;
  std::string mail_reply_keys;
  std::string mail_templates;
  std::size_t mail_threads = 4;
  int mail_timeout_seconds = 60;
  int mail_lease_seconds = 15;
  int mail_retry_seconds = 60;
  int mail_give_up_hours = 96;
  int mail_received_kept_days = 90;
  std::string shop_name = "IP Store";
  std::string shop_zone = "Europe/Athens";
  std::string shop_order_url;
  std::string shop_shipping_url;
  std::string shop_feedback_url;
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
