// Streams over the real thing: a committer, a tailer and a read pool on each database.
#include <algorithm>
#include <atomic>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/feed/feed_hub.h"
#include "server/feed/feed_tailer.h"
#include "server/read/read_pool.h"
#include "tests/feed/watcher.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAreArray;
using testing::IsEmpty;

constexpr FeedMark kBeginning = {.epoch = 1};

std::vector<std::int64_t> Range(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(last - first + 1));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

// What a server process has of the feed.
class FeedServer {
 public:
  FeedServer(Store& store, FeedHubOptions hub_options, FeedTailerOptions options)
      : hub(hub_options, [] { return absl::Now(); }), reads(store, {.threads = 2}) {
    options.poll_interval = absl::Milliseconds(5);
    options.idle_interval = absl::Milliseconds(20);
    options.tick = absl::Milliseconds(20);
    options.on_trouble = [this](absl::string_view /*line*/) { ++troubles; };
    auto started = FeedTailer::Start(store, hub, options);
    EXPECT_TRUE(started.ok()) << started.status();
    tailer = *std::move(started);
  }
  ~FeedServer() {
    tailer->Stop();
    reads.Stop();
  }

  std::unique_ptr<Watcher> Watch(std::optional<FeedMark> after, FeedScope scope = AllOfIt()) {
    return std::make_unique<Watcher>(hub, reads, std::move(scope), after);
  }
  std::unique_ptr<Watcher> WatchHeldBack(FeedMark after) {
    return std::make_unique<Watcher>(hub, reads, AllOfIt(), after, /*held_back=*/true);
  }

  static FeedScope AllOfIt() { return {.include_internal = true}; }

  std::atomic<int> troubles = 0;
  FeedHub hub;
  ReadPool reads;
  std::unique_ptr<FeedTailer> tailer;
};

class Feed : public WritePathOn {
 protected:
  void TearDown() override {
    feed_.reset();
    WritePathOn::TearDown();
  }

  FeedServer& feed() {
    if (feed_ == nullptr)
      feed_ = std::make_unique<FeedServer>(store(), hub_options, tailer_options);
    return *feed_;
  }

  // That many comments on the order; each is a unit.
  void Say(Number order, int count) {
    for (int i = 0; i < count; ++i)
      Submit(Commenting(order, absl::StrCat("the ", i, "th"))).WaitApplied();
  }

  FeedHubOptions hub_options;
  FeedTailerOptions tailer_options;

 private:
  std::unique_ptr<FeedServer> feed_;
};

INSTANTIATE_TEST_SUITE_P(On, Feed, testing::ValuesIn(AllBackends()), BackendTitle);

TEST_P(Feed, FromTheBeginningEverythingComesOnceAndInOrder) {
  const Number order = server().Place("WEB-1");
  Say(order, 3 * kFeedPage / 2);  // more than a page, and not a whole one
  const auto watcher = feed().Watch(kBeginning);
  ASSERT_TRUE(watcher->WaitForActivities(1 + 3 * kFeedPage / 2));
  Say(order, 5);
  ASSERT_TRUE(watcher->WaitForActivities(6 + 3 * kFeedPage / 2));
  EXPECT_THAT(watcher->positions(), ElementsAreArray(Range(1, 6 + 3 * kFeedPage / 2)));
}

TEST_P(Feed, AStreamThatBeginsNowTellsNothingOfBefore) {
  const Number order = server().Place("WEB-1");
  const auto watcher = feed().Watch(std::nullopt);
  ASSERT_TRUE(watcher->WaitForDeliveries(1)) << "it says where it begins";
  EXPECT_THAT(watcher->activities(), IsEmpty());
  Say(order, 2);
  ASSERT_TRUE(watcher->WaitForActivities(2));
  EXPECT_THAT(watcher->positions(), ElementsAreArray(Range(2, 3)));
}

