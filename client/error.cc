#include "client/error.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ipstore::orders::client {
namespace {

bool IsUpperSnake(absl::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!absl::ascii_isupper(c) && !absl::ascii_isdigit(c) && c != '_') return false;
  }
  return true;
}

// "NOT_POSITIVE: The quantity must be at least 1."
FieldViolation DecodeViolation(const google::rpc::BadRequest::FieldViolation& violation) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(violation.description(), absl::MaxSplits(": ", 1));
  if (!IsUpperSnake(parts.first)) return {violation.field(), "", violation.description()};
  return {violation.field(), std::string(parts.first), std::string(parts.second)};
}

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

void Take(const google::rpc::ErrorInfo& info, Error& error) {
  error.reason = info.reason();
  error.metadata.insert(info.metadata().begin(), info.metadata().end());
}

void Take(const google::rpc::BadRequest& bad_request, Error& error) {
  for (const auto& violation : bad_request.field_violations()) {
    error.violations.push_back(DecodeViolation(violation));
  }
}

void Take(const google::rpc::PreconditionFailure& failure, Error& error) {
  for (const auto& violation : failure.violations()) {
    error.preconditions.push_back({violation.type(), violation.subject(), violation.description()});
  }
}

void Take(const google::rpc::RetryInfo& info, Error& error) {
  error.retry_delay = FromProto(info.retry_delay());
}

void Take(const google::rpc::LocalizedMessage& message, Error& error) {
  error.localized_message = message.message();
}

template <typename Detail>
void TakeIf(const google::protobuf::Any& any, Error& error) {
  Detail detail;
  if (any.Is<Detail>() && any.UnpackTo(&detail)) Take(detail, error);
}

}  // namespace

Error DecodeError(const grpc::Status& status) {
  Error error{.code = status.error_code(), .message = status.error_message()};
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return error;
  for (const google::protobuf::Any& any : details.details()) {
    TakeIf<google::rpc::ErrorInfo>(any, error);
    TakeIf<google::rpc::BadRequest>(any, error);
    TakeIf<google::rpc::PreconditionFailure>(any, error);
    TakeIf<google::rpc::RetryInfo>(any, error);
    TakeIf<google::rpc::LocalizedMessage>(any, error);
  }
  return error;
}

v1::ErrorReason ErrorReasonOf(const Error& error) {
  v1::ErrorReason reason = v1::ERROR_REASON_UNSPECIFIED;
  // Leaves it as it is where it does not know the name.
  v1::ErrorReason_Parse(absl::StrCat("ERROR_REASON_", error.reason), &reason);
  return reason;
}

bool OutcomeIsUnknown(const Error& error) {
  switch (error.code) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNKNOWN:
      return true;
    default:
      return false;
  }
}

}  // namespace ipstore::orders::client
