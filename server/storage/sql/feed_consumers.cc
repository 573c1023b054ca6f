#include "server/storage/sql/feed_consumers.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kSelect =
    "SELECT c.name, c.epoch, c.position, c.fingerprint, c.saved_at,"
    " (SELECT a.recorded_at FROM activities a WHERE a.position > c.position"
    " ORDER BY a.position LIMIT 1),"
    " there.subject, there.seq, there.recorded_at"
    " FROM feed_consumers c LEFT JOIN activities there ON there.position = c.position"
    " ORDER BY c.name";
constexpr std::array<ValueType, 9> kTypes = {
    ValueType::kText,    ValueType::kInteger, ValueType::kInteger,
    ValueType::kInteger, ValueType::kTime,    ValueType::kTime,
    ValueType::kInteger, ValueType::kInteger, ValueType::kTime};

// Of the activity that stands at a consumer's place; 0 when none does.
std::uint64_t FingerprintThere(const Rows& rows, std::size_t row) {
  const std::optional<absl::Time> recorded_at = rows.OptionalTime(row, 8);
  if (!recorded_at.has_value()) return 0;
  return FingerprintOf(Number::FromStored(rows.Integer(row, 6)),
                       static_cast<std::int32_t>(rows.Integer(row, 7)), *recorded_at);
}

}  // namespace

absl::StatusOr<std::vector<FeedConsumerStatus>> ReadFeedConsumers(Session& session,
                                                                  const FeedHead& head) {
  absl::StatusOr<Rows> rows = session.Query(std::string(kSelect), {}, kTypes);
  if (!rows.ok()) return rows.status();
  std::vector<FeedConsumerStatus> consumers;
  consumers.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    const FeedMark mark = {.epoch = rows->Integer(row, 1),
                           .position = rows->Integer(row, 2),
                           .fingerprint = static_cast<std::uint64_t>(rows->Integer(row, 3))};
    consumers.push_back({.consumer = {.name = std::string(rows->Text(row, 0)),
                                      .mark = mark,
                                      .saved_at = rows->Time(row, 4)},
                         .history_changed = mark.epoch != head.epoch ||
                                            mark.fingerprint != FingerprintThere(*rows, row),
                         .waiting_since = rows->OptionalTime(row, 5)});
  }
  return consumers;
}

absl::Status SqlFeedConsumerSession::Save(const FeedConsumer& consumer) {
  return session_
      ->Execute(statements_.save_feed_consumer.Text(1),
                {Param::Text(consumer.name), Param::Integer(consumer.mark.epoch),
                 Param::Integer(consumer.mark.position),
                 Param::Integer(static_cast<std::int64_t>(consumer.mark.fingerprint)),
                 Param::Time(consumer.saved_at)})
      .status();
}

absl::StatusOr<bool> SqlFeedConsumerSession::Delete(absl::string_view name) {
  absl::StatusOr<std::int64_t> deleted =
      session_->Execute("DELETE FROM feed_consumers WHERE name = ?", {Param::Text(name)});
  if (!deleted.ok()) return deleted.status();
  return *deleted > 0;
}

}  // namespace ipstore::orders::sql
