#include "tests/bench/raw_sql.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/storage/open_database.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::bench {
namespace {

using sql::Param;
using sql::ValueType;

constexpr char kMySqlTable[] = R"sql(
    CREATE TABLE IF NOT EXISTS raw_activities (
      subject BIGINT NOT NULL, seq INT NOT NULL, position BIGINT NOT NULL AUTO_INCREMENT,
      customer_id VARCHAR(64) NULL, kind SMALLINT UNSIGNED NOT NULL, visibility TINYINT UNSIGNED NOT NULL,
      actor_role TINYINT UNSIGNED NOT NULL, actor_id VARCHAR(64) NOT NULL, on_behalf_of_role TINYINT UNSIGNED NULL,
      on_behalf_of_id VARCHAR(64) NULL, occurred_at DATETIME(6) NOT NULL, recorded_at DATETIME(6) NOT NULL,
      unit_size INT NOT NULL, request_key BINARY(16) NULL, content_hash BINARY(16) NULL,
      payload_version SMALLINT UNSIGNED NOT NULL, payload MEDIUMTEXT NOT NULL,
      PRIMARY KEY (subject, seq), KEY raw_by_position (position), UNIQUE KEY raw_by_request (request_key)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin)sql";

// SQLite numbers only a primary key by itself, so the log is keyed by position here.
constexpr char kSqliteTable[] = R"sql(
    CREATE TABLE IF NOT EXISTS raw_activities (
      position INTEGER PRIMARY KEY AUTOINCREMENT, subject INTEGER NOT NULL, seq INTEGER NOT NULL, customer_id TEXT NULL,
      kind INTEGER NOT NULL, visibility INTEGER NOT NULL, actor_role INTEGER NOT NULL, actor_id TEXT NOT NULL,
      on_behalf_of_role INTEGER NULL, on_behalf_of_id TEXT NULL, occurred_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL, unit_size INTEGER NOT NULL, request_key BLOB NULL UNIQUE, content_hash BLOB NULL,
      payload_version INTEGER NOT NULL, payload TEXT NOT NULL, UNIQUE (subject, seq)))sql";

constexpr char kLockMySql[] =
    "SELECT status, version, last_seq FROM subjects WHERE number = ? FOR UPDATE";
constexpr char kLockSqlite[] = "SELECT status, version, last_seq FROM subjects WHERE number = ?";
constexpr char kUpdate[] =
    "UPDATE subjects SET status = 2, version = version + 1, last_seq = last_seq + 1, updated_at = "
    "?,"
    " last_activity_at = ?, last_public_activity_at = ? WHERE number = ?";
constexpr char kInsert[] =
    "INSERT INTO raw_activities (subject, seq, customer_id, kind, visibility, actor_role, "
    "actor_id, occurred_at,"
    " recorded_at, unit_size, request_key, content_hash, payload_version, payload)"
    " VALUES (?, ?, 'bench', 2, 1, 3, 'bench', ?, ?, 1, ?, ?, 1, ?)";

absl::Status MoveOne(sql::Session& session, bool sqlite, std::int64_t order,
                     const std::string& payload) {
  if (absl::Status begun = session.Begin(); !begun.ok()) return begun;
  static constexpr std::array kColumns = {ValueType::kInteger, ValueType::kInteger,
                                          ValueType::kInteger};
  static const std::string kLockForMySql = kLockMySql;
  static const std::string kLockForSqlite = kLockSqlite;
  auto locked = session.Query(sqlite ? kLockForSqlite : kLockForMySql,
                              std::array{Param::Integer(order)}, kColumns);
  if (!locked.ok()) return locked.status();
  if (locked->size() != 1) return absl::NotFoundError(absl::StrCat("no order ", order));

  const absl::Time now = absl::Now();
  static const std::string kUpdateText = kUpdate;
  auto updated = session.Execute(kUpdateText, std::array{Param::Time(now), Param::Time(now),
                                                         Param::Time(now), Param::Integer(order)});
  if (!updated.ok()) return updated.status();

  std::array<char, 32> random;
  RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(random.size()));
  const absl::string_view bytes(random.data(), random.size());
  static const std::string kInsertText = kInsert;
  auto inserted = session.Execute(
      kInsertText, std::array{Param::Integer(order), Param::Integer(locked->Integer(0, 2) + 1),
                              Param::Time(now), Param::Time(now), Param::Bytes(bytes.substr(0, 16)),
                              Param::Bytes(bytes.substr(16)), Param::Text(payload)});
  if (!inserted.ok()) return inserted.status();
  return session.Commit();
}

}  // namespace

absl::StatusOr<std::string> PrepareRaw(absl::string_view database_url) {
  auto database = OpenDatabase(database_url);
  if (!database.ok()) return database.status();
  const bool sqlite = (*database)->MaxWriteSessions() == 1;
  auto session = (*database)->Connect(sql::Purpose::kMigrate);
  if (!session.ok()) return session.status();
  if (absl::Status made = (*session)->ExecuteOnce(sqlite ? kSqliteTable : kMySqlTable); !made.ok())
    return made;
  auto rows = (*session)->Query("SELECT payload FROM activities WHERE kind = 2 LIMIT 1", {},
                                std::array{ValueType::kText});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::NotFoundError("no transition has been logged yet");
  return std::string(rows->Text(0, 0));
}

absl::StatusOr<double> RunRaw(absl::string_view database_url,
                              const std::vector<std::int64_t>& orders, const std::string& payload,
                              int connections) {
  auto database = OpenDatabase(database_url);
  if (!database.ok()) return database.status();
  const bool sqlite = (*database)->MaxWriteSessions() == 1;
  if (sqlite) connections = 1;
  std::vector<std::unique_ptr<sql::Session>> sessions;
  for (int i = 0; i < connections; ++i) {
    auto session = (*database)->Connect(sql::Purpose::kWrite);
    if (!session.ok()) return session.status();
    sessions.push_back(*std::move(session));
  }

  std::mutex mutex;
  absl::Status first_error;
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (std::size_t t = 0; t < sessions.size(); ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < orders.size(); i += sessions.size()) {
        absl::Status moved = MoveOne(*sessions[t], sqlite, orders[i], payload);
        if (moved.ok()) continue;
        const std::lock_guard lock(mutex);
        first_error.Update(moved);
        return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (!first_error.ok()) return first_error;
  return static_cast<double>(orders.size()) / seconds;
}

absl::Status DropDatabase(absl::string_view database_url, const std::string& name) {
  auto database = OpenDatabase(database_url);
  if (!database.ok()) return database.status();
  auto session = (*database)->Connect(sql::Purpose::kMigrate);
  if (!session.ok()) return session.status();
  return (*session)->ExecuteOnce(absl::StrCat("DROP DATABASE ", name));
}

}  // namespace ipstore::orders::bench
