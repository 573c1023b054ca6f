#include "server/services/health.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"

namespace ipstore::orders {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using Status = HealthCheckResponse::ServingStatus;

}  // namespace

class HealthService::Impl final : public Health::CallbackService {
 public:
  explicit Impl(std::vector<std::string> services) : services_(std::move(services)) {}

  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const HealthCheckRequest* request,
                                  HealthCheckResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    if (!Knows(request->service())) {
      reactor->Finish({grpc::StatusCode::NOT_FOUND, "unknown service"});
    } else {
      response->set_status(Current());
      reactor->Finish(grpc::Status::OK);
    }
    return reactor;
  }

  grpc::ServerWriteReactor<HealthCheckResponse>* Watch(grpc::CallbackServerContext* /*context*/,
                                                       const HealthCheckRequest* request) override {
    auto* watcher = new Watcher(*this, Knows(request->service()));  // OnDone() deletes it
    const std::lock_guard lock(mutex_);
    watchers_.insert(watcher);
    watcher->Tell(status_);
    if (shut_down_) watcher->End();
    return watcher;
  }

  void Set(bool serving) {
    const std::lock_guard lock(mutex_);
    if (shut_down_) return;
    status_ = serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
    for (Watcher* watcher : watchers_) watcher->Tell(status_);
  }

  void Shutdown() {
    const std::lock_guard lock(mutex_);
    shut_down_ = true;
    status_ = HealthCheckResponse::NOT_SERVING;
    for (Watcher* watcher : watchers_) {
      watcher->Tell(status_);
      watcher->End();
    }
  }

 private:
  // One Watch call. At most one write is under way; a status that changes meanwhile follows it.
  class Watcher final : public grpc::ServerWriteReactor<HealthCheckResponse> {
   public:
    Watcher(Impl& health, bool known) : health_(health), known_(known) {}

    void Tell(Status status) {
      const std::lock_guard lock(mutex_);
      wanted_ = known_ ? status : HealthCheckResponse::SERVICE_UNKNOWN;
      Proceed();
    }

    void End() {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      Proceed();
    }

    void OnWriteDone(bool ok) override {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      if (!ok) gone_ = true;
      Proceed();
    }

    void OnCancel() override {
      const std::lock_guard lock(mutex_);
      gone_ = true;
      Proceed();
    }

    void OnDone() override {
      health_.Forget(this);
      delete this;
    }

   private:
    // The one place that writes or finishes. mutex_ is held.
    void Proceed() {
      if (writing_ || finished_) return;
      if (wanted_ != message_.status() && !gone_) {
        message_.set_status(wanted_);
        writing_ = true;
        StartWrite(&message_);
      } else if (ending_ || gone_) {
        finished_ = true;
        Finish({grpc::StatusCode::UNAVAILABLE, "the server is shutting down"});
      }
    }

    Impl& health_;
    const bool known_;
    std::mutex mutex_;  // guards all below
    HealthCheckResponse message_;
    Status wanted_ = HealthCheckResponse::UNKNOWN;
    bool writing_ = false;
    bool ending_ = false;  // once the last status is told
    bool gone_ = false;    // nobody listens any more
    bool finished_ = false;
  };

  bool Knows(const std::string& service) const {
    return service.empty() || std::ranges::find(services_, service) != services_.end();
  }

  Status Current() {
    const std::lock_guard lock(mutex_);
    return status_;
  }

  void Forget(Watcher* watcher) {
    const std::lock_guard lock(mutex_);
    watchers_.erase(watcher);
  }

  const std::vector<std::string> services_;
  std::mutex mutex_;  // guards all below; taken before a watcher's own
  Status status_ = HealthCheckResponse::NOT_SERVING;
  bool shut_down_ = false;
  std::set<Watcher*> watchers_;
};

HealthService::HealthService(std::vector<std::string> services)
    : impl_(std::make_unique<Impl>(std::move(services))) {}

HealthService::~HealthService() = default;

grpc::Service* HealthService::service() {
  return impl_.get();
}
void HealthService::SetServing(bool serving) {
  impl_->Set(serving);
}
void HealthService::Shutdown() {
  impl_->Shutdown();
}

}  // namespace ipstore::orders
