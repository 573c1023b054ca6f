// Several servers, and several committers of one server, on one database: MariaDB and MySQL. SQLite
// has one of each.
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "domain/decide.h"
#include "server/storage/sql/session.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class CommittersOnOneDatabase : public WritePathOn {
 protected:
  // Another server, beside server().
  WriteServer& other() {
    if (other_ == nullptr) other_ = NewServer();
    return *other_;
  }
  void TearDown() override {
    other_.reset();
    WritePathOn::TearDown();
  }

  // Gives `first` to server() and `second` to other(), so that neither sees the other one's rows
  // when it looks: both have looked before either has written.
  std::pair<Answer, Answer> Race(Unit first, Unit second) {
    store().Fail(Method::kWriteSubjects, Fault::kBlock);
    other().store().Fail(Method::kWriteSubjects, Fault::kBlock);
    std::pair<Answer, Answer> answers;
    answers.first = server().Submit(std::move(first));
    answers.second = other().Submit(std::move(second));
    EXPECT_TRUE(store().WaitUntilBlocked());
    EXPECT_TRUE(other().store().WaitUntilBlocked());
    store().Release();
    answers.first.Wait();
    other().store().Release();
    return answers;
  }

 private:
  std::unique_ptr<WriteServer> other_;
};

INSTANTIATE_TEST_SUITE_P(On, CommittersOnOneDatabase,
                         testing::Values(sql::Backend::kMariaDb, sql::Backend::kMySql),
                         BackendTitle);

TEST_P(CommittersOnOneDatabase, OneOfTwoWhoRaceForAnExternalReferenceGetsIt) {
  const auto [first, second] = Race(Creating("WEB-1"), Creating("WEB-1"));
  first.WaitApplied();
  EXPECT_EQ(second.WaitRefusal(), ExternalReferenceExists("eshop", "WEB-1"));
  EXPECT_GE(other().committer().stats().reruns, 1U);  // a second look found it
}

TEST_P(CommittersOnOneDatabase, OneOfTwoWhoRaceForANumberGetsIt) {
  const Number number = Number::FromSerial(200'000'000);
  const auto [first, second] = Race(Bringing("OLD-1", number), Bringing("OLD-2", number));
  first.WaitApplied();
  EXPECT_EQ(second.WaitRefusal(), NumberTaken(number.ToString()));
}

TEST_P(CommittersOnOneDatabase, ANumberThatAnotherServerHasReservedCanBeBroughtAlong) {
  const std::int64_t serial = other().Place("WEB-1").serial();
  const Number brought = Number::FromSerial(serial + 1);
  server().Submit(Bringing("OLD-1", brought)).WaitApplied();
  EXPECT_NE(other().Place("WEB-2"), brought);
  EXPECT_NE(server().Place("WEB-3"), brought);
}

TEST_P(CommittersOnOneDatabase, ACreateThatRacesForItsReservedNumberGetsAnother) {
  const std::int64_t serial = other().Place("WEB-1").serial();
  const Number brought = Number::FromSerial(serial + 1);
  const auto [first, second] = Race(Bringing("OLD-1", brought), Creating("WEB-2"));
  EXPECT_EQ(first.WaitApplied().order().subject.number, brought);
  EXPECT_NE(second.WaitApplied().order().subject.number, brought);
}

TEST_P(CommittersOnOneDatabase, ALostCommitWithANumberThatCompletesLaterIsNotTakenForAnothers) {
  store().Fail(Method::kCommit, Fault::kCommitCompletesLater);
  const Number number = Number::FromSerial(200'000'000);
  EXPECT_EQ(server().Submit(Bringing("OLD-1", number)).WaitApplied().order().subject.number,
            number);
}

TEST_P(CommittersOnOneDatabase, ACreateThatIsRetriedOnAnotherServerMeanwhileIsMadeOnce) {
  const Request request{.id = NewRequestId()};
  const auto [first, second] = Race(Creating("WEB-1", request), Creating("WEB-1", request));
  EXPECT_FALSE(first.WaitApplied().replayed);
  EXPECT_TRUE(second.WaitApplied().replayed);
  EXPECT_EQ(second.WaitApplied().order().subject.number,
            first.WaitApplied().order().subject.number);
}

TEST_P(CommittersOnOneDatabase, ARequestIdThatTwoServersGetWithDifferentContentIsUsedOnce) {
  const Number one = server().Place("WEB-1");
  const Number two = server().Place("WEB-2");
  const std::string id = NewRequestId();
  const auto [first, second] = Race(Commenting(one, "ένα", Request{.id = id, .content = "ένα"}),
                                    Commenting(two, "δύο", Request{.id = id, .content = "δύο"}));
  EXPECT_FALSE(first.WaitApplied().replayed);
  EXPECT_EQ(second.WaitRefusal(), RequestIdReused(id));
  EXPECT_THAT(Log(two), SizeIs(1));
}

