#include "server/services/activity_service.h"

#include <algorithm>
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
#include "server/services/activity_pages.h"
#include "server/services/decode.h"
#include "server/services/email_ingest.h"
#include "server/services/encode.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {
namespace {

constexpr PageLimits kActivityPages{.standard = 100, .most = 500};

using PageResult = absl::StatusOr<std::variant<std::vector<Activity>, Refusal>>;

// Reads one page of the log of a subject that the caller may see, and one activity more, which
// tells whether another page follows. `query.limit` is the size of the page.
PageResult ReadPage(Reader& reader, const SubjectName& name, ActivityQuery query,
                    const Caller& caller) {
  auto subject = ReadSubject(reader, name, caller);
  if (!subject.ok()) return subject.status();
  if (auto* refusal = std::get_if<Refusal>(&*subject)) return std::move(*refusal);

  ++query.limit;
  query.include_internal = !caller.IsCustomer();
  auto activities = reader.ListActivities(query);
  if (!activities.ok()) return activities.status();
  return *std::move(activities);
}

// The part of a list request that all lists of activities share.
template <typename Request>
ActivityQuery DecodeQuery(const Request& request, const SubjectName& parent,
                          const PageTokens& pages, Violations& violations) {
  ActivityQuery query;
  query.subject = parent.number;
  query.limit = DecodePageSize(request.page_size(), kActivityPages, violations);
  query.newest_first = request.newest_first();
  if (std::optional<std::string> cursor = pages.Open(request.page_token(), violations)) {
    query.after_seq = static_cast<std::int32_t>(NumbersIn(*cursor).at(0));
  }
  return query;
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

// A comment as the command of its parent's kind.
Change DecodeChange(const v1::CreateCommentRequest& request, Violations& violations) {
  AddComment command = Decode(request, violations);
  Change change{.subject = DecodeSubjectName(request.parent(), "parent", violations),
                .etag = "",
                .command = {}};
  if (change.subject.kind == SubjectKind::kEnquiry) {
    change.command = EnquiryCommand(std::move(command));
  } else {
    change.command = OrderCommand(std::move(command));
  }
  return change;
}

// Answers a CreateComment call whose comment was left by an earlier one.
void AnswerWithStored(const Backend& backend, const CallContext& context, const Applied& applied,
                      Responder<v1::CreateCommentResponse> responder) {
  AnswerByReading(
      backend, context, std::move(responder),
      [backend, caller = context.caller, number = HeadOf(*applied.subject).number,
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
  SubjectName parent = DecodeSubjectName(request.parent(), "parent", violations);
  ActivityQuery query = DecodeQuery(request, parent, pages, violations);
  query.kinds =
      DecodeEnums<ActivityKind>(request.kinds(), v1::ActivityKind_IsValid, "kinds", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  AnswerByReading(
      backend_, context, std::move(responder),
      [query = std::move(query), pages = std::move(pages), parent = std::move(parent),
       caller = context.caller, audience = AudienceOf(backend_, context),
       tokens = backend_.tokens](Reader& reader) -> ReadResult<v1::ListActivitiesResponse> {
        auto read = ReadPage(reader, parent, query, caller);
        if (!read.ok()) return read.status();
        if (auto* refusal = std::get_if<Refusal>(&*read)) return std::move(*refusal);
        v1::ListActivitiesResponse response;
        response.set_next_page_token(FillPage(std::get<std::vector<Activity>>(*read), query.limit,
                                              kMaxPageBytes, pages, [&](const Activity& activity) {
                                                v1::Activity* encoded = response.add_activities();
                                                Encode(activity, *tokens, audience, encoded);
                                                return encoded->ByteSizeLong();
                                              }));
        return response;
      });
}

void CommentMethods::CreateComment(const CallContext& context,
                                   const v1::CreateCommentRequest& request,
                                   Responder<v1::CreateCommentResponse> responder) {
  Violations violations = context.flaws;
  Change change = DecodeChange(request, violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  if (request.validate_only()) {
    return AnswerByReading(
        backend_, context, std::move(responder),
        [change = std::move(change), caller = context.caller,
         backend = backend_](Reader& reader) -> ReadResult<v1::CreateCommentResponse> {
          auto found = ReadSubject(reader, change.subject, caller);
          if (!found.ok()) return found.status();
          if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
          const SubjectState& state = *std::get<SubjectPointer>(*found);
          const absl::Time now = std::max(backend.clock(), HeadOf(state).last_activity_at);
          auto preview = PreviewOf(&state, DecideChange(change, &state, caller, now));
          if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
          v1::CreateCommentResponse response;
          EncodeComment(std::get<Preview>(preview).activities.front(), *backend.tokens,
                        response.mutable_comment());
          response.mutable_comment()->clear_name();
          response.mutable_comment()->clear_activity();
          return response;
        });
  }

  WriteRequest write{.subject = change.subject.number,
                     .identity = Identify(*backend_.tokens, context.caller,
                                          {.method = "CreateComment",
                                           .target = request.parent(),
                                           .request_id = request.request_id(),
                                           .content = request.SerializeAsString()})};
  SubmitUnit(
      backend_, context, std::move(write),
      [change = std::move(change), caller = context.caller](const UnitContext& unit) {
        return DecideChange(change, unit.subject, caller, unit.now);
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
  auto [subject, id] = DecodeEntryName(request.name(), "comments", "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(
      backend_, context, std::move(responder),
      [parent = std::move(subject), id = std::move(id), name = request.name(),
       caller = context.caller, backend = backend_](Reader& reader) -> ReadResult<v1::Comment> {
        auto found = ReadSubject(reader, parent, caller);
        if (!found.ok()) return found.status();
        if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
        const std::optional<std::int32_t> seq = backend.tokens->SeqOfActivity(parent.number, id);
        if (!seq.has_value()) return CommentNotFound(name);
        return ReadComment(reader, backend, parent.number, *seq, caller, name);
      });
}

void CommentMethods::ListComments(const CallContext& context,
                                  const v1::ListCommentsRequest& request,
                                  Responder<v1::ListCommentsResponse> responder) {
  Violations violations = context.flaws;
  PageTokens pages(*backend_.tokens, context.caller, "ListComments", request);
  SubjectName parent = DecodeSubjectName(request.parent(), "parent", violations);
  ActivityQuery query = DecodeQuery(request, parent, pages, violations);
  query.kinds = {ActivityKind::kCommentAdded};
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  AnswerByReading(
      backend_, context, std::move(responder),
      [query = std::move(query), pages = std::move(pages), parent = std::move(parent),
       caller = context.caller,
       tokens = backend_.tokens](Reader& reader) -> ReadResult<v1::ListCommentsResponse> {
        auto read = ReadPage(reader, parent, query, caller);
        if (!read.ok()) return read.status();
        if (auto* refusal = std::get_if<Refusal>(&*read)) return std::move(*refusal);
        v1::ListCommentsResponse response;
        response.set_next_page_token(FillPage(std::get<std::vector<Activity>>(*read), query.limit,
                                              kMaxPageBytes, pages, [&](const Activity& activity) {
                                                v1::Comment* encoded = response.add_comments();
                                                EncodeComment(activity, *tokens, encoded);
                                                return encoded->ByteSizeLong();
                                              }));
        return response;
      });
}

void CommentMethods::IngestEmail(const CallContext& context, const v1::IngestEmailRequest& request,
                                 Responder<v1::ReceivedEmail> responder) const {
  // Staff never speak for a customer.
  if (context.caller.EffectiveRole() != Role::kService) return responder.Refuse(PermissionDenied());
  if (backend_.received_emails == nullptr) return responder.Refuse(MailNotConfigured());
  Violations violations = context.flaws;
  if (request.raw_message().empty()) violations.Add("raw_message", Flaw::kMissing);
  // However long: what is longer than any address is no address of ours, which is an outcome.
  ValidateText(request.recipient(), "recipient", request.recipient().size(), /*required=*/false,
               /*multiline=*/false, violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  orders::IngestEmail(backend_, context, request, std::move(responder));
}

void CommentMethods::ListReceivedEmails(const CallContext& context,
                                        const v1::ListReceivedEmailsRequest& request,
                                        Responder<v1::ListReceivedEmailsResponse> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  Violations violations = context.flaws;
  PageTokens pages(*backend_.tokens, context.caller, "ListReceivedEmails", request);
  std::optional<SubjectName> subject;
  if (!request.subject().empty())
    subject = DecodeSubjectName(request.subject(), "subject", violations);
  ReceivedEmailQuery query{.limit = DecodePageSize(request.page_size(), kSubjectPages, violations)};
  if (const auto cursor = pages.Open(request.page_token(), violations))
    query.before = NumbersIn(*cursor).at(0);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  if (subject.has_value()) query.subject = subject->number;

  AnswerByReading(backend_, context, std::move(responder),
                  [query, subject = std::move(subject), pages = std::move(pages),
                   caller = context.caller, language = context.language, tokens = backend_.tokens](
                      Reader& reader) -> ReadResult<v1::ListReceivedEmailsResponse> {
                    if (subject.has_value()) {
                      auto found = ReadSubject(reader, *subject, caller);
                      if (!found.ok()) return found.status();
                      if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
                    }
                    // One more tells whether another page follows.
                    ReceivedEmailQuery one_more = query;
                    ++one_more.limit;
                    auto emails = reader.ListReceivedEmails(one_more);
                    if (!emails.ok()) return emails.status();
                    v1::ListReceivedEmailsResponse response;
                    const bool more = emails->size() > static_cast<std::size_t>(query.limit);
                    if (more) emails->resize(static_cast<std::size_t>(query.limit));
                    for (const ReceivedEmail& email : *emails)
                      Encode(email, *tokens, language, response.add_received_emails());
                    if (more)
                      response.set_next_page_token(pages.Seal(absl::StrCat(emails->back().id)));
                    return response;
                  });
}

void CommentMethods::GetReceivedEmail(const CallContext& context,
                                      const v1::GetReceivedEmailRequest& request,
                                      Responder<v1::ReceivedEmail> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  Violations violations = context.flaws;
  const std::int64_t id = DecodeEmailName(request.name(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(
      backend_, context, std::move(responder),
      [id, name = request.name(), raw = request.include_raw_message(), language = context.language,
       tokens = backend_.tokens](Reader& reader) -> ReadResult<v1::ReceivedEmail> {
        auto email = reader.GetReceivedEmail(id);
        if (!email.ok()) return email.status();
        if (!email->has_value()) return EmailNotFound(name);
        v1::ReceivedEmail response;
        Encode(**email, *tokens, language, &response);
        if (!raw) return response;
        auto message = reader.GetRawEmail(id);
        if (!message.ok()) return message.status();
        response.set_raw_message(*std::move(message));
        return response;
      });
}

}  // namespace ipstore::orders
