// The commands that change an order. Each returns what to print on stdout: the order's new state in
// one line (or the answer as JSON), or why the server refused.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_CHANGES_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_CHANGES_H_

#include <string>

#include "client/orderctl/session.h"

namespace ipstore::orders::client {

// Places the order that `json` holds (see CreateOrderRequestFromJson); what is set in `options`
// goes over what the JSON says. Text that holds no order is INVALID_ARGUMENT with the reason
// INVALID_JSON.
Result<std::string> CreateOrderFromJson(const Session& session, const std::string& json,
                                        const v1::CreateOrderRequest& options);
Result<std::string> TransitionOrder(const Session& session,
                                    const v1::TransitionOrderRequest& request);
Result<std::string> RecordCheck(const Session& session, const v1::RecordCheckRequest& request);
Result<std::string> RecordGathering(const Session& session,
                                    const v1::RecordGatheringRequest& request);
Result<std::string> RecordInvoice(const Session& session, const v1::RecordInvoiceRequest& request);
Result<std::string> RecordTracking(const Session& session,
                                   const v1::RecordTrackingRequest& request);
Result<std::string> CreateComment(const Session& session, const v1::CreateCommentRequest& request);

// Of an order or an enquiry, as the name says.
Result<std::string> SetNotifications(const Session& session,
                                     const v1::SetNotificationsRequest& request);
Result<std::string> SubmitFeedback(const Session& session,
                                   const v1::SubmitFeedbackRequest& request);

// Amends the order. Where the request has no etag it takes that of the order as it is now, which it
// reads first. Says so when there was nothing to change.
Result<std::string> UpdateOrder(const Session& session, v1::UpdateOrderRequest request);

// Gathers from `source` all that `request`'s order still misses; `request` has no items yet. Only
// if the order does not change meanwhile, whether or not the request has an etag. Says so, and
// changes nothing, when nothing is missing.
Result<std::string> GatherMissing(const Session& session, v1::RecordGatheringRequest request,
                                  const v1::Source& source);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_CHANGES_H_
