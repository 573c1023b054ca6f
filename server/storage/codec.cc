#include "server/storage/codec.h"

#include <array>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "server/storage/codec_parts.h"

namespace ipstore::orders {
namespace {

using codec::CodecError;
using codec::Find;
using codec::FromJson;
using codec::Json;
using codec::Parts;
using codec::PutEnum;
using codec::PutList;
using codec::PutText;
using codec::PutTime;
using codec::ReadAmount;
using codec::ReadEnum;
using codec::ReadList;
using codec::ReadOptional;
using codec::Require;
using codec::Text;
using codec::ToJson;

// --- Versions ---

// Brings a payload from one version to the next. Steps are added here when kPayloadVersion is
// raised, and stay for ever.
using Upcaster = void (*)(ActivityKind kind, Json& payload);

// The step from version n to n + 1 stands at n − 1.
constexpr std::array<Upcaster, kPayloadVersion - 1> kUpcasters = {};

void Upcast(ActivityKind kind, std::int64_t version, Json& payload) {
  for (std::size_t step = static_cast<std::size_t>(version) - 1; step < kUpcasters.size(); ++step) {
    kUpcasters[step](kind, payload);
  }
}

// --- Events ---

Json TotalsToJson(const Totals& totals) {
  Json json = {{"net", totals.net.minor}, {"gross", totals.gross.minor}};
  PutList(json, "vat", totals.vat);
  return json;
}

Totals TotalsFromJson(const Json& json) {
  return {.net = ReadAmount(json, "net"),
          .vat = ReadList<VatTotal>(json, "vat"),
          .gross = ReadAmount(json, "gross")};
}

// The part of its content that an enquiry keeps in its document and its EnquiryCreated event alike.
void PutEnquiryText(const EnquiryContent& content, Parts& parts) {
  PutText(parts.personal, "phone", content.customer.phone);
  PutText(parts.personal, "text", content.text);
  parts.data["notifications_on"] = content.notifications_on;
}

void ReadEnquiryText(const Json& data, const Json& personal, EnquiryContent& content) {
  content.customer.phone = Text(personal, "phone");
  content.text = Text(personal, "text");
  content.notifications_on = codec::Flag(data, "notifications_on");
}

// What an order is about, as the events that begin its log have it.
Parts EncodeContent(const OrderContent& content, const Totals& totals) {
  Parts parts;
  codec::PutSharedContent(content, parts);
  PutText(parts.data, "source", content.source);
  PutText(parts.data, "external_reference", content.external_reference);
  PutText(parts.data, "customer_id", content.customer.id);
  PutEnum(parts.data, "segment", content.customer.segment);
  PutEnum(parts.data, "language", content.customer.language);
  PutText(parts.data, "currency", content.currency);
  PutList(parts.data, "lines", content.lines);
  PutEnum(parts.data, "payment_method", content.payment_method);
  PutEnum(parts.data, "method", content.method);
  PutTime(parts.data, "promised_delivery", content.promised_delivery);
  parts.data["totals"] = TotalsToJson(totals);
  PutText(parts.personal, "name", content.customer.name);
  PutText(parts.personal, "email", content.customer.email);
  return parts;
}

void DecodeContent(const Json& data, const Json& personal, OrderContent& content, Totals& totals) {
  codec::ReadSharedContent(data, personal, content);
  content.source = Text(data, "source");
  content.external_reference = Text(data, "external_reference");
  content.customer.id = Text(data, "customer_id");
  content.customer.segment = ReadEnum<Segment>(data, "segment");
  content.customer.language = ReadEnum<Language>(data, "language");
  content.currency = Text(data, "currency");
  content.lines = ReadList<Line>(data, "lines");
  content.payment_method = ReadEnum<PaymentMethod>(data, "payment_method");
  content.method = ReadEnum<FulfilmentMethod>(data, "method");
  content.promised_delivery = codec::OptionalTime(data, "promised_delivery");
  totals = TotalsFromJson(Require(data, "totals"));
  content.customer.name = Text(personal, "name");
  content.customer.email = Text(personal, "email");
}

Parts Encode(const OrderCreated& event) {
  return EncodeContent(event.content, event.totals);
}

void Decode(const Json& data, const Json& personal, OrderCreated& event) {
  DecodeContent(data, personal, event.content, event.totals);
}

// An enumerator by its name.
template <typename E>
E ReadKnown(const Json& data, absl::string_view key,
            std::optional<E> (*from_name)(absl::string_view)) {
  const std::string name = Text(data, key);
  const std::optional<E> value = from_name(name);
  if (!value.has_value()) throw CodecError(absl::StrCat(key, " is unknown: ", name));
  return *value;
}

Parts Encode(const OrderMoved& event) {
  Parts parts;
  PutEnum(parts.data, "action", event.action);
  PutEnum(parts.data, "from", event.from);
  PutEnum(parts.data, "to", event.to);
  PutList(parts.data, "parcels", event.parcels);
  PutTime(parts.data, "expected_delivery", event.expected_delivery);
  PutTime(parts.data, "pickup_until", event.pickup_until);
  if (event.vehicle_trip.has_value()) parts.data["vehicle_trip"] = ToJson(*event.vehicle_trip);
  PutList(parts.data, "regather", event.regather);
  PutText(parts.personal, "reason", event.reason);
  return parts;
}

void Decode(const Json& data, const Json& personal, OrderMoved& event) {
  event.action = ReadKnown(data, "action", OrderActionFromName);
  event.from = ReadKnown(data, "from", OrderStatusFromName);
  event.to = ReadKnown(data, "to", OrderStatusFromName);
  event.parcels = ReadList<Parcel>(data, "parcels");
  event.expected_delivery = codec::OptionalTime(data, "expected_delivery");
  event.pickup_until = codec::OptionalTime(data, "pickup_until");
  event.vehicle_trip = ReadOptional<VehicleTrip>(data, "vehicle_trip");
  event.regather = ReadList<RegatherLine>(data, "regather");
  event.reason = Text(personal, "reason");
}

Parts Encode(const CheckRecorded& event) {
  Parts parts;
  PutEnum(parts.data, "check", event.check);
  PutEnum(parts.data, "outcome", event.outcome);
  PutText(parts.personal, "note", event.note);
  return parts;
}

void Decode(const Json& data, const Json& personal, CheckRecorded& event) {
  event.check = ReadEnum<CheckKind>(data, "check");
  event.outcome = ReadEnum<CheckOutcome>(data, "outcome");
  event.note = Text(personal, "note");
}

Parts Encode(const GatheringRecorded& event) {
  Parts parts;
  PutList(parts.data, "items", event.items);
  return parts;
}

void Decode(const Json& data, const Json& /*personal*/, GatheringRecorded& event) {
  event.items = ReadList<GatheringRecorded::Item>(data, "items");
}

Parts Encode(const InvoiceRecorded& event) {
  Parts parts;
  parts.data["invoice"] = ToJson(event.invoice);
  parts.data["correction"] = event.correction;
  return parts;
}

void Decode(const Json& data, const Json& /*personal*/, InvoiceRecorded& event) {
  FromJson(Require(data, "invoice"), event.invoice);
  event.correction = codec::Flag(data, "correction");
}

Parts Encode(const TrackingRecorded& event) {
  Parts parts;
  PutList(parts.data, "parcels", event.parcels);
  PutTime(parts.data, "expected_delivery", event.expected_delivery);
  PutTime(parts.data, "expected_before", event.expected_before);
  return parts;
}

void Decode(const Json& data, const Json& /*personal*/, TrackingRecorded& event) {
  event.parcels = ReadList<Parcel>(data, "parcels");
  event.expected_delivery = codec::OptionalTime(data, "expected_delivery");
  event.expected_before = codec::OptionalTime(data, "expected_before");
}

Parts Encode(const CommentAdded& event) {
  Parts parts;
  PutText(parts.personal, "text", event.text);
  return parts;
}

void Decode(const Json& /*data*/, const Json& personal, CommentAdded& event) {
  event.text = Text(personal, "text");
}

Parts Encode(const EnquiryCreated& event) {
  const EnquiryContent& content = event.content;
  Parts parts;
  PutEnum(parts.data, "kind", content.kind);
  PutText(parts.data, "customer_id", content.customer.id);
  PutEnum(parts.data, "language", content.customer.language);
  if (content.about.has_value()) parts.data["about"] = content.about->value();
  PutEnquiryText(content, parts);
  PutText(parts.personal, "name", content.customer.name);
  PutText(parts.personal, "email", content.customer.email);
  PutText(parts.personal, "title", content.title);
  return parts;
}

void Decode(const Json& data, const Json& personal, EnquiryCreated& event) {
  EnquiryContent& content = event.content;
  content.kind = ReadEnum<EnquiryKind>(data, "kind");
  content.customer.id = Text(data, "customer_id");
  content.customer.language = ReadEnum<Language>(data, "language");
  if (Find(data, "about") != nullptr)
    content.about = Number::FromStored(codec::Integer(data, "about"));
  ReadEnquiryText(data, personal, content);
  content.customer.name = Text(personal, "name");
  content.customer.email = Text(personal, "email");
  content.title = Text(personal, "title");
}

Parts Encode(const EnquiryMoved& event) {
  Parts parts;
  PutEnum(parts.data, "action", event.action);
  PutEnum(parts.data, "from", event.from);
  PutEnum(parts.data, "to", event.to);
  return parts;
}

void Decode(const Json& data, const Json& /*personal*/, EnquiryMoved& event) {
  event.action = ReadKnown(data, "action", EnquiryActionFromName);
  event.from = ReadKnown(data, "from", EnquiryStatusFromName);
  event.to = ReadKnown(data, "to", EnquiryStatusFromName);
}

// One side of what was amended: the values of the fields, by their names.
struct Side {
  Parts parts;

