// Redaction in the store: what is stored of a subject loses its personal values and nothing else;
// jobs are created once, and worked on by one server at a time.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "server/storage/open.h"
#include "server/storage/sql/store_statements.h"
#include "tests/storage/conformance.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::int64_t kSerial = Number::kFirstSerial;
const RedactionLease kOurs{.owner = "us", .length = absl::Hours(1)};
const RedactionLease kTheirs{.owner = "them", .length = absl::Hours(1)};

class RedactingStore : public StoreConformance {
 protected:
  // Redacts in a transaction of its own.
  absl::Status Redact(const ActivityRedaction& redaction) {
    auto writer = OpenWriter();
    absl::Status status = writer->Begin();
    if (status.ok()) status = writer->Load({.subjects = {redaction.subject}}).status();
    if (status.ok()) status = writer->RedactActivities({redaction});
    return status.ok() ? writer->Commit() : status;
  }

  std::vector<Activity> Log(Number number) { return ReadLog(*OpenReader(), number).value(); }

  // What is known of a unit that was committed.
  CommittedUnit UnitOf(const RequestKey& key) {
    auto writer = OpenWriter();
    EXPECT_THAT(writer->Begin(), IsOk());
    const Loaded loaded = writer->Load({.request_keys = {key}}).value();
    EXPECT_THAT(writer->Rollback(), IsOk());
    return loaded.request_keys.at(key);
  }

  std::unique_ptr<RedactionSession> OpenJobs() { return store().OpenRedactionSession().value(); }

  // A job on the subjects of that customer.
  RedactionJob CreateJob(std::string customer_id) {
    return OpenJobs()
        ->Create({.customer_id = std::move(customer_id),
                  .actor = Redactor().actor,
                  .on_behalf_of = {},
                  .request_key = NewRequestKey(),
                  .created_at = PlacedAt()})
        .value()
        .job;
  }
};

INSTANTIATE_TEST_SUITE_P(All, RedactingStore, testing::ValuesIn(AllBackends()), BackendName);

OrderInTest WalkedOrder() {
  OrderInTest order = PlacedOrder(kSerial);
  order.Do(AddComment{.comment = {.text = "Χτυπήστε δυνατά"}}, CustomerCaller(kMariaId));
  order.WalkTo(OrderStatus::kReceived);
  return order;
}

// Positions are the store's.
std::vector<Activity> WithoutPositions(std::vector<Activity> log) {
  for (Activity& activity : log) activity.position = 0;
  return log;
}

TEST_P(RedactingStore, ALogLosesItsPersonalValuesAndNothingElse) {
  const OrderInTest order = WalkedOrder();
  const OrderInTest other = PlacedOrder(kSerial + 1);
  for (Change& step : StepsOf(order.log())) MustWrite(std::move(step));
  MustWrite(CreationOf(other));
  const Number number = order.order().subject.number;
  const std::vector<Activity> before = Log(number);
  ASSERT_THAT(Redact({.subject = number, .comment_seq = {}}), IsOk());
  EXPECT_EQ(Log(number), RedactedLog(before));
  EXPECT_EQ(WithoutPositions(Log(other.order().subject.number)), other.log()) << "of another order";
  ASSERT_THAT(Redact({.subject = number, .comment_seq = {}}), IsOk()) << "again";
  EXPECT_EQ(Log(number), RedactedLog(before));
}

TEST_P(RedactingStore, ARollbackBringsItBack) {
  const OrderInTest order = WalkedOrder();
  MustWrite(CreationOf(order));
  auto writer = OpenWriter();
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(writer->Load({.subjects = {order.order().subject.number}}).status(), IsOk());
  ASSERT_THAT(
      writer->RedactActivities({{.subject = order.order().subject.number, .comment_seq = {}}}),
      IsOk());
  ASSERT_THAT(writer->Rollback(), IsOk());
  EXPECT_EQ(WithoutPositions(Log(order.order().subject.number)), order.log());
}

// With a zero among those that stay.
constexpr ContentHash kHash = {7, 0, 7, 200, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};

TEST_P(RedactingStore, TheHashOfTheContentGoesAndTheKeyOfTheRequestStays) {
  Change creation = CreationOf(WalkedOrder());
  creation.content_hash = kHash;
  const RequestKey key = creation.request_key;
  const Number number = creation.after.subject.number;
  MustWrite(std::move(creation));
  const CommittedUnit before = UnitOf(key);
  EXPECT_EQ(before.content_hash, kHash);
  ASSERT_THAT(Redact({.subject = number, .comment_seq = {}}), IsOk());
  const CommittedUnit after = UnitOf(key);
  EXPECT_EQ(after.content_hash, WithoutContent(kHash));
  EXPECT_EQ(after.subject, before.subject);
  EXPECT_EQ(after.first_position, before.first_position);
  EXPECT_EQ(after.activity_count, before.activity_count);
}

