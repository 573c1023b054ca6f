// Which column holds what: enquiries as rows of their table, both ways. See order_rows.h.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_ENQUIRY_ROWS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_ENQUIRY_ROWS_H_

#include <array>
#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "domain/enquiry.h"
#include "server/storage/sql/order_rows.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sql {

inline constexpr std::array<absl::string_view, 8> kEnquiryColumns = {
    "number", "kind", "about", "customer_name", "customer_email", "language", "title", "document"};
inline constexpr std::array<ValueType, 8> kEnquiryTypes = {
    ValueType::kInteger, ValueType::kText, ValueType::kInteger, ValueType::kText,
    ValueType::kText,    ValueType::kText, ValueType::kText,    ValueType::kText};

// Errors: INVALID_ARGUMENT as in codec.h.
absl::Status PutEnquiry(const Enquiry& enquiry, MadeTexts& texts, std::vector<Param>& params);
// Fills in what the columns from `first` on say; the subject must be there. Errors: DATA_LOSS.
absl::Status ReadEnquiry(const Rows& rows, std::size_t row, std::size_t first, Enquiry& enquiry);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_ENQUIRY_ROWS_H_
