// How the commands are declared to CLI11: what the files that do so have in common.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_BUILDER_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_BUILDER_H_

#include <google/protobuf/descriptor.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/orderctl/arguments.h"
#include "client/orderctl/command_line.h"
#include "client/orderctl/time_text.h"

namespace ipstore::orders::client {

// What --help lists the steps of orders under.
inline constexpr char kStepGroup[] = "Move an order";

// What parsing leaves behind. Must outlive the parsing, and stay where it is: the options write
// into it.
struct Parsed {
  std::function<Result<std::string>(const Session&)> run;
  std::string printout;
  // How long the command's calls may take where --timeout does not say; nothing: as all others.
  std::optional<absl::Duration> timeout;
  // What can be read only when all options are known, because it needs the time zone or the caller.
  std::vector<std::function<void(const GlobalOptions&)>> at_end;
};

// The value, or the exception that makes CLI11 refuse `option`.
template <typename T>
T Required(const std::string& option, absl::StatusOr<T> value) {
  if (value.ok()) return *std::move(value);
  throw CLI::ValidationError(option, std::string(value.status().message()));
}

// A subcommand that also takes the global options.
inline CLI::App& AddCommand(CLI::App& app, const std::string& group, const std::string& name,
                            const std::string& description) {
  CLI::App* command = app.add_subcommand(name, description);
  command->fallthrough();
  command->group(group);
  // Not the program's, which a subcommand would take over.
  command->footer("");
  return *command;
}

// The positional ORDER, given to `set` as a resource name.
inline void AddOrder(CLI::App& command, std::function<void(std::string)> set) {
  command
      .add_option_function<std::string>(
          "ORDER", [set = std::move(set)](const std::string& text) { set(OrderName(text)); },
          "The order's number, e.g. 1000000018")
      ->required();
}

// The same for a command that takes orders and enquiries.
inline void AddSubject(CLI::App& command, std::function<void(std::string)> set) {
  command
      .add_option_function<std::string>(
          "ORDER", [set = std::move(set)](const std::string& text) { set(OrderName(text)); },
          "The order's number, e.g. 1000000018, or an enquiry: enquiries/1000000026")
      ->required();
}

// An option for a time, given to `set` once the zone is known.
inline CLI::Option* AddTime(CLI::App& command, Parsed& parsed, const std::string& name,
                            std::function<void(google::protobuf::Timestamp)> set,
                            const std::string& description) {
  auto text = std::make_shared<std::string>();
  parsed.at_end.emplace_back([text, name, set = std::move(set)](const GlobalOptions& global) {
    if (!text->empty()) set(ToProto(Required(name, ParseTime(*text, global.zone))));
  });
  // The option keeps the string that it writes to.
  return command
      .add_option_function<std::string>(
          name, [text](const std::string& value) { *text = value; }, description)
      ->type_name("TIME");
}

// The options of everything that changes something.
template <typename Request>
void AddRetryOptions(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option("--request-id", *request->mutable_request_id(),
                  "Name the change, so that the same command again changes nothing twice; made up "
                  "where not given")
      ->type_name("ID");
  command.add_flag_callback(
      "--dry-run", [request] { request->set_validate_only(true); },
      "Only check, and show what would be");
}

// --etag of a request that has one.
template <typename Request>
void AddEtag(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option("--etag", *request->mutable_etag(),
                  "Only if it is still as it was when it had this etag")
      ->type_name("ETAG");
}

// --silent of a request that decides on an e-mail.
template <typename Request>
void AddSilent(CLI::App& command, const std::shared_ptr<Request>& request) {
  command.add_flag_callback(
      "--silent", [request] { request->set_notify(false); }, "Do not tell the customer by e-mail");
}

// --comment and --internal of a step.
template <typename Request>
void AddStepComment(CLI::App& command, const std::shared_ptr<Request>& request) {
  CLI::Option* comment = command.add_option_function<std::string>(
      "--comment",
      [request](const std::string& text) { request->mutable_comment()->set_text(text); },
      "Leave a comment together with the step");
  command
      .add_flag_callback(
          "--internal",
          [request] { request->mutable_comment()->set_visibility(v1::VISIBILITY_INTERNAL); },
          "The comment is for staff only")
      ->needs(comment);
}

// --page-size and --page-token of a request for a list.
template <typename Request>
void AddPageOptions(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option_function<std::int32_t>(
          "--page-size", [request](std::int32_t size) { request->set_page_size(size); },
          "How many at most")
      ->type_name("N");
  command
      .add_option("--page-token", *request->mutable_page_token(),
                  "Where to go on, as the page before said; the other options as they were")
      ->type_name("TOKEN");
}

// The values of an enum of the contract as they are typed, without that for "unspecified".
std::vector<std::string> TypedNames(const google::protobuf::EnumDescriptor& values,
                                    absl::string_view prefix);

// --status, which may be repeated, each given to `add`.
void AddStatuses(CLI::App& command, std::function<void(v1::OrderStatus)> add);

// Adds the commands that read, those that change an order, that for many orders, those about
// enquiries and lists of everything, those about e-mails, those that go on as things happen, those
// that take orders over, those that redact, and the one for shells.
void AddReads(CLI::App& app, Parsed& parsed);
void AddChanges(CLI::App& app, Parsed& parsed);
void AddBatch(CLI::App& app, Parsed& parsed);
void AddRequests(CLI::App& app, Parsed& parsed);
void AddMail(CLI::App& app, Parsed& parsed);
void AddWatches(CLI::App& app, Parsed& parsed);
void AddTransfers(CLI::App& app, Parsed& parsed);
void AddRedactions(CLI::App& app, Parsed& parsed);
void AddCompletion(CLI::App& app, Parsed& parsed);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_COMMAND_BUILDER_H_
