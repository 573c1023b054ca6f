#include "server/storage/open.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "server/storage/mysql/mysql_database.h"
#include "server/storage/open_database.h"
#include "server/storage/sql/feed_loader.h"
#include "server/storage/sql/migrations.h"
#include "server/storage/sql/sql_store.h"
#include "server/storage/sqlite/sqlite_database.h"
#include "server/storage/url.h"

namespace ipstore::orders {
namespace {

mysql::Tls TlsOf(DatabaseUrl::Tls tls) {
  switch (tls) {
    case DatabaseUrl::Tls::kOff:
      return mysql::Tls::kOff;
    case DatabaseUrl::Tls::kRequired:
      return mysql::Tls::kRequired;
    case DatabaseUrl::Tls::kVerify:
      return mysql::Tls::kVerify;
  }
  return mysql::Tls::kVerify;
}

mysql::Target TargetOf(const DatabaseUrl& url, const OpenOptions& options) {
  return {.host = url.host,
          .port = url.port,
          .user = url.user,
          .password = options.password.value_or(url.password),
          .database = url.database,
          .tls = TlsOf(url.tls),
          .ca_file = url.tls_ca};
}

absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(const DatabaseUrl& url,
                                                            const OpenOptions& options) {
  if (url.scheme == DatabaseUrl::Scheme::kSqlite) return sqlite::OpenSqlite(url.path);
  return mysql::OpenMySql(TargetOf(url, options));
}

absl::StatusOr<sql::MigrationReport> MigrateDatabase(sql::Database& database) {
  absl::StatusOr<std::unique_ptr<sql::Session>> session = database.Connect(sql::Purpose::kMigrate);
  if (!session.ok()) return session.status();
  return sql::Migrate(**session, database.dialect());
}

// SQLite would make a file that is not there.
absl::Status CheckFileExists(absl::string_view url) {
  absl::StatusOr<DatabaseUrl> parsed = ParseDatabaseUrl(url);
  if (!parsed.ok()) return parsed.status();
  std::error_code error;
  if (parsed->scheme != DatabaseUrl::Scheme::kSqlite ||
      std::filesystem::exists(parsed->path, error)) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat("there is no database ", parsed->path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(absl::string_view url,
                                                            const OpenOptions& options) {
  absl::StatusOr<DatabaseUrl> parsed = ParseDatabaseUrl(url);
  if (!parsed.ok()) return parsed.status();
  return OpenDatabase(*parsed, options);
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(absl::string_view url,
                                                 const OpenOptions& options) {
  if (options.as_it_is) {
    if (absl::Status exists = CheckFileExists(url); !exists.ok()) return exists;
  }
  absl::StatusOr<std::unique_ptr<sql::Database>> database = OpenDatabase(url, options);
  if (!database.ok()) return database.status();
  if ((*database)->dialect().IsSqlite() && !options.as_it_is) {
    absl::StatusOr<sql::MigrationReport> migrated = MigrateDatabase(**database);
    if (!migrated.ok()) return migrated.status();
  }
  return sql::SqlStore::Open(*std::move(database), options.cache_bytes);
}

absl::StatusOr<MigrationResult> MigrateStore(absl::string_view url, const OpenOptions& options) {
  absl::StatusOr<DatabaseUrl> parsed = ParseDatabaseUrl(url);
  if (!parsed.ok()) return parsed.status();
  absl::StatusOr<std::unique_ptr<sql::Database>> database = OpenDatabase(*parsed, options);
  // "No such database" and "no right to it" look alike to a user who may see only some; so try to
  // make it, once.
  if (absl::IsFailedPrecondition(database.status()) &&
      parsed->scheme == DatabaseUrl::Scheme::kMySql) {
    if (!mysql::CreateDatabase(TargetOf(*parsed, options)).ok()) return database.status();
    database = OpenDatabase(*parsed, options);
  }
  if (!database.ok()) return database.status();
  absl::StatusOr<sql::MigrationReport> report = MigrateDatabase(**database);
  if (!report.ok()) return report.status();
  return MigrationResult{.from = report->from, .to = report->to};
}

absl::StatusOr<FeedHead> BeginFeedEpoch(absl::string_view url, const OpenOptions& options) {
  if (absl::Status exists = CheckFileExists(url); !exists.ok()) return exists;
  absl::StatusOr<std::unique_ptr<sql::Database>> database = OpenDatabase(url, options);
  if (!database.ok()) return database.status();
  absl::StatusOr<std::unique_ptr<sql::Session>> session =
      (*database)->Connect(sql::Purpose::kWrite);
  if (!session.ok()) return session.status();
  if (auto fits = sql::CheckSchema(**session, (*database)->dialect()); !fits.ok()) return fits;
  return sql::BeginFeedEpoch(**session, absl::Now());
}

absl::StatusOr<std::vector<std::string>> DurabilityWarnings(absl::string_view url,
                                                            const OpenOptions& options) {
  absl::StatusOr<DatabaseUrl> parsed = ParseDatabaseUrl(url);
  if (!parsed.ok()) return parsed.status();
  // SQLite syncs every commit by itself.
  if (parsed->scheme == DatabaseUrl::Scheme::kSqlite) return std::vector<std::string>();
  return mysql::DurabilityWarnings(TargetOf(*parsed, options));
}

}  // namespace ipstore::orders
