#include "domain/validate.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/money.h"

namespace ipstore::orders {
namespace {

// --- Characters ----------------------------------------------------------------------------------

// How many bytes the character that begins with `lead` has; 0 when none begins so.
std::size_t SequenceLength(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;  // a continuation, or the beginning of something over-long or beyond Unicode
}

// What the second byte may be after `lead` (RFC 3629, section 4): the narrower ranges keep out what
// is over-long, surrogates, and what lies beyond U+10FFFF.
bool MayFollow(unsigned char lead, unsigned char second) {
  const unsigned char lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return second >= lowest && second <= highest;
}

bool IsContinuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// Takes the first character off `text`; nothing when it is not well formed. `text` must not be
// empty.
std::optional<char32_t> TakeCharacter(absl::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = SequenceLength(byte(0));
  if (length == 0 || length > text.size()) return std::nullopt;
  if (length > 1 && !MayFollow(byte(0), byte(1))) return std::nullopt;
  // A lead byte of n bytes has n one bits and a zero in front, which do not belong to the
  // character.
  char32_t character = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(byte(i))) return std::nullopt;
    character = (character << 6) | (byte(i) & 0x3FU);
  }
  text.remove_prefix(length);
  return character;
}

// True when `predicate` holds for a character of well-formed `text`.
template <typename Predicate>
bool AnyCharacter(absl::string_view text, Predicate predicate) {
  while (!text.empty()) {
    const std::optional<char32_t> character = TakeCharacter(text);
    if (!character.has_value() || predicate(*character)) return true;
  }
  return false;
}

// Unicode's category Cc.
bool IsControl(char32_t character) {
  return character < 0x20 || (character >= 0x7F && character <= 0x9F);
}

bool IsLayout(char32_t character) {
  return character == '\n' || character == '\r' || character == '\t';
}

// Blanks beyond ASCII, and characters of no width, that arrive with text copied from web pages.
bool IsExoticBlank(char32_t character) {
  return character == 0x00A0 || character == 0x1680 ||
         (character >= 0x2000 && character <= 0x200F) ||
         (character >= 0x2028 && character <= 0x202F) ||
         (character >= 0x205F && character <= 0x2064) || character == 0x3000 || character == 0xFEFF;
}

bool IsAscii(char character) {
  return static_cast<unsigned char>(character) < 0x80;
}

// --- Forms of single values ----------------------------------------------------------------------

constexpr std::size_t kMaxEmailBytes = 254;
constexpr std::size_t kMaxLocalPartBytes = 64;
constexpr std::size_t kMaxDomainLabelBytes = 63;

// No letters beyond ASCII: few mail servers take such addresses (RFC 6531), so that mails to them
// are none that we can send.
bool IsLocalPart(absl::string_view local) {
  if (local.empty() || local.size() > kMaxLocalPartBytes) return false;
  if (local.front() == '.' || local.back() == '.' || absl::StrContains(local, "..")) return false;
  return std::ranges::all_of(local, [](char character) {
    return absl::ascii_isalnum(character) || absl::StrContains("!#$%&'*+-/=?^_`{|}~.", character);
  });
}

bool IsDomainLabel(absl::string_view label) {
  if (label.empty() || label.size() > kMaxDomainLabelBytes) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char character) {
    return !IsAscii(character) || absl::ascii_isalnum(character) || character == '-';
  });
}

bool IsDomain(absl::string_view domain) {
  const std::vector<absl::string_view> labels = absl::StrSplit(domain, '.');
  if (labels.size() < 2 || !std::ranges::all_of(labels, IsDomainLabel)) return false;
  // The last label is never a number: that would be an IP address.
  return !std::ranges::all_of(labels.back(), absl::ascii_isdigit);
}

bool IsPhone(absl::string_view text) {
  const bool only_what_is_dialled = std::ranges::all_of(text, [](char character) {
    return absl::ascii_isdigit(character) || absl::StrContains(" +-()/.", character);
  });
  return only_what_is_dialled && std::ranges::any_of(text, absl::ascii_isdigit);
}

bool IsVatNumber(absl::string_view text) {
  return text.size() >= 2 && text.size() <= 20 && std::ranges::all_of(text, absl::ascii_isalnum);
}

bool IsCountry(absl::string_view text) {
  return text.size() == 2 && std::ranges::all_of(text, absl::ascii_isupper);
}

// True for an https address that can stand in a mail: a host, and no character that would end the
// link.
bool IsHttpsUrl(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "https://") || text.empty()) return false;
  if (IsAscii(text.front()) && !absl::ascii_isalnum(text.front()) && text.front() != '[')
    return false;
  return std::ranges::none_of(text, [](char character) {
    return absl::ascii_isspace(character) || absl::StrContains("\"<>\\^`{|}", character);
  });
}

bool IsRequestId(absl::string_view text) {
  return std::ranges::all_of(text, [](char character) {
    return absl::ascii_isalnum(character) || absl::StrContains("-_.:", character);
  });
}

// --- Fields --------------------------------------------------------------------------------------

std::string At(absl::string_view path, absl::string_view field) {
  return absl::StrCat(path, ".", field);
}

