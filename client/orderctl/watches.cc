#include "client/orderctl/watches.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// "1000000018" of "orders/1000000018/activities/…".
std::string NumberOf(const v1::Activity& activity) {
  const std::vector<std::string> parts = absl::StrSplit(activity.name(), '/');
  return parts.size() > 1 ? parts[1] : activity.name();
}

// When, of which order where more than one is watched, who, what.
std::string ActivityLine(const v1::Activity& activity, bool with_number, const Reader& reader) {
  const v1::Actor* behalf = activity.has_on_behalf_of() ? &activity.on_behalf_of() : nullptr;
  const std::string number =
      with_number ? absl::StrCat(reader.style.Paint(NumberOf(activity), Tone::kStrong), "  ") : "";
  return absl::StrCat(
      reader.style.Paint(FormatTime(activity.record_time(), reader.zone, reader.language),
                         Tone::kFaint),
      "  ", number, Printable(NameOf(activity.actor(), behalf, reader.language)), "  ",
      Printable(ActivitySentence(activity, reader.language)), "\n");
}

// Prints what a stream tells, until it has told enough or nobody reads it any more.
class LivePrinter {
 public:
  LivePrinter(const Session& session, bool with_number, WatchCount count)
      : session_(session), with_number_(with_number), left_(count.count) {}

  // Returns whether to go on.
  bool Take(const v1::WatchActivitiesResponse& message) { return TakeMessage(message); }
  bool Take(const v1::WatchOrderResponse& message) {
    if (!session_.json && message.has_page() && !Print(PageText(message.page()))) return false;
    return TakeMessage(message);
  }

  // Returns whether to go on: a server that has never been there is looked for no longer than by
  // any other command.
  bool Interrupted(const Error& error) {
    if (!heard_ && ++failures_ > session_.retries) {
      never_heard_ = error;
      return false;
    }
    session_.warn(absl::StrCat(
        words::kInterrupted.In(session_.reader.language), ": ",
        Printable(error.localized_message.empty() ? error.message : error.localized_message),
        "\n"));
    return true;
  }
  const std::optional<Error>& never_heard() const { return never_heard_; }

 private:
  template <typename Message>
  bool TakeMessage(const Message& message) {
    heard_ = true;
    const bool counted = left_ > 0;
    if (session_.json && !Print(ToJsonLine(message))) return false;
    for (const v1::Activity& activity : message.activities()) {
      if (!session_.json && !Print(ActivityLine(activity, with_number_, session_.reader)))
        return false;
      if (counted && --left_ == 0) return false;
    }
    return true;
  }

  // What is known of the order so far, the newest last, so that what comes goes on from there.
  std::string PageText(const v1::OrderPage& page) const {
    const Reader& reader = session_.reader;
    std::string text = absl::StrCat(
        reader.style.Paint(
            absl::StrCat(words::kOrder.In(reader.language), " ", page.order().number()),
            Tone::kStrong),
        "  ", reader.style.Paint(Printable(page.order().status_text()), Tone::kStatus), "\n");
    std::vector<v1::Activity> activities(page.activities().begin(), page.activities().end());
    std::reverse(activities.begin(), activities.end());
    if (!page.next_activities_page_token().empty())
      absl::StrAppend(
          &text, reader.style.Paint(words::kOlderNotShown.In(reader.language), Tone::kFaint), "\n");
    for (const v1::Activity& activity : activities)
      absl::StrAppend(&text, ActivityLine(activity, /*with_number=*/false, reader));
    return text;
  }

  bool Print(const std::string& text) const { return session_.print(text); }

  const Session& session_;
  const bool with_number_;
  std::int64_t left_;
  bool heard_ = false;
  int failures_ = 0;
  std::optional<Error> never_heard_;
};

template <typename Response, typename Follow>
Result<std::string> Watch(const Session& session, bool with_number, WatchCount count,
                          const Follow& follow) {
  if (session.progress)
    session.progress(absl::StrCat(words::kWatching.In(session.reader.language), "\n"));
  LivePrinter printer(session, with_number, count);
  const std::optional<Error> error = follow(WatchHandlers<Response>{
      .on_message = [&](const Response& message) { return printer.Take(message); },
      .on_interruption = [&](const Error& why) { return printer.Interrupted(why); }});
  if (printer.never_heard().has_value()) return *printer.never_heard();
  if (!error.has_value()) return std::string();
  const auto token = error->metadata.find("resume_token");
  if (token != error->metadata.end()) {
    session.warn(absl::StrCat(words::kGoOnThere.In(session.reader.language), ": --resume ",
                              Printable(token->second), "\n"));
  }
  return *error;
}

