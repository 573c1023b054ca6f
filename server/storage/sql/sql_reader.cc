#include "server/storage/sql/sql_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/feed_consumers.h"
#include "server/storage/sql/feed_loader.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/migrations.h"
#include "server/storage/sql/notification_rows.h"
#include "server/storage/sql/order_rows.h"
#include "server/storage/sql/received_emails.h"
#include "server/storage/sql/redaction_rows.h"
#include "server/storage/sql/subject_loader.h"

namespace ipstore::orders::sql {
namespace {

struct Found {
  absl::Time at;
  Number number;

  // Newer activity comes first.
  friend bool operator<(const Found& a, const Found& b) {
    return std::pair(b.at, b.number) < std::pair(a.at, a.number);
  }
};

std::vector<Found> ReadFound(const Rows& rows) {
  std::vector<Found> found;
  found.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    found.push_back({.at = rows.Time(row, 1), .number = Number::FromStored(rows.Integer(row, 0))});
  }
  return found;
}

std::vector<Number> NumbersOf(const std::vector<Found>& found) {
  std::vector<Number> numbers;
  numbers.reserve(found.size());
  for (const Found& one : found) numbers.push_back(one.number);
  return numbers;
}

absl::Status AppendActivities(const Rows& rows, std::vector<Activity>& activities) {
  activities.reserve(activities.size() + rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    absl::StatusOr<Activity> activity = ReadActivity(rows, row);
    if (!activity.ok()) return activity.status();
    activities.push_back(*std::move(activity));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SqlReader::InSnapshot(absl::FunctionRef<absl::Status()> read) {
  if (absl::Status status = session_->Begin(); !status.ok()) return status;
  absl::Status status = read();
  // Nothing was written, so ending it this way or that is the same, and an error says only that the
  // connection is lost, which the next call will find.
  session_->Rollback().IgnoreError();
  return status;
}

absl::StatusOr<std::vector<SubjectPointer>> SqlReader::GetSubjects(
    absl::Span<const Number> numbers) {
  SubjectsByNumber subjects;
  absl::StatusOr<std::vector<Number>> misses =
      LoadKnown(*session_, statements_, cache_, numbers, subjects);
  if (!misses.ok()) return misses.status();
  if (!misses->empty()) {
    SubjectStates states;
    absl::Status status =
        InSnapshot([&] { return LoadUnlocked(*session_, statements_, *misses, states); });
    if (!status.ok()) return status;
    Keep(std::move(states), cache_, subjects);
  }
  std::vector<SubjectPointer> list;
  list.reserve(subjects.size());
  for (auto& [number, subject] : subjects) list.push_back(std::move(subject));
  return list;
}

absl::StatusOr<SubjectPointer> SqlReader::ReadOne(Number number) {
  SubjectsByNumber subjects;
  absl::StatusOr<std::vector<Number>> misses =
      LoadKnown(*session_, statements_, cache_, {number}, subjects);
  if (!misses.ok()) return misses.status();
  SubjectStates states;
  if (auto s = LoadUnlocked(*session_, statements_, *misses, states); !s.ok()) return s;
  Keep(std::move(states), cache_, subjects);
  return subjects.empty() ? nullptr : std::move(subjects.begin()->second);
}

absl::StatusOr<std::optional<Number>> SqlReader::FindByExternalKey(const ExternalKey& key) {
  absl::StatusOr<Rows> rows = session_->Query(
      statements_.find_external_keys.Text(1), {Param::Text(key.source), Param::Text(key.reference)},
      {ValueType::kText, ValueType::kText, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Number>();
  return std::optional<Number>(Number::FromStored(rows->Integer(0, 2)));
}

absl::StatusOr<std::vector<Number>> SqlReader::FindPage(const SubjectQuery& query) {
  const ListStatement statement = FindSubjects(dialect_, query);
  if (statement.text.empty()) return std::vector<Number>();
  absl::StatusOr<Rows> rows = session_->Query(statement.text, statement.params, kFindTypes);
  if (!rows.ok()) return rows.status();
  std::vector<Found> found = ReadFound(*rows);
  std::sort(found.begin(), found.end());
  found.resize(std::min(found.size(), static_cast<std::size_t>(std::max(query.limit, 0))));
  return NumbersOf(found);
}

absl::StatusOr<std::vector<Number>> SqlReader::FindPage(const OverdueQuery& query) {
  const ListStatement statement = FindOverdue(dialect_, query);
  absl::StatusOr<Rows> rows = session_->Query(statement.text, statement.params, kFindTypes);
  if (!rows.ok()) return rows.status();
  return NumbersOf(ReadFound(*rows));
}

absl::StatusOr<std::vector<Number>> SqlReader::FindPage(const SearchQuery& query) {
  const SearchStatement search = FindByWords(dialect_, query);
  absl::StatusOr<Rows> rows =
      session_->Query(search.statement.text, search.statement.params, kFindTypes);
  if (!rows.ok()) return rows.status();
  return NumbersOf(ReadFound(*rows));
}

template <typename PageQuery>
absl::StatusOr<std::vector<SubjectState>> SqlReader::ReadPage(const PageQuery& query) {
  std::vector<SubjectState> page;
  absl::Status status = InSnapshot([&] {
    absl::StatusOr<std::vector<Number>> numbers = FindPage(query);
    if (!numbers.ok()) return numbers.status();
    SubjectStates states;
    if (auto s = LoadUnlocked(*session_, statements_, *numbers, states); !s.ok()) return s;
    for (Number number : *numbers) {
      const auto found = states.find(number);
      if (found == states.end())
        return absl::DataLossError(absl::StrCat("subject ", number.ToString(), " has no body"));
      page.push_back(std::move(found->second));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return page;
}

absl::StatusOr<std::vector<SubjectState>> SqlReader::ListSubjects(const SubjectQuery& query) {
  return ReadPage(query);
}

absl::StatusOr<std::vector<SubjectState>> SqlReader::ListOverdue(const OverdueQuery& query) {
  return ReadPage(query);
}

absl::StatusOr<std::vector<SubjectState>> SqlReader::Search(const SearchQuery& query) {
  return ReadPage(query);
}

absl::StatusOr<std::vector<Activity>> SqlReader::ReadActivities(const ActivityQuery& query) {
  const ListStatement statement = FindActivities(dialect_, query);
  absl::StatusOr<Rows> rows = session_->Query(statement.text, statement.params, kReadActivityTypes);
  if (!rows.ok()) return rows.status();
  std::vector<Activity> activities;
  if (absl::Status status = AppendActivities(*rows, activities); !status.ok()) return status;
  return activities;
}

absl::StatusOr<std::vector<Activity>> SqlReader::GetActivities(absl::Span<const ActivityKey> keys) {
  std::vector<Param> params;
  for (const ActivityKey& key : keys) {
    params.push_back(Param::Integer(key.subject.value()));
    params.push_back(Param::Integer(key.seq));
  }
  std::vector<Activity> activities;
  absl::Status status =
      QueryAll(*session_, statements_.read_activities, params, kReadActivityTypes,
               [&](const Rows& rows) { return AppendActivities(rows, activities); });
  if (!status.ok()) return status;
  return activities;
}

absl::StatusOr<std::vector<Activity>> SqlReader::ListActivities(const ActivityQuery& query) {
  return ReadActivities(query);
}

absl::StatusOr<SubjectPage> SqlReader::GetPage(Number number, bool include_internal,
                                               std::int32_t limit) {
  SubjectPage page;
  ActivityQuery query{.subject = number,
                      .include_internal = include_internal,
                      .newest_first = true,
                      .limit = limit};
  absl::Status status = InSnapshot([&] {
    absl::StatusOr<SubjectPointer> subject = ReadOne(number);
    if (!subject.ok() || *subject == nullptr) return subject.status();
    page.subject = *std::move(subject);
    absl::StatusOr<std::vector<Activity>> activities = ReadActivities(query);
    if (!activities.ok()) return activities.status();
    page.activities = *std::move(activities);
    query.kinds = {ActivityKind::kCommentAdded};
    absl::StatusOr<std::vector<Activity>> comments = ReadActivities(query);
    if (!comments.ok()) return comments.status();
    page.comments = *std::move(comments);
    NotificationQuery told{.subject = number, .states = {}, .after = {}, .limit = limit};
    told.only_sent = !include_internal;
    absl::StatusOr<std::vector<Notification>> notifications =
        ReadNotifications(*session_, dialect_, told);
    if (!notifications.ok()) return notifications.status();
    page.notifications = *std::move(notifications);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return page;
}

absl::StatusOr<std::vector<Number>> SqlReader::ListNumbers(Number after, std::int32_t limit) {
  absl::StatusOr<Rows> rows = session_->Query(
      "SELECT number FROM subjects WHERE number > ? ORDER BY number LIMIT ?",
      {Param::Integer(after.value()), Param::Integer(std::max(limit, 0))}, {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  std::vector<Number> numbers;
  for (std::size_t row = 0; row < rows->size(); ++row)
    numbers.push_back(Number::FromStored(rows->Integer(row, 0)));
  return numbers;
}

absl::StatusOr<FeedPage> SqlReader::ReadFeed(const FeedQuery& query) {
  FeedPage page;
  absl::Status status = InSnapshot([&] { return ReadFeedPage(*session_, dialect_, query, page); });
  if (!status.ok()) return status;
  return page;
}

absl::StatusOr<FeedStatus> SqlReader::ReadFeedStatus() {
  FeedStatus feed;
  absl::Status status = InSnapshot([&] {
    absl::StatusOr<FeedHead> head = QueryFeedHead(*session_);
    if (!head.ok()) return head.status();
    absl::StatusOr<std::vector<FeedConsumerStatus>> consumers = ReadFeedConsumers(*session_, *head);
    if (!consumers.ok()) return consumers.status();
    feed = {.head = *head, .consumers = *std::move(consumers)};
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return feed;
}

absl::StatusOr<std::optional<RedactionJob>> SqlReader::GetRedaction(std::int64_t id) {
  return ReadRedaction(*session_, id);
}

absl::StatusOr<std::vector<RedactionJob>> SqlReader::ListRedactions(
    std::optional<std::int64_t> before, std::int32_t limit) {
  return ReadRedactions(*session_, before, limit);
}

absl::StatusOr<std::vector<Notification>> SqlReader::ListNotifications(
    const NotificationQuery& query) {
  std::vector<Notification> found;
  absl::Status status = InSnapshot([&] {
    absl::StatusOr<std::vector<Notification>> read = ReadNotifications(*session_, dialect_, query);
    if (!read.ok()) return read.status();
    found = *std::move(read);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return found;
}

absl::StatusOr<std::optional<Notification>> SqlReader::GetNotification(Number subject,
                                                                       std::int32_t seq) {
  return ReadNotification(*session_, subject, seq);
}

absl::StatusOr<std::vector<ReceivedEmail>> SqlReader::ListReceivedEmails(
    const ReceivedEmailQuery& query) {
  return ReadReceivedEmails(*session_, dialect_, query);
}

absl::StatusOr<std::optional<ReceivedEmail>> SqlReader::GetReceivedEmail(std::int64_t id) {
  return ReadReceivedEmail(*session_, id);
}

absl::StatusOr<std::string> SqlReader::GetRawEmail(std::int64_t id) {
  return ReadRawEmail(*session_, id);
}

absl::Status SqlReader::Ping() {
  return CheckSchema(*session_, dialect_);
}

}  // namespace ipstore::orders::sql
