#include "absl/time/clock.h"
#include "client/orderctl/changes.h"
#include "client/orderctl/command_builder.h"
#include "client/orderctl/input.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/notifications.h"

namespace ipstore::orders::client {
namespace {

using StepRequest = std::shared_ptr<v1::TransitionOrderRequest>;

// --- What several commands take ---

// The options of everything that changes an order that exists.
template <typename Request>
void AddOrderOptions(CLI::App& command, const std::shared_ptr<Request>& request) {
  AddOrder(command, [request](std::string name) { request->set_name(std::move(name)); });
  AddEtag(command, request);
  AddRetryOptions(command, request);
}

// `add` is called once for each --parcel.
void AddParcels(CLI::App& command, std::function<v1::Parcel*()> add) {
  command
      .add_option_function<std::vector<std::string>>(
          "--parcel",
          [add = std::move(add)](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              *add() = Required("--parcel", ParseParcel(text));
            }
          },
          "A parcel that is added; may be repeated")
      ->allow_extra_args(false)
      ->type_name("CARRIER:TRACKING[:URL]");
}

void AddReason(CLI::App& command, std::string& reason) {
  command.add_option("--reason", reason, "Why; the customer sees it")->required();
}

// The text itself, or what stdin has where it is "-". A newline at the end is the shell's, not the
// writer's.
std::string TextArgument(const std::string& option, const std::string& text) {
  if (text != "-") return text;
  std::string input = Required(option, ReadInput("-"));
  while (!input.empty() && input.back() == '\n') input.pop_back();
  return input;
}

// --- Steps ---

Result<std::string> PreviewMailOf(const Session& session, const v1::TransitionOrderRequest& step) {
  v1::PreviewNotificationRequest request;
  *request.mutable_transition() = step;
  return PreviewNotification(session, request, EmailForm::kText);
}

// A step of the lifecycle; what is particular to it is added to the result.
CLI::App& AddStep(CLI::App& app, Parsed& parsed, const StepRequest& request,
                  const std::string& name, const std::string& description) {
  CLI::App& command = AddCommand(app, kStepGroup, name, description);
  AddOrderOptions(command, request);
  AddStepComment(command, request);
  AddSilent(command, request);
  auto only_mail = std::make_shared<bool>(false);
  command.add_flag("--preview-mail", *only_mail,
                   "Take no step, but show the e-mail that would be sent of it");
  command.callback([request, only_mail, &parsed] {
    parsed.run = [request, only_mail = *only_mail](const Session& session) {
      return only_mail ? PreviewMailOf(session, *request) : TransitionOrder(session, *request);
    };
  });
  return command;
}

StepRequest NewStep() {
  return std::make_shared<v1::TransitionOrderRequest>();
}

void AddStepsToPreparing(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  request->mutable_start_processing();
  AddStep(app, parsed, request, "start-processing", "1 → 2: begin to verify the order");

  request = NewStep();
  request->mutable_start_gathering();
  AddStep(app, parsed, request, "start-gathering", "2 → 3: begin to gather the products");

  request = NewStep();
  request->mutable_start_preparing();
  AddStep(app, parsed, request, "start-preparing", "3 → 4: begin to pack");
}

void AddHandToCarrier(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  v1::HandToCarrier* action = request->mutable_hand_to_carrier();
  CLI::App& command =
      AddStep(app, parsed, request, "hand-to-carrier", "4 → 5: hand the parcels to the carrier");
  AddParcels(command, [action] { return action->add_parcels(); });
  AddTime(
      command, parsed, "--expected",
      [action](const auto& time) { *action->mutable_expected_delivery() = time; },
      "When the carrier expects to deliver");
}

void AddOfferPickup(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  v1::OfferPickup* action = request->mutable_offer_pickup();
  CLI::App& command = AddStep(app, parsed, request, "offer-pickup", "4 → 6: it waits in the store");
  AddTime(
      command, parsed, "--until",
      [action](const auto& time) { *action->mutable_pickup_until() = time; },
      "Until when it waits there")
      ->required();
}

void AddDispatchVehicle(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  v1::DispatchVehicle* action = request->mutable_dispatch_vehicle();
  CLI::App& command =
      AddStep(app, parsed, request, "dispatch-vehicle", "4 → 7: it leaves on our own vehicle");
  command.add_option("--vehicle", *action->mutable_vehicle(), "Plate or fleet number")->required();
  AddTime(
      command, parsed, "--from",
      [action](const auto& time) { *action->mutable_window()->mutable_start() = time; },
      "Begin of the planned delivery")
      ->required();
  AddTime(
      command, parsed, "--to",
      [action](const auto& time) { *action->mutable_window()->mutable_end() = time; },
      "End of the planned delivery")
      ->required();
}

void AddEndings(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  request->mutable_confirm_receipt();
  AddStep(app, parsed, request, "confirm-receipt", "5, 6, 7 → 8: the customer has it");

  request = NewStep();
  AddReason(AddStep(app, parsed, request, "cancel", "1 to 4 → 9: cancel the order"),
            *request->mutable_cancel()->mutable_reason());
}

void AddReturns(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  AddReason(AddStep(app, parsed, request, "return-to-processing",
                    "3 → 2: back to verifying; availability is to be confirmed anew"),
            *request->mutable_return_to_processing()->mutable_reason());

  request = NewStep();
  AddReason(AddStep(app, parsed, request, "return-undelivered", "5, 6, 7 → 4: it came back"),
            *request->mutable_return_undelivered()->mutable_reason());
}

void AddReturnToGathering(CLI::App& app, Parsed& parsed) {
  StepRequest request = NewStep();
  v1::ReturnToGathering* action = request->mutable_return_to_gathering();
  CLI::App& command = AddStep(app, parsed, request, "return-to-gathering",
                              "4 → 3: back to gathering for the pieces named");
  AddReason(command, *action->mutable_reason());
  command
      .add_option_function<std::vector<std::string>>(
          "--line",
          [action](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) {
              *action->add_lines() = Required("--line", ParseLineQuantity(text));
            }
          },
          "So many pieces of a line are to be gathered again; may be repeated")
      ->required()
      ->allow_extra_args(false)
      ->type_name("LINE:QUANTITY");
}

