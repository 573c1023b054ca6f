#include "server/storage/mysql/mysql_session.h"

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/statement.h>

#include <mutex>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/storage/mysql/mysql_error.h"
#include "server/storage/time_text.h"

namespace ipstore::orders::mysql {
namespace {

using sql::Param;
using sql::Purpose;
using sql::Rows;
using sql::ValueType;

constexpr int kConnectSeconds = 5;
// An answer that takes longer is taken for a lost connection. Lock waits end long before.
constexpr int kReadSeconds = 30;
// A migration may rebuild a large table.
constexpr int kMigrateReadSeconds = 24 * 3600;

absl::Status ErrorOf(const ::sql::SQLException& error, absl::string_view doing) {
  return absl::Status(CodeOfError(error.getErrorCode(), error.getSQLState()),
                      absl::StrCat("MySQL, ", doing, ": ", error.what(), " (", error.getErrorCode(),
                                   ", ", error.getSQLState(), ")"));
}

// The first word, for error messages: statements may be long.
absl::string_view Verb(absl::string_view statement) {
  return statement.substr(0, statement.find_first_of(" ("));
}

::sql::SQLString ToSqlString(absl::string_view text) {
  return {text.data(), text.size()};
}

void Bind(::sql::PreparedStatement& statement, unsigned index, const Param& param) {
  switch (param.type()) {
    case ValueType::kNull:
      statement.setNull(index, 0);
      break;
    case ValueType::kInteger:
      statement.setInt64(index, param.integer());
      break;
    case ValueType::kText:
    case ValueType::kBytes:
      statement.setString(index, ToSqlString(param.text()));
      break;
    case ValueType::kTime:
      statement.setString(index, FormatSqlTime(param.unix_micros()));
      break;
  }
}

absl::Status AddTime(const std::string& text, Rows& rows) {
  const std::optional<std::int64_t> micros = ParseSqlTime(text);
  if (!micros.has_value())
    return absl::DataLossError(absl::StrCat("MySQL gave a time that is none: ", text));
  rows.AddInteger(*micros);
  return absl::OkStatus();
}

// NULL reads as 0 or "", so it is asked for first.
absl::Status AddCell(const ::sql::ResultSet& result, unsigned column, ValueType type, Rows& rows) {
  if (result.isNull(column)) {
    rows.AddNull();
  } else if (type == ValueType::kInteger) {
    rows.AddInteger(result.getInt64(column));
  } else if (type == ValueType::kTime) {
    return AddTime(result.getString(column), rows);
  } else {
    const ::sql::SQLString text = result.getString(column);
    rows.AddText(static_cast<const std::string&>(text));
  }
  return absl::OkStatus();
}

absl::StatusOr<Rows> ReadAll(::sql::ResultSet& result, absl::Span<const ValueType> columns) {
  Rows rows(columns.size());
  while (result.next()) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      absl::Status status = AddCell(result, static_cast<unsigned>(i + 1), columns[i], rows);
      if (!status.ok()) return status;
    }
  }
  return rows;
}

class MySqlSession final : public sql::Session {
 public:
  MySqlSession(std::unique_ptr<::sql::Connection> connection, Purpose purpose)
      : connection_(std::move(connection)),
        once_(connection_->createStatement()),
        purpose_(purpose) {}

  // Connection::commit(), rollback() and setAutoCommit() discard errors: after a lost connection
  // they return as if all were well. Statements do not.
  absl::Status Begin() override {
    if (purpose_ == Purpose::kWriteTransactions) return lost_ ? Lost() : absl::OkStatus();
    return ExecuteOnce(purpose_ == Purpose::kRead
                           ? "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
                           : "START TRANSACTION");
  }

  absl::Status Commit() override {
    absl::Status status = ExecuteOnce("COMMIT");
    if (status.ok() || absl::IsAborted(status)) return status;
    lost_ = true;
    return absl::UnavailableError(
        absl::StrCat("the outcome of a COMMIT is unknown: ", status.message()));
  }

  absl::Status Rollback() override { return ExecuteOnce("ROLLBACK"); }

  bool ForgetErased(bool /*wait*/) override { return true; }

  absl::StatusOr<std::int64_t> Execute(const std::string& statement,
                                       absl::Span<const Param> params) override {
    return Run<std::int64_t>(statement, params, [](::sql::PreparedStatement& prepared) {
      return prepared.executeUpdate();
    });
  }

  absl::StatusOr<Rows> Query(const std::string& statement, absl::Span<const Param> params,
                             absl::Span<const ValueType> columns) override {
    return Run<Rows>(statement, params, [&](::sql::PreparedStatement& prepared) {
      const std::unique_ptr<::sql::ResultSet> result(prepared.executeQuery());
      return ReadAll(*result, columns);
    });
  }

  absl::Status ExecuteOnce(const std::string& statement) override {
    if (lost_) return Lost();
    try {
      bool has_result = once_->execute(statement);
      // Results that are left behind put the next statement out of step (2014).
      while (has_result) {
        const std::unique_ptr<::sql::ResultSet> result(once_->getResultSet());
        has_result = once_->getMoreResults();
      }
      return absl::OkStatus();
    } catch (const ::sql::SQLException& error) {
      return Error(error, Verb(statement));
    }
  }

