// The pool of readers.
#include "server/read/read_pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/databases.h"
#include "tests/support/faulty_store.h"

namespace ipstore::orders::test {
namespace {

constexpr int kForever = std::numeric_limits<int>::max() / 2;

// Holds up those who pass until it is opened.
class Gate {
 public:
  void Pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void WaitFor(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

// One read and what became of it.
struct Read {
  std::shared_ptr<std::promise<std::string>> end = std::make_shared<std::promise<std::string>>();
  std::future<std::string> ended = end->get_future();
  std::shared_ptr<std::atomic<int>> runs = std::make_shared<std::atomic<int>>(0);

  // "read", or the name of the refusal.
  std::string Wait() { return ended.get(); }
  bool Ended() const {
    return ended.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
};

class ReadPoolTest : public testing::Test {
 protected:
  ReadPool& pool() {
    if (pool_ == nullptr) pool_ = std::make_unique<ReadPool>(store, options);
    return *pool_;
  }

  // Hands over a read that does `act`, and answers when that is OK.
  template <typename Act>
  Read Submit(Act act, ReadTask task = {}) {
    Read read;
    task.run = [end = read.end, runs = read.runs, act](Reader& reader) {
      ++*runs;
      absl::Status status = act(reader);
      if (status.ok()) end->set_value("read");
      return status;
    };
    task.refuse = [end = read.end](Refusal refusal) {
      end->set_value(std::string(Name(refusal.reason)));
    };
    pool().Submit(std::move(task));
    return read;
  }
  Read SubmitPing(ReadTask task = {}) {
    return Submit([](Reader& reader) { return reader.Ping(); }, std::move(task));
  }

  // Keeps every thread of the pool busy until the gate opens.
  std::vector<Read> KeepBusy() {
    std::vector<Read> reads;
    for (int i = 0; i < options.threads; ++i) {
      reads.push_back(Submit([this](Reader&) {
        gate.Pass();
        return absl::OkStatus();
      }));
    }
    gate.WaitFor(options.threads);
    return reads;
  }

  std::unique_ptr<TestDatabase> database = TestDatabase::Make(sql::Backend::kSqlite);
  std::unique_ptr<Store> real = database->OpenStore();
  FaultyStore store{*real};
  Gate gate;
  std::atomic<bool> late = false;
  ReadPoolOptions options{.threads = 2, .queue_capacity = 3};

 private:
  std::unique_ptr<ReadPool> pool_;  // last: its threads end first
};

TEST_F(ReadPoolTest, ReadsOnConnectionsThatAreKept) {
  for (int i = 0; i < 10; ++i) EXPECT_EQ(SubmitPing().Wait(), "read");
  EXPECT_LE(store.Calls(Method::kOpenReader), options.threads);
}

TEST_F(ReadPoolTest, ReadsSideBySide) {
  std::vector<Read> reads = KeepBusy();  // returns only when all of them run
  gate.Open();
  for (Read& read : reads) EXPECT_EQ(read.Wait(), "read");
}

TEST_F(ReadPoolTest, AReadWhoseConnectionIsLostIsRunAgainOnANewOne) {
  options.threads = 1;
  EXPECT_EQ(SubmitPing().Wait(), "read");
  store.Fail(Method::kPing, Fault::kLoseBeforeExecute);
  Read read = SubmitPing();
  EXPECT_EQ(read.Wait(), "read");
  EXPECT_EQ(*read.runs, 2);
  EXPECT_EQ(store.Calls(Method::kOpenReader), 2);
}

TEST_F(ReadPoolTest, AReadThatWasAbortedIsRunAgainOnTheSameConnection) {
  options.threads = 1;
  store.Fail(Method::kPing, Fault::kDeadlock, {.times = 2});
  Read read = SubmitPing();
  EXPECT_EQ(read.Wait(), "read");
  EXPECT_EQ(*read.runs, 3);
  EXPECT_EQ(store.Calls(Method::kOpenReader), 1);
}

TEST_F(ReadPoolTest, ADatabaseThatStaysAwayIsUnavailable) {
  store.Fail(Method::kOpenReader, Fault::kLoseBeforeExecute, {.times = kForever});
  Read read = SubmitPing();
  EXPECT_EQ(read.Wait(), "UNAVAILABLE");
  EXPECT_EQ(*read.runs, 0);
  store.Heal();
  store.Fail(Method::kPing, Fault::kLoseBeforeExecute, {.times = kForever});
  Read lost = SubmitPing();
  EXPECT_EQ(lost.Wait(), "UNAVAILABLE");
  EXPECT_EQ(*lost.runs, 3);
  store.Heal();
  EXPECT_EQ(SubmitPing().Wait(), "read");
}

TEST_F(ReadPoolTest, AnyOtherErrorIsInternalAtOnceAndTheConnectionStays) {
  options.threads = 1;
  store.Fail(Method::kPing, Fault::kPoison);
  Read read = SubmitPing();
  EXPECT_EQ(read.Wait(), "INTERNAL");
  EXPECT_EQ(*read.runs, 1);
  EXPECT_EQ(SubmitPing().Wait(), "read");
  EXPECT_EQ(store.Calls(Method::kOpenReader), 1);
}

TEST_F(ReadPoolTest, EachFailureIsReportedAndTheIncidentNamed) {
  std::mutex mutex;
  std::string lines;
  options.on_trouble = [&](absl::string_view line) {
    const std::lock_guard lock(mutex);
    lines.append(line.data(), line.size()).append("\n");
  };
  store.Fail(Method::kPing, Fault::kPoison);
  std::promise<Refusal> refused;
  pool().Submit({.run = [](Reader& reader) { return reader.Ping(); },
                 .refuse = [&](Refusal refusal) { refused.set_value(std::move(refusal)); }});
  const Refusal refusal = refused.get_future().get();
  ASSERT_EQ(refusal.facts.size(), 1U);
  const std::lock_guard lock(mutex);
  EXPECT_THAT(lines, testing::HasSubstr(FactAsText(refusal.facts[0].value)));
}

TEST_F(ReadPoolTest, AFullPoolRefusesAtOnce) {
  std::vector<Read> busy = KeepBusy();
  std::vector<Read> waiting;
  for (std::size_t i = 0; i < options.queue_capacity; ++i) waiting.push_back(SubmitPing());
  Read refused = SubmitPing();
  EXPECT_TRUE(refused.Ended());  // while every thread is stuck
  EXPECT_EQ(refused.Wait(), "OVERLOADED");
  gate.Open();
  for (Read& read : waiting) EXPECT_EQ(read.Wait(), "read");
}

TEST_F(ReadPoolTest, AReadThatIsTooLateOrCancelledIsNotBegun) {
  options.clock = [this] { return late ? absl::FromUnixSeconds(10) : absl::FromUnixSeconds(0); };
  std::vector<Read> busy = KeepBusy();
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  Read too_late = SubmitPing({.deadline = absl::FromUnixSeconds(10)});
  Read dropped = SubmitPing({.cancelled = cancelled});
  Read kept = SubmitPing({.deadline = absl::FromUnixSeconds(11)});
  late = true;
  *cancelled = true;
  gate.Open();
  EXPECT_EQ(too_late.Wait(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(dropped.Wait(), "CANCELLED_BY_CALLER");
  EXPECT_EQ(kept.Wait(), "read");
  EXPECT_EQ(*too_late.runs + *dropped.runs, 0);
}

TEST_F(ReadPoolTest, AReadIsNotRunAgainAfterItsDeadline) {
  options.clock = [this] { return late ? absl::FromUnixSeconds(10) : absl::FromUnixSeconds(0); };
  Read read = Submit(
      [&](Reader&) {
        late = true;
        return absl::UnavailableError("lost");
      },
      {.deadline = absl::FromUnixSeconds(10)});
  EXPECT_EQ(read.Wait(), "DEADLINE_EXCEEDED");
  EXPECT_EQ(*read.runs, 1);
}

TEST_F(ReadPoolTest, StoppingFinishesWhatWaitsAndRefusesTheRest) {
  std::vector<Read> busy = KeepBusy();
  Read waiting = SubmitPing();
  std::thread first([&] { pool().Stop(); });
  std::thread second([&] { pool().Stop(); });
  while (true) {
    Read read = SubmitPing();
    if (!read.Ended()) {
      busy.push_back(std::move(read));
    } else if (read.Wait() == "UNAVAILABLE") {
      break;  // until then the queue is only full
    }
    std::this_thread::yield();
  }
  gate.Open();
  first.join();
  second.join();
  EXPECT_EQ(waiting.Wait(), "read");
  for (Read& read : busy) EXPECT_EQ(read.Wait(), "read");
  EXPECT_EQ(SubmitPing().Wait(), "UNAVAILABLE");
}

}  // namespace
}  // namespace ipstore::orders::test
