#include "domain/sentences.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/amount_text.h"
#include "domain/bilingual_text.h"
#include "domain/money.h"
#include "domain/time_text.h"
#include "domain/validate.h"

namespace ipstore::orders {
namespace {

using Text = BilingualText;

// --- The catalogue -------------------------------------------------------------------------------
//
// One function for each enumeration. The switches have no default, so that the compiler names every
// one that a new enumerator is missing from.

Text LabelOf(OrderStatus status) {
  switch (status) {
    case OrderStatus::kAwaitingProcessing:
      return {"Αναμονή Επεξεργασίας", "Awaiting Processing"};
    case OrderStatus::kProcessing:
      return {"Επεξεργασία Παραγγελίας", "Order Processing"};
    case OrderStatus::kGatheringProducts:
      return {"Συγκέντρωση Προϊόντων", "Gathering Products"};
    case OrderStatus::kPreparingShipment:
      return {"Προετοιμασία Αποστολής", "Preparing for Shipment"};
    case OrderStatus::kHandedToCarrier:
      return {"Παραδόθηκε σε Μεταφορική/Courier", "Delivered to Carrier/Courier"};
    case OrderStatus::kReadyForPickup:
      return {"Παραλαβή από το Κατάστημα", "Pickup from Store"};
    case OrderStatus::kOnCompanyVehicle:
      return {"Αποστολή με Μέσο της IP Partners", "Shipment by IP Partners Vehicle"};
    case OrderStatus::kReceived:
      return {"Παραλήφθηκε από τον Πελάτη", "Received by Customer"};
    case OrderStatus::kCancelled:
      return {"Ακυρώθηκε", "Cancelled"};
  }
  return {};
}

// The words of the shop's page "Εξέλιξη Παραγγελίας / Order Tracking", as far as it has any.
Text MeaningOf(OrderStatus status) {
  switch (status) {
    case OrderStatus::kAwaitingProcessing:
      return {
          "Η παραγγελία σας έχει εισαχθεί στο σύστημά μας και βρίσκεται σε αναμονή για "
          "επεξεργασία.",
          "Your order has been received and is queued for processing."};
    case OrderStatus::kProcessing:
      return {
          "Επαληθεύουμε τις πληροφορίες της παραγγελίας, τη διαθεσιμότητα των επιλεγμένων "
          "προϊόντων και "
          "εξασφαλίζουμε την οικονομική σας τακτοποίηση.",
          "At this stage, we verify order details, product availability, and financial "
          "arrangements."};
    case OrderStatus::kGatheringProducts:
      return {"Συλλέγουμε τα είδη από τις διάφορες αποθήκες ή/και από τους προμηθευτές μας.",
              "We collect the ordered items from various warehouses or suppliers."};
    case OrderStatus::kPreparingShipment:
      return {
          "Οργανώνουμε τα προϊόντα σας, τα πακετάρουμε προσεκτικά, τιμολογούμε και τα παραδίδουμε "
          "στους "
          "μεταφορείς.",
          "Products are packaged, invoiced, and prepared for delivery to the shipping agent."};
    case OrderStatus::kHandedToCarrier:
      return {
          "Η παραγγελία έχει παραδοθεί για αποστολή· θα λάβετε επιπλέον πληροφορίες για τον τρόπο "
          "παρακολούθησής "
          "της μέσω του portal και μέσω email.",
          "The order has been handed over for shipping; you will receive additional tracking "
          "information via "
          "email or directly through the portal."};
    case OrderStatus::kReadyForPickup:
      return {"Τα προϊόντα σας είναι έτοιμα και σας περιμένουν στο κατάστημα που επιλέξατε.",
              "Your items are ready and waiting at the selected store."};
    case OrderStatus::kOnCompanyVehicle:
      return {
          "Η παραγγελία σας αποστέλλεται με μέσο της IP Partners, ειδικά για τους B2B πελάτες μας, "
          "όπως αναλύεται "
          "στην ενότητα Τρόποι Αποστολής.",
          "Your order is on its way by IP Partners vehicle, a method for our B2B customers that is "
          "detailed under "
          "our Shipping Methods section."};
    case OrderStatus::kReceived:
      return {
          "Έχετε παραλάβει την παραγγελία σας· θα εκτιμήσουμε την αξιολόγησή σας για την εμπειρία "
          "αγορών στο IP "
          "Store.",
          "You have received your order; your feedback on the shopping experience is highly "
          "valued."};
    case OrderStatus::kCancelled:
      return {"Η παραγγελία σας ακυρώθηκε και δεν θα εκτελεστεί.",
              "Your order has been cancelled and will not be carried out."};
  }
  return {};
}

// Of an order that is delivered in that way: what the shop's page says holds for most.
Text MeaningOf(OrderStatus status, FulfilmentMethod method) {
  if (status != OrderStatus::kPreparingShipment) return MeaningOf(status);
  switch (method) {
    case FulfilmentMethod::kCourier:
      return MeaningOf(status);
    case FulfilmentMethod::kStorePickup:
      return {
          "Οργανώνουμε τα προϊόντα σας, τα πακετάρουμε προσεκτικά, τιμολογούμε και τα ετοιμάζουμε "
          "για παραλαβή από το κατάστημα που επιλέξατε.",
          "Products are packaged, invoiced, and prepared for pickup from the selected store."};
    case FulfilmentMethod::kCompanyVehicle:
      return {
          "Οργανώνουμε τα προϊόντα σας, τα πακετάρουμε προσεκτικά, τιμολογούμε και τα ετοιμάζουμε "
          "για αποστολή με μέσο της IP Partners.",
          "Products are packaged, invoiced, and prepared for shipment by IP Partners vehicle."};
  }
  return MeaningOf(status);
}

Text LabelOf(OrderAction action) {
  switch (action) {
    case OrderAction::kStartProcessing:
      return {"Έναρξη επεξεργασίας", "Start processing"};
    case OrderAction::kStartGathering:
      return {"Έναρξη συγκέντρωσης", "Start gathering"};
    case OrderAction::kStartPreparing:
      return {"Έναρξη προετοιμασίας αποστολής", "Start preparing for shipment"};
    case OrderAction::kHandToCarrier:
      return {"Παράδοση σε μεταφορική/courier", "Hand to carrier/courier"};
    case OrderAction::kOfferPickup:
      return {"Διάθεση για παραλαβή από το κατάστημα", "Offer for pickup from store"};
    case OrderAction::kDispatchVehicle:
      return {"Δρομολόγηση με μέσο της IP Partners", "Dispatch by IP Partners vehicle"};
    case OrderAction::kConfirmReceipt:
      return {"Επιβεβαίωση παραλαβής", "Confirm receipt"};
    case OrderAction::kCancel:
      return {"Ακύρωση παραγγελίας", "Cancel order"};
    case OrderAction::kReturnToProcessing:
      return {"Επιστροφή στην επεξεργασία", "Return to processing"};
    case OrderAction::kReturnToGathering:
      return {"Επιστροφή στη συγκέντρωση", "Return to gathering"};
    case OrderAction::kReturnUndelivered:
      return {"Επιστροφή ανεπίδοτης παραγγελίας", "Return undelivered order"};
  }
  return {};
}

Text LabelOf(EnquiryStatus status) {
  switch (status) {
    case EnquiryStatus::kOpen:
      return {"Ανοιχτό", "Open"};
    case EnquiryStatus::kInProgress:
      return {"Σε Επεξεργασία", "In Progress"};
    case EnquiryStatus::kWaitingForCustomer:
      return {"Αναμονή Απάντησης Πελάτη", "Waiting for Customer"};
    case EnquiryStatus::kResolved:
      return {"Επιλύθηκε", "Resolved"};
  }
  return {};
}

Text MeaningOf(EnquiryStatus status) {
  switch (status) {
    case EnquiryStatus::kOpen:
      return {"Λάβαμε το αίτημά σας και θα το αναλάβει σύντομα ένας συνεργάτης μας.",
              "We have received your request and one of us will take it up soon."};
    case EnquiryStatus::kInProgress:
      return {"Ασχολούμαστε με το αίτημά σας.", "We are working on your request."};
    case EnquiryStatus::kWaitingForCustomer:
      return {"Χρειαζόμαστε μια απάντησή σας για να συνεχίσουμε.",
              "We need an answer from you in order to continue."};
    case EnquiryStatus::kResolved:
      return {
          "Το αίτημά σας διευθετήθηκε· αν δεν καλυφθήκατε, γράψτε μας ένα σχόλιο μέσα σε 14 ημέρες "
          "και θα το ανοίξουμε ξανά.",
          "Your request has been settled; if you are not satisfied, send us a comment within 14 "
          "days and we will reopen it."};
  }
  return {};
}

Text LabelOf(EnquiryAction action) {
  switch (action) {
    case EnquiryAction::kTakeUp:
      return {"Ανάληψη", "Take up"};
    case EnquiryAction::kAskCustomer:
      return {"Ερώτηση προς τον πελάτη", "Ask the customer"};
    case EnquiryAction::kResume:
      return {"Συνέχιση", "Resume"};
    case EnquiryAction::kResolve:
      return {"Επίλυση", "Resolve"};
    case EnquiryAction::kReopen:
      return {"Εκ νέου άνοιγμα", "Reopen"};
  }
  return {};
}

Text LabelOf(EnquiryKind kind) {
  switch (kind) {
    case EnquiryKind::kQuestion:
      return {"Ερώτηση", "Question"};
    case EnquiryKind::kReturn:
      return {"Επιστροφή", "Return"};
    case EnquiryKind::kComplaint:
      return {"Παράπονο", "Complaint"};
  }
  return {};
}

Text LabelOf(Command command) {
  switch (command) {
    case Command::kCreateOrder:
      return {"Καταχώριση παραγγελίας", "Place an order"};
    case Command::kRecordCheck:
      return {"Καταχώριση ελέγχου", "Record a check"};
    case Command::kRecordGathering:
      return {"Καταχώριση συγκέντρωσης", "Record gathered products"};
    case Command::kRecordInvoice:
      return {"Καταχώριση παραστατικού", "Record the invoice"};
    case Command::kRecordTracking:
      return {"Ενημέρωση στοιχείων αποστολής", "Record tracking"};
    case Command::kAddPublicComment:
      return {"Προσθήκη σχολίου", "Add a comment"};
    case Command::kAddInternalComment:
      return {"Προσθήκη εσωτερικού σχολίου", "Add an internal comment"};
    case Command::kUpdateContact:
      return {"Αλλαγή στοιχείων επικοινωνίας", "Change the contact details"};
    case Command::kUpdatePromisedDelivery:
      return {"Αλλαγή υπεσχημένης παράδοσης", "Change the promised delivery"};
    case Command::kUpdateFulfilment:
      return {"Αλλαγή τρόπου ή τόπου παράδοσης", "Change the delivery method or place"};
    case Command::kUpdateGoods:
      return {"Αλλαγή προϊόντων ή χρεώσεων", "Change products or charges"};
    case Command::kSetNotifications:
      return {"Ρύθμιση ειδοποιήσεων", "Turn notifications on or off"};
    case Command::kSubmitFeedback:
      return {"Υποβολή αξιολόγησης", "Submit feedback"};
    case Command::kRedact:
      return {"Διαγραφή προσωπικών δεδομένων", "Redact personal data"};
    case Command::kImportOrder:
      return {"Εισαγωγή παραγγελίας από άλλο σύστημα", "Import an order from elsewhere"};
  }
  return {};
}

Text LabelOf(Role role) {
  switch (role) {
    case Role::kCustomer:
      return {"Πελάτης", "Customer"};
    case Role::kStaff:
      return {"Προσωπικό", "Staff"};
    case Role::kService:
      return {"Σύστημα", "Service"};
  }
  return {};
}

Text LabelOf(FulfilmentMethod method) {
  switch (method) {
    case FulfilmentMethod::kCourier:
      return {"Αποστολή με μεταφορική/courier", "Carrier/courier"};
    case FulfilmentMethod::kStorePickup:
      return {"Παραλαβή από το κατάστημα", "Pickup from store"};
    case FulfilmentMethod::kCompanyVehicle:
      return {"Αποστολή με μέσο της IP Partners", "IP Partners vehicle"};
  }
  return {};
}

Text LabelOf(PaymentMethod method) {
  switch (method) {
    case PaymentMethod::kCard:
      return {"Κάρτα", "Card"};
    case PaymentMethod::kBankTransfer:
      return {"Τραπεζική κατάθεση", "Bank transfer"};
    case PaymentMethod::kCashOnDelivery:
      return {"Αντικαταβολή", "Cash on delivery"};
    case PaymentMethod::kPayInStore:
      return {"Πληρωμή στο κατάστημα", "Payment in store"};
    case PaymentMethod::kOnAccount:
      return {"Επί πιστώσει", "On account"};
  }
  return {};
}

Text LabelOf(CheckKind check) {
  switch (check) {
    case CheckKind::kDetails:
      return {"Στοιχεία παραγγελίας", "Order details"};
    case CheckKind::kAvailability:
      return {"Διαθεσιμότητα", "Availability"};
    case CheckKind::kPayment:
      return {"Πληρωμή", "Payment"};
  }
  return {};
}

// Said of a check.
Text LabelOf(CheckOutcome outcome) {
  switch (outcome) {
    case CheckOutcome::kPassed:
      return {"Εντάξει", "Passed"};
    case CheckOutcome::kFailed:
      return {"Απέτυχε", "Failed"};
    case CheckOutcome::kWithdrawn:
      return {"Ανακλήθηκε", "Withdrawn"};
  }
  return {};
}

Text LabelOf(ChargeKind kind) {
  switch (kind) {
    case ChargeKind::kShipping:
      return {"Μεταφορικά", "Shipping"};
    case ChargeKind::kCashOnDelivery:
      return {"Έξοδα αντικαταβολής", "Cash-on-delivery fee"};
    case ChargeKind::kOther:
      return {"Λοιπή χρέωση", "Other charge"};
  }
  return {};
}

Text LabelOf(OrderField field) {
  switch (field) {
    case OrderField::kCustomerName:
      return {"Όνομα", "Name"};
    case OrderField::kCustomerEmail:
      return {"Διεύθυνση email", "Email"};
    case OrderField::kCustomerPhone:
      return {"Τηλέφωνο", "Phone"};
    case OrderField::kCompanyName:
      return {"Επωνυμία", "Company"};
    case OrderField::kVatNumber:
      return {"ΑΦΜ", "VAT number"};
    case OrderField::kPromisedDelivery:
      return {"Υπεσχημένη παράδοση", "Promised delivery"};
    case OrderField::kMethod:
      return {"Τρόπος παράδοσης", "Delivery method"};
    case OrderField::kDeliveryAddress:
      return {"Διεύθυνση παράδοσης", "Delivery address"};
    case OrderField::kStore:
      return {"Κατάστημα παραλαβής", "Pickup store"};
    case OrderField::kLines:
      return {"Προϊόντα", "Products"};
    case OrderField::kCharges:
      return {"Χρεώσεις", "Charges"};
  }
  return {};
}

Text ConditionOf(Guard guard) {
  switch (guard) {
    case Guard::kDetailsVerified:
      return {"τα στοιχεία της παραγγελίας έχουν επαληθευτεί", "the order details are verified"};
    case Guard::kAvailabilityConfirmed:
      return {"η διαθεσιμότητα των προϊόντων έχει επιβεβαιωθεί", "the availability is confirmed"};
    case Guard::kPaymentArranged:
      return {"η πληρωμή έχει τακτοποιηθεί", "the payment is arranged"};
    case Guard::kAllLinesGathered:
      return {"όλα τα προϊόντα έχουν συγκεντρωθεί", "every line is fully gathered"};
    case Guard::kMethodIsCourier:
      return {"η παραγγελία αποστέλλεται με μεταφορική/courier",
              "the order goes by carrier/courier"};
    case Guard::kMethodIsStorePickup:
      return {"η παραγγελία παραλαμβάνεται από το κατάστημα",
              "the order is picked up from a store"};
    case Guard::kMethodIsCompanyVehicle:
      return {"η παραγγελία αποστέλλεται με μέσο της IP Partners",
              "the order goes by IP Partners vehicle"};
    case Guard::kCustomerIsBusiness:
      return {"ο πελάτης είναι εταιρικός (B2B)", "the customer is a business (B2B)"};
    case Guard::kInvoiced:
      return {"έχει εκδοθεί παραστατικό", "the order is invoiced"};
    case Guard::kParcelTracked:
      return {"υπάρχει τουλάχιστον ένα δέμα με μεταφορική και αριθμό αποστολής",
              "at least one parcel has a carrier and a tracking number"};
    case Guard::kStoreChosen:
      return {"έχει επιλεγεί κατάστημα παραλαβής", "a store is chosen"};
  }
  return {};
}

// How a number of things is spoken of.
enum class Grammar { kOne, kMany };

Grammar GrammarFor(std::int64_t count) {
  return count == 1 ? Grammar::kOne : Grammar::kMany;
}

// What a check is short of: that it was made, or that it passed.
enum class CheckGap { kNotRecorded, kFailed };

Text UncheckedText(Guard guard, CheckGap gap) {
  const bool failed = gap == CheckGap::kFailed;
  if (guard == Guard::kDetailsVerified) {
    return failed ? Text{"Ο έλεγχος των στοιχείων της παραγγελίας απέτυχε.",
                         "The check of the order details failed."}
                  : Text{"Τα στοιχεία της παραγγελίας δεν έχουν επαληθευτεί ακόμη.",
                         "The order details have not been verified yet."};
  }
  if (guard == Guard::kAvailabilityConfirmed) {
    return failed ? Text{"Ο έλεγχος διαθεσιμότητας των προϊόντων απέτυχε.",
                         "The availability check failed."}
                  : Text{"Η διαθεσιμότητα των προϊόντων δεν έχει επιβεβαιωθεί ακόμη.",
                         "The availability has not been confirmed yet."};
  }
  return failed ? Text{"Ο έλεγχος της πληρωμής απέτυχε.", "The payment check failed."}
                : Text{"Η πληρωμή δεν έχει τακτοποιηθεί ακόμη.",
                       "The payment has not been arranged yet."};
}

Text FailureOf(Guard guard, CheckGap gap, Grammar missing) {
  switch (guard) {
    case Guard::kDetailsVerified:
    case Guard::kAvailabilityConfirmed:
    case Guard::kPaymentArranged:
      return UncheckedText(guard, gap);
    case Guard::kAllLinesGathered:
      if (missing == Grammar::kOne) {
        return {"Απομένει {missing} τεμάχιο προς συγκέντρωση (γραμμή {lines}).",
                "{missing} piece is still to be gathered (line {lines})."};
      }
      return {"Απομένουν {missing} τεμάχια προς συγκέντρωση (γραμμές: {lines}).",
              "{missing} pieces are still to be gathered (lines: {lines})."};
    case Guard::kMethodIsCourier:
      return {
          "Η παραγγελία δεν αποστέλλεται με μεταφορική/courier· ο τρόπος παράδοσής της είναι "
          "«{method}».",
          "The order does not go by carrier/courier; its fulfilment method is \"{method}\"."};
    case Guard::kMethodIsStorePickup:
      return {
          "Η παραγγελία δεν παραλαμβάνεται από το κατάστημα· ο τρόπος παράδοσής της είναι "
          "«{method}».",
          "The order is not picked up from a store; its fulfilment method is \"{method}\"."};
    case Guard::kMethodIsCompanyVehicle:
      return {
          "Η παραγγελία δεν αποστέλλεται με μέσο της IP Partners· ο τρόπος παράδοσής της είναι "
          "«{method}».",
          "The order does not go by IP Partners vehicle; its fulfilment method is \"{method}\"."};
    case Guard::kCustomerIsBusiness:
      return {"Η αποστολή με μέσο της IP Partners γίνεται μόνο σε εταιρικούς (B2B) πελάτες.",
              "Shipment by IP Partners vehicle is only for business (B2B) customers."};
    case Guard::kInvoiced:
      return {"Δεν έχει εκδοθεί ακόμη παραστατικό.", "The order has not been invoiced yet."};
    case Guard::kParcelTracked:
      return {"Δεν υπάρχει ακόμη δέμα με μεταφορική και αριθμό αποστολής.",
              "No parcel has a carrier and a tracking number yet."};
    case Guard::kStoreChosen:
      return {"Δεν έχει επιλεγεί ακόμη κατάστημα παραλαβής.", "No store has been chosen yet."};
  }
  return {};
}

Text SentenceOf(Flaw flaw) {
  switch (flaw) {
    case Flaw::kMissing:
      return {"Το πεδίο είναι υποχρεωτικό.", "This field is required."};
    case Flaw::kTooLong:
      return {"Το κείμενο ξεπερνά τους {max} χαρακτήρες.",
              "The text is longer than {max} characters."};
    case Flaw::kTooMany:
      return {"Η λίστα έχει περισσότερες από {max} εγγραφές.",
              "The list has more than {max} entries."};
    case Flaw::kNotUtf8:
      return {"Το κείμενο δεν είναι έγκυρο UTF-8.", "The text is not well-formed UTF-8."};
    case Flaw::kControlCharacter:
      return {"Το κείμενο περιέχει χαρακτήρες ελέγχου που δεν επιτρέπονται.",
              "The text has control characters, which are not allowed."};
    case Flaw::kUnknownValue:
      return {"Η τιμή «{value}» δεν είναι αποδεκτή.", "The value \"{value}\" is not a known one."};
    case Flaw::kMalformed:
      return {"Η τιμή δεν έχει τη σωστή μορφή· αναμένεται: {expected}.",
              "The value is malformed; expected: {expected}."};
    case Flaw::kWrongCheckDigit:
      return {"Ο αριθμός {value} δεν είναι σωστός· ελέγξτε τα ψηφία του.",
              "The number {value} is mistyped: its check digit does not fit."};
    case Flaw::kNotPositive:
      return {"Η τιμή πρέπει να είναι μεγαλύτερη από το μηδέν.",
              "The value must be greater than zero."};
    case Flaw::kNegative:
      return {"Η τιμή δεν μπορεί να είναι αρνητική.", "The value must not be negative."};
    case Flaw::kOutOfRange:
      return {"Η τιμή πρέπει να είναι από {min} έως {max}.",
              "The value must be from {min} to {max}."};
    case Flaw::kCurrencyMismatch:
      return {"Το ποσό είναι σε {given}, ενώ η παραγγελία είναι σε {expected}.",
              "The amount is in {given}, but the order is in {expected}."};
    case Flaw::kFractionOfMinorUnit:
      return {"Το ποσό έχει περισσότερα δεκαδικά ψηφία από το νόμισμα.",
              "The amount has more decimals than its currency."};
    case Flaw::kDiscountTooLarge:
      return {"Η έκπτωση είναι μεγαλύτερη από την αξία της γραμμής.",
              "The discount is larger than what the line comes to."};
    case Flaw::kTotalsOverflow:
      return {"Τα σύνολα της παραγγελίας ξεπερνούν το επιτρεπτό όριο.",
              "The totals of the order are too large."};
    case Flaw::kTotalMismatch:
      return {"Αναμενόταν σύνολο {expected}, αλλά το σύνολο της παραγγελίας είναι {computed}.",
              "A total of {expected} was expected, but the order comes to {computed}."};
    case Flaw::kDuplicate:
      return {"Η τιμή «{value}» υπάρχει δύο φορές.", "The value \"{value}\" is there twice."};
    case Flaw::kUnknownLine:
      return {"Η παραγγελία δεν έχει γραμμή {line}.", "The order has no line {line}."};
    case Flaw::kUnknownParcel:
      return {"Η παραγγελία δεν έχει δέμα {parcel}.", "The order has no parcel {parcel}."};
    case Flaw::kEndBeforeStart:
      return {"Η λήξη πρέπει να είναι μετά την έναρξη.", "The end must be after the start."};
    case Flaw::kInThePast:
      return {"Η ημερομηνία και η ώρα έχουν ήδη περάσει.", "The time has already passed."};
    case Flaw::kNotForThisCaller:
      return {"Δεν έχετε δικαίωμα να ορίσετε αυτή την τιμή.", "You are not allowed to set this."};
    case Flaw::kNeedsBusinessCustomer:
      return {"Διατίθεται μόνο σε εταιρικούς (B2B) πελάτες.",
              "This is only for business (B2B) customers."};
    case Flaw::kNotForThisMethod:
      return {"Το πεδίο δεν χρησιμοποιείται όταν ο τρόπος παράδοσης είναι «{method}».",
              "This field has no use when the fulfilment method is \"{method}\"."};
    case Flaw::kNotTheCustomers:
      return {"Ανήκει σε άλλον πελάτη.", "It belongs to another customer."};
    case Flaw::kNotUpdatable:
      return {"Το πεδίο «{value}» δεν μπορεί να αλλάξει.",
              "The field \"{value}\" cannot be updated."};
    case Flaw::kBeforeCreation:
      return {"Ο χρόνος είναι πριν από την καταχώριση της παραγγελίας.",
              "The time is before the order was placed."};
    case Flaw::kInTheFuture:
      return {"Ο χρόνος δεν έχει έρθει ακόμη.", "The time has not come yet."};
    case Flaw::kNotForThisStatus:
      return {"Το πεδίο δεν χρησιμοποιείται στην κατάσταση «{status}».",
              "This field has no use in status \"{status}\"."};
  }
  return {};
}

// `count`: of the reasons that count something.
Text SentenceOf(Reason reason, Grammar count) {
  const bool one = count == Grammar::kOne;
  switch (reason) {
    case Reason::kInvalidRequest:
      return one ? Text{"{count} πεδίο του αιτήματος χρειάζεται διόρθωση.",
                        "{count} field of the request needs correction."}
                 : Text{"{count} πεδία του αιτήματος χρειάζονται διόρθωση.",
                        "{count} fields of the request need correction."};
    case Reason::kRequestIdReused:
      return {"Το request_id «{request_id}» έχει ήδη χρησιμοποιηθεί για άλλο αίτημα.",
              "The request_id \"{request_id}\" was already used for another request."};
    case Reason::kOrderNotFound:
      return {"Δεν βρέθηκε η παραγγελία {order}.", "There is no order {order}."};
    case Reason::kCommentNotFound:
      return {"Δεν βρέθηκε το σχόλιο {comment}.", "There is no comment {comment}."};
    case Reason::kPermissionDenied:
      return {"Δεν έχετε πρόσβαση εδώ ή δεν σας επιτρέπεται αυτή η ενέργεια.",
              "You do not have access to this, or are not allowed to do it."};
    case Reason::kUnauthenticated:
      return {"Δεν προκύπτει ποιος καλεί: λείπει ή δεν είναι έγκυρο το {missing}.",
              "It is not known who is calling: {missing} is missing or not valid."};
    case Reason::kExternalReferenceExists:
      return {"Υπάρχει ήδη παραγγελία με αριθμό αναφοράς «{external_reference}» από το «{source}».",
              "There already is an order with the reference \"{external_reference}\" from "
              "\"{source}\"."};
    case Reason::kNumberTaken:
      return {"Ο αριθμός {number} ανήκει ήδη σε άλλη παραγγελία ή αίτημα.",
              "The number {number} already belongs to another order or enquiry."};
    case Reason::kActionNotOpen:
      return {
          "Η ενέργεια «{action}» δεν επιτρέπεται για την παραγγελία {order} όσο βρίσκεται στην "
          "κατάσταση «{status}».",
          "You cannot use \"{action}\" on order {order} while its status is \"{status}\"."};
    case Reason::kGuardsNotSatisfied:
      return one ? Text{"Η ενέργεια «{action}» δεν μπορεί να γίνει ακόμη για την παραγγελία {order}: δεν πληρούται {count} προϋπόθεση.",
                        "\"{action}\" is not possible yet for order {order}: {count} condition does not hold."}
                 : Text{"Η ενέργεια «{action}» δεν μπορεί να γίνει ακόμη για την παραγγελία {order}: δεν πληρούνται {count} "
                        "προϋποθέσεις.",
                        "\"{action}\" is not possible yet for order {order}: {count} conditions do not hold."};
    case Reason::kCommandNotOpen:
      return {
          "Η ενέργεια «{command}» δεν επιτρέπεται για την παραγγελία {order} όσο βρίσκεται στην "
          "κατάσταση «{status}».",
          "You cannot use \"{command}\" on order {order} while its status is \"{status}\"."};
    case Reason::kGatheringExceedsOrdered:
      return {
          "Στη γραμμή {line} δεν μπορούν να προστεθούν {given} τεμ.: η παραγγελία είναι για "
          "{ordered} και έχουν ήδη "
          "συγκεντρωθεί {gathered}.",
          "{given} more of line {line} cannot be gathered: {ordered} ordered, {gathered} gathered "
          "already."};
    case Reason::kEnquiryNotFound:
      return {"Δεν βρέθηκε το αίτημα {enquiry}.", "There is no enquiry {enquiry}."};
    case Reason::kEnquiryActionNotOpen:
      return {
          "Η ενέργεια «{action}» δεν επιτρέπεται για το αίτημα {enquiry} όσο βρίσκεται στην "
          "κατάσταση «{status}».",
          "You cannot use \"{action}\" on enquiry {enquiry} while its status is \"{status}\"."};
    case Reason::kOpenANewEnquiry:
      return {
          "Το αίτημα {enquiry} επιλύθηκε πριν από περισσότερες από {days} ημέρες και δεν ανοίγει "
          "ξανά· υποβάλετε νέο.",
          "Enquiry {enquiry} was resolved more than {days} days ago and cannot be reopened; open a "
          "new one."};
    case Reason::kEtagMismatch:
      return {
          "Τα στοιχεία άλλαξαν στο μεταξύ (στείλατε etag {given}, τώρα είναι {current})· δείτε τα "
          "ξανά και επαναλάβετε.",
          "This has changed in the meantime (you sent etag {given}, it is now {current}); read it "
          "again and retry."};
    case Reason::kOverloaded:
      return {"Το σύστημα έχει αυτή τη στιγμή μεγάλο φόρτο· παρακαλούμε δοκιμάστε ξανά σε λίγο.",
              "The service is overloaded at the moment; please try again shortly."};
    case Reason::kUnavailable:
      return {"Η υπηρεσία δεν είναι προσωρινά διαθέσιμη· παρακαλούμε δοκιμάστε ξανά σε λίγο.",
              "The service is temporarily unavailable; please try again shortly."};
    case Reason::kDeadlineExceeded:
      return {"Το αίτημα δεν ολοκληρώθηκε μέσα στον διαθέσιμο χρόνο.",
              "The request was not completed in time."};
    case Reason::kCancelledByCaller:
      return {"Το αίτημα ακυρώθηκε από αυτόν που το έστειλε.",
              "The request was cancelled by its caller."};
    case Reason::kInternal:
      return {
          "Παρουσιάστηκε εσωτερικό σφάλμα· αν επικοινωνήσετε μαζί μας, αναφέρετε τον κωδικό "
          "{incident}.",
          "An internal error occurred; when you report it, please give the code {incident}."};
    case Reason::kFeedbackAlreadyGiven:
      return {"Η παραγγελία {order} έχει ήδη αξιολογηθεί.",
              "Feedback on order {order} was already given."};
    case Reason::kQuantityBelowGathered:
      return {
          "Από τη γραμμή {line} έχουν ήδη συγκεντρωθεί {gathered} τεμ.· η ποσότητά της δεν μπορεί "
          "να μειωθεί σε {given}.",
          "{gathered} of line {line} are gathered already; its quantity cannot be reduced to "
          "{given}."};
    case Reason::kMissingRight:
      return {"Γι' αυτή την ενέργεια χρειάζεται το δικαίωμα «{right}».",
              "This takes the right \"{right}\", which the caller does not have."};
    case Reason::kRedactionNotFound:
      return {"Δεν βρέθηκε η διαγραφή {redaction}.", "There is no redaction {redaction}."};
    case Reason::kFeedHistoryChanged:
      return {
          "Το ιστορικό άλλαξε στο μεταξύ (επαναφορά της βάσης)· αρχίστε νέα παρακολούθηση χωρίς "
          "resume_token και μετά διαβάστε ξανά ό,τι κρατάτε· ένας καταναλωτής επιβεβαιώνει πρώτα "
          "μια "
          "νέα θέση.",
          "The history was changed in the meantime (the database was restored); watch anew without "
          "a resume_token, then read again what you keep; a consumer acknowledges a new place "
          "first."};
    case Reason::kActivityNotUnderstood:
      return {
          "Ακολουθεί δραστηριότητα που έγραψε νεότερος server· συνεχίστε εκεί με το resume_token.",
          "What comes next was written by a newer server; resume there with the resume_token."};
    case Reason::kWatcherTooSlow:
      return {
          "Η παρακολούθηση διακόπηκε γιατί δεν διαβάζεται αρκετά γρήγορα· συνεχίστε με το "
          "resume_token.",
          "The stream was cut off because it is not read fast enough; go on with the "
          "resume_token."};
    case Reason::kTooManyStreams:
      return {
          "Υπάρχουν ήδη {limit} ανοιχτές παρακολουθήσεις, όσες επιτρέπονται· κλείστε κάποια ή "
          "δοκιμάστε αργότερα.",
          "There are {limit} streams already, which is as many as there may be; end one, or try "
          "again later."};
    case Reason::kConsumerNotFound:
      return {"Δεν υπάρχει καταναλωτής {consumer} της ροής ενεργειών.",
              "There is no consumer {consumer} of the feed."};
    case Reason::kNotificationNotFound:
      return {"Δεν υπάρχει ειδοποίηση {notification}.", "There is no notification {notification}."};
    case Reason::kActivityNotFound:
      return {"Δεν υπάρχει δραστηριότητα {activity}.", "There is no activity {activity}."};
    case Reason::kEmailNotFound:
      return {"Δεν υπάρχει email {email}.", "There is no e-mail {email}."};
    case Reason::kMailNotConfigured:
      return {"Ο server δεν είναι ρυθμισμένος για email.", "The server is not set up for e-mail."};
    case Reason::kFrozenByInvoice:
      return {
          "Η ενέργεια «{command}» δεν επιτρέπεται πλέον για την παραγγελία {order}: έχει εκδοθεί "
          "το "
          "παραστατικό {invoice}.",
          "You cannot use \"{command}\" on order {order} any more: invoice {invoice} was issued."};
  }
  return {};
}

constexpr Text kNotFromHere = {
    "Η ενέργεια «{action}» δεν γίνεται όσο η παραγγελία βρίσκεται στην κατάσταση «{status}».",
    "\"{action}\" cannot be done while the order is in status \"{status}\"."};
constexpr Text kOnlyFor = {"Επιτρέπεται μόνο σε: {roles}.", "Only allowed for: {roles}."};

constexpr Text kOpenInstead = {" Διαθέσιμες ενέργειες: {open_actions}.",
                               " Open now: {open_actions}."};

// One that was to be picked up never left, and so does not come back.
Text BroughtBack(OrderStatus from) {
  if (from == OrderStatus::kReadyForPickup) {
    return {"Η παραγγελία δεν παραλήφθηκε από το κατάστημα{reason}.",
            "The order was not collected from the store{reason}."};
  }
  return {"Η παραγγελία επέστρεψε χωρίς να παραδοθεί{reason}.",
          "The order came back undelivered{reason}."};
}

Text SentenceOf(const OrderMoved& moved) {
  switch (moved.action) {
    case OrderAction::kStartProcessing:
      return {"Ξεκίνησε η επεξεργασία της παραγγελίας.", "Processing of the order has started."};
    case OrderAction::kStartGathering:
      return {"Ξεκίνησε η συγκέντρωση των προϊόντων.", "Gathering of the products has started."};
    case OrderAction::kStartPreparing:
      return {"Ξεκίνησε η προετοιμασία της παραγγελίας.", "Preparation of the order has started."};
    case OrderAction::kHandToCarrier:
      return moved.parcels.empty()
                 ? Text{"Η παραγγελία παραδόθηκε στη μεταφορική/courier.",
                        "The order was handed to the carrier/courier."}
                 : Text{"Η παραγγελία παραδόθηκε στη μεταφορική/courier ({parcels}).",
                        "The order was handed to the carrier/courier ({parcels})."};
    case OrderAction::kOfferPickup:
      return {"Η παραγγελία είναι έτοιμη για παραλαβή από το κατάστημα.",
              "The order is ready for pickup from the store."};
    case OrderAction::kDispatchVehicle:
      return {"Η παραγγελία αναχώρησε με μέσο της IP Partners (όχημα {vehicle}).",
              "The order has left by IP Partners vehicle ({vehicle})."};
    case OrderAction::kConfirmReceipt:
      return {"Επιβεβαιώθηκε η παραλαβή της παραγγελίας.", "Receipt of the order was confirmed."};
    case OrderAction::kCancel:
      return {"Η παραγγελία ακυρώθηκε{reason}.", "The order was cancelled{reason}."};
    case OrderAction::kReturnToProcessing:
      return {"Η παραγγελία επέστρεψε στην επεξεργασία{reason}.",
              "The order went back to processing{reason}."};
    case OrderAction::kReturnToGathering:
      return {"Η παραγγελία επέστρεψε στη συγκέντρωση προϊόντων{reason}.",
              "The order went back to gathering{reason}."};
    case OrderAction::kReturnUndelivered:
      return BroughtBack(moved.from);
  }
  return {};
}

Text SentenceOf(EnquiryAction action) {
  switch (action) {
    case EnquiryAction::kTakeUp:
      return {"Το αίτημα ανέλαβε συνεργάτης μας.", "The enquiry was taken up."};
    case EnquiryAction::kAskCustomer:
      return {"Το αίτημα περιμένει απάντηση του πελάτη.",
              "The enquiry is waiting for the customer's answer."};
    case EnquiryAction::kResume:
      return {"Η επεξεργασία του αιτήματος συνεχίζεται.", "Work on the enquiry goes on."};
    case EnquiryAction::kResolve:
      return {"Το αίτημα επιλύθηκε.", "The enquiry was resolved."};
    case EnquiryAction::kReopen:
      return {"Το αίτημα άνοιξε ξανά.", "The enquiry was reopened."};
  }
  return {};
}

// Without a full stop: staff's note may follow.
Text RecordedText(CheckKind check, CheckOutcome outcome) {
  const auto one_of = [outcome](Text passed, Text failed, Text withdrawn) {
    switch (outcome) {
      case CheckOutcome::kPassed:
        return passed;
      case CheckOutcome::kFailed:
        return failed;
      case CheckOutcome::kWithdrawn:
        return withdrawn;
    }
    return Text{};
  };
  switch (check) {
    case CheckKind::kDetails:
      return one_of(
          {"Τα στοιχεία της παραγγελίας επαληθεύτηκαν", "The order details were verified"},
          {"Ο έλεγχος των στοιχείων της παραγγελίας απέτυχε",
           "The check of the order details failed"},
          {"Ο έλεγχος των στοιχείων της παραγγελίας ανακλήθηκε",
           "The check of the order details was withdrawn"});
    case CheckKind::kAvailability:
      return one_of(
          {"Η διαθεσιμότητα των προϊόντων επιβεβαιώθηκε",
           "The availability of the products was confirmed"},
          {"Ο έλεγχος διαθεσιμότητας των προϊόντων απέτυχε", "The availability check failed"},
          {"Ο έλεγχος διαθεσιμότητας των προϊόντων ανακλήθηκε",
           "The availability check was withdrawn"});
    case CheckKind::kPayment:
      return one_of({"Η πληρωμή τακτοποιήθηκε", "The payment was arranged"},
                    {"Ο έλεγχος της πληρωμής απέτυχε", "The payment check failed"},
                    {"Ο έλεγχος της πληρωμής ανακλήθηκε", "The payment check was withdrawn"});
  }
  return {};
}

// What a redaction has taken away is not spoken of.
constexpr Text kReason = {" (αιτία: {reason})", " (reason: {reason})"};
constexpr Text kNote = {" (σημείωση: {note})", " (note: {note})"};
constexpr Text kDataRedacted = {"Τα προσωπικά δεδομένα διαγράφηκαν.",
                                "Personal data was redacted."};
constexpr Text kCommentRedacted = {"Διαγράφηκε το περιεχόμενο ενός σχολίου.",
                                   "The content of a comment was redacted."};
constexpr Text kRedactedText = {"Το σχόλιο έχει διαγραφεί.", "The comment was redacted."};
constexpr Text kCreated = {"Η παραγγελία καταχωρίστηκε.", "The order was placed."};
constexpr Text kImported = {"Η παραγγελία μεταφέρθηκε εδώ από το «{source}», με το ιστορικό της.",
                            "The order was imported from \"{source}\", with its past."};
constexpr Text kEnquiryMade = {"Υποβλήθηκε το αίτημα ({kind}).", "The enquiry was made ({kind})."};
constexpr Text kInvoiceIssued = {"Εκδόθηκε το παραστατικό {invoice}.",
                                 "Invoice {invoice} was issued."};
constexpr Text kInvoiceReplaced = {"Το παραστατικό αντικαταστάθηκε από το {invoice}.",
                                   "The invoice was replaced by {invoice}."};
constexpr Text kParcelsUpdated = {"Ενημερώθηκαν τα στοιχεία αποστολής ({parcels}).",
                                  "The tracking was updated ({parcels})."};
constexpr Text kDeliveryUpdated = {"Ενημερώθηκε η αναμενόμενη παράδοση.",
                                   "The expected delivery was updated."};
constexpr Text kParcelsAndDeliveryUpdated = {
    "Ενημερώθηκαν τα στοιχεία αποστολής ({parcels}) και η αναμενόμενη παράδοση.",
    "The tracking ({parcels}) and the expected delivery were updated."};
constexpr Text kNothingNewTracked = {"Ελέγχθηκαν τα στοιχεία αποστολής, χωρίς αλλαγή.",
                                     "The tracking was checked without a change."};

constexpr Text kAmended = {"Η παραγγελία άλλαξε ({changes}).",
                           "The order was amended ({changes})."};
constexpr Text kFieldChanged = {"{field}: {before} → {after}", "{field}: {before} → {after}"};
constexpr Text kRecipient = {"Παραλήπτης", "Recipient"};
constexpr Text kDeliveryPhone = {"Τηλέφωνο παράδοσης", "Delivery phone"};
constexpr Text kDeliveryInstructions = {"Οδηγίες παράδοσης", "Delivery instructions"};
constexpr Text kTotal = {"Σύνολο", "Total"};
constexpr Text kLineAdded = {"γραμμή {line}: προστέθηκε, {quantity} × {name} προς {price}",
                             "line {line}: added, {quantity} × {name} at {price}"};
constexpr Text kLineRemoved = {"γραμμή {line}: αφαιρέθηκε, {quantity} × {name}",
                               "line {line}: removed, {quantity} × {name}"};
constexpr Text kLineChanged = {"γραμμή {line}: {changes}", "line {line}: {changes}"};
constexpr Text kPriceChanged = {"τιμή {before} → {after}", "price {before} → {after}"};
constexpr Text kDiscountChanged = {"έκπτωση {before} → {after}", "discount {before} → {after}"};
constexpr Text kVatChanged = {"ΦΠΑ {before} → {after}", "VAT {before} → {after}"};
constexpr Text kSkuChanged = {"κωδικός {before} → {after}", "SKU {before} → {after}"};
constexpr Text kProductChanged = {"προϊόν «{before}» → «{after}»",
                                  "product \"{before}\" → \"{after}\""};
constexpr Text kChargesChanged = {"Χρεώσεις: {changes}", "Charges: {changes}"};
constexpr Text kAmountChanged = {"{before} → {after}", "{before} → {after}"};
constexpr Text kToCheckAgain = {"για επανέλεγχο: {checks}", "to be checked again: {checks}"};
constexpr absl::string_view kNoValue = "–";
constexpr Text kNotificationsOn = {"Οι ειδοποιήσεις ενεργοποιήθηκαν.",
                                   "Notifications were turned on."};
constexpr Text kNotificationsOff = {"Οι ειδοποιήσεις απενεργοποιήθηκαν.",
                                    "Notifications were turned off."};
constexpr Text kRated = {"Ο πελάτης βαθμολόγησε την παραγγελία με {rating} στα 5.",
                         "The customer rated the order {rating} out of 5."};
constexpr Text kRatedWithText = {
    "Ο πελάτης βαθμολόγησε την παραγγελία με {rating} στα 5 (σχόλιο: {text}).",
    "The customer rated the order {rating} out of 5 (comment: {text})."};

Text QuantityChangedText(Grammar pieces) {
  if (pieces == Grammar::kOne) {
    return {"{before} → {after} τεμάχιο", "{before} → {after} piece"};
  }
  return {"{before} → {after} τεμάχια", "{before} → {after} pieces"};
}

Text MoreLinesText(Grammar lines) {
  if (lines == Grammar::kOne) return {"και {lines} ακόμη γραμμή", "and {lines} more line"};
  return {"και {lines} ακόμη γραμμές", "and {lines} more lines"};
}

Text GatheredText(Grammar pieces, bool with_sources) {
  if (pieces == Grammar::kOne) {
    return with_sources ? Text{"Συγκεντρώθηκε {pieces} τεμάχιο ({sources}).",
                               "{pieces} piece was gathered ({sources})."}
                        : Text{"Συγκεντρώθηκε {pieces} τεμάχιο.", "{pieces} piece was gathered."};
  }
  return with_sources ? Text{"Συγκεντρώθηκαν {pieces} τεμάχια ({sources}).",
                             "{pieces} pieces were gathered ({sources})."}
                      : Text{"Συγκεντρώθηκαν {pieces} τεμάχια.", "{pieces} pieces were gathered."};
}

Text GatheredFromText(SourceKind kind) {
  switch (kind) {
    case SourceKind::kWarehouse:
      return {"γραμμή {line}: {quantity} από την αποθήκη {source}",
              "line {line}: {quantity} from warehouse {source}"};
    case SourceKind::kSupplier:
      return {"γραμμή {line}: {quantity} από τον προμηθευτή {source}",
              "line {line}: {quantity} from supplier {source}"};
  }
  return {};
}

// --- Filling in ----------------------------------------------------------------------------------

const Fact* FindFact(const std::vector<Fact>& facts, absl::string_view name) {
  const auto found =
      std::ranges::find_if(facts, [&](const Fact& fact) { return fact.name == name; });
  return found == facts.end() ? nullptr : &*found;
}

// The value as people see it.
std::string FactInWords(const FactValue& value, Language language) {
  return std::visit(
      [&](const auto& held) -> std::string {
        if constexpr (std::is_enum_v<std::decay_t<decltype(held)>>) {
          return std::string(Label(held, language));
        } else {
          return FactAsText(held);
        }
      },
      value);
}

// Puts the facts in their places. Values are never searched for places themselves: they come from
// callers. A place without its fact is left as it is.
std::string Fill(Text text, const std::vector<Fact>& facts, Language language) {
  absl::string_view rest = text.In(language);
  std::string filled;
  while (!rest.empty()) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    const std::size_t close = rest.find('}', open);
    absl::StrAppend(&filled, rest.substr(0, open));
    rest.remove_prefix(open);
    if (close == absl::string_view::npos) break;
    const Fact* fact = FindFact(facts, rest.substr(1, close - open - 1));
    const absl::string_view place = rest.substr(0, close - open + 1);
    absl::StrAppend(&filled,
                    fact == nullptr ? std::string(place) : FactInWords(fact->value, language));
    rest.remove_prefix(place.size());
  }
  return filled;
}

// How the fact of that name, a number, is spoken of.
Grammar GrammarOf(const std::vector<Fact>& facts, absl::string_view name) {
  const Fact* fact = FindFact(facts, name);
  const auto* count = fact == nullptr ? nullptr : std::get_if<std::int64_t>(&fact->value);
  return count == nullptr ? Grammar::kMany : GrammarFor(*count);
}

CheckGap GapOf(const GuardFailure& failure) {
  const Fact* state = FindFact(failure.facts, "check_state");
  const bool failed = state != nullptr && FactAsText(state->value) == Name(CheckOutcome::kFailed);
  return failed ? CheckGap::kFailed : CheckGap::kNotRecorded;
}

template <typename Action>
std::string ActionLabels(const std::vector<Action>& actions, Language language) {
  return absl::StrJoin(actions, ", ", [&](std::string* out, Action action) {
    absl::StrAppend(out, Label(action, language));
  });
}

std::string RoleLabels(RoleSet roles, Language language) {
  std::vector<absl::string_view> labels;
  for (Role role : kRoles) {
    if (roles.Contains(role)) labels.push_back(Label(role, language));
  }
  return absl::StrJoin(labels, ", ");
}

// "ACS 1234567890, ACS 1234567891: in transit"; the carrier's own words where there are any.
std::string ParcelNames(const std::vector<Parcel>& parcels) {
  return absl::StrJoin(parcels, ", ", [](std::string* out, const Parcel& parcel) {
    absl::StrAppend(out, parcel.carrier, " ", parcel.tracking_number,
                    parcel.carrier_status.empty() ? "" : ": ", parcel.carrier_status);
  });
}

std::string SourcesOf(const GatheringRecorded& gathering, Language language) {
  return absl::StrJoin(gathering.items, ", ",
                       [&](std::string* out, const GatheringRecorded::Item& item) {
                         absl::StrAppend(out, Fill(GatheredFromText(item.source.kind),
                                                   {{"line", std::int64_t{item.line}},
                                                    {"quantity", item.quantity},
                                                    {"source", item.source.id}},
                                                   language));
                       });
}

// A reason ends with a full stop more often than not; inside a sentence it has none.
std::string WithoutFullStop(std::string text) {
  while (!text.empty() && (text.back() == '.' || text.back() == '\n' || text.back() == ' '))
    text.pop_back();
  return text;
}

// "28 Nov 2026 18:00 UTC". Whose clock the reader looks at is not known here.
std::string UtcInWords(absl::Time time, Language language) {
  return absl::StrCat(TimeInWords(time, absl::UTCTimeZone(), language), " UTC");
}

// --- Amendments ----------------------------------------------------------------------------------

constexpr std::size_t kMaxShown = 80;       // characters of a value
constexpr std::int64_t kMaxLinesShown = 8;  // lines of an order

bool BeginsCharacter(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;  // UTF-8
}

// As many characters as are shown, and "…" where there are more.
std::string Shortened(absl::string_view text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!BeginsCharacter(text[at])) continue;
    if (characters == kMaxShown) return absl::StrCat(text.substr(0, at), "…");
    ++characters;
  }
  return std::string(text);
}

