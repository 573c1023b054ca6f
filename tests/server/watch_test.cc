// Watching over gRPC: what each caller is told, how streams are resumed, and how they end.

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "tests/support/databases.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"
#include "tests/support/stream.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

class Watching : public testing::Test {
 protected:
  using Activities = Stream<v1::WatchActivitiesResponse>;
  using OneOrder = Stream<v1::WatchOrderResponse>;

  std::unique_ptr<Activities> Watch(const Caller& caller,
                                    const v1::WatchActivitiesRequest& request) {
    auto stream = std::make_unique<Activities>(caller);
    stream->Read(activities_->WatchActivities(&stream->context(), request));
    return stream;
  }
  std::unique_ptr<Activities> Watch(const Caller& caller, const std::string& parent,
                                    const std::string& token = "") {
    v1::WatchActivitiesRequest request;
    request.set_parent(parent);
    request.set_resume_token(token);
    return Watch(caller, request);
  }
  std::unique_ptr<Activities> FromTheBeginning(const Caller& caller, const std::string& parent) {
    v1::WatchActivitiesRequest request;
    request.set_parent(parent);
    request.set_from_beginning(true);
    return Watch(caller, request);
  }
  std::unique_ptr<OneOrder> WatchOrder(const Caller& caller, const std::string& name,
                                       const std::string& token = "") {
    v1::WatchOrderRequest request;
    request.set_name(name);
    request.set_resume_token(token);
    auto stream = std::make_unique<OneOrder>(caller);
    stream->Read(orders_->WatchOrder(&stream->context(), request));
    return stream;
  }

  v1::Order Placed(const std::string& reference) {
    return Place(server_.Staff(), CourierOrder(reference));
  }

  std::unique_ptr<TestDatabase> database_ = TestDatabase::Make(sql::Backend::kSqlite);
  ServerInTest server_{*database_};
  std::shared_ptr<grpc::Channel> channel_ = ConnectTo(server_.address());
  std::unique_ptr<v1::ActivityService::Stub> activities_ = v1::ActivityService::NewStub(channel_);
  std::unique_ptr<v1::OrderService::Stub> orders_ = v1::OrderService::NewStub(channel_);
};

std::vector<std::string> NamesIn(const auto& response) {
  std::vector<std::string> names;
  for (const v1::Activity& activity : response.activities()) names.push_back(activity.name());
  return names;
}

TEST_F(Watching, AChangeComesAsItIsCommittedWithAllItsActivities) {
  const v1::Order order = Placed("WEB-1");
  const auto stream = Watch(Staff(), order.name());
  const v1::WatchActivitiesResponse first = stream->Next();
  EXPECT_THAT(first.activities(), IsEmpty());
  EXPECT_FALSE(first.resume_token().empty());
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.mutable_comment()->set_text("Ξεκινάμε");
  server_.Staff().Must(step);
  const v1::WatchActivitiesResponse told = stream->NextActivities();
  ASSERT_EQ(told.activities_size(), 2);
  EXPECT_EQ(told.activities(0).kind(), v1::ACTIVITY_KIND_ORDER_MOVED);
  EXPECT_EQ(told.activities(1).text(), "Ξεκινάμε");
}

TEST_F(Watching, AResumedStreamGoesOnWhereTheLastMessageEnded) {
  const v1::Order order = Placed("WEB-1");
  auto stream = Watch(Staff(), order.name());
  const std::string begin = stream->Next().resume_token();
  std::vector<std::string> tokens = {begin};
  std::vector<std::string> names;
  for (int i = 0; i < 3; ++i) {
    server_.Staff().Must(Commenting(order, absl::StrCat("the ", i, "th")));
    const v1::WatchActivitiesResponse told = stream->NextActivities();
    tokens.push_back(told.resume_token());
    names.push_back(told.activities(0).name());
  }
  stream.reset();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto resumed = Watch(Staff(), order.name(), tokens[i]);
    std::vector<std::string> rest;
    while (rest.size() < names.size() - i) {
      for (const std::string& name : NamesIn(resumed->NextActivities())) rest.push_back(name);
      if (HasFailure()) return;
    }
    EXPECT_EQ(rest, std::vector<std::string>(names.begin() + static_cast<std::ptrdiff_t>(i),
                                             names.end()));
  }
}

TEST_F(Watching, FromTheBeginningEverythingComes) {
  const v1::Order one = Placed("WEB-1");
  const v1::Order two = Placed("WEB-2");
  const auto stream = FromTheBeginning(EshopService(), "orders/-");
  std::set<std::string> told;
  while (told.size() < 2) {
    const v1::WatchActivitiesResponse message = stream->NextActivities();
    for (const v1::Activity& activity : message.activities())
      told.insert(activity.order_created().order().external_reference());
    if (HasFailure()) return;
  }
  EXPECT_THAT(told, ElementsAre("WEB-1", "WEB-2"));
}

