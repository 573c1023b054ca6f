#include "server/mail/outgoing_email.h"

#include <gmime/gmime.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "domain/validate.h"
#include "server/mail/incoming_email.h"
#include "server/mail/mail_address.h"
#include "server/mail/one_line.h"

namespace ipstore::orders {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
struct UnrefDateTime {
  void operator()(GDateTime* date) const { g_date_time_unref(date); }
};
struct FreeOptions {
  void operator()(GMimeFormatOptions* options) const { g_mime_format_options_free(options); }
};
struct Free {
  void operator()(char* text) const { g_free(text); }
};
template <typename T>
using Owned = std::unique_ptr<T, Unref>;
using OwnedText = std::unique_ptr<char, Free>;

// Thread-safe, which g_mime_init() by itself is not.
void StartGMime() {
  static std::once_flag started;
  std::call_once(started, [] { g_mime_init(); });
}

// --- Checks --------------------------------------------------------------------------------------

absl::Status CheckOneLine(absl::string_view text, absl::string_view what) {
  if (!IsUtf8(text)) return absl::InvalidArgumentError(absl::StrCat(what, " is not UTF-8"));
  const bool control = std::ranges::any_of(
      text, [](char byte) { return absl::ascii_iscntrl(static_cast<unsigned char>(byte)); });
  if (!control) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " holds a line break or another control character"));
}

// What fits between angle brackets, and is short enough for a line of its own.
absl::Status CheckMessageId(absl::string_view id, absl::string_view what) {
  constexpr std::size_t kMaxBytes = 250;
  const bool plain = std::ranges::all_of(id, [](char byte) {
    return absl::ascii_isgraph(static_cast<unsigned char>(byte)) && byte != '<' && byte != '>';
  });
  if (plain && id.size() <= kMaxBytes && absl::StrContains(id, '@')) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is no message id"));
}

absl::Status CheckTexts(const OutgoingEmail& email) {
  for (const auto& [text, what] :
       {std::pair<absl::string_view, absl::string_view>{email.from.name, "the sender's name"},
        {email.to.name, "the recipient's name"},
        {email.reply_to.name, "the name to reply to"},
        {email.subject, "the subject"}}) {
    if (absl::Status status = CheckOneLine(text, what); !status.ok()) return status;
  }
  if (!IsUtf8(email.text) || !IsUtf8(email.html))
    return absl::InvalidArgumentError("the body is not UTF-8");
  if (absl::Status status = CheckMessageId(email.message_id, "message_id"); !status.ok())
    return status;
  if (email.thread_id.empty()) return absl::OkStatus();
  return CheckMessageId(email.thread_id, "thread_id");
}

// --- The header ----------------------------------------------------------------------------------

constexpr std::size_t kMaxLine = 76;  // bytes (RFC 2047)
constexpr absl::string_view kFold = "\r\n ";
constexpr absl::string_view kWordBegin = "=?UTF-8?B?";
constexpr absl::string_view kWordEnd = "?=";

constexpr std::size_t kBytesOfGroup = 3;  // become four letters of base64
constexpr std::size_t kLettersOfGroup = 4;

bool BeginsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // UTF-8
}

// How many bytes of `text`, which is longer than `most`, go into an encoded word: whole characters,
// as many as fit. Of whole groups where there is such a place, since some mail programs put the
// words together before they decode them, and stop at the first padding.
std::size_t PieceSize(absl::string_view text, std::size_t most) {
  std::size_t any = 0;
  for (std::size_t size = most; size > 0; --size) {
    if (!BeginsCharacter(text[size])) continue;
    if (size % kBytesOfGroup == 0) return size;
    any = std::max(any, size);
  }
  return any;
}

// Encoded words (RFC 2047) on as many lines as they need. `column`: where the first line begins.
// GMime has an encoder of its own, whose words become longer than mail programs need to accept.
std::string EncodedWords(absl::string_view text, std::size_t column) {
  std::string words;
  while (!text.empty()) {
    const std::size_t letters = kMaxLine - column - kWordBegin.size() - kWordEnd.size();
    const std::size_t most = letters / kLettersOfGroup * kBytesOfGroup;
    const absl::string_view piece =
        text.size() <= most ? text : text.substr(0, PieceSize(text, most));
    absl::StrAppend(&words, words.empty() ? "" : kFold, kWordBegin, absl::Base64Escape(piece),
                    kWordEnd);
    text.remove_prefix(piece.size());
    column = 1;
  }
  return words;
}

