#include "server/storage/sql/list_query.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

// One status of one kind: a list is read status by status, because the indexes begin with it, and
// so a few indexes serve all lists.
struct Branch {
  SubjectKind kind;
  std::uint8_t status;
};

template <typename Status, std::size_t N>
void AddBranches(SubjectKind kind, const std::vector<Status>& wanted,
                 const std::array<Status, N>& all, bool active_only,
                 std::vector<Branch>& branches) {
  for (Status status : all) {
    const bool in = wanted.empty()
                        ? !active_only || !IsClosed(status)
                        : std::find(wanted.begin(), wanted.end(), status) != wanted.end();
    if (in) branches.push_back({kind, static_cast<std::uint8_t>(status)});
  }
}

bool Wants(const SubjectQuery& query, SubjectKind kind) {
  // Only orders have stores and methods.
  if (kind != SubjectKind::kOrder && (query.store_id.has_value() || query.method.has_value()))
    return false;
  return query.kinds.empty() ||
         std::find(query.kinds.begin(), query.kinds.end(), kind) != query.kinds.end();
}

std::vector<Branch> BranchesOf(const SubjectQuery& query) {
  std::vector<Branch> branches;
  if (Wants(query, SubjectKind::kOrder)) {
    AddBranches(SubjectKind::kOrder, query.order_statuses, kOrderStatuses, query.active_only,
                branches);
  }
  if (Wants(query, SubjectKind::kEnquiry)) {
    AddBranches(SubjectKind::kEnquiry, query.enquiry_statuses, kEnquiryStatuses, query.active_only,
                branches);
  }
  return branches;
}

// Which index a list is read off, and the column that orders it.
struct ListOrder {
  absl::string_view index;
  absl::string_view time;
};

ListOrder OrderOf(const SubjectQuery& query) {
  if (query.customer_id.has_value())
    return {.index = "subjects_of_customer", .time = "last_public_activity_at"};
  const absl::string_view index = query.store_id.has_value() ? "subjects_by_store"
                                  : query.method.has_value() ? "subjects_by_method"
                                                             : "subjects_by_status";
  return {.index = index, .time = "last_activity_at"};
}

// Before the cursor, or after it, so that MySQL and SQLite both go straight to the place in the
// index. No row constructors: MySQL reads the index from its start for those. The first condition
// says nothing new; SQLite needs it.
std::string Beyond(absl::string_view time, absl::string_view number, absl::string_view direction) {
  return absl::StrCat(" AND ", time, " ", direction, "= ? AND (", time, " ", direction, " ? OR (",
                      time, " = ? AND ", number, " ", direction, " ?))");
}

void PutCursor(const std::optional<ListCursor>& cursor, std::vector<Param>& params) {
  if (!cursor.has_value()) return;
  params.insert(params.end(), 3, Param::Time(cursor->at));
  params.push_back(Param::Integer(cursor->number.value()));
}

// The page of one branch.
std::string OneBranch(const Dialect& dialect, const SubjectQuery& query) {
  const ListOrder order = OrderOf(query);
  std::string text =
      absl::StrCat("SELECT number, ", order.time, " AS at FROM ",
                   dialect.TableByIndex("subjects", order.index), " WHERE kind = ? AND status = ?");
  if (query.customer_id.has_value()) absl::StrAppend(&text, " AND customer_id = ?");
  if (query.store_id.has_value()) absl::StrAppend(&text, " AND store_id = ?");
  if (query.method.has_value()) absl::StrAppend(&text, " AND method = ?");
  // What was created since then was active since then: that ends the walk down the index.
  if (query.created_from.has_value())
    absl::StrAppend(&text, " AND ", order.time, " >= ? AND created_at >= ?");
  if (query.created_until.has_value()) absl::StrAppend(&text, " AND created_at < ?");
  if (query.after.has_value()) absl::StrAppend(&text, Beyond(order.time, "number", "<"));
  absl::StrAppend(&text, " ORDER BY ", order.time, " DESC, number DESC LIMIT ?");
  return text;
}

