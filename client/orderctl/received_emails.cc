#include "client/orderctl/received_emails.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <istream>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/error_text.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/page_parts.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"
#include "domain/sentences.h"

namespace ipstore::orders::client {
namespace {

void EndWith(const Session& session, ExitCode code) {
  if (session.exit_code != nullptr) *session.exit_code = code;
}

// --- Handing over ---

// Reads to the end, so that nobody who writes is cut off, but keeps no more than one byte more than
// is taken. Nothing when reading fails: half an e-mail must not count as one.
std::optional<std::string> ReadEmail(std::istream& stream) {
  std::array<char, std::size_t{64} << 10> part{};
  std::string email;
  while (stream.read(part.data(), part.size()) || stream.gcount() > 0) {
    const auto bytes = static_cast<std::size_t>(stream.gcount());
    email.append(part.data(), std::min(bytes, kMaxEmailBytes + 1 - email.size()));
  }
  // An end of stdin and an error look the same to the stream.
  if (stream.bad() || std::ferror(stdin) != 0) return std::nullopt;
  return email;
}

ExitCode ExitCodeOf(v1::EmailOutcome outcome) {
  switch (outcome) {
    case v1::EMAIL_OUTCOME_COMMENTED:
    case v1::EMAIL_OUTCOME_UNSUBSCRIBED:
    case v1::EMAIL_OUTCOME_AUTO_REPLY:
    case v1::EMAIL_OUTCOME_BOUNCE:
    case v1::EMAIL_OUTCOME_LIST:
    case v1::EMAIL_OUTCOME_LOOP:
      return ExitCode::kOk;
    case v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS:
      return ExitCode::kMailNoUser;
    case v1::EMAIL_OUTCOME_STRANGER:
    case v1::EMAIL_OUTCOME_FORMER_ADDRESS:
    case v1::EMAIL_OUTCOME_REDACTED:
      return ExitCode::kMailNoPermission;
    case v1::EMAIL_OUTCOME_EMPTY:
    case v1::EMAIL_OUTCOME_TOO_LARGE:
    case v1::EMAIL_OUTCOME_UNREADABLE:
    case v1::EMAIL_OUTCOME_SEVERAL_SENDERS:
      return ExitCode::kMailBadData;
    case v1::EMAIL_OUTCOME_NOT_OPEN:
      return ExitCode::kMailNotOpen;
    // Also of a newer server: an e-mail that waits is not lost.
    default:
      return ExitCode::kMailTryLater;
  }
}

// What the server would say of an e-mail that it need not see.
v1::ReceivedEmail Refused(EmailOutcome outcome, Language language) {
  v1::ReceivedEmail email;
  email.set_outcome(static_cast<v1::EmailOutcome>(outcome));
  email.set_outcome_text(std::string(SentenceForSender(outcome, language)));
  return email;
}

std::string Told(const Session& session, const v1::ReceivedEmail& email) {
  const ExitCode code = ExitCodeOf(email.outcome());
  EndWith(session, code);
  if (session.json) return ToJson(email);
  std::string line = absl::StrCat(Printable(email.outcome_text()), "\n");
  if (code == ExitCode::kOk) return line;
  session.warn(line);
  return "";
}

std::string ToldToTryLater(const Session& session, const Error& error) {
  EndWith(session, ExitCode::kMailTryLater);
  // A mail server keeps it in its log.
  const Reader plain{.language = session.reader.language, .zone = session.reader.zone};
  session.warn(session.json ? ErrorJson(error) : ErrorText(error, plain));
  return "";
}

// --- Showing ---

Tone ToneOf(v1::EmailOutcome outcome) {
  switch (outcome) {
    case v1::EMAIL_OUTCOME_RECEIVED:
      return Tone::kStatus;
    case v1::EMAIL_OUTCOME_COMMENTED:
    case v1::EMAIL_OUTCOME_UNSUBSCRIBED:
      return Tone::kGood;
    default:
      return ExitCodeOf(outcome) == ExitCode::kOk ? Tone::kFaint : Tone::kBad;
  }
}

std::string EmailTable(const google::protobuf::RepeatedPtrField<v1::ReceivedEmail>& emails,
                       const Reader& reader) {
  const Language language = reader.language;
  if (emails.empty()) return absl::StrCat(words::kNoEmails.In(language), "\n");
  Table table({{std::string(words::kEmail.In(language)), Column::Align::kRight},
               {std::string(words::kReceived.In(language))},
               {std::string(words::kRequest.In(language))},
               {std::string(words::kSender.In(language))},
               {std::string(words::kBecame.In(language)), Column::Align::kLeft, /*wraps=*/true}});
  for (const v1::ReceivedEmail& email : emails) {
    table.AddRow({{std::string(absl::StripPrefix(email.name(), "receivedEmails/")), Tone::kStrong},
                  {FormatTime(email.create_time(), reader.zone, language), Tone::kFaint},
                  {std::string(absl::StripPrefix(email.subject(), "orders/"))},
                  {email.sender()},
                  {email.outcome_text(), ToneOf(email.outcome())}});
  }
  return table.Render(reader.style, reader.width);
}

std::string EmailFacts(const v1::ReceivedEmail& email, const Reader& reader) {
  Facts facts(reader);
  facts.Add(words::kEmail, email.name());
  facts.AddTime(words::kReceived, true, email.create_time());
  facts.Add(words::kBecame, email.outcome_text());
  facts.Add(words::kRequest, email.subject());
  facts.Add(words::kComment, email.comment());
  facts.Add(words::kSender, email.sender());
  facts.Add({"Message-ID", "Message-ID"}, email.message_id());
  facts.Add(words::kBytes, FormatCount(email.size_bytes(), reader.language));
  return facts.Render();
}

}  // namespace

Result<std::string> IngestEmail(const Session& session, v1::IngestEmailRequest request) {
  std::optional<std::string> raw = ReadEmail(std::cin);
  if (!raw.has_value()) {
    return ToldToTryLater(session, {.code = grpc::StatusCode::UNAVAILABLE,
                                    .reason = "INPUT",
                                    .message = "The e-mail cannot be read from stdin."});
  }
  const Language language = session.reader.language;
  if (raw->empty()) return Told(session, Refused(EmailOutcome::kUnreadable, language));
  if (raw->size() > kMaxEmailBytes)
    return Told(session, Refused(EmailOutcome::kTooLarge, language));
  request.set_raw_message(*std::move(raw));
  const Result<v1::ReceivedEmail> email = session.client.IngestEmail(request);
  return email.ok() ? Told(session, email.value()) : ToldToTryLater(session, email.error());
}

Result<std::string> ListReceivedEmails(const Session& session,
                                       const v1::ListReceivedEmailsRequest& request) {
  const Result<v1::ListReceivedEmailsResponse> page = session.client.ListReceivedEmails(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(EmailTable(page.value().received_emails(), session.reader),
                      NextPageHint(page.value().next_page_token(), session.reader));
}

Result<std::string> ShowReceivedEmail(const Session& session,
                                      const v1::GetReceivedEmailRequest& request) {
  Result<v1::ReceivedEmail> email = session.client.GetReceivedEmail(request);
  if (!email.ok()) return email.error();
  if (session.json) return ToJson(email.value());
  if (!request.include_raw_message()) return EmailFacts(email.value(), session.reader);
  if (email.value().raw_message().empty()) {
    EndWith(session, ExitCode::kNotFound);
    session.warn(absl::StrCat("orderctl: ", words::kNotKept.In(session.reader.language), "\n"));
  }
  return email.value().raw_message();
}

}  // namespace ipstore::orders::client