std::string At(absl::string_view path, absl::string_view field, std::size_t index) {
  return absl::StrCat(path, path.empty() ? "" : ".", field, "[", index, "]");
}

std::vector<Fact> Max(std::size_t max) {
  return {{"max", static_cast<std::int64_t>(max)}};
}

std::vector<Fact> Range(std::int64_t min, std::int64_t max) {
  return {{"min", min}, {"max", max}};
}

enum class Presence { kOptional, kRequired };

// Where an order comes from: whoever places one must give more than is known of many old ones.
enum class Origin { kPlaced, kImported };

Presence RequiredWhenPlaced(Origin origin) {
  return origin == Origin::kPlaced ? Presence::kRequired : Presence::kOptional;
}

// One line of text.
void CheckLine(absl::string_view text, absl::string_view path, std::size_t max_characters,
               Presence presence, Violations& violations) {
  ValidateText(text, path, max_characters, presence == Presence::kRequired, /*multiline=*/false,
               violations);
}

// Text that may have several lines.
void CheckParagraph(absl::string_view text, absl::string_view path, Presence presence,
                    Violations& violations) {
  ValidateText(text, path, kMaxShortText, presence == Presence::kRequired, /*multiline=*/true,
               violations);
}

// Text of a certain form, of which `example` is one.
void CheckForm(absl::string_view text, absl::string_view path, bool (*has_form)(absl::string_view),
               absl::string_view example, Violations& violations) {
  if (text.empty() || has_form(text)) return;
  violations.Add(std::string(path), Flaw::kMalformed, {{"expected", std::string(example)}});
}

void CheckQuantity(std::int64_t quantity, std::string path, Violations& violations) {
  if (quantity <= 0) {
    violations.Add(std::move(path), Flaw::kNotPositive);
  } else if (quantity > kMaxQuantity) {
    violations.Add(std::move(path), Flaw::kOutOfRange, Range(1, kMaxQuantity));
  }
}

void CheckNotNegative(Amount amount, std::string path, Violations& violations) {
  if (amount.minor < 0) violations.Add(std::move(path), Flaw::kNegative);
}

void CheckVatRate(VatRate rate, std::string path, Violations& violations) {
  if (rate.basis_points < 0 || rate > kMaxVatRate) {
    violations.Add(std::move(path), Flaw::kOutOfRange, Range(0, kMaxVatRate.basis_points));
  }
}

// The number of a line as a caller names it; whether the order has it is found out later.
void CheckLineNumber(std::int32_t line, std::string path, Violations& violations) {
  if (line <= 0) violations.Add(std::move(path), Flaw::kNotPositive);
}

// Every database and client can hold the years 2000 to 8999.
constexpr absl::CivilDay kFirstDay(2000, 1, 1);
constexpr absl::CivilDay kLastDay(8999, 12, 31);

void CheckDay(absl::CivilDay day, std::string path, Violations& violations) {
  if (day >= kFirstDay && day <= kLastDay) return;
  violations.Add(
      std::move(path), Flaw::kOutOfRange,
      {{"min", absl::FormatCivilTime(kFirstDay)}, {"max", absl::FormatCivilTime(kLastDay)}});
}

void CheckTime(absl::Time time, std::string path, Violations& violations) {
  CheckDay(absl::ToCivilDay(time, absl::UTCTimeZone()), std::move(path), violations);
}

// A time that must be there. One that was not given is absl's default, the epoch, which is out of
// range anyway.
void CheckRequiredTime(absl::Time time, std::string path, Violations& violations) {
  if (time == absl::Time()) {
    violations.Add(std::move(path), Flaw::kMissing);
  } else {
    CheckTime(time, std::move(path), violations);
  }
}

void CheckOptionalTime(const std::optional<absl::Time>& time, std::string path,
                       Violations& violations) {
  if (time.has_value()) CheckTime(*time, std::move(path), violations);
}

// A list that must have entries, but not too many. Returns how many of them are worth looking at.
std::size_t CheckCount(std::size_t count, std::size_t max, Presence presence,
                       const std::string& path, Violations& violations) {
  if (count == 0 && presence == Presence::kRequired) violations.Add(path, Flaw::kMissing);
  if (count > max) violations.Add(path, Flaw::kTooMany, Max(max));
  return std::min(count, max);
}

// --- Parts of an order ---------------------------------------------------------------------------

void CheckPhone(absl::string_view phone, const std::string& path, Violations& violations) {
  CheckLine(phone, path, kMaxPhone, Presence::kOptional, violations);
  CheckForm(phone, path, IsPhone, "+30 210 1234567", violations);
}

void CheckEmail(absl::string_view email, const std::string& path, Presence presence,
                Violations& violations) {
  CheckLine(email, path, kMaxEmailBytes, presence, violations);
  CheckForm(email, path, IsEmail, "name@example.com", violations);
}

void CheckVatNumber(absl::string_view number, const std::string& path, Presence presence,
                    Violations& violations) {
  CheckLine(number, path, kMaxIdentifier, presence, violations);
  CheckForm(number, path, IsVatNumber, "EL123456789", violations);
}

