// Times as text, in UTC and to the microsecond: as MySQL writes them and as RFC 3339 does. Written
// by hand because a batch has hundreds of them.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_TIME_TEXT_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_TIME_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// True for the times that every database here can store: years 1000 to 9999.
bool IsStorableTime(std::int64_t unix_micros);

// "2026-01-31 13:05:00.000123". The time must be storable.
std::string FormatSqlTime(std::int64_t unix_micros);
// Reads such a time, with or without a fraction; nothing when the text is anything else.
std::optional<std::int64_t> ParseSqlTime(absl::string_view text);

// "2026-01-31T13:05:00.000123Z". The time must be storable.
std::string FormatRfc3339(std::int64_t unix_micros);
// Reads such a time, with or without a fraction; nothing when the text is anything else or in
// another zone.
std::optional<std::int64_t> ParseRfc3339(absl::string_view text);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_TIME_TEXT_H_
