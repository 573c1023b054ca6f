// Messages as mail programs send them, read as a whole.
#include "server/mail/incoming_email.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::string ReadFile(const std::string& name) {
  std::ifstream file(absl::StrCat(MAIL_DATA, "/", name), std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

IncomingEmail ReadMessage(const std::string& name) {
  const absl::StatusOr<IncomingEmail> email = ReadEmail(ReadFile(name));
  EXPECT_TRUE(email.ok()) << name << ": " << email.status();
  return email.value_or(IncomingEmail{});
}

IncomingEmail Read(const std::string& raw) {
  const absl::StatusOr<IncomingEmail> email = ReadEmail(raw);
  EXPECT_TRUE(email.ok()) << email.status();
  return email.value_or(IncomingEmail{});
}

// --- Replies: each message beside the text that its author wrote ---------------------------------

std::vector<std::string> Replies() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(MAIL_DATA "/replies")) {
    if (entry.path().extension() == ".eml") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

class Reply : public testing::TestWithParam<std::string> {};

TEST_P(Reply, IsWhatItsAuthorWrote) {
  const IncomingEmail email = ReadMessage(absl::StrCat("replies/", GetParam(), ".eml"));
  const std::string expected = ReadFile(absl::StrCat("replies/", GetParam(), ".txt"));
  EXPECT_EQ(email.text.empty() ? "" : email.text + "\n", expected);
  EXPECT_EQ(email.sort, EmailSort::kPersonal);
  EXPECT_THAT(email.from, SizeIs(1));
  EXPECT_THAT(email.recipients,
              ElementsAre("orders+1000000018.k1.m5xw4zlsnf2gs3thnbsq@reply.ipstore.example"));
  EXPECT_FALSE(email.message_id.empty());
}

INSTANTIATE_TEST_SUITE_P(Messages, Reply, testing::ValuesIn(Replies()), [](const auto& name) {
  return absl::StrReplaceAll(name.param, {{"-", "_"}});
});

TEST(Replies, AreAtLeastThirty) {
  EXPECT_GE(Replies().size(), 30U);
}

// --- Sorts ---------------------------------------------------------------------------------------

struct Sorted {
  const char* name;
  EmailSort sort;
};

constexpr Sorted kSorted[] = {
    {"vacation-gmail", EmailSort::kAutoReply},
    {"vacation-exchange", EmailSort::kAutoReply},
    {"vacation-by-subject-and-suppression", EmailSort::kAutoReply},
    {"vacation-autorespond", EmailSort::kAutoReply},
    {"read-receipt-outlook", EmailSort::kAutoReply},
    {"bounce-postfix", EmailSort::kBounce},
    {"bounce-exchange", EmailSort::kBounce},
    {"bounce-qmail", EmailSort::kBounce},
    {"bounce-null-sender-only", EmailSort::kBounce},
    {"list-google-groups", EmailSort::kList},
    {"list-mailman", EmailSort::kList},
    {"list-newsletter", EmailSort::kList},
    {"loop-our-notification", EmailSort::kLoop},
    {"loop-many-servers", EmailSort::kLoop},
    {"personal-by-google-group", EmailSort::kPersonal},
    {"personal-suppresses-automatic-answers", EmailSort::kPersonal},
    {"personal-with-a-subject-of-absence", EmailSort::kPersonal},
    {"personal-outside-office-hours-exchange", EmailSort::kPersonal},
    {"personal-auto-submitted-no", EmailSort::kPersonal},
};

TEST(EmailSorts, AreToldByHeadersAndTypes) {
  for (const auto& [name, sort] : kSorted) {
    EXPECT_EQ(ReadMessage(absl::StrCat("others/", name, ".eml")).sort, sort) << name;
  }
}

TEST(EmailSorts, HaveNoMessageThatTheTableForgets) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(MAIL_DATA "/others")) {
    if (entry.path().extension() == ".eml") ++count;
  }
  EXPECT_EQ(count, std::size(kSorted));
}

TEST(EmailSorts, OneThatEnclosesOurMailIsNoLoop) {
  EXPECT_EQ(ReadMessage("replies/our-mail-attached-greek.eml").sort, EmailSort::kPersonal);
  EXPECT_EQ(ReadMessage("others/bounce-postfix.eml").sort, EmailSort::kBounce);
}

TEST(EmailSorts, AReportOfDeliveryIsABounceWhoeverSendsIt) {
  const std::string report =
      "From: gateway@x.example\nReturn-Path: <gateway@x.example>\nX-IPStore-Notification: 1\n"
      "Content-Type: multipart/report; boundary=b; report-type=";
  const std::string parts =
      "\n\n--b\n\nHello\n--b\nContent-Type: message/delivery-status\n\n"
      "Action: failed\n--b--\n";
  EXPECT_EQ(Read(report + "delivery-status" + parts).sort, EmailSort::kBounce);
  EXPECT_EQ(Read(report + "\"\"" + parts).sort, EmailSort::kBounce);
}

