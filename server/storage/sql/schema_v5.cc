// Version 5 of the schema: notifications, and the e-mails that come back.
//
// leases: which server does what only one may do at a time (notification.h).
// notifications: the ledger. due_at is null where nothing is left to do, so that the index holds
//   only what is; claimed_until is null while no server delivers it. sent_at is of the last time
//   that it was sent, also while it is sent again; resent_… of who had that done last.
// notification_addresses: to which addresses e-mails on a subject have gone, so that whoever has
//   one may answer it, also when the notification has been sent again to another. Personal.
// notification_resends: the requests to send again that were answered, so that each is once.
// received_emails, received_email_parts: what was sent to us (received_email.h); the message itself
//   in parts, since one of 25 MiB is more than some servers take in one packet. What is redacted
//   gets nothing personal any more, though the work on it may still be going on. What belongs to
//   nobody has the time since when it does, and is dropped some day.
//
// A server for version 4 does not empty these when it redacts, so it must not run beside.
#include "server/storage/sql/schema_v5.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kMySqlTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS leases (
            name        VARCHAR(64) NOT NULL PRIMARY KEY,
            owner       VARCHAR(64) NOT NULL,
            fence       BIGINT      NOT NULL,
            lease_until DATETIME(6) NOT NULL
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS notifications (
            subject       BIGINT           NOT NULL,
            seq           INT              NOT NULL,
            channel       TINYINT UNSIGNED NOT NULL,
            recipient     TINYINT UNSIGNED NOT NULL,
            subject_kind  TINYINT UNSIGNED NOT NULL,
            unit_seq      INT              NOT NULL,
            recorded_at   DATETIME(6)      NOT NULL,
            created_at    DATETIME(6)      NOT NULL,
            state         TINYINT UNSIGNED NOT NULL,
            reason        TINYINT UNSIGNED NOT NULL,
            detail        VARCHAR(500)     NOT NULL,
            address       VARCHAR(320)     NOT NULL,
            title         VARCHAR(500)     NOT NULL,
            lead_seq      INT              NULL,
            attempts      INT              NOT NULL,
            generation    INT              NOT NULL,
            due_at        DATETIME(6)      NULL,
            finished_at   DATETIME(6)      NULL,
            claimed_until DATETIME(6)      NULL,
            sent_at         DATETIME(6)      NULL,
            resent_at       DATETIME(6)      NULL,
            resent_by_role  TINYINT UNSIGNED NULL,
            resent_by_id    VARCHAR(64)      NULL,
            resent_for_role TINYINT UNSIGNED NULL,
            resent_for_id   VARCHAR(64)      NULL,
            failures        INT              NOT NULL,
            PRIMARY KEY (subject, seq, channel, recipient),
            KEY notifications_due (due_at, subject),
            KEY notifications_by_time (created_at, subject, seq),
            KEY notifications_by_state (state, created_at, subject, seq)
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS notification_addresses (
            subject BIGINT       NOT NULL,
            address VARCHAR(320) NOT NULL,
            PRIMARY KEY (subject, address)
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS notification_resends (
            subject     BIGINT     NOT NULL,
            unit_seq    INT        NOT NULL,
            request_key BINARY(16) NOT NULL,
            PRIMARY KEY (subject, unit_seq, request_key)
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS received_emails (
            id          BIGINT           NOT NULL AUTO_INCREMENT PRIMARY KEY,
            message_key BINARY(16)       NOT NULL,
            subject     BIGINT           NULL,
            seq         INT              NULL,
            received_at DATETIME(6)      NOT NULL,
            outcome     TINYINT UNSIGNED NOT NULL,
            message_id  VARCHAR(1000)    NOT NULL,
            sender      VARCHAR(320)     NOT NULL,
            size        BIGINT           NOT NULL,
            parts       INT              NOT NULL,
            redacted    TINYINT UNSIGNED NOT NULL,
            unowned_since DATETIME(6)    NULL,
            UNIQUE KEY received_emails_by_message (message_key),
            KEY received_emails_of_subject (subject, id),
            KEY received_emails_by_sender (sender),
            KEY received_emails_unowned (unowned_since)
          ) )sql",
    R"sql(CREATE TABLE IF NOT EXISTS received_email_parts (
            email BIGINT     NOT NULL,
            part  INT        NOT NULL,
            bytes MEDIUMBLOB NOT NULL,
            PRIMARY KEY (email, part)
          ) )sql",
};