TEST_P(Feed, AfterEachMarkComesJustTheRest) {
  const Number order = server().Place("WEB-1");
  Say(order, 6);
  const auto first = feed().Watch(kBeginning, {.subject = order, .include_internal = true});
  ASSERT_TRUE(first->WaitForActivities(7));
  for (const Activity& activity : first->activities()) {
    const FeedMark mark = {
        .epoch = 1,
        .position = activity.position,
        .fingerprint = FingerprintOf(activity.subject, activity.seq, activity.recorded_at)};
    const auto rest = feed().Watch(mark);
    ASSERT_TRUE(rest->WaitForActivities(static_cast<std::size_t>(7 - activity.position)));
    ASSERT_TRUE(rest->WaitForDeliveries(1));
    EXPECT_THAT(rest->positions(), ElementsAreArray(Range(activity.position + 1, 7)));
  }
}

TEST_P(Feed, OneSubjectAndOneCustomerComeWithoutTheOthers) {
  const Number first = server().Place("WEB-1");
  const Number second = server().Place("WEB-2");
  for (int i = 0; i < 3; ++i) {
    Say(first, 1);
    Say(second, 1);
  }
  const auto of_second = feed().Watch(kBeginning, {.subject = second, .include_internal = true});
  const auto hers = feed().Watch(kBeginning, {.customer_id = kMariaId, .include_internal = true});
  const auto nobodys = feed().Watch(kBeginning, {.customer_id = "nobody"});
  ASSERT_TRUE(of_second->WaitForActivities(4));
  ASSERT_TRUE(hers->WaitForActivities(8));
  Say(second, 1);
  ASSERT_TRUE(of_second->WaitForActivities(5));
  for (const Activity& activity : of_second->activities()) EXPECT_EQ(activity.subject, second);
  ASSERT_TRUE(hers->WaitForActivities(9));
  EXPECT_THAT(hers->positions(), ElementsAreArray(Range(1, 9)));
  ASSERT_TRUE(nobodys->WaitForDeliveries(1));
  EXPECT_THAT(nobodys->activities(), IsEmpty());
}

TEST_P(Feed, TheActivitiesOfOneUnitComeTogether) {
  const Number order = server().Place("WEB-1");
  const auto live = feed().Watch(std::nullopt);
  ASSERT_TRUE(live->WaitForDeliveries(1));
  TransitionOrder start = Step(OrderAction::kStartProcessing, Read(order), absl::Now());
  start.comment = NewComment{.text = "Ξεκινάμε", .visibility = Visibility::kPublic};
  Submit(Changing(order, start)).WaitApplied();
  const auto late = feed().Watch(kBeginning);
  for (Watcher* watcher : {live.get(), late.get()}) {
    ASSERT_TRUE(watcher->WaitForActivities(watcher == live.get() ? 2 : 3));
    const FeedUnitPointer last = watcher->deliveries().back().units.back();
    EXPECT_EQ(last->activities.size(), 2U);
  }
}

TEST_P(Feed, ASlowWatcherIsCutOffAndGoesOnFromItsMark) {
  hub_options.queue_bytes = 2000;
  const Number order = server().Place("WEB-1");
  const auto slow = feed().Watch(std::nullopt);
  ASSERT_TRUE(slow->WaitForDeliveries(1));
  slow->HoldBack();
  Say(order, 1);
  ASSERT_TRUE(slow->WaitForActivities(1));
  const auto fast = feed().Watch(std::nullopt);
  ASSERT_TRUE(fast->WaitForDeliveries(1));
  for (std::size_t said = 1; said <= 20; ++said) {
    Say(order, 1);
    ASSERT_TRUE(fast->WaitForActivities(said));
  }
  slow->GoOn();
  EXPECT_EQ(slow->WaitForEnd(), FeedEnd::kTooSlow);
  const std::size_t had = slow->positions().size();
  const auto again = feed().Watch(slow->mark());
  ASSERT_TRUE(again->WaitForActivities(21 - had));
  std::vector<std::int64_t> all = slow->positions();
  const std::vector<std::int64_t> rest = again->positions();
  all.insert(all.end(), rest.begin(), rest.end());
  EXPECT_THAT(all, ElementsAreArray(Range(2, 22)));
}

