// Twenty watchers are killed and resumed at random while many write, as fast as they can, through
// two servers of one database. Each must be told of every activity of its scope, in order, and of
// no other. The checker that says so is shown a reader that has the bug of well-known services: it
// follows an AUTO_INCREMENT id, which is not given out in the order of commits.
//
// IPSTORE_FEED_RACE_SECONDS says for how long they write.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "server/services/encode.h"
#include "server/services/tokens.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

constexpr int kWriters = 16;
constexpr int kOrders = 40;
constexpr int kWatchers = 20;
constexpr absl::Duration kPatience = absl::Seconds(60);

absl::Duration WritingTime() {
  const char* given = std::getenv("IPSTORE_FEED_RACE_SECONDS");
  int seconds = 4;
  if (given != nullptr && !absl::SimpleAtoi(given, &seconds))
    ADD_FAILURE() << "IPSTORE_FEED_RACE_SECONDS is no number: " << given;
  return absl::Seconds(seconds);
}

// The checker: in what `told` differs from what there was to tell of. Empty when in nothing.
std::string Difference(const std::vector<std::string>& expected,
                       const std::vector<std::string>& told) {
  const std::set<std::string> known(told.begin(), told.end());
  std::vector<std::string> missing;
  for (const std::string& name : expected) {
    if (!known.contains(name)) missing.push_back(name);
  }
  if (!missing.empty()) {
    return absl::StrCat(missing.size(), " of ", expected.size(), " are missing, the first ",
                        missing.front());
  }
  if (told.size() > expected.size())
    return absl::StrCat(told.size() - expected.size(), " are none of its scope");
  const auto [there, here] = std::ranges::mismatch(expected, told);
  return here == told.end() ? "" : absl::StrCat("out of order from ", *here);
}

// What somebody watches, and what of the log that is.
struct Watched {
  Caller caller;
  std::string parent;
  std::function<bool(const Activity&)> holds;
};

// Watches through one server after the other: each stream is killed after a few messages, and the
// next one resumes after its last message or after the one before.
class RandomWatcher {
 public:
  RandomWatcher(Watched watched, std::vector<std::shared_ptr<grpc::Channel>> servers, unsigned seed)
      : watched_(std::move(watched)), servers_(std::move(servers)), random_(seed) {
    std::string token;
    Watch(token, 1);  // so that it watches from here on
    token_ = token;
    thread_ = std::thread([this] { Run(); });
  }
  ~RandomWatcher() { Stop(); }

  RandomWatcher(const RandomWatcher&) = delete;
  RandomWatcher& operator=(const RandomWatcher&) = delete;

  const Watched& watched() const { return watched_; }

  // Until it has been told of so many, or no more have come for a while.
  void WaitFor(std::size_t count) const {
    absl::Time changed_at = absl::Now();
    std::size_t last = 0;
    while (true) {
      const std::size_t now = told().size();
      if (now >= count || absl::Now() - changed_at > kPatience) return;
      if (std::exchange(last, now) != now) changed_at = absl::Now();
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    if (thread_.joinable()) thread_.join();
  }

  std::vector<std::string> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  int streams() const {
    const std::lock_guard lock(mutex_);
    return streams_;
  }

 private:
  void Run() {
    while (!IsStopping()) {
      const std::string before = token_;
      std::string token = token_;
      Watch(token, 1 + static_cast<int>(random_() % 30));
      // Sometimes what came last was not kept.
      token_ = random_() % 3 == 0 ? before : token;
    }
  }

  // One stream, from `token` on, killed after so many messages. `token` is then that of the last.
  void Watch(std::string& token, int messages) {
    grpc::ClientContext context;
    if (!Announce(&context)) return;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(2)));
    for (const auto& [name, value] : HeadersOf(watched_.caller)) context.AddMetadata(name, value);
    v1::WatchActivitiesRequest request;
    request.set_parent(watched_.parent);
    request.set_resume_token(token);
    const auto stub = v1::ActivityService::NewStub(servers_[random_() % servers_.size()]);
    const auto stream = stub->WatchActivities(&context, request);
    v1::WatchActivitiesResponse response;
    for (int i = 0; i < messages && stream->Read(&response); ++i) {
      Take(response);
      token = response.resume_token();
    }
    context.TryCancel();
    const grpc::Status ended = stream->Finish();
    Announce(nullptr);
    EXPECT_TRUE(ended.error_code() == grpc::StatusCode::CANCELLED ||
                ended.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
        << ended.error_message();
  }

