// ImportOrders through gRPC: what is loaded, what is refused and why, and how a call can end.

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"
#include "tests/support/wait.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::ImportOrdersRequest Message(const std::vector<v1::ImportedOrder>& entries,
                                bool validate_only = false) {
  v1::ImportOrdersRequest request;
  request.set_validate_only(validate_only);
  for (const v1::ImportedOrder& entry : entries) *request.add_orders() = entry;
  return request;
}

v1::ImportedOrder WithNumber(v1::ImportedOrder entry, const std::string& number) {
  entry.set_number(number);
  return entry;
}

// "7 INVALID_REQUEST: order.status MISSING"
std::vector<std::string> RefusedIn(const v1::ImportOrdersResponse& response) {
  std::vector<std::string> refused;
  for (const v1::RefusedEntry& entry : response.refusals()) {
    EXPECT_FALSE(entry.message().empty());
    std::string text = absl::StrCat(entry.line(), " ", entry.reason());
    for (const v1::EntryViolation& violation : entry.violations()) {
      EXPECT_FALSE(violation.description().empty());
      absl::StrAppend(&text, " ", violation.field(), " ", violation.flaw());
    }
    refused.push_back(std::move(text));
  }
  return refused;
}

class ImportOrders : public testing::Test {
 protected:
  static v1::LookupOrderRequest LookingUp(const std::string& reference) {
    v1::LookupOrderRequest request;
    request.set_source("old-shop");
    request.set_external_reference(reference);
    return request;
  }
  v1::Order Lookup(const std::string& reference) {
    return server_.Staff().Must(LookingUp(reference));
  }

  // "read loaded already_there refused"
  static std::string Counts(const v1::ImportOrdersResponse& response) {
    return absl::StrCat(response.read(), " ", response.loaded(), " ", response.already_there(), " ",
                        response.refused());
  }

  ServerInTest server_;
};

TEST_F(ImportOrders, LoadsAnOrderAsItStoodWithItsPast) {
  const v1::ImportedOrder entry = ImportedOrder("OLD-1");
  EXPECT_EQ(Counts(server_.Staff().Must(Message({entry}))), "1 1 0 0");
  const v1::Order order = Lookup("OLD-1");
  EXPECT_EQ(order.status(), v1::ORDER_STATUS_RECEIVED);
  EXPECT_EQ(order.create_time().seconds(), entry.create_time().seconds());
  EXPECT_EQ(order.invoice().number(), "Α-77");
  EXPECT_EQ(order.parcels(0).parcel(), 3);
  EXPECT_EQ(order.totals().gross().units(), 259);
  const std::vector<v1::Activity> log = ActivitiesOf(server_.Staff(), order);
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].kind(), v1::ACTIVITY_KIND_ORDER_IMPORTED);
  EXPECT_EQ(log[0].occur_time().seconds(), entry.create_time().seconds());
  EXPECT_GT(log[0].record_time().seconds(), entry.create_time().seconds());
  EXPECT_EQ(log[0].notification(), v1::NOTIFICATION_WISH_NOTHING_TO_TELL);
  EXPECT_EQ(log[0].order_imported().past_size(), 4);
  EXPECT_EQ(log[0].order_imported().feedback().rating(), 5);
}

TEST_F(ImportOrders, CustomersSeeThePublicPastOfTheirOrders) {
  server_.Staff().Must(Message({ImportedOrder("OLD-1")}));
  const v1::Order order = Lookup("OLD-1");
  const std::vector<v1::Activity> log = ActivitiesOf(server_.Customer(kMariaId), order);
  ASSERT_EQ(log.size(), 1U);
  ASSERT_EQ(log[0].order_imported().past_size(), 3);
  for (const v1::PastEntry& entry : log[0].order_imported().past())
    EXPECT_EQ(entry.visibility(), v1::VISIBILITY_PUBLIC);
  EXPECT_EQ(log[0].order_imported().order().checks(0).note(), "");
  EXPECT_EQ(log[0].order_imported().order().lines(0).gathered_size(), 0);
  EXPECT_EQ(server_.Customer(kMariaId).Must(Getting(order)).last_activity_time().seconds(),
            order.create_time().seconds() + absl::ToInt64Seconds(absl::Hours(60)))
      << "not the internal one";
}

TEST_F(ImportOrders, AnImportedOrderLivesOnUnderTheOrdinaryRules) {
  v1::ImportedOrder entry = ImportedOrder("OLD-1");
  entry.clear_feedback();
  entry.mutable_order()->set_status(v1::ORDER_STATUS_HANDED_TO_CARRIER);
  server_.Staff().Must(Message({entry}));
  const v1::Order order = Lookup("OLD-1");
  const auto refused =
      server_.Staff().Call(Stepping(order, v1::ORDER_ACTION_START_PROCESSING)).status;
  EXPECT_THAT(refused, IsRefusal(google::rpc::FAILED_PRECONDITION, "ACTION_NOT_OPEN"));
  EXPECT_EQ(server_.Customer(kMariaId)
                .Must(Stepping(order, v1::ORDER_ACTION_CONFIRM_RECEIPT))
                .order()
                .status(),
            v1::ORDER_STATUS_RECEIVED);
}

