// Orders to which anybody may do anything: random callers send random commands, good and bad ones.
#ifndef IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_ORDERS_H_
#define IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_ORDERS_H_

#include <functional>
#include <iosfwd>
#include <vector>

#include "domain/command.h"
#include "domain/order.h"
#include "rapidcheck.h"
#include "tests/domain/random_walk.h"

namespace ipstore::orders::test {

// What somebody tries.
enum class OrderDeed {
  kNextStep,  // what the order waits for: without it few walks would get anywhere
  kStepOut,   // one of the steps from where it is
  kAnyStep,
  kCheck,
  kGathering,
  kInvoice,
  kTracking,
  kComment,
  kUpdate,
  kNotifications,
  kFeedback,
  kRedact,
};

// One attempt. Plain numbers beside, so that RapidCheck can make a failing walk shorter and show
// it; random_orders.cc says what they come to.
struct OrderAttempt {
  OrderDeed deed;
  int detail;  // which action, check, outcome, …
  int line;
  int quantity;
  int caller;
};

// An order as it is placed, and what is tried on it afterwards. Some time after it was closed the
// next one is placed like it, so that a long walk is several lives.
struct OrderWalk {
  FulfilmentMethod method;
  bool imported;  // with what validation would refuse: the own vehicle for a retail customer
  bool guest;
  bool notifications_on;
  std::vector<OrderAttempt> attempts;
};

std::ostream& operator<<(std::ostream& out, const OrderAttempt& attempt);
std::ostream& operator<<(std::ostream& out, const OrderWalk& walk);

// Walks that are long enough to get through the whole life and back.
rc::Gen<OrderWalk> OrderWalks();

// Everybody who could call about `order`: its customer, another, staff, services, by themselves and
// on behalf of somebody.
std::vector<Caller> CallersAbout(const Order& order);

using TriedOnOrder = Tried<Order, OrderCommand>;

// Goes that way as the server would, and shows `visit` each attempt.
void Walk(const OrderWalk& walk, const std::function<void(const TriedOnOrder&)>& visit);

}  // namespace ipstore::orders::test

template <>
struct rc::Arbitrary<ipstore::orders::test::OrderWalk> {
  static Gen<ipstore::orders::test::OrderWalk> arbitrary() {
    return ipstore::orders::test::OrderWalks();
  }
};

#endif  // IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_ORDERS_H_
