#include "tests/support/orders.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/evolve.h"
#include "domain/lifecycle.h"
#include "domain/redact.h"

namespace ipstore::orders::test {
namespace {

constexpr VatRate kStandardVat{2400};
constexpr VatRate kReducedVat{1300};
constexpr VatRate kSuperReducedVat{600};

Line Product(std::int32_t number, std::string sku, std::string name, std::int64_t quantity,
             std::int64_t price_in_cents, VatRate rate) {
  Line line;
  line.number = number;
  line.sku = std::move(sku);
  line.name = std::move(name);
  line.quantity = quantity;
  line.unit_price = Amount{price_in_cents};
  line.vat_rate = rate;
  return line;
}

Address AthensAddress() {
  Address address;
  address.recipient = "Μαρία Παπαδοπούλου";
  address.lines = {"Ερμού 48", "3ος όροφος"};
  address.postal_code = "105 63";
  address.city = "Αθήνα";
  address.region = "Αττική";
  address.country = "GR";
  address.phone = "+30 210 3221234";
  address.instructions = "Το κουδούνι γράφει «Παπαδοπούλου».";
  return address;
}

Address HotelAddress() {
  Address address;
  address.recipient = "Ξενοδοχείο Αιγαίον, Παραλαβές";
  address.lines = {"Λεωφόρος Ποσειδώνος 112"};
  address.postal_code = "166 74";
  address.city = "Γλυφάδα";
  address.country = "GR";
  return address;
}

PickupStore AthensStore() {
  PickupStore store;
  store.id = "ATH-2";
  store.name = "IP Store Αθήνα, Σταδίου";
  store.address.lines = {"Σταδίου 24"};
  store.address.postal_code = "105 64";
  store.address.city = "Αθήνα";
  store.address.country = "GR";
  store.opening_hours = "Δευτέρα–Παρασκευή 9:00–21:00\nΣάββατο 9:00–20:00";
  return store;
}

}  // namespace

Caller Staff() {
  return {{Role::kStaff, "eleni"}, std::nullopt};
}

Caller Redactor() {
  Caller caller = Staff();
  caller.rights.Insert(Right::kRedact);
  return caller;
}

Caller EshopService() {
  return {{Role::kService, "eshop"}, std::nullopt};
}

Caller CustomerCaller(std::string id) {
  return {{Role::kCustomer, std::move(id)}, std::nullopt};
}

Caller OnBehalfOf(Role role, std::string id) {
  return {{Role::kService, "eshop"}, Actor{role, std::move(id)}};
}

Caller CallerOf(Role role, const Order& order) {
  switch (role) {
    case Role::kCustomer:
      return CustomerCaller(order.subject.customer_id);
    case Role::kStaff:
      return Staff();
    case Role::kService:
      return EshopService();
  }
  std::abort();
}

absl::Time PlacedAt() {
  return absl::FromCivil(absl::CivilMinute(2026, 11, 2, 7, 30), absl::UTCTimeZone());
}

OrderContent CourierContent() {
  OrderContent content;
  content.source = "eshop";
  content.external_reference = "WEB-58213";
  content.customer.id = kMariaId;
  content.customer.name = "Μαρία Παπαδοπούλου";
  content.customer.email = "maria.papadopoulou@example.gr";
  content.customer.phone = "+30 697 1234567";
  content.customer.language = Language::kGreek;
  content.currency = "EUR";
  content.lines = {
      Product(1, "LOG-MXKEYS-GR", "Ασύρματο πληκτρολόγιο Logitech MX Keys (ελληνικό)", 2, 99'90,
              kStandardVat),
      Product(2, "OIL-KAL-5L", "Εξαιρετικό παρθένο ελαιόλαδο Καλαμάτας 5 L", 1, 38'50, kReducedVat),
      Product(3, "BK-PY-EL", "Βιβλίο «Η Python στην πράξη»", 1, 22'85, kSuperReducedVat)};
  content.lines[0].discount = Amount{10'00};
  content.charges = {{ChargeKind::kShipping, "", Amount{5'50}, kStandardVat},
                     {ChargeKind::kCashOnDelivery, "", Amount{2'50}, kStandardVat}};
  content.payment_method = PaymentMethod::kCashOnDelivery;
  content.method = FulfilmentMethod::kCourier;
  content.delivery_address = AthensAddress();
  return content;
}

OrderContent PickupContent() {
  OrderContent content;
  content.source = "eshop";
  content.external_reference = "WEB-58214";
  content.customer.id = kNikosId;
  content.customer.name = "Nikos Georgiou";
  content.customer.email = "nikos.georgiou@example.com";
  content.customer.language = Language::kEnglish;
  content.currency = "EUR";
  content.lines = {Product(1, "LEN-IP5-15", "Lenovo IdeaPad 5 15\"", 1, 749'00, kStandardVat)};
  content.payment_method = PaymentMethod::kPayInStore;
  content.method = FulfilmentMethod::kStorePickup;
  content.store = AthensStore();
  return content;
}

OrderContent VehicleContent() {
  OrderContent content;
  content.source = "erp";
  content.external_reference = "B2B-7781";
  content.customer.id = kHotelId;
  content.customer.name = "Γιώργος Αντωνίου";
  content.customer.email = "promitheies@aigaion.example.gr";
  content.customer.phone = "210 8941000";
  content.customer.segment = Segment::kBusiness;
  content.customer.company_name = "Ξενοδοχεία Αιγαίον Α.Ε.";
  content.customer.vat_number = "EL094321987";
  content.customer.language = Language::kGreek;
  content.currency = "EUR";
  content.prices_include_vat = false;
  content.lines = {
      Product(1, "HP-M404DN", "Εκτυπωτής HP LaserJet Pro M404dn", 5, 210'00, kStandardVat),
      Product(2, "PAP-A4-BOX", "Χαρτί A4 80 g, κιβώτιο 5 δεσμίδων", 40, 21'63, kStandardVat)};
  content.payment_method = PaymentMethod::kOnAccount;
  content.method = FulfilmentMethod::kCompanyVehicle;
  content.delivery_address = HotelAddress();
  return content;
}

OrderContent ContentFor(FulfilmentMethod method) {
  switch (method) {
    case FulfilmentMethod::kCourier:
      return CourierContent();
    case FulfilmentMethod::kStorePickup:
      return PickupContent();
    case FulfilmentMethod::kCompanyVehicle:
      return VehicleContent();
  }
  std::abort();
}

OrderAction HandoverOf(FulfilmentMethod method) {
  switch (method) {
    case FulfilmentMethod::kCourier:
      return OrderAction::kHandToCarrier;
    case FulfilmentMethod::kStorePickup:
      return OrderAction::kOfferPickup;
    case FulfilmentMethod::kCompanyVehicle:
      return OrderAction::kDispatchVehicle;
  }
  std::abort();
}

CreateOrder Placing(OrderContent content, std::string external_reference) {
  CreateOrder command;
  command.content = std::move(content);
  command.content.external_reference = std::move(external_reference);
  return command;
}

ImportOrder Importing(std::string external_reference) {
  const absl::Time placed =
      absl::FromCivil(absl::CivilMinute(2024, 3, 4, 10, 15), absl::UTCTimeZone());
  const Actor courier{Role::kService, "acs"};
  ImportOrder command;
  command.created_at = placed;
  OrderImported& order = command.order;
  order.content = CourierContent();
  order.content.source = "old-shop";
  order.content.external_reference = std::move(external_reference);
  std::int32_t number = 0;
  for (Line& line : order.content.lines) {
    line.number = ++number;
    line.gathered = {{{SourceKind::kWarehouse, "ATH-1"}, line.quantity}};
  }
  order.status = OrderStatus::kReceived;
  order.checks[CheckKind::kPayment] = Check{.outcome = CheckOutcome::kPassed,
                                            .note = "αντικαταβολή",
                                            .by = {Role::kStaff, "nikos"},
                                            .on_behalf_of = std::nullopt,
                                            .at = placed + absl::Hours(1)};
  order.invoice = Invoice{"Α-77", absl::CivilDay(2024, 3, 5)};
  order.parcels = {{3, "ACS", "700123", "", "παραδόθηκε"}};
  order.expected_delivery = placed + absl::Hours(48);
  order.received_at = placed + absl::Hours(50);
  order.feedback = Feedback{5, "Όλα καλά!", placed + absl::Hours(60)};
  order.past = {{placed, "Καταχωρίστηκε.", Visibility::kPublic, std::nullopt},
                {placed + absl::Hours(24), "Στάλθηκε.", Visibility::kPublic, courier},
                {placed + absl::Hours(50), "Παραδόθηκε.", Visibility::kPublic, courier},
                {placed + absl::Hours(74), "Πελάτισσα με υπομονή.", Visibility::kInternal,
                 Actor{Role::kStaff, "nikos"}}};
  return command;
}

TransitionOrder Step(OrderAction action, const Order& order, absl::Time now) {
  TransitionOrder step;
  step.action = action;
  switch (action) {
    case OrderAction::kHandToCarrier:
      step.parcels = {NewParcel("1234567890")};
      step.expected_delivery = now + absl::Hours(48);
      break;
    case OrderAction::kOfferPickup:
      step.pickup_until = now + absl::Hours(24 * 10);
      break;
    case OrderAction::kDispatchVehicle:
      step.vehicle_trip = VehicleTrip{"ΙΒΚ-4821", {now + absl::Hours(2), now + absl::Hours(5)}};
      break;
    case OrderAction::kCancel:
      step.reason = "Ο πελάτης άλλαξε γνώμη.";
      break;
    case OrderAction::kReturnToProcessing:
      step.reason = "Ο προμηθευτής δεν έχει πλέον το προϊόν.";
      break;
    case OrderAction::kReturnToGathering:
      step.reason = "Ένα τεμάχιο χτυπήθηκε στη συσκευασία.";
      step.regather = {{order.content.lines.front().number, 1}};
      break;
    case OrderAction::kReturnUndelivered:
      step.reason = "Ο παραλήπτης δεν βρέθηκε.";
      break;
    case OrderAction::kStartProcessing:
    case OrderAction::kStartGathering:
    case OrderAction::kStartPreparing:
    case OrderAction::kConfirmReceipt:
      break;
  }
  return step;
}

RecordCheck Passed(CheckKind check) {
  return {check, CheckOutcome::kPassed, ""};
}

RecordCheck Failed(CheckKind check, std::string note) {
  return {check, CheckOutcome::kFailed, std::move(note)};
}

RecordCheck Withdrawn(CheckKind check) {
  return {check, CheckOutcome::kWithdrawn, ""};
}

RecordGathering GatherAllOf(const Order& order) {
  RecordGathering gathering;
  for (const Line& line : order.content.lines) {
    const std::int64_t missing = line.quantity - line.GatheredQuantity();
    if (missing > 0)
      gathering.items.push_back({line.number, missing, {SourceKind::kWarehouse, "ATH-1"}});
  }
  return gathering;
}

RecordInvoice Invoicing(std::string number) {
  return {Invoice{std::move(number), absl::ToCivilDay(PlacedAt(), absl::UTCTimeZone())}};
}

ParcelChange NewParcel(std::string tracking_number) {
  ParcelChange parcel;
  parcel.carrier = "ACS";
  parcel.tracking_url = "https://www.acscourier.example/track/" + tracking_number;
  parcel.tracking_number = std::move(tracking_number);
  return parcel;
}

Order BeginOrder(const Activity& created) {
  return std::get<Order>(Begin(created));
}

absl::StatusOr<Order> ReplayOrder(const std::vector<Activity>& log) {
  absl::StatusOr<SubjectState> state = Replay(log);
  if (!state.ok()) return state.status();
  return std::get<Order>(*std::move(state));
}

std::vector<Order> OrdersIn(const std::vector<SubjectState>& subjects) {
  std::vector<Order> orders;
  for (const SubjectState& state : subjects) {
    if (const Order* order = AsOrder(&state)) orders.push_back(*order);
  }
  return orders;
}

std::vector<Order> OrdersIn(const std::vector<SubjectPointer>& subjects) {
  std::vector<Order> orders;
  for (const SubjectPointer& subject : subjects) {
    if (const Order* order = AsOrder(subject.get())) orders.push_back(*order);
  }
  return orders;
}

EnquiryContent QuestionAbout(std::optional<Number> order) {
  EnquiryContent content;
  content.customer = {.id = kMariaId,
                      .name = "Μαρία Παπαδοπούλου",
                      .email = "maria.papadopoulou@example.gr",
                      .phone = "+30 697 1234567",
                      .language = Language::kGreek};
  content.title = "Πότε θα παραδοθεί;";
  content.text = "Καλημέρα,\nμπορώ να αλλάξω διεύθυνση;";
  content.about = order;
  return content;
}

EnquiryInTest::EnquiryInTest(EnquiryContent content, std::int64_t serial) {
  content.about.reset();  // there is no order beside
  Decision decision = Decide(Number::FromSerial(serial), CreateEnquiry{std::move(content)},
                             /*about=*/nullptr, EshopService(), now_);
  if (!std::holds_alternative<Activities>(decision)) std::abort();
  log_ = std::get<Activities>(std::move(decision));
  enquiry_ = std::get<Enquiry>(Begin(log_.front()));
}

Decision EnquiryInTest::Do(const EnquiryCommand& command, const Caller& caller) {
  now_ += absl::Minutes(1);
  Decision decision = Decide(enquiry_, command, caller, now_);
  if (const auto* activities = std::get_if<Activities>(&decision)) {
    for (const Activity& activity : *activities) {
      Evolve(enquiry_, activity);
      log_.push_back(activity);
    }
  }
  return decision;
}

Decision EnquiryInTest::Take(EnquiryAction action, const Caller& caller) {
  return Do(TransitionEnquiry{.action = action}, caller);
}

void EnquiryInTest::WalkTo(EnquiryStatus status) {
  if (enquiry_.status() == status) return;
  Take(EnquiryAction::kTakeUp);
  if (status == EnquiryStatus::kWaitingForCustomer) Take(EnquiryAction::kAskCustomer);
  if (status == EnquiryStatus::kResolved) Take(EnquiryAction::kResolve);
  if (enquiry_.status() != status) std::abort();
}

UpdateOrder Updating(const Order& order, OrderFieldSet fields,
                     const std::function<void(OrderContent&)>& change) {
  UpdateOrder command;
  command.fields = fields;
  command.given = order.content;
  change(command.given);
  return command;
}

OrderInTest::OrderInTest(OrderContent content, std::int64_t serial) {
  const std::string reference = content.external_reference;
  Decision decision = Decide(Number::FromSerial(serial), Placing(std::move(content), reference),
                             EshopService(), now_);
  if (!std::holds_alternative<Activities>(decision)) std::abort();
  log_ = std::get<Activities>(std::move(decision));
  order_ = BeginOrder(log_.front());
}

OrderInTest::OrderInTest(const ImportOrder& command, std::int64_t serial) {
  Decision decision = Decide(Number::FromSerial(serial), command, EshopService(), now_);
  if (!std::holds_alternative<Activities>(decision)) std::abort();
  log_ = std::get<Activities>(std::move(decision));
  order_ = BeginOrder(log_.front());
}

Decision OrderInTest::Try(const OrderCommand& command, const Caller& caller) const {
  return Decide(order_, command, caller, now_);
}

Decision OrderInTest::Do(const OrderCommand& command, const Caller& caller) {
  now_ += absl::Minutes(1);
  Decision decision = Try(command, caller);
  if (const auto* activities = std::get_if<Activities>(&decision)) {
    for (const Activity& activity : *activities) {
      Evolve(order_, activity);
      log_.push_back(activity);
    }
  }
  return decision;
}

std::vector<Activity> RedactedLog(std::vector<Activity> log) {
  for (Activity& activity : log) RedactPersonalData(activity);
  return log;
}

Decision OrderInTest::Take(OrderAction action, const Caller& caller) {
  return Do(Step(action, order_, now_), caller);
}

void OrderInTest::WalkTo(OrderStatus status) {
  if (status == OrderStatus::kCancelled) return DoOrDie(Step(OrderAction::kCancel, order_, now_));
  for (OrderAction action :
       {OrderAction::kStartProcessing, OrderAction::kStartGathering, OrderAction::kStartPreparing,
        HandoverOf(order_.content.method), OrderAction::kConfirmReceipt}) {
    if (order_.status() == status) return;
    if (FindTransition(order_.status(), action) == nullptr) continue;  // that far it is already
    Prepare(action);
    DoOrDie(Step(action, order_, now_));
  }
  if (order_.status() != status) std::abort();
}

void OrderInTest::Prepare(OrderAction action) {
  if (action == OrderAction::kStartGathering) {
    for (CheckKind check : kCheckKinds) DoOrDie(Passed(check));
  }
  if (action == OrderAction::kStartPreparing) DoOrDie(GatherAllOf(order_));
  if (action == HandoverOf(order_.content.method)) DoOrDie(Invoicing("Α-1001"));
}

void OrderInTest::DoOrDie(const OrderCommand& command) {
  if (std::holds_alternative<Refusal>(Do(command))) std::abort();
}

}  // namespace ipstore::orders::test
