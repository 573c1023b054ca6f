// Pages of activities: how much of them fits into an answer, and where the next begins.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_PAGES_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/activity.h"
#include "server/services/pages.h"

namespace ipstore::orders {

// Gives the activities of a page to `add`, which puts one into the answer and returns how many
// bytes it takes there: at most `size` of them, until `max_bytes` are reached. Returns the token of
// the page that follows; empty when none does.
template <typename Add>
std::string FillPage(const std::vector<Activity>& activities, std::int32_t size,
                     std::size_t max_bytes, const PageTokens& pages, const Add& add) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < activities.size(); ++i) {
    if (i == static_cast<std::size_t>(size) || bytes > max_bytes)
      return pages.Seal(absl::StrCat(activities[i - 1].seq));
    bytes += add(activities[i]);
  }
  return "";
}

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ACTIVITY_PAGES_H_
