#include "server/feed/feed_stream.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "domain/refusal.h"

namespace ipstore::orders {

void FeedStream::Start(std::optional<FeedMark> after) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kEnded) return;
    subscription_ = NewSubscription();
    hub_.Enter(subscription_);
    begun_ = after.has_value();
    if (begun_) {
      BeginAfter(*after);
      // Who comes back soon costs no query.
      const FeedHub::Joined joined = hub_.Join(subscription_, mark_);
      if (joined == FeedHub::Joined::kLive) Joined(joined);
    }
  }
  Proceed();
}

void FeedStream::Sent() {
  {
    const std::lock_guard lock(mutex_);
    sending_ = false;
    subscription_->EndSending();
    if (state_ == State::kEnded) return hub_.Leave(subscription_);
  }
  Proceed();
}

void FeedStream::Cancel() {
  const std::lock_guard lock(mutex_);
  state_ = State::kEnded;
  sink_ = nullptr;
  if (subscription_ != nullptr) hub_.Leave(subscription_);
}

FeedSubscriptionPointer FeedStream::NewSubscription() {
  return std::make_shared<FeedSubscription>(scope_, [weak = weak_from_this()] {
    if (const std::shared_ptr<FeedStream> self = weak.lock()) self->Proceed();
  });
}

// Does what is to be done next. Reads are handed over without the lock: the pool may refuse them at
// once.
void FeedStream::Proceed() {
  std::optional<FeedQuery> query;
  {
    const std::lock_guard lock(mutex_);
    query = NextStep();
  }
  if (query.has_value()) Read(*std::move(query));
}

std::optional<FeedQuery> FeedStream::NextStep() {
  if (state_ == State::kEnded) {
    if (sending_ && sink_ != nullptr && subscription_->given_up()) sink_->GiveUp();
    return std::nullopt;
  }
  if (const std::optional<FeedEnd> end = hub_.Ended(subscription_)) {
    EndNow(*end);
  } else if (sending_) {
    return std::nullopt;
  } else if (IsTimeToSend()) {
    SendRead();
  } else if (end_after_.has_value()) {
    EndNow(*end_after_);
  } else if (state_ == State::kLive) {
    TakeFromHub();
  }
  // Also where what was read is to be read again.
  if (state_ == State::kReading && !sending_ && !reading_) return NextQuery();
  return std::nullopt;
}

FeedQuery FeedStream::NextQuery() {
  reading_ = true;
  if (read_.empty()) redactions_ = hub_.redactions();
  return {.subject = scope_.subject,
          .customer_id = scope_.customer_id,
          .after = begun_ ? std::optional(mark_.position) : std::nullopt,
          .limit = limit_};
}

void FeedStream::Read(FeedQuery query) {
  reads_.Submit({.run = [self = shared_from_this(),
                         query = std::move(query)](Reader& reader) -> absl::Status {
                   if (self->HasEnded()) return absl::OkStatus();
                   absl::StatusOr<FeedPage> page = reader.ReadFeed(query);
                   if (!page.ok()) return page.status();
                   self->TakePage(*std::move(page), query.limit);
                   return absl::OkStatus();
                 },
                 .refuse = [self = shared_from_this()](Refusal /*refusal*/) { self->Refuse(); }});
}

void FeedStream::Refuse() {
  const std::lock_guard lock(mutex_);
  EndNow(FeedEnd::kUnavailable);
}

bool FeedStream::HasEnded() {
  const std::lock_guard lock(mutex_);
  return state_ == State::kEnded;
}

void FeedStream::TakePage(FeedPage page, std::int32_t limit) {
  {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (state_ == State::kEnded) return;
    if (!begun_) {
      // Now is where the head is, and not what this server has heard of: so who has just committed
      // something is not told of that.
      begun_ = true;
      BeginAfter(page.head);
      Joined(hub_.JoinVerified(subscription_, mark_));
    } else if (!IsHistoryOf(page)) {
      return EndNow(FeedEnd::kHistoryChanged);
    } else {
      mark_.epoch = page.head.epoch;
      TakeActivities(std::move(page), limit);
    }
  }
  Proceed();
}

void FeedStream::BeginAfter(FeedMark mark) {
  mark_ = mark;
  sent_ = mark;
}

// Whether what the watcher knows is still the history.
bool FeedStream::IsHistoryOf(const FeedPage& page) const {
  return (mark_.epoch == page.head.epoch || mark_.epoch == 0) &&
         mark_.fingerprint == page.fingerprint;
}

