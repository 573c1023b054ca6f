// The ledger of notifications and the e-mails that come back, as they are stored: each is there
// once, one server at a time works on them, and lists are read off an index.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/storage/sql/notification_rows.h"
#include "server/storage/sql/received_emails.h"
#include "tests/storage/conformance.h"
#include "tests/storage/plan.h"
#include "tests/support/wait.h"

namespace ipstore::orders::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

constexpr std::int64_t kSerial = Number::kFirstSerial;
constexpr absl::Duration kLong = absl::Hours(1);

Number NumberOf(int i) {
  return Number::FromSerial(kSerial + i);
}

Notification Queued(Number subject, std::int32_t seq) {
  return {.subject = subject,
          .seq = seq,
          .unit_seq = seq,
          .recorded_at = PlacedAt(),
          .created_at = PlacedAt() + absl::Seconds(seq)};
}

Notification Suppressed(Number subject, std::int32_t seq) {
  Notification notification = Queued(subject, seq);
  notification.state = NotificationState::kSuppressed;
  notification.reason = NotificationReason::kByCaller;
  notification.finished_at = PlacedAt();
  return notification;
}

// As it is handed to Claim(): for delivery until then.
Notification Claimed(Notification notification, absl::Time until) {
  ++notification.attempts;
  notification.lead_seq = notification.seq;
  notification.address = "maria@example.gr";
  notification.due_at = until;
  notification.claimed_until = until;
  return notification;
}

Notification Sent(Notification notification) {
  notification.state = NotificationState::kSent;
  notification.detail = "250 2.0.0 Ok: queued";
  notification.title = "Παραγγελία 1000000018";
  notification.finished_at = PlacedAt() + absl::Hours(1);
  notification.sent_at = notification.finished_at;
  notification.due_at.reset();
  notification.claimed_until.reset();
  return notification;
}

RequestKey Key(std::uint8_t value) {
  RequestKey key{};
  key.fill(value);
  return key;
}

class Ledger : public StoreConformance {
 protected:
  NotificationSession& us() { return Session(us_); }
  NotificationSession& them() { return Session(them_); }

  std::int64_t TakeLease() { return us().TakeLease("us", kLong).value().value(); }

  // Records them after a lease was taken.
  void Record(const std::vector<Notification>& notifications,
              const std::vector<Silence>& silences = {}) {
    ASSERT_TRUE(
        us().Record(TakeLease(), notifications, silences, {.epoch = 1, .position = 7}, PlacedAt())
            .value());
  }

  std::vector<Notification> All() { return List({}); }
  std::vector<Notification> List(const NotificationQuery& query) {
    return OpenReader()->ListNotifications(query).value();
  }
  Notification Get(Number subject, std::int32_t seq) {
    return OpenReader()->GetNotification(subject, seq).value().value();
  }
  std::vector<std::int64_t> DueSerials(std::int32_t subjects = 10) {
    std::vector<std::int64_t> serials;
    const DueNotifications due = us().ListDue(subjects).value();
    for (const Notification& one : due.notifications)
      serials.push_back(one.subject.serial() - kSerial);
    return serials;
  }

 private:
  NotificationSession& Session(std::unique_ptr<NotificationSession>& session) {
    if (session == nullptr) session = store().OpenNotificationSession().value();
    return *session;
  }

  std::unique_ptr<NotificationSession> us_;
  std::unique_ptr<NotificationSession> them_;
};

INSTANTIATE_TEST_SUITE_P(All, Ledger, testing::ValuesIn(AllBackends()), BackendName);

TEST_P(Ledger, OneServerHasTheLeaseAndEachNewHolderHasANewNumber) {
  const std::int64_t first = TakeLease();
  EXPECT_EQ(TakeLease(), first) << "renewed";
  if (OnSqlite()) {
    EXPECT_EQ(them().TakeLease("them", kLong).value(), first + 1)
        << "there is one server: another owner is one that has ended";
    return;
  }
  EXPECT_EQ(them().TakeLease("them", kLong).value(), std::nullopt);
  EXPECT_THAT(us().ReleaseLease(first), IsOk());
  EXPECT_EQ(them().TakeLease("them", kLong).value(), first + 1);
  EXPECT_EQ(us().TakeLease("us", kLong).value(), std::nullopt);
  EXPECT_THAT(us().ReleaseLease(first), IsOk()) << "no longer its own";
  EXPECT_EQ(us().TakeLease("us", kLong).value(), std::nullopt);
}

TEST_P(Ledger, ALeaseThatHasRunOutIsTakenOver) {
  const std::int64_t first = us().TakeLease("us", absl::ZeroDuration()).value().value();
  EXPECT_EQ(them().TakeLease("them", kLong).value(), first + 1);
}

TEST_P(Ledger, RecordingBeginsAtTheHeadAndGoesOnWhereItWas) {
  MustWrite(CreationOf(PlacedOrder(kSerial)));
  const FeedMark begun = us().BeginRecording(PlacedAt()).value();
  EXPECT_EQ(begun.position, OpenReader()->ReadFeedStatus().value().head.position);
  EXPECT_NE(begun.fingerprint, 0U);
  MustWrite(CreationOf(PlacedOrder(kSerial + 1)));
  EXPECT_EQ(them().BeginRecording(PlacedAt()).value(), begun);
  const FeedMark next = {.epoch = begun.epoch, .position = begun.position + 1, .fingerprint = 5};
  EXPECT_TRUE(us().Record(TakeLease(), {}, {}, next, PlacedAt()).value());
  EXPECT_EQ(them().BeginRecording(PlacedAt()).value(), next);
}

