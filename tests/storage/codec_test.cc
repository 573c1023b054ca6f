// What is written down can be read for ever, and errors say where they are.
#include "server/storage/codec.h"

#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "domain/evolve.h"
#include "domain/redact.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/storage/golden_log.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

using testing::HasSubstr;
using testing::Not;

const Number kNumber = Number::FromSerial(Number::kFirstSerial);

absl::StatusOr<DecodedPayload> Decode(std::int64_t kind, absl::string_view text,
                                      std::int64_t version = kPayloadVersion) {
  return DecodePayload(
      {.subject = kNumber, .seq = 7, .kind = kind, .version = version, .text = text});
}

std::vector<GoldenLog> GoldenLogs() {
  return ReadGoldenLogs(IPSTORE_GOLDEN_DIR);
}

// --- Logs as this version writes them ---

void Must(const Decision& decision) {
  ASSERT_TRUE(std::holds_alternative<Activities>(decision));
}

// A courier order with everything that can happen to one: failed and withdrawn checks, all ways
// back, tracking, comments.
OrderInTest CourierWithDetours() {
  OrderContent content = CourierContent();
  content.promised_delivery = PlacedAt() + absl::Hours(72);
  OrderInTest order(content);
  Must(order.Do(AddComment{.comment = {.text = "Χτυπήστε δυνατά, παρακαλώ 🙏\n\"Ευχαριστώ\""}},
                CustomerCaller(kMariaId)));
  Must(order.Take(OrderAction::kStartProcessing, EshopService()));
  Must(order.Do(Failed(CheckKind::kPayment, "η κάρτα δεν πέρασε")));
  Must(order.Do(Withdrawn(CheckKind::kPayment), OnBehalfOf(Role::kStaff, "nikos")));
  order.WalkTo(OrderStatus::kGatheringProducts);
  Must(order.Do(RecordGathering{
      {{1, 1, {SourceKind::kSupplier, "LOGI-EU"}}, {2, 1, {SourceKind::kWarehouse, "ATH-1"}}}}));
  Must(order.Take(OrderAction::kReturnToProcessing));
  Must(order.Do(
      AddComment{.comment = {.text = "ο προμηθευτής αργεί", .visibility = Visibility::kInternal}}));
  order.WalkTo(OrderStatus::kPreparingShipment);
  Must(order.Take(OrderAction::kReturnToGathering));
  order.WalkTo(OrderStatus::kHandedToCarrier);
  Must(order.Do(RecordInvoice{Invoice{"Α-1002", absl::CivilDay(2026, 11, 3)}}));
  Must(order.Do(
      RecordTracking{.parcels = {{.number = 1,
                                  .carrier = "ACS",
                                  .tracking_number = "1234567890",
                                  .tracking_url = "https://www.acscourier.example/track/1234567890",
                                  .carrier_status = "Προς παράδοση"},
                                 NewParcel("1234567891")},
                     .expected_delivery = PlacedAt() + absl::Hours(80),
                     .notify = false}));
  Must(order.Take(OrderAction::kReturnUndelivered));
  order.WalkTo(OrderStatus::kReceived);
  return order;
}

OrderInTest Walked(OrderContent content, OrderStatus status) {
  OrderInTest order(std::move(content));
  order.WalkTo(status);
  return order;
}

OrderInTest CancelledGuestOrder() {
  OrderContent content = PickupContent();
  content.customer.id.clear();
  content.notifications_on = false;
  content.charges = {{ChargeKind::kOther, "Gift wrapping", Amount{250}, VatRate{2400}}};
  return Walked(content, OrderStatus::kCancelled);
}

EnquiryInTest EnquiryThroughAllSteps() {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kWaitingForCustomer);
  const AddComment answer{.comment = {.text = "Ναι, στην Ερμού 50."}};
  Must(enquiry.Do(answer, CustomerCaller(kMariaId)));
  Must(enquiry.Take(EnquiryAction::kResolve));
  enquiry.Wait(absl::Hours(48));
  Must(enquiry.Do(AddComment{.comment = {.text = "Δεν άλλαξε!"}}, CustomerCaller(kMariaId)));
  return enquiry;
}

