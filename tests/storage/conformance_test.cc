// What is written is what is read, and what must be refused is refused with the right code.
#include "tests/storage/conformance.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "domain/evolve.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

INSTANTIATE_TEST_SUITE_P(All, StoreConformance, testing::ValuesIn(AllBackends()), BackendName);
INSTANTIATE_TEST_SUITE_P(All, CachedStore, testing::ValuesIn(AllBackends()), BackendName);
INSTANTIATE_TEST_SUITE_P(Servers, ServerConformance,
                         testing::Values(sql::Backend::kMariaDb, sql::Backend::kMySql),
                         BackendName);

constexpr std::int64_t kSerial = Number::kFirstSerial;

// An order in which no field has its default value.
Order OrderWithEverything(std::int64_t serial) {
  Order order = PlacedOrder(serial, VehicleContent()).order();
  const absl::Time at = PlacedAt() + absl::Microseconds(123'456);
  order.subject.status = static_cast<std::uint8_t>(OrderStatus::kCancelled);
  order.subject.active = false;
  order.subject.version = 7;
  order.subject.last_seq = 9;
  order.subject.created_at = at;
  order.subject.updated_at = at + absl::Microseconds(1);
  order.subject.last_activity_at = at + absl::Hours(30);
  order.subject.last_public_activity_at = at + absl::Hours(29);
  order.content.store = PickupContent().store;
  order.content.charges = {{ChargeKind::kOther, "Συσκευασία 🎁", Amount{250}, VatRate{2400}}};
  order.content.promised_delivery = at + absl::Hours(48);
  order.content.notifications_on = false;
  order.content.lines.front().gathered = {{{SourceKind::kWarehouse, "ATH-1"}, 2},
                                          {{SourceKind::kSupplier, "S\"'\\"}, 1}};
  order.checks[CheckKind::kDetails] =
      Check{CheckOutcome::kPassed, "", Staff().actor, std::nullopt, at};
  order.checks[CheckKind::kPayment] = Check{CheckOutcome::kFailed, "η κάρτα\nδεν πέρασε",
                                            EshopService().actor, Actor{Role::kStaff, "eleni"}, at};
  order.invoice = Invoice{"Α-1001", absl::CivilDay(2026, 11, 30)};
  order.parcels = {
      {3, "ACS", "1234567890", "https://www.acscourier.example/track/1234567890", "Σε μεταφορά"}};
  order.last_parcel_number = 3;
  order.expected_delivery = at + absl::Hours(50);
  order.pickup_until = at + absl::Hours(240);
  order.vehicle_trip = VehicleTrip{"ΙΒΚ-4821", {at + absl::Hours(2), at + absl::Hours(5)}};
  order.cancellation_reason = "Ο πελάτης άλλαξε γνώμη; DROP TABLE orders; -- \\'";
  order.last_line_number = 8;
  order.feedback = Feedback{2, "Αργά,\nκαι \"σπασμένο\" 😠", at + absl::Hours(29)};
  return order;
}

TEST_P(StoreConformance, EveryFieldOfAnOrderIsReadAsItWasWritten) {
  const Order order = OrderWithEverything(kSerial);
  Change change = CreationOf(PlacedOrder(kSerial, VehicleContent()));
  change.after = order;
  MustWrite(change);
  EXPECT_EQ(ReadOrder(*OpenReader(), order.subject.number).value(), order);
}

TEST_P(StoreConformance, OrdersOfAllMethodsAreTheFoldOfTheirLogAfterEveryStep) {
  auto writer = OpenWriter();
  auto reader = OpenReader();
  std::int64_t serial = kSerial;
  for (OrderContent content : {CourierContent(), PickupContent(), VehicleContent()}) {
    OrderInTest order = PlacedOrder(serial++, std::move(content));
    order.WalkTo(OrderStatus::kReceived);
    for (Change& step : StepsOf(order.log())) {
      ASSERT_THAT(Write(*writer, step), IsOk());
      ASSERT_EQ(ReadOrder(*reader, order.order().subject.number).value(), step.after);
    }
    const std::vector<Activity> log = ReadLog(*reader, order.order().subject.number).value();
    EXPECT_EQ(ReplayOrder(log).value(), order.order());
  }
}

// Lines come and go, the setting changes back and forth, feedback is given: each a step of its own.
TEST_P(StoreConformance, AnAmendedOrderIsTheFoldOfItsLogAfterEveryStep) {
  OrderInTest order = PlacedOrder(kSerial);
  order.Do(Updating(order.order(),
                    {OrderField::kCustomerName, OrderField::kCustomerEmail,
                     OrderField::kPromisedDelivery, OrderField::kLines, OrderField::kCharges},
                    [&](OrderContent& content) {
                      content.customer.name = "Μαρία Νικολάου";
                      content.customer.email = "maria.nikolaou@example.gr";
                      content.promised_delivery = order.now() + absl::Hours(72);
                      content.lines[0].quantity = 7;
                      content.lines.erase(content.lines.begin() + 1);
                      content.lines.push_back(PickupContent().lines.front());
                      content.lines.back().number = 0;
                      content.charges.clear();
                    }));
  order.Do(SetNotifications{false}, CustomerCaller(kMariaId));
  order.Do(Updating(order.order(), {OrderField::kLines},
                    [](OrderContent& content) { content.lines.pop_back(); }));
  order.Do(
      Updating(order.order(), {OrderField::kMethod, OrderField::kStore}, [](OrderContent& content) {
        content.method = FulfilmentMethod::kStorePickup;
        content.store = PickupContent().store;
      }));
  order.Do(SetNotifications{true});
  ASSERT_THAT(order.log(), SizeIs(6));
  order.WalkTo(OrderStatus::kReceived);
  order.Do(SubmitFeedback{5, "Τέλεια!"}, CustomerCaller(kMariaId));
  ASSERT_TRUE(order.order().feedback.has_value());

  auto writer = OpenWriter();
  auto reader = OpenReader();
  for (Change& step : StepsOf(order.log())) {
    ASSERT_THAT(Write(*writer, step), IsOk());
    ASSERT_EQ(ReadOrder(*reader, order.order().subject.number).value(), step.after);
  }
  std::vector<Activity> log = ReadLog(*reader, order.order().subject.number).value();
  EXPECT_EQ(ReplayOrder(log).value(), order.order());
  for (Activity& activity : log) activity.position = 0;
  EXPECT_EQ(log, order.log());
}

TEST_P(StoreConformance, EveryActivityIsReadAsItWasWritten) {
  OrderInTest order = PlacedOrder(kSerial);
  order.WalkTo(OrderStatus::kHandedToCarrier);
  std::vector<Change> changes = {CreationOf(order)};
  changes[0].activities[0].on_behalf_of = Actor{Role::kCustomer, kMariaId};
  changes[0].activities[1].notification = NotificationWish::kSuppressedBySetting;
  changes[0].activities[1].recorded_at += absl::Microseconds(1);
  ASSERT_THAT(Write(*OpenWriter(), changes), IsOk());
  EXPECT_EQ(ReadLog(*OpenReader(), order.order().subject.number).value(), changes[0].activities);
}

TEST_P(StoreConformance, AGuestHasNoCustomerId) {
  OrderContent content = CourierContent();
  content.customer.id.clear();
  const OrderInTest order = PlacedOrder(kSerial, content);
  MustWrite(CreationOf(order));
  auto reader = OpenReader();
  EXPECT_EQ(ReadOrder(*reader, order.order().subject.number).value(), order.order());
  EXPECT_EQ(ReadLog(*reader, order.order().subject.number).value().front().customer_id, "");
  EXPECT_THAT(reader->ListSubjects({.customer_id = ""}).value(), IsEmpty());
}

TEST_P(StoreConformance, PositionsAreGivenInOrderFromOne) {
  std::vector<Change> changes;
  for (int i = 0; i < 3; ++i) changes.push_back(CreationOf(PlacedOrder(kSerial + i)));
  ASSERT_THAT(Write(*OpenWriter(), changes), IsOk());
  EXPECT_EQ(changes[0].activities[0].position, 1);
  EXPECT_EQ(changes[1].activities[0].position, 2);
  EXPECT_EQ(changes[2].activities[0].position, 3);
  EXPECT_EQ(store().ReadFeedHead().value().position, 3);
  EXPECT_EQ(store().ReadFeedHead().value().epoch, 1);
}

// More than any one statement takes, and neither a power of two nor a multiple.
TEST_P(StoreConformance, ABatchMayHaveAnySize) {
  constexpr int kOrders = 333;
  std::vector<Change> creations;
  for (int i = 0; i < kOrders; ++i) creations.push_back(CreationOf(PlacedOrder(kSerial + i)));
  auto writer = OpenWriter();
  ASSERT_THAT(Write(*writer, creations), IsOk());
  std::vector<Change> steps;
  for (const Change& creation : creations) steps.push_back(StartProcessing(creation.after));
  ASSERT_THAT(Write(*writer, steps), IsOk());

  std::vector<Number> numbers;
  for (const Change& step : steps) numbers.push_back(step.after.subject.number);
  std::vector<Order> read = OrdersIn(OpenReader()->GetSubjects(numbers).value());
  std::sort(read.begin(), read.end(),
            [](const Order& a, const Order& b) { return a.subject.number < b.subject.number; });
  ASSERT_THAT(read, SizeIs(kOrders));
  for (int i = 0; i < kOrders; ++i) EXPECT_EQ(read[i], steps[i].after);
  EXPECT_EQ(store().ReadFeedHead().value().position, 2 * kOrders);
}

TEST_P(StoreConformance, LargeOrdersFit) {
  OrderContent content = CourierContent();
  content.lines.clear();
  for (int i = 1; i <= 200; ++i) {
    Line line = CourierContent().lines.front();
    line.number = i;
    line.name.clear();
    for (int c = 0; c < 200; ++c) line.name += "ώ";
    content.lines.push_back(line);
  }
  OrderInTest order = PlacedOrder(kSerial, content);
  MustWrite(CreationOf(order));
  // A document of more than 64 KiB, written by an update.
  Change change = StartProcessing(order.order());
  for (int i = 1; i <= 50; ++i) {
    change.after.parcels.push_back({i, "ACS", "1", std::string(900, 'u'), std::string(900, 's')});
  }
  const Order expected = change.after;
  MustWrite(std::move(change));
  EXPECT_EQ(ReadOrder(*OpenReader(), order.order().subject.number).value(), expected);
}

TEST_P(StoreConformance, LoadGivesTheOrdersKeysAndUnitsThatExist) {
  const OrderInTest first = PlacedOrder(kSerial);
  const OrderInTest second = PlacedOrder(kSerial + 1);
  Change creation = CreationOf(first);
  creation.content_hash.fill(0x80);
  const Change other = CreationOf(second);
  MustWrite(creation);
  MustWrite(other);

  auto writer = OpenWriter();
  ASSERT_THAT(writer->Begin(), IsOk());
  const ExternalKey known{first.order().content.source, first.order().content.external_reference};
  const Loaded loaded =
      writer
          ->Load(
              {.subjects = {first.order().subject.number, Number::FromSerial(kSerial + 77)},
               .external_keys = {known, {"eshop", "unheard of"}, {known.source, "web-100000001"}},
               .request_keys = {creation.request_key, other.request_key, NewRequestKey()}})
          .value();
  EXPECT_THAT(writer->Rollback(), IsOk());

  EXPECT_THAT(loaded.subjects, SizeIs(2)) << "the one asked for, and that of the request key";
  EXPECT_EQ(*loaded.subjects.at(first.order().subject.number), SubjectState(first.order()));
  EXPECT_EQ(*loaded.subjects.at(second.order().subject.number), SubjectState(second.order()));
  EXPECT_THAT(loaded.external_keys,
              UnorderedElementsAre(testing::Pair(known, first.order().subject.number)));
  ASSERT_THAT(loaded.request_keys, SizeIs(2));
  const CommittedUnit& unit = loaded.request_keys.at(creation.request_key);
  EXPECT_EQ(unit.subject, first.order().subject.number);
  EXPECT_EQ(unit.first_seq, 1);
  EXPECT_EQ(unit.activity_count, static_cast<std::int32_t>(first.log().size()));
  EXPECT_EQ(unit.first_position, 1);
  EXPECT_EQ(unit.recorded_at, first.log().front().recorded_at);
  EXPECT_EQ(unit.content_hash, creation.content_hash);
}

TEST_P(StoreConformance, KeysAreComparedByteByByte) {
  std::int64_t serial = kSerial;
  for (std::string reference :
       {"WEB-1", "web-1", "WEB-1 ", "WEB-í", "WEB-i", "ΟΔΟΣ", "οδος", "οδός"}) {
    OrderContent content = CourierContent();
    content.external_reference = reference;
    MustWrite(CreationOf(OrderInTest(content, serial)));
    EXPECT_EQ(OpenReader()->FindByExternalKey({"eshop", reference}).value(),
              Number::FromSerial(serial))
        << reference;
    ++serial;
  }
  EXPECT_EQ(OpenReader()->FindByExternalKey({"eshop", "Web-1"}).value(), std::nullopt);
  EXPECT_EQ(OpenReader()->FindByExternalKey({"ESHOP", "WEB-1"}).value(), std::nullopt);
}

TEST_P(StoreConformance, ATakenNumberIsAlreadyThere) {
  MustWrite(CreationOf(PlacedOrder(kSerial)));
  OrderContent content = CourierContent();
  content.external_reference = "another";
  EXPECT_THAT(Write(*OpenWriter(), CreationOf(OrderInTest(content, kSerial))),
              HasCode(absl::StatusCode::kAlreadyExists));
}

TEST_P(StoreConformance, ATakenExternalReferenceIsAlreadyThere) {
  MustWrite(CreationOf(OrderInTest(CourierContent(), kSerial)));
  EXPECT_THAT(Write(*OpenWriter(), CreationOf(OrderInTest(CourierContent(), kSerial + 1))),
              HasCode(absl::StatusCode::kAlreadyExists));
}

TEST_P(StoreConformance, ATakenRequestKeyIsAlreadyThere) {
  const Change first = CreationOf(PlacedOrder(kSerial));
  MustWrite(first);
  Change second = CreationOf(PlacedOrder(kSerial + 1));
  second.request_key = first.request_key;
  auto writer = OpenWriter();
  EXPECT_THAT(Write(*writer, second), HasCode(absl::StatusCode::kAlreadyExists));
  // Nothing of it is left, and the session goes on.
  EXPECT_THAT(ReadOrder(*OpenReader(), second.after.subject.number).status(),
              HasCode(absl::StatusCode::kNotFound));
  second.request_key = NewRequestKey();
  EXPECT_THAT(Write(*writer, second), IsOk());
  EXPECT_EQ(store().ReadFeedHead().value().position, 2);
}

// A code that says "run it again" would make a poisoned unit run for ever.
TEST_P(StoreConformance, ContentThatDoesNotFitIsRefusedForGood) {
  const auto refused = [&](const Change& change) {
    const absl::Status status = Write(*OpenWriter(), change);
    return absl::IsInvalidArgument(status) || absl::IsOutOfRange(status) ||
           absl::IsInternal(status);
  };
  Change change = CreationOf(PlacedOrder(kSerial));
  change.after.content.lines[0].sku = std::string(65, 'x');
  EXPECT_TRUE(refused(change)) << "a SKU that is too long";
  change = CreationOf(PlacedOrder(kSerial));
  change.activities[0].actor.id = std::string(65, 'x');
  EXPECT_TRUE(refused(change)) << "an actor's id that is too long";
  change = CreationOf(PlacedOrder(kSerial));
  change.after.content.promised_delivery = absl::InfiniteFuture();
  EXPECT_TRUE(refused(change)) << "a time without end";
  change = CreationOf(PlacedOrder(kSerial));
  change.after.subject.created_at = absl::InfinitePast();
  EXPECT_TRUE(refused(change)) << "a time without beginning";
  change = CreationOf(PlacedOrder(kSerial));
  change.activities.push_back(Comment(change.after, "\xC3\x28").activities.front());
  EXPECT_TRUE(refused(change)) << "a comment that is not UTF-8";
  EXPECT_THAT(Write(*OpenWriter(), CreationOf(PlacedOrder(kSerial))), IsOk())
      << "nothing was left of the others";
}

TEST_P(StoreConformance, AsLongAsAllowedFits) {
  OrderContent content = CourierContent();
  std::string greek;
  for (int i = 0; i < 64; ++i) greek += "ώ";
  content.external_reference = greek;
  content.lines[0].sku = greek;
  content.customer.name = greek + greek + greek;
  const OrderInTest order(content, kSerial);
  MustWrite(CreationOf(order));
  EXPECT_EQ(ReadOrder(*OpenReader(), order.order().subject.number).value(), order.order());
}

TEST_P(StoreConformance, ReservedSerialsAreNeverGivenTwice) {
  auto one = OpenWriter();
  auto two = OpenWriter();
  EXPECT_EQ(one->ReserveSerials(5).value(), Number::kFirstSerial);
  EXPECT_EQ(two->ReserveSerials(1).value(), Number::kFirstSerial + 5);
  EXPECT_EQ(one->ReserveSerials(2).value(), Number::kFirstSerial + 6);
}

TEST_P(StoreConformance, SerialsThatWerePassedAreNotReservedOnceThatIsCommitted) {
  auto writer = OpenWriter();
  for (const bool commits : {false, true}) {
    ASSERT_THAT(writer->Begin(), IsOk());
    ASSERT_THAT(writer->PassSerial(kSerial + 1000), IsOk());
    ASSERT_THAT(writer->PassSerial(kSerial + 500), IsOk()) << "never goes back";
    ASSERT_THAT(commits ? writer->Commit() : writer->Rollback(), IsOk());
    EXPECT_EQ(writer->ReserveSerials(1).value(), commits ? kSerial + 1001 : Number::kFirstSerial);
  }
}

TEST_P(StoreConformance, LoadTellsWhichNumbersAreTaken) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  auto writer = OpenWriter();
  ASSERT_THAT(writer->Begin(), IsOk());
  const Loaded loaded =
      writer->Load({.new_numbers = {order.order().subject.number, Number::FromSerial(kSerial + 1)}})
          .value();
  EXPECT_THAT(writer->Rollback(), IsOk());
  EXPECT_THAT(loaded.taken_numbers, UnorderedElementsAre(order.order().subject.number));
}

