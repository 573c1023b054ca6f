#include "client/orderctl/order_page.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/notification_text.h"
#include "client/orderctl/page_parts.h"
#include "client/orderctl/rules_text.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

using Align = Column::Align;

std::string AddressText(const v1::Address& address) {
  return Joined({address.recipient(), absl::StrJoin(address.lines(), ", "),
                 Joined({address.postal_code(), address.city()}, " "), address.region(),
                 address.country(), address.phone()},
                ", ");
}

std::string ChecksText(const v1::Order& order, Language language) {
  std::vector<std::string> texts;
  for (const v1::Check& check : order.checks()) {
    std::string text =
        absl::StrCat(LabelOf(check.check(), language), ": ", LabelOf(check.outcome(), language));
    if (!check.note().empty()) absl::StrAppend(&text, " (", check.note(), ")");
    texts.push_back(std::move(text));
  }
  return absl::StrJoin(texts, " · ");
}

std::string InvoiceText(const v1::Invoice& invoice, Language language) {
  return absl::StrCat(invoice.number(), ", ", FormatDate(invoice.date(), language));
}

std::string FeedbackText(const v1::Feedback& feedback) {
  return Joined({absl::StrCat(feedback.rating(), "/5"), feedback.text()}, " · ");
}

void AddCustomer(const v1::Order& order, const Reader& reader, Facts& facts) {
  const v1::Customer& customer = order.customer();
  facts.Add(words::kCustomer, CustomerText(customer, reader.language));
  facts.Add(words::kCompany, customer.company_name());
  facts.Add(words::kVatNumber, customer.vat_number());
  facts.Add(words::kReference, absl::StrCat(order.source(), " ", order.external_reference()));
  facts.AddTime(words::kPlaced, true, order.create_time());
  facts.Add(words::kPayment, LabelOf(order.payment_method(), reader.language));
  facts.AddTime(words::kRedacted, order.has_redact_time(), order.redact_time());
}

void AddDelivery(const v1::Order& order, const Reader& reader, Facts& facts) {
  facts.Add(words::kMethod, LabelOf(order.method(), reader.language));
  facts.Add(words::kDeliverTo, AddressText(order.delivery_address()));
  facts.Add(words::kInstructions, order.delivery_address().instructions());
  facts.Add(words::kStore,
            Joined({order.store().name(), AddressText(order.store().address())}, ", "));
  facts.Add(words::kOpeningHours, order.store().opening_hours());
  facts.AddTime(words::kPickupUntil, order.has_pickup_until(), order.pickup_until());
  facts.Add(words::kVehicle, order.vehicle_trip().vehicle());
  if (order.has_vehicle_trip()) {
    facts.Add(words::kDeliveryWindow,
              FormatWindow(order.vehicle_trip().window(), reader.zone, reader.language));
  }
  facts.AddTime(words::kPromised, order.has_promised_delivery(), order.promised_delivery());
  facts.AddTime(words::kExpected, order.has_expected_delivery(), order.expected_delivery());
}

void AddProgress(const v1::Order& order, const Reader& reader, Facts& facts) {
  const Language language = reader.language;
  facts.Add(words::kChecks, ChecksText(order, language));
  if (order.has_invoice()) facts.Add(words::kInvoice, InvoiceText(order.invoice(), language));
  facts.Add(words::kCancellation, order.cancellation_reason());
  if (order.has_feedback()) facts.Add(words::kFeedback, FeedbackText(order.feedback()));
  AddNotifications(order, reader, facts);
}

std::string ChargeLabel(const v1::Charge& charge, Language language) {
  return charge.label().empty() ? LabelOf(charge.kind(), language) : charge.label();
}

std::string ItemTable(const v1::Order& order, const Reader& reader) {
  const Language language = reader.language;
  Table table({{"#", Align::kRight},
               {std::string(words::kSku.In(language))},
               {std::string(words::kProduct.In(language)), Align::kLeft, /*wraps=*/true},
               {std::string(words::kQuantity.In(language)), Align::kRight},
               {std::string(words::kGathered.In(language)), Align::kRight},
               {std::string(words::kUnitPrice.In(language)), Align::kRight},
               {std::string(words::kDiscount.In(language)), Align::kRight},
               {std::string(words::kVat.In(language)), Align::kRight},
               {std::string(words::kTotal.In(language)), Align::kRight}});
  for (const v1::Line& line : order.lines()) {
    const bool gathered = line.quantity_gathered() == line.quantity();
    table.AddRow(
        {{absl::StrCat(line.line())},
         {line.sku()},
         {line.name()},
         {FormatCount(line.quantity(), language)},
         {FormatCount(line.quantity_gathered(), language), gathered ? Tone::kGood : Tone::kPlain},
         {FormatMoney(line.unit_price(), language)},
         {line.has_discount() ? FormatMoney(line.discount(), language) : ""},
         {FormatVatRate(line.vat_rate_basis_points(), language)},
         {FormatMoney(line.total(), language)}});
  }
  for (const v1::Charge& charge : order.charges()) {
    table.AddRow({{},
                  {},
                  {ChargeLabel(charge, language)},
                  {},
                  {},
                  {},
                  {},
                  {FormatVatRate(charge.vat_rate_basis_points(), language)},
                  {FormatMoney(charge.amount(), language)}});
  }
  return table.Render(reader.style, reader.width);
}

