// What orderctl makes of its arguments.

#include "client/orderctl/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include "client/orderctl/arguments.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/run.h"

namespace ipstore::orders::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// The command line without the environment of whoever runs the test.
class CommandLine : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"ORDERCTL_SERVER", "ORDERCTL_AS", "ORDERCTL_RIGHTS", "ORDERCTL_LANG",
                             "TZ", "LC_ALL", "LC_MESSAGES", "LANG", "NO_COLOR"}) {
      unsetenv(name);
    }
    setenv("USER", "maria", 1);
  }

  static std::variant<Command, Printout, UsageError> Parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "orderctl");
    return ParseCommandLine(arguments);
  }

  static GlobalOptions Global(const std::vector<std::string>& arguments) {
    return std::get<Command>(Parse(arguments)).global;
  }

  static std::string Refusal(const std::vector<std::string>& arguments) {
    const auto parsed = Parse(arguments);
    const auto* usage = std::get_if<UsageError>(&parsed);
    return usage == nullptr ? "(accepted)" : usage->message;
  }

  static Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "orderctl");
    return RunOrderctl(arguments, {});
  }
};

TEST_F(CommandLine, WithoutOptionsTheUserIsStaffOnThisMachine) {
  const GlobalOptions global = Global({"list"});
  EXPECT_EQ(global.server, "127.0.0.1:50051");
  EXPECT_EQ(global.actor, (Principal{"staff", "maria"}));
  EXPECT_FALSE(global.on_behalf_of.has_value());
  EXPECT_EQ(global.zone.name(), "Europe/Athens");
  EXPECT_EQ(global.language, Language::kEnglish);
  EXPECT_EQ(global.timeout, absl::Seconds(15));
  EXPECT_FALSE(global.json);
}

TEST_F(CommandLine, TheEnvironmentIsHeardAndOptionsWin) {
  setenv("ORDERCTL_SERVER", "10.0.0.1:1", 1);
  setenv("ORDERCTL_AS", "service:eshop", 1);
  setenv("TZ", ":Europe/London", 1);
  setenv("LANG", "el_GR.UTF-8", 1);
  GlobalOptions global = Global({"list"});
  EXPECT_EQ(global.server, "10.0.0.1:1");
  EXPECT_EQ(global.actor, (Principal{"service", "eshop"}));
  EXPECT_EQ(global.zone.name(), "Europe/London");
  EXPECT_EQ(global.language, Language::kGreek);

  global = Global({"--server", "127.0.0.1:2", "--as", "STAFF:eleni", "--lang", "en", "list"});
  EXPECT_EQ(global.server, "127.0.0.1:2");
  EXPECT_EQ(global.actor, (Principal{"staff", "eleni"}));
  EXPECT_EQ(global.language, Language::kEnglish);
}

TEST_F(CommandLine, GlobalOptionsMayStandBehindTheCommand) {
  const GlobalOptions global =
      Global({"get", "1000000018", "--json", "--on-behalf-of", "customer:c-17", "--timeout", "2s"});
  EXPECT_TRUE(global.json);
  EXPECT_EQ(global.on_behalf_of, (Principal{"customer", "c-17"}));
  EXPECT_EQ(global.timeout, absl::Seconds(2));
}

TEST_F(CommandLine, WhatItCannotUnderstandIsRefused) {
  EXPECT_THAT(Refusal({}), HasSubstr("a command is missing"));
  EXPECT_THAT(Refusal({"get"}), HasSubstr("ORDER is required"));
  EXPECT_THAT(Refusal({"dance"}), HasSubstr("dance"));
  EXPECT_THAT(Refusal({"get", "1", "--lang", "de"}), HasSubstr("--lang"));
  EXPECT_THAT(Refusal({"get", "1", "--as", "boss:me"}), HasSubstr("boss"));
  EXPECT_THAT(Refusal({"get", "1", "--as", "staff:Μαρία"}), HasSubstr("ASCII"));
  EXPECT_THAT(Refusal({"get", "1", "--zone", "Mars/Base"}), HasSubstr("Mars/Base"));
  EXPECT_THAT(Refusal({"get", "1", "--timeout", "soon"}), HasSubstr("soon"));
  EXPECT_THAT(Refusal({"offer-pickup", "1", "--until", "tomorrow"}), HasSubstr("--until"));
  EXPECT_THAT(Refusal({"offer-pickup", "1"}), HasSubstr("--until is required"));
  EXPECT_THAT(Refusal({"cancel", "1"}), HasSubstr("--reason is required"));
  EXPECT_THAT(Refusal({"check", "1", "weather", "passed"}), HasSubstr("weather"));
  EXPECT_THAT(Refusal({"list", "--status", "lost"}), HasSubstr("lost"));
  EXPECT_THAT(Refusal({"start-processing", "1", "--internal"}), HasSubstr("--comment"));
  EXPECT_THAT(Refusal({"hand-to-carrier", "1", "--parcel", "ACS"}), HasSubstr("CARRIER:TRACKING"));
  EXPECT_THAT(Refusal({"create", "/no/such/file"}), HasSubstr("/no/such/file cannot be read"));
  EXPECT_THAT(Refusal({"create", "/"}), HasSubstr("it is a folder"));
}

