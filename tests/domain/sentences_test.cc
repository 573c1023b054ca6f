// Every enumerator has its words in both languages, and every sentence shows its facts.

#include "domain/sentences.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr Language kEl = Language::kGreek;
constexpr Language kEn = Language::kEnglish;

bool HasGreekLetters(absl::string_view text) {
  // Greek and Coptic is U+0370..U+03FF: two bytes of which the first is CD, CE or CF.
  return text.find('\xCE') != absl::string_view::npos ||
         text.find('\xCF') != absl::string_view::npos;
}

void ExpectBothLanguages(absl::string_view greek, absl::string_view english) {
  EXPECT_TRUE(HasGreekLetters(greek)) << greek;
  EXPECT_FALSE(english.empty());
  EXPECT_FALSE(HasGreekLetters(english)) << english;
  EXPECT_THAT(std::string(greek), Not(HasSubstr("{")));
  EXPECT_THAT(std::string(english), Not(HasSubstr("{")));
}

template <typename Enumerators>
void ExpectLabels(const Enumerators& values) {
  std::map<absl::string_view, int> seen;
  for (auto value : values) {
    ExpectBothLanguages(Label(value, kEl), Label(value, kEn));
    EXPECT_EQ(++seen[Label(value, kEl)], 1) << Label(value, kEl);
    EXPECT_EQ(++seen[Label(value, kEn)], 1) << Label(value, kEn);
  }
}

void ExpectSentences(const std::string& greek, const std::string& english) {
  ExpectBothLanguages(greek, english);
  EXPECT_THAT(greek, EndsWith("."));
  EXPECT_THAT(english, EndsWith("."));
}

// True of an order and of an enquiry alike.
void ExpectOfAnyKind(const std::string& greek, const std::string& english) {
  EXPECT_THAT(greek, AllOf(Not(HasSubstr("αραγγελί")), Not(HasSubstr("αίτημα"))));
  EXPECT_THAT(english, AllOf(Not(HasSubstr("order")), Not(HasSubstr("enquiry"))));
}

// --- Labels --------------------------------------------------------------------------------------

TEST(Labels, StatusesAreCalledWhatTheShopCallsThem) {
  const std::vector<std::pair<std::string, std::string>> product = {
      {"Αναμονή Επεξεργασίας", "Awaiting Processing"},
      {"Επεξεργασία Παραγγελίας", "Order Processing"},
      {"Συγκέντρωση Προϊόντων", "Gathering Products"},
      {"Προετοιμασία Αποστολής", "Preparing for Shipment"},
      {"Παραδόθηκε σε Μεταφορική/Courier", "Delivered to Carrier/Courier"},
      {"Παραλαβή από το Κατάστημα", "Pickup from Store"},
      {"Αποστολή με Μέσο της IP Partners", "Shipment by IP Partners Vehicle"},
      {"Παραλήφθηκε από τον Πελάτη", "Received by Customer"},
      {"Ακυρώθηκε", "Cancelled"}};
  ASSERT_EQ(product.size(), kOrderStatuses.size());
  for (OrderStatus status : kOrderStatuses) {
    const auto& [greek, english] = product[static_cast<std::size_t>(status) - 1];
    EXPECT_EQ(Label(status, kEl), greek);
    EXPECT_EQ(Label(status, kEn), english);
  }
}

TEST(Labels, EveryEnumeratorHasItsOwnInBothLanguages) {
  ExpectLabels(kOrderStatuses);
  ExpectLabels(kOrderActions);
  ExpectLabels(kCommands);
  ExpectLabels(kRoles);
  ExpectLabels(kCheckKinds);
  ExpectLabels(std::array{FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup,
                          FulfilmentMethod::kCompanyVehicle});
  ExpectLabels(std::array{PaymentMethod::kCard, PaymentMethod::kBankTransfer,
                          PaymentMethod::kCashOnDelivery, PaymentMethod::kPayInStore,
                          PaymentMethod::kOnAccount});
  ExpectLabels(std::array{CheckOutcome::kPassed, CheckOutcome::kFailed, CheckOutcome::kWithdrawn});
  ExpectLabels(std::array{ChargeKind::kShipping, ChargeKind::kCashOnDelivery, ChargeKind::kOther});
  ExpectLabels(kOrderFields);
  ExpectLabels(kEnquiryStatuses);
  ExpectLabels(kEnquiryActions);
  ExpectLabels(kEnquiryKinds);
}

TEST(Meanings, EveryStatusIsExplainedInOneSentence) {
  for (OrderStatus status : kOrderStatuses) {
    ExpectSentences(std::string(Meaning(status, kEl)), std::string(Meaning(status, kEn)));
  }
  for (EnquiryStatus status : kEnquiryStatuses) {
    ExpectSentences(std::string(Meaning(status, kEl)), std::string(Meaning(status, kEn)));
  }
}

