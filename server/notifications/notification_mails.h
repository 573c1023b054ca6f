// Makes the e-mail of some news: its content, from and to whom, and its place in the thread.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFICATION_MAILS_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFICATION_MAILS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/number.h"
#include "server/mail/outgoing_email.h"
#include "server/mail/reply_address.h"
#include "server/notifications/notification_content.h"
#include "server/notifications/notifier.h"
#include "server/storage/notification.h"

namespace ipstore::orders {

// Thread-safe; immutable. No call blocks.
class NotificationMails {
 public:
  struct Options {
    Mailbox from;
    ReplyAddresses addresses;  // to which replies and bounces go
    // What the servers of one database share: Message-IDs are made with it.
    std::string secret;
    std::unique_ptr<const NotificationTemplates> templates;
    std::function<absl::Time()> clock;
  };

  explicit NotificationMails(Options options) : options_(std::move(options)) {}

  // `lead` is the row of the ledger that the mail is named after. The same row at another time
  // gives the same Message-ID, until staff have it sent again. INVALID_ARGUMENT when the customer's
  // address is none.
  absl::StatusOr<PreparedMail> Prepare(const News& news, const Notification& lead) const;

  const NotificationTemplates& templates() const { return *options_.templates; }
  const ReplyAddresses& addresses() const { return options_.addresses; }

 private:
  std::string MessageId(Number subject, std::int32_t seq, absl::Time recorded_at,
                        std::int32_t generation) const;

  const Options options_;
};

// Whom news of a subject goes to; the address may be empty.
Mailbox RecipientOf(const SubjectState& state);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFICATION_MAILS_H_
