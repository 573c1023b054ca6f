// What tells one request from another in the store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_REQUEST_KEY_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_REQUEST_KEY_H_

#include <array>
#include <cstdint>

namespace ipstore::orders {

// Hash of the authenticated caller and the request_id; unique in the log.
using RequestKey = std::array<std::uint8_t, 16>;
// Keyed hash of method and content of a request, to tell a retry from another request with the same
// id.
using ContentHash = std::array<std::uint8_t, 16>;

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_REQUEST_KEY_H_