void CheckCustomer(const Customer& customer, const std::string& path, Origin origin,
                   Violations& violations) {
  const Presence always = RequiredWhenPlaced(origin);
  const Presence for_businesses =
      customer.segment == Segment::kBusiness ? always : Presence::kOptional;
  CheckLine(customer.id, At(path, "id"), kMaxIdentifier, Presence::kOptional, violations);
  CheckLine(customer.name, At(path, "name"), kMaxName, always, violations);
  CheckEmail(customer.email, At(path, "email"), always, violations);
  CheckPhone(customer.phone, At(path, "phone"), violations);
  CheckLine(customer.company_name, At(path, "company_name"), kMaxName, for_businesses, violations);
  CheckVatNumber(customer.vat_number, At(path, "vat_number"), for_businesses, violations);
}

void CheckAddress(const Address& address, const std::string& path, Violations& violations) {
  CheckLine(address.recipient, At(path, "recipient"), kMaxName, Presence::kOptional, violations);
  const std::size_t count = CheckCount(address.lines.size(), kMaxAddressLines, Presence::kRequired,
                                       At(path, "lines"), violations);
  for (std::size_t i = 0; i < count; ++i) {
    CheckLine(address.lines[i], At(path, "lines", i), kMaxName, Presence::kRequired, violations);
  }
  CheckLine(address.postal_code, At(path, "postal_code"), kMaxIdentifier, Presence::kRequired,
            violations);
  CheckLine(address.city, At(path, "city"), kMaxName, Presence::kRequired, violations);
  CheckLine(address.region, At(path, "region"), kMaxName, Presence::kOptional, violations);
  CheckLine(address.country, At(path, "country"), kMaxIdentifier, Presence::kRequired, violations);
  CheckForm(address.country, At(path, "country"), IsCountry, "GR", violations);
  CheckPhone(address.phone, At(path, "phone"), violations);
  CheckParagraph(address.instructions, At(path, "instructions"), Presence::kOptional, violations);
}

void CheckStore(const PickupStore& store, const std::string& path, Violations& violations) {
  CheckLine(store.id, At(path, "id"), kMaxIdentifier, Presence::kRequired, violations);
  CheckLine(store.name, At(path, "name"), kMaxName, Presence::kRequired, violations);
  // Systems that know only the store's id and name leave the address out altogether.
  if (store.address != Address{}) CheckAddress(store.address, At(path, "address"), violations);
  CheckParagraph(store.opening_hours, At(path, "opening_hours"), Presence::kOptional, violations);
}

void CheckOrderLine(const Line& line, const std::string& path, Violations& violations) {
  CheckLine(line.sku, At(path, "sku"), kMaxIdentifier, Presence::kRequired, violations);
  CheckLine(line.name, At(path, "name"), kMaxName, Presence::kRequired, violations);
  CheckQuantity(line.quantity, At(path, "quantity"), violations);
  CheckNotNegative(line.unit_price, At(path, "unit_price"), violations);
  CheckNotNegative(line.discount, At(path, "discount"), violations);
  CheckVatRate(line.vat_rate, At(path, "vat_rate_basis_points"), violations);
}

// A discount can be judged once what it is taken off is sound. Where already the product is too
// large, the totals are reported instead.
void CheckDiscount(const Line& line, const std::string& path, Violations& violations) {
  if (violations.Has(At(path, "quantity")) || violations.Has(At(path, "unit_price"))) return;
  const std::optional<Amount> undiscounted = LineTotal(line.quantity, line.unit_price, Amount{});
  if (undiscounted.has_value() && line.discount > *undiscounted) {
    violations.Add(At(path, "discount"), Flaw::kDiscountTooLarge);
  }
}

void CheckOrderLines(const std::vector<Line>& lines, absl::string_view path, Origin origin,
                     Violations& violations) {
  const std::size_t count = CheckCount(lines.size(), kMaxLines, RequiredWhenPlaced(origin),
                                       At(path, "lines"), violations);
  for (std::size_t i = 0; i < count; ++i) {
    CheckOrderLine(lines[i], At(path, "lines", i), violations);
    CheckDiscount(lines[i], At(path, "lines", i), violations);
  }
}

void CheckCharges(const std::vector<Charge>& charges, absl::string_view path,
                  Violations& violations) {
  const std::size_t count =
      CheckCount(charges.size(), kMaxCharges, Presence::kOptional, At(path, "charges"), violations);
  for (std::size_t i = 0; i < count; ++i) {
    const Charge& charge = charges[i];
    const std::string at = At(path, "charges", i);
    const Presence label =
        charge.kind == ChargeKind::kOther ? Presence::kRequired : Presence::kOptional;
    CheckLine(charge.label, At(at, "label"), kMaxName, label, violations);
    CheckNotNegative(charge.amount, At(at, "amount"), violations);
    CheckVatRate(charge.vat_rate, At(at, "vat_rate_basis_points"), violations);
  }
}

