// The store, as the rest of the server sees it: orders and activities in domain types, written in
// batches.
//
// Errors. Every method returns an absl::Status whose code says what a caller can do about it; the
// message is for the log, never for a client:
//   ABORTED         a deadlock, a lock wait that took too long, or a row changed under the
//   transaction. Roll back; the same
//                   transaction may succeed when it is run again.
//   ALREADY_EXISTS  a unique key (subject number, external reference, request key) is taken by
//   another transaction that
//                   has committed since Load(). Roll back; a second run sees it.
//   UNAVAILABLE     the connection is lost. From Commit(): whether the transaction was committed is
//   unknown. Throw the
//                   session away and open another.
//   INVALID_ARGUMENT, OUT_OF_RANGE, INTERNAL
//                   the database refuses this very content, or answers nonsense. Running it again
//                   does not help; running the other units of the batch without the one that is to
//                   blame does.
//   DATA_LOSS       a stored row cannot be understood (for example an activity kind of a newer
//   server). FAILED_PRECONDITION  the schema is not one that this server can run on.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_STORE_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "domain/activity.h"
#include "domain/enquiry.h"
#include "domain/order.h"
#include "domain/subject_state.h"
#include "server/storage/feed.h"
#include "server/storage/notification.h"
#include "server/storage/received_email.h"
#include "server/storage/redaction_job.h"
#include "server/storage/request_key.h"

namespace ipstore::orders {

// Unique together (product §3). Compared byte by byte.
struct ExternalKey {
  std::string source;
  std::string reference;

  friend bool operator==(const ExternalKey&, const ExternalKey&) = default;
  friend auto operator<=>(const ExternalKey&, const ExternalKey&) = default;
  template <typename H>
  friend H AbslHashValue(H state, const ExternalKey& key) {
    return H::combine(std::move(state), key.source, key.reference);
  }
};

// What a batch needs to know before it decides.
struct LoadRequest {
  std::vector<Number> subjects;  // ascending, each once; they are locked in this order
  // Subjects that this server remembers are taken as it remembers them, and not locked. Whether
  // they still are so shows when they are written; what is not written must not be decided on them.
  bool optimistic = false;
  std::vector<Number> related;  // that are looked at and not changed; not locked
  std::vector<ExternalKey> external_keys;
  std::vector<Number> new_numbers;  // that subjects are to be created with
  std::vector<RequestKey> request_keys;
};

// A unit of work that was committed before.
struct CommittedUnit {
  Number subject;
  std::int32_t first_seq = 0;
  std::int32_t activity_count = 0;
  std::int64_t first_position = 0;
  absl::Time recorded_at;
  ContentHash content_hash{};
};

struct Loaded {
  // The subjects asked for that exist, locked but for the remembered ones, and, not locked, the
  // related ones and those that the found request keys belong to.
  absl::flat_hash_map<Number, SubjectPointer> subjects;
  // A subject that was locked had been remembered otherwise: somebody else changes subjects too.
  bool memory_was_wrong = false;
  absl::flat_hash_map<ExternalKey, Number> external_keys;
  absl::flat_hash_set<Number> taken_numbers;  // of the new ones
  absl::flat_hash_map<RequestKey, CommittedUnit> request_keys;
};

// A subject that was created or changed, after the whole batch.
struct SubjectWrite {
  const SubjectState* before = nullptr;  // nullptr: created; borrowed for the call
  SubjectPointer after;
};

// One activity to append. The first of a unit carries the unit's size, request key and content
// hash.
struct ActivityWrite {
  Activity* activity = nullptr;  // borrowed; its position is set
  std::int32_t unit_size = 0;    // > 0 on the first activity of a unit only
  RequestKey request_key{};
  ContentHash content_hash{};
};

// Which stored activities of one subject to redact.
struct ActivityRedaction {
  Number subject;
  std::optional<std::int32_t> comment_seq;  // this comment; nothing: all activities
  std::string email = {};                   // of all activities: its customer's address until now
};

// One writing connection. Not thread-safe; every call blocks. After any error other than from
// Rollback() the transaction must be rolled back, and after UNAVAILABLE the session must not be
// used again.
class WriteSession {
 public:
  virtual ~WriteSession() = default;

  // Reserves `count` serials for new numbers, in a transaction of its own, and returns the first.
  // Serials that are not used are lost; order numbers have gaps. RESOURCE_EXHAUSTED when the
  // serials have run out.
  virtual absl::StatusOr<std::int64_t> ReserveSerials(std::int64_t count) = 0;

