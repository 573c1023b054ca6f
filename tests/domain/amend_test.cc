// UpdateOrder: who may amend what and when, what it makes of the order, and what it leaves alone.

#include "domain/amend.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/order_field.h"
#include "domain/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::OrderInTest;
using test::Updating;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Source kAthens{SourceKind::kWarehouse, "ATH-1"};

// "UPDATE_GOODS", "COMMAND_NOT_OPEN" with the command, or "done".
std::string Outcome(const Decision& decision) {
  const auto* refusal = std::get_if<Refusal>(&decision);
  if (refusal == nullptr) return "done";
  std::string outcome(Name(refusal->reason));
  for (const Fact& fact : refusal->facts) {
    if (fact.name == "command") absl::StrAppend(&outcome, " ", FactAsText(fact.value));
  }
  return outcome;
}

// "field: FLAW" of each violation of a refusal.
std::vector<std::string> Flaws(const Decision& decision) {
  std::vector<std::string> flaws;
  const auto* refusal = std::get_if<Refusal>(&decision);
  if (refusal == nullptr) return flaws;
  for (const Violation& violation : refusal->violations)
    flaws.push_back(absl::StrCat(violation.field, ": ", Name(violation.flaw)));
  return flaws;
}

// What was amended. Fails the test, and ends it, where it is anything else than one amendment.
const OrderAmended& AmendedBy(const Decision& decision) {
  return std::get<OrderAmended>(std::get<Activities>(decision).at(0).event);
}

std::vector<std::string> Fields(const OrderAmended& event) {
  std::vector<std::string> names;
  for (OrderField field : kOrderFields) {
    if (FieldsOf(event).Contains(field)) names.emplace_back(Name(field));
  }
  return names;
}

std::vector<std::string> Cleared(const OrderAmended& event) {
  std::vector<std::string> names;
  for (CheckKind kind : event.cleared_checks) names.emplace_back(Name(kind));
  return names;
}

