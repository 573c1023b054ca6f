// What a database says of how it will run a statement.
#ifndef IPSTORE_ORDERS_TESTS_STORAGE_PLAN_H_
#define IPSTORE_ORDERS_TESTS_STORAGE_PLAN_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::test {

// What EXPLAIN says of one table.
struct PlanStep {
  std::string key;    // the index that is used; SQLite says it in `extra`
  std::string extra;  // all that it remarks
};

// How GoogleTest shows it.
void PrintTo(const PlanStep& step, std::ostream* out);

std::vector<PlanStep> PlanOf(sql::Session& session, sql::Backend backend,
                             const sql::ListStatement& statement);

// Steps on tables that a statement makes on its way have no key.
std::vector<std::string> KeysOf(const std::vector<PlanStep>& plan);

MATCHER(SortsNothing, "") {
  for (const PlanStep& step : arg) {
    for (absl::string_view costly :
         {"filesort", "temporary", "TEMP B-TREE", "SCAN subjects", "SCAN activities"}) {
      if (!absl::StrContains(step.extra, costly)) continue;
      *result_listener << step.extra;
      return false;
    }
  }
  return true;
}

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_STORAGE_PLAN_H_
