#include "server/mail/smtp_mailer.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/mail/mail_address.h"
#include "server/mail/one_line.h"
#include "server/mail/smtp_connection.h"

namespace ipstore::orders {
namespace {

// How long a connection is trusted after a letter. Servers give up idle clients after minutes, and
// some routers forget them without a word.
constexpr auto kMaxIdle = std::chrono::seconds(30);

constexpr int kClass = 100;  // of a code: 2 is success, 4 "not now", 5 "never"

bool IsSuccess(const SmtpReply& reply) {
  return reply.code / kClass == 2;
}

// "421 closing": the server gives up the connection, whatever it was asked.
bool IsFarewell(const SmtpReply& reply) {
  return reply.code == 421;
}

bool IsTooLarge(const SmtpReply& reply) {
  return reply.code == 552 || absl::StartsWith(reply.text, absl::StrCat(reply.code, " 5.3.4"));
}

// What a reply other than success means for the letter, at a point where it is about the letter.
DeliveryOutcome OutcomeOf(const SmtpReply& reply) {
  return reply.code / kClass == 5 ? DeliveryOutcome::kRejected : DeliveryOutcome::kDeferred;
}

Delivery Deferred(absl::string_view answer) {
  return {.outcome = DeliveryOutcome::kDeferred, .answer = OneLine(answer)};
}

// It would be so with any letter.
Delivery ServerAway(absl::string_view answer) {
  Delivery delivery = Deferred(answer);
  delivery.server_away = true;
  return delivery;
}

// The connection, before the message was completed. `point` is where.
Delivery Lost(absl::string_view point, const absl::Status& why) {
  return Deferred(absl::StrCat("at ", point, ": ", why.message()));
}

Delivery Rejected(absl::string_view answer) {
  return {.outcome = DeliveryOutcome::kRejected, .answer = OneLine(answer)};
}

Delivery InDoubt(absl::string_view answer) {
  return {.outcome = DeliveryOutcome::kInDoubt,
          .answer = OneLine(absl::StrCat("the message was completed, but ", answer))};
}

// ASCII whose lines end in CRLF. Another line end would let a part of the message pass for the end
// of it, or for commands.
bool IsMailText(absl::string_view bytes) {
  char before = '\0';
  for (const char byte : bytes) {
    if (byte == '\0' || !absl::ascii_isascii(static_cast<unsigned char>(byte))) return false;
    if ((before == '\r') != (byte == '\n')) return false;
    before = byte;
  }
  return before != '\r';
}

// As it goes after DATA, but for the line that ends it: a dot at the beginning of a line is
// doubled.
std::string DotStuffed(absl::string_view bytes) {
  return absl::StrCat(absl::StartsWith(bytes, ".") ? "." : "",
                      absl::StrReplaceAll(bytes, {{"\r\n.", "\r\n.."}}),
                      absl::EndsWith(bytes, "\r\n") ? "" : "\r\n");
}

constexpr absl::string_view kEndOfMessage = ".\r\n";

// What SMTP is told of a letter.
struct Envelope {
  std::string sender;
  std::string recipient;
};

// One attempt to hand over one letter.
class Attempt {
 public:
  Attempt(SmtpConnection& connection, const Letter& letter, const DeliveryLimits& limits,
          Deadline deadline, bool has_carried)
      : connection_(connection),
        letter_(letter),
        limits_(limits),
        deadline_(deadline),
        has_carried_(has_carried) {}

  Delivery Run(const Envelope& envelope) {
    if (std::optional<Delivery> end = Announce(envelope); end.has_value()) return *std::move(end);
    if (std::optional<Delivery> end = SendMessage(); end.has_value()) return *std::move(end);
    return Complete();
  }

  // Whether the connection may carry another letter, and so waits for MAIL.
  bool IsReusable() const { return reusable_; }
  // Whether the server had given up the connection, and with it nothing was completed.
  bool WasForsaken() const { return forsaken_; }

