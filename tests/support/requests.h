// Requests as clients would send them: orders in the contract's messages, and what it takes to walk
// one along.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_REQUESTS_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_REQUESTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "ipstore/orders/v1/comment_service.pb.h"
#include "ipstore/orders/v1/enquiry_service.pb.h"
#include "ipstore/orders/v1/import.pb.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {

// The orders of tests/support/orders.h, as a caller would place them under that reference.
v1::Order CourierOrder(const std::string& reference);  // Maria's
v1::Order PickupOrder(const std::string& reference);   // Nikos's
v1::Order VehicleOrder(const std::string& reference);  // the hotel's

v1::CreateOrderRequest Creating(v1::Order order);

// The order of Importing() in tests/support/orders.h, as a caller would import it from that line.
v1::ImportedOrder ImportedOrder(const std::string& reference, std::int64_t line = 1);

// Places it and returns it as it was placed.
v1::Order Place(const Client& client, v1::Order order);

// The request for `action` with all input that it needs.
v1::TransitionOrderRequest Stepping(const v1::Order& order, v1::OrderAction action);
v1::RecordCheckRequest Checking(const v1::Order& order, v1::CheckKind check,
                                v1::CheckOutcome outcome = v1::CHECK_OUTCOME_PASSED);
// Gathers what is missing of every line.
v1::RecordGatheringRequest Gathering(const v1::Order& order);
v1::RecordInvoiceRequest Invoicing(const v1::Order& order);
v1::RecordTrackingRequest Tracking(const v1::Order& order, const std::string& tracking_number);
// Sets those fields of the order to what they are in `order`, as of its etag.
v1::UpdateOrderRequest Updating(const v1::Order& order, const std::vector<std::string>& paths);
v1::SetNotificationsRequest Notifying(const v1::Order& order, bool on);
v1::SubmitFeedbackRequest Rating(const v1::Order& order, int rating, const std::string& text = "");
v1::CreateCommentRequest Commenting(const v1::Order& order, const std::string& text,
                                    v1::Visibility visibility = v1::VISIBILITY_PUBLIC);

// Maria's question with that title.
v1::CreateEnquiryRequest Asking(const std::string& title);
// A step of that enquiry.
v1::TransitionEnquiryRequest Stepping(const v1::Enquiry& enquiry, v1::EnquiryAction action);
v1::CreateCommentRequest Commenting(const v1::Enquiry& enquiry, const std::string& text,
                                    v1::Visibility visibility = v1::VISIBILITY_PUBLIC);

v1::GetOrderRequest Getting(const v1::Order& order);

// Makes every call that leads an order forward to `status`, and returns it as it is then. `staff`
// must have the right.
v1::Order WalkTo(const Client& staff, const v1::Order& order, v1::OrderStatus status);

// All activities of an order that the caller may see, page by page.
std::vector<v1::Activity> ActivitiesOf(const Client& client, const v1::Order& order,
                                       int page_size = 0);

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_REQUESTS_H_
