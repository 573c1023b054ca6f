#include "tests/bench/chart.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::bench {
namespace {

constexpr std::array<absl::string_view, 3> kDatabases = {"mariadb", "mysql", "sqlite"};
constexpr std::array<absl::string_view, 3> kInFlight = {"1", "64", "512"};

// Whether gnuplot could be run with that argument and was content.
bool RunGnuplot(std::string argument) {
  std::string program = "gnuplot";
  const std::array<char*, 3> arguments = {program.data(), argument.data(), nullptr};
  pid_t pid = 0;
  if (posix_spawnp(&pid, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0)
    return false;
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// As a text in a gnuplot script: within '…' only the quote itself is special.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
}

struct Point {
  std::string x;
  std::string key;
  // Drawn is the measure itself, or what one call costs at that rate, in µs.
  bool as_cost = false;
};

// One picture of the chart: a line for each thing that was measured, in the order of their names.
class Panel {
 public:
  Panel(std::string title, std::string x, std::string y)
      : title_(std::move(title)), x_(std::move(x)), y_(std::move(y)) {}

  // Points that were not measured are left out, and a line without any.
  void AddLine(const Results& results, absl::string_view name, const std::vector<Point>& points) {
    std::string data;
    for (const Point& point : points) {
      const std::optional<double> value = results.MedianOf(point.key);
      if (!value.has_value()) continue;
      absl::StrAppend(&data, point.x, " ", point.as_cost ? 1e6 / *value : *value, "\n");
    }
    if (data.empty()) return;
    plots_.push_back(absl::StrCat("'-' using 1:2 with linespoints pt 7 lw 2 title ", Quoted(name)));
    absl::StrAppend(&data_, data, "e\n");
  }

  bool empty() const { return plots_.empty(); }
  std::string Script() const {
    return absl::StrCat("set title ", Quoted(title_), "\nset xlabel ", Quoted(x_),
                        " offset 0,0.6\nset ylabel ", Quoted(y_), "\nplot ",
                        absl::StrJoin(plots_, ", \\\n  "), "\n", data_);
  }

 private:
  std::string title_;
  std::string x_;
  std::string y_;
  std::string data_;  // of the lines, one after the other
  std::vector<std::string> plots_;
};

std::vector<Point> ByInFlight(absl::string_view call, absl::string_view figure) {
  std::vector<Point> points;
  for (const absl::string_view in_flight : kInFlight)
    points.push_back(
        {.x = std::string(in_flight), .key = absl::StrCat(call, ".", in_flight, ".", figure)});
  return points;
}

Panel InFlightPanel(const Results& results, absl::string_view call, absl::string_view title,
                    absl::string_view figure, absl::string_view unit) {
  Panel panel{std::string(title), "calls in flight", std::string(unit)};
  for (const absl::string_view database : kDatabases)
    panel.AddLine(results, database, ByInFlight(absl::StrCat(database, ".", call), figure));
  if (call == "get") panel.AddLine(results, "echo (gRPC alone)", ByInFlight("echo", figure));
  return panel;
}

Panel GrowthPanel(const Results& results) {
  Panel panel("Cost of a call, 64 in flight", "orders stored", "µs");
  for (const absl::string_view database : kDatabases) {
    for (const auto& [call, prefix] :
         {std::pair{"transition", "at_"}, std::pair{"get", "get_at_"}}) {
      const std::string key = absl::StrCat(database, ".scale.", prefix);
      panel.AddLine(results, absl::StrCat(database, ", ", call),
                    {{.x = "10000", .key = absl::StrCat(key, "10k_per_s"), .as_cost = true},
                     {.x = "1000000", .key = absl::StrCat(key, "1m_per_s"), .as_cost = true}});
    }
  }
  return panel;
}

}  // namespace

absl::Status FindGnuplot() {
  if (RunGnuplot("--version")) return absl::OkStatus();
  return absl::FailedPreconditionError("--chart needs gnuplot, which cannot be run here");
}

absl::Status DrawChart(const Results& results, const std::string& script, const std::string& svg) {
  std::vector<Panel> panels;
  panels.push_back(
      InFlightPanel(results, "transition", "Durable transitions", "per_s", "per second"));
  panels.push_back(InFlightPanel(results, "transition", "Transitions: p99", "p99_ms", "ms"));
  panels.push_back(InFlightPanel(results, "get", "GetOrder", "per_s", "per second"));
  panels.push_back(InFlightPanel(results, "get", "GetOrder: p99", "p99_ms", "ms"));
  panels.push_back(GrowthPanel(results));
  std::erase_if(panels, [](const Panel& panel) { return panel.empty(); });
  if (panels.empty()) return absl::InternalError("there is nothing to draw");
  const std::size_t rows = (panels.size() + 1) / 2;
  std::ofstream file(script);
  file << "set terminal svg size 1100," << 360 * rows << " font 'sans,12' background rgb 'white'\n"
       << "set output " << Quoted(svg) << "\nset encoding utf8\nset grid\nset logscale x\n"
       << "set yrange [0:*]\nset key outside center bottom horizontal\nset multiplot layout "
       << rows << ",2\n";
  for (const Panel& panel : panels) file << panel.Script();
  file << "unset multiplot\n";
  file.close();
  if (!file || !RunGnuplot(script)) return absl::InternalError("gnuplot could not draw the chart");
  return absl::OkStatus();
}

}  // namespace ipstore::orders::bench
