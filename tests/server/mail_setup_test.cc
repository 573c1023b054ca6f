// What the configuration says of e-mail, and that each mistake in it is told at the start.
#include "server/mail_setup.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/config.h"
#include "tests/support/emails.h"

namespace ipstore::orders::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr char kPassword[] = "s3cret-of-the-relay";
constexpr char kKeySecret[] = "0123456789abcdef-of-the-replies";
constexpr char kSecret[] = "what the servers of one database share";

// Everything in it is good.
Config SmtpConfig() {
  Config config;
  config.mail_smtp = "smtp://shop@relay.example";
  config.mail_smtp_password = kPassword;
  config.mail_from = "IP Store <orders@shop.example>";
  config.mail_reply_keys = absl::StrCat("a:", kKeySecret);
  return config;
}

Config SmtpConfig(const std::string& url) {
  Config config = SmtpConfig();
  config.mail_smtp = url;
  if (url.find('@') == std::string::npos) config.mail_smtp_password.clear();
  return config;
}

// What whoever wrote SmtpConfig() with `mistake` is told.
std::string Complaint(const std::function<void(Config&)>& mistake) {
  Config config = SmtpConfig();
  mistake(config);
  const auto setup = SetUpMail(config, kSecret);
  EXPECT_TRUE(absl::IsInvalidArgument(setup.status())) << setup.status();
  std::string complaint(setup.status().message());
  for (const std::string secret : {kPassword, "0123456789abcdef", kSecret})
    EXPECT_THAT(complaint, Not(HasSubstr(secret)));
  return complaint;
}

std::string ComplaintOfUrl(const std::string& url) {
  return Complaint([&](Config& config) { config.mail_smtp = url; });
}

// --- Where mail goes -----------------------------------------------------------------------------

TEST(MailSetup, IsGoodAsItIsAndSendsNothingWithoutAServer) {
  const auto by_default = SetUpMail(Config(), kSecret);
  ASSERT_TRUE(by_default.ok()) << by_default.status();
  EXPECT_FALSE(static_cast<bool>(by_default->open_mailer));
  EXPECT_NE(by_default->mails, nullptr) << "previews are made of it";
  const auto by_smtp = SetUpMail(SmtpConfig(), kSecret);
  ASSERT_TRUE(by_smtp.ok()) << by_smtp.status();
  EXPECT_NE(by_smtp->open_mailer(), nullptr);
  const MailFolder folder;
  const auto to_folder = SetUpMail(folder.config(), kSecret);
  ASSERT_TRUE(to_folder.ok()) << to_folder.status();
  EXPECT_NE(to_folder->open_mailer(), nullptr);
}

TEST(MailSetup, GoesToOnePlaceOnly) {
  EXPECT_THAT(Complaint([](Config& config) { config.mail_directory = "mail"; }),
              HasSubstr("one or the other"));
}

TEST(MailSetup, ReadsTheUrlOfTheServer) {
  struct Good {
    std::string url;
    std::string host;
    int port;
    SmtpOptions::Security security;
    std::string username;
  };
  using Security = SmtpOptions::Security;
  for (const Good& good :
       {Good{"smtp://relay.example", "relay.example", 587, Security::kStartTls, ""},
        Good{"smtp://relay.example:25", "relay.example", 25, Security::kStartTls, ""},
        Good{"smtps://relay.example", "relay.example", 465, Security::kTls, ""},
        Good{"smtps://shop@relay.example:4465", "relay.example", 4465, Security::kTls, "shop"},
        Good{"smtp://orders@shop.example@relay.example", "relay.example", 587, Security::kStartTls,
             "orders@shop.example"},
        Good{"smtp://127.0.0.1:2525?tls=none", "127.0.0.1", 2525, Security::kNone, ""},
        Good{"smtp://relay.example?tls=none", "relay.example", 587, Security::kNone, ""},
        Good{"smtp://[::1]:2525", "::1", 2525, Security::kStartTls, ""},
        Good{"smtp://[::1]", "::1", 587, Security::kStartTls, ""}}) {
    const auto options = SmtpOptionsOf(SmtpConfig(good.url));
    ASSERT_TRUE(options.ok()) << good.url << ": " << options.status();
    EXPECT_EQ(options->host, good.host) << good.url;
    EXPECT_EQ(options->port, good.port) << good.url;
    EXPECT_EQ(options->security, good.security) << good.url;
    EXPECT_EQ(options->username, good.username) << good.url;
  }
}

