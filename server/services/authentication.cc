#include "server/services/authentication.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "domain/lifecycle.h"
#include "domain/validate.h"

namespace ipstore::orders {
namespace {

bool IsLoopback(absl::string_view peer) {
  return absl::StartsWith(peer, "ipv4:127.") || absl::StartsWith(peer, "ipv6:[::1]") ||
         absl::StartsWith(peer, "ipv6:%5B::1%5D") || absl::StartsWith(peer, "unix:");
}

bool IsGoodId(absl::string_view id) {
  Violations violations;
  ValidateText(id, "id", kMaxIdentifier, /*required=*/true, /*multiline=*/false, violations);
  return violations.Empty();
}

// The actor in the headers x-<prefix>-role and x-<prefix>-id. Nothing when neither is there.
std::variant<std::optional<Actor>, Refusal> ActorIn(absl::string_view prefix,
                                                    const HeaderLookup& header) {
  const std::string role_header = absl::StrCat("x-", prefix, "-role");
  const std::string id_header = absl::StrCat("x-", prefix, "-id");
  const std::optional<absl::string_view> role_text = header(role_header);
  const std::optional<absl::string_view> id = header(id_header);
  if (!role_text.has_value() && !id.has_value()) return std::optional<Actor>();
  const std::optional<Role> role = RoleFromName(absl::AsciiStrToUpper(role_text.value_or("")));
  if (!role.has_value()) return Unauthenticated(role_header);
  if (!id.has_value() || !IsGoodId(*id)) return Unauthenticated(id_header);
  return std::optional<Actor>(Actor{*role, std::string(*id)});
}

// The rights that we know of those named there.
RightSet RightsIn(const HeaderLookup& header) {
  RightSet rights;
  for (absl::string_view name : absl::StrSplit(header("x-actor-rights").value_or(""), ',')) {
    for (Right right : kRights) {
      if (absl::EqualsIgnoreCase(absl::StripAsciiWhitespace(name), Name(right)))
        rights.Insert(right);
    }
  }
  return rights;
}

// The weight that one entry of accept-language gives its language, or 0 when it makes no sense.
double WeightOf(absl::string_view entry, absl::string_view& tag) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(entry, absl::MaxSplits(';', 1));
  tag = absl::StripAsciiWhitespace(parts.first);
  absl::string_view weight = absl::StripAsciiWhitespace(parts.second);
  if (!absl::ConsumePrefix(&weight, "q=")) return 1.0;
  double value = 0;
  return absl::SimpleAtod(weight, &value) ? value : 0;
}

}  // namespace

std::variant<Caller, Refusal> AuthenticateLoopback(absl::string_view peer,
                                                   const HeaderLookup& header) {
  if (!IsLoopback(peer)) return Unauthenticated("credentials");
  auto actor = ActorIn("actor", header);
  if (auto* refusal = std::get_if<Refusal>(&actor)) return std::move(*refusal);
  auto& known = std::get<std::optional<Actor>>(actor);
  if (!known.has_value()) return Unauthenticated("x-actor-role, x-actor-id");

  auto on_behalf_of = ActorIn("on-behalf-of", header);
  if (auto* refusal = std::get_if<Refusal>(&on_behalf_of)) return std::move(*refusal);
  auto& other = std::get<std::optional<Actor>>(on_behalf_of);
  if (other.has_value() && (known->role != Role::kService || other->role == Role::kService))
    return PermissionDenied();
  return Caller{*std::move(known), std::move(other), RightsIn(header)};
}

Language PreferredLanguage(absl::string_view accept_language) {
  Language preferred = Language::kGreek;
  double best = 0;
  for (absl::string_view entry : absl::StrSplit(accept_language, ',')) {
    absl::string_view tag;
    const double weight = WeightOf(entry, tag);
    const bool greek = absl::StartsWithIgnoreCase(tag, "el");
    const bool english = absl::StartsWithIgnoreCase(tag, "en");
    if ((greek || english) && weight > best) {
      best = weight;
      preferred = greek ? Language::kGreek : Language::kEnglish;
    }
  }
  return preferred;
}

}  // namespace ipstore::orders
