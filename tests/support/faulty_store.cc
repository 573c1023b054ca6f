#include "tests/support/faulty_store.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace ipstore::orders::test {
namespace {

// Long enough for a Load() that follows a Begin() to have come to the locks.
constexpr std::chrono::milliseconds kLater{150};
// Shorter than others wait for the locks that are held until then.
constexpr std::chrono::seconds kAtLast{1};
constexpr std::chrono::seconds kPatience{10};

absl::Status Lost() {
  return absl::UnavailableError("injected: the connection was lost before");
}

bool EndsSession(Fault fault) {
  return fault == Fault::kLoseBeforeExecute || fault == Fault::kExecuteThenLoseAnswer ||
         fault == Fault::kCommitCompletesLater;
}

}  // namespace

absl::Status StatusOf(Fault fault) {
  switch (fault) {
    case Fault::kDeadlock:
      return absl::AbortedError("injected: deadlock (1213)");
    case Fault::kLockTimeout:
      return absl::AbortedError("injected: lock wait timeout (1205)");
    case Fault::kChangedRow:
      return absl::AbortedError("injected: row changed since it was read (1020)");
    case Fault::kTaken:
      return absl::AlreadyExistsError("injected: duplicate key (1062)");
    case Fault::kPoison:
      return absl::InternalError("injected: the database refuses this content");
    case Fault::kLoseBeforeExecute:
    case Fault::kExecuteThenLoseAnswer:
    case Fault::kCommitCompletesLater:
      return absl::UnavailableError("injected: connection lost (2013)");
    case Fault::kBlock:
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

class FaultyWriteSession final : public WriteSession {
 public:
  FaultyWriteSession(FaultyStore& store, std::unique_ptr<WriteSession> session)
      : store_(store), session_(std::move(session)) {}

  absl::StatusOr<std::int64_t> ReserveSerials(std::int64_t count) override {
    return Run<absl::StatusOr<std::int64_t>>(Method::kReserveSerials,
                                             [&] { return session_->ReserveSerials(count); });
  }
  absl::Status Begin() override {
    if (session_ != nullptr) store_.CompletePendingCommitsSoon();
    return Run<absl::Status>(Method::kBegin, [&] { return session_->Begin(); });
  }
  absl::StatusOr<Loaded> Load(const LoadRequest& request) override {
    return Run<absl::StatusOr<Loaded>>(Method::kLoad, [&] { return session_->Load(request); });
  }
  absl::Status WriteSubjects(absl::Span<const SubjectWrite> writes) override {
    return Run<absl::Status>(Method::kWriteSubjects,
                             [&] { return session_->WriteSubjects(writes); });
  }
  absl::Status RedactActivities(absl::Span<const ActivityRedaction> redactions) override {
    return Run<absl::Status>(Method::kRedactActivities,
                             [&] { return session_->RedactActivities(redactions); });
  }
  absl::Status PassSerial(std::int64_t serial) override {
    return Run<absl::Status>(Method::kPassSerial, [&] { return session_->PassSerial(serial); });
  }
  absl::StatusOr<std::int64_t> AppendActivities(
      absl::Span<const ActivityWrite> activities) override {
    return Run<absl::StatusOr<std::int64_t>>(Method::kAppendActivities,
                                             [&]() -> absl::StatusOr<std::int64_t> {
                                               if (store_.IsPoison(activities))
                                                 return StatusOf(Fault::kPoison);
                                               return session_->AppendActivities(activities);
                                             });
  }
  absl::Status Commit() override {
    return Run<absl::Status>(Method::kCommit, [&] { return session_->Commit(); });
  }
  absl::Status Rollback() override {
    return Run<absl::Status>(Method::kRollback, [&] { return session_->Rollback(); });
  }

 private:
  template <typename Result, typename Call>
  Result Run(Method method, const Call& call) {
    if (session_ == nullptr) return Lost();
    const std::optional<Fault> fault = store_.Enter(method);
    if (!fault.has_value()) return call();
    if (*fault == Fault::kExecuteThenLoseAnswer) static_cast<void>(call());
    if (*fault == Fault::kCommitCompletesLater) store_.PutOff(std::move(session_));
    if (EndsSession(*fault)) session_.reset();
    return StatusOf(*fault);
  }

  FaultyStore& store_;
  std::unique_ptr<WriteSession> session_;  // nullptr once the connection is lost
};

class FaultyReader final : public Reader {
 public:
  FaultyReader(FaultyStore& store, std::unique_ptr<Reader> reader)
      : store_(store), reader_(std::move(reader)) {}

  absl::StatusOr<std::vector<SubjectPointer>> GetSubjects(
      absl::Span<const Number> numbers) override {
    return Run<absl::StatusOr<std::vector<SubjectPointer>>>(
        Method::kGetSubjects, [&] { return reader_->GetSubjects(numbers); });
  }
  absl::StatusOr<std::optional<Number>> FindByExternalKey(const ExternalKey& key) override {
    return Run<absl::StatusOr<std::optional<Number>>>(
        Method::kFindByExternalKey, [&] { return reader_->FindByExternalKey(key); });
  }
  absl::StatusOr<std::vector<SubjectState>> ListSubjects(const SubjectQuery& query) override {
    return Run<absl::StatusOr<std::vector<SubjectState>>>(
        Method::kListSubjects, [&] { return reader_->ListSubjects(query); });
  }
  absl::StatusOr<std::vector<SubjectState>> ListOverdue(const OverdueQuery& query) override {
    return Run<absl::StatusOr<std::vector<SubjectState>>>(
        Method::kListOverdue, [&] { return reader_->ListOverdue(query); });
  }
  absl::StatusOr<std::vector<SubjectState>> Search(const SearchQuery& query) override {
    return Run<absl::StatusOr<std::vector<SubjectState>>>(Method::kSearch,
                                                          [&] { return reader_->Search(query); });
  }
  absl::StatusOr<std::vector<Activity>> ListActivities(const ActivityQuery& query) override {
    return Run<absl::StatusOr<std::vector<Activity>>>(
        Method::kListActivities, [&] { return reader_->ListActivities(query); });
  }
  absl::StatusOr<SubjectPage> GetPage(Number number, bool include_internal,
                                      std::int32_t limit) override {
    return Run<absl::StatusOr<SubjectPage>>(
        Method::kGetPage, [&] { return reader_->GetPage(number, include_internal, limit); });
  }
  absl::StatusOr<std::vector<Number>> ListNumbers(Number after, std::int32_t limit) override {
    return Run<absl::StatusOr<std::vector<Number>>>(
        Method::kListNumbers, [&] { return reader_->ListNumbers(after, limit); });
  }
  absl::StatusOr<FeedPage> ReadFeed(const FeedQuery& query) override {
    return Run<absl::StatusOr<FeedPage>>(Method::kReadFeed,
                                         [&] { return reader_->ReadFeed(query); });
  }
  absl::StatusOr<FeedStatus> ReadFeedStatus() override {
    return Run<absl::StatusOr<FeedStatus>>(Method::kReadFeedStatus,
                                           [&] { return reader_->ReadFeedStatus(); });
  }
  absl::StatusOr<std::optional<RedactionJob>> GetRedaction(std::int64_t id) override {
    return Run<absl::StatusOr<std::optional<RedactionJob>>>(
        Method::kGetRedaction, [&] { return reader_->GetRedaction(id); });
  }
  absl::StatusOr<std::vector<RedactionJob>> ListRedactions(std::optional<std::int64_t> before,
                                                           std::int32_t limit) override {
    return Run<absl::StatusOr<std::vector<RedactionJob>>>(
        Method::kListRedactions, [&] { return reader_->ListRedactions(before, limit); });
  }
  absl::StatusOr<std::vector<Activity>> GetActivities(absl::Span<const ActivityKey> keys) override {
    return Run<absl::StatusOr<std::vector<Activity>>>(Method::kGetActivities,
                                                      [&] { return reader_->GetActivities(keys); });
  }
  absl::StatusOr<std::vector<Notification>> ListNotifications(
      const NotificationQuery& query) override {
    return Run<absl::StatusOr<std::vector<Notification>>>(
        Method::kListNotifications, [&] { return reader_->ListNotifications(query); });
  }
  absl::StatusOr<std::optional<Notification>> GetNotification(Number subject,
                                                              std::int32_t seq) override {
    return Run<absl::StatusOr<std::optional<Notification>>>(
        Method::kGetNotification, [&] { return reader_->GetNotification(subject, seq); });
  }
  absl::StatusOr<std::vector<ReceivedEmail>> ListReceivedEmails(
      const ReceivedEmailQuery& query) override {
    return Run<absl::StatusOr<std::vector<ReceivedEmail>>>(
        Method::kListReceivedEmails, [&] { return reader_->ListReceivedEmails(query); });
  }
  absl::StatusOr<std::optional<ReceivedEmail>> GetReceivedEmail(std::int64_t id) override {
    return Run<absl::StatusOr<std::optional<ReceivedEmail>>>(
        Method::kGetReceivedEmail, [&] { return reader_->GetReceivedEmail(id); });
  }
  absl::StatusOr<std::string> GetRawEmail(std::int64_t id) override {
    return Run<absl::StatusOr<std::string>>(Method::kGetRawEmail,
                                            [&] { return reader_->GetRawEmail(id); });
  }
  absl::Status Ping() override {
    return Run<absl::Status>(Method::kPing, [&] { return reader_->Ping(); });
  }

 private:
  template <typename Result, typename Call>
  Result Run(Method method, const Call& call) {
    if (reader_ == nullptr) return Lost();
    const std::optional<Fault> fault = store_.Enter(method);
    if (!fault.has_value()) return call();
    if (EndsSession(*fault)) reader_.reset();
    return StatusOf(*fault);
  }

  FaultyStore& store_;
  std::unique_ptr<Reader> reader_;  // nullptr once the connection is lost
};

// A session each of whose calls is a transaction of its own.
template <typename Session>
class FaultySession : public Session {
 public:
  FaultySession(FaultyStore& store, std::unique_ptr<Session> session)
      : store_(store), session_(std::move(session)) {}

 protected:
  // `call` is given the session beneath.
  template <typename Call>
  auto Run(Method method, const Call& call) -> decltype(call(std::declval<Session&>())) {
    if (session_ == nullptr) return Lost();
    const std::optional<Fault> fault = store_.Enter(method);
    if (!fault.has_value()) return call(*session_);
    if (*fault == Fault::kExecuteThenLoseAnswer) static_cast<void>(call(*session_));
    if (EndsSession(*fault)) session_.reset();
    return StatusOf(*fault);
  }

 private:
  FaultyStore& store_;
  std::unique_ptr<Session> session_;  // nullptr once the connection is lost
};

class FaultyRedactionSession final : public FaultySession<RedactionSession> {
 public:
  using FaultySession::FaultySession;

  absl::StatusOr<CreatedRedaction> Create(const NewRedaction& redaction) override {
    return Run(Method::kCreateRedaction,
               [&](RedactionSession& session) { return session.Create(redaction); });
  }
  absl::StatusOr<std::optional<RedactionJob>> Take(const RedactionLease& lease) override {
    return Run(Method::kTakeRedaction,
               [&](RedactionSession& session) { return session.Take(lease); });
  }
  absl::StatusOr<std::vector<Number>> ListPending(std::int64_t id, Number after,
                                                  std::int32_t limit) override {
    return Run(Method::kListPending,
               [&](RedactionSession& session) { return session.ListPending(id, after, limit); });
  }
  absl::StatusOr<bool> Note(std::int64_t id, absl::Span<const RedactionOutcome> outcomes,
                            absl::Time at, const RedactionLease& lease) override {
    return Run(Method::kNoteRedacted,
               [&](RedactionSession& session) { return session.Note(id, outcomes, at, lease); });
  }
  absl::StatusOr<bool> Finish(std::int64_t id, absl::Time at) override {
    return Run(Method::kFinishRedaction,
               [&](RedactionSession& session) { return session.Finish(id, at); });
  }
};

class FaultyFeedConsumerSession final : public FaultySession<FeedConsumerSession> {
 public:
  using FaultySession::FaultySession;

  absl::Status Save(const FeedConsumer& consumer) override {
    return Run(Method::kSaveFeedConsumer,
               [&](FeedConsumerSession& session) { return session.Save(consumer); });
  }
  absl::StatusOr<bool> Delete(absl::string_view name) override {
    return Run(Method::kDeleteFeedConsumer,
               [&](FeedConsumerSession& session) { return session.Delete(name); });
  }
};

class FaultyNotificationSession final : public FaultySession<NotificationSession> {
 public:
  using FaultySession::FaultySession;

  absl::StatusOr<std::optional<std::int64_t>> TakeLease(absl::string_view owner,
                                                        absl::Duration length) override {
    return Run(Method::kTakeLease,
               [&](NotificationSession& session) { return session.TakeLease(owner, length); });
  }
  absl::Status ReleaseLease(std::int64_t fence) override {
    return Run(Method::kReleaseLease,
               [&](NotificationSession& session) { return session.ReleaseLease(fence); });
  }
  absl::StatusOr<FeedMark> BeginRecording(absl::Time now) override {
    return Run(Method::kBeginRecording,
               [&](NotificationSession& session) { return session.BeginRecording(now); });
  }
  absl::StatusOr<bool> Record(std::int64_t fence, absl::Span<const Notification> notifications,
                              absl::Span<const Silence> silences, const FeedMark& place,
                              absl::Time now) override {
    return Run(Method::kRecordNotifications, [&](NotificationSession& session) {
      return session.Record(fence, notifications, silences, place, now);
    });
  }
  absl::StatusOr<DueNotifications> ListDue(std::int32_t subjects) override {
    return Run(Method::kListDue,
               [&](NotificationSession& session) { return session.ListDue(subjects); });
  }
  absl::StatusOr<bool> Claim(std::int64_t fence,
                             absl::Span<const Notification> notifications) override {
    return Run(Method::kClaimNotifications,
               [&](NotificationSession& session) { return session.Claim(fence, notifications); });
  }
  absl::StatusOr<std::int64_t> Note(absl::Span<const Notification> notifications) override {
    return Run(Method::kNoteNotifications,
               [&](NotificationSession& session) { return session.Note(notifications); });
  }
  absl::StatusOr<std::optional<Notification>> Resend(Number subject, std::int32_t seq,
                                                     const RequestKey& key,
                                                     const Resending& by) override {
    return Run(Method::kResendNotification,
               [&](NotificationSession& session) { return session.Resend(subject, seq, key, by); });
  }
};

class FaultyReceivedEmailSession final : public FaultySession<ReceivedEmailSession> {
 public:
  using FaultySession::FaultySession;

  absl::StatusOr<ReceivedEmail> Add(const ReceivedEmail& email) override {
    return Run(Method::kAddReceivedEmail,
               [&](ReceivedEmailSession& session) { return session.Add(email); });
  }
  absl::StatusOr<ReceivedEmail> Conclude(const ReceivedEmail& email,
                                         absl::string_view raw) override {
    return Run(Method::kConcludeReceivedEmail,
               [&](ReceivedEmailSession& session) { return session.Conclude(email, raw); });
  }
  absl::StatusOr<std::int64_t> DropUnowned(absl::Time before, std::int32_t limit) override {
    return Run(Method::kDropUnowned,
               [&](ReceivedEmailSession& session) { return session.DropUnowned(before, limit); });
  }
  absl::StatusOr<std::vector<std::string>> ListAddressesTold(Number subject) override {
    return Run(Method::kListAddressesTold,
               [&](ReceivedEmailSession& session) { return session.ListAddressesTold(subject); });
  }
};

FaultyStore::~FaultyStore() {
  Heal();
  static_cast<void>(CompletePendingCommits());
  for (std::thread& thread : background_) thread.join();
}

void FaultyStore::Fail(Method method, Fault fault, When when) {
  const std::lock_guard lock(mutex_);
  const int first = calls_[static_cast<std::size_t>(method)] + when.call;
  plans_.push_back(
      {.method = method, .fault = fault, .first_call = first, .last_call = first + when.times - 1});
}

void FaultyStore::PoisonWhere(std::function<bool(const Activity&)> is_poison) {
  const std::lock_guard lock(mutex_);
  is_poison_ = std::move(is_poison);
}

void FaultyStore::Heal() {
  {
    const std::lock_guard lock(mutex_);
    plans_.clear();
    is_poison_ = nullptr;
  }
  Release();
}

bool FaultyStore::WaitUntilBlocked(int count) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return blocked_ >= count; });
}

