#include "tests/storage/golden_log.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "domain/evolve.h"
#include "nlohmann/json.hpp"
#include "server/storage/codec.h"
#include "server/storage/time_text.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

std::string TimeText(absl::Time time) {
  return FormatRfc3339(absl::ToUnixMicros(time));
}

absl::Time ReadTime(const Json& json) {
  const std::optional<std::int64_t> micros = ParseRfc3339(json.get<std::string>());
  if (!micros.has_value()) Die("a golden log has a time that is none: " + json.dump());
  return absl::FromUnixMicros(*micros);
}

Json ActorToJson(const Actor& actor) {
  return {{"role", std::string(Name(actor.role))}, {"id", actor.id}};
}

Actor ReadActor(const Json& json) {
  return {.role = RoleFromName(json.at("role").get<std::string>()).value(), .id = json.at("id")};
}

GoldenActivity ReadActivity(const Json& json) {
  GoldenActivity golden;
  Activity& activity = golden.activity;
  activity.subject = Number::FromStored(json.at("subject"));
  if (json.value("subject_kind", 1) == 2) activity.subject_kind = SubjectKind::kEnquiry;
  activity.seq = json.at("seq");
  activity.position = json.at("position");
  activity.customer_id = json.at("customer_id");
  activity.visibility =
      json.at("visibility") == "INTERNAL" ? Visibility::kInternal : Visibility::kPublic;
  activity.actor = ReadActor(json.at("actor"));
  if (json.contains("on_behalf_of")) activity.on_behalf_of = ReadActor(json.at("on_behalf_of"));
  activity.occurred_at = ReadTime(json.at("occurred_at"));
  activity.recorded_at = ReadTime(json.at("recorded_at"));
  golden.kind = json.at("kind");
  golden.payload_version = json.at("payload_version");
  golden.payload = json.at("payload");
  return golden;
}

Json ActivityToJson(const Activity& activity) {
  Json json = {{"subject", activity.subject.value()},
               {"seq", activity.seq},
               {"position", activity.position},
               {"customer_id", activity.customer_id},
               {"visibility", std::string(Name(activity.visibility))},
               {"actor", ActorToJson(activity.actor)}};
  if (activity.on_behalf_of.has_value()) json["on_behalf_of"] = ActorToJson(*activity.on_behalf_of);
  if (activity.subject_kind != SubjectKind::kOrder)
    json["subject_kind"] = static_cast<int>(activity.subject_kind);
  json["occurred_at"] = TimeText(activity.occurred_at);
  json["recorded_at"] = TimeText(activity.recorded_at);
  json["kind"] = static_cast<int>(KindOf(activity.event));
  json["payload_version"] = kPayloadVersion;
  json["payload"] = EncodePayload(activity.event, activity.notification, activity.redacted).value();
  return json;
}

std::string Describe(const std::optional<absl::Time>& time) {
  return time.has_value() ? TimeText(*time) : "-";
}

std::string Describe(const Address& address) {
  return absl::StrCat(address.recipient, "|", absl::StrJoin(address.lines, "/"), "|",
                      address.postal_code, "|", address.city, "|", address.region, "|",
                      address.country, "|", address.phone, "|", address.instructions);
}

std::string Describe(const Line& line) {
  std::string text =
      absl::StrCat("line ", line.number, ": ", line.quantity, " × ", line.sku, " (", line.name,
                   ") at ", line.unit_price.minor, " less ", line.discount.minor, ", VAT ",
                   line.vat_rate.basis_points, ", gathered");
  for (const GatheredFrom& from : line.gathered) {
    absl::StrAppend(&text, " ", from.quantity, " from ", Name(from.source.kind), " ",
                    from.source.id);
  }
  return text;
}

std::string Describe(const Check& check) {
  std::string text =
      absl::StrCat(Name(check.outcome), " by ", Name(check.by.role), " ", check.by.id);
  if (check.on_behalf_of.has_value()) {
    absl::StrAppend(&text, " for ", Name(check.on_behalf_of->role), " ", check.on_behalf_of->id);
  }
  return absl::StrCat(text, " at ", TimeText(check.at), ": ", check.note);
}

void DescribeSubject(const Subject& subject, std::vector<std::string>& lines) {
  lines.push_back(absl::StrCat("number ", subject.number.value(), ", customer '",
                               subject.customer_id, "', status ", subject.status,
                               subject.active ? ", active" : ", closed", ", version ",
                               subject.version, ", seq ", subject.last_seq));
  lines.push_back(absl::StrCat("created ", TimeText(subject.created_at), ", updated ",
                               TimeText(subject.updated_at), ", last ",
                               TimeText(subject.last_activity_at), ", last public ",
                               TimeText(subject.last_public_activity_at)));
  if (subject.redacted_at.has_value())
    lines.push_back(absl::StrCat("redacted ", TimeText(*subject.redacted_at)));
}

void DescribeContent(const OrderContent& content, std::vector<std::string>& lines) {
  const Customer& customer = content.customer;
  lines.push_back(absl::StrCat("reference ", content.source, "/", content.external_reference));
  lines.push_back(absl::StrCat("customer ", customer.name, "|", customer.email, "|", customer.phone,
                               "|", Name(customer.segment), "|", customer.company_name, "|",
                               customer.vat_number, "|", Name(customer.language)));
  lines.push_back(absl::StrCat("currency ", content.currency,
                               content.prices_include_vat ? " with" : " without", " VAT"));
  for (const Line& line : content.lines) lines.push_back(Describe(line));
  for (const Charge& charge : content.charges) {
    lines.push_back(absl::StrCat("charge ", Name(charge.kind), " '", charge.label, "' ",
                                 charge.amount.minor, ", VAT ", charge.vat_rate.basis_points));
  }
  lines.push_back(absl::StrCat("payment ", Name(content.payment_method), ", method ",
                               Name(content.method), ", notifications ",
                               content.notifications_on ? "on" : "off", ", promised ",
                               Describe(content.promised_delivery)));
  if (content.delivery_address.has_value())
    lines.push_back("to " + Describe(*content.delivery_address));
  if (content.store.has_value()) {
    lines.push_back(absl::StrCat("store ", content.store->id, "|", content.store->name, "|",
                                 Describe(content.store->address), "|",
                                 content.store->opening_hours));
  }
}