constexpr absl::string_view kSqliteTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS leases (
            name        TEXT    NOT NULL PRIMARY KEY CHECK (length(name) <= 64),
            owner       TEXT    NOT NULL CHECK (length(owner) <= 64),
            fence       INTEGER NOT NULL,
            lease_until INTEGER NOT NULL
          ) STRICT, WITHOUT ROWID)sql",
    R"sql(CREATE TABLE IF NOT EXISTS notifications (
            subject       INTEGER NOT NULL,
            seq           INTEGER NOT NULL,
            channel       INTEGER NOT NULL,
            recipient     INTEGER NOT NULL,
            subject_kind  INTEGER NOT NULL,
            unit_seq      INTEGER NOT NULL,
            recorded_at   INTEGER NOT NULL,
            created_at    INTEGER NOT NULL,
            state         INTEGER NOT NULL,
            reason        INTEGER NOT NULL,
            detail        TEXT    NOT NULL CHECK (length(detail) <= 500),
            address       TEXT    NOT NULL CHECK (length(address) <= 320),
            title         TEXT    NOT NULL CHECK (length(title) <= 500),
            lead_seq      INTEGER NULL,
            attempts      INTEGER NOT NULL,
            generation    INTEGER NOT NULL,
            due_at        INTEGER NULL,
            finished_at   INTEGER NULL,
            claimed_until INTEGER NULL,
            sent_at         INTEGER NULL,
            resent_at       INTEGER NULL,
            resent_by_role  INTEGER NULL,
            resent_by_id    TEXT    NULL CHECK (length(resent_by_id) <= 64),
            resent_for_role INTEGER NULL,
            resent_for_id   TEXT    NULL CHECK (length(resent_for_id) <= 64),
            failures        INTEGER NOT NULL,
            PRIMARY KEY (subject, seq, channel, recipient)
          ) STRICT, WITHOUT ROWID)sql",
    R"sql(CREATE TABLE IF NOT EXISTS notification_addresses (
            subject INTEGER NOT NULL,
            address TEXT    NOT NULL CHECK (length(address) <= 320),
            PRIMARY KEY (subject, address)
          ) STRICT, WITHOUT ROWID)sql",
    R"sql(CREATE TABLE IF NOT EXISTS notification_resends (
            subject     INTEGER NOT NULL,
            unit_seq    INTEGER NOT NULL,
            request_key BLOB    NOT NULL CHECK (length(request_key) = 16),
            PRIMARY KEY (subject, unit_seq, request_key)
          ) STRICT, WITHOUT ROWID)sql",
    R"sql(CREATE INDEX IF NOT EXISTS notifications_due ON notifications (due_at, subject)
          WHERE due_at IS NOT NULL)sql",
    "CREATE INDEX IF NOT EXISTS notifications_by_time ON notifications (created_at, subject, seq)",
    R"sql(CREATE INDEX IF NOT EXISTS notifications_by_state
          ON notifications (state, created_at, subject, seq))sql",
    R"sql(CREATE TABLE IF NOT EXISTS received_emails (
            id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            message_key BLOB    NOT NULL UNIQUE CHECK (length(message_key) = 16),
            subject     INTEGER NULL,
            seq         INTEGER NULL,
            received_at INTEGER NOT NULL,
            outcome     INTEGER NOT NULL,
            message_id  TEXT    NOT NULL CHECK (length(message_id) <= 1000),
            sender      TEXT    NOT NULL CHECK (length(sender) <= 320),
            size        INTEGER NOT NULL,
            parts       INTEGER NOT NULL,
            redacted    INTEGER NOT NULL,
            unowned_since INTEGER NULL
          ) STRICT)sql",
    "CREATE INDEX IF NOT EXISTS received_emails_of_subject ON received_emails (subject, id)",
    "CREATE INDEX IF NOT EXISTS received_emails_by_sender ON received_emails (sender)",
    R"sql(CREATE INDEX IF NOT EXISTS received_emails_unowned ON received_emails (unowned_since)
          WHERE unowned_since IS NOT NULL)sql",
    R"sql(CREATE TABLE IF NOT EXISTS received_email_parts (
            email INTEGER NOT NULL,
            part  INTEGER NOT NULL,
            bytes BLOB    NOT NULL,
            PRIMARY KEY (email, part)
          ) STRICT)sql",
};

}  // namespace

std::vector<std::string> SchemaV5(const Dialect& dialect) {
  std::vector<std::string> statements;
  if (dialect.IsSqlite()) {
    for (absl::string_view statement : kSqliteTables) statements.emplace_back(statement);
    return statements;
  }
  for (absl::string_view table : kMySqlTables)
    statements.push_back(absl::StrCat(table, dialect.TableOptions()));
  return statements;
}

}  // namespace ipstore::orders::sql
