#include "server/storage/sql/list_query.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

// A list of no status in particular is one of every status: the indexes begin with it, and two
// indexes are maintained for all lists rather than four.
std::vector<OrderStatus> StatusesOf(const OrderQuery& query) {
  std::vector<OrderStatus> statuses = query.statuses;
  if (statuses.empty()) {
    std::copy_if(kOrderStatuses.begin(), kOrderStatuses.end(), std::back_inserter(statuses),
                 [&](OrderStatus status) { return !query.active_only || !IsClosed(status); });
  }
  std::sort(statuses.begin(), statuses.end());
  statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
  return statuses;
}

// Which index a list is read off, and the column that orders it.
struct ListOrder {
  absl::string_view index;
  absl::string_view time;
};

ListOrder OrderOf(const OrderQuery& query) {
  if (query.customer_id.has_value())
    return {.index = "subjects_of_customer", .time = "last_public_activity_at"};
  return {.index = "subjects_by_status", .time = "last_activity_at"};
}

// "Before the cursor", so that MySQL and SQLite both go straight to the place in the index. No row
// constructors: MySQL reads the index from its start for those. The first condition says nothing
// new; SQLite needs it.
std::string BeforeCursor(absl::string_view time) {
  return absl::StrCat(" AND ", time, " <= ? AND (", time, " < ? OR (", time,
                      " = ? AND number < ?))");
}

// The page of one status.
std::string OneStatus(const Dialect& dialect, const OrderQuery& query) {
  const ListOrder order = OrderOf(query);
  return absl::StrCat(
      "SELECT number, ", order.time, " AS at FROM ", dialect.TableByIndex("subjects", order.index),
      " WHERE ", query.customer_id.has_value() ? "customer_id = ? AND " : "",
      "kind = ? AND status = ?", query.after.has_value() ? BeforeCursor(order.time) : "",
      " ORDER BY ", order.time, " DESC, number DESC LIMIT ?");
}

void PutOneStatus(const OrderQuery& query, OrderStatus status, std::vector<Param>& params) {
  if (query.customer_id.has_value()) params.push_back(Param::Text(*query.customer_id));
  params.push_back(Param::Integer(static_cast<int>(SubjectKind::kOrder)));
  params.push_back(Param::Integer(static_cast<int>(status)));
  if (query.after.has_value()) {
    params.insert(params.end(), 3, Param::Time(query.after->last_activity_at));
    params.push_back(Param::Integer(query.after->number.value()));
  }
  params.push_back(Param::Integer(std::max(query.limit, 0)));
}

// Each kind once, so that the number of different statements stays bounded.
std::vector<ActivityKind> KindsOf(const ActivityQuery& query) {
  std::vector<ActivityKind> kinds = query.kinds;
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

}  // namespace

ListStatement FindOrders(const Dialect& dialect, const OrderQuery& query) {
  const std::string one = OneStatus(dialect, query);
  ListStatement statement;
  int branch = 0;
  for (OrderStatus status : StatusesOf(query)) {
    absl::StrAppend(&statement.text, branch == 0 ? "" : " UNION ALL ", "SELECT number, at FROM (",
                    one, ") AS s", branch);
    PutOneStatus(query, status, statement.params);
    ++branch;
  }
  return statement;
}

ListStatement FindActivities(const Dialect& dialect, const ActivityQuery& query) {
  ListStatement statement;
  statement.text = absl::StrCat("SELECT ", absl::StrJoin(kReadActivityColumns, ","), " FROM ",
                                dialect.TableByPrimaryKey("activities"), " WHERE subject = ?");
  statement.params.push_back(Param::Integer(query.subject.value()));
  if (query.after_seq.has_value()) {
    absl::StrAppend(&statement.text, query.newest_first ? " AND seq < ?" : " AND seq > ?");
    statement.params.push_back(Param::Integer(*query.after_seq));
  }
  if (!query.include_internal) {
    absl::StrAppend(&statement.text, " AND visibility = ?");
    statement.params.push_back(Param::Integer(static_cast<int>(Visibility::kPublic)));
  }
  if (const std::vector<ActivityKind> kinds = KindsOf(query); !kinds.empty()) {
    absl::StrAppend(&statement.text, " AND kind IN (",
                    absl::StrJoin(std::vector<absl::string_view>(kinds.size(), "?"), ","), ")");
    for (ActivityKind kind : kinds)
      statement.params.push_back(Param::Integer(static_cast<int>(kind)));
  }
  absl::StrAppend(&statement.text, " ORDER BY seq", query.newest_first ? " DESC" : "", " LIMIT ?");
  statement.params.push_back(Param::Integer(std::max(query.limit, 0)));
  return statement;
}

}  // namespace ipstore::orders::sql
