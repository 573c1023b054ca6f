#include "server/notifications/news_view.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "domain/amount_text.h"
#include "domain/sentences.h"
#include "domain/time_text.h"
#include "server/mail/incoming_email.h"

namespace ipstore::orders {
namespace {

using View = kainjow::mustache::data;
using Fields = kainjow::mustache::object;
using List = kainjow::mustache::list;

// --- The sort of a mail --------------------------------------------------------------------------

MailSort SortOfStep(const OrderMoved& moved) {
  switch (moved.action) {
    case OrderAction::kStartProcessing:
    case OrderAction::kStartGathering:
    case OrderAction::kStartPreparing:
      return MailSort::kOrderStep;
    case OrderAction::kHandToCarrier:
      return MailSort::kOrderHandedToCarrier;
    case OrderAction::kOfferPickup:
      return MailSort::kOrderReadyForPickup;
    case OrderAction::kDispatchVehicle:
      return MailSort::kOrderOnCompanyVehicle;
    case OrderAction::kConfirmReceipt:
      return MailSort::kOrderReceived;
    case OrderAction::kCancel:
      return MailSort::kOrderCancelled;
    case OrderAction::kReturnToProcessing:
    case OrderAction::kReturnToGathering:
      return MailSort::kOrderSetBack;
    case OrderAction::kReturnUndelivered:
      return moved.from == OrderStatus::kReadyForPickup ? MailSort::kOrderNotCollected
                                                        : MailSort::kOrderUndelivered;
  }
  return MailSort::kOrderStep;
}

// An alternative that customers get no mail of, but that staff may look at a mail for, is told as a
// step.
struct SortOfEvent {
  MailSort operator()(const OrderCreated&) const { return MailSort::kOrderCreated; }
  MailSort operator()(const OrderMoved& moved) const { return SortOfStep(moved); }
  MailSort operator()(const TrackingRecorded& recorded) const {
    return recorded.parcels.empty() ? MailSort::kOrderDeliveryDate : MailSort::kOrderTracking;
  }
  MailSort operator()(const OrderAmended& amended) const {
    return amended.promised_delivery.has_value() ? MailSort::kOrderDeliveryDate
                                                 : MailSort::kOrderStep;
  }
  MailSort operator()(const CommentAdded&) const { return MailSort::kComment; }
  MailSort operator()(const EnquiryCreated&) const { return MailSort::kEnquiryCreated; }
  template <typename Other>
  MailSort operator()(const Other&) const {
    return of_order ? MailSort::kOrderStep : MailSort::kEnquiryMoved;
  }

