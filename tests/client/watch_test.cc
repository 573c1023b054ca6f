// How the client library follows a stream, against a server that plays its part.
#include "client/watch.h"

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/channel.h"
#include "client/orders_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "tests/client/fake_status.h"

namespace ipstore::orders::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Writer = grpc::ServerWriter<v1::WatchActivitiesResponse>;

// Plays each stream by the next of the parts that it was given. Keeps what it was asked.
class FakeFeed final : public v1::ActivityService::Service {
 public:
  using Part = std::function<grpc::Status(grpc::ServerContext&, Writer&)>;

  explicit FakeFeed(std::vector<Part> parts) : parts_(std::move(parts)) {}

  grpc::Status WatchActivities(grpc::ServerContext* context,
                               const v1::WatchActivitiesRequest* request, Writer* writer) override {
    Part part;
    {
      const std::lock_guard lock(mutex_);
      tokens_.push_back(request->resume_token());
      if (tokens_.size() > parts_.size())
        return StatusWithReason(grpc::StatusCode::INTERNAL, "INTERNAL");
      part = parts_[tokens_.size() - 1];
    }
    return part(*context, *writer);
  }

  // With which each stream began.
  std::vector<std::string> tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
  }

 private:
  const std::vector<Part> parts_;
  mutable std::mutex mutex_;  // guards the next
  std::vector<std::string> tokens_;
};

// One message, with that token.
void Tell(Writer& writer, const std::string& token) {
  v1::WatchActivitiesResponse response;
  response.add_activities()->set_text(absl::StrCat("before ", token));
  response.set_resume_token(token);
  writer.Write(response);
}

grpc::Status UntilCancelled(grpc::ServerContext& context) {
  while (!context.IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return grpc::Status::CANCELLED;
}

// Tells of a token, then ends with that.
FakeFeed::Part TellThenEnd(const std::string& token, const grpc::Status& status) {
  return [=](grpc::ServerContext&, Writer& writer) {
    Tell(writer, token);
    return status;
  };
}

class Following : public testing::Test {
 protected:
  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  // Follows a stream of the server that plays those parts, until it has been told `enough`.
  std::optional<Error> Follow(std::vector<FakeFeed::Part> parts, const std::string& enough,
                              WatchOptions options = {}) {
    TearDown();
    server_.reset();
    feed_ = std::make_unique<FakeFeed>(std::move(parts));
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(feed_.get());
    server_ = builder.BuildAndStart();
    const OrdersClient client(
        OpenChannel({.target = absl::StrCat("127.0.0.1:", port)}),
        {.caller = {.actor = {"staff", "eleni"}},
         .retry = {.first_pause = absl::Milliseconds(1), .longest_pause = absl::Milliseconds(5)}});
    v1::WatchActivitiesRequest request;
    request.set_parent("orders/-");
    return client.WatchActivities(request,
                                  {.on_message =
                                       [&](const v1::WatchActivitiesResponse& message) {
                                         told_.push_back(message.resume_token());
                                         return message.resume_token() != enough;
                                       },
                                   .on_interruption =
                                       [&](const Error& error) {
                                         interruptions_.push_back(error.reason);
                                         return go_on_;
                                       }},
                                  options);
  }

  std::unique_ptr<FakeFeed> feed_;
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::string> told_;
  std::vector<std::string> interruptions_;
  bool go_on_ = true;
};

TEST_F(Following, GoesOnAfterTheLastTokenWhateverHasBrokenItOff) {
  const auto ended = Follow(
      {TellThenEnd("1", StatusWithReason(grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE")),
       TellThenEnd("2", StatusWithReason(grpc::StatusCode::RESOURCE_EXHAUSTED, "WATCHER_TOO_SLOW")),
       TellThenEnd("3", {grpc::StatusCode::CANCELLED, "RST_STREAM"}),
       TellThenEnd("4", grpc::Status::OK),  // by what stands between
       [](grpc::ServerContext&, Writer&) {
         return StatusWithReason(grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE");
       },
       TellThenEnd("5", grpc::Status::OK)},
      "5");
  EXPECT_FALSE(ended.has_value());
  EXPECT_THAT(told_, ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(feed_->tokens(), ElementsAre("", "1", "2", "3", "4", "4"));
  EXPECT_THAT(interruptions_,
              ElementsAre("UNAVAILABLE", "WATCHER_TOO_SLOW", "", "", "UNAVAILABLE"));
}

TEST_F(Following, EndsWithWhatCannotBeMendedByComingBack) {
  for (const auto& [code, reason] :
       {std::pair{grpc::StatusCode::FAILED_PRECONDITION, "FEED_HISTORY_CHANGED"},
        std::pair{grpc::StatusCode::FAILED_PRECONDITION, "ACTIVITY_NOT_UNDERSTOOD"},
        std::pair{grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED"},
        std::pair{grpc::StatusCode::INVALID_ARGUMENT, "INVALID_REQUEST"}}) {
    const auto ended = Follow({TellThenEnd("1", StatusWithReason(code, reason))}, "never");
    ASSERT_TRUE(ended.has_value());
    EXPECT_EQ(ended->reason, reason);
    EXPECT_THAT(interruptions_, IsEmpty());
  }
}

TEST_F(Following, AStreamThatFallsSilentIsTakenUpAgain) {
  const auto ended = Follow({[](grpc::ServerContext& context, Writer& writer) {
                               Tell(writer, "1");
                               return UntilCancelled(context);
                             },
                             TellThenEnd("2", grpc::Status::OK)},
                            "2", {.longest_silence = absl::Milliseconds(300)});
  EXPECT_FALSE(ended.has_value());
  EXPECT_THAT(feed_->tokens(), ElementsAre("", "1"));
}

TEST_F(Following, IsStoppedFromAnotherThreadInTheMiddleOfAStream) {
  std::stop_source stop;
  const auto ended = Follow({[&](grpc::ServerContext& context, Writer& writer) {
                              Tell(writer, "1");
                              stop.request_stop();
                              return UntilCancelled(context);
                            }},
                            "never", {.stop = stop.get_token()});
  EXPECT_FALSE(ended.has_value());
  EXPECT_THAT(interruptions_, IsEmpty());
}

TEST_F(Following, IsNotTakenUpAgainWhenNobodyWantsThat) {
  go_on_ = false;
  EXPECT_FALSE(
      Follow({TellThenEnd("1", StatusWithReason(grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE"))},
             "never")
          .has_value());
  EXPECT_THAT(feed_->tokens(), ElementsAre(""));
}

}  // namespace
}  // namespace ipstore::orders::client
