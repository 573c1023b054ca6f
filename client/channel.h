// The connection to the order service, with settings that suit it.
#ifndef IPSTORE_ORDERS_CLIENT_CHANNEL_H_
#define IPSTORE_ORDERS_CLIENT_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/time/time.h"

namespace grpc {
class Channel;
class ChannelCredentials;
}  // namespace grpc

namespace ipstore::orders::client {

// Where orderd listens unless it is told otherwise.
inline constexpr char kDefaultTarget[] = "127.0.0.1:50051";

struct ChannelOptions {
  // HOST:PORT, or any other name that gRPC resolves.
  std::string target = kDefaultTarget;
  // None: plain text, which a server accepts on loopback.
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  // How long a connection may be silent before it is tried. Servers cut off clients that ask more
  // often than every five minutes.
  absl::Duration keepalive_time = absl::Minutes(6);
  // How long the answer to that may take before the connection counts as lost.
  absl::Duration keepalive_timeout = absl::Seconds(20);
};

// Makes a channel; it connects with the first call, so this neither blocks nor fails. Thread-safe,
// and so is the channel: share one among all threads.
std::shared_ptr<grpc::Channel> OpenChannel(const ChannelOptions& options);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_CHANNEL_H_