TEST(MailSetup, SaysWhatTheUrlOfTheServerIsToBe) {
  for (const std::string url :
       {"relay.example", "http://relay.example", "smtp:relay.example", "SMTP://relay.example",
        "smtp://", "smtps://", "smtp://shop@", "smtp://@relay.example", "smtp://relay.example:",
        "smtp://relay.example:twenty-five", "smtp://relay.example/", "smtp://relay.example/path",
        "smtp://relay.example?tls=maybe", "smtps://relay.example?tls=none", "smtp://::1",
        "smtp://[::1", "smtp://relay example", "smtp://relay.example?"}) {
    EXPECT_THAT(ComplaintOfUrl(url), HasSubstr("--mail-smtp is smtp://[USER@]HOST[:PORT]")) << url;
  }
}

TEST(MailSetup, TakesNoPasswordInTheUrlAndRepeatsNone) {
  EXPECT_THAT(ComplaintOfUrl(absl::StrCat("smtp://shop:", kPassword, "@relay.example")),
              HasSubstr("the password goes with --mail-smtp-password"));
}

TEST(MailSetup, NeedsAPortAndAProtectedPassword) {
  for (const char* url : {"smtp://shop@relay.example:0", "smtp://shop@relay.example:65536",
                          "smtp://shop@relay.example:-25"}) {
    EXPECT_THAT(ComplaintOfUrl(url), HasSubstr("port")) << url;
  }
  for (const char* host : {"relay.example", "127.0.0.1.relay.example", "10.0.0.1"}) {
    EXPECT_THAT(ComplaintOfUrl(absl::StrCat("smtp://shop@", host, "?tls=none")),
                HasSubstr("in plain text"));
  }
  EXPECT_THAT(ComplaintOfUrl("smtp://relay.example"),
              HasSubstr("a username for the SMTP server needs a password"));
  EXPECT_THAT(Complaint([](Config& config) { config.mail_ca_file = "/no/such/file.pem"; }),
              HasSubstr("/no/such/file.pem"));
}

// --- From whom, and where to ---------------------------------------------------------------------

TEST(MailSetup, NeedsSomebodyWhomMailIsFrom) {
  EXPECT_THAT(Complaint([](Config& config) { config.mail_from.clear(); }),
              HasSubstr("--mail-from"));
  for (const std::string from :
       {"IP Store", "IP Store <orders@shop.example", "IP Store <orders@shop.example> x",
        "IP Store <>", "IP Store <orders>", "IP Store <orders@>", "@shop.example",
        "orders@shop.example, others@shop.example", "IP Store <orders@shop.example\r\nBcc: x@y>"}) {
    EXPECT_THAT(Complaint([&](Config& config) {
                  config.mail_from = from;
                  config.mail_reply_to = "orders@shop.example";
                }),
                HasSubstr("--mail-from"))
        << from;
  }
}