TEST_F(CommandLine, GatherWantsLinesOrAllAndToEachASource) {
  EXPECT_EQ(Refusal({"gather", "1", "--line", "1:2", "--from", "warehouse:A"}), "(accepted)");
  EXPECT_EQ(Refusal({"gather", "1", "--all", "--from", "warehouse:A"}), "(accepted)");
  EXPECT_THAT(Refusal({"gather", "1", "--from", "warehouse:A"}), HasSubstr("--line or --all"));
  EXPECT_THAT(Refusal({"gather", "1", "--line", "1:2"}), HasSubstr("--from is required"));
  EXPECT_THAT(Refusal({"gather", "1", "--line", "x", "--from", "warehouse:A"}),
              HasSubstr("LINE:QUANTITY"));
  EXPECT_THAT(Refusal({"gather", "1", "--line", "1:2", "--from", "moon:A"}),
              HasSubstr("warehouse:ID or supplier:ID"));
  EXPECT_THAT(Refusal({"gather", "1", "--all", "--line", "1:2", "--from", "warehouse:A"}),
              HasSubstr("--all"));
  EXPECT_THAT(Refusal({"gather", "1", "--line", "1:1", "--line", "2:1", "--line", "3:1", "--from",
                       "warehouse:A", "--from", "warehouse:B"}),
              HasSubstr("one --from for all lines"));
}

TEST_F(CommandLine, ABatchIsOneStepOfSeveralOrdersWithWhatThatStepNeeds) {
  EXPECT_EQ(Refusal({"batch", "start-processing", "1", "2", "3", "--dry-run"}), "(accepted)");
  EXPECT_EQ(Refusal({"batch", "cancel", "1", "2", "--reason", "No stock"}), "(accepted)");
  EXPECT_THAT(Refusal({"batch", "cancel", "1", "2"}), HasSubstr("--reason: cancel needs it"));
  EXPECT_THAT(Refusal({"batch", "start-processing", "1", "--reason", "None"}),
              HasSubstr("--reason: start-processing has no use for it"));
  EXPECT_THAT(Refusal({"batch", "dispatch-vehicle", "1", "--vehicle", "ΙΒΕ-4417", "--from",
                       "2026-11-28 10:00"}),
              HasSubstr("--to: dispatch-vehicle needs it"));
  EXPECT_THAT(Refusal({"batch", "return-to-gathering", "1"}), HasSubstr("return-to-gathering"));
  EXPECT_THAT(Refusal({"batch", "start-processing"}), HasSubstr("ORDER is required"));
}

TEST_F(CommandLine, ABatchHasAtMostFiveHundredOrders) {
  std::vector<std::string> arguments = {"batch", "start-processing"};
  arguments.resize(arguments.size() + 500, "1000000018");
  EXPECT_EQ(Refusal(arguments), "(accepted)");
  arguments.emplace_back("1000000018");
  EXPECT_THAT(Refusal(arguments), HasSubstr("at most 500 orders; these are 501"));
}

