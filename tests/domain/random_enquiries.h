// Enquiries to which anybody may do anything, like the orders of random_orders.h.
#ifndef IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_ENQUIRIES_H_
#define IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_ENQUIRIES_H_

#include <functional>
#include <iosfwd>
#include <vector>

#include "domain/command.h"
#include "domain/enquiry.h"
#include "rapidcheck.h"
#include "tests/domain/random_walk.h"

namespace ipstore::orders::test {

// What somebody tries.
enum class EnquiryDeed {
  kStepOut,  // one of the steps from where it is
  kAnyStep,
  kComment,
  kNotifications,
  kRedact,
};

// One attempt, in plain numbers; random_enquiries.cc says what they come to.
struct EnquiryAttempt {
  EnquiryDeed deed;
  int detail;  // which action, what kind of comment, on or off
  int caller;
  int wait;  // how long after the one before
};

// An enquiry as it is made, and what is tried on it afterwards. Some time after it was resolved for
// good the next one is made like it.
struct EnquiryWalk {
  bool guest;
  bool notifications_on;
  std::vector<EnquiryAttempt> attempts;
};

std::ostream& operator<<(std::ostream& out, const EnquiryAttempt& attempt);
std::ostream& operator<<(std::ostream& out, const EnquiryWalk& walk);

rc::Gen<EnquiryWalk> EnquiryWalks();

// Everybody who could call about `enquiry`.
std::vector<Caller> CallersAbout(const Enquiry& enquiry);

using TriedOnEnquiry = Tried<Enquiry, EnquiryCommand>;

// Goes that way as the server would, and shows `visit` each attempt.
void Walk(const EnquiryWalk& walk, const std::function<void(const TriedOnEnquiry&)>& visit);

}  // namespace ipstore::orders::test

template <>
struct rc::Arbitrary<ipstore::orders::test::EnquiryWalk> {
  static Gen<ipstore::orders::test::EnquiryWalk> arbitrary() {
    return ipstore::orders::test::EnquiryWalks();
  }
};

#endif  // IPSTORE_ORDERS_TESTS_DOMAIN_RANDOM_ENQUIRIES_H_
