// Many clients change the same orders at the same moment, with stale and fresh etags and with
// requests that come twice; beneath, deadlocks are injected and answers to COMMIT get lost.
// Afterwards nothing was done twice, nothing was lost, and the log replays to what is stored. On
// every database, and with several servers on one.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/evolve.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

constexpr int kClients = 64;
constexpr int kOrders = 100;

struct Setting {
  sql::Backend backend;
  int servers;
};

// What the clients were told of the calls on one order.
struct Told {
  std::atomic<std::int64_t> activities{
      1};  // made, as far as answers tell; the first by CreateOrder
  std::atomic<int> starts{0};
  std::atomic<int> cancels{0};
};

class Race : public testing::TestWithParam<Setting> {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Make(GetParam().backend);
    if (database_ == nullptr) GTEST_SKIP() << WhyMissing(GetParam().backend);
    for (int i = 0; i < GetParam().servers; ++i)
      servers_.push_back(std::make_unique<ServerInTest>(*database_));
    for (int i = 0; i < kOrders; ++i) {
      placed_.push_back(Place(servers_[0]->Service(), CourierOrder(absl::StrCat("WEB-", i))));
    }
  }

  // Every so often the store fails in a way that must not show.
  void InjectFaults() {
    for (const auto& server : servers_) {
      for (int n = 0; n < 12; ++n) {
        server->faults().Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer,
                              {.call = 10 + 23 * n});
        server->faults().Fail(Method::kAppendActivities, Fault::kDeadlock, {.call = 5 + 19 * n});
        server->faults().Fail(Method::kLoad, Fault::kLoseBeforeExecute, {.call = 14 + 31 * n});
      }
    }
  }

  // One of the 64: goes over all orders in an order of its own and does something to each, every
  // request twice.
  void RunClient(int number) {
    const std::string& address =
        servers_[static_cast<std::size_t>(number) % servers_.size()]->address();
    const Client client(address,
                        Caller{{Role::kStaff, absl::StrCat("client-", number)}, std::nullopt});
    std::minstd_rand random(static_cast<unsigned>(number));
    std::array<int, kOrders> turns{};
    for (int i = 0; i < kOrders; ++i) turns[static_cast<std::size_t>(i)] = i;
    std::shuffle(turns.begin(), turns.end(), random);
    for (int turn : turns) Change(client, number, turn, static_cast<int>(random() % 6));
  }

  void Change(const Client& client, int number, int turn, int what) {
    const v1::Order& order = placed_[static_cast<std::size_t>(turn)];
    Told& told = told_[static_cast<std::size_t>(turn)];
    const std::string request_id = absl::StrCat("r", number, "-", turn);
    switch (what) {
      case 0: {  // with the etag of the beginning, which is soon stale
        v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
        step.set_etag(order.etag());
        return Twice(client, step, request_id, told, told.starts);
      }
      case 1: {  // with a comment in the same unit
        v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
        step.mutable_comment()->set_text("Ξεκινάμε!");
        return Twice(client, step, request_id, told, told.starts);
      }
      case 2: {  // with a fresh etag, which another may outrun
        v1::RecordCheckRequest check = Checking(order, v1::CHECK_KIND_PAYMENT);
        check.set_etag(client.Must(Getting(order)).etag());
        return Twice(client, check, request_id, told, ignored_);
      }
      case 3:
        return Twice(client, Checking(order, v1::CHECK_KIND_DETAILS), request_id, told, ignored_);
      case 4: {
        const auto comment =
            Commenting(order, absl::StrCat("από ", number), v1::VISIBILITY_INTERNAL);
        return Twice(client, comment, request_id, told, ignored_);
      }
      default:
        // Few cancel, or nothing would be left to race for.
        if (number % 16 != 0)
          return Twice(client, Commenting(order, "!"), request_id, told, ignored_);
        return Twice(client, Stepping(order, v1::ORDER_ACTION_CANCEL), request_id, told,
                     told.cancels);
    }
  }

  static int ActivitiesIn(const v1::CreateCommentResponse& /*response*/) { return 1; }
  static int ActivitiesIn(const auto& response) { return response.activities_size(); }

  // Both calls are under way at the same time half of the time.
  template <typename Request>
  void Twice(const Client& client, Request request, const std::string& request_id, Told& told,
             std::atomic<int>& successes) {
    request.set_request_id(request_id);
    std::array<Reply<typename AnswerTo<Request>::Type>, 2> replies;
    if (request_id.size() % 2 == 0) {
      std::thread second([&] { replies[1] = client.Call(request); });
      replies[0] = client.Call(request);
      second.join();
    } else {
      for (auto& reply : replies) reply = client.Call(request);
    }
    int made = 0;
    for (const auto& reply : replies) {
      if (!reply.ok()) {
        EXPECT_THAT(reply.status.Reason(),
                    testing::AnyOf("ACTION_NOT_OPEN", "COMMAND_NOT_OPEN", "ETAG_MISMATCH"))
            << testing::PrintToString(reply.status);
      } else if (!reply.value.replayed()) {
        ++made;
        told.activities += ActivitiesIn(reply.value);
      }
    }
    EXPECT_LE(made, 1) << "one request was carried out twice";
    successes += made;
  }

  std::vector<Activity> LogOf(Reader& reader, Number number) {
    auto log =
        reader.ListActivities({.subject = number, .include_internal = true, .limit = 1'000'000});
    EXPECT_TRUE(log.ok()) << log.status();
    return log.ok() ? *std::move(log) : std::vector<Activity>();
  }

  void ExpectReplaysToWhatIsStored(Reader& reader, const std::vector<Activity>& log) {
    const absl::StatusOr<Order> replayed = ReplayOrder(log);
    ASSERT_TRUE(replayed.ok()) << replayed.status();
    const auto stored = reader.GetSubjects(std::array{log.front().subject});
    ASSERT_TRUE(stored.ok() && stored->size() == 1) << stored.status();
    EXPECT_EQ(SubjectState(*replayed), *stored->front()) << log.front().subject.ToString();
  }

  std::unique_ptr<TestDatabase> database_;
  std::vector<std::unique_ptr<ServerInTest>> servers_;
  std::vector<v1::Order> placed_;
  std::array<Told, kOrders> told_;
  std::atomic<int> ignored_{0};
};