// Everything that can be amended, each to a value and, where it may be, to none; then feedback.
OrderInTest AmendedAndRated() {
  OrderInTest order(VehicleContent());
  const auto update = [&](OrderFieldSet fields, const std::function<void(OrderContent&)>& change) {
    Must(order.Do(Updating(order.order(), fields, change), OnBehalfOf(Role::kStaff, "nikos")));
  };
  update({OrderField::kCustomerName, OrderField::kCustomerEmail, OrderField::kCustomerPhone,
          OrderField::kCompanyName, OrderField::kVatNumber},
         [](OrderContent& content) {
           content.customer.name = "Ελένη Βασιλείου";
           content.customer.email = "eleni@aigaion.example.gr";
           content.customer.phone.clear();
           content.customer.company_name = "Αιγαίον Α.Ξ.Ε.";
           content.customer.vat_number = "EL094321988";
         });
  update({OrderField::kPromisedDelivery, OrderField::kMethod, OrderField::kStore},
         [&](OrderContent& content) {
           content.promised_delivery = order.now() + absl::Hours(72);
           content.method = FulfilmentMethod::kStorePickup;
           content.store = PickupContent().store;
         });
  update({OrderField::kPromisedDelivery, OrderField::kMethod, OrderField::kDeliveryAddress},
         [](OrderContent& content) {
           content.promised_delivery.reset();
           content.method = FulfilmentMethod::kCompanyVehicle;
           content.delivery_address = VehicleContent().delivery_address;
           content.delivery_address->phone = "210 5550000";
         });
  Must(order.Take(OrderAction::kStartProcessing));
  for (CheckKind kind : kCheckKinds) Must(order.Do(Passed(kind)));
  update({OrderField::kLines, OrderField::kCharges}, [](OrderContent& content) {
    content.lines[0].quantity = 6;
    content.lines.pop_back();
    content.lines.push_back(PickupContent().lines.front());
    content.lines.back().number = 0;
    content.charges = {{ChargeKind::kOther, "Παράδοση στον όροφο", Amount{1500}, VatRate{2400}}};
  });
  update({OrderField::kCharges}, [](OrderContent& content) { content.charges.clear(); });
  Must(order.Do(SetNotifications{false}, CustomerCaller(kHotelId)));
  order.WalkTo(OrderStatus::kReceived);
  Must(order.Do(SetNotifications{true}));
  Must(order.Do(SubmitFeedback{4, "Γρήγορα,\nαλλά ακριβά."}, CustomerCaller(kHotelId)));
  return order;
}

// An order that was being processed elsewhere, and goes on here.
OrderInTest ImportedAndContinued() {
  ImportOrder command = Importing("OLD-1");
  command.order.status = OrderStatus::kProcessing;
  command.order.feedback.reset();
  command.order.received_at.reset();
  command.order.changed_at = command.created_at + absl::Hours(3);
  for (Line& line : command.order.content.lines) line.gathered.clear();
  OrderInTest order(command);
  order.WalkTo(OrderStatus::kReceived);
  return order;
}

// One comment was redacted, then everything; then there was something to say again. As it is
// stored, with tombstones.
std::vector<Activity> RedactedOrder() {
  OrderInTest order = CourierWithDetours();
  Must(order.Do(Redact{LoggedComment{.seq = 2}}, Redactor()));
  std::vector<Activity> log = order.log();
  RedactPersonalData(log[1]);
  Must(order.Do(Redact{}, Redactor()));
  const std::size_t redacted = log.size();
  log = RedactedLog(std::move(log));
  Must(order.Do(AddComment{.comment = {.text = "Θα το κρατήσω ανώνυμα."}}));
  log.insert(log.end(), order.log().begin() + static_cast<std::ptrdiff_t>(redacted),
             order.log().end());
  return log;
}

// The logs that are kept, by the name of their file.
std::vector<std::pair<std::string, std::vector<Activity>>> Samples() {
  return {{"courier_with_detours", CourierWithDetours().log()},
          {"store_pickup", Walked(PickupContent(), OrderStatus::kReceived).log()},
          {"company_vehicle", Walked(VehicleContent(), OrderStatus::kReceived).log()},
          {"cancelled_guest", CancelledGuestOrder().log()},
          {"amended_and_rated", AmendedAndRated().log()},
          {"imported", OrderInTest(Importing("OLD-2")).log()},
          {"imported_and_continued", ImportedAndContinued().log()},
          {"redacted", RedactedOrder()},
          {"enquiry", EnquiryThroughAllSteps().log()}};
}

// Not a test of anything: makes the files for a new version of the payload, when
// IPSTORE_WRITE_GOLDEN says where.
TEST(GoldenLogs, AreWrittenOnDemand) {
  const char* folder = std::getenv("IPSTORE_WRITE_GOLDEN");
  if (folder == nullptr) return;
  for (const auto& [name, log] : Samples())
    WriteGoldenLog(absl::StrCat(folder, "/", name, ".json"), log);
}

