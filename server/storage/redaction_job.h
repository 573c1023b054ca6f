// Redactions of all that is known of one customer, as jobs: which there are, who works on each, and
// what of it is done. A job outlives the server that began it.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_REDACTION_JOB_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_REDACTION_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "domain/number.h"
#include "domain/order.h"
#include "server/storage/request_key.h"

namespace ipstore::orders {

// A job, with what has become of its items by now. An item is one order or enquiry.
struct RedactionJob {
  std::int64_t id = 0;  // ascending with the time of creation, with gaps
  std::string customer_id;
  Actor actor;
  std::optional<Actor> on_behalf_of;
  absl::Time created_at;
  std::optional<absl::Time> finished_at;
  std::int64_t total = 0;
  std::int64_t done = 0;
  std::int64_t failed = 0;

  friend bool operator==(const RedactionJob&, const RedactionJob&) = default;
};

struct NewRedaction {
  std::string customer_id;  // not empty
  Actor actor;
  std::optional<Actor> on_behalf_of;
  RequestKey request_key{};
  absl::Time created_at;
};

struct CreatedRedaction {
  RedactionJob job;
  bool existed = false;  // an earlier call with this request key had created it
};

// What became of one item.
struct RedactionOutcome {
  Number subject;
  std::string failure;  // empty: it is redacted; else the name of the reason why it cannot be
};

// The claim of one server to work on a job, which others respect until it ends. Time is the
// database's, which all servers share.
struct RedactionLease {
  absl::string_view owner;  // told from every other server's
  absl::Duration length;    // from now on
};

// One connection for working on jobs. Not thread-safe; every call blocks. Errors as in store.h;
// after UNAVAILABLE it must not be used again, and what was under way may have been done.
//
// Create() is one transaction. Take() and Note() are several, and what stays of one that stops
// halfway does no harm: a lease that was claimed ends by itself, or is ours at the next Take(); and
// what was noted of items is true, whether the rest is noted and the lease renewed or not.
class RedactionSession {
 public:
  virtual ~RedactionSession() = default;

  // Creates a job with an item for every subject that the customer has at this moment; or returns
  // the one that has this request key, whatever its customer. ALREADY_EXISTS when another server is
  // creating it at this moment: call again.
  virtual absl::StatusOr<CreatedRedaction> Create(const NewRedaction& redaction) = 0;
  // Takes the oldest unfinished job that nobody else has a lease on, or renews ours. Nothing when
  // there is none.
  virtual absl::StatusOr<std::optional<RedactionJob>> Take(const RedactionLease& lease) = 0;
  // The subjects of items that are not done, ascending, after `after`, `limit` at most.
  virtual absl::StatusOr<std::vector<Number>> ListPending(std::int64_t id, Number after,
                                                          std::int32_t limit) = 0;
  // Notes what became of items and renews the lease. False when the lease has passed to another;
  // what was noted stands all the same, since it is true whoever did it.
  virtual absl::StatusOr<bool> Note(std::int64_t id, absl::Span<const RedactionOutcome> outcomes,
                                    absl::Time at, const RedactionLease& lease) = 0;
  // Ends the job if no item is pending. False when one is, or when it had ended.
  virtual absl::StatusOr<bool> Finish(std::int64_t id, absl::Time at) = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_REDACTION_JOB_H_
