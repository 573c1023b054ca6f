// Charsets, and what becomes of characters that no comment may have.
#include "server/mail/mail_text.h"

#include <string>

#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

TEST(ToUtf8, KnowsTheGreekCharsets) {
  EXPECT_EQ(ToUtf8("\xCD\xE1\xDF", "iso-8859-7"), "Ναί");
  EXPECT_EQ(ToUtf8("\xA2\xF1\xE1 25 \x80", "windows-1253"), "Άρα 25 €");
  EXPECT_EQ(ToUtf8("Ναί", "UTF-8"), "Ναί");
}

TEST(ToUtf8, KnowsWindowsBehindTheNamesOfStandards) {
  EXPECT_EQ(ToUtf8("\xA2\xF1\xE1 25 \x80", "ISO-8859-7"), "Άρα 25 €");
  EXPECT_EQ(ToUtf8("25 \x80 caf\xE9", "iso-8859-1"), "25 € café");
}

TEST(ToUtf8, TakesUtf8ForThatWhateverItIsCalled) {
  for (const char* charset : {"iso-8859-7", "windows-1253", "us-ascii", "", "x-unknown"})
    EXPECT_EQ(ToUtf8("Ναί", charset), "Ναί") << charset;
}

TEST(ToUtf8, TakesWhatHasNoCharsetForGreek) {
  for (const char* charset : {"", "us-ascii", "utf-8", "x-unknown", "../../etc/passwd"})
    EXPECT_EQ(ToUtf8("\xCD\xE1\xDF", charset), "Ναί") << charset;
}

TEST(ToUtf8, LosesOnlyTheBytesThatAreDamaged) {
  EXPECT_EQ(ToUtf8("Καλησπέρα \xCE σας", "utf-8"), "Καλησπέρα \uFFFD σας");
}

TEST(ToUtf8, KnowsOtherCharsets) {
  EXPECT_EQ(ToUtf8(std::string("\x9D\x03", 2), "utf-16le"), "Ν");
  EXPECT_EQ(ToUtf8("\xD4\xC5\xD3\xD4", "koi8-r"), "тест");
}

TEST(CleanText, LeavesOutWhatNobodySees) {
  EXPECT_EQ(CleanText(std::string("a\0b\x07\x1B[0m\x7F\u0085", 11)), "ab[0m");
  EXPECT_EQ(CleanText("\uFEFFa\u200Bb\u202Ec\u2066d\u00ADe"), "abcde");
  EXPECT_EQ(CleanText("👨\u200D👩"), "👨\u200D👩");
}

TEST(CleanText, EndsLinesInOneWay) {
  EXPECT_EQ(CleanText("a\r\nb\rc\nd\u2028e\tf"), "a\nb\nc\nd\ne\tf");
}

TEST(CleanText, MakesBlanksOrdinaryAndAccentsOne) {
  EXPECT_EQ(CleanText("25\u00A0€\u202F!"), "25 € !");
  EXPECT_EQ(CleanText("α\u0301"), "ά");
}

TEST(CleanText, LimitsTheAccentsOfALetter) {
  std::string text = "x";
  for (int i = 0; i < 1000; ++i) text += "\u0336";
  EXPECT_EQ(CleanText(text + "y").size(), 1U + 2 * 30 + 1);
}

TEST(CleanLine, IsOneLineOfLimitedLength) {
  EXPECT_EQ(CleanLine(" a\r\n\tb ", 100), "a  b");
  EXPECT_EQ(CleanLine("αβγ", 5), "αβ");
}

TEST(Unflowed, JoinsLinesThatEndInABlank) {
  EXPECT_EQ(Unflowed("a \nb\nc \n\nd", false), "a b\nc \n\nd");
}

TEST(Unflowed, JoinsWithoutTheBlankWhereItIsNotTheTexts) {
  EXPECT_EQ(Unflowed("http://x.example/ \nabc", true), "http://x.example/abc");
}

TEST(Unflowed, JoinsOnlyLinesThatAreQuotedAlike) {
  EXPECT_EQ(Unflowed("> a \n> b\n>> c \n> d \ne", false), "> a b\n>> c \n> d \ne");
}

TEST(Unflowed, KeepsSignaturesAndStuffedBlanks) {
  EXPECT_EQ(Unflowed("a \n-- \nb\n  c\n >d", false), "a \n-- \nb\n c\n>d");
}

}  // namespace
}  // namespace ipstore::orders
