#include "tests/bench/watchers.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "tests/bench/child_server.h"
#include "tests/bench/load.h"

namespace ipstore::orders::bench {
namespace {

constexpr int kStreamsPerChannel = 100;
constexpr int kCreatesInFlight = 256;
constexpr absl::Duration kPatience = absl::Seconds(60);

// Everything that all watchers of a kind have been told. Thread-safe.
class Told {
 public:
  // The first message of a stream.
  void Greeted() { Count(greeted_); }
  void Broken(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    broken_.Update(
        absl::InternalError(absl::StrCat("a stream broke off: ", status.error_message())));
    changed_.notify_all();
  }
  void Take(const v1::Activity& activity) {
    const absl::Time recorded = absl::FromUnixSeconds(activity.record_time().seconds()) +
                                absl::Nanoseconds(activity.record_time().nanos());
    const double millis = absl::ToDoubleMilliseconds(absl::Now() - recorded);
    const std::lock_guard lock(mutex_);
    millis_.push_back(millis);
    changed_.notify_all();
  }

  absl::Status WaitForGreetings(std::size_t count) { return WaitFor(greeted_, count); }
  absl::Status WaitForActivities(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(kPatience),
                      [&] { return millis_.size() >= count || !broken_.ok(); });
    if (!broken_.ok()) return broken_;
    if (millis_.size() == count) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat(millis_.size(), " activities were told instead of ", count));
  }

  std::vector<double> millis() const {
    const std::lock_guard lock(mutex_);
    return millis_;
  }

 private:
  void Count(std::size_t& counter) {
    const std::lock_guard lock(mutex_);
    ++counter;
    changed_.notify_all();
  }
  absl::Status WaitFor(const std::size_t& counter, std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(kPatience),
                      [&] { return counter >= count || !broken_.ok(); });
    if (!broken_.ok()) return broken_;
    if (counter >= count) return absl::OkStatus();
    return absl::InternalError(absl::StrCat("only ", counter, " streams began"));
  }

  mutable std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::size_t greeted_ = 0;
  std::vector<double> millis_;
  absl::Status broken_;
};

// One stream, from its start until it is destroyed. The check does not see the destructor of a base
// that depends on Response.
template <typename Response>
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor)
class WatchingStream final : public grpc::ClientReadReactor<Response> {
 public:
  WatchingStream(Told& told, const std::string& role, const std::string& id) : told_(told) {
    context_.AddMetadata("x-actor-role", role);
    context_.AddMetadata("x-actor-id", id);
  }
  ~WatchingStream() override {
    context_.TryCancel();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return ended_; });
  }

  grpc::ClientContext& context() { return context_; }
  void Begin() {
    this->StartRead(&response_);
    this->StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (!std::exchange(greeted_, true)) told_.Greeted();
    for (const v1::Activity& activity : response_.activities()) told_.Take(activity);
    this->StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override {
    if (status.error_code() != grpc::StatusCode::CANCELLED) told_.Broken(status);
    const std::lock_guard lock(mutex_);
    ended_ = true;
    done_.notify_all();
  }

 private:
  Told& told_;
  grpc::ClientContext context_;
  Response response_;
  bool greeted_ = false;
  std::mutex mutex_;  // guards the next
  bool ended_ = false;
  std::condition_variable done_;
};

// All streams to one server, over as many connections as it takes.
class Watchers {
 public:
  explicit Watchers(std::string address) : address_(std::move(address)) {}

