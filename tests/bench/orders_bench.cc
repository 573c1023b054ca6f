// What the service does on each database, beside what the same machine does without it, in one run:
// only ratios mean something elsewhere, since machines differ and are shared. Load, server and
// database have this one to themselves.
//
//   orders_bench [--quick] [--json FILE] [--chart FILE] [--only NAME...]
//
// SQLite is always there; MariaDB and MySQL when IPSTORE_TEST_MARIADB_URL and
// IPSTORE_TEST_MYSQL_URL say where they are (`./dev bench` starts them), with the settings that
// they were started with.
//
// Exit code 0: all targets are met. 1: something could not be measured. 2: a target is missed.

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "tests/bench/chart.h"
#include "tests/bench/database_bench.h"
#include "tests/bench/echo_server.h"
#include "tests/bench/growth.h"
#include "tests/bench/raw_sql.h"
#include "tests/bench/results.h"
#include "tests/bench/watchers.h"

namespace ipstore::orders::bench {
namespace {

constexpr int kNotMeasured = 1;
constexpr int kMissed = 2;

struct Options {
  bool quick = false;
  std::string json;
  std::string chart;
  std::vector<std::string> only;
  std::string serve_echo;  // of a child of this program

  bool Wants(const std::string& name) const {
    return only.empty() || std::ranges::find(only, name) != only.end();
  }
};

class Bench {
 public:
  Bench(const Options& options, std::string directory)
      : options_(options), directory_(std::move(directory)), echo_(directory_ + "/answer") {}

  int Run() {
    AddMachine();
    for (const char* const name : kDatabases) MeasureRatesOf(name);
    if (options_.Wants("watch")) OnWatchers();
    // Last, and kept until then: it takes longer than all the rest.
    WriteJson();
    for (const char* const name : kDatabases) MeasureGrowthOf(name);
    if (options_.Wants("mariadb") && options_.Wants("sqlite")) {
      results_.AddRatio("sqlite.transition.64.vs_mariadb", "sqlite.transition.64.per_s",
                        "mariadb.transition.64.per_s");
      Want("sqlite.transition.64.vs_mariadb", "SQLite, 64 in flight, times MariaDB's", kAtLeast, 1);
    }
    results_.Print();
    const Results::Verdict verdict = results_.Judge(targets_);
    WriteJson();
    if (!options_.chart.empty())
      Check("--chart", DrawChart(results_, directory_ + "/chart.gnuplot", options_.chart));
    if (verdict == Results::Verdict::kMissed) return kMissed;
    return measured_all_ && verdict == Results::Verdict::kAllMet ? 0 : kNotMeasured;
  }

 private:
  static constexpr std::array kDatabases = {"mariadb", "mysql", "sqlite"};
  static constexpr auto kAtLeast = Target::Bound::kAtLeast;
  static constexpr auto kAtMost = Target::Bound::kAtMost;

  void AddMachine() {
    results_.AddFact("cores", absl::StrCat(std::thread::hardware_concurrency()));
    results_.AddFact("date",
                     absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::Now(), absl::UTCTimeZone()));
    results_.AddFact("grpc", grpc::Version());
  }

  void Want(const std::string& key, const std::string& name, Target::Bound bound, double value) {
    targets_.push_back({.name = name, .key = key, .bound = bound, .value = value});
  }

  bool Check(const std::string& what, const absl::Status& status) {
    if (status.ok()) return true;
    std::printf("%s: NOT MEASURED: %s\n", what.c_str(), status.ToString().c_str());
    measured_all_ = false;
    return false;
  }

  // The url of what `suffix` tells apart from the other databases of this run; empty: it cannot be
  // had.
  BenchDatabase Place(const std::string& name, const std::string& suffix) {
    if (name == "sqlite")
      return {.name = name, .url = absl::StrCat("sqlite:", directory_, "/", suffix, ".db")};
    const char* variable =
        name == "mariadb" ? "IPSTORE_TEST_MARIADB_URL" : "IPSTORE_TEST_MYSQL_URL";
    const char* url = std::getenv(variable);
    if (url == nullptr) {
      Check(name, absl::FailedPreconditionError(absl::StrCat(variable, " is not set")));
      return {.name = name};
    }
    const std::string drop =
        absl::StrCat("ipstore_bench_", absl::ToUnixMicros(absl::Now()), "_", suffix);
    return {.name = name, .url = absl::StrCat(url, drop), .drop = drop};
  }

