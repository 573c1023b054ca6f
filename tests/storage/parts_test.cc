// The small parts beneath the store: addresses, times, statements, and what errors mean.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/mysql/mysql_error.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/head_guess.h"
#include "server/storage/sql/session.h"
#include "server/storage/time_text.h"
#include "server/storage/url.h"

namespace ipstore::orders {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// --- Addresses ---

TEST(DatabaseUrl, SqliteNamesAFile) {
  EXPECT_EQ(ParseDatabaseUrl("sqlite:orders.db")->path, "orders.db");
  EXPECT_EQ(ParseDatabaseUrl("sqlite:/var/lib/orders/orders.db")->path,
            "/var/lib/orders/orders.db");
  EXPECT_EQ(ParseDatabaseUrl("sqlite:///var/lib/orders.db")->path, "/var/lib/orders.db");
  EXPECT_EQ(ParseDatabaseUrl("sqlite:my%20orders.db")->path, "my orders.db");
  EXPECT_FALSE(ParseDatabaseUrl("sqlite:").ok());
  EXPECT_FALSE(ParseDatabaseUrl("sqlite:/var/lib/").ok());
}

TEST(DatabaseUrl, MySqlNamesServerUserAndDatabase) {
  const DatabaseUrl url =
      ParseDatabaseUrl(
          "mysql://orders:s%40cret%3A%2F@db1.example:3307/shop?tls=verify&tls_ca=/etc/ca.pem")
          .value();
  EXPECT_EQ(url.scheme, DatabaseUrl::Scheme::kMySql);
  EXPECT_EQ(url.user, "orders");
  EXPECT_EQ(url.password, "s@cret:/");
  EXPECT_EQ(url.host, "db1.example");
  EXPECT_EQ(url.port, 3307);
  EXPECT_EQ(url.database, "shop");
  EXPECT_EQ(url.tls, DatabaseUrl::Tls::kVerify);
  EXPECT_EQ(url.tls_ca, "/etc/ca.pem");
}

TEST(DatabaseUrl, PortAndPasswordMayBeLeftOut) {
  const DatabaseUrl url = ParseDatabaseUrl("mysql://orders@db1/shop").value();
  EXPECT_EQ(url.port, 3306);
  EXPECT_EQ(url.password, "");
}

TEST(DatabaseUrl, AddressesOfVersion6StandInBrackets) {
  const DatabaseUrl url = ParseDatabaseUrl("mysql://u:p@[fd00::17]:3310/shop").value();
  EXPECT_EQ(url.host, "fd00::17");
  EXPECT_EQ(url.port, 3310);
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@[::1]/shop")->port, 3306);
}

TEST(DatabaseUrl, OnlyLoopbackIsSpokenToInPlainTextUnlessSaidSo) {
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@127.0.0.1/d")->tls, DatabaseUrl::Tls::kOff);
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@localhost/d")->tls, DatabaseUrl::Tls::kOff);
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@[::1]/d")->tls, DatabaseUrl::Tls::kOff);
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@127.0.0.1/d?tls=required")->tls,
            DatabaseUrl::Tls::kRequired);
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@db1/d")->tls, DatabaseUrl::Tls::kRequired);
  EXPECT_EQ(ParseDatabaseUrl("mysql://u@db1/d?tls=off")->tls, DatabaseUrl::Tls::kOff);
}

TEST(DatabaseUrl, WrongOnesAreRefusedWithoutBeingRepeated) {
  for (const char* url :
       {"", "orders.db", "postgres://u:hidden@h/d", "mysql://", "mysql://h/d",
        "mysql://:hidden@h/d", "mysql://u:hidden@/d", "mysql://u:hidden@h", "mysql://u:hidden@h/",
        "mysql://u:hidden@h:0/d", "mysql://u:hidden@h:x/d", "mysql://u:hidden@h:65536/d",
        "mysql://u:hid%zen@h/d", "mysql://u:hidden@[::1/d", "mysql://u:hidden@[::1]x/d",
        "mysql://u:hidden@h/d?tls=of", "mysql://u:hidden@h/d?tsl=verify",
        "mysql://u:hidden@h/d?tls=off&tls_ca=/x"}) {
    const absl::Status status = ParseDatabaseUrl(url).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hid"))) << url;
    EXPECT_THAT(std::string(status.message()), HasSubstr("mysql://USER")) << url;
  }
}

