// Made-up orders and enquiries on which templates are tried out.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_MADE_UP_NEWS_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_MADE_UP_NEWS_H_

#include <vector>

#include "domain/activity.h"
#include "domain/order.h"
#include "domain/subject_state.h"
#include "server/notifications/news_view.h"

namespace ipstore::orders {

// A subject that has everything that one can have at all, also what does not go together, so that
// every section of a template finds something; and activities that come to a mail of one sort.
struct MadeUpNews {
  SubjectState subject;
  std::vector<Activity> activities;
};

MadeUpNews MakeUpNews(MailSort sort, Language language);

// A shop with all its links.
ShopDetails MadeUpShop();

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_MADE_UP_NEWS_H_
