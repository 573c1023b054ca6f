#include "server/services/redaction_service.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/decide.h"
#include "domain/redact.h"
#include "domain/validate.h"
#include "server/services/changes.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {
namespace {

// As the command of the subject's kind.
Change RedactionOf(SubjectName subject, const Redact& command) {
  const SubjectKind kind = subject.kind;
  Change change{.subject = std::move(subject), .etag = "", .command = {}};
  if (kind == SubjectKind::kEnquiry) {
    change.command = EnquiryCommand(command);
  } else {
    change.command = OrderCommand(command);
  }
  return change;
}

// A comment that is to be redacted, as it was read.
struct FoundComment {
  SubjectPointer subject;
  Activity comment;
};

absl::StatusOr<std::variant<FoundComment, Refusal>> FindComment(
    Reader& reader, const Backend& backend, const SubjectName& parent, absl::string_view id,
    const std::string& name, const Caller& caller) {
  using Result = std::variant<FoundComment, Refusal>;
  auto subject = ReadSubject(reader, parent, caller);
  if (!subject.ok()) return subject.status();
  if (auto* refusal = std::get_if<Refusal>(&*subject)) return Result(std::move(*refusal));
  const std::optional<std::int32_t> seq = backend.tokens->SeqOfActivity(parent.number, id);
  if (!seq.has_value()) return Result(CommentNotFound(name));
  auto comment = reader.ListActivities({.subject = parent.number,
                                        .include_internal = true,
                                        .kinds = {ActivityKind::kCommentAdded},
                                        .after_seq = *seq - 1,
                                        .limit = 1});
  if (!comment.ok()) return comment.status();
  if (comment->empty() || comment->front().seq != *seq) return Result(CommentNotFound(name));
  return Result(
      FoundComment{std::get<SubjectPointer>(std::move(*subject)), std::move(comment->front())});
}

LoggedComment LoggedOf(const Activity& comment) {
  return {.seq = comment.seq, .visibility = comment.visibility, .redacted = comment.redacted};
}

// The comment as it is afterwards, in any case.
v1::RedactCommentResponse Redacted(Activity comment, const Tokens& tokens) {
  RedactPersonalData(comment);
  comment.redacted = true;
  v1::RedactCommentResponse response;
  EncodeComment(comment, tokens, response.mutable_comment());
  return response;
}

// A call of RedactComment on its way from the read path to the write path.
struct CommentCall {
  Backend backend;
  CallContext context;
  v1::RedactCommentRequest request;
  SubjectName parent;
  std::string id;
  Responder<v1::RedactCommentResponse> responder;
};

void WriteRedaction(CommentCall& call, FoundComment found) {
  const Tokens& tokens = *call.backend.tokens;
  const v1::RedactCommentRequest& request = call.request;
  Change change = RedactionOf(call.parent, Redact{LoggedOf(found.comment)});
  if (request.validate_only()) {
    auto preview = PreviewOf(
        found.subject.get(),
        DecideChange(change, found.subject.get(), call.context.caller,
                     std::max(call.backend.clock(), HeadOf(*found.subject).last_activity_at)));
    if (auto* refusal = std::get_if<Refusal>(&preview)) return call.responder.Refuse(*refusal);
    return call.responder.Reply(Redacted(std::move(found.comment), tokens));
  }
  WriteRequest write{.subject = call.parent.number,
                     .identity = Identify(tokens, call.context.caller,
                                          {.method = "RedactComment",
                                           .target = request.name(),
                                           .request_id = request.request_id(),
                                           .content = request.SerializeAsString()})};
  SubmitUnit(
      call.backend, call.context, std::move(write),
      [change = std::move(change), caller = call.context.caller](const UnitContext& unit) {
        return DecideChange(change, unit.subject, caller, unit.now);
      },
      [responder = std::move(call.responder), tokens = call.backend.tokens,
       comment = std::move(found.comment)](Outcome outcome) mutable {
        if (auto* refusal = std::get_if<Refusal>(&outcome)) return responder.Refuse(*refusal);
        const Applied& applied = std::get<Applied>(outcome);
        v1::RedactCommentResponse response = Redacted(std::move(comment), *tokens);
        EncodeActivityNames(applied, *tokens, &response);
        responder.Reply(response);
      });
}

void CreateRedaction(const Backend& backend, const CallContext& context,
                     const v1::RedactCustomerRequest& request,
                     Responder<v1::RedactCustomerResponse> responder) {
  const Caller& caller = context.caller;
  const RequestIdentity identity = Identify(*backend.tokens, caller,
                                            {.method = "RedactCustomer",
                                             .target = request.customer_id(),
                                             .request_id = request.request_id(),
                                             .content = request.SerializeAsString()});
  backend.redactions->Create(
      {.redaction = {.customer_id = request.customer_id(),
                     .actor = caller.actor,
                     .on_behalf_of = caller.on_behalf_of,
                     .request_key = identity.key,
                     .created_at = backend.clock()},
       .deadline = context.deadline,
       .cancelled = context.cancelled,
       .done = [responder = std::move(responder), customer_id = request.customer_id(),
                request_id =
                    identity.request_id](std::variant<CreatedRedaction, Refusal> outcome) mutable {
         if (auto* refusal = std::get_if<Refusal>(&outcome)) return responder.Refuse(*refusal);
         const CreatedRedaction& created = std::get<CreatedRedaction>(outcome);
         if (created.job.customer_id != customer_id)
           return responder.Refuse(RequestIdReused(request_id));
         v1::RedactCustomerResponse response;
         Encode(created.job, response.mutable_redaction());
         response.set_replayed(created.existed);
         responder.Reply(response);
       }});
}

}  // namespace

