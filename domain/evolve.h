// Applies what happened to a subject. A stored order is always the fold of its activities with
// these functions. A redaction empties the personal values of the subject, and those of the
// activities before it where they are stored; the fold comes to the same with and without them.
#ifndef IPSTORE_ORDERS_DOMAIN_EVOLVE_H_
#define IPSTORE_ORDERS_DOMAIN_EVOLVE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "domain/activity.h"
#include "domain/enquiry.h"
#include "domain/order.h"
#include "domain/subject_state.h"

namespace ipstore::orders {

// The subject that `created`, the first activity of its log, brings to life.
SubjectState Begin(const Activity& created);

// Changes a subject by one later activity, whose seq must be the next one and whose kind must be
// one that happens to such a subject. Decided activities always apply; this does not fail, and does
// not decide anything again.
void Evolve(SubjectState& state, const Activity& activity);
void Evolve(Order& order, const Activity& activity);
void Evolve(Enquiry& enquiry, const Activity& activity);

// The fold of a whole log. INVALID_ARGUMENT when the log is empty, does not begin with a creation,
// has another one, an activity that does not happen to such a subject, or a gap in seq.
absl::StatusOr<SubjectState> Replay(const std::vector<Activity>& log);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_EVOLVE_H_