TEST(GoldenLogs, OfEveryVersionReplayToTheirOrders) {
  for (const GoldenLog& golden : GoldenLogs()) {
    std::vector<Activity> log;
    for (const GoldenActivity& activity : golden.log) log.push_back(Decoded(activity).value());
    EXPECT_EQ(Describe(Replay(log).value()), golden.subject) << golden.name;
  }
}

TEST(GoldenLogs, OfThisVersionAreWrittenTheSameByteByByte) {
  int compared = 0;
  for (const GoldenLog& golden : GoldenLogs()) {
    for (const GoldenActivity& activity : golden.log) {
      if (activity.payload_version != kPayloadVersion) continue;
      const Activity decoded = Decoded(activity).value();
      EXPECT_EQ(EncodePayload(decoded.event, decoded.notification, decoded.redacted).value(),
                activity.payload)
          << golden.name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

TEST(GoldenLogs, HaveEveryKindAndEveryAction) {
  std::set<std::string> missing;
  for (ActivityKind kind : kActivityKinds) missing.insert(std::string(Name(kind)));
  for (OrderAction action : kOrderActions) missing.insert(std::string(Name(action)));
  for (EnquiryAction action : kEnquiryActions) missing.insert(std::string(Name(action)));
  for (const GoldenLog& golden : GoldenLogs()) {
    for (const GoldenActivity& activity : golden.log) {
      if (activity.payload_version != kPayloadVersion) continue;
      const Activity decoded = Decoded(activity).value();
      missing.erase(std::string(Name(KindOf(decoded.event))));
      if (const auto* moved = std::get_if<OrderMoved>(&decoded.event))
        missing.erase(std::string(Name(moved->action)));
      if (const auto* moved = std::get_if<EnquiryMoved>(&decoded.event))
        missing.erase(std::string(Name(moved->action)));
    }
  }
  EXPECT_THAT(missing, testing::IsEmpty());
}

// --- Events and documents ---

TEST(Codec, EveryEventIsReadAsItWasWritten) {
  for (const auto& [name, log] : Samples()) {
    for (const Activity& activity : log) {
      const std::string payload =
          EncodePayload(activity.event, activity.notification, activity.redacted).value();
      const DecodedPayload decoded =
          Decode(static_cast<int>(KindOf(activity.event)), payload).value();
      EXPECT_EQ(decoded.event, activity.event) << payload;
      EXPECT_EQ(decoded.notification, activity.notification) << payload;
      EXPECT_EQ(decoded.redacted, activity.redacted) << payload;
    }
  }
}

TEST(Codec, EveryNotificationWishIsReadAsItWasWritten) {
  for (NotificationWish wish :
       {NotificationWish::kNothingToTell, NotificationWish::kNotify,
        NotificationWish::kSuppressedByCaller, NotificationWish::kSuppressedBySetting}) {
    const std::string payload = EncodePayload(CommentAdded{"x"}, wish).value();
    EXPECT_EQ(Decode(static_cast<int>(ActivityKind::kCommentAdded), payload)->notification, wish);
  }
}

// A redaction replaces the personal part; nothing of people may stand elsewhere.
TEST(Codec, WhatIsSaidOfPeopleStandsInThePersonalPartOnly) {
  OrderContent content = VehicleContent();
  content.delivery_address->phone = "210 5550000";
  content.delivery_address->instructions = "πίσω πόρτα";
  const OrderInTest order(content);
  const std::string payload =
      EncodePayload(order.log().front().event, NotificationWish::kNotify).value();
  const auto json = nlohmann::json::parse(payload);
  const std::string data = json.at("data").dump();
  const std::string personal = json.at("personal").dump();
  for (const std::string& text :
       {content.customer.name, content.customer.email, content.customer.phone,
        content.customer.company_name, content.customer.vat_number,
        content.delivery_address->recipient, content.delivery_address->lines.front(),
        content.delivery_address->phone, content.delivery_address->instructions}) {
    EXPECT_THAT(personal, HasSubstr(text));
    EXPECT_THAT(data, Not(HasSubstr(text)));
  }
  // The words of an imported past are people's, too.
  const auto imported =
      nlohmann::json::parse(EncodePayload(OrderInTest(Importing("OLD-1")).log().front().event,
                                          NotificationWish::kNothingToTell)
                                .value());
  for (const char* text :
       {"Καταχωρίστηκε.", "Πελάτισσα με υπομονή.", "Όλα καλά!", "αντικαταβολή"}) {
    EXPECT_THAT(imported.at("personal").dump(), HasSubstr(text));
    EXPECT_THAT(imported.at("data").dump(), Not(HasSubstr(text)));
  }
  EXPECT_EQ(EncodePayload(CommentAdded{"a word"}, NotificationWish::kNothingToTell).value(),
            R"({"data":{},"personal":{"text":"a word"}})");
  EXPECT_EQ(EncodePayload(CheckRecorded{CheckKind::kPayment, CheckOutcome::kFailed, "called her"},
                          NotificationWish::kNothingToTell)
                .value(),
            R"({"data":{"check":"PAYMENT","outcome":"FAILED"},"personal":{"note":"called her"}})");
}

TEST(Codec, WhatIsAmendedOfPeopleStandsInThePersonalPartBeforeAndAfter) {
  OrderAmended event;
  event.customer_name = Amended<std::string>{"old name", "new name"};
  event.customer_email = Amended<std::string>{"old@x.gr", "new@x.gr"};
  event.customer_phone = Amended<std::string>{"", "210 1"};
  event.company_name = Amended<std::string>{"Old Ltd", "New Ltd"};
  event.vat_number = Amended<std::string>{"EL1", ""};
  event.delivery_address =
      Amended<std::optional<Address>>{Address{.city = "Old City"}, Address{.city = "New City"}};
  const auto json = nlohmann::json::parse(EncodePayload(event, NotificationWish::kNotify).value());
  EXPECT_EQ(json.at("data"), nlohmann::json::parse(
                                 R"({"changed":["customer.name","customer.email","customer.phone",
                    "customer.company_name","customer.vat_number","delivery_address"]})"));
  EXPECT_EQ(json.at("personal"), nlohmann::json::parse(R"({
    "before": {"customer.name":"old name", "customer.email":"old@x.gr",
               "customer.company_name":"Old Ltd", "customer.vat_number":"EL1",
               "delivery_address":{"city":"Old City"}},
    "after": {"customer.name":"new name", "customer.email":"new@x.gr", "customer.phone":"210 1",
              "customer.company_name":"New Ltd", "delivery_address":{"city":"New City"}}})"));
}

TEST(Codec, AnAmendmentWithoutItsPersonalPartIsStillKnownAsOne) {
  const OrderAmended event =
      std::get<OrderAmended>(Decode(static_cast<int>(ActivityKind::kOrderAmended),
                                    R"({"data":{"changed":["customer.email","delivery_address"]}})")
                                 ->event);
  EXPECT_EQ(event.customer_email, Amended<std::string>{});
  EXPECT_EQ(event.delivery_address, Amended<std::optional<Address>>{});
  EXPECT_EQ(event.method, std::nullopt);
}

TEST(Codec, ADocumentOfBeforeOrdersCouldBeAmendedIsRead) {
  Order order = OrderInTest().order();
  const std::string document = EncodeDocument(order).value();
  EXPECT_THAT(document, Not(HasSubstr("last_line_number")));
  EXPECT_THAT(document, Not(HasSubstr("feedback")));
  ASSERT_TRUE(DecodeDocument(document, order).ok());
  EXPECT_EQ(order.LastLineNumber(), 3);
}

TEST(Codec, ADocumentKeepsWhatTheCustomerWroteInItsPersonalPart) {
  const auto json = nlohmann::json::parse(EncodeDocument(AmendedAndRated().order()).value());
  EXPECT_THAT(json.at("personal").dump(), HasSubstr("αλλά ακριβά"));
  EXPECT_THAT(json.at("data").dump(), Not(HasSubstr("αλλά ακριβά")));
}

TEST(Codec, ADocumentIsReadAsItWasWritten) {
  for (const auto& [name, log] : Samples()) {
    const SubjectState state = Replay(log).value();
    if (const Enquiry* enquiry = AsEnquiry(&state)) {
      Enquiry read;
      read.subject = enquiry->subject;
      ASSERT_TRUE(DecodeDocument(EncodeDocument(*enquiry).value(), read).ok());
      EXPECT_EQ(read.content.text, enquiry->content.text);
      EXPECT_EQ(read.content.customer.phone, enquiry->content.customer.phone);
      EXPECT_EQ(read.content.notifications_on, enquiry->content.notifications_on);
      EXPECT_EQ(read.resolved_at, enquiry->resolved_at);
      continue;
    }
    const Order& order = std::get<Order>(state);
    Order read;
    read.subject = order.subject;
    ASSERT_TRUE(DecodeDocument(EncodeDocument(order).value(), read).ok());
    EXPECT_EQ(read.checks, order.checks);
    EXPECT_EQ(read.parcels, order.parcels);
    EXPECT_EQ(read.totals.vat, order.totals.vat);
    EXPECT_EQ(read.content.charges, order.content.charges);
    EXPECT_EQ(read.content.delivery_address, order.content.delivery_address);
    EXPECT_EQ(read.content.store, order.content.store);
    EXPECT_EQ(read.vehicle_trip, order.vehicle_trip);
    EXPECT_EQ(read.cancellation_reason, order.cancellation_reason);
    EXPECT_EQ(read.last_line_number, order.last_line_number);
    EXPECT_EQ(read.feedback, order.feedback);
  }
}

TEST(Codec, AnImportedPastThatWasRedactedIsReadWithoutItsWords) {
  const Event event = OrderInTest(Importing("OLD-1")).log().front().event;
  auto payload =
      nlohmann::json::parse(EncodePayload(event, NotificationWish::kNothingToTell).value());
  payload.erase("personal");
  const DecodedPayload decoded =
      Decode(static_cast<int>(ActivityKind::kOrderImported), payload.dump()).value();
  const auto& imported = std::get<OrderImported>(decoded.event);
  ASSERT_EQ(imported.past.size(), std::get<OrderImported>(event).past.size());
  EXPECT_EQ(imported.past[2].text, "");
  EXPECT_EQ(imported.past[2].at, std::get<OrderImported>(event).past[2].at);
  EXPECT_EQ(imported.feedback->rating, 5);
}

// --- Errors ---

TEST(Codec, AKindOfANewerServerIsNamed) {
  for (std::int64_t kind : {std::int64_t{0}, std::int64_t{99}, std::int64_t{1} << 40}) {
    const absl::Status status = Decode(kind, R"({"data":{}})").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("kind ", kind)));
    EXPECT_THAT(std::string(status.message()), HasSubstr("newer server"));
  }
}

