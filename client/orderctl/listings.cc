#include "client/orderctl/listings.h"

#include "absl/strings/str_cat.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

constexpr int kCommentIndent = 2;

std::string InternalMark(v1::Visibility visibility, Language language) {
  if (visibility != v1::VISIBILITY_INTERNAL) return "";
  return absl::StrCat(" [", words::kInternal.In(language), "]");
}

// A comment's text is for its own section; here it is enough to recognise it.
std::string ActivityText(const v1::Activity& activity, Language language) {
  if (activity.kind() != v1::ACTIVITY_KIND_COMMENT_ADDED || activity.redacted())
    return activity.text();
  const std::vector<std::string> lines = PrintableLines(activity.text());
  return absl::StrCat(language == Language::kGreek ? "«" : "“", lines.front(),
                      lines.size() > 1 ? " …" : "", language == Language::kGreek ? "»" : "”");
}

// What had happened to an order before it was imported, a row for each entry.
void AddPast(const v1::OrderImported& imported, const Reader& reader, Table& table) {
  const Language language = reader.language;
  const auto add = [&](const google::protobuf::Timestamp& time, std::string who,
                       const std::string& what) {
    table.AddRow(
        {{FormatTime(time, reader.zone, language), Tone::kFaint}, {std::move(who)}, {what}});
  };
  for (const v1::PastEntry& entry : imported.past()) {
    add(entry.time(), entry.has_actor() ? NameOf(entry.actor(), nullptr, language) : "",
        absl::StrCat(OrRedacted(entry.text(), language),
                     InternalMark(entry.visibility(), language)));
  }
  if (!imported.has_feedback()) return;
  const v1::Feedback& feedback = imported.feedback();
  add(feedback.submit_time(), "",
      absl::StrCat(words::kFeedback.In(language), ": ", feedback.rating(), "/5",
                   feedback.text().empty() ? "" : ". ", feedback.text()));
}

template <typename Entry>
const v1::Actor* OnBehalfOf(const Entry& entry) {
  return entry.has_on_behalf_of() ? &entry.on_behalf_of() : nullptr;
}

void AppendComment(const v1::Comment& comment, const Reader& reader, std::string& out) {
  const std::string head =
      absl::StrCat(FormatTime(comment.create_time(), reader.zone, reader.language), "  ",
                   NameOf(comment.author(), OnBehalfOf(comment), reader.language),
                   InternalMark(comment.visibility(), reader.language));
  absl::StrAppend(&out, reader.style.Paint(Printable(head), Tone::kFaint), "\n");
  for (const std::string& line : PrintableLines(OrRedacted(comment.text(), reader.language))) {
    for (const std::string& part : Wrap(line, reader.width - kCommentIndent)) {
      absl::StrAppend(&out, part.empty() ? "" : std::string(kCommentIndent, ' '), part, "\n");
    }
  }
}

}  // namespace

std::string Heading(absl::string_view title, const Reader& reader) {
  return absl::StrCat("\n", reader.style.Paint(title, Tone::kStrong), "\n");
}

std::string NextPageHint(const std::string& token, const Reader& reader) {
  if (token.empty()) return "";
  return absl::StrCat("\n", words::kNextPage.In(reader.language), " ", token, "\n");
}

std::string ActivitySentence(const v1::Activity& activity, Language language) {
  return absl::StrCat(ActivityText(activity, language),
                      InternalMark(activity.visibility(), language));
}

std::string ActivityHeading(const Reader& reader) {
  return Heading(absl::StrCat(words::kActivity.In(reader.language), " (", reader.zone.name(), ")"),
                 reader);
}

std::string CustomerName(const v1::Customer& customer) {
  if (!customer.company_name().empty()) return customer.company_name();
  return customer.name().empty() ? customer.id() : customer.name();
}

std::string CustomerName(const v1::EnquiryCustomer& customer) {
  return customer.name().empty() ? customer.id() : customer.name();
}

std::string OrderList(const google::protobuf::RepeatedPtrField<v1::Order>& orders, OrderTime shown,
                      const Reader& reader) {
  const Language language = reader.language;
  const bool promised = shown == OrderTime::kPromisedDelivery;
  if (orders.empty()) return absl::StrCat(words::kNoOrders.In(language), "\n");
  Table table({{std::string(words::kOrder.In(language))},
               {std::string(words::kStatus.In(language))},
               {std::string(words::kCustomer.In(language)), Column::Align::kLeft, /*wraps=*/true},
               {std::string(words::kMethod.In(language))},
               {std::string(words::kTotal.In(language)), Column::Align::kRight},
               {std::string((promised ? words::kPromised : words::kLastActivity).In(language))}});
  for (const v1::Order& order : orders) {
    table.AddRow({{order.number(), Tone::kStrong},
                  {order.status_text(), order.active() ? Tone::kStatus : Tone::kFaint},
                  {CustomerName(order.customer())},
                  {LabelOf(order.method(), language)},
                  {FormatMoney(order.totals().gross(), language)},
                  {FormatTime(promised ? order.promised_delivery() : order.last_activity_time(),
                              reader.zone, language)}});
  }
  return table.Render(reader.style, reader.width);
}

template <typename Activities>
std::string ActivityList(const Activities& activities, const Reader& reader) {
  if (activities.empty()) return absl::StrCat(words::kNoActivities.In(reader.language), "\n");
  Table table({{}, {}, {"", Column::Align::kLeft, /*wraps=*/true}});
  for (const v1::Activity& activity : activities) {
    // An import happened when the order was placed elsewhere; to those who read, when it was made.
    const bool imported = activity.has_order_imported();
    if (imported) AddPast(activity.order_imported(), reader, table);
    const auto& time = imported ? activity.record_time() : activity.occur_time();
    table.AddRow({{FormatTime(time, reader.zone, reader.language), Tone::kFaint},
                  {NameOf(activity.actor(), OnBehalfOf(activity), reader.language)},
                  {ActivitySentence(activity, reader.language)}});
  }
  return table.Render(reader.style, reader.width);
}

template <typename Comments>
std::string CommentList(const Comments& comments, const Reader& reader) {
  if (comments.empty()) return absl::StrCat(words::kNoComments.In(reader.language), "\n");
  std::string out;
  for (const v1::Comment& comment : comments) AppendComment(comment, reader, out);
  return out;
}

template std::string ActivityList(const google::protobuf::RepeatedPtrField<v1::Activity>&,
                                  const Reader&);
template std::string ActivityList(const std::vector<v1::Activity>&, const Reader&);
template std::string CommentList(const google::protobuf::RepeatedPtrField<v1::Comment>&,
                                 const Reader&);
template std::string CommentList(const std::vector<v1::Comment>&, const Reader&);

}  // namespace ipstore::orders::client
