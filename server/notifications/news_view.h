// What templates are filled with: the news of a subject as names and texts. TEMPLATES.md lists the
// names.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NEWS_VIEW_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NEWS_VIEW_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "domain/order.h"
#include "kainjow/mustache.hpp"
#include "server/notifications/notification_content.h"

namespace ipstore::orders {

// The sorts of mails. Each has a template of its Name().
enum class MailSort : std::uint8_t {
  kOrderCreated,
  kOrderStep,  // whatever has no words of its own
  kOrderHandedToCarrier,
  kOrderReadyForPickup,
  kOrderOnCompanyVehicle,
  kOrderReceived,
  kOrderCancelled,
  kOrderUndelivered,
  kOrderNotCollected,
  kOrderSetBack,
  kOrderTracking,
  kOrderDeliveryDate,
  kComment,
  kEnquiryCreated,
  kEnquiryMoved,
};

inline constexpr std::array kMailSorts = {
    MailSort::kOrderCreated,
    MailSort::kOrderStep,
    MailSort::kOrderHandedToCarrier,
    MailSort::kOrderReadyForPickup,
    MailSort::kOrderOnCompanyVehicle,
    MailSort::kOrderReceived,
    MailSort::kOrderCancelled,
    MailSort::kOrderUndelivered,
    MailSort::kOrderNotCollected,
    MailSort::kOrderSetBack,
    MailSort::kOrderTracking,
    MailSort::kOrderDeliveryDate,
    MailSort::kComment,
    MailSort::kEnquiryCreated,
    MailSort::kEnquiryMoved,
};

absl::string_view Name(MailSort sort);  // "order_created", …

Language LanguageOf(const SubjectState& subject);

// The activity that names the mail: the last that brought a status; where there is none, the last
// that is not a comment; a comment where there is nothing else. Never one that customers do not
// see; nullptr when that leaves none. The pointer is into `activities`.
const Activity* NamingActivity(absl::Span<const Activity> activities);

// The sort of a mail that `naming` names, of such a subject.
MailSort SortOf(const Activity* naming, const SubjectState& subject);

// The same names for all news of orders and of enquiries; what there is not is false.
kainjow::mustache::data ViewOf(const News& news, const ShopDetails& shop);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NEWS_VIEW_H_
