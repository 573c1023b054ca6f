// Addresses for replies: what is given out, what is taken back, and that nothing else is.
#include "server/mail/reply_address.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "domain/number.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ipstore::orders {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr char kBase[] = "orders@shop.example";
constexpr char kMaria[] = "maria@example.gr";
constexpr char kSecret[] = "0123456789abcdef";
constexpr char kOtherSecret[] = "fedcba9876543210";

Number OrderNumber() {
  return *Number::Parse("1000000018");
}

ReplyAddresses AddressesOf(const std::string& keys, absl::string_view base = kBase) {
  return ReplyAddresses::Make(base, ParseReplyKeys(keys).value()).value();
}

ReplyAddresses Addresses() {
  return AddressesOf(absl::StrCat("a:", kSecret));
}

// True when it comes back as an address that was given out to `recipient` for just that.
bool IsGood(const ReplyAddresses& addresses, absl::string_view address, ReplyPurpose purpose,
            absl::string_view recipient = kMaria) {
  const std::optional<ReplyAddress> parsed = addresses.Parse(address);
  return parsed.has_value() && parsed->purpose == purpose && parsed->subject == OrderNumber() &&
         addresses.Fits(*parsed, recipient);
}

TEST(ReplyAddress, ComesBackAsItWasGivenOut) {
  const ReplyAddresses addresses = Addresses();
  for (ReplyPurpose purpose : {ReplyPurpose::kReply, ReplyPurpose::kUnsubscribe}) {
    const std::string address = addresses.For(purpose, OrderNumber(), kMaria);
    EXPECT_THAT(address,
                MatchesRegex("orders\\+[ru]\\.a\\.1000000018\\.[a-z2-7]{20}@shop\\.example"));
    EXPECT_TRUE(IsGood(addresses, address, purpose));
    EXPECT_EQ(addresses.For(purpose, OrderNumber(), kMaria), address) << "the same every time";
  }
}

TEST(ReplyAddress, IsGoodForItsPurposeOnly) {
  const ReplyAddresses addresses = Addresses();
  std::string reply = addresses.For(ReplyPurpose::kReply, OrderNumber(), kMaria);
  std::string unsubscribe = addresses.For(ReplyPurpose::kUnsubscribe, OrderNumber(), kMaria);
  EXPECT_NE(reply.substr(reply.rfind('.', reply.find('@'))),
            unsubscribe.substr(unsubscribe.rfind('.', unsubscribe.find('@'))));
  reply.replace(reply.find("+r."), 3, "+u.");
  unsubscribe.replace(unsubscribe.find("+u."), 3, "+r.");
  EXPECT_FALSE(IsGood(addresses, reply, ReplyPurpose::kUnsubscribe));
  EXPECT_FALSE(IsGood(addresses, unsubscribe, ReplyPurpose::kReply));
}

TEST(ReplyAddress, IsGoodForItsRecipientAndItsOrderOnly) {
  const ReplyAddresses addresses = Addresses();
  const std::string address = addresses.For(ReplyPurpose::kReply, OrderNumber(), kMaria);
  EXPECT_FALSE(IsGood(addresses, address, ReplyPurpose::kReply, "nikos@example.gr"));
  EXPECT_FALSE(IsGood(addresses, address, ReplyPurpose::kReply, ""));
  std::string other = address;
  other.replace(other.find("1000000018"), 10,
                Number::FromSerial(Number::kFirstSerial + 1).ToString());
  const std::optional<ReplyAddress> parsed = addresses.Parse(other);
  EXPECT_FALSE(parsed.has_value() && addresses.Fits(*parsed, kMaria));
}