  bool of_order;
};

// True where the status is what the mail is about, and its label the title.
bool IsNamedByStatus(MailSort sort) {
  switch (sort) {
    case MailSort::kOrderCreated:
    case MailSort::kOrderUndelivered:
    case MailSort::kOrderNotCollected:
    case MailSort::kOrderTracking:
    case MailSort::kOrderDeliveryDate:
    case MailSort::kComment:
    case MailSort::kEnquiryCreated:
      return false;
    case MailSort::kOrderStep:
    case MailSort::kOrderHandedToCarrier:
    case MailSort::kOrderReadyForPickup:
    case MailSort::kOrderOnCompanyVehicle:
    case MailSort::kOrderReceived:
    case MailSort::kOrderCancelled:
    case MailSort::kOrderSetBack:
    case MailSort::kEnquiryMoved:
      return true;
  }
  return true;
}

// --- Texts ---------------------------------------------------------------------------------------

// A section is entered for every text, also for an empty one, and not for false.
View OrNone(absl::string_view text) {
  return text.empty() ? View(false) : View(std::string(text));
}

// The lines of a text as it was written; none for one without words.
View LinesOf(absl::string_view text) {
  List lines;
  text = absl::StripTrailingAsciiWhitespace(text);
  if (text.empty()) return lines;
  const std::string plain = absl::StrReplaceAll(text, {{"\r\n", "\n"}, {"\r", "\n"}});
  for (absl::string_view line : absl::StrSplit(plain, '\n')) lines.push_back(std::string(line));
  return lines;
}

View LinesOf(const std::vector<std::string>& lines) {
  List list;
  for (const std::string& line : lines) {
    if (!line.empty()) list.push_back(line);
  }
  return list;
}

std::string CityLine(const Address& address) {
  const std::string line = absl::StrCat(address.postal_code, " ", address.city);
  return std::string(absl::StripAsciiWhitespace(line));
}

// A letter within the country does not name it.
std::string CountryLine(const Address& address) {
  constexpr absl::string_view kHome = "GR";
  return address.country == kHome ? "" : address.country;
}

View AddressLines(const Address& address) {
  std::vector<std::string> lines = {address.recipient};
  lines.insert(lines.end(), address.lines.begin(), address.lines.end());
  lines.push_back(CityLine(address));
  lines.push_back(address.region);
  lines.push_back(CountryLine(address));
  return LinesOf(lines);
}

bool IsTold(const Activity& activity) {
  return activity.visibility == Visibility::kPublic;
}

bool IsComment(const Activity& activity) {
  return std::holds_alternative<CommentAdded>(activity.event);
}

bool Creates(const Activity& activity) {
  return std::holds_alternative<OrderCreated>(activity.event) ||
         std::holds_alternative<EnquiryCreated>(activity.event);
}

// How fit an activity is to name a mail. A status calls for more than any other news: where to
// collect, what to track, when the vehicle comes. That must not go under when a date has changed
// since. A comment is told in full whatever the mail is called.
enum class NamingRank : std::uint8_t { kComment, kOther, kStatus };

struct NamingRankOf {
  NamingRank operator()(const CommentAdded&) const { return NamingRank::kComment; }
  NamingRank operator()(const OrderCreated&) const { return NamingRank::kStatus; }
  NamingRank operator()(const OrderMoved&) const { return NamingRank::kStatus; }
  NamingRank operator()(const EnquiryCreated&) const { return NamingRank::kStatus; }
  NamingRank operator()(const EnquiryMoved&) const { return NamingRank::kStatus; }
  template <typename Other>
  NamingRank operator()(const Other&) const {
    return NamingRank::kOther;
  }
};

// --- The view ------------------------------------------------------------------------------------

class ViewMaker {
 public:
  ViewMaker(const News& news, const ShopDetails& shop)
      : news_(news),
        shop_(shop),
        order_(AsOrder(news.subject)),
        enquiry_(AsEnquiry(news.subject)),
        language_(LanguageOf(*news.subject)),
        naming_(NamingActivity(news.activities)),
        sort_(SortOf(naming_, *news.subject)) {}

  View Make() const {
    const bool greek = language_ == Language::kGreek;
    Fields fields;
    AddFrame(fields);
    AddStatus(fields);
    AddNews(fields);
    fields["reply_marker"] = std::string(greek ? ReplyMarkerGreek() : ReplyMarkerEnglish());
    fields["is"] = Sorts();
    fields["for_pickup"] =
        View(order_ != nullptr && order_->content.method == FulfilmentMethod::kStorePickup);
    fields["order"] = order_ == nullptr ? View(false) : OrderView();
    fields["enquiry"] = enquiry_ == nullptr ? View(false) : EnquiryView();
    return fields;
  }

 private:
  // What all mails have.
  void AddFrame(Fields& fields) const {
    const Subject& subject = HeadOf(*news_.subject);
    const std::string number = subject.number.ToString();
    // Guests have no account, and so no page that they could open.
    const bool guest = subject.customer_id.empty();
    const auto page = [&](const std::string& url) {
      return guest ? View(false) : OrNone(absl::StrReplaceAll(url, {{"{number}", number}}));
    };
    fields["number"] = number;
    fields["shop_name"] = shop_.name;
    fields["link"] = order_ == nullptr ? View(false) : page(shop_.subject_url);
    fields["feedback_link"] = page(shop_.feedback_url);
    fields["shipping_methods_link"] = OrNone(shop_.shipping_methods_url);
    AddGreeting(fields);
  }

  void AddGreeting(Fields& fields) const {
    const std::string& name =
        order_ != nullptr ? order_->content.customer.name : enquiry_->content.customer.name;
    const std::string company = order_ != nullptr ? order_->content.customer.company_name : "";
    fields["recipient"] = OrNone(company.empty() ? name : company);
    fields["contact"] = OrNone(company.empty() ? "" : name);
  }

