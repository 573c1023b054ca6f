#include "server/config.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <istream>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace ipstore::orders {
namespace {

constexpr const char* kDescription =
    "orderd keeps the orders of a shop, from \"Awaiting Processing\" to \"Received by Customer\".\n"
    "Without a task it serves gRPC until it gets SIGTERM or SIGINT.";

constexpr const char* kFooter =
    "Every option can also be set by an environment variable (ORDERD_LISTEN for --listen) or in\n"
    "the file that --config names (listen = \"127.0.0.1:50051\"). A flag wins over a variable, a\n"
    "variable over the file.";

constexpr const char* kConfigVariable = "ORDERD_CONFIG";

// The variable of an option: ORDERD_MAX_BATCH of max-batch.
std::string VariableOf(const std::string& option) {
  return absl::StrCat("ORDERD_", absl::StrReplaceAll(absl::AsciiStrToUpper(option), {{"-", "_"}}));
}

// Reads the file as if what a variable says did not stand in it: CLI11 itself lets a file win over
// variables.
class FileBelowVariables final : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> found = CLI::ConfigTOML::from_config(input);
    std::erase_if(found, [](const CLI::ConfigItem& item) {
      return std::getenv(VariableOf(item.name).c_str()) != nullptr;
    });
    return found;
  }
};

// CLI11 reads the file before the variables, so the one that names the file is read here.
void DefineConfigFile(CLI::App& app) {
  const char* file = std::getenv(kConfigVariable);
  const bool named = file != nullptr && *file != '\0';
  app.set_config("--config", named ? file : "",
                 "Read options from this TOML file (also: ORDERD_CONFIG)",
                 /*config_required=*/named);
  app.config_formatter(std::make_shared<FileBelowVariables>());
  app.allow_config_extras(CLI::config_extras_mode::error);
}

