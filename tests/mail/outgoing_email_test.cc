// The bytes of an e-mail: what another program reads out of them, and what it must not find.
#include "server/mail/outgoing_email.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "domain/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/mail/mail_address.h"
#include "server/mail/one_line.h"

namespace ipstore::orders::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

OutgoingEmail Example() {
  return {
      .from = {.name = "IP Store", .address = "orders@shop.example"},
      .to = {.name = "Maria Papadopoulou", .address = "maria@example.gr"},
      .reply_to = {.name = "IP Store", .address = "orders+token@shop.example"},
      .subject = "Order 1000000018: Order Processing",
      .text = "Hello,\n\nyour order is on its way.\n",
      .html = "<p>Hello,</p>\n<p>your order is on its way.</p>\n",
      .language = Language::kEnglish,
      .message_id = "order-1000000018.2@shop.example",
      .thread_id = "order-1000000018.1@shop.example",
      .unsubscribe_address = "orders+stop@shop.example",
      .date = absl::FromUnixSeconds(1'795'464'900),
  };
}

std::string Composed(const OutgoingEmail& email) {
  absl::StatusOr<std::string> bytes = ComposeEmail(email);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  return bytes.value_or("");
}

absl::StatusCode RefusalOf(const OutgoingEmail& email) {
  return ComposeEmail(email).status().code();
}

std::vector<std::string> LinesOf(absl::string_view bytes) {
  return absl::StrSplit(bytes, "\r\n");
}

// Header lines as they are, folded ones put together with their line breaks.
std::string HeaderOf(absl::string_view bytes, absl::string_view name) {
  std::string found;
  bool inside = false;
  for (const std::string& line : LinesOf(bytes.substr(0, bytes.find("\r\n\r\n")))) {
    inside =
        absl::StartsWith(line, absl::StrCat(name, ":")) || (inside && absl::StartsWith(line, " "));
    if (inside) absl::StrAppend(&found, found.empty() ? "" : "\r\n", line);
  }
  return found;
}

// What a mail program reads: GMime's own parser, which shares no code with how headers are made.
class Read {
 public:
  explicit Read(absl::string_view bytes) {
    g_mime_init();
    const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
    const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
    message_.reset(g_mime_parser_construct_message(parser.get(), nullptr));
  }

  std::string subject() const { return TextOf(g_mime_message_get_subject(message_.get())); }
  std::string name(GMimeAddressType type) const {
    return TextOf(internet_address_get_name(Address(type)));
  }
  std::string address(GMimeAddressType type) const {
    return TextOf(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(Address(type))));
  }
  // The text of the n-th part, line ends as they were in the mail.
  std::string part(int n) const {
    auto* multipart = GMIME_MULTIPART(g_mime_message_get_mime_part(message_.get()));
    auto* part = GMIME_PART(g_mime_multipart_get_part(multipart, n));
    const Owned<GMimeStream> memory(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(part), memory.get());
    GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory.get()));
    return {bytes->data, bytes->data + bytes->len};
  }
  GMimeContentEncoding encoding(int n) const {
    auto* multipart = GMIME_MULTIPART(g_mime_message_get_mime_part(message_.get()));
    return g_mime_part_get_content_encoding(GMIME_PART(g_mime_multipart_get_part(multipart, n)));
  }

 private:
  struct Unref {
    void operator()(void* object) const { g_object_unref(object); }
  };
  template <typename T>
  using Owned = std::unique_ptr<T, Unref>;

  static std::string TextOf(const char* text) { return text == nullptr ? "" : text; }
  InternetAddress* Address(GMimeAddressType type) const {
    return internet_address_list_get_address(g_mime_message_get_addresses(message_.get(), type), 0);
  }

  Owned<GMimeMessage> message_;
};

// The value of a header, word by word.
std::string Decoded(absl::string_view header) {
  std::string value;
  for (absl::string_view word : absl::StrSplit(header.substr(header.find(": ") + 2), "\r\n ")) {
    std::string piece(word);
    if (absl::ConsumePrefix(&word, "=?UTF-8?B?") && absl::ConsumeSuffix(&word, "?=")) {
      EXPECT_TRUE(absl::Base64Unescape(word, &piece));
      EXPECT_TRUE(IsUtf8(piece)) << "characters are whole";
    }
    value += piece;
  }
  return value;
}

