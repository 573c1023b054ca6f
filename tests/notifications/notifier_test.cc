// The notifier: every customer is told everything, once and in order, whatever fails and whoever
// does the work; and the ledger says what became of it.
#include "server/notifications/notifier.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/open.h"
#include "tests/notifications/fake_post.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// What a test's mails say: the order's number, and the seqs that are told.
std::string Told(Number number, absl::string_view seqs) {
  return absl::StrCat(number.ToString(), ": ", seqs);
}

absl::StatusOr<PreparedMail> Prepare(const News& news, const Notification& lead) {
  const Order& order = std::get<Order>(*news.subject);
  const std::string seqs = absl::StrJoin(
      news.activities, ",",
      [](std::string* out, const Activity& activity) { absl::StrAppend(out, activity.seq); });
  if (order.content.customer.email == "nobody@") return absl::InvalidArgumentError("no address");
  return PreparedMail{
      .sender = "orders@example.gr",
      .recipient = order.content.customer.email,
      .message_id = absl::StrCat(lead.subject.ToString(), ".", lead.seq, ".", lead.generation),
      .title = absl::StrCat("title of ", lead.seq),
      .bytes = Told(lead.subject, seqs)};
}

class Notifying : public WritePathOn {
 protected:
  void SetUp() override {
    WritePathOn::SetUp();
    notifier_options.poll_interval = absl::Milliseconds(5);
    notifier_options.lease = absl::Milliseconds(300);
    notifier_options.delivery_timeout = absl::Milliseconds(100);
    notifier_options.claim_margin = absl::Milliseconds(50);
    notifier_options.first_backoff = absl::Milliseconds(20);
    notifier_options.last_backoff = absl::Milliseconds(100);
    notifier_options.first_outage_backoff = absl::Milliseconds(5);
    notifier_options.last_outage_backoff = absl::Milliseconds(20);
    notifier_options.prepare = Prepare;
    notifier_options.open_mailer = post.Factory();
    notifier_options.on_trouble = [this](absl::string_view line) {
      const std::lock_guard lock(mutex_);
      troubles_.emplace_back(line);
    };
  }
  void TearDown() override {
    post.Release();
    notifier_.reset();
    WritePathOn::TearDown();
  }

  // Change them before Start().
  NotifierOptions notifier_options;
  FakePost post;