// Where the first word that differs begins; in a long word, the first character.
std::size_t FirstDifference(absl::string_view before, absl::string_view after) {
  const auto differ = std::ranges::mismatch(before, after);
  auto same = static_cast<std::size_t>(differ.in1 - before.begin());
  const std::size_t blank = before.substr(0, same).rfind(' ');
  if (blank != absl::string_view::npos && same - blank < kMaxShown / 2) return blank + 1;
  while (same > 0 && same < before.size() && !BeginsCharacter(before[same])) --same;
  return same;
}

// The facts "before" and "after". Of long texts, what begins with the first word that differs.
std::vector<Fact> BeforeAndAfter(absl::string_view before, absl::string_view after) {
  const bool whole = CountCharacters(before) <= kMaxShown && CountCharacters(after) <= kMaxShown;
  const std::size_t from = whole ? 0 : FirstDifference(before, after);
  const auto shown = [&](absl::string_view text) {
    if (text.empty()) return std::string(kNoValue);
    return absl::StrCat(from > 0 ? "…" : "", Shortened(absl::ClippedSubstr(text, from)));
  };
  return {{"before", shown(before)}, {"after", shown(after)}};
}

// "Ermou 48, 105 63 Athens, GR".
std::string PlaceOf(const Address& address) {
  std::vector<std::string> parts = address.lines;
  const std::string city = absl::StrCat(address.postal_code, " ", address.city);
  parts.emplace_back(absl::StripAsciiWhitespace(city));
  parts.push_back(address.region);
  parts.push_back(address.country);
  std::erase(parts, "");
  return absl::StrJoin(parts, ", ");
}

