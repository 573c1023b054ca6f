// Errors: decoded, judged and told.

#include "client/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "client/orderctl/error_text.h"
#include "client/orderctl/exit_code.h"
#include "client/retry.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ipstore::orders::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

// A status as the server sends it.
grpc::Status StatusWith(grpc::StatusCode code, const std::string& message,
                        const std::vector<const google::protobuf::Message*>& details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  for (const google::protobuf::Message* detail : details) status.add_details()->PackFrom(*detail);
  return {code, message, status.SerializeAsString()};
}

google::rpc::ErrorInfo Info(const std::string& reason) {
  google::rpc::ErrorInfo info;
  info.set_domain("orders.ipstore");
  info.set_reason(reason);
  return info;
}

TEST(DecodeError, TakesEveryDetailThatTheServerSends) {
  google::rpc::ErrorInfo info = Info("GUARDS_NOT_SATISFIED");
  (*info.mutable_metadata())["order"] = "1000000018";
  google::rpc::LocalizedMessage localized;
  localized.set_locale("el");
  localized.set_message("Δεν γίνεται ακόμα.");
  google::rpc::PreconditionFailure failure;
  auto* guard = failure.add_violations();
  guard->set_type("PAYMENT_ARRANGED");
  guard->set_subject("orders/1000000018");
  guard->set_description("Η πληρωμή δεν έχει τακτοποιηθεί.");
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_nanos(250'000'000);

  const Error error = DecodeError(StatusWith(grpc::StatusCode::FAILED_PRECONDITION, "Not yet.",
                                             {&info, &localized, &failure, &retry}));
  EXPECT_EQ(error.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(error.reason, "GUARDS_NOT_SATISFIED");
  EXPECT_EQ(error.message, "Not yet.");
  EXPECT_EQ(error.localized_message, "Δεν γίνεται ακόμα.");
  EXPECT_THAT(error.metadata, ElementsAre(Pair("order", "1000000018")));
  EXPECT_THAT(error.preconditions,
              ElementsAre(PreconditionFailure{"PAYMENT_ARRANGED", "orders/1000000018",
                                              "Η πληρωμή δεν έχει τακτοποιηθεί."}));
  EXPECT_EQ(error.retry_delay, absl::Milliseconds(250));
}

TEST(DecodeError, SplitsTheFlawFromTheSentence) {
  const google::rpc::ErrorInfo info = Info("INVALID_REQUEST");
  google::rpc::BadRequest bad_request;
  auto* violation = bad_request.add_field_violations();
  violation->set_field("order.lines[2].quantity");
  violation->set_description("NOT_POSITIVE: The quantity must be at least 1.");
  violation = bad_request.add_field_violations();
  violation->set_field("name");
  violation->set_description("Something else: without a flaw.");

  const Error error = DecodeError(
      StatusWith(grpc::StatusCode::INVALID_ARGUMENT, "Two flaws.", {&info, &bad_request}));
  EXPECT_THAT(error.violations,
              ElementsAre(FieldViolation{"order.lines[2].quantity", "NOT_POSITIVE",
                                         "The quantity must be at least 1."},
                          FieldViolation{"name", "", "Something else: without a flaw."}));
}

TEST(DecodeError, AStatusOfTheTransportHasNoReason) {
  const Error error = DecodeError({grpc::StatusCode::UNAVAILABLE, "Socket closed"});
  EXPECT_EQ(error.reason, "");
  EXPECT_EQ(error.message, "Socket closed");
}

TEST(DecodeError, DetailsThatCannotBeReadAreLeftOut) {
  const Error error = DecodeError({grpc::StatusCode::INTERNAL, "Oops.", "\xFF\xFF"});
  EXPECT_EQ(error.message, "Oops.");
  EXPECT_EQ(error.reason, "");
}

TEST(ErrorReasonOf, IsTheEnumeratorOfThatName) {
  const google::rpc::ErrorInfo info = Info("ETAG_MISMATCH");
  EXPECT_EQ(ErrorReasonOf(DecodeError(StatusWith(grpc::StatusCode::ABORTED, "Changed.", {&info}))),
            v1::ERROR_REASON_ETAG_MISMATCH);
}

TEST(ErrorReasonOf, IsUnspecifiedWithoutAReasonAndForOneThatIsNotKnown) {
  EXPECT_EQ(ErrorReasonOf({.code = grpc::StatusCode::UNAVAILABLE}), v1::ERROR_REASON_UNSPECIFIED);
  EXPECT_EQ(ErrorReasonOf({.code = grpc::StatusCode::ABORTED, .reason = "FROM_THE_FUTURE"}),
            v1::ERROR_REASON_UNSPECIFIED);
}

TEST(Retry, OnlyWhatMayHelpIsRetried) {
  EXPECT_TRUE(IsWorthRetrying({.code = grpc::StatusCode::UNAVAILABLE}));
  EXPECT_TRUE(IsWorthRetrying({.code = grpc::StatusCode::UNAVAILABLE, .reason = "UNAVAILABLE"}));
  EXPECT_TRUE(IsWorthRetrying({.code = grpc::StatusCode::UNKNOWN}));
  EXPECT_TRUE(IsWorthRetrying(
      {.code = grpc::StatusCode::RESOURCE_EXHAUSTED, .retry_delay = absl::Seconds(1)}));
  EXPECT_FALSE(IsWorthRetrying({.code = grpc::StatusCode::RESOURCE_EXHAUSTED}));
  EXPECT_FALSE(IsWorthRetrying({.code = grpc::StatusCode::INTERNAL, .reason = "INTERNAL"}));
  EXPECT_FALSE(IsWorthRetrying({.code = grpc::StatusCode::DEADLINE_EXCEEDED}));
  EXPECT_FALSE(IsWorthRetrying({.code = grpc::StatusCode::ABORTED, .reason = "ETAG_MISMATCH"}));
}

TEST(Retry, PausesGrowUpToALimitAndAreNeverShorterThanTheServerAsks) {
  const RetryPolicy policy{.first_pause = absl::Milliseconds(100),
                           .longest_pause = absl::Milliseconds(350)};
  const Error error{.code = grpc::StatusCode::UNAVAILABLE};
  EXPECT_EQ(PauseAfter(policy, 1, error, 0), absl::Milliseconds(100));
  EXPECT_EQ(PauseAfter(policy, 2, error, 0), absl::Milliseconds(200));
  EXPECT_EQ(PauseAfter(policy, 3, error, 0), absl::Milliseconds(350));
  EXPECT_EQ(PauseAfter(policy, 50, error, 0), absl::Milliseconds(350));
  EXPECT_EQ(PauseAfter(policy, 1, error, 0.5), absl::Milliseconds(75));
  const Error busy{.code = grpc::StatusCode::RESOURCE_EXHAUSTED, .retry_delay = absl::Seconds(3)};
  EXPECT_EQ(PauseAfter(policy, 1, busy, 0.9), absl::Seconds(3));
}

TEST(ErrorText, IsOneLineWithReasonAndSentence) {
  const Error error{.code = grpc::StatusCode::ABORTED,
                    .reason = "ETAG_MISMATCH",
                    .message = "The order has changed.",
                    .localized_message = "Η παραγγελία άλλαξε."};
  EXPECT_EQ(ErrorText(error, {}), "orderctl: ETAG_MISMATCH: Η παραγγελία άλλαξε.\n");
}

TEST(ErrorText, TellsEveryViolationAndGuardInALineOfItsOwn) {
  const Error error{
      .code = grpc::StatusCode::FAILED_PRECONDITION,
      .reason = "GUARDS_NOT_SATISFIED",
      .localized_message = "Not yet.",
      .metadata = {{"open_actions", "CANCEL,RETURN_TO_PROCESSING"}},
      .violations = {{"order.lines[0].sku", "MISSING", "The field is required."}},
      .preconditions = {{"INVOICED", "orders/1000000018", "There is no invoice."},
                        {"PARCEL_TRACKED", "orders/1000000018", "No parcel can be tracked."}}};
  EXPECT_EQ(ErrorText(error, {.language = Language::kEnglish}),
            "orderctl: GUARDS_NOT_SATISFIED: Not yet.\n"
            "  order.lines[0].sku: The field is required.\n"
            "  INVOICED: There is no invoice.\n"
            "  PARCEL_TRACKED: No parcel can be tracked.\n"
            "  commands open now: cancel, return-to-processing\n");
}

TEST(ErrorText, WithoutAnAnswerSaysSoAndHowToRepeatTheChange) {
  const Error error{
      .code = grpc::StatusCode::UNAVAILABLE, .message = "Connection refused", .request_id = "8d2c"};
  EXPECT_EQ(ErrorText(error, {.language = Language::kEnglish}),
            "orderctl: UNAVAILABLE: The server did not answer (Connection refused).\n"
            "  It may have been done. To repeat it safely: --request-id 8d2c\n");
}

TEST(ErrorText, NothingInItMovesTheTerminal) {
  const Error error{.code = grpc::StatusCode::NOT_FOUND,
                    .reason = "ORDER_NOT_FOUND",
                    .localized_message = "No order \x1b[2J\nhere."};
  EXPECT_EQ(ErrorText(error, {}), "orderctl: ORDER_NOT_FOUND: No order \uFFFD[2J here.\n");
}

TEST(ErrorJson, IsOneLineWithWhatThereIs) {
  const Error error{.code = grpc::StatusCode::INVALID_ARGUMENT,
                    .reason = "INVALID_REQUEST",
                    .message = "One flaw.",
                    .metadata = {{"count", "1"}},
                    .violations = {{"name", "WRONG_CHECK_DIGIT", "Mistyped."}}};
  EXPECT_EQ(
      ErrorJson(error),
      R"({"error":{"code":"INVALID_ARGUMENT","reason":"INVALID_REQUEST","message":"One flaw.",)"
      R"("metadata":{"count":"1"},"violations":[{"field":"name","flaw":"WRONG_CHECK_DIGIT",)"
      R"("description":"Mistyped."}]}})"
      "\n");
}

TEST(ErrorJson, IsJsonEvenForTextThatIsNoUtf8) {
  EXPECT_THAT(ErrorJson({.code = grpc::StatusCode::UNKNOWN, .message = "\xFF"}),
              HasSubstr("\"reason\":\"UNKNOWN\""));
}

TEST(ExitCode, EachKindOfFailureHasItsOwn) {
  const std::vector<std::pair<grpc::StatusCode, int>> expected = {
      {grpc::StatusCode::UNKNOWN, 1},          {grpc::StatusCode::INTERNAL, 1},
      {grpc::StatusCode::CANCELLED, 1},        {grpc::StatusCode::UNIMPLEMENTED, 1},
      {grpc::StatusCode::INVALID_ARGUMENT, 3}, {grpc::StatusCode::OUT_OF_RANGE, 3},
      {grpc::StatusCode::NOT_FOUND, 4},        {grpc::StatusCode::PERMISSION_DENIED, 5},
      {grpc::StatusCode::UNAUTHENTICATED, 5},  {grpc::StatusCode::FAILED_PRECONDITION, 6},
      {grpc::StatusCode::ABORTED, 7},          {grpc::StatusCode::ALREADY_EXISTS, 7},
      {grpc::StatusCode::UNAVAILABLE, 8},      {grpc::StatusCode::RESOURCE_EXHAUSTED, 8},
      {grpc::StatusCode::DEADLINE_EXCEEDED, 8}};
  for (const auto& [code, exit_code] : expected) {
    EXPECT_EQ(static_cast<int>(ExitCodeFor({.code = code})), exit_code) << code;
  }
}

}  // namespace
}  // namespace ipstore::orders::client