TEST_P(Feed, WhatIsNotTakenIsCutOffAndThenGivenUpAlsoInTheMiddleOfTheTable) {
  hub_options.queue_age = absl::Milliseconds(50);
  server().Place("WEB-1");
  const auto stuck = feed().WatchHeldBack(kBeginning);
  ASSERT_TRUE(stuck->WaitForDeliveries(1));
  EXPECT_EQ(stuck->WaitForEnd(), FeedEnd::kTooSlow);
  EXPECT_TRUE(stuck->WaitUntilGivenUp());
}

TEST_P(Feed, ALongWayWithoutAnythingForTheWatcherIsNotGoneAgain) {
  const Number order = server().Place("WEB-1");
  Say(order, 250);
  FeedScope nothing = FeedServer::AllOfIt();
  nothing.kinds = {ActivityKind::kOrderMoved};
  feed();  // which reads where the head is; after that it only polls, with another method
  store().Fail(Method::kReadFeed, Fault::kLoseBeforeExecute, {.call = 3, .times = 1000});
  const auto watcher = feed().Watch(FeedMark(), nothing);
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kUnavailable);
  EXPECT_EQ(watcher->deliveries().size(), 1U) << "at once, with where it has come";
  EXPECT_EQ(watcher->deliveries().front().mark.position, 100);
  EXPECT_EQ(watcher->mark().position, 200);
  store().Heal();
  const auto again = feed().Watch(watcher->mark(), nothing);
  ASSERT_TRUE(again->WaitForDeliveries(1));
  EXPECT_THAT(again->activities(), IsEmpty());
}

TEST_P(Feed, WhoComesBackSoonCostsNoQuery) {
  const Number order = server().Place("WEB-1");
  const auto before = feed().Watch(std::nullopt);
  ASSERT_TRUE(before->WaitForDeliveries(1));
  const FeedMark mark = before->mark();
  Say(order, 3);
  ASSERT_TRUE(before->WaitForActivities(3));
  before->Leave();
  const int reads = store().Calls(Method::kReadFeed);
  const auto again = feed().Watch(mark);
  ASSERT_TRUE(again->WaitForActivities(3));
  EXPECT_EQ(store().Calls(Method::kReadFeed), reads);
}

TEST_P(Feed, WhatWasReadBeforeARedactionIsNotToldAfterIt) {
  const Number order = server().Place("WEB-1");
  for (int i = 0; i < 60; ++i) Submit(Commenting(order, std::string(4000, 's'))).WaitApplied();
  const auto slow = feed().WatchHeldBack(kBeginning);
  ASSERT_TRUE(slow->WaitForDeliveries(1));
  const std::size_t had = slow->activities().size();
  ASSERT_LT(had, 61U) << "the rest waits";
  Submit(RedactionOf(order)).WaitApplied();
  ASSERT_TRUE(WaitUntil([&] { return feed().hub.redactions() > 0; }));
  slow->GoOn();
  ASSERT_TRUE(slow->WaitForActivities(62));
  const std::vector<Activity> told = slow->activities();
  for (std::size_t i = had; i < 61; ++i)
    EXPECT_EQ(std::get<CommentAdded>(told[i].event).text, "") << i;
  EXPECT_THAT(slow->positions(), ElementsAreArray(Range(1, 62)));
}

