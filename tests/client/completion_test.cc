// The completion scripts, tried in the shells that the machine has.

#include "client/orderctl/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/orderctl/run.h"

namespace ipstore::orders::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Script(const std::string& shell) {
  const Outcome outcome = RunOrderctl({"orderctl", "completion", shell}, {});
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  return outcome.out;
}

// A folder of this process's own: several run at the same time.
const std::string& Folder() {
  static const auto* const kFolder = [] {
    auto* path = new std::string(::testing::TempDir() + "/orderctl-completion-XXXXXX");
    if (mkdtemp(path->data()) == nullptr) std::abort();
    std::atexit([] { std::filesystem::remove_all(Folder()); });
    return path;
  }();
  return *kFolder;
}

std::string WriteScript(const std::string& shell) {
  std::string path = absl::StrCat(Folder(), "/completion.", shell);
  std::ofstream(path) << Script(shell);
  return path;
}

struct Output {
  int exit_code = 0;
  std::string text;
};

Output RunCommand(const std::string& command) {
  std::FILE* pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  Output output;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.text.append(buffer.data(), size);
  }
  output.exit_code = pclose(pipe);
  return output;
}

bool HasShell(const std::string& shell) {
  return RunCommand(absl::StrCat("command -v ", shell)).exit_code == 0;
}

// What bash offers for the last of `words`, which may be empty.
std::string BashOffers(const std::string& words, int count) {
  const std::string program =
      absl::StrCat("source ", WriteScript("bash"), "; COMP_WORDS=(", words,
                   "); COMP_CWORD=", count - 1, "; _orderctl; echo \"${COMPREPLY[*]}\"");
  const std::string path = absl::StrCat(Folder(), "/try.bash");
  std::ofstream(path) << program;
  return std::string(absl::StripAsciiWhitespace(RunCommand(absl::StrCat("bash ", path)).text));
}

TEST(Completion, BashOffersCommandsOptionsAndValues) {
  EXPECT_EQ(BashOffers("orderctl sta", 2), "start-processing start-gathering start-preparing");
  EXPECT_EQ(BashOffers("orderctl hand-to-carrier --pa", 3), "--parcel");
  EXPECT_EQ(BashOffers("orderctl --json get --la", 4), "--lang");
  EXPECT_EQ(BashOffers("orderctl get 1 --lang ''", 5), "el en");
  EXPECT_EQ(BashOffers("orderctl check 1 pay", 4), "payment");
  EXPECT_EQ(BashOffers("orderctl update 1 --promised", 4), "--promised-delivery");
  EXPECT_EQ(BashOffers("orderctl update 1 --method ''", 5), "courier store-pickup company-vehicle");
  EXPECT_EQ(BashOffers("orderctl notifications 1 ''", 4), "on off");
  EXPECT_EQ(BashOffers("orderctl feedb", 2), "feedback");
  EXPECT_EQ(BashOffers("orderctl batch start-p", 3), "start-processing start-preparing");
  EXPECT_EQ(BashOffers("orderctl requests --status wait", 4), "waiting-for-customer");
  EXPECT_EQ(BashOffers("orderctl list --status gath", 4), "gathering-products");
  EXPECT_EQ(BashOffers("orderctl create ord", 3), "");
}

TEST(Completion, BashLeavesAnOptionsOwnValueAlone) {
  EXPECT_EQ(BashOffers("orderctl --server ''", 3), "");
}

TEST(Completion, EveryShellReadsItsScript) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    if (!HasShell(shell)) continue;
    const Output output = RunCommand(absl::StrCat(shell, " -n ", WriteScript(shell)));
    EXPECT_EQ(output.exit_code, 0) << shell << ": " << output.text;
  }
}

TEST(Completion, ZshAndFishKnowCommandsOptionsAndValues) {
  EXPECT_THAT(Script("zsh"), HasSubstr("'start-processing:1 → 2: begin to verify the order'"));
  EXPECT_THAT(Script("zsh"),
              HasSubstr("'*--lang[Greek or English; else as the locale says]:value:(el en)'"));
  EXPECT_THAT(Script("fish"),
              HasSubstr("complete -c orderctl -n '__fish_seen_subcommand_from list' -l status"));
  EXPECT_THAT(Script("fish"), HasSubstr("-x -a 'el en'"));
}

TEST(Completion, DescriptionsCannotBreakOutOfTheirQuotes) {
  const CommandNode program{
      .name = "tool",
      .subcommands = {{.name = "go",
                       .description = "the shop's [own] way: $(date)",
                       .options = {{.name = "--x", .description = "it's `here`"}}}}};
  EXPECT_THAT(ZshCompletion(program), HasSubstr("'go:the shop'\\''s [own] way: $(date)'"));
  EXPECT_THAT(ZshCompletion(program), HasSubstr("'*--x[it'\\''s `here`]'"));
  EXPECT_THAT(FishCompletion(program), HasSubstr("-d 'it'\\''s `here`'"));
  EXPECT_THAT(BashCompletion(program), Not(HasSubstr("date")));
}

}  // namespace
}  // namespace ipstore::orders::client
