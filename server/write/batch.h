// One attempt at a batch: loads what its units need, lets each decide on the state that the ones
// before it left, and writes the sum of it in one database transaction.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_BATCH_H_
#define IPSTORE_ORDERS_SERVER_WRITE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/storage/store.h"
#include "server/write/unit.h"

namespace ipstore::orders {

// A unit on its way through the attempts.
struct PendingUnit {
  Unit unit;
  // The number for a create: the given one, or one that is reserved for it and kept over attempts,
  // so that none is wasted on a retry.
  Number new_number;
  // What an attempt whose COMMIT answer was lost had done for it; the next attempt finds out
  // whether that holds.
  std::optional<Applied> in_doubt;
};

// How an attempt knows that what it decides on is so.
enum class Concurrency : std::uint8_t {
  // It takes subjects as this server remembers them, and the request_ids of the units that it
  // applies for new, as nearly all are. Where that is wrong, the database says so when it is
  // written, and the attempt fails with ABORTED or ALREADY_EXISTS. What the other units were
  // decided on is looked up before the end. Not for units that are in doubt.
  kOptimistic,
  // It locks the subjects and looks up all request_ids before anything is decided.
  kPessimistic,
};

// Not thread-safe; made for one attempt and thrown away. The units must outlive it.
class BatchAttempt {
 public:
  BatchAttempt(absl::Span<PendingUnit* const> units, absl::Time now, Concurrency concurrency)
      : units_(units), now_(now), concurrency_(concurrency) {}

  // Runs the transaction on `session`, and calls `before_commit` right before its COMMIT, if there
  // comes one. OK: outcomes() holds one for each unit and is durable.
  // Otherwise nothing is known to be done (store.h says what each code means; ALREADY_EXISTS also
  // for a reserved number that a subject has brought along meanwhile), the transaction is still to
  // be rolled back, and, when the error came from the COMMIT, the units remember what is in doubt.
  // Blocks.
  absl::Status Run(WriteSession& session, absl::FunctionRef<void()> before_commit);

  // After Run() was OK: one for each unit, in their order.
  std::vector<Outcome> TakeOutcomes() && { return std::move(outcomes_); }

  // Whether the error of Run() left it unknown if the transaction was committed.
  bool commit_in_doubt() const { return commit_in_doubt_; }

  // After Run() was OK: whether a unit's earlier commit, which was in doubt, is now known to have
  // held.
  bool found_own_commit() const { return found_own_commit_; }

  // After Run() was OK: whether a subject that it locked was not as it had been remembered.
  bool memory_was_wrong() const { return memory_was_wrong_; }

  // How many activities were written, and the position of the first.
  std::int64_t first_position() const { return first_position_; }
  std::size_t activity_count() const { return activity_count_; }

 private:
  // A subject as the batch has changed it so far.
  struct Staged {
    std::shared_ptr<const SubjectState> before;  // null: created in this batch
    std::shared_ptr<const SubjectState> current;
  };

  // Whether the number of a unit that creates is known to belong to another subject.
  bool NumberIsTaken(const PendingUnit& pending) const;
  LoadRequest KeysOfUnits() const;
  void TakeOver(Loaded loaded);
  void AddSubjects(Loaded& loaded);
  absl::Status VerifyOthers(WriteSession& session);
  bool IsChanged(Number number) const;
  bool IsStillSo(Number number, const Loaded& loaded) const;
  Outcome DecideUnit(std::size_t index);
  std::optional<Outcome> FindReplay(const PendingUnit& pending);
  static bool IsOwnCommit(const PendingUnit& pending, const CommittedUnit& committed);
  Outcome Stage(std::size_t index, Activities activities);
  // What a redaction asks for beyond its own activity: of what is stored, by the store; of what
  // this batch has staged before it, here and now.
  void NoteRedaction(const Activity& activity);
  void RedactStaged(const Activity& activity, const Redacted& redacted);
  absl::Status Write(WriteSession& session);
  absl::Status PassGivenNumbers(WriteSession& session) const;
  std::vector<SubjectWrite> CollectSubjects() const;
  std::vector<ActivityRedaction> CollectRedactions() const;
  std::vector<ActivityWrite> CollectActivities();
  void RememberDoubt();
  std::shared_ptr<const SubjectState> Current(Number number) const;

  absl::Span<PendingUnit* const> units_;
  absl::Time now_;
  Concurrency concurrency_;
  std::vector<Outcome> outcomes_;
  std::vector<std::size_t> applied_;  // indices of the units that this batch applies, in order
  absl::flat_hash_map<Number, Staged> subjects_;
  absl::flat_hash_map<ExternalKey, Number> external_keys_;
  absl::flat_hash_set<Number> taken_numbers_;
  absl::flat_hash_map<RequestKey, CommittedUnit> request_keys_;
  std::vector<ActivityRedaction> redactions_;  // in the order of their units
  bool reserved_number_taken_ = false;
  bool commit_in_doubt_ = false;
  bool found_own_commit_ = false;
  bool memory_was_wrong_ = false;
  std::int64_t first_position_ = 0;
  std::size_t activity_count_ = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_BATCH_H_
