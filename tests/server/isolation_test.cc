// What customers see: their own orders, and nothing internal; in no answer, count, order of a list,
// etag, token or name. The methods are taken from the descriptors, so that one which is added later
// cannot be forgotten here.

#include <google/protobuf/descriptor.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"
#include "tests/support/emails.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"
#include "tests/support/stream.h"

namespace ipstore::orders::test {
namespace {

using google::protobuf::MethodDescriptor;
using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr char kSecret[] = "SECRET";   // stands in everything internal
constexpr char kPersonal[] = "Μαρία";  // stands in everything of Maria's
constexpr char kNoSuchOrder[] = "orders/9999999990";
constexpr char kNoSuchEnquiry[] = "enquiries/9999999990";
// Methods that answer everybody: with what is theirs, or with what is the same for all.
const std::set<std::string>& OpenToEverybody() {
  static const auto* const kMethods = new std::set<std::string>{
      "ListOrders", "DescribeLifecycle", "ListRequests", "SearchRequests", "BatchTransitionOrders"};
  return *kMethods;
}
constexpr char kNoSuchComment[] = "/comments/0123456789abcdef0123456789abcdef";

using Message = std::shared_ptr<google::protobuf::Message>;

// Those of what customers are told by e-mail, and of what they send; `id` names an activity of the
// order.
template <typename Add>
void AddEmailRequests(const v1::Order& order, const std::string& id, const std::string& enquiry,
                      const Add& add) {
  for (const std::string& parent : {order.name(), enquiry}) {
    v1::ListNotificationsRequest list;
    list.set_parent(parent);
    add(list);
    list.add_states(v1::NOTIFICATION_STATE_SUPPRESSED);
    add(list);
    v1::ListReceivedEmailsRequest emails;
    emails.set_subject(parent);
    add(emails);
    v1::GetNotificationRequest get;
    get.set_name(absl::StrCat(parent, "/notifications/", id));
    add(get);
    v1::ResendNotificationRequest resend;
    resend.set_name(get.name());
    add(resend);
    v1::PreviewNotificationRequest preview;
    preview.set_activity(absl::StrCat(parent, "/activities/", id));
    add(preview);
  }
  v1::ListNotificationsRequest of_all;
  of_all.set_parent("orders/-");
  add(of_all);
  v1::PreviewNotificationRequest preview;
  *preview.mutable_transition() = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  add(preview);
  v1::IngestEmailRequest ingest;
  ingest.set_raw_message("From: nikos@example.com\r\n\r\nΤι;");
  add(ingest);
  add(v1::ListReceivedEmailsRequest());
  v1::GetReceivedEmailRequest get_email;
  get_email.set_name("receivedEmails/1");
  add(get_email);
}

// A good request of each method for that order, by the name of its type.
std::map<std::string, std::vector<Message>> RequestsFor(const v1::Order& order,
                                                        const std::string& comment,
                                                        const std::string& enquiry) {
  std::map<std::string, std::vector<Message>> requests;
  const auto add = [&](const auto& request) {
    using Request = std::decay_t<decltype(request)>;
    requests[request.GetDescriptor()->name()].push_back(std::make_shared<Request>(request));
  };
  v1::CreateOrderRequest create = Creating(CourierOrder("WEB-99"));
  create.mutable_order()->mutable_customer()->set_id(order.customer().id());
  add(create);
  v1::ImportOrdersRequest import;
  *import.add_orders() = ImportedOrder("OLD-99");
  add(import);
  add(Getting(order));
  v1::LookupOrderRequest lookup;
  lookup.set_source(order.source().empty() ? "eshop" : order.source());
  lookup.set_external_reference(order.external_reference().empty() ? "NONE"
                                                                   : order.external_reference());
  add(lookup);
  add(v1::ListOrdersRequest());
  v1::GetOrderPageRequest page;
  page.set_name(order.name());
  add(page);
  v1::BatchTransitionOrdersRequest batch;
  *batch.add_requests() = Stepping(order, v1::ORDER_ACTION_CONFIRM_RECEIPT);
  add(batch);
  v1::CreateEnquiryRequest ask = Asking("Τι;");
  ask.mutable_enquiry()->mutable_customer()->set_id(order.customer().id());
  ask.mutable_enquiry()->set_order(order.name());
  add(ask);
  v1::GetEnquiryRequest get_enquiry;
  get_enquiry.set_name(enquiry);
  add(get_enquiry);
  v1::TransitionEnquiryRequest resume;
  resume.set_name(enquiry);
  resume.set_action(v1::ENQUIRY_ACTION_RESUME);
  add(resume);
  v1::SetEnquiryNotificationsRequest enquiry_setting;
  enquiry_setting.set_name(enquiry);
  enquiry_setting.set_notifications_on(false);
  add(enquiry_setting);
  v1::ListRequestsRequest everything;
  everything.set_include_closed(true);
  add(everything);
  add(v1::ListOverdueOrdersRequest());
  v1::SearchRequestsRequest search;
  search.set_query("μαρια");
  add(search);
  for (int action = v1::OrderAction_MIN + 1; action <= v1::OrderAction_MAX; ++action) {
    add(Stepping(order, static_cast<v1::OrderAction>(action)));
  }
  add(Checking(order, v1::CHECK_KIND_PAYMENT));
  v1::Order with_lines = order;
  if (with_lines.lines().empty()) with_lines.add_lines()->set_line(1);
  with_lines.mutable_lines(0)->set_quantity(with_lines.lines(0).quantity_gathered() + 1);
  with_lines.mutable_lines()->DeleteSubrange(1, with_lines.lines_size() - 1);
  add(Gathering(with_lines));
  add(Invoicing(order));
  add(Tracking(order, "1"));
  v1::Order amended = CourierOrder("WEB-99");
  amended.set_name(order.name());
  amended.set_etag(order.etag().empty() ? "v1" : order.etag());
  if (!order.lines().empty()) *amended.mutable_lines() = order.lines();
  amended.mutable_lines(0)->set_quantity(amended.lines(0).quantity() + 1);
  amended.mutable_customer()->set_phone("+30 210 7654321");
  amended.mutable_delivery_address()->set_city("Βόλος");
  for (const char* path : {"customer.phone", "promised_delivery", "delivery_address", "lines"}) {
    add(Updating(amended, {path}));
  }
  add(Notifying(order, false));
  add(Rating(order, 5, "Καλό"));
  v1::ExplainTransitionsRequest explain;
  explain.set_name(order.name());
  add(explain);
  add(v1::DescribeLifecycleRequest());
  v1::ListActivitiesRequest activities;
  activities.set_parent(order.name());
  add(activities);
  activities.set_newest_first(true);
  add(activities);
  add(Commenting(order, "Πότε έρχεται;"));
  v1::GetCommentRequest get;
  get.set_name(comment.empty() ? absl::StrCat(order.name(), kNoSuchComment) : comment);
  add(get);
  v1::ListCommentsRequest comments;
  comments.set_parent(order.name());
  add(comments);
  comments.set_parent(enquiry);
  add(comments);
  activities.set_parent(enquiry);
  add(activities);
  v1::CreateCommentRequest comment_on_enquiry = Commenting(order, "Λοιπόν;");
  comment_on_enquiry.set_parent(enquiry);
  add(comment_on_enquiry);
  v1::RedactSubjectRequest redact;
  redact.set_name(order.name());
  add(redact);
  redact.set_name(enquiry);
  add(redact);
  v1::RedactCommentRequest redact_comment;
  redact_comment.set_name(get.name());
  add(redact_comment);
  v1::RedactCustomerRequest redact_customer;
  redact_customer.set_customer_id(kMariaId);
  add(redact_customer);
  v1::GetRedactionRequest get_redaction;
  get_redaction.set_name("redactions/1");
  add(get_redaction);
  add(v1::ListRedactionsRequest());
  for (const std::string& parent :
       {order.name(), enquiry, absl::StrCat("customers/", kMariaId), std::string("orders/-")}) {
    v1::WatchActivitiesRequest watch;
    watch.set_parent(parent);
    watch.set_from_beginning(true);
    add(watch);
  }
  v1::WatchOrderRequest watch_order;
  watch_order.set_name(order.name());
  add(watch_order);
  add(v1::GetFeedStatusRequest());
  v1::AcknowledgeActivitiesRequest acknowledge;
  acknowledge.set_name("feedConsumers/nikos");
  acknowledge.set_resume_token("nonsense");
  add(acknowledge);
  v1::DeleteFeedConsumerRequest forget;
  forget.set_name("feedConsumers/erp");
  add(forget);
  AddEmailRequests(order, get.name().substr(get.name().rfind('/') + 1), enquiry, add);
  return requests;
}

// Sets validate_only where the request has it.
void MakePreview(google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("validate_only");
  if (field != nullptr) request.GetReflection()->SetBool(&request, field, true);
}

// Maria's order with something secret in everything that is internal, and her e-mail in everything
// that is hers.
class Isolation : public testing::Test {
 protected:
  Isolation()
      : order_(Place(server_.Service(), CourierOrder("WEB-1"))),
        enquiry_(server_.Service().Must(Asking("Πότε;")).enquiry().name()) {
    SaySomethingInternal();
  }