TEST(ReplyAddress, IsTheSameInWhateverCase) {
  const ReplyAddresses addresses = AddressesOf(absl::StrCat("a:", kSecret), "Orders@Shop.Example");
  const std::string address =
      addresses.For(ReplyPurpose::kReply, OrderNumber(), "Maria@Example.GR");
  EXPECT_EQ(address, Addresses().For(ReplyPurpose::kReply, OrderNumber(), kMaria));
  EXPECT_TRUE(
      IsGood(addresses, absl::AsciiStrToUpper(address), ReplyPurpose::kReply, "MARIA@example.gr"));
  EXPECT_TRUE(IsGood(addresses, absl::StrCat(" ", address, "\n"), ReplyPurpose::kReply));
}

// RFC 5321 allows no longer ones, and many servers take none.
TEST(ReplyAddress, HasAtMostSixtyFourCharactersBeforeTheAt) {
  const ReplyAddresses addresses = AddressesOf(absl::StrCat("abcd:", kSecret),
                                               absl::StrCat(std::string(20, 'o'), "@shop.example"));
  const std::string address = addresses.For(ReplyPurpose::kUnsubscribe, OrderNumber(),
                                            std::string(300, 'm') + "@example.gr");
  EXPECT_LE(address.find('@'), 64U);
}

TEST(ReplyAddress, IsRefusedWithAnyCharacterChangedAddedOrLeftOut) {
  const ReplyAddresses addresses = Addresses();
  const std::string address = addresses.For(ReplyPurpose::kReply, OrderNumber(), kMaria);
  const std::string characters = "abcdefghijklmnopqrstuvwxyz0123456789+.@-_ ";
  const auto expect_refused = [&](const std::string& changed) {
    EXPECT_FALSE(IsGood(addresses, changed, ReplyPurpose::kReply)) << changed;
    EXPECT_FALSE(IsGood(addresses, changed, ReplyPurpose::kUnsubscribe)) << changed;
  };
  for (std::size_t i = 0; i < address.size(); ++i) {
    expect_refused(address.substr(0, i) + address.substr(i + 1));
    for (char c : characters) {
      std::string changed = address;
      if (changed[i] != c) {
        changed[i] = c;
        expect_refused(changed);
      }
      // A blank at either end is not part of an address.
      if (c != ' ') expect_refused(address.substr(0, i) + c + address.substr(i));
    }
  }
}

TEST(ReplyAddress, IsNothingOfAnothersMailbox) {
  const ReplyAddresses addresses = Addresses();
  const std::string address = addresses.For(ReplyPurpose::kReply, OrderNumber(), kMaria);
  for (const std::string& other :
       {std::string(), std::string(kBase), std::string("orders+@shop.example"),
        std::string("orders+r.a.1000000018@shop.example"), absl::StrCat("x", address),
        absl::StrCat(address, ".evil.example"), address.substr(0, address.find('@')),
        std::string("orders+r.a.1000000019.aaaaaaaaaaaaaaaaaaaa@shop.example")}) {
    EXPECT_FALSE(addresses.Parse(other).has_value()) << other;
  }
}

TEST(ReplyAddress, OfAnOlderKeyStaysGoodUntilThatIsDropped) {
  const std::string old_key = absl::StrCat("a:", kSecret);
  const std::string new_key = absl::StrCat("b:", kOtherSecret);
  const std::string given_out =
      AddressesOf(old_key).For(ReplyPurpose::kReply, OrderNumber(), kMaria);
  const ReplyAddresses both = AddressesOf(absl::StrCat(new_key, ",", old_key));
  EXPECT_TRUE(IsGood(both, given_out, ReplyPurpose::kReply));
  EXPECT_THAT(both.For(ReplyPurpose::kReply, OrderNumber(), kMaria), HasSubstr("+r.b."))
      << "the first key signs";
  EXPECT_FALSE(IsGood(AddressesOf(new_key), given_out, ReplyPurpose::kReply));
  EXPECT_FALSE(
      IsGood(AddressesOf(absl::StrCat("a:", kOtherSecret)), given_out, ReplyPurpose::kReply))
      << "the same id, another secret";
}

