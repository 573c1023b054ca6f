#include "domain/validate.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// "order.lines[0].sku: MISSING", as tests compare them.
std::vector<std::string> Written(Violations violations) {
  std::vector<std::string> written;
  for (const Violation& violation : std::move(violations).Take()) {
    std::string line = absl::StrCat(violation.field, ": ", Name(violation.flaw));
    for (const Fact& fact : violation.facts)
      absl::StrAppend(&line, " ", fact.name, "=", FactAsText(fact.value));
    written.push_back(std::move(line));
  }
  return written;
}

template <typename Command>
std::vector<std::string> FlawsOf(const Command& command) {
  Violations violations;
  Validate(command, violations);
  return Written(std::move(violations));
}

std::vector<std::string> FlawsOf(const CreateOrder& command) {
  Violations violations;
  Validate(command, "order", violations);
  return Written(std::move(violations));
}

// The flaws of `content` once `change` was made to it.
std::vector<std::string> FlawsWith(OrderContent content,
                                   const std::function<void(OrderContent&)>& change) {
  change(content);
  return FlawsOf(test::Placing(content, content.external_reference));
}

std::vector<std::string> FlawsWith(const std::function<void(OrderContent&)>& change) {
  return FlawsWith(test::CourierContent(), change);
}

std::vector<std::string> FlawsOfText(const std::string& text, bool required = true,
                                     bool multiline = false) {
  Violations violations;
  ValidateText(text, "text", 10, required, multiline, violations);
  return Written(std::move(violations));
}

// --- Characters ----------------------------------------------------------------------------------

TEST(Text, WellFormedUtf8IsRecognised) {
  for (const char* text :
       {"", "abc", "Αθήνα", "€", "𐍈", "\x7F", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(text)) << text;
  }
}

TEST(Text, IllFormedUtf8IsRecognised) {
  const std::string texts[] = {
      "\x80",              // a continuation alone
      "\xCE",              // cut off
      "\xE2\x82",          // cut off
      "\xCE\x41",          // no continuation
      "\xC0\xAF",          // over-long
      "\xC1\xBF",          // over-long
      "\xE0\x9F\xBF",      // over-long
      "\xF0\x8F\xBF\xBF",  // over-long
      "\xED\xA0\x80",      // a surrogate
      "\xF4\x90\x80\x80",  // beyond U+10FFFF
      "\xF5\x80\x80\x80",  // beyond U+10FFFF
      "\xFF",
      "Αθήνα\xCE",
      "\xE2\x82\x41",
  };
  for (const std::string& text : texts) EXPECT_FALSE(IsUtf8(text)) << testing::PrintToString(text);
}

TEST(Text, CharactersAreCountedNotBytes) {
  EXPECT_EQ(CountCharacters(""), 0U);
  EXPECT_EQ(CountCharacters("abc"), 3U);
  EXPECT_EQ(CountCharacters("Αθήνα"), 5U);
  EXPECT_EQ(CountCharacters("€𐍈"), 2U);
}

TEST(Characters, AFrontOfATextEndsWithAWholeWordAndAMark) {
  EXPECT_EQ(FrontOfText("Έρχεται αύριο", 13), "Έρχεται αύριο");
  EXPECT_EQ(FrontOfText("Έρχεται αύριο", 12), "Έρχεται…");
  EXPECT_EQ(FrontOfText("Έρχεται αύριο", 9), "Έρχεται…");
  EXPECT_EQ(FrontOfText("Έρχεται αύριο", 8), "Έρχεται…") << "the mark counts too";
  EXPECT_EQ(FrontOfText("Έρχεται αύριο", 4), "Έρχ…") << "one word that does not fit";
  EXPECT_EQ(FrontOfText("α " + std::string(100, 'x'), 80), "α " + std::string(77, 'x') + "…")
      << "no word of a language";
}

TEST(Text, LengthIsLimitedInCharacters) {
  EXPECT_THAT(FlawsOfText("Καλημέρα!!"), IsEmpty());
  EXPECT_THAT(FlawsOfText("Καλημέρα!!!"), ElementsAre("text: TOO_LONG max=10"));
}