TEST_P(Ledger, ANotificationIsThereOnceHoweverOftenItIsRecorded) {
  Notification suppressed = Suppressed(NumberOf(0), 2);
  suppressed.detail = "a text that is longer than what a string holds in itself";
  suppressed.title = "another text that is longer than what a string holds in itself";
  Record({Queued(NumberOf(0), 1), suppressed});
  const std::vector<Notification> once = All();
  ASSERT_THAT(once, SizeIs(2));
  EXPECT_TRUE(once[1].due_at.has_value()) << "due at once";
  EXPECT_EQ(once[0], suppressed);
  Notification other = Queued(NumberOf(0), 1);
  other.detail = "another";
  Record({other, Queued(NumberOf(0), 3)});
  EXPECT_THAT(All(), ElementsAre(Field(&Notification::seq, 3), once[0], once[1]));
}

TEST_P(Ledger, WhoHasTheLeaseAndComesToAHaltLosesTheConnectionAndItsLocks) {
  if (OnSqlite()) GTEST_SKIP() << "SQLite has one server";
  ASSERT_TRUE(us().TakeLease("us", absl::ZeroDuration()).value().has_value());
  ASSERT_TRUE(them().ListDue(1).ok());
  const std::int64_t connections = database().CountConnections();
  // Seen from aside: a word to it would count as life.
  EXPECT_TRUE(WaitUntil([&] { return database().CountConnections() < connections; }));
  EXPECT_EQ(us().ListDue(1).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(them().ListDue(1).ok()) << "who never had it may be silent";
}

TEST_P(Ledger, WhatOnlyANewerServerKnowsIsLeftToIt) {
  Record({Queued(NumberOf(0), 1), Queued(NumberOf(0), 2), Queued(NumberOf(1), 1)});
  database().Execute(absl::StrCat(
      "UPDATE notifications SET channel = 9 WHERE seq = 1 AND subject = ", NumberOf(0).value()));
  EXPECT_THAT(DueSerials(), ElementsAre(0, 1));
  database().Execute("UPDATE notifications SET recipient = 9 WHERE seq = 2");
  EXPECT_THAT(DueSerials(), ElementsAre(1));
}

TEST_P(Ledger, WhoWasOvertakenRecordsAndClaimsNothing) {
  Record({Queued(NumberOf(0), 1)});
  const std::int64_t ours = us().TakeLease("us", absl::ZeroDuration()).value().value();
  ASSERT_TRUE(them().TakeLease("them", kLong).value().has_value());
  EXPECT_FALSE(
      us().Record(ours, {Queued(NumberOf(0), 2)}, {}, {.epoch = 1, .position = 9}, PlacedAt())
          .value());
  EXPECT_THAT(All(), SizeIs(1));
  EXPECT_EQ(us().BeginRecording(PlacedAt()).value().position, 7);
  const DueNotifications due = us().ListDue(10).value();
  ASSERT_THAT(due.notifications, SizeIs(1));
  EXPECT_FALSE(us().Claim(ours, {Claimed(due.notifications[0], due.now + kLong)}).value());
  EXPECT_EQ(Get(NumberOf(0), 1), due.notifications[0]);
}

TEST_P(Ledger, WhatIsUnderWayIsNotDueNorIsWhatComesAfterIt) {
  Record({Queued(NumberOf(0), 1), Queued(NumberOf(0), 2), Queued(NumberOf(1), 1),
          Suppressed(NumberOf(2), 1)});
  EXPECT_THAT(DueSerials(), ElementsAre(0, 0, 1));
  EXPECT_THAT(DueSerials(1), ElementsAre(0, 0));
  const DueNotifications due = us().ListDue(10).value();
  const Notification claimed = Claimed(due.notifications[0], due.now + kLong);
  EXPECT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  EXPECT_THAT(DueSerials(), ElementsAre(1));
  EXPECT_EQ(us().Note({Sent(claimed)}).value(), 1);
  EXPECT_THAT(DueSerials(), ElementsAre(0, 1));
  EXPECT_EQ(Get(NumberOf(0), 1), Sent(claimed));
}

// As a mail server that asks for patience leaves the first, which is due then.
Notification Deferred(Notification claimed, absl::Time due) {
  claimed.claimed_until.reset();
  claimed.lead_seq.reset();
  claimed.due_at = due;
  return claimed;
}

TEST_P(Ledger, WhatWaitsBehindABackOffHidesNobody) {
  std::vector<Notification> many;
  for (std::int32_t seq = 1; seq <= 40; ++seq) many.push_back(Queued(NumberOf(0), seq));
  Record(many);
  const DueNotifications due = us().ListDue(1).value();
  ASSERT_THAT(due.notifications, SizeIs(40));
  const Notification claimed = Claimed(due.notifications[0], due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  ASSERT_EQ(us().Note({Deferred(claimed, due.now + kLong)}).value(), 1);
  ASSERT_EQ(Get(NumberOf(0), 2).due_at, due.notifications[1].due_at) << "due by itself";
  Record({Queued(NumberOf(1), 1)});
  EXPECT_THAT(DueSerials(1), ElementsAre(1));
}

TEST_P(Ledger, ManyThatAreDueOfOneSubjectHideNoOther) {
  std::vector<Notification> many;
  for (std::int32_t seq = 1; seq <= 40; ++seq) many.push_back(Queued(NumberOf(0), seq));
  Record(many);
  Record({Queued(NumberOf(1), 1)});
  const std::vector<std::int64_t> due = DueSerials(2);
  EXPECT_THAT(due, SizeIs(41));
  EXPECT_EQ(due.back(), 1);
}

TEST_P(Ledger, WhatIsSentAgainIsDueWhateverWaitsBeforeIt) {
  Record({Suppressed(NumberOf(0), 1), Suppressed(NumberOf(0), 2), Queued(NumberOf(0), 3)});
  const DueNotifications due = us().ListDue(1).value();
  ASSERT_THAT(due.notifications, SizeIs(1));
  Notification claimed = Claimed(due.notifications[0], due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  ASSERT_EQ(us().Note({Deferred(claimed, due.now + kLong)}).value(), 1);
  EXPECT_THAT(DueSerials(), IsEmpty());
  const Resending by = {.actor = {Role::kStaff, "eleni"}, .on_behalf_of = {}};
  for (std::int32_t seq : {1, 2})
    ASSERT_TRUE(us().Resend(NumberOf(0), seq, Key(static_cast<std::uint8_t>(seq)), by).ok());
  ASSERT_THAT(DueSerials(), SizeIs(3));
  claimed = Claimed(Get(NumberOf(0), 1), due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  ASSERT_EQ(us().Note({Deferred(claimed, due.now + kLong)}).value(), 1);
  EXPECT_THAT(DueSerials(), SizeIs(3)) << "the second is due though the first is not";
}

TEST_P(Ledger, NewsIsDueWithWhatWaitsBeforeIt) {
  Record({Queued(NumberOf(0), 1), Queued(NumberOf(1), 1), Queued(NumberOf(2), 1)});
  const DueNotifications due = us().ListDue(10).value();
  const absl::Time later = due.now + kLong;
  std::vector<Notification> claimed;
  for (const Notification& one : due.notifications) claimed.push_back(Claimed(one, later));
  ASSERT_TRUE(us().Claim(TakeLease(), claimed).value());
  const absl::Time past = due.now - absl::Seconds(1);
  ASSERT_EQ(us().Note({Deferred(claimed[0], later), Deferred(claimed[1], past)}).value(), 2);
  Record({Queued(NumberOf(0), 2), Queued(NumberOf(0), 3), Queued(NumberOf(1), 2),
          Queued(NumberOf(2), 2)});
  EXPECT_EQ(Get(NumberOf(0), 2).due_at, later);
  EXPECT_EQ(Get(NumberOf(0), 3).due_at, later);
  EXPECT_GE(*Get(NumberOf(1), 2).due_at, due.now) << "its wait is over";
  EXPECT_LT(*Get(NumberOf(1), 2).due_at, later);
  EXPECT_LT(*Get(NumberOf(2), 2).due_at, later) << "the first is under way";
}

TEST_P(Ledger, WhatIsSilencedIsSuppressedAtOnce) {
  Record({Queued(NumberOf(0), 1), Queued(NumberOf(0), 2), Queued(NumberOf(1), 1),
          Queued(NumberOf(2), 1), Suppressed(NumberOf(3), 1)});
  const DueNotifications due = us().ListDue(10).value();
  Notification deferred = Claimed(due.notifications[0], due.now + kLong);
  const Notification claimed = Claimed(due.notifications[2], due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {deferred, claimed}).value());
  deferred = Deferred(deferred, due.now + kLong);
  ASSERT_EQ(us().Note({deferred}).value(), 1);
  const Resending by = {.actor = {Role::kStaff, "eleni"}, .on_behalf_of = {}};
  ASSERT_TRUE(us().Resend(NumberOf(3), 1, Key(1), by).ok());
  const NotificationReason off = NotificationReason::kNotificationsOff;
  Record({Queued(NumberOf(0), 3), Queued(NumberOf(0), 5)},
         {{NumberOf(0), 4, off}, {NumberOf(1), 4, off}, {NumberOf(3), 4, off}});
  for (std::int32_t seq : {1, 2, 3}) {
    EXPECT_THAT(Get(NumberOf(0), seq),
                AllOf(Field(&Notification::state, NotificationState::kSuppressed),
                      Field(&Notification::reason, off), Field(&Notification::due_at, std::nullopt),
                      Field(&Notification::finished_at, PlacedAt())));
  }
  EXPECT_EQ(Get(NumberOf(0), 5).state, NotificationState::kQueued) << "it came after that";
  EXPECT_EQ(Get(NumberOf(1), 1), claimed) << "it may have been told";
  EXPECT_EQ(Get(NumberOf(2), 1).state, NotificationState::kQueued) << "it is another's";
  EXPECT_EQ(Get(NumberOf(3), 1).state, NotificationState::kQueued) << "staff wanted it told";
}

TEST_P(Ledger, AClaimThatHasRunOutIsDueAgain) {
  Record({Queued(NumberOf(0), 1)});
  const DueNotifications due = us().ListDue(10).value();
  const Notification claimed = Claimed(due.notifications[0], due.now - absl::Seconds(1));
  EXPECT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  EXPECT_THAT(us().ListDue(10).value().notifications, ElementsAre(claimed));
}

TEST_P(Ledger, ClaimsAreMadeTogetherOrNotAtAll) {
  Record({Queued(NumberOf(0), 1), Queued(NumberOf(0), 2)});
  const DueNotifications due = us().ListDue(10).value();
  const absl::Time until = due.now + kLong;
  const std::int64_t fence = TakeLease();
  ASSERT_TRUE(us().Claim(fence, {Claimed(due.notifications[1], until)}).value());
  EXPECT_FALSE(us().Claim(fence, {Claimed(due.notifications[0], until),
                                  Claimed(due.notifications[1], until)})
                   .value())
      << "the second has been claimed meanwhile";
  EXPECT_EQ(Get(NumberOf(0), 1), due.notifications[0]);
}

TEST_P(Ledger, AnAttemptThatWasOvertakenIsNotNoted) {
  Record({Queued(NumberOf(0), 1)});
  const DueNotifications due = us().ListDue(10).value();
  const std::int64_t fence = TakeLease();
  const Notification first = Claimed(due.notifications[0], due.now);
  ASSERT_TRUE(us().Claim(fence, {first}).value());
  const Notification second = Claimed(first, due.now + kLong);
  ASSERT_TRUE(us().Claim(fence, {second}).value());
  EXPECT_EQ(us().Note({Sent(first)}).value(), 0);
  EXPECT_EQ(us().Note({Sent(second)}).value(), 1);
  EXPECT_EQ(us().Note({Sent(second)}).value(), 0) << "what is done is done";
}

TEST_P(Ledger, WhatIsDoneCanBeQueuedAgainOnceForEachRequest) {
  const Resending by = {.actor = {Role::kService, "eshop"},
                        .on_behalf_of = Actor{Role::kStaff, "eleni"}};
  Record({Queued(NumberOf(0), 1)});
  EXPECT_EQ(us().Resend(NumberOf(0), 2, Key(1), by).value(), std::nullopt);
  EXPECT_EQ(us().Resend(NumberOf(0), 1, Key(1), by).value()->generation, 0) << "it is queued";
  const DueNotifications due = us().ListDue(10).value();
  const Notification claimed = Claimed(due.notifications[0], due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  ASSERT_EQ(us().Note({Sent(claimed)}).value(), 1);

  const Notification again = us().Resend(NumberOf(0), 1, Key(2), by).value().value();
  EXPECT_THAT(again, AllOf(Field(&Notification::state, NotificationState::kQueued),
                           Field(&Notification::generation, 1), Field(&Notification::attempts, 0),
                           Field(&Notification::finished_at, std::nullopt),
                           Field(&Notification::sent_at, Sent(claimed).sent_at),
                           Field(&Notification::title, Sent(claimed).title)));
  ASSERT_TRUE(again.resending.has_value());
  EXPECT_EQ(again.resending->actor, by.actor);
  EXPECT_EQ(again.resending->on_behalf_of, by.on_behalf_of);
  EXPECT_GE(again.resending->at, due.now);
  EXPECT_THAT(List({.subject = NumberOf(0), .only_sent = true}), ElementsAre(again));
  EXPECT_THAT(us().ListDue(10).value().notifications, ElementsAre(again));
  EXPECT_EQ(us().Note({Sent(claimed)}).value(), 0) << "that was the first time";
  const Notification twice = Claimed(again, due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {twice}).value());
  ASSERT_EQ(us().Note({Sent(twice)}).value(), 1);
  EXPECT_EQ(us().Resend(NumberOf(0), 1, Key(2), by).value(), Sent(twice)) << "the same request";
}

TEST_P(Ledger, ARequestIsOnceAlsoWhenThereWereOthersSince) {
  const Resending by = {.actor = {Role::kStaff, "eleni"}, .on_behalf_of = {}};
  Record({Suppressed(NumberOf(0), 1), Suppressed(NumberOf(0), 2)});
  const auto again = [&](std::uint8_t key) {
    const Notification queued = us().Resend(NumberOf(0), 1, Key(key), by).value().value();
    if (queued.state != NotificationState::kQueued) return queued.generation;
    const Notification claimed = Claimed(queued, PlacedAt() + kLong);
    EXPECT_TRUE(us().Claim(TakeLease(), {claimed}).value());
    EXPECT_EQ(us().Note({Sent(claimed)}).value(), 1);
    return queued.generation;
  };
  EXPECT_EQ(again(1), 1);
  EXPECT_EQ(again(2), 2);
  EXPECT_EQ(again(1), 2);
  EXPECT_EQ(us().Resend(NumberOf(0), 2, Key(1), by).value()->generation, 1)
      << "it is another notification";
  EXPECT_EQ(us().Resend(NumberOf(0), 2, Key(3), by).value()->generation, 1) << "it is queued";
  const Notification claimed = Claimed(Get(NumberOf(0), 2), PlacedAt() + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  ASSERT_EQ(us().Note({Sent(claimed)}).value(), 1);
  EXPECT_EQ(us().Resend(NumberOf(0), 2, Key(3), by).value(), Sent(claimed))
      << "also where it found nothing to do";
}

TEST_P(Ledger, WhatWasToldTogetherIsQueuedAgainTogether) {
  const Resending by = {.actor = {Role::kStaff, "eleni"}, .on_behalf_of = {}};
  std::vector<Notification> told = {Suppressed(NumberOf(0), 1), Suppressed(NumberOf(0), 2),
                                    Suppressed(NumberOf(0), 3)};
  told[1].unit_seq = 1;
  Record(told);
  EXPECT_EQ(us().Resend(NumberOf(0), 2, Key(1), by).value()->generation, 1);
  EXPECT_EQ(Get(NumberOf(0), 1).generation, 1);
  EXPECT_EQ(Get(NumberOf(0), 3).generation, 0) << "another unit";
  EXPECT_EQ(us().Resend(NumberOf(0), 1, Key(2), by).value()->generation, 1) << "it is queued";
  EXPECT_THAT(List({.subject = NumberOf(0), .unit_seq = 1}),
              ElementsAre(Field(&Notification::seq, 2), Field(&Notification::seq, 1)));
}

TEST_P(Ledger, ListsComeNewestFirstPageByPage) {
  Record({Queued(NumberOf(0), 1), Suppressed(NumberOf(0), 2), Queued(NumberOf(1), 2),
          Queued(NumberOf(1), 3)});
  const auto keys = [&](const NotificationQuery& query) {
    std::vector<std::pair<std::int64_t, std::int32_t>> found;
    for (const Notification& one : List(query))
      found.emplace_back(one.subject.serial() - kSerial, one.seq);
    return found;
  };
  using K = std::pair<std::int64_t, std::int32_t>;
  EXPECT_THAT(keys({}), ElementsAre(K{1, 3}, K{1, 2}, K{0, 2}, K{0, 1}));
  EXPECT_THAT(keys({.limit = 2}), ElementsAre(K{1, 3}, K{1, 2}));
  const NotificationCursor cursor = {
      .created_at = PlacedAt() + absl::Seconds(2), .subject = NumberOf(1), .seq = 2};
  EXPECT_THAT(keys({.after = cursor, .limit = 2}), ElementsAre(K{0, 2}, K{0, 1}));
  EXPECT_THAT(keys({.states = {NotificationState::kSuppressed}}), ElementsAre(K{0, 2}));
  EXPECT_THAT(
      keys({.states = {NotificationState::kQueued, NotificationState::kSuppressed}, .limit = 3}),
      ElementsAre(K{1, 3}, K{1, 2}, K{0, 2}));
  EXPECT_THAT(keys({.subject = NumberOf(0)}), ElementsAre(K{0, 2}, K{0, 1}));
  EXPECT_THAT(keys({.subject = NumberOf(0),
                    .after = NotificationCursor{.created_at = {}, .subject = {}, .seq = 2}}),
              ElementsAre(K{0, 1}));
  EXPECT_THAT(keys({.subject = NumberOf(0), .states = {NotificationState::kSent}}), IsEmpty());
}

// However large the ledger is, what is due and each page of a list cost the same.
TEST_P(Ledger, DueOnesAndListsAreReadOffAnIndex) {
  Record({Queued(NumberOf(0), 1), Suppressed(NumberOf(0), 2)});
  auto session = database().Connect(sql::Purpose::kRead);
  const sql::Dialect dialect(GetParam());
  const auto plan_of = [&](const sql::ListStatement& statement) {
    const std::vector<PlanStep> plan = PlanOf(*session, GetParam(), statement);
    EXPECT_THAT(plan, SortsNothing());
    return KeysOf(plan);
  };
  const std::string primary = OnSqlite() ? "PRIMARY KEY" : "PRIMARY";
  const NotificationCursor cursor = {.created_at = PlacedAt(), .subject = NumberOf(1), .seq = 2};
  EXPECT_THAT(plan_of(sql::FindDueNotifications(dialect, PlacedAt(), 10)),
              testing::Contains(HasSubstr("notifications_due")));
  EXPECT_THAT(plan_of(sql::FindNotifications(dialect, {.after = cursor}, std::nullopt)),
              ElementsAre(HasSubstr("notifications_by_time")));
  EXPECT_THAT(
      plan_of(sql::FindNotifications(dialect, {.after = cursor}, NotificationState::kFailed)),
      ElementsAre(HasSubstr("notifications_by_state")));
  EXPECT_THAT(
      plan_of(sql::FindNotifications(dialect, {.subject = NumberOf(0), .after = cursor}, {})),
      ElementsAre(HasSubstr(primary)));
}

TEST_P(Ledger, TheOrderPageShowsWhatWasSentAndToStaffTheRest) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  Record({Queued(NumberOf(0), 1), Suppressed(NumberOf(0), 2)});
  const DueNotifications due = us().ListDue(10).value();
  const Notification claimed = Claimed(due.notifications[0], due.now + kLong);
  ASSERT_TRUE(us().Claim(TakeLease(), {claimed}).value());
  ASSERT_EQ(us().Note({Sent(claimed)}).value(), 1);
  auto reader = OpenReader();
  EXPECT_THAT(reader->GetPage(NumberOf(0), /*include_internal=*/false, 10).value().notifications,
              ElementsAre(Sent(claimed)));
  EXPECT_THAT(reader->GetPage(NumberOf(0), /*include_internal=*/true, 10).value().notifications,
              ElementsAre(Suppressed(NumberOf(0), 2), Sent(claimed)));
}

TEST_P(Ledger, ActivitiesAreReadByTheirNames) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  MustWrite(Comment(order.order(), "one"));
  MustWrite(CreationOf(PlacedOrder(kSerial + 1)));
  const std::vector<Activity> log = ReadLog(*OpenReader(), NumberOf(0)).value();
  const auto last = static_cast<std::int32_t>(log.size());
  const std::vector<Activity> found =
      OpenReader()
          ->GetActivities({{{NumberOf(0), last}, {NumberOf(1), 1}, {NumberOf(0), last + 1}}})
          .value();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0], log.back());
  EXPECT_EQ(found[1].subject, NumberOf(1));
}

