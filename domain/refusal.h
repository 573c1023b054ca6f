// Why something was not done. A refusal is data: a named reason with the facts that its sentence
// mentions. What it says in English and Greek is made in sentences.h; which gRPC status it becomes
// is decided outside the domain.
#ifndef IPSTORE_ORDERS_DOMAIN_REFUSAL_H_
#define IPSTORE_ORDERS_DOMAIN_REFUSAL_H_

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/enquiry.h"
#include "domain/lifecycle.h"
#include "domain/order.h"

namespace ipstore::orders {

// The reason of a refusal as a whole. Name() is the `reason` of the google.rpc.ErrorInfo and part
// of the contract.
enum class Reason : std::uint8_t {
  kInvalidRequest = 1,  // one or more fields; see Refusal::violations
  kRequestIdReused,     // the request_id was used with another method, actor or content
  kOrderNotFound,
  kCommentNotFound,
  kPermissionDenied,  // also what a customer gets for an order that does not exist
  kUnauthenticated,
  kExternalReferenceExists,
  kNumberTaken,         // the number that an imported order should keep
  kActionNotOpen,       // the status has no such step, or not for this caller
  kGuardsNotSatisfied,  // the step exists, but something that must hold does not
  kCommandNotOpen,  // a command that does not move the order, in a status that does not allow it
  kGatheringExceedsOrdered,
  kEnquiryNotFound,
  kEnquiryActionNotOpen,
  kOpenANewEnquiry,  // it was resolved too long ago to be reopened
  kEtagMismatch,
  kOverloaded,
  kUnavailable,  // the database cannot be reached
  kDeadlineExceeded,
  kCancelledByCaller,
  kInternal,
  kFeedbackAlreadyGiven,
  kQuantityBelowGathered,
  kFrozenByInvoice,  // what the invoice says must stay true
  kMissingRight,     // the role may, but this caller does not have the right
  kRedactionNotFound,
  kFeedHistoryChanged,     // a place in the feed is no longer one
  kActivityNotUnderstood,  // a newer server wrote it
  kWatcherTooSlow,
  kTooManyStreams,
  kConsumerNotFound,
  kNotificationNotFound,
  kActivityNotFound,
  kEmailNotFound,
  kMailNotConfigured,
};

// What is wrong with one field.
enum class Flaw : std::uint8_t {
  kMissing = 1,
  kTooLong,  // {max}: characters
  kTooMany,  // {max}: entries
  kNotUtf8,
  kControlCharacter,  // text with control characters other than line breaks and tabs where they
                      // make sense
  kUnknownValue,      // {value}: an enum value that is unspecified or not known
  kMalformed,         // {expected}: what a good one looks like
  kWrongCheckDigit,   // {value}: an order number, mistyped
  kNotPositive,
  kNegative,
  kOutOfRange,           // {min} {max}
  kCurrencyMismatch,     // {expected} {given}
  kFractionOfMinorUnit,  // more decimals than the currency has
  kDiscountTooLarge,
  kTotalsOverflow,
  kTotalMismatch,  // {expected} {computed}
  kDuplicate,      // {value}: the same entry twice
  kUnknownLine,    // {line}
  kUnknownParcel,  // {parcel}
  kEndBeforeStart,
  kInThePast,
  kNotForThisCaller,  // a field that only other roles may set
  kNeedsBusinessCustomer,
  kNotForThisMethod,  // {method}: a field that the fulfilment method has no use for
  kNotTheCustomers,   // something that belongs to another customer
  kNotUpdatable,      // {value}: a field that cannot be updated
  kBeforeCreation,    // a time that must not be before the order was placed
  kInTheFuture,       // a time that must have passed
  kNotForThisStatus,  // {status}: a field that the status has no use for
};

// A named value in a refusal. Enumerators keep their type, so that a sentence can show their label
// in the reader's language while machines see their name.
using FactValue = std::variant<std::string, std::int64_t, OrderStatus, OrderAction, Command, Role,
                               FulfilmentMethod, EnquiryStatus, EnquiryAction>;

struct Fact {
  absl::string_view name;  // lower snake case, static storage
  FactValue value;

  friend bool operator==(const Fact&, const Fact&) = default;
};

struct Violation {
  std::string field;  // path as in the contract: "order.lines[2].quantity"
  Flaw flaw = Flaw::kMissing;
  std::vector<Fact> facts;

  friend bool operator==(const Violation&, const Violation&) = default;
};

// One guard that does not hold, with what is missing for it.
struct GuardFailure {
  Guard guard = Guard::kDetailsVerified;
  std::vector<Fact> facts;

  friend bool operator==(const GuardFailure&, const GuardFailure&) = default;
};

struct Refusal {
  Reason reason = Reason::kInternal;
  std::vector<Fact> facts;
  std::vector<Violation> violations;  // kInvalidRequest: all of them, not only the first
  std::vector<GuardFailure> guards;   // kGuardsNotSatisfied: all of them
  std::vector<OrderAction>
      open_actions;  // kActionNotOpen, kGuardsNotSatisfied: what this caller could do instead
  std::vector<EnquiryAction> open_enquiry_actions;  // kEnquiryActionNotOpen: the same

