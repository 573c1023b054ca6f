#include "server/services/tokens.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

using Block = std::array<std::uint8_t, kBlock>;
using Digest = std::array<std::uint8_t, 32>;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const std::uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

Digest Hmac(absl::string_view key, absl::string_view text) {
  Digest digest{};
  unsigned int size = digest.size();
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), Bytes(text), text.size(),
       digest.data(), &size);
  return digest;
}

template <std::size_t N>
absl::string_view View(const std::array<std::uint8_t, N>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <std::size_t N>
std::array<std::uint8_t, N> Truncated(const Digest& digest) {
  std::array<std::uint8_t, N> front;
  std::copy_n(digest.begin(), N, front.begin());
  return front;
}

void PutBigEndian(std::uint64_t value, std::uint8_t* to) {
  for (int i = 7; i >= 0; --i) {
    to[i] = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

std::uint64_t GetBigEndian(const std::uint8_t* from) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | from[i];
  return value;
}

// One block of AES-256, without chaining: exactly a keyed permutation of 16 bytes.
Block Permute(const std::array<std::uint8_t, 32>& key, const Block& in, bool forward) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  EVP_CipherInit_ex(context.get(), EVP_aes_256_ecb(), nullptr, key.data(), nullptr,
                    forward ? 1 : 0);
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  Block out{};
  int size = 0;
  EVP_CipherUpdate(context.get(), out.data(), &size, in.data(), static_cast<int>(in.size()));
  return out;
}

// Lengths in front, so that no two lists of parts run together to the same text.
void AppendPart(std::string& text, absl::string_view part) {
  absl::StrAppend(&text, part.size(), ":", part);
}

void AppendActor(std::string& text, const Actor& actor) {
  AppendPart(text, absl::string_view(Name(actor.role)));
  AppendPart(text, actor.id);
}

}  // namespace

Tokens::Tokens(absl::string_view secret)
    : id_key_(Hmac(secret, "activity ids")),
      seal_key_(Hmac(secret, "sealed tokens")),
      hash_key_(Hmac(secret, "hashes")) {}

std::string Tokens::ActivityId(Number subject, std::int32_t seq) const {
  Block plain;
  PutBigEndian(static_cast<std::uint64_t>(subject.value()), plain.data());
  PutBigEndian(static_cast<std::uint64_t>(seq), plain.data() + 8);
  return absl::BytesToHexString(View(Permute(id_key_, plain, /*forward=*/true)));
}

std::optional<std::int32_t> Tokens::SeqOfActivity(Number subject, absl::string_view id) const {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (id.size() != 2 * kBlock || !std::all_of(id.begin(), id.end(), is_hex)) return std::nullopt;
  Block block;
  const std::string bytes = absl::HexStringToBytes(id);
  std::copy(bytes.begin(), bytes.end(), block.begin());
  const Block plain = Permute(id_key_, block, /*forward=*/false);
  const std::uint64_t seq = GetBigEndian(plain.data() + 8);
  if (GetBigEndian(plain.data()) != static_cast<std::uint64_t>(subject.value()))
    return std::nullopt;
  if (seq == 0 || seq > INT32_MAX) return std::nullopt;
  return static_cast<std::int32_t>(seq);
}

std::string Tokens::Seal(absl::string_view purpose, absl::string_view text) const {
  std::string sealed(kNonce + text.size() + kTag, '\0');
  auto* out = reinterpret_cast<std::uint8_t*>(sealed.data());
  // A token that began with "-", the letter of these six bits, would be an option on a command
  // line.
  constexpr unsigned kDash = 62;
  do {
    RAND_bytes(out, kNonce);
  } while (out[0] >> 2U == kDash);
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, seal_key_.data(), out);
  EVP_EncryptUpdate(context.get(), nullptr, &size, Bytes(purpose),
                    static_cast<int>(purpose.size()));
  EVP_EncryptUpdate(context.get(), out + kNonce, &size, Bytes(text), static_cast<int>(text.size()));
  EVP_EncryptFinal_ex(context.get(), out + kNonce + size, &size);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, out + kNonce + text.size());
  return absl::WebSafeBase64Escape(sealed);
}

std::optional<std::string> Tokens::Open(absl::string_view purpose, absl::string_view token) const {
  std::string sealed;
  if (!absl::WebSafeBase64Unescape(token, &sealed) || sealed.size() < kNonce + kTag)
    return std::nullopt;
  // The last character may have bits to spare, which would make several tokens out of one.
  if (absl::WebSafeBase64Escape(sealed) != token) return std::nullopt;
  auto* in = reinterpret_cast<std::uint8_t*>(sealed.data());
  const std::size_t length = sealed.size() - kNonce - kTag;
  std::string text(length, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, seal_key_.data(), in);
  EVP_DecryptUpdate(context.get(), nullptr, &size, Bytes(purpose),
                    static_cast<int>(purpose.size()));
  auto* out = reinterpret_cast<std::uint8_t*>(text.data());
  EVP_DecryptUpdate(context.get(), out, &size, in + kNonce, static_cast<int>(length));
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, in + kNonce + length);
  if (EVP_DecryptFinal_ex(context.get(), out + size, &size) != 1) return std::nullopt;
  return text;
}

RequestKey Tokens::KeyOfRequest(const Caller& caller, absl::string_view request_id) const {
  std::string text = "request";
  AppendActor(text, caller.actor);
  if (caller.on_behalf_of.has_value()) AppendActor(text, *caller.on_behalf_of);
  AppendPart(text, request_id);
  return Truncated<sizeof(RequestKey)>(Hmac(View(hash_key_), text));
}

RequestKey Tokens::KeyOfImport(absl::string_view source, absl::string_view reference) const {
  std::string text = "import";
  AppendPart(text, source);
  AppendPart(text, reference);
  return Truncated<sizeof(RequestKey)>(Hmac(View(hash_key_), text));
}

RequestKey Tokens::KeyOfRedaction(std::int64_t job, Number subject) const {
  std::string text = "redaction";
  AppendPart(text, absl::StrCat(job));
  AppendPart(text, subject.ToString());
  return Truncated<sizeof(RequestKey)>(Hmac(View(hash_key_), text));
}

RequestKey Tokens::KeyOfEmail(absl::string_view message, absl::string_view sender,
                              absl::string_view address) const {
  std::string text = "email";
  AppendPart(text, message);
  AppendPart(text, sender);
  AppendPart(text, address);
  return Truncated<sizeof(RequestKey)>(Hmac(View(hash_key_), text));
}

ContentHash Tokens::HashOfRequest(absl::string_view method, absl::string_view target,
                                  absl::string_view content) const {
  std::string text = "target";
  AppendPart(text, method);
  AppendPart(text, target);
  const auto wanted = Truncated<kTargetHashBytes>(Hmac(View(hash_key_), text));
  text = "content";
  AppendPart(text, content);
  auto hash = Truncated<sizeof(ContentHash)>(Hmac(View(hash_key_), text));
  std::copy(wanted.begin(), wanted.end(), hash.begin());
  return hash;
}

std::string RandomRequestId() {
  Block random;
  RAND_bytes(random.data(), static_cast<int>(random.size()));
  return absl::BytesToHexString(View(random));
}

}  // namespace ipstore::orders
