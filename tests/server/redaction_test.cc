// RedactionService as its clients see it: who may, what is left to see and to find, and how far a
// redaction of a customer is.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

v1::RedactSubjectRequest Redacting(const std::string& name) {
  v1::RedactSubjectRequest request;
  request.set_name(name);
  return request;
}

v1::RedactCommentRequest RedactingComment(const std::string& name) {
  v1::RedactCommentRequest request;
  request.set_name(name);
  return request;
}

v1::RedactCustomerRequest RedactingCustomer(const std::string& id) {
  v1::RedactCustomerRequest request;
  request.set_customer_id(id);
  return request;
}

v1::GetRedactionRequest GettingRedaction(const std::string& name) {
  v1::GetRedactionRequest request;
  request.set_name(name);
  return request;
}

class Redaction : public testing::Test {
 protected:
  v1::Redaction WaitUntilDone(const std::string& name) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    v1::Redaction redaction;
    do {
      redaction = server_.Redactor().Must(GettingRedaction(name));
    } while (redaction.state() != v1::REDACTION_STATE_DONE && absl::Now() < deadline);
    EXPECT_EQ(redaction.state(), v1::REDACTION_STATE_DONE);
    return redaction;
  }

  ServerInTest server_;
  v1::Order order_ = Place(server_.Service(), CourierOrder("WEB-1"));
};

// --- Who may -------------------------------------------------------------------------------------

class RedactionRight : public Redaction {
 protected:
  // What each of the methods answers a caller.
  std::vector<CallStatus> Try(const Client& client) {
    return {client.Call(Redacting(order_.name())).status,
            client.Call(RedactingComment(absl::StrCat(order_.name(), "/comments/0123"))).status,
            client.Call(RedactingCustomer("nobody")).status,
            client.Call(GettingRedaction("redactions/77")).status,
            client.Call(v1::ListRedactionsRequest()).status};
  }
};

TEST_F(RedactionRight, StaffWithoutItAreToldWhichItIs) {
  for (const Client& client :
       {server_.Staff(), server_.Staff().As(OnBehalfOf(Role::kStaff, "eleni")),
        server_.Staff().WithHeaders(
            {{"x-actor-role", "staff"}, {"x-actor-id", "eleni"}, {"x-actor-rights", "reda,ct"}})}) {
    for (const CallStatus& status : Try(client)) {
      EXPECT_THAT(status, IsRefusal(google::rpc::PERMISSION_DENIED, "MISSING_RIGHT"));
      EXPECT_EQ(status.Metadata().at("right"), "redact");
    }
  }
  EXPECT_THAT(server_.Staff().In("el").Call(Redacting(order_.name())).status.LocalizedText(),
              HasSubstr("δικαίωμα"));
}

TEST_F(RedactionRight, CustomersAndServicesOnTheirOwnHaveNoUseForIt) {
  const auto with_right = [&](Caller caller) {
    caller.rights.Insert(Right::kRedact);
    return server_.Staff().As(caller);
  };
  for (const Client& client : {with_right(CustomerCaller(kMariaId)), with_right(EshopService()),
                               with_right(OnBehalfOf(Role::kCustomer, kMariaId))}) {
    for (const CallStatus& status : Try(client))
      EXPECT_THAT(status, IsRefusal(google::rpc::PERMISSION_DENIED, "PERMISSION_DENIED"));
  }
}

TEST_F(RedactionRight, StandsAmongOthersInAnyCaseAndAServiceMayBringIt) {
  const Client client = server_.Staff().WithHeaders({{"x-actor-role", "service"},
                                                     {"x-actor-id", "backoffice"},
                                                     {"x-on-behalf-of-role", "staff"},
                                                     {"x-on-behalf-of-id", "eleni"},
                                                     {"x-actor-rights", "refund, Redact,other"}});
  client.Must(Redacting(order_.name()));
  const v1::Activity activity = ActivitiesOf(server_.Staff(), order_).back();
  EXPECT_EQ(activity.kind(), v1::ACTIVITY_KIND_REDACTED);
  EXPECT_EQ(activity.actor().id(), "backoffice");
  EXPECT_EQ(activity.on_behalf_of().id(), "eleni");
}