std::string LagText(const v1::FeedConsumer& consumer, const Reader& reader) {
  if (consumer.history_changed()) return std::string(words::kHistoryChanged.In(reader.language));
  std::string text = FormatCount(consumer.lag_count(), reader.language);
  if (consumer.has_lag_time()) {
    const absl::Duration lag = absl::Seconds(consumer.lag_time().seconds()) +
                               absl::Nanoseconds(consumer.lag_time().nanos());
    absl::StrAppend(&text, " · ", absl::FormatDuration(absl::Trunc(lag, absl::Milliseconds(1))));
  }
  return text;
}

std::string ConsumerTable(const v1::FeedStatus& feed, const Reader& reader) {
  const Language language = reader.language;
  Table table({{std::string(words::kConsumer.In(language))},
               {std::string(words::kPosition.In(language)), Column::Align::kRight},
               {std::string(words::kLag.In(language)), Column::Align::kRight},
               {std::string(words::kAcknowledged.In(language))}});
  for (const v1::FeedConsumer& consumer : feed.consumers()) {
    const bool behind = consumer.lag_count() > 0 || consumer.history_changed();
    table.AddRow(
        {{std::string(absl::StripPrefix(consumer.name(), "feedConsumers/")), Tone::kStrong},
         {FormatCount(consumer.position(), language)},
         {LagText(consumer, reader), behind ? Tone::kPlain : Tone::kGood},
         {FormatTime(consumer.acknowledge_time(), reader.zone, language)}});
  }
  return table.Render(reader.style, reader.width);
}

std::string FeedText(const v1::FeedStatus& feed, const Reader& reader) {
  const Language language = reader.language;
  const auto fact = [&](Phrase name, std::int64_t value) {
    return absl::StrCat(name.In(language), ": ", FormatCount(value, language), "\n");
  };
  std::string text = absl::StrCat(fact(words::kHeadPosition, feed.head_position()),
                                  fact(words::kPublishedPosition, feed.published_position()),
                                  words::kEpoch.In(language), ": ", feed.epoch(), "\n",
                                  fact(words::kWatchers, feed.watcher_count()),
                                  fact(words::kSlowWatchers, feed.slow_watcher_count()));
  if (feed.consumers().empty()) return text;
  return absl::StrCat(text, "\n", ConsumerTable(feed, reader));
}

// What a method with an empty answer is told as.
template <typename Response>
Result<std::string> Done(const Session& session, const Result<Response>& result) {
  if (!result.ok()) return result.error();
  return session.json ? ToJson(result.value()) : std::string();
}

}  // namespace

Result<std::string> ShowFeedStatus(const Session& session) {
  const Result<v1::FeedStatus> feed = session.client.GetFeedStatus({});
  if (!feed.ok()) return feed.error();
  return session.json ? ToFullJson(feed.value()) : FeedText(feed.value(), session.reader);
}

Result<std::string> AcknowledgeActivities(const Session& session,
                                          const v1::AcknowledgeActivitiesRequest& request) {
  return Done(session, session.client.AcknowledgeActivities(request));
}

Result<std::string> ForgetConsumer(const Session& session,
                                   const v1::DeleteFeedConsumerRequest& request) {
  return Done(session, session.client.DeleteFeedConsumer(request));
}

Result<std::string> WatchOrder(const Session& session, const v1::WatchOrderRequest& request,
                               WatchCount count) {
  return Watch<v1::WatchOrderResponse>(
      session, /*with_number=*/false, count,
      [&](const auto& handlers) { return session.client.WatchOrder(request, handlers); });
}

Result<std::string> WatchActivities(const Session& session, v1::WatchActivitiesRequest request,
                                    WatchCount count) {
  if (request.parent().empty()) {
    request.set_parent(session.principal.role == "customer"
                           ? absl::StrCat("customers/", session.principal.id)
                           : "orders/-");
  }
  return Watch<v1::WatchActivitiesResponse>(
      session, /*with_number=*/true, count,
      [&](const auto& handlers) { return session.client.WatchActivities(request, handlers); });
}

}  // namespace ipstore::orders::client
