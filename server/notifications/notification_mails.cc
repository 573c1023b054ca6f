#include "server/notifications/notification_mails.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstddef>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kIdBytes = 16;

Language LanguageOf(const SubjectState& state) {
  return std::visit([](const auto& kind) { return kind.content.customer.language; }, state);
}

absl::string_view DomainOf(absl::string_view address) {
  const std::size_t at = address.rfind('@');
  return at == absl::string_view::npos ? address : address.substr(at + 1);
}

}  // namespace

Mailbox RecipientOf(const SubjectState& state) {
  return std::visit(
      [](const auto& kind) -> Mailbox {
        return {.name = kind.content.customer.name, .address = kind.content.customer.email};
      },
      state);
}

// The time tells it from what stood at that place before a restore of the database.
std::string NotificationMails::MessageId(Number subject, std::int32_t seq, absl::Time recorded_at,
                                         std::int32_t generation) const {
  const std::string text = absl::StrCat("message ", subject.ToString(), " ", seq, " ",
                                        absl::ToUnixMicros(recorded_at), " ", generation);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), options_.secret.data(), static_cast<int>(options_.secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  const absl::string_view front(reinterpret_cast<const char*>(digest.data()), kIdBytes);
  return absl::StrCat(absl::BytesToHexString(front), "@", DomainOf(options_.from.address));
}

absl::StatusOr<PreparedMail> NotificationMails::Prepare(const News& news,
                                                        const Notification& lead) const {
  const Subject& subject = HeadOf(*news.subject);
  NotificationContent content = options_.templates->Render(news);
  OutgoingEmail email{
      .from = options_.from,
      .to = RecipientOf(*news.subject),
      .reply_to = {},
      .subject = std::move(content.subject),
      .text = std::move(content.text),
      .html = std::move(content.html),
      .language = LanguageOf(*news.subject),
      .message_id = MessageId(subject.number, lead.seq, lead.recorded_at, lead.generation),
      .thread_id = MessageId(subject.number, 1, subject.created_at, 0),
      .unsubscribe_address = {},
      .date = options_.clock()};
  const std::string& address = email.to.address;
  email.reply_to = {options_.from.name,
                    options_.addresses.For(ReplyPurpose::kReply, subject.number, address)};
  email.unsubscribe_address =
      options_.addresses.For(ReplyPurpose::kUnsubscribe, subject.number, address);
  if (email.thread_id == email.message_id) email.thread_id.clear();
  absl::StatusOr<std::string> bytes = ComposeEmail(email);
  if (!bytes.ok()) return bytes.status();
  return PreparedMail{.sender = email.reply_to.address,
                      .recipient = address,
                      .message_id = std::move(email.message_id),
                      .title = std::move(email.subject),
                      .bytes = *std::move(bytes)};
}

}  // namespace ipstore::orders
