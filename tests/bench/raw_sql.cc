#include "tests/bench/raw_sql.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/storage/open_database.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::bench {
namespace {

using sql::Dialect;
using sql::Param;
using sql::ValueType;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 128;
constexpr int kBatchConnections = 2;
constexpr int kReadConnections = 8;

// The columns of a log: as `activities`, but for the position.
constexpr char kMySqlColumns[] = R"sql(
      subject BIGINT NOT NULL, seq INT NOT NULL, customer_id VARCHAR(64) NULL,
      kind SMALLINT UNSIGNED NOT NULL, visibility TINYINT UNSIGNED NOT NULL,
      actor_role TINYINT UNSIGNED NOT NULL, actor_id VARCHAR(64) NOT NULL,
      on_behalf_of_role TINYINT UNSIGNED NULL, on_behalf_of_id VARCHAR(64) NULL,
      occurred_at DATETIME(6) NOT NULL, recorded_at DATETIME(6) NOT NULL, unit_size INT NOT NULL,
      request_key BINARY(16) NULL, content_hash BINARY(16) NULL,
      payload_version SMALLINT UNSIGNED NOT NULL, payload MEDIUMTEXT NOT NULL,
      PRIMARY KEY (subject, seq), KEY by_position (position), UNIQUE KEY by_request (request_key))sql";
constexpr char kSqliteColumns[] = R"sql(
      subject INTEGER NOT NULL, seq INTEGER NOT NULL, customer_id TEXT NULL, kind INTEGER NOT NULL,
      visibility INTEGER NOT NULL, actor_role INTEGER NOT NULL, actor_id TEXT NOT NULL,
      on_behalf_of_role INTEGER NULL, on_behalf_of_id TEXT NULL, occurred_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL, unit_size INTEGER NOT NULL, request_key BLOB NULL UNIQUE,
      content_hash BLOB NULL, payload_version INTEGER NOT NULL, payload TEXT NOT NULL)sql";

std::vector<std::string> Tables(const Dialect& dialect) {
  const std::string end = absl::StrCat(") ", dialect.TableOptions());
  constexpr absl::string_view kCreate = "CREATE TABLE IF NOT EXISTS ";
  const std::string head = absl::StrCat(
      kCreate, "raw_head (id INTEGER NOT NULL PRIMARY KEY, position BIGINT NOT NULL", end);
  if (!dialect.IsSqlite()) {
    return {absl::StrCat(kCreate, "raw_activities (position BIGINT NOT NULL AUTO_INCREMENT,",
                         kMySqlColumns, end),
            absl::StrCat(kCreate, "raw_ceiling_activities (position BIGINT NOT NULL,",
                         kMySqlColumns, end),
            head, "INSERT IGNORE INTO raw_head (id, position) VALUES (1, 0)"};
  }
  // SQLite numbers only a primary key by itself, so the first log is keyed by position here.
  return {absl::StrCat(kCreate, "raw_activities (position INTEGER PRIMARY KEY AUTOINCREMENT,",
                       kSqliteColumns, ", UNIQUE (subject, seq)", end),
          absl::StrCat(kCreate, "raw_ceiling_activities (position INTEGER NOT NULL,",
                       kSqliteColumns, ", PRIMARY KEY (subject, seq)", end),
          "CREATE INDEX IF NOT EXISTS raw_by_position ON raw_ceiling_activities (position)", head,
          "INSERT OR IGNORE INTO raw_head (id, position) VALUES (1, 0)"};
}

constexpr absl::string_view kMove =
    "SET status = 2, version = version + 1, last_seq = last_seq + 1, updated_at = ?,"
    " last_activity_at = ?, last_public_activity_at = ? WHERE number";
constexpr absl::string_view kLogColumns =
    "subject, seq, occurred_at, recorded_at, request_key, content_hash, payload, customer_id, kind,"
    " visibility, actor_role, actor_id, unit_size, payload_version";
constexpr absl::string_view kLogValues = "?, ?, ?, ?, ?, ?, ?, 'bench', 2, 1, 3, 'bench', 1, 1";

// The statements, made once: sessions keep them by their text. One for MySQL, one for SQLite.
struct Statements {
  explicit Statements(const Dialect& dialect) {
    const std::string subjects = dialect.TableByPrimaryKey("subjects");
    const std::string in =
        absl::StrCat(" IN (", absl::StrJoin(std::vector<absl::string_view>(kBatch, "?"), ","), ")");
    const std::string row = absl::StrCat("(", kLogValues, ", ?)");
    lock_one = absl::StrCat("SELECT status, version, last_seq FROM subjects WHERE number = ?",
                            dialect.LockingRead());
    move_one = absl::StrCat("UPDATE subjects ", kMove, " = ?");
    log_one =
        absl::StrCat("INSERT INTO raw_activities (", kLogColumns, ") VALUES (", kLogValues, ")");
    lock_batch = absl::StrCat("SELECT number, last_seq FROM ", subjects, " WHERE number", in,
                              " ORDER BY number", dialect.LockingRead());
    move_batch = absl::StrCat("UPDATE ", subjects, " ", kMove, in);
    log_batch =
        absl::StrCat("INSERT INTO raw_ceiling_activities (", kLogColumns, ", position) VALUES ",
                     absl::StrJoin(std::vector<std::string>(kBatch, row), ","));
  }

