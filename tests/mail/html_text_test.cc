// What people see of HTML.
#include "server/mail/html_text.h"

#include <string>

#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

std::string Marked(const std::string& html) {
  return HtmlText(html, Originals::kMarked);
}

TEST(HtmlText, BreaksLinesWhereBrowsersDo) {
  EXPECT_EQ(Marked("a<br>b<div>c</div><div><br></div><div>d  e\n f</div>"), "a\nb\nc\n\nd e f\n");
  EXPECT_EQ(Marked("<p>a</p><p>b</p>"), "a\n\nb\n");
  EXPECT_EQ(Marked("<p class=MsoNormal>a</p><p class=MsoNormal>b</p>"), "a\nb\n");
  EXPECT_EQ(Marked("<pre>a\n  b</pre>c"), "a\n  b\nc\n");
  EXPECT_EQ(Marked("<ul><li>a</li><li>b</li></ul>"), "- a\n- b\n");
  EXPECT_EQ(Marked("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"), "a b\nc\n");
}

TEST(HtmlText, LeavesOutWhatIsNotShown) {
  EXPECT_EQ(Marked("<html><head><title>t</title><style>p{}</style></head><body>a<script>x</script>"
                   "<!-- c --><div style='DISPLAY: none'>d</div><p hidden>e</p></body></html>"),
            "a\n");
}

TEST(HtmlText, KeepsTheAddressOfALinkThatItsTextDoesNotName) {
  EXPECT_EQ(Marked("<a href='https://x.example/a'>here</a>"), "here <https://x.example/a>\n");
  EXPECT_EQ(Marked("<a href='https://www.x.example/'>x.example</a>"), "x.example\n");
  EXPECT_EQ(Marked("<a href='mailto:a@x.example'>a@x.example</a>"), "a@x.example\n");
  EXPECT_EQ(Marked("<a href='#top'>up</a><a href='javascript:x()'> b</a>"), "up b\n");
}

TEST(HtmlText, DecodesEntitiesAndIgnoresAnnouncedCharsets) {
  EXPECT_EQ(Marked("<meta charset=windows-1253><p>&lt;&Alpha;&#945;&#x1F381;&nbsp;Ω</p>"),
            "<Αα🎁\u00A0Ω\n");
}

TEST(HtmlText, KeepsSmileysAmongPictures) {
  EXPECT_EQ(Marked("ok <img alt='😀' src=x> <img alt='Our logo' src=y>"), "ok 😀\n");
}

TEST(HtmlText, MarksQuotedOriginals) {
  EXPECT_EQ(Marked("a<blockquote type=cite>b</blockquote>c"), "a\n\n> b\n\nc\n");
  EXPECT_EQ(Marked("a<div class='gmail_quote'>b</div>"), "a\n> b\n");
  EXPECT_EQ(Marked("a<div id=divRplyFwdMsg>b</div><div>c</div>"), "a\n> b\n> c\n");
  EXPECT_EQ(HtmlText("a<blockquote type=cite>b</blockquote>", Originals::kPlain), "a\n\nb\n");
}

TEST(HtmlText, DoesNotTakeIndentedTextForQuoted) {
  EXPECT_EQ(Marked("a<blockquote style='margin:0 0 0 40px;border:none'>b</blockquote>"), "a\nb\n");
}

TEST(HtmlText, KeepsWhatStandsBetweenTheQuotesOfGmail) {
  EXPECT_EQ(Marked("<div class=gmail_quote><blockquote class=gmail_quote>a</blockquote><div>mine"
                   "</div><blockquote class=gmail_quote>b</blockquote></div>"),
            "> a\n\nmine\n\n> b\n");
}

TEST(HtmlText, TakesWhatIsNoHtml) {
  EXPECT_EQ(Marked(""), "");
  EXPECT_EQ(Marked("just text"), "just text\n");
  EXPECT_EQ(Marked("a < b & c"), "a < b & c\n");
  EXPECT_EQ(Marked("a</div></b><>c"), "a<>c\n");
}

TEST(HtmlText, LeavesOutPicturesThatStandInTheText) {
  const std::string picture(100'000, 'A');
  EXPECT_EQ(Marked("a<img src=\"data:image/png;base64," + picture + "\">b"), "ab\n");
}

TEST(HtmlText, KeepsWhatStandsBeforeATagWithoutEnd) {
  std::string html = "a<p>b</p><p ";
  for (int i = 0; i < 100'000; ++i) html += "x" + std::to_string(i) + " ";
  EXPECT_EQ(Marked(html), "a\n\nb\n");
}

TEST(HtmlText, KeepsWhatStandsBeforeElementsWithoutEnd) {
  std::string html = "a";
  for (int i = 0; i < 100'000; ++i) html += "<div>";
  EXPECT_EQ(Marked(html + "b"), "a\n");
}

}  // namespace
}  // namespace ipstore::orders
