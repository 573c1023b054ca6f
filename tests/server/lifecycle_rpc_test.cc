// The lifecycle as the service tells and does it: DescribeLifecycle is the domain's table,
// ExplainTransitions says what TransitionOrder does.

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/lifecycle.h"
#include "domain/sentences.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::Not;

// Enumerators of the contract have the numbers and, behind a prefix, the names of the domain's.
template <typename Set>
std::vector<int> NumbersOf(const Set& set, const auto& all) {
  std::vector<int> numbers;
  for (auto value : all) {
    if (set.Contains(value)) numbers.push_back(static_cast<int>(value));
  }
  return numbers;
}

std::vector<int> Ints(const auto& values) {
  return {values.begin(), values.end()};
}

TEST(DescribeLifecycle, IsTheTableOfTheDomain) {
  ServerInTest server;
  const v1::DescribeLifecycleResponse described =
      server.Customer(kMariaId).Must(v1::DescribeLifecycleRequest());
  ASSERT_EQ(described.transitions_size(), static_cast<int>(kTransitions.size()));
  for (std::size_t i = 0; i < kTransitions.size(); ++i) {
    const Transition& row = kTransitions[i];
    const v1::Transition& told = described.transitions(static_cast<int>(i));
    EXPECT_EQ(v1::OrderStatus_Name(told.from_status()),
              absl::StrCat("ORDER_STATUS_", Name(row.from)));
    EXPECT_EQ(v1::OrderAction_Name(told.action()), absl::StrCat("ORDER_ACTION_", Name(row.action)));
    EXPECT_EQ(v1::OrderStatus_Name(told.to_status()), absl::StrCat("ORDER_STATUS_", Name(row.to)));
    EXPECT_EQ(Ints(told.roles()), NumbersOf(row.roles, kRoles));
    EXPECT_EQ(Ints(told.guards()), NumbersOf(row.guards, kGuards));
  }
  ASSERT_EQ(described.commands_size(), static_cast<int>(kCommandRules.size()));
  for (std::size_t i = 0; i < kCommandRules.size(); ++i) {
    const CommandRule& rule = kCommandRules[i];
    const v1::CommandRule& told = described.commands(static_cast<int>(i));
    EXPECT_EQ(v1::Command_Name(told.command()), absl::StrCat("COMMAND_", Name(rule.command)));
    EXPECT_EQ(Ints(told.statuses()), NumbersOf(rule.in, kOrderStatuses));
    EXPECT_EQ(Ints(told.roles()), NumbersOf(rule.roles, kRoles));
  }
}

TEST(DescribeLifecycle, HasAWordForEverythingInBothLanguages) {
  ServerInTest server;
  const v1::DescribeLifecycleResponse described =
      server.Staff().Must(v1::DescribeLifecycleRequest());
  ASSERT_EQ(described.statuses_size(), static_cast<int>(kOrderStatuses.size()));
  ASSERT_EQ(described.actions_size(), static_cast<int>(kOrderActions.size()));
  ASSERT_EQ(described.guards_size(), static_cast<int>(kGuards.size()));
  std::set<std::string> words;
  const auto expect_words = [&](const v1::LocalizedText& text) {
    EXPECT_TRUE(words.insert(text.el()).second) << text.el();
    EXPECT_TRUE(words.insert(text.en()).second) << text.en();
  };
  for (int i = 0; i < described.statuses_size(); ++i) {
    const OrderStatus status = kOrderStatuses[static_cast<std::size_t>(i)];
    EXPECT_EQ(described.statuses(i).label().en(), Label(status, Language::kEnglish));
    EXPECT_EQ(described.statuses(i).label().el(), Label(status, Language::kGreek));
    EXPECT_EQ(described.statuses(i).active(), !IsClosed(status));
    expect_words(described.statuses(i).label());
    expect_words(described.statuses(i).meaning());
  }
  for (const v1::ActionDescription& action : described.actions()) expect_words(action.label());
  for (const v1::GuardDescription& guard : described.guards()) expect_words(guard.condition());
  EXPECT_EQ(described.mermaid(), LifecycleAsMermaid());
}

