// How it stands with what customers are told by e-mail, and with the e-mails that they send.
#ifndef IPSTORE_ORDERS_DOMAIN_NOTIFICATION_H_
#define IPSTORE_ORDERS_DOMAIN_NOTIFICATION_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

// What became of a notification. Stored: never renumber.
enum class NotificationState : std::uint8_t {
  kQueued = 1,  // it will be sent, or is being sent
  kSent = 2,
  kSuppressed = 3,  // it is not sent, on purpose
  kFailed = 4,      // it could not be sent, and is tried no more
};

inline constexpr std::array kNotificationStates = {
    NotificationState::kQueued, NotificationState::kSent, NotificationState::kSuppressed,
    NotificationState::kFailed};

// Why a notification is suppressed or has failed. Stored: never renumber.
enum class NotificationReason : std::uint8_t {
  kNone = 0,
  // Suppressed:
  kByCaller = 1,          // whoever made the change asked for silence
  kNotificationsOff = 2,  // they were off for the order or enquiry, then or when it was its turn
  kNoAddress = 3,         // no e-mail address is known
  kTooOld = 4,            // when it was its turn, it was no news any more
  kRedacted = 5,          // what it would tell was redacted
  // Failed:
  kRejected = 6,    // refused for good by the mail server
  kGivenUp = 7,     // the mail server did not take it for days
  kUnsendable = 8,  // no message can be made of it: the address is none
};

inline constexpr std::array kNotificationReasons = {NotificationReason::kNone,
                                                    NotificationReason::kByCaller,
                                                    NotificationReason::kNotificationsOff,
                                                    NotificationReason::kNoAddress,
                                                    NotificationReason::kTooOld,
                                                    NotificationReason::kRedacted,
                                                    NotificationReason::kRejected,
                                                    NotificationReason::kGivenUp,
                                                    NotificationReason::kUnsendable};

// What became of an e-mail that was sent to us. Stored: never renumber.
enum class EmailOutcome : std::uint8_t {
  kReceived = 1,  // it is being worked on, or was when a server ended; it may come again
  // Done:
  kCommented = 2,
  kUnsubscribed = 3,
  // Dropped, and nobody is told:
  kAutoReply = 4,
  kBounce = 5,
  kList = 6,
  kLoop = 7,
  // Refused, and its sender is told why:
  kUnknownAddress = 8,  // it went to no address that we have given out
  kStranger = 9,        // not from the customer
  kEmpty = 10,          // nothing is said in it
  kTooLarge = 11,
  kUnreadable = 12,      // no e-mail
  kNotOpen = 13,         // the order or enquiry takes no comments of its customer any more
  kFormerAddress = 14,   // from an address that was the customer's, who has another one by now
  kRedacted = 15,        // the personal data of the order or enquiry was redacted
  kSeveralSenders = 16,  // from several people at once, or from nobody
};

inline constexpr std::array kEmailOutcomes = {
    EmailOutcome::kReceived,      EmailOutcome::kCommented,      EmailOutcome::kUnsubscribed,
    EmailOutcome::kAutoReply,     EmailOutcome::kBounce,         EmailOutcome::kList,
    EmailOutcome::kLoop,          EmailOutcome::kUnknownAddress, EmailOutcome::kStranger,
    EmailOutcome::kEmpty,         EmailOutcome::kTooLarge,       EmailOutcome::kUnreadable,
    EmailOutcome::kNotOpen,       EmailOutcome::kFormerAddress,  EmailOutcome::kRedacted,
    EmailOutcome::kSeveralSenders};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_NOTIFICATION_H_