TEST_P(StoreConformance, NumbersAreListedAscendingPageByPage) {
  std::vector<Number> numbers;
  for (int i = 0; i < 5; ++i) {
    const OrderInTest order = PlacedOrder(kSerial + i);
    MustWrite(CreationOf(order));
    numbers.push_back(order.order().subject.number);
  }
  auto reader = OpenReader();
  EXPECT_THAT(reader->ListNumbers(Number(), 100).value(), testing::ElementsAreArray(numbers));
  EXPECT_THAT(reader->ListNumbers(numbers[1], 2).value(), ElementsAre(numbers[2], numbers[3]));
  EXPECT_THAT(reader->ListNumbers(numbers[4], 2).value(), IsEmpty());
}

TEST_P(StoreConformance, AnImportedOrderIsReadAsItWasWritten) {
  const OrderInTest order(Importing("OLD-1"), kSerial);
  MustWrite(CreationOf(order));
  auto reader = OpenReader();
  EXPECT_EQ(ReadOrder(*reader, order.order().subject.number).value(), order.order());
  EXPECT_EQ(ReadLog(*reader, order.order().subject.number).value().front().event,
            order.log().front().event);
}

TEST_P(StoreConformance, SerialsRunOutWithAnErrorOfTheirOwn) {
  auto writer = OpenWriter();
  database().Execute(absl::StrCat("UPDATE serials SET next = ", Number::kLastSerial - 1));
  EXPECT_EQ(writer->ReserveSerials(2).value(), Number::kLastSerial - 1);
  EXPECT_THAT(writer->ReserveSerials(1).status(), HasCode(absl::StatusCode::kResourceExhausted));
}

