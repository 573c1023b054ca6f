// What a service method is given beside its request: who calls, in which language to answer, until
// when; and the handle by which it answers, once, from any thread. No gRPC in here, so that
// services can be driven by plain tests.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_CALL_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_CALL_H_

#include <atomic>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/order.h"
#include "domain/refusal.h"

namespace ipstore::orders {

struct CallContext {
  Caller caller;
  Violations flaws;  // of the request's bytes; a method adds what else it finds
  Language language = Language::kGreek;
  absl::Time deadline = absl::InfiniteFuture();
  std::shared_ptr<const std::atomic<bool>> cancelled;  // set when the caller has gone; may be null
};

// Where an answer goes: to a gRPC call, or to a test.
template <typename Response>
class AnswerSink {
 public:
  // Exactly one of the two is called, once, on any thread. Neither blocks.
  virtual void Reply(const Response& response) = 0;
  virtual void Refuse(const Refusal& refusal) = 0;

 protected:
  ~AnswerSink() = default;
};

// The duty to answer one call. Moves with whoever has the answer; one that is dropped without an
// answer refuses with INTERNAL, so that no caller waits in vain.
template <typename Response>
class Responder {
 public:
  explicit Responder(AnswerSink<Response>* sink) : sink_(sink) {}
  Responder(Responder&& other) noexcept : sink_(std::exchange(other.sink_, nullptr)) {}
  Responder& operator=(Responder&&) = delete;
  ~Responder() {
    if (sink_ != nullptr) sink_->Refuse(Internal("unanswered"));
  }

  void Reply(const Response& response) { std::exchange(sink_, nullptr)->Reply(response); }
  void Refuse(const Refusal& refusal) { std::exchange(sink_, nullptr)->Refuse(refusal); }

 private:
  AnswerSink<Response>* sink_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_CALL_H_
