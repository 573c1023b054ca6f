// Works on the redactions of customers: creates the jobs, and brings each to its end, one subject a
// unit of work, through the ordinary committer.
//
// Several servers on one database share the jobs: a lease by the database's clock says who works on
// one, and another takes over where it ends. A unit that was done before, by whomever, is a replay,
// because its request key is made of job and subject: so nothing happens twice after a crash, and
// nothing need be remembered in memory.
#ifndef IPSTORE_ORDERS_SERVER_REDACTION_REDACTION_RUNNER_H_
#define IPSTORE_ORDERS_SERVER_REDACTION_REDACTION_RUNNER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <variant>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/number.h"
#include "domain/refusal.h"
#include "server/storage/redaction_job.h"
#include "server/storage/store.h"
#include "server/write/committer.h"

namespace ipstore::orders {

struct RedactionRunnerOptions {
  // How often to look for jobs that nobody works on. One that is created here is begun at once.
  absl::Duration poll_interval = absl::Seconds(10);
  // How long after its end, by a crash, others wait before they take over.
  absl::Duration lease = absl::Seconds(30);
  // Units of work that are under way at a time: the rest of the committer is for callers.
  std::size_t max_in_flight = 16;
  // Waits after a failure: doubled from the first to the last.
  absl::Duration first_backoff = absl::Milliseconds(50);
  absl::Duration last_backoff = absl::Seconds(5);
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  // The request key of the unit that redacts one subject for one job. Must be set.
  std::function<RequestKey(std::int64_t job, Number subject)> key_of;
  // Called with one line on each thing an operator should know of. Must not block.
  std::function<void(absl::string_view line)> on_trouble;
};

// A call for a job.
struct RedactionCall {
  NewRedaction redaction;
  // No attempt to create it begins after that.
  absl::Time deadline = absl::InfiniteFuture();
  std::shared_ptr<const std::atomic<bool>> cancelled;  // the same; may be null
  // Called exactly once, from RedactionRunner's methods or on its thread; must not block.
  absl::AnyInvocable<void(std::variant<CreatedRedaction, Refusal>) &&> done;
};

// Thread-safe.
class RedactionRunner {
 public:
  // Starts the thread. `store` and `writes` must outlive this, and `writes` must not be stopped
  // before.
  RedactionRunner(Store& store, GroupCommitter& writes, RedactionRunnerOptions options);

  // As Stop().
  ~RedactionRunner();

  RedactionRunner(const RedactionRunner&) = delete;
  RedactionRunner& operator=(const RedactionRunner&) = delete;

  // Creates a job, which is then worked on. Never blocks. Refusals:
  //   OVERLOADED   too many wait
  //   DEADLINE_EXCEEDED, CANCELLED_BY_CALLER  nothing was done, but for the case of the next line
  //   UNAVAILABLE  the database is lost, a conflict does not pass, or the runner stops. The job may
  //                have been created: call again with the same request key
  //   INTERNAL     the database refuses this very job; on_trouble() is told of the incident
  void Create(RedactionCall call);

  // Begins nothing more, refuses what waits to be created, and lets the thread end. Does not block.
  void BeginStop();

  // As BeginStop(), and waits for the end of the thread; units that are under way are left to the
  // committer. Jobs that are not done go on with the next server. May be called more than once.
  void Stop();

 private:
  class Worker;

  std::unique_ptr<Worker> worker_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_REDACTION_REDACTION_RUNNER_H_
