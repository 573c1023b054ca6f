#include "server/storage/sql/store_statements.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/storage/sql/enquiry_rows.h"
#include "server/storage/sql/notification_rows.h"
#include "server/storage/sql/order_rows.h"

namespace ipstore::orders::sql {
namespace {

using Columns = std::vector<absl::string_view>;

template <std::size_t N>
Columns All(const std::array<absl::string_view, N>& columns) {
  return {columns.begin(), columns.end()};
}

// All but the first `count`, which are the key.
template <std::size_t N>
Columns AllButKey(const std::array<absl::string_view, N>& columns, std::size_t count) {
  return {columns.begin() + static_cast<std::ptrdiff_t>(count), columns.end()};
}

std::string Qualified(absl::Span<const absl::string_view> columns, absl::string_view table) {
  return absl::StrJoin(columns, ",", [&](std::string* out, absl::string_view column) {
    absl::StrAppend(out, table, ".", column);
  });
}

// Of subjects as s and their bodies as b.
std::string HeadAndBody(absl::Span<const absl::string_view> columns) {
  return absl::StrCat(Qualified(kSubjectColumns, "s"), ",", Qualified(columns, "b"));
}

// "SELECT … FROM … WHERE key IN (?, …) …"
RowsTemplate SelectIn(absl::string_view columns, absl::string_view from, absl::string_view key,
                      absl::string_view end) {
  return {.head = absl::StrCat("SELECT ", columns, " FROM ", from, " WHERE ", key, " IN ("),
          .first_row = "?",
          .next_row = ",?",
          .tail = absl::StrCat(")", end),
          .params_per_row = 1};
}

// With the bodies of orders, which nearly all are: one question less for each batch. No other
// transaction locks an order's body without its head, so locking that too costs no wait.
RowsTemplate LockSubjects(const Dialect& dialect) {
  return SelectIn(HeadAndBody(kOrderColumns),
                  absl::StrCat(dialect.TableByPrimaryKey("subjects s"), " LEFT JOIN ",
                               dialect.TableByPrimaryKey("orders b"), " ON b.number = s.number"),
                  "s.number", absl::StrCat(" ORDER BY s.number", dialect.LockingRead()));
}

// Locks subjects that may be known, and asks whether they are as they were.
RowsTemplate LockStates(const Dialect& dialect) {
  return SelectIn(absl::StrJoin(kStateColumns, ","), dialect.TableByPrimaryKey("subjects"),
                  "number", absl::StrCat(" ORDER BY number", dialect.LockingRead()));
}

// The rows of one table.
RowsTemplate ReadRows(const Dialect& dialect, absl::string_view table,
                      absl::Span<const absl::string_view> columns) {
  return SelectIn(absl::StrJoin(columns, ","), dialect.TableByPrimaryKey(table), "number", "");
}

// The same with the heads.
RowsTemplate ReadWhole(absl::string_view table, absl::Span<const absl::string_view> columns) {
  return SelectIn(HeadAndBody(columns),
                  absl::StrCat("subjects s JOIN ", table, " b ON b.number = s.number"), "s.number",
                  "");
}

RowsTemplate ReadLines(const Dialect& dialect) {
  return SelectIn(absl::StrJoin(kLineColumns, ","), dialect.TableByPrimaryKey("order_lines"),
                  "number", " ORDER BY number, line");
}

// SQLite finds the index for each alternative by itself and takes no hint for them together.
RowsTemplate FindExternalKeys(const Dialect& dialect) {
  const std::string table =
      dialect.IsSqlite() ? "orders" : dialect.TableByIndex("orders", "orders_external");
  return {.head = absl::StrCat("SELECT source, external_reference, number FROM ", table, " WHERE "),
          .first_row = "(source = ? AND external_reference = ?)",
          .next_row = " OR (source = ? AND external_reference = ?)",
          .tail = "",
          .params_per_row = 2};
}

RowsTemplate FindNumbers(const Dialect& dialect) {
  return SelectIn("number", dialect.TableByPrimaryKey("subjects"), "number", "");
}

RowsTemplate FindRequests(const Dialect& dialect) {
  return SelectIn("request_key, subject, seq, unit_size, position, recorded_at, content_hash",
                  dialect.TableByIndex("activities", "activities_by_request"), "request_key", "");
}

// The guard finds a row that is not as it had been read: not locked, or written past the store.
RowsTemplate UpdateSubjects(const Dialect& dialect) {
  return dialect.UpdateRows({.table = "subjects",
                             .key = {"number"},
                             .set = AllButKey(kWrittenSubjectColumns, 1),
                             .guard = {"last_seq", "last_activity_at"}});
}

// Of rows that a number and one more column name.
RowsTemplate DeleteRows(absl::string_view table, absl::string_view column) {
  const std::string row = absl::StrCat("(number = ? AND ", column, " = ?)");
  return {.head = absl::StrCat("DELETE FROM ", table, " WHERE "),
          .first_row = row,
          .next_row = absl::StrCat(" OR ", row),
          .tail = "",
          .params_per_row = 2};
}

RowsTemplate DeleteAllTerms() {
  return {.head = "DELETE FROM search_terms WHERE number IN (",
          .first_row = "?",
          .next_row = ",?",
          .tail = ")",
          .params_per_row = 1};
}

// Of one subject's log, seqs from one to another, in order, so many.
std::string FindPayloads(const Dialect& dialect) {
  return absl::StrCat("SELECT seq, kind, payload_version, payload FROM ",
                      dialect.TableByPrimaryKey("activities"),
                      " WHERE subject = ? AND seq BETWEEN ? AND ? ORDER BY seq LIMIT ?");
}

std::string ForgetContent(const Dialect& dialect) {
  return absl::StrCat("UPDATE activities SET content_hash = ",
                      dialect.FirstBytes("content_hash", kTargetHashBytes, sizeof(ContentHash)),
                      " WHERE subject = ? AND seq BETWEEN ? AND ? AND content_hash IS NOT NULL");
}

std::string FindUnit(const Dialect& dialect) {
  return absl::StrCat("SELECT seq FROM ", dialect.TableByPrimaryKey("activities"),
                      " WHERE subject = ? AND seq <= ? AND unit_size > 0"
                      " ORDER BY seq DESC LIMIT 1");
}

RowsTemplate ReadQueuedNotifications(const Dialect& dialect) {
  return SelectIn(
      absl::StrJoin(kNotificationColumns, ","), dialect.TableByPrimaryKey("notifications"),
      "subject",
      absl::StrCat(" AND state = ", static_cast<int>(NotificationState::kQueued), " AND ",
                   KnownNotifications("notifications"), " ORDER BY subject, seq"));
}

// News of which a mail is under way wait for nothing but its end.
RowsTemplate FindWaits(const Dialect& dialect) {
  return SelectIn("subject, MAX(due_at)", dialect.TableByPrimaryKey("notifications"), "subject",
                  absl::StrCat(" AND state = ", static_cast<int>(NotificationState::kQueued),
                               " AND generation = 0 AND claimed_until IS NULL AND ",
                               KnownNotifications("notifications"), " GROUP BY subject"));
}

// A notification forgets the address that it went to when it goes to another one.
RowsTemplate KeepAddresses(const Dialect& dialect) {
  return {
      .head = absl::StrCat("INSERT INTO notification_addresses (subject, address)"
                           " SELECT DISTINCT n.subject, n.address FROM ",
                           dialect.TableByPrimaryKey("notifications n"), " WHERE n.subject IN ("),
      .first_row = "?",
      .next_row = ",?",
      .tail =
          ") AND n.claimed_until IS NOT NULL AND n.address <> '' AND NOT EXISTS"
          " (SELECT 1 FROM notification_addresses a"
          " WHERE a.subject = n.subject AND a.address = n.address)",
      .params_per_row = 1};
}

// What is personal in rows about what was redacted.
RowsTemplate ForgetRedacted() {
  return {
      .head = "UPDATE notifications SET detail = '', address = '', title = '' WHERE subject IN (",
      .first_row = "?",
      .next_row = ",?",
      .tail =
          ") AND EXISTS (SELECT 1 FROM subjects s WHERE s.number = notifications.subject"
          " AND s.redacted_at >= notifications.recorded_at)",
      .params_per_row = 1};
}

RowsTemplate ReadActivities(const Dialect& dialect) {
  return {.head = absl::StrCat("SELECT ", absl::StrJoin(kReadActivityColumns, ","), " FROM ",
                               dialect.TableByPrimaryKey("activities"), " WHERE "),
          .first_row = "(subject = ? AND seq = ?)",
          .next_row = " OR (subject = ? AND seq = ?)",
          .tail = " ORDER BY subject, seq",
          .params_per_row = 2};
}

// Not Dialect::UpdateRows(), which is not for long texts.
RowsTemplate RedactPayloads() {
  return {.head = "UPDATE activities SET payload = CASE seq",
          .first_row = " WHEN ? THEN ?",
          .next_row = " WHEN ? THEN ?",
          .tail = " ELSE payload END WHERE subject = ? AND seq BETWEEN ? AND ?",
          .params_per_row = 2};
}

}  // namespace

StoreStatements::StoreStatements(const Dialect& dialect)
    : lock_subjects(LockSubjects(dialect)),
      lock_states(LockStates(dialect)),
      read_states(ReadRows(dialect, "subjects", kStateColumns)),
      read_whole_orders(ReadWhole("orders", kOrderColumns)),
      read_lines(ReadLines(dialect)),
      read_enquiries(ReadRows(dialect, "enquiries", kEnquiryColumns)),
      read_whole_enquiries(ReadWhole("enquiries", kEnquiryColumns)),
      find_external_keys(FindExternalKeys(dialect)),
      find_numbers(FindNumbers(dialect)),
      find_requests(FindRequests(dialect)),
      insert_subjects(dialect.InsertRows("subjects", All(kWrittenSubjectColumns))),
      insert_orders(dialect.InsertRows("orders", All(kOrderColumns))),
      insert_lines(dialect.InsertRows("order_lines", All(kLineColumns))),
      insert_activities(dialect.InsertRows("activities", All(kActivityColumns))),
      update_subjects(UpdateSubjects(dialect)),
      overwrite_orders(dialect.UpsertRows("orders", All(kOrderColumns), 1)),
      overwrite_lines(dialect.UpsertRows("order_lines", All(kLineColumns), 2)),
      delete_lines(DeleteRows("order_lines", "line")),
      insert_terms(dialect.InsertRows("search_terms", {"number", "term"})),
      delete_terms(DeleteRows("search_terms", "term")),
      delete_all_terms(DeleteAllTerms()),
      insert_enquiries(dialect.InsertRows("enquiries", All(kEnquiryColumns))),
      overwrite_enquiries(dialect.UpsertRows("enquiries", All(kEnquiryColumns), 1)),
      redact_payloads(RedactPayloads()),
      note_items(dialect.UpdateRows({.table = "redaction_items",
                                     .key = {"redaction", "number"},
                                     .set = {"done_at", "failure"},
                                     .guard = {}})),
      save_feed_consumer(dialect.UpsertRows(
          "feed_consumers", {"name", "epoch", "position", "fingerprint", "saved_at"}, 1)),
      record_notifications(
          dialect.InsertNewRows("notifications", All(kNotificationColumns), "subject")),
      read_queued_notifications(ReadQueuedNotifications(dialect)),
      write_attempts(dialect.UpdateRows({.table = "notifications",
                                         .key = {"subject", "seq", "channel", "recipient"},
                                         .set = All(kAttemptColumns),
                                         .guard = {"state", "attempts", "generation"}})),
      find_waits(FindWaits(dialect)),
      forget_redacted(ForgetRedacted()),
      keep_addresses(KeepAddresses(dialect)),
      read_activities(ReadActivities(dialect)),
      find_payloads(FindPayloads(dialect)),
      forget_content(ForgetContent(dialect)),
      find_unit(FindUnit(dialect)),
      find_told("SELECT address FROM notification_addresses WHERE subject = ?"),
      forget_sender(absl::StrCat(
          "UPDATE ", dialect.TableByIndex("received_emails", "received_emails_by_sender"),
          " SET sender = '', message_id = ''"
          " WHERE sender = ? AND unowned_since IS NOT NULL")) {}

}  // namespace ipstore::orders::sql
