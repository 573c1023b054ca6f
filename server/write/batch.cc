#include "server/write/batch.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "domain/evolve.h"
#include "domain/redact.h"
#include "domain/refusal.h"

namespace ipstore::orders {
namespace {

template <typename T>
void SortAndDeduplicate(std::vector<T>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

// The subject that is in `current` (null: none yet) after those activities.
std::shared_ptr<const SubjectState> After(const SubjectState* current,
                                          const Activities& activities) {
  auto evolved =
      std::make_shared<SubjectState>(current == nullptr ? Begin(activities.front()) : *current);
  for (const Activity& activity : activities) {
    if (activity.seq > HeadOf(*evolved).last_seq) Evolve(*evolved, activity);
  }
  return evolved;
}

std::string EmailOf(const SubjectState& subject) {
  return std::visit([](const auto& kind) { return kind.content.customer.email; }, subject);
}

}  // namespace

absl::Status BatchAttempt::Run(WriteSession& session, absl::FunctionRef<void()> before_commit) {
  if (absl::Status begun = session.Begin(); !begun.ok()) return begun;
  absl::StatusOr<Loaded> loaded = session.Load(KeysOfUnits());
  if (!loaded.ok()) return loaded.status();
  TakeOver(*std::move(loaded));

  outcomes_.reserve(units_.size());
  for (std::size_t i = 0; i < units_.size(); ++i) outcomes_.push_back(DecideUnit(i));
  if (reserved_number_taken_) return absl::AlreadyExistsError("a reserved number is taken");
  if (concurrency_ == Concurrency::kOptimistic) {
    if (absl::Status verified = VerifyOthers(session); !verified.ok()) return verified;
  }

  if (applied_.empty())
    return session.Rollback();  // only refusals and replays: nothing to make durable
  if (absl::Status written = Write(session); !written.ok()) return written;
  before_commit();
  absl::Status committed = session.Commit();
  if (absl::IsUnavailable(committed)) {
    commit_in_doubt_ = true;
    RememberDoubt();
  }
  return committed;
}

LoadRequest BatchAttempt::KeysOfUnits() const {
  const bool optimistic = concurrency_ == Concurrency::kOptimistic;
  LoadRequest request{.optimistic = optimistic};
  for (const PendingUnit* pending : units_) {
    const Unit& unit = pending->unit;
    if (unit.subject.has_value()) request.subjects.push_back(*unit.subject);
    if (unit.related.has_value()) request.related.push_back(*unit.related);
    if (unit.external_key.has_value()) request.external_keys.push_back(*unit.external_key);
    if (unit.given_number.has_value()) request.new_numbers.push_back(*unit.given_number);
    if (!optimistic) request.request_keys.push_back(unit.request_key);
  }
  SortAndDeduplicate(request.subjects);
  SortAndDeduplicate(request.related);
  SortAndDeduplicate(request.external_keys);
  SortAndDeduplicate(request.new_numbers);
  SortAndDeduplicate(request.request_keys);
  return request;
}

void BatchAttempt::AddSubjects(Loaded& loaded) {
  subjects_.reserve(subjects_.size() + loaded.subjects.size());
  for (auto& [number, state] : loaded.subjects) {
    subjects_.emplace(number, Staged{state, state});
  }
}

void BatchAttempt::TakeOver(Loaded loaded) {
  AddSubjects(loaded);
  external_keys_ = std::move(loaded.external_keys);
  taken_numbers_ = std::move(loaded.taken_numbers);
  request_keys_ = std::move(loaded.request_keys);
  memory_was_wrong_ = loaded.memory_was_wrong;
}

// Of the units that are not applied. A retry was decided on what its own first run had left: its
// request_id goes before. And what was decided on a subject that is not written needs a look at it.
absl::Status BatchAttempt::VerifyOthers(WriteSession& session) {
  std::vector<std::size_t> others;
  LoadRequest request;
  auto applied = applied_.begin();
  for (std::size_t i = 0; i < units_.size(); ++i) {
    if (applied != applied_.end() && *applied == i) {
      ++applied;
      continue;
    }
    others.push_back(i);
    const Unit& unit = units_[i]->unit;
    request.request_keys.push_back(unit.request_key);
    if (unit.subject.has_value() && !IsChanged(*unit.subject))
      request.subjects.push_back(*unit.subject);
  }
  if (others.empty()) return absl::OkStatus();
  SortAndDeduplicate(request.subjects);
  SortAndDeduplicate(request.request_keys);
  absl::StatusOr<Loaded> loaded = session.Load(request);
  if (!loaded.ok()) return loaded.status();
  for (const Number number : request.subjects) {
    if (!IsStillSo(number, *loaded))
      return absl::AbortedError("a subject is not as it was remembered");
  }
  AddSubjects(*loaded);
  for (const auto& [key, committed] : loaded->request_keys)
    request_keys_.insert_or_assign(key, committed);
  for (std::size_t index : others) {
    const PendingUnit& pending = *units_[index];
    if (!loaded->request_keys.contains(pending.unit.request_key)) continue;
    outcomes_[index] = *FindReplay(pending);
  }
  return absl::OkStatus();
}

bool BatchAttempt::IsChanged(Number number) const {
  const auto found = subjects_.find(number);
  return found != subjects_.end() && found->second.current != found->second.before;
}

bool BatchAttempt::IsStillSo(Number number, const Loaded& loaded) const {
  const auto decided_on = subjects_.find(number);
  const auto found = loaded.subjects.find(number);
  if (decided_on == subjects_.end() || found == loaded.subjects.end())
    return decided_on == subjects_.end() && found == loaded.subjects.end();
  return HeadOf(*decided_on->second.before) == HeadOf(*found->second);
}

Outcome BatchAttempt::DecideUnit(std::size_t index) {
  PendingUnit& pending = *units_[index];
  // Before etag and state: a retry whose first answer was lost must not be refused for what its own
  // first run did.
  if (std::optional<Outcome> replay = FindReplay(pending)) return *std::move(replay);

  const Unit& unit = pending.unit;
  const bool number_taken = NumberIsTaken(pending);
  // Of a reserved one: not its caller's affair. The next attempt has another.
  if (number_taken && !unit.given_number.has_value()) {
    reserved_number_taken_ = true;
    return Unavailable();
  }
  UnitContext context{.new_number = pending.new_number,
                      .number_taken = number_taken,
                      .external_key_taken = unit.external_key.has_value() &&
                                            external_keys_.contains(*unit.external_key),
                      .now = now_};
  std::shared_ptr<const SubjectState> current;
  if (unit.subject.has_value()) current = Current(*unit.subject);
  if (current != nullptr) {
    context.subject = current.get();
    // Clocks of several servers differ; the log of a subject never goes back in time.
    context.now = std::max(now_, HeadOf(*current).last_activity_at);
  }
  std::shared_ptr<const SubjectState> related;
  if (unit.related.has_value()) related = Current(*unit.related);
  context.related = related.get();
  Decision decision = unit.decide(context);
  if (auto* refusal = std::get_if<Refusal>(&decision)) return std::move(*refusal);
  auto& activities = std::get<Activities>(decision);
  // It is as it should be already: there is nothing to write, and no request_id to remember.
  if (activities.empty()) return Applied{.subject = std::move(current)};
  if (unit.validate_only) return Applied{.subject = After(current.get(), activities)};
  return Stage(index, std::move(activities));
}

bool BatchAttempt::NumberIsTaken(const PendingUnit& pending) const {
  const Number number = pending.new_number;
  return !pending.unit.subject.has_value() &&
         (taken_numbers_.contains(number) || subjects_.contains(number));
}

std::optional<Outcome> BatchAttempt::FindReplay(const PendingUnit& pending) {
  const auto found = request_keys_.find(pending.unit.request_key);
  if (found == request_keys_.end()) return std::nullopt;
  const CommittedUnit& committed = found->second;
  if (!CanBeRetryOf(committed.content_hash, pending.unit.content_hash))
    return RequestIdReused(pending.unit.request_id);
  // The answer to our own COMMIT was lost, and now we know that it held.
  if (IsOwnCommit(pending, committed)) {
    found_own_commit_ = true;
    return *pending.in_doubt;
  }
  return Applied{.subject = Current(committed.subject),
                 .first_seq = committed.first_seq,
                 .activity_count = committed.activity_count,
                 .activities = {},
                 .replayed = true};
}

// A caller who is in doubt may have sent the request to another server too, which then did the same
// in our place: what is committed is only ours if it stands where our attempt had put it, and was
// recorded at the very microsecond of that attempt.
bool BatchAttempt::IsOwnCommit(const PendingUnit& pending, const CommittedUnit& committed) {
  if (!pending.in_doubt.has_value()) return false;
  const Activity& ours = pending.in_doubt->activities.front();
  return ours.subject == committed.subject && ours.seq == committed.first_seq &&
         ours.position == committed.first_position && ours.recorded_at == committed.recorded_at;
}

Outcome BatchAttempt::Stage(std::size_t index, Activities activities) {
  const Unit& unit = units_[index]->unit;
  const Number number = activities.front().subject;
  Staged& staged = subjects_[number];
  std::shared_ptr<const SubjectState> evolved = After(staged.current.get(), activities);
  staged.current = evolved;

  const CommittedUnit committed{.subject = number,
                                .first_seq = activities.front().seq,
                                .activity_count = static_cast<std::int32_t>(activities.size()),
                                .content_hash = unit.content_hash};
  request_keys_.emplace(unit.request_key, committed);
  for (const Activity& activity : activities) NoteRedaction(activity);
  if (unit.external_key.has_value()) external_keys_.emplace(*unit.external_key, number);
  applied_.push_back(index);
  return Applied{.subject = std::move(evolved),
                 .first_seq = committed.first_seq,
                 .activity_count = committed.activity_count,
                 .activities = std::move(activities),
                 .replayed = false};
}

void BatchAttempt::NoteRedaction(const Activity& activity) {
  const auto* redacted = std::get_if<Redacted>(&activity.event);
  if (redacted == nullptr) return;
  redactions_.push_back({.subject = activity.subject, .comment_seq = redacted->comment_seq});
  RedactStaged(activity, *redacted);
}

void BatchAttempt::RedactStaged(const Activity& activity, const Redacted& redacted) {
  for (std::size_t index : applied_) {
    auto& applied = std::get<Applied>(outcomes_[index]);
    if (HeadOf(*applied.subject).number != activity.subject) continue;
    bool concerned = false;
    for (Activity& staged : applied.activities) {
      if (redacted.comment_seq.value_or(staged.seq) != staged.seq) continue;
      RedactPersonalData(staged);
      concerned = true;
    }
    if (!concerned) continue;
    CommittedUnit& unit = request_keys_.at(units_[index]->unit.request_key);
    unit.content_hash = WithoutContent(unit.content_hash);
  }
}

absl::Status BatchAttempt::Write(WriteSession& session) {
  const std::vector<SubjectWrite> subjects = CollectSubjects();
  if (absl::Status written = session.WriteSubjects(subjects); !written.ok()) return written;
  if (const std::vector<ActivityRedaction> redactions = CollectRedactions(); !redactions.empty()) {
    if (absl::Status done = session.RedactActivities(redactions); !done.ok()) return done;
  }
  if (absl::Status passed = PassGivenNumbers(session); !passed.ok()) return passed;
  // Last, because the head of the feed is held from here to the end of the transaction.
  const std::vector<ActivityWrite> activities = CollectActivities();
  activity_count_ = activities.size();
  absl::StatusOr<std::int64_t> first_position = session.AppendActivities(activities);
  if (!first_position.ok()) return first_position.status();
  first_position_ = *first_position;
  return absl::OkStatus();
}

// No number that a subject brought along may ever be given to another.
absl::Status BatchAttempt::PassGivenNumbers(WriteSession& session) const {
  std::int64_t highest = 0;
  for (std::size_t index : applied_) {
    const std::optional<Number>& given = units_[index]->unit.given_number;
    if (given.has_value()) highest = std::max(highest, given->serial());
  }
  return highest == 0 ? absl::OkStatus() : session.PassSerial(highest);
}

std::vector<SubjectWrite> BatchAttempt::CollectSubjects() const {
  std::vector<SubjectWrite> writes;
  writes.reserve(applied_.size());
  for (const auto& [number, staged] : subjects_) {
    if (staged.current != staged.before) writes.push_back({staged.before.get(), staged.current});
  }
  std::ranges::sort(writes, {},
                    [](const SubjectWrite& write) { return HeadOf(*write.after).number; });
  return writes;
}

// Those of what is stored: what the batch has staged is redacted already, and of a subject that is
// redacted as a whole no comment is redacted apart. By subject, like the locks.
std::vector<ActivityRedaction> BatchAttempt::CollectRedactions() const {
  absl::flat_hash_set<Number> whole;
  for (const ActivityRedaction& redaction : redactions_) {
    if (!redaction.comment_seq.has_value()) whole.insert(redaction.subject);
  }
  std::vector<ActivityRedaction> stored;
  absl::flat_hash_set<Number> taken;
  for (const ActivityRedaction& redaction : redactions_) {
    const auto& before = subjects_.at(redaction.subject).before;
    const std::int32_t stored_seq = before == nullptr ? 0 : HeadOf(*before).last_seq;
    if (redaction.comment_seq.value_or(1) > stored_seq) continue;
    if (!whole.contains(redaction.subject)) {
      stored.push_back(redaction);
    } else if (taken.insert(redaction.subject).second) {
      stored.push_back(
          {.subject = redaction.subject, .comment_seq = {}, .email = EmailOf(*before)});
    }
  }
  std::ranges::stable_sort(stored, {}, &ActivityRedaction::subject);
  return stored;
}

std::vector<ActivityWrite> BatchAttempt::CollectActivities() {
  std::vector<ActivityWrite> writes;
  writes.reserve(applied_.size());
  for (std::size_t index : applied_) {
    const Unit& unit = units_[index]->unit;
    std::vector<Activity>& activities = std::get<Applied>(outcomes_[index]).activities;
    ActivityWrite write{.activity = &activities.front(),
                        .unit_size = static_cast<std::int32_t>(activities.size()),
                        .request_key = unit.request_key,
                        .content_hash = request_keys_.at(unit.request_key).content_hash};
    writes.push_back(write);
    for (std::size_t i = 1; i < activities.size(); ++i)
      writes.push_back({.activity = &activities[i]});
  }
  return writes;
}

void BatchAttempt::RememberDoubt() {
  for (std::size_t index : applied_) {
    units_[index]->in_doubt = std::get<Applied>(outcomes_[index]);
  }
}

std::shared_ptr<const SubjectState> BatchAttempt::Current(Number number) const {
  const auto found = subjects_.find(number);
  return found == subjects_.end() ? nullptr : found->second.current;
}

}  // namespace ipstore::orders