TEST(Meanings, NoOrderIsPreparedForATransportThatItDoesNotTake) {
  using enum FulfilmentMethod;
  const auto preparing = [](FulfilmentMethod method, Language language) {
    return std::string(Meaning(OrderStatus::kPreparingShipment, method, language));
  };
  EXPECT_EQ(preparing(kCourier, kEl), Meaning(OrderStatus::kPreparingShipment, kEl));
  for (FulfilmentMethod method : {kStorePickup, kCompanyVehicle}) {
    EXPECT_THAT(preparing(method, kEl), Not(HasSubstr("μεταφορείς")));
    EXPECT_THAT(preparing(method, kEn), Not(HasSubstr("shipping agent")));
    for (OrderStatus status : kOrderStatuses) {
      ExpectSentences(std::string(Meaning(status, method, kEl)),
                      std::string(Meaning(status, method, kEn)));
    }
  }
  EXPECT_THAT(preparing(kStorePickup, kEl), HasSubstr("παραλαβή από το κατάστημα"));
}

TEST(Meanings, TheWordsAreThoseOfTheShopsPage) {
  EXPECT_EQ(Meaning(OrderStatus::kAwaitingProcessing, kEn),
            "Your order has been received and is queued for processing.");
  EXPECT_EQ(Meaning(OrderStatus::kGatheringProducts, kEl),
            "Συλλέγουμε τα είδη από τις διάφορες αποθήκες ή/και από τους προμηθευτές μας.");
}

TEST(Conditions, EveryGuardHasOneWithoutAFullStop) {
  for (Guard guard : kGuards) {
    ExpectBothLanguages(Condition(guard, kEl), Condition(guard, kEn));
    EXPECT_THAT(std::string(Condition(guard, kEl)), Not(EndsWith(".")));
    EXPECT_THAT(std::string(Condition(guard, kEn)), Not(EndsWith(".")));
  }
}

// --- Violations ----------------------------------------------------------------------------------

// Every flaw with the facts that refusal.h promises for it.
std::vector<Violation> OneOfEachFlaw() {
  const auto text = [](const char* value) { return FactValue(std::string(value)); };
  const auto number = [](std::int64_t value) { return FactValue(value); };
  return {{"f", Flaw::kMissing, {}},
          {"f", Flaw::kTooLong, {{"max", number(64)}}},
          {"f", Flaw::kTooMany, {{"max", number(200)}}},
          {"f", Flaw::kNotUtf8, {}},
          {"f", Flaw::kControlCharacter, {}},
          {"f", Flaw::kUnknownValue, {{"value", text("17")}}},
          {"f", Flaw::kMalformed, {{"expected", text("GR")}}},
          {"f", Flaw::kWrongCheckDigit, {{"value", text("1000000019")}}},
          {"f", Flaw::kNotPositive, {}},
          {"f", Flaw::kNegative, {}},
          {"f", Flaw::kOutOfRange, {{"min", number(1)}, {"max", number(7)}}},
          {"f", Flaw::kCurrencyMismatch, {{"expected", text("EUR")}, {"given", text("USD")}}},
          {"f", Flaw::kFractionOfMinorUnit, {}},
          {"f", Flaw::kDiscountTooLarge, {}},
          {"f", Flaw::kTotalsOverflow, {}},
          {"f",
           Flaw::kTotalMismatch,
           {{"expected", text("10.00 EUR")}, {"computed", text("12.40 EUR")}}},
          {"f", Flaw::kDuplicate, {{"value", number(3)}}},
          {"f", Flaw::kUnknownLine, {{"line", number(9)}}},
          {"f", Flaw::kUnknownParcel, {{"parcel", number(8)}}},
          {"f", Flaw::kEndBeforeStart, {}},
          {"f", Flaw::kInThePast, {}},
          {"f", Flaw::kNotForThisCaller, {}},
          {"f", Flaw::kNeedsBusinessCustomer, {}},
          {"f", Flaw::kNotForThisMethod, {{"method", FulfilmentMethod::kStorePickup}}},
          {"f", Flaw::kNotTheCustomers, {}},
          {"f", Flaw::kNotUpdatable, {{"value", text("status")}}},
          {"f", Flaw::kBeforeCreation, {}},
          {"f", Flaw::kInTheFuture, {}},
          {"f", Flaw::kNotForThisStatus, {{"status", OrderStatus::kReceived}}}};
}

template <typename WithFacts>
void ExpectFactsShown(const WithFacts& subject) {
  for (Language language : {kEl, kEn}) {
    for (const Fact& fact : subject.facts) {
      std::string shown = FactAsText(fact.value);
      if (const auto* method = std::get_if<FulfilmentMethod>(&fact.value))
        shown = std::string(Label(*method, language));
      if (const auto* action = std::get_if<OrderAction>(&fact.value))
        shown = std::string(Label(*action, language));
      if (const auto* status = std::get_if<OrderStatus>(&fact.value))
        shown = std::string(Label(*status, language));
      if (const auto* command = std::get_if<Command>(&fact.value))
        shown = std::string(Label(*command, language));
      if (const auto* action = std::get_if<EnquiryAction>(&fact.value))
        shown = std::string(Label(*action, language));
      if (const auto* status = std::get_if<EnquiryStatus>(&fact.value))
        shown = std::string(Label(*status, language));
      EXPECT_THAT(Sentence(subject, language), HasSubstr(shown)) << fact.name;
    }
  }
}

