// What the group committer does when the database fails, on each database: every change is made
// once or not at all, and its caller is told which.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::SizeIs;

constexpr int kForever = 1'000'000;

class CommitterFaults : public WritePathOn {
 protected:
  // The server's clock, where a test says so.
  TestClock clock{PlacedAt()};

  // An order with three units waiting behind a busy committer: a create, a comment of it and a step
  // with a comment. `act` breaks something; then they are let go, and all must be applied once, as
  // if nothing had happened.
  template <typename Act>
  void ExpectThreeAppliedOnceDespite(const Act& act) {
    const Number order = server().Place(absl::StrCat("WEB-", NewRequestId()));
    const std::string reference = absl::StrCat("NEW-", NewRequestId());
    const std::size_t announced = server().Announced().size();
    const Answer busy = KeepBusy();
    const Answer create = Submit(Creating(reference));
    const Answer comment = Submit(Commenting(order, "Στον τρίτο όροφο."));
    TransitionOrder step = Step(OrderAction::kStartProcessing, Order(), PlacedAt());
    step.comment = NewComment{.text = "Ξεκινάμε."};
    const Answer start = Submit(Changing(order, step));
    act();
    store().Release();

    busy.WaitApplied();
    ExpectStored(create.WaitApplied(), 1);
    ExpectStored(comment.WaitApplied(), 2);
    ExpectStored(start.WaitApplied(), 3);
    EXPECT_EQ(create.WaitApplied().order().content.external_reference, reference);
    EXPECT_THAT(Log(create.WaitApplied().order().subject.number), SizeIs(1));
    EXPECT_THAT(Log(order), SizeIs(4));
    EXPECT_EQ(start.WaitApplied().order(), Read(order));
    // Every activity is announced once, whatever became of the answers to the commits.
    const std::vector<std::pair<std::int64_t, std::size_t>> told = server().Announced();
    std::int64_t next = 1;
    for (const auto& [first, count] : told) {
      EXPECT_EQ(first, next);
      next += static_cast<std::int64_t>(count);
    }
    const std::vector<Activity> last = start.WaitApplied().activities;
    ASSERT_EQ(last.size(), 2U);
    EXPECT_EQ(next, last.back().position + 1);
    EXPECT_EQ(told.size(), announced + 2);
  }

  // It says what the log has.
  void ExpectStored(const Applied& applied, std::int32_t seq) {
    EXPECT_FALSE(applied.replayed);
    EXPECT_EQ(applied.first_seq, seq);
    EXPECT_EQ(applied.activity_count, static_cast<std::int32_t>(applied.activities.size()));
    const std::vector<Activity> log = Log(applied.order().subject.number);
    for (const Activity& activity : applied.activities) {
      ASSERT_LE(static_cast<std::size_t>(activity.seq), log.size());
      EXPECT_EQ(log[static_cast<std::size_t>(activity.seq - 1)], activity);
    }
  }
};

INSTANTIATE_TEST_SUITE_P(On, CommitterFaults, testing::ValuesIn(AllBackends()), BackendTitle);

// --- Transactions that have to be run again ---

TEST_P(CommitterFaults, ABatchThatMeetsADeadlockALockTimeoutOrAChangedRowIsRunAgain) {
  for (const Fault fault : {Fault::kDeadlock, Fault::kLockTimeout, Fault::kChangedRow}) {
    for (const Method method : {Method::kBegin, Method::kLoad, Method::kWriteSubjects,
                                Method::kAppendActivities, Method::kCommit}) {
      SCOPED_TRACE(
          absl::StrCat("fault ", static_cast<int>(fault), ", method ", static_cast<int>(method)));
      const CommitterStats before = server().committer().stats();
      const int rollbacks = store().Calls(Method::kRollback);
      // The busy unit's Begin() was counted when it blocked, its other calls are still to come.
      const int call = method == Method::kBegin ? 1 : 2;
      ExpectThreeAppliedOnceDespite(
          [&] { store().Fail(method, fault, {.call = call, .times = 2}); });
      EXPECT_EQ(server().committer().stats().reruns, before.reruns + 2);
      EXPECT_EQ(server().committer().stats().isolations, 0U);
      EXPECT_EQ(store().Calls(Method::kRollback), rollbacks + 2);  // always, before it is run again
    }
  }
}

