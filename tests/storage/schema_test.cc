// The schema: how it is made, and who may run on it.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/open.h"
#include "server/storage/sql/migrations.h"
#include "tests/storage/conformance.h"

namespace ipstore::orders::test {
namespace {

using testing::HasSubstr;

// What a server of the future would have done.
void RecordVersion(const TestDatabase& database, int version, int oldest_server) {
  database.Execute(absl::StrCat(
      "INSERT INTO schema_versions (version, oldest_server, name, applied_at) VALUES (", version,
      ", ", oldest_server, ", 'of the future', '2030-01-01 00:00:00')"));
}

TEST_P(StoreConformance, MigratingMakesTheSchemaOnce) {
  const MigrationResult first = MigrateStore(database().url()).value();
  EXPECT_EQ(first.from, 0);
  EXPECT_EQ(first.to, sql::ServerSchemaVersion());
  const std::string secret = store().Secret();
  CloseStore();
  const MigrationResult second = MigrateStore(database().url()).value();
  EXPECT_EQ(second.from, sql::ServerSchemaVersion());
  EXPECT_EQ(second.to, sql::ServerSchemaVersion());
  EXPECT_EQ(store().Secret(), secret);
}

TEST_P(StoreConformance, SeveralMayMigrateAtTheSameTime) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto session = database().Connect(sql::Purpose::kMigrate);
      EXPECT_THAT(sql::Migrate(*session, sql::Dialect(GetParam())).status(), IsOk());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(database().QueryInteger("SELECT COUNT(*) FROM schema_versions"),
            sql::ServerSchemaVersion());
  EXPECT_EQ(database().QueryInteger("SELECT COUNT(*) FROM settings"), 1);
  MustWrite(CreationOf(PlacedOrder(Number::kFirstSerial)));
}

// A step that failed half-way on a database whose schema changes commit one by one.
TEST_P(StoreConformance, AMigrationThatWasInterruptedIsFinishedByTheNext) {
  static_cast<void>(MigrateStore(database().url()).value());
  database().Execute("DROP TABLE activities");
  database().Execute("DELETE FROM schema_versions");
  EXPECT_EQ(MigrateStore(database().url()).value().from, 0);
  MustWrite(CreationOf(PlacedOrder(Number::kFirstSerial)));
}

TEST_P(StoreConformance, ADatabaseWithoutSchemaSaysWhatToDo) {
  if (OnSqlite()) {
    EXPECT_THAT(OpenStore(database().url()).status(), IsOk())
        << "the embedded database is made as it is needed";
    return;
  }
  const absl::Status status = OpenStore(database().url()).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("orderd migrate"));
}

TEST_P(ServerConformance, ADatabaseThatDoesNotExistIsMadeByMigrating) {
  auto session = database().Connect();
  const std::string name = std::string(
      session->Query("SELECT DATABASE()", {}, {sql::ValueType::kText}).value().Text(0, 0));
  database().Execute("DROP DATABASE " + name);
  const absl::Status missing = OpenStore(database().url()).status();
  EXPECT_THAT(missing, HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(missing.message()), HasSubstr(name));
  EXPECT_THAT(MigrateStore(database().url()).status(), IsOk());
  EXPECT_THAT(OpenStore(database().url()).status(), IsOk());
}

TEST_P(StoreConformance, ANewerSchemaThatCannotServeThisServerIsRefused) {
  auto reader = OpenReader();
  EXPECT_THAT(reader->Ping(), IsOk());
  RecordVersion(database(), 99, 98);
  for (const absl::Status& status : {store().CheckSchema(), reader->Ping()}) {
    EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(std::string(status.message()), HasSubstr("version 99"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("98 or later"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("Install a newer orderd"));
  }
  reader.reset();
  CloseStore();
  EXPECT_THAT(OpenStore(database().url()).status(), HasCode(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(MigrateStore(database().url()).status(),
              HasCode(absl::StatusCode::kFailedPrecondition));
}

TEST_P(StoreConformance, ANewerSchemaThatStillServesThisServerIsAccepted) {
  static_cast<void>(MigrateStore(database().url()).value());
  RecordVersion(database(), 99, 1);
  EXPECT_EQ(MigrateStore(database().url()).value().to, 99);
  EXPECT_THAT(store().CheckSchema(), IsOk());
  MustWrite(CreationOf(PlacedOrder(Number::kFirstSerial)));
}

TEST_P(ServerConformance, TimesAndIdentifiersHaveTheTypesThatTheyShould) {
  store();
  EXPECT_EQ(database().QueryInteger(
                "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()"
                " AND collation_name IS NOT NULL AND table_name <> 'schema_versions'"
                " AND collation_name NOT IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')"),
            0);
  EXPECT_EQ(database().QueryInteger(
                "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE()"
                " AND table_name <> 'schema_versions' AND data_type = 'datetime'"
                " AND datetime_precision <> 6"),
            0);
}

}  // namespace
}  // namespace ipstore::orders::test
