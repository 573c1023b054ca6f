#include "server/mail/html_text.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace ipstore::orders {
namespace {

// The parser compares each attribute of a tag with all before it, so that the time for a tag grows
// with its square. No mail program writes one that is so long, but for pictures in the address of
// one, which Simplified takes out.
constexpr std::ptrdiff_t kMaxTag = 16'384;
constexpr std::size_t kMaxWord = 4096;
constexpr std::size_t kChunk = 4096;
// Said before anything else, so that the parser makes no paragraphs of its own for bare text, and
// takes what comes after the end of the document.
constexpr char kBeginning[] = "<html><body>";
constexpr std::size_t kMaxLink = 1000;
constexpr int kMaxDepth = 300;  // the parser itself stops at 256

// --- The tree ------------------------------------------------------------------------------------

struct ContextFree {
  void operator()(htmlParserCtxtPtr context) const {
    if (context->myDoc != nullptr) xmlFreeDoc(context->myDoc);
    htmlFreeParserCtxt(context);
  }
};
using Context = std::unique_ptr<htmlParserCtxt, ContextFree>;

struct XmlFree {
  void operator()(xmlChar* text) const { xmlFree(text); }
};
using XmlText = std::unique_ptr<xmlChar, XmlFree>;

absl::string_view View(const xmlChar* text) {
  return text == nullptr ? absl::string_view() : reinterpret_cast<const char*>(text);
}

std::string Attribute(const xmlNode& node, const char* name) {
  const XmlText value(xmlGetNoNsProp(&node, reinterpret_cast<const xmlChar*>(name)));
  return std::string(View(value.get()));
}

bool Is(const xmlNode& node, absl::string_view name) {
  return node.type == XML_ELEMENT_NODE && View(node.name) == name;
}

// Pictures may stand in the text of HTML itself, as words of any length. Word's own paragraphs
// within paragraphs would lose their prefix in the parser and be like any other.
std::string Simplified(absl::string_view html) {
  std::string shorter;
  std::size_t length = 0;
  for (const char byte : absl::StrReplaceAll(html, {{"<o:p>", ""}, {"</o:p>", ""}})) {
    const bool ends = absl::ascii_isspace(static_cast<unsigned char>(byte)) || byte == '"' ||
                      byte == '\'' || byte == '<' || byte == '>';
    length = ends ? 0 : length + 1;
    if (length <= kMaxWord) shorter += byte;
  }
  return shorter;
}

// Whether what the parser waits for the end of is such a tag as kMaxTag says.
bool IsInEndlessTag(const htmlParserCtxt& context) {
  const xmlParserInput* const input = context.input;
  return input != nullptr && input->end - input->cur > kMaxTag && input->cur[0] == '<' &&
         absl::ascii_isalpha(input->cur[1]);
}

// Holds the document, as far as it could be read; null without memory.
Context Parse(absl::string_view raw) {
  static const bool kStarted = [] {
    xmlInitParser();  // is not to be called by two threads at once
    return true;
  }();
  static_cast<void>(kStarted);
  Context context(
      htmlCreatePushParserCtxt(nullptr, nullptr, nullptr, 0, nullptr, XML_CHAR_ENCODING_UTF8));
  if (context == nullptr) return nullptr;
  htmlCtxtUseOptions(context.get(), HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                        HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
  const std::string html = absl::StrCat(kBeginning, Simplified(raw));
  for (std::size_t i = 0; i < html.size() && !IsInEndlessTag(*context); i += kChunk) {
    const auto size = static_cast<int>(std::min(kChunk, html.size() - i));
    htmlParseChunk(context.get(), html.data() + i, size, /*terminate=*/0);
  }
  if (!IsInEndlessTag(*context)) htmlParseChunk(context.get(), nullptr, 0, /*terminate=*/1);
  return context;
}

// --- What the elements mean ----------------------------------------------------------------------

enum class Meaning : std::uint8_t {
  kInline,
  kHidden,
  kLineBreak,
  kBlock,
  kParagraph,  // with a blank line before and after
  kItem,
  kCell,
  kLink,
  kImage,
  kPreformatted,
};

Meaning MeaningOf(absl::string_view name) {
  static const auto* const kMeanings = new absl::flat_hash_map<absl::string_view, Meaning>{
      {"head", Meaning::kHidden},     {"style", Meaning::kHidden},
      {"script", Meaning::kHidden},   {"title", Meaning::kHidden},
      {"template", Meaning::kHidden}, {"object", Meaning::kHidden},
      {"iframe", Meaning::kHidden},   {"select", Meaning::kHidden},
      {"br", Meaning::kLineBreak},    {"hr", Meaning::kParagraph},
      {"div", Meaning::kBlock},       {"tr", Meaning::kBlock},
      {"table", Meaning::kBlock},     {"dt", Meaning::kBlock},
      {"dd", Meaning::kBlock},        {"section", Meaning::kBlock},
      {"article", Meaning::kBlock},   {"header", Meaning::kBlock},
      {"footer", Meaning::kBlock},    {"address", Meaning::kBlock},
      {"center", Meaning::kBlock},    {"form", Meaning::kBlock},
      {"p", Meaning::kParagraph},     {"ul", Meaning::kBlock},
      {"ol", Meaning::kBlock},        {"blockquote", Meaning::kParagraph},
      {"h1", Meaning::kParagraph},    {"h2", Meaning::kParagraph},
      {"h3", Meaning::kParagraph},    {"h4", Meaning::kParagraph},
      {"h5", Meaning::kParagraph},    {"h6", Meaning::kParagraph},
      {"li", Meaning::kItem},         {"td", Meaning::kCell},
      {"th", Meaning::kCell},         {"a", Meaning::kLink},
      {"img", Meaning::kImage},       {"pre", Meaning::kPreformatted},
  };
  const auto found = kMeanings->find(name);
  return found == kMeanings->end() ? Meaning::kInline : found->second;
}

// An element with what is asked of it more than once.
struct Element {
  explicit Element(const xmlNode& element)
      : node(element),
        meaning(MeaningOf(View(element.name))),
        id(Attribute(element, "id")),
        classes(absl::StrCat(" ", Attribute(element, "class"), " ")),
        style(
            absl::StrReplaceAll(absl::AsciiStrToLower(Attribute(element, "style")), {{" ", ""}})) {}

  bool HasClass(absl::string_view name) const {
    return absl::StrContains(classes, absl::StrCat(" ", name, " "));
  }

  const xmlNode& node;
  Meaning meaning;
  std::string id;
  std::string classes;
  std::string style;  // lower case, without blanks
};

bool IsHidden(const Element& element) {
  return element.meaning == Meaning::kHidden || absl::StrContains(element.style, "display:none") ||
         absl::StrContains(element.style, "mso-hide:all") ||
         xmlHasProp(&element.node, reinterpret_cast<const xmlChar*>("hidden")) != nullptr;
}

bool IsSignature(const Element& element) {
  return element.HasClass("gmail_signature") || element.HasClass("gmail_signature_prefix") ||
         element.HasClass("moz-signature") || element.HasClass("protonmail_signature_block") ||
         element.id == "Signature" || element.id == "ms-outlook-mobile-signature" ||
         element.id == "AppleMailSignature";
}

// Outlook puts the original below these, not into them.
bool BeginsOriginal(const Element& element) {
  return element.id == "appendonsend" || element.id == "divRplyFwdMsg";
}

// A text that somebody has only indented is a blockquote too, without a line at its side.
bool IsQuotingBlockquote(const Element& element) {
  return Is(element.node, "blockquote") &&
         (absl::EqualsIgnoreCase(Attribute(element.node, "type"), "cite") ||
          element.HasClass("gmail_quote") || element.HasClass("protonmail_quote") ||
          (absl::StrContains(element.style, "border-left") &&
           !absl::StrContains(element.style, "border-left:none")));
}

bool HoldsBlockquote(const xmlNode& node, int depth) {
  for (const xmlNode* child = node.children; child != nullptr; child = child->next) {
    if (Is(*child, "blockquote")) return true;
    if (depth < kMaxDepth && HoldsBlockquote(*child, depth + 1)) return true;
  }
  return false;
}

bool IsOriginal(const Element& element) {
  if (IsQuotingBlockquote(element)) return true;
  if (element.HasClass("gmail_attr") || element.HasClass("moz-cite-prefix") ||
      element.HasClass("yahoo_quoted") || element.HasClass("moz-forward-container") ||
      element.id == "mail-editor-reference-message-container") {
    return true;
  }
  // Gmail's holds the blockquotes, and between them what the author has answered to each.
  const bool container = element.HasClass("gmail_quote") || element.HasClass("protonmail_quote");
  return container && !HoldsBlockquote(element.node, 0);
}

// A link's address as people write it.
absl::string_view Bare(absl::string_view link) {
  for (absl::string_view scheme : {"https://", "http://", "mailto:", "tel:", "www."}) {
    absl::ConsumePrefix(&link, scheme);
  }
  return absl::StripSuffix(link, "/");
}

// --- The text ------------------------------------------------------------------------------------

// Takes words and breaks, gives lines.
class LineWriter {
 public:
  // Blanks and line breaks of HTML are all one blank.
  void Write(absl::string_view text, bool preformatted) {
    for (const char byte : text) {
      if (preformatted && byte == '\n') {
        BreakLine();
      } else if (preformatted || !absl::ascii_isspace(static_cast<unsigned char>(byte))) {
        if (blank_ && !line_.empty()) line_ += ' ';
        blank_ = false;
        line_ += byte;
      } else {
        blank_ = true;
      }
    }
  }

  void WriteBlank() { blank_ = true; }

  // Ends the line, which may be empty.
  void BreakLine() {
    if (gap_ && !text_.empty()) text_ += '\n';
    gap_ = false;
    absl::StrAppend(&text_, quoted_ ? "> " : "", line_, "\n");
    line_.clear();
    blank_ = false;
  }

  // A new line begins, if none has just begun; after a blank one with `gap`.
  void BeginBlock(bool gap) {
    if (!line_.empty()) BreakLine();
    blank_ = false;
    gap_ = gap_ || gap;
  }

  void SetQuoted(bool quoted) {
    if (quoted == quoted_) return;
    BeginBlock(/*gap=*/false);
    quoted_ = quoted;
  }

  std::string Take() {
    BeginBlock(/*gap=*/false);
    return std::move(text_);
  }

 private:
  std::string text_;
  std::string line_;
  bool quoted_ = false;
  bool blank_ = false;  // before the next word
  bool gap_ = false;    // before the next line
};

class HtmlWalk {
 public:
  explicit HtmlWalk(Originals originals) : marks_(originals == Originals::kMarked) {}

  std::string Text(const xmlDoc& document) {
    for (const xmlNode* node = document.children; node != nullptr; node = node->next)
      Visit(*node, {});
    return lines_.Take();
  }

 private:
  // What an element passes on to those in it.
  struct Place {
    bool quoted = false;
    bool preformatted = false;
    int depth = 0;
  };

  void Visit(const xmlNode& node, Place place) {
    if (node.type == XML_TEXT_NODE || node.type == XML_CDATA_SECTION_NODE) {
      lines_.SetQuoted(place.quoted || rest_quoted_);
      lines_.Write(View(node.content), place.preformatted);
    } else if (node.type == XML_ELEMENT_NODE && place.depth < kMaxDepth) {
      VisitElement(Element(node), place);
    }
  }

  void VisitElement(const Element& element, Place place) {
    if (IsHidden(element) || (marks_ && IsSignature(element))) return;
    if (marks_ && !place.quoted) {
      rest_quoted_ = rest_quoted_ || BeginsOriginal(element);
      place.quoted = rest_quoted_ || IsOriginal(element);
    }
    place.preformatted = place.preformatted || element.meaning == Meaning::kPreformatted ||
                         absl::StrContains(element.style, "white-space:pre");
    ++place.depth;
    lines_.SetQuoted(place.quoted);
    Begin(element);
    for (const xmlNode* child = element.node.children; child != nullptr; child = child->next)
      Visit(*child, place);
    End(element);
  }

  void Begin(const Element& element) {
    switch (element.meaning) {
      case Meaning::kBlock:
      case Meaning::kPreformatted:
        return lines_.BeginBlock(/*gap=*/false);
      case Meaning::kParagraph:
        return lines_.BeginBlock(HasMargin(element));
      case Meaning::kItem:
        lines_.BeginBlock(/*gap=*/false);
        return lines_.Write("- ", /*preformatted=*/true);
      case Meaning::kCell:
        return lines_.WriteBlank();
      case Meaning::kLineBreak:
        return lines_.BreakLine();
      case Meaning::kImage:
        return WriteImage(element);
      case Meaning::kInline:
      case Meaning::kHidden:
      case Meaning::kLink:
        return;
    }
  }

  void End(const Element& element) {
    switch (element.meaning) {
      case Meaning::kBlock:
      case Meaning::kItem:
      case Meaning::kPreformatted:
        return lines_.BeginBlock(/*gap=*/false);
      case Meaning::kParagraph:
        return lines_.BeginBlock(HasMargin(element));
      case Meaning::kLink:
        return WriteLink(element);
      case Meaning::kCell:
      case Meaning::kLineBreak:
      case Meaning::kImage:
      case Meaning::kInline:
      case Meaning::kHidden:
        return;
    }
  }

  // Outlook's paragraphs are lines: it writes an empty one where people see a blank line.
  static bool HasMargin(const Element& element) {
    return !absl::StrContains(element.classes, "Mso") &&
           !absl::StrContains(element.style, "margin:0") &&
           !absl::StrContains(element.style, "margin-top:0");
  }

  // Smileys are pictures in some programs. The description of any other picture is not the
  // author's.
  void WriteImage(const Element& element) {
    const std::string alt = Attribute(element.node, "alt");
    const bool smiley = alt.size() <= 32 && std::ranges::none_of(alt, [](char byte) {
                          return static_cast<unsigned char>(byte) < 0x80;
                        });
    if (smiley) lines_.Write(alt, /*preformatted=*/false);
  }

  void WriteLink(const Element& element) {
    const std::string link = Attribute(element.node, "href");
    const absl::string_view bare = Bare(link);
    if (bare.size() == link.size() || link.size() > kMaxLink) return;  // no address to show
    const XmlText content(xmlNodeGetContent(&element.node));
    const absl::string_view text = absl::StripAsciiWhitespace(View(content.get()));
    if (text.empty() || Bare(text) == bare) return;
    lines_.Write(absl::StrCat(" <", absl::StartsWith(link, "http") ? link : bare, ">"),
                 /*preformatted=*/false);
  }

  const bool marks_;
  bool rest_quoted_ = false;
  LineWriter lines_;
};

}  // namespace

std::string HtmlText(absl::string_view html, Originals originals) {
  const Context context = Parse(html);
  if (context == nullptr || context->myDoc == nullptr) return "";
  return HtmlWalk(originals).Text(*context->myDoc);
}

}  // namespace ipstore::orders