TEST_P(CommitterFaults, AUniqueKeyThatAnotherTransactionTookIsLookedUpAgain) {
  ExpectThreeAppliedOnceDespite(
      [&] { store().Fail(Method::kWriteSubjects, Fault::kTaken, {.call = 2}); });
  ExpectThreeAppliedOnceDespite(
      [&] { store().Fail(Method::kAppendActivities, Fault::kTaken, {.call = 2, .times = 2}); });
  EXPECT_EQ(server().committer().stats().isolations, 0U);
}

TEST_P(CommitterFaults, AConflictThatStaysIsTheFaultOfOneUnit) {
  const Answer busy = KeepBusy();
  // Once the batch without having looked up its request_ids, four times with them, then four times
  // its first unit alone.
  store().Fail(Method::kWriteSubjects, Fault::kTaken, {.call = 2, .times = 9});
  const Answer blamed = Submit(Creating("WEB-1"));
  const Answer other = Submit(Creating("WEB-2"));
  store().Release();
  EXPECT_THAT(blamed.WaitRefusal(), RefusedFor(Reason::kInternal));
  other.WaitApplied();
  EXPECT_EQ(server().committer().stats().isolations, 1U);
}

TEST_P(CommitterFaults, ReRunsBackOff) {
  options.first_backoff = absl::Milliseconds(20);
  options.last_backoff = absl::Milliseconds(40);
  const Number order = server().Place("WEB-1");
  store().Fail(Method::kLoad, Fault::kDeadlock, {.times = 4});
  const absl::Time begin = absl::Now();
  Submit(Commenting(order, "ένα")).WaitApplied();
  EXPECT_GE(absl::Now() - begin,
            absl::Milliseconds(10 + 20 + 20 + 20));  // each at least half of 20, 40, 40, 40
}

TEST_P(CommitterFaults, ReRunsEndAtTheDeadlineOfEachUnit) {
  options.clock = [this] { return clock.Now(); };
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  store().Fail(Method::kWriteSubjects, Fault::kDeadlock, {.call = 2, .times = kForever});
  Unit unit = Commenting(order, "ένα");
  unit.deadline = clock.Now() + absl::Seconds(1);
  const Answer early = Submit(std::move(unit));
  const Answer late = Submit(Commenting(order, "δύο"));
  store().Release();
  ASSERT_TRUE(WaitUntil([&] { return server().Troubles() >= 3; }));
  EXPECT_EQ(early.times(), 0);
  clock.Advance(absl::Seconds(1));
  EXPECT_THAT(early.WaitRefusal(), RefusedFor(Reason::kDeadlineExceeded));
  EXPECT_EQ(late.times(), 0);
  store().Heal();
  EXPECT_EQ(late.WaitApplied().first_seq, 2);
}

TEST_P(CommitterFaults, AFunctionMayRunSeveralTimesAndOnlyItsLastAnswerCounts) {
  const Number order = server().Place("WEB-1");
  const auto runs = std::make_shared<std::atomic<int>>(0);
  Unit unit = Commenting(order, "");
  unit.decide = [runs](const UnitContext& context) {
    const AddComment command{.comment = {.text = absl::StrCat("εκτέλεση ", ++*runs)}};
    return Decide(*AsOrder(context.subject), command, Staff(), context.now);
  };
  store().Fail(Method::kAppendActivities, Fault::kDeadlock, {.times = 2});
  const Answer answer = Submit(std::move(unit));
  ExpectStored(answer.WaitApplied(), 2);
  EXPECT_EQ(*runs, 3);
  EXPECT_EQ(std::get<CommentAdded>(Log(order).back().event).text, "εκτέλεση 3");
}

