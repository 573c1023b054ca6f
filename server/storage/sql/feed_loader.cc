#include "server/storage/sql/feed_loader.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

constexpr std::size_t kPayloadColumn = 13;
static_assert(kReadActivityColumns[kPayloadColumn] == "payload");
constexpr std::size_t kUnitSizeColumn = kReadActivityColumns.size();

std::vector<ValueType> FeedTypes() {
  std::vector<ValueType> types(kReadActivityTypes.begin(), kReadActivityTypes.end());
  types.push_back(ValueType::kInteger);
  return types;
}

// Of the activity at that position; 0 when none is there.
absl::StatusOr<std::uint64_t> QueryFingerprint(Session& session, std::int64_t position) {
  if (position == 0) return 0;
  absl::StatusOr<Rows> rows = session.Query(
      "SELECT subject, seq, recorded_at FROM activities WHERE position = ?",
      {Param::Integer(position)}, {ValueType::kInteger, ValueType::kInteger, ValueType::kTime});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return 0;
  return FingerprintOf(Number::FromStored(rows->Integer(0, 0)),
                       static_cast<std::int32_t>(rows->Integer(0, 1)), rows->Time(0, 2));
}

// Most pages that reach the head hold the activity there.
absl::StatusOr<std::uint64_t> FingerprintOfHead(Session& session, std::int64_t after,
                                                const FeedPage& page) {
  if (!page.activities.empty()) {
    const Activity& last = page.activities.back().activity;
    if (last.position == page.head.position)
      return FingerprintOf(last.subject, last.seq, last.recorded_at);
  } else if (after == page.head.position) {
    return page.fingerprint;
  }
  return QueryFingerprint(session, page.head.position);
}

}  // namespace

absl::StatusOr<FeedHead> QueryFeedHead(Session& session) {
  absl::StatusOr<Rows> rows = session.Query("SELECT epoch, position FROM feed_head WHERE id = 1",
                                            {}, {ValueType::kInteger, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return absl::InternalError("the row of the feed's head is missing");
  return FeedHead{.epoch = rows->Integer(0, 0), .position = rows->Integer(0, 1)};
}

absl::StatusOr<FeedHead> BeginFeedEpoch(Session& session, absl::Time now) {
  const std::int64_t seconds = absl::ToUnixSeconds(now);
  absl::StatusOr<std::int64_t> updated = session.Execute(
      "UPDATE feed_head SET epoch = CASE WHEN epoch < ? THEN ? ELSE epoch + 1 END WHERE id = 1",
      {Param::Integer(seconds), Param::Integer(seconds)});
  if (!updated.ok()) return updated.status();
  return QueryFeedHead(session);
}

ListStatement FindFeed(const Dialect& dialect, const FeedQuery& query, std::int64_t after) {
  ListStatement statement;
  statement.text =
      absl::StrCat("SELECT ", absl::StrJoin(kReadActivityColumns, ","), ",unit_size FROM ");
  if (query.subject.has_value()) {
    // Within a subject, seq and position ascend together.
    absl::StrAppend(&statement.text, dialect.TableByPrimaryKey("activities"),
                    " WHERE subject = ? AND position > ? ORDER BY seq LIMIT ?");
    statement.params.push_back(Param::Integer(query.subject->value()));
  } else if (query.customer_id.has_value()) {
    absl::StrAppend(&statement.text, dialect.TableByIndex("activities", "activities_of_customer"),
                    " WHERE customer_id = ? AND position > ? ORDER BY position LIMIT ?");
    statement.params.push_back(Param::Text(*query.customer_id));
  } else {
    absl::StrAppend(&statement.text, dialect.TableByIndex("activities", "activities_by_position"),
                    " WHERE position > ? ORDER BY position LIMIT ?");
  }
  statement.params.push_back(Param::Integer(after));
  statement.params.push_back(Param::Integer(std::max(query.limit, 0)));
  return statement;
}

absl::Status ReadFeedPage(Session& session, const Dialect& dialect, const FeedQuery& query,
                          FeedPage& page) {
  absl::StatusOr<FeedHead> head = QueryFeedHead(session);
  if (!head.ok()) return head.status();
  page.head = {.epoch = head->epoch, .position = head->position};
  const std::int64_t after = query.after.value_or(head->position);
  absl::StatusOr<std::uint64_t> there = QueryFingerprint(session, after);
  if (!there.ok()) return there.status();
  page.fingerprint = *there;
  if (!query.after.has_value()) {
    page.head.fingerprint = page.fingerprint;
    return absl::OkStatus();
  }
  const ListStatement statement = FindFeed(dialect, query, after);
  absl::StatusOr<Rows> rows = session.Query(statement.text, statement.params, FeedTypes());
  if (!rows.ok()) return rows.status();
  page.activities.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    absl::StatusOr<Activity> activity = ReadActivity(*rows, row);
    if (!activity.ok()) {
      page.unreadable = activity.status();
      break;
    }
    page.activities.push_back(
        {.activity = *std::move(activity),
         .unit_size = static_cast<std::int32_t>(rows->Integer(row, kUnitSizeColumn)),
         .payload_bytes = rows->Text(row, kPayloadColumn).size()});
  }
  if (!page.unreadable.ok() || rows->size() >= static_cast<std::size_t>(std::max(query.limit, 0)))
    return absl::OkStatus();
  absl::StatusOr<std::uint64_t> of_head = FingerprintOfHead(session, after, page);
  if (!of_head.ok()) return of_head.status();
  page.head.fingerprint = *of_head;
  return absl::OkStatus();
}

}  // namespace ipstore::orders::sql
