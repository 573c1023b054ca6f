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
         "  8  the server is unavailable, overloaded, or did not answer in time\n"
         "Those of ingest-email are for mail servers: ingest-email --help\n";
}

const char* MailExitCodeHelp() {
  return "Call it with --as service:ID. Senders are told why their e-mail is refused in the "
         "language "
         "of the order, else in that of the e-mail, else in that of --lang. --timeout is 60s where "
         "not given.\n\n"
         "Of what is refused because of its addresses or cannot be read, orderd keeps that it "
         "came, "
         "when and from whom, but not the e-mail; of what is empty or has more than 25 MiB it "
         "hears nothing. `orderctl received-emails` lists the others.\n\n"
         "Exit codes, those of sysexits.h; with all but 0 and 75 the mail server sends the e-mail "
         "back, with what stands on stderr:\n"
         "   0  taken, or dropped because a program wrote it; stdout tells which\n"
         "  65  empty, more than 25 MiB, no e-mail, or not from one sender alone\n"
         "  67  it went to no address that was given out for replies\n"
         "  69  the order or enquiry takes no comments of its customer any more\n"
         "  75  try later: orderd does not answer or does not take it now, but also a wrong "
         "command "
         "line or caller, so that a fault of ours costs no customer's e-mail\n"
         "  77  it is not from the customer to whom the address was given out, or from an address "
         "that "
         "is the customer's no more, or the customer's data was redacted\n";
}

}  // namespace ipstore::orders::client
