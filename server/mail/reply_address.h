// The addresses to which customers reply and unsubscribe: one for each order or enquiry and
// recipient, which nobody can make up.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_REPLY_ADDRESS_H_
#define IPSTORE_ORDERS_SERVER_MAIL_REPLY_ADDRESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "domain/number.h"

namespace ipstore::orders {

enum class ReplyPurpose : std::uint8_t { kReply, kUnsubscribe };

// An address as it came back, taken apart; see ReplyAddresses::Fits().
struct ReplyAddress {
  ReplyPurpose purpose = ReplyPurpose::kReply;
  std::string key_id;
  Number subject;
  std::string proof;
};

// A key for the proofs in addresses.
struct ReplyKey {
  std::string id;  // 1 to 4 small letters and digits, which stand in the address
  std::string secret;
};

// "ID:SECRET,ID:SECRET,…": the first signs, all are good for what was given out before. Each secret
// has at least 16 characters. INVALID_ARGUMENT says what is wrong, without a secret.
absl::StatusOr<std::vector<ReplyKey>> ParseReplyKeys(absl::string_view text);

// "orders+r.k1.1000000018.dh3…@shop.example" for a base of "orders@shop.example": what stands
// behind the plus is a purpose, the id of a key, the number, and a keyed hash (HMAC-SHA-256, 100
// bits) of purpose, number and recipient. An address is at most 64 characters before the @ (RFC
// 5321), whatever the base; letters and digits only, small, since mail servers may fold case.
//
// Thread-safe; immutable. No call blocks.
class ReplyAddresses {
 public:
  // `base` is an address with at most 20 characters before the @; `keys` has at least one.
  // INVALID_ARGUMENT says what is wrong.
  static absl::StatusOr<ReplyAddresses> Make(absl::string_view base, std::vector<ReplyKey> keys);

  std::string For(ReplyPurpose purpose, Number subject, absl::string_view recipient) const;

  // What an address of ours says; nothing for any other address. It is still to be proven.
  std::optional<ReplyAddress> Parse(absl::string_view address) const;
  // True when the address was given out to that recipient. Case makes no difference.
  bool Fits(const ReplyAddress& address, absl::string_view recipient) const;

 private:
  ReplyAddresses(std::string user, std::string domain, std::vector<ReplyKey> keys)
      : user_(std::move(user)), domain_(std::move(domain)), keys_(std::move(keys)) {}

  std::string user_;
  std::string domain_;
  std::vector<ReplyKey> keys_;
};

// The same person's address however it is written: ASCII letters in small, and an international
// domain in punycode.
std::string FoldedAddress(absl::string_view address);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_REPLY_ADDRESS_H_
