// What becomes of e-mails that are sent to the addresses which notifications give out.

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/notification_service.pb.h"
#include "tests/support/emails.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Names = std::vector<std::string>;

constexpr char kMariaEmail[] = "maria.papadopoulou@example.gr";
constexpr char kNewEmail[] = "maria.new@example.gr";
constexpr std::size_t kMaxEmail = std::size_t{25} << 20;

v1::IngestEmailRequest Ingesting(const std::string& raw, const std::string& recipient = "") {
  v1::IngestEmailRequest request;
  request.set_raw_message(raw);
  request.set_recipient(recipient);
  return request;
}

v1::GetReceivedEmailRequest GettingEmail(const std::string& name, bool with_raw = true) {
  v1::GetReceivedEmailRequest request;
  request.set_name(name);
  request.set_include_raw_message(with_raw);
  return request;
}

class EmailIngest : public testing::Test {
 protected:
  // Stops the server, and goes on with what `change` makes of the configuration or the database.
  template <typename Change>
  void Restart(const Change& change) {
    server_.reset();
    change();
    server_ = std::make_unique<ServerInTest>(*database_, config_);
  }

  // Waits for the address that notifications to `email` give out.
  std::string WaitForReplyAddress(const std::string& number,
                                  const std::string& email = kMariaEmail) {
    return WaitFor([&] { return folder_.ReplyAddress(number, email); });
  }
  std::string WaitForUnsubscribeAddress(const std::string& number) {
    return WaitFor([&] { return folder_.UnsubscribeAddress(number, kMariaEmail); });
  }
  template <typename Find>
  static std::string WaitFor(const Find& find) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    std::string found;
    while ((found = find()).empty() && absl::Now() < deadline) continue;
    EXPECT_THAT(found, Not(IsEmpty())) << "no such e-mail was sent";
    return found;
  }

  v1::ReceivedEmail Ingest(const std::string& raw, const std::string& recipient = "") {
    return server_->Service().Must(Ingesting(raw, recipient));
  }
  v1::ReceivedEmail Ingest(const EmailInTest& email) { return Ingest(email.Raw()); }
  v1::ReceivedEmail Stored(const v1::ReceivedEmail& email) {
    return server_->Staff().In("el").Must(GettingEmail(email.name()));
  }
  int StoredEmails() {
    return server_->Staff().Must(v1::ListReceivedEmailsRequest()).received_emails().size();
  }

  std::vector<v1::Comment> CommentsOn(const std::string& parent) {
    v1::ListCommentsRequest request;
    request.set_parent(parent);
    const auto page = server_->Staff().Must(request);
    return {page.comments().begin(), page.comments().end()};
  }
  std::vector<v1::Comment> Comments() { return CommentsOn(order_.name()); }
  // Until nothing is queued any more; what became of each, the last first.
  std::vector<v1::Notification> WaitForLedger(const std::string& parent, int count) {
    v1::ListNotificationsRequest request;
    request.set_parent(parent);
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (true) {
      const auto all = server_->Staff().Must(request).notifications();
      const bool done = std::ranges::none_of(all, [](const v1::Notification& notification) {
        return notification.state() == v1::NOTIFICATION_STATE_QUEUED;
      });
      if ((all.size() == count && done) || absl::Now() > deadline) return {all.begin(), all.end()};
    }
  }

  v1::Order MoveToNewEmail() {
    v1::Order amended = server_->Staff().Must(Getting(order_));
    amended.mutable_customer()->set_email(kNewEmail);
    return server_->Staff().Must(Updating(amended, {"customer.email"})).order();
  }

  // Expects that it is refused or dropped, that it says why, and that nothing is done.
  v1::ReceivedEmail ExpectOutcome(const std::string& raw, v1::EmailOutcome outcome) {
    const std::int64_t before = server_->Position();
    v1::ReceivedEmail received = Ingest(raw);
    EXPECT_EQ(received.outcome(), outcome) << v1::EmailOutcome_Name(received.outcome());
    EXPECT_THAT(received.outcome_text(), Not(IsEmpty()));
    EXPECT_THAT(received.comment(), IsEmpty());
    EXPECT_EQ(received.size_bytes(), raw.size());
    EXPECT_EQ(server_->Position(), before);
    EXPECT_EQ(Ingest(raw).SerializeAsString(), received.SerializeAsString()) << "the same again";
    return received;
  }

  const MailFolder folder_;
  Config config_ = folder_.config();
  const std::unique_ptr<TestDatabase> database_ = TestDatabase::Make(sql::Backend::kSqlite);
  std::unique_ptr<ServerInTest> server_ = std::make_unique<ServerInTest>(*database_, config_);
  const v1::Order order_ = Place(server_->Service(), CourierOrder("WEB-1"));
  const std::string reply_address_ = WaitForReplyAddress(order_.number());
};

// --- Replies -------------------------------------------------------------------------------------

