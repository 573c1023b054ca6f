#include "server/notifications/next_mail.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace ipstore::orders {
namespace {

// So that a mail stays one that mail servers take, whatever has gathered.
constexpr std::size_t kMaxTold = 50;

bool IsDue(const Notification& queued, absl::Time now) {
  return queued.due_at.has_value() && *queued.due_at <= now;
}

bool IsSentAgain(const Notification& queued) {
  return queued.generation > 0;
}

bool IsLate(const Notification& queued, absl::Time now, absl::Duration late_after) {
  return queued.attempts > 0 || now - queued.recorded_at > late_after;
}

template <typename Condition>
std::vector<Notification> Where(absl::Span<const Notification> queued, Condition condition) {
  std::vector<Notification> found;
  std::ranges::copy_if(queued, std::back_inserter(found), condition);
  return found;
}

}  // namespace

bool IsInDoubt(const Notification& queued) {
  return queued.claimed_until.has_value();
}

std::vector<Notification> NextMail(absl::Span<const Notification> queued, absl::Time now,
                                   absl::Duration late_after) {
  if (const auto found = std::ranges::find_if(queued, IsInDoubt); found != queued.end()) {
    if (!IsDue(*found, now)) return {};
    return Where(queued, [&](const Notification& one) {
      return IsInDoubt(one) && one.lead_seq == found->lead_seq;
    });
  }
  const auto again = std::ranges::find_if(
      queued, [&](const Notification& one) { return IsSentAgain(one) && IsDue(one, now); });
  if (again != queued.end()) {
    return Where(queued, [&](const Notification& one) {
      return IsSentAgain(one) && one.unit_seq == again->unit_seq;
    });
  }

  std::vector<Notification> news =
      Where(queued, [](const Notification& one) { return !IsSentAgain(one); });
  // Whatever came since waits with the first: it would overtake it, or break its back-off.
  if (news.empty() || !IsDue(news.front(), now)) return {};
  if (!IsLate(news.front(), now, late_after)) {
    std::erase_if(news, [unit = news.front().unit_seq](const Notification& one) {
      return one.unit_seq != unit;
    });
  }
  news.resize(std::min(news.size(), kMaxTold));
  return news;
}

}  // namespace ipstore::orders
