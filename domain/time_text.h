// Times and days as people write them in each language, in the time zone of whoever reads them.
#ifndef IPSTORE_ORDERS_DOMAIN_TIME_TEXT_H_
#define IPSTORE_ORDERS_DOMAIN_TIME_TEXT_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/order.h"

namespace ipstore::orders {

// "28/11/2026 20:00" in Greek, "28 Nov 2026 20:00" in English; the time in `zone`.
std::string TimeInWords(absl::Time time, absl::TimeZone zone, Language language);

// Two times; of the second only what differs: "28/11/2026 10:00–14:00".
std::string WindowInWords(const TimeWindow& window, absl::TimeZone zone, Language language);

// "28/11/2026" in Greek, "28 Nov 2026" in English.
std::string DayInWords(absl::CivilDay day, Language language);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_TIME_TEXT_H_
