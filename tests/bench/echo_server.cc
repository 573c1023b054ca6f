#include "tests/bench/echo_server.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"

namespace ipstore::orders::bench {
namespace {

// One call. Deletes itself when it is done.
class EchoCall final : public grpc::ServerGenericBidiReactor {
 public:
  explicit EchoCall(const grpc::ByteBuffer& answer) : answer_(answer) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (ok) {
      StartWriteAndFinish(&answer_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      Finish(grpc::Status::CANCELLED);
    }
  }
  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer request_;
  const grpc::ByteBuffer answer_;  // shares the bytes
};

class EchoService final : public grpc::CallbackGenericService {
 public:
  explicit EchoService(const grpc::ByteBuffer& answer) : answer_(answer) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new EchoCall(answer_);
  }

 private:
  const grpc::ByteBuffer answer_;
};

}  // namespace

absl::Status ServeEcho(const std::string& file) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  std::ifstream input(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
  if (!input) return absl::InternalError(absl::StrCat("cannot read ", file));
  const grpc::Slice slice(bytes);
  EchoService service(grpc::ByteBuffer(&slice, 1));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return absl::InternalError("gRPC does not serve");
  std::cout << "echo is serving on 127.0.0.1:" << port << std::endl;
  server->Wait();
  return absl::OkStatus();
}

}  // namespace ipstore::orders::bench
