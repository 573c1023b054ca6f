#include "tests/notifications/fake_post.h"

#include <chrono>
#include <utility>

namespace ipstore::orders::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

}  // namespace

class FakePost::Box final : public Mailer {
 public:
  explicit Box(FakePost& post) : post_(post) {}
  Delivery Deliver(const Letter& letter, const DeliveryLimits& limits) override {
    return post_.Deliver(letter, limits);
  }

 private:
  FakePost& post_;
};

MailerFactory FakePost::Factory() {
  return [this] { return std::make_unique<Box>(*this); };
}

void FakePost::AnswerBy(Answer answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

void FakePost::AnswerWith(DeliveryOutcome outcome, std::string words, bool server_away) {
  AnswerBy([=](const PostedLetter&) {
    return Delivery{.outcome = outcome, .server_away = server_away, .answer = words};
  });
}

void FakePost::Hold() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void FakePost::Release() {
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
  }
  changed_.notify_all();
}

bool FakePost::WaitUntilHeld(std::size_t count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return held_ >= count; });
}

std::vector<PostedLetter> FakePost::Arrived() const {
  const std::lock_guard lock(mutex_);
  return arrived_;
}

std::vector<std::string> FakePost::ArrivedBytes() const {
  std::vector<std::string> bytes;
  for (PostedLetter& letter : Arrived()) bytes.push_back(std::move(letter.bytes));
  return bytes;
}

std::size_t FakePost::attempts() const {
  const std::lock_guard lock(mutex_);
  return attempts_;
}

Delivery FakePost::Deliver(const Letter& letter, const DeliveryLimits& limits) {
  PostedLetter posted{.recipient = std::string(letter.recipient),
                      .message_id = std::string(letter.message_id),
                      .bytes = std::string(letter.bytes)};
  Answer answer;
  {
    std::unique_lock lock(mutex_);
    ++attempts_;
    ++held_;
    changed_.notify_all();
    // Nobody notifies of a cancellation: it is looked at now and then, as a real mailer does.
    while (holding_ && (limits.cancelled == nullptr || !*limits.cancelled))
      changed_.wait_for(lock, std::chrono::milliseconds(1));
    --held_;
    answer = answer_;
  }
  if (limits.cancelled != nullptr && *limits.cancelled) return {.answer = "broken off"};
  Delivery delivery = {.outcome = DeliveryOutcome::kAccepted, .answer = "250 Ok"};
  if (answer) delivery = answer(posted);
  const bool completes = delivery.outcome == DeliveryOutcome::kAccepted ||
                         delivery.outcome == DeliveryOutcome::kInDoubt;
  if (!completes) return delivery;
  if (!limits.may_complete()) return {.answer = "must not be completed"};
  const std::lock_guard lock(mutex_);
  arrived_.push_back(std::move(posted));
  return delivery;
}

}  // namespace ipstore::orders::test
