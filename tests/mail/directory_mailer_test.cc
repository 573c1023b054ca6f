// Messages as files: what is in them, how they are called, and what becomes of those that cannot be
// written.
#include "server/mail/directory_mailer.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/certificates.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class ADirectoryMailer : public testing::Test {
 protected:
  Delivery Deliver(absl::string_view id, absl::string_view bytes,
                   std::function<bool()> may_complete = nullptr) {
    DirectoryMailer mailer(folder.path(), [this] { return now; });
    return mailer.Deliver(
        {.sender = "a@b.example", .recipient = "c@d.example", .message_id = id, .bytes = bytes},
        {.timeout = timeout, .may_complete = std::move(may_complete)});
  }

  // Every file there is, sorted.
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }
  std::string TextOf(const std::string& name) const {
    std::ifstream file(absl::StrCat(folder.path(), "/", name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryFolder folder;
  absl::Time now = absl::FromUnixMicros(1'795'464'900'123'456);
  absl::Duration timeout = absl::Seconds(10);
};

TEST_F(ADirectoryMailer, WritesTheBytesAndNothingElse) {
  const Delivery delivery = Deliver("order-1.2@shop.example", "From: x\r\n\r\n.\r\nΓεια\0σας");
  EXPECT_EQ(delivery.outcome, DeliveryOutcome::kAccepted);
  const std::string name = "20261123T201500.123456Z_order-1.2@shop.example.eml";
  EXPECT_EQ(delivery.answer, "written to " + name);
  ASSERT_THAT(Names(), ElementsAre(name));
  EXPECT_EQ(TextOf(name), "From: x\r\n\r\n.\r\nΓεια\0σας");
  struct stat status {};
  ASSERT_EQ(stat(absl::StrCat(folder.path(), "/", name).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U) << "it tells of a customer";
}

TEST_F(ADirectoryMailer, ARetryReplacesItsFileAndKeepsItsPlace) {
  Deliver("a@x", "first");
  now += absl::Minutes(1);
  Deliver("b@x", "other");
  now += absl::Minutes(1);
  EXPECT_EQ(Deliver("a@x", "second").answer, "written to 20261123T201500.123456Z_a@x.eml");
  ASSERT_THAT(Names(),
              ElementsAre("20261123T201500.123456Z_a@x.eml", "20261123T201600.123456Z_b@x.eml"));
  EXPECT_EQ(TextOf(Names().front()), "second");
}

TEST_F(ADirectoryMailer, AnIdThatEndsLikeAnotherHasAFileOfItsOwn) {
  Deliver("x_a@x", "first");
  Deliver("a@x", "second");
  EXPECT_EQ(Names().size(), 2U);
}

TEST_F(ADirectoryMailer, AnIdCannotLeaveTheDirectory) {
  EXPECT_EQ(Deliver("../../a/b c%@x", "x").answer,
            "written to 20261123T201500.123456Z_..%2f..%2fa%2fb%20c%25@x.eml");
  EXPECT_EQ(Names().size(), 1U);
}

TEST_F(ADirectoryMailer, BrokenOffItLeavesNothing) {
  std::vector<std::string> names;
  const Delivery delivery = Deliver("a@x", "x", [&] {
    names = Names();
    return false;
  });
  EXPECT_EQ(delivery.outcome, DeliveryOutcome::kDeferred);
  EXPECT_THAT(names, ElementsAre(StartsWith(".delivery-")))
      << "asked when only the name is missing";
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(ADirectoryMailer, OutOfTimeItLeavesNothing) {
  timeout = absl::ZeroDuration();
  EXPECT_EQ(Deliver("a@x", "x").outcome, DeliveryOutcome::kDeferred);
  EXPECT_THAT(Names(), IsEmpty());
}

TEST_F(ADirectoryMailer, ADirectoryThatIsGoneDefers) {
  std::filesystem::remove_all(folder.path());
  const Delivery delivery = Deliver("a@x", "x");
  EXPECT_EQ(delivery.outcome, DeliveryOutcome::kDeferred);
  EXPECT_EQ(delivery.answer, "the directory cannot be read: No such file or directory");
}

TEST_F(ADirectoryMailer, AFileThatCannotBeNamedDefersAndLeavesNothing) {
  const Delivery delivery = Deliver(std::string(300, 'a'), "x");
  EXPECT_EQ(delivery.outcome, DeliveryOutcome::kDeferred);
  EXPECT_EQ(delivery.answer, "the file cannot be named: File name too long");
  EXPECT_THAT(Names(), IsEmpty());
}

}  // namespace
}  // namespace ipstore::orders::test