  bool IsStopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  // The stream that Stop() is to cancel; false when it was called already.
  bool Announce(grpc::ClientContext* context) {
    const std::lock_guard lock(mutex_);
    context_ = context;
    if (context != nullptr) ++streams_;
    return !stopping_;
  }

  void Take(const v1::WatchActivitiesResponse& response) {
    const std::lock_guard lock(mutex_);
    for (const v1::Activity& activity : response.activities()) {
      if (known_.insert(activity.name()).second) told_.push_back(activity.name());
    }
  }

  const Watched watched_;
  const std::vector<std::shared_ptr<grpc::Channel>> servers_;
  std::minstd_rand random_;
  std::string token_;
  mutable std::mutex mutex_;  // guards the next five
  int streams_ = 0;
  bool stopping_ = false;
  grpc::ClientContext* context_ = nullptr;
  std::vector<std::string> told_;
  std::set<std::string> known_;
  std::thread thread_;  // last: it uses all above
};

class FeedRace : public testing::TestWithParam<sql::Backend> {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Make(GetParam());
    if (database_ == nullptr) GTEST_SKIP() << WhyMissing(GetParam());
    for (int i = 0; i < 2; ++i) servers_.push_back(std::make_unique<ServerInTest>(*database_));
    for (int i = 0; i < kOrders; ++i) {
      const std::string reference = absl::StrCat("WEB-", i);
      orders_.push_back(Place(servers_[0]->Service(),
                              i % 2 == 0 ? CourierOrder(reference) : PickupOrder(reference)));
    }
  }

  // Writes through both servers until `done` says so.
  void WriteUntil(const std::function<bool()>& done) {
    std::atomic<bool> stopping = false;
    std::vector<std::thread> writers;
    for (int i = 0; i < kWriters; ++i)
      writers.emplace_back([this, i, &stopping] { Write(i, stopping); });
    while (!done()) absl::SleepFor(absl::Milliseconds(1));
    stopping = true;
    for (std::thread& writer : writers) writer.join();
  }

  void Write(int number, const std::atomic<bool>& stopping) {
    const Client client(servers_[static_cast<std::size_t>(number) % servers_.size()]->address(),
                        Staff());
    std::minstd_rand random(static_cast<unsigned>(number));
    while (!stopping) {
      const v1::Order& order = orders_[random() % orders_.size()];
      if (random() % 3 == 0) {
        client.Must(Checking(order, v1::CHECK_KIND_PAYMENT));
      } else {
        client.Must(Commenting(
            order, "!", random() % 2 == 0 ? v1::VISIBILITY_PUBLIC : v1::VISIBILITY_INTERNAL));
      }
    }
  }

  Watched Everything() const {
    return {Staff(), "orders/-", [](const Activity&) { return true; }};
  }
  Watched OneOrder(int which, const Caller& caller) const {
    const v1::Order& order = orders_[static_cast<std::size_t>(which)];
    const Number number = *Number::Parse(order.number());
    return {caller, order.name(),
            [number, customer = caller.IsCustomer()](const Activity& activity) {
              return activity.subject == number &&
                     (!customer || activity.visibility == Visibility::kPublic);
            }};
  }
  Watched MariasOwn() const {
    return {CustomerCaller(kMariaId), absl::StrCat("customers/", kMariaId),
            [](const Activity& activity) {
              return activity.customer_id == kMariaId && activity.visibility == Visibility::kPublic;
            }};
  }
  Watched WatchedBy(int number) const {
    switch (number % 4) {
      case 0:
        return Everything();
      case 1:
        return OneOrder(number % kOrders, Staff());
      case 2:
        return MariasOwn();
      default:
        return OneOrder(0, CustomerCaller(kMariaId));
    }
  }

  // All activities after that position, in the order of the feed.
  std::vector<Activity> LogAfter(std::int64_t position) {
    std::vector<Activity> log;
    auto reader = servers_[0]->store().OpenReader();
    EXPECT_TRUE(reader.ok()) << reader.status();
    while (true) {
      absl::StatusOr<FeedPage> page = (*reader)->ReadFeed({.after = position, .limit = 1000});
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok() || page->activities.empty()) return log;
      for (FeedActivity& entry : page->activities) log.push_back(std::move(entry.activity));
      position = log.back().position;
    }
  }

  std::unique_ptr<TestDatabase> database_;
  std::vector<std::unique_ptr<ServerInTest>> servers_;
  std::vector<v1::Order> orders_;
};

