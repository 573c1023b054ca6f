// Durable transitions per second through gRPC, against plain SQL with a transaction each, on the
// same database in the same run: only the ratios mean something, since machines differ and are
// shared.
//
//   orders_bench [--quick]
//
// SQLite is always measured; MariaDB and MySQL when IPSTORE_TEST_MARIADB_URL and
// IPSTORE_TEST_MYSQL_URL say where they are
// (`./dev bench` starts them). Load, server and database share the machine. Each database runs with
// the settings that the server was started with; the durable ones are printed by orderd's own
// check.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/server.h"
#include "server/storage/open.h"
#include "tests/bench/load.h"
#include "tests/bench/raw_sql.h"

namespace ipstore::orders::bench {
namespace {

constexpr int kRawConnections = 32;

struct Plan {
  int rounds = 5;
  int orders_per_run = 10'000;
};

struct Target {
  std::string name;  // "mariadb"
  std::string url;   // of the database to use
  std::string drop;  // the name to drop afterwards; empty: a file
};

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::string Spread(const std::vector<double>& values) {
  const auto [least, most] = std::ranges::minmax(values);
  char text[64];
  std::snprintf(text, sizeof text, "%8.0f  (%.0f–%.0f)", Median(values), least, most);
  return text;
}

void PrintLatency(int in_flight, const std::vector<Figures>& runs) {
  std::vector<double> p50;
  std::vector<double> p99;
  for (const Figures& run : runs) {
    p50.push_back(run.p50_ms);
    p99.push_back(run.p99_ms);
  }
  std::printf("  gRPC, %3d in flight: p50 %.2f ms, p99 %.2f ms\n", in_flight, Median(p50),
              Median(p99));
}

// Everything on one database: rounds in which raw and gRPC take turns, so that a slow spell of the
// machine hits both.
absl::Status Measure(const Target& target, const Plan& plan) {
  if (auto migrated = MigrateStore(target.url); !migrated.ok()) return migrated.status();
  if (auto warnings = DurabilityWarnings(target.url); warnings.ok()) {
    for (const std::string& warning : *warnings)
      std::printf("  NOT DURABLE: %s\n", warning.c_str());
  }
  auto store = OpenStore(target.url);
  if (!store.ok()) return store.status();
  std::printf("%s: %s\n", target.name.c_str(), (*store)->Describe().c_str());
  Config config;
  config.listen = "127.0.0.1:0";
  auto server = Server::Start(config, *std::move(store));
  if (!server.ok()) return server.status();
  Load load((*server)->address());

  const std::vector<int> in_flight = {1, 64, 512};
  std::vector<double> raw;
  std::vector<std::vector<Figures>> grpc(in_flight.size());
  std::string payload;
  for (int round = 0; round <= plan.rounds; ++round) {
    const bool warm_up = round == 0;
    for (std::size_t i = 0; i < in_flight.size(); ++i) {
      // One call at a time waits for a commit each; a tenth of the orders takes long enough.
      const int count = in_flight[i] == 1 ? plan.orders_per_run / 10 : plan.orders_per_run;
      auto orders = load.CreateOrders(count);
      if (!orders.ok()) return orders.status();
      auto figures = load.StartProcessing(*orders, in_flight[i]);
      if (!figures.ok()) return figures.status();
      if (!warm_up) grpc[i].push_back(*figures);
    }
    if (target.drop.empty()) continue;  // SQLite's file belongs to the server; see below
    if (payload.empty()) {
      auto prepared = PrepareRaw(target.url);
      if (!prepared.ok()) return prepared.status();
      payload = *std::move(prepared);
    }
    auto orders = load.CreateOrders(plan.orders_per_run);
    if (!orders.ok()) return orders.status();
    auto per_s = RunRaw(target.url, *orders, payload, kRawConnections);
    if (!per_s.ok()) return per_s.status();
    if (!warm_up) raw.push_back(*per_s);
  }

  if (target.drop.empty()) {
    // Raw needs the file for itself.
    auto orders = load.CreateOrders(plan.orders_per_run);
    if (!orders.ok()) return orders.status();
    server->reset();
    auto prepared = PrepareRaw(target.url);
    if (!prepared.ok()) return prepared.status();
    auto per_s = RunRaw(target.url, *orders, *prepared, 1);
    if (!per_s.ok()) return per_s.status();
    raw.push_back(*per_s);
  }

  std::printf("  %-34s %s /s\n",
              target.drop.empty() ? "plain SQL, 1 connection" : "plain SQL, 32 connections",
              Spread(raw).c_str());
  for (std::size_t i = 0; i < in_flight.size(); ++i) {
    std::vector<double> rates;
    for (const Figures& run : grpc[i]) rates.push_back(run.per_s);
    std::printf("  gRPC, %3d in flight                %s /s   %.2f × plain SQL\n", in_flight[i],
                Spread(rates).c_str(), Median(rates) / Median(raw));
  }
  for (std::size_t i = 0; i < in_flight.size(); ++i) PrintLatency(in_flight[i], grpc[i]);
  return absl::OkStatus();
}

std::vector<Target> Targets(const std::string& directory) {
  std::vector<Target> targets;
  const std::string name = absl::StrCat("ipstore_bench_", absl::ToUnixMicros(absl::Now()));
  for (const auto& [database, variable] : {std::pair{"mariadb", "IPSTORE_TEST_MARIADB_URL"},
                                           std::pair{"mysql", "IPSTORE_TEST_MYSQL_URL"}}) {
    const char* url = std::getenv(variable);
    if (url == nullptr) {
      std::printf("%s: NOT MEASURED, %s is not set\n", database, variable);
      continue;
    }
    targets.push_back({database, absl::StrCat(url, name), name});
  }
  targets.push_back({"sqlite", absl::StrCat("sqlite:", directory, "/orders.db"), ""});
  return targets;
}

int Main(int argc, char** argv) {
  Plan plan;
  if (argc > 1 && absl::string_view(argv[1]) == "--quick")
    plan = {.rounds = 3, .orders_per_run = 3'000};
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::string directory =
      (std::filesystem::temp_directory_path() / "ipstore-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;

  std::printf("Durable transitions (START_PROCESSING), median of %d rounds (lowest–highest)\n",
              plan.rounds);
  int failures = 0;
  for (const Target& target : Targets(directory)) {
    if (absl::Status measured = Measure(target, plan); !measured.ok()) {
      std::printf("%s: FAILED: %s\n", target.name.c_str(), measured.ToString().c_str());
      ++failures;
    }
    if (!target.drop.empty()) DropDatabase(target.url, target.drop).IgnoreError();
  }
  std::filesystem::remove_all(directory);
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ipstore::orders::bench

int main(int argc, char** argv) {
  return ipstore::orders::bench::Main(argc, argv);
}
