// What tells one request from another in the store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_REQUEST_KEY_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_REQUEST_KEY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace ipstore::orders {

// Hash of the authenticated caller and the request_id; unique in the log.
using RequestKey = std::array<std::uint8_t, 16>;
// Tells a retry from another request with the same id. The first kTargetHashBytes are a keyed hash
// of what the request wants done to what (method and names), the others one of all that it says. A
// redaction takes the others away, by which a guess at what was said could be confirmed: zeros
// stand in their place.
using ContentHash = std::array<std::uint8_t, 16>;
inline constexpr std::size_t kTargetHashBytes = 6;

inline ContentHash WithoutContent(ContentHash hash) {
  std::fill(hash.begin() + kTargetHashBytes, hash.end(), std::uint8_t{0});
  return hash;
}

// Whether a request can be the one that was committed with that hash: it is, unless that was
// redacted; then it wants the same done to the same.
inline bool CanBeRetryOf(const ContentHash& committed, const ContentHash& request) {
  return committed == request || committed == WithoutContent(request);
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_REQUEST_KEY_H_
