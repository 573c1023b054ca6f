// The page of an order in one call.
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
using testing::IsEmpty;
using testing::SizeIs;

v1::GetOrderPageRequest PageOf(const v1::Order& order, int page_size = 0) {
  v1::GetOrderPageRequest request;
  request.set_name(order.name());
  request.set_page_size(page_size);
  return request;
}

class OrderPages : public testing::Test {
 protected:
  ServerInTest server_;
  v1::Order order_ = Place(server_.Service(), CourierOrder("WEB-1"));
};

TEST_F(OrderPages, SayWhatIsMissingForTheNextStep) {
  order_ = server_.Staff().Must(Stepping(order_, v1::ORDER_ACTION_START_PROCESSING)).order();
  server_.Staff().Must(Checking(order_, v1::CHECK_KIND_DETAILS));
  const v1::OrderPage page = server_.Staff().In("el").Must(PageOf(order_));
  EXPECT_EQ(page.order().status_text(), "Επεξεργασία Παραγγελίας");
  EXPECT_EQ(page.next_step().action(), v1::ORDER_ACTION_START_GATHERING);
  EXPECT_FALSE(page.next_step().allowed());
  std::vector<v1::Guard> missing;
  for (const v1::GuardFailure& guard : page.next_step().guards()) missing.push_back(guard.guard());
  EXPECT_THAT(missing, ElementsAre(v1::GUARD_AVAILABILITY_CONFIRMED, v1::GUARD_PAYMENT_ARRANGED));
  ASSERT_THAT(page.open_actions(), SizeIs(1));
  EXPECT_EQ(page.open_actions(0).action(), v1::ORDER_ACTION_CANCEL);
  EXPECT_EQ(page.open_actions(0).label(), "Ακύρωση παραγγελίας");
  EXPECT_THAT(server_.Customer(kMariaId).Must(PageOf(order_)).open_actions(), IsEmpty());
}

TEST_F(OrderPages, OfClosedOrdersHaveNoNextStep) {
  server_.Staff().Must(Stepping(order_, v1::ORDER_ACTION_CANCEL));
  const v1::OrderPage page = server_.Staff().Must(PageOf(order_));
  EXPECT_FALSE(page.has_next_step());
  EXPECT_THAT(page.open_actions(), IsEmpty());
}

TEST_F(OrderPages, LeadOnWithTheListsOfActivitiesAndComments) {
  for (int i = 0; i < 5; ++i) server_.Staff().Must(Commenting(order_, absl::StrCat("σχόλιο ", i)));
  server_.Staff().Must(Commenting(order_, "μεταξύ μας", v1::VISIBILITY_INTERNAL));
  const Client maria = server_.Customer(kMariaId);
  const v1::OrderPage page = maria.Must(PageOf(order_, 2));
  ASSERT_THAT(page.comments(), SizeIs(2));
  EXPECT_EQ(page.comments(0).text(), "σχόλιο 4");
  ASSERT_THAT(page.activities(), SizeIs(2));
  EXPECT_EQ(page.activities(0).text(), "σχόλιο 4");

  v1::ListCommentsRequest comments;
  comments.set_parent(order_.name());
  comments.set_newest_first(true);
  comments.set_page_token(page.next_comments_page_token());
  const v1::ListCommentsResponse older = maria.Must(comments);
  ASSERT_THAT(older.comments(), SizeIs(3));
  EXPECT_EQ(older.comments(0).text(), "σχόλιο 2");
  v1::ListActivitiesRequest activities;
  activities.set_parent(order_.name());
  activities.set_newest_first(true);
  activities.set_page_token(page.next_activities_page_token());
  EXPECT_THAT(maria.Must(activities).activities(), SizeIs(4));

  const v1::OrderPage whole = maria.Must(PageOf(order_));
  EXPECT_THAT(whole.comments(), SizeIs(5));
  EXPECT_THAT(whole.activities(), SizeIs(6));
  EXPECT_EQ(whole.next_comments_page_token(), "");
  EXPECT_EQ(whole.next_activities_page_token(), "");
  EXPECT_THAT(server_.Staff().Must(PageOf(order_)).comments(), SizeIs(6));
}

TEST_F(OrderPages, AreReadInOneGo) {
  const int before = server_.faults().Calls(Method::kGetPage);
  server_.Staff().Must(PageOf(order_));
  EXPECT_EQ(server_.faults().Calls(Method::kGetPage), before + 1);
  EXPECT_EQ(server_.faults().Calls(Method::kListActivities), 0);
}

TEST_F(OrderPages, RefuseBadRequests) {
  v1::GetOrderPageRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(server_.Staff().Call(request).status,
              IsInvalid(std::vector<std::string>{"name MISSING", "page_size NEGATIVE"}));
  request = PageOf(order_);
  request.set_name("orders/9999999990");
  EXPECT_THAT(server_.Staff().Call(request).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
}

}  // namespace
}  // namespace ipstore::orders::test
