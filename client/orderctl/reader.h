// For whom text is made.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_READER_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_READER_H_

#include "absl/time/time.h"
#include "client/orderctl/style.h"
#include "domain/order.h"

namespace ipstore::orders::client {

struct Reader {
  Language language = Language::kGreek;
  absl::TimeZone zone = absl::UTCTimeZone();
  Style style;
  // How many columns a line should take at most.
  int width = 100;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_READER_H_
