#include "server/feed/feed_cursors.h"

#include <cstddef>
#include <utility>

namespace ipstore::orders {
namespace {

// Each is a call of a consumer, of which there are few.
constexpr std::size_t kMaxWaiting = 1024;

}  // namespace

FeedCursors::FeedCursors(Store& store)
    : worker_([&store] { return store.OpenFeedConsumerSession(); }, kMaxWaiting) {}

void FeedCursors::Save(FeedConsumer consumer, Patience patience, Saved done) {
  worker_.Do<std::monostate>(
      std::move(patience),
      [consumer =
           std::move(consumer)](FeedConsumerSession& session) -> absl::StatusOr<std::monostate> {
        if (absl::Status saved = session.Save(consumer); !saved.ok()) return saved;
        return std::monostate();
      },
      std::move(done));
}

void FeedCursors::Delete(std::string name, Patience patience, Deleted done) {
  worker_.Do<bool>(
      std::move(patience),
      [name = std::move(name)](FeedConsumerSession& session) { return session.Delete(name); },
      std::move(done));
}

}  // namespace ipstore::orders
