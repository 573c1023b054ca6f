#include "server/services/decode.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/money.h"
#include "domain/number.h"
#include "domain/validate.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/field_mask_util.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"

namespace ipstore::orders {
namespace {

constexpr std::int64_t kNanosPerUnit = 1'000'000'000;

// What a caller gave, as far as it belongs into an error: its beginning.
std::string Echo(const std::string& given) {
  constexpr std::size_t kMaxEchoBytes = 32;
  if (given.size() <= kMaxEchoBytes) return given;
  std::size_t end = kMaxEchoBytes;
  while (end > 0 && (given[end] & '\xC0') == '\x80') --end;  // not in the middle of a character
  return given.substr(0, end) + "…";
}

// Decodes one request: where a field is wrong, the path to it is at hand.
class Decoder {
 public:
  explicit Decoder(Violations& violations) : violations_(violations) {}

  // The enumerators of the contract have the numbers of the domain's, but for 0, which is "not
  // given".
  template <typename E, typename P>
  E Enum(P value, bool known, const std::string& path) {
    if (value == P{}) {
      violations_.Add(path, Flaw::kMissing);
    } else if (!known) {
      violations_.Add(path, Flaw::kUnknownValue,
                      {{"value", absl::StrCat(static_cast<int>(value))}});
    }
    return static_cast<E>(value);
  }

  absl::Time Time(const google::protobuf::Timestamp& time, const std::string& path) {
    const bool nanos_fit = time.nanos() >= 0 && time.nanos() < kNanosPerUnit;
    constexpr std::int64_t kFirst =
        -62'135'596'800;  // 0001-01-01T00:00:00Z, as the type's documentation has it
    constexpr std::int64_t kLast = 253'402'300'799;  // 9999-12-31T23:59:59Z
    if (!nanos_fit || time.seconds() < kFirst || time.seconds() > kLast) {
      violations_.Add(path, Flaw::kMalformed, {{"expected", "2026-11-28T18:00:00Z"}});
      return absl::UnixEpoch();
    }
    return absl::FromUnixMicros(time.seconds() * 1'000'000 + time.nanos() / 1000);
  }

  Amount Money(const google::type::Money& money, const std::string& currency,
               const std::string& path) {
    const std::optional<int> decimals = CurrencyDecimals(currency);
    if (!decimals.has_value()) return {};  // the currency itself is reported
    if (money.currency_code() != currency) {
      violations_.Add(path, Flaw::kCurrencyMismatch,
                      {{"expected", currency}, {"given", Echo(money.currency_code())}});
      return {};
    }
    const bool signs_agree =
        (money.units() <= 0 || money.nanos() >= 0) && (money.units() >= 0 || money.nanos() <= 0);
    if (!signs_agree || money.nanos() <= -kNanosPerUnit || money.nanos() >= kNanosPerUnit) {
      violations_.Add(path, Flaw::kMalformed, {{"expected", "units 12, nanos 340000000"}});
      return {};
    }
    std::int64_t scale = 1;
    for (int i = 0; i < *decimals; ++i) scale *= 10;
    if (money.units() > kMaxAmountMinor / scale || money.units() < -(kMaxAmountMinor / scale)) {
      violations_.Add(path, Flaw::kOutOfRange,
                      {{"min", std::int64_t{0}}, {"max", kMaxAmountMinor / scale}});
      return {};
    }
    const std::int64_t nanos_per_minor = kNanosPerUnit / scale;
    if (money.nanos() % nanos_per_minor != 0) {
      violations_.Add(path, Flaw::kFractionOfMinorUnit);
      return {};
    }
    return {money.units() * scale + money.nanos() / nanos_per_minor};
  }

  Language LanguageCode(const std::string& code, const std::string& path) {
    const std::optional<Language> language = FromName<Language>(code);
    if (language.has_value()) return *language;
    if (code.empty()) {
      violations_.Add(path, Flaw::kMissing);
    } else {
      violations_.Add(path, Flaw::kUnknownValue, {{"value", Echo(code)}});
    }
    return Language::kGreek;
  }

  Customer DecodeCustomer(const v1::Customer& from, const std::string& path) {
    return {.id = from.id(),
            .name = from.name(),
            .email = from.email(),
            .phone = from.phone(),
            .segment = Enum<Segment>(from.segment(), v1::Segment_IsValid(from.segment()),
                                     path + ".segment"),
            .company_name = from.company_name(),
            .vat_number = from.vat_number(),
            .language = LanguageCode(from.language(), path + ".language")};
  }