TEST(ViolationSentences, EveryFlawHasOneInBothLanguagesWithItsFacts) {
  const std::vector<Violation> violations = OneOfEachFlaw();
  EXPECT_EQ(violations.size(), static_cast<std::size_t>(Flaw::kNotForThisStatus))
      << "a flaw is missing from this test";
  for (const Violation& violation : violations) {
    SCOPED_TRACE(Name(violation.flaw));
    ExpectSentences(Sentence(violation, kEl), Sentence(violation, kEn));
    ExpectFactsShown(violation);
  }
}

TEST(ViolationSentences, WhatCallersSentIsNotReadAsATemplate) {
  const Violation violation{"f", Flaw::kUnknownValue, {{"value", std::string("{max} {value} }{")}}};
  EXPECT_THAT(Sentence(violation, kEn), HasSubstr("\"{max} {value} }{\""));
}

// --- Guards --------------------------------------------------------------------------------------

std::vector<Fact> CheckState(const char* state) {
  return {{"check_state", std::string(state)}};
}

TEST(GuardSentences, EveryGuardHasOneInBothLanguages) {
  const std::map<Guard, std::vector<Fact>> facts = {
      {Guard::kDetailsVerified, CheckState("FAILED")},
      {Guard::kAvailabilityConfirmed, CheckState("FAILED")},
      {Guard::kPaymentArranged, CheckState("FAILED")},
      {Guard::kAllLinesGathered, {{"missing", std::int64_t{5}}, {"lines", std::string("1, 3")}}},
      {Guard::kMethodIsCourier, {{"method", FulfilmentMethod::kStorePickup}}},
      {Guard::kMethodIsStorePickup, {{"method", FulfilmentMethod::kCourier}}},
      {Guard::kMethodIsCompanyVehicle, {{"method", FulfilmentMethod::kCourier}}}};
  for (Guard guard : kGuards) {
    SCOPED_TRACE(Name(guard));
    const GuardFailure failure{guard,
                               facts.contains(guard) ? facts.at(guard) : std::vector<Fact>{}};
    ExpectSentences(Sentence(failure, kEl), Sentence(failure, kEn));
    const bool of_a_check = !failure.facts.empty() && failure.facts.front().name == "check_state";
    if (!of_a_check) ExpectFactsShown(failure);
  }
}

TEST(GuardSentences, AFailedCheckReadsDifferentlyFromOneNotMade) {
  for (Guard guard :
       {Guard::kDetailsVerified, Guard::kAvailabilityConfirmed, Guard::kPaymentArranged}) {
    const GuardFailure failed{guard, CheckState("FAILED")};
    const GuardFailure not_recorded{guard, CheckState("NOT_RECORDED")};
    ExpectSentences(Sentence(not_recorded, kEl), Sentence(not_recorded, kEn));
    EXPECT_NE(Sentence(failed, kEl), Sentence(not_recorded, kEl));
    EXPECT_NE(Sentence(failed, kEn), Sentence(not_recorded, kEn));
  }
}

TEST(GuardSentences, OnePieceIsSpokenOfInTheSingular) {
  const GuardFailure one{Guard::kAllLinesGathered,
                         {{"missing", std::int64_t{1}}, {"lines", std::string("2")}}};
  EXPECT_EQ(Sentence(one, kEn), "1 piece is still to be gathered (line 2).");
  EXPECT_EQ(Sentence(one, kEl), "Απομένει 1 τεμάχιο προς συγκέντρωση (γραμμή 2).");
}

// --- Refusals ------------------------------------------------------------------------------------