// --- Orders and enquiries ------------------------------------------------------------------------

TEST_F(Redaction, OfAnOrderLeavesItsFiguresAndThatItHappened) {
  server_.Staff().Must(Commenting(order_, "Η Μαρία θα τηλεφωνήσει"));
  order_ = WalkTo(server_.Staff(), order_, v1::ORDER_STATUS_HANDED_TO_CARRIER);
  const v1::RedactSubjectResponse response = server_.Redactor().Must(Redacting(order_.name()));
  EXPECT_THAT(response.activities(), SizeIs(1));
  const v1::Order redacted = server_.Staff().Must(Getting(order_));
  EXPECT_EQ(response.order().SerializeAsString(), redacted.SerializeAsString());
  EXPECT_TRUE(redacted.has_redact_time());
  EXPECT_THAT(redacted.customer().name(), IsEmpty());
  EXPECT_FALSE(redacted.has_delivery_address());
  EXPECT_EQ(redacted.customer().id(), kMariaId);
  EXPECT_EQ(redacted.totals().SerializeAsString(), order_.totals().SerializeAsString());
  EXPECT_EQ(redacted.invoice().number(), order_.invoice().number());
  EXPECT_EQ(redacted.status(), order_.status());
  EXPECT_NE(redacted.etag(), order_.etag());

  const std::vector<v1::Activity> log = ActivitiesOf(server_.Customer(kMariaId), order_);
  EXPECT_EQ(log.back().kind(), v1::ACTIVITY_KIND_REDACTED);
  EXPECT_EQ(log.back().text(), "Personal data was redacted.");
  EXPECT_TRUE(log.back().has_redaction());
  EXPECT_FALSE(log.back().redacted());
  EXPECT_TRUE(log.front().redacted());
  EXPECT_EQ(log[1].text(), "The comment was redacted.");
  for (const v1::Activity& activity : log) {
    for (const char* text : {"Μαρία", "maria", "Ερμού", "697 1234567"})
      EXPECT_THAT(activity.DebugString(), Not(HasSubstr(text)));
  }
  v1::ListCommentsRequest comments;
  comments.set_parent(order_.name());
  const auto listed = server_.Staff().Must(comments).comments();
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_TRUE(listed[0].redacted());
  EXPECT_THAT(listed[0].text(), IsEmpty());
}

TEST_F(Redaction, OfAnOrderIsNotFoundByNameAnyMore) {
  v1::SearchRequestsRequest search;
  search.set_query("μαρια");
  EXPECT_THAT(server_.Staff().Must(search).requests(), SizeIs(1));
  server_.Redactor().Must(Redacting(order_.name()));
  EXPECT_THAT(server_.Staff().Must(search).requests(), IsEmpty());
  search.set_query("logitech");
  EXPECT_THAT(server_.Staff().Must(search).requests(), SizeIs(1)) << "by its goods it is";
  v1::ListRequestsRequest list;
  list.set_customer_id(kMariaId);
  EXPECT_THAT(server_.Staff().Must(list).requests(), SizeIs(1)) << "and in the customer's list";
}

TEST_F(Redaction, OfAnEnquiryLeavesItsKindAndNoneOfItsWords) {
  const v1::Enquiry enquiry = server_.Service().Must(Asking("Πού είναι η Μαρία;")).enquiry();
  v1::SearchRequestsRequest search;
  search.set_query("που");
  EXPECT_THAT(server_.Staff().Must(search).requests(), SizeIs(1));
  const v1::RedactSubjectResponse response = server_.Redactor().Must(Redacting(enquiry.name()));
  EXPECT_TRUE(response.has_enquiry());
  EXPECT_THAT(response.enquiry().title(), IsEmpty());
  EXPECT_THAT(response.enquiry().text(), IsEmpty());
  EXPECT_EQ(response.enquiry().kind(), enquiry.kind());
  EXPECT_TRUE(response.enquiry().has_redact_time());
  EXPECT_THAT(server_.Staff().Must(search).requests(), IsEmpty());
}