  // The status that the mail tells of; where it tells of none, that of now.
  void AddStatus(Fields& fields) const {
    if (enquiry_ != nullptr) {
      EnquiryStatus status = enquiry_->status();
      if (const auto* moved = Naming<EnquiryMoved>()) status = moved->to;
      if (Naming<EnquiryCreated>() != nullptr) status = EnquiryStatus::kOpen;
      fields["status"] = std::string(Label(status, language_));
      fields["meaning"] = std::string(Meaning(status, language_));
      return;
    }
    OrderStatus status = order_->status();
    if (const auto* moved = Naming<OrderMoved>()) status = moved->to;
    if (Naming<OrderCreated>() != nullptr) status = OrderStatus::kAwaitingProcessing;
    fields["status"] = std::string(Label(status, language_));
    fields["meaning"] = std::string(Meaning(status, order_->content.method, language_));
  }

  View Sorts() const {
    Fields sorts;
    for (MailSort sort : kMailSorts) sorts[std::string(Name(sort))] = View(sort == sort_);
    sorts["status"] = View(IsNamedByStatus(sort_));
    return sorts;
  }

  // What has happened.
  void AddNews(Fields& fields) const {
    const auto* moved = Naming<OrderMoved>();
    fields["happened"] = naming_ == nullptr ? View(false) : OrNone(SentenceOf(*naming_));
    fields["reason"] = OrNone(moved == nullptr ? "" : moved->reason);
    fields["delivery_date"] = naming_ == nullptr ? View(false) : DeliveryDateOf(*naming_);
    fields["also_changed"] = OrNone(AlsoChanged());
    List comments = Comments();
    List earlier = Earlier();
    fields["has_comments"] = View(!comments.empty());
    fields["comments"] = comments;
    fields["has_earlier"] = View(!earlier.empty());
    fields["earlier"] = earlier;
    fields["shows_content"] =
        View(news_.is_first || std::ranges::any_of(news_.activities, Creates));
  }

  // Parcels have a place of their own.
  std::string SentenceOf(Activity activity) const {
    if (auto* moved = std::get_if<OrderMoved>(&activity.event)) moved->parcels.clear();
    return Sentence(activity, language_, /*for_customer=*/true);
  }

  // Comments in full, those before and after what names the mail alike.
  List Comments() const {
    List comments;
    for (const Activity& activity : news_.activities) {
      if (!IsTold(activity) || !IsComment(activity)) continue;
      const std::string text = Sentence(activity, language_, /*for_customer=*/true);
      comments.push_back(Fields{{"time", Told(activity.occurred_at)}, {"lines", LinesOf(text)}});
    }
    return comments;
  }

  // What else there was, each in a sentence.
  List Earlier() const {
    List earlier;
    for (const Activity& activity : news_.activities) {
      if (&activity == naming_ || !IsTold(activity) || IsComment(activity)) continue;
      // The sentence of an amendment tells its times by another clock.
      const bool amended = std::holds_alternative<OrderAmended>(activity.event);
      const std::string sentence =
          amended ? "" : Sentence(activity, language_, /*for_customer=*/true);
      earlier.push_back(Fields{{"time", Told(activity.occurred_at)},
                               {"sentence", OrNone(sentence)},
                               {"delivery_date", DeliveryDateOf(activity)}});
    }
    return earlier;
  }

  // The date that the activity changed, if it did.
  View DeliveryDateOf(const Activity& activity) const {
    const auto* amended = std::get_if<OrderAmended>(&activity.event);
    if (amended != nullptr && amended->promised_delivery.has_value())
      return DateChange(amended->promised_delivery->before, amended->promised_delivery->after);
    const auto* recorded = std::get_if<TrackingRecorded>(&activity.event);
    if (recorded != nullptr && recorded->expected_delivery.has_value())
      return DateChange(recorded->expected_before, recorded->expected_delivery);
    return false;
  }

  View DateChange(std::optional<absl::Time> before, std::optional<absl::Time> after) const {
    return Fields{{"before", ToldOrNone(before)}, {"after", ToldOrNone(after)}};
  }

