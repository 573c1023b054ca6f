#include "tests/bench/database_bench.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "server/storage/open.h"
#include "tests/bench/raw_sql.h"

namespace ipstore::orders::bench {
namespace {

using Numbers = absl::Span<const std::int64_t>;

constexpr std::array kInFlight = {1, 64, 512};
constexpr int kUsualInFlight = 64;
constexpr int kRawConnections = 32;
// Batches are so quick that one pass would be over before it can be measured.
constexpr int kCeilingTimes = 4;
constexpr int kWarmUpShare = 5;

// One round. Its orders are new, each is moved once through gRPC or by one of the yardsticks.
class Round {
 public:
  Round(const BenchDatabase& database, int orders, Echo& echo, Results& results)
      : database_(database),
        orders_(static_cast<std::size_t>(orders)),
        echo_(echo),
        results_(results) {}

  absl::Status Run() {
    if (absl::Status served = ThroughGrpc(); !served.ok()) return served;
    if (absl::Status direct = BySql(); !direct.ok()) return direct;
    AddRatios();
    return absl::OkStatus();
  }

 private:
  template <typename... Parts>
  std::string Key(const Parts&... parts) const {
    return absl::StrCat(database_.name, ".", parts...);
  }

  // The next so many of the orders that are still where they were placed.
  Numbers Take(std::size_t count) {
    const Numbers taken = Numbers(numbers_).subspan(taken_, count);
    taken_ += count;
    return taken;
  }
  // One call at a time waits for a commit each; a tenth of the orders takes long enough.
  std::size_t CountFor(int in_flight) const { return in_flight == 1 ? orders_ / 10 : orders_; }

  // Figures of a run, and what its calls have cost the server.
  template <typename RunIt>
  absl::Status Measure(const std::string& key, Numbers orders, RunIt run) {
    const absl::Duration before = server_->ProcessorTime();
    const absl::StatusOr<Figures> figures = run(orders);
    if (!figures.ok()) return figures.status();
    const absl::Duration spent = server_->ProcessorTime() - before;
    results_.Add(key, *figures);
    results_.Add(key + ".cpu_us",
                 absl::ToDoubleMicroseconds(spent) / static_cast<double>(orders.size()));
    return absl::OkStatus();
  }

  absl::Status ThroughGrpc() {
    auto server = ChildServer::StartOrderd(database_.url);
    if (!server.ok()) return server.status();
    server_ = *std::move(server);
    Load load(server_->address());
    if (absl::Status placed = Place(load); !placed.ok()) return placed;
    if (absl::Status written = Writes(load); !written.ok()) return written;
    if (absl::Status read = Reads(load); !read.ok()) return read;
    const auto memory = server_->ReadMemory();
    if (!memory.ok()) return memory.status();
    results_.Add(Key("server.rss_mib"), memory->resident_mib);
    results_.Add(Key("server.peak_mib"), memory->peak_mib);
    // SQLite's file is its own as long as it runs, and plain SQL should have the machine to itself.
    server_.reset();
    return absl::OkStatus();
  }

  absl::Status Place(Load& load) {
    const std::size_t count = 3 * orders_ + 2 * (orders_ / 10);
    const auto placed = load.CreateOrders(static_cast<int>(count), kUsualInFlight);
    if (!placed.ok()) return placed.status();
    results_.Add(Key("create.", kUsualInFlight), placed->figures);
    numbers_ = placed->numbers;
    // Then each run's are a range, by which its batches are found.
    std::ranges::sort(numbers_);
    return absl::OkStatus();
  }

  absl::Status Writes(Load& load) {
    for (std::size_t i = 0; i < kInFlight.size(); ++i) {
      moved_[i] = Take(CountFor(kInFlight[i]));
      absl::Status moved =
          Measure(Key("transition.", kInFlight[i]), moved_[i],
                  [&](Numbers orders) { return load.StartProcessing(orders, kInFlight[i]); });
      if (!moved.ok()) return moved;
    }
    return Measure(Key("comment.", kUsualInFlight), moved_.back(),
                   [&](Numbers orders) { return load.Comment(orders, kUsualInFlight); });
  }

  absl::Status Reads(Load& load) {
    // Not in the order in which they were written.
    std::vector<std::int64_t> mixed = numbers_;
    std::ranges::shuffle(mixed, std::mt19937_64(mixed.size()));
    auto echo = echo_.LoadOn(load, mixed.front());
    if (!echo.ok()) return echo.status();
    for (const int in_flight : kInFlight) {
      const Numbers orders = Numbers(mixed).subspan(0, in_flight == 1 ? orders_ : mixed.size());
      absl::Status got = Measure(Key("get.", in_flight), orders, [&](Numbers numbers) {
        return load.GetOrders(numbers, in_flight);
      });
      if (!got.ok()) return got;
      const auto echoed = (*echo)->GetOrders(orders, in_flight);
      if (!echoed.ok()) return echoed.status();
      results_.Add(absl::StrCat("echo.", in_flight), *echoed);
      AddRatio(Key("get.", in_flight, ".vs_echo"), Key("get.", in_flight, ".per_s"),
               absl::StrCat("echo.", in_flight, ".per_s"));
    }
    return Measure(Key("page.", kUsualInFlight), Numbers(mixed).subspan(0, orders_),
                   [&](Numbers orders) { return load.GetOrderPages(orders, kUsualInFlight); });
  }

