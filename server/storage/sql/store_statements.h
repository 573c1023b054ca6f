// The statements of the store that take many rows or keys at a time.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_STORE_STATEMENTS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_STORE_STATEMENTS_H_

#include <string>

#include "server/storage/sql/batch_statement.h"
#include "server/storage/sql/dialect.h"

namespace ipstore::orders::sql {

// Made once for a store and shared by its sessions. Immutable.
struct StoreStatements {
  explicit StoreStatements(const Dialect& dialect);

  // Reading, by numbers:
  // kSubjectColumns, then kOrderColumns, which are null for other kinds; locked, by number
  BatchStatement lock_subjects;
  BatchStatement lock_states;           // kStateColumns; locked, by number
  BatchStatement read_states;           // kStateColumns
  BatchStatement read_whole_orders;     // kSubjectColumns, then kOrderColumns
  BatchStatement read_lines;            // kLineColumns, by number and line
  BatchStatement read_enquiries;        // kEnquiryColumns
  BatchStatement read_whole_enquiries;  // kSubjectColumns, then kEnquiryColumns
  // Reading, by keys:
  BatchStatement find_external_keys;  // source, external_reference, number
  BatchStatement find_numbers;        // number
  BatchStatement
      find_requests;  // request_key, subject, seq, unit_size, position, recorded_at, content_hash
  // Writing, with the columns of order_rows.h. update_subjects takes the number behind what it
  // sets, and then last_seq as it was.
  BatchStatement insert_subjects;
  BatchStatement insert_orders;
  BatchStatement insert_lines;
  BatchStatement insert_activities;
  BatchStatement update_subjects;
  BatchStatement overwrite_orders;
  BatchStatement overwrite_lines;
  BatchStatement delete_lines;      // number, line
  BatchStatement insert_terms;      // number, term
  BatchStatement delete_terms;      // number, term
  BatchStatement delete_all_terms;  // number
  BatchStatement insert_enquiries;
  BatchStatement overwrite_enquiries;
  // Redactions: payloads of activities of one subject, as pairs of seq and payload, then the
  // subject, the first and the last seq; what became of items: redaction, number, done_at, failure.
  BatchStatement redact_payloads;
  BatchStatement note_items;
  BatchStatement save_feed_consumer;  // name, epoch, position, fingerprint, saved_at
  // Notifications: with the columns of notification_rows.h; the second by subjects.
  BatchStatement record_notifications;
  BatchStatement read_queued_notifications;
  BatchStatement write_attempts;
  // By subjects:
  BatchStatement find_waits;       // subject, until when its news wait that are queued
  BatchStatement forget_redacted;  // what is personal, of what was redacted
  BatchStatement keep_addresses;   // those to which e-mails are on their way
  BatchStatement read_activities;  // by subject and seq, with kReadActivityColumns
  std::string find_payloads;   // subject, first and last seq, how many: seq, kind, version, payload
  std::string forget_content;  // subject, first and last seq: takes the content out of hashes
  std::string find_unit;       // subject, seq: where the unit of that activity begins
  std::string find_told;       // subject: the addresses to which e-mails on it have gone
  std::string forget_sender;   // sender: takes it out of e-mails that belong to nobody
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_STORE_STATEMENTS_H_
