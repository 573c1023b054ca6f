// Redaction through the write path: with what waits in the same batch, with retries, and when the
// database fails.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "domain/decide.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr char kSecret[] = "τηλεφωνήστε στον Νίκο";

class Redacting : public WritePathOn {
 protected:
  // Every text that the database has, in any table.
  std::string Everything() {
    const std::unique_ptr<sql::Session> session = database().Connect(sql::Purpose::kRead);
    std::string all;
    for (const char* query :
         {"SELECT payload FROM activities", "SELECT document FROM orders",
          "SELECT customer_name FROM orders", "SELECT customer_email FROM orders",
          "SELECT term FROM search_terms"}) {
      const sql::Rows rows = session->Query(query, {}, {sql::ValueType::kText}).value();
      for (std::size_t i = 0; i < rows.size(); ++i) absl::StrAppend(&all, rows.Text(i, 0), "\n");
    }
    return all;
  }

  void ExpectNothingOfMaria() {
    const std::string all = Everything();
    const OrderContent content = CourierContent();
    for (const std::string& text :
         {content.customer.email, content.customer.phone, content.delivery_address->lines.front(),
          content.customer.name, std::string("μαρια"), std::string(kSecret)}) {
      EXPECT_FALSE(absl::StrContains(all, text)) << text;
    }
  }

  std::int64_t Redactions(Number order) {
    const std::vector<Activity> log = Log(order);
    return std::ranges::count_if(log, [](const Activity& activity) {
      return std::holds_alternative<Redacted>(activity.event);
    });
  }
};

INSTANTIATE_TEST_SUITE_P(On, Redacting, testing::ValuesIn(AllBackends()), BackendTitle);

TEST_P(Redacting, AnOrderLeavesNothingPersonalInAnyTable) {
  const Number order = server().Place("WEB-1");
  Submit(Commenting(order, kSecret)).WaitApplied();
  EXPECT_TRUE(absl::StrContains(Everything(), kSecret));
  EXPECT_TRUE(absl::StrContains(Everything(), "μαρια")) << "as a term of the search";
  const Applied applied = Submit(RedactionOf(order)).WaitApplied();
  EXPECT_EQ(applied.order(), Read(order));
  EXPECT_NE(Read(order).subject.redacted_at, std::nullopt);
  ExpectNothingOfMaria();
  EXPECT_TRUE(absl::StrContains(Everything(), "WEB-1")) << "the reference stays";
}

TEST_P(Redacting, WhatWaitsInTheSameBatchBeforeItIsRedactedAndWhatComesAfterIsNot) {
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Request request{.id = NewRequestId(), .content = "a"};
  const Answer before = Submit(Commenting(order, kSecret, request));
  const Answer redaction = Submit(RedactionOf(order));
  const Answer after = Submit(Commenting(order, "Θα το κρατήσω.", std::nullopt));
  Request other = request;
  other.content = "b";
  const Answer retry = Submit(Commenting(order, "κάτι άλλο", other));
  store().Release();
  busy.WaitApplied();
  EXPECT_EQ(before.WaitApplied().first_seq, 2);
  redaction.WaitApplied();
  after.WaitApplied();
  EXPECT_TRUE(retry.WaitApplied().replayed) << "not compared with what was redacted";
  const std::vector<Activity> log = Log(order);
  ASSERT_THAT(log, SizeIs(4));
  EXPECT_EQ(std::get<CommentAdded>(log[1].event).text, "");
  EXPECT_TRUE(log[1].redacted);
  EXPECT_EQ(std::get<CommentAdded>(log[3].event).text, "Θα το κρατήσω.");
  EXPECT_FALSE(log[3].redacted);
  EXPECT_EQ(database().QueryInteger(
                absl::StrCat("SELECT COUNT(*) FROM activities WHERE HEX(content_hash) LIKE '%",
                             std::string(20, '0'), "' AND subject = ", order.value())),
            2)
      << "of the creation and of what came before; not of the redaction and of what came after";
}

TEST_P(Redacting, AnOrderThatIsPlacedInTheSameBatchIsRedactedToo) {
  const Number first = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Answer create = Submit(Creating("WEB-2"));
  const Number second = Number::FromSerial(first.serial() + 2);  // the busy one is between
  const Answer redaction = Submit(RedactionOf(second));
  store().Release();
  busy.WaitApplied();
  ASSERT_EQ(create.WaitApplied().order().subject.number, second);
  redaction.WaitApplied();
  const std::vector<Activity> log = Log(second);
  ASSERT_THAT(log, SizeIs(2));
  EXPECT_EQ(std::get<OrderCreated>(log[0].event).content.customer.email, "");
}