TEST(Codec, AVersionOfANewerServerIsNamed) {
  const absl::Status status = Decode(7, R"({"data":{}})", kPayloadVersion + 1).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr(absl::StrCat("payload version ", kPayloadVersion + 1)));
}

TEST(Codec, WhatCannotBeReadSaysWhereItStands) {
  const auto moved = static_cast<int>(ActivityKind::kOrderMoved);
  for (
      const char* text :
      {"", "{", "[]", "{}", R"({"data":7})", R"({"data":{}})", R"({"data":{"action":"FLY"}})",
       R"({"data":{"action":"CANCEL","from":"PROCESSING","to":7}})",
       R"({"data":{"action":"CANCEL","from":"PROCESSING","to":"NOWHERE"}})",
       R"({"data":{"action":"OFFER_PICKUP","from":"PREPARING_SHIPMENT","to":"READY_FOR_PICKUP","pickup_until":"soon"}})",
       R"({"data":{"action":"CANCEL","from":"PROCESSING","to":"CANCELLED"},"notification":"PERHAPS"})",
       R"({"data":{"action":"CANCEL","from":"PROCESSING","to":"CANCELLED","regather":[{"line":9999999999,"quantity":1}]}})",
       R"({"data":{"action":"CANCEL","from":"PROCESSING","to":"CANCELLED","regather":[{"line":1.5,"quantity":1}]}})"}) {
    const absl::Status status = Decode(moved, text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("activity 7 of ", kNumber.ToString())))
        << text;
  }
}

TEST(Codec, AnAmendmentOfAFieldThatIsNotKnownIsAnError) {
  const auto amended = static_cast<int>(ActivityKind::kOrderAmended);
  for (const char* text :
       {R"({"data":{}})", R"({"data":{"changed":["colour"]}})", R"({"data":{"changed":[7]}})",
        R"({"data":{"changed":["method"]}})",
        R"({"data":{"changed":["customer.email"],"cleared_checks":["WEATHER"]}})"}) {
    EXPECT_EQ(Decode(amended, text).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

TEST(Codec, WhatCannotBeWrittenIsRefused) {
  EXPECT_EQ(EncodePayload(CommentAdded{"\xC3\x28"}, NotificationWish::kNotify).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(
      EncodePayload(OrderMoved{.pickup_until = absl::InfiniteFuture()}, NotificationWish::kNotify)
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ipstore::orders::test