  Address DecodeAddress(const v1::Address& from) {
    return {.recipient = from.recipient(),
            .lines = {from.lines().begin(), from.lines().end()},
            .postal_code = from.postal_code(),
            .city = from.city(),
            .region = from.region(),
            .country = from.country(),
            .phone = from.phone(),
            .instructions = from.instructions()};
  }

  // Reads the amount that stands at a path.
  using ReadMoney = absl::FunctionRef<Amount(const google::type::Money&, const std::string&)>;

  Line DecodeLine(const v1::Line& from, std::int32_t number, ReadMoney money,
                  const std::string& path) {
    Line line{.number = number,
              .sku = from.sku(),
              .name = from.name(),
              .quantity = from.quantity(),
              .unit_price = {},
              .discount = {},
              .vat_rate = {from.vat_rate_basis_points()},
              .gathered = {}};
    if (from.has_unit_price()) {
      line.unit_price = money(from.unit_price(), path + ".unit_price");
    } else {
      violations_.Add(path + ".unit_price", Flaw::kMissing);
    }
    if (from.has_discount()) line.discount = money(from.discount(), path + ".discount");
    return line;
  }

  Charge DecodeCharge(const v1::Charge& from, ReadMoney money, const std::string& path) {
    Charge charge{
        .kind = Enum<ChargeKind>(from.kind(), v1::ChargeKind_IsValid(from.kind()), path + ".kind"),
        .label = from.label(),
        .amount = {},
        .vat_rate = {from.vat_rate_basis_points()}};
    if (from.has_amount()) {
      charge.amount = money(from.amount(), path + ".amount");
    } else {
      violations_.Add(path + ".amount", Flaw::kMissing);
    }
    return charge;
  }

  // Their numbers are those that they have; what they mean is for the caller to say.
  std::vector<Line> DecodeLines(const v1::Order& from, ReadMoney money, const std::string& path) {
    std::vector<Line> lines;
    // A list that is too long is reported by its length; there is no use in looking at each entry.
    if (static_cast<std::size_t>(from.lines_size()) > kMaxLines) {
      violations_.Add(path + ".lines", Flaw::kTooMany,
                      {{"max", static_cast<std::int64_t>(kMaxLines)}});
      return lines;
    }
    for (int i = 0; i < from.lines_size(); ++i) {
      lines.push_back(DecodeLine(from.lines(i), from.lines(i).line(), money,
                                 absl::StrCat(path, ".lines[", i, "]")));
    }
    return lines;
  }

  std::vector<Charge> DecodeCharges(const v1::Order& from, ReadMoney money,
                                    const std::string& path) {
    std::vector<Charge> charges;
    if (static_cast<std::size_t>(from.charges_size()) > kMaxCharges) {
      violations_.Add(path + ".charges", Flaw::kTooMany,
                      {{"max", static_cast<std::int64_t>(kMaxCharges)}});
      return charges;
    }
    for (int i = 0; i < from.charges_size(); ++i) {
      charges.push_back(
          DecodeCharge(from.charges(i), money, absl::StrCat(path, ".charges[", i, "]")));
    }
    return charges;
  }

  FulfilmentMethod DecodeMethod(const v1::Order& from, const std::string& path) {
    return Enum<FulfilmentMethod>(from.method(), v1::FulfilmentMethod_IsValid(from.method()),
                                  path + ".method");
  }

  PickupStore DecodeStore(const v1::Store& from) {
    return {.id = from.id(),
            .name = from.name(),
            .address = DecodeAddress(from.address()),
            .opening_hours = from.opening_hours()};
  }

