// A unit of work: what one call wants written, as a pure function that may be run more than once.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_UNIT_H_
#define IPSTORE_ORDERS_SERVER_WRITE_UNIT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/decide.h"
#include "domain/refusal.h"
#include "domain/subject_state.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// What a unit is given to decide with.
struct UnitContext {
  // As it stands, earlier units of the batch included; nullptr: none.
  const SubjectState* subject = nullptr;
  const SubjectState* related = nullptr;  // the related subject; nullptr: none
  Number new_number;                      // for a create: the number to give
  bool number_taken = false;              // a given number belongs to another subject
  bool external_key_taken = false;        // its external key belongs to another order
  absl::Time now;                         // not before the subject's last activity
};

// What became of a unit that was applied, now or by an earlier call with the same request_id; also
// of one that found nothing to change, with no activities and as the order is, and of one that only
// validates, without activities and as it would be.
struct Applied {
  std::shared_ptr<const SubjectState> subject;  // after this unit; for a replay: as it is now
  std::int32_t first_seq = 0;
  std::int32_t activity_count = 0;
  std::vector<Activity> activities;  // with their positions; empty for a replay
  bool replayed = false;

  // For units of that kind of subject.
  const Order& order() const { return std::get<Order>(*subject); }
  const Enquiry& enquiry() const { return std::get<Enquiry>(*subject); }
};

using Outcome = std::variant<Applied, Refusal>;

struct Unit {
  // The subject that is changed; without one, one is created.
  std::optional<Number> subject;
  // Of an order that is created: must be free.
  std::optional<ExternalKey> external_key;
  // Of a subject that is created: the number that it brings along, which must be free. Without one
  // it gets one of the server's.
  std::optional<Number> given_number;
  // Another subject that the decision looks at, as it is by then, unlocked.
  std::optional<Number> related;

  RequestKey request_key{};
  ContentHash content_hash{};
  std::string request_id;  // as the caller gave it, for the refusal REQUEST_ID_REUSED

  // Pure: it may run several times (a batch that met a deadlock is run again) and only the last
  // answer counts. It runs on a committer's thread and must not block. `const` so that it cannot
  // keep state between runs.
  absl::AnyInvocable<Decision(const UnitContext&) const> decide;

  // Decides and answers as if, but writes nothing and takes no number. What units before it in the
  // batch have changed counts.
  bool validate_only = false;

  absl::Time deadline = absl::InfiniteFuture();
  // Set by the caller when nobody waits any more; looked at before the work starts. May be null.
  std::shared_ptr<const std::atomic<bool>> cancelled;

  // Called exactly once, on a committer's thread or from Submit(); must not block.
  absl::AnyInvocable<void(Outcome) &&> done;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_UNIT_H_