TEST_P(StoreConformance, ARolledBackTransactionLeavesNothing) {
  auto writer = OpenWriter();
  std::vector<Change> changes = {CreationOf(PlacedOrder(kSerial))};
  ASSERT_THAT(writer->Begin(), IsOk());
  ASSERT_THAT(WriteRows(*writer, changes), IsOk());
  ASSERT_THAT(Append(*writer, changes), IsOk());
  ASSERT_THAT(writer->Rollback(), IsOk());
  EXPECT_EQ(store().ReadFeedHead().value().position, 0);
  EXPECT_THAT(OpenReader()->GetSubjects({changes[0].after.subject.number}).value(), IsEmpty());
  EXPECT_THAT(Write(*writer, changes), IsOk()) << "the session goes on";
}

// Only the row of the subject changes, so what was tampered with elsewhere stays.
TEST_P(StoreConformance, RowsThatDidNotChangeAreNotWritten) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  database().Execute("UPDATE orders SET customer_name = 'left alone'");
  database().Execute("UPDATE order_lines SET name = 'left alone' WHERE line = 2");
  MustWrite(StartProcessing(order.order()));
  const Order read = ReadOrder(*OpenReader(), order.order().subject.number).value();
  EXPECT_EQ(read.content.customer.name, "left alone");
  EXPECT_EQ(read.content.lines[1].name, "left alone");
  EXPECT_EQ(read.status(), OrderStatus::kProcessing);
}

