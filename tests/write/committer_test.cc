// What the group committer does while the database behaves, and how it treats those who wait: on
// SQLite.
#include "server/write/committer.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::Pair;

constexpr int kForever = std::numeric_limits<int>::max() / 2;

class Committer : public WritePath {
 protected:
  // The server's clock; used where a test calls UseClock() first.
  TestClock clock{PlacedAt()};
  void UseClock() {
    options.clock = [this] { return clock.Now(); };
  }
};

// --- Batches ---

TEST_F(Committer, WhatGathersWhileACommitRunsBecomesOneTransaction) {
  const Answer first = KeepBusy();
  std::vector<Answer> rest;
  for (int i = 0; i < 100; ++i) rest.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  store().Release();
  first.WaitApplied();
  for (const Answer& answer : rest) answer.WaitApplied();

  EXPECT_EQ(store().Calls(Method::kCommit), 2);
  EXPECT_EQ(store().Calls(Method::kWriteSubjects), 2);
  EXPECT_EQ(store().Calls(Method::kAppendActivities), 2);
  const CommitterStats stats = server().committer().stats();
  EXPECT_EQ(stats.batches, 2U);
  EXPECT_EQ(stats.applied, 101U);
  EXPECT_EQ(stats.largest_batch, 100U);
  EXPECT_EQ(stats.reruns, 0U);
}

TEST_F(Committer, ABatchIsNeverLargerThanItsLimit) {
  options.max_batch = 10;
  const Answer first = KeepBusy();
  std::vector<Answer> rest;
  for (int i = 0; i < 25; ++i) rest.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  store().Release();
  for (const Answer& answer : rest) answer.WaitApplied();
  EXPECT_EQ(store().Calls(Method::kCommit), 1 + 3);
  EXPECT_EQ(server().committer().stats().largest_batch, 10U);
}

TEST_F(Committer, UnitsOnOneOrderInOneBatchSeeWhatThoseBeforeThemDid) {
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Answer start =
      Submit(Changing(order, Step(OrderAction::kStartProcessing, Read(order), PlacedAt())));
  const Answer check = Submit(Changing(order, Passed(CheckKind::kDetails)));
  const Answer again =
      Submit(Changing(order, Step(OrderAction::kStartProcessing, Read(order), PlacedAt())));
  const Answer comment = Submit(Commenting(order, "Στον τρίτο όροφο."));
  store().Release();

  EXPECT_EQ(start.WaitApplied().first_seq, 2);
  EXPECT_EQ(start.WaitApplied().order().status(), OrderStatus::kProcessing);
  EXPECT_FALSE(start.WaitApplied().order().checks.Passed(CheckKind::kDetails));
  EXPECT_EQ(check.WaitApplied().first_seq, 3);
  EXPECT_TRUE(check.WaitApplied().order().checks.Passed(CheckKind::kDetails));
  EXPECT_THAT(again.WaitRefusal(), RefusedFor(Reason::kActionNotOpen));
  EXPECT_EQ(comment.WaitApplied().first_seq, 4);
  EXPECT_EQ(comment.WaitApplied().order(), Read(order));
  EXPECT_EQ(store().Calls(Method::kCommit), 3);  // placing the order, keeping busy, and the four
}

TEST_F(Committer, AnAppliedUnitIsGivenItsActivitiesAsTheyAreStored) {
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  TransitionOrder step = Step(OrderAction::kStartProcessing, Read(order), PlacedAt());
  step.comment = NewComment{.text = "Ξεκινάμε."};
  const Answer start = Submit(Changing(order, step));
  const Answer comment = Submit(Commenting(order, "Στον τρίτο όροφο."));
  store().Release();

  const std::vector<Activity> two = start.WaitApplied().activities;
  const std::vector<Activity> one = comment.WaitApplied().activities;
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(start.WaitApplied().activity_count, 2);
  EXPECT_THAT(Log(order), ElementsAre(testing::_, two[0], two[1], one[0]));
}