// For each way that an order is fulfilled.
class ExplainAndDo : public testing::TestWithParam<FulfilmentMethod> {
 protected:
  v1::Order OrderOf(const std::string& reference) const {
    switch (GetParam()) {
      case FulfilmentMethod::kCourier:
        return CourierOrder(reference);
      case FulfilmentMethod::kStorePickup:
        return PickupOrder(reference);
      case FulfilmentMethod::kCompanyVehicle:
        return VehicleOrder(reference);
    }
    return {};
  }

  // What TransitionOrder does with good input is what ExplainTransitions says, for every role and
  // action.
  void ExpectAgreement(const v1::Order& order) {
    for (const Client& client :
         {server_.Customer(order.customer().id()), server_.Staff(), server_.Service()}) {
      v1::ExplainTransitionsRequest explain;
      explain.set_name(order.name());
      const v1::ExplainTransitionsResponse explained = client.Must(explain);
      EXPECT_EQ(explained.status(), order.status());
      ASSERT_EQ(explained.actions_size(), static_cast<int>(kOrderActions.size()));
      std::string open;
      for (const v1::ActionExplanation& action : explained.actions()) {
        if (action.allowed()) open += v1::OrderAction_Name(action.action()).substr(13) + ",";
      }
      if (!open.empty()) open.pop_back();
      for (const v1::ActionExplanation& action : explained.actions()) {
        SCOPED_TRACE(
            absl::StrCat(v1::OrderAction_Name(action.action()), " in ", explained.status_text()));
        v1::TransitionOrderRequest step = Stepping(order, action.action());
        step.set_validate_only(true);
        ExpectAsExplained(client.Call(step), action, open);
      }
    }
  }

  static void ExpectAsExplained(const Reply<v1::TransitionOrderResponse>& reply,
                                const v1::ActionExplanation& action, const std::string& open) {
    EXPECT_EQ(reply.ok(), action.allowed());
    EXPECT_EQ(action.reasons().empty(), action.allowed());
    if (reply.ok()) {
      EXPECT_EQ(reply.value.order().status(), action.target());
      EXPECT_EQ(reply.value.order().status_text(), action.target_text());
    } else if (action.open_in_status() && action.role_permitted()) {
      EXPECT_THAT(reply.status,
                  IsRefusal(google::rpc::FAILED_PRECONDITION, "GUARDS_NOT_SATISFIED"));
      std::vector<std::string> failing;
      for (const v1::GuardFailure& guard : action.guards()) {
        // The parcels that come with the step would satisfy this one.
        if (guard.guard() != v1::GUARD_PARCEL_TRACKED)
          failing.push_back(v1::Guard_Name(guard.guard()).substr(6));
      }
      EXPECT_EQ(reply.status.Guards(), failing);
      EXPECT_EQ(reply.status.Metadata()["open_actions"], open);
    } else {
      EXPECT_THAT(reply.status.Reason(), testing::AnyOf("ACTION_NOT_OPEN", "PERMISSION_DENIED"));
      if (reply.status.Reason() == "ACTION_NOT_OPEN") {
        EXPECT_EQ(reply.status.Metadata()["open_actions"], open);
      }
    }
  }

  ServerInTest server_;
};

TEST_P(ExplainAndDo, AgreeInEveryStatusForEveryRoleAndAction) {
  const Client staff = server_.Staff();
  v1::Order order = Place(server_.Service(), OrderOf("WEB-1"));
  while (true) {
    ExpectAgreement(order);
    // With half of what the guards ask for, and with all of it.
    if (order.status() == v1::ORDER_STATUS_PROCESSING) {
      staff.Must(Checking(order, v1::CHECK_KIND_DETAILS));
      staff.Must(Checking(order, v1::CHECK_KIND_PAYMENT, v1::CHECK_OUTCOME_FAILED));
      ExpectAgreement(order);
      staff.Must(Checking(order, v1::CHECK_KIND_PAYMENT));
      staff.Must(Checking(order, v1::CHECK_KIND_AVAILABILITY));
      ExpectAgreement(order);
    }
    if (order.status() == v1::ORDER_STATUS_PREPARING_SHIPMENT) {
      staff.Must(Invoicing(order));
      ExpectAgreement(order);
    }
    if (order.status() == v1::ORDER_STATUS_RECEIVED || HasFailure()) break;
    const v1::OrderStatus next =
        order.status() == v1::ORDER_STATUS_PREPARING_SHIPMENT
            ? static_cast<v1::OrderStatus>(v1::ORDER_STATUS_PREPARING_SHIPMENT +
                                           static_cast<int>(GetParam()))
        : order.status() > v1::ORDER_STATUS_PREPARING_SHIPMENT
            ? v1::ORDER_STATUS_RECEIVED
            : static_cast<v1::OrderStatus>(order.status() + 1);
    order = WalkTo(staff, order, next);
  }
  order = Place(server_.Service(), OrderOf("WEB-2"));
  ExpectAgreement(WalkTo(staff, order, v1::ORDER_STATUS_CANCELLED));
}

