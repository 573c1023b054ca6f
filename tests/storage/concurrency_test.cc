// Transactions that overlap: they take turns, wait no longer than they should, and leave no gap in
// the feed.
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "server/storage/open.h"
#include "tests/storage/conformance.h"

namespace ipstore::orders::test {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kSerial = Number::kFirstSerial;
constexpr std::chrono::milliseconds kAWhile{300};
// Lock waits end after two seconds; the rest is for slow machines.
constexpr absl::Duration kLockPatience = absl::Seconds(15);

// Runs a whole transaction, again and again while it is aborted.
absl::Status WriteUntilDone(WriteSession& session, std::vector<Change>& changes) {
  for (;;) {
    absl::Status status = Write(session, changes);
    if (!absl::IsAborted(status)) return status;
  }
}

TEST_P(CachedStore, OverlappingTransactionsOnOneOrderTakeTurns) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  auto first = OpenWriter();
  auto second = OpenWriter();
  std::vector<Change> step = {StartProcessing(order.order())};
  ASSERT_THAT(first->Begin(), IsOk());
  ASSERT_THAT(first->Load(RequestFor(step)).status(), IsOk());

  auto seen_by_second = std::async(std::launch::async, [&]() -> absl::StatusOr<Loaded> {
    if (absl::Status status = second->Begin(); !status.ok()) return status;
    return second->Load(RequestFor(step));
  });
  EXPECT_EQ(seen_by_second.wait_for(kAWhile), std::future_status::timeout)
      << "the second must wait for the first";
  ASSERT_THAT(WriteRows(*first, step), IsOk());
  ASSERT_THAT(Append(*first, step), IsOk());
  ASSERT_THAT(first->Commit(), IsOk());

  const Loaded loaded = seen_by_second.get().value();
  EXPECT_THAT(second->Rollback(), IsOk());
  EXPECT_EQ(*loaded.subjects.at(order.order().subject.number), SubjectState(step[0].after));
  EXPECT_TRUE(loaded.request_keys.contains(step[0].request_key));
}

TEST_P(ServerConformance, OrdersThatWereNotAskedForAreNotLocked) {
  std::vector<Change> creations;
  for (int i = 0; i < 5; ++i) creations.push_back(CreationOf(PlacedOrder(kSerial + i)));
  ASSERT_THAT(Write(*OpenWriter(), creations), IsOk());
  std::vector<Change> even = {StartProcessing(creations[0].after),
                              StartProcessing(creations[2].after),
                              StartProcessing(creations[4].after)};
  std::vector<Change> odd = {StartProcessing(creations[1].after),
                             StartProcessing(creations[3].after),
                             CreationOf(PlacedOrder(kSerial + 9))};
  auto one = OpenWriter();
  auto two = OpenWriter();
  for (auto* writer : {one.get(), two.get()}) {
    std::vector<Change>& changes = writer == one.get() ? even : odd;
    ASSERT_THAT(writer->Begin(), IsOk());
    ASSERT_THAT(writer->Load(RequestFor(changes)).status(), IsOk());
    ASSERT_THAT(WriteRows(*writer, changes), IsOk());
  }
  ASSERT_THAT(Append(*one, even), IsOk());
  ASSERT_THAT(one->Commit(), IsOk());
  ASSERT_THAT(Append(*two, odd), IsOk());
  ASSERT_THAT(two->Commit(), IsOk());
  EXPECT_EQ(even[0].activities[0].position, 6);
  EXPECT_EQ(odd[0].activities[0].position, 9) << "positions are in the order of the commits";
}

