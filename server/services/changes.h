// What every method that creates or changes a subject does once its request is decoded: refuse,
// preview, or hand over to be written; then answer with the subject and the names of the
// activities.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_CHANGES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_CHANGES_H_

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/validate.h"
#include "server/services/backend.h"
#include "server/services/encode.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {

// Puts a subject into the field that the response has for its kind.
template <typename Response>
void EncodeSubject(const SubjectState& state, Audience audience, Response* response) {
  if constexpr (requires { response->subject_case(); }) {
    EncodeEntry(state, audience, response);
  } else if constexpr (requires { response->mutable_enquiry(); }) {
    Encode(std::get<Enquiry>(state), audience, response->mutable_enquiry());
  } else {
    Encode(std::get<Order>(state), audience, response->mutable_order());
  }
}

// The same with what there is not yet in a preview left out.
template <typename Response>
void EncodePreview(const SubjectState& state, bool creates, Audience audience, Response* response) {
  EncodeSubject(state, audience, response);
  const auto clear = [creates](auto* subject) {
    subject->clear_etag();
    if (!creates) return;
    subject->clear_name();
    subject->clear_number();
  };
  if constexpr (requires { response->subject_case(); }) {
    response->has_enquiry() ? clear(response->mutable_enquiry()) : clear(response->mutable_order());
  } else if constexpr (requires { response->mutable_enquiry(); }) {
    clear(response->mutable_enquiry());
  } else {
    clear(response->mutable_order());
  }
}

// Which activities a unit made, and whether a call before had made them.
template <typename Response>
void EncodeActivityNames(const Applied& applied, const Tokens& tokens, Response* response) {
  const Subject& subject = HeadOf(*applied.subject);
  for (std::int32_t i = 0; i < applied.activity_count; ++i) {
    response->add_activities(
        ActivityName(tokens, subject.kind, subject.number, applied.first_seq + i));
  }
  response->set_replayed(applied.replayed);
}

template <typename Response>
void EncodeApplied(const Applied& applied, const Tokens& tokens, Audience audience,
                   Response* response) {
  EncodeSubject(*applied.subject, audience, response);
  EncodeActivityNames(applied, tokens, response);
}

// Hands a unit over to be written and answers with what became of it.
template <typename Response>
void WriteAndAnswer(const Backend& backend, const CallContext& context, WriteRequest write,
                    absl::AnyInvocable<Decision(const UnitContext&) const> decide,
                    Responder<Response> responder) {
  SubmitUnit(backend, context, std::move(write), std::move(decide),
             [responder = std::move(responder), tokens = backend.tokens,
              audience = AudienceOf(backend, context)](Outcome outcome) mutable {
               if (auto* refusal = std::get_if<Refusal>(&outcome))
                 return responder.Refuse(*refusal);
               Response response;
               EncodeApplied(std::get<Applied>(outcome), *tokens, audience, &response);
               responder.Reply(response);
             });
}

// Changes a subject. `request` has etag, request_id and validate_only.
template <typename Request, typename Response>
void ChangeSubject(const Backend& backend, const CallContext& context, absl::string_view method,
                   const Request& request, Change change, Violations violations,
                   Responder<Response> responder) {
  if constexpr (requires { request.etag(); }) {
    change.etag = request.etag();
    // An amendment is made to what the caller saw, so it cannot do without.
    constexpr bool kRequired = requires {
      request.update_mask();
    };
    ValidateText(request.etag(), "etag", kMaxIdentifier, kRequired, /*multiline=*/false,
                 violations);
  }
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  if (request.validate_only()) {
    return AnswerByReading(
        backend, context, std::move(responder),
        [change = std::move(change), caller = context.caller,
         audience = AudienceOf(backend, context)](Reader& reader) -> ReadResult<Response> {
          auto found = ReadSubject(reader, change.subject, caller);
          if (!found.ok()) return found.status();
          if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
          const SubjectState& state = *std::get<SubjectPointer>(*found);
          const absl::Time now = std::max(audience.now, HeadOf(state).last_activity_at);
          auto preview = PreviewOf(&state, DecideChange(change, &state, caller, now));
          if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
          Response response;
          EncodePreview(std::get<Preview>(preview).subject, /*creates=*/false, audience, &response);
          return response;
        });
  }
  WriteRequest write{.subject = change.subject.number,
                     .identity = Identify(*backend.tokens, context.caller,
                                          {.method = method,
                                           .target = change.subject.text,
                                           .request_id = request.request_id(),
                                           .content = ContentOf(request)})};
  WriteAndAnswer(
      backend, context, std::move(write),
      [change = std::move(change), caller = context.caller](const UnitContext& unit) {
        return DecideChange(change, unit.subject, caller, unit.now);
      },
      std::move(responder));
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_CHANGES_H_
