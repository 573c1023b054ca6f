#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/orderctl/command_builder.h"
#include "client/orderctl/watches.h"

namespace ipstore::orders::client {
namespace {

constexpr char kGroup[] = "Look";
constexpr char kFeedGroup[] = "Commands";

// What `watch` was told: of one order, or of more.
struct Watched {
  std::string order;  // a resource name; empty for all
  v1::WatchActivitiesRequest activities;
  WatchCount count;
};

Result<std::string> Run(const Session& session, const Watched& watched) {
  const v1::WatchActivitiesRequest& wanted = watched.activities;
  // Only an order has a page to begin with, and only its whole stream fits to that.
  if (!absl::StartsWith(watched.order, "orders/") || !wanted.kinds().empty() ||
      wanted.from_beginning() || wanted.has_consumer()) {
    v1::WatchActivitiesRequest request = wanted;
    if (!watched.order.empty()) request.set_parent(watched.order);
    return WatchActivities(session, std::move(request), watched.count);
  }
  v1::WatchOrderRequest request;
  request.set_name(watched.order);
  request.set_resume_token(wanted.resume_token());
  return WatchOrder(session, request, watched.count);
}

void AddWatch(CLI::App& app, Parsed& parsed) {
  auto watched = std::make_shared<Watched>();
  CLI::App& command =
      AddCommand(app, kGroup, "watch",
                 "Tell of changes as they happen: of an order, or of all that one may see");
  CLI::Option* order = command.add_option_function<std::string>(
      "ORDER", [watched](const std::string& text) { watched->order = OrderName(text); },
      "An order's number, or enquiries/NUMBER; without it everything");
  command
      .add_option_function<std::string>(
          "--customer",
          [watched](const std::string& id) {
            watched->activities.set_parent(absl::StrCat("customers/", id));
          },
          "Only what this customer has")
      ->type_name("ID")
      ->excludes(order);
  command
      .add_option_function<std::vector<std::string>>(
          "--kind",
          [watched](const std::vector<std::string>& names) {
            for (const std::string& name : names)
              watched->activities.add_kinds(Required("--kind", ParseActivityKind(name)));
          },
          "Only activities of this kind; may be repeated")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(TypedNames(*v1::ActivityKind_descriptor(), "ACTIVITY_KIND_"),
                            CLI::ignore_case));
  CLI::Option* consumer =
      command
          .add_option_function<std::string>(
              "--consumer",
              [watched](const std::string& name) {
                watched->activities.set_consumer(ConsumerName(name));
              },
              "Go on where this consumer has acknowledged last; see orderctl feed")
          ->type_name("NAME");
  CLI::Option* beginning = command.add_flag_callback(
      "--from-beginning", [watched] { watched->activities.set_from_beginning(true); },
      "With the first activity that there is");
  beginning->excludes(consumer);
  command
      .add_option_function<std::string>(
          "--resume",
          [watched](const std::string& token) { watched->activities.set_resume_token(token); },
          "Go on after the resumeToken of an earlier message, as --json shows it")
      ->type_name("TOKEN")
      ->check([](const std::string& token) {
        return token.empty() ? std::string("must not be empty") : std::string();
      })
      ->excludes(beginning)
      ->excludes(consumer);
  command.add_option("--count", watched->count.count, "End after so many activities")
      ->check(CLI::Range(1, 1'000'000'000))
      ->type_name("N");
  command.callback([watched, &parsed] {
    parsed.run = [watched](const Session& session) { return Run(session, *watched); };
  });
}

void AddFeedStatus(CLI::App& feed, Parsed& parsed) {
  CLI::App& command = AddCommand(feed, kFeedGroup, "status",
                                 "Show how far the feed and each of its consumers have come");
  command.callback([&parsed] { parsed.run = ShowFeedStatus; });
}

template <typename Request>
void AddConsumer(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option_function<std::string>(
          "CONSUMER", [request](const std::string& text) { request->set_name(ConsumerName(text)); },
          "The consumer's name, e.g. erp")
      ->required();
}

void AddAcknowledge(CLI::App& feed, Parsed& parsed) {
  auto request = std::make_shared<v1::AcknowledgeActivitiesRequest>();
  CLI::App& command =
      AddCommand(feed, kFeedGroup, "acknowledge",
                 "Keep a consumer's place: everything up to a message of `watch --json` is done");
  AddConsumer(command, request);
  command.add_option("TOKEN", *request->mutable_resume_token(), "The message's resumeToken")
      ->required();
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) {
      return AcknowledgeActivities(session, *request);
    };
  });
}

void AddForget(CLI::App& feed, Parsed& parsed) {
  auto request = std::make_shared<v1::DeleteFeedConsumerRequest>();
  CLI::App& command = AddCommand(feed, kFeedGroup, "forget",
                                 "Forget a consumer that is no longer in use, and its lag");
  AddConsumer(command, request);
  command.callback([request, &parsed] {
    parsed.run = [request](const Session& session) { return ForgetConsumer(session, *request); };
  });
}

}  // namespace

void AddWatches(CLI::App& app, Parsed& parsed) {
  AddWatch(app, parsed);
  CLI::App& feed = AddCommand(app, kGroup, "feed", "The feed of all activities, and its consumers");
  feed.require_subcommand(1);
  AddFeedStatus(feed, parsed);
  AddAcknowledge(feed, parsed);
  AddForget(feed, parsed);
}

}  // namespace ipstore::orders::client
