// Orders and enquiries in one list, and how they are found, on every database.
#include "tests/support/requests.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Names = std::vector<std::string>;

class Requests : public testing::TestWithParam<sql::Backend> {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Make(GetParam());
    if (database_ == nullptr) GTEST_SKIP() << WhyMissing(GetParam());
    server_ = std::make_unique<ServerInTest>(*database_);
  }

  v1::Order PlaceOne(v1::Order order) { return Place(server_->Service(), std::move(order)); }
  v1::Enquiry Ask(const std::string& title) {
    return server_->Service().Must(Asking(title)).enquiry();
  }

  static Names NamesIn(const auto& requests) {
    Names names;
    for (const v1::Request& request : requests)
      names.push_back(request.has_order() ? request.order().name() : request.enquiry().name());
    return names;
  }
  static Names Listed(const Client& client, const v1::ListRequestsRequest& request = {}) {
    return NamesIn(client.Must(request).requests());
  }
  static Names Found(const Client& client, const std::string& query) {
    v1::SearchRequestsRequest request;
    request.set_query(query);
    return NamesIn(client.Must(request).requests());
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<ServerInTest> server_;
};

TEST_P(Requests, OfACustomerAreOrdersAndEnquiriesByTheirNewestPublicActivity) {
  const Client maria = server_->Customer(kMariaId);
  const v1::Order a = PlaceOne(CourierOrder("WEB-1"));
  const v1::Enquiry q = Ask("Πότε;");
  const v1::Order b = PlaceOne(CourierOrder("WEB-2"));
  PlaceOne(PickupOrder("WEB-3"));
  EXPECT_THAT(Listed(maria), ElementsAre(b.name(), q.name(), a.name()));
  server_->Staff().Must(Commenting(q, "Αύριο."));
  EXPECT_THAT(Listed(maria), ElementsAre(q.name(), b.name(), a.name()));
  server_->Staff().Must(Commenting(a, "μεταξύ μας", v1::VISIBILITY_INTERNAL));
  EXPECT_THAT(Listed(maria), ElementsAre(q.name(), b.name(), a.name()));
  EXPECT_THAT(Listed(server_->Staff()), SizeIs(4));

  server_->Staff().Must(Stepping(b, v1::ORDER_ACTION_CANCEL));
  EXPECT_THAT(Listed(maria), ElementsAre(q.name(), a.name())) << "only active ones";
  v1::ListRequestsRequest all;
  all.set_include_closed(true);
  EXPECT_THAT(Listed(maria, all), ElementsAre(b.name(), q.name(), a.name()));
}

TEST_P(Requests, AreFilteredByKindStatusStoreMethodAndTime) {
  const Client staff = server_->Staff();
  const v1::Order courier = PlaceOne(CourierOrder("WEB-1"));
  const v1::Order pickup = PlaceOne(PickupOrder("WEB-2"));
  const v1::Enquiry enquiry = Ask("Πότε;");
  staff.Must(Stepping(courier, v1::ORDER_ACTION_START_PROCESSING));

  v1::ListRequestsRequest request;
  request.add_kinds(v1::REQUEST_KIND_ENQUIRY);
  EXPECT_THAT(Listed(staff, request), ElementsAre(enquiry.name()));
  request.Clear();
  request.add_order_statuses(v1::ORDER_STATUS_PROCESSING);
  request.add_enquiry_statuses(v1::ENQUIRY_STATUS_RESOLVED);
  EXPECT_THAT(Listed(staff, request), ElementsAre(courier.name()));
  request.Clear();
  request.set_store_id(pickup.store().id());
  EXPECT_THAT(Listed(staff, request), ElementsAre(pickup.name()));
  request.Clear();
  request.set_method(v1::FULFILMENT_METHOD_COURIER);
  EXPECT_THAT(Listed(staff, request), ElementsAre(courier.name()));
  request.Clear();
  *request.mutable_create_time_from() = pickup.create_time();
  EXPECT_THAT(Listed(staff, request), ElementsAre(enquiry.name(), pickup.name()));
  *request.mutable_create_time_until() = enquiry.create_time();
  EXPECT_THAT(Listed(staff, request), ElementsAre(pickup.name()));
}

