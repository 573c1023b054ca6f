#include "server/redaction/redaction_runner.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "domain/decide.h"
#include "domain/decide_enquiry.h"
#include "domain/refusal.h"
#include "server/write/backoff.h"

namespace ipstore::orders {
namespace {

// Creates that may wait. Each is a call of staff, so more than a few are a fault somewhere.
constexpr std::size_t kMaxCreates = 64;
// A create that another server makes at the same moment is there at the second try.
constexpr int kCreateAttempts = 3;
constexpr std::int32_t kItemsAtATime = 256;

// Refusals that say nothing of the subject: try again.
bool IsPassing(std::optional<Reason> reason) {
  return reason == Reason::kOverloaded || reason == Reason::kUnavailable ||
         reason == Reason::kDeadlineExceeded || reason == Reason::kCancelledByCaller;
}

// Of the database: the same may succeed at another time.
bool IsPassing(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsAborted(status) || absl::IsAlreadyExists(status);
}

Caller CallerOf(const RedactionJob& job) {
  return {.actor = job.actor, .on_behalf_of = job.on_behalf_of, .rights = {Right::kRedact}};
}

// What came back for one item of a job.
struct Finished {
  std::int64_t job = 0;
  Number subject;
  std::optional<Reason> refusal;
};

// Where the callbacks of units put what came back; shared with them, since they may outlive the
// runner.
struct Inbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<RedactionCall> creates;
  std::vector<Finished> finished;
  bool stopping = false;
};

}  // namespace

// The thread and what it works on.
class RedactionRunner::Worker {
 public:
  Worker(Store& store, GroupCommitter& writes, RedactionRunnerOptions options)
      : store_(store), writes_(writes), options_(std::move(options)), thread_([this] { Run(); }) {}

  void Create(RedactionCall call) {
    if (auto refusal = Queue(call)) return std::move(call.done)(*std::move(refusal));
    inbox_->changed.notify_all();
  }

  void BeginStop() {
    {
      const std::lock_guard lock(inbox_->mutex);
      inbox_->stopping = true;
    }
    inbox_->changed.notify_all();
    RefuseCreates();
  }

