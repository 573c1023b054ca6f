#include "server/storage/sql/search_terms.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/store_statements.h"
#include "server/storage/sql/subject_loader.h"
#include "server/text/words.h"

namespace ipstore::orders::sql {
namespace {

void AddWords(absl::string_view text, Terms& terms) {
  for (std::string& word : FoldedWords(text)) terms.insert(std::move(word));
}

void AddTerms(const Order& order, Terms& terms) {
  AddWords(order.content.external_reference, terms);
  AddWords(order.content.customer.name, terms);
  AddWords(order.content.customer.company_name, terms);
  for (const Line& line : order.content.lines) {
    AddWords(line.sku, terms);
    AddWords(line.name, terms);
  }
}

void AddTerms(const Enquiry& enquiry, Terms& terms) {
  AddWords(enquiry.content.customer.name, terms);
  AddWords(enquiry.content.title, terms);
}

bool MayDiffer(const Order& before, const Order& after) {
  return before.content.external_reference != after.content.external_reference ||
         before.content.customer.name != after.content.customer.name ||
         before.content.customer.company_name != after.content.customer.company_name ||
         !std::ranges::equal(
             before.content.lines, after.content.lines,
             [](const Line& a, const Line& b) { return a.sku == b.sku && a.name == b.name; });
}

bool MayDiffer(const Enquiry& before, const Enquiry& after) {
  return before.content.customer.name != after.content.customer.name ||
         before.content.title != after.content.title;
}

// The numbers of the subjects after `last`, ascending.
absl::StatusOr<std::vector<Number>> NextNumbers(Session& session, Number last) {
  absl::StatusOr<Rows> rows =
      session.Query("SELECT number FROM subjects WHERE number > ? ORDER BY number LIMIT ?",
                    {Param::Integer(last.value()),
                     Param::Integer(static_cast<std::int64_t>(BatchStatement::kMaxRows))},
                    {ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  std::vector<Number> numbers;
  for (std::size_t row = 0; row < rows->size(); ++row)
    numbers.push_back(Number::FromStored(rows->Integer(row, 0)));
  return numbers;
}

absl::Status ReplaceTerms(Session& session, const StoreStatements& statements,
                          const std::vector<Number>& numbers) {
  SubjectStates subjects;
  if (auto s = LoadUnlocked(session, statements, numbers, subjects); !s.ok()) return s;
  std::vector<Param> keys;
  std::vector<Param> rows;
  std::vector<Terms> kept;  // what the rows borrow
  kept.reserve(subjects.size());
  for (const auto& [number, state] : subjects) {
    keys.push_back(Param::Integer(number.value()));
    for (const std::string& term : kept.emplace_back(TermsOf(state))) {
      rows.push_back(Param::Integer(number.value()));
      rows.push_back(Param::Text(term));
    }
  }
  if (auto s = UpdateAll(session, statements.delete_all_terms, keys); !s.ok()) return s.status();
  return InsertAll(session, statements.insert_terms, rows);
}

}  // namespace

Terms TermsOf(const SubjectState& state) {
  Terms terms;
  AddWords(HeadOf(state).number.ToString(), terms);
  std::visit([&](const auto& kind) { AddTerms(kind, terms); }, state);
  return terms;
}

bool TermsMayDiffer(const SubjectState& before, const SubjectState& after) {
  return std::visit(
      [&]<typename Kind>(const Kind& kind) { return MayDiffer(std::get<Kind>(before), kind); },
      after);
}

absl::Status FillSearchTerms(Session& session, const Dialect& dialect) {
  const StoreStatements statements(dialect);
  Number last;
  while (true) {
    absl::StatusOr<std::vector<Number>> numbers = NextNumbers(session, last);
    if (!numbers.ok()) return numbers.status();
    if (numbers->empty()) return absl::OkStatus();
    if (auto s = ReplaceTerms(session, statements, *numbers); !s.ok()) return s;
    last = numbers->back();
  }
}

}  // namespace ipstore::orders::sql
