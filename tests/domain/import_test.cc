// An order that comes from elsewhere: what may be wrong with it, what it begins with, and that it
// lives on like any other.

#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::Importing;
using test::OrderInTest;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Number kNumber = Number::FromSerial(Number::kFirstSerial);

ImportOrder With(const std::function<void(ImportOrder&)>& change) {
  ImportOrder command = Importing("OLD-1");
  change(command);
  return command;
}

// "order.lines[0].sku MISSING"
std::vector<std::string> FlawsWith(const std::function<void(ImportOrder&)>& change) {
  Violations violations;
  Validate(With(change), violations);
  std::vector<std::string> written;
  for (const Violation& violation : std::move(violations).Take())
    written.push_back(absl::StrCat(violation.field, " ", Name(violation.flaw)));
  return written;
}

std::vector<std::string> FlawsOf(const Decision& decision) {
  std::vector<std::string> written;
  for (const Violation& violation : std::get<Refusal>(decision).violations)
    written.push_back(absl::StrCat(violation.field, " ", Name(violation.flaw)));
  return written;
}

// --- What must hold
// -------------------------------------------------------------------------------

TEST(ImportValidation, AWholeOrderIsFine) {
  EXPECT_THAT(FlawsWith([](ImportOrder&) {}), IsEmpty());
}

TEST(ImportValidation, LessIsRequiredThanOfAnOrderThatIsPlaced) {
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                OrderContent& content = import.order.content;
                content.lines.clear();
                content.customer.name.clear();
                content.customer.email.clear();
                content.customer.segment = Segment::kBusiness;
                content.delivery_address.reset();
                content.promised_delivery = import.created_at - absl::Hours(1);
                import.order.past.clear();
              }),
              IsEmpty());
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                import.order.content.method = FulfilmentMethod::kCompanyVehicle;
              }),
              IsEmpty())
      << "a guard, which is not evaluated";
}

TEST(ImportValidation, WhatIsThereMustBeSound) {
  EXPECT_THAT(
      FlawsWith([](ImportOrder& import) {
        OrderContent& content = import.order.content;
        content.source.clear();
        content.external_reference = std::string(65, 'x');
        content.customer.email = "nobody";
        content.currency = "eur";
        content.lines[1].quantity = 0;
      }),
      ElementsAre("order.source MISSING", "order.external_reference TOO_LONG",
                  "order.customer.email MALFORMED", "order.currency_code MALFORMED",
                  "order.lines[1].quantity NOT_POSITIVE", "order.lines[1].gathered OUT_OF_RANGE"));
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                import.order.checks[CheckKind::kPayment]->by.id.clear();
                import.order.checks[CheckKind::kPayment]->at = absl::Time();
                import.order.invoice->number.clear();
                import.order.vehicle_trip = VehicleTrip{};
              }),
              ElementsAre("order.checks[0].by.id MISSING", "order.checks[0].time MISSING",
                          "order.invoice.number MISSING", "order.vehicle_trip.vehicle MISSING",
                          "order.vehicle_trip.window.start MISSING",
                          "order.vehicle_trip.window.end MISSING"));
}

TEST(ImportValidation, NumbersOfLinesAndParcelsAscend) {
  EXPECT_THAT(
      FlawsWith([](ImportOrder& import) {
        import.order.content.lines[1].number = 1;
        import.order.parcels.push_back(import.order.parcels.front());
      }),
      ElementsAre("order.lines[1].line OUT_OF_RANGE", "order.parcels[1].parcel OUT_OF_RANGE"));
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                import.order.content.lines[2].number = std::numeric_limits<std::int32_t>::max();
              }),
              IsEmpty())
      << "they may have gaps";
}

TEST(ImportValidation, NoMoreIsGatheredThanWasOrderedAndEachSourceStandsOnce) {
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                Line& line = import.order.content.lines[0];
                line.gathered = {{{SourceKind::kWarehouse, "ATH-1"}, line.quantity},
                                 {{SourceKind::kWarehouse, "ATH-1"}, 1}};
              }),
              ElementsAre("order.lines[0].gathered[1].source.id DUPLICATE",
                          "order.lines[0].gathered OUT_OF_RANGE"));
}

TEST(ImportValidation, OfAllTimesOnlyTheReceiptIsComparedWithTheCreation) {
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                import.order.received_at = import.created_at - absl::Seconds(1);
              }),
              ElementsAre("receive_time BEFORE_CREATION"));
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                const absl::Time before = import.created_at - absl::Hours(24);
                import.order.feedback->at = before;
                import.order.changed_at = before;
                import.order.expected_delivery = before;
                for (PastEntry& entry : import.order.past) entry.at = before;
              }),
              IsEmpty())
      << "real pasts have times out of order";
  EXPECT_THAT(FlawsWith([](ImportOrder& import) { import.created_at = absl::Time(); }),
              ElementsAre("create_time MISSING"));
}

