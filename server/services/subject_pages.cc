#include "server/services/subject_pages.h"

#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/validate.h"

namespace ipstore::orders {

std::optional<std::string> DecodeWhoseList(const Caller& caller, const std::string& customer_id,
                                           Violations& violations) {
  ValidateText(customer_id, "customer_id", kMaxIdentifier, /*required=*/false,
               /*multiline=*/false, violations);
  if (caller.IsCustomer()) {
    const std::string& own = caller.Effective().id;
    if (!customer_id.empty() && customer_id != own)
      violations.Add("customer_id", Flaw::kNotForThisCaller);
    return own;
  }
  if (customer_id.empty()) return std::nullopt;
  return customer_id;
}

ListCursor CursorOf(const SubjectState& state, const SubjectQuery& query) {
  const Subject& subject = HeadOf(state);
  return {
      query.customer_id.has_value() ? subject.last_public_activity_at : subject.last_activity_at,
      subject.number};
}

std::string SealListCursor(const PageTokens& pages, const ListCursor& cursor) {
  return pages.Seal(absl::StrCat(absl::ToUnixMicros(cursor.at), " ", cursor.number.value()));
}

std::optional<ListCursor> OpenListCursor(const PageTokens& pages, const std::string& token,
                                         Violations& violations) {
  const std::optional<std::string> cursor = pages.Open(token, violations);
  if (!cursor.has_value()) return std::nullopt;
  const std::vector<std::int64_t> numbers = NumbersIn(*cursor);
  return ListCursor{absl::FromUnixMicros(numbers.at(0)), Number::FromStored(numbers.at(1))};
}

void EncodeEntry(const SubjectState& state, Audience audience, v1::Order* to) {
  Encode(std::get<Order>(state), audience, to);
}

}  // namespace ipstore::orders
