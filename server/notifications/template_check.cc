#include "server/notifications/template_check.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ipstore::orders {
namespace {

namespace mustache = kainjow::mustache;

// The library's words end with a place in bytes: "Unclosed section \"lines\" at 120".
absl::Status BrokenAsTold(const TemplateFile& file, absl::string_view message) {
  constexpr absl::string_view kAt = " at ";
  const std::size_t at = message.rfind(kAt);
  std::size_t position = 0;
  if (at == absl::string_view::npos ||
      !absl::SimpleAtoi(message.substr(at + kAt.size()), &position))
    return BrokenTemplate(file, 1, message);
  return BrokenTemplate(file, LineOf(file.text, position), message.substr(0, at));
}

bool IsBegin(const TemplateTag& tag) {
  return tag.sort == TagSort::kSection || tag.sort == TagSort::kInverted;
}

// Whether every section ends, the inner ones first. The library finds that too, but tells of the
// outermost section only.
absl::Status CheckNesting(const TemplateFile& file, const std::vector<TemplateTag>& tags) {
  std::vector<TemplateTag> open;
  for (const TemplateTag& tag : tags) {
    if (IsBegin(tag)) open.push_back(tag);
    if (tag.sort != TagSort::kEnd) continue;
    if (open.empty())
      return BrokenTemplate(file, tag.line, absl::StrCat("{{/", tag.name, "}} ends no section"));
    if (open.back().name != tag.name) {
      return BrokenTemplate(
          file, tag.line,
          absl::StrCat("{{/", tag.name, "}} stands in the section \"", open.back().name,
                       "\" that begins on line ", open.back().line));
    }
    open.pop_back();
  }
  if (open.empty()) return absl::OkStatus();
  return BrokenTemplate(file, open.back().line,
                        absl::StrCat("the section \"", open.back().name, "\" does not end"));
}

// Walks through a template as rendering would, but into all sections that it can enter.
class NameCheck {
 public:
  NameCheck(const TemplatePage& page, const mustache::data& view) : page_(page), context_(&view) {}

  absl::Status Check(const TemplateFile& file) {
    if (std::ranges::find(open_, &file) != open_.end())
      return BrokenTemplate(file, 1, "the template includes itself");
    open_.push_back(&file);
    const std::vector<TemplateTag> tags = TagsOf(file.text);
    absl::Status checked = CheckTags(file, tags, 0, tags.size());
    open_.pop_back();
    return checked;
  }

 private:
  using Tags = std::vector<TemplateTag>;

  absl::Status CheckTags(const TemplateFile& file, const Tags& tags, std::size_t from,
                         std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      const bool begins = IsBegin(tags[i]);
      const std::size_t end = begins ? EndOfSection(tags, i) : i;
      absl::Status checked = begins ? CheckSection(file, tags, i, end) : CheckTag(file, tags[i]);
      if (!checked.ok()) return checked;
      i = end;
    }
    return absl::OkStatus();
  }

  absl::Status CheckTag(const TemplateFile& file, const TemplateTag& tag) {
    if (tag.sort == TagSort::kComment) return absl::OkStatus();
    if (tag.sort != TagSort::kPartial) return CheckValue(file, tag);
    const TemplateFile* partial = page_.Find(tag.name);
    if (partial == nullptr)
      return BrokenTemplate(file, tag.line,
                            absl::StrCat("there is no partial {{>", tag.name, "}}"));
    return Check(*partial);
  }

  // What there is not is false, and nothing then.
  absl::Status CheckValue(const TemplateFile& file, const TemplateTag& tag) const {
    const mustache::data* value = Lookup(tag);
    if (value == nullptr) return NoSuchValue(file, tag);
    if (value->is_string() || value->is_false()) return absl::OkStatus();
    return BrokenTemplate(
        file, tag.line,
        absl::StrCat("{{", tag.name, "}} is no text, and can only be a section: {{#", tag.name,
                     "}}"));
  }

