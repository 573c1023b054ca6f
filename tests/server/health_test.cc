// The health service tells whether the database answers, and reflection shows all services.

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/requests.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {
namespace {

constexpr char kCheck[] = "/grpc.health.v1.Health/Check";

// HealthCheckRequest{service}: field 1, a text.
std::string AskFor(const std::string& service) {
  if (service.empty()) return "";
  return std::string("\x0a") + static_cast<char>(service.size()) + service;
}

// HealthCheckResponse{status}: field 1, a number.
const std::string kServing("\x08\x01", 2);
const std::string kNotServing("\x08\x02", 2);

// Those of the contract, and `others`.
std::set<std::string> NamesOfServices(std::set<std::string> others) {
  for (const auto* method : Client::AllMethods()) others.insert(method->service()->full_name());
  return others;
}

TEST(Health, TheServerAndEachOfItsServicesAreServing) {
  ServerInTest server;
  // Nobody has to say who they are.
  const Client prober = server.Staff().WithHeaders({}).In("");
  for (const std::string& service : NamesOfServices({""})) {
    EXPECT_EQ(prober.CallBytes(kCheck, AskFor(service)).value, kServing) << service;
    EXPECT_EQ(HealthWatch(server.address(), service).Next(), "SERVING") << service;
  }
  EXPECT_EQ(HealthWatch(server.address(), "no.such.Service").Next(), "SERVICE_UNKNOWN");
}

TEST(Health, ADatabaseThatGoesAwayAndComesBackIsToldToThoseWhoWatch) {
  ServerInTest server;
  const Client prober = server.Staff();
  HealthWatch watch(server.address(), "ipstore.orders.v1.OrderService");
  EXPECT_EQ(watch.Next(), "SERVING");
  server.faults().Fail(Method::kPing, Fault::kLoseBeforeExecute, {.call = 1, .times = 1000});
  server.faults().Fail(Method::kOpenReader, Fault::kLoseBeforeExecute, {.call = 1, .times = 1000});
  EXPECT_EQ(watch.Next(), "NOT_SERVING");
  EXPECT_EQ(prober.CallBytes(kCheck, "").value, kNotServing);
  server.faults().Heal();
  EXPECT_EQ(watch.Next(), "SERVING");
  EXPECT_EQ(prober.CallBytes(kCheck, "").value, kServing);
}

TEST(Health, ASchemaThatNoLongerFitsIsNotServed) {
  const auto database = TestDatabase::Make(sql::Backend::kSqlite);
  ServerInTest server(*database);
  HealthWatch watch(server.address(), "");
  EXPECT_EQ(watch.Next(), "SERVING");
  // A newer orderd has migrated meanwhile, to a schema on which this one cannot run.
  database->Execute(
      "INSERT INTO schema_versions VALUES (999, 999, 'a newer one', CURRENT_TIMESTAMP)");
  EXPECT_EQ(watch.Next(), "NOT_SERVING");
}

TEST(Health, WatchersAreToldThatTheServerEnds) {
  auto server = std::make_unique<ServerInTest>();
  HealthWatch watch(server->address(), "");
  EXPECT_EQ(watch.Next(), "SERVING");
  server.reset();
  EXPECT_EQ(watch.Next(), "NOT_SERVING");
  EXPECT_EQ(watch.Next(), "UNAVAILABLE");
}

TEST(Reflection, ListsAllServicesAndHealthAmongThem) {
  ServerInTest server;
  // ServerReflectionRequest{list_services: "*"}; the stream is answered message by message.
  const Reply<std::string> reply = server.Staff().CallBytes(
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", "\x3a\x01*");
  ASSERT_TRUE(reply.ok());
  for (const std::string& service : NamesOfServices({"grpc.health.v1.Health"})) {
    EXPECT_THAT(reply.value, testing::HasSubstr(service));
  }
}

}  // namespace
}  // namespace ipstore::orders::test