TEST_P(RedactingStore, OneCommentLeavesTheOthers) {
  OrderInTest order = PlacedOrder(kSerial);
  TransitionOrder step = Step(OrderAction::kStartProcessing, order.order(), order.now());
  step.comment = NewComment{.text = "Ξεκινάμε, κυρία Μαρία."};
  order.Do(step);
  order.Do(AddComment{.comment = {.text = "Ακόμη ένα."}});
  std::vector<Change> changes = StepsOf(order.log());
  ASSERT_THAT(changes, SizeIs(4));
  // The step and its comment are one unit.
  changes[1].activities.push_back(changes[2].activities.front());
  changes[1].after = changes[2].after;
  changes.erase(changes.begin() + 2);
  std::vector<RequestKey> keys;
  for (Change& change : changes) {
    keys.push_back(change.request_key);
    change.content_hash = kHash;
    MustWrite(std::move(change));
  }
  const Number number = order.order().subject.number;
  std::vector<Activity> expected = Log(number);
  expected[2] = RedactedLog({expected[2]}).front();
  ASSERT_TRUE(expected[2].redacted);
  ASSERT_THAT(Redact({.subject = number, .comment_seq = 3}), IsOk());
  EXPECT_EQ(Log(number), expected);
  EXPECT_EQ(UnitOf(keys[0]).content_hash, kHash);
  EXPECT_EQ(UnitOf(keys[1]).content_hash, WithoutContent(kHash))
      << "the unit that the comment came in";
  EXPECT_EQ(UnitOf(keys[2]).content_hash, kHash);
}

// More than one page of activities; and some that leave more behind than a statement's intermediate
// table has room for.
TEST_P(RedactingStore, ALongLogIsRedactedWhole) {
  ImportOrder command = Importing("OLD-1");
  for (int i = 0; i < 5000; ++i) {
    command.order.past.push_back({PlacedAt() + absl::Seconds(i), absl::StrCat("λόγια ", i),
                                  Visibility::kPublic,
                                  Actor{Role::kStaff, absl::StrCat("staff-", i)}});
  }
  OrderInTest order(command, kSerial);
  for (int i = 0; i < 200; ++i)
    order.Do(AddComment{.comment = {.text = absl::StrCat("σχόλιο ", i, std::string(500, 'x'))}});
  MustWrite(CreationOf(order));
  const Number number = order.order().subject.number;
  ASSERT_THAT(Redact({.subject = number, .comment_seq = {}}), IsOk());
  EXPECT_EQ(WithoutPositions(Log(number)), RedactedLog(order.log()));
}

// Bytes in SQLite's write-ahead log.
std::uintmax_t LogBytes(const TestDatabase& database) {
  const std::string path(absl::StripPrefix(database.url(), "sqlite:"));
  return std::filesystem::file_size(absl::StrCat(path, "-wal"));
}

TEST_P(RedactingStore, ALogOfChangesThatAReaderHoldsIsEmptiedByALaterCommit) {
  if (!OnSqlite()) return;  // elsewhere it is the operator's
  for (std::int64_t serial : {kSerial, kSerial + 1, kSerial + 2})
    MustWrite(CreationOf(PlacedOrder(serial)));
  const auto reader = database().Connect(sql::Purpose::kRead);
  auto writer = OpenWriter();
  const auto commit = [&](std::int64_t serial, bool redact) {
    const Number number = Number::FromSerial(serial);
    ASSERT_THAT(writer->Begin(), IsOk());
    ASSERT_THAT(writer->Load({.subjects = {number}}).status(), IsOk());
    if (redact) {
      ASSERT_THAT(writer->RedactActivities({{.subject = number, .comment_seq = {}}}), IsOk());
    }
    ASSERT_THAT(writer->Commit(), IsOk());
  };
  commit(kSerial, /*redact=*/true);
  EXPECT_EQ(LogBytes(database()), 0U) << "at once";
  ASSERT_THAT(reader->Begin(), IsOk());
  ASSERT_THAT(
      reader->Query("SELECT COUNT(*) FROM subjects", {}, {sql::ValueType::kInteger}).status(),
      IsOk());
  commit(kSerial + 1, /*redact=*/true);
  EXPECT_GT(LogBytes(database()), 0U) << "the reader sees what was there before";
  ASSERT_THAT(reader->Rollback(), IsOk());
  commit(kSerial + 1, /*redact=*/false);
  EXPECT_EQ(LogBytes(database()), 0U) << "the next commit";

  ASSERT_THAT(reader->Begin(), IsOk());
  ASSERT_THAT(
      reader->Query("SELECT COUNT(*) FROM subjects", {}, {sql::ValueType::kInteger}).status(),
      IsOk());
  commit(kSerial + 2, /*redact=*/true);
  ASSERT_THAT(reader->Rollback(), IsOk());
  EXPECT_GT(LogBytes(database()), 0U);
  writer = OpenWriter();
  commit(kSerial + 2, /*redact=*/false);
  EXPECT_EQ(LogBytes(database()), 0U) << "the first commit of the next connection";
}