// What the fulfilment method needs, and what it has no use for.
void CheckFulfilment(const OrderContent& content, absl::string_view path, Origin origin,
                     Violations& violations) {
  const std::string method_path = At(path, "method");
  if (violations.Has(method_path)) return;  // the method is not known, so nothing follows from it
  const bool to_store = content.method == FulfilmentMethod::kStorePickup;
  const std::vector<Fact> method = {{"method", content.method}};
  if (to_store && content.delivery_address.has_value()) {
    violations.Add(At(path, "delivery_address"), Flaw::kNotForThisMethod, method);
  }
  if (!to_store && content.store.has_value())
    violations.Add(At(path, "store"), Flaw::kNotForThisMethod, method);
  if (origin == Origin::kImported) return;
  if (!to_store && !content.delivery_address.has_value()) {
    violations.Add(At(path, "delivery_address"), Flaw::kMissing);
  }
  const bool segment_known = !violations.Has(At(path, "customer.segment"));
  if (content.method == FulfilmentMethod::kCompanyVehicle && segment_known &&
      content.customer.segment != Segment::kBusiness) {
    violations.Add(method_path, Flaw::kNeedsBusinessCustomer);
  }
}

void CheckCurrency(absl::string_view currency, const std::string& path, Violations& violations) {
  CheckLine(currency, path, kMaxIdentifier, Presence::kRequired, violations);
  CheckForm(
      currency, path, [](absl::string_view text) { return CurrencyDecimals(text).has_value(); },
      "EUR", violations);
}

// True when everything that the totals are made of is sound by itself. Only then can they be
// judged.
bool AmountsAreSound(const OrderContent& content, absl::string_view path,
                     const Violations& violations) {
  for (const char* field : {"currency_code", "lines", "charges"}) {
    if (violations.Has(At(path, field))) return false;
  }
  for (std::size_t i = 0; i < content.lines.size(); ++i) {
    for (const char* field : {"quantity", "unit_price", "discount", "vat_rate_basis_points"}) {
      if (violations.Has(At(At(path, "lines", i), field))) return false;
    }
  }
  for (std::size_t i = 0; i < content.charges.size(); ++i) {
    for (const char* field : {"amount", "vat_rate_basis_points"}) {
      if (violations.Has(At(At(path, "charges", i), field))) return false;
    }
  }
  return true;
}

// What an order is about, wherever it comes from.
void CheckContent(const OrderContent& content, absl::string_view path, Origin origin,
                  Violations& violations) {
  CheckLine(content.source, At(path, "source"), kMaxIdentifier, Presence::kRequired, violations);
  CheckLine(content.external_reference, At(path, "external_reference"), kMaxIdentifier,
            Presence::kRequired, violations);
  CheckCustomer(content.customer, At(path, "customer"), origin, violations);
  CheckCurrency(content.currency, At(path, "currency_code"), violations);
  CheckOrderLines(content.lines, path, origin, violations);
  CheckCharges(content.charges, path, violations);
  CheckFulfilment(content, path, origin, violations);
  if (content.delivery_address.has_value()) {
    CheckAddress(*content.delivery_address, At(path, "delivery_address"), violations);
  }
  if (content.store.has_value()) CheckStore(*content.store, At(path, "store"), violations);
  CheckOptionalTime(content.promised_delivery, At(path, "promised_delivery"), violations);
}

void CheckTotals(const OrderContent& content, const std::optional<Amount>& expected_gross,
                 absl::string_view path, Violations& violations) {
  if (expected_gross.has_value()) CheckNotNegative(*expected_gross, "expected_gross", violations);
  if (!AmountsAreSound(content, path, violations)) return;
  const std::optional<Totals> totals = ComputeTotals(content);
  if (!totals.has_value()) {
    violations.Add(std::string(path), Flaw::kTotalsOverflow);
    return;
  }
  if (!expected_gross.has_value() || *expected_gross == totals->gross) return;
  const auto in_words = [&](Amount amount) {
    return absl::StrCat(AmountAsDecimal(amount, content.currency), " ", content.currency);
  };
  violations.Add("expected_gross", Flaw::kTotalMismatch,
                 {{"expected", in_words(*expected_gross)}, {"computed", in_words(totals->gross)}});
}

// --- Parts of an update --------------------------------------------------------------------------

// The fields of the customer, each by itself. What businesses need shows when the order is known.
void CheckContact(const UpdateOrder& command, const std::string& path, Violations& violations) {
  const Customer& customer = command.given.customer;
  const OrderFieldSet fields = command.fields;
  if (fields.Contains(OrderField::kCustomerName))
    CheckLine(customer.name, At(path, "name"), kMaxName, Presence::kRequired, violations);
  if (fields.Contains(OrderField::kCustomerEmail))
    CheckEmail(customer.email, At(path, "email"), Presence::kRequired, violations);
  if (fields.Contains(OrderField::kCustomerPhone))
    CheckPhone(customer.phone, At(path, "phone"), violations);
  if (fields.Contains(OrderField::kCompanyName)) {
    CheckLine(customer.company_name, At(path, "company_name"), kMaxName, Presence::kOptional,
              violations);
  }
  if (fields.Contains(OrderField::kVatNumber)) {
    CheckVatNumber(customer.vat_number, At(path, "vat_number"), Presence::kOptional, violations);
  }
}

