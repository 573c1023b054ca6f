#include "server/mail_setup.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "domain/validate.h"
#include "server/mail/directory_mailer.h"
#include "server/mail/mail_address.h"
#include "server/mail/outgoing_email.h"
#include "server/mail/reply_address.h"
#include "server/notifications/made_up_news.h"

namespace ipstore::orders {
namespace {

constexpr int kSubmissionPort = 587;
constexpr int kTlsPort = 465;

// Fit for a header.
bool IsOneLine(absl::string_view text) {
  return IsUtf8(text) && std::ranges::none_of(text, [](char byte) {
           return absl::ascii_iscntrl(static_cast<unsigned char>(byte));
         });
}

// "IP Store <orders@shop.example>", or an address alone.
absl::StatusOr<Mailbox> ParseFrom(absl::string_view text) {
  Mailbox from;
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  const std::size_t bracket = rest.find('<');
  if (bracket == absl::string_view::npos) {
    from.address = std::string(rest);
  } else {
    from.name = std::string(absl::StripAsciiWhitespace(rest.substr(0, bracket)));
    rest = rest.substr(bracket + 1);
    if (!absl::ConsumeSuffix(&rest, ">")) rest = "";
    from.address = std::string(rest);
  }
  absl::StatusOr<std::string> address = AddressInAscii(from.address);
  if (!address.ok() || !IsOneLine(from.name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--mail-from: \"", absl::CHexEscape(text), "\" is not NAME <ADDRESS>",
                     address.ok() ? "" : ": ", address.status().message()));
  }
  from.address = *std::move(address);
  return from;
}

absl::Status WrongOption(absl::string_view option, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", status.message()));
}

// The database's own key is always the last: mails that it signed before there were others, or by a
// server that was started without them, may be answered still.
absl::StatusOr<std::vector<ReplyKey>> ReplyKeysOf(const Config& config, absl::string_view secret) {
  constexpr absl::string_view kOwnId = "d";
  std::vector<ReplyKey> keys;
  if (!config.mail_reply_keys.empty()) {
    absl::StatusOr<std::vector<ReplyKey>> parsed = ParseReplyKeys(config.mail_reply_keys);
    if (!parsed.ok()) return WrongOption("--mail-reply-keys", parsed.status());
    keys = *std::move(parsed);
  }
  if (std::ranges::count(keys, kOwnId, &ReplyKey::id) > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--mail-reply-keys: the id \"", kOwnId,
                     "\" is that of the database's own key; take another"));
  }
  keys.push_back({.id = std::string(kOwnId), .secret = absl::StrCat("replies ", secret)});
  return keys;
}

absl::StatusOr<ReplyAddresses> MakeAddresses(absl::string_view option, absl::string_view base,
                                             std::vector<ReplyKey> keys) {
  absl::StatusOr<ReplyAddresses> addresses = ReplyAddresses::Make(base, std::move(keys));
  if (!addresses.ok()) return WrongOption(option, addresses.status());
  return addresses;
}

absl::StatusOr<ReplyAddresses> ReplyAddressesOf(const Config& config, const Mailbox& from,
                                                absl::string_view secret) {
  absl::StatusOr<std::vector<ReplyKey>> keys = ReplyKeysOf(config, secret);
  if (!keys.ok()) return keys.status();
  if (config.mail_reply_to.empty())
    return MakeAddresses("--mail-from", from.address, *std::move(keys));
  const absl::StatusOr<std::string> address = AddressInAscii(config.mail_reply_to);
  if (!address.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--mail-reply-to: there are no replies to \"",
                                                   absl::CHexEscape(config.mail_reply_to),
                                                   "\": ", address.status().message()));
  }
  return MakeAddresses("--mail-reply-to", *address, *std::move(keys));
}

absl::Status NoSmtpUrl() {
  return absl::InvalidArgumentError(
      "--mail-smtp is smtp://[USER@]HOST[:PORT][?tls=none] or smtps://[USER@]HOST[:PORT]; the "
      "password goes with --mail-smtp-password");
}