TEST_P(Requests, ComeOnPagesEachOnce) {
  for (int i = 0; i < 4; ++i) {
    PlaceOne(CourierOrder(absl::StrCat("WEB-", i)));
    Ask(absl::StrCat("Ερώτηση ", i));
  }
  v1::ListRequestsRequest request;
  request.set_page_size(3);
  Names paged;
  do {
    const v1::ListRequestsResponse page = server_->Customer(kMariaId).Must(request);
    EXPECT_LE(page.requests_size(), 3);
    for (std::string& name : NamesIn(page.requests())) paged.push_back(std::move(name));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(paged, Listed(server_->Customer(kMariaId)));
  EXPECT_THAT(paged, SizeIs(8));
}

TEST_P(Requests, RefuseWhatIsWrongWithAList) {
  v1::ListRequestsRequest request;
  request.add_kinds(static_cast<v1::RequestKind>(9));
  request.add_order_statuses(v1::ORDER_STATUS_UNSPECIFIED);
  request.add_enquiry_statuses(static_cast<v1::EnquiryStatus>(7));
  request.set_method(static_cast<v1::FulfilmentMethod>(8));
  request.set_store_id(std::string(65, 'x'));
  request.mutable_create_time_from()->set_seconds(1'800'000'000);
  request.mutable_create_time_until()->set_seconds(1'700'000'000);
  request.set_page_size(-1);
  request.set_page_token("?");
  EXPECT_THAT(server_->Staff().Call(request).status,
              IsInvalid(Names{"kinds[0] UNKNOWN_VALUE", "order_statuses[0] UNKNOWN_VALUE",
                              "enquiry_statuses[0] UNKNOWN_VALUE", "store_id TOO_LONG",
                              "method UNKNOWN_VALUE", "create_time_until END_BEFORE_START",
                              "page_size NEGATIVE", "page_token MALFORMED"}));
  v1::ListRequestsRequest longest;
  longest.set_store_id(std::string(64, 'x'));
  longest.set_customer_id(std::string(64, 'x'));
  EXPECT_THAT(Listed(server_->Staff(), longest), IsEmpty());
  v1::ListRequestsRequest anothers;
  anothers.set_customer_id(kNikosId);
  EXPECT_THAT(server_->Customer(kMariaId).Call(anothers).status,
              IsInvalid(Names{"customer_id NOT_FOR_THIS_CALLER"}));
}

TEST_P(Requests, AreAskedForByIdsThatSubjectsCanHave) {
  const std::string too_long(65, 'x');
  v1::ListOrdersRequest orders;
  orders.set_customer_id(too_long);
  v1::ListRequestsRequest requests;
  requests.set_customer_id(too_long);
  v1::SearchRequestsRequest search;
  search.set_query("x");
  search.set_customer_id(too_long);
  const Client staff = server_->Staff();
  for (const CallStatus& status :
       {staff.Call(orders).status, staff.Call(requests).status, staff.Call(search).status})
    EXPECT_THAT(status, IsInvalid(Names{"customer_id TOO_LONG"}));
  v1::LookupOrderRequest lookup;
  lookup.set_source(too_long);
  lookup.set_external_reference(too_long);
  EXPECT_THAT(staff.Call(lookup).status,
              IsInvalid(Names{"source TOO_LONG", "external_reference TOO_LONG"}));
}

TEST_P(Requests, ThatAreLateAreForTheShopToSee) {
  v1::Order order = CourierOrder("WEB-1");
  order.mutable_promised_delivery()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 2);
  order = PlaceOne(order);
  v1::Order later = CourierOrder("WEB-2");
  later.mutable_promised_delivery()->set_seconds(absl::ToUnixSeconds(absl::Now()) + 86'400);
  PlaceOne(later);
  const auto late = [&] { return server_->Staff().Must(v1::ListOverdueOrdersRequest()).orders(); };
  // The promise is as near as the server takes it; what is waited for is its passing.
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (late().empty() && absl::Now() < give_up) absl::SleepFor(absl::Milliseconds(50));
  ASSERT_THAT(late(), SizeIs(1));
  EXPECT_EQ(late()[0].name(), order.name());
  EXPECT_THAT(server_->Customer(kMariaId).Call(v1::ListOverdueOrdersRequest()).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  server_->Staff().Must(Stepping(order, v1::ORDER_ACTION_CANCEL));
  EXPECT_THAT(late(), IsEmpty()) << "closed";
}

TEST_P(Requests, AreFoundByWordsInAnySpelling) {
  const Client staff = server_->Staff();
  const v1::Order a = PlaceOne(CourierOrder("WEB-58213"));
  const v1::Order b = PlaceOne(PickupOrder("WEB-58214"));
  const v1::Enquiry q = Ask("Επιστροφή πληκτρολογίου");
  EXPECT_THAT(Found(staff, "ΜΑΡΊΑ παπαδοπουλου"), ElementsAre(q.name(), a.name()));
  EXPECT_THAT(Found(staff, "web-58213"), ElementsAre(a.name()));
  EXPECT_THAT(Found(staff, "5821"), ElementsAre(b.name(), a.name()));
  EXPECT_THAT(Found(staff, a.number()), ElementsAre(a.name()));
  EXPECT_THAT(Found(staff, "ΠΛΗΚΤΡΟΛΌΓ"), ElementsAre(q.name(), a.name()));
  EXPECT_THAT(Found(staff, "επιστροφή"), ElementsAre(q.name()));
  EXPECT_THAT(Found(staff, "LEN-IP5"), ElementsAre(b.name()));
  EXPECT_THAT(Found(staff, "τίποτα τέτοιο"), IsEmpty());
  EXPECT_THAT(Found(server_->Customer(kNikosId), "web"), ElementsAre(b.name()));
  EXPECT_THAT(Found(server_->Customer(kNikosId), "μαρια"), IsEmpty());
}

TEST_P(Requests, AreFoundOnPages) {
  Names all;
  for (int i = 0; i < 5; ++i) all.push_back(PlaceOne(CourierOrder(absl::StrCat("WEB-", i))).name());
  std::reverse(all.begin(), all.end());
  v1::SearchRequestsRequest request;
  request.set_query("μαρία");
  request.set_page_size(2);
  Names paged;
  do {
    const v1::SearchRequestsResponse page = server_->Staff().Must(request);
    for (std::string& name : NamesIn(page.requests())) paged.push_back(std::move(name));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(paged, all);
}

// So many questions of Maria's, written in one transaction as the server would write them. Returns
// their names, the last first.
Names WriteEnquiries(Store& store, int count) {
  const std::unique_ptr<WriteSession> session = store.OpenWriteSession().value();
  const std::int64_t first = session->ReserveSerials(count).value();
  std::vector<SubjectPointer> enquiries;
  std::deque<Activity> activities;  // what the writes point to does not move
  std::vector<SubjectWrite> rows;
  std::vector<ActivityWrite> log;
  for (int i = 0; i < count; ++i) {
    const EnquiryInTest made(QuestionAbout(std::nullopt), first + i);
    enquiries.push_back(std::make_shared<const SubjectState>(made.enquiry()));
    rows.push_back({.before = nullptr, .after = enquiries.back()});
    RequestKey key{};
    std::memcpy(key.data(), &i, sizeof(i));
    key.back() = 1;
    log.push_back({.activity = &activities.emplace_back(made.log().front()),
                   .unit_size = 1,
                   .request_key = key});
  }
  EXPECT_TRUE(session->Begin().ok());
  EXPECT_TRUE(session->WriteSubjects(rows).ok());
  EXPECT_TRUE(session->AppendActivities(log).ok());
  EXPECT_TRUE(session->Commit().ok());
  Names names;
  for (auto made = enquiries.rbegin(); made != enquiries.rend(); ++made)
    names.push_back(absl::StrCat("enquiries/", HeadOf(**made).number.ToString()));
  return names;
}

TEST_P(Requests, AreFoundUpToTheThousandCreatedLast) {
  Names last_created = WriteEnquiries(server_->store(), 1003);
  last_created.resize(1000);
  for (const Client& client : {server_->Staff(), server_->Customer(kMariaId)}) {
    for (int page_size : {200, 150}) {  // one that divides a thousand, and one that does not
      v1::SearchRequestsRequest request;
      request.set_query("παραδοθεί πότε");
      request.set_page_size(page_size);
      Names paged;
      do {
        const v1::SearchRequestsResponse page = client.Must(request);
        for (std::string& name : NamesIn(page.requests())) paged.push_back(std::move(name));
        request.set_page_token(page.next_page_token());
      } while (!request.page_token().empty());
      EXPECT_EQ(paged, last_created);
    }
  }
}

TEST_P(Requests, RefuseASearchForNothing) {
  v1::SearchRequestsRequest request;
  EXPECT_THAT(server_->Staff().Call(request).status, IsInvalid(Names{"query MISSING"}));
  request.set_query("-- !");
  EXPECT_THAT(server_->Staff().Call(request).status, IsInvalid(Names{"query MISSING"}));
  request.set_query(std::string(201, 'x'));
  EXPECT_THAT(server_->Staff().Call(request).status, IsInvalid(Names{"query TOO_LONG"}));
}

INSTANTIATE_TEST_SUITE_P(Databases, Requests, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return std::string(sql::Name(test.param)); });

}  // namespace
}  // namespace ipstore::orders::test