  OrderContent DecodeContent(const v1::Order& from, const std::string& path) {
    OrderContent content;
    content.source = from.source();
    content.external_reference = from.external_reference();
    content.customer = DecodeCustomer(from.customer(), path + ".customer");
    content.currency = from.currency_code();
    content.prices_include_vat = !from.has_prices_include_vat() || from.prices_include_vat();
    const auto money = [&](const google::type::Money& amount, const std::string& field) {
      return Money(amount, content.currency, field);
    };
    content.lines = DecodeLines(from, money, path);
    content.charges = DecodeCharges(from, money, path);
    content.payment_method =
        Enum<PaymentMethod>(from.payment_method(), v1::PaymentMethod_IsValid(from.payment_method()),
                            path + ".payment_method");
    content.method = DecodeMethod(from, path);
    if (from.has_delivery_address())
      content.delivery_address = DecodeAddress(from.delivery_address());
    if (from.has_store()) content.store = DecodeStore(from.store());
    if (from.has_promised_delivery()) {
      content.promised_delivery = Time(from.promised_delivery(), path + ".promised_delivery");
    }
    content.notifications_on = !from.has_notifications_on() || from.notifications_on();
    return content;
  }

  // The fields that the mask of an update names.
  OrderFieldSet DecodeMask(const google::protobuf::FieldMask& mask) {
    OrderFieldSet fields;
    if (mask.paths().empty()) violations_.Add("update_mask", Flaw::kMissing);
    if (static_cast<std::size_t>(mask.paths_size()) > kMaxMaskPaths) {
      violations_.Add("update_mask.paths", Flaw::kTooMany,
                      {{"max", static_cast<std::int64_t>(kMaxMaskPaths)}});
      return fields;
    }
    for (int i = 0; i < mask.paths_size(); ++i) {
      const std::string& path = mask.paths(i);
      if (const std::optional<OrderField> field = OrderFieldFromName(path)) {
        fields.Insert(*field);
        continue;
      }
      // To protobuf the empty path is the whole message.
      const bool exists =
          path == "*" ||
          (!path.empty() && google::protobuf::util::FieldMaskUtil::IsValidPath<v1::Order>(path));
      violations_.Add(absl::StrCat("update_mask.paths[", i, "]"),
                      exists ? Flaw::kNotUpdatable : Flaw::kUnknownValue, {{"value", Echo(path)}});
    }
    return fields;
  }

  // The values of `to.fields`, and of no other field: what the mask does not name is not looked at.
  // Which currency amounts must be in shows only when the order is known, so each is read in its
  // own.
  void DecodeGiven(const v1::UpdateOrderRequest& request, UpdateOrder& to) {
    const v1::Order& from = request.order();
    const auto money = [&](const google::type::Money& amount, const std::string& field) {
      return MoneyOfAnyCurrency(amount, field, to.currencies);
    };
    OrderContent& given = to.given;
    given.customer.name = from.customer().name();
    given.customer.email = from.customer().email();
    given.customer.phone = from.customer().phone();
    given.customer.company_name = from.customer().company_name();
    given.customer.vat_number = from.customer().vat_number();
    if (to.fields.Contains(OrderField::kMethod)) given.method = DecodeMethod(from, "order");
    if (to.fields.Contains(OrderField::kDeliveryAddress) && from.has_delivery_address())
      given.delivery_address = DecodeAddress(from.delivery_address());
    if (to.fields.Contains(OrderField::kStore) && from.has_store())
      given.store = DecodeStore(from.store());
    if (to.fields.Contains(OrderField::kPromisedDelivery) && from.has_promised_delivery())
      given.promised_delivery = Time(from.promised_delivery(), "order.promised_delivery");
    if (to.fields.Contains(OrderField::kLines)) given.lines = DecodeLines(from, money, "order");
    if (to.fields.Contains(OrderField::kCharges))
      given.charges = DecodeCharges(from, money, "order");
    if (request.has_expected_gross())
      to.expected_gross = money(request.expected_gross(), "expected_gross");
  }

  std::vector<ParcelChange> DecodeParcels(
      const google::protobuf::RepeatedPtrField<v1::Parcel>& from) {
    std::vector<ParcelChange> parcels;
    parcels.reserve(static_cast<std::size_t>(from.size()));
    for (const v1::Parcel& parcel : from) {
      parcels.push_back({.number = parcel.parcel(),
                         .carrier = parcel.carrier(),
                         .tracking_number = parcel.tracking_number(),
                         .tracking_url = parcel.tracking_url(),
                         .carrier_status = parcel.carrier_status()});
    }
    return parcels;
  }

