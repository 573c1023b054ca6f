// Made-up orders and enquiries in both languages, and what has happened to them: everything that a
// notification is sent of.
#ifndef IPSTORE_ORDERS_TESTS_NOTIFICATIONS_STORIES_H_
#define IPSTORE_ORDERS_TESTS_NOTIFICATIONS_STORIES_H_

#include <string>
#include <vector>

#include "domain/activity.h"
#include "domain/order.h"
#include "domain/subject_state.h"
#include "server/notifications/notification_content.h"

namespace ipstore::orders::test {

// News and what they are of.
struct Story {
  std::string name;
  SubjectState subject;
  std::vector<Activity> activities;
  bool is_first = false;  // mail

  News AsNews() const { return {&subject, activities, is_first}; }
};

// All there are to tell, each with a name of its own.
std::vector<Story> StoriesIn(Language language);

// The one of that name, which must be there.
Story StoryNamed(const std::string& name, Language language);

// A shop in Athens with all its links.
ShopDetails ShopInAthens();

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_NOTIFICATIONS_STORIES_H_
