#include "server/services/backend.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/decide_enquiry.h"
#include "domain/evolve.h"

namespace ipstore::orders {

Refusal RefusalOf(const absl::Status& status) {
  if (absl::IsDeadlineExceeded(status)) return DeadlineExceeded();
  if (absl::IsCancelled(status)) return CancelledByCaller();
  return absl::IsResourceExhausted(status) ? Overloaded() : Unavailable();
}

std::optional<Refusal> CheckAccess(const SubjectState* subject, const SubjectName& name,
                                   const Caller& caller) {
  const Subject* head = subject == nullptr ? nullptr : &HeadOf(*subject);
  return CheckAccess(head, name.kind, caller, name.text);
}

absl::StatusOr<std::variant<SubjectPointer, Refusal>> ReadSubject(Reader& reader,
                                                                  const SubjectName& name,
                                                                  const Caller& caller) {
  absl::StatusOr<std::vector<SubjectPointer>> found = reader.GetSubjects(std::array{name.number});
  if (!found.ok()) return found.status();
  if (auto refusal = CheckAccess(found->empty() ? nullptr : found->front().get(), name, caller))
    return std::variant<SubjectPointer, Refusal>(*std::move(refusal));
  return std::variant<SubjectPointer, Refusal>(std::move(found->front()));
}

void ReadSubjectThen(const Backend& backend, const CallContext& context, SubjectName name,
                     absl::AnyInvocable<void(SubjectReadOutcome) &&> then) {
  const Number number = name.number;
  backend.subject_reads->Submit({.number = number,
                                 .done =
                                     [name = std::move(name), caller = context.caller,
                                      then = std::move(then)](SubjectReadOutcome outcome) mutable {
                                       if (const auto* found =
                                               std::get_if<const SubjectState*>(&outcome)) {
                                         if (auto refusal = CheckAccess(*found, name, caller))
                                           outcome = *std::move(refusal);
                                       }
                                       std::move(then)(std::move(outcome));
                                     },
                                 .deadline = context.deadline,
                                 .cancelled = context.cancelled});
}

Decision DecideChange(const Change& change, const SubjectState* state, const Caller& caller,
                      absl::Time now) {
  if (auto refusal = CheckAccess(state, change.subject, caller)) return *std::move(refusal);
  if (auto refusal = CheckEtag(HeadOf(*state), change.etag)) return *std::move(refusal);
  if (const Enquiry* enquiry = AsEnquiry(state))
    return Decide(*enquiry, std::get<EnquiryCommand>(change.command), caller, now);
  return Decide(std::get<Order>(*state), std::get<OrderCommand>(change.command), caller, now);
}

RequestIdentity Identify(const Tokens& tokens, const Caller& caller, const RequestText& request) {
  RequestIdentity identity;
  identity.request_id =
      request.request_id.empty() ? RandomRequestId() : std::string(request.request_id);
  identity.key = tokens.KeyOfRequest(caller, identity.request_id);
  identity.content = tokens.HashOfRequest(request.method, request.target, request.content);
  return identity;
}

void SubmitUnit(const Backend& backend, const CallContext& context, WriteRequest request,
                absl::AnyInvocable<Decision(const UnitContext&) const> decide,
                absl::AnyInvocable<void(Outcome) &&> done) {
  backend.writes->Submit({.subject = request.subject,
                          .external_key = std::move(request.external_key),
                          .related = request.related,
                          .request_key = request.identity.key,
                          .content_hash = request.identity.content,
                          .request_id = std::move(request.identity.request_id),
                          .decide = std::move(decide),
                          .deadline = context.deadline,
                          .cancelled = context.cancelled,
                          .done = std::move(done)});
}

std::variant<Preview, Refusal> PreviewOf(const SubjectState* state, Decision decision) {
  if (auto* refusal = std::get_if<Refusal>(&decision)) return std::move(*refusal);
  Preview preview;
  preview.activities = std::get<Activities>(std::move(decision));
  auto next = preview.activities.begin();
  preview.subject = state != nullptr ? *state : Begin(*next++);
  std::for_each(next, preview.activities.end(),
                [&](const Activity& activity) { Evolve(preview.subject, activity); });
  return preview;
}

}  // namespace ipstore::orders
