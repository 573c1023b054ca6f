#include "tests/storage/conformance.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "domain/evolve.h"

namespace ipstore::orders::test {
namespace {

Change OneMore(const Order& before, Event event, Visibility visibility) {
  Activity activity;
  activity.subject = before.subject.number;
  activity.seq = before.subject.last_seq + 1;
  activity.customer_id = before.subject.customer_id;
  activity.visibility = visibility;
  activity.actor = Staff().actor;
  activity.occurred_at = before.subject.last_activity_at + absl::Minutes(1);
  activity.recorded_at = activity.occurred_at;
  activity.event = std::move(event);
  Change change{
      .before = before, .after = before, .activities = {activity}, .request_key = NewRequestKey()};
  Evolve(change.after, activity);
  return change;
}

}  // namespace

RequestKey NewRequestKey() {
  static std::atomic<std::uint64_t> next{std::random_device{}()};
  const std::uint64_t value = next++;
  RequestKey key{};
  std::memcpy(key.data(), &value, sizeof(value));
  key.back() = 0xff;  // not UTF-8
  return key;
}

std::vector<Change> StepsOf(absl::Span<const Activity> log) {
  std::vector<Change> steps;
  for (const Activity& activity : log) {
    Change step{.activities = {activity}, .request_key = NewRequestKey()};
    if (steps.empty()) {
      step.after = BeginOrder(activity);
    } else {
      step.before = steps.back().after;
      step.after = steps.back().after;
      Evolve(step.after, activity);
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Change CreationOf(const OrderInTest& order) {
  return {.after = order.order(), .activities = order.log(), .request_key = NewRequestKey()};
}

Change StartProcessing(const Order& before) {
  return OneMore(before,
                 OrderMoved{.action = OrderAction::kStartProcessing,
                            .from = OrderStatus::kAwaitingProcessing,
                            .to = OrderStatus::kProcessing},
                 Visibility::kPublic);
}

Change Comment(const Order& before, std::string text, Visibility visibility) {
  return OneMore(before, CommentAdded{.text = std::move(text)}, visibility);
}

OrderInTest PlacedOrder(std::int64_t serial, OrderContent content) {
  content.external_reference = absl::StrCat("WEB-", serial);
  return OrderInTest(std::move(content), serial);
}

LoadRequest RequestFor(absl::Span<const Change> changes) {
  LoadRequest request;
  for (const Change& change : changes) {
    request.request_keys.push_back(change.request_key);
    if (change.before.has_value()) {
      request.subjects.push_back(change.before->subject.number);
    } else {
      request.external_keys.push_back(
          {change.after.content.source, change.after.content.external_reference});
    }
  }
  std::sort(request.subjects.begin(), request.subjects.end());
  return request;
}

absl::Status WriteRows(WriteSession& session, absl::Span<const Change> changes) {
  std::deque<SubjectState> befores;  // what the writes point to does not move
  std::vector<SubjectWrite> writes;
  for (const Change& change : changes) {
    const SubjectState* before =
        change.before.has_value() ? &befores.emplace_back(*change.before) : nullptr;
    writes.push_back(
        {.before = before, .after = std::make_shared<const SubjectState>(change.after)});
  }
  return session.WriteSubjects(writes);
}

absl::Status Append(WriteSession& session, std::vector<Change>& changes) {
  std::vector<ActivityWrite> writes;
  for (Change& change : changes) {
    for (Activity& activity : change.activities) {
      const bool first = &activity == &change.activities.front();
      writes.push_back(
          {.activity = &activity,
           .unit_size = first ? static_cast<std::int32_t>(change.activities.size()) : 0,
           .request_key = change.request_key,
           .content_hash = change.content_hash});
    }
  }
  return session.AppendActivities(writes).status();
}

absl::Status Write(WriteSession& session, std::vector<Change>& changes) {
  absl::Status status = session.Begin();
  if (status.ok()) status = session.Load(RequestFor(changes)).status();
  if (status.ok()) status = WriteRows(session, changes);
  if (status.ok()) status = Append(session, changes);
  if (status.ok()) status = session.Commit();
  if (!status.ok()) session.Rollback().IgnoreError();
  return status;
}

absl::Status Write(WriteSession& session, Change change) {
  std::vector<Change> changes = {std::move(change)};
  return Write(session, changes);
}

absl::StatusOr<Order> ReadOrder(Reader& reader, Number number) {
  absl::StatusOr<std::vector<SubjectPointer>> found = reader.GetSubjects({number});
  if (!found.ok()) return found.status();
  if (found->empty()) return absl::NotFoundError(number.ToString());
  return std::get<Order>(*found->front());
}

absl::StatusOr<std::vector<Activity>> ReadLog(Reader& reader, Number number) {
  return reader.ListActivities({.subject = number, .include_internal = true, .limit = 1'000'000});
}

void StoreConformance::SetUp() {
  database_ = TestDatabase::Make(GetParam());
  if (database_ == nullptr) GTEST_SKIP() << WhyMissing(GetParam());
}

Store& StoreConformance::store() {
  if (store_ == nullptr) store_ = database_->OpenStore({.cache_bytes = cache_bytes()});
  return *store_;
}

std::unique_ptr<WriteSession> StoreConformance::OpenWriter() {
  absl::StatusOr<std::unique_ptr<WriteSession>> session = store().OpenWriteSession();
  EXPECT_THAT(session.status(), IsOk());
  return session.ok() ? *std::move(session) : nullptr;
}

std::unique_ptr<Reader> StoreConformance::OpenReader() {
  absl::StatusOr<std::unique_ptr<Reader>> reader = store().OpenReader();
  EXPECT_THAT(reader.status(), IsOk());
  return reader.ok() ? *std::move(reader) : nullptr;
}

void StoreConformance::MustWrite(Change change) {
  ASSERT_THAT(Write(*OpenWriter(), std::move(change)), IsOk());
}

std::string BackendName(const testing::TestParamInfo<sql::Backend>& info) {
  return std::string(sql::Name(info.param));
}

}  // namespace ipstore::orders::test