// True for what may stand in a header as it is, if it fits on the line.
bool IsPlain(absl::string_view text) {
  return std::ranges::all_of(
             text,
             [](char byte) { return absl::ascii_isprint(static_cast<unsigned char>(byte)); }) &&
         !absl::StrContains(text, "=?");
}

// "Name: value", where the value is of people.
std::string TextHeader(absl::string_view name, absl::string_view value) {
  const std::size_t column = name.size() + 2;
  const bool as_it_is = IsPlain(value) && column + value.size() <= kMaxLine;
  return absl::StrCat(name, ": ", as_it_is ? std::string(value) : EncodedWords(value, column),
                      "\r\n");
}

// "Name: value", where the value is ours, in ASCII, and may have a line of its own.
std::string TokenHeader(absl::string_view name, absl::string_view value) {
  const bool fits = name.size() + 2 + value.size() <= kMaxLine;
  return absl::StrCat(name, ":", fits ? " " : kFold, value, "\r\n");
}

// "Name: Somebody <address>".
std::string MailboxHeader(absl::string_view name, absl::string_view who,
                          absl::string_view address) {
  who = absl::StripAsciiWhitespace(who);
  if (who.empty()) return TokenHeader(name, address);
  const std::size_t column = name.size() + 2;
  std::string phrase =
      absl::StrCat("\"", absl::StrReplaceAll(who, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
  if (!IsPlain(who) || column + phrase.size() > kMaxLine) phrase = EncodedWords(who, column);
  const std::size_t last_line = phrase.size() - std::min(phrase.rfind('\n') + 1, phrase.size());
  const bool fits =
      (absl::StrContains(phrase, '\n') ? 0 : column) + last_line + address.size() + 3 <= kMaxLine;
  return absl::StrCat(name, ": ", phrase, fits ? " " : kFold, "<", address, ">\r\n");
}

std::string DateText(absl::Time date) {
  const std::unique_ptr<GDateTime, UnrefDateTime> utc(
      g_date_time_new_from_unix_utc(absl::ToUnixSeconds(date)));
  return OwnedText(g_mime_utils_header_format_date(utc.get())).get();
}

// mailto:ADDRESS?subject=unsubscribe (RFC 6068).
std::string MailtoUri(absl::string_view address) {
  std::string escaped;
  for (char byte : address) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(byte)) ||
                       absl::StrContains("-._~!$'*+@", byte);
    if (plain) {
      escaped.push_back(byte);
    } else {
      absl::StrAppend(&escaped, "%", absl::Hex(static_cast<unsigned char>(byte), absl::kZeroPad2));
    }
  }
  return absl::StrCat("mailto:", escaped, "?subject=unsubscribe");
}

// --- The body ------------------------------------------------------------------------------------

// Lines end in "\n", whatever they ended in.
std::string WithPlainLineEnds(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}});
}

// Which is shorter: Greek is in base64, English as it is but for a few characters.
GMimeContentEncoding EncodingFor(absl::string_view text) {
  const auto escaped = static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) {
    return byte == '=' || (!absl::ascii_isprint(static_cast<unsigned char>(byte)) && byte != '\n');
  }));
  const std::size_t quoted_printable = text.size() + 2 * escaped;
  const std::size_t base64 = text.size() / kBytesOfGroup * kLettersOfGroup;
  return quoted_printable <= base64 ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
                                    : GMIME_CONTENT_ENCODING_BASE64;
}

Owned<GMimeTextPart> TextPart(const char* subtype, absl::string_view text) {
  std::string content = WithPlainLineEnds(text);
  const GMimeContentEncoding encoding = EncodingFor(content);
  // Inside of base64 nobody else brings the line ends into the form of mails.
  if (encoding == GMIME_CONTENT_ENCODING_BASE64)
    content = absl::StrReplaceAll(content, {{"\n", "\r\n"}});
  Owned<GMimeTextPart> part(g_mime_text_part_new_with_subtype(subtype));
  g_mime_text_part_set_charset(part.get(), "utf-8");
  const Owned<GMimeStream> stream(
      g_mime_stream_mem_new_with_buffer(content.data(), content.size()));
  const Owned<GMimeDataWrapper> wrapper(
      g_mime_data_wrapper_new_with_stream(stream.get(), GMIME_CONTENT_ENCODING_DEFAULT));
  g_mime_part_set_content(GMIME_PART(part.get()), wrapper.get());
  g_mime_part_set_content_encoding(GMIME_PART(part.get()), encoding);
  return part;
}

