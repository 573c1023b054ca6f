// How a server refuses, for servers that play a part in tests.
#ifndef IPSTORE_ORDERS_TESTS_CLIENT_FAKE_STATUS_H_
#define IPSTORE_ORDERS_TESTS_CLIENT_FAKE_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ipstore::orders::client {

inline grpc::Status StatusWithReason(grpc::StatusCode code, const std::string& reason) {
  google::rpc::Status status;
  status.set_code(code);
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  status.add_details()->PackFrom(info);
  return {code, "A sentence.", status.SerializeAsString()};
}

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_TESTS_CLIENT_FAKE_STATUS_H_
