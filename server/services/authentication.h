// Says who calls. This is the one place where a caller is believed or not.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_AUTHENTICATION_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_AUTHENTICATION_H_

#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "domain/command.h"
#include "domain/order.h"
#include "domain/refusal.h"

namespace ipstore::orders {

// The value of a request header, or nothing. Valid as long as the call.
using HeaderLookup = std::function<std::optional<absl::string_view>(absl::string_view name)>;

// Believes the headers x-actor-role, x-actor-id, x-on-behalf-of-role, x-on-behalf-of-id and
// x-actor-rights of callers on the same machine. Rights that are not known are passed over. `peer`
// is gRPC's name of the caller's address. UNAUTHENTICATED, with what is missing, for anybody else
// and for headers that are absent or make no sense; PERMISSION_DENIED when somebody else than a
// service acts on behalf.
std::variant<Caller, Refusal> AuthenticateLoopback(absl::string_view peer,
                                                   const HeaderLookup& header);

// The language that accept-language (RFC 9110 §12.5.4) prefers of the two we speak; Greek when it
// names neither.
Language PreferredLanguage(absl::string_view accept_language);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_AUTHENTICATION_H_
