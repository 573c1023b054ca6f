// The hub: who is told what, and who is cut off.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/feed/feed_hub.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kUnitBytes = 100;

// A comment on that subject, a unit of its own.
FeedUnitPointer CommentAt(std::int64_t position, std::int64_t serial = Number::kFirstSerial,
                          std::string customer = kMariaId,
                          Visibility visibility = Visibility::kPublic) {
  auto unit = std::make_shared<FeedUnit>();
  Activity activity;
  activity.subject = Number::FromSerial(serial);
  activity.seq = static_cast<std::int32_t>(position);
  activity.position = position;
  activity.customer_id = std::move(customer);
  activity.visibility = visibility;
  activity.event = CommentAdded{.text = "!"};
  unit->activities.push_back(std::move(activity));
  unit->mark = {.epoch = 1, .position = position, .fingerprint = 7};
  unit->bytes = kUnitBytes;
  return unit;
}

// A redaction of that subject, or of one comment of it.
FeedUnitPointer RedactionAt(std::int64_t position, std::optional<std::int32_t> comment = {}) {
  auto unit = std::make_shared<FeedUnit>(*CommentAt(position));
  unit->activities.front().event = Redacted{.comment_seq = comment};
  return unit;
}

// The texts of the comments among them.
std::vector<std::string> TextsOf(const std::vector<FeedUnitPointer>& units) {
  std::vector<std::string> texts;
  for (const FeedUnitPointer& unit : units) {
    const auto* comment = std::get_if<CommentAdded>(&unit->activities.front().event);
    if (comment != nullptr) texts.push_back(comment->text);
  }
  return texts;
}

class Hub : public testing::Test {
 protected:
  Hub() { hub.Begin({.epoch = 1}); }

  FeedSubscriptionPointer Watch(FeedScope scope = {.include_internal = true}) {
    auto subscription =
        std::make_shared<FeedSubscription>(std::move(scope), [this] { ++times_asked; });
    hub.Enter(subscription);
    EXPECT_EQ(hub.Join(subscription, hub.mark()), FeedHub::Joined::kLive);
    return subscription;
  }
  // One that has not joined yet.
  FeedSubscriptionPointer Entered(FeedScope scope = {}) {
    auto subscription =
        std::make_shared<FeedSubscription>(std::move(scope), [this] { ++times_asked; });
    hub.Enter(subscription);
    return subscription;
  }

  std::vector<std::int64_t> Take(const FeedSubscriptionPointer& subscription) {
    std::vector<std::int64_t> positions;
    for (const FeedUnitPointer& unit : hub.Take(subscription, 1 << 20).units)
      positions.push_back(unit->mark.position);
    return positions;
  }

  absl::Time now = PlacedAt();
  int times_asked = 0;
  FeedHub hub{{.window_bytes = 5 * kUnitBytes, .queue_bytes = 3 * kUnitBytes},
              [this] { return now; }};
};

TEST_F(Hub, TellsEachWatcherWhatItWatches) {
  const auto all = Watch();
  const auto one = Watch({.subject = Number::FromSerial(Number::kFirstSerial + 1)});
  const auto hers = Watch({.customer_id = kMariaId});
  hub.Publish({CommentAt(1), CommentAt(2, Number::kFirstSerial + 1, kNikosId),
               CommentAt(3, Number::kFirstSerial + 2)});
  EXPECT_THAT(Take(all), ElementsAre(1, 2, 3));
  EXPECT_THAT(Take(one), ElementsAre(2));
  EXPECT_THAT(Take(hers), ElementsAre(1, 3));
}

TEST_F(Hub, ARedactionTakesTheOldTextOutOfTheWindowAndOutOfWhatWaits) {
  const auto waiting = Watch();
  const FeedUnitPointer old = CommentAt(1);
  hub.Publish({old, CommentAt(2, Number::kFirstSerial + 1)});
  hub.Publish({RedactionAt(3)});
  EXPECT_THAT(TextsOf(hub.Take(waiting, 1 << 20).units), ElementsAre("", "!"));
  const auto late = Entered();
  ASSERT_EQ(hub.Join(late, {.epoch = 1}), FeedHub::Joined::kLive);
  EXPECT_THAT(TextsOf(hub.Take(late, 1 << 20).units), ElementsAre("", "!"));
  EXPECT_THAT(TextsOf({old}), ElementsAre("!")) << "somebody may be reading it";
}

