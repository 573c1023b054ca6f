// Many callers, and a database that fails at random, on each database. Then the log must tell the
// same story that the callers were told.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

constexpr int kClients = 8;
constexpr int kOperationsEach = 40;
constexpr int kOrders = 10;
constexpr int kTries = 4;

// The same each time unless asked for another: a failure can be run again, as far as threads allow.
std::uint64_t Seed() {
  std::uint64_t seed = 20261102;
  const char* given = std::getenv("IPSTORE_STRESS_SEED");
  if (given != nullptr && !absl::SimpleAtoi(given, &seed))
    ADD_FAILURE() << "IPSTORE_STRESS_SEED is no number";
  return seed;
}

using Random = std::mt19937_64;

int Draw(Random& random, int from, int to) {
  return std::uniform_int_distribution<int>(from, to)(random);
}
bool Chance(Random& random, double probability) {
  return std::bernoulli_distribution(probability)(random);
}

// Faults at random calls of everything that the write path calls.
void PlanFaults(Random& random, FaultyStore& store) {
  constexpr std::array kMethods = {
      Method::kOpenWriteSession, Method::kReserveSerials,   Method::kBegin,  Method::kLoad,
      Method::kWriteSubjects,    Method::kAppendActivities, Method::kCommit, Method::kRollback};
  constexpr std::array kFaults = {
      Fault::kDeadlock, Fault::kLockTimeout,       Fault::kChangedRow,           Fault::kTaken,
      Fault::kPoison,   Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer};
  for (const Method method : kMethods) {
    for (int call = 1; call < 400; ++call) {
      if (!Chance(random, method == Method::kCommit ? 0.15 : 0.04)) continue;
      // A COMMIT answers nothing but ABORTED and UNAVAILABLE (store.h).
      const Fault commit_fault =
          std::array{Fault::kDeadlock, Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer,
                     Fault::kExecuteThenLoseAnswer}[static_cast<std::size_t>(Draw(random, 0, 3))];
      const Fault fault =
          kFaults[static_cast<std::size_t>(Draw(random, 0, static_cast<int>(kFaults.size()) - 1))];
      store.Fail(method, method == Method::kCommit ? commit_fault : fault, {.call = call});
    }
  }
  for (int i = 0; i < 6; ++i) {
    store.Fail(Method::kCommit, Fault::kCommitCompletesLater, {.call = Draw(random, 1, 60)});
  }
}

// What one caller wanted and was told. Its mark is in the log wherever it changed something: an
// order's reference, or a comment's text.
struct Operation {
  std::string mark;
  Request request;
  bool creates = false;
  bool poisoned = false;
  // What it came to.
  std::vector<Applied> applied;
  std::vector<Reason> refused;
};

// After such an answer nobody knows, until a retry tells.
bool LeavesDoubt(Reason reason) {
  return reason == Reason::kUnavailable || reason == Reason::kDeadlineExceeded ||
         reason == Reason::kCancelledByCaller;
}

constexpr char kPoisonMark[] = "poison-";

class CommitterStress : public WritePathOn {
 protected:
  // On SQLite there is one server.
  void StartServers(Random& random) {
    options.committers = 2;
    options.max_batch = 16;
    options.outage_tolerance = absl::Milliseconds(200);
    servers_.push_back(NewServer());
    if (!OnSqlite()) servers_.push_back(NewServer());
    for (int i = 0; i < kOrders; ++i)
      orders_.push_back(servers_[0]->Place(absl::StrCat("START-", i)));
    for (const auto& server : servers_) {
      PlanFaults(random, server->store());
      server->store().PoisonWhere([](const Activity& activity) {
        const auto* comment = std::get_if<CommentAdded>(&activity.event);
        return comment != nullptr && absl::string_view(comment->text).substr(0, 7) == kPoisonMark;
      });
    }
  }

