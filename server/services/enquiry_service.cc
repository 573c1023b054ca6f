#include "server/services/enquiry_service.h"

#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "domain/decide_enquiry.h"
#include "domain/validate.h"
#include "server/services/changes.h"
#include "server/services/decode.h"
#include "server/services/encode.h"

namespace ipstore::orders {
namespace {

ReadResult<v1::CreateEnquiryResponse> PreviewCreate(const CreateEnquiry& command,
                                                    const Caller& caller, Audience audience,
                                                    Reader& reader) {
  std::vector<SubjectPointer> related;
  if (command.content.about.has_value()) {
    auto found = reader.GetSubjects(std::array{*command.content.about});
    if (!found.ok()) return found.status();
    related = *std::move(found);
  }
  const Order* about = related.empty() ? nullptr : AsOrder(related.front().get());
  auto preview = PreviewOf(nullptr, Decide(Number(), command, about, caller, audience.now));
  if (auto* refusal = std::get_if<Refusal>(&preview)) return std::move(*refusal);
  v1::CreateEnquiryResponse response;
  EncodePreview(std::get<Preview>(preview).subject, /*creates=*/true, audience, &response);
  return response;
}

// Decodes the request of one of the methods that change an enquiry, and changes it.
template <typename Request, typename Response>
void ChangeEnquiry(const Backend& backend, const CallContext& context, absl::string_view method,
                   const Request& request, Responder<Response> responder) {
  Violations violations = context.flaws;
  EnquiryCommand command = Decode(request, violations);
  Change change{
      .subject = DecodeSubjectName(request.name(), SubjectKind::kEnquiry, "name", violations),
      .etag = "",
      .command = std::move(command)};
  ChangeSubject(backend, context, method, request, std::move(change), std::move(violations),
                std::move(responder));
}

}  // namespace

void EnquiryMethods::CreateEnquiry(const CallContext& context,
                                   const v1::CreateEnquiryRequest& request,
                                   Responder<v1::CreateEnquiryResponse> responder) {
  Violations violations = context.flaws;
  orders::CreateEnquiry command = Decode(request, violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  if (request.validate_only()) {
    return AnswerByReading(backend_, context, std::move(responder),
                           [command = std::move(command), caller = context.caller,
                            audience = AudienceOf(backend_, context)](Reader& reader) {
                             return PreviewCreate(command, caller, audience, reader);
                           });
  }
  WriteRequest write{.related = command.content.about,
                     .identity = Identify(*backend_.tokens, context.caller,
                                          {.method = "CreateEnquiry",
                                           .target = request.enquiry().order(),
                                           .request_id = request.request_id(),
                                           .content = request.SerializeAsString()})};
  WriteAndAnswer(
      backend_, context, std::move(write),
      [command = std::move(command), caller = context.caller](const UnitContext& unit) {
        return Decide(unit.new_number, command, AsOrder(unit.related), caller, unit.now);
      },
      std::move(responder));
}

void EnquiryMethods::GetEnquiry(const CallContext& context, const v1::GetEnquiryRequest& request,
                                Responder<v1::Enquiry> responder) {
  Violations violations = context.flaws;
  SubjectName name = DecodeSubjectName(request.name(), SubjectKind::kEnquiry, "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  ReadSubjectThen(backend_, context, std::move(name),
                  [responder = std::move(responder),
                   audience = AudienceOf(backend_, context)](SubjectReadOutcome outcome) mutable {
                    if (const auto* refusal = std::get_if<Refusal>(&outcome))
                      return responder.Refuse(*refusal);
                    const SubjectState& found = *std::get<const SubjectState*>(outcome);
                    v1::Enquiry response;
                    Encode(std::get<Enquiry>(found), audience, &response);
                    responder.Reply(response);
                  });
}

void EnquiryMethods::TransitionEnquiry(const CallContext& context,
                                       const v1::TransitionEnquiryRequest& request,
                                       Responder<v1::TransitionEnquiryResponse> responder) {
  ChangeEnquiry(backend_, context, "TransitionEnquiry", request, std::move(responder));
}

void EnquiryMethods::SetEnquiryNotifications(
    const CallContext& context, const v1::SetEnquiryNotificationsRequest& request,
    Responder<v1::SetEnquiryNotificationsResponse> responder) {
  ChangeEnquiry(backend_, context, "SetEnquiryNotifications", request, std::move(responder));
}

}  // namespace ipstore::orders