  void Start() { notifier_ = Begin(store()); }
  std::unique_ptr<Notifier> Begin(Store& on) {
    absl::StatusOr<std::unique_ptr<Notifier>> opened = Notifier::Open(on, notifier_options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    if (!opened.ok()) return nullptr;
    (*opened)->Begin();
    return *std::move(opened);
  }
  Notifier& notifier() { return *notifier_; }
  void End(absl::Time deadline = absl::InfiniteFuture()) {
    notifier_->Stop(deadline);
    notifier_.reset();
  }

  Number Place() { return server().Place(NewRequestId()); }
  void Do(Number number, OrderCommand command) {
    Submit(Changing(number, std::move(command))).WaitApplied();
  }
  void StartProcessing(Number number, bool notify = true) {
    Do(number, TransitionOrder{.action = OrderAction::kStartProcessing, .notify = notify});
  }
  void Say(Number number, Visibility visibility = Visibility::kPublic) {
    Do(number, AddComment{.comment = {.text = "ok", .visibility = visibility}});
  }

  std::vector<Notification> Ledger() {
    std::vector<Notification> all =
        server().store().OpenReader().value()->ListNotifications({.limit = 1'000}).value();
    std::ranges::sort(all, {},
                      [](const Notification& one) { return std::pair(one.subject, one.seq); });
    return all;
  }
  Notification Row(Number number, std::int32_t seq) {
    return server()
        .store()
        .OpenReader()
        .value()
        ->GetNotification(number, seq)
        .value()
        .value_or(Notification());
  }
  bool WaitForArrivals(std::size_t count) {
    return WaitUntil([&] { return post.Arrived().size() >= count; });
  }
  bool WaitForState(Number number, std::int32_t seq, NotificationState state) {
    return WaitUntil(
        [&] { return Row(number, seq).state == state && Row(number, seq).seq == seq; });
  }
  // Until nothing is queued of what has been committed by now.
  bool WaitUntilDone() {
    const std::int64_t head = server().store().ReadFeedHead().value().position;
    return WaitUntil([&] {
      const FeedStatus feed = server().store().OpenReader().value()->ReadFeedStatus().value();
      return feed.consumers.size() == 1 && feed.consumers[0].consumer.mark.position >= head &&
             std::ranges::none_of(Ledger(), [](const Notification& one) {
               return one.state == NotificationState::kQueued;
             });
    });
  }

  std::vector<std::string> Troubles() const {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> troubles_;
  std::unique_ptr<Notifier> notifier_;
};

INSTANTIATE_TEST_SUITE_P(All, Notifying, testing::ValuesIn(AllBackends()), BackendTitle);

MATCHER_P2(Is, state, reason, "") {
  *result_listener << "state " << static_cast<int>(arg.state) << ", reason "
                   << static_cast<int>(arg.reason) << ", \"" << arg.detail << "\"";
  return arg.state == state && arg.reason == reason;
}
auto IsSent() {
  return Is(NotificationState::kSent, NotificationReason::kNone);
}
auto IsSuppressed(NotificationReason why) {
  return Is(NotificationState::kSuppressed, why);
}
auto HasFailed(NotificationReason why) {
  return Is(NotificationState::kFailed, why);
}

TEST_P(Notifying, EverythingIsToldOnceAndInOrder) {
  Start();
  const Number number = Place();
  StartProcessing(number);
  Do(number, Passed(CheckKind::kDetails));
  Say(number, Visibility::kInternal);
  Say(number);
  ASSERT_TRUE(WaitForArrivals(3));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(),
              ElementsAre(Told(number, "1"), Told(number, "2"), Told(number, "5")));
  const std::vector<Notification> ledger = Ledger();
  EXPECT_THAT(ledger, SizeIs(3));
  EXPECT_THAT(ledger, Each(IsSent()));
  EXPECT_EQ(ledger[1].title, "title of 2");
  EXPECT_EQ(ledger[1].detail, "250 Ok");
  EXPECT_EQ(ledger[1].address, post.Arrived()[1].recipient);
  EXPECT_EQ(ledger[1].attempts, 1);
}

TEST_P(Notifying, WhatIsDoneInOneCallIsToldInOneMail) {
  Start();
  const Number number = Place();
  Do(number, TransitionOrder{.action = OrderAction::kStartProcessing,
                             .comment = NewComment{.text = "we begin"}});
  ASSERT_TRUE(WaitForArrivals(2));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1"), Told(number, "2,3")));
  EXPECT_THAT(Ledger(), Each(IsSent()));
  EXPECT_EQ(Row(number, 2).lead_seq, 3);
}

TEST_P(Notifying, SilenceIsKeptAndSaysWhy) {
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  StartProcessing(number, /*notify=*/false);
  Do(number, SetNotifications{.on = false});
  Say(number);
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(Ledger(), ElementsAre(IsSent(), IsSuppressed(NotificationReason::kByCaller),
                                    IsSuppressed(NotificationReason::kNotificationsOff)));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1")));
}

TEST_P(Notifying, WhatHappenedBeforeTheFirstStartIsNoNews) {
  Place();
  Start();
  const Number second = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(second, "1")));
}

TEST_P(Notifying, WhatHappensWhileNobodyRunsIsToldAfterwards) {
  Start();
  End();
  const Number number = Place();
  Start();
  ASSERT_TRUE(WaitForArrivals(1));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1")));
}

TEST_P(Notifying, WhatHappenedLongBeforeItIsRecordedIsToldTogether) {
  Start();
  End();
  const Number number = Place();
  StartProcessing(number);
  notifier_options.late_after = absl::Milliseconds(300);
  const absl::Time late = absl::Now() + notifier_options.late_after;
  ASSERT_TRUE(WaitUntil([&] { return absl::Now() > late; }));
  Start();
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1,2")));
}

TEST_P(Notifying, WhatIsTooOldIsNotTold) {
  Start();
  End();
  const Number number = Place();
  notifier_options.clock = [] { return absl::Now() + absl::Hours(24 * 30); };
  Start();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kSuppressed));
  EXPECT_THAT(Row(number, 1), IsSuppressed(NotificationReason::kTooOld));
  EXPECT_THAT(post.Arrived(), IsEmpty());
}

