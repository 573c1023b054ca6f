#include "server/services/activity_service.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/decide.h"
#include "domain/validate.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/pages.h"

namespace ipstore::orders {
namespace {

constexpr PageLimits kActivityPages{.standard = 100, .most = 500};

// Pages end here, so that they fit into the 4 MiB that gRPC clients take by default.
constexpr std::size_t kMaxPageBytes = 3 << 20;

using PageResult = absl::StatusOr<std::variant<std::vector<Activity>, Refusal>>;

// Reads one page of the log of an order that the caller may see, and one activity more, which tells
// whether another page follows. `query.limit` is the size of the page.
PageResult ReadPage(Reader& reader, ActivityQuery query, const Caller& caller,
                    absl::string_view name) {
  auto order = ReadOrder(reader, query.subject, caller, name);
  if (!order.ok()) return order.status();
  if (auto* refusal = std::get_if<Refusal>(&*order)) return std::move(*refusal);

  ++query.limit;
  query.include_internal = !caller.IsCustomer();
  auto activities = reader.ListActivities(query);
  if (!activities.ok()) return activities.status();
  return *std::move(activities);
}

// Gives the activities of a page to `add`, which puts one into the answer and returns how many
// bytes it takes there. Returns the token of the page that follows; empty when none does.
template <typename Add>
std::string FillPage(const std::vector<Activity>& activities, std::int32_t size,
                     const PageTokens& pages, const Add& add) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < activities.size(); ++i) {
    if (i == static_cast<std::size_t>(size) || bytes > kMaxPageBytes)
      return pages.Seal(absl::StrCat(activities[i - 1].seq));
    bytes += add(activities[i]);
  }
  return "";
}

// The part of a list request that all lists of activities share.
template <typename Request>
ActivityQuery DecodeQuery(const Request& request, const PageTokens& pages, Violations& violations) {
  ActivityQuery query;
  query.subject = DecodeOrderName(request.parent(), "parent", violations);
  query.limit = DecodePageSize(request.page_size(), kActivityPages, violations);
  query.newest_first = request.newest_first();
  if (std::optional<std::string> cursor = pages.Open(request.page_token(), violations)) {
    query.after_seq = static_cast<std::int32_t>(NumbersIn(*cursor).at(0));
  }
  return query;
}

void DecodeKinds(const v1::ListActivitiesRequest& request, ActivityQuery& query,
                 Violations& violations) {
  for (int i = 0; i < request.kinds_size(); ++i) {
    const v1::ActivityKind kind = request.kinds(i);
    if (kind == v1::ACTIVITY_KIND_UNSPECIFIED || !v1::ActivityKind_IsValid(kind)) {
      violations.Add(absl::StrCat("kinds[", i, "]"), Flaw::kUnknownValue,
                     {{"value", absl::StrCat(static_cast<int>(kind))}});
    } else {
      query.kinds.push_back(static_cast<ActivityKind>(kind));
    }
  }
}

// The comment with that seq if the caller may see it.
ReadResult<v1::Comment> ReadComment(Reader& reader, const Backend& backend, Number number,
                                    std::int32_t seq, const Caller& caller,
                                    absl::string_view name) {
  const ActivityQuery query{.subject = number,
                            .include_internal = !caller.IsCustomer(),
                            .kinds = {ActivityKind::kCommentAdded},
                            .newest_first = false,
                            .after_seq = seq - 1,
                            .limit = 1};
  auto found = reader.ListActivities(query);
  if (!found.ok()) return found.status();
  if (found->empty() || found->front().seq != seq) return CommentNotFound(std::string(name));
  v1::Comment comment;
  EncodeComment(found->front(), *backend.tokens, &comment);
  return comment;
}

// Answers a CreateComment call whose comment was left by an earlier one.
void AnswerWithStored(const Backend& backend, const CallContext& context, const Applied& applied,
                      Responder<v1::CreateCommentResponse> responder) {
  AnswerByReading(
      backend, context, std::move(responder),
      [backend, caller = context.caller, number = applied.order->subject.number,
       seq = applied.first_seq](Reader& reader) -> ReadResult<v1::CreateCommentResponse> {
        auto comment = ReadComment(reader, backend, number, seq, caller, "");
        if (!comment.ok()) return comment.status();
        if (auto* refusal = std::get_if<Refusal>(&*comment)) return std::move(*refusal);
        v1::CreateCommentResponse response;
        *response.mutable_comment() = std::move(std::get<v1::Comment>(*comment));
        response.set_replayed(true);
        return response;
      });
}

}  // namespace