TEST_P(RedactingStore, TheStatementsGoByTheKeyOfTheLog) {
  MustWrite(CreationOf(WalkedOrder()));
  const sql::StoreStatements statements((sql::Dialect(GetParam())));
  auto session = database().Connect();
  const auto number = sql::Param::Integer(Number::FromSerial(kSerial).value());
  const auto one = sql::Param::Integer(1);
  const auto plan = [&](const std::string& statement, const std::vector<sql::Param>& params) {
    const bool maria = GetParam() == sql::Backend::kMariaDb;
    const std::size_t columns = OnSqlite() ? 4 : maria ? 10 : 12;
    const std::size_t key = OnSqlite() ? 3 : maria ? 5 : 6;
    const sql::Rows rows =
        session
            ->Query(absl::StrCat(OnSqlite() ? "EXPLAIN QUERY PLAN " : "EXPLAIN FORMAT=TRADITIONAL ",
                                 statement),
                    params, std::vector<sql::ValueType>(columns, sql::ValueType::kText))
            .value();
    EXPECT_EQ(rows.size(), 1U) << "nothing is sorted";
    return std::string(rows.Text(0, key));
  };
  const std::string by_key =
      OnSqlite() ? "sqlite_autoindex_activities_1 (subject=? AND seq" : "PRIMARY";
  EXPECT_THAT(plan(statements.find_payloads, {number, one, one, one}), HasSubstr(by_key));
  EXPECT_THAT(plan(statements.find_unit, {number, one}), HasSubstr(by_key));
  EXPECT_THAT(plan(statements.forget_content, {number, one, one}), HasSubstr(by_key));
  EXPECT_THAT(
      plan(statements.redact_payloads.Text(1), {one, sql::Param::Text("x"), number, one, one}),
      HasSubstr(by_key));
}

TEST_P(RedactingStore, ThePreviousSchemaIsBroughtForward) {
  const OrderInTest order = PlacedOrder(kSerial, VehicleContent());
  MustWrite(CreationOf(order));
  const auto count_terms = [this] {
    return database().QueryInteger("SELECT COUNT(*) FROM search_terms");
  };
  const std::int64_t terms = count_terms();
  CloseStore();
  for (int version : {2, 1}) {
    database().Execute("ALTER TABLE subjects DROP COLUMN redacted_at");
    database().Execute("DROP TABLE redaction_items");
    database().Execute("DROP TABLE redactions");
    database().Execute(version == 1 ? "DELETE FROM search_terms"
                                    : "DELETE FROM search_terms WHERE term = 'ξενοδοχεια'");
    EXPECT_LT(count_terms(), terms) << "the company's were not kept yet";
    database().Execute(absl::StrCat("DELETE FROM schema_versions WHERE version > ", version));
    EXPECT_EQ(MigrateStore(database().url()).value().from, version);
    EXPECT_EQ(ReadOrder(*OpenReader(), order.order().subject.number).value(), order.order());
    EXPECT_EQ(count_terms(), terms) << "filled again, each once";
    CloseStore();
  }
}

// --- Jobs ----------------------------------------------------------------------------------------

TEST_P(RedactingStore, AJobHasAnItemForEverySubjectThatTheCustomerHasByThen) {
  MustWrite(CreationOf(PlacedOrder(kSerial)));
  MustWrite(CreationOf(PlacedOrder(kSerial + 1)));
  MustWrite(CreationOf(PlacedOrder(kSerial + 2, PickupContent())));  // another customer's
  const RedactionJob job = CreateJob(kMariaId);
  EXPECT_EQ(job.customer_id, kMariaId);
  EXPECT_EQ(job.actor, Redactor().actor);
  EXPECT_EQ(job.on_behalf_of, std::nullopt);
  EXPECT_EQ(job.created_at, PlacedAt());
  EXPECT_EQ(job.finished_at, std::nullopt);
  EXPECT_EQ(job.total, 2);
  EXPECT_EQ(job.done + job.failed, 0);
  MustWrite(CreationOf(PlacedOrder(kSerial + 3)));
  EXPECT_THAT(OpenJobs()->ListPending(job.id, Number(), 10).value(),
              ElementsAre(Number::FromSerial(kSerial), Number::FromSerial(kSerial + 1)));
  EXPECT_THAT(OpenJobs()->ListPending(job.id, Number::FromSerial(kSerial), 1).value(),
              ElementsAre(Number::FromSerial(kSerial + 1)));
  EXPECT_EQ(OpenReader()->GetRedaction(job.id).value(), job);
  EXPECT_EQ(OpenReader()->GetRedaction(job.id + 1).value(), std::nullopt);
}

