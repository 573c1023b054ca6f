#include <algorithm>
#include <variant>

#include "client/orderctl/command_builder.h"
#include "client/orderctl/input.h"
#include "client/orderctl/requests.h"

namespace ipstore::orders::client {
namespace {

constexpr char kGroup[] = "Enquiries, and everything in one list";

// The positional ENQUIRY, given to `set` as a resource name.
void AddEnquiry(CLI::App& command, std::function<void(std::string)> set) {
  command
      .add_option_function<std::string>(
          "ENQUIRY", [set = std::move(set)](const std::string& text) { set(EnquiryName(text)); },
          "The enquiry's number, e.g. 1000000026")
      ->required();
}

void AddAsk(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::CreateEnquiryRequest>();
  v1::Enquiry* enquiry = request->mutable_enquiry();
  enquiry->set_kind(v1::ENQUIRY_KIND_QUESTION);
  enquiry->mutable_customer()->set_language("el");
  CLI::App& command = AddCommand(app, kGroup, "ask", "Make an enquiry for a customer");
  command.add_option("TITLE", *enquiry->mutable_title(), "What it is about, in one line")
      ->required();
  command.add_option("TEXT", *enquiry->mutable_text(), "What is asked")->required();
  command
      .add_option_function<std::string>(
          "--kind",
          [enquiry](const std::string& kind) {
            enquiry->set_kind(Required("--kind", ParseEnquiryKind(kind)));
          },
          "What kind of enquiry; a question where not given")
      ->check(CLI::IsMember({"question", "return", "complaint"}, CLI::ignore_case));
  v1::EnquiryCustomer* customer = enquiry->mutable_customer();
  command
      .add_option("--customer", *customer->mutable_id(),
                  "The customer's id; without, the customer who calls, or a guest")
      ->type_name("ID");
  parsed.at_end.emplace_back([customer](const GlobalOptions& global) {
    const Principal caller = global.on_behalf_of.value_or(global.actor);
    if (customer->id().empty() && caller.role == "customer") customer->set_id(caller.id);
  });
  command.add_option("--name", *customer->mutable_name(), "The customer's name")->required();
  command.add_option("--email", *customer->mutable_email(), "Where the answer goes")->required();
  command.add_option("--phone", *customer->mutable_phone(), "The customer's phone");
  command
      .add_option("--language", *customer->mutable_language(),
                  "The language of the answer; Greek where not given")
      ->check(CLI::IsMember({"el", "en"}));
  command
      .add_option_function<std::string>(
          "--order", [enquiry](const std::string& order) { enquiry->set_order(OrderName(order)); },
          "The order that it is about")
      ->type_name("ORDER");
  AddSilent(command, request);
  AddRetryOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return CreateEnquiry(session, *request); };
  });
}

void AddMoveEnquiry(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::TransitionEnquiryRequest>();
  CLI::App& command = AddCommand(app, kGroup, "move-enquiry", "Take a step of an enquiry");
  AddEnquiry(command, [request](std::string name) { request->set_name(std::move(name)); });
  command
      .add_option_function<std::string>(
          "ACTION",
          [request](const std::string& action) {
            request->set_action(Required("ACTION", ParseEnquiryAction(action)));
          },
          "The step")
      ->check(CLI::IsMember({"take-up", "ask-customer", "resume", "resolve", "reopen"},
                            CLI::ignore_case))
      ->required();
  AddStepComment(command, request);
  AddEtag(command, request);
  AddSilent(command, request);
  AddRetryOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return TransitionEnquiry(session, *request); };
  });
}

void AddShowEnquiry(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::GetEnquiryRequest>();
  CLI::App& command = AddCommand(app, kGroup, "enquiry", "Show an enquiry and what became of it");
  AddEnquiry(command, [request](std::string name) { request->set_name(std::move(name)); });
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ShowEnquiry(session, *request); };
  });
}

// The statuses of orders and enquiries as they are typed.
std::vector<std::string> AllStatusNames() {
  std::vector<std::string> names = TypedNames(*v1::OrderStatus_descriptor(), "ORDER_STATUS_");
  for (std::string& name : TypedNames(*v1::EnquiryStatus_descriptor(), "ENQUIRY_STATUS_"))
    names.push_back(std::move(name));
  return names;
}

