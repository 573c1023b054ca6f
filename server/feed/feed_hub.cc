#include "server/feed/feed_hub.h"

#include <algorithm>
#include <iterator>

namespace ipstore::orders {
namespace {

// Who still reads in the table finds out the rest there, after what comes before it.
bool EndsReaders(FeedEnd why) {
  return why == FeedEnd::kStopping || why == FeedEnd::kUnavailable;
}

}  // namespace

// --- For the tailer ---

void FeedHub::Begin(FeedMark mark) {
  const std::lock_guard lock(mutex_);
  mark_ = mark;
  window_.clear();
  window_bytes_ = 0;
  window_after_ = mark;
  ahead_.clear();
  if (ended_ != FeedEnd::kStopping) ended_.reset();
}

void FeedHub::Publish(const std::vector<FeedUnitPointer>& units) {
  ToWake to_wake;
  {
    const std::lock_guard lock(mutex_);
    ToEnd to_end;
    ++publishing_;
    for (const FeedUnitPointer& unit : units) {
      CheckAhead(*unit, to_end);
      Redact(*unit);
      const auto subject = of_subject_.find(unit->subject());
      if (subject != of_subject_.end()) Offer(unit, subject->second, to_wake, to_end);
      const auto customer = of_customer_.find(unit->customer_id());
      if (customer != of_customer_.end()) Offer(unit, customer->second, to_wake, to_end);
      Offer(unit, of_all_, to_wake, to_end);
      AddToWindow(unit);
    }
    for (const auto& [watcher, why] : to_end) End(watcher, why, to_wake);
  }
  Wake(to_wake);
}

// Who joined ahead has read what stands there; when that was lost meanwhile, something else does.
void FeedHub::CheckAhead(const FeedUnit& unit, ToEnd& to_end) {
  absl::erase_if(ahead_, [&](const FeedSubscriptionPointer& watcher) {
    if (unit.mark.position < watcher->after_.position) return false;
    if (unit.mark != watcher->after_) to_end.emplace_back(watcher, FeedEnd::kHistoryChanged);
    return true;
  });
}

void FeedHub::EndAll(FeedEnd why) {
  ToWake to_wake;
  {
    const std::lock_guard lock(mutex_);
    if (ended_ != FeedEnd::kStopping) ended_ = why;
    for (const FeedSubscriptionPointer& watcher : everybody_) {
      if (watcher->joined_ || EndsReaders(why)) End(watcher, why, to_wake);
    }
  }
  Wake(to_wake);
}

void FeedHub::Tick() {
  ToWake to_wake;
  {
    const std::lock_guard lock(mutex_);
    const absl::Time now = clock_();
    ToEnd to_end;
    for (const FeedSubscriptionPointer& watcher : everybody_)
      TickOne(watcher, now, to_wake, to_end);
    for (const auto& [watcher, why] : to_end) End(watcher, why, to_wake);
  }
  Wake(to_wake);
}

void FeedHub::TickOne(const FeedSubscriptionPointer& subscription, absl::Time now, ToWake& to_wake,
                      ToEnd& to_end) {
  FeedSubscription& watcher = *subscription;
  const std::int64_t since = watcher.sending_since_;
  const absl::Duration on_its_way =
      since == FeedSubscription::kNothing ? absl::ZeroDuration() : now - absl::FromUnixNanos(since);
  if (watcher.end_.has_value()) {
    if (on_its_way > 2 * options_.queue_age && !watcher.given_up_.exchange(true))
      to_wake.push_back(subscription);
  } else if (on_its_way > options_.queue_age ||
             (!watcher.queue_.empty() && now - watcher.waiting_since_ > options_.queue_age)) {
    to_end.emplace_back(subscription, FeedEnd::kTooSlow);
  } else if (watcher.joined_ && watcher.queue_.empty() &&
             now - watcher.told_at_ >= options_.heartbeat) {
    watcher.heartbeat_due_ = true;
    Ask(subscription, to_wake);
  }
}

void FeedHub::Offer(const FeedUnitPointer& unit, const Watchers& watchers, ToWake& to_wake,
                    ToEnd& to_end) const {
  for (const FeedSubscriptionPointer& watcher : watchers) {
    if (unit->mark.position <= watcher->after_.position) continue;
    if (watcher->scope_.Forbids(*unit)) {
      to_end.emplace_back(watcher, FeedEnd::kForbidden);
    } else if (!watcher->scope_.Concerns(*unit)) {
      continue;
    } else if (std::exchange(watcher->offered_, publishing_) != publishing_ &&
               watcher->queue_bytes_ > options_.queue_bytes) {
      // What comes in one piece with what is in the queue was nobody's to take yet.
      to_end.emplace_back(watcher, FeedEnd::kTooSlow);
    } else {
      Enqueue(*watcher, unit);
      Ask(watcher, to_wake);
    }
  }
}

void FeedHub::Enqueue(FeedSubscription& subscription, const FeedUnitPointer& unit) const {
  if (subscription.queue_.empty()) subscription.waiting_since_ = clock_();
  subscription.queue_.push_back(unit);
  subscription.queue_bytes_ += unit->bytes;
}

void FeedHub::AddToWindow(const FeedUnitPointer& unit) {
  window_.push_back(unit);
  window_bytes_ += unit->bytes;
  mark_ = unit->mark;
  while (window_bytes_ > options_.window_bytes) {
    window_bytes_ -= window_.front()->bytes;
    window_after_ = window_.front()->mark;
    window_.pop_front();
  }
}

// Units are shared, and somebody may be reading them: each is replaced by a copy, made once.
void FeedHub::Redact(const FeedUnit& redaction) {
  if (!HasRedaction(redaction)) return;
  ++redactions_;
  absl::flat_hash_map<FeedUnitPointer, FeedUnitPointer> copies;
  const auto replace = [&](FeedUnitPointer& unit) {
    if (unit->subject() != redaction.subject()) return;
    FeedUnitPointer& copy = copies[unit];
    if (copy == nullptr) copy = RedactedBy(redaction, *unit);
    unit = copy;
  };
  std::ranges::for_each(window_, replace);
  for (const FeedSubscriptionPointer& watcher : everybody_)
    std::ranges::for_each(watcher->queue_, replace);
}

void FeedHub::End(const FeedSubscriptionPointer& subscription, FeedEnd why, ToWake& to_wake) {
  if (subscription->end_.has_value()) return;
  if (why == FeedEnd::kTooSlow) ++cut_off_;
  subscription->end_ = why;
  Unregister(subscription);
  to_wake.push_back(subscription);  // even if it was asked before: it may be waiting for its reader
}

void FeedHub::Ask(const FeedSubscriptionPointer& subscription, ToWake& to_wake) {
  if (std::exchange(subscription->asked_, true)) return;
  to_wake.push_back(subscription);
}

void FeedHub::Wake(const ToWake& to_wake) {
  for (const FeedSubscriptionPointer& watcher : to_wake) watcher->on_ready_();
}

// --- For watchers ---

FeedHub::Watchers& FeedHub::WatchersOf(const FeedScope& scope) {
  if (scope.subject.has_value()) return of_subject_[*scope.subject];
  if (scope.customer_id.has_value()) return of_customer_[*scope.customer_id];
  return of_all_;
}

void FeedHub::Enter(const FeedSubscriptionPointer& subscription) {
  const std::lock_guard lock(mutex_);
  if (ended_.has_value() && EndsReaders(*ended_)) subscription->end_ = ended_;
  everybody_.insert(subscription);
}

void FeedHub::Register(const FeedSubscriptionPointer& subscription, const FeedMark& after) {
  subscription->after_ = after;
  subscription->told_at_ = clock_();
  subscription->joined_ = true;
  WatchersOf(subscription->scope_).insert(subscription);
}

void FeedHub::Unregister(const FeedSubscriptionPointer& subscription) {
  subscription->queue_.clear();
  subscription->queue_bytes_ = 0;
  if (!std::exchange(subscription->joined_, false)) return;
  ahead_.erase(subscription);
  const FeedScope& scope = subscription->scope_;
  Watchers& watchers = WatchersOf(scope);
  watchers.erase(subscription);
  if (!watchers.empty()) return;
  if (scope.subject.has_value()) {
    of_subject_.erase(*scope.subject);
  } else if (scope.customer_id.has_value()) {
    of_customer_.erase(*scope.customer_id);
  }
}

FeedHub::Joined FeedHub::Join(const FeedSubscriptionPointer& subscription, const FeedMark& mark) {
  const std::lock_guard lock(mutex_);
  if (ended_.has_value()) subscription->end_ = ended_;
  if (subscription->end_.has_value()) return Joined::kLive;
  if (mark.epoch < mark_.epoch) return Joined::kHistoryChanged;
  if (mark.epoch > mark_.epoch || mark.position > mark_.position) return Joined::kAhead;
  return JoinInWindow(subscription, mark);
}

FeedHub::Joined FeedHub::JoinVerified(const FeedSubscriptionPointer& subscription,
                                      const FeedMark& mark) {
  const std::lock_guard lock(mutex_);
  if (ended_.has_value()) subscription->end_ = ended_;
  if (subscription->end_.has_value()) return Joined::kLive;
  if (mark.epoch < mark_.epoch) return Joined::kHistoryChanged;
  if (mark.epoch > mark_.epoch) return Joined::kAhead;
  if (mark.position <= mark_.position) return JoinInWindow(subscription, mark);
  Register(subscription, mark);
  ahead_.insert(subscription);
  return Joined::kLive;
}

FeedHub::Joined FeedHub::JoinInWindow(const FeedSubscriptionPointer& subscription,
                                      const FeedMark& mark) {
  if (mark.position < window_after_.position) return Joined::kBehind;
  const auto first = std::ranges::upper_bound(
      window_, mark.position, {}, [](const FeedUnitPointer& unit) { return unit->mark.position; });
  const FeedMark& there = first == window_.begin() ? window_after_ : (*std::prev(first))->mark;
  if (there != mark) return Joined::kHistoryChanged;
  std::vector<FeedUnitPointer> missed;
  std::size_t missed_bytes = 0;
  for (auto unit = first; unit != window_.end(); ++unit) {
    if (subscription->scope_.Forbids(**unit)) {
      subscription->end_ = FeedEnd::kForbidden;
      return Joined::kLive;
    }
    if (!subscription->scope_.Concerns(**unit)) continue;
    missed.push_back(*unit);
    missed_bytes += (*unit)->bytes;
  }
  // It would be cut off for what it has had no time to take.
  if (missed_bytes > options_.queue_bytes) return Joined::kBehind;
  Register(subscription, mark);
  for (const FeedUnitPointer& unit : missed) Enqueue(*subscription, unit);
  return Joined::kLive;
}

std::optional<FeedEnd> FeedHub::Ended(const FeedSubscriptionPointer& subscription) const {
  const std::lock_guard lock(mutex_);
  return subscription->end_;
}

void FeedHub::Leave(const FeedSubscriptionPointer& subscription) {
  const std::lock_guard lock(mutex_);
  Unregister(subscription);
  everybody_.erase(subscription);
}

FeedHub::Taken FeedHub::Take(const FeedSubscriptionPointer& subscription, std::size_t max_bytes) {
  const std::lock_guard lock(mutex_);
  Taken taken;
  FeedSubscription& from = *subscription;
  if (from.end_.has_value()) {
    taken.end = from.end_;
    return taken;
  }
  std::size_t bytes = 0;
  while (!from.queue_.empty()) {
    bytes += from.scope_.BytesOf(*from.queue_.front());
    if (bytes > max_bytes && !taken.units.empty()) break;
    from.queue_bytes_ -= from.queue_.front()->bytes;
    taken.units.push_back(std::move(from.queue_.front()));
    from.queue_.pop_front();
  }
  taken.heartbeat = taken.units.empty() && std::exchange(from.heartbeat_due_, false);
  // A watcher that joined ahead of the tailer knows more than was published.
  taken.mark = from.queue_.empty() ? mark_ : taken.units.back()->mark;
  if (taken.units.empty() && !taken.heartbeat) {
    from.asked_ = false;
  } else {
    from.told_at_ = clock_();
    from.heartbeat_due_ = false;
    if (!from.queue_.empty()) from.waiting_since_ = from.told_at_;
  }
  return taken;
}

bool FeedHub::IsWatched() const {
  const std::lock_guard lock(mutex_);
  return !everybody_.empty();
}

FeedMark FeedHub::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

FeedHubStats FeedHub::stats() const {
  const std::lock_guard lock(mutex_);
  return {.mark = mark_,
          .window_units = window_.size(),
          .window_bytes = window_bytes_,
          .watchers = everybody_.size(),
          .cut_off = cut_off_};
}

}  // namespace ipstore::orders