TEST_P(RedactingStore, AJobIsCreatedOnceForARequest) {
  const NewRedaction wanted{.customer_id = "nobody",
                            .actor = EshopService().actor,
                            .on_behalf_of = Actor{Role::kStaff, "eleni"},
                            .request_key = NewRequestKey(),
                            .created_at = PlacedAt()};
  const CreatedRedaction first = OpenJobs()->Create(wanted).value();
  EXPECT_FALSE(first.existed);
  EXPECT_EQ(first.job.on_behalf_of, wanted.on_behalf_of);
  const CreatedRedaction second = OpenJobs()->Create(wanted).value();
  EXPECT_TRUE(second.existed);
  EXPECT_EQ(second.job, first.job);
  EXPECT_THAT(OpenReader()->ListRedactions(std::nullopt, 10).value(), ElementsAre(first.job));
}

TEST_P(RedactingStore, JobsAreListedTheLastFirst) {
  std::vector<RedactionJob> jobs;
  for (int i = 0; i < 3; ++i) jobs.push_back(CreateJob(absl::StrCat("customer-", i)));
  auto reader = OpenReader();
  EXPECT_THAT(reader->ListRedactions(std::nullopt, 2).value(), ElementsAre(jobs[2], jobs[1]));
  EXPECT_THAT(reader->ListRedactions(jobs[1].id, 2).value(), ElementsAre(jobs[0]));
  EXPECT_THAT(reader->ListRedactions(jobs[0].id, 2).value(), IsEmpty());
}

TEST_P(RedactingStore, OneServerWorksOnAJobAndAnotherTakesOverWhenTheLeaseHasEnded) {
  const RedactionJob job = CreateJob("nobody");
  auto us = OpenJobs();
  EXPECT_EQ(us->Take(kOurs).value()->id, job.id);
  EXPECT_EQ(us->Take(kOurs).value()->id, job.id) << "renewed";
  if (OnSqlite()) return;  // there is no other server
  auto them = OpenJobs();
  EXPECT_EQ(them->Take(kTheirs).value(), std::nullopt);
  EXPECT_FALSE(them->Note(job.id, {}, PlacedAt(), kTheirs).value());
  database().Execute("UPDATE redactions SET lease_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND");
  EXPECT_EQ(them->Take(kTheirs).value()->id, job.id);
  EXPECT_FALSE(us->Note(job.id, {}, PlacedAt(), kOurs).value()) << "the lease has passed on";
  EXPECT_EQ(us->Take(kOurs).value(), std::nullopt);
}

TEST_P(RedactingStore, TheOldestUnfinishedJobIsTakenAndOneThatIsDoneIsNot) {
  MustWrite(CreationOf(PlacedOrder(kSerial)));
  MustWrite(CreationOf(PlacedOrder(kSerial + 1)));
  const RedactionJob first = CreateJob(kMariaId);
  const RedactionJob second = CreateJob("nobody");
  auto jobs = OpenJobs();
  EXPECT_EQ(jobs->Take(kOurs).value()->id, first.id);
  EXPECT_FALSE(jobs->Finish(first.id, PlacedAt()).value()) << "items are pending";
  EXPECT_TRUE(jobs->Note(first.id,
                         {{.subject = Number::FromSerial(kSerial), .failure = ""},
                          {.subject = Number::FromSerial(kSerial + 1), .failure = "INTERNAL"}},
                         PlacedAt(), kOurs)
                  .value());
  EXPECT_THAT(jobs->ListPending(first.id, Number(), 10).value(), IsEmpty());
  const absl::Time end = PlacedAt() + absl::Hours(1);
  EXPECT_TRUE(jobs->Finish(first.id, end).value());
  EXPECT_FALSE(jobs->Finish(first.id, end).value()) << "once";
  const RedactionJob finished = OpenReader()->GetRedaction(first.id).value().value();
  EXPECT_EQ(finished.finished_at, end);
  EXPECT_EQ(finished.done, 1);
  EXPECT_EQ(finished.failed, 1);
  EXPECT_EQ(jobs->Take(kOurs).value()->id, second.id);
}

}  // namespace
}  // namespace ipstore::orders::test
