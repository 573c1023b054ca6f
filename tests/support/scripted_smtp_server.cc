#include "tests/support/scripted_smtp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): POSIX has pthread_sigmask here
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ipstore::orders::test {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

void Require(bool succeeded) {
  if (!succeeded) std::abort();
}

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

// The bytes of one connection, with TLS or without.
class Wire {
 public:
  explicit Wire(int socket) : socket_(socket) {}

  bool tls() const { return ssl_ != nullptr; }

  bool BeginTls(const Certificate& certificate) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context_.get(), certificate.x509.get());
    SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get());
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_fd(ssl_.get(), socket_);
    return SSL_accept(ssl_.get()) == 1;
  }

  void Send(absl::string_view bytes) {
    while (!bytes.empty()) {
      const auto size = static_cast<int>(bytes.size());
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_.get(), bytes.data(), size)
                                        : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  // With its line end; nothing at the end of the connection. What is left without a line end is
  // `rest()`.
  std::optional<std::string> ReadLine() {
    while (true) {
      if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
        std::string line = received_.substr(0, end + 1);
        received_.erase(0, end + 1);
        return line;
      }
      if (!Receive()) return std::nullopt;
    }
  }
  const std::string& rest() const { return received_; }

  // Until the client is gone. Reads nothing, so that it may find no more room to write to.
  void WaitForEnd() const {
    pollfd waiting{.fd = socket_, .events = POLLRDHUP, .revents = 0};
    poll(&waiting, 1, -1);
  }

 private:
  bool Receive() {
    std::array<char, 65536> buffer{};
    const auto size = static_cast<int>(buffer.size());
    const auto got = ssl_ != nullptr ? SSL_read(ssl_.get(), buffer.data(), size)
                                     : recv(socket_, buffer.data(), buffer.size(), 0);
    if (got <= 0) return false;
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  std::string received_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

}  // namespace

SmtpStep AsUsual() {
  return {.as_usual = true};
}

SmtpStep Say(std::string reply) {
  return {.reply = std::move(reply)};
}

SmtpStep SayAndClose(std::string reply) {
  return {.reply = std::move(reply), .then = SmtpStep::Then::kClose};
}

SmtpStep Close() {
  return {.then = SmtpStep::Then::kClose};
}

SmtpStep Hang() {
  return {.then = SmtpStep::Then::kHang};
}

// One connection as it goes on.
class ScriptedSmtpServer::Talk {
 public:
  using Recorder = std::function<void(const std::function<void(SmtpDialogue&)>&)>;

  Talk(int socket, const SmtpScript& script, Recorder record)
      : script_(script), record_(std::move(record)), wire_(socket) {}

  void Run() {
    if (script_.tls == SmtpScript::Tls::kImplicit && !BeginTls()) return;
    if (!Take("CONNECT", Say("220 scripted ESMTP"))) return;
    while (const std::optional<std::string> line = wire_.ReadLine()) {
      const std::string command(absl::StripTrailingAsciiWhitespace(*line));
      record_([&](SmtpDialogue& dialogue) { dialogue.commands.push_back(command); });
      if (!Obey(command)) return;
    }
  }

 private:
  bool BeginTls() {
    if (!wire_.BeginTls(*script_.certificate)) return false;
    record_([](SmtpDialogue& dialogue) { dialogue.tls = true; });
    return true;
  }

  // Does what the script says of that point, or the usual. False: the connection is over.
  bool Take(const std::string& point, const SmtpStep& usual) {
    const std::size_t time = times_[point]++;
    const auto found = script_.at.find(point);
    const bool scripted =
        found != script_.at.end() && time < found->second.size() && !found->second[time].as_usual;
    const SmtpStep& step = scripted ? found->second[time] : usual;
    if (step.before) step.before();
    if (!step.reply.empty()) wire_.Send(absl::StrCat(step.reply, "\r\n"));
    went_as_usual_ = !scripted;
    if (step.then == SmtpStep::Then::kHang) wire_.WaitForEnd();
    return step.then == SmtpStep::Then::kGoOn;
  }

  bool Obey(const std::string& command) {
    const std::string verb = absl::AsciiStrToUpper(command.substr(0, command.find(' ')));
    if (verb == "EHLO") return Take(verb, Say(Capabilities()));
    if (verb == "STARTTLS")
      return Take(verb, Say("220 go ahead")) && (!went_as_usual_ || BeginTls());
    if (verb == "AUTH") return Take(verb, Say("334 ")) && (!went_as_usual_ || LogIn(command));
    if (verb == "DATA")
      return Take(verb, Say("354 go ahead")) && (!went_as_usual_ || ReadMessage());
    if (verb == "QUIT") return Take(verb, SayAndClose("221 bye"));
    const bool known = verb == "HELO" || verb == "MAIL" || verb == "RCPT" || verb == "RSET";
    return Take(verb, Say(known ? "250 ok" : "500 what?"));
  }