TEST_F(CommandLine, AnUpdateNamesWhatItAmends) {
  EXPECT_EQ(Refusal({"update", "1", "--phone", ""}), "(accepted)");
  EXPECT_EQ(Refusal({"update", "1", "--no-promised-delivery"}), "(accepted)");
  EXPECT_EQ(Refusal({"list"}), "(accepted)");
  EXPECT_THAT(Refusal({"update", "1"}), HasSubstr("there is nothing to amend"));
  EXPECT_THAT(Refusal({"update", "--phone", "1"}), HasSubstr("ORDER is required"));
  EXPECT_THAT(Refusal({"update", "1", "--method", "pigeon"}), HasSubstr("pigeon"));
  EXPECT_THAT(Refusal({"update", "1", "--promised-delivery", "soon"}),
              HasSubstr("--promised-delivery"));
  EXPECT_THAT(
      Refusal({"update", "1", "--no-promised-delivery", "--promised-delivery", "2026-11-28 20:00"}),
      HasSubstr("--promised-delivery"));
  EXPECT_THAT(Refusal({"update", "1", "--lines-file", "/no/such/file"}),
              HasSubstr("/no/such/file cannot be read"));
  const std::string path = ::testing::TempDir() + "/address.json";
  std::ofstream(path) << R"({"city": "Βόλος", "planet": "Earth"})";
  EXPECT_THAT(Refusal({"update", "1", "--address-file", path}), HasSubstr("planet"));
  std::ofstream(path) << "{";
  EXPECT_THAT(Refusal({"update", "1", "--address-file", path}), HasSubstr("line 1, column 2"));
}

TEST_F(CommandLine, NotificationsAreOnOrOffAndFeedbackNeedsARating) {
  EXPECT_EQ(Refusal({"notifications", "1", "off"}), "(accepted)");
  EXPECT_EQ(Refusal({"notifications", "enquiries/1", "on"}), "(accepted)");
  EXPECT_THAT(Refusal({"notifications", "1", "sometimes"}), HasSubstr("sometimes"));
  EXPECT_EQ(Refusal({"feedback", "1", "--rating", "4"}), "(accepted)");
  EXPECT_THAT(Refusal({"feedback", "1"}), HasSubstr("--rating is required"));
  EXPECT_THAT(Refusal({"feedback", "1", "--rating", "good"}), HasSubstr("--rating"));
}

TEST_F(CommandLine, WhatNarrowsTheLedgerDoesNotGoWithOnAndOff) {
  EXPECT_EQ(Refusal({"notifications"}), "(accepted)");
  EXPECT_EQ(Refusal({"notifications", "--state", "FAILED", "--page-size", "5"}), "(accepted)");
  EXPECT_EQ(Refusal({"notifications", "1", "--state", "sent", "--state", "queued"}), "(accepted)");
  EXPECT_EQ(Refusal({"notifications", "1", "on", "--request-id", "r", "--dry-run"}), "(accepted)");
  EXPECT_THAT(Refusal({"notifications", "--state", "lost"}), HasSubstr("lost"));
  EXPECT_THAT(Refusal({"notifications", "1", "off", "--state", "sent"}), HasSubstr("excludes"));
  EXPECT_THAT(Refusal({"notifications", "1", "off", "--page-size", "5"}), HasSubstr("excludes"));
  EXPECT_THAT(Refusal({"notifications", "1", "--dry-run"}), HasSubstr("requires SETTING"));
  EXPECT_THAT(Refusal({"notifications", "1", "--request-id", "r"}), HasSubstr("requires SETTING"));
}

TEST_F(CommandLine, WhatIsSentAgainIsOneEmailOrAllOfAnOrderThatFailed) {
  EXPECT_EQ(Refusal({"resend", "orders/1/notifications/x", "--request-id", "r"}), "(accepted)");
  EXPECT_EQ(Refusal({"resend", "1", "--failed"}), "(accepted)");
  EXPECT_EQ(Refusal({"resend", "enquiries/1", "--failed"}), "(accepted)");
  EXPECT_EQ(Refusal({"resend", "--failed", "--all"}), "(accepted)");
  EXPECT_THAT(Refusal({"resend", "--all"}), HasSubstr("--failed"));
  EXPECT_THAT(Refusal({"resend", "1", "--failed", "--all"}), HasSubstr("excludes"));
  EXPECT_THAT(Refusal({"resend", "--failed"}), HasSubstr("NOTIFICATION is required"));
  EXPECT_THAT(Refusal({"resend", "1"}), HasSubstr("--failed"));
  EXPECT_THAT(Refusal({"resend", "orders/1/notifications/x", "--failed"}), HasSubstr("--failed"));
  EXPECT_THAT(Refusal({"resend", "1", "--failed", "--request-id", "r"}), HasSubstr("excludes"));
  EXPECT_THAT(Refusal({"resend"}), HasSubstr("NOTIFICATION is required"));
  EXPECT_THAT(Refusal({"preview"}), HasSubstr("ACTIVITY is required"));
  EXPECT_THAT(Refusal({"received-email"}), HasSubstr("EMAIL is required"));
}

