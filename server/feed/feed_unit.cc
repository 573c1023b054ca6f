#include "server/feed/feed_unit.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "domain/redact.h"

namespace ipstore::orders {
namespace {

FeedUnitPointer Finished(FeedUnit unit, std::int64_t epoch) {
  const Activity& last = unit.activities.back();
  unit.mark = {.epoch = epoch,
               .position = last.position,
               .fingerprint = FingerprintOf(last.subject, last.seq, last.recorded_at)};
  return std::make_shared<const FeedUnit>(std::move(unit));
}

void Redact(const Redacted& redaction, FeedUnit& unit) {
  for (Activity& activity : unit.activities) {
    if (redaction.comment_seq.value_or(activity.seq) == activity.seq) RedactPersonalData(activity);
  }
}

}  // namespace

bool HasRedaction(const FeedUnit& unit) {
  return std::ranges::any_of(unit.activities, [](const Activity& activity) {
    return std::holds_alternative<Redacted>(activity.event);
  });
}

FeedUnitPointer RedactedBy(const FeedUnit& redaction, const FeedUnit& earlier) {
  auto redacted = std::make_shared<FeedUnit>(earlier);
  for (const Activity& activity : redaction.activities) {
    if (const auto* event = std::get_if<Redacted>(&activity.event)) Redact(*event, *redacted);
  }
  return redacted;
}

std::vector<FeedUnitPointer> UnitsOf(std::vector<FeedActivity> activities, std::int64_t epoch,
                                     bool complete) {
  std::vector<FeedUnitPointer> units;
  FeedUnit open;
  std::size_t wanted = 0;  // activities of the open unit
  for (FeedActivity& next : activities) {
    if (next.unit_size > 0) {
      if (!open.activities.empty()) units.push_back(Finished(std::exchange(open, {}), epoch));
      wanted = static_cast<std::size_t>(next.unit_size);
    }
    const std::size_t bytes = sizeof(Activity) + next.payload_bytes;
    open.bytes += bytes;
    if (next.activity.visibility == Visibility::kPublic) open.public_bytes += bytes;
    open.activities.push_back(std::move(next.activity));
  }
  if (!open.activities.empty() && (complete || open.activities.size() >= wanted))
    units.push_back(Finished(std::move(open), epoch));
  return units;
}

bool FeedScope::Covers(const FeedUnit& unit) const {
  if (subject.has_value()) return unit.subject() == *subject;
  return !customer_id.has_value() || unit.customer_id() == *customer_id;
}

bool FeedScope::Forbids(const FeedUnit& unit) const {
  return owner.has_value() && *owner != unit.customer_id() && Covers(unit);
}

bool FeedScope::Concerns(const FeedUnit& unit) const {
  return Covers(unit) && std::ranges::any_of(unit.activities, [this](const Activity& activity) {
           return Shows(activity);
         });
}

bool FeedScope::Shows(const Activity& activity) const {
  if (activity.visibility == Visibility::kInternal && !include_internal) return false;
  return kinds.empty() || std::ranges::find(kinds, KindOf(activity.event)) != kinds.end();
}

}  // namespace ipstore::orders
