#include "server/services/request_service.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "domain/validate.h"
#include "server/services/decode.h"
#include "server/services/pages.h"
#include "server/services/subject_pages.h"
#include "server/text/words.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kMaxQuery = 200;     // characters
constexpr std::int64_t kMostFound = 1000;  // of one search, over all its pages

// The query of a ListRequests call, without its page.
SubjectQuery DecodeQuery(const Caller& caller, const v1::ListRequestsRequest& request,
                         Violations& violations) {
  SubjectQuery query;
  query.kinds =
      DecodeEnums<SubjectKind>(request.kinds(), v1::RequestKind_IsValid, "kinds", violations);
  query.order_statuses = DecodeEnums<OrderStatus>(request.order_statuses(), v1::OrderStatus_IsValid,
                                                  "order_statuses", violations);
  query.enquiry_statuses = DecodeEnums<EnquiryStatus>(
      request.enquiry_statuses(), v1::EnquiryStatus_IsValid, "enquiry_statuses", violations);
  query.active_only = !request.include_closed();
  query.customer_id = DecodeWhoseList(caller, request.customer_id(), violations);
  ValidateText(request.store_id(), "store_id", kMaxIdentifier, /*required=*/false,
               /*multiline=*/false, violations);
  if (!request.store_id().empty()) query.store_id = request.store_id();
  if (request.method() != v1::FULFILMENT_METHOD_UNSPECIFIED) {
    if (v1::FulfilmentMethod_IsValid(request.method())) {
      query.method = static_cast<FulfilmentMethod>(request.method());
    } else {
      violations.Add("method", Flaw::kUnknownValue,
                     {{"value", absl::StrCat(static_cast<int>(request.method()))}});
    }
  }
  if (request.has_create_time_from())
    query.created_from = DecodeTime(request.create_time_from(), "create_time_from", violations);
  if (request.has_create_time_until())
    query.created_until = DecodeTime(request.create_time_until(), "create_time_until", violations);
  if (query.created_from.has_value() && query.created_until.has_value() &&
      *query.created_until <= *query.created_from)
    violations.Add("create_time_until", Flaw::kEndBeforeStart);
  return query;
}

// Where a page of late orders ended, and the time that all pages are of.
struct OverdueCursor {
  absl::Time now;
  std::optional<ListCursor> after;
};

OverdueCursor OpenOverdueCursor(const PageTokens& pages, const std::string& token, absl::Time now,
                                Violations& violations) {
  const std::optional<std::string> cursor = pages.Open(token, violations);
  if (!cursor.has_value()) return {.now = now, .after = std::nullopt};
  const std::vector<std::int64_t> numbers = NumbersIn(*cursor);
  return {
      .now = absl::FromUnixMicros(numbers.at(0)),
      .after = ListCursor{absl::FromUnixMicros(numbers.at(1)), Number::FromStored(numbers.at(2))}};
}

std::string SealOverdueCursor(const PageTokens& pages, absl::Time now, const Order& last) {
  return pages.Seal(
      absl::StrCat(absl::ToUnixMicros(now), " ",
                   absl::ToUnixMicros(last.content.promised_delivery.value_or(absl::UnixEpoch())),
                   " ", last.subject.number.value()));
}

// Where a page of a search ended, and how many were found by then.
struct SearchCursor {
  std::optional<ListCursor> after;
  std::int64_t found = 0;
};

SearchCursor OpenSearchCursor(const PageTokens& pages, const std::string& token,
                              Violations& violations) {
  const std::optional<std::string> cursor = pages.Open(token, violations);
  if (!cursor.has_value()) return {};
  const std::vector<std::int64_t> numbers = NumbersIn(*cursor);
  return {
      .after = ListCursor{absl::FromUnixMicros(numbers.at(0)), Number::FromStored(numbers.at(1))},
      .found = numbers.at(2)};
}

}  // namespace

