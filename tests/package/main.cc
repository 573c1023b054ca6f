// Places an order, moves it, and does what a refusal asks for. Usage: shop HOST:PORT

#include <iostream>
#include <string>

#include "ipstore/orders/client/channel.h"
#include "ipstore/orders/client/orders_client.h"
#include "ipstore/orders/v1/order_service.pb.h"

namespace client = ipstore::orders::client;
namespace v1 = ipstore::orders::v1;

namespace {

v1::CreateOrderRequest OneCable() {
  v1::CreateOrderRequest request;
  v1::Order& order = *request.mutable_order();
  order.set_source("shop");
  order.set_external_reference("WEB-1");
  order.set_currency_code("EUR");
  order.set_payment_method(v1::PAYMENT_METHOD_PAY_IN_STORE);
  order.set_method(v1::FULFILMENT_METHOD_STORE_PICKUP);
  v1::Customer& customer = *order.mutable_customer();
  customer.set_id("cust-1042");
  customer.set_name("Μαρία Παπαδοπούλου");
  customer.set_email("maria@example.gr");
  customer.set_segment(v1::SEGMENT_RETAIL);
  customer.set_language("el");
  v1::Line& line = *order.add_lines();
  line.set_sku("CBL-HDMI");
  line.set_name("Καλώδιο HDMI 2 μ.");
  line.set_quantity(1);
  line.mutable_unit_price()->set_currency_code("EUR");
  line.mutable_unit_price()->set_units(12);
  line.set_vat_rate_basis_points(2400);
  return request;
}

// Starts the gathering; where checks are missing, makes them and tries once more.
client::Result<v1::TransitionOrderResponse> Gather(const client::OrdersClient& orders,
                                                   const std::string& name) {
  v1::TransitionOrderRequest gather;
  gather.set_name(name);
  gather.mutable_start_gathering();
  client::Result<v1::TransitionOrderResponse> gathering = orders.TransitionOrder(gather);
  if (gathering.ok()) return gathering;
  switch (client::ErrorReasonOf(gathering.error())) {
    case v1::ERROR_REASON_GUARDS_NOT_SATISFIED:
      for (const client::PreconditionFailure& missing : gathering.error().preconditions) {
        std::cout << "not yet: " << missing.guard << ": " << missing.description << "\n";
      }
      break;
    default:
      return gathering;
  }
  for (const v1::CheckKind check :
       {v1::CHECK_KIND_DETAILS, v1::CHECK_KIND_AVAILABILITY, v1::CHECK_KIND_PAYMENT}) {
    v1::RecordCheckRequest passed;
    passed.set_name(name);
    passed.set_check(check);
    passed.set_outcome(v1::CHECK_OUTCOME_PASSED);
    if (auto recorded = orders.RecordCheck(passed); !recorded.ok()) return recorded.error();
  }
  return orders.TransitionOrder(gather);
}

int Fail(const client::Error& error) {
  std::cerr << error.reason << ": " << error.message << "\n";
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const client::OrdersClient orders(
      client::OpenChannel({.target = argv[1]}),
      {.caller = {.actor = {"staff", "maria"}, .language = "en"}, .timeout = absl::Seconds(30)});
  const client::Result<v1::CreateOrderResponse> placed = orders.CreateOrder(OneCable());
  if (!placed.ok()) return Fail(placed.error());

  v1::TransitionOrderRequest start;
  start.set_name(placed.value().order().name());
  start.mutable_start_processing();
  start.mutable_comment()->set_text("Ξεκινάμε!");
  const client::Result<v1::TransitionOrderResponse> started = orders.TransitionOrder(start);
  if (!started.ok()) return Fail(started.error());

  const client::Result<v1::TransitionOrderResponse> gathering = Gather(orders, start.name());
  if (!gathering.ok()) return Fail(gathering.error());
  std::cout << gathering.value().order().number() << ": " << gathering.value().order().status_text()
            << "\n";
  return 0;
}
