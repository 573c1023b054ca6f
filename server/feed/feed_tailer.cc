#include "server/feed/feed_tailer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace ipstore::orders {
namespace {

// Where the head is, as a place to begin at.
absl::StatusOr<FeedMark> ReadHead(Reader& reader) {
  absl::StatusOr<FeedPage> page = reader.ReadFeed({});
  if (!page.ok()) return page.status();
  return page->head;
}

}  // namespace

absl::StatusOr<std::unique_ptr<FeedTailer>> FeedTailer::Start(Store& store, FeedHub& hub,
                                                              FeedTailerOptions options) {
  absl::StatusOr<std::unique_ptr<Reader>> reader = store.OpenReader();
  if (!reader.ok()) return reader.status();
  absl::StatusOr<FeedMark> begin = ReadHead(**reader);
  if (!begin.ok()) return begin.status();
  hub.Begin(*begin);
  return absl::WrapUnique(new FeedTailer(store, hub, std::move(options), *begin));
}

FeedTailer::FeedTailer(Store& store, FeedHub& hub, FeedTailerOptions options, FeedMark begin)
    : store_(store),
      hub_(hub),
      options_(std::move(options)),
      mark_(begin),
      thread_([this] { Run(); }),
      time_([this] { KeepTime(); }) {}

FeedTailer::~FeedTailer() {
  Stop();
}

void FeedTailer::Wake() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(woken_, true)) return;
  }
  wake_.notify_one();
}

void FeedTailer::BeginStop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  stop_.notify_one();
  hub_.EndAll(FeedEnd::kStopping);
}

void FeedTailer::Stop() {
  BeginStop();
  const std::lock_guard lock(joining_);
  if (thread_.joinable()) thread_.join();
  if (time_.joinable()) time_.join();
}

bool FeedTailer::IsStopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

// Waits to be woken, but not longer than that; true when it was.
bool FeedTailer::Wait(absl::Duration interval) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, absl::ToChronoNanoseconds(interval), [this] { return woken_ || stopping_; });
  if (woken_) {
    const absl::Duration gathering =
        hub_.IsWatched() ? options_.gathering : options_.gathering_unwatched;
    wake_.wait_for(lock, absl::ToChronoNanoseconds(gathering), [this] { return stopping_; });
  }
  return std::exchange(woken_, false);
}

void FeedTailer::Run() {
  absl::Duration interval = options_.poll_interval;
  while (true) {
    const bool woken = Wait(interval);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      trying_since_ = std::min(trying_since_, absl::Now());
    }
    bool progress = false;
    Conclude(Follow(woken, progress));
    interval = progress ? options_.poll_interval : std::min(2 * interval, options_.idle_interval);
  }
}

void FeedTailer::KeepTime() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, absl::ToChronoNanoseconds(options_.tick),
                         [this] { return stopping_; })) {
    lock.unlock();
    EndAll(FeedEnd::kUnavailable);
    hub_.Tick();
    lock.lock();
  }
}

absl::Status FeedTailer::Follow(bool woken, bool& progress) {
  // A poll asks for no more than the head, in one query; after a trouble what stands behind it may
  // have been lost and replaced.
  if (!woken && trouble_.ok()) {
    absl::StatusOr<FeedHead> head = store_.ReadFeedHead();
    if (!head.ok()) return head.status();
    if (head->epoch == mark_.epoch && head->position == mark_.position) return absl::OkStatus();
  }
  if (reader_ == nullptr) {
    absl::StatusOr<std::unique_ptr<Reader>> opened = store_.OpenReader();
    if (!opened.ok()) return opened.status();
    reader_ = *std::move(opened);
  }
  return ReadOn(progress);
}

absl::Status FeedTailer::ReadOn(bool& progress) {
  std::int32_t limit = options_.page;
  while (!IsStopping()) {
    absl::StatusOr<FeedPage> page = reader_->ReadFeed({.after = mark_.position, .limit = limit});
    if (!page.ok()) return page.status();
    {
      // There may be much to read: each page is a success of its own.
      const std::lock_guard lock(mutex_);
      trying_since_ = absl::Now();
    }
    if (page->head.epoch != mark_.epoch || page->fingerprint != mark_.fingerprint)
      return BeginAnew();
    const bool complete =
        page->unreadable.ok() && page->activities.size() < static_cast<std::size_t>(limit);
    const bool any = !page->activities.empty();
    if (page->unreadable.ok()) AdmitAgain();
    const std::vector<FeedUnitPointer> units =
        UnitsOf(std::move(page->activities), mark_.epoch, complete);
    if (!units.empty()) {
      mark_ = units.back()->mark;
      progress = true;
      // Another server may have made it, and this one remembers what was there before.
      for (const FeedUnitPointer& unit : units) {
        if (HasRedaction(*unit)) store_.Forget(unit->subject());
      }
      hub_.Publish(units);
    }
    if (!page->unreadable.ok()) {
      EndAll(FeedEnd::kUnreadable);
      return page->unreadable;
    }
    if (complete) return absl::OkStatus();
    // A unit that does not fit into a page.
    if (units.empty() && any) limit *= 2;
  }
  return absl::OkStatus();
}

absl::Status FeedTailer::BeginAnew() {
  absl::StatusOr<FeedMark> begin = ReadHead(*reader_);
  if (!begin.ok()) return begin.status();
  hub_.EndAll(FeedEnd::kHistoryChanged);
  mark_ = *begin;
  hub_.Begin(mark_);
  if (options_.on_trouble) {
    options_.on_trouble(absl::StrCat("the history of the feed has changed; going on at position ",
                                     mark_.position, " of epoch ", mark_.epoch));
  }
  return absl::OkStatus();
}

void FeedTailer::Conclude(const absl::Status& status) {
  if (status.ok()) {
    {
      const std::lock_guard lock(mutex_);
      trying_since_ = absl::InfiniteFuture();
    }
    AdmitAgain();
  } else {
    reader_.reset();
  }
  Report(status);
}

// Not twice for as long as the feed cannot be followed; but what is broken for good is said even if
// the database was only away before.
void FeedTailer::EndAll(FeedEnd why) {
  const std::lock_guard lock(admitting_);
  if (why == FeedEnd::kUnavailable && (ended_ || !IsAway())) return;
  ended_ = true;
  hub_.EndAll(why);
}

void FeedTailer::AdmitAgain() {
  const std::lock_guard lock(admitting_);
  if (std::exchange(ended_, false)) hub_.Begin(mark_);
}

bool FeedTailer::IsAway() const {
  const std::lock_guard lock(mutex_);
  return absl::Now() - trying_since_ >= options_.patience;
}

// Each trouble once, and its end.
void FeedTailer::Report(const absl::Status& status) {
  if (status == trouble_) return;
  trouble_ = status;
  if (!options_.on_trouble) return;
  options_.on_trouble(status.ok()
                          ? std::string("the feed is followed again")
                          : absl::StrCat("the feed cannot be followed: ", status.ToString()));
}

}  // namespace ipstore::orders
