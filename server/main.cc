// orderd: reads its configuration, opens the database, serves until it is told to end.

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/config.h"
#include "server/log.h"
#include "server/server.h"
#include "server/storage/open.h"
#include "server/verify.h"

namespace ipstore::orders {
namespace {

// Exit codes: 0 ended as told, 1 could not start or go on, or what is verified differs, 2 wrongly
// called.
constexpr int kCannotStart = 1;
constexpr int kDiffers = 1;

// Blocks SIGTERM and SIGINT in this thread and those that it starts, so that they wait for
// sigwait(). Must come before any thread.
sigset_t HoldBackSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int Fail(const absl::Status& status) {
  std::cerr << "orderd: " << status.message() << "\n";
  return kCannotStart;
}

OpenOptions OptionsOf(const Config& config) {
  OpenOptions options;
  if (!config.database_password.empty()) options.password = config.database_password;
  return options;
}

int Migrate(const Config& config) {
  absl::StatusOr<MigrationResult> result = MigrateStore(config.database, OptionsOf(config));
  if (!result.ok()) return Fail(result.status());
  if (result->from == result->to) {
    std::cout << "The schema is at version " << result->to << " already.\n";
  } else {
    std::cout << "The schema is now at version " << result->to << " (before: " << result->from
              << ").\n";
  }
  return 0;
}

int VerifyLogs(const Config& config) {
  OpenOptions options = OptionsOf(config);
  options.as_it_is = true;
  options.cache_bytes = 0;  // each subject is read once
  absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(config.database, options);
  if (!store.ok()) return Fail(store.status());
  absl::StatusOr<std::unique_ptr<Reader>> reader = (*store)->OpenReader();
  if (!reader.ok()) return Fail(reader.status());
  absl::StatusOr<VerifyReport> report =
      Verify(**reader, [](absl::string_view line) { std::cout << line << "\n"; });
  if (!report.ok()) return Fail(report.status());
  std::cout << "Verified: subjects " << report->subjects << ", activities " << report->activities
            << ", differing " << report->differing << ".\n";
  return report->differing == 0 ? 0 : kDiffers;
}

int NewEpoch(const Config& config) {
  absl::StatusOr<FeedHead> head = BeginFeedEpoch(config.database, OptionsOf(config));
  if (!head.ok()) return Fail(head.status());
  std::cout << "The feed is at position " << head->position << " of epoch " << head->epoch
            << " now. Who watched before is told FEED_HISTORY_CHANGED.\n";
  return 0;
}

void WarnOfRisks(const Config& config) {
  absl::StatusOr<std::vector<std::string>> warnings =
      DurabilityWarnings(config.database, OptionsOf(config));
  if (!warnings.ok())
    return LogWarning(absl::StrCat("durability is not known: ", warnings.status().message()));
  for (const std::string& warning : *warnings) LogWarning(warning);
}

int Serve(const Config& config, const sigset_t& signals) {
  // Debian's Abseil looks for deadlocks of gRPC's locks at each of them, which is for development.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::StatusOr<std::unique_ptr<Store>> store = OpenStore(config.database, OptionsOf(config));
  if (!store.ok()) return Fail(store.status());
  WarnOfRisks(config);
  const std::string database = (*store)->Describe();
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(config, *std::move(store));
  if (!server.ok()) return Fail(server.status());
  // On stdout, for scripts that wait for it.
  std::cout << "orderd is serving on " << (*server)->address() << std::endl;
  LogInfo(absl::StrCat("serving on ", (*server)->address(), " with ", database));

  int signal = 0;
  sigwait(&signals, &signal);
  LogInfo(absl::StrCat("ending on ", strsignal(signal)));
  (*server)->Shutdown(absl::Seconds(config.shutdown_grace_seconds));
  LogInfo("ended");
  return 0;
}

int Main(int argc, const char* const* argv) {
  std::variant<Config, Ending> read = ReadConfig(argc, argv);
  if (const auto* ending = std::get_if<Ending>(&read)) {
    (ending->exit_code == 0 ? std::cout : std::cerr) << ending->text;
    return ending->exit_code;
  }
  const Config& config = std::get<Config>(read);
  const sigset_t signals = HoldBackSignals();
  StartLog(config.log_level, config.log_json);
  switch (config.task) {
    case Config::Task::kMigrate:
      return Migrate(config);
    case Config::Task::kVerify:
      return VerifyLogs(config);
    case Config::Task::kNewEpoch:
      return NewEpoch(config);
    case Config::Task::kServe:
      return Serve(config, signals);
  }
  return kCannotStart;
}

}  // namespace
}  // namespace ipstore::orders

int main(int argc, char** argv) {
  return ipstore::orders::Main(argc, argv);
}
