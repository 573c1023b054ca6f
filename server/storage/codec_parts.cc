#include "server/storage/codec_parts.h"

#include <limits>

#include "absl/strings/string_view.h"
#include "server/storage/time_text.h"

namespace ipstore::orders::codec {

void PutText(Json& object, absl::string_view key, const std::string& value) {
  if (!value.empty()) object[std::string(key)] = value;
}

void PutTime(Json& object, absl::string_view key, const std::optional<absl::Time>& value) {
  if (!value.has_value()) return;
  const std::int64_t micros = absl::ToUnixMicros(*value);
  if (!IsStorableTime(micros))
    throw CodecError(absl::StrCat(key, " cannot be stored: ", micros, " microseconds"));
  object[std::string(key)] = FormatRfc3339(micros);
}

const Json* Find(const Json& object, absl::string_view key) {
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

const Json& Require(const Json& object, absl::string_view key) {
  const Json* found = Find(object, key);
  if (found == nullptr) throw CodecError(absl::StrCat(key, " is missing"));
  return *found;
}

std::string Text(const Json& object, absl::string_view key) {
  const Json* found = Find(object, key);
  return found == nullptr ? std::string() : found->get<std::string>();
}

bool Flag(const Json& object, absl::string_view key) {
  return Require(object, key).get<bool>();
}

std::int64_t Integer(const Json& object, absl::string_view key) {
  const Json& value = Require(object, key);
  if (!value.is_number_integer()) throw CodecError(absl::StrCat(key, " is not an integer"));
  return value.get<std::int64_t>();
}

std::int32_t SmallInteger(const Json& object, absl::string_view key) {
  const std::int64_t value = Integer(object, key);
  if (value < std::numeric_limits<std::int32_t>::min() ||
      value > std::numeric_limits<std::int32_t>::max()) {
    throw CodecError(absl::StrCat(key, " is out of range: ", value));
  }
  return static_cast<std::int32_t>(value);
}

Amount ReadAmount(const Json& object, absl::string_view key) {
  return Amount{Integer(object, key)};
}

absl::Time ReadTime(const Json& object, absl::string_view key) {
  const auto& text = Require(object, key).get_ref<const std::string&>();
  const std::optional<std::int64_t> micros = ParseRfc3339(text);
  if (!micros.has_value()) throw CodecError(absl::StrCat(key, " is not a time: ", text));
  return absl::FromUnixMicros(*micros);
}

std::optional<absl::Time> OptionalTime(const Json& object, absl::string_view key) {
  if (Find(object, key) == nullptr) return std::nullopt;
  return ReadTime(object, key);
}

absl::CivilDay ReadDay(const Json& object, absl::string_view key) {
  const auto& text = Require(object, key).get_ref<const std::string&>();
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day))
    throw CodecError(absl::StrCat(key, " is not a date: ", text));
  return day;
}

Json ToJson(const Actor& actor) {
  Json json = Json::object();
  PutEnum(json, "role", actor.role);
  PutText(json, "id", actor.id);
  return json;
}

void FromJson(const Json& json, Actor& actor) {
  const auto& name = Require(json, "role").get_ref<const std::string&>();
  const std::optional<Role> role = RoleFromName(name);
  if (!role.has_value()) throw CodecError(absl::StrCat("role is unknown: ", name));
  actor = {.role = *role, .id = Text(json, "id")};
}

Json ToJson(const Address& address) {
  Json json = Json::object();
  PutText(json, "recipient", address.recipient);
  if (!address.lines.empty()) json["lines"] = address.lines;
  PutText(json, "postal_code", address.postal_code);
  PutText(json, "city", address.city);
  PutText(json, "region", address.region);
  PutText(json, "country", address.country);
  PutText(json, "phone", address.phone);
  PutText(json, "instructions", address.instructions);
  return json;
}

void FromJson(const Json& json, Address& address) {
  address.recipient = Text(json, "recipient");
  if (const Json* lines = Find(json, "lines"); lines != nullptr)
    address.lines = lines->get<std::vector<std::string>>();
  address.postal_code = Text(json, "postal_code");
  address.city = Text(json, "city");
  address.region = Text(json, "region");
  address.country = Text(json, "country");
  address.phone = Text(json, "phone");
  address.instructions = Text(json, "instructions");
}

