#include "server/services/errors.h"

#include <grpcpp/support/status.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "domain/sentences.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ipstore::orders {
namespace {

// gRPC clients accept 8 KiB of trailers, and some encode them in base64; a larger answer would
// reach them as another error altogether.
constexpr std::size_t kMaxDetailBytes = 4096;

constexpr int kRetryOverloadedMillis = 200;
constexpr int kRetryUnavailableMillis = 1000;
// Streams that nobody holds any more are found out by keepalive within a minute.
constexpr int kRetryTooManyStreamsMillis = 10'000;

std::string OrderName(const Refusal& refusal) {
  for (const Fact& fact : refusal.facts) {
    if (fact.name == "order") return absl::StrCat("orders/", FactAsText(fact.value));
  }
  return "";
}

template <typename Action>
std::string NamesOf(const std::vector<Action>& actions) {
  return absl::StrJoin(actions, ",",
                       [](std::string* out, Action action) { absl::StrAppend(out, Name(action)); });
}

google::rpc::ErrorInfo InfoOf(const Refusal& refusal) {
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(Name(refusal.reason)));
  info.set_domain("orders.ipstore");
  auto& metadata = *info.mutable_metadata();
  for (const Fact& fact : refusal.facts) metadata[std::string(fact.name)] = FactAsText(fact.value);
  if (refusal.reason == Reason::kActionNotOpen || refusal.reason == Reason::kGuardsNotSatisfied) {
    metadata["open_actions"] = NamesOf(refusal.open_actions);
  }
  if (refusal.reason == Reason::kEnquiryActionNotOpen) {
    metadata["open_actions"] = NamesOf(refusal.open_enquiry_actions);
  }
  return info;
}

google::rpc::BadRequest BadRequestOf(const Refusal& refusal, Language language, std::size_t room) {
  google::rpc::BadRequest bad_request;
  std::size_t used = 0;
  for (const Violation& violation : refusal.violations) {
    google::rpc::BadRequest::FieldViolation described;
    described.set_field(violation.field);
    described.set_description(
        absl::StrCat(Name(violation.flaw), ": ", Sentence(violation, language)));
    used += described.ByteSizeLong() + 3;
    if (used > room) break;
    *bad_request.add_field_violations() = std::move(described);
  }
  return bad_request;
}

google::rpc::PreconditionFailure PreconditionsOf(const Refusal& refusal, Language language) {
  google::rpc::PreconditionFailure failure;
  const std::string subject = OrderName(refusal);
  for (const GuardFailure& guard : refusal.guards) {
    auto* violation = failure.add_violations();
    violation->set_type(std::string(Name(guard.guard)));
    violation->set_subject(subject);
    violation->set_description(Sentence(guard, language));
  }
  return failure;
}

int RetryMillis(Reason reason) {
  if (reason == Reason::kOverloaded) return kRetryOverloadedMillis;
  if (reason == Reason::kTooManyStreams) return kRetryTooManyStreamsMillis;
  if (reason == Reason::kUnavailable) return kRetryUnavailableMillis;
  return 0;
}

google::rpc::RetryInfo RetryAfter(int millis) {
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(millis / 1000);
  retry.mutable_retry_delay()->set_nanos(millis % 1000 * 1'000'000);
  return retry;
}

}  // namespace

grpc::StatusCode CodeOf(Reason reason) {
  switch (reason) {
    case Reason::kInvalidRequest:
    case Reason::kRequestIdReused:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case Reason::kOrderNotFound:
    case Reason::kCommentNotFound:
    case Reason::kEnquiryNotFound:
    case Reason::kRedactionNotFound:
    case Reason::kConsumerNotFound:
    case Reason::kNotificationNotFound:
    case Reason::kActivityNotFound:
    case Reason::kEmailNotFound:
      return grpc::StatusCode::NOT_FOUND;
    case Reason::kPermissionDenied:
    case Reason::kMissingRight:
      return grpc::StatusCode::PERMISSION_DENIED;
    case Reason::kUnauthenticated:
      return grpc::StatusCode::UNAUTHENTICATED;
    case Reason::kExternalReferenceExists:
    case Reason::kNumberTaken:
      return grpc::StatusCode::ALREADY_EXISTS;
    case Reason::kActionNotOpen:
    case Reason::kGuardsNotSatisfied:
    case Reason::kCommandNotOpen:
    case Reason::kGatheringExceedsOrdered:
    case Reason::kFeedbackAlreadyGiven:
    case Reason::kQuantityBelowGathered:
    case Reason::kFrozenByInvoice:
    case Reason::kEnquiryActionNotOpen:
    case Reason::kOpenANewEnquiry:
    case Reason::kFeedHistoryChanged:
    case Reason::kActivityNotUnderstood:
    case Reason::kMailNotConfigured:
      return grpc::StatusCode::FAILED_PRECONDITION;
    case Reason::kEtagMismatch:
      return grpc::StatusCode::ABORTED;
    case Reason::kOverloaded:
    case Reason::kWatcherTooSlow:
    case Reason::kTooManyStreams:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case Reason::kUnavailable:
      return grpc::StatusCode::UNAVAILABLE;
    case Reason::kDeadlineExceeded:
      return grpc::StatusCode::DEADLINE_EXCEEDED;
    case Reason::kCancelledByCaller:
      return grpc::StatusCode::CANCELLED;
    case Reason::kInternal:
      return grpc::StatusCode::INTERNAL;
  }
  return grpc::StatusCode::UNKNOWN;
}

google::rpc::Status ToRpcStatus(const Refusal& refusal, Language language) {
  google::rpc::Status status;
  status.set_code(CodeOf(refusal.reason));
  status.set_message(Sentence(refusal, Language::kEnglish));
  status.add_details()->PackFrom(InfoOf(refusal));

  google::rpc::LocalizedMessage localized;
  localized.set_locale(std::string(Name(language)));
  localized.set_message(Sentence(refusal, language));
  status.add_details()->PackFrom(localized);

  if (const int millis = RetryMillis(refusal.reason); millis > 0)
    status.add_details()->PackFrom(RetryAfter(millis));
  if (!refusal.guards.empty()) status.add_details()->PackFrom(PreconditionsOf(refusal, language));
  if (!refusal.violations.empty()) {
    const std::size_t used = status.ByteSizeLong();
    const std::size_t room = used < kMaxDetailBytes ? kMaxDetailBytes - used : 0;
    status.add_details()->PackFrom(BadRequestOf(refusal, language, room));
  }
  return status;
}

grpc::Status ToGrpcStatus(const Refusal& refusal, Language language) {
  const google::rpc::Status status = ToRpcStatus(refusal, language);
  return {static_cast<grpc::StatusCode>(status.code()), status.message(),
          status.SerializeAsString()};
}

}  // namespace ipstore::orders
