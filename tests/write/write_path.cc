#include "tests/write/write_path.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "domain/decide.h"
#include "domain/evolve.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

std::array<std::uint8_t, 16> HashOf(const std::vector<std::string>& parts) {
  const std::uint64_t halves[2] = {absl::HashOf(1, parts), absl::HashOf(2, parts)};
  std::array<std::uint8_t, 16> hash{};
  std::memcpy(hash.data(), halves, sizeof(halves));
  return hash;
}

Unit WithRequest(Unit unit, std::optional<Request> request) {
  const Request asked = request.has_value() ? *std::move(request) : Request{.id = NewRequestId()};
  unit.request_id = asked.id;
  unit.request_key = KeyOf(asked);
  unit.content_hash = ContentOf(asked);
  return unit;
}

template <typename T>
T OrFail(absl::StatusOr<T> result) {
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? *std::move(result) : T();
}

std::vector<Number> AllNumbers(const TestDatabase& database) {
  const std::unique_ptr<sql::Session> session = database.Connect(sql::Purpose::kRead);
  const sql::Rows rows = OrFail(session->Query("SELECT number FROM subjects ORDER BY number", {},
                                               {sql::ValueType::kInteger}));
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    numbers.push_back(Number::FromStored(rows.Integer(i, 0)));
  }
  return numbers;
}

}  // namespace

absl::AnyInvocable<void(Outcome) &&> Answer::Done() {
  return [state = state_](Outcome outcome) {
    const std::lock_guard lock(state->mutex);
    ++state->times;
    if (!state->outcome.has_value()) state->outcome = std::move(outcome);
    state->answered.notify_all();
  };
}

Outcome Answer::Wait() const {
  std::unique_lock lock(state_->mutex);
  if (!state_->answered.wait_for(lock, kPatience, [&] { return state_->outcome.has_value(); })) {
    ADD_FAILURE() << "a unit was not answered";
    return Internal("no answer");
  }
  return *state_->outcome;
}

Applied Answer::WaitApplied() const {
  Outcome outcome = Wait();
  if (auto* applied = std::get_if<Applied>(&outcome)) return *std::move(applied);
  ADD_FAILURE() << "refused: " << Name(std::get<Refusal>(outcome).reason);
  return Applied{.subject = std::make_shared<const SubjectState>()};
}

Refusal Answer::WaitRefusal() const {
  Outcome outcome = Wait();
  if (auto* refusal = std::get_if<Refusal>(&outcome)) return *std::move(refusal);
  ADD_FAILURE() << "applied, and should have been refused";
  return Internal("not refused");
}

int Answer::times() const {
  const std::lock_guard lock(state_->mutex);
  return state_->times;
}

RequestKey KeyOf(const Request& request) {
  return HashOf({request.id});
}

ContentHash ContentOf(const Request& request) {
  const ContentHash target = HashOf({request.method});
  ContentHash hash = HashOf({request.actor, request.content});
  std::copy_n(target.begin(), kTargetHashBytes, hash.begin());
  return hash;
}

std::string NewRequestId() {
  static std::atomic<int> next = 0;
  return absl::StrCat("request-", ++next);
}

Unit Creating(std::string reference, std::optional<Request> request) {
  const CreateOrder command = Placing(CourierContent(), reference);
  Unit unit;
  unit.external_key =
      ExternalKey{.source = command.content.source, .reference = std::move(reference)};
  unit.decide = [command](const UnitContext& context) -> Decision {
    const OrderContent& content = command.content;
    if (context.external_key_taken)
      return ExternalReferenceExists(content.source, content.external_reference);
    return Decide(context.new_number, command, EshopService(), context.now);
  };
  return WithRequest(std::move(unit), std::move(request));
}

Unit Bringing(std::string reference, std::optional<Number> number, std::optional<Request> request) {
  const ImportOrder command = Importing(reference);
  Unit unit;
  unit.external_key = ExternalKey{.source = command.order.content.source,
                                  .reference = command.order.content.external_reference};
  unit.given_number = number;
  unit.decide = [command](const UnitContext& context) -> Decision {
    const OrderContent& content = command.order.content;
    if (context.external_key_taken)
      return ExternalReferenceExists(content.source, content.external_reference);
    if (context.number_taken) return NumberTaken(context.new_number.ToString());
    return Decide(context.new_number, command, EshopService(), context.now);
  };
  return WithRequest(std::move(unit), std::move(request));
}

Unit Changing(Number order, OrderCommand command, std::optional<Request> request) {
  Unit unit;
  unit.subject = order;
  unit.decide = [order, command = std::move(command)](const UnitContext& context) -> Decision {
    const Order* state = AsOrder(context.subject);
    if (state == nullptr) return OrderNotFound(order.ToString());
    return Decide(*state, command, Staff(), context.now);
  };
  return WithRequest(std::move(unit), std::move(request));
}

Unit RedactionOf(Number order, Redact command, std::optional<Request> request) {
  Unit unit = Changing(order, AddComment{}, std::move(request));
  unit.decide = [order, command = std::move(command)](const UnitContext& context) -> Decision {
    const Order* state = AsOrder(context.subject);
    if (state == nullptr) return OrderNotFound(order.ToString());
    return Decide(*state, command, Redactor(), context.now);
  };
  return unit;
}

Unit Commenting(Number order, std::string text, std::optional<Request> request) {
  return Changing(order, AddComment{.comment = {.text = std::move(text)}}, std::move(request));
}

Unit Counting(Unit unit, std::shared_ptr<std::atomic<int>> runs) {
  unit.decide = [decide = std::move(unit.decide), runs](const UnitContext& context) {
    ++*runs;
    return decide(context);
  };
  return unit;
}