void RequestMethods::ListRequests(const CallContext& context,
                                  const v1::ListRequestsRequest& request,
                                  Responder<v1::ListRequestsResponse> responder) {
  Violations violations = context.flaws;
  SubjectQuery query = DecodeQuery(context.caller, request, violations);
  const std::int32_t page_size = DecodePageSize(request.page_size(), kSubjectPages, violations);
  PageTokens pages(*backend_.tokens, context.caller, "ListRequests", request);
  query.after = OpenListCursor(pages, request.page_token(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  query.limit = page_size + 1;  // one more tells whether another page follows
  AnswerByReading(
      backend_, context, std::move(responder),
      [query = std::move(query), page_size, audience = AudienceOf(backend_, context),
       pages = std::move(pages)](Reader& reader) -> ReadResult<v1::ListRequestsResponse> {
        auto found = reader.ListSubjects(query);
        if (!found.ok()) return found.status();
        v1::ListRequestsResponse response;
        const SubjectState* last = FillPage(
            *found, page_size, [&] { return response.add_requests(); }, audience);
        if (last != nullptr)
          response.set_next_page_token(SealListCursor(pages, CursorOf(*last, query)));
        return response;
      });
}

void RequestMethods::ListOverdueOrders(const CallContext& context,
                                       const v1::ListOverdueOrdersRequest& request,
                                       Responder<v1::ListOverdueOrdersResponse> responder) {
  if (context.caller.IsCustomer()) return responder.Refuse(PermissionDenied());
  Violations violations = context.flaws;
  const std::int32_t page_size = DecodePageSize(request.page_size(), kSubjectPages, violations);
  PageTokens pages(*backend_.tokens, context.caller, "ListOverdueOrders", request);
  const Audience audience = AudienceOf(backend_, context);
  const OverdueCursor cursor =
      OpenOverdueCursor(pages, request.page_token(), audience.now, violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  const OverdueQuery query{.now = cursor.now, .after = cursor.after, .limit = page_size + 1};
  AnswerByReading(
      backend_, context, std::move(responder),
      [query, page_size, audience,
       pages = std::move(pages)](Reader& reader) -> ReadResult<v1::ListOverdueOrdersResponse> {
        auto found = reader.ListOverdue(query);
        if (!found.ok()) return found.status();
        v1::ListOverdueOrdersResponse response;
        const SubjectState* last = FillPage(
            *found, page_size, [&] { return response.add_orders(); }, audience);
        if (last != nullptr) {
          response.set_next_page_token(SealOverdueCursor(pages, query.now, std::get<Order>(*last)));
        }
        return response;
      });
}

void RequestMethods::SearchRequests(const CallContext& context,
                                    const v1::SearchRequestsRequest& request,
                                    Responder<v1::SearchRequestsResponse> responder) {
  Violations violations = context.flaws;
  SearchQuery query;
  ValidateText(request.query(), "query", kMaxQuery, /*required=*/true, /*multiline=*/false,
               violations);
  if (!violations.Has("query")) query.words = FoldedWords(request.query());
  if (query.words.empty()) violations.Add("query", Flaw::kMissing);
  query.customer_id = DecodeWhoseList(context.caller, request.customer_id(), violations);
  const std::int32_t page_size = DecodePageSize(request.page_size(), kSubjectPages, violations);
  PageTokens pages(*backend_.tokens, context.caller, "SearchRequests", request);
  const SearchCursor cursor = OpenSearchCursor(pages, request.page_token(), violations);
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  query.after = cursor.after;
  query.limit =
      static_cast<std::int32_t>(std::min<std::int64_t>(page_size + 1, kMostFound - cursor.found));
  AnswerByReading(
      backend_, context, std::move(responder),
      [query = std::move(query), page_size, found_before = cursor.found,
       audience = AudienceOf(backend_, context),
       pages = std::move(pages)](Reader& reader) -> ReadResult<v1::SearchRequestsResponse> {
        auto found = reader.Search(query);
        if (!found.ok()) return found.status();
        v1::SearchRequestsResponse response;
        const SubjectState* last = FillPage(
            *found, page_size, [&] { return response.add_requests(); }, audience);
        if (last != nullptr) {
          response.set_next_page_token(pages.Seal(absl::StrCat(
              absl::ToUnixMicros(HeadOf(*last).created_at), " ", HeadOf(*last).number.value(), " ",
              found_before + response.requests_size())));
        }
        return response;
      });
}

}  // namespace ipstore::orders
