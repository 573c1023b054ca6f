// What orderctl makes of the lines of a file, and the client library of a stream of orders.

#include "client/orderctl/import.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "client/orderctl/export.h"
#include "client/orderctl/olist.h"
#include "client/orderctl/run.h"
#include "client/orderctl/time_text.h"
#include "client/orders_client.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"

namespace ipstore::orders::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// --- The dataset by Olist
// --------------------------------------------------------------------------

constexpr char kDelivered[] = R"({
  "order_id": "o-1", "customer_id": "c-1", "order_status": "delivered",
  "order_purchase_timestamp": "2018-02-17 22:30:00", "order_approved_at": "2018-02-17 23:30:00",
  "order_delivered_carrier_date": null, "order_delivered_customer_date": "2018-03-01 09:00:00",
  "order_estimated_delivery_date": "2018-11-04 00:00:00",
  "items": [
    {"product_id": "p-1", "category": "auto", "seller_id": "s", "price_brl": "147.9", "freight_brl": "27.36"},
    {"product_id": "p-2", "category": null, "seller_id": "s", "price_brl": "10", "freight_brl": "0.04"},
    {"product_id": "p-1", "category": "auto", "seller_id": "s", "price_brl": "147.90", "freight_brl": "1.6"}],
  "review": {"score": 4, "comment": "muito bom", "at": "2018-02-01 10:00:00"}})";

std::string Flat(std::string json) {
  std::replace(json.begin(), json.end(), '\n', ' ');
  return json;
}

// The line, read with each of `changes` made to its text.
LineReading Read(std::string json,
                 const std::vector<std::pair<std::string, std::string>>& changes) {
  for (const auto& [from, to] : changes) {
    EXPECT_THAT(json, HasSubstr(from));
    json = absl::StrReplaceAll(json, {{from, to}});
  }
  return ReadOlistLine(Flat(std::move(json)), LoadZone(kOlistZone).value());
}

v1::ImportedOrder Order(const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  LineReading reading = Read(kDelivered, changes);
  if (const auto* why = std::get_if<Unreadable>(&reading)) {
    ADD_FAILURE() << why->reason << " " << why->detail;
    return {};
  }
  return std::get<v1::ImportedOrder>(std::move(reading));
}

std::string Why(const LineReading& reading) {
  const auto* why = std::get_if<Unreadable>(&reading);
  return why == nullptr ? "(read)" : why->reason;
}

std::string Utc(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixSeconds(time.seconds()),
                          absl::UTCTimeZone());
}

TEST(Olist, EqualItemsBecomeAQuantityAndFreightACharge) {
  const v1::Order order = Order().order();
  ASSERT_EQ(order.lines_size(), 2);
  EXPECT_EQ(order.lines(0).sku(), "p-1");
  EXPECT_EQ(order.lines(0).name(), "auto");
  EXPECT_EQ(order.lines(0).quantity(), 2);
  EXPECT_EQ(order.lines(0).unit_price().units(), 147);
  EXPECT_EQ(order.lines(0).unit_price().nanos(), 900'000'000);
  EXPECT_EQ(order.lines(0).unit_price().currency_code(), "BRL");
  EXPECT_EQ(order.lines(1).name(), "p-2") << "where there is no category";
  ASSERT_EQ(order.charges_size(), 1);
  EXPECT_EQ(order.charges(0).kind(), v1::CHARGE_KIND_SHIPPING);
  EXPECT_EQ(order.charges(0).amount().units(), 29);
  EXPECT_EQ(order.charges(0).amount().nanos(), 0);
}

TEST(Olist, TheSameProductAtAnotherPriceIsALineOfItsOwn) {
  EXPECT_EQ(Order({{"147.90", "99.00"}}).order().lines_size(), 3);
}

TEST(Olist, AnOrderWithoutItemsHasNeitherLinesNorCharges) {
  for (const char* items : {"[]", "null"}) {
    const std::string json = absl::StrCat(
        R"({"order_id": "o", "order_status": "unavailable", "order_purchase_timestamp": "2018-01-01 00:00:00", "items": )",
        items, "}");
    const auto entry =
        std::get<v1::ImportedOrder>(ReadOlistLine(json, LoadZone(kOlistZone).value()));
    EXPECT_EQ(entry.order().lines_size(), 0);
    EXPECT_EQ(entry.order().charges_size(), 0);
    EXPECT_EQ(entry.order().cancellation_reason(), "unavailable");
  }
}

