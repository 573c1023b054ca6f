#include "server/write/committer.h"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/refusal.h"
#include "server/write/batch.h"
#include "server/write/turn_queue.h"

namespace ipstore::orders {
namespace {

// After this many attempts at a whole batch that a unique key stops each time, its units are run
// one by one: a conflict that does not go away has one of them to blame.
constexpr int kConflictsBeforeIsolation = 4;

// Serials are reserved this many at a time; those left at the end are lost.
constexpr std::int64_t kSerialsPerReservation = 64;

absl::Time ToMicroseconds(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

void Complete(PendingUnit& pending, Outcome outcome) {
  std::move(pending.unit.done)(std::move(outcome));
}

}  // namespace

// One committer: a thread and its connection.
class GroupCommitter::Lane {
 public:
  Lane(Store& store, const CommitterOptions& options, TurnQueue<Unit>& queue)
      : store_(store), options_(options), queue_(queue), thread_([this] { Run(); }) {}

  // Waits until everything is finished after the queue was closed, or until `deadline`.
  void WaitUntilFinished(absl::Time deadline) {
    std::unique_lock lock(mutex_);
    idle_.wait_until(lock, absl::ToChronoTime(deadline), [this] { return finished_; });
  }

  // Whatever no attempt has begun with is given up from now on.
  void Abandon() {
    {
      const std::lock_guard lock(mutex_);
      abandoned_ = true;
    }
    abandon_.notify_all();
  }

  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  CommitterStats stats() const {
    const std::lock_guard lock(mutex_);
    return stats_;
  }

 private:
  using Units = std::vector<PendingUnit*>;

  // Of the activities of one transaction.
  struct Positions {
    std::int64_t first = 0;
    std::size_t count = 0;
  };

  void Run() {
    while (true) {
      TurnQueue<Unit>::Batch taken = queue_.TakeBatch(options_.max_batch);
      if (taken.items.empty()) break;
      turn_ = taken.turn;
      std::vector<PendingUnit> batch;
      batch.reserve(taken.items.size());
      for (Unit& unit : taken.items) {
        const Number given = unit.given_number.value_or(Number());
        batch.push_back({.unit = std::move(unit), .new_number = given, .in_doubt = {}});
      }
      Units units;
      units.reserve(batch.size());
      for (PendingUnit& pending : batch) units.push_back(&pending);
      RunBatch(std::move(units), FirstConcurrency());
    }
    session_.reset();
    const std::lock_guard lock(mutex_);
    finished_ = true;
    idle_.notify_all();
  }

  // Brings every unit to its end. Recursion is one deep: a batch is taken apart into batches of
  // one.
  void RunBatch(Units units, Concurrency concurrency) {
    absl::Duration backoff = options_.first_backoff;
    int conflicts = 0;
    while (true) {
      if (Abandoned()) return RefuseAll(units);
      DropThoseNobodyWaitsFor(units);
      if (units.empty()) return;
      const absl::Status status = Attempt(units, concurrency);
      queue_.PassOn(turn_);
      if (status.ok()) return;
      // Most likely a retry, or another server has changed a subject: no trouble, and nothing to
      // wait for. Nor is a unit to blame for what it did on a state that nobody has looked at.
      if (concurrency == Concurrency::kOptimistic && !absl::IsUnavailable(status)) {
        concurrency = Concurrency::kPessimistic;
        Count([](CommitterStats& stats) { ++stats.reruns; });
        continue;
      }
      concurrency = Concurrency::kPessimistic;
      Report("a batch of ", units.size(), " is not written: ", status.ToString());

      if (absl::IsUnavailable(status)) {
        if (!OutageIsTolerable()) return RefuseAll(units);
      } else if (absl::IsAlreadyExists(status)) {
        if (++conflicts >= kConflictsBeforeIsolation) return FindTheOneToBlame(units);
        ForgetReservedNumbers(units);
      } else if (!absl::IsAborted(status)) {
        return FindTheOneToBlame(units);
      }
      if (!WaitBeforeRerun(backoff)) return RefuseAll(units);
      Count([](CommitterStats& stats) { ++stats.reruns; });
      backoff = std::min(2 * backoff, options_.last_backoff);
    }
  }

  // Retries come in flocks, after an outage say, and who shares its orders with other servers goes
  // on doing so; an attempt that meets either unprepared runs twice.
  Concurrency FirstConcurrency() const {
    return replays_are_likely_ || conflicts_are_likely_ ? Concurrency::kPessimistic
                                                        : Concurrency::kOptimistic;
  }

