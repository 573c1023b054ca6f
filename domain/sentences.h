// What the service says to people, in Greek and English: the labels of statuses and actions, the
// sentence for every refusal, guard, flaw and activity. No other place makes a sentence.
#ifndef IPSTORE_ORDERS_DOMAIN_SENTENCES_H_
#define IPSTORE_ORDERS_DOMAIN_SENTENCES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/activity.h"
#include "domain/decide.h"
#include "domain/lifecycle.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/order_field.h"
#include "domain/refusal.h"

namespace ipstore::orders {

// The customer's word for a status (product §1), e.g. "Handed …", and one sentence on what it means
// for them.
absl::string_view Label(OrderStatus status, Language language);
absl::string_view Meaning(OrderStatus status, Language language);
// The same for an order that is delivered in that way.
absl::string_view Meaning(OrderStatus status, FulfilmentMethod method, Language language);

absl::string_view Label(OrderAction action, Language language);
absl::string_view Label(EnquiryStatus status, Language language);
absl::string_view Meaning(EnquiryStatus status, Language language);
absl::string_view Label(EnquiryAction action, Language language);
absl::string_view Label(EnquiryKind kind, Language language);
absl::string_view Label(Command command, Language language);
absl::string_view Label(Role role, Language language);
absl::string_view Label(FulfilmentMethod method, Language language);
absl::string_view Label(PaymentMethod method, Language language);
absl::string_view Label(CheckKind check, Language language);
absl::string_view Label(CheckOutcome outcome, Language language);
absl::string_view Label(ChargeKind kind, Language language);
absl::string_view Label(OrderField field, Language language);

absl::string_view Label(NotificationState state, Language language);
// Why it was not sent: one sentence with a full stop; empty for none.
absl::string_view Sentence(NotificationReason reason, Language language);
// What became of an e-mail that was sent to us: for staff, and for who has sent it, who is also
// told what to do. One or two sentences.
absl::string_view Sentence(EmailOutcome outcome, Language language);
absl::string_view SentenceForSender(EmailOutcome outcome, Language language);
// That files which came with an e-mail are not part of the comment that it became. Names may be
// empty.
std::string AttachmentsLeftOut(const std::vector<std::string>& names, Language language);

// What a guard asks for, as a condition: "the payment is arranged".
absl::string_view Condition(Guard guard, Language language);

// One sentence with a full stop. Every variable in it is a fact of what it is made from.
std::string Sentence(const GuardFailure& failure, Language language);
std::string Sentence(const Violation& violation, Language language);
std::string Sentence(const Refusal& refusal, Language language);

// Every reason why an action cannot be taken on an order in `status`, and who could take it; one
// sentence each. Empty when it is allowed.
std::vector<std::string> Reasons(const ActionExplanation& explanation, OrderStatus status,
                                 Language language);

// What happened, for the order page: "The order was handed to the carrier.". Without times and
// names of people, which stand beside it. For a comment: its text. `for_customer` leaves out what
// customers do not see (notes, sources).
std::string Sentence(const Activity& activity, Language language, bool for_customer);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_SENTENCES_H_