TEST(Text, RequiredTextIsNotBlank) {
  EXPECT_THAT(FlawsOfText(""), ElementsAre("text: MISSING"));
  EXPECT_THAT(FlawsOfText(" \t "), ElementsAre("text: MISSING"));
  EXPECT_THAT(FlawsOfText("", /*required=*/false), IsEmpty());
}

TEST(Text, IllFormedTextIsReported) {
  EXPECT_THAT(FlawsOfText("\xCE"), ElementsAre("text: NOT_UTF8"));
  EXPECT_THAT(FlawsOfText("\xCE", /*required=*/false), ElementsAre("text: NOT_UTF8"));
}

TEST(Text, ControlCharactersAreReported) {
  const std::string texts[] = {
      std::string("a\0b", 3), "a\x1B[1m", "a\x7F", "a\xC2\x85", "a\nb", "a\tb"};
  for (const std::string& text : texts) {
    EXPECT_THAT(FlawsOfText(text), ElementsAre("text: CONTROL_CHARACTER"))
        << testing::PrintToString(text);
  }
}

TEST(Text, LineBreaksAndTabsAreFineWhereTextHasSeveralLines) {
  EXPECT_THAT(FlawsOfText("a\r\nb\tc", true, /*multiline=*/true), IsEmpty());
  EXPECT_THAT(FlawsOfText("a\x0B", true, /*multiline=*/true),
              ElementsAre("text: CONTROL_CHARACTER"));
}

TEST(Email, AddressesThatMailCanBeSentToAreAccepted) {
  for (const char* email : {"maria@example.gr", "m.p+shop@mail.example.co.uk", "o'neil_1@a-b.io",
                            "maria@παράδειγμα.ελ", "x@xn--hxajbheg2az3al.xn--qxam"}) {
    EXPECT_TRUE(IsEmail(email)) << email;
  }
  EXPECT_TRUE(IsEmail(std::string(64, 'a') + "@example.gr"));
}

TEST(Email, BlanksAndInvisibleCharactersThatAreCopiedAlongAreNotAccepted) {
  for (const char* blank : {"\u00A0", "\u1680", "\u2003", "\u200B", "\u2028", "\u202F", "\u205F",
                            "\u2060", "\u3000", "\uFEFF"}) {
    EXPECT_FALSE(IsEmail(absl::StrCat("maria", blank, "@example.gr"))) << absl::CHexEscape(blank);
  }
  for (const char* visible : {"\u00A1", "\u1FFC", "\u2010", "\u2030", "\u2070", "\uFF01"})
    EXPECT_TRUE(IsEmail(absl::StrCat("maria@example", visible, ".gr"))) << visible;
}

// No mail server need take them (RFC 6531), and every mail to them would fail.
TEST(Email, LettersBeyondAsciiAreForTheDomainOnly) {
  for (const char* email : {"μαρία@example.gr", "josé@example.com", "maria\uFF01@example.gr"})
    EXPECT_FALSE(IsEmail(email)) << email;
}

TEST(Email, OtherTextIsNot) {
  for (const char* email : {"",
                            "maria",
                            "maria@",
                            "@example.gr",
                            "maria@example",
                            "maria@@example.gr",
                            "ma ria@example.gr",
                            "maria@exa mple.gr",
                            ".maria@example.gr",
                            "maria.@example.gr",
                            "ma..ria@example.gr",
                            "maria@.gr",
                            "maria@example.",
                            "maria@-example.gr",
                            "maria@example-.gr",
                            "maria@192.168.1.1",
                            "a@b@example.gr",
                            "\"a b\"@example.gr",
                            "maria@example.gr\n",
                            "maria@example_x.gr",
                            "maria<x>@example.gr",
                            "maria\xC2\xA0@example.gr",
                            "maria@example.gr\xE2\x80\x8B",
                            "\xCE@example.gr"}) {
    EXPECT_FALSE(IsEmail(email)) << email;
  }
  EXPECT_FALSE(IsEmail(std::string(65, 'a') + "@example.gr"));
  EXPECT_FALSE(IsEmail("a@" + std::string(64, 'b') + ".gr"));
  std::string long_domain = "example.gr";
  while (long_domain.size() < 250) long_domain = "label." + long_domain;
  EXPECT_FALSE(IsEmail("maria@" + long_domain)) << "more than 254 bytes";
}

// --- CreateOrder ---------------------------------------------------------------------------------