  // One transaction with all of `units`; on success they are answered. On failure the transaction
  // is over and the session is usable or gone.
  absl::Status Attempt(const Units& units, Concurrency concurrency) {
    if (absl::Status ready = MakeReady(units); !ready.ok()) {
      session_.reset();
      return ready;
    }
    BatchAttempt attempt(units, ToMicroseconds(options_.clock()), concurrency);
    absl::Status status = attempt.Run(*session_, [this] { queue_.PassOn(turn_); });
    if (status.ok()) {
      down_since_.reset();
      conflicts_are_likely_ = attempt.memory_was_wrong();
      Answer(units, attempt);
      return status;
    }
    if (attempt.commit_in_doubt()) {
      in_doubt_ = Positions{attempt.first_position(), attempt.activity_count()};
      Count([](CommitterStats& stats) { ++stats.lost_commits; });
    }
    if (!absl::IsUnavailable(status)) down_since_.reset();  // refused by a database that is there
    // Not even a rollback on a lost connection: its session may still be committing.
    if (absl::IsUnavailable(status) || !session_->Rollback().ok()) session_.reset();
    return status;
  }

  // Opens the session if there is none, and numbers the creates.
  absl::Status MakeReady(const Units& units) {
    if (session_ == nullptr) {
      absl::StatusOr<std::unique_ptr<WriteSession>> opened = store_.OpenWriteSession();
      if (!opened.ok()) return absl::UnavailableError(opened.status().message());
      session_ = *std::move(opened);
    }
    std::int64_t needed = 0;
    for (const PendingUnit* pending : units) needed += NeedsNumber(*pending) ? 1 : 0;
    if (needed > serials_left_) {
      const std::int64_t count = std::max(needed, kSerialsPerReservation);
      absl::StatusOr<std::int64_t> first = session_->ReserveSerials(count);
      if (!first.ok()) return first.status();
      next_serial_ = *first;
      serials_left_ = count;
    }
    for (PendingUnit* pending : units) {
      if (!NeedsNumber(*pending)) continue;
      pending->new_number = Number::FromSerial(next_serial_++);
      --serials_left_;
    }
    return absl::OkStatus();
  }

  static bool NeedsNumber(const PendingUnit& pending) {
    return !pending.unit.subject.has_value() && !pending.unit.validate_only &&
           pending.new_number == Number();
  }

  // The key that was taken may be a number which an imported order has brought along after we had
  // reserved it. Serials that are reserved from now on lie beyond all such.
  void ForgetReservedNumbers(const Units& units) {
    serials_left_ = 0;
    for (PendingUnit* pending : units) {
      if (!pending->unit.given_number.has_value()) pending->new_number = Number();
    }
  }

  void Answer(const Units& units, BatchAttempt& attempt) {
    // A commit whose answer was lost, and which turns out to have held, is news to the feed like
    // any other.
    if (attempt.found_own_commit() && in_doubt_.has_value()) Announce(*in_doubt_);
    in_doubt_.reset();
    if (attempt.activity_count() > 0)
      Announce({attempt.first_position(), attempt.activity_count()});
    std::vector<Outcome> outcomes = std::move(attempt).TakeOutcomes();
    CountOutcomes(outcomes);
    for (std::size_t i = 0; i < units.size(); ++i) Complete(*units[i], std::move(outcomes[i]));
  }

  void Announce(const Positions& written) const {
    if (options_.on_committed) options_.on_committed(written.first, written.count);
  }

  void CountOutcomes(const std::vector<Outcome>& outcomes) {
    std::size_t applied = 0;
    std::size_t replayed = 0;
    std::size_t unchanged = 0;
    for (const Outcome& outcome : outcomes) {
      const auto* done = std::get_if<Applied>(&outcome);
      if (done == nullptr) continue;
      if (done->replayed) {
        ++replayed;
      } else {
        ++(done->activity_count > 0 ? applied : unchanged);
      }
    }
    replays_are_likely_ = replayed > 0;
    Count([&](CommitterStats& stats) {
      stats.batches += applied > 0 ? 1 : 0;
      stats.applied += applied;
      stats.replayed += replayed;
      stats.unchanged += unchanged;
      stats.refused += outcomes.size() - applied - replayed - unchanged;
      stats.largest_batch = std::max(stats.largest_batch, applied);
    });
  }

  // A unit whose commit is in doubt is dropped like any other: the caller is gone or out of time,
  // and a retry with the same request_id will find out what became of it.
  void DropThoseNobodyWaitsFor(Units& units) {
    const absl::Time now = options_.clock();
    std::erase_if(units, [&](PendingUnit* pending) {
      const Unit& unit = pending->unit;
      if (unit.cancelled != nullptr && unit.cancelled->load(std::memory_order_relaxed)) {
        Refuse(*pending, CancelledByCaller());
        return true;
      }
      if (unit.deadline <= now) {
        Refuse(*pending, DeadlineExceeded());
        return true;
      }
      return false;
    });
  }