// The redaction may be another server's: then only the feed tells this one of it.
TEST_P(Feed, OfWhatWasRedactedNothingIsRemembered) {
  const Number kept = server().Place("WEB-1");
  const Number redacted = server().Place("WEB-2");
  feed();
  const Order after = Submit(RedactionOf(redacted)).WaitApplied().order();
  ASSERT_TRUE(WaitUntil([&] { return feed().hub.redactions() > 0; }));
  // What is remembered is not read, so a change past the store is not seen.
  const auto set_name = [&](Number number, absl::string_view name) {
    database().Execute(absl::StrCat("UPDATE orders SET customer_name = '", name,
                                    "' WHERE number = ", number.value()));
  };
  set_name(kept, "Somebody else");
  set_name(redacted, "Somebody else");
  const std::string name = Read(kept).content.customer.name;
  EXPECT_NE(name, "Somebody else");
  EXPECT_EQ(Read(redacted).content.customer.name, "Somebody else");
  set_name(kept, name);
  set_name(redacted, after.content.customer.name);
}

TEST_P(Feed, ALostTailIsAChangedHistory) {
  const Number order = server().Place("WEB-1");
  Say(order, 3);
  const auto watcher = feed().Watch(kBeginning);
  ASSERT_TRUE(watcher->WaitForActivities(4));
  const FeedMark before = watcher->mark();
  // As after a restore from an older dump.
  database().Execute("DELETE FROM activities WHERE position > 2");
  database().Execute("UPDATE feed_head SET position = 2");
  database().Execute("UPDATE subjects SET last_seq = 2");
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kHistoryChanged);
  EXPECT_EQ(feed().Watch(before)->WaitForEnd(), FeedEnd::kHistoryChanged);
  // What is said anew takes the positions of what was lost, and is not mistaken for it.
  server().Restart(options);
  Say(order, 4);
  EXPECT_EQ(feed().Watch(before)->WaitForEnd(), FeedEnd::kHistoryChanged);
  const auto anew = feed().Watch(kBeginning);
  ASSERT_TRUE(anew->WaitForActivities(6));
}

TEST_P(Feed, ANewEpochIsAChangedHistory) {
  const Number order = server().Place("WEB-1");
  const auto watcher = feed().Watch(kBeginning);
  ASSERT_TRUE(watcher->WaitForActivities(1));
  const FeedMark before = watcher->mark();
  database().Execute("UPDATE feed_head SET epoch = epoch + 1");
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kHistoryChanged);
  EXPECT_EQ(feed().Watch(before)->WaitForEnd(), FeedEnd::kHistoryChanged);
  ASSERT_TRUE(WaitUntil([&] { return feed().hub.mark().epoch == 2; }));
  const auto anew = feed().Watch(FeedMark{.epoch = 2});
  Say(order, 1);
  ASSERT_TRUE(anew->WaitForActivities(2));
}

TEST_P(Feed, AnActivityThatIsNotUnderstoodEndsTheStreamAfterWhatCameBefore) {
  const Number order = server().Place("WEB-1");
  Say(order, 2);
  database().Execute("UPDATE activities SET kind = 99 WHERE position = 3");
  const auto watcher = feed().Watch(kBeginning);
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kUnreadable);
  EXPECT_THAT(watcher->positions(), ElementsAreArray(Range(1, 2)));
  EXPECT_EQ(watcher->mark().position, 2) << "where a newer server may go on";
  database().Execute("UPDATE activities SET kind = 7 WHERE position = 3");
  const auto again = feed().Watch(watcher->mark());
  ASSERT_TRUE(again->WaitForActivities(1));
}

TEST_P(Feed, ALiveActivityThatIsNotUnderstoodEndsAllStreams) {
  const Number order = server().Place("WEB-1");
  const auto watcher = feed().Watch(std::nullopt);
  ASSERT_TRUE(watcher->WaitForDeliveries(1));
  store().Fail(Method::kReadFeedHead, Fault::kBlock);
  ASSERT_TRUE(store().WaitUntilBlocked());
  Say(order, 2);
  database().Execute("UPDATE activities SET kind = 99 WHERE position = 3");
  store().Heal();
  store().Release();
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kUnreadable);
  EXPECT_THAT(watcher->positions(), ElementsAreArray(Range(2, 2)));
  database().Execute("UPDATE activities SET kind = 7 WHERE position = 3");
  ASSERT_TRUE(WaitUntil([&] { return feed().hub.mark().position == 3; }));
  const auto anew = feed().Watch(std::nullopt);
  ASSERT_TRUE(anew->WaitForDeliveries(1));
  Say(order, 1);
  ASSERT_TRUE(anew->WaitForActivities(1));
}