TEST_P(Notifying, TheSettingIsLookedAtOnceMoreBeforeSending) {
  post.AnswerWith(DeliveryOutcome::kDeferred, "450 later");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 1).attempts > 0; }));
  End();
  Do(number, SetNotifications{.on = false});
  post.AnswerBy(nullptr);
  Start();
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(Row(number, 1), IsSuppressed(NotificationReason::kNotificationsOff));
  EXPECT_THAT(post.Arrived(), IsEmpty());
}

TEST_P(Notifying, WhatWaitsWhenNotificationsAreTurnedOffIsNotToldWhenTheyAreOnAgain) {
  notifier_options.first_backoff = absl::Hours(1);
  post.AnswerWith(DeliveryOutcome::kDeferred, "450 later");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 1).failures == 1; }));
  Do(number, SetNotifications{.on = false});
  Do(number, SetNotifications{.on = true});
  post.AnswerBy(nullptr);
  Say(number);
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "4")));
  EXPECT_THAT(Row(number, 1), IsSuppressed(NotificationReason::kNotificationsOff));
}

TEST_P(Notifying, WhoHasNoAddressAnyMoreIsNotTold) {
  post.AnswerWith(DeliveryOutcome::kDeferred, "450 later for maria@example.gr");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 1).attempts > 0; }));
  Submit(RedactionOf(number)).WaitApplied();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kSuppressed));
  EXPECT_THAT(Row(number, 1), IsSuppressed(NotificationReason::kRedacted));
  EXPECT_EQ(absl::StrCat(Row(number, 1).address, Row(number, 1).detail), "");
}

TEST_P(Notifying, ARedactionWhileTheMailIsOnItsWayLeavesNoAddress) {
  notifier_options.delivery_timeout = absl::Minutes(1);
  post.Hold();
  Start();
  const Number number = Place();
  ASSERT_TRUE(post.WaitUntilHeld(1));
  Submit(RedactionOf(number)).WaitApplied();
  post.Release();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kSent));
  EXPECT_EQ(absl::StrCat(Row(number, 1).address, Row(number, 1).detail, Row(number, 1).title), "");
}

TEST_P(Notifying, OneGreylistedMailHoldsUpNoOtherOrder) {
  Start();
  const Number first = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  notifier_options.first_backoff = absl::Hours(1);
  notifier_options.last_backoff = absl::Hours(1);
  End();
  post.AnswerBy([&](const PostedLetter& letter) -> Delivery {
    if (absl::StrContains(letter.bytes, first.ToString()))
      return {.outcome = DeliveryOutcome::kDeferred, .answer = "451 greylisted"};
    return {.outcome = DeliveryOutcome::kAccepted, .answer = "250 Ok"};
  });
  Start();
  StartProcessing(first);
  ASSERT_TRUE(WaitUntil([&] { return Row(first, 2).attempts > 0; }));
  const Number second = Place();
  ASSERT_TRUE(WaitForArrivals(2));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(first, "1"), Told(second, "1")));
  EXPECT_THAT(Row(first, 2), AllOf(Is(NotificationState::kQueued, NotificationReason::kNone),
                                   Field(&Notification::detail, "451 greylisted")));
}

TEST_P(Notifying, OneOrderWithMuchNewsInBackOffHoldsUpNoOther) {
  notifier_options.first_backoff = absl::Hours(1);
  notifier_options.last_backoff = absl::Hours(1);
  notifier_options.threads = 1;
  Start();
  End();
  const Number crowded = Place();
  for (int i = 0; i < 86; ++i) Say(crowded);
  post.AnswerWith(DeliveryOutcome::kDeferred, "451 greylisted");
  notifier_options.late_after = absl::Seconds(-1);  // all at once
  Start();
  ASSERT_TRUE(
      WaitUntil([&] { return Row(crowded, 87).seq == 87 && Row(crowded, 50).attempts > 0; }));
  ASSERT_TRUE(WaitUntil([&] { return !Row(crowded, 50).detail.empty(); }));
  EXPECT_EQ(Row(crowded, 51).attempts, 0);
  post.AnswerBy(nullptr);
  const Number other = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(other, "1")));
}

TEST_P(Notifying, NewsBreaksNoBackOff) {
  notifier_options.first_backoff = absl::Hours(1);
  notifier_options.last_backoff = absl::Hours(1);
  post.AnswerWith(DeliveryOutcome::kDeferred, "451 greylisted");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 1).failures == 1; }));
  const absl::Time due = *Row(number, 1).due_at;
  for (int i = 0; i < 3; ++i) Say(number);
  const Number other = Place();
  ASSERT_TRUE(WaitUntil([&] { return Row(other, 1).failures == 1; })) << "others have been tried";
  EXPECT_EQ(Row(number, 1).failures, 1);
  EXPECT_EQ(Row(number, 1).due_at, due);
  EXPECT_EQ(Row(number, 4).due_at, due);
  EXPECT_EQ(Row(number, 4).attempts, 0);
}