// Each line of the order once; any number of new ones.
void CheckLineNumbers(const std::vector<Line>& lines, absl::string_view path,
                      Violations& violations) {
  std::set<std::int32_t> named;
  for (std::size_t i = 0; i < std::min(lines.size(), kMaxLines); ++i) {
    const std::int32_t number = lines[i].number;
    const std::string field = At(At(path, "lines", i), "line");
    if (number < 0) {
      violations.Add(field, Flaw::kNegative);
    } else if (number != 0 && !named.insert(number).second) {
      violations.Add(field, Flaw::kDuplicate, {{"value", std::int64_t{number}}});
    }
  }
}

// --- Parts of other commands ---------------------------------------------------------------------

void CheckParcel(const ParcelChange& parcel, const std::string& path, Violations& violations) {
  if (parcel.number < 0) violations.Add(At(path, "parcel"), Flaw::kNegative);
  const Presence for_new_ones = parcel.number == 0 ? Presence::kRequired : Presence::kOptional;
  CheckLine(parcel.carrier, At(path, "carrier"), kMaxName, for_new_ones, violations);
  CheckLine(parcel.tracking_number, At(path, "tracking_number"), kMaxIdentifier, for_new_ones,
            violations);
  CheckLine(parcel.tracking_url, At(path, "tracking_url"), kMaxUrl, Presence::kOptional,
            violations);
  CheckForm(parcel.tracking_url, At(path, "tracking_url"), IsHttpsUrl,
            "https://carrier.example/track/123", violations);
  CheckLine(parcel.carrier_status, At(path, "carrier_status"), kMaxShortText, Presence::kOptional,
            violations);
}

// `prefix` is the path of what holds the parcels; empty at the top of a request.
void CheckParcels(const std::vector<ParcelChange>& parcels, absl::string_view prefix,
                  Violations& violations) {
  const std::string list = prefix.empty() ? "parcels" : At(prefix, "parcels");
  const std::size_t count =
      CheckCount(parcels.size(), kMaxParcels, Presence::kOptional, list, violations);
  std::set<std::int32_t> corrected;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string path = At(prefix, "parcels", i);
    CheckParcel(parcels[i], path, violations);
    const std::int32_t number = parcels[i].number;
    if (number != 0 && !corrected.insert(number).second) {
      violations.Add(At(path, "parcel"), Flaw::kDuplicate, {{"value", std::int64_t{number}}});
    }
  }
}

void CheckWindow(const TimeWindow& window, const std::string& path, Violations& violations) {
  CheckRequiredTime(window.start, At(path, "start"), violations);
  CheckRequiredTime(window.end, At(path, "end"), violations);
  const bool both_sound = !violations.Has(At(path, "start")) && !violations.Has(At(path, "end"));
  if (both_sound && window.end <= window.start)
    violations.Add(At(path, "end"), Flaw::kEndBeforeStart);
}

void CheckRegather(const std::vector<RegatherLine>& lines, absl::string_view prefix,
                   Violations& violations) {
  const std::size_t count =
      CheckCount(lines.size(), kMaxLines, Presence::kRequired, At(prefix, "lines"), violations);
  std::set<std::int32_t> named;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string path = At(prefix, "lines", i);
    CheckLineNumber(lines[i].line, At(path, "line"), violations);
    CheckQuantity(lines[i].quantity, At(path, "quantity"), violations);
    if (!named.insert(lines[i].line).second) {
      violations.Add(At(path, "line"), Flaw::kDuplicate, {{"value", std::int64_t{lines[i].line}}});
    }
  }
}

// --- Parts of an import --------------------------------------------------------------------------

// A number within the order that the caller gave: they ascend.
void CheckAscends(std::int32_t number, std::int32_t previous, std::string path,
                  Violations& violations) {
  if (number > previous) return;
  violations.Add(std::move(path), Flaw::kOutOfRange,
                 Range(std::int64_t{previous} + 1, std::numeric_limits<std::int32_t>::max()));
}

void CheckGathered(const Line& line, const std::string& path, Violations& violations) {
  const std::size_t count = CheckCount(line.gathered.size(), kMaxGatheredItems, Presence::kOptional,
                                       At(path, "gathered"), violations);
  std::set<std::pair<SourceKind, std::string>> named;
  for (std::size_t i = 0; i < count; ++i) {
    const GatheredFrom& from = line.gathered[i];
    const std::string at = At(path, "gathered", i);
    CheckLine(from.source.id, At(at, "source.id"), kMaxIdentifier, Presence::kRequired, violations);
    CheckQuantity(from.quantity, At(at, "quantity"), violations);
    if (!named.emplace(from.source.kind, from.source.id).second)
      violations.Add(At(at, "source.id"), Flaw::kDuplicate, {{"value", from.source.id}});
  }
  if (line.GatheredQuantity() > line.quantity)
    violations.Add(At(path, "gathered"), Flaw::kOutOfRange, Range(0, line.quantity));
}

