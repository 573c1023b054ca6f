// The page of one order as people read it: all that the reader may know, number and status first.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_ORDER_PAGE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_ORDER_PAGE_H_

#include <string>

#include "client/orderctl/reader.h"
#include "ipstore/orders/v1/order_service.pb.h"

namespace ipstore::orders::client {

// `page` as the server gives it, but with its activities, comments and notifications oldest first.
std::string OrderPageText(const v1::OrderPage& page, const Reader& reader);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_ORDER_PAGE_H_
