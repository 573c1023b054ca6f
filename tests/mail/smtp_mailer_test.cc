// What becomes of a letter, for each way in which an SMTP server can fail, and what was said on the
// way there.
#include "server/mail/smtp_mailer.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"
#include "tests/support/scripted_smtp_server.h"

namespace ipstore::orders::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Security = SmtpOptions::Security;

constexpr char kMessage[] = "Subject: Hello\r\n\r\nHello.\r\n";
// For servers that say nothing; all others get as much as they need.
constexpr absl::Duration kShort = absl::Milliseconds(300);

std::string NameOf(DeliveryOutcome outcome) {
  switch (outcome) {
    case DeliveryOutcome::kAccepted:
      return "accepted";
    case DeliveryOutcome::kDeferred:
      return "deferred";
    case DeliveryOutcome::kRejected:
      return "rejected";
    case DeliveryOutcome::kInDoubt:
      return "in doubt";
  }
  return "";
}

// "deferred: 451 come back later".
std::string InWords(const Delivery& delivery) {
  return absl::StrCat(NameOf(delivery.outcome), ": ", delivery.answer);
}

// A script that differs from the usual at one point.
SmtpScript At(const std::string& point, std::vector<SmtpStep> steps) {
  SmtpScript script;
  script.at[point] = std::move(steps);
  return script;
}

SmtpOptions OptionsFor(const ScriptedSmtpServer& server) {
  return {.host = "127.0.0.1",
          .port = server.port(),
          .security = Security::kNone,
          .helo_name = "shop.example"};
}

struct Sending {
  std::string bytes = kMessage;
  std::string recipient = "maria@example.gr";
  std::string sender = "orders@shop.example";
  absl::Duration timeout = absl::Seconds(20);
  std::function<bool()> may_complete = [] { return true; };
};

Delivery Send(SmtpMailer& mailer, const Sending& sending = {}) {
  return mailer.Deliver({.sender = sending.sender,
                         .recipient = sending.recipient,
                         .message_id = "a@shop.example",
                         .bytes = sending.bytes},
                        {.timeout = sending.timeout, .may_complete = sending.may_complete});
}

// What becomes of one letter to a server of that script.
std::string Outcome(SmtpScript script, const Sending& sending = {}) {
  const ScriptedSmtpServer server({std::move(script)});
  SmtpMailer mailer(OptionsFor(server));
  return InWords(Send(mailer, sending));
}

// The commands of one letter that nothing happens to, after the greeting.
std::vector<std::string> WholeDialogue() {
  return {"EHLO shop.example", "MAIL FROM:<orders@shop.example> SIZE=26",
          "RCPT TO:<maria@example.gr>", "DATA"};
}

std::vector<std::string> Upto(std::size_t commands, const std::string& last = "") {
  std::vector<std::string> dialogue = WholeDialogue();
  dialogue.resize(commands);
  if (!last.empty()) dialogue.push_back(last);
  return dialogue;
}

// --- Accepted ------------------------------------------------------------------------------------

TEST(SmtpMailer, ALetterIsTakenOverAsItIs) {
  const ScriptedSmtpServer server({SmtpScript()});
  {
    SmtpMailer mailer(OptionsFor(server));
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  }
  const SmtpDialogue dialogue = server.AfterEnd(0);
  EXPECT_EQ(dialogue.commands, Upto(4, "QUIT"));
  EXPECT_THAT(dialogue.messages, ElementsAre(kMessage));
}

TEST(SmtpMailer, ASizeIsToldOnlyToServersThatTakeIt) {
  const ScriptedSmtpServer server({SmtpScript{.capabilities = {"PIPELINING", "SIZELESS"}}});
  {
    SmtpMailer mailer(OptionsFor(server));
    EXPECT_EQ(Send(mailer).outcome, DeliveryOutcome::kAccepted);
  }
  EXPECT_THAT(server.AfterEnd(0).commands, Contains("MAIL FROM:<orders@shop.example>"));
}

