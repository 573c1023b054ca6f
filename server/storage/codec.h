// How events and orders are written down: JSON, read for ever.
//
// A payload is {"data": {…}, "personal": {…}, "notification": "NOTIFY"}. "personal" holds what can
// be said of people: names, e-mail and other addresses, phones, VAT numbers, comments, notes and
// reasons (domain/redact.h lists it). A member that would be empty is absent, "personal" and
// "notification" too.
//
// A redaction takes "personal" away and puts a tombstone, "redacted": true, in its place; "data"
// and the version stay. What is personal in "data" all the same (words and links of parcels, names
// that other systems have for customers) goes too.
//
// What is written is always the present version. Older versions are brought up to it when they are
// read (kUpcasters in codec.cc); tests/storage/golden has logs of each.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_CODEC_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "domain/activity.h"
#include "domain/enquiry.h"
#include "domain/number.h"
#include "domain/order.h"

namespace ipstore::orders {

// The version of the payloads that EncodePayload writes.
inline constexpr int kPayloadVersion = 1;

// The payload of an activity; `redacted` as in Activity. INVALID_ARGUMENT when it holds what JSON
// or the databases cannot: text that is not UTF-8, times outside the years 1000 to 9999. Pure.
absl::StatusOr<std::string> EncodePayload(const Event& event, NotificationWish notification,
                                          bool redacted = false);

// An activity's payload as it was stored.
struct StoredPayload {
  Number subject;  // whose it is and where it stands, for errors
  std::int32_t seq = 0;
  std::int64_t kind = 0;
  std::int64_t version = 0;
  absl::string_view text;
};

struct DecodedPayload {
  Event event;
  NotificationWish notification = NotificationWish::kNothingToTell;
  bool redacted = false;  // it has a tombstone
};

// DATA_LOSS, naming subject and seq, when the payload cannot be understood; naming the kind or
// version where a newer server wrote it. Pure.
absl::StatusOr<DecodedPayload> DecodePayload(const StoredPayload& stored);

// The payload without its personal values and with a tombstone, in its own version; nothing when it
// has none. It decodes to what RedactPersonalData() (domain/redact.h) makes of the event. Errors as
// DecodePayload. Pure.
absl::StatusOr<std::optional<std::string>> RedactPayload(const StoredPayload& stored);

// The document of an order: all of it that is neither in its subject row nor in its lines nor in
// columns of its own. Errors as EncodePayload. Pure.
absl::StatusOr<std::string> EncodeDocument(const Order& order);
// Puts what the document says into `order`, whose number must be set. DATA_LOSS, naming it, when
// that cannot be read.
absl::Status DecodeDocument(absl::string_view document, Order& order);

// The same for an enquiry.
absl::StatusOr<std::string> EncodeDocument(const Enquiry& enquiry);
absl::Status DecodeDocument(absl::string_view document, Enquiry& enquiry);

// Where the pieces of a line came from. Errors as above.
absl::StatusOr<std::string> EncodeGathered(const std::vector<GatheredFrom>& gathered);
absl::StatusOr<std::vector<GatheredFrom>> DecodeGathered(absl::string_view text);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_CODEC_H_
