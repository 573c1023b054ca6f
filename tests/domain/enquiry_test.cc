// Enquiries: what their table allows, to whom, and what a customer's comment takes along.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "domain/decide_enquiry.h"
#include "domain/evolve.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/orders.h"

namespace ipstore::orders {
namespace {

using test::CustomerCaller;
using test::EnquiryInTest;
using test::kMariaId;
using test::kNikosId;
using test::QuestionAbout;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Reason ReasonOf(const Decision& decision) {
  return std::get<Refusal>(decision).reason;
}

const Activities& Done(const Decision& decision) {
  return std::get<Activities>(decision);
}

AddComment Saying(std::string text, Visibility visibility = Visibility::kPublic) {
  return {.comment = {.text = std::move(text), .visibility = visibility}};
}

Caller CallerOf(Role role) {
  if (role == Role::kCustomer) return CustomerCaller(kMariaId);
  return role == Role::kStaff ? test::Staff() : test::EshopService();
}

// --- Creating ------------------------------------------------------------------------------------

TEST(CreatingAnEnquiry, MakesAnOpenOne) {
  const EnquiryInTest enquiry;
  EXPECT_EQ(enquiry.enquiry().status(), EnquiryStatus::kOpen);
  EXPECT_TRUE(enquiry.enquiry().subject.active);
  EXPECT_EQ(enquiry.enquiry().subject.kind, SubjectKind::kEnquiry);
  EXPECT_EQ(enquiry.enquiry().subject.customer_id, kMariaId);
  ASSERT_THAT(enquiry.log(), SizeIs(1));
  EXPECT_EQ(enquiry.log().front().subject_kind, SubjectKind::kEnquiry);
  EXPECT_EQ(enquiry.log().front().notification, NotificationWish::kNotify);
}

TEST(CreatingAnEnquiry, IsForOneselfOrByTheShop) {
  const CreateEnquiry command{QuestionAbout(std::nullopt)};
  const Number number = Number::FromSerial(Number::kFirstSerial);
  EXPECT_EQ(ReasonOf(Decide(number, command, nullptr, CustomerCaller(kNikosId), test::PlacedAt())),
            Reason::kPermissionDenied);
  for (Role role : kRoles) {
    EXPECT_TRUE(std::holds_alternative<Activities>(
        Decide(number, command, nullptr, CallerOf(role), test::PlacedAt())));
  }
}

TEST(CreatingAnEnquiry, MayBeAboutAnOrderOfTheSameCustomerOnly) {
  const test::OrderInTest marias;
  const test::OrderInTest nikos(test::PickupContent());
  const Number number = Number::FromSerial(Number::kFirstSerial + 1);
  const CreateEnquiry command{QuestionAbout(marias.order().subject.number)};
  const auto decide = [&](const Order* about, const Caller& caller) {
    return Decide(number, command, about, caller, test::PlacedAt());
  };
  EXPECT_EQ(Done(decide(&marias.order(), CustomerCaller(kMariaId))).size(), 1U);
  EXPECT_EQ(ReasonOf(decide(nullptr, CustomerCaller(kMariaId))), Reason::kPermissionDenied);
  EXPECT_EQ(ReasonOf(decide(&nikos.order(), CustomerCaller(kMariaId))), Reason::kPermissionDenied)
      << "which is what she gets for none at all";
  EXPECT_EQ(ReasonOf(decide(nullptr, test::Staff())), Reason::kOrderNotFound);
  const Decision anothers = decide(&nikos.order(), test::Staff());
  ASSERT_EQ(ReasonOf(anothers), Reason::kInvalidRequest);
  EXPECT_THAT(std::get<Refusal>(anothers).violations,
              ElementsAre(Violation{"enquiry.order", Flaw::kNotTheCustomers, {}}));
}

TEST(CreatingAnEnquiry, NeedsWhoAndWhat) {
  Violations violations;
  Validate(CreateEnquiry{}, "enquiry", violations);
  std::vector<std::string> fields;
  for (const Violation& violation : std::move(violations).Take()) fields.push_back(violation.field);
  EXPECT_THAT(fields, ElementsAre("enquiry.customer.name", "enquiry.customer.email",
                                  "enquiry.title", "enquiry.text"));
  Violations none;
  Validate(CreateEnquiry{QuestionAbout(std::nullopt)}, "enquiry", none);
  EXPECT_TRUE(none.Empty());
}

// --- Steps ---------------------------------------------------------------------------------------

TEST(EnquirySteps, AreThoseOfTheTableAndNoOthers) {
  for (EnquiryStatus status : kEnquiryStatuses) {
    for (EnquiryAction action : kEnquiryActions) {
      for (Role role : kRoles) {
        EnquiryInTest enquiry;
        enquiry.WalkTo(status);
        const Enquiry before = enquiry.enquiry();
        const EnquiryTransition* row = FindRow(kEnquiryTransitions, status, action);
        const bool allowed = row != nullptr && row->roles.Contains(role);
        const std::vector<EnquiryAction> open = OpenActions(before, role, enquiry.now());
        const Decision decision = enquiry.Take(action, CallerOf(role));
        SCOPED_TRACE(testing::Message()
                     << Name(status) << " " << Name(action) << " " << Name(role));
        EXPECT_EQ(std::holds_alternative<Activities>(decision), allowed);
        EXPECT_EQ(std::ranges::count(open, action), allowed ? 1 : 0);
        if (allowed) {
          EXPECT_EQ(enquiry.enquiry().status(), row->to);
          EXPECT_EQ(enquiry.enquiry().subject.version, before.subject.version + 1);
          EXPECT_EQ(enquiry.enquiry().subject.active, !IsClosed(row->to));
          continue;
        }
        EXPECT_EQ(enquiry.enquiry(), before);
        EXPECT_EQ(ReasonOf(decision), RolesTaking(kEnquiryTransitions, action).Contains(role)
                                          ? Reason::kEnquiryActionNotOpen
                                          : Reason::kPermissionDenied);
      }
    }
  }
}

TEST(EnquirySteps, TellTheCustomerOfQuestionsAndAnswers) {
  EnquiryInTest enquiry;
  EXPECT_EQ(Done(enquiry.Take(EnquiryAction::kTakeUp)).front().notification,
            NotificationWish::kNothingToTell);
  EXPECT_EQ(Done(enquiry.Take(EnquiryAction::kAskCustomer)).front().notification,
            NotificationWish::kNotify);
  EXPECT_EQ(Done(enquiry.Take(EnquiryAction::kResolve)).front().notification,
            NotificationWish::kNotify);
}

TEST(EnquirySteps, MayLeaveAComment) {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kInProgress);
  const TransitionEnquiry ask{.action = EnquiryAction::kAskCustomer,
                              .comment = NewComment{.text = "Ποιον αριθμό;"}};
  const Decision decision = enquiry.Do(ask);
  ASSERT_THAT(Done(decision), SizeIs(2));
  EXPECT_TRUE(std::holds_alternative<EnquiryMoved>(Done(decision)[0].event));
  EXPECT_EQ(std::get<CommentAdded>(Done(decision)[1].event).text, "Ποιον αριθμό;");
}

TEST(EnquirySteps, OfCustomersLeaveNoInternalComment) {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kWaitingForCustomer);
  const TransitionEnquiry resume{
      .action = EnquiryAction::kResume,
      .comment = NewComment{.text = "x", .visibility = Visibility::kInternal}};
  EXPECT_EQ(ReasonOf(enquiry.Do(resume, CustomerCaller(kMariaId))), Reason::kPermissionDenied);
}

