// What search takes for the same word.
#include "server/text/words.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FoldedWords, HaveNeitherCaseNorAccentsNorFinalSigma) {
  EXPECT_THAT(FoldedWords("ΠΑΠΑΔΌΠΟΥΛΟΣ"), ElementsAre("παπαδοπουλοσ"));
  EXPECT_THAT(FoldedWords("Παπαδόπουλος"), ElementsAre("παπαδοπουλοσ"));
  EXPECT_THAT(FoldedWords("προϊόν Μαΐου"), ElementsAre("προιον", "μαιου"));
  EXPECT_THAT(FoldedWords("Straße Café ÅNGSTRÖM"), ElementsAre("strasse", "cafe", "angstrom"));
}

TEST(FoldedWords, AreTheSameHoweverAnAccentIsWritten) {
  EXPECT_EQ(FoldedWords("\u03ac"), FoldedWords("\u03b1\u0301"));
}

TEST(FoldedWords, AreRunsOfLettersAndDigits) {
  EXPECT_THAT(FoldedWords("LOG-MXKEYS-GR, 5 L (νέο!)"),
              ElementsAre("log", "mxkeys", "gr", "5", "l", "νεο"));
  EXPECT_THAT(FoldedWords("５８２１３ ﬁne"), ElementsAre("58213", "fine"));
  EXPECT_THAT(FoldedWords(" -- 🎁 "), IsEmpty());
  EXPECT_THAT(FoldedWords(""), IsEmpty());
}

TEST(FoldedWords, AreCutOffAtTheirLimitInCharacters) {
  std::string word;
  for (int i = 0; i < 100; ++i) word += "ω";
  std::string cut;
  for (std::size_t i = 0; i < kMaxWord; ++i) cut += "ω";
  EXPECT_THAT(FoldedWords(word + " α"), ElementsAre(cut, "α"));
}

TEST(FoldedWords, TakeWhatIsNotUtf8WithoutHarm) {
  EXPECT_THAT(FoldedWords("a\xFF\xFE z"), ElementsAre("a", "z"));
}

}  // namespace
}  // namespace ipstore::orders
