#include "tests/bench/load.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "ipstore/orders/v1/comment_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "ipstore/orders/v1/request_service.grpc.pb.h"

namespace ipstore::orders::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kChannels = 4;

double MillisSince(Clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
}

void SayWhoCalls(grpc::ClientContext& context) {
  context.AddMetadata("x-actor-role", "service");
  context.AddMetadata("x-actor-id", "bench");
}

// What this run's references and request ids begin with, so that no other run has them.
std::string NewPrefix() {
  return absl::StrCat(absl::ToUnixMicros(absl::Now()), "-");
}

std::string OrderName(std::int64_t number) {
  return absl::StrCat("orders/", number);
}

v1::CreateOrderRequest RealSizedOrder(const std::string& id) {
  v1::CreateOrderRequest request;
  request.set_request_id(id);
  v1::Order* order = request.mutable_order();
  order->set_source("bench");
  order->set_external_reference(absl::StrCat("ref-", id));
  v1::Customer* customer = order->mutable_customer();
  customer->set_id(absl::StrCat("cust-", id));
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
    line->mutable_unit_price()->set_currency_code("EUR");
    line->mutable_unit_price()->set_units(19 + 50 * i);
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

// How a run's calls begin: as others end, so many at a time, or one every `interval`.
struct Pace {
  int in_flight = 0;
  absl::Duration interval;
};

// One run. `send` makes the i-th call: (i, context, request, response, callback); `take` gets the
// i-th response.
template <typename Request, typename Response, typename Send, typename Take>
class Run {
 public:
  Run(const std::vector<Request>& requests, Send send, Take take)
      : requests_(requests),
        send_(std::move(send)),
        take_(std::move(take)),
        left_(requests.size()),
        millis_(requests.size()) {}

  absl::StatusOr<Figures> Go(const Pace& pace) {
    if (requests_.empty()) return absl::InvalidArgumentError("a run of no calls");
    const Clock::time_point begun = Clock::now();
    if (pace.in_flight > 0) {
      slots_.resize(std::min(requests_.size(), static_cast<std::size_t>(pace.in_flight)));
      next_ = slots_.size();
      again_ = true;
    } else {
      slots_.resize(requests_.size());
    }
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      std::this_thread::sleep_until(
          begun + absl::ToChronoNanoseconds(static_cast<double>(i) * pace.interval));
      slots_[i].call = i;
      Begin(slots_[i]);
    }
    done_.WaitForNotification();
    const double seconds = MillisSince(begun) / 1000;
    if (!first_error_.ok()) return first_error_;
    return FiguresOf(std::move(millis_), seconds);
  }

 private:
  // What one call after the other uses.
  struct Slot {
    std::size_t call = 0;
    std::optional<grpc::ClientContext> context;  // good for one call only
    Response response;
    Clock::time_point begun;
  };

  void Begin(Slot& slot) {
    SayWhoCalls(slot.context.emplace());
    slot.begun = Clock::now();
    // Two pointers: more would make std::function allocate.
    send_(slot.call, *slot.context, requests_[slot.call], slot.response,
          [this, &slot](const grpc::Status& status) { End(slot, status); });
  }

  void End(Slot& slot, const grpc::Status& status) {
    millis_[slot.call] = MillisSince(slot.begun);
    if (status.ok()) {
      take_(slot.call, slot.response);
    } else {
      const std::lock_guard lock(mutex_);
      first_error_.Update(absl::InternalError(status.error_message()));
    }
    if (again_) {
      slot.call = next_.fetch_add(1);
      if (slot.call < requests_.size()) Begin(slot);
    }
    // Last: with the last call this object may go.
    if (left_.fetch_sub(1) == 1) done_.Notify();
  }

  const std::vector<Request>& requests_;
  const Send send_;
  const Take take_;
  std::deque<Slot> slots_;
  bool again_ = false;  // whether a slot is used again
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::size_t> left_;
  std::vector<double> millis_;  // of each call
  std::mutex mutex_;            // guards the next
  absl::Status first_error_;
  absl::Notification done_;
};