void ActivityMethods::ListActivities(const CallContext& context,
                                     const v1::ListActivitiesRequest& request,
                                     Responder<v1::ListActivitiesResponse> responder) {
  Violations violations = context.flaws;
  PageTokens pages(*backend_.tokens, context.caller, "ListActivities", request);
  ActivityQuery query = DecodeQuery(request, pages, violations);
  DecodeKinds(request, query, violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  AnswerByReading(
      backend_, context, std::move(responder),
      [query = std::move(query), pages = std::move(pages), context, tokens = backend_.tokens,
       name = request.parent()](Reader& reader) -> ReadResult<v1::ListActivitiesResponse> {
        auto read = ReadPage(reader, query, context.caller, name);
        if (!read.ok()) return read.status();
        if (auto* refusal = std::get_if<Refusal>(&*read)) return std::move(*refusal);
        v1::ListActivitiesResponse response;
        response.set_next_page_token(FillPage(std::get<std::vector<Activity>>(*read), query.limit,
                                              pages, [&](const Activity& activity) {
                                                v1::Activity* encoded = response.add_activities();
                                                Encode(activity, *tokens, AudienceOf(context),
                                                       encoded);
                                                return encoded->ByteSizeLong();
                                              }));
        return response;
      });
}

void CommentMethods::CreateComment(const CallContext& context,
                                   const v1::CreateCommentRequest& request,
                                   Responder<v1::CreateCommentResponse> responder) {
  Violations violations = context.flaws;
  AddComment command = Decode(request, violations);
  Change change{.order = DecodeOrderName(request.parent(), "parent", violations),
                .name = request.parent(),
                .etag = "",
                .command = std::move(command)};
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  if (request.validate_only()) {
    return AnswerByReading(
        backend_, context, std::move(responder),
        [change = std::move(change), caller = context.caller,
         backend = backend_](Reader& reader) -> ReadResult<v1::CreateCommentResponse> {
          auto found = ReadOrder(reader, change.order, caller, change.name);
          if (!found.ok()) return found.status();
          if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
          const Order& order = std::get<Order>(*found);
          auto preview = PreviewOf(&order, DecideChange(change, &order, caller, backend.clock()));
          if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
          v1::CreateCommentResponse response;
          EncodeComment(std::get<Preview>(preview).activities.front(), *backend.tokens,
                        response.mutable_comment());
          response.mutable_comment()->clear_name();
          response.mutable_comment()->clear_activity();
          return response;
        });
  }

  WriteRequest write{.subject = change.order,
                     .creates = std::nullopt,
                     .identity = Identify(*backend_.tokens, context.caller, "CreateComment",
                                          request.request_id(), request.SerializeAsString())};
  SubmitUnit(
      backend_, context, std::move(write),
      [change = std::move(change), caller = context.caller](const UnitContext& unit) {
        return DecideChange(change, unit.order, caller, unit.now);
      },
      [responder = std::move(responder), backend = backend_, context](Outcome outcome) mutable {
        if (auto* refusal = std::get_if<Refusal>(&outcome)) return responder.Refuse(*refusal);
        const Applied& applied = std::get<Applied>(outcome);
        if (applied.replayed)
          return AnswerWithStored(backend, context, applied, std::move(responder));
        v1::CreateCommentResponse response;
        EncodeComment(applied.activities.front(), *backend.tokens, response.mutable_comment());
        responder.Reply(response);
      });
}

void CommentMethods::GetComment(const CallContext& context, const v1::GetCommentRequest& request,
                                Responder<v1::Comment> responder) {
  Violations violations = context.flaws;
  auto [number, id] = DecodeCommentName(request.name(), "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(
      backend_, context, std::move(responder),
      [number = number, id = std::move(id), name = request.name(), caller = context.caller,
       backend = backend_](Reader& reader) -> ReadResult<v1::Comment> {
        auto order = ReadOrder(reader, number, caller, OrderName(number));
        if (!order.ok()) return order.status();
        if (auto* refusal = std::get_if<Refusal>(&*order)) return std::move(*refusal);
        const std::optional<std::int32_t> seq = backend.tokens->SeqOfActivity(number, id);
        if (!seq.has_value()) return CommentNotFound(name);
        return ReadComment(reader, backend, number, *seq, caller, name);
      });
}

void CommentMethods::ListComments(const CallContext& context,
                                  const v1::ListCommentsRequest& request,
                                  Responder<v1::ListCommentsResponse> responder) {
  Violations violations = context.flaws;
  PageTokens pages(*backend_.tokens, context.caller, "ListComments", request);
  ActivityQuery query = DecodeQuery(request, pages, violations);
  query.kinds = {ActivityKind::kCommentAdded};
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  AnswerByReading(
      backend_, context, std::move(responder),
      [query = std::move(query), pages = std::move(pages), caller = context.caller,
       tokens = backend_.tokens,
       name = request.parent()](Reader& reader) -> ReadResult<v1::ListCommentsResponse> {
        auto read = ReadPage(reader, query, caller, name);
        if (!read.ok()) return read.status();
        if (auto* refusal = std::get_if<Refusal>(&*read)) return std::move(*refusal);
        v1::ListCommentsResponse response;
        response.set_next_page_token(FillPage(std::get<std::vector<Activity>>(*read), query.limit,
                                              pages, [&](const Activity& activity) {
                                                v1::Comment* encoded = response.add_comments();
                                                EncodeComment(activity, *tokens, encoded);
                                                return encoded->ByteSizeLong();
                                              }));
        return response;
      });
}

}  // namespace ipstore::orders