// --- Records ---

constexpr char kRecordGroup[] = "Record";

void AddCheck(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::RecordCheckRequest>();
  CLI::App& command = AddCommand(app, kRecordGroup, "check", "Record how a check ended");
  AddOrderOptions(command, request);
  command
      .add_option_function<std::string>(
          "CHECK",
          [request](const std::string& text) {
            request->set_check(Required("CHECK", ParseCheckKind(text)));
          },
          "Which check")
      ->required()
      ->check(CLI::IsMember({"details", "availability", "payment"}));
  command
      .add_option_function<std::string>(
          "OUTCOME",
          [request](const std::string& text) {
            request->set_outcome(Required("OUTCOME", ParseCheckOutcome(text)));
          },
          "How it ended")
      ->required()
      ->check(CLI::IsMember({"passed", "failed", "withdrawn"}));
  command.add_option("--note", *request->mutable_note(), "A remark that customers do not see");
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return RecordCheck(session, *request); };
  });
}

struct GatherOptions {
  std::vector<std::string> lines;
  std::vector<std::string> sources;
  bool all = false;
};

// Makes of the options the command to run.
std::function<Result<std::string>(const Session&)> GatherCommand(
    const GatherOptions& options, const std::shared_ptr<v1::RecordGatheringRequest>& request) {
  if (options.all) {
    if (options.sources.size() != 1) throw CLI::ValidationError("--all", "needs one --from");
    const v1::Source source = Required("--from", ParseSource(options.sources.front()));
    return [request, source](const Session& session) {
      return GatherMissing(session, *request, source);
    };
  }
  if (options.lines.empty()) throw CLI::ValidationError("gather", "--line or --all is required");
  for (v1::GatheredItem& item :
       Required("--from", ParseGathering(options.lines, options.sources))) {
    *request->add_items() = std::move(item);
  }
  return [request](const Session& session) { return RecordGathering(session, *request); };
}

void AddGather(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::RecordGatheringRequest>();
  auto options = std::make_shared<GatherOptions>();
  CLI::App& command = AddCommand(app, kRecordGroup, "gather", "Record pieces that were gathered");
  AddOrderOptions(command, request);
  CLI::Option* lines =
      command.add_option("--line", options->lines, "So many pieces of a line; may be repeated")
          ->allow_extra_args(false)
          ->type_name("LINE:QUANTITY");
  command
      .add_option("--from", options->sources,
                  "Where they come from: once for all lines, or once for each, in the same order")
      ->required()
      ->allow_extra_args(false)
      ->type_name("warehouse:ID|supplier:ID");
  command.add_flag("--all", options->all, "All that is still missing")->excludes(lines);
  command.callback([request, options, &parsed] { parsed.run = GatherCommand(*options, request); });
}

void AddInvoice(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::RecordInvoiceRequest>();
  auto date = std::make_shared<std::string>();
  CLI::App& command =
      AddCommand(app, kRecordGroup, "invoice", "Record the invoice, or a corrected one");
  AddOrderOptions(command, request);
  command.add_option("NUMBER", *request->mutable_invoice()->mutable_number(), "Its number")
      ->required();
  command.add_option("--date", *date, "The day it was issued; today where not given")
      ->type_name("YYYY-MM-DD");
  parsed.at_end.emplace_back([request, date](const GlobalOptions& global) {
    *request->mutable_invoice()->mutable_date() =
        ToProto(date->empty() ? absl::ToCivilDay(absl::Now(), global.zone)
                              : Required("--date", ParseDate(*date)));
  });
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return RecordInvoice(session, *request); };
  });
}

