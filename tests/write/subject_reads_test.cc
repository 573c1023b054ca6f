// Reads of single subjects that share queries.
#include "server/read/subject_reads.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/read/read_pool.h"
#include "tests/support/databases.h"
#include "tests/support/faulty_store.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::Each;
using testing::StartsWith;

constexpr int kForever = std::numeric_limits<int>::max() / 2;

std::vector<Number> PlaceOrders(TestDatabase& database, int count) {
  WriteServer server(database.OpenStore(), {});
  std::vector<Number> placed;
  for (int i = 0; i < count; ++i) placed.push_back(server.Place(absl::StrCat("WEB-", i)));
  return placed;
}

class SubjectReadsTest : public testing::Test {
 protected:
  SubjectReads& reads() {
    if (reads_ == nullptr) {
      pool_ = std::make_unique<ReadPool>(store, pool_options);
      reads_ = std::make_unique<SubjectReads>(*pool_, options);
    }
    return *reads_;
  }
  ReadPool& pool() {
    reads();
    return *pool_;
  }
  void TearDown() override {
    if (pool_ != nullptr) pool_->Stop();
  }

  // What comes of it: the reference of the order, "none", or the name of a refusal.
  std::future<std::string> Read(Number number, SubjectRead read = {}) {
    auto promise = std::make_shared<std::promise<std::string>>();
    read.number = number;
    read.done = [promise](SubjectReadOutcome outcome) {
      if (const auto* refusal = std::get_if<Refusal>(&outcome))
        return promise->set_value(std::string(Name(refusal->reason)));
      const auto* found = std::get<const SubjectState*>(outcome);
      promise->set_value(found == nullptr ? "none"
                                          : std::get<Order>(*found).content.external_reference);
    };
    reads().Submit(std::move(read));
    return promise->get_future();
  }

  // Lets every batch that may be on its way wait in the store, so that what comes now gathers.
  std::vector<std::future<std::string>> Hold() {
    store.Fail(Method::kGetSubjects, Fault::kBlock, {.times = options.max_batches});
    std::vector<std::future<std::string>> held;
    for (int i = 0; i < options.max_batches; ++i) {
      held.push_back(Read(orders[0]));
      EXPECT_TRUE(store.WaitUntilBlocked(i + 1));
    }
    return held;
  }

  std::unique_ptr<TestDatabase> database = TestDatabase::Make(sql::Backend::kSqlite);
  const std::vector<Number> orders = PlaceOrders(*database, 3);
  std::unique_ptr<Store> real = database->OpenStore();
  FaultyStore store{*real};
  ReadPoolOptions pool_options{.threads = 3};
  SubjectReadsOptions options;
  std::atomic<bool> late = false;

 private:
  std::unique_ptr<ReadPool> pool_;
  std::unique_ptr<SubjectReads> reads_;
};