// Line breaks and tabs become blanks.
std::string OnOneLine(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar("\r\n\t"), absl::SkipEmpty()), " ");
}

bool SameCharge(const Charge& a, const Charge& b) {
  return a.kind == b.kind && a.label == b.label;
}

// A charge as it was and as it is; nothing where there was or is none.
struct ChargeChange {
  const Charge* before = nullptr;
  const Charge* after = nullptr;
};

// Charges have no numbers: those of one kind and label are taken for the same, in their order.
std::vector<ChargeChange> PairedCharges(const Amended<std::vector<Charge>>& amended) {
  std::vector<ChargeChange> changes;
  for (const Charge& charge : amended.before) changes.push_back({.before = &charge});
  for (const Charge& charge : amended.after) {
    const auto same = std::ranges::find_if(changes, [&](const ChargeChange& change) {
      return change.after == nullptr && SameCharge(*change.before, charge);
    });
    if (same == changes.end()) {
      changes.push_back({.after = &charge});
    } else {
      same->after = &charge;
    }
  }
  return changes;
}

// What became of lines and charges, in a few words for each that changed.
class GoodsInWords {
 public:
  GoodsInWords(Language language, absl::string_view currency)
      : language_(language), currency_(currency) {}

  std::string Of(Amount amount) const { return AmountInWords(amount, currency_, language_); }