TEST_F(Hub, TheRedactionOfACommentLeavesTheOthers) {
  const auto waiting = Watch();
  hub.Publish({CommentAt(1), CommentAt(2)});
  hub.Publish({RedactionAt(3, 2)});
  EXPECT_THAT(TextsOf(hub.Take(waiting, 1 << 20).units), ElementsAre("!", ""));
}

TEST_F(Hub, AWatcherWithoutTheRightHearsNothingOfInternalComments) {
  const auto hers = Watch({.customer_id = kMariaId});
  hub.Publish({CommentAt(1, Number::kFirstSerial, kMariaId, Visibility::kInternal)});
  EXPECT_EQ(times_asked, 0) << "not even that there is one";
  EXPECT_THAT(Take(hers), IsEmpty());
}

TEST_F(Hub, KindsThatNobodyAskedForAreNotTold) {
  const auto moves = Watch({.kinds = {ActivityKind::kOrderMoved}});
  hub.Publish({CommentAt(1)});
  EXPECT_THAT(Take(moves), IsEmpty());
  EXPECT_EQ(hub.Take(moves, 1).mark.position, 1) << "but it knows how far it is";
}

TEST_F(Hub, AsksOnceUntilNothingIsLeft) {
  const auto all = Watch();
  hub.Publish({CommentAt(1), CommentAt(2)});
  hub.Publish({CommentAt(3)});
  EXPECT_EQ(times_asked, 1);
  EXPECT_THAT(Take(all), ElementsAre(1, 2, 3));
  hub.Publish({CommentAt(4)});
  EXPECT_EQ(times_asked, 1) << "it is still taking";
  EXPECT_THAT(Take(all), ElementsAre(4));
  EXPECT_THAT(Take(all), IsEmpty());
  hub.Publish({CommentAt(5)});
  EXPECT_EQ(times_asked, 2);
}

TEST_F(Hub, APieceHasNoMoreBytesThanWanted) {
  const auto all = Watch();
  hub.Publish({CommentAt(1), CommentAt(2), CommentAt(3)});
  const FeedHub::Taken first = hub.Take(all, 2 * kUnitBytes);
  EXPECT_EQ(first.units.size(), 2U);
  EXPECT_EQ(first.mark.position, 2);
  EXPECT_EQ(hub.Take(all, 1).units.size(), 1U) << "one at least";
}

TEST_F(Hub, WhoLeavesTooMuchUntakenIsCutOff) {
  const auto slow = Watch();
  const auto fast = Watch();
  for (std::int64_t position = 1; position <= 5; ++position) {
    hub.Publish({CommentAt(position)});
    if (position < 5) {
      EXPECT_THAT(Take(fast), ElementsAre(position));
    }
  }
  EXPECT_EQ(hub.Take(slow, 1).end, FeedEnd::kTooSlow);
  EXPECT_THAT(Take(fast), ElementsAre(5));
  EXPECT_EQ(hub.stats().cut_off, 1U);
}

TEST_F(Hub, WhatDoesNotArriveIsCutOffAndThenGivenUp) {
  // It reads in the table, and what it was given from there is not taken.
  const auto stuck = Entered();
  stuck->BeginSending(now);
  now += absl::Seconds(30);
  hub.Tick();
  EXPECT_FALSE(hub.Ended(stuck).has_value());
  now += absl::Seconds(1);
  hub.Tick();
  EXPECT_EQ(hub.Ended(stuck), FeedEnd::kTooSlow);
  EXPECT_EQ(times_asked, 1);
  EXPECT_FALSE(stuck->given_up());
  now += absl::Seconds(30);
  hub.Tick();
  EXPECT_TRUE(stuck->given_up());
  EXPECT_EQ(times_asked, 2);
  hub.Tick();
  EXPECT_EQ(times_asked, 2) << "once";
}