TEST_P(Notifying, LateNewsIsToldAlongWithTheNew) {
  notifier_options.first_backoff = absl::Seconds(1);
  notifier_options.last_backoff = absl::Seconds(1);
  post.AnswerWith(DeliveryOutcome::kDeferred, "451 greylisted");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return !Row(number, 1).detail.empty(); }));
  StartProcessing(number);
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 2).seq == 2; }));
  post.AnswerBy(nullptr);
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1,2")));
  EXPECT_THAT(Ledger(), Each(IsSent()));
}

TEST_P(Notifying, WhatIsRejectedIsADeadLetterThatStaffCanSendAgain) {
  post.AnswerWith(DeliveryOutcome::kRejected, "550 no such user");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kFailed));
  EXPECT_THAT(Row(number, 1), AllOf(HasFailed(NotificationReason::kRejected),
                                    Field(&Notification::detail, "550 no such user")));
  EXPECT_TRUE(WaitUntil([&] { return !Troubles().empty(); }));
  EXPECT_THAT(Troubles(), ElementsAre(AllOf(HasSubstr(number.ToString()), HasSubstr("refused"),
                                            Not(HasSubstr("no such user")))));
  post.AnswerBy(nullptr);
  auto session = store().OpenNotificationSession().value();
  RequestKey key{};
  key.fill(1);
  ASSERT_TRUE(
      session->Resend(number, 1, key, {.actor = {Role::kStaff, "eleni"}, .on_behalf_of = {}})
          .value()
          .has_value());
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kSent));
  EXPECT_THAT(post.Arrived(), ElementsAre(Field(&PostedLetter::message_id,
                                                absl::StrCat(number.ToString(), ".1.1"))));
}

TEST_P(Notifying, WhatNoMailCanBeMadeOfFailsAndHoldsUpNothing) {
  notifier_options.prepare = [](const News& news, const Notification& lead) {
    if (lead.seq == 1)
      return absl::StatusOr<PreparedMail>(absl::InvalidArgumentError("no address"));
    return Prepare(news, lead);
  };
  Start();
  const Number number = Place();
  StartProcessing(number);
  ASSERT_TRUE(WaitForArrivals(1));
  EXPECT_THAT(Row(number, 1), AllOf(HasFailed(NotificationReason::kUnsendable),
                                    Field(&Notification::detail, "no address")));
}

TEST_P(Notifying, WhatCannotBeReadFailsAndHoldsUpNothing) {
  open_options.cache_bytes = 0;  // else it is not read
  post.AnswerWith(DeliveryOutcome::kDeferred, "connection refused", /*server_away=*/true);
  notifier_options.threads = 2;
  Start();
  const Number broken = Place();
  const Number sound = Place();
  ASSERT_TRUE(WaitUntil([&] { return Row(sound, 1).seq == 1 && Row(broken, 1).seq == 1; }));
  End();
  const auto set_method = [&](absl::string_view method) {
    database().Execute(
        absl::StrCat("UPDATE orders SET method = '", method, "' WHERE number = ", broken.value()));
  };
  set_method("?");
  post.AnswerBy(nullptr);
  Start();
  ASSERT_TRUE(WaitForArrivals(1));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(sound, "1")));
  ASSERT_TRUE(WaitForState(broken, 1, NotificationState::kFailed));
  EXPECT_THAT(Row(broken, 1), HasFailed(NotificationReason::kUnsendable));
  EXPECT_NE(Row(broken, 1).detail, "");
  EXPECT_TRUE(WaitUntil(
      [&] { return absl::StrContains(absl::StrJoin(Troubles(), "\n"), broken.ToString()); }));
  set_method("COURIER");
}

// Says also whether it is the first mail.
absl::StatusOr<PreparedMail> PrepareNumbered(const News& news, const Notification& lead) {
  absl::StatusOr<PreparedMail> mail = Prepare(news, lead);
  if (mail.ok() && news.is_first) absl::StrAppend(&mail->bytes, " first");
  return mail;
}

