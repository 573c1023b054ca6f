// Reads of single subjects, as most reads are: those that wait at the same moment are read
// together, in one snapshot and with one statement for each table.
#ifndef IPSTORE_ORDERS_SERVER_READ_SUBJECT_READS_H_
#define IPSTORE_ORDERS_SERVER_READ_SUBJECT_READS_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/number.h"
#include "domain/refusal.h"
#include "domain/subject_state.h"
#include "server/read/read_pool.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// The subject as it stood at some moment after it was asked for, null where there is none; or why
// it could not be read, as of ReadTask::refuse.
using SubjectReadOutcome = std::variant<const SubjectState*, Refusal>;

struct SubjectRead {
  Number number;
  // Called exactly once, on a thread of the pool or from Submit(). Must not block. The subject is
  // valid during the call only.
  absl::AnyInvocable<void(SubjectReadOutcome) &&> done;
  absl::Time deadline = absl::InfiniteFuture();
  std::shared_ptr<const std::atomic<bool>> cancelled;  // may be null
};

struct SubjectReadsOptions {
  // How many are read together at most.
  std::size_t max_batch = 256;
  // How many batches are on their way at a time. Fewer are larger: no read waits for others to
  // come, only for one of these to end.
  int max_batches = 2;
  // Reads that may wait; more are refused with OVERLOADED.
  std::size_t queue_capacity = 8192;
};

// Thread-safe.
class SubjectReads {
 public:
  // `pool` must outlive this, and be stopped before this ends.
  explicit SubjectReads(ReadPool& pool, SubjectReadsOptions options = {});

  SubjectReads(const SubjectReads&) = delete;
  SubjectReads& operator=(const SubjectReads&) = delete;

  // Hands over a read; never blocks.
  void Submit(SubjectRead read);

 private:
  using Batch = std::vector<SubjectRead>;

  bool TryPush(SubjectRead& read, bool& begins_batch);
  // Has the pool read what waits by the time that it comes to it.
  void BeginBatch();
  Batch Take();
  void EndBatch();
  absl::Status ReadBatch(Reader& reader, Batch& batch);
  // Of what cannot be read together.
  void ReadEachAlone(Batch batch);
  void DropThoseNobodyWaitsFor(Batch& batch) const;

  ReadPool& pool_;
  const SubjectReadsOptions options_;

  std::mutex mutex_;  // guards all below
  Batch waiting_;
  int batches_ = 0;           // handed to the pool and not ended
  bool is_to_begin_ = false;  // one of them has not begun: it takes along what waits
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_READ_SUBJECT_READS_H_
