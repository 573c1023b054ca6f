// Databases for tests, one of its own for each test.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_DATABASES_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_DATABASES_H_

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/open.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"
#include "server/storage/store.h"

namespace ipstore::orders::test {

// Where tests find servers: mysql://root:PASSWORD@127.0.0.1:PORT/ in the environment.
inline constexpr char kMariaDbVariable[] = "IPSTORE_TEST_MARIADB_URL";
inline constexpr char kMySqlVariable[] = "IPSTORE_TEST_MYSQL_URL";

// An empty database on that backend, without a schema. It and all that it holds is gone with the
// object.
class TestDatabase {
 public:
  // Nothing when the backend's variable is not set; see WhyMissing().
  static std::unique_ptr<TestDatabase> Make(sql::Backend backend);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  sql::Backend backend() const { return backend_; }
  bool IsSqlite() const { return backend_ == sql::Backend::kSqlite; }
  const std::string& url() const { return url_; }

  // Migrates and opens; ends the program when that fails. Several may be open at the same time, but
  // only one on SQLite.
  std::unique_ptr<Store> OpenStore(const OpenOptions& options = {}) const;

  // A connection beside those of the store, on which a test can look and meddle. Ends the program
  // when that fails.
  std::unique_ptr<sql::Session> Connect(sql::Purpose purpose = sql::Purpose::kWrite) const;
  // Runs a statement on one. Ends the program when it fails.
  void Execute(const std::string& statement) const;
  std::int64_t QueryInteger(const std::string& query) const;
  // How many connections of others there are to it. Not for SQLite.
  std::int64_t CountConnections() const;

 private:
  TestDatabase(sql::Backend backend, std::string url, std::string path);

  sql::Backend backend_;
  std::string url_;
  std::string path_;  // the folder of SQLite's file, or the name of the database
  std::unique_ptr<sql::Database> database_;  // not for SQLite: it would keep stores out
};

// What to tell of tests that are skipped for want of a database.
std::string WhyMissing(sql::Backend backend);

// For INSTANTIATE_TEST_SUITE_P.
inline const std::vector<sql::Backend>& AllBackends() {
  static const auto* const kAll = new std::vector<sql::Backend>{
      sql::Backend::kSqlite, sql::Backend::kMariaDb, sql::Backend::kMySql};
  return *kAll;
}

}  // namespace ipstore::orders::test

namespace ipstore::orders::sql {

// How GoogleTest shows a backend.
inline void PrintTo(Backend backend, std::ostream* out) {
  *out << std::string(Name(backend));
}

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_DATABASES_H_
