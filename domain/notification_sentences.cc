// What is said of notifications and of e-mails that were sent to us; see sentences.h.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "domain/bilingual_text.h"
#include "domain/notification.h"
#include "domain/order.h"
#include "domain/sentences.h"

namespace ipstore::orders {
namespace {

using Text = BilingualText;

Text LabelOf(NotificationState state) {
  switch (state) {
    case NotificationState::kQueued:
      return {"Σε αναμονή αποστολής", "Queued"};
    case NotificationState::kSent:
      return {"Στάλθηκε", "Sent"};
    case NotificationState::kSuppressed:
      return {"Δεν στάλθηκε", "Not sent"};
    case NotificationState::kFailed:
      return {"Απέτυχε", "Failed"};
  }
  return {};
}

Text SentenceOf(NotificationReason reason) {
  switch (reason) {
    case NotificationReason::kNone:
      return {};
    case NotificationReason::kByCaller:
      return {"Ζητήθηκε να μην ενημερωθεί ο πελάτης.",
              "It was asked that the customer not be told."};
    case NotificationReason::kNotificationsOff:
      return {"Οι ειδοποιήσεις είναι απενεργοποιημένες.", "Notifications are off."};
    case NotificationReason::kNoAddress:
      return {"Δεν υπάρχει διεύθυνση email του πελάτη.",
              "There is no e-mail address of the customer."};
    case NotificationReason::kTooOld:
      return {"Όταν ήρθε η σειρά της, δεν ήταν πια νέο.",
              "When its turn came, it was no news any more."};
    case NotificationReason::kRedacted:
      return {"Τα στοιχεία που θα ανέφερε έχουν διαγραφεί.", "What it would tell was redacted."};
    case NotificationReason::kRejected:
      return {"Ο διακομιστής email την απέρριψε οριστικά.", "The mail server refused it for good."};
    case NotificationReason::kGivenUp:
      return {"Ο διακομιστής email δεν την παρέλαβε επί ημέρες.",
              "The mail server did not take it for days."};
    case NotificationReason::kUnsendable:
      return {"Δεν μπορεί να γίνει email: η διεύθυνση δεν είναι έγκυρη.",
              "No e-mail can be made of it: the address is not valid."};
  }
  return {};
}

Text SentenceOf(EmailOutcome outcome) {
  switch (outcome) {
    case EmailOutcome::kReceived:
      return {"Το email βρίσκεται υπό επεξεργασία.", "The e-mail is being worked on."};
    case EmailOutcome::kCommented:
      return {"Το email καταχωρίστηκε ως σχόλιο.", "The e-mail has become a comment."};
    case EmailOutcome::kUnsubscribed:
      return {"Οι ειδοποιήσεις email απενεργοποιήθηκαν.",
              "Notifications by e-mail were turned off."};
    case EmailOutcome::kAutoReply:
      return {"Αγνοήθηκε: είναι αυτόματη απάντηση.", "Dropped: it is an automatic reply."};
    case EmailOutcome::kBounce:
      return {"Αγνοήθηκε: είναι αναφορά αποτυχίας παράδοσης.",
              "Dropped: it is a report of a failed delivery."};
    case EmailOutcome::kList:
      return {"Αγνοήθηκε: ήρθε από λίστα ή είναι μαζικό email.",
              "Dropped: it came by a mailing list or is bulk mail."};
    case EmailOutcome::kLoop:
      return {"Αγνοήθηκε: είναι δικό μας email που επέστρεψε.",
              "Dropped: it is an e-mail of ours that came back."};
    case EmailOutcome::kUnknownAddress:
      return {"Απορρίφθηκε: δεν στάλθηκε σε διεύθυνση απάντησης που δώσαμε.",
              "Refused: it went to no address for replies that was given out."};
    case EmailOutcome::kStranger:
      return {"Απορρίφθηκε: δεν ήρθε από τη διεύθυνση του πελάτη.",
              "Refused: it is not from the customer's address."};
    case EmailOutcome::kEmpty:
      return {"Απορρίφθηκε: δεν περιέχει κείμενο εκτός από όσα παραθέτει.",
              "Refused: it holds no text but what it quotes."};
    case EmailOutcome::kTooLarge:
      return {"Απορρίφθηκε: είναι μεγαλύτερο από 25 MiB.", "Refused: it has more than 25 MiB."};
    case EmailOutcome::kUnreadable:
      return {"Απορρίφθηκε: δεν μπορεί να διαβαστεί.", "Refused: it cannot be read."};
    case EmailOutcome::kNotOpen:
      return {"Απορρίφθηκε: το αίτημα έχει κλείσει και δεν δέχεται άλλα σχόλια.",
              "Refused: the enquiry is closed and takes no more comments."};
    case EmailOutcome::kFormerAddress:
      return {"Απορρίφθηκε: ήρθε από παλιά διεύθυνση του πελάτη.",
              "Refused: it is from an address that is the customer's no more."};
    case EmailOutcome::kRedacted:
      return {"Απορρίφθηκε: τα προσωπικά στοιχεία έχουν διαγραφεί.",
              "Refused: the personal data was redacted."};
    case EmailOutcome::kSeveralSenders:
      return {"Απορρίφθηκε: δεν έχει έναν μόνο αποστολέα.",
              "Refused: it is not from one sender alone."};
  }
  return {};
}

// Nothing where staff and senders are told the same.
Text AdviceTo(EmailOutcome outcome) {
  switch (outcome) {
    case EmailOutcome::kUnknownAddress:
      return {
          "Η διεύθυνση δεν είναι διεύθυνση απάντησης σε ειδοποίησή μας. Απαντήστε στο email που "
          "σας στείλαμε.",
          "The address is none to reply to a notification of ours. Please reply to the e-mail "
          "that we sent you."};
    case EmailOutcome::kStranger:
      return {
          "Το email δεν ήρθε από τη διεύθυνση του πελάτη. Απαντήστε από τη διεύθυνση στην οποία "
          "λάβατε την ειδοποίηση.",
          "The e-mail is not from the customer's address. Please reply from the address at "
          "which you got the notification."};
    case EmailOutcome::kEmpty:
      return {
          "Το email δεν περιέχει κείμενο εκτός από όσα παραθέτει. Γράψτε την απάντησή σας "
          "πάνω από το αρχικό μήνυμα.",
          "The e-mail holds no text but what it quotes. Please write your answer above the "
          "original message."};
    case EmailOutcome::kTooLarge:
      return {"Το email είναι μεγαλύτερο από 25 MiB. Στείλτε το χωρίς τα συνημμένα.",
              "The e-mail has more than 25 MiB. Please send it without its attachments."};
    case EmailOutcome::kUnreadable:
      return {"Το email δεν μπορεί να διαβαστεί.", "The e-mail cannot be read."};
    case EmailOutcome::kNotOpen:
      return {"Το αίτημα έχει κλείσει και δεν δέχεται άλλα σχόλια. Ανοίξτε ένα νέο.",
              "The enquiry is closed and takes no more comments. Please open a new one."};
    case EmailOutcome::kFormerAddress:
      return {"Η διεύθυνση του πελάτη έχει αλλάξει. Απαντήστε από τη νέα διεύθυνση.",
              "The customer's address has changed. Please reply from the new address."};
    case EmailOutcome::kRedacted:
      return {"Τα στοιχεία έχουν διαγραφεί και δεν δέχονται πια απαντήσεις.",
              "The data was deleted, and replies are taken no more."};
    case EmailOutcome::kSeveralSenders:
      return {"Το email δεν έχει έναν μόνο αποστολέα. Στείλτε το από μία διεύθυνση.",
              "The e-mail is not from one sender alone. Please send it from one address."};
    case EmailOutcome::kReceived:
    case EmailOutcome::kCommented:
    case EmailOutcome::kUnsubscribed:
    case EmailOutcome::kAutoReply:
    case EmailOutcome::kBounce:
    case EmailOutcome::kList:
    case EmailOutcome::kLoop:
      return {};
  }
  return {};
}

}  // namespace

absl::string_view Label(NotificationState state, Language language) {
  return LabelOf(state).In(language);
}

absl::string_view Sentence(NotificationReason reason, Language language) {
  return SentenceOf(reason).In(language);
}

absl::string_view Sentence(EmailOutcome outcome, Language language) {
  return SentenceOf(outcome).In(language);
}

absl::string_view SentenceForSender(EmailOutcome outcome, Language language) {
  const absl::string_view advice = AdviceTo(outcome).In(language);
  return advice.empty() ? Sentence(outcome, language) : advice;
}

std::string AttachmentsLeftOut(const std::vector<std::string>& names, Language language) {
  const bool greek = language == Language::kGreek;
  const std::string list =
      absl::StrJoin(names, ", ", [&](std::string* out, const std::string& name) {
        absl::StrAppend(out, !name.empty() ? name : greek ? "χωρίς όνομα" : "without a name");
      });
  return absl::StrCat(greek ? "[Συνημμένα στο email: " : "[Attached to the e-mail: ", list, "]");
}

}  // namespace ipstore::orders