TEST_F(Committer, ARefusedUnitTouchesNoneOfItsNeighbours) {
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Answer before = Submit(Commenting(order, "πριν"));
  const Answer refused =
      Submit(Changing(order, Step(OrderAction::kConfirmReceipt, Read(order), PlacedAt())));
  const Answer unknown = Submit(Commenting(Number::FromSerial(Number::kLastSerial), "πουθενά"));
  const Answer after = Submit(Commenting(order, "μετά"));
  store().Release();

  EXPECT_EQ(before.WaitApplied().first_seq, 2);
  EXPECT_THAT(refused.WaitRefusal(), RefusedFor(Reason::kActionNotOpen));
  EXPECT_THAT(unknown.WaitRefusal(), RefusedFor(Reason::kOrderNotFound));
  EXPECT_EQ(after.WaitApplied().first_seq, 3);
  const CommitterStats stats = server().committer().stats();
  EXPECT_EQ(stats.refused, 2U);
  EXPECT_EQ(stats.isolations, 0U);
}

TEST_F(Committer, ABatchOfRefusalsWritesNothing) {
  const Number order = server().Place("WEB-1");
  const int commits = store().Calls(Method::kCommit);
  EXPECT_THAT(Submit(Changing(order, Step(OrderAction::kConfirmReceipt, Read(order), PlacedAt())))
                  .WaitRefusal(),
              RefusedFor(Reason::kActionNotOpen));
  EXPECT_EQ(store().Calls(Method::kCommit), commits);
  EXPECT_EQ(store().Calls(Method::kRollback), 1);
}

TEST_F(Committer, TheHeadOfTheFeedIsTakenLast) {
  const Number order = server().Place("WEB-1");
  store().Fail(Method::kAppendActivities, Fault::kBlock);
  const std::vector<Method> all = {Method::kReserveSerials, Method::kBegin, Method::kLoad,
                                   Method::kWriteSubjects};
  const int commits = store().Calls(Method::kCommit);
  const Answer answer = Submit(Commenting(order, "Στον τρίτο όροφο."));
  ASSERT_TRUE(store().WaitUntilBlocked());
  std::vector<int> calls;
  for (Method method : all) calls.push_back(store().Calls(method));
  EXPECT_EQ(calls.back(), 2);  // all rows are written when the head's turn comes
  EXPECT_EQ(store().Calls(Method::kCommit), commits);
  store().Release();
  answer.WaitApplied();
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(store().Calls(all[i]), calls[i]);
  EXPECT_EQ(store().Calls(Method::kAppendActivities), 2);
  EXPECT_EQ(store().Calls(Method::kCommit), commits + 1);
}

TEST_F(Committer, EachCommitIsAnnouncedOnce) {
  const Answer busy = KeepBusy();
  const Answer first = Submit(Creating("WEB-1"));
  const Answer refused = Submit(Commenting(Number::FromSerial(Number::kLastSerial), "πουθενά"));
  const Answer second = Submit(Creating("WEB-2"));
  store().Release();
  second.WaitApplied();
  EXPECT_THAT(server().Announced(), ElementsAre(Pair(1, 1), Pair(2, 2)));
  // Neither refusals nor replays are news.
  Submit(Commenting(Number::FromSerial(Number::kLastSerial), "πουθενά")).WaitRefusal();
  const Request request{.id = NewRequestId()};
  Submit(Creating("WEB-3", request)).WaitApplied();
  Submit(Creating("WEB-3", request)).WaitApplied();
  EXPECT_THAT(server().Announced(), ElementsAre(Pair(1, 1), Pair(2, 2), Pair(4, 1)));
}

TEST_F(Committer, ACommitIsAnnouncedBeforeItsCallersAreAnswered) {
  std::atomic<int> announced = 0;
  std::atomic<int> announced_before_answer = 0;
  options.on_committed = [&](std::int64_t, std::size_t) { ++announced; };
  Answer answer;
  Unit unit = Creating("WEB-1");
  unit.done = [&, done = answer.Done()](Outcome outcome) mutable {
    announced_before_answer = announced.load();
    std::move(done)(std::move(outcome));
  };
  server().committer().Submit(std::move(unit));
  answer.WaitApplied();
  EXPECT_EQ(announced_before_answer, 1);
}