TEST_P(Feed, ADatabaseThatWasAwayForAWhileCostsNothingButTime) {
  const Number order = server().Place("WEB-1");
  const auto watcher = feed().Watch(std::nullopt);
  ASSERT_TRUE(watcher->WaitForDeliveries(1));
  for (Method method : {Method::kReadFeed, Method::kReadFeedHead, Method::kOpenReader})
    store().Fail(method, Fault::kLoseBeforeExecute, {.call = 1, .times = 1'000'000});
  Say(order, 3);
  ASSERT_TRUE(WaitUntil([&] { return feed().troubles > 0; }));
  store().Heal();
  ASSERT_TRUE(watcher->WaitForActivities(3));
  EXPECT_THAT(watcher->positions(), ElementsAreArray(Range(2, 4)));
  ASSERT_TRUE(WaitUntil([&] { return feed().troubles == 2; })) << "lost, and found again";
}

TEST_P(Feed, ADatabaseThatIsAwayForLongEndsAllStreamsUntilItIsBack) {
  tailer_options.patience = absl::Seconds(1);
  const Number order = server().Place("WEB-1");
  const auto watcher = feed().Watch(std::nullopt);
  ASSERT_TRUE(watcher->WaitForDeliveries(1));
  for (Method method : {Method::kReadFeed, Method::kReadFeedHead, Method::kOpenReader})
    store().Fail(method, Fault::kLoseBeforeExecute, {.call = 1, .times = 1'000'000});
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kUnavailable);
  EXPECT_EQ(feed().Watch(std::nullopt)->WaitForEnd(), FeedEnd::kUnavailable);
  store().Heal();
  ASSERT_TRUE(WaitUntil([&] { return feed().troubles == 2; })) << "lost, and found again";
  Say(order, 1);
  const auto again = feed().Watch(watcher->mark());
  ASSERT_TRUE(again->WaitForActivities(1));
}

TEST_P(Feed, AStreamThatEndsBeforeItBeganHasNoPlaceToGoOn) {
  server().Place("WEB-1");
  feed();
  store().Fail(Method::kReadFeed, Fault::kLoseBeforeExecute, {.call = 1, .times = 1000});
  const auto watcher = feed().Watch(std::nullopt);
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kUnavailable);
  EXPECT_FALSE(watcher->end_mark().has_value());
}

// A customer must not be able to count what is hidden from them.
TEST_P(Feed, MessagesToACustomerAreTheSameWhateverIsHiddenBetween) {
  std::vector<std::vector<std::size_t>> sizes;
  for (int hidden : {0, 2}) {
    const Number order = server().Place(absl::StrCat("WEB-", hidden));
    for (int i = 0; i < 150; ++i) {
      Say(order, 1);
      for (int j = 0; j < hidden; ++j) {
        AddComment among_staff{.comment = {.text = "μεταξύ μας"}};
        among_staff.comment.visibility = Visibility::kInternal;
        Submit(Changing(order, among_staff)).WaitApplied();
      }
    }
    const auto hers = feed().Watch(FeedMark(), {.subject = order, .owner = kMariaId});
    ASSERT_TRUE(hers->WaitForActivities(151));
    std::vector<std::size_t>& of_this = sizes.emplace_back();
    for (const FeedDelivery& delivery : hers->deliveries())
      of_this.push_back(delivery.units.size());
  }
  EXPECT_EQ(sizes[0], sizes[1]);
  EXPECT_THAT(sizes[0], testing::ElementsAre(100, 51));
}

