// Words of others as the ledger, the log and the headers of mails take them.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_ONE_LINE_H_
#define IPSTORE_ORDERS_SERVER_MAIL_ONE_LINE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// One line of UTF-8, 500 bytes at most, whatever it is given: runs of line breaks, blanks and other
// control characters become one blank, bytes that are no UTF-8 become U+FFFD, and "…" stands where
// it was cut. Pure.
std::string OneLine(absl::string_view text);

// The text without the characters that turn the direction of what follows, U+202A to U+202E and
// U+2066 to U+2069: in a name they make an address beside it read as another. Pure.
std::string WithoutTurns(absl::string_view text);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_ONE_LINE_H_
