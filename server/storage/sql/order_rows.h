// Which column holds what: orders and activities as rows of the tables, both ways.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_ORDER_ROWS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_ORDER_ROWS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "domain/activity.h"
#include "domain/order.h"
#include "domain/subject_state.h"
#include "server/storage/sql/session.h"
#include "server/storage/store.h"

namespace ipstore::orders::sql {

// --- Columns: each list in the order in which the functions below write or read them ---

// subjects, as they are read
inline constexpr std::array<absl::string_view, 12> kSubjectColumns = {"number",
                                                                      "kind",
                                                                      "customer_id",
                                                                      "status",
                                                                      "active",
                                                                      "version",
                                                                      "last_seq",
                                                                      "created_at",
                                                                      "updated_at",
                                                                      "last_activity_at",
                                                                      "last_public_activity_at",
                                                                      "redacted_at"};
inline constexpr std::array<ValueType, 12> kSubjectTypes = {
    ValueType::kInteger, ValueType::kInteger, ValueType::kText,    ValueType::kInteger,
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger, ValueType::kTime,
    ValueType::kTime,    ValueType::kTime,    ValueType::kTime,    ValueType::kTime};

// Of subjects, what one state of a subject is told from another by: each change is an activity,
// which last_seq counts, and the time of the last tells one history from another.
inline constexpr std::array<absl::string_view, 3> kStateColumns = {"number", "last_seq",
                                                                   "last_activity_at"};
inline constexpr std::array<ValueType, 3> kStateTypes = {ValueType::kInteger, ValueType::kInteger,
                                                         ValueType::kTime};

// subjects, as they are written: with what lists are filtered by
inline constexpr std::array<absl::string_view, 15> kWrittenSubjectColumns = {
    "number",
    "kind",
    "customer_id",
    "status",
    "active",
    "version",
    "last_seq",
    "created_at",
    "updated_at",
    "last_activity_at",
    "last_public_activity_at",
    "redacted_at",
    "method",
    "store_id",
    "promised_delivery"};

// orders
inline constexpr std::array<absl::string_view, 18> kOrderColumns = {
    "number",         "source",   "external_reference", "customer_name",
    "customer_email", "segment",  "language",           "method",
    "payment_method", "currency", "net_minor",          "gross_minor",
    "vat_minor",      "store_id", "promised_delivery",  "invoice_number",
    "invoice_date",   "document"};
inline constexpr std::array<ValueType, 18> kOrderTypes = {
    ValueType::kInteger, ValueType::kText, ValueType::kText,    ValueType::kText,
    ValueType::kText,    ValueType::kText, ValueType::kText,    ValueType::kText,
    ValueType::kText,    ValueType::kText, ValueType::kInteger, ValueType::kInteger,
    ValueType::kInteger, ValueType::kText, ValueType::kTime,    ValueType::kText,
    ValueType::kText,    ValueType::kText};

// order_lines
inline constexpr std::array<absl::string_view, 10> kLineColumns = {"number",
                                                                   "line",
                                                                   "sku",
                                                                   "name",
                                                                   "quantity",
                                                                   "unit_price_minor",
                                                                   "discount_minor",
                                                                   "vat_basis_points",
                                                                   "gathered_quantity",
                                                                   "gathered_from"};
inline constexpr std::array<ValueType, 10> kLineTypes = {
    ValueType::kInteger, ValueType::kInteger, ValueType::kText,    ValueType::kText,
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger, ValueType::kInteger,
    ValueType::kInteger, ValueType::kText};

// activities, as they are inserted
inline constexpr std::array<absl::string_view, 18> kActivityColumns = {
    "subject",         "seq",         "position",    "customer_id",       "kind",
    "visibility",      "actor_role",  "actor_id",    "on_behalf_of_role", "on_behalf_of_id",
    "occurred_at",     "recorded_at", "unit_size",   "request_key",       "content_hash",
    "payload_version", "payload",     "subject_kind"};
inline constexpr std::size_t kActivityPositionColumn = 2;

// activities, as they are read
inline constexpr std::array<absl::string_view, 15> kReadActivityColumns = {
    "subject",     "seq",         "position",        "customer_id",       "kind",
    "visibility",  "actor_role",  "actor_id",        "on_behalf_of_role", "on_behalf_of_id",
    "occurred_at", "recorded_at", "payload_version", "payload",           "subject_kind"};
inline constexpr std::array<ValueType, 15> kReadActivityTypes = {
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger, ValueType::kText,
    ValueType::kInteger, ValueType::kInteger, ValueType::kInteger, ValueType::kText,
    ValueType::kInteger, ValueType::kText,    ValueType::kTime,    ValueType::kTime,
    ValueType::kInteger, ValueType::kText,    ValueType::kInteger};

// --- Rows to write. Texts are borrowed from the order or activity; texts made on the way are kept
// in `texts` (a deque: what it holds does not move). Errors: INVALID_ARGUMENT as in codec.h ---

using MadeTexts = std::deque<std::string>;

void PutSubject(const SubjectState& state, std::vector<Param>& params);
absl::Status PutOrder(const Order& order, MadeTexts& texts, std::vector<Param>& params);
absl::Status PutLine(Number number, const Line& line, MadeTexts& texts, std::vector<Param>& params);
// With the position that the activity has now.
absl::Status PutActivity(const ActivityWrite& write, MadeTexts& texts, std::vector<Param>& params);

// --- Rows that were read, from column `first` on. Errors: DATA_LOSS, naming the row ---

absl::StatusOr<Subject> ReadSubject(const Rows& rows, std::size_t row, std::size_t first);
// Fills in what the columns of `orders` say; the subject must be there.
absl::Status ReadOrder(const Rows& rows, std::size_t row, std::size_t first, Order& order);
absl::StatusOr<Line> ReadLine(const Rows& rows, std::size_t row);
absl::StatusOr<Activity> ReadActivity(const Rows& rows, std::size_t row);

// A stored key as bytes.
inline absl::string_view BytesOf(const std::array<std::uint8_t, 16>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads who acted, and for whom, from four columns from `first` on: role and id of each. False when
// a role is unknown.
bool ReadActors(const Rows& rows, std::size_t row, std::size_t first, Actor& actor,
                std::optional<Actor>& on_behalf_of);

// True when the row of `orders` would be the same for both; what stands in other tables does not
// count.
bool SameOrderRow(const Order& a, const Order& b);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_ORDER_ROWS_H_
