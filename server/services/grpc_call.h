// One unary call: from the bytes of its request to the bytes of its answer. What every method has
// in common is here, and only here: parsing, who calls, in which language, until when, and that the
// answer is given exactly once.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_GRPC_CALL_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_GRPC_CALL_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/refusal.h"
#include "server/services/authentication.h"
#include "server/services/call.h"
#include "server/services/errors.h"
#include "server/services/wire_text.h"

namespace ipstore::orders {

// The value of a request header. Valid as long as the call.
inline std::optional<absl::string_view> HeaderOf(const grpc::CallbackServerContext& context,
                                                 absl::string_view name) {
  const auto& headers = context.client_metadata();
  const auto found = headers.find(grpc::string_ref(name.data(), name.size()));
  if (found == headers.end()) return std::nullopt;
  return absl::string_view(found->second.data(), found->second.size());
}

// Answers one call of a method that is registered raw. Deletes itself when gRPC is done with it,
// which is after Finish(): Reply() and Refuse() lead there, each by the one way that there is.
template <typename Request, typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor, public AnswerSink<Response> {
 public:
  // Starts a call: parses the request, authenticates the caller and lets `method`, a function of
  // (const CallContext&, const Request&, Responder<Response>), go on.
  template <typename Method>
  static grpc::ServerUnaryReactor* Start(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response, const Method& method) {
    auto* call = new UnaryCall(response);  // OnDone() deletes it
    call->Run(*context, *request, method);
    return call;
  }

  void Reply(const Response& message) override {
    bool own_buffer = false;
    Finish(
        grpc::GenericSerialize<grpc::ProtoBufferWriter, Response>(message, response_, &own_buffer));
  }

  void Refuse(const Refusal& refusal) override { Finish(ToGrpcStatus(refusal, language_)); }

 private:
  explicit UnaryCall(grpc::ByteBuffer* response) : response_(response) {}

  template <typename Method>
  void Run(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& bytes,
           const Method& method) {
    const auto header = [&](absl::string_view name) { return HeaderOf(context, name); };
    language_ = PreferredLanguage(header("accept-language").value_or(""));
    auto caller = AuthenticateLoopback(context.peer(), header);
    if (auto* refusal = std::get_if<Refusal>(&caller)) return Refuse(*refusal);
    Request request;
    Violations flaws;
    if (!Parse(bytes, request) && !ParseRepaired(bytes, request, flaws)) return Refuse(NoMessage());
    const CallContext call{.caller = std::move(std::get<Caller>(caller)),
                           .flaws = std::move(flaws),
                           .language = language_,
                           .deadline = absl::FromChrono(context.deadline()),
                           .cancelled = cancelled_};
    method(call, request, Responder<Response>(this));
  }

  // The bytes are shared by reference count; the copy is what the reader takes.
  static bool Parse(grpc::ByteBuffer bytes, Request& request) {
    grpc::ProtoBufferReader reader(&bytes);
    return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
  }

  // For bytes that were not understood: reads them without the text that is not UTF-8, which goes
  // to `flaws`.
  static bool ParseRepaired(grpc::ByteBuffer bytes, Request& request, Violations& flaws) {
    grpc::Slice whole;
    if (!bytes.DumpToSingleSlice(&whole).ok()) return false;
    RepairedText repaired = RepairText(
        *Request::descriptor(), {reinterpret_cast<const char*>(whole.begin()), whole.size()});
    for (std::string& field : repaired.fields) flaws.Add(std::move(field), Flaw::kNotUtf8);
    return !flaws.Empty() && request.ParseFromString(repaired.bytes);
  }

  static Refusal NoMessage() {
    Violations violations;
    violations.Add("request", Flaw::kMalformed, {{"expected", Request::descriptor()->full_name()}});
    return InvalidRequest(std::move(violations).Take());
  }

  void OnCancel() override { cancelled_->store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }

  grpc::ByteBuffer* response_;
  Language language_ = Language::kGreek;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_GRPC_CALL_H_
