// Puts messages into a directory instead of sending them: to develop without a mail server, and to
// look at what would be sent.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_DIRECTORY_MAILER_H_
#define IPSTORE_ORDERS_SERVER_MAIL_DIRECTORY_MAILER_H_

#include <functional>
#include <string>

#include "absl/time/time.h"
#include "server/mail/mailer.h"

namespace ipstore::orders {

// One file for each message, which holds its bytes and nothing else, for its owner only:
//
//   20261123T201500.123456Z_MESSAGE-ID.eml
//
// so that files are listed in the order of delivery. A message that is delivered again replaces its
// file and keeps the name with the first time, so the directory is read at each delivery; two
// mailers at the same moment, which deliver the same message for the first time, may leave two.
// Characters of the id other than letters, digits and @.-_+ are escaped as %2F. A file is there
// whole or not at all, and on the disk once it is accepted.
//
// Delivers kAccepted, with the name of the file, or kDeferred. The time-out is looked at before the
// file is put in its place; a disk that hangs is waited for.
class DirectoryMailer final : public Mailer {
 public:
  // `directory` must exist. `now` tells the time of delivery.
  explicit DirectoryMailer(std::string directory, std::function<absl::Time()> now);

  Delivery Deliver(const Letter& letter, const DeliveryLimits& limits) override;

 private:
  const std::string directory_;
  const std::function<absl::Time()> now_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_DIRECTORY_MAILER_H_