TEST_P(CommittersOnOneDatabase, AChangeWaitsForAnotherServersOnTheSameOrderAndSeesIt) {
  const Number order = server().Place("WEB-1");
  const auto start = [&] {
    return Changing(order, Step(OrderAction::kStartProcessing, Order(), PlacedAt()));
  };
  store().Fail(Method::kAppendActivities, Fault::kBlock);
  const Answer first = server().Submit(start());
  ASSERT_TRUE(store().WaitUntilBlocked());
  const int loads = other().store().Calls(Method::kLoad);
  const Answer second = other().Submit(start());
  ASSERT_TRUE(WaitUntil([&] { return other().store().Calls(Method::kLoad) > loads; }));
  store().Release();
  EXPECT_EQ(first.WaitApplied().first_seq, 2);
  EXPECT_THAT(second.WaitRefusal(), RefusedFor(Reason::kActionNotOpen));
}

TEST_P(CommittersOnOneDatabase, AChangeOnAnotherServerIsFoundWhenItIsWritten) {
  const Number order = server().Place("WEB-1");
  const auto comment_here = [&] {
    return server().Submit(Commenting(order, "εδώ")).WaitApplied().first_seq;
  };
  const auto comment_there = [&] { other().Submit(Commenting(order, "εκεί")).WaitApplied(); };
  const auto reruns = [&] { return server().committer().stats().reruns; };
  comment_there();
  EXPECT_EQ(comment_here(), 3);
  EXPECT_EQ(reruns(), 1U);
  comment_there();
  EXPECT_EQ(comment_here(), 5);
  EXPECT_EQ(reruns(), 1U) << "it now looks before it decides";
  EXPECT_EQ(comment_here(), 6);
  EXPECT_EQ(comment_here(), 7);
  comment_there();
  EXPECT_EQ(comment_here(), 9);
  EXPECT_EQ(reruns(), 2U) << "and no longer, once a look was for nothing";
  EXPECT_EQ(server().Troubles(), 0);
}

// What is not written has no guard of a row that speaks for what it was decided on.
TEST_P(CommittersOnOneDatabase, NothingIsRefusedForAStateThatIsPast) {
  const Number order = server().Place("WEB-1");
  const auto step = [&](OrderAction action) {
    return Changing(order, Step(action, Order(), PlacedAt()));
  };
  EXPECT_THAT(server().Submit(step(OrderAction::kStartGathering)).WaitRefusal(),
              RefusedFor(Reason::kActionNotOpen));
  other().Submit(step(OrderAction::kStartProcessing)).WaitApplied();
  EXPECT_THAT(server().Submit(step(OrderAction::kStartGathering)).WaitRefusal(),
              RefusedFor(Reason::kGuardsNotSatisfied));
}

TEST_P(CommittersOnOneDatabase, ARefusalIsLookedAtAlsoBesideWhatIsWritten) {
  options.committers = 1;
  server().Restart(options);
  const Number one = server().Place("WEB-1");
  const Number two = server().Place("WEB-2");
  other()
      .Submit(Changing(two, Step(OrderAction::kStartProcessing, Order(), PlacedAt())))
      .WaitApplied();
  const Answer busy = KeepBusy();
  const Answer written = Submit(Commenting(one, "ένα"));
  const Answer refused =
      Submit(Changing(two, Step(OrderAction::kStartGathering, Order(), PlacedAt())));
  store().Release();
  EXPECT_EQ(written.WaitApplied().first_seq, 2);
  EXPECT_THAT(refused.WaitRefusal(), RefusedFor(Reason::kGuardsNotSatisfied));
  EXPECT_THAT(Log(one), SizeIs(2));
}

TEST_P(CommittersOnOneDatabase, NothingIsTakenForDoneThatAnotherServerHasUndone) {
  const Number order = server().Place("WEB-1");
  const auto notify = [&](bool on) { return Changing(order, SetNotifications{.on = on}); };
  EXPECT_THAT(server().Submit(notify(false)).WaitApplied().activities, SizeIs(1));
  EXPECT_THAT(other().Submit(notify(true)).WaitApplied().activities, SizeIs(1));
  EXPECT_THAT(server().Submit(notify(false)).WaitApplied().activities, SizeIs(1));
  EXPECT_THAT(server().Submit(notify(false)).WaitApplied().activities, IsEmpty());
}

// The second lane takes its batch while the first one commits.
TEST_P(CommittersOnOneDatabase, WhatIsBeingCommittedIsNotRemembered) {
  options.committers = 2;
  server().Restart(options);
  const Number order = server().Place("WEB-1");
  store().Fail(Method::kCommit, Fault::kBlock);
  const Answer first = Submit(Commenting(order, "ένα"));
  ASSERT_TRUE(store().WaitUntilBlocked());
  const int loads = store().Calls(Method::kLoad);
  const Answer second = Submit(Commenting(order, "δύο"));
  ASSERT_TRUE(WaitUntil([&] { return store().Calls(Method::kLoad) > loads; }));
  store().Release();
  EXPECT_EQ(first.WaitApplied().first_seq, 2);
  EXPECT_EQ(second.WaitApplied().first_seq, 3);
  EXPECT_EQ(server().committer().stats().reruns, 0U);
}