TEST(ImportValidation, SomeFieldsStandWithOneStatusOnly) {
  EXPECT_THAT(
      FlawsWith([](ImportOrder& import) {
        import.order.status = OrderStatus::kHandedToCarrier;
        import.order.cancellation_reason = "no";
      }),
      ElementsAre("order.cancellation_reason NOT_FOR_THIS_STATUS", "feedback NOT_FOR_THIS_STATUS"));
}

TEST(ImportValidation, ARatingIsFromOneToFive) {
  for (const std::int32_t rating : {0, 6}) {
    EXPECT_THAT(FlawsWith([&](ImportOrder& import) { import.order.feedback->rating = rating; }),
                ElementsAre("feedback.rating OUT_OF_RANGE"));
  }
}

TEST(ImportValidation, TheLongestSentenceOfOursFitsIntoAPast) {
  RecordGathering most;
  for (std::size_t i = 0; i < kMaxGatheredItems; ++i)
    most.items.push_back({1, 1'000'000, {SourceKind::kSupplier, std::string(kMaxIdentifier, 'x')}});
  Activity gathered = OrderInTest().log().front();
  gathered.event = GatheringRecorded{most.items};
  const std::string sentence = Sentence(gathered, Language::kEnglish, /*for_customer=*/false);
  EXPECT_GT(CountCharacters(sentence), kMaxComment);
  EXPECT_THAT(FlawsWith([&](ImportOrder& import) { import.order.past.front().text = sentence; }),
              IsEmpty());
}

TEST(ImportValidation, EveryEntryOfThePastHasATimeAndWords) {
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                import.order.past = {{}, { import.created_at, std::string("\x01", 1) }};
                import.order.past.push_back({import.created_at, "x", Visibility::kPublic, Actor {
                                               Role::kStaff,
                                               ""
                                             }});
              }),
              ElementsAre("past[0].time MISSING", "past[0].text MISSING",
                          "past[1].text CONTROL_CHARACTER", "past[2].actor.id MISSING"));
  EXPECT_THAT(FlawsWith([](ImportOrder& import) {
                import.order.past.resize(kMaxPast + 1, import.order.past.front());
              }),
              ElementsAre("past TOO_MANY"));
}

// --- Deciding
// ---------------------------------------------------------------------------------------

TEST(ImportDecision, StaffAndServicesMayAndCustomersMayNotEvenForThemselves) {
  for (const Caller& caller :
       {test::Staff(), test::EshopService(), test::OnBehalfOf(Role::kStaff, "nikos")}) {
    EXPECT_TRUE(std::holds_alternative<Activities>(
        Decide(kNumber, Importing("OLD-1"), caller, test::PlacedAt())));
  }
  for (const Caller& caller :
       {test::CustomerCaller(test::kMariaId), test::OnBehalfOf(Role::kCustomer, test::kMariaId)}) {
    EXPECT_EQ(std::get<Refusal>(Decide(kNumber, Importing("OLD-1"), caller, test::PlacedAt())),
              PermissionDenied());
  }
}

TEST(ImportDecision, AnOrderThatIsNotPlacedYetIsRefused) {
  const ImportOrder command = Importing("OLD-1");
  EXPECT_THAT(
      FlawsOf(Decide(kNumber, command, test::Staff(), command.created_at - absl::Microseconds(1))),
      ElementsAre("create_time IN_THE_FUTURE"));
}

TEST(ImportDecision, TotalsAreComputedAndMayNotBeTooLarge) {
  const OrderInTest order(With([](ImportOrder& import) {
    import.order.totals.gross = Amount{1};  // not the caller's to say
  }));
  EXPECT_EQ(order.order().totals, *ComputeTotals(order.order().content));
  EXPECT_THAT(FlawsOf(Decide(kNumber, With([](ImportOrder& import) {
                               Line& line = import.order.content.lines[0];
                               line.unit_price = Amount{kMaxAmountMinor};
                             }),
                             test::Staff(), test::PlacedAt())),
              ElementsAre("order TOTALS_OVERFLOW"));
}

TEST(ImportDecision, AnOrderWithoutLinesComesToNothing) {
  const OrderInTest order(With([](ImportOrder& import) {
    import.order.content.lines.clear();
    import.order.content.charges.clear();
  }));
  EXPECT_EQ(order.order().totals, Totals{});
}

TEST(ImportDecision, NobodyIsNotified) {
  EXPECT_EQ(OrderInTest(Importing("OLD-1")).log().front().notification,
            NotificationWish::kNothingToTell);
}

TEST(ImportDecision, TheActivityHappenedWhenTheOrderWasPlacedAndIsRecordedNow) {
  const OrderInTest order(Importing("OLD-1"));
  EXPECT_EQ(order.log().front().occurred_at, Importing("OLD-1").created_at);
  EXPECT_EQ(order.log().front().recorded_at, test::PlacedAt());
}

// --- The order
// ----------------------------------------------------------------------------------------