  absl::Status CheckSection(const TemplateFile& file, const Tags& tags, std::size_t begin,
                            std::size_t end) {
    const mustache::data* value = Lookup(tags[begin]);
    if (value == nullptr) return NoSuchValue(file, tags[begin]);
    if (tags[begin].sort == TagSort::kInverted) return CheckTags(file, tags, begin + 1, end);
    if (value->is_false() || value->is_empty_list()) return absl::OkStatus();
    if (!value->is_list()) return CheckWith(*value, file, tags, begin, end);
    // Not every item has everything.
    for (const mustache::data& item : value->list_value()) {
      absl::Status checked = CheckWith(item, file, tags, begin, end);
      if (!checked.ok()) return checked;
    }
    return absl::OkStatus();
  }

  // The inside of a section that is entered with `value`.
  absl::Status CheckWith(const mustache::data& value, const TemplateFile& file, const Tags& tags,
                         std::size_t begin, std::size_t end) {
    context_.push(&value);
    absl::Status checked = CheckTags(file, tags, begin + 1, end);
    context_.pop();
    return checked;
  }

  // "{{.}}" is the text of the section that it stands in.
  const mustache::data* Lookup(const TemplateTag& tag) const {
    const mustache::data* value = context_.get(tag.name);
    if (tag.name == "." && !value->is_string()) return nullptr;
    return value;
  }

  // Of the section that begins there. Sections are well nested.
  static std::size_t EndOfSection(const Tags& tags, std::size_t begin) {
    std::size_t depth = 0;
    std::size_t i = begin;
    for (; i + 1 < tags.size(); ++i) {
      if (IsBegin(tags[i])) ++depth;
      if (tags[i].sort == TagSort::kEnd && --depth == 0) break;
    }
    return i;
  }

  static absl::Status NoSuchValue(const TemplateFile& file, const TemplateTag& tag) {
    return BrokenTemplate(file, tag.line, absl::StrCat("there is no {{", tag.name, "}} here"));
  }

  const TemplatePage& page_;
  mustache::context<std::string> context_;
  std::vector<const TemplateFile*> open_;  // from the page down to where the walk is
};

bool HasTag(const TemplatePage& page, const TemplateFile& file, TagSort sort,
            absl::string_view name) {
  return std::ranges::any_of(TagsOf(file.text), [&](const TemplateTag& tag) {
    if (tag.sort == sort && tag.name == name) return true;
    return tag.sort == TagSort::kPartial && HasTag(page, *page.Find(tag.name), sort, name);
  });
}

}  // namespace

absl::Status BrokenTemplate(const TemplateFile& file, int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(file.path, ":", line, ": ", what));
}

absl::Status CheckSyntax(const TemplateFile& file) {
  if (absl::StripAsciiWhitespace(file.text).empty())
    return BrokenTemplate(file, 1, "the template is empty; a part is left out by {{! words }}");
  const std::vector<TemplateTag> tags = TagsOf(file.text);
  for (const TemplateTag& tag : tags) {
    if (tag.sort == TagSort::kDelimiters)
      return BrokenTemplate(file, tag.line, "other delimiters cannot be set");
    if (tag.sort == TagSort::kUnescaped)
      return BrokenTemplate(file, tag.line, "a value must be escaped: two braces and no \"&\"");
  }
  try {
    const mustache::mustache parsed(file.text);
    absl::Status nested = CheckNesting(file, tags);
    if (parsed.is_valid() || !nested.ok()) return nested;
    return BrokenAsTold(file, parsed.error_message());
  } catch (const std::exception& error) {
    return BrokenTemplate(file, 1, error.what());
  }
}

absl::Status CheckNames(const TemplatePage& page, absl::string_view name,
                        const mustache::data& view) {
  return NameCheck(page, view).Check(*page.Find(name));
}

absl::Status CheckHasTag(const TemplatePage& page, absl::string_view name, TagSort sort,
                         absl::string_view tag) {
  const TemplateFile& file = *page.Find(name);
  if (HasTag(page, file, sort, tag)) return absl::OkStatus();
  const absl::string_view sign = sort == TagSort::kPartial   ? ">"
                                 : sort == TagSort::kSection ? "#"
                                                             : "";
  return BrokenTemplate(file, 1, absl::StrCat("every mail needs {{", sign, tag, "}}"));
}

}  // namespace ipstore::orders
