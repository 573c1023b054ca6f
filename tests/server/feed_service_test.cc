// FeedService: how far the feed and its consumers have come. What a consumer is told is tested with
// the streams, and who may ask with everything else that is isolated.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"
#include "tests/support/stream.h"

namespace ipstore::orders::test {
namespace {

using Lines = std::vector<std::string>;
using testing::IsEmpty;
using testing::SizeIs;

class Feeds : public testing::Test {
 protected:
  // A stream of everything, which has told of the beginning.
  std::string TokenOfTheBeginning() {
    Stream<v1::WatchActivitiesResponse> stream(Staff());
    v1::WatchActivitiesRequest request;
    request.set_parent("orders/-");
    stream.Read(activities_->WatchActivities(&stream.context(), request));
    return stream.Next().resume_token();
  }
  static v1::AcknowledgeActivitiesRequest Acknowledging(const std::string& consumer,
                                                        const std::string& token) {
    v1::AcknowledgeActivitiesRequest request;
    request.set_name(absl::StrCat("feedConsumers/", consumer));
    request.set_resume_token(token);
    return request;
  }
  static v1::DeleteFeedConsumerRequest Forgetting(const std::string& consumer) {
    v1::DeleteFeedConsumerRequest request;
    request.set_name(absl::StrCat("feedConsumers/", consumer));
    return request;
  }
  v1::FeedStatus Status() { return server_.Service().Must(v1::GetFeedStatusRequest()); }

  ServerInTest server_;
  std::unique_ptr<v1::ActivityService::Stub> activities_ =
      v1::ActivityService::NewStub(ConnectTo(server_.address()));
};

TEST_F(Feeds, AreToldWithTheLagOfEachConsumer) {
  EXPECT_EQ(Status().head_position(), 0);
  EXPECT_THAT(Status().consumers(), IsEmpty());
  server_.Service().Must(Acknowledging("erp", TokenOfTheBeginning()));
  EXPECT_EQ(Status().consumers(0).lag_count(), 0);
  EXPECT_FALSE(Status().consumers(0).has_lag_time());
  Place(server_.Staff(), CourierOrder("WEB-1"));
  Place(server_.Staff(), CourierOrder("WEB-2"));
  const v1::FeedStatus status = Status();
  EXPECT_EQ(status.epoch(), 1);
  EXPECT_EQ(status.head_position(), 2);
  ASSERT_THAT(status.consumers(), SizeIs(1));
  EXPECT_EQ(status.consumers(0).name(), "feedConsumers/erp");
  EXPECT_EQ(status.consumers(0).position(), 0);
  EXPECT_EQ(status.consumers(0).lag_count(), 2);
  EXPECT_TRUE(status.consumers(0).has_lag_time());
  EXPECT_GT(status.consumers(0).acknowledge_time().seconds(), 0);
  EXPECT_FALSE(status.consumers(0).history_changed());
}

TEST_F(Feeds, CountTheStreamsThatThereAre) {
  EXPECT_EQ(Status().watcher_count(), 0);
  Stream<v1::WatchActivitiesResponse> stream(Staff());
  v1::WatchActivitiesRequest request;
  request.set_parent("orders/-");
  stream.Read(activities_->WatchActivities(&stream.context(), request));
  stream.Next();
  EXPECT_EQ(Status().watcher_count(), 1);
}

TEST_F(Feeds, ForgetAConsumerOnce) {
  server_.Staff().Must(Acknowledging("erp", TokenOfTheBeginning()));
  server_.Staff().Must(Forgetting("erp"));
  EXPECT_THAT(Status().consumers(), IsEmpty());
  const CallStatus again = server_.Staff().Call(Forgetting("erp")).status;
  EXPECT_THAT(again, IsRefusal(google::rpc::NOT_FOUND, "CONSUMER_NOT_FOUND"));
  EXPECT_EQ(again.Metadata()["consumer"], "feedConsumers/erp");
}

TEST_F(Feeds, RefuseWhatIsNoNameAndNoToken) {
  EXPECT_THAT(server_.Staff().Call(v1::AcknowledgeActivitiesRequest()).status,
              IsInvalid(Lines{"name MISSING", "resume_token MISSING"}));
  for (const std::string& name :
       {std::string("erp"), std::string("feedConsumers/"), std::string("feedConsumers/a/b"),
        std::string("feedConsumers/a b"), absl::StrCat("feedConsumers/", std::string(65, 'a'))}) {
    v1::AcknowledgeActivitiesRequest request;
    request.set_name(name);
    request.set_resume_token("nonsense");
    EXPECT_THAT(server_.Staff().Call(request).status,
                IsInvalid(Lines{"name MALFORMED", "resume_token MALFORMED"}))
        << name;
    v1::DeleteFeedConsumerRequest forgetting;
    forgetting.set_name(name);
    EXPECT_THAT(server_.Staff().Call(forgetting).status, IsInvalid(Lines{"name MALFORMED"}))
        << name;
  }
}

TEST_F(Feeds, KeepAPlaceAcrossALostConnectionAndSayWhenTheyCannot) {
  const std::string token = TokenOfTheBeginning();
  server_.faults().Fail(Method::kSaveFeedConsumer, Fault::kLoseBeforeExecute);
  server_.Staff().Must(Acknowledging("erp", token));
  EXPECT_THAT(Status().consumers(), SizeIs(1));
  server_.faults().Fail(Method::kSaveFeedConsumer, Fault::kLoseBeforeExecute,
                        {.call = 1, .times = 1000});
  EXPECT_THAT(server_.Staff().Call(Acknowledging("shop", token)).status,
              IsRefusal(google::rpc::UNAVAILABLE, "UNAVAILABLE"));
  server_.faults().Heal();
  server_.faults().Fail(Method::kOpenFeedConsumerSession, Fault::kLoseBeforeExecute,
                        {.call = 1, .times = 1000});
  EXPECT_THAT(server_.Staff().Call(Forgetting("erp")).status,
              IsRefusal(google::rpc::UNAVAILABLE, "UNAVAILABLE"));
  server_.faults().Heal();
  server_.Staff().Must(Forgetting("erp"));
}

}  // namespace
}  // namespace ipstore::orders::test
