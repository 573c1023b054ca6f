// The text of an HTML mail.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_HTML_TEXT_H_
#define IPSTORE_ORDERS_SERVER_MAIL_HTML_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// What becomes of an original that the mail program has marked as such in its own way.
enum class Originals : std::uint8_t {
  kMarked,  // its lines begin with "> ", as in plain text; signatures that are marked are left out
  kPlain,   // nothing tells it from the rest
};

// The text of HTML, whose bytes are UTF-8 as CleanText leaves it. Paragraphs and cells become
// lines, links keep their address where it says more than their text, and what a reader does not
// see is left out. Takes broken HTML as browsers do. What comes after 256 open elements, or in a
// tag longer than any mail program writes, is left out. Thread-safe.
std::string HtmlText(absl::string_view html, Originals originals);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_HTML_TEXT_H_