TEST(Olist, StatusesAreMappedAndEndingsKeepTheirReason) {
  const std::vector<std::pair<std::string, v1::OrderStatus>> statuses = {
      {"created", v1::ORDER_STATUS_AWAITING_PROCESSING},
      {"approved", v1::ORDER_STATUS_AWAITING_PROCESSING},
      {"processing", v1::ORDER_STATUS_PROCESSING},
      {"invoiced", v1::ORDER_STATUS_PREPARING_SHIPMENT},
      {"shipped", v1::ORDER_STATUS_HANDED_TO_CARRIER},
      {"delivered", v1::ORDER_STATUS_RECEIVED},
      {"canceled", v1::ORDER_STATUS_CANCELLED},
      {"unavailable", v1::ORDER_STATUS_CANCELLED}};
  for (const auto& [name, status] : statuses) {
    const v1::Order order = Order({{"delivered\"", name + "\""}}).order();
    EXPECT_EQ(order.status(), status) << name;
    EXPECT_EQ(order.cancellation_reason(), status == v1::ORDER_STATUS_CANCELLED ? name : "");
  }
}

// In February 2018 the clocks of São Paulo showed the hour before midnight of the 17th twice; on
// the 4th of November they left out the one after midnight.
TEST(Olist, TimesAreThoseOfSaoPauloAlsoWhereItsClocksJumped) {
  const v1::ImportedOrder entry = Order();
  EXPECT_EQ(Utc(entry.create_time()), "2018-02-18 00:30:00");
  EXPECT_EQ(Utc(entry.past(1).time()), "2018-02-18 01:30:00") << "the first of the two";
  EXPECT_EQ(Utc(entry.receive_time()), "2018-03-01 12:00:00");
  EXPECT_EQ(Utc(entry.order().promised_delivery()), "2018-11-04 03:00:00")
      << "the moment of the jump";
}

TEST(Olist, ThePastIsWhatHasATime) {
  const v1::ImportedOrder entry = Order();
  std::vector<std::string> texts;
  for (const v1::PastEntry& past : entry.past()) texts.push_back(past.text());
  EXPECT_THAT(texts, ElementsAre("The order was placed.", "The payment was approved.",
                                 "The order was received by the customer."));
}

TEST(Olist, TheReviewOfADeliveredOrderIsItsFeedback) {
  const v1::ImportedOrder entry = Order();
  EXPECT_EQ(entry.feedback().rating(), 4);
  EXPECT_EQ(entry.feedback().text(), "muito bom");
  EXPECT_EQ(Utc(entry.feedback().submit_time()), "2018-02-01 12:00:00")
      << "before the purchase, as it is";
}

TEST(Olist, TheReviewOfAnyOtherOrderIsANoteInThePast) {
  const v1::ImportedOrder entry = Order({{"delivered\"", "shipped\""}});
  EXPECT_FALSE(entry.has_feedback());
  EXPECT_EQ(entry.past(3).text(), "Review: 4 of 5.\nmuito bom");
  EXPECT_EQ(entry.past(3).actor().role(), v1::ROLE_CUSTOMER);
  EXPECT_EQ(entry.past(3).actor().id(), "c-1");
}

TEST(Olist, RefusesWhatIsNoOrder) {
  const absl::TimeZone zone = LoadZone(kOlistZone).value();
  for (const char* line : {"", "no JSON", "[1]", "\"x\"", "{", "{\"order_id\": \"\xFF\"}"})
    EXPECT_EQ(Why(ReadOlistLine(line, zone)), "NOT_JSON") << line;
  EXPECT_EQ(Why(Read(kDelivered, {{"\"o-1\"", "null"}})), "NO_ID");
  EXPECT_EQ(Why(Read(kDelivered, {{"\"2018-02-17 22:30:00\"", "null"}})), "NO_PURCHASE_TIME");
  EXPECT_EQ(Why(Read(kDelivered, {{"delivered\"", "lost\""}})), "UNKNOWN_STATUS");
}

TEST(Olist, RefusesValuesThatAreNone) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"2018-02-17 22:30:00", "yesterday"},
           {"147.90", "147.901"},
           {"147.90", "-1"},
           {"147.90", "1e3"},
           {"147.90", ""},
           {"147.90", "99999999999999999999"},
           {"\"147.90\"", "147.9"},
           {"\"score\": 4", "\"score\": \"4\""},
           {"{\"product_id\": \"p-1\",", "7, {\"product_id\": \"p-1\","}}) {
    EXPECT_EQ(Why(Read(kDelivered, {{from, to}})), "MALFORMED") << to;
  }
}

// --- Files
// -----------------------------------------------------------------------------------------