// --- Time ---

TEST_F(Committer, TimeInALogNeverGoesBack) {
  UseClock();
  const Number order = server().Place("WEB-1");
  clock.Advance(-absl::Hours(1));  // another server's clock was ahead
  Submit(Commenting(order, "ένα")).WaitApplied();
  clock.Advance(absl::Hours(2) + absl::Nanoseconds(1));
  Submit(Commenting(order, "δύο")).WaitApplied();
  const std::vector<Activity> log = Log(order);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].recorded_at, PlacedAt());
  EXPECT_EQ(log[1].recorded_at, PlacedAt());
  EXPECT_EQ(log[2].recorded_at, PlacedAt() + absl::Hours(1));
}

// --- Replays ---

TEST_F(Committer, AReplayedRequestChangesNothing) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId(), .content = "start"};
  const auto unit = [&] {
    return Changing(order, Step(OrderAction::kStartProcessing, Order(), PlacedAt()), request);
  };
  const Applied first = Submit(unit()).WaitApplied();
  EXPECT_FALSE(first.replayed);
  Submit(Commenting(order, "μετά")).WaitApplied();

  // It comes before the state, in which the step is no longer open.
  const Applied second = Submit(unit()).WaitApplied();
  EXPECT_TRUE(second.replayed);
  EXPECT_EQ(second.first_seq, first.first_seq);
  EXPECT_EQ(second.activity_count, first.activity_count);
  EXPECT_EQ(second.order(), Read(order));  // as it is now
  EXPECT_EQ(Log(order).size(), 3U);
  EXPECT_EQ(server().committer().stats().replayed, 1U);
}

TEST_F(Committer, AReplayInTheSameBatchChangesNothing) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId()};
  const Answer busy = KeepBusy();
  const Answer first = Submit(Commenting(order, "μία φορά", request));
  const Answer second = Submit(Commenting(order, "μία φορά", request));
  store().Release();
  EXPECT_FALSE(first.WaitApplied().replayed);
  EXPECT_TRUE(second.WaitApplied().replayed);
  EXPECT_EQ(second.WaitApplied().first_seq, first.WaitApplied().first_seq);
  EXPECT_EQ(second.WaitApplied().order(), first.WaitApplied().order());
  EXPECT_EQ(Log(order).size(), 2U);
  EXPECT_EQ(store().Calls(Method::kCommit), 3);  // placing the order, keeping busy, and this
  EXPECT_EQ(server().committer().stats().isolations, 0U);
}

TEST_F(Committer, AReplayedCreateGivesTheSameOrder) {
  const Request request{.id = NewRequestId()};
  const Answer busy = KeepBusy();
  const Answer first = Submit(Creating("WEB-1", request));
  const Answer same_batch = Submit(Creating("WEB-1", request));
  store().Release();
  EXPECT_FALSE(first.WaitApplied().replayed);
  const Number number = first.WaitApplied().order().subject.number;
  for (const Answer& answer : {same_batch, Submit(Creating("WEB-1", request))}) {
    EXPECT_TRUE(answer.WaitApplied().replayed);
    EXPECT_EQ(answer.WaitApplied().order().subject.number, number);
    EXPECT_EQ(answer.WaitApplied().first_seq, 1);
  }
  EXPECT_EQ(Log(number).size(), 1U);
}

TEST_F(Committer, AReplayIsFoundAfterARestart) {
  const Request create{.id = NewRequestId()};
  const Request comment{.id = NewRequestId()};
  const Number order = Submit(Creating("WEB-1", create)).WaitApplied().order().subject.number;
  Submit(Commenting(order, "μία φορά", comment)).WaitApplied();
  server().Restart(options);
  EXPECT_TRUE(Submit(Creating("WEB-1", create)).WaitApplied().replayed);
  EXPECT_TRUE(Submit(Commenting(order, "μία φορά", comment)).WaitApplied().replayed);
  EXPECT_EQ(Log(order).size(), 2U);
}