// Nobody can tell any more what it said, but still what it did to what.
TEST_P(Redacting, ARetryOfWhatWasRedactedIsAReplayWhateverItSays) {
  const Number order = server().Place("WEB-1");
  Request request{.id = NewRequestId(), .content = "a"};
  Submit(Commenting(order, kSecret, request)).WaitApplied();
  request.content = "b";
  EXPECT_THAT(Submit(Commenting(order, "x", request)).WaitRefusal(),
              RefusedFor(Reason::kRequestIdReused));
  Submit(RedactionOf(order)).WaitApplied();
  EXPECT_TRUE(Submit(Commenting(order, "x", request)).WaitApplied().replayed);
  request.method = "CreateComment";
  EXPECT_THAT(Submit(Commenting(order, kSecret, request)).WaitRefusal(),
              RefusedFor(Reason::kRequestIdReused));
  EXPECT_THAT(Log(order), SizeIs(3));
}

TEST_P(Redacting, ARetryOfTheRedactionIsAReplay) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId()};
  EXPECT_FALSE(Submit(RedactionOf(order, {}, request)).WaitApplied().replayed);
  EXPECT_TRUE(Submit(RedactionOf(order, {}, request)).WaitApplied().replayed);
  EXPECT_EQ(Redactions(order), 1);
  Submit(RedactionOf(order)).WaitApplied();
  EXPECT_TRUE(Submit(RedactionOf(order, {}, request)).WaitApplied().replayed)
      << "also when it was redacted again";
  EXPECT_EQ(Redactions(order), 2);
}

TEST_P(Redacting, OneCommentIsRedactedAndTheOrderStays) {
  const Number order = server().Place("WEB-1");
  Submit(Commenting(order, kSecret)).WaitApplied();
  Submit(Commenting(order, "Ευχαριστώ!")).WaitApplied();
  const Order before = Read(order);
  Submit(RedactionOf(order, Redact{LoggedComment{.seq = 2}})).WaitApplied();
  const std::vector<Activity> log = Log(order);
  ASSERT_THAT(log, SizeIs(4));
  EXPECT_TRUE(log[1].redacted);
  EXPECT_EQ(std::get<CommentAdded>(log[2].event).text, "Ευχαριστώ!");
  EXPECT_EQ(Read(order).content, before.content);
  EXPECT_FALSE(absl::StrContains(Everything(), kSecret));
}

TEST_P(Redacting, WhatOnlyValidatesRedactsNothing) {
  const Number order = server().Place("WEB-1");
  Unit unit = RedactionOf(order);
  unit.validate_only = true;
  const Applied applied = Submit(std::move(unit)).WaitApplied();
  EXPECT_EQ(applied.order().content.customer.name, "");
  EXPECT_THAT(applied.activities, IsEmpty());
  EXPECT_EQ(Read(order).content.customer.name, CourierContent().customer.name);
  EXPECT_THAT(Log(order), SizeIs(1));
}

// Every fault at every place on the way: it is redacted once, and the fold still holds (TearDown).
TEST_P(Redacting, IsDoneOnceWhateverFails) {
  const std::vector<std::pair<Method, Fault>> faults = {
      {Method::kLoad, Fault::kDeadlock},
      {Method::kWriteSubjects, Fault::kChangedRow},
      {Method::kRedactActivities, Fault::kDeadlock},
      {Method::kRedactActivities, Fault::kLockTimeout},
      {Method::kRedactActivities, Fault::kLoseBeforeExecute},
      {Method::kRedactActivities, Fault::kExecuteThenLoseAnswer},
      {Method::kAppendActivities, Fault::kDeadlock},
      {Method::kCommit, Fault::kDeadlock},
      {Method::kCommit, Fault::kLoseBeforeExecute},
      {Method::kCommit, Fault::kExecuteThenLoseAnswer},
  };
  int i = 0;
  for (const auto& [method, fault] : faults) {
    SCOPED_TRACE(absl::StrCat(static_cast<int>(method), " ", static_cast<int>(fault)));
    const Number order = server().Place(absl::StrCat("WEB-", ++i));
    Submit(Commenting(order, kSecret)).WaitApplied();
    const int calls = store().Calls(Method::kRedactActivities);
    store().Fail(method, fault);
    const Applied applied = Submit(RedactionOf(order)).WaitApplied();
    EXPECT_FALSE(applied.replayed);
    EXPECT_EQ(applied.first_seq, 3);
    EXPECT_GE(store().Calls(Method::kRedactActivities), calls + 1);
    EXPECT_EQ(Redactions(order), 1);
    ExpectNothingOfMaria();
  }
}

TEST_P(Redacting, ACommitThatCompletesOnlyAfterTheReconnectIsFound) {
  if (OnSqlite()) return;  // nothing outlives its connection there
  const Number order = server().Place("WEB-1");
  store().Fail(Method::kCommit, Fault::kCommitCompletesLater);
  EXPECT_EQ(Submit(RedactionOf(order)).WaitApplied().first_seq, 2);
  EXPECT_EQ(Redactions(order), 1);
  ExpectNothingOfMaria();
}

}  // namespace
}  // namespace ipstore::orders::test
