#include "client/caller.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace ipstore::orders::client {
namespace {

constexpr std::array<absl::string_view, 3> kRoles = {"customer", "staff", "service"};

bool FitsMetadata(absl::string_view text) {
  return !text.empty() && absl::StripAsciiWhitespace(text) == text &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isprint(c); });
}

absl::Status CheckPrincipal(const Principal& principal) {
  if (std::find(kRoles.begin(), kRoles.end(), principal.role) == kRoles.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the role '", principal.role, "' is none of customer, staff, service"));
  }
  if (!FitsMetadata(principal.id)) {
    return absl::InvalidArgumentError(
        "the id must be printable ASCII without a blank at either end");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Principal> ParsePrincipal(absl::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == absl::string_view::npos) {
    return absl::InvalidArgumentError(absl::StrCat("'", text, "' is not ROLE:ID"));
  }
  Principal principal{.role = absl::AsciiStrToLower(text.substr(0, colon)),
                      .id = std::string(text.substr(colon + 1))};
  if (absl::Status status = CheckPrincipal(principal); !status.ok()) return status;
  return principal;
}

absl::Status CheckCaller(const Caller& caller) {
  if (absl::Status status = CheckPrincipal(caller.actor); !status.ok()) return status;
  if (caller.on_behalf_of.has_value()) {
    if (absl::Status status = CheckPrincipal(*caller.on_behalf_of); !status.ok()) return status;
  }
  for (const std::string& right : caller.rights) {
    if (!FitsMetadata(right) || absl::StrContains(right, ',')) {
      return absl::InvalidArgumentError("a right must be printable ASCII without a comma");
    }
  }
  if (!caller.language.empty() && !FitsMetadata(caller.language)) {
    return absl::InvalidArgumentError("the language must be printable ASCII");
  }
  return absl::OkStatus();
}

void AddMetadata(const Caller& caller, grpc::ClientContext& context) {
  context.AddMetadata("x-actor-role", caller.actor.role);
  context.AddMetadata("x-actor-id", caller.actor.id);
  if (caller.on_behalf_of.has_value()) {
    context.AddMetadata("x-on-behalf-of-role", caller.on_behalf_of->role);
    context.AddMetadata("x-on-behalf-of-id", caller.on_behalf_of->id);
  }
  if (!caller.rights.empty())
    context.AddMetadata("x-actor-rights", absl::StrJoin(caller.rights, ","));
  if (!caller.language.empty()) context.AddMetadata("accept-language", caller.language);
}

}  // namespace ipstore::orders::client
