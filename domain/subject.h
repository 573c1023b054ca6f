// What orders and enquiries have in common: the part that the log, comments, lists and the write
// path know.
#ifndef IPSTORE_ORDERS_DOMAIN_SUBJECT_H_
#define IPSTORE_ORDERS_DOMAIN_SUBJECT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "domain/number.h"

namespace ipstore::orders {

// Stored: never renumber.
enum class SubjectKind : std::uint8_t { kOrder = 1, kEnquiry = 2 };

inline constexpr std::array kSubjectKinds = {SubjectKind::kOrder, SubjectKind::kEnquiry};

// The head of a subject. A value type.
struct Subject {
  Number number;
  SubjectKind kind = SubjectKind::kOrder;
  std::string customer_id;   // empty for a guest
  std::uint8_t status = 0;   // of the kind's own lifecycle: OrderStatus or EnquiryStatus
  bool active = true;        // false once the status is closed
  std::int32_t version = 0;  // counts changes of state, from 1; the etag is made of it
  std::int32_t last_seq =
      0;  // counts activities, from 1; internal comments included, so never shown to customers
  absl::Time created_at;  // microseconds are kept, finer parts are not; so for all times
  absl::Time updated_at;  // of the last change of state
  absl::Time last_activity_at;
  absl::Time last_public_activity_at;
  // When its personal data was last redacted; what was written afterwards is there again.
  std::optional<absl::Time> redacted_at;

  friend bool operator==(const Subject&, const Subject&) = default;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_SUBJECT_H_
