// Orders for tests: what callers would send, and orders that have walked part of their way.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_ORDERS_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_ORDERS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/decide.h"
#include "domain/decide_enquiry.h"
#include "domain/order.h"
#include "domain/subject_state.h"

namespace ipstore::orders::test {

// Who calls. The ids are those of the customers below.
inline constexpr char kMariaId[] = "cust-1042";
inline constexpr char kNikosId[] = "cust-2077";
inline constexpr char kHotelId[] = "b2b-310";

Caller Staff();
// The same with the right to redact.
Caller Redactor();
Caller EshopService();
Caller CustomerCaller(std::string id);
// The e-shop on behalf of that customer or member of staff.
Caller OnBehalfOf(Role role, std::string id);

// A caller of that role who may see `order`.
Caller CallerOf(Role role, const Order& order);

// 2 November 2026, 09:30 in Athens: when orders in tests are placed.
absl::Time PlacedAt();

// Maria (retail, Greek) has three products with VAT of 24 %, 13 % and 6 % sent by courier and pays
// on delivery. Gross: 259.15 EUR.
OrderContent CourierContent();

// Nikos (retail, English) collects a laptop from the store in Athens. Gross: 749.00 EUR.
OrderContent PickupContent();

// A hotel (business, Greek; prices without VAT) is supplied by the company's own vehicle. Gross:
// 2,374.85 EUR.
OrderContent VehicleContent();

// The content for that method, of the three above.
OrderContent ContentFor(FulfilmentMethod method);

// The action that hands an order of that method over: 4 → 5, 6 or 7.
OrderAction HandoverOf(FulfilmentMethod method);

// The command that places `content` under that reference.
CreateOrder Placing(OrderContent content, std::string external_reference);

// Maria's order from a former system: placed in March 2024, sent by ACS, received, invoiced and
// rated. Of its past of four entries the last one, of the day after the receipt, is internal.
ImportOrder Importing(std::string external_reference);

// The command for `action` with all input that it needs, good for `order` at `now`.
TransitionOrder Step(OrderAction action, const Order& order, absl::Time now);

RecordCheck Passed(CheckKind check);
RecordCheck Failed(CheckKind check, std::string note);
RecordCheck Withdrawn(CheckKind check);

// Gathers what is missing of every line from the warehouse in Athens.
RecordGathering GatherAllOf(const Order& order);

RecordInvoice Invoicing(std::string number);

// A parcel to be added.
ParcelChange NewParcel(std::string tracking_number);

// Of activities of an order.
Order BeginOrder(const Activity& created);
absl::StatusOr<Order> ReplayOrder(const std::vector<Activity>& log);

// The log as a redaction leaves it that is its last activity.
std::vector<Activity> RedactedLog(std::vector<Activity> log);

// The orders among `subjects`.
std::vector<Order> OrdersIn(const std::vector<SubjectState>& subjects);
std::vector<Order> OrdersIn(const std::vector<SubjectPointer>& subjects);

// A question of Maria's about that order, in Greek.
EnquiryContent QuestionAbout(std::optional<Number> order);

// An enquiry with its log, moved along by commands as the server would do it, a minute apart.
class EnquiryInTest {
 public:
  // Made by the e-shop.
  explicit EnquiryInTest(EnquiryContent content = QuestionAbout(std::nullopt),
                         std::int64_t serial = Number::kFirstSerial);

  const Enquiry& enquiry() const { return enquiry_; }
  const std::vector<Activity>& log() const { return log_; }
  absl::Time now() const { return now_; }
  void Wait(absl::Duration duration) { now_ += duration; }

  // Decides and, unless refused, applies. Returns what was decided.
  Decision Do(const EnquiryCommand& command, const Caller& caller = Staff());
  Decision Take(EnquiryAction action, const Caller& caller = Staff());

  // Walks on to `status` by the shortest way.
  void WalkTo(EnquiryStatus status);

 private:
  Enquiry enquiry_;
  std::vector<Activity> log_;
  absl::Time now_ = PlacedAt();
};

// Amends those fields of `order` to what `change` makes of its content.
UpdateOrder Updating(const Order& order, OrderFieldSet fields,
                     const std::function<void(OrderContent&)>& change);

// An order with its log, moved along by commands as the server would do it, a minute apart.
class OrderInTest {
 public:
  // Placed by the e-shop.
  explicit OrderInTest(OrderContent content = CourierContent(),
                       std::int64_t serial = Number::kFirstSerial);
  // Imported by the e-shop.
  explicit OrderInTest(const ImportOrder& command, std::int64_t serial = Number::kFirstSerial);

  const Order& order() const { return order_; }
  const std::vector<Activity>& log() const { return log_; }
  absl::Time now() const { return now_; }

  // What `command` would do now; changes nothing.
  Decision Try(const OrderCommand& command, const Caller& caller = Staff()) const;

  // Decides and, unless refused, applies. Returns what was decided.
  Decision Do(const OrderCommand& command, const Caller& caller = Staff());

  // Takes the step with all input that it needs.
  Decision Take(OrderAction action, const Caller& caller = Staff());

  // Walks on to `status` by way of everything that the guards ask for. Ends the program when the
  // order's method does not lead there.
  void WalkTo(OrderStatus status);

  // Does whatever the guards of `action` ask for and commands can give, in the status that it is
  // taken from.
  void Prepare(OrderAction action);

 private:
  void DoOrDie(const OrderCommand& command);

  Order order_;
  std::vector<Activity> log_;
  absl::Time now_ = PlacedAt();
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_ORDERS_H_
