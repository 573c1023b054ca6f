// An orderd that kills itself with SIGKILL right after a COMMIT was executed and before anybody is
// told: what happens when the power goes at the worst moment. For tests only; takes the flags of
// orderd, and from the environment variable DYING_ORDERD_COMMIT the number of the commit to die
// after.

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "server/config.h"
#include "server/log.h"
#include "server/server.h"
#include "server/storage/open.h"
#include "server/storage/store.h"

namespace ipstore::orders {
namespace {

class DyingSession final : public WriteSession {
 public:
  DyingSession(std::unique_ptr<WriteSession> session, std::atomic<int>& commits_left)
      : session_(std::move(session)), commits_left_(commits_left) {}

  absl::StatusOr<std::int64_t> ReserveSerials(std::int64_t count) override {
    return session_->ReserveSerials(count);
  }
  absl::Status Begin() override { return session_->Begin(); }
  absl::StatusOr<Loaded> Load(const LoadRequest& request) override {
    return session_->Load(request);
  }
  absl::Status WriteSubjects(absl::Span<const SubjectWrite> writes) override {
    return session_->WriteSubjects(writes);
  }
  absl::Status RedactActivities(absl::Span<const ActivityRedaction> redactions) override {
    return session_->RedactActivities(redactions);
  }
  absl::Status PassSerial(std::int64_t serial) override { return session_->PassSerial(serial); }
  absl::StatusOr<std::int64_t> AppendActivities(
      absl::Span<const ActivityWrite> activities) override {
    return session_->AppendActivities(activities);
  }
  absl::Status Commit() override {
    absl::Status status = session_->Commit();
    if (--commits_left_ == 0) raise(SIGKILL);
    return status;
  }
  absl::Status Rollback() override { return session_->Rollback(); }

 private:
  std::unique_ptr<WriteSession> session_;
  std::atomic<int>& commits_left_;
};

class DyingStore final : public Store {
 public:
  DyingStore(std::unique_ptr<Store> store, int commits)
      : store_(std::move(store)), commits_left_(commits) {}

  absl::StatusOr<std::unique_ptr<WriteSession>> OpenWriteSession() override {
    absl::StatusOr<std::unique_ptr<WriteSession>> session = store_->OpenWriteSession();
    if (!session.ok()) return session;
    return std::make_unique<DyingSession>(*std::move(session), commits_left_);
  }
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader() override { return store_->OpenReader(); }
  absl::StatusOr<std::unique_ptr<RedactionSession>> OpenRedactionSession() override {
    return store_->OpenRedactionSession();
  }
  absl::StatusOr<std::unique_ptr<FeedConsumerSession>> OpenFeedConsumerSession() override {
    return store_->OpenFeedConsumerSession();
  }
  absl::StatusOr<std::unique_ptr<NotificationSession>> OpenNotificationSession() override {
    return store_->OpenNotificationSession();
  }
  absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> OpenReceivedEmailSession() override {
    return store_->OpenReceivedEmailSession();
  }
  int MaxWriteSessions() const override { return store_->MaxWriteSessions(); }
  std::string Describe() const override { return store_->Describe(); }
  const std::string& Secret() const override { return store_->Secret(); }
  void Forget(Number subject) override { store_->Forget(subject); }
  absl::Status CheckSchema() override { return store_->CheckSchema(); }
  absl::StatusOr<FeedHead> ReadFeedHead() override { return store_->ReadFeedHead(); }

 private:
  std::unique_ptr<Store> store_;
  std::atomic<int> commits_left_;
};

int Fail(absl::string_view what) {
  std::cerr << "dying_orderd: " << what << "\n";
  return 1;
}

int Main(int argc, const char* const* argv) {
  const std::variant<Config, Ending> read = ReadConfig(argc, argv);
  if (const auto* ending = std::get_if<Ending>(&read)) return Fail(ending->text);
  const Config& config = std::get<Config>(read);
  StartLog(config.log_level, config.log_json);
  const char* variable = std::getenv("DYING_ORDERD_COMMIT");
  int commits = 0;
  if (variable == nullptr || !absl::SimpleAtoi(variable, &commits))
    return Fail("DYING_ORDERD_COMMIT is no number");

  absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(config.database);
  if (!store.ok()) return Fail(store.status().message());
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start(config, std::make_unique<DyingStore>(*std::move(store), commits));
  if (!server.ok()) return Fail(server.status().message());
  std::cout << "orderd is serving on " << (*server)->address() << std::endl;
  // Ends by SIGKILL, its own or the test's.
  while (true) pause();
}

}  // namespace
}  // namespace ipstore::orders

int main(int argc, char** argv) {
  return ipstore::orders::Main(argc, argv);
}
