// Tells customers by e-mail what happens to their orders: follows the feed, writes the ledger, and
// has it delivered.
//
// Several servers on one database share the work: a lease by the database's clock says who does it,
// with a fencing number that is checked where an activity is recorded and where a mail is claimed.
// A mail is claimed for a time; a server that was stopped in between does not complete it
// afterwards, and another takes over when that time has passed. So no mail is lost, and the only
// one that may come twice, under the same Message-ID, is one whose answer from the mail server was
// lost.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFIER_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFIER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/mail/mailer.h"
#include "server/notifications/notification_content.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// A mail that can be sent as it is.
struct PreparedMail {
  std::string sender;  // where bounces go
  std::string recipient;
  std::string message_id;  // without angle brackets
  std::string title;       // its subject line
  std::string bytes;
};

struct NotifierOptions {
  // How often to look for what other servers have committed, for what is due again, and whether the
  // lease is to be had.
  absl::Duration poll_interval = absl::Seconds(1);
  // How long after its end, by a crash, others wait before they take over.
  absl::Duration lease = absl::Seconds(15);
  // Mails that are on their way at a time, each on a thread and a connection of its own.
  std::size_t threads = 4;
  // For one mail, from the first connection to the last answer.
  absl::Duration delivery_timeout = absl::Seconds(60);
  // Between the last moment at which a mail may be completed and that from which on it may be
  // another server's.
  absl::Duration claim_margin = absl::Seconds(5);
  // Waits after an attempt that failed: doubled from the first to the last, with jitter.
  absl::Duration first_backoff = absl::Minutes(1);
  absl::Duration last_backoff = absl::Hours(4);
  // The same, for all mails, while the mail server is away.
  absl::Duration first_outage_backoff = absl::Seconds(1);
  absl::Duration last_outage_backoff = absl::Minutes(1);
  // How long a mail is tried; and how old an activity may be to be told at all.
  absl::Duration give_up_after = absl::Hours(96);
  // When older news is told along with newer.
  absl::Duration late_after = absl::Minutes(10);
  std::function<absl::Time()> clock = [] { return absl::Now(); };
  // Makes the mail of some news; `lead` is the row of the ledger that it is named after.
  // INVALID_ARGUMENT when none can be made. Called on several threads. Must be set, as must be the
  // next.
  std::function<absl::StatusOr<PreparedMail>(const News& news, const Notification& lead)> prepare;
  MailerFactory open_mailer;
  // Called with one line on each thing an operator should know of. Must not block.
  std::function<void(absl::string_view line)> on_trouble;
};

// Thread-safe.
class Notifier {
 public:
  // Keeps the place in the feed from which notifications begin, where there is none yet. `store`
  // must outlive this. Errors as in store.h. Blocks for a few queries.
  static absl::StatusOr<std::unique_ptr<Notifier>> Open(Store& store, NotifierOptions options);

  // As Stop() without patience.
  ~Notifier();

  Notifier(const Notifier&) = delete;
  Notifier& operator=(const Notifier&) = delete;

  // Begins the work. At most once. Does not block.
  void Begin();

  // This server has committed something. Does not block.
  void Wake();

  // Begins no further mail. Does not block.
  void BeginStop();
  // The same; waits for mails that are on their way, and after `deadline` breaks them off; notes
  // what became of them, gives the lease back and ends the threads. Blocks. May be called more than
  // once.
  void Stop(absl::Time deadline);

 private:
  class Worker;

  explicit Notifier(std::unique_ptr<Worker> worker);

  std::unique_ptr<Worker> worker_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFIER_H_
