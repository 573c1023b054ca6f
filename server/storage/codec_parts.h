// The pieces that the JSON of events and that of order documents are made of. Used by codec.cc
// only.
//
// Every function that reads throws CodecError, or what nlohmann::json throws, where the JSON is not
// what it should be; codec.cc turns that into a status. Empty texts, empty lists and absent values
// are not written; what is not there is read as empty. Times are RFC 3339 in UTC with microseconds;
// amounts are integers in minor units; enumerators stand by Name().
#ifndef IPSTORE_ORDERS_SERVER_STORAGE_CODEC_PARTS_H_
#define IPSTORE_ORDERS_SERVER_STORAGE_CODEC_PARTS_H_

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/order.h"
#include "domain/order_field.h"
#include "nlohmann/json.hpp"

namespace ipstore::orders::codec {

using Json = nlohmann::json;

class CodecError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What can be said of people (names, addresses, their own words) stands apart from the rest, so
// that a redaction can replace it and leave everything else as it was.
struct Parts {
  Json data = Json::object();
  Json personal = Json::object();
};

// --- Single values ---

void PutText(Json& object, absl::string_view key, const std::string& value);
void PutTime(Json& object, absl::string_view key, const std::optional<absl::Time>& value);
template <typename E>
void PutEnum(Json& object, absl::string_view key, E value) {
  object[std::string(key)] = std::string(Name(value));
}

// The member, or nullptr.
const Json* Find(const Json& object, absl::string_view key);
const Json& Require(const Json& object, absl::string_view key);

std::string Text(const Json& object, absl::string_view key);
bool Flag(const Json& object, absl::string_view key);
std::int64_t Integer(const Json& object, absl::string_view key);
std::int32_t SmallInteger(const Json& object, absl::string_view key);
Amount ReadAmount(const Json& object, absl::string_view key);
absl::Time ReadTime(const Json& object, absl::string_view key);
std::optional<absl::Time> OptionalTime(const Json& object, absl::string_view key);
// "2026-01-31".
absl::CivilDay ReadDay(const Json& object, absl::string_view key);

template <typename E>
E ReadEnum(const Json& object, absl::string_view key) {
  const auto& name = Require(object, key).get_ref<const std::string&>();
  const std::optional<E> value = FromName<E>(name);
  if (!value.has_value()) throw CodecError(absl::StrCat(key, " is unknown: ", name));
  return *value;
}

// --- Things of an order ---

Json ToJson(const Actor& actor);
Json ToJson(const Address& address);
Json ToJson(const Charge& charge);
Json ToJson(const GatheredFrom& gathered);
Json ToJson(const GatheringRecorded::Item& item);
Json ToJson(const Invoice& invoice);
Json ToJson(const Line& line);
Json ToJson(const Parcel& parcel);
Json ToJson(const RegatherLine& line);
Json ToJson(const Source& source);
Json ToJson(const PickupStore& store);
Json ToJson(const VatTotal& total);
Json ToJson(const VehicleTrip& trip);

void FromJson(const Json& json, Actor& actor);
void FromJson(const Json& json, Address& address);
void FromJson(const Json& json, Charge& charge);
void FromJson(const Json& json, GatheredFrom& gathered);
void FromJson(const Json& json, GatheringRecorded::Item& item);
void FromJson(const Json& json, Invoice& invoice);
void FromJson(const Json& json, Line& line);
void FromJson(const Json& json, Parcel& parcel);
void FromJson(const Json& json, RegatherLine& line);
void FromJson(const Json& json, Source& source);
void FromJson(const Json& json, PickupStore& store);
void FromJson(const Json& json, VatTotal& total);
void FromJson(const Json& json, VehicleTrip& trip);

// --- Several values ---

// A list, each entry written by ToJson() and read by FromJson(); empty ones are not written.
template <typename T>
void PutList(Json& object, absl::string_view key, const std::vector<T>& values) {
  if (values.empty()) return;
  Json list = Json::array();
  for (const T& value : values) list.push_back(ToJson(value));
  object[std::string(key)] = std::move(list);
}

template <typename T>
std::vector<T> ReadList(const Json& object, absl::string_view key) {
  std::vector<T> values;
  const Json* list = Find(object, key);
  if (list == nullptr) return values;
  for (const Json& entry : *list) FromJson(entry, values.emplace_back());
  return values;
}

template <typename T>
std::optional<T> ReadOptional(const Json& object, absl::string_view key) {
  const Json* found = Find(object, key);
  if (found == nullptr) return std::nullopt;
  T value;
  FromJson(*found, value);
  return value;
}

template <typename E>
void PutEnums(Json& object, absl::string_view key, const std::vector<E>& values) {
  if (values.empty()) return;
  Json list = Json::array();
  for (E value : values) list.push_back(std::string(Name(value)));
  object[std::string(key)] = std::move(list);
}

template <typename E>
std::vector<E> ReadEnums(const Json& object, absl::string_view key) {
  std::vector<E> values;
  const Json* list = Find(object, key);
  if (list == nullptr) return values;
  for (const Json& entry : *list) {
    const auto& name = entry.get_ref<const std::string&>();
    const std::optional<E> value = FromName<E>(name);
    if (!value.has_value()) throw CodecError(absl::StrCat(key, " has an unknown value: ", name));
    values.push_back(*value);
  }
  return values;
}

// --- Fields that can be amended: one overload for each type that such a field has ---

void PutValue(Json& object, absl::string_view key, const std::string& value);
void PutValue(Json& object, absl::string_view key, const std::optional<absl::Time>& value);
void PutValue(Json& object, absl::string_view key, FulfilmentMethod value);
void PutValue(Json& object, absl::string_view key, const std::optional<Address>& value);
void PutValue(Json& object, absl::string_view key, const std::optional<PickupStore>& value);
void PutValue(Json& object, absl::string_view key, const std::vector<Line>& values);
void PutValue(Json& object, absl::string_view key, const std::vector<Charge>& values);

void ReadValue(const Json& object, absl::string_view key, std::string& value);
void ReadValue(const Json& object, absl::string_view key, std::optional<absl::Time>& value);
void ReadValue(const Json& object, absl::string_view key, FulfilmentMethod& value);
void ReadValue(const Json& object, absl::string_view key, std::optional<Address>& value);
void ReadValue(const Json& object, absl::string_view key, std::optional<PickupStore>& value);
void ReadValue(const Json& object, absl::string_view key, std::vector<Line>& values);
void ReadValue(const Json& object, absl::string_view key, std::vector<Charge>& values);

// The part of the content that an order keeps in its document and its OrderCreated event alike. Its
// other fields are in columns of their own, or only in the event.
void PutSharedContent(const OrderContent& content, Parts& parts);
void ReadSharedContent(const Json& data, const Json& personal, OrderContent& content);

}  // namespace ipstore::orders::codec

#endif  // IPSTORE_ORDERS_SERVER_STORAGE_CODEC_PARTS_H_
