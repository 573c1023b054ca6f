// Lists of orders, activities and comments as people read them.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_LISTINGS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_LISTINGS_H_

#include <google/protobuf/repeated_field.h>

#include <string>
#include <vector>

#include "client/orderctl/reader.h"
#include "ipstore/orders/v1/activity.pb.h"
#include "ipstore/orders/v1/comment.pb.h"
#include "ipstore/orders/v1/enquiry.pb.h"
#include "ipstore/orders/v1/order.pb.h"

namespace ipstore::orders::client {

// A bold title in a line of its own, with an empty line before it.
std::string Heading(absl::string_view title, const Reader& reader);

// The title of what happened, which tells in which zone the times are.
std::string ActivityHeading(const Reader& reader);

// How to ask for the page that `token` begins; empty where it is.
std::string NextPageHint(const std::string& token, const Reader& reader);

// What a customer is called in a list: the company, else the person, else the id.
std::string CustomerName(const v1::Customer& customer);
std::string CustomerName(const v1::EnquiryCustomer& customer);

// By which time a list is sorted, and which it shows.
enum class OrderTime { kLastActivity, kPromisedDelivery };

// A table with one row for each order: number, status, customer, way of delivery, gross, and that
// time.
std::string OrderList(const google::protobuf::RepeatedPtrField<v1::Order>& orders, OrderTime shown,
                      const Reader& reader);

// What happened, in one sentence, with a mark when it is internal. A comment shows its first line
// in quotes.
std::string ActivitySentence(const v1::Activity& activity, Language language);

// A table with one row for each activity: when, who, what. A comment shows its first line in
// quotes.
template <typename Activities>
std::string ActivityList(const Activities& activities, const Reader& reader);

// Each comment whole: when and who, then its lines, indented.
template <typename Comments>
std::string CommentList(const Comments& comments, const Reader& reader);

// Instantiated for what answers hold and for what is gathered from several pages.
extern template std::string ActivityList(const google::protobuf::RepeatedPtrField<v1::Activity>&,
                                         const Reader&);
extern template std::string ActivityList(const std::vector<v1::Activity>&, const Reader&);
extern template std::string CommentList(const google::protobuf::RepeatedPtrField<v1::Comment>&,
                                        const Reader&);
extern template std::string CommentList(const std::vector<v1::Comment>&, const Reader&);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_LISTINGS_H_
