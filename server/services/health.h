// The standard health service (grpc.health.v1), of our own so that reflection shows it; gRPC's
// built-in one hides from it.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_HEALTH_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_HEALTH_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <string>
#include <vector>

namespace ipstore::orders {

// Thread-safe. NOT_SERVING until told otherwise. Nothing blocks.
class HealthService {
 public:
  // Answers for "" (the server) and for each of `services`; others are NOT_FOUND to Check and
  // SERVICE_UNKNOWN to Watch.
  explicit HealthService(std::vector<std::string> services);
  ~HealthService();

  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  // To be registered with a grpc::ServerBuilder.
  grpc::Service* service();

  // What is answered from now on, and told to those who watch.
  void SetServing(bool serving);

  // NOT_SERVING for good; ends all watches with UNAVAILABLE, so that the server can shut down.
  void Shutdown();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_HEALTH_H_