TEST(ValidateCreateOrder, RealOrdersHaveNoFlaw) {
  for (const OrderContent& content :
       {test::CourierContent(), test::PickupContent(), test::VehicleContent()}) {
    EXPECT_THAT(FlawsOf(test::Placing(content, "WEB-1")), IsEmpty());
  }
}

TEST(ValidateCreateOrder, AnEmptyOrderReportsEverythingThatIsMissing) {
  EXPECT_THAT(FlawsOf(CreateOrder{}),
              ElementsAre("order.source: MISSING", "order.external_reference: MISSING",
                          "order.customer.name: MISSING", "order.customer.email: MISSING",
                          "order.currency_code: MISSING", "order.lines: MISSING",
                          "order.delivery_address: MISSING"));
}

TEST(ValidateCreateOrder, AllFlawsAreReportedAtOnceEachFieldOnce) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.source.clear();
                content.customer.email = "maria";
                content.customer.phone = "call me";
                content.lines[0].sku.clear();
                content.lines[0].quantity = 0;
                content.lines[1].unit_price = Amount{-1};
                content.lines[2].vat_rate = VatRate{10'001};
                content.charges[0].amount = Amount{-550};
                content.delivery_address->country = "Ελλάδα";
              }),
              ElementsAre("order.source: MISSING",
                          "order.customer.email: MALFORMED expected=name@example.com",
                          "order.customer.phone: MALFORMED expected=+30 210 1234567",
                          "order.lines[0].sku: MISSING", "order.lines[0].quantity: NOT_POSITIVE",
                          "order.lines[1].unit_price: NEGATIVE",
                          "order.lines[2].vat_rate_basis_points: OUT_OF_RANGE min=0 max=10000",
                          "order.charges[0].amount: NEGATIVE",
                          "order.delivery_address.country: MALFORMED expected=GR"));
}

TEST(ValidateCreateOrder, LinesNeedProductQuantityAndPrice) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.lines = {Line{}}; }),
              ElementsAre("order.lines[0].sku: MISSING", "order.lines[0].name: MISSING",
                          "order.lines[0].quantity: NOT_POSITIVE"));
  EXPECT_THAT(
      FlawsWith([](OrderContent& content) { content.lines[0].quantity = kMaxQuantity + 1; }),
      ElementsAre("order.lines[0].quantity: OUT_OF_RANGE min=1 max=1000000"));
}

TEST(ValidateCreateOrder, VatRatesAreNotNegative) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.lines[0].vat_rate = VatRate{-1}; }),
              ElementsAre("order.lines[0].vat_rate_basis_points: OUT_OF_RANGE min=0 max=10000"));
}

TEST(ValidateCreateOrder, TheSameProductMayStandOnSeveralLines) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.lines[1] = content.lines[0]; }),
              IsEmpty());
}

TEST(ValidateCreateOrder, GiftsMayCostNothing) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.lines[2].unit_price = Amount{0}; }),
              IsEmpty());
}

TEST(ValidateCreateOrder, ListsAreLimited) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.lines.resize(kMaxLines + 1, content.lines[0]);
              }),
              ElementsAre("order.lines: TOO_MANY max=200"));
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.charges.resize(kMaxCharges + 1, content.charges[0]);
              }),
              ElementsAre("order.charges: TOO_MANY max=20"));
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.delivery_address->lines.resize(6, "Ερμού 48");
              }),
              ElementsAre("order.delivery_address.lines: TOO_MANY max=5"));
}

TEST(ValidateCreateOrder, DiscountsLieBetweenNothingAndTheWholeLine) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.lines[0].discount = Amount{19'980}; }),
              IsEmpty());
  EXPECT_THAT(
      FlawsWith([](OrderContent& content) { content.lines[0].discount = Amount{2 * 9990 + 1}; }),
      ElementsAre("order.lines[0].discount: DISCOUNT_TOO_LARGE"));
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.lines[0].discount = Amount{-1}; }),
              ElementsAre("order.lines[0].discount: NEGATIVE"));
}

