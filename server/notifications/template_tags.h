// The tags of a template with their places, which the mustache library does not give.
#ifndef IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_TAGS_H_
#define IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_TAGS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace ipstore::orders {

enum class TagSort : std::uint8_t {
  kValue,       // {{name}}
  kUnescaped,   // {{{name}}} or {{&name}}
  kSection,     // {{#name}}
  kInverted,    // {{^name}}
  kEnd,         // {{/name}}
  kPartial,     // {{>name}}
  kComment,     // {{!words}}
  kDelimiters,  // {{=<% %>=}}
};

struct TemplateTag {
  TagSort sort = TagSort::kValue;
  std::string name;
  int line = 1;
};

// The tags of `text` in order, up to one that is not closed.
std::vector<TemplateTag> TagsOf(absl::string_view text);

// The line, from 1, on which the byte at `position` stands.
int LineOf(absl::string_view text, std::size_t position);

// The template without the line breaks that follow a section's tag, a partial or a comment that has
// a line to itself, as the mustache manual wants it. The library leaves an empty line where a
// section is not entered or a partial ends, and takes one away where a section begins. So its own
// rule is put out of force: every line break left is marked by kKeptBreak, which is to be removed
// from what comes out.
std::string WithoutTagLines(absl::string_view text);

inline constexpr char kKeptBreak[] = "\x1e";  // in no text: a control character

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_NOTIFICATIONS_TEMPLATE_TAGS_H_
