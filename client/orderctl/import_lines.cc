#include "client/orderctl/import_lines.h"

#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace ipstore::orders::client {

namespace unreadable {

Unreadable NotJson() {
  return {"NOT_JSON",
          {"Η γραμμή δεν είναι ένα αντικείμενο JSON.", "The line is not one JSON object."},
          ""};
}

Unreadable TooLong() {
  return {"TOO_LONG", {"Η γραμμή ξεπερνά τα 3 MiB.", "The line is longer than 3 MiB."}, ""};
}

Unreadable NoId() {
  return {"NO_ID", {"Η παραγγελία δεν έχει αναγνωριστικό.", "The order has no id."}, ""};
}

Unreadable NoPurchaseTime() {
  return {"NO_PURCHASE_TIME",
          {"Δεν αναφέρεται πότε έγινε η αγορά.", "It is not said when the purchase was."},
          ""};
}

Unreadable UnknownStatus(std::string status) {
  return {"UNKNOWN_STATUS",
          {"Η κατάσταση δεν είναι γνωστή", "The status is not known"},
          std::move(status)};
}

Unreadable Malformed(std::string what) {
  return {"MALFORMED", {"Η γραμμή δεν διαβάζεται", "The line cannot be read"}, std::move(what)};
}

}  // namespace unreadable

LineReading ReadExportedLine(absl::string_view line) {
  v1::ImportedOrder order;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(line.data(), line.size()), &order);
  if (status.ok()) return order;
  // Only now, since most lines are sound, and the message's own reader does not tell the two apart.
  const auto json = nlohmann::json::parse(line.begin(), line.end(), nullptr,
                                          /*allow_exceptions=*/false);
  if (!json.is_object()) return unreadable::NotJson();
  return unreadable::Malformed(std::string(status.message()));
}

}  // namespace ipstore::orders::client