// --- E-mails that were sent to us ---

class ReceivedMail : public StoreConformance {
 protected:
  void SetUp() override {
    StoreConformance::SetUp();
    if (IsSkipped()) return;
    MustWrite(CreationOf(first_));
    MustWrite(CreationOf(PlacedOrder(kSerial + 1)));
  }

  const OrderInTest first_ = PlacedOrder(kSerial);

  ReceivedEmailSession& session() {
    if (session_ == nullptr) session_ = store().OpenReceivedEmailSession().value();
    return *session_;
  }
  static ReceivedEmail EmailOf(int i, RequestKey key) {
    return {.message_key = key,
            .subject = NumberOf(i),
            .received_at = PlacedAt(),
            .message_id = "a@example.gr",
            .sender = "maria@example.gr",
            .size = 5};
  }
  static ReceivedEmail Concluded(ReceivedEmail email, EmailOutcome outcome,
                                 std::optional<std::int32_t> seq = std::nullopt) {
    email.outcome = outcome;
    email.seq = seq;
    return email;
  }
  ReceivedEmail Keep(const ReceivedEmail& email, absl::string_view raw,
                     std::optional<std::int32_t> seq = std::nullopt) {
    const ReceivedEmail added = session().Add(email).value();
    return session().Conclude(Concluded(added, EmailOutcome::kCommented, seq), raw).value();
  }
  // Leaves a comment on the first order, as the request of that key; returns its seq.
  std::int32_t Comment(RequestKey key) {
    Change comment = test::Comment(first_.order(), "by mail");
    const std::int32_t seq = comment.activities.front().seq;
    comment.request_key = key;
    MustWrite(std::move(comment));
    return seq;
  }
  void Redact(std::optional<std::int32_t> comment_seq, const std::string& email = "") {
    auto writer = OpenWriter();
    ASSERT_THAT(writer->Begin(), IsOk());
    ASSERT_THAT(writer->Load({.subjects = {NumberOf(0)}}).status(), IsOk());
    const ActivityRedaction redaction = {
        .subject = NumberOf(0), .comment_seq = comment_seq, .email = email};
    ASSERT_THAT(writer->RedactActivities({redaction}), IsOk());
    ASSERT_THAT(writer->Commit(), IsOk());
  }

