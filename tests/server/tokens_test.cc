// What tokens are made of: services/tokens.h.
#include "server/services/tokens.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders::test {
namespace {

using testing::MatchesRegex;
using testing::Optional;

const Tokens& OfTheseServers() {
  static const auto* const kTokens = new Tokens("a secret that the servers share");
  return *kTokens;
}

TEST(Tokens, OpenForTheirOwnPurposeAndServersOnly) {
  const std::string token = OfTheseServers().Seal("ListOrders", "42");
  EXPECT_THAT(OfTheseServers().Open("ListOrders", token), Optional(std::string("42")));
  EXPECT_EQ(OfTheseServers().Open("ListComments", token), std::nullopt);
  EXPECT_EQ(Tokens("another secret").Open("ListOrders", token), std::nullopt);
}

TEST(Tokens, AnyChangedCharacterSpoilsOne) {
  const std::string token = OfTheseServers().Seal("ListOrders", "42");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(OfTheseServers().Open("ListOrders", changed), std::nullopt) << "at " << i;
  }
}

// A command line takes what begins with a dash for an option: one token in sixty-four would.
TEST(Tokens, CanStandOnACommandLine) {
  std::set<std::string> made;
  for (int i = 0; i < 2000; ++i) {
    const std::string token = OfTheseServers().Seal("ListOrders", "42");
    ASSERT_THAT(token, MatchesRegex("[A-Za-z0-9_][A-Za-z0-9_-]*"));
    EXPECT_TRUE(made.insert(token).second) << "the same twice would tell that it says the same";
  }
}

}  // namespace
}  // namespace ipstore::orders::test
