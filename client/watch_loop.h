// How OrdersClient follows a stream; see watch.h. Not installed.
#ifndef IPSTORE_ORDERS_CLIENT_WATCH_LOOP_H_
#define IPSTORE_ORDERS_CLIENT_WATCH_LOOP_H_

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/caller.h"
#include "client/error.h"
#include "client/retry.h"
#include "client/watch.h"

namespace ipstore::orders::client {

// One stream, from its first message to its end. The asynchronous calls are used because they can
// be waited for with a deadline; nothing else goes on beside.
template <typename Response>
class OneStream {
 public:
  using Reader = grpc::ClientAsyncReader<Response>;
  using Opening = std::function<std::unique_ptr<Reader>(grpc::ClientContext*,
                                                        grpc::CompletionQueue*, void* tag)>;

  // Opens the stream, which fails only when it is read.
  OneStream(const Caller& caller, const Opening& open, const WatchOptions& options)
      : silence_(options.longest_silence), cancel_(options.stop, Canceller{&context_}) {
    AddMetadata(caller, context_);
    reader_ = open(&context_, &queue_, this);
    WaitForEvent();
  }
  ~OneStream() {
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  OneStream(const OneStream&) = delete;
  OneStream& operator=(const OneStream&) = delete;

  // Blocks until the next message is there; false when the stream has ended or was silent for too
  // long.
  bool Read(Response& message) {
    if (!open_) return false;
    reader_->Read(&message, this);
    return WaitForEvent();
  }

  // Blocks for a moment. To be called once, when nobody reads any more; the stream is cancelled if
  // it still goes on.
  grpc::Status Finish() {
    if (open_) context_.TryCancel();
    grpc::Status status;
    reader_->Finish(&status, this);
    void* tag = nullptr;
    bool ok = false;
    queue_.Next(&tag, &ok);
    if (silent_) return {grpc::StatusCode::UNAVAILABLE, "the stream has fallen silent"};
    // No stream of ours ends well by itself, but what stands between may end one.
    if (status.ok()) return {grpc::StatusCode::UNAVAILABLE, "the stream was ended"};
    return status;
  }

 private:
  struct Canceller {
    grpc::ClientContext* context;
    void operator()() const { context->TryCancel(); }
  };

  // Of the one operation that is under way. After a silence it is cancelled, and then ends at once.
  bool WaitForEvent() {
    void* tag = nullptr;
    bool ok = false;
    const auto deadline = absl::ToChronoTime(absl::Now() + silence_);
    if (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::TIMEOUT) {
      silent_ = true;
      context_.TryCancel();
      queue_.Next(&tag, &ok);
      ok = false;
    }
    open_ = ok;
    return ok;
  }

  const absl::Duration silence_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<Reader> reader_;
  bool open_ = false;
  bool silent_ = false;
  std::stop_callback<Canceller> cancel_;  // last: it uses the context
};

// Whether a stream that ended with this is taken up again: what a call would be retried for, and
// having been too slow.
inline bool IsWorthResuming(const Error& error) {
  return IsWorthRetrying(error) || ErrorReasonOf(error) == v1::ERROR_REASON_WATCHER_TOO_SLOW;
}

// Follows the stream of `request`, and takes it up again after the last token. `open` begins a
// stream of a request; `pause` lets some time pass after so many failures without a message between
// them. Returns nothing when a handler or the stop token ended it, else why it cannot go on.
template <typename Request, typename Response>
std::optional<Error> FollowStream(
    Request request, const Caller& caller,
    const std::function<std::unique_ptr<grpc::ClientAsyncReader<Response>>(
        const Request&, grpc::ClientContext*, grpc::CompletionQueue*, void* tag)>& open,
    const std::function<void(int failures, const Error&)>& pause,
    const WatchHandlers<Response>& handlers, const WatchOptions& options) {
  for (int failures = 0; !options.stop.stop_requested();) {
    OneStream<Response> stream(
        caller,
        [&](grpc::ClientContext* context, grpc::CompletionQueue* queue, void* tag) {
          return open(request, context, queue, tag);
        },
        options);
    Response message;
    while (stream.Read(message)) {
      failures = 0;
      request.set_resume_token(message.resume_token());
      if (!handlers.on_message(message)) {
        stream.Finish();
        return std::nullopt;
      }
    }
    const Error error = DecodeError(stream.Finish());
    if (options.stop.stop_requested()) return std::nullopt;
    if (!IsWorthResuming(error)) return error;
    if (handlers.on_interruption && !handlers.on_interruption(error)) return std::nullopt;
    pause(++failures, error);
  }
  return std::nullopt;
}

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_WATCH_LOOP_H_