  std::string lock_one, move_one, log_one;
  std::string lock_batch, move_batch, log_batch;
  const std::string take_positions = "UPDATE raw_head SET position = position + ? WHERE id = 1";
  const std::string read_head = "SELECT position FROM raw_head WHERE id = 1";
  const std::string read_order = absl::StrCat("SELECT ", absl::StrJoin(sql::kOrderColumns, ","),
                                              " FROM orders WHERE number = ?");
  const std::string read_lines = absl::StrCat("SELECT ", absl::StrJoin(sql::kLineColumns, ","),
                                              " FROM order_lines WHERE number = ? ORDER BY line");
};

const Statements& StatementsFor(const Dialect& dialect) {
  static const Statements kMySql{Dialect(sql::Backend::kMySql)};
  static const Statements kSqlite{Dialect(sql::Backend::kSqlite)};
  return dialect.IsSqlite() ? kSqlite : kMySql;
}

// A request key and a content hash.
using Keys = std::array<char, 32>;

Keys RandomKeys() {
  Keys keys;
  RAND_bytes(reinterpret_cast<unsigned char*>(keys.data()), static_cast<int>(keys.size()));
  return keys;
}

// A row of kLogValues. `keys` and `payload` are borrowed.
void PutActivity(std::int64_t order, std::int64_t seq, absl::Time now, const Keys& keys,
                 absl::string_view payload, std::vector<Param>& params) {
  const absl::string_view bytes(keys.data(), keys.size());
  params.insert(params.end(), {Param::Integer(order), Param::Integer(seq), Param::Time(now),
                               Param::Time(now), Param::Bytes(bytes.substr(0, 16)),
                               Param::Bytes(bytes.substr(16)), Param::Text(payload)});
}

}  // namespace

absl::StatusOr<RawSql> RawSql::Open(absl::string_view database_url) {
  auto database = OpenDatabase(database_url);
  if (!database.ok()) return database.status();
  RawSql raw(*std::move(database));
  if (absl::Status prepared = raw.Prepare(); !prepared.ok()) return prepared;
  return raw;
}

absl::Status RawSql::Prepare() {
  auto session = database_->Connect(sql::Purpose::kMigrate);
  if (!session.ok()) return session.status();
  for (const std::string& statement : Tables(database_->dialect())) {
    if (absl::Status made = (*session)->ExecuteOnce(statement); !made.ok()) return made;
  }
  auto rows = (*session)->Query("SELECT payload FROM activities WHERE kind = 2 LIMIT 1", {},
                                {ValueType::kText});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::NotFoundError("no transition has been logged yet");
  payload_ = std::string(rows->Text(0, 0));
  return absl::OkStatus();
}

absl::StatusOr<Figures> RawSql::Share(std::size_t count, int connections, sql::Purpose purpose,
                                      const Work& work) {
  if (count == 0) return absl::InvalidArgumentError("nothing to do");
  std::vector<std::unique_ptr<sql::Session>> sessions;
  for (int i = 0; i < connections; ++i) {
    auto session = database_->Connect(purpose);
    if (!session.ok()) return session.status();
    sessions.push_back(*std::move(session));
  }
  std::vector<double> millis(count);
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  absl::Status first_error;  // guarded by it
  const auto work_on = [&](sql::Session& session) {
    for (std::size_t i = next++; i < count; i = next++) {
      const Clock::time_point begun = Clock::now();
      const absl::Status done = work(session, i);
      millis[i] = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
      if (done.ok()) continue;
      const std::lock_guard lock(mutex);
      first_error.Update(done);
      next = count;
    }
  };
  const Clock::time_point begun = Clock::now();
  std::vector<std::thread> threads;
  for (const auto& session : sessions)
    threads.emplace_back([&work_on, &session] { work_on(*session); });
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  if (!first_error.ok()) return first_error;
  return FiguresOf(std::move(millis), seconds);
}

absl::Status RawSql::MoveOne(sql::Session& session, std::int64_t order) const {
  const Statements& statements = StatementsFor(database_->dialect());
  if (absl::Status begun = session.Begin(); !begun.ok()) return begun;
  auto locked = session.Query(statements.lock_one, {Param::Integer(order)},
                              {ValueType::kInteger, ValueType::kInteger, ValueType::kInteger});
  if (!locked.ok()) return locked.status();
  if (locked->size() != 1) return absl::NotFoundError(absl::StrCat("no order ", order));
  const absl::Time now = absl::Now();
  auto updated = session.Execute(statements.move_one, {Param::Time(now), Param::Time(now),
                                                       Param::Time(now), Param::Integer(order)});
  if (!updated.ok()) return updated.status();
  const Keys keys = RandomKeys();
  std::vector<Param> params;
  PutActivity(order, locked->Integer(0, 2) + 1, now, keys, payload_, params);
  auto inserted = session.Execute(statements.log_one, params);
  if (!inserted.ok()) return inserted.status();
  return session.Commit();
}