Json ToJson(const Charge& charge) {
  Json json = {{"amount", charge.amount.minor}, {"vat_rate", charge.vat_rate.basis_points}};
  PutEnum(json, "kind", charge.kind);
  PutText(json, "label", charge.label);
  return json;
}

void FromJson(const Json& json, Charge& charge) {
  charge = {.kind = ReadEnum<ChargeKind>(json, "kind"),
            .label = Text(json, "label"),
            .amount = ReadAmount(json, "amount"),
            .vat_rate = VatRate{SmallInteger(json, "vat_rate")}};
}

Json ToJson(const Source& source) {
  Json json = Json::object();
  PutEnum(json, "kind", source.kind);
  PutText(json, "id", source.id);
  return json;
}

void FromJson(const Json& json, Source& source) {
  source = {.kind = ReadEnum<SourceKind>(json, "kind"), .id = Text(json, "id")};
}

Json ToJson(const GatheredFrom& gathered) {
  return {{"source", ToJson(gathered.source)}, {"quantity", gathered.quantity}};
}

void FromJson(const Json& json, GatheredFrom& gathered) {
  FromJson(Require(json, "source"), gathered.source);
  gathered.quantity = Integer(json, "quantity");
}

Json ToJson(const GatheringRecorded::Item& item) {
  return {{"line", item.line}, {"quantity", item.quantity}, {"source", ToJson(item.source)}};
}

void FromJson(const Json& json, GatheringRecorded::Item& item) {
  item.line = SmallInteger(json, "line");
  item.quantity = Integer(json, "quantity");
  FromJson(Require(json, "source"), item.source);
}

Json ToJson(const Invoice& invoice) {
  Json json = {{"date", absl::FormatCivilTime(invoice.date)}};
  PutText(json, "number", invoice.number);
  return json;
}

void FromJson(const Json& json, Invoice& invoice) {
  invoice = {.number = Text(json, "number"), .date = ReadDay(json, "date")};
}

Json ToJson(const Line& line) {
  Json json = {{"number", line.number},
               {"quantity", line.quantity},
               {"unit_price", line.unit_price.minor},
               {"discount", line.discount.minor},
               {"vat_rate", line.vat_rate.basis_points}};
  PutText(json, "sku", line.sku);
  PutText(json, "name", line.name);
  PutList(json, "gathered", line.gathered);
  return json;
}

void FromJson(const Json& json, Line& line) {
  line = {.number = SmallInteger(json, "number"),
          .sku = Text(json, "sku"),
          .name = Text(json, "name"),
          .quantity = Integer(json, "quantity"),
          .unit_price = ReadAmount(json, "unit_price"),
          .discount = ReadAmount(json, "discount"),
          .vat_rate = VatRate{SmallInteger(json, "vat_rate")},
          .gathered = ReadList<GatheredFrom>(json, "gathered")};
}

Json ToJson(const Parcel& parcel) {
  Json json = {{"number", parcel.number}};
  PutText(json, "carrier", parcel.carrier);
  PutText(json, "tracking_number", parcel.tracking_number);
  PutText(json, "tracking_url", parcel.tracking_url);
  PutText(json, "carrier_status", parcel.carrier_status);
  return json;
}

void FromJson(const Json& json, Parcel& parcel) {
  parcel = {.number = SmallInteger(json, "number"),
            .carrier = Text(json, "carrier"),
            .tracking_number = Text(json, "tracking_number"),
            .tracking_url = Text(json, "tracking_url"),
            .carrier_status = Text(json, "carrier_status")};
}

Json ToJson(const RegatherLine& line) {
  return {{"line", line.line}, {"quantity", line.quantity}};
}

void FromJson(const Json& json, RegatherLine& line) {
  line = {.line = SmallInteger(json, "line"), .quantity = Integer(json, "quantity")};
}

Json ToJson(const PickupStore& store) {
  Json json = {{"address", ToJson(store.address)}};
  PutText(json, "id", store.id);
  PutText(json, "name", store.name);
  PutText(json, "opening_hours", store.opening_hours);
  return json;
}