// The numbers of the lines, and what is gathered of them.
void CheckLineStates(const std::vector<Line>& lines, Violations& violations) {
  std::int32_t previous = 0;
  for (std::size_t i = 0; i < std::min(lines.size(), kMaxLines); ++i) {
    const std::string path = At("order", "lines", i);
    CheckAscends(lines[i].number, previous, At(path, "line"), violations);
    CheckGathered(lines[i], path, violations);
    previous = lines[i].number;
  }
}

void CheckParcelStates(const std::vector<Parcel>& parcels, Violations& violations) {
  const std::size_t count =
      CheckCount(parcels.size(), kMaxParcels, Presence::kOptional, "order.parcels", violations);
  std::int32_t previous = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Parcel& parcel = parcels[i];
    const std::string path = At("order", "parcels", i);
    CheckAscends(parcel.number, previous, At(path, "parcel"), violations);
    previous = parcel.number;
    CheckParcel({.number = parcel.number,
                 .carrier = parcel.carrier,
                 .tracking_number = parcel.tracking_number,
                 .tracking_url = parcel.tracking_url,
                 .carrier_status = parcel.carrier_status},
                path, violations);
  }
}

void CheckActor(const Actor& actor, const std::string& path, Violations& violations) {
  CheckLine(actor.id, At(path, "id"), kMaxIdentifier, Presence::kRequired, violations);
}

// Paths count the checks that the order has, in the order of their kinds.
void CheckCheckStates(const Checks& checks, Violations& violations) {
  std::size_t index = 0;
  for (CheckKind kind : kCheckKinds) {
    if (!checks[kind].has_value()) continue;
    const Check& check = *checks[kind];
    const std::string path = At("order", "checks", index++);
    CheckParagraph(check.note, At(path, "note"), Presence::kOptional, violations);
    CheckActor(check.by, At(path, "by"), violations);
    if (check.on_behalf_of.has_value())
      CheckActor(*check.on_behalf_of, At(path, "on_behalf_of"), violations);
    CheckRequiredTime(check.at, At(path, "time"), violations);
  }
}

// What came of the order: invoice, handover, cancellation.
void CheckProgress(const OrderImported& order, Violations& violations) {
  if (order.invoice.has_value()) {
    CheckLine(order.invoice->number, "order.invoice.number", kMaxIdentifier, Presence::kRequired,
              violations);
    CheckDay(order.invoice->date, "order.invoice.date", violations);
  }
  CheckOptionalTime(order.expected_delivery, "order.expected_delivery", violations);
  CheckOptionalTime(order.pickup_until, "order.pickup_until", violations);
  if (order.vehicle_trip.has_value()) {
    CheckLine(order.vehicle_trip->vehicle, "order.vehicle_trip.vehicle", kMaxIdentifier,
              Presence::kRequired, violations);
    CheckWindow(order.vehicle_trip->window, "order.vehicle_trip.window", violations);
  }
  CheckParagraph(order.cancellation_reason, "order.cancellation_reason", Presence::kOptional,
                 violations);
  const bool status_known = !violations.Has("order.status");
  if (status_known && order.status != OrderStatus::kCancelled &&
      !order.cancellation_reason.empty()) {
    violations.Add("order.cancellation_reason", Flaw::kNotForThisStatus,
                   {{"status", order.status}});
  }
  if (!order.feedback.has_value()) return;
  if (status_known && order.status != OrderStatus::kReceived)
    violations.Add("feedback", Flaw::kNotForThisStatus, {{"status", order.status}});
  if (order.feedback->rating < 1 || order.feedback->rating > kMaxRating)
    violations.Add("feedback.rating", Flaw::kOutOfRange, Range(1, kMaxRating));
  ValidateText(order.feedback->text, "feedback.text", kMaxFeedback, /*required=*/false,
               /*multiline=*/true, violations);
  CheckRequiredTime(order.feedback->at, "feedback.submit_time", violations);
}

void CheckPast(const std::vector<PastEntry>& past, Violations& violations) {
  const std::size_t count =
      CheckCount(past.size(), kMaxPast, Presence::kOptional, "past", violations);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string path = At("", "past", i);
    CheckRequiredTime(past[i].at, At(path, "time"), violations);
    ValidateText(past[i].text, At(path, "text"), kMaxPastText, /*required=*/true,
                 /*multiline=*/true, violations);
    if (past[i].actor.has_value()) CheckActor(*past[i].actor, At(path, "actor"), violations);
  }
}

