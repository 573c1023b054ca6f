// A reading connection of the SQL store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_READER_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_READER_H_

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"
#include "server/storage/store.h"
#include "server/storage/subject_cache.h"

namespace ipstore::orders::sql {

class SqlReader final : public Reader {
 public:
  // `dialect`, `statements` and `cache` are borrowed.
  SqlReader(std::unique_ptr<Session> session, const Dialect& dialect,
            const StoreStatements& statements, SubjectCache& cache)
      : session_(std::move(session)), dialect_(dialect), statements_(statements), cache_(cache) {}

  absl::StatusOr<std::vector<SubjectPointer>> GetSubjects(
      absl::Span<const Number> numbers) override;
  absl::StatusOr<std::optional<Number>> FindByExternalKey(const ExternalKey& key) override;
  absl::StatusOr<std::vector<SubjectState>> ListSubjects(const SubjectQuery& query) override;
  absl::StatusOr<std::vector<SubjectState>> ListOverdue(const OverdueQuery& query) override;
  absl::StatusOr<std::vector<SubjectState>> Search(const SearchQuery& query) override;
  absl::StatusOr<std::vector<Activity>> ListActivities(const ActivityQuery& query) override;
  absl::StatusOr<std::vector<Activity>> GetActivities(absl::Span<const ActivityKey> keys) override;
  absl::StatusOr<SubjectPage> GetPage(Number number, bool include_internal,
                                      std::int32_t limit) override;
  absl::StatusOr<std::vector<Number>> ListNumbers(Number after, std::int32_t limit) override;
  absl::StatusOr<FeedPage> ReadFeed(const FeedQuery& query) override;
  absl::StatusOr<FeedStatus> ReadFeedStatus() override;
  absl::StatusOr<std::optional<RedactionJob>> GetRedaction(std::int64_t id) override;
  absl::StatusOr<std::vector<RedactionJob>> ListRedactions(std::optional<std::int64_t> before,
                                                           std::int32_t limit) override;
  absl::StatusOr<std::vector<Notification>> ListNotifications(
      const NotificationQuery& query) override;
  absl::StatusOr<std::optional<Notification>> GetNotification(Number subject,
                                                              std::int32_t seq) override;
  absl::StatusOr<std::vector<ReceivedEmail>> ListReceivedEmails(
      const ReceivedEmailQuery& query) override;
  absl::StatusOr<std::optional<ReceivedEmail>> GetReceivedEmail(std::int64_t id) override;
  absl::StatusOr<std::string> GetRawEmail(std::int64_t id) override;
  absl::Status Ping() override;

 private:
  // Runs `read` within one snapshot of the database.
  absl::Status InSnapshot(absl::FunctionRef<absl::Status()> read);
  absl::StatusOr<std::vector<Activity>> ReadActivities(const ActivityQuery& query);
  // Null when it does not exist. Within a snapshot.
  absl::StatusOr<SubjectPointer> ReadOne(Number number);
  // The numbers of a page, newest activity first.
  absl::StatusOr<std::vector<Number>> FindPage(const SubjectQuery& query);
  absl::StatusOr<std::vector<Number>> FindPage(const OverdueQuery& query);
  absl::StatusOr<std::vector<Number>> FindPage(const SearchQuery& query);
  // The subjects of a page, in its order, all as of one moment.
  template <typename PageQuery>
  absl::StatusOr<std::vector<SubjectState>> ReadPage(const PageQuery& query);

  std::unique_ptr<Session> session_;
  const Dialect& dialect_;
  const StoreStatements& statements_;
  SubjectCache& cache_;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_SQL_READER_H_
