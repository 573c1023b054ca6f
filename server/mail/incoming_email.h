// Reads a message as it came: who wrote it, to whom, of what sort it is, and what its author says
// in it.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_INCOMING_EMAIL_H_
#define IPSTORE_ORDERS_SERVER_MAIL_INCOMING_EMAIL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {

// What sort of message it is. Only what a person has written becomes a comment.
enum class EmailSort : std::uint8_t {
  kPersonal = 1,
  kAutoReply = 2,  // an absence note, a receipt, anything that a program made (RFC 3834)
  kBounce = 3,     // a report that a message could not be delivered (RFC 3464), or a null sender
  kList = 4,       // it came by a mailing list, or is bulk mail
  kLoop = 5,       // one of our own notifications has come back
};

struct IncomingEmail {
  std::string message_id;  // without angle brackets; empty: it has none
  // Addresses of From, without names, ASCII letters in lower case. One, as a rule.
  std::vector<std::string> from;
  // Addresses of Delivered-To, X-Original-To, To, Cc and of their like, in lower case, each once.
  std::vector<std::string> recipients;
  std::string subject;  // decoded, on one line
  EmailSort sort = EmailSort::kPersonal;
  // What its author says: without the quoted original, our own mail below the marker line, and
  // signature. UTF-8, lines end in "\n", no blank lines at either end. Empty: nothing but these.
  std::string text;
  // Their file names, decoded; "" for one without. A hundred at most.
  std::vector<std::string> attachments;
};

// The line that stands above the text of each notification, in both languages. What is below it in
// a reply is our own, whatever the mail program did to it.
absl::string_view ReplyMarkerGreek();
absl::string_view ReplyMarkerEnglish();

// What our own notifications carry, so that one that comes back is known: the name of a header.
inline constexpr char kNotificationHeader[] = "X-IPStore-Notification";

// Reads a message of any sort. INVALID_ARGUMENT, with a sentence for its sender, when it is no
// e-mail that can be read: empty, without any header, or without a From address. Never fails
// otherwise, whatever it is given; takes time and memory in proportion to its size, and reads no
// more than the first MiB of its text. Thread-safe.
absl::StatusOr<IncomingEmail> ReadEmail(absl::string_view raw);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_INCOMING_EMAIL_H_
