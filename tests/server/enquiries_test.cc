// Enquiries as their callers meet them.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using google::rpc::ABORTED;
using google::rpc::FAILED_PRECONDITION;
using google::rpc::INVALID_ARGUMENT;
using google::rpc::NOT_FOUND;
using google::rpc::PERMISSION_DENIED;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using Names = std::vector<std::string>;

class Enquiries : public testing::Test {
 protected:
  v1::Enquiry Ask(const std::string& title = "Πότε θα έρθει;") {
    return server_.Service().Must(Asking(title)).enquiry();
  }
  v1::Enquiry Take(const v1::Enquiry& enquiry, v1::EnquiryAction action) {
    return server_.Staff().Must(Stepping(enquiry, action)).enquiry();
  }
  static v1::GetEnquiryRequest Getting(const v1::Enquiry& enquiry) {
    v1::GetEnquiryRequest request;
    request.set_name(enquiry.name());
    return request;
  }
  std::vector<v1::Activity> LogOf(const Client& client, const v1::Enquiry& enquiry) {
    v1::ListActivitiesRequest request;
    request.set_parent(enquiry.name());
    const auto page = client.Must(request);
    return {page.activities().begin(), page.activities().end()};
  }

  ServerInTest server_;
};

TEST_F(Enquiries, AreMadeAndReadBack) {
  const v1::Order order = Place(server_.Service(), CourierOrder("WEB-1"));
  v1::CreateEnquiryRequest request = Asking("Αλλαγή διεύθυνσης");
  request.mutable_enquiry()->set_order(order.name());
  const v1::CreateEnquiryResponse made = server_.Customer(kMariaId).Must(request);
  EXPECT_THAT(made.enquiry().name(), StartsWith("enquiries/"));
  EXPECT_EQ(made.enquiry().status(), v1::ENQUIRY_STATUS_OPEN);
  EXPECT_EQ(made.enquiry().status_text(), "Open");
  EXPECT_EQ(made.enquiry().title(), "Αλλαγή διεύθυνσης");
  EXPECT_EQ(made.enquiry().order(), order.name());
  EXPECT_TRUE(made.enquiry().notifications_on());
  EXPECT_THAT(made.enquiry().open_actions(), IsEmpty()) << "a customer can only wait";
  EXPECT_THAT(made.activities(), ElementsAre(StartsWith(made.enquiry().name() + "/activities/")));
  const v1::Enquiry read = server_.Customer(kMariaId).Must(Getting(made.enquiry()));
  EXPECT_EQ(read.SerializeAsString(), made.enquiry().SerializeAsString());
  EXPECT_THAT(server_.Staff().Must(Getting(made.enquiry())).open_actions(),
              ElementsAre(v1::ENQUIRY_ACTION_TAKE_UP));
}

TEST_F(Enquiries, WalkTheirLifeWithCommentsAndALog) {
  v1::Enquiry enquiry = Ask();
  Take(enquiry, v1::ENQUIRY_ACTION_TAKE_UP);
  v1::TransitionEnquiryRequest ask = Stepping(enquiry, v1::ENQUIRY_ACTION_ASK_CUSTOMER);
  ask.mutable_comment()->set_text("Ποια διεύθυνση;");
  EXPECT_THAT(server_.Staff().Must(ask).activities(), SizeIs(2));
  server_.Staff().Must(Commenting(enquiry, "μάλλον η παλιά", v1::VISIBILITY_INTERNAL));
  const v1::Comment answer =
      server_.Customer(kMariaId).Must(Commenting(enquiry, "Ερμού 50")).comment();
  EXPECT_THAT(answer.name(), StartsWith(enquiry.name() + "/comments/"));
  enquiry = server_.Staff().Must(Getting(enquiry));
  EXPECT_EQ(enquiry.status(), v1::ENQUIRY_STATUS_IN_PROGRESS) << "the answer moved it on";
  enquiry = Take(enquiry, v1::ENQUIRY_ACTION_RESOLVE);
  EXPECT_FALSE(enquiry.active());
  EXPECT_TRUE(enquiry.has_resolve_time());

  Names kinds;
  for (const v1::Activity& activity : LogOf(server_.Customer(kMariaId), enquiry))
    kinds.push_back(v1::ActivityKind_Name(activity.kind()).substr(14));
  EXPECT_THAT(kinds,
              ElementsAre("ENQUIRY_CREATED", "ENQUIRY_MOVED", "ENQUIRY_MOVED", "COMMENT_ADDED",
                          "COMMENT_ADDED", "ENQUIRY_MOVED", "ENQUIRY_MOVED"));
  EXPECT_THAT(LogOf(server_.Staff(), enquiry), SizeIs(8)) << "staff see the aside, too";

  server_.Customer(kMariaId).Must(Commenting(enquiry, "Όχι ακόμη!"));
  EXPECT_EQ(server_.Staff().Must(Getting(enquiry)).status(), v1::ENQUIRY_STATUS_OPEN);
}

TEST_F(Enquiries, RefuseStepsThatAreNotOpenAndSayWhatIs) {
  const v1::Enquiry enquiry = Ask();
  const CallStatus status =
      server_.Staff().Call(Stepping(enquiry, v1::ENQUIRY_ACTION_RESOLVE)).status;
  EXPECT_THAT(status, IsRefusal(FAILED_PRECONDITION, "ENQUIRY_ACTION_NOT_OPEN"));
  EXPECT_EQ(status.Metadata().at("open_actions"), "TAKE_UP");
  EXPECT_EQ(status.Metadata().at("enquiry"), enquiry.number());
  EXPECT_THAT(server_.Customer(kMariaId).Call(Stepping(enquiry, v1::ENQUIRY_ACTION_RESOLVE)).status,
              IsRefusal(PERMISSION_DENIED, "PERMISSION_DENIED"));
}

