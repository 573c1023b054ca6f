#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/orderctl/command_builder.h"
#include "client/orderctl/redactions.h"

namespace ipstore::orders::client {
namespace {

constexpr char kGroup[] = "Personal data (needs --rights redact)";

// --yes, without which nothing is redacted.
std::shared_ptr<bool> AddYes(CLI::App& command) {
  auto yes = std::make_shared<bool>(false);
  command.add_flag("--yes", *yes, "It cannot be undone, and that is fine");
  return yes;
}

void RequireYes(bool yes) {
  if (!yes) throw CLI::ValidationError("--yes", "what is redacted is gone for good: say --yes");
}

void AddRedact(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::RedactSubjectRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "redact", "Redact an order, an enquiry, or one comment");
  command
      .add_option_function<std::string>(
          "NAME", [request](const std::string& text) { request->set_name(OrderName(text)); },
          "An order's number, or the name of an enquiry or comment: enquiries/1000000026, "
          "orders/1000000018/comments/…")
      ->required();
  AddEtag(command, request);
  AddRetryOptions(command, request);
  const std::shared_ptr<bool> yes = AddYes(command);
  command.callback([request, yes, &parsed] {
    RequireYes(*yes || request->validate_only());
    const bool of_comment = absl::StrContains(request->name(), "/comments/");
    if (of_comment && !request->etag().empty())
      throw CLI::ValidationError("--etag", "a comment has none");
    parsed.run = [request, of_comment](const Session& session) {
      if (!of_comment) return RedactSubject(session, *request);
      v1::RedactCommentRequest comment;
      comment.set_name(request->name());
      comment.set_request_id(request->request_id());
      comment.set_validate_only(request->validate_only());
      return RedactComment(session, comment);
    };
  });
}

void AddRedactCustomer(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::RedactCustomerRequest>();
  auto wait = std::make_shared<bool>(false);
  CLI::App& command =
      AddCommand(app, kGroup, "redact-customer",
                 "Begin to redact all orders and enquiries that a customer has at this moment");
  command.add_option("CUSTOMER", *request->mutable_customer_id(), "The customer's id")->required();
  command.add_flag("--wait", *wait, "Wait until it is done");
  command
      .add_option("--request-id", *request->mutable_request_id(),
                  "Name the change, so that the same command again changes nothing twice; made up "
                  "where not given")
      ->type_name("ID");
  const std::shared_ptr<bool> yes = AddYes(command);
  command.callback([request, wait, yes, &parsed] {
    RequireYes(*yes);
    parsed.run = [request, wait](const Session& session) {
      return RedactCustomer(session, *request, *wait);
    };
  });
}

void AddShowRedaction(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::GetRedactionRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "redaction", "Show how far the redaction of a customer is");
  command
      .add_option_function<std::string>(
          "REDACTION",
          [request](const std::string& text) { request->set_name(RedactionName(text)); },
          "Its number, as redact-customer told")
      ->required();
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ShowRedaction(session, *request); };
  });
}

void AddListRedactions(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListRedactionsRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "redactions", "List the redactions of customers, the last first");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ListRedactions(session, *request); };
  });
}

}  // namespace

void AddRedactions(CLI::App& app, Parsed& parsed) {
  AddRedact(app, parsed);
  AddRedactCustomer(app, parsed);
  AddShowRedaction(app, parsed);
  AddListRedactions(app, parsed);
}

}  // namespace ipstore::orders::client