std::vector<Refusal> OneOfEachReason(const Order& order) {
  const std::vector<OrderAction> open = {OrderAction::kCancel, OrderAction::kReturnToProcessing};
  return {InvalidRequest(OneOfEachFlaw()),
          RequestIdReused("req-1"),
          OrderNotFound("1000000018"),
          CommentNotFound("orders/1000000018/comments/x"),
          PermissionDenied(),
          Unauthenticated("x-actor-role"),
          ExternalReferenceExists("eshop", "WEB-1"),
          NumberTaken("1000000018"),
          ActionNotOpen(order, OrderAction::kConfirmReceipt, open),
          GuardsNotSatisfied(order, OrderAction::kStartGathering,
                             {{Guard::kInvoiced, {}}, {Guard::kStoreChosen, {}}}, open),
          CommandNotOpen(order, Command::kRecordInvoice),
          GatheringExceedsOrdered(3, 10, 8, 4),
          EnquiryNotFound("enquiries/1000000026"),
          EnquiryActionNotOpen(test::EnquiryInTest().enquiry(), EnquiryAction::kResume,
                               {EnquiryAction::kTakeUp}),
          OpenANewEnquiry(test::EnquiryInTest().enquiry()),
          EtagMismatch("v4", "v6"),
          Overloaded(),
          Unavailable(),
          DeadlineExceeded(),
          CancelledByCaller(),
          Internal("7f3a"),
          FeedbackAlreadyGiven(order),
          QuantityBelowGathered(3, 8, 5),
          FrozenByInvoice(order, Command::kUpdateGoods),
          MissingRight("redact"),
          RedactionNotFound("redactions/7"),
          FeedHistoryChanged(),
          ActivityNotUnderstood("t"),
          WatcherTooSlow("t"),
          TooManyStreams(100),
          ConsumerNotFound("feedConsumers/erp"),
          NotificationNotFound("orders/1000000018/notifications/a"),
          ActivityNotFound("orders/1000000018/activities/a"),
          EmailNotFound("receivedEmails/7"),
          MailNotConfigured()};
}

TEST(RefusalSentences, EveryReasonHasOneInBothLanguagesWithItsFacts) {
  test::OrderInTest order;
  order.WalkTo(OrderStatus::kPreparingShipment);
  order.Do(test::Invoicing("T-1001"));
  const std::vector<Refusal> refusals = OneOfEachReason(order.order());
  ASSERT_EQ(refusals.size(), kReasons.size());
  for (std::size_t i = 0; i < refusals.size(); ++i) {
    EXPECT_EQ(refusals[i].reason, kReasons[i]);
    SCOPED_TRACE(Name(refusals[i].reason));
    ExpectSentences(Sentence(refusals[i], kEl), Sentence(refusals[i], kEn));
    ExpectFactsShown(refusals[i]);
  }
}

TEST(RefusalSentences, TheyEndWithWhatIsOpenInstead) {
  const test::OrderInTest order;
  const Refusal refusal = ActionNotOpen(order.order(), OrderAction::kStartPreparing,
                                        {OrderAction::kStartProcessing, OrderAction::kCancel});
  EXPECT_EQ(Sentence(refusal, kEn),
            "You cannot use \"Start preparing for shipment\" on order 1000000018 while its status "
            "is \"Awaiting "
            "Processing\". Open now: Start processing, Cancel order.");
  EXPECT_THAT(Sentence(refusal, kEl),
              EndsWith("Διαθέσιμες ενέργειες: Έναρξη επεξεργασίας, Ακύρωση παραγγελίας."));
}

TEST(RefusalSentences, WhereNothingIsOpenNothingIsSaidOfIt) {
  const test::OrderInTest order;
  const Refusal refusal = ActionNotOpen(order.order(), OrderAction::kStartPreparing, {});
  EXPECT_THAT(Sentence(refusal, kEn), Not(HasSubstr("Open now")));
}

TEST(RefusalSentences, OneIsSpokenOfInTheSingular) {
  const Refusal one = InvalidRequest({{"f", Flaw::kMissing, {}}});
  EXPECT_EQ(Sentence(one, kEn), "1 field of the request needs correction.");
  EXPECT_EQ(Sentence(one, kEl), "1 πεδίο του αιτήματος χρειάζεται διόρθωση.");
}

TEST(RefusalSentences, OfEnquiriesEndWithWhatIsOpenInstead) {
  const Refusal refusal =
      EnquiryActionNotOpen(test::EnquiryInTest().enquiry(), EnquiryAction::kResume,
                           {EnquiryAction::kTakeUp, EnquiryAction::kResolve});
  EXPECT_THAT(Sentence(refusal, kEn), EndsWith("Open now: Take up, Resolve."));
}

TEST(RefusalSentences, OfWhatOrdersAndEnquiriesShareNameNeither) {
  for (const Refusal& refusal : {PermissionDenied(), EtagMismatch("v4", "v6")}) {
    SCOPED_TRACE(Name(refusal.reason));
    ExpectOfAnyKind(Sentence(refusal, kEl), Sentence(refusal, kEn));
  }
}

// --- Explanations --------------------------------------------------------------------------------

std::vector<std::string> ReasonsFor(const Order& order, const Caller& caller, OrderAction action) {
  for (const ActionExplanation& explained : Explain(order, caller)) {
    if (explained.action == action) return Reasons(explained, order.status(), kEn);
  }
  return {"not explained"};
}

TEST(ExplanationSentences, TellEveryReasonAndWhoCould) {
  test::OrderInTest order;
  const Caller customer = test::CallerOf(Role::kCustomer, order.order());
  EXPECT_THAT(ReasonsFor(order.order(), customer, OrderAction::kStartGathering),
              ElementsAre("\"Start gathering\" cannot be done while the order is in status "
                          "\"Awaiting Processing\".",
                          "Only allowed for: Staff, Service."));
  order.WalkTo(OrderStatus::kProcessing);
  EXPECT_THAT(ReasonsFor(order.order(), customer, OrderAction::kStartGathering),
              ElementsAre("Only allowed for: Staff, Service.", HasSubstr("details"),
                          HasSubstr("availability"), HasSubstr("payment")));
}

