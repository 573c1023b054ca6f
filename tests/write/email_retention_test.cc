// What was sent to us and belongs to nobody is dropped when its time has come, batch by batch.
#include "server/write/email_retention.h"

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "server/storage/received_email.h"
#include "tests/write/write_path.h"

namespace ipstore::orders::test {
namespace {

class Retaining : public WritePathOn {
 protected:
  std::int64_t Add(std::uint8_t key, absl::Time received_at) {
    ReceivedEmail email;
    email.message_key.fill(key);
    email.received_at = received_at;
    email.outcome = EmailOutcome::kUnknownAddress;
    email.sender = "stranger@example.com";
    return store().OpenReceivedEmailSession().value()->Add(email).value().id;
  }
  bool IsThere(std::int64_t id) {
    return server().store().OpenReader().value()->GetReceivedEmail(id).value().has_value();
  }
};

INSTANTIATE_TEST_SUITE_P(All, Retaining, testing::ValuesIn(AllBackends()), BackendTitle);

TEST_P(Retaining, WhatIsOldIsDroppedInBatchesAndTheRestStays) {
  const absl::Time now = absl::Now();
  std::vector<std::int64_t> old;
  for (std::uint8_t i = 1; i <= 5; ++i) old.push_back(Add(i, now - absl::Hours(24 * 91)));
  const std::int64_t young = Add(6, now - absl::Hours(24 * 89));
  EmailRetention retention(store(), {.batch = 2, .clock = [now] { return now; }});
  for (std::int64_t id : old) EXPECT_TRUE(WaitUntil([&] { return !IsThere(id); })) << id;
  retention.Stop();
  EXPECT_TRUE(IsThere(young));
}

TEST_P(Retaining, WhatComesOfAgeLaterIsDroppedThen) {
  const absl::Time now = absl::Now();
  const std::int64_t young = Add(1, now - absl::Hours(24 * 89));
  std::atomic<bool> later = false;
  EmailRetention retention(store(), {.interval = absl::Milliseconds(1), .clock = [&, now] {
                                       return later ? now + absl::Hours(48) : now;
                                     }});
  EXPECT_TRUE(IsThere(young));
  later = true;
  EXPECT_TRUE(WaitUntil([&] { return !IsThere(young); }));
}

TEST_P(Retaining, WhatTheDatabaseRefusesIsToldAndTriedAgain) {
  const absl::Time now = absl::Now();
  const std::int64_t old = Add(1, now - absl::Hours(24 * 91));
  store().Fail(Method::kDropUnowned, Fault::kDeadlock);
  std::atomic<int> troubles = 0;
  EmailRetention retention(store(), {.interval = absl::Milliseconds(1),
                                     .clock = [now] { return now; },
                                     .on_trouble =
                                         [&](absl::string_view line) {
                                           if (absl::StrContains(line, "not dropped")) ++troubles;
                                         }});
  EXPECT_TRUE(WaitUntil([&] { return !IsThere(old); }));
  EXPECT_EQ(troubles, 1);
}

}  // namespace
}  // namespace ipstore::orders::test
