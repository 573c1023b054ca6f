// Who calls, and in which language they read: what every call says in its metadata.
#ifndef IPSTORE_ORDERS_CLIENT_CALLER_H_
#define IPSTORE_ORDERS_CLIENT_CALLER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace grpc {
class ClientContext;
}

namespace ipstore::orders::client {

// Somebody, by role (customer, staff or service) and by the id that the shop's systems have for
// them.
struct Principal {
  std::string role;
  std::string id;

  friend bool operator==(const Principal&, const Principal&) = default;
};

struct Caller {
  Principal actor;
  // For whom a service acts.
  std::optional<Principal> on_behalf_of;
  // What the caller, or for whom they act, may do beyond what all of their role may: "redact".
  std::vector<std::string> rights = {};
  // "el" or "en"; the server takes Greek for anything else.
  std::string language;
};

// Reads "staff:maria"; the role in any case. INVALID_ARGUMENT with one sentence when the text is
// not ROLE:ID with one of the three roles, or the id is empty or cannot stand in metadata
// (printable ASCII, no blank at either end).
absl::StatusOr<Principal> ParsePrincipal(absl::string_view text);

// INVALID_ARGUMENT when something of the caller cannot stand in metadata. gRPC ends the program on
// such a value, so this is asked before every call.
absl::Status CheckCaller(const Caller& caller);

// Puts the caller's metadata on a call. `caller` must have passed CheckCaller.
void AddMetadata(const Caller& caller, grpc::ClientContext& context);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_CALLER_H_