void FromJson(const Json& json, PickupStore& store) {
  store.id = Text(json, "id");
  store.name = Text(json, "name");
  FromJson(Require(json, "address"), store.address);
  store.opening_hours = Text(json, "opening_hours");
}

Json ToJson(const VatTotal& total) {
  return {{"rate", total.rate.basis_points}, {"net", total.net.minor}, {"vat", total.vat.minor}};
}

void FromJson(const Json& json, VatTotal& total) {
  total = {.rate = VatRate{SmallInteger(json, "rate")},
           .net = ReadAmount(json, "net"),
           .vat = ReadAmount(json, "vat")};
}

Json ToJson(const VehicleTrip& trip) {
  Json json = Json::object();
  PutText(json, "vehicle", trip.vehicle);
  PutTime(json, "start", trip.window.start);
  PutTime(json, "end", trip.window.end);
  return json;
}

void FromJson(const Json& json, VehicleTrip& trip) {
  trip = {.vehicle = Text(json, "vehicle"),
          .window = {.start = ReadTime(json, "start"), .end = ReadTime(json, "end")}};
}

void PutValue(Json& object, absl::string_view key, const std::string& value) {
  PutText(object, key, value);
}
void PutValue(Json& object, absl::string_view key, const std::optional<absl::Time>& value) {
  PutTime(object, key, value);
}
void PutValue(Json& object, absl::string_view key, FulfilmentMethod value) {
  PutEnum(object, key, value);
}
void PutValue(Json& object, absl::string_view key, const std::optional<Address>& value) {
  if (value.has_value()) object[std::string(key)] = ToJson(*value);
}
void PutValue(Json& object, absl::string_view key, const std::optional<PickupStore>& value) {
  if (value.has_value()) object[std::string(key)] = ToJson(*value);
}
void PutValue(Json& object, absl::string_view key, const std::vector<Line>& values) {
  PutList(object, key, values);
}
void PutValue(Json& object, absl::string_view key, const std::vector<Charge>& values) {
  PutList(object, key, values);
}

void ReadValue(const Json& object, absl::string_view key, std::string& value) {
  value = Text(object, key);
}
void ReadValue(const Json& object, absl::string_view key, std::optional<absl::Time>& value) {
  value = OptionalTime(object, key);
}
void ReadValue(const Json& object, absl::string_view key, FulfilmentMethod& value) {
  value = ReadEnum<FulfilmentMethod>(object, key);
}
void ReadValue(const Json& object, absl::string_view key, std::optional<Address>& value) {
  value = ReadOptional<Address>(object, key);
}
void ReadValue(const Json& object, absl::string_view key, std::optional<PickupStore>& value) {
  value = ReadOptional<PickupStore>(object, key);
}
void ReadValue(const Json& object, absl::string_view key, std::vector<Line>& values) {
  values = ReadList<Line>(object, key);
}
void ReadValue(const Json& object, absl::string_view key, std::vector<Charge>& values) {
  values = ReadList<Charge>(object, key);
}

void PutSharedContent(const OrderContent& content, Parts& parts) {
  parts.data["prices_include_vat"] = content.prices_include_vat;
  parts.data["notifications_on"] = content.notifications_on;
  PutList(parts.data, "charges", content.charges);
  if (content.store.has_value()) parts.data["store"] = ToJson(*content.store);
  if (content.delivery_address.has_value())
    parts.personal["delivery_address"] = ToJson(*content.delivery_address);
  PutText(parts.personal, "phone", content.customer.phone);
  PutText(parts.personal, "company_name", content.customer.company_name);
  PutText(parts.personal, "vat_number", content.customer.vat_number);
}

void ReadSharedContent(const Json& data, const Json& personal, OrderContent& content) {
  content.prices_include_vat = Flag(data, "prices_include_vat");
  content.notifications_on = Flag(data, "notifications_on");
  content.charges = ReadList<Charge>(data, "charges");
  content.store = ReadOptional<PickupStore>(data, "store");
  content.delivery_address = ReadOptional<Address>(personal, "delivery_address");
  content.customer.phone = Text(personal, "phone");
  content.customer.company_name = Text(personal, "company_name");
  content.customer.vat_number = Text(personal, "vat_number");
}

}  // namespace ipstore::orders::codec
