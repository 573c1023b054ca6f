// Streams of changes, as a client sees them: followed for as long as somebody listens, and taken up
// again where they were broken off.
#ifndef IPSTORE_ORDERS_CLIENT_WATCH_H_
#define IPSTORE_ORDERS_CLIENT_WATCH_H_

#include <functional>
#include <stop_token>

#include "absl/time/time.h"
#include "client/error.h"

namespace ipstore::orders::client {

// Who listens to a stream. Called on the thread that watches, one call at a time.
template <typename Response>
struct WatchHandlers {
  // Each message, in order. False ends the watch. A message without activities tells that all is
  // well; its resume_token is as good as any other's. Take too long, and the server cuts the stream
  // off, which costs no more than a new connection.
  std::function<bool(const Response&)> on_message;
  // The stream was broken off by this, and is taken up again after a pause. False ends the watch.
  // Empty: it is always taken up again.
  std::function<bool(const Error&)> on_interruption;
};

struct WatchOptions {
  // Ends the watch, from any thread: at once, or after the pause that is under way.
  std::stop_token stop;
  // A stream that was silent for so long counts as broken off: the server sends something every 15
  // seconds.
  absl::Duration longest_silence = absl::Seconds(60);
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_WATCH_H_