  std::vector<std::string> Of(const Amended<std::vector<Line>>& amended) const {
    std::vector<std::string> changes;
    for (const Line& line : amended.after) {
      const auto before = std::ranges::find(amended.before, line.number, &Line::number);
      const bool added = before == amended.before.end();
      changes.push_back(added ? Of(kLineAdded, line) : Of(*before, line));
    }
    for (const Line& line : amended.before) {
      const auto after = std::ranges::find(amended.after, line.number, &Line::number);
      if (after == amended.after.end()) changes.push_back(Of(kLineRemoved, line));
    }
    std::erase(changes, "");
    return changes;
  }

  std::vector<std::string> Of(const Amended<std::vector<Charge>>& amended) const {
    std::vector<std::string> changes;
    for (const ChargeChange& change : PairedCharges(amended)) changes.push_back(Of(change));
    std::erase(changes, "");
    return changes;
  }

 private:
  std::string Of(VatRate rate) const { return RateInWords(rate, language_); }

  // `text` says whether it was added or removed.
  std::string Of(Text text, const Line& line) const {
    return Fill(text,
                {{"line", std::int64_t{line.number}},
                 {"quantity", line.quantity},
                 {"name", Shortened(line.name)},
                 {"price", Of(line.unit_price)}},
                language_);
  }

