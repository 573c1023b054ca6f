// What the author of a reply has written, without what mail programs put around it: the message
// that is answered, the line that announces it, signatures.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_REPLY_TEXT_H_
#define IPSTORE_ORDERS_SERVER_MAIL_REPLY_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// The author's own lines of a text, which is as CleanText leaves it. Left out are:
//   - all from our marker line on (incoming_email.h); where it is quoted with ">", what is quoted
//   - lines quoted with ">", wherever they stand; what is written between or below them stays
//   - what announces the original, and where that is not quoted with ">" all that follows: lines as
//     "On …, … wrote:", "-----Original Message-----", headers from "From:" to "Subject:"; in Greek
//     too
//   - signatures below "-- ", and those of telephones
// In doubt a line stays. Lines end in "\n" but for the last, no blanks at either end of the text
// and never two blank lines in a row. Pure and thread-safe; takes time in proportion to the text.
std::string ReplyText(absl::string_view text);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_REPLY_TEXT_H_