  void Stop() {
    BeginStop();
    const std::lock_guard lock(joining_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  // Until the next step.
  struct Wait {
    absl::Duration at_most;
    bool is_pause = false;  // after a failure
  };

  void Run() {
    while (!Stopping()) {
      AnswerCreates();
      WaitForNews(Work());
    }
  }

  bool Stopping() const {
    const std::lock_guard lock(inbox_->mutex);
    return inbox_->stopping;
  }

  // What came back is no reason to cut a pause short: it may be the next refusal of many.
  void WaitForNews(const Wait& wait) const {
    std::unique_lock lock(inbox_->mutex);
    inbox_->changed.wait_for(lock, absl::ToChronoMicroseconds(wait.at_most), [&] {
      return inbox_->stopping || !inbox_->creates.empty() ||
             (!wait.is_pause && !inbox_->finished.empty());
    });
  }

  // --- Creating ---

  // Takes the call, unless it refuses.
  std::optional<Refusal> Queue(RedactionCall& call) {
    const std::lock_guard lock(inbox_->mutex);
    if (inbox_->stopping) return Unavailable();
    if (inbox_->creates.size() >= kMaxCreates) return Overloaded();
    inbox_->creates.push_back(std::move(call));
    return std::nullopt;
  }

  std::optional<RedactionCall> NextCreate() {
    const std::lock_guard lock(inbox_->mutex);
    if (inbox_->creates.empty()) return std::nullopt;
    RedactionCall call = std::move(inbox_->creates.front());
    inbox_->creates.pop_front();
    return call;
  }

  void AnswerCreates() {
    while (std::optional<RedactionCall> call = NextCreate()) {
      absl::StatusOr<CreatedRedaction> created = CreateOne(*call);
      // The others would each wait as long for a database that is lost. They are refused first, so
      // that nobody is who calls again upon this answer.
      if (absl::IsUnavailable(created.status())) RefuseCreates();
      if (created.ok()) {
        std::move(call->done)(*std::move(created));
      } else {
        std::move(call->done)(RefusalFor(created.status()));
      }
    }
  }

  absl::StatusOr<CreatedRedaction> CreateOne(const RedactionCall& call) {
    absl::StatusOr<CreatedRedaction> created;
    bool in_doubt = false;
    for (int attempt = 0; attempt < kCreateAttempts; ++attempt) {
      if (attempt > 0) PauseBefore(attempt);
      if (absl::Status wanted = CheckStillWanted(call); !wanted.ok()) return wanted;
      if (absl::Status ready = MakeReady(); !ready.ok()) return ready;
      created = session_->Create(call.redaction);
      if (created.ok()) {
        // What we created ourselves, in an attempt without an answer, is no replay.
        created->existed = created->existed && !in_doubt;
        return created;
      }
      Report("a redaction is not created: ", created.status().ToString());
      GiveUpIfLost(created.status());
      in_doubt = in_doubt || absl::IsUnavailable(created.status());
      if (!IsPassing(created.status())) break;
    }
    // It may be there since an attempt without an answer: a retry finds out.
    if (in_doubt) return absl::UnavailableError("a redaction may have been created");
    return created;
  }

  // What cannot be undone must not begin when nobody waits for it any more.
  absl::Status CheckStillWanted(const RedactionCall& call) const {
    if (call.cancelled != nullptr && call.cancelled->load(std::memory_order_relaxed))
      return absl::CancelledError("the caller has gone");
    if (call.deadline <= options_.clock())
      return absl::DeadlineExceededError("the caller waits no longer");
    if (Stopping()) return absl::UnavailableError("the server is shutting down");
    return absl::OkStatus();
  }

  // Leaves a conflict time to pass, or the database to come back.
  void PauseBefore(int attempt) const {
    std::unique_lock lock(inbox_->mutex);
    inbox_->changed.wait_for(lock, absl::ToChronoMicroseconds(attempt * options_.first_backoff),
                             [this] { return inbox_->stopping; });
  }

  Refusal RefusalFor(const absl::Status& status) const {
    if (IsPassing(status)) return Unavailable();
    if (absl::IsCancelled(status)) return CancelledByCaller();
    if (absl::IsDeadlineExceeded(status)) return DeadlineExceeded();
    const std::string incident = absl::StrCat("J", absl::ToUnixMicros(options_.clock()));
    Report("incident ", incident, ": ", status.ToString());
    return Internal(incident);
  }

  void RefuseCreates() {
    std::deque<RedactionCall> creates;
    {
      const std::lock_guard lock(inbox_->mutex);
      creates.swap(inbox_->creates);
    }
    for (RedactionCall& call : creates) std::move(call.done)(Unavailable());
  }

  // --- Working ---

  // Goes one step on, and returns how long to wait for news before the next.
  Wait Work() {
    TakeFinished();
    absl::StatusOr<bool> more = Step();
    if (!more.ok()) {
      // Once for an outage.
      if (!outage_.IsOn()) Report("redactions stand still: ", more.status().ToString());
      GiveUpIfLost(more.status());
      DropJob();  // what was done is noted again as replays
      return Pause(outage_);
    }
    outage_.End();
    if (std::exchange(held_up_, false)) return Pause(refusals_);
    if (*more) return {absl::ZeroDuration()};
    return {in_flight_ > 0 ? options_.lease / 3 : options_.poll_interval};
  }

  Wait Pause(Backoff& backoff) const {
    return {backoff.Next(options_.first_backoff, options_.last_backoff), /*is_pause=*/true};
  }

  // Whether there is more to do without waiting for news.
  absl::StatusOr<bool> Step() {
    if (absl::Status ready = MakeReady(); !ready.ok()) return ready;
    if (!job_.has_value()) {
      absl::StatusOr<std::optional<RedactionJob>> taken = session_->Take(Lease());
      if (!taken.ok()) return taken.status();
      if (!taken->has_value()) return false;
      job_ = **std::move(taken);
      renewed_at_ = options_.clock();
    }
    if (NoteIsDue()) {
      if (absl::Status noted = NoteOutcomes(); !noted.ok()) return noted;
      if (!job_.has_value()) return false;  // it has passed to another server
    }
    if (absl::Status listed = FillUp(); !listed.ok()) return listed;
    SubmitSome();
    if (in_flight_ > 0 || !waiting_.empty()) return false;
    absl::StatusOr<bool> finished = session_->Finish(job_->id, options_.clock());
    if (!finished.ok()) return finished.status();
    DropJob();  // also where another server has finished it
    return true;
  }

  // In batches, but not later than when nothing is under way any more, and early enough for the
  // lease.
  bool NoteIsDue() const {
    return outcomes_.size() >= options_.max_in_flight || (in_flight_ == 0 && !outcomes_.empty()) ||
           options_.clock() - renewed_at_ > options_.lease / 3;
  }

  // Notes what became of items, and so renews the lease.
  absl::Status NoteOutcomes() {
    const absl::Time now = options_.clock();
    absl::StatusOr<bool> ours = session_->Note(job_->id, outcomes_, now, Lease());
    if (!ours.ok()) return ours.status();
    outcomes_.clear();
    renewed_at_ = now;
    if (!*ours) DropJob();
    return absl::OkStatus();
  }

  absl::Status FillUp() {
    if (!waiting_.empty() || listed_all_) return absl::OkStatus();
    absl::StatusOr<std::vector<Number>> pending =
        session_->ListPending(job_->id, listed_until_, kItemsAtATime);
    if (!pending.ok()) return pending.status();
    listed_all_ = pending->size() < static_cast<std::size_t>(kItemsAtATime);
    if (!pending->empty()) listed_until_ = pending->back();
    waiting_.assign(pending->begin(), pending->end());
    return absl::OkStatus();
  }

  void SubmitSome() {
    while (!held_up_ && !waiting_.empty() && in_flight_ < options_.max_in_flight) {
      ++in_flight_;
      writes_.Submit(UnitFor(*job_, waiting_.front()));
      waiting_.pop_front();
    }
  }

  Unit UnitFor(const RedactionJob& job, Number subject) const {
    Unit unit;
    unit.subject = subject;
    unit.request_key = options_.key_of(job.id, subject);
    unit.decide = [caller = CallerOf(job), subject](const UnitContext& context) -> Decision {
      if (context.subject == nullptr) return OrderNotFound(subject.ToString());
      return std::visit(
          [&](const auto& kind) { return Decide(kind, Redact{}, caller, context.now); },
          *context.subject);
    };
    unit.done = [inbox = inbox_, job = job.id, subject](Outcome outcome) {
      const auto* refusal = std::get_if<Refusal>(&outcome);
      {
        const std::lock_guard lock(inbox->mutex);
        inbox->finished.push_back(
            {job, subject, refusal == nullptr ? std::nullopt : std::optional(refusal->reason)});
      }
      inbox->changed.notify_all();
    };
    return unit;
  }

  void TakeFinished() {
    std::vector<Finished> finished;
    {
      const std::lock_guard lock(inbox_->mutex);
      finished.swap(inbox_->finished);
    }
    in_flight_ -= finished.size();
    for (const Finished& one : finished) {
      // Of a job that was dropped meanwhile, whoever takes it up finds replays.
      if (job_.has_value() && job_->id == one.job) Sort(one);
    }
  }

  void Sort(const Finished& finished) {
    if (!IsPassing(finished.refusal)) refusals_.End();
    if (!finished.refusal.has_value()) {
      outcomes_.push_back({.subject = finished.subject, .failure = ""});
    } else if (IsPassing(finished.refusal)) {
      waiting_.push_front(finished.subject);
      held_up_ = true;
    } else {
      const std::string reason(Name(*finished.refusal));
      Report("redaction ", job_->id, ": ", finished.subject.ToString(),
             " cannot be redacted: ", reason);
      outcomes_.push_back({.subject = finished.subject, .failure = reason});
    }
  }

  void DropJob() {
    job_.reset();
    waiting_.clear();
    outcomes_.clear();
    listed_until_ = Number();
    listed_all_ = false;
  }

  // --- The connection ---

  RedactionLease Lease() const { return {.owner = owner_, .length = options_.lease}; }

  absl::Status MakeReady() {
    if (session_ != nullptr) return absl::OkStatus();
    absl::StatusOr<std::unique_ptr<RedactionSession>> opened = store_.OpenRedactionSession();
    if (!opened.ok()) return absl::UnavailableError(opened.status().message());
    session_ = *std::move(opened);
    return absl::OkStatus();
  }

  void GiveUpIfLost(const absl::Status& status) {
    if (absl::IsUnavailable(status)) session_.reset();
  }

  template <typename... Parts>
  void Report(const Parts&... parts) const {
    if (options_.on_trouble) options_.on_trouble(absl::StrCat(parts...));
  }

  Store& store_;
  GroupCommitter& writes_;
  const RedactionRunnerOptions options_;
  const std::string owner_ = NewLeaseOwner();
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();

  // Used by the thread only.
  std::unique_ptr<RedactionSession> session_;
  std::optional<RedactionJob> job_;
  std::deque<Number> waiting_;  // items of the job that are to be submitted
  Number listed_until_;         // of its pending items, how far they were read
  bool listed_all_ = false;
  std::vector<RedactionOutcome> outcomes_;  // to be noted
  absl::Time renewed_at_;                   // the lease
  std::size_t in_flight_ = 0;
  bool held_up_ = false;  // the committer asks for a pause
  Backoff refusals_;      // until it takes a unit
  Backoff outage_;        // until a step succeeds

  std::mutex joining_;  // one thread at a time waits for the end of the thread
  std::thread thread_;  // last: it uses all above
};

RedactionRunner::RedactionRunner(Store& store, GroupCommitter& writes,
                                 RedactionRunnerOptions options)
    : worker_(std::make_unique<Worker>(store, writes, std::move(options))) {}

RedactionRunner::~RedactionRunner() {
  Stop();
}

void RedactionRunner::Create(RedactionCall call) {
  worker_->Create(std::move(call));
}

void RedactionRunner::BeginStop() {
  worker_->BeginStop();
}

void RedactionRunner::Stop() {
  worker_->Stop();
}

}  // namespace ipstore::orders
