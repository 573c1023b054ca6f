// The places of the feed's consumers in the SQL store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_FEED_CONSUMERS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_FEED_CONSUMERS_H_

#include <memory>
#include <utility>
#include <vector>

#include "server/storage/feed.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"

namespace ipstore::orders::sql {

// All of them, by name, as they stand to that head. Errors as in store.h.
absl::StatusOr<std::vector<FeedConsumerStatus>> ReadFeedConsumers(Session& session,
                                                                  const FeedHead& head);

class SqlFeedConsumerSession final : public FeedConsumerSession {
 public:
  // `statements` is borrowed.
  SqlFeedConsumerSession(std::unique_ptr<Session> session, const StoreStatements& statements)
      : session_(std::move(session)), statements_(statements) {}

  absl::Status Save(const FeedConsumer& consumer) override;
  absl::StatusOr<bool> Delete(absl::string_view name) override;

 private:
  std::unique_ptr<Session> session_;
  const StoreStatements& statements_;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_FEED_CONSUMERS_H_
