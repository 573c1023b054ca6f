// The rules against a plain copy of the product's tables (product_rules.h).

#include "domain/lifecycle.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "domain/decide.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/domain/product_rules.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::ProductCommand;
using test::ProductOrderCommands;
using test::ProductOrderSteps;
using test::ProductStep;
using ::testing::Contains;
using ::testing::HasSubstr;

std::set<std::string> ProductCommandNames() {
  std::set<std::string> names;
  for (const ProductCommand& row : ProductOrderCommands()) names.insert(row.command);
  return names;
}

// "done", or the reason of the refusal.
std::string ExpectedOf(const std::string& command, OrderStatus status, Role role) {
  std::string expected = "PERMISSION_DENIED";
  for (const ProductCommand& row : ProductOrderCommands()) {
    if (row.command != command || !row.roles.contains(std::string(Name(role)))) continue;
    if (row.statuses.contains(static_cast<int>(status))) return "done";
    expected = "COMMAND_NOT_OPEN";
  }
  return expected;
}

const ProductStep* FindRow(OrderStatus from, OrderAction action) {
  return test::FindStep(ProductOrderSteps(), static_cast<int>(from), Name(action));
}

bool SomeRowHasRole(OrderAction action, Role role) {
  return std::ranges::any_of(ProductOrderSteps(), [&](const ProductStep& row) {
    return row.action == Name(action) && row.Allows(role);
  });
}

// The fulfilment method with which an order gets to `status`, and from there takes `action`.
FulfilmentMethod MethodFor(OrderStatus status, OrderAction action) {
  if (status == OrderStatus::kReadyForPickup) return FulfilmentMethod::kStorePickup;
  if (status == OrderStatus::kOnCompanyVehicle) return FulfilmentMethod::kCompanyVehicle;
  if (status == OrderStatus::kPreparingShipment && action == OrderAction::kOfferPickup) {
    return FulfilmentMethod::kStorePickup;
  }
  if (status == OrderStatus::kPreparingShipment && action == OrderAction::kDispatchVehicle) {
    return FulfilmentMethod::kCompanyVehicle;
  }
  return FulfilmentMethod::kCourier;
}

// An order in `status`, with everything done that `action` could ask for.
test::OrderInTest ReadyFor(OrderStatus status, OrderAction action) {
  test::OrderInTest order(test::ContentFor(MethodFor(status, action)));
  order.WalkTo(status);
  if (FindRow(status, action) != nullptr) order.Prepare(action);
  return order;
}

// "moved to 3", or the reason of the refusal.
std::string Outcome(const Decision& decision) {
  if (const auto* refusal = std::get_if<Refusal>(&decision))
    return std::string(Name(refusal->reason));
  const auto& moved = std::get<OrderMoved>(std::get<Activities>(decision).front().event);
  return absl::StrCat("moved to ", static_cast<int>(moved.to));
}

std::string ExpectedOutcome(OrderStatus status, OrderAction action, Role role) {
  const ProductStep* row = FindRow(status, action);
  if (row != nullptr && row->Allows(role)) return absl::StrCat("moved to ", row->to);
  return SomeRowHasRole(action, role) ? "ACTION_NOT_OPEN" : "PERMISSION_DENIED";
}

TEST(Lifecycle, TheTableIsTheProducts) {
  ASSERT_EQ(kTransitions.size(), ProductOrderSteps().size());
  for (const Transition& step : kTransitions) {
    const ProductStep* row = FindRow(step.from, step.action);
    ASSERT_NE(row, nullptr) << Name(step.from) << " " << Name(step.action);
    EXPECT_EQ(static_cast<int>(step.to), row->to) << Name(step.action);
    for (Role role : kRoles) {
      EXPECT_EQ(step.roles.Contains(role), row->Allows(role)) << row->action << Name(role);
    }
    for (Guard guard : kGuards) {
      EXPECT_EQ(step.guards.Contains(guard), row->guards.contains(std::string(Name(guard))))
          << row->action << Name(guard);
    }
  }
}

TEST(Lifecycle, EveryActionInEveryStatusByEveryRoleDoesWhatTheProductSays) {
  for (OrderStatus status : kOrderStatuses) {
    for (OrderAction action : kOrderActions) {
      const test::OrderInTest order = ReadyFor(status, action);
      for (Role role : kRoles) {
        const Decision decision = order.Try(test::Step(action, order.order(), order.now()),
                                            test::CallerOf(role, order.order()));
        EXPECT_EQ(Outcome(decision), ExpectedOutcome(status, action, role))
            << Name(status) << " " << Name(action) << " " << Name(role);
      }
    }
  }
}