// --- Poison ---

TEST_P(CommitterFaults, AUnitThatTheDatabaseRefusesIsIsolatedAndTheOthersSucceed) {
  const Number order = server().Place("WEB-1");
  store().PoisonWhere([](const Activity& activity) {
    const auto* comment = std::get_if<CommentAdded>(&activity.event);
    return comment != nullptr && comment->text == "δηλητήριο";
  });
  const Answer busy = KeepBusy();
  const Answer before = Submit(Commenting(order, "πριν"));
  const Answer create = Submit(Creating("WEB-2"));
  const Answer poisoned = Submit(Commenting(order, "δηλητήριο"));
  const Answer after = Submit(Commenting(order, "μετά"));
  store().Release();

  EXPECT_EQ(before.WaitApplied().first_seq, 2);
  create.WaitApplied();
  EXPECT_THAT(poisoned.WaitRefusal(), RefusedFor(Reason::kInternal));
  EXPECT_THAT(poisoned.WaitRefusal().facts,
              SizeIs(1));  // the incident, and nothing of the database
  EXPECT_EQ(after.WaitApplied().first_seq, 3);
  EXPECT_THAT(Log(order), SizeIs(3));
  EXPECT_EQ(server().committer().stats().isolations, 1U);
}

TEST_P(CommitterFaults, ContentThatTheTablesCannotHoldIsIsolated) {
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Answer before = Submit(Commenting(order, "πριν"));
  Unit too_long = Creating("WEB-2");
  too_long.decide = [](const UnitContext& context) {
    CreateOrder command = Placing(CourierContent(), "WEB-2");
    command.content.customer.name = std::string(300, 'x');  // the services would not let it through
    return Decide(context.new_number, command, EshopService(), context.now);
  };
  const Answer poisoned = Submit(std::move(too_long));
  const Answer after = Submit(Commenting(order, "μετά"));
  store().Release();
  before.WaitApplied();
  EXPECT_THAT(poisoned.WaitRefusal(), RefusedFor(Reason::kInternal));
  after.WaitApplied();
  server().Place("WEB-2");  // nothing of it was stored
}

TEST_P(CommitterFaults, AnOrderThatCannotBeReadHoldsUpNoOther) {
  open_options.cache_bytes = 0;  // else it is not read
  const Number broken = server().Place("WEB-1");
  const Number sound = server().Place("WEB-2");
  const std::string where = absl::StrCat(" WHERE number = ", broken.value());
  database().Execute(absl::StrCat("UPDATE orders SET method = 'BY_PIGEON'", where));
  const Answer busy = KeepBusy();
  const Answer refused = Submit(Commenting(broken, "ένα"));
  const Answer applied = Submit(Commenting(sound, "ένα"));
  store().Release();
  EXPECT_THAT(refused.WaitRefusal(), RefusedFor(Reason::kInternal));
  applied.WaitApplied();
  database().Execute(absl::StrCat("UPDATE orders SET method = 'COURIER'", where));
  Submit(Commenting(broken, "δύο")).WaitApplied();
}

// --- Lost connections ---

TEST_P(CommitterFaults, AConnectionLostAtAnyCallIsReplacedAndTheBatchRunAgain) {
  for (const Fault fault : {Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer}) {
    for (const Method method :
         {Method::kBegin, Method::kLoad, Method::kWriteSubjects, Method::kAppendActivities}) {
      SCOPED_TRACE(
          absl::StrCat("fault ", static_cast<int>(fault), ", method ", static_cast<int>(method)));
      const int opened = store().Calls(Method::kOpenWriteSession);
      const int rollbacks = store().Calls(Method::kRollback);
      const int call = method == Method::kBegin ? 1 : 2;
      ExpectThreeAppliedOnceDespite([&] { store().Fail(method, fault, {.call = call}); });
      EXPECT_GT(store().Calls(Method::kOpenWriteSession), opened);
      EXPECT_EQ(store().Calls(Method::kRollback), rollbacks);  // a lost session is not used again
    }
  }
}

