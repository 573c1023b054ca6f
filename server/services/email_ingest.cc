#include "server/services/email_ingest.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "domain/decide.h"
#include "domain/decide_enquiry.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "server/mail/incoming_email.h"
#include "server/mail/reply_address.h"
#include "server/services/encode.h"

namespace ipstore::orders {
namespace {

// As storage holds them.
constexpr std::size_t kMaxStoredMessageId = 1000;
constexpr std::size_t kMaxStoredSender = 320;

// What an e-mail says by itself, before the order or enquiry is looked at.
struct ReadMail {
  ReceivedEmail row;  // with the outcome that it has already; kReceived: the subject is to tell it
  EmailOutcome verdict = EmailOutcome::kReceived;  // kReceived: nothing speaks against it
  bool is_proven = false;                          // its address was given out to its sender
  std::optional<Language> language;                // that it is written in, as far as can be told
  ReplyAddress address;
  std::string text;
  std::vector<std::string> attachments;
};

// A call on its way through the threads.
struct Call {
  Backend backend;
  CallContext context;
  std::string raw;
  std::string recipient;
  Responder<v1::ReceivedEmail> responder;
  ReadMail mail;
  // With what the subject tells, of the last time that it was decided on: what speaks against it,
  // and whether it is from its customer as they are now.
  EmailOutcome verdict = EmailOutcome::kReceived;
  bool is_from_customer = false;
};
using CallPointer = std::shared_ptr<Call>;

// --- Reading -------------------------------------------------------------------------------------

EmailOutcome OutcomeOf(EmailSort sort) {
  switch (sort) {
    case EmailSort::kPersonal:
      return EmailOutcome::kReceived;
    case EmailSort::kAutoReply:
      return EmailOutcome::kAutoReply;
    case EmailSort::kBounce:
      return EmailOutcome::kBounce;
    case EmailSort::kList:
      return EmailOutcome::kList;
    case EmailSort::kLoop:
      return EmailOutcome::kLoop;
  }
  return EmailOutcome::kUnreadable;
}

std::string FrontOf(absl::string_view text, std::size_t bytes) {
  return std::string(text.substr(0, std::min(text.size(), bytes)));
}

// Greek where there is a Greek letter (U+0370 to U+03FF: 0xCD to 0xCF in UTF-8), else English where
// there is any text.
std::optional<Language> LanguageOf(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  const bool greek = std::ranges::any_of(text, [](char c) { return c >= '\xcd' && c <= '\xcf'; });
  return greek ? Language::kGreek : Language::kEnglish;
}

// The first address of ours that it went to.
std::optional<ReplyAddress> FindAddress(const ReplyAddresses& addresses,
                                        const std::string& recipient,
                                        const std::vector<std::string>& named) {
  if (!recipient.empty()) return addresses.Parse(recipient);
  for (const std::string& one : named) {
    if (std::optional<ReplyAddress> address = addresses.Parse(one)) return address;
  }
  return std::nullopt;
}

// What can be told without the order: whether one person has written it, and says anything.
EmailOutcome Judge(const ReadMail& mail, EmailSort sort) {
  // Whoever holds the address may unsubscribe, in whatever way their mail program does it.
  if (mail.address.purpose == ReplyPurpose::kUnsubscribe) return EmailOutcome::kReceived;
  if (sort != EmailSort::kPersonal) return OutcomeOf(sort);
  if (mail.row.sender.empty()) return EmailOutcome::kSeveralSenders;
  const bool says_nothing = mail.text.empty() && mail.attachments.empty();
  return says_nothing ? EmailOutcome::kEmpty : EmailOutcome::kReceived;
}

// Of what may be the customer's, the subject tells whether it still is, and so may be kept.
bool IsForTheSubject(const ReadMail& mail, EmailSort sort) {
  if (mail.address.purpose == ReplyPurpose::kUnsubscribe || mail.is_proven) return true;
  return sort == EmailSort::kPersonal && !mail.row.sender.empty();
}

ReadMail Read(const Call& call) {
  ReadMail mail;
  mail.row.received_at = call.backend.clock();
  mail.row.size = static_cast<std::int64_t>(call.raw.size());
  const Tokens& tokens = *call.backend.tokens;
  mail.row.message_key = tokens.KeyOfEmail(call.raw, "", call.recipient);
  if (call.raw.size() > kMaxRawEmailBytes) {
    mail.row.outcome = EmailOutcome::kTooLarge;
    return mail;
  }
  absl::StatusOr<IncomingEmail> email = ReadEmail(call.raw);
  if (!email.ok()) {
    mail.row.outcome = EmailOutcome::kUnreadable;
    return mail;
  }
  mail.language = LanguageOf(absl::StrCat(email->subject, email->text));
  const std::string sender = email->from.size() == 1 ? email->from.front() : "";
  mail.row.sender = FrontOf(sender, kMaxStoredSender);
  mail.row.message_id = FrontOf(email->message_id, kMaxStoredMessageId);
  const ReplyAddresses& addresses = call.backend.mails->addresses();
  std::optional<ReplyAddress> address = FindAddress(addresses, call.recipient, email->recipients);
  if (!address.has_value()) {
    mail.row.outcome = EmailOutcome::kUnknownAddress;
    return mail;
  }
  // Under the same Message-ID may come what somebody else has passed on. The address stands for
  // what it says: one and the same may be signed with several keys.
  mail.row.message_key = tokens.KeyOfEmail(
      email->message_id.empty() ? call.raw : email->message_id, sender,
      absl::StrCat(address->purpose == ReplyPurpose::kReply ? "reply " : "unsubscribe ",
                   address->subject.ToString()));
  mail.row.subject = address->subject;
  mail.is_proven = addresses.Fits(*address, sender);
  mail.address = *std::move(address);
  mail.text = std::move(email->text);
  mail.attachments = std::move(email->attachments);
  mail.verdict = Judge(mail, email->sort);
  if (!IsForTheSubject(mail, email->sort)) mail.row.outcome = mail.verdict;
  return mail;
}

// --- Deciding ------------------------------------------------------------------------------------

// As much as a comment holds; all of it is in the message, which is kept.
std::string CommentOf(const ReadMail& mail, Language language) {
  if (mail.attachments.empty()) return std::string(FrontOfText(mail.text, kMaxComment));
  const std::string list = AttachmentsLeftOut(mail.attachments, language);
  if (mail.text.empty()) return std::string(FrontOfText(list, kMaxComment));
  std::string end = absl::StrCat("\n\n", list);
  if (CountCharacters(end) > kMaxComment / 2) end.clear();
  return absl::StrCat(FrontOfText(mail.text, kMaxComment - CountCharacters(end)), end);
}

bool IsFromCustomer(const ReadMail& mail, const SubjectState& subject) {
  const std::string email = RecipientOf(subject).address;
  return !email.empty() && FoldedAddress(email) == FoldedAddress(mail.row.sender);
}

bool IsDropped(EmailOutcome verdict) {
  return verdict >= EmailOutcome::kAutoReply && verdict <= EmailOutcome::kLoop;
}

// What speaks against a mail to an address that we have given out, but not from the customer as
// they are now.
EmailOutcome JudgeOther(const ReadMail& mail, const ReplyAddresses& addresses,
                        const SubjectState& subject) {
  // No program gets an answer.
  if (IsDropped(mail.verdict)) return mail.verdict;
  const std::string email = RecipientOf(subject).address;
  if (email.empty() && HeadOf(subject).redacted_at.has_value()) return EmailOutcome::kRedacted;
  if (mail.address.purpose == ReplyPurpose::kReply && !mail.is_proven)
    return EmailOutcome::kStranger;
  // The address of a customer may have been wrong at first, and belong to somebody else.
  const bool may_unsubscribe =
      mail.address.purpose == ReplyPurpose::kUnsubscribe && addresses.Fits(mail.address, email);
  return may_unsubscribe ? mail.verdict : EmailOutcome::kFormerAddress;
}

// What the mail comes to for the subject, where nothing speaks against it.
Decision Decide(const ReadMail& mail, const Actor& actor, const SubjectState& subject,
                absl::Time now) {
  const Caller customer{.actor = actor,
                        .on_behalf_of = Actor{Role::kCustomer, HeadOf(subject).customer_id}};
  const auto decide = [&](const auto& kind) -> Decision {
    if (mail.address.purpose == ReplyPurpose::kUnsubscribe)
      return Decide(kind, SetNotifications{.on = false}, customer, now);
    const Language language = kind.content.customer.language;
    return Decide(kind, AddComment{.comment = {.text = CommentOf(mail, language)}}, customer, now);
  };
  return std::visit(decide, subject);
}

Decision Decide(Call& call, const UnitContext& unit) {
  call.is_from_customer = unit.subject != nullptr && IsFromCustomer(call.mail, *unit.subject);
  if (unit.subject == nullptr) return PermissionDenied();
  // Their new address may answer what went to the old one.
  call.verdict = call.is_from_customer
                     ? call.mail.verdict
                     : JudgeOther(call.mail, call.backend.mails->addresses(), *unit.subject);
  if (call.verdict != EmailOutcome::kReceived) return Activities();
  return Decide(call.mail, call.context.caller.actor, *unit.subject, unit.now);
}

// --- Answering -----------------------------------------------------------------------------------

// The language of the order or enquiry, for who has had its address; nothing where that fails.
std::optional<Language> LanguageOfSubject(Reader& reader, const ReceivedEmail& email,
                                          const Caller& caller) {
  const auto subject =
      ReadSubject(reader, {.kind = email.subject_kind, .number = *email.subject}, caller);
  if (!subject.ok() || !std::holds_alternative<SubjectPointer>(*subject)) return std::nullopt;
  return std::visit([](const auto& kind) { return kind.content.customer.language; },
                    *std::get<SubjectPointer>(*subject));
}

// What is refused goes back to whoever wrote it, so in their language.
void Answer(const CallPointer& call, const ReceivedEmail& email) {
  const Language of_mail = call->mail.language.value_or(call->context.language);
  const auto answer = [call, email](Language language) {
    v1::ReceivedEmail response;
    Encode(email, *call->backend.tokens, language, &response);
    response.set_outcome_text(std::string(SentenceForSender(email.outcome, language)));
    return response;
  };
  // The language would tell those who made an address up that there is such an order.
  if (!email.subject.has_value() || email.outcome == EmailOutcome::kUnknownAddress)
    return call->responder.Reply(answer(of_mail));
  AnswerByReading(
      call->backend, call->context, std::move(call->responder),
      [=](Reader& reader) -> ReadResult<v1::ReceivedEmail> {
        return answer(LanguageOfSubject(reader, email, call->context.caller).value_or(of_mail));
      });
}

// Notes what became of it, and answers. Whoever is not the order's customer must not be left of it,
// but for those who have seen an e-mail of ours.
void Conclude(const CallPointer& call, ReceivedEmail email) {
  if (call->is_from_customer || email.outcome == EmailOutcome::kStranger ||
      email.outcome == EmailOutcome::kUnsubscribed) {
    email.sender = call->mail.row.sender;
    email.message_id = call->mail.row.message_id;
  }
  call->backend.received_emails->Do<ReceivedEmail>(
      {call->context.deadline, call->context.cancelled},
      [call, email](ReceivedEmailSession& session) {
        return session.Conclude(email, call->is_from_customer ? absl::string_view(call->raw) : "");
      },
      [call](absl::StatusOr<ReceivedEmail> concluded) {
        // It is called again, finds the comment, and notes it then.
        if (!concluded.ok()) return call->responder.Refuse(RefusalOf(concluded.status()));
        Answer(call, *concluded);
      });
}

// Nothing where the same e-mail may fare better another time.
std::optional<EmailOutcome> OutcomeOf(const Refusal& refusal) {
  switch (refusal.reason) {
    case Reason::kPermissionDenied:
      return EmailOutcome::kUnknownAddress;
    case Reason::kOpenANewEnquiry:
    case Reason::kCommandNotOpen:
      return EmailOutcome::kNotOpen;
    default:
      return std::nullopt;
  }
}

void TakeOutcome(const CallPointer& call, ReceivedEmail email, const Outcome& outcome) {
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    const std::optional<EmailOutcome> refused = OutcomeOf(*refusal);
    if (!refused.has_value()) return call->responder.Refuse(*refusal);
    email.outcome = *refused;
  } else if (call->verdict != EmailOutcome::kReceived) {
    email.outcome = call->verdict;
  } else if (call->mail.address.purpose == ReplyPurpose::kReply) {
    email.outcome = EmailOutcome::kCommented;
    email.seq = std::get<Applied>(outcome).first_seq;
  } else {
    email.outcome = EmailOutcome::kUnsubscribed;
  }
  Conclude(call, std::move(email));
}

void SubmitDecision(const CallPointer& call, ReceivedEmail email) {
  // So it was where the unit has been committed before, and is not decided on again.
  call->is_from_customer =
      call->mail.is_proven || call->mail.address.purpose == ReplyPurpose::kReply;
  WriteRequest write{.subject = call->mail.address.subject, .identity = {}};
  // The same e-mail is the same request, whoever hands it over and whatever it says.
  write.identity.key = call->mail.row.message_key;
  SubmitUnit(
      call->backend, call->context, std::move(write),
      [call](const UnitContext& unit) { return Decide(*call, unit); },
      [call, email = std::move(email)](const Outcome& outcome) {
        TakeOutcome(call, email, outcome);
      });
}

// --- Recording -----------------------------------------------------------------------------------

// Whether we have given the address out, to its sender or to anybody else.
absl::StatusOr<bool> IsGivenOut(const Call& call, ReceivedEmailSession& session) {
  if (call.mail.is_proven) return true;
  const ReplyAddress& address = call.mail.address;
  absl::StatusOr<std::vector<std::string>> told = session.ListAddressesTold(address.subject);
  if (!told.ok()) return told.status();
  return std::ranges::any_of(*told, [&](const std::string& recipient) {
    return call.backend.mails->addresses().Fits(address, recipient);
  });
}

// Notes that it came, with what is known of it already. Whose it is, if anybody's, the subject
// tells: until then nothing personal is stored.
absl::StatusOr<ReceivedEmail> Add(const Call& call, ReceivedEmailSession& session) {
  ReceivedEmail row = call.mail.row;
  if (row.outcome != EmailOutcome::kReceived) return session.Add(row);
  absl::StatusOr<bool> given_out = IsGivenOut(call, session);
  if (!given_out.ok()) return given_out.status();
  if (!*given_out) {
    row.outcome = EmailOutcome::kUnknownAddress;
  } else {
    row.sender.clear();
    row.message_id.clear();
  }
  return session.Add(row);
}

void Record(const CallPointer& call) {
  call->backend.received_emails->Do<ReceivedEmail>(
      {call->context.deadline, call->context.cancelled},
      [call](ReceivedEmailSession& session) { return Add(*call, session); },
      [call](absl::StatusOr<ReceivedEmail> added) {
        if (!added.ok()) return call->responder.Refuse(RefusalOf(added.status()));
        if (added->outcome != EmailOutcome::kReceived) return Answer(call, *added);
        SubmitDecision(call, *std::move(added));
      });
}

}  // namespace

void IngestEmail(const Backend& backend, const CallContext& context,
                 const v1::IngestEmailRequest& request, Responder<v1::ReceivedEmail> responder) {
  auto call = std::make_shared<Call>(Call{.backend = backend,
                                          .context = context,
                                          .raw = request.raw_message(),
                                          .recipient = request.recipient(),
                                          .responder = std::move(responder),
                                          .mail = {}});
  // 25 MiB take their time: neither a thread of gRPC's nor one that the database waits for.
  backend.email_readings->Do<ReadMail>(
      {context.deadline, context.cancelled},
      [call](EmailReading& /*none*/) -> absl::StatusOr<ReadMail> { return Read(*call); },
      [call](absl::StatusOr<ReadMail> read) {
        if (!read.ok()) return call->responder.Refuse(RefusalOf(read.status()));
        call->mail = *std::move(read);
        Record(call);
      });
}

}  // namespace ipstore::orders
