#include "server/services/feed_service.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "domain/validate.h"
#include "server/services/encode.h"
#include "server/services/watch.h"

namespace ipstore::orders {
namespace {

// Without the "~" that the server's own consumer begins with.
bool IsConsumer(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxIdentifier && std::ranges::all_of(text, [](char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

std::string DecodeConsumerName(absl::string_view name, absl::string_view field,
                               Violations& violations) {
  if (name.empty()) {
    violations.Add(std::string(field), Flaw::kMissing);
    return "";
  }
  absl::string_view consumer = name;
  if (!absl::ConsumePrefix(&consumer, kFeedConsumers) || !IsConsumer(consumer)) {
    violations.Add(std::string(field), Flaw::kMalformed,
                   {{"expected", "feedConsumers/{consumer}"}});
  }
  return std::string(consumer);
}

void FeedMethods::GetFeedStatus(const CallContext& context,
                                const v1::GetFeedStatusRequest& /*request*/,
                                Responder<v1::FeedStatus> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  if (!context.flaws.Empty())
    return responder.Refuse(InvalidRequest(Violations(context.flaws).Take()));
  AnswerByReading(backend_, context, std::move(responder),
                  [hub = backend_.feed, streams = backend_.streams->count(),
                   now = backend_.clock()](Reader& reader) -> ReadResult<v1::FeedStatus> {
                    absl::StatusOr<FeedStatus> feed = reader.ReadFeedStatus();
                    if (!feed.ok()) return feed.status();
                    const FeedHubStats stats = hub->stats();
                    v1::FeedStatus response;
                    response.set_epoch(feed->head.epoch);
                    response.set_head_position(feed->head.position);
                    response.set_published_position(stats.mark.position);
                    response.set_watcher_count(static_cast<std::int64_t>(streams));
                    response.set_slow_watcher_count(static_cast<std::int64_t>(stats.cut_off));
                    response.set_window_unit_count(static_cast<std::int64_t>(stats.window_units));
                    response.set_window_bytes(static_cast<std::int64_t>(stats.window_bytes));
                    for (const FeedConsumerStatus& consumer : feed->consumers)
                      Encode(consumer, feed->head, now, response.add_consumers());
                    return response;
                  });
}

void FeedMethods::AcknowledgeActivities(
    const CallContext& context, const v1::AcknowledgeActivitiesRequest& request,
    Responder<v1::AcknowledgeActivitiesResponse> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  Violations violations = context.flaws;
  FeedConsumer consumer{.name = DecodeConsumerName(request.name(), "name", violations),
                        .mark = {},
                        .saved_at = backend_.clock()};
  const std::optional<FeedMark> mark =
      OpenMark(*backend_.tokens, request.resume_token(), violations);
  if (request.resume_token().empty()) violations.Add("resume_token", Flaw::kMissing);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  consumer.mark = *mark;
  backend_.cursors->Save(std::move(consumer), {context.deadline, context.cancelled},
                         [responder = std::move(responder)](const auto& saved) mutable {
                           if (!saved.ok()) return responder.Refuse(RefusalOf(saved.status()));
                           responder.Reply(v1::AcknowledgeActivitiesResponse());
                         });
}

void FeedMethods::DeleteFeedConsumer(const CallContext& context,
                                     const v1::DeleteFeedConsumerRequest& request,
                                     Responder<v1::DeleteFeedConsumerResponse> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  Violations violations = context.flaws;
  std::string consumer = DecodeConsumerName(request.name(), "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  backend_.cursors->Delete(std::move(consumer), {context.deadline, context.cancelled},
                           [responder = std::move(responder),
                            name = request.name()](absl::StatusOr<bool> existed) mutable {
                             if (!existed.ok())
                               return responder.Refuse(RefusalOf(existed.status()));
                             if (!*existed) return responder.Refuse(ConsumerNotFound(name));
                             responder.Reply(v1::DeleteFeedConsumerResponse());
                           });
}

}  // namespace ipstore::orders
