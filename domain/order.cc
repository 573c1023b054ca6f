#include "domain/order.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {
namespace {

template <typename E>
struct Enumerators;
template <>
struct Enumerators<Language> {
  static constexpr std::array kAll = {Language::kGreek, Language::kEnglish};
};
template <>
struct Enumerators<Segment> {
  static constexpr std::array kAll = {Segment::kRetail, Segment::kBusiness};
};
template <>
struct Enumerators<FulfilmentMethod> {
  static constexpr std::array kAll = {FulfilmentMethod::kCourier, FulfilmentMethod::kStorePickup,
                                      FulfilmentMethod::kCompanyVehicle};
};
template <>
struct Enumerators<PaymentMethod> {
  static constexpr std::array kAll = {PaymentMethod::kCard, PaymentMethod::kBankTransfer,
                                      PaymentMethod::kCashOnDelivery, PaymentMethod::kPayInStore,
                                      PaymentMethod::kOnAccount};
};
template <>
struct Enumerators<ChargeKind> {
  static constexpr std::array kAll = {ChargeKind::kShipping, ChargeKind::kCashOnDelivery,
                                      ChargeKind::kOther};
};
template <>
struct Enumerators<CheckKind> {
  static constexpr std::array kAll = kCheckKinds;
};
template <>
struct Enumerators<CheckOutcome> {
  static constexpr std::array kAll = {CheckOutcome::kPassed, CheckOutcome::kFailed,
                                      CheckOutcome::kWithdrawn};
};
template <>
struct Enumerators<SourceKind> {
  static constexpr std::array kAll = {SourceKind::kWarehouse, SourceKind::kSupplier};
};

}  // namespace

absl::string_view Name(Language value) {
  switch (value) {
    case Language::kGreek:
      return "el";
    case Language::kEnglish:
      return "en";
  }
  return "";
}

absl::string_view Name(Segment value) {
  switch (value) {
    case Segment::kRetail:
      return "RETAIL";
    case Segment::kBusiness:
      return "BUSINESS";
  }
  return "";
}

absl::string_view Name(FulfilmentMethod value) {
  switch (value) {
    case FulfilmentMethod::kCourier:
      return "COURIER";
    case FulfilmentMethod::kStorePickup:
      return "STORE_PICKUP";
    case FulfilmentMethod::kCompanyVehicle:
      return "COMPANY_VEHICLE";
  }
  return "";
}

absl::string_view Name(PaymentMethod value) {
  switch (value) {
    case PaymentMethod::kCard:
      return "CARD";
    case PaymentMethod::kBankTransfer:
      return "BANK_TRANSFER";
    case PaymentMethod::kCashOnDelivery:
      return "CASH_ON_DELIVERY";
    case PaymentMethod::kPayInStore:
      return "PAY_IN_STORE";
    case PaymentMethod::kOnAccount:
      return "ON_ACCOUNT";
  }
  return "";
}

absl::string_view Name(ChargeKind value) {
  switch (value) {
    case ChargeKind::kShipping:
      return "SHIPPING";
    case ChargeKind::kCashOnDelivery:
      return "CASH_ON_DELIVERY";
    case ChargeKind::kOther:
      return "OTHER";
  }
  return "";
}

absl::string_view Name(CheckKind value) {
  switch (value) {
    case CheckKind::kDetails:
      return "DETAILS";
    case CheckKind::kAvailability:
      return "AVAILABILITY";
    case CheckKind::kPayment:
      return "PAYMENT";
  }
  return "";
}

absl::string_view Name(CheckOutcome value) {
  switch (value) {
    case CheckOutcome::kPassed:
      return "PASSED";
    case CheckOutcome::kFailed:
      return "FAILED";
    case CheckOutcome::kWithdrawn:
      return "WITHDRAWN";
  }
  return "";
}

absl::string_view Name(SourceKind value) {
  switch (value) {
    case SourceKind::kWarehouse:
      return "WAREHOUSE";
    case SourceKind::kSupplier:
      return "SUPPLIER";
  }
  return "";
}

template <typename E>
std::optional<E> FromName(absl::string_view name) {
  for (E value : Enumerators<E>::kAll) {
    if (Name(value) == name) return value;
  }
  return std::nullopt;
}

template std::optional<Language> FromName(absl::string_view name);
template std::optional<Segment> FromName(absl::string_view name);
template std::optional<FulfilmentMethod> FromName(absl::string_view name);
template std::optional<PaymentMethod> FromName(absl::string_view name);
template std::optional<ChargeKind> FromName(absl::string_view name);
template std::optional<CheckKind> FromName(absl::string_view name);
template std::optional<CheckOutcome> FromName(absl::string_view name);
template std::optional<SourceKind> FromName(absl::string_view name);

std::int64_t Line::GatheredQuantity() const {
  std::int64_t sum = 0;
  for (const GatheredFrom& from : gathered) sum += from.quantity;
  return sum;
}

const Line* Order::FindLine(std::int32_t number) const {
  auto found = std::ranges::find(content.lines, number, &Line::number);
  return found == content.lines.end() ? nullptr : &*found;
}

std::int32_t Order::LastLineNumber() const {
  std::int32_t last = last_line_number;
  for (const Line& line : content.lines) last = std::max(last, line.number);
  return last;
}

const Parcel* Order::FindParcel(std::int32_t number) const {
  auto found = std::ranges::find(parcels, number, &Parcel::number);
  return found == parcels.end() ? nullptr : &*found;
}

std::optional<Totals> ComputeTotals(const OrderContent& content) {
  std::vector<Priced> priced;
  priced.reserve(content.lines.size() + content.charges.size());
  for (const Line& line : content.lines) {
    std::optional<Amount> total = LineTotal(line.quantity, line.unit_price, line.discount);
    if (!total.has_value()) return std::nullopt;
    priced.push_back({*total, line.vat_rate});
  }
  for (const Charge& charge : content.charges) priced.push_back({charge.amount, charge.vat_rate});
  return ComputeTotals(priced, content.prices_include_vat);
}

}  // namespace ipstore::orders