  // Lets `measure` have a database of its own.
  template <typename Measure>
  void With(const std::string& name, const std::string& suffix, Measure measure) {
    const BenchDatabase database = Place(name, suffix);
    if (database.url.empty()) return;
    absl::Status status = MakeDatabase(database, results_);
    if (status.ok()) status = measure(database);
    Check(absl::StrCat(name, ", ", suffix), status);
    if (!database.drop.empty()) DropDatabase(database.url, database.drop).IgnoreError();
  }

  void MeasureRatesOf(const std::string& name) {
    if (!options_.Wants(name)) return;
    const RoundsPlan plan =
        options_.quick ? RoundsPlan{.rounds = 3, .orders_per_run = 3'000} : RoundsPlan{};
    With(name, "rates", [&](const BenchDatabase& database) {
      return MeasureRounds(database, plan, echo_, results_);
    });
    WantRates(name);
  }

  void MeasureGrowthOf(const std::string& name) {
    if (options_.quick || !options_.Wants("growth")) return;
    With(name, "growth", [&](const BenchDatabase& database) {
      return MeasureGrowth(database, GrowthPlan(), results_);
    });
    Want(name + ".scale.at_1m_vs_at_10k",
         name + ": transitions at 1,000,000 orders, times at 10,000", kAtLeast, 0.8);
    Want(name + ".list.page10000_vs_page1", name + ": page 10,000 of a list, times page 1", kAtMost,
         1.5);
  }

  void WantRates(const std::string& name) {
    const std::string transition = name + ".transition.";
    if (name != "sqlite") {
      const bool mariadb = name == "mariadb";
      Want(transition + "512.vs_raw", name + ": 512 in flight, times one transaction each",
           kAtLeast, mariadb ? 2.5 : 3.8);
      Want(transition + "64.vs_raw", name + ": 64 in flight, times one transaction each", kAtLeast,
           mariadb ? 1.8 : 2.0);
    }
    Want(transition + "512.vs_ceiling", name + ": 512 in flight, times batches of plain SQL",
         kAtLeast, 0.5);
    Want(transition + "1.p50_vs_raw_alone", name + ": one alone, p50, times that of plain SQL",
         kAtMost, 1.5);
    Want(name + ".get.64.vs_echo", name + ": GetOrder, 64 in flight, times an echo", kAtLeast, 0.5);
  }

  void OnWatchers() {
    WatchPlan plan;
    if (options_.quick) plan.duration = absl::Seconds(5);
    std::printf("%d watchers\n", plan.of_one_order + plan.of_everything);
    Check("watch", MeasureWatchers(Place("sqlite", "watch").url, plan, results_));
    Want("watch.p99_ms", "watchers, p99 of a change's way to them, ms", kAtMost, 250);
    Want("watch.peak_mib", "watchers, memory of the server at most, MiB", kAtMost, 300);
  }

  void WriteJson() {
    if (options_.json.empty()) return;
    std::ofstream file(options_.json);
    file << results_.ToJson().dump(2) << "\n";
    file.close();
    if (!file) Check("--json", absl::InternalError("the file cannot be written"));
  }

  const Options& options_;
  const std::string directory_;
  Results results_;
  std::vector<Target> targets_;
  bool measured_all_ = true;
  Echo echo_;
};

int RunBench(const Options& options) {
  if (!options.chart.empty()) {
    // Not when everything is measured already.
    if (absl::Status found = FindGnuplot(); !found.ok()) {
      std::cerr << found.message() << "\n";
      return kNotMeasured;
    }
  }
  std::string directory =
      (std::filesystem::temp_directory_path() / "ipstore-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    std::cerr << "no temporary directory\n";
    return kNotMeasured;
  }
  const int code = Bench(options, directory).Run();
  std::filesystem::remove_all(directory);
  return code;
}

int Main(int argc, const char* const* argv) {
  Options options;
  CLI::App app("Measures the service beside plain SQL and an echo server.", "orders_bench");
  app.add_flag("--quick", options.quick, "The core of it in some two minutes: nothing of growth");
  app.add_option("--json", options.json, "Write the results to this file");
  app.add_option("--chart", options.chart, "Draw them as an SVG, with gnuplot");
  app.add_option("--only", options.only, "Measure only these parts")
      ->check(CLI::IsMember({"mariadb", "mysql", "sqlite", "growth", "watch"}));
  app.add_option("--serve-echo", options.serve_echo)->group("");  // not for people
  CLI11_PARSE(app, argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  // As orderd does, for the echo server and for the load.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  if (options.serve_echo.empty()) return RunBench(options);
  std::cerr << ServeEcho(options.serve_echo).ToString() << "\n";
  return kNotMeasured;
}

}  // namespace
}  // namespace ipstore::orders::bench

int main(int argc, char** argv) {
  return ipstore::orders::bench::Main(argc, argv);
}