// A name, an IPv4 address, or an IPv6 address, which stands in brackets; nothing when it is none.
std::optional<std::string> HostIn(absl::string_view text) {
  const bool in_brackets = absl::ConsumePrefix(&text, "[");
  if (in_brackets && !absl::ConsumeSuffix(&text, "]")) return std::nullopt;
  const bool good = !text.empty() && std::ranges::all_of(text, [&](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || (in_brackets && c == ':');
  });
  if (!good) return std::nullopt;
  return std::string(text);
}

absl::StatusOr<MailerFactory> MailerOf(const Config& config) {
  if (!config.mail_smtp.empty() && !config.mail_directory.empty()) {
    return absl::InvalidArgumentError(
        "--mail-smtp and --mail-directory: mail goes to one or the other");
  }
  if (config.mail_smtp.empty() && !config.mail_ca_file.empty()) {
    return absl::InvalidArgumentError(
        "--mail-ca-file is of use with --mail-smtp only: whose certificates to believe");
  }
  if (config.mail_smtp.empty() && !config.mail_smtp_password.empty()) {
    return absl::InvalidArgumentError(
        "--mail-smtp-password is of use with --mail-smtp only: who logs in where");
  }
  if (!config.mail_directory.empty()) {
    std::error_code error;
    std::filesystem::create_directories(config.mail_directory, error);
    if (error) {
      return absl::InvalidArgumentError(absl::StrCat("--mail-directory: \"", config.mail_directory,
                                                     "\" cannot be made: ", error.message()));
    }
    return MailerFactory([directory = config.mail_directory] {
      return std::make_unique<DirectoryMailer>(directory, [] { return absl::Now(); });
    });
  }
  if (config.mail_smtp.empty()) return MailerFactory();
  if (config.mail_from.empty()) {
    return absl::InvalidArgumentError("--mail-smtp also needs --mail-from: whom mails are from");
  }
  absl::StatusOr<SmtpOptions> options = SmtpOptionsOf(config);
  if (!options.ok()) return options.status();
  return MailerFactory(
      [options = *std::move(options)] { return std::make_unique<SmtpMailer>(options); });
}

// A page to link to; `of_subject`: each order has its own.
absl::Status CheckUrl(absl::string_view option, absl::string_view url, bool of_subject) {
  if (url.empty()) return absl::OkStatus();
  const bool fit = absl::StartsWith(url, "https://") && std::ranges::all_of(url, [](char byte) {
                     return absl::ascii_isgraph(static_cast<unsigned char>(byte));
                   });
  if (fit && (!of_subject || absl::StrContains(url, "{number}"))) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": \"", absl::CHexEscape(url), "\" is no address for mails: ",
                   fit ? "it needs {number}, which stands for the order's number"
                       : "it must begin with https:// and hold neither blanks nor letters other "
                         "than English ones"));
}

absl::StatusOr<ShopDetails> ShopOf(const Config& config) {
  ShopDetails shop{.name = config.shop_name,
                   .subject_url = config.shop_order_url,
                   .shipping_methods_url = config.shop_shipping_url,
                   .feedback_url = config.shop_feedback_url,
                   .zone = {}};
  if (shop.name.empty() || !IsOneLine(shop.name)) {
    return absl::InvalidArgumentError(absl::StrCat("--shop-name: \"", absl::CHexEscape(shop.name),
                                                   "\" is no name: one line of UTF-8"));
  }
  for (const absl::Status& checked :
       {CheckUrl("--shop-order-url", shop.subject_url, /*of_subject=*/true),
        CheckUrl("--shop-shipping-url", shop.shipping_methods_url, /*of_subject=*/false),
        CheckUrl("--shop-feedback-url", shop.feedback_url, /*of_subject=*/true)}) {
    if (!checked.ok()) return checked;
  }
  if (!absl::LoadTimeZone(config.shop_zone, &shop.zone)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--shop-zone: there is no time zone \"", config.shop_zone, "\""));
  }
  return shop;
}