// What the action needs, under the path of the action's own message ("cancel.reason").
void CheckAction(const TransitionOrder& command, Violations& violations) {
  const std::string path = absl::AsciiStrToLower(Name(command.action));
  switch (command.action) {
    case OrderAction::kHandToCarrier:
      CheckParcels(command.parcels, path, violations);
      CheckOptionalTime(command.expected_delivery, At(path, "expected_delivery"), violations);
      break;
    case OrderAction::kOfferPickup:
      CheckRequiredTime(command.pickup_until.value_or(absl::Time()), At(path, "pickup_until"),
                        violations);
      break;
    case OrderAction::kDispatchVehicle: {
      const VehicleTrip trip = command.vehicle_trip.value_or(VehicleTrip{});
      CheckLine(trip.vehicle, At(path, "vehicle"), kMaxIdentifier, Presence::kRequired, violations);
      CheckWindow(trip.window, At(path, "window"), violations);
      break;
    }
    case OrderAction::kReturnToGathering:
      CheckParagraph(command.reason, At(path, "reason"), Presence::kRequired, violations);
      CheckRegather(command.regather, path, violations);
      break;
    case OrderAction::kCancel:
    case OrderAction::kReturnToProcessing:
    case OrderAction::kReturnUndelivered:
      CheckParagraph(command.reason, At(path, "reason"), Presence::kRequired, violations);
      break;
    case OrderAction::kStartProcessing:
    case OrderAction::kStartGathering:
    case OrderAction::kStartPreparing:
    case OrderAction::kConfirmReceipt:
      break;
  }
}

// Without the word that `next` goes on with, unless it is no word of a language.
absl::string_view WholeWords(absl::string_view front, char next) {
  constexpr std::size_t kLongWord = 60;  // bytes
  if (absl::ascii_isspace(static_cast<unsigned char>(next))) {
    return absl::StripTrailingAsciiWhitespace(front);
  }
  const std::size_t blank = front.find_last_of(" \t\n");
  if (blank == absl::string_view::npos || front.size() - blank > kLongWord) return front;
  const absl::string_view words = absl::StripTrailingAsciiWhitespace(front.substr(0, blank));
  return words.empty() ? front : words;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  return !AnyCharacter(text, [](char32_t) { return false; });
}

std::size_t CountCharacters(absl::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char byte) { return !IsContinuation(static_cast<unsigned char>(byte)); }));
}

std::string FrontOfText(absl::string_view text, std::size_t characters) {
  if (CountCharacters(text) <= characters) return std::string(text);
  std::size_t end = 0;
  for (std::size_t taken = 0; taken + 1 < characters; ++taken) {
    ++end;
    while (end < text.size() && IsContinuation(static_cast<unsigned char>(text[end]))) ++end;
  }
  return absl::StrCat(WholeWords(text.substr(0, end), text[end]), "…");
}

bool IsEmail(absl::string_view text) {
  if (text.size() > kMaxEmailBytes || AnyCharacter(text, [](char32_t character) {
        return IsControl(character) || IsExoticBlank(character);
      })) {
    return false;
  }
  // Quoted local parts, which may hold a second '@', are legal but in no use: a typing error is far
  // more likely.
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '@');
  return parts.size() == 2 && IsLocalPart(parts[0]) && IsDomain(parts[1]);
}

void Validate(const CreateOrder& command, absl::string_view path, Violations& violations) {
  CheckContent(command.content, path, Origin::kPlaced, violations);
  CheckTotals(command.content, command.expected_gross, path, violations);
}

void Validate(const ImportOrder& command, Violations& violations) {
  const OrderImported& order = command.order;
  CheckContent(order.content, "order", Origin::kImported, violations);
  CheckLineStates(order.content.lines, violations);
  CheckParcelStates(order.parcels, violations);
  CheckCheckStates(order.checks, violations);
  CheckProgress(order, violations);
  CheckRequiredTime(command.created_at, "create_time", violations);
  CheckOptionalTime(order.changed_at, "update_time", violations);
  CheckOptionalTime(order.received_at, "receive_time", violations);
  CheckOptionalTime(order.redacted_at, "order.redact_time", violations);
  if (order.received_at.has_value() && !violations.Has("create_time") &&
      *order.received_at < command.created_at) {
    violations.Add("receive_time", Flaw::kBeforeCreation);
  }
  CheckPast(order.past, violations);
}

void Validate(const TransitionOrder& command, Violations& violations) {
  CheckAction(command, violations);
  if (command.comment.has_value()) Validate(*command.comment, "comment", violations);
}

void Validate(const RecordCheck& command, Violations& violations) {
  CheckParagraph(command.note, "note", Presence::kOptional, violations);
}

void Validate(const RecordGathering& command, Violations& violations) {
  const std::size_t count =
      CheckCount(command.items.size(), kMaxGatheredItems, Presence::kRequired, "items", violations);
  for (std::size_t i = 0; i < count; ++i) {
    const GatheringRecorded::Item& item = command.items[i];
    const std::string path = At("", "items", i);
    CheckLineNumber(item.line, At(path, "line"), violations);
    CheckQuantity(item.quantity, At(path, "quantity"), violations);
    CheckLine(item.source.id, At(path, "source.id"), kMaxIdentifier, Presence::kRequired,
              violations);
  }
}

void Validate(const RecordInvoice& command, Violations& violations) {
  CheckLine(command.invoice.number, "invoice.number", kMaxIdentifier, Presence::kRequired,
            violations);
  CheckDay(command.invoice.date, "invoice.date", violations);
}

void Validate(const RecordTracking& command, Violations& violations) {
  if (command.parcels.empty() && !command.expected_delivery.has_value())
    violations.Add("parcels", Flaw::kMissing);
  CheckParcels(command.parcels, "", violations);
  CheckOptionalTime(command.expected_delivery, "expected_delivery", violations);
}