TEST_F(Committer, ARefusalUsesUpNoRequestId) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId()};
  const auto gather = [&] {
    return Changing(order, Step(OrderAction::kStartGathering, Order(), PlacedAt()), request);
  };
  EXPECT_THAT(Submit(gather()).WaitRefusal(), RefusedFor(Reason::kActionNotOpen));
  Submit(Changing(order, Step(OrderAction::kStartProcessing, Order(), PlacedAt()))).WaitApplied();
  EXPECT_THAT(Submit(gather()).WaitRefusal(), RefusedFor(Reason::kGuardsNotSatisfied));
  for (CheckKind check : kCheckKinds) Submit(Changing(order, Passed(check))).WaitApplied();
  EXPECT_FALSE(Submit(gather()).WaitApplied().replayed);
}

TEST_F(Committer, AUnitThatFindsNothingToChangeIsAnsweredWithTheOrderAndUsesUpNoRequestId) {
  const Number order = server().Place("WEB-1");
  const Request request{.id = NewRequestId(), .content = "on"};
  const int commits = store().Calls(Method::kCommit);
  const Applied same = Submit(Changing(order, SetNotifications{.on = true}, request)).WaitApplied();
  EXPECT_EQ(same.order(), Read(order));
  EXPECT_EQ(same.activity_count, 0);
  EXPECT_EQ(same.activities.size(), 0U);
  EXPECT_FALSE(same.replayed);
  EXPECT_EQ(Log(order).size(), 1U);
  EXPECT_EQ(store().Calls(Method::kCommit), commits);
  EXPECT_EQ(server().committer().stats().unchanged, 1U);

  Submit(Changing(order, SetNotifications{.on = false})).WaitApplied();
  const Applied back = Submit(Changing(order, SetNotifications{.on = true}, request)).WaitApplied();
  EXPECT_FALSE(back.replayed) << "now it has something to do, under the same id";
  EXPECT_EQ(back.activity_count, 1);
  EXPECT_EQ(server().committer().stats().refused, 0U);
}

TEST_F(Committer, AUnitThatFindsNothingToChangeSeesWhatTheBatchDidBeforeIt) {
  const Number order = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Answer off = Submit(Changing(order, SetNotifications{.on = false}));
  const Answer same = Submit(Changing(order, SetNotifications{.on = false}));
  const Answer comment = Submit(Commenting(order, "μετά"));
  store().Release();
  EXPECT_EQ(off.WaitApplied().activity_count, 1);
  EXPECT_EQ(same.WaitApplied().activity_count, 0);
  EXPECT_EQ(same.WaitApplied().order(), off.WaitApplied().order());
  EXPECT_EQ(comment.WaitApplied().first_seq, 3);
  EXPECT_EQ(comment.WaitApplied().order(), Read(order));
}

TEST_F(Committer, ARequestIdWithAnotherMethodActorOrContentIsRefused) {
  const Number order = server().Place("WEB-1");
  const Number other = server().Place("WEB-2");
  const Request used{
      .id = NewRequestId(), .method = "CreateComment", .actor = "STAFF eleni", .content = "ένα"};
  Submit(Commenting(order, "ένα", used)).WaitApplied();

  Request method = used, actor = used, content = used;
  method.method = "TransitionOrder";
  actor.actor = "STAFF nikos";
  content.content = "δύο";
  for (const Request& reused : {method, actor, content}) {
    EXPECT_EQ(Submit(Commenting(order, "ένα", reused)).WaitRefusal(), RequestIdReused(used.id));
    EXPECT_EQ(Submit(Commenting(other, "ένα", reused)).WaitRefusal(), RequestIdReused(used.id));
    EXPECT_EQ(Submit(Creating("WEB-3", reused)).WaitRefusal(), RequestIdReused(used.id));
  }
  EXPECT_EQ(Log(order).size(), 2U);
  EXPECT_EQ(Log(other).size(), 1U);
}