TEST(ValidateCreateOrder, TotalsMustNotOverflow) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.lines[0].unit_price = Amount{kMaxAmountMinor};
              }),
              ElementsAre("order: TOTALS_OVERFLOW"));
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.lines[0].unit_price = Amount{std::numeric_limits<std::int64_t>::max()};
              }),
              ElementsAre("order: TOTALS_OVERFLOW"));
  EXPECT_THAT(FlawsWith([](OrderContent& content) {
                content.charges[0].amount = Amount{std::numeric_limits<std::int64_t>::max()};
              }),
              ElementsAre("order: TOTALS_OVERFLOW"));
}

TEST(ValidateCreateOrder, TheExpectedGrossMustBeTheComputedOne) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  command.expected_gross = Amount{25915};
  EXPECT_THAT(FlawsOf(command), IsEmpty());
  command.expected_gross = Amount{25900};
  EXPECT_THAT(
      FlawsOf(command),
      ElementsAre("expected_gross: TOTAL_MISMATCH expected=259.00 EUR computed=259.15 EUR"));
  command.expected_gross = Amount{-1};
  EXPECT_THAT(FlawsOf(command), ElementsAre("expected_gross: NEGATIVE"));
}

TEST(ValidateCreateOrder, TotalsAreNotJudgedWhileTheirPartsAreWrong) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  command.expected_gross = Amount{1};
  command.content.lines[0].quantity = -2;
  EXPECT_THAT(FlawsOf(command), ElementsAre("order.lines[0].quantity: NOT_POSITIVE"));
}

TEST(ValidateCreateOrder, TotalsAreJudgedWhateverElseIsWrong) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  command.expected_gross = Amount{1};
  command.content.customer.name.clear();
  EXPECT_THAT(FlawsOf(command),
              ElementsAre("order.customer.name: MISSING",
                          "expected_gross: TOTAL_MISMATCH expected=0.01 EUR computed=259.15 EUR"));
}

TEST(ValidateCreateOrder, TheCurrencyIsAnIsoCode) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.currency = "euro"; }),
              ElementsAre("order.currency_code: MALFORMED expected=EUR"));
}

TEST(ValidateCreateOrder, OtherChargesSayWhatTheyAreFor) {
  EXPECT_THAT(
      FlawsWith([](OrderContent& content) { content.charges[0].kind = ChargeKind::kOther; }),
      ElementsAre("order.charges[0].label: MISSING"));
  EXPECT_THAT(
      FlawsWith([](OrderContent& content) {
        content.charges[0] = {ChargeKind::kOther, "Συσκευασία δώρου", Amount{150}, VatRate{2400}};
      }),
      IsEmpty());
}

TEST(ValidateCreateOrder, BusinessesHaveACompanyNameAndAVatNumber) {
  EXPECT_THAT(
      FlawsWith(test::VehicleContent(),
                [](OrderContent& content) {
                  content.customer.company_name.clear();
                  content.customer.vat_number.clear();
                }),
      ElementsAre("order.customer.company_name: MISSING", "order.customer.vat_number: MISSING"));
  for (const char* vat_number : {"E", "EL 094321987", "ΕΛ094321987", "123456789012345678901"}) {
    EXPECT_THAT(FlawsWith(test::VehicleContent(),
                          [&](OrderContent& content) { content.customer.vat_number = vat_number; }),
                ElementsAre("order.customer.vat_number: MALFORMED expected=EL123456789"))
        << vat_number;
  }
}

TEST(ValidateCreateOrder, PhonesHaveWhatIsDialled) {
  for (const char* phone : {"", "2101234567", "+30 210 123-4567", "(0030) 210/123.45.67"}) {
    EXPECT_THAT(FlawsWith([&](OrderContent& content) { content.customer.phone = phone; }),
                IsEmpty())
        << phone;
  }
  for (const char* phone : {"-", "210x", "εσωτ. 12"}) {
    EXPECT_THAT(FlawsWith([&](OrderContent& content) { content.customer.phone = phone; }),
                SizeIs(1))
        << phone;
  }
  EXPECT_THAT(
      FlawsWith([](OrderContent& content) { content.customer.phone = std::string(33, '1'); }),
      ElementsAre("order.customer.phone: TOO_LONG max=32"));
}

TEST(ValidateCreateOrder, CompanyVehiclesAreForBusinessesOnly) {
  EXPECT_THAT(FlawsWith(test::VehicleContent(),
                        [](OrderContent& content) { content.customer.segment = Segment::kRetail; }),
              ElementsAre("order.method: NEEDS_BUSINESS_CUSTOMER"));
}

