// Addresses as headers and SMTP carry them.
#ifndef IPSTORE_ORDERS_SERVER_MAIL_MAIL_ADDRESS_H_
#define IPSTORE_ORDERS_SERVER_MAIL_MAIL_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders {

// The address in ASCII: an international domain in punycode, all of the domain in lower case.
// INVALID_ARGUMENT, with a sentence that quotes nothing of it, when it is none that every mail
// server takes: a local part with other than letters, digits, single dots and !#$%&'*+-/=?^_`{|}~
// (so none in Greek either: only few servers have SMTPUTF8), or a domain that is no host's name.
// Pure.
absl::StatusOr<std::string> AddressInAscii(absl::string_view address);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_MAIL_MAIL_ADDRESS_H_
