#include "server/storage/mysql/mysql_database.h"

#include <array>
#include <cstdio>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "server/storage/mysql/mysql_session.h"

namespace ipstore::orders::mysql {
namespace {

using sql::Backend;
using sql::Purpose;
using sql::Rows;
using sql::ValueType;

// What answers at the other end.
struct ServerVersion {
  Backend backend = Backend::kMySql;
  int major = 0;
  int minor = 0;
  std::string text;  // "10.11.6"
};

// Reads "9.7.0" or "10.11.6-MariaDB-log"; some proxies put "5.5.5-" before MariaDB's.
ServerVersion ParseVersion(absl::string_view text) {
  ServerVersion version;
  if (absl::StrContains(text, "MariaDB")) version.backend = Backend::kMariaDb;
  if (version.backend == Backend::kMariaDb && absl::StartsWith(text, "5.5.5-"))
    text.remove_prefix(6);
  version.text = std::string(text.substr(0, text.find('-')));
  if (std::sscanf(version.text.c_str(), "%d.%d", &version.major, &version.minor) != 2)
    version.major = 0;
  return version;
}

// Older ones lack what the statements use: byte-wise collations without padding, and common table
// expressions.
absl::Status CheckVersion(const ServerVersion& version) {
  const bool fits = version.backend == Backend::kMariaDb
                        ? std::pair(version.major, version.minor) >= std::pair(10, 6)
                        : version.major >= 8;
  if (fits) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the server is ", sql::Name(version.backend), " ", version.text,
                   "; MySQL 8.0 or MariaDB 10.6 is the oldest that will do"));
}

absl::StatusOr<ServerVersion> ReadVersion(sql::Session& session) {
  absl::StatusOr<Rows> rows = session.Query("SELECT VERSION()", {}, {ValueType::kText});
  if (!rows.ok()) return rows.status();
  return ParseVersion(rows->Text(0, 0));
}

class MySqlDatabase final : public sql::Database {
 public:
  MySqlDatabase(Target target, ServerVersion version)
      : target_(std::move(target)), version_(std::move(version)), dialect_(version_.backend) {}

  absl::StatusOr<std::unique_ptr<sql::Session>> Connect(Purpose purpose) override {
    return ConnectMySql(target_, purpose);
  }

  const sql::Dialect& dialect() const override { return dialect_; }
  int MaxWriteSessions() const override { return std::numeric_limits<int>::max(); }
  std::string Describe() const override {
    return absl::StrCat(sql::Name(version_.backend), " ", version_.text, " at ", target_.host, ":",
                        target_.port, "/", target_.database);
  }

 private:
  Target target_;
  ServerVersion version_;
  sql::Dialect dialect_;
};

// --- Durability ---

struct NeededSetting {
  absl::string_view name;
  absl::string_view value;  // lower case
  absl::string_view otherwise;
};

constexpr std::array kNeeded = {
    NeededSetting{"innodb_flush_log_at_trx_commit", "1",
                  "a power loss can undo orders that were confirmed"},
    NeededSetting{
        "sync_binlog", "1",
        "a power loss can undo orders that were confirmed, or part replicas from their source"},
};

// Without a binlog MariaDB lets others read a row seconds before it is on disk.
constexpr NeededSetting kMariaDbLogBin = {
    "log_bin", "on",
    "other sessions can read a change before it is on disk, and a power loss "
    "then undoes what was read"};
constexpr NeededSetting kGroupConsistency = {
    "group_replication_consistency", "before_on_primary_failover",
    "a new primary can serve stale orders before it has caught up"};

absl::StatusOr<std::string> ReadVariable(sql::Session& session, absl::string_view name) {
  absl::StatusOr<Rows> rows = session.Query(absl::StrCat("SHOW GLOBAL VARIABLES LIKE '", name, "'"),
                                            {}, {ValueType::kText, ValueType::kText});
  if (!rows.ok()) return rows.status();
  return rows->empty() ? std::string() : std::string(rows->Text(0, 1));
}