TEST(ValidateCreateOrder, DeliveryNeedsAnAddressAndNoStore) {
  for (const OrderContent& content : {test::CourierContent(), test::VehicleContent()}) {
    EXPECT_THAT(FlawsWith(content, [](OrderContent& changed) { changed.delivery_address.reset(); }),
                ElementsAre("order.delivery_address: MISSING"));
    EXPECT_THAT(
        FlawsWith(content,
                  [](OrderContent& changed) { changed.store = test::PickupContent().store; }),
        ElementsAre(
            absl::StrCat("order.store: NOT_FOR_THIS_METHOD method=", Name(content.method))));
  }
}

TEST(ValidateCreateOrder, PickupNeedsNoAddressAndMayChooseTheStoreLater) {
  EXPECT_THAT(
      FlawsWith(test::PickupContent(), [](OrderContent& content) { content.store.reset(); }),
      IsEmpty());
  EXPECT_THAT(FlawsWith(test::PickupContent(),
                        [](OrderContent& content) {
                          content.delivery_address = test::CourierContent().delivery_address;
                        }),
              ElementsAre("order.delivery_address: NOT_FOR_THIS_METHOD method=STORE_PICKUP"));
  EXPECT_THAT(FlawsWith(test::PickupContent(),
                        [](OrderContent& content) { content.store = PickupStore{}; }),
              ElementsAre("order.store.id: MISSING", "order.store.name: MISSING"));
}

TEST(ValidateCreateOrder, AddressesAreComplete) {
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.delivery_address = Address{}; }),
              ElementsAre("order.delivery_address.lines: MISSING",
                          "order.delivery_address.postal_code: MISSING",
                          "order.delivery_address.city: MISSING",
                          "order.delivery_address.country: MISSING"));
  EXPECT_THAT(FlawsWith([](OrderContent& content) { content.delivery_address->lines[1] = " "; }),
              ElementsAre("order.delivery_address.lines[1]: MISSING"));
  for (const char* country : {"gr", "GRC", "Ελ"}) {
    EXPECT_THAT(
        FlawsWith([&](OrderContent& content) { content.delivery_address->country = country; }),
        ElementsAre("order.delivery_address.country: MALFORMED expected=GR"))
        << country;
  }
}

TEST(ValidateCreateOrder, WhatFollowsFromAnUnknownValueIsNotReported) {
  CreateOrder command = test::Placing(test::VehicleContent(), "B2B-1");
  command.content.customer.segment = Segment::kRetail;
  Violations unknown_segment;
  unknown_segment.Add("order.customer.segment", Flaw::kUnknownValue, {{"value", std::string("0")}});
  Validate(command, "order", unknown_segment);
  EXPECT_THAT(Written(std::move(unknown_segment)),
              ElementsAre("order.customer.segment: UNKNOWN_VALUE value=0"));

  command = test::Placing(test::PickupContent(), "WEB-1");
  command.content.method = FulfilmentMethod::kCourier;
  Violations unknown_method;
  unknown_method.Add("order.method", Flaw::kUnknownValue, {{"value", std::string("0")}});
  Validate(command, "order", unknown_method);
  EXPECT_THAT(Written(std::move(unknown_method)),
              ElementsAre("order.method: UNKNOWN_VALUE value=0"));
}

TEST(ValidateCreateOrder, TimesLieBetween2000And9000) {
  const auto in_year = [](int year) {
    return absl::FromCivil(absl::CivilYear(year), absl::UTCTimeZone());
  };
  for (const absl::Time good : {in_year(2000), in_year(9000) - absl::Microseconds(1)}) {
    EXPECT_THAT(FlawsWith([&](OrderContent& content) { content.promised_delivery = good; }),
                IsEmpty());
  }
  for (const absl::Time bad : {in_year(2000) - absl::Microseconds(1), in_year(9000), absl::Time(),
                               absl::InfiniteFuture(), absl::InfinitePast()}) {
    EXPECT_THAT(FlawsWith([&](OrderContent& content) { content.promised_delivery = bad; }),
                ElementsAre("order.promised_delivery: OUT_OF_RANGE min=2000-01-01 max=8999-12-31"));
  }
}