  // An order as it stands, its content decoded already.
  void DecodeState(const v1::Order& from, const std::string& path, OrderImported& to) {
    to.status =
        Enum<OrderStatus>(from.status(), v1::OrderStatus_IsValid(from.status()), path + ".status");
    for (int i = 0; i < from.checks_size(); ++i)
      DecodeCheck(from.checks(i), absl::StrCat(path, ".checks[", i, "]"), to.checks);
    if (from.has_invoice()) to.invoice = DecodeInvoice(from.invoice(), path + ".invoice");
    for (const v1::Parcel& parcel : from.parcels()) {
      to.parcels.push_back({.number = NumberOr(parcel.parcel(), to.parcels),
                            .carrier = parcel.carrier(),
                            .tracking_number = parcel.tracking_number(),
                            .tracking_url = parcel.tracking_url(),
                            .carrier_status = parcel.carrier_status()});
    }
    if (from.has_expected_delivery())
      to.expected_delivery = Time(from.expected_delivery(), path + ".expected_delivery");
    if (from.has_pickup_until())
      to.pickup_until = Time(from.pickup_until(), path + ".pickup_until");
    if (from.has_vehicle_trip()) {
      to.vehicle_trip = DecodeTrip(from.vehicle_trip().vehicle(), from.vehicle_trip().window(),
                                   path + ".vehicle_trip");
    }
    to.cancellation_reason = from.cancellation_reason();
    if (from.has_redact_time()) to.redacted_at = Time(from.redact_time(), path + ".redact_time");
  }

  // Numbers and sources of the lines that were decoded before; of those alone, where there are too
  // many.
  void DecodeLineStates(const v1::Order& from, const std::string& path, std::vector<Line>& lines) {
    std::vector<Line> numbered;
    numbered.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const v1::Line& given = from.lines(static_cast<int>(i));
      Line line = std::move(lines[i]);
      line.number = NumberOr(given.line(), numbered);
      for (int j = 0; j < given.gathered_size(); ++j) {
        const v1::Source& source = given.gathered(j).source();
        const auto kind =
            Enum<SourceKind>(source.kind(), v1::SourceKind_IsValid(source.kind()),
                             absl::StrCat(path, ".lines[", i, "].gathered[", j, "].source.kind"));
        line.gathered.push_back({{kind, source.id()}, given.gathered(j).quantity()});
      }
      numbered.push_back(std::move(line));
    }
    lines = std::move(numbered);
  }

  std::vector<PastEntry> DecodePast(const v1::ImportedOrder& from) {
    std::vector<PastEntry> past;
    // A list that is too long is reported by its length.
    for (int i = 0; i < from.past_size() && past.size() <= kMaxPast; ++i) {
      const v1::PastEntry& entry = from.past(i);
      const std::string path = absl::StrCat("past[", i, "]");
      PastEntry& decoded = past.emplace_back();
      if (entry.has_time()) decoded.at = Time(entry.time(), path + ".time");
      decoded.text = entry.text();
      decoded.visibility = DecodeVisibility(entry.visibility(), path + ".visibility");
      if (entry.has_actor()) decoded.actor = DecodeActor(entry.actor(), path + ".actor");
    }
    return past;
  }

  Invoice DecodeInvoice(const v1::Invoice& from, const std::string& path);

  Visibility DecodeVisibility(v1::Visibility from, const std::string& path) {
    if (from == v1::VISIBILITY_UNSPECIFIED) return Visibility::kPublic;
    return Enum<Visibility>(from, v1::Visibility_IsValid(from), path);
  }

