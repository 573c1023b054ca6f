// Durable transitions per second through gRPC, against plain SQL with a transaction each, on the
// same database in the same run: only the ratios mean something, since machines differ and are
// shared.
//
//   orders_bench [--quick] [--only-watchers]
//
// And what it takes to tell 5,000 watchers of them, on SQLite.
//
// SQLite is always measured; MariaDB and MySQL when IPSTORE_TEST_MARIADB_URL and
// IPSTORE_TEST_MYSQL_URL say where they are
// (`./dev bench` starts them). Load, server and database share the machine. Each database runs with
// the settings that the server was started with; the durable ones are printed by orderd's own
// check.

#include <algorithm>
#include <array>
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
#include "tests/bench/watchers.h"

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
// machine hits both. SQLite's file belongs to the server, so there raw comes at the end, alone.
class Measurement {
 public:
  Measurement(const Target& target, const Plan& plan) : target_(target), plan_(plan) {}

  absl::Status Run() {
    if (absl::Status started = Start(); !started.ok()) return started;
    for (int round = 0; round <= plan_.rounds; ++round) {
      const bool counted = round > 0;
      if (absl::Status grpc = GrpcRound(counted); !grpc.ok()) return grpc;
      if (IsFile()) continue;
      if (absl::Status raw = RawRound(counted); !raw.ok()) return raw;
    }
    if (IsFile()) {
      if (absl::Status raw = RawRound(/*counted=*/true); !raw.ok()) return raw;
    }
    Print();
    return absl::OkStatus();
  }

 private:
  static constexpr std::array kInFlight = {1, 64, 512};

  bool IsFile() const { return target_.drop.empty(); }

  absl::Status Start() {
    if (auto migrated = MigrateStore(target_.url); !migrated.ok()) return migrated.status();
    if (auto warnings = DurabilityWarnings(target_.url); warnings.ok()) {
      for (const std::string& warning : *warnings)
        std::printf("  NOT DURABLE: %s\n", warning.c_str());
    }
    auto store = OpenStore(target_.url);
    if (!store.ok()) return store.status();
    std::printf("%s: %s\n", target_.name.c_str(), (*store)->Describe().c_str());
    Config config;
    config.listen = "127.0.0.1:0";
    auto server = Server::Start(config, *std::move(store));
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    load_ = std::make_unique<Load>(server_->address());
    return absl::OkStatus();
  }

  absl::Status GrpcRound(bool counted) {
    for (std::size_t i = 0; i < kInFlight.size(); ++i) {
      // One call at a time waits for a commit each; a tenth of the orders takes long enough.
      const int count = kInFlight[i] == 1 ? plan_.orders_per_run / 10 : plan_.orders_per_run;
      auto orders = load_->CreateOrders(count);
      if (!orders.ok()) return orders.status();
      auto figures = load_->StartProcessing(orders->numbers, kInFlight[i]);
      if (!figures.ok()) return figures.status();
      if (counted) grpc_[i].push_back(*figures);
    }
    return absl::OkStatus();
  }

  absl::Status RawRound(bool counted) {
    auto orders = load_->CreateOrders(plan_.orders_per_run);
    if (!orders.ok()) return orders.status();
    if (IsFile()) server_.reset();
    auto payload = PrepareRaw(target_.url);
    if (!payload.ok()) return payload.status();
    auto per_s = RunRaw(target_.url, orders->numbers, *payload, kRawConnections);
    if (!per_s.ok()) return per_s.status();
    if (counted) raw_.push_back(*per_s);
    return absl::OkStatus();
  }

  void Print() const {
    std::printf("  %-34s %s /s\n",
                IsFile() ? "plain SQL, 1 connection" : "plain SQL, 32 connections",
                Spread(raw_).c_str());
    for (std::size_t i = 0; i < kInFlight.size(); ++i) {
      std::vector<double> rates;
      for (const Figures& run : grpc_[i]) rates.push_back(run.per_s);
      std::printf("  gRPC, %3d in flight                %s /s   %.2f × plain SQL\n", kInFlight[i],
                  Spread(rates).c_str(), Median(rates) / Median(raw_));
    }
    for (std::size_t i = 0; i < kInFlight.size(); ++i) PrintLatency(kInFlight[i], grpc_[i]);
  }

  const Target& target_;
  const Plan& plan_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Load> load_;
  std::vector<double> raw_;
  std::array<std::vector<Figures>, kInFlight.size()> grpc_;
};

void Print(const char* who, const Delays& delays) {
  std::printf("  %-22s %8zu deliveries: p50 %.1f ms, p99 %.1f ms\n", who, delays.deliveries,
              delays.p50_ms, delays.p99_ms);
}

absl::Status RunWatchers(const std::string& directory, const WatchPlan& plan) {
  const auto figures =
      MeasureWatchers(ORDERD_PROGRAM, absl::StrCat("sqlite:", directory, "/watched.db"), plan);
  if (!figures.ok()) return figures.status();
  std::printf("%d watchers while %d transitions a second are committed\n",
              plan.of_one_order + plan.of_everything, plan.transitions_per_s);
  Print("of an order's page", figures->of_one_order);
  Print("of everything", figures->of_everything);
  Print("all", figures->all);
  std::printf("  memory of the server: %.0f MiB when all are connected, %.0f MiB at most\n",
              figures->connected_mib, figures->peak_mib);
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

// Whether all of it could be measured.
bool MeasureTransitions(const std::string& directory, const Plan& plan) {
  std::printf("Durable transitions (START_PROCESSING), median of %d rounds (lowest–highest)\n",
              plan.rounds);
  bool measured_all = true;
  for (const Target& target : Targets(directory)) {
    if (absl::Status measured = Measurement(target, plan).Run(); !measured.ok()) {
      std::printf("%s: FAILED: %s\n", target.name.c_str(), measured.ToString().c_str());
      measured_all = false;
    }
    if (!target.drop.empty()) DropDatabase(target.url, target.drop).IgnoreError();
  }
  return measured_all;
}

int Main(const std::vector<absl::string_view>& arguments) {
  const auto given = [&](absl::string_view flag) {
    return std::ranges::find(arguments, flag) != arguments.end();
  };
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::string directory =
      (std::filesystem::temp_directory_path() / "ipstore-bench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 1;

  bool measured_all = true;
  if (!given("--only-watchers")) {
    measured_all = MeasureTransitions(
        directory, given("--quick") ? Plan{.rounds = 3, .orders_per_run = 3'000} : Plan{});
  }
  if (absl::Status watched = RunWatchers(directory, WatchPlan()); !watched.ok()) {
    std::printf("watchers: FAILED: %s\n", watched.ToString().c_str());
    measured_all = false;
  }
  std::filesystem::remove_all(directory);
  return measured_all ? 0 : 1;
}

}  // namespace
}  // namespace ipstore::orders::bench

int main(int argc, char** argv) {
  return ipstore::orders::bench::Main({argv + 1, argv + argc});
}