 private:
  std::unique_ptr<ReceivedEmailSession> session_;
};

INSTANTIATE_TEST_SUITE_P(All, ReceivedMail, testing::ValuesIn(AllBackends()), BackendName);

TEST_P(ReceivedMail, TheSameMessageIsThereOnceAndKeepsWhatBecameOfIt) {
  const ReceivedEmail first = session().Add(EmailOf(0, Key(1))).value();
  EXPECT_FALSE(first.has_raw);
  ReceivedEmail other = EmailOf(0, Key(1));
  other.sender = "other@example.gr";
  EXPECT_EQ(session().Add(other).value(), first);
  const ReceivedEmail done =
      session().Conclude(Concluded(first, EmailOutcome::kCommented, 4), "raw bytes").value();
  EXPECT_EQ(done.outcome, EmailOutcome::kCommented);
  EXPECT_THAT(done.seq, Optional(4));
  EXPECT_TRUE(done.has_raw);
  EXPECT_EQ(session().Add(EmailOf(0, Key(1))).value(), done);
  EXPECT_EQ(session().Conclude(Concluded(first, EmailOutcome::kStranger), "others").value(), done)
      << "what is done is done";
  EXPECT_EQ(OpenReader()->GetRawEmail(first.id).value(), "raw bytes");
}

