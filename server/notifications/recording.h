// From what has happened to what its customer is to be told: pure.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_RECORDING_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_RECORDING_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/feed/feed_unit.h"
#include "server/storage/notification.h"

namespace ipstore::orders {

// The rows of the ledger for those units: one for each activity that its customer is to be told of,
// or would be but for somebody's wish, which the activity itself says. What is older than `max_age`
// is no news any more.
std::vector<Notification> NotificationsOf(absl::Span<const FeedUnitPointer> units, absl::Time now,
                                          absl::Duration max_age);

// What those units silence: notifications that were turned off, and subjects that were redacted.
std::vector<Silence> SilencesOf(absl::Span<const FeedUnitPointer> units);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_RECORDING_H_
