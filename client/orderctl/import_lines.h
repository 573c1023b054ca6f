// What a line of a file is to an import: an entry, or the reason why it is none.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_IMPORT_LINES_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_IMPORT_LINES_H_

#include <cstddef>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "client/orderctl/words.h"
#include "ipstore/orders/v1/import.pb.h"

namespace ipstore::orders::client {

// Longer lines are refused unread.
inline constexpr std::size_t kMaxImportLineBytes = 3 << 20;

// Why a line never reaches the server. The reasons are the tool's own, beside those of the server.
struct Unreadable {
  std::string reason;  // "NOT_JSON"
  Phrase sentence;
  std::string detail;  // what the sentence is about, as the file has it; may be empty
};

using LineReading = std::variant<v1::ImportedOrder, Unreadable>;

namespace unreadable {
Unreadable NotJson();
Unreadable TooLong();
Unreadable NoId();
Unreadable NoPurchaseTime();
Unreadable UnknownStatus(std::string status);
Unreadable Malformed(std::string what);
}  // namespace unreadable

// Reads one line of a file that `orderctl export` wrote: an ImportedOrder in protobuf's JSON
// mapping. Refuses with NOT_JSON, or with MALFORMED for JSON that is no such message.
LineReading ReadExportedLine(absl::string_view line);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_IMPORT_LINES_H_