void Validate(const CreateEnquiry& command, absl::string_view path, Violations& violations) {
  const EnquiryContent& content = command.content;
  const Enquirer& customer = content.customer;
  const std::string customer_path = At(path, "customer");
  CheckLine(customer.id, At(customer_path, "id"), kMaxIdentifier, Presence::kOptional, violations);
  CheckLine(customer.name, At(customer_path, "name"), kMaxName, Presence::kRequired, violations);
  CheckEmail(customer.email, At(customer_path, "email"), Presence::kRequired, violations);
  CheckPhone(customer.phone, At(customer_path, "phone"), violations);
  CheckLine(content.title, At(path, "title"), kMaxName, Presence::kRequired, violations);
  ValidateText(content.text, At(path, "text"), kMaxComment, /*required=*/true, /*multiline=*/true,
               violations);
}

void Validate(const TransitionEnquiry& command, Violations& violations) {
  if (command.comment.has_value()) Validate(*command.comment, "comment", violations);
}

void Validate(const UpdateOrder& command, absl::string_view path, Violations& violations) {
  const OrderContent& given = command.given;
  const OrderFieldSet fields = command.fields;
  CheckContact(command, At(path, "customer"), violations);
  if (fields.Contains(OrderField::kPromisedDelivery))
    CheckOptionalTime(given.promised_delivery, At(path, "promised_delivery"), violations);
  if (fields.Contains(OrderField::kDeliveryAddress) && given.delivery_address.has_value())
    CheckAddress(*given.delivery_address, At(path, "delivery_address"), violations);
  if (fields.Contains(OrderField::kStore) && given.store.has_value())
    CheckStore(*given.store, At(path, "store"), violations);
  if (fields.Contains(OrderField::kLines)) {
    CheckOrderLines(given.lines, path, Origin::kPlaced, violations);
    CheckLineNumbers(given.lines, path, violations);
  }
  if (fields.Contains(OrderField::kCharges)) CheckCharges(given.charges, path, violations);
  if (command.expected_gross.has_value())
    CheckNotNegative(*command.expected_gross, "expected_gross", violations);
}

void Validate(const SubmitFeedback& command, Violations& violations) {
  if (command.rating == 0) {
    violations.Add("rating", Flaw::kMissing);
  } else if (command.rating < 0 || command.rating > kMaxRating) {
    violations.Add("rating", Flaw::kOutOfRange, Range(1, kMaxRating));
  }
  ValidateText(command.text, "text", kMaxFeedback, /*required=*/false, /*multiline=*/true,
               violations);
}

void ValidateAmended(const OrderContent& content, const UpdateOrder& command,
                     absl::string_view path, Violations& violations) {
  const OrderFieldSet fields = command.fields;
  const std::string customer = At(path, "customer");
  const bool business = content.customer.segment == Segment::kBusiness;
  if (business && fields.Contains(OrderField::kCompanyName)) {
    CheckLine(content.customer.company_name, At(customer, "company_name"), kMaxName,
              Presence::kRequired, violations);
  }
  if (business && fields.Contains(OrderField::kVatNumber)) {
    CheckVatNumber(content.customer.vat_number, At(customer, "vat_number"), Presence::kRequired,
                   violations);
  }
  for (OrderField field : {OrderField::kMethod, OrderField::kDeliveryAddress, OrderField::kStore}) {
    if (!fields.Contains(field)) continue;
    CheckFulfilment(content, path, Origin::kPlaced, violations);
    break;
  }
  const bool totals_may_differ =
      fields.Contains(OrderField::kLines) || fields.Contains(OrderField::kCharges);
  if (totals_may_differ || command.expected_gross.has_value())
    CheckTotals(content, command.expected_gross, path, violations);
}

void Validate(const NewComment& comment, absl::string_view path, Violations& violations) {
  ValidateText(comment.text, At(path, "text"), kMaxComment, /*required=*/true, /*multiline=*/true,
               violations);
}

void ValidateRequestId(absl::string_view request_id, Violations& violations) {
  CheckLine(request_id, "request_id", kMaxIdentifier, Presence::kOptional, violations);
  CheckForm(request_id, "request_id", IsRequestId,
            "[A-Za-z0-9._:-]{1,64} (7c9e6679-7425-40de-944b-e07fc1f90ae7)", violations);
}

void ValidateText(absl::string_view text, absl::string_view path, std::size_t max_characters,
                  bool required, bool multiline, Violations& violations) {
  const auto is_unwanted = [multiline](char32_t character) {
    return IsControl(character) && !(multiline && IsLayout(character));
  };
  if (absl::StripAsciiWhitespace(text).empty() && required) {
    violations.Add(std::string(path), Flaw::kMissing);
  } else if (!IsUtf8(text)) {
    violations.Add(std::string(path), Flaw::kNotUtf8);
  } else if (CountCharacters(text) > max_characters) {
    violations.Add(std::string(path), Flaw::kTooLong, Max(max_characters));
  } else if (AnyCharacter(text, is_unwanted)) {
    violations.Add(std::string(path), Flaw::kControlCharacter);
  }
}

}  // namespace ipstore::orders
