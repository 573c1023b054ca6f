// What every command of the tool works with.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_SESSION_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_SESSION_H_

#include "client/orderctl/reader.h"
#include "client/orders_client.h"

namespace ipstore::orders::client {

struct Session {
  const OrdersClient& client;
  Reader reader;
  // Print messages as JSON instead of text for people.
  bool json = false;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_SESSION_H_
