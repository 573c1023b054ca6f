#include "server/notifications/template_tags.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ipstore::orders {
namespace {

constexpr absl::string_view kOpen = "{{";
constexpr absl::string_view kClose = "}}";

TagSort SortOf(char sign) {
  switch (sign) {
    case '{':
    case '&':
      return TagSort::kUnescaped;
    case '#':
      return TagSort::kSection;
    case '^':
      return TagSort::kInverted;
    case '/':
      return TagSort::kEnd;
    case '>':
      return TagSort::kPartial;
    case '!':
      return TagSort::kComment;
    case '=':
      return TagSort::kDelimiters;
    default:
      return TagSort::kValue;
  }
}

// What stands between the braces.
TemplateTag TagFrom(absl::string_view content, int line) {
  content = absl::StripAsciiWhitespace(content);
  TemplateTag tag;
  tag.line = line;
  if (content.empty()) return tag;
  tag.sort = SortOf(content.front());
  if (tag.sort != TagSort::kValue) content.remove_prefix(1);
  tag.name = std::string(absl::StripAsciiWhitespace(content));
  return tag;
}

// True when the line is one tag that puts nothing out by itself, and blanks.
bool IsTagLine(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (!absl::StartsWith(line, kOpen) || line.find(kClose) + kClose.size() != line.size())
    return false;
  const TagSort sort = TagFrom(line.substr(kOpen.size(), line.size() - 2 * kOpen.size()), 1).sort;
  return sort != TagSort::kValue && sort != TagSort::kUnescaped;
}

}  // namespace

std::vector<TemplateTag> TagsOf(absl::string_view text) {
  std::vector<TemplateTag> tags;
  std::size_t at = 0;
  while ((at = text.find(kOpen, at)) != absl::string_view::npos) {
    const std::size_t content = at + kOpen.size();
    const bool three = text.substr(content, 1) == "{";
    const std::size_t end = text.find(three ? "}}}" : kClose, content);
    if (end == absl::string_view::npos) break;
    tags.push_back(TagFrom(text.substr(content, end - content), LineOf(text, at)));
    at = end + (three ? 3 : kClose.size());
  }
  return tags;
}

int LineOf(absl::string_view text, std::size_t position) {
  const absl::string_view before = text.substr(0, position);
  return 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
}

std::string WithoutTagLines(absl::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const bool last = end == absl::string_view::npos;
    const absl::string_view line = absl::StripSuffix(text.substr(0, end), "\r");
    if (IsTagLine(line)) {
      absl::StrAppend(&result, absl::StripAsciiWhitespace(line));
    } else {
      absl::StrAppend(&result, line, last ? "" : kKeptBreak, last ? "" : "\n");
    }
    text.remove_prefix(last ? text.size() : end + 1);
  }
  return result;
}

}  // namespace ipstore::orders
