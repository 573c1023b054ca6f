// From the configuration to what sends and takes e-mail.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_SETUP_H_
#define IPSTORE_ORDERS_SERVER_MAIL_SETUP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/config.h"
#include "server/mail/mailer.h"
#include "server/mail/smtp_mailer.h"
#include "server/notifications/notification_mails.h"
#include "server/notifications/notifier.h"

namespace ipstore::orders {

struct MailSetup {
  std::unique_ptr<NotificationMails> mails;
  // Empty where nothing is said of how to send: then nobody is notified, and no e-mail is taken.
  MailerFactory open_mailer;
};

// `secret` is what the servers of one database share. INVALID_ARGUMENT, with a sentence for whoever
// wrote the configuration, when something is wrong in it; a broken template is named with file and
// line. Blocks for reading templates.
absl::StatusOr<MailSetup> SetUpMail(const Config& config, absl::string_view secret);

// How to send by the server that --mail-smtp names, which must be set. Errors as above, never with
// the password.
absl::StatusOr<SmtpOptions> SmtpOptionsOf(const Config& config);

// What the configuration says of when to send.
NotifierOptions NotifierOptionsOf(const Config& config);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_SETUP_H_
