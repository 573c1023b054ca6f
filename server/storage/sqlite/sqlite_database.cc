#include "server/storage/sqlite/sqlite_database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/storage/sqlite/file_lock.h"

namespace ipstore::orders::sqlite {
namespace {

using sql::Param;
using sql::Purpose;
using sql::Rows;
using sql::ValueType;

// How long a writer waits for another: as long as innodb_lock_wait_timeout on MySQL. A migration
// may take its time.
constexpr int kLockWaitMillis = 2'000;
constexpr int kMigrateLockWaitMillis = 60'000;
constexpr absl::Duration kSwitchPause = absl::Milliseconds(2);

absl::StatusCode CodeOfConstraint(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return absl::StatusCode::kAlreadyExists;
    default:
      return absl::StatusCode::kInvalidArgument;
  }
}

// The code of store.h for a result of SQLite.
absl::StatusCode CodeOf(int extended) {
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kAborted;
    case SQLITE_CONSTRAINT:
      return CodeOfConstraint(extended);
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
      return absl::StatusCode::kInvalidArgument;
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
    case SQLITE_PERM:
      return absl::StatusCode::kUnavailable;
    case SQLITE_NOTADB:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_CORRUPT:
      return absl::StatusCode::kDataLoss;
    default:
      return absl::StatusCode::kInternal;
  }
}

absl::Status ErrorOf(sqlite3* connection, absl::string_view doing) {
  const int code = sqlite3_extended_errcode(connection);
  const absl::string_view message = sqlite3_errmsg(connection);
  // Of the second ALTER TABLE … ADD COLUMN. SQLite has no code for it.
  const bool column_exists =
      code == SQLITE_ERROR && absl::StartsWith(message, "duplicate column name");
  return absl::Status(column_exists ? absl::StatusCode::kAlreadyExists : CodeOf(code),
                      absl::StrCat("SQLite, ", doing, ": ", message, " (", code, ")"));
}

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// Leaves a statement ready for its next use, however this one ended: one that is not reset holds
// its locks.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(sqlite3_stmt* statement) : statement_(statement) {}
  ~ResetAtEnd() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;

 private:
  sqlite3_stmt* statement_;
};

// An empty view may point nowhere, which SQLite would take for NULL.
const char* DataOf(absl::string_view text) {
  return text.empty() ? "" : text.data();
}

// Texts are bound without a copy: they outlive the call, and ResetAtEnd lets go of them.
int Bind(sqlite3_stmt* statement, int index, const Param& param) {
  switch (param.type()) {
    case ValueType::kNull:
      return sqlite3_bind_null(statement, index);
    case ValueType::kInteger:
    case ValueType::kTime:
      return sqlite3_bind_int64(statement, index, param.integer());
    case ValueType::kText:
      return sqlite3_bind_text64(statement, index, DataOf(param.text()), param.text().size(),
                                 nullptr, SQLITE_UTF8);
    case ValueType::kBytes:
      return sqlite3_bind_blob64(statement, index, DataOf(param.text()), param.text().size(),
                                 nullptr);
  }
  return SQLITE_MISUSE;
}

