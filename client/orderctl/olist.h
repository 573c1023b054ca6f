// Orders of the Brazilian e-commerce dataset by Olist, one JSON object a line, as entries of an
// import.
//
//   created, approved -> AWAITING_PROCESSING     invoiced -> PREPARING_SHIPMENT    delivered ->
//   RECEIVED processing -> PROCESSING                     shipped -> HANDED_TO_CARRIER canceled,
//   unavailable -> CANCELLED, with that as the reason
//
// Times are those of the clocks in São Paulo. The reference is the order's id there, under the
// source "olist". Equal items of one product at one price become a quantity; freight becomes a
// charge. The review of an order that was delivered is its feedback; any other is a note in the
// past. The dataset has no people, addresses and parcels, and nothing of how an order was paid: it
// counts as paid by card, and nobody is notified.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_OLIST_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_OLIST_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/orderctl/import_lines.h"

namespace ipstore::orders::client {

// Where the dataset's clocks stand.
inline constexpr char kOlistZone[] = "America/Sao_Paulo";

// Reads one line; `zone` is that of kOlistZone. Refuses with NOT_JSON, NO_ID, NO_PURCHASE_TIME,
// UNKNOWN_STATUS or MALFORMED (a value that is not what it should be).
LineReading ReadOlistLine(absl::string_view line, absl::TimeZone zone);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_OLIST_H_
