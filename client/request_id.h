// Names for changes, so that a retry is known as one.
#ifndef IPSTORE_ORDERS_CLIENT_REQUEST_ID_H_
#define IPSTORE_ORDERS_CLIENT_REQUEST_ID_H_

#include <string>

namespace ipstore::orders::client {

// A new random UUID (RFC 4122, version 4) in lower case. Thread-safe.
std::string NewRequestId();

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_REQUEST_ID_H_
