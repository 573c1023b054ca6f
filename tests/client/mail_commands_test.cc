// The commands about e-mails, and with which codes a mail server is answered, against a server in
// this process that plays the order service.

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_context.h>
#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/channel.h"
#include "client/orderctl/received_emails.h"
#include "client/orderctl/run.h"
#include "client/orders_client.h"
#include "ipstore/orders/v1/activity_service.grpc.pb.h"
#include "ipstore/orders/v1/comment_service.grpc.pb.h"
#include "ipstore/orders/v1/enquiry_service.grpc.pb.h"
#include "ipstore/orders/v1/notification_service.grpc.pb.h"
#include "tests/client/fake_status.h"

namespace ipstore::orders::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr int kMaxMessageBytes = 28 << 20;

// Says of each e-mail what it was told to say. Keeps what it was asked.
class FakeComments final : public v1::CommentService::Service {
 public:
  grpc::Status status;
  v1::EmailOutcome outcome = v1::EMAIL_OUTCOME_COMMENTED;
  std::string raw;
  std::vector<v1::IngestEmailRequest> ingested;
  std::vector<v1::ListReceivedEmailsRequest> lists;
  std::vector<v1::GetReceivedEmailRequest> gets;

  grpc::Status IngestEmail(grpc::ServerContext*, const v1::IngestEmailRequest* request,
                           v1::ReceivedEmail* response) override {
    ingested.push_back(*request);
    response->set_outcome(outcome);
    response->set_outcome_text("Έτσι έγινε.");
    return status;
  }

  grpc::Status ListComments(grpc::ServerContext*, const v1::ListCommentsRequest*,
                            v1::ListCommentsResponse*) override {
    return grpc::Status::OK;
  }

  grpc::Status ListReceivedEmails(grpc::ServerContext*,
                                  const v1::ListReceivedEmailsRequest* request,
                                  v1::ListReceivedEmailsResponse* response) override {
    lists.push_back(*request);
    response->set_next_page_token("T0K3N");
    v1::ReceivedEmail& email = *response->add_received_emails();
    email.set_name("receivedEmails/7");
    email.set_subject("orders/1000000018");
    email.set_sender("maria@example.gr");
    email.set_outcome(v1::EMAIL_OUTCOME_COMMENTED);
    email.set_outcome_text("Έγινε σχόλιο.");
    email.mutable_create_time()->set_seconds(1'795'888'800);
    return status;
  }

  grpc::Status GetReceivedEmail(grpc::ServerContext*, const v1::GetReceivedEmailRequest* request,
                                v1::ReceivedEmail* response) override {
    gets.push_back(*request);
    response->set_name(request->name());
    response->set_message_id("a@example.gr");
    response->set_size_bytes(1234);
    if (request->include_raw_message()) response->set_raw_message(raw);
    return status;
  }
};

// Has two pages of failed e-mails.
class FakeNotifications final : public v1::NotificationService::Service {
 public:
  std::vector<v1::ListNotificationsRequest> lists;
  std::vector<v1::ResendNotificationRequest> resent;
  std::vector<v1::PreviewNotificationRequest> previews;
  bool tells_nobody = false;
  std::string goes_along;

  grpc::Status ListNotifications(grpc::ServerContext*, const v1::ListNotificationsRequest* request,
                                 v1::ListNotificationsResponse* response) override {
    lists.push_back(*request);
    const bool is_first = request->page_token().empty();
    if (is_first) response->set_next_page_token("T0K3N");
    v1::Notification& failed = *response->add_notifications();
    failed.set_name(absl::StrCat("orders/1000000018/notifications/", is_first ? "newer" : "older"));
    failed.set_activity("orders/1000000018/activities/0123456789abcdef");
    failed.set_state(v1::NOTIFICATION_STATE_FAILED);
    failed.set_state_text("Απέτυχε");
    failed.set_reason_text("Ο διακομιστής δεν το δέχεται.");
    failed.set_detail("550 No such user\x1b[2J");
    failed.set_address("maria@example.gr");
    failed.set_attempt_count(3);
    return grpc::Status::OK;
  }

  grpc::Status GetNotification(grpc::ServerContext*, const v1::GetNotificationRequest* request,
                               v1::Notification* response) override {
    response->set_name(request->name());
    response->set_title("Η παραγγελία σας");
    if (request->name() != goes_along) response->set_state(v1::NOTIFICATION_STATE_FAILED);
    return grpc::Status::OK;
  }