 private:
  // Up to the point where the server waits for the message. A Delivery: it ended before.
  std::optional<Delivery> Announce(const Envelope& envelope) {
    const std::string size =
        connection_.TakesSize() ? absl::StrCat(" SIZE=", letter_.bytes.size()) : "";
    const absl::StatusOr<SmtpReply> sender =
        Ask(absl::StrCat("MAIL FROM:<", envelope.sender, ">", size));
    // A server that greets and then says nothing would do so to any letter.
    if (!sender.ok()) return ServerAway(Lost("MAIL", sender.status()).answer);
    if (!IsSuccess(*sender)) {
      if (IsTooLarge(*sender)) return WithdrawAfter(*sender, DeliveryOutcome::kRejected);
      // It is we that are refused; or this one sender, where the server has had letters from us.
      Delivery delivery = WithdrawAfter(*sender, DeliveryOutcome::kDeferred);
      delivery.server_away = !has_carried_;
      return delivery;
    }
    const absl::StatusOr<SmtpReply> recipient =
        Ask(absl::StrCat("RCPT TO:<", envelope.recipient, ">"));
    if (!recipient.ok()) return Lost("RCPT", recipient.status());
    if (!IsSuccess(*recipient)) return WithdrawAfter(*recipient, OutcomeOf(*recipient));
    const absl::StatusOr<SmtpReply> data = Ask("DATA");
    if (!data.ok()) return Lost("DATA", data.status());
    constexpr int kGoOn = 354;
    if (data->code == kGoOn) return std::nullopt;
    // A server that takes no message and says "success" is out of step with us.
    if (IsSuccess(*data)) return Deferred(data->text);
    return WithdrawAfter(*data, OutcomeOf(*data));
  }

  // All of the message but its end.
  std::optional<Delivery> SendMessage() {
    const absl::Status sent = connection_.Send(DotStuffed(letter_.bytes), deadline_);
    // A server that has had enough may say so before it closes the connection.
    if (!sent.ok() || connection_.HasSpoken()) return Interrupted(sent);
    if (limits_.may_complete && !limits_.may_complete())
      return Deferred("broken off before the message was completed");
    return std::nullopt;
  }

  Delivery Interrupted(const absl::Status& sent) {
    const absl::StatusOr<SmtpReply> reply = connection_.ReadReply(std::chrono::steady_clock::now());
    if (reply.ok() && !IsSuccess(*reply)) {
      forsaken_ = IsFarewell(*reply);
      return {.outcome = OutcomeOf(*reply), .answer = reply->text};
    }
    forsaken_ = !reply.ok() && !absl::IsDeadlineExceeded(sent);
    if (reply.ok()) return Deferred("the server did not wait for the end of the message");
    return Lost("the message", sent.ok() ? reply.status() : sent);
  }

  Delivery Complete() {
    if (absl::Status sent = connection_.Send(kEndOfMessage, deadline_); !sent.ok())
      return InDoubt(sent.message());
    const absl::StatusOr<SmtpReply> answer = connection_.ReadReply(deadline_);
    if (!answer.ok()) return InDoubt(answer.status().message());
    if (answer->code / kClass == 3) return InDoubt(answer->text);
    reusable_ = !IsFarewell(*answer);
    if (IsSuccess(*answer)) return {.outcome = DeliveryOutcome::kAccepted, .answer = answer->text};
    return {.outcome = OutcomeOf(*answer), .answer = answer->text};
  }

  absl::StatusOr<SmtpReply> Ask(absl::string_view command) {
    absl::StatusOr<SmtpReply> reply = connection_.Ask(command, deadline_);
    forsaken_ = reply.ok() ? IsFarewell(*reply) : absl::IsUnavailable(reply.status());
    return reply;
  }

  // Ends the attempt after that reply, so that the connection can carry another letter.
  Delivery WithdrawAfter(const SmtpReply& refusal, DeliveryOutcome outcome) {
    if (!IsFarewell(refusal)) {
      const absl::StatusOr<SmtpReply> reset = connection_.Ask("RSET", deadline_);
      reusable_ = reset.ok() && IsSuccess(*reset);
    }
    return {.outcome = outcome, .answer = refusal.text};
  }