std::string TotalTable(const v1::Totals& totals, const Reader& reader) {
  const Language language = reader.language;
  Table table({{}, {"", Align::kRight}});
  table.AddRow({{std::string(words::kNet.In(language))}, {FormatMoney(totals.net(), language)}});
  for (const v1::VatTotal& vat : totals.vat()) {
    table.AddRow({{absl::StrCat(words::kVat.In(language), " ",
                                FormatVatRate(vat.vat_rate_basis_points(), language), " ",
                                words::kVatOn.In(language), " ", FormatMoney(vat.net(), language))},
                  {FormatMoney(vat.vat(), language)}});
  }
  table.AddRow({{std::string(words::kGross.In(language)), Tone::kStrong},
                {FormatMoney(totals.gross(), language), Tone::kStrong}});
  return table.Render(reader.style, reader.width);
}

std::string ItemsTitle(const v1::Order& order, Language language) {
  const bool with_vat = !order.has_prices_include_vat() || order.prices_include_vat();
  const Phrase prices = with_vat ? words::kPricesWithVat : words::kPricesWithoutVat;
  return absl::StrCat(words::kItems.In(language), " (", prices.In(language), ")");
}

std::string ParcelTable(const v1::Order& order, const Reader& reader) {
  const Language language = reader.language;
  Table table({{"#", Align::kRight},
               {std::string(words::kCarrier.In(language))},
               {std::string(words::kTracking.In(language))},
               {std::string(words::kCarrierStatus.In(language)), Align::kLeft, /*wraps=*/true},
               {std::string(words::kLink.In(language))}});
  for (const v1::Parcel& parcel : order.parcels()) {
    table.AddRow({{absl::StrCat(parcel.parcel())},
                  {parcel.carrier()},
                  {parcel.tracking_number(), Tone::kStrong},
                  {parcel.carrier_status()},
                  {parcel.tracking_url()}});
  }
  return table.Render(reader.style, reader.width);
}

std::string OpenActionTable(const google::protobuf::RepeatedPtrField<v1::OpenAction>& actions,
                            const Reader& reader) {
  Table table({{}, {"", Align::kLeft, /*wraps=*/true}});
  for (const v1::OpenAction& action : actions) {
    table.AddRow({{SubcommandOf(action.action()), Tone::kStrong},
                  {absl::StrCat(action.label(), " → ", action.target_text())}});
  }
  if (table.empty()) return absl::StrCat(words::kNone.In(reader.language), "\n");
  return table.Render(reader.style, reader.width);
}

}  // namespace

std::string OrderPageText(const v1::OrderPage& page, const Reader& reader) {
  const v1::Order& order = page.order();
  Facts facts(reader);
  AddCustomer(order, reader, facts);
  AddDelivery(order, reader, facts);
  AddProgress(order, reader, facts);

  const std::string title = absl::StrCat(words::kOrder.In(reader.language), " ", order.number());
  std::string out = absl::StrCat(
      PageHead(title, order.status_text(), order.status_meaning(), reader), facts.Render());
  absl::StrAppend(&out, Heading(ItemsTitle(order, reader.language), reader),
                  ItemTable(order, reader), "\n", TotalTable(order.totals(), reader));
  if (!order.parcels().empty()) {
    absl::StrAppend(&out, Heading(words::kParcels.In(reader.language), reader),
                    ParcelTable(order, reader));
  }
  absl::StrAppend(&out, ActivityHeading(reader), ActivityList(page.activities(), reader));
  absl::StrAppend(&out, Heading(words::kComments.In(reader.language), reader),
                  CommentList(page.comments(), reader));
  absl::StrAppend(&out, NotificationSection(page.notifications(), page.activities(), reader));
  if (page.has_next_step()) {
    absl::StrAppend(&out, Heading(words::kNextStep.In(reader.language), reader),
                    NextStepText(page.next_step(), reader));
  }
  absl::StrAppend(&out, Heading(words::kActions.In(reader.language), reader),
                  OpenActionTable(page.open_actions(), reader));
  return out;
}

}  // namespace ipstore::orders::client
