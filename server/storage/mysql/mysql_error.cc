#include "server/storage/mysql/mysql_error.h"

#include "absl/strings/string_view.h"

namespace ipstore::orders::mysql {

absl::StatusCode CodeOfError(int number, absl::string_view sql_state) {
  switch (number) {
    // The transaction may succeed when it is run again.
    case 1020:  // ER_CHECKREAD: the row changed since it was read (MariaDB with
                // innodb_snapshot_isolation)
    case 1205:  // ER_LOCK_WAIT_TIMEOUT
    case 1206:  // ER_LOCK_TABLE_FULL
    case 1213:  // ER_LOCK_DEADLOCK
    case 1412:  // ER_TABLE_DEF_CHANGED: a migration came between
    case 1615:  // ER_NEED_REPREPARE
    case 3101:  // ER_TRANSACTION_ROLLBACK_DURING_COMMIT: Group Replication found a conflict
      return absl::StatusCode::kAborted;

    case 1060:  // ER_DUP_FIELDNAME
    case 1061:  // ER_DUP_KEYNAME
    case 1062:  // ER_DUP_ENTRY
    case 1586:  // ER_DUP_ENTRY_WITH_KEY_NAME
      return absl::StatusCode::kAlreadyExists;

    // The connection is gone, or of no use: the server ends, is overloaded, or may not write (any
    // more).
    case 1040:  // ER_CON_COUNT_ERROR
    case 1041:  // ER_OUT_OF_RESOURCES
    case 1053:  // ER_SERVER_SHUTDOWN
    case 1114:  // ER_RECORD_FILE_FULL
    case 1158:  // ER_NET_READ_ERROR
    case 1159:  // ER_NET_READ_INTERRUPTED
    case 1160:  // ER_NET_ERROR_ON_WRITE
    case 1161:  // ER_NET_WRITE_INTERRUPTED
    case 1203:  // ER_TOO_MANY_USER_CONNECTIONS
    case 1243:  // ER_UNKNOWN_STMT_HANDLER: another session than the one that prepared it
    case 1290:  // ER_OPTION_PREVENTS_STATEMENT: the server has become read-only
    case 1317:  // ER_QUERY_INTERRUPTED
    case 1461:  // ER_MAX_PREPARED_STMT_COUNT_REACHED
    case 1792:  // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
    case 1836:  // ER_READ_ONLY_MODE
    case 1927:  // ER_CONNECTION_KILLED
    case 2002:  // CR_CONNECTION_ERROR
    case 2003:  // CR_CONN_HOST_ERROR
    case 2005:  // CR_UNKNOWN_HOST
    case 2006:  // CR_SERVER_GONE_ERROR
    case 2012:  // CR_SERVER_HANDSHAKE_ERR
    case 2013:  // CR_SERVER_LOST
    case 2014:  // CR_COMMANDS_OUT_OF_SYNC
    case 2027:  // CR_MALFORMED_PACKET
    case 2055:  // CR_SERVER_LOST_EXTENDED
    case 3100:  // ER_RUN_HOOK_ERROR: Group Replication cannot commit here
    case 3169:  // ER_SESSION_WAS_KILLED
    case 4031:  // ER_CLIENT_INTERACTION_TIMEOUT
      return absl::StatusCode::kUnavailable;

    // This server will not have us until somebody changes something.
    case 1044:  // ER_DBACCESS_DENIED_ERROR
    case 1045:  // ER_ACCESS_DENIED_ERROR
    case 1049:  // ER_BAD_DB_ERROR
    case 1054:  // ER_BAD_FIELD_ERROR
    case 1142:  // ER_TABLEACCESS_DENIED_ERROR
    case 1146:  // ER_NO_SUCH_TABLE
    case 1227:  // ER_SPECIFIC_ACCESS_DENIED_ERROR
    case 1698:  // ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    case 1820:  // ER_MUST_CHANGE_PASSWORD
    case 2026:  // CR_SSL_CONNECTION_ERROR
    case 2059:  // CR_AUTH_PLUGIN_CANNOT_LOAD
    case 2061:  // CR_AUTH_PLUGIN_ERR
      return absl::StatusCode::kFailedPrecondition;

    // The content cannot be stored.
    case 1048:  // ER_BAD_NULL_ERROR
    case 1153:  // ER_NET_PACKET_TOO_LARGE
    case 1292:  // ER_TRUNCATED_WRONG_VALUE
    case 1300:  // ER_INVALID_CHARACTER_STRING
    case 1366:  // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
    case 1406:  // ER_DATA_TOO_LONG
    case 2020:  // CR_NET_PACKET_TOO_LARGE
    case 3819:  // ER_CHECK_CONSTRAINT_VIOLATED (MySQL)
    case 4025:  // ER_CONSTRAINT_FAILED (MariaDB)
      return absl::StatusCode::kInvalidArgument;
    case 1264:  // ER_WARN_DATA_OUT_OF_RANGE
      return absl::StatusCode::kOutOfRange;

    default:
      // 40001: the transaction was rolled back, whatever the reason; class 08: connection
      // exceptions.
      if (sql_state == "40001") return absl::StatusCode::kAborted;
      if (sql_state.substr(0, 2) == "08") return absl::StatusCode::kUnavailable;
      return absl::StatusCode::kInternal;
  }
}

}  // namespace ipstore::orders::mysql