TEST_P(CommitterFaults, AConnectionThatCannotBeOpenedAtFirstIsTriedAgain) {
  server();
  store().Fail(Method::kOpenWriteSession, Fault::kLoseBeforeExecute, {.times = 3});
  server().Place("WEB-1");
  EXPECT_EQ(store().Calls(Method::kOpenWriteSession), 4);
}

TEST_P(CommitterFaults, AConnectionLostWhileNumbersAreReservedWastesNumbersOnly) {
  for (const Fault fault :
       {Fault::kDeadlock, Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer}) {
    server().Restart(options);  // has no numbers left
    store().Fail(Method::kReserveSerials, fault, {.times = 2});
    const Number number = server().Place(absl::StrCat("WEB-", static_cast<int>(fault)));
    EXPECT_THAT(Log(number), SizeIs(1));
  }
}

TEST_P(CommitterFaults, AConnectionLostWhenRefusalsAreRolledBackChangesNothing) {
  const Number order = server().Place("WEB-1");
  for (const Fault fault :
       {Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer, Fault::kPoison}) {
    store().Fail(Method::kRollback, fault);
    EXPECT_THAT(Submit(Changing(order, Step(OrderAction::kConfirmReceipt, Order(), PlacedAt())))
                    .WaitRefusal(),
                testing::AnyOf(RefusedFor(Reason::kActionNotOpen), RefusedFor(Reason::kInternal)));
  }
  Submit(Commenting(order, "ένα")).WaitApplied();
}

// --- Lost answers to a COMMIT ---

TEST_P(CommitterFaults, ACommitWhoseAnswerWasLostIsNotMadeTwice) {
  ExpectThreeAppliedOnceDespite(
      [&] { store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer, {.call = 2}); });
  EXPECT_EQ(server().committer().stats().lost_commits, 1U);
  EXPECT_EQ(server().committer().stats().replayed, 0U);
}

TEST_P(CommitterFaults, ACommitThatWasLostOnItsWayIsMade) {
  ExpectThreeAppliedOnceDespite(
      [&] { store().Fail(Method::kCommit, Fault::kLoseBeforeExecute, {.call = 2}); });
  EXPECT_EQ(server().committer().stats().lost_commits, 1U);
}

TEST_P(CommitterFaults, ACommitThatCompletesAfterTheReconnectIsNotMadeTwice) {
  ExpectThreeAppliedOnceDespite(
      [&] { store().Fail(Method::kCommit, Fault::kCommitCompletesLater, {.call = 2}); });
  EXPECT_EQ(server().committer().stats().lost_commits, 1U);
  EXPECT_EQ(server().committer().stats().replayed, 0U);
}

TEST_P(CommitterFaults, ALoneCreateWhoseCommitCompletesAfterTheReconnectIsNotMadeTwice) {
  server();
  for (const Fault fault :
       {Fault::kExecuteThenLoseAnswer, Fault::kLoseBeforeExecute, Fault::kCommitCompletesLater}) {
    store().Fail(Method::kCommit, fault);
    const Applied applied =
        Submit(Creating(absl::StrCat("WEB-", static_cast<int>(fault)))).WaitApplied();
    ExpectStored(applied, 1);
    EXPECT_THAT(Log(applied.order().subject.number), SizeIs(1));
  }
}

TEST_P(CommitterFaults, SeveralLostCommitsInARowMakeEachChangeOnce) {
  ExpectThreeAppliedOnceDespite([&] {
    store().Fail(Method::kCommit, Fault::kLoseBeforeExecute, {.call = 2, .times = 2});
    store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer, {.call = 4});
  });
  EXPECT_EQ(server().committer().stats().lost_commits, 3U);
}

