// Pages of lists of subjects: whose list it is, where a page ends, how much fits.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_SUBJECT_PAGES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_SUBJECT_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/subject_state.h"
#include "ipstore/orders/v1/request_service.pb.h"
#include "server/services/encode.h"
#include "server/services/pages.h"
#include "server/storage/store.h"

namespace ipstore::orders {

inline constexpr PageLimits kSubjectPages{.standard = 50, .most = 200};

// Whose list is asked for: nothing for everybody's. Customers get their own, and a violation of
// `customer_id` where they ask for another's.
std::optional<std::string> DecodeWhoseList(const Caller& caller, const std::string& customer_id,
                                           Violations& violations);

// The key by which the list of `query` is sorted.
ListCursor CursorOf(const SubjectState& state, const SubjectQuery& query);

std::string SealListCursor(const PageTokens& pages, const ListCursor& cursor);
// Nothing when `token` is empty or, with a violation, not one of this query.
std::optional<ListCursor> OpenListCursor(const PageTokens& pages, const std::string& token,
                                         Violations& violations);

// Pages end here, so that they fit into the 4 MiB that gRPC clients take by default.
inline constexpr std::size_t kMaxPageBytes = 3 << 20;

// Encodes an order into a v1::Order.
void EncodeEntry(const SubjectState& state, Audience audience, v1::Order* to);
// Encodes an order or enquiry into a message that has a field for each, a v1::Request for example.
template <typename Either>
void EncodeEntry(const SubjectState& state, Audience audience, Either* to) {
  if (const Enquiry* enquiry = AsEnquiry(&state)) {
    Encode(*enquiry, audience, to->mutable_enquiry());
  } else {
    Encode(std::get<Order>(state), audience, to->mutable_order());
  }
}

// Adds those of `found` that fit, at most `page_size`, by `add`, which returns the new entry to be
// filled in. Returns the last that fitted when more follow, else nullptr.
template <typename Add>
const SubjectState* FillPage(const std::vector<SubjectState>& found, std::int32_t page_size,
                             Add add, Audience audience) {
  std::size_t bytes = 0;
  std::int32_t count = 0;
  for (const SubjectState& state : found) {
    if (count == page_size || bytes > kMaxPageBytes)
      return &found[static_cast<std::size_t>(count) - 1];
    auto* entry = add();
    EncodeEntry(state, audience, entry);
    bytes += entry->ByteSizeLong();
    ++count;
  }
  return nullptr;
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_SUBJECT_PAGES_H_
