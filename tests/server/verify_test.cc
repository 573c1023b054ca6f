// orderd verify finds what is not the fold of its log, and nothing else.

#include "server/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class VerifyStore : public testing::TestWithParam<sql::Backend> {
 protected:
  void SetUp() override {
    database_ = TestDatabase::Make(GetParam());
    if (database_ == nullptr) GTEST_SKIP() << WhyMissing(GetParam());
    server_ = std::make_unique<ServerInTest>(*database_);
  }

  // Ends the server.
  VerifyReport Verify() {
    differences_.clear();
    server_.reset();  // SQLite's file serves one at a time
    // As the command does: a store that remembers has its own word for what is there.
    const auto store = database_->OpenStore({.as_it_is = true, .cache_bytes = 0});
    const auto reader = store->OpenReader().value();
    return orders::Verify(*reader,
                          [this](absl::string_view line) { differences_.emplace_back(line); })
        .value();
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<ServerInTest> server_;
  std::vector<std::string> differences_;
};

INSTANTIATE_TEST_SUITE_P(On, VerifyStore, testing::ValuesIn(AllBackends()),
                         [](const auto& backend) { return std::string(sql::Name(backend.param)); });

TEST_P(VerifyStore, FindsNothingWhereEverythingIsTheFoldOfItsLog) {
  EXPECT_EQ(Verify().subjects, 0);
  server_ = std::make_unique<ServerInTest>(*database_);
  const v1::Order order = Place(server_->Staff(), CourierOrder("WEB-1"));
  WalkTo(server_->Staff(), order, v1::ORDER_STATUS_RECEIVED);
  server_->Staff().Must(Commenting(order, "μόνο για μας", v1::VISIBILITY_INTERNAL));
  v1::ImportOrdersRequest import;
  *import.add_orders() = ImportedOrder("OLD-1");
  server_->Staff().Must(import);
  const std::int64_t position = server_->Position();
  const VerifyReport report = Verify();
  EXPECT_EQ(report.subjects, 2);
  EXPECT_EQ(report.activities, position);
  EXPECT_EQ(report.differing, 0);
  EXPECT_THAT(differences_, IsEmpty());
}

TEST_P(VerifyStore, NamesWhatDiffersWithoutAWordOfTheContent) {
  const v1::Order order = Place(server_->Staff(), CourierOrder("WEB-1"));
  Place(server_->Staff(), CourierOrder("WEB-2"));
  database_->Execute(
      absl::StrCat("UPDATE subjects SET version = 7 WHERE number = ", order.number()));
  database_->Execute(
      absl::StrCat("UPDATE orders SET customer_name = 'Nobody' WHERE number = ", order.number()));
  EXPECT_EQ(Verify().differing, 1);
  EXPECT_THAT(differences_,
              ElementsAre(absl::StrCat(
                  order.number(), ": what is stored is not what its log says: version, content")));
}

TEST_P(VerifyStore, ALogThatCannotBeReadOrReplayedIsADifference) {
  const v1::Order unreadable = Place(server_->Staff(), CourierOrder("WEB-1"));
  const v1::Order gap = Place(server_->Staff(), CourierOrder("WEB-2"));
  server_->Staff().Must(Commenting(gap, "ένα"));
  database_->Execute(
      absl::StrCat("UPDATE activities SET payload = '{}' WHERE subject = ", unreadable.number()));
  database_->Execute(
      absl::StrCat("UPDATE activities SET seq = 9 WHERE seq = 2 AND subject = ", gap.number()));
  EXPECT_EQ(Verify().differing, 2);
  ASSERT_EQ(differences_.size(), 2U);
  EXPECT_THAT(differences_[0], testing::HasSubstr("its log cannot be read"));
  EXPECT_THAT(differences_[1], testing::HasSubstr("last_seq"));
}

}  // namespace
}  // namespace ipstore::orders::test