// What holds of every message, whatever is in it.
void ExpectGoodForm(absl::string_view bytes) {
  EXPECT_TRUE(std::ranges::all_of(bytes, [](char byte) {
    return absl::ascii_isprint(static_cast<unsigned char>(byte)) || byte == '\r' || byte == '\n';
  }));
  const std::string without_crlf = absl::StrReplaceAll(bytes, {{"\r\n", ""}});
  EXPECT_THAT(without_crlf, AllOf(Not(HasSubstr("\r")), Not(HasSubstr("\n"))));
  for (const std::string& line : LinesOf(bytes)) {
    EXPECT_LE(line.size(), 998U) << line;
    if (absl::StrContains(line, "=?")) {
      EXPECT_LE(line.size(), 76U) << line;
    }
    for (const absl::string_view word : absl::StrSplit(line, ' ')) {
      if (absl::StartsWith(word, "=?")) {
        EXPECT_LE(word.size(), 75U) << word;
      }
    }
  }
  const absl::string_view body = bytes.substr(bytes.find("\r\n\r\n"));
  for (const std::string& line : LinesOf(body)) EXPECT_LE(line.size(), 76U) << line;
}

TEST(ComposeEmail, AnEnglishMailIsReadableAsItIs) {
  const std::string bytes = Composed(Example());
  const std::string boundary = bytes.substr(bytes.find("=_"), 26);
  EXPECT_EQ(absl::StrReplaceAll(bytes, {{boundary, "=_BOUNDARY"}}),
            "From: \"IP Store\" <orders@shop.example>\r\n"
            "To: \"Maria Papadopoulou\" <maria@example.gr>\r\n"
            "Reply-To: \"IP Store\" <orders+token@shop.example>\r\n"
            "Subject: Order 1000000018: Order Processing\r\n"
            "Date: Mon, 23 Nov 2026 20:15:00 +0000\r\n"
            "Message-ID: <order-1000000018.2@shop.example>\r\n"
            "In-Reply-To: <order-1000000018.1@shop.example>\r\n"
            "References: <order-1000000018.1@shop.example>\r\n"
            "List-Unsubscribe: <mailto:orders+stop@shop.example?subject=unsubscribe>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Auto-Response-Suppress: All\r\n"
            "X-IPStore-Notification: 1\r\n"
            "Content-Language: en\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/alternative;"
            " boundary=\"=_BOUNDARY\"\r\n"
            "\r\n"
            "--=_BOUNDARY\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello,\r\n\r\nyour order is on its way.\r\n"
            "\r\n"
            "--=_BOUNDARY\r\n"
            "Content-Type: text/html; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "<p>Hello,</p>\r\n<p>your order is on its way.</p>\r\n"
            "\r\n"
            "--=_BOUNDARY--\r\n");
}

TEST(ComposeEmail, GreekIsReadAsItWasWritten) {
  OutgoingEmail email = Example();
  email.to.name = "Μαρία-Ελένη Παπαδοπούλου-Κωνσταντινοπούλου του Αναστασίου και της Χαριτίνης";
  email.subject =
      "Η παραγγελία σας 1000000018 παραδόθηκε στη μεταφορική ACS και θα φτάσει σύντομα — "
      "ευχαριστούμε που μας προτιμήσατε 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀";
  email.text = "Γεια σας,\n\nη παραγγελία σας είναι καθ’ οδόν.\n";
  email.html = "<p>Γεια σας</p>\n";
  email.language = Language::kGreek;
  const std::string bytes = Composed(email);
  ExpectGoodForm(bytes);
  const Read read(bytes);
  EXPECT_EQ(read.subject(), email.subject);
  EXPECT_EQ(read.name(GMIME_ADDRESS_TYPE_TO), email.to.name);
  EXPECT_EQ(read.address(GMIME_ADDRESS_TYPE_TO), email.to.address);
  EXPECT_EQ(read.part(0), "Γεια σας,\r\n\r\nη παραγγελία σας είναι καθ’ οδόν.\r\n");
  EXPECT_EQ(read.encoding(0), GMIME_CONTENT_ENCODING_BASE64) << "shorter for Greek";
  EXPECT_THAT(bytes, HasSubstr("Content-Language: el\r\n"));
}

