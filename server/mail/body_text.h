// What a message consists of: the texts that are there to be read, and what is attached.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_BODY_TEXT_H_
#define IPSTORE_ORDERS_SERVER_MAIL_BODY_TEXT_H_

#include <gmime/gmime.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// Of longer messages the beginning is read; no comment may be that long. In bytes of UTF-8.
inline constexpr std::size_t kMaxBody = std::size_t{1024} * 1024;
// More are not counted, nor are names cut off here, in bytes.
inline constexpr std::size_t kMaxAttachments = 100;
inline constexpr std::size_t kMaxAttachmentName = 255;

// A text as CleanText leaves it.
struct BodyPiece {
  bool html = false;
  std::string text;
};

struct Body {
  std::vector<BodyPiece> pieces;         // in the order of the message
  std::vector<std::string> attachments;  // their names; "" for one without
};

// Of alternatives the plain one that says anything is taken, else the last one. Messages within the
// message are attachments, the proof of a signature is not. `message` is not changed, though GMime
// wants it so.
Body ReadBody(GMimeMessage* message);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_BODY_TEXT_H_
