// The texts of mails as UTF-8 that people can read: whatever charset they came in, without what
// must not stand in a comment.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_MAIL_TEXT_H_
#define IPSTORE_ORDERS_SERVER_MAIL_MAIL_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// Text in the charset that its message names, as UTF-8. What is UTF-8 whatever its message says is
// taken for that; what has no charset, or one that nobody knows, is UTF-8 or else windows-1253.
// What cannot be decoded becomes U+FFFD. Pure and thread-safe, as are all of these.
std::string ToUtf8(absl::string_view bytes, absl::string_view charset);

// UTF-8 in normal form C, whose lines end in "\n". Control characters other than line break and
// tab, marks of the direction of writing and characters without any width are left out; blanks that
// do not break become ordinary ones. What is no UTF-8 becomes U+FFFD.
std::string CleanText(absl::string_view text);

// The same on one line, cut off after that many bytes at the latest, without blanks at either end.
std::string CleanLine(absl::string_view text, std::size_t max_bytes);

// The first `max_bytes` of UTF-8 at most; no character is cut apart.
absl::string_view Beginning(absl::string_view text, std::size_t max_bytes);

// Lines that a mail program has wrapped softly (format=flowed, RFC 3676) in one piece again.
// `delete_space`: the blank that marks the break is none of the text's own (DelSp=yes).
std::string Unflowed(absl::string_view text, bool delete_space);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_MAIL_TEXT_H_
