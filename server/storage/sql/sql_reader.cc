#include "server/storage/sql/sql_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/migrations.h"
#include "server/storage/sql/order_loader.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

struct Found {
  absl::Time at;
  Number number;

  // Newer activity comes first.
  friend bool operator<(const Found& a, const Found& b) {
    return std::pair(b.at, b.number) < std::pair(a.at, a.number);
  }
};

std::vector<Found> ReadFound(const Rows& rows) {
  std::vector<Found> found;
  found.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    found.push_back({.at = rows.Time(row, 1), .number = Number::FromStored(rows.Integer(row, 0))});
  }
  return found;
}

}  // namespace

absl::Status SqlReader::InSnapshot(absl::FunctionRef<absl::Status()> read) {
  if (absl::Status status = session_->Begin(); !status.ok()) return status;
  absl::Status status = read();
  // Nothing was written, so ending it this way or that is the same, and an error says only that the
  // connection is lost, which the next call will find.
  session_->Rollback().IgnoreError();
  return status;
}

absl::StatusOr<std::vector<Order>> SqlReader::GetOrders(absl::Span<const Number> numbers) {
  OrdersByNumber orders;
  absl::Status status =
      InSnapshot([&] { return LoadUnlocked(*session_, statements_, numbers, orders); });
  if (!status.ok()) return status;
  std::vector<Order> list;
  list.reserve(orders.size());
  for (auto& [number, order] : orders) list.push_back(std::move(order));
  return list;
}

absl::StatusOr<std::optional<Number>> SqlReader::FindByExternalKey(const ExternalKey& key) {
  absl::StatusOr<Rows> rows = session_->Query(
      statements_.find_external_keys.Text(1), {Param::Text(key.source), Param::Text(key.reference)},
      {ValueType::kText, ValueType::kText, ValueType::kInteger});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) return std::optional<Number>();
  return std::optional<Number>(Number::FromStored(rows->Integer(0, 2)));
}

absl::StatusOr<std::vector<Number>> SqlReader::FindPage(const OrderQuery& query) {
  const ListStatement statement = FindOrders(dialect_, query);
  absl::StatusOr<Rows> rows = session_->Query(statement.text, statement.params, kFindOrdersTypes);
  if (!rows.ok()) return rows.status();
  std::vector<Found> found = ReadFound(*rows);
  std::sort(found.begin(), found.end());
  found.resize(std::min(found.size(), static_cast<std::size_t>(std::max(query.limit, 0))));
  std::vector<Number> numbers;
  numbers.reserve(found.size());
  for (const Found& one : found) numbers.push_back(one.number);
  return numbers;
}

absl::Status SqlReader::ReadPage(const OrderQuery& query, std::vector<Order>& page) {
  absl::StatusOr<std::vector<Number>> numbers = FindPage(query);
  if (!numbers.ok()) return numbers.status();
  OrdersByNumber orders;
  absl::Status status = LoadUnlocked(*session_, statements_, *numbers, orders);
  if (!status.ok()) return status;
  for (Number number : *numbers) {
    const auto order = orders.find(number);
    if (order == orders.end())
      return absl::DataLossError(absl::StrCat("subject ", number.ToString(), " has no order"));
    page.push_back(std::move(order->second));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Order>> SqlReader::ListOrders(const OrderQuery& query) {
  std::vector<Order> page;
  absl::Status status = InSnapshot([&] { return ReadPage(query, page); });
  if (!status.ok()) return status;
  return page;
}

absl::StatusOr<std::vector<Activity>> SqlReader::ListActivities(const ActivityQuery& query) {
  const ListStatement statement = FindActivities(dialect_, query);
  absl::StatusOr<Rows> rows = session_->Query(statement.text, statement.params, kReadActivityTypes);
  if (!rows.ok()) return rows.status();
  std::vector<Activity> activities;
  activities.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    absl::StatusOr<Activity> activity = ReadActivity(*rows, row);
    if (!activity.ok()) return activity.status();
    activities.push_back(*std::move(activity));
  }
  return activities;
}

absl::Status SqlReader::Ping() {
  return CheckSchema(*session_, dialect_);
}

}  // namespace ipstore::orders::sql
