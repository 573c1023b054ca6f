#include "server/server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "server/feed/feed_hub.h"
#include "server/feed/feed_tailer.h"
#include "server/log.h"
#include "server/mail_setup.h"
#include "server/notifications/notifier.h"
#include "server/read/read_pool.h"
#include "server/read/subject_reads.h"
#include "server/redaction/redaction_runner.h"
#include "server/services/backend.h"
#include "server/services/grpc_services.h"
#include "server/services/health.h"
#include "server/services/tokens.h"
#include "server/write/committer.h"
#include "server/write/email_retention.h"
#include "server/write/session_worker.h"

namespace ipstore::orders {
namespace {

constexpr std::chrono::seconds kProbeInterval{1};

// Clients may ping this often, calls or no calls; more often than every five minutes is a fault by
// default.
constexpr int kMinPingMillis = 10'000;
constexpr int kKeepaliveMillis = 30'000;
constexpr int kKeepaliveTimeoutMillis = 10'000;

struct Endpoint {
  std::string host;
  int port = 0;
};

absl::StatusOr<Endpoint> ParseListen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  Endpoint endpoint;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &endpoint.port) || endpoint.port < 0 ||
      endpoint.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", listen, "\" is no HOST:PORT to listen on"));
  }
  endpoint.host = listen.substr(0, colon);
  const bool loopback = absl::StartsWith(endpoint.host, "127.") || endpoint.host == "localhost" ||
                        endpoint.host == "[::1]";
  if (!loopback) {
    return absl::InvalidArgumentError(
        absl::StrCat("will not listen on ", listen,
                     ": callers are believed who they say they are, so this version serves ",
                     "loopback addresses only (127.0.0.1, [::1], localhost)"));
  }
  return endpoint;
}

// Tells the health service every second whether the database answers and its schema fits.
class HealthProber {
 public:
  HealthProber(Store& store, HealthService& health)
      : store_(store), health_(health), thread_([this] { Run(); }) {}

  ~HealthProber() { Stop(); }

  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    stop_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      lock.unlock();
      Probe();
      lock.lock();
      stop_.wait_for(lock, kProbeInterval, [this] { return stopping_; });
    }
  }

  void Probe() {
    const absl::Status status = Ping();
    health_.SetServing(status.ok());
    if (status.ok() == healthy_) return;
    healthy_ = status.ok();
    if (healthy_) {
      LogInfo("the database answers; serving");
    } else {
      LogError(absl::StrCat("not serving: ", status.ToString()));
    }
  }

  absl::Status Ping() {
    if (reader_ == nullptr) {
      absl::StatusOr<std::unique_ptr<Reader>> opened = store_.OpenReader();
      if (!opened.ok()) return opened.status();
      reader_ = *std::move(opened);
    }
    absl::Status status = reader_->Ping();
    if (!status.ok()) reader_.reset();
    return status;
  }

  Store& store_;
  HealthService& health_;
  std::unique_ptr<Reader> reader_;  // of the thread
  bool healthy_ = true;             // of the thread: as it was said last
  std::mutex mutex_;                // guards stopping_
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all above
};

// `wake` is called after each commit.
CommitterOptions WriteOptions(const Config& config, std::function<void()> wake) {
  CommitterOptions options;
  options.on_committed = [wake = std::move(wake)](std::int64_t, std::size_t) { wake(); };
  options.committers = config.committers;
  options.max_batch = config.max_batch;
  options.queue_capacity = config.queue_capacity;
  options.on_trouble = [](absl::string_view line) { LogWarning(line); };
  return options;
}

ReadPoolOptions ReadOptions(const Config& config) {
  ReadPoolOptions options;
  options.threads = config.readers;
  options.queue_capacity = config.queue_capacity;
  options.on_trouble = [](absl::string_view line) { LogWarning(line); };
  return options;
}

std::vector<std::string> NamesOf(const std::vector<NamedService>& services) {
  std::vector<std::string> names;
  names.reserve(services.size());
  for (const NamedService& named : services) names.push_back(named.name);
  return names;
}

FeedTailerOptions TailOptions(const Config& config) {
  FeedTailerOptions options;
  options.poll_interval = absl::Milliseconds(config.feed_poll_milliseconds);
  options.idle_interval = std::max(options.idle_interval, options.poll_interval);
  options.on_trouble = [](absl::string_view line) { LogWarning(line); };
  return options;
}