  // Empty where nothing changed.
  std::string Of(const Line& before, const Line& after) const {
    std::vector<std::string> changes;
    Compare(QuantityChangedText(GrammarFor(after.quantity)), absl::StrCat(before.quantity),
            absl::StrCat(after.quantity), changes);
    Compare(kPriceChanged, Of(before.unit_price), Of(after.unit_price), changes);
    Compare(kDiscountChanged, Of(before.discount), Of(after.discount), changes);
    Compare(kVatChanged, Of(before.vat_rate), Of(after.vat_rate), changes);
    Compare(kSkuChanged, before.sku, after.sku, changes);
    Compare(kProductChanged, before.name, after.name, changes);
    if (changes.empty()) return "";
    return Fill(kLineChanged,
                {{"line", std::int64_t{after.number}}, {"changes", absl::StrJoin(changes, ", ")}},
                language_);
  }

  // Likewise.
  std::string Of(const ChargeChange& change) const {
    const auto [before, after] = change;
    std::vector<std::string> changes;
    Compare(kAmountChanged, before == nullptr ? "" : Of(before->amount),
            after == nullptr ? "" : Of(after->amount), changes);
    if (before != nullptr && after != nullptr)
      Compare(kVatChanged, Of(before->vat_rate), Of(after->vat_rate), changes);
    if (changes.empty()) return "";
    return absl::StrCat(NameOf(after != nullptr ? *after : *before), " ",
                        absl::StrJoin(changes, ", "));
  }