TEST(MailSetup, NeedsAShortAddressForReplies) {
  EXPECT_THAT(
      Complaint(
          [](Config& config) { config.mail_from = "the-orders-of-the-ip-store@shop.example"; }),
      StartsWith("--mail-from: \"the-orders-of-the-ip-store@shop.example\" is no address for "
                 "replies"));
  EXPECT_THAT(Complaint([](Config& config) { config.mail_reply_to = "orders+all@shop.example"; }),
              StartsWith("--mail-reply-to: \"orders+all@shop.example\" is no address for replies"));
  for (const char* none : {"orders", "orders@shop.example.", "orders@-shop.example",
                           "a b@c.example", "παραγγελίες@shop.example"}) {
    EXPECT_THAT(Complaint([&](Config& config) { config.mail_reply_to = none; }),
                HasSubstr("--mail-reply-to"))
        << none;
  }
  Config config = SmtpConfig();
  config.mail_from = "the-orders-of-the-ip-store@shop.example";
  config.mail_reply_to = "orders@shop.example";
  const auto setup = SetUpMail(config, kSecret);
  ASSERT_TRUE(setup.ok()) << setup.status();
  EXPECT_THAT(setup->mails->addresses().For(ReplyPurpose::kReply, *Number::Parse("1000000018"),
                                            "maria@example.gr"),
              MatchesRegex("orders\\+r\\.a\\.1000000018\\.[a-z2-7]+@shop\\.example"));
}

TEST(MailSetup, TellsOfKeysWhatIsWrongButNotTheSecret) {
  for (const std::string& keys :
       {std::string(kKeySecret), absl::StrCat("A:", kKeySecret), std::string("a:0123456789abcde"),
        absl::StrCat("a:", kKeySecret, ",a:", kKeySecret), absl::StrCat("a:", kKeySecret, ",")}) {
    EXPECT_THAT(Complaint([&](Config& config) { config.mail_reply_keys = keys; }),
                AllOf(StartsWith("--mail-reply-keys: "), HasSubstr("for replies")))
        << keys;
  }
}

TEST(MailSetup, TheDatabasesOwnKeyIsGoodAfterAllOthersAndKeepsItsName) {
  const Number number = *Number::Parse("1000000018");
  Config config = SmtpConfig();
  config.mail_reply_keys.clear();
  const auto alone = SetUpMail(config, kSecret);
  ASSERT_TRUE(alone.ok()) << alone.status();
  const std::string given_out =
      alone->mails->addresses().For(ReplyPurpose::kReply, number, "maria@example.gr");
  const auto keyed = SetUpMail(SmtpConfig(), kSecret);
  ASSERT_TRUE(keyed.ok()) << keyed.status();
  const ReplyAddresses& addresses = keyed->mails->addresses();
  EXPECT_TRUE(addresses.Fits(addresses.Parse(given_out).value(), "maria@example.gr"));
  EXPECT_THAT(addresses.For(ReplyPurpose::kReply, number, "maria@example.gr"), HasSubstr("+r.a."));
  EXPECT_THAT(Complaint([](Config& wrong) {
                wrong.mail_reply_keys = absl::StrCat("a:", kKeySecret, ",d:", kKeySecret);
              }),
              AllOf(StartsWith("--mail-reply-keys: "), HasSubstr("the database's own key")));
}

// --- What mail says ------------------------------------------------------------------------------

TEST(MailSetup, NeedsANameThatFitsAHeader) {
  for (const char* name : {"", "IP\nStore", "\xE9t\xE9"}) {
    EXPECT_THAT(Complaint([&](Config& config) { config.shop_name = name; }),
                HasSubstr("--shop-name"));
    EXPECT_THAT(Complaint([&](Config& config) {
                  config.mail_from = absl::StrCat(name, "\x01 <orders@shop.example>");
                }),
                HasSubstr("--mail-from"));
  }
}

TEST(MailSetup, TakesAnInternationalDomain) {
  Config config = SmtpConfig();
  config.mail_from = "Κατάστημα <orders@κατάστημα.example>";
  const auto setup = SetUpMail(config, kSecret);
  ASSERT_TRUE(setup.ok()) << setup.status();
  EXPECT_THAT(setup->mails->addresses().For(ReplyPurpose::kReply, *Number::Parse("1000000018"),
                                            "maria@example.gr"),
              HasSubstr("@xn--"));
}