TEST(EmailSorts, ASubjectOfAbsenceNeedsAFurtherSign) {
  for (const char* subject : {"Out of office", "Εκτός Γραφείου: η παραγγελία", "Automatic reply: x",
                              "Out of Office AutoReply: x"}) {
    const std::string raw = absl::StrCat("From: a@x.example\nSubject: ", subject, "\n");
    EXPECT_EQ(Read(raw + "\nHello\n").sort, EmailSort::kPersonal) << subject;
    EXPECT_EQ(Read(raw + "Precedence: bulk\n\nHello\n").sort, EmailSort::kAutoReply) << subject;
  }
}

TEST(EmailSorts, FiftyServersAreNotYetALoop) {
  std::string raw = "From: a@b.example\n";
  for (int i = 0; i < 50; ++i) raw += "Received: from a by b; Mon, 23 Nov 2026 17:00:00 +0200\n";
  EXPECT_EQ(Read(raw + "\nHello\n").sort, EmailSort::kPersonal);
  EXPECT_EQ(Read("Received: from c by d\n" + raw + "\nHello\n").sort, EmailSort::kLoop);
}

// --- Headers -------------------------------------------------------------------------------------

TEST(ReadEmail, DecodesWhoWroteToWhomAndAboutWhat) {
  const IncomingEmail email = ReadMessage("replies/outlook-desktop-greek-iso-8859-7.eml");
  EXPECT_THAT(email.from, ElementsAre("nikos@georgiou-ae.example"));
  EXPECT_EQ(email.subject, "Απ: Παραγγελία 1000000018: Παραδόθηκε σε Μεταφορική/Courier");
  EXPECT_EQ(email.message_id,
            "AS8PR04MB8261E0C5B7D2F4A1E8@AS8PR04MB8261.eurprd04.prod.outlook.example");
}

TEST(ReadEmail, NamesEveryRecipientOnce) {
  const IncomingEmail email = Read(
      "Delivered-To: Orders+T1@Reply.Example\nX-Original-To: orders+t1@reply.example\n"
      "Envelope-To: orders+t1@reply.example\nFrom: \"Ελένη\" <Eleni@Example.GR>\n"
      "To: IP Store <orders+t1@reply.example>, Friends: a@x.example, b@x.example;\n"
      "Cc: =?utf-8?q?=CE=91?= <c@x.example>\nSubject: x\n\nHello\n");
  EXPECT_THAT(email.from, ElementsAre("eleni@example.gr"));
  EXPECT_THAT(email.recipients,
              ElementsAre("orders+t1@reply.example", "a@x.example", "b@x.example", "c@x.example"));
}

TEST(ReadEmail, NamesEachAddressOfEveryFrom) {
  EXPECT_THAT(Read("From: a@x.example, B@x.example\nFrom: c@x.example\n\nHello\n").from,
              ElementsAre("a@x.example", "b@x.example", "c@x.example"));
}

TEST(ReadEmail, DecodesNamesOfAttachments) {
  EXPECT_THAT(ReadMessage("replies/gmail-android-greek-photo.eml").attachments,
              ElementsAre("σπασμένο κουτί.jpg"));
  EXPECT_THAT(ReadMessage("replies/attachment-rfc2231-greek.eml").attachments,
              ElementsAre("τιμολόγιο νοεμβρίου 2026.pdf", "notes.txt"));
  EXPECT_THAT(ReadMessage("replies/apple-mail-macos-greek-attachment-between.eml").attachments,
              ElementsAre("απόδειξη πληρωμής.pdf"));
  EXPECT_THAT(ReadMessage("replies/our-mail-attached-greek.eml").attachments,
              ElementsAre("original.eml"));
  EXPECT_THAT(ReadMessage("replies/iphone-english-photo.eml").attachments,
              ElementsAre("IMG_4711.jpeg"));
  EXPECT_THAT(ReadMessage("replies/signed-english.eml").attachments, ElementsAre("po-7781.pdf"));
  EXPECT_THAT(ReadMessage("replies/outlook-mac-greek-picture.eml").attachments,
              ElementsAre("image001.png"));
  EXPECT_THAT(ReadMessage("replies/gmail-web-greek.eml").attachments, IsEmpty());
}

TEST(ReadEmail, TakesMessagesOfMailboxFiles) {
  EXPECT_EQ(
      Read("From eleni@x.example Mon Nov 23 17:12:00 2026\nFrom: a@x.example\n\nHello\n").text,
      "Hello");
}

TEST(ReadEmail, DecodesHeadersWithoutACharset) {
  EXPECT_EQ(Read("From: a@x.example\nSubject: \xCD\xE1\xDF\n\nHello\n").subject, "Ναί");
  EXPECT_EQ(Read("From: a@x.example\nSubject: Ναί\n\nHello\n").subject, "Ναί");
}

