#include "tests/bench/growth.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "domain/number.h"
#include "server/storage/open_database.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/session.h"
#include "tests/bench/child_server.h"
#include "tests/bench/load.h"

namespace ipstore::orders::bench {
namespace {

using sql::Param;
using sql::ValueType;

constexpr int kInFlight = 64;
constexpr std::int64_t kSecondsBetween = 30;
constexpr int kPageSize = 50;
constexpr int kMaxPageSize = 200;
constexpr int kPagesBefore = 9'999;
constexpr int kPageCalls = 21;

// What is copied, for the copies that stand in bench_copies: of `source`, to `target`, which is so
// many seconds older, its first activity behind `position`. $(text) and so on: see FillIn().
constexpr absl::string_view kCopies[] = {
    R"sql(INSERT INTO subjects (number, kind, customer_id, status, active, version, last_seq,
            created_at, updated_at, last_activity_at, last_public_activity_at, redacted_at, method,
            store_id, promised_delivery)
          SELECT c.target, s.kind, s.customer_id, s.status, s.active, s.version, s.last_seq,
            s.created_at $older, s.updated_at $older, s.last_activity_at $older,
            s.last_public_activity_at $older, s.redacted_at, s.method, s.store_id,
            s.promised_delivery
          FROM bench_copies c $join subjects s ON s.number = c.source)sql",
    R"sql(INSERT INTO orders (number, source, external_reference, customer_name, customer_email,
            segment, language, method, payment_method, currency, net_minor, vat_minor, gross_minor,
            store_id, promised_delivery, invoice_number, invoice_date, document)
          SELECT c.target, o.source, $reference, o.customer_name, o.customer_email, o.segment,
            o.language, o.method, o.payment_method, o.currency, o.net_minor, o.vat_minor,
            o.gross_minor, o.store_id, o.promised_delivery, o.invoice_number, o.invoice_date,
            REPLACE(o.document, o.external_reference, $reference)
          FROM bench_copies c $join orders o ON o.number = c.source)sql",
    R"sql(INSERT INTO order_lines (number, line, sku, name, quantity, unit_price_minor,
            discount_minor, vat_basis_points, gathered_quantity, gathered_from)
          SELECT c.target, l.line, l.sku, l.name, l.quantity, l.unit_price_minor, l.discount_minor,
            l.vat_basis_points, l.gathered_quantity, l.gathered_from
          FROM bench_copies c $join order_lines l ON l.number = c.source)sql",
    R"sql(INSERT INTO activities (subject, seq, position, customer_id, kind, visibility, actor_role,
            actor_id, on_behalf_of_role, on_behalf_of_id, occurred_at, recorded_at, unit_size,
            request_key, content_hash, payload_version, payload, subject_kind)
          SELECT c.target, a.seq, c.position + a.seq, a.customer_id, a.kind, a.visibility,
            a.actor_role, a.actor_id, a.on_behalf_of_role, a.on_behalf_of_id, a.occurred_at $older,
            a.recorded_at $older, a.unit_size,
            CASE WHEN a.request_key IS NULL THEN NULL ELSE $key END, a.content_hash,
            a.payload_version, REPLACE(a.payload, o.external_reference, $reference), a.subject_kind
          FROM bench_copies c $join orders o ON o.number = c.source
            $join activities a ON a.subject = c.source)sql",
    R"sql(INSERT INTO search_terms (number, term)
          SELECT c.target, CASE WHEN t.term = $source THEN $target ELSE t.term END
          FROM bench_copies c $join search_terms t ON t.number = c.source)sql",
};

// In the words of one dialect. The copies are walked, and each finds its source: where no
// statistics are there yet a database might walk all that is stored.
std::string FillIn(absl::string_view copy, const sql::Dialect& dialect) {
  if (dialect.IsSqlite()) {
    return absl::StrReplaceAll(copy, {{"$join", "CROSS JOIN"},
                                      {"$older", "- c.seconds * 1000000"},
                                      {"$reference", "('copy-' || c.target)"},
                                      {"$key", "randomblob(16)"},
                                      {"$source", "CAST(c.source AS TEXT)"},
                                      {"$target", "CAST(c.target AS TEXT)"}});
  }
  return absl::StrReplaceAll(copy,
                             {{"$join", "STRAIGHT_JOIN"},
                              {"$older", "- INTERVAL c.seconds SECOND"},
                              {"$reference", "CONCAT('copy-', c.target)"},
                              {"$key", "UNHEX(LEFT(SHA2(CONCAT(c.target, ':', a.seq), 256), 32))"},
                              {"$source", "CONCAT('', c.source)"},
                              {"$target", "CONCAT('', c.target)"}});
}

