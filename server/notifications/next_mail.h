// Which notifications of one subject go out in one mail: pure rules.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NEXT_MAIL_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NEXT_MAIL_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/storage/notification.h"

namespace ipstore::orders {

// An attempt has begun whose end nobody knows: the mail may have arrived.
bool IsInDoubt(const Notification& queued);

// The mail of a subject that is to go out at `now`, or none. `queued` are all that are queued of
// it, by seq; none of them is under way. Customers are told in order (product §4), so there is one
// mail at a time:
//   - what is in doubt comes first, as the very mail that it was: where that has arrived, its
//     Message-ID shows that it is the same;
//   - what staff have sent again is told by itself, with all of its unit that they have, whatever
//     else waits;
//   - else the first, once it is due, with all of its unit: what was done in one call is told in
//     one mail;
//   - and where that is late, because an attempt has failed or `late_after` has passed since it
//     happened, with all that came since, fifty at most: old news is told along with the new. New
//     news is no reason to try sooner.
std::vector<Notification> NextMail(absl::Span<const Notification> queued, absl::Time now,
                                   absl::Duration late_after);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NEXT_MAIL_H_
