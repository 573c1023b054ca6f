#include "server/mail/reply_address.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/mail/mail_address.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kMaxUser = 20;
constexpr std::size_t kMaxKeyId = 4;
constexpr std::size_t kMinSecret = 16;
// Of five bits each.
constexpr std::size_t kProofDigits = 20;
constexpr absl::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";

// More than any address has (RFC 5321), with blanks around it: what is longer is none of ours.
constexpr std::size_t kMaxParsed = 1000;

// "orders" + "+" + "r" "." "k1" "." ten digits "." the proof
static_assert(kMaxUser + 1 + 1 + 1 + kMaxKeyId + 1 + 10 + 1 + kProofDigits <= 64);

absl::string_view Tag(ReplyPurpose purpose) {
  return purpose == ReplyPurpose::kReply ? "r" : "u";
}

std::string ProofOf(const ReplyKey& key, ReplyPurpose purpose, Number subject,
                    absl::string_view recipient) {
  const std::string text =
      absl::StrCat(Tag(purpose), "\n", subject.ToString(), "\n", FoldedAddress(recipient));
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.secret.data(), static_cast<int>(key.secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  std::string proof;
  std::uint32_t bits = 0;
  int held = 0;
  for (std::size_t i = 0; proof.size() < kProofDigits; ++i) {
    bits = bits << 8 | digest[i];
    held += 8;
    for (; held >= 5 && proof.size() < kProofDigits; held -= 5)
      proof.push_back(kDigits[bits >> (held - 5) & 31]);
  }
  return proof;
}

bool IsKeyId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxKeyId && std::ranges::all_of(id, [](char c) {
    return absl::ascii_isdigit(c) || absl::ascii_islower(c);
  });
}

bool IsPlainUser(absl::string_view user) {
  return !user.empty() && user.size() <= kMaxUser && std::ranges::all_of(user, [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}

// Letters of other scripts are left to whoever makes addresses of it.
bool IsPlainDomain(absl::string_view domain) {
  return !domain.empty() && std::ranges::all_of(domain, [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || !absl::ascii_isascii(c);
  });
}

}  // namespace

std::string FoldedAddress(absl::string_view address) {
  const absl::string_view stripped = absl::StripAsciiWhitespace(address);
  const absl::StatusOr<std::string> ascii = AddressInAscii(stripped);
  return absl::AsciiStrToLower(ascii.ok() ? absl::string_view(*ascii) : stripped);
}

absl::StatusOr<std::vector<ReplyKey>> ParseReplyKeys(absl::string_view text) {
  std::vector<ReplyKey> keys;
  for (absl::string_view entry : absl::StrSplit(text, ',')) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(absl::StripAsciiWhitespace(entry), absl::MaxSplits(':', 1));
    if (!IsKeyId(parts.first)) {
      return absl::InvalidArgumentError(
          "a key for replies is ID:SECRET, the id 1 to 4 small letters and digits");
    }
    if (parts.second.size() < kMinSecret) {
      return absl::InvalidArgumentError(absl::StrCat("the secret of the key \"", parts.first,
                                                     "\" for replies has fewer than ", kMinSecret,
                                                     " characters"));
    }
    if (std::ranges::count(keys, parts.first, &ReplyKey::id) > 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("two keys for replies have the id \"", parts.first, "\""));
    }
    keys.push_back({.id = parts.first, .secret = parts.second});
  }
  return keys;
}

absl::StatusOr<ReplyAddresses> ReplyAddresses::Make(absl::string_view base,
                                                    std::vector<ReplyKey> keys) {
  const std::string folded = FoldedAddress(base);
  const std::size_t at = folded.find('@');
  if (at == std::string::npos || !IsPlainUser(folded.substr(0, at)) ||
      !IsPlainDomain(folded.substr(at + 1))) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", base, "\" is no address for replies: USER@DOMAIN, the user at most ",
                     kMaxUser, " letters and digits"));
  }
  return ReplyAddresses(folded.substr(0, at), folded.substr(at + 1), std::move(keys));
}

std::string ReplyAddresses::For(ReplyPurpose purpose, Number subject,
                                absl::string_view recipient) const {
  const ReplyKey& key = keys_.front();
  return absl::StrCat(user_, "+", Tag(purpose), ".", key.id, ".", subject.ToString(), ".",
                      ProofOf(key, purpose, subject, recipient), "@", domain_);
}

std::optional<ReplyAddress> ReplyAddresses::Parse(absl::string_view address) const {
  if (address.size() > kMaxParsed) return std::nullopt;
  const std::string folded = FoldedAddress(address);
  absl::string_view rest = folded;
  if (!absl::ConsumePrefix(&rest, absl::StrCat(user_, "+")) ||
      !absl::ConsumeSuffix(&rest, absl::StrCat("@", domain_)))
    return std::nullopt;
  const std::vector<std::string> parts = absl::StrSplit(rest, '.');
  if (parts.size() != 4) return std::nullopt;
  const std::optional<Number> subject = Number::Parse(parts[2]);
  const bool is_reply = parts[0] == Tag(ReplyPurpose::kReply);
  if (!subject.has_value() || (!is_reply && parts[0] != Tag(ReplyPurpose::kUnsubscribe)))
    return std::nullopt;
  return ReplyAddress{.purpose = is_reply ? ReplyPurpose::kReply : ReplyPurpose::kUnsubscribe,
                      .key_id = parts[1],
                      .subject = *subject,
                      .proof = parts[3]};
}

bool ReplyAddresses::Fits(const ReplyAddress& address, absl::string_view recipient) const {
  const auto key = std::ranges::find(keys_, address.key_id, &ReplyKey::id);
  if (key == keys_.end() || recipient.empty()) return false;
  const std::string proof = ProofOf(*key, address.purpose, address.subject, recipient);
  return proof.size() == address.proof.size() &&
         CRYPTO_memcmp(proof.data(), address.proof.data(), proof.size()) == 0;
}

}  // namespace ipstore::orders
