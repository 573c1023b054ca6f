// What holds for every order whatever anybody does to it.

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/sentences.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "tests/domain/product_rules.h"
#include "tests/domain/random_orders.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::OrderWalk;
using test::OrderWalks;
using test::ProductStep;
using test::TriedOnOrder;

const ProductStep* FindStep(const OrderMoved& moved) {
  return test::FindStep(test::ProductOrderSteps(), static_cast<int>(moved.from),
                        Name(moved.action));
}

// The step that was taken, if any. No command takes two.
const OrderMoved* StepAmong(const Activities& activities) {
  const OrderMoved* step = nullptr;
  for (const Activity& activity : activities) {
    const auto* moved = std::get_if<OrderMoved>(&activity.event);
    if (moved == nullptr) continue;
    RC_ASSERT(step == nullptr);
    step = moved;
  }
  return step;
}

// The guards once more, from the product's words: whether `guard` held for an order that was
// `before` when somebody took the step `moved`.
bool Held(const std::string& guard, const Order& before, const OrderMoved& moved) {
  const auto passed = [&](CheckKind kind) {
    return before.checks[kind].has_value() && before.checks[kind]->outcome == CheckOutcome::kPassed;
  };
  const auto tracked = [](const Parcel& parcel) {
    return !parcel.carrier.empty() && !parcel.tracking_number.empty();
  };
  if (guard == "DETAILS_VERIFIED") return passed(CheckKind::kDetails);
  if (guard == "AVAILABILITY_CONFIRMED") return passed(CheckKind::kAvailability);
  if (guard == "PAYMENT_ARRANGED") return passed(CheckKind::kPayment);
  if (guard == "ALL_LINES_GATHERED") {
    return std::ranges::all_of(before.content.lines, [](const Line& line) {
      std::int64_t gathered = 0;
      for (const GatheredFrom& from : line.gathered) gathered += from.quantity;
      return gathered == line.quantity;
    });
  }
  if (guard == "METHOD_IS_COURIER") return before.content.method == FulfilmentMethod::kCourier;
  if (guard == "METHOD_IS_STORE_PICKUP")
    return before.content.method == FulfilmentMethod::kStorePickup;
  if (guard == "METHOD_IS_COMPANY_VEHICLE")
    return before.content.method == FulfilmentMethod::kCompanyVehicle;
  if (guard == "CUSTOMER_IS_BUSINESS") return before.content.customer.segment == Segment::kBusiness;
  if (guard == "INVOICED") return before.invoice.has_value();
  if (guard == "STORE_CHOSEN") return before.content.store.has_value();
  // The one that the action itself may mend: a parcel can come with it.
  if (guard == "PARCEL_TRACKED") {
    return std::ranges::any_of(before.parcels, tracked) ||
           std::ranges::any_of(moved.parcels, tracked);
  }
  return false;
}

// Whether the step was given what the product says it takes.
bool GivenWhatItTakes(const OrderMoved& moved) {
  switch (moved.action) {
    case OrderAction::kOfferPickup:
      return moved.pickup_until.has_value();
    case OrderAction::kDispatchVehicle:
      return moved.vehicle_trip.has_value();
    case OrderAction::kReturnToGathering:
      return !moved.reason.empty() && !moved.regather.empty();
    case OrderAction::kCancel:
    case OrderAction::kReturnToProcessing:
    case OrderAction::kReturnUndelivered:
      return !moved.reason.empty();
    case OrderAction::kStartProcessing:
    case OrderAction::kStartGathering:
    case OrderAction::kStartPreparing:
    case OrderAction::kHandToCarrier:
    case OrderAction::kConfirmReceipt:
      return true;
  }
  return false;
}

RC_GTEST_PROP(OrderProperties, AnOrderIsTheFoldOfItsLog, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const absl::StatusOr<Order> replayed = test::ReplayOrder(tried.log);
    RC_ASSERT(replayed.ok());
    RC_ASSERT(*replayed == tried.after);
  });
}

RC_GTEST_PROP(OrderProperties, ALogTellsTheSameOrderWhenItIsRedacted, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const absl::StatusOr<Order> replayed = test::ReplayOrder(test::AsStored(tried.log));
    RC_ASSERT(replayed.ok());
    RC_ASSERT(*replayed == tried.after);
  });
}

RC_GTEST_PROP(OrderProperties, AStepIsTakenOnlyWhenItsGuardsHeld, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Activities added = tried.added();
    const OrderMoved* moved = StepAmong(added);
    if (moved == nullptr) return;
    const ProductStep* step = FindStep(*moved);
    RC_ASSERT(step != nullptr);
    for (const std::string& guard : step->guards) RC_ASSERT(Held(guard, tried.before, *moved));
    RC_ASSERT(GivenWhatItTakes(*moved));
  });
}