template <typename Response, typename Request, typename Send, typename Take>
absl::StatusOr<Figures> Make(const std::vector<Request>& requests, const Pace& pace, Send send,
                             Take take) {
  return Run<Request, Response, Send, Take>(requests, std::move(send), std::move(take)).Go(pace);
}
template <typename Response, typename Request, typename Send>
absl::StatusOr<Figures> Make(const std::vector<Request>& requests, const Pace& pace, Send send) {
  return Make<Response>(requests, pace, std::move(send), [](std::size_t, const Response&) {});
}

// The connection of the i-th call.
template <typename Stub>
auto& Of(const std::vector<std::unique_ptr<Stub>>& stubs, std::size_t i) {
  return *stubs[i % stubs.size()]->async();
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
      orders_.push_back(v1::OrderService::NewStub(channel));
      comments_.push_back(v1::CommentService::NewStub(channel));
      requests_.push_back(v1::RequestService::NewStub(channel));
    }
  }

  absl::StatusOr<PlacedOrders> CreateOrders(int count, int in_flight) {
    std::vector<v1::CreateOrderRequest> requests;
    const std::string prefix = NewPrefix();
    for (int i = 0; i < count; ++i) requests.push_back(RealSizedOrder(absl::StrCat(prefix, i)));
    PlacedOrders placed;
    placed.numbers.resize(requests.size());
    for (const v1::CreateOrderRequest& request : requests)
      placed.customers.push_back(request.order().customer().id());
    auto figures = Make<v1::CreateOrderResponse>(
        requests, {.in_flight = in_flight},
        [this](std::size_t i, auto& context, auto& request, auto& response, auto callback) {
          Of(orders_, i).CreateOrder(&context, &request, &response, std::move(callback));
        },
        [&placed](std::size_t i, const v1::CreateOrderResponse& response) {
          if (!absl::SimpleAtoi(response.order().number(), &placed.numbers[i]))
            placed.numbers[i] = 0;
        });
    if (!figures.ok()) return figures.status();
    placed.figures = *figures;
    return placed;
  }

  absl::StatusOr<Figures> StartProcessing(absl::Span<const std::int64_t> orders, const Pace& pace) {
    std::vector<v1::TransitionOrderRequest> requests(orders.size());
    const std::string prefix = NewPrefix();
    for (std::size_t i = 0; i < orders.size(); ++i) {
      requests[i].set_name(OrderName(orders[i]));
      requests[i].mutable_start_processing();
      requests[i].set_request_id(absl::StrCat(prefix, i));
    }
    return Make<v1::TransitionOrderResponse>(
        requests, pace,
        [this](std::size_t i, auto& context, auto& request, auto& response, auto callback) {
          Of(orders_, i).TransitionOrder(&context, &request, &response, std::move(callback));
        });
  }

  absl::StatusOr<Figures> Comment(absl::Span<const std::int64_t> orders, const Pace& pace) {
    std::vector<v1::CreateCommentRequest> requests(orders.size());
    const std::string prefix = NewPrefix();
    for (std::size_t i = 0; i < orders.size(); ++i) {
      requests[i].set_parent(OrderName(orders[i]));
      requests[i].mutable_comment()->set_text("Ο πελάτης ζήτησε παράδοση μετά τις έξι.");
      requests[i].set_request_id(absl::StrCat(prefix, i));
    }
    return Make<v1::CreateCommentResponse>(
        requests, pace,
        [this](std::size_t i, auto& context, auto& request, auto& response, auto callback) {
          Of(comments_, i).CreateComment(&context, &request, &response, std::move(callback));
        });
  }

  absl::StatusOr<Figures> GetOrders(absl::Span<const std::int64_t> orders, const Pace& pace) {
    std::vector<v1::GetOrderRequest> requests(orders.size());
    for (std::size_t i = 0; i < orders.size(); ++i) requests[i].set_name(OrderName(orders[i]));
    return Make<v1::Order>(
        requests, pace,
        [this](std::size_t i, auto& context, auto& request, auto& response, auto callback) {
          Of(orders_, i).GetOrder(&context, &request, &response, std::move(callback));
        });
  }

  absl::StatusOr<Figures> GetOrderPages(absl::Span<const std::int64_t> orders, const Pace& pace) {
    std::vector<v1::GetOrderPageRequest> requests(orders.size());
    for (std::size_t i = 0; i < orders.size(); ++i) requests[i].set_name(OrderName(orders[i]));
    return Make<v1::OrderPage>(
        requests, pace,
        [this](std::size_t i, auto& context, auto& request, auto& response, auto callback) {
          Of(orders_, i).GetOrderPage(&context, &request, &response, std::move(callback));
        });
  }

  absl::StatusOr<std::string> GetOrderBytes(std::int64_t number) {
    grpc::ClientContext context;
    SayWhoCalls(context);
    v1::GetOrderRequest request;
    request.set_name(OrderName(number));
    v1::Order order;
    const grpc::Status status = orders_.front()->GetOrder(&context, request, &order);
    if (!status.ok()) return absl::InternalError(status.error_message());
    return order.SerializeAsString();
  }

  absl::StatusOr<ListedPage> ListRequests(int page_size, const std::string& page_token) {
    grpc::ClientContext context;
    SayWhoCalls(context);
    v1::ListRequestsRequest request;
    request.set_page_size(page_size);
    request.set_page_token(page_token);
    v1::ListRequestsResponse response;
    const Clock::time_point begun = Clock::now();
    const grpc::Status status = requests_.front()->ListRequests(&context, request, &response);
    const double millis = MillisSince(begun);
    if (!status.ok()) return absl::InternalError(status.error_message());
    return ListedPage{.requests = response.requests_size(),
                      .next_page_token = response.next_page_token(),
                      .millis = millis};
  }

 private:
  std::vector<std::unique_ptr<v1::OrderService::Stub>> orders_;
  std::vector<std::unique_ptr<v1::CommentService::Stub>> comments_;
  std::vector<std::unique_ptr<v1::RequestService::Stub>> requests_;
};

