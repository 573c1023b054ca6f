// A mail server in memory, which does as a test says.
#ifndef IPSTORE_ORDERS_TESTS_NOTIFICATIONS_FAKE_POST_H_
#define IPSTORE_ORDERS_TESTS_NOTIFICATIONS_FAKE_POST_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/mail/mailer.h"

namespace ipstore::orders::test {

// A letter that was handed over.
struct PostedLetter {
  std::string recipient;
  std::string message_id;
  std::string bytes;

  friend bool operator==(const PostedLetter&, const PostedLetter&) = default;
};

// Thread-safe. Takes everything over unless it is told otherwise.
class FakePost {
 public:
  // What to answer to a letter; called without a lock. What it answers kAccepted or kInDoubt to has
  // arrived, provided that it may be completed.
  using Answer = std::function<Delivery(const PostedLetter&)>;

  MailerFactory Factory();
  void AnswerBy(Answer answer);
  // To all letters.
  void AnswerWith(DeliveryOutcome outcome, std::string words, bool server_away = false);
  // Letters wait before they are completed, until Release() or until they are cancelled.
  void Hold();
  void Release();
  // Until so many wait; false when that takes longer than half a minute.
  bool WaitUntilHeld(std::size_t count);

  std::vector<PostedLetter> Arrived() const;
  // Their bytes, in order.
  std::vector<std::string> ArrivedBytes() const;
  std::size_t attempts() const;

 private:
  class Box;

  Delivery Deliver(const Letter& letter, const DeliveryLimits& limits);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Answer answer_;
  bool holding_ = false;
  std::size_t held_ = 0;
  std::size_t attempts_ = 0;
  std::vector<PostedLetter> arrived_;
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_NOTIFICATIONS_FAKE_POST_H_
