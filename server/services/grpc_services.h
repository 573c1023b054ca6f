// The services as gRPC knows them: thin adapters between its callback API and the methods' own
// classes.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_GRPC_SERVICES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_GRPC_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <vector>

#include "server/services/backend.h"

namespace ipstore::orders {

// All services of the contract, to be registered with a grpc::ServerBuilder,
// which they must outlive. What `backend` points to must outlive them.
std::vector<std::unique_ptr<grpc::Service>> MakeGrpcServices(const Backend& backend);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_GRPC_SERVICES_H_