  // The action's own input, by the alternative of the oneof that is set.
  void DecodeAction(const v1::TransitionOrderRequest& from, TransitionOrder& to) {
    using Request = v1::TransitionOrderRequest;
    switch (from.action_case()) {
      case Request::kStartProcessing:
        to.action = OrderAction::kStartProcessing;
        break;
      case Request::kStartGathering:
        to.action = OrderAction::kStartGathering;
        break;
      case Request::kStartPreparing:
        to.action = OrderAction::kStartPreparing;
        break;
      case Request::kHandToCarrier:
        to.action = OrderAction::kHandToCarrier;
        to.parcels = DecodeParcels(from.hand_to_carrier().parcels());
        if (from.hand_to_carrier().has_expected_delivery()) {
          to.expected_delivery =
              Time(from.hand_to_carrier().expected_delivery(), "hand_to_carrier.expected_delivery");
        }
        break;
      case Request::kOfferPickup:
        to.action = OrderAction::kOfferPickup;
        if (from.offer_pickup().has_pickup_until()) {
          to.pickup_until = Time(from.offer_pickup().pickup_until(), "offer_pickup.pickup_until");
        }
        break;
      case Request::kDispatchVehicle:
        to.action = OrderAction::kDispatchVehicle;
        to.vehicle_trip = DecodeTrip(from.dispatch_vehicle().vehicle(),
                                     from.dispatch_vehicle().window(), "dispatch_vehicle");
        break;
      case Request::kConfirmReceipt:
        to.action = OrderAction::kConfirmReceipt;
        break;
      case Request::kCancel:
        to.action = OrderAction::kCancel;
        to.reason = from.cancel().reason();
        break;
      case Request::kReturnToProcessing:
        to.action = OrderAction::kReturnToProcessing;
        to.reason = from.return_to_processing().reason();
        break;
      case Request::kReturnToGathering:
        to.action = OrderAction::kReturnToGathering;
        to.reason = from.return_to_gathering().reason();
        for (const v1::RegatherLine& line : from.return_to_gathering().lines()) {
          to.regather.push_back({line.line(), line.quantity()});
        }
        break;
      case Request::kReturnUndelivered:
        to.action = OrderAction::kReturnUndelivered;
        to.reason = from.return_undelivered().reason();
        break;
      case Request::ACTION_NOT_SET:
        violations_.Add("action", Flaw::kMissing);
        break;
    }
  }

 private:
  Amount MoneyOfAnyCurrency(const google::type::Money& money, const std::string& path,
                            std::vector<GivenCurrency>& currencies) {
    if (!CurrencyDecimals(money.currency_code()).has_value()) {
      violations_.Add(path, Flaw::kMalformed, {{"expected", "currency_code EUR"}});
      return {};
    }
    currencies.push_back({path, money.currency_code()});
    return Money(money, money.currency_code(), path);
  }

  // `path` is that of the message which has both.
  VehicleTrip DecodeTrip(const std::string& vehicle, const v1::TimeWindow& window,
                         const std::string& path) {
    VehicleTrip trip{.vehicle = vehicle, .window = {}};
    if (window.has_start()) {
      trip.window.start = Time(window.start(), path + ".window.start");
    } else {
      violations_.Add(path + ".window.start", Flaw::kMissing);
    }
    if (window.has_end()) {
      trip.window.end = Time(window.end(), path + ".window.end");
    } else {
      violations_.Add(path + ".window.end", Flaw::kMissing);
    }
    return trip;
  }

  // The number that a caller gave to a line or parcel, or else the next one.
  template <typename Numbered>
  static std::int32_t NumberOr(std::int32_t given, const std::vector<Numbered>& before) {
    if (given != 0) return given;
    // Behind the last number there is only one that does not ascend, which is reported.
    const std::int32_t last = before.empty() ? 0 : before.back().number;
    return last == std::numeric_limits<std::int32_t>::max() ? last : last + 1;
  }

  Actor DecodeActor(const v1::Actor& from, const std::string& path) {
    return {.role = Enum<Role>(from.role(), v1::Role_IsValid(from.role()), path + ".role"),
            .id = from.id()};
  }

  void DecodeCheck(const v1::Check& from, const std::string& path, Checks& to) {
    const auto kind =
        Enum<CheckKind>(from.check(), v1::CheckKind_IsValid(from.check()), path + ".check");
    const auto outcome = Enum<CheckOutcome>(
        from.outcome(),
        from.outcome() == v1::CHECK_OUTCOME_PASSED || from.outcome() == v1::CHECK_OUTCOME_FAILED,
        path + ".outcome");
    if (violations_.Has(path + ".check")) return;
    if (to[kind].has_value()) {
      violations_.Add(path + ".check", Flaw::kDuplicate, {{"value", std::string(Name(kind))}});
      return;
    }
    Check& check = to[kind].emplace();
    check.outcome = outcome;
    check.note = from.note();
    check.by = DecodeActor(from.by(), path + ".by");
    if (from.has_on_behalf_of())
      check.on_behalf_of = DecodeActor(from.on_behalf_of(), path + ".on_behalf_of");
    check.at = from.has_time() ? Time(from.time(), path + ".time") : absl::Time();
  }

