// Calls: from the bytes of their requests to the bytes of their answer. What every method has in
// common is here, and only here: parsing, who calls, in which language, until when; and, for unary
// calls, that the answer is given exactly once.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_GRPC_CALL_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_GRPC_CALL_H_

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/refusal.h"
#include "ipstore/orders/v1/comment_service.pb.h"
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

// The bytes are shared by reference count; the copy is what the reader takes.
template <typename Request>
bool ParseAsItIs(grpc::ByteBuffer bytes, Request& request) {
  grpc::ProtoBufferReader reader(&bytes);
  return reader.status().ok() && request.ParseFromZeroCopyStream(&reader);
}

// For bytes that were not understood: reads them without the text that is not UTF-8, which goes to
// `flaws`.
template <typename Request>
bool ParseRepaired(grpc::ByteBuffer bytes, Request& request, Violations& flaws) {
  grpc::Slice whole;
  if (!bytes.DumpToSingleSlice(&whole).ok()) return false;
  RepairedText repaired = RepairText(*Request::descriptor(),
                                     {reinterpret_cast<const char*>(whole.begin()), whole.size()});
  for (std::string& field : repaired.fields) flaws.Add(std::move(field), Flaw::kNotUtf8);
  return !flaws.Empty() && request.ParseFromString(repaired.bytes);
}

// How many MiB a request may have. What gRPC itself lets through is meant for e-mails.
template <typename Request>
constexpr std::size_t kMaxRequestMebibytes = 4;
template <>
inline constexpr std::size_t kMaxRequestMebibytes<v1::IngestEmailRequest> = 28;

// Reads a request. False when the bytes are no such message at all, or too many; text that is not
// UTF-8 is replaced and reported.
template <typename Request>
bool ParseRequest(const grpc::ByteBuffer& bytes, Request& request, Violations& flaws) {
  if (bytes.Length() > kMaxRequestMebibytes<Request> << 20) return false;
  return ParseAsItIs(bytes, request) || ParseRepaired(bytes, request, flaws);
}

// What a caller is told whose bytes are no such message.
template <typename Request>
Refusal NoMessage() {
  Violations violations;
  violations.Add("request", Flaw::kMalformed,
                 {{"expected", absl::StrCat(Request::descriptor()->full_name(), ", ",
                                            kMaxRequestMebibytes<Request>, " MiB at most")}});
  return InvalidRequest(std::move(violations).Take());
}

inline Language LanguageOf(const grpc::CallbackServerContext& context) {
  return PreferredLanguage(HeaderOf(context, "accept-language").value_or(""));
}

// Who calls, and until when; or why that is not believed.
inline std::variant<CallContext, Refusal> ContextOf(
    const grpc::CallbackServerContext& context,
    std::shared_ptr<const std::atomic<bool>> cancelled) {
  auto caller = AuthenticateLoopback(
      context.peer(), [&](absl::string_view name) { return HeaderOf(context, name); });
  if (auto* refusal = std::get_if<Refusal>(&caller)) return std::move(*refusal);
  return CallContext{.caller = std::move(std::get<Caller>(caller)),
                     .flaws = {},
                     .language = LanguageOf(context),
                     .deadline = absl::FromChrono(context.deadline()),
                     .cancelled = std::move(cancelled)};
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
    language_ = LanguageOf(context);
    auto call = ContextOf(context, cancelled_);
    if (auto* refusal = std::get_if<Refusal>(&call)) return Refuse(*refusal);
    auto& known = std::get<CallContext>(call);
    Request request;
    if (!ParseRequest(bytes, request, known.flaws)) return Refuse(NoMessage<Request>());
    method(known, request, Responder<Response>(this));
  }

  void OnCancel() override { cancelled_->store(true, std::memory_order_relaxed); }
  void OnDone() override { delete this; }
  // gRPC would have an executor of its own run the two functions above, a change of threads for
  // every call. They neither block nor call back. What gRPC's own DefaultReactor() says of itself;
  // that one cannot be told of cancelled calls.
  bool InternalInlineable() override { return true; }

  grpc::ByteBuffer* response_;
  Language language_ = Language::kGreek;
  std::shared_ptr<std::atomic<bool>> cancelled_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_GRPC_CALL_H_
