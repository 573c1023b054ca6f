// Why a call failed, decoded from the details that the server sends (see errors.proto).
#ifndef IPSTORE_ORDERS_CLIENT_ERROR_H_
#define IPSTORE_ORDERS_CLIENT_ERROR_H_

#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "ipstore/orders/v1/errors.pb.h"

namespace ipstore::orders::client {

// One field of the request that is wrong.
struct FieldViolation {
  std::string field;        // its path: "order.lines[2].quantity"
  std::string flaw;         // "NOT_POSITIVE"; empty where the server did not name one
  std::string description;  // a sentence in the reader's language

  friend bool operator==(const FieldViolation&, const FieldViolation&) = default;
};

// One thing that must hold for a step and does not.
struct PreconditionFailure {
  std::string guard;        // "PAYMENT_ARRANGED"
  std::string subject;      // "orders/1000000018"
  std::string description;  // a sentence in the reader's language

  friend bool operator==(const PreconditionFailure&, const PreconditionFailure&) = default;
};

struct Error {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  // The name of an ErrorReason without its prefix, "ETAG_MISMATCH". Empty when the server did not
  // get to answer: then `message` is gRPC's own, for example that nobody listens.
  std::string reason;
  // One sentence in English, for logs.
  std::string message;
  // The same in the reader's language; empty where there is none.
  std::string localized_message;
  // The variables of the message by name.
  std::map<std::string, std::string> metadata;
  // With INVALID_REQUEST.
  std::vector<FieldViolation> violations;
  // With GUARDS_NOT_SATISFIED.
  std::vector<PreconditionFailure> preconditions;
  // How long to wait before trying again, where the server says so.
  std::optional<absl::Duration> retry_delay;
  // Of a change that may have been made all the same: repeat the call with this id, and it is made
  // once. Empty where nothing was changed for sure.
  std::string request_id;
};

// The error that `status` stands for, which must not be OK. Details that cannot be read are left
// out.
Error DecodeError(const grpc::Status& status);

// The reason as an enumerator, to switch on. UNSPECIFIED where there is none, and for one that is
// newer than this library; then `code` tells how to treat it.
v1::ErrorReason ErrorReasonOf(const Error& error);

// Whether a change may have been made although the call failed with this.
bool OutcomeIsUnknown(const Error& error);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ERROR_H_