// Copies all orders of a database so many times over.
class Copier {
 public:
  Copier(sql::Session& session, const sql::Dialect& dialect)
      : session_(session),
        dialect_(dialect),
        insert_(dialect.InsertRows("bench_copies", {"source", "target", "seconds", "position"})) {}

  absl::Status Copy(std::int64_t times) {
    if (absl::Status begun = Prepare(); !begun.ok()) return begun;
    std::int64_t left = times * static_cast<std::int64_t>(templates_.size());
    for (std::int64_t i = 0; i < times; ++i) {
      if (absl::Status copied = CopyOnce(left); !copied.ok()) return copied;
      left -= static_cast<std::int64_t>(templates_.size());
    }
    return session_.ExecuteOnce("DROP TABLE bench_copies");
  }

 private:
  struct Template {
    std::int64_t number;
    std::int64_t activities;
  };

  absl::Status Prepare() {
    // The copies need not be restored from a binary log. Where the user may not say so it is merely
    // slower.
    if (!dialect_.IsSqlite()) session_.ExecuteOnce("SET SESSION sql_log_bin = 0").IgnoreError();
    absl::Status made = session_.ExecuteOnce(
        absl::StrCat("CREATE TABLE bench_copies (source BIGINT NOT NULL, target BIGINT NOT NULL"
                     " PRIMARY KEY, seconds BIGINT NOT NULL, position BIGINT NOT NULL) ",
                     dialect_.TableOptions()));
    if (!made.ok()) return made;
    auto rows = session_.Query("SELECT number, last_seq FROM subjects ORDER BY number", {},
                               {ValueType::kInteger, ValueType::kInteger});
    if (!rows.ok()) return rows.status();
    for (std::size_t row = 0; row < rows->size(); ++row)
      templates_.push_back({.number = rows->Integer(row, 0), .activities = rows->Integer(row, 1)});
    return absl::OkStatus();
  }

  absl::StatusOr<std::int64_t> Read(const std::string& query) {
    auto rows = session_.Query(query, {}, {ValueType::kInteger});
    if (!rows.ok()) return rows.status();
    if (rows->empty()) return absl::InternalError(absl::StrCat("no answer to: ", query));
    return rows->Integer(0, 0);
  }

  // `left`: how many copies there will be from here on; the last is the youngest.
  absl::Status CopyOnce(std::int64_t left) {
    if (absl::Status begun = session_.Begin(); !begun.ok()) return begun;
    auto serial = Read("SELECT next FROM serials WHERE name = 'subjects'");
    if (!serial.ok()) return serial.status();
    auto position = Read("SELECT position FROM feed_head WHERE id = 1");
    if (!position.ok()) return position.status();
    std::vector<Param> copies;
    for (const Template& source : templates_) {
      copies.insert(
          copies.end(),
          {Param::Integer(source.number), Param::Integer(Number::FromSerial((*serial)++).value()),
           Param::Integer(left-- * kSecondsBetween), Param::Integer(*position)});
      *position += source.activities;
    }
    if (auto s = session_.Execute("DELETE FROM bench_copies", {}); !s.ok()) return s.status();
    if (auto s = sql::InsertAll(session_, insert_, copies); !s.ok()) return s;
    for (const absl::string_view copy : kCopies) {
      if (auto s = session_.Execute(FillIn(copy, dialect_), {}); !s.ok()) return s.status();
    }
    if (auto s = session_.Execute("UPDATE serials SET next = ? WHERE name = 'subjects'",
                                  {Param::Integer(*serial)});
        !s.ok())
      return s.status();
    if (auto s = session_.Execute("UPDATE feed_head SET position = ? WHERE id = 1",
                                  {Param::Integer(*position)});
        !s.ok())
      return s.status();
    return session_.Commit();
  }

  sql::Session& session_;
  const sql::Dialect& dialect_;
  const sql::BatchStatement insert_;
  std::vector<Template> templates_;
};

// As many orders as there should be, out of those there are; and any of them, by number.
absl::StatusOr<std::vector<std::int64_t>> Grow(const BenchDatabase& bench, int large, int sample) {
  auto database = OpenDatabase(bench.url);
  if (!database.ok()) return database.status();
  auto session = (*database)->Connect(sql::Purpose::kMigrate);
  if (!session.ok()) return session.status();
  const std::string numbers_query = "SELECT number FROM subjects ORDER BY number";
  auto stored = (*session)->Query(numbers_query, {}, {ValueType::kInteger});
  if (!stored.ok()) return stored.status();
  if (stored->empty()) return absl::NotFoundError("there is no order to copy");
  const auto count = static_cast<std::int64_t>(stored->size());
  absl::Status copied =
      Copier(**session, (*database)->dialect()).Copy((large + count - 1) / count - 1);
  if (!copied.ok()) return copied;
  auto all = (*session)->Query(numbers_query, {}, {ValueType::kInteger});
  if (!all.ok()) return all.status();
  std::mt19937_64 random(all->size());
  std::uniform_int_distribution<std::size_t> any(0, all->size() - 1);
  std::vector<std::int64_t> sampled;
  for (int i = 0; i < sample; ++i) sampled.push_back(all->Integer(any(random), 0));
  return sampled;
}