// --- Comments ------------------------------------------------------------------------------------

TEST(EnquiryComments, OfTheCustomerAnswerWhatTheShopAsked) {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kWaitingForCustomer);
  const Decision decision = enquiry.Do(Saying("Ναι."), CustomerCaller(kMariaId));
  ASSERT_THAT(Done(decision), SizeIs(2));
  EXPECT_TRUE(std::holds_alternative<CommentAdded>(Done(decision)[0].event)) << "it comes first";
  EXPECT_EQ(enquiry.enquiry().status(), EnquiryStatus::kInProgress);
}

TEST(EnquiryComments, OfTheCustomerReopenForFourteenDays) {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kResolved);
  EXPECT_FALSE(enquiry.enquiry().subject.active);
  enquiry.Wait(absl::Hours(14 * 24) - absl::Minutes(1));
  EXPECT_THAT(OpenActions(enquiry.enquiry(), Role::kCustomer, enquiry.now()),
              ElementsAre(EnquiryAction::kReopen));
  ASSERT_THAT(Done(enquiry.Do(Saying("Όχι!"), CustomerCaller(kMariaId))), SizeIs(2));
  EXPECT_EQ(enquiry.enquiry().status(), EnquiryStatus::kOpen);
  EXPECT_TRUE(enquiry.enquiry().subject.active);
  EXPECT_EQ(enquiry.enquiry().resolved_at, std::nullopt);
}