TEST(LineReader, GivesLinesWithTheirNumbersHoweverTheyEnd) {
  std::istringstream text("one\r\n\n" + std::string(11, 'x') + "\nlast");
  LineReader reader(text, 10);
  EXPECT_EQ(reader.Next()->text, "one");
  EXPECT_EQ(reader.Next()->text, "");
  const auto third = reader.Next();
  EXPECT_TRUE(third->too_long);
  EXPECT_EQ(third->number, 3);
  const auto last = reader.Next();
  EXPECT_EQ(last->text, "last");
  EXPECT_FALSE(last->too_long);
  EXPECT_FALSE(reader.Next().has_value());
  EXPECT_EQ(reader.bytes_read(), 22U);
}

TEST(LineReader, ALineOfTheGreatestLengthIsNotTooLong) {
  std::istringstream text("0123456789\n0123456789");
  LineReader reader(text, 10);
  EXPECT_FALSE(reader.Next()->too_long);
  EXPECT_FALSE(reader.Next()->too_long);
}

TEST(ExportedLines, AreReadAsTheyWereWrittenAndNothingElseIs) {
  const LineReading reading =
      ReadExportedLine(R"({"number": "1000000018", "order": {"source": "s"}})");
  EXPECT_EQ(std::get<v1::ImportedOrder>(reading).number(), "1000000018");
  EXPECT_EQ(Why(ReadExportedLine("x")), "NOT_JSON");
  EXPECT_EQ(Why(ReadExportedLine("[]")), "NOT_JSON");
  EXPECT_EQ(Why(ReadExportedLine(R"({"nonsense": 1})")), "MALFORMED");
  EXPECT_EQ(Why(ReadExportedLine(R"({"order": {"status": "LOST"}})")), "MALFORMED");
}

// --- Exports
// ----------------------------------------------------------------------------------------

TEST(Export, LeavesOutWhatTheServerComputes) {
  v1::Order order;
  order.set_name("orders/1000000018");
  order.set_number("1000000018");
  order.set_status(v1::ORDER_STATUS_PROCESSING);
  order.set_status_text("Order Processing");
  order.set_etag("v3");
  order.mutable_totals()->mutable_gross()->set_units(3);
  order.mutable_create_time()->set_seconds(100);
  order.mutable_update_time()->set_seconds(200);
  order.add_lines()->set_line(2);
  order.mutable_lines(0)->set_quantity_gathered(1);
  const v1::ImportedOrder entry = AsImported(order, {});
  EXPECT_EQ(entry.number(), "1000000018");
  EXPECT_EQ(entry.create_time().seconds(), 100);
  EXPECT_EQ(entry.update_time().seconds(), 200);
  v1::Order kept;
  kept.set_status(v1::ORDER_STATUS_PROCESSING);
  kept.add_lines()->set_line(2);
  EXPECT_EQ(entry.order().SerializeAsString(), kept.SerializeAsString());
}

// Staff export what staff are told. Customers must not read it where it is imported.
TEST(Export, WhatOnlyStaffAreToldStaysInternal) {
  v1::Activity check;
  check.set_kind(v1::ACTIVITY_KIND_CHECK_RECORDED);
  check.set_visibility(v1::VISIBILITY_PUBLIC);
  check.set_text("The payment check failed (note: secret).");
  check.mutable_check_recorded()->set_check(v1::CHECK_KIND_PAYMENT);
  check.mutable_check_recorded()->set_outcome(v1::CHECK_OUTCOME_FAILED);
  v1::Activity plain = check;
  plain.set_text("The payment check failed.");
  check.mutable_check_recorded()->set_note("secret");
  v1::Activity gathering;
  gathering.set_kind(v1::ACTIVITY_KIND_GATHERING_RECORDED);
  gathering.set_visibility(v1::VISIBILITY_PUBLIC);
  gathering.set_text("2 pieces were gathered (line 1: 2 from supplier secret).");
  v1::GatheredItem* item = gathering.mutable_gathering_recorded()->add_items();
  item->set_line(1);
  item->set_quantity(2);
  item->mutable_source()->set_id("secret");

  std::vector<std::string> shown;
  std::vector<std::string> hidden;
  const v1::ImportedOrder imported = AsImported({}, {check, plain, gathering});
  for (const v1::PastEntry& entry : imported.past())
    (entry.visibility() == v1::VISIBILITY_PUBLIC ? shown : hidden).push_back(entry.text());
  EXPECT_THAT(shown,
              ElementsAre("Payment: Failed", "The payment check failed.", "Gathered: line 1: 2"));
  EXPECT_THAT(hidden, ElementsAre(check.text(), gathering.text()));
}