  Unit UnitFor(Operation& operation, Random& random, int kind, Number order) {
    if (operation.creates) return Creating(operation.mark, operation.request);
    if (kind < 7) return Commenting(order, operation.mark, operation.request);
    constexpr std::array kActions = {OrderAction::kStartProcessing, OrderAction::kCancel,
                                     OrderAction::kReturnToProcessing};
    TransitionOrder step =
        Step(kActions[static_cast<std::size_t>(Draw(random, 0, 2))], Order(), absl::Now());
    step.comment = NewComment{.text = operation.mark};
    return Changing(order, step, operation.request);
  }

  WriteServer& AnyServer(Random& random) {
    return *servers_[static_cast<std::size_t>(
        Draw(random, 0, static_cast<int>(servers_.size()) - 1))];
  }

  // Calls until it is told for good, as a client would: the same request, to any server.
  Operation CallOnce(Random& random, std::string mark) {
    Operation operation;
    const int kind = Draw(random, 0, 9);
    operation.creates = kind < 2;
    operation.poisoned = kind == 2;
    operation.mark = absl::StrCat(operation.poisoned ? kPoisonMark : "op-", mark);
    operation.request = {.id = operation.mark};
    const Number order = orders_[static_cast<std::size_t>(Draw(random, 0, kOrders - 1))];
    const std::uint64_t shape = random();
    for (int i = 0; i < kTries; ++i) {
      // Each try asks for the same.
      Random same(shape);
      Random same_again(shape);
      Unit unit = UnitFor(operation, same, kind, order);
      Unit again = UnitFor(operation, same_again, kind, order);
      if (Chance(random, 0.1))
        unit.deadline = absl::Now() + absl::Milliseconds(Draw(random, 0, 30));
      const auto cancelled = std::make_shared<std::atomic<bool>>(false);
      unit.cancelled = cancelled;
      WriteServer& server = AnyServer(random);
      const Answer answer = server.Submit(std::move(unit));
      // Some clients are impatient and send it twice.
      const bool twice = Chance(random, 0.1);
      const Answer second = twice ? AnyServer(random).Submit(std::move(again)) : answer;
      if (Chance(random, 0.05)) *cancelled = true;
      bool certain = Note(operation, answer.Wait());
      if (twice && Note(operation, second.Wait())) certain = true;
      if (certain || Chance(random, 0.2)) break;
    }
    return operation;
  }

  // True when the answer leaves no doubt.
  static bool Note(Operation& operation, Outcome outcome) {
    if (auto* applied = std::get_if<Applied>(&outcome)) {
      operation.applied.push_back(*std::move(applied));
      return true;
    }
    operation.refused.push_back(std::get<Refusal>(outcome).reason);
    return !LeavesDoubt(operation.refused.back());
  }

  std::vector<Operation> RunClients(std::uint64_t seed) {
    std::vector<Operation> operations;
    std::mutex mutex;
    std::vector<std::thread> clients;
    for (int client = 0; client < kClients; ++client) {
      clients.emplace_back([&, client] {
        Random random(seed + static_cast<std::uint64_t>(client) + 1);
        for (int i = 0; i < kOperationsEach; ++i) {
          Operation operation = CallOnce(random, absl::StrCat(client, "-", i));
          const std::lock_guard lock(mutex);
          operations.push_back(std::move(operation));
        }
      });
    }
    for (std::thread& client : clients) client.join();
    return operations;
  }

  CommitterStats StopServers() {
    CommitterStats sum;
    for (const auto& server : servers_) {
      const CommitterStats stats = server->committer().stats();
      sum.applied += stats.applied;
      sum.batches += stats.batches;
      sum.replayed += stats.replayed;
      sum.reruns += stats.reruns;
      sum.isolations += stats.isolations;
      sum.lost_commits += stats.lost_commits;
      sum.largest_batch = std::max(sum.largest_batch, stats.largest_batch);
      for (const auto& [first, count] : server->Announced()) announced_.emplace(first, count);
      server->End();
    }
    servers_.clear();  // each unit was answered exactly once
    return sum;
  }

