// What every test of the write path needs: a database of its own beneath a store that can be told
// to fail, a committer, short ways to hand it units of work, and, at the end of each test, a look
// at everything that was stored.
#ifndef IPSTORE_ORDERS_TESTS_WRITE_WRITE_PATH_H_
#define IPSTORE_ORDERS_TESTS_WRITE_WRITE_PATH_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/order.h"
#include "domain/refusal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/store.h"
#include "server/write/committer.h"
#include "server/write/unit.h"
#include "tests/support/databases.h"
#include "tests/support/faulty_store.h"
#include "tests/support/orders.h"
#include "tests/support/wait.h"

namespace ipstore::orders::test {

// What became of one unit.
class Answer {
 public:
  // The function to give to the unit as `done`.
  absl::AnyInvocable<void(Outcome) &&> Done();

  // Waits for it. After half a minute the test fails and it is INTERNAL.
  Outcome Wait() const;
  // The same, as what a test expects it to be; fails the test and gives an empty one where it is
  // the other.
  Applied WaitApplied() const;
  Refusal WaitRefusal() const;

  // How often it came: never more than once.
  int times() const;

 private:
  // Shared with the unit, which may outlive the test's interest.
  struct State {
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<Outcome> outcome;
    int times = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// A clock that stands until it is set. Thread-safe.
class TestClock {
 public:
  explicit TestClock(absl::Time now) : micros_(absl::ToUnixMicros(now)) {}
  absl::Time Now() const { return absl::FromUnixMicros(micros_); }
  void Advance(absl::Duration by) { micros_ += absl::ToInt64Microseconds(by); }

 private:
  std::atomic<std::int64_t> micros_;
};

// The keys of a request as the services make them: one hash of who calls and the request_id, one of
// all the rest.
struct Request {
  std::string id;
  std::string method = "TransitionOrder";
  std::string actor = "STAFF eleni";
  std::string content;
};
RequestKey KeyOf(const Request& request);
ContentHash ContentOf(const Request& request);
// An id that no other call in this process gave.
std::string NewRequestId();

// Places Maria's order under that reference, or refuses where the reference is taken.
Unit Creating(std::string reference, std::optional<Request> request = std::nullopt);
// Brings an order from elsewhere along under that reference, with that number if there is one;
// refuses where either is taken.
Unit Bringing(std::string reference, std::optional<Number> number,
              std::optional<Request> request = std::nullopt);
// Does what the command says, or refuses where there is no such order.
Unit Changing(Number order, OrderCommand command, std::optional<Request> request = std::nullopt);
Unit Commenting(Number order, std::string text, std::optional<Request> request = std::nullopt);
Unit RedactionOf(Number order, Redact command = {}, std::optional<Request> request = std::nullopt);
// As `unit`; counts how often its function runs.
Unit Counting(Unit unit, std::shared_ptr<std::atomic<int>> runs);

// One process's write path: a store, and a committer on it.
class WriteServer {
 public:
  WriteServer(std::unique_ptr<Store> store, CommitterOptions options);
  ~WriteServer();
  WriteServer(const WriteServer&) = delete;
  WriteServer& operator=(const WriteServer&) = delete;

  FaultyStore& store() { return *faulty_; }
  GroupCommitter& committer() { return *committer_; }

  // Hands over a unit. At the end of the server each must have been answered exactly once.
  Answer Submit(Unit unit);
  // Places an order; fails the test if that is refused.
  Number Place(std::string reference);

  // Positions that on_committed() told of, in the order of the calls: first and count.
  std::vector<std::pair<std::int64_t, std::size_t>> Announced() const;
  // How many lines on_trouble() was given.
  int Troubles() const;

  // Ends the committer, and begins a new one on the same store.
  void Restart(CommitterOptions options);
  // Ends the committer, which gives up what it has not done, and whatever the store has put off.
  void End();

 private:
  void Start(CommitterOptions options);
  void ExpectEachAnsweredOnce() const;

  mutable std::mutex mutex_;  // guards those that the committer's callbacks use
  std::vector<std::pair<std::int64_t, std::size_t>> announced_;
  int troubles_ = 0;
  std::vector<Answer> answers_;

  std::unique_ptr<Store> real_;
  std::unique_ptr<FaultyStore> faulty_;
  std::unique_ptr<GroupCommitter> committer_;
};

// Everything that is stored.
struct Stored {
  std::vector<Order> orders;
  std::vector<std::vector<Activity>> logs;  // of each of them
};
Stored ReadAll(const TestDatabase& database, Store& store);

// The invariants of the log, whatever was done: every log replays to its stored order, and
// positions run from 1 to the head of the feed, each once. Fails the test where they do not hold.
void ExpectSound(const TestDatabase& database, Store& store);

// A test of the write path on one database. Each ends with ExpectSound().
class WritePath : public testing::Test {
 protected:
  explicit WritePath(sql::Backend backend = sql::Backend::kSqlite) : backend_(backend) {}

  void SetUp() override;
  void TearDown() override;

  // One committer, and small waits. Change it before server() is first asked for.
  CommitterOptions options;
  OpenOptions open_options;  // likewise

  TestDatabase& database() { return *database_; }
  // Started when it is first asked for.
  WriteServer& server();
  FaultyStore& store() { return server().store(); }
  // One more on the same database; not on SQLite.
  std::unique_ptr<WriteServer> NewServer();

  Answer Submit(Unit unit) { return server().Submit(std::move(unit)); }
  // The stored order, read on a connection of its own.
  Order Read(Number number);
  std::vector<Activity> Log(Number number);

  // Makes the committer busy: it waits inside a transaction of a unit of its own until
  // store().Release(). What is submitted meanwhile gathers into one batch.
  Answer KeepBusy();

  bool OnSqlite() const { return backend_ == sql::Backend::kSqlite; }

 private:
  sql::Backend backend_;
  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<WriteServer> server_;
};

// The same, once for each backend.
class WritePathOn : public WritePath, public testing::WithParamInterface<sql::Backend> {
 protected:
  WritePathOn() : WritePath(GetParam()) {}
};

// "SQLite", "MariaDb" or "MySql".
std::string BackendTitle(const testing::TestParamInfo<sql::Backend>& info);

MATCHER_P(RefusedFor, reason, "") {
  *result_listener << std::string(Name(arg.reason));
  return arg.reason == reason;
}

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_WRITE_WRITE_PATH_H_
