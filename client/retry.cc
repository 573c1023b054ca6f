#include "client/retry.h"

#include <algorithm>

namespace ipstore::orders::client {

bool IsWorthRetrying(const Error& error) {
  switch (error.code) {
    case grpc::StatusCode::UNAVAILABLE:
      return true;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return error.retry_delay.has_value();
    // The server always gives a reason. Without one these come from the transport: a stream that
    // was cut off.
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::CANCELLED:
      return error.reason.empty();
    default:
      return false;
  }
}

absl::Duration PauseAfter(const RetryPolicy& policy, int attempt, const Error& error,
                          double jitter) {
  absl::Duration pause = policy.first_pause;
  for (int i = 1; i < attempt && pause < policy.longest_pause; ++i) pause *= 2;
  pause = std::min(pause, policy.longest_pause) * (1 - jitter / 2);
  // Never sooner than the server asked for.
  return std::max(pause, error.retry_delay.value_or(absl::ZeroDuration()));
}

}  // namespace ipstore::orders::client
