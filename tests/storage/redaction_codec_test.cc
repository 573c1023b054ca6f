// Redacting what is written down and redacting what it means come to the same, and leave nothing
// personal: for every log of every version, and for events that nobody has thought of.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/evolve.h"
#include "domain/redact.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"
#include "server/storage/codec.h"
#include "tests/storage/golden_log.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

using nlohmann::json;

StoredPayload Stored(ActivityKind kind, absl::string_view text,
                     std::int64_t version = kPayloadVersion) {
  return {.subject = Number::FromSerial(Number::kFirstSerial),
          .seq = 1,
          .kind = static_cast<int>(kind),
          .version = version,
          .text = text};
}

// All texts in a document.
void CollectTexts(const json& value, std::vector<std::string>& texts) {
  if (value.is_string() && !value.get_ref<const std::string&>().empty())
    texts.push_back(value.get<std::string>());
  if (!value.is_structured()) return;
  for (const json& member : value) CollectTexts(member, texts);
}

bool Holds(const json& document, const std::string& text) {
  std::vector<std::string> texts;
  CollectTexts(document, texts);
  return std::ranges::any_of(
      texts, [&](const std::string& held) { return absl::StrContains(held, text); });
}

// The members that the books need, wherever an event has them.
json Figures(const json& payload) {
  json figures;
  for (const char* member : {"lines",
                             "charges",
                             "totals",
                             "invoice",
                             "payment_method",
                             "method",
                             "currency",
                             "prices_include_vat",
                             "customer_id",
                             "source",
                             "external_reference",
                             "segment",
                             "store",
                             "status",
                             "from",
                             "to",
                             "action",
                             "check",
                             "outcome",
                             "items",
                             "rating",
                             "about",
                             "kind",
                             "vehicle_trip",
                             "pickup_until",
                             "expected_delivery",
                             "promised_delivery",
                             "correction",
                             "changed",
                             "cleared_checks",
                             "before",
                             "after",
                             "changed_at",
                             "received_at",
                             "checks"}) {
    if (payload.at("data").contains(member)) figures[member] = payload.at("data").at(member);
  }
  return figures;
}