void AddStatus(const std::string& name, v1::ListRequestsRequest& request) {
  const auto status = Required("--status", ParseAnyStatus(name));
  if (const auto* of_order = std::get_if<v1::OrderStatus>(&status))
    request.add_order_statuses(*of_order);
  else
    request.add_enquiry_statuses(std::get<v1::EnquiryStatus>(status));
}

bool AsksFor(v1::RequestKind kind, const v1::ListRequestsRequest& request) {
  return std::find(request.kinds().begin(), request.kinds().end(), kind) != request.kinds().end();
}

// To the server a status of one kind says nothing of the other kind, which it would list whole. Who
// names statuses wants nothing else, unless they ask for the other kind, too.
void NarrowToStatuses(v1::ListRequestsRequest& request) {
  const bool any_kind = request.kinds().empty();
  const auto narrow = [&](bool has_status, v1::RequestKind kind, const std::string& named) {
    if (!has_status) return;
    if (any_kind) request.add_kinds(kind);
    if (!AsksFor(kind, request)) throw CLI::ValidationError("--status", named);
  };
  narrow(!request.order_statuses().empty(), v1::REQUEST_KIND_ORDER,
         "one is of orders, which --kind leaves out");
  narrow(!request.enquiry_statuses().empty(), v1::REQUEST_KIND_ENQUIRY,
         "one is of enquiries, which --kind leaves out");
}

void AddKindsAndStatuses(CLI::App& command,
                         const std::shared_ptr<v1::ListRequestsRequest>& request) {
  command
      .add_option_function<std::vector<std::string>>(
          "--kind",
          [request](const std::vector<std::string>& names) {
            for (const std::string& name : names)
              request->add_kinds(Required("--kind", ParseRequestKind(name)));
          },
          "Only orders, or only enquiries")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"order", "enquiry"}, CLI::ignore_case));
  command
      .add_option_function<std::vector<std::string>>(
          "--status",
          [request](const std::vector<std::string>& names) {
            for (const std::string& name : names) AddStatus(name, *request);
          },
          "Only those in this status, closed or not; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(AllStatusNames(), CLI::ignore_case));
}

void AddListRequests(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListRequestsRequest>();
  CLI::App& command = AddCommand(app, kGroup, "requests",
                                 "List orders and enquiries together, active ones, those first in "
                                 "which something happened last");
  command.add_flag_callback(
      "--all", [request] { request->set_include_closed(true); }, "Closed ones too");
  AddKindsAndStatuses(command, request);
  command.add_option("--customer", *request->mutable_customer_id(), "Only those of this customer")
      ->type_name("ID");
  command
      .add_option("--store", *request->mutable_store_id(),
                  "Only orders that are collected from this store")
      ->type_name("ID");
  command
      .add_option_function<std::string>(
          "--method",
          [request](const std::string& method) {
            request->set_method(Required("--method", ParseMethod(method)));
          },
          "Only orders that go this way")
      ->check(CLI::IsMember({"courier", "store-pickup", "company-vehicle"}, CLI::ignore_case));
  AddTime(
      command, parsed, "--from",
      [request](const auto& time) { *request->mutable_create_time_from() = time; },
      "Only what was created then or later");
  AddTime(
      command, parsed, "--until",
      [request](const auto& time) { *request->mutable_create_time_until() = time; },
      "Only what was created before");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    NarrowToStatuses(*request);
    parsed.run = [request](const Session& session) { return ListRequests(session, *request); };
  });
}

void AddSearch(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::SearchRequestsRequest>();
  CLI::App& command = AddCommand(app, kGroup, "search",
                                 "Find orders and enquiries by words: number, reference, products, "
                                 "SKUs, name of the customer");
  command
      .add_option("WORDS", *request->mutable_query(),
                  "Beginnings of words, in any case and without accents")
      ->required();
  command.add_option("--customer", *request->mutable_customer_id(), "Only those of this customer")
      ->type_name("ID");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return SearchRequests(session, *request); };
  });
}

void AddOverdue(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListOverdueOrdersRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "overdue", "List active orders whose promised delivery has passed");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ListOverdue(session, *request); };
  });
}

}  // namespace

void AddRequests(CLI::App& app, Parsed& parsed) {
  AddListRequests(app, parsed);
  AddSearch(app, parsed);
  AddOverdue(app, parsed);
  AddAsk(app, parsed);
  AddShowEnquiry(app, parsed);
  AddMoveEnquiry(app, parsed);
}

}  // namespace ipstore::orders::client