// The options that correct one parcel. `correction` is the parcel to send, whose number says
// whether there is one.
void AddCorrection(CLI::App& command, const std::shared_ptr<v1::Parcel>& correction) {
  CLI::Option* number =
      command
          .add_option_function<std::int32_t>(
              "--correct", [correction](std::int32_t value) { correction->set_parcel(value); },
              "The number of a parcel to correct with the options below; the rest of it stays")
          ->type_name("N");
  command.add_option("--carrier", *correction->mutable_carrier(), "Its carrier")->needs(number);
  command.add_option("--tracking", *correction->mutable_tracking_number(), "Its tracking number")
      ->needs(number);
  command.add_option("--url", *correction->mutable_tracking_url(), "Where it can be followed")
      ->needs(number);
  command
      .add_option("--carrier-status", *correction->mutable_carrier_status(),
                  "Where it is, in the carrier's words")
      ->needs(number);
}

void AddTrack(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::RecordTrackingRequest>();
  auto correction = std::make_shared<v1::Parcel>();
  CLI::App& command =
      AddCommand(app, kRecordGroup, "track", "Record what the carrier lets us know");
  AddOrderOptions(command, request);
  AddParcels(command, [request] { return request->add_parcels(); });
  AddCorrection(command, correction);
  AddTime(
      command, parsed, "--expected",
      [request](const auto& time) { *request->mutable_expected_delivery() = time; },
      "When the carrier now expects to deliver");
  AddSilent(command, request);
  command.callback([request, correction, &parsed] {
    if (correction->parcel() != 0) *request->add_parcels() = *correction;
    parsed.run = [request](const Session& session) { return RecordTracking(session, *request); };
  });
}

void AddComment(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::CreateCommentRequest>();
  CLI::App& command =
      AddCommand(app, kRecordGroup, "comment", "Leave a comment on an order or an enquiry");
  AddSubject(command, [request](std::string name) { request->set_parent(std::move(name)); });
  command
      .add_option_function<std::string>(
          "TEXT",
          [request](const std::string& text) {
            request->mutable_comment()->set_text(TextArgument("TEXT", text));
          },
          "What to say; - reads it from stdin")
      ->required();
  command.add_flag_callback(
      "--internal",
      [request] { request->mutable_comment()->set_visibility(v1::VISIBILITY_INTERNAL); },
      "For staff only");
  AddSilent(command, request);
  AddRetryOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return CreateComment(session, *request); };
  });
}

// --- Amendments ---

using UpdateRequest = std::shared_ptr<v1::UpdateOrderRequest>;

// An option that amends one field, which stands in the mask once the option is given, even when its
// value is empty. `set` puts the value into the order.
CLI::Option* AddField(CLI::App& command, const UpdateRequest& request, const std::string& option,
                      const std::string& path,
                      std::function<void(v1::Order&, const std::string&)> set,
                      const std::string& description) {
  return command.add_option_function<std::string>(
      option,
      [request, path, set = std::move(set)](const std::string& value) {
        request->mutable_update_mask()->add_paths(path);
        set(*request->mutable_order(), value);
      },
      description);
}

// The same for a field that is read from a file.
void AddFieldFile(CLI::App& command, const UpdateRequest& request, const std::string& option,
                  const std::string& path, const std::string& description) {
  AddField(
      command, request, option, path,
      [option, path](v1::Order& order, const std::string& file) {
        const std::string json = Required(option, ReadInput(file));
        const absl::Status read = ReadOrderField(path, json, order);
        if (!read.ok()) throw CLI::ValidationError(option, std::string(read.message()));
      },
      description)
      ->type_name("FILE");
}

void AddContactFields(CLI::App& command, const UpdateRequest& request) {
  AddField(
      command, request, "--name", "customer.name",
      [](v1::Order& order, const std::string& value) { order.mutable_customer()->set_name(value); },
      "The customer's name");
  AddField(
      command, request, "--email", "customer.email",
      [](v1::Order& order, const std::string& value) {
        order.mutable_customer()->set_email(value);
      },
      "Where the customer's mail goes");
  AddField(
      command, request, "--phone", "customer.phone",
      [](v1::Order& order, const std::string& value) {
        order.mutable_customer()->set_phone(value);
      },
      "The customer's phone; '' for none");
  AddField(
      command, request, "--company", "customer.company_name",
      [](v1::Order& order, const std::string& value) {
        order.mutable_customer()->set_company_name(value);
      },
      "The company's name");
  AddField(
      command, request, "--vat-number", "customer.vat_number",
      [](v1::Order& order, const std::string& value) {
        order.mutable_customer()->set_vat_number(value);
      },
      "The company's VAT number");
}

