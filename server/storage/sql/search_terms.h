// What subjects are found by: rows of the table search_terms, one for each word.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SEARCH_TERMS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SEARCH_TERMS_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "domain/subject_state.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::sql {

using Terms = std::set<std::string>;

// The words of number, external reference, SKUs, product names, customer name and company name; of
// an enquiry, of its title too.
Terms TermsOf(const SubjectState& state);

// False only when both have the same terms; cheap, so that a change of an order's status costs no
// folding.
bool TermsMayDiffer(const SubjectState& before, const SubjectState& after);

// Writes the terms of all subjects anew: for those that were stored before there were any, or
// fewer. Safe to run again. Errors as in store.h.
absl::Status FillSearchTerms(Session& session, const Dialect& dialect);

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SEARCH_TERMS_H_
