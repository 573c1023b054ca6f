#include "server/storage/sql/subject_loader.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/sql/enquiry_rows.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

// The types of a head, then of a body.
template <std::size_t N>
constexpr auto WithHead(const std::array<ValueType, N>& body) {
  std::array<ValueType, kSubjectTypes.size() + N> types{};
  for (std::size_t i = 0; i < kSubjectTypes.size(); ++i) types[i] = kSubjectTypes[i];
  for (std::size_t i = 0; i < N; ++i) types[kSubjectTypes.size() + i] = body[i];
  return types;
}

constexpr auto kWholeOrderTypes = WithHead(kOrderTypes);
constexpr auto kWholeEnquiryTypes = WithHead(kEnquiryTypes);

std::vector<Param> AsParams(absl::Span<const Number> numbers) {
  std::vector<Param> params;
  params.reserve(numbers.size());
  for (Number number : numbers) params.push_back(Param::Integer(number.value()));
  return params;
}

// The subjects that were found, by kind.
struct Found {
  std::vector<Number> orders;
  std::vector<Number> enquiries;
};

SubjectState StateOf(Subject head) {
  switch (head.kind) {
    case SubjectKind::kOrder: {
      Order order;
      order.subject = std::move(head);
      return order;
    }
    case SubjectKind::kEnquiry: {
      Enquiry enquiry;
      enquiry.subject = std::move(head);
      return enquiry;
    }
  }
  return Order{};
}

// Adds the subject whose head stands in `row`, without its body. The pointer is good until the next
// one is added; nullptr and an error when the head cannot be understood.
absl::StatusOr<SubjectState*> AddHead(const Rows& rows, std::size_t row, SubjectStates& states) {
  absl::StatusOr<Subject> head = ReadSubject(rows, row, 0);
  if (!head.ok()) return head.status();
  const Number number = head->number;
  return &(states[number] = StateOf(*std::move(head)));
}

absl::Status NoBody(std::size_t subjects) {
  return absl::DataLossError(
      absl::StrCat(subjects, " subjects have no row in the table of their kind"));
}

// Locks the heads of all, and reads the bodies of orders with them.
absl::Status LockWhole(Session& session, const StoreStatements& statements,
                       absl::Span<const Number> numbers, SubjectStates& states, Found& found) {
  constexpr std::size_t kBody = kSubjectTypes.size();
  return QueryAll(session, statements.lock_subjects, AsParams(numbers), kWholeOrderTypes,
                  [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row) {
                      absl::StatusOr<SubjectState*> state = AddHead(rows, row, states);
                      if (!state.ok()) return state.status();
                      const Number number = HeadOf(**state).number;
                      auto* order = std::get_if<Order>(*state);
                      if (order == nullptr) {
                        found.enquiries.push_back(number);
                        continue;
                      }
                      if (rows.IsNull(row, kBody)) return NoBody(1);
                      if (auto s = ReadOrder(rows, row, kBody, *order); !s.ok()) return s;
                      found.orders.push_back(number);
                    }
                    return absl::OkStatus();
                  });
}

absl::Status ReadBody(const Rows& rows, std::size_t row, std::size_t first, Order& order) {
  return ReadOrder(rows, row, first, order);
}
absl::Status ReadBody(const Rows& rows, std::size_t row, std::size_t first, Enquiry& enquiry) {
  return ReadEnquiry(rows, row, first, enquiry);
}

// Reads the bodies of enquiries whose heads are there.
absl::Status ReadEnquiries(Session& session, const StoreStatements& statements,
                           absl::Span<const Number> numbers, SubjectStates& states) {
  std::size_t read = 0;
  absl::Status status = QueryAll(
      session, statements.read_enquiries, AsParams(numbers), kEnquiryTypes, [&](const Rows& rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
          const auto found = states.find(Number::FromStored(rows.Integer(row, 0)));
          if (found == states.end()) continue;
          absl::Status one = ReadEnquiry(rows, row, 0, std::get<Enquiry>(found->second));
          if (!one.ok()) return one;
          ++read;
        }
        return absl::OkStatus();
      });
  if (status.ok() && read != numbers.size()) return NoBody(numbers.size() - read);
  return status;
}