TEST_P(Notifying, TheFirstMailThatIsSentKnowsThatItIs) {
  notifier_options.prepare = PrepareNumbered;
  post.AnswerWith(DeliveryOutcome::kRejected, "550 no");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kFailed));
  post.AnswerBy(nullptr);
  StartProcessing(number, /*notify=*/false);
  for (std::int32_t seq : {3, 4}) {
    Say(number);
    ASSERT_TRUE(WaitForState(number, seq, NotificationState::kSent));
  }
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "3 first"), Told(number, "4")));
}

TEST_P(Notifying, AMailToAnotherAddressIsTheFirstToIt) {
  notifier_options.prepare = PrepareNumbered;
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kSent));
  OrderContent content = Read(number).content;
  content.customer.email = "maria@another.example.gr";
  Do(number, UpdateOrder{.fields = {OrderField::kCustomerEmail}, .given = content});
  Say(number);
  ASSERT_TRUE(WaitForState(number, 3, NotificationState::kSent));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1 first"), Told(number, "3 first")));
}

TEST_P(Notifying, WhatIsDeferredForDaysIsGivenUp) {
  notifier_options.give_up_after = absl::Milliseconds(100);
  post.AnswerWith(DeliveryOutcome::kDeferred, "451 full");
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForState(number, 1, NotificationState::kFailed));
  EXPECT_THAT(Row(number, 1), HasFailed(NotificationReason::kGivenUp));
  EXPECT_GT(Row(number, 1).attempts, 1);
}

TEST_P(Notifying, AnAnswerThatWasLostIsAskedForAgainUnderTheSameMessageId) {
  int answers = 0;
  post.AnswerBy([&](const PostedLetter&) -> Delivery {
    const bool lost = ++answers == 1;
    return {.outcome = lost ? DeliveryOutcome::kInDoubt : DeliveryOutcome::kAccepted,
            .answer = lost ? "the connection was lost" : "250 Ok"};
  });
  notifier_options.threads = 1;
  Start();
  const Number number = Place();
  StartProcessing(number);
  ASSERT_TRUE(WaitForArrivals(3));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(),
              ElementsAre(Told(number, "1"), Told(number, "1"), Told(number, "2")))
      << "neither overtaken nor folded";
  EXPECT_EQ(post.Arrived()[0], post.Arrived()[1]);
}

TEST_P(Notifying, WhatMayHaveArrivedStaysTheSameMailAlsoWhenItIsPutOff) {
  int answers = 0;
  post.AnswerBy([&](const PostedLetter&) -> Delivery {
    switch (++answers) {
      case 1:
        return {.outcome = DeliveryOutcome::kInDoubt, .answer = "the connection was lost"};
      case 2:
        return {.outcome = DeliveryOutcome::kDeferred, .answer = "451 greylisted"};
      default:
        return {.outcome = DeliveryOutcome::kAccepted, .answer = "250 Ok"};
    }
  });
  notifier_options.threads = 1;
  Start();
  const Number number = Place();
  StartProcessing(number);
  ASSERT_TRUE(WaitForArrivals(3));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(),
              ElementsAre(Told(number, "1"), Told(number, "1"), Told(number, "2")));
  EXPECT_EQ(post.Arrived()[0], post.Arrived()[1]);
}

TEST_P(Notifying, WhatMayHaveArrivedKeepsItsNameWhenTheRowThatGaveItIsRedacted) {
  notifier_options.late_after = absl::Seconds(-1);  // all at once
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  End();
  Say(number);
  Say(number);
  post.AnswerWith(DeliveryOutcome::kInDoubt, "the connection was lost");
  notifier_options.first_backoff = absl::Milliseconds(1);
  Start();
  ASSERT_TRUE(WaitForArrivals(2));
  ASSERT_EQ(post.ArrivedBytes()[1], Told(number, "2,3"));
  Submit(RedactionOf(number, {.comment = LoggedComment{.seq = 3}})).WaitApplied();
  ASSERT_TRUE(WaitForState(number, 3, NotificationState::kSuppressed));
  const std::size_t arrived = post.Arrived().size();
  ASSERT_TRUE(WaitForArrivals(arrived + 2)) << "in doubt again, when row 3 is no longer queued";
  post.AnswerBy(nullptr);
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_EQ(post.Arrived().back().bytes, Told(number, "2"));
  EXPECT_EQ(post.Arrived().back().message_id, post.Arrived()[1].message_id);
}

