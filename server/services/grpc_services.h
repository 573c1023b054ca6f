// The services as gRPC knows them: thin adapters between its callback API and the methods' own
// classes.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_GRPC_SERVICES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_GRPC_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <string>
#include <vector>

#include "server/services/backend.h"

namespace ipstore::orders {

struct NamedService {
  std::string name;  // "ipstore.orders.v1.OrderService"
  std::unique_ptr<grpc::Service> service;
};

// All services of the contract, to be registered with a grpc::ServerBuilder, which they must
// outlive. What `backend` points to must outlive them.
std::vector<NamedService> MakeGrpcServices(const Backend& backend);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_GRPC_SERVICES_H_