TEST(ComposeEmail, SubjectsOfEveryLengthAreFoldedBetweenCharacters) {
  for (int length = 0; length < 200; ++length) {
    OutgoingEmail email = Example();
    email.subject.clear();
    for (int i = 0; i < length; ++i) email.subject += i % 3 == 0 ? "x" : i % 7 == 0 ? "😀" : "ώ";
    const std::string bytes = Composed(email);
    ExpectGoodForm(bytes);
    EXPECT_EQ(Decoded(HeaderOf(bytes, "Subject")), email.subject) << length;
  }
}

// RFC 2047 allows it, but several programs do not read on after it.
TEST(ComposeEmail, InGreekOnlyTheLastWordIsPadded) {
  OutgoingEmail email = Example();
  email.subject.clear();
  for (int i = 0; i < 100; ++i) email.subject += i % 5 == 0 ? " " : "ώ";
  const std::string subject = HeaderOf(Composed(email), "Subject");
  EXPECT_THAT(LinesOf(subject), SizeIs(testing::Gt(3)));
  EXPECT_THAT(subject, Not(HasSubstr("=?=\r\n")));
}

TEST(ComposeEmail, ALongEnglishSubjectIsFoldedToo) {
  OutgoingEmail email = Example();
  email.subject = absl::StrCat("Order 1000000018: ", std::string(2000, 'x'));
  const std::string bytes = Composed(email);
  ExpectGoodForm(bytes);
  EXPECT_EQ(Read(bytes).subject(), email.subject);
}

TEST(ComposeEmail, WhatLooksLikeAnEncodedWordIsReadAsItWasWritten) {
  OutgoingEmail email = Example();
  email.subject = "=?UTF-8?B?SGVsbG8=?=";
  email.to.name = "=?UTF-8?B?SGVsbG8=?=";
  const Read read(Composed(email));
  EXPECT_EQ(read.subject(), email.subject);
  EXPECT_EQ(read.name(GMIME_ADDRESS_TYPE_TO), email.to.name);
}

TEST(ComposeEmail, NamesCannotBecomeAddresses) {
  for (const char* name :
       {"Smith, \"Bob\" <bob@other.example>", "a\\", "\\\"", "\"", "x, y@z.example", "(comment)",
        "Παπαδοπούλου, Μαρία <m@other.example>", "a@b"}) {
    OutgoingEmail email = Example();
    email.to.name = name;
    const std::string bytes = Composed(email);
    ExpectGoodForm(bytes);
    const Read read(bytes);
    EXPECT_EQ(read.name(GMIME_ADDRESS_TYPE_TO), name);
    EXPECT_EQ(read.address(GMIME_ADDRESS_TYPE_TO), "maria@example.gr");
  }
}

TEST(ComposeEmail, NothingTurnsAroundWhatStandsBesideAName) {
  OutgoingEmail email = Example();
  email.to.name = "Μαρία \u202Eγρ.λάθος\u202C \u2066x\u2069";
  email.from.name = "IP\u202A \u202B\u202DStore\u2067\u2068";
  email.subject = "Παραγγελία \u202E1000000018";
  const std::string bytes = Composed(email);
  const Read read(bytes);
  EXPECT_EQ(read.name(GMIME_ADDRESS_TYPE_TO), "Μαρία γρ.λάθος x");
  EXPECT_EQ(read.name(GMIME_ADDRESS_TYPE_FROM), "IP Store");
  EXPECT_EQ(Decoded(HeaderOf(bytes, "Subject")), "Παραγγελία 1000000018");
}