  grpc::Status ResendNotification(grpc::ServerContext*,
                                  const v1::ResendNotificationRequest* request,
                                  v1::Notification* response) override {
    resent.push_back(*request);
    response->set_name(request->name());
    response->set_state_text("Σε αναμονή");
    return grpc::Status::OK;
  }

  grpc::Status PreviewNotification(grpc::ServerContext*,
                                   const v1::PreviewNotificationRequest* request,
                                   v1::PreviewNotificationResponse* response) override {
    previews.push_back(*request);
    if (tells_nobody) return grpc::Status::OK;
    response->set_title("Η παραγγελία σας 1000000018");
    response->set_text("Γεια σας\nΜαρία");
    response->set_html("<p>Μαρία</p>");
    response->set_address("maria@example.gr");
    response->set_reason_text("Οι ειδοποιήσεις είναι κλειστές.");
    return grpc::Status::OK;
  }
};

// Has one enquiry and what happened to it.
class FakeEnquiries final : public v1::EnquiryService::Service {
 public:
  grpc::Status GetEnquiry(grpc::ServerContext*, const v1::GetEnquiryRequest* request,
                          v1::Enquiry* response) override {
    response->set_name(request->name());
    return grpc::Status::OK;
  }
};

class FakeActivities final : public v1::ActivityService::Service {
 public:
  grpc::Status ListActivities(grpc::ServerContext*, const v1::ListActivitiesRequest*,
                              v1::ListActivitiesResponse* response) override {
    v1::Activity& opened = *response->add_activities();
    opened.set_name("orders/1000000018/activities/0123456789abcdef");
    opened.set_text("Ανοίξαμε το αίτημα.");
    return grpc::Status::OK;
  }
};

class MailCommands : public ::testing::Test {
 protected:
  void SetUp() override {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.RegisterService(&comments_);
    builder.RegisterService(&notifications_);
    builder.RegisterService(&enquiries_);
    builder.RegisterService(&activities_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
  }

  void TearDown() override {
    if (server_ != nullptr) server_->Shutdown();
  }

  // What is written at once to stderr is at the end of what is written there.
  Outcome Orderctl(std::vector<std::string> arguments, const std::string& given = "") const {
    arguments.insert(arguments.begin(), {"orderctl", "--server", address_, "--as", "service:mail",
                                         "--lang", "el", "--zone", "UTC"});
    std::string warned;
    Terminal terminal;
    terminal.warn = [&warned](absl::string_view text) { absl::StrAppend(&warned, text); };
    std::istringstream input(given);
    std::streambuf* const stdin_buffer = std::cin.rdbuf(input.rdbuf());
    std::cin.clear();
    Outcome outcome = RunOrderctl(arguments, terminal);
    std::cin.rdbuf(stdin_buffer);
    absl::StrAppend(&outcome.err, warned);
    return outcome;
  }

  Outcome Ingest(v1::EmailOutcome outcome) {
    comments_.outcome = outcome;
    return Orderctl({"ingest-email"}, "From: maria@example.gr\n\nΝαι.");
  }

  FakeComments comments_;
  FakeNotifications notifications_;
  FakeEnquiries enquiries_;
  FakeActivities activities_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

TEST_F(MailCommands, AnEmailIsHandedOverByteForByte) {
  const std::string raw("From: a\r\n\r\n\0\xff\x1a\n.\n", 17);
  const Outcome outcome = Orderctl({"ingest-email", "--recipient", "orders+r@shop.example"}, raw);
  EXPECT_EQ(outcome.exit_code, ExitCode::kOk);
  EXPECT_EQ(outcome.out, "Έτσι έγινε.\n");
  EXPECT_EQ(outcome.err, "");
  ASSERT_THAT(comments_.ingested, SizeIs(1));
  EXPECT_EQ(comments_.ingested[0].raw_message(), raw);
  EXPECT_EQ(comments_.ingested[0].recipient(), "orders+r@shop.example");
}

TEST_F(MailCommands, WhatIsTakenOrDroppedEndsWithZeroAndALineOnStdout) {
  for (const v1::EmailOutcome outcome :
       {v1::EMAIL_OUTCOME_COMMENTED, v1::EMAIL_OUTCOME_UNSUBSCRIBED, v1::EMAIL_OUTCOME_AUTO_REPLY,
        v1::EMAIL_OUTCOME_BOUNCE, v1::EMAIL_OUTCOME_LIST, v1::EMAIL_OUTCOME_LOOP}) {
    const Outcome told = Ingest(outcome);
    EXPECT_EQ(static_cast<int>(told.exit_code), 0) << v1::EmailOutcome_Name(outcome);
    EXPECT_EQ(told.out, "Έτσι έγινε.\n");
    EXPECT_EQ(told.err, "");
  }
}

TEST_F(MailCommands, WhatIsRefusedEndsWithACodeForMailServersAndALineForTheSenderOnStderr) {
  const std::vector<std::pair<v1::EmailOutcome, int>> codes = {
      {v1::EMAIL_OUTCOME_UNKNOWN_ADDRESS, 67}, {v1::EMAIL_OUTCOME_STRANGER, 77},
      {v1::EMAIL_OUTCOME_EMPTY, 65},           {v1::EMAIL_OUTCOME_TOO_LARGE, 65},
      {v1::EMAIL_OUTCOME_UNREADABLE, 65},      {v1::EMAIL_OUTCOME_NOT_OPEN, 69},
      {v1::EMAIL_OUTCOME_FORMER_ADDRESS, 77},  {v1::EMAIL_OUTCOME_REDACTED, 77},
      {v1::EMAIL_OUTCOME_SEVERAL_SENDERS, 65}, {v1::EMAIL_OUTCOME_RECEIVED, 75},
      {v1::EMAIL_OUTCOME_UNSPECIFIED, 75},     {static_cast<v1::EmailOutcome>(99), 75}};
  for (const auto& [outcome, code] : codes) {
    const Outcome told = Ingest(outcome);
    EXPECT_EQ(static_cast<int>(told.exit_code), code) << outcome;
    EXPECT_EQ(told.out, "");
    EXPECT_EQ(told.err, "Έτσι έγινε.\n");
  }
}

TEST_F(MailCommands, NoFaultOfOursSendsAnEmailBack) {
  for (const grpc::StatusCode code :
       {grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::FAILED_PRECONDITION,
        grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::INTERNAL,
        grpc::StatusCode::UNIMPLEMENTED, grpc::StatusCode::RESOURCE_EXHAUSTED,
        grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::UNAUTHENTICATED}) {
    comments_.status = StatusWithReason(code, "SOME_REASON");
    const Outcome told = Ingest(v1::EMAIL_OUTCOME_COMMENTED);
    EXPECT_EQ(static_cast<int>(told.exit_code), 75) << code;
    EXPECT_EQ(told.out, "");
    EXPECT_THAT(told.err, StartsWith("orderctl: SOME_REASON: "));
  }
}

TEST_F(MailCommands, WithoutAServerAnEmailIsToComeAgainLater) {
  server_->Shutdown();
  server_.reset();
  const Outcome told = Orderctl({"ingest-email", "--retries", "0"}, "From: a\n\nb");
  EXPECT_EQ(static_cast<int>(told.exit_code), 75);
  EXPECT_THAT(told.err, HasSubstr("UNAVAILABLE"));
}

TEST_F(MailCommands, AWrongCommandLineDoesNotSendAnEmailBack) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"ingest-email", "--recipent", "a@b"},
                                             {"ingest-email", "--as", "postfix"},
                                             {"ingest-email", "extra"},
                                             {"--lang", "de", "ingest-email"},
                                             {"--server", "ingest-email"}}) {
    const Outcome told = Orderctl(arguments, "From: a\n\nb");
    EXPECT_EQ(static_cast<int>(told.exit_code), 75) << arguments[1];
    EXPECT_THAT(told.err, StartsWith("orderctl: USAGE: "));
  }
  EXPECT_THAT(comments_.ingested, IsEmpty());
  EXPECT_EQ(CodeOfLostOutput({"orderctl", "ingest-email"}), ExitCode::kMailTryLater);
  EXPECT_EQ(CodeOfLostOutput({"orderctl", "list"}), ExitCode::kOther);
}

