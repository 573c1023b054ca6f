// Which notifications go out in one mail.
#include "server/notifications/next_mail.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kLateAfter = absl::Minutes(10);

Notification Queued(std::int32_t seq, std::int32_t unit_seq) {
  return {
      .seq = seq, .unit_seq = unit_seq, .recorded_at = kNow, .created_at = kNow, .due_at = kNow};
}
Notification Queued(std::int32_t seq) {
  return Queued(seq, seq);
}
// After an attempt that failed, and not due before that.
Notification Deferred(std::int32_t seq, absl::Duration due_in) {
  Notification notification = Queued(seq);
  notification.attempts = 1;
  notification.due_at = kNow + due_in;
  return notification;
}
Notification InDoubt(std::int32_t seq, std::int32_t lead_seq) {
  Notification notification = Deferred(seq, absl::ZeroDuration());
  notification.lead_seq = lead_seq;
  notification.claimed_until = kNow;
  return notification;
}
Notification SentAgain(std::int32_t seq, absl::Duration due_in = absl::ZeroDuration()) {
  Notification notification = Queued(seq);
  notification.generation = 1;
  notification.due_at = kNow + due_in;
  return notification;
}

std::vector<std::int32_t> SeqsOf(const std::vector<Notification>& queued) {
  std::vector<std::int32_t> seqs;
  for (const Notification& one : NextMail(queued, kNow, kLateAfter)) seqs.push_back(one.seq);
  return seqs;
}

TEST(NextMail, IsTheFirstThatIsQueued) {
  EXPECT_THAT(SeqsOf({}), IsEmpty());
  EXPECT_THAT(SeqsOf({Queued(1), Queued(4)}), ElementsAre(1));
}

TEST(NextMail, HoldsAllOfAUnit) {
  EXPECT_THAT(SeqsOf({Queued(3, 2), Queued(4, 2), Queued(5)}), ElementsAre(3, 4));
}

TEST(NextMail, IsNotDueBeforeItsBackOffIsOver) {
  EXPECT_THAT(SeqsOf({Deferred(1, absl::Seconds(1))}), IsEmpty());
  EXPECT_THAT(SeqsOf({Deferred(1, absl::ZeroDuration())}), ElementsAre(1));
}

TEST(NextMail, TellsOldNewsAlongWithNew) {
  EXPECT_THAT(SeqsOf({Deferred(1, absl::ZeroDuration()), Queued(2), Queued(3)}),
              ElementsAre(1, 2, 3));
  Notification long_ago = Queued(1);
  long_ago.recorded_at = kNow - kLateAfter - absl::Seconds(1);
  EXPECT_THAT(SeqsOf({long_ago, Queued(2)}), ElementsAre(1, 2))
      << "however late the ledger heard of it";
}

TEST(NextMail, NewsIsNoReasonToTryOldNewsSooner) {
  EXPECT_THAT(SeqsOf({Deferred(1, absl::Hours(1)), Queued(2), Queued(3)}), IsEmpty());
}

TEST(NextMail, HoldsFiftyAtMostAndTheOthersWaitWithThem) {
  std::vector<Notification> news;
  for (std::int32_t seq = 1; seq <= 50; ++seq) news.push_back(Deferred(seq, absl::Hours(1)));
  for (std::int32_t seq = 51; seq <= 87; ++seq) news.push_back(Queued(seq));
  EXPECT_THAT(SeqsOf(news), IsEmpty());
  for (std::int32_t i = 0; i < 50; ++i) news[static_cast<std::size_t>(i)].due_at = kNow;
  EXPECT_THAT(SeqsOf(news), testing::SizeIs(50));
}

TEST(NextMail, IsTheVerySameWhileItIsInDoubt) {
  EXPECT_THAT(SeqsOf({InDoubt(1, 2), InDoubt(2, 2), Queued(3)}), ElementsAre(1, 2));
  EXPECT_THAT(SeqsOf({Queued(1), InDoubt(2, 2)}), ElementsAre(2));
  Notification later = InDoubt(1, 1);
  later.due_at = kNow + absl::Seconds(1);
  EXPECT_THAT(SeqsOf({later, Queued(2)}), IsEmpty()) << "nothing overtakes it";
}

TEST(NextMail, TellsByItselfWhatIsSentAgain) {
  EXPECT_THAT(SeqsOf({SentAgain(1), Queued(2)}), ElementsAre(1));
  EXPECT_THAT(SeqsOf({Queued(1), SentAgain(2)}), ElementsAre(2));
  EXPECT_THAT(SeqsOf({SentAgain(1, absl::Hours(1)), Queued(2)}), ElementsAre(2));
  EXPECT_THAT(SeqsOf({SentAgain(1, absl::Hours(1))}), IsEmpty());
  Notification along = SentAgain(2);
  along.unit_seq = SentAgain(1).unit_seq;
  EXPECT_THAT(SeqsOf({SentAgain(1), along, SentAgain(3), Queued(4)}), ElementsAre(1, 2));
}

}  // namespace
}  // namespace ipstore::orders
