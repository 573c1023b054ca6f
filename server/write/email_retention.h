// Drops what was sent to us and belongs to nobody, when it has been kept for long enough.
#ifndef IPSTORE_ORDERS_SERVER_WRITE_EMAIL_RETENTION_H_
#define IPSTORE_ORDERS_SERVER_WRITE_EMAIL_RETENTION_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/storage/store.h"

namespace ipstore::orders {

struct EmailRetentionOptions {
  absl::Duration keep = absl::Hours(90 * 24);
  absl::Duration interval = absl::Hours(1);  // between two looks
  std::int32_t batch = 500;                  // dropped in one transaction
  std::function<absl::Time()> clock;
  std::function<void(absl::string_view)> on_trouble;  // a line for the log; called on the thread
};

// A thread that drops them, at once and then from time to time. Several servers may do so on one
// database. What it cannot do it tries again the next time.
class EmailRetention {
 public:
  // `store` must outlive it.
  EmailRetention(Store& store, EmailRetentionOptions options);
  // As Stop().
  ~EmailRetention();

  EmailRetention(const EmailRetention&) = delete;
  EmailRetention& operator=(const EmailRetention&) = delete;

  // Ends the thread. Blocks for as long as one batch takes.
  void Stop();

 private:
  void Run();
  absl::Status Drop();
  // True when it is time to end.
  bool WaitFor(absl::Duration duration);

  Store& store_;
  const EmailRetentionOptions options_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_WRITE_EMAIL_RETENTION_H_
