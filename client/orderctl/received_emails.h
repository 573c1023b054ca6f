// The commands about e-mails from customers. Each returns what to print on stdout, or why it was
// refused.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_RECEIVED_EMAILS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_RECEIVED_EMAILS_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "client/orderctl/session.h"

namespace ipstore::orders::client {

// What the server takes. More is not sent to it.
inline constexpr std::size_t kMaxEmailBytes = std::size_t{25} << 20;

// Long enough for an e-mail of that size to reach a server that is busy with others.
inline constexpr absl::Duration kEmailTimeout = absl::Seconds(60);

// Hands the e-mail on stdin over; `request` is without it yet. Never returns an error: whatever
// happens ends the program with one of the codes for mail servers, and with one line for them or
// for the sender on stderr, or where the e-mail was taken or dropped, on stdout.
Result<std::string> IngestEmail(const Session& session, v1::IngestEmailRequest request);

// One page of a list, and how to ask for the next one.
Result<std::string> ListReceivedEmails(const Session& session,
                                       const v1::ListReceivedEmailsRequest& request);

// What is known of one; with `include_raw_message` nothing but its bytes. Ends the program with
// kNotFound when those are not kept.
Result<std::string> ShowReceivedEmail(const Session& session,
                                      const v1::GetReceivedEmailRequest& request);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_RECEIVED_EMAILS_H_