  virtual absl::Status Begin() = 0;
  // Locks the subjects, then looks up the keys: in that order, so that a transaction whose COMMIT
  // answer was lost has ended, one way or the other, before the request keys are read.
  virtual absl::StatusOr<Loaded> Load(const LoadRequest& request) = 0;
  // Writes the rows of the subjects, with as few statements as the backend allows. Rows that did
  // not change are not written. Numbers must be ascending. ABORTED when a subject is not as
  // `before` has it, by its last_seq and last_activity_at; with OK all of them are locked.
  virtual absl::Status WriteSubjects(absl::Span<const SubjectWrite> writes) = 0;
  // Takes the personal values out of those stored activities (codec.h), and the content out of the
  // hashes of the units that they belong to (request_key.h); and out of the notifications and
  // e-mails of those subjects and what the same people have sent to no subject, or the e-mail that
  // the comment was made of. Request keys stay.
  // The subjects must be locked. Reads and writes page by page: its memory does not grow with the
  // log. What of it remains in files and logs of the database: see README.
  virtual absl::Status RedactActivities(absl::Span<const ActivityRedaction> redactions) = 0;
  // Makes sure that from the commit on no later ReserveSerials() gives `serial` or one below it.
  // What others have reserved before stays theirs.
  virtual absl::Status PassSerial(std::int64_t serial) = 0;
  // Takes the head of the feed, which is held until the transaction ends, gives every activity its
  // position and appends them. Call it last. Returns the first position.
  virtual absl::StatusOr<std::int64_t> AppendActivities(
      absl::Span<const ActivityWrite> activities) = 0;
  virtual absl::Status Commit() = 0;
  // Ends the transaction without effect. An error means that the session is of no more use.
  virtual absl::Status Rollback() = 0;
};

// The place of a row in a list that is ordered by a time.
struct ListCursor {
  absl::Time at;
  Number number;
};

// Which subjects to list, newest activity first. Exactly the rows that match at the time of
// reading; a row that does not change while one pages is returned exactly once. Every list without
// `created_from` and `created_until` costs the same on each page; with them, rows newer than
// `created_until` are passed over.
struct SubjectQuery {
  // With a customer id: that customer's subjects, ordered by the latest *public* activity, so that
  // the order of the list tells nothing of internal comments. Otherwise all, ordered by the latest
  // activity.
  std::optional<std::string> customer_id;
  std::vector<SubjectKind> kinds;               // empty: all of them
  std::vector<OrderStatus> order_statuses;      // of orders; empty: all of them
  std::vector<EnquiryStatus> enquiry_statuses;  // of enquiries; empty: all of them
  bool active_only = false;  // only those not closed; ignored for a kind whose statuses are given
  std::optional<std::string> store_id;     // only orders with that store
  std::optional<FulfilmentMethod> method;  // only orders with that method
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_until;  // exclusive
  std::optional<ListCursor> after;          // exclusive
  std::int32_t limit = 50;
};

// Which orders are late: active, with a promised delivery before `now`. The oldest promise first.
struct OverdueQuery {
  absl::Time now;
  std::optional<ListCursor> after;  // exclusive; its time is the promise
  std::int32_t limit = 50;
};

// Which subjects to find by words: the last created first.
struct SearchQuery {
  // Folded words (words.h), at least one: each must begin a term of the subject.
  std::vector<std::string> words;
  std::optional<std::string> customer_id;  // only theirs
  std::optional<ListCursor> after;         // exclusive; its time is that of creation
  std::int32_t limit = 50;
};

// Which activities of one subject to read, in order of seq.
struct ActivityQuery {
  Number subject;
  bool include_internal = false;
  std::vector<ActivityKind> kinds;  // empty: all of them
  bool newest_first = false;
  std::optional<std::int32_t> after_seq;  // exclusive, in the direction of reading
  std::int32_t limit = 100;
};

// A subject with the newest of its log, all as of one moment.
struct SubjectPage {
  SubjectPointer subject;                   // null, and nothing else there, where it does not exist
  std::vector<Activity> activities;         // newest first
  std::vector<Activity> comments;           // newest first
  std::vector<Notification> notifications;  // newest first
};

// Names one activity.
struct ActivityKey {
  Number subject;
  std::int32_t seq = 0;
};

// One reading connection. Not thread-safe; every call blocks, and but for GetSubjects() sees one
// consistent state of the database.
class Reader {
 public:
  virtual ~Reader() = default;