  // The other fields that the amendment which names the mail has touched.
  std::string AlsoChanged() const {
    const auto* amended = Naming<OrderAmended>();
    if (amended == nullptr) return "";
    std::vector<absl::string_view> labels;
    VisitFields(*amended, [&](OrderField field, const auto& change, auto /*of*/) {
      if (change.has_value() && field != OrderField::kPromisedDelivery)
        labels.push_back(Label(field, language_));
    });
    return absl::StrJoin(labels, ", ");
  }

  View OrderView() const {
    const OrderContent& content = order_->content;
    Fields fields;
    AddGoods(fields);
    AddDelivery(fields);
    fields["payment_method"] = std::string(Label(content.payment_method, language_));
    fields["method"] = std::string(Label(content.method, language_));
    fields["promised_delivery"] = ToldOrNone(content.promised_delivery);
    fields["address"] =
        content.delivery_address.has_value() ? AddressView(*content.delivery_address) : View(false);
    fields["store"] = content.store.has_value() ? StoreView(*content.store) : View(false);
    return fields;
  }

  void AddGoods(Fields& fields) const {
    const Totals& totals = order_->totals;
    List lines;
    List charges;
    List vat;
    for (const Line& line : order_->content.lines) lines.push_back(LineView(line));
    for (const Charge& charge : order_->content.charges) charges.push_back(ChargeView(charge));
    for (const VatTotal& rate : totals.vat) {
      vat.push_back(Fields{{"rate", RateInWords(rate.rate, language_)},
                           {"net", Money(rate.net)},
                           {"amount", Money(rate.vat)}});
    }
    fields["lines"] = lines;
    fields["charges"] = charges;
    fields["vat"] = vat;
    fields["prices_include_vat"] = View(order_->content.prices_include_vat);
    fields["net"] = Money(totals.net);
    fields["gross"] = Money(totals.gross);
  }

  View LineView(const Line& line) const {
    const Amount total =
        LineTotal(line.quantity, line.unit_price, line.discount).value_or(Amount{});
    return Fields{{"name", line.name},
                  {"sku", line.sku},
                  {"quantity", absl::StrCat(line.quantity)},
                  {"unit_price", Money(line.unit_price)},
                  {"discount", OrNone(line.discount.minor == 0 ? "" : Money(line.discount))},
                  {"total", Money(total)}};
  }

  View ChargeView(const Charge& charge) const {
    const std::string label =
        charge.label.empty() ? std::string(Label(charge.kind, language_)) : charge.label;
    return Fields{{"label", label}, {"amount", Money(charge.amount)}};
  }

  // How it gets there: as the order stands, or as what names the mail said if the order has gone on
  // since and no longer has it.
  void AddDelivery(Fields& fields) const {
    const OrderMoved said = WhatWasSaidOfDelivery();
    List parcels;
    for (const Parcel& parcel : order_->parcels.empty() ? said.parcels : order_->parcels)
      parcels.push_back(ParcelView(parcel));
    const auto& trip = order_->vehicle_trip.has_value() ? order_->vehicle_trip : said.vehicle_trip;
    fields["has_parcels"] = View(!parcels.empty());
    fields["parcels"] = parcels;
    fields["expected_delivery"] = ToldOrNone(
        order_->expected_delivery.has_value() ? order_->expected_delivery : said.expected_delivery);
    fields["pickup_until"] =
        ToldOrNone(order_->pickup_until.has_value() ? order_->pickup_until : said.pickup_until);
    fields["trip"] = trip.has_value() ? TripView(*trip) : View(false);
  }

  OrderMoved WhatWasSaidOfDelivery() const {
    if (const auto* moved = Naming<OrderMoved>()) return *moved;
    OrderMoved said;
    if (const auto* recorded = Naming<TrackingRecorded>()) {
      said.parcels = recorded->parcels;
      said.expected_delivery = recorded->expected_delivery;
    }
    return said;
  }

  static View ParcelView(const Parcel& parcel) {
    return Fields{{"carrier", parcel.carrier},
                  {"tracking_number", parcel.tracking_number},
                  {"tracking_url", OrNone(parcel.tracking_url)},
                  {"carrier_status", OrNone(parcel.carrier_status)}};
  }

