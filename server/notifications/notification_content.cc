#include "server/notifications/notification_content.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/notifications/made_up_news.h"
#include "server/notifications/news_view.h"
#include "server/notifications/template_check.h"
#include "server/notifications/template_files.h"
#include "server/notifications/template_page.h"

namespace ipstore::orders {
namespace {

namespace mustache = kainjow::mustache;

// The pages of a mail. The title is made first, since the others show it; the subject line goes
// into the HTML.
constexpr absl::string_view kTitle = "title";
constexpr absl::string_view kSubject = "subject";
constexpr absl::string_view kLayout = "layout";

constexpr absl::string_view kReplyMarker = "reply_marker";

std::string OnOneLine(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " ");
}

// A mail without a title or a subject line is one that goes unread.
absl::Status CheckLine(const TemplatePage& page, absl::string_view name, MailSort sort,
                       mustache::data& view) {
  if (absl::Status checked = CheckNames(page, name, view); !checked.ok()) return checked;
  const std::string line = OnOneLine(page.Render(name, view));
  if (line.empty()) {
    return BrokenTemplate(*page.Find(name), 1,
                          absl::StrCat("it says nothing in the mail ", Name(sort)));
  }
  view.set(std::string(name), line);
  return absl::OkStatus();
}

// Customers look for it, and mails of two orders must not look like one conversation.
absl::Status CheckNamesTheNumber(const TemplatePage& page, const mustache::data& view) {
  if (absl::StrContains(view.get(std::string(kSubject))->string_value(),
                        view.get("number")->string_value()))
    return absl::OkStatus();
  return BrokenTemplate(*page.Find(kSubject), 1, "every mail needs {{number}}");
}

// Replies are cut at the marker, and what is told must be in the mail.
absl::Status CheckLayout(const TemplatePage& page, const mustache::data& view) {
  absl::Status checked = CheckNames(page, kLayout, view);
  if (checked.ok()) checked = CheckHasTag(page, kLayout, TagSort::kPartial, kBodyPartial);
  if (checked.ok()) checked = CheckHasTag(page, kLayout, TagSort::kSection, "comments");
  if (checked.ok()) checked = CheckHasTag(page, kLayout, TagSort::kValue, kReplyMarker);
  return checked;
}

// In text, what stands above the marker would be taken for the beginning of a reply.
absl::Status CheckMarkerIsFirst(const TemplatePage& page, const mustache::data& view) {
  const std::string& marker = view.get(std::string(kReplyMarker))->string_value();
  if (absl::StartsWith(page.Render(kLayout, view), absl::StrCat(marker, "\n")))
    return absl::OkStatus();
  return BrokenTemplate(*page.Find(kLayout), 1, "{{reply_marker}} must be the first line");
}

absl::Status CheckMail(const TemplateFiles& files, MailSort sort, Language language) {
  const MadeUpNews made_up = MakeUpNews(sort, language);
  mustache::data view = ViewOf({&made_up.subject, made_up.activities}, MadeUpShop());
  const TemplatePage text(files, language, TemplateFormat::kText, Name(sort));
  const TemplatePage html(files, language, TemplateFormat::kHtml, Name(sort));
  absl::Status checked = CheckLine(text, kTitle, sort, view);
  if (checked.ok()) checked = CheckLine(text, kSubject, sort, view);
  if (checked.ok()) checked = CheckNamesTheNumber(text, view);
  if (checked.ok()) checked = CheckLayout(text, view);
  if (checked.ok()) checked = CheckMarkerIsFirst(text, view);
  if (checked.ok()) checked = CheckLayout(html, view);
  return checked;
}

absl::Status CheckAll(const TemplateFiles& files) {
  for (const auto& [name, file] : files.All()) {
    if (absl::Status checked = CheckSyntax(file); !checked.ok()) return checked;
  }
  for (Language language : {Language::kGreek, Language::kEnglish}) {
    for (MailSort sort : kMailSorts) {
      if (absl::Status checked = CheckMail(files, sort, language); !checked.ok()) return checked;
    }
  }
  return absl::OkStatus();
}

class SoundTemplates : public NotificationTemplates {
 public:
  SoundTemplates(TemplateFiles files, ShopDetails shop)
      : files_(std::move(files)), shop_(std::move(shop)) {}

  NotificationContent Render(const News& news) const override {
    const Language language = LanguageOf(*news.subject);
    const MailSort sort = SortOf(NamingActivity(news.activities), *news.subject);
    const TemplatePage text(files_, language, TemplateFormat::kText, Name(sort));
    const TemplatePage html(files_, language, TemplateFormat::kHtml, Name(sort));
    mustache::data view = ViewOf(news, shop_);
    view.set(std::string(kTitle), OnOneLine(text.Render(kTitle, view)));
    NotificationContent content;
    content.subject = OnOneLine(text.Render(kSubject, view));
    view.set(std::string(kSubject), content.subject);
    content.text = text.Render(kLayout, view);
    content.html = html.Render(kLayout, view);
    return content;
  }

 private:
  const TemplateFiles files_;
  const ShopDetails shop_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<NotificationTemplates>> NotificationTemplates::Load(
    absl::string_view directory, ShopDetails shop) {
  absl::StatusOr<TemplateFiles> files = TemplateFiles::Read(directory);
  if (!files.ok()) return files.status();
  if (absl::Status checked = CheckAll(*files); !checked.ok()) return checked;
  return std::make_unique<SoundTemplates>(*std::move(files), std::move(shop));
}

}  // namespace ipstore::orders
