#include "server/mail/mail_address.h"

#include <unicode/bytestream.h>
#include <unicode/idna.h>
#include <unicode/stringpiece.h>
#include <unicode/utypes.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kMaxLocalPart = 64;  // bytes (RFC 5321)
constexpr std::size_t kMaxAddress = 254;

bool MayStandInAtom(char byte) {
  constexpr absl::string_view kOthers = "!#$%&'*+-/=?^_`{|}~";
  return absl::ascii_isalnum(static_cast<unsigned char>(byte)) || absl::StrContains(kOthers, byte);
}

// A dot-atom. Quoted ones are legal and in no use.
bool IsLocalPart(absl::string_view text) {
  if (text.size() > kMaxLocalPart) return false;
  const std::vector<absl::string_view> atoms = absl::StrSplit(text, '.');
  return std::ranges::all_of(atoms, [](absl::string_view atom) {
    return !atom.empty() && std::ranges::all_of(atom, MayStandInAtom);
  });
}

// Hyphens as in "r3--a.example" are in use, though no international domain has them.
constexpr std::uint32_t kToleratedErrors = UIDNA_ERROR_HYPHEN_3_4;

// Empty when it is no host's name.
std::string DomainInAscii(absl::string_view domain) {
  if (domain.empty() || domain.back() == '.') return "";
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<const icu::IDNA> idna(icu::IDNA::createUTS46Instance(
      UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_NONTRANSITIONAL_TO_ASCII, error));
  if (U_FAILURE(error)) return "";
  std::string ascii;
  icu::StringByteSink<std::string> sink(&ascii);
  icu::IDNAInfo info;
  idna->nameToASCII_UTF8(icu::StringPiece(domain.data(), static_cast<std::int32_t>(domain.size())),
                         sink, info, error);
  const bool good = U_SUCCESS(error) && (info.getErrors() & ~kToleratedErrors) == 0;
  return good ? ascii : "";
}

}  // namespace

absl::StatusOr<std::string> AddressInAscii(absl::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == absl::string_view::npos)
    return absl::InvalidArgumentError("an e-mail address needs an @");
  const absl::string_view local_part = address.substr(0, at);
  if (!IsLocalPart(local_part)) {
    return absl::InvalidArgumentError(
        "what stands before the @ of the e-mail address is not understood by every mail server");
  }
  const std::string domain = DomainInAscii(address.substr(at + 1));
  if (domain.empty()) {
    return absl::InvalidArgumentError(
        "what stands behind the @ of the e-mail address is no domain");
  }
  std::string ascii = absl::StrCat(local_part, "@", domain);
  if (ascii.size() > kMaxAddress)
    return absl::InvalidArgumentError("the e-mail address is too long");
  return ascii;
}

}  // namespace ipstore::orders
