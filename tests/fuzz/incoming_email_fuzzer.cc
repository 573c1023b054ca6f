// Reads whatever it is given as an e-mail, and ends the program where the result is not what
// ReadEmail promises. libFuzzer's entry; without libFuzzer, corpus_test.cc calls it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "domain/validate.h"
#include "server/mail/incoming_email.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kNoLimit = 1U << 30;

void Expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "ReadEmail breaks its promise: %s\n", what);
  std::abort();
}

// As the server judges texts of its callers.
void ExpectText(const std::string& text, bool multiline, const char* what) {
  Violations violations;
  ValidateText(text, what, kNoLimit, /*required=*/false, multiline, violations);
  Expect(violations.Empty(), what);
}

void ExpectAddress(const std::string& address) {
  ExpectText(address, /*multiline=*/false, "an address is a line of text");
  Expect(absl::StrContains(address, "@"), "an address has an @");
}

void ExpectPromises(const IncomingEmail& email, std::size_t size) {
  ExpectText(email.message_id, /*multiline=*/false, "the Message-ID is a line of text");
  ExpectText(email.subject, /*multiline=*/false, "the subject is a line of text");
  ExpectText(email.text, /*multiline=*/true, "the text is a comment's");
  // A character that cannot be read takes three bytes, as may one of a charset of one byte; links
  // repeat nothing that is not there.
  Expect(email.text.size() <= 4 * size + 1024, "the text is no longer than the message");
  Expect(!absl::StrContains(email.text, "\r"), "lines end in \\n");
  Expect(!absl::StartsWith(email.text, "\n") && !absl::EndsWith(email.text, "\n"),
         "no blank lines at either end");
  Expect(!email.from.empty(), "somebody has sent it");
  for (const std::string& address : email.from) ExpectAddress(address);
  for (const std::string& address : email.recipients) ExpectAddress(address);
  for (const std::string& name : email.attachments)
    ExpectText(name, /*multiline=*/false, "the name of a file is a line of text");
}

}  // namespace
}  // namespace ipstore::orders

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view raw(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<ipstore::orders::IncomingEmail> email = ipstore::orders::ReadEmail(raw);
  if (email.ok()) {
    ipstore::orders::ExpectPromises(*email, size);
  } else {
    ipstore::orders::Expect(absl::IsInvalidArgument(email.status()), "it says what is wrong");
  }
  return 0;
}
