#include "tests/bench/child_server.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string_view>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace ipstore::orders::bench {
namespace {

constexpr std::string_view kGreeting = " is serving on ";

// The first line that comes out of a pipe, which is closed then.
std::string FirstLine(int pipe) {
  std::FILE* stream = fdopen(pipe, "r");
  std::array<char, 256> line{};
  const bool any = std::fgets(line.data(), line.size(), stream) != nullptr;
  std::fclose(stream);
  return any ? std::string(absl::StripTrailingAsciiWhitespace(line.data())) : "";
}

// The value of a line "VmRSS:   12345 kB" in MiB.
bool TakeKilobytes(absl::string_view line, absl::string_view name, double& mib) {
  if (!absl::ConsumePrefix(&line, name)) return false;
  double kilobytes = 0;
  const std::vector<absl::string_view> words =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.empty() || !absl::SimpleAtod(words.front(), &kilobytes)) return false;
  mib = kilobytes / 1024;
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildServer>> ChildServer::StartOrderd(const std::string& database) {
  return Start(
      {ORDERD_PROGRAM, "--listen", "127.0.0.1:0", "--database", database, "--log-level", "error"});
}

absl::StatusOr<std::unique_ptr<ChildServer>> ChildServer::StartEcho(const std::string& file) {
  return Start({"/proc/self/exe", "--serve-echo", file});
}

absl::StatusOr<std::unique_ptr<ChildServer>> ChildServer::Start(std::vector<std::string> words) {
  std::array<int, 2> pipe_ends{};
  // Not for children that are started later: they would keep it open.
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return absl::InternalError("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int failure =
      posix_spawn(&pid, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  const std::string said = FirstLine(pipe_ends[0]);
  if (failure != 0) return absl::InternalError(absl::StrCat(words.front(), " cannot be started"));
  const std::size_t greeting = said.find(kGreeting);
  const bool serves = greeting != std::string::npos;
  auto child = absl::WrapUnique(
      new ChildServer(pid, serves ? said.substr(greeting + kGreeting.size()) : ""));
  if (!serves) return absl::InternalError(absl::StrCat(words.front(), " does not serve: ", said));
  return child;
}

ChildServer::~ChildServer() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

absl::StatusOr<ChildServer::Memory> ChildServer::ReadMemory() const {
  std::ifstream status(absl::StrCat("/proc/", pid_, "/status"));
  Memory memory;
  int found = 0;
  for (std::string line; std::getline(status, line);) {
    found += TakeKilobytes(line, "VmRSS:", memory.resident_mib) ? 1 : 0;
    found += TakeKilobytes(line, "VmHWM:", memory.peak_mib) ? 1 : 0;
  }
  if (found != 2) return absl::InternalError("the server's memory cannot be read");
  return memory;
}

// The process's clock is finer than the hundredths of a second of /proc/<pid>/stat.
absl::Duration ChildServer::ProcessorTime() const {
  clockid_t clock{};
  std::timespec time{};
  if (clock_getcpuclockid(pid_, &clock) != 0 || clock_gettime(clock, &time) != 0)
    return absl::ZeroDuration();
  return absl::DurationFromTimespec(time);
}

}  // namespace ipstore::orders::bench
