// Subjects as they stood when this server read or wrote them last. Most calls are about few of the
// stored orders, and one that has not changed since need not be read, sent and decoded again.
//
// Nothing in here is ever believed by itself: other servers write too, and a database may be
// restored. Whoever takes a subject from here compares its last_seq and last_activity_at with the
// stored ones, before an answer or when it writes. Every change of a subject is an activity of it:
// last_seq counts them, and the time of the last tells one history from another.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SUBJECT_CACHE_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SUBJECT_CACHE_H_

#include <cstddef>
#include <list>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "domain/number.h"
#include "domain/subject_state.h"

namespace ipstore::orders {

using SubjectsByNumber = absl::flat_hash_map<Number, SubjectPointer>;

// Thread-safe; blocks only for the moment that another thread is in it.
class SubjectCache {
 public:
  // Holds about so many bytes at most; those that were used longest ago make room. With 0 it stays
  // empty.
  explicit SubjectCache(std::size_t capacity) : capacity_(capacity) {}

  SubjectCache(const SubjectCache&) = delete;
  SubjectCache& operator=(const SubjectCache&) = delete;

  // Those of these that it holds.
  SubjectsByNumber Find(absl::Span<const Number> numbers);
  // Each in place of what it held of that subject.
  void Put(absl::Span<const SubjectPointer> subjects);
  void Remove(Number number);

 private:
  struct Entry {
    SubjectPointer subject;
    std::size_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  const std::size_t capacity_;
  std::mutex mutex_;  // guards all below
  Entries entries_;   // the one that was used last comes first
  absl::flat_hash_map<Number, Entries::iterator> by_number_;
  std::size_t bytes_ = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SUBJECT_CACHE_H_