TEST(DatabaseUrl, ForLogsItHasNoPassword) {
  EXPECT_EQ(RedactedUrl("mysql://orders:hidden@db1:3307/shop?tls=off"),
            "mysql://orders@db1:3307/shop");
  EXPECT_EQ(RedactedUrl("mysql://orders:hidden@[::1]/shop"), "mysql://orders@[::1]:3306/shop");
  EXPECT_EQ(RedactedUrl("sqlite:orders.db"), "sqlite:orders.db");
  EXPECT_EQ(RedactedUrl("mysql:/orders:hidden@db1"), "(not a database url)");
}

// --- Times ---

TEST(TimeText, IsWrittenToTheMicrosecondInUtc) {
  EXPECT_EQ(FormatSqlTime(0), "1970-01-01 00:00:00.000000");
  EXPECT_EQ(FormatSqlTime(-1), "1969-12-31 23:59:59.999999");
  EXPECT_EQ(FormatRfc3339(1'782'000'000'123'456), "2026-06-21T00:00:00.123456Z");
}

TEST(TimeText, IsReadAsItWasWritten) {
  for (std::int64_t micros :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1'782'000'000'123'456},
        std::int64_t{253'402'300'799'999'999}, std::int64_t{-30'610'224'000'000'000}}) {
    EXPECT_TRUE(IsStorableTime(micros));
    EXPECT_EQ(ParseSqlTime(FormatSqlTime(micros)), micros);
    EXPECT_EQ(ParseRfc3339(FormatRfc3339(micros)), micros);
  }
  EXPECT_EQ(ParseSqlTime("1970-01-01 00:00:01"), 1'000'000);
  EXPECT_EQ(ParseSqlTime("1970-01-01 00:00:00.5"), 500'000);
}

TEST(TimeText, WhatIsNoTimeIsNotRead) {
  for (const char* text :
       {"", "1970-01-01", "1970-02-30 00:00:00", "1970-01-01 25:00:00", "1970-01-01T00:00:00",
        "1970-01-01 00:00:00.", "1970-01-01 00:00:00.1234567", "1970-01-01 00:00:0x",
        "0000-00-00 00:00:00", "1970-01-01 00:00:00,5"}) {
    EXPECT_EQ(ParseSqlTime(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00+02:00"), std::nullopt);
  EXPECT_EQ(ParseRfc3339("1970-01-01T00:00:00"), std::nullopt);
}

TEST(TimeText, TimesWithoutEndCannotBeStored) {
  EXPECT_FALSE(IsStorableTime(absl::ToUnixMicros(absl::InfiniteFuture())));
  EXPECT_FALSE(IsStorableTime(absl::ToUnixMicros(absl::InfinitePast())));
  EXPECT_FALSE(sql::CheckTimes({sql::Param::Time(absl::InfiniteFuture())}).ok());
  EXPECT_TRUE(
      sql::CheckTimes({sql::Param::Time(absl::UnixEpoch()), sql::Param::Integer(INT64_MAX)}).ok());
}

// --- Errors of MySQL and MariaDB ---

TEST(MySqlErrors, ThoseThatAreWorthAnotherRunAreAborted) {
  for (int number : {1020, 1205, 1213, 3101}) {
    EXPECT_EQ(mysql::CodeOfError(number, "HY000"), absl::StatusCode::kAborted) << number;
  }
  EXPECT_EQ(mysql::CodeOfError(9999, "40001"), absl::StatusCode::kAborted);
}

TEST(MySqlErrors, LostConnectionsAreUnavailable) {
  for (int number : {1053, 1290, 1317, 1836, 1927, 2002, 2006, 2013, 4031}) {
    EXPECT_EQ(mysql::CodeOfError(number, "HY000"), absl::StatusCode::kUnavailable) << number;
  }
  EXPECT_EQ(mysql::CodeOfError(0, "08S01"), absl::StatusCode::kUnavailable);
}

TEST(MySqlErrors, RefusedContentIsNeverWorthAnotherRun) {
  for (int number : {1048, 1153, 1264, 1292, 1366, 1406, 3819, 4025, 0, 9999}) {
    const absl::StatusCode code = mysql::CodeOfError(number, "HY000");
    EXPECT_TRUE(code == absl::StatusCode::kInvalidArgument ||
                code == absl::StatusCode::kOutOfRange || code == absl::StatusCode::kInternal)
        << number;
  }
  EXPECT_EQ(mysql::CodeOfError(1062, "23000"), absl::StatusCode::kAlreadyExists);
}

// --- Statements of many rows ---

// Records what it is asked to run.
class RecordingSession final : public sql::Session {
 public:
  absl::Status Begin() override { return absl::OkStatus(); }
  absl::Status Commit() override { return absl::OkStatus(); }
  absl::Status Rollback() override { return absl::OkStatus(); }
  absl::StatusOr<std::int64_t> Execute(const std::string& statement,
                                       absl::Span<const sql::Param> params) override {
    Record(statement, params);
    return std::int64_t{1};
  }
  absl::StatusOr<sql::Rows> Query(const std::string& statement, absl::Span<const sql::Param> params,
                                  absl::Span<const sql::ValueType> columns) override {
    Record(statement, params);
    return sql::Rows(columns.size());
  }
  absl::Status ExecuteOnce(const std::string&) override { return absl::OkStatus(); }
  bool ForgetErased(bool /*wait*/) override { return true; }

  std::vector<std::string> statements;
  std::vector<std::vector<std::int64_t>> values;

 private:
  void Record(const std::string& statement, absl::Span<const sql::Param> params) {
    statements.push_back(statement);
    values.emplace_back();
    for (const sql::Param& param : params) values.back().push_back(param.integer());
  }
};

const sql::RowsTemplate& InTemplate() {
  static const auto* const kTemplate = new sql::RowsTemplate{
      .head = "in (", .first_row = "?", .next_row = ",?", .tail = ")", .params_per_row = 1};
  return *kTemplate;
}

std::vector<sql::Param> Numbers(int count) {
  std::vector<sql::Param> params;
  for (int i = 1; i <= count; ++i) params.push_back(sql::Param::Integer(i));
  return params;
}

TEST(BatchStatement, InsertsHaveEachRowOnceInFewSizes) {
  RecordingSession session;
  ASSERT_TRUE(sql::InsertAll(session, sql::BatchStatement(InTemplate()), Numbers(9)).ok());
  EXPECT_THAT(session.statements, ElementsAre("in (?,?,?,?,?,?,?,?)", "in (?)"));
  EXPECT_THAT(session.values, ElementsAre(ElementsAre(1, 2, 3, 4, 5, 6, 7, 8), ElementsAre(9)));
}

TEST(BatchStatement, QueriesAreFilledUpWithTheirLastKey) {
  RecordingSession session;
  ASSERT_TRUE(sql::QueryAll(session, sql::BatchStatement(InTemplate()), Numbers(9),
                            {sql::ValueType::kInteger},
                            [](const sql::Rows&) { return absl::OkStatus(); })
                  .ok());
  EXPECT_THAT(session.statements, ElementsAre("in (?,?,?,?,?,?,?,?,?,?)"));
  EXPECT_THAT(session.values, ElementsAre(ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 9)));
}

TEST(BatchStatement, NothingToDoIsNotSent) {
  RecordingSession session;
  EXPECT_TRUE(sql::InsertAll(session, sql::BatchStatement(InTemplate()), {}).ok());
  EXPECT_EQ(sql::UpdateAll(session, sql::BatchStatement(InTemplate()), {}).value(), 0);
  EXPECT_TRUE(session.statements.empty());
}

// Nine rows would be filled up to ten; both are too much, and so is what eight of them make.
TEST(BatchStatement, LongTextsGoIntoSeveral) {
  const std::string long_text(std::size_t{3} << 18U, 'x');
  const std::vector<sql::Param> params(9, sql::Param::Text(long_text));
  std::vector<std::size_t> sizes;
  ASSERT_TRUE(
      sql::ForEachFilledSlice(sql::BatchStatement(InTemplate()), params,
                              [&](const std::string& text, absl::Span<const sql::Param> slice) {
                                EXPECT_EQ(std::count(text.begin(), text.end(), '?'), slice.size());
                                sizes.push_back(slice.size());
                                return absl::OkStatus();
                              })
          .ok());
  EXPECT_THAT(sizes, ElementsAre(5, 4));
}

TEST(BatchStatement, MoreThanTheLargestSizeGoesIntoSeveral) {
  RecordingSession session;
  EXPECT_EQ(sql::UpdateAll(session, sql::BatchStatement(InTemplate()), Numbers(637)).value(), 3);
  ASSERT_EQ(session.values.size(), 3U);
  EXPECT_EQ(session.values[0].size(), 256U);
  EXPECT_EQ(session.values[1].size(), 256U);
  EXPECT_EQ(session.values[2].size(), 128U);
  EXPECT_EQ(session.values[2].back(), 637);
}

TEST(BatchStatement, LargeRowsGoIntoMoreStatements) {
  const std::string megabyte(1U << 20U, 'x');
  const std::vector<sql::Param> rows(7, sql::Param::Text(megabyte));
  RecordingSession session;
  ASSERT_TRUE(sql::InsertAll(session, sql::BatchStatement(InTemplate()), rows).ok());
  EXPECT_TRUE(sql::UpdateAll(session, sql::BatchStatement(InTemplate()), rows).ok());
  std::size_t sent = 0;
  for (const auto& values : session.values) {
    EXPECT_LE(values.size(), 4U);
    sent += values.size();
  }
  EXPECT_EQ(sent, 7U + 7U);
}

// --- The guess of the feed's head ---

TEST(HeadGuess, IsMadeOnlyWhileTheOneBeforeWouldHaveHeld) {
  sql::HeadGuess guess;
  EXPECT_EQ(guess.Get(), std::nullopt);
  guess.Moved(5, 7);
  EXPECT_EQ(guess.Get(), std::nullopt) << "nothing was guessed before";
  guess.Moved(7, 8);
  EXPECT_EQ(guess.Get(), 8);
  guess.Moved(10, 12);
  EXPECT_EQ(guess.Get(), std::nullopt) << "somebody else has written";
  guess.Moved(12, 13);
  EXPECT_EQ(guess.Get(), 13);
}

// --- Dialects ---

TEST(Dialect, UpdatesOfManyRowsFindEachByItsKey) {
  const sql::RowsUpdate update{.table = "t", .key = {"k"}, .set = {"a", "b"}, .guard = {"b"}};
  EXPECT_EQ(
      sql::Dialect(sql::Backend::kMySql).UpdateRows(update).Text(2),
      "UPDATE (SELECT ? AS a,? AS b,? AS k,? AS old_b UNION ALL SELECT ?,?,?,?) given"
      " STRAIGHT_JOIN t t FORCE INDEX (PRIMARY) ON t.k = given.k SET t.a = given.a, t.b = given.b"
      " WHERE t.b = given.old_b");
  EXPECT_EQ(sql::Dialect(sql::Backend::kSqlite).UpdateRows(update).Text(2),
            "WITH given(a,b,k,old_b) AS (VALUES (?,?,?,?),(?,?,?,?)) UPDATE t SET a = given.a, b = "
            "given.b FROM given"
            " WHERE t.k = given.k AND t.b = given.old_b");
}

TEST(Dialect, AnUpdateOfOneRowTakesTheSameParametersPlainly) {
  const sql::RowsUpdate update{.table = "t", .key = {"k", "l"}, .set = {"a", "b"}, .guard = {"b"}};
  for (const sql::Backend backend : {sql::Backend::kMySql, sql::Backend::kSqlite}) {
    EXPECT_EQ(sql::Dialect(backend).UpdateRows(update).Text(1),
              "UPDATE t SET a = ?, b = ? WHERE k = ? AND l = ? AND b = ?");
  }
}

TEST(Dialect, OverwritingNamesTheKey) {
  EXPECT_EQ(sql::Dialect(sql::Backend::kMariaDb).UpsertRows("t", {"k", "a"}, 1).Text(2),
            "INSERT INTO t (k,a) VALUES (?,?),(?,?) ON DUPLICATE KEY UPDATE a = VALUES(a)");
  EXPECT_EQ(sql::Dialect(sql::Backend::kSqlite).UpsertRows("t", {"k", "a"}, 1).Text(1),
            "INSERT INTO t (k,a) VALUES (?,?) ON CONFLICT (k) DO UPDATE SET a = excluded.a");
}

}  // namespace
}  // namespace ipstore::orders
