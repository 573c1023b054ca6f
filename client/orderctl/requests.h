// The commands about enquiries, and those that look over orders and enquiries together. Each
// returns what to print on stdout, or why it was refused.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_REQUESTS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_REQUESTS_H_

#include <string>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

Result<std::string> CreateEnquiry(const Session& session, const v1::CreateEnquiryRequest& request);
Result<std::string> TransitionEnquiry(const Session& session,
                                      const v1::TransitionEnquiryRequest& request);
// The whole page of an enquiry, all its activities and comments included.
Result<std::string> ShowEnquiry(const Session& session, const v1::GetEnquiryRequest& request);

// One page of a list, and how to ask for the next one.
Result<std::string> ListRequests(const Session& session, const v1::ListRequestsRequest& request);
Result<std::string> SearchRequests(const Session& session,
                                   const v1::SearchRequestsRequest& request);
Result<std::string> ListOverdue(const Session& session,
                                const v1::ListOverdueOrdersRequest& request);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_REQUESTS_H_
