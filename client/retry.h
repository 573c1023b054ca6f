// When a call is made again, and how long to wait before.
#ifndef IPSTORE_ORDERS_CLIENT_RETRY_H_
#define IPSTORE_ORDERS_CLIENT_RETRY_H_

#include "absl/time/time.h"
#include "client/error.h"

namespace ipstore::orders::client {

struct RetryPolicy {
  // The first call included; 1 is never to retry.
  int max_attempts = 5;
  // The first pause; each one after is twice as long, up to `longest_pause`. Each is shortened by
  // up to a half, at random, so that clients that failed together do not come back together.
  absl::Duration first_pause = absl::Milliseconds(200);
  absl::Duration longest_pause = absl::Seconds(2);
};

// Whether the same call may succeed a little later: the server was not there, its answer was lost,
// or it was busy. Refusals are not retried. Only for calls that are harmless to repeat: reads, and
// changes with a request_id.
bool IsWorthRetrying(const Error& error);

// The pause after the failed attempt number `attempt` (from 1): what the server asked for, or else
// the policy's. `jitter` lies in [0, 1).
absl::Duration PauseAfter(const RetryPolicy& policy, int attempt, const Error& error,
                          double jitter);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_RETRY_H_