TEST(MailSetup, NeedsAServerWhoseCertificateItIsToBelieve) {
  EXPECT_THAT(Complaint([](Config& config) {
                config.mail_smtp.clear();
                config.mail_smtp_password.clear();
                config.mail_ca_file = "/no/such/file.pem";
              }),
              HasSubstr("--mail-ca-file"));
}

TEST(MailSetup, NeedsAServerToLogInTo) {
  EXPECT_THAT(Complaint([](Config& config) { config.mail_smtp.clear(); }),
              HasSubstr("--mail-smtp-password is of use with --mail-smtp only"));
}

TEST(MailSetup, NeedsATimeZoneAndSecurePages) {
  EXPECT_THAT(Complaint([](Config& config) { config.shop_zone = "Europe/Athen"; }),
              HasSubstr("Europe/Athen"));
  for (std::string Config::*url :
       {&Config::shop_order_url, &Config::shop_shipping_url, &Config::shop_feedback_url}) {
    EXPECT_THAT(Complaint([&](Config& config) { config.*url = "http://shop.example/{number}"; }),
                HasSubstr("https://"));
    EXPECT_THAT(Complaint([&](Config& config) { config.*url = "https://shop.example/{number} x"; }),
                HasSubstr("blanks"));
  }
  for (std::string Config::*url : {&Config::shop_order_url, &Config::shop_feedback_url}) {
    EXPECT_THAT(Complaint([&](Config& config) { config.*url = "https://shop.example/orders"; }),
                HasSubstr("{number}"));
  }
}

class MailTemplates : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path =
        std::filesystem::path(folder_.config().mail_directory) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::string ComplaintOfTemplates() const {
    return Complaint(
        [&](Config& config) { config.mail_templates = folder_.config().mail_directory; });
  }

  const MailFolder folder_;
};

TEST_F(MailTemplates, ThatAreNowhereAreMissed) {
  EXPECT_THAT(Complaint([](Config& config) { config.mail_templates = "/no/such/folder"; }),
              HasSubstr("/no/such/folder"));
}

TEST_F(MailTemplates, ThatAreBrokenAreNamedWithFileAndLine) {
  Write("el/comment.txt.mustache", "Γεια σας,\n{{#comments}}\n{{time}}\n");
  EXPECT_THAT(ComplaintOfTemplates(), HasSubstr("el/comment.txt.mustache:2: "));
}

TEST_F(MailTemplates, WithNamesThatThereAreNotAreNamedWithFileAndLine) {
  Write("en/comment.txt.mustache", "Hello,\n\n{{nobody}}\n");
  EXPECT_THAT(ComplaintOfTemplates(), HasSubstr("en/comment.txt.mustache:3: "));
}

TEST_F(MailTemplates, OfOtherNamesAreRefused) {
  Write("en/greeting.txt.mustache", "Hello");
  EXPECT_THAT(ComplaintOfTemplates(), HasSubstr("en/greeting.txt.mustache"));
}

TEST_F(MailTemplates, OfTheShopTakeThePlaceOfOurs) {
  Write("en/title.txt.mustache", "News");
  Config config = SmtpConfig();
  config.mail_templates = folder_.config().mail_directory;
  EXPECT_TRUE(SetUpMail(config, kSecret).ok());
}

// --- When it is sent -----------------------------------------------------------------------------

TEST(MailSetup, TellsTheNotifierWhenToSend) {
  Config config;
  config.mail_threads = 7;
  config.mail_timeout_seconds = 5;
  config.mail_retry_seconds = 20'000;
  config.mail_give_up_hours = 48;
  const NotifierOptions options = NotifierOptionsOf(config);
  EXPECT_EQ(options.threads, 7U);
  EXPECT_EQ(options.delivery_timeout, absl::Seconds(5));
  EXPECT_EQ(options.first_backoff, absl::Seconds(20'000));
  EXPECT_GE(options.last_backoff, options.first_backoff);
  EXPECT_EQ(options.give_up_after, absl::Hours(48));
}

}  // namespace
}  // namespace ipstore::orders::test
