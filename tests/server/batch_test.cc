// Steps of many orders in one call.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::SizeIs;

class Batches : public testing::Test {
 protected:
  v1::Order PlaceOne() {
    return Place(server_.Service(), CourierOrder(absl::StrCat("WEB-", ++placed_)));
  }
  // A step of each order.
  static v1::BatchTransitionOrdersRequest Starting(const std::vector<v1::Order>& orders) {
    v1::BatchTransitionOrdersRequest request;
    for (const v1::Order& order : orders)
      *request.add_requests() = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
    return request;
  }
  static CallStatus StatusOf(const google::rpc::Status& error) {
    return {.code = static_cast<google::rpc::Code>(error.code()),
            .message = error.message(),
            .raw_details = error.SerializeAsString()};
  }

  ServerInTest server_;
  int placed_ = 0;
};

TEST_F(Batches, HaveAResultForEachOrderInTheirOrder) {
  const v1::Order a = PlaceOne();
  const v1::Order b = PlaceOne();
  v1::BatchTransitionOrdersRequest request = Starting({a, b, b});
  request.add_requests()->set_name("orders/9999999990");
  request.mutable_requests(3)->mutable_start_processing();
  request.add_requests()->set_name("orders/1000000019");
  const v1::BatchTransitionOrdersResponse response = server_.Staff().Must(request);
  ASSERT_THAT(response.results(), SizeIs(5));
  EXPECT_EQ(response.succeeded(), 2);
  EXPECT_EQ(response.failed(), 3);
  EXPECT_EQ(response.results(0).name(), a.name());
  EXPECT_EQ(response.results(0).status(), v1::ORDER_STATUS_PROCESSING);
  EXPECT_EQ(response.results(0).status_text(), "Order Processing");
  EXPECT_THAT(response.results(0).activities(), SizeIs(1));
  EXPECT_EQ(response.results(0).etag(), server_.Staff().Must(Getting(a)).etag());
  EXPECT_FALSE(response.results(1).has_error());
  EXPECT_THAT(StatusOf(response.results(2).error()),
              IsRefusal(google::rpc::FAILED_PRECONDITION, "ACTION_NOT_OPEN"))
      << "the same order a second time";
  EXPECT_THAT(StatusOf(response.results(3).error()),
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_THAT(StatusOf(response.results(4).error()),
              IsInvalid(std::vector<std::string>{"action MISSING", "name WRONG_CHECK_DIGIT"}));
}

TEST_F(Batches, DoNotTakeAStepThatIsMarkedAsAPreview) {
  const v1::Order order = PlaceOne();
  v1::BatchTransitionOrdersRequest request = Starting({order});
  request.mutable_requests(0)->set_validate_only(true);
  EXPECT_THAT(StatusOf(server_.Staff().Must(request).results(0).error()),
              IsInvalid(std::vector<std::string>{"validate_only MALFORMED"}));
  EXPECT_EQ(server_.Staff().Must(Getting(order)).status(), order.status());
}

TEST_F(Batches, RideTheGroupCommitter) {
  std::vector<v1::Order> orders;
  for (int i = 0; i < 500; ++i) orders.push_back(PlaceOne());
  const int commits = server_.faults().Calls(Method::kCommit);
  const v1::BatchTransitionOrdersResponse response = server_.Staff().Must(Starting(orders));
  EXPECT_EQ(response.succeeded(), 500);
  EXPECT_LE(server_.faults().Calls(Method::kCommit) - commits, 50) << "not one for each order";
}

TEST_F(Batches, ArePreviewedWithoutAChange) {
  const v1::Order a = PlaceOne();
  const v1::Order b = PlaceOne();
  v1::BatchTransitionOrdersRequest request = Starting({a, b});
  *request.add_requests() = Stepping(a, v1::ORDER_ACTION_CONFIRM_RECEIPT);
  request.set_validate_only(true);
  const std::int64_t position = server_.Position();
  const v1::BatchTransitionOrdersResponse response = server_.Staff().Must(request);
  EXPECT_EQ(server_.Position(), position);
  EXPECT_EQ(response.succeeded(), 2);
  EXPECT_EQ(response.results(0).status(), v1::ORDER_STATUS_PROCESSING);
  EXPECT_EQ(response.results(0).etag(), "");
  EXPECT_THAT(StatusOf(response.results(2).error()),
              IsRefusal(google::rpc::FAILED_PRECONDITION, "ACTION_NOT_OPEN"));
}

TEST_F(Batches, AreMadeOnceByOneRequestId) {
  v1::BatchTransitionOrdersRequest request = Starting({PlaceOne(), PlaceOne()});
  request.set_request_id("batch-1");
  request.mutable_requests(1)->set_request_id("own-1");
  server_.Staff().Must(request);
  const std::int64_t position = server_.Position();
  const v1::BatchTransitionOrdersResponse again = server_.Staff().Must(request);
  EXPECT_EQ(server_.Position(), position);
  EXPECT_EQ(again.succeeded(), 2);
  for (const v1::BatchTransitionResult& result : again.results()) EXPECT_TRUE(result.replayed());
}

TEST_F(Batches, OfCustomersReachTheirOwnOrdersOnly) {
  const v1::Order own = PlaceOne();
  const v1::Order anothers = Place(server_.Service(), PickupOrder("WEB-N"));
  v1::BatchTransitionOrdersRequest request;
  for (const v1::Order& order : {own, anothers})
    *request.add_requests() = Stepping(order, v1::ORDER_ACTION_CANCEL);
  const v1::BatchTransitionOrdersResponse response = server_.Customer(kMariaId).Must(request);
  EXPECT_EQ(response.results(0).status(), v1::ORDER_STATUS_CANCELLED);
  EXPECT_THAT(StatusOf(response.results(1).error()),
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
}

TEST_F(Batches, HaveFrom1To500Steps) {
  EXPECT_THAT(server_.Staff().Call(v1::BatchTransitionOrdersRequest()).status,
              IsInvalid(std::vector<std::string>{"requests MISSING"}));
  v1::BatchTransitionOrdersRequest request;
  for (int i = 0; i < 501; ++i) request.add_requests();
  request.set_request_id("a b");
  EXPECT_THAT(server_.Staff().Call(request).status,
              IsInvalid(std::vector<std::string>{"request_id MALFORMED", "requests TOO_MANY"}));
}

}  // namespace
}  // namespace ipstore::orders::test
