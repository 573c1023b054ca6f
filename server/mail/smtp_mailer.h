// Hands messages over to an SMTP server: a relay of the shop, or a provider's submission service.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_SMTP_MAILER_H_
#define IPSTORE_ORDERS_SERVER_MAIL_SMTP_MAILER_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/mail/mailer.h"

namespace ipstore::orders {

class SmtpConnection;

struct SmtpOptions {
  enum class Security : std::uint8_t {
    kNone,      // plain text
    kStartTls,  // plain text at first, as on port 587; refused where the server has no STARTTLS
    kTls,       // from the first byte on, as on port 465
  };

  std::string host;  // name or address; the name that its certificate must be for
  int port = 587;
  Security security = Security::kStartTls;
  // PEM file of the authorities whose certificates are trusted; empty: those of the system.
  std::string ca_file;
  std::string username;  // empty: without AUTH
  std::string password;
  std::string helo_name;  // by which we greet; empty: the name of this machine
  // Until the server is ready for a message: name, connection, TLS, greeting and AUTH.
  absl::Duration connect_timeout = absl::Seconds(30);
};

// INVALID_ARGUMENT, with a sentence for whoever wrote the configuration and without the password,
// when they cannot work; above all when a password would go over a network in plain text. Reads
// nothing but `ca_file`.
absl::Status CheckSmtpOptions(const SmtpOptions& options);

// Keeps its connection for the next letter. What becomes of a letter:
//
//   kAccepted   the server answered the completed message with 2xx
//   kRejected   5xx to the recipient, to DATA or to the completed message; or 552 or 5.3.4 to the
//               sender, which means that the message is too large. Also a letter that SMTP cannot
//               carry: see AddressInAscii, and bytes that ComposeEmail does not make
//   kDeferred   4xx at any point; 5xx before the recipient was named, which is about us and not
//               about the letter; no connection, no TLS that can be trusted, or no AUTH; a
//               connection that is lost or too slow before the message was completed. With
//               server_away where the server was not reached or refused us before it heard of a
//               recipient
//   kInDoubt    the connection was lost, or time ran out, after the message was completed
//
// A kept connection that the server has given up by now is replaced once, without a word about it.
class SmtpMailer final : public Mailer {
 public:
  // Does not connect. With options that CheckSmtpOptions refuses, nothing ever does.
  explicit SmtpMailer(SmtpOptions options);
  // Says good-bye, without waiting for an answer.
  ~SmtpMailer() override;

  SmtpMailer(const SmtpMailer&) = delete;
  SmtpMailer& operator=(const SmtpMailer&) = delete;

  Delivery Deliver(const Letter& letter, const DeliveryLimits& limits) override;

 private:
  // The one of the last letter if it is still good; null otherwise.
  std::unique_ptr<SmtpConnection> TakeKept();

  const SmtpOptions options_;
  const absl::Status usable_;  // of CheckSmtpOptions
  std::unique_ptr<SmtpConnection> kept_;
  std::chrono::steady_clock::time_point kept_since_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_SMTP_MAILER_H_
