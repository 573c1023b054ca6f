// What the page of one order is made of. See order_service.proto.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ORDER_PAGE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ORDER_PAGE_H_

#include <cstdint>

#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"
#include "server/services/pages.h"

namespace ipstore::orders {

inline constexpr PageLimits kOrderPages{.standard = 20, .most = 100};

struct OrderPageQuery {
  SubjectName name;
  std::int32_t page_size = 0;  // activities at most, and as many comments
  Caller caller;
  const Tokens* tokens = nullptr;
  Audience audience;
};

struct OrderPageRead {
  v1::OrderPage page;
  std::int32_t last_seq = 0;  // of the order: activities after it are not in the page
};

ReadResult<OrderPageRead> ReadOrderPage(Reader& reader, const OrderPageQuery& query);

// Reads the page with at most `page_size` activities and as many comments, and answers with it.
void AnswerWithOrderPage(const Backend& backend, const CallContext& context, SubjectName name,
                         std::int32_t page_size, Responder<v1::OrderPage> responder);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ORDER_PAGE_H_