TEST_F(Redaction, AnOrderLivesOnAndCanBeRedactedAgain) {
  v1::Order redacted = server_.Redactor().Must(Redacting(order_.name())).order();
  redacted.mutable_customer()->set_phone("210 1234567");
  redacted = server_.Staff().Must(Updating(redacted, {"customer.phone"})).order();
  EXPECT_EQ(redacted.customer().phone(), "210 1234567");
  redacted = server_.Redactor().Must(Redacting(order_.name())).order();
  EXPECT_THAT(redacted.customer().phone(), IsEmpty());
  for (const v1::Activity& activity : ActivitiesOf(server_.Staff(), order_))
    EXPECT_THAT(activity.DebugString(), Not(HasSubstr("210 1234567")));
  WalkTo(server_.Staff(), redacted, v1::ORDER_STATUS_RECEIVED);
}

TEST_F(Redaction, ChecksTheEtagAndTheName) {
  v1::RedactSubjectRequest request = Redacting(order_.name());
  request.set_etag("v77");
  EXPECT_THAT(server_.Redactor().Call(request).status,
              IsRefusal(google::rpc::ABORTED, "ETAG_MISMATCH"));
  request.set_etag(order_.etag());
  request.set_validate_only(true);
  EXPECT_THAT(server_.Redactor().Must(request).order().customer().name(), IsEmpty());
  EXPECT_EQ(server_.Staff().Must(Getting(order_)).customer().name(), order_.customer().name());
  request.set_validate_only(false);
  server_.Redactor().Must(request);
  EXPECT_THAT(server_.Redactor().Call(Redacting("orders/9999999990")).status,
              IsRefusal(google::rpc::NOT_FOUND, "ORDER_NOT_FOUND"));
  request = Redacting("orders/123");
  request.set_request_id("a b");
  EXPECT_THAT(server_.Redactor().Call(request).status,
              IsInvalid(std::vector<std::string>{"name MALFORMED", "request_id MALFORMED"}));
}

TEST_F(Redaction, ARedactedOrderIsImportedAsWhatIsLeftOfIt) {
  const v1::Order redacted = server_.Redactor().Must(Redacting(order_.name())).order();
  ServerInTest other;
  v1::ImportOrdersRequest import;
  v1::ImportedOrder* entry = import.add_orders();
  *entry->mutable_order() = redacted;
  entry->set_number(redacted.number());
  *entry->mutable_create_time() = redacted.create_time();
  EXPECT_EQ(other.Service().Must(import).loaded(), 1);
  const v1::Order imported = other.Staff().Must(Getting(redacted));
  EXPECT_EQ(imported.redact_time().SerializeAsString(), redacted.redact_time().SerializeAsString());
  EXPECT_THAT(imported.customer().name(), IsEmpty());
  EXPECT_EQ(imported.totals().SerializeAsString(), redacted.totals().SerializeAsString());
}

// That a check had a note is not for customers, and so neither is that it was redacted.
TEST_F(Redaction, TellsCustomersNothingOfANoteThatTheyNeverSaw) {
  v1::RecordCheckRequest check = Checking(order_, v1::CHECK_KIND_DETAILS);
  check.set_note("Η Μαρία δεν σηκώνει το τηλέφωνο");
  server_.Staff().Must(check);
  server_.Redactor().Must(Redacting(order_.name()));
  EXPECT_TRUE(ActivitiesOf(server_.Staff(), order_).at(1).redacted());
  const v1::Activity seen = ActivitiesOf(server_.Customer(kMariaId), order_).at(1);
  EXPECT_EQ(seen.kind(), v1::ACTIVITY_KIND_CHECK_RECORDED);
  EXPECT_FALSE(seen.redacted());
}