Line NewLine(std::string sku, std::int64_t quantity) {
  Line line;
  line.sku = std::move(sku);
  line.name = "Καλώδιο HDMI 2 m";
  line.quantity = quantity;
  line.unit_price = Amount{9'90};
  line.vat_rate = VatRate{2400};
  return line;
}

PickupStore SomeStore() {
  return *test::PickupContent().store;
}

// An order in `status`, by the method that leads there.
OrderInTest OrderIn(OrderStatus status) {
  const FulfilmentMethod method =
      status == OrderStatus::kReadyForPickup     ? FulfilmentMethod::kStorePickup
      : status == OrderStatus::kOnCompanyVehicle ? FulfilmentMethod::kCompanyVehicle
                                                 : FulfilmentMethod::kCourier;
  OrderInTest order(test::ContentFor(method));
  order.WalkTo(status);
  return order;
}

// Changes the field to some good value that it does not have.
void Spoil(OrderField field, OrderContent& content, absl::Time now) {
  switch (field) {
    case OrderField::kCustomerName:
      content.customer.name = "Κατερίνα Αλεξίου";
      break;
    case OrderField::kCustomerEmail:
      content.customer.email = "katerina@example.gr";
      break;
    case OrderField::kCustomerPhone:
      content.customer.phone = "+30 210 9999999";
      break;
    case OrderField::kCompanyName:
      content.customer.company_name = "Αλεξίου ΟΕ";
      break;
    case OrderField::kVatNumber:
      content.customer.vat_number = "EL999999999";
      break;
    case OrderField::kPromisedDelivery:
      content.promised_delivery = now + absl::Hours(48);
      break;
    case OrderField::kMethod:
      content.method = content.method == FulfilmentMethod::kStorePickup
                           ? FulfilmentMethod::kCourier
                           : FulfilmentMethod::kStorePickup;
      break;
    case OrderField::kDeliveryAddress:
      if (content.delivery_address.has_value()) content.delivery_address->city = "Πειραιάς";
      break;
    case OrderField::kStore:
      if (content.store.has_value()) content.store->name = "IP Store Πειραιάς";
      break;
    case OrderField::kLines:
      content.lines.back().quantity += 1;
      break;
    case OrderField::kCharges:
      content.charges.push_back({ChargeKind::kOther, "Συσκευασία", Amount{1'00}, VatRate{2400}});
      break;
  }
}

UpdateOrder Spoiling(const OrderInTest& order, OrderFieldSet fields) {
  return Updating(order.order(), fields, [&](OrderContent& content) {
    for (OrderField field : kOrderFields) {
      if (fields.Contains(field)) Spoil(field, content, order.now());
    }
  });
}

// --- Who may, and when ---------------------------------------------------------------------------

// A field of each group that every order has a value of.
constexpr std::array kOneOfEachGroup = {OrderField::kCustomerPhone, OrderField::kPromisedDelivery,
                                        OrderField::kMethod, OrderField::kLines};

// What the table says of these fields together: the worst of them.
std::string Expected(OrderFieldSet fields, const Order& order, Role role) {
  for (Command command : CommandsAmending(fields)) {
    if (!RolesAllowed(command).Contains(role)) return "PERMISSION_DENIED";
  }
  for (Command command : CommandsAmending(fields)) {
    if (!StatusesAllowing(command, role).Contains(order.status()))
      return absl::StrCat("COMMAND_NOT_OPEN ", Name(command));
  }
  return "done";
}

TEST(AmendingRights, EveryMixOfGroupsInEveryStatusByEveryRoleIsAsTheTableSays) {
  int done = 0;
  for (OrderStatus status : kOrderStatuses) {
    const OrderInTest order = OrderIn(status);
    for (unsigned mix = 1; mix < 1U << kOneOfEachGroup.size(); ++mix) {
      OrderFieldSet fields;
      for (std::size_t i = 0; i < kOneOfEachGroup.size(); ++i) {
        if ((mix >> i & 1U) != 0) fields.Insert(kOneOfEachGroup[i]);
      }
      if (fields.Contains(OrderField::kMethod)) fields.Insert(OrderField::kDeliveryAddress);
      // To the store without an address, or back with one.
      UpdateOrder command = Spoiling(order, fields);
      const bool to_store = command.given.method == FulfilmentMethod::kStorePickup;
      command.given.delivery_address =
          to_store ? std::nullopt : test::CourierContent().delivery_address;
      for (Role role : kRoles) {
        const std::string outcome =
            Outcome(order.Try(command, test::CallerOf(role, order.order())));
        EXPECT_EQ(outcome, Expected(fields, order.order(), role))
            << Name(status) << " mix " << mix << " " << Name(role);
        done += outcome == "done" ? 1 : 0;
      }
    }
  }
  EXPECT_GT(done, 50);
}

TEST(AmendingRights, EveryFieldGoesWithItsCommand) {
  for (OrderStatus status : kOrderStatuses) {
    const OrderInTest order = OrderIn(status);
    for (OrderField field : kOrderFields) {
      for (Role role : kRoles) {
        // The same value again is no change, but asked for it is all the same.
        const UpdateOrder command = Updating(order.order(), {field}, [](OrderContent&) {});
        const Decision decision = order.Try(command, test::CallerOf(role, order.order()));
        const std::string expected = Expected({field}, order.order(), role);
        EXPECT_EQ(Outcome(decision), expected) << Name(status) << Name(field) << Name(role);
        if (expected == "done") {
          EXPECT_THAT(std::get<Activities>(decision), IsEmpty());
        }
      }
    }
  }
}

TEST(AmendingRights, WhatIsInvoicedIsFrozen) {
  OrderInTest order = OrderIn(OrderStatus::kPreparingShipment);
  const auto moving = [&] { return Spoiling(order, {OrderField::kDeliveryAddress}); };
  EXPECT_EQ(Outcome(order.Try(moving())), "done");
  order.Do(test::Invoicing("Α-1001"));
  const Decision decision = order.Do(moving());
  EXPECT_EQ(std::get<Refusal>(decision),
            FrozenByInvoice(order.order(), Command::kUpdateFulfilment));
  EXPECT_EQ(Outcome(order.Do(Spoiling(order, {OrderField::kCustomerPhone}))), "done")
      << "but the contact is not";
  // All the way back the invoice stays, and what it says with it.
  TransitionOrder again = test::Step(OrderAction::kReturnToGathering, order.order(), order.now());
  order.Do(again);
  EXPECT_EQ(Outcome(order.Try(moving())), "FROZEN_BY_INVOICE UPDATE_FULFILMENT");
  order.Take(OrderAction::kReturnToProcessing);
  EXPECT_EQ(Outcome(order.Try(Spoiling(order, {OrderField::kCharges}))),
            "FROZEN_BY_INVOICE UPDATE_GOODS");
}

TEST(AmendingRights, AnUpdateIsAllOrNothing) {
  OrderInTest order = OrderIn(OrderStatus::kGatheringProducts);
  const Order before = order.order();
  EXPECT_EQ(Outcome(order.Do(Spoiling(order, {OrderField::kCustomerPhone, OrderField::kCharges}))),
            "COMMAND_NOT_OPEN UPDATE_GOODS");
  EXPECT_EQ(order.order(), before);
}

// --- What is amended -----------------------------------------------------------------------------

TEST(Amending, OneActivityTellsEachFieldAsItWasAndAsItBecame) {
  OrderInTest order;
  const Decision decision =
      order.Do(Spoiling(order, {OrderField::kCustomerEmail, OrderField::kPromisedDelivery}));
  ASSERT_THAT(std::get<Activities>(decision), SizeIs(1));
  const OrderAmended& event = AmendedBy(decision);
  EXPECT_THAT(Fields(event), ElementsAre("customer.email", "promised_delivery"));
  EXPECT_EQ(event.customer_email->before, "maria.papadopoulou@example.gr");
  EXPECT_EQ(event.customer_email->after, "katerina@example.gr");
  EXPECT_EQ(event.promised_delivery->before, std::nullopt);
  EXPECT_EQ(order.order().content.customer.email, "katerina@example.gr");
  EXPECT_EQ(order.order().content.promised_delivery, event.promised_delivery->after);
  EXPECT_EQ(event.totals, std::nullopt);
  EXPECT_EQ(event.currency, "");
}

TEST(Amending, EveryFieldByItselfChangesThatFieldOnly) {
  for (OrderField field : kOrderFields) {
    if (field == OrderField::kMethod) continue;  // drops what it has no use for; see below
    OrderInTest order(field == OrderField::kStore ? test::PickupContent() : test::CourierContent());
    Order expected = order.order();
    Spoil(field, expected.content, order.now() + absl::Minutes(1));
    UpdateOrder command = Updating(order.order(), {field}, [&](OrderContent& content) {
      Spoil(field, content, order.now() + absl::Minutes(1));
    });
    const Decision decision = order.Do(command);
    ASSERT_EQ(Outcome(decision), "done") << Name(field);
    EXPECT_THAT(Fields(AmendedBy(decision)), ElementsAre(Name(field)));
    EXPECT_EQ(order.order().content, expected.content) << Name(field);
    EXPECT_EQ(order.order().totals, ComputeTotals(expected.content).value());
    EXPECT_EQ(order.order().subject.version, expected.subject.version + 1);
  }
}

TEST(Amending, WhatTheMaskDoesNotNameIsIgnored) {
  OrderInTest order;
  UpdateOrder command = Spoiling(order, {OrderField::kCustomerPhone});
  command.given.lines.clear();
  command.given.customer.email = "nobody";
  command.given.method = FulfilmentMethod::kCompanyVehicle;
  const OrderContent before = order.order().content;
  ASSERT_EQ(Outcome(order.Do(command)), "done");
  OrderContent expected = before;
  expected.customer.phone = command.given.customer.phone;
  EXPECT_EQ(order.order().content, expected);
}

TEST(Amending, TheValueThatIsThereIsNoChange) {
  OrderInTest order;
  order.Do(Spoiling(order, {OrderField::kPromisedDelivery}));
  OrderFieldSet all;
  for (OrderField field : kOrderFields) all.Insert(field);
  const UpdateOrder same = Updating(order.order(), all, [](OrderContent&) {});
  EXPECT_EQ(order.Try(same), Decision(Activities{}));

  UpdateOrder one = same;
  one.given.customer.phone = "";
  const Decision decision = order.Do(one);
  EXPECT_THAT(Fields(AmendedBy(decision)), ElementsAre("customer.phone"));
  EXPECT_THAT(Cleared(AmendedBy(decision)), IsEmpty());
}

TEST(Amending, APromiseThatHasPassedMayBeSentBackButNotMade) {
  OrderInTest order;
  UpdateOrder promise = Updating(
      order.order(), {OrderField::kPromisedDelivery},
      [&](OrderContent& content) { content.promised_delivery = order.now() + absl::Minutes(2); });
  ASSERT_EQ(Outcome(order.Do(promise)), "done");
  order.Take(OrderAction::kStartProcessing);
  EXPECT_EQ(order.Try(promise), Decision(Activities{})) << "the same again, though it has passed";
  *promise.given.promised_delivery -= absl::Seconds(1);
  EXPECT_THAT(Flaws(order.Try(promise)), ElementsAre("order.promised_delivery: IN_THE_PAST"));
  promise.given.promised_delivery.reset();
  ASSERT_EQ(Outcome(order.Do(promise)), "done");
  EXPECT_EQ(order.order().content.promised_delivery, std::nullopt);
}

TEST(Amending, OnlyANewPromiseIsWorthAMail) {
  OrderInTest order;
  const auto wish = [&](UpdateOrder command) {
    return std::string(Name(std::get<Activities>(order.Try(command)).at(0).notification));
  };
  EXPECT_EQ(wish(Spoiling(order, {OrderField::kPromisedDelivery, OrderField::kLines})), "NOTIFY");
  EXPECT_EQ(wish(Spoiling(order, {OrderField::kLines, OrderField::kCustomerEmail})),
            "NOTHING_TO_TELL");
  UpdateOrder silent = Spoiling(order, {OrderField::kPromisedDelivery});
  silent.notify = false;
  EXPECT_EQ(wish(silent), "SUPPRESSED_BY_CALLER");
  order.Do(SetNotifications{false});
  EXPECT_EQ(wish(Spoiling(order, {OrderField::kPromisedDelivery})), "SUPPRESSED_BY_SETTING");
}

// --- Checks --------------------------------------------------------------------------------------

TEST(AmendingChecks, EachGroupClearsThoseOfItsOwnThatWereRecorded) {
  const auto cleared = [](OrderFieldSet fields) {
    OrderInTest order;
    order.WalkTo(OrderStatus::kProcessing);
    order.Do(test::Passed(CheckKind::kDetails));
    order.Do(test::Failed(CheckKind::kPayment, "η κάρτα δεν πέρασε"));
    const Decision decision = order.Do(Spoiling(order, fields));
    std::vector<std::string> names = Cleared(AmendedBy(decision));
    for (CheckKind kind : AmendedBy(decision).cleared_checks)
      EXPECT_FALSE(order.order().checks[kind].has_value());
    return names;
  };
  EXPECT_THAT(cleared({OrderField::kCustomerEmail}), IsEmpty());
  EXPECT_THAT(cleared({OrderField::kPromisedDelivery}), IsEmpty());
  EXPECT_THAT(cleared({OrderField::kDeliveryAddress}), ElementsAre("DETAILS"));
  EXPECT_THAT(cleared({OrderField::kLines}), ElementsAre("DETAILS", "PAYMENT"));
  EXPECT_THAT(cleared({OrderField::kCharges}), ElementsAre("DETAILS", "PAYMENT"));
}

TEST(AmendingChecks, AClearedCheckStopsTheNextStep) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kProcessing);
  for (CheckKind kind : kCheckKinds) order.Do(test::Passed(kind));
  order.Do(Spoiling(order, {OrderField::kDeliveryAddress}));
  EXPECT_EQ(Outcome(order.Take(OrderAction::kStartGathering)), "GUARDS_NOT_SATISFIED");
}

// --- Method, address and store -------------------------------------------------------------------

TEST(AmendingFulfilment, ANewMethodDropsWhatItHasNoUseFor) {
  OrderInTest order;
  const Decision decision = order.Do(
      Updating(order.order(), {OrderField::kMethod, OrderField::kStore}, [](OrderContent& content) {
        content.method = FulfilmentMethod::kStorePickup;
        content.store = SomeStore();
      }));
  EXPECT_THAT(Fields(AmendedBy(decision)), ElementsAre("method", "delivery_address", "store"));
  EXPECT_EQ(order.order().content.delivery_address, std::nullopt);
  EXPECT_EQ(order.order().content.store, SomeStore());

  const Decision back =
      order.Do(Updating(order.order(), {OrderField::kMethod, OrderField::kDeliveryAddress},
                        [](OrderContent& content) {
                          content.method = FulfilmentMethod::kCourier;
                          content.delivery_address = test::CourierContent().delivery_address;
                        }));
  EXPECT_THAT(Fields(AmendedBy(back)), ElementsAre("method", "delivery_address", "store"));
  EXPECT_EQ(order.order().content.store, std::nullopt);
}

TEST(AmendingFulfilment, WhatTheSameCallGivesWronglyIsAMistake) {
  const OrderInTest order;
  EXPECT_THAT(Flaws(order.Try(Updating(
                  order.order(), {OrderField::kMethod, OrderField::kDeliveryAddress},
                  [](OrderContent& content) { content.method = FulfilmentMethod::kStorePickup; }))),
              ElementsAre("order.delivery_address: NOT_FOR_THIS_METHOD"));
  EXPECT_THAT(
      Flaws(order.Try(Updating(order.order(), {OrderField::kStore},
                               [](OrderContent& content) { content.store = SomeStore(); }))),
      ElementsAre("order.store: NOT_FOR_THIS_METHOD"));
}

TEST(AmendingFulfilment, TheResultObeysTheRulesOfANewOrder) {
  const OrderInTest courier;
  EXPECT_THAT(
      Flaws(courier.Try(Updating(courier.order(), {OrderField::kDeliveryAddress},
                                 [](OrderContent& content) { content.delivery_address.reset(); }))),
      ElementsAre("order.delivery_address: MISSING"));
  EXPECT_THAT(Flaws(courier.Try(Updating(courier.order(), {OrderField::kMethod},
                                         [](OrderContent& content) {
                                           content.method = FulfilmentMethod::kCompanyVehicle;
                                         }))),
              ElementsAre("order.method: NEEDS_BUSINESS_CUSTOMER"));
  const OrderInTest pickup(test::PickupContent());
  EXPECT_THAT(Flaws(pickup.Try(Updating(
                  pickup.order(), {OrderField::kMethod},
                  [](OrderContent& content) { content.method = FulfilmentMethod::kCourier; }))),
              ElementsAre("order.delivery_address: MISSING"));
  EXPECT_EQ(Outcome(pickup.Try(Updating(pickup.order(), {OrderField::kStore},
                                        [](OrderContent& content) { content.store.reset(); }))),
            "done")
      << "a store is needed only once the pickup is offered";
}

TEST(AmendingContact, BusinessesKeepACompanyNameAndAVatNumber) {
  const auto emptied = [](OrderContent& content) {
    content.customer.company_name.clear();
    content.customer.vat_number.clear();
  };
  const OrderFieldSet fields = {OrderField::kCompanyName, OrderField::kVatNumber};
  const OrderInTest hotel(test::VehicleContent());
  EXPECT_THAT(
      Flaws(hotel.Try(Updating(hotel.order(), fields, emptied))),
      ElementsAre("order.customer.company_name: MISSING", "order.customer.vat_number: MISSING"));
  const OrderInTest maria;
  EXPECT_EQ(Outcome(maria.Try(Updating(maria.order(), fields, emptied))), "done");
}

// --- Lines and charges ---------------------------------------------------------------------------

UpdateOrder WithLines(const OrderInTest& order,
                      const std::function<void(std::vector<Line>&)>& change) {
  return Updating(order.order(), {OrderField::kLines},
                  [&](OrderContent& content) { change(content.lines); });
}

TEST(AmendingGoods, LinesAreAmendedAddedAndRemovedAndTheTotalsFollow) {
  OrderInTest order;
  const Decision decision = order.Do(WithLines(order, [](std::vector<Line>& lines) {
    lines.erase(lines.begin() + 1);
    lines[0].quantity = 1;
    lines[0].discount = Amount{};
    lines.insert(lines.begin(), NewLine("HDMI-2", 2));  // wherever it stands in the request
  }));
  const std::vector<Line>& lines = order.order().content.lines;
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0].number, 1);
  EXPECT_EQ(lines[0].quantity, 1);
  EXPECT_EQ(lines[1].number, 3);
  EXPECT_EQ(lines[2].number, 4);
  EXPECT_EQ(lines[2].sku, "HDMI-2");
  // 99.90 + 22.85 + 2 × 9.90 + 5.50 + 2.50
  EXPECT_EQ(order.order().totals.gross, Amount{150'55});
  const OrderAmended& event = AmendedBy(decision);
  EXPECT_EQ(event.totals->before.gross, Amount{259'15});
  EXPECT_EQ(event.totals->after, order.order().totals);
  EXPECT_EQ(event.currency, "EUR");
}

TEST(AmendingGoods, NumbersOfLinesAreNotUsedAgain) {
  OrderInTest order;
  order.Do(WithLines(order, [](std::vector<Line>& lines) { lines.pop_back(); }));
  order.Do(WithLines(order, [](std::vector<Line>& lines) { lines.push_back(NewLine("A", 1)); }));
  EXPECT_EQ(order.order().content.lines.back().number, 4);
  order.Do(WithLines(order, [](std::vector<Line>& lines) { lines.pop_back(); }));
  order.Do(WithLines(order, [](std::vector<Line>& lines) {
    lines.push_back(NewLine("B", 1));
    lines.push_back(NewLine("C", 1));
  }));
  EXPECT_EQ(order.order().content.lines.back().number, 6);
  EXPECT_EQ(order.order().LastLineNumber(), 6);
  EXPECT_EQ(test::ReplayOrder(order.log()).value(), order.order());
}

// In status PROCESSING again, with two pieces of line 1 and one of line 3 gathered.
OrderInTest PartlyGathered() {
  OrderInTest order;
  order.WalkTo(OrderStatus::kGatheringProducts);
  order.Do(RecordGathering{{{1, 2, kAthens}, {3, 1, kAthens}}});
  order.Take(OrderAction::kReturnToProcessing);
  return order;
}

TEST(AmendingGoods, WhatWasGatheredOfALineIsKept) {
  OrderInTest order = PartlyGathered();
  const Decision decision = order.Do(WithLines(order, [](std::vector<Line>& lines) {
    for (Line& line : lines) line.gathered.clear();  // callers do not say what was gathered
    lines[0].quantity = 5;
    lines.erase(lines.begin() + 1);
    lines.push_back(NewLine("HDMI-2", 1));
  }));
  ASSERT_EQ(Outcome(decision), "done");
  EXPECT_THAT(order.order().FindLine(1)->gathered, ElementsAre(GatheredFrom{kAthens, 2}));
  EXPECT_THAT(order.order().FindLine(3)->gathered, ElementsAre(GatheredFrom{kAthens, 1}));
  EXPECT_THAT(order.order().FindLine(4)->gathered, IsEmpty());
  for (const Line& line : AmendedBy(decision).lines->before) EXPECT_THAT(line.gathered, IsEmpty());
  for (const Line& line : AmendedBy(decision).lines->after) EXPECT_THAT(line.gathered, IsEmpty());
  EXPECT_EQ(test::ReplayOrder(order.log()).value(), order.order());
}

TEST(AmendingGoods, NoLineGoesBelowWhatIsGatheredOfIt) {
  const OrderInTest order = PartlyGathered();
  EXPECT_EQ(order.Try(WithLines(order, [](std::vector<Line>& lines) { lines[0].quantity = 1; })),
            Decision(QuantityBelowGathered(1, 2, 1)));
  EXPECT_EQ(order.Try(WithLines(order, [](std::vector<Line>& lines) { lines.pop_back(); })),
            Decision(QuantityBelowGathered(3, 1, 0)));
  EXPECT_EQ(order.Try(WithLines(order, [](std::vector<Line>& lines) { lines[0].sku = "OTHER"; })),
            Decision(QuantityBelowGathered(1, 2, 0)))
      << "what is gathered is of the product that the line had";
  EXPECT_EQ(Outcome(order.Try(WithLines(
                order, [](std::vector<Line>& lines) { lines.erase(lines.begin() + 1); }))),
            "done")
      << "nothing was gathered of line 2";
}

TEST(AmendingGoods, EveryFlawAgainstTheOrderIsReportedAtOnce) {
  const OrderInTest order;
  UpdateOrder command = Spoiling(order, {OrderField::kPromisedDelivery, OrderField::kLines,
                                         OrderField::kCharges, OrderField::kDeliveryAddress});
  command.given.lines[0].number = 9;
  command.given.promised_delivery = order.now();
  command.given.delivery_address.reset();
  command.currencies = {{"order.lines[1].unit_price", "EUR"}, {"order.charges[0].amount", "USD"}};
  EXPECT_THAT(
      Flaws(order.Try(command)),
      ElementsAre("order.charges[0].amount: CURRENCY_MISMATCH", "order.lines[0].line: UNKNOWN_LINE",
                  "order.promised_delivery: IN_THE_PAST", "order.delivery_address: MISSING"));
}

TEST(AmendingGoods, TotalsMustFitAndBeAsExpected) {
  const OrderInTest order;
  UpdateOrder command =
      WithLines(order, [](std::vector<Line>& lines) { lines.push_back(NewLine("A", 1)); });
  command.expected_gross = Amount{259'15};
  EXPECT_THAT(Flaws(order.Try(command)), ElementsAre("expected_gross: TOTAL_MISMATCH"));
  command.expected_gross = Amount{269'05};
  EXPECT_EQ(Outcome(order.Try(command)), "done");
  EXPECT_THAT(Flaws(order.Try(WithLines(order,
                                        [](std::vector<Line>& lines) {
                                          lines[0].unit_price = Amount{kMaxAmountMinor};
                                          lines[0].quantity = 1;
                                        }))),
              ElementsAre("order: TOTALS_OVERFLOW"));
}

TEST(AmendingGoods, TheChargesAloneChangeTheTotals) {
  OrderInTest order;
  const Decision decision =
      order.Do(Updating(order.order(), {OrderField::kCharges},
                        [](OrderContent& content) { content.charges.clear(); }));
  EXPECT_THAT(Fields(AmendedBy(decision)), ElementsAre("charges"));
  EXPECT_EQ(order.order().totals.gross, Amount{251'15});
}

// --- By itself, before the order is known --------------------------------------------------------

std::vector<std::string> FlawsOf(const UpdateOrder& command) {
  Violations violations;
  Validate(command, "order", violations);
  std::vector<std::string> flaws;
  for (const Violation& violation : std::move(violations).Take())
    flaws.push_back(absl::StrCat(violation.field, ": ", Name(violation.flaw)));
  return flaws;
}

TEST(ValidateUpdateOrder, TheExpectedGrossIsNotNegative) {
  UpdateOrder command;
  command.fields = {OrderField::kCharges};
  command.expected_gross = Amount{-1};
  EXPECT_THAT(FlawsOf(command), ElementsAre("expected_gross: NEGATIVE"));
}

TEST(ValidateUpdateOrder, EveryFieldOfTheMaskIsCheckedAndNoOther) {
  UpdateOrder command;
  command.given.customer.email = "maria at example.gr";
  command.given.customer.phone = "call me";
  command.given.customer.vat_number = "?";
  command.given.promised_delivery = absl::InfiniteFuture();
  command.given.delivery_address = Address{};
  command.given.store = PickupStore{};
  command.given.charges = {{ChargeKind::kOther, "", Amount{-1}, VatRate{2400}}};
  for (OrderField field : kOrderFields) {
    if (field != OrderField::kMethod && field != OrderField::kCompanyName)
      command.fields.Insert(field);
  }
  EXPECT_THAT(
      FlawsOf(command),
      ElementsAre("order.customer.name: MISSING", "order.customer.email: MALFORMED",
                  "order.customer.phone: MALFORMED", "order.customer.vat_number: MALFORMED",
                  "order.promised_delivery: OUT_OF_RANGE", "order.delivery_address.lines: MISSING",
                  "order.delivery_address.postal_code: MISSING",
                  "order.delivery_address.city: MISSING", "order.delivery_address.country: MISSING",
                  "order.store.id: MISSING", "order.store.name: MISSING", "order.lines: MISSING",
                  "order.charges[0].label: MISSING", "order.charges[0].amount: NEGATIVE"));
  command.fields = {OrderField::kCompanyName};
  EXPECT_THAT(FlawsOf(command), IsEmpty());
}

TEST(ValidateUpdateOrder, ALineIsNamedOnce) {
  UpdateOrder command;
  command.fields = {OrderField::kLines};
  command.given.lines = {NewLine("A", 1), NewLine("B", 1), NewLine("C", 1), NewLine("D", 1),
                         NewLine("E", 1)};
  command.given.lines[2].number = 7;
  command.given.lines[3].number = 7;
  command.given.lines[4].number = -1;
  EXPECT_THAT(FlawsOf(command),
              ElementsAre("order.lines[3].line: DUPLICATE", "order.lines[4].line: NEGATIVE"))
      << "but any number of new ones";
}

// --- Names ---------------------------------------------------------------------------------------

TEST(OrderFields, NamesAreReadAsTheyAreWrittenAndStandForOneField) {
  std::vector<std::string> names;
  for (OrderField field : kOrderFields) {
    EXPECT_EQ(OrderFieldFromName(Name(field)), field);
    names.emplace_back(Name(field));
  }
  for (const std::string& name : names) EXPECT_EQ(std::ranges::count(names, name), 1) << name;
  EXPECT_EQ(OrderFieldFromName("customer"), std::nullopt);
  EXPECT_EQ(OrderFieldFromName(""), std::nullopt);
}

}  // namespace
}  // namespace ipstore::orders