TEST_F(MailCommands, WhatIsEmptyOrTooLargeIsRefusedWithoutTheServer) {
  Outcome told = Orderctl({"ingest-email"}, "");
  EXPECT_EQ(static_cast<int>(told.exit_code), 65);
  EXPECT_THAT(told.err, Not(IsEmpty()));
  told = Orderctl({"ingest-email"}, std::string(kMaxEmailBytes + 1, 'x'));
  EXPECT_EQ(static_cast<int>(told.exit_code), 65);
  EXPECT_THAT(told.err, HasSubstr("25 MiB"));
  EXPECT_THAT(comments_.ingested, IsEmpty());
}

TEST_F(MailCommands, TheLargestEmailThatIsTakenFitsIntoACall) {
  const std::string raw(kMaxEmailBytes, 'x');
  EXPECT_EQ(Orderctl({"ingest-email"}, raw).exit_code, ExitCode::kOk);
  ASSERT_THAT(comments_.ingested, SizeIs(1));
  EXPECT_EQ(comments_.ingested[0].raw_message().size(), raw.size());
  comments_.raw = raw;
  EXPECT_EQ(Orderctl({"received-email", "7", "--raw"}).out.size(), raw.size());
}

TEST_F(MailCommands, AsJsonAnEmailsFateIsOnStdoutAndAFailureOnStderr) {
  comments_.outcome = v1::EMAIL_OUTCOME_STRANGER;
  Outcome told = Orderctl({"ingest-email", "--json"}, "From: a\n\nb");
  EXPECT_EQ(static_cast<int>(told.exit_code), 77);
  EXPECT_THAT(told.out, HasSubstr(R"("outcome": "EMAIL_OUTCOME_STRANGER")"));
  EXPECT_EQ(told.err, "");
  comments_.status = StatusWithReason(grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED");
  told = Orderctl({"ingest-email", "--json"}, "From: a\n\nb");
  EXPECT_EQ(told.out, "");
  EXPECT_THAT(told.err, StartsWith(R"({"error":{"code":"PERMISSION_DENIED")"));
}

TEST_F(MailCommands, ReceivedEmailsAreListedByNumberAndShownWholeOrAsTheyCame) {
  EXPECT_EQ(Orderctl({"received-emails", "1000000018", "--page-size", "1"}).out,
            "Μήνυμα  Λήψη              Αίτημα      Αποστολέας        Έκβαση\n"
            "     7  28/11/2026 18:00  1000000018  maria@example.gr  Έγινε σχόλιο.\n"
            "\nΕπόμενη σελίδα: η ίδια εντολή με --page-token T0K3N\n");
  ASSERT_THAT(comments_.lists, SizeIs(1));
  EXPECT_EQ(comments_.lists[0].subject(), "orders/1000000018");
  EXPECT_EQ(comments_.lists[0].page_size(), 1);

  EXPECT_THAT(Orderctl({"received-email", "7"}).out, HasSubstr("a@example.gr"));
  EXPECT_EQ(comments_.gets.back().name(), "receivedEmails/7");
  EXPECT_FALSE(comments_.gets.back().include_raw_message());
  comments_.raw = std::string("a\0b\r\n", 5);
  EXPECT_EQ(Orderctl({"received-email", "receivedEmails/7", "--raw"}).out, comments_.raw);
}

TEST_F(MailCommands, AnEmailThatIsNotKeptIsNotTakenForAnEmptyOne) {
  const Outcome told = Orderctl({"received-email", "7", "--raw"});
  EXPECT_EQ(told.exit_code, ExitCode::kNotFound);
  EXPECT_EQ(told.out, "");
  EXPECT_EQ(told.err, "orderctl: Το μήνυμα δεν έχει φυλαχθεί.\n");
}

TEST_F(MailCommands, TheLedgerOfAllNamesTheOrdersAndTellsWhyAndHowOften) {
  const Outcome told = Orderctl({"notifications", "--state", "failed", "--state", "queued"});
  EXPECT_EQ(told.exit_code, ExitCode::kOk);
  EXPECT_THAT(told.out, HasSubstr("  1000000018  Απέτυχε    maria@example.gr  "));
  EXPECT_THAT(told.out, HasSubstr("Δραστηριότητα 01234567…"));
  EXPECT_THAT(told.out, HasSubstr("\n  orders/1000000018/notifications/newer\n"));
  EXPECT_THAT(told.out, HasSubstr("--page-token T0K3N"));
  EXPECT_THAT(told.out, Not(HasSubstr("\x1b")));
  ASSERT_THAT(notifications_.lists, SizeIs(1));
  EXPECT_EQ(notifications_.lists[0].parent(), "orders/-");
  EXPECT_THAT(notifications_.lists[0].states(),
              ElementsAre(v1::NOTIFICATION_STATE_FAILED, v1::NOTIFICATION_STATE_QUEUED));
}

TEST_F(MailCommands, TheLedgerOfOneEnquiryIsAskedForByItsName) {
  Orderctl({"notifications", "enquiries/1000000026", "--page-token", "T0K3N"});
  ASSERT_THAT(notifications_.lists, SizeIs(1));
  EXPECT_EQ(notifications_.lists[0].parent(), "enquiries/1000000026");
  EXPECT_EQ(notifications_.lists[0].page_token(), "T0K3N");
  EXPECT_THAT(Orderctl({"notification", "orders/1/notifications/x"}).out,
              HasSubstr("Η παραγγελία σας"));
}

TEST_F(MailCommands, AllThatFailedAreSentAgainFromTheOldestOn) {
  const Outcome told = Orderctl({"resend", "1000000018", "--failed"});
  EXPECT_EQ(told.out,
            "orders/1000000018/notifications/older  Σε αναμονή\n"
            "orders/1000000018/notifications/newer  Σε αναμονή\n");
  ASSERT_THAT(notifications_.lists, SizeIs(2));
  for (const v1::ListNotificationsRequest& list : notifications_.lists)
    EXPECT_THAT(list.states(), ElementsAre(v1::NOTIFICATION_STATE_FAILED));
  ASSERT_THAT(notifications_.resent, SizeIs(2));
  EXPECT_NE(notifications_.resent[0].request_id(), notifications_.resent[1].request_id());
}

TEST_F(MailCommands, AllThatFailedOfAllOrdersAreSentAgainAndCounted) {
  const Outcome told = Orderctl({"resend", "--failed", "--all"});
  EXPECT_EQ(told.out,
            "orders/1000000018/notifications/older  Σε αναμονή\n"
            "orders/1000000018/notifications/newer  Σε αναμονή\n"
            "Ξαναστάλθηκε: 2\n");
  ASSERT_THAT(notifications_.lists, SizeIs(2));
  for (const v1::ListNotificationsRequest& list : notifications_.lists) {
    EXPECT_EQ(list.parent(), "orders/-");
    EXPECT_THAT(list.states(), ElementsAre(v1::NOTIFICATION_STATE_FAILED));
  }
  EXPECT_THAT(notifications_.resent, SizeIs(2));
}

TEST_F(MailCommands, TheEnquiryPageShowsWhatItsCustomerWasTold) {
  const Outcome page = Orderctl({"enquiry", "1000000026"});
  ASSERT_EQ(page.exit_code, ExitCode::kOk) << page.err;
  EXPECT_THAT(page.out, HasSubstr("maria@example.gr"));
  EXPECT_THAT(page.out, HasSubstr("Ανοίξαμε το αίτημα."));
  ASSERT_THAT(notifications_.lists, SizeIs(2)) << "all pages";
  EXPECT_EQ(notifications_.lists[0].parent(), "enquiries/1000000026");
}

TEST_F(MailCommands, WhatWentAlongWithAnotherIsNotSentOnceMore) {
  notifications_.goes_along = "orders/1000000018/notifications/newer";
  EXPECT_EQ(Orderctl({"resend", "1000000018", "--failed"}).out,
            "orders/1000000018/notifications/older  Σε αναμονή\n");
  EXPECT_THAT(notifications_.resent, SizeIs(1));
}

TEST_F(MailCommands, OneIsSentAgainByItsNameUnderTheRequestIdGiven) {
  Orderctl({"resend", "orders/1/notifications/x", "--request-id", "again"});
  ASSERT_THAT(notifications_.resent, SizeIs(1));
  EXPECT_EQ(notifications_.resent[0].name(), "orders/1/notifications/x");
  EXPECT_EQ(notifications_.resent[0].request_id(), "again");
}

TEST_F(MailCommands, APreviewTellsToWhomAndWhetherAndThenTheText) {
  EXPECT_EQ(Orderctl({"preview", "orders/1/activities/x"}).out,
            "Προς           maria@example.gr\n"
            "Θέμα           Η παραγγελία σας 1000000018\n"
            "Δεν θα σταλεί  Οι ειδοποιήσεις είναι κλειστές.\n"
            "\n"
            "Γεια σας\n"
            "Μαρία\n");
  EXPECT_EQ(Orderctl({"preview", "orders/1/activities/x", "--html"}).out, "<p>Μαρία</p>");
  EXPECT_EQ(notifications_.previews.back().activity(), "orders/1/activities/x");
  notifications_.tells_nobody = true;
  EXPECT_EQ(Orderctl({"preview", "orders/1/activities/x"}).out,
            "Κανείς δεν ειδοποιείται για αυτό.\n");
}

TEST_F(MailCommands, AStepShowsItsEmailInsteadOfBeingTaken) {
  const Outcome told = Orderctl({"cancel", "1000000018", "--reason", "Χάθηκε", "--preview-mail"});
  EXPECT_EQ(told.exit_code, ExitCode::kOk);
  EXPECT_THAT(told.out, HasSubstr("Γεια σας"));
  ASSERT_THAT(notifications_.previews, SizeIs(1));
  const v1::TransitionOrderRequest& step = notifications_.previews[0].transition();
  EXPECT_EQ(step.name(), "orders/1000000018");
  EXPECT_EQ(step.cancel().reason(), "Χάθηκε");
}

}  // namespace
}  // namespace ipstore::orders::client