TEST_P(CachedStore, PositionsHaveNoGapUnderOverlappingWriters) {
  constexpr int kWriters = 4;
  constexpr int kTransactions = 25;
  store();
  std::atomic<int> writing{kWriters};
  std::atomic<std::int64_t> written{0};
  const auto write = [&](int writer) {
    auto session = OpenWriter();
    for (int i = 0; i < kTransactions; ++i) {
      std::vector<Change> changes;
      for (int j = 0; j <= (writer + i) % 5; ++j) {
        changes.push_back(CreationOf(
            PlacedOrder(kSerial + std::int64_t{10'000} * writer + std::int64_t{10} * i + j)));
      }
      EXPECT_THAT(WriteUntilDone(*session, changes), IsOk());
      written += static_cast<std::int64_t>(changes.size());
    }
    --writing;
  };
  // Reads on from where it stands, as the feed does: what comes later must not have been passed by.
  const auto follow = [&] {
    auto session = database().Connect(sql::Purpose::kRead);
    std::int64_t position = 0;
    for (bool last = false; !last;) {
      last = writing == 0;
      const sql::Rows rows =
          session
              ->Query("SELECT position FROM activities WHERE position > ? ORDER BY position",
                      {sql::Param::Integer(position)}, {sql::ValueType::kInteger})
              .value();
      for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows.Integer(i, 0), ++position);
    }
    return position;
  };
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) threads.emplace_back(write, writer);
  const std::int64_t followed_to = follow();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(followed_to, written.load());
  EXPECT_EQ(store().ReadFeedHead().value().position, written.load());
}

// Writers of one store guess the head; it is somewhere else after a rollback and after others have
// written.
TEST_P(CachedStore, PositionsHaveNoGapWhereverTheHeadIsFound) {
  auto writer = OpenWriter();
  auto second = OpenWriter();
  std::int64_t serial = kSerial;
  std::int64_t expected = 0;
  const auto write_in = [&](WriteSession& session) {
    std::vector<Change> changes = {CreationOf(PlacedOrder(serial++))};
    ASSERT_THAT(Write(session, changes), IsOk());
    EXPECT_EQ(changes.front().activities.front().position, ++expected);
  };
  for (int i = 0; i < 3; ++i) write_in(*writer);
  write_in(*second);

  std::vector<Change> rolled_back = {CreationOf(PlacedOrder(serial++))};
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(writer->Load(RequestFor(rolled_back)).status(), IsOk());
  ASSERT_THAT(WriteRows(*writer, rolled_back), IsOk());
  ASSERT_THAT(Append(*writer, rolled_back), IsOk());
  ASSERT_THAT(writer->Rollback(), IsOk());
  for (int i = 0; i < 3; ++i) write_in(*second);

  // As another server does.
  database().Execute("UPDATE feed_head SET position = position + 10");
  expected += 10;
  for (int i = 0; i < 3; ++i) write_in(*writer);
}

TEST_P(ServerConformance, ADeadlockAbortsOneOfTheTwoWhichCanRunAgain) {
  const OrderInTest a = PlacedOrder(kSerial);
  const OrderInTest b = PlacedOrder(kSerial + 1);
  MustWrite(CreationOf(a));
  MustWrite(CreationOf(b));
  auto first = OpenWriter();
  auto second = OpenWriter();
  ASSERT_THAT(first->Begin(), IsOk());
  ASSERT_THAT(second->Begin(), IsOk());
  ASSERT_THAT(first->Load({.subjects = {a.order().subject.number}}).status(), IsOk());
  ASSERT_THAT(second->Load({.subjects = {b.order().subject.number}}).status(), IsOk());
  auto crossing = std::async(std::launch::async, [&] {
    return first->Load({.subjects = {b.order().subject.number}}).status();
  });
  std::this_thread::sleep_for(kAWhile);
  const absl::Time began = absl::Now();
  const absl::Status second_status =
      second->Load({.subjects = {a.order().subject.number}}).status();
  // Whichever was chosen, its rollback lets the other go on.
  if (!second_status.ok()) second->Rollback().IgnoreError();
  const absl::Status first_status = crossing.get();
  if (!first_status.ok()) first->Rollback().IgnoreError();
  EXPECT_LT(absl::Now() - began, absl::Milliseconds(1500))
      << "found as a deadlock, not by a wait that timed out";
  EXPECT_NE(first_status.ok(), second_status.ok());
  const absl::Status aborted = first_status.ok() ? second_status : first_status;
  EXPECT_THAT(aborted, HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(std::string(aborted.message()), HasSubstr("1213"));
  EXPECT_THAT(first->Rollback(), IsOk());
  EXPECT_THAT(second->Rollback(), IsOk());
  EXPECT_THAT(Write(*(first_status.ok() ? second : first), StartProcessing(a.order())), IsOk());
}

TEST_P(CachedStore, AWaitForALockEndsWithinSecondsAndCanBeRunAgain) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  auto holder = OpenWriter();
  ASSERT_THAT(holder->Begin(), IsOk());
  ASSERT_THAT(holder->Load({.subjects = {order.order().subject.number}}).status(), IsOk());
  auto waiter = OpenWriter();
  const absl::Time began = absl::Now();
  EXPECT_THAT(Write(*waiter, StartProcessing(order.order())), HasCode(absl::StatusCode::kAborted));
  EXPECT_LT(absl::Now() - began, kLockPatience);
  ASSERT_THAT(holder->Rollback(), IsOk());
  EXPECT_THAT(Write(*waiter, StartProcessing(order.order())), IsOk());
}

// Two calls that create the same order at the same time: the second waits for the first and then
// finds it.
TEST_P(CachedStore, AKeyThatAnotherIsAboutToCommitIsWaitedFor) {
  std::vector<Change> mine = {CreationOf(OrderInTest(CourierContent(), kSerial))};
  std::vector<Change> theirs = {CreationOf(OrderInTest(CourierContent(), kSerial + 1))};
  auto first = OpenWriter();
  auto second = OpenWriter();
  ASSERT_THAT(first->Begin(), IsOk());
  ASSERT_THAT(first->Load(RequestFor(mine)).status(), IsOk());
  ASSERT_THAT(WriteRows(*first, mine), IsOk());
  auto result = std::async(std::launch::async, [&] { return Write(*second, theirs); });
  EXPECT_EQ(result.wait_for(kAWhile), std::future_status::timeout);
  ASSERT_THAT(Append(*first, mine), IsOk());
  ASSERT_THAT(first->Commit(), IsOk());
  EXPECT_THAT(result.get(), HasCode(absl::StatusCode::kAlreadyExists));

  ASSERT_THAT(second->Begin(), IsOk());
  const Loaded again = second->Load(RequestFor(theirs)).value();
  EXPECT_THAT(second->Rollback(), IsOk());
  EXPECT_EQ(again.external_keys.size(), 1U) << "the second run sees it";
}

TEST_P(CachedStore, ReadersNeitherWaitForWritersNorSeeWhatIsNotCommitted) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  auto reader = OpenReader();
  auto writer = OpenWriter();
  std::vector<Change> step = {StartProcessing(order.order())};
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(writer->Load(RequestFor(step)).status(), IsOk());
  ASSERT_THAT(WriteRows(*writer, step), IsOk());
  ASSERT_THAT(Append(*writer, step), IsOk());
  EXPECT_EQ(ReadOrder(*reader, order.order().subject.number).value(), order.order());
  EXPECT_EQ(store().ReadFeedHead().value().position, 1);
  ASSERT_THAT(writer->Commit(), IsOk());
  EXPECT_EQ(ReadOrder(*reader, order.order().subject.number).value(), step[0].after);
  EXPECT_EQ(store().ReadFeedHead().value().position, 2);
}

TEST_P(CachedStore, SeveralStoresWorkOnOneDatabaseOrAreRefused) {
  MustWrite(CreationOf(PlacedOrder(kSerial)));
  absl::StatusOr<std::unique_ptr<Store>> other = OpenStore(database().url());
  if (OnSqlite()) {
    EXPECT_THAT(other.status(), HasCode(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(std::string(other.status().message()),
                HasSubstr(absl::StrCat("process ", getpid())));
    CloseStore();
    EXPECT_THAT(OpenStore(database().url()).status(), IsOk()) << "once the first has gone";
    return;
  }
  ASSERT_THAT(other.status(), IsOk());
  EXPECT_EQ((*other)->Secret(), store().Secret());
  auto writer = (*other)->OpenWriteSession().value();
  std::vector<Change> changes = {CreationOf(PlacedOrder(kSerial + 1))};
  ASSERT_THAT(Write(*writer, changes), IsOk());
  EXPECT_EQ(changes[0].activities[0].position, 2);
  EXPECT_THAT(ReadOrder(*OpenReader(), changes[0].after.subject.number).status(), IsOk());
}

}  // namespace
}  // namespace ipstore::orders::test
