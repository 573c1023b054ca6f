// The ImportOrders call as gRPC knows it: reads when the import wants more, wakes it, and gives its
// answer.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_GRPC_IMPORT_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_GRPC_IMPORT_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include "server/services/backend.h"

namespace ipstore::orders {

// Starts a call of the method, which is registered raw. The reactor deletes itself when gRPC is
// done with it.
grpc::ServerReadReactor<grpc::ByteBuffer>* StartImport(grpc::CallbackServerContext* context,
                                                       grpc::ByteBuffer* response,
                                                       const Backend& backend);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_GRPC_IMPORT_H_
