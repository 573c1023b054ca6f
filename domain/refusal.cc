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
    case Reason::kActionNotOpen:
      return "ACTION_NOT_OPEN";
    case Reason::kGuardsNotSatisfied:
      return "GUARDS_NOT_SATISFIED";
    case Reason::kCommandNotOpen:
      return "COMMAND_NOT_OPEN";
    case Reason::kGatheringExceedsOrdered:
      return "GATHERING_EXCEEDS_ORDERED";
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
    case Flaw::kNotUpdatable:
      return "NOT_UPDATABLE";
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

Refusal InvalidRequest(std::vector<Violation> violations) {
  Refusal refusal{Reason::kInvalidRequest,
                  {{"count", static_cast<std::int64_t>(violations.size())}},
                  {},
                  {},
                  {}};
  refusal.violations = std::move(violations);
  return refusal;
}

Refusal RequestIdReused(std::string request_id) {
  return {Reason::kRequestIdReused, {{"request_id", std::move(request_id)}}, {}, {}, {}};
}

Refusal OrderNotFound(std::string order) {
  return {Reason::kOrderNotFound, {{"order", std::move(order)}}, {}, {}, {}};
}

Refusal CommentNotFound(std::string comment) {
  return {Reason::kCommentNotFound, {{"comment", std::move(comment)}}, {}, {}, {}};
}

Refusal PermissionDenied() {
  return {Reason::kPermissionDenied, {}, {}, {}, {}};
}

Refusal Unauthenticated(std::string what_is_missing) {
  return {Reason::kUnauthenticated, {{"missing", std::move(what_is_missing)}}, {}, {}, {}};
}

Refusal ExternalReferenceExists(std::string source, std::string external_reference) {
  return {Reason::kExternalReferenceExists,
          {{"source", std::move(source)}, {"external_reference", std::move(external_reference)}},
          {},
          {},
          {}};
}

Refusal ActionNotOpen(const Order& order, OrderAction action, std::vector<OrderAction> open) {
  return {
      Reason::kActionNotOpen,
      {{"order", order.subject.number.ToString()}, {"action", action}, {"status", order.status()}},
      {},
      {},
      std::move(open)};
}

Refusal GuardsNotSatisfied(const Order& order, OrderAction action, std::vector<GuardFailure> guards,
                           std::vector<OrderAction> open) {
  Refusal refusal{Reason::kGuardsNotSatisfied,
                  {{"order", order.subject.number.ToString()},
                   {"action", action},
                   {"count", static_cast<std::int64_t>(guards.size())}},
                  {},
                  {},
                  std::move(open)};
  refusal.guards = std::move(guards);
  return refusal;
}

Refusal CommandNotOpen(const Order& order, Command command) {
  return {Reason::kCommandNotOpen,
          {{"order", order.subject.number.ToString()},
           {"command", command},
           {"status", order.status()}},
          {},
          {},
          {}};
}

Refusal GatheringExceedsOrdered(std::int32_t line, std::int64_t ordered, std::int64_t gathered,
                                std::int64_t given) {
  return {Reason::kGatheringExceedsOrdered,
          {{"line", std::int64_t{line}},
           {"ordered", ordered},
           {"gathered", gathered},
           {"given", given}},
          {},
          {},
          {}};
}

Refusal FeedbackAlreadyGiven(const Order& order) {
  return {Reason::kFeedbackAlreadyGiven, {{"order", order.subject.number.ToString()}}, {}, {}, {}};
}

Refusal QuantityBelowGathered(std::int32_t line, std::int64_t gathered, std::int64_t given) {
  return {Reason::kQuantityBelowGathered,
          {{"line", std::int64_t{line}}, {"gathered", gathered}, {"given", given}},
          {},
          {},
          {}};
}

Refusal FrozenByInvoice(const Order& order, Command command) {
  return {Reason::kFrozenByInvoice,
          {{"order", order.subject.number.ToString()},
           {"command", command},
           {"invoice", order.invoice->number}},
          {},
          {},
          {}};
}

Refusal EtagMismatch(std::string given, std::string current) {
  return {Reason::kEtagMismatch,
          {{"given", std::move(given)}, {"current", std::move(current)}},
          {},
          {},
          {}};
}

Refusal Overloaded() {
  return {Reason::kOverloaded, {}, {}, {}, {}};
}
Refusal Unavailable() {
  return {Reason::kUnavailable, {}, {}, {}, {}};
}
Refusal DeadlineExceeded() {
  return {Reason::kDeadlineExceeded, {}, {}, {}, {}};
}
Refusal CancelledByCaller() {
  return {Reason::kCancelledByCaller, {}, {}, {}, {}};
}

Refusal Internal(std::string incident) {
  return {Reason::kInternal, {{"incident", std::move(incident)}}, {}, {}, {}};
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