// What only shows when a mail is made is to show now, and not with the first order.
absl::Status TryOut(const NotificationMails& mails) {
  const MadeUpNews news = MakeUpNews(MailSort::kOrderCreated, Language::kGreek);
  Notification lead;
  lead.subject = HeadOf(news.subject).number;
  lead.seq = 1;
  absl::Status made =
      mails.Prepare({.subject = &news.subject, .activities = news.activities}, lead).status();
  if (made.ok()) return made;
  return absl::InvalidArgumentError(
      absl::StrCat("no mail can be made with these options and templates: ", made.message()));
}

}  // namespace

absl::StatusOr<SmtpOptions> SmtpOptionsOf(const Config& config) {
  SmtpOptions options;
  options.ca_file = config.mail_ca_file;
  options.password = config.mail_smtp_password;
  absl::string_view rest = config.mail_smtp;
  if (absl::ConsumePrefix(&rest, "smtps://")) {
    options.security = SmtpOptions::Security::kTls;
    options.port = kTlsPort;
  } else if (absl::ConsumePrefix(&rest, "smtp://")) {
    options.port = kSubmissionPort;
    if (absl::ConsumeSuffix(&rest, "?tls=none")) options.security = SmtpOptions::Security::kNone;
  } else {
    return NoSmtpUrl();
  }
  if (const std::size_t at = rest.rfind('@'); at != absl::string_view::npos) {
    options.username = std::string(rest.substr(0, at));
    rest.remove_prefix(at + 1);
    // A password in a URL comes into logs.
    if (options.username.empty() || absl::StrContains(options.username, ':')) return NoSmtpUrl();
  }
  const std::size_t colon = rest.rfind(':');
  if (colon != absl::string_view::npos && !absl::EndsWith(rest, "]")) {
    if (!absl::SimpleAtoi(rest.substr(colon + 1), &options.port)) return NoSmtpUrl();
    rest = rest.substr(0, colon);
  }
  std::optional<std::string> host = HostIn(rest);
  if (!host.has_value()) return NoSmtpUrl();
  options.host = *std::move(host);
  if (absl::Status good = CheckSmtpOptions(options); !good.ok())
    return absl::InvalidArgumentError(absl::StrCat("--mail-smtp: ", good.message()));
  return options;
}

absl::StatusOr<MailSetup> SetUpMail(const Config& config, absl::string_view secret) {
  MailSetup setup;
  absl::StatusOr<MailerFactory> mailer = MailerOf(config);
  if (!mailer.ok()) return mailer.status();
  setup.open_mailer = *std::move(mailer);
  absl::StatusOr<Mailbox> from =
      ParseFrom(config.mail_from.empty() ? "orders@localhost" : config.mail_from);
  if (!from.ok()) return from.status();
  if (from->name.empty()) from->name = config.shop_name;
  absl::StatusOr<ReplyAddresses> addresses = ReplyAddressesOf(config, *from, secret);
  if (!addresses.ok()) return addresses.status();
  absl::StatusOr<ShopDetails> shop = ShopOf(config);
  if (!shop.ok()) return shop.status();
  absl::StatusOr<std::unique_ptr<NotificationTemplates>> templates =
      NotificationTemplates::Load(config.mail_templates, *std::move(shop));
  if (!templates.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--mail-templates: ", templates.status().message()));
  }
  setup.mails = std::make_unique<NotificationMails>(
      NotificationMails::Options{.from = *std::move(from),
                                 .addresses = *std::move(addresses),
                                 .secret = absl::StrCat("message ids ", secret),
                                 .templates = *std::move(templates),
                                 .clock = [] { return absl::Now(); }});
  if (absl::Status tried = TryOut(*setup.mails); !tried.ok()) return tried;
  return setup;
}

NotifierOptions NotifierOptionsOf(const Config& config) {
  NotifierOptions options;
  options.threads = config.mail_threads;
  options.first_backoff = absl::Seconds(config.mail_retry_seconds);
  options.last_backoff = std::max(options.last_backoff, options.first_backoff);
  options.give_up_after = absl::Hours(config.mail_give_up_hours);
  options.delivery_timeout = absl::Seconds(config.mail_timeout_seconds);
  options.claim_margin = std::min(options.claim_margin, options.delivery_timeout);
  options.lease = absl::Seconds(config.mail_lease_seconds);
  return options;
}

}  // namespace ipstore::orders