WriteServer::WriteServer(std::unique_ptr<Store> store, CommitterOptions options)
    : real_(std::move(store)), faulty_(std::make_unique<FaultyStore>(*real_)) {
  Start(std::move(options));
}

WriteServer::~WriteServer() {
  End();
  ExpectEachAnsweredOnce();
}

void WriteServer::Start(CommitterOptions options) {
  options.on_committed = [this, then = options.on_committed](std::int64_t first,
                                                             std::size_t count) {
    {
      const std::lock_guard lock(mutex_);
      announced_.emplace_back(first, count);
    }
    if (then) then(first, count);
  };
  options.on_trouble = [this](absl::string_view) {
    const std::lock_guard lock(mutex_);
    ++troubles_;
  };
  committer_ = std::make_unique<GroupCommitter>(*faulty_, std::move(options));
}

void WriteServer::Restart(CommitterOptions options) {
  committer_.reset();
  Start(std::move(options));
}

void WriteServer::End() {
  if (faulty_ != nullptr) faulty_->Release();
  committer_.reset();
  faulty_.reset();  // completes the commits that were put off
}

Answer WriteServer::Submit(Unit unit) {
  Answer answer;
  unit.done = answer.Done();
  {
    const std::lock_guard lock(mutex_);
    answers_.push_back(answer);
  }
  committer_->Submit(std::move(unit));
  return answer;
}

Number WriteServer::Place(std::string reference) {
  return Submit(Creating(std::move(reference))).WaitApplied().order().subject.number;
}

std::vector<std::pair<std::int64_t, std::size_t>> WriteServer::Announced() const {
  const std::lock_guard lock(mutex_);
  return announced_;
}

int WriteServer::Troubles() const {
  const std::lock_guard lock(mutex_);
  return troubles_;
}

void WriteServer::ExpectEachAnsweredOnce() const {
  const std::lock_guard lock(mutex_);
  for (const Answer& answer : answers_) EXPECT_EQ(answer.times(), 1);
}

Stored ReadAll(const TestDatabase& database, Store& store) {
  const std::unique_ptr<Reader> reader = OrFail(store.OpenReader());
  const std::vector<Number> numbers = AllNumbers(database);
  Stored stored;
  stored.orders = OrdersIn(OrFail(reader->GetSubjects(numbers)));
  EXPECT_EQ(stored.orders.size(), numbers.size());
  for (const Order& order : stored.orders) {
    stored.logs.push_back(OrFail(reader->ListActivities(
        {.subject = order.subject.number, .include_internal = true, .limit = 1'000'000})));
  }
  return stored;
}

void ExpectSound(const TestDatabase& database, Store& store) {
  const Stored stored = ReadAll(database, store);
  std::vector<std::int64_t> positions;
  for (std::size_t i = 0; i < stored.orders.size(); ++i) {
    const absl::StatusOr<Order> replayed = ReplayOrder(stored.logs[i]);
    ASSERT_TRUE(replayed.ok()) << replayed.status();
    EXPECT_EQ(*replayed, stored.orders[i]) << stored.orders[i].subject.number.ToString();
    for (const Activity& activity : stored.logs[i]) positions.push_back(activity.position);
  }
  std::ranges::sort(positions);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    ASSERT_EQ(positions[i], static_cast<std::int64_t>(i + 1))
        << "positions have a gap or a duplicate";
  }
  EXPECT_EQ(OrFail(store.ReadFeedHead()).position, static_cast<std::int64_t>(positions.size()));
}

void WritePath::SetUp() {
  database_ = TestDatabase::Make(backend_);
  if (database_ == nullptr) GTEST_SKIP() << WhyMissing(backend_);
  options.committers = 1;
  options.first_backoff = absl::Microseconds(100);
  options.last_backoff = absl::Milliseconds(5);
}

void WritePath::TearDown() {
  if (server_ == nullptr) return;
  server_.reset();
  const std::unique_ptr<Store> store = database_->OpenStore();
  ExpectSound(*database_, *store);
}

WriteServer& WritePath::server() {
  if (server_ == nullptr) server_ = NewServer();
  return *server_;
}

std::unique_ptr<WriteServer> WritePath::NewServer() {
  return std::make_unique<WriteServer>(database_->OpenStore(open_options), options);
}

Order WritePath::Read(Number number) {
  const std::unique_ptr<Reader> reader = OrFail(server().store().OpenReader());
  std::vector<Order> orders = OrdersIn(OrFail(reader->GetSubjects({number})));
  EXPECT_EQ(orders.size(), 1U) << number.ToString();
  return orders.empty() ? Order() : std::move(orders.front());
}

std::vector<Activity> WritePath::Log(Number number) {
  const std::unique_ptr<Reader> reader = OrFail(server().store().OpenReader());
  return OrFail(
      reader->ListActivities({.subject = number, .include_internal = true, .limit = 1'000'000}));
}

Answer WritePath::KeepBusy() {
  store().Fail(Method::kBegin, Fault::kBlock);
  Answer answer = Submit(Creating(absl::StrCat("BUSY-", NewRequestId())));
  EXPECT_TRUE(store().WaitUntilBlocked());
  return answer;
}

std::string BackendTitle(const testing::TestParamInfo<sql::Backend>& info) {
  switch (info.param) {
    case sql::Backend::kSqlite:
      return "SQLite";
    case sql::Backend::kMariaDb:
      return "MariaDb";
    case sql::Backend::kMySql:
      return "MySql";
  }
  return "";
}

}  // namespace ipstore::orders::test