TEST_P(Notifying, AnOutageIsNoReasonToWaitLongerForAMailAfterwards) {
  notifier_options.first_backoff = absl::Hours(1);
  notifier_options.last_backoff = absl::Hours(1'000);
  post.AnswerWith(DeliveryOutcome::kDeferred, "connection refused", /*server_away=*/true);
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return post.attempts() > 4; }));
  EXPECT_EQ(Row(number, 1).failures, 0);
  post.AnswerWith(DeliveryOutcome::kDeferred, "451 greylisted");
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 1).detail == "451 greylisted"; }));
  EXPECT_EQ(Row(number, 1).failures, 1);
  EXPECT_GT(*Row(number, 1).due_at, absl::Now() + absl::Minutes(50));
  EXPECT_LT(*Row(number, 1).due_at, absl::Now() + absl::Minutes(70));
}

TEST_P(Notifying, NewsOfAnOutageComesWhenItIsOver) {
  notifier_options.first_backoff = absl::Hours(1);
  post.AnswerWith(DeliveryOutcome::kDeferred, "connection refused", /*server_away=*/true);
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitUntil([&] { return post.attempts() > 2; }));
  StartProcessing(number);
  ASSERT_TRUE(WaitUntil([&] { return Row(number, 2).seq == 2; }));
  post.AnswerBy(nullptr);
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1,2")));
  EXPECT_EQ(Row(number, 1).failures, 0);
}

TEST_P(Notifying, WhileTheMailServerIsAwayNoMailIsToBlame) {
  notifier_options.first_backoff = absl::Hours(1);
  post.AnswerWith(DeliveryOutcome::kDeferred, "connection refused", /*server_away=*/true);
  Start();
  std::vector<Number> numbers;
  for (int i = 0; i < 6; ++i) numbers.push_back(Place());
  ASSERT_TRUE(WaitUntil([&] { return post.attempts() > 8; }));
  post.AnswerBy(nullptr);
  ASSERT_TRUE(WaitForArrivals(numbers.size()));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(Ledger(), Each(IsSent()));
  EXPECT_THAT(Troubles(), Contains(HasSubstr("connection refused")).Times(1)) << "once an outage";
  EXPECT_THAT(Troubles(), Contains(HasSubstr("handed over again")));
}

TEST_P(Notifying, WhateverTheDatabaseAnswersNothingIsLostOrToldTwice) {
  Start();
  int placed = 0;
  std::vector<Number> numbers;
  for (const Method method :
       {Method::kOpenNotificationSession, Method::kTakeLease, Method::kBeginRecording,
        Method::kReadFeed, Method::kRecordNotifications, Method::kListDue, Method::kGetActivities,
        Method::kGetSubjects, Method::kClaimNotifications, Method::kNoteNotifications}) {
    for (const Fault fault :
         {Fault::kDeadlock, Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer}) {
      store().Fail(method, fault);
      numbers.push_back(Place());
      ASSERT_TRUE(WaitForArrivals(static_cast<std::size_t>(++placed)))
          << static_cast<int>(method) << " " << static_cast<int>(fault);
    }
  }
  store().Heal();
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.Arrived(), SizeIs(numbers.size()));
  EXPECT_THAT(Ledger(), Each(IsSent()));
}

TEST_P(Notifying, AMailIsNotCompletedWhenItMayBeAnothers) {
  post.Hold();
  Start();
  const Number number = Place();
  ASSERT_TRUE(post.WaitUntilHeld(1));
  // As if the process had been stopped meanwhile.
  const absl::Time claimed_until = *Row(number, 1).claimed_until;
  ASSERT_TRUE(WaitUntil([&] { return absl::Now() > claimed_until + absl::Milliseconds(50); }));
  EXPECT_THAT(post.Arrived(), IsEmpty());
  post.Release();
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.Arrived(), SizeIs(1));
  EXPECT_EQ(Row(number, 1).attempts, 2) << "the first was broken off";
}

TEST_P(Notifying, AtTheEndWhatIsOnItsWayMayArrive) {
  notifier_options.delivery_timeout = absl::Minutes(1);
  post.Hold();
  Start();
  const Number number = Place();
  ASSERT_TRUE(post.WaitUntilHeld(1));
  notifier().BeginStop();
  StartProcessing(number);
  post.Release();
  End();
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1")));
  EXPECT_THAT(Row(number, 1), IsSent());
  Start();
  ASSERT_TRUE(WaitForArrivals(2));
}

