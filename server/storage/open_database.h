// Chooses the driver for a url. For open.cc and for tests that look beneath the store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_OPEN_DATABASE_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_OPEN_DATABASE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/storage/open.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders {

// The database as it is, whatever its schema. Errors as OpenStore.
absl::StatusOr<std::unique_ptr<sql::Database>> OpenDatabase(absl::string_view url,
                                                            const OpenOptions& options = {});

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_OPEN_DATABASE_H_
