#include "domain/refusal.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {

absl::string_view Name(Reason reason) {
  switch (reason) {
    case Reason::kInvalidRequest:
      return "INVALID_REQUEST";
    case Reason::kRequestIdReused:
      return "REQUEST_ID_REUSED";
    case Reason::kOrderNotFound:
      return "ORDER_NOT_FOUND";
    case Reason::kCommentNotFound:
      return "COMMENT_NOT_FOUND";
    case Reason::kPermissionDenied:
      return "PERMISSION_DENIED";
    case Reason::kUnauthenticated:
      return "UNAUTHENTICATED";
    case Reason::kExternalReferenceExists:
      return "EXTERNAL_REFERENCE_EXISTS";
    case Reason::kNumberTaken:
      return "NUMBER_TAKEN";
    case Reason::kActionNotOpen:
      return "ACTION_NOT_OPEN";
    case Reason::kGuardsNotSatisfied:
      return "GUARDS_NOT_SATISFIED";
    case Reason::kCommandNotOpen:
      return "COMMAND_NOT_OPEN";
    case Reason::kGatheringExceedsOrdered:
      return "GATHERING_EXCEEDS_ORDERED";
    case Reason::kEnquiryNotFound:
      return "ENQUIRY_NOT_FOUND";
    case Reason::kEnquiryActionNotOpen:
      return "ENQUIRY_ACTION_NOT_OPEN";
    case Reason::kOpenANewEnquiry:
      return "OPEN_A_NEW_ENQUIRY";
    case Reason::kEtagMismatch:
      return "ETAG_MISMATCH";
    case Reason::kOverloaded:
      return "OVERLOADED";
    case Reason::kUnavailable:
      return "UNAVAILABLE";
    case Reason::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case Reason::kCancelledByCaller:
      return "CANCELLED_BY_CALLER";
    case Reason::kInternal:
      return "INTERNAL";
    case Reason::kFeedbackAlreadyGiven:
      return "FEEDBACK_ALREADY_GIVEN";
    case Reason::kQuantityBelowGathered:
      return "QUANTITY_BELOW_GATHERED";
    case Reason::kFrozenByInvoice:
      return "FROZEN_BY_INVOICE";
    case Reason::kMissingRight:
      return "MISSING_RIGHT";
    case Reason::kRedactionNotFound:
      return "REDACTION_NOT_FOUND";
    case Reason::kFeedHistoryChanged:
      return "FEED_HISTORY_CHANGED";
    case Reason::kActivityNotUnderstood:
      return "ACTIVITY_NOT_UNDERSTOOD";
    case Reason::kWatcherTooSlow:
      return "WATCHER_TOO_SLOW";
    case Reason::kTooManyStreams:
      return "TOO_MANY_STREAMS";
    case Reason::kConsumerNotFound:
      return "CONSUMER_NOT_FOUND";
    case Reason::kNotificationNotFound:
      return "NOTIFICATION_NOT_FOUND";
    case Reason::kActivityNotFound:
      return "ACTIVITY_NOT_FOUND";
    case Reason::kEmailNotFound:
      return "EMAIL_NOT_FOUND";
    case Reason::kMailNotConfigured:
      return "MAIL_NOT_CONFIGURED";
  }
  return "";
}

absl::string_view Name(Flaw flaw) {
  switch (flaw) {
    case Flaw::kMissing:
      return "MISSING";
    case Flaw::kTooLong:
      return "TOO_LONG";
    case Flaw::kTooMany:
      return "TOO_MANY";
    case Flaw::kNotUtf8:
      return "NOT_UTF8";
    case Flaw::kControlCharacter:
      return "CONTROL_CHARACTER";
    case Flaw::kUnknownValue:
      return "UNKNOWN_VALUE";
    case Flaw::kMalformed:
      return "MALFORMED";
    case Flaw::kWrongCheckDigit:
      return "WRONG_CHECK_DIGIT";
    case Flaw::kNotPositive:
      return "NOT_POSITIVE";
    case Flaw::kNegative:
      return "NEGATIVE";
    case Flaw::kOutOfRange:
      return "OUT_OF_RANGE";
    case Flaw::kCurrencyMismatch:
      return "CURRENCY_MISMATCH";
    case Flaw::kFractionOfMinorUnit:
      return "FRACTION_OF_MINOR_UNIT";
    case Flaw::kDiscountTooLarge:
      return "DISCOUNT_TOO_LARGE";
    case Flaw::kTotalsOverflow:
      return "TOTALS_OVERFLOW";
    case Flaw::kTotalMismatch:
      return "TOTAL_MISMATCH";
    case Flaw::kDuplicate:
      return "DUPLICATE";
    case Flaw::kUnknownLine:
      return "UNKNOWN_LINE";
    case Flaw::kUnknownParcel:
      return "UNKNOWN_PARCEL";
    case Flaw::kEndBeforeStart:
      return "END_BEFORE_START";
    case Flaw::kInThePast:
      return "IN_THE_PAST";
    case Flaw::kNotForThisCaller:
      return "NOT_FOR_THIS_CALLER";
    case Flaw::kNeedsBusinessCustomer:
      return "NEEDS_BUSINESS_CUSTOMER";
    case Flaw::kNotForThisMethod:
      return "NOT_FOR_THIS_METHOD";
    case Flaw::kNotTheCustomers:
      return "NOT_THE_CUSTOMERS";
    case Flaw::kNotUpdatable:
      return "NOT_UPDATABLE";
    case Flaw::kBeforeCreation:
      return "BEFORE_CREATION";
    case Flaw::kInTheFuture:
      return "IN_THE_FUTURE";
    case Flaw::kNotForThisStatus:
      return "NOT_FOR_THIS_STATUS";
  }
  return "";
}