  std::string NameOf(const Charge& charge) const {
    return charge.label.empty() ? std::string(Label(charge.kind, language_))
                                : Shortened(charge.label);
  }

  // Adds what there is to tell of two values, if anything.
  void Compare(Text text, const std::string& before, const std::string& after,
               std::vector<std::string>& changes) const {
    if (before != after) changes.push_back(Fill(text, BeforeAndAfter(before, after), language_));
  }

  Language language_;
  absl::string_view currency_;
};

// What became of each field that was amended, in a few words. One overload for each type of field.
// What a redaction has taken is the same before and after, which no amendment leaves; such a field
// is only named.
class AmendedInWords {
 public:
  // `currency`: of lines and charges.
  AmendedInWords(Language language, absl::string_view currency)
      : language_(language), goods_(language, currency) {}

  void operator()(OrderField field, const Amended<std::string>& amended) {
    AddValues(field, amended.before, amended.after);
  }
  void operator()(OrderField field, const Amended<std::optional<absl::Time>>& amended) {
    const auto in_words = [this](const std::optional<absl::Time>& time) {
      return time.has_value() ? UtcInWords(*time, language_) : "";
    };
    AddValues(field, in_words(amended.before), in_words(amended.after));
  }
  void operator()(OrderField field, const Amended<FulfilmentMethod>& amended) {
    AddValues(field, std::string(Label(amended.before, language_)),
              std::string(Label(amended.after, language_)));
  }
  void operator()(OrderField field, const Amended<std::optional<PickupStore>>& amended) {
    const auto name = [](const std::optional<PickupStore>& store) {
      return store.has_value() ? store->name : "";
    };
    AddValues(field, name(amended.before), name(amended.after));
  }
  void operator()(OrderField field, const Amended<std::optional<Address>>& amended) {
    if (amended.before.has_value() && amended.after.has_value())
      return AddAddress(field, *amended.before, *amended.after);
    // Of one that was added or removed the place is enough.
    const auto place = [](const std::optional<Address>& address) {
      return address.has_value() ? PlaceOf(*address) : "";
    };
    AddValues(field, place(amended.before), place(amended.after));
  }
  void operator()(OrderField field, const Amended<std::vector<Charge>>& amended) {
    const std::vector<std::string> changes = goods_.Of(amended);
    if (changes.empty()) return AddName(field);  // they stand in another order
    Add(kChargesChanged, {{"changes", absl::StrJoin(changes, ", ")}});
  }
  void operator()(OrderField /*field*/, const Amended<std::vector<Line>>& amended) {
    std::vector<std::string> changes = goods_.Of(amended);
    const auto more = static_cast<std::int64_t>(changes.size()) - kMaxLinesShown;
    if (more > 0) changes.resize(kMaxLinesShown);
    std::ranges::move(changes, std::back_inserter(parts_));
    if (more > 0) Add(MoreLinesText(GrammarFor(more)), {{"lines", more}});
  }