void DescribeProgress(const Order& order, std::vector<std::string>& lines) {
  for (CheckKind kind : kCheckKinds) {
    if (order.checks[kind].has_value()) {
      lines.push_back(absl::StrCat("check ", Name(kind), ": ", Describe(*order.checks[kind])));
    }
  }
  if (order.invoice.has_value()) {
    lines.push_back(absl::StrCat("invoice ", order.invoice->number, " of ",
                                 absl::FormatCivilTime(order.invoice->date)));
  }
  for (const Parcel& parcel : order.parcels) {
    lines.push_back(absl::StrCat("parcel ", parcel.number, ": ", parcel.carrier, "|",
                                 parcel.tracking_number, "|", parcel.tracking_url, "|",
                                 parcel.carrier_status));
  }
  lines.push_back(absl::StrCat("parcels so far ", order.last_parcel_number, ", expected ",
                               Describe(order.expected_delivery), ", until ",
                               Describe(order.pickup_until)));
  if (order.vehicle_trip.has_value()) {
    lines.push_back(absl::StrCat("vehicle ", order.vehicle_trip->vehicle, " from ",
                                 TimeText(order.vehicle_trip->window.start), " to ",
                                 TimeText(order.vehicle_trip->window.end)));
  }
  if (!order.cancellation_reason.empty())
    lines.push_back("cancelled: " + order.cancellation_reason);
  if (order.last_line_number != 0)
    lines.push_back(absl::StrCat("lines so far ", order.last_line_number));
  if (order.feedback.has_value()) {
    lines.push_back(absl::StrCat("feedback ", order.feedback->rating, " at ",
                                 TimeText(order.feedback->at), ": ", order.feedback->text));
  }
}

}  // namespace

std::string Describe(const Order& order) {
  std::vector<std::string> lines;
  DescribeSubject(order.subject, lines);
  DescribeContent(order.content, lines);
  for (const VatTotal& vat : order.totals.vat) {
    lines.push_back(
        absl::StrCat("VAT ", vat.rate.basis_points, ": ", vat.vat.minor, " on ", vat.net.minor));
  }
  lines.push_back(
      absl::StrCat("net ", order.totals.net.minor, ", gross ", order.totals.gross.minor));
  DescribeProgress(order, lines);
  return absl::StrJoin(lines, "\n");
}

std::string Describe(const Enquiry& enquiry) {
  const EnquiryContent& content = enquiry.content;
  std::vector<std::string> lines;
  DescribeSubject(enquiry.subject, lines);
  lines.push_back(absl::StrCat(Name(content.kind), ": ", content.title));
  lines.push_back(content.text);
  lines.push_back(absl::StrCat("customer ", content.customer.name, "|", content.customer.email, "|",
                               content.customer.phone, "|", Name(content.customer.language)));
  lines.push_back(absl::StrCat(
      "about ", content.about.has_value() ? content.about->ToString() : "none", ", notifications ",
      content.notifications_on ? "on" : "off", ", resolved ", Describe(enquiry.resolved_at)));
  return absl::StrJoin(lines, "\n");
}

std::string Describe(const SubjectState& state) {
  return std::visit([](const auto& kind) { return Describe(kind); }, state);
}

std::vector<GoldenLog> ReadGoldenLogs(const std::string& folder) {
  std::vector<GoldenLog> logs;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream file(entry.path());
    const Json json = Json::parse(file);
    GoldenLog golden{.name = std::filesystem::relative(entry.path(), folder).string()};
    for (const Json& activity : json.at("log")) golden.log.push_back(ReadActivity(activity));
    golden.subject = absl::StrJoin(json.at("order").get<std::vector<std::string>>(), "\n");
    logs.push_back(std::move(golden));
  }
  if (logs.empty()) Die("no golden logs in " + folder);
  std::sort(logs.begin(), logs.end(),
            [](const GoldenLog& a, const GoldenLog& b) { return a.name < b.name; });
  return logs;
}

void WriteGoldenLog(const std::string& path, const std::vector<Activity>& log) {
  Json json;
  json["log"] = Json::array();
  for (const Activity& activity : log) json["log"].push_back(ActivityToJson(activity));
  std::vector<std::string> lines = absl::StrSplit(Describe(Replay(log).value()), '\n');
  json["order"] = lines;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path) << json.dump(1) << "\n";
}

absl::StatusOr<Activity> Decoded(const GoldenActivity& golden) {
  absl::StatusOr<DecodedPayload> payload = DecodePayload({.subject = golden.activity.subject,
                                                          .seq = golden.activity.seq,
                                                          .kind = golden.kind,
                                                          .version = golden.payload_version,
                                                          .text = golden.payload});
  if (!payload.ok()) return payload.status();
  Activity activity = golden.activity;
  activity.event = std::move(payload->event);
  activity.notification = payload->notification;
  activity.redacted = payload->redacted;
  return activity;
}

}  // namespace ipstore::orders::test
