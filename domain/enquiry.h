// An enquiry as it stands: a question, a return or a complaint of a customer, the other kind of
// request beside orders (product §4). The fold of its activities, like an order (see evolve.h).
#ifndef IPSTORE_ORDERS_DOMAIN_ENQUIRY_H_
#define IPSTORE_ORDERS_DOMAIN_ENQUIRY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/enquiry_lifecycle.h"
#include "domain/number.h"
#include "domain/order.h"
#include "domain/subject.h"

namespace ipstore::orders {

// Stored by Name(): the numbers may change, the names may not.
enum class EnquiryKind : std::uint8_t { kQuestion = 1, kReturn = 2, kComplaint = 3 };

inline constexpr std::array kEnquiryKinds = {EnquiryKind::kQuestion, EnquiryKind::kReturn,
                                             EnquiryKind::kComplaint};

absl::string_view Name(EnquiryKind value);  // "QUESTION", …
template <>
std::optional<EnquiryKind> FromName(absl::string_view name);

// Who asks: what is needed to answer them.
struct Enquirer {
  std::string id;  // empty for a guest
  std::string name;
  std::string email;
  std::string phone;
  Language language = Language::kGreek;

  friend bool operator==(const Enquirer&, const Enquirer&) = default;
};

// Everything that a caller gives when an enquiry is created.
struct EnquiryContent {
  EnquiryKind kind = EnquiryKind::kQuestion;
  Enquirer customer;
  std::string title;            // one line
  std::string text;             // what is asked
  std::optional<Number> about;  // an order of the same customer
  bool notifications_on = true;

  friend bool operator==(const EnquiryContent&, const EnquiryContent&) = default;
};

struct Enquiry {
  Subject subject;
  EnquiryContent content;
  std::optional<absl::Time> resolved_at;  // while RESOLVED

  EnquiryStatus status() const { return static_cast<EnquiryStatus>(subject.status); }

  friend bool operator==(const Enquiry&, const Enquiry&) = default;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_ENQUIRY_H_