std::string FactAsText(const FactValue& value) {
  return std::visit(
      [](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return held;
        } else if constexpr (std::is_same_v<Held, std::int64_t>) {
          return absl::StrCat(held);
        } else {
          return std::string(Name(held));
        }
      },
      value);
}

namespace {

Refusal Because(Reason reason, std::vector<Fact> facts) {
  Refusal refusal;
  refusal.reason = reason;
  refusal.facts = std::move(facts);
  return refusal;
}

}  // namespace

Refusal InvalidRequest(std::vector<Violation> violations) {
  Refusal refusal =
      Because(Reason::kInvalidRequest, {{"count", static_cast<std::int64_t>(violations.size())}});
  refusal.violations = std::move(violations);
  return refusal;
}

Refusal RequestIdReused(std::string request_id) {
  return Because(Reason::kRequestIdReused, {{"request_id", std::move(request_id)}});
}

Refusal OrderNotFound(std::string order) {
  return Because(Reason::kOrderNotFound, {{"order", std::move(order)}});
}

Refusal EnquiryNotFound(std::string enquiry) {
  return Because(Reason::kEnquiryNotFound, {{"enquiry", std::move(enquiry)}});
}

Refusal SubjectNotFound(SubjectKind kind, std::string name) {
  switch (kind) {
    case SubjectKind::kOrder:
      return OrderNotFound(std::move(name));
    case SubjectKind::kEnquiry:
      return EnquiryNotFound(std::move(name));
  }
  return PermissionDenied();
}

Refusal CommentNotFound(std::string comment) {
  return Because(Reason::kCommentNotFound, {{"comment", std::move(comment)}});
}

Refusal PermissionDenied() {
  return Because(Reason::kPermissionDenied, {});
}

Refusal MissingRight(std::string right) {
  return Because(Reason::kMissingRight, {{"right", std::move(right)}});
}

Refusal RedactionNotFound(std::string redaction) {
  return Because(Reason::kRedactionNotFound, {{"redaction", std::move(redaction)}});
}

Refusal FeedHistoryChanged() {
  return Because(Reason::kFeedHistoryChanged, {});
}

Refusal ActivityNotUnderstood(std::string resume_token) {
  return Because(Reason::kActivityNotUnderstood, {{"resume_token", std::move(resume_token)}});
}

Refusal WatcherTooSlow(std::string resume_token) {
  return Because(Reason::kWatcherTooSlow, {{"resume_token", std::move(resume_token)}});
}

Refusal ConsumerNotFound(std::string consumer) {
  return Because(Reason::kConsumerNotFound, {{"consumer", std::move(consumer)}});
}

Refusal NotificationNotFound(std::string notification) {
  return Because(Reason::kNotificationNotFound, {{"notification", std::move(notification)}});
}

Refusal ActivityNotFound(std::string activity) {
  return Because(Reason::kActivityNotFound, {{"activity", std::move(activity)}});
}

Refusal EmailNotFound(std::string email) {
  return Because(Reason::kEmailNotFound, {{"email", std::move(email)}});
}

Refusal MailNotConfigured() {
  return Because(Reason::kMailNotConfigured, {});
}

Refusal TooManyStreams(std::int64_t limit) {
  return Because(Reason::kTooManyStreams, {{"limit", limit}});
}

