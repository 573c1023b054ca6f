// A text in both languages of the shop.
#ifndef IPSTORE_ORDERS_DOMAIN_BILINGUAL_TEXT_H_
#define IPSTORE_ORDERS_DOMAIN_BILINGUAL_TEXT_H_

#include "absl/strings/string_view.h"
#include "domain/order.h"

namespace ipstore::orders {

// "{name}" in it may stand for the fact of that name: see sentences.cc. Views of literals.
struct BilingualText {
  absl::string_view el;
  absl::string_view en;

  absl::string_view In(Language language) const { return language == Language::kGreek ? el : en; }
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_BILINGUAL_TEXT_H_