TEST(Lifecycle, AServiceHasTheRightsOfWhomItActsFor) {
  for (OrderStatus status : kOrderStatuses) {
    for (OrderAction action : kOrderActions) {
      const test::OrderInTest order = ReadyFor(status, action);
      const TransitionOrder step = test::Step(action, order.order(), order.now());
      for (Role role : {Role::kCustomer, Role::kStaff}) {
        const std::string id = test::CallerOf(role, order.order()).actor.id;
        EXPECT_EQ(Outcome(order.Try(step, test::OnBehalfOf(role, id))),
                  ExpectedOutcome(status, action, role))
            << Name(status) << " " << Name(action) << " for " << Name(role);
      }
    }
  }
}

TEST(Lifecycle, TheCommandTableIsTheProducts) {
  for (const std::string& name : ProductCommandNames()) {
    const auto command =
        std::ranges::find_if(kCommands, [&](Command candidate) { return Name(candidate) == name; });
    ASSERT_NE(command, kCommands.end()) << name;
    for (OrderStatus status : kOrderStatuses) {
      for (Role role : kRoles) {
        EXPECT_EQ(StatusesAllowing(*command, role).Contains(status),
                  ExpectedOf(name, status, role) == "done")
            << name << " " << Name(status) << " " << Name(role);
      }
    }
  }
  EXPECT_EQ(kCommands.size(), ProductCommandNames().size() + 2)
      << "and CREATE_ORDER and IMPORT_ORDER, which have no status";
  EXPECT_EQ(RolesAllowed(Command::kImportOrder), (RoleSet{Role::kStaff, Role::kService}));
  EXPECT_EQ(RolesAllowed(Command::kCreateOrder),
            (RoleSet{Role::kCustomer, Role::kStaff, Role::kService}));
}

// A command that is valid for an order that allows it, by the name of the table.
OrderCommand CommandNamed(const std::string& name, const Order& order) {
  if (name == "RECORD_CHECK") return test::Passed(CheckKind::kPayment);
  if (name == "RECORD_GATHERING") return test::GatherAllOf(order);
  if (name == "RECORD_INVOICE") return test::Invoicing("Α-2002");
  if (name == "RECORD_TRACKING") return RecordTracking{{test::NewParcel("99")}, std::nullopt};
  if (name == "UPDATE_CONTACT")
    return test::Updating(order, {OrderField::kCustomerPhone}, [](OrderContent&) {});
  if (name == "UPDATE_PROMISED_DELIVERY")
    return test::Updating(order, {OrderField::kPromisedDelivery}, [](OrderContent&) {});
  if (name == "UPDATE_FULFILMENT")
    return test::Updating(order, {OrderField::kMethod}, [](OrderContent&) {});
  if (name == "UPDATE_GOODS")
    return test::Updating(order, {OrderField::kLines}, [](OrderContent&) {});
  if (name == "REDACT") return Redact{};
  if (name == "SET_NOTIFICATIONS") return SetNotifications{false};
  if (name == "SUBMIT_FEEDBACK") return SubmitFeedback{5, "Εξαιρετικά!"};
  if (name == "ADD_PUBLIC_COMMENT") return AddComment{{"Ευχαριστώ!", Visibility::kPublic}};
  return AddComment{{"Να μην το πούμε.", Visibility::kInternal}};
}

TEST(Lifecycle, EveryCommandInEveryStatusByEveryRoleDoesWhatTheProductSays) {
  for (OrderStatus status : kOrderStatuses) {
    const test::OrderInTest order = ReadyFor(status, OrderAction::kConfirmReceipt);
    for (const std::string& name : ProductCommandNames()) {
      for (Role role : kRoles) {
        Caller caller = test::CallerOf(role, order.order());
        caller.rights.Insert(Right::kRedact);
        const Decision decision = order.Try(CommandNamed(name, order.order()), caller);
        const auto* refusal = std::get_if<Refusal>(&decision);
        EXPECT_EQ(refusal == nullptr ? "done" : Name(refusal->reason),
                  ExpectedOf(name, status, role))
            << name << " " << Name(status) << " " << Name(role);
      }
    }
  }
}