// It comes as such, and would else be told twice.
TEST(Export, FeedbackIsNoEntryOfThePast) {
  v1::Activity activity;
  activity.set_kind(v1::ACTIVITY_KIND_FEEDBACK_SUBMITTED);
  activity.set_text("The customer rated the order 4 out of 5.");
  v1::Order order;
  order.mutable_feedback()->set_rating(4);
  const v1::ImportedOrder entry = AsImported(order, {activity});
  EXPECT_EQ(entry.feedback().rating(), 4);
  EXPECT_THAT(entry.past(), IsEmpty());
}

TEST(Export, ThePastBeginsWithWhatHadBeenImported) {
  v1::Activity imported;
  imported.mutable_order_imported()->add_past()->set_text("long ago");
  imported.mutable_order_imported()->mutable_receive_time()->set_seconds(7);
  v1::Activity later;
  later.set_text("The order was cancelled.");
  later.set_visibility(v1::VISIBILITY_INTERNAL);
  later.mutable_occur_time()->set_seconds(8);
  later.mutable_actor()->set_id("eshop");
  later.mutable_on_behalf_of()->set_id("maria");
  v1::Order rated;
  rated.mutable_feedback()->set_rating(2);
  const v1::ImportedOrder entry = AsImported(rated, {imported, later});
  ASSERT_EQ(entry.past_size(), 2);
  EXPECT_EQ(entry.past(0).text(), "long ago");
  EXPECT_EQ(entry.past(1).text(), "The order was cancelled.");
  EXPECT_EQ(entry.past(1).visibility(), v1::VISIBILITY_INTERNAL);
  EXPECT_EQ(entry.past(1).time().seconds(), 8);
  EXPECT_EQ(entry.past(1).actor().id(), "maria") << "who wanted it";
  EXPECT_EQ(entry.feedback().rating(), 2);
  EXPECT_FALSE(entry.order().has_feedback()) << "once is enough";
  EXPECT_EQ(entry.receive_time().seconds(), 7);
}

// --- The stream
// --------------------------------------------------------------------------------------

// Loads every entry but those of source "bad". Fails first with each of `failures`.
class FakeImports final : public v1::OrderService::Service {
 public:
  std::vector<grpc::Status> failures;
  std::vector<std::vector<int>> calls;  // entries in each message
  bool validate_only = false;

  grpc::Status ImportOrders(grpc::ServerContext* /*context*/,
                            grpc::ServerReader<v1::ImportOrdersRequest>* reader,
                            v1::ImportOrdersResponse* response) override {
    std::vector<int>& messages = calls.emplace_back();
    v1::ImportOrdersRequest request;
    while (reader->Read(&request)) {
      if (messages.empty()) validate_only = request.validate_only();
      messages.push_back(request.orders_size());
      for (const v1::ImportedOrder& entry : request.orders()) Count(entry, response);
    }
    if (failures.empty()) return grpc::Status::OK;
    grpc::Status failure = failures.front();
    failures.erase(failures.begin());
    return failure;
  }

 private:
  static void Count(const v1::ImportedOrder& entry, v1::ImportOrdersResponse* response) {
    response->set_read(response->read() + 1);
    if (entry.order().source() != "bad") return response->set_loaded(response->loaded() + 1);
    response->set_refused(response->refused() + 1);
    auto* refused = response->add_refusals();
    refused->set_line(entry.line());
    refused->set_reason("NUMBER_TAKEN");
    refused->set_message("It is taken.");
  }
};

class Imports : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"ORDERCTL_SERVER", "ORDERCTL_AS", "ORDERCTL_LANG", "TZ", "NO_COLOR"})
      unsetenv(name);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&orders_);
    server_ = builder.BuildAndStart();
    target_ = absl::StrCat("127.0.0.1:", port);
    // Its own for each test, since they run side by side.
    file_ = absl::StrCat(::testing::TempDir(), "/", getpid(), ".jsonl");
  }

  void TearDown() override { std::remove(file_.c_str()); }

  Outcome Orderctl(std::vector<std::string> arguments, const Terminal& terminal = {}) {
    arguments.insert(arguments.begin(), {"orderctl", "--server", target_, "--lang", "en"});
    return RunOrderctl(arguments, terminal);
  }

  // Lines that are all good but for the given numbers.
  void WriteLines(int count, const std::vector<int>& bad) {
    std::ofstream file(file_);
    for (int line = 1; line <= count; ++line) {
      const bool is_bad = std::find(bad.begin(), bad.end(), line) != bad.end();
      file << R"({"order": {"source": ")" << (is_bad ? "bad" : "good") << "\"}}\n";
    }
  }

  FakeImports orders_;
  std::unique_ptr<grpc::Server> server_;
  std::string target_;
  std::string file_;
};

