// The page of one enquiry as people read it: all that the reader may know, number and status first.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_ENQUIRY_PAGE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_ENQUIRY_PAGE_H_

#include <string>
#include <vector>

#include "client/orderctl/reader.h"
#include "ipstore/orders/v1/activity.pb.h"
#include "ipstore/orders/v1/comment.pb.h"
#include "ipstore/orders/v1/enquiry.pb.h"
#include "ipstore/orders/v1/notification.pb.h"

namespace ipstore::orders::client {

// All that an enquiry's page shows, the oldest first.
struct EnquiryPage {
  v1::Enquiry enquiry;
  std::vector<v1::Activity> activities;
  std::vector<v1::Comment> comments;
  std::vector<v1::Notification> notifications;
};

std::string EnquiryPageText(const EnquiryPage& page, const Reader& reader);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_ENQUIRY_PAGE_H_