  std::string Capabilities() const {
    std::string reply = "250-scripted";
    for (const std::string& capability : script_.capabilities)
      absl::StrAppend(&reply, "\r\n250-", capability);
    if (script_.tls == SmtpScript::Tls::kStartTls && !wire_.tls())
      absl::StrAppend(&reply, "\r\n250-STARTTLS");
    return absl::StrCat(reply, "\r\n250 HELP");
  }

  // The lines after AUTH: one of PLAIN, two of LOGIN.
  bool LogIn(const std::string& command) {
    const int lines = absl::StrContains(command, "LOGIN") ? 2 : 1;
    for (int i = 0; i < lines; ++i) {
      if (i > 0) wire_.Send("334 UGFzc3dvcmQ6\r\n");
      const std::optional<std::string> line = wire_.ReadLine();
      if (!line.has_value()) return false;
      record_([&](SmtpDialogue& dialogue) {
        dialogue.commands.emplace_back(absl::StripTrailingAsciiWhitespace(*line));
      });
    }
    return Take("LOGIN", Say("235 2.7.0 welcome"));
  }

  bool ReadMessage() {
    std::string message;
    while (std::optional<std::string> line = wire_.ReadLine()) {
      record_([&](SmtpDialogue& dialogue) { dialogue.raw += *line; });
      if (*line == ".\r\n") {
        record_([&](SmtpDialogue& dialogue) { dialogue.messages.push_back(message); });
        return Take("MESSAGE", Say("250 2.0.0 taken"));
      }
      message += absl::StartsWith(*line, ".") ? line->substr(1) : *line;
      if (!Take("BODY", {})) return false;
    }
    record_([this](SmtpDialogue& dialogue) { dialogue.raw += wire_.rest(); });
    return false;
  }

  const SmtpScript& script_;
  const Recorder record_;
  Wire wire_;
  std::map<std::string, std::size_t> times_;  // that the dialogue has come there
  bool went_as_usual_ = true;                 // at the last point
};

ScriptedSmtpServer::ScriptedSmtpServer(std::vector<SmtpScript> scripts)
    : scripts_(std::move(scripts)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what sockets want
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  // Small, so that not much of a message can be on its way.
  const int room = 65536;
  Require(setsockopt(listener_, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room)) == 0);
  Require(bind(listener_, generic, size) == 0);
  Require(listen(listener_, SOMAXCONN) == 0);
  Require(getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

ScriptedSmtpServer::~ScriptedSmtpServer() {
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  close(listener_);
  {
    const std::lock_guard lock(mutex_);
    for (const int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) {
    if (socket >= 0) close(socket);
  }
}

std::size_t ScriptedSmtpServer::Connections() const {
  const std::lock_guard lock(mutex_);
  return dialogues_.size();
}

SmtpDialogue ScriptedSmtpServer::AfterEnd(std::size_t connection) const {
  return When(connection, [](const SmtpDialogue& dialogue) { return dialogue.ended; });
}

SmtpDialogue ScriptedSmtpServer::When(std::size_t connection,
                                      const std::function<bool(const SmtpDialogue&)>& is_so) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] {
    return connection < dialogues_.size() && is_so(dialogues_[connection]);
  });
  return connection < dialogues_.size() ? dialogues_[connection] : SmtpDialogue();
}

void ScriptedSmtpServer::Accept() {
  while (true) {
    const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) return;
    const std::lock_guard lock(mutex_);
    const std::size_t connection = dialogues_.size();
    dialogues_.emplace_back();
    sockets_.push_back(accepted);
    threads_.emplace_back([this, accepted, connection] { Serve(accepted, connection); });
  }
}

void ScriptedSmtpServer::Serve(int socket, std::size_t connection) {
  // OpenSSL writes to sockets that the client has closed.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  Talk(socket, scripts_[std::min(connection, scripts_.size() - 1)],
       [this, connection](const std::function<void(SmtpDialogue&)>& change) {
         Record(connection, change);
       })
      .Run();
  const std::lock_guard lock(mutex_);
  close(std::exchange(sockets_[connection], -1));
  dialogues_[connection].ended = true;
  changed_.notify_all();
}

void ScriptedSmtpServer::Record(std::size_t connection,
                                const std::function<void(SmtpDialogue&)>& change) {
  const std::lock_guard lock(mutex_);
  change(dialogues_[connection]);
  changed_.notify_all();
}

}  // namespace ipstore::orders::test