TEST(ExplanationSentences, OfWhatIsAllowedThereIsNone) {
  const test::OrderInTest order;
  EXPECT_THAT(ReasonsFor(order.order(), test::Staff(), OrderAction::kStartProcessing), IsEmpty());
}

// --- Activities ----------------------------------------------------------------------------------

std::string Said(Event event, Language language, bool for_customer = true) {
  Activity activity;
  activity.event = std::move(event);
  return Sentence(activity, language, for_customer);
}

void ExpectSaid(const Event& event) {
  for (bool for_customer : {true, false}) {
    ExpectSentences(Said(event, kEl, for_customer), Said(event, kEn, for_customer));
  }
}

Parcel SomeParcel() {
  return {1, "Speedex", "700123", "", "In transit"};
}

TEST(ActivitySentences, EveryKindHasOneInBothLanguages) {
  ExpectSaid(OrderCreated{});
  ExpectSaid(GatheringRecorded{
      {{1, 2, {SourceKind::kWarehouse, "ATH-1"}}, {2, 1, {SourceKind::kSupplier, "ACME"}}}});
  ExpectSaid(GatheringRecorded{{{1, 1, {SourceKind::kWarehouse, "ATH-1"}}}});
  ExpectSaid(InvoiceRecorded{{"T-1001", absl::CivilDay(2026, 11, 2)}, false});
  ExpectSaid(InvoiceRecorded{{"T-1002", absl::CivilDay(2026, 11, 2)}, true});
  ExpectSaid(TrackingRecorded{{SomeParcel()}, std::nullopt});
  ExpectSaid(TrackingRecorded{{SomeParcel()}, test::PlacedAt()});
  ExpectSaid(TrackingRecorded{{}, test::PlacedAt()});
  ExpectSaid(TrackingRecorded{{}, std::nullopt});
  ExpectSaid(OrderAmended{.customer_email = Amended<std::string>{"a@x.gr", "b@y.gr"}});
  ExpectSaid(NotificationsSet{true});
  ExpectSaid(NotificationsSet{false});
  ExpectSaid(FeedbackSubmitted{4, ""});
  ExpectSaid(FeedbackSubmitted{4, "Fast."});
  for (EnquiryKind kind : kEnquiryKinds) ExpectSaid(EnquiryCreated{{.kind = kind}});
  ExpectSaid(Redacted{});
  ExpectSaid(Redacted{3});
}

TEST(ActivitySentences, EveryStepHasItsOwn) {
  const test::OrderInTest order;
  std::map<std::string, int> seen;
  for (OrderAction action : kOrderActions) {
    SCOPED_TRACE(Name(action));
    OrderMoved moved{.action = action, .reason = "Wrong address"};
    moved.vehicle_trip = VehicleTrip{"IBK-4821", {}};
    ExpectSaid(moved);
    EXPECT_EQ(++seen[Said(moved, kEl)], 1);
    EXPECT_EQ(++seen[Said(moved, kEn)], 1);
  }
}

TEST(ActivitySentences, EveryStepOfAnEnquiryHasItsOwn) {
  std::map<std::string, int> seen;
  for (EnquiryAction action : kEnquiryActions) {
    SCOPED_TRACE(Name(action));
    const EnquiryMoved moved{.action = action};
    ExpectSaid(moved);
    EXPECT_EQ(++seen[Said(moved, kEl)], 1);
    EXPECT_EQ(++seen[Said(moved, kEn)], 1);
  }
}

TEST(ActivitySentences, OfTheNotificationsFitOrdersAndEnquiries) {
  for (bool on : {true, false}) {
    const NotificationsSet set{on};
    ExpectOfAnyKind(Said(set, kEl), Said(set, kEn));
  }
  EXPECT_NE(Said(NotificationsSet{true}, kEl), Said(NotificationsSet{false}, kEl));
}

TEST(ActivitySentences, EveryOutcomeOfEveryCheckHasItsOwn) {
  std::map<std::string, int> seen;
  for (CheckKind check : kCheckKinds) {
    for (CheckOutcome outcome :
         {CheckOutcome::kPassed, CheckOutcome::kFailed, CheckOutcome::kWithdrawn}) {
      const CheckRecorded recorded{check, outcome, ""};
      ExpectSaid(recorded);
      EXPECT_EQ(++seen[Said(recorded, kEl)], 1);
      EXPECT_EQ(++seen[Said(recorded, kEn)], 1);
    }
  }
}