TEST_F(CommandLine, AnEmailMayTakeAMinuteUnlessSaidOtherwise) {
  EXPECT_EQ(Global({"ingest-email"}).timeout, absl::Minutes(1));
  EXPECT_EQ(Global({"received-email", "7", "--raw"}).timeout, absl::Minutes(1));
  EXPECT_EQ(Global({"received-email", "7"}).timeout, absl::Seconds(15));
  EXPECT_EQ(Global({"ingest-email", "--timeout", "15s"}).timeout, absl::Seconds(15));
}

TEST_F(CommandLine, AnEnquiryNeedsWhoAsksAndAKindAndStepThatThereAre) {
  EXPECT_EQ(Refusal({"ask", "Πότε;", "Σήμερα;", "--name", "Μαρία", "--email", "m@example.gr",
                     "--kind", "RETURN", "--order", "1000000018"}),
            "(accepted)");
  EXPECT_THAT(Refusal({"ask", "Πότε;", "Σήμερα;"}), HasSubstr("--name"));
  EXPECT_THAT(Refusal({"ask", "Πότε;", "Σήμερα;", "--name", "Μαρία", "--email", "m@example.gr",
                       "--kind", "joke"}),
              HasSubstr("joke"));
  EXPECT_EQ(Refusal({"move-enquiry", "1000000026", "ask-customer", "--comment", "Ποιο;"}),
            "(accepted)");
  EXPECT_EQ(Refusal({"move-enquiry", "1000000026", "resolve", "--comment", "?", "--internal"}),
            "(accepted)");
  EXPECT_THAT(Refusal({"move-enquiry", "1000000026", "resolve", "--internal"}),
              HasSubstr("--comment"));
  EXPECT_THAT(Refusal({"move-enquiry", "1000000026", "close"}), HasSubstr("close"));
  EXPECT_EQ(Refusal({"enquiry", "enquiries/1000000026"}), "(accepted)");
}

TEST_F(CommandLine, RequestsAreListedByStoreMethodAndTimeAndSearchedByWords) {
  EXPECT_EQ(Refusal({"requests", "--all", "--store", "ATH-2", "--method", "store-pickup", "--from",
                     "2026-11-01 08:00"}),
            "(accepted)");
  EXPECT_THAT(Refusal({"requests", "--method", "pigeon"}), HasSubstr("pigeon"));
  EXPECT_EQ(Refusal({"requests", "--kind", "order", "--kind", "enquiry", "--status", "open"}),
            "(accepted)");
  EXPECT_EQ(Refusal({"requests", "--status", "RESOLVED", "--status", "gathering-products"}),
            "(accepted)");
  EXPECT_THAT(Refusal({"requests", "--kind", "joke"}), HasSubstr("joke"));
  EXPECT_THAT(Refusal({"requests", "--status", "lost"}), HasSubstr("lost"));
  EXPECT_THAT(Refusal({"requests", "--kind", "order", "--status", "open"}),
              HasSubstr("of enquiries, which --kind leaves out"));
  EXPECT_THAT(Refusal({"requests", "--kind", "enquiry", "--status", "processing"}),
              HasSubstr("of orders, which --kind leaves out"));
  EXPECT_EQ(Refusal({"search", "μαρια"}), "(accepted)");
  EXPECT_THAT(Refusal({"search"}), HasSubstr("WORDS"));
  EXPECT_EQ(Refusal({"overdue", "--page-size", "5"}), "(accepted)");
}

TEST_F(CommandLine, WhatIsRedactedIsGoneSoItIsToBeConfirmed) {
  EXPECT_THAT(Refusal({"redact", "1000000018"}), HasSubstr("--yes"));
  EXPECT_EQ(Refusal({"redact", "1000000018", "--yes"}), "(accepted)");
  EXPECT_EQ(Refusal({"redact", "enquiries/1000000026", "--dry-run"}), "(accepted)");
  EXPECT_THAT(Refusal({"redact", "--yes"}), HasSubstr("NAME is required"));
  EXPECT_THAT(Refusal({"redact-customer", "c-17", "--wait"}), HasSubstr("--yes"));
  EXPECT_EQ(Refusal({"redact-customer", "c-17", "--wait", "--yes"}), "(accepted)");
  EXPECT_EQ(Refusal({"redaction", "12"}), "(accepted)");
  EXPECT_EQ(Refusal({"redactions", "--page-size", "3"}), "(accepted)");
}

