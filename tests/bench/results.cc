#include "tests/bench/results.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>

namespace ipstore::orders::bench {
namespace {

// "12345", "123", "12.35", "0.12": three digits that count, and no more than two after the point.
std::string Shown(double value) {
  char text[64];
  std::snprintf(text, sizeof text, value < 100 ? "%.2f" : "%.0f", value);
  return text;
}

}  // namespace

double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Figures FiguresOf(std::vector<double> millis, double seconds) {
  std::ranges::sort(millis);
  const std::size_t count = millis.size();
  return {.per_s = static_cast<double>(count) / seconds,
          .p50_ms = millis[count / 2],
          .p99_ms = millis[count * 99 / 100],
          .p999_ms = millis[count * 999 / 1000]};
}

void Results::Add(const std::string& key, double sample) {
  std::vector<double>& samples = samples_[key];
  if (samples.empty()) keys_.push_back(key);
  samples.push_back(sample);
}

void Results::Add(const std::string& prefix, const Figures& figures) {
  Add(prefix + ".per_s", figures.per_s);
  Add(prefix + ".p50_ms", figures.p50_ms);
  Add(prefix + ".p99_ms", figures.p99_ms);
  Add(prefix + ".p999_ms", figures.p999_ms);
}

void Results::Append(const Results& other) {
  for (const std::string& key : other.keys_) {
    for (const double sample : other.samples_.at(key)) Add(key, sample);
  }
  for (const auto& [name, value] : other.facts_) facts_[name] = value;
}

std::optional<double> Results::MedianOf(const std::string& key) const {
  const auto found = samples_.find(key);
  if (found == samples_.end()) return std::nullopt;
  return Median(found->second);
}

void Results::AddRatio(const std::string& key, const std::string& of, const std::string& to) {
  const std::optional<double> dividend = MedianOf(of);
  const std::optional<double> divisor = MedianOf(to);
  if (dividend.has_value() && divisor.has_value()) Add(key, *dividend / *divisor);
}

nlohmann::json Results::ToJson() const {
  nlohmann::json json = nlohmann::json::object();
  nlohmann::json spread = nlohmann::json::object();
  for (const auto& [key, samples] : samples_) {
    json[key] = Median(samples);
    const auto [lowest, highest] = std::ranges::minmax(samples);
    spread[key] = nlohmann::json::array({lowest, highest});
  }
  json["spread"] = std::move(spread);
  json["machine"] = facts_;
  return json;
}

void Results::Print() const {
  std::printf("\n");
  for (const auto& [name, value] : facts_) std::printf("%s: %s\n", name.c_str(), value.c_str());
  std::printf("\n%-42s %10s %10s %10s %8s\n", "", "median", "lowest", "highest", "samples");
  for (const std::string& key : keys_) {
    const std::vector<double>& samples = samples_.at(key);
    const auto [lowest, highest] = std::ranges::minmax(samples);
    std::printf("%-42s %10s %10s %10s %8zu\n", key.c_str(), Shown(Median(samples)).c_str(),
                Shown(lowest).c_str(), Shown(highest).c_str(), samples.size());
  }
}

Results::Verdict Results::Judge(const std::vector<Target>& targets) const {
  auto verdict = Verdict::kAllMet;
  std::printf("\n%-66s %10s %10s\n", "target", "", "measured");
  for (const Target& target : targets) {
    const bool at_least = target.bound == Target::Bound::kAtLeast;
    const std::string wanted = (at_least ? ">= " : "<= ") + Shown(target.value);
    const std::optional<double> measured = MedianOf(target.key);
    std::string said = "NOT MEASURED";
    if (measured.has_value()) {
      const bool met = at_least ? *measured >= target.value : *measured <= target.value;
      if (!met) verdict = Verdict::kMissed;
      said = met ? "met" : "NOT MET";
    } else if (verdict == Verdict::kAllMet) {
      verdict = Verdict::kNotAllMeasured;
    }
    std::printf("%-66s %10s %10s  %s\n", target.name.c_str(), wanted.c_str(),
                measured.has_value() ? Shown(*measured).c_str() : "", said.c_str());
  }
  return verdict;
}

}  // namespace ipstore::orders::bench
