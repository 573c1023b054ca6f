#include "server/notifications/delivery_threads.h"

#include <memory>
#include <utility>

namespace ipstore::orders {

DeliveryThreads::DeliveryThreads(Options options) : options_(std::move(options)) {
  threads_.reserve(options_.threads);
  for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Run(); });
}

DeliveryThreads::~DeliveryThreads() {
  Stop();
}

void DeliveryThreads::Submit(ClaimedMail mail) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(mail));
  }
  changed_.notify_one();
}

void DeliveryThreads::Stop() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::optional<ClaimedMail> DeliveryThreads::Next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return cancelled_ || !waiting_.empty(); });
  if (cancelled_) return std::nullopt;
  ClaimedMail mail = std::move(waiting_.front());
  waiting_.pop_front();
  return mail;
}

void DeliveryThreads::Run() {
  const std::unique_ptr<Mailer> mailer = options_.open_mailer();
  while (std::optional<ClaimedMail> mail = Next())
    options_.on_attempted(Attempt(*mailer, *std::move(mail)));
}

AttemptedMail DeliveryThreads::Attempt(Mailer& mailer, ClaimedMail mail) const {
  AttemptedMail attempted;
  absl::StatusOr<PreparedMail> prepared = options_.prepare(
      {.subject = &mail.subject, .activities = mail.activities, .is_first = mail.is_first},
      mail.lead);
  attempted.rows = std::move(mail.rows);
  attempted.in_doubt = mail.in_doubt;
  if (!prepared.ok()) {
    attempted.problem = std::string(prepared.status().message());
    return attempted;
  }
  attempted.delivery = mailer.Deliver({.sender = prepared->sender,
                                       .recipient = prepared->recipient,
                                       .message_id = prepared->message_id,
                                       .bytes = prepared->bytes},
                                      {.timeout = options_.timeout,
                                       .may_complete =
                                           [complete_by = mail.complete_by] {
                                             return std::chrono::steady_clock::now() < complete_by;
                                           },
                                       .cancelled = &cancelled_});
  attempted.address = std::move(prepared->recipient);
  attempted.title = std::move(prepared->title);
  return attempted;
}

}  // namespace ipstore::orders