  void AddTotal(const Amended<Totals>& totals) {
    AddDifference(kTotal, goods_.Of(totals.before.gross), goods_.Of(totals.after.gross));
  }

  void Add(Text text, const std::vector<Fact>& facts) {
    parts_.push_back(Fill(text, facts, language_));
  }

  std::string Joined() const { return absl::StrJoin(parts_, " · "); }

 private:
  void AddName(OrderField field) { parts_.emplace_back(Label(field, language_)); }

  void AddValues(OrderField field, const std::string& before, const std::string& after) {
    // A redaction has taken both, or what differs is not in the words: two stores of one name.
    if (before == after) return AddName(field);
    AddDifference(LabelOf(field), before, after);
  }

  void AddAddress(OrderField field, const Address& before, const Address& after) {
    const std::size_t told = parts_.size();
    AddDifference(LabelOf(field), PlaceOf(before), PlaceOf(after));
    AddDifference(kRecipient, before.recipient, after.recipient);
    AddDifference(kDeliveryPhone, before.phone, after.phone);
    AddDifference(kDeliveryInstructions, OnOneLine(before.instructions),
                  OnOneLine(after.instructions));
    if (parts_.size() == told) AddName(field);  // it reads the same, set in other lines
  }

  // Nothing where there is none.
  void AddDifference(Text label, const std::string& before, const std::string& after) {
    if (before == after) return;
    std::vector<Fact> facts = BeforeAndAfter(before, after);
    facts.push_back({"field", std::string(label.In(language_))});
    Add(kFieldChanged, facts);
  }