TEST_P(StoreConformance, LinesComeAndGoWithTheOrder) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  Change change = StartProcessing(order.order());
  std::vector<Line>& lines = change.after.content.lines;
  lines.erase(lines.begin() + 1);
  lines[0].quantity = 9;
  Line added = lines[0];
  added.number = 4;
  lines.push_back(added);
  const Order expected = change.after;
  MustWrite(std::move(change));
  EXPECT_EQ(ReadOrder(*OpenReader(), order.order().subject.number).value(), expected);
}

TEST_P(StoreConformance, AWriteOverAChangeThatWasNotSeenIsAborted) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  const Change stale = StartProcessing(order.order());
  MustWrite(Comment(order.order(), "in between"));
  auto writer = OpenWriter();
  ASSERT_THAT(writer->Begin(), IsOk());
  EXPECT_THAT(WriteRows(*writer, {stale}), HasCode(absl::StatusCode::kAborted));
  EXPECT_THAT(writer->Rollback(), IsOk());
}

TEST_P(StoreConformance, ActivitiesAreListedInEitherDirectionByVisibilityAndKind) {
  const OrderInTest order = PlacedOrder(kSerial);
  auto writer = OpenWriter();
  ASSERT_THAT(Write(*writer, CreationOf(order)), IsOk());
  Order now = order.order();
  for (Visibility visibility : {Visibility::kPublic, Visibility::kInternal, Visibility::kPublic}) {
    Change comment = Comment(now, "a comment", visibility);
    now = comment.after;
    ASSERT_THAT(Write(*writer, std::move(comment)), IsOk());
  }
  ASSERT_THAT(Write(*writer, StartProcessing(now)), IsOk());
  auto reader = OpenReader();
  const auto seqs = [&](ActivityQuery query) {
    query.subject = order.order().subject.number;
    const std::vector<Activity> activities = reader->ListActivities(query).value();
    std::vector<int> found;
    for (const Activity& activity : activities) found.push_back(activity.seq);
    return found;
  };
  EXPECT_THAT(seqs({}), ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(seqs({.include_internal = true}), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(seqs({.include_internal = true, .newest_first = true, .limit = 2}),
              ElementsAre(5, 4));
  EXPECT_THAT(seqs({.include_internal = true, .newest_first = true, .after_seq = 4}),
              ElementsAre(3, 2, 1));
  EXPECT_THAT(seqs({.after_seq = 2, .limit = 1}), ElementsAre(4));
  EXPECT_THAT(seqs({.kinds = {ActivityKind::kCommentAdded}}), ElementsAre(2, 4));
  EXPECT_THAT(seqs({.kinds = {ActivityKind::kOrderMoved, ActivityKind::kOrderCreated,
                              ActivityKind::kOrderMoved}}),
              ElementsAre(1, 5));
  EXPECT_THAT(seqs({.limit = 0}), IsEmpty());
}

TEST_P(StoreConformance, AnActivityOfANewerServerIsAnErrorThatSaysSo) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  auto reader = OpenReader();
  database().Execute("UPDATE activities SET kind = 250");
  absl::Status status = ReadLog(*reader, order.order().subject.number).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("kind 250"));
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("newer server"));
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr(order.order().subject.number.ToString()));
}

TEST_P(StoreConformance, AnOrderThatCannotBeReadIsAnErrorThatNamesIt) {
  const OrderInTest order = PlacedOrder(kSerial);
  MustWrite(CreationOf(order));
  database().Execute("UPDATE orders SET document = '{\"data\":{}}'");
  const absl::Status status = ReadOrder(*OpenReader(), order.order().subject.number).status();
  EXPECT_THAT(status, HasCode(absl::StatusCode::kDataLoss));
  EXPECT_THAT(std::string(status.message()),
              testing::HasSubstr(order.order().subject.number.ToString()));
}

TEST_P(StoreConformance, TheSecretIsTheSameForAllAndForEver) {
  const std::string secret = store().Secret();
  EXPECT_THAT(secret, SizeIs(32));
  CloseStore();
  EXPECT_EQ(store().Secret(), secret);
}

TEST_P(StoreConformance, DescribesItselfWithoutThePassword) {
  EXPECT_THAT(store().Describe(), testing::StartsWith(std::string(sql::Name(GetParam()))));
  EXPECT_THAT(store().Describe(), testing::Not(testing::HasSubstr("root:")));
}

}  // namespace
}  // namespace ipstore::orders::test
