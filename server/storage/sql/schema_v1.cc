// Version 1 of the schema: orders, their log and the feed.
//
// Times are UTC to the microsecond: DATETIME(6) on MySQL, microseconds since 1970 on SQLite.
// Amounts are in minor units. Texts are compared byte by byte. `subjects` has what every list needs
// and nothing that is wide, because each change of an order rewrites its row; `orders` and
// `order_lines` have what people filter and report on in columns of their own.
//
// subjects: `customer_id` is NULL for guests, who have no list. The two indexes serve every list:
// each is read for one
//   status at a time, newest first.
// orders.document: the rest of the order as JSON (codec.h). vat_minor and store_id repeat what is
// in it, for reports. activities: the log. `position` is not unique on purpose: then partitioning
// by subject stays possible. The first row of a
//   unit of work carries unit_size, request_key and content_hash.
#include "server/storage/sql/schema_v1.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "domain/number.h"

namespace ipstore::orders::sql {
namespace {

constexpr absl::string_view kMySqlTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS subjects (
            number                  BIGINT           NOT NULL PRIMARY KEY,
            kind                    TINYINT UNSIGNED NOT NULL,
            customer_id             VARCHAR(64)      NULL,
            status                  TINYINT UNSIGNED NOT NULL,
            active                  TINYINT UNSIGNED NOT NULL,
            version                 INT              NOT NULL,
            last_seq                INT              NOT NULL,
            created_at              DATETIME(6)      NOT NULL,
            updated_at              DATETIME(6)      NOT NULL,
            last_activity_at        DATETIME(6)      NOT NULL,
            last_public_activity_at DATETIME(6)      NOT NULL,
            KEY subjects_of_customer (customer_id, kind, status, last_public_activity_at, number),
            KEY subjects_by_status (kind, status, last_activity_at, number)
          ) $options)sql",
    R"sql(CREATE TABLE IF NOT EXISTS orders (
            number             BIGINT       NOT NULL PRIMARY KEY,
            source             VARCHAR(64)  NOT NULL,
            external_reference VARCHAR(64)  NOT NULL,
            customer_name      VARCHAR(200) NOT NULL,
            customer_email     VARCHAR(254) NOT NULL,
            segment            VARCHAR(16)  NOT NULL,
            language           VARCHAR(8)   NOT NULL,
            method             VARCHAR(32)  NOT NULL,
            payment_method     VARCHAR(32)  NOT NULL,
            currency           VARCHAR(3)   NOT NULL,
            net_minor          BIGINT       NOT NULL,
            vat_minor          BIGINT       NOT NULL,
            gross_minor        BIGINT       NOT NULL,
            store_id           VARCHAR(64)  NULL,
            promised_delivery  DATETIME(6)  NULL,
            invoice_number     VARCHAR(64)  NULL,
            invoice_date       DATE         NULL,
            document           MEDIUMTEXT   NOT NULL,
            UNIQUE KEY orders_external (source, external_reference)
          ) $options)sql",
    R"sql(CREATE TABLE IF NOT EXISTS order_lines (
            number            BIGINT       NOT NULL,
            line              INT          NOT NULL,
            sku               VARCHAR(64)  NOT NULL,
            name              VARCHAR(200) NOT NULL,
            quantity          BIGINT       NOT NULL,
            unit_price_minor  BIGINT       NOT NULL,
            discount_minor    BIGINT       NOT NULL,
            vat_basis_points  INT          NOT NULL,
            gathered_quantity BIGINT       NOT NULL,
            gathered_from     MEDIUMTEXT   NULL,
            PRIMARY KEY (number, line)
          ) $options)sql",
    R"sql(CREATE TABLE IF NOT EXISTS activities (
            subject           BIGINT            NOT NULL,
            seq               INT               NOT NULL,
            position          BIGINT            NOT NULL,
            customer_id       VARCHAR(64)       NULL,
            kind              SMALLINT UNSIGNED NOT NULL,
            visibility        TINYINT UNSIGNED  NOT NULL,
            actor_role        TINYINT UNSIGNED  NOT NULL,
            actor_id          VARCHAR(64)       NOT NULL,
            on_behalf_of_role TINYINT UNSIGNED  NULL,
            on_behalf_of_id   VARCHAR(64)       NULL,
            occurred_at       DATETIME(6)       NOT NULL,
            recorded_at       DATETIME(6)       NOT NULL,
            unit_size         INT               NOT NULL,
            request_key       BINARY(16)        NULL,
            content_hash      BINARY(16)        NULL,
            payload_version   SMALLINT UNSIGNED NOT NULL,
            payload           MEDIUMTEXT        NOT NULL,
            PRIMARY KEY (subject, seq),
            KEY activities_by_position (position),
            UNIQUE KEY activities_by_request (request_key)
          ) $options)sql",
    R"sql(CREATE TABLE IF NOT EXISTS feed_head (
            id       TINYINT UNSIGNED NOT NULL PRIMARY KEY,
            epoch    BIGINT           NOT NULL,
            position BIGINT           NOT NULL
          ) $options)sql",
    R"sql(CREATE TABLE IF NOT EXISTS serials (
            name VARCHAR(32) NOT NULL PRIMARY KEY,
            next BIGINT      NOT NULL
          ) $options)sql",
    R"sql(CREATE TABLE IF NOT EXISTS settings (
            name  VARCHAR(64)    NOT NULL PRIMARY KEY,
            value VARBINARY(255) NOT NULL
          ) $options)sql",
};

