// Keeps the places of the feed's consumers in the database, without blocking who asks for it.
#ifndef IPSTORE_ORDERS_SERVER_FEED_FEED_CURSORS_H_
#define IPSTORE_ORDERS_SERVER_FEED_FEED_CURSORS_H_

#include <string>
#include <variant>

#include "server/storage/store.h"
#include "server/write/session_worker.h"

namespace ipstore::orders {

// Thread-safe.
class FeedCursors {
 public:
  // Each call is answered as SessionWorker says.
  using Saved = SessionWorker<FeedConsumerSession>::Done<std::monostate>;
  using Deleted = SessionWorker<FeedConsumerSession>::Done<bool>;

  // Starts a thread. `store` must outlive this.
  explicit FeedCursors(Store& store);

  // Neither blocks. What is asked for first is done first.
  void Save(FeedConsumer consumer, Patience patience, Saved done);
  void Delete(std::string name, Patience patience, Deleted done);

  // As of SessionWorker.
  void BeginStop() { worker_.BeginStop(); }
  void Stop() { worker_.Stop(); }

 private:
  SessionWorker<FeedConsumerSession> worker_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_FEED_FEED_CURSORS_H_
