#include "server/storage/sql/sql_writer.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/enquiry_rows.h"
#include "server/storage/sql/redact_stored.h"
#include "server/storage/sql/search_terms.h"
#include "server/storage/sql/subject_loader.h"

namespace ipstore::orders::sql {
namespace {

template <typename Array>
absl::Status ReadBytes(absl::string_view text, Array& bytes) {
  if (text.size() != bytes.size()) {
    return absl::DataLossError(
        absl::StrCat("a stored key has ", text.size(), " bytes instead of ", bytes.size()));
  }
  std::copy(text.begin(), text.end(), bytes.begin());
  return absl::OkStatus();
}

// The rows of one batch that have to be written, as parameters of the statements that write them.
struct RowsToWrite {
  std::vector<Param> new_subjects, new_orders, new_lines;
  std::vector<Param> changed_subjects, changed_orders, changed_lines;
  std::vector<Param> gone_lines;
  std::vector<Param> new_enquiries, changed_enquiries;
  std::vector<Param> new_terms, gone_terms;
};

absl::Status PutLines(Number number, const std::vector<Line>& lines, MadeTexts& texts,
                      std::vector<Param>& params) {
  for (const Line& line : lines) {
    if (absl::Status status = PutLine(number, line, texts, params); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status PutCreated(const Order& order, MadeTexts& texts, RowsToWrite& rows) {
  if (absl::Status status = PutOrder(order, texts, rows.new_orders); !status.ok()) return status;
  return PutLines(order.subject.number, order.content.lines, texts, rows.new_lines);
}

absl::Status PutCreated(const Enquiry& enquiry, MadeTexts& texts, RowsToWrite& rows) {
  return PutEnquiry(enquiry, texts, rows.new_enquiries);
}

// Lines keep their order and their numbers ascend on both sides, so one walk finds what became of
// each.
absl::Status PutChangedLines(const Order& before, const Order& after, MadeTexts& texts,
                             RowsToWrite& rows) {
  const Number number = after.subject.number;
  auto old = before.content.lines.begin();
  for (const Line& line : after.content.lines) {
    for (; old != before.content.lines.end() && old->number < line.number; ++old) {
      rows.gone_lines.insert(rows.gone_lines.end(),
                             {Param::Integer(number.value()), Param::Integer(old->number)});
    }
    const bool existed = old != before.content.lines.end() && old->number == line.number;
    const bool same = existed && *old == line;
    if (existed) ++old;
    if (same) continue;
    absl::Status status =
        PutLine(number, line, texts, existed ? rows.changed_lines : rows.new_lines);
    if (!status.ok()) return status;
  }
  for (; old != before.content.lines.end(); ++old) {
    rows.gone_lines.insert(rows.gone_lines.end(),
                           {Param::Integer(number.value()), Param::Integer(old->number)});
  }
  return absl::OkStatus();
}

absl::Status PutChanged(const Order& before, const Order& after, MadeTexts& texts,
                        RowsToWrite& rows) {
  if (!SameOrderRow(before, after)) {
    if (absl::Status status = PutOrder(after, texts, rows.changed_orders); !status.ok())
      return status;
  }
  if (before.content.lines == after.content.lines) return absl::OkStatus();
  return PutChangedLines(before, after, texts, rows);
}

absl::Status PutChanged(const Enquiry& before, const Enquiry& after, MadeTexts& texts,
                        RowsToWrite& rows) {
  if (before.content == after.content && before.resolved_at == after.resolved_at)
    return absl::OkStatus();
  return PutEnquiry(after, texts, rows.changed_enquiries);
}

void PutTerms(Number number, const Terms& terms, const Terms& without, MadeTexts& texts,
              std::vector<Param>& params) {
  for (const std::string& term : terms) {
    if (without.contains(term)) continue;
    params.push_back(Param::Integer(number.value()));
    params.push_back(Param::Text(texts.emplace_back(term)));
  }
}

void PutChangedTerms(const SubjectState& before, const SubjectState& after, MadeTexts& texts,
                     RowsToWrite& rows) {
  if (!TermsMayDiffer(before, after)) return;
  const Number number = HeadOf(after).number;
  const Terms old = TermsOf(before);
  const Terms now = TermsOf(after);
  PutTerms(number, old, /*without=*/now, texts, rows.gone_terms);
  PutTerms(number, now, /*without=*/old, texts, rows.new_terms);
}

// The rows that `write` asks for. A subject keeps its kind.
absl::Status PutSubjectWrite(const SubjectWrite& write, MadeTexts& texts, RowsToWrite& rows) {
  if (write.before == nullptr) {
    PutSubject(*write.after, rows.new_subjects);
    PutTerms(HeadOf(*write.after).number, TermsOf(*write.after), /*without=*/{}, texts,
             rows.new_terms);
    return std::visit([&](const auto& after) { return PutCreated(after, texts, rows); },
                      *write.after);
  }
  const Subject& before = HeadOf(*write.before);
  if (before != HeadOf(*write.after)) {
    const auto begin = static_cast<std::ptrdiff_t>(rows.changed_subjects.size());
    PutSubject(*write.after, rows.changed_subjects);
    // An update takes the key behind what it sets.
    static_assert(kWrittenSubjectColumns.front() == "number");
    std::rotate(rows.changed_subjects.begin() + begin, rows.changed_subjects.begin() + begin + 1,
                rows.changed_subjects.end());
    rows.changed_subjects.push_back(Param::Integer(before.last_seq));
    rows.changed_subjects.push_back(Param::Time(before.last_activity_at));
  }
  PutChangedTerms(*write.before, *write.after, texts, rows);
  return std::visit(
      [&]<typename Kind>(const Kind& after) {
        return PutChanged(std::get<Kind>(*write.before), after, texts, rows);
      },
      *write.after);
}

// Makes sure that every subject was as it had been read: then its rows in the other tables are too,
// which change with it only.
absl::Status UpdateSubjects(Session& session, const StoreStatements& statements,
                            const std::vector<Param>& params) {
  const auto expected =
      static_cast<std::int64_t>(params.size() / statements.update_subjects.params_per_row());
  absl::StatusOr<std::int64_t> changed = UpdateAll(session, statements.update_subjects, params);
  if (!changed.ok()) return changed.status();
  if (*changed == expected) return absl::OkStatus();
  return absl::AbortedError(
      absl::StrCat("of ", expected, " subjects only ", *changed, " were as they had been read"));
}

absl::Status WriteRows(Session& session, const StoreStatements& statements,
                       const RowsToWrite& rows) {
  if (auto s = UpdateSubjects(session, statements, rows.changed_subjects); !s.ok()) return s;
  if (auto s = UpdateAll(session, statements.overwrite_orders, rows.changed_orders); !s.ok())
    return s.status();
  if (auto s = UpdateAll(session, statements.overwrite_lines, rows.changed_lines); !s.ok())
    return s.status();
  if (auto s = UpdateAll(session, statements.delete_lines, rows.gone_lines); !s.ok())
    return s.status();
  if (auto s = InsertAll(session, statements.insert_subjects, rows.new_subjects); !s.ok()) return s;
  if (auto s = InsertAll(session, statements.insert_orders, rows.new_orders); !s.ok()) return s;
  if (auto s = InsertAll(session, statements.insert_enquiries, rows.new_enquiries); !s.ok())
    return s;
  if (auto s = UpdateAll(session, statements.overwrite_enquiries, rows.changed_enquiries); !s.ok())
    return s.status();
  if (auto s = InsertAll(session, statements.insert_lines, rows.new_lines); !s.ok()) return s;
  if (auto s = UpdateAll(session, statements.delete_terms, rows.gone_terms); !s.ok())
    return s.status();
  return InsertAll(session, statements.insert_terms, rows.new_terms);
}

}  // namespace

absl::StatusOr<std::int64_t> SqlWriter::TakeSerials(std::int64_t count) {
  absl::StatusOr<std::int64_t> updated = session_->Execute(
      "UPDATE serials SET next = next + ? WHERE name = 'subjects'", {Param::Integer(count)});
  if (!updated.ok()) return updated.status();
  absl::StatusOr<std::int64_t> next = NextSerial();
  if (!next.ok()) return next.status();
  const std::int64_t first = *next - count;
  if (first + count - 1 > Number::kLastSerial)
    return absl::ResourceExhaustedError("the serials for numbers have run out");
  return first;
}

absl::StatusOr<std::int64_t> SqlWriter::NextSerial() {
  absl::StatusOr<Rows> next = session_->Query("SELECT next FROM serials WHERE name = 'subjects'",
                                              {}, {ValueType::kInteger});
  if (!next.ok()) return next.status();
  if (next->empty()) return absl::InternalError("the row of the serials is missing");
  return next->Integer(0, 0);
}

// The row is locked only where it changes: else writers with older numbers would wait for each
// other.
absl::Status SqlWriter::PassSerial(std::int64_t serial) {
  absl::StatusOr<std::int64_t> next = NextSerial();
  if (!next.ok()) return next.status();
  if (*next > serial) return absl::OkStatus();
  return session_
      ->Execute("UPDATE serials SET next = ? WHERE name = 'subjects' AND next < ?",
                {Param::Integer(serial + 1), Param::Integer(serial + 1)})
      .status();
}

absl::StatusOr<std::int64_t> SqlWriter::ReserveSerials(std::int64_t count) {
  if (absl::Status status = session_->Begin(); !status.ok()) return status;
  absl::StatusOr<std::int64_t> first = TakeSerials(count);
  if (!first.ok()) {
    session_->Rollback().IgnoreError();
    return first;
  }
  if (absl::Status status = session_->Commit(); !status.ok()) return status;
  return first;
}

absl::StatusOr<Loaded> SqlWriter::Load(const LoadRequest& request) {
  Loaded loaded;
  absl::Status status = LoadSubjects(request, loaded);
  if (!status.ok()) return status;
  // External keys and numbers before request keys: a create whose COMMIT is still under way may end
  // in between. Then it is found by its request key, and not refused for the reference or the
  // number that it has itself taken.
  if (status = FindExternalKeys(request, loaded); !status.ok()) return status;
  if (status = FindNumbers(request, loaded); !status.ok()) return status;
  if (status = FindRequests(request, loaded); !status.ok()) return status;
  if (status = LoadUnlockedOnes(request, loaded); !status.ok()) return status;
  return loaded;
}

absl::Status SqlWriter::LoadSubjects(const LoadRequest& request, Loaded& loaded) {
  if (!request.optimistic)
    return LoadLocked(*session_, statements_, cache_, request.subjects, loaded);
  loaded.subjects = cache_.Find(request.subjects);
  std::vector<Number> others;
  for (const Number number : request.subjects) {
    if (!loaded.subjects.contains(number)) others.push_back(number);
  }
  return LoadLocked(*session_, statements_, cache_, others, loaded);
}

absl::Status SqlWriter::FindExternalKeys(const LoadRequest& request, Loaded& loaded) {
  params_.clear();
  for (const ExternalKey& key : request.external_keys) {
    params_.push_back(Param::Text(key.source));
    params_.push_back(Param::Text(key.reference));
  }
  return QueryAll(*session_, statements_.find_external_keys, params_,
                  {ValueType::kText, ValueType::kText, ValueType::kInteger}, [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row) {
                      ExternalKey key{.source = std::string(rows.Text(row, 0)),
                                      .reference = std::string(rows.Text(row, 1))};
                      loaded.external_keys.emplace(std::move(key),
                                                   Number::FromStored(rows.Integer(row, 2)));
                    }
                    return absl::OkStatus();
                  });
}

absl::Status SqlWriter::FindNumbers(const LoadRequest& request, Loaded& loaded) {
  params_.clear();
  for (Number number : request.new_numbers) params_.push_back(Param::Integer(number.value()));
  return QueryAll(*session_, statements_.find_numbers, params_, {ValueType::kInteger},
                  [&](const Rows& rows) {
                    for (std::size_t row = 0; row < rows.size(); ++row)
                      loaded.taken_numbers.insert(Number::FromStored(rows.Integer(row, 0)));
                    return absl::OkStatus();
                  });
}

absl::Status SqlWriter::FindRequests(const LoadRequest& request, Loaded& loaded) {
  params_.clear();
  for (const RequestKey& key : request.request_keys) params_.push_back(Param::Bytes(BytesOf(key)));
  return QueryAll(
      *session_, statements_.find_requests, params_,
      {ValueType::kBytes, ValueType::kInteger, ValueType::kInteger, ValueType::kInteger,
       ValueType::kInteger, ValueType::kTime, ValueType::kBytes},
      [&](const Rows& rows) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
          RequestKey key{};
          CommittedUnit unit{.subject = Number::FromStored(rows.Integer(row, 1)),
                             .first_seq = static_cast<std::int32_t>(rows.Integer(row, 2)),
                             .activity_count = static_cast<std::int32_t>(rows.Integer(row, 3)),
                             .first_position = rows.Integer(row, 4),
                             .recorded_at = rows.Time(row, 5)};
          if (absl::Status status = ReadBytes(rows.Text(row, 0), key); !status.ok()) return status;
          if (absl::Status status = ReadBytes(rows.Text(row, 6), unit.content_hash); !status.ok())
            return status;
          loaded.request_keys.emplace(key, unit);
        }
        return absl::OkStatus();
      });
}

absl::Status SqlWriter::LoadUnlockedOnes(const LoadRequest& request, Loaded& loaded) {
  absl::flat_hash_set<Number> missing(request.related.begin(), request.related.end());
  for (const auto& [key, unit] : loaded.request_keys) missing.insert(unit.subject);
  for (const auto& [number, state] : loaded.subjects) missing.erase(number);
  const std::vector<Number> numbers(missing.begin(), missing.end());
  SubjectStates states;
  if (auto s = LoadUnlocked(*session_, statements_, numbers, states); !s.ok()) return s;
  for (auto& [number, state] : states)
    loaded.subjects.emplace(number, std::make_shared<const SubjectState>(std::move(state)));
  return absl::OkStatus();
}

absl::Status SqlWriter::RedactActivities(absl::Span<const ActivityRedaction> redactions) {
  for (const ActivityRedaction& redaction : redactions) {
    if (auto s = RedactStored(*session_, statements_, redaction); !s.ok()) return s;
  }
  erased_ = erased_ || !redactions.empty();
  return absl::OkStatus();
}

// The erasing has happened when it is committed; what the database still does about it is no reason
// to call the commit in doubt. Only the transaction that erased waits for readers: the later ones
// would each hold up their callers for as long.
absl::Status SqlWriter::Commit() {
  const bool erased = std::exchange(erased_, false);
  absl::Status status = session_->Commit();
  if (!status.ok()) return status;
  cache_.Put(written_);
  written_.clear();
  if (erased || to_forget_) to_forget_ = !session_->ForgetErased(/*wait=*/erased);
  return status;
}

absl::Status SqlWriter::WriteSubjects(absl::Span<const SubjectWrite> writes) {
  texts_.clear();
  RowsToWrite rows;
  for (const SubjectWrite& write : writes) {
    if (absl::Status status = PutSubjectWrite(write, texts_, rows); !status.ok()) return status;
  }
  if (auto s = WriteRows(*session_, statements_, rows); !s.ok()) return s;
  for (const SubjectWrite& write : writes) {
    // Until the commit no batch here is to be built on what is about to be the past; one that is,
    // as a reader may still put it back, is run again.
    cache_.Remove(HeadOf(*write.after).number);
    written_.push_back(write.after);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> SqlWriter::TakePositions(std::int64_t count) {
  if (const std::optional<std::int64_t> guess = head_guess_.Get()) {
    absl::StatusOr<std::int64_t> moved =
        session_->Execute("UPDATE feed_head SET position = ? WHERE id = 1 AND position = ?",
                          {Param::Integer(*guess + count), Param::Integer(*guess)});
    if (!moved.ok()) return moved.status();
    if (*moved == 1) {
      head_guess_.Moved(*guess, *guess + count);
      return *guess + 1;
    }
  }
  absl::StatusOr<std::int64_t> updated = session_->Execute(
      "UPDATE feed_head SET position = position + ? WHERE id = 1", {Param::Integer(count)});
  if (!updated.ok()) return updated.status();
  absl::StatusOr<Rows> head =
      session_->Query("SELECT position FROM feed_head WHERE id = 1", {}, {ValueType::kInteger});
  if (!head.ok()) return head.status();
  if (head->empty()) return absl::InternalError("the row of the feed's head is missing");
  const std::int64_t before = head->Integer(0, 0) - count;
  head_guess_.Moved(before, before + count);
  return before + 1;
}

// Everything that can be done before the head is done before it: from there on other writers wait.
absl::StatusOr<std::int64_t> SqlWriter::AppendActivities(
    absl::Span<const ActivityWrite> activities) {
  texts_.clear();
  params_.clear();
  params_.reserve(activities.size() * kActivityColumns.size());
  for (const ActivityWrite& write : activities) {
    if (absl::Status status = PutActivity(write, texts_, params_); !status.ok()) return status;
  }
  absl::StatusOr<std::int64_t> first = TakePositions(static_cast<std::int64_t>(activities.size()));
  if (!first.ok()) return first;
  std::int64_t position = *first;
  for (std::size_t i = 0; i < activities.size(); ++i, ++position) {
    activities[i].activity->position = position;
    params_[i * kActivityColumns.size() + kActivityPositionColumn] = Param::Integer(position);
  }
  if (absl::Status status = InsertAll(*session_, statements_.insert_activities, params_);
      !status.ok())
    return status;
  return first;
}

}  // namespace ipstore::orders::sql
