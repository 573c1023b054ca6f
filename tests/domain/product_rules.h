// The product's rules as plain data (product §2 and §4). A literal copy on purpose: it shares
// nothing with domain/lifecycle.h and domain/enquiry_lifecycle.h, so that a slip in either shows.
#ifndef IPSTORE_ORDERS_TESTS_DOMAIN_PRODUCT_RULES_H_
#define IPSTORE_ORDERS_TESTS_DOMAIN_PRODUCT_RULES_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "domain/transition_table.h"

namespace ipstore::orders::test {

// One step of a lifecycle: statuses by their numbers, everything else by its name in the contract.
struct ProductStep {
  int from;
  const char* action;
  int to;
  std::set<std::string> roles;
  std::set<std::string> guards;

  bool Allows(Role role) const;
};

// A command that moves nothing. One that a role may use in fewer statuses than another has a row
// for each.
struct ProductCommand {
  const char* command;
  std::set<int> statuses;
  std::set<std::string> roles;
};

const std::vector<ProductStep>& ProductOrderSteps();
const std::vector<ProductCommand>& ProductOrderCommands();
const std::vector<ProductStep>& ProductEnquirySteps();

// The step of that action from that status, or nullptr where the product has none.
const ProductStep* FindStep(const std::vector<ProductStep>& steps, int from,
                            absl::string_view action);

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_DOMAIN_PRODUCT_RULES_H_
