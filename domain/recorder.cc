#include "domain/recorder.h"

#include <optional>
#include <string>
#include <utility>

namespace ipstore::orders {
namespace {

NotificationWish Wish(bool worth_telling, bool notify, bool notifications_on) {
  if (!worth_telling) return NotificationWish::kNothingToTell;
  if (!notifications_on) return NotificationWish::kSuppressedBySetting;
  return notify ? NotificationWish::kNotify : NotificationWish::kSuppressedByCaller;
}

}  // namespace

Subject NewSubject(Number number, SubjectKind kind, std::string customer_id) {
  Subject subject;
  subject.number = number;
  subject.kind = kind;
  subject.customer_id = std::move(customer_id);
  return subject;
}

std::optional<Refusal> RefusalFrom(Violations violations) {
  if (violations.Empty()) return std::nullopt;
  return InvalidRequest(std::move(violations).Take());
}

void Recorder::Add(Event event, bool worth_telling, bool notify, Visibility visibility) {
  activities_.push_back({.subject = number_,
                         .subject_kind = kind_,
                         .seq = ++last_seq_,
                         .position = 0,
                         .customer_id = customer_id_,
                         .visibility = visibility,
                         .actor = caller_.actor,
                         .on_behalf_of = caller_.on_behalf_of,
                         .occurred_at = now_,
                         .recorded_at = now_,
                         .notification = Wish(worth_telling, notify, notifications_on_),
                         .event = std::move(event)});
}

void Recorder::AddComment(const NewComment& comment, bool notify) {
  const bool worth_telling = comment.visibility == Visibility::kPublic && !caller_.IsCustomer();
  Add(CommentAdded{comment.text}, worth_telling, notify, comment.visibility);
}

void Recorder::AddRedaction(const Redact& command) {
  const std::optional<LoggedComment>& comment = command.comment;
  if (!comment.has_value()) return Add(Redacted{}, /*worth_telling=*/false, /*notify=*/false);
  if (comment->redacted) return;
  Add(Redacted{comment->seq}, /*worth_telling=*/false, /*notify=*/false, comment->visibility);
}

}  // namespace ipstore::orders
