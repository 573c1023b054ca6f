// The address of a database, as an operator writes it.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_URL_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {

// sqlite:PATH                                         relative or absolute
// mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?tls=off|required|verify][&tls_ca=FILE]
//
// MariaDB is addressed as mysql too. Parts may be percent-encoded, and must be where they hold one
// of ":/?#[]@%". An IPv6 address stands in brackets. Without `tls`, a loopback host is spoken to in
// plain text and any other with tls=required. Only tls=verify keeps out whoever can come between.
struct DatabaseUrl {
  enum class Scheme { kSqlite, kMySql };
  enum class Tls { kOff, kRequired, kVerify };

  Scheme scheme = Scheme::kSqlite;
  std::string path;  // kSqlite; all below: kMySql
  std::string host;
  int port = 3306;
  std::string user;
  std::string password;
  std::string database;
  Tls tls = Tls::kOff;
  std::string tls_ca;

  friend bool operator==(const DatabaseUrl&, const DatabaseUrl&) = default;
};

// INVALID_ARGUMENT, saying what is wrong and what a good url looks like, never with what was given:
// it may hold a password. Pure.
absl::StatusOr<DatabaseUrl> ParseDatabaseUrl(absl::string_view url);

// The url without its password, for logs: "mysql://orders@db1:3306/orders". Text that is not a url
// becomes "(not a database url)". Pure.
std::string RedactedUrl(absl::string_view url);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_URL_H_
