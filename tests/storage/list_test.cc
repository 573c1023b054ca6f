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
#include "domain/evolve.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/store_statements.h"
#include "tests/storage/conformance.h"
#include "tests/storage/plan.h"

namespace ipstore::orders::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pointee;

constexpr std::int64_t kSerial = Number::kFirstSerial;

constexpr char kAthens[] = "ATH-2";

// An order in that status, as far as its subject row is concerned. Every third is collected from
// one store, every third from another, the others go by courier; every second has a promise.
Change OrderInStatus(int i, OrderStatus status, std::string customer, absl::Time at,
                     absl::Time public_at) {
  OrderContent content = i % 3 == 2 ? CourierContent() : PickupContent();
  content.customer.id = std::move(customer);
  if (i % 3 == 1) content.store->id = "THE-1";
  if (i % 2 == 0) content.promised_delivery = PlacedAt() + absl::Hours(1 + i % 7);
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

bool Matches(const SubjectQuery& query, const Order& order) {
  const Subject& subject = order.subject;
  if (query.customer_id.has_value() && subject.customer_id != *query.customer_id) return false;
  const std::optional<PickupStore>& store = order.content.store;
  if (query.store_id.has_value() && (!store.has_value() || store->id != *query.store_id))
    return false;
  if (query.method.has_value() && order.content.method != *query.method) return false;
  if (query.created_from.has_value() && subject.created_at < *query.created_from) return false;
  if (query.created_until.has_value() && subject.created_at >= *query.created_until) return false;
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
    if (Matches(query, change.after)) found.emplace_back(TimeOf(query, subject), subject.number);
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
  for (const std::optional<std::string>& store :
       {std::optional<std::string>(), std::optional<std::string>(kAthens)}) {
    queries.push_back(
        {.active_only = true, .store_id = store, .method = FulfilmentMethod::kStorePickup});
    queries.push_back({.order_statuses = {OrderStatus::kReceived}, .store_id = kAthens});
    queries.push_back({.method = FulfilmentMethod::kCourier});
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

// What becomes of an enquiry, as changes of one transaction each.
void WriteEnquiry(WriteSession& session, const EnquiryInTest& enquiry) {
  std::optional<SubjectState> before;
  for (Activity activity : enquiry.log()) {
    const SubjectState after = before.has_value() ? [&] {
      SubjectState evolved = *before;
      Evolve(evolved, activity);
      return evolved;
    }() : Begin(activity);
    const SubjectWrite write{.before = before.has_value() ? &*before : nullptr,
                             .after = std::make_shared<const SubjectState>(after)};
    const ActivityWrite append{
        .activity = &activity, .unit_size = 1, .request_key = NewRequestKey()};
    LoadRequest load;
    if (before.has_value()) load.subjects = {activity.subject};
    ASSERT_THAT(session.Begin(), IsOk());
    ASSERT_THAT(session.Load(load).status(), IsOk());
    ASSERT_THAT(session.WriteSubjects({write}), IsOk());
    ASSERT_THAT(session.AppendActivities({append}).status(), IsOk());
    ASSERT_THAT(session.Commit(), IsOk());
    before = after;
  }
}

TEST_P(StoreConformance, EnquiriesAreStoredAndListedBesideOrders) {
  const OrderInTest order = PlacedOrder(kSerial);
  EnquiryInTest enquiry(QuestionAbout(std::nullopt), kSerial + 1);
  enquiry.WalkTo(EnquiryStatus::kResolved);
  enquiry.Do(AddComment{.comment = {.text = "Όχι!"}}, CustomerCaller(kMariaId));
  auto writer = OpenWriter();
  ASSERT_THAT(Write(*writer, CreationOf(order)), IsOk());
  WriteEnquiry(*writer, enquiry);

  auto reader = OpenReader();
  const Number number = enquiry.enquiry().subject.number;
  EXPECT_THAT(reader->GetSubjects({number}).value(),
              ElementsAre(Pointee(SubjectState(enquiry.enquiry()))));
  const std::vector<Activity> log = ReadLog(*reader, number).value();
  EXPECT_EQ(Replay(log).value(), SubjectState(enquiry.enquiry()));
  for (const Activity& activity : log) EXPECT_EQ(activity.subject_kind, SubjectKind::kEnquiry);
  const auto listed = [&](const SubjectQuery& query) {
    std::vector<Number> numbers;
    const std::vector<SubjectState> subjects = reader->ListSubjects(query).value();
    for (const SubjectState& state : subjects) numbers.push_back(HeadOf(state).number);
    return numbers;
  };
  const Number of_order = order.order().subject.number;
  EXPECT_THAT(listed({.customer_id = kMariaId}), ElementsAre(number, of_order));
  EXPECT_THAT(listed({.active_only = true}), ElementsAre(number, of_order));
  EXPECT_THAT(listed({.kinds = {SubjectKind::kOrder}}), ElementsAre(of_order));
  EXPECT_THAT(listed({.kinds = {SubjectKind::kEnquiry}}), ElementsAre(number));
  EXPECT_THAT(listed({.enquiry_statuses = {EnquiryStatus::kResolved}}), ElementsAre(of_order));
  EXPECT_THAT(listed({.kinds = {SubjectKind::kEnquiry}, .store_id = kAthens}), IsEmpty());
}

TEST_P(StoreConformance, ListsByTimeOfCreationAreBoundedOnBothSides) {
  std::vector<Change> all = SixtyOrders();
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i].after.subject.created_at = PlacedAt() - absl::Hours(static_cast<int>(i));
  for (Change& change : all) {
    Subject& subject = change.after.subject;
    subject.last_activity_at = std::max(subject.last_activity_at, subject.created_at);
    subject.last_public_activity_at = std::max(subject.last_public_activity_at, subject.created_at);
  }
  ASSERT_THAT(Write(*OpenWriter(), all), IsOk());
  auto reader = OpenReader();
  for (const std::optional<std::string>& customer :
       {std::optional<std::string>(), std::optional<std::string>(kMariaId)}) {
    SubjectQuery query{.customer_id = customer,
                       .created_from = PlacedAt() - absl::Hours(40),
                       .created_until = PlacedAt() - absl::Hours(10),
                       .limit = 7};
    EXPECT_THAT(Paged(*reader, query), ElementsAreArray(Expected(query, all)));
    query.created_from.reset();
    EXPECT_THAT(Paged(*reader, query), ElementsAreArray(Expected(query, all)));
    query = {.customer_id = customer, .created_from = PlacedAt() - absl::Hours(3), .limit = 2};
    EXPECT_THAT(Paged(*reader, query), ElementsAreArray(Expected(query, all)));
  }
}

TEST_P(StoreConformance, LateOrdersComeByTheOldestPromise) {
  std::vector<Change> all = SixtyOrders();
  ASSERT_THAT(Write(*OpenWriter(), all), IsOk());
  OverdueQuery query{.now = PlacedAt() + absl::Hours(4), .limit = 4};
  std::vector<std::pair<absl::Time, Number>> expected;
  for (const Change& change : all) {
    const auto& promise = change.after.content.promised_delivery;
    if (change.after.subject.active && promise.has_value() && *promise < query.now)
      expected.emplace_back(*promise, change.after.subject.number);
  }
  std::sort(expected.begin(), expected.end());
  auto reader = OpenReader();
  std::vector<std::pair<absl::Time, Number>> found;
  for (;;) {
    const std::vector<Order> page = OrdersIn(reader->ListOverdue(query).value());
    for (const Order& order : page)
      found.emplace_back(*order.content.promised_delivery, order.subject.number);
    if (page.size() < 4) break;
    query.after = ListCursor{found.back().first, found.back().second};
  }
  EXPECT_GT(found.size(), 8U);
  EXPECT_EQ(found, expected);
}

TEST_P(StoreConformance, SubjectsAreFoundByBeginningsOfTheirWords) {
  const OrderInTest keyboard = PlacedOrder(kSerial);
  const OrderInTest laptop = PlacedOrder(kSerial + 1, PickupContent());
  const EnquiryInTest question(QuestionAbout(std::nullopt), kSerial + 2);
  auto writer = OpenWriter();
  ASSERT_THAT(Write(*writer, CreationOf(keyboard)), IsOk());
  ASSERT_THAT(Write(*writer, CreationOf(laptop)), IsOk());
  WriteEnquiry(*writer, question);
  auto reader = OpenReader();
  const auto found = [&](SearchQuery query) {
    std::vector<std::string> numbers;
    const std::vector<SubjectState> subjects = reader->Search(query).value();
    for (const SubjectState& state : subjects) numbers.push_back(HeadOf(state).number.ToString());
    return numbers;
  };
  const std::string k = keyboard.order().subject.number.ToString();
  const std::string l = laptop.order().subject.number.ToString();
  const std::string q = question.enquiry().subject.number.ToString();
  EXPECT_THAT(found({.words = {"μαρια"}}), ElementsAre(q, k)) << "the newest first";
  EXPECT_THAT(found({.words = {"παπαδοπουλ", "ελαιολαδ"}}), ElementsAre(k));
  EXPECT_THAT(found({.words = {"lenovo"}}), ElementsAre(l));
  EXPECT_THAT(found({.words = {"enovo"}}), IsEmpty()) << "a beginning, not a middle";
  EXPECT_THAT(found({.words = {"lenovo", "μαρια"}}), IsEmpty());
  EXPECT_THAT(found({.words = {"παραδοθει"}}), ElementsAre(q)) << "an enquiry's title";
  EXPECT_THAT(found({.words = {k}}), ElementsAre(k));
  EXPECT_THAT(found({.words = {"logi", "mxkeys"}}), ElementsAre(k)) << "of the SKU";
  EXPECT_THAT(found({.words = {"μαρια"}, .limit = 1}), ElementsAre(q));
  const Subject& newest = question.enquiry().subject;
  EXPECT_THAT(found({.words = {"μαρια"}, .after = ListCursor{newest.created_at, newest.number}}),
              ElementsAre(k));
  EXPECT_THAT(found({.words = {"le"}, .customer_id = kMariaId}), IsEmpty());
  EXPECT_THAT(found({.words = {"le"}, .customer_id = kNikosId}), ElementsAre(l));
}

TEST_P(StoreConformance, WhatAnOrderIsFoundByFollowsItsChanges) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  Change change = StartProcessing(order.order());
  change.after.content.customer.name = "Ελένη Παπαδοπούλου";
  MustWrite(std::move(change));
  auto reader = OpenReader();
  EXPECT_THAT(reader->Search({.words = {"μαρια"}}).value(), IsEmpty());
  EXPECT_THAT(reader->Search({.words = {"ελενη"}}).value(), testing::SizeIs(1));
  EXPECT_THAT(reader->Search({.words = {"παπαδοπουλου"}}).value(), testing::SizeIs(1));
}

TEST_P(StoreConformance, ABusinessIsFoundByItsCompanyAsLongAsThatIsKnown) {
  OrderContent content = VehicleContent();
  content.customer.company_name = "Εταιρία ΑΕ";
  OrderInTest order = PlacedOrder(kSerial, std::move(content));
  order.Do(Updating(order.order(), {OrderField::kCompanyName},
                    [](OrderContent& amended) { amended.customer.company_name = "Νέα Επωνυμία"; }));
  order.Do(Redact{}, Redactor());
  const std::vector<Change> steps = StepsOf(order.log());
  ASSERT_THAT(steps, testing::SizeIs(3));
  auto reader = OpenReader();
  const auto found = [&](const char* word) {
    return !reader->Search({.words = {word}}).value().empty();
  };
  MustWrite(steps[0]);
  EXPECT_TRUE(found("εταιρια"));
  EXPECT_FALSE(found("επωνυμια"));
  MustWrite(steps[1]);
  EXPECT_FALSE(found("εταιρια"));
  EXPECT_TRUE(found("επωνυμια"));
  MustWrite(steps[2]);
  EXPECT_FALSE(found("επωνυμια")) << "redacted";
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
    const std::string index = query.customer_id.has_value() ? "subjects_of_customer"
                              : query.store_id.has_value()  ? "subjects_by_store"
                              : query.method.has_value()    ? "subjects_by_method"
                                                            : "subjects_by_status";
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

TEST_P(ListPlans, LateOrdersAreReadOffTheirIndexWithoutSorting) {
  for (bool further_page : {false, true}) {
    OverdueQuery query{.now = PlacedAt() + absl::Hours(5)};
    if (further_page) query.after = ListCursor{PlacedAt(), Number::FromSerial(kSerial + 500)};
    const std::vector<PlanStep> plan = PlanOf(sql::FindOverdue(dialect(), query));
    EXPECT_THAT(plan, SortsNothing());
    EXPECT_THAT(KeysOf(plan), ElementsAre(HasSubstr("subjects_by_promise")));
  }
}

TEST_P(ListPlans, SearchGoesByTheIndexesOfTheTerms) {
  for (const std::optional<std::string>& customer :
       {std::optional<std::string>(), std::optional<std::string>(kMariaId)}) {
    const SearchQuery query{.words = {"lenovo", "idea"}, .customer_id = customer};
    const sql::SearchStatement search = sql::FindByWords(dialect(), query);
    std::string plan;
    for (const PlanStep& step : PlanOf(search.statement))
      absl::StrAppend(&plan, step.key, " ", step.extra, "\n");
    EXPECT_THAT(plan,
                HasSubstr(customer.has_value() ? "subjects_of_customer" : "search_terms_by_term"));
    EXPECT_THAT(plan, Not(HasSubstr("SCAN")));
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
  const auto primary = HasSubstr(OnSqlite() ? "USING" : "PRIMARY");
  EXPECT_THAT(plan(statements.lock_subjects), SortsNothing());
  EXPECT_THAT(KeysOf(plan(statements.lock_subjects)), ElementsAre(primary, primary));
  EXPECT_THAT(plan(statements.lock_states), SortsNothing());
  EXPECT_THAT(KeysOf(plan(statements.lock_states)), ElementsAre(primary));
  EXPECT_THAT(KeysOf(plan(statements.read_states)), ElementsAre(primary));
  EXPECT_THAT(plan(statements.read_lines), SortsNothing());
  EXPECT_THAT(KeysOf(plan(statements.read_lines)), ElementsAre(primary));
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