TEST_F(CommandLine, RightsComeFromTheOptionOrTheEnvironment) {
  EXPECT_TRUE(Global({"list"}).rights.empty());
  EXPECT_EQ(Global({"list", "--rights", "redact,refund"}).rights,
            (std::vector<std::string>{"redact", "refund"}));
  setenv("ORDERCTL_RIGHTS", "redact", 1);
  EXPECT_EQ(Global({"list"}).rights, std::vector<std::string>{"redact"});
}

TEST_F(CommandLine, HelpSaysWhatTakesEnquiriesToo) {
  for (const char* command :
       {"comment", "comments", "activity", "notifications", "received-emails"}) {
    const std::string help = Run({command, "--help"}).out;
    EXPECT_THAT(help, HasSubstr("an enquiry: enquiries/1000000026")) << command;
    EXPECT_THAT(help, HasSubstr("an order or an enquiry")) << command;
  }
  EXPECT_THAT(Run({"get", "--help"}).out, Not(HasSubstr("enquir")));
}

TEST_F(CommandLine, HelpNamesTheExitCodes) {
  const Outcome outcome = Run({"--help"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  EXPECT_THAT(outcome.out, HasSubstr("  7  conflict"));
  EXPECT_THAT(Run({"gather", "--help"}).out, HasSubstr("--from"));
  EXPECT_THAT(Run({"ingest-email", "--help"}).out, HasSubstr("  75  try later"));
  EXPECT_THAT(Run({"--version"}).out, StartsWith("orderctl "));
}

TEST_F(CommandLine, WrongUsageEndsWithTwoAndOneLine) {
  const Outcome outcome = Run({"get"});
  EXPECT_EQ(outcome.exit_code, ExitCode::kUsage);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "orderctl: USAGE: ORDER is required\n");
  EXPECT_THAT(Run({"get", "--json"}).err, StartsWith("{\"error\":{\"code\":\"INVALID_ARGUMENT\""));
}

TEST_F(CommandLine, JsonThatHoldsNoOrderEndsWithThreeAndItsPlace) {
  const std::string path = ::testing::TempDir() + "/broken.json";
  std::ofstream(path) << "{\n  \"source\": \"eshop\",\n}\n";
  const Outcome outcome = Run({"create", path});
  EXPECT_EQ(outcome.exit_code, ExitCode::kInvalidArgument);
  EXPECT_THAT(outcome.err, StartsWith("orderctl: INVALID_JSON: parse error at line 3, column 1"));
}

TEST(Language, FollowsTheLocale) {
  EXPECT_EQ(LanguageOfLocale("el_GR.UTF-8"), Language::kGreek);
  EXPECT_EQ(LanguageOfLocale("el"), Language::kGreek);
  EXPECT_EQ(LanguageOfLocale("en_GB.UTF-8"), Language::kEnglish);
  EXPECT_EQ(LanguageOfLocale("C"), Language::kEnglish);
  EXPECT_EQ(LanguageOfLocale(""), Language::kEnglish);
}

TEST(Arguments, AnEnquiryIsNamedByNumberOrName) {
  EXPECT_EQ(EnquiryName("1000000026"), "enquiries/1000000026");
  EXPECT_EQ(EnquiryName("enquiries/1000000026"), "enquiries/1000000026");
  EXPECT_EQ(OrderName("enquiries/1000000026"), "enquiries/1000000026") << "for comments on either";
}

TEST(Arguments, ARedactionIsNamedByNumberOrName) {
  EXPECT_EQ(RedactionName("12"), "redactions/12");
  EXPECT_EQ(RedactionName("redactions/12"), "redactions/12");
}

TEST(Arguments, AReceivedEmailIsNamedByNumberOrName) {
  EXPECT_EQ(EmailName("7"), "receivedEmails/7");
  EXPECT_EQ(EmailName("receivedEmails/7"), "receivedEmails/7");
}

TEST(Arguments, AnOrderIsNamedByNumberOrName) {
  EXPECT_EQ(OrderName("1000000018"), "orders/1000000018");
  EXPECT_EQ(OrderName("orders/1000000018"), "orders/1000000018");
}

TEST(Arguments, AParcelsAddressMayHaveColons) {
  const absl::StatusOr<v1::Parcel> parcel = ParseParcel("ACS:700:https://acs.example/?c=700");
  ASSERT_TRUE(parcel.ok());
  EXPECT_EQ(parcel->carrier(), "ACS");
  EXPECT_EQ(parcel->tracking_number(), "700");
  EXPECT_EQ(parcel->tracking_url(), "https://acs.example/?c=700");
  EXPECT_FALSE(ParseParcel(":700").ok());
}

TEST(Arguments, OneSourceIsForAllLinesAndSeveralArePaired) {
  const auto shared = ParseGathering({"1:2", "3:4"}, {"warehouse:ATH-1"});
  ASSERT_TRUE(shared.ok());
  EXPECT_EQ((*shared)[1].line(), 3);
  EXPECT_EQ((*shared)[1].quantity(), 4);
  EXPECT_EQ((*shared)[1].source().id(), "ATH-1");

  const auto paired = ParseGathering({"1:2", "1:1"}, {"warehouse:ATH-1", "supplier:S:9"});
  ASSERT_TRUE(paired.ok());
  EXPECT_EQ((*paired)[1].source().kind(), v1::SOURCE_KIND_SUPPLIER);
  EXPECT_EQ((*paired)[1].source().id(), "S:9");
}

TEST(Arguments, AMethodIsReadAsItIsTyped) {
  EXPECT_EQ(ParseMethod("store-pickup").value(), v1::FULFILMENT_METHOD_STORE_PICKUP);
  EXPECT_FALSE(ParseMethod("pigeon").ok());
}

TEST(Arguments, AStatusIsReadAsItIsTyped) {
  EXPECT_EQ(ParseStatus("gathering-products").value(), v1::ORDER_STATUS_GATHERING_PRODUCTS);
  EXPECT_EQ(ParseStatus("READY_FOR_PICKUP").value(), v1::ORDER_STATUS_READY_FOR_PICKUP);
  EXPECT_FALSE(ParseStatus("shipped").ok());
}

TEST(Arguments, AStatusOfEitherIsToldApartByItsName) {
  EXPECT_EQ(std::get<v1::OrderStatus>(ParseAnyStatus("processing").value()),
            v1::ORDER_STATUS_PROCESSING);
  EXPECT_EQ(std::get<v1::EnquiryStatus>(ParseAnyStatus("in-progress").value()),
            v1::ENQUIRY_STATUS_IN_PROGRESS);
  EXPECT_FALSE(ParseAnyStatus("shipped").ok());
}

TEST(Arguments, AKindOfRequestIsAnOrderOrAnEnquiry) {
  EXPECT_EQ(ParseRequestKind("enquiry").value(), v1::REQUEST_KIND_ENQUIRY);
  EXPECT_FALSE(ParseRequestKind("question").ok());
}

TEST(JsonText, AnOrderAndAWholeRequestAreBothRead) {
  const auto order = CreateOrderRequestFromJson(R"({"source": "eshop", "currencyCode": "EUR"})");
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->order().source(), "eshop");
  const auto request =
      CreateOrderRequestFromJson(R"({"order": {"source": "eshop"}, "request_id": "r-1"})");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->order().source(), "eshop");
  EXPECT_EQ(request->request_id(), "r-1");
}

