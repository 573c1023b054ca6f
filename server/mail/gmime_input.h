// What GMime 3.2.13 does not read as it should, avoided.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_GMIME_INPUT_H_
#define IPSTORE_ORDERS_SERVER_MAIL_GMIME_INPUT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// The message in a form that GMime reads well. Nothing that a person would miss is changed:
//   - Words of headers in which base64 is padded, "=?utf-8?B?zpE=?=", are written in the other
//     encoding of RFC 2047, "=?utf-8?Q?=CE=91?=". GMime reads a row of words as one piece of
//     base64, which ends for it with the first padding; the rest of a subject, or of a file's name,
//     was lost.
//   - Of lines that look like headers with addresses, colons beyond the hundredth become blanks.
//   Each
//     may open a group within a group, for which GMime calls itself until the stack is used up.
//   - Lines that begin with "--" are no borders of parts beyond the five thousandth. A part of five
//     bytes takes GMime two thousand.
// Pure and thread-safe; takes time in proportion to the message.
std::string ForGmime(absl::string_view raw);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_GMIME_INPUT_H_