// --- Retries of what was redacted ----------------------------------------------------------------

class RedactedRequest : public Redaction {
 protected:
  // The request with that id, by somebody who may do everything.
  template <typename Request>
  auto Try(Request request, const std::string& id) {
    request.set_request_id(id);
    return server_.Redactor().Call(request);
  }

  // Every way to change something but of `first`, what was done with that id.
  void ExpectAllReused(const std::string& id, const std::string& first) {
    SCOPED_TRACE(first);
    const auto expect = [&](const std::string& what, const CallStatus& status) {
      if (what == first) return;
      EXPECT_THAT(status, IsRefusal(google::rpc::INVALID_ARGUMENT, "REQUEST_ID_REUSED")) << what;
    };
    expect("create", Try(Creating(PickupOrder("WEB-9")), id).status);
    expect("ask", Try(Asking("Πότε;"), id).status);
    expect("comment", Try(Commenting(order_, "άλλο"), id).status);
    expect("comment on another", Try(Commenting(other_, "άλλο"), id).status);
    expect("comment on the enquiry", Try(Commenting(enquiry_, "άλλο"), id).status);
    expect("step", Try(Stepping(order_, v1::ORDER_ACTION_START_PROCESSING), id).status);
    expect("step of another", Try(Stepping(other_, v1::ORDER_ACTION_START_PROCESSING), id).status);
    expect("step of the enquiry", Try(Stepping(enquiry_, v1::ENQUIRY_ACTION_TAKE_UP), id).status);
    expect("redact", Try(Redacting(order_.name()), id).status);
    expect("redact another", Try(Redacting(other_.name()), id).status);
    v1::BatchTransitionOrdersRequest batch;
    *batch.add_requests() = Stepping(other_, v1::ORDER_ACTION_START_PROCESSING);
    batch.mutable_requests(0)->set_request_id(id);
    const auto results = server_.Redactor().Must(batch).results();
    ASSERT_THAT(results, SizeIs(1));
    EXPECT_EQ(results[0].error().code(), google::rpc::INVALID_ARGUMENT);
  }

  v1::Order other_ = Place(server_.Service(), PickupOrder("WEB-2"));
  v1::Enquiry enquiry_ = server_.Service().Must(Asking("Πού είναι η Μαρία;")).enquiry();
};

// What it said is not compared any more; what it did, and to what, is.
TEST_F(RedactedRequest, IsKnownAgainByItsMethodAndItsNames) {
  ASSERT_TRUE(Try(Commenting(order_, "Καλέστε 6941234567"), "of-a-comment").status.ok());
  ASSERT_TRUE(Try(Stepping(enquiry_, v1::ENQUIRY_ACTION_TAKE_UP), "of-a-step").status.ok());
  const v1::Order placed = Try(Creating(CourierOrder("WEB-3")), "of-an-order").value.order();
  const v1::Enquiry asked = Try(Asking("Και η άλλη;"), "of-a-question").value.enquiry();
  for (const std::string& name : {order_.name(), enquiry_.name(), placed.name(), asked.name()})
    server_.Redactor().Must(Redacting(name));

  ExpectAllReused("of-a-comment", "comment");
  ExpectAllReused("of-a-step", "step of the enquiry");
  ExpectAllReused("of-an-order", "");
  ExpectAllReused("of-a-question", "ask");
  EXPECT_TRUE(Try(Commenting(order_, "άλλο"), "of-a-comment").value.replayed());
  EXPECT_EQ(Try(Creating(CourierOrder("WEB-3")), "of-an-order").value.order().name(),
            placed.name());
  EXPECT_EQ(Try(Asking("Και η τρίτη;"), "of-a-question").value.enquiry().name(), asked.name());
}