TEST(ActivitySentences, WhatWasNotCollectedHasNotComeBack) {
  const auto said = [](OrderStatus from, Language language) {
    return Said(OrderMoved{.action = OrderAction::kReturnUndelivered, .from = from}, language);
  };
  EXPECT_EQ(said(OrderStatus::kReadyForPickup, kEl),
            "Η παραγγελία δεν παραλήφθηκε από το κατάστημα.");
  EXPECT_EQ(said(OrderStatus::kReadyForPickup, kEn), "The order was not collected from the store.");
  for (OrderStatus from : {OrderStatus::kHandedToCarrier, OrderStatus::kOnCompanyVehicle})
    EXPECT_EQ(said(from, kEn), "The order came back undelivered.");
}

TEST(ActivitySentences, AStepTellsWhatItWasGiven) {
  EXPECT_EQ(
      Said(OrderMoved{.action = OrderAction::kCancel, .reason = "Ο πελάτης άλλαξε γνώμη."}, kEl),
      "Η παραγγελία ακυρώθηκε (αιτία: Ο πελάτης άλλαξε γνώμη).");
  EXPECT_EQ(Said(OrderMoved{.action = OrderAction::kHandToCarrier, .parcels = {SomeParcel()}}, kEn),
            "The order was handed to the carrier/courier (Speedex 700123: In transit).");
  EXPECT_EQ(Said(OrderMoved{.action = OrderAction::kHandToCarrier}, kEn),
            "The order was handed to the carrier/courier.");
}

TEST(ActivitySentences, NotesAndSourcesAreNotForCustomers) {
  const CheckRecorded check{CheckKind::kPayment, CheckOutcome::kFailed, "Insufficient funds."};
  EXPECT_EQ(Said(check, kEn, /*for_customer=*/true), "The payment check failed.");
  EXPECT_EQ(Said(check, kEn, /*for_customer=*/false),
            "The payment check failed (note: Insufficient funds).");
  const GatheringRecorded gathering{{{1, 2, {SourceKind::kSupplier, "ACME"}}}};
  EXPECT_EQ(Said(gathering, kEn, /*for_customer=*/true), "2 pieces were gathered.");
  EXPECT_EQ(Said(gathering, kEn, /*for_customer=*/false),
            "2 pieces were gathered (line 1: 2 from supplier ACME).");
}

TEST(ActivitySentences, AnAmendmentShowsValuesAsTheyWereAndAre) {
  OrderAmended event;
  event.customer_email = Amended<std::string>{"a@x.gr", "b@y.gr"};
  event.customer_phone = Amended<std::string>{"", "210 1234567"};
  event.promised_delivery = Amended<std::optional<absl::Time>>{
      absl::FromCivil(absl::CivilMinute(2026, 12, 3, 16, 5), absl::UTCTimeZone()), std::nullopt};
  event.method =
      Amended<FulfilmentMethod>{FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup};
  event.delivery_address = Amended<std::optional<Address>>{Address{}, std::nullopt};
  event.store = Amended<std::optional<PickupStore>>{
      std::nullopt, PickupStore{"ATH-2", "IP Store Athens", {}, ""}};
  EXPECT_EQ(Said(event, kEn),
            "The order was amended (Email: a@x.gr → b@y.gr · Phone: – → 210 1234567 · Promised "
            "delivery: 3 Dec 2026 16:05 UTC → – · Delivery method: Carrier/courier → Pickup from "
            "store · Delivery address · Pickup store: – → IP Store Athens).");
  EXPECT_EQ(Said(event, kEl),
            "Η παραγγελία άλλαξε (Διεύθυνση email: a@x.gr → b@y.gr · Τηλέφωνο: – → 210 1234567 · "
            "Υπεσχημένη παράδοση: 03/12/2026 16:05 UTC → – · Τρόπος παράδοσης: Αποστολή με "
            "μεταφορική/courier → Παραλαβή από το κατάστημα · Διεύθυνση παράδοσης · Κατάστημα "
            "παραλαβής: – → IP Store Athens).");
}