TEST(ValidateCreateOrder, PathsBeginWhereTheOrderStands) {
  CreateOrder command = test::Placing(test::CourierContent(), "WEB-1");
  command.content.lines[0].sku.clear();
  Violations violations;
  Validate(command, "requests[3].order", violations);
  EXPECT_THAT(Written(std::move(violations)),
              ElementsAre("requests[3].order.lines[0].sku: MISSING"));
}

// --- Transitions ---------------------------------------------------------------------------------

TEST(ValidateTransition, EveryActionWithItsInputHasNoFlaw) {
  const test::OrderInTest order;
  for (OrderAction action : kOrderActions) {
    EXPECT_THAT(FlawsOf(test::Step(action, order.order(), order.now())), IsEmpty()) << Name(action);
  }
}

TEST(ValidateTransition, EveryActionReportsTheInputThatItMisses) {
  const auto flaws = [](OrderAction action) {
    TransitionOrder bare;
    bare.action = action;
    return FlawsOf(bare);
  };
  EXPECT_THAT(flaws(OrderAction::kStartProcessing), IsEmpty());
  EXPECT_THAT(flaws(OrderAction::kStartGathering), IsEmpty());
  EXPECT_THAT(flaws(OrderAction::kStartPreparing), IsEmpty());
  EXPECT_THAT(flaws(OrderAction::kConfirmReceipt), IsEmpty());
  EXPECT_THAT(flaws(OrderAction::kHandToCarrier), IsEmpty())
      << "parcels may have been recorded before";
  EXPECT_THAT(flaws(OrderAction::kOfferPickup), ElementsAre("offer_pickup.pickup_until: MISSING"));
  EXPECT_THAT(
      flaws(OrderAction::kDispatchVehicle),
      ElementsAre("dispatch_vehicle.vehicle: MISSING", "dispatch_vehicle.window.start: MISSING",
                  "dispatch_vehicle.window.end: MISSING"));
  EXPECT_THAT(flaws(OrderAction::kCancel), ElementsAre("cancel.reason: MISSING"));
  EXPECT_THAT(flaws(OrderAction::kReturnToProcessing),
              ElementsAre("return_to_processing.reason: MISSING"));
  EXPECT_THAT(
      flaws(OrderAction::kReturnToGathering),
      ElementsAre("return_to_gathering.reason: MISSING", "return_to_gathering.lines: MISSING"));
  EXPECT_THAT(flaws(OrderAction::kReturnUndelivered),
              ElementsAre("return_undelivered.reason: MISSING"));
}

TEST(ValidateTransition, ParcelsAreCheckedUnderTheirAction) {
  TransitionOrder step{.action = OrderAction::kHandToCarrier};
  step.parcels = {ParcelChange{},
                  ParcelChange{.number = 2, .tracking_url = "http://acs.example/1"}};
  EXPECT_THAT(FlawsOf(step), ElementsAre("hand_to_carrier.parcels[0].carrier: MISSING",
                                         "hand_to_carrier.parcels[0].tracking_number: MISSING",
                                         "hand_to_carrier.parcels[1].tracking_url: MALFORMED "
                                         "expected=https://carrier.example/track/123"));
}

TEST(ValidateTransition, TheWindowEndsAfterItsStart) {
  const absl::Time noon = test::PlacedAt();
  TransitionOrder step{.action = OrderAction::kDispatchVehicle};
  step.vehicle_trip = VehicleTrip{"ΙΒΚ-4821", {noon, noon}};
  EXPECT_THAT(FlawsOf(step), ElementsAre("dispatch_vehicle.window.end: END_BEFORE_START"));
  step.vehicle_trip->window.end = absl::Time();
  EXPECT_THAT(FlawsOf(step), ElementsAre("dispatch_vehicle.window.end: MISSING"));
  step.vehicle_trip->window = {absl::InfinitePast(), noon};
  EXPECT_THAT(
      FlawsOf(step),
      ElementsAre("dispatch_vehicle.window.start: OUT_OF_RANGE min=2000-01-01 max=8999-12-31"));
}

