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
#include "domain/order.h"
#include "domain/refusal.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// What a unit is given to decide with.
struct UnitContext {
  const Order* order =
      nullptr;  // the subject as it stands, earlier units of the batch included; nullptr: none
  Number new_number;                // for a create: the number to give
  bool external_key_taken = false;  // for a create: its external key belongs to another order
  absl::Time now;                   // not before the subject's last activity
};

// What became of a unit that was applied, now or by an earlier call with the same request_id; also
// of one that found nothing to change, with no activities and as the order is.
struct Applied {
  std::shared_ptr<const Order> order;  // as it is after this unit; for a replay: as it is now
  std::int32_t first_seq = 0;
  std::int32_t activity_count = 0;
  std::vector<Activity> activities;  // with their positions; empty for a replay
  bool replayed = false;
};

using Outcome = std::variant<Applied, Refusal>;

struct Unit {
  // Exactly one of the two: the subject that is changed, or the external key of the order that is
  // created.
  std::optional<Number> subject;
  std::optional<ExternalKey> creates;

  RequestKey request_key{};
  ContentHash content_hash{};
  std::string request_id;  // as the caller gave it, for the refusal REQUEST_ID_REUSED

  // Pure: it may run several times (a batch that met a deadlock is run again) and only the last
  // answer counts. It runs on a committer's thread and must not block. `const` so that it cannot
  // keep state between runs.
  absl::AnyInvocable<Decision(const UnitContext&) const> decide;

  absl::Time deadline = absl::InfiniteFuture();
  // Set by the caller when nobody waits any more; looked at before the work starts. May be null.
  std::shared_ptr<const std::atomic<bool>> cancelled;

  // Called exactly once, on a committer's thread or from Submit(); must not block.
  absl::AnyInvocable<void(Outcome) &&> done;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_UNIT_H_
