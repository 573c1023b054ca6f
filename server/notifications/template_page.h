// A page that templates make: one template, the partials that it includes, and what fills them.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_PAGE_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "domain/order.h"
#include "kainjow/mustache.hpp"
#include "server/notifications/template_files.h"

namespace ipstore::orders {

// The name by which a layout includes what is particular to one sort of mail.
inline constexpr char kBodyPartial[] = "body";

// The templates of one language and format, with one of them as the body. Borrows `files`.
class TemplatePage {
 public:
  TemplatePage(const TemplateFiles& files, Language language, TemplateFormat format,
               absl::string_view body)
      : files_(files), language_(language), format_(format), body_(body) {}

  // The template or partial of that name; nullptr when there is none.
  const TemplateFile* Find(absl::string_view name) const;

  // The template of that name, which must be there and sound, filled with `view`. In HTML values
  // are escaped, in text they are not.
  std::string Render(absl::string_view name, const kainjow::mustache::data& view) const;

 private:
  const TemplateFiles& files_;
  const Language language_;
  const TemplateFormat format_;
  const std::string body_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_PAGE_H_