TEST_F(RedactedRequest, OfOneCommentIsNotTakenForThatOfAnother) {
  const v1::Comment first =
      server_.Staff().Must(Commenting(order_, "Καλέστε 6941234567")).comment();
  ASSERT_TRUE(Try(RedactingComment(first.name()), "once").status.ok());
  server_.Redactor().Must(Redacting(order_.name()));
  const v1::Comment second = server_.Staff().Must(Commenting(order_, "Ευχαριστώ!")).comment();
  EXPECT_THAT(Try(RedactingComment(second.name()), "once").status,
              IsRefusal(google::rpc::INVALID_ARGUMENT, "REQUEST_ID_REUSED"));
  EXPECT_TRUE(Try(RedactingComment(first.name()), "once").value.replayed());
}

// --- Comments ------------------------------------------------------------------------------------

TEST_F(Redaction, OfACommentLeavesTheOrderAsItIs) {
  const v1::Comment comment =
      server_.Staff().Must(Commenting(order_, "Καλέστε 6941234567")).comment();
  const v1::RedactCommentResponse response =
      server_.Redactor().Must(RedactingComment(comment.name()));
  EXPECT_TRUE(response.comment().redacted());
  EXPECT_THAT(response.comment().text(), IsEmpty());
  EXPECT_EQ(response.comment().name(), comment.name());
  EXPECT_EQ(server_.Staff().Must(Getting(order_)).etag(), order_.etag());
  v1::GetCommentRequest get;
  get.set_name(comment.name());
  EXPECT_EQ(server_.Customer(kMariaId).Must(get).SerializeAsString(),
            response.comment().SerializeAsString());
  const v1::Activity last = ActivitiesOf(server_.Customer(kMariaId), order_).back();
  EXPECT_EQ(last.redaction().comment(), comment.name());
  EXPECT_EQ(last.text(), "The content of a comment was redacted.");

  // It is as it should be already: nothing is written, and no request_id is used up.
  const std::int64_t position = server_.Position();
  const v1::RedactCommentResponse again = server_.Redactor().Must(RedactingComment(comment.name()));
  EXPECT_THAT(again.activities(), IsEmpty());
  EXPECT_FALSE(again.replayed());
  EXPECT_EQ(server_.Position(), position);
}

TEST_F(Redaction, OfAnInternalCommentIsInternalToo) {
  const v1::Comment comment =
      server_.Staff().Must(Commenting(order_, "Δύσκολη", v1::VISIBILITY_INTERNAL)).comment();
  const std::string before = server_.Customer(kMariaId).Must(Getting(order_)).SerializeAsString();
  server_.Redactor().Must(RedactingComment(comment.name()));
  EXPECT_EQ(ActivitiesOf(server_.Staff(), order_).back().visibility(), v1::VISIBILITY_INTERNAL);
  EXPECT_THAT(ActivitiesOf(server_.Customer(kMariaId), order_), SizeIs(1));
  EXPECT_EQ(server_.Customer(kMariaId).Must(Getting(order_)).SerializeAsString(), before);
}

TEST_F(Redaction, OfACommentThatIsNoneIsRefused) {
  const std::string created = ActivitiesOf(server_.Staff(), order_).front().name();
  const std::string id = created.substr(created.rfind('/') + 1);
  for (const std::string& name : {absl::StrCat(order_.name(), "/comments/0123"),
                                  absl::StrCat(order_.name(), "/comments/", id)}) {
    EXPECT_THAT(server_.Redactor().Call(RedactingComment(name)).status,
                IsRefusal(google::rpc::NOT_FOUND, "COMMENT_NOT_FOUND"));
  }
  EXPECT_THAT(server_.Redactor().Call(RedactingComment("")).status,
              IsInvalid(std::vector<std::string>{"name MISSING"}));
}

// --- Customers -----------------------------------------------------------------------------------