void RedactionMethods::RedactSubject(const CallContext& context,
                                     const v1::RedactSubjectRequest& request,
                                     Responder<v1::RedactSubjectResponse> responder) {
  if (auto refusal = CheckMayRedact(context.caller)) return responder.Refuse(*refusal);
  Violations violations = context.flaws;
  SubjectName subject = DecodeSubjectName(request.name(), "name", violations);
  ChangeSubject(backend_, context, "RedactSubject", request,
                RedactionOf(std::move(subject), Redact{}), std::move(violations),
                std::move(responder));
}

void RedactionMethods::RedactComment(const CallContext& context,
                                     const v1::RedactCommentRequest& request,
                                     Responder<v1::RedactCommentResponse> responder) {
  if (auto refusal = CheckMayRedact(context.caller)) return responder.Refuse(*refusal);
  Violations violations = context.flaws;
  auto [parent, id] = DecodeEntryName(request.name(), "comments", "name", violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  // What is said of the comment is read first: it never comes back once it is redacted, so the unit
  // may rely on it. Two who redact the same comment at the same moment may both leave an activity.
  auto call = std::make_shared<CommentCall>(
      CommentCall{backend_, context, request, parent, id, std::move(responder)});
  backend_.reads->Submit(
      {.run = [call](Reader& reader) -> absl::Status {
         auto found = FindComment(reader, call->backend, call->parent, call->id,
                                  call->request.name(), call->context.caller);
         if (!found.ok()) return found.status();
         if (auto* refusal = std::get_if<Refusal>(&*found)) {
           call->responder.Refuse(*refusal);
         } else {
           WriteRedaction(*call, std::get<FoundComment>(std::move(*found)));
         }
         return absl::OkStatus();
       },
       .refuse = [call](const Refusal& refusal) { call->responder.Refuse(refusal); },
       .deadline = context.deadline,
       .cancelled = context.cancelled});
}

void RedactionMethods::RedactCustomer(const CallContext& context,
                                      const v1::RedactCustomerRequest& request,
                                      Responder<v1::RedactCustomerResponse> responder) {
  if (auto refusal = CheckMayRedact(context.caller)) return responder.Refuse(*refusal);
  Violations violations = context.flaws;
  ValidateText(request.customer_id(), "customer_id", kMaxIdentifier, /*required=*/true,
               /*multiline=*/false, violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  CreateRedaction(backend_, context, request, std::move(responder));
}

void RedactionMethods::GetRedaction(const CallContext& context,
                                    const v1::GetRedactionRequest& request,
                                    Responder<v1::Redaction> responder) {
  if (auto refusal = CheckMayRedact(context.caller)) return responder.Refuse(*refusal);
  Violations violations = context.flaws;
  const std::int64_t id = DecodeRedactionName(request.name(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(backend_, context, std::move(responder),
                  [id, name = request.name()](Reader& reader) -> ReadResult<v1::Redaction> {
                    auto job = reader.GetRedaction(id);
                    if (!job.ok()) return job.status();
                    if (!job->has_value()) return RedactionNotFound(name);
                    v1::Redaction response;
                    Encode(**job, &response);
                    return response;
                  });
}

void RedactionMethods::ListRedactions(const CallContext& context,
                                      const v1::ListRedactionsRequest& request,
                                      Responder<v1::ListRedactionsResponse> responder) {
  if (auto refusal = CheckMayRedact(context.caller)) return responder.Refuse(*refusal);
  Violations violations = context.flaws;
  const std::int32_t page_size = DecodePageSize(request.page_size(), kSubjectPages, violations);
  PageTokens pages(*backend_.tokens, context.caller, "ListRedactions", request);
  std::optional<std::int64_t> before;
  if (const auto cursor = pages.Open(request.page_token(), violations))
    before = NumbersIn(*cursor).at(0);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  AnswerByReading(backend_, context, std::move(responder),
                  [before, page_size, pages = std::move(pages)](
                      Reader& reader) -> ReadResult<v1::ListRedactionsResponse> {
                    // One more tells whether another page follows.
                    auto jobs = reader.ListRedactions(before, page_size + 1);
                    if (!jobs.ok()) return jobs.status();
                    v1::ListRedactionsResponse response;
                    const bool more = jobs->size() > static_cast<std::size_t>(page_size);
                    if (more) jobs->resize(static_cast<std::size_t>(page_size));
                    for (const RedactionJob& job : *jobs) Encode(job, response.add_redactions());
                    if (more)
                      response.set_next_page_token(pages.Seal(absl::StrCat(jobs->back().id)));
                    return response;
                  });
}

}  // namespace ipstore::orders