TEST_P(Feed, TheEndOfTheServerEndsAStreamThatStillReadsInTheTable) {
  server().Place("WEB-1");
  feed();
  store().Fail(Method::kReadFeed, Fault::kBlock);
  const auto watcher = feed().Watch(kBeginning);
  ASSERT_TRUE(store().WaitUntilBlocked());
  feed().tailer->BeginStop();
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kStopping);
  EXPECT_EQ(watcher->mark(), kBeginning);
  store().Heal();
  store().Release();
}

TEST_P(Feed, TheEndOfTheServerEndsItsStreams) {
  server().Place("WEB-1");
  const auto watcher = feed().Watch(kBeginning);
  ASSERT_TRUE(watcher->WaitForActivities(1));
  feed().tailer->Stop();
  EXPECT_EQ(watcher->WaitForEnd(), FeedEnd::kStopping);
  EXPECT_EQ(watcher->mark().position, 1);
}

// What each of many watchers was told, over all its streams, without what came twice.
class Checker {
 public:
  void Add(const Watcher& watcher) {
    for (std::int64_t position : watcher.positions()) {
      if (position <= last_) continue;  // told again after a resume
      told_.push_back(position);
      last_ = position;
    }
  }
  const std::vector<std::int64_t>& told() const { return told_; }

 private:
  std::vector<std::int64_t> told_;
  std::int64_t last_ = 0;
};

TEST_P(Feed, WhoeverLeavesAndComesBackWhileMuchIsWrittenMissesNothing) {
  constexpr int kWatchers = 6;
  constexpr int kUnits = 400;
  hub_options.window_bytes = 20'000;  // so that those who come back are often behind it
  options.committers = 2;
  options.on_committed = [this](std::int64_t, std::size_t) { feed().tailer->Wake(); };
  std::vector<Number> orders;
  for (int i = 0; i < 8; ++i) orders.push_back(server().Place(absl::StrCat("WEB-", i)));
  feed();
  std::atomic<bool> writing = true;
  std::vector<Checker> checkers(kWatchers);
  std::vector<std::thread> watchers;
  for (int number = 0; number < kWatchers; ++number) {
    watchers.emplace_back([&, number] {
      std::minstd_rand random(static_cast<unsigned>(number));
      FeedMark mark = kBeginning;
      bool last_round = false;
      while (true) {
        const auto watcher = feed().Watch(mark);
        if (last_round) {
          EXPECT_TRUE(
              watcher->WaitForActivities(static_cast<std::size_t>(8 + kUnits) -
                                         checkers[static_cast<std::size_t>(number)].told().size()));
        } else {
          watcher->WaitForActivities(random() % 20);
        }
        watcher->Leave();
        mark = watcher->mark();
        checkers[static_cast<std::size_t>(number)].Add(*watcher);
        if (last_round) return;
        last_round = !writing;
      }
    });
  }
  std::vector<Answer> answers;
  for (int i = 0; i < kUnits; ++i)
    answers.push_back(Submit(Commenting(orders[static_cast<std::size_t>(i) % 8], "!")));
  for (Answer& answer : answers) answer.WaitApplied();
  writing = false;
  for (std::thread& watcher : watchers) watcher.join();
  for (const Checker& checker : checkers)
    EXPECT_THAT(checker.told(), ElementsAreArray(Range(1, 8 + kUnits)));
}

// Several servers on one database: MariaDB and MySQL.
using FeedOfTwoServers = Feed;
INSTANTIATE_TEST_SUITE_P(On, FeedOfTwoServers,
                         testing::Values(sql::Backend::kMariaDb, sql::Backend::kMySql),
                         BackendTitle);

TEST_P(FeedOfTwoServers, WhatAnotherServerCommitsIsFoundByPolling) {
  const auto watcher = feed().Watch(std::nullopt);
  ASSERT_TRUE(watcher->WaitForDeliveries(1));
  const auto other = NewServer();
  other->Place("WEB-1");
  ASSERT_TRUE(watcher->WaitForActivities(1));
}

}  // namespace
}  // namespace ipstore::orders::test
