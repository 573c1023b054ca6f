// What the service methods work with, and the few ways in which they use it: read, change, preview.
#ifndef IPSTORE_ORDERS_SERVER_SERVICES_BACKEND_H_
#define IPSTORE_ORDERS_SERVER_SERVICES_BACKEND_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "domain/activity.h"
#include "domain/command.h"
#include "domain/decide.h"
#include "domain/order.h"
#include "domain/refusal.h"
#include "domain/subject_state.h"
#include "server/feed/feed_cursors.h"
#include "server/feed/feed_hub.h"
#include "server/notifications/notification_mails.h"
#include "server/read/read_pool.h"
#include "server/read/subject_reads.h"
#include "server/redaction/redaction_runner.h"
#include "server/services/call.h"
#include "server/services/encode.h"
#include "server/services/names.h"
#include "server/services/stream_limits.h"
#include "server/services/tokens.h"
#include "server/storage/store.h"
#include "server/write/committer.h"
#include "server/write/session_worker.h"

namespace ipstore::orders {

// What the thread works with that reads messages (SessionWorker): the messages alone.
struct EmailReading {};

// Pointers to what lives as long as the server. Cheap to copy.
struct Backend {
  GroupCommitter* writes = nullptr;
  ReadPool* reads = nullptr;
  SubjectReads* subject_reads = nullptr;
  RedactionRunner* redactions = nullptr;
  FeedHub* feed = nullptr;
  FeedCursors* cursors = nullptr;
  StreamLimits* streams = nullptr;
  const NotificationMails* mails = nullptr;
  // Null where e-mail is not set up.
  SessionWorker<NotificationSession>* ledger = nullptr;
  SessionWorker<ReceivedEmailSession>* received_emails = nullptr;
  SessionWorker<EmailReading>* email_readings = nullptr;
  const Tokens* tokens = nullptr;
  // Set when the server has begun to shut down: long calls end soon. May be null.
  const std::atomic<bool>* stopping = nullptr;
  std::function<absl::Time()> clock;
};

inline Audience AudienceOf(const Backend& backend, const CallContext& context) {
  return {context.language, context.caller.EffectiveRole(), backend.clock()};
}

// What a read comes to: an answer, a refusal, or (as a status) that the store failed.
template <typename Response>
using ReadResult = absl::StatusOr<std::variant<Response, Refusal>>;

// Runs `read`, a function from Reader& to ReadResult<Response>, on the read pool and answers with
// what it returns. It may run more than once.
template <typename Response, typename Read>
void AnswerByReading(const Backend& backend, const CallContext& context,
                     Responder<Response> responder, Read read) {
  auto answer = std::make_shared<Responder<Response>>(std::move(responder));
  backend.reads->Submit({.run = [answer, read = std::move(read)](Reader& reader) -> absl::Status {
                           ReadResult<Response> result = read(reader);
                           if (!result.ok()) return result.status();
                           if (auto* refusal = std::get_if<Refusal>(&*result)) {
                             answer->Refuse(*refusal);
                           } else {
                             answer->Reply(std::get<Response>(*result));
                           }
                           return absl::OkStatus();
                         },
                         .refuse = [answer](Refusal refusal) { answer->Refuse(refusal); },
                         .deadline = context.deadline,
                         .cancelled = context.cancelled});
}

// What a call is answered with whose work on a session failed. Doing it again does no harm.
Refusal RefusalOf(const absl::Status& status);

// Nothing when the caller may see the subject, which is of that name (nullptr: there is none).
std::optional<Refusal> CheckAccess(const SubjectState* subject, const SubjectName& name,
                                   const Caller& caller);

// The subject of that name if the caller may see it, else the refusal.
absl::StatusOr<std::variant<SubjectPointer, Refusal>> ReadSubject(Reader& reader,
                                                                  const SubjectName& name,
                                                                  const Caller& caller);

// Reads the subject of that name, together with others that are asked for at the moment, and calls
// `then` with it if the caller may see it, else with the refusal: once, on another thread. The
// subject is valid during the call only; `then` must not block.
void ReadSubjectThen(const Backend& backend, const CallContext& context, SubjectName name,
                     absl::AnyInvocable<void(SubjectReadOutcome) &&> then);

// A change of one subject, as a method has decoded it. The command is one for its kind.
struct Change {
  SubjectName subject;
  std::string etag;  // empty: any
  std::variant<OrderCommand, EnquiryCommand> command;
};

// Decides `change` on `state` (nullptr: there is none): access, etag, then the command itself.
// Pure.
Decision DecideChange(const Change& change, const SubjectState* state, const Caller& caller,
                      absl::Time now);

// What identifies a call for idempotency.
struct RequestIdentity {
  std::string request_id;  // empty: the server makes one
  RequestKey key{};
  ContentHash content{};
};

// A request as its identity is made of it; see Tokens::HashOfRequest. Borrows.
struct RequestText {
  absl::string_view method;
  absl::string_view target;
  absl::string_view request_id;  // may be empty
  // As serialized. That it holds the request_id too makes no difference, since only requests with
  // the same id are ever compared.
  absl::string_view content;
};
RequestIdentity Identify(const Tokens& tokens, const Caller& caller, const RequestText& request);

// The request as serialized, but without its etag: a retry that has looked at the subject again has
// another.
template <typename Request>
std::string ContentOf(const Request& request) {
  if constexpr (requires { request.etag(); }) {
    if (!request.etag().empty()) {
      Request content = request;
      content.clear_etag();
      return content.SerializeAsString();
    }
  }
  return request.SerializeAsString();
}

// Hands a unit of work to the committer. The fields and `decide` as in Unit; `done` is given what
// became of it.
struct WriteRequest {
  std::optional<Number> subject;
  std::optional<ExternalKey> external_key;
  std::optional<Number> related;
  RequestIdentity identity;
};
void SubmitUnit(const Backend& backend, const CallContext& context, WriteRequest request,
                absl::AnyInvocable<Decision(const UnitContext&) const> decide,
                absl::AnyInvocable<void(Outcome) &&> done);

// What a preview shows: the subject as it would be and the activities that there would be.
struct Preview {
  SubjectState subject;
  Activities activities;
};

// Applies a decision to a copy of `state` (nullptr: it creates one).
std::variant<Preview, Refusal> PreviewOf(const SubjectState* state, Decision decision);

}  // namespace ipstore::orders

#endif  // IPSTORE_ORDERS_SERVER_SERVICES_BACKEND_H_
