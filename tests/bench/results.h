// What was measured, by name, and what it should have been.
#ifndef IPSTORE_ORDERS_TESTS_BENCH_RESULTS_H_
#define IPSTORE_ORDERS_TESTS_BENCH_RESULTS_H_

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders::bench {

// What one run of many calls came to. A latency is from beginning a call to having its answer.
struct Figures {
  double per_s = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double p999_ms = 0;
};

// Of the latency of each call of a run that took `seconds` in all. `millis` must not be empty.
Figures FiguresOf(std::vector<double> millis, double seconds);

// The middle one of `values`, which must not be empty; of an even number the upper of the two.
double Median(std::vector<double> values);

// Something that a measure should be, at least or at most.
struct Target {
  enum class Bound : bool { kAtLeast, kAtMost };

  std::string name;  // for people
  std::string key;
  Bound bound = Bound::kAtLeast;
  double value = 0;
};

// Samples by key ("mariadb.transition.64.per_s"); what is told of them is the median, the lowest
// and the highest. Not thread-safe.
class Results {
 public:
  void Add(const std::string& key, double sample);
  // Each figure as "<prefix>.per_s" and so on.
  void Add(const std::string& prefix, const Figures& figures);
  // A fact that explains the numbers: what machine it was, which databases.
  void AddFact(const std::string& name, const std::string& value) { facts_[name] = value; }
  // All of `other`.
  void Append(const Results& other);

  // Nothing when there is no sample.
  std::optional<double> MedianOf(const std::string& key) const;
  // One sample of the ratio of two medians, where both are there.
  void AddRatio(const std::string& key, const std::string& of, const std::string& to);

  // The keys with their medians, all at one level, but for "spread" ({key: [lowest, highest]}) and
  // "machine".
  nlohmann::json ToJson() const;
  // All of it as a table on stdout.
  void Print() const;

  enum class Verdict { kAllMet, kNotAllMeasured, kMissed };
  // Prints `targets` as a table on stdout. A missed one counts for more than one not measured.
  Verdict Judge(const std::vector<Target>& targets) const;

 private:
  std::vector<std::string> keys_;  // in the order in which they came
  std::map<std::string, std::vector<double>> samples_;
  std::map<std::string, std::string> facts_;
};

}  // namespace ipstore::orders::bench

#endif  // IPSTORE_ORDERS_TESTS_BENCH_RESULTS_H_
