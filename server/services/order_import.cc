#include "server/services/order_import.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "domain/decide.h"
#include "domain/lifecycle.h"
#include "domain/sentences.h"

namespace ipstore::orders {
namespace {

// How long what the committer has no room for waits, at first and at most.
constexpr absl::Duration kFirstPatience = absl::Milliseconds(20);
constexpr absl::Duration kLastPatience = absl::Milliseconds(500);

// The flaws of the bytes of a message, by entry, with their paths in the entry:
// "orders[3].order.source" is "order.source" of the fourth.
std::map<int, Violations> ByEntry(Violations flaws) {
  std::map<int, Violations> by_entry;
  for (Violation& violation : std::move(flaws).Take()) {
    absl::string_view path = violation.field;
    int index = 0;
    if (!absl::ConsumePrefix(&path, "orders[")) continue;
    const std::size_t end = path.find("].");
    if (end == absl::string_view::npos || !absl::SimpleAtoi(path.substr(0, end), &index)) continue;
    by_entry[index].Add(std::string(path.substr(end + 2)), violation.flaw,
                        std::move(violation.facts));
  }
  return by_entry;
}

Decision DecideImport(const ImportOrder& command, const Caller& caller, const UnitContext& unit) {
  const OrderContent& content = command.order.content;
  if (unit.external_key_taken)
    return ExternalReferenceExists(content.source, content.external_reference);
  if (unit.number_taken) return NumberTaken(unit.new_number.ToString());
  return Decide(unit.new_number, command, caller, unit.now);
}

// Of the whole call, not of one entry: everything after it would end in the same way.
bool EndsTheCall(Reason reason) {
  return reason == Reason::kUnavailable || reason == Reason::kCancelledByCaller ||
         reason == Reason::kDeadlineExceeded;
}

}  // namespace

void OrderImport::Start() {
  if (!RolesAllowed(Command::kImportOrder).Contains(context_.caller.EffectiveRole()))
    return Fail(PermissionDenied());
  Proceed();
}

void OrderImport::Take(const v1::ImportOrdersRequest& request, Violations flaws) {
  {
    const std::lock_guard lock(mutex_);
    read_wanted_ = false;
    if (answered_) return;
    if (!std::exchange(begun_, true)) validate_only_ = request.validate_only();
    taking_ = true;
  }
  if (request.orders_size() > kMaxImportEntries) {
    Violations violations;
    violations.Add("orders", Flaw::kTooMany, {{"max", std::int64_t{kMaxImportEntries}}});
    Fail(InvalidRequest(std::move(violations).Take()));
  } else {
    std::map<int, Violations> flaws_of = ByEntry(std::move(flaws));
    for (int i = 0; i < request.orders_size(); ++i)
      TakeEntry(request.orders(i), std::move(flaws_of[i]));
  }
  {
    const std::lock_guard lock(mutex_);
    taking_ = false;
  }
  Proceed();
}

void OrderImport::TakeEntry(const v1::ImportedOrder& entry, Violations violations) {
  ImportEntry what = Decode(entry, violations);
  if (!violations.Empty()) {
    const std::lock_guard lock(mutex_);
    response_.set_read(response_.read() + 1);
    return List(entry.line(), InvalidRequest(std::move(violations).Take()));
  }
  EntryPointer made = MakeEntry(entry, std::move(what));
  {
    const std::lock_guard lock(mutex_);
    response_.set_read(response_.read() + 1);
    ++pending_;
    pending_bytes_ += made->bytes;
  }
  Submit(std::move(made));
}

OrderImport::EntryPointer OrderImport::MakeEntry(const v1::ImportedOrder& entry,
                                                 ImportEntry what) const {
  const OrderContent& content = what.command.order.content;
  // Where it stands in a file says nothing of the order.
  v1::ImportedOrder identity = entry;
  identity.clear_line();
  const std::string bytes = identity.SerializeAsString();
  Entry made{
      .line = entry.line(),
      .what = {},
      .external_key = {content.source, content.external_reference},
      .request_key = backend_.tokens->KeyOfImport(content.source, content.external_reference),
      .content_hash = backend_.tokens->HashOfRequest("ImportOrders", "", bytes),
      .bytes = bytes.size()};
  made.what = std::move(what);
  return std::make_shared<const Entry>(std::move(made));
}

void OrderImport::Submit(EntryPointer entry) {
  Unit unit{.external_key = entry->external_key,
            .given_number = entry->what.number,
            .request_key = entry->request_key,
            .content_hash = entry->content_hash,
            .request_id = entry->external_key.reference,
            .decide =
                [entry, caller = context_.caller](const UnitContext& context) {
                  return DecideImport(entry->what.command, caller, context);
                },
            .validate_only = validate_only_,
            .deadline = context_.deadline,
            .cancelled = context_.cancelled,
            .done = {}};
  unit.done = [self = shared_from_this(), entry = std::move(entry)](Outcome outcome) {
    self->Finish(entry, std::move(outcome));
  };
  backend_.writes->Submit(std::move(unit));
}

void OrderImport::Finish(const EntryPointer& entry, Outcome outcome) {
  const auto* refusal = std::get_if<Refusal>(&outcome);
  if (refusal != nullptr && IsWorthWaiting(*refusal)) return TryLater(entry);
  {
    const std::lock_guard lock(mutex_);
    --pending_;
    pending_bytes_ -= entry->bytes;
    patience_ = absl::ZeroDuration();
    Count(*entry, std::move(outcome));
  }
  Proceed();
}

// The committer gives up a unit that has waited long, too; the call may have more time.
bool OrderImport::IsWorthWaiting(const Refusal& refusal) const {
  return refusal.reason == Reason::kOverloaded ||
         (refusal.reason == Reason::kDeadlineExceeded && backend_.clock() < context_.deadline);
}

void OrderImport::TryLater(EntryPointer entry) {
  const std::lock_guard lock(mutex_);
  if (answered_) return;
  waiting_.push_back(std::move(entry));
  if (wake_wanted_) return;
  wake_wanted_ = true;
  patience_ = std::clamp(2 * patience_, kFirstPatience, kLastPatience);
  stream_->WakeAfter(patience_);
}

void OrderImport::Wake() {
  std::vector<EntryPointer> again;
  {
    const std::lock_guard lock(mutex_);
    wake_wanted_ = false;
    if (answered_) return;
    again.swap(waiting_);
  }
  for (EntryPointer& entry : again) Submit(std::move(entry));
}

void OrderImport::End() {
  {
    const std::lock_guard lock(mutex_);
    read_wanted_ = false;
    ended_ = true;
  }
  Proceed();
}

void OrderImport::Fail(Refusal refusal) {
  {
    const std::lock_guard lock(mutex_);
    if (!failed_.has_value() && !answered_) failed_ = std::move(refusal);
  }
  Proceed();
}

// Does what is to be done next. The stream is asked for more with the lock held, so that nobody
// answers it meanwhile and it goes away.
void OrderImport::Proceed() {
  {
    const std::lock_guard lock(mutex_);
    if (answered_ || taking_) return;
    const bool stopping = backend_.stopping != nullptr && *backend_.stopping;
    if (!failed_.has_value() && stopping && !ended_) failed_ = Unavailable();
    if (!failed_.has_value() && !(ended_ && pending_ == 0)) {
      const bool has_room = pending_ < kMaxPendingEntries && pending_bytes_ < kMaxPendingBytes;
      if (ended_ || read_wanted_ || !has_room) return;
      read_wanted_ = true;
      return stream_->ReadNext();
    }
    answered_ = true;
    waiting_.clear();
  }
  // From here on nothing changes any more but what nobody looks at.
  if (failed_.has_value()) {
    stream_->Refuse(*failed_);
  } else {
    stream_->Reply(response_);
  }
}

void OrderImport::Count(const Entry& entry, Outcome outcome) {
  if (answered_) return;
  if (const auto* applied = std::get_if<Applied>(&outcome)) {
    bool already_there = applied->replayed;
    if (validate_only_ && !already_there) {
      if (const auto refusal = CheckAgainstSeen(entry, already_there))
        return List(entry.line, *refusal);
    }
    if (already_there) {
      response_.set_already_there(response_.already_there() + 1);
    } else {
      response_.set_loaded(response_.loaded() + 1);
    }
    return;
  }
  Refusal& refusal = std::get<Refusal>(outcome);
  if (EndsTheCall(refusal.reason)) {
    if (!failed_.has_value()) failed_ = std::move(refusal);
    return;
  }
  // The import of that reference is known, but with other content.
  if (refusal.reason == Reason::kRequestIdReused)
    refusal = ExternalReferenceExists(entry.external_key.source, entry.external_key.reference);
  List(entry.line, refusal);
}

std::optional<Refusal> OrderImport::CheckAgainstSeen(const Entry& entry, bool& already_there) {
  const auto seen = seen_.find(entry.request_key);
  if (seen != seen_.end()) {
    already_there = seen->second == entry.content_hash;
    if (already_there) return std::nullopt;
    return ExternalReferenceExists(entry.external_key.source, entry.external_key.reference);
  }
  if (entry.what.number.has_value() && !seen_numbers_.insert(*entry.what.number).second)
    return NumberTaken(entry.what.number->ToString());
  seen_.emplace(entry.request_key, entry.content_hash);
  return std::nullopt;
}

void OrderImport::List(std::int64_t line, const Refusal& refusal) {
  response_.set_refused(response_.refused() + 1);
  if (response_.refusals_size() == kMaxListedRefusals || listed_bytes_ > kMaxListedBytes) return;
  auto* listed = response_.add_refusals();
  listed->set_line(line);
  listed->set_reason(std::string(Name(refusal.reason)));
  listed->set_message(Sentence(refusal, context_.language));
  for (const Violation& violation : refusal.violations) {
    if (listed->violations_size() == kMaxListedViolations) break;
    auto* described = listed->add_violations();
    described->set_field(violation.field);
    described->set_flaw(std::string(Name(violation.flaw)));
    described->set_description(Sentence(violation, context_.language));
  }
  listed_bytes_ += listed->ByteSizeLong();
}

}  // namespace ipstore::orders