TEST_F(Hub, WhatArrivedInTimeIsForgotten) {
  const auto sound = Entered();
  sound->BeginSending(now);
  now += absl::Seconds(29);
  sound->EndSending();
  now += absl::Seconds(29);
  hub.Tick();
  EXPECT_FALSE(hub.Ended(sound).has_value());
}

TEST_F(Hub, WhoTakesNothingForTooLongIsCutOff) {
  const auto slow = Watch();
  hub.Publish({CommentAt(1)});
  now += absl::Seconds(30);
  hub.Tick();
  EXPECT_FALSE(hub.Take(slow, 1).end.has_value());
  hub.Publish({CommentAt(2)});
  now += absl::Seconds(31);
  hub.Tick();
  EXPECT_EQ(hub.Take(slow, 1).end, FeedEnd::kTooSlow);
}

TEST_F(Hub, WhoHearsNothingIsToldThatAllIsWell) {
  const auto quiet = Watch();
  hub.Publish({CommentAt(1)});
  EXPECT_THAT(Take(quiet), ElementsAre(1));
  EXPECT_THAT(Take(quiet), IsEmpty());
  now += absl::Seconds(14);
  hub.Tick();
  EXPECT_EQ(times_asked, 1);
  now += absl::Seconds(1);
  hub.Tick();
  EXPECT_EQ(times_asked, 2);
  const FeedHub::Taken taken = hub.Take(quiet, 1);
  EXPECT_TRUE(taken.heartbeat);
  EXPECT_EQ(taken.mark.position, 1);
  EXPECT_FALSE(hub.Take(quiet, 1).heartbeat);
}

TEST_F(Hub, ALatecomerGetsWhatTheWindowHolds) {
  hub.Publish({CommentAt(1), CommentAt(2), CommentAt(3)});
  const auto late = Entered();
  EXPECT_EQ(hub.Join(late, CommentAt(1)->mark), FeedHub::Joined::kLive);
  EXPECT_THAT(Take(late), ElementsAre(2, 3));
}

TEST_F(Hub, WhatTheWindowHoldsNoMoreIsToBeReadFromTheTable) {
  for (std::int64_t position = 1; position <= 7; ++position) hub.Publish({CommentAt(position)});
  EXPECT_EQ(hub.stats().window_units, 5U);
  const auto late = Entered();
  EXPECT_EQ(hub.Join(late, CommentAt(1)->mark), FeedHub::Joined::kBehind);
  EXPECT_EQ(hub.Join(late, CommentAt(2)->mark), FeedHub::Joined::kBehind)
      << "all that would be too much at once";
  EXPECT_EQ(hub.Join(late, CommentAt(4)->mark), FeedHub::Joined::kLive);
  EXPECT_THAT(Take(late), ElementsAre(5, 6, 7));
}

TEST_F(Hub, APlaceThatTheWindowKnowsOtherwiseIsNone) {
  hub.Publish({CommentAt(1), CommentAt(2)});
  for (std::int64_t position : {1, 2}) {
    FeedMark other = CommentAt(position)->mark;
    other.fingerprint += 1;
    EXPECT_EQ(hub.Join(Entered(), other), FeedHub::Joined::kHistoryChanged) << position;
  }
}

TEST_F(Hub, WhoKnowsMoreThanWasPublishedHearsNothingTwice) {
  const auto ahead = Entered();
  EXPECT_EQ(hub.Join(ahead, CommentAt(2)->mark), FeedHub::Joined::kAhead) << "who says so?";
  EXPECT_EQ(hub.JoinVerified(ahead, CommentAt(2)->mark), FeedHub::Joined::kLive);
  hub.Publish({CommentAt(1)});
  hub.Publish({CommentAt(2), CommentAt(3)});
  EXPECT_THAT(Take(ahead), ElementsAre(3));
}

