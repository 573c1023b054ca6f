// Redaction: who may, what it leaves, and that the log still tells the order.
#include "domain/redact.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "domain/decide.h"
#include "domain/decide_enquiry.h"
#include "domain/evolve.h"
#include "domain/sentences.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::EnquiryInTest;
using test::OrderInTest;
using test::RedactedLog;
using test::Redactor;
using testing::IsEmpty;
using testing::SizeIs;

Refusal RefusalOf(const Decision& decision) {
  return std::get<Refusal>(decision);
}

const Activity& Only(const Decision& decision) {
  return std::get<Activities>(decision).at(0);
}

Caller WithRight(Caller caller) {
  caller.rights.Insert(Right::kRedact);
  return caller;
}

TEST(Redacting, IsForStaffWithTheRight) {
  const OrderInTest order;
  const EnquiryInTest enquiry;
  const auto reason = [&](const Caller& caller) {
    Refusal refusal = RefusalOf(order.Try(Redact{}, caller));
    EXPECT_EQ(RefusalOf(Decide(enquiry.enquiry(), Redact{}, caller, enquiry.now())), refusal);
    return refusal;
  };
  EXPECT_EQ(reason(test::Staff()), MissingRight("redact"));
  EXPECT_EQ(reason(test::OnBehalfOf(Role::kStaff, "eleni")), MissingRight("redact"));
  for (const Caller& caller : {test::EshopService(), test::CustomerCaller(test::kMariaId),
                               test::OnBehalfOf(Role::kCustomer, test::kMariaId)}) {
    EXPECT_EQ(reason(WithRight(caller)), PermissionDenied());
  }
  for (const Caller& caller : {Redactor(), WithRight(test::OnBehalfOf(Role::kStaff, "eleni"))}) {
    EXPECT_EQ(Only(order.Try(Redact{}, caller)).event, Event(Redacted{}));
    EXPECT_EQ(Only(Decide(enquiry.enquiry(), Redact{}, caller, enquiry.now())).event,
              Event(Redacted{}));
  }
}

TEST(Redacting, NotifiesNobodyAndIsSeenByAll) {
  const OrderInTest order;
  const Activity activity = Only(order.Try(Redact{}, Redactor()));
  EXPECT_EQ(activity.notification, NotificationWish::kNothingToTell);
  EXPECT_EQ(activity.visibility, Visibility::kPublic);
}

// That there was an internal comment is not for customers, redacted or not.
TEST(Redacting, ACommentIsSeenByThoseWhoSawTheComment) {
  const OrderInTest order;
  for (Visibility visibility : {Visibility::kPublic, Visibility::kInternal}) {
    const Decision decision =
        order.Try(Redact{LoggedComment{.seq = 4, .visibility = visibility}}, Redactor());
    EXPECT_EQ(Only(decision).visibility, visibility);
    EXPECT_EQ(Only(decision).event, Event(Redacted{4}));
  }
}

TEST(Redacting, ACommentThatIsRedactedAlreadyIsLeftAsItIs) {
  const OrderInTest order;
  const Decision decision =
      order.Try(Redact{LoggedComment{.seq = 4, .redacted = true}}, Redactor());
  EXPECT_THAT(std::get<Activities>(decision), IsEmpty());
}