class Growth {
 public:
  Growth(const BenchDatabase& database, const GrowthPlan& plan, Results& results)
      : database_(database), plan_(plan), results_(results) {}

  absl::Status Run() {
    std::printf("%s: with %d orders\n", database_.name.c_str(), plan_.small);
    if (absl::Status small = WithFewOrders(); !small.ok()) return small;
    std::printf("%s: making %d of them\n", database_.name.c_str(), plan_.large);
    auto any = Grow(database_, plan_.large, plan_.orders_per_run);
    if (!any.ok()) return any.status();
    std::printf("%s: with %d orders\n", database_.name.c_str(), plan_.large);
    if (absl::Status large = WithManyOrders(*any); !large.ok()) return large;
    AddRatio("scale.at_1m_vs_at_10k", "scale.at_1m_per_s", "scale.at_10k_per_s");
    AddRatio("scale.get_at_1m_vs_at_10k", "scale.get_at_1m_per_s", "scale.get_at_10k_per_s");
    AddRatio("list.page10000_vs_page1", "list.page10000_ms", "list.page1_ms");
    return absl::OkStatus();
  }

 private:
  std::string Key(absl::string_view key) const { return absl::StrCat(database_.name, ".", key); }
  void AddRatio(absl::string_view key, absl::string_view of, absl::string_view to) {
    results_.AddRatio(Key(key), Key(of), Key(to));
  }

  absl::Status WithFewOrders() {
    auto server = ChildServer::StartOrderd(database_.url);
    if (!server.ok()) return server.status();
    Load load((*server)->address());
    const auto placed = load.CreateOrders(plan_.small, kInFlight);
    if (!placed.ok()) return placed.status();
    return MeasureRates(load, "at_10k_per_s");
  }

  absl::Status WithManyOrders(const std::vector<std::int64_t>& any) {
    auto server = ChildServer::StartOrderd(database_.url);
    if (!server.ok()) return server.status();
    Load load((*server)->address());
    if (absl::Status rates = MeasureRates(load, "at_1m_per_s"); !rates.ok()) return rates;
    const auto read = load.GetOrders(any, kInFlight);
    if (!read.ok()) return read.status();
    results_.Add(Key("scale.get_any_at_1m_per_s"), read->per_s);
    return MeasurePages(load);
  }

  // The first round warms up.
  absl::Status MeasureRates(Load& load, absl::string_view which) {
    for (int round = 0; round <= plan_.rounds; ++round) {
      const auto placed = load.CreateOrders(plan_.orders_per_run, kInFlight);
      if (!placed.ok()) return placed.status();
      const auto moved = load.StartProcessing(placed->numbers, kInFlight);
      if (!moved.ok()) return moved.status();
      const auto read = load.GetOrders(placed->numbers, kInFlight);
      if (!read.ok()) return read.status();
      if (round == 0) continue;
      results_.Add(Key(absl::StrCat("scale.", which)), moved->per_s);
      results_.Add(Key(absl::StrCat("scale.get_", which)), read->per_s);
    }
    return absl::OkStatus();
  }

  absl::Status MeasurePages(Load& load) {
    const auto far = Walk(load);
    if (!far.ok()) return far.status();
    for (int i = 0; i < kPageCalls; ++i) {
      const auto first = load.ListRequests(kPageSize, "");
      if (!first.ok()) return first.status();
      const auto last = load.ListRequests(kPageSize, *far);
      if (!last.ok()) return last.status();
      if (i == 0) continue;
      results_.Add(Key("list.page1_ms"), first->millis);
      results_.Add(Key("list.page10000_ms"), last->millis);
    }
    return absl::OkStatus();
  }

  // The token of the page that lies so far down; in larger pages, which comes to the same place.
  static absl::StatusOr<std::string> Walk(Load& load) {
    std::string token;
    for (int left = kPagesBefore * kPageSize; left > 0;) {
      const auto page = load.ListRequests(std::min(left, kMaxPageSize), token);
      if (!page.ok()) return page.status();
      if (page->next_page_token.empty())
        return absl::OutOfRangeError(absl::StrCat("the list ends ", left, " requests too early"));
      left -= page->requests;
      token = page->next_page_token;
    }
    return token;
  }

  const BenchDatabase& database_;
  const GrowthPlan& plan_;
  Results& results_;
};

}  // namespace

absl::Status MeasureGrowth(const BenchDatabase& database, const GrowthPlan& plan,
                           Results& results) {
  return Growth(database, plan, results).Run();
}

}  // namespace ipstore::orders::bench
