// Reads the feed: activities in the order in which they were committed.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_FEED_LOADER_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_FEED_LOADER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/session.h"
#include "server/storage/store.h"

namespace ipstore::orders::sql {

absl::StatusOr<FeedHead> QueryFeedHead(Session& session);

// Raises the epoch, at least to `now` in seconds: so that no two histories that went on from the
// same backup have the same epoch. Returns the head as it is then.
absl::StatusOr<FeedHead> BeginFeedEpoch(Session& session, absl::Time now);

// The activities of a page that begins after that position, in order of position, with the columns
// kReadActivityColumns and unit_size; each of the three scopes is read off one index.
ListStatement FindFeed(const Dialect& dialect, const FeedQuery& query, std::int64_t after);

// The session must be in a snapshot. Errors as in store.h.
absl::Status ReadFeedPage(Session& session, const Dialect& dialect, const FeedQuery& query,
                          FeedPage& page);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_FEED_LOADER_H_
