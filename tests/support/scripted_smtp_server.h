// An SMTP server that does what a test tells it, at exactly the point that the test names, and
// remembers every word.
//
//   SmtpScript script;
//   script.at["RCPT"] = {Say("451 4.7.1 come back later")};  // the first time; then as usual
//   script.at["MESSAGE"] = {Close()};                        // after the dot, without an answer
//   ScriptedSmtpServer server({script});                     // of every connection
#ifndef IPSTORE_ORDERS_TESTS_SUPPORT_SCRIPTED_SMTP_SERVER_H_
#define IPSTORE_ORDERS_TESTS_SUPPORT_SCRIPTED_SMTP_SERVER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/certificates.h"

namespace ipstore::orders::test {

// What happens at one point of the dialogue.
struct SmtpStep {
  enum class Then : std::uint8_t {
    kGoOn,
    kClose,
    kHang,  // says nothing more and reads nothing more, until the client is gone
  };
  std::string reply;  // lines, with CRLF between them; "": none
  Then then = Then::kGoOn;
  std::function<void()> before;  // called before the reply; may block
  bool as_usual = false;         // as if there were no step
};

SmtpStep AsUsual();
SmtpStep Say(std::string reply);
SmtpStep SayAndClose(std::string reply);
SmtpStep Close();
SmtpStep Hang();

// What happens in one connection.
struct SmtpScript {
  enum class Tls : std::uint8_t { kNone, kStartTls, kImplicit };

  Tls tls = Tls::kNone;
  const Certificate* certificate = nullptr;                   // of the server, for TLS
  std::vector<std::string> capabilities = {"SIZE 31457280"};  // in the answer to EHLO
  // The n-th step is taken the n-th time that the dialogue comes there; where there is none, the
  // usual happens. Points are CONNECT (the greeting), the verbs of the commands, LOGIN (all that
  // AUTH needs has come), BODY (some of the message has come), and MESSAGE (all of it has).
  std::map<std::string, std::vector<SmtpStep>> at;
};

// What was said in one connection.
struct SmtpDialogue {
  std::vector<std::string> commands;  // lines of the client, without those of messages
  std::vector<std::string> messages;  // complete ones, as they were before dots were doubled
  std::string raw;                    // all bytes after DATA, as they came
  bool tls = false;                   // at its end
  bool ended = false;
};

// Listens on 127.0.0.1. Each connection has a thread of its own.
class ScriptedSmtpServer {
 public:
  // The n-th connection follows the n-th script, and those after the last one the last one.
  explicit ScriptedSmtpServer(std::vector<SmtpScript> scripts);
  ~ScriptedSmtpServer();
  ScriptedSmtpServer(const ScriptedSmtpServer&) = delete;
  ScriptedSmtpServer& operator=(const ScriptedSmtpServer&) = delete;

  int port() const { return port_; }
  std::size_t Connections() const;
  // That connection, counted from 0, once the server is done with it.
  SmtpDialogue AfterEnd(std::size_t connection) const;
  // That connection as soon as that is true of it, or as it is after some seconds.
  SmtpDialogue When(std::size_t connection,
                    const std::function<bool(const SmtpDialogue&)>& is_so) const;

 private:
  class Talk;

  void Accept();
  void Serve(int socket, std::size_t connection);
  // Calls `change` with the record of a connection.
  void Record(std::size_t connection, const std::function<void(SmtpDialogue&)>& change);

  const std::vector<SmtpScript> scripts_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;  // guards all below
  mutable std::condition_variable changed_;
  std::vector<SmtpDialogue> dialogues_;
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;  // the last: it uses all above
};

}  // namespace ipstore::orders::test

#endif  // IPSTORE_ORDERS_TESTS_SUPPORT_SCRIPTED_SMTP_SERVER_H_
