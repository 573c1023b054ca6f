// Lists and their pages, on every database: what is in them, in which order, each row once.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::SizeIs;

using Names = std::vector<std::string>;

class Lists : public testing::TestWithParam<sql::Backend> {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Make(GetParam());
    if (database_ == nullptr) GTEST_SKIP() << WhyMissing(GetParam());
    server_ = std::make_unique<ServerInTest>(*database_);
  }

  v1::Order PlaceOne(const std::string& customer = kMariaId) {
    v1::Order order = CourierOrder(absl::StrCat("WEB-", ++placed_));
    order.mutable_customer()->set_id(customer);
    return Place(server_->Service(), order);
  }

  static Names NamesOf(const v1::ListOrdersResponse& page) {
    Names names;
    for (const v1::Order& order : page.orders()) names.push_back(order.name());
    return names;
  }

  // All pages of that query.
  static Names AllOf(const Client& client, v1::ListOrdersRequest request) {
    Names names;
    do {
      const v1::ListOrdersResponse page = client.Must(request);
      const Names more = NamesOf(page);
      EXPECT_LE(page.orders_size(), request.page_size());
      names.insert(names.end(), more.begin(), more.end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return names;
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<ServerInTest> server_;
  int placed_ = 0;
};

TEST_P(Lists, OrdersComeByTheirNewestActivityAndOnlyActiveOnesUnlessAsked) {
  const Client staff = server_->Staff();
  const v1::Order a = PlaceOne();
  const v1::Order b = PlaceOne();
  const v1::Order c = PlaceOne();
  const v1::Order d = PlaceOne(kNikosId);
  WalkTo(staff, b, v1::ORDER_STATUS_CANCELLED);
  WalkTo(staff, a, v1::ORDER_STATUS_PROCESSING);
  staff.Must(Commenting(c, "?"));

  v1::ListOrdersRequest request;
  EXPECT_THAT(NamesOf(staff.Must(request)), ElementsAre(c.name(), a.name(), d.name()));
  request.set_include_closed(true);
  EXPECT_THAT(NamesOf(staff.Must(request)), ElementsAre(c.name(), a.name(), b.name(), d.name()));
  request.add_statuses(v1::ORDER_STATUS_CANCELLED);
  EXPECT_THAT(NamesOf(staff.Must(request)), ElementsAre(b.name()));
  request.set_include_closed(false);
  request.add_statuses(v1::ORDER_STATUS_PROCESSING);
  request.add_statuses(v1::ORDER_STATUS_PROCESSING);
  EXPECT_THAT(NamesOf(staff.Must(request)), ElementsAre(a.name(), b.name()));
  request.set_customer_id(kNikosId);
  EXPECT_THAT(NamesOf(staff.Must(request)), IsEmpty());
  request.clear_statuses();
  EXPECT_THAT(NamesOf(staff.Must(request)), ElementsAre(d.name()));
  EXPECT_THAT(NamesOf(server_->Customer(kMariaId).Must(v1::ListOrdersRequest())),
              ElementsAre(c.name(), a.name()));
  EXPECT_THAT(NamesOf(server_->Customer("nobody").Must(v1::ListOrdersRequest())), IsEmpty());
}

TEST_P(Lists, EveryRowComesOnceOverAllPages) {
  Names placed;
  for (int i = 0; i < 23; ++i) placed.insert(placed.begin(), PlaceOne().name());
  for (const Client& client : {server_->Staff(), server_->Customer(kMariaId)}) {
    for (int size : {1, 5, 23, 24}) {
      v1::ListOrdersRequest request;
      request.set_page_size(size);
      EXPECT_THAT(AllOf(client, request), ElementsAreArray(placed)) << "in pages of " << size;
    }
  }
}

TEST_P(Lists, ARowThatDoesNotChangeComesOnceWhateverHappensToOthersMeanwhile) {
  std::vector<v1::Order> orders;
  for (int i = 0; i < 12; ++i) orders.push_back(PlaceOne());
  std::map<std::string, int> seen;
  v1::ListOrdersRequest request;
  request.set_page_size(2);
  std::size_t touched = 0;
  do {
    const v1::ListOrdersResponse page = server_->Customer(kMariaId).Must(request);
    for (const std::string& name : NamesOf(page)) ++seen[name];
    // Every other order moves to the top, in front of where we are; new ones come in, too.
    if (touched < orders.size()) server_->Staff().Must(Commenting(orders[touched], "!"));
    touched += 2;
    PlaceOne();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  for (std::size_t i = 1; i < orders.size(); i += 2) EXPECT_EQ(seen[orders[i].name()], 1) << i;
}

TEST_P(Lists, APageHasAtMostWhatIsAskedForAndNeverMoreThanTheLimit) {
  const v1::Order order = PlaceOne();
  for (int i = 0; i < 202; ++i) PlaceOne(kNikosId);
  v1::ListOrdersRequest request;
  EXPECT_THAT(server_->Staff().Must(request).orders(), SizeIs(50));
  request.set_page_size(1'000'000);
  EXPECT_THAT(server_->Staff().Must(request).orders(), SizeIs(200));
  request.set_page_size(-1);
  EXPECT_THAT(server_->Staff().Call(request).status, IsInvalid(Names{"page_size NEGATIVE"}));
  // The size may change from page to page.
  request.set_page_size(3);
  request.set_page_token(server_->Staff().Must(request).next_page_token());
  request.set_page_size(4);
  EXPECT_THAT(server_->Staff().Must(request).orders(), SizeIs(4));

  for (int i = 0; i < 104; ++i) server_->Staff().Must(Commenting(order, "?"));
  v1::ListActivitiesRequest activities;
  activities.set_parent(order.name());
  EXPECT_THAT(server_->Staff().Must(activities).activities(), SizeIs(100));
  activities.set_page_size(-1);
  EXPECT_THAT(server_->Staff().Call(activities).status, IsInvalid(Names{"page_size NEGATIVE"}));
}

TEST_P(Lists, ATokenIsGoodForItsQueryOnlyAndCannotBeChanged) {
  for (int i = 0; i < 3; ++i) PlaceOne();
  const v1::Order order = PlaceOne();
  server_->Staff().Must(Commenting(order, "?"));
  const Client staff = server_->Staff();
  v1::ListOrdersRequest request;
  request.set_page_size(1);
  const std::string token = staff.Must(request).next_page_token();
  ASSERT_FALSE(token.empty());

  const auto refused = [](const Client& client, const auto& asked) {
    EXPECT_THAT(client.Call(asked).status, IsInvalid(Names{"page_token MALFORMED"}));
  };
  request.set_page_token(token);
  EXPECT_TRUE(staff.Call(request).ok());
  for (std::size_t i = 0; i < token.size(); i += 3) {
    std::string tampered = token;
    tampered[i] = tampered[i] == 'A' ? 'B' : 'A';
    request.set_page_token(tampered);
    refused(staff, request);
  }
  request.set_page_token("nonsense");
  refused(staff, request);
  request.set_page_token(token.substr(0, token.size() / 2));
  refused(staff, request);

  request.set_page_token(token);
  refused(server_->Service(), request);
  refused(server_->Customer(kMariaId), request);
  request.set_include_closed(true);
  refused(staff, request);
  request.set_include_closed(false);
  request.set_customer_id(kMariaId);
  refused(staff, request);

  v1::ListActivitiesRequest activities;
  activities.set_parent(order.name());
  activities.set_page_size(1);
  activities.set_page_token(token);
  refused(staff, activities);
  activities.clear_page_token();
  activities.set_page_token(staff.Must(activities).next_page_token());
  EXPECT_TRUE(staff.Call(activities).ok());
  activities.set_newest_first(true);
  refused(staff, activities);
  v1::ListCommentsRequest comments;
  comments.set_parent(order.name());
  comments.set_page_size(1);
  comments.set_page_token(activities.page_token());
  refused(staff, comments);
}

TEST_P(Lists, ActivitiesAndCommentsComeInTheirOrderEitherWay) {
  const v1::Order order = WalkTo(server_->Staff(), PlaceOne(), v1::ORDER_STATUS_GATHERING_PRODUCTS);
  for (const char* text : {"α", "β", "γ"}) server_->Staff().Must(Commenting(order, text));
  Names forward;
  for (const v1::Activity& activity : ActivitiesOf(server_->Staff(), order, 2))
    forward.push_back(activity.name());
  ASSERT_THAT(forward, SizeIs(9));

  v1::ListActivitiesRequest backwards;
  backwards.set_parent(order.name());
  backwards.set_newest_first(true);
  Names reversed;
  const v1::ListActivitiesResponse last_first = server_->Staff().Must(backwards);
  for (const v1::Activity& activity : last_first.activities()) reversed.push_back(activity.name());
  std::reverse(reversed.begin(), reversed.end());
  EXPECT_EQ(reversed, forward);

  backwards.add_kinds(v1::ACTIVITY_KIND_ORDER_MOVED);
  backwards.add_kinds(v1::ACTIVITY_KIND_ORDER_CREATED);
  EXPECT_THAT(server_->Staff().Must(backwards).activities(), SizeIs(3));

  const auto texts = [&](bool newest_first, int page_size) {
    Names found;
    v1::ListCommentsRequest request;
    request.set_parent(order.name());
    request.set_newest_first(newest_first);
    request.set_page_size(page_size);
    do {
      const v1::ListCommentsResponse page = server_->Staff().Must(request);
      for (const v1::Comment& comment : page.comments()) found.push_back(comment.text());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  EXPECT_THAT(texts(false, 0), ElementsAre("α", "β", "γ"));
  EXPECT_THAT(texts(true, 1), ElementsAre("γ", "β", "α"));
}

TEST_P(Lists, APageOfLongCommentsFitsIntoWhatClientsAccept) {
  const v1::Order order = PlaceOne();
  const std::string text = [] {
    std::string greek;
    while (greek.size() < 20'000) greek += "ώ";
    return greek;
  }();
  for (int i = 0; i < 120; ++i) server_->Staff().Must(Commenting(order, text));
  EXPECT_THAT(ActivitiesOf(server_->Staff(), order, 500), SizeIs(121));
}

TEST_P(Lists, APageOfLargeAmendmentsFitsIntoWhatClientsAccept) {
  v1::Order order = PlaceOne();
  const std::string name = [] {
    std::string greek;
    while (greek.size() < 400) greek += "ώ";
    return greek;
  }();
  while (order.lines_size() < 200) {
    v1::Line line = order.lines(0);
    line.set_line(0);
    line.set_name(name);
    *order.add_lines() = line;
  }
  constexpr int kAmendments = 40;  // about 8 MB
  for (int i = 0; i < kAmendments; ++i) {
    for (v1::Line& line : *order.mutable_lines()) line.set_quantity(10 + i);
    order = server_->Staff().Must(Updating(order, {"lines"})).order();
  }
  EXPECT_THAT(ActivitiesOf(server_->Staff(), order, 500), SizeIs(1 + kAmendments));
}

TEST_P(Lists, AnOrderIsFoundByWhatItsSourceCallsIt) {
  const v1::Order order = PlaceOne();
  v1::LookupOrderRequest lookup;
  lookup.set_source(order.source());
  lookup.set_external_reference(order.external_reference());
  EXPECT_EQ(server_->Staff().Must(lookup).name(), order.name());
  EXPECT_EQ(server_->Customer(kMariaId).Must(lookup).name(), order.name());
  lookup.set_external_reference("web-1");
  EXPECT_THAT(server_->Staff().Call(lookup).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
}

INSTANTIATE_TEST_SUITE_P(Databases, Lists, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return std::string(sql::Name(test.param)); });

}  // namespace
}  // namespace ipstore::orders::test
