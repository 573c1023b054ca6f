// What random walks of orders and of enquiries have in common.
#ifndef IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_WALK_H_
#define IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_WALK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/command.h"
#include "domain/decide.h"
#include "domain/redact.h"
#include "domain/refusal.h"
#include "rapidcheck.h"

namespace ipstore::orders::test {

// One thing that somebody tried, and what came of it. Borrows the log.
template <typename Kind, typename CommandOfKind>
struct Tried {
  Kind before;
  CommandOfKind command;
  Caller caller;
  absl::Time at;
  Decision decision;  // of access, else of validation, else of Decide(), as the server asks them
  Kind after;
  const std::vector<Activity>& log;  // of the subject, up to and with what came of this

  // Nullptr when it was done.
  const Refusal* refusal() const { return std::get_if<Refusal>(&decision); }
  // What it added to the log; empty when it was refused or changed nothing.
  Activities added() const {
    const auto* activities = std::get_if<Activities>(&decision);
    return activities == nullptr ? Activities() : *activities;
  }
};

// The redaction of all that is known, or of the last comment.
inline Redact RedactionFrom(int detail, const std::vector<Activity>& log) {
  if (detail % 2 == 0) return Redact{};
  for (auto activity = log.rbegin(); activity != log.rend(); ++activity) {
    if (std::holds_alternative<CommentAdded>(activity->event))
      return Redact{LoggedComment{activity->seq, activity->visibility, activity->redacted}};
  }
  return Redact{};
}

// The log as it is stored: what a redaction speaks of is redacted.
inline std::vector<Activity> AsStored(const std::vector<Activity>& log) {
  std::vector<Activity> stored;
  for (const Activity& activity : log) {
    if (const auto* redacted = std::get_if<Redacted>(&activity.event)) {
      for (Activity& before : stored) {
        if (before.seq == redacted->comment_seq.value_or(before.seq)) RedactPersonalData(before);
      }
    }
    stored.push_back(activity);
  }
  return stored;
}

// The element at that place, counted on from the start again after the last one.
template <typename E, std::size_t N>
E At(const std::array<E, N>& values, int place) {
  return values[static_cast<std::size_t>(place) % N];
}

// The values that `gen` makes for a property with that seed, of growing size; the same every time.
template <typename T>
std::vector<T> ValuesOf(const rc::Gen<T>& gen, std::uint64_t seed, int count) {
  std::vector<T> values;
  rc::Random random(seed);
  for (int i = 0; i < count; ++i) {
    values.push_back(gen(random.split(), i % rc::kNominalSize).value());
  }
  return values;
}

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_WALK_H_