void PutOneBranch(const SubjectQuery& query, const Branch& branch, std::vector<Param>& params) {
  params.push_back(Param::Integer(static_cast<int>(branch.kind)));
  params.push_back(Param::Integer(branch.status));
  if (query.customer_id.has_value()) params.push_back(Param::Text(*query.customer_id));
  if (query.store_id.has_value()) params.push_back(Param::Text(*query.store_id));
  if (query.method.has_value()) params.push_back(Param::Text(Name(*query.method)));
  if (query.created_from.has_value())
    params.insert(params.end(), 2, Param::Time(*query.created_from));
  if (query.created_until.has_value()) params.push_back(Param::Time(*query.created_until));
  PutCursor(query.after, params);
  params.push_back(Param::Integer(std::max(query.limit, 0)));
}

// More words than these are not looked at, so that the number of different statements stays
// bounded.
constexpr std::size_t kMaxSearchWords = 8;

// U+10FFFF, after every character that a word can have.
constexpr absl::string_view kLastCharacter = "\xF4\x8F\xBF\xBF";

// Each kind once, so that the number of different statements stays bounded.
std::vector<ActivityKind> KindsOf(const ActivityQuery& query) {
  std::vector<ActivityKind> kinds = query.kinds;
  std::sort(kinds.begin(), kinds.end());
  kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
  return kinds;
}

}  // namespace

ListStatement FindSubjects(const Dialect& dialect, const SubjectQuery& query) {
  const std::string one = OneBranch(dialect, query);
  ListStatement statement;
  int count = 0;
  for (const Branch& branch : BranchesOf(query)) {
    absl::StrAppend(&statement.text, count == 0 ? "" : " UNION ALL ", "SELECT number, at FROM (",
                    one, ") AS s", count);
    PutOneBranch(query, branch, statement.params);
    ++count;
  }
  return statement;
}

ListStatement FindOverdue(const Dialect& dialect, const OverdueQuery& query) {
  ListStatement statement;
  statement.text =
      absl::StrCat("SELECT number, promised_delivery FROM ",
                   dialect.TableByIndex("subjects", "subjects_by_promise"),
                   " WHERE active = 1 AND promised_delivery < ?",
                   query.after.has_value() ? Beyond("promised_delivery", "number", ">") : "",
                   " ORDER BY promised_delivery, number LIMIT ?");
  statement.params.push_back(Param::Time(query.now));
  PutCursor(query.after, statement.params);
  statement.params.push_back(Param::Integer(std::max(query.limit, 0)));
  return statement;
}

SearchStatement FindByWords(const Dialect& dialect, const SearchQuery& query) {
  SearchStatement search;
  std::vector<std::string> words = query.words;
  // The longest word, which is the rarest most of the time, leads; the others are looked up for
  // each of its subjects.
  std::sort(words.begin(), words.end(), [](const std::string& a, const std::string& b) {
    return std::pair(b.size(), a) < std::pair(a.size(), b);
  });
  words.resize(std::min(words.size(), kMaxSearchWords));
  for (std::string& word : words) {
    std::string end = absl::StrCat(word, kLastCharacter);
    search.bounds.push_back(std::move(word));
    search.bounds.push_back(std::move(end));
  }
  std::string& text = search.statement.text;
  std::vector<Param>& params = search.statement.params;
  std::size_t next_bound = 0;
  const auto put_word = [&] {
    params.push_back(Param::Text(search.bounds[next_bound++]));
    params.push_back(Param::Text(search.bounds[next_bound++]));
  };
  // A customer has few subjects: each is asked for all words. The whole shop is not walked.
  if (query.customer_id.has_value()) {
    text = absl::StrCat("SELECT s.number, s.created_at FROM ",
                        dialect.TableByIndex("subjects s", "subjects_of_customer"),
                        " WHERE s.customer_id = ?");
    params.push_back(Param::Text(*query.customer_id));
  } else {
    text = absl::StrCat("SELECT DISTINCT s.number, s.created_at FROM ",
                        dialect.TableByIndex("search_terms t", "search_terms_by_term"),
                        " JOIN subjects s ON s.number = t.number WHERE t.term >= ? AND t.term < ?");
    put_word();
  }
  if (query.after.has_value()) absl::StrAppend(&text, Beyond("s.created_at", "s.number", "<"));
  PutCursor(query.after, params);
  while (next_bound < search.bounds.size()) {
    absl::StrAppend(&text,
                    " AND EXISTS (SELECT 1 FROM search_terms w WHERE w.number = s.number"
                    " AND w.term >= ? AND w.term < ?)");
    put_word();
  }
  absl::StrAppend(&text, " ORDER BY s.created_at DESC, s.number DESC LIMIT ?");
  params.push_back(Param::Integer(std::max(query.limit, 0)));
  return search;
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
