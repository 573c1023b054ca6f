// Finds the text in a message's bytes that is not UTF-8. The parser of proto3 refuses such a
// message as a whole; this tells which fields are to blame, and makes the rest readable, so that
// its flaws can be told at the same time.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_WIRE_TEXT_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_WIRE_TEXT_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

struct RepairedText {
  std::vector<std::string>
      fields;         // paths of those that were not UTF-8, for example "order.lines[2].name"
  std::string bytes;  // the message with a placeholder in each of them
};

// Repairs `bytes`, which are a message of that type. No fields when there is nothing to repair or
// when the bytes are no message at all.
RepairedText RepairText(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_WIRE_TEXT_H_
