#include "server/mail/email_sort.h"

#include <algorithm>
#include <cstddef>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "server/text/words.h"

namespace ipstore::orders {
namespace {

// A message passes fewer servers on its way; more have passed it round.
constexpr std::size_t kMaxReceived = 50;

// The headers that tell, by their names in lower case; of repeated ones the first, which the last
// server has put there. Values are in lower case.
class Headers {
 public:
  explicit Headers(GMimeMessage* message) {
    GMimeHeaderList* const list = g_mime_object_get_header_list(GMIME_OBJECT(message));
    const int count = g_mime_header_list_get_count(list);
    for (int i = 0; i < count; ++i) {
      GMimeHeader* const header = g_mime_header_list_get_header_at(list, i);
      const std::string name = absl::AsciiStrToLower(g_mime_header_get_name(header));
      if (name == "received") ++received_;
      const char* const value = g_mime_header_get_raw_value(header);
      values_.try_emplace(name, value == nullptr ? "" : value);
    }
  }

  bool Has(absl::string_view name) const { return values_.contains(name); }

  // "" for one that is not there.
  std::string Value(absl::string_view name) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return "";
    return absl::AsciiStrToLower(absl::StripAsciiWhitespace(found->second));
  }

  // The value's first word, without parameters and comments.
  std::string Word(absl::string_view name) const {
    const std::string value = Value(name);
    return value.substr(0, value.find_first_of(" \t\r\n;("));
  }

  std::size_t received() const { return received_; }

 private:
  absl::flat_hash_map<std::string, std::string> values_;
  std::size_t received_ = 0;
};

bool IsNullSender(const Headers& headers) {
  return headers.Value("return-path") == "<>";
}

// --- Reports -------------------------------------------------------------------------------------

bool HasType(GMimeObject* part, const char* type, const char* subtype) {
  GMimeContentType* const content_type =
      part == nullptr ? nullptr : g_mime_object_get_content_type(part);
  return content_type != nullptr && g_mime_content_type_is_type(content_type, type, subtype) != 0;
}

bool HoldsDeliveryStatus(GMimeObject* part) {
  if (HasType(part, "message", "delivery-status") ||
      HasType(part, "message", "global-delivery-status")) {
    return true;
  }
  if (part == nullptr || !GMIME_IS_MULTIPART(part)) return false;
  GMimeMultipart* const multipart = GMIME_MULTIPART(part);
  const int count = std::min(g_mime_multipart_get_count(multipart), 10);
  for (int i = 0; i < count; ++i) {
    GMimeObject* const child = g_mime_multipart_get_part(multipart, i);
    if (HasType(child, "message", "delivery-status") ||
        HasType(child, "message", "global-delivery-status")) {
      return true;
    }
  }
  return false;
}

bool IsReport(GMimeObject* part) {
  return HasType(part, "multipart", "report");
}

bool IsDeliveryReport(GMimeObject* part) {
  if (IsReport(part)) {
    const char* const type = g_mime_object_get_content_type_parameter(part, "report-type");
    if (type != nullptr && absl::EqualsIgnoreCase(type, "delivery-status")) return true;
  }
  return (IsReport(part) || HasType(part, "message", "*")) && HoldsDeliveryStatus(part);
}

bool IsFromMailSystem(const EmailTraits& traits) {
  return std::ranges::any_of(traits.from, [](const std::string& address) {
    return absl::StartsWith(address, "mailer-daemon@") || absl::StartsWith(address, "postmaster@");
  });
}

// --- Answers of programs -------------------------------------------------------------------------

bool SaysYes(const Headers& headers, absl::string_view name) {
  return headers.Has(name) && headers.Word(name) != "no";
}

// How programs begin the subject of an absence note: with words that stand alone, or before a
// colon.
bool HasAbsenceSubject(const EmailTraits& traits) {
  constexpr std::size_t kMaxMoreWords = 2;  // "Out of office AutoReply: …"
  static const auto* const kBeginnings = new std::vector<std::vector<std::string>>{
      {"automatic", "reply"},
      {"auto", "reply"},
      {"autoreply"},
      {"auto", "response"},
      {"out", "of", "office"},
      {"out", "of", "the", "office"},
      {"αυτοματη", "απαντηση"},
      {"εκτοσ", "γραφειου"},
      {"απουσια", "απο", "το", "γραφειο"},
      {"vacation"},
  };
  const std::vector<std::string> words =
      FoldedWords(traits.subject.substr(0, traits.subject.find(':')));
  return std::ranges::any_of(*kBeginnings, [&](const std::vector<std::string>& beginning) {
    return words.size() >= beginning.size() && words.size() <= beginning.size() + kMaxMoreWords &&
           std::equal(beginning.begin(), beginning.end(), words.begin());
  });
}

// X-Auto-Response-Suppress asks for no automatic answer to this message; many a person's message
// has it, so that it only supports other signs.
bool HasFurtherSign(const Headers& headers) {
  const std::string precedence = headers.Word("precedence");
  return headers.Has("x-auto-response-suppress") || IsNullSender(headers) || precedence == "bulk" ||
         precedence == "junk" || headers.Has("x-ms-exchange-generated-message-source") ||
         headers.Has("x-ms-exchange-inbox-rules-loop");
}

bool IsAutoReply(const Headers& headers, const EmailTraits& traits) {
  return SaysYes(headers, "auto-submitted") || SaysYes(headers, "x-autoreply") ||
         SaysYes(headers, "x-autorespond") || SaysYes(headers, "x-autoresponder") ||
         headers.Word("precedence") == "auto_reply" ||
         (HasAbsenceSubject(traits) && HasFurtherSign(headers));
}

// --- Lists ---------------------------------------------------------------------------------------

// A Google group stands between two people like a shared mailbox. What one of them has sent to us
// by name, in an answer, is theirs although a copy came by the group.
bool IsAnswerByWayOfGroup(const Headers& headers, const EmailTraits& traits) {
  const bool is_named = std::ranges::any_of(traits.envelope, [&](const std::string& address) {
    return std::ranges::find(traits.named, address) != traits.named.end();
  });
  return headers.Has("x-google-group-id") && headers.Has("in-reply-to") && is_named;
}

bool IsList(const Headers& headers, const EmailTraits& traits) {
  const std::string precedence = headers.Word("precedence");
  const bool by_list = headers.Has("list-id") || headers.Has("list-post") || precedence == "list";
  if (precedence == "bulk" || precedence == "junk") return true;
  return by_list && !IsAnswerByWayOfGroup(headers, traits);
}

}  // namespace

EmailSort SortOf(GMimeMessage* message, const EmailTraits& traits) {
  const Headers headers(message);
  GMimeObject* const part = g_mime_message_get_mime_part(message);
  if (IsDeliveryReport(part)) return EmailSort::kBounce;
  if (headers.Has(absl::AsciiStrToLower(kNotificationHeader)) || headers.received() > kMaxReceived)
    return EmailSort::kLoop;
  if (IsFromMailSystem(traits)) return EmailSort::kBounce;
  // Receipts and complaints are reports too. Absence notes have a null sender as well.
  if (IsReport(part) || IsAutoReply(headers, traits)) return EmailSort::kAutoReply;
  if (IsNullSender(headers)) return EmailSort::kBounce;
  return IsList(headers, traits) ? EmailSort::kList : EmailSort::kPersonal;
}

}  // namespace ipstore::orders
