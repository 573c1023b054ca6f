#include "server/mail/smtp_connection.h"

#include <curl/curl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "server/mail/one_line.h"

namespace ipstore::orders {
namespace {

// What a server may answer at most, so that none can fill our memory.
constexpr std::size_t kMaxLine = 4096;  // bytes
constexpr int kMaxLines = 200;

// Between two looks at whether to break off.
constexpr int kLookMilliseconds = 500;

constexpr int kCodeDigits = 3;
constexpr int kClass = 100;  // of a code: 2 is success, 4 "not now", 5 "never"

// 0: it does not begin as a reply does.
int CodeOf(absl::string_view line) {
  const absl::string_view digits = line.substr(0, kCodeDigits);
  int code = 0;
  const bool number =
      digits.size() == kCodeDigits &&
      std::ranges::all_of(
          digits,
          [](char byte) { return absl::ascii_isdigit(static_cast<unsigned char>(byte)); }) &&
      absl::SimpleAtoi(digits, &code);
  return number && code >= 2 * kClass && code < 6 * kClass ? code : 0;
}

// "250-SIZE" has more lines to come, "250 HELP" and "250" do not.
bool IsLastLine(absl::string_view line) {
  return line.size() <= kCodeDigits || line[kCodeDigits] != '-';
}

// Adds a line of a reply to those before it.
void AddLine(absl::string_view line, std::string& text) {
  if (text.empty()) {
    absl::StrAppend(&text, line.substr(0, kCodeDigits));
  }
  absl::StrAppend(&text, " ", absl::ClippedSubstr(line, kCodeDigits + 1));
}

int MillisecondsUntil(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  constexpr std::int64_t kMost = 86'400'000;  // a day
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, kMost));
}

// libcurl's dialogue with the server while it connects, as far as it matters afterwards.
struct Greeting {
  std::string stage = "connecting";  // at which it is: "connecting", or a command
  std::string reply;                 // the last one
  bool complete = true;              // all lines of it have come
  bool takes_size = false;

  void OnCommand(absl::string_view line) {
    // A login is continued by lines that are no commands; they are never looked at.
    if (stage == "AUTH" && !absl::StartsWith(line, "AUTH ")) return;
    stage = std::string(line.substr(0, line.find_first_of(" \r\n")));
    if (stage == "EHLO") takes_size = false;
  }

  void OnLine(absl::string_view line) {
    line = absl::StripTrailingAsciiWhitespace(line);
    if (std::exchange(complete, IsLastLine(line))) reply.clear();
    if (reply.size() < kMaxLine) AddLine(line, reply);
    const absl::string_view word = absl::ClippedSubstr(line, kCodeDigits + 1);
    if (stage == "EHLO" &&
        (absl::EqualsIgnoreCase(word, "SIZE") || absl::StartsWithIgnoreCase(word, "SIZE ")))
      takes_size = true;
  }
};

// libcurl's callback.
int OnDialogue(CURL* /*easy*/, curl_infotype type, char* data, std::size_t size, void* user) {
  auto& greeting = *static_cast<Greeting*>(user);
  const absl::string_view line(data, size);
  if (type == CURLINFO_HEADER_OUT) greeting.OnCommand(line);
  if (type == CURLINFO_HEADER_IN) greeting.OnLine(line);
  return 0;
}

// libcurl's callback, about once a second: other than 0 breaks off.
int OnProgress(void* cancelled, curl_off_t /*to_receive*/, curl_off_t /*received*/,
               curl_off_t /*to_send*/, curl_off_t /*sent*/) {
  return cancelled != nullptr && *static_cast<const std::atomic<bool>*>(cancelled) ? 1 : 0;
}

// Some servers repeat what they were told.
std::string WithoutSecrets(absl::string_view text, const SmtpOptions& options) {
  if (options.password.empty()) return std::string(text);
  const std::string plain = absl::StrCat(absl::string_view("\0", 1), options.username,
                                         absl::string_view("\0", 1), options.password);
  return absl::StrReplaceAll(text, {{options.password, "***"},
                                    {absl::Base64Escape(options.password), "***"},
                                    {absl::Base64Escape(plain), "***"}});
}

std::string UrlOf(const SmtpOptions& options) {
  const bool tls = options.security == SmtpOptions::Security::kTls;
  const bool v6 = absl::StrContains(options.host, ':');
  return absl::StrCat(tls ? "smtps://" : "smtp://", v6 ? "[" : "", options.host, v6 ? "]" : "", ":",
                      options.port, "/", options.helo_name);
}