// No encoded text holds "=_", so that it is in no part. Of the message id, so that it is not drawn
// by chance.
std::string BoundaryFor(absl::string_view message_id) {
  constexpr std::size_t kBytes = 12;  // so that the header fits on a line
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what OpenSSL wants
  SHA256(reinterpret_cast<const unsigned char*>(message_id.data()), message_id.size(), hash.data());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
  const absl::string_view bytes(reinterpret_cast<const char*>(hash.data()), kBytes);
  return absl::StrCat("=_", absl::BytesToHexString(bytes));
}

// With the headers that tell of the body.
std::string BodyOf(const OutgoingEmail& email) {
  const Owned<GMimeMultipart> body(g_mime_multipart_new_with_subtype("alternative"));
  g_mime_multipart_set_boundary(body.get(), BoundaryFor(email.message_id).c_str());
  for (const auto& [subtype, text] :
       {std::pair<const char*, absl::string_view>{"plain", email.text}, {"html", email.html}}) {
    g_mime_multipart_add(body.get(), GMIME_OBJECT(TextPart(subtype, text).get()));
  }
  const std::unique_ptr<GMimeFormatOptions, FreeOptions> options(g_mime_format_options_new());
  g_mime_format_options_set_newline_format(options.get(), GMIME_NEWLINE_FORMAT_DOS);
  return OwnedText(g_mime_object_to_string(GMIME_OBJECT(body.get()), options.get())).get();
}

// --- All of it -----------------------------------------------------------------------------------

// The addresses as headers carry them; empty where there is none.
struct Addresses {
  std::string from;
  std::string to;
  std::string reply_to;
  std::string unsubscribe;
};

absl::StatusOr<Addresses> AddressesOf(const OutgoingEmail& email) {
  Addresses ascii;
  for (const auto& [given, result, optional] :
       {std::tuple(&email.from.address, &ascii.from, false),
        std::tuple(&email.to.address, &ascii.to, false),
        std::tuple(&email.reply_to.address, &ascii.reply_to, true),
        std::tuple(&email.unsubscribe_address, &ascii.unsubscribe, true)}) {
    if (optional && given->empty()) continue;
    absl::StatusOr<std::string> address = AddressInAscii(*given);
    if (!address.ok()) return address.status();
    *result = *std::move(address);
  }
  return ascii;
}

std::string HeaderOf(const OutgoingEmail& email, const Addresses& addresses) {
  std::string header =
      absl::StrCat(MailboxHeader("From", WithoutTurns(email.from.name), addresses.from),
                   MailboxHeader("To", WithoutTurns(email.to.name), addresses.to));
  if (!addresses.reply_to.empty())
    absl::StrAppend(
        &header, MailboxHeader("Reply-To", WithoutTurns(email.reply_to.name), addresses.reply_to));
  absl::StrAppend(&header, TextHeader("Subject", WithoutTurns(email.subject)),
                  TokenHeader("Date", DateText(email.date)),
                  TokenHeader("Message-ID", absl::StrCat("<", email.message_id, ">")));
  if (!email.thread_id.empty()) {
    const std::string first = absl::StrCat("<", email.thread_id, ">");
    absl::StrAppend(&header, TokenHeader("In-Reply-To", first), TokenHeader("References", first));
  }
  if (!addresses.unsubscribe.empty()) {
    const std::string uri = absl::StrCat("<", MailtoUri(addresses.unsubscribe), ">");
    absl::StrAppend(&header, TokenHeader("List-Unsubscribe", uri));
  }
  const absl::string_view language = email.language == Language::kGreek ? "el" : "en";
  // X-Auto-Response-Suppress is what Exchange looks at before it sends an absence note.
  absl::StrAppend(&header, TokenHeader("Auto-Submitted", "auto-generated"),
                  TokenHeader("X-Auto-Response-Suppress", "All"),
                  TokenHeader(kNotificationHeader, "1"), TokenHeader("Content-Language", language),
                  TokenHeader("MIME-Version", "1.0"));
  return header;
}

}  // namespace

absl::StatusOr<std::string> ComposeEmail(const OutgoingEmail& email) {
  if (absl::Status status = CheckTexts(email); !status.ok()) return status;
  const absl::StatusOr<Addresses> addresses = AddressesOf(email);
  if (!addresses.ok()) return addresses.status();
  StartGMime();
  return absl::StrCat(HeaderOf(email, *addresses), BodyOf(email));
}

}  // namespace ipstore::orders