TEST_P(Notifying, WhatHangsAtTheEndIsBrokenOffAndSentByTheNext) {
  notifier_options.delivery_timeout = absl::Minutes(1);
  post.Hold();
  Start();
  const Number number = Place();
  ASSERT_TRUE(post.WaitUntilHeld(1));
  End(absl::Now());
  EXPECT_THAT(post.Arrived(), IsEmpty());
  EXPECT_THAT(Row(number, 1), Is(NotificationState::kQueued, NotificationReason::kNone));
  post.Release();
  Start();
  ASSERT_TRUE(WaitForArrivals(1));
}

TEST_P(Notifying, AChangedHistoryIsNamedAndANewEpochGoesOn) {
  Start();
  const Number number = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  ASSERT_TRUE(WaitUntilDone());
  End();
  database().Execute("UPDATE feed_consumers SET fingerprint = 1 WHERE name = '~notifications'");
  Start();
  StartProcessing(number);
  ASSERT_TRUE(WaitUntil([&] { return !Troubles().empty(); }));
  EXPECT_THAT(Troubles(), ElementsAre(HasSubstr("FEED_HISTORY_CHANGED")));
  EXPECT_THAT(post.Arrived(), SizeIs(1));
  database().Execute("UPDATE feed_head SET epoch = epoch + 1 WHERE id = 1");
  ASSERT_TRUE(WaitForArrivals(2));
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1"), Told(number, "2")));
}

TEST_P(Notifying, WhoCannotGoOnLetsAnotherTry) {
  if (OnSqlite()) GTEST_SKIP() << "SQLite has one server";
  Start();
  End();
  database().Execute("UPDATE feed_consumers SET fingerprint = 1 WHERE name = '~notifications'");
  Place();
  auto other = NewServer();
  auto second = Begin(other->store());
  Start();
  EXPECT_TRUE(WaitUntil([&] { return Troubles().size() == 2; })) << "each has found it out";
  EXPECT_THAT(Troubles(), Each(HasSubstr("FEED_HISTORY_CHANGED")));
  second.reset();
}

TEST_P(Notifying, OfSeveralServersOneDoesTheWorkAndAnotherTakesOver) {
  if (OnSqlite()) GTEST_SKIP() << "SQLite has one server";
  notifier_options.lease = absl::Minutes(1);  // none runs out on a busy machine
  Start();
  auto other = NewServer();
  auto second = Begin(other->store());
  const int before = other->store().Calls(Method::kRecordNotifications);
  const Number number = Place();
  ASSERT_TRUE(WaitForArrivals(1));
  EXPECT_EQ(other->store().Calls(Method::kRecordNotifications), before);
  End();
  StartProcessing(number);
  ASSERT_TRUE(WaitForArrivals(2));
  ASSERT_TRUE(WaitUntilDone());
  EXPECT_THAT(post.ArrivedBytes(), ElementsAre(Told(number, "1"), Told(number, "2")));
  second.reset();
}

TEST_P(Notifying, ThreeServersThatComeAndGoTellEverythingOnce) {
  if (OnSqlite()) GTEST_SKIP() << "SQLite has one server";
  notifier_options.lease = absl::Milliseconds(100);
  std::vector<std::unique_ptr<WriteServer>> servers;
  std::vector<std::unique_ptr<Notifier>> notifiers;
  for (int i = 0; i < 3; ++i) {
    servers.push_back(NewServer());
    notifiers.push_back(Begin(servers.back()->store()));
  }
  std::vector<Number> numbers;
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 5; ++i) numbers.push_back(Place());
    for (Number number : numbers) Say(number);
    auto& leaves = notifiers[static_cast<std::size_t>(round) % notifiers.size()];
    leaves->Stop(absl::Now());
    leaves = Begin(servers[static_cast<std::size_t>(round) % servers.size()]->store());
  }
  Start();  // for WaitUntilDone(), which looks at one store
  ASSERT_TRUE(WaitUntilDone());
  notifiers.clear();
  absl::flat_hash_map<std::string, int> times;
  for (const std::string& bytes : post.ArrivedBytes()) ++times[bytes];
  for (const auto& [bytes, count] : times) EXPECT_EQ(count, 1) << bytes;
  EXPECT_THAT(Ledger(), Each(IsSent()));
}

}  // namespace
}  // namespace ipstore::orders::test
