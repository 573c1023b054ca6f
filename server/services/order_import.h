// One ImportOrders call: takes entries as they come, hands each to the committer, counts what
// became of them, and lets the stream go on only as fast as they are written.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_ORDER_IMPORT_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_ORDER_IMPORT_H_

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "domain/refusal.h"
#include "ipstore/orders/v1/order_service.pb.h"
#include "server/services/backend.h"
#include "server/services/call.h"
#include "server/services/decode.h"

namespace ipstore::orders {

// The contract's limits, and those of what may be on its way for one call. A message is taken in
// while less than that waits to be written, so one more than these may come together.
inline constexpr int kMaxImportEntries = 100;  // in one message
inline constexpr std::size_t kMaxPendingEntries = 512;
inline constexpr std::size_t kMaxPendingBytes = 4 << 20;
inline constexpr int kMaxListedRefusals = 1000;
inline constexpr int kMaxListedViolations = 20;  // of one entry
inline constexpr std::size_t kMaxListedBytes = 2 << 20;

// The stream that an import is fed from: a gRPC call, or a test. None of the methods blocks or
// calls the import back before it returns.
class ImportStream : public AnswerSink<v1::ImportOrdersResponse> {
 public:
  // One Take() or End() is wanted. Not called again before that came.
  virtual void ReadNext() = 0;
  // One Wake() is wanted after that time. Not called again before that came.
  virtual void WakeAfter(absl::Duration delay) = 0;

 protected:
  ~ImportStream() = default;
};

// Thread-safe; no method blocks. Shared with the units that are on their way, so that it may
// outlive its stream, which it leaves alone once it has answered. Answers exactly once, and asks
// for nothing after that.
class OrderImport : public std::enable_shared_from_this<OrderImport> {
 public:
  // `stream` must live until it is answered. The caller's role is judged by Start().
  OrderImport(const Backend& backend, CallContext context, ImportStream* stream)
      : backend_(backend), context_(std::move(context)), stream_(stream) {}

  // Asks for the first message, or refuses callers who may not import.
  void Start();

  // A message that was read. `flaws` are those of its bytes, by their paths in it.
  void Take(const v1::ImportOrdersRequest& request, Violations flaws);
  // The caller has sent everything.
  void End();
  // The call is over in another way: what was read cannot be understood, or nobody waits any more.
  void Fail(Refusal refusal);
  // The time of WakeAfter() has passed.
  void Wake();

 private:
  struct Entry {
    std::int64_t line = 0;
    ImportEntry what;
    ExternalKey external_key;
    RequestKey request_key{};
    ContentHash content_hash{};
    std::size_t bytes = 0;
  };
  using EntryPointer = std::shared_ptr<const Entry>;

  void TakeEntry(const v1::ImportedOrder& entry, Violations violations);
  EntryPointer MakeEntry(const v1::ImportedOrder& entry, ImportEntry what) const;
  void Submit(EntryPointer entry);
  void Finish(const EntryPointer& entry, Outcome outcome);
  bool IsWorthWaiting(const Refusal& refusal) const;
  void TryLater(EntryPointer entry);
  void Proceed();

  // With mutex_ held:
  void Count(const Entry& entry, Outcome outcome);
  std::optional<Refusal> CheckAgainstSeen(const Entry& entry, bool& already_there);
  void List(std::int64_t line, const Refusal& refusal);

  const Backend backend_;
  const CallContext context_;
  ImportStream* const stream_;

  std::mutex mutex_;  // guards all below
  v1::ImportOrdersResponse response_;
  std::size_t listed_bytes_ = 0;
  std::size_t pending_ = 0;  // entries whose outcome is not known
  std::size_t pending_bytes_ = 0;
  std::vector<EntryPointer>
      waiting_;  // of the pending ones, those that the committer had no room for
  absl::Duration patience_ = absl::ZeroDuration();  // how long the last of them wait
  bool wake_wanted_ = false;
  bool begun_ = false;  // the first message was read
  bool validate_only_ = false;
  bool read_wanted_ = false;
  bool taking_ = false;  // a message is being taken apart
  bool ended_ = false;
  bool answered_ = false;
  std::optional<Refusal> failed_;
  // With `validate_only` nothing is stored that a later entry could be compared with, but here.
  absl::flat_hash_map<RequestKey, ContentHash> seen_;
  absl::flat_hash_set<Number> seen_numbers_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_ORDER_IMPORT_H_