TEST_F(Watching, OnlyTheKindsThatWereAskedFor) {
  const v1::Order order = Placed("WEB-1");
  v1::WatchActivitiesRequest request;
  request.set_parent(order.name());
  request.set_from_beginning(true);
  request.add_kinds(v1::ACTIVITY_KIND_COMMENT_ADDED);
  const auto stream = Watch(Staff(), request);
  server_.Staff().Must(Stepping(order, v1::ORDER_ACTION_START_PROCESSING));
  server_.Staff().Must(Commenting(order, "!"));
  const v1::WatchActivitiesResponse told = stream->NextActivities();
  ASSERT_EQ(told.activities_size(), 1);
  EXPECT_EQ(told.activities(0).kind(), v1::ACTIVITY_KIND_COMMENT_ADDED);
}

TEST_F(Watching, ACustomerHearsOfTheirOwnAndOfWhatIsPublic) {
  const v1::Order hers = Placed("WEB-1");
  const Caller maria = CustomerCaller(kMariaId);
  const auto all = Watch(maria, absl::StrCat("customers/", kMariaId));
  const auto one = Watch(maria, hers.name());
  const std::string before = all->Next().resume_token();
  one->Next();
  server_.Staff().Must(Commenting(hers, "μεταξύ μας", v1::VISIBILITY_INTERNAL));
  server_.Staff().Must(Commenting(hers, "για εσάς"));
  for (Activities* stream : {all.get(), one.get()}) {
    const v1::WatchActivitiesResponse told = stream->NextActivities();
    ASSERT_EQ(told.activities_size(), 1);
    EXPECT_EQ(told.activities(0).text(), "για εσάς");
    EXPECT_EQ(told.resume_token().size(), before.size()) << "its length tells nothing either";
  }
}

TEST_F(Watching, WhatIsNotACustomersToWatchIsRefusedAsIfItWereNotThere) {
  const v1::Order hers = Placed("WEB-1");
  const Caller nikos = CustomerCaller(kNikosId);
  for (const std::string& parent :
       {std::string("orders/-"), absl::StrCat("customers/", kMariaId), hers.name(),
        std::string("orders/9999999990"), std::string("enquiries/9999999990")}) {
    const CallStatus refused = Watch(nikos, parent)->End();
    EXPECT_EQ(refused.Reason(), "PERMISSION_DENIED") << parent;
    EXPECT_EQ(refused.raw_details, Watch(nikos, "orders/-")->End().raw_details) << parent;
  }
  for (const std::string& name : {hers.name(), std::string("orders/9999999990")})
    EXPECT_EQ(WatchOrder(nikos, name)->End().Reason(), "PERMISSION_DENIED") << name;
  EXPECT_EQ(Watch(Staff(), "orders/9999999990")->End().Reason(), "ORDER_NOT_FOUND");
  EXPECT_EQ(WatchOrder(Staff(), "orders/9999999990")->End().Reason(), "ORDER_NOT_FOUND");
}

TEST_F(Watching, ATokenThatIsNotOursIsRefused) {
  const v1::Order order = Placed("WEB-1");
  const CallStatus status = Watch(Staff(), order.name(), "nonsense")->End();
  EXPECT_EQ(status.Reason(), "INVALID_REQUEST");
  EXPECT_THAT(status.Violations(), ElementsAre("resume_token MALFORMED"));
  EXPECT_THAT(WatchOrder(Staff(), order.name(), "nonsense")->End().Violations(),
              ElementsAre("resume_token MALFORMED"));
}

TEST_F(Watching, ANewEpochIsToldToThoseWhoWatchAndToThoseWhoResume) {
  const v1::Order order = Placed("WEB-1");
  const auto stream = Watch(Staff(), order.name());
  const std::string token = stream->Next().resume_token();
  database_->Execute("UPDATE feed_head SET epoch = epoch + 1");
  const CallStatus status = stream->End();
  EXPECT_EQ(status.Reason(), "FEED_HISTORY_CHANGED");
  EXPECT_EQ(status.code, google::rpc::FAILED_PRECONDITION);
  EXPECT_EQ(Watch(Staff(), order.name(), token)->End().Reason(), "FEED_HISTORY_CHANGED");
}