  void SaySomethingInternal() {
    internal_ =
        server_.Staff()
            .Must(Commenting(order_, absl::StrCat(kSecret, " comment"), v1::VISIBILITY_INTERNAL))
            .comment();
    v1::CreateCommentRequest on_enquiry =
        Commenting(order_, absl::StrCat(kSecret, " word"), v1::VISIBILITY_INTERNAL);
    on_enquiry.set_parent(enquiry_);
    server_.Staff().Must(on_enquiry);
  }

  // All that staff does in a status before the next step, each with something secret.
  void WorkOn() {
    order_ = server_.Staff().Must(Getting(order_));
    SaySomethingInternal();
    if (order_.status() == v1::ORDER_STATUS_PROCESSING) {
      // Of the second time on there are pieces of it that were gathered somewhere secret.
      order_.mutable_lines(0)->set_quantity(order_.lines(0).quantity() + 1);
      order_ = server_.Staff().Must(Updating(order_, {"lines"})).order();
    }
    if (order_.status() <= v1::ORDER_STATUS_PREPARING_SHIPMENT) {
      for (v1::CheckKind kind :
           {v1::CHECK_KIND_DETAILS, v1::CHECK_KIND_AVAILABILITY, v1::CHECK_KIND_PAYMENT}) {
        v1::RecordCheckRequest check = Checking(order_, kind);
        check.set_note(absl::StrCat(kSecret, " note"));
        server_.Staff().Must(check);
      }
    }
    if (order_.status() == v1::ORDER_STATUS_GATHERING_PRODUCTS) {
      v1::RecordGatheringRequest gathering = Gathering(order_);
      for (v1::GatheredItem& item : *gathering.mutable_items()) {
        item.mutable_source()->set_id(absl::StrCat(kSecret, "-SUPPLIER"));
      }
      server_.Staff().Must(gathering);
    }
    if (order_.status() == v1::ORDER_STATUS_PREPARING_SHIPMENT)
      server_.Staff().Must(Invoicing(order_));
  }