  Language language_;
  GoodsInWords goods_;
  std::vector<std::string> parts_;
};

std::string CheckLabels(const std::vector<CheckKind>& checks, Language language) {
  return absl::StrJoin(checks, ", ", [&](std::string* out, CheckKind check) {
    absl::StrAppend(out, Label(check, language));
  });
}

// One overload for each alternative of Event, so that a new one does not compile until it has its
// sentence.
struct EventSentence {
  Language language;
  bool for_customer;
  bool redacted;

  std::string operator()(const OrderCreated&) const { return Fill(kCreated, {}, language); }

  std::string operator()(const OrderMoved& moved) const {
    const std::string vehicle = moved.vehicle_trip.has_value() ? moved.vehicle_trip->vehicle : "";
    return Fill(SentenceOf(moved),
                {{"reason", ReasonInBrackets(moved.reason)},
                 {"vehicle", vehicle},
                 {"parcels", ParcelNames(moved.parcels)}},
                language);
  }

  std::string operator()(const CheckRecorded& recorded) const {
    std::string sentence = Fill(RecordedText(recorded.check, recorded.outcome), {}, language);
    if (!recorded.note.empty() && !for_customer) {
      absl::StrAppend(&sentence, Fill(kNote, {{"note", WithoutFullStop(recorded.note)}}, language));
    }
    return sentence + ".";
  }

  std::string operator()(const GatheringRecorded& recorded) const {
    std::int64_t pieces = 0;
    for (const GatheringRecorded::Item& item : recorded.items) pieces += item.quantity;
    return Fill(GatheredText(GrammarFor(pieces), /*with_sources=*/!for_customer),
                {{"pieces", pieces}, {"sources", SourcesOf(recorded, language)}}, language);
  }

  std::string operator()(const InvoiceRecorded& recorded) const {
    return Fill(recorded.correction ? kInvoiceReplaced : kInvoiceIssued,
                {{"invoice", recorded.invoice.number}}, language);
  }

  std::string operator()(const TrackingRecorded& recorded) const {
    const std::vector<Fact> facts = {{"parcels", ParcelNames(recorded.parcels)}};
    if (recorded.parcels.empty()) {
      return Fill(recorded.expected_delivery.has_value() ? kDeliveryUpdated : kNothingNewTracked,
                  facts, language);
    }
    return Fill(
        recorded.expected_delivery.has_value() ? kParcelsAndDeliveryUpdated : kParcelsUpdated,
        facts, language);
  }

  std::string operator()(const CommentAdded& added) const {
    return redacted ? Fill(kRedactedText, {}, language) : added.text;
  }

  std::string operator()(const Redacted& event) const {
    return Fill(event.comment_seq.has_value() ? kCommentRedacted : kDataRedacted, {}, language);
  }

  std::string operator()(const OrderImported& imported) const {
    return Fill(kImported, {{"source", imported.content.source}}, language);
  }

  std::string operator()(const EnquiryCreated& created) const {
    const absl::string_view kind = LabelOf(created.content.kind).In(language);
    return Fill(kEnquiryMade, {{"kind", std::string(kind)}}, language);
  }

  std::string operator()(const EnquiryMoved& moved) const {
    return Fill(SentenceOf(moved.action), {}, language);
  }

  std::string operator()(const OrderAmended& event) const {
    AmendedInWords changes(language, event.currency);
    VisitFields(event, [&](OrderField field, const auto& amended, auto /*of*/) {
      if (amended.has_value()) changes(field, *amended);
    });
    if (event.totals.has_value()) changes.AddTotal(*event.totals);
    if (!event.cleared_checks.empty())
      changes.Add(kToCheckAgain, {{"checks", CheckLabels(event.cleared_checks, language)}});
    return Fill(kAmended, {{"changes", changes.Joined()}}, language);
  }

  std::string operator()(const NotificationsSet& set) const {
    return Fill(set.on ? kNotificationsOn : kNotificationsOff, {}, language);
  }

  std::string operator()(const FeedbackSubmitted& submitted) const {
    return Fill(
        submitted.text.empty() ? kRated : kRatedWithText,
        {{"rating", std::int64_t{submitted.rating}}, {"text", WithoutFullStop(submitted.text)}},
        language);
  }

 private:
  std::string ReasonInBrackets(const std::string& reason) const {
    return reason.empty() ? "" : Fill(kReason, {{"reason", WithoutFullStop(reason)}}, language);
  }
};

}  // namespace

absl::string_view Label(OrderStatus status, Language language) {
  return LabelOf(status).In(language);
}
absl::string_view Meaning(OrderStatus status, Language language) {
  return MeaningOf(status).In(language);
}
absl::string_view Meaning(OrderStatus status, FulfilmentMethod method, Language language) {
  return MeaningOf(status, method).In(language);
}

absl::string_view Label(OrderAction action, Language language) {
  return LabelOf(action).In(language);
}
absl::string_view Label(EnquiryStatus status, Language language) {
  return LabelOf(status).In(language);
}
absl::string_view Meaning(EnquiryStatus status, Language language) {
  return MeaningOf(status).In(language);
}
absl::string_view Label(EnquiryAction action, Language language) {
  return LabelOf(action).In(language);
}
absl::string_view Label(EnquiryKind kind, Language language) {
  return LabelOf(kind).In(language);
}
absl::string_view Label(Command command, Language language) {
  return LabelOf(command).In(language);
}
absl::string_view Label(Role role, Language language) {
  return LabelOf(role).In(language);
}
absl::string_view Label(FulfilmentMethod method, Language language) {
  return LabelOf(method).In(language);
}
absl::string_view Label(PaymentMethod method, Language language) {
  return LabelOf(method).In(language);
}
absl::string_view Label(CheckKind check, Language language) {
  return LabelOf(check).In(language);
}
absl::string_view Label(CheckOutcome outcome, Language language) {
  return LabelOf(outcome).In(language);
}
absl::string_view Label(ChargeKind kind, Language language) {
  return LabelOf(kind).In(language);
}
absl::string_view Label(OrderField field, Language language) {
  return LabelOf(field).In(language);
}
absl::string_view Condition(Guard guard, Language language) {
  return ConditionOf(guard).In(language);
}

std::string Sentence(const GuardFailure& failure, Language language) {
  const Text text = FailureOf(failure.guard, GapOf(failure), GrammarOf(failure.facts, "missing"));
  return Fill(text, failure.facts, language);
}

std::string Sentence(const Violation& violation, Language language) {
  return Fill(SentenceOf(violation.flaw), violation.facts, language);
}

std::string Sentence(const Refusal& refusal, Language language) {
  std::string sentence =
      Fill(SentenceOf(refusal.reason, GrammarOf(refusal.facts, "count")), refusal.facts, language);
  if (!refusal.open_actions.empty()) {
    absl::StrAppend(
        &sentence,
        Fill(kOpenInstead, {{"open_actions", ActionLabels(refusal.open_actions, language)}},
             language));
  }
  if (!refusal.open_enquiry_actions.empty()) {
    absl::StrAppend(
        &sentence,
        Fill(kOpenInstead, {{"open_actions", ActionLabels(refusal.open_enquiry_actions, language)}},
             language));
  }
  return sentence;
}

std::vector<std::string> Reasons(const ActionExplanation& explanation, OrderStatus status,
                                 Language language) {
  std::vector<std::string> reasons;
  if (explanation.allowed) return reasons;
  if (!explanation.open_in_status) {
    reasons.push_back(
        Fill(kNotFromHere, {{"action", explanation.action}, {"status", status}}, language));
  }
  if (!explanation.role_permitted) {
    reasons.push_back(
        Fill(kOnlyFor, {{"roles", RoleLabels(explanation.roles, language)}}, language));
  }
  for (const GuardFailure& failure : explanation.guards)
    reasons.push_back(Sentence(failure, language));
  return reasons;
}

std::string Sentence(const Activity& activity, Language language, bool for_customer) {
  return std::visit(EventSentence{language, for_customer, activity.redacted}, activity.event);
}

}  // namespace ipstore::orders
