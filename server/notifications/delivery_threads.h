// The threads that make mails and hand them over.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_DELIVERY_THREADS_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_DELIVERY_THREADS_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/subject_state.h"
#include "server/mail/mailer.h"
#include "server/notifications/notifier.h"
#include "server/storage/notification.h"

namespace ipstore::orders {

// A mail that was claimed.
struct ClaimedMail {
  SubjectState subject;
  std::vector<Activity> activities;  // by seq; at least one
  std::vector<Notification> rows;    // of these, in this order
  Notification lead;                 // which the mail is named after: the last of them as a rule
  bool is_first = false;             // of the subject, to that address
  bool in_doubt = false;             // an earlier attempt at this very mail may have arrived
  // Afterwards it may be another server's, so that it must not be completed.
  std::chrono::steady_clock::time_point complete_by;
};

// What became of it.
struct AttemptedMail {
  std::vector<Notification> rows;    // as they were claimed
  bool in_doubt = false;             // as it was before
  std::optional<Delivery> delivery;  // nothing: no mail could be made
  std::string problem;               // why not
  std::string address;               // to which it went
  std::string title;
};

// Thread-safe.
class DeliveryThreads {
 public:
  struct Options {
    std::size_t threads = 1;
    absl::Duration timeout;
    std::function<absl::StatusOr<PreparedMail>(const News& news, const Notification& lead)> prepare;
    MailerFactory open_mailer;
    // Called on the threads. Must not block for long.
    std::function<void(AttemptedMail)> on_attempted;
  };

  // Starts the threads.
  explicit DeliveryThreads(Options options);
  // As Stop().
  ~DeliveryThreads();

  DeliveryThreads(const DeliveryThreads&) = delete;
  DeliveryThreads& operator=(const DeliveryThreads&) = delete;

  // Never blocks. Each mail is answered by on_attempted() exactly once, unless Stop() comes before
  // its turn.
  void Submit(ClaimedMail mail);
  // Breaks off what is on its way, and ends the threads. Blocks for about a second at most.
  void Stop();

 private:
  void Run();
  std::optional<ClaimedMail> Next();
  AttemptedMail Attempt(Mailer& mailer, ClaimedMail mail) const;

  const Options options_;
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::deque<ClaimedMail> waiting_;
  std::vector<std::thread> threads_;  // last: they use all above
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_DELIVERY_THREADS_H_
