// Tells what a person has written from what a program has.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_EMAIL_SORT_H_
#define IPSTORE_ORDERS_SERVER_MAIL_EMAIL_SORT_H_

#include <gmime/gmime.h>

#include <string>
#include <vector>

#include "server/mail/incoming_email.h"

namespace ipstore::orders {

// What is known of a message but its text.
struct EmailTraits {
  std::vector<std::string> from;      // as in IncomingEmail
  std::vector<std::string> envelope;  // to whom the last server brought it, in lower case
  std::vector<std::string> named;     // who stands in To and Cc, in lower case
  std::string subject;
};

// What sort of message it is, by its outermost headers and its type; what is enclosed or quoted
// does not count. `message` is not changed, though GMime wants it so.
EmailSort SortOf(GMimeMessage* message, const EmailTraits& traits);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_EMAIL_SORT_H_
