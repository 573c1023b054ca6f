// The jobs that redact all of a customer: each subject once, whatever fails and whoever works on
// it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
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
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/decide.h"
#include "server/redaction/redaction_runner.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

constexpr int kForever = 1'000'000;

using CreateOutcome = std::variant<CreatedRedaction, Refusal>;

RedactionRunnerOptions Quick() {
  RedactionRunnerOptions options;
  options.poll_interval = absl::Milliseconds(5);
  options.lease = absl::Milliseconds(400);
  options.first_backoff = absl::Microseconds(200);
  options.last_backoff = absl::Milliseconds(5);
  options.key_of = [](std::int64_t job, Number subject) {
    return KeyOf({.id = absl::StrCat("redaction ", job, " ", subject.ToString())});
  };
  return options;
}

// What a create came to.
class CreateAnswer {
 public:
  absl::AnyInvocable<void(CreateOutcome) &&> Done() {
    return [state = state_](CreateOutcome outcome) {
      const std::lock_guard lock(state->mutex);
      state->outcome = std::move(outcome);
      state->answered.notify_all();
    };
  }

  // After half a minute the test fails and it is INTERNAL.
  CreateOutcome Wait() {
    std::unique_lock lock(state_->mutex);
    if (!state_->answered.wait_for(lock, std::chrono::seconds(30),
                                   [&] { return state_->outcome.has_value(); })) {
      ADD_FAILURE() << "a create was not answered";
      return Internal("no answer");
    }
    return *state_->outcome;
  }
  CreatedRedaction WaitCreated() {
    CreateOutcome outcome = Wait();
    if (auto* created = std::get_if<CreatedRedaction>(&outcome)) return *std::move(created);
    ADD_FAILURE() << "refused: " << Name(std::get<Refusal>(outcome).reason);
    return {};
  }
  Refusal WaitRefusal() {
    CreateOutcome outcome = Wait();
    if (auto* refusal = std::get_if<Refusal>(&outcome)) return *std::move(refusal);
    ADD_FAILURE() << "created, and should have been refused";
    return Internal("not refused");
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable answered;
    std::optional<CreateOutcome> outcome;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// What on_trouble() is told.
class Lines {
 public:
  std::function<void(absl::string_view)> Take() {
    return [this](absl::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    };
  }
  std::vector<std::string> All() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class RedactingCustomers : public WritePathOn {
 protected:
  void TearDown() override {
    runner_.reset();
    WritePathOn::TearDown();
  }

  // Change it before runner() is first asked for.
  RedactionRunnerOptions runner_options = Quick();
  Lines troubles;

  RedactionRunner& runner() {
    if (runner_ == nullptr) Start();
    return *runner_;
  }
  void Start() {
    runner_ = std::make_unique<RedactionRunner>(store(), server().committer(), runner_options);
  }
  // As a crash would: what the runner knew is gone.
  void Restart() {
    runner_.reset();
    Start();
  }

  // Orders of Maria.
  std::vector<Number> PlaceMany(int count) {
    std::vector<Answer> answers;
    for (int i = 0; i < count; ++i)
      answers.push_back(Submit(Creating(absl::StrCat("MANY-", NewRequestId()))));
    std::vector<Number> numbers;
    for (const Answer& answer : answers)
      numbers.push_back(answer.WaitApplied().order().subject.number);
    return numbers;
  }

  static NewRedaction OfMaria() {
    return {.customer_id = kMariaId,
            .actor = EshopService().actor,
            .on_behalf_of = Redactor().actor,
            .request_key = KeyOf({.id = NewRequestId()}),
            .created_at = PlacedAt()};
  }
  CreateAnswer Submit(RedactionCall call) {
    CreateAnswer answer;
    call.done = answer.Done();
    runner().Create(std::move(call));
    return answer;
  }
  CreateAnswer Submit(const NewRedaction& redaction) {
    return Submit(RedactionCall{.redaction = redaction, .cancelled = nullptr, .done = nullptr});
  }
  using WritePathOn::Submit;
  RedactionJob Create(const NewRedaction& redaction) { return Submit(redaction).WaitCreated().job; }

  // Keeps the runner's thread in the database until store().Release(), so that creates wait.
  void Hang() {
    runner();
    store().Fail(Method::kTakeRedaction, Fault::kBlock);
    ASSERT_TRUE(store().WaitUntilBlocked());
  }

  RedactionJob Job(std::int64_t id) {
    return store().OpenReader().value()->GetRedaction(id).value().value();
  }
  RedactionJob WaitUntilDone(std::int64_t id) {
    EXPECT_TRUE(WaitUntil([&] { return Job(id).finished_at.has_value(); }));
    return Job(id);
  }

  // How often each of them was redacted.
  std::vector<std::int64_t> Redactions(const std::vector<Number>& orders) {
    std::vector<std::int64_t> counts;
    for (Number order : orders) {
      const std::vector<Activity> log = Log(order);
      counts.push_back(std::ranges::count_if(log, [](const Activity& activity) {
        return std::holds_alternative<Redacted>(activity.event);
      }));
    }
    return counts;
  }

 private:
  std::unique_ptr<RedactionRunner> runner_;
};

INSTANTIATE_TEST_SUITE_P(On, RedactingCustomers, testing::ValuesIn(AllBackends()), BackendTitle);

TEST_P(RedactingCustomers, EveryOrderIsRedactedOnceByWhoAskedForIt) {
  const std::vector<Number> orders = PlaceMany(40);
  CreateOrder others = Placing(PickupContent(), "OTHER");
  Unit of_nikos = Creating("OTHER");
  of_nikos.decide = [others](const UnitContext& context) {
    return Decide(context.new_number, others, EshopService(), context.now);
  };
  const Number other = Submit(std::move(of_nikos)).WaitApplied().order().subject.number;
  const RedactionJob created = Create(OfMaria());
  EXPECT_EQ(created.total, 40);
  const RedactionJob done = WaitUntilDone(created.id);
  EXPECT_EQ(done.done, 40);
  EXPECT_EQ(done.failed, 0);
  EXPECT_THAT(Redactions(orders), Each(1));
  EXPECT_THAT(Redactions({other}), Each(0));
  for (Number order : orders) {
    EXPECT_EQ(Read(order).content.customer.name, "");
    EXPECT_EQ(Log(order).back().actor, EshopService().actor);
    EXPECT_EQ(Log(order).back().on_behalf_of, Redactor().actor);
  }
}

TEST_P(RedactingCustomers, OrdersThatAreMadeAfterwardsAreNotConcerned) {
  const std::vector<Number> before = PlaceMany(3);
  runner();
  store().Fail(Method::kTakeRedaction, Fault::kDeadlock, {.times = kForever});
  const RedactionJob job = Create(OfMaria());
  const std::vector<Number> after = PlaceMany(2);
  store().Heal();
  EXPECT_EQ(WaitUntilDone(job.id).done, 3);
  EXPECT_THAT(Redactions(before), Each(1));
  EXPECT_THAT(Redactions(after), Each(0));
}

TEST_P(RedactingCustomers, AJobWithoutItemsIsDoneAtOnce) {
  EXPECT_EQ(WaitUntilDone(Create(OfMaria()).id).total, 0);
}

TEST_P(RedactingCustomers, TwoJobsOfOneCustomerEachRedactOnce) {
  const std::vector<Number> orders = PlaceMany(5);
  const RedactionJob first = Create(OfMaria());
  const RedactionJob second = Create(OfMaria());
  EXPECT_EQ(WaitUntilDone(first.id).done, 5);
  EXPECT_EQ(WaitUntilDone(second.id).done, 5);
  EXPECT_THAT(Redactions(orders), Each(2));
}

// The runner ends when some are done and none of that is noted: the next does them again, and finds
// that they are done.
TEST_P(RedactingCustomers, WhatWasDoneBeforeACrashIsNotDoneAgain) {
  const std::vector<Number> orders = PlaceMany(60);
  runner_options.lease = absl::Seconds(2);  // long enough for nothing to be noted just to renew it
  runner();
  store().Fail(Method::kNoteRedacted, Fault::kBlock);
  const RedactionJob job = Create(OfMaria());
  ASSERT_TRUE(store().WaitUntilBlocked());
  EXPECT_EQ(Job(job.id).done, 0);
  EXPECT_TRUE(WaitUntil([&] { return std::ranges::count(Redactions(orders), 1) >= 16; }));
  store().Fail(Method::kNoteRedacted, Fault::kLoseBeforeExecute);
  store().Release();
  Restart();
  EXPECT_EQ(WaitUntilDone(job.id).done, 60);
  EXPECT_THAT(Redactions(orders), Each(1));
}

TEST_P(RedactingCustomers, EachIsRedactedOnceWhateverFails) {
  const std::vector<std::pair<Method, Fault>> faults = {
      {Method::kOpenRedactionSession, Fault::kLoseBeforeExecute},
      {Method::kCreateRedaction, Fault::kDeadlock},
      {Method::kCreateRedaction, Fault::kTaken},
      {Method::kCreateRedaction, Fault::kLoseBeforeExecute},
      {Method::kCreateRedaction, Fault::kExecuteThenLoseAnswer},
      {Method::kTakeRedaction, Fault::kDeadlock},
      {Method::kTakeRedaction, Fault::kExecuteThenLoseAnswer},
      {Method::kListPending, Fault::kLockTimeout},
      {Method::kListPending, Fault::kLoseBeforeExecute},
      {Method::kNoteRedacted, Fault::kDeadlock},
      {Method::kNoteRedacted, Fault::kExecuteThenLoseAnswer},
      {Method::kFinishRedaction, Fault::kDeadlock},
      {Method::kFinishRedaction, Fault::kExecuteThenLoseAnswer},
      {Method::kRedactActivities, Fault::kDeadlock},
      {Method::kRedactActivities, Fault::kLoseBeforeExecute},
      {Method::kCommit, Fault::kExecuteThenLoseAnswer},
      {Method::kCommit, Fault::kLoseBeforeExecute},
  };
  std::vector<Number> orders = PlaceMany(20);
  runner();
  std::int64_t jobs = 0;
  for (const auto& [method, fault] : faults) {
    SCOPED_TRACE(absl::StrCat(static_cast<int>(method), " ", static_cast<int>(fault)));
    if (method == Method::kOpenRedactionSession) {
      store().Fail(Method::kTakeRedaction, Fault::kLoseBeforeExecute);
    }
    store().Fail(method, fault);
    CreateAnswer answer = Submit(OfMaria());
    const CreateOutcome outcome = answer.Wait();
    if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
      EXPECT_EQ(method, Method::kOpenRedactionSession) << Name(refusal->reason);
      continue;
    }
    const auto& created = std::get<CreatedRedaction>(outcome);
    EXPECT_FALSE(created.existed);
    ++jobs;
    EXPECT_EQ(WaitUntilDone(created.job.id).done, 20);
    EXPECT_THAT(Redactions(orders), Each(jobs));
  }
}

TEST_P(RedactingCustomers, AnOverloadedCommitterIsWaitedFor) {
  options.queue_capacity = 2;
  std::vector<Number> orders;
  for (int i = 0; i < 30; ++i) orders.push_back(server().Place(absl::StrCat("WEB-", i)));
  EXPECT_EQ(WaitUntilDone(Create(OfMaria()).id).done, 30);
  EXPECT_THAT(Redactions(orders), Each(1));
}

// Eight attempts come after seven pauses, which are 254 ms together where each is double the last.
TEST_P(RedactingCustomers, ACommitterThatRefusesIsAskedLessAndLessOften) {
  options.outage_tolerance = absl::ZeroDuration();
  const std::vector<Number> orders = PlaceMany(1);
  std::atomic<int> attempts = 0;
  runner_options.first_backoff = absl::Milliseconds(2);
  runner_options.last_backoff = absl::Hours(1);
  runner_options.poll_interval = absl::Hours(1);
  runner_options.lease = absl::Hours(3);
  runner_options.key_of = [&attempts](std::int64_t job, Number subject) {
    ++attempts;
    return Quick().key_of(job, subject);
  };
  runner();
  store().Fail(Method::kBegin, Fault::kLoseBeforeExecute, {.times = kForever});
  const RedactionJob job = Create(OfMaria());
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(WaitUntil([&] { return attempts >= 8; }));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
  store().Heal();
  EXPECT_EQ(WaitUntilDone(job.id).done, 1);
  EXPECT_THAT(Redactions(orders), Each(1));
  runner().Stop();
}

TEST_P(RedactingCustomers, OneThatTheDatabaseRefusesHasFailedAndStopsNoOther) {
  const std::vector<Number> orders = PlaceMany(8);
  store().PoisonWhere([&](const Activity& activity) {
    return activity.subject == orders[3] && std::holds_alternative<Redacted>(activity.event);
  });
  const RedactionJob job = WaitUntilDone(Create(OfMaria()).id);
  EXPECT_EQ(job.done, 7);
  EXPECT_EQ(job.failed, 1);
  EXPECT_THAT(Redactions({orders[3]}), Each(0));
  EXPECT_NE(Read(orders[3]).content.customer.name, "");
}

TEST_P(RedactingCustomers, ARetryOfTheCreateFindsTheJob) {
  const NewRedaction wanted = OfMaria();
  const RedactionJob first = Create(wanted);
  CreateAnswer again = Submit(wanted);
  const CreatedRedaction second = again.WaitCreated();
  EXPECT_TRUE(second.existed);
  EXPECT_EQ(second.job.id, first.id);
}

TEST_P(RedactingCustomers, AfterTheEndNothingIsCreated) {
  runner().Stop();
  CreateAnswer answer = Submit(OfMaria());
  EXPECT_THAT(answer.WaitRefusal(), RefusedFor(Reason::kUnavailable));
}

// --- Creates that fail
// ----------------------------------------------------------------------------

TEST_P(RedactingCustomers, ACreateWhoseConflictsDoNotPassMayBeTriedAgain) {
  for (Fault fault : {Fault::kDeadlock, Fault::kTaken}) {
    store().Fail(Method::kCreateRedaction, fault, {.times = kForever});
    CreateAnswer answer = Submit(OfMaria());
    EXPECT_THAT(answer.WaitRefusal(), RefusedFor(Reason::kUnavailable));
    store().Heal();
  }
}

TEST_P(RedactingCustomers, ACreateThatTheDatabaseRefusesIsAnIncidentInTheLog) {
  runner_options.on_trouble = troubles.Take();
  runner();
  const int before = store().Calls(Method::kCreateRedaction);
  store().Fail(Method::kCreateRedaction, Fault::kPoison, {.times = kForever});
  CreateAnswer answer = Submit(OfMaria());
  const Refusal refusal = answer.WaitRefusal();
  EXPECT_THAT(refusal, RefusedFor(Reason::kInternal));
  ASSERT_THAT(refusal.facts, SizeIs(1));
  EXPECT_THAT(troubles.All(), Contains(HasSubstr(FactAsText(refusal.facts[0].value))));
  EXPECT_EQ(store().Calls(Method::kCreateRedaction), before + 1) << "it is not tried again";
}

TEST_P(RedactingCustomers, ACreateThatMayHaveHappenedIsNoIncident) {
  runner();
  store().Fail(Method::kCreateRedaction, Fault::kExecuteThenLoseAnswer);
  store().Fail(Method::kCreateRedaction, Fault::kPoison, {.call = 2});
  const NewRedaction wanted = OfMaria();
  CreateAnswer answer = Submit(wanted);
  EXPECT_THAT(answer.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  CreateAnswer again = Submit(wanted);
  EXPECT_TRUE(again.WaitCreated().existed);
}

TEST_P(RedactingCustomers, ACreateThatNobodyWaitsForAnyMoreIsNotBegun) {
  TestClock clock(PlacedAt());
  runner_options.clock = [&] { return clock.Now(); };
  Hang();
  const auto gone = std::make_shared<std::atomic<bool>>(false);
  CreateAnswer late = Submit({.redaction = OfMaria(),
                              .deadline = clock.Now() + absl::Seconds(1),
                              .cancelled = nullptr,
                              .done = nullptr});
  CreateAnswer cancelled = Submit({.redaction = OfMaria(), .cancelled = gone, .done = nullptr});
  CreateAnswer patient = Submit({.redaction = OfMaria(),
                                 .deadline = clock.Now() + absl::Seconds(2),
                                 .cancelled = std::make_shared<std::atomic<bool>>(false),
                                 .done = nullptr});
  clock.Advance(absl::Seconds(1));
  *gone = true;
  store().Release();
  EXPECT_THAT(late.WaitRefusal(), RefusedFor(Reason::kDeadlineExceeded));
  EXPECT_THAT(cancelled.WaitRefusal(), RefusedFor(Reason::kCancelledByCaller));
  const RedactionJob job = patient.WaitCreated().job;
  EXPECT_EQ(store().Calls(Method::kCreateRedaction), 1);
  EXPECT_THAT(store().OpenReader().value()->ListRedactions(std::nullopt, 10).value(), SizeIs(1));
  WaitUntilDone(job.id);
  runner().Stop();
}

TEST_P(RedactingCustomers, ACreateIsNotTriedAgainAfterItsDeadline) {
  TestClock clock(PlacedAt());
  runner_options.clock = [&] { return clock.Now(); };
  runner_options.on_trouble = [&](absl::string_view) { clock.Advance(absl::Seconds(1)); };
  runner();
  store().Fail(Method::kCreateRedaction, Fault::kDeadlock, {.times = kForever});
  CreateAnswer answer = Submit({.redaction = OfMaria(),
                                .deadline = clock.Now() + absl::Seconds(1),
                                .cancelled = nullptr,
                                .done = nullptr});
  EXPECT_THAT(answer.WaitRefusal(), RefusedFor(Reason::kDeadlineExceeded));
  EXPECT_EQ(store().Calls(Method::kCreateRedaction), 1);
  runner().Stop();
}

TEST_P(RedactingCustomers, AnOutageIsFoundOutOnceForAllThatWait) {
  Hang();
  store().Fail(Method::kCreateRedaction, Fault::kLoseBeforeExecute, {.times = kForever});
  std::vector<CreateAnswer> answers;
  for (int i = 0; i < 5; ++i) answers.push_back(Submit(OfMaria()));
  store().Release();
  for (CreateAnswer& answer : answers)
    EXPECT_THAT(answer.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_EQ(store().Calls(Method::kCreateRedaction), 3) << "the attempts of the first";
}

TEST_P(RedactingCustomers, AShutdownDoesNotWaitForADatabaseThatHangs) {
  Hang();
  CreateAnswer waiting = Submit(OfMaria());
  runner().BeginStop();
  EXPECT_THAT(waiting.WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_THAT(Submit(OfMaria()).WaitRefusal(), RefusedFor(Reason::kUnavailable));
  store().Release();
  runner().Stop();
  EXPECT_EQ(store().Calls(Method::kCreateRedaction), 0);
}

TEST_P(RedactingCustomers, ACreateIsNotTriedAgainInAShutdown) {
  runner_options.on_trouble = [this](absl::string_view) { runner().BeginStop(); };
  runner();
  store().Fail(Method::kCreateRedaction, Fault::kDeadlock, {.times = kForever});
  EXPECT_THAT(Submit(OfMaria()).WaitRefusal(), RefusedFor(Reason::kUnavailable));
  EXPECT_EQ(store().Calls(Method::kCreateRedaction), 1);
}

// --- Several servers -----------------------------------------------------------------------------

// One that dies in the middle keeps its lease to its end; then the other goes on.
TEST_P(RedactingCustomers, AnotherServerTakesOverFromOneThatDied) {
  if (OnSqlite()) return;  // it has one server
  const std::vector<Number> orders = PlaceMany(60);
  const std::unique_ptr<WriteServer> other = NewServer();
  store().Fail(Method::kNoteRedacted, Fault::kBlock);
  const RedactionJob job = Create(OfMaria());
  ASSERT_TRUE(store().WaitUntilBlocked());
  RedactionRunner survivor(other->store(), other->committer(), Quick());
  EXPECT_EQ(WaitUntilDone(job.id).done, 60) << "while the first hangs";
  store().Release();
  EXPECT_THAT(Redactions(orders), Each(1));
}

TEST_P(RedactingCustomers, SeveralServersRedactEachOnce) {
  if (OnSqlite()) return;
  const std::vector<Number> orders = PlaceMany(100);
  const std::unique_ptr<WriteServer> other = NewServer();
  RedactionRunner second(other->store(), other->committer(), Quick());
  std::vector<RedactionJob> jobs;
  for (int i = 0; i < 4; ++i) jobs.push_back(Create(OfMaria()));
  for (const RedactionJob& job : jobs) EXPECT_EQ(WaitUntilDone(job.id).done, 100);
  EXPECT_THAT(Redactions(orders), Each(4));
}

}  // namespace
}  // namespace ipstore::orders::test
