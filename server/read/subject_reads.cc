#include "server/read/subject_reads.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace ipstore::orders {
namespace {

std::vector<Number> NumbersOf(absl::Span<const SubjectRead> batch) {
  std::vector<Number> numbers;
  numbers.reserve(batch.size());
  for (const SubjectRead& read : batch) numbers.push_back(read.number);
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

// Those in which others may be innocent, unlike those of a connection or a snapshot.
bool IsOfOneSubject(const absl::Status& status) {
  return !absl::IsUnavailable(status) && !absl::IsAborted(status);
}

}  // namespace

SubjectReads::SubjectReads(ReadPool& pool, SubjectReadsOptions options)
    : pool_(pool), options_(options) {}

void SubjectReads::Submit(SubjectRead read) {
  bool begins_batch = false;
  if (!TryPush(read, begins_batch)) return std::move(read.done)(Overloaded());
  if (begins_batch) BeginBatch();
}

bool SubjectReads::TryPush(SubjectRead& read, bool& begins_batch) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= options_.queue_capacity) return false;
  waiting_.push_back(std::move(read));
  begins_batch = !is_to_begin_ && batches_ < options_.max_batches;
  if (begins_batch) {
    is_to_begin_ = true;
    ++batches_;
  }
  return true;
}

void SubjectReads::BeginBatch() {
  // It is filled when its turn comes, and stays as it is if the pool has to read it again.
  auto batch = std::make_shared<Batch>();
  pool_.Submit({.run =
                    [this, batch](Reader& reader) {
                      if (batch->empty()) *batch = Take();
                      absl::Status read = ReadBatch(reader, *batch);
                      if (read.ok()) EndBatch();
                      return read;
                    },
                .refuse =
                    [this, batch](const Refusal& refusal) {
                      if (batch->empty()) *batch = Take();
                      for (SubjectRead& read : *batch) std::move(read.done)(refusal);
                      EndBatch();
                    },
                .deadline = absl::InfiniteFuture(),
                .cancelled = nullptr});
}

SubjectReads::Batch SubjectReads::Take() {
  const std::lock_guard lock(mutex_);
  is_to_begin_ = false;
  if (waiting_.size() <= options_.max_batch) return std::exchange(waiting_, {});
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(options_.max_batch);
  Batch taken(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void SubjectReads::EndBatch() {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || is_to_begin_) {
      --batches_;
      return;
    }
    is_to_begin_ = true;
  }
  BeginBatch();
}

absl::Status SubjectReads::ReadBatch(Reader& reader, Batch& batch) {
  DropThoseNobodyWaitsFor(batch);
  if (batch.empty()) return absl::OkStatus();
  const absl::StatusOr<std::vector<SubjectPointer>> found = reader.GetSubjects(NumbersOf(batch));
  if (!found.ok()) {
    if (batch.size() == 1 || !IsOfOneSubject(found.status())) return found.status();
    ReadEachAlone(std::move(batch));
    return absl::OkStatus();
  }
  absl::flat_hash_map<Number, const SubjectState*> by_number;
  by_number.reserve(found->size());
  for (const SubjectPointer& subject : *found)
    by_number.emplace(HeadOf(*subject).number, subject.get());
  for (SubjectRead& read : batch) {
    const auto subject = by_number.find(read.number);
    std::move(read.done)(subject == by_number.end() ? nullptr : subject->second);
  }
  return absl::OkStatus();
}

void SubjectReads::ReadEachAlone(Batch batch) {
  for (SubjectRead& read : batch) {
    auto alone = std::make_shared<Batch>();
    alone->push_back(std::move(read));
    pool_.Submit({.run = [this, alone](Reader& reader) { return ReadBatch(reader, *alone); },
                  .refuse =
                      [alone](const Refusal& refusal) {
                        for (SubjectRead& one : *alone) std::move(one.done)(refusal);
                      },
                  .deadline = absl::InfiniteFuture(),
                  .cancelled = nullptr});
  }
}

void SubjectReads::DropThoseNobodyWaitsFor(Batch& batch) const {
  const absl::Time now = pool_.Now();
  std::erase_if(batch, [now](SubjectRead& read) {
    if (read.cancelled != nullptr && read.cancelled->load(std::memory_order_relaxed)) {
      std::move(read.done)(CancelledByCaller());
      return true;
    }
    if (read.deadline <= now) {
      std::move(read.done)(DeadlineExceeded());
      return true;
    }
    return false;
  });
}

}  // namespace ipstore::orders
