// Hands messages over to whoever carries them on: an SMTP server, or a directory of .eml files.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_MAILER_H_
#define IPSTORE_ORDERS_SERVER_MAIL_MAILER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace ipstore::orders {

// A message and between whom it goes. Borrows.
struct Letter {
  absl::string_view sender;      // where bounces go
  absl::string_view recipient;   // exactly one, as ledger and order of mails are kept for each
  absl::string_view message_id;  // without angle brackets
  absl::string_view bytes;       // see ComposeEmail
};

struct DeliveryLimits {
  absl::Duration timeout;  // for all of it
  // Asked right before the message is completed, which cannot be taken back: false breaks it off,
  // so that it is not delivered. Does not block.
  std::function<bool()> may_complete;
  // Looked at about once a second: when it is set, the delivery is broken off. May be null.
  const std::atomic<bool>* cancelled = nullptr;
};

enum class DeliveryOutcome : std::uint8_t {
  kAccepted,  // it was taken over
  kDeferred,  // not now: the server is away, or asks to come back later. It was not taken over
  kRejected,  // never: this message or its recipient is refused
  kInDoubt,   // it was completed and no answer came: it may have been taken over
};

struct Delivery {
  DeliveryOutcome outcome = DeliveryOutcome::kDeferred;
  // Deferred for a cause that has nothing to do with this letter: the server is away, or will have
  // nothing of us at all. Others would fare the same.
  bool server_away = false;
  // One line for the ledger and the log: the server's own words, or what went wrong. May hold the
  // recipient's address. Without control characters, 500 bytes at most, UTF-8.
  std::string answer;
};

// One place to hand messages over at. Not thread-safe; calls block. May keep a connection from one
// letter to the next.
class Mailer {
 public:
  virtual ~Mailer() = default;

  virtual Delivery Deliver(const Letter& letter, const DeliveryLimits& limits) = 0;
};

// Opens mailers, one for each thread that delivers. Thread-safe.
using MailerFactory = std::function<std::unique_ptr<Mailer>()>;

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_MAILER_H_
