#include "client/orderctl/command_builder.h"
#include "client/orderctl/reads.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

constexpr char kGroup[] = "Look";

void AddGet(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::GetOrderPageRequest>();
  CLI::App& command = AddCommand(app, kGroup, "get", "Show the page of an order");
  AddOrder(command, [request](std::string name) { request->set_name(std::move(name)); });
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ShowOrder(session, *request); };
  });
}

void AddLookup(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::LookupOrderRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "lookup", "Show an order by what the system that took it calls it");
  command.add_option("SOURCE", *request->mutable_source(), "The system, e.g. eshop")->required();
  command.add_option("REFERENCE", *request->mutable_external_reference(), "Its name there")
      ->required();
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return LookupOrder(session, *request); };
  });
}

void AddList(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListOrdersRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "list",
                 "List orders, those first in which something happened last; active ones");
  command.add_flag_callback(
      "--all", [request] { request->set_include_closed(true); }, "Closed ones too");
  AddStatuses(command, [request](v1::OrderStatus status) { request->add_statuses(status); });
  command.add_option("--customer", *request->mutable_customer_id(), "Only orders of this customer")
      ->type_name("ID");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ListOrders(session, *request); };
  });
}

void AddActivity(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListActivitiesRequest>();
  CLI::App& command = AddCommand(app, kGroup, "activity",
                                 "List what happened to an order or an enquiry and what was said");
  AddSubject(command, [request](std::string name) { request->set_parent(std::move(name)); });
  command.add_flag_callback(
      "--newest-first", [request] { request->set_newest_first(true); }, "Newest first");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ListActivities(session, *request); };
  });
}

void AddComments(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListCommentsRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "comments", "List the comments on an order or an enquiry");
  AddSubject(command, [request](std::string name) { request->set_parent(std::move(name)); });
  command.add_flag_callback(
      "--newest-first", [request] { request->set_newest_first(true); }, "Newest first");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ListComments(session, *request); };
  });
}

void AddExplain(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ExplainTransitionsRequest>();
  CLI::App& command = AddCommand(app, kGroup, "explain",
                                 "Tell for every step whether it is open now, and if not, why");
  AddOrder(command, [request](std::string name) { request->set_name(std::move(name)); });
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return Explain(session, *request); };
  });
}

void AddLifecycle(CLI::App& app, Parsed& parsed) {
  auto mermaid = std::make_shared<bool>(false);
  CLI::App& command = AddCommand(app, kGroup, "lifecycle",
                                 "Show the statuses, the steps between them and the rules");
  command.add_flag("--mermaid", *mermaid, "As a Mermaid state diagram");
  command.callback([mermaid, &parsed] {
    parsed.run = [mermaid](const Session& session) { return DescribeLifecycle(session, *mermaid); };
  });
}

}  // namespace

std::vector<std::string> TypedNames(const google::protobuf::EnumDescriptor& values,
                                    absl::string_view prefix) {
  std::vector<std::string> names;
  for (int i = 1; i < values.value_count(); ++i)
    names.push_back(Kebab(WithoutPrefix(values.value(i)->name(), prefix)));
  return names;
}

void AddStatuses(CLI::App& command, std::function<void(v1::OrderStatus)> add) {
  command
      .add_option_function<std::vector<std::string>>(
          "--status",
          [add = std::move(add)](const std::vector<std::string>& names) {
            for (const std::string& name : names) add(Required("--status", ParseStatus(name)));
          },
          "Only orders in this status; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(TypedNames(*v1::OrderStatus_descriptor(), "ORDER_STATUS_"),
                            CLI::ignore_case));
}

void AddReads(CLI::App& app, Parsed& parsed) {
  AddGet(app, parsed);
  AddList(app, parsed);
  AddLookup(app, parsed);
  AddActivity(app, parsed);
  AddComments(app, parsed);
  AddExplain(app, parsed);
  AddLifecycle(app, parsed);
}

}  // namespace ipstore::orders::client