TEST_P(CommitterFaults, AfterALostCommitAReplayInTheSameBatchIsStillAReplay) {
  const Number order = server().Place("WEB-1");
  for (const Fault fault : {Fault::kExecuteThenLoseAnswer, Fault::kLoseBeforeExecute}) {
    const Request one{.id = NewRequestId()};
    const Answer busy = KeepBusy();
    store().Fail(Method::kCommit, fault, {.call = 2});
    const Answer first = Submit(Commenting(order, "μία φορά", one));
    const Answer second = Submit(Commenting(order, "μία φορά", one));
    store().Release();
    EXPECT_FALSE(first.WaitApplied().replayed);
    EXPECT_TRUE(second.WaitApplied().replayed);
  }
  EXPECT_THAT(Log(order), SizeIs(3));
}

TEST_P(CommitterFaults, ACallerWhoGaveUpWhileACommitWasInDoubtFindsOutWithTheSameRequestId) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId()};
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  Unit unit = Commenting(order, "μία φορά", request);
  unit.cancelled = cancelled;
  unit.decide = [decide = std::move(unit.decide), cancelled](const UnitContext& context) {
    *cancelled = true;  // while the transaction runs
    return decide(context);
  };
  store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);
  EXPECT_THAT(Submit(std::move(unit)).WaitRefusal(), RefusedFor(Reason::kCancelledByCaller));
  const Applied retried = Submit(Commenting(order, "μία φορά", request)).WaitApplied();
  EXPECT_TRUE(retried.replayed);
  EXPECT_EQ(retried.first_seq, 2);
  EXPECT_THAT(Log(order), SizeIs(2));
}

TEST_P(CommitterFaults, WhoeverIsKilledBetweenCommitAndAnswerHasChangedOnce) {
  const Number order = server().Place("WEB-1");
  const Request create{.id = NewRequestId()};
  const Request comment{.id = NewRequestId()};
  options.outage_tolerance = absl::ZeroDuration();
  server().Restart(options);
  const Answer busy = KeepBusy();
  store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer, {.call = 2});
  const Answer lost_create = Submit(Creating("WEB-2", create));
  const Answer lost_comment = Submit(Commenting(order, "μία φορά", comment));
  store().Release();
  EXPECT_THAT(lost_create.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_THAT(lost_comment.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  server().Restart(options);
  EXPECT_TRUE(Submit(Creating("WEB-2", create)).WaitApplied().replayed);
  EXPECT_TRUE(Submit(Commenting(order, "μία φορά", comment)).WaitApplied().replayed);
  EXPECT_THAT(Log(order), SizeIs(2));
}

TEST_P(CommitterFaults, AUnitInDoubtIsNeverCalledRefusedForGood) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId()};
  store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);
  store().Fail(Method::kLoad, Fault::kPoison, {.call = 2});
  EXPECT_THAT(Submit(Commenting(order, "μία φορά", request)).WaitRefusal(),
              RefusedFor(Reason::kUnavailable));
  EXPECT_TRUE(Submit(Commenting(order, "μία φορά", request)).WaitApplied().replayed);
}

TEST_P(CommitterFaults, PoisonAfterALostCommitIsStillIsolated) {
  const Number order = server().Place("WEB-1");
  store().PoisonWhere([](const Activity& activity) {
    const auto* comment = std::get_if<CommentAdded>(&activity.event);
    return comment != nullptr && comment->text == "δηλητήριο";
  });
  const Answer busy = KeepBusy();
  const Answer good = Submit(Commenting(order, "καλό"));
  const Answer bad = Submit(Commenting(order, "δηλητήριο"));
  // The batch meets the poison; then the good one, alone, loses the answer to its commit.
  store().Fail(Method::kCommit, Fault::kCommitCompletesLater, {.call = 2});
  store().Release();
  ExpectStored(good.WaitApplied(), 2);
  EXPECT_THAT(bad.WaitRefusal(), RefusedFor(Reason::kInternal));
  EXPECT_THAT(Log(order), SizeIs(2));
}

}  // namespace
}  // namespace ipstore::orders::test
