#include "tests/notifications/stories.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <utility>
#include <variant>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/command.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {
namespace {

// A text in the language of the story.
class Words {
 public:
  explicit Words(Language language) : language_(language) {}

  std::string operator()(const char* greek, const char* english) const {
    return language_ == Language::kGreek ? greek : english;
  }
  Language language() const { return language_; }

 private:
  Language language_;
};

absl::Time Athens(int day, int hour) {
  absl::TimeZone zone;
  if (!absl::LoadTimeZone("Europe/Athens", &zone)) std::abort();
  return absl::FromCivil(absl::CivilHour(2026, 11, day, hour), zone);
}

Address HomeAddress(const Words& in) {
  return {in("Μαρία Παπαδοπούλου", "James O'Connor"),
          {in("Εγνατία 154", "154 Egnatia Street"), in("3ος όροφος", "3rd floor")},
          "546 36",
          in("Θεσσαλονίκη", "Thessaloniki"),
          in("Κεντρική Μακεδονία", "Central Macedonia"),
          "GR",
          "+30 694 000 1122",
          in("Το κουδούνι δεν λειτουργεί· καλέστε στο κινητό.",
             "The bell does not work; please call the mobile.")};
}

OrderContent CourierOrder(const Words& in) {
  OrderContent content = CourierContent();
  content.customer.name = in("Μαρία Παπαδοπούλου", "James O'Connor");
  content.customer.language = in.language();
  content.lines[0].name =
      in("Ασύρματο Router Wi-Fi 6 AX3000, λευκό", "Wi-Fi 6 router AX3000, white");
  content.lines[0].sku = "NET-AX3000-W";
  content.lines[1].name = in("Ελληνικός καφές, άλεση φούρνου, 500 γρ.", "Greek coffee, 500 g");
  content.lines[1].sku = "FOOD-KAF-500";
  content.lines[2].name =
      in("Βιβλίο «Δίκτυα υπολογιστών για όλους», 2η έκδοση", "Book \"Networks for everyone\"");
  content.lines[2].sku = "BOOK-DIKTYA-2";
  content.delivery_address = HomeAddress(in);
  content.promised_delivery = Athens(6, 18);
  return content;
}

OrderContent PickupOrder(const Words& in) {
  OrderContent content = PickupContent();
  content.customer.name = in("Νίκος Γεωργίου", "Nikos Georgiou");
  content.customer.language = in.language();
  content.lines[0].name =
      in("Φορητός υπολογιστής Lenovo IdeaPad 5, 15,6\"", "Lenovo IdeaPad 5 laptop, 15.6\"");
  content.store->name = in("IP Store Σύνταγμα", "IP Store Syntagma");
  content.store->address = {"",
                            {in("Ερμού 18", "18 Ermou Street")},
                            "105 63",
                            in("Αθήνα", "Athens"),
                            "",
                            "GR",
                            "+30 210 000 5500"};
  content.store->opening_hours = in("Δευτέρα–Παρασκευή 09:00–21:00\nΣάββατο 09:00–18:00",
                                    "Monday–Friday 09:00–21:00\nSaturday 09:00–18:00");
  return content;
}

OrderContent VehicleOrder(const Words& in) {
  OrderContent content = VehicleContent();
  content.customer.name = in("Γιώργος Νικολάου", "George Nikolaou");
  content.customer.company_name = in("Ξενοδοχεία Αιγαίου Α.Ε.", "Aegean Hotels S.A.");
  content.customer.language = in.language();
  content.lines[0].name =
      in("Access Point Wi-Fi 6 οροφής, PoE", "Wi-Fi 6 ceiling access point, PoE");
  content.lines[0].sku = "AP-WIFI6-CEIL";
  content.lines[0].quantity = 48;
  content.lines[0].discount = Amount{284'16};
  content.lines[1].name =
      in("Φυσικό μεταλλικό νερό, 6 × 1,5 λτ.", "Natural mineral water, 6 × 1.5 l");
  content.lines[1].sku = "WATER-6X15";
  content.lines[1].vat_rate = VatRate{1300};
  content.charges = {{ChargeKind::kOther, in("Εγκατάσταση και ρύθμιση", "Installation and set-up"),
                      Amount{450'00}, VatRate{2400}}};
  content.delivery_address->recipient =
      in("Αποθήκη Ξενοδοχείων Αιγαίου", "Aegean Hotels, warehouse");
  content.delivery_address->lines = {in("Λεωφόρος Ποσειδώνος 31", "31 Poseidonos Avenue")};
  content.delivery_address->city = in("Παλαιό Φάληρο", "Palaio Faliro");
  return content;
}

// The last `count` activities of the log.
std::vector<Activity> Last(const std::vector<Activity>& log, std::size_t count) {
  return {log.end() - static_cast<std::ptrdiff_t>(std::min(count, log.size())), log.end()};
}

Story Told(std::string name, const OrderInTest& order, std::size_t count = 1) {
  return {std::move(name), order.order(), Last(order.log(), count)};
}

Story Told(std::string name, const EnquiryInTest& enquiry, std::size_t count = 1) {
  return {std::move(name), enquiry.enquiry(), Last(enquiry.log(), count)};
}

void Apply(OrderInTest& order, const OrderCommand& command, const Caller& caller = Staff()) {
  if (std::holds_alternative<Refusal>(order.Do(command, caller))) std::abort();
}

// An order that stands in that status.
OrderInTest InStatus(OrderStatus status, OrderContent content) {
  OrderInTest order(std::move(content));
  order.WalkTo(status);
  return order;
}

// One that takes this step, for that reason where it needs one.
OrderInTest After(OrderAction action, OrderStatus from, OrderContent content,
                  const std::string& reason = "") {
  OrderInTest order = InStatus(from, std::move(content));
  order.Prepare(action);
  TransitionOrder step = Step(action, order.order(), order.now());
  if (!reason.empty()) step.reason = reason;
  Apply(order, step);
  return order;
}

AddComment Saying(std::string text) {
  return AddComment{.comment = {std::move(text), Visibility::kPublic}};
}

std::string Answer(const Words& in) {
  return in(
      "Καλημέρα σας,\n\nτο router έρχεται από την αποθήκη μας στην Αθήνα και φεύγει αύριο.\n\n"
      "Με εκτίμηση",
      "Good morning,\n\nthe router comes from our warehouse in Athens and leaves "
      "tomorrow.\n\nKind regards");
}

// --- Stories of orders ---------------------------------------------------------------------------

void AddCreations(const Words& in, std::vector<Story>& stories) {
  stories.push_back(Told("order_created", OrderInTest(CourierOrder(in))));
  stories.push_back(Told("order_created_pickup", OrderInTest(PickupOrder(in))));
  stories.push_back(Told("order_created_business", OrderInTest(VehicleOrder(in))));
  OrderContent guest = CourierOrder(in);
  guest.customer.id.clear();
  guest.promised_delivery.reset();
  stories.push_back(Told("order_created_guest", OrderInTest(guest)));
}

// As long and as large as it may come.
void AddExtremes(const Words& in, std::vector<Story>& stories) {
  OrderContent content = CourierOrder(in);
  const std::string long_word(60, 'X');
  content.customer.name = long_word;
  content.lines[0].name = in("Ηλεκτροεγκεφαλογραφήματα ", "Electroencephalograms ") + long_word;
  content.lines[0].sku = long_word;
  content.lines[0].quantity = 1'000;
  content.lines[0].unit_price = Amount{99'999'999'99};
  content.delivery_address->lines = {long_word};
  content.delivery_address->country = "CY";
  OrderInTest order(content);
  Apply(order, Saying("https://www.example.com/" + long_word + long_word));
  stories.push_back(Told("order_created_extreme", order, 2));
}

void AddSteps(const Words& in, std::vector<Story>& stories) {
  using enum OrderStatus;
  stories.push_back(Told("order_processing", InStatus(kProcessing, CourierOrder(in))));
  stories.push_back(Told("order_gathering", InStatus(kGatheringProducts, CourierOrder(in))));
  stories.push_back(Told("order_preparing", InStatus(kPreparingShipment, CourierOrder(in))));
  stories.push_back(Told("order_preparing_pickup", InStatus(kPreparingShipment, PickupOrder(in))));
  stories.push_back(
      Told("order_preparing_vehicle", InStatus(kPreparingShipment, VehicleOrder(in))));
  stories.push_back(Told("order_handed_to_carrier", InStatus(kHandedToCarrier, CourierOrder(in))));
  stories.push_back(Told("order_ready_for_pickup", InStatus(kReadyForPickup, PickupOrder(in))));
  stories.push_back(
      Told("order_on_company_vehicle", InStatus(kOnCompanyVehicle, VehicleOrder(in))));
  stories.push_back(Told("order_received", InStatus(kReceived, CourierOrder(in))));
  OrderContent guest = CourierOrder(in);
  guest.customer.id.clear();
  stories.push_back(Told("order_received_guest", InStatus(kReceived, guest)));
  stories.push_back(
      Told("order_cancelled", After(OrderAction::kCancel, kProcessing, CourierOrder(in),
                                    in("Το προϊόν καταργήθηκε από τον κατασκευαστή.",
                                       "The manufacturer has withdrawn the product."))));
}

void AddSetBacks(const Words& in, std::vector<Story>& stories) {
  using enum OrderStatus;
  stories.push_back(
      Told("order_returned_to_processing",
           After(OrderAction::kReturnToProcessing, kGatheringProducts, CourierOrder(in),
                 in("Ο προμηθευτής δεν έχει πλέον το προϊόν.",
                    "The supplier no longer has the product."))));
  stories.push_back(Told(
      "order_returned_to_gathering",
      After(OrderAction::kReturnToGathering, kPreparingShipment, CourierOrder(in),
            in("Ένα τεμάχιο χτυπήθηκε στη συσκευασία.", "One piece was damaged while packing."))));
  stories.push_back(Told("order_returned_undelivered",
                         After(OrderAction::kReturnUndelivered, kHandedToCarrier, CourierOrder(in),
                               in("Ο παραλήπτης δεν βρέθηκε.", "The recipient was not found."))));
  stories.push_back(Told("order_returned_by_vehicle",
                         After(OrderAction::kReturnUndelivered, kOnCompanyVehicle, VehicleOrder(in),
                               in("Η αποθήκη ήταν κλειστή.", "The warehouse was closed."))));
  stories.push_back(Told("order_not_collected",
                         After(OrderAction::kReturnUndelivered, kReadyForPickup, PickupOrder(in),
                               in("Πέρασε η προθεσμία.", "The time for it has passed."))));
}

void AddDeliveryNews(const Words& in, std::vector<Story>& stories) {
  OrderInTest order = InStatus(OrderStatus::kHandedToCarrier, CourierOrder(in));
  ParcelChange first;
  first.number = 1;
  first.carrier_status = in("Στο κέντρο διαλογής Θεσσαλονίκης", "At the hub in Thessaloniki");
  RecordTracking tracking;
  tracking.parcels = {NewParcel("1234567891"), first};
  Apply(order, tracking);
  stories.push_back(Told("order_tracking", order));
  tracking.parcels.clear();
  tracking.expected_delivery = Athens(9, 14);
  Apply(order, tracking);
  stories.push_back(Told("order_expected_delivery", order));
  ParcelChange corrected;
  corrected.number = 2;
  corrected.tracking_number = "1234567819";
  tracking.parcels = {corrected};
  tracking.expected_delivery = Athens(10, 14);
  Apply(order, tracking);
  stories.push_back(Told("order_tracking_corrected", order));

  OrderInTest early = InStatus(OrderStatus::kPreparingShipment, CourierOrder(in));
  Apply(early, RecordTracking{{}, Athens(9, 14)});
  stories.push_back(Told("order_expected_delivery_first", early));
}

void AddPromises(const Words& in, std::vector<Story>& stories) {
  OrderInTest promised(CourierOrder(in));
  Apply(promised,
        Updating(promised.order(), {OrderField::kPromisedDelivery, OrderField::kCustomerPhone},
                 [](OrderContent& content) {
                   content.promised_delivery = Athens(10, 18);
                   content.customer.phone = "+30 694 000 9988";
                 }));
  stories.push_back(Told("order_promised_delivery", promised));
  Apply(promised, Updating(promised.order(), {OrderField::kPromisedDelivery},
                           [](OrderContent& content) { content.promised_delivery.reset(); }));
  stories.push_back(Told("order_promise_withdrawn", promised));
  const auto promise = [](OrderInTest& order, int day) {
    Apply(order,
          Updating(order.order(), {OrderField::kPromisedDelivery},
                   [day](OrderContent& content) { content.promised_delivery = Athens(day, 18); }));
  };
  promise(promised, 12);
  stories.push_back(Told("order_promised_delivery_first", promised));
  OrderInTest pickup(PickupOrder(in));
  promise(pickup, 5);
  stories.push_back(Told("order_promised_pickup_first", pickup));
  promise(pickup, 6);
  stories.push_back(Told("order_promised_pickup", pickup, 2));
}

// The order takes a step, and then a date changes, and only then is there a mail of it.
Story StepAndDate(std::string name, OrderStatus status, OrderContent content, int day) {
  OrderInTest order = InStatus(status, std::move(content));
  Apply(order,
        Updating(order.order(), {OrderField::kPromisedDelivery},
                 [day](OrderContent& changed) { changed.promised_delivery = Athens(day, 18); }));
  return Told(std::move(name), order, 2);
}

void AddStepsWithDates(const Words& in, std::vector<Story>& stories) {
  stories.push_back(
      StepAndDate("order_carrier_and_date", OrderStatus::kHandedToCarrier, CourierOrder(in), 10));
  stories.push_back(
      StepAndDate("order_pickup_and_date", OrderStatus::kReadyForPickup, PickupOrder(in), 10));
  stories.push_back(
      StepAndDate("order_vehicle_and_date", OrderStatus::kOnCompanyVehicle, VehicleOrder(in), 10));
  OrderInTest order = InStatus(OrderStatus::kHandedToCarrier, CourierOrder(in));
  Apply(order, RecordTracking{{NewParcel("1234567891")}, Athens(9, 14)});
  stories.push_back(Told("order_carrier_and_tracking", order, 2));
}

void AddConversations(const Words& in, std::vector<Story>& stories) {
  OrderInTest order = InStatus(OrderStatus::kProcessing, CourierOrder(in));
  Apply(order, Saying(Answer(in)));
  stories.push_back(Told("order_comment", order));

  // All since it was placed, with what the step that names the mail was said along.
  OrderInTest late(CourierOrder(in));
  std::vector<Activity> news = late.log();
  late.WalkTo(OrderStatus::kProcessing);
  news.push_back(late.log().back());
  Apply(late, Updating(late.order(), {OrderField::kPromisedDelivery},
                       [](OrderContent& content) { content.promised_delivery = Athens(10, 18); }));
  news.push_back(late.log().back());
  Apply(late, Saying(Answer(in)));
  news.push_back(late.log().back());
  late.Prepare(OrderAction::kStartGathering);
  TransitionOrder step = Step(OrderAction::kStartGathering, late.order(), late.now());
  step.comment =
      NewComment{in("Ο καφές έρχεται από τον προμηθευτή.", "The coffee comes from the supplier.")};
  Apply(late, step);
  for (const Activity& activity : Last(late.log(), 2)) news.push_back(activity);
  stories.push_back({"order_several", late.order(), news});
  stories.push_back({"order_several_later", late.order(), {news.begin() + 1, news.begin() + 4}});

  // It was placed in silence.
  OrderInTest silent = InStatus(OrderStatus::kProcessing, CourierOrder(in));
  Story first = Told("order_first_mail", silent);
  first.is_first = true;
  stories.push_back(std::move(first));

  OrderContent nobody = CourierOrder(in);
  OrderInTest redacted = InStatus(OrderStatus::kHandedToCarrier, nobody);
  Story story = Told("order_redacted", redacted);
  Apply(redacted, Redact(), Redactor());
  story.subject = redacted.order();
  story.activities = RedactedLog(story.activities);
  stories.push_back(std::move(story));
}

// --- Stories of enquiries ------------------------------------------------------------------------

EnquiryContent Question(const Words& in) {
  EnquiryContent content = QuestionAbout(std::nullopt);
  content.kind = EnquiryKind::kReturn;
  content.customer.name = in("Μαρία Παπαδοπούλου", "James O'Connor");
  content.customer.language = in.language();
  content.title = in("Επιστροφή του router", "Return of the router");
  content.text = in("Καλημέρα,\n\nτο router δεν συνδέεται. Πώς μπορώ να το επιστρέψω;",
                    "Good morning,\n\nthe router does not connect. How can I return it?");
  return content;
}

void AddEnquiries(const Words& in, std::vector<Story>& stories) {
  EnquiryInTest enquiry(Question(in), Number::kFirstSerial + 1);
  Story created = Told("enquiry_created", enquiry);
  std::get<Enquiry>(created.subject).content.about = Number::FromSerial(Number::kFirstSerial);
  stories.push_back(std::move(created));

  enquiry.Take(EnquiryAction::kTakeUp);
  enquiry.Do(Saying(in("Θα σας απαντήσουμε μέσα στην ημέρα.", "We will answer today.")));
  stories.push_back(Told("enquiry_comment", enquiry));
  TransitionEnquiry asking{.action = EnquiryAction::kAskCustomer};
  asking.comment = NewComment{in("Ποιο είναι το χρώμα της λυχνίας στο πίσω μέρος;",
                                 "Which colour has the light at the back?")};
  enquiry.Do(asking);
  stories.push_back(Told("enquiry_waiting", enquiry, 2));
  TransitionEnquiry resolving{.action = EnquiryAction::kResolve};
  resolving.comment = NewComment{
      in("Στείλτε το με την ACS με χρέωση δική μας.", "Send it with ACS, at our expense.")};
  enquiry.Do(resolving);
  stories.push_back(Told("enquiry_resolved", enquiry, 2));
}

}  // namespace

std::vector<Story> StoriesIn(Language language) {
  const Words in(language);
  std::vector<Story> stories;
  AddCreations(in, stories);
  AddExtremes(in, stories);
  AddSteps(in, stories);
  AddSetBacks(in, stories);
  AddDeliveryNews(in, stories);
  AddPromises(in, stories);
  AddStepsWithDates(in, stories);
  AddConversations(in, stories);
  AddEnquiries(in, stories);
  return stories;
}

Story StoryNamed(const std::string& name, Language language) {
  for (Story& story : StoriesIn(language)) {
    if (story.name == name) return std::move(story);
  }
  std::abort();
}

ShopDetails ShopInAthens() {
  ShopDetails shop;
  shop.subject_url = "https://www.ipstore.example/portal/requests/{number}";
  shop.shipping_methods_url = "https://www.ipstore.example/shipping";
  shop.feedback_url = "https://www.ipstore.example/portal/feedback/{number}";
  if (!absl::LoadTimeZone("Europe/Athens", &shop.zone)) std::abort();
  return shop;
}

}  // namespace ipstore::orders::test