void FaultyStore::Release() {
  const std::lock_guard lock(mutex_);
  ++releases_;
  changed_.notify_all();
}

std::vector<absl::Status> FaultyStore::CompletePendingCommits() {
  std::vector<std::unique_ptr<WriteSession>> pending;
  {
    const std::lock_guard lock(mutex_);
    pending.swap(pending_);
    changed_.notify_all();
  }
  std::vector<absl::Status> ended;
  ended.reserve(pending.size());
  for (const std::unique_ptr<WriteSession>& session : pending) ended.push_back(session->Commit());
  return ended;
}

int FaultyStore::Calls(Method method) const {
  const std::lock_guard lock(mutex_);
  return calls_[static_cast<std::size_t>(method)];
}

absl::StatusOr<std::unique_ptr<WriteSession>> FaultyStore::OpenWriteSession() {
  if (const std::optional<Fault> fault = Enter(Method::kOpenWriteSession)) return StatusOf(*fault);
  absl::StatusOr<std::unique_ptr<WriteSession>> session = store_.OpenWriteSession();
  if (!session.ok()) return session;
  return std::make_unique<FaultyWriteSession>(*this, *std::move(session));
}

absl::StatusOr<std::unique_ptr<Reader>> FaultyStore::OpenReader() {
  if (const std::optional<Fault> fault = Enter(Method::kOpenReader)) return StatusOf(*fault);
  absl::StatusOr<std::unique_ptr<Reader>> reader = store_.OpenReader();
  if (!reader.ok()) return reader;
  return std::make_unique<FaultyReader>(*this, *std::move(reader));
}

