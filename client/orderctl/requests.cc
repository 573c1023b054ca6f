#include "client/orderctl/requests.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/orderctl/enquiry_page.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/reads.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/told.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

template <typename Requests>
std::string RequestList(const Requests& requests, const Reader& reader) {
  const Language language = reader.language;
  if (requests.empty()) return absl::StrCat(words::kNoRequests.In(language), "\n");
  Table table({{std::string(words::kRequest.In(language))},
               {std::string(words::kKind.In(language))},
               {std::string(words::kStatus.In(language))},
               {std::string(words::kCustomer.In(language)), Column::Align::kLeft, /*wraps=*/true},
               {std::string(words::kAbout.In(language)), Column::Align::kLeft, /*wraps=*/true},
               {std::string(words::kLastActivity.In(language))}});
  for (const v1::Request& request : requests) {
    if (request.has_enquiry()) {
      const v1::Enquiry& enquiry = request.enquiry();
      table.AddRow({{enquiry.number(), Tone::kStrong},
                    {LabelOf(enquiry.kind(), language)},
                    {enquiry.status_text(), enquiry.active() ? Tone::kStatus : Tone::kFaint},
                    {CustomerName(enquiry.customer())},
                    {OrRedacted(enquiry.title(), language)},
                    {FormatTime(enquiry.last_activity_time(), reader.zone, language)}});
      continue;
    }
    const v1::Order& order = request.order();
    table.AddRow({{order.number(), Tone::kStrong},
                  {std::string(words::kOrder.In(language))},
                  {order.status_text(), order.active() ? Tone::kStatus : Tone::kFaint},
                  {CustomerName(order.customer())},
                  {FormatMoney(order.totals().gross(), language)},
                  {FormatTime(order.last_activity_time(), reader.zone, language)}});
  }
  return table.Render(reader.style, reader.width);
}

// A page of orders and enquiries.
template <typename Response>
Result<std::string> Listed(const Session& session, const Result<Response>& page) {
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(RequestList(page.value().requests(), session.reader),
                      NextPageHint(page.value().next_page_token(), session.reader));
}

}  // namespace

Result<std::string> CreateEnquiry(const Session& session, const v1::CreateEnquiryRequest& request) {
  return Told(session, session.client.CreateEnquiry(request), request.validate_only());
}

Result<std::string> TransitionEnquiry(const Session& session,
                                      const v1::TransitionEnquiryRequest& request) {
  return Told(session, session.client.TransitionEnquiry(request), request.validate_only());
}

Result<std::string> ShowEnquiry(const Session& session, const v1::GetEnquiryRequest& request) {
  const Result<v1::Enquiry> enquiry = session.client.GetEnquiry(request);
  if (!enquiry.ok()) return enquiry.error();
  if (session.json) return ToJson(enquiry.value());
  Result<std::vector<v1::Activity>> activities =
      AllActivities(session.client, enquiry.value().name());
  if (!activities.ok()) return activities.error();
  Result<std::vector<v1::Comment>> comments = AllComments(session.client, enquiry.value().name());
  if (!comments.ok()) return comments.error();
  Result<std::vector<v1::Notification>> notifications =
      AllNotifications(session.client, enquiry.value().name());
  if (!notifications.ok()) return notifications.error();
  return EnquiryPageText({.enquiry = enquiry.value(),
                          .activities = std::move(activities).value(),
                          .comments = std::move(comments).value(),
                          .notifications = std::move(notifications).value()},
                         session.reader);
}

Result<std::string> ListRequests(const Session& session, const v1::ListRequestsRequest& request) {
  return Listed(session, session.client.ListRequests(request));
}

Result<std::string> SearchRequests(const Session& session,
                                   const v1::SearchRequestsRequest& request) {
  return Listed(session, session.client.SearchRequests(request));
}

Result<std::string> ListOverdue(const Session& session,
                                const v1::ListOverdueOrdersRequest& request) {
  const Result<v1::ListOverdueOrdersResponse> page = session.client.ListOverdueOrders(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(
      OrderList(page.value().orders(), OrderTime::kPromisedDelivery, session.reader),
      NextPageHint(page.value().next_page_token(), session.reader));
}

}  // namespace ipstore::orders::client
