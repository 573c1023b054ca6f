// A connection to an SMTP server that has greeted us, knows who we are, and waits for commands.
// libcurl makes it (name, connection, TLS, AUTH) and carries the bytes; the dialogue is its user's,
// because only whoever holds it knows at which point it broke off.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_SMTP_CONNECTION_H_
#define IPSTORE_ORDERS_SERVER_MAIL_SMTP_CONNECTION_H_

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/mail/smtp_mailer.h"

namespace ipstore::orders {

using Deadline = std::chrono::steady_clock::time_point;

struct SmtpReply {
  int code = 0;      // 200 to 599
  std::string text;  // code and words, as by OneLine
};

// Not thread-safe. Calls block until their deadline; their errors are DEADLINE_EXCEEDED and
// UNAVAILABLE, with one line for the log, after which nothing but the destructor may be called.
class SmtpConnection {
 public:
  // Errors also hold what the server said when it refused us. Never the password.
  // Broken off when `cancelled`, which may be null, is set.
  static absl::StatusOr<std::unique_ptr<SmtpConnection>> Open(const SmtpOptions& options,
                                                              Deadline deadline,
                                                              const std::atomic<bool>* cancelled);
  // Closes it without a word.
  ~SmtpConnection();

  SmtpConnection(const SmtpConnection&) = delete;
  SmtpConnection& operator=(const SmtpConnection&) = delete;

  // From now on what waits is broken off, with UNAVAILABLE, when that is set; it is looked at twice
  // a second. Null: never.
  void CancelBy(const std::atomic<bool>* cancelled) { cancelled_ = cancelled; }

  // Whether MAIL may tell the size of the message (RFC 1870).
  bool TakesSize() const { return takes_size_; }

  // Sends a command, without its line end, and reads the reply.
  absl::StatusOr<SmtpReply> Ask(absl::string_view command, Deadline deadline);
  // Sends bytes as they are.
  absl::Status Send(absl::string_view bytes, Deadline deadline);
  absl::StatusOr<SmtpReply> ReadReply(Deadline deadline);

  // Whether the server has said something, or closed the connection. Does not block.
  bool HasSpoken();

 private:
  struct Easy;  // libcurl's handle, without its header

  SmtpConnection();

  absl::Status Connect(const SmtpOptions& options, Deadline deadline);
  absl::Status WaitFor(short events,
                       Deadline deadline) const;  // NOLINT(google-runtime-int): poll's
  // Reads what there is, waiting for something.
  absl::Status Receive(Deadline deadline);
  absl::StatusOr<std::string> ReadLine(Deadline deadline);

  std::unique_ptr<Easy> easy_;
  const std::atomic<bool>* cancelled_ = nullptr;
  bool takes_size_ = false;
  std::string received_;  // and not yet read
  bool ended_ = false;    // by the server
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_SMTP_CONNECTION_H_
