#include "server/notifications/made_up_news.h"

#include <string>
#include <utility>

#include "absl/time/time.h"

namespace ipstore::orders {
namespace {

constexpr VatRate kVat{2400};

const absl::Time kThen = absl::UnixEpoch() + absl::Hours(500'000);

Subject MadeUpSubject(SubjectKind kind) {
  Subject subject;
  subject.number = Number::FromSerial(Number::kFirstSerial);
  subject.kind = kind;
  subject.customer_id = "customer";
  subject.status = 1;
  return subject;
}

Address MadeUpAddress() {
  return {"Recipient", {"Street 1"}, "111 11",      "City",
          "Region",    "GR",         "210 0000000", "Ring twice."};
}

OrderContent MadeUpContent(Language language) {
  OrderContent content;
  content.customer.name = "Customer";
  content.customer.email = "customer@shop.example";
  content.customer.company_name = "Company";
  content.customer.segment = Segment::kBusiness;
  content.customer.language = language;
  content.currency = "EUR";
  Line line;
  line.number = 1;
  line.sku = "SKU";
  line.name = "Product";
  line.quantity = 2;
  line.unit_price = Amount{1000};
  line.discount = Amount{100};
  line.vat_rate = kVat;
  content.lines = {line};
  content.charges = {{ChargeKind::kShipping, "", Amount{500}, kVat}};
  content.delivery_address = MadeUpAddress();
  content.store = PickupStore{"store", "Store", MadeUpAddress(), "9:00-17:00"};
  content.method = FulfilmentMethod::kStorePickup;
  content.promised_delivery = kThen;
  return content;
}

Order MadeUpOrder(Language language) {
  Order order;
  order.subject = MadeUpSubject(SubjectKind::kOrder);
  order.content = MadeUpContent(language);
  order.totals = ComputeTotals(order.content).value_or(Totals());
  order.parcels = {{1, "Carrier", "123", "https://carrier.example/123", "on its way"}};
  order.expected_delivery = kThen;
  order.pickup_until = kThen;
  order.vehicle_trip = VehicleTrip{"ABC-1234", {kThen, kThen + absl::Hours(2)}};
  return order;
}

Enquiry MadeUpEnquiry(Language language) {
  Enquiry enquiry;
  enquiry.subject = MadeUpSubject(SubjectKind::kEnquiry);
  enquiry.content.customer.name = "Customer";
  enquiry.content.customer.language = language;
  enquiry.content.title = "Title";
  enquiry.content.text = "Text";
  enquiry.content.about = Number::FromSerial(Number::kFirstSerial);
  return enquiry;
}

OrderMoved Step(OrderAction action, OrderStatus from = OrderStatus::kAwaitingProcessing) {
  OrderMoved moved;
  moved.action = action;
  moved.from = from;
  moved.to = TargetOf(action);
  moved.reason = "Reason";
  return moved;
}

OrderAmended NewDate() {
  OrderAmended amended;
  amended.promised_delivery = {kThen, kThen + absl::Hours(24)};
  amended.customer_phone = {"1", "2"};
  return amended;
}

// What names a mail of that sort.
Event EventFor(MailSort sort) {
  switch (sort) {
    case MailSort::kOrderCreated:
      return OrderCreated();
    case MailSort::kOrderStep:
      return Step(OrderAction::kStartProcessing);
    case MailSort::kOrderHandedToCarrier:
      return Step(OrderAction::kHandToCarrier);
    case MailSort::kOrderReadyForPickup:
      return Step(OrderAction::kOfferPickup);
    case MailSort::kOrderOnCompanyVehicle:
      return Step(OrderAction::kDispatchVehicle);
    case MailSort::kOrderReceived:
      return Step(OrderAction::kConfirmReceipt);
    case MailSort::kOrderCancelled:
      return Step(OrderAction::kCancel);
    case MailSort::kOrderUndelivered:
      return Step(OrderAction::kReturnUndelivered, OrderStatus::kHandedToCarrier);
    case MailSort::kOrderNotCollected:
      return Step(OrderAction::kReturnUndelivered, OrderStatus::kReadyForPickup);
    case MailSort::kOrderSetBack:
      return Step(OrderAction::kReturnToProcessing);
    case MailSort::kOrderTracking:
      return TrackingRecorded{MadeUpOrder(Language::kGreek).parcels, kThen, kThen};
    case MailSort::kOrderDeliveryDate:
      return NewDate();
    case MailSort::kComment:
      return CommentAdded{"Comment"};
    case MailSort::kEnquiryCreated:
      return EnquiryCreated();
    case MailSort::kEnquiryMoved:
      return EnquiryMoved();
  }
  return CommentAdded();
}

}  // namespace

MadeUpNews MakeUpNews(MailSort sort, Language language) {
  const bool of_enquiry = sort == MailSort::kEnquiryCreated || sort == MailSort::kEnquiryMoved;
  MadeUpNews news;
  if (of_enquiry) {
    news.subject = MadeUpEnquiry(language);
  } else {
    news.subject = MadeUpOrder(language);
  }
  // Something before it that is told along, in as many ways as there are, and a comment after it.
  // What has brought a status before would name the mails of other news; that of a comment is of
  // nothing else.
  std::vector<Event> events = {EventFor(sort), CommentAdded{"Comment"}};
  if (sort != MailSort::kComment)
    events.insert(events.begin(), {NewDate(), TrackingRecorded{{}, kThen, kThen}});
  for (Event& event : events) {
    Activity activity;
    activity.occurred_at = kThen;
    activity.event = std::move(event);
    news.activities.push_back(std::move(activity));
  }
  return news;
}

ShopDetails MadeUpShop() {
  return {"Shop", "https://shop.example/{number}", "https://shop.example/shipping",
          "https://shop.example/feedback/{number}", absl::UTCTimeZone()};
}

}  // namespace ipstore::orders
