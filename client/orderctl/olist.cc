#include "client/orderctl/olist.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "client/orderctl/time_text.h"

namespace ipstore::orders::client {
namespace {

using Json = nlohmann::json;

constexpr char kSource[] = "olist";
constexpr char kCurrency[] = "BRL";

// Thrown with what cannot be read, and caught where the line begins.
struct Bad {
  Unreadable why;
};

// The member as text; empty where it is null or absent.
std::string TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  if (!found->is_string()) throw Bad{unreadable::Malformed(key)};
  return found->get<std::string>();
}

// "2018-02-03 20:37:35". A time that the clocks showed twice is the first of the two, and one that
// they left out the moment at which they did: the order of times is kept.
std::optional<absl::Time> TimeOf(const Json& object, const char* key, absl::TimeZone zone) {
  const std::string text = TextOf(object, key);
  if (text.empty()) return std::nullopt;
  absl::CivilSecond second;
  if (!absl::ParseCivilTime(absl::StrReplaceAll(text, {{" ", "T"}}), &second))
    throw Bad{unreadable::Malformed(absl::StrCat(key, ": ", text))};
  return absl::FromCivil(second, zone);
}

// "147.9" in cents.
std::int64_t CentsOf(const Json& object, const char* key) {
  const std::string text = TextOf(object, key);
  const std::pair<std::string, std::string> parts = absl::StrSplit(text, absl::MaxSplits('.', 1));
  std::string decimals = parts.second;
  while (decimals.size() > 2 && decimals.back() == '0') decimals.pop_back();
  while (decimals.size() < 2) decimals.push_back('0');
  const std::string digits = absl::StrCat(parts.first, decimals);
  std::int64_t cents = 0;
  if (parts.first.empty() || decimals.size() > 2 ||
      !std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(digits, &cents)) {
    throw Bad{unreadable::Malformed(absl::StrCat(key, ": ", text))};
  }
  return cents;
}

void PutMoney(std::int64_t cents, google::type::Money* to) {
  to->set_currency_code(kCurrency);
  to->set_units(cents / 100);
  to->set_nanos(static_cast<std::int32_t>(cents % 100 * 10'000'000));
}

v1::OrderStatus StatusOf(const std::string& name) {
  static const auto* const kStatuses = new std::map<std::string, v1::OrderStatus>{
      {"created", v1::ORDER_STATUS_AWAITING_PROCESSING},
      {"approved", v1::ORDER_STATUS_AWAITING_PROCESSING},
      {"processing", v1::ORDER_STATUS_PROCESSING},
      {"invoiced", v1::ORDER_STATUS_PREPARING_SHIPMENT},
      {"shipped", v1::ORDER_STATUS_HANDED_TO_CARRIER},
      {"delivered", v1::ORDER_STATUS_RECEIVED},
      {"canceled", v1::ORDER_STATUS_CANCELLED},
      {"unavailable", v1::ORDER_STATUS_CANCELLED},
  };
  const auto found = kStatuses->find(name);
  if (found == kStatuses->end()) throw Bad{unreadable::UnknownStatus(name)};
  return found->second;
}

void PutItems(const Json& items, v1::Order* order) {
  std::map<std::pair<std::string, std::int64_t>, v1::Line*> lines;
  std::int64_t freight = 0;
  for (const Json& item : items) {
    const std::string product = TextOf(item, "product_id");
    const std::int64_t price = CentsOf(item, "price_brl");
    freight += CentsOf(item, "freight_brl");
    v1::Line*& line = lines[{product, price}];
    if (line == nullptr) {
      line = order->add_lines();
      const std::string category = TextOf(item, "category");
      line->set_sku(product);
      line->set_name(category.empty() ? product : category);
      PutMoney(price, line->mutable_unit_price());
    }
    line->set_quantity(line->quantity() + 1);
  }
  if (freight == 0) return;
  auto* charge = order->add_charges();
  charge->set_kind(v1::CHARGE_KIND_SHIPPING);
  PutMoney(freight, charge->mutable_amount());
}

void PutContent(const Json& json, const std::string& status, absl::TimeZone zone,
                v1::Order* order) {
  order->set_source(kSource);
  order->set_external_reference(TextOf(json, "order_id"));
  order->set_status(StatusOf(status));
  if (order->status() == v1::ORDER_STATUS_CANCELLED) order->set_cancellation_reason(status);
  order->mutable_customer()->set_id(TextOf(json, "customer_id"));
  order->mutable_customer()->set_segment(v1::SEGMENT_RETAIL);
  order->mutable_customer()->set_language("en");
  order->set_currency_code(kCurrency);
  order->set_payment_method(v1::PAYMENT_METHOD_CARD);
  order->set_method(v1::FULFILMENT_METHOD_COURIER);
  order->set_notifications_on(false);
  if (const auto promised = TimeOf(json, "order_estimated_delivery_date", zone))
    *order->mutable_promised_delivery() = ToProto(*promised);
  if (json.contains("items") && json["items"].is_array()) PutItems(json["items"], order);
}

v1::PastEntry* AddPast(absl::Time at, const std::string& text, v1::ImportedOrder& entry) {
  auto* past = entry.add_past();
  *past->mutable_time() = ToProto(at);
  past->set_text(text);
  past->set_visibility(v1::VISIBILITY_PUBLIC);
  return past;
}

void PutReview(const Json& review, absl::Time placed, absl::TimeZone zone,
               v1::ImportedOrder& entry) {
  const auto score = review.find("score");
  if (score == review.end() || !score->is_number_integer())
    throw Bad{unreadable::Malformed("review.score")};
  const absl::Time at = TimeOf(review, "at", zone).value_or(placed);
  const std::string comment = TextOf(review, "comment");
  if (entry.order().status() == v1::ORDER_STATUS_RECEIVED) {
    auto* feedback = entry.mutable_feedback();
    feedback->set_rating(score->get<std::int32_t>());
    feedback->set_text(comment);
    *feedback->mutable_submit_time() = ToProto(at);
    return;
  }
  auto* note = AddPast(at,
                       absl::StrCat("Review: ", score->get<std::int32_t>(), " of 5.",
                                    comment.empty() ? "" : "\n", comment),
                       entry);
  note->mutable_actor()->set_role(v1::ROLE_CUSTOMER);
  note->mutable_actor()->set_id(entry.order().customer().id());
}

v1::ImportedOrder EntryOf(const Json& json, absl::TimeZone zone) {
  v1::ImportedOrder entry;
  if (TextOf(json, "order_id").empty()) throw Bad{unreadable::NoId()};
  const std::optional<absl::Time> placed = TimeOf(json, "order_purchase_timestamp", zone);
  if (!placed.has_value()) throw Bad{unreadable::NoPurchaseTime()};
  PutContent(json, TextOf(json, "order_status"), zone, entry.mutable_order());
  *entry.mutable_create_time() = ToProto(*placed);
  AddPast(*placed, "The order was placed.", entry);
  if (const auto approved = TimeOf(json, "order_approved_at", zone))
    AddPast(*approved, "The payment was approved.", entry);
  if (const auto shipped = TimeOf(json, "order_delivered_carrier_date", zone))
    AddPast(*shipped, "The order was handed to the carrier.", entry);
  if (const auto delivered = TimeOf(json, "order_delivered_customer_date", zone)) {
    AddPast(*delivered, "The order was received by the customer.", entry);
    *entry.mutable_receive_time() = ToProto(*delivered);
  }
  const auto review = json.find("review");
  if (review != json.end() && review->is_object()) PutReview(*review, *placed, zone, entry);
  return entry;
}

}  // namespace

LineReading ReadOlistLine(absl::string_view line, absl::TimeZone zone) {
  const Json json = Json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return unreadable::NotJson();
  try {
    return EntryOf(json, zone);
  } catch (const Bad& bad) {
    return bad.why;
  } catch (const Json::exception&) {
    return unreadable::Malformed("");
  }
}

}  // namespace ipstore::orders::client