  void WatchOrder(Told& told, std::int64_t order, const std::string& customer) {
    auto stream =
        std::make_unique<WatchingStream<v1::WatchOrderResponse>>(told, "customer", customer);
    v1::WatchOrderRequest& request = order_requests_.emplace_back();
    request.set_name(absl::StrCat("orders/", order));
    v1::OrderService::NewStub(NextChannel())
        ->async()
        ->WatchOrder(&stream->context(), &request, stream.get());
    stream->Begin();
    of_order_.push_back(std::move(stream));
  }
  void WatchEverything(Told& told, const std::string& id) {
    auto stream = std::make_unique<WatchingStream<v1::WatchActivitiesResponse>>(told, "staff", id);
    v1::WatchActivitiesRequest& request = activities_requests_.emplace_back();
    request.set_parent("orders/-");
    v1::ActivityService::NewStub(NextChannel())
        ->async()
        ->WatchActivities(&stream->context(), &request, stream.get());
    stream->Begin();
    of_everything_.push_back(std::move(stream));
  }

 private:
  const std::shared_ptr<grpc::Channel>& NextChannel() {
    if (streams_++ % kStreamsPerChannel == 0) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("bench.channel", streams_);  // else all would share one connection
      channels_.push_back(
          grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(), arguments));
    }
    return channels_.back();
  }

  const std::string address_;
  int streams_ = 0;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::deque<v1::WatchOrderRequest> order_requests_;
  std::deque<v1::WatchActivitiesRequest> activities_requests_;
  std::vector<std::unique_ptr<WatchingStream<v1::WatchOrderResponse>>> of_order_;
  std::vector<std::unique_ptr<WatchingStream<v1::WatchActivitiesResponse>>> of_everything_;
};

}  // namespace

absl::Status MeasureWatchers(const std::string& database, const WatchPlan& plan, Results& results) {
  auto server = ChildServer::StartOrderd(database);
  if (!server.ok()) return server.status();
  Load load((*server)->address());
  const auto orders = load.CreateOrders(plan.of_one_order, kCreatesInFlight);
  if (!orders.ok()) return orders.status();
  Told to_customers;
  Told to_staff;
  Watchers watchers((*server)->address());
  for (std::size_t i = 0; i < orders->numbers.size(); ++i)
    watchers.WatchOrder(to_customers, orders->numbers[i], orders->customers[i]);
  for (int i = 0; i < plan.of_everything; ++i)
    watchers.WatchEverything(to_staff, absl::StrCat("bench-", i));
  const auto customers = static_cast<std::size_t>(plan.of_one_order);
  const auto staff = static_cast<std::size_t>(plan.of_everything);
  if (auto status = to_customers.WaitForGreetings(customers); !status.ok()) return status;
  if (auto status = to_staff.WaitForGreetings(staff); !status.ok()) return status;
  const auto connected = (*server)->ReadMemory();
  if (!connected.ok()) return connected.status();

  const auto moved = std::min(
      customers,
      static_cast<std::size_t>(plan.transitions_per_s * absl::ToDoubleSeconds(plan.duration)));
  const std::vector<std::int64_t> to_move(
      orders->numbers.begin(), orders->numbers.begin() + static_cast<std::ptrdiff_t>(moved));
  const auto transitions =
      load.StartProcessingEvery(to_move, absl::Seconds(1) / plan.transitions_per_s);
  if (!transitions.ok()) return transitions.status();
  if (auto status = to_customers.WaitForActivities(moved); !status.ok()) return status;
  if (auto status = to_staff.WaitForActivities(moved * staff); !status.ok()) return status;
  const auto memory = (*server)->ReadMemory();
  if (!memory.ok()) return memory.status();
  std::vector<double> millis = to_customers.millis();
  const std::vector<double> of_all = to_staff.millis();
  millis.insert(millis.end(), of_all.begin(), of_all.end());
  const Figures delays = FiguresOf(std::move(millis), absl::ToDoubleSeconds(plan.duration));
  results.Add("watch.watchers", plan.of_one_order + plan.of_everything);
  results.Add("watch.p50_ms", delays.p50_ms);
  results.Add("watch.p99_ms", delays.p99_ms);
  results.Add("watch.rss_mib", connected->resident_mib);
  results.Add("watch.peak_mib", memory->peak_mib);
  return absl::OkStatus();
}

}  // namespace ipstore::orders::bench
