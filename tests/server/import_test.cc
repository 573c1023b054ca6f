// The heart of an ImportOrders call, fed by hand: how much it takes in, and what it does when the
// committer has no room.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/services/order_import.h"
#include "server/services/tokens.h"
#include "server/write/committer.h"
#include "tests/support/databases.h"
#include "tests/support/faulty_store.h"
#include "tests/support/orders.h"
#include "tests/support/requests.h"

namespace ipstore::orders::test {
namespace {

// Remembers what the import asks for.
class StreamInTest final : public ImportStream {
 public:
  virtual ~StreamInTest() = default;

  void ReadNext() override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(std::exchange(read_wanted_, true)) << "one read at a time";
    EXPECT_FALSE(answered()) << "nothing is asked for after the answer";
    changed_.notify_all();
  }
  void WakeAfter(absl::Duration /*delay*/) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(std::exchange(wake_wanted_, true)) << "one alarm at a time";
    ++wakes_;
    changed_.notify_all();
  }
  void Reply(const v1::ImportOrdersResponse& response) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(answered());
    response_ = response;
    changed_.notify_all();
  }
  void Refuse(const Refusal& refusal) override {
    const std::lock_guard lock(mutex_);
    EXPECT_FALSE(answered());
    refusal_ = refusal;
    changed_.notify_all();
  }

  // Whether a read is wanted; if so, it is about to be served.
  bool TakeRead() {
    const std::lock_guard lock(mutex_);
    return std::exchange(read_wanted_, false);
  }
  bool WaitForRead() {
    std::unique_lock lock(mutex_);
    return Wait(lock, [this] { return read_wanted_; }) && std::exchange(read_wanted_, false);
  }
  bool WaitForWake() {
    std::unique_lock lock(mutex_);
    return Wait(lock, [this] { return wake_wanted_ || answered(); }) &&
           std::exchange(wake_wanted_, false);
  }
  v1::ImportOrdersResponse WaitForReply() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(Wait(lock, [this] { return answered(); }));
    EXPECT_TRUE(response_.has_value());
    return response_.value_or(v1::ImportOrdersResponse());
  }
  Refusal WaitForRefusal() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(Wait(lock, [this] { return answered(); }));
    EXPECT_TRUE(refusal_.has_value());
    return refusal_.value_or(Internal("none"));
  }
  int wakes() {
    const std::lock_guard lock(mutex_);
    return wakes_;
  }

 private:
  bool answered() const { return response_.has_value() || refusal_.has_value(); }
  template <typename Condition>
  bool Wait(std::unique_lock<std::mutex>& lock, Condition condition) {
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool read_wanted_ = false;
  bool wake_wanted_ = false;
  int wakes_ = 0;
  std::optional<v1::ImportOrdersResponse> response_;
  std::optional<Refusal> refusal_;
};

class ImportInTest : public testing::Test {
 protected:
  void TearDown() override {
    faults_.Heal();
    committer_.reset();
  }

  void Begin(CommitterOptions options = {},
             CallContext context = {.caller = Staff(), .flaws = {}}) {
    committer_ = std::make_unique<GroupCommitter>(faults_, std::move(options));
    import_ = std::make_shared<OrderImport>(Backend{.writes = committer_.get(),
                                                    .reads = nullptr,
                                                    .tokens = &tokens_,
                                                    .clock = [] { return absl::Now(); }},
                                            std::move(context), &stream_);
    import_->Start();
  }

  // So many entries with references that were not there before.
  v1::ImportOrdersRequest Message(int entries) {
    v1::ImportOrdersRequest request;
    for (int i = 0; i < entries; ++i) {
      ++entries_;
      *request.add_orders() = ImportedOrder(absl::StrCat("OLD-", entries_), entries_);
    }
    return request;
  }

  std::unique_ptr<TestDatabase> database_ = TestDatabase::Make(sql::Backend::kSqlite);
  std::unique_ptr<Store> store_ = database_->OpenStore();
  FaultyStore faults_{*store_};
  Tokens tokens_{store_->Secret()};
  StreamInTest stream_;
  std::unique_ptr<GroupCommitter> committer_;
  std::shared_ptr<OrderImport> import_;
  int entries_ = 0;
};

TEST_F(ImportInTest, TakesNothingInWhileTooMuchWaits) {
  faults_.Fail(Method::kBegin, Fault::kBlock);
  Begin();
  int messages = 0;
  while (stream_.TakeRead()) {
    ASSERT_LT(messages, 100) << "it never stops";
    import_->Take(Message(kMaxImportEntries), {});
    ++messages;
  }
  EXPECT_EQ(messages, 6) << "less than 512 entries waited when the sixth hundred was taken in";
  ASSERT_TRUE(faults_.WaitUntilBlocked());
  EXPECT_FALSE(stream_.TakeRead());
  faults_.Release();
  ASSERT_TRUE(stream_.WaitForRead()) << "and goes on once there is room";
  import_->End();
  const v1::ImportOrdersResponse response = stream_.WaitForReply();
  EXPECT_EQ(response.read(), 600);
  EXPECT_EQ(response.loaded(), 600);
}