TEST_F(Imports, AreSentInMessagesOfAHundredOrAMegabyte) {
  const OrdersClient client(OpenChannel({.target = target_}),
                            {.caller = {.actor = {"staff", "m"}}});
  const auto many = client.ImportOrders(std::vector<v1::ImportedOrder>(250), true);
  ASSERT_TRUE(many.ok());
  EXPECT_EQ(many.value().loaded(), 250);
  EXPECT_THAT(orders_.calls.back(), ElementsAre(100, 100, 50));
  EXPECT_TRUE(orders_.validate_only);
  v1::ImportedOrder large;
  large.add_past()->set_text(std::string(600'000, 'x'));
  ASSERT_TRUE(client.ImportOrders({large, large, large}).ok());
  EXPECT_THAT(orders_.calls.back(), ElementsAre(1, 1, 1));
  EXPECT_FALSE(orders_.validate_only);
  ASSERT_TRUE(client.ImportOrders({}).ok());
}

TEST_F(Imports, ALostCallIsRepeatedAsAWhole) {
  const OrdersClient client(OpenChannel({.target = target_}),
                            {.caller = {.actor = {"staff", "m"}}, .sleep = [](absl::Duration) {}});
  orders_.failures = {{grpc::StatusCode::UNAVAILABLE, "gone"}};
  ASSERT_TRUE(client.ImportOrders(std::vector<v1::ImportedOrder>(3)).ok());
  EXPECT_THAT(orders_.calls, ElementsAre(ElementsAre(3), ElementsAre(3)));
  orders_.failures = {{grpc::StatusCode::PERMISSION_DENIED, "no"}};
  EXPECT_EQ(client.ImportOrders(std::vector<v1::ImportedOrder>(3)).error().code,
            grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(orders_.calls.size(), 3U);
}

TEST_F(Imports, OrderctlReportsTheFirstTwentyRefusalsToPeopleAndAllToMachines) {
  std::vector<int> bad;
  for (int line = 100; line < 2600; line += 100) bad.push_back(line);
  WriteLines(2600, bad);
  const Outcome people = Orderctl({"import", file_});
  EXPECT_EQ(people.exit_code, ExitCode::kInvalidArgument);
  EXPECT_THAT(people.err, IsEmpty());
  EXPECT_THAT(people.out,
              HasSubstr("Lines read: 2,600 · loaded: 2,575 · already there: 0 · refused: 25\n"
                        "  line 100: NUMBER_TAKEN: It is taken.\n"));
  EXPECT_THAT(people.out, HasSubstr("line 2000: "));
  EXPECT_THAT(people.out, Not(HasSubstr("line 2100: ")));
  EXPECT_THAT(people.out, HasSubstr("all with --json"));
  EXPECT_EQ(orders_.calls.size(), 3U) << "a thousand at a time";
  const Outcome machines = Orderctl({"--json", "import", file_});
  EXPECT_EQ(machines.exit_code, ExitCode::kInvalidArgument);
  EXPECT_THAT(machines.out, HasSubstr("\"line\": 2500"));
}

TEST_F(Imports, OrderctlEndsWithZeroWhenNothingWasRefused) {
  WriteLines(3, {});
  const Outcome outcome = Orderctl({"import", file_});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "Lines read: 3 · loaded: 3 · already there: 0 · refused: 0\n");
}

TEST_F(Imports, OrderctlShowsItsProgressToWhoeverWatchesAndWipesItOff) {
  WriteLines(2000, {});
  std::string shown;
  const Terminal terminal{
      .progress = [&](absl::string_view text) { absl::StrAppend(&shown, text); }};
  EXPECT_EQ(Orderctl({"import", file_}, terminal).exit_code, ExitCode::kOk);
  EXPECT_THAT(shown, HasSubstr("50%  1,000 lines"));
  EXPECT_THAT(shown, HasSubstr("100%  2,000 lines"));
  EXPECT_THAT(shown, ::testing::EndsWith("\r\x1b[K"));
}

TEST_F(Imports, OrderctlTellsFromWhichLineAnInterruptedImportGoesOn) {
  WriteLines(1500, {});
  orders_.failures = {grpc::Status::OK, {grpc::StatusCode::UNAVAILABLE, "gone"}};
  const Outcome outcome = Orderctl({"--retries", "0", "import", file_});
  EXPECT_EQ(outcome.exit_code, ExitCode::kUnavailable);
  EXPECT_THAT(outcome.out, IsEmpty());
  EXPECT_THAT(outcome.err, HasSubstr("goes on from line 1001."));
}

}  // namespace
}  // namespace ipstore::orders::client
