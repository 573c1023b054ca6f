// An orderd in one object: the store, the write and read paths, the services and the gRPC server
// over them, in the order in which they start and, backwards, end.
#ifndef IPSTORE_ORDERS_SERVER_SERVER_H_
#define IPSTORE_ORDERS_SERVER_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/config.h"
#include "server/storage/store.h"

namespace ipstore::orders {

class Server {
 public:
  // Starts to serve. Blocks for at most some seconds. INVALID_ARGUMENT for an address that is none
  // or that this version does not serve on, UNAVAILABLE when it is taken, and the errors of
  // Store::CheckSchema().
  static absl::StatusOr<std::unique_ptr<Server>> Start(const Config& config,
                                                       std::unique_ptr<Store> store);

  // As Shutdown(absl::ZeroDuration()).
  ~Server();

  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it serves, with the port that was taken: "127.0.0.1:50051".
  const std::string& address() const;

  // Stops taking calls, gives those that run `grace` to end, then ends everything. Blocks. May be
  // called more than once.
  void Shutdown(absl::Duration grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVER_H_
