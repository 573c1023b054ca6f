#include "tests/support/server_fixture.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor_database.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <ostream>
#include <regex>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "server/server.h"

namespace ipstore::orders::test {
namespace {

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  grpc::Slice slice;
  if (!buffer.Valid() || !buffer.DumpToSingleSlice(&slice).ok()) return "";
  return {reinterpret_cast<const char*>(slice.begin()), slice.size()};
}

// What no client may ever read: words of SQL, of drivers and of stacks.
const std::regex& Unspeakable() {
  static const auto* const kWords = new std::regex(
      "SELECT |INSERT |UPDATE |DELETE |WHERE "
      "|sqlite|mysql|mariadb|constraint|deadlock|errno|injected|connection lost"
      "|\\.cc:|\\.h:|0x[0-9a-f]{6}|std::|absl::|exception|backtrace|127\\.0\\.0\\.1",
      std::regex::icase);
  return *kWords;
}

void ExpectHarmless(const std::string& text) {
  EXPECT_FALSE(std::regex_search(text, Unspeakable())) << "tells too much: " << text;
}

// Numbers and names are variables of a sentence; labels of enumerators are not found this way.
void ExpectVariablesInMetadata(const std::string& message,
                               const std::map<std::string, std::string>& metadata) {
  static const auto* const kNumber = new std::regex("[0-9]{1,}");
  const std::string values = absl::StrJoin(metadata, "\n", absl::PairFormatter("="));
  for (std::sregex_iterator number(message.begin(), message.end(), *kNumber), end; number != end;
       ++number) {
    EXPECT_THAT(values, testing::HasSubstr(number->str()))
        << "in the message but not in the metadata: " << message;
  }
}

}  // namespace

Client::Headers HeadersOf(const Caller& caller) {
  const auto role = [](const Actor& actor) { return absl::AsciiStrToLower(Name(actor.role)); };
  Client::Headers headers = {{"x-actor-role", role(caller.actor)}, {"x-actor-id", caller.actor.id}};
  if (caller.on_behalf_of.has_value()) {
    headers.emplace_back("x-on-behalf-of-role", role(*caller.on_behalf_of));
    headers.emplace_back("x-on-behalf-of-id", caller.on_behalf_of->id);
  }
  for (Right right : kRights) {
    if (caller.rights.Contains(right))
      headers.emplace_back("x-actor-rights", std::string(Name(right)));
  }
  return headers;
}

std::shared_ptr<grpc::Channel> ConnectTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Else clients to one address would share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  // Under load gRPC 1.51 now and then takes a connection that is still being made for one that
  // failed: it reads the errno of connect() after other calls of its own. Calls would fail with it,
  // as they do not wait for the attempt after. Where no server is, it is left to the call to say
  // so.
  channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10));
  return channel;
}

// --- CallStatus
// ------------------------------------------------------------------------------------------------------

CallStatus CallStatus::From(const grpc::Status& status) {
  return {static_cast<google::rpc::Code>(status.error_code()), status.error_message(),
          status.error_details()};
}

std::string CallStatus::Reason() const {
  const auto infos = All<google::rpc::ErrorInfo>();
  return infos.empty() ? "" : infos.front().reason();
}

std::map<std::string, std::string> CallStatus::Metadata() const {
  const auto infos = All<google::rpc::ErrorInfo>();
  if (infos.empty()) return {};
  return {infos.front().metadata().begin(), infos.front().metadata().end()};
}

std::string CallStatus::LocalizedText() const {
  const auto messages = All<google::rpc::LocalizedMessage>();
  return messages.empty() ? "" : messages.front().message();
}

std::vector<std::string> CallStatus::Violations() const {
  std::vector<std::string> violations;
  for (const auto& bad : All<google::rpc::BadRequest>()) {
    for (const auto& violation : bad.field_violations()) {
      const std::vector<std::string> parts =
          absl::StrSplit(violation.description(), absl::MaxSplits(": ", 1));
      violations.push_back(absl::StrCat(violation.field(), " ", parts.front()));
    }
  }
  return violations;
}