absl::StatusOr<std::unique_ptr<RedactionSession>> FaultyStore::OpenRedactionSession() {
  if (const std::optional<Fault> fault = Enter(Method::kOpenRedactionSession))
    return StatusOf(*fault);
  absl::StatusOr<std::unique_ptr<RedactionSession>> session = store_.OpenRedactionSession();
  if (!session.ok()) return session;
  return std::make_unique<FaultyRedactionSession>(*this, *std::move(session));
}

absl::StatusOr<std::unique_ptr<FeedConsumerSession>> FaultyStore::OpenFeedConsumerSession() {
  if (const std::optional<Fault> fault = Enter(Method::kOpenFeedConsumerSession))
    return StatusOf(*fault);
  absl::StatusOr<std::unique_ptr<FeedConsumerSession>> session = store_.OpenFeedConsumerSession();
  if (!session.ok()) return session;
  return std::make_unique<FaultyFeedConsumerSession>(*this, *std::move(session));
}

absl::StatusOr<std::unique_ptr<NotificationSession>> FaultyStore::OpenNotificationSession() {
  if (const std::optional<Fault> fault = Enter(Method::kOpenNotificationSession))
    return StatusOf(*fault);
  absl::StatusOr<std::unique_ptr<NotificationSession>> session = store_.OpenNotificationSession();
  if (!session.ok()) return session;
  return std::make_unique<FaultyNotificationSession>(*this, *std::move(session));
}

absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> FaultyStore::OpenReceivedEmailSession() {
  if (const std::optional<Fault> fault = Enter(Method::kOpenReceivedEmailSession))
    return StatusOf(*fault);
  absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> session = store_.OpenReceivedEmailSession();
  if (!session.ok()) return session;
  return std::make_unique<FaultyReceivedEmailSession>(*this, *std::move(session));
}

absl::Status FaultyStore::CheckSchema() {
  if (const std::optional<Fault> fault = Enter(Method::kCheckSchema)) return StatusOf(*fault);
  return store_.CheckSchema();
}

absl::StatusOr<FeedHead> FaultyStore::ReadFeedHead() {
  if (const std::optional<Fault> fault = Enter(Method::kReadFeedHead)) return StatusOf(*fault);
  return store_.ReadFeedHead();
}

std::optional<Fault> FaultyStore::Enter(Method method) {
  std::unique_lock lock(mutex_);
  const int call = ++calls_[static_cast<std::size_t>(method)];
  const std::optional<Fault> fault = FaultFor(method, call);
  if (fault != Fault::kBlock) return fault;
  const std::int64_t releases = releases_;
  ++blocked_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return releases_ != releases; });
  --blocked_;
  return std::nullopt;
}

std::optional<Fault> FaultyStore::FaultFor(Method method, int call) const {
  for (const Plan& plan : plans_) {
    if (plan.method == method && call >= plan.first_call && call <= plan.last_call)
      return plan.fault;
  }
  return std::nullopt;
}

