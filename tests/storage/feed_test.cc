// The feed as it is stored: pages of it, and the places of those who work through it.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/open.h"
#include "server/storage/sql/feed_loader.h"
#include "tests/storage/conformance.h"
#include "tests/storage/plan.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Matcher;
using testing::SizeIs;
using testing::StrEq;

constexpr std::int64_t kSerial = Number::kFirstSerial;

class StoredFeed : public StoreConformance {
 protected:
  // So many orders, each with so many comments, a unit each; positions ascend in this order.
  void Fill(int orders, int comments) {
    auto writer = OpenWriter();
    for (int i = 0; i < orders; ++i) {
      const OrderInTest order = PlacedOrder(kSerial + i);
      ASSERT_THAT(Write(*writer, CreationOf(order)), IsOk());
      Order now = order.order();
      for (int j = 0; j < comments; ++j) {
        Change comment = Comment(now, absl::StrCat("the ", j, "th"));
        now = comment.after;
        ASSERT_THAT(Write(*writer, std::move(comment)), IsOk());
      }
    }
  }

  FeedPage Page(const FeedQuery& query) { return OpenReader()->ReadFeed(query).value(); }
  std::vector<std::int64_t> PositionsOf(const FeedQuery& query) {
    std::vector<std::int64_t> positions;
    for (const FeedActivity& entry : Page(query).activities)
      positions.push_back(entry.activity.position);
    return positions;
  }

  std::unique_ptr<FeedConsumerSession> OpenPlaces() {
    return store().OpenFeedConsumerSession().value();
  }
  std::vector<FeedConsumerStatus> Consumers() {
    return OpenReader()->ReadFeedStatus().value().consumers;
  }
  // With a fingerprint that uses all 64 bits.
  static FeedConsumer ConsumerAt(std::string name, std::int64_t position) {
    return {.name = std::move(name),
            .mark = {.epoch = 3, .position = position, .fingerprint = 0xfedc'ba98'7654'3210},
            .saved_at = PlacedAt() + absl::Microseconds(position)};
  }
};

INSTANTIATE_TEST_SUITE_P(All, StoredFeed, testing::ValuesIn(AllBackends()), BackendName);

TEST_P(StoredFeed, EachScopeComesPageByPageInTheOrderOfItsCommits) {
  Fill(3, 2);
  EXPECT_THAT(PositionsOf({.after = 0, .limit = 4}), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(PositionsOf({.after = 4, .limit = 4}), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(PositionsOf({.after = 8, .limit = 4}), ElementsAre(9));
  const Number second = Number::FromSerial(kSerial + 1);
  EXPECT_THAT(PositionsOf({.subject = second, .after = 4}), ElementsAre(5, 6));
  EXPECT_THAT(PositionsOf({.customer_id = kMariaId, .after = 7}), ElementsAre(8, 9));
  EXPECT_THAT(PositionsOf({.customer_id = kNikosId, .after = 0}), IsEmpty());
}

TEST_P(StoredFeed, APageTellsTheHeadAndWhatStandsAtItsBeginning) {
  EXPECT_EQ(Page({}).head, (FeedMark{.epoch = 1}));
  Fill(1, 2);
  const FeedPage head = Page({});
  EXPECT_THAT(head.activities, IsEmpty());
  const FeedPage all = Page({.after = 2});
  ASSERT_THAT(all.activities, SizeIs(1));
  const Activity& last = all.activities.front().activity;
  EXPECT_EQ(head.head,
            (FeedMark{.epoch = 1,
                      .position = 3,
                      .fingerprint = FingerprintOf(last.subject, last.seq, last.recorded_at)}));
  EXPECT_EQ(Page({.after = 3}).fingerprint, head.fingerprint);
  for (const FeedQuery& that_reaches_it : {FeedQuery{.after = 3}, FeedQuery{.after = 1},
                                           FeedQuery{.customer_id = kNikosId, .after = 0}})
    EXPECT_EQ(Page(that_reaches_it).head, head.head);
  EXPECT_EQ(Page({.after = 0, .limit = 2}).head, (FeedMark{.epoch = 1, .position = 3}));
  EXPECT_NE(all.fingerprint, head.fingerprint);
  EXPECT_EQ(Page({.after = 99}).fingerprint, 0U) << "nothing stands there";
}

TEST_P(StoredFeed, ANewEpochIsAboveEveryOther) {
  Fill(1, 0);
  CloseStore();
  const absl::StatusOr<FeedHead> first = BeginFeedEpoch(database().url());
  ASSERT_THAT(first.status(), IsOk());
  EXPECT_GE(first->epoch, absl::ToUnixSeconds(PlacedAt())) << "so that no two restores meet";
  EXPECT_EQ(first->position, 1);
  EXPECT_GT(BeginFeedEpoch(database().url())->epoch, first->epoch);
}

TEST_P(StoredFeed, APlaceIsKeptMovedEitherWayAndForgotten) {
  auto places = OpenPlaces();
  EXPECT_THAT(Consumers(), IsEmpty());
  ASSERT_THAT(places->Save(ConsumerAt("shop", 7)), IsOk());
  ASSERT_THAT(places->Save(ConsumerAt("erp", 9)), IsOk());
  ASSERT_THAT(places->Save(ConsumerAt("shop", 5)), IsOk());
  const std::vector<FeedConsumerStatus> kept = Consumers();
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].consumer.name, "erp");
  EXPECT_EQ(kept[1].consumer.name, "shop");
  EXPECT_EQ(kept[1].consumer.mark, ConsumerAt("shop", 5).mark);
  EXPECT_EQ(kept[1].consumer.saved_at, ConsumerAt("shop", 5).saved_at);
  EXPECT_EQ(places->Delete("shop").value(), true);
  EXPECT_EQ(places->Delete("shop").value(), false);
  EXPECT_THAT(Consumers(), SizeIs(1));
}

TEST_P(StoredFeed, AConsumerWaitsSinceTheFirstActivityAfterItsPlace) {
  Fill(1, 2);
  auto places = OpenPlaces();
  ASSERT_THAT(places->Save(ConsumerAt("behind", 1)), IsOk());
  ASSERT_THAT(places->Save(ConsumerAt("there", 3)), IsOk());
  const std::vector<FeedConsumerStatus> kept = Consumers();
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].waiting_since, Page({.after = 1}).activities.front().activity.recorded_at);
  EXPECT_EQ(kept[1].waiting_since, std::nullopt);
}

