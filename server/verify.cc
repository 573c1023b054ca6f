#include "server/verify.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "domain/evolve.h"

namespace ipstore::orders {
namespace {

constexpr std::int32_t kSubjectsPerPage = 200;
constexpr std::int32_t kActivitiesPerPage = 500;

// Names what is not the same on both sides.
class Comparison {
 public:
  template <typename T>
  void Compare(absl::string_view name, const T& replayed, const T& stored) {
    if (!(replayed == stored)) different_.push_back(name);
  }

  void CompareHeads(const Subject& replayed, const Subject& stored) {
    Compare("kind", replayed.kind, stored.kind);
    Compare("customer", replayed.customer_id, stored.customer_id);
    Compare("status", replayed.status, stored.status);
    Compare("active", replayed.active, stored.active);
    Compare("version", replayed.version, stored.version);
    Compare("last_seq", replayed.last_seq, stored.last_seq);
    Compare("created_at", replayed.created_at, stored.created_at);
    Compare("updated_at", replayed.updated_at, stored.updated_at);
    Compare("last_activity_at", replayed.last_activity_at, stored.last_activity_at);
    Compare("last_public_activity_at", replayed.last_public_activity_at,
            stored.last_public_activity_at);
  }

  void CompareBodies(const Order& replayed, const Order& stored) {
    Compare("content", replayed.content, stored.content);
    Compare("totals", replayed.totals, stored.totals);
    Compare("checks", replayed.checks, stored.checks);
    Compare("invoice", replayed.invoice, stored.invoice);
    Compare("last_line_number", replayed.last_line_number, stored.last_line_number);
    Compare("parcels", replayed.parcels, stored.parcels);
    Compare("last_parcel_number", replayed.last_parcel_number, stored.last_parcel_number);
    Compare("expected_delivery", replayed.expected_delivery, stored.expected_delivery);
    Compare("pickup_until", replayed.pickup_until, stored.pickup_until);
    Compare("vehicle_trip", replayed.vehicle_trip, stored.vehicle_trip);
    Compare("cancellation_reason", replayed.cancellation_reason, stored.cancellation_reason);
    Compare("feedback", replayed.feedback, stored.feedback);
  }

  void CompareBodies(const Enquiry& replayed, const Enquiry& stored) {
    Compare("content", replayed.content, stored.content);
    Compare("resolved_at", replayed.resolved_at, stored.resolved_at);
  }

  // `same`: whether the two are the same as a whole.
  std::string Result(bool same) && {
    // So that a member which is not listed above cannot go unnoticed.
    if (!same && different_.empty()) different_.emplace_back("something else");
    return absl::StrJoin(different_, ", ");
  }

 private:
  std::vector<absl::string_view> different_;
};

// The log of a subject up to `last_seq`: what came later belongs to a later state of it.
absl::StatusOr<std::vector<Activity>> ReadLog(Reader& reader, Number subject,
                                              std::int32_t last_seq) {
  std::vector<Activity> log;
  while (true) {
    absl::StatusOr<std::vector<Activity>> page =
        reader.ListActivities({.subject = subject,
                               .include_internal = true,
                               .after_seq = log.empty() ? 0 : log.back().seq,
                               .limit = kActivitiesPerPage});
    if (!page.ok()) return page.status();
    const bool last = page->size() < static_cast<std::size_t>(kActivitiesPerPage);
    for (Activity& activity : *page) {
      if (activity.seq > last_seq) return log;
      log.push_back(std::move(activity));
    }
    if (last) return log;
  }
}

// What is wrong with one subject; empty when nothing is.
absl::StatusOr<std::string> Examine(Reader& reader, const SubjectState& stored,
                                    std::int64_t& activities) {
  const Subject& head = HeadOf(stored);
  absl::StatusOr<std::vector<Activity>> log = ReadLog(reader, head.number, head.last_seq);
  if (absl::IsDataLoss(log.status()))
    return absl::StrCat("its log cannot be read: ", log.status().message());
  if (!log.ok()) return log.status();
  activities += static_cast<std::int64_t>(log->size());
  absl::StatusOr<SubjectState> replayed = Replay(*log);
  if (!replayed.ok())
    return absl::StrCat("its log cannot be replayed: ", replayed.status().message());
  const std::string different = Differences(*replayed, stored);
  if (different.empty()) return different;
  return absl::StrCat("what is stored is not what its log says: ", different);
}

// Reads a subject and looks at it. One that seems wrong is looked at twice, because a redaction
// changes a log that was written before.
absl::StatusOr<std::string> ExamineTwice(Reader& reader, const SubjectState& stored,
                                         std::int64_t& activities) {
  absl::StatusOr<std::string> wrong = Examine(reader, stored, activities);
  if (!wrong.ok() || wrong->empty()) return wrong;
  absl::StatusOr<std::vector<SubjectPointer>> again =
      reader.GetSubjects(std::array{HeadOf(stored).number});
  if (!again.ok()) return again.status();
  if (again->empty()) return std::string("it has gone");
  std::int64_t counted_before = 0;
  return Examine(reader, *again->front(), counted_before);
}

}  // namespace

std::string Differences(const SubjectState& replayed, const SubjectState& stored) {
  Comparison comparison;
  comparison.CompareHeads(HeadOf(replayed), HeadOf(stored));
  if (replayed.index() == stored.index()) {
    std::visit([&]<typename Kind>(
                   const Kind& kind) { comparison.CompareBodies(kind, std::get<Kind>(stored)); },
               replayed);
  }
  return std::move(comparison).Result(replayed == stored);
}

absl::StatusOr<VerifyReport> Verify(
    Reader& reader, const std::function<void(absl::string_view line)>& on_difference) {
  VerifyReport report;
  Number last;
  while (true) {
    absl::StatusOr<std::vector<Number>> numbers = reader.ListNumbers(last, kSubjectsPerPage);
    if (!numbers.ok()) return numbers.status();
    if (numbers->empty()) return report;
    last = numbers->back();
    absl::StatusOr<std::vector<SubjectPointer>> subjects = reader.GetSubjects(*numbers);
    if (!subjects.ok()) return subjects.status();
    std::ranges::sort(*subjects, {},
                      [](const SubjectPointer& subject) { return HeadOf(*subject).number; });
    for (const SubjectPointer& stored : *subjects) {
      absl::StatusOr<std::string> wrong = ExamineTwice(reader, *stored, report.activities);
      if (!wrong.ok()) return wrong.status();
      ++report.subjects;
      if (wrong->empty()) continue;
      ++report.differing;
      on_difference(absl::StrCat(HeadOf(*stored).number.ToString(), ": ", *wrong));
    }
  }
}

}  // namespace ipstore::orders
