#include "server/services/grpc_import.h"

#include <grpcpp/alarm.h>

#include <atomic>
#include <memory>
#include <utility>
#include <variant>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/grpc_call.h"
#include "server/services/order_import.h"

namespace ipstore::orders {
namespace {

// gRPC calls OnDone() only after the one Finish(), and nothing is asked of this after that: so it
// lives as long as anybody uses it. What still runs then (a unit of work, an alarm) holds the
// import and not this.
class ImportReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer>, public ImportStream {
 public:
  explicit ImportReactor(grpc::ByteBuffer* response) : response_(response) {}

  void Start(const grpc::CallbackServerContext& context, const Backend& backend) {
    language_ = LanguageOf(context);
    auto call = ContextOf(context, cancelled_);
    if (auto* refusal = std::get_if<Refusal>(&call)) return Refuse(*refusal);
    deadline_ = std::get<CallContext>(call).deadline;
    import_ = std::make_shared<OrderImport>(backend, std::move(std::get<CallContext>(call)), this);
    import_->Start();
  }

  void ReadNext() override { StartRead(&bytes_); }

  void WakeAfter(absl::Duration delay) override {
    // A new one each time: the old one may be in the middle of its own callback.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(absl::ToChronoTime(absl::Now() + delay),
                [import = import_](bool /*expired*/) { import->Wake(); });
  }

  void Reply(const v1::ImportOrdersResponse& message) override {
    bool own_buffer = false;
    Finish(grpc::GenericSerialize<grpc::ProtoBufferWriter, v1::ImportOrdersResponse>(
        message, response_, &own_buffer));
  }

  void Refuse(const Refusal& refusal) override { Finish(ToGrpcStatus(refusal, language_)); }

 private:
  void OnReadDone(bool ok) override {
    // The import may answer, and this be gone, before the call below returns.
    const std::shared_ptr<OrderImport> import = import_;
    if (!ok) return import->End();
    v1::ImportOrdersRequest request;
    Violations flaws;
    if (!ParseRequest(bytes_, request, flaws))
      return import->Fail(NoMessage<v1::ImportOrdersRequest>());
    bytes_.Clear();
    import->Take(request, std::move(flaws));
  }

  void OnCancel() override {
    cancelled_->store(true, std::memory_order_relaxed);
    const std::shared_ptr<OrderImport> import = import_;
    // gRPC cancels the call of a caller whose time is up, too.
    if (import != nullptr)
      import->Fail(absl::Now() < deadline_ ? CancelledByCaller() : DeadlineExceeded());
  }

  void OnDone() override { delete this; }

  grpc::ByteBuffer* response_;
  grpc::ByteBuffer bytes_;  // of the message that is being read
  Language language_ = Language::kGreek;
  absl::Time deadline_ = absl::InfiniteFuture();
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<OrderImport> import_;
  std::unique_ptr<grpc::Alarm> alarm_;
};

}  // namespace

grpc::ServerReadReactor<grpc::ByteBuffer>* StartImport(grpc::CallbackServerContext* context,
                                                       grpc::ByteBuffer* response,
                                                       const Backend& backend) {
  auto* reactor = new ImportReactor(response);  // OnDone() deletes it
  reactor->Start(*context, backend);
  return reactor;
}

}  // namespace ipstore::orders