std::vector<std::string> CallStatus::Guards() const {
  std::vector<std::string> guards;
  for (const auto& failure : All<google::rpc::PreconditionFailure>()) {
    for (const auto& violation : failure.violations()) guards.push_back(violation.type());
  }
  return guards;
}

void PrintTo(const CallStatus& status, std::ostream* out) {
  *out << google::rpc::Code_Name(status.code) << " " << status.Reason() << ": " << status.message;
  for (const std::string& violation : status.Violations()) *out << "\n  " << violation;
  for (const std::string& guard : status.Guards()) *out << "\n  guard " << guard;
}

void ExpectWellFormedError(const CallStatus& status) {
  SCOPED_TRACE(testing::PrintToString(status));
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.raw_details));
  EXPECT_EQ(details.code(), status.code);
  EXPECT_EQ(details.message(), status.message);
  // Base64, which some clients send it in, makes four bytes of three.
  EXPECT_LT(status.raw_details.size() * 4 / 3 + status.message.size(), 8192U);

  const auto infos = status.All<google::rpc::ErrorInfo>();
  ASSERT_EQ(infos.size(), 1U);
  EXPECT_EQ(infos[0].domain(), "orders.ipstore");
  EXPECT_THAT(infos[0].reason(), testing::MatchesRegex("[A-Z][A-Z_]*"));
  ExpectVariablesInMetadata(status.message, status.Metadata());
  for (const auto& [name, value] : status.Metadata()) ExpectHarmless(value);

  const auto localized = status.All<google::rpc::LocalizedMessage>();
  ASSERT_EQ(localized.size(), 1U);
  EXPECT_THAT(localized[0].locale(), testing::AnyOf("el", "en"));
  EXPECT_FALSE(localized[0].message().empty());
  if (localized[0].locale() == "en") {
    EXPECT_EQ(localized[0].message(), status.message);
  }

  ExpectHarmless(status.message);
  ExpectHarmless(localized[0].message());
  for (const auto& bad : status.All<google::rpc::BadRequest>()) {
    EXPECT_GT(bad.field_violations_size(), 0);
    for (const auto& violation : bad.field_violations()) ExpectHarmless(violation.description());
  }
  for (const auto& failure : status.All<google::rpc::PreconditionFailure>()) {
    for (const auto& violation : failure.violations()) ExpectHarmless(violation.description());
  }
}

// --- Client
// ----------------------------------------------------------------------------------------------------------

class Client::Channel {
 public:
  explicit Channel(const std::string& address) : stub_(ConnectTo(address)) {}

  grpc::Status Call(grpc::ClientContext& context, const std::string& path,
                    const std::string& request, std::string& response) {
    const grpc::ByteBuffer sent = BufferOf(request);
    grpc::ByteBuffer received;
    std::promise<grpc::Status> done;
    stub_.UnaryCall(&context, path, grpc::StubOptions(), &sent, &received,
                    [&](grpc::Status status) { done.set_value(std::move(status)); });
    grpc::Status status = done.get_future().get();
    if (status.ok()) response = BytesOf(received);
    return status;
  }

 private:
  grpc::GenericStub stub_;
};

Client::Client(const std::string& address, const Caller& caller)
    : channel_(std::make_shared<Channel>(address)), headers_(HeadersOf(caller)), language_("en") {}

Client Client::As(const Caller& caller) const {
  return WithHeaders(HeadersOf(caller));
}

Client Client::In(std::string accept_language) const {
  Client other = *this;
  other.language_ = std::move(accept_language);
  return other;
}

Client Client::WithHeaders(Headers headers) const {
  Client other = *this;
  other.headers_ = std::move(headers);
  return other;
}

Client Client::Within(int milliseconds) const {
  Client other = *this;
  other.milliseconds_ = milliseconds;
  return other;
}