  void Move(v1::OrderAction action) {
    v1::TransitionOrderRequest step = Stepping(order_, action);
    step.mutable_comment()->set_text(absl::StrCat(kSecret, " aside"));
    step.mutable_comment()->set_visibility(v1::VISIBILITY_INTERNAL);
    order_ = server_.Staff().Must(step).order();
  }

  // All notifications of the order, once so many were sent.
  std::vector<v1::Notification> WaitForNotifications(const v1::Order& order, int count) {
    v1::ListNotificationsRequest request;
    request.set_parent(order.name());
    request.add_states(v1::NOTIFICATION_STATE_SENT);
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (true) {
      const auto sent = server_.Staff().Must(request).notifications();
      if (sent.size() == count) return {sent.begin(), sent.end()};
      if (absl::Now() > deadline) {
        ADD_FAILURE() << sent.size() << " were sent";
        return {};
      }
    }
  }

  const MailFolder folder_;
  ServerInTest server_{folder_.config()};
  v1::Order order_;
  std::string enquiry_;  // its name; Maria's too
  v1::Comment internal_;
};

TEST_F(Isolation, AStrangerLearnsNothingByAnyMethodNotEvenThatTheOrderIsThere) {
  const std::string comment =
      server_.Customer(kMariaId).Must(Commenting(order_, "Είμαι η Μαρία")).comment().name();
  v1::Order none;
  none.set_name(kNoSuchOrder);
  none.mutable_customer()->set_id(kMariaId);
  auto requests = RequestsFor(order_, comment, enquiry_);
  auto requests_for_none = RequestsFor(none, "", kNoSuchEnquiry);
  const std::int64_t before = server_.Position();
  for (const Client& stranger :
       {server_.Customer(kNikosId), server_.Staff().As(OnBehalfOf(Role::kCustomer, kNikosId))}) {
    for (const MethodDescriptor* method : Client::AllMethods()) {
      SCOPED_TRACE(method->full_name());
      const auto& of_maria = requests[method->input_type()->name()];
      ASSERT_FALSE(of_maria.empty()) << "this test has no request for it yet";
      const bool for_everybody = OpenToEverybody().contains(method->name());
      // A batch says of each result which order it was asked for, in the caller's own words.
      const bool echoes = method->name() == "BatchTransitionOrders";
      for (std::size_t i = 0; i < of_maria.size(); ++i) {
        const Reply<std::string> reply =
            stranger.CallBytes(Client::PathOf(*method), of_maria[i]->SerializeAsString());
        EXPECT_THAT(reply.value, Not(HasSubstr(kSecret)));
        EXPECT_THAT(reply.value, Not(HasSubstr(kPersonal)));
        if (!echoes) {
          EXPECT_THAT(reply.value, Not(HasSubstr(order_.number())));
        }
        EXPECT_EQ(reply.ok(), for_everybody);
        if (reply.ok()) continue;
        EXPECT_THAT(reply.status, IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
        const CallStatus for_none =
            stranger
                .CallBytes(Client::PathOf(*method),
                           requests_for_none[method->input_type()->name()][i]->SerializeAsString())
                .status;
        EXPECT_EQ(for_none.code, reply.status.code);
        EXPECT_EQ(for_none.message, reply.status.message);
        EXPECT_EQ(for_none.raw_details, reply.status.raw_details)
            << "not the same bytes as for no order at all";
      }
    }
  }
  EXPECT_EQ(server_.Position(), before);
}

TEST_F(Isolation, AStrangerCannotAskForAnothersList) {
  v1::ListOrdersRequest list;
  EXPECT_THAT(server_.Customer(kNikosId).Must(list).orders(), IsEmpty());
  list.set_include_closed(true);
  EXPECT_THAT(server_.Customer(kNikosId).Must(list).orders(), IsEmpty());
  list.set_customer_id(kMariaId);
  EXPECT_THAT(server_.Customer(kNikosId).Call(list).status,
              IsInvalid(std::vector<std::string>{"customer_id NOT_FOR_THIS_CALLER"}));
  EXPECT_EQ(server_.Customer(kMariaId).Must(list).orders_size(), 1);
}

TEST_F(Isolation, AGuestsOrderBelongsToNoCustomer) {
  v1::Order guest = CourierOrder("GUEST-1");
  guest.mutable_customer()->clear_id();
  guest = Place(server_.Service(), guest);
  EXPECT_THAT(server_.Customer(kMariaId).Call(Getting(guest)).status,
              IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
}

TEST_F(Isolation, TheOwnerSeesNothingInternalByAnyMethodInAnyStatus) {
  const std::string comment =
      server_.Staff().Must(Commenting(order_, "Σας ευχαριστούμε")).comment().name();
  const std::vector<v1::OrderAction> walk = {
      v1::ORDER_ACTION_START_PROCESSING,     v1::ORDER_ACTION_START_GATHERING,
      v1::ORDER_ACTION_RETURN_TO_PROCESSING, v1::ORDER_ACTION_START_GATHERING,
      v1::ORDER_ACTION_START_PREPARING,      v1::ORDER_ACTION_HAND_TO_CARRIER,
      v1::ORDER_ACTION_RETURN_UNDELIVERED,   v1::ORDER_ACTION_HAND_TO_CARRIER,
      v1::ORDER_ACTION_CONFIRM_RECEIPT};
  int seen = 0;
  const auto look = [&] {
    auto requests = RequestsFor(server_.Staff().Must(Getting(order_)), comment, enquiry_);
    for (const Client& owner :
         {server_.Customer(kMariaId), server_.Staff().As(OnBehalfOf(Role::kCustomer, kMariaId))}) {
      for (const MethodDescriptor* method : Client::AllMethods()) {
        if (method->server_streaming()) continue;  // Watching... looks at these
        for (const Message& request : requests[method->input_type()->name()]) {
          MakePreview(*request);
          const Reply<std::string> reply =
              owner.CallBytes(Client::PathOf(*method), request->SerializeAsString());
          EXPECT_THAT(reply.value, Not(HasSubstr(kSecret)))
              << method->full_name() << " in " << order_.status();
          EXPECT_THAT(reply.status.raw_details, Not(HasSubstr(kSecret))) << method->full_name();
          if (reply.value.find(order_.number()) != std::string::npos) ++seen;
        }
      }
    }
  };
  for (v1::OrderAction action : walk) {
    WorkOn();
    look();
    Move(action);
  }
  look();
  EXPECT_GT(seen, 50) << "the owner must have seen the order itself, or this test proves nothing";

  // And what the owner does for real.
  order_ = Place(server_.Service(), CourierOrder("WEB-2"));
  WorkOn();
  const Client maria = server_.Customer(kMariaId);
  EXPECT_THAT(maria.Must(Commenting(order_, "Καλημέρα")).SerializeAsString(),
              Not(HasSubstr(kSecret)));
  EXPECT_THAT(maria.Must(Stepping(order_, v1::ORDER_ACTION_CANCEL)).SerializeAsString(),
              Not(HasSubstr(kSecret)));
}

TEST_F(Isolation, TheOwnerIsToldNothingInternalByAnyStream) {
  for (const MethodDescriptor* method : Client::AllMethods()) {
    if (method->server_streaming()) {
      EXPECT_THAT(method->name(), AnyOf("WatchActivities", "WatchOrder")) << "has no test yet";
    }
  }
  WorkOn();
  const auto channel = ConnectTo(server_.address());
  const auto orders = v1::OrderService::NewStub(channel);
  Stream<v1::WatchOrderResponse> page(CustomerCaller(kMariaId));
  v1::WatchOrderRequest of_order;
  of_order.set_name(order_.name());
  page.Read(orders->WatchOrder(&page.context(), of_order));
  EXPECT_THAT(page.Next().SerializeAsString(), Not(HasSubstr(kSecret)));
  Move(v1::ORDER_ACTION_START_PROCESSING);
  WorkOn();
  Move(v1::ORDER_ACTION_START_GATHERING);
  const auto activities = v1::ActivityService::NewStub(channel);
  for (const std::string& parent :
       {order_.name(), enquiry_, absl::StrCat("customers/", kMariaId)}) {
    // The last thing that she may see of it: what comes before has come by then.
    v1::CreateCommentRequest end = Commenting(order_, "End");
    if (parent == enquiry_) end.set_parent(enquiry_);
    server_.Staff().Must(end);
    Stream<v1::WatchActivitiesResponse> stream(CustomerCaller(kMariaId));
    v1::WatchActivitiesRequest request;
    request.set_parent(parent);
    request.set_from_beginning(true);
    stream.Read(activities->WatchActivities(&stream.context(), request));
    std::string told;
    while (told.find("End") == std::string::npos && !HasFailure())
      told += stream.NextActivities().SerializeAsString();
    EXPECT_THAT(told, Not(HasSubstr(kSecret))) << parent;
  }
  bool moved = false;
  while (!moved && !HasFailure()) {
    const v1::WatchOrderResponse message = page.NextActivities();
    EXPECT_THAT(message.SerializeAsString(), Not(HasSubstr(kSecret)));
    moved = message.order().status() == v1::ORDER_STATUS_GATHERING_PRODUCTS;
  }
}

TEST_F(Isolation, TheOwnerIsToldNothingInternalByAnyEmail) {
  for (v1::OrderAction action :
       {v1::ORDER_ACTION_START_PROCESSING, v1::ORDER_ACTION_START_GATHERING,
        v1::ORDER_ACTION_START_PREPARING, v1::ORDER_ACTION_HAND_TO_CARRIER}) {
    WorkOn();
    Move(action);
  }
  int told = 0;
  for (const v1::Activity& activity : ActivitiesOf(server_.Staff(), order_)) {
    v1::PreviewNotificationRequest preview;
    preview.set_activity(activity.name());
    const v1::PreviewNotificationResponse email = server_.Staff().Must(preview);
    EXPECT_THAT(email.SerializeAsString(), Not(HasSubstr(kSecret))) << activity.text();
    if (!email.text().empty()) ++told;
  }
  EXPECT_GE(told, 5) << "the order and its steps";
  const auto sent = WaitForNotifications(order_, told);
  for (const v1::Notification& notification : sent)
    EXPECT_THAT(notification.title(), Not(HasSubstr(kSecret)));
}

TEST_F(Isolation, TheOwnerIsNotToldThatStaffWantedSilence) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-SILENT"));
  v1::TransitionOrderRequest silently = Stepping(order, v1::ORDER_ACTION_START_PROCESSING);
  silently.set_notify(false);
  server_.Staff().Must(silently);
  server_.Staff().Must(Notifying(order, false));
  server_.Staff().Must(Commenting(order, "Καλημέρα"));
  const auto wishes = [&](const Client& reader) {
    std::vector<v1::NotificationWish> seen;
    for (const v1::Activity& activity : ActivitiesOf(reader, order))
      seen.push_back(activity.notification());
    return seen;
  };
  EXPECT_THAT(wishes(server_.Staff()),
              ElementsAre(v1::NOTIFICATION_WISH_NOTIFY, v1::NOTIFICATION_WISH_SUPPRESSED_BY_CALLER,
                          v1::NOTIFICATION_WISH_NOTHING_TO_TELL,
                          v1::NOTIFICATION_WISH_SUPPRESSED_BY_SETTING));
  EXPECT_THAT(
      wishes(server_.Customer(kMariaId)),
      ElementsAre(v1::NOTIFICATION_WISH_NOTIFY, v1::NOTIFICATION_WISH_UNSPECIFIED,
                  v1::NOTIFICATION_WISH_NOTHING_TO_TELL, v1::NOTIFICATION_WISH_UNSPECIFIED));
}

// The ids of notifications are those of activities: none may tell that there was an internal one.
TEST_F(Isolation, ANotificationThatWasNotSentIsToItsOrdersOwnerTheSameAsNone) {
  v1::CreateCommentRequest quiet = Commenting(order_, "Σιωπηλά");
  quiet.set_notify(false);
  server_.Staff().Must(quiet);
  const auto sent = WaitForNotifications(order_, 1);
  v1::GetNotificationRequest request;
  const auto refusal_of = [&](const std::string& id) {
    request.set_name(absl::StrCat(order_.name(), "/notifications/", id));
    const CallStatus status = server_.Customer(kMariaId).Call(request).status;
    EXPECT_THAT(status, IsRefusal(google::rpc::NOT_FOUND, "NOTIFICATION_NOT_FOUND"));
    return absl::StrReplaceAll(status.raw_details, {{id, "ID"}});
  };
  const std::string none = refusal_of("0123456789abcdef0123456789abcdef");
  for (const v1::Activity& activity : ActivitiesOf(server_.Staff(), order_)) {
    if (activity.name() == sent.at(0).activity()) continue;
    EXPECT_EQ(refusal_of(activity.name().substr(activity.name().rfind('/') + 1)), none);
  }
}

TEST_F(Isolation, StaffSeeWhatTheOwnerDoesNot) {
  WorkOn();
  EXPECT_THAT(server_.Staff().Must(Getting(order_)).SerializeAsString(), HasSubstr("SECRET note"));
  std::string log;
  for (const v1::Activity& activity : ActivitiesOf(server_.Staff(), order_))
    log += activity.SerializeAsString();
  EXPECT_THAT(log, HasSubstr("SECRET note"));
  EXPECT_THAT(log, HasSubstr("SECRET comment"));
}

TEST_F(Isolation, AnInternalCommentIsToItsOrdersOwnerTheSameAsNone) {
  v1::GetCommentRequest request;
  request.set_name(internal_.name());
  const CallStatus internal = server_.Customer(kMariaId).Call(request).status;
  request.set_name(order_.name() + kNoSuchComment);
  const CallStatus none = server_.Customer(kMariaId).Call(request).status;
  EXPECT_THAT(internal, IsRefusal(google::rpc::NOT_FOUND, "COMMENT_NOT_FOUND"));
  // The same but for the name that the caller gave.
  EXPECT_EQ(absl::StrReplaceAll(internal.raw_details, {{internal_.name(), request.name()}}),
            none.raw_details);
}

// --- What could be inferred: two orders that are alike to their owner, one of which is full of
// internal comments ---

class Twins : public testing::Test {
 protected:
  // The public life of both is the same; after each step of it a great deal is said internally of
  // one.
  void SetUp() override {
    for (int i = 0; i < 2; ++i) {
      v1::Order& order = orders_[i];
      order = Place(server_.Service(), CourierOrder(absl::StrCat("WEB-", i)));
      Whisper(order, i);
      order = server_.Staff().Must(Stepping(order, v1::ORDER_ACTION_START_PROCESSING)).order();
      Whisper(order, i);
      for (int n = 0; n < 7; ++n) {
        server_.Staff().Must(Commenting(order, absl::StrCat("Νέο ", n)));
        Whisper(order, i);
      }
    }
  }

  void Whisper(const v1::Order& order, int times) {
    for (int n = 0; n < 15 * times; ++n) {
      server_.Staff().Must(Commenting(order, kSecret, v1::VISIBILITY_INTERNAL));
    }
  }

  // How the owner sees the pages of a list: entries on each, and the lengths of tokens.
  template <typename Request, typename Entries>
  std::string PagesOf(Request request, const Entries& entries) {
    std::string seen;
    request.set_page_size(2);
    do {
      const auto page = maria_.Must(request);
      absl::StrAppend(&seen, entries(page).size(), " entries, token of ",
                      page.next_page_token().size(), "; ");
      for (const auto& entry : entries(page)) absl::StrAppend(&seen, entry.name().size(), " ");
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return seen;
  }

  const MailFolder folder_;
  ServerInTest server_{folder_.config()};
  Client maria_ = server_.Customer(kMariaId);
  v1::Order orders_[2];
};

TEST_F(Twins, AreAlikeToTheirOwnerInEveryAnswer) {
  // Without what rightly tells them apart.
  const auto bare = [&](const v1::Order& order) {
    v1::Order seen = maria_.Must(Getting(order));
    EXPECT_EQ(seen.etag(), orders_[0].etag());
    seen.clear_name();
    seen.clear_number();
    seen.clear_external_reference();
    seen.clear_create_time();
    seen.clear_update_time();
    seen.clear_last_activity_time();
    return seen.SerializeAsString();
  };
  EXPECT_EQ(bare(orders_[0]), bare(orders_[1]));
  v1::ExplainTransitionsRequest explain;
  explain.set_name(orders_[0].name());
  const v1::ExplainTransitionsResponse first = maria_.Must(explain);
  explain.set_name(orders_[1].name());
  v1::ExplainTransitionsResponse second = maria_.Must(explain);
  second.set_name(first.name());
  EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
}

TEST_F(Twins, HaveTheSameNumberOfActivitiesAndCommentsOnTheSamePagesWithTokensOfTheSameLength) {
  v1::ListActivitiesRequest activities[2];
  v1::ListCommentsRequest comments[2];
  for (int i = 0; i < 2; ++i) {
    activities[i].set_parent(orders_[i].name());
    comments[i].set_parent(orders_[i].name());
  }
  const auto of_activities = [](const auto& page) { return page.activities(); };
  const auto of_comments = [](const auto& page) { return page.comments(); };
  EXPECT_EQ(PagesOf(activities[0], of_activities), PagesOf(activities[1], of_activities));
  EXPECT_EQ(PagesOf(comments[0], of_comments), PagesOf(comments[1], of_comments));
  for (int i = 0; i < 2; ++i) {
    activities[i].set_newest_first(true);
    comments[i].set_newest_first(true);
  }
  EXPECT_EQ(PagesOf(activities[0], of_activities), PagesOf(activities[1], of_activities));
  EXPECT_EQ(PagesOf(comments[0], of_comments), PagesOf(comments[1], of_comments));
}

TEST_F(Twins, HaveTheSameNotificationsOnTheSamePages) {
  v1::ListNotificationsRequest requests[2];
  const auto of_notifications = [](const auto& page) { return page.notifications(); };
  for (int i = 0; i < 2; ++i) {
    requests[i].set_parent(orders_[i].name());
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (maria_.Must(requests[i]).notifications().size() < 9 && absl::Now() < deadline) continue;
  }
  const std::string pages = PagesOf(requests[0], of_notifications);
  EXPECT_EQ(pages, PagesOf(requests[1], of_notifications));
  EXPECT_THAT(pages, HasSubstr("1 entries")) << "nine, two a page";
}

TEST_F(Twins, AreListedByWhatTheirOwnerCanSee) {
  const auto listed = [&] {
    std::vector<std::string> names;
    const v1::ListOrdersResponse page = maria_.Must(v1::ListOrdersRequest());
    for (const v1::Order& order : page.orders()) names.push_back(order.name());
    return names;
  };
  EXPECT_THAT(listed(), ElementsAre(orders_[1].name(), orders_[0].name()));
  server_.Staff().Must(Commenting(orders_[0], kSecret, v1::VISIBILITY_INTERNAL));
  EXPECT_THAT(listed(), ElementsAre(orders_[1].name(), orders_[0].name()))
      << "an internal comment moved the order";
  // A customer's list as staff see it has the same order; the list of all has not.
  v1::ListOrdersRequest of_maria;
  of_maria.set_customer_id(kMariaId);
  EXPECT_EQ(server_.Staff().Must(of_maria).orders(0).name(), orders_[1].name());
  EXPECT_EQ(server_.Staff().Must(v1::ListOrdersRequest()).orders(0).name(), orders_[0].name());
  server_.Staff().Must(Commenting(orders_[0], "Νέα!"));
  EXPECT_THAT(listed(), ElementsAre(orders_[0].name(), orders_[1].name()));
}

TEST_F(Twins, TellTheirOwnerTheTimeOfTheLastThingThatTheyCanSee) {
  for (const v1::Order& order : orders_) {
    const std::vector<v1::Activity> seen = ActivitiesOf(maria_, order);
    EXPECT_EQ(maria_.Must(Getting(order)).last_activity_time().SerializeAsString(),
              seen.back().occur_time().SerializeAsString());
  }
  EXPECT_NE(server_.Staff().Must(Getting(orders_[1])).last_activity_time().SerializeAsString(),
            maria_.Must(Getting(orders_[1])).last_activity_time().SerializeAsString());
}

TEST_F(Twins, HaveNamesOfActivitiesWithoutAnOrder) {
  // Ids that grew with the log would come sorted; eight that do by chance are one in 40,320.
  std::vector<std::string> names;
  for (const v1::Activity& activity : ActivitiesOf(maria_, orders_[0]))
    names.push_back(activity.name());
  EXPECT_FALSE(std::is_sorted(names.begin(), names.end()));
}

TEST_F(Twins, GiveTokensThatAreGoodForTheirReaderOnly) {
  v1::ListActivitiesRequest request;
  request.set_parent(orders_[0].name());
  request.set_page_size(2);
  request.set_page_token(server_.Staff().Must(request).next_page_token());
  EXPECT_THAT(maria_.Call(request).status,
              IsInvalid(std::vector<std::string>{"page_token MALFORMED"}));
}

}  // namespace
}  // namespace ipstore::orders::test