TEST_F(SubjectReadsTest, EachIsGivenItsOwnSubject) {
  EXPECT_EQ(Read(orders[0]).get(), "WEB-0");
  EXPECT_EQ(Read(orders[1]).get(), "WEB-1");
  EXPECT_EQ(Read(Number::FromSerial(77'777)).get(), "none");
}

TEST_F(SubjectReadsTest, ThoseThatWaitAtTheSameMomentAreOneQuery) {
  auto held = Hold();
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 60; ++i) waiting.push_back(Read(orders[static_cast<std::size_t>(i) % 3]));
  store.Release();
  for (std::size_t i = 0; i < waiting.size(); ++i)
    EXPECT_EQ(waiting[i].get(), absl::StrCat("WEB-", i % 3));
  EXPECT_LE(store.Calls(Method::kGetSubjects), 2 * options.max_batches);
}

TEST_F(SubjectReadsTest, ABatchIsNeverLargerThanItsLimit) {
  options.max_batch = 4;
  auto held = Hold();
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 20; ++i) waiting.push_back(Read(orders[1]));
  store.Release();
  for (auto& read : waiting) EXPECT_EQ(read.get(), "WEB-1");
  EXPECT_GE(store.Calls(Method::kGetSubjects), options.max_batches + 5);
}

TEST_F(SubjectReadsTest, ALostConnectionIsNoticedByNobody) {
  store.Fail(Method::kGetSubjects, Fault::kLoseBeforeExecute);
  EXPECT_EQ(Read(orders[2]).get(), "WEB-2");
  EXPECT_EQ(store.Calls(Method::kGetSubjects), 2);
}

TEST_F(SubjectReadsTest, ADatabaseThatStaysAwayIsUnavailableToAllOfABatch) {
  auto held = Hold();
  store.Fail(Method::kGetSubjects, Fault::kLoseBeforeExecute, {.times = kForever});
  std::vector<std::future<std::string>> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(Read(orders[1]));
  store.Release();
  for (auto& read : waiting) EXPECT_EQ(read.get(), "UNAVAILABLE");
  store.Heal();
  EXPECT_EQ(Read(orders[1]).get(), "WEB-1");
}

// A row that cannot be understood is no reason to refuse the orders that were asked for beside it.
TEST_F(SubjectReadsTest, WhatCannotBeReadTogetherIsReadOneByOne) {
  auto held = Hold();
  // The batch, then the first of its three alone.
  store.Fail(Method::kGetSubjects, Fault::kPoison, {.times = 2});
  std::vector<std::future<std::string>> waiting;
  for (const Number order : orders) waiting.push_back(Read(order));
  store.Release();
  std::vector<std::string> outcomes;
  for (auto& read : waiting) outcomes.push_back(read.get());
  EXPECT_EQ(std::ranges::count(outcomes, "INTERNAL"), 1);
  std::erase(outcomes, "INTERNAL");
  EXPECT_THAT(outcomes, Each(StartsWith("WEB-")));
}

TEST_F(SubjectReadsTest, AReadThatIsTooLateOrCancelledIsNotMade) {
  pool_options.clock = [this] {
    return late ? absl::FromUnixSeconds(10) : absl::FromUnixSeconds(0);
  };
  auto held = Hold();
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  auto too_late = Read(orders[0], {.deadline = absl::FromUnixSeconds(10)});
  auto dropped = Read(orders[0], {.cancelled = cancelled});
  auto kept = Read(orders[0], {.deadline = absl::FromUnixSeconds(11)});
  late = true;
  *cancelled = true;
  store.Release();
  EXPECT_EQ(too_late.get(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(dropped.get(), "CANCELLED_BY_CALLER");
  EXPECT_EQ(kept.get(), "WEB-0");
}

TEST_F(SubjectReadsTest, TooManyThatWaitAreRefusedAtOnce) {
  options.queue_capacity = 2;
  auto held = Hold();
  auto first = Read(orders[0]);
  auto second = Read(orders[0]);
  EXPECT_EQ(Read(orders[0]).get(), "OVERLOADED");  // while the others wait
  store.Release();
  EXPECT_EQ(first.get(), "WEB-0");
  EXPECT_EQ(second.get(), "WEB-0");
}

// With a queue of one, a second batch for the same reads would find it full and refuse them.
TEST_F(SubjectReadsTest, WhatWaitsForABatchToBeginIsReadByThatBatch) {
  pool_options = {.threads = 1, .queue_capacity = 1};
  store.Fail(Method::kGetSubjects, Fault::kBlock);
  auto running = Read(orders[0]);
  ASSERT_TRUE(store.WaitUntilBlocked());
  auto first = Read(orders[1]);
  auto second = Read(orders[2]);
  store.Release();
  EXPECT_EQ(running.get(), "WEB-0");
  EXPECT_EQ(first.get(), "WEB-1");
  EXPECT_EQ(second.get(), "WEB-2");
  EXPECT_EQ(store.Calls(Method::kGetSubjects), 2);
}

TEST_F(SubjectReadsTest, AfterTheEndOfThePoolAllAreRefused) {
  pool().Stop();
  EXPECT_EQ(Read(orders[0]).get(), "UNAVAILABLE");
}

}  // namespace
}  // namespace ipstore::orders::test
