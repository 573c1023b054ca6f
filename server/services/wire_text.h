// Finds the text in a message's bytes that is not UTF-8. The parser of proto3 refuses such a message as a whole; this
// tells which field is to blame.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_WIRE_TEXT_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_WIRE_TEXT_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// The paths of all string fields in `bytes`, which are a message of that type, that are not UTF-8, for example
// "order.lines[2].name". Empty when there are none or when the bytes are no message at all.
std::vector<std::string> FieldsThatAreNotUtf8(const google::protobuf::Descriptor& type, absl::string_view bytes);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_WIRE_TEXT_H_