  // The subjects of those numbers that exist, in no particular order: each as it stood at some
  // moment of the call, not all at the same one.
  virtual absl::StatusOr<std::vector<SubjectPointer>> GetSubjects(
      absl::Span<const Number> numbers) = 0;
  virtual absl::StatusOr<std::optional<Number>> FindByExternalKey(const ExternalKey& key) = 0;
  virtual absl::StatusOr<std::vector<SubjectState>> ListSubjects(const SubjectQuery& query) = 0;
  virtual absl::StatusOr<std::vector<SubjectState>> ListOverdue(const OverdueQuery& query) = 0;
  virtual absl::StatusOr<std::vector<SubjectState>> Search(const SearchQuery& query) = 0;
  virtual absl::StatusOr<std::vector<Activity>> ListActivities(const ActivityQuery& query) = 0;
  // Those of these that exist, by subject and seq.
  virtual absl::StatusOr<std::vector<Activity>> GetActivities(
      absl::Span<const ActivityKey> keys) = 0;
  // The subject of that number with at most `limit` activities and as many comments and
  // notifications. Internal activities, and notifications that were not sent, only where asked for.
  virtual absl::StatusOr<SubjectPage> GetPage(Number number, bool include_internal,
                                              std::int32_t limit) = 0;
  // The numbers after `after` of all subjects, ascending, `limit` at most.
  virtual absl::StatusOr<std::vector<Number>> ListNumbers(Number after, std::int32_t limit) = 0;
  virtual absl::StatusOr<FeedPage> ReadFeed(const FeedQuery& query) = 0;
  virtual absl::StatusOr<FeedStatus> ReadFeedStatus() = 0;
  virtual absl::StatusOr<std::optional<RedactionJob>> GetRedaction(std::int64_t id) = 0;
  // The last created first, `limit` at most: those with ids below `before`.
  virtual absl::StatusOr<std::vector<RedactionJob>> ListRedactions(
      std::optional<std::int64_t> before, std::int32_t limit) = 0;
  virtual absl::StatusOr<std::vector<Notification>> ListNotifications(
      const NotificationQuery& query) = 0;
  virtual absl::StatusOr<std::optional<Notification>> GetNotification(Number subject,
                                                                      std::int32_t seq) = 0;
  virtual absl::StatusOr<std::vector<ReceivedEmail>> ListReceivedEmails(
      const ReceivedEmailQuery& query) = 0;
  virtual absl::StatusOr<std::optional<ReceivedEmail>> GetReceivedEmail(std::int64_t id) = 0;
  // The message as it came; empty where it is not kept.
  virtual absl::StatusOr<std::string> GetRawEmail(std::int64_t id) = 0;
  // OK when the database answers and its schema fits this server; see CheckSchema() of Store.
  virtual absl::Status Ping() = 0;
};

// A database. Thread-safe. Sessions must not outlive it.
class Store {
 public:
  virtual ~Store() = default;

  virtual absl::StatusOr<std::unique_ptr<WriteSession>> OpenWriteSession() = 0;
  virtual absl::StatusOr<std::unique_ptr<Reader>> OpenReader() = 0;
  virtual absl::StatusOr<std::unique_ptr<RedactionSession>> OpenRedactionSession() = 0;
  virtual absl::StatusOr<std::unique_ptr<FeedConsumerSession>> OpenFeedConsumerSession() = 0;
  virtual absl::StatusOr<std::unique_ptr<NotificationSession>> OpenNotificationSession() = 0;
  virtual absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> OpenReceivedEmailSession() = 0;

  // How many write sessions may work at the same time: 1 for SQLite.
  virtual int MaxWriteSessions() const = 0;
  // "sqlite", "mariadb" or "mysql", and the version that the server gave.
  virtual std::string Describe() const = 0;
  // 32 random bytes made when the schema was, the same for all servers on this database: they key
  // tokens, activity names and content hashes.
  virtual const std::string& Secret() const = 0;
  // OK when this server can run on the schema; FAILED_PRECONDITION says what to do otherwise.
  virtual absl::Status CheckSchema() = 0;
  virtual absl::StatusOr<FeedHead> ReadFeedHead() = 0;
  // The subject was redacted, by whichever server: drops what is remembered of it as it was.
  // Does not block.
  virtual void Forget(Number subject) = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_STORE_H_
