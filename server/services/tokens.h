// Names and tokens that tell their reader nothing: opaque ids of activities and comments, page
// tokens, and the keyed hashes of requests. Keyed by the secret that the servers of one database
// share.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_TOKENS_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_TOKENS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "domain/command.h"
#include "domain/number.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// Thread-safe; immutable. No call blocks.
class Tokens {
 public:
  explicit Tokens(absl::string_view secret);

  // An activity's id within its order: 32 hexadecimal digits from which nobody can tell how many
  // activities came before, internal comments for example.
  std::string ActivityId(Number subject, std::int32_t seq) const;
  // The seq of the activity with that id; nothing when the id is not one of that subject.
  std::optional<std::int32_t> SeqOfActivity(Number subject, absl::string_view id) const;

  // Encrypts and authenticates `text`, so that it can be handed out and taken back. `purpose` names
  // what the token is for and which query it belongs to: it opens only with the same.
  std::string Seal(absl::string_view purpose, absl::string_view text) const;
  std::optional<std::string> Open(absl::string_view purpose, absl::string_view token) const;

  // The key of `request_id` in the log: the same id of two callers is two requests.
  RequestKey KeyOfRequest(const Caller& caller, absl::string_view request_id) const;
  // The same for the import of the order that `source` calls `reference`, whoever imports it.
  RequestKey KeyOfImport(absl::string_view source, absl::string_view reference) const;
  // The same for the redaction of one subject by a job, whoever does it and however often.
  RequestKey KeyOfRedaction(std::int64_t job, Number subject) const;
  // The same for an e-mail from that sender to that address of ours; `message` is its Message-ID,
  // or all of it.
  RequestKey KeyOfEmail(absl::string_view message, absl::string_view sender,
                        absl::string_view address) const;
  // What tells a retry from another request with the same id. `target` names what the method is to
  // work on, by names that are not personal; `content` is the request as serialized.
  ContentHash HashOfRequest(absl::string_view method, absl::string_view target,
                            absl::string_view content) const;

 private:
  using Key = std::array<std::uint8_t, 32>;

  Key id_key_;
  Key seal_key_;
  Key hash_key_;
};

// A request_id for a caller who gave none: 128 random bits.
std::string RandomRequestId();

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_TOKENS_H_
