#include "server/storage/subject_cache.h"

#include <utility>

namespace ipstore::orders {
namespace {

// What texts and small lists take beside the state itself: of an order or enquiry as most are.
constexpr std::size_t kUsualTexts = 1024;
constexpr std::size_t kUsualTextsOfLine = 128;

std::size_t RoughBytes(const SubjectState& subject) {
  std::size_t bytes = sizeof(SubjectState) + kUsualTexts;
  if (const Order* order = AsOrder(&subject))
    bytes += order->content.lines.size() * (sizeof(Line) + kUsualTextsOfLine);
  return bytes;
}

}  // namespace

SubjectsByNumber SubjectCache::Find(absl::Span<const Number> numbers) {
  SubjectsByNumber found;
  const std::lock_guard lock(mutex_);
  for (const Number number : numbers) {
    const auto entry = by_number_.find(number);
    if (entry == by_number_.end()) continue;
    entries_.splice(entries_.begin(), entries_, entry->second);
    found.emplace(number, entry->second->subject);
  }
  return found;
}

void SubjectCache::Put(absl::Span<const SubjectPointer> subjects) {
  if (capacity_ == 0) return;
  Entries gone;  // they end when the lock is no longer held
  const std::lock_guard lock(mutex_);
  for (const SubjectPointer& subject : subjects) {
    entries_.push_front({.subject = subject, .bytes = RoughBytes(*subject)});
    bytes_ += entries_.front().bytes;
    auto& place = by_number_[HeadOf(*subject).number];
    if (place != Entries::iterator()) {
      bytes_ -= place->bytes;
      gone.splice(gone.end(), entries_, place);
    }
    place = entries_.begin();
  }
  while (bytes_ > capacity_) {
    bytes_ -= entries_.back().bytes;
    by_number_.erase(HeadOf(*entries_.back().subject).number);
    gone.splice(gone.end(), entries_, std::prev(entries_.end()));
  }
}

void SubjectCache::Remove(Number number) {
  Entries gone;
  const std::lock_guard lock(mutex_);
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return;
  bytes_ -= found->second->bytes;
  gone.splice(gone.end(), entries_, found->second);
  by_number_.erase(found);
}

}  // namespace ipstore::orders
