#include "server/write/email_retention.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace ipstore::orders {

EmailRetention::EmailRetention(Store& store, EmailRetentionOptions options)
    : store_(store), options_(std::move(options)), thread_([this] { Run(); }) {}

EmailRetention::~EmailRetention() {
  Stop();
}

void EmailRetention::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void EmailRetention::Run() {
  do {
    const absl::Status dropped = Drop();
    if (!dropped.ok() && options_.on_trouble)
      options_.on_trouble(absl::StrCat("old e-mails are not dropped: ", dropped.ToString()));
  } while (!WaitFor(options_.interval));
}

absl::Status EmailRetention::Drop() {
  absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> session = store_.OpenReceivedEmailSession();
  if (!session.ok()) return session.status();
  while (!WaitFor(absl::ZeroDuration())) {
    absl::StatusOr<std::int64_t> dropped =
        (*session)->DropUnowned(options_.clock() - options_.keep, options_.batch);
    if (!dropped.ok()) return dropped.status();
    if (*dropped < options_.batch) break;
  }
  return absl::OkStatus();
}

bool EmailRetention::WaitFor(absl::Duration duration) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, absl::ToChronoMicroseconds(duration),
                           [this] { return stopping_; });
}

}  // namespace ipstore::orders
