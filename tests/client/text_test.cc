// What orderctl prints: columns, tables, money, times.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "client/orderctl/columns.h"
#include "client/orderctl/enquiry_page.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/notification_text.h"
#include "client/orderctl/order_page.h"
#include "client/orderctl/style.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

absl::TimeZone Athens() {
  return *LoadZone("Europe/Athens");
}

TEST(Columns, AGreekLetterTakesOneColumnHoweverItsAccentIsWritten) {
  EXPECT_EQ(DisplayWidth("Παραλαβή"), 8);
  EXPECT_EQ(DisplayWidth("Παραλαβη\u0301"), 8);
  EXPECT_EQ(DisplayWidth("ΐ"), 1);
  EXPECT_EQ(DisplayWidth("ι\u0308\u0301"), 1);
}

TEST(Columns, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(DisplayWidth("日本"), 4);
  EXPECT_EQ(DisplayWidth("📦"), 2);
}

TEST(Columns, ATerminalIsShownNothingThatItWouldObey) {
  EXPECT_EQ(Printable("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(Printable("a\u202Eb"), "a\uFFFDb");
  EXPECT_EQ(Printable("a\u009Bb"), "a\uFFFDb");
  EXPECT_EQ(Printable("a\tb\r\nc"), "a b  c");
  EXPECT_EQ(Printable("a\xFF"), "a\uFFFD");
  EXPECT_EQ(Printable("Καλημέρα €"), "Καλημέρα €");
}

TEST(Columns, WrapsAtBlanksAndKeepsWordsWhole) {
  EXPECT_THAT(Wrap("η παραγγελία είναι έτοιμη", 12), ElementsAre("η παραγγελία", "είναι έτοιμη"));
  EXPECT_THAT(Wrap("Επεξεργασία", 4), ElementsAre("Επεξεργασία"));
  EXPECT_THAT(Wrap("", 10), ElementsAre(""));
}

Reader English() {
  return {.language = Language::kEnglish, .zone = Athens(), .style = {}, .width = 100};
}

TEST(OrderPage, ShowsTheFeedbackOnceThereIsSome) {
  v1::OrderPage page;
  EXPECT_THAT(OrderPageText(page, English()), Not(HasSubstr("Feedback")));
  v1::Feedback& feedback = *page.mutable_order()->mutable_feedback();
  feedback.set_rating(4);
  EXPECT_THAT(OrderPageText(page, English()), HasSubstr("4/5\n"));
  feedback.set_text("Fast,\nbut dear.");
  EXPECT_THAT(OrderPageText(page, English()), HasSubstr("4/5 · Fast, but dear."));
}

v1::OrderPage PageWithNextStep() {
  v1::OrderPage page;
  v1::ActionExplanation& step = *page.mutable_next_step();
  step.set_action(v1::ORDER_ACTION_START_GATHERING);
  step.set_label("Start gathering");
  step.set_target_text("Gathering Products");
  step.add_roles(v1::ROLE_STAFF);
  step.add_roles(v1::ROLE_SERVICE);
  v1::OpenAction& open = *page.add_open_actions();
  open.set_action(v1::ORDER_ACTION_CANCEL);
  open.set_label("Cancel order");
  open.set_target_text("Cancelled");
  return page;
}

TEST(OrderPage, TellsWhatIsMissingForTheNextStepAndWhoCouldTakeIt) {
  v1::OrderPage page = PageWithNextStep();
  EXPECT_THAT(OrderPageText(page, English()), HasSubstr("\nMissing  nothing\n"));
  page.mutable_next_step()->add_guards()->set_description("Nothing was verified.");
  page.mutable_next_step()->add_guards()->set_description("Nothing was paid.");
  EXPECT_THAT(OrderPageText(page, English()),
              HasSubstr("Next step\n"
                        "Step     start-gathering: Start gathering → Gathering Products\n"
                        "Who      Staff, Service\n"
                        "Missing  Nothing was verified.\n"
                        "         Nothing was paid.\n"
                        "\n"
                        "Open actions\n"
                        "cancel  Cancel order → Cancelled\n"));
}

TEST(OrderPage, OfAClosedOrderHasNoNextStep) {
  v1::OrderPage page = PageWithNextStep();
  page.clear_next_step();
  EXPECT_THAT(OrderPageText(page, English()), Not(HasSubstr("Next step")));
  EXPECT_THAT(OrderPageJson(page), Not(HasSubstr("nextStep")));
}

TEST(OrderPage, AsJsonMarksItsActionsAsAllowedAndHasTheNextStep) {
  const std::string json = OrderPageJson(PageWithNextStep());
  EXPECT_THAT(json, HasSubstr(R"("activities": [],)"));
  EXPECT_THAT(json, HasSubstr(R"("comments": [],)"));
  EXPECT_THAT(json, HasSubstr(R"("action": "ORDER_ACTION_CANCEL")"));
  EXPECT_THAT(json, HasSubstr(R"("allowed": true)"));
  EXPECT_THAT(json, HasSubstr(R"("nextStep": {)"));
}

v1::Notification& AddNotification(v1::OrderPage& page, const std::string& activity,
                                  v1::NotificationState state, const std::string& state_text) {
  v1::Notification& notification = *page.add_notifications();
  notification.set_activity(activity);
  notification.set_state(state);
  notification.set_state_text(state_text);
  notification.set_address("maria@example.gr");
  notification.mutable_create_time()->set_seconds(1'795'888'800);
  return notification;
}

TEST(OrderPage, TellsWhatWasSentAndOfTheRestWhatHappenedAndWhyItWasNot) {
  v1::OrderPage page = PageWithNextStep();
  EXPECT_THAT(OrderPageText(page, English()), Not(HasSubstr("What\n")));
  v1::Activity& activity = *page.add_activities();
  activity.set_name("orders/1/activities/2");
  activity.set_text("The order is being processed.");
  AddNotification(page, "orders/1/activities/1", v1::NOTIFICATION_STATE_SENT, "sent")
      .set_title("Your order 1000000018");
  AddNotification(page, "orders/1/activities/2", v1::NOTIFICATION_STATE_SUPPRESSED, "not sent")
      .set_reason_text("Notifications are off.");
  EXPECT_THAT(
      OrderPageText(page, English()),
      HasSubstr("\nNotifications\n"
                "Time               Status    To                What\n"
                "28 Nov 2026 20:00  sent      maria@example.gr  Your order 1000000018\n"
                "28 Nov 2026 20:00  not sent  maria@example.gr  The order is being processed. · "
                "Notifications are\n"
                "                                               off.\n"));
  EXPECT_THAT(OrderPageJson(page), HasSubstr(R"("title": "Your order 1000000018")"));
}

TEST(OrderPage, TellsWhatWasSentInOneEmailWithOtherNews) {
  v1::OrderPage page = PageWithNextStep();
  v1::Notification& notification =
      AddNotification(page, "orders/1/activities/1", v1::NOTIFICATION_STATE_SENT, "sent");
  notification.set_title("Your order 1000000018");
  notification.set_sent_with("orders/1/activities/2");
  EXPECT_THAT(OrderPageText(page, English()),
              HasSubstr("Your order 1000000018 · in one e-mail with"));
  EXPECT_THAT(NotificationFacts(notification, English()),
              HasSubstr("In one e-mail with  orders/1/activities/2\n"));
}

v1::Enquiry ReturnOfMaria() {
  v1::Enquiry enquiry;
  enquiry.set_number("1000000026");
  enquiry.set_kind(v1::ENQUIRY_KIND_RETURN);
  enquiry.set_status_text("In Progress");
  enquiry.mutable_customer()->set_id("c-17");
  enquiry.mutable_customer()->set_name("Maria");
  enquiry.mutable_customer()->set_email("maria@example.gr");
  enquiry.mutable_customer()->set_phone("6944 123 456");
  enquiry.set_title("The cable");
  enquiry.set_text("It is too short.\nWhere do I send it?");
  enquiry.set_order("orders/1000000018");
  enquiry.set_notifications_on(false);
  enquiry.add_open_actions(v1::ENQUIRY_ACTION_ASK_CUSTOMER);
  return enquiry;
}

TEST(OrderList, ShowsTheTimeThatItIsSortedBy) {
  google::protobuf::RepeatedPtrField<v1::Order> orders;
  v1::Order& order = *orders.Add();
  order.mutable_last_activity_time()->set_seconds(1'795'888'800);
  order.mutable_promised_delivery()->set_seconds(1'795'888'800 - 24 * 3600);
  const std::string by_activity = OrderList(orders, OrderTime::kLastActivity, English());
  EXPECT_THAT(by_activity, AllOf(HasSubstr("Last activity\n"), HasSubstr("28 Nov 2026 20:00\n")));
  const std::string by_promise = OrderList(orders, OrderTime::kPromisedDelivery, English());
  EXPECT_THAT(by_promise,
              AllOf(HasSubstr("Promised delivery\n"), HasSubstr("27 Nov 2026 20:00\n")));
}

TEST(ActivityList, MarksWhatWasRedactedOfAnImportedPast) {
  std::vector<v1::Activity> activities(1);
  v1::OrderImported& imported = *activities.front().mutable_order_imported();
  imported.add_past()->set_text("Placed by phone.");
  imported.add_past()->set_visibility(v1::VISIBILITY_INTERNAL);
  const std::string text = ActivityList(activities, English());
  EXPECT_THAT(text, HasSubstr("Placed by phone.\n"));
  EXPECT_THAT(text, HasSubstr("[redacted] [internal]\n"));
}

TEST(CustomerName, IsTheCompanysElseThePersonsElseTheId) {
  v1::Customer customer;
  customer.set_id("b-00912");
  EXPECT_EQ(CustomerName(customer), "b-00912");
  customer.set_name("Γιώργος Νικολάου");
  EXPECT_EQ(CustomerName(customer), "Γιώργος Νικολάου");
  customer.set_company_name("Νικολάου ΑΕ");
  EXPECT_EQ(CustomerName(customer), "Νικολάου ΑΕ");
}

TEST(EnquiryPage, TellsWhoAsksWhatAboutWhichOrderAndWhatCanBeDone) {
  EnquiryPage page{
      .enquiry = ReturnOfMaria(), .activities = {}, .comments = {}, .notifications = {}};
  page.comments.emplace_back().set_text("Which cable?\nThe short one?");
  const std::string text = EnquiryPageText(page, English());
  EXPECT_THAT(text, StartsWith("Enquiry 1000000026\n"));
  EXPECT_THAT(text, HasSubstr("Kind           Return\n"));
  EXPECT_THAT(text, HasSubstr("Maria (c-17) · maria@example.gr · 6944 123 456\n"));
  EXPECT_THAT(text, HasSubstr("Order          1000000018\n"));
  EXPECT_THAT(text, HasSubstr("Notifications  off\n"));
  EXPECT_THAT(text, HasSubstr("The cable\nIt is too short.\nWhere do I send it?\n"));
  EXPECT_THAT(text, HasSubstr("  Which cable?\n  The short one?\n"));
  EXPECT_THAT(text, HasSubstr("ask-customer  Ask the customer\n"));
  EXPECT_THAT(text, Not(HasSubstr("Redacted")));
}

TEST(EnquiryPage, ShowsWhatWasToldByEmailAndCallsTheRestByWhatHappened) {
  EnquiryPage page{
      .enquiry = ReturnOfMaria(), .activities = {}, .comments = {}, .notifications = {}};
  EXPECT_THAT(EnquiryPageText(page, English()), Not(HasSubstr("\nNotifications\n")));
  v1::Activity& asked = page.activities.emplace_back();
  asked.set_name("enquiries/1000000026/activities/a");
  asked.set_text("The question was asked.");
  v1::Notification& sent = page.notifications.emplace_back();
  sent.set_title("Request 1000000026: We have received your request");
  sent.set_state_text("Sent");
  v1::Notification& failed = page.notifications.emplace_back();
  failed.set_activity("enquiries/1000000026/activities/a");
  failed.set_reason_text("The mail server refuses it.");
  const std::string text = EnquiryPageText(page, English());
  const std::size_t section = text.find("\nNotifications\n");
  ASSERT_NE(section, std::string::npos);
  EXPECT_THAT(text.substr(section), HasSubstr("Request 1000000026: We have received"));
  EXPECT_THAT(text.substr(section), HasSubstr("The question was asked. · The mail server"));
}

TEST(EnquiryPage, OfARedactedEnquirySaysWhenItWas) {
  EnquiryPage page{
      .enquiry = ReturnOfMaria(), .activities = {}, .comments = {}, .notifications = {}};
  page.enquiry.clear_title();
  page.enquiry.clear_text();
  page.enquiry.clear_open_actions();
  page.enquiry.mutable_redact_time()->set_seconds(1'795'888'800);
  const std::string text = EnquiryPageText(page, English());
  EXPECT_THAT(text, HasSubstr("Redacted       28 Nov 2026 20:00\n"));
  EXPECT_THAT(text, HasSubstr("\n[redacted]\n[redacted]\n"));
  EXPECT_THAT(text, HasSubstr("Open actions\nnone\n"));
}

TEST(Table, ColumnsStandUnderEachOtherInGreekAndEnglish) {
  Table table({{"Κατάσταση"}, {"Qty", Column::Align::kRight}, {"Σύνολο", Column::Align::kRight}});
  table.AddRow({{"Παραλήφθηκε"}, {"1"}, {"89,90 €"}});
  table.AddRow({{"Received"}, {"12"}, {"1.249,00 €"}});
  EXPECT_EQ(table.Render(Style(), 100),
            "Κατάσταση    Qty      Σύνολο\n"
            "Παραλήφθηκε    1     89,90 €\n"
            "Received      12  1.249,00 €\n");
}

TEST(Table, TheWrappingColumnGivesWayWhenTheTableIsTooWide) {
  Table table({{"#"}, {"Text", Column::Align::kLeft, true}, {"End"}});
  table.AddRow({{"1"}, {"some words that do not fit here"}, {"x"}});
  EXPECT_EQ(table.Render(Style(), 28),
            "#  Text                  End\n"
            "1  some words that do    x\n"
            "   not fit here\n");
}

TEST(Table, AWordThatIsTooLongWidensItsColumnAndPushesNothingAside) {
  Table table({{"Who", Column::Align::kLeft, true}, {"End"}});
  table.AddRow({{"of 9d40b27f4a3c11ee8c8a0242ac120002"}, {"x"}});
  table.AddRow({{"Maria"}, {"y"}});
  EXPECT_EQ(table.Render(Style(), 20),
            "Who                               End\n"
            "of                                x\n"
            "9d40b27f4a3c11ee8c8a0242ac120002\n"
            "Maria                             y\n");
}

TEST(Table, InTheLastColumnALongWordSticksOut) {
  Table table({{"#"}, {"Text", Column::Align::kLeft, true}});
  table.AddRow({{"1"}, {"see https://acs.example/?c=7001234567 for more of it"}});
  EXPECT_EQ(table.Render(Style(), 24),
            "#  Text\n"
            "1  see\n"
            "   https://acs.example/?c=7001234567\n"
            "   for more of it\n");
}

TEST(Table, OfSeveralWrappingColumnsTheWidestGivesWayFirst) {
  Table table({{"A", Column::Align::kLeft, true}, {"B", Column::Align::kLeft, true}, {"C"}});
  table.AddRow({{"some words and more"}, {"other words that are quite a few more"}, {"x"}});
  EXPECT_EQ(table.Render(Style(), 45),
            "A                    B                      C\n"
            "some words and more  other words that are   x\n"
            "                     quite a few more\n");
}

TEST(Table, ANoteStandsUnderItsRowAndMovesNoColumn) {
  Table table({{"#"}, {"Text"}});
  table.AddRow({{"1"}, {"one"}});
  table.AddNote({"orders/1000000018/notifications/x\x1b"});
  table.AddRow({{"2"}, {"two"}});
  EXPECT_EQ(table.Render(Style(), 12),
            "#  Text\n"
            "1  one\n"
            "  orders/1000000018/notifications/x\uFFFD\n"
            "2  two\n");
}

TEST(Table, ColorDoesNotMoveColumns) {
  Table table({{}, {}});
  table.AddRow({{"ναι", Tone::kGood}, {"a"}});
  table.AddRow({{"όχι, ποτέ", Tone::kBad}, {"b"}});
  EXPECT_EQ(table.Render(Style(true), 100),
            "\033[32mναι\033[0m        a\n\033[31mόχι, ποτέ\033[0m  b\n");
}

TEST(Style, ColorsOnlyATerminalAndNeverAgainstTheUser) {
  EXPECT_TRUE(WantsColor(ColorWish::kAuto, true, nullptr));
  EXPECT_TRUE(WantsColor(ColorWish::kAuto, true, ""));
  EXPECT_FALSE(WantsColor(ColorWish::kAuto, true, "1"));
  EXPECT_FALSE(WantsColor(ColorWish::kAuto, false, nullptr));
  EXPECT_TRUE(WantsColor(ColorWish::kAlways, false, "1"));
  EXPECT_FALSE(WantsColor(ColorWish::kNever, true, nullptr));
}

google::type::Money Money(const std::string& currency, std::int64_t units, std::int32_t nanos) {
  google::type::Money money;
  money.set_currency_code(currency);
  money.set_units(units);
  money.set_nanos(nanos);
  return money;
}

TEST(MoneyText, IsWrittenInTheReadersManner) {
  EXPECT_EQ(FormatMoney(Money("EUR", 1234, 500'000'000), Language::kGreek), "1.234,50 €");
  EXPECT_EQ(FormatMoney(Money("EUR", 1234, 500'000'000), Language::kEnglish), "€1,234.50");
  EXPECT_EQ(FormatMoney(Money("EUR", 0, 50'000'000), Language::kGreek), "0,05 €");
  EXPECT_EQ(FormatMoney(Money("EUR", 1'000'000, 0), Language::kEnglish), "€1,000,000.00");
}

TEST(MoneyText, OtherCurrenciesStandByTheirCodeWithTheirDecimals) {
  EXPECT_EQ(FormatMoney(Money("USD", 12, 0), Language::kGreek), "12,00 USD");
  EXPECT_EQ(FormatMoney(Money("USD", 12, 0), Language::kEnglish), "USD 12.00");
  EXPECT_EQ(FormatMoney(Money("JPY", 1500, 0), Language::kEnglish), "JPY 1,500");
  EXPECT_EQ(FormatMoney(Money("KWD", 1, 5'000'000), Language::kGreek), "1,005 KWD");
}

TEST(MoneyText, NothingIsRoundedAway) {
  EXPECT_EQ(FormatMoney(Money("EUR", 1, 5'000'000), Language::kEnglish), "€1.005");
  EXPECT_EQ(FormatMoney(Money("EUR", 0, 1), Language::kGreek), "0,000000001 €");
}

TEST(MoneyText, NegativeAmountsHaveOneSign) {
  EXPECT_EQ(FormatMoney(Money("EUR", -3, -500'000'000), Language::kEnglish), "-€3.50");
  EXPECT_EQ(FormatMoney(Money("EUR", 0, -10'000'000), Language::kGreek), "-0,01 €");
  EXPECT_EQ(
      FormatMoney(Money("EUR", std::numeric_limits<std::int64_t>::min(), 0), Language::kEnglish),
      "-€9,223,372,036,854,775,808.00");
}

TEST(MoneyText, RatesAndCountsFollowTheLanguage) {
  EXPECT_EQ(FormatVatRate(2400, Language::kGreek), "24%");
  EXPECT_EQ(FormatVatRate(650, Language::kGreek), "6,5%");
  EXPECT_EQ(FormatVatRate(625, Language::kEnglish), "6.25%");
  EXPECT_EQ(FormatVatRate(0, Language::kEnglish), "0%");
  EXPECT_EQ(FormatCount(12'500, Language::kGreek), "12.500");
  EXPECT_EQ(FormatCount(999, Language::kEnglish), "999");
}

TEST(TimeText, ReadsRfc3339AndTheZonesOwnTime) {
  const absl::Time expected =
      absl::FromCivil(absl::CivilSecond(2026, 11, 28, 18, 0, 0), absl::UTCTimeZone());
  for (const char* text :
       {"2026-11-28 20:00", "2026-11-28 20:00:00", "2026-11-28T20:00", "2026-11-28T20:00:00",
        "2026-11-28T20:00:00+02:00", "2026-11-28T18:00:00Z", "2026-11-28T18:00Z",
        "2026-11-28T18:00:00.000Z"}) {
    EXPECT_EQ(ParseTime(text, Athens()).value_or(absl::InfinitePast()), expected) << text;
  }
}

TEST(TimeText, RefusesWhatIsNoTime) {
  for (const char* text : {"", "tomorrow", "infinite-future", "2026-11-28", "2026-02-30 10:00",
                           "2026-11-28 25:00", "2026-11-28 20:00 x", "20:00"}) {
    EXPECT_FALSE(ParseTime(text, Athens()).ok()) << text;
  }
}

TEST(TimeText, RefusesTimesThatClocksShowNeverOrTwice) {
  EXPECT_THAT(std::string(ParseTime("2026-03-29 03:30", Athens()).status().message()),
              HasSubstr("does not exist in Europe/Athens"));
  EXPECT_THAT(std::string(ParseTime("2026-10-25 03:30", Athens()).status().message()),
              HasSubstr("comes twice in Europe/Athens"));
  EXPECT_TRUE(ParseTime("2026-10-25T03:30:00+02:00", Athens()).ok());
}

TEST(TimeText, ShowsTimesInTheZoneAndTheReadersManner) {
  const auto time = ToProto(*ParseTime("2026-11-08T18:05:00Z", Athens()));
  EXPECT_EQ(FormatTime(time, Athens(), Language::kGreek), "08/11/2026 20:05");
  EXPECT_EQ(FormatTime(time, Athens(), Language::kEnglish), "8 Nov 2026 20:05");
}

TEST(TimeText, OfAWindowWithinADayTheDayStandsOnce) {
  v1::TimeWindow window;
  *window.mutable_start() = ToProto(*ParseTime("2026-11-28 10:00", Athens()));
  *window.mutable_end() = ToProto(*ParseTime("2026-11-28 14:00", Athens()));
  EXPECT_EQ(FormatWindow(window, Athens(), Language::kGreek), "28/11/2026 10:00–14:00");
  *window.mutable_end() = ToProto(*ParseTime("2026-11-29 09:00", Athens()));
  EXPECT_EQ(FormatWindow(window, Athens(), Language::kGreek), "28/11/2026 10:00–29/11/2026 09:00");
}

TEST(TimeText, DatesAreReadAndShown) {
  EXPECT_EQ(FormatDate(ToProto(*ParseDate("2026-11-03")), Language::kGreek), "03/11/2026");
  EXPECT_EQ(FormatDate(ToProto(*ParseDate("2026-11-03")), Language::kEnglish), "3 Nov 2026");
  EXPECT_FALSE(ParseDate("2026-13-03").ok());
  EXPECT_FALSE(ParseDate("3/11/2026").ok());
}

TEST(TimeText, AZoneThatTheMachineDoesNotKnowIsRefused) {
  EXPECT_FALSE(LoadZone("Europe/Atlantis").ok());
}

TEST(Words, EveryEnumOfTheContractHasALabelInBothLanguages) {
  for (const Language language : {Language::kGreek, Language::kEnglish}) {
    for (const int method : {1, 2, 3}) {
      EXPECT_GT(LabelOf(static_cast<v1::FulfilmentMethod>(method), language).size(), 1U);
      EXPECT_GT(LabelOf(static_cast<v1::CheckKind>(method), language).size(), 1U);
      EXPECT_GT(LabelOf(static_cast<v1::CheckOutcome>(method), language).size(), 1U);
      EXPECT_GT(LabelOf(static_cast<v1::ChargeKind>(method), language).size(), 1U);
      EXPECT_GT(LabelOf(static_cast<v1::EnquiryKind>(method), language).size(), 1U);
      EXPECT_GT(LabelOf(static_cast<v1::Role>(method), language).size(), 1U);
    }
    for (const int method : {1, 2, 3, 4, 5}) {
      EXPECT_GT(LabelOf(static_cast<v1::PaymentMethod>(method), language).size(), 1U);
      EXPECT_GT(LabelOf(static_cast<v1::EnquiryAction>(method), language).size(), 1U);
    }
  }
}

TEST(Words, AValueOfANewerServerStandsByItsNumber) {
  EXPECT_EQ(LabelOf(static_cast<v1::PaymentMethod>(77), Language::kGreek), "77");
  EXPECT_EQ(LabelOf(static_cast<v1::Role>(9), Language::kGreek), "9");
}

}  // namespace
}  // namespace ipstore::orders::client
