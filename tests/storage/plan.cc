#include "tests/storage/plan.h"

#include <cstddef>

#include "absl/strings/str_cat.h"

namespace ipstore::orders::test {

void PrintTo(const PlanStep& step, std::ostream* out) {
  *out << step.key << " " << step.extra;
}

std::vector<PlanStep> PlanOf(sql::Session& session, sql::Backend backend,
                             const sql::ListStatement& statement) {
  const bool sqlite = backend == sql::Backend::kSqlite;
  // MySQL has two columns more than MariaDB: partitions, before the key, and filtered, after it.
  const std::size_t columns = sqlite ? 4 : backend == sql::Backend::kMariaDb ? 10 : 12;
  const std::size_t key = sqlite ? 3 : backend == sql::Backend::kMariaDb ? 5 : 6;
  const std::string explain =
      absl::StrCat(sqlite ? "EXPLAIN QUERY PLAN " : "EXPLAIN FORMAT=TRADITIONAL ", statement.text);
  const sql::Rows rows = session
                             .Query(explain, statement.params,
                                    std::vector<sql::ValueType>(columns, sql::ValueType::kText))
                             .value();
  std::vector<PlanStep> plan;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    plan.push_back({.key = std::string(rows.Text(row, key)),
                    .extra = std::string(rows.Text(row, columns - 1))});
  }
  return plan;
}

std::vector<std::string> KeysOf(const std::vector<PlanStep>& plan) {
  std::vector<std::string> keys;
  for (const PlanStep& step : plan) {
    if (!step.key.empty()) keys.push_back(step.key);
  }
  return keys;
}

}  // namespace ipstore::orders::test
