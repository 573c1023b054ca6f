#include "server/services/encode.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/decide_enquiry.h"
#include "domain/lifecycle.h"
#include "domain/money.h"
#include "domain/sentences.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/type/date.pb.h"
#include "google/type/money.pb.h"
#include "ipstore/orders/v1/request_service.pb.h"

namespace ipstore::orders {
namespace {

// The enumerators of the contract have the numbers of the domain's, so that a cast is all it takes
// in either direction.
static_assert(static_cast<int>(v1::ORDER_STATUS_CANCELLED) ==
              static_cast<int>(OrderStatus::kCancelled));
static_assert(static_cast<int>(v1::ORDER_ACTION_RETURN_UNDELIVERED) ==
              static_cast<int>(OrderAction::kReturnUndelivered));
static_assert(static_cast<int>(v1::GUARD_STORE_CHOSEN) == static_cast<int>(Guard::kStoreChosen));
static_assert(static_cast<int>(v1::ROLE_SERVICE) == static_cast<int>(Role::kService));
static_assert(static_cast<int>(v1::COMMAND_SUBMIT_FEEDBACK) ==
              static_cast<int>(Command::kSubmitFeedback));
static_assert(static_cast<int>(v1::COMMAND_REDACT) == static_cast<int>(Command::kRedact));
static_assert(static_cast<int>(v1::COMMAND_IMPORT_ORDER) ==
              static_cast<int>(Command::kImportOrder));
static_assert(static_cast<int>(v1::SEGMENT_BUSINESS) == static_cast<int>(Segment::kBusiness));
static_assert(static_cast<int>(v1::PAYMENT_METHOD_ON_ACCOUNT) ==
              static_cast<int>(PaymentMethod::kOnAccount));
static_assert(static_cast<int>(v1::FULFILMENT_METHOD_COMPANY_VEHICLE) ==
              static_cast<int>(FulfilmentMethod::kCompanyVehicle));
static_assert(static_cast<int>(v1::CHARGE_KIND_OTHER) == static_cast<int>(ChargeKind::kOther));
static_assert(static_cast<int>(v1::CHECK_KIND_PAYMENT) == static_cast<int>(CheckKind::kPayment));
static_assert(static_cast<int>(v1::CHECK_OUTCOME_WITHDRAWN) ==
              static_cast<int>(CheckOutcome::kWithdrawn));
static_assert(static_cast<int>(v1::SOURCE_KIND_SUPPLIER) ==
              static_cast<int>(SourceKind::kSupplier));
static_assert(static_cast<int>(v1::ACTIVITY_KIND_ORDER_IMPORTED) ==
              static_cast<int>(ActivityKind::kOrderImported));
static_assert(static_cast<int>(v1::ACTIVITY_KIND_REDACTED) ==
              static_cast<int>(ActivityKind::kRedacted));
static_assert(static_cast<int>(v1::ACTIVITY_KIND_ENQUIRY_MOVED) ==
              static_cast<int>(ActivityKind::kEnquiryMoved));
static_assert(static_cast<int>(v1::ENQUIRY_KIND_COMPLAINT) ==
              static_cast<int>(EnquiryKind::kComplaint));
static_assert(static_cast<int>(v1::ENQUIRY_STATUS_RESOLVED) ==
              static_cast<int>(EnquiryStatus::kResolved));
static_assert(static_cast<int>(v1::ENQUIRY_ACTION_REOPEN) ==
              static_cast<int>(EnquiryAction::kReopen));
static_assert(static_cast<int>(v1::REQUEST_KIND_ENQUIRY) ==
              static_cast<int>(SubjectKind::kEnquiry));
static_assert(static_cast<int>(v1::ACTIVITY_KIND_FEEDBACK_SUBMITTED) ==
              static_cast<int>(ActivityKind::kFeedbackSubmitted));
static_assert(static_cast<int>(v1::VISIBILITY_INTERNAL) == static_cast<int>(Visibility::kInternal));

template <typename P, typename E>
P As(E value) {
  return static_cast<P>(value);
}

std::string Text(absl::string_view text) {
  return std::string(text);
}

void EncodeTime(absl::Time time, google::protobuf::Timestamp* to) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  to->set_seconds(seconds);
  to->set_nanos(
      static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

// How amounts of one order are written.
class MoneyEncoder {
 public:
  explicit MoneyEncoder(const std::string& currency) : currency_(currency) {
    for (int i = CurrencyDecimals(currency).value_or(2); i > 0; --i) scale_ *= 10;
  }

  void operator()(Amount amount, google::type::Money* to) const {
    to->set_currency_code(currency_);
    to->set_units(amount.minor / scale_);
    to->set_nanos(static_cast<std::int32_t>(amount.minor % scale_ * (1'000'000'000 / scale_)));
  }

 private:
  const std::string& currency_;
  std::int64_t scale_ = 1;
};

void EncodeActor(const Actor& actor, v1::Actor* to) {
  to->set_role(As<v1::Role>(actor.role));
  to->set_id(actor.id);
}

void EncodeCustomer(const Customer& customer, v1::Customer* to) {
  to->set_id(customer.id);
  to->set_name(customer.name);
  to->set_email(customer.email);
  to->set_phone(customer.phone);
  to->set_segment(As<v1::Segment>(customer.segment));
  to->set_company_name(customer.company_name);
  to->set_vat_number(customer.vat_number);
  to->set_language(Text(Name(customer.language)));
}

void EncodeAddress(const Address& address, v1::Address* to) {
  to->set_recipient(address.recipient);
  for (const std::string& line : address.lines) to->add_lines(line);
  to->set_postal_code(address.postal_code);
  to->set_city(address.city);
  to->set_region(address.region);
  to->set_country(address.country);
  to->set_phone(address.phone);
  to->set_instructions(address.instructions);
}

void EncodeSource(const Source& source, v1::Source* to) {
  to->set_kind(As<v1::SourceKind>(source.kind));
  to->set_id(source.id);
}

void EncodeLine(const Line& line, const MoneyEncoder& money, Audience audience, v1::Line* to) {
  to->set_line(line.number);
  to->set_sku(line.sku);
  to->set_name(line.name);
  to->set_quantity(line.quantity);
  money(line.unit_price, to->mutable_unit_price());
  if (line.discount.minor != 0) money(line.discount, to->mutable_discount());
  to->set_vat_rate_basis_points(line.vat_rate.basis_points);
  money(LineTotal(line.quantity, line.unit_price, line.discount).value_or(Amount{}),
        to->mutable_total());
  to->set_quantity_gathered(line.GatheredQuantity());
  if (audience.IsCustomer()) return;
  for (const GatheredFrom& from : line.gathered) {
    auto* gathered = to->add_gathered();
    EncodeSource(from.source, gathered->mutable_source());
    gathered->set_quantity(from.quantity);
  }
}

void EncodeCharge(const Charge& charge, const MoneyEncoder& money, v1::Charge* to) {
  to->set_kind(As<v1::ChargeKind>(charge.kind));
  to->set_label(charge.label);
  money(charge.amount, to->mutable_amount());
  to->set_vat_rate_basis_points(charge.vat_rate.basis_points);
}

void EncodeStore(const PickupStore& store, v1::Store* to) {
  to->set_id(store.id);
  to->set_name(store.name);
  EncodeAddress(store.address, to->mutable_address());
  to->set_opening_hours(store.opening_hours);
}

void EncodeTotals(const Totals& totals, const MoneyEncoder& money, v1::Totals* to) {
  money(totals.net, to->mutable_net());
  money(totals.gross, to->mutable_gross());
  for (const VatTotal& vat : totals.vat) {
    auto* rate = to->add_vat();
    rate->set_vat_rate_basis_points(vat.rate.basis_points);
    money(vat.net, rate->mutable_net());
    money(vat.vat, rate->mutable_vat());
  }
}

void EncodeContent(const OrderContent& content, const Totals& totals, Audience audience,
                   v1::Order* to) {
  const MoneyEncoder money(content.currency);
  to->set_source(content.source);
  to->set_external_reference(content.external_reference);
  EncodeCustomer(content.customer, to->mutable_customer());
  to->set_currency_code(content.currency);
  to->set_prices_include_vat(content.prices_include_vat);
  for (const Line& line : content.lines) EncodeLine(line, money, audience, to->add_lines());
  for (const Charge& charge : content.charges) EncodeCharge(charge, money, to->add_charges());
  EncodeTotals(totals, money, to->mutable_totals());
  to->set_payment_method(As<v1::PaymentMethod>(content.payment_method));
  to->set_method(As<v1::FulfilmentMethod>(content.method));
  if (content.delivery_address.has_value())
    EncodeAddress(*content.delivery_address, to->mutable_delivery_address());
  if (content.store.has_value()) EncodeStore(*content.store, to->mutable_store());
  if (content.promised_delivery.has_value())
    EncodeTime(*content.promised_delivery, to->mutable_promised_delivery());
  to->set_notifications_on(content.notifications_on);
}

void EncodeContent(const EnquiryContent& content, v1::Enquiry* to) {
  to->set_kind(As<v1::EnquiryKind>(content.kind));
  auto* customer = to->mutable_customer();
  customer->set_id(content.customer.id);
  customer->set_name(content.customer.name);
  customer->set_email(content.customer.email);
  customer->set_phone(content.customer.phone);
  customer->set_language(Text(Name(content.customer.language)));
  to->set_title(content.title);
  to->set_text(content.text);
  if (content.about.has_value()) to->set_order(NameOf(SubjectKind::kOrder, *content.about));
  to->set_notifications_on(content.notifications_on);
}

void EncodeHeadTimes(const Subject& subject, Audience audience, auto* to) {
  EncodeTime(subject.created_at, to->mutable_create_time());
  EncodeTime(subject.updated_at, to->mutable_update_time());
  EncodeTime(audience.IsCustomer() ? subject.last_public_activity_at : subject.last_activity_at,
             to->mutable_last_activity_time());
  if (subject.redacted_at.has_value()) EncodeTime(*subject.redacted_at, to->mutable_redact_time());
}

void EncodeParcel(const Parcel& parcel, v1::Parcel* to) {
  to->set_parcel(parcel.number);
  to->set_carrier(parcel.carrier);
  to->set_tracking_number(parcel.tracking_number);
  to->set_tracking_url(parcel.tracking_url);
  to->set_carrier_status(parcel.carrier_status);
}

void EncodeInvoice(const Invoice& invoice, v1::Invoice* to) {
  to->set_number(invoice.number);
  to->mutable_date()->set_year(static_cast<std::int32_t>(invoice.date.year()));
  to->mutable_date()->set_month(invoice.date.month());
  to->mutable_date()->set_day(invoice.date.day());
}

void EncodeTrip(const VehicleTrip& trip, v1::VehicleTrip* to) {
  to->set_vehicle(trip.vehicle);
  EncodeTime(trip.window.start, to->mutable_window()->mutable_start());
  EncodeTime(trip.window.end, to->mutable_window()->mutable_end());
}

void EncodeCheck(CheckKind kind, const Check& check, Audience audience, v1::Check* to) {
  to->set_check(As<v1::CheckKind>(kind));
  to->set_outcome(As<v1::CheckOutcome>(check.outcome));
  if (!audience.IsCustomer()) to->set_note(check.note);
  EncodeActor(check.by, to->mutable_by());
  if (check.on_behalf_of.has_value()) EncodeActor(*check.on_behalf_of, to->mutable_on_behalf_of());
  EncodeTime(check.at, to->mutable_time());
}

void EncodeFeedback(const Feedback& feedback, v1::Feedback* to) {
  to->set_rating(feedback.rating);
  to->set_text(feedback.text);
  EncodeTime(feedback.at, to->mutable_submit_time());
}

// What has come of an order, or of the snapshot of one.
void EncodeProgress(const auto& order, Audience audience, v1::Order* to) {
  for (CheckKind kind : kCheckKinds) {
    if (order.checks[kind].has_value())
      EncodeCheck(kind, *order.checks[kind], audience, to->add_checks());
  }
  if (order.invoice.has_value()) EncodeInvoice(*order.invoice, to->mutable_invoice());
  for (const Parcel& parcel : order.parcels) EncodeParcel(parcel, to->add_parcels());
  if (order.expected_delivery.has_value())
    EncodeTime(*order.expected_delivery, to->mutable_expected_delivery());
  if (order.pickup_until.has_value()) EncodeTime(*order.pickup_until, to->mutable_pickup_until());
  if (order.vehicle_trip.has_value()) EncodeTrip(*order.vehicle_trip, to->mutable_vehicle_trip());
  to->set_cancellation_reason(order.cancellation_reason);
}

void EncodePast(const std::vector<PastEntry>& past, Audience audience, v1::OrderImported* to) {
  for (const PastEntry& entry : past) {
    if (entry.visibility == Visibility::kInternal && audience.IsCustomer()) continue;
    auto* encoded = to->add_past();
    EncodeTime(entry.at, encoded->mutable_time());
    encoded->set_text(entry.text);
    encoded->set_visibility(As<v1::Visibility>(entry.visibility));
    if (entry.actor.has_value()) EncodeActor(*entry.actor, encoded->mutable_actor());
  }
}

void EncodeRoles(RoleSet roles, auto* to) {
  for (Role role : kRoles) {
    if (roles.Contains(role)) to->add_roles(As<v1::Role>(role));
  }
}

// Fills one side of what was amended: sets, of the order, the fields that were, to their values of
// that side.
class SideEncoder {
 public:
  SideEncoder(const std::string& currency, Audience audience, v1::Order* to)
      : money_(currency), audience_(audience), to_(to) {}

  void operator()(OrderField field, const std::string& value) const {
    v1::Customer* customer = to_->mutable_customer();
    if (field == OrderField::kCustomerName) customer->set_name(value);
    if (field == OrderField::kCustomerEmail) customer->set_email(value);
    if (field == OrderField::kCustomerPhone) customer->set_phone(value);
    if (field == OrderField::kCompanyName) customer->set_company_name(value);
    if (field == OrderField::kVatNumber) customer->set_vat_number(value);
  }
  void operator()(OrderField /*field*/, const std::optional<absl::Time>& promised) const {
    if (promised.has_value()) EncodeTime(*promised, to_->mutable_promised_delivery());
  }
  void operator()(OrderField /*field*/, FulfilmentMethod method) const {
    to_->set_method(As<v1::FulfilmentMethod>(method));
  }
  void operator()(OrderField /*field*/, const std::optional<Address>& address) const {
    if (address.has_value()) EncodeAddress(*address, to_->mutable_delivery_address());
  }
  void operator()(OrderField /*field*/, const std::optional<PickupStore>& store) const {
    if (store.has_value()) EncodeStore(*store, to_->mutable_store());
  }
  void operator()(OrderField /*field*/, const std::vector<Line>& lines) const {
    for (const Line& line : lines) EncodeLine(line, money_, audience_, to_->add_lines());
  }
  void operator()(OrderField /*field*/, const std::vector<Charge>& charges) const {
    for (const Charge& charge : charges) EncodeCharge(charge, money_, to_->add_charges());
  }
  void operator()(const Totals& totals) const {
    EncodeTotals(totals, money_, to_->mutable_totals());
  }

 private:
  MoneyEncoder money_;
  Audience audience_;
  v1::Order* to_;
};

// The typed part of an activity, one overload for each kind of event.
struct DetailEncoder {
  const Activity& activity;
  const Tokens& tokens;
  Audience audience;
  v1::Activity* to;

  void operator()(const OrderCreated& event) const {
    EncodeContent(event.content, event.totals, audience,
                  to->mutable_order_created()->mutable_order());
  }

  void operator()(const OrderMoved& event) const {
    auto* moved = to->mutable_order_moved();
    moved->set_action(As<v1::OrderAction>(event.action));
    moved->set_from_status(As<v1::OrderStatus>(event.from));
    moved->set_to_status(As<v1::OrderStatus>(event.to));
    moved->set_reason(event.reason);
    for (const Parcel& parcel : event.parcels) EncodeParcel(parcel, moved->add_parcels());
    if (event.expected_delivery.has_value())
      EncodeTime(*event.expected_delivery, moved->mutable_expected_delivery());
    if (event.pickup_until.has_value())
      EncodeTime(*event.pickup_until, moved->mutable_pickup_until());
    if (event.vehicle_trip.has_value())
      EncodeTrip(*event.vehicle_trip, moved->mutable_vehicle_trip());
    for (const RegatherLine& line : event.regather) {
      auto* again = moved->add_regather();
      again->set_line(line.line);
      again->set_quantity(line.quantity);
    }
  }

  void operator()(const CheckRecorded& event) const {
    auto* recorded = to->mutable_check_recorded();
    recorded->set_check(As<v1::CheckKind>(event.check));
    recorded->set_outcome(As<v1::CheckOutcome>(event.outcome));
    if (!audience.IsCustomer()) recorded->set_note(event.note);
  }

  void operator()(const GatheringRecorded& event) const {
    for (const GatheringRecorded::Item& item : event.items) {
      auto* gathered = to->mutable_gathering_recorded()->add_items();
      gathered->set_line(item.line);
      gathered->set_quantity(item.quantity);
      if (!audience.IsCustomer()) EncodeSource(item.source, gathered->mutable_source());
    }
  }

  void operator()(const InvoiceRecorded& event) const {
    EncodeInvoice(event.invoice, to->mutable_invoice_recorded()->mutable_invoice());
    to->mutable_invoice_recorded()->set_correction(event.correction);
  }

  void operator()(const TrackingRecorded& event) const {
    auto* recorded = to->mutable_tracking_recorded();
    for (const Parcel& parcel : event.parcels) EncodeParcel(parcel, recorded->add_parcels());
    if (event.expected_delivery.has_value()) {
      EncodeTime(*event.expected_delivery, recorded->mutable_expected_delivery());
    }
  }

  void operator()(const CommentAdded& event) const {
    to->mutable_comment_added()->set_text(event.text);
  }

  void operator()(const OrderImported& event) const {
    auto* imported = to->mutable_order_imported();
    EncodeContent(event.content, event.totals, audience, imported->mutable_order());
    imported->mutable_order()->set_status(As<v1::OrderStatus>(event.status));
    EncodeProgress(event, audience, imported->mutable_order());
    if (event.received_at.has_value())
      EncodeTime(*event.received_at, imported->mutable_receive_time());
    if (event.redacted_at.has_value())
      EncodeTime(*event.redacted_at, imported->mutable_order()->mutable_redact_time());
    EncodePast(event.past, audience, imported);
    if (event.feedback.has_value()) EncodeFeedback(*event.feedback, imported->mutable_feedback());
  }

  void operator()(const EnquiryCreated& event) const {
    EncodeContent(event.content, to->mutable_enquiry_created()->mutable_enquiry());
  }

  void operator()(const EnquiryMoved& event) const {
    auto* moved = to->mutable_enquiry_moved();
    moved->set_action(As<v1::EnquiryAction>(event.action));
    moved->set_from_status(As<v1::EnquiryStatus>(event.from));
    moved->set_to_status(As<v1::EnquiryStatus>(event.to));
  }

  void operator()(const OrderAmended& event) const {
    auto* amended = to->mutable_order_amended();
    const SideEncoder before(event.currency, audience, amended->mutable_before());
    const SideEncoder after(event.currency, audience, amended->mutable_after());
    VisitFields(event, [&](OrderField field, const auto& value, auto /*of*/) {
      if (!value.has_value()) return;
      amended->mutable_changed()->add_paths(Text(Name(field)));
      before(field, value->before);
      after(field, value->after);
    });
    if (event.totals.has_value()) {
      amended->mutable_changed()->add_paths("totals");
      before(event.totals->before);
      after(event.totals->after);
    }
    for (CheckKind check : event.cleared_checks)
      amended->add_cleared_checks(As<v1::CheckKind>(check));
  }

  void operator()(const Redacted& event) const {
    v1::Redacted* redacted = to->mutable_redaction();
    if (!event.comment_seq.has_value()) return;
    redacted->set_comment(
        CommentName(tokens, activity.subject_kind, activity.subject, *event.comment_seq));
  }

  void operator()(const NotificationsSet& event) const {
    to->mutable_notifications_set()->set_notifications_on(event.on);
  }

  void operator()(const FeedbackSubmitted& event) const {
    to->mutable_feedback_submitted()->set_rating(event.rating);
    to->mutable_feedback_submitted()->set_text(event.text);
  }
};

// Customers are not told who wanted them not to be told.
v1::NotificationWish EncodeWish(NotificationWish wish, Audience audience) {
  if (audience.IsCustomer() && wish != NotificationWish::kNotify &&
      wish != NotificationWish::kNothingToTell)
    return v1::NOTIFICATION_WISH_UNSPECIFIED;
  switch (wish) {
    case NotificationWish::kNothingToTell:
      return v1::NOTIFICATION_WISH_NOTHING_TO_TELL;
    case NotificationWish::kNotify:
      return v1::NOTIFICATION_WISH_NOTIFY;
    case NotificationWish::kSuppressedByCaller:
      return v1::NOTIFICATION_WISH_SUPPRESSED_BY_CALLER;
    case NotificationWish::kSuppressedBySetting:
      return v1::NOTIFICATION_WISH_SUPPRESSED_BY_SETTING;
  }
  return v1::NOTIFICATION_WISH_UNSPECIFIED;
}

// Both languages of one text, given as a function of the language.
void EncodeTexts(const auto& text_in, v1::LocalizedText* to) {
  to->set_el(Text(text_in(Language::kGreek)));
  to->set_en(Text(text_in(Language::kEnglish)));
}

// Nothing of a check is personal but its note, of which customers do not hear even that there was
// one.
bool TellsOfRedaction(const Activity& activity, Audience audience) {
  return activity.redacted &&
         !(audience.IsCustomer() && std::holds_alternative<CheckRecorded>(activity.event));
}

}  // namespace

std::string NameOf(SubjectKind kind, Number number) {
  const absl::string_view collection = kind == SubjectKind::kEnquiry ? "enquiries/" : "orders/";
  return absl::StrCat(collection, number.ToString());
}

std::string ActivityName(const Tokens& tokens, SubjectKind kind, Number subject, std::int32_t seq) {
  return absl::StrCat(NameOf(kind, subject), "/activities/", tokens.ActivityId(subject, seq));
}

std::string CommentName(const Tokens& tokens, SubjectKind kind, Number subject, std::int32_t seq) {
  return absl::StrCat(NameOf(kind, subject), "/comments/", tokens.ActivityId(subject, seq));
}

void Encode(const Order& order, Audience audience, v1::Order* to) {
  const Subject& subject = order.subject;
  to->set_name(NameOf(SubjectKind::kOrder, subject.number));
  to->set_number(subject.number.ToString());
  to->set_status(As<v1::OrderStatus>(order.status()));
  to->set_status_text(Text(Label(order.status(), audience.language)));
  to->set_status_meaning(Text(Meaning(order.status(), order.content.method, audience.language)));
  to->set_active(subject.active);
  to->set_etag(EtagOf(subject));
  EncodeContent(order.content, order.totals, audience, to);
  EncodeProgress(order, audience, to);
  if (order.feedback.has_value()) EncodeFeedback(*order.feedback, to->mutable_feedback());
  EncodeHeadTimes(subject, audience, to);
}

void Encode(const Enquiry& enquiry, Audience audience, v1::Enquiry* to) {
  const Subject& subject = enquiry.subject;
  to->set_name(NameOf(SubjectKind::kEnquiry, subject.number));
  to->set_number(subject.number.ToString());
  to->set_status(As<v1::EnquiryStatus>(enquiry.status()));
  to->set_status_text(Text(Label(enquiry.status(), audience.language)));
  to->set_status_meaning(Text(Meaning(enquiry.status(), audience.language)));
  to->set_active(subject.active);
  to->set_etag(EtagOf(subject));
  EncodeContent(enquiry.content, to);
  for (EnquiryAction action : OpenActions(enquiry, audience.role, audience.now))
    to->add_open_actions(As<v1::EnquiryAction>(action));
  if (enquiry.resolved_at.has_value()) EncodeTime(*enquiry.resolved_at, to->mutable_resolve_time());
  EncodeHeadTimes(subject, audience, to);
}

void Encode(const Activity& activity, const Tokens& tokens, Audience audience, v1::Activity* to) {
  to->set_name(ActivityName(tokens, activity.subject_kind, activity.subject, activity.seq));
  to->set_kind(As<v1::ActivityKind>(KindOf(activity.event)));
  to->set_visibility(As<v1::Visibility>(activity.visibility));
  EncodeActor(activity.actor, to->mutable_actor());
  if (activity.on_behalf_of.has_value())
    EncodeActor(*activity.on_behalf_of, to->mutable_on_behalf_of());
  EncodeTime(activity.occurred_at, to->mutable_occur_time());
  EncodeTime(activity.recorded_at, to->mutable_record_time());
  to->set_text(Sentence(activity, audience.language, audience.IsCustomer()));
  to->set_notification(EncodeWish(activity.notification, audience));
  to->set_redacted(TellsOfRedaction(activity, audience));
  std::visit(DetailEncoder{activity, tokens, audience, to}, activity.event);
}

void Encode(const FeedConsumerStatus& status, const FeedHead& head, absl::Time now,
            v1::FeedConsumer* to) {
  const FeedMark& mark = status.consumer.mark;
  to->set_name(absl::StrCat(kFeedConsumers, status.consumer.name));
  to->set_position(mark.position);
  to->set_history_changed(status.history_changed);
  to->set_lag_count(std::max<std::int64_t>(0, head.position - mark.position));
  if (status.waiting_since.has_value()) {
    const absl::Duration lag = std::max(now - *status.waiting_since, absl::ZeroDuration());
    to->mutable_lag_time()->set_seconds(absl::ToInt64Seconds(lag));
    to->mutable_lag_time()->set_nanos(static_cast<std::int32_t>(
        absl::ToInt64Nanoseconds(lag - absl::Seconds(absl::ToInt64Seconds(lag)))));
  }
  EncodeTime(status.consumer.saved_at, to->mutable_acknowledge_time());
}

void EncodeComment(const Activity& activity, const Tokens& tokens, v1::Comment* to) {
  to->set_name(CommentName(tokens, activity.subject_kind, activity.subject, activity.seq));
  to->set_text(std::get<CommentAdded>(activity.event).text);
  to->set_visibility(As<v1::Visibility>(activity.visibility));
  EncodeActor(activity.actor, to->mutable_author());
  if (activity.on_behalf_of.has_value())
    EncodeActor(*activity.on_behalf_of, to->mutable_on_behalf_of());
  EncodeTime(activity.occurred_at, to->mutable_create_time());
  to->set_activity(ActivityName(tokens, activity.subject_kind, activity.subject, activity.seq));
  to->set_redacted(activity.redacted);
}

std::string NotificationName(const Tokens& tokens, const Notification& notification) {
  return absl::StrCat(NameOf(notification.subject_kind, notification.subject), "/notifications/",
                      tokens.ActivityId(notification.subject, notification.seq));
}

void Encode(const Notification& notification, const Tokens& tokens, Audience audience,
            v1::Notification* to) {
  to->set_name(NotificationName(tokens, notification));
  to->set_activity(
      ActivityName(tokens, notification.subject_kind, notification.subject, notification.seq));
  to->set_address(notification.address);
  to->set_title(notification.title);
  if (notification.sent_at.has_value()) EncodeTime(*notification.sent_at, to->mutable_sent_time());
  // For customers it stays sent while it is sent again, whatever comes of that.
  const bool is_resent = notification.state != NotificationState::kSent;
  const bool stays_sent = audience.IsCustomer() && is_resent && notification.sent_at.has_value();
  const NotificationState state = stays_sent ? NotificationState::kSent : notification.state;
  const NotificationReason reason = stays_sent ? NotificationReason::kNone : notification.reason;
  to->set_state(As<v1::NotificationState>(state));
  to->set_state_text(Text(Label(state, audience.language)));
  to->set_reason(As<v1::NotificationReason>(reason));
  to->set_reason_text(Text(Sentence(reason, audience.language)));
  EncodeTime(stays_sent ? notification.recorded_at : notification.created_at,
             to->mutable_create_time());
  const auto& finished_at = stays_sent ? notification.sent_at : notification.finished_at;
  if (finished_at.has_value()) EncodeTime(*finished_at, to->mutable_finish_time());
  const std::int32_t lead = notification.lead_seq.value_or(notification.seq);
  if (state == NotificationState::kSent && lead != notification.seq) {
    to->set_sent_with(ActivityName(tokens, notification.subject_kind, notification.subject, lead));
  }
  if (audience.IsCustomer()) return;
  if (notification.resending.has_value()) {
    const Resending& last = *notification.resending;
    EncodeTime(last.at, to->mutable_resend_time());
    EncodeActor(last.actor, to->mutable_resent_by());
    if (last.on_behalf_of.has_value())
      EncodeActor(*last.on_behalf_of, to->mutable_resent_on_behalf_of());
  }
  to->set_attempt_count(notification.attempts);
  to->set_detail(notification.detail);
  to->set_resend_count(notification.generation);
  if (notification.due_at.has_value())
    EncodeTime(*notification.due_at, to->mutable_next_attempt_time());
}

void Encode(const ReceivedEmail& email, const Tokens& tokens, Language language,
            v1::ReceivedEmail* to) {
  to->set_name(absl::StrCat("receivedEmails/", email.id));
  to->set_outcome(As<v1::EmailOutcome>(email.outcome));
  to->set_outcome_text(Text(Sentence(email.outcome, language)));
  if (email.subject.has_value()) {
    to->set_subject(NameOf(email.subject_kind, *email.subject));
    if (email.seq.has_value())
      to->set_comment(CommentName(tokens, email.subject_kind, *email.subject, *email.seq));
  }
  to->set_message_id(email.message_id);
  to->set_sender(email.sender);
  EncodeTime(email.received_at, to->mutable_create_time());
  to->set_size_bytes(email.size);
}

std::string RedactionName(std::int64_t id) {
  return absl::StrCat("redactions/", id);
}

void Encode(const RedactionJob& job, v1::Redaction* to) {
  to->set_name(RedactionName(job.id));
  to->set_state(job.finished_at.has_value() ? v1::REDACTION_STATE_DONE
                                            : v1::REDACTION_STATE_RUNNING);
  to->set_customer_id(job.customer_id);
  EncodeActor(job.actor, to->mutable_actor());
  if (job.on_behalf_of.has_value()) EncodeActor(*job.on_behalf_of, to->mutable_on_behalf_of());
  EncodeTime(job.created_at, to->mutable_create_time());
  if (job.finished_at.has_value()) EncodeTime(*job.finished_at, to->mutable_finish_time());
  to->set_total_count(job.total);
  to->set_done_count(job.done);
  to->set_failed_count(job.failed);
}

void Encode(const Order& order, const ActionExplanation& explanation, Audience audience,
            v1::ActionExplanation* to) {
  to->set_action(As<v1::OrderAction>(explanation.action));
  to->set_label(Text(Label(explanation.action, audience.language)));
  to->set_target(As<v1::OrderStatus>(explanation.target));
  to->set_target_text(Text(Label(explanation.target, audience.language)));
  to->set_allowed(explanation.allowed);
  to->set_open_in_status(explanation.open_in_status);
  to->set_role_permitted(explanation.role_permitted);
  EncodeRoles(explanation.roles, to);
  for (const GuardFailure& failure : explanation.guards) {
    auto* guard = to->add_guards();
    guard->set_guard(As<v1::Guard>(failure.guard));
    guard->set_description(Sentence(failure, audience.language));
    for (const Fact& fact : failure.facts)
      (*guard->mutable_facts())[Text(fact.name)] = FactAsText(fact.value);
  }
  for (std::string& reason : Reasons(explanation, order.status(), audience.language)) {
    to->add_reasons(std::move(reason));
  }
}

void EncodeLifecycle(v1::DescribeLifecycleResponse* to) {
  for (OrderStatus status : kOrderStatuses) {
    auto* described = to->add_statuses();
    described->set_status(As<v1::OrderStatus>(status));
    EncodeTexts([&](Language language) { return Label(status, language); },
                described->mutable_label());
    EncodeTexts([&](Language language) { return Meaning(status, language); },
                described->mutable_meaning());
    described->set_active(!IsClosed(status));
  }
  for (OrderAction action : kOrderActions) {
    auto* described = to->add_actions();
    described->set_action(As<v1::OrderAction>(action));
    EncodeTexts([&](Language language) { return Label(action, language); },
                described->mutable_label());
    described->set_target(As<v1::OrderStatus>(TargetOf(action)));
  }
  for (Guard guard : kGuards) {
    auto* described = to->add_guards();
    described->set_guard(As<v1::Guard>(guard));
    EncodeTexts([&](Language language) { return Condition(guard, language); },
                described->mutable_condition());
  }
  for (const Transition& row : kTransitions) {
    auto* step = to->add_transitions();
    step->set_from_status(As<v1::OrderStatus>(row.from));
    step->set_action(As<v1::OrderAction>(row.action));
    step->set_to_status(As<v1::OrderStatus>(row.to));
    EncodeRoles(row.roles, step);
    for (Guard guard : kGuards) {
      if (row.guards.Contains(guard)) step->add_guards(As<v1::Guard>(guard));
    }
  }
  for (const CommandRule& rule : kCommandRules) {
    auto* described = to->add_commands();
    described->set_command(As<v1::Command>(rule.command));
    EncodeTexts([&](Language language) { return Label(rule.command, language); },
                described->mutable_label());
    for (OrderStatus status : kOrderStatuses) {
      if (rule.in.Contains(status)) described->add_statuses(As<v1::OrderStatus>(status));
    }
    EncodeRoles(rule.roles, described);
  }
  to->set_mermaid(LifecycleAsMermaid());
}

}  // namespace ipstore::orders