TEST_F(Committer, ARequestIdUsedTwiceInOneBatchIsRefusedTheSecondTime) {
  const Number order = server().Place("WEB-1");
  const Request one{.id = NewRequestId(), .content = "ένα"};
  const Request two{.id = one.id, .content = "δύο"};
  const Answer busy = KeepBusy();
  const Answer first = Submit(Commenting(order, "ένα", one));
  const Answer second = Submit(Commenting(order, "δύο", two));
  const Answer create = Submit(Creating("WEB-2", two));
  store().Release();
  EXPECT_FALSE(first.WaitApplied().replayed);
  EXPECT_EQ(second.WaitRefusal(), RequestIdReused(one.id));
  EXPECT_EQ(create.WaitRefusal(), RequestIdReused(one.id));
}

// --- External references ---

TEST_F(Committer, AnExternalReferenceIsGivenToOneOrderOfABatch) {
  const Answer busy = KeepBusy();
  const Answer first = Submit(Creating("WEB-1"));
  const Answer second = Submit(Creating("WEB-1"));
  const Answer other = Submit(Creating("web-1"));  // compared byte by byte
  store().Release();
  first.WaitApplied();
  EXPECT_EQ(second.WaitRefusal(), ExternalReferenceExists("eshop", "WEB-1"));
  other.WaitApplied();
  EXPECT_EQ(Submit(Creating("WEB-1")).WaitRefusal(), ExternalReferenceExists("eshop", "WEB-1"));
  EXPECT_EQ(server().committer().stats().isolations, 0U);
}

TEST_F(Committer, AReferenceWhoseCreateWasRefusedIsFree) {
  const Answer busy = KeepBusy();
  Unit refused = Creating("WEB-1");
  refused.decide = [](const UnitContext&) -> Decision { return PermissionDenied(); };
  const Answer first = Submit(std::move(refused));
  const Answer second = Submit(Creating("WEB-1"));
  store().Release();
  EXPECT_THAT(first.WaitRefusal(), RefusedFor(Reason::kPermissionDenied));
  second.WaitApplied();
}

// --- Those who wait ---

TEST_F(Committer, AUnitWhoseTimeIsUpIsDroppedBeforeItsWorkStarts) {
  UseClock();
  const auto runs = std::make_shared<std::atomic<int>>(0);
  const Answer busy = KeepBusy();
  Unit early = Counting(Creating("WEB-1"), runs);
  early.deadline = clock.Now() + absl::Seconds(1);
  Unit late = Creating("WEB-2");
  late.deadline = clock.Now() + absl::Seconds(10);
  const Answer dropped = Submit(std::move(early));
  const Answer kept = Submit(std::move(late));
  clock.Advance(absl::Seconds(1));
  store().Release();
  EXPECT_THAT(dropped.WaitRefusal(), RefusedFor(Reason::kDeadlineExceeded));
  kept.WaitApplied();
  EXPECT_EQ(*runs, 0);
}

TEST_F(Committer, AUnitIsGivenUpAfterAWhileEvenIfItsCallerWouldWaitForEver) {
  UseClock();
  options.max_unit_time = absl::Seconds(30);
  const Answer busy = KeepBusy();
  const Answer dropped = Submit(Creating("WEB-1"));
  clock.Advance(absl::Seconds(30));
  store().Release();
  EXPECT_THAT(dropped.WaitRefusal(), RefusedFor(Reason::kDeadlineExceeded));
}

TEST_F(Committer, ACancelledUnitIsDroppedBeforeItsWorkStarts) {
  const auto runs = std::make_shared<std::atomic<int>>(0);
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const Answer busy = KeepBusy();
  Unit unit = Counting(Creating("WEB-1"), runs);
  unit.cancelled = cancelled;
  const Answer dropped = Submit(std::move(unit));
  const Answer kept = Submit(Creating("WEB-2"));
  *cancelled = true;
  store().Release();
  EXPECT_THAT(dropped.WaitRefusal(), RefusedFor(Reason::kCancelledByCaller));
  kept.WaitApplied();
  EXPECT_EQ(*runs, 0);
}

