// What a notification says: the subject line, text and HTML that the templates make of an order or
// enquiry and of what has happened to it.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFICATION_CONTENT_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFICATION_CONTENT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "domain/activity.h"
#include "domain/subject_state.h"

namespace ipstore::orders {

// What the shop says of itself in every mail. Texts are plain, not HTML.
struct ShopDetails {
  std::string name = "IP Store";
  // Address of the page of an order, with "{number}" for its number; empty: mails have no such
  // link, as those of enquiries never have. Likewise the page on shipping methods and, for the
  // request for feedback, the page on which it is given. All https. Guests, who have no account,
  // are shown only the page on shipping methods.
  std::string subject_url;
  std::string shipping_methods_url;
  std::string feedback_url;
  absl::TimeZone zone;  // in which times are told
};

// One mail's worth of news of one subject, oldest first, at least one: those that wish to be told.
// The last one that brought a status names the mail, else the last that is not a comment, or a
// comment where there is nothing else; the others are told along, since they could not be sent when
// they happened or belong to the same change. Comments are told in full. What customers may not see
// is passed over.
struct News {
  const SubjectState* subject = nullptr;  // as it stands
  absl::Span<const Activity> activities;
  // No mail of the subject was sent to its customer before: this one shows what was ordered or
  // asked, as it also does where it tells of the creation.
  bool is_first = false;
};

struct NotificationContent {
  std::string subject;  // one line
  std::string text;     // begins with the marker line for replies (incoming_email.h)
  std::string html;     // a whole document; the same
};

// Templates that were read. Thread-safe; immutable. No call blocks.
class NotificationTemplates {
 public:
  // Those that come with the program, each replaced by the file of its name in `directory`, where
  // it has one; empty: none. TEMPLATES.md says which there are and what they can use. Every
  // template is tried out, in both languages, on made-up orders: INVALID_ARGUMENT, "FILE:LINE: …",
  // for one that is broken, is empty, lacks what every mail needs or uses a name that there
  // is not or that is no text, and "FILE: …" for a file in `directory` that is no template's. What
  // the system says, e.g. NOT_FOUND, when something cannot be read. Blocks for reading.
  static absl::StatusOr<std::unique_ptr<NotificationTemplates>> Load(absl::string_view directory,
                                                                     ShopDetails shop);

  virtual ~NotificationTemplates() = default;

  // In the subject's language. Only what its customer may see is in it.
  virtual NotificationContent Render(const News& news) const = 0;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_NOTIFICATION_CONTENT_H_