RC_GTEST_PROP(OrderProperties, AStepIsTakenOnlyByWhomTheProductAllowsIt, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Activities added = tried.added();
    const OrderMoved* moved = StepAmong(added);
    if (moved == nullptr) return;
    const Actor& who = tried.caller.on_behalf_of.value_or(tried.caller.actor);
    const ProductStep* step = FindStep(*moved);
    RC_ASSERT(step != nullptr);
    RC_ASSERT(step->Allows(who.role));
    RC_ASSERT(who.role != Role::kCustomer ||
              (!who.id.empty() && who.id == tried.before.content.customer.id));
  });
}

// All that a command on an order is refused with.
constexpr std::array kReasonsForOrders = {
    Reason::kPermissionDenied, Reason::kInvalidRequest,        Reason::kActionNotOpen,
    Reason::kCommandNotOpen,   Reason::kGuardsNotSatisfied,    Reason::kGatheringExceedsOrdered,
    Reason::kFrozenByInvoice,  Reason::kQuantityBelowGathered, Reason::kFeedbackAlreadyGiven,
    Reason::kMissingRight};

RC_GTEST_PROP(OrderProperties, ARefusalChangesNothingAndSaysWhy, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Refusal* refusal = tried.refusal();
    if (refusal == nullptr) return;
    RC_ASSERT(tried.after == tried.before);
    RC_ASSERT(static_cast<std::int32_t>(tried.log.size()) == tried.before.subject.last_seq);
    RC_ASSERT(std::ranges::count(kReasonsForOrders, refusal->reason) == 1);
    RC_ASSERT(refusal->violations.empty() == (refusal->reason != Reason::kInvalidRequest));
    RC_ASSERT(refusal->guards.empty() == (refusal->reason != Reason::kGuardsNotSatisfied));
    RC_ASSERT(!Sentence(*refusal, Language::kGreek).empty());
    RC_ASSERT(!Sentence(*refusal, Language::kEnglish).empty());
  });
}

RC_GTEST_PROP(OrderProperties, TheStatusMovesOnlyAlongTheProductsSteps, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Activities added = tried.added();
    const OrderMoved* moved = StepAmong(added);
    RC_ASSERT((moved != nullptr) == (tried.before.status() != tried.after.status()));
    if (moved == nullptr) return;
    const ProductStep* step = FindStep(*moved);
    RC_ASSERT(step != nullptr);
    RC_ASSERT(moved->from == tried.before.status());
    RC_ASSERT(moved->to == tried.after.status());
    RC_ASSERT(step->to == static_cast<int>(tried.after.status()));
  });
}

RC_GTEST_PROP(OrderProperties, WhatIsClosedStaysClosed, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const auto closed = [](const Order& order) {
      return order.status() == OrderStatus::kReceived || order.status() == OrderStatus::kCancelled;
    };
    RC_ASSERT(tried.after.subject.active == !closed(tried.after));
    if (closed(tried.before)) RC_ASSERT(tried.after.status() == tried.before.status());
  });
}

// Given good input: what Explain() says can be done can be done, and nothing else.
RC_GTEST_PROP(OrderProperties, WhatIsExplainedAsOpenIsDoneAndNothingElse, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Order& order = tried.after;
    for (const Caller& caller : test::CallersAbout(order)) {
      const std::vector<OrderAction> open = OpenActions(order, caller);
      for (const ActionExplanation& explained : Explain(order, caller)) {
        RC_ASSERT(explained.allowed == (std::ranges::count(open, explained.action) == 1));
        const Decision decision =
            Decide(order, test::Step(explained.action, order, tried.at), caller, tried.at);
        const auto* refusal = std::get_if<Refusal>(&decision);
        RC_ASSERT(explained.allowed == (refusal == nullptr));
        if (refusal == nullptr) continue;
        RC_ASSERT((refusal->reason == Reason::kGuardsNotSatisfied) ==
                  (explained.open_in_status && explained.role_permitted));
        RC_ASSERT(std::ranges::count(refusal->open_actions, explained.action) == 0);
      }
    }
  });
}

RC_GTEST_PROP(OrderProperties, NoLineIsGatheredBeyondItsQuantity, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    for (const Line& line : tried.after.content.lines) {
      RC_ASSERT(line.GatheredQuantity() >= 0);
      RC_ASSERT(line.GatheredQuantity() <= line.quantity);
    }
  });
}