TEST_F(EmailIngest, AReplyBecomesAPublicCommentOfTheCustomer) {
  const v1::ReceivedEmail received = Ingest(EmailInTest{.to = reply_address_});
  EXPECT_EQ(received.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(received.subject(), order_.name());
  EXPECT_EQ(received.sender(), kMariaEmail);
  EXPECT_EQ(received.message_id(), "reply-1@example.gr");
  EXPECT_THAT(received.raw_message(), IsEmpty());
  v1::GetCommentRequest get;
  get.set_name(received.comment());
  const v1::Comment comment = server_->Customer(kMariaId).Must(get);
  EXPECT_EQ(comment.text(), "Πότε θα έρθει;");
  EXPECT_EQ(comment.visibility(), v1::VISIBILITY_PUBLIC);
  EXPECT_EQ(comment.author().role(), v1::ROLE_SERVICE);
  EXPECT_EQ(comment.author().id(), EshopService().actor.id);
  EXPECT_EQ(comment.on_behalf_of().role(), v1::ROLE_CUSTOMER);
  EXPECT_EQ(comment.on_behalf_of().id(), kMariaId);
  EXPECT_THAT(Comments(), SizeIs(1));
}

TEST_F(EmailIngest, TheRecipientOfTheMailServerCountsBeforeTheHeaders) {
  EmailInTest email{.to = "undisclosed@shop.example"};
  EXPECT_EQ(Ingest(email.Raw(), absl::AsciiStrToUpper(reply_address_)).outcome(),
            v1::EMAIL_OUTCOME_COMMENTED);
  email.message_id = "2@example.gr";
  EXPECT_EQ(Ingest(email.Raw()).outcome(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
  email.message_id = "3@example.gr";
  email.to = reply_address_;
  EXPECT_EQ(Ingest(email.Raw(), "info@shop.example").outcome(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
  email.message_id = "4@example.gr";
  email.to = "info@shop.example";
  email.more_headers = {absl::StrCat("Delivered-To: ", reply_address_)};
  EXPECT_EQ(Ingest(email.Raw()).outcome(), v1::EMAIL_OUTCOME_COMMENTED);
}

TEST_F(EmailIngest, AReplyIsNotToldToItsAuthorButTheAnswerToItIs) {
  Ingest(EmailInTest{.to = reply_address_});
  server_->Staff().Must(Commenting(order_, "Αύριο το πρωί."));
  const auto ledger = WaitForLedger(order_.name(), 2);
  ASSERT_THAT(ledger, SizeIs(2)) << "of the order and of the answer";
  EXPECT_EQ(ledger.front().activity(), Comments().back().activity());
  EXPECT_EQ(ledger.front().state(), v1::NOTIFICATION_STATE_SENT);
}

TEST_F(EmailIngest, AGuestMayReplyToo) {
  v1::Order guest = CourierOrder("GUEST-1");
  guest.mutable_customer()->clear_id();
  guest = Place(server_->Service(), guest);
  const v1::ReceivedEmail received = Ingest(EmailInTest{.to = WaitForReplyAddress(guest.number())});
  ASSERT_EQ(received.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  const v1::Comment comment = CommentsOn(guest.name()).at(0);
  EXPECT_EQ(comment.author().role(), v1::ROLE_SERVICE);
  EXPECT_EQ(comment.on_behalf_of().role(), v1::ROLE_CUSTOMER);
  EXPECT_THAT(comment.on_behalf_of().id(), IsEmpty());
  for (const char* language : {"el", "en"}) {
    const Client staff = server_->Staff().In(language);
    v1::GetOrderPageRequest page;
    page.set_name(guest.name());
    EXPECT_THAT(staff.Must(page).comments(), SizeIs(1));
    const v1::Activity activity = ActivitiesOf(staff, guest).back();
    EXPECT_EQ(activity.name(), comment.activity());
    EXPECT_THAT(activity.text(), Not(IsEmpty()));
    EXPECT_THAT(activity.text(), Not(HasSubstr("  ")));
  }
  EXPECT_THAT(server_->Customer(kMariaId).Call(Getting(guest)).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  const EmailInTest unsubscribe{.to = WaitForUnsubscribeAddress(guest.number()),
                                .message_id = "2@example.gr"};
  EXPECT_EQ(Ingest(unsubscribe).outcome(), v1::EMAIL_OUTCOME_UNSUBSCRIBED);
  EXPECT_FALSE(server_->Staff().Must(Getting(guest)).notifications_on());
}

TEST_F(EmailIngest, AWordTooManyIsCutOffAndAttachmentsAreNamed) {
  std::string text;
  for (int i = 0; i < 12'000; ++i) text += i % 60 == 59 ? "\r\n" : "ω";
  EmailInTest email{.to = reply_address_, .text = text};
  Ingest(email);
  EXPECT_THAT(Comments().back().text(), EndsWith("…"));
  email.message_id = "2@example.gr";
  email.attachments = {"απόδειξη.pdf", "photo.jpg"};
  Ingest(email);
  const std::string cut = Comments().back().text();
  EXPECT_THAT(cut, EndsWith("…\n\n[Συνημμένα στο email: απόδειξη.pdf, photo.jpg]"));
  EXPECT_EQ(std::ranges::count_if(cut, [](char c) { return (c & 0xc0) != 0x80; }), 10'000);
  email = {.to = reply_address_, .message_id = "3@example.gr", .text = "Δείτε:"};
  email.attachments = {"a.pdf"};
  Ingest(email);
  EXPECT_EQ(Comments().back().text(), "Δείτε:\n\n[Συνημμένα στο email: a.pdf]");
  email.message_id = "4@example.gr";
  email.attachments = Names(90, std::string(200, 'x'));
  Ingest(email);
  EXPECT_EQ(Comments().back().text(), "Δείτε:") << "names that would fill the comment are left out";
}

// --- The same e-mail again -----------------------------------------------------------------------

TEST_F(EmailIngest, TheSameEmailIsOneCommentAndAnsweredAlike) {
  const EmailInTest email{.to = reply_address_};
  const v1::ReceivedEmail first = Ingest(email);
  EXPECT_EQ(Stored(first).raw_message(), email.Raw());
  EXPECT_EQ(Ingest(email).SerializeAsString(), first.SerializeAsString());
  EmailInTest other_way = email;
  other_way.more_headers = {"Received: from elsewhere"};
  EXPECT_EQ(Ingest(other_way).SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Ingest(email.Raw(), reply_address_).SerializeAsString(), first.SerializeAsString());
  Caller mta = EshopService();
  mta.actor.id = "mta-2";
  EXPECT_EQ(server_->Staff().As(mta).Must(Ingesting(email.Raw())).SerializeAsString(),
            first.SerializeAsString());
  EXPECT_THAT(Comments(), SizeIs(1));
  EXPECT_EQ(StoredEmails(), 1);
}

TEST_F(EmailIngest, WithoutMessageIdTheWholeOfItTellsEmailsApart) {
  EmailInTest email{.to = reply_address_, .message_id = ""};
  const v1::ReceivedEmail first = Ingest(email);
  EXPECT_EQ(Ingest(email).name(), first.name());
  email.text = "Και κάτι ακόμα.";
  EXPECT_NE(Ingest(email).name(), first.name());
  EXPECT_THAT(Comments(), SizeIs(2));
}

TEST_F(EmailIngest, OneEmailToTwoOrdersIsACommentOnEach) {
  const v1::Order other = Place(server_->Service(), CourierOrder("WEB-2"));
  const std::string other_address = WaitForReplyAddress(other.number());
  const std::string raw = EmailInTest{.to = reply_address_}.Raw();
  EXPECT_EQ(Ingest(raw, reply_address_).subject(), order_.name());
  EXPECT_EQ(Ingest(raw, other_address).subject(), other.name());
  EXPECT_THAT(Comments(), SizeIs(1));
  EXPECT_THAT(CommentsOn(other.name()), SizeIs(1));
}

TEST_F(EmailIngest, ManyWhoHandItOverAtOnceMakeOneComment) {
  const std::string raw = EmailInTest{.to = reply_address_}.Raw();
  std::vector<std::future<v1::ReceivedEmail>> calls;
  for (int i = 0; i < 12; ++i)
    calls.push_back(std::async(std::launch::async, [&] { return Ingest(raw); }));
  Names answers;
  for (auto& call : calls) answers.push_back(call.get().SerializeAsString());
  EXPECT_THAT(answers, Each(answers.front()));
  EXPECT_THAT(Comments(), SizeIs(1));
  EXPECT_EQ(StoredEmails(), 1);
}

TEST_F(EmailIngest, WhateverTheDatabaseDoesThereIsOneComment) {
  const std::vector<Fault> faults = {
      Fault::kDeadlock, Fault::kLockTimeout,       Fault::kChangedRow,           Fault::kTaken,
      Fault::kPoison,   Fault::kLoseBeforeExecute, Fault::kExecuteThenLoseAnswer};
  int emails = 0;
  const auto expect_one_comment = [&](Method method, Fault fault, int times) {
    const EmailInTest email{.to = reply_address_,
                            .message_id = absl::StrCat(++emails, "@example.gr")};
    SCOPED_TRACE(absl::StrCat("method ", static_cast<int>(method), ", fault ",
                              static_cast<int>(fault), ", ", times, " times"));
    server_->faults().Fail(method, fault, {.call = 1, .times = times});
    for (int call = 0; call < 2 && !server_->Service().Call(Ingesting(email.Raw())).ok(); ++call)
      continue;
    server_->faults().Heal();
    const v1::ReceivedEmail received = Ingest(email);
    EXPECT_EQ(received.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
    const auto comments = Comments();
    ASSERT_THAT(comments, SizeIs(emails));
    EXPECT_EQ(received.comment(), comments.back().name());
    EXPECT_EQ(Stored(received).comment(), received.comment()) << "as it is noted";
    EXPECT_EQ(Stored(received).raw_message(), email.Raw());
  };
  for (Method method :
       {Method::kAddReceivedEmail, Method::kConcludeReceivedEmail, Method::kListAddressesTold,
        Method::kOpenReceivedEmailSession, Method::kBegin, Method::kLoad, Method::kAppendActivities,
        Method::kCommit}) {
    for (Fault fault : faults) {
      expect_one_comment(method, fault, 1);
      // As long as one call tries.
      if (method == Method::kAddReceivedEmail || method == Method::kConcludeReceivedEmail)
        expect_one_comment(method, fault, 5);
    }
  }
  expect_one_comment(Method::kCommit, Fault::kCommitCompletesLater, 1);
}

// --- Who may -------------------------------------------------------------------------------------

TEST_F(EmailIngest, AnotherSenderIsAStranger) {
  for (const char* from : {"stranger@example.com", "xmaria.papadopoulou@example.gr",
                           "maria.papadopoulou@example.gr.evil.example"}) {
    const v1::ReceivedEmail received = ExpectOutcome(
        EmailInTest{.to = reply_address_, .from = from}.Raw(), v1::EMAIL_OUTCOME_STRANGER);
    EXPECT_EQ(received.sender(), from);
    EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  }
  EXPECT_EQ(
      Ingest(EmailInTest{.to = reply_address_, .from = "Maria.Papadopoulou@Example.GR"}).outcome(),
      v1::EMAIL_OUTCOME_COMMENTED);
}

TEST_F(EmailIngest, SeveralSendersAreNoCustomer) {
  ExpectOutcome(EmailInTest{.to = reply_address_,
                            .from = absl::StrCat(kMariaEmail, ">, <stranger@example.com")}
                    .Raw(),
                v1::EMAIL_OUTCOME_SEVERAL_SENDERS);
}

TEST_F(EmailIngest, AnAddressThatWasNotGivenOutLeadsNowhere) {
  const std::size_t proof = reply_address_.rfind('.', reply_address_.find('@')) + 1;
  std::string garbled = reply_address_;
  garbled[proof] = garbled[proof] == 'a' ? 'b' : 'a';
  std::string of_other_key = absl::StrReplaceAll(reply_address_, {{"+r.d.", "+r.k9."}});
  std::string of_none = absl::StrReplaceAll(reply_address_, {{order_.number(), "9999999990"}});
  for (const std::string& address : {garbled, of_other_key, of_none}) {
    const EmailInTest email{.to = address, .message_id = absl::StrCat("to-", address)};
    const v1::ReceivedEmail received =
        ExpectOutcome(email.Raw(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
    EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  }
  for (const char* address :
       {"orders@shop.example", "orders+r.d.1@shop.example", "nobody@elsewhere.example"}) {
    const v1::ReceivedEmail received =
        ExpectOutcome(EmailInTest{.to = address, .message_id = absl::StrCat("to-", address)}.Raw(),
                      v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
    EXPECT_THAT(received.subject(), IsEmpty());
    EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  }
}

TEST_F(EmailIngest, TheAddressOfOldIsRefusedAndTheNewOneWorksAlsoForWhatWentToTheOld) {
  MoveToNewEmail();
  const v1::ReceivedEmail received =
      ExpectOutcome(EmailInTest{.to = reply_address_}.Raw(), v1::EMAIL_OUTCOME_FORMER_ADDRESS);
  EXPECT_THAT(received.sender(), IsEmpty());
  EXPECT_THAT(Stored(received).raw_message(), IsEmpty()) << "it is somebody else's by now";
  const EmailInTest to_old{.to = reply_address_, .from = kNewEmail, .message_id = "2@example.gr"};
  const v1::ReceivedEmail taken = Ingest(to_old);
  EXPECT_EQ(taken.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(Stored(taken).raw_message(), to_old.Raw());
  ExpectOutcome(
      EmailInTest{
          .to = reply_address_, .from = "stranger@example.com", .message_id = "4@example.gr"}
          .Raw(),
      v1::EMAIL_OUTCOME_STRANGER);
  server_->Staff().Must(Commenting(order_, "Καλημέρα"));
  const EmailInTest from_new{.to = WaitForReplyAddress(order_.number(), kNewEmail),
                             .from = kNewEmail,
                             .message_id = "3@example.gr"};
  EXPECT_EQ(Ingest(from_new).outcome(), v1::EMAIL_OUTCOME_COMMENTED);
}

TEST_F(EmailIngest, TheNewAddressMayAnswerOlderMailsAlsoAfterAResend) {
  MoveToNewEmail();
  v1::ResendNotificationRequest again;
  again.set_name(WaitForLedger(order_.name(), 1).at(0).name());
  server_->Staff().Must(again);
  WaitForReplyAddress(order_.number(), kNewEmail);
  ASSERT_EQ(WaitForLedger(order_.name(), 1).at(0).address(), kNewEmail);
  EXPECT_EQ(Ingest(EmailInTest{.to = reply_address_, .from = kNewEmail}).outcome(),
            v1::EMAIL_OUTCOME_COMMENTED);
}

TEST_F(EmailIngest, CustomersAndStaffHandOverNothing) {
  const v1::IngestEmailRequest ingest = Ingesting(EmailInTest{.to = reply_address_}.Raw());
  for (const Client& client : {server_->Customer(kMariaId), server_->Staff(),
                               server_->Staff().As(OnBehalfOf(Role::kCustomer, kMariaId)),
                               server_->Staff().As(OnBehalfOf(Role::kStaff, "eleni"))}) {
    EXPECT_THAT(client.Call(ingest).status,
                IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  }
  EXPECT_EQ(StoredEmails(), 0);
}

// --- Keys ----------------------------------------------------------------------------------------

TEST_F(EmailIngest, AddressesOutliveTheirKeyUntilThatIsDropped) {
  const std::string a = "a:0123456789abcdef-a";
  const std::string b = "b:0123456789abcdef-b";
  Restart([&] { config_.mail_reply_keys = a; });
  EXPECT_EQ(Ingest(EmailInTest{.to = reply_address_}).outcome(), v1::EMAIL_OUTCOME_COMMENTED)
      << "the database's own key is good all the while";
  const v1::Order order = Place(server_->Service(), CourierOrder("WEB-2"));
  const std::string of_a = WaitForReplyAddress(order.number());
  EXPECT_THAT(of_a, HasSubstr("+r.a."));
  EmailInTest email{.to = of_a, .message_id = "1@example.gr"};
  const v1::ReceivedEmail first = Ingest(email);
  EXPECT_EQ(first.outcome(), v1::EMAIL_OUTCOME_COMMENTED);

  Restart([&] { config_.mail_reply_keys = absl::StrCat(b, ",", a); });
  EXPECT_EQ(Ingest(email).SerializeAsString(), first.SerializeAsString())
      << "also when another key signs by now";
  email.message_id = "2@example.gr";
  EXPECT_EQ(Ingest(email).outcome(), v1::EMAIL_OUTCOME_COMMENTED);

  Restart([&] { config_.mail_reply_keys = b; });
  email.message_id = "3@example.gr";
  EXPECT_EQ(Ingest(email).outcome(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
  EXPECT_THAT(CommentsOn(order.name()), SizeIs(2));
}

// --- What is dropped or refused ------------------------------------------------------------------

TEST_F(EmailIngest, WhatNoPersonWroteIsDroppedAndRecorded) {
  const std::map<v1::EmailOutcome, EmailInTest> sorts = {
      {v1::EMAIL_OUTCOME_AUTO_REPLY,
       {.to = reply_address_,
        .message_id = "auto@example.gr",
        .more_headers = {"Auto-Submitted: auto-replied"}}},
      {v1::EMAIL_OUTCOME_BOUNCE,
       {.to = reply_address_,
        .from = "mailer-daemon@example.gr",
        .message_id = "bounce@example.gr",
        .more_headers = {"Return-Path: <>"}}},
      {v1::EMAIL_OUTCOME_LIST,
       {.to = reply_address_,
        .message_id = "list@example.gr",
        .more_headers = {"List-Id: <friends.example.gr>"}}},
      {v1::EMAIL_OUTCOME_LOOP,
       {.to = reply_address_,
        .message_id = "loop@example.gr",
        .more_headers = {"X-IPStore-Notification: 1"}}}};
  for (const auto& [outcome, email] : sorts)
    EXPECT_EQ(ExpectOutcome(email.Raw(), outcome).subject(), order_.name());
  EXPECT_EQ(StoredEmails(), 4);
}

TEST_F(EmailIngest, WhatOurServerSentComesBackAsALoop) {
  const std::string own = folder_.Emails().at(0);
  EXPECT_EQ(Ingest(own, reply_address_).outcome(), v1::EMAIL_OUTCOME_LOOP);
}

TEST_F(EmailIngest, AnEmptyReplyIsRefused) {
  const std::string nothing = EmailInTest{.to = reply_address_, .text = " \r\n"}.Raw();
  ExpectOutcome(nothing, v1::EMAIL_OUTCOME_EMPTY);
  EmailInTest quoting{.to = reply_address_, .message_id = "2@example.gr"};
  quoting.text = "> Η παραγγελία σας\r\n> καταχωρίστηκε.\r\n";
  ExpectOutcome(quoting.Raw(), v1::EMAIL_OUTCOME_EMPTY);
}

TEST_F(EmailIngest, AnAttachmentSaysSomethingAlsoByItself) {
  const EmailInTest photo{.to = reply_address_, .text = " \r\n", .attachments = {"router.jpg"}};
  EXPECT_EQ(Ingest(photo).outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(Comments().at(0).text(), "[Συνημμένα στο email: router.jpg]");
}

TEST_F(EmailIngest, WhatCannotBeReadIsRefused) {
  for (const std::string& raw :
       {std::string("x"), std::string("\r\n\r\nno headers"), std::string(1000, '\0'),
        absl::StrCat("To: ", reply_address_, "\r\n\r\nfrom nobody")}) {
    const v1::ReceivedEmail received = ExpectOutcome(raw, v1::EMAIL_OUTCOME_UNREADABLE);
    EXPECT_THAT(received.subject(), IsEmpty());
    EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  }
}

TEST_F(EmailIngest, TwentyFiveMebibytesAreTakenAndNotAByteMore) {
  std::string raw = EmailInTest{.to = reply_address_}.Raw();
  const std::string attachment = "Δείτε το συνημμένο.";
  raw = EmailInTest{.to = reply_address_, .text = attachment, .attachments = {"big.bin"}}.Raw();
  const std::size_t bytes = raw.find("bytes\r\n");
  std::string lines;
  while (raw.size() + lines.size() + 78 <= kMaxEmail) lines += std::string(76, 'A') + "\r\n";
  lines += std::string(kMaxEmail - raw.size() - lines.size(), 'A');
  raw.insert(bytes, lines);
  ASSERT_EQ(raw.size(), kMaxEmail);
  const v1::ReceivedEmail received = Ingest(raw);
  EXPECT_EQ(received.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(received.size_bytes(), kMaxEmail);
  raw.insert(bytes, "A");
  const v1::ReceivedEmail larger = ExpectOutcome(raw, v1::EMAIL_OUTCOME_TOO_LARGE);
  EXPECT_THAT(larger.sender(), IsEmpty());
  EXPECT_THAT(Stored(larger).raw_message(), IsEmpty());
  EXPECT_THAT(Comments(), SizeIs(1));
}

TEST_F(EmailIngest, ACallWithoutAMessageIsRefused) {
  v1::IngestEmailRequest request = Ingesting("", std::string(300, 'x'));
  EXPECT_THAT(server_->Service().Call(request).status, IsInvalid(Names{"raw_message MISSING"}));
  request = Ingesting("x", "a\nb");
  EXPECT_THAT(server_->Service().Call(request).status,
              IsInvalid(Names{"recipient CONTROL_CHARACTER"}));
  EXPECT_EQ(StoredEmails(), 0);
}

// It comes again for days if it is answered with an error.
TEST_F(EmailIngest, WhatIsLongerThanAnyAddressOfOursIsUnknown) {
  const std::string raw = EmailInTest{.to = reply_address_}.Raw();
  for (std::size_t length : {201U, 5'000U, 1U << 20}) {
    const std::string recipient = absl::StrCat(std::string(length, 'x'), "@shop.example");
    EXPECT_EQ(Ingest(raw, recipient).outcome(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS) << length;
  }
  EXPECT_THAT(Comments(), IsEmpty());
}

// --- Unsubscribing -------------------------------------------------------------------------------

TEST_F(EmailIngest, WhoeverHasTheAddressMayUnsubscribe) {
  const EmailInTest email{.to = WaitForUnsubscribeAddress(order_.number()),
                          .from = "maria.elsewhere@example.com",
                          .message_id = "unsubscribe@example.com",
                          .text = ""};
  const v1::ReceivedEmail received = Ingest(email);
  EXPECT_EQ(received.outcome(), v1::EMAIL_OUTCOME_UNSUBSCRIBED);
  EXPECT_THAT(received.comment(), IsEmpty());
  EXPECT_THAT(Stored(received).raw_message(), IsEmpty()) << "whose it is nobody knows";
  EXPECT_FALSE(server_->Staff().Must(Getting(order_)).notifications_on());
  const v1::Activity activity = ActivitiesOf(server_->Staff(), order_).back();
  EXPECT_EQ(activity.actor().role(), v1::ROLE_SERVICE);
  EXPECT_EQ(activity.on_behalf_of().id(), kMariaId);
  server_->Staff().Must(Commenting(order_, "Νέο"));
  const auto ledger = WaitForLedger(order_.name(), 2);
  EXPECT_EQ(ledger.at(0).reason(), v1::NOTIFICATION_REASON_NOTIFICATIONS_OFF);
  EXPECT_EQ(Ingest(email).SerializeAsString(), received.SerializeAsString());
}

TEST_F(EmailIngest, UnsubscribingTwiceIsTheSameAsOnce) {
  EmailInTest email{.to = WaitForUnsubscribeAddress(order_.number())};
  EXPECT_EQ(Ingest(email).outcome(), v1::EMAIL_OUTCOME_UNSUBSCRIBED);
  const std::int64_t position = server_->Position();
  email.message_id = "2@example.gr";
  EXPECT_EQ(Ingest(email).outcome(), v1::EMAIL_OUTCOME_UNSUBSCRIBED);
  EXPECT_EQ(server_->Position(), position);
}

// An e-mail that is handed over again late does not undo what was wished since.
TEST_F(EmailIngest, WhoSubscribesAgainStaysSubscribed) {
  const EmailInTest email{.to = WaitForUnsubscribeAddress(order_.number())};
  Ingest(email);
  server_->Customer(kMariaId).Must(Notifying(order_, true));
  EXPECT_EQ(Ingest(email).outcome(), v1::EMAIL_OUTCOME_UNSUBSCRIBED);
  EXPECT_TRUE(server_->Staff().Must(Getting(order_)).notifications_on());
}

TEST_F(EmailIngest, AnAddressForRepliesUnsubscribesNobody) {
  const std::string forged = absl::StrReplaceAll(reply_address_, {{"+r.", "+u."}});
  const v1::ReceivedEmail received =
      ExpectOutcome(EmailInTest{.to = forged}.Raw(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
  EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  EXPECT_TRUE(server_->Staff().Must(Getting(order_)).notifications_on());
  const std::string of_old = WaitForUnsubscribeAddress(order_.number());
  MoveToNewEmail();
  const v1::ReceivedEmail old =
      ExpectOutcome(EmailInTest{.to = of_old, .message_id = "2@example.gr"}.Raw(),
                    v1::EMAIL_OUTCOME_FORMER_ADDRESS);
  EXPECT_THAT(Stored(old).raw_message(), IsEmpty());
  EXPECT_TRUE(server_->Staff().Must(Getting(order_)).notifications_on());
  EXPECT_EQ(
      Ingest(EmailInTest{.to = of_old, .from = kNewEmail, .message_id = "3@example.gr"}).outcome(),
      v1::EMAIL_OUTCOME_UNSUBSCRIBED);
}

// --- Enquiries -----------------------------------------------------------------------------------

class EnquiriesByEmail : public EmailIngest {
 protected:
  v1::Enquiry Take(v1::EnquiryAction action) {
    return server_->Staff().Must(Stepping(enquiry_, action)).enquiry();
  }
  v1::EnquiryStatus Status() {
    v1::GetEnquiryRequest request;
    request.set_name(enquiry_.name());
    return server_->Staff().Must(request).status();
  }

  const v1::Enquiry enquiry_ = server_->Service().Must(Asking("Πού είναι;")).enquiry();
  EmailInTest reply_{.to = WaitForReplyAddress(enquiry_.number())};
};

TEST_F(EnquiriesByEmail, AreAnsweredAndMoveOn) {
  v1::ReceivedEmail received = Ingest(reply_);
  EXPECT_EQ(received.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(received.subject(), enquiry_.name());
  EXPECT_EQ(received.comment(), CommentsOn(enquiry_.name()).back().name());
  Take(v1::ENQUIRY_ACTION_TAKE_UP);
  Take(v1::ENQUIRY_ACTION_ASK_CUSTOMER);
  reply_.message_id = "2@example.gr";
  received = Ingest(reply_);
  EXPECT_EQ(received.comment(), CommentsOn(enquiry_.name()).back().name());
  EXPECT_EQ(Status(), v1::ENQUIRY_STATUS_IN_PROGRESS);
  Take(v1::ENQUIRY_ACTION_RESOLVE);
  reply_.message_id = "3@example.gr";
  received = Ingest(reply_);
  EXPECT_EQ(received.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(received.comment(), CommentsOn(enquiry_.name()).back().name());
  EXPECT_EQ(Status(), v1::ENQUIRY_STATUS_OPEN) << "reopened";
  EXPECT_EQ(Ingest(reply_).SerializeAsString(), received.SerializeAsString());
}

TEST_F(EnquiriesByEmail, ThatWereResolvedLongAgoTakeNoReply) {
  Take(v1::ENQUIRY_ACTION_TAKE_UP);
  Take(v1::ENQUIRY_ACTION_RESOLVE);
  Restart([&] {
    database_->Execute(
        "UPDATE enquiries SET document ="
        " json_replace(document, '$.data.resolved_at', '2020-01-01T00:00:00.000000Z')");
  });
  ExpectOutcome(reply_.Raw(), v1::EMAIL_OUTCOME_NOT_OPEN);
  EXPECT_THAT(Stored(Ingest(reply_)).raw_message(), Not(IsEmpty())) << "it is the customer's";
  EXPECT_EQ(Status(), v1::ENQUIRY_STATUS_RESOLVED);
}

TEST_F(EnquiriesByEmail, CanBeUnsubscribedFrom) {
  EXPECT_EQ(Ingest(EmailInTest{.to = WaitForUnsubscribeAddress(enquiry_.number())}).outcome(),
            v1::EMAIL_OUTCOME_UNSUBSCRIBED);
  v1::GetEnquiryRequest request;
  request.set_name(enquiry_.name());
  EXPECT_FALSE(server_->Staff().Must(request).notifications_on());
}

// --- Redaction -----------------------------------------------------------------------------------

TEST_F(EmailIngest, ARedactedOrderKnowsNobodyAndKeepsNothing) {
  const EmailInTest before{.to = reply_address_};
  const v1::ReceivedEmail kept = Ingest(before);
  const EmailInTest auto_reply{.to = reply_address_,
                               .message_id = "auto@example.gr",
                               .more_headers = {"Auto-Submitted: auto-replied"}};
  v1::RedactSubjectRequest redact;
  redact.set_name(order_.name());
  server_->Redactor().Must(redact);
  const v1::ReceivedEmail left = Stored(kept);
  EXPECT_THAT(left.raw_message(), IsEmpty());
  EXPECT_THAT(left.sender(), IsEmpty());
  EXPECT_THAT(left.message_id(), IsEmpty());
  EXPECT_EQ(left.comment(), kept.comment());
  EXPECT_EQ(Ingest(before).SerializeAsString(), left.SerializeAsString())
      << "one comment all the same";

  const std::vector<std::pair<EmailInTest, v1::EmailOutcome>> later = {
      {{.to = reply_address_, .message_id = "2@example.gr"}, v1::EMAIL_OUTCOME_REDACTED},
      {auto_reply, v1::EMAIL_OUTCOME_AUTO_REPLY},
      {{.to = reply_address_, .message_id = "3@example.gr", .text = ""},
       v1::EMAIL_OUTCOME_REDACTED}};
  for (const auto& [email, outcome] : later) {
    const v1::ReceivedEmail received = ExpectOutcome(email.Raw(), outcome);
    EXPECT_THAT(received.sender(), IsEmpty());
    EXPECT_THAT(received.message_id(), IsEmpty());
    EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  }
}

TEST_F(EmailIngest, TheRedactionOfACommentTakesItsEmailToo) {
  const v1::ReceivedEmail earlier =
      Ingest(EmailInTest{.to = reply_address_, .message_id = "2@example.gr"});
  const v1::ReceivedEmail received = Ingest(EmailInTest{.to = reply_address_});
  v1::RedactCommentRequest redact;
  redact.set_name(received.comment());
  server_->Redactor().Must(redact);
  EXPECT_THAT(Stored(received).raw_message(), IsEmpty());
  EXPECT_THAT(Stored(earlier).raw_message(), Not(IsEmpty()));
}

TEST_F(EmailIngest, TheRedactionOfACommentTakesTheEmailsThatMayQuoteIt) {
  const v1::Comment comment =
      server_->Staff().Must(Commenting(order_, "Ρωτήστε τον Νίκο.")).comment();
  const EmailInTest reply{.to = reply_address_, .text = "Ευχαριστώ.\r\n> Ρωτήστε τον Νίκο.\r\n"};
  const v1::ReceivedEmail quoting = Ingest(reply);
  EXPECT_THAT(Stored(quoting).raw_message(), HasSubstr("Νίκο"));
  v1::RedactCommentRequest redact;
  redact.set_name(comment.name());
  server_->Redactor().Must(redact);
  EXPECT_THAT(Stored(quoting).raw_message(), IsEmpty());
  EXPECT_EQ(Stored(quoting).sender(), kMariaEmail);
  EXPECT_EQ(Comments().back().text(), "Ευχαριστώ.");
}

TEST_F(EmailIngest, ARedactionForgetsAlsoWhatTheCustomerSentToNoOrder) {
  const EmailInTest elsewhere{.to = "info@shop.example"};
  const v1::ReceivedEmail hers = Ingest(elsewhere);
  EXPECT_EQ(Stored(hers).sender(), kMariaEmail);
  const v1::ReceivedEmail others =
      Ingest(EmailInTest{.to = "info@shop.example", .from = "nikos@example.gr"});
  v1::RedactSubjectRequest redact;
  redact.set_name(order_.name());
  server_->Redactor().Must(redact);
  EXPECT_THAT(Stored(hers).sender() + Stored(hers).message_id(), IsEmpty());
  EXPECT_EQ(Stored(others).sender(), "nikos@example.gr");
}

// The server ends between the comment and the note of what became of the e-mail.
TEST_F(EmailIngest, AnEmailThatComesAgainAfterTheRedactionOfItsCommentIsNotKept) {
  const EmailInTest email{.to = reply_address_};
  server_->faults().Fail(Method::kConcludeReceivedEmail, Fault::kPoison, {.call = 1, .times = 9});
  EXPECT_FALSE(server_->Service().Call(Ingesting(email.Raw())).ok());
  server_->faults().Heal();
  ASSERT_THAT(Comments(), SizeIs(1));
  v1::ListReceivedEmailsRequest list;
  const v1::ReceivedEmail pending = server_->Staff().Must(list).received_emails(0);
  EXPECT_EQ(pending.outcome(), v1::EMAIL_OUTCOME_RECEIVED);
  EXPECT_THAT(Stored(pending).raw_message() + pending.sender(), IsEmpty());
  v1::RedactCommentRequest redact;
  redact.set_name(Comments().front().name());
  server_->Redactor().Must(redact);
  const v1::ReceivedEmail again = Ingest(email);
  EXPECT_EQ(again.outcome(), v1::EMAIL_OUTCOME_COMMENTED);
  EXPECT_EQ(again.comment(), Comments().front().name());
  EXPECT_THAT(again.sender() + again.message_id(), IsEmpty());
  EXPECT_THAT(Stored(again).raw_message(), IsEmpty());
  EXPECT_THAT(Comments().front().text(), IsEmpty());
}

// --- In which language ---------------------------------------------------------------------------

TEST_F(EmailIngest, SendersAreToldWhyInTheLanguageOfTheOrderElseOfTheEmail) {
  const auto told = [&](const EmailInTest& email, const char* language) {
    return server_->Service().In(language).Must(Ingesting(email.Raw())).outcome_text();
  };
  const EmailInTest stranger{.to = reply_address_, .from = "a@example.com", .text = "Hello"};
  EXPECT_THAT(told(stranger, "en"), HasSubstr("Απαντήστε από τη διεύθυνση")) << "the order's";
  EmailInTest elsewhere{.to = "info@shop.example", .message_id = "2@example.gr"};
  EXPECT_THAT(told(elsewhere, "en"), HasSubstr("Απαντήστε στο email")) << "its own";
  elsewhere = {.to = "info@shop.example", .message_id = "3@example.gr", .text = "Hello"};
  EXPECT_THAT(told(elsewhere, "el"), HasSubstr("Please reply"));
  const v1::IngestEmailRequest unreadable = Ingesting("x");
  EXPECT_THAT(server_->Service().In("el").Must(unreadable).outcome_text(), HasSubstr("δεν μπορεί"))
      << "the caller's";
}

TEST_F(EmailIngest, AnAddressThatWasMadeUpIsAnsweredAlikeWhetherThereIsSuchAnOrder) {
  for (const char* purpose : {"+r.", "+u."}) {
    std::string made_up = absl::StrReplaceAll(reply_address_, {{"+r.", purpose}});
    const std::size_t at = made_up.find('@');
    made_up[at - 1] = made_up[at - 1] == 'a' ? 'b' : 'a';
    const std::string of_none = absl::StrReplaceAll(made_up, {{order_.number(), "9999999990"}});
    v1::ReceivedEmail answers[2];
    const std::string ends[] = {made_up, of_none};
    for (int i = 0; i < 2; ++i) {
      const EmailInTest email{.to = ends[i], .message_id = absl::StrCat(purpose, i), .text = "Hi"};
      answers[i] = Ingest(email);
    }
    EXPECT_EQ(answers[0].outcome(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
    EXPECT_EQ(answers[1].outcome(), v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS);
    EXPECT_EQ(answers[0].outcome_text(), answers[1].outcome_text());
  }
}

// --- Looking at what came ------------------------------------------------------------------------

TEST_F(EmailIngest, StaffSeeWhatCameTheLastFirst) {
  const v1::Order other = Place(server_->Service(), CourierOrder("WEB-2"));
  const EmailInTest first{.to = reply_address_};
  const v1::ReceivedEmail a = Ingest(first);
  const v1::ReceivedEmail b =
      Ingest(EmailInTest{.to = WaitForReplyAddress(other.number()), .message_id = "2@example.gr"});
  const v1::ReceivedEmail c = Ingest(std::string("x"));
  const v1::ReceivedEmail d =
      Ingest(EmailInTest{.to = reply_address_, .message_id = "3@example.gr"});
  const auto listed = [&](const std::string& subject, int page_size) {
    v1::ListReceivedEmailsRequest request;
    request.set_subject(subject);
    request.set_page_size(page_size);
    Names names;
    do {
      const auto page = server_->Staff().Must(request);
      EXPECT_LE(page.received_emails().size(), page_size == 0 ? 50 : page_size);
      for (const v1::ReceivedEmail& email : page.received_emails()) {
        EXPECT_THAT(email.raw_message(), IsEmpty());
        names.push_back(email.name());
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  for (int size : {0, 1, 3, 4, 1000}) {
    EXPECT_THAT(listed("", size), ElementsAre(d.name(), c.name(), b.name(), a.name()));
    EXPECT_THAT(listed(order_.name(), size), ElementsAre(d.name(), a.name()));
  }
  EXPECT_THAT(a.name(), StartsWith("receivedEmails/"));
  EXPECT_EQ(Stored(a).raw_message(), first.Raw());
  EXPECT_EQ(server_->Staff().In("el").Must(GettingEmail(a.name(), false)).SerializeAsString(),
            a.SerializeAsString());
  EXPECT_NE(server_->Staff().In("el").Must(GettingEmail(c.name())).outcome_text(),
            server_->Staff().In("en").Must(GettingEmail(c.name())).outcome_text());
}

TEST_F(EmailIngest, StaffAreToldWhatIsWrongWithTheirQuestion) {
  v1::ListReceivedEmailsRequest list;
  list.set_subject("orders/1");
  list.set_page_size(-1);
  list.set_page_token("nonsense");
  const CallStatus refused = server_->Staff().Call(list).status;
  EXPECT_THAT(refused.Violations(),
              testing::UnorderedElementsAre("subject MALFORMED", "page_size NEGATIVE",
                                            "page_token MALFORMED"));
  list.Clear();
  list.set_subject("orders/9999999990");
  EXPECT_THAT(server_->Staff().Call(list).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  list.set_subject("enquiries/9999999990");
  EXPECT_THAT(server_->Staff().Call(list).status,
              IsRefusal(google::rpc::NOT_FOUND, "ENQUIRY_NOT_FOUND"));
  EXPECT_THAT(server_->Staff().Call(GettingEmail("receivedEmails/77")).status,
              IsRefusal(google::rpc::NOT_FOUND, "EMAIL_NOT_FOUND"));
  EXPECT_THAT(server_->Staff().Call(GettingEmail("")).status, IsInvalid(Names{"name MISSING"}));
  for (const char* name : {"receivedEmails/", "receivedEmails/-1", "receivedEmails/01",
                           "receivedEmails/99999999999999999999", "redactions/1"}) {
    EXPECT_THAT(server_->Staff().Call(GettingEmail(name)).status,
                IsInvalid(Names{"name MALFORMED"}))
        << name;
  }
}

TEST_F(EmailIngest, TokensAreForOneQueryAndOneCaller) {
  for (const char* id : {"1@example.gr", "2@example.gr"})
    Ingest(EmailInTest{.to = reply_address_, .message_id = id});
  v1::ListReceivedEmailsRequest request;
  request.set_page_size(1);
  request.set_page_token(server_->Staff().Must(request).next_page_token());
  EXPECT_THAT(server_->Staff().Must(request).received_emails(), SizeIs(1));
  EXPECT_THAT(server_->Service().Call(request).status, IsInvalid(Names{"page_token MALFORMED"}));
  request.set_subject(order_.name());
  EXPECT_THAT(server_->Staff().Call(request).status, IsInvalid(Names{"page_token MALFORMED"}));
}

TEST_F(EmailIngest, CustomersLookAtNothing) {
  const v1::ReceivedEmail received = Ingest(EmailInTest{.to = reply_address_});
  v1::ListReceivedEmailsRequest list;
  list.set_subject(order_.name());
  for (const Client& client :
       {server_->Customer(kMariaId), server_->Staff().As(OnBehalfOf(Role::kCustomer, kMariaId))}) {
    EXPECT_THAT(client.Call(list).status,
                IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
    EXPECT_THAT(client.Call(GettingEmail(received.name())).status,
                IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  }
}

TEST(WithoutMail, NoEmailIsTaken) {
  ServerInTest server;
  EXPECT_THAT(server.Service().Call(Ingesting("x")).status,
              IsRefusal(google::rpc::FAILED_PRECONDITION, "MAIL_NOT_CONFIGURED"));
  EXPECT_THAT(server.Staff().Must(v1::ListReceivedEmailsRequest()).received_emails(), IsEmpty());
}

}  // namespace
}  // namespace ipstore::orders::test
