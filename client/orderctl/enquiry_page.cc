#include "client/orderctl/enquiry_page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/notification_text.h"
#include "client/orderctl/page_parts.h"
#include "client/orderctl/table.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

std::string FactTable(const v1::Enquiry& enquiry, const Reader& reader) {
  Facts facts(reader);
  facts.Add(words::kKind, LabelOf(enquiry.kind(), reader.language));
  facts.Add(words::kCustomer, CustomerText(enquiry.customer(), reader.language));
  facts.Add(words::kOrder, absl::StripPrefix(enquiry.order(), "orders/"));
  facts.AddTime(words::kAsked, true, enquiry.create_time());
  facts.AddTime(words::kResolved, enquiry.has_resolve_time(), enquiry.resolve_time());
  facts.AddTime(words::kRedacted, enquiry.has_redact_time(), enquiry.redact_time());
  AddNotifications(enquiry, reader, facts);
  return facts.Render();
}

std::string QuestionText(const v1::Enquiry& enquiry, const Reader& reader) {
  const Language language = reader.language;
  std::string out = Heading(Printable(OrRedacted(enquiry.title(), language)), reader);
  for (const std::string& line : PrintableLines(OrRedacted(enquiry.text(), language))) {
    for (const std::string& part : Wrap(line, reader.width)) absl::StrAppend(&out, part, "\n");
  }
  return out;
}

std::string OpenActionTable(const v1::Enquiry& enquiry, const Reader& reader) {
  if (enquiry.open_actions().empty()) return absl::StrCat(words::kNone.In(reader.language), "\n");
  Table table({{}, {}});
  for (const int number : enquiry.open_actions()) {
    const auto action = static_cast<v1::EnquiryAction>(number);
    table.AddRow(
        {{SubcommandOf(action), Tone::kStrong}, {std::string(LabelOf(action, reader.language))}});
  }
  return table.Render(reader.style, reader.width);
}

}  // namespace

std::string EnquiryPageText(const EnquiryPage& page, const Reader& reader) {
  const v1::Enquiry& enquiry = page.enquiry;
  const std::string title =
      absl::StrCat(words::kEnquiry.In(reader.language), " ", enquiry.number());
  return absl::StrCat(
      PageHead(title, enquiry.status_text(), enquiry.status_meaning(), reader),
      FactTable(enquiry, reader), QuestionText(enquiry, reader), ActivityHeading(reader),
      ActivityList(page.activities, reader), Heading(words::kComments.In(reader.language), reader),
      CommentList(page.comments, reader),
      NotificationSection({page.notifications.begin(), page.notifications.end()},
                          {page.activities.begin(), page.activities.end()}, reader),
      Heading(words::kActions.In(reader.language), reader), OpenActionTable(enquiry, reader));
}

}  // namespace ipstore::orders::client