// A line that costs 10 euros a piece.
Line Ordered(std::int32_t number, std::int64_t quantity, const char* name) {
  Line made;
  made.number = number;
  made.sku = "SKU-1";
  made.name = name;
  made.quantity = quantity;
  made.unit_price = Amount{10'00};
  made.vat_rate = VatRate{2400};
  return made;
}

OrderAmended LinesAmended(std::vector<Line> before, std::vector<Line> after) {
  OrderAmended event;
  event.lines = Amended<std::vector<Line>>{std::move(before), std::move(after)};
  event.currency = "EUR";
  return event;
}

TEST(ActivitySentences, AnAmendmentTellsEachLineTheTotalAndTheChecksToMakeAgain) {
  OrderAmended event = LinesAmended(
      {Ordered(1, 2, "Mouse"), Ordered(2, 3, "Cable"), Ordered(3, 1, "Book"), Ordered(5, 1, "Pen")},
      {Ordered(1, 2, "Quiet mouse"), Ordered(2, 5, "Cable"), Ordered(5, 1, "Pen"),
       Ordered(6, 2, "Lamp")});
  event.totals = Amended<Totals>{{.gross = Amount{1'259'15}}, {.gross = Amount{300'00}}};
  event.cleared_checks = {CheckKind::kDetails, CheckKind::kPayment};
  EXPECT_EQ(Said(event, kEn),
            "The order was amended (line 1: product \"Mouse\" → \"Quiet mouse\" · line 2: 3 → 5 "
            "pieces · line 6: added, 2 × Lamp at €10.00 · line 3: removed, 1 × Book · Total: "
            "€1,259.15 → €300.00 · to be checked again: Order details, Payment).");
  EXPECT_EQ(Said(event, kEl),
            "Η παραγγελία άλλαξε (γραμμή 1: προϊόν «Mouse» → «Quiet mouse» · γραμμή 2: 3 → 5 "
            "τεμάχια · γραμμή 6: προστέθηκε, 2 × Lamp προς 10,00 € · γραμμή 3: αφαιρέθηκε, 1 × "
            "Book · Σύνολο: 1.259,15 € → 300,00 € · για επανέλεγχο: Στοιχεία παραγγελίας, "
            "Πληρωμή).");
  event = LinesAmended({Ordered(2, 3, "Cable")}, {Ordered(2, 1, "Cable")});
  EXPECT_EQ(Said(event, kEn), "The order was amended (line 2: 3 → 1 piece).");
  EXPECT_EQ(Said(event, kEl), "Η παραγγελία άλλαξε (γραμμή 2: 3 → 1 τεμάχιο).");
}

TEST(ActivitySentences, AnAmendedLineShowsAllThatChangedAsItWasAndIs) {
  Line dearer = Ordered(4, 2, "Pen");
  dearer.quantity = 3;
  dearer.unit_price = Amount{110'00};
  dearer.discount = Amount{5'50};
  dearer.vat_rate = VatRate{650};
  dearer.sku = "SKU-2";
  dearer.name = "Fountain pen";
  const OrderAmended event = LinesAmended({Ordered(4, 2, "Pen")}, {dearer});
  EXPECT_EQ(Said(event, kEn),
            "The order was amended (line 4: 2 → 3 pieces, price €10.00 → €110.00, discount €0.00 → "
            "€5.50, VAT 24% → 6.5%, SKU SKU-1 → SKU-2, product \"Pen\" → \"Fountain pen\").");
  EXPECT_EQ(Said(event, kEl),
            "Η παραγγελία άλλαξε (γραμμή 4: 2 → 3 τεμάχια, τιμή 10,00 € → 110,00 €, έκπτωση 0,00 € "
            "→ 5,50 €, ΦΠΑ 24% → 6,5%, κωδικός SKU-1 → SKU-2, προϊόν «Pen» → «Fountain pen»).");
}

TEST(ActivitySentences, OfManyAmendedLinesTheFirstAreShownAndTheOthersCounted) {
  OrderAmended event = LinesAmended({}, {});
  for (std::int32_t number = 1; number <= 9; ++number) {
    event.lines->before.push_back(Ordered(number, 1, "Pen"));
    event.lines->after.push_back(Ordered(number, 2, "Pen"));
  }
  EXPECT_THAT(Said(event, kEn), EndsWith("line 8: 1 → 2 pieces · and 1 more line)."));
  EXPECT_THAT(Said(event, kEl), EndsWith("γραμμή 8: 1 → 2 τεμάχια · και 1 ακόμη γραμμή)."));
  event.lines->after.push_back(Ordered(10, 1, "Ink"));
  EXPECT_THAT(Said(event, kEn), EndsWith("line 8: 1 → 2 pieces · and 2 more lines)."));
  EXPECT_THAT(Said(event, kEl), EndsWith("γραμμή 8: 1 → 2 τεμάχια · και 2 ακόμη γραμμές)."));
}

TEST(ActivitySentences, AmendedChargesShowWhatBecameOfEach) {
  const Charge shipping{ChargeKind::kShipping, "", Amount{3'50}, VatRate{2400}};
  const Charge dearer{ChargeKind::kShipping, "", Amount{5'00}, VatRate{1300}};
  const Charge on_delivery{ChargeKind::kCashOnDelivery, "", Amount{2'00}, VatRate{2400}};
  const Charge wrapping{ChargeKind::kOther, "Gift wrapping", Amount{1'50}, VatRate{2400}};
  OrderAmended event;
  event.charges =
      Amended<std::vector<Charge>>{{on_delivery, shipping, wrapping}, {dearer, wrapping}};
  event.currency = "EUR";
  EXPECT_EQ(Said(event, kEn),
            "The order was amended (Charges: Cash-on-delivery fee €2.00 → –, Shipping €3.50 → "
            "€5.00, VAT 24% → 13%).");
  EXPECT_EQ(Said(event, kEl),
            "Η παραγγελία άλλαξε (Χρεώσεις: Έξοδα αντικαταβολής 2,00 € → –, Μεταφορικά 3,50 € → "
            "5,00 €, ΦΠΑ 24% → 13%).");
  event.charges = Amended<std::vector<Charge>>{{}, {wrapping, wrapping}};
  EXPECT_EQ(Said(event, kEn),
            "The order was amended (Charges: Gift wrapping – → €1.50, Gift wrapping – → €1.50).");
  event.charges = Amended<std::vector<Charge>>{{shipping, wrapping}, {wrapping, shipping}};
  EXPECT_EQ(Said(event, kEn), "The order was amended (Charges).");
}

Address Ermou() {
  return {.recipient = "Maria",
          .lines = {"Ermou 48", "2nd floor"},
          .postal_code = "105 63",
          .city = "Athens",
          .country = "GR",
          .phone = "6944 123 456"};
}

std::string SaidOfAddress(std::optional<Address> before, std::optional<Address> after,
                          Language language = kEn) {
  OrderAmended event;
  event.delivery_address = Amended<std::optional<Address>>{std::move(before), std::move(after)};
  return Said(event, language);
}

TEST(ActivitySentences, AnAmendedAddressShowsWhatChangedOfIt) {
  Address moved = Ermou();
  moved.lines = {"Stadiou 5"};
  moved.region = "Attica";
  EXPECT_EQ(SaidOfAddress(Ermou(), moved),
            "The order was amended (Delivery address: Ermou 48, 2nd floor, 105 63 Athens, GR → "
            "Stadiou 5, 105 63 Athens, Attica, GR).");
  Address handed = Ermou();
  handed.recipient = "Nikos";
  handed.phone = "";
  handed.instructions = "Third bell.\nNot before 9.";
  EXPECT_EQ(SaidOfAddress(Ermou(), handed),
            "The order was amended (Recipient: Maria → Nikos · Delivery phone: 6944 123 456 → – · "
            "Delivery instructions: – → Third bell. Not before 9.).");
  EXPECT_EQ(SaidOfAddress(Ermou(), handed, kEl),
            "Η παραγγελία άλλαξε (Παραλήπτης: Maria → Nikos · Τηλέφωνο παράδοσης: 6944 123 456 → – "
            "· Οδηγίες παράδοσης: – → Third bell. Not before 9.).");
}

TEST(ActivitySentences, AnAddressThatCameOrWentIsItsPlace) {
  EXPECT_EQ(
      SaidOfAddress(Ermou(), std::nullopt),
      "The order was amended (Delivery address: Ermou 48, 2nd floor, 105 63 Athens, GR → –).");
  EXPECT_EQ(
      SaidOfAddress(std::nullopt, Ermou()),
      "The order was amended (Delivery address: – → Ermou 48, 2nd floor, 105 63 Athens, GR).");
}

TEST(ActivitySentences, AnAddressThatOnlyBreaksItsLinesElsewhereIsNamed) {
  Address other = Ermou();
  other.lines = {"Ermou 48, 2nd floor"};
  EXPECT_EQ(SaidOfAddress(Ermou(), other), "The order was amended (Delivery address).");
}

TEST(ActivitySentences, LongValuesAreShownFromWhereTheyDiffer) {
  const std::string same = "Φορητός υπολογιστής 15,6 ιντσών, 16 GB, με θήκη, ποντίκι, βάση και";
  OrderAmended event;
  event.company_name = Amended<std::string>{same + " οθόνη 24 ιντσών", same + " οθόνη 27 ιντσών"};
  EXPECT_EQ(Said(event, kEn), "The order was amended (Company: …24 ιντσών → …27 ιντσών).");
  std::string eighty;
  for (int i = 0; i < 80; ++i) eighty += "ώ";
  const std::string many = eighty + "ώώώ";
  event.company_name = Amended<std::string>{"", many};
  EXPECT_EQ(Said(event, kEn), "The order was amended (Company: – → " + eighty + "…).");
  // These differ in the second of their two bytes.
  event.company_name = Amended<std::string>{many + "ώ", many + "ύ"};
  EXPECT_EQ(Said(event, kEn), "The order was amended (Company: …ώ → …ύ).");
}

TEST(ActivitySentences, FeedbackIsToldWithItsText) {
  EXPECT_EQ(Said(FeedbackSubmitted{4, "Fast, and well packed."}, kEn),
            "The customer rated the order 4 out of 5 (comment: Fast, and well packed).");
  EXPECT_EQ(Said(FeedbackSubmitted{4, ""}, kEl),
            "Ο πελάτης βαθμολόγησε την παραγγελία με 4 στα 5.");
}

TEST(ActivitySentences, ACommentIsItsText) {
  for (Language language : {kEl, kEn}) {
    EXPECT_EQ(Said(CommentAdded{"Πότε θα έρθει;\nΕυχαριστώ {name}"}, language),
              "Πότε θα έρθει;\nΕυχαριστώ {name}");
  }
}

}  // namespace
}  // namespace ipstore::orders
