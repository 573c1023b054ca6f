// An order as it stands: the fold of its activities (see evolve.h). Plain values; product §3 says
// what each is for.
#ifndef IPSTORE_ORDERS_DOMAIN_ORDER_H_
#define IPSTORE_ORDERS_DOMAIN_ORDER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "domain/lifecycle.h"
#include "domain/money.h"
#include "domain/subject.h"

namespace ipstore::orders {

// The enumerations below are stored by Name(), so their numbers may change and their names may not.

enum class Language : std::uint8_t { kGreek = 1, kEnglish = 2 };
enum class Segment : std::uint8_t { kRetail = 1, kBusiness = 2 };
enum class FulfilmentMethod : std::uint8_t { kCourier = 1, kStorePickup = 2, kCompanyVehicle = 3 };
enum class PaymentMethod : std::uint8_t {
  kCard = 1,
  kBankTransfer = 2,
  kCashOnDelivery = 3,
  kPayInStore = 4,
  kOnAccount = 5,  // businesses that are invoiced and pay later
};
enum class ChargeKind : std::uint8_t { kShipping = 1, kCashOnDelivery = 2, kOther = 3 };
enum class CheckKind : std::uint8_t { kDetails = 1, kAvailability = 2, kPayment = 3 };
enum class CheckOutcome : std::uint8_t { kPassed = 1, kFailed = 2, kWithdrawn = 3 };
enum class SourceKind : std::uint8_t { kWarehouse = 1, kSupplier = 2 };

inline constexpr std::array kCheckKinds = {CheckKind::kDetails, CheckKind::kAvailability,
                                           CheckKind::kPayment};

absl::string_view Name(Language value);  // "el", "en"
absl::string_view Name(Segment value);
absl::string_view Name(FulfilmentMethod value);
absl::string_view Name(PaymentMethod value);
absl::string_view Name(ChargeKind value);
absl::string_view Name(CheckKind value);
absl::string_view Name(CheckOutcome value);
absl::string_view Name(SourceKind value);

// The enumerator of that name, or nothing. Instantiated for the enumerations above.
template <typename E>
std::optional<E> FromName(absl::string_view name);

// Somebody who acted: a role and the name that the caller's system has for them.
struct Actor {
  Role role = Role::kService;
  std::string id;

  friend bool operator==(const Actor&, const Actor&) = default;
};

struct Customer {
  std::string id;  // empty for a guest
  std::string name;
  std::string email;  // may be empty for imported orders only
  std::string phone;
  Segment segment = Segment::kRetail;
  std::string company_name;              // businesses
  std::string vat_number;                // businesses
  Language language = Language::kGreek;  // frozen on the order

  friend bool operator==(const Customer&, const Customer&) = default;
};

struct Address {
  std::string recipient;
  std::vector<std::string> lines;  // street and number, floor, …
  std::string postal_code;
  std::string city;
  std::string region;
  std::string country;  // ISO 3166-1 alpha-2
  std::string phone;
  std::string instructions;  // for whoever delivers

  friend bool operator==(const Address&, const Address&) = default;
};

struct PickupStore {
  std::string id;
  std::string name;
  Address address;
  std::string opening_hours;

  friend bool operator==(const PickupStore&, const PickupStore&) = default;
};

// Where gathered pieces came from.
struct Source {
  SourceKind kind = SourceKind::kWarehouse;
  std::string id;

  friend bool operator==(const Source&, const Source&) = default;
};

struct GatheredFrom {
  Source source;
  std::int64_t quantity = 0;

  friend bool operator==(const GatheredFrom&, const GatheredFrom&) = default;
};

struct Line {
  std::int32_t number = 0;  // 1, 2, … within the order
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;
  Amount unit_price;
  Amount discount;  // on the whole line
  VatRate vat_rate;
  std::vector<GatheredFrom> gathered;  // in the order of gathering, each source once

  std::int64_t GatheredQuantity() const;
  bool FullyGathered() const { return GatheredQuantity() == quantity; }

  friend bool operator==(const Line&, const Line&) = default;
};

struct Charge {
  ChargeKind kind = ChargeKind::kShipping;
  std::string label;  // what OTHER is for
  Amount amount;
  VatRate vat_rate;