TEST(ComposeEmail, WithoutANameTheAddressStandsAlone) {
  OutgoingEmail email = Example();
  email.to.name = "";
  email.reply_to = {};
  email.thread_id = "";
  email.unsubscribe_address = "";
  EXPECT_THAT(Composed(email),
              AllOf(HasSubstr("\r\nTo: maria@example.gr\r\n"), Not(HasSubstr("Reply-To")),
                    Not(HasSubstr("In-Reply-To")), Not(HasSubstr("References")),
                    Not(HasSubstr("List-Unsubscribe"))));
}

TEST(ComposeEmail, LongAddressesAndIdsHaveALineOfTheirOwn) {
  OutgoingEmail email = Example();
  const std::string token(60, 'a');
  email.reply_to.address = absl::StrCat("o+", token, "@very-long-name-of-a-shop.example");
  email.unsubscribe_address = absl::StrCat("u+", token, "@very-long-name-of-a-shop.example");
  email.message_id = absl::StrCat(std::string(200, 'i'), "@shop.example");
  const std::string bytes = Composed(email);
  ExpectGoodForm(bytes);
  EXPECT_THAT(bytes, HasSubstr(absl::StrCat("Reply-To: \"IP Store\"\r\n <", email.reply_to.address,
                                            ">\r\n")));
  EXPECT_THAT(bytes, HasSubstr(absl::StrCat("List-Unsubscribe:\r\n <mailto:",
                                            email.unsubscribe_address, "?subject=")));
  EXPECT_THAT(bytes, HasSubstr(absl::StrCat("Message-ID:\r\n <", email.message_id, ">\r\n")));
}

TEST(ComposeEmail, BodiesArriveAsTheyWere) {
  for (const char* text :
       {"", "\n", "one", ".\n..\n.one\n", "From here\nto there\n", "a \nb\t\n", "1+1=2\n", "\n\n\n",
        "Windows\r\nMac\rUnix\n", "--=_0123\nno boundary\n", "ώ", "ώ \n ώ\n"}) {
    OutgoingEmail email = Example();
    email.text = text;
    email.html = absl::StrCat("<pre>", std::string(3000, 'x'), text, "ώώώ", "</pre>");
    const std::string bytes = Composed(email);
    ExpectGoodForm(bytes);
    const auto sent = [](absl::string_view body) {
      return absl::StrReplaceAll(absl::StrReplaceAll(body, {{"\r\n", "\n"}, {"\r", "\n"}}),
                                 {{"\n", "\r\n"}});
    };
    const Read read(bytes);
    EXPECT_EQ(read.part(0), sent(email.text));
    EXPECT_EQ(read.part(1), sent(email.html));
  }
}

TEST(ComposeEmail, TheSameEmailGivesTheSameBytes) {
  EXPECT_EQ(Composed(Example()), Composed(Example()));
  OutgoingEmail other = Example();
  other.message_id = "order-1000000018.3@shop.example";
  EXPECT_NE(HeaderOf(Composed(Example()), "Content-Type"),
            HeaderOf(Composed(other), "Content-Type"));
}

TEST(ComposeEmail, NoFieldMayBringAHeaderOfItsOwn) {
  const std::string headers[] = {"x\r\nBcc: all@example.gr", "x\nBcc: all@example.gr", "x\rBcc: y",
                                 std::string("x\0y", 3), "x\ty"};
  for (const std::string& evil : headers) {
    for (std::string OutgoingEmail::*field :
         {&OutgoingEmail::subject, &OutgoingEmail::message_id, &OutgoingEmail::thread_id,
          &OutgoingEmail::unsubscribe_address}) {
      OutgoingEmail email = Example();
      email.*field = evil;
      EXPECT_EQ(RefusalOf(email), absl::StatusCode::kInvalidArgument) << evil;
    }
    for (Mailbox OutgoingEmail::*mailbox :
         {&OutgoingEmail::from, &OutgoingEmail::to, &OutgoingEmail::reply_to}) {
      for (std::string Mailbox::*field : {&Mailbox::name, &Mailbox::address}) {
        OutgoingEmail email = Example();
        email.*mailbox.*field = evil;
        EXPECT_EQ(RefusalOf(email), absl::StatusCode::kInvalidArgument) << evil;
      }
    }
  }
}