TEST_P(FeedRace, EveryWatcherIsToldOfEverythingOfItsScopeInOrder) {
  const std::int64_t begin = servers_[0]->Position();
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (const auto& server : servers_) channels.push_back(ConnectTo(server->address()));
  std::vector<std::unique_ptr<RandomWatcher>> watchers;
  for (int i = 0; i < kWatchers; ++i) {
    watchers.push_back(
        std::make_unique<RandomWatcher>(WatchedBy(i), channels, static_cast<unsigned>(i)));
  }
  const absl::Time end = absl::Now() + WritingTime();
  WriteUntil([end] { return absl::Now() >= end; });

  const std::vector<Activity> log = LogAfter(begin);
  EXPECT_GT(log.size(), 100U);
  const Tokens tokens(servers_[0]->store().Secret());
  int streams = 0;
  for (const auto& watcher : watchers) {
    std::vector<std::string> expected;
    for (const Activity& activity : log) {
      if (watcher->watched().holds(activity)) {
        expected.push_back(
            ActivityName(tokens, activity.subject_kind, activity.subject, activity.seq));
      }
    }
    watcher->WaitFor(expected.size());
    watcher->Stop();
    EXPECT_EQ(Difference(expected, watcher->told()), "") << watcher->watched().parent;
    streams += watcher->streams();
  }
  EXPECT_GT(streams, 2 * kWatchers) << "they are to be killed and resumed";
  RecordProperty("activities", static_cast<int>(log.size()));
  RecordProperty("streams", streams);
  std::cout << log.size() << " activities, " << streams << " streams\n";
}

// The rows of `by_id` are numbered when a subject is written, which is before the head of the feed
// is taken: so two transactions may commit them in the other order.
TEST_P(FeedRace, TheCheckerFindsWhatAReaderOfTheGreatestIdMisses) {
  database_->Execute("CREATE TABLE by_id (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY)");
  database_->Execute(
      "CREATE TRIGGER number_by_id AFTER UPDATE ON subjects FOR EACH ROW"
      " INSERT INTO by_id VALUES (NULL)");
  const std::unique_ptr<sql::Session> session = database_->Connect(sql::Purpose::kRead);
  const auto ids = [&](const std::string& where) {
    const sql::Rows rows =
        session
            ->Query(absl::StrCat("SELECT id FROM by_id WHERE ", where, " ORDER BY id"), {},
                    {sql::ValueType::kInteger})
            .value();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < rows.size(); ++i) names.push_back(absl::StrCat(rows.Integer(i, 0)));
    return names;
  };
  std::vector<std::string> told;
  std::string difference;
  const absl::Time end = absl::Now() + kPatience;
  WriteUntil([&] {
    const std::string greatest = told.empty() ? "0" : told.back();
    for (std::string& name : ids(absl::StrCat("id > ", greatest))) told.push_back(std::move(name));
    if (!told.empty()) difference = Difference(ids(absl::StrCat("id <= ", told.back())), told);
    return !difference.empty() || absl::Now() >= end;
  });
  EXPECT_THAT(difference, testing::HasSubstr("missing"));
}

INSTANTIATE_TEST_SUITE_P(Databases, FeedRace,
                         testing::Values(sql::Backend::kMariaDb, sql::Backend::kMySql),
                         [](const auto& test) { return std::string(sql::Name(test.param)); });

}  // namespace
}  // namespace ipstore::orders::test
