// MySQL and MariaDB, through MySQL Connector/C++ 1.1.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_DATABASE_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/storage/sql/session.h"

namespace ipstore::orders::mysql {

enum class Tls : std::uint8_t {
  kOff,
  kRequired,  // encrypted, but whoever answers is believed to be the server
  kVerify,    // and the server's certificate must be for its host name, from an authority that is
              // trusted
};

// Where the database is and how to get in.
struct Target {
  std::string host;
  int port = 3306;
  std::string user;
  std::string password;
  std::string database;  // may be empty for CreateDatabase and statements that name their database
  Tls tls = Tls::kOff;
  std::string ca_file;  // kVerify: PEM file of the authorities to trust; empty: the system's
};

// Connects once, to learn what answers, and returns the database. Blocks for at most some seconds.
// UNAVAILABLE when nothing answers; FAILED_PRECONDITION when the server refuses the user, has no
// such database, is too old, or offers no TLS although it is wanted. No message holds the password.
absl::StatusOr<std::unique_ptr<sql::Database>> OpenMySql(const Target& target);

// Makes the database unless it is there. Errors as above.
absl::Status CreateDatabase(const Target& target);

// Settings of the server with which a committed change could be lost when its machine loses power,
// each by name and with what to set. Empty when there is none.
absl::StatusOr<std::vector<std::string>> DurabilityWarnings(const Target& target);

}  // namespace ipstore::orders::mysql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_MYSQL_MYSQL_DATABASE_H_