void AddCell(sqlite3_stmt* statement, int column, ValueType type, Rows& rows) {
  if (sqlite3_column_type(statement, column) == SQLITE_NULL) {
    rows.AddNull();
  } else if (type == ValueType::kInteger || type == ValueType::kTime) {
    rows.AddInteger(sqlite3_column_int64(statement, column));
  } else {
    const void* begin = sqlite3_column_blob(statement, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    rows.AddText(size == 0 ? absl::string_view()
                           : absl::string_view(static_cast<const char*>(begin), size));
  }
}

int LockWaitMillis(Purpose purpose) {
  return purpose == Purpose::kMigrate ? kMigrateLockWaitMillis : kLockWaitMillis;
}

class SqliteSession final : public sql::Session {
 public:
  SqliteSession(Connection connection, Purpose purpose)
      : connection_(std::move(connection)), purpose_(purpose) {}

  absl::Status Begin() override {
    return ExecuteOnce(purpose_ == Purpose::kRead ? "BEGIN" : "BEGIN IMMEDIATE");
  }

  absl::Status Commit() override {
    absl::Status status = ExecuteOnce("COMMIT");
    if (status.ok() || absl::IsAborted(status)) return status;
    lost_ = true;
    return absl::UnavailableError(
        absl::StrCat("the outcome of a COMMIT is unknown: ", status.message()));
  }

  absl::Status Rollback() override {
    if (lost_) return Lost();
    // Some errors (a full disk) have ended the transaction already.
    if (sqlite3_get_autocommit(connection_.get()) != 0) return absl::OkStatus();
    return ExecuteOnce("ROLLBACK");
  }

  absl::StatusOr<std::int64_t> Execute(const std::string& statement,
                                       absl::Span<const Param> params) override {
    absl::StatusOr<sqlite3_stmt*> prepared = Prepare(statement, params);
    if (!prepared.ok()) return prepared.status();
    const ResetAtEnd reset(*prepared);
    if (const int code = sqlite3_step(*prepared); code != SQLITE_DONE && code != SQLITE_ROW)
      return Error("a write");
    return sqlite3_changes64(connection_.get());
  }

  absl::StatusOr<Rows> Query(const std::string& statement, absl::Span<const Param> params,
                             absl::Span<const ValueType> columns) override {
    absl::StatusOr<sqlite3_stmt*> prepared = Prepare(statement, params);
    if (!prepared.ok()) return prepared.status();
    const ResetAtEnd reset(*prepared);
    Rows rows(columns.size());
    int code = SQLITE_DONE;
    while ((code = sqlite3_step(*prepared)) == SQLITE_ROW) {
      for (std::size_t i = 0; i < columns.size(); ++i)
        AddCell(*prepared, static_cast<int>(i), columns[i], rows);
    }
    if (code != SQLITE_DONE) return Error("a query");
    return rows;
  }

  absl::Status ExecuteOnce(const std::string& statement) override {
    if (lost_) return Lost();
    const int code = sqlite3_exec(connection_.get(), statement.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
      return Error(absl::string_view(statement).substr(0, statement.find_first_of(" \n(")));
    return absl::OkStatus();
  }

  bool ForgetErased(bool wait) override {
    if (lost_) return false;
    if (!wait) sqlite3_busy_timeout(connection_.get(), 0);
    const int code = sqlite3_wal_checkpoint_v2(connection_.get(), nullptr,
                                               SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
    if (!wait) sqlite3_busy_timeout(connection_.get(), LockWaitMillis(purpose_));
    return code == SQLITE_OK;
  }

 private:
  // The statement, ready to step, with its parameters bound.
  absl::StatusOr<sqlite3_stmt*> Prepare(const std::string& statement,
                                        absl::Span<const Param> params) {
    if (lost_) return Lost();
    if (absl::Status status = sql::CheckTimes(params); !status.ok()) return status;
    Statement& prepared = statements_[statement];
    if (prepared == nullptr) {
      sqlite3_stmt* made = nullptr;
      const int code = sqlite3_prepare_v3(connection_.get(), statement.data(),
                                          static_cast<int>(statement.size()),
                                          SQLITE_PREPARE_PERSISTENT, &made, nullptr);
      prepared.reset(made);
      if (code != SQLITE_OK) return Error("preparing a statement");
    }
    int index = 0;
    for (const Param& param : params) {
      if (Bind(prepared.get(), ++index, param) != SQLITE_OK) return Error("binding a parameter");
    }
    return prepared.get();
  }

  absl::Status Error(absl::string_view doing) {
    absl::Status status = ErrorOf(connection_.get(), doing);
    if (absl::IsUnavailable(status)) lost_ = true;
    return status;
  }

  static absl::Status Lost() {
    return absl::UnavailableError("SQLite: this session has failed before");
  }

  Connection connection_;  // before the statements, which must go first
  Purpose purpose_;
  absl::flat_hash_map<std::string, Statement> statements_;
  bool lost_ = false;
};

// The settings of every connection. A connection that only reads cannot write by mistake. What is
// deleted or overwritten is zeroed in the file: a redaction leaves nothing behind.
std::string Settings(Purpose purpose) {
  return absl::StrCat("PRAGMA busy_timeout=", LockWaitMillis(purpose),
                      "; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
                      " PRAGMA temp_store=MEMORY; PRAGMA secure_delete=ON;"
                      " PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=4000;",
                      purpose == Purpose::kRead ? " PRAGMA query_only=ON;" : "");
}

// Only the first connection to a new file switches it. While another is switching it too SQLite
// does not wait, whatever its busy_timeout; so the wait is here.
absl::Status SwitchToWal(SqliteSession& session, Purpose purpose) {
  const absl::Time deadline = absl::Now() + absl::Milliseconds(LockWaitMillis(purpose));
  for (;;) {
    absl::Status status = session.ExecuteOnce("PRAGMA journal_mode=WAL");
    if (!absl::IsAborted(status) || absl::Now() >= deadline) return status;
    absl::SleepFor(kSwitchPause);
  }
}

// WAL is refused without an error on file systems that cannot do it.
absl::Status CheckJournal(sql::Session& session, const std::string& path) {
  absl::StatusOr<Rows> mode = session.Query("PRAGMA journal_mode", {}, {ValueType::kText});
  if (!mode.ok()) return mode.status();
  if (mode->empty() || mode->Text(0, 0) != "wal") {
    return absl::FailedPreconditionError(absl::StrCat("SQLite cannot use a write-ahead log for ",
                                                      path, "; put the file on a local disk"));
  }
  return absl::OkStatus();
}

absl::Status Explain(const absl::Status& status, const std::string& path) {
  return absl::Status(status.code(), absl::StrCat("cannot open ", path, ": ", status.message()));
}

absl::StatusOr<std::unique_ptr<sql::Session>> Open(const std::string& path, Purpose purpose) {
  sqlite3* opened = nullptr;
  // Without a mutex of its own: one thread at a time has a connection, by the contract of Session.
  const int code =
      sqlite3_open_v2(path.c_str(), &opened,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection(opened);
  if (code != SQLITE_OK) return Explain(ErrorOf(connection.get(), "opening"), path);
  sqlite3_extended_result_codes(connection.get(), 1);
  auto session = std::make_unique<SqliteSession>(std::move(connection), purpose);
  absl::Status status = SwitchToWal(*session, purpose);
  if (status.ok()) status = session->ExecuteOnce(Settings(purpose));
  if (!status.ok()) return Explain(status, path);
  status = CheckJournal(*session, path);
  if (!status.ok()) return status;
  return session;
}

// SQLite itself would make a file that everybody may read; those that it makes beside have the mode
// of this one. Never opens one that is there: closing it would end the locks that this process has
// on it. Other failures are SQLite's to tell, which cannot make the file either.
void CreatePrivate(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
  if (descriptor >= 0) ::close(descriptor);
}

class SqliteDatabase final : public sql::Database {
 public:
  SqliteDatabase(std::string path, std::unique_ptr<FileLock> lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  absl::StatusOr<std::unique_ptr<sql::Session>> Connect(Purpose purpose) override {
    return Open(path_, purpose);
  }

  const sql::Dialect& dialect() const override { return dialect_; }
  int MaxWriteSessions() const override { return 1; }
  std::string Describe() const override {
    return absl::StrCat("sqlite ", sqlite3_libversion(), " in ", path_);
  }

 private:
  std::string path_;
  std::unique_ptr<FileLock> lock_;
  sql::Dialect dialect_{sql::Backend::kSqlite};
};

}  // namespace

absl::StatusOr<std::unique_ptr<sql::Database>> OpenSqlite(const std::string& path) {
  absl::StatusOr<std::unique_ptr<FileLock>> lock = FileLock::Take(absl::StrCat(path, ".lock"));
  if (!lock.ok()) return lock.status();
  CreatePrivate(path);
  return std::make_unique<SqliteDatabase>(path, *std::move(lock));
}

absl::StatusOr<std::unique_ptr<sql::Session>> ConnectBeside(const std::string& path,
                                                            sql::Purpose purpose) {
  return Open(path, purpose);
}

}  // namespace ipstore::orders::sqlite