  // One of the units cannot be written, and the database does not say which.
  void FindTheOneToBlame(const Units& units) {
    if (units.size() == 1) {
      // What the database took up to a COMMIT without an answer may be stored: a retry finds out.
      if (units.front()->in_doubt.has_value()) return Refuse(*units.front(), Unavailable());
      const std::string incident = absl::StrCat("W", absl::ToUnixMicros(options_.clock()));
      Report("incident ", incident,
             ": the database refuses one unit for good, see the line before");
      return Refuse(*units.front(), Internal(incident));
    }
    Count([](CommitterStats& stats) { ++stats.isolations; });
    for (PendingUnit* pending : units) RunBatch({pending}, Concurrency::kPessimistic);
  }

  void RefuseAll(const Units& units) {
    for (PendingUnit* pending : units) Refuse(*pending, Unavailable());
  }

  void Refuse(PendingUnit& pending, Refusal refusal) {
    Count([](CommitterStats& stats) { ++stats.refused; });
    Complete(pending, std::move(refusal));
  }

  bool OutageIsTolerable() {
    const absl::Time now = options_.clock();
    if (!down_since_.has_value()) down_since_ = now;
    return now - *down_since_ < options_.outage_tolerance;
  }

  // False when the committer is told to give up meanwhile.
  bool WaitBeforeRerun(absl::Duration backoff) {
    const double part = std::uniform_real_distribution<double>(0.5, 1.0)(random_);
    std::unique_lock lock(mutex_);
    return !abandon_.wait_for(lock, absl::ToChronoMicroseconds(part * backoff),
                              [this] { return abandoned_; });
  }

  bool Abandoned() const {
    const std::lock_guard lock(mutex_);
    return abandoned_;
  }

  template <typename Change>
  void Count(const Change& change) {
    const std::lock_guard lock(mutex_);
    change(stats_);
  }

  template <typename... Parts>
  void Report(const Parts&... parts) const {
    if (options_.on_trouble) options_.on_trouble(absl::StrCat(parts...));
  }

  Store& store_;
  const CommitterOptions& options_;
  TurnQueue<Unit>& queue_;

  // Used by the thread only.
  std::uint64_t turn_ = 0;  // of the batch that was taken last
  std::unique_ptr<WriteSession> session_;
  std::int64_t next_serial_ = 0;
  std::int64_t serials_left_ = 0;
  std::optional<absl::Time> down_since_;
  bool replays_are_likely_ = false;    // the last batch had one
  bool conflicts_are_likely_ = false;  // the last batch met a change by somebody else
  std::optional<Positions>
      in_doubt_;  // of the last COMMIT without an answer, until it is known what became of it
  std::minstd_rand random_{std::random_device{}()};

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable idle_;
  std::condition_variable abandon_;
  bool finished_ = false;
  bool abandoned_ = false;
  CommitterStats stats_;

  std::thread thread_;  // last: it uses all above
};

GroupCommitter::GroupCommitter(Store& store, CommitterOptions options)
    : options_(std::move(options)),
      queue_(std::make_unique<TurnQueue<Unit>>(options_.queue_capacity,
                                               absl::ToChronoMilliseconds(options_.turn))) {
  const int lanes = std::clamp(options_.committers, 1, store.MaxWriteSessions());
  for (int i = 0; i < lanes; ++i)
    lanes_.push_back(std::make_unique<Lane>(store, options_, *queue_));
}

GroupCommitter::~GroupCommitter() {
  Stop(absl::Now());
}

void GroupCommitter::Submit(Unit unit) {
  unit.deadline = std::min(unit.deadline, options_.clock() + options_.max_unit_time);
  if (!queue_->TryPush(unit)) std::move(unit.done)(stopped_ ? Unavailable() : Overloaded());
}

void GroupCommitter::Stop(absl::Time deadline) {
  stopped_ = true;
  queue_->Close();
  for (auto& lane : lanes_) lane->WaitUntilFinished(deadline);
  for (auto& lane : lanes_) lane->Abandon();
  const std::lock_guard lock(joining_);
  for (auto& lane : lanes_) lane->Join();
}

CommitterStats GroupCommitter::stats() const {
  CommitterStats sum;
  for (const auto& lane : lanes_) {
    const CommitterStats one = lane->stats();
    sum.batches += one.batches;
    sum.applied += one.applied;
    sum.refused += one.refused;
    sum.replayed += one.replayed;
    sum.unchanged += one.unchanged;
    sum.reruns += one.reruns;
    sum.isolations += one.isolations;
    sum.lost_commits += one.lost_commits;
    sum.largest_batch = std::max(sum.largest_batch, one.largest_batch);
  }
  return sum;
}

}  // namespace ipstore::orders