TEST_F(Enquiries, ReportEveryFlawOfARequest) {
  EXPECT_THAT(server_.Staff().Call(v1::CreateEnquiryRequest()).status,
              IsInvalid(Names{"enquiry MISSING"}));
  v1::CreateEnquiryRequest request;
  request.mutable_enquiry()->set_order("orders/1000000019");
  request.mutable_enquiry()->set_title("δύο\nγραμμές");
  request.set_request_id("a b");
  EXPECT_THAT(server_.Staff().Call(request).status,
              IsInvalid(Names{"enquiry.kind MISSING", "enquiry.customer.language MISSING",
                              "enquiry.order WRONG_CHECK_DIGIT", "enquiry.customer.name MISSING",
                              "enquiry.customer.email MISSING", "enquiry.title CONTROL_CHARACTER",
                              "enquiry.text MISSING", "request_id MALFORMED"}));
  v1::TransitionEnquiryRequest step;
  step.set_name("orders/1000000018");
  step.mutable_comment();
  EXPECT_THAT(server_.Staff().Call(step).status,
              IsInvalid(Names{"action MISSING", "comment.text MISSING", "name MALFORMED"}));
}

TEST_F(Enquiries, MayBeAboutAnOrderOfTheSameCustomerOnly) {
  const v1::Order nikos = Place(server_.Service(), PickupOrder("WEB-2"));
  v1::CreateEnquiryRequest request = Asking("?");
  request.mutable_enquiry()->set_order(nikos.name());
  EXPECT_THAT(server_.Staff().Call(request).status,
              IsInvalid(Names{"enquiry.order NOT_THE_CUSTOMERS"}));
  EXPECT_THAT(server_.Customer(kMariaId).Call(request).status,
              IsRefusal(PERMISSION_DENIED, "PERMISSION_DENIED"));
  request.mutable_enquiry()->set_order("orders/9999999990");
  EXPECT_THAT(server_.Staff().Call(request).status, IsRefusal(NOT_FOUND, "ORDER_NOT_FOUND"));
  request.set_validate_only(true);
  EXPECT_THAT(server_.Staff().Call(request).status, IsRefusal(NOT_FOUND, "ORDER_NOT_FOUND"));
}

TEST_F(Enquiries, AreMadeOnceByOneRequestId) {
  v1::CreateEnquiryRequest request = Asking("Μία φορά");
  request.set_request_id("ask-1");
  const v1::CreateEnquiryResponse first = server_.Service().Must(request);
  const std::int64_t position = server_.Position();
  const v1::CreateEnquiryResponse second = server_.Service().Must(request);
  EXPECT_FALSE(first.replayed());
  EXPECT_TRUE(second.replayed());
  EXPECT_EQ(second.enquiry().name(), first.enquiry().name());
  EXPECT_EQ(server_.Position(), position);
  request.mutable_enquiry()->set_title("Άλλο");
  EXPECT_THAT(server_.Service().Call(request).status,
              IsRefusal(INVALID_ARGUMENT, "REQUEST_ID_REUSED"));
}

TEST_F(Enquiries, ArePreviewedWithoutAChange) {
  const std::int64_t position = server_.Position();
  v1::CreateEnquiryRequest request = Asking("Δοκιμή");
  request.set_validate_only(true);
  const v1::Enquiry preview = server_.Staff().Must(request).enquiry();
  EXPECT_EQ(preview.name(), "");
  EXPECT_EQ(preview.etag(), "");
  EXPECT_EQ(preview.status(), v1::ENQUIRY_STATUS_OPEN);
  EXPECT_EQ(server_.Position(), position);
  v1::TransitionEnquiryRequest step = Stepping(Ask(), v1::ENQUIRY_ACTION_TAKE_UP);
  step.set_validate_only(true);
  EXPECT_EQ(server_.Staff().Must(step).enquiry().status(), v1::ENQUIRY_STATUS_IN_PROGRESS);
  EXPECT_EQ(server_.Position(), position + 1);
}

TEST_F(Enquiries, AreProtectedByTheirEtag) {
  const v1::Enquiry enquiry = Ask();
  Take(enquiry, v1::ENQUIRY_ACTION_TAKE_UP);
  v1::TransitionEnquiryRequest stale = Stepping(enquiry, v1::ENQUIRY_ACTION_RESOLVE);
  stale.set_etag(enquiry.etag());
  EXPECT_THAT(server_.Staff().Call(stale).status, IsRefusal(ABORTED, "ETAG_MISMATCH"));
}

TEST_F(Enquiries, AndOrdersDoNotAnswerToEachOthersNames) {
  const v1::Enquiry enquiry = Ask();
  v1::Order as_order;
  as_order.set_name("orders/" + enquiry.number());
  EXPECT_THAT(server_.Staff().Call(test::Getting(as_order)).status,
              IsRefusal(NOT_FOUND, "ORDER_NOT_FOUND"));
  EXPECT_THAT(server_.Staff().Call(Stepping(as_order, v1::ORDER_ACTION_START_PROCESSING)).status,
              IsRefusal(NOT_FOUND, "ORDER_NOT_FOUND"));
  v1::Enquiry as_enquiry;
  as_enquiry.set_name("enquiries/" + Place(server_.Service(), CourierOrder("WEB-1")).number());
  EXPECT_THAT(server_.Staff().Call(Getting(as_enquiry)).status,
              IsRefusal(NOT_FOUND, "ENQUIRY_NOT_FOUND"));
}

}  // namespace
}  // namespace ipstore::orders::test
