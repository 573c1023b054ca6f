// From the contract's messages to the domain's commands. What cannot be expressed in the domain's
// types (unknown enum values, fractions of a cent, foreign currencies) is reported here; everything
// else by the domain's own validation.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_DECODE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_DECODE_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "ipstore/orders/v1/comment_service.pb.h"
#include "ipstore/orders/v1/enquiry_service.pb.h"
#include "ipstore/orders/v1/import.pb.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/names.h"

namespace ipstore::orders {

// Each adds to `violations` all that is wrong, by itself and by the domain's rules; its result is
// of use only when that is nothing.

CreateOrder Decode(const v1::CreateOrderRequest& request, Violations& violations);
TransitionOrder Decode(const v1::TransitionOrderRequest& request, Violations& violations);
RecordCheck Decode(const v1::RecordCheckRequest& request, Violations& violations);
RecordGathering Decode(const v1::RecordGatheringRequest& request, Violations& violations);
RecordInvoice Decode(const v1::RecordInvoiceRequest& request, Violations& violations);
RecordTracking Decode(const v1::RecordTrackingRequest& request, Violations& violations);
UpdateOrder Decode(const v1::UpdateOrderRequest& request, Violations& violations);
SetNotifications Decode(const v1::SetNotificationsRequest& request, Violations& violations);
SubmitFeedback Decode(const v1::SubmitFeedbackRequest& request, Violations& violations);
AddComment Decode(const v1::CreateCommentRequest& request, Violations& violations);
CreateEnquiry Decode(const v1::CreateEnquiryRequest& request, Violations& violations);
SetNotifications Decode(const v1::SetEnquiryNotificationsRequest& request, Violations& violations);
TransitionEnquiry Decode(const v1::TransitionEnquiryRequest& request, Violations& violations);

// An entry of an import, with the number that the order keeps, if it brings one.
struct ImportEntry {
  ImportOrder command;
  std::optional<Number> number;
};
ImportEntry Decode(const v1::ImportedOrder& entry, Violations& violations);

// A list of enumerators of the contract, each once. `is_valid` is what protobuf generates for them;
// `field` is where they stand in the request.
template <typename E>
std::vector<E> DecodeEnums(const google::protobuf::RepeatedField<int>& values,
                           bool (*is_valid)(int), absl::string_view field, Violations& violations) {
  std::vector<E> decoded;
  for (int i = 0; i < values.size(); ++i) {
    if (values[i] == 0 || !is_valid(values[i])) {
      violations.Add(absl::StrCat(field, "[", i, "]"), Flaw::kUnknownValue,
                     {{"value", absl::StrCat(values[i])}});
      continue;
    }
    const auto value = static_cast<E>(values[i]);
    if (std::find(decoded.begin(), decoded.end(), value) == decoded.end()) decoded.push_back(value);
  }
  return decoded;
}

// A time; nothing, and a violation, where it is not one.
std::optional<absl::Time> DecodeTime(const google::protobuf::Timestamp& from,
                                     absl::string_view field, Violations& violations);

// "orders/1000000018" or "enquiries/1000000026"; `field` is where it stands in the request.
SubjectName DecodeSubjectName(absl::string_view name, absl::string_view field,
                              Violations& violations);
// The same where only one kind may stand.
SubjectName DecodeSubjectName(absl::string_view name, SubjectKind kind, absl::string_view field,
                              Violations& violations);

// "redactions/12": its id.
std::int64_t DecodeRedactionName(absl::string_view name, Violations& violations);

// "receivedEmails/12": its id.
std::int64_t DecodeEmailName(absl::string_view name, Violations& violations);

// "orders/1000000018/comments/…" for the collection "comments", or of an enquiry: the subject and
// the entry's id.
std::pair<SubjectName, std::string> DecodeEntryName(absl::string_view name,
                                                    absl::string_view collection,
                                                    absl::string_view field,
                                                    Violations& violations);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_DECODE_H_
