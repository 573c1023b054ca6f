// What the ledger of notifications tells, to whom, and what staff can do with it.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/notification_service.pb.h"
#include "tests/support/emails.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Names = std::vector<std::string>;

constexpr char kMariaEmail[] = "maria.papadopoulou@example.gr";
constexpr char kNoSuchOrder[] = "orders/9999999990";

v1::ListNotificationsRequest Listing(const std::string& parent, int page_size = 0) {
  v1::ListNotificationsRequest request;
  request.set_parent(parent);
  request.set_page_size(page_size);
  return request;
}

v1::GetNotificationRequest GettingNotification(const std::string& name) {
  v1::GetNotificationRequest request;
  request.set_name(name);
  return request;
}

v1::ResendNotificationRequest Resending(const std::string& name, const std::string& id = "") {
  v1::ResendNotificationRequest request;
  request.set_name(name);
  request.set_request_id(id);
  return request;
}

v1::PreviewNotificationRequest Previewing(const std::string& activity) {
  v1::PreviewNotificationRequest request;
  request.set_activity(activity);
  return request;
}

v1::PreviewNotificationRequest Previewing(const v1::TransitionOrderRequest& transition) {
  v1::PreviewNotificationRequest request;
  *request.mutable_transition() = transition;
  return request;
}

std::string ActivityOf(const std::string& notification) {
  return absl::StrReplaceAll(notification, {{"/notifications/", "/activities/"}});
}

Names NamesIn(const v1::ListNotificationsResponse& response) {
  Names names;
  for (const v1::Notification& notification : response.notifications())
    names.push_back(notification.name());
  return names;
}

// A server that sends to a folder, or none of whose mails can be delivered.
class Mailed {
 public:
  explicit Mailed(bool deliverable = true)
      : server_(deliverable ? folder_.config() : folder_.UndeliverableConfig()) {}

  ServerInTest* operator->() { return &server_; }
  std::size_t EmailCount() const { return folder_.Emails().size(); }

  // All notifications of `parent`, once there are so many and `is_so` holds of each.
  std::vector<v1::Notification> WaitFor(
      const std::string& parent, int count,
      const std::function<bool(const v1::Notification&)>& is_so) const {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (true) {
      const auto all = server_.Staff().Must(Listing(parent)).notifications();
      if (all.size() == count && std::all_of(all.begin(), all.end(), is_so))
        return {all.begin(), all.end()};
      if (absl::Now() > deadline) {
        ADD_FAILURE() << "never as expected: " << testing::PrintToString(all.size());
        return {};
      }
    }
  }
  // None of them queued any more.
  std::vector<v1::Notification> WaitUntilDone(const std::string& parent, int count) const {
    return WaitFor(parent, count, [](const v1::Notification& notification) {
      return notification.state() != v1::NOTIFICATION_STATE_QUEUED;
    });
  }
  // Each tried in vain at least once.
  std::vector<v1::Notification> WaitUntilTried(const std::string& parent, int count) const {
    return WaitFor(parent, count, [](const v1::Notification& notification) {
      return notification.attempt_count() > 0 && !notification.detail().empty();
    });
  }

 private:
  const MailFolder folder_;
  ServerInTest server_;
};

class Notifications : public testing::Test {
 protected:
  v1::Order PlaceOne(const std::string& reference = "WEB-1") {
    return Place(mailed_->Service(), CourierOrder(reference));
  }
  // Placed and told.
  v1::Order PlaceAndTell(const std::string& reference = "WEB-1") {
    v1::Order order = PlaceOne(reference);
    mailed_.WaitUntilDone(order.name(), 1);
    return order;
  }
  // A step that nobody is told of.
  v1::Order StartQuietly(const v1::Order& order) {
    v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
    step.set_notify(false);
    return mailed_->Staff().Must(step).order();
  }

  Mailed mailed_;
};

// --- Lists ---------------------------------------------------------------------------------------

TEST_F(Notifications, OfAnOrderAreListedTheLastFirstWithWhatBecameOfEach) {
  const v1::Order order = PlaceAndTell();
  StartQuietly(order);
  const auto listed = mailed_.WaitUntilDone(order.name(), 2);
  const v1::Notification& quiet = listed.at(0);
  const v1::Notification& sent = listed.at(1);
  EXPECT_THAT(quiet.name(), StartsWith(order.name() + "/notifications/"));
  EXPECT_EQ(quiet.activity(), ActivitiesOf(mailed_->Staff(), order).at(1).name());
  EXPECT_EQ(quiet.state(), v1::NOTIFICATION_STATE_SUPPRESSED);
  EXPECT_EQ(quiet.reason(), v1::NOTIFICATION_REASON_BY_CALLER);
  EXPECT_THAT(quiet.reason_text(), Not(IsEmpty()));
  EXPECT_THAT(quiet.title(), IsEmpty());
  EXPECT_EQ(quiet.attempt_count(), 0);
  EXPECT_EQ(sent.state(), v1::NOTIFICATION_STATE_SENT);
  EXPECT_EQ(sent.reason(), v1::NOTIFICATION_REASON_UNSPECIFIED);
  EXPECT_EQ(sent.address(), kMariaEmail);
  EXPECT_THAT(sent.title(), HasSubstr(order.number()));
  EXPECT_EQ(sent.attempt_count(), 1);
  EXPECT_THAT(sent.detail(), HasSubstr("written to"));
  EXPECT_TRUE(sent.has_finish_time());
  EXPECT_FALSE(sent.has_next_attempt_time());
  EXPECT_EQ(mailed_.EmailCount(), 1U);
  EXPECT_EQ(mailed_->Staff().Must(GettingNotification(sent.name())).SerializeAsString(),
            sent.SerializeAsString());
}