TEST_F(Committer, ABatchOfWhichNobodyWaitsForAUnitDoesNotTouchTheDatabase) {
  const auto cancelled = std::make_shared<std::atomic<bool>>(true);
  server().Place("WEB-1");
  const int begun = store().Calls(Method::kBegin);
  Unit unit = Creating("WEB-2");
  unit.cancelled = cancelled;
  EXPECT_THAT(Submit(std::move(unit)).WaitRefusal(), RefusedFor(Reason::kCancelledByCaller));
  EXPECT_EQ(store().Calls(Method::kBegin), begun);
}

TEST_F(Committer, AFullQueueRefusesAtOnce) {
  options.queue_capacity = 3;
  const Answer busy = KeepBusy();
  std::vector<Answer> waiting;
  for (int i = 0; i < 3; ++i) waiting.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  const Answer refused = Submit(Creating("WEB-3"));
  EXPECT_EQ(refused.times(), 1);  // on this thread, while the committer is stuck
  EXPECT_THAT(refused.WaitRefusal(), RefusedFor(Reason::kOverloaded));
  store().Release();
  for (const Answer& answer : waiting) answer.WaitApplied();
  Submit(Creating("WEB-3")).WaitApplied();
}

// --- The end ---

TEST_F(Committer, StoppingFinishesWhatWaits) {
  options.max_batch = 2;
  const Answer busy = KeepBusy();
  std::vector<Answer> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  std::thread stop([&] { server().committer().Stop(absl::InfiniteFuture()); });
  const auto refused = [&] {
    const Answer probe =
        Submit(Commenting(Number::FromSerial(Number::kLastSerial), "μετά το τέλος"));
    return probe.times() == 1 && probe.WaitRefusal().reason == Reason::kUnavailable;
  };
  EXPECT_TRUE(WaitUntil(refused));
  store().Release();
  stop.join();
  busy.WaitApplied();
  for (const Answer& answer : waiting) answer.WaitApplied();
}

TEST_F(Committer, AfterTheEndUnitsAreRefusedAtOnce) {
  server().Place("WEB-1");
  server().committer().Stop(absl::InfiniteFuture());
  server().committer().Stop(absl::InfiniteFuture());
  const Answer refused = Submit(Creating("WEB-2"));
  EXPECT_EQ(refused.times(), 1);
  EXPECT_THAT(refused.WaitRefusal(), RefusedFor(Reason::kUnavailable));
}

TEST_F(Committer, StoppingGivesUpWhatWaitsAtItsDeadline) {
  options.max_batch = 1;
  const Answer busy = KeepBusy();
  std::vector<Answer> waiting;
  for (int i = 0; i < 300; ++i) waiting.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  std::thread stop([&] { server().committer().Stop(absl::Now()); });
  const auto refused = [&] {
    const Answer probe = Submit(Creating("WEB-LATE"));
    return probe.times() == 1;
  };
  EXPECT_TRUE(WaitUntil(refused));
  store().Release();
  stop.join();
  busy.Wait();  // what has begun is finished
  int given_up = 0;
  for (const Answer& answer : waiting) {
    const Outcome outcome = answer.Wait();
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
      EXPECT_THAT(*refusal, RefusedFor(Reason::kUnavailable));
      ++given_up;
    }
  }
  EXPECT_GT(given_up, 0);
}

TEST_F(Committer, StoppingGivesUpWhatAnOutageHoldsUp) {
  options.outage_tolerance = absl::Hours(1);
  options.first_backoff = options.last_backoff = absl::Minutes(1);  // it is not waited for
  store().Fail(Method::kOpenWriteSession, Fault::kLoseBeforeExecute, {.times = kForever});
  const Answer held = Submit(Creating("WEB-1"));
  ASSERT_TRUE(WaitUntil([&] { return server().Troubles() > 0; }));
  const Answer waiting = Submit(Creating("WEB-2"));
  server().committer().Stop(absl::Now());
  EXPECT_THAT(held.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_THAT(waiting.WaitRefusal(), RefusedFor(Reason::kUnavailable));
}

TEST_F(Committer, SeveralMayStopItAtTheSameTime) {
  server().Place("WEB-1");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { server().committer().Stop(absl::InfiniteFuture()); });
  }
  for (std::thread& thread : threads) thread.join();
}

