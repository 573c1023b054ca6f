// Lists: which rows, in which order, page by page, and off which index.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/store_statements.h"
#include "tests/storage/conformance.h"

namespace ipstore::orders::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t kSerial = Number::kFirstSerial;

// An order in that status, as far as its subject row is concerned.
Change OrderInStatus(int i, OrderStatus status, std::string customer, absl::Time at,
                     absl::Time public_at) {
  OrderContent content = PickupContent();
  content.customer.id = std::move(customer);
  Change change = CreationOf(PlacedOrder(kSerial + i, std::move(content)));
  Subject& subject = change.after.subject;
  subject.status = static_cast<std::uint8_t>(status);
  subject.active = !IsClosed(status);
  subject.last_activity_at = at;
  subject.last_public_activity_at = public_at;
  return change;
}

// Sixty orders of two customers in all statuses; several share a moment, and public activity is in
// another order.
std::vector<Change> SixtyOrders() {
  std::vector<Change> changes;
  for (int i = 0; i < 60; ++i) {
    changes.push_back(OrderInStatus(
        i, kOrderStatuses[i % kOrderStatuses.size()], i % 3 == 0 ? kNikosId : kMariaId,
        PlacedAt() + absl::Seconds(i / 7), PlacedAt() - absl::Seconds(i / 4)));
  }
  return changes;
}

bool Matches(const SubjectQuery& query, const Subject& subject) {
  if (query.customer_id.has_value() && subject.customer_id != *query.customer_id) return false;
  if (query.order_statuses.empty()) return !query.active_only || subject.active;
  return std::any_of(
      query.order_statuses.begin(), query.order_statuses.end(),
      [&](OrderStatus status) { return subject.status == static_cast<std::uint8_t>(status); });
}

absl::Time TimeOf(const SubjectQuery& query, const Subject& subject) {
  return query.customer_id.has_value() ? subject.last_public_activity_at : subject.last_activity_at;
}

