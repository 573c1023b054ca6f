#include "server/services/activity_watch.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "domain/validate.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/feed_service.h"

namespace ipstore::orders {
namespace {

constexpr absl::string_view kEverything = "orders/-";
constexpr absl::string_view kCustomers = "customers/";

// What a request wants to watch: one subject, or what the scope says.
struct Watched {
  std::optional<SubjectName> subject;
  std::optional<std::string> customer_id;
};

Watched DecodeParent(const std::string& parent, Violations& violations) {
  Watched watched;
  absl::string_view customer = parent;
  if (parent == kEverything) return watched;
  if (absl::ConsumePrefix(&customer, kCustomers)) {
    watched.customer_id = std::string(customer);
    ValidateText(customer, "parent", kMaxIdentifier, /*required=*/true, /*multiline=*/false,
                 violations);
  } else {
    watched.subject = DecodeSubjectName(parent, "parent", violations);
  }
  return watched;
}

// After the place that the consumer has acknowledged; before the first activity when it never has.
FeedMark MarkOf(const FeedStatus& feed, const std::string& consumer) {
  for (const FeedConsumerStatus& known : feed.consumers) {
    if (known.consumer.name == consumer) return known.consumer.mark;
  }
  return {};
}

// Where to begin; nothing: now. The beginning is that of any epoch.
std::optional<FeedMark> DecodeStart(const v1::WatchActivitiesRequest& request,
                                    const Backend& backend, Violations& violations) {
  if (request.from_beginning()) return FeedMark();
  return OpenMark(*backend.tokens, request.resume_token(), violations);
}

}  // namespace

void ActivityWatch::Start(const Request& request) {
  Violations violations = context_.flaws;
  Watched watched = DecodeParent(request.parent(), violations);
  const std::optional<FeedMark> after = DecodeStart(request, backend_, violations);
  scope_.kinds =
      DecodeEnums<ActivityKind>(request.kinds(), v1::ActivityKind_IsValid, "kinds", violations);
  std::string consumer;
  if (request.has_consumer())
    consumer = DecodeConsumerName(request.consumer(), "consumer", violations);
  if (!violations.Empty()) return EndWith(InvalidRequest(std::move(violations).Take()));

  const Caller& caller = context_.caller;
  if (caller.IsCustomer() && request.has_consumer()) return EndWith(PermissionDenied());
  const bool of_all = !watched.subject.has_value() && !watched.customer_id.has_value();
  if (caller.IsCustomer() &&
      (of_all || watched.customer_id.value_or(caller.Effective().id) != caller.Effective().id))
    return EndWith(PermissionDenied());
  if (!Admit()) return;
  scope_.include_internal = !caller.IsCustomer();
  scope_.customer_id = std::move(watched.customer_id);
  if (request.has_consumer()) return FollowAs(std::move(consumer), std::move(watched.subject));
  FollowFrom(std::move(watched.subject), after);
}

void ActivityWatch::FollowAs(std::string consumer, std::optional<SubjectName> subject) {
  ReadThen<FeedMark>(
      [consumer = std::move(consumer)](Reader& reader) -> ReadResult<FeedMark> {
        absl::StatusOr<FeedStatus> feed = reader.ReadFeedStatus();
        if (!feed.ok()) return feed.status();
        return MarkOf(*feed, consumer);
      },
      [this, subject = std::move(subject)](FeedMark mark) mutable {
        FollowFrom(std::move(subject), mark);
      });
}

void ActivityWatch::FollowFrom(std::optional<SubjectName> subject, std::optional<FeedMark> after) {
  if (subject.has_value()) return FollowOne(*std::move(subject), after);
  Follow(scope_, after);
}

void ActivityWatch::FollowOne(SubjectName name, std::optional<FeedMark> after) {
  scope_.subject = name.number;
  if (context_.caller.IsCustomer()) scope_.owner = context_.caller.Effective().id;
  ReadSubjectThen(std::move(name),
                  [this, after](const SubjectState& /*may be seen*/) { Follow(scope_, after); });
}

void ActivityWatch::Send(FeedDelivery delivery) {
  Response response;
  const Audience audience = AudienceOf(backend_, context_);
  for (const FeedUnitPointer& unit : delivery.units) {
    for (const Activity& activity : unit->activities) {
      if (scope_.Shows(activity))
        Encode(activity, *backend_.tokens, audience, response.add_activities());
    }
  }
  response.set_resume_token(SealMark(*backend_.tokens, delivery.mark));
  SendMessage(response);
}

}  // namespace ipstore::orders