RedactionRunnerOptions RedactionOptions(const Tokens& tokens) {
  RedactionRunnerOptions options;
  options.key_of = [&tokens](std::int64_t job, Number subject) {
    return tokens.KeyOfRedaction(job, subject);
  };
  options.on_trouble = [](absl::string_view line) { LogWarning(line); };
  return options;
}

// Calls of staff, and e-mails of customers: few, but each may hold 25 MiB.
constexpr std::size_t kMaxResends = 1024;
constexpr std::size_t kMaxEmails = 16;

// More than an e-mail of 25 MiB needs. Methods that take no e-mail refuse more than they could ever
// use.
constexpr int kMaxMessageBytes = 28 << 20;

// What sends notifications, and takes the e-mails that come back; where mail is set up.
struct MailRunning {
  std::unique_ptr<Notifier> notifier;
  SessionWorker<NotificationSession> ledger;
  SessionWorker<ReceivedEmailSession> received_emails;
  SessionWorker<EmailReading> email_readings;
  EmailRetention retention;

  MailRunning(Store& store, std::unique_ptr<Notifier> opened, EmailRetentionOptions kept)
      : notifier(std::move(opened)),
        ledger([&store] { return store.OpenNotificationSession(); }, kMaxResends),
        received_emails([&store] { return store.OpenReceivedEmailSession(); }, kMaxEmails),
        email_readings([] { return std::make_unique<EmailReading>(); }, kMaxEmails),
        retention(store, std::move(kept)) {}
};

EmailRetentionOptions RetentionOptions(const Config& config) {
  EmailRetentionOptions options;
  options.keep = config.mail_received_kept_days * absl::Hours(24);
  options.clock = [] { return absl::Now(); };
  options.on_trouble = [](absl::string_view line) { LogWarning(line); };
  return options;
}

// Sends nothing before the notifier is told to begin.
absl::StatusOr<std::unique_ptr<MailRunning>> OpenMail(const Config& config, Store& store,
                                                      const MailSetup& setup) {
  if (!setup.open_mailer) return std::unique_ptr<MailRunning>();
  NotifierOptions options = NotifierOptionsOf(config);
  options.open_mailer = setup.open_mailer;
  options.prepare = [mails = setup.mails.get()](const News& news, const Notification& lead) {
    return mails->Prepare(news, lead);
  };
  options.on_trouble = [](absl::string_view line) { LogWarning(line); };
  absl::StatusOr<std::unique_ptr<Notifier>> notifier = Notifier::Open(store, std::move(options));
  if (!notifier.ok()) return notifier.status();
  return std::make_unique<MailRunning>(store, *std::move(notifier), RetentionOptions(config));
}

}  // namespace

class Server::Impl {
 public:
  // What runs already, on the same store.
  struct Parts {
    std::unique_ptr<Store> store;
    std::unique_ptr<FeedHub> feed;
    std::unique_ptr<FeedTailer> tailer;
    std::unique_ptr<NotificationMails> mails;
    std::unique_ptr<MailRunning> mail;  // may be null
  };

  Impl(const Config& config, Parts parts)
      : store_(std::move(parts.store)),
        tokens_(store_->Secret()),
        feed_(std::move(parts.feed)),
        tailer_(std::move(parts.tailer)),
        mails_(std::move(parts.mails)),
        mail_(std::move(parts.mail)),
        cursors_(*store_),
        streams_({.in_all = config.max_streams,
                  .per_caller = config.max_streams_per_caller,
                  .per_customer = config.max_streams_per_customer}),
        writes_(*store_, WriteOptions(config, [this] { OnCommitted(); })),
        reads_(*store_, ReadOptions(config)),
        subject_reads_(reads_, {.queue_capacity = config.queue_capacity}),
        redactions_(*store_, writes_, RedactionOptions(tokens_)),
        services_(MakeGrpcServices(
            {.writes = &writes_,
             .reads = &reads_,
             .subject_reads = &subject_reads_,
             .redactions = &redactions_,
             .feed = feed_.get(),
             .cursors = &cursors_,
             .streams = &streams_,
             .mails = mails_.get(),
             .ledger = mail_ == nullptr ? nullptr : &mail_->ledger,
             .received_emails = mail_ == nullptr ? nullptr : &mail_->received_emails,
             .email_readings = mail_ == nullptr ? nullptr : &mail_->email_readings,
             .tokens = &tokens_,
             .stopping = &stopping_,
             .clock = [] { return absl::Now(); }})),
        health_(NamesOf(services_)) {}

