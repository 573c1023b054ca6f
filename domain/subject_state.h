// A subject as it stands, whichever kind it is of. The machinery (write path, storage, lists) holds
// these; only decide and evolve look at the kind.
#ifndef IPSTORE_ORDERS_DOMAIN_SUBJECT_STATE_H_
#define IPSTORE_ORDERS_DOMAIN_SUBJECT_STATE_H_

#include <memory>
#include <variant>

#include "domain/enquiry.h"
#include "domain/order.h"
#include "domain/subject.h"

namespace ipstore::orders {

using SubjectState = std::variant<Order, Enquiry>;
// Shared by all who look at it, and never changed.
using SubjectPointer = std::shared_ptr<const SubjectState>;

// The part that all kinds have.
inline const Subject& HeadOf(const SubjectState& state) {
  return std::visit([](const auto& kind) -> const Subject& { return kind.subject; }, state);
}

// The order or enquiry in `state`, which may be nullptr; nullptr when it is of the other kind.
inline const Order* AsOrder(const SubjectState* state) {
  return state == nullptr ? nullptr : std::get_if<Order>(state);
}
inline const Enquiry* AsEnquiry(const SubjectState* state) {
  return state == nullptr ? nullptr : std::get_if<Enquiry>(state);
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_SUBJECT_STATE_H_