  Violations& violations_;
};

absl::CivilDay DecodeDate(const google::type::Date& from, absl::string_view path,
                          Violations& violations) {
  const absl::CivilDay day(from.year(), from.month(), from.day());
  // CivilDay turns the 31st of June into the 1st of July; a date that changes so was none.
  const bool exists =
      day.year() == from.year() && day.month() == from.month() && day.day() == from.day();
  if (!exists || from.year() < 1 || from.year() > 9999) {
    violations.Add(std::string(path), Flaw::kMalformed, {{"expected", "2026-11-28"}});
  }
  return day;
}

SetNotifications DecodeSetting(const auto& request, Violations& violations) {
  if (!request.has_notifications_on()) violations.Add("notifications_on", Flaw::kMissing);
  return {request.notifications_on()};
}

Invoice Decoder::DecodeInvoice(const v1::Invoice& from, const std::string& path) {
  Invoice invoice{.number = from.number(), .date = {}};
  if (from.has_date()) {
    invoice.date = DecodeDate(from.date(), path + ".date", violations_);
  } else {
    violations_.Add(path + ".date", Flaw::kMissing);
  }
  return invoice;
}

// The number that an imported order keeps.
std::optional<Number> DecodeGivenNumber(const std::string& text, Violations& violations) {
  if (text.empty()) return std::nullopt;
  const std::optional<Number> number = Number::Parse(text);
  if (!number.has_value()) {
    if (HasWrongCheckDigit(text)) {
      violations.Add("number", Flaw::kWrongCheckDigit, {{"value", text}});
    } else {
      violations.Add("number", Flaw::kMalformed, {{"expected", std::string("1000000018")}});
    }
  } else if (number->serial() > Number::kLastImportedSerial) {
    violations.Add("number", Flaw::kOutOfRange,
                   {{"min", Number::FromSerial(Number::kFirstSerial).value()},
                    {"max", Number::FromSerial(Number::kLastImportedSerial).value()}});
  }
  return number;
}

constexpr absl::string_view kOrders = "orders/";
constexpr absl::string_view kEnquiries = "enquiries/";
constexpr absl::string_view kRedactions = "redactions/";
constexpr absl::string_view kReceivedEmails = "receivedEmails/";

// The id of a resource that is named by a collection and a number.
std::int64_t DecodeNumbered(absl::string_view name, absl::string_view collection,
                            Violations& violations) {
  std::int64_t id = 0;
  absl::string_view number = name;
  const bool good = absl::ConsumePrefix(&number, collection) && absl::SimpleAtoi(number, &id) &&
                    id > 0 && absl::StrCat(id) == number;
  if (name.empty()) {
    violations.Add("name", Flaw::kMissing);
  } else if (!good) {
    violations.Add("name", Flaw::kMalformed, {{"expected", absl::StrCat(collection, "12")}});
  }
  return id;
}

bool NotifyOf(const auto& request) {
  return !request.has_notify() || request.notify();
}

}  // namespace

CreateOrder Decode(const v1::CreateOrderRequest& request, Violations& violations) {
  Decoder decoder(violations);
  CreateOrder command;
  if (!request.has_order()) {
    violations.Add("order", Flaw::kMissing);
    return command;
  }
  command.content = decoder.DecodeContent(request.order(), "order");
  if (request.has_expected_gross()) {
    command.expected_gross =
        decoder.Money(request.expected_gross(), command.content.currency, "expected_gross");
  }
  command.notify = NotifyOf(request);
  Validate(command, "order", violations);
  return command;
}

TransitionOrder Decode(const v1::TransitionOrderRequest& request, Violations& violations) {
  Decoder decoder(violations);
  TransitionOrder command;
  decoder.DecodeAction(request, command);
  if (request.has_comment()) {
    command.comment =
        NewComment{request.comment().text(),
                   decoder.DecodeVisibility(request.comment().visibility(), "comment.visibility")};
  }
  command.notify = NotifyOf(request);
  if (request.action_case() != v1::TransitionOrderRequest::ACTION_NOT_SET)
    Validate(command, violations);
  return command;
}

