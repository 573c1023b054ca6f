// Turns refusals into gRPC statuses. The one place that knows which reason has which code (design:
// protos/…/errors.proto).
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ERRORS_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ERRORS_H_

#include <grpcpp/support/status.h>

#include "domain/order.h"
#include "domain/refusal.h"
#include "google/rpc/status.pb.h"

namespace ipstore::orders {

grpc::StatusCode CodeOf(Reason reason);

// The status of a refusal, with its details (google.rpc.ErrorInfo, LocalizedMessage, BadRequest,
// PreconditionFailure, RetryInfo). The message is English, since gRPC percent-encodes other
// letters; the localized one is in `language`. Violations are listed as far as they fit into what
// clients accept as trailers.
grpc::Status ToGrpcStatus(const Refusal& refusal, Language language);
// The same as a message, to stand in an answer.
google::rpc::Status ToRpcStatus(const Refusal& refusal, Language language);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ERRORS_H_