TEST_F(Hub, WhatWasLostAndReplacedIsToldToThoseWhoKnewIt) {
  FeedMark lost = CommentAt(2)->mark;
  lost.fingerprint += 1;
  FeedMark longer = CommentAt(3)->mark;
  longer.fingerprint += 1;
  const auto knew = Entered();
  const auto knew_more = Entered();
  ASSERT_EQ(hub.JoinVerified(knew, lost), FeedHub::Joined::kLive);
  ASSERT_EQ(hub.JoinVerified(knew_more, longer), FeedHub::Joined::kLive);
  hub.Publish({CommentAt(1), CommentAt(2)});
  EXPECT_EQ(hub.Ended(knew), FeedEnd::kHistoryChanged);
  EXPECT_FALSE(hub.Ended(knew_more).has_value());
  hub.Publish({CommentAt(3)});
  EXPECT_EQ(hub.Ended(knew_more), FeedEnd::kHistoryChanged);
}

TEST_F(Hub, APlaceInAnotherEpochIsNoPlace) {
  hub.Begin({.epoch = 2});
  EXPECT_EQ(hub.Join(Entered(), {.epoch = 1}), FeedHub::Joined::kHistoryChanged);
  EXPECT_EQ(hub.Join(Entered(), {.epoch = 3}), FeedHub::Joined::kAhead);
  EXPECT_EQ(hub.JoinVerified(Entered(), {.epoch = 1}), FeedHub::Joined::kHistoryChanged);
  EXPECT_EQ(hub.JoinVerified(Entered(), {.epoch = 3}), FeedHub::Joined::kAhead);
}

TEST_F(Hub, ACustomerIsNotToldOfAnOrderThatIsTheirsNoMore) {
  const auto hers = Watch({.subject = Number::FromSerial(Number::kFirstSerial), .owner = kMariaId});
  hub.Publish({CommentAt(1)});
  EXPECT_THAT(Take(hers), ElementsAre(1));
  hub.Publish({CommentAt(2, Number::kFirstSerial, kNikosId)});
  const FeedHub::Taken taken = hub.Take(hers, 1);
  EXPECT_THAT(taken.units, IsEmpty());
  EXPECT_EQ(taken.end, FeedEnd::kForbidden);
}

TEST_F(Hub, AllEndTogetherAndWhoComesLaterToo) {
  const auto one = Watch();
  hub.EndAll(FeedEnd::kUnavailable);
  EXPECT_EQ(times_asked, 1);
  EXPECT_EQ(hub.Take(one, 1).end, FeedEnd::kUnavailable);
  EXPECT_EQ(hub.Take(Watch(), 1).end, FeedEnd::kUnavailable);
  EXPECT_EQ(hub.Ended(Entered()), FeedEnd::kUnavailable) << "nor has it a database to read";
  hub.Begin({.epoch = 2});
  EXPECT_FALSE(hub.Take(Watch(), 1).end.has_value());
}

TEST_F(Hub, WhoStillReadsInTheTableFindsOutThereWhatIsWrong) {
  const auto reading = Entered();
  for (FeedEnd why : {FeedEnd::kUnreadable, FeedEnd::kHistoryChanged}) {
    hub.EndAll(why);
    EXPECT_FALSE(hub.Ended(reading).has_value());
    EXPECT_EQ(hub.Ended(Watch()), why);
  }
  hub.EndAll(FeedEnd::kStopping);
  EXPECT_EQ(hub.Ended(reading), FeedEnd::kStopping);
}

TEST_F(Hub, AServerThatStopsAdmitsNobodyAnyMore) {
  hub.EndAll(FeedEnd::kStopping);
  hub.Begin({.epoch = 2});
  EXPECT_EQ(hub.Take(Watch(), 1).end, FeedEnd::kStopping);
}

TEST_F(Hub, WhoHasLeftIsForgotten) {
  const auto gone = Watch({.subject = Number::FromSerial(Number::kFirstSerial)});
  hub.Leave(gone);
  hub.Publish({CommentAt(1)});
  EXPECT_EQ(times_asked, 0);
  EXPECT_EQ(hub.stats().watchers, 0U);
}

}  // namespace
}  // namespace ipstore::orders::test
