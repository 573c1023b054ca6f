#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/orderctl/changes.h"
#include "client/orderctl/command_builder.h"
#include "client/orderctl/notifications.h"
#include "client/orderctl/received_emails.h"

namespace ipstore::orders::client {
namespace {

constexpr char kGroup[] = "E-mail";
constexpr char kNotificationForm[] =
    "Its name, as `orderctl notifications` lists it: orders/…/notifications/…";

// --- To customers ---

// What narrows the list; none of it goes with on or off.
void AddListOptions(CLI::App& command, const std::shared_ptr<v1::ListNotificationsRequest>& list,
                    CLI::Option* setting) {
  command
      .add_option_function<std::vector<std::string>>(
          "--state",
          [list](const std::vector<std::string>& names) {
            for (const std::string& name : names)
              list->add_states(Required("--state", ParseNotificationState(name)));
          },
          "Only those in this state; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(TypedNames(*v1::NotificationState_descriptor(), "NOTIFICATION_STATE_"),
                            CLI::ignore_case));
  AddPageOptions(command, list);
  for (const char* option : {"--state", "--page-size", "--page-token"})
    command.get_option(option)->excludes(setting);
}

void AddNotifications(CLI::App& app, Parsed& parsed) {
  auto list = std::make_shared<v1::ListNotificationsRequest>();
  auto request = std::make_shared<v1::SetNotificationsRequest>();
  list->set_parent(OrderName("-"));
  CLI::App& command =
      AddCommand(app, kGroup, "notifications",
                 "List the e-mails to customers, the last first: of all, or of an order or an "
                 "enquiry; or turn those of one on or off");
  command.add_option_function<std::string>(
      "ORDER",
      [list, request](const std::string& text) {
        list->set_parent(OrderName(text));
        request->set_name(OrderName(text));
      },
      "The order's number, e.g. 1000000018, or an enquiry: enquiries/1000000026");
  CLI::Option* setting =
      command
          .add_option_function<std::string>(
              "SETTING",
              [request](const std::string& text) { request->set_notifications_on(text == "on"); },
              "on or off")
          ->check(CLI::IsMember({"on", "off"}));
  AddListOptions(command, list, setting);
  AddRetryOptions(command, request);
  for (const char* option : {"--request-id", "--dry-run"})
    command.get_option(option)->needs(setting);
  command.callback([list, request, setting, &parsed] {
    if (setting->empty()) {
      parsed.run = [list](const Session& session) { return ListNotifications(session, *list); };
      return;
    }
    parsed.run = [request](const Session& session) { return SetNotifications(session, *request); };
  });
}

void AddShowNotification(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::GetNotificationRequest>();
  CLI::App& command = AddCommand(app, kGroup, "notification",
                                 "Show what became of an e-mail to a customer, and why");
  command.add_option("NOTIFICATION", *request->mutable_name(), kNotificationForm)->required();
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ShowNotification(session, *request); };
  });
}

// Makes of the options the command to run.
std::function<Result<std::string>(const Session&)> ResendCommand(
    const std::shared_ptr<v1::ResendNotificationRequest>& request, bool failed, bool all) {
  if (all) return [](const Session& session) { return ResendFailed(session, kAllParents); };
  if (request->name().empty()) throw CLI::RequiredError("NOTIFICATION");
  const bool is_one = absl::StrContains(request->name(), "/notifications/");
  if (failed && is_one)
    throw CLI::ValidationError("--failed", "goes with an order or an enquiry, not with one e-mail");
  if (failed) {
    return [parent = OrderName(request->name())](const Session& session) {
      return ResendFailed(session, parent);
    };
  }
  if (!is_one) {
    throw CLI::ValidationError("NOTIFICATION",
                               absl::StrCat("'", request->name(),
                                            "' names no e-mail: orders/…/notifications/…, or say "
                                            "--failed for all of an order that failed"));
  }
  return [request](const Session& session) { return ResendNotification(session, *request); };
}

