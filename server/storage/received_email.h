// The e-mails that were sent to us: what became of each, and the message itself where it is of a
// subject.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_RECEIVED_EMAIL_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_RECEIVED_EMAIL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/notification.h"
#include "domain/number.h"
#include "domain/subject.h"
#include "server/storage/request_key.h"

namespace ipstore::orders {

struct ReceivedEmail {
  std::int64_t id = 0;  // ascending with the time of receipt, with gaps
  // Of the message and where it went: the same message comes under the same key.
  RequestKey message_key{};
  std::optional<Number> subject;                   // where the address that it went to names one
  SubjectKind subject_kind = SubjectKind::kOrder;  // of that, as it is read; not written
  std::optional<std::int32_t> seq;                 // of the comment that it became
  absl::Time received_at;
  EmailOutcome outcome = EmailOutcome::kReceived;
  std::string message_id;  // without angle brackets
  std::string sender;      // an address; personal
  std::int64_t size = 0;   // of the message, in bytes
  bool has_raw = false;    // the message is kept

  friend bool operator==(const ReceivedEmail&, const ReceivedEmail&) = default;
};

// One connection for recording e-mails. Not thread-safe; every call blocks and is a transaction of
// its own. Errors as in store.h.
class ReceivedEmailSession {
 public:
  virtual ~ReceivedEmailSession() = default;

  // Adds it unless one of that key is there; returns the one that is. Without the message, which
  // is kept when it is known whose it is: by Conclude().
  virtual absl::StatusOr<ReceivedEmail> Add(const ReceivedEmail& email) = 0;
  // Says what became of the one with that id, if it is still being worked on: its outcome, seq,
  // message_id and sender are as in `email`, and the message is kept where `raw` is not empty. Of
  // what was redacted since it was added nothing personal is kept. Returns it as it stands then.
  virtual absl::StatusOr<ReceivedEmail> Conclude(const ReceivedEmail& email,
                                                 absl::string_view raw) = 0;
  // Deletes some, at most `limit`, of those that belong to nobody (that were refused or dropped,
  // and whose message is not kept) and were received before `before`. Returns how many.
  virtual absl::StatusOr<std::int64_t> DropUnowned(absl::Time before, std::int32_t limit) = 0;
  // The addresses to which e-mails on that subject have gone (notification.h), each once.
  virtual absl::StatusOr<std::vector<std::string>> ListAddressesTold(Number subject) = 0;
};

// Which e-mails to list, the last received first.
struct ReceivedEmailQuery {
  std::optional<Number> subject;       // of this one; nothing: all, also those of none
  std::optional<std::int64_t> before;  // with ids below
  std::int32_t limit = 50;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_RECEIVED_EMAIL_H_
