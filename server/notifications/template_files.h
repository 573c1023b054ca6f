// The templates of notifications as files: those that come with the program, and those that a shop
// puts in their places.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_FILES_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_FILES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "domain/order.h"

namespace ipstore::orders {

// A file of templates/ as it was when the program was built, e.g. "el/order_created.html.mustache".
struct BuiltInTemplate {
  absl::string_view name;
  absl::string_view text;
};
absl::Span<const BuiltInTemplate> BuiltInTemplates();

enum class TemplateFormat : std::uint8_t { kText, kHtml };

struct TemplateFile {
  std::string path;  // as messages name it: a path in the shop's directory, or a built-in's name
  std::string text;
};

// Every template, each once. A value type.
class TemplateFiles {
 public:
  // The built-in ones, replaced by those of the same name below `directory`; empty: none. Files and
  // folders whose names begin with a dot are passed over. INVALID_ARGUMENT names a file that is no
  // template's, no regular file, larger than 1 MiB or not in UTF-8; NOT_FOUND or what the system
  // says when something cannot be read. Blocks for reading.
  static absl::StatusOr<TemplateFiles> Read(absl::string_view directory);

  // The template of that name, such as "order_created"; nullptr when there is none.
  const TemplateFile* Find(Language language, absl::string_view name, TemplateFormat format) const;

  // By name, e.g. "el/order_created.html.mustache".
  const std::map<std::string, TemplateFile, std::less<>>& All() const { return files_; }

 private:
  std::map<std::string, TemplateFile, std::less<>> files_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_FILES_H_
