#include "domain/activity.h"

#include <variant>

#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

// One overload for each alternative of Event, so that a new one does not compile until it is named
// here.
struct KindVisitor {
  ActivityKind operator()(const OrderCreated&) const { return ActivityKind::kOrderCreated; }
  ActivityKind operator()(const OrderMoved&) const { return ActivityKind::kOrderMoved; }
  ActivityKind operator()(const CheckRecorded&) const { return ActivityKind::kCheckRecorded; }
  ActivityKind operator()(const GatheringRecorded&) const {
    return ActivityKind::kGatheringRecorded;
  }
  ActivityKind operator()(const InvoiceRecorded&) const { return ActivityKind::kInvoiceRecorded; }
  ActivityKind operator()(const TrackingRecorded&) const { return ActivityKind::kTrackingRecorded; }
  ActivityKind operator()(const CommentAdded&) const { return ActivityKind::kCommentAdded; }
  ActivityKind operator()(const OrderAmended&) const { return ActivityKind::kOrderAmended; }
  ActivityKind operator()(const NotificationsSet&) const { return ActivityKind::kNotificationsSet; }
  ActivityKind operator()(const FeedbackSubmitted&) const {
    return ActivityKind::kFeedbackSubmitted;
  }
  ActivityKind operator()(const EnquiryCreated&) const { return ActivityKind::kEnquiryCreated; }
  ActivityKind operator()(const EnquiryMoved&) const { return ActivityKind::kEnquiryMoved; }
  ActivityKind operator()(const OrderImported&) const { return ActivityKind::kOrderImported; }
  ActivityKind operator()(const Redacted&) const { return ActivityKind::kRedacted; }
};

}  // namespace

ActivityKind KindOf(const Event& event) {
  return std::visit(KindVisitor{}, event);
}

bool HappensTo(ActivityKind activity, SubjectKind subject) {
  switch (activity) {
    case ActivityKind::kOrderCreated:
    case ActivityKind::kOrderMoved:
    case ActivityKind::kCheckRecorded:
    case ActivityKind::kGatheringRecorded:
    case ActivityKind::kInvoiceRecorded:
    case ActivityKind::kTrackingRecorded:
    case ActivityKind::kOrderAmended:
    case ActivityKind::kFeedbackSubmitted:
    case ActivityKind::kOrderImported:
      return subject == SubjectKind::kOrder;
    case ActivityKind::kEnquiryCreated:
    case ActivityKind::kEnquiryMoved:
      return subject == SubjectKind::kEnquiry;
    case ActivityKind::kCommentAdded:
    case ActivityKind::kNotificationsSet:
    case ActivityKind::kRedacted:
      return true;
  }
  return false;
}

bool ChangesState(const Event& event) {
  if (const auto* redacted = std::get_if<Redacted>(&event)) return !redacted->comment_seq;
  return !std::holds_alternative<CommentAdded>(event);
}

OrderFieldSet FieldsOf(const OrderAmended& event) {
  OrderFieldSet fields;
  VisitFields(event, [&](OrderField field, const auto& amended, auto /*of*/) {
    if (amended.has_value()) fields.Insert(field);
  });
  return fields;
}

absl::string_view Name(ActivityKind kind) {
  switch (kind) {
    case ActivityKind::kOrderCreated:
      return "ORDER_CREATED";
    case ActivityKind::kOrderMoved:
      return "ORDER_MOVED";
    case ActivityKind::kCheckRecorded:
      return "CHECK_RECORDED";
    case ActivityKind::kGatheringRecorded:
      return "GATHERING_RECORDED";
    case ActivityKind::kInvoiceRecorded:
      return "INVOICE_RECORDED";
    case ActivityKind::kTrackingRecorded:
      return "TRACKING_RECORDED";
    case ActivityKind::kCommentAdded:
      return "COMMENT_ADDED";
    case ActivityKind::kOrderAmended:
      return "ORDER_AMENDED";
    case ActivityKind::kNotificationsSet:
      return "NOTIFICATIONS_SET";
    case ActivityKind::kFeedbackSubmitted:
      return "FEEDBACK_SUBMITTED";
    case ActivityKind::kOrderImported:
      return "ORDER_IMPORTED";
    case ActivityKind::kRedacted:
      return "REDACTED";
    case ActivityKind::kEnquiryCreated:
      return "ENQUIRY_CREATED";
    case ActivityKind::kEnquiryMoved:
      return "ENQUIRY_MOVED";
  }
  return "";
}

absl::string_view Name(Visibility value) {
  switch (value) {
    case Visibility::kPublic:
      return "PUBLIC";
    case Visibility::kInternal:
      return "INTERNAL";
  }
  return "";
}

absl::string_view Name(NotificationWish value) {
  switch (value) {
    case NotificationWish::kNothingToTell:
      return "NOTHING_TO_TELL";
    case NotificationWish::kNotify:
      return "NOTIFY";
    case NotificationWish::kSuppressedByCaller:
      return "SUPPRESSED_BY_CALLER";
    case NotificationWish::kSuppressedBySetting:
      return "SUPPRESSED_BY_SETTING";
  }
  return "";
}

}  // namespace ipstore::orders