TEST_P(ReceivedMail, OfAStrangersNoMoreIsKeptThanIsGiven) {
  ReceivedEmail row = EmailOf(0, Key(1));
  row.sender.clear();
  row.message_id.clear();
  const ReceivedEmail added = session().Add(row).value();
  const ReceivedEmail done =
      session().Conclude(Concluded(added, EmailOutcome::kFormerAddress), "").value();
  EXPECT_EQ(absl::StrCat(done.sender, done.message_id), "");
  EXPECT_FALSE(done.has_raw);
  EXPECT_EQ(OpenReader()->GetRawEmail(added.id).value(), "");
}

TEST_P(ReceivedMail, AddressesToWhichMailWentAreKnownByTheLedger) {
  EXPECT_THAT(session().ListAddressesTold(NumberOf(0)).value(), IsEmpty());
  auto ledger = store().OpenNotificationSession().value();
  const std::int64_t fence = ledger->TakeLease("us", kLong).value().value();
  ASSERT_TRUE(ledger
                  ->Record(fence,
                           {Queued(NumberOf(0), 1), Queued(NumberOf(0), 2), Queued(NumberOf(0), 3)},
                           {}, {.epoch = 1, .position = 1}, PlacedAt())
                  .value());
  const DueNotifications due = ledger->ListDue(1).value();
  ASSERT_TRUE(ledger
                  ->Claim(fence, {Claimed(due.notifications[0], due.now + kLong),
                                  Claimed(due.notifications[1], due.now + kLong)})
                  .value());
  EXPECT_THAT(session().ListAddressesTold(NumberOf(0)).value(), ElementsAre("maria@example.gr"));
  EXPECT_THAT(session().ListAddressesTold(NumberOf(1)).value(), IsEmpty());
}

