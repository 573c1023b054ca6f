// Decides what a command does to an enquiry; see decide.h, which does the same for orders.
#ifndef IPSTORE_ORDERS_DOMAIN_DECIDE_ENQUIRY_H_
#define IPSTORE_ORDERS_DOMAIN_DECIDE_ENQUIRY_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/decide.h"
#include "domain/enquiry.h"
#include "domain/order.h"

namespace ipstore::orders {

// A new enquiry with that number. The command must be valid (see validate.h). `about` is the order
// that it is about, nullptr where the command names none or there is none. Refuses with
// PERMISSION_DENIED a customer who asks for somebody else, or about an order that is not theirs,
// with ORDER_NOT_FOUND others who name an order that does not exist, and with INVALID_REQUEST
// (NOT_THE_CUSTOMERS on `enquiry.order`) those who name an order of another customer.
Decision Decide(Number number, const CreateEnquiry& command, const Order* about,
                const Caller& caller, absl::Time now);

// What `command` does to `enquiry`. Access and validity as for orders. A public comment of the
// customer takes along the step that StepOfComment() names. Refuses with, in this order,
// PERMISSION_DENIED or MISSING_RIGHT, ENQUIRY_ACTION_NOT_OPEN, OPEN_A_NEW_ENQUIRY (resolved more
// than kReopenableFor ago).
Decision Decide(const Enquiry& enquiry, const EnquiryCommand& command, const Caller& caller,
                absl::Time now);

// The actions that a caller of that role could take at `now`, in the table's order.
std::vector<EnquiryAction> OpenActions(const Enquiry& enquiry, Role role, absl::Time now);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_DECIDE_ENQUIRY_H_
