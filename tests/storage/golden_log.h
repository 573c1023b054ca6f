// Logs as a released version wrote them, kept as files: {"log": [activity, …], "order": [line, …]}.
#ifndef IPSTORE_ORDERS_TESTS_STORAGE_GOLDEN_LOG_H_
#define IPSTORE_ORDERS_TESTS_STORAGE_GOLDEN_LOG_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "domain/activity.h"
#include "domain/order.h"
#include "domain/subject_state.h"

namespace ipstore::orders::test {

// One row of the log, as far as the payload does not say it.
struct GoldenActivity {
  Activity activity;  // without its event and notification
  std::int64_t kind = 0;
  std::int64_t payload_version = 0;
  std::string payload;  // the very bytes
};

struct GoldenLog {
  std::string name;  // of the file
  std::vector<GoldenActivity> log;
  std::string subject;  // Describe() of the fold
};

// All of them, by name. Ends the program when one cannot be read.
std::vector<GoldenLog> ReadGoldenLogs(const std::string& folder);

// Writes `log` as this version does. For making the files of a new version; those of released ones
// never change.
void WriteGoldenLog(const std::string& path, const std::vector<Activity>& log);

// The activity with what its payload says.
absl::StatusOr<Activity> Decoded(const GoldenActivity& golden);

// Everything that is known of a subject, line by line, for people and for comparing. Independent of
// the codec.
std::string Describe(const Order& order);
std::string Describe(const Enquiry& enquiry);
std::string Describe(const SubjectState& state);

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_STORAGE_GOLDEN_LOG_H_
