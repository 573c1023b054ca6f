// Checks commands by themselves, before anything is loaded: lengths, characters, quantities, money.
// Every violation is reported at once, under the field's path in the contract.
#ifndef IPSTORE_ORDERS_DOMAIN_VALIDATE_H_
#define IPSTORE_ORDERS_DOMAIN_VALIDATE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "domain/refusal.h"

namespace ipstore::orders {

// Limits, in characters (Unicode code points) unless said otherwise. They are documented in the
// contract.
inline constexpr std::size_t kMaxIdentifier =
    64;                                       // ids, sources, SKUs, references, tracking numbers
inline constexpr std::size_t kMaxName = 200;  // names of people, products, stores, companies
inline constexpr std::size_t kMaxShortText = 500;  // reasons, notes, instructions, opening hours
inline constexpr std::size_t kMaxUrl = 1000;
inline constexpr std::size_t kMaxComment = 10'000;  // the text of an enquiry too
inline constexpr std::size_t kMaxFeedback = 2'000;
inline constexpr std::int32_t kMaxRating = 5;  // from 1
inline constexpr std::size_t kMaxLines = 200;
inline constexpr std::size_t kMaxCharges = 20;
inline constexpr std::size_t kMaxParcels = 50;  // on one order
inline constexpr std::size_t kMaxAddressLines = 5;
inline constexpr std::size_t kMaxGatheredItems = 1000;  // in one request
inline constexpr std::size_t kMaxMaskPaths = 100;
inline constexpr std::size_t kMaxPhone = 32;
inline constexpr std::size_t kMaxPast = 5000;  // entries of an imported order's past
// Of one of them: as long as the longest sentence that we make of an activity, which names a
// thousand sources, so that an export can always be imported.
inline constexpr std::size_t kMaxPastText = 200'000;
inline constexpr std::int64_t kMaxQuantity = 1'000'000;

// True for text that is well-formed UTF-8 (RFC 3629: no surrogates, nothing over-long).
bool IsUtf8(absl::string_view text);

// The number of code points of well-formed UTF-8.
std::size_t CountCharacters(absl::string_view text);
// A text, which must be UTF-8, within so many characters: where it has more, as many whole words as
// fit and "…". A word that is too long to be one is cut.
std::string FrontOfText(absl::string_view text, std::size_t characters);

// True for an address that mail can be sent to by the form of RFC 5321: local part and domain with
// a dot, no blanks, at most 254 bytes; UTF-8 is accepted in either part (RFC 6531).
bool IsEmail(absl::string_view text);

// Each adds to `violations` what is wrong. `path` is the field's path in the request message, e.g.
// "order".
void Validate(const CreateOrder& command, absl::string_view path, Violations& violations);
// What must hold of any order's shape; less is required than of one that is placed. The paths are
// those of an ImportedOrder: "order.lines[2].sku", "past[0].text".
void Validate(const ImportOrder& command, Violations& violations);
void Validate(const TransitionOrder& command, Violations& violations);
void Validate(const RecordCheck& command, Violations& violations);
void Validate(const RecordGathering& command, Violations& violations);
void Validate(const RecordInvoice& command, Violations& violations);
void Validate(const RecordTracking& command, Violations& violations);
void Validate(const CreateEnquiry& command, absl::string_view path, Violations& violations);
void Validate(const TransitionEnquiry& command, Violations& violations);
void Validate(const UpdateOrder& command, absl::string_view path, Violations& violations);
void Validate(const SubmitFeedback& command, Violations& violations);
void Validate(const NewComment& comment, absl::string_view path, Violations& violations);

// What must hold of the fields of an order together, once `command` has made it `content`: the same
// as when it is placed. Looks at nothing that the command cannot have spoilt.
void ValidateAmended(const OrderContent& content, const UpdateOrder& command,
                     absl::string_view path, Violations& violations);

// A request_id: 1 to 64 of letters, digits, '-', '_', '.', ':'. Empty is fine: the server then
// makes one.
void ValidateRequestId(absl::string_view request_id, Violations& violations);

// Text that must be there (`required`) or may be empty, at most `max_characters`, UTF-8, no control
// characters (line breaks and tabs are fine when `multiline`).
void ValidateText(absl::string_view text, absl::string_view path, std::size_t max_characters,
                  bool required, bool multiline, Violations& violations);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_VALIDATE_H_