TEST_F(Watching, AnActivityOfANewerServerEndsTheStreamAndSaysWhereToGoOn) {
  const v1::Order order = Placed("WEB-1");
  const auto told = Watch(Staff(), order.name());
  told->Next();
  server_.Staff().Must(Commenting(order, "!"));
  // Else the server would meet it while it follows the feed, and end all who watch.
  EXPECT_EQ(told->NextActivities().activities(0).text(), "!");
  database_->Execute("UPDATE activities SET kind = 99 WHERE position = 2");
  const auto stream = FromTheBeginning(Staff(), order.name());
  const CallStatus status = stream->End();
  EXPECT_EQ(status.Reason(), "ACTIVITY_NOT_UNDERSTOOD");
  const std::string token = status.Metadata()["resume_token"];
  database_->Execute("UPDATE activities SET kind = 7 WHERE position = 2");
  EXPECT_EQ(Watch(Staff(), order.name(), token)->NextActivities().activities(0).text(), "!");
}

TEST_F(Watching, ThePageOfAnOrderComesFirstAndThenEachChangeWithTheOrderAsItIs) {
  const v1::Order order = Placed("WEB-1");
  const auto stream = WatchOrder(Staff(), order.name());
  const v1::WatchOrderResponse first = stream->Next();
  EXPECT_EQ(first.page().order().name(), order.name());
  EXPECT_EQ(first.page().activities_size(), 1);
  server_.Staff().Must(Stepping(order, v1::ORDER_ACTION_START_PROCESSING));
  const v1::WatchOrderResponse told = stream->NextActivities();
  ASSERT_EQ(told.activities_size(), 1);
  EXPECT_EQ(told.activities(0).kind(), v1::ACTIVITY_KIND_ORDER_MOVED);
  EXPECT_EQ(told.order().status(), v1::ORDER_STATUS_PROCESSING);
  EXPECT_FALSE(told.has_page());

  server_.Staff().Must(Commenting(order, "!"));
  const auto resumed = WatchOrder(Staff(), order.name(), told.resume_token());
  const v1::WatchOrderResponse rest = resumed->NextActivities();
  EXPECT_FALSE(rest.has_page());
  EXPECT_THAT(NamesIn(rest), Not(IsEmpty()));
  EXPECT_EQ(rest.activities(0).text(), "!");
}

TEST(WatchingAServer, ThatEndsIsToldWithTheTokenToGoOnWith) {
  const auto database = TestDatabase::Make(sql::Backend::kSqlite);
  auto server = std::make_unique<ServerInTest>(*database);
  const v1::Order order = Place(server->Staff(), CourierOrder("WEB-1"));
  v1::WatchActivitiesRequest request;
  request.set_parent(order.name());
  Stream<v1::WatchActivitiesResponse> stream(Staff());
  auto stub = v1::ActivityService::NewStub(ConnectTo(server->address()));
  stream.Read(stub->WatchActivities(&stream.context(), request));
  stream.Next();
  server->Staff().Must(Commenting(order, "before"));
  EXPECT_EQ(stream.NextActivities().activities(0).text(), "before");
  server.reset();
  CallStatus status = stream.End();
  EXPECT_EQ(status.Reason(), "UNAVAILABLE");

  server = std::make_unique<ServerInTest>(*database);
  server->Staff().Must(Commenting(order, "after"));
  Stream<v1::WatchActivitiesResponse> resumed(Staff());
  stub = v1::ActivityService::NewStub(ConnectTo(server->address()));
  request.set_resume_token(status.Metadata()["resume_token"]);
  resumed.Read(stub->WatchActivities(&resumed.context(), request));
  EXPECT_EQ(resumed.NextActivities().activities(0).text(), "after");
}

TEST(WatchingAServer, HasLimits) {
  Config config;
  config.max_streams_per_caller = 2;
  config.max_streams = 3;
  ServerInTest server(config);
  const auto stub = v1::ActivityService::NewStub(ConnectTo(server.address()));
  std::vector<std::unique_ptr<Stream<v1::WatchActivitiesResponse>>> streams;
  const auto watch = [&](const Caller& caller) -> Stream<v1::WatchActivitiesResponse>& {
    auto& stream =
        *streams.emplace_back(std::make_unique<Stream<v1::WatchActivitiesResponse>>(caller));
    v1::WatchActivitiesRequest request;
    request.set_parent("orders/-");
    stream.Read(stub->WatchActivities(&stream.context(), request));
    return stream;
  };
  watch(Staff()).Next();
  watch(Staff()).Next();
  const CallStatus own = watch(Staff()).End();
  EXPECT_EQ(own.Reason(), "TOO_MANY_STREAMS");
  EXPECT_EQ(own.Metadata()["limit"], "2");
  watch(EshopService()).Next();
  EXPECT_EQ(watch(OnBehalfOf(Role::kStaff, "eleni")).End().Metadata()["limit"], "3");
}

}  // namespace
}  // namespace ipstore::orders::test