  friend bool operator==(const Charge&, const Charge&) = default;
};

// The latest word on one of the three checks. A withdrawn check, and one never made, is absent from
// the order.
struct Check {
  CheckOutcome outcome = CheckOutcome::kPassed;
  std::string note;  // staff's own remark; customers do not see it
  Actor by;
  std::optional<Actor> on_behalf_of;
  absl::Time at;

  friend bool operator==(const Check&, const Check&) = default;
};

// At most one Check for each CheckKind.
class Checks {
 public:
  const std::optional<Check>& operator[](CheckKind kind) const { return checks_[Index(kind)]; }
  std::optional<Check>& operator[](CheckKind kind) { return checks_[Index(kind)]; }
  // True when the latest word on `kind` is that it passed.
  bool Passed(CheckKind kind) const {
    const std::optional<Check>& check = checks_[Index(kind)];
    return check.has_value() && check->outcome == CheckOutcome::kPassed;
  }

  friend bool operator==(const Checks&, const Checks&) = default;

 private:
  static std::size_t Index(CheckKind kind) { return static_cast<std::size_t>(kind) - 1; }

  std::array<std::optional<Check>, kCheckKinds.size()> checks_;
};

struct Invoice {
  std::string number;
  absl::CivilDay date;

  friend bool operator==(const Invoice&, const Invoice&) = default;
};

struct Parcel {
  std::int32_t number = 0;  // 1, 2, … within the order; not used again after a return
  std::string carrier;
  std::string tracking_number;
  std::string tracking_url;    // https, or empty
  std::string carrier_status;  // in the carrier's own words

  friend bool operator==(const Parcel&, const Parcel&) = default;
};

// A span of time, start before end.
struct TimeWindow {
  absl::Time start;
  absl::Time end;

  friend bool operator==(const TimeWindow&, const TimeWindow&) = default;
};

struct VehicleTrip {
  std::string vehicle;  // plate or fleet number
  TimeWindow window;    // planned delivery

  friend bool operator==(const VehicleTrip&, const VehicleTrip&) = default;
};

// What the customer thought of it, once it was received.
struct Feedback {
  std::int32_t rating = 0;  // 1, the worst, to 5
  std::string text;
  absl::Time at;

  friend bool operator==(const Feedback&, const Feedback&) = default;
};

// What is bought, for whom and how it gets there: everything that a caller gives when an order is
// created.
struct OrderContent {
  std::string source;              // the system that took the order, e.g. "eshop"
  std::string external_reference;  // its name there; unique with the source
  Customer customer;
  std::string currency;  // ISO 4217
  bool prices_include_vat = true;
  std::vector<Line> lines;  // by number, ascending
  std::vector<Charge> charges;
  PaymentMethod payment_method = PaymentMethod::kCard;
  FulfilmentMethod method = FulfilmentMethod::kCourier;
  std::optional<Address> delivery_address;
  std::optional<PickupStore> store;
  std::optional<absl::Time> promised_delivery;
  bool notifications_on = true;

  friend bool operator==(const OrderContent&, const OrderContent&) = default;
};

struct Order {
  Subject subject;
  OrderContent content;
  Totals totals;
  Checks checks;
  std::optional<Invoice> invoice;
  std::vector<Parcel> parcels;
  std::int32_t last_parcel_number = 0;
  std::optional<absl::Time>
      expected_delivery;  // the carrier's word; promised_delivery is the shop's
  std::optional<absl::Time> pickup_until;
  std::optional<VehicleTrip> vehicle_trip;
  std::string cancellation_reason;
  // The highest number that a line ever had; 0 as long as no line was amended, added or removed,
  // when the lines themselves tell it. LastLineNumber() knows both.
  std::int32_t last_line_number = 0;
  std::optional<Feedback> feedback;

  OrderStatus status() const { return static_cast<OrderStatus>(subject.status); }
  // The line of that number, or nullptr.
  const Line* FindLine(std::int32_t number) const;
  // The highest number that a line of this order ever had: numbers are not used again.
  std::int32_t LastLineNumber() const;
  // The parcel of that number, or nullptr.
  const Parcel* FindParcel(std::int32_t number) const;

  friend bool operator==(const Order&, const Order&) = default;
};

// The totals of `content`; nothing when they exceed kMaxAmountMinor.
std::optional<Totals> ComputeTotals(const OrderContent& content);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_DOMAIN_ORDER_H_