TEST(RedactedPayloads, OfEveryGoldenLogAreWhatTheDomainMakesOfTheEvents) {
  int redacted = 0;
  for (const GoldenLog& golden : ReadGoldenLogs(IPSTORE_GOLDEN_DIR)) {
    for (const GoldenActivity& activity : golden.log) {
      SCOPED_TRACE(absl::StrCat(golden.name, " ", activity.activity.seq));
      const auto payload = RedactPayload({.subject = activity.activity.subject,
                                          .seq = activity.activity.seq,
                                          .kind = activity.kind,
                                          .version = activity.payload_version,
                                          .text = activity.payload});
      ASSERT_TRUE(payload.ok()) << payload.status();
      Activity expected = Decoded(activity).value();
      EXPECT_EQ(RedactPersonalData(expected), payload->has_value());
      GoldenActivity after = activity;
      if (payload->has_value()) after.payload = **payload;
      EXPECT_EQ(Decoded(after).value(), expected);
      const json before = json::parse(activity.payload);
      EXPECT_EQ(Figures(json::parse(after.payload)), Figures(before));
      EXPECT_EQ(json::parse(after.payload).value("notification", ""),
                before.value("notification", ""));
      redacted += payload->has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(redacted, 20);
}

TEST(RedactedPayloads, OfEveryGoldenLogReplayToTheRedactedSubject) {
  for (const GoldenLog& golden : ReadGoldenLogs(IPSTORE_GOLDEN_DIR)) {
    SCOPED_TRACE(golden.name);
    std::vector<Activity> log;
    for (const GoldenActivity& activity : golden.log) log.push_back(Decoded(activity).value());
    Activity redaction = log.back();
    redaction.seq = log.back().seq + 1;
    redaction.visibility = Visibility::kPublic;
    redaction.event = Redacted{};
    redaction.redacted = false;
    std::vector<Activity> rewritten = RedactedLog(log);
    log.push_back(redaction);
    rewritten.push_back(redaction);
    EXPECT_EQ(Replay(log).value(), Replay(rewritten).value());
  }
}

// The people, places and words of the logs, as they were put in: this list knows nothing of marks.
TEST(RedactedPayloads, OfEveryGoldenLogHaveNoPersonOrPlaceOrWordLeft) {
  const std::vector<std::string> personal = {CourierContent().customer.name,
                                             CourierContent().customer.email,
                                             CourierContent().customer.phone,
                                             VehicleContent().customer.company_name,
                                             VehicleContent().customer.vat_number,
                                             PickupContent().customer.name,
                                             PickupContent().customer.email,
                                             CourierContent().delivery_address->recipient,
                                             CourierContent().delivery_address->lines.front(),
                                             "Χτυπήστε δυνατά",
                                             "η κάρτα δεν πέρασε",
                                             "ο προμηθευτής αργεί",
                                             "Ελένη Βασιλείου",
                                             "eleni@aigaion.example.gr",
                                             "EL094321988",
                                             "αλλά ακριβά",
                                             "Πελάτισσα με υπομονή",
                                             "Όλα καλά!",
                                             "στην Ερμού 50",
                                             "Δεν άλλαξε!",
                                             "Προς παράδοση",
                                             "acscourier.example"};
  std::vector<int> found(personal.size());
  for (const GoldenLog& golden : ReadGoldenLogs(IPSTORE_GOLDEN_DIR)) {
    for (const GoldenActivity& activity : golden.log) {
      const auto payload = RedactPayload({.subject = activity.activity.subject,
                                          .seq = activity.activity.seq,
                                          .kind = activity.kind,
                                          .version = activity.payload_version,
                                          .text = activity.payload});
      const json before = json::parse(activity.payload);
      const json after = json::parse(payload->value_or(activity.payload));
      for (std::size_t i = 0; i < personal.size(); ++i) {
        found[i] += Holds(before, personal[i]) ? 1 : 0;
        EXPECT_FALSE(Holds(after, personal[i])) << golden.name << ": " << after;
      }
    }
  }
  for (std::size_t i = 0; i < personal.size(); ++i)
    EXPECT_GT(found[i], 0) << "the test looks for what is not there: " << personal[i];
}

TEST(RedactedPayloads, HaveATombstoneAndKeepTheRest) {
  const auto redact = [](ActivityKind kind, absl::string_view text) {
    return RedactPayload(Stored(kind, text)).value();
  };
  EXPECT_EQ(redact(ActivityKind::kCommentAdded,
                   R"({"data":{},"notification":"NOTIFY","personal":{"text":"a word"}})"),
            R"({"data":{},"notification":"NOTIFY","redacted":true})");
  EXPECT_EQ(redact(ActivityKind::kCommentAdded, R"({"data":{},"redacted":true})"), std::nullopt);
  EXPECT_EQ(redact(ActivityKind::kNotificationsSet, R"({"data":{"on":true}})"), std::nullopt);
}

TEST(RedactedPayloads, OfANewerServerAreAnErrorRatherThanAGuess) {
  for (const StoredPayload& stored :
       {Stored(ActivityKind::kCommentAdded, R"({"data":{}})", kPayloadVersion + 1),
        Stored(static_cast<ActivityKind>(99), R"({"data":{}})"),
        Stored(ActivityKind::kCommentAdded, "no JSON"),
        Stored(ActivityKind::kCommentAdded, "{}")}) {
    EXPECT_EQ(RedactPayload(stored).status().code(), absl::StatusCode::kDataLoss);
  }
}

// --- Random events -------------------------------------------------------------------------------

// What is to be found again is told by its beginning from what is to stay.
constexpr char kPersonal[] = "PERSONAL ";

std::string Personal() {
  return absl::StrCat(kPersonal, *rc::gen::inRange(0, 1000));
}
// May be absent.
std::string MaybePersonal() {
  return *rc::gen::arbitrary<bool>() ? Personal() : std::string();
}
std::string Plain() {
  return absl::StrCat("plain ", *rc::gen::inRange(0, 1000));
}
std::int64_t Small() {
  return *rc::gen::inRange<std::int64_t>(1, 1000);
}
absl::Time SomeTime() {
  return PlacedAt() + absl::Minutes(Small());
}
template <typename T>
std::optional<T> Maybe(T value) {
  return *rc::gen::arbitrary<bool>() ? std::optional<T>(std::move(value)) : std::nullopt;
}

Address SomeAddress(bool personal) {
  const auto text = [&] { return personal ? MaybePersonal() : Plain(); };
  return {.recipient = text(),
          .lines = {personal ? Personal() : Plain()},
          .postal_code = text(),
          .city = text(),
          .region = text(),
          .country = text(),
          .phone = text(),
          .instructions = text()};
}

PickupStore SomeStore() {
  return {Plain(), Plain(), SomeAddress(/*personal=*/false), Plain()};
}

Parcel SomeParcel() {
  return {static_cast<std::int32_t>(Small()), Plain(), Plain(), MaybePersonal(), MaybePersonal()};
}

Line SomeLine() {
  Line line;
  line.number = static_cast<std::int32_t>(Small());
  line.sku = Plain();
  line.name = Plain();
  line.quantity = Small();
  line.unit_price = Amount{Small()};
  line.gathered = {{{SourceKind::kSupplier, Plain()}, Small()}};
  return line;
}

OrderContent SomeContent() {
  OrderContent content;
  content.source = Plain();
  content.external_reference = Plain();
  content.customer = {.id = Plain(),
                      .name = MaybePersonal(),
                      .email = MaybePersonal(),
                      .phone = MaybePersonal(),
                      .segment = Segment::kBusiness,
                      .company_name = MaybePersonal(),
                      .vat_number = MaybePersonal()};
  content.currency = "EUR";
  content.lines = {SomeLine(), SomeLine()};
  content.charges = {{ChargeKind::kOther, Plain(), Amount{Small()}, VatRate{2400}}};
  content.delivery_address = Maybe(SomeAddress(/*personal=*/true));
  content.store = Maybe(SomeStore());
  content.promised_delivery = Maybe(SomeTime());
  return content;
}

Totals SomeTotals() {
  return {Amount{Small()}, {{VatRate{2400}, Amount{Small()}, Amount{Small()}}}, Amount{Small()}};
}

Check SomeCheck() {
  return {CheckOutcome::kFailed,
          MaybePersonal(),
          {Role::kStaff, Plain()},
          Maybe(Actor{Role::kStaff, Plain()}),
          SomeTime()};
}

OrderImported SomeImport() {
  OrderImported event;
  event.content = SomeContent();
  event.totals = SomeTotals();
  event.checks[CheckKind::kDetails] = Maybe(SomeCheck());
  event.checks[CheckKind::kPayment] = Maybe(SomeCheck());
  event.invoice = Maybe(Invoice{Plain(), absl::CivilDay(2026, 1, 1)});
  event.parcels = {SomeParcel()};
  event.redacted_at = Maybe(SomeTime());
  event.vehicle_trip = Maybe(VehicleTrip{Plain(), {SomeTime(), SomeTime()}});
  event.cancellation_reason = MaybePersonal();
  event.feedback = Maybe(Feedback{3, MaybePersonal(), SomeTime()});
  event.past = {
      {SomeTime(), Personal(), Visibility::kInternal, Maybe(Actor{Role::kStaff, Plain()})},
      {SomeTime(), Personal(), Visibility::kPublic, Actor{Role::kCustomer, Personal()}}};
  return event;
}

OrderAmended SomeAmendment() {
  OrderAmended event;
  const auto texts = [] { return Maybe(Amended<std::string>{MaybePersonal(), MaybePersonal()}); };
  event.customer_name = texts();
  event.customer_email = texts();
  event.customer_phone = texts();
  event.company_name = texts();
  event.vat_number = texts();
  event.promised_delivery =
      Maybe(Amended<std::optional<absl::Time>>{Maybe(SomeTime()), Maybe(SomeTime())});
  event.delivery_address = Maybe(Amended<std::optional<Address>>{
      Maybe(SomeAddress(/*personal=*/true)), Maybe(SomeAddress(/*personal=*/true))});
  event.store = Maybe(Amended<std::optional<PickupStore>>{Maybe(SomeStore()), Maybe(SomeStore())});
  event.lines = Maybe(Amended<std::vector<Line>>{{SomeLine()}, {SomeLine()}});
  event.totals = Maybe(Amended<Totals>{SomeTotals(), SomeTotals()});
  event.currency = "EUR";
  return event;
}

EnquiryContent SomeEnquiry() {
  return {
      .kind = EnquiryKind::kReturn,
      .customer = {Plain(), MaybePersonal(), MaybePersonal(), MaybePersonal(), Language::kEnglish},
      .title = Personal(),
      .text = MaybePersonal(),
      .about = Maybe(Number::FromSerial(Number::kFirstSerial)),
      .notifications_on = false};
}

Event SomeEvent() {
  switch (*rc::gen::element(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) {
    case 0:
      return OrderCreated{SomeContent(), SomeTotals()};
    case 1:
      return OrderMoved{.action = OrderAction::kCancel,
                        .reason = MaybePersonal(),
                        .parcels = {SomeParcel(), SomeParcel()},
                        .expected_delivery = Maybe(SomeTime())};
    case 2:
      return CheckRecorded{CheckKind::kDetails, CheckOutcome::kFailed, MaybePersonal()};
    case 3:
      return GatheringRecorded{{{1, Small(), {SourceKind::kSupplier, Plain()}}}};
    case 4:
      return InvoiceRecorded{{Plain(), absl::CivilDay(2026, 2, 3)}, true};
    case 5:
      return TrackingRecorded{{SomeParcel()}, Maybe(SomeTime()), Maybe(SomeTime())};
    case 6:
      return CommentAdded{Personal()};
    case 7:
      return SomeAmendment();
    case 8:
      return FeedbackSubmitted{2, MaybePersonal()};
    case 9:
      return EnquiryCreated{SomeEnquiry()};
    default:
      return SomeImport();
  }
}

RC_GTEST_PROP(RedactedPayloads, OfAnyEventAreWhatTheDomainMakesOfItAndHaveNothingPersonal, ()) {
  Event event = SomeEvent();
  const ActivityKind kind = KindOf(event);
  const std::string before = EncodePayload(event, NotificationWish::kNotify).value();
  const auto after = RedactPayload(Stored(kind, before)).value();
  RC_ASSERT(RedactPersonalData(event) == after.has_value());
  RC_ASSERT(absl::StrContains(before, kPersonal) == after.has_value());
  const DecodedPayload decoded = DecodePayload(Stored(kind, after.value_or(before))).value();
  RC_ASSERT(decoded.event == event);
  RC_ASSERT(decoded.redacted == after.has_value());
  RC_ASSERT(decoded.notification == NotificationWish::kNotify);
  RC_ASSERT(!absl::StrContains(after.value_or(before), kPersonal));
  const auto occurrences = [](absl::string_view text) {
    int count = 0;
    for (std::size_t at = text.find("plain "); at != absl::string_view::npos;
         at = text.find("plain ", at + 1))
      ++count;
    return count;
  };
  RC_ASSERT(occurrences(after.value_or(before)) == occurrences(before));
  RC_ASSERT(EncodePayload(decoded.event, decoded.notification, decoded.redacted).value() ==
            after.value_or(before));
  RC_TAG(std::string(Name(kind)));
}

}  // namespace
}  // namespace ipstore::orders::test
