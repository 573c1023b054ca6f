// The names under which enumerators stand in the database and in the contract's error details. They
// are written out here: an order that was stored under one must be read under it for ever.

#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/activity.h"
#include "domain/enquiry.h"
#include "domain/enquiry_lifecycle.h"
#include "domain/order.h"
#include "domain/refusal.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using ::testing::MatchesRegex;

template <typename E>
using Names = std::vector<std::pair<E, std::string>>;

// Each enumerator is written as its name and read from it; other text is nobody's name.
template <typename E>
void ExpectStoredAs(const Names<E>& names) {
  for (const auto& [value, name] : names) {
    EXPECT_EQ(Name(value), name);
    EXPECT_EQ(FromName<E>(name), value) << name;
  }
  EXPECT_EQ(FromName<E>(""), std::nullopt);
  EXPECT_EQ(FromName<E>("SOMETHING_ELSE"), std::nullopt);
}

TEST(StoredNames, OfWhatAnOrderIsMadeOfNeverChange) {
  ExpectStoredAs<Language>({{Language::kGreek, "el"}, {Language::kEnglish, "en"}});
  ExpectStoredAs<Segment>({{Segment::kRetail, "RETAIL"}, {Segment::kBusiness, "BUSINESS"}});
  ExpectStoredAs<FulfilmentMethod>({{FulfilmentMethod::kCourier, "COURIER"},
                                    {FulfilmentMethod::kStorePickup, "STORE_PICKUP"},
                                    {FulfilmentMethod::kCompanyVehicle, "COMPANY_VEHICLE"}});
  ExpectStoredAs<PaymentMethod>({{PaymentMethod::kCard, "CARD"},
                                 {PaymentMethod::kBankTransfer, "BANK_TRANSFER"},
                                 {PaymentMethod::kCashOnDelivery, "CASH_ON_DELIVERY"},
                                 {PaymentMethod::kPayInStore, "PAY_IN_STORE"},
                                 {PaymentMethod::kOnAccount, "ON_ACCOUNT"}});
  ExpectStoredAs<ChargeKind>({{ChargeKind::kShipping, "SHIPPING"},
                              {ChargeKind::kCashOnDelivery, "CASH_ON_DELIVERY"},
                              {ChargeKind::kOther, "OTHER"}});
  ExpectStoredAs<CheckKind>({{CheckKind::kDetails, "DETAILS"},
                             {CheckKind::kAvailability, "AVAILABILITY"},
                             {CheckKind::kPayment, "PAYMENT"}});
  ExpectStoredAs<CheckOutcome>({{CheckOutcome::kPassed, "PASSED"},
                                {CheckOutcome::kFailed, "FAILED"},
                                {CheckOutcome::kWithdrawn, "WITHDRAWN"}});
  ExpectStoredAs<SourceKind>(
      {{SourceKind::kWarehouse, "WAREHOUSE"}, {SourceKind::kSupplier, "SUPPLIER"}});
}

TEST(StoredNames, OfEnquiriesNeverChange) {
  ExpectStoredAs<EnquiryKind>({{EnquiryKind::kQuestion, "QUESTION"},
                               {EnquiryKind::kReturn, "RETURN"},
                               {EnquiryKind::kComplaint, "COMPLAINT"}});
  const Names<EnquiryStatus> statuses = {
      {EnquiryStatus::kOpen, "OPEN"},
      {EnquiryStatus::kInProgress, "IN_PROGRESS"},
      {EnquiryStatus::kWaitingForCustomer, "WAITING_FOR_CUSTOMER"},
      {EnquiryStatus::kResolved, "RESOLVED"}};
  EXPECT_EQ(statuses.size(), kEnquiryStatuses.size());
  for (const auto& [status, name] : statuses) {
    EXPECT_EQ(Name(status), name);
    EXPECT_EQ(EnquiryStatusFromName(name), status);
  }
  EXPECT_EQ(EnquiryStatusFromName("CLOSED"), std::nullopt);
  const Names<EnquiryAction> actions = {{EnquiryAction::kTakeUp, "TAKE_UP"},
                                        {EnquiryAction::kAskCustomer, "ASK_CUSTOMER"},
                                        {EnquiryAction::kResume, "RESUME"},
                                        {EnquiryAction::kResolve, "RESOLVE"},
                                        {EnquiryAction::kReopen, "REOPEN"}};
  EXPECT_EQ(actions.size(), kEnquiryActions.size());
  for (const auto& [action, name] : actions) {
    EXPECT_EQ(Name(action), name);
    EXPECT_EQ(EnquiryActionFromName(name), action);
  }
  EXPECT_EQ(EnquiryActionFromName("CLOSE"), std::nullopt);
}

template <typename Values>
void ExpectOwnNames(const Values& values) {
  std::set<absl::string_view> names;
  for (auto value : values) {
    EXPECT_THAT(std::string(Name(value)), MatchesRegex("[A-Z0-9_]+"));
    EXPECT_TRUE(names.insert(Name(value)).second) << Name(value);
  }
}

TEST(Names, OfActivitiesAndRefusalsAreUpperSnakeAndStandForOneThing) {
  ExpectOwnNames(kActivityKinds);
  ExpectOwnNames(kReasons);
  std::vector<Flaw> flaws;
  for (int flaw = 1; flaw <= static_cast<int>(Flaw::kNotUpdatable); ++flaw)
    flaws.push_back(static_cast<Flaw>(flaw));
  ExpectOwnNames(flaws);
  ExpectOwnNames(std::array{Visibility::kPublic, Visibility::kInternal});
  ExpectOwnNames(std::array{NotificationWish::kNothingToTell, NotificationWish::kNotify,
                            NotificationWish::kSuppressedByCaller,
                            NotificationWish::kSuppressedBySetting});
}

}  // namespace
}  // namespace ipstore::orders