void AddDeliveryFields(CLI::App& command, Parsed& parsed, const UpdateRequest& request) {
  CLI::Option* promised = AddTime(
      command, parsed, "--promised-delivery",
      [request](const auto& time) {
        request->mutable_update_mask()->add_paths("promised_delivery");
        *request->mutable_order()->mutable_promised_delivery() = time;
      },
      "When the shop promises to deliver");
  command
      .add_flag_callback(
          "--no-promised-delivery",
          [request] { request->mutable_update_mask()->add_paths("promised_delivery"); },
          "Take the promise back")
      ->excludes(promised);
  AddField(
      command, request, "--method", "method",
      [](v1::Order& order, const std::string& value) {
        order.set_method(Required("--method", ParseMethod(value)));
      },
      "How it gets to the customer; what the new way has no use for is dropped")
      ->check(CLI::IsMember({"courier", "store-pickup", "company-vehicle"}));
  AddFieldFile(command, request, "--address-file", "delivery_address",
               "The delivery address as JSON; - reads it from stdin");
  AddFieldFile(command, request, "--store-file", "store",
               "The store to collect from as JSON; - reads it from stdin");
}

void AddUpdate(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::UpdateOrderRequest>();
  CLI::App& command =
      AddCommand(app, kRecordGroup, "update", "Amend an order; what is not named stays as it is");
  AddOrder(command,
           [request](std::string name) { request->mutable_order()->set_name(std::move(name)); });
  AddContactFields(command, request);
  AddDeliveryFields(command, parsed, request);
  AddFieldFile(command, request, "--lines-file", "lines",
               "All lines as a JSON list; of those that are there with their number in \"line\", "
               "those left out are removed; - reads it from stdin");
  AddFieldFile(command, request, "--charges-file", "charges",
               "All charges as a JSON list; - reads it from stdin");
  AddEtag(command, request);
  AddSilent(command, request);
  AddRetryOptions(command, request);
  parsed.at_end.emplace_back([request, &command](const GlobalOptions&) {
    if (command.parsed() && request->update_mask().paths().empty())
      throw CLI::ValidationError("update", "there is nothing to amend; update --help lists what");
  });
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return UpdateOrder(session, *request); };
  });
}

void AddFeedback(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::SubmitFeedbackRequest>();
  CLI::App& command = AddCommand(app, kRecordGroup, "feedback",
                                 "Say, as the customer, what they think of an order received");
  AddOrder(command, [request](std::string name) { request->set_name(std::move(name)); });
  command
      .add_option_function<std::int32_t>(
          "--rating", [request](std::int32_t rating) { request->set_rating(rating); },
          "From 1, the worst, to 5")
      ->required()
      ->type_name("N");
  command.add_option_function<std::string>(
      "--text",
      [request](const std::string& text) { request->set_text(TextArgument("--text", text)); },
      "Why; - reads it from stdin");
  AddRetryOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return SubmitFeedback(session, *request); };
  });
}

void AddCreate(CLI::App& app, Parsed& parsed) {
  // What the options say goes over what the file says.
  auto options = std::make_shared<v1::CreateOrderRequest>();
  auto file = std::make_shared<std::string>();
  CLI::App& command = AddCommand(app, kRecordGroup, "create", "Place an order");
  command
      .add_option("FILE", *file,
                  "The order as JSON: an Order or a CreateOrderRequest of the contract, in "
                  "protobuf's JSON; - reads it from stdin")
      ->required();
  AddSilent(command, options);
  AddRetryOptions(command, options);
  command.callback([options, file, &parsed] {
    const std::string json = Required("FILE", ReadInput(*file));
    parsed.run = [options, json](const Session& session) {
      return CreateOrderFromJson(session, json, *options);
    };
  });
}

}  // namespace

void AddChanges(CLI::App& app, Parsed& parsed) {
  AddCreate(app, parsed);
  AddCheck(app, parsed);
  AddGather(app, parsed);
  AddInvoice(app, parsed);
  AddTrack(app, parsed);
  AddUpdate(app, parsed);
  AddComment(app, parsed);
  AddFeedback(app, parsed);
  AddStepsToPreparing(app, parsed);
  AddHandToCarrier(app, parsed);
  AddOfferPickup(app, parsed);
  AddDispatchVehicle(app, parsed);
  AddEndings(app, parsed);
  AddReturnToGathering(app, parsed);
  AddReturns(app, parsed);
}

}  // namespace ipstore::orders::client