void FeedStream::TakeActivities(FeedPage page, std::int32_t limit) {
  const bool complete =
      page.unreadable.ok() && page.activities.size() < static_cast<std::size_t>(limit);
  const bool any = !page.activities.empty();
  std::vector<FeedUnitPointer> units =
      UnitsOf(std::move(page.activities), page.head.epoch, complete);
  // A unit that does not fit into a page.
  limit_ = units.empty() && any ? 2 * limit : kFeedPage;
  TakeUnits(std::move(units));
  if (!page.unreadable.ok()) {
    end_after_ = FeedEnd::kUnreadable;
  } else if (complete && !end_after_.has_value()) {
    mark_ = page.head;
    Joined(hub_.JoinVerified(subscription_, mark_));
  }
  ++quiet_pages_;
}

void FeedStream::TakeUnits(std::vector<FeedUnitPointer> units) {
  for (FeedUnitPointer& unit : units) {
    if (scope_.Forbids(*unit)) {
      end_after_ = FeedEnd::kForbidden;
      return;
    }
    mark_ = unit->mark;
    if (scope_.Concerns(*unit)) read_.push_back(std::move(unit));
  }
}

void FeedStream::Joined(FeedHub::Joined joined) {
  switch (joined) {
    case FeedHub::Joined::kLive:
      state_ = State::kLive;
      return;
    case FeedHub::Joined::kBehind:  // the next step reads on
      return;
    case FeedHub::Joined::kHistoryChanged:
      end_after_ = FeedEnd::kHistoryChanged;
      return;
    case FeedHub::Joined::kAhead:  // in a moment the tailer has come there
      end_after_ = FeedEnd::kUnavailable;
      return;
  }
}

void FeedStream::TakeFromHub() {
  FeedHub::Taken taken = hub_.Take(subscription_, kFeedDeliveryBytes);
  if (taken.end.has_value()) return EndNow(*taken.end);
  if (taken.units.empty() && !taken.heartbeat && greeted_) return;
  // A stream that has read ahead of the tailer knows more than was published.
  if (taken.mark.position >= mark_.position) mark_ = taken.mark;
  SendNow(std::move(taken.units), mark_);
}

// Whether what was read makes a delivery: it is enough for one, or nothing is to be added to it. A
// long way through what is not for the watcher must not look like silence, nor be gone again when
// the stream breaks off; so then the place alone is one.
bool FeedStream::IsTimeToSend() const {
  if (state_ == State::kLive || end_after_.has_value()) return !read_.empty();
  if (!begun_ || reading_) return false;
  std::size_t bytes = 0;
  for (const FeedUnitPointer& unit : read_) bytes += scope_.BytesOf(*unit);
  if (read_.size() >= kFeedDeliveryUnits || bytes >= kFeedDeliveryBytes) return true;
  return scope_.include_internal && quiet_pages_ >= (greeted_ ? kQuietPages : 1);
}

void FeedStream::SendRead() {
  if (hub_.redactions() != redactions_) return ReadAgain();
  std::vector<FeedUnitPointer> units;
  std::size_t bytes = 0;
  while (!read_.empty() && units.size() < kFeedDeliveryUnits) {
    bytes += scope_.BytesOf(*read_.front());
    if (bytes > kFeedDeliveryBytes && !units.empty()) break;
    units.push_back(std::move(read_.front()));
    read_.pop_front();
  }
  const FeedMark mark = read_.empty() ? mark_ : units.back()->mark;
  SendNow(std::move(units), mark);
}

// Something was redacted since: the table knows what may still be told.
void FeedStream::ReadAgain() {
  hub_.Leave(subscription_);
  subscription_ = NewSubscription();
  hub_.Enter(subscription_);
  state_ = State::kReading;
  read_.clear();
  end_after_.reset();
  mark_ = sent_;
}

void FeedStream::SendNow(std::vector<FeedUnitPointer> units, FeedMark mark) {
  sending_ = true;
  greeted_ = true;
  quiet_pages_ = 0;
  sent_ = mark;
  subscription_->BeginSending(absl::Now());
  sink_->Send({.units = std::move(units), .mark = mark});
}

void FeedStream::EndNow(FeedEnd why) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  const std::optional<FeedMark> mark =
      !begun_ ? std::nullopt : std::optional(read_.empty() ? mark_ : sent_);
  read_.clear();
  // While something is on its way the hub looks after how long that takes.
  if (!sending_) hub_.Leave(subscription_);
  sink_->End(why, mark);
}

}  // namespace ipstore::orders