  View TripView(const VehicleTrip& trip) const {
    return Fields{{"vehicle", trip.vehicle},
                  {"window", WindowInWords(trip.window, shop_.zone, language_)}};
  }

  static View AddressView(const Address& address) {
    return Fields{{"lines", AddressLines(address)},
                  {"phone", OrNone(address.phone)},
                  {"instructions", LinesOf(address.instructions)}};
  }

  static View StoreView(const PickupStore& store) {
    const View hours = LinesOf(store.opening_hours);
    return Fields{{"name", store.name},
                  {"lines", AddressLines(store.address)},
                  {"phone", OrNone(store.address.phone)},
                  {"has_opening_hours", View(hours.is_non_empty_list())},
                  {"opening_hours", hours}};
  }

  View EnquiryView() const {
    const EnquiryContent& content = enquiry_->content;
    const View lines = LinesOf(content.text);
    return Fields{{"kind", std::string(Label(content.kind, language_))},
                  {"topic", OrNone(content.title)},
                  {"about", OrNone(content.about.has_value() ? content.about->ToString() : "")},
                  {"has_text", View(lines.is_non_empty_list())},
                  {"lines", lines}};
  }

  // What names the mail, if it is of that kind.
  template <typename E>
  const E* Naming() const {
    return naming_ == nullptr ? nullptr : std::get_if<E>(&naming_->event);
  }

  std::string Money(Amount amount) const {
    return AmountInWords(amount, order_->content.currency, language_);
  }

  std::string Told(absl::Time time) const { return TimeInWords(time, shop_.zone, language_); }

  View ToldOrNone(std::optional<absl::Time> time) const {
    return time.has_value() ? View(Told(*time)) : View(false);
  }

  const News& news_;
  const ShopDetails& shop_;
  const Order* order_;
  const Enquiry* enquiry_;
  Language language_;
  const Activity* naming_;
  MailSort sort_;
};

}  // namespace

absl::string_view Name(MailSort sort) {
  switch (sort) {
    case MailSort::kOrderCreated:
      return "order_created";
    case MailSort::kOrderStep:
      return "order_step";
    case MailSort::kOrderHandedToCarrier:
      return "order_handed_to_carrier";
    case MailSort::kOrderReadyForPickup:
      return "order_ready_for_pickup";
    case MailSort::kOrderOnCompanyVehicle:
      return "order_on_company_vehicle";
    case MailSort::kOrderReceived:
      return "order_received";
    case MailSort::kOrderCancelled:
      return "order_cancelled";
    case MailSort::kOrderUndelivered:
      return "order_undelivered";
    case MailSort::kOrderNotCollected:
      return "order_not_collected";
    case MailSort::kOrderSetBack:
      return "order_set_back";
    case MailSort::kOrderTracking:
      return "order_tracking";
    case MailSort::kOrderDeliveryDate:
      return "order_delivery_date";
    case MailSort::kComment:
      return "comment";
    case MailSort::kEnquiryCreated:
      return "enquiry_created";
    case MailSort::kEnquiryMoved:
      return "enquiry_moved";
  }
  return "";
}

Language LanguageOf(const SubjectState& subject) {
  return std::visit([](const auto& kind) { return kind.content.customer.language; }, subject);
}

const Activity* NamingActivity(absl::Span<const Activity> activities) {
  const Activity* naming = nullptr;
  NamingRank highest = NamingRank::kComment;
  for (const Activity& activity : activities) {
    const NamingRank rank = std::visit(NamingRankOf(), activity.event);
    if (!IsTold(activity) || rank < highest) continue;
    naming = &activity;
    highest = rank;
  }
  return naming;
}

MailSort SortOf(const Activity* naming, const SubjectState& subject) {
  const bool of_order = AsOrder(&subject) != nullptr;
  if (naming == nullptr) return of_order ? MailSort::kOrderStep : MailSort::kEnquiryMoved;
  return std::visit(SortOfEvent{of_order}, naming->event);
}

kainjow::mustache::data ViewOf(const News& news, const ShopDetails& shop) {
  return ViewMaker(news, shop).Make();
}

}  // namespace ipstore::orders