// --- Outages ---

TEST_F(Committer, ALostDatabaseIsWaitedForWithinTheTolerance) {
  UseClock();
  options.outage_tolerance = absl::Seconds(5);
  store().Fail(Method::kOpenWriteSession, Fault::kLoseBeforeExecute, {.times = kForever});
  const Answer answer = Submit(Creating("WEB-1"));
  ASSERT_TRUE(WaitUntil([&] { return server().Troubles() >= 5; }));
  clock.Advance(absl::Milliseconds(4999));
  const int troubles = server().Troubles();
  ASSERT_TRUE(WaitUntil([&] { return server().Troubles() >= troubles + 2; }));
  EXPECT_EQ(answer.times(), 0);
  store().Heal();
  answer.WaitApplied();
}

TEST_F(Committer, AKnownOutageRefusesAfterOneTryUntilItIsOver) {
  UseClock();
  options.outage_tolerance = absl::Seconds(5);
  store().Fail(Method::kOpenWriteSession, Fault::kLoseBeforeExecute, {.times = kForever});
  const Answer first = Submit(Creating("WEB-1"));
  ASSERT_TRUE(WaitUntil([&] { return server().Troubles() >= 3; }));
  clock.Advance(absl::Seconds(5));
  EXPECT_THAT(first.WaitRefusal(), RefusedFor(Reason::kUnavailable));

  const int tries = store().Calls(Method::kOpenWriteSession);
  EXPECT_THAT(Submit(Creating("WEB-2")).WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_EQ(store().Calls(Method::kOpenWriteSession), tries + 1);

  store().Heal();
  server().Place("WEB-3");
  // It is forgotten: the next one is waited for again.
  store().Fail(Method::kBegin, Fault::kLoseBeforeExecute, {.times = 3});
  server().Place("WEB-4");
}

TEST_F(Committer, AUnitIsNotWaitedForBeyondItsDeadlineInAnOutage) {
  UseClock();
  options.outage_tolerance = absl::Hours(1);
  store().Fail(Method::kBegin, Fault::kLoseBeforeExecute, {.times = kForever});
  Unit unit = Creating("WEB-1");
  unit.deadline = clock.Now() + absl::Seconds(1);
  const Answer early = Submit(std::move(unit));
  const Answer late = Submit(Creating("WEB-2"));
  ASSERT_TRUE(WaitUntil([&] { return server().Troubles() >= 3; }));
  clock.Advance(absl::Seconds(1));
  EXPECT_THAT(early.WaitRefusal(), RefusedFor(Reason::kDeadlineExceeded));
  EXPECT_EQ(late.times(), 0);
  store().Heal();
  late.WaitApplied();
}

// --- Numbers ---

TEST_F(Committer, CreatesGetNumbersOfTheirOwn) {
  const Answer busy = KeepBusy();
  std::vector<Answer> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(Submit(Creating(absl::StrCat("WEB-", i))));
  store().Release();
  std::vector<Number> numbers;
  for (const Answer& answer : answers)
    numbers.push_back(answer.WaitApplied().order().subject.number);
  std::ranges::sort(numbers);
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
  EXPECT_LE(store().Calls(Method::kReserveSerials), 2);
}

TEST_F(Committer, AGivenNumberIsKept) {
  const Number number = Number::FromSerial(123'456'789);
  EXPECT_EQ(Submit(Bringing("OLD-1", number)).WaitApplied().order().subject.number, number);
  EXPECT_EQ(Read(number).status(), OrderStatus::kReceived);
}

TEST_F(Committer, ATakenNumberRefusesThatUnitAndNoNeighbour) {
  const Number taken = server().Place("WEB-1");
  const Answer busy = KeepBusy();
  const Answer refused = Submit(Bringing("OLD-1", taken));
  const Answer neighbour = Submit(Bringing("OLD-2", Number::FromSerial(200'000'000)));
  store().Release();
  EXPECT_EQ(refused.WaitRefusal(), NumberTaken(taken.ToString()));
  neighbour.WaitApplied();
}

TEST_F(Committer, ANumberIsGivenToOneOrderOfABatch) {
  const Answer busy = KeepBusy();
  const Answer first = Submit(Bringing("OLD-1", Number::FromSerial(200'000'000)));
  const Answer second = Submit(Bringing("OLD-2", Number::FromSerial(200'000'000)));
  store().Release();
  first.WaitApplied();
  EXPECT_THAT(second.WaitRefusal(), RefusedFor(Reason::kNumberTaken));
}

TEST_F(Committer, ANumberThatWasReservedForOthersCanBeBroughtAlongAndIsNotGivenAgain) {
  const std::int64_t serial = server().Place("WEB-1").serial();
  std::vector<Number> numbers;
  for (std::int64_t next = serial + 2; next < serial + 200; next += 40) {
    numbers.push_back(Number::FromSerial(next));
    Submit(Bringing(absl::StrCat("OLD-", next), numbers.back())).WaitApplied();
  }
  for (int i = 0; i < 200; ++i) numbers.push_back(server().Place(absl::StrCat("NEW-", i)));
  std::ranges::sort(numbers);
  EXPECT_EQ(std::unique(numbers.begin(), numbers.end()), numbers.end());
}

TEST_F(Committer, ACreateInTheSameBatchGivesWayToTheNumberThatAnotherBringsAlong) {
  const std::int64_t serial = server().Place("WEB-1").serial();
  const Answer busy = KeepBusy();  // has the next
  const Answer brought = Submit(Bringing("OLD-1", Number::FromSerial(serial + 2)));
  const Answer created = Submit(Creating("WEB-2"));
  store().Release();
  EXPECT_EQ(brought.WaitApplied().order().subject.number.serial(), serial + 2);
  EXPECT_NE(created.WaitApplied().order().subject.number.serial(), serial + 2);
}

TEST_F(Committer, SerialsGoOnBehindTheHighestNumberThatWasBroughtAlong) {
  Submit(Bringing("OLD-1", Number::FromSerial(300'000'000))).WaitApplied();
  Submit(Bringing("OLD-2", Number::FromSerial(200'000'000))).WaitApplied();
  server().Restart(options);
  EXPECT_EQ(server().Place("WEB-1").serial(), 300'000'001);
}

TEST_F(Committer, ALostCommitWithAGivenNumberIsRecognisedAsOurs) {
  store().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);
  const Applied applied = Submit(Bringing("OLD-1", Number::FromSerial(200'000'000))).WaitApplied();
  EXPECT_FALSE(applied.replayed);
  EXPECT_EQ(applied.order().subject.number, Number::FromSerial(200'000'000));
}