bool FaultyStore::IsPoison(absl::Span<const ActivityWrite> activities) const {
  const std::lock_guard lock(mutex_);
  return is_poison_ != nullptr &&
         std::any_of(activities.begin(), activities.end(),
                     [&](const ActivityWrite& write) { return is_poison_(*write.activity); });
}

void FaultyStore::PutOff(std::unique_ptr<WriteSession> session) {
  const std::lock_guard lock(mutex_);
  background_.emplace_back([this, put_off = session.get()] { CompleteAtLast(put_off); });
  pending_.push_back(std::move(session));
}

void FaultyStore::CompleteAtLast(const WriteSession* put_off) {
  std::unique_ptr<WriteSession> session;
  {
    std::unique_lock lock(mutex_);
    const auto find = [&] {
      return std::ranges::find(pending_, put_off, &std::unique_ptr<WriteSession>::get);
    };
    if (changed_.wait_for(lock, kAtLast, [&] { return find() == pending_.end(); })) return;
    const auto found = find();
    session = std::move(*found);
    pending_.erase(found);
  }
  static_cast<void>(session->Commit());
}

void FaultyStore::CompletePendingCommitsSoon() {
  const std::lock_guard lock(mutex_);
  if (pending_.empty()) return;
  background_.emplace_back([pending = std::make_shared<std::vector<std::unique_ptr<WriteSession>>>(
                                std::move(pending_))] {
    std::this_thread::sleep_for(kLater);
    for (const std::unique_ptr<WriteSession>& session : *pending)
      static_cast<void>(session->Commit());
  });
  pending_.clear();
  changed_.notify_all();
}

}  // namespace ipstore::orders::test