TEST(ValidateTransition, LinesToGatherAgainAreNamedOnceWithAQuantity) {
  TransitionOrder step{.action = OrderAction::kReturnToGathering, .reason = "Χτυπημένο."};
  step.regather = {{1, 1}, {2, 0}, {1, 2}, {0, 1}};
  EXPECT_THAT(FlawsOf(step), ElementsAre("return_to_gathering.lines[1].quantity: NOT_POSITIVE",
                                         "return_to_gathering.lines[2].line: DUPLICATE value=1",
                                         "return_to_gathering.lines[3].line: NOT_POSITIVE"));
}

TEST(ValidateTransition, TheCommentBesideTheStepIsCheckedToo) {
  TransitionOrder step{.action = OrderAction::kCancel};
  step.comment = NewComment{};
  EXPECT_THAT(FlawsOf(step), ElementsAre("cancel.reason: MISSING", "comment.text: MISSING"));
}

// --- The other commands --------------------------------------------------------------------------

TEST(ValidateRecordCheck, TheNoteIsLimited) {
  EXPECT_THAT(FlawsOf(test::Failed(CheckKind::kPayment, "Η κάρτα απορρίφθηκε.\nΘα καλέσουμε.")),
              IsEmpty());
  EXPECT_THAT(FlawsOf(test::Failed(CheckKind::kPayment, std::string(501, 'x'))),
              ElementsAre("note: TOO_LONG max=500"));
}

TEST(ValidateRecordGathering, ItemsHaveLineQuantityAndSource) {
  EXPECT_THAT(FlawsOf(RecordGathering{}), ElementsAre("items: MISSING"));
  EXPECT_THAT(FlawsOf(RecordGathering{{{1, 2, {SourceKind::kWarehouse, "ATH-1"}},
                                       {1, 1, {SourceKind::kSupplier, "ACME"}}}}),
              IsEmpty());
  EXPECT_THAT(FlawsOf(RecordGathering{{{0, -1, {}}}}),
              ElementsAre("items[0].line: NOT_POSITIVE", "items[0].quantity: NOT_POSITIVE",
                          "items[0].source.id: MISSING"));
  EXPECT_THAT(FlawsOf(RecordGathering{std::vector<GatheringRecorded::Item>(
                  kMaxGatheredItems + 1, {1, 1, {SourceKind::kWarehouse, "ATH-1"}})}),
              ElementsAre("items: TOO_MANY max=1000"));
}

TEST(ValidateRecordInvoice, TheInvoiceHasANumberAndADay) {
  EXPECT_THAT(FlawsOf(test::Invoicing("Α-1001")), IsEmpty());
  EXPECT_THAT(FlawsOf(RecordInvoice{}),
              ElementsAre("invoice.number: MISSING",
                          "invoice.date: OUT_OF_RANGE min=2000-01-01 max=8999-12-31"));
}

TEST(ValidateSubmitFeedback, ARatingIsFromOneToFiveAndTheTextLimited) {
  for (std::int32_t rating = 1; rating <= 5; ++rating)
    EXPECT_THAT(FlawsOf(SubmitFeedback{rating, ""}), IsEmpty());
  EXPECT_THAT(FlawsOf(SubmitFeedback{}), ElementsAre("rating: MISSING"));
  EXPECT_THAT(FlawsOf(SubmitFeedback{6, ""}), ElementsAre("rating: OUT_OF_RANGE min=1 max=5"));
  EXPECT_THAT(FlawsOf(SubmitFeedback{-1, ""}), ElementsAre("rating: OUT_OF_RANGE min=1 max=5"));
  std::string text;
  for (std::size_t i = 0; i < kMaxFeedback; ++i) text += i % 10 == 0 ? "\n" : "ω";
  EXPECT_THAT(FlawsOf(SubmitFeedback{3, text}), IsEmpty());
  EXPECT_THAT(FlawsOf(SubmitFeedback{3, text + "!"}), ElementsAre("text: TOO_LONG max=2000"));
}

TEST(ValidateRecordTracking, SomethingMustBeTracked) {
  EXPECT_THAT(FlawsOf(RecordTracking{}), ElementsAre("parcels: MISSING"));
  EXPECT_THAT(FlawsOf(RecordTracking{{}, test::PlacedAt()}), IsEmpty());
  EXPECT_THAT(FlawsOf(RecordTracking{{test::NewParcel("1")}, std::nullopt}), IsEmpty());
}