Reply<std::string> Client::CallBytes(const std::string& path, const std::string& request) const {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(milliseconds_));
  for (const auto& [name, value] : headers_) context.AddMetadata(name, value);
  if (!language_.empty()) context.AddMetadata("accept-language", language_);
  Reply<std::string> reply;
  const grpc::Status status = channel_->Call(context, path, request, reply.value);
  reply.status = CallStatus::From(status);
  // Without details it is gRPC's own word: a deadline that passed in the client, a server that is
  // gone.
  const bool from_transport = status.error_details().empty() &&
                              (status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                               status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  if (!status.ok() && !from_transport) ExpectWellFormedError(reply.status);
  return reply;
}

std::vector<const google::protobuf::MethodDescriptor*> Client::AllMethods() {
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<std::string> files;
  google::protobuf::DescriptorPool::internal_generated_database()->FindAllFileNames(&files);
  std::sort(files.begin(), files.end());
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const std::string& name : files) {
    if (!absl::StartsWith(name, "ipstore/")) continue;
    const google::protobuf::FileDescriptor* file = pool->FindFileByName(name);
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j)
        methods.push_back(file->service(i)->method(j));
    }
  }
  return methods;
}

std::string Client::PathOf(const google::protobuf::MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

std::string Client::PathFor(const google::protobuf::Descriptor& request) {
  for (const google::protobuf::MethodDescriptor* method : AllMethods()) {
    if (method->input_type() == &request) return PathOf(*method);
  }
  return "";
}

// --- ImportCall
// -------------------------------------------------------------------------------------------------------

class ImportCall::Impl {
 public:
  Impl(const std::string& address, const Caller& caller, int milliseconds)
      : channel_(ConnectTo(address)) {
    context_.set_deadline(std::chrono::system_clock::now() +
                          std::chrono::milliseconds(milliseconds));
    for (const auto& [name, value] : HeadersOf(caller)) context_.AddMetadata(name, value);
    context_.AddMetadata("accept-language", "en");
    static const char kPath[] = "/ipstore.orders.v1.OrderService/ImportOrders";
    writer_.reset(grpc::internal::ClientWriterFactory<grpc::ByteBuffer>::Create(
        channel_.get(),
        grpc::internal::RpcMethod(kPath, grpc::internal::RpcMethod::CLIENT_STREAMING), &context_,
        &answer_));
  }

  bool SendBytes(const std::string& bytes) { return writer_->Write(BufferOf(bytes)); }

  Reply<v1::ImportOrdersResponse> Finish() {
    writer_->WritesDone();
    const grpc::Status status = writer_->Finish();
    Reply<v1::ImportOrdersResponse> reply{
        .status = {.code = static_cast<google::rpc::Code>(status.error_code()),
                   .message = status.error_message(),
                   .raw_details = status.error_details()},
        .value = {}};
    if (reply.ok() && !reply.value.ParseFromString(BytesOf(answer_)))
      ADD_FAILURE() << "the answer is no message";
    return reply;
  }

  void Cancel() { context_.TryCancel(); }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  grpc::ByteBuffer answer_;
  std::unique_ptr<grpc::ClientWriter<grpc::ByteBuffer>> writer_;
};

ImportCall::ImportCall(const std::string& address, const Caller& caller, int milliseconds)
    : impl_(std::make_unique<Impl>(address, caller, milliseconds)) {}
ImportCall::~ImportCall() = default;

bool ImportCall::Send(const v1::ImportOrdersRequest& request) {
  return SendBytes(request.SerializeAsString());
}
bool ImportCall::SendBytes(const std::string& bytes) {
  return impl_->SendBytes(bytes);
}
Reply<v1::ImportOrdersResponse> ImportCall::Finish() {
  return impl_->Finish();
}
void ImportCall::Cancel() {
  impl_->Cancel();
}

// --- HealthWatch
// -----------------------------------------------------------------------------------------------------

class HealthWatch::Impl {
 public:
  Impl(const std::string& address, const std::string& service)
      : stub_(grpc::health::v1::Health::NewStub(ConnectTo(address))) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    stream_ = stub_->Watch(&context_, request);
  }

  std::string Next() {
    grpc::health::v1::HealthCheckResponse response;
    if (end_.empty() && stream_->Read(&response)) {
      return grpc::health::v1::HealthCheckResponse::ServingStatus_Name(response.status());
    }
    if (end_.empty()) {
      end_ = google::rpc::Code_Name(static_cast<google::rpc::Code>(stream_->Finish().error_code()));
    }
    return end_;
  }

 private:
  std::unique_ptr<grpc::health::v1::Health::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<grpc::health::v1::HealthCheckResponse>> stream_;
  std::string end_;
};

