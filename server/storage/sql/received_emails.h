// The e-mails that were sent to us, in the SQL store.
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_SQL_RECEIVED_EMAILS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_SQL_RECEIVED_EMAILS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "server/storage/received_email.h"
#include "server/storage/sql/dialect.h"
#include "server/storage/sql/list_query.h"
#include "server/storage/sql/session.h"
#include "server/storage/sql/store_statements.h"

namespace ipstore::orders::sql {

absl::StatusOr<std::optional<ReceivedEmail>> ReadReceivedEmail(Session& session, std::int64_t id);
absl::StatusOr<std::vector<ReceivedEmail>> ReadReceivedEmails(Session& session,
                                                              const Dialect& dialect,
                                                              const ReceivedEmailQuery& query);
// The message as it came; empty where it is not kept.
absl::StatusOr<std::string> ReadRawEmail(Session& session, std::int64_t id);

// Takes out of what is stored of a subject's e-mails what is personal: the messages and senders of
// all, or, with a comment, of the one that it was made of, and the messages that came after the
// comment, which may quote it. What is not concluded yet gets nothing of it any more.
struct CommentOfEmail {
  std::int32_t seq = 0;
  std::int64_t unit_seq = 0;  // of the first activity of its unit, which has the e-mail's key
};
absl::Status RedactReceivedEmails(Session& session, Number subject,
                                  const std::optional<CommentOfEmail>& comment);
// To which addresses e-mails on that subject have gone, each once.
absl::StatusOr<std::vector<std::string>> ReadAddressesTold(Session& session,
                                                           const StoreStatements& statements,
                                                           Number subject);
// Takes the sender and the Message-ID out of the e-mails that belong to nobody and came from that
// address, ASCII letters in any case.
absl::Status RedactUnownedEmails(Session& session, const StoreStatements& statements,
                                 absl::string_view sender);
// The oldest that belong to nobody and were received before `before`.
ListStatement FindUnownedEmails(const Dialect& dialect, absl::Time before, std::int64_t limit);

class SqlReceivedEmailSession final : public ReceivedEmailSession {
 public:
  // Borrows `statements`.
  SqlReceivedEmailSession(std::unique_ptr<Session> session, const Dialect& dialect,
                          const StoreStatements& statements)
      : session_(std::move(session)), dialect_(dialect), statements_(statements) {}

  absl::StatusOr<ReceivedEmail> Add(const ReceivedEmail& email) override;
  absl::StatusOr<ReceivedEmail> Conclude(const ReceivedEmail& email,
                                         absl::string_view raw) override;
  absl::StatusOr<std::int64_t> DropUnowned(absl::Time before, std::int32_t limit) override;
  absl::StatusOr<std::vector<std::string>> ListAddressesTold(Number subject) override;

 private:
  absl::Status Insert(const ReceivedEmail& email);
  absl::Status InsertParts(std::int64_t id, absl::string_view raw);
  absl::Status WriteConclusion(const ReceivedEmail& email, absl::string_view raw);

  std::unique_ptr<Session> session_;
  const Dialect dialect_;
  const StoreStatements& statements_;
};

}  // namespace ipstore::orders::sql

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_SQL_RECEIVED_EMAILS_H_
