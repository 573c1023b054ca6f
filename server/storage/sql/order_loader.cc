#include "server/storage/sql/order_loader.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

constexpr auto kWholeOrderTypes = [] {
  std::array<ValueType, kSubjectTypes.size() + kOrderTypes.size()> types{};
  for (std::size_t i = 0; i < kSubjectTypes.size(); ++i) types[i] = kSubjectTypes[i];
  for (std::size_t i = 0; i < kOrderTypes.size(); ++i)
    types[kSubjectTypes.size() + i] = kOrderTypes[i];
  return types;
}();

std::vector<Param> AsParams(absl::Span<const Number> numbers) {
  std::vector<Param> params;
  params.reserve(numbers.size());
  for (Number number : numbers) params.push_back(Param::Integer(number.value()));
  return params;
}

absl::Status LockHeads(Session& session, const StoreStatements& statements,
                       absl::Span<const Number> numbers, OrdersByNumber& orders,
                       std::vector<Number>& found) {
  return QueryAll(session, statements.lock_subjects, AsParams(numbers), kSubjectTypes,
                  [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row) {
                      absl::StatusOr<Subject> subject = ReadSubject(rows, row, 0);
                      if (!subject.ok()) return subject.status();
                      const Number number = subject->number;
                      found.push_back(number);
                      orders[number].subject = *std::move(subject);
                    }
                    return absl::OkStatus();
                  });
}

absl::Status ReadBodies(Session& session, const StoreStatements& statements,
                        absl::Span<const Number> numbers, OrdersByNumber& orders) {
  std::size_t read = 0;
  absl::Status status = QueryAll(
      session, statements.read_orders, AsParams(numbers), kOrderTypes, [&](const Rows& rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
          const auto order = orders.find(Number::FromStored(rows.Integer(row, 0)));
          if (order == orders.end()) continue;
          if (absl::Status one = ReadOrder(rows, row, 0, order->second); !one.ok()) return one;
          ++read;
        }
        return absl::OkStatus();
      });
  if (status.ok() && read != numbers.size()) {
    return absl::DataLossError(
        absl::StrCat(numbers.size() - read, " subjects have no row in orders"));
  }
  return status;
}

absl::Status ReadHeadsAndBodies(Session& session, const StoreStatements& statements,
                                absl::Span<const Number> numbers, OrdersByNumber& orders,
                                std::vector<Number>& found) {
  return QueryAll(session, statements.read_whole_orders, AsParams(numbers), kWholeOrderTypes,
                  [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row) {
                      absl::StatusOr<Subject> subject = ReadSubject(rows, row, 0);
                      if (!subject.ok()) return subject.status();
                      found.push_back(subject->number);
                      Order& order = orders[subject->number];
                      order.subject = *std::move(subject);
                      if (absl::Status one = ReadOrder(rows, row, kSubjectTypes.size(), order);
                          !one.ok())
                        return one;
                    }
                    return absl::OkStatus();
                  });
}

absl::Status ReadLines(Session& session, const StoreStatements& statements,
                       absl::Span<const Number> numbers, OrdersByNumber& orders) {
  return QueryAll(session, statements.read_lines, AsParams(numbers), kLineTypes,
                  [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row) {
                      const auto order = orders.find(Number::FromStored(rows.Integer(row, 0)));
                      if (order == orders.end()) continue;
                      absl::StatusOr<Line> line = ReadLine(rows, row);
                      if (!line.ok()) return line.status();
                      order->second.content.lines.push_back(*std::move(line));
                    }
                    return absl::OkStatus();
                  });
}

}  // namespace

absl::Status LoadLocked(Session& session, const StoreStatements& statements,
                        absl::Span<const Number> numbers, OrdersByNumber& orders) {
  std::vector<Number> found;
  if (absl::Status status = LockHeads(session, statements, numbers, orders, found); !status.ok())
    return status;
  if (absl::Status status = ReadBodies(session, statements, found, orders); !status.ok())
    return status;
  return ReadLines(session, statements, found, orders);
}

absl::Status LoadUnlocked(Session& session, const StoreStatements& statements,
                          absl::Span<const Number> numbers, OrdersByNumber& orders) {
  std::vector<Number> found;
  if (absl::Status status = ReadHeadsAndBodies(session, statements, numbers, orders, found);
      !status.ok()) {
    return status;
  }
  return ReadLines(session, statements, found, orders);
}

}  // namespace ipstore::orders::sql
