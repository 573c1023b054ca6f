// What every test of the conformance suite needs: a database of its own on each backend, and short
// ways to write to it.
//
// The suite holds for every implementation of Store, and knows nothing of it but what store.h says;
// only tests of what lies beneath (schema, statements, broken rows) look there.
#ifndef IPSTORE_ORDERS_TESTS_STORAGE_CONFORMANCE_H_
#define IPSTORE_ORDERS_TESTS_STORAGE_CONFORMANCE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "domain/activity.h"
#include "domain/order.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/storage/open.h"
#include "server/storage/store.h"
#include "tests/support/databases.h"
#include "tests/support/orders.h"

namespace ipstore::orders::test {

// What one unit of work writes.
struct Change {
  std::optional<Order> before;  // nothing: created
  Order after;
  std::vector<Activity> activities;
  RequestKey request_key{};
  ContentHash content_hash{};
};

// A request key that no other call in this process gave.
RequestKey NewRequestKey();

// Each activity of a log as a unit of its own.
std::vector<Change> StepsOf(absl::Span<const Activity> log);
// The whole log as one unit.
Change CreationOf(const OrderInTest& order);
// One more activity on `before`: the first step of its life, which leaves everything but its
// subject row as it is.
Change StartProcessing(const Order& before);
// A comment on `before`, a minute after its last activity.
Change Comment(const Order& before, std::string text, Visibility visibility = Visibility::kPublic);

// An order with that serial, just placed, with a reference of its own.
OrderInTest PlacedOrder(std::int64_t serial, OrderContent content = CourierContent());

// What a unit of work has to load before those changes.
LoadRequest RequestFor(absl::Span<const Change> changes);
// The writes of a batch. Positions are set in `changes`.
absl::Status WriteRows(WriteSession& session, absl::Span<const Change> changes);
absl::Status Append(WriteSession& session, std::vector<Change>& changes);
// One whole transaction; rolled back when something fails.
absl::Status Write(WriteSession& session, std::vector<Change>& changes);
absl::Status Write(WriteSession& session, Change change);

absl::StatusOr<Order> ReadOrder(Reader& reader, Number number);
absl::StatusOr<std::vector<Activity>> ReadLog(Reader& reader, Number number);

class StoreConformance : public testing::TestWithParam<sql::Backend> {
 protected:
  void SetUp() override;

  bool OnSqlite() const { return GetParam() == sql::Backend::kSqlite; }
  TestDatabase& database() { return *database_; }
  // Opened when it is first asked for.
  Store& store();
  // Closes the store, so that SQLite's file can be opened again.
  void CloseStore() { store_.reset(); }
  std::unique_ptr<WriteSession> OpenWriter();
  std::unique_ptr<Reader> OpenReader();
  // Writes in a session of its own and expects it to succeed.
  void MustWrite(Change change);

 private:
  // What the store may remember: nothing, so that what is written must be read from the database.
  virtual std::size_t cache_bytes() const { return 0; }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<Store> store_;
};

// With a store that remembers, as servers have it.
class CachedStore : public StoreConformance {
  std::size_t cache_bytes() const override { return OpenOptions().cache_bytes; }
};

// What only servers can show: connections that are lost, locks on single rows.
class ServerConformance : public CachedStore {};

std::string BackendName(const testing::TestParamInfo<sql::Backend>& info);

MATCHER_P(HasCode, code, "") {
  const absl::Status status = arg;
  *result_listener << status.ToString();
  return status.code() == code;
}
MATCHER(IsOk, "") {
  const absl::Status status = arg;
  *result_listener << status.ToString();
  return status.ok();
}

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_STORAGE_CONFORMANCE_H_
