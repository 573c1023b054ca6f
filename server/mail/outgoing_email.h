// An e-mail as it is to be sent, and its bytes.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_OUTGOING_EMAIL_H_
#define IPSTORE_ORDERS_SERVER_MAIL_OUTGOING_EMAIL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/order.h"

namespace ipstore::orders {

// Somebody's name, which may be empty, and address.
struct Mailbox {
  std::string name;
  std::string address;  // its domain may be international; see AddressInAscii

  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

// A message of its own making, not an answer of a person: Auto-Submitted says so (RFC 3834). All
// texts are UTF-8.
struct OutgoingEmail {
  Mailbox from;
  Mailbox to;
  Mailbox reply_to;  // without an address: replies go to `from`
  std::string subject;
  std::string text;  // lines end in "\n"
  std::string html;
  Language language = Language::kGreek;
  std::string message_id;  // without angle brackets
  // The first message of the thread, unless this is it: In-Reply-To and References. Without angle
  // brackets.
  std::string thread_id;
  std::string unsubscribe_address;  // List-Unsubscribe: mailto (RFC 2369); empty: none
  absl::Time date;
};

// The bytes of the message as SMTP carries it (RFC 5322, lines end in CRLF, all of it in ASCII):
// multipart/alternative of text and HTML. The same e-mail gives the same bytes. INVALID_ARGUMENT
// when an address is none, or none that every mail server takes (so one with Greek letters before
// the @; see AddressInAscii), a message id is none, a text is not UTF-8, or a name, the subject or
// an id holds a line break or another control character. Thread-safe; does not block.
absl::StatusOr<std::string> ComposeEmail(const OutgoingEmail& email);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_OUTGOING_EMAIL_H_