RecordCheck Decode(const v1::RecordCheckRequest& request, Violations& violations) {
  Decoder decoder(violations);
  RecordCheck command{
      .check =
          decoder.Enum<CheckKind>(request.check(), v1::CheckKind_IsValid(request.check()), "check"),
      .outcome = decoder.Enum<CheckOutcome>(request.outcome(),
                                            v1::CheckOutcome_IsValid(request.outcome()), "outcome"),
      .note = request.note()};
  Validate(command, violations);
  return command;
}

RecordGathering Decode(const v1::RecordGatheringRequest& request, Violations& violations) {
  Decoder decoder(violations);
  RecordGathering command;
  for (int i = 0; i < request.items_size(); ++i) {
    const v1::GatheredItem& item = request.items(i);
    const auto kind =
        decoder.Enum<SourceKind>(item.source().kind(), v1::SourceKind_IsValid(item.source().kind()),
                                 absl::StrCat("items[", i, "].source.kind"));
    command.items.push_back({item.line(), item.quantity(), {kind, item.source().id()}});
  }
  Validate(command, violations);
  return command;
}

RecordInvoice Decode(const v1::RecordInvoiceRequest& request, Violations& violations) {
  RecordInvoice command{Decoder(violations).DecodeInvoice(request.invoice(), "invoice")};
  Validate(command, violations);
  return command;
}

RecordTracking Decode(const v1::RecordTrackingRequest& request, Violations& violations) {
  Decoder decoder(violations);
  RecordTracking command;
  command.parcels = decoder.DecodeParcels(request.parcels());
  if (request.has_expected_delivery()) {
    command.expected_delivery = decoder.Time(request.expected_delivery(), "expected_delivery");
  }
  command.notify = NotifyOf(request);
  Validate(command, violations);
  return command;
}

UpdateOrder Decode(const v1::UpdateOrderRequest& request, Violations& violations) {
  Decoder decoder(violations);
  UpdateOrder command;
  command.fields = decoder.DecodeMask(request.update_mask());
  decoder.DecodeGiven(request, command);
  command.notify = NotifyOf(request);
  Validate(command, "order", violations);
  return command;
}

SetNotifications Decode(const v1::SetNotificationsRequest& request, Violations& violations) {
  return DecodeSetting(request, violations);
}

SetNotifications Decode(const v1::SetEnquiryNotificationsRequest& request, Violations& violations) {
  return DecodeSetting(request, violations);
}

SubmitFeedback Decode(const v1::SubmitFeedbackRequest& request, Violations& violations) {
  SubmitFeedback command{request.rating(), request.text()};
  Validate(command, violations);
  return command;
}

AddComment Decode(const v1::CreateCommentRequest& request, Violations& violations) {
  Decoder decoder(violations);
  AddComment command;
  command.comment.text = request.comment().text();
  command.comment.visibility =
      decoder.DecodeVisibility(request.comment().visibility(), "comment.visibility");
  command.notify = NotifyOf(request);
  Validate(command.comment, "comment", violations);
  return command;
}

CreateEnquiry Decode(const v1::CreateEnquiryRequest& request, Violations& violations) {
  Decoder decoder(violations);
  CreateEnquiry command;
  if (!request.has_enquiry()) {
    violations.Add("enquiry", Flaw::kMissing);
    return command;
  }
  const v1::Enquiry& from = request.enquiry();
  EnquiryContent& content = command.content;
  content.kind =
      decoder.Enum<EnquiryKind>(from.kind(), v1::EnquiryKind_IsValid(from.kind()), "enquiry.kind");
  content.customer = {
      .id = from.customer().id(),
      .name = from.customer().name(),
      .email = from.customer().email(),
      .phone = from.customer().phone(),
      .language = decoder.LanguageCode(from.customer().language(), "enquiry.customer.language")};
  content.title = from.title();
  content.text = from.text();
  if (!from.order().empty()) {
    content.about =
        DecodeSubjectName(from.order(), SubjectKind::kOrder, "enquiry.order", violations).number;
  }
  content.notifications_on = !from.has_notifications_on() || from.notifications_on();
  command.notify = NotifyOf(request);
  Validate(command, "enquiry", violations);
  return command;
}

TransitionEnquiry Decode(const v1::TransitionEnquiryRequest& request, Violations& violations) {
  Decoder decoder(violations);
  TransitionEnquiry command;
  command.action = decoder.Enum<EnquiryAction>(
      request.action(), v1::EnquiryAction_IsValid(request.action()), "action");
  if (request.has_comment()) {
    command.comment =
        NewComment{request.comment().text(),
                   decoder.DecodeVisibility(request.comment().visibility(), "comment.visibility")};
  }
  command.notify = NotifyOf(request);
  Validate(command, violations);
  return command;
}