TEST_P(StoredFeed, APlaceOfAChangedHistoryIsTold) {
  Fill(1, 2);
  auto places = OpenPlaces();
  FeedConsumer sound = ConsumerAt("sound", 0);
  sound.mark = Page({}).head;
  FeedConsumer beginning = ConsumerAt("beginning", 0);
  beginning.mark = {.epoch = 1};
  FeedConsumer of_a_later_epoch = sound;
  of_a_later_epoch.name = "epoch";
  of_a_later_epoch.mark.epoch = 2;
  FeedConsumer of_another_activity = sound;
  of_another_activity.name = "other";
  of_another_activity.mark.fingerprint += 1;
  FeedConsumer of_a_lost_tail = sound;
  of_a_lost_tail.name = "tail";
  of_a_lost_tail.mark.position = 9;
  for (const FeedConsumer& consumer :
       {sound, beginning, of_a_later_epoch, of_another_activity, of_a_lost_tail})
    ASSERT_THAT(places->Save(consumer), IsOk());
  std::vector<std::string> changed;
  for (const FeedConsumerStatus& kept : Consumers()) {
    if (kept.history_changed) changed.push_back(kept.consumer.name);
  }
  EXPECT_THAT(changed, ElementsAre("epoch", "other", "tail"));
}

TEST_P(StoredFeed, EachScopeIsReadOffItsIndexWithoutSorting) {
  Fill(40, 10);
  database().Execute(OnSqlite() ? "ANALYZE" : "ANALYZE TABLE activities");
  const auto session = database().Connect(sql::Purpose::kRead);
  const auto plan_of = [&](const FeedQuery& query) {
    return PlanOf(*session, GetParam(), sql::FindFeed(sql::Dialect(GetParam()), query, 100));
  };
  const std::vector<std::pair<FeedQuery, std::string>> scopes = {
      {{}, "activities_by_position"},
      {{.customer_id = kMariaId}, "activities_of_customer"},
      {{.subject = Number::FromSerial(kSerial + 3)},
       OnSqlite() ? "sqlite_autoindex_activities" : "PRIMARY"}};
  for (const auto& [query, index] : scopes) {
    const std::vector<PlanStep> plan = plan_of(query);
    EXPECT_THAT(plan, SortsNothing()) << index;
    EXPECT_THAT(KeysOf(plan),
                ElementsAre(OnSqlite() ? Matcher<std::string>(HasSubstr(index)) : StrEq(index)));
  }
}

}  // namespace
}  // namespace ipstore::orders::test
