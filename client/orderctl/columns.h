// Text by the columns that it takes on a terminal: Greek letters take more bytes than columns,
// accents that are characters of their own take none, and some characters take two.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_COLUMNS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders::client {

// How many columns `text` takes. The text must be Printable.
int DisplayWidth(absl::string_view text);

// `text` without anything that a terminal would obey instead of show: control characters and those
// that turn the direction of writing become U+FFFD, and so does what is not UTF-8; tabs and line
// breaks become blanks.
std::string Printable(absl::string_view text);

// The lines of a text of several lines, each Printable.
std::vector<std::string> PrintableLines(absl::string_view text);

// `text` with blanks after it (before it) up to `width` columns; as it is when it is wider.
std::string PadRight(absl::string_view text, int width);
std::string PadLeft(absl::string_view text, int width);

// `text` broken at blanks into lines of at most `width` columns. A word that is wider stays whole.
// At least one line.
std::vector<std::string> Wrap(absl::string_view text, int width);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_COLUMNS_H_