Load::Load(const std::string& address) : impl_(std::make_unique<Impl>(address)) {}
Load::~Load() = default;

absl::StatusOr<PlacedOrders> Load::CreateOrders(int count, int in_flight) {
  return impl_->CreateOrders(count, in_flight);
}
absl::StatusOr<Figures> Load::StartProcessing(absl::Span<const std::int64_t> orders,
                                              int in_flight) {
  return impl_->StartProcessing(orders, {.in_flight = in_flight});
}
absl::StatusOr<Figures> Load::StartProcessingEvery(absl::Span<const std::int64_t> orders,
                                                   absl::Duration interval) {
  return impl_->StartProcessing(orders, {.interval = interval});
}
absl::StatusOr<Figures> Load::Comment(absl::Span<const std::int64_t> orders, int in_flight) {
  return impl_->Comment(orders, {.in_flight = in_flight});
}
absl::StatusOr<Figures> Load::GetOrders(absl::Span<const std::int64_t> orders, int in_flight) {
  return impl_->GetOrders(orders, {.in_flight = in_flight});
}
absl::StatusOr<Figures> Load::GetOrderPages(absl::Span<const std::int64_t> orders, int in_flight) {
  return impl_->GetOrderPages(orders, {.in_flight = in_flight});
}
absl::StatusOr<std::string> Load::GetOrderBytes(std::int64_t order) {
  return impl_->GetOrderBytes(order);
}
absl::StatusOr<ListedPage> Load::ListRequests(int page_size, const std::string& page_token) {
  return impl_->ListRequests(page_size, page_token);
}

}  // namespace ipstore::orders::bench
