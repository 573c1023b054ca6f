// A stream of a server, as a test reads it.
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_STREAM_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "tests/support/server_fixture.h"

namespace ipstore::orders::test {

// One stream of responses. Its calls block, for 20 s at most.
template <typename Response>
class Stream {
 public:
  explicit Stream(const Caller& caller) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    for (const auto& [name, value] : HeadersOf(caller)) context_.AddMetadata(name, value);
    context_.AddMetadata("accept-language", "en");
  }
  ~Stream() { context_.TryCancel(); }

  grpc::ClientContext& context() { return context_; }
  void Read(std::unique_ptr<grpc::ClientReader<Response>> reader) { reader_ = std::move(reader); }

  // The next message; the test fails when the stream has ended.
  Response Next() {
    Response response;
    if (!reader_->Read(&response)) {
      ADD_FAILURE() << "the stream has ended: " << testing::PrintToString(End());
    }
    return response;
  }

  // The next one that tells of something.
  Response NextActivities() {
    while (true) {
      Response response = Next();
      if (!response.activities().empty() || HasFailure()) return response;
    }
  }

  // How it ended; reads on until then.
  CallStatus End() {
    Response response;
    while (reader_->Read(&response)) {
    }
    return CallStatus::From(reader_->Finish());
  }

 private:
  static bool HasFailure() { return testing::Test::HasFailure(); }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_STREAM_H_