  friend bool operator==(const Refusal&, const Refusal&) = default;
};

inline constexpr std::array kReasons = {
    Reason::kInvalidRequest,
    Reason::kRequestIdReused,
    Reason::kOrderNotFound,
    Reason::kCommentNotFound,
    Reason::kPermissionDenied,
    Reason::kUnauthenticated,
    Reason::kExternalReferenceExists,
    Reason::kNumberTaken,
    Reason::kActionNotOpen,
    Reason::kGuardsNotSatisfied,
    Reason::kCommandNotOpen,
    Reason::kGatheringExceedsOrdered,
    Reason::kEnquiryNotFound,
    Reason::kEnquiryActionNotOpen,
    Reason::kOpenANewEnquiry,
    Reason::kEtagMismatch,
    Reason::kOverloaded,
    Reason::kUnavailable,
    Reason::kDeadlineExceeded,
    Reason::kCancelledByCaller,
    Reason::kInternal,
    Reason::kFeedbackAlreadyGiven,
    Reason::kQuantityBelowGathered,
    Reason::kFrozenByInvoice,
    Reason::kMissingRight,
    Reason::kRedactionNotFound,
    Reason::kFeedHistoryChanged,
    Reason::kActivityNotUnderstood,
    Reason::kWatcherTooSlow,
    Reason::kTooManyStreams,
    Reason::kConsumerNotFound,
    Reason::kNotificationNotFound,
    Reason::kActivityNotFound,
    Reason::kEmailNotFound,
    Reason::kMailNotConfigured,
};

absl::string_view Name(Reason reason);  // "GUARDS_NOT_SATISFIED"
absl::string_view Name(Flaw flaw);      // "WRONG_CHECK_DIGIT"

// The value as machines see it: numbers in decimal, enumerators by their Name().
std::string FactAsText(const FactValue& value);

// One function for each refusal, so that its facts are complete wherever it is given.
Refusal InvalidRequest(std::vector<Violation> violations);
Refusal RequestIdReused(std::string request_id);
Refusal OrderNotFound(
    std::string order);  // number, or "source/external reference", as the caller gave it
Refusal EnquiryNotFound(std::string enquiry);                 // likewise
Refusal SubjectNotFound(SubjectKind kind, std::string name);  // one of the two
Refusal CommentNotFound(std::string comment);
Refusal PermissionDenied();               // says nothing of what exists
Refusal MissingRight(std::string right);  // as metadata has it
Refusal RedactionNotFound(std::string redaction);
Refusal Unauthenticated(std::string what_is_missing);
Refusal ExternalReferenceExists(std::string source, std::string external_reference);
Refusal NumberTaken(std::string number);
Refusal ActionNotOpen(const Order& order, OrderAction action, std::vector<OrderAction> open);
Refusal GuardsNotSatisfied(const Order& order, OrderAction action, std::vector<GuardFailure> guards,
                           std::vector<OrderAction> open);
Refusal CommandNotOpen(const Order& order, Command command);
Refusal GatheringExceedsOrdered(std::int32_t line, std::int64_t ordered, std::int64_t gathered,
                                std::int64_t given);
Refusal FeedbackAlreadyGiven(const Order& order);
Refusal QuantityBelowGathered(std::int32_t line, std::int64_t gathered,
                              std::int64_t given);  // `given` is 0 for a line that is removed
Refusal FrozenByInvoice(const Order& order, Command command);  // the order must have an invoice
Refusal EnquiryActionNotOpen(const Enquiry& enquiry, EnquiryAction action,
                             std::vector<EnquiryAction> open);
Refusal OpenANewEnquiry(const Enquiry& enquiry);
Refusal FeedHistoryChanged();
// These end a stream that can be resumed with `resume_token`.
Refusal ActivityNotUnderstood(std::string resume_token);
Refusal WatcherTooSlow(std::string resume_token);
Refusal TooManyStreams(std::int64_t limit);
Refusal ConsumerNotFound(std::string consumer);          // its resource name
Refusal NotificationNotFound(std::string notification);  // likewise
Refusal ActivityNotFound(std::string activity);
Refusal EmailNotFound(std::string email);
Refusal MailNotConfigured();
Refusal EtagMismatch(std::string given, std::string current);
Refusal Overloaded();
// With `resume_token` where it ends a stream that can be resumed.
Refusal Unavailable(std::string resume_token = "");
Refusal DeadlineExceeded();
Refusal CancelledByCaller();
Refusal Internal(std::string incident);  // `incident` names the log line, never what went wrong

// Collects the violations of one request. The first violation of a field is kept, later ones of the
// same field are not: one mistake is reported once.
class Violations {
 public:
  void Add(std::string field, Flaw flaw, std::vector<Fact> facts = {});
  bool Empty() const { return found_.empty(); }
  // True when `field` itself has a violation.
  bool Has(absl::string_view field) const;
  std::vector<Violation> Take() && { return std::move(found_); }

 private:
  std::vector<Violation> found_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_REFUSAL_H_