TEST(SmtpMailer, LinesThatBeginWithADotArriveUnchanged) {
  const ScriptedSmtpServer server({SmtpScript()});
  // Larger than what goes onto the wire at once.
  std::string large = ".\r\n..\r\n.x\r\n\r\n.\r\nx.\r\n";
  for (int line = 0; line < 100'000; ++line)
    absl::StrAppend(&large, line % 3 == 0 ? "." : "", std::string(line % 70, 'x'), ".\r\n");
  const std::vector<std::string> messages = {large, "", ".", "\r\n.\r\nQUIT", ".\r\n"};
  {
    SmtpMailer mailer(OptionsFor(server));
    for (const std::string& message : messages)
      EXPECT_EQ(Send(mailer, {.bytes = message}).outcome, DeliveryOutcome::kAccepted);
  }
  EXPECT_THAT(server.AfterEnd(0).messages,
              ElementsAre(large, "\r\n", ".\r\n", "\r\n.\r\nQUIT\r\n", ".\r\n"));
}

TEST(SmtpMailer, AnInternationalDomainIsNamedInAscii) {
  const ScriptedSmtpServer server({SmtpScript()});
  {
    SmtpMailer mailer(OptionsFor(server));
    EXPECT_EQ(Send(mailer, {.recipient = "maria@παράδειγμα.ελ"}).outcome,
              DeliveryOutcome::kAccepted);
  }
  EXPECT_THAT(server.AfterEnd(0).commands, Contains("RCPT TO:<maria@xn--hxajbheg2az3al.xn--qxam>"));
}

// --- Rejected ------------------------------------------------------------------------------------

TEST(SmtpMailer, ARefusedRecipientIsRejected) {
  const ScriptedSmtpServer server({At("RCPT", {Say("550 5.1.1 no such user")})});
  {
    SmtpMailer mailer(OptionsFor(server));
    EXPECT_EQ(InWords(Send(mailer)), "rejected: 550 5.1.1 no such user");
  }
  std::vector<std::string> expected = Upto(3, "RSET");
  expected.emplace_back("QUIT");
  EXPECT_EQ(server.AfterEnd(0).commands, expected);
}

TEST(SmtpMailer, ARefusedMessageIsRejected) {
  EXPECT_EQ(Outcome(At("MESSAGE", {Say("554 5.7.1 looks like spam")})),
            "rejected: 554 5.7.1 looks like spam");
  EXPECT_EQ(Outcome(At("DATA", {Say("554 no valid recipients")})),
            "rejected: 554 no valid recipients");
}

TEST(SmtpMailer, ATooLargeMessageIsRejected) {
  EXPECT_EQ(Outcome(At("MAIL", {Say("552 message size exceeds fixed limit")})),
            "rejected: 552 message size exceeds fixed limit");
  EXPECT_EQ(Outcome(At("MAIL", {Say("550 5.3.4 too big")})), "rejected: 550 5.3.4 too big");
  EXPECT_EQ(Outcome(At("MESSAGE", {Say("552 5.3.4 too big")})), "rejected: 552 5.3.4 too big");
}

TEST(SmtpMailer, WhatSmtpCannotCarryIsRejectedWithoutAConnection) {
  const ScriptedSmtpServer server({SmtpScript()});
  SmtpMailer mailer(OptionsFor(server));
  for (const char* recipient : {"", "μαρία@example.gr", "a@b\r\nRCPT TO:<c@d>", "a@b> SIZE=1"}) {
    EXPECT_EQ(Send(mailer, {.recipient = recipient}).outcome, DeliveryOutcome::kRejected);
  }
  for (const char* bytes : {"a\nb", "a\rb", "a\r", "a\n.\nMAIL FROM:<x>\n", "a\r\n.\rb", "Γεια"}) {
    EXPECT_EQ(Send(mailer, {.bytes = bytes}).outcome, DeliveryOutcome::kRejected) << bytes;
  }
  EXPECT_EQ(server.Connections(), 0U);
}

// --- Deferred ------------------------------------------------------------------------------------

TEST(SmtpMailer, GreylistingDefers) {
  EXPECT_EQ(Outcome(At("RCPT", {Say("450 4.2.0 greylisted")})), "deferred: 450 4.2.0 greylisted");
  EXPECT_EQ(Outcome(At("RCPT", {Say("451 4.7.1 come back later")})),
            "deferred: 451 4.7.1 come back later");
}

TEST(SmtpMailer, NotNowAtAnyPointDefers) {
  EXPECT_EQ(Outcome(At("CONNECT", {SayAndClose("421 too busy")})),
            "deferred: at connecting: 421 too busy");
  SmtpScript no_greeting = At("EHLO", {Say("451 not now")});
  no_greeting.at["HELO"] = {Say("451 not now either")};
  EXPECT_EQ(Outcome(no_greeting), "deferred: at HELO: 451 not now either");
  for (const char* point : {"MAIL", "RCPT", "DATA", "MESSAGE"}) {
    EXPECT_EQ(Outcome(At(point, {Say("451 not now")})), "deferred: 451 not now") << point;
    EXPECT_EQ(Outcome(At(point, {SayAndClose("421 closing")})), "deferred: 421 closing") << point;
  }
}

TEST(SmtpMailer, RefusalsOfOursAreNoRefusalsOfTheLetter) {
  EXPECT_EQ(Outcome(At("CONNECT", {SayAndClose("554 go away")})),
            "deferred: at connecting: 554 go away");
  EXPECT_EQ(Outcome(At("MAIL", {Say("530 5.7.0 log in first")})),
            "deferred: 530 5.7.0 log in first");
  EXPECT_EQ(Outcome(At("MAIL", {Say("550 sender unknown")})), "deferred: 550 sender unknown");
  SmtpScript no_greeting = At("EHLO", {Say("550 who are you?")});
  no_greeting.at["HELO"] = {Say("550 5.7.1 not you")};
  EXPECT_EQ(Outcome(no_greeting), "deferred: at HELO: 550 5.7.1 not you");
}

TEST(SmtpMailer, AServerWithoutEhloIsSpokenToAllTheSame) {
  EXPECT_EQ(Outcome(At("EHLO", {Say("500 what?")})), "accepted: 250 2.0.0 taken");
}

TEST(SmtpMailer, ABadSenderOfOursDefers) {
  const ScriptedSmtpServer server({SmtpScript()});
  SmtpMailer mailer(OptionsFor(server));
  EXPECT_EQ(InWords(Send(mailer, {.sender = "orders"})),
            "deferred: sender: an e-mail address needs an @");
}

TEST(SmtpMailer, ARefusedConnectionDefers) {
  SmtpOptions options;
  {
    const ScriptedSmtpServer server({SmtpScript()});
    options = OptionsFor(server);
  }
  SmtpMailer mailer(options);
  const std::string outcome = InWords(Send(mailer));
  EXPECT_THAT(outcome,
              AllOf(StartsWith("deferred: at connecting: "), HasSubstr("Failed to connect")));
}

TEST(SmtpMailer, AnUnknownNameDefers) {
  SmtpMailer mailer({.host = "no-such-host.invalid", .port = 25, .security = Security::kNone});
  EXPECT_THAT(InWords(Send(mailer)),
              AllOf(StartsWith("deferred: at connecting: "), HasSubstr("resolve")));
}

TEST(SmtpMailer, AServerThatHangsBeforeTheEndDefersInTime) {
  for (const char* point : {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA"}) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_THAT(Outcome(At(point, {Hang()}), {.timeout = kShort}), StartsWith("deferred: "))
        << point;
    const auto taken = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(taken, absl::ToChronoMilliseconds(kShort * 9 / 10)) << point;
    EXPECT_LT(taken, std::chrono::seconds(3)) << point;
  }
}

TEST(SmtpMailer, WhatWouldHappenToAnyLetterIsNotTheLettersFault) {
  const auto away = [](SmtpScript script) {
    const ScriptedSmtpServer server({std::move(script)});
    SmtpMailer mailer(OptionsFor(server));
    const Delivery delivery = Send(mailer, {.timeout = kShort});
    EXPECT_EQ(delivery.outcome, DeliveryOutcome::kDeferred);
    return delivery.server_away;
  };
  EXPECT_TRUE(away(At("CONNECT", {SayAndClose("421 busy")})));
  EXPECT_TRUE(away(At("CONNECT", {Hang()})));
  EXPECT_TRUE(away(At("MAIL", {Hang()})));
  EXPECT_TRUE(away(At("MAIL", {Close()})));
  EXPECT_TRUE(away(At("MAIL", {Say("530 authenticate first")})));
  EXPECT_FALSE(away(At("RCPT", {Hang()})));
  EXPECT_FALSE(away(At("RCPT", {Say("450 greylisted")})));
}

TEST(SmtpMailer, ASenderThatIsRefusedAfterAnotherWasTakenIsRefusedForItself) {
  const ScriptedSmtpServer server({At("MAIL", {AsUsual(), Say("550 5.7.1 not you")})});
  SmtpMailer mailer(OptionsFor(server));
  ASSERT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  const Delivery second = Send(mailer);
  EXPECT_EQ(InWords(second), "deferred: 550 5.7.1 not you");
  EXPECT_FALSE(second.server_away);
}

TEST(SmtpMailer, AServerThatHangsAfterARefusalHoldsUpNothing) {
  SmtpScript script = At("RCPT", {Say("550 no")});
  script.at["RSET"] = {Hang()};
  EXPECT_EQ(Outcome(script, {.timeout = kShort}), "rejected: 550 no");
}

TEST(SmtpMailer, AServerThatIsTooSlowToConnectHasTheTimeOfConnecting) {
  const ScriptedSmtpServer server({At("CONNECT", {Hang()})});
  SmtpOptions options = OptionsFor(server);
  options.connect_timeout = kShort;
  SmtpMailer mailer(options);
  EXPECT_THAT(InWords(Send(mailer)),
              AllOf(StartsWith("deferred: at connecting: "), HasSubstr("timed out")));
}

TEST(SmtpMailer, AServerThatClosesBeforeTheEndDefers) {
  for (const char* point : {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA"}) {
    EXPECT_THAT(Outcome(At(point, {Close()})), StartsWith("deferred: ")) << point;
  }
}

// One that does not fit into what lies between the two.
std::string LargeMessage() {
  constexpr std::size_t kBytes = 8'000'000;
  std::string large;
  while (large.size() < kBytes) absl::StrAppend(&large, std::string(76, 'x'), "\r\n");
  return large;
}

bool NeverAsked() {
  ADD_FAILURE() << "its end is not to be sent";
  return false;
}

TEST(SmtpMailer, AServerThatDiesInTheMiddleOfAMessageDefers) {
  EXPECT_THAT(
      Outcome(At("BODY", {Close()}), {.bytes = LargeMessage(), .may_complete = &NeverAsked}),
      StartsWith("deferred: "));
}

TEST(SmtpMailer, AServerThatStopsReadingDefersInTime) {
  const SmtpStep stop = {.reply = "354 go ahead", .then = SmtpStep::Then::kHang};
  EXPECT_EQ(Outcome(At("DATA", {stop}),
                    {.bytes = LargeMessage(), .timeout = kShort, .may_complete = &NeverAsked}),
            "deferred: at the message: no answer in the time given");
}

TEST(SmtpMailer, ARefusalInTheMiddleOfAMessageIsHeard) {
  const Sending large = {.bytes = LargeMessage(), .may_complete = &NeverAsked};
  EXPECT_EQ(Outcome(At("BODY", {Say("452 4.3.1 disk full")}), large),
            "deferred: 452 4.3.1 disk full");
  EXPECT_EQ(Outcome(At("BODY", {Say("552 5.3.4 too big")}), large), "rejected: 552 5.3.4 too big");
  EXPECT_EQ(Outcome(At("BODY", {Say("250 that will do")}), large),
            "deferred: the server did not wait for the end of the message");
}

// --- The point of no return ----------------------------------------------------------------------

TEST(SmtpMailer, AsksOnceAndWhenAllButTheEndWasSent) {
  const ScriptedSmtpServer server({SmtpScript()});
  int asked = 0;
  {
    SmtpMailer mailer(OptionsFor(server));
    const Delivery delivery = Send(mailer, {.may_complete = [&] {
                                     ++asked;
                                     const SmtpDialogue dialogue = server.When(
                                         0, [](const auto& it) { return it.raw == kMessage; });
                                     EXPECT_THAT(dialogue.messages, IsEmpty());
                                     return true;
                                   }});
    EXPECT_EQ(delivery.outcome, DeliveryOutcome::kAccepted);
  }
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(server.AfterEnd(0).raw, absl::StrCat(kMessage, ".\r\n"));
}

TEST(SmtpMailer, BrokenOffTheEndIsNeverSent) {
  const ScriptedSmtpServer server({SmtpScript()});
  SmtpMailer mailer(OptionsFor(server));
  EXPECT_EQ(InWords(Send(mailer, {.may_complete = [] { return false; }})),
            "deferred: broken off before the message was completed");
  const SmtpDialogue dialogue = server.AfterEnd(0);
  EXPECT_EQ(dialogue.raw, kMessage) << "neither a dot nor a good-bye";
  EXPECT_THAT(dialogue.messages, IsEmpty());
  EXPECT_EQ(Send(mailer).outcome, DeliveryOutcome::kAccepted);
  EXPECT_EQ(server.Connections(), 2U) << "the old one is in the middle of a message";
}

TEST(SmtpMailer, AServerThatDiesAfterTheEndLeavesADoubt) {
  const ScriptedSmtpServer server({At("MESSAGE", {Close()})});
  SmtpMailer mailer(OptionsFor(server));
  EXPECT_EQ(InWords(Send(mailer)),
            "in doubt: the message was completed, but the server closed the connection");
  EXPECT_THAT(server.AfterEnd(0).messages, SizeIs(1));
  EXPECT_EQ(server.Connections(), 1U) << "not sent again";
}

TEST(SmtpMailer, AServerThatDiesBeforeItReadsTheEndLeavesADoubt) {
  const ScriptedSmtpServer server({At("BODY", {Close()})});
  SmtpMailer mailer(OptionsFor(server));
  bool asked = false;
  const Delivery delivery = Send(mailer, {.bytes = "x\r\n", .may_complete = [&] {
                                            asked = true;
                                            server.AfterEnd(0);
                                            return true;
                                          }});
  // Whether its end was noticed before we were asked is a matter of chance.
  EXPECT_EQ(delivery.outcome, asked ? DeliveryOutcome::kInDoubt : DeliveryOutcome::kDeferred);
}

TEST(SmtpMailer, AServerThatNeverAnswersTheEndLeavesADoubt) {
  EXPECT_EQ(Outcome(At("MESSAGE", {Hang()}), {.timeout = kShort}),
            "in doubt: the message was completed, but no answer in the time given");
}

TEST(SmtpMailer, AnAnswerThatIsNoneLeavesADoubt) {
  EXPECT_EQ(Outcome(At("MESSAGE", {Say("hello?")})),
            "in doubt: the message was completed, but the server speaks no SMTP: hello?");
  EXPECT_EQ(Outcome(At("MESSAGE", {Say("354 what?")})),
            "in doubt: the message was completed, but 354 what?");
  EXPECT_THAT(Outcome(At("MESSAGE", {Say("999 what?")})), StartsWith("in doubt: "));
}

TEST(SmtpMailer, ALateAnswerIsNotTakenForThatOfTheNextLetter) {
  std::promise<void> given_up;
  SmtpStep late = Say("554 5.7.1 late");
  late.before = [&given_up] { given_up.get_future().wait(); };
  const ScriptedSmtpServer server({At("MESSAGE", {late}), SmtpScript()});
  SmtpMailer mailer(OptionsFor(server));
  EXPECT_EQ(Send(mailer, {.timeout = kShort}).outcome, DeliveryOutcome::kInDoubt);
  given_up.set_value();
  EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  EXPECT_EQ(server.Connections(), 2U);
}

// --- One connection for many letters -------------------------------------------------------------

TEST(SmtpMailer, OneConnectionCarriesManyLetters) {
  SmtpScript script = At("RCPT", {Say("250 ok"), Say("550 no"), Say("250 ok"), Say("450 later")});
  script.at["MESSAGE"] = {Say("250 ok"), Say("554 spam")};
  const ScriptedSmtpServer server({script});
  {
    SmtpMailer mailer(OptionsFor(server));
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 ok");
    EXPECT_EQ(InWords(Send(mailer)), "rejected: 550 no");
    EXPECT_EQ(InWords(Send(mailer)), "rejected: 554 spam");
    EXPECT_EQ(InWords(Send(mailer)), "deferred: 450 later");
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  }
  EXPECT_EQ(server.Connections(), 1U);
  const std::vector<std::string> commands = server.AfterEnd(0).commands;
  EXPECT_EQ(std::ranges::count(commands, "EHLO shop.example"), 1);
  EXPECT_EQ(std::ranges::count(commands, "RSET"), 2);
  EXPECT_EQ(commands.back(), "QUIT");
}

TEST(SmtpMailer, AKeptConnectionThatWasClosedIsReplaced) {
  for (const char* farewell : {"250 ok", "250 ok\r\n421 4.4.2 idle for too long"}) {
    const ScriptedSmtpServer server({At("MESSAGE", {SayAndClose(farewell)}), SmtpScript()});
    SmtpMailer mailer(OptionsFor(server));
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 ok");
    EXPECT_THAT(server.AfterEnd(0).messages, SizeIs(1));
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
    EXPECT_EQ(server.Connections(), 2U);
  }
}

// An answer too many would be taken for that to the next command.
TEST(SmtpMailer, AKeptConnectionThatIsOutOfStepIsReplaced) {
  const ScriptedSmtpServer server({At("MESSAGE", {Say("250 ok\r\n250 once more")})});
  SmtpMailer mailer(OptionsFor(server));
  EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 ok");
  EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 ok");
  EXPECT_EQ(server.Connections(), 2U);
}

// As the server does when it gives up at the moment in which we begin.
TEST(SmtpMailer, AKeptConnectionThatEndsDuringALetterIsReplaced) {
  for (const char* point : {"MAIL", "RCPT", "DATA"}) {
    for (const SmtpStep& end : {Close(), SayAndClose("421 4.4.2 idle for too long")}) {
      const ScriptedSmtpServer server({At(point, {AsUsual(), end}), SmtpScript()});
      SmtpMailer mailer(OptionsFor(server));
      ASSERT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
      EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken") << point;
      EXPECT_EQ(server.Connections(), 2U);
      EXPECT_THAT(server.AfterEnd(0).messages, SizeIs(1));
    }
  }
}

TEST(SmtpMailer, AKeptConnectionIsReplacedOnce) {
  const ScriptedSmtpServer server({At("MAIL", {AsUsual(), Close()}), At("MAIL", {Close()})});
  SmtpMailer mailer(OptionsFor(server));
  ASSERT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  EXPECT_EQ(InWords(Send(mailer)), "deferred: at MAIL: the server closed the connection");
  EXPECT_EQ(server.Connections(), 2U);
}

TEST(SmtpMailer, AFreshConnectionIsNotReplaced) {
  const ScriptedSmtpServer server({At("MAIL", {Close()}), SmtpScript()});
  SmtpMailer mailer(OptionsFor(server));
  EXPECT_EQ(InWords(Send(mailer)), "deferred: at MAIL: the server closed the connection");
  EXPECT_EQ(server.Connections(), 1U);
}

TEST(SmtpMailer, AKeptConnectionThatEndsAfterTheMessageIsNotReplaced) {
  for (const SmtpStep& end : {Close(), SayAndClose("421 4.4.2 idle for too long")}) {
    const ScriptedSmtpServer server({At("MESSAGE", {Say("250 ok"), end}), SmtpScript()});
    SmtpMailer mailer(OptionsFor(server));
    ASSERT_EQ(InWords(Send(mailer)), "accepted: 250 ok");
    EXPECT_NE(Send(mailer).outcome, DeliveryOutcome::kAccepted);
    EXPECT_EQ(server.Connections(), 1U);
  }
}

TEST(SmtpMailer, AKeptConnectionThatIsSilentUsesUpItsTime) {
  const ScriptedSmtpServer server({At("MAIL", {AsUsual(), Hang()}), SmtpScript()});
  SmtpMailer mailer(OptionsFor(server));
  ASSERT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  EXPECT_EQ(InWords(Send(mailer, {.timeout = kShort})),
            "deferred: at MAIL: no answer in the time given");
  EXPECT_EQ(server.Connections(), 1U);
  EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken") << "on a connection of its own";
}

TEST(SmtpMailer, MailersOfSeveralThreadsDoNotMeet) {
  constexpr int kThreads = 4;
  constexpr int kLetters = 5;
  const ScriptedSmtpServer server({SmtpScript()});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&server] {
      SmtpMailer mailer(OptionsFor(server));
      for (int letter = 0; letter < kLetters; ++letter)
        EXPECT_EQ(Send(mailer).outcome, DeliveryOutcome::kAccepted);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.Connections(), kThreads);
  for (std::size_t thread = 0; thread < kThreads; ++thread)
    EXPECT_THAT(server.AfterEnd(thread).messages, SizeIs(kLetters));
}

// --- Answers -------------------------------------------------------------------------------------

TEST(SmtpMailer, AnswersOfSeveralLinesBecomeOne) {
  EXPECT_EQ(Outcome(At("RCPT", {Say("550-5.1.1 The mailbox\r\n550-5.1.1 does not\r\n550 exist")})),
            "rejected: 550 5.1.1 The mailbox 5.1.1 does not exist");
  EXPECT_EQ(Outcome(At("RCPT", {Say("550-no\r\n450 not now")})), "deferred: 450 no not now")
      << "the last line counts";
  EXPECT_EQ(Outcome(At("RCPT", {Say("550")})), "rejected: 550");
  EXPECT_EQ(Outcome(At("CONNECT", {SayAndClose("554-you are\r\n554 not welcome")})),
            "deferred: at connecting: 554 you are not welcome");
}

TEST(SmtpMailer, AnswersAreCleaned) {
  EXPECT_EQ(Outcome(At("RCPT", {Say("550 \x1b[31mno\x07 \xC3( \xCF\x8C\xCF\x87\xCE\xB9\t!")})),
            "rejected: 550 [31mno \uFFFD( όχι !");
  const std::string answer =
      Outcome(At("RCPT", {Say(absl::StrCat("550 ", std::string(3000, 'x')))}));
  EXPECT_THAT(answer, AllOf(SizeIs(500 + std::string("rejected: ").size()), EndsWith("x…")));
}

TEST(SmtpMailer, AnswersWithoutEndAreNotReadForEver) {
  std::string endless;
  for (int line = 0; line < 1000; ++line) absl::StrAppend(&endless, "250-more\r\n");
  EXPECT_EQ(Outcome(At("RCPT", {Say(endless)})),
            "deferred: at RCPT: the server's reply has no end");
  EXPECT_EQ(Outcome(At("RCPT", {Say(std::string(100'000, 'x'))})),
            "deferred: at RCPT: the server's reply has no end");
}

// --- TLS and AUTH --------------------------------------------------------------------------------

class AServerWithTls : public testing::Test {
 protected:
  SmtpScript Script(SmtpScript::Tls tls, const Certificate& certificate) const {
    return {.tls = tls, .certificate = &certificate, .capabilities = {"AUTH PLAIN LOGIN"}};
  }
  SmtpOptions Options(const ScriptedSmtpServer& server, Security security) const {
    SmtpOptions options = OptionsFor(server);
    options.security = security;
    options.ca_file = folder.Write("ca.pem", authority.Pem());
    return options;
  }
  SmtpOptions WithLogin(SmtpOptions options) const {
    options.username = "shop";
    options.password = "s3cret/Γ";
    return options;
  }

  const TemporaryFolder folder;
  const Certificate authority = MakeAuthority("an authority");
  const Certificate good = MakeServerCertificate(authority, "IP:127.0.0.1");
  // In base64: "\0shop\0s3cret/Γ".
  const std::string plain = "AHNob3AAczNjcmV0L86T";
};

TEST_F(AServerWithTls, IsSpokenToAfterStarttls) {
  const ScriptedSmtpServer server({Script(SmtpScript::Tls::kStartTls, good)});
  {
    SmtpMailer mailer(WithLogin(Options(server, Security::kStartTls)));
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
    EXPECT_EQ(InWords(Send(mailer)), "accepted: 250 2.0.0 taken");
  }
  const SmtpDialogue dialogue = server.AfterEnd(0);
  EXPECT_TRUE(dialogue.tls);
  EXPECT_THAT(dialogue.messages, ElementsAre(kMessage, kMessage));
  const std::string mail = "MAIL FROM:<orders@shop.example>";
  const std::string rcpt = "RCPT TO:<maria@example.gr>";
  EXPECT_THAT(dialogue.commands,
              ElementsAre("EHLO shop.example", "STARTTLS", "EHLO shop.example", "AUTH PLAIN", plain,
                          mail, rcpt, "DATA", mail, rcpt, "DATA", "QUIT"));
}

TEST_F(AServerWithTls, IsSpokenToInTlsFromTheBeginning) {
  const ScriptedSmtpServer server({Script(SmtpScript::Tls::kImplicit, good)});
  {
    SmtpMailer mailer(WithLogin(Options(server, Security::kTls)));
    EXPECT_EQ(InWords(Send(mailer, {.bytes = LargeMessage()})), "accepted: 250 2.0.0 taken");
  }
  const SmtpDialogue dialogue = server.AfterEnd(0);
  EXPECT_TRUE(dialogue.tls);
  EXPECT_THAT(dialogue.commands, Contains(plain));
  EXPECT_THAT(dialogue.messages, ElementsAre(LargeMessage()));
}

TEST_F(AServerWithTls, IsNotSpokenToWithoutStarttls) {
  const ScriptedSmtpServer server({SmtpScript{.capabilities = {"AUTH PLAIN"}}});
  SmtpMailer mailer(WithLogin(Options(server, Security::kStartTls)));
  EXPECT_EQ(InWords(Send(mailer)), "deferred: at EHLO: STARTTLS not supported.");
  EXPECT_EQ(server.AfterEnd(0).commands.front(), "EHLO shop.example");
  EXPECT_THAT(server.AfterEnd(0).commands, Not(Contains(StartsWith("AUTH"))));
}

TEST_F(AServerWithTls, ThatRefusesStarttlsDefers) {
  SmtpScript script = Script(SmtpScript::Tls::kStartTls, good);
  script.at["STARTTLS"] = {Say("454 4.7.0 TLS not available")};
  const ScriptedSmtpServer server({script});
  SmtpMailer mailer(WithLogin(Options(server, Security::kStartTls)));
  EXPECT_EQ(InWords(Send(mailer)), "deferred: at STARTTLS: 454 4.7.0 TLS not available");
}

TEST_F(AServerWithTls, WithACertificateOfSomebodyElseIsNotSpokenTo) {
  const Certificate stranger = MakeAuthority("another authority");
  const Certificate strange = MakeServerCertificate(stranger, "IP:127.0.0.1");
  const Certificate other_name = MakeServerCertificate(authority, "DNS:other.example");
  for (const Certificate* bad : {&strange, &other_name}) {
    for (const auto& [tls, security] : {std::pair(SmtpScript::Tls::kStartTls, Security::kStartTls),
                                        std::pair(SmtpScript::Tls::kImplicit, Security::kTls)}) {
      const ScriptedSmtpServer server({Script(tls, *bad)});
      SmtpMailer mailer(WithLogin(Options(server, security)));
      EXPECT_THAT(InWords(Send(mailer)),
                  AllOf(StartsWith("deferred: at "), HasSubstr("certificate")));
      EXPECT_THAT(server.AfterEnd(0).commands, Not(Contains(StartsWith("AUTH"))));
    }
  }
}

TEST_F(AServerWithTls, WhoseAuthorityOnlyTheSystemDoesNotKnowIsNotSpokenTo) {
  const ScriptedSmtpServer server({Script(SmtpScript::Tls::kImplicit, good)});
  SmtpOptions options = Options(server, Security::kTls);
  options.ca_file = "";
  SmtpMailer mailer(options);
  EXPECT_THAT(InWords(Send(mailer)), HasSubstr("certificate"));
}

TEST_F(AServerWithTls, ThatSpeaksPlainTextDefers) {
  const ScriptedSmtpServer server({SmtpScript()});
  SmtpMailer mailer(Options(server, Security::kTls));
  EXPECT_THAT(InWords(Send(mailer)), StartsWith("deferred: at connecting: "));
}

TEST_F(AServerWithTls, ThatHangsInItDefersInTime) {
  const SmtpScript hanging = At("STARTTLS", {{.reply = "220 go", .then = SmtpStep::Then::kHang}});
  SmtpScript script = Script(SmtpScript::Tls::kStartTls, good);
  script.at = hanging.at;
  const ScriptedSmtpServer server({script});
  SmtpMailer mailer(Options(server, Security::kStartTls));
  EXPECT_THAT(InWords(Send(mailer, {.timeout = kShort})), StartsWith("deferred: at STARTTLS: "));
}

// The program must survive what a broken pipe would raise.
TEST_F(AServerWithTls, ThatDiesInTheMiddleOfAMessageDefers) {
  SmtpScript script = Script(SmtpScript::Tls::kImplicit, good);
  script.at["BODY"] = {Close()};
  const ScriptedSmtpServer server({script});
  SmtpMailer mailer(Options(server, Security::kTls));
  EXPECT_THAT(InWords(Send(mailer, {.bytes = LargeMessage(), .may_complete = &NeverAsked})),
              StartsWith("deferred: "));
}

TEST_F(AServerWithTls, ThatDiesAfterTheEndLeavesADoubt) {
  SmtpScript script = Script(SmtpScript::Tls::kImplicit, good);
  script.at["MESSAGE"] = {Close()};
  const ScriptedSmtpServer server({script});
  SmtpMailer mailer(Options(server, Security::kTls));
  EXPECT_EQ(Send(mailer).outcome, DeliveryOutcome::kInDoubt);
}

TEST_F(AServerWithTls, ThatKnowsOnlyLoginIsLoggedInto) {
  SmtpScript script = Script(SmtpScript::Tls::kImplicit, good);
  script.capabilities = {"AUTH CRAM-MD5 LOGIN"};
  const ScriptedSmtpServer server({script});
  {
    SmtpMailer mailer(WithLogin(Options(server, Security::kTls)));
    EXPECT_EQ(Send(mailer).outcome, DeliveryOutcome::kAccepted);
  }
  EXPECT_THAT(server.AfterEnd(0).commands,
              AllOf(Contains("AUTH LOGIN"), Contains("c2hvcA=="), Contains("czNjcmV0L86T")));
}

TEST_F(AServerWithTls, ThatKnowsNoLoginGetsNoLetter) {
  for (const char* capability : {"AUTH CRAM-MD5", "SIZE"}) {
    SmtpScript script = Script(SmtpScript::Tls::kImplicit, good);
    script.capabilities = {capability};
    const ScriptedSmtpServer server({script});
    SmtpMailer mailer(WithLogin(Options(server, Security::kTls)));
    EXPECT_EQ(InWords(Send(mailer)),
              "deferred: the server offers neither AUTH PLAIN nor AUTH LOGIN");
    EXPECT_THAT(server.AfterEnd(0).commands, Not(Contains(StartsWith("MAIL"))));
  }
}

TEST_F(AServerWithTls, ThatRefusesThePasswordDefersAndTheAnswerDoesNotHoldIt) {
  for (const std::string& repeated :
       {std::string("s3cret/Γ"), std::string("czNjcmV0L86T"), plain}) {
    SmtpScript script = Script(SmtpScript::Tls::kImplicit, good);
    script.at["LOGIN"] = {Say(absl::StrCat("535 5.7.8 not you: ", repeated, "."))};
    const ScriptedSmtpServer server({script});
    SmtpMailer mailer(WithLogin(Options(server, Security::kTls)));
    EXPECT_EQ(InWords(Send(mailer)), "deferred: at AUTH: 535 5.7.8 not you: ***.");
  }
}

TEST_F(AServerWithTls, ThatCannotCheckThePasswordNowDefers) {
  SmtpScript script = Script(SmtpScript::Tls::kImplicit, good);
  script.at["LOGIN"] = {Say("454 4.7.0 not now")};
  const ScriptedSmtpServer server({script});
  SmtpMailer mailer(WithLogin(Options(server, Security::kTls)));
  EXPECT_EQ(InWords(Send(mailer)), "deferred: at AUTH: 454 4.7.0 not now");
}

// --- Options -------------------------------------------------------------------------------------

SmtpOptions GoodOptions() {
  return {.host = "mail.example", .username = "shop", .password = "s3cret"};
}

TEST(CheckSmtpOptions, TakesGoodOnes) {
  EXPECT_TRUE(CheckSmtpOptions(GoodOptions()).ok());
  for (const char* host : {"localhost", "127.0.0.1", "127.8.0.1", "::1"}) {
    SmtpOptions options = GoodOptions();
    options.host = host;
    options.security = Security::kNone;
    EXPECT_TRUE(CheckSmtpOptions(options).ok()) << host;
  }
  EXPECT_TRUE(CheckSmtpOptions({.host = "10.0.0.1", .security = Security::kNone}).ok())
      << "without a password there is nothing to overhear but the letters";
}

TEST(CheckSmtpOptions, NoPasswordGoesOverANetworkInPlainText) {
  for (const char* host :
       {"mail.example", "10.0.0.1", "127.0.0.1.example", "localhost.example", "::2"}) {
    SmtpOptions options = GoodOptions();
    options.host = host;
    options.security = Security::kNone;
    EXPECT_EQ(CheckSmtpOptions(options).code(), absl::StatusCode::kInvalidArgument) << host;
    SmtpMailer mailer(options);
    EXPECT_THAT(InWords(Send(mailer)), AllOf(StartsWith("deferred: "), HasSubstr("plain text")));
  }
}

TEST(CheckSmtpOptions, RefusesWhatCannotWork) {
  const std::vector<std::function<void(SmtpOptions&)>> mistakes = {
      [](SmtpOptions& options) { options.host = ""; },
      [](SmtpOptions& options) { options.host = "mail.example/x"; },
      [](SmtpOptions& options) { options.host = "user@mail.example"; },
      [](SmtpOptions& options) { options.port = 0; },
      [](SmtpOptions& options) { options.port = 65536; },
      [](SmtpOptions& options) { options.helo_name = "shop.example\r\nMAIL"; },
      [](SmtpOptions& options) { options.helo_name = "shop?"; },
      [](SmtpOptions& options) { options.username = ""; },
      [](SmtpOptions& options) { options.password = ""; },
      [](SmtpOptions& options) { options.password = "s3cret\n"; },
      [](SmtpOptions& options) { options.username = std::string("a\0b", 3); },
      [](SmtpOptions& options) { options.ca_file = "/no/such/file"; },
      [](SmtpOptions& options) { options.connect_timeout = absl::ZeroDuration(); },
  };
  for (std::size_t mistake = 0; mistake < mistakes.size(); ++mistake) {
    SmtpOptions options = GoodOptions();
    mistakes[mistake](options);
    const absl::Status status = CheckSmtpOptions(options);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << mistake;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret")));
  }
}

}  // namespace
}  // namespace ipstore::orders::test