TEST_F(Notifications, SpeakTheReadersLanguage) {
  const v1::Order order = PlaceAndTell();
  const auto greek = mailed_->Staff().In("el").Must(Listing(order.name())).notifications(0);
  const auto english = mailed_->Staff().Must(Listing(order.name())).notifications(0);
  EXPECT_THAT(greek.state_text(), Not(IsEmpty()));
  EXPECT_NE(greek.state_text(), english.state_text());
  EXPECT_EQ(greek.title(), english.title()) << "as the customer got it";
}

TEST_F(Notifications, OfEnquiriesAreListedToo) {
  const v1::Enquiry enquiry = mailed_->Service().Must(Asking("Πότε;")).enquiry();
  const auto listed = mailed_.WaitUntilDone(enquiry.name(), 1);
  EXPECT_THAT(listed.at(0).name(), StartsWith(enquiry.name() + "/notifications/"));
  EXPECT_THAT(mailed_->Customer(kMariaId).Must(Listing(enquiry.name())).notifications(), SizeIs(1));
  const std::string as_order =
      absl::StrReplaceAll(listed.at(0).name(), {{"enquiries/", "orders/"}});
  EXPECT_THAT(mailed_->Staff().Call(GettingNotification(as_order)).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_THAT(mailed_->Staff().Call(Resending(as_order)).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_EQ(mailed_->Staff().Must(GettingNotification(listed.at(0).name())).resend_count(), 0);
}

TEST_F(Notifications, OfAllAreListedByTheirStates) {
  const v1::Order first = PlaceAndTell("WEB-1");
  const v1::Order second = PlaceAndTell("WEB-2");
  StartQuietly(first);
  mailed_.WaitUntilDone("orders/-", 3);
  const auto states = [&](std::vector<v1::NotificationState> wanted) {
    v1::ListNotificationsRequest request = Listing("orders/-");
    for (v1::NotificationState state : wanted) request.add_states(state);
    return mailed_->Staff().Must(request).notifications().size();
  };
  EXPECT_EQ(states({}), 3);
  EXPECT_EQ(states({v1::NOTIFICATION_STATE_SENT}), 2);
  EXPECT_EQ(states({v1::NOTIFICATION_STATE_SUPPRESSED}), 1);
  EXPECT_EQ(states({v1::NOTIFICATION_STATE_SUPPRESSED, v1::NOTIFICATION_STATE_SENT}), 3);
  EXPECT_EQ(states({v1::NOTIFICATION_STATE_SENT, v1::NOTIFICATION_STATE_SENT}), 2);
  EXPECT_EQ(states({v1::NOTIFICATION_STATE_FAILED, v1::NOTIFICATION_STATE_QUEUED}), 0);
}

TEST_F(Notifications, ComeOnPagesEachOnce) {
  const v1::Order order = PlaceAndTell();
  for (int i = 0; i < 4; ++i) mailed_->Staff().Must(Commenting(order, absl::StrCat("Νέο ", i)));
  PlaceAndTell("WEB-2");
  mailed_.WaitUntilDone("orders/-", 6);
  for (const std::string& parent : {order.name(), std::string("orders/-")}) {
    const Names all = NamesIn(mailed_->Staff().Must(Listing(parent)));
    for (int size : {1, 2, 5, 6, 200, 201, 1'000'000}) {
      Names paged;
      v1::ListNotificationsRequest request = Listing(parent, size);
      do {
        const auto page = mailed_->Staff().Must(request);
        EXPECT_LE(page.notifications().size(), size);
        for (const std::string& name : NamesIn(page)) paged.push_back(name);
        request.set_page_token(page.next_page_token());
      } while (!request.page_token().empty());
      EXPECT_EQ(paged, all) << parent << ", " << size << " a page";
    }
  }
}

TEST_F(Notifications, HaveTokensForOneQueryAndOneCaller) {
  const v1::Order order = PlaceAndTell();
  mailed_->Staff().Must(Commenting(order, "Νέο"));
  mailed_.WaitUntilDone(order.name(), 2);
  const v1::ListNotificationsRequest first = Listing(order.name(), 1);
  const std::string token = mailed_->Staff().Must(first).next_page_token();
  ASSERT_THAT(token, Not(IsEmpty()));
  const auto expect_refused = [&](const Client& client, v1::ListNotificationsRequest request,
                                  const std::string& other) {
    request.set_page_token(other);
    EXPECT_THAT(client.Call(request).status, IsInvalid(Names{"page_token MALFORMED"}));
  };
  v1::ListNotificationsRequest of_states = first;
  of_states.add_states(v1::NOTIFICATION_STATE_SENT);
  expect_refused(mailed_->Staff(), of_states, token);
  expect_refused(mailed_->Staff(), Listing("orders/-", 1), token);
  expect_refused(mailed_->Customer(kMariaId), first, token);
  expect_refused(mailed_->Service(), first, token);
  expect_refused(mailed_->Staff(), first, token.substr(1));
  expect_refused(mailed_->Staff(), first, "nonsense");
  v1::ListNotificationsRequest next = Listing(order.name(), 7);
  next.set_page_token(token);
  EXPECT_THAT(mailed_->Staff().Must(next).notifications(), SizeIs(1)) << "another size is fine";
}

TEST_F(Notifications, TellAllThatIsWrongWithARequestAtOnce) {
  v1::ListNotificationsRequest list = Listing("orders/1000000019", -1);
  list.add_states(v1::NOTIFICATION_STATE_SENT);
  list.add_states(v1::NOTIFICATION_STATE_UNSPECIFIED);
  list.add_states(static_cast<v1::NotificationState>(9));
  list.set_page_token("nonsense");
  const CallStatus refused = mailed_->Staff().Call(list).status;
  EXPECT_EQ(refused.code, google::rpc::INVALID_ARGUMENT);
  EXPECT_THAT(refused.Violations(),
              testing::UnorderedElementsAre("parent WRONG_CHECK_DIGIT", "states[1] UNKNOWN_VALUE",
                                            "states[2] UNKNOWN_VALUE", "page_token MALFORMED",
                                            "page_size NEGATIVE"));
  EXPECT_THAT(mailed_->Staff().Call(Listing("")).status, IsInvalid(Names{"parent MISSING"}));
  EXPECT_THAT(mailed_->Staff().Call(Listing("enquiries/-")).status,
              IsInvalid(Names{"parent MALFORMED"}));
  EXPECT_THAT(mailed_->Staff().Call(Resending("orders/1000000018/activities/0123", "a b")).status,
              IsInvalid(Names{"name MALFORMED", "request_id MALFORMED"}));
  EXPECT_THAT(mailed_->Staff().Call(Resending("")).status, IsInvalid(Names{"name MISSING"}));
  for (const std::string& name :
       {std::string("notifications/1"), std::string("orders/1000000018/notifications/"),
        std::string("orders/100000001/notifications/0123"),
        std::string("customers/1000000018/notifications/0123"),
        absl::StrCat("orders/1000000018/notifications/", std::string(10'000, 'a'))}) {
    EXPECT_THAT(mailed_->Staff().Call(GettingNotification(name)).status,
                IsInvalid(Names{"name MALFORMED"}))
        << name;
  }
  EXPECT_THAT(mailed_->Staff().Call(v1::GetNotificationRequest()).status,
              IsInvalid(Names{"name MISSING"}));
}

TEST_F(Notifications, ThatThereAreNotAreNotFound) {
  const v1::Order order = PlaceAndTell();
  const std::string known = mailed_->Staff().Must(Listing(order.name())).notifications(0).name();
  mailed_->Staff().Must(Commenting(order, "μεταξύ μας", v1::VISIBILITY_INTERNAL));
  const std::string internal = absl::StrReplaceAll(
      ActivitiesOf(mailed_->Staff(), order).back().name(), {{"activities", "notifications"}});
  const std::string elsewhere = absl::StrReplaceAll(known, {{order.name(), kNoSuchOrder}});
  for (const std::string& name :
       {absl::StrCat(order.name(), "/notifications/0123456789abcdef0123456789abcdef"),
        absl::StrCat(order.name(), "/notifications/x"), internal}) {
    EXPECT_THAT(mailed_->Staff().Call(GettingNotification(name)).status,
                IsRefusal(google::rpc::NOT_FOUND, "NOTIFICATION_NOT_FOUND"));
    EXPECT_THAT(mailed_->Staff().Call(Resending(name)).status,
                IsRefusal(google::rpc::NOT_FOUND, "NOTIFICATION_NOT_FOUND"));
  }
  EXPECT_THAT(mailed_->Staff().Call(GettingNotification(elsewhere)).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_THAT(mailed_->Staff().Call(Resending(elsewhere)).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_THAT(mailed_->Staff().Call(Listing(kNoSuchOrder)).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_THAT(mailed_->Staff().Call(Listing("enquiries/9999999990")).status,
              IsRefusal(google::rpc::NOT_FOUND, "ENQUIRY_NOT_FOUND"));
}

// --- Who sees what -------------------------------------------------------------------------------

TEST_F(Notifications, ThatWereSentAreAllThatCustomersSee) {
  const v1::Order order = PlaceAndTell();
  StartQuietly(order);
  const auto all = mailed_.WaitUntilDone(order.name(), 2);
  const Client maria = mailed_->Customer(kMariaId);
  v1::ListNotificationsRequest list = Listing(order.name());
  for (bool with_states : {false, true}) {
    if (with_states) {
      list.add_states(v1::NOTIFICATION_STATE_SUPPRESSED);
      EXPECT_THAT(maria.Must(list).notifications(), IsEmpty());
      list.add_states(v1::NOTIFICATION_STATE_SENT);
    }
    const auto seen = maria.Must(list);
    ASSERT_THAT(seen.notifications(), SizeIs(1));
    const v1::Notification& sent = seen.notifications(0);
    EXPECT_EQ(sent.name(), all.at(1).name());
    EXPECT_EQ(sent.address(), kMariaEmail);
    EXPECT_EQ(sent.title(), all.at(1).title());
    EXPECT_TRUE(sent.has_finish_time());
    EXPECT_EQ(sent.attempt_count(), 0);
    EXPECT_EQ(sent.resend_count(), 0);
    EXPECT_THAT(sent.detail(), IsEmpty());
    EXPECT_FALSE(sent.has_next_attempt_time());
    EXPECT_EQ(maria.Must(GettingNotification(sent.name())).SerializeAsString(),
              sent.SerializeAsString());
  }
  const CallStatus hidden = maria.Call(GettingNotification(all.at(0).name())).status;
  const std::string none = absl::StrCat(order.name(), "/notifications/0123456789abcdef");
  EXPECT_THAT(hidden, IsRefusal(google::rpc::NOT_FOUND, "NOTIFICATION_NOT_FOUND"));
  EXPECT_EQ(absl::StrReplaceAll(hidden.raw_details, {{all.at(0).name(), none}}).size(),
            maria.Call(GettingNotification(none)).status.raw_details.size());
}

TEST_F(Notifications, OfAnotherCustomerAreTheSameAsNone) {
  const v1::Order order = PlaceAndTell();
  const std::string name = mailed_->Staff().Must(Listing(order.name())).notifications(0).name();
  const Client nikos = mailed_->Customer(kNikosId);
  const auto expect_same = [&](const auto& of_maria, const auto& of_nobody) {
    const CallStatus status = nikos.Call(of_maria).status;
    EXPECT_THAT(status, IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
    EXPECT_EQ(status.raw_details, nikos.Call(of_nobody).status.raw_details);
  };
  const std::string nobodys = absl::StrReplaceAll(name, {{order.name(), kNoSuchOrder}});
  expect_same(Listing(order.name()), Listing(kNoSuchOrder));
  expect_same(GettingNotification(name), GettingNotification(nobodys));
  expect_same(Resending(name), Resending(nobodys));
  expect_same(Previewing(ActivityOf(name)), Previewing(ActivityOf(nobodys)));
  EXPECT_THAT(nikos.Call(Listing("orders/-")).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  const Client maria = mailed_->Staff().As(OnBehalfOf(Role::kCustomer, kMariaId));
  EXPECT_THAT(maria.Call(Resending(name)).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  EXPECT_THAT(maria.Call(Previewing(ActivityOf(name))).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  EXPECT_THAT(maria.Call(Listing("orders/-")).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  EXPECT_THAT(maria.Must(Listing(order.name())).notifications(), SizeIs(1));
}

TEST_F(Notifications, ThatWereSentInOneEmailTellWhichNamesIt) {
  const v1::Order order = PlaceAndTell();
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.mutable_comment()->set_text("Ξεκινήσαμε.");
  mailed_->Staff().Must(step);
  const auto all = mailed_.WaitUntilDone(order.name(), 3);
  EXPECT_EQ(mailed_.EmailCount(), 2U);
  EXPECT_EQ(all.at(0).sent_with(), "") << "it names the e-mail";
  EXPECT_EQ(all.at(1).sent_with(), all.at(0).activity());
  EXPECT_EQ(all.at(2).sent_with(), "") << "an e-mail of its own";
  EXPECT_EQ(mailed_->Customer(kMariaId).Must(GettingNotification(all.at(1).name())).sent_with(),
            all.at(0).activity());
}

TEST_F(Notifications, StandOnTheOrdersPage) {
  const v1::Order order = PlaceAndTell();
  StartQuietly(order);
  mailed_.WaitUntilDone(order.name(), 2);
  v1::GetOrderPageRequest page;
  page.set_name(order.name());
  const auto staffs = mailed_->Staff().Must(page).notifications();
  ASSERT_THAT(staffs, SizeIs(2));
  EXPECT_EQ(staffs[0].reason(), v1::NOTIFICATION_REASON_BY_CALLER);
  EXPECT_EQ(staffs[1].attempt_count(), 1);
  const auto marias = mailed_->Customer(kMariaId).Must(page).notifications();
  ASSERT_THAT(marias, SizeIs(1));
  EXPECT_EQ(marias[0].state(), v1::NOTIFICATION_STATE_SENT);
  EXPECT_EQ(marias[0].attempt_count(), 0);
  EXPECT_THAT(marias[0].detail(), IsEmpty());
}

// --- What nobody is told of ----------------------------------------------------------------------

TEST_F(Notifications, AreMadeOfWhatCustomersAreToldAndOfNothingElse) {
  const v1::Order order = PlaceAndTell();
  mailed_->Staff().Must(Commenting(order, "μεταξύ μας", v1::VISIBILITY_INTERNAL));
  mailed_->Customer(kMariaId).Must(Commenting(order, "Πότε;"));
  mailed_->Staff().Must(Checking(order, v1::CHECK_KIND_DETAILS));
  mailed_->Staff().Must(Notifying(order, false));
  mailed_->Staff().Must(Notifying(order, true));
  mailed_->Staff().Must(Commenting(order, "Αύριο."));
  const auto listed = mailed_.WaitUntilDone(order.name(), 2);
  EXPECT_EQ(listed.at(0).activity(), ActivitiesOf(mailed_->Staff(), order).back().name());
  EXPECT_EQ(mailed_.EmailCount(), 2U);
}

TEST_F(Notifications, AreSuppressedWhileTheSettingIsOff) {
  const v1::Order order = PlaceAndTell();
  mailed_->Customer(kMariaId).Must(Notifying(order, false));
  mailed_->Staff().Must(Stepping(order, v1::ORDER_ACTION_START_PROCESSING));
  const auto listed = mailed_.WaitUntilDone(order.name(), 2);
  EXPECT_EQ(listed.at(0).state(), v1::NOTIFICATION_STATE_SUPPRESSED);
  EXPECT_EQ(listed.at(0).reason(), v1::NOTIFICATION_REASON_NOTIFICATIONS_OFF);
  EXPECT_EQ(mailed_.EmailCount(), 1U);
}

TEST_F(Notifications, AreAsPersonalAsTheOrderAndRedactedWithIt) {
  const v1::Order order = PlaceAndTell();
  v1::RedactSubjectRequest redact;
  redact.set_name(order.name());
  mailed_->Redactor().Must(redact);
  const auto listed = mailed_.WaitUntilDone(order.name(), 1);
  EXPECT_THAT(listed.at(0).address(), IsEmpty());
  EXPECT_THAT(listed.at(0).title(), IsEmpty());
  EXPECT_THAT(listed.at(0).detail(), IsEmpty());
  EXPECT_EQ(listed.at(0).state(), v1::NOTIFICATION_STATE_SENT);
  const auto preview = mailed_->Staff().Must(Previewing(listed.at(0).activity()));
  EXPECT_FALSE(preview.would_be_sent());
  EXPECT_EQ(preview.reason(), v1::NOTIFICATION_REASON_NO_ADDRESS);
  EXPECT_THAT(preview.text(), Not(HasSubstr("Μαρία")));
}

// --- Sending again -------------------------------------------------------------------------------

TEST_F(Notifications, ThatWereSentCanBeSentAgainAsAnEmailOfTheirOwn) {
  const v1::Order order = PlaceAndTell();
  const v1::Notification first = mailed_->Staff().Must(Listing(order.name())).notifications(0);
  const v1::Notification queued = mailed_->Staff().Must(Resending(first.name(), "again"));
  EXPECT_EQ(queued.name(), first.name());
  EXPECT_EQ(queued.state(), v1::NOTIFICATION_STATE_QUEUED);
  EXPECT_EQ(queued.resend_count(), 1);
  EXPECT_FALSE(queued.has_finish_time());
  const auto sent = mailed_.WaitUntilDone(order.name(), 1);
  EXPECT_EQ(sent.at(0).state(), v1::NOTIFICATION_STATE_SENT);
  EXPECT_EQ(mailed_.EmailCount(), 2U) << "under another Message-ID";

  const v1::Notification replayed = mailed_->Staff().Must(Resending(first.name(), "again"));
  EXPECT_EQ(replayed.SerializeAsString(), sent.at(0).SerializeAsString())
      << "the same request_id has done it already";
  EXPECT_EQ(mailed_->Staff().Must(Resending(first.name(), "once-more")).resend_count(), 2);
  mailed_.WaitUntilDone(order.name(), 1);
  EXPECT_EQ(mailed_.EmailCount(), 3U);
}

TEST_F(Notifications, ThatAreSentAgainStaySentForTheirCustomerAndStaffSeeWhoAskedForIt) {
  const v1::Order order = PlaceAndTell();
  const v1::Notification first = mailed_->Staff().Must(Listing(order.name())).notifications(0);
  EXPECT_TRUE(first.has_sent_time());
  EXPECT_FALSE(first.has_resend_time());
  const Client maria = mailed_->Customer(kMariaId);
  const v1::Notification before = maria.Must(Listing(order.name())).notifications(0);
  mailed_->Staff().Must(Notifying(order, false));
  mailed_->Staff().As(OnBehalfOf(Role::kStaff, "eleni")).Must(Resending(first.name()));
  const v1::Notification again = mailed_.WaitUntilDone(order.name(), 1).at(0);
  EXPECT_EQ(again.state(), v1::NOTIFICATION_STATE_SUPPRESSED);
  EXPECT_EQ(again.sent_time().SerializeAsString(), first.sent_time().SerializeAsString());
  EXPECT_EQ(again.resent_on_behalf_of().id(), "eleni");
  EXPECT_EQ(again.resent_by().role(), v1::ROLE_SERVICE);
  EXPECT_TRUE(again.has_resend_time());
  const auto listed = maria.Must(Listing(order.name())).notifications();
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed[0].state(), v1::NOTIFICATION_STATE_SENT);
  EXPECT_EQ(listed[0].title(), before.title());
  EXPECT_EQ(listed[0].finish_time().SerializeAsString(), before.finish_time().SerializeAsString());
  EXPECT_EQ(listed[0].reason(), v1::NOTIFICATION_REASON_UNSPECIFIED);
  EXPECT_FALSE(listed[0].has_resent_by() || listed[0].has_resend_time());
  v1::GetOrderPageRequest page;
  page.set_name(order.name());
  EXPECT_THAT(maria.Must(page).notifications(), SizeIs(1));
}

TEST_F(Notifications, ThatTheCallerSuppressedCanBeSentAfterAll) {
  const v1::Order order = PlaceAndTell();
  StartQuietly(order);
  const v1::Notification quiet = mailed_.WaitUntilDone(order.name(), 2).at(0);
  mailed_->Staff().As(OnBehalfOf(Role::kStaff, "eleni")).Must(Resending(quiet.name()));
  const auto sent = mailed_.WaitUntilDone(order.name(), 2);
  EXPECT_EQ(sent.at(0).state(), v1::NOTIFICATION_STATE_SENT);
  EXPECT_EQ(sent.at(0).reason(), v1::NOTIFICATION_REASON_UNSPECIFIED);
  EXPECT_EQ(mailed_.EmailCount(), 2U);
}

TEST_F(Notifications, AreKeptByTheSettingFromBeingSentAgain) {
  const v1::Order order = PlaceAndTell();
  mailed_->Customer(kMariaId).Must(Notifying(order, false));
  const std::string name = mailed_->Staff().Must(Listing(order.name())).notifications(0).name();
  mailed_->Staff().Must(Resending(name));
  const auto listed = mailed_.WaitUntilDone(order.name(), 1);
  EXPECT_EQ(listed.at(0).reason(), v1::NOTIFICATION_REASON_NOTIFICATIONS_OFF);
  EXPECT_EQ(mailed_.EmailCount(), 1U);
}

TEST_F(Notifications, AreQueuedAgainOnceAlsoWhenTheAnswerIsLost) {
  const v1::Order order = PlaceAndTell();
  const std::string name = mailed_->Staff().Must(Listing(order.name())).notifications(0).name();
  mailed_->faults().Fail(Method::kResendNotification, Fault::kExecuteThenLoseAnswer);
  EXPECT_EQ(mailed_->Staff().Must(Resending(name)).resend_count(), 1);
  mailed_.WaitUntilDone(order.name(), 1);
  EXPECT_EQ(mailed_.EmailCount(), 2U);
  mailed_->faults().Fail(Method::kResendNotification, Fault::kLoseBeforeExecute,
                         {.call = 1, .times = 100});
  EXPECT_THAT(mailed_->Staff().Call(Resending(name)).status,
              IsRefusal(google::rpc::UNAVAILABLE, "UNAVAILABLE"));
}

TEST(UndeliverableNotifications, AreShownWithWhatIsInTheWayAndLeftAsTheyAre) {
  Mailed server(/*deliverable=*/false);
  const v1::Order order = Place(server->Service(), CourierOrder("WEB-1"));
  const v1::Notification queued = server.WaitUntilTried(order.name(), 1).at(0);
  EXPECT_EQ(queued.state(), v1::NOTIFICATION_STATE_QUEUED);
  EXPECT_THAT(queued.detail(), HasSubstr("connect"));
  EXPECT_FALSE(queued.has_finish_time());
  EXPECT_THAT(server->Customer(kMariaId).Must(Listing(order.name())).notifications(), IsEmpty());
  EXPECT_THAT(server->Customer(kMariaId).Call(GettingNotification(queued.name())).status,
              IsRefusal(google::rpc::NOT_FOUND, "NOTIFICATION_NOT_FOUND"));
  v1::GetOrderPageRequest page;
  page.set_name(order.name());
  EXPECT_THAT(server->Customer(kMariaId).Must(page).notifications(), IsEmpty());
  EXPECT_THAT(server->Staff().Must(page).notifications(), SizeIs(1));
  EXPECT_EQ(server->Staff().Must(Resending(queued.name())).resend_count(), 0)
      << "one that is queued is sent anyhow";
}

// --- Previews ------------------------------------------------------------------------------------

TEST_F(Notifications, CanBeLookedAtAsTheyWereSent) {
  const v1::Order order = PlaceAndTell();
  const v1::Notification sent = mailed_->Staff().Must(Listing(order.name())).notifications(0);
  const auto preview = mailed_->Staff().Must(Previewing(sent.activity()));
  EXPECT_EQ(preview.title(), sent.title());
  EXPECT_THAT(preview.text(), HasSubstr(order.number()));
  EXPECT_THAT(preview.html(), HasSubstr("<html"));
  EXPECT_EQ(preview.address(), kMariaEmail);
  EXPECT_TRUE(preview.would_be_sent());
  EXPECT_EQ(preview.reason(), v1::NOTIFICATION_REASON_UNSPECIFIED);
  EXPECT_THAT(preview.reason_text(), IsEmpty());
  EXPECT_EQ(mailed_->Service().Must(Previewing(sent.activity())).SerializeAsString(),
            preview.SerializeAsString());
}

TEST_F(Notifications, OfAnEnquiryCanBeLookedAt) {
  const v1::Enquiry enquiry = mailed_->Service().Must(Asking("Πού είναι;")).enquiry();
  const v1::Notification sent = mailed_.WaitUntilDone(enquiry.name(), 1).at(0);
  const auto preview = mailed_->Staff().Must(Previewing(sent.activity()));
  EXPECT_EQ(preview.title(), sent.title());
  EXPECT_THAT(preview.text(), HasSubstr("Πού είναι;"));
}

TEST_F(Notifications, AreEmptyOfWhatNobodyIsToldOf) {
  const v1::Order order = PlaceAndTell();
  mailed_->Staff().Must(Commenting(order, "μεταξύ μας", v1::VISIBILITY_INTERNAL));
  mailed_->Customer(kMariaId).Must(Commenting(order, "Πότε;"));
  mailed_->Staff().Must(Checking(order, v1::CHECK_KIND_DETAILS));
  const auto activities = ActivitiesOf(mailed_->Staff(), order);
  ASSERT_THAT(activities, SizeIs(4));
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_THAT(mailed_->Staff().Must(Previewing(activities[i].name())).SerializeAsString(),
                IsEmpty());
  }
}

TEST_F(Notifications, OfAStepCanBeLookedAtBeforeItIsTaken) {
  const v1::Order order = PlaceAndTell();
  const std::int64_t before = mailed_->Position();
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.mutable_comment()->set_text("Ξεκινήσαμε!");
  step.mutable_comment()->set_visibility(v1::VISIBILITY_PUBLIC);
  const auto preview = mailed_->Staff().Must(Previewing(step));
  EXPECT_THAT(preview.title(), HasSubstr(order.number()));
  EXPECT_THAT(preview.text(), HasSubstr("Επεξεργασία"));
  EXPECT_THAT(preview.text(), HasSubstr("Ξεκινήσαμε!"));
  EXPECT_TRUE(preview.would_be_sent());
  EXPECT_EQ(mailed_->Position(), before);
  EXPECT_EQ(mailed_->Staff().Must(Getting(order)).status(), v1::ORDER_STATUS_AWAITING_PROCESSING);
  EXPECT_THAT(mailed_->Staff().Must(Listing(order.name())).notifications(), SizeIs(1));

  step.mutable_comment()->set_visibility(v1::VISIBILITY_INTERNAL);
  EXPECT_THAT(mailed_->Staff().Must(Previewing(step)).text(), Not(HasSubstr("Ξεκινήσαμε!")));
  // What then is sent is what was shown.
  step.mutable_comment()->set_visibility(v1::VISIBILITY_PUBLIC);
  mailed_->Staff().Must(step);
  const auto sent = mailed_.WaitUntilDone(order.name(), 3);
  EXPECT_EQ(sent.at(0).title(), preview.title());
  for (const v1::Notification& one : {sent.at(0), sent.at(1)}) {
    const auto again = mailed_->Staff().Must(Previewing(one.activity()));
    EXPECT_EQ(again.title(), preview.title());
    EXPECT_EQ(again.text(), preview.text()) << "whichever of the two is asked for";
  }
}

TEST_F(Notifications, ThatWereToldTogetherAreSentAgainTogether) {
  const v1::Order order = PlaceAndTell();
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.mutable_comment()->set_text("Ξεκινήσαμε!");
  step.mutable_comment()->set_visibility(v1::VISIBILITY_PUBLIC);
  mailed_->Staff().Must(step);
  const auto sent = mailed_.WaitUntilDone(order.name(), 3);
  EXPECT_EQ(mailed_.EmailCount(), 2U);
  mailed_->Staff().Must(Resending(sent.at(1).name()));
  const auto again = mailed_.WaitUntilDone(order.name(), 3);
  EXPECT_EQ(mailed_.EmailCount(), 3U);
  EXPECT_EQ(again.at(0).resend_count(), 1);
  EXPECT_EQ(again.at(1).resend_count(), 1);
  EXPECT_EQ(again.at(0).title(), sent.at(0).title());
  EXPECT_EQ(again.at(2).resend_count(), 0);
}

TEST_F(Notifications, AreShownButNotSentWhenTheCallerOrTheSettingKeepsThem) {
  const v1::Order order = PlaceAndTell();
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.set_notify(false);
  const auto quiet = mailed_->Staff().Must(Previewing(step));
  EXPECT_FALSE(quiet.would_be_sent());
  EXPECT_EQ(quiet.reason(), v1::NOTIFICATION_REASON_BY_CALLER);
  EXPECT_THAT(quiet.reason_text(), Not(IsEmpty()));
  EXPECT_THAT(quiet.title(), HasSubstr(order.number()));
  mailed_->Staff().Must(Notifying(order, false));
  step.set_notify(true);
  const auto off = mailed_->Staff().Must(Previewing(step));
  EXPECT_FALSE(off.would_be_sent());
  EXPECT_EQ(off.reason(), v1::NOTIFICATION_REASON_NOTIFICATIONS_OFF);
  EXPECT_NE(mailed_->Staff().In("el").Must(Previewing(step)).reason_text(), off.reason_text());
  const std::string created = ActivitiesOf(mailed_->Staff(), order).front().name();
  EXPECT_FALSE(mailed_->Staff().Must(Previewing(created)).would_be_sent()) << "as things stand";
}

TEST_F(Notifications, OfAStepThatIsRefusedAreRefusedAlike) {
  const v1::Order order = PlaceAndTell();
  const auto expect_same = [&](const v1::TransitionOrderRequest& step) {
    const CallStatus refused = mailed_->Staff().Call(Previewing(step)).status;
    EXPECT_FALSE(refused.ok());
    const CallStatus of_step = mailed_->Staff().Call(step).status;
    EXPECT_THAT(refused, IsRefusal(of_step.code, of_step.Reason()));
    EXPECT_EQ(refused.message, of_step.message);
    EXPECT_EQ(refused.Metadata(), of_step.Metadata());
  };
  expect_same(Stepping(order, v1::ORDER_ACTION_HAND_TO_CARRIER));
  v1::TransitionOrderRequest step = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  step.set_etag("v77");
  expect_same(step);
  step.set_name(kNoSuchOrder);
  expect_same(step);
}

TEST_F(Notifications, ArePreviewedOfSomethingOnly) {
  const v1::Order order = PlaceAndTell();
  EXPECT_THAT(mailed_->Staff().Call(v1::PreviewNotificationRequest()).status,
              IsInvalid(Names{"activity MISSING"}));
  EXPECT_THAT(mailed_->Staff().Call(Previewing("orders/1/activities/2")).status,
              IsInvalid(Names{"activity MALFORMED"}));
  EXPECT_THAT(mailed_->Staff().Call(Previewing(order.name() + "/activities/0123")).status,
              IsRefusal(google::rpc::NOT_FOUND, "ACTIVITY_NOT_FOUND"));
  EXPECT_THAT(mailed_->Staff().Call(Previewing(absl::StrCat(kNoSuchOrder, "/activities/0"))).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  v1::TransitionOrderRequest step;
  step.set_name("orders/1");
  const CallStatus refused = mailed_->Staff().Call(Previewing(step)).status;
  EXPECT_EQ(refused.code, google::rpc::INVALID_ARGUMENT);
  EXPECT_THAT(refused.Violations(), testing::Contains("transition.name MALFORMED"));
  for (const std::string& violation : refused.Violations())
    EXPECT_THAT(violation, StartsWith("transition."));
}

// --- Without e-mail ------------------------------------------------------------------------------

TEST(WithoutMail, NobodyIsToldButPreviewsAreMade) {
  ServerInTest server;
  const v1::Order order = Place(server.Service(), CourierOrder("WEB-1"));
  const std::string created = ActivitiesOf(server.Staff(), order).front().name();
  EXPECT_THAT(server.Staff().Must(Listing(order.name())).notifications(), IsEmpty());
  EXPECT_THAT(server.Staff().Must(Listing("orders/-")).notifications(), IsEmpty());
  EXPECT_THAT(server.Staff().Must(Previewing(created)).title(), HasSubstr(order.number()));
  const std::string name = absl::StrReplaceAll(created, {{"activities", "notifications"}});
  EXPECT_THAT(server.Staff().Call(GettingNotification(name)).status,
              IsRefusal(google::rpc::NOT_FOUND, "NOTIFICATION_NOT_FOUND"));
  EXPECT_THAT(server.Staff().Call(Resending(name)).status,
              IsRefusal(google::rpc::FAILED_PRECONDITION, "MAIL_NOT_CONFIGURED"));
  EXPECT_THAT(server.Customer(kMariaId).Call(Resending(name)).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
}

// What happened before anybody could send is no news any more.
TEST(WithoutMail, WhatHappenedIsNotToldLater) {
  const auto database = TestDatabase::Make(sql::Backend::kSqlite);
  v1::Order before;
  {
    ServerInTest server(*database);
    before = Place(server.Service(), CourierOrder("WEB-1"));
  }
  const MailFolder folder;
  ServerInTest server(*database, folder.config());
  const v1::Order after = Place(server.Service(), CourierOrder("WEB-2"));
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (folder.Emails().empty() && absl::Now() < deadline) continue;
  EXPECT_THAT(folder.Emails(), ElementsAre(HasSubstr(after.number())));
  EXPECT_THAT(server.Staff().Must(Listing(before.name())).notifications(), IsEmpty());
}

}  // namespace
}  // namespace ipstore::orders::test