TEST(ComposeEmail, IdsMustBeIds) {
  for (const char* id : {"", "no-at", "a b@c", "<a@c>", "ώ@c", "a@c>"}) {
    OutgoingEmail email = Example();
    email.message_id = id;
    EXPECT_EQ(RefusalOf(email), absl::StatusCode::kInvalidArgument) << id;
  }
}

TEST(ComposeEmail, TextThatIsNotUtf8IsRefused) {
  for (std::string OutgoingEmail::*field :
       {&OutgoingEmail::subject, &OutgoingEmail::text, &OutgoingEmail::html}) {
    OutgoingEmail email = Example();
    email.*field = "\xC3(";
    EXPECT_EQ(RefusalOf(email), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ComposeEmail, AnInternationalDomainIsWrittenInPunycode) {
  OutgoingEmail email = Example();
  email.to.address = "maria@Παράδειγμα.ελ";
  EXPECT_THAT(Composed(email), HasSubstr("<maria@xn--hxajbheg2az3al.xn--qxam>\r\n"));
}

TEST(ComposeEmail, TheUnsubscribeLinkEscapesWhatAUriCannotHold) {
  OutgoingEmail email = Example();
  email.unsubscribe_address = "a&b?c=d%e@shop.example";
  EXPECT_THAT(Composed(email),
              HasSubstr("<mailto:a%26b%3fc%3dd%25e@shop.example?subject=unsubscribe>"));
}

TEST(AddressInAscii, TakesWhatEveryServerTakes) {
  for (const char* address :
       {"a@b.example", "a.b+c_d@b.example", "o'brien@b.example", "1@2.example",
        "!#$%&'*+-/=?^_`{|}~@b.example", "a@r3--b.example", "a@localhost"}) {
    EXPECT_EQ(AddressInAscii(address).value_or("refused"), address);
  }
  EXPECT_EQ(AddressInAscii("A.B@Example.GR").value_or(""), "A.B@example.gr");
}

TEST(AddressInAscii, RefusesWhatSomeDoNotTake) {
  for (const char* address : {"",
                              "a",
                              "@b.example",
                              "a@",
                              "a b@c.example",
                              "a..b@c.example",
                              ".a@c.example",
                              "a.@c.example",
                              "\"a b\"@c.example",
                              "a@b@c.example",
                              "μαρία@c.example",
                              "a@-c.example",
                              "a@c..example",
                              "a@c.example.",
                              "a@c_d.example",
                              "a@[127.0.0.1]",
                              "a@c.example>",
                              "<a@c.example>",
                              "a@c.example\r\nRCPT TO:<b@c.example>",
                              "a\n@c.example",
                              "a@xn--a"}) {
    EXPECT_EQ(AddressInAscii(address).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
  EXPECT_FALSE(AddressInAscii(absl::StrCat(std::string(65, 'a'), "@c.example")).ok());
  EXPECT_FALSE(AddressInAscii(absl::StrCat("a@", std::string(64, 'c'), ".example")).ok());
}

TEST(OneLine, HoldsNothingThatBreaksALine) {
  EXPECT_EQ(OneLine("\r\n 550  no\r\n\tsuch\x1b[31m user\x7f\n"), "550 no such [31m user");
  EXPECT_EQ(OneLine("a\u2028b\u202Ec\u00A0d"), "a b c d");
  EXPECT_EQ(OneLine("\xCE\x93\xC3(\xFF"), "Γ\uFFFD(\uFFFD");
  EXPECT_EQ(OneLine(""), "");
}

TEST(OneLine, IsCutBetweenCharactersAtFiveHundredBytes) {
  EXPECT_EQ(OneLine(std::string(500, 'x')), std::string(500, 'x'));
  EXPECT_EQ(OneLine(std::string(501, 'x')), absl::StrCat(std::string(497, 'x'), "…"));
  std::string greek;
  for (int i = 0; i < 400; ++i) greek += "ώ";
  EXPECT_THAT(OneLine(greek), AllOf(SizeIs(499), StartsWith("ώ"), EndsWith("ώ…")));
}

}  // namespace
}  // namespace ipstore::orders::test