Refusal Unauthenticated(std::string what_is_missing) {
  return Because(Reason::kUnauthenticated, {{"missing", std::move(what_is_missing)}});
}

Refusal ExternalReferenceExists(std::string source, std::string external_reference) {
  return Because(
      Reason::kExternalReferenceExists,
      {{"source", std::move(source)}, {"external_reference", std::move(external_reference)}});
}

Refusal NumberTaken(std::string number) {
  return Because(Reason::kNumberTaken, {{"number", std::move(number)}});
}

Refusal ActionNotOpen(const Order& order, OrderAction action, std::vector<OrderAction> open) {
  Refusal refusal = Because(
      Reason::kActionNotOpen,
      {{"order", order.subject.number.ToString()}, {"action", action}, {"status", order.status()}});
  refusal.open_actions = std::move(open);
  return refusal;
}

Refusal GuardsNotSatisfied(const Order& order, OrderAction action, std::vector<GuardFailure> guards,
                           std::vector<OrderAction> open) {
  Refusal refusal =
      Because(Reason::kGuardsNotSatisfied, {{"order", order.subject.number.ToString()},
                                            {"action", action},
                                            {"count", static_cast<std::int64_t>(guards.size())}});
  refusal.open_actions = std::move(open);
  refusal.guards = std::move(guards);
  return refusal;
}

Refusal CommandNotOpen(const Order& order, Command command) {
  return Because(Reason::kCommandNotOpen, {{"order", order.subject.number.ToString()},
                                           {"command", command},
                                           {"status", order.status()}});
}

Refusal GatheringExceedsOrdered(std::int32_t line, std::int64_t ordered, std::int64_t gathered,
                                std::int64_t given) {
  return Because(Reason::kGatheringExceedsOrdered, {{"line", std::int64_t{line}},
                                                    {"ordered", ordered},
                                                    {"gathered", gathered},
                                                    {"given", given}});
}

Refusal EnquiryActionNotOpen(const Enquiry& enquiry, EnquiryAction action,
                             std::vector<EnquiryAction> open) {
  Refusal refusal =
      Because(Reason::kEnquiryActionNotOpen, {{"enquiry", enquiry.subject.number.ToString()},
                                              {"action", action},
                                              {"status", enquiry.status()}});
  refusal.open_enquiry_actions = std::move(open);
  return refusal;
}

Refusal OpenANewEnquiry(const Enquiry& enquiry) {
  return Because(Reason::kOpenANewEnquiry, {{"enquiry", enquiry.subject.number.ToString()},
                                            {"days", absl::ToInt64Hours(kReopenableFor) / 24}});
}

Refusal FeedbackAlreadyGiven(const Order& order) {
  return Because(Reason::kFeedbackAlreadyGiven, {{"order", order.subject.number.ToString()}});
}

Refusal QuantityBelowGathered(std::int32_t line, std::int64_t gathered, std::int64_t given) {
  return Because(Reason::kQuantityBelowGathered,
                 {{"line", std::int64_t{line}}, {"gathered", gathered}, {"given", given}});
}

Refusal FrozenByInvoice(const Order& order, Command command) {
  return Because(Reason::kFrozenByInvoice, {{"order", order.subject.number.ToString()},
                                            {"command", command},
                                            {"invoice", order.invoice->number}});
}

Refusal EtagMismatch(std::string given, std::string current) {
  return Because(Reason::kEtagMismatch,
                 {{"given", std::move(given)}, {"current", std::move(current)}});
}

Refusal Overloaded() {
  return Because(Reason::kOverloaded, {});
}
Refusal Unavailable(std::string resume_token) {
  if (resume_token.empty()) return Because(Reason::kUnavailable, {});
  return Because(Reason::kUnavailable, {{"resume_token", std::move(resume_token)}});
}
Refusal DeadlineExceeded() {
  return Because(Reason::kDeadlineExceeded, {});
}
Refusal CancelledByCaller() {
  return Because(Reason::kCancelledByCaller, {});
}

Refusal Internal(std::string incident) {
  return Because(Reason::kInternal, {{"incident", std::move(incident)}});
}

void Violations::Add(std::string field, Flaw flaw, std::vector<Fact> facts) {
  if (Has(field)) return;
  found_.push_back({std::move(field), flaw, std::move(facts)});
}

bool Violations::Has(absl::string_view field) const {
  return std::ranges::any_of(found_,
                             [&](const Violation& violation) { return violation.field == field; });
}

}  // namespace ipstore::orders