// "on" and "1" are the same to the server.
bool Same(absl::string_view found, absl::string_view needed) {
  return absl::EqualsIgnoreCase(found, needed) || (needed == "on" && found == "1");
}

absl::Status WarnUnless(sql::Session& session, const NeededSetting& setting,
                        std::vector<std::string>& warnings) {
  absl::StatusOr<std::string> found = ReadVariable(session, setting.name);
  if (!found.ok()) return found.status();
  if (!Same(*found, setting.value)) {
    warnings.push_back(absl::StrCat(setting.name, " is ", *found, " and should be ", setting.value,
                                    ": ", setting.otherwise));
  }
  return absl::OkStatus();
}

// All other values promise what is asked, or more. The setting exists only with the plugin.
absl::Status WarnOfGroupConsistency(sql::Session& session, std::vector<std::string>& warnings) {
  absl::StatusOr<std::string> found = ReadVariable(session, kGroupConsistency.name);
  if (!found.ok()) return found.status();
  if (!absl::EqualsIgnoreCase(*found, "EVENTUAL")) return absl::OkStatus();
  return WarnUnless(session, kGroupConsistency, warnings);
}

// Row events are what READ COMMITTED can be replicated by; MIXED resorts to them.
absl::Status WarnOfStatementBinlog(sql::Session& session, std::vector<std::string>& warnings) {
  absl::StatusOr<std::string> found = ReadVariable(session, "binlog_format");
  if (!found.ok()) return found.status();
  if (absl::EqualsIgnoreCase(*found, "STATEMENT")) {
    warnings.emplace_back(
        "binlog_format is STATEMENT and should be ROW: writes with READ COMMITTED are refused "
        "otherwise");
  }
  return absl::OkStatus();
}

absl::Status CollectWarnings(sql::Session& session, Backend backend,
                             std::vector<std::string>& warnings) {
  for (const NeededSetting& setting : kNeeded) {
    if (absl::Status status = WarnUnless(session, setting, warnings); !status.ok()) return status;
  }
  if (backend == Backend::kMariaDb) {
    if (absl::Status status = WarnUnless(session, kMariaDbLogBin, warnings); !status.ok())
      return status;
  }
  if (absl::Status status = WarnOfGroupConsistency(session, warnings); !status.ok()) return status;
  return WarnOfStatementBinlog(session, warnings);
}

}  // namespace

absl::StatusOr<std::unique_ptr<sql::Database>> OpenMySql(const Target& target) {
  absl::StatusOr<std::unique_ptr<sql::Session>> session = ConnectMySql(target, Purpose::kRead);
  if (!session.ok()) return session.status();
  absl::StatusOr<ServerVersion> version = ReadVersion(**session);
  if (!version.ok()) return version.status();
  if (absl::Status status = CheckVersion(*version); !status.ok()) return status;
  return std::make_unique<MySqlDatabase>(target, *std::move(version));
}

absl::Status CreateDatabase(const Target& target) {
  Target server = target;
  server.database.clear();
  absl::StatusOr<std::unique_ptr<sql::Session>> session = ConnectMySql(server, Purpose::kMigrate);
  if (!session.ok()) return session.status();
  return (*session)->ExecuteOnce(absl::StrCat("CREATE DATABASE IF NOT EXISTS `",
                                              absl::StrReplaceAll(target.database, {{"`", "``"}}),
                                              "` CHARACTER SET utf8mb4"));
}

absl::StatusOr<std::vector<std::string>> DurabilityWarnings(const Target& target) {
  absl::StatusOr<std::unique_ptr<sql::Session>> session = ConnectMySql(target, Purpose::kRead);
  if (!session.ok()) return session.status();
  absl::StatusOr<ServerVersion> version = ReadVersion(**session);
  if (!version.ok()) return version.status();
  std::vector<std::string> warnings;
  if (absl::Status status = CollectWarnings(**session, version->backend, warnings); !status.ok())
    return status;
  return warnings;
}

}  // namespace ipstore::orders::mysql
