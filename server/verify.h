// Replays the log of every subject of a database and compares the outcome with what is stored: an
// order is the fold of its activities, and this is how an operator finds out whether it is.
#ifndef IPSTORE_ORDERS_SERVER_VERIFY_H_
#define IPSTORE_ORDERS_SERVER_VERIFY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "domain/activity.h"
#include "domain/subject_state.h"
#include "server/storage/store.h"

namespace ipstore::orders {

// What differs between the fold of a log and what is stored, as one line without a word of the
// content, which may be personal: "version, totals". Empty when they are the same.
std::string Differences(const SubjectState& replayed, const SubjectState& stored);

struct VerifyReport {
  std::int64_t subjects = 0;
  std::int64_t activities = 0;
  std::int64_t differing = 0;  // subjects
};

// Reads all subjects and logs, page by page, and changes nothing. Servers may go on writing
// meanwhile: a subject is compared with its log as far as it had come when the subject was read.
// `on_difference` is called with one line for each subject that is not the fold of its log. Blocks
// as long as it takes. The errors of Reader, but for DATA_LOSS in a log, which is a difference.
absl::StatusOr<VerifyReport> Verify(
    Reader& reader, const std::function<void(absl::string_view line)>& on_difference);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_VERIFY_H_