void AddResend(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ResendNotificationRequest>();
  auto failed = std::make_shared<bool>(false);
  auto all = std::make_shared<bool>(false);
  CLI::App& command =
      AddCommand(app, kGroup, "resend", "Send an e-mail to a customer again, or all that failed");
  CLI::Option* one = command.add_option(
      "NOTIFICATION", *request->mutable_name(),
      absl::StrCat(kNotificationForm,
                   "; with --failed an order or an enquiry, and with --all nothing"));
  CLI::Option* only_failed = command.add_flag("--failed", *failed, "All of the order that failed");
  command.add_flag("--all", *all, "Of all orders and enquiries")->needs(only_failed)->excludes(one);
  command
      .add_option("--request-id", *request->mutable_request_id(),
                  "Name the change, so that the same command again sends nothing twice; made up "
                  "where not given")
      ->excludes(only_failed)
      ->type_name("ID");
  command.callback(
      [request, failed, all, &parsed] { parsed.run = ResendCommand(request, *failed, *all); });
}

void AddPreview(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::PreviewNotificationRequest>();
  auto html = std::make_shared<bool>(false);
  CLI::App& command = AddCommand(
      app, kGroup, "preview",
      "Show the e-mail about what has happened, and whether it would be sent; that of a step "
      "before it is taken: --preview-mail of the step");
  command
      .add_option_function<std::string>(
          "ACTIVITY", [request](const std::string& name) { request->set_activity(name); },
          "Its name, as `orderctl activity --json` has it: orders/…/activities/…")
      ->required();
  command.add_flag("--html", *html, "As HTML, and nothing but that");
  command.callback([request, html, &parsed] {
    const EmailForm form = *html ? EmailForm::kHtml : EmailForm::kText;
    parsed.run = [request, form](const Session& session) {
      return PreviewNotification(session, *request, form);
    };
  });
}

// --- From customers ---

void AddIngest(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::IngestEmailRequest>();
  CLI::App& command = AddCommand(
      app, kGroup, kIngestCommand,
      "Take the e-mail on stdin, for the pipe of a mail server: a reply becomes a comment");
  command.footer(MailExitCodeHelp());
  command
      .add_option("--recipient", *request->mutable_recipient(),
                  "The address that it was delivered to; else those in its headers are tried")
      ->type_name("ADDRESS");
  command.callback([request, &parsed] {
    parsed.timeout = kEmailTimeout;
    parsed.run = [request](const Session& session) { return IngestEmail(session, *request); };
  });
}

void AddListReceivedEmails(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::ListReceivedEmailsRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "received-emails",
                 "List the e-mails from customers, the last first: all, or those to an order or "
                 "an enquiry");
  command.add_option_function<std::string>(
      "ORDER", [request](const std::string& text) { request->set_subject(OrderName(text)); },
      "The order's number, e.g. 1000000018, or an enquiry: enquiries/1000000026");
  AddPageOptions(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) {
      return ListReceivedEmails(session, *request);
    };
  });
}

void AddShowReceivedEmail(CLI::App& app, Parsed& parsed) {
  auto request = std::make_shared<v1::GetReceivedEmailRequest>();
  CLI::App& command =
      AddCommand(app, kGroup, "received-email", "Show what became of an e-mail from a customer");
  command
      .add_option_function<std::string>(
          "EMAIL", [request](const std::string& text) { request->set_name(EmailName(text)); },
          "Its number, as `orderctl received-emails` lists it")
      ->required();
  command.add_flag_callback(
      "--raw", [request] { request->set_include_raw_message(true); },
      "The e-mail itself as it came, and nothing but that");
  command.callback([request, &parsed] {
    if (request->include_raw_message()) parsed.timeout = kEmailTimeout;
    parsed.run = [request](const Session& session) { return ShowReceivedEmail(session, *request); };
  });
}

}  // namespace

void AddMail(CLI::App& app, Parsed& parsed) {
  AddNotifications(app, parsed);
  AddShowNotification(app, parsed);
  AddResend(app, parsed);
  AddPreview(app, parsed);
  AddListReceivedEmails(app, parsed);
  AddShowReceivedEmail(app, parsed);
  AddIngest(app, parsed);
}

}  // namespace ipstore::orders::client
