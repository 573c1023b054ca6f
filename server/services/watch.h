// What a streaming method is made of: a stream of the feed, what of it the caller may see, and the
// messages that it comes to. No gRPC in here.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_WATCH_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_WATCH_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "domain/refusal.h"
#include "server/feed/feed_stream.h"
#include "server/services/backend.h"
#include "server/services/call.h"
#include "server/services/stream_limits.h"

namespace ipstore::orders {

// Where the messages of a stream go: to a gRPC call, or to a test. None of the methods blocks or
// calls the watch back before it returns.
template <typename Response>
class MessageSink {
 public:
  // One Sent() is wanted when the message is on its way. Not called again before that came.
  virtual void Send(const Response& message) = 0;
  // Nothing comes any more; what was sent last may still be on its way.
  virtual void End(const Refusal& refusal) = 0;
  // After End(): what was sent last does not arrive. Nobody need wait for it.
  virtual void GiveUp() = 0;

 protected:
  ~MessageSink() = default;
};

// The token for a place in the feed; it tells its holder nothing.
std::string SealMark(const Tokens& tokens, const FeedMark& mark);
// Nothing when `token` is empty or, with a violation of "resume_token", when it is not ours.
std::optional<FeedMark> OpenMark(const Tokens& tokens, const std::string& token,
                                 Violations& violations);

// What a caller is told whose stream ends for that reason after that place.
Refusal RefusalOf(FeedEnd why, std::string resume_token);

// One call of a streaming method. Thread-safe; no method blocks. Shared with the reads that are on
// their way, so that it may outlive its sink.
template <typename Response>
class Watch : public FeedSink, public std::enable_shared_from_this<Watch<Response>> {
 public:
  ~Watch() override = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // What was sent last is on its way.
  void Sent() { stream_->Sent(); }

  // Nobody listens any more: the sink is not called after this has returned.
  void Cancel() {
    std::shared_ptr<FeedStream> stream;
    {
      const std::lock_guard lock(mutex_);
      sink_ = nullptr;
      stream = stream_;
    }
    if (stream != nullptr) stream->Cancel();
  }

  void End(FeedEnd why, std::optional<FeedMark> mark) override {
    EndWith(RefusalOf(why, mark.has_value() ? SealMark(*backend_.tokens, *mark) : ""));
  }
  void GiveUp() override {
    const std::lock_guard lock(mutex_);
    if (sink_ != nullptr) sink_->GiveUp();
  }

 protected:
  // `sink` must live until Cancel().
  Watch(const Backend& backend, CallContext context, MessageSink<Response>* sink)
      : backend_(backend), context_(std::move(context)), sink_(sink) {}

  // Refuses callers who have too many streams already.
  bool Admit() {
    auto admitted = backend_.streams->Admit(context_.caller);
    if (auto* refusal = std::get_if<Refusal>(&admitted)) {
      EndWith(*refusal);
      return false;
    }
    slot_ = std::move(std::get<StreamSlot>(admitted));
    return true;
  }

  // Lets the feed come, after that place or from now on.
  void Follow(FeedScope scope, std::optional<FeedMark> after) {
    std::shared_ptr<FeedStream> stream;
    {
      const std::lock_guard lock(mutex_);
      if (sink_ == nullptr) return;
      stream_ =
          std::make_shared<FeedStream>(*backend_.feed, *backend_.reads, std::move(scope), this);
      stream = stream_;
    }
    stream->Start(after);
  }

  void SendMessage(const Response& message) {
    const std::lock_guard lock(mutex_);
    token_ = message.resume_token();
    if (sink_ != nullptr && !ended_) sink_->Send(message);
  }

  void EndWith(const Refusal& refusal) {
    const std::lock_guard lock(mutex_);
    if (sink_ != nullptr && !std::exchange(ended_, true)) sink_->End(refusal);
  }

  // What could not be read may be read after a resume.
  void EndUnread(Refusal refusal) {
    const std::string token = LastToken();
    EndWith(token.empty() ? std::move(refusal) : Unavailable(token));
  }
  std::string LastToken() {
    const std::lock_guard lock(mutex_);
    return token_;
  }

  // Reads on the pool: `read` is a function from Reader& to ReadResult<Result>, `then` is given the
  // result. What cannot be read ends the watch.
  template <typename Result, typename Read, typename Then>
  void ReadThen(Read read, Then then) {
    auto self = this->shared_from_this();
    backend_.reads->Submit(
        {.run = [self, read = std::move(read),
                 then = std::move(then)](Reader& reader) mutable -> absl::Status {
           ReadResult<Result> result = read(reader);
           if (!result.ok()) return result.status();
           if (auto* refusal = std::get_if<Refusal>(&*result)) {
             self->EndWith(*refusal);
           } else {
             then(std::move(std::get<Result>(*result)));
           }
           return absl::OkStatus();
         },
         .refuse = [self](Refusal refusal) { self->EndUnread(std::move(refusal)); },
         .deadline = context_.deadline,
         .cancelled = context_.cancelled});
  }

  // The same of one subject, which is read together with others: `then` is given a
  // const SubjectState& that the caller may see.
  template <typename Then>
  void ReadSubjectThen(SubjectName name, Then then) {
    const Number number = name.number;
    backend_.subject_reads->Submit(
        {.number = number,
         .done =
             [self = this->shared_from_this(), name = std::move(name),
              then = std::move(then)](SubjectReadOutcome outcome) mutable {
               if (auto* refusal = std::get_if<Refusal>(&outcome))
                 return self->EndUnread(std::move(*refusal));
               const auto* subject = std::get<const SubjectState*>(outcome);
               if (auto refusal = CheckAccess(subject, name, self->context_.caller))
                 return self->EndWith(*refusal);
               then(*subject);
             },
         .deadline = context_.deadline,
         .cancelled = context_.cancelled});
  }

  const Backend backend_;
  const CallContext context_;

 private:
  StreamSlot slot_;
  std::mutex mutex_;             // guards all below
  MessageSink<Response>* sink_;  // null once it was cancelled
  bool ended_ = false;
  std::string token_;  // of the message that was sent last
  std::shared_ptr<FeedStream> stream_;
};

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_WATCH_H_