int MovesBy(const std::vector<Activity>& log, OrderAction action) {
  return static_cast<int>(std::ranges::count_if(log, [&](const Activity& activity) {
    const auto* moved = std::get_if<OrderMoved>(&activity.event);
    return moved != nullptr && moved->action == action;
  }));
}

TEST_P(Race, LeavesLogsThatReplayToTheStoredOrdersWithoutGapsAndNothingDoneTwice) {
  InjectFaults();
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back([this, i] { RunClient(i); });
  for (std::thread& client : clients) client.join();
  for (const auto& server : servers_) server->faults().Heal();

  const std::int64_t position = servers_[0]->Position();
  servers_.clear();  // SQLite's file is open once at a time
  const std::unique_ptr<Store> store = database_->OpenStore({.cache_bytes = 0});
  auto reader = store->OpenReader();
  ASSERT_TRUE(reader.ok()) << reader.status();
  std::vector<std::int64_t> positions;
  for (int i = 0; i < kOrders; ++i) {
    const v1::Order& order = placed_[static_cast<std::size_t>(i)];
    const Told& told = told_[static_cast<std::size_t>(i)];
    const std::vector<Activity> log = LogOf(**reader, *Number::Parse(order.number()));
    ASSERT_FALSE(log.empty());
    for (const Activity& activity : log) positions.push_back(activity.position);
    ExpectReplaysToWhatIsStored(**reader, log);
    EXPECT_EQ(static_cast<std::int64_t>(log.size()), told.activities)
        << "what clients were told is not what there is";
    EXPECT_LE(told.starts, 1);
    EXPECT_EQ(MovesBy(log, OrderAction::kStartProcessing), told.starts);
    EXPECT_EQ(MovesBy(log, OrderAction::kCancel), told.cancels);
    EXPECT_GE(told.starts + told.cancels, 1);
  }

  std::ranges::sort(positions);
  ASSERT_EQ(static_cast<std::int64_t>(positions.size()), position);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    ASSERT_EQ(positions[i], static_cast<std::int64_t>(i) + 1) << "a gap in the feed";
  }
}

INSTANTIATE_TEST_SUITE_P(
    Databases, Race,
    testing::Values(Setting{sql::Backend::kSqlite, 1}, Setting{sql::Backend::kMariaDb, 1},
                    Setting{sql::Backend::kMariaDb, 2}, Setting{sql::Backend::kMySql, 1},
                    Setting{sql::Backend::kMySql, 2}),
    [](const auto& test) {
      return absl::StrCat(sql::Name(test.param.backend), "_with_", test.param.servers, "_servers");
    });

void PrintTo(const Setting& setting, std::ostream* out) {
  *out << std::string(sql::Name(setting.backend)) << " with " << setting.servers << " servers";
}

}  // namespace
}  // namespace ipstore::orders::test