  template <typename T>
  void Put(OrderField field, const T& value) {
    codec::PutValue(IsPersonal(field) ? parts.personal : parts.data, Name(field), value);
  }
};

void PutSide(absl::string_view name, Parts side, Parts& parts) {
  if (!side.data.empty()) parts.data[std::string(name)] = std::move(side.data);
  if (!side.personal.empty()) parts.personal[std::string(name)] = std::move(side.personal);
}

Parts Encode(const OrderAmended& event) {
  Parts parts;
  Side before;
  Side after;
  // Named by itself, so that a value that was or is empty, or was redacted, is known as amended.
  Json changed = Json::array();
  VisitFields(event, [&](OrderField field, const auto& amended, auto /*of*/) {
    if (!amended.has_value()) return;
    changed.push_back(std::string(Name(field)));
    before.Put(field, amended->before);
    after.Put(field, amended->after);
  });
  if (event.totals.has_value()) {
    before.parts.data["totals"] = TotalsToJson(event.totals->before);
    after.parts.data["totals"] = TotalsToJson(event.totals->after);
  }
  parts.data["changed"] = std::move(changed);
  PutText(parts.data, "currency", event.currency);
  codec::PutEnums(parts.data, "cleared_checks", event.cleared_checks);
  PutSide("before", std::move(before.parts), parts);
  PutSide("after", std::move(after.parts), parts);
  return parts;
}

OrderFieldSet ReadChanged(const Json& data) {
  OrderFieldSet fields;
  for (const Json& entry : Require(data, "changed")) {
    const auto& name = entry.get_ref<const std::string&>();
    const std::optional<OrderField> field = OrderFieldFromName(name);
    if (!field.has_value()) throw CodecError(absl::StrCat("changed has an unknown field: ", name));
    fields.Insert(*field);
  }
  return fields;
}

const Json& SideOf(const Json& json, absl::string_view name) {
  static const Json* const kNothing = new Json(Json::object());
  const Json* side = Find(json, name);
  return side == nullptr ? *kNothing : *side;
}

void Decode(const Json& data, const Json& personal, OrderAmended& event) {
  const OrderFieldSet changed = ReadChanged(data);
  VisitFields(event, [&](OrderField field, auto& amended, auto /*of*/) {
    if (!changed.Contains(field)) return;
    const Json& part = IsPersonal(field) ? personal : data;
    amended.emplace();
    codec::ReadValue(SideOf(part, "before"), Name(field), amended->before);
    codec::ReadValue(SideOf(part, "after"), Name(field), amended->after);
  });
  const Json& before = SideOf(data, "before");
  const Json& after = SideOf(data, "after");
  if (Find(after, "totals") != nullptr) {
    event.totals = Amended<Totals>{TotalsFromJson(Require(before, "totals")),
                                   TotalsFromJson(Require(after, "totals"))};
  }
  event.currency = Text(data, "currency");
  event.cleared_checks = codec::ReadEnums<CheckKind>(data, "cleared_checks");
}

Parts Encode(const NotificationsSet& event) {
  Parts parts;
  parts.data["on"] = event.on;
  return parts;
}

void Decode(const Json& data, const Json& /*personal*/, NotificationsSet& event) {
  event.on = codec::Flag(data, "on");
}

Parts Encode(const FeedbackSubmitted& event) {
  Parts parts;
  parts.data["rating"] = event.rating;
  PutText(parts.personal, "text", event.text);
  return parts;
}

void Decode(const Json& data, const Json& personal, FeedbackSubmitted& event) {
  event.rating = codec::SmallInteger(data, "rating");
  event.text = Text(personal, "text");
}

void PutChecks(const Checks& checks, Parts& parts) {
  Json data = Json::object();
  Json notes = Json::object();
  for (CheckKind kind : kCheckKinds) {
    const std::optional<Check>& check = checks[kind];
    if (!check.has_value()) continue;
    Json entry = {{"by", ToJson(check->by)}};
    PutEnum(entry, "outcome", check->outcome);
    if (check->on_behalf_of.has_value()) entry["on_behalf_of"] = ToJson(*check->on_behalf_of);
    PutTime(entry, "at", check->at);
    data[std::string(Name(kind))] = std::move(entry);
    PutText(notes, Name(kind), check->note);
  }
  if (!data.empty()) parts.data["checks"] = std::move(data);
  if (!notes.empty()) parts.personal["check_notes"] = std::move(notes);
}

Checks ReadChecks(const Json& data, const Json& personal) {
  Checks checks;
  const Json* found = Find(data, "checks");
  if (found == nullptr) return checks;
  const Json* notes = Find(personal, "check_notes");
  for (CheckKind kind : kCheckKinds) {
    const Json* entry = Find(*found, Name(kind));
    if (entry == nullptr) continue;
    Check check;
    check.outcome = ReadEnum<CheckOutcome>(*entry, "outcome");
    FromJson(Require(*entry, "by"), check.by);
    check.on_behalf_of = ReadOptional<Actor>(*entry, "on_behalf_of");
    check.at = codec::ReadTime(*entry, "at");
    if (notes != nullptr) check.note = Text(*notes, Name(kind));
    checks[kind] = std::move(check);
  }
  return checks;
}

Visibility ReadVisibility(const Json& data, absl::string_view key) {
  const std::string name = Text(data, key);
  for (Visibility visibility : {Visibility::kPublic, Visibility::kInternal}) {
    if (name == Name(visibility)) return visibility;
  }
  throw CodecError(absl::StrCat(key, " is unknown: ", name));
}

Json ToJson(const PastEntry& entry) {
  Json json = Json::object();
  PutTime(json, "at", entry.at);
  PutEnum(json, "visibility", entry.visibility);
  if (entry.actor.has_value()) json["actor"] = ToJson(*entry.actor);
  return json;
}

// Without its text, which is personal.
PastEntry PastEntryFromJson(const Json& json) {
  PastEntry entry;
  entry.at = codec::ReadTime(json, "at");
  entry.visibility = ReadVisibility(json, "visibility");
  entry.actor = ReadOptional<Actor>(json, "actor");
  return entry;
}

// The texts of the past stand apart from the rest of it, in the same order.
void PutPast(const std::vector<PastEntry>& past, Parts& parts) {
  if (past.empty()) return;
  Json entries = Json::array();
  Json texts = Json::array();
  bool redacted = true;
  for (const PastEntry& entry : past) {
    entries.push_back(ToJson(entry));
    texts.push_back(entry.text);
    redacted = redacted && entry.text.empty();
  }
  parts.data["past"] = std::move(entries);
  if (!redacted) parts.personal["past_texts"] = std::move(texts);
}

std::vector<PastEntry> ReadPast(const Json& data, const Json& personal) {
  std::vector<PastEntry> past;
  const Json* entries = Find(data, "past");
  if (entries == nullptr) return past;
  for (const Json& entry : *entries) past.push_back(PastEntryFromJson(entry));
  // A redaction may have taken the texts away.
  const Json* texts = Find(personal, "past_texts");
  if (texts == nullptr || !texts->is_array() || texts->size() != past.size()) return past;
  for (std::size_t i = 0; i < past.size(); ++i) past[i].text = (*texts)[i].get<std::string>();
  return past;
}

void PutFeedback(const Feedback& feedback, Parts& parts) {
  Json json = {{"rating", feedback.rating}};
  PutTime(json, "at", feedback.at);
  parts.data["feedback"] = std::move(json);
  PutText(parts.personal, "feedback", feedback.text);
}

std::optional<Feedback> ReadFeedback(const Json& data, const Json& personal) {
  const Json* found = Find(data, "feedback");
  if (found == nullptr) return std::nullopt;
  return Feedback{.rating = codec::SmallInteger(*found, "rating"),
                  .text = Text(personal, "feedback"),
                  .at = codec::ReadTime(*found, "at")};
}

Parts Encode(const OrderImported& event) {
  Parts parts = EncodeContent(event.content, event.totals);
  PutEnum(parts.data, "status", event.status);
  PutChecks(event.checks, parts);
  if (event.invoice.has_value()) parts.data["invoice"] = ToJson(*event.invoice);
  PutList(parts.data, "parcels", event.parcels);
  PutTime(parts.data, "expected_delivery", event.expected_delivery);
  PutTime(parts.data, "pickup_until", event.pickup_until);
  if (event.vehicle_trip.has_value()) parts.data["vehicle_trip"] = ToJson(*event.vehicle_trip);
  PutText(parts.personal, "cancellation_reason", event.cancellation_reason);
  if (event.feedback.has_value()) PutFeedback(*event.feedback, parts);
  PutTime(parts.data, "changed_at", event.changed_at);
  PutTime(parts.data, "received_at", event.received_at);
  PutTime(parts.data, "redacted_at", event.redacted_at);
  PutPast(event.past, parts);
  return parts;
}

void Decode(const Json& data, const Json& personal, OrderImported& event) {
  DecodeContent(data, personal, event.content, event.totals);
  event.status = ReadKnown(data, "status", OrderStatusFromName);
  event.checks = ReadChecks(data, personal);
  event.invoice = ReadOptional<Invoice>(data, "invoice");
  event.parcels = ReadList<Parcel>(data, "parcels");
  event.expected_delivery = codec::OptionalTime(data, "expected_delivery");
  event.pickup_until = codec::OptionalTime(data, "pickup_until");
  event.vehicle_trip = ReadOptional<VehicleTrip>(data, "vehicle_trip");
  event.cancellation_reason = Text(personal, "cancellation_reason");
  event.feedback = ReadFeedback(data, personal);
  event.changed_at = codec::OptionalTime(data, "changed_at");
  event.received_at = codec::OptionalTime(data, "received_at");
  event.redacted_at = codec::OptionalTime(data, "redacted_at");
  event.past = ReadPast(data, personal);
}

Parts Encode(const Redacted& event) {
  Parts parts;
  if (event.comment_seq.has_value()) parts.data["comment"] = *event.comment_seq;
  return parts;
}

void Decode(const Json& data, const Json& /*personal*/, Redacted& event) {
  if (Find(data, "comment") != nullptr) event.comment_seq = codec::SmallInteger(data, "comment");
}

template <typename E>
Event DecodeAs(const Json& data, const Json& personal) {
  E event;
  Decode(data, personal, event);
  return event;
}

Event DecodeEvent(ActivityKind kind, const Json& data, const Json& personal) {
  switch (kind) {
    case ActivityKind::kOrderCreated:
      return DecodeAs<OrderCreated>(data, personal);
    case ActivityKind::kOrderMoved:
      return DecodeAs<OrderMoved>(data, personal);
    case ActivityKind::kCheckRecorded:
      return DecodeAs<CheckRecorded>(data, personal);
    case ActivityKind::kGatheringRecorded:
      return DecodeAs<GatheringRecorded>(data, personal);
    case ActivityKind::kInvoiceRecorded:
      return DecodeAs<InvoiceRecorded>(data, personal);
    case ActivityKind::kTrackingRecorded:
      return DecodeAs<TrackingRecorded>(data, personal);
    case ActivityKind::kCommentAdded:
      return DecodeAs<CommentAdded>(data, personal);
    case ActivityKind::kOrderAmended:
      return DecodeAs<OrderAmended>(data, personal);
    case ActivityKind::kNotificationsSet:
      return DecodeAs<NotificationsSet>(data, personal);
    case ActivityKind::kFeedbackSubmitted:
      return DecodeAs<FeedbackSubmitted>(data, personal);
    case ActivityKind::kOrderImported:
      return DecodeAs<OrderImported>(data, personal);
    case ActivityKind::kEnquiryCreated:
      return DecodeAs<EnquiryCreated>(data, personal);
    case ActivityKind::kEnquiryMoved:
      return DecodeAs<EnquiryMoved>(data, personal);
    case ActivityKind::kRedacted:
      return DecodeAs<Redacted>(data, personal);
  }
  throw CodecError("an unknown kind");
}

NotificationWish ReadNotification(const Json& payload) {
  const Json* found = Find(payload, "notification");
  if (found == nullptr) return NotificationWish::kNothingToTell;
  const auto& name = found->get_ref<const std::string&>();
  for (NotificationWish wish : {NotificationWish::kNotify, NotificationWish::kSuppressedByCaller,
                                NotificationWish::kSuppressedBySetting}) {
    if (name == Name(wish)) return wish;
  }
  throw CodecError(absl::StrCat("notification is unknown: ", name));
}

std::optional<ActivityKind> KindFromNumber(std::int64_t number) {
  for (ActivityKind kind : kActivityKinds) {
    if (static_cast<std::int64_t>(kind) == number) return kind;
  }
  return std::nullopt;
}

// --- Documents ---

Parts EncodeOrder(const Order& order) {
  Parts parts;
  codec::PutSharedContent(order.content, parts);
  PutList(parts.data, "vat", order.totals.vat);
  PutChecks(order.checks, parts);
  PutList(parts.data, "parcels", order.parcels);
  parts.data["last_parcel_number"] = order.last_parcel_number;
  PutTime(parts.data, "expected_delivery", order.expected_delivery);
  PutTime(parts.data, "pickup_until", order.pickup_until);
  if (order.vehicle_trip.has_value()) parts.data["vehicle_trip"] = ToJson(*order.vehicle_trip);
  PutText(parts.personal, "cancellation_reason", order.cancellation_reason);
  // Absent from documents of before orders could be amended, and from those that were not.
  if (order.last_line_number != 0) parts.data["last_line_number"] = order.last_line_number;
  if (order.feedback.has_value()) PutFeedback(*order.feedback, parts);
  return parts;
}

void DecodeOrder(const Json& data, const Json& personal, Order& order) {
  codec::ReadSharedContent(data, personal, order.content);
  order.totals.vat = ReadList<VatTotal>(data, "vat");
  order.checks = ReadChecks(data, personal);
  order.parcels = ReadList<Parcel>(data, "parcels");
  order.last_parcel_number = codec::SmallInteger(data, "last_parcel_number");
  order.expected_delivery = codec::OptionalTime(data, "expected_delivery");
  order.pickup_until = codec::OptionalTime(data, "pickup_until");
  order.vehicle_trip = ReadOptional<VehicleTrip>(data, "vehicle_trip");
  order.cancellation_reason = Text(personal, "cancellation_reason");
  if (Find(data, "last_line_number") != nullptr)
    order.last_line_number = codec::SmallInteger(data, "last_line_number");
  order.feedback = ReadFeedback(data, personal);
}

Parts EncodeEnquiry(const Enquiry& enquiry) {
  Parts parts;
  PutEnquiryText(enquiry.content, parts);
  PutTime(parts.data, "resolved_at", enquiry.resolved_at);
  return parts;
}

void DecodeEnquiry(const Json& data, const Json& personal, Enquiry& enquiry) {
  ReadEnquiryText(data, personal, enquiry.content);
  enquiry.resolved_at = codec::OptionalTime(data, "resolved_at");
}

// --- Text and errors ---

Json Assemble(Parts parts) {
  Json json = {{"data", std::move(parts.data)}};
  if (!parts.personal.empty()) json["personal"] = std::move(parts.personal);
  return json;
}

const Json& PersonalOf(const Json& json) {
  static const Json* const kNothing = new Json(Json::object());
  const Json* personal = Find(json, "personal");
  return personal == nullptr ? *kNothing : *personal;
}

// Runs `make` and turns what the JSON library throws into a status.
template <typename Make>
auto Guarded(absl::StatusCode code, const Make& what, auto&& make)
    -> absl::StatusOr<decltype(make())> {
  try {
    return make();
  } catch (const Json::exception& error) {
    return absl::Status(code, absl::StrCat(what(), ": ", error.what()));
  } catch (const CodecError& error) {
    return absl::Status(code, absl::StrCat(what(), ": ", error.what()));
  }
}

std::string Place(const StoredPayload& stored) {
  return absl::StrCat("activity ", stored.seq, " of ", stored.subject.ToString());
}

absl::Status FromNewerServer(const StoredPayload& stored, absl::string_view what,
                             std::int64_t value) {
  return absl::DataLossError(
      absl::StrCat(Place(stored), " has ", what, " ", value,
                   ", which this server does not know: a newer server wrote it. Install that "
                   "version, or a later one"));
}

DecodedPayload DecodeText(ActivityKind kind, const StoredPayload& stored) {
  Json payload = Json::parse(stored.text);
  Upcast(kind, stored.version, payload);
  return {.event = DecodeEvent(kind, Require(payload, "data"), PersonalOf(payload)),
          .notification = ReadNotification(payload),
          .redacted = Find(payload, "redacted") != nullptr};
}

// --- Redaction ---

// Removes those members from each entry of a list of `data`. Returns whether there were any.
bool EraseFromEntries(Json& data, const char* list, std::initializer_list<const char*> members) {
  bool erased = false;
  const auto found = data.find(list);
  if (found == data.end()) return false;
  for (Json& entry : *found) {
    for (const char* member : members) erased |= entry.erase(member) > 0;
  }
  return erased;
}

// The names that another system has for customers.
bool EraseForeignCustomers(Json& data) {
  bool erased = false;
  const auto past = data.find("past");
  if (past == data.end()) return false;
  for (Json& entry : *past) {
    const auto actor = entry.find("actor");
    if (actor == entry.end() || Text(*actor, "role") != Name(Role::kCustomer)) continue;
    if (Text(*actor, "id") != Text(data, "customer_id")) erased |= actor->erase("id") > 0;
  }
  return erased;
}

// True when there was something. The same for all versions so far; what is personal and stands in
// "data" is there because versions that are out wrote it there.
bool Redact(Json& payload) {
  bool erased = payload.erase("personal") > 0;
  Json& data = payload.at("data");
  erased |= EraseFromEntries(data, "parcels", {"tracking_url", "carrier_status"});
  erased |= EraseForeignCustomers(data);
  if (erased) payload["redacted"] = true;
  return erased;
}

// The kind, if this server can read what is stored of it.
absl::StatusOr<ActivityKind> KnownKind(const StoredPayload& stored) {
  const std::optional<ActivityKind> kind = KindFromNumber(stored.kind);
  if (!kind.has_value()) return FromNewerServer(stored, "kind", stored.kind);
  if (stored.version > kPayloadVersion)
    return FromNewerServer(stored, "payload version", stored.version);
  if (stored.version < 1) {
    return absl::DataLossError(
        absl::StrCat(Place(stored), " cannot be read: payload version ", stored.version));
  }
  return *kind;
}

absl::StatusOr<std::string> WriteDocument(absl::string_view kind, Number number, auto&& encode) {
  const auto what = [&] {
    return absl::StrCat(kind, " ", number.ToString(), " cannot be written");
  };
  return Guarded(absl::StatusCode::kInvalidArgument, what,
                 [&] { return Assemble(encode()).dump(); });
}

absl::Status ReadDocument(absl::string_view kind, Number number, absl::string_view document,
                          auto&& decode) {
  const auto what = [&] {
    return absl::StrCat("the document of ", kind, " ", number.ToString(), " cannot be read");
  };
  return Guarded(absl::StatusCode::kDataLoss, what,
                 [&] {
                   const Json json = Json::parse(document);
                   decode(Require(json, "data"), PersonalOf(json));
                   return true;
                 })
      .status();
}

}  // namespace

absl::StatusOr<std::string> EncodePayload(const Event& event, NotificationWish notification,
                                          bool redacted) {
  const auto what = [&] { return absl::StrCat("the ", Name(KindOf(event)), " cannot be written"); };
  return Guarded(absl::StatusCode::kInvalidArgument, what, [&] {
    Json payload =
        Assemble(std::visit([](const auto& alternative) { return Encode(alternative); }, event));
    if (notification != NotificationWish::kNothingToTell)
      PutEnum(payload, "notification", notification);
    if (redacted) payload["redacted"] = true;
    return payload.dump();
  });
}

absl::StatusOr<DecodedPayload> DecodePayload(const StoredPayload& stored) {
  const absl::StatusOr<ActivityKind> kind = KnownKind(stored);
  if (!kind.ok()) return kind.status();
  const auto what = [&] { return absl::StrCat(Place(stored), " cannot be read"); };
  return Guarded(absl::StatusCode::kDataLoss, what, [&] { return DecodeText(*kind, stored); });
}

absl::StatusOr<std::optional<std::string>> RedactPayload(const StoredPayload& stored) {
  if (const absl::StatusOr<ActivityKind> kind = KnownKind(stored); !kind.ok()) return kind.status();
  const auto what = [&] { return absl::StrCat(Place(stored), " cannot be redacted"); };
  return Guarded(absl::StatusCode::kDataLoss, what, [&]() -> std::optional<std::string> {
    Json payload = Json::parse(stored.text);
    if (!Redact(payload)) return std::nullopt;
    return payload.dump();
  });
}

absl::StatusOr<std::string> EncodeDocument(const Order& order) {
  return WriteDocument("order", order.subject.number, [&] { return EncodeOrder(order); });
}

absl::Status DecodeDocument(absl::string_view document, Order& order) {
  return ReadDocument(
      "order", order.subject.number, document,
      [&](const Json& data, const Json& personal) { DecodeOrder(data, personal, order); });
}

absl::StatusOr<std::string> EncodeDocument(const Enquiry& enquiry) {
  return WriteDocument("enquiry", enquiry.subject.number, [&] { return EncodeEnquiry(enquiry); });
}

absl::Status DecodeDocument(absl::string_view document, Enquiry& enquiry) {
  return ReadDocument(
      "enquiry", enquiry.subject.number, document,
      [&](const Json& data, const Json& personal) { DecodeEnquiry(data, personal, enquiry); });
}

absl::StatusOr<std::string> EncodeGathered(const std::vector<GatheredFrom>& gathered) {
  const auto what = [] { return "where a line was gathered cannot be written"; };
  return Guarded(absl::StatusCode::kInvalidArgument, what, [&] {
    Json list = Json::array();
    for (const GatheredFrom& from : gathered) list.push_back(ToJson(from));
    return list.dump();
  });
}

absl::StatusOr<std::vector<GatheredFrom>> DecodeGathered(absl::string_view text) {
  const auto what = [] { return "where a line was gathered cannot be read"; };
  return Guarded(absl::StatusCode::kDataLoss, what, [&] {
    std::vector<GatheredFrom> gathered;
    for (const Json& entry : Json::parse(text)) FromJson(entry, gathered.emplace_back());
    return gathered;
  });
}

}  // namespace ipstore::orders