RC_GTEST_PROP(OrderProperties, ALinesNumberIsItsOwnForGood, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const std::vector<Line>& lines = tried.after.content.lines;
    RC_ASSERT(!lines.empty());
    RC_ASSERT(std::ranges::is_sorted(lines, std::less_equal<>(), &Line::number));
    for (const Line& line : lines) {
      RC_ASSERT(tried.before.FindLine(line.number) != nullptr ||
                line.number > tried.before.LastLineNumber());
    }
    RC_ASSERT(tried.after.LastLineNumber() >= tried.before.LastLineNumber());
  });
}

RC_GTEST_PROP(OrderProperties, WhatTheInvoiceSaysStaysTrue, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Order& before = tried.before;
    if (!before.invoice.has_value()) return;
    RC_ASSERT(before.totals == tried.after.totals);
    RC_ASSERT(before.content.charges == tried.after.content.charges);
    RC_ASSERT(before.content.method == tried.after.content.method);
    if (before.subject.redacted_at == tried.after.subject.redacted_at)
      RC_ASSERT(before.content.delivery_address == tried.after.content.delivery_address);
    RC_ASSERT(before.content.store == tried.after.content.store);
  });
}

RC_GTEST_PROP(OrderProperties, TotalsAndDeliveryFitTheContent, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Order& order = tried.after;
    RC_ASSERT(order.totals == ComputeTotals(order.content));
    // A redaction takes the address away; it may be given again.
    RC_ASSERT(order.subject.redacted_at.has_value() ||
              order.content.delivery_address.has_value() ==
                  (order.content.method != FulfilmentMethod::kStorePickup));
  });
}

// Deciding is a pure function: a batch that the database rolled back is decided again.
RC_GTEST_PROP(OrderProperties, TheSameCallsMakeTheSameLog, (const OrderWalk& walk)) {
  const auto log_of = [&] {
    std::vector<Activity> log;
    Walk(walk, [&](const TriedOnOrder& tried) { log = tried.log; });
    return log;
  };
  RC_ASSERT(log_of() == log_of());
}

RC_GTEST_PROP(OrderProperties, TheHeadCountsTheLog, (const OrderWalk& walk)) {
  Walk(walk, [](const TriedOnOrder& tried) {
    const Subject& head = tried.after.subject;
    RC_ASSERT(head.last_seq == static_cast<std::int32_t>(tried.log.size()));
    RC_ASSERT(head.version == std::ranges::count_if(tried.log, [](const Activity& activity) {
                const auto* redacted = std::get_if<Redacted>(&activity.event);
                const bool of_a_comment = redacted != nullptr && redacted->comment_seq.has_value();
                return !of_a_comment && !std::holds_alternative<CommentAdded>(activity.event);
              }));
    RC_ASSERT(head.last_public_activity_at <= head.last_activity_at);
    RC_ASSERT(head.updated_at <= head.last_activity_at);
    RC_ASSERT(head.last_activity_at == tried.log.back().recorded_at);
  });
}

// "4 -HAND_TO_CARRIER-> 5 STAFF"
std::string Edge(const ProductStep& step, const std::string& role) {
  return absl::StrCat(step.from, " -", step.action, "-> ", step.to, " ", role);
}

// The properties would hold of walks that get nowhere.
TEST(RandomOrders, TakeEveryStepByEveryRoleAndMeetEveryEventAndReason) {
  std::set<std::string> edges;
  std::set<int> statuses;
  std::set<ActivityKind> kinds;
  std::set<Reason> reasons;
  for (const OrderWalk& walk : test::ValuesOf(OrderWalks(), /*seed=*/20261102, /*count=*/300)) {
    Walk(walk, [&](const TriedOnOrder& tried) {
      statuses.insert(static_cast<int>(tried.after.status()));
      for (const Activity& activity : tried.added()) {
        kinds.insert(KindOf(activity.event));
        const auto* moved = std::get_if<OrderMoved>(&activity.event);
        if (moved == nullptr) continue;
        edges.insert(Edge(*FindStep(*moved), std::string(Name(tried.caller.EffectiveRole()))));
      }
      if (tried.refusal() != nullptr) reasons.insert(tried.refusal()->reason);
    });
  }
  for (const ProductStep& step : test::ProductOrderSteps()) {
    for (const std::string& role : step.roles)
      EXPECT_TRUE(edges.contains(Edge(step, role))) << Edge(step, role);
  }
  EXPECT_THAT(statuses, ::testing::ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(kinds.size(), 10U) << "all that happen to orders, but for their creation";
  for (Reason reason : kReasonsForOrders) EXPECT_TRUE(reasons.contains(reason)) << Name(reason);
}

}  // namespace
}  // namespace ipstore::orders
