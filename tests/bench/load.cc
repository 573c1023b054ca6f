#include "tests/bench/load.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"

namespace ipstore::orders::bench {
namespace {

constexpr int kChannels = 4;
constexpr int kCreatesInFlight = 256;

void FillMoney(std::int64_t units, google::type::Money* money) {
  money->set_currency_code("EUR");
  money->set_units(units);
}

v1::CreateOrderRequest RealSizedOrder(const std::string& reference) {
  v1::CreateOrderRequest request;
  v1::Order* order = request.mutable_order();
  order->set_source("bench");
  order->set_external_reference(reference);
  v1::Customer* customer = order->mutable_customer();
  customer->set_id(absl::StrCat("cust-", reference));
  customer->set_name("Μαρία Παπαδοπούλου");
  customer->set_email("maria.papadopoulou@example.gr");
  customer->set_phone("+30 210 1234567");
  customer->set_segment(v1::SEGMENT_RETAIL);
  customer->set_language("el");
  order->set_currency_code("EUR");
  const char* const products[] = {"Ασύρματο πληκτρολόγιο με αριθμητικό", "Οθόνη 27 ιντσών IPS",
                                  "Καλώδιο USB-C 2 μ."};
  for (int i = 0; i < 3; ++i) {
    v1::Line* line = order->add_lines();
    line->set_sku(absl::StrCat("IP-", 10400 + i));
    line->set_name(products[i]);
    line->set_quantity(i + 1);
    FillMoney(19 + 50 * i, line->mutable_unit_price());
    line->set_vat_rate_basis_points(2400);
  }
  order->set_payment_method(v1::PAYMENT_METHOD_CARD);
  order->set_method(v1::FULFILMENT_METHOD_COURIER);
  v1::Address* address = order->mutable_delivery_address();
  address->add_lines("Λεωφόρος Κηφισίας 24");
  address->set_postal_code("15125");
  address->set_city("Μαρούσι");
  address->set_country("GR");
  return request;
}

}  // namespace

class Load::Impl {
 public:
  explicit Impl(const std::string& address) {
    for (int i = 0; i < kChannels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("bench.channel", i);  // else all would share one connection
      const auto channel =
          grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
      channel->WaitForConnected(absl::ToChronoTime(absl::Now() + absl::Seconds(10)));
      stubs_.push_back(v1::OrderService::NewStub(channel));
    }
  }

  template <typename Request, typename Response>
  struct Call {
    grpc::ClientContext context;
    Request request;
    Response response;
    absl::Time sent;
  };

  // When calls begin: as others end, so many at a time, or one every `interval`.
  struct Pace {
    int in_flight = 0;
    absl::Duration interval;
  };

  // Makes `count` calls. `prepare` fills the i-th request, `send` makes the call, `take` gets the
  // response.
  template <typename Request, typename Response, typename Prepare, typename Send, typename Take>
  absl::StatusOr<Figures> Run(int count, Pace pace, Prepare prepare, Send send, Take take) {
    using TheCall = Call<Request, Response>;
    std::atomic<int> next = 0;
    std::mutex mutex;
    std::condition_variable all_done;
    int done = 0;
    absl::Status first_error;
    std::vector<double> millis(static_cast<std::size_t>(count));

    std::function<void()> start_one = [&] {
      const int i = next.fetch_add(1);
      if (i >= count) return;
      auto* call = new TheCall;  // deleted in its callback
      call->context.AddMetadata("x-actor-role", "service");
      call->context.AddMetadata("x-actor-id", "bench");
      prepare(i, call->request);
      call->sent = absl::Now();
      send(*stubs_[static_cast<std::size_t>(i) % stubs_.size()], *call,
           [&, i, call](const grpc::Status& status) {
             millis[static_cast<std::size_t>(i)] =
                 absl::ToDoubleMilliseconds(absl::Now() - call->sent);
             take(i, call->response);
             delete call;
             if (pace.in_flight > 0) start_one();
             const std::lock_guard lock(mutex);
             if (!status.ok()) first_error.Update(absl::InternalError(status.error_message()));
             if (++done == count) all_done.notify_one();
           });
    };

    const absl::Time begun = absl::Now();
    for (int i = 0; i < std::min(pace.in_flight, count); ++i) start_one();
    for (int i = 0; pace.in_flight == 0 && i < count; ++i) {
      absl::SleepFor(begun + i * pace.interval - absl::Now());
      start_one();
    }
    {
      std::unique_lock lock(mutex);
      all_done.wait(lock, [&] { return done == count; });
    }
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
    if (!first_error.ok()) return first_error;
    std::ranges::sort(millis);
    return Figures{.per_s = count / seconds,
                   .p50_ms = millis[millis.size() / 2],
                   .p99_ms = millis[millis.size() * 99 / 100]};
  }

  absl::StatusOr<PlacedOrders> CreateOrders(int count) {
    PlacedOrders placed;
    placed.numbers.resize(static_cast<std::size_t>(count));
    placed.customers.resize(static_cast<std::size_t>(count));
    const std::string prefix = absl::StrCat(absl::ToUnixMicros(absl::Now()), "-");
    auto figures = Run<v1::CreateOrderRequest, v1::CreateOrderResponse>(
        count, {.in_flight = kCreatesInFlight, .interval = {}},
        [&](int i, v1::CreateOrderRequest& request) {
          request = RealSizedOrder(absl::StrCat(prefix, i));
        },
        [](v1::OrderService::Stub& stub, auto& call, auto callback) {
          stub.async()->CreateOrder(&call.context, &call.request, &call.response, callback);
        },
        [&](int i, const v1::CreateOrderResponse& response) {
          const auto at = static_cast<std::size_t>(i);
          if (!absl::SimpleAtoi(response.order().number(), &placed.numbers[at]))
            placed.numbers[at] = 0;
          placed.customers[at] = response.order().customer().id();
        });
    if (!figures.ok()) return figures.status();
    return placed;
  }

  absl::StatusOr<Figures> StartProcessing(const std::vector<std::int64_t>& orders, Pace pace) {
    const std::string prefix = absl::StrCat(absl::ToUnixMicros(absl::Now()), "-");
    return Run<v1::TransitionOrderRequest, v1::TransitionOrderResponse>(
        static_cast<int>(orders.size()), pace,
        [&](int i, v1::TransitionOrderRequest& request) {
          request.set_name(absl::StrCat("orders/", orders[static_cast<std::size_t>(i)]));
          request.mutable_start_processing();
          request.set_request_id(absl::StrCat(prefix, i));
        },
        [](v1::OrderService::Stub& stub, auto& call, auto callback) {
          stub.async()->TransitionOrder(&call.context, &call.request, &call.response, callback);
        },
        [](int, const v1::TransitionOrderResponse&) {});
  }

 private:
  std::vector<std::unique_ptr<v1::OrderService::Stub>> stubs_;
};

Load::Load(const std::string& address) : impl_(std::make_unique<Impl>(address)) {}
Load::~Load() = default;

absl::StatusOr<PlacedOrders> Load::CreateOrders(int count) {
  return impl_->CreateOrders(count);
}
absl::StatusOr<Figures> Load::StartProcessing(const std::vector<std::int64_t>& orders,
                                              int in_flight) {
  return impl_->StartProcessing(orders, {.in_flight = in_flight, .interval = {}});
}
absl::StatusOr<Figures> Load::StartProcessing(const std::vector<std::int64_t>& orders,
                                              absl::Duration interval) {
  return impl_->StartProcessing(orders, {.in_flight = 0, .interval = interval});
}

}  // namespace ipstore::orders::bench
