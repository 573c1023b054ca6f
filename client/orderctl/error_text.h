// Failures as people and scripts read them on stderr.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_ERROR_TEXT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_ERROR_TEXT_H_

#include <string>

#include "client/error.h"
#include "client/orderctl/reader.h"

namespace ipstore::orders::client {

// "orderctl: REASON: sentence", then one indented line for each wrong field, for each guard that
// does not hold, for what can be done instead, and for how to repeat a change whose outcome is
// unknown. Ends with a newline.
std::string ErrorText(const Error& error, const Reader& reader);

// The same without "orderctl: " in front, for one of several that were refused.
std::string RefusalText(const Error& error, const Reader& reader);

// The same as JSON in one line: {"error": {"code", "reason", "message", "metadata", "violations",
// "preconditions", "retryDelay", "requestId"}}, without what is empty. Ends with a newline.
std::string ErrorJson(const Error& error);

// The reason, or where the server gave none the name of the gRPC code.
std::string ReasonOf(const Error& error);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_ERROR_TEXT_H_
