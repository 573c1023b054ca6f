#include "server/services/pages.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

// Three numbers of 64 bits and the blanks between.
constexpr std::size_t kCursorSize = 60;

}  // namespace

std::int32_t DecodePageSize(std::int32_t wish, PageLimits limits, Violations& violations) {
  if (wish < 0) violations.Add("page_size", Flaw::kNegative);
  return wish <= 0 ? limits.standard : std::min(wish, limits.most);
}

std::string PageTokens::Seal(absl::string_view cursor) const {
  std::string padded(cursor);
  padded.resize(std::max(padded.size(), kCursorSize), ' ');
  return tokens_->Seal(purpose_, padded);
}

std::optional<std::string> PageTokens::Open(absl::string_view token, Violations& violations) const {
  if (token.empty()) return std::nullopt;
  std::optional<std::string> cursor = tokens_->Open(purpose_, token);
  if (!cursor.has_value()) {
    violations.Add("page_token", Flaw::kMalformed, {{"expected", "next_page_token"}});
  }
  return cursor;
}

std::string PageTokens::Purpose(const Caller& caller, absl::string_view method,
                                absl::string_view query) {
  const Actor& reader = caller.Effective();
  return absl::StrCat(method, " ", Name(reader.role), " ", reader.id.size(), " ", reader.id, " ",
                      query);
}

std::vector<std::int64_t> NumbersIn(absl::string_view cursor) {
  std::vector<std::int64_t> numbers;
  for (absl::string_view part : absl::StrSplit(cursor, ' ')) {
    std::int64_t number = 0;
    if (absl::SimpleAtoi(part, &number)) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace ipstore::orders
