#include "server/services/notification_service.h"

#include <algorithm>
#include <cstddef>
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
#include "absl/strings/string_view.h"
#include "domain/decide.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "server/notifications/notification_mails.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"

namespace ipstore::orders {
namespace {

// Stands for all orders and enquiries (AIP-159).
constexpr absl::string_view kAllParents = "orders/-";

// What a caller may see of the ledger.
bool MaySee(const Notification& notification, const Caller& caller) {
  return !caller.IsCustomer() || notification.sent_at.has_value();
}

std::optional<NotificationCursor> OpenCursor(const PageTokens& pages, const std::string& token,
                                             Violations& violations) {
  const std::optional<std::string> cursor = pages.Open(token, violations);
  if (!cursor.has_value()) return std::nullopt;
  const std::vector<std::int64_t> numbers = NumbersIn(*cursor);
  return NotificationCursor{.created_at = absl::FromUnixMicros(numbers.at(0)),
                            .subject = Number::FromStored(numbers.at(1)),
                            .seq = static_cast<std::int32_t>(numbers.at(2))};
}

std::string SealCursor(const PageTokens& pages, const Notification& last) {
  return pages.Seal(
      absl::StrCat(absl::ToUnixMicros(last.created_at), " ", last.subject.value(), " ", last.seq));
}

// The notification of that name if the caller may see it.
absl::StatusOr<std::variant<Notification, Refusal>> ReadNotification(
    Reader& reader, const Tokens& tokens, const SubjectName& parent, absl::string_view id,
    const std::string& name, const Caller& caller) {
  using Result = std::variant<Notification, Refusal>;
  auto subject = ReadSubject(reader, parent, caller);
  if (!subject.ok()) return subject.status();
  if (auto* refusal = std::get_if<Refusal>(&*subject)) return Result(std::move(*refusal));
  const std::optional<std::int32_t> seq = tokens.SeqOfActivity(parent.number, id);
  if (!seq.has_value()) return Result(NotificationNotFound(name));
  auto found = reader.GetNotification(parent.number, *seq);
  if (!found.ok()) return found.status();
  if (!found->has_value() || !MaySee(**found, caller)) return Result(NotificationNotFound(name));
  return Result(**std::move(found));
}

// --- Previews ---

// What would be told, and of which subject as it would be then.
struct PossibleNews {
  SubjectState subject;
  std::vector<Activity> activities;
};
using PossibleNewsResult = absl::StatusOr<std::variant<PossibleNews, Refusal>>;

// The activities that are told in one e-mail with that one, as far as the ledger knows of them.
absl::StatusOr<std::vector<ActivityKey>> UnitOf(Reader& reader, const ActivityKey& key) {
  auto row = reader.GetNotification(key.subject, key.seq);
  if (!row.ok()) return row.status();
  if (!row->has_value()) return std::vector<ActivityKey>{key};
  auto rows = reader.ListNotifications({.subject = key.subject, .unit_seq = (*row)->unit_seq});
  if (!rows.ok()) return rows.status();
  std::vector<ActivityKey> keys;
  for (const Notification& one : *rows) keys.push_back({one.subject, one.seq});
  std::ranges::reverse(keys);  // as it happened
  return keys;
}

PossibleNewsResult NewsOfActivity(Reader& reader, const Tokens& tokens, const SubjectName& parent,
                                  absl::string_view id, const std::string& name,
                                  const Caller& caller) {
  using Result = std::variant<PossibleNews, Refusal>;
  auto subject = ReadSubject(reader, parent, caller);
  if (!subject.ok()) return subject.status();
  if (auto* refusal = std::get_if<Refusal>(&*subject)) return Result(std::move(*refusal));
  const std::optional<std::int32_t> seq = tokens.SeqOfActivity(parent.number, id);
  if (!seq.has_value()) return Result(ActivityNotFound(name));
  auto keys = UnitOf(reader, {parent.number, *seq});
  if (!keys.ok()) return keys.status();
  auto activities = reader.GetActivities(*keys);
  if (!activities.ok()) return activities.status();
  if (activities->empty()) return Result(ActivityNotFound(name));
  return Result(PossibleNews{*std::get<SubjectPointer>(*subject), *std::move(activities)});
}

// Violations stand under the names that they have in the request for a preview.
Change DecodeTransition(const v1::TransitionOrderRequest& request, Violations& violations) {
  Violations own;
  Change change{.subject = DecodeSubjectName(request.name(), SubjectKind::kOrder, "name", own),
                .etag = request.etag(),
                .command = OrderCommand(Decode(request, own))};
  for (Violation& violation : std::move(own).Take()) {
    violations.Add(absl::StrCat("transition.", violation.field), violation.flaw,
                   std::move(violation.facts));
  }
  return change;
}

PossibleNewsResult NewsOfTransition(Reader& reader, const Change& change, const Caller& caller,
                                    absl::Time now) {
  using Result = std::variant<PossibleNews, Refusal>;
  auto subject = ReadSubject(reader, change.subject, caller);
  if (!subject.ok()) return subject.status();
  if (auto* refusal = std::get_if<Refusal>(&*subject)) return Result(std::move(*refusal));
  const SubjectState& state = *std::get<SubjectPointer>(*subject);
  auto preview = PreviewOf(
      &state, DecideChange(change, &state, caller, std::max(now, HeadOf(state).last_activity_at)));
  if (auto* refusal = std::get_if<Refusal>(&preview)) return Result(std::move(*refusal));
  auto& would_be = std::get<Preview>(preview);
  return Result(PossibleNews{std::move(would_be.subject), std::move(would_be.activities)});
}

NotificationReason ReasonNotToTell(const PossibleNews& news, const Activity& activity) {
  const bool on =
      std::visit([](const auto& kind) { return kind.content.notifications_on; }, news.subject);
  if (activity.notification == NotificationWish::kSuppressedByCaller)
    return NotificationReason::kByCaller;
  if (!on || activity.notification == NotificationWish::kSuppressedBySetting)
    return NotificationReason::kNotificationsOff;
  if (RecipientOf(news.subject).address.empty()) return NotificationReason::kNoAddress;
  return NotificationReason::kNone;
}

v1::PreviewNotificationResponse Show(PossibleNews news, const NotificationMails& mails,
                                     Language language) {
  std::erase_if(news.activities, [](const Activity& activity) {
    return activity.notification == NotificationWish::kNothingToTell;
  });
  v1::PreviewNotificationResponse response;
  if (news.activities.empty()) return response;
  const NotificationReason reason = ReasonNotToTell(news, news.activities.back());
  NotificationContent content =
      mails.templates().Render({.subject = &news.subject, .activities = news.activities});
  response.set_title(std::move(content.subject));
  response.set_text(std::move(content.text));
  response.set_html(std::move(content.html));
  response.set_address(RecipientOf(news.subject).address);
  response.set_would_be_sent(reason == NotificationReason::kNone);
  response.set_reason(static_cast<v1::NotificationReason>(reason));
  response.set_reason_text(std::string(Sentence(reason, language)));
  return response;
}

// Reads what would be told, and answers with the e-mail of it.
template <typename ReadNews>
void AnswerWithPreview(const Backend& backend, const CallContext& context,
                       Responder<v1::PreviewNotificationResponse> responder, ReadNews read_news) {
  AnswerByReading(
      backend, context, std::move(responder),
      [read_news = std::move(read_news), mails = backend.mails,
       language = context.language](Reader& reader) -> ReadResult<v1::PreviewNotificationResponse> {
        PossibleNewsResult news = read_news(reader);
        if (!news.ok()) return news.status();
        if (auto* refusal = std::get_if<Refusal>(&*news)) return std::move(*refusal);
        return Show(std::get<PossibleNews>(*std::move(news)), *mails, language);
      });
}

// Has it sent again, and answers with how it stands then.
void QueueAgain(const Backend& backend, const CallContext& context, const std::string& name,
                const Notification& notification, const RequestKey& key,
                const std::shared_ptr<Responder<v1::Notification>>& answer) {
  backend.ledger->Do<std::optional<Notification>>(
      {context.deadline, context.cancelled},
      [number = notification.subject, seq = notification.seq, key,
       by = Resending{.actor = context.caller.actor, .on_behalf_of = context.caller.on_behalf_of}](
          NotificationSession& session) { return session.Resend(number, seq, key, by); },
      [answer, name, audience = AudienceOf(backend, context),
       tokens = backend.tokens](absl::StatusOr<std::optional<Notification>> resent) {
        if (!resent.ok()) return answer->Refuse(RefusalOf(resent.status()));
        if (!resent->has_value()) return answer->Refuse(NotificationNotFound(name));
        v1::Notification response;
        Encode(**resent, *tokens, audience, &response);
        answer->Reply(response);
      });
}

}  // namespace

void NotificationMethods::ListNotifications(
    const CallContext& context, const v1::ListNotificationsRequest& request,
    Responder<v1::ListNotificationsResponse> responder) const {
  Violations violations = context.flaws;
  PageTokens pages(*backend_.tokens, context.caller, "ListNotifications", request);
  std::optional<SubjectName> parent;
  if (request.parent() != kAllParents) {
    parent = DecodeSubjectName(request.parent(), "parent", violations);
  } else if (context.caller.IsCustomer()) {
    return responder.Refuse(PermissionDenied());
  }
  NotificationQuery query{
      .subject = {},
      .states = DecodeEnums<NotificationState>(request.states(), v1::NotificationState_IsValid,
                                               "states", violations),
      .after = OpenCursor(pages, request.page_token(), violations),
      .limit = DecodePageSize(request.page_size(), kSubjectPages, violations)};
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  if (parent.has_value()) query.subject = parent->number;
  // Of what customers see there is nothing in any other state.
  const bool sees_none = context.caller.IsCustomer() && !query.states.empty() &&
                         std::ranges::count(query.states, NotificationState::kSent) == 0;
  if (context.caller.IsCustomer()) {
    query.states.clear();
    query.only_sent = true;
  }

  AnswerByReading(
      backend_, context, std::move(responder),
      [parent = std::move(parent), query = std::move(query), pages = std::move(pages), sees_none,
       caller = context.caller, audience = AudienceOf(backend_, context),
       tokens = backend_.tokens](Reader& reader) -> ReadResult<v1::ListNotificationsResponse> {
        if (parent.has_value()) {
          auto subject = ReadSubject(reader, *parent, caller);
          if (!subject.ok()) return subject.status();
          if (auto* refusal = std::get_if<Refusal>(&*subject)) return std::move(*refusal);
        }
        if (sees_none) return v1::ListNotificationsResponse();
        // One more tells whether another page follows.
        const auto size = static_cast<std::size_t>(query.limit);
        NotificationQuery one_more = query;
        ++one_more.limit;
        auto found = reader.ListNotifications(one_more);
        if (!found.ok()) return found.status();
        v1::ListNotificationsResponse response;
        const bool more = found->size() > size;
        if (more) found->resize(size);
        for (const Notification& notification : *found)
          Encode(notification, *tokens, audience, response.add_notifications());
        if (more) response.set_next_page_token(SealCursor(pages, found->back()));
        return response;
      });
}

void NotificationMethods::GetNotification(const CallContext& context,
                                          const v1::GetNotificationRequest& request,
                                          Responder<v1::Notification> responder) const {
  Violations violations = context.flaws;
  auto [subject, id] = DecodeEntryName(request.name(), "notifications", "name", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerByReading(backend_, context, std::move(responder),
                  [parent = std::move(subject), id = std::move(id), name = request.name(),
                   caller = context.caller, audience = AudienceOf(backend_, context),
                   tokens = backend_.tokens](Reader& reader) -> ReadResult<v1::Notification> {
                    auto found = ReadNotification(reader, *tokens, parent, id, name, caller);
                    if (!found.ok()) return found.status();
                    if (auto* refusal = std::get_if<Refusal>(&*found)) return std::move(*refusal);
                    v1::Notification response;
                    Encode(std::get<Notification>(*found), *tokens, audience, &response);
                    return response;
                  });
}

void NotificationMethods::PreviewNotification(
    const CallContext& context, const v1::PreviewNotificationRequest& request,
    Responder<v1::PreviewNotificationResponse> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  Violations violations = context.flaws;
  if (request.has_transition()) {
    const Change change = DecodeTransition(request.transition(), violations);
    if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
    return AnswerWithPreview(
        backend_, context, std::move(responder),
        [change, caller = context.caller, now = backend_.clock()](Reader& reader) {
          return NewsOfTransition(reader, change, caller, now);
        });
  }
  auto [subject, id] = DecodeEntryName(request.activity(), "activities", "activity", violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  AnswerWithPreview(backend_, context, std::move(responder),
                    [parent = std::move(subject), id = std::move(id), name = request.activity(),
                     caller = context.caller, tokens = backend_.tokens](Reader& reader) {
                      return NewsOfActivity(reader, *tokens, parent, id, name, caller);
                    });
}

void NotificationMethods::ResendNotification(const CallContext& context,
                                             const v1::ResendNotificationRequest& request,
                                             Responder<v1::Notification> responder) const {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  if (backend_.ledger == nullptr) return responder.Refuse(MailNotConfigured());
  Violations violations = context.flaws;
  auto [subject, id] = DecodeEntryName(request.name(), "notifications", "name", violations);
  ValidateRequestId(request.request_id(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));
  const RequestIdentity identity = Identify(*backend_.tokens, context.caller,
                                            {.method = "ResendNotification",
                                             .target = request.name(),
                                             .request_id = request.request_id(),
                                             .content = request.SerializeAsString()});
  auto answer = std::make_shared<Responder<v1::Notification>>(std::move(responder));
  backend_.reads->Submit(
      {.run = [backend = backend_, context, answer, parent = std::move(subject), id = std::move(id),
               name = request.name(), key = identity.key](Reader& reader) -> absl::Status {
         auto found = ReadNotification(reader, *backend.tokens, parent, id, name, context.caller);
         if (!found.ok()) return found.status();
         if (auto* refusal = std::get_if<Refusal>(&*found)) {
           answer->Refuse(*refusal);
         } else {
           QueueAgain(backend, context, name, std::get<Notification>(*found), key, answer);
         }
         return absl::OkStatus();
       },
       .refuse = [answer](Refusal refusal) { answer->Refuse(refusal); },
       .deadline = context.deadline,
       .cancelled = context.cancelled});
}

}  // namespace ipstore::orders