  // No position is announced twice.
  void ExpectAnnouncementsApart(std::int64_t head) const {
    std::int64_t next = 1;
    for (const auto& [first, count] : announced_) {
      EXPECT_GE(first, next);
      next = first + static_cast<std::int64_t>(count);
    }
    EXPECT_LE(next, head + 1);
  }

 private:
  std::vector<std::unique_ptr<WriteServer>> servers_;
  std::vector<Number> orders_;
  std::multimap<std::int64_t, std::size_t> announced_;
};

INSTANTIATE_TEST_SUITE_P(On, CommitterStress, testing::ValuesIn(AllBackends()), BackendTitle);

// What the log has of each mark: the activity that bears it, once for each time.
std::multimap<std::string, Activity> ByMark(const Stored& stored) {
  std::multimap<std::string, Activity> found;
  for (const std::vector<Activity>& log : stored.logs) {
    for (const Activity& activity : log) {
      if (const auto* created = std::get_if<OrderCreated>(&activity.event)) {
        found.emplace(created->content.external_reference, activity);
      }
      if (const auto* comment = std::get_if<CommentAdded>(&activity.event))
        found.emplace(comment->text, activity);
    }
  }
  return found;
}

void ExpectToldTheTruth(const Operation& operation,
                        const std::multimap<std::string, Activity>& log) {
  SCOPED_TRACE(operation.mark);
  const auto [begin, end] = log.equal_range(operation.mark);
  const auto times = std::distance(begin, end);
  EXPECT_LE(times, 1) << "a change was made more than once";
  if (operation.poisoned) {
    EXPECT_EQ(times, 0);
    EXPECT_TRUE(operation.applied.empty());
  }
  if (operation.applied.empty()) {
    const bool doubt = std::ranges::any_of(operation.refused, LeavesDoubt);
    EXPECT_TRUE(doubt || times == 0) << "refused, and yet made";
    return;
  }
  ASSERT_EQ(times, 1) << "an acknowledged change was lost";
  const Activity& stored = begin->second;
  int first_hand = 0;
  for (const Applied& applied : operation.applied) {
    EXPECT_EQ(applied.order().subject.number, stored.subject);
    EXPECT_EQ(applied.first_seq + applied.activity_count - 1,
              stored.seq);  // the mark is in the unit's last activity
    if (applied.replayed) continue;
    ++first_hand;
    ASSERT_FALSE(applied.activities.empty());
    EXPECT_EQ(applied.activities.back(), stored);
    EXPECT_EQ(applied.order().subject.last_seq, stored.seq);
  }
  EXPECT_LE(first_hand, 1);
}

TEST_P(CommitterStress, TheLogTellsWhatTheCallersWereTold) {
  const std::uint64_t seed = Seed();
  RecordProperty("seed", absl::StrCat(seed));
  std::cout << "seed " << seed << " (IPSTORE_STRESS_SEED)\n";
  Random random(seed);
  StartServers(random);
  const std::vector<Operation> operations = RunClients(seed);
  const CommitterStats stats = StopServers();
  std::cout << stats.applied << " applied in " << stats.batches << " batches of up to "
            << stats.largest_batch << ", " << stats.replayed << " replayed, " << stats.reruns
            << " reruns, " << stats.isolations << " isolations, " << stats.lost_commits
            << " lost commits\n";

  const std::unique_ptr<Store> store = database().OpenStore();
  ExpectSound(database(), *store);
  const Stored stored = ReadAll(database(), *store);
  const std::multimap<std::string, Activity> log = ByMark(stored);
  for (const Operation& operation : operations) ExpectToldTheTruth(operation, log);
  const absl::StatusOr<FeedHead> head = store->ReadFeedHead();
  ASSERT_TRUE(head.ok());
  ExpectAnnouncementsApart(head->position);

  // It was worth it.
  EXPECT_GT(stats.lost_commits, 0U);
  EXPECT_GT(stats.reruns, 0U);
  EXPECT_GT(stats.isolations, 0U);
  EXPECT_GT(stats.replayed, 0U);
  EXPECT_GT(stats.largest_batch, 1U);
}

}  // namespace
}  // namespace ipstore::orders::test
