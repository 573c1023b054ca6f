// Times as people write and read them, in one time zone.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_TIME_TEXT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_TIME_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/order.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "ipstore/orders/v1/order.pb.h"

namespace ipstore::orders::client {

// The zone of that name, e.g. "Europe/Athens". INVALID_ARGUMENT, with one sentence, when the
// machine's time zone data does not have it.
absl::StatusOr<absl::TimeZone> LoadZone(absl::string_view name);

// Reads RFC 3339 ("2026-11-28T20:00:00+02:00") or a time of `zone` ("2026-11-28 20:00", with
// seconds if wanted, a T for the blank if wanted). INVALID_ARGUMENT with one sentence for anything
// else, and for a time that the zone's clocks show never or twice.
absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::TimeZone zone);

// Reads "2026-11-28". INVALID_ARGUMENT with one sentence for anything else.
absl::StatusOr<absl::CivilDay> ParseDate(absl::string_view text);

// As people write them: see domain/time_text.h.
std::string FormatTime(const google::protobuf::Timestamp& time, absl::TimeZone zone,
                       Language language);
std::string FormatWindow(const v1::TimeWindow& window, absl::TimeZone zone, Language language);
std::string FormatDate(const google::type::Date& date, Language language);

google::protobuf::Timestamp ToProto(absl::Time time);
google::type::Date ToProto(absl::CivilDay day);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_TIME_TEXT_H_
