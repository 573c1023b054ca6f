// The tool's own words in both languages: titles, and labels for values that the server sends as
// enums only. What the server says in the reader's language (statuses, sentences, reasons) is shown
// as it comes.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_WORDS_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_WORDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "domain/order.h"
#include "ipstore/orders/v1/actor.pb.h"
#include "ipstore/orders/v1/enquiry.pb.h"
#include "ipstore/orders/v1/lifecycle.pb.h"
#include "ipstore/orders/v1/order.pb.h"

namespace ipstore::orders::client {

// A text in both languages.
struct Phrase {
  const char* el;
  const char* en;

  constexpr absl::string_view In(Language language) const {
    return language == Language::kGreek ? el : en;
  }
};

namespace words {
inline constexpr Phrase kWatching{"Παρακολούθηση· Ctrl-C για τέλος", "Watching; Ctrl-C ends it"};
inline constexpr Phrase kHeadPosition{"Τελευταία θέση", "Head position"};
inline constexpr Phrase kPublishedPosition{"Στάλθηκε έως", "Published up to"};
inline constexpr Phrase kEpoch{"Εποχή", "Epoch"};
inline constexpr Phrase kWatchers{"Παρακολουθούν", "Watchers"};
inline constexpr Phrase kSlowWatchers{"Διακόπηκαν ως αργοί", "Cut off as too slow"};
inline constexpr Phrase kConsumer{"Καταναλωτής", "Consumer"};
inline constexpr Phrase kPosition{"Θέση", "Position"};
inline constexpr Phrase kLag{"Υστέρηση", "Lag"};
inline constexpr Phrase kAcknowledged{"Επιβεβαίωση", "Acknowledged"};
inline constexpr Phrase kHistoryChanged{"άλλαξε το ιστορικό", "history changed"};
inline constexpr Phrase kOlderNotShown{"… παλαιότερα: orderctl activity",
                                       "… older: orderctl activity"};
inline constexpr Phrase kGoOnThere{"Για συνέχεια από εκεί", "To go on there"};
inline constexpr Phrase kInterrupted{"Διακοπή, νέα προσπάθεια", "Broken off, trying again"};
inline constexpr Phrase kOrder{"Παραγγελία", "Order"};
inline constexpr Phrase kEnquiry{"Αίτημα", "Enquiry"};
inline constexpr Phrase kKind{"Είδος", "Kind"};
inline constexpr Phrase kStatus{"Κατάσταση", "Status"};
inline constexpr Phrase kCustomer{"Πελάτης", "Customer"};
inline constexpr Phrase kGuest{"επισκέπτης", "guest"};
inline constexpr Phrase kCompany{"Επωνυμία", "Company"};
inline constexpr Phrase kVatNumber{"ΑΦΜ", "VAT number"};
inline constexpr Phrase kReference{"Προέλευση", "Reference"};
inline constexpr Phrase kPlaced{"Καταχώριση", "Placed"};
inline constexpr Phrase kAsked{"Υποβολή", "Asked"};
inline constexpr Phrase kResolved{"Επίλυση", "Resolved"};
inline constexpr Phrase kLastActivity{"Τελευταία ενέργεια", "Last activity"};
inline constexpr Phrase kPayment{"Πληρωμή", "Payment"};
inline constexpr Phrase kMethod{"Τρόπος παράδοσης", "Delivery method"};
inline constexpr Phrase kDeliverTo{"Διεύθυνση παράδοσης", "Deliver to"};
inline constexpr Phrase kInstructions{"Οδηγίες", "Instructions"};
inline constexpr Phrase kStore{"Κατάστημα", "Store"};
inline constexpr Phrase kOpeningHours{"Ωράριο", "Opening hours"};
inline constexpr Phrase kPickupUntil{"Παραλαβή έως", "Pick up until"};
inline constexpr Phrase kVehicle{"Όχημα", "Vehicle"};
inline constexpr Phrase kDeliveryWindow{"Παράδοση", "Delivery"};
inline constexpr Phrase kPromised{"Υπεσχημένη παράδοση", "Promised delivery"};
inline constexpr Phrase kExpected{"Αναμενόμενη παράδοση", "Expected delivery"};
inline constexpr Phrase kInvoice{"Τιμολόγιο", "Invoice"};
inline constexpr Phrase kCancellation{"Λόγος ακύρωσης", "Cancelled because"};
inline constexpr Phrase kFeedback{"Αξιολόγηση", "Feedback"};
inline constexpr Phrase kNotifications{"Ειδοποιήσεις", "Notifications"};
inline constexpr Phrase kOn{"ναι", "on"};
inline constexpr Phrase kOff{"όχι", "off"};
inline constexpr Phrase kChecks{"Έλεγχοι", "Checks"};

inline constexpr Phrase kItems{"Προϊόντα", "Items"};
inline constexpr Phrase kSku{"Κωδικός", "SKU"};
inline constexpr Phrase kProduct{"Περιγραφή", "Product"};
inline constexpr Phrase kQuantity{"Τεμ.", "Qty"};
inline constexpr Phrase kGathered{"Συγκ.", "Gathered"};
inline constexpr Phrase kUnitPrice{"Τιμή", "Unit price"};
inline constexpr Phrase kDiscount{"Έκπτωση", "Discount"};
inline constexpr Phrase kVat{"ΦΠΑ", "VAT"};
inline constexpr Phrase kTotal{"Σύνολο", "Total"};
inline constexpr Phrase kNet{"Καθαρή αξία", "Net"};
inline constexpr Phrase kVatOn{"επί", "on"};
inline constexpr Phrase kGross{"Σύνολο με ΦΠΑ", "Total with VAT"};
inline constexpr Phrase kPricesWithVat{"τιμές με ΦΠΑ", "prices include VAT"};
inline constexpr Phrase kPricesWithoutVat{"τιμές χωρίς ΦΠΑ", "prices exclude VAT"};

inline constexpr Phrase kParcels{"Δέματα", "Parcels"};
inline constexpr Phrase kCarrier{"Μεταφορέας", "Carrier"};
inline constexpr Phrase kTracking{"Αρ. αποστολής", "Tracking number"};
inline constexpr Phrase kCarrierStatus{"Πορεία", "Carrier says"};
inline constexpr Phrase kLink{"Σύνδεσμος", "Link"};

inline constexpr Phrase kActivity{"Δραστηριότητα", "Activity"};
inline constexpr Phrase kComments{"Σχόλια", "Comments"};
inline constexpr Phrase kInternal{"εσωτερικό", "internal"};
inline constexpr Phrase kFor{"για", "for"};
inline constexpr Phrase kActions{"Διαθέσιμες ενέργειες", "Open actions"};
inline constexpr Phrase kNextStep{"Επόμενο βήμα", "Next step"};
inline constexpr Phrase kStep{"Βήμα", "Step"};
inline constexpr Phrase kMissing{"Λείπει", "Missing"};
inline constexpr Phrase kNothing{"τίποτα", "nothing"};
inline constexpr Phrase kNone{"καμία", "none"};
inline constexpr Phrase kRequest{"Αίτημα", "Request"};
inline constexpr Phrase kAbout{"Θέμα / σύνολο", "About / total"};
inline constexpr Phrase kNoRequests{"Κανένα αίτημα.", "No requests."};
inline constexpr Phrase kNoOrders{"Καμία παραγγελία.", "No orders."};
inline constexpr Phrase kNoComments{"Κανένα σχόλιο.", "No comments."};
inline constexpr Phrase kNoActivities{"Καμία ενέργεια.", "No activity."};
inline constexpr Phrase kRedacted{"Διαγράφηκαν", "Redacted"};
inline constexpr Phrase kRedactedText{"[διαγράφηκε]", "[redacted]"};
inline constexpr Phrase kRedaction{"Διαγραφή", "Redaction"};
inline constexpr Phrase kRunning{"σε εξέλιξη", "running"};
inline constexpr Phrase kDone{"ολοκληρώθηκε", "done"};
inline constexpr Phrase kFailed{"απέτυχαν", "failed"};
inline constexpr Phrase kBegun{"Έναρξη", "Begun"};
inline constexpr Phrase kBy{"Από", "By"};

inline constexpr Phrase kTime{"Ώρα", "Time"};
inline constexpr Phrase kWhat{"Τι", "What"};
inline constexpr Phrase kNotification{"Ειδοποίηση", "Notification"};
inline constexpr Phrase kNoNotifications{"Καμία ειδοποίηση.", "No notifications."};
inline constexpr Phrase kNoneFailed{"Δεν απέτυχε καμία ειδοποίηση.", "No notification has failed."};
inline constexpr Phrase kRecipient{"Προς", "To"};
inline constexpr Phrase kSubjectLine{"Θέμα", "Subject"};
inline constexpr Phrase kBecause{"Γιατί", "Because"};
inline constexpr Phrase kQueued{"Στην ουρά από", "Queued"};
inline constexpr Phrase kFinished{"Τέλος", "Finished"};
inline constexpr Phrase kAttempts{"Προσπάθειες", "Attempts"};
inline constexpr Phrase kNextAttempt{"Επόμενη προσπάθεια", "Next attempt"};
inline constexpr Phrase kMailServerSays{"Διακομιστής", "Mail server says"};
inline constexpr Phrase kSentAgain{"Ξαναστάλθηκε", "Sent again"};
inline constexpr Phrase kSentLast{"Τελευταία αποστολή", "Sent last"};
inline constexpr Phrase kSentAgainAt{"Ζητήθηκε ξανά", "Asked for again"};
inline constexpr Phrase kSentAgainBy{"Το ζήτησε", "Asked for by"};
inline constexpr Phrase kSentWith{"Στο ίδιο email με", "In one e-mail with"};
inline constexpr Phrase kSentWithNewer{"στο ίδιο email με ό,τι ακολούθησε",
                                       "in one e-mail with what followed"};
inline constexpr Phrase kWouldNotBeSent{"Δεν θα σταλεί", "Would not be sent"};
inline constexpr Phrase kNobodyIsTold{"Κανείς δεν ειδοποιείται για αυτό.",
                                      "Nobody is told of this."};
inline constexpr Phrase kEmail{"Μήνυμα", "E-mail"};
inline constexpr Phrase kNoEmails{"Κανένα μήνυμα.", "No e-mails."};
inline constexpr Phrase kReceived{"Λήψη", "Received"};
inline constexpr Phrase kSender{"Αποστολέας", "Sender"};
inline constexpr Phrase kBecame{"Έκβαση", "What became of it"};
inline constexpr Phrase kComment{"Σχόλιο", "Comment"};
inline constexpr Phrase kBytes{"Μέγεθος σε byte", "Bytes"};
inline constexpr Phrase kNotKept{"Το μήνυμα δεν έχει φυλαχθεί.", "The e-mail is not kept."};

inline constexpr Phrase kNextPage{"Επόμενη σελίδα: η ίδια εντολή με --page-token",
                                  "Next page: the same command with --page-token"};

inline constexpr Phrase kPreview{"Προεπισκόπηση, δεν άλλαξε τίποτα.",
                                 "Preview, nothing was changed."};
inline constexpr Phrase kReplayed{"Είχε ήδη γίνει με αυτό το request_id.",
                                  "Was already done with this request_id."};
inline constexpr Phrase kUnchanged{"Ήταν ήδη έτσι, δεν άλλαξε τίποτα.",
                                   "It was so already, nothing was changed."};
inline constexpr Phrase kLine{"γραμμή", "line"};
inline constexpr Phrase kLines{"γραμμές", "lines"};
inline constexpr Phrase kLinesRead{"Γραμμές", "Lines read"};
inline constexpr Phrase kLoaded{"φορτώθηκαν", "loaded"};
inline constexpr Phrase kAlreadyThere{"υπήρχαν ήδη", "already there"};
inline constexpr Phrase kMoved{"άλλαξαν κατάσταση", "moved"};
inline constexpr Phrase kRefused{"απορρίφθηκαν", "refused"};
inline constexpr Phrase kMoreRefused{"… και άλλες· όλες με --json.",
                                     "… and more; all with --json."};
inline constexpr Phrase kImportInterrupted{
    "Ό,τι φορτώθηκε πριν μένει· η ίδια εντολή συνεχίζει από τη γραμμή",
    "What was loaded before stays; the same command goes on from line"};
inline constexpr Phrase kExported{"Παραγγελίες που γράφτηκαν", "Orders written"};
inline constexpr Phrase kNothingMissing{"Όλα τα τεμάχια έχουν ήδη συγκεντρωθεί.",
                                        "All pieces are gathered already."};

inline constexpr Phrase kAction{"Ενέργεια", "Action"};
inline constexpr Phrase kLeadsTo{"Οδηγεί σε", "Leads to"};
inline constexpr Phrase kNow{"Τώρα", "Now"};
inline constexpr Phrase kYes{"ναι", "yes"};
inline constexpr Phrase kNo{"όχι", "no"};
inline constexpr Phrase kWhyNot{"Γιατί όχι", "Why not"};
inline constexpr Phrase kStatuses{"Καταστάσεις", "Statuses"};
inline constexpr Phrase kMeaning{"Σημασία", "Meaning"};
inline constexpr Phrase kSteps{"Βήματα", "Steps"};
inline constexpr Phrase kFrom{"Από", "From"};
inline constexpr Phrase kTo{"Σε", "To"};
inline constexpr Phrase kWho{"Ποιος", "Who"};
inline constexpr Phrase kMustHold{"Προϋποθέσεις", "What must hold"};
inline constexpr Phrase kCommands{"Άλλες ενέργειες", "Other commands"};
inline constexpr Phrase kCommand{"Ενέργεια", "Command"};
inline constexpr Phrase kInStatuses{"Σε κατάσταση", "In status"};

inline constexpr Phrase kNoAnswer{"Ο διακομιστής δεν απάντησε", "The server did not answer"};
inline constexpr Phrase kOpenInstead{"εντολές που επιτρέπονται τώρα:", "commands open now:"};
inline constexpr Phrase kRepeatSafely{"Ίσως έγινε. Ασφαλής επανάληψη με: --request-id",
                                      "It may have been done. To repeat it safely: --request-id"};
}  // namespace words

// Labels of values in the reader's language; the number of one that this version does not know.
std::string LabelOf(v1::FulfilmentMethod method, Language language);
std::string LabelOf(v1::PaymentMethod method, Language language);
std::string LabelOf(v1::ChargeKind kind, Language language);
std::string LabelOf(v1::CheckKind kind, Language language);
std::string LabelOf(v1::CheckOutcome outcome, Language language);
std::string LabelOf(v1::EnquiryKind kind, Language language);
std::string LabelOf(v1::EnquiryAction action, Language language);
std::string LabelOf(v1::Role role, Language language);

// A text that is never empty but where a redaction emptied it; then the mark that says so.
std::string OrRedacted(const std::string& text, Language language);

// "Staff maria", with "for Customer c-17" behind where a service acted for somebody.
std::string NameOf(const v1::Actor& actor, Language language);
std::string NameOf(const v1::Actor& actor, const v1::Actor* on_behalf_of, Language language);

// The subcommand that takes an action: "hand-to-carrier" for ORDER_ACTION_HAND_TO_CARRIER.
std::string SubcommandOf(v1::OrderAction action);
// The same for a step of an enquiry, as move-enquiry takes it: "take-up".
std::string SubcommandOf(v1::EnquiryAction action);

// A name of the contract as it is typed: "HAND_TO_CARRIER" is "hand-to-carrier".
std::string Kebab(absl::string_view upper_snake);

// The value of an enum of the contract without its prefix: ("ROLE_STAFF", "ROLE_") is "STAFF".
// Empty for a value that this version does not know, whose name is empty.
std::string WithoutPrefix(absl::string_view value_name, absl::string_view prefix);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_WORDS_H_
