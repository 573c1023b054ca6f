#include "tests/domain/product_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "domain/lifecycle.h"

namespace ipstore::orders::test {

bool ProductStep::Allows(Role role) const {
  return roles.contains(std::string(Name(role)));
}

const std::vector<ProductStep>& ProductOrderSteps() {
  static const auto& table = *new std::vector<ProductStep>{
      {1, "START_PROCESSING", 2, {"STAFF", "SERVICE"}, {}},
      {2,
       "START_GATHERING",
       3,
       {"STAFF", "SERVICE"},
       {"DETAILS_VERIFIED", "AVAILABILITY_CONFIRMED", "PAYMENT_ARRANGED"}},
      {3, "START_PREPARING", 4, {"STAFF", "SERVICE"}, {"ALL_LINES_GATHERED", "PAYMENT_ARRANGED"}},
      {4,
       "HAND_TO_CARRIER",
       5,
       {"STAFF", "SERVICE"},
       {"METHOD_IS_COURIER", "INVOICED", "PARCEL_TRACKED"}},
      {4,
       "OFFER_PICKUP",
       6,
       {"STAFF", "SERVICE"},
       {"METHOD_IS_STORE_PICKUP", "INVOICED", "STORE_CHOSEN"}},
      {4,
       "DISPATCH_VEHICLE",
       7,
       {"STAFF", "SERVICE"},
       {"METHOD_IS_COMPANY_VEHICLE", "CUSTOMER_IS_BUSINESS", "INVOICED"}},
      {5, "CONFIRM_RECEIPT", 8, {"STAFF", "SERVICE", "CUSTOMER"}, {}},
      {6, "CONFIRM_RECEIPT", 8, {"STAFF", "SERVICE", "CUSTOMER"}, {}},
      {7, "CONFIRM_RECEIPT", 8, {"STAFF", "SERVICE", "CUSTOMER"}, {}},
      {1, "CANCEL", 9, {"STAFF", "SERVICE", "CUSTOMER"}, {}},
      {2, "CANCEL", 9, {"STAFF", "SERVICE"}, {}},
      {3, "CANCEL", 9, {"STAFF", "SERVICE"}, {}},
      {4, "CANCEL", 9, {"STAFF", "SERVICE"}, {}},
      {3, "RETURN_TO_PROCESSING", 2, {"STAFF"}, {}},
      {4, "RETURN_TO_GATHERING", 3, {"STAFF"}, {}},
      {5, "RETURN_UNDELIVERED", 4, {"STAFF", "SERVICE"}, {}},
      {6, "RETURN_UNDELIVERED", 4, {"STAFF", "SERVICE"}, {}},
      {7, "RETURN_UNDELIVERED", 4, {"STAFF", "SERVICE"}, {}},
  };
  return table;
}

const std::vector<ProductCommand>& ProductOrderCommands() {
  static const auto& table = *new std::vector<ProductCommand>{
      {"RECORD_CHECK", {1, 2, 3, 4}, {"STAFF", "SERVICE"}},
      {"RECORD_GATHERING", {3}, {"STAFF", "SERVICE"}},
      {"RECORD_INVOICE", {4, 5, 6, 7}, {"STAFF", "SERVICE"}},
      {"RECORD_TRACKING", {4, 5, 6, 7}, {"STAFF", "SERVICE"}},
      {"UPDATE_CONTACT", {1, 2, 3, 4, 5, 6, 7}, {"STAFF", "SERVICE", "CUSTOMER"}},
      {"UPDATE_PROMISED_DELIVERY", {1, 2, 3, 4, 5, 6, 7}, {"STAFF", "SERVICE"}},
      {"UPDATE_FULFILMENT", {1, 2, 3, 4}, {"STAFF", "SERVICE"}},
      {"UPDATE_FULFILMENT", {1, 2}, {"CUSTOMER"}},
      {"UPDATE_GOODS", {1, 2}, {"STAFF", "SERVICE"}},
      {"UPDATE_GOODS", {1}, {"CUSTOMER"}},
      {"ADD_PUBLIC_COMMENT", {1, 2, 3, 4, 5, 6, 7, 8, 9}, {"STAFF", "SERVICE", "CUSTOMER"}},
      {"ADD_INTERNAL_COMMENT", {1, 2, 3, 4, 5, 6, 7, 8, 9}, {"STAFF", "SERVICE"}},
      {"SET_NOTIFICATIONS", {1, 2, 3, 4, 5, 6, 7, 8, 9}, {"STAFF", "CUSTOMER"}},
      {"SUBMIT_FEEDBACK", {8}, {"CUSTOMER"}},
      {"REDACT", {1, 2, 3, 4, 5, 6, 7, 8, 9}, {"STAFF"}},
  };
  return table;
}

const std::vector<ProductStep>& ProductEnquirySteps() {
  static const auto& table = *new std::vector<ProductStep>{
      {1, "TAKE_UP", 2, {"STAFF", "SERVICE"}, {}},
      {2, "ASK_CUSTOMER", 3, {"STAFF", "SERVICE"}, {}},
      {3, "RESUME", 2, {"STAFF", "SERVICE", "CUSTOMER"}, {}},
      {2, "RESOLVE", 4, {"STAFF", "SERVICE"}, {}},
      {3, "RESOLVE", 4, {"STAFF", "SERVICE"}, {}},
      {4, "REOPEN", 1, {"STAFF", "SERVICE", "CUSTOMER"}, {"RESOLVED_IN_THE_LAST_14_DAYS"}},
  };
  return table;
}

const ProductStep* FindStep(const std::vector<ProductStep>& steps, int from,
                            absl::string_view action) {
  const auto found = std::ranges::find_if(
      steps, [&](const ProductStep& step) { return step.from == from && step.action == action; });
  return found == steps.end() ? nullptr : &*found;
}

}  // namespace ipstore::orders::test
