// Opens the store that a url names (url.h has its forms).
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_OPEN_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_OPEN_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/store.h"

namespace ipstore::orders {

struct OpenOptions {
  // In place of the one in the url, so that it can be kept out of command lines.
  std::optional<std::string> password;
  // Takes the database as it is: makes no file and no schema, and brings none up to date.
  bool as_it_is = false;
  // What the store may remember of subjects (subject_cache.h): some 25,000 of them.
  std::size_t cache_bytes = 96 << 20;
};

// Opens the store, blocking for at most some seconds. On SQLite the schema is made or brought up to
// date first; elsewhere that is `orderd migrate`'s affair. Errors, none of which holds the
// password:
//   INVALID_ARGUMENT     the url is none
//   UNAVAILABLE          the database does not answer, or the file cannot be opened
//   FAILED_PRECONDITION  the schema does not fit (the message says what to do), the database
//   refuses the user, is unknown or
//                        too old, offers no TLS though it is asked for; or another orderd holds the
//                        SQLite file
absl::StatusOr<std::unique_ptr<Store>> OpenStore(absl::string_view url,
                                                 const OpenOptions& options = {});

// What MigrateStore has done: the versions of the schema before (0: there was none) and after.
struct MigrationResult {
  int from = 0;
  int to = 0;
};

// Brings the schema to this server's version, making the database itself where it is missing. May
// be run by several at the same time, and while servers run. Blocks as long as it takes. Errors as
// OpenStore.
absl::StatusOr<MigrationResult> MigrateStore(absl::string_view url,
                                             const OpenOptions& options = {});

// Begins a new epoch of the feed: what was handed out before, tokens and the places of consumers,
// is of a history that is not the database's any more, and its holders are told so
// (FEED_HISTORY_CHANGED). For after a restore, and after a failover that lost the end of what had
// been committed. Servers may run meanwhile. Blocks. Errors as OpenStore.
absl::StatusOr<FeedHead> BeginFeedEpoch(absl::string_view url, const OpenOptions& options = {});

// The database's settings with which a power loss could undo what was confirmed, each by name and
// with what to set; empty when all is well. Errors as OpenStore.
absl::StatusOr<std::vector<std::string>> DurabilityWarnings(absl::string_view url,
                                                            const OpenOptions& options = {});

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_OPEN_H_
