#include "server/mail/incoming_email.h"

#include <gmime/gmime.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/mail/body_text.h"
#include "server/mail/email_sort.h"
#include "server/mail/gmime_input.h"
#include "server/mail/gmime_ptr.h"
#include "server/mail/html_text.h"
#include "server/mail/mail_text.h"
#include "server/mail/reply_text.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kMaxSubject = 1000;
constexpr std::size_t kMaxMessageId = 1000;
constexpr std::size_t kMaxAddress = 320;
constexpr std::size_t kMaxAddresses = 1000;
constexpr int kMaxGroupDepth = 5;
// In one header; GMime calls itself for each. See gmime_input.h.
constexpr int kMaxGroups = 100;

// Ends the process' first use of GMime before the next begins.
void StartGmime() {
  static const bool kStarted = [] {
    g_mime_init();
    return true;
  }();
  static_cast<void>(kStarted);
}

ParserOptions NewOptions() {
  ParserOptions options(g_mime_parser_options_new());
  // Of headers in 8 bits without a charset.
  const char* charsets[] = {"utf-8", "windows-1253", "iso-8859-1", nullptr};
  g_mime_parser_options_set_fallback_charsets(options.get(), charsets);
  return options;
}

absl::string_view View(const char* text) {
  return text == nullptr ? absl::string_view() : text;
}

// Without the line that mailbox files, and some servers, put before a message, and blank ones.
absl::string_view FromFirstHeader(absl::string_view raw) {
  raw = absl::StripLeadingAsciiWhitespace(raw);
  if (!absl::StartsWith(raw, "From ")) return raw;
  const std::size_t end = raw.find('\n');
  return end == absl::string_view::npos ? absl::string_view() : raw.substr(end + 1);
}

GObjectPtr<GMimeMessage> Parse(absl::string_view raw, GMimeParserOptions* options) {
  const std::string message = ForGmime(raw);
  const GObjectPtr<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(message.data(), message.size()));
  const GObjectPtr<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  return GObjectPtr<GMimeMessage>(g_mime_parser_construct_message(parser.get(), options));
}

// --- Addresses -----------------------------------------------------------------------------------

// Addresses, each once, in the order in which they came.
class AddressSet {
 public:
  void Add(InternetAddressList* list, int depth = 0) {
    const int count = list == nullptr ? 0 : internet_address_list_length(list);
    for (int i = 0; i < count && addresses_.size() < kMaxAddresses; ++i) {
      InternetAddress* const address = internet_address_list_get_address(list, i);
      if (INTERNET_ADDRESS_IS_MAILBOX(address)) {
        Add(View(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address))));
      } else if (INTERNET_ADDRESS_IS_GROUP(address) && depth < kMaxGroupDepth) {
        Add(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), depth + 1);
      }
    }
  }

  void AddHeader(const char* value, GMimeParserOptions* options) {
    if (value == nullptr || std::count(value, value + std::strlen(value), ':') > kMaxGroups) return;
    const GObjectPtr<InternetAddressList> list(internet_address_list_parse(options, value));
    Add(list.get());
  }

  std::vector<std::string> Take() { return std::move(addresses_); }

 private:
  void Add(absl::string_view raw) {
    std::string address = absl::AsciiStrToLower(CleanLine(raw, kMaxAddress + 1));
    const bool is_one = address.size() <= kMaxAddress && address.find('@') != std::string::npos &&
                        address.find(' ') == std::string::npos;
    if (is_one && known_.insert(address).second) addresses_.push_back(std::move(address));
  }

  std::vector<std::string> addresses_;
  absl::flat_hash_set<std::string> known_;
};

// To whom a server has brought the message, in the words of each.
bool IsEnvelopeHeader(absl::string_view name) {
  for (absl::string_view known : {"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To",
                                  "X-Delivered-To", "X-RCPT-To", "X-Forwarded-To"}) {
    if (absl::EqualsIgnoreCase(name, known)) return true;
  }
  return false;
}

bool IsRecipientHeader(absl::string_view name) {
  for (absl::string_view known : {"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Apparently-To"}) {
    if (absl::EqualsIgnoreCase(name, known)) return true;
  }
  return false;
}

struct Recipients {
  AddressSet envelope;
  AddressSet named;
  AddressSet all;
};

Recipients ReadRecipients(GMimeMessage* message, GMimeParserOptions* options) {
  Recipients recipients;
  GMimeHeaderList* const headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
  const int count = g_mime_header_list_get_count(headers);
  for (int i = 0; i < count; ++i) {
    GMimeHeader* const header = g_mime_header_list_get_header_at(headers, i);
    const absl::string_view name = View(g_mime_header_get_name(header));
    const bool envelope = IsEnvelopeHeader(name);
    if (!envelope && !IsRecipientHeader(name)) continue;
    const char* const value = g_mime_header_get_raw_value(header);
    (envelope ? recipients.envelope : recipients.named).AddHeader(value, options);
    recipients.all.AddHeader(value, options);
  }
  return recipients;
}

std::vector<std::string> ReadFrom(GMimeMessage* message) {
  AddressSet from;
  from.Add(g_mime_message_get_from(message));
  return from.Take();
}

// --- Text ----------------------------------------------------------------------------------------

std::string AllText(const Body& body, Originals originals) {
  std::string text;
  for (const BodyPiece& piece : body.pieces) {
    absl::StrAppend(&text, text.empty() ? "" : "\n",
                    piece.html ? CleanText(HtmlText(piece.text, originals)) : piece.text);
  }
  return text;
}

// Some people write their answer into what their program has marked as the original.
std::string AuthorsText(const Body& body) {
  std::string text = ReplyText(AllText(body, Originals::kMarked));
  return text.empty() ? ReplyText(AllText(body, Originals::kPlain)) : text;
}

}  // namespace

absl::StatusOr<IncomingEmail> ReadEmail(absl::string_view raw) {
  StartGmime();
  raw = FromFirstHeader(raw);
  if (raw.empty()) return absl::InvalidArgumentError("The message is empty.");
  const ParserOptions options = NewOptions();
  const GObjectPtr<GMimeMessage> message = Parse(raw, options.get());
  if (message == nullptr) return absl::InvalidArgumentError("The message has no headers.");

  EmailTraits traits{.from = ReadFrom(message.get())};
  if (traits.from.empty())
    return absl::InvalidArgumentError("The message does not say from whom it is.");
  Recipients recipients = ReadRecipients(message.get(), options.get());
  traits.envelope = recipients.envelope.Take();
  traits.named = recipients.named.Take();
  traits.subject = CleanLine(View(g_mime_message_get_subject(message.get())), kMaxSubject);

  Body body = ReadBody(message.get());
  IncomingEmail email;
  email.message_id = CleanLine(View(g_mime_message_get_message_id(message.get())), kMaxMessageId);
  email.sort = SortOf(message.get(), traits);
  email.text = AuthorsText(body);
  email.from = std::move(traits.from);
  email.recipients = recipients.all.Take();
  email.subject = std::move(traits.subject);
  email.attachments = std::move(body.attachments);
  return email;
}

}  // namespace ipstore::orders