TEST_F(ImportInTest, CountsBytesToo) {
  faults_.Fail(Method::kBegin, Fault::kBlock);
  Begin();
  int messages = 0;
  while (stream_.TakeRead()) {
    ASSERT_LT(messages, 100) << "it never stops";
    v1::ImportOrdersRequest request = Message(1);
    auto* past = request.mutable_orders(0)->mutable_past(0);
    past->set_text(std::string(10'000, 'x'));
    for (int i = 0; i < 100; ++i) *request.mutable_orders(0)->add_past() = *past;
    import_->Take(request, {});
    ++messages;
  }
  EXPECT_EQ(messages, 5) << "of a megabyte each";
  ASSERT_TRUE(faults_.WaitUntilBlocked());
  faults_.Release();
  ASSERT_TRUE(stream_.WaitForRead());
  import_->End();
  EXPECT_EQ(stream_.WaitForReply().loaded(), 5);
}

TEST_F(ImportInTest, TriesAgainWhatTheCommitterHasNoRoomFor) {
  faults_.Fail(Method::kBegin, Fault::kBlock);
  Begin({.max_batch = 8, .queue_capacity = 8});
  ASSERT_TRUE(stream_.TakeRead());
  import_->Take(Message(kMaxImportEntries), {});
  ASSERT_TRUE(faults_.WaitUntilBlocked());
  ASSERT_TRUE(stream_.TakeRead());
  import_->End();
  faults_.Release();
  while (stream_.WaitForWake()) import_->Wake();
  EXPECT_EQ(stream_.WaitForReply().loaded(), kMaxImportEntries);
  EXPECT_GT(stream_.wakes(), 0);
}

TEST_F(ImportInTest, ACallThatFailedIsAnsweredWithoutWaitingForWhatIsOnItsWay) {
  faults_.Fail(Method::kBegin, Fault::kBlock);
  Begin();
  ASSERT_TRUE(stream_.TakeRead());
  import_->Take(Message(3), {});
  ASSERT_TRUE(faults_.WaitUntilBlocked());
  import_->Fail(CancelledByCaller());
  EXPECT_EQ(stream_.WaitForRefusal(), CancelledByCaller());
  import_.reset();  // the units hold it
  faults_.Release();
}

TEST_F(ImportInTest, ALostDatabaseEndsTheCallAndNotEntryAfterEntry) {
  CommitterOptions options;
  options.outage_tolerance = absl::ZeroDuration();
  faults_.Fail(Method::kBegin, Fault::kLoseBeforeExecute, {.times = 1000});
  Begin(options);
  ASSERT_TRUE(stream_.TakeRead());
  import_->Take(Message(3), {});
  EXPECT_EQ(stream_.WaitForRefusal(), Unavailable());
}

TEST_F(ImportInTest, WhatTheDatabaseRefusesForGoodIsRefusedAlone) {
  faults_.PoisonWhere([](const Activity& activity) {
    return std::get<OrderImported>(activity.event).content.external_reference == "OLD-2";
  });
  Begin();
  ASSERT_TRUE(stream_.TakeRead());
  import_->Take(Message(3), {});
  ASSERT_TRUE(stream_.WaitForRead());
  import_->End();
  const v1::ImportOrdersResponse response = stream_.WaitForReply();
  EXPECT_EQ(response.loaded(), 2);
  ASSERT_EQ(response.refusals_size(), 1);
  EXPECT_EQ(response.refusals(0).line(), 2);
  EXPECT_EQ(response.refusals(0).reason(), "INTERNAL");
}

TEST_F(ImportInTest, ListsAThousandRefusalsAndCountsAll) {
  Begin();
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(stream_.WaitForRead());
    v1::ImportOrdersRequest request = Message(kMaxImportEntries);
    for (auto& entry : *request.mutable_orders()) entry.clear_create_time();
    import_->Take(request, {});
  }
  ASSERT_TRUE(stream_.WaitForRead());
  import_->End();
  const v1::ImportOrdersResponse response = stream_.WaitForReply();
  EXPECT_EQ(response.refused(), 1200);
  EXPECT_EQ(response.read(), 1200);
  EXPECT_EQ(response.refusals_size(), kMaxListedRefusals);
}

}  // namespace
}  // namespace ipstore::orders::test
