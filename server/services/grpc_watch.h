// A call of a streaming method as gRPC knows it: starts the watch, writes its messages, tells it
// when each is on its way, and ends with it.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_GRPC_WATCH_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_GRPC_WATCH_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "server/services/grpc_call.h"
#include "server/services/watch.h"

namespace ipstore::orders {

// For a method that is registered raw; `TheWatch` is a Watch with a Start(request). Deletes itself
// when gRPC is done with it.
template <typename TheWatch>
class WatchCall final : public grpc::ServerWriteReactor<grpc::ByteBuffer>,
                        public MessageSink<typename TheWatch::Response> {
 public:
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Start(grpc::CallbackServerContext* context,
                                                           const grpc::ByteBuffer* request,
                                                           const Backend& backend) {
    auto* call = new WatchCall(*context);  // OnDone() deletes it
    call->Run(*request, backend);
    return call;
  }

  void Send(const typename TheWatch::Response& message) override {
    bytes_.Clear();  // of the message before; else it could not be written into
    bool own_buffer = false;
    const grpc::Status serialized =
        grpc::GenericSerialize<grpc::ProtoBufferWriter, typename TheWatch::Response>(
            message, &bytes_, &own_buffer);
    const std::lock_guard lock(mutex_);
    if (!serialized.ok()) return FinishWith(serialized);
    if (ending_.has_value()) return;
    writing_ = true;
    this->StartWrite(&bytes_);
  }

  void End(const Refusal& refusal) override {
    const std::lock_guard lock(mutex_);
    FinishWith(ToGrpcStatus(refusal, language_));
  }

  // The status cannot pass a message that is not read.
  void GiveUp() override { context_.TryCancel(); }

 private:
  explicit WatchCall(grpc::CallbackServerContext& context) : context_(context) {}

  void Run(const grpc::ByteBuffer& bytes, const Backend& backend) {
    language_ = LanguageOf(context_);
    auto call = ContextOf(context_, cancelled_);
    if (auto* refusal = std::get_if<Refusal>(&call)) return End(*refusal);
    auto& known = std::get<CallContext>(call);
    typename TheWatch::Request request;
    if (!ParseRequest(bytes, request, known.flaws))
      return End(NoMessage<typename TheWatch::Request>());
    watch_ = std::make_shared<TheWatch>(backend, std::move(known), this);
    watch_->Start(request);
  }

  void OnWriteDone(bool ok) override {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      if (ending_.has_value()) return FinishNow();
    }
    if (!ok) return Leave();
    watch_->Sent();
  }

  void OnCancel() override {
    cancelled_->store(true, std::memory_order_relaxed);
    Leave();
  }

  void OnDone() override {
    if (watch_ != nullptr) watch_->Cancel();
    delete this;
  }

  // Nobody listens any more.
  void Leave() {
    if (watch_ != nullptr) watch_->Cancel();
    const std::lock_guard lock(mutex_);
    FinishWith(grpc::Status::CANCELLED);
  }

  // With mutex_ held:
  void FinishWith(grpc::Status status) {
    if (ending_.has_value()) return;
    ending_ = std::move(status);
    if (!writing_) FinishNow();
  }

  // A write that is under way is waited for: its callback comes here.
  void FinishNow() {
    if (std::exchange(finished_, true)) return;
    this->Finish(*ending_);
  }

  grpc::CallbackServerContext& context_;  // lives until OnDone() returns
  Language language_ = Language::kGreek;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<TheWatch> watch_;
  grpc::ByteBuffer bytes_;  // of the message that is being written
  std::mutex mutex_;        // guards all below
  bool writing_ = false;
  std::optional<grpc::Status> ending_;
  bool finished_ = false;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_GRPC_WATCH_H_