TEST(EnquiryComments, LaterTheCustomerIsToOpenANewOne) {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kResolved);
  enquiry.Wait(absl::Hours(14 * 24));
  const Enquiry before = enquiry.enquiry();
  EXPECT_THAT(OpenActions(before, Role::kCustomer, enquiry.now() + absl::Minutes(1)), IsEmpty());
  const Decision decision = enquiry.Do(Saying("Όχι!"), CustomerCaller(kMariaId));
  ASSERT_EQ(ReasonOf(decision), Reason::kOpenANewEnquiry);
  EXPECT_EQ(Sentence(std::get<Refusal>(decision), Language::kEnglish),
            "Enquiry 1000000018 was resolved more than 14 days ago and cannot be reopened; open a "
            "new one.");
  EXPECT_EQ(ReasonOf(enquiry.Take(EnquiryAction::kReopen)), Reason::kOpenANewEnquiry);
  EXPECT_EQ(enquiry.enquiry(), before);
  EXPECT_THAT(Done(enquiry.Do(Saying("closed for good"))), SizeIs(1)) << "the shop may still note";
}

TEST(EnquiryComments, OfTheShopMoveNothing) {
  for (EnquiryStatus status : kEnquiryStatuses) {
    for (Visibility visibility : {Visibility::kPublic, Visibility::kInternal}) {
      EnquiryInTest enquiry;
      enquiry.WalkTo(status);
      EXPECT_THAT(Done(enquiry.Do(Saying("?", visibility))), SizeIs(1));
      EXPECT_EQ(enquiry.enquiry().status(), status);
    }
  }
}

TEST(EnquiryComments, CustomersWriteNoInternalOnes) {
  EnquiryInTest enquiry;
  EXPECT_EQ(ReasonOf(enquiry.Do(Saying("x", Visibility::kInternal), CustomerCaller(kMariaId))),
            Reason::kPermissionDenied);
}

// --- Notifications ---

TEST(EnquiryNotifications, AreTurnedOffByTheCustomerOrStaffAndThenNobodyIsTold) {
  EnquiryInTest enquiry;
  EXPECT_EQ(ReasonOf(enquiry.Do(SetNotifications{false}, test::EshopService())),
            Reason::kPermissionDenied);
  EXPECT_THAT(Done(enquiry.Do(SetNotifications{false}, CustomerCaller(kMariaId))), SizeIs(1));
  EXPECT_THAT(Done(enquiry.Do(SetNotifications{false})), IsEmpty()) << "nothing changed";
  EXPECT_EQ(Done(enquiry.Do(Saying("Αύριο."))).front().notification,
            NotificationWish::kSuppressedBySetting);
  EXPECT_EQ(Replay(enquiry.log()).value(), SubjectState(enquiry.enquiry()));
}

// --- Replay --------------------------------------------------------------------------------------

TEST(EnquiryReplay, TheFoldOfTheLogIsTheEnquiry) {
  EnquiryInTest enquiry;
  enquiry.WalkTo(EnquiryStatus::kResolved);
  enquiry.Do(Saying("Όχι!"), CustomerCaller(kMariaId));
  EXPECT_EQ(Replay(enquiry.log()).value(), SubjectState(enquiry.enquiry()));
}

TEST(EnquiryReplay, NothingThatHappensToOrdersStandsInItsLog) {
  EnquiryInTest enquiry;
  test::OrderInTest order;
  order.Take(OrderAction::kStartProcessing);
  std::vector<Activity> log = enquiry.log();
  log.push_back(order.log().back());
  EXPECT_EQ(Replay(log).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ipstore::orders