TEST(JsonText, AFieldOfAnOrderIsReadFromWhatStandsBehindItsName) {
  v1::Order order;
  ASSERT_TRUE(ReadOrderField("lines", R"([{"line": 2, "sku": "A"}, {"sku": "B"}])", order).ok());
  ASSERT_EQ(order.lines_size(), 2);
  EXPECT_EQ(order.lines(0).line(), 2);
  ASSERT_TRUE(ReadOrderField("delivery_address", R"({"postalCode": "105 63"})", order).ok());
  EXPECT_EQ(order.delivery_address().postal_code(), "105 63");
  EXPECT_EQ(order.lines_size(), 2) << "what was read before stays";
  EXPECT_FALSE(ReadOrderField("lines", R"({"line": "two"})", order).ok());
}

TEST(JsonText, WhatDoesNotFitTheContractIsNamed) {
  EXPECT_THAT(std::string(CreateOrderRequestFromJson(R"({"sauce": "eshop"})").status().message()),
              HasSubstr("sauce"));
  EXPECT_THAT(
      std::string(
          CreateOrderRequestFromJson(R"({"lines": [{"quantity": "many"}]})").status().message()),
      HasSubstr("quantity"));
  EXPECT_THAT(std::string(CreateOrderRequestFromJson("[]").status().message()),
              HasSubstr("an object is expected"));
  EXPECT_THAT(std::string(CreateOrderRequestFromJson("").status().message()),
              HasSubstr("line 1, column 1"));
}

}  // namespace
}  // namespace ipstore::orders::client
