#include "tests/bench/child_orderd.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <utility>
#include <vector>

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

constexpr absl::string_view kGreeting = "orderd is serving on ";

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

absl::StatusOr<std::unique_ptr<ChildOrderd>> ChildOrderd::Start(const std::string& program,
                                                                const std::string& database) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return absl::InternalError("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[1]);
  std::vector<std::string> words = {program, "--listen", "127.0.0.1:0", "--database", database};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int failure =
      posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  const std::string said = FirstLine(pipe_ends[0]);
  if (failure != 0) return absl::InternalError(absl::StrCat(program, " cannot be started"));
  absl::string_view address = said;
  const bool serves = absl::ConsumePrefix(&address, kGreeting);
  auto child = absl::WrapUnique(new ChildOrderd(pid, std::string(address)));
  if (!serves) return absl::InternalError(absl::StrCat(program, " does not serve: ", said));
  return child;
}

ChildOrderd::~ChildOrderd() {
  kill(pid_, SIGTERM);
  waitpid(pid_, nullptr, 0);
}

absl::StatusOr<ChildOrderd::Memory> ChildOrderd::ReadMemory() const {
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

}  // namespace ipstore::orders::bench