TEST_F(Redaction, OfACustomerTakesAllTheirOrdersAndEnquiriesAndNobodyElses) {
  const v1::Order second = Place(server_.Service(), CourierOrder("WEB-2"));
  const v1::Enquiry enquiry = server_.Service().Must(Asking("Πότε;")).enquiry();
  const v1::Order other = Place(server_.Service(), PickupOrder("WEB-3"));
  const v1::RedactCustomerResponse begun = server_.Redactor().Must(RedactingCustomer(kMariaId));
  EXPECT_EQ(begun.redaction().customer_id(), kMariaId);
  EXPECT_EQ(begun.redaction().total_count(), 3);
  EXPECT_EQ(begun.redaction().actor().id(), "eleni");
  const v1::Redaction done = WaitUntilDone(begun.redaction().name());
  EXPECT_EQ(done.done_count(), 3);
  EXPECT_EQ(done.failed_count(), 0);
  EXPECT_TRUE(done.has_finish_time());
  for (const v1::Order& order : {order_, second})
    EXPECT_THAT(server_.Staff().Must(Getting(order)).customer().name(), IsEmpty());
  v1::GetEnquiryRequest get;
  get.set_name(enquiry.name());
  EXPECT_THAT(server_.Staff().Must(get).customer().name(), IsEmpty());
  EXPECT_EQ(server_.Staff().Must(Getting(other)).SerializeAsString(), other.SerializeAsString());
}

TEST_F(Redaction, OfACustomerIsBegunOnceForARequestId) {
  v1::RedactCustomerRequest request = RedactingCustomer(kMariaId);
  request.set_request_id("once");
  const v1::RedactCustomerResponse first = server_.Redactor().Must(request);
  EXPECT_FALSE(first.replayed());
  const v1::RedactCustomerResponse second = server_.Redactor().Must(request);
  EXPECT_TRUE(second.replayed());
  EXPECT_EQ(second.redaction().name(), first.redaction().name());
  request.set_customer_id(kNikosId);
  EXPECT_THAT(server_.Redactor().Call(request).status,
              IsRefusal(google::rpc::INVALID_ARGUMENT, "REQUEST_ID_REUSED"));
  server_.faults().Fail(Method::kCreateRedaction, Fault::kExecuteThenLoseAnswer);
  request.set_request_id("lost");
  const std::string name = server_.Redactor().Must(request).redaction().name();
  EXPECT_EQ(server_.Redactor().Must(request).redaction().name(), name);
  WaitUntilDone(name);
}

TEST_F(Redaction, OfCustomersAreListedTheLastFirst) {
  std::vector<std::string> names;
  for (const char* id : {"a", "b", "c"})
    names.push_back(server_.Redactor().Must(RedactingCustomer(id)).redaction().name());
  v1::ListRedactionsRequest list;
  list.set_page_size(2);
  const v1::ListRedactionsResponse first = server_.Redactor().Must(list);
  ASSERT_THAT(first.redactions(), SizeIs(2));
  EXPECT_EQ(first.redactions(0).name(), names[2]);
  list.set_page_token(first.next_page_token());
  const v1::ListRedactionsResponse second = server_.Redactor().Must(list);
  ASSERT_THAT(second.redactions(), SizeIs(1));
  EXPECT_EQ(second.redactions(0).name(), names[0]);
  EXPECT_THAT(second.next_page_token(), IsEmpty());
}

TEST_F(Redaction, OfACustomerIsRefusedForWhatIsNoRequest) {
  EXPECT_THAT(server_.Redactor().Call(RedactingCustomer("")).status,
              IsInvalid(std::vector<std::string>{"customer_id MISSING"}));
  EXPECT_THAT(server_.Redactor().Call(RedactingCustomer("a\xff")).status,
              IsInvalid(std::vector<std::string>{"customer_id NOT_UTF8"}));
  EXPECT_THAT(server_.Redactor().Call(GettingRedaction("redactions/77")).status,
              IsRefusal(google::rpc::NOT_FOUND, "REDACTION_NOT_FOUND"));
  for (const char* name : {"redactions/", "redactions/-1", "redactions/01", "orders/1000000018"}) {
    EXPECT_THAT(server_.Redactor().Call(GettingRedaction(name)).status,
                IsInvalid(std::vector<std::string>{"name MALFORMED"}))
        << name;
  }
}

}  // namespace
}  // namespace ipstore::orders::test