  absl::Status BySql() {
    auto raw = RawSql::Open(database_.url);
    if (!raw.ok()) return raw.status();
    const Numbers orders = Take(orders_);
    const auto each = raw->MoveEach(orders, kRawConnections);
    if (!each.ok()) return each.status();
    results_.Add(Key("raw.per_s"), each->per_s);
    const auto alone = raw->MoveEach(Take(CountFor(1)), 1);
    if (!alone.ok()) return alone.status();
    results_.Add(Key("raw.alone_p50_ms"), alone->p50_ms);
    const auto ceiling = raw->MoveInBatches(orders, kCeilingTimes);
    if (!ceiling.ok()) return ceiling.status();
    results_.Add(Key("ceiling.per_s"), *ceiling);
    const auto read = raw->ReadEach(numbers_);
    if (!read.ok()) return read.status();
    results_.Add(Key("select.per_s"), read->per_s);
    for (std::size_t i = 0; i < kInFlight.size(); ++i) {
      const auto batch = raw->BatchSize(moved_[i].front(), moved_[i].back());
      if (!batch.ok()) return batch.status();
      results_.Add(Key("transition.", kInFlight[i], ".batch"), *batch);
    }
    return absl::OkStatus();
  }

  void AddRatios() {
    for (const int in_flight : kInFlight) {
      const std::string key = Key("transition.", in_flight);
      AddRatio(key + ".vs_raw", key + ".per_s", Key("raw.per_s"));
      AddRatio(key + ".vs_ceiling", key + ".per_s", Key("ceiling.per_s"));
      AddBound(key, absl::StrCat("echo.", in_flight, ".per_s"));
    }
    AddRatio(Key("transition.1.p50_vs_raw_alone"), Key("transition.1.p50_ms"),
             Key("raw.alone_p50_ms"));
  }
  // A transition through gRPC costs the machine a call and a row of a batch at least, and there is
  // one machine for both: how many it could do if it did nothing else.
  void AddBound(const std::string& transition, const std::string& echo) {
    const auto calls = results_.MedianOf(echo);
    const auto rows = results_.MedianOf(Key("ceiling.per_s"));
    if (!calls.has_value() || !rows.has_value()) return;
    results_.Add(transition + ".bound_per_s", 1 / (1 / *calls + 1 / *rows));
    AddRatio(transition + ".vs_bound", transition + ".per_s", transition + ".bound_per_s");
    AddRatio(transition + ".bound_vs_ceiling", transition + ".bound_per_s", Key("ceiling.per_s"));
    AddRatio(transition + ".bound_vs_raw", transition + ".bound_per_s", Key("raw.per_s"));
  }
  void AddRatio(const std::string& key, const std::string& of, const std::string& to) {
    results_.AddRatio(key, of, to);
  }

  const BenchDatabase& database_;
  const std::size_t orders_;
  Echo& echo_;
  Results& results_;  // of this round alone
  std::unique_ptr<ChildServer> server_;
  std::vector<std::int64_t> numbers_;  // ascending
  std::size_t taken_ = 0;
  std::array<Numbers, kInFlight.size()> moved_;  // through gRPC
};

}  // namespace

absl::StatusOr<Load*> Echo::LoadOn(Load& like, std::int64_t order) {
  if (load_ != nullptr) return load_.get();
  const auto answer = like.GetOrderBytes(order);
  if (!answer.ok()) return answer.status();
  std::ofstream(file_, std::ios::binary) << *answer;
  auto server = ChildServer::StartEcho(file_);
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  load_ = std::make_unique<Load>(server_->address());
  return load_.get();
}

absl::Status MakeDatabase(const BenchDatabase& database, Results& results) {
  if (auto migrated = MigrateStore(database.url); !migrated.ok()) return migrated.status();
  const auto store = OpenStore(database.url);
  if (!store.ok()) return store.status();
  const std::vector<std::string> words = absl::StrSplit((*store)->Describe(), ' ');
  const std::string version = words.size() < 2 ? "" : words[1];
  results.AddFact(database.name, version);
  std::printf("%s %s, ", database.name.c_str(), version.c_str());
  const auto warnings = DurabilityWarnings(database.url);
  if (!warnings.ok()) return warnings.status();
  if (warnings->empty()) std::printf("durable: a commit survives a loss of power\n");
  for (const std::string& warning : *warnings) std::printf("NOT DURABLE: %s\n", warning.c_str());
  return absl::OkStatus();
}

absl::Status MeasureRounds(const BenchDatabase& database, const RoundsPlan& plan, Echo& echo,
                           Results& results) {
  for (int round = 0; round <= plan.rounds; ++round) {
    const int orders = round == 0 ? plan.orders_per_run / kWarmUpShare : plan.orders_per_run;
    Results of_round;
    absl::Status run = Round(database, orders, echo, of_round).Run();
    if (round > 0) results.Append(of_round);
    if (!run.ok()) return run;
    if (round > 0) std::printf("  round %d of %d\n", round, plan.rounds);
  }
  return absl::OkStatus();
}

}  // namespace ipstore::orders::bench