TEST(Redacting, LeavesNothingPersonalInTheOrderAndAllTheFigures) {
  OrderContent content = test::VehicleContent();
  OrderInTest order(content);
  order.Do(test::Failed(CheckKind::kPayment, "called the owner"));
  order.WalkTo(OrderStatus::kReceived);
  order.Do(SubmitFeedback{4, "my name is Nikos"}, test::CustomerCaller(test::kHotelId));
  const Order before = order.order();
  order.Do(Redact{}, Redactor());
  const Order& after = order.order();

  EXPECT_EQ(after.subject.redacted_at, order.now());
  EXPECT_EQ(after.subject.version, before.subject.version + 1);
  EXPECT_EQ(after.subject.status, before.subject.status);
  EXPECT_EQ(after.subject.customer_id, before.subject.customer_id);
  const Customer& customer = after.content.customer;
  EXPECT_EQ(
      customer.name + customer.email + customer.phone + customer.company_name + customer.vat_number,
      "");
  EXPECT_EQ(customer.segment, Segment::kBusiness);
  EXPECT_EQ(after.content.delivery_address, std::nullopt);
  EXPECT_EQ(after.content.lines, before.content.lines);
  EXPECT_EQ(after.content.charges, before.content.charges);
  EXPECT_EQ(after.content.payment_method, before.content.payment_method);
  EXPECT_EQ(after.content.external_reference, before.content.external_reference);
  EXPECT_EQ(after.totals, before.totals);
  EXPECT_EQ(after.invoice, before.invoice);
  EXPECT_EQ(after.vehicle_trip, before.vehicle_trip);
  EXPECT_EQ(after.feedback->rating, 4);
  EXPECT_EQ(after.feedback->text, "");
}

TEST(Redacting, ACommentLeavesTheOrderAndItsEtagAsTheyAre) {
  OrderInTest order;
  order.Do(AddComment{.comment = {.text = "call 6900000000"}});
  const Order before = order.order();
  order.Do(Redact{LoggedComment{.seq = 2}}, Redactor());
  EXPECT_EQ(order.order().content, before.content);
  EXPECT_EQ(order.order().subject.version, before.subject.version);
  EXPECT_EQ(order.order().subject.redacted_at, std::nullopt);
  EXPECT_EQ(order.order().subject.last_seq, 3);
}

TEST(Redacting, TheLogStillTellsTheOrderBeforeAndAfterItsTombstones) {
  OrderInTest order;
  order.WalkTo(OrderStatus::kHandedToCarrier);
  order.Do(RecordTracking{.parcels = {{.number = 1,
                                       .tracking_url = "https://acs.example/?name=papadopoulos",
                                       .carrier_status = "received by Papadopoulos"}}});
  order.Take(OrderAction::kReturnUndelivered);
  const std::vector<Activity> before = RedactedLog(order.log());
  order.Do(Redact{}, Redactor());
  order.Do(test::Updating(order.order(), {OrderField::kCustomerPhone},
                          [](OrderContent& content) { content.customer.phone = "210 0000000"; }),
           Redactor());
  std::vector<Activity> stored = before;
  stored.insert(stored.end(), order.log().begin() + static_cast<std::ptrdiff_t>(before.size()),
                order.log().end());
  EXPECT_NE(stored, order.log());
  EXPECT_EQ(test::ReplayOrder(order.log()).value(), order.order());
  EXPECT_EQ(test::ReplayOrder(stored).value(), order.order());
  EXPECT_EQ(order.order().content.customer.phone, "210 0000000") << "it lives on";
}

TEST(Redacting, AnEnquiryKeepsWhatKindItIsAndWhichOrderItIsAbout) {
  EnquiryInTest enquiry(test::QuestionAbout(Number::FromSerial(Number::kFirstSerial + 4)));
  const EnquiryContent before = enquiry.enquiry().content;
  enquiry.Do(Redact{}, Redactor());
  const EnquiryContent& after = enquiry.enquiry().content;
  EXPECT_EQ(
      after.title + after.text + after.customer.name + after.customer.email + after.customer.phone,
      "");
  EXPECT_EQ(after.kind, before.kind);
  EXPECT_EQ(after.about, before.about);
  EXPECT_EQ(after.customer.id, before.customer.id);
  EXPECT_EQ(std::get<Enquiry>(Replay(RedactedLog(enquiry.log())).value()), enquiry.enquiry());
}

