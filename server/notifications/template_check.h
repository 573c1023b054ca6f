// Finds what is wrong with templates before a mail is made of them.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_CHECK_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kainjow/mustache.hpp"
#include "server/notifications/template_files.h"
#include "server/notifications/template_page.h"
#include "server/notifications/template_tags.h"

namespace ipstore::orders {

// The failures are INVALID_ARGUMENT, "FILE:LINE: what is wrong".

absl::Status BrokenTemplate(const TemplateFile& file, int line, absl::string_view what);

// Whether the template is well formed and not empty. Values that are not escaped and other
// delimiters are refused too: the first let a customer's words into the HTML as they are, the
// second nobody needs.
absl::Status CheckSyntax(const TemplateFile& file);

// Whether `view` has a value for every name in the template of that name and in its partials, which
// must be well formed. Enters every section for which the view has something, whether or not the
// template would then say it.
absl::Status CheckNames(const TemplatePage& page, absl::string_view name,
                        const kainjow::mustache::data& view);

// Whether the template of that name, or one that it includes, has a tag of that sort and name. They
// must be well formed and include no template that there is not.
absl::Status CheckHasTag(const TemplatePage& page, absl::string_view name, TagSort sort,
                         absl::string_view tag);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_CHECK_H_