TEST_F(ImportOrders, BadEntriesStopNoOthers) {
  v1::ImportedOrder no_status = ImportedOrder("OLD-2", 2);
  no_status.mutable_order()->clear_status();
  v1::ImportedOrder no_order = ImportedOrder("OLD-3", 3);
  no_order.clear_order();
  v1::ImportedOrder early = ImportedOrder("OLD-4", 4);
  early.mutable_receive_time()->set_seconds(early.create_time().seconds() - 1);
  v1::ImportedOrder future = ImportedOrder("OLD-5", 5);
  future.mutable_create_time()->set_seconds(4'000'000'000);
  future.clear_receive_time();
  v1::ImportedOrder withdrawn = ImportedOrder("OLD-6", 6);
  withdrawn.mutable_order()->mutable_checks(0)->set_outcome(v1::CHECK_OUTCOME_WITHDRAWN);
  withdrawn.mutable_order()->add_checks()->CopyFrom(withdrawn.order().checks(0));
  v1::ImportedOrder money = ImportedOrder("OLD-7", 7);
  money.mutable_order()->mutable_lines(0)->mutable_unit_price()->set_currency_code("BRL");
  const auto response =
      server_.Staff().Must(Message({ImportedOrder("OLD-1", 1), no_status, no_order, early, future,
                                    withdrawn, money, ImportedOrder("OLD-8", 8)}));
  EXPECT_EQ(Counts(response), "8 2 0 6");
  EXPECT_THAT(RefusedIn(response),
              testing::UnorderedElementsAre(
                  "2 INVALID_REQUEST order.status MISSING", "3 INVALID_REQUEST order MISSING",
                  "4 INVALID_REQUEST receive_time BEFORE_CREATION",
                  "5 INVALID_REQUEST create_time IN_THE_FUTURE",
                  "6 INVALID_REQUEST order.checks[0].outcome UNKNOWN_VALUE "
                  "order.checks[1].outcome UNKNOWN_VALUE order.checks[1].check DUPLICATE",
                  "7 INVALID_REQUEST order.lines[0].unit_price CURRENCY_MISMATCH"));
  Lookup("OLD-1");
  Lookup("OLD-8");
}

TEST_F(ImportOrders, ReasonsAreToldInTheReadersLanguage) {
  v1::ImportedOrder entry = ImportedOrder("OLD-1");
  entry.clear_create_time();
  const auto response = server_.Staff().In("el").Must(Message({entry}));
  EXPECT_EQ(response.refusals(0).message(), "1 πεδίο του αιτήματος χρειάζεται διόρθωση.");
  EXPECT_EQ(response.refusals(0).violations(0).description(), "Το πεδίο είναι υποχρεωτικό.");
}

TEST_F(ImportOrders, TheSameAgainIsAlreadyThereWhateverHasHappenedSince) {
  v1::ImportedOrder entry = ImportedOrder("OLD-1", 1);
  entry.clear_feedback();
  entry.mutable_order()->set_status(v1::ORDER_STATUS_HANDED_TO_CARRIER);
  EXPECT_EQ(Counts(server_.Staff().Must(Message({entry, entry}))), "2 1 1 0");
  server_.Staff().Must(Stepping(Lookup("OLD-1"), v1::ORDER_ACTION_CONFIRM_RECEIPT));
  const std::int64_t position = server_.Position();
  entry.set_line(99);
  EXPECT_EQ(Counts(server_.Service().Must(Message({entry}))), "1 0 1 0")
      << "whoever imports it, and wherever it stands";
  EXPECT_EQ(server_.Position(), position);
}

TEST_F(ImportOrders, AnotherOrderUnderAKnownReferenceIsRefused) {
  server_.Staff().Must(Message({ImportedOrder("OLD-1")}));
  v1::ImportedOrder other = ImportedOrder("OLD-1", 7);
  other.mutable_past(0)->set_text("Αλλιώς.");
  EXPECT_THAT(RefusedIn(server_.Staff().Must(Message({other}))),
              ElementsAre("7 EXTERNAL_REFERENCE_EXISTS"));
  Place(server_.Staff(), CourierOrder("WEB-1"));
  v1::ImportedOrder placed = ImportedOrder("WEB-1", 8);
  placed.mutable_order()->set_source("eshop");
  EXPECT_THAT(RefusedIn(server_.Staff().Must(Message({placed}))),
              ElementsAre("8 EXTERNAL_REFERENCE_EXISTS"));
}

TEST_F(ImportOrders, NumbersAreKeptWhenTheyAreGoodAndFree) {
  const std::string taken = Place(server_.Staff(), CourierOrder("WEB-1")).number();
  const std::string free = Number::FromSerial(700'000'000).ToString();
  const auto response = server_.Staff().Must(Message(
      {WithNumber(ImportedOrder("OLD-1", 1), free), WithNumber(ImportedOrder("OLD-2", 2), taken),
       WithNumber(ImportedOrder("OLD-3", 3), "1000000017"),
       WithNumber(ImportedOrder("OLD-4", 4), "12"),
       WithNumber(ImportedOrder("OLD-5", 5),
                  Number::FromSerial(Number::kLastImportedSerial + 1).ToString())}));
  EXPECT_EQ(Counts(response), "5 1 0 4");
  EXPECT_THAT(RefusedIn(response),
              testing::UnorderedElementsAre(
                  "2 NUMBER_TAKEN", "3 INVALID_REQUEST number WRONG_CHECK_DIGIT",
                  "4 INVALID_REQUEST number MALFORMED", "5 INVALID_REQUEST number OUT_OF_RANGE"));
  EXPECT_EQ(Lookup("OLD-1").number(), free);
  EXPECT_NE(Place(server_.Staff(), CourierOrder("WEB-2")).number(), free);
}

TEST_F(ImportOrders, APreviewSaysTheSameAndLoadsNothing) {
  server_.Staff().Must(Message({ImportedOrder("OLD-1")}));
  const std::int64_t position = server_.Position();
  v1::ImportedOrder changed = ImportedOrder("OLD-2", 3);
  changed.mutable_past(0)->set_text("Αλλιώς.");
  v1::ImportedOrder bad = ImportedOrder("OLD-3", 4);
  bad.clear_create_time();
  const auto response =
      server_.Staff().Must(Message({ImportedOrder("OLD-1", 1), ImportedOrder("OLD-2", 2), changed,
                                    bad, ImportedOrder("OLD-2", 5)},
                                   /*validate_only=*/true));
  EXPECT_EQ(Counts(response), "5 1 2 2");
  EXPECT_THAT(RefusedIn(response),
              testing::UnorderedElementsAre("3 EXTERNAL_REFERENCE_EXISTS",
                                            "4 INVALID_REQUEST create_time MISSING"));
  EXPECT_EQ(server_.Position(), position);
}

TEST_F(ImportOrders, TextThatIsNotUtf8RefusesItsEntryOnly) {
  v1::ImportedOrder bad = ImportedOrder("OLD-2", 2);
  bad.mutable_order()->mutable_customer()->set_name("QQQQ");
  std::string bytes = Message({ImportedOrder("OLD-1", 1), bad}).SerializeAsString();
  bytes.replace(bytes.find("QQQQ"), 4, "\xFF\xFE\xFF\xFE");
  ImportCall call(server_.address(), Staff());
  ASSERT_TRUE(call.SendBytes(bytes));
  const auto reply = call.Finish();
  ASSERT_TRUE(reply.ok()) << testing::PrintToString(reply.status);
  EXPECT_EQ(Counts(reply.value), "2 1 0 1");
  EXPECT_THAT(RefusedIn(reply.value),
              ElementsAre("2 INVALID_REQUEST order.customer.name NOT_UTF8"));
}

TEST_F(ImportOrders, BytesThatAreNoMessageEndTheCall) {
  ImportCall call(server_.address(), Staff());
  ASSERT_TRUE(call.Send(Message({ImportedOrder("OLD-1")})));
  call.SendBytes("\x0A\xFF");
  const auto reply = call.Finish();
  ExpectWellFormedError(reply.status);
  EXPECT_THAT(reply.status, IsInvalid(std::vector<std::string>{"request MALFORMED"}));
}

TEST_F(ImportOrders, AMessageWithTooManyEntriesEndsTheCall) {
  EXPECT_THAT(server_.Staff().Call(Message(std::vector(101, v1::ImportedOrder()))).status,
              IsInvalid(std::vector<std::string>{"orders TOO_MANY"}));
}

TEST_F(ImportOrders, NothingAtAllIsFine) {
  ImportCall call(server_.address(), Staff());
  const auto reply = call.Finish();
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(Counts(reply.value), "0 0 0 0");
}

TEST_F(ImportOrders, CustomersMayNot) {
  for (const Caller& caller : {CustomerCaller(kMariaId), OnBehalfOf(Role::kCustomer, kMariaId)}) {
    ImportCall call(server_.address(), caller);
    EXPECT_THAT(call.Finish().status,
                IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  }
  ImportCall nobody(server_.address(), Caller{{Role::kStaff, ""}, std::nullopt});
  EXPECT_THAT(nobody.Finish().status, IsRefusal(google::rpc::UNAUTHENTICATED, "UNAUTHENTICATED"));
}

TEST_F(ImportOrders, ManyMessagesAreLoadedAlsoThroughASmallQueue) {
  ServerInTest small(Config{.max_batch = 16, .queue_capacity = 16});
  ImportCall call(small.address(), Staff());
  int line = 0;
  for (int i = 0; i < 20; ++i) {
    std::vector<v1::ImportedOrder> entries;
    for (int j = 0; j < 50; ++j) {
      ++line;
      entries.push_back(ImportedOrder(absl::StrCat("OLD-", line), line));
    }
    ASSERT_TRUE(call.Send(Message(entries)));
  }
  EXPECT_EQ(Counts(call.Finish().value), "1000 1000 0 0");
}

TEST_F(ImportOrders, AStoreThatBlocksHoldsUpTheStreamAndNothingElse) {
  server_.faults().Fail(Method::kBegin, Fault::kBlock);
  ImportCall call(server_.address(), Staff());
  ASSERT_TRUE(call.Send(Message({ImportedOrder("OLD-1")})));
  ASSERT_TRUE(server_.faults().WaitUntilBlocked());
  server_.Staff().Must(v1::DescribeLifecycleRequest());
  server_.Staff().Must(v1::ListOrdersRequest());
  server_.faults().Release();
  EXPECT_EQ(Counts(call.Finish().value), "1 1 0 0");
}

TEST_F(ImportOrders, ACallThatIsCancelledInTheMiddleCanBeRepeated) {
  server_.faults().Fail(Method::kBegin, Fault::kBlock);
  {
    ImportCall call(server_.address(), Staff());
    ASSERT_TRUE(call.Send(Message({ImportedOrder("OLD-1", 1), ImportedOrder("OLD-2", 2)})));
    ASSERT_TRUE(server_.faults().WaitUntilBlocked());
    call.Cancel();
    EXPECT_EQ(call.Finish().status.code, google::rpc::CANCELLED);
  }
  server_.faults().Release();
  const auto again =
      server_.Staff().Must(Message({ImportedOrder("OLD-1", 1), ImportedOrder("OLD-2", 2)}));
  EXPECT_EQ(again.loaded() + again.already_there(), 2);
  EXPECT_THAT(RefusedIn(again), IsEmpty());
}

TEST_F(ImportOrders, ACallerWhoGoesAwayHarmsNobody) {
  for (int i = 0; i < 20; ++i) {
    auto call = std::make_unique<ImportCall>(server_.address(), Staff());
    call->Send(Message({ImportedOrder(absl::StrCat("OLD-", i))}));
    call->Cancel();
    call->Finish();
  }
  EXPECT_EQ(Counts(server_.Staff().Must(Message({ImportedOrder("OLD-X")}))), "1 1 0 0");
}

TEST_F(ImportOrders, ACallEndsAtItsDeadline) {
  server_.faults().Fail(Method::kBegin, Fault::kBlock);
  ImportCall call(server_.address(), Staff(), /*milliseconds=*/300);
  ASSERT_TRUE(call.Send(Message({ImportedOrder("OLD-1")})));
  EXPECT_EQ(call.Finish().status.code, google::rpc::DEADLINE_EXCEEDED);
  server_.faults().Release();
}

TEST_F(ImportOrders, AServerThatShutsDownEndsTheStreamsOfItsImports) {
  ImportCall idle(server_.address(), Staff());
  ASSERT_TRUE(idle.Send(Message({ImportedOrder("OLD-1")})));
  ImportCall busy(server_.address(), Staff());
  ASSERT_TRUE(busy.Send(Message({ImportedOrder("OLD-2")})));
  // Calls that a server has not met when it shuts down are cancelled by gRPC.
  for (const char* reference : {"OLD-1", "OLD-2"})
    ASSERT_TRUE(WaitUntil([&] { return server_.Staff().Call(LookingUp(reference)).ok(); }));
  std::thread stopping([this] { server_.Shutdown(absl::Seconds(2)); });
  int sent = 0;
  while (sent < 1'000'000 && busy.Send(Message({ImportedOrder(absl::StrCat("B-", sent))}))) ++sent;
  const auto ended = busy.Finish().status;
  EXPECT_EQ(ended.code, google::rpc::UNAVAILABLE) << testing::PrintToString(ended);
  stopping.join();
  EXPECT_FALSE(idle.Finish().ok());
}

}  // namespace
}  // namespace ipstore::orders::test