  SmtpConnection& connection_;
  const Letter& letter_;
  const DeliveryLimits& limits_;
  const Deadline deadline_;
  const bool has_carried_;  // the connection another letter before
  bool reusable_ = false;
  bool forsaken_ = false;
};

// --- Options -------------------------------------------------------------------------------------

bool IsOfHostName(char byte) {
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || byte == '.' || byte == '-';
}

bool IsHost(absl::string_view host) {
  const bool v6 = absl::StrContains(host, ':');
  return !host.empty() && std::ranges::all_of(host, [&](char byte) {
    return IsOfHostName(byte) || (v6 && byte == ':');
  });
}

bool IsLoopback(absl::string_view host) {
  const bool v4 = std::ranges::all_of(host, [](char byte) {
    return absl::ascii_isdigit(static_cast<unsigned char>(byte)) || byte == '.';
  });
  return host == "localhost" || host == "::1" || (v4 && absl::StartsWith(host, "127."));
}

bool HoldsControlCharacter(absl::string_view text) {
  return std::ranges::any_of(
      text, [](char byte) { return absl::ascii_iscntrl(static_cast<unsigned char>(byte)); });
}

}  // namespace

absl::Status CheckSmtpOptions(const SmtpOptions& options) {
  constexpr int kMaxPort = 65535;
  if (!IsHost(options.host))
    return absl::InvalidArgumentError("the SMTP server needs a host name or an address");
  if (options.port < 1 || options.port > kMaxPort)
    return absl::InvalidArgumentError("the port of the SMTP server must be between 1 and 65535");
  if (!std::ranges::all_of(options.helo_name, IsOfHostName))
    return absl::InvalidArgumentError("the name that greets the SMTP server is no host name");
  if (options.connect_timeout <= absl::ZeroDuration())
    return absl::InvalidArgumentError("the SMTP server needs some time to answer");
  if (options.username.empty() != options.password.empty())
    return absl::InvalidArgumentError(
        "a username for the SMTP server needs a password, and the other way round");
  if (HoldsControlCharacter(options.username) || HoldsControlCharacter(options.password)) {
    return absl::InvalidArgumentError(
        "username or password of the SMTP server holds a control character");
  }
  const bool plain_text = options.security == SmtpOptions::Security::kNone;
  if (plain_text && !options.username.empty() && !IsLoopback(options.host)) {
    return absl::InvalidArgumentError(
        "a password would go over the network in plain text: the SMTP server needs STARTTLS or "
        "TLS");
  }
  if (!options.ca_file.empty() && !std::ifstream(options.ca_file).good()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file of trusted authorities cannot be read: ", options.ca_file));
  }
  return absl::OkStatus();
}

SmtpMailer::SmtpMailer(SmtpOptions options)
    : options_(std::move(options)), usable_(CheckSmtpOptions(options_)) {}

SmtpMailer::~SmtpMailer() {
  const std::unique_ptr<SmtpConnection> kept = TakeKept();
  // Nobody waits for the answer, and nothing is lost if it cannot be said.
  if (kept != nullptr) kept->Send("QUIT\r\n", std::chrono::steady_clock::now()).IgnoreError();
}

std::unique_ptr<SmtpConnection> SmtpMailer::TakeKept() {
  std::unique_ptr<SmtpConnection> kept = std::move(kept_);
  const bool good = kept != nullptr && std::chrono::steady_clock::now() - kept_since_ <= kMaxIdle &&
                    !kept->HasSpoken();
  return good ? std::move(kept) : nullptr;
}

Delivery SmtpMailer::Deliver(const Letter& letter, const DeliveryLimits& limits) {
  const Deadline deadline =
      std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(limits.timeout);
  if (!usable_.ok()) return ServerAway(usable_.message());
  const absl::StatusOr<std::string> sender = AddressInAscii(letter.sender);
  if (!sender.ok()) return Deferred(absl::StrCat("sender: ", sender.status().message()));
  const absl::StatusOr<std::string> recipient = AddressInAscii(letter.recipient);
  if (!recipient.ok()) return Rejected(recipient.status().message());
  if (!IsMailText(letter.bytes)) return Rejected("the message is not in the form of mails");

  while (true) {
    std::unique_ptr<SmtpConnection> connection = TakeKept();
    const bool was_kept = connection != nullptr;
    if (!was_kept) {
      absl::StatusOr<std::unique_ptr<SmtpConnection>> opened =
          SmtpConnection::Open(options_, deadline, limits.cancelled);
      if (!opened.ok()) return ServerAway(opened.status().message());
      connection = *std::move(opened);
    }
    connection->CancelBy(limits.cancelled);
    Attempt attempt(*connection, letter, limits, deadline, was_kept);
    Delivery delivery = attempt.Run({.sender = *sender, .recipient = *recipient});
    // There is none to take next time, so this is the only repetition.
    if (was_kept && attempt.WasForsaken()) continue;
    if (attempt.IsReusable()) {
      connection->CancelBy(nullptr);
      kept_ = std::move(connection);
      kept_since_ = std::chrono::steady_clock::now();
    }
    return delivery;
  }
}

}  // namespace ipstore::orders