INSTANTIATE_TEST_SUITE_P(Methods, ExplainAndDo,
                         testing::Values(FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup,
                                         FulfilmentMethod::kCompanyVehicle),
                         [](const auto& test) { return std::string(Name(test.param)); });

TEST(OrderPage, ShowsTheStatusInTheLanguageOfTheReader) {
  ServerInTest server;
  const v1::Order order = Place(server.Service(), CourierOrder("WEB-1"));
  const Client maria = server.Customer(kMariaId);
  EXPECT_EQ(maria.In("el").Must(Getting(order)).status_text(), "Αναμονή Επεξεργασίας");
  EXPECT_EQ(maria.In("en").Must(Getting(order)).status_text(), "Awaiting Processing");
  EXPECT_EQ(maria.In("de").Must(Getting(order)).status_text(), "Αναμονή Επεξεργασίας");
  EXPECT_EQ(maria.In("de,en;q=0.5,el;q=0.2").Must(Getting(order)).status_text(),
            "Awaiting Processing");
}

TEST(OrderPage, IgnoresWhatOnlyTheServerFillsIn) {
  ServerInTest server;
  v1::Order order = CourierOrder("WEB-1");
  order.set_name("orders/5");
  order.set_status(v1::ORDER_STATUS_RECEIVED);
  order.set_etag("mine");
  order.mutable_totals()->mutable_gross()->set_units(1);
  order.mutable_invoice()->set_number("free of charge");
  order.mutable_lines(0)->set_quantity_gathered(1);
  order.mutable_lines(0)->set_line(9);
  const v1::Order placed = Place(server.Service(), order);
  EXPECT_EQ(placed.status(), v1::ORDER_STATUS_AWAITING_PROCESSING);
  EXPECT_EQ(placed.totals().gross().units(), 259);
  EXPECT_FALSE(placed.has_invoice());
  EXPECT_EQ(placed.lines(0).line(), 1);
  EXPECT_EQ(placed.lines(0).quantity_gathered(), 0);
  EXPECT_THAT(placed.name(), Not(testing::StrEq("orders/5")));
}

TEST(OrderPage, TellsActivitiesWithWhoAndOnWhoseBehalf) {
  ServerInTest server;
  const v1::Order order =
      Place(server.Staff().As(OnBehalfOf(Role::kCustomer, kMariaId)), CourierOrder("WEB-1"));
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.mutable_comment()->set_text("Ξεκινάμε!");
  step.set_notify(false);
  const v1::TransitionOrderResponse moved = server.Staff().Must(step);
  const std::vector<v1::Activity> log = ActivitiesOf(server.Customer(kMariaId), order);
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].actor().id(), "eshop");
  EXPECT_EQ(log[0].on_behalf_of().id(), kMariaId);
  EXPECT_EQ(log[0].notification(), v1::NOTIFICATION_WISH_NOTIFY);
  EXPECT_EQ(log[1].kind(), v1::ACTIVITY_KIND_ORDER_MOVED);
  EXPECT_EQ(log[1].order_moved().to_status(), v1::ORDER_STATUS_PROCESSING);
  EXPECT_EQ(ActivitiesOf(server.Staff(), order)[1].notification(),
            v1::NOTIFICATION_WISH_SUPPRESSED_BY_CALLER);
  EXPECT_EQ(log[2].text(), "Ξεκινάμε!");
  EXPECT_THAT(moved.activities(), ElementsAre(log[1].name(), log[2].name()));
}

}  // namespace
}  // namespace ipstore::orders::test