HealthWatch::HealthWatch(const std::string& address, const std::string& service)
    : impl_(std::make_unique<Impl>(address, service)) {}
HealthWatch::~HealthWatch() = default;
std::string HealthWatch::Next() {
  return impl_->Next();
}

// --- ServerInTest
// ----------------------------------------------------------------------------------------------------

namespace {

// A server owns its store; here the test does.
class BorrowedStore final : public Store {
 public:
  explicit BorrowedStore(Store& store) : store_(store) {}

  absl::StatusOr<std::unique_ptr<WriteSession>> OpenWriteSession() override {
    return store_.OpenWriteSession();
  }
  absl::StatusOr<std::unique_ptr<Reader>> OpenReader() override { return store_.OpenReader(); }
  absl::StatusOr<std::unique_ptr<RedactionSession>> OpenRedactionSession() override {
    return store_.OpenRedactionSession();
  }
  absl::StatusOr<std::unique_ptr<FeedConsumerSession>> OpenFeedConsumerSession() override {
    return store_.OpenFeedConsumerSession();
  }
  absl::StatusOr<std::unique_ptr<NotificationSession>> OpenNotificationSession() override {
    return store_.OpenNotificationSession();
  }
  absl::StatusOr<std::unique_ptr<ReceivedEmailSession>> OpenReceivedEmailSession() override {
    return store_.OpenReceivedEmailSession();
  }
  int MaxWriteSessions() const override { return store_.MaxWriteSessions(); }
  std::string Describe() const override { return store_.Describe(); }
  const std::string& Secret() const override { return store_.Secret(); }
  void Forget(Number subject) override { store_.Forget(subject); }
  absl::Status CheckSchema() override { return store_.CheckSchema(); }
  absl::StatusOr<FeedHead> ReadFeedHead() override { return store_.ReadFeedHead(); }

 private:
  Store& store_;
};

}  // namespace

class ServerInTest::Running {
 public:
  explicit Running(std::unique_ptr<Server> server) : server_(std::move(server)) {}
  // As orderd ends on SIGTERM: calls that run get the time to be answered.
  ~Running() { server_->Shutdown(absl::Seconds(10)); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  const std::string& address() const { return server_->address(); }
  void Shutdown(absl::Duration grace) { server_->Shutdown(grace); }

 private:
  std::unique_ptr<Server> server_;
};

ServerInTest::ServerInTest(const Config& config)
    : own_database_(TestDatabase::Make(sql::Backend::kSqlite)), store_(own_database_->OpenStore()) {
  Start(config);
}

ServerInTest::ServerInTest(const TestDatabase& database, const Config& config)
    : store_(database.OpenStore()) {
  Start(config);
}

ServerInTest::~ServerInTest() {
  faults_->Heal();
  running_.reset();
}

void ServerInTest::Start(const Config& config) {
  faults_ = std::make_unique<FaultyStore>(*store_);
  Config on_free_port = config;
  on_free_port.listen = "127.0.0.1:0";
  auto server = Server::Start(on_free_port, std::make_unique<BorrowedStore>(*faults_));
  if (!server.ok()) {
    ADD_FAILURE() << server.status();
    std::abort();
  }
  running_ = std::make_unique<Running>(*std::move(server));
  address_ = running_->address();
  client_.emplace(address_, test::Staff());
}

void ServerInTest::Shutdown(absl::Duration grace) {
  running_->Shutdown(grace);
}

std::int64_t ServerInTest::Position() {
  const absl::StatusOr<FeedHead> head = store_->ReadFeedHead();
  EXPECT_TRUE(head.ok()) << head.status();
  return head.ok() ? head->position : -1;
}

}  // namespace ipstore::orders::test
