#include "server/mail/gmime_input.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace ipstore::orders {
namespace {

// RFC 2047 allows 75 bytes; some programs write more.
constexpr std::size_t kMaxWord = 1000;

struct EncodedWord {
  absl::string_view charset;
  absl::string_view base64;
  std::size_t size = 0;  // of all of it
};

// The word at the beginning of `text`, when it is one in base64 with padding.
std::optional<EncodedWord> PaddedWordAt(absl::string_view text) {
  text = text.substr(0, kMaxWord);
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == absl::string_view::npos) return std::nullopt;
  if (!absl::StartsWithIgnoreCase(text.substr(charset_end), "?b?")) return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find('?', begin);
  if (end == absl::string_view::npos || !absl::StartsWith(text.substr(end - 1), "=?="))
    return std::nullopt;
  return EncodedWord{.charset = text.substr(2, charset_end - 2),
                     .base64 = text.substr(begin, end - begin),
                     .size = end + 2};
}

std::string InHexadecimal(absl::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    const std::string digits = absl::BytesToHexString(absl::string_view(&byte, 1));
    absl::StrAppend(&hex, "=", absl::AsciiStrToUpper(digits));
  }
  return hex;
}

std::string WithUnpaddedWords(absl::string_view raw) {
  std::string message;
  message.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t at = raw.find("=?");
    absl::StrAppend(&message, raw.substr(0, at));
    if (at == absl::string_view::npos) break;
    raw.remove_prefix(at);
    const std::optional<EncodedWord> word = PaddedWordAt(raw);
    std::string bytes;
    if (word.has_value() && absl::Base64Unescape(word->base64, &bytes)) {
      absl::StrAppend(&message, "=?", word->charset, "?Q?", InHexadecimal(bytes), "?=");
      raw.remove_prefix(word->size);
    } else {
      absl::StrAppend(&message, raw.substr(0, 2));
      raw.remove_prefix(2);
    }
  }
  return message;
}

// --- Groups of addresses -------------------------------------------------------------------------

constexpr int kMaxColons = 100;

bool BeginsAddressHeader(absl::string_view line) {
  const absl::string_view name =
      absl::StripTrailingAsciiWhitespace(line.substr(0, std::min<std::size_t>(line.find(':'), 40)));
  for (absl::string_view known : {"from", "to", "cc", "bcc", "sender", "reply-to"}) {
    if (absl::EqualsIgnoreCase(name, known) ||
        (absl::StartsWithIgnoreCase(name, "resent-") && absl::EndsWithIgnoreCase(name, known))) {
      return true;
    }
  }
  return false;
}

void LimitGroups(std::string& message) {
  bool addresses = false;
  int colons = 0;
  for (std::size_t begin = 0; begin < message.size();) {
    const std::size_t end = std::min(message.find('\n', begin), message.size());
    const absl::string_view line = absl::string_view(message).substr(begin, end - begin);
    const bool continues = !line.empty() && (line.front() == ' ' || line.front() == '\t');
    if (!continues) {
      addresses = BeginsAddressHeader(line);
      colons = 0;
    }
    for (std::size_t i = begin; addresses && i < end; ++i) {
      if (message[i] == ':' && ++colons > kMaxColons) message[i] = ' ';
    }
    begin = end + 1;
  }
}

// --- Parts ---------------------------------------------------------------------------------------

constexpr int kMaxPartBorders = 5000;

void LimitParts(std::string& message) {
  int borders = 0;
  for (std::size_t begin = 0; begin < message.size();) {
    if (message.compare(begin, 2, "--") == 0 && ++borders > kMaxPartBorders) message[begin] = ' ';
    begin = std::min(message.find('\n', begin), message.size()) + 1;
  }
}

}  // namespace

std::string ForGmime(absl::string_view raw) {
  std::string message = WithUnpaddedWords(raw);
  LimitGroups(message);
  LimitParts(message);
  return message;
}

}  // namespace ipstore::orders