 private:
  // Runs `act` on the prepared statement with its parameters.
  template <typename T, typename Act>
  absl::StatusOr<T> Run(const std::string& statement, absl::Span<const Param> params,
                        const Act& act) {
    if (lost_) return Lost();
    if (absl::Status status = sql::CheckTimes(params); !status.ok()) return status;
    try {
      ::sql::PreparedStatement& prepared = Prepare(statement);
      unsigned index = 0;
      for (const Param& param : params) Bind(prepared, ++index, param);
      return act(prepared);
    } catch (const ::sql::SQLException& error) {
      return Error(error, Verb(statement));
    }
  }

  ::sql::PreparedStatement& Prepare(const std::string& statement) {
    const auto found = statements_.find(statement);
    if (found != statements_.end()) return *found->second;
    // Deleting a statement frees it on the server; close() does not.
    std::unique_ptr<::sql::PreparedStatement> made(connection_->prepareStatement(statement));
    return *statements_.emplace(statement, std::move(made)).first->second;
  }

  absl::Status Error(const ::sql::SQLException& error, absl::string_view doing) {
    absl::Status status = ErrorOf(error, doing);
    if (absl::IsUnavailable(status)) lost_ = true;
    return status;
  }

  // Nothing is sent on a connection that was lost, and it is never opened again: the new session
  // would silently have other settings.
  static absl::Status Lost() {
    return absl::UnavailableError("MySQL: this connection was lost before");
  }

  std::unique_ptr<::sql::Connection> connection_;  // before all that needs it
  std::unique_ptr<::sql::Statement> once_;
  absl::flat_hash_map<std::string, std::unique_ptr<::sql::PreparedStatement>> statements_;
  Purpose purpose_;
  bool lost_ = false;
};

// get_driver_instance() is not thread-safe.
::sql::Driver& TheDriver() {
  static std::once_flag once;
  static ::sql::Driver* driver = nullptr;
  std::call_once(once, [] { driver = get_driver_instance(); });
  return *driver;
}

// Options of the connector. It accepts names that it does not know, so each one here was tried.
// Left out on purpose: OPT_RECONNECT (see Lost()), OPT_SSL_MODE (ignored), CLIENT_MULTI_STATEMENTS.
::sql::ConnectOptionsMap OptionsFor(const Target& target, Purpose purpose) {
  const std::string host =
      absl::StrContains(target.host, ':') ? absl::StrCat("[", target.host, "]") : target.host;
  ::sql::ConnectOptionsMap options;
  options["hostName"] = ::sql::SQLString(absl::StrCat("tcp://", host, ":", target.port));
  options["userName"] = ::sql::SQLString(target.user);
  options["password"] = ::sql::SQLString(target.password);
  if (!target.database.empty()) options["schema"] = ::sql::SQLString(target.database);
  options["OPT_CONNECT_TIMEOUT"] = kConnectSeconds;
  options["OPT_READ_TIMEOUT"] = purpose == Purpose::kMigrate ? kMigrateReadSeconds : kReadSeconds;
  options["OPT_WRITE_TIMEOUT"] = kReadSeconds;
  options["preInit"] = ::sql::SQLString("SET time_zone = '+00:00'");
  if (target.tls == Tls::kRequired) options["sslEnforce"] = true;
  if (target.tls == Tls::kVerify) {
    options["sslVerify"] = true;
    if (!target.ca_file.empty()) options["sslCA"] = ::sql::SQLString(target.ca_file);
  }
  return options;
}

// Falls back to plain text without a word, unless one looks.
absl::Status CheckTls(sql::Session& session, const Target& target) {
  if (target.tls == Tls::kOff) return absl::OkStatus();
  absl::StatusOr<Rows> cipher = session.Query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", {},
                                              {ValueType::kText, ValueType::kText});
  if (!cipher.ok()) return cipher.status();
  if (!cipher->empty() && !cipher->Text(0, 1).empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the server offers no TLS, and the database's url asks for it");
}

// Over-long and otherwise unfit values are errors, not cut to fit. Schema changes of others are
// waited for like locks.
absl::Status SetUp(sql::Session& session, Purpose purpose) {
  const int wait = purpose == Purpose::kMigrate ? 600 : 2;
  absl::Status status = session.ExecuteOnce(
      absl::StrCat("SET SESSION autocommit = ", purpose == Purpose::kWriteTransactions ? 0 : 1,
                   ", sql_mode = "
                   "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO',"
                   " innodb_lock_wait_timeout = ",
                   wait, ", lock_wait_timeout = ", wait));
  if (!status.ok()) return status;
  return session.ExecuteOnce(
      absl::StrCat("SET SESSION TRANSACTION ISOLATION LEVEL ",
                   purpose == Purpose::kRead ? "REPEATABLE READ" : "READ COMMITTED"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<sql::Session>> ConnectMySql(const Target& target, Purpose purpose) {
  std::unique_ptr<sql::Session> session;
  try {
    ::sql::ConnectOptionsMap options = OptionsFor(target, purpose);
    std::unique_ptr<::sql::Connection> connection(TheDriver().connect(options));
    session = std::make_unique<MySqlSession>(std::move(connection), purpose);
  } catch (const ::sql::SQLException& error) {
    return ErrorOf(error, absl::StrCat("connecting to ", target.host, ":", target.port));
  }
  if (absl::Status status = CheckTls(*session, target); !status.ok()) return status;
  if (absl::Status status = SetUp(*session, purpose); !status.ok()) return status;
  return session;
}

}  // namespace ipstore::orders::mysql