TEST_P(ReceivedMail, AddressesToWhichMailWentStayKnownWhenItGoesToAnother) {
  auto ledger = store().OpenNotificationSession().value();
  const std::int64_t fence = ledger->TakeLease("us", kLong).value().value();
  ASSERT_TRUE(
      ledger->Record(fence, {Queued(NumberOf(0), 1)}, {}, {.epoch = 1, .position = 1}, PlacedAt())
          .value());
  const auto send = [&](const std::string& address) {
    const DueNotifications due = ledger->ListDue(1).value();
    Notification claimed = Claimed(due.notifications.at(0), due.now + kLong);
    claimed.address = address;
    EXPECT_TRUE(ledger->Claim(fence, {claimed}).value());
    EXPECT_EQ(ledger->Note({Sent(claimed)}).value(), 1);
  };
  send("maria@example.gr");
  const Resending by = {.actor = {Role::kStaff, "eleni"}, .on_behalf_of = {}};
  ASSERT_TRUE(ledger->Resend(NumberOf(0), 1, Key(1), by).ok());
  send("maria@new.example.gr");
  EXPECT_THAT(session().ListAddressesTold(NumberOf(0)).value(),
              testing::UnorderedElementsAre("maria@example.gr", "maria@new.example.gr"));
  Redact(std::nullopt);
  EXPECT_THAT(session().ListAddressesTold(NumberOf(0)).value(), IsEmpty());
}