TEST(ImportedOrders, StandAsTheyStoodElsewhere) {
  const ImportOrder command = Importing("OLD-1");
  const Order order = OrderInTest(command).order();
  EXPECT_EQ(order.status(), OrderStatus::kReceived);
  EXPECT_FALSE(order.subject.active);
  EXPECT_EQ(order.subject.customer_id, test::kMariaId);
  EXPECT_EQ(order.subject.version, 1);
  EXPECT_EQ(order.subject.last_seq, 1);
  EXPECT_EQ(order.content, command.order.content);
  EXPECT_EQ(order.checks, command.order.checks);
  EXPECT_EQ(order.invoice, command.order.invoice);
  EXPECT_EQ(order.parcels, command.order.parcels);
  EXPECT_EQ(order.last_parcel_number, 3) << "the next parcel is number 4";
  EXPECT_EQ(order.expected_delivery, command.order.expected_delivery);
}

TEST(ImportedOrders, HaveTheTimesOfTheirPast) {
  const ImportOrder command = Importing("OLD-1");
  const Subject head = OrderInTest(command).order().subject;
  EXPECT_EQ(head.created_at, command.created_at);
  EXPECT_EQ(head.last_public_activity_at, command.created_at + absl::Hours(60)) << "the rating";
  EXPECT_EQ(head.last_activity_at, command.created_at + absl::Hours(74)) << "the internal note";
  EXPECT_EQ(head.updated_at, head.last_public_activity_at);
}

TEST(ImportedOrders, ChangedLastWhenTheCallerSaysSo) {
  const ImportOrder command = With(
      [](ImportOrder& import) { import.order.changed_at = import.created_at + absl::Hours(200); });
  const Subject head = OrderInTest(command).order().subject;
  EXPECT_EQ(head.updated_at, *command.order.changed_at);
  EXPECT_EQ(head.last_public_activity_at, *command.order.changed_at);
}

TEST(ImportedOrders, WereNeverActiveAfterTheirImportNorBeforeTheyWerePlaced) {
  const Subject late = OrderInTest(With([](ImportOrder& import) {
                         import.order.past.back().at = test::PlacedAt() + absl::Hours(1);
                         import.order.past.front().at = test::PlacedAt() + absl::Hours(1);
                       }))
                           .order()
                           .subject;
  EXPECT_EQ(late.last_activity_at, test::PlacedAt());
  EXPECT_EQ(late.last_public_activity_at, test::PlacedAt());
  const ImportOrder early = With([](ImportOrder& import) {
    import.order.feedback.reset();
    for (PastEntry& entry : import.order.past) entry.at = import.created_at - absl::Hours(1);
  });
  EXPECT_EQ(OrderInTest(early).order().subject.last_activity_at, early.created_at);
}

TEST(ImportedOrders, AreTheFoldOfTheirLog) {
  for (OrderStatus status : kOrderStatuses) {
    const OrderInTest order(With([&](ImportOrder& import) {
      import.order.status = status;
      if (status != OrderStatus::kReceived) import.order.feedback.reset();
    }));
    EXPECT_EQ(test::ReplayOrder(order.log()).value(), order.order()) << Name(status);
  }
}

TEST(ImportedOrders, LiveOnUnderTheOrdinaryRules) {
  OrderInTest order(With([](ImportOrder& import) {
    import.order.status = OrderStatus::kProcessing;
    import.order.feedback.reset();
    for (Line& line : import.order.content.lines) line.gathered.clear();
  }));
  // The guards that were not evaluated for the import are for the next step.
  const Decision refused = order.Take(OrderAction::kStartGathering);
  ASSERT_TRUE(std::holds_alternative<Refusal>(refused));
  EXPECT_EQ(std::get<Refusal>(refused).reason, Reason::kGuardsNotSatisfied);
  order.WalkTo(OrderStatus::kReceived);
  EXPECT_EQ(order.order().status(), OrderStatus::kReceived);
  EXPECT_EQ(order.order().subject.created_at, Importing("OLD-1").created_at);
  EXPECT_EQ(order.order().subject.last_activity_at, order.now());
  EXPECT_EQ(test::ReplayOrder(order.log()).value(), order.order());
}

TEST(ImportedOrders, BeginALogAndComeNowhereElse) {
  OrderInTest placed;
  Activity imported = OrderInTest(Importing("OLD-1")).log().front();
  imported.seq = 2;
  std::vector<Activity> log = placed.log();
  log.push_back(imported);
  EXPECT_FALSE(Replay(log).ok());
}

TEST(ImportedOrders, AreSpokenOfInBothLanguages) {
  const Activity imported = OrderInTest(Importing("OLD-1")).log().front();
  EXPECT_EQ(Sentence(imported, Language::kEnglish, /*for_customer=*/true),
            "The order was imported from \"old-shop\", with its past.");
  EXPECT_EQ(Sentence(imported, Language::kGreek, /*for_customer=*/true),
            "Η παραγγελία μεταφέρθηκε εδώ από το «old-shop», με το ιστορικό της.");
}

}  // namespace
}  // namespace ipstore::orders
