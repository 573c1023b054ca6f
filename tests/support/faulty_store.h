// A store that fails when a test asks it to: the n-th call of a method, in a named way. Everything
// else goes through to the store beneath.
//
//   FaultyStore store(*real);
//   store.Fail(Method::kCommit, Fault::kExecuteThenLoseAnswer);          // the next Commit()
//   store.Fail(Method::kLoad, Fault::kDeadlock, {.call = 3, .times = 2});  // the third and fourth
//   Load() from now
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_FAULTY_STORE_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_FAULTY_STORE_H_

#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "server/storage/store.h"

namespace ipstore::orders::test {

enum class Method : std::uint8_t {
  kOpenWriteSession,
  kOpenReader,
  kCheckSchema,
  kReadFeedHead,
  // of WriteSession
  kReserveSerials,
  kBegin,
  kLoad,
  kWriteSubjects,
  kRedactActivities,
  kPassSerial,
  kAppendActivities,
  kCommit,
  kRollback,
  // of Reader
  kGetSubjects,
  kFindByExternalKey,
  kListSubjects,
  kListOverdue,
  kSearch,
  kListActivities,
  kGetPage,
  kListNumbers,
  kReadFeed,
  kReadFeedStatus,
  kGetRedaction,
  kListRedactions,
  kPing,
  // of RedactionSession
  kOpenRedactionSession,
  kCreateRedaction,
  kTakeRedaction,
  kListPending,
  kNoteRedacted,
  kFinishRedaction,
  // of FeedConsumerSession
  kOpenFeedConsumerSession,
  kSaveFeedConsumer,
  kDeleteFeedConsumer,
  // of Reader, for notifications and e-mails
  kGetActivities,
  kListNotifications,
  kGetNotification,
  kListReceivedEmails,
  kGetReceivedEmail,
  kGetRawEmail,
  // of NotificationSession
  kOpenNotificationSession,
  kTakeLease,
  kReleaseLease,
  kBeginRecording,
  kRecordNotifications,
  kListDue,
  kClaimNotifications,
  kNoteNotifications,
  kResendNotification,
  // of ReceivedEmailSession
  kOpenReceivedEmailSession,
  kAddReceivedEmail,
  kConcludeReceivedEmail,
  kListAddressesTold,
  kDropUnowned,
};

enum class Fault : std::uint8_t {
  kDeadlock,     // not executed; ABORTED, as for 1213
  kLockTimeout,  // not executed; ABORTED, as for 1205
  kChangedRow,   // not executed; ABORTED, as for 1020
  kTaken,        // not executed; ALREADY_EXISTS, as for 1062
  kPoison,       // not executed; INTERNAL
  // Not executed; UNAVAILABLE. The session beneath is closed, so what it had not committed is gone.
  kLoseBeforeExecute,
  // Executed; then UNAVAILABLE, and the session beneath is closed.
  kExecuteThenLoseAnswer,
  // For kCommit: UNAVAILABLE at once, while the database is still busy with it. It commits a little
  // after another session of this store has begun its next transaction, in
  // CompletePendingCommits(), or after a second: a database ends by itself what it was told to
  // commit. Its locks are held until then.
  kCommitCompletesLater,
  // Waits for Release(), then goes through.
  kBlock,
};

// Thread-safe. The sessions that it gives must not outlive it. After a lost connection they answer
// UNAVAILABLE to everything.
class FaultyStore final : public Store {
 public:
  struct When {
    int call = 1;   // counting from now; 1 is the next
    int times = 1;  // so many calls in a row, from that one
  };

  // `store` is borrowed.
  explicit FaultyStore(Store& store) : store_(store) {}
  // Completes pending commits and releases what is blocked.
  ~FaultyStore() override;

  // Plans a fault. Several plans for one method are told apart by their calls; of two for one call
  // the first counts.
  void Fail(Method method, Fault fault) { Fail(method, fault, When{}); }
  void Fail(Method method, Fault fault, When when);
  // Every AppendActivities() with such an activity answers INTERNAL, without being executed, until
  // this is called again. An empty function ends it.
  void PoisonWhere(std::function<bool(const Activity&)> is_poison);
  // Forgets all plans, and releases what is blocked.
  void Heal();

  // Blocks until `count` calls are waiting in kBlock; false when that takes longer than ten
  // seconds.
  bool WaitUntilBlocked(int count = 1);
  // Lets those go on that wait, and no later ones.
  void Release();
  // Commits what kCommitCompletesLater has put off. Returns how each ended.
  std::vector<absl::Status> CompletePendingCommits();

  // How often a method was called, failed calls included.
  int Calls(Method method) const;

  absl::StatusOr<std::unique_ptr<WriteSession>> OpenWriteSession() override;
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader() override;
  absl::StatusOr<std::unique_ptr<RedactionSession>> OpenRedactionSession() override;
  absl::StatusOr<std::unique_ptr<FeedConsumerSession>> OpenFeedConsumerSession() override;
  absl::StatusOr<std::unique_ptr<NotificationSession>> OpenNotificationSession() override;
  absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> OpenReceivedEmailSession() override;
  int MaxWriteSessions() const override { return store_.MaxWriteSessions(); }
  std::string Describe() const override { return store_.Describe(); }
  const std::string& Secret() const override { return store_.Secret(); }
  void Forget(Number subject) override { store_.Forget(subject); }
  absl::Status CheckSchema() override;
  absl::StatusOr<FeedHead> ReadFeedHead() override;

 private:
  friend class FaultyWriteSession;
  friend class FaultyReader;
  template <typename Session>
  friend class FaultySession;

  static constexpr std::size_t kMethods = static_cast<std::size_t>(Method::kDropUnowned) + 1;

  struct Plan {
    Method method;
    Fault fault;
    int first_call;  // in the count of calls of the method
    int last_call;
  };

  // Counts the call, waits if it is to be blocked, and says which fault it is to have, if any.
  std::optional<Fault> Enter(Method method);
  std::optional<Fault> FaultFor(Method method, int call) const;
  bool IsPoison(absl::Span<const ActivityWrite> activities) const;
  void PutOff(std::unique_ptr<WriteSession> session);
  // What was put off and is still pending after a while completes.
  void CompleteAtLast(const WriteSession* put_off);
  // Another transaction begins: what was put off completes in the background.
  void CompletePendingCommitsSoon();

  Store& store_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Plan> plans_;
  std::array<int, kMethods> calls_{};
  std::function<bool(const Activity&)> is_poison_;
  int blocked_ = 0;
  std::int64_t releases_ = 0;
  std::vector<std::unique_ptr<WriteSession>> pending_;
  std::vector<std::thread> background_;
};

// The status that a fault answers with.
absl::Status StatusOf(Fault fault);

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_FAULTY_STORE_H_