TEST_P(ReceivedMail, AMessageOfTwentyFiveMebibytesComesBackWhole) {
  std::string raw(std::size_t{25} << 20, 'x');
  for (std::size_t i = 0; i < raw.size(); i += 4093) raw[i] = static_cast<char>(i % 251);
  const ReceivedEmail added = session().Add(EmailOf(0, Key(1))).value();
  ASSERT_THAT(session().Conclude(Concluded(added, EmailOutcome::kEmpty), raw).status(), IsOk());
  EXPECT_TRUE(OpenReader()->GetRawEmail(added.id).value() == raw);
}

TEST_P(ReceivedMail, AnAddressThatWasMadeUpNamesNothing) {
  EXPECT_EQ(session().Add(EmailOf(7, Key(1))).value().subject, std::nullopt);
}

TEST_P(ReceivedMail, ListsComeNewestFirst) {
  ReceivedEmail of_none = EmailOf(0, Key(3));
  of_none.subject.reset();
  of_none.outcome = EmailOutcome::kUnknownAddress;
  const std::int64_t a = session().Add(EmailOf(0, Key(1))).value().id;
  const std::int64_t b = session().Add(EmailOf(1, Key(2))).value().id;
  const std::int64_t c = session().Add(of_none).value().id;
  const auto ids = [&](const ReceivedEmailQuery& query) {
    std::vector<std::int64_t> found;
    const std::vector<ReceivedEmail> emails = OpenReader()->ListReceivedEmails(query).value();
    found.reserve(emails.size());
    for (const ReceivedEmail& one : emails) found.push_back(one.id);
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre(c, b, a));
  EXPECT_THAT(ids({.before = c, .limit = 1}), ElementsAre(b));
  EXPECT_THAT(ids({.subject = NumberOf(0)}), ElementsAre(a));
}

TEST_P(ReceivedMail, RedactionLeavesNeitherMessagesNorAddresses) {
  auto ledger = store().OpenNotificationSession().value();
  const std::int64_t fence = ledger->TakeLease("us", kLong).value().value();
  ASSERT_TRUE(
      ledger->Record(fence, {Queued(NumberOf(0), 1)}, {}, {.epoch = 1, .position = 1}, PlacedAt())
          .value());
  const DueNotifications due = ledger->ListDue(1).value();
  const Notification claimed = Claimed(due.notifications[0], due.now + kLong);
  ASSERT_TRUE(ledger->Claim(fence, {claimed}).value());
  ASSERT_EQ(ledger->Note({Sent(claimed)}).value(), 1);
  const ReceivedEmail mine = Keep(EmailOf(0, Key(1)), "mine");
  const ReceivedEmail other = Keep(EmailOf(1, Key(2)), "other");

  Redact(std::nullopt);
  auto reader = OpenReader();
  const Notification told = reader->GetNotification(NumberOf(0), 1).value().value();
  EXPECT_EQ(absl::StrCat(told.address, told.detail, told.title), "");
  EXPECT_EQ(told.state, NotificationState::kSent);
  EXPECT_EQ(reader->GetRawEmail(mine.id).value(), "");
  EXPECT_EQ(reader->GetReceivedEmail(mine.id).value()->sender, "");
  EXPECT_FALSE(reader->GetReceivedEmail(mine.id).value()->has_raw);
  EXPECT_EQ(reader->GetRawEmail(other.id).value(), "other");
}

// What belongs to another order goes with that.
TEST_P(ReceivedMail, RedactionForgetsWhatTheirCustomerSentToNobody) {
  ReceivedEmail hers = EmailOf(0, Key(1));
  hers.subject.reset();
  hers.outcome = EmailOutcome::kUnknownAddress;
  ReceivedEmail others = hers;
  others.message_key = Key(2);
  others.sender = "nikos@example.gr";
  const std::int64_t a = session().Add(hers).value().id;
  const std::int64_t b = session().Add(others).value().id;
  const ReceivedEmail kept = Keep(EmailOf(1, Key(3)), "of another order");
  Redact(std::nullopt, "Maria@Example.gr");
  EXPECT_EQ(absl::StrCat(OpenReader()->GetReceivedEmail(a).value()->sender,
                         OpenReader()->GetReceivedEmail(a).value()->message_id),
            "");
  EXPECT_EQ(OpenReader()->GetReceivedEmail(b).value()->sender, "nikos@example.gr");
  EXPECT_EQ(OpenReader()->GetReceivedEmail(kept.id).value(), kept);
}

