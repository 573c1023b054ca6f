// The group committer: takes units of work from many callers and makes them durable many at a time.
//
// A batch is what has gathered while the one before was committed; nothing is delayed to make it
// larger. Several committers, each with a connection, share one queue and take turns: the next
// takes what waits when the one before is about to commit. So batches stay large, and the loading,
// deciding and writing of one goes on while another is made durable and answered.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_COMMITTER_H_
#define IPSTORE_ORDERS_SERVER_WRITE_COMMITTER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/storage/store.h"
#include "server/write/turn_queue.h"
#include "server/write/unit.h"

namespace ipstore::orders {

struct CommitterOptions {
  // How many work side by side; never more than the store's MaxWriteSessions().
  int committers = 2;
  // Units in one database transaction.
  std::size_t max_batch = 256;
  // How long a committer that does not get as far as its COMMIT, because it waits for a lock, holds
  // up the others.
  absl::Duration turn = absl::Milliseconds(20);
  // Units that may wait. More are refused with OVERLOADED.
  std::size_t queue_capacity = 8192;
  // A unit is given up after this long even when its caller would wait for ever.
  absl::Duration max_unit_time = absl::Seconds(30);
  // How long a lost database is waited for before units are refused with UNAVAILABLE. Once it is
  // known to be lost, later units are refused after one try.
  absl::Duration outage_tolerance = absl::Seconds(5);
  // Waits between attempts: doubled from the first to the last, and drawn at random between half
  // and the whole of it.
  absl::Duration first_backoff = absl::Milliseconds(2);
  absl::Duration last_backoff = absl::Milliseconds(250);
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  // Called after each commit that wrote activities, with the first position and how many; on the
  // committer's thread, before the callers are answered. Must not block. Several committers call at
  // the same time, and not in order of position. A commit whose answer was lost and whose callers
  // then gave up is not told of, nor are those of other servers.
  std::function<void(std::int64_t first_position, std::size_t count)> on_committed;
  // Called with one line on each thing an operator should know of. Must not block. The text is for
  // logs only.
  std::function<void(absl::string_view line)> on_trouble;
};

// Counted since the start.
struct CommitterStats {
  std::uint64_t batches = 0;     // transactions that were committed with at least one applied unit
  std::uint64_t applied = 0;     // units
  std::uint64_t refused = 0;     // units, whatever the reason
  std::uint64_t replayed = 0;    // units
  std::uint64_t unchanged = 0;   // units that found nothing to change
  std::uint64_t reruns = 0;      // attempts after the first
  std::uint64_t isolations = 0;  // batches that were taken apart to find the unit to blame
  std::uint64_t lost_commits = 0;  // COMMITs without an answer
  std::size_t largest_batch = 0;   // applied units in one transaction
};

// Thread-safe.
class GroupCommitter {
 public:
  // Starts the threads. `store` must outlive this.
  GroupCommitter(Store& store, CommitterOptions options);

  // As Stop(absl::Now()).
  ~GroupCommitter();

  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;

  // Hands over a unit; never blocks. Its `done` is called exactly once: at once with OVERLOADED
  // when the queue is full and with UNAVAILABLE when the committer has stopped, else later, with
  // what became of it. These refusals come from here rather than from the unit's own decision:
  //   REQUEST_ID_REUSED    the request_id was used with other content
  //   DEADLINE_EXCEEDED, CANCELLED_BY_CALLER  nothing was done, but for the case of the next line
  //   UNAVAILABLE          the database is lost. If that happened during a COMMIT, what became of
  //   it is not known; a retry
  //                        with the same request_id finds out and applies nothing twice
  //   INTERNAL             the database refuses this very unit
  void Submit(Unit unit);

  // Takes no more units, lets those that wait be finished until `deadline`, gives the rest up with
  // UNAVAILABLE, ends the threads. Blocks. May be called more than once.
  void Stop(absl::Time deadline);

  CommitterStats stats() const;

 private:
  class Lane;

  CommitterOptions options_;
  std::atomic<bool> stopped_ = false;
  std::mutex joining_;  // one thread at a time waits for the ends of the lanes' threads
  std::unique_ptr<TurnQueue<Unit>> queue_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_COMMITTER_H_