// How customers are told by e-mail.
void DefineMail(CLI::App& app, Config& config) {
  app.add_option("--mail-smtp", config.mail_smtp,
                 "Send e-mail through this server: smtp://[USER@]HOST[:PORT] (STARTTLS is required;"
                 " ?tls=none on a network that is trusted) or smtps://[USER@]HOST[:PORT]")
      ->envname("ORDERD_MAIL_SMTP");
  app.add_option("--mail-smtp-password", config.mail_smtp_password,
                 "The password of USER; best by its variable")
      ->envname("ORDERD_MAIL_SMTP_PASSWORD");
  app.add_option("--mail-ca-file", config.mail_ca_file,
                 "PEM file of the authorities to trust in place of the system's")
      ->envname("ORDERD_MAIL_CA_FILE");
  app.add_option("--mail-directory", config.mail_directory,
                 "Write e-mail into this directory instead, as .eml files")
      ->envname("ORDERD_MAIL_DIRECTORY");
  app.add_option(
         "--mail-from", config.mail_from,
         "Whom e-mail is from: NAME <ADDRESS> (needed with --mail-smtp; else orders@localhost)")
      ->envname("ORDERD_MAIL_FROM");
  app.add_option("--mail-reply-to", config.mail_reply_to,
                 "The address that replies go to, with +TOKEN behind its user (default: that of"
                 " --mail-from)")
      ->envname("ORDERD_MAIL_REPLY_TO");
  app.add_option("--mail-reply-keys", config.mail_reply_keys,
                 "Keys of the tokens in addresses for replies, ID:SECRET,...: the first signs, all"
                 " are accepted, and the database's own after them (default: that alone); best by"
                 " its variable")
      ->envname("ORDERD_MAIL_REPLY_KEYS");
  app.add_option("--mail-templates", config.mail_templates,
                 "Directory of templates that take the place of the program's own")
      ->envname("ORDERD_MAIL_TEMPLATES");
  app.add_option("--mail-threads", config.mail_threads, "E-mails that are sent side by side")
      ->envname("ORDERD_MAIL_THREADS")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--mail-timeout", config.mail_timeout_seconds, "Seconds for sending one e-mail")
      ->envname("ORDERD_MAIL_TIMEOUT")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--mail-lease", config.mail_lease_seconds,
                 "Seconds after which another server takes over from one that has crashed")
      ->envname("ORDERD_MAIL_LEASE")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_option("--mail-retry", config.mail_retry_seconds,
                 "Seconds until an e-mail that was not taken is tried again; doubled each time, up"
                 " to four hours")
      ->envname("ORDERD_MAIL_RETRY")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  app.add_option("--mail-give-up", config.mail_give_up_hours, "Hours after which it is given up")
      ->envname("ORDERD_MAIL_GIVE_UP")
      ->check(CLI::Range(1, 8760))
      ->capture_default_str();
  app.add_option("--mail-received-kept-days", config.mail_received_kept_days,
                 "Days for which it is kept who has sent an e-mail that was refused or dropped and"
                 " belongs to no order; the e-mail itself is not kept at all")
      ->envname("ORDERD_MAIL_RECEIVED_KEPT_DAYS")
      ->check(CLI::Range(1, 36'500))
      ->capture_default_str();
}

// What e-mails say of the shop.
void DefineShop(CLI::App& app, Config& config) {
  app.add_option("--shop-name", config.shop_name, "The shop's name in e-mails")
      ->envname("ORDERD_SHOP_NAME")
      ->capture_default_str();
  app.add_option("--shop-zone", config.shop_zone, "The time zone in which e-mails tell times")
      ->envname("ORDERD_SHOP_ZONE")
      ->capture_default_str();
  app.add_option("--shop-order-url", config.shop_order_url,
                 "https address of an order's page, with {number} for its number")
      ->envname("ORDERD_SHOP_ORDER_URL");
  app.add_option("--shop-shipping-url", config.shop_shipping_url,
                 "https address of the page on shipping methods")
      ->envname("ORDERD_SHOP_SHIPPING_URL");
  app.add_option("--shop-feedback-url", config.shop_feedback_url,
                 "https address of the page for feedback, with {number} for the order's number")
      ->envname("ORDERD_SHOP_FEEDBACK_URL");
}

void Define(CLI::App& app, Config& config) {
  // Before the subcommand, which takes it over: options may stand behind it.
  app.fallthrough();
  app.set_version_flag("--version", "orderd " IPSTORE_VERSION);
  DefineConfigFile(app);
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
  app.add_option("--committers", config.committers,
                 "Connections that write side by side (SQLite: always 1)")
      ->envname("ORDERD_COMMITTERS")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--max-batch", config.max_batch, "Changes in one database transaction, at most")
      ->envname("ORDERD_MAX_BATCH")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_option("--queue-capacity", config.queue_capacity,
                 "Changes, and reads, that may wait before more are refused")
      ->envname("ORDERD_QUEUE_CAPACITY")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--readers", config.readers, "Connections that read side by side")
      ->envname("ORDERD_READERS")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--feed-poll-interval", config.feed_poll_milliseconds,
                 "Milliseconds between two looks at what other servers have committed")
      ->envname("ORDERD_FEED_POLL_INTERVAL")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_option("--max-streams", config.max_streams, "Streams that may watch at the same time")
      ->envname("ORDERD_MAX_STREAMS")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--max-streams-per-caller", config.max_streams_per_caller,
                 "The same for one caller of staff or service")
      ->envname("ORDERD_MAX_STREAMS_PER_CALLER")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--max-streams-per-customer", config.max_streams_per_customer,
                 "The same for one customer")
      ->envname("ORDERD_MAX_STREAMS_PER_CUSTOMER")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  DefineMail(app, config);
  DefineShop(app, config);
  app.add_option("--shutdown-grace", config.shutdown_grace_seconds,
                 "Seconds that running calls get at the end")
      ->envname("ORDERD_SHUTDOWN_GRACE")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  app.add_option("--log-level", config.log_level, "debug, info, warn or error")
      ->envname("ORDERD_LOG_LEVEL")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  app.add_flag("--log-json", config.log_json, "Log one JSON object a line")
      ->envname("ORDERD_LOG_JSON");
  app.add_subcommand("migrate", "Bring the schema of the database up to this version, then end")
      ->callback([&config] { config.task = Config::Task::kMigrate; });
  app.add_subcommand(
         "verify",
         "Replay the log of every order and enquiry and compare with what is stored, "
         "then end: with 0 when all agree, with 1 when not. Changes nothing; servers may "
         "run meanwhile, but for SQLite, whose file only one can have")
      ->callback([&config] { config.task = Config::Task::kVerify; });
  app.add_subcommand(
         "new-epoch",
         "After a restore of the database, or a failover that lost the end of it: tell all who "
         "watch that the history has changed, then end. Servers may run meanwhile, but for SQLite")
      ->callback([&config] { config.task = Config::Task::kNewEpoch; });
  app.require_subcommand(0, 1);
}

// A complaint may quote what was given, and an address of a database may hold its password.
std::string WithoutPasswords(const std::string& text) {
  static const auto* const kPassword = new std::regex("(://[^:@/\\s]*):[^@\\s]*@");
  return std::regex_replace(text, *kPassword, "$1:***@");
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
    return Ending{2, "orderd: " + WithoutPasswords(problems.str())};
  }
  return config;
}

}  // namespace ipstore::orders
