// How orderctl ends, for scripts. The numbers are part of its interface; `orderctl --help` has
// them.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_EXIT_CODE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_EXIT_CODE_H_

#include <sysexits.h>

#include "client/error.h"

namespace ipstore::orders::client {

enum class ExitCode {
  kOk = 0,
  kOther = 1,
  kUsage = 2,            // the command line, or a file named on it
  kInvalidArgument = 3,  // what was asked for makes no sense to the server, or a part of it
  kNotFound = 4,
  kPermission = 5,    // denied, or not said who calls
  kPrecondition = 6,  // the order does not allow it as it stands
  kConflict = 7,      // it changed meanwhile, or exists already
  kUnavailable = 8,   // no answer, not in time, or too busy

  // Of ingest-email alone: what the mail server that calls it is to do, in its own numbers.
  kMailBadData = EX_DATAERR,      // send it back: there is nothing in it to take
  kMailNoUser = EX_NOUSER,        // send it back: we have given out no such address
  kMailNotOpen = EX_UNAVAILABLE,  // send it back: no comments are taken there any more
  kMailTryLater = EX_TEMPFAIL,    // keep it, and hand it over again later
  kMailNoPermission = EX_NOPERM,  // send it back: the address is somebody else's
};

// The exit code for a failed call.
ExitCode ExitCodeFor(const Error& error);

// The exit codes as a text for --help: one line each, ending with a newline.
const char* ExitCodeHelp();

// The same of ingest-email.
const char* MailExitCodeHelp();

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_EXIT_CODE_H_
