#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/orderctl/batch.h"
#include "client/orderctl/command_builder.h"
#include "client/orderctl/input.h"

namespace ipstore::orders::client {
namespace {

constexpr char kDescription[] =
    "Take the same step of up to 500 orders, each by itself: some may be refused. Ends with the "
    "exit code of the first that was";

// What is said once for all orders.
struct Given {
  std::string reason;
  std::string vehicle;
  google::protobuf::Timestamp until;
  google::protobuf::Timestamp from;
  google::protobuf::Timestamp to;
};

// A step that is the same for many orders. return-to-gathering is not: its lines are one order's.
struct BatchStep {
  std::string name;
  // The options that it needs. It takes none of the others of kStepOptions.
  std::vector<std::string> options;
  void (*set)(const Given& given, v1::TransitionOrderRequest& step);
};

constexpr std::array kStepOptions = {"--reason", "--until", "--vehicle", "--from", "--to"};

using Step = v1::TransitionOrderRequest;

const std::vector<BatchStep>& BatchSteps() {
  static const auto* const kSteps = new std::vector<BatchStep>{
      {"start-processing", {}, [](const Given&, Step& step) { step.mutable_start_processing(); }},
      {"start-gathering", {}, [](const Given&, Step& step) { step.mutable_start_gathering(); }},
      {"start-preparing", {}, [](const Given&, Step& step) { step.mutable_start_preparing(); }},
      {"hand-to-carrier", {}, [](const Given&, Step& step) { step.mutable_hand_to_carrier(); }},
      {"offer-pickup",
       {"--until"},
       [](const Given& given, Step& step) {
         *step.mutable_offer_pickup()->mutable_pickup_until() = given.until;
       }},
      {"dispatch-vehicle",
       {"--vehicle", "--from", "--to"},
       [](const Given& given, Step& step) {
         v1::DispatchVehicle& action = *step.mutable_dispatch_vehicle();
         action.set_vehicle(given.vehicle);
         *action.mutable_window()->mutable_start() = given.from;
         *action.mutable_window()->mutable_end() = given.to;
       }},
      {"confirm-receipt", {}, [](const Given&, Step& step) { step.mutable_confirm_receipt(); }},
      {"cancel",
       {"--reason"},
       [](const Given& given, Step& step) { step.mutable_cancel()->set_reason(given.reason); }},
      {"return-to-processing",
       {"--reason"},
       [](const Given& given, Step& step) {
         step.mutable_return_to_processing()->set_reason(given.reason);
       }},
      {"return-undelivered",
       {"--reason"},
       [](const Given& given, Step& step) {
         step.mutable_return_undelivered()->set_reason(given.reason);
       }},
  };
  return *kSteps;
}

std::vector<std::string> StepNames() {
  std::vector<std::string> names;
  for (const BatchStep& step : BatchSteps()) names.push_back(step.name);
  return names;
}

// `name` is one of StepNames().
const BatchStep& StepOf(const std::string& name) {
  return *std::find_if(BatchSteps().begin(), BatchSteps().end(),
                       [&name](const BatchStep& step) { return step.name == name; });
}

void CheckStepOptions(const CLI::App& command, const BatchStep& step) {
  for (const std::string option : kStepOptions) {
    const bool given = command.get_option(option)->count() > 0;
    const bool needed =
        std::find(step.options.begin(), step.options.end(), option) != step.options.end();
    if (needed && !given) throw CLI::ValidationError(option, step.name + " needs it");
    if (given && !needed) throw CLI::ValidationError(option, step.name + " has no use for it");
  }
}

// The orders as they were given, or one from each line of stdin where that is "-".
std::vector<std::string> OrdersFrom(const std::vector<std::string>& given) {
  if (given != std::vector<std::string>{"-"}) return given;
  std::vector<std::string> orders;
  for (absl::string_view line : absl::StrSplit(Required("ORDER", ReadInput("-")), '\n')) {
    const absl::string_view order = absl::StripAsciiWhitespace(line);
    if (!order.empty()) orders.emplace_back(order);
  }
  return orders;
}

void AddOrders(const std::vector<std::string>& orders, const Step& step,
               v1::BatchTransitionOrdersRequest& request) {
  if (orders.empty()) throw CLI::ValidationError("ORDER", "stdin names none");
  if (orders.size() > kMaxBatch) {
    throw CLI::ValidationError("ORDER", absl::StrCat("a batch has at most ", kMaxBatch,
                                                     " orders; these are ", orders.size()));
  }
  for (const std::string& order : orders) {
    Step& added = *request.add_requests();
    added = step;
    added.set_name(OrderName(order));
  }
}

void AddStepOptions(CLI::App& command, Parsed& parsed, const std::shared_ptr<Given>& given) {
  command.add_option("--reason", given->reason,
                     "Why; the customer sees it: for cancel and for steps back");
  AddTime(
      command, parsed, "--until", [given](const auto& time) { given->until = time; },
      "Until when they wait in the store: for offer-pickup");
  command.add_option("--vehicle", given->vehicle, "Plate or fleet number: for dispatch-vehicle");
  AddTime(
      command, parsed, "--from", [given](const auto& time) { given->from = time; },
      "Begin of the planned delivery: for dispatch-vehicle");
  AddTime(
      command, parsed, "--to", [given](const auto& time) { given->to = time; },
      "End of the planned delivery: for dispatch-vehicle");
}

}  // namespace

void AddBatch(CLI::App& app, Parsed& parsed) {
  auto name = std::make_shared<std::string>();
  auto orders = std::make_shared<std::vector<std::string>>();
  auto given = std::make_shared<Given>();
  auto step = std::make_shared<Step>();
  auto request = std::make_shared<v1::BatchTransitionOrdersRequest>();
  CLI::App& command = AddCommand(app, kStepGroup, "batch", kDescription);
  command.add_option("ACTION", *name, "The step")->required()->check(CLI::IsMember(StepNames()));
  command
      .add_option("ORDER", *orders, "The orders' numbers; - reads them from stdin, one per line")
      ->required();
  AddStepOptions(command, parsed, given);
  AddStepComment(command, step);
  AddSilent(command, step);
  AddRetryOptions(command, request);
  command.callback([=, &command, &parsed] {
    CheckStepOptions(command, StepOf(*name));
    *orders = OrdersFrom(*orders);
    parsed.run = [request](const Session& session) {
      return BatchTransitionOrders(session, *request);
    };
  });
  // The step is whole once the times are known.
  parsed.at_end.emplace_back([=, &command](const GlobalOptions&) {
    if (!command.parsed()) return;
    StepOf(*name).set(*given, *step);
    AddOrders(*orders, *step, *request);
  });
}

}  // namespace ipstore::orders::client