ImportEntry Decode(const v1::ImportedOrder& entry, Violations& violations) {
  Decoder decoder(violations);
  ImportEntry decoded;
  decoded.number = DecodeGivenNumber(entry.number(), violations);
  if (!entry.has_order()) {
    violations.Add("order", Flaw::kMissing);
    return decoded;
  }
  OrderImported& order = decoded.command.order;
  order.content = decoder.DecodeContent(entry.order(), "order");
  decoder.DecodeLineStates(entry.order(), "order", order.content.lines);
  decoder.DecodeState(entry.order(), "order", order);
  if (entry.has_create_time())
    decoded.command.created_at = decoder.Time(entry.create_time(), "create_time");
  if (entry.has_update_time()) order.changed_at = decoder.Time(entry.update_time(), "update_time");
  if (entry.has_receive_time())
    order.received_at = decoder.Time(entry.receive_time(), "receive_time");
  order.past = decoder.DecodePast(entry);
  if (entry.has_feedback()) {
    order.feedback = Feedback{
        .rating = entry.feedback().rating(), .text = entry.feedback().text(), .at = absl::Time()};
    if (entry.feedback().has_submit_time())
      order.feedback->at = decoder.Time(entry.feedback().submit_time(), "feedback.submit_time");
  }
  Validate(decoded.command, violations);
  return decoded;
}

std::optional<absl::Time> DecodeTime(const google::protobuf::Timestamp& from,
                                     absl::string_view field, Violations& violations) {
  const std::string path(field);
  const absl::Time time = Decoder(violations).Time(from, path);
  if (violations.Has(path)) return std::nullopt;
  return time;
}

SubjectName DecodeSubjectName(absl::string_view name, absl::string_view field,
                              Violations& violations) {
  const bool of_enquiry = absl::StartsWith(name, kEnquiries);
  return DecodeSubjectName(name, of_enquiry ? SubjectKind::kEnquiry : SubjectKind::kOrder, field,
                           violations);
}

SubjectName DecodeSubjectName(absl::string_view name, SubjectKind kind, absl::string_view field,
                              Violations& violations) {
  SubjectName subject{.kind = kind, .number = {}, .text = std::string(name)};
  const absl::string_view collection = kind == SubjectKind::kEnquiry ? kEnquiries : kOrders;
  const std::string path(field);
  if (name.empty()) {
    violations.Add(path, Flaw::kMissing);
    return subject;
  }
  absl::string_view number = name;
  const bool in_collection = absl::ConsumePrefix(&number, collection);
  const std::optional<Number> parsed = Number::Parse(number);
  if (in_collection && parsed.has_value()) {
    subject.number = *parsed;
  } else if (in_collection && HasWrongCheckDigit(number)) {
    violations.Add(path, Flaw::kWrongCheckDigit, {{"value", std::string(number)}});
  } else {
    violations.Add(path, Flaw::kMalformed, {{"expected", absl::StrCat(collection, "1000000018")}});
  }
  return subject;
}

std::int64_t DecodeRedactionName(absl::string_view name, Violations& violations) {
  return DecodeNumbered(name, kRedactions, violations);
}

std::int64_t DecodeEmailName(absl::string_view name, Violations& violations) {
  return DecodeNumbered(name, kReceivedEmails, violations);
}

std::pair<SubjectName, std::string> DecodeEntryName(absl::string_view name,
                                                    absl::string_view collection,
                                                    absl::string_view field,
                                                    Violations& violations) {
  if (name.empty()) {
    violations.Add(std::string(field), Flaw::kMissing);
    return {};
  }
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[2] != collection || parts[3].empty() ||
      parts[3].size() > kMaxIdentifier) {
    violations.Add(std::string(field), Flaw::kMalformed,
                   {{"expected", absl::StrCat("orders/1000000018/", collection,
                                              "/0123456789abcdef0123456789abcdef")}});
    return {};
  }
  return {DecodeSubjectName(absl::StrCat(parts[0], "/", parts[1]), field, violations),
          std::string(parts[3])};
}

}  // namespace ipstore::orders
