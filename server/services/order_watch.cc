#include "server/services/order_watch.h"

#include <optional>
#include <utility>
#include <variant>

#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/order_page.h"
#include "server/services/pages.h"

namespace ipstore::orders {

void OrderWatch::Start(const Request& request) {
  Violations violations = context_.flaws;
  name_ = DecodeSubjectName(request.name(), SubjectKind::kOrder, "name", violations);
  page_size_ = DecodePageSize(request.page_size(), kOrderPages, violations);
  const std::optional<FeedMark> after =
      OpenMark(*backend_.tokens, request.resume_token(), violations);
  if (!violations.Empty()) return EndWith(InvalidRequest(std::move(violations).Take()));
  if (!Admit()) return;
  scope_.subject = name_.number;
  scope_.include_internal = !context_.caller.IsCustomer();
  if (context_.caller.IsCustomer()) scope_.owner = context_.caller.Effective().id;
  if (after.has_value()) return Resume(*after);
  page_wanted_ = true;
  Follow(scope_, std::nullopt);
}

void OrderWatch::Resume(FeedMark after) {
  ReadSubjectThen(name_,
                  [this, after](const SubjectState& /*may be seen*/) { Follow(scope_, after); });
}

// The page is read after the stream has begun, so that nothing between the two is missed.
void OrderWatch::SendPage(FeedDelivery delivery) {
  ReadThen<OrderPageRead>([query = OrderPageQuery{.name = name_,
                                                  .page_size = page_size_,
                                                  .caller = context_.caller,
                                                  .tokens = backend_.tokens,
                                                  .audience = AudienceOf(backend_, context_)}](
                              Reader& reader) { return ReadOrderPage(reader, query); },
                          [this, mark = delivery.mark](OrderPageRead read) {
                            page_last_seq_ = read.last_seq;
                            Response response;
                            *response.mutable_page() = std::move(read.page);
                            response.set_resume_token(SealMark(*backend_.tokens, mark));
                            SendMessage(response);
                          });
}

void OrderWatch::Send(FeedDelivery delivery) {
  if (std::exchange(page_wanted_, false)) return SendPage(std::move(delivery));
  Response response;
  const Audience audience = AudienceOf(backend_, context_);
  for (const FeedUnitPointer& unit : delivery.units) {
    for (const Activity& activity : unit->activities) {
      if (activity.seq > page_last_seq_ && scope_.Shows(activity))
        Encode(activity, *backend_.tokens, audience, response.add_activities());
    }
  }
  response.set_resume_token(SealMark(*backend_.tokens, delivery.mark));
  if (response.activities().empty()) return SendMessage(response);
  ReadSubjectThen(
      name_, [this, audience, response = std::move(response)](const SubjectState& now) mutable {
        Encode(std::get<Order>(now), audience, response.mutable_order());
        SendMessage(response);
      });
}

}  // namespace ipstore::orders
