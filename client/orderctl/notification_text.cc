#include "client/orderctl/notification_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/page_parts.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// How much of an activity's id is enough to recognise it.
constexpr std::size_t kShortId = 8;

Tone ToneOf(v1::NotificationState state) {
  switch (state) {
    case v1::NOTIFICATION_STATE_SENT:
      return Tone::kGood;
    case v1::NOTIFICATION_STATE_FAILED:
      return Tone::kBad;
    case v1::NOTIFICATION_STATE_QUEUED:
      return Tone::kStatus;
    default:
      return Tone::kFaint;
  }
}

// "1000000018", of the order or enquiry that it belongs to.
std::string NumberOf(const v1::Notification& notification) {
  const std::vector<std::string> parts = absl::StrSplit(notification.name(), '/');
  return parts.size() > 1 ? parts[1] : "";
}

std::string TitleOf(const v1::Notification& notification, Language language) {
  if (!notification.title().empty()) return notification.title();
  const absl::string_view name = notification.activity();
  const std::size_t slash = name.rfind('/');
  const absl::string_view id = slash == absl::string_view::npos ? name : name.substr(slash + 1);
  return absl::StrCat(words::kActivity.In(language), " ", id.substr(0, kShortId), "…");
}

std::string Counted(Phrase what, std::int32_t count, Language language) {
  return absl::StrCat(what.In(language), ": ", FormatCount(count, language));
}

std::string ResenderOf(const v1::Notification& notification, Language language) {
  if (!notification.has_resent_by()) return "";
  const v1::Actor* behalf =
      notification.has_resent_on_behalf_of() ? &notification.resent_on_behalf_of() : nullptr;
  return NameOf(notification.resent_by(), behalf, language);
}

// What it tells, and what is worth knowing of how that went.
std::string StoryOf(const v1::Notification& notification, const Reader& reader) {
  const Language language = reader.language;
  std::vector<std::string> parts = {TitleOf(notification, language), notification.reason_text()};
  if (!notification.sent_with().empty()) parts.emplace_back(words::kSentWithNewer.In(language));
  // How a mail server says that it has taken one is of no interest.
  if (notification.state() != v1::NOTIFICATION_STATE_SENT) parts.push_back(notification.detail());
  // That it was tried once goes without saying.
  if (notification.attempt_count() > 1)
    parts.push_back(Counted(words::kAttempts, notification.attempt_count(), language));
  if (notification.attempt_count() > 0 && notification.has_next_attempt_time()) {
    parts.push_back(
        absl::StrCat(words::kNextAttempt.In(language), ": ",
                     FormatTime(notification.next_attempt_time(), reader.zone, language)));
  }
  if (notification.resend_count() > 0)
    parts.push_back(Counted(words::kSentAgain, notification.resend_count(), language));
  return Joined(std::move(parts), " · ");
}

std::vector<Column> ColumnsOf(const NotificationColumns& shown, Language language) {
  std::vector<Column> columns = {{std::string(words::kTime.In(language))}};
  if (shown.subject) columns.push_back({std::string(words::kRequest.In(language))});
  columns.push_back({std::string(words::kStatus.In(language))});
  columns.push_back({std::string(words::kRecipient.In(language))});
  columns.push_back({std::string(words::kWhat.In(language)), Column::Align::kLeft, /*wraps=*/true});
  return columns;
}

}  // namespace

std::string NotificationList(const google::protobuf::RepeatedPtrField<v1::Notification>& list,
                             const NotificationColumns& columns, const Reader& reader) {
  const Language language = reader.language;
  if (list.empty()) return absl::StrCat(words::kNoNotifications.In(language), "\n");
  Table table(ColumnsOf(columns, language));
  for (const v1::Notification& notification : list) {
    std::vector<Cell> cells = {
        {FormatTime(notification.create_time(), reader.zone, language), Tone::kFaint}};
    if (columns.subject) cells.push_back({NumberOf(notification), Tone::kStrong});
    cells.push_back({notification.state_text(), ToneOf(notification.state())});
    cells.push_back({notification.address()});
    cells.push_back({StoryOf(notification, reader)});
    table.AddRow(std::move(cells));
    if (columns.name) table.AddNote({notification.name(), Tone::kFaint});
  }
  return table.Render(reader.style, reader.width);
}

std::string NotificationSection(google::protobuf::RepeatedPtrField<v1::Notification> list,
                                const google::protobuf::RepeatedPtrField<v1::Activity>& activities,
                                const Reader& reader) {
  if (list.empty()) return "";
  for (v1::Notification& notification : list) {
    if (!notification.title().empty()) continue;
    const auto told = std::find_if(
        activities.begin(), activities.end(),
        [&](const v1::Activity& activity) { return activity.name() == notification.activity(); });
    if (told != activities.end()) notification.set_title(ActivitySentence(*told, reader.language));
  }
  return absl::StrCat(Heading(words::kNotifications.In(reader.language), reader),
                      NotificationList(list, {}, reader));
}

std::string NotificationFacts(const v1::Notification& notification, const Reader& reader) {
  const Language language = reader.language;
  const auto count = [&](std::int32_t value) {
    return value == 0 ? "" : FormatCount(value, language);
  };
  Facts facts(reader);
  facts.Add(words::kNotification, notification.name());
  facts.Add(words::kActivity, notification.activity());
  facts.Add(words::kStatus, notification.state_text());
  facts.Add(words::kBecause, notification.reason_text());
  facts.Add(words::kRecipient, notification.address());
  facts.Add(words::kSubjectLine, notification.title());
  facts.Add(words::kSentWith, notification.sent_with());
  facts.AddTime(words::kQueued, true, notification.create_time());
  facts.AddTime(words::kFinished, notification.has_finish_time(), notification.finish_time());
  facts.AddTime(words::kNextAttempt, notification.has_next_attempt_time(),
                notification.next_attempt_time());
  facts.Add(words::kAttempts, count(notification.attempt_count()));
  facts.Add(words::kMailServerSays, notification.detail());
  facts.AddTime(words::kSentLast, notification.has_sent_time(), notification.sent_time());
  facts.Add(words::kSentAgain, count(notification.resend_count()));
  facts.AddTime(words::kSentAgainAt, notification.has_resend_time(), notification.resend_time());
  facts.Add(words::kSentAgainBy, ResenderOf(notification, language));
  return facts.Render();
}

std::string NotificationLine(const v1::Notification& notification, const Reader& reader) {
  const std::string state =
      reader.style.Paint(Printable(notification.state_text()), ToneOf(notification.state()));
  return absl::StrCat(reader.style.Paint(notification.name(), Tone::kStrong), "  ",
                      Joined({state, Printable(notification.reason_text())}, " · "), "\n");
}

std::string PreviewText(const v1::PreviewNotificationResponse& preview, const Reader& reader) {
  const Language language = reader.language;
  if (preview.text().empty()) return absl::StrCat(words::kNobodyIsTold.In(language), "\n");
  Facts facts(reader);
  facts.Add(words::kRecipient, preview.address());
  facts.Add(words::kSubjectLine, preview.title());
  if (!preview.would_be_sent()) facts.Add(words::kWouldNotBeSent, preview.reason_text());
  std::string out = absl::StrCat(facts.Render(), "\n");
  // As it is sent: not broken anew for this terminal.
  for (const std::string& line : PrintableLines(preview.text())) absl::StrAppend(&out, line, "\n");
  return out;
}

}  // namespace ipstore::orders::client
