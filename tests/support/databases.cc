#include "tests/support/databases.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <random>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/storage/mysql/mysql_database.h"
#include "server/storage/open.h"
#include "server/storage/open_database.h"
#include "server/storage/sqlite/sqlite_database.h"
#include "server/storage/url.h"

namespace ipstore::orders::test {
namespace {

[[noreturn]] void Die(absl::string_view what, const absl::Status& status) {
  std::fprintf(stderr, "%s\n", absl::StrCat(what, ": ", status.ToString()).c_str());
  std::abort();
}

template <typename T>
T OrDie(absl::StatusOr<T> result, absl::string_view what) {
  if (!result.ok()) Die(what, result.status());
  return *std::move(result);
}

std::string RandomName() {
  std::random_device random;
  return absl::StrCat("ipstore_test_", absl::Hex(random(), absl::kZeroPad8),
                      absl::Hex(random(), absl::kZeroPad8));
}

const char* VariableOf(sql::Backend backend) {
  return backend == sql::Backend::kMariaDb ? kMariaDbVariable : kMySqlVariable;
}

}  // namespace

std::unique_ptr<TestDatabase> TestDatabase::Make(sql::Backend backend) {
  const std::string name = RandomName();
  if (backend == sql::Backend::kSqlite) {
    const std::filesystem::path folder = std::filesystem::temp_directory_path() / name;
    std::filesystem::create_directory(folder);
    const std::string url = absl::StrCat("sqlite:", (folder / "orders.db").string());
    return std::unique_ptr<TestDatabase>(new TestDatabase(backend, url, folder.string()));
  }
  const char* server = std::getenv(VariableOf(backend));
  if (server == nullptr || *server == '\0') return nullptr;
  const std::string url = absl::StrCat(server, absl::EndsWith(server, "/") ? "" : "/", name);
  // MigrateStore() would make it; tests of what happens before need it too.
  const DatabaseUrl parsed = OrDie(ParseDatabaseUrl(url), VariableOf(backend));
  const absl::Status status = mysql::CreateDatabase({.host = parsed.host,
                                                     .port = parsed.port,
                                                     .user = parsed.user,
                                                     .password = parsed.password,
                                                     .database = parsed.database});
  if (!status.ok()) Die("making a database for a test", status);
  return std::unique_ptr<TestDatabase>(new TestDatabase(backend, url, name));
}

TestDatabase::TestDatabase(sql::Backend backend, std::string url, std::string path)
    : backend_(backend), url_(std::move(url)), path_(std::move(path)) {
  if (!IsSqlite()) database_ = OrDie(OpenDatabase(url_), "opening a database for a test");
}

TestDatabase::~TestDatabase() {
  if (IsSqlite()) {
    std::filesystem::remove_all(path_);
  } else {
    Execute(absl::StrCat("DROP DATABASE ", path_));
  }
}

std::unique_ptr<Store> TestDatabase::OpenStore(const OpenOptions& options) const {
  if (!IsSqlite()) static_cast<void>(OrDie(MigrateStore(url_), "migrating"));
  return OrDie(orders::OpenStore(url_, options), "opening the store");
}

std::unique_ptr<sql::Session> TestDatabase::Connect(sql::Purpose purpose) const {
  if (!IsSqlite()) return OrDie(database_->Connect(purpose), "connecting");
  const DatabaseUrl url = OrDie(ParseDatabaseUrl(url_), "the url of a test");
  return OrDie(sqlite::ConnectBeside(url.path, purpose), "connecting");
}

void TestDatabase::Execute(const std::string& statement) const {
  if (absl::Status status = Connect()->ExecuteOnce(statement); !status.ok()) Die(statement, status);
}

std::int64_t TestDatabase::QueryInteger(const std::string& query) const {
  const sql::Rows rows =
      OrDie(Connect(sql::Purpose::kRead)->Query(query, {}, {sql::ValueType::kInteger}), query);
  if (rows.empty()) Die(query, absl::NotFoundError("no row"));
  return rows.Integer(0, 0);
}

std::int64_t TestDatabase::CountConnections() const {
  // MySQL's list of processes fails on statements of others that hold binary values.
  return QueryInteger(backend_ == sql::Backend::kMySql
                          ? "SELECT COUNT(*) FROM performance_schema.threads"
                            " WHERE processlist_db = DATABASE()"
                            " AND processlist_id <> CONNECTION_ID()"
                          : "SELECT COUNT(*) FROM information_schema.processlist"
                            " WHERE db = DATABASE() AND id <> CONNECTION_ID()");
}

std::string WhyMissing(sql::Backend backend) {
  return absl::StrCat("NOT TESTED on ", sql::Name(backend), ": ", VariableOf(backend),
                      " is not set. `./dev test` starts one and sets it.");
}

}  // namespace ipstore::orders::test
