#include "server/notifications/template_page.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/notifications/template_tags.h"

namespace ipstore::orders {
namespace {

namespace mustache = kainjow::mustache;

// Finds values as the library does, and partials among the templates.
class PageContext : public mustache::context<std::string> {
 public:
  PageContext(const TemplatePage& page, const mustache::data& view) : context(&view), page_(page) {}

  const mustache::data* get_partial(const std::string& name) const override {
    const auto known = partials_.find(name);
    if (known != partials_.end()) return &known->second;
    const TemplateFile* file = page_.Find(name);
    if (file == nullptr) return nullptr;
    return &partials_.emplace(name, WithoutTagLines(file->text)).first->second;
  }

 private:
  const TemplatePage& page_;
  mutable std::map<std::string, mustache::data> partials_;
};

// "&apos;" is not known to HTML 4, by which some mail programs still read.
std::string EscapedForHtml(const std::string& text) {
  return absl::StrReplaceAll(mustache::html_escape(text), {{"&apos;", "&#39;"}});
}

std::string Unescaped(const std::string& text) {
  return text;
}

}  // namespace

const TemplateFile* TemplatePage::Find(absl::string_view name) const {
  return files_.Find(language_, name == kBodyPartial ? body_ : name, format_);
}

std::string TemplatePage::Render(absl::string_view name, const mustache::data& view) const {
  mustache::mustache page(WithoutTagLines(Find(name)->text));
  page.set_custom_escape(format_ == TemplateFormat::kHtml ? EscapedForHtml : Unescaped);
  PageContext context(*this, view);
  // Also the blank that an empty value leaves at the end of a line.
  return absl::StrReplaceAll(page.render(context),
                             {{absl::StrCat(" ", kKeptBreak), ""}, {kKeptBreak, ""}});
}

}  // namespace ipstore::orders