TEST_P(CommittersOnOneDatabase, ALostCommitThatCompletesWhileAnotherServerRetriesIsMadeOnce) {
  const Number order = server().Place("WEB-1");
  const Request comment{.id = NewRequestId()};
  const Request create{.id = NewRequestId()};
  options.outage_tolerance = absl::ZeroDuration();
  server().Restart(options);
  const Answer busy = KeepBusy();
  store().Fail(Method::kCommit, Fault::kCommitCompletesLater, {.call = 2});
  const Answer lost_comment = Submit(Commenting(order, "μία φορά", comment));
  const Answer lost_create = Submit(Creating("WEB-2", create));
  store().Release();
  EXPECT_THAT(lost_comment.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_THAT(lost_create.WaitRefusal(), RefusedFor(Reason::kUnavailable));

  const int loads = other().store().Calls(Method::kLoad);
  const Answer retried_comment = other().Submit(Commenting(order, "μία φορά", comment));
  const Answer retried_create = other().Submit(Creating("WEB-2", create));
  ASSERT_TRUE(WaitUntil([&] { return other().store().Calls(Method::kLoad) > loads; }));
  for (const absl::Status& ended : store().CompletePendingCommits())
    EXPECT_TRUE(ended.ok()) << ended;
  EXPECT_TRUE(retried_comment.WaitApplied().replayed);
  EXPECT_TRUE(retried_create.WaitApplied().replayed);
  EXPECT_THAT(Log(order), SizeIs(2));
}

TEST_P(CommittersOnOneDatabase, AChangeThatAnotherServerMadeInPlaceOfALostCommitIsAReplay) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId()};
  store().Fail(Method::kCommit, Fault::kLoseBeforeExecute);
  store().Fail(Method::kBegin, Fault::kBlock, {.call = 2});
  const Answer lost = Submit(Commenting(order, "μία φορά", request));
  ASSERT_TRUE(store().WaitUntilBlocked());
  const Applied done = other().Submit(Commenting(order, "μία φορά", request)).WaitApplied();
  EXPECT_FALSE(done.replayed);
  store().Release();
  EXPECT_TRUE(lost.WaitApplied().replayed);
  EXPECT_EQ(lost.WaitApplied().first_seq, done.first_seq);
  EXPECT_THAT(Log(order), SizeIs(2));
  EXPECT_THAT(server().Announced(), SizeIs(1));  // placing the order
}

TEST_P(CommittersOnOneDatabase, AChangeWhoseCommitWasLostIsFoundUnderThoseOfOtherServers) {
  const Number order = server().Place("WEB-1");
  store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);
  store().Fail(Method::kBegin, Fault::kBlock, {.call = 2});
  const Answer lost = Submit(Commenting(order, "ένα"));
  ASSERT_TRUE(store().WaitUntilBlocked());
  EXPECT_EQ(other().Submit(Commenting(order, "δύο")).WaitApplied().first_seq, 3);
  store().Release();
  EXPECT_EQ(lost.WaitApplied().first_seq, 2);
  EXPECT_FALSE(lost.WaitApplied().replayed) << "it is the one who made it";
  EXPECT_THAT(Log(order), SizeIs(3));
}

TEST_P(CommittersOnOneDatabase, TheHeadIsFreeForOthersUntilItIsTaken) {
  const Number order = server().Place("WEB-1");
  store().Fail(Method::kAppendActivities, Fault::kBlock);
  const Answer answer = Submit(Commenting(order, "ένα"));
  ASSERT_TRUE(store().WaitUntilBlocked());
  other().Place("WEB-2");  // with the transaction of the first still open
  EXPECT_EQ(answer.times(), 0);
  store().Release();
  EXPECT_EQ(answer.WaitApplied().activities.front().position, 3);
}

TEST_P(CommittersOnOneDatabase, ACommitterThatIsStuckHoldsUpNoOther) {
  options.committers = 4;
  store().Fail(Method::kWriteSubjects, Fault::kBlock);
  const Answer stuck = Submit(Creating("WEB-STUCK"));
  ASSERT_TRUE(store().WaitUntilBlocked());
  // Of many references some belong to other committers.
  std::vector<Answer> answers;
  for (int i = 0; i < 40; ++i) answers.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  EXPECT_TRUE(WaitUntil([&] {
    int answered = 0;
    for (const Answer& answer : answers) answered += answer.times();
    return answered >= 10;
  }));
  EXPECT_EQ(stuck.times(), 0);
  store().Release();
  stuck.WaitApplied();
  for (const Answer& answer : answers) answer.WaitApplied();
}

}  // namespace
}  // namespace ipstore::orders::test
