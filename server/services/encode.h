// From the domain to the contract's messages, as one reader may see them.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ENCODE_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ENCODE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/decide.h"
#include "domain/enquiry.h"
#include "domain/order.h"
#include "ipstore/orders/v1/activity.pb.h"
#include "ipstore/orders/v1/comment.pb.h"
#include "ipstore/orders/v1/enquiry.pb.h"
#include "ipstore/orders/v1/feed_service.pb.h"
#include "ipstore/orders/v1/lifecycle.pb.h"
#include "ipstore/orders/v1/notification.pb.h"
#include "ipstore/orders/v1/order.pb.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "ipstore/orders/v1/received_email.pb.h"
#include "ipstore/orders/v1/redaction.pb.h"
#include "server/services/tokens.h"
#include "server/storage/feed.h"
#include "server/storage/notification.h"
#include "server/storage/received_email.h"
#include "server/storage/redaction_job.h"

namespace ipstore::orders {

// Who reads, and when.
struct Audience {
  Language language = Language::kGreek;
  Role role = Role::kStaff;
  absl::Time now;  // what is open to them may depend on it

  // Customers see no notes, sources and internal comments.
  bool IsCustomer() const { return role == Role::kCustomer; }
};

// orders/1000000018 or enquiries/1000000026
std::string NameOf(SubjectKind kind, Number number);
// …/activities/…
std::string ActivityName(const Tokens& tokens, SubjectKind kind, Number subject, std::int32_t seq);
// …/comments/…
std::string CommentName(const Tokens& tokens, SubjectKind kind, Number subject, std::int32_t seq);

void Encode(const Order& order, Audience audience, v1::Order* to);
void Encode(const Enquiry& enquiry, Audience audience, v1::Enquiry* to);
void Encode(const Activity& activity, const Tokens& tokens, Audience audience, v1::Activity* to);
// `activity` must hold a CommentAdded.
void EncodeComment(const Activity& activity, const Tokens& tokens, v1::Comment* to);
// What the name of a consumer of the feed begins with.
inline constexpr absl::string_view kFeedConsumers = "feedConsumers/";
void Encode(const FeedConsumerStatus& status, const FeedHead& head, absl::Time now,
            v1::FeedConsumer* to);
// …/notifications/…
std::string NotificationName(const Tokens& tokens, const Notification& notification);
void Encode(const Notification& notification, const Tokens& tokens, Audience audience,
            v1::Notification* to);
// Without the message itself.
void Encode(const ReceivedEmail& email, const Tokens& tokens, Language language,
            v1::ReceivedEmail* to);
// redactions/12
std::string RedactionName(std::int64_t id);
void Encode(const RedactionJob& job, v1::Redaction* to);
void Encode(const Order& order, const ActionExplanation& explanation, Audience audience,
            v1::ActionExplanation* to);
void EncodeLifecycle(v1::DescribeLifecycleResponse* to);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ENCODE_H_
