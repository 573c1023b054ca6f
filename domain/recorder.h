// Writes the activities of one decision. Used by decide only.
#ifndef IPSTORE_ORDERS_DOMAIN_RECORDER_H_
#define IPSTORE_ORDERS_DOMAIN_RECORDER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/command.h"
#include "domain/refusal.h"
#include "domain/subject.h"

namespace ipstore::orders {

// The head of a subject that is about to be created: as far as its first activity needs it.
Subject NewSubject(Number number, SubjectKind kind, std::string customer_id);

// INVALID_REQUEST with these, or nothing where there are none.
std::optional<Refusal> RefusalFrom(Violations violations);

// Who, when, of which subject and in which order is the same for all activities of a decision.
// Borrows the caller.
class Recorder {
 public:
  Recorder(const Subject& subject, bool notifications_on, const Caller& caller, absl::Time now)
      : number_(subject.number),
        kind_(subject.kind),
        customer_id_(subject.customer_id),
        last_seq_(subject.last_seq),
        notifications_on_(notifications_on),
        caller_(caller),
        now_(now) {}

  // `worth_telling`: the customer is notified of such a thing; `notify`: the caller wants it.
  void Add(Event event, bool worth_telling, bool notify,
           Visibility visibility = Visibility::kPublic);

  // The customer is told of what others say to them, not of what they said themselves (product §4).
  void AddComment(const NewComment& comment, bool notify);

  // As visible as what is redacted: that there was an internal comment is not for customers either.
  // Nothing for a comment that is redacted already.
  void AddRedaction(const Redact& command);

  std::vector<Activity> Take() && { return std::move(activities_); }

 private:
  Number number_;
  SubjectKind kind_;
  std::string customer_id_;
  std::int32_t last_seq_;
  bool notifications_on_;
  const Caller& caller_;
  absl::Time now_;
  std::vector<Activity> activities_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_RECORDER_H_