TEST(ReadEmail, TakesAWholeMessageForALetterThoughItHasAName) {
  const IncomingEmail email =
      Read("From: a@x.example\nContent-Type: text/plain; name=\"body.txt\"\n\nHello\n");
  EXPECT_EQ(email.text, "Hello");
  EXPECT_THAT(email.attachments, IsEmpty());
}

TEST(ReadEmail, MayBeCalledByManyThreads) {
  const std::vector<std::string> names = Replies();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&names] {
      for (const std::string& name : names) {
        const std::string expected = ReadFile(absl::StrCat("replies/", name, ".txt"));
        const std::string text = ReadMessage(absl::StrCat("replies/", name, ".eml")).text;
        EXPECT_EQ(text.empty() ? "" : text + "\n", expected) << name;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// --- What cannot be read -------------------------------------------------------------------------

TEST(ReadEmail, RefusesWhatIsNoMessage) {
  for (const char* raw : {"", "\r\n\r\n", "From nobody\n", "hello", "Subject: x\n\nHello\n",
                          "From: \n\nHello\n", "From: nobody\n\nHello\n", "From: <>\n\nHello\n"}) {
    const absl::StatusOr<IncomingEmail> email = ReadEmail(raw);
    EXPECT_TRUE(absl::IsInvalidArgument(email.status())) << raw;
    EXPECT_FALSE(email.status().message().empty()) << raw;
  }
}

// Each would take minutes if the time grew with the square of its size.
TEST(ReadEmail, TakesNoLongerThanItsSizeAsks) {
  const auto many = [](const std::string& piece, std::size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += piece;
    return text;
  };
  constexpr std::size_t kSize = 2 << 20;
  std::string attributes;
  for (int i = 0; attributes.size() < kSize; ++i) absl::StrAppend(&attributes, "a", i, " ");
  std::string nested;
  for (int i = 0; i < 3000; ++i)
    absl::StrAppend(&nested, "Content-Type: multipart/mixed; boundary=b", i, "\n\n--b", i, "\n");
  const std::string from = "From: a@x.example\n";
  const std::string html = from + "Content-Type: text/html\n\n";
  for (const std::string& raw : {
           from + "\n" + many("> ", kSize),
           from + "\n" + many("On 1 Nov 2026, at 17:12\n", kSize),
           from + "\n" + many("On 1 Nov 2026, at 17:12 ", kSize),
           from + "\n" + many("From: a\nSubject: b\n", kSize),
           from + "\n" + many("---", kSize),
           from + "\n" + many("-- \n", kSize),
           from + "\n" + many("Γράψτε την\n", kSize),
           from + "\na" + many("\u0301\u0323", kSize),
           from + "Content-Type: text/plain; format=flowed\n\n" + many("a \n", kSize),
           html + "<p " + attributes + ">Hello",
           html + many("<div class=gmail_quote>", kSize),
           html + many("<b>", kSize / 2) + many("</i>", kSize / 2),
           html + many("<a href=http://x.example>", kSize),
           html + "<!--" + many("- -", kSize),
           html + many("&amp", kSize),
           from + "To: " + many("a@x.example, ", kSize) + "\n\nHello\n",
           from + "Subject: " + many("=?utf-8?q?=CE=91?= ", kSize) + "\n\nHello\n",
           from + "Subject: " + many("=?x?b?zpE=?= ", kSize) + "\n\nHello\n",
           from + many("Received: x\n", kSize) + "\nHello\n",
           from + "Content-Type: multipart/mixed; boundary=b\n\n" + many("--b\n\n", kSize),
           from + nested + "\nHello\n",
       }) {
    EXPECT_TRUE(ReadEmail(raw).ok()) << raw.substr(0, 80);
  }
}

// Each opens a group of addresses within the one before.
TEST(ReadEmail, DoesNotUseUpTheStack) {
  std::string groups;
  for (int i = 0; i < 1'000'000; ++i) groups += "a:";
  for (const char* header : {"To: ", "Delivered-To: ", "Reply-To: ", "RESENT-CC : ", "To:\n "}) {
    EXPECT_EQ(Read(absl::StrCat("From: a@x.example\n", header, groups, "\n\nHello\n")).text,
              "Hello")
        << header;
    EXPECT_TRUE(ReadEmail(absl::StrCat("From: a@x.example\nContent-Type: message/rfc822\n\n",
                                       header, groups, "\n\nHello\n"))
                    .ok())
        << header;
  }
}

TEST(ReadEmail, DecodesRowsOfEncodedWords) {
  EXPECT_EQ(Read("From: a@x.example\nSubject: =?utf-8?B?zpE=?= =?utf-8?b?zpI=?=\n"
                 " =?iso-8859-7?Q?=C3?= =?iso-8859-7?B?xA==?= end\n\nHello\n")
                .subject,
            "ΑΒΓΔ end");
}

}  // namespace
}  // namespace ipstore::orders
