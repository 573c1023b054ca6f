#include "tests/bench/echo_server.h"

#include <grpcpp/grpcpp.h>
#include <sys/prctl.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"
#include "ipstore/orders/v1/order_service.grpc.pb.h"

namespace ipstore::orders::bench {
namespace {

class EchoService final
    : public v1::OrderService::WithRawCallbackMethod_GetOrder<v1::OrderService::Service> {
 public:
  explicit EchoService(const grpc::ByteBuffer& answer) : answer_(answer) {}

  grpc::ServerUnaryReactor* GetOrder(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* /*request*/,
                                     grpc::ByteBuffer* answer) override {
    *answer = answer_;  // shares the bytes
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
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
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return absl::InternalError("gRPC does not serve");
  std::cout << "echo is serving on 127.0.0.1:" << port << std::endl;
  server->Wait();
  return absl::OkStatus();
}

}  // namespace ipstore::orders::bench
