// Connections that are lost, answers that do not come, and the store that fails on request.
#include <cstdint>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/open.h"
#include "tests/storage/conformance.h"
#include "tests/support/faulty_store.h"

namespace ipstore::orders::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kSerial = Number::kFirstSerial;

// Ends every other connection to the database, as a restart of the server would.
void KillConnections(const TestDatabase& database) {
  auto killer = database.Connect();
  const std::int64_t own =
      killer->Query("SELECT CONNECTION_ID()", {}, {sql::ValueType::kInteger}).value().Integer(0, 0);
  const std::string name = std::string(
      killer->Query("SELECT DATABASE()", {}, {sql::ValueType::kText}).value().Text(0, 0));
  const sql::Rows all = killer
                            ->Query("SHOW PROCESSLIST", {},
                                    {sql::ValueType::kInteger, sql::ValueType::kText,
                                     sql::ValueType::kText, sql::ValueType::kText})
                            .value();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all.Integer(i, 0) == own || all.Text(i, 3) != name) continue;
    // Another may have ended by itself meanwhile.
    killer->ExecuteOnce(absl::StrCat("KILL ", all.Integer(i, 0))).IgnoreError();
  }
}

TEST_P(ServerConformance, ALostConnectionIsUnavailableAndStaysSo) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  auto writer = OpenWriter();
  auto reader = OpenReader();
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(writer->Load({.subjects = {order.order().subject.number}}).status(), IsOk());
  KillConnections(database());
  EXPECT_THAT(WriteRows(*writer, {StartProcessing(order.order())}),
              HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(writer->Rollback(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(writer->Begin(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(reader->GetSubjects({order.order().subject.number}).status(),
              HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(reader->Ping(), HasCode(absl::StatusCode::kUnavailable));
  // The store itself goes on: its own session is replaced, and others can be opened.
  EXPECT_THAT(store().ReadFeedHead().status(), IsOk());
  EXPECT_THAT(Write(*OpenWriter(), StartProcessing(order.order())), IsOk());
}

TEST_P(ServerConformance, ACommitOnALostConnectionDoesNotPassForDone) {
  auto writer = OpenWriter();
  std::vector<Change> changes = {CreationOf(PlacedOrder(kSerial))};
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(writer->Load(RequestFor(changes)).status(), IsOk());
  ASSERT_THAT(WriteRows(*writer, changes), IsOk());
  ASSERT_THAT(Append(*writer, changes), IsOk());
  KillConnections(database());
  EXPECT_THAT(writer->Commit(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(store().ReadFeedHead().value().position, 0);
}

TEST_P(CachedStore, ACommitWhoseAnswerWasLostIsFoundByItsRequestKey) {
  FaultyStore faulty(store());
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  std::vector<Change> step = {StartProcessing(order.order())};
  faulty.Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);
  auto lost = faulty.OpenWriteSession().value();
  EXPECT_THAT(Write(*lost, step), HasCode(absl::StatusCode::kUnavailable));

  auto again = faulty.OpenWriteSession().value();
  ASSERT_THAT(again->Begin(), IsOk());
  const Loaded loaded = again->Load(RequestFor(step)).value();
  EXPECT_THAT(again->Rollback(), IsOk());
  EXPECT_TRUE(loaded.request_keys.contains(step[0].request_key));
  EXPECT_EQ(*loaded.subjects.at(order.order().subject.number), SubjectState(step[0].after));
}

TEST_P(CachedStore, ACommitThatCompletesAfterTheReconnectIsWaitedFor) {
  FaultyStore faulty(store());
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  std::vector<Change> step = {StartProcessing(order.order())};
  faulty.Fail(Method::kCommit, Fault::kCommitCompletesLater);
  auto lost = faulty.OpenWriteSession().value();
  EXPECT_THAT(Write(*lost, step), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_EQ(ReadOrder(*OpenReader(), order.order().subject.number).value(), order.order())
      << "not committed yet";

  auto again = faulty.OpenWriteSession().value();
  ASSERT_THAT(again->Begin(), IsOk());
  const Loaded loaded = again->Load(RequestFor(step)).value();
  EXPECT_THAT(again->Rollback(), IsOk());
  EXPECT_TRUE(loaded.request_keys.contains(step[0].request_key));
  EXPECT_EQ(*loaded.subjects.at(order.order().subject.number), SubjectState(step[0].after));
}

// A create locks nothing that a second run could wait for when it loads; it waits when it writes.
TEST_P(CachedStore, ACreationThatCommitsAfterTheReconnectIsFoundInTheSecondRun) {
  FaultyStore faulty(store());
  std::vector<Change> creation = {CreationOf(OrderInTest(CourierContent(), kSerial))};
  faulty.Fail(Method::kCommit, Fault::kCommitCompletesLater);
  auto lost = faulty.OpenWriteSession().value();
  EXPECT_THAT(Write(*lost, creation), HasCode(absl::StatusCode::kUnavailable));

  std::vector<Change> retry = {CreationOf(OrderInTest(CourierContent(), kSerial + 1))};
  retry[0].request_key = creation[0].request_key;
  auto again = faulty.OpenWriteSession().value();
  EXPECT_THAT(Write(*again, retry), HasCode(absl::StatusCode::kAlreadyExists));
  ASSERT_THAT(again->Begin(), IsOk());
  const Loaded loaded = again->Load(RequestFor(retry)).value();
  EXPECT_THAT(again->Rollback(), IsOk());
  EXPECT_EQ(loaded.request_keys.at(creation[0].request_key).subject,
            creation[0].after.subject.number);
}

TEST_P(CachedStore, ATransactionThatWasAbortedForAnyReasonRunsAgain) {
  FaultyStore faulty(store());
  auto writer = faulty.OpenWriteSession().value();
  std::vector<Change> changes = {CreationOf(PlacedOrder(kSerial))};
  for (Fault fault : {Fault::kDeadlock, Fault::kLockTimeout, Fault::kChangedRow}) {
    for (Method method : {Method::kLoad, Method::kWriteSubjects, Method::kAppendActivities}) {
      faulty.Fail(method, fault);
      EXPECT_THAT(Write(*writer, changes), HasCode(absl::StatusCode::kAborted));
    }
  }
  EXPECT_THAT(Write(*writer, changes), IsOk());
  EXPECT_EQ(changes[0].activities[0].position, 1) << "nothing was left of the failed runs";
}

TEST_P(CachedStore, AFaultHitsTheCallThatItWasPlannedFor) {
  FaultyStore faulty(store());
  faulty.Fail(Method::kReadFeedHead, Fault::kPoison, {.call = 2, .times = 2});
  EXPECT_THAT(faulty.ReadFeedHead().status(), IsOk());
  EXPECT_THAT(faulty.ReadFeedHead().status(), HasCode(absl::StatusCode::kInternal));
  EXPECT_THAT(faulty.ReadFeedHead().status(), HasCode(absl::StatusCode::kInternal));
  EXPECT_THAT(faulty.ReadFeedHead().status(), IsOk());
  EXPECT_EQ(faulty.Calls(Method::kReadFeedHead), 4);
}

TEST_P(CachedStore, ALostConnectionLosesWhatWasNotCommitted) {
  FaultyStore faulty(store());
  faulty.Fail(Method::kCommit, Fault::kLoseBeforeExecute);
  auto writer = faulty.OpenWriteSession().value();
  EXPECT_THAT(Write(*writer, CreationOf(PlacedOrder(kSerial))),
              HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(writer->Begin(), HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Write(*OpenWriter(), CreationOf(PlacedOrder(kSerial))), IsOk());
  EXPECT_EQ(store().ReadFeedHead().value().position, 1);
}

TEST_P(CachedStore, ABlockedCallWaitsUntilItIsReleased) {
  FaultyStore faulty(store());
  faulty.Fail(Method::kLoad, Fault::kBlock);
  auto writer = faulty.OpenWriteSession().value();
  auto result = std::async(std::launch::async,
                           [&] { return Write(*writer, CreationOf(PlacedOrder(kSerial))); });
  EXPECT_TRUE(faulty.WaitUntilBlocked());
  faulty.Release();
  EXPECT_THAT(result.get(), IsOk());
}

TEST_P(CachedStore, APoisonedActivityIsRefusedAndOthersAreNot) {
  FaultyStore faulty(store());
  const Number poisoned = Number::FromSerial(kSerial + 1);
  faulty.PoisonWhere([=](const Activity& activity) { return activity.subject == poisoned; });
  auto writer = faulty.OpenWriteSession().value();
  std::vector<Change> both = {CreationOf(PlacedOrder(kSerial)),
                              CreationOf(PlacedOrder(kSerial + 1))};
  EXPECT_THAT(Write(*writer, both), HasCode(absl::StatusCode::kInternal));
  EXPECT_THAT(Write(*writer, both[0]), IsOk());
  EXPECT_THAT(Write(*writer, both[1]), HasCode(absl::StatusCode::kInternal));
  faulty.PoisonWhere(nullptr);
  EXPECT_THAT(Write(*writer, both[1]), IsOk());
}

TEST_P(CachedStore, AServerThatDoesNotAnswerIsUnavailable) {
  if (OnSqlite()) {
    EXPECT_THAT(OpenStore("sqlite:/no such folder/orders.db").status(),
                HasCode(absl::StatusCode::kUnavailable));
    return;
  }
  // Port 1 is not listened on.
  const absl::Status status = OpenStore("mysql://root:hidden@127.0.0.1:1/orders").status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kUnavailable));
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hidden")));
}

TEST_P(ServerConformance, AWrongPasswordIsRefusedWithoutShowingIt) {
  for (const absl::Status& status :
       {OpenStore(database().url(), {.password = "sesame-opens"}).status(),
        MigrateStore(database().url(), {.password = "sesame-opens"}).status(),
        DurabilityWarnings(database().url(), {.password = "sesame-opens"}).status()}) {
    EXPECT_THAT(status, HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("sesame-opens")));
  }
}

// MySQL comes with TLS switched on and a certificate that it made itself, MariaDB 10.11 without.
TEST_P(ServerConformance, TlsThatIsAskedForIsThereOrTheServerIsRefused) {
  store();
  const absl::Status required = OpenStore(database().url() + "?tls=required").status();
  const absl::Status verified = OpenStore(database().url() + "?tls=verify").status();
  const bool has_tls =
      database().QueryInteger(GetParam() == sql::Backend::kMariaDb ? "SELECT @@have_ssl = 'YES'"
                                                                   : "SELECT 1") != 0;
  EXPECT_EQ(required.ok(), has_tls) << required;
  EXPECT_FALSE(verified.ok()) << "nobody vouches for the certificate";
}

TEST_P(CachedStore, SettingsThatRiskLossAreWarnedOfByName) {
  const auto warnings = [&] {
    return absl::StrJoin(DurabilityWarnings(database().url()).value(), "\n");
  };
  if (OnSqlite()) {
    EXPECT_EQ(warnings(), "");
    return;
  }
  const std::int64_t before = database().QueryInteger("SELECT @@GLOBAL.sync_binlog");
  database().Execute("SET GLOBAL sync_binlog = 0");
  EXPECT_THAT(warnings(), HasSubstr("sync_binlog is 0 and should be 1"));
  database().Execute("SET GLOBAL sync_binlog = 1");
  EXPECT_THAT(warnings(), Not(HasSubstr("sync_binlog")));
  database().Execute(absl::StrCat("SET GLOBAL sync_binlog = ", before));
}

}  // namespace
}  // namespace ipstore::orders::test