// The numbers that the query should find, by the plainest means.
std::vector<Number> Expected(const SubjectQuery& query, const std::vector<Change>& all) {
  std::vector<std::pair<absl::Time, Number>> found;
  for (const Change& change : all) {
    const Subject& subject = change.after.subject;
    if (Matches(query, subject)) found.emplace_back(TimeOf(query, subject), subject.number);
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<Number> numbers;
  for (const auto& [time, number] : found) numbers.push_back(number);
  return numbers;
}

// All pages of the query, one after the other.
std::vector<Number> Paged(Reader& reader, SubjectQuery query) {
  std::vector<Number> numbers;
  for (;;) {
    const std::vector<Order> page = OrdersIn(reader.ListSubjects(query).value());
    for (const Order& order : page) numbers.push_back(order.subject.number);
    if (page.size() < static_cast<std::size_t>(query.limit)) return numbers;
    const Subject& last = page.back().subject;
    query.after = ListCursor{.at = TimeOf(query, last), .number = last.number};
  }
}

// Each kind of list that there is.
std::vector<SubjectQuery> Queries() {
  std::vector<SubjectQuery> queries;
  for (const std::optional<std::string>& customer :
       {std::optional<std::string>(), std::optional<std::string>(kMariaId)}) {
    queries.push_back({.customer_id = customer});
    queries.push_back({.customer_id = customer, .active_only = true});
    queries.push_back({.customer_id = customer, .order_statuses = {OrderStatus::kReceived}});
    queries.push_back({.customer_id = customer,
                       .order_statuses = {OrderStatus::kCancelled, OrderStatus::kProcessing,
                                          OrderStatus::kCancelled},
                       .active_only = true});
  }
  return queries;
}

TEST_P(StoreConformance, EveryListHasExactlyItsRowsNewestFirstOnPagesOfAnySize) {
  std::vector<Change> all = SixtyOrders();
  ASSERT_THAT(Write(*OpenWriter(), all), IsOk());
  auto reader = OpenReader();
  for (SubjectQuery query : Queries()) {
    for (int limit : {1, 7, 60, 1000}) {
      query.limit = limit;
      EXPECT_THAT(Paged(*reader, query), ElementsAreArray(Expected(query, all)));
    }
  }
  EXPECT_THAT(reader->ListSubjects({.customer_id = "nobody"}).value(), IsEmpty());
  EXPECT_THAT(reader->ListSubjects({.limit = 0}).value(), IsEmpty());
}

TEST_P(StoreConformance, ListedOrdersAreWhole) {
  OrderInTest order = PlacedOrder(kSerial);
  order.WalkTo(OrderStatus::kHandedToCarrier);
  MustWrite(CreationOf(order));
  EXPECT_THAT(OrdersIn(OpenReader()->ListSubjects({}).value()), ElementsAre(order.order()));
}

TEST_P(StoreConformance, AnInternalCommentDoesNotMoveTheCustomersList) {
  const OrderInTest older = PlacedOrder(kSerial);
  OrderInTest newer = PlacedOrder(kSerial + 1);
  newer.WalkTo(OrderStatus::kProcessing);
  MustWrite(CreationOf(older));
  MustWrite(CreationOf(newer));
  Change comment = Comment(older.order(), "checked by phone", Visibility::kInternal);
  for (int i = 0; i < 5; ++i) {
    const Order now = comment.after;
    MustWrite(comment);
    comment = Comment(now, "checked again", Visibility::kInternal);
  }
  auto reader = OpenReader();
  EXPECT_EQ(HeadOf(reader->ListSubjects({.customer_id = kMariaId}).value().front()).number,
            newer.order().subject.number);
  EXPECT_EQ(HeadOf(reader->ListSubjects({}).value().front()).number, older.order().subject.number);
}

TEST_P(StoreConformance, ARowThatDoesNotChangeIsPagedOnceWhileOthersMove) {
  std::vector<Change> all = SixtyOrders();
  auto writer = OpenWriter();
  ASSERT_THAT(Write(*writer, all), IsOk());
  auto reader = OpenReader();
  SubjectQuery query{.limit = 5};
  std::multiset<Number> seen;
  std::set<Number> moved;
  for (std::size_t i = 0;; ++i) {
    const std::vector<Order> page = OrdersIn(reader->ListSubjects(query).value());
    for (const Order& order : page) seen.insert(order.subject.number);
    if (page.size() < 5) break;
    query.after = ListCursor{page.back().subject.last_activity_at, page.back().subject.number};
    // Another order gets to the top of the list meanwhile.
    const Order before = all[(i * 17) % all.size()].after;
    if (!moved.insert(before.subject.number).second) continue;
    ASSERT_THAT(Write(*writer, Comment(before, "meanwhile")), IsOk());
  }
  for (const Change& change : all) {
    if (moved.contains(change.after.subject.number)) continue;
    EXPECT_EQ(seen.count(change.after.subject.number), 1U);
  }
}

// --- What the database does for it ---

// What EXPLAIN says of one table.
struct PlanStep {
  std::string key;    // the index that is used; SQLite says it in `extra`
  std::string extra;  // all that it remarks
};

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

// Steps on tables that a statement makes on its way have no key.
std::vector<std::string> KeysOf(const std::vector<PlanStep>& plan) {
  std::vector<std::string> keys;
  for (const PlanStep& step : plan) {
    if (!step.key.empty()) keys.push_back(step.key);
  }
  return keys;
}

MATCHER(SortsNothing, "") {
  for (const PlanStep& step : arg) {
    for (absl::string_view costly : {"filesort", "temporary", "TEMP B-TREE", "SCAN subjects"}) {
      if (!absl::StrContains(step.extra, costly)) continue;
      *result_listener << step.extra;
      return false;
    }
  }
  return true;
}

class ListPlans : public StoreConformance {
 protected:
  void SetUp() override {
    StoreConformance::SetUp();
    if (IsSkipped()) return;
    std::vector<Change> all;
    for (int i = 0; i < 2000; ++i) {
      all.push_back(OrderInStatus(i, kOrderStatuses[i % kOrderStatuses.size()],
                                  i % 4 == 0 ? kMariaId : kNikosId, PlacedAt() + absl::Seconds(i),
                                  PlacedAt() + absl::Seconds(i)));
    }
    ASSERT_THAT(Write(*OpenWriter(), all), IsOk());
    database().Execute(OnSqlite() ? "ANALYZE"
                                  : "ANALYZE TABLE subjects, orders, order_lines, activities");
    session_ = database().Connect(sql::Purpose::kRead);
  }

  sql::Dialect dialect() const { return sql::Dialect(GetParam()); }
  std::vector<PlanStep> PlanOf(const sql::ListStatement& statement) {
    return test::PlanOf(*session_, GetParam(), statement);
  }

  // The index entries that the statement walks over.
  std::int64_t EntriesRead(const sql::ListStatement& statement) {
    const auto read = [&] {
      const sql::Rows rows =
          session_
              ->Query(
                  "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_key',"
                  " 'Handler_read_next', 'Handler_read_prev')",
                  {}, {sql::ValueType::kText, sql::ValueType::kInteger})
              .value();
      std::int64_t sum = 0;
      for (std::size_t row = 0; row < rows.size(); ++row) sum += rows.Integer(row, 1);
      return sum;
    };
    const std::int64_t before = read();
    EXPECT_THAT(session_->Query(statement.text, statement.params, sql::kFindTypes).status(),
                IsOk());
    return read() - before;
  }

 private:
  std::unique_ptr<sql::Session> session_;
};

INSTANTIATE_TEST_SUITE_P(All, ListPlans, testing::ValuesIn(AllBackends()), BackendName);

TEST_P(ListPlans, EveryListIsReadOffItsIndexWithoutSorting) {
  for (SubjectQuery query : Queries()) {
    const std::string index =
        query.customer_id.has_value() ? "subjects_of_customer" : "subjects_by_status";
    for (bool further_page : {false, true}) {
      if (further_page)
        query.after =
            ListCursor{PlacedAt() + absl::Seconds(500), Number::FromSerial(kSerial + 500)};
      const std::vector<PlanStep> plan = PlanOf(sql::FindSubjects(dialect(), query));
      EXPECT_THAT(plan, SortsNothing());
      if (!OnSqlite()) {
        EXPECT_THAT(KeysOf(plan), Each(index));
        EXPECT_THAT(KeysOf(plan), Not(IsEmpty()));
        continue;
      }
      for (const PlanStep& step : plan) {
        if (!absl::StrContains(step.extra, "SEARCH subjects")) continue;
        EXPECT_THAT(step.extra, HasSubstr(index));
        EXPECT_THAT(step.extra, HasSubstr(further_page ? "activity_at<?" : "status=?"))
            << "goes straight to the place";
      }
    }
  }
}

TEST_P(ListPlans, ThePageDeepDownCostsWhatTheFirstDoes) {
  if (OnSqlite()) return;  // It does not count. Its plan shows that it goes straight to the place.
  for (SubjectQuery query : Queries()) {
    query.limit = 10;
    const std::int64_t first = EntriesRead(sql::FindSubjects(dialect(), query));
    query.after = ListCursor{PlacedAt() + absl::Seconds(300), Number::FromSerial(kSerial + 300)};
    const std::int64_t deep = EntriesRead(sql::FindSubjects(dialect(), query));
    EXPECT_LE(first, 9 * 12);
    EXPECT_LE(deep, 2 * first) << "of 2000 orders";
  }
}

TEST_P(ListPlans, ActivitiesAreReadInTheOrderOfTheirKey) {
  for (bool newest_first : {false, true}) {
    const std::vector<PlanStep> plan =
        PlanOf(sql::FindActivities(dialect(), {.subject = Number::FromSerial(kSerial + 5),
                                               .newest_first = newest_first,
                                               .after_seq = 2}));
    EXPECT_THAT(plan, SortsNothing());
    EXPECT_THAT(KeysOf(plan),
                ElementsAre(HasSubstr(
                    OnSqlite() ? "sqlite_autoindex_activities_1 (subject=? AND seq" : "PRIMARY")));
  }
}

TEST_P(ListPlans, KeysAreLookedUpInTheirIndexes) {
  const sql::StoreStatements statements(dialect());
  const auto plan = [&](const sql::BatchStatement& statement) {
    sql::ListStatement four{.text = statement.Text(4), .params = {}};
    for (std::size_t i = 0; i < 4 * statement.params_per_row(); ++i) {
      four.params.push_back(
          sql::Param::Integer(Number::FromSerial(kSerial + static_cast<int>(i)).value()));
    }
    return PlanOf(four);
  };
  for (const auto* by_number :
       {&statements.lock_subjects, &statements.read_orders, &statements.read_lines}) {
    EXPECT_THAT(plan(*by_number), SortsNothing());
    EXPECT_THAT(KeysOf(plan(*by_number)), ElementsAre(HasSubstr(OnSqlite() ? "USING" : "PRIMARY")));
  }
  EXPECT_THAT(KeysOf(plan(statements.read_whole_orders)),
              Each(HasSubstr(OnSqlite() ? "SEARCH" : "PRIMARY")));
}

TEST_P(ListPlans, RequestKeysAndExternalKeysAreLookedUpInTheirIndexes) {
  const sql::StoreStatements statements(dialect());
  // Different ones: a single unknown key is looked up while the statement is planned, and the plan
  // is then empty.
  const std::string texts = "0123456789abcdefghijkl";
  sql::ListStatement requests{.text = statements.find_requests.Text(4), .params = {}};
  sql::ListStatement references{.text = statements.find_external_keys.Text(4), .params = {}};
  for (std::size_t i = 0; i < 4; ++i) {
    const absl::string_view text = absl::string_view(texts).substr(i, 16);
    requests.params.push_back(sql::Param::Bytes(text));
    references.params.insert(references.params.end(), 2, sql::Param::Text(text));
  }
  EXPECT_THAT(PlanOf(requests), SortsNothing());
  EXPECT_THAT(KeysOf(PlanOf(requests)), Contains(HasSubstr("activities_by_request")));
  EXPECT_THAT(KeysOf(PlanOf(references)),
              Contains(HasSubstr(OnSqlite() ? "sqlite_autoindex_orders_1" : "orders_external")));
}

}  // namespace
}  // namespace ipstore::orders::test