// Reads heads and bodies together. Returns the numbers of those that were found.
template <typename Kind>
absl::StatusOr<std::vector<Number>> ReadWhole(Session& session, const BatchStatement& statement,
                                              absl::Span<const ValueType> types,
                                              absl::Span<const Number> numbers,
                                              SubjectStates& states) {
  std::vector<Number> found;
  absl::Status status =
      QueryAll(session, statement, AsParams(numbers), types, [&](const Rows& rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
          absl::StatusOr<SubjectState*> state = AddHead(rows, row, states);
          if (!state.ok()) return state.status();
          Kind* kind = std::get_if<Kind>(*state);
          if (kind == nullptr) return absl::DataLossError("a subject stands in a wrong table");
          found.push_back(kind->subject.number);
          absl::Status one = ReadBody(rows, row, kSubjectTypes.size(), *kind);
          if (!one.ok()) return one;
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return found;
}

absl::Status ReadLines(Session& session, const StoreStatements& statements,
                       absl::Span<const Number> numbers, SubjectStates& states) {
  return QueryAll(session, statements.read_lines, AsParams(numbers), kLineTypes,
                  [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row) {
                      const auto found = states.find(Number::FromStored(rows.Integer(row, 0)));
                      if (found == states.end()) continue;
                      absl::StatusOr<Line> line = ReadLine(rows, row);
                      if (!line.ok()) return line.status();
                      std::get<Order>(found->second).content.lines.push_back(*std::move(line));
                    }
                    return absl::OkStatus();
                  });
}

// Those that are as `known` has them by `rows`, kStateColumns, are added to `subjects`, the numbers
// of the others to `misses`.
void Match(const Rows& rows, const SubjectsByNumber& known, SubjectsByNumber& subjects,
           std::vector<Number>& misses) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const Number number = Number::FromStored(rows.Integer(row, 0));
    const auto found = known.find(number);
    if (found != known.end() && HeadOf(*found->second).last_seq == rows.Integer(row, 1) &&
        HeadOf(*found->second).last_activity_at == rows.Time(row, 2)) {
      subjects.insert(*found);
    } else {
      misses.push_back(number);
    }
  }
}

// Locks and reads them past the cache.
absl::Status LoadWholeLocked(Session& session, const StoreStatements& statements,
                             absl::Span<const Number> numbers, SubjectStates& states) {
  Found found;
  if (auto s = LockWhole(session, statements, numbers, states, found); !s.ok()) return s;
  if (auto s = ReadEnquiries(session, statements, found.enquiries, states); !s.ok()) return s;
  return ReadLines(session, statements, found.orders, states);
}

}  // namespace

absl::Status LoadLocked(Session& session, const StoreStatements& statements, SubjectCache& cache,
                        absl::Span<const Number> numbers, Loaded& loaded) {
  const SubjectsByNumber known = cache.Find(numbers);
  SubjectStates states;
  if (known.empty()) {
    if (auto s = LoadWholeLocked(session, statements, numbers, states); !s.ok()) return s;
  } else {
    // One statement locks all, known or not: in two, those of two transactions could wait for each
    // other.
    std::vector<Number> misses;
    absl::Status locked = QueryAll(session, statements.lock_states, AsParams(numbers), kStateTypes,
                                   [&](const Rows& rows) {
                                     Match(rows, known, loaded.subjects, misses);
                                     return absl::OkStatus();
                                   });
    if (!locked.ok()) return locked;
    loaded.memory_was_wrong =
        std::ranges::any_of(misses, [&](Number number) { return known.contains(number); });
    if (auto s = LoadUnlocked(session, statements, misses, states); !s.ok()) return s;
  }
  Keep(std::move(states), cache, loaded.subjects);
  return absl::OkStatus();
}

absl::Status LoadUnlocked(Session& session, const StoreStatements& statements,
                          absl::Span<const Number> numbers, SubjectStates& states) {
  absl::StatusOr<std::vector<Number>> orders =
      ReadWhole<Order>(session, statements.read_whole_orders, kWholeOrderTypes, numbers, states);
  if (!orders.ok()) return orders.status();
  if (auto s = ReadLines(session, statements, *orders, states); !s.ok()) return s;
  // Most subjects are orders: what was not found among them is looked for further.
  std::vector<Number> others;
  for (Number number : numbers) {
    if (!states.contains(number)) others.push_back(number);
  }
  return ReadWhole<Enquiry>(session, statements.read_whole_enquiries, kWholeEnquiryTypes, others,
                            states)
      .status();
}

absl::StatusOr<std::vector<Number>> LoadKnown(Session& session, const StoreStatements& statements,
                                              SubjectCache& cache, absl::Span<const Number> numbers,
                                              SubjectsByNumber& subjects) {
  std::vector<Number> known_numbers;
  std::vector<Number> misses;
  const SubjectsByNumber known = cache.Find(numbers);
  for (const Number number : numbers) {
    (known.contains(number) ? known_numbers : misses).push_back(number);
  }
  absl::Status status = QueryAll(session, statements.read_states, AsParams(known_numbers),
                                 kStateTypes, [&](const Rows& rows) {
                                   Match(rows, known, subjects, misses);
                                   return absl::OkStatus();
                                 });
  if (!status.ok()) return status;
  return misses;
}

void Keep(SubjectStates states, SubjectCache& cache, SubjectsByNumber& subjects) {
  std::vector<SubjectPointer> kept;
  kept.reserve(states.size());
  for (auto& [number, state] : states) {
    kept.push_back(std::make_shared<const SubjectState>(std::move(state)));
    subjects.insert_or_assign(number, kept.back());
  }
  cache.Put(kept);
}

}  // namespace ipstore::orders::sql