TEST(ValidateRecordTracking, NewParcelsNeedCarrierAndTrackingNumberCorrectionsDoNot) {
  EXPECT_THAT(FlawsOf(RecordTracking{{ParcelChange{}}, std::nullopt}),
              ElementsAre("parcels[0].carrier: MISSING", "parcels[0].tracking_number: MISSING"));
  EXPECT_THAT(FlawsOf(RecordTracking{{ParcelChange{.number = 1, .carrier_status = "Σε διακίνηση"}},
                                     std::nullopt}),
              IsEmpty());
}

TEST(ValidateRecordTracking, AParcelIsCorrectedOnce) {
  const ParcelChange first{.number = 1, .carrier_status = "Σε διακίνηση"};
  EXPECT_THAT(FlawsOf(RecordTracking{{first, first}, std::nullopt}),
              ElementsAre("parcels[1].parcel: DUPLICATE value=1"));
  EXPECT_THAT(FlawsOf(RecordTracking{{ParcelChange{.number = -1}}, std::nullopt}),
              ElementsAre("parcels[0].parcel: NEGATIVE"));
}

TEST(ValidateRecordTracking, ParcelsAreLimited) {
  EXPECT_THAT(FlawsOf(RecordTracking{
                  std::vector<ParcelChange>(kMaxParcels + 1, test::NewParcel("1")), std::nullopt}),
              ElementsAre("parcels: TOO_MANY max=50"));
}

TEST(ValidateRecordTracking, TrackingAddressesAreHttpsLinks) {
  const auto flaws = [](std::string url) {
    return FlawsOf(
        RecordTracking{{ParcelChange{.number = 1, .tracking_url = std::move(url)}}, std::nullopt});
  };
  EXPECT_THAT(flaws("https://www.acscourier.net/el/track?p=123&x=%20#a"), IsEmpty());
  for (const char* url : {"http://acs.example", "https://", "https:///x", "javascript:alert(1)",
                          "https://acs.example/a b", "https://acs.example/\"onclick",
                          "https://acs.example/<b>", "HTTPS//x"}) {
    EXPECT_THAT(flaws(url), SizeIs(1)) << url;
  }
  for (const char* url : {"https://[2001:db8::1]/track", "https://εταιρεία.gr/δέμα"})
    EXPECT_THAT(flaws(url), IsEmpty()) << url;
}

TEST(ValidateComment, CommentsHaveText) {
  Violations violations;
  Validate(NewComment{}, "comment", violations);
  EXPECT_THAT(Written(std::move(violations)), ElementsAre("comment.text: MISSING"));
}

TEST(ValidateComment, CommentsMayBeLongAndHaveSeveralLines) {
  std::string text = "Καλησπέρα,\n\n\tπότε θα έρθει;";
  for (std::size_t i = CountCharacters(text); i < kMaxComment; ++i) text += "ά";
  Violations violations;
  Validate(NewComment{text}, "comment", violations);
  EXPECT_TRUE(violations.Empty());
  Validate(NewComment{text + "ά"}, "comment", violations);
  EXPECT_THAT(Written(std::move(violations)), ElementsAre("comment.text: TOO_LONG max=10000"));
}

TEST(ValidateRequestIds, LettersDigitsAndAFewMarks) {
  const auto flaws = [](const std::string& request_id) {
    Violations violations;
    ValidateRequestId(request_id, violations);
    return Written(std::move(violations));
  };
  EXPECT_THAT(flaws(""), IsEmpty());
  EXPECT_THAT(flaws("7c9e6679-7425_a.b:C"), IsEmpty());
  EXPECT_THAT(flaws(std::string(64, 'a')), IsEmpty());
  EXPECT_THAT(flaws(std::string(65, 'a')), ElementsAre("request_id: TOO_LONG max=64"));
  for (const char* request_id : {"a b", "α", "a/b"}) {
    EXPECT_THAT(flaws(request_id),
                ElementsAre("request_id: MALFORMED expected=[A-Za-z0-9._:-]{1,64} "
                            "(7c9e6679-7425-40de-944b-e07fc1f90ae7)"))
        << "what is allowed, and what is best";
  }
  EXPECT_THAT(flaws("a\n"), ElementsAre("request_id: CONTROL_CHARACTER"));
}

}  // namespace
}  // namespace ipstore::orders