absl::Status RawSql::MoveBatch(sql::Session& session, absl::Span<const std::int64_t> orders) const {
  const Statements& statements = StatementsFor(database_->dialect());
  if (absl::Status begun = session.Begin(); !begun.ok()) return begun;
  std::vector<Param> numbers;
  for (const std::int64_t order : orders) numbers.push_back(Param::Integer(order));
  auto locked =
      session.Query(statements.lock_batch, numbers, {ValueType::kInteger, ValueType::kInteger});
  if (!locked.ok()) return locked.status();
  if (locked->size() != kBatch) return absl::NotFoundError("an order is missing");
  const absl::Time now = absl::Now();
  numbers.insert(numbers.begin(), 3, Param::Time(now));
  if (auto moved = session.Execute(statements.move_batch, numbers); !moved.ok())
    return moved.status();
  // Everything that can be done before the head is held is done before.
  std::array<Keys, kBatch> keys;
  std::vector<Param> log;
  log.reserve(kBatch * 8);
  for (std::size_t i = 0; i < kBatch; ++i) {
    keys[i] = RandomKeys();
    PutActivity(locked->Integer(i, 0), locked->Integer(i, 1) + 1, now, keys[i], payload_, log);
    log.push_back(Param::Null());
  }
  if (auto taken = session.Execute(statements.take_positions, {Param::Integer(kBatch)});
      !taken.ok())
    return taken.status();
  auto head = session.Query(statements.read_head, {}, {ValueType::kInteger});
  if (!head.ok()) return head.status();
  const std::int64_t before = head->Integer(0, 0) - static_cast<std::int64_t>(kBatch);
  for (std::size_t i = 1; i <= kBatch; ++i)
    log[i * 8 - 1] = Param::Integer(before + static_cast<std::int64_t>(i));
  if (auto logged = session.Execute(statements.log_batch, log); !logged.ok())
    return logged.status();
  return session.Commit();
}

absl::StatusOr<Figures> RawSql::MoveEach(absl::Span<const std::int64_t> orders, int connections) {
  return Share(orders.size(), std::min(connections, database_->MaxWriteSessions()),
               sql::Purpose::kWrite,
               [&](sql::Session& session, std::size_t i) { return MoveOne(session, orders[i]); });
}

absl::StatusOr<double> RawSql::MoveInBatches(absl::Span<const std::int64_t> orders, int times) {
  const std::size_t batches = orders.size() / kBatch;
  auto figures = Share(batches * static_cast<std::size_t>(times),
                       std::min(kBatchConnections, database_->MaxWriteSessions()),
                       sql::Purpose::kWrite, [&](sql::Session& session, std::size_t i) {
                         return MoveBatch(session, orders.subspan(i % batches * kBatch, kBatch));
                       });
  if (!figures.ok()) return figures.status();
  return figures->per_s * kBatch;
}

absl::StatusOr<Figures> RawSql::ReadEach(absl::Span<const std::int64_t> orders) {
  const Statements& statements = StatementsFor(database_->dialect());
  return Share(orders.size(), kReadConnections, sql::Purpose::kRead,
               [&](sql::Session& session, std::size_t i) {
                 const std::array number = {Param::Integer(orders[i])};
                 auto order = session.Query(statements.read_order, number, sql::kOrderTypes);
                 if (!order.ok()) return order.status();
                 if (order->size() != 1) return absl::NotFoundError("an order is missing");
                 return session.Query(statements.read_lines, number, sql::kLineTypes).status();
               });
}

absl::StatusOr<double> RawSql::BatchSize(std::int64_t lowest, std::int64_t highest) {
  auto session = database_->Connect(sql::Purpose::kRead);
  if (!session.ok()) return session.status();
  auto rows = (*session)->Query(
      "SELECT COUNT(*), COUNT(DISTINCT recorded_at) FROM activities"
      " WHERE subject BETWEEN ? AND ? AND kind = 2",
      {Param::Integer(lowest), Param::Integer(highest)},
      {ValueType::kInteger, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->Integer(0, 1) == 0) return absl::NotFoundError("no transition has been logged");
  return static_cast<double>(rows->Integer(0, 0)) / static_cast<double>(rows->Integer(0, 1));
}

absl::Status DropDatabase(absl::string_view database_url, const std::string& name) {
  auto database = OpenDatabase(database_url);
  if (!database.ok()) return database.status();
  auto session = (*database)->Connect(sql::Purpose::kMigrate);
  if (!session.ok()) return session.status();
  return (*session)->ExecuteOnce(absl::StrCat("DROP DATABASE ", name));
}

}  // namespace ipstore::orders::bench