TEST_P(ReceivedMail, WhatBelongsToNobodyIsDroppedInBatches) {
  std::vector<std::int64_t> ids;
  for (int i = 0; i < 4; ++i) {
    ReceivedEmail email = EmailOf(0, Key(static_cast<std::uint8_t>(i)));
    email.received_at += absl::Hours(i);
    email.outcome = i == 1 ? EmailOutcome::kReceived : EmailOutcome::kUnknownAddress;
    ids.push_back(session().Add(email).value().id);
  }
  const absl::Time before = PlacedAt() + absl::Hours(3);
  EXPECT_EQ(session().DropUnowned(before, 1).value(), 1);
  EXPECT_EQ(OpenReader()->GetReceivedEmail(ids[0]).value(), std::nullopt) << "the oldest first";
  EXPECT_EQ(session().DropUnowned(before, 5).value(), 1);
  EXPECT_EQ(session().DropUnowned(before, 5).value(), 0);
  EXPECT_EQ(OpenReader()->GetReceivedEmail(ids[2]).value(), std::nullopt);
  EXPECT_NE(OpenReader()->GetReceivedEmail(ids[1]).value(), std::nullopt) << "being worked on";
  EXPECT_NE(OpenReader()->GetReceivedEmail(ids[3]).value(), std::nullopt) << "not old enough";

  const ReceivedEmail kept = Keep(EmailOf(0, Key(8)), "raw");
  const ReceivedEmail strangers = session().Add(EmailOf(0, Key(9))).value();
  ASSERT_THAT(session().Conclude(Concluded(strangers, EmailOutcome::kStranger), "").status(),
              IsOk());
  EXPECT_EQ(session().DropUnowned(before, 5).value(), 1);
  EXPECT_EQ(OpenReader()->GetReceivedEmail(strangers.id).value(), std::nullopt);
  EXPECT_EQ(OpenReader()->GetReceivedEmail(kept.id).value(), kept);
}

TEST_P(ReceivedMail, WhatIsToBeDroppedIsReadOffAnIndex) {
  auto connection = database().Connect(sql::Purpose::kRead);
  const std::vector<PlanStep> plan = PlanOf(
      *connection, GetParam(), sql::FindUnownedEmails(sql::Dialect(GetParam()), PlacedAt(), 10));
  EXPECT_THAT(plan, SortsNothing());
  EXPECT_THAT(KeysOf(plan), ElementsAre(HasSubstr("received_emails_unowned")));
}

TEST_P(ReceivedMail, TheRedactionOfACommentTakesTheMessageThatItWasMadeOf) {
  const std::int32_t seq = Comment(Key(1));
  const ReceivedEmail of_it = Keep(EmailOf(0, Key(3)), "of it", seq);
  const ReceivedEmail other = Keep(EmailOf(0, Key(2)), "other");
  Redact(seq);
  EXPECT_EQ(OpenReader()->GetRawEmail(of_it.id).value(), "");
  EXPECT_EQ(OpenReader()->GetRawEmail(other.id).value(), "other");
}

TEST_P(ReceivedMail, TheRedactionOfACommentTakesTheMessagesThatMayQuoteIt) {
  const std::int32_t seq = Comment(Key(1));
  const absl::Time said = ReadLog(*OpenReader(), NumberOf(0)).value().back().recorded_at;
  ReceivedEmail email = EmailOf(0, Key(2));
  email.received_at = said - absl::Seconds(1);
  const ReceivedEmail before = Keep(email, "before");
  email = EmailOf(0, Key(3));
  email.received_at = said + absl::Seconds(1);
  const ReceivedEmail quoting = Keep(email, "> by mail");
  email.message_key = Key(4);
  const ReceivedEmail pending = session().Add(email).value();
  email = EmailOf(1, Key(5));
  email.received_at = said + absl::Seconds(1);
  const ReceivedEmail of_another = Keep(email, "of another order");
  Redact(seq);
  EXPECT_EQ(OpenReader()->GetRawEmail(before.id).value(), "before");
  EXPECT_EQ(OpenReader()->GetRawEmail(quoting.id).value(), "");
  const ReceivedEmail left = OpenReader()->GetReceivedEmail(quoting.id).value().value();
  EXPECT_FALSE(left.has_raw);
  EXPECT_EQ(left.sender, "maria@example.gr") << "of the e-mail, only its text may hold the comment";
  EXPECT_FALSE(
      session().Conclude(Concluded(pending, EmailOutcome::kCommented, 9), "> by mail")->has_raw);
  EXPECT_EQ(OpenReader()->GetRawEmail(of_another.id).value(), "of another order");
}

// A server may end between the comment and the conclusion, and the e-mail comes again.
TEST_P(ReceivedMail, WhatIsConcludedAfterTheRedactionBringsNothingBack) {
  const ReceivedEmail of_comment = session().Add(EmailOf(0, Key(1))).value();
  const ReceivedEmail other = session().Add(EmailOf(0, Key(2))).value();
  const std::int32_t seq = Comment(Key(1));
  Redact(seq);
  const ReceivedEmail late =
      session().Conclude(Concluded(of_comment, EmailOutcome::kCommented, seq), "raw").value();
  EXPECT_EQ(late.outcome, EmailOutcome::kCommented);
  EXPECT_THAT(late.seq, Optional(seq));
  EXPECT_EQ(absl::StrCat(late.sender, late.message_id), "");
  EXPECT_FALSE(late.has_raw);
  EXPECT_EQ(OpenReader()->GetRawEmail(late.id).value(), "");
  EXPECT_TRUE(session().Conclude(Concluded(other, EmailOutcome::kEmpty), "raw").value().has_raw);

  const ReceivedEmail third = session().Add(EmailOf(0, Key(3))).value();
  Redact(std::nullopt);
  EXPECT_FALSE(session().Conclude(Concluded(third, EmailOutcome::kEmpty), "raw").value().has_raw);
  EXPECT_EQ(OpenReader()->GetRawEmail(third.id).value(), "");
  EXPECT_EQ(OpenReader()->GetRawEmail(other.id).value(), "");
}

}  // namespace
}  // namespace ipstore::orders::test