TEST_F(Committer, AUnitThatOnlyValidatesWritesNothingAndTakesNoNumber) {
  const std::int64_t serial = server().Place("WEB-1").serial();
  Unit fine = Creating("WEB-2");
  fine.validate_only = true;
  const Applied applied = Submit(std::move(fine)).WaitApplied();
  EXPECT_EQ(applied.activity_count, 0);
  EXPECT_EQ(applied.order().subject.number, Number());
  EXPECT_EQ(applied.order().content.external_reference, "WEB-2");
  Unit taken = Creating("WEB-1");
  taken.validate_only = true;
  EXPECT_THAT(Submit(std::move(taken)).WaitRefusal(), RefusedFor(Reason::kExternalReferenceExists));
  EXPECT_EQ(store().Calls(Method::kWriteSubjects), 1);
  EXPECT_EQ(server().Place("WEB-2").serial(), serial + 1);
  EXPECT_EQ(server().committer().stats().applied, 2U);
}

TEST_F(Committer, ACreateThatIsRunAgainKeepsItsNumber) {
  const std::int64_t serial =
      server().Place("WEB-1").value() / 10;  // the last digit is the check digit
  store().Fail(Method::kAppendActivities, Fault::kDeadlock, {.times = 2});
  EXPECT_EQ(server().Place("WEB-2").value() / 10, serial + 1);
}

}  // namespace
}  // namespace ipstore::orders::test