TEST(ReplyAddress, NeedsABaseThatIsAShortPlainAddress) {
  const std::vector<ReplyKey> keys = ParseReplyKeys(absl::StrCat("a:", kSecret)).value();
  for (const std::string& good : {std::string("o@x"), std::string("orders@shop.example"),
                                  std::string("o.r-d_e.rs@shop.example"),
                                  absl::StrCat(std::string(20, 'o'), "@shop.example")}) {
    EXPECT_TRUE(ReplyAddresses::Make(good, keys).ok()) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("orders"), std::string("@shop.example"), std::string("orders@"),
        std::string("a@b@c"), std::string("or ders@shop.example"),
        std::string("orders+x@shop.example"), std::string("παραγγελίες@shop.example"),
        absl::StrCat(std::string(21, 'o'), "@shop.example"), std::string("orders@shop example"),
        std::string("orders@shop.example>"), std::string("orders@shop.example\r\nBcc: x")}) {
    const auto made = ReplyAddresses::Make(bad, keys);
    EXPECT_TRUE(absl::IsInvalidArgument(made.status())) << bad;
    EXPECT_THAT(std::string(made.status().message()), HasSubstr("is no address for replies"))
        << bad;
  }
}

TEST(ReplyAddresses, AnInternationalDomainIsTheSameInPunycode) {
  EXPECT_EQ(FoldedAddress(" Maria@BÜCHER.example"), "maria@xn--bcher-kva.example");
  EXPECT_EQ(FoldedAddress("maria@XN--bcher-kva.example"), "maria@xn--bcher-kva.example");
  EXPECT_EQ(FoldedAddress("μαρία@Example.gr"), "μαρία@example.gr") << "none that mail goes to";
}

TEST(ReplyKeys, AreReadInTheirOrder) {
  const std::vector<ReplyKey> keys =
      ParseReplyKeys(absl::StrCat(" b2:", kOtherSecret, " , a:", kSecret, ":more")).value();
  ASSERT_THAT(keys, SizeIs(2));
  EXPECT_EQ(keys[0].id, "b2");
  EXPECT_EQ(keys[0].secret, kOtherSecret);
  EXPECT_EQ(keys[1].id, "a");
  EXPECT_EQ(keys[1].secret, absl::StrCat(kSecret, ":more"));
}

TEST(ReplyKeys, AreRefusedWithoutTellingASecret) {
  const std::string good = absl::StrCat("a:", kSecret);
  struct Bad {
    std::string keys;
    std::string told;
  };
  for (const Bad& bad :
       {Bad{"", "ID:SECRET"}, Bad{kSecret, "ID:SECRET"},
        Bad{absl::StrCat(":", kSecret), "ID:SECRET"}, Bad{absl::StrCat("A:", kSecret), "ID:SECRET"},
        Bad{absl::StrCat("a.b:", kSecret), "ID:SECRET"},
        Bad{absl::StrCat("abcde:", kSecret), "ID:SECRET"},
        Bad{absl::StrCat(good, ","), "ID:SECRET"},
        Bad{absl::StrCat(good, ",,b:", kOtherSecret), "ID:SECRET"},
        Bad{"a:0123456789abcde", "fewer than 16"}, Bad{"a:", "fewer than 16"},
        Bad{absl::StrCat(good, ",a:", kOtherSecret), "two keys"}}) {
    const auto keys = ParseReplyKeys(bad.keys);
    ASSERT_TRUE(absl::IsInvalidArgument(keys.status())) << bad.keys;
    const std::string message(keys.status().message());
    EXPECT_THAT(message, HasSubstr(bad.told)) << bad.keys;
    EXPECT_THAT(message, Not(HasSubstr("0123456789abcde"))) << bad.keys;
    EXPECT_THAT(message, Not(HasSubstr(kOtherSecret))) << bad.keys;
  }
}

}  // namespace
}  // namespace ipstore::orders