TEST(Redacting, AgainChangesNothingMore) {
  OrderInTest order;
  order.Do(AddComment{.comment = {.text = "hello"}});
  std::vector<Activity> log = RedactedLog(order.log());
  EXPECT_TRUE(log[0].redacted);
  EXPECT_TRUE(log[1].redacted);
  for (Activity& activity : log) EXPECT_FALSE(RedactPersonalData(activity)) << activity.seq;
}

TEST(Redacting, NotesOnlyWhereThereWasSomething) {
  Activity bare;
  bare.event = InvoiceRecorded{{"T-1", absl::CivilDay(2026, 1, 1)}, false};
  EXPECT_FALSE(RedactPersonalData(bare));
  EXPECT_FALSE(bare.redacted);
  bare.event = CheckRecorded{};
  EXPECT_FALSE(RedactPersonalData(bare)) << "no note";
}

TEST(Redacting, OfAnImportedPastKeepsWhenAndWhoOfTheShop) {
  ImportOrder command = test::Importing("OLD-1");
  command.order.past[0].actor = Actor{Role::kCustomer, "maria@example.gr"};
  command.order.past[1].actor = Actor{Role::kCustomer, command.order.content.customer.id};
  command.order.past[2].actor = Actor{Role::kStaff, "eleni"};
  Event event = command.order;
  ASSERT_TRUE(RedactPersonalData(event));
  const auto& redacted = std::get<OrderImported>(event);
  ASSERT_THAT(redacted.past, SizeIs(command.order.past.size()));
  for (std::size_t i = 0; i < redacted.past.size(); ++i) {
    EXPECT_EQ(redacted.past[i].text, "");
    EXPECT_EQ(redacted.past[i].at, command.order.past[i].at);
    EXPECT_EQ(redacted.past[i].visibility, command.order.past[i].visibility);
  }
  EXPECT_EQ(redacted.past[0].actor, (Actor{Role::kCustomer, ""}));
  EXPECT_EQ(redacted.past[1].actor, command.order.past[1].actor);
  EXPECT_EQ(redacted.past[2].actor, command.order.past[2].actor);
  EXPECT_EQ(redacted.feedback->rating, command.order.feedback->rating);
}

TEST(Redacting, IsKnownOfAnOrderThatWasRedactedBeforeItWasImported) {
  ImportOrder command = test::Importing("OLD-1");
  command.order.redacted_at = command.created_at + absl::Hours(24);
  const OrderInTest order(command);
  EXPECT_EQ(order.order().subject.redacted_at, command.order.redacted_at);
  command.order.redacted_at = order.now() + absl::Hours(1);
  const OrderInTest ahead(command);
  EXPECT_EQ(ahead.order().subject.redacted_at, ahead.log().front().recorded_at)
      << "no time of it lies after the import";
}

// --- What is said of it --------------------------------------------------------------------------

std::string Said(Event event, bool redacted) {
  Activity activity;
  activity.event = std::move(event);
  activity.redacted = redacted;
  return Sentence(activity, Language::kEnglish, /*for_customer=*/true);
}

TEST(RedactionSentences, NameNobody) {
  EXPECT_EQ(Said(Redacted{}, false), "Personal data was redacted.");
  EXPECT_EQ(Said(Redacted{2}, false), "The content of a comment was redacted.");
  EXPECT_EQ(Said(CommentAdded{}, true), "The comment was redacted.");
}

TEST(RedactionSentences, DoNotSpeakOfWhatIsGone) {
  EXPECT_EQ(Said(OrderMoved{.action = OrderAction::kCancel}, true), "The order was cancelled.");
  OrderAmended amended;
  amended.customer_email = Amended<std::string>{};
  amended.delivery_address = Amended<std::optional<Address>>{};
  amended.method =
      Amended<FulfilmentMethod>{FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup};
  EXPECT_EQ(Said(amended, true),
            "The order was amended (Email · Delivery method: Carrier/courier → Pickup from store · "
            "Delivery address).");
}

}  // namespace
}  // namespace ipstore::orders