  absl::Status Listen(const Endpoint& endpoint) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    // Without this a second server on the same port would silently take half of the calls.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                               kMinPingMillis);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // A watcher whose machine has gone without a word would keep its stream for a quarter of an
    // hour.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMillis);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    int port = 0;
    builder.AddListeningPort(absl::StrCat(endpoint.host, ":", endpoint.port),
                             grpc::InsecureServerCredentials(), &port);
    for (const NamedService& named : services_) builder.RegisterService(named.service.get());
    builder.RegisterService(health_.service());
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port == 0) {
      return absl::UnavailableError(absl::StrCat("cannot listen on ", endpoint.host, ":",
                                                 endpoint.port,
                                                 ": is another program using that port?"));
    }
    address_ = absl::StrCat(endpoint.host, ":", port);
    health_.SetServing(true);
    prober_ = std::make_unique<HealthProber>(*store_, health_);
    // Only now: a server that finds its port taken is to tell nobody anything.
    if (mail_ != nullptr) {
      mail_->notifier->Begin();
    } else {
      LogWarning(
          "no e-mail is sent and none is taken: neither --mail-smtp nor --mail-directory is given");
    }
    return absl::OkStatus();
  }

  const std::string& address() const { return address_; }

  // The order matters: gRPC's Shutdown() waits for every call to finish, so what finishes them must
  // still run: the write and read paths. The redactions use the write path; those that wait to be
  // created are refused first, since a database that hangs would hold up each of them.
  void Shutdown(absl::Duration grace) {
    const absl::Time deadline = absl::Now() + grace;
    stopping_ = true;
    prober_.reset();
    health_.Shutdown();
    tailer_->BeginStop();  // and with it all streams, which would not end by themselves
    redactions_.BeginStop();
    cursors_.BeginStop();
    if (mail_ != nullptr) mail_->notifier->BeginStop();
    if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(deadline));
    cursors_.Stop();
    if (mail_ != nullptr) {
      mail_->ledger.Stop();
      mail_->email_readings.Stop();
      mail_->received_emails.Stop();
      mail_->retention.Stop();
      mail_->notifier->Stop(deadline);
    }
    tailer_->Stop();
    redactions_.Stop();
    writes_.Stop(deadline);
    reads_.Stop();
  }

 private:
  void OnCommitted() {
    tailer_->Wake();
    if (mail_ != nullptr) mail_->notifier->Wake();
  }

  std::unique_ptr<Store> store_;
  Tokens tokens_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<FeedHub> feed_;
  std::unique_ptr<FeedTailer> tailer_;
  std::unique_ptr<NotificationMails> mails_;
  std::unique_ptr<MailRunning> mail_;  // null where mail is not set up
  FeedCursors cursors_;
  StreamLimits streams_;
  GroupCommitter writes_;
  ReadPool reads_;
  SubjectReads subject_reads_;
  RedactionRunner redactions_;
  std::vector<NamedService> services_;
  HealthService health_;
  std::unique_ptr<HealthProber> prober_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const Config& config,
                                                      std::unique_ptr<Store> store) {
  absl::StatusOr<Endpoint> endpoint = ParseListen(config.listen);
  if (!endpoint.ok()) return endpoint.status();
  if (absl::Status fits = store->CheckSchema(); !fits.ok()) return fits;
  auto feed = std::make_unique<FeedHub>(FeedHubOptions(), [] { return absl::Now(); });
  auto tailer = FeedTailer::Start(*store, *feed, TailOptions(config));
  if (!tailer.ok()) return tailer.status();
  absl::StatusOr<MailSetup> setup = SetUpMail(config, store->Secret());
  if (!setup.ok()) return setup.status();
  absl::StatusOr<std::unique_ptr<MailRunning>> mail = OpenMail(config, *store, *setup);
  if (!mail.ok()) return mail.status();
  auto impl = std::make_unique<Impl>(config, Impl::Parts{.store = std::move(store),
                                                         .feed = std::move(feed),
                                                         .tailer = *std::move(tailer),
                                                         .mails = std::move(setup->mails),
                                                         .mail = *std::move(mail)});
  if (absl::Status listening = impl->Listen(*endpoint); !listening.ok()) return listening;
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  Shutdown(absl::ZeroDuration());
}

const std::string& Server::address() const {
  return impl_->address();
}
void Server::Shutdown(absl::Duration grace) {
  impl_->Shutdown(grace);
}

}  // namespace ipstore::orders