// Thread-safe.
CURLcode StartCurl() {
  static const CURLcode kOutcome = curl_global_init(CURL_GLOBAL_DEFAULT);
  return kOutcome;
}

}  // namespace

struct SmtpConnection::Easy {
  struct CleanUp {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  std::array<char, CURL_ERROR_SIZE> error{};  // written by the handle as long as it lives
  std::unique_ptr<CURL, CleanUp> handle;

  template <typename Value>
  void Set(CURLoption option, Value value) {
    if (const CURLcode code = curl_easy_setopt(handle.get(), option, value); code != CURLE_OK)
      refused = code;
  }
  CURLcode refused = CURLE_OK;  // the last option that was

  // What went wrong, in words.
  std::string Why(CURLcode code) const {
    return error.front() != '\0' ? error.data() : curl_easy_strerror(code);
  }
};

SmtpConnection::SmtpConnection() : easy_(std::make_unique<Easy>()) {}

SmtpConnection::~SmtpConnection() = default;

absl::StatusOr<std::unique_ptr<SmtpConnection>> SmtpConnection::Open(
    const SmtpOptions& options, Deadline deadline, const std::atomic<bool>* cancelled) {
  auto connection = absl::WrapUnique(new SmtpConnection);
  connection->CancelBy(cancelled);
  if (absl::Status status = connection->Connect(options, deadline); !status.ok()) return status;
  return connection;
}

absl::Status SmtpConnection::Connect(const SmtpOptions& options, Deadline deadline) {
  if (const CURLcode code = StartCurl(); code != CURLE_OK)
    return absl::UnavailableError(curl_easy_strerror(code));
  easy_->handle.reset(curl_easy_init());
  if (easy_->handle == nullptr) return absl::UnavailableError("libcurl has no handle for us");

  Greeting greeting;
  const bool tls = options.security != SmtpOptions::Security::kNone;
  const std::string url = UrlOf(options);
  const long timeout = std::max<long>(  // NOLINT(google-runtime-int): libcurl's
      1, std::min<long>(MillisecondsUntil(deadline),
                        absl::ToInt64Milliseconds(options.connect_timeout)));
  easy_->Set(CURLOPT_ERRORBUFFER, easy_->error.data());
  easy_->Set(CURLOPT_NOSIGNAL, 1L);
  // Otherwise libcurl waits for a name server after the time is up.
  easy_->Set(CURLOPT_QUICK_EXIT, 1L);
  // Up to the point where the server waits for a message, and no further.
  easy_->Set(CURLOPT_CONNECT_ONLY, 1L);
  easy_->Set(CURLOPT_URL, url.c_str());
  easy_->Set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  easy_->Set(CURLOPT_PROXY, "");  // whatever the environment says
  easy_->Set(CURLOPT_TIMEOUT_MS, timeout);
  easy_->Set(CURLOPT_CONNECTTIMEOUT_MS, timeout);
  easy_->Set(CURLOPT_USE_SSL, static_cast<long>(tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  easy_->Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  easy_->Set(CURLOPT_SSL_VERIFYPEER, 1L);
  easy_->Set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    easy_->Set(CURLOPT_CAINFO, options.ca_file.c_str());
    easy_->Set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  if (!options.username.empty()) {
    easy_->Set(CURLOPT_USERNAME, options.username.c_str());
    easy_->Set(CURLOPT_PASSWORD, options.password.c_str());
    easy_->Set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
  }
  easy_->Set(CURLOPT_VERBOSE, 1L);
  easy_->Set(CURLOPT_NOPROGRESS, 0L);
  easy_->Set(CURLOPT_XFERINFOFUNCTION, &OnProgress);
  easy_->Set(CURLOPT_XFERINFODATA, cancelled_);
  easy_->Set(CURLOPT_DEBUGFUNCTION, &OnDialogue);
  easy_->Set(CURLOPT_DEBUGDATA, &greeting);
  if (easy_->refused != CURLE_OK) return absl::UnavailableError(easy_->Why(easy_->refused));

  const CURLcode code = curl_easy_perform(easy_->handle.get());
  easy_->Set(CURLOPT_VERBOSE, 0L);
  easy_->Set(CURLOPT_DEBUGDATA, static_cast<void*>(nullptr));
  // Where the server has no login for it, libcurl either gives up or goes on without.
  const bool without_login = !options.username.empty() && greeting.stage != "AUTH";
  if (without_login && (code == CURLE_OK || code == CURLE_LOGIN_DENIED))
    return absl::UnavailableError("the server offers neither AUTH PLAIN nor AUTH LOGIN");
  if (code != CURLE_OK) {
    const bool refused = CodeOf(greeting.reply) >= 4 * kClass;
    const std::string why = refused ? WithoutSecrets(greeting.reply, options) : easy_->Why(code);
    return absl::UnavailableError(OneLine(absl::StrCat("at ", greeting.stage, ": ", why)));
  }
  takes_size_ = greeting.takes_size;
  easy_->error.front() = '\0';  // of addresses that were tried in vain
  return absl::OkStatus();
}

absl::StatusOr<SmtpReply> SmtpConnection::Ask(absl::string_view command, Deadline deadline) {
  if (absl::Status status = Send(absl::StrCat(command, "\r\n"), deadline); !status.ok())
    return status;
  return ReadReply(deadline);
}

absl::Status SmtpConnection::Send(absl::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    const CURLcode code = curl_easy_send(easy_->handle.get(), bytes.data(), bytes.size(), &sent);
    bytes.remove_prefix(sent);
    if (code == CURLE_AGAIN) {
      if (absl::Status status = WaitFor(POLLOUT, deadline); !status.ok()) return status;
    } else if (code != CURLE_OK) {
      return absl::UnavailableError(
          OneLine(absl::StrCat("the connection was lost: ", easy_->Why(code))));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SmtpReply> SmtpConnection::ReadReply(Deadline deadline) {
  std::string text;
  for (int lines = 0; lines < kMaxLines; ++lines) {
    const absl::StatusOr<std::string> line = ReadLine(deadline);
    if (!line.ok()) return line.status();
    const int code = CodeOf(*line);
    if (code == 0)
      return absl::UnavailableError(OneLine(absl::StrCat("the server speaks no SMTP: ", *line)));
    AddLine(*line, text);
    if (IsLastLine(*line)) {
      // Where the lines differ, the last one counts.
      text.replace(0, kCodeDigits, line->substr(0, kCodeDigits));
      return SmtpReply{.code = code, .text = OneLine(text)};
    }
  }
  return absl::UnavailableError("the server's reply has no end");
}

bool SmtpConnection::HasSpoken() {
  if (received_.empty() && !ended_) {
    const absl::Status status = Receive(std::chrono::steady_clock::now());
    ended_ = !status.ok() && !absl::IsDeadlineExceeded(status);
  }
  return ended_ || !received_.empty();
}

absl::StatusOr<std::string> SmtpConnection::ReadLine(Deadline deadline) {
  while (true) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    if (received_.size() > kMaxLine) return absl::UnavailableError("the server's reply has no end");
    if (absl::Status status = Receive(deadline); !status.ok()) return status;
  }
}

absl::Status SmtpConnection::Receive(Deadline deadline) {
  std::array<char, kMaxLine> buffer{};
  while (true) {
    std::size_t size = 0;
    const CURLcode code = curl_easy_recv(easy_->handle.get(), buffer.data(), buffer.size(), &size);
    if (code == CURLE_AGAIN) {
      if (absl::Status status = WaitFor(POLLIN, deadline); !status.ok()) return status;
      continue;
    }
    if (code != CURLE_OK)
      return absl::UnavailableError(
          OneLine(absl::StrCat("the connection was lost: ", easy_->Why(code))));
    if (size == 0) return absl::UnavailableError("the server closed the connection");
    received_.append(buffer.data(), size);
    return absl::OkStatus();
  }
}

absl::Status SmtpConnection::WaitFor(short events, Deadline deadline) const {
  curl_socket_t socket = CURL_SOCKET_BAD;
  curl_easy_getinfo(easy_->handle.get(), CURLINFO_ACTIVESOCKET, &socket);
  pollfd waiting{.fd = socket, .events = events, .revents = 0};
  while (true) {
    if (cancelled_ != nullptr && *cancelled_) return absl::UnavailableError("broken off");
    const int left = std::min(MillisecondsUntil(deadline), kLookMilliseconds);
    const int ready = left == 0 ? 0 : poll(&waiting, 1, left);
    if (ready > 0) return absl::OkStatus();
    if (ready == 0 && MillisecondsUntil(deadline) == 0)
      return absl::DeadlineExceededError("no answer in the time given");
    if (ready < 0 && errno != EINTR) return absl::UnavailableError("the connection was lost");
  }
}

}  // namespace ipstore::orders