// The same. STRICT tables refuse wrong types; the lengths are checked, so that content which one
// database refuses is refused by all.
constexpr absl::string_view kSqliteTables[] = {
    R"sql(CREATE TABLE IF NOT EXISTS subjects (
            number                  INTEGER NOT NULL PRIMARY KEY,
            kind                    INTEGER NOT NULL,
            customer_id             TEXT    NULL CHECK (length(customer_id) <= 64),
            status                  INTEGER NOT NULL,
            active                  INTEGER NOT NULL,
            version                 INTEGER NOT NULL,
            last_seq                INTEGER NOT NULL,
            created_at              INTEGER NOT NULL,
            updated_at              INTEGER NOT NULL,
            last_activity_at        INTEGER NOT NULL,
            last_public_activity_at INTEGER NOT NULL
          ) STRICT)sql",
    R"sql(CREATE INDEX IF NOT EXISTS subjects_of_customer
            ON subjects (customer_id, kind, status, last_public_activity_at, number))sql",
    R"sql(CREATE INDEX IF NOT EXISTS subjects_by_status
            ON subjects (kind, status, last_activity_at, number))sql",
    R"sql(CREATE TABLE IF NOT EXISTS orders (
            number             INTEGER NOT NULL PRIMARY KEY,
            source             TEXT    NOT NULL CHECK (length(source) <= 64),
            external_reference TEXT    NOT NULL CHECK (length(external_reference) <= 64),
            customer_name      TEXT    NOT NULL CHECK (length(customer_name) <= 200),
            customer_email     TEXT    NOT NULL CHECK (length(customer_email) <= 254),
            segment            TEXT    NOT NULL CHECK (length(segment) <= 16),
            language           TEXT    NOT NULL CHECK (length(language) <= 8),
            method             TEXT    NOT NULL CHECK (length(method) <= 32),
            payment_method     TEXT    NOT NULL CHECK (length(payment_method) <= 32),
            currency           TEXT    NOT NULL CHECK (length(currency) <= 3),
            net_minor          INTEGER NOT NULL,
            vat_minor          INTEGER NOT NULL,
            gross_minor        INTEGER NOT NULL,
            store_id           TEXT    NULL CHECK (length(store_id) <= 64),
            promised_delivery  INTEGER NULL,
            invoice_number     TEXT    NULL CHECK (length(invoice_number) <= 64),
            invoice_date       TEXT    NULL,
            document           TEXT    NOT NULL,
            UNIQUE (source, external_reference)
          ) STRICT)sql",
    R"sql(CREATE TABLE IF NOT EXISTS order_lines (
            number            INTEGER NOT NULL,
            line              INTEGER NOT NULL,
            sku               TEXT    NOT NULL CHECK (length(sku) <= 64),
            name              TEXT    NOT NULL CHECK (length(name) <= 200),
            quantity          INTEGER NOT NULL,
            unit_price_minor  INTEGER NOT NULL,
            discount_minor    INTEGER NOT NULL,
            vat_basis_points  INTEGER NOT NULL,
            gathered_quantity INTEGER NOT NULL,
            gathered_from     TEXT    NULL,
            PRIMARY KEY (number, line)
          ) STRICT, WITHOUT ROWID)sql",
    R"sql(CREATE TABLE IF NOT EXISTS activities (
            subject           INTEGER NOT NULL,
            seq               INTEGER NOT NULL,
            position          INTEGER NOT NULL,
            customer_id       TEXT    NULL CHECK (length(customer_id) <= 64),
            kind              INTEGER NOT NULL,
            visibility        INTEGER NOT NULL,
            actor_role        INTEGER NOT NULL,
            actor_id          TEXT    NOT NULL CHECK (length(actor_id) <= 64),
            on_behalf_of_role INTEGER NULL,
            on_behalf_of_id   TEXT    NULL CHECK (length(on_behalf_of_id) <= 64),
            occurred_at       INTEGER NOT NULL,
            recorded_at       INTEGER NOT NULL,
            unit_size         INTEGER NOT NULL,
            request_key       BLOB    NULL CHECK (length(request_key) = 16),
            content_hash      BLOB    NULL CHECK (length(content_hash) = 16),
            payload_version   INTEGER NOT NULL,
            payload           TEXT    NOT NULL,
            PRIMARY KEY (subject, seq)
          ) STRICT)sql",
    "CREATE INDEX IF NOT EXISTS activities_by_position ON activities (position)",
    R"sql(CREATE UNIQUE INDEX IF NOT EXISTS activities_by_request
            ON activities (request_key) WHERE request_key IS NOT NULL)sql",
    R"sql(CREATE TABLE IF NOT EXISTS feed_head (
            id       INTEGER NOT NULL PRIMARY KEY,
            epoch    INTEGER NOT NULL,
            position INTEGER NOT NULL
          ) STRICT)sql",
    R"sql(CREATE TABLE IF NOT EXISTS serials (
            name TEXT    NOT NULL PRIMARY KEY,
            next INTEGER NOT NULL
          ) STRICT)sql",
    R"sql(CREATE TABLE IF NOT EXISTS settings (
            name  TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL
          ) STRICT)sql",
};

}  // namespace

std::vector<std::string> SchemaV1(const Dialect& dialect) {
  std::vector<std::string> statements;
  if (dialect.IsSqlite()) {
    for (absl::string_view statement : kSqliteTables) statements.emplace_back(statement);
  } else {
    const std::string options = dialect.TableOptions();
    for (absl::string_view table : kMySqlTables)
      statements.push_back(absl::StrReplaceAll(table, {{"$options", options}}));
  }
  const absl::string_view insert =
      dialect.IsSqlite() ? "INSERT OR IGNORE INTO " : "INSERT IGNORE INTO ";
  statements.push_back(absl::StrCat(insert, "feed_head (id, epoch, position) VALUES (1, 1, 0)"));
  statements.push_back(
      absl::StrCat(insert, "serials (name, next) VALUES ('subjects', ", Number::kFirstSerial, ")"));
  return statements;
}

}  // namespace ipstore::orders::sql
