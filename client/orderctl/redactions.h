// The commands that redact personal data. Each returns what to print on stdout, or why it was
// refused.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_REDACTIONS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_REDACTIONS_H_

#include <string>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

Result<std::string> RedactSubject(const Session& session, const v1::RedactSubjectRequest& request);
Result<std::string> RedactComment(const Session& session, const v1::RedactCommentRequest& request);
// With `wait`, blocks until the redaction is done, however long that takes; a call that fails ends
// the waiting and not the redaction. Ends the program with kOther when something could not be
// redacted.
Result<std::string> RedactCustomer(const Session& session, const v1::RedactCustomerRequest& request,
                                   bool wait);
Result<std::string> ShowRedaction(const Session& session, const v1::GetRedactionRequest& request);
Result<std::string> ListRedactions(const Session& session,
                                   const v1::ListRedactionsRequest& request);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_REDACTIONS_H_
