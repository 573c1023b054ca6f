#include "client/orderctl/exit_code.h"

namespace ipstore::orders::client {

ExitCode ExitCodeFor(const Error& error) {
  switch (error.code) {
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::OUT_OF_RANGE:
      return ExitCode::kInvalidArgument;
    case grpc::StatusCode::NOT_FOUND:
      return ExitCode::kNotFound;
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return ExitCode::kPermission;
    case grpc::StatusCode::FAILED_PRECONDITION:
      return ExitCode::kPrecondition;
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::ALREADY_EXISTS:
      return ExitCode::kConflict;
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return ExitCode::kUnavailable;
    default:
      return ExitCode::kOther;
  }
}

const char* ExitCodeHelp() {
  return "Exit codes:\n"
         "  0  done\n"
         "  1  another failure\n"
         "  2  wrong usage: the command line, or a file named on it\n"
         "  3  invalid argument: the request, or the JSON given, is wrong; import: a line was "
         "refused\n"
         "  4  not found\n"
         "  5  permission denied, or not authenticated\n"
         "  6  the order does not allow it as it stands\n"
         "  7  conflict: the order changed meanwhile, or exists already\n"
         "  8  the server is unavailable, overloaded, or did not answer in time\n";
}

}  // namespace ipstore::orders::client
