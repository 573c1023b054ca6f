// What becomes of an e-mail that was sent to us: a comment, the end of notifications, or nothing.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_EMAIL_INGEST_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_EMAIL_INGEST_H_

#include <cstddef>

#include "ipstore/orders/v1/comment_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"

namespace ipstore::orders {

// E-mails of more bytes are refused.
inline constexpr std::size_t kMaxRawEmailBytes = std::size_t{25} << 20;

// Takes one e-mail: records it, decides on it by a unit of work where it is of a customer, and
// answers with what became of it. Blocks nobody. The request's fields are good.
void IngestEmail(const Backend& backend, const CallContext& context,
                 const v1::IngestEmailRequest& request, Responder<v1::ReceivedEmail> responder);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_EMAIL_INGEST_H_
