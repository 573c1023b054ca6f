// The page of one order as people read it: all that the reader may know, number and status first.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_ORDER_PAGE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_ORDER_PAGE_H_

#include <string>

#include "client/orderctl/json_text.h"
#include "client/orderctl/reader.h"

namespace ipstore::orders::client {

std::string OrderPageText(const OrderPage& page, const Reader& reader);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_ORDER_PAGE_H_