TEST(Lifecycle, BusinessVehicleIsRefusedToRetailCustomers) {
  OrderContent content = test::VehicleContent();
  content.customer.segment = Segment::kRetail;
  test::OrderInTest order(content);
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Prepare(OrderAction::kDispatchVehicle);
  const Decision decision = order.Take(OrderAction::kDispatchVehicle);
  ASSERT_TRUE(std::holds_alternative<Refusal>(decision));
  const Refusal& refusal = std::get<Refusal>(decision);
  EXPECT_EQ(refusal.reason, Reason::kGuardsNotSatisfied);
  ASSERT_EQ(refusal.guards.size(), 1U);
  EXPECT_EQ(refusal.guards[0].guard, Guard::kCustomerIsBusiness);
}

TEST(Lifecycle, EachFulfilmentMethodHasItsOwnWayToTheCustomer) {
  const std::map<FulfilmentMethod, OrderStatus> branches = {
      {FulfilmentMethod::kCourier, OrderStatus::kHandedToCarrier},
      {FulfilmentMethod::kStorePickup, OrderStatus::kReadyForPickup},
      {FulfilmentMethod::kCompanyVehicle, OrderStatus::kOnCompanyVehicle}};
  for (const auto& [method, branch] : branches) {
    test::OrderInTest order(test::ContentFor(method));
    order.WalkTo(branch);
    EXPECT_EQ(Name(order.order().status()), Name(branch));
    order.WalkTo(OrderStatus::kReceived);
    EXPECT_FALSE(order.order().subject.active);
  }
}

TEST(Lifecycle, ReceivedAndCancelledAreTheOnlyClosedStatuses) {
  for (OrderStatus status : kOrderStatuses) {
    EXPECT_EQ(IsClosed(status), static_cast<int>(status) >= 8) << Name(status);
  }
}

TEST(Lifecycle, NamesAreReadAsTheyAreWritten) {
  for (OrderStatus status : kOrderStatuses) EXPECT_EQ(OrderStatusFromName(Name(status)), status);
  for (OrderAction action : kOrderActions) EXPECT_EQ(OrderActionFromName(Name(action)), action);
  for (Role role : kRoles) EXPECT_EQ(RoleFromName(Name(role)), role);
  EXPECT_EQ(OrderStatusFromName("DELIVERED"), std::nullopt);
  EXPECT_EQ(OrderActionFromName("cancel"), std::nullopt);
  EXPECT_EQ(RoleFromName(""), std::nullopt);
}

TEST(Lifecycle, EveryNameIsUpperSnakeAndStandsForOneThing) {
  std::vector<std::string> names;
  for (OrderStatus value : kOrderStatuses) names.emplace_back(Name(value));
  for (OrderAction value : kOrderActions) names.emplace_back(Name(value));
  for (Guard value : kGuards) names.emplace_back(Name(value));
  for (Command value : kCommands) names.emplace_back(Name(value));
  for (Role value : kRoles) names.emplace_back(Name(value));
  for (const std::string& name : names) {
    EXPECT_THAT(name, ::testing::MatchesRegex("[A-Z_]+"));
    EXPECT_EQ(std::ranges::count(names, name), 1) << name;
  }
}

TEST(Lifecycle, TheDiagramHasEveryStatusAndStepOfTheProduct) {
  const std::string diagram = LifecycleAsMermaid();
  ASSERT_TRUE(diagram.starts_with("stateDiagram-v2\n"));
  ASSERT_TRUE(diagram.ends_with("\n"));
  const std::vector<std::string> lines = absl::StrSplit(diagram, '\n', absl::SkipEmpty());
  for (const ProductStep& row : ProductOrderSteps()) {
    const auto from = Name(static_cast<OrderStatus>(row.from));
    const auto to = Name(static_cast<OrderStatus>(row.to));
    EXPECT_THAT(lines, Contains(absl::StrCat("    ", from, " --> ", to, " : ", row.action)));
  }
  EXPECT_THAT(lines, Contains("    [*] --> AWAITING_PROCESSING"));
  EXPECT_THAT(lines, Contains("    RECEIVED --> [*]"));
  EXPECT_THAT(lines, Contains("    CANCELLED --> [*]"));
  EXPECT_THAT(diagram,
              HasSubstr("state \"5. Delivered to Carrier/Courier\" as HANDED_TO_CARRIER\n"));
  EXPECT_EQ(lines.size(), 1 + kOrderStatuses.size() + 1 + ProductOrderSteps().size() + 2);
}

}  // namespace
}  // namespace ipstore::orders
