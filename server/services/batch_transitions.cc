#include "server/services/batch_transitions.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "domain/decide.h"
#include "domain/sentences.h"
#include "domain/validate.h"
#include "server/services/decode.h"
#include "server/services/encode.h"
#include "server/services/errors.h"

namespace ipstore::orders {
namespace {

constexpr int kMaxBatch = 500;

// One of the requests, decoded: the change, or why not.
using Step = std::variant<Change, Refusal>;

Step DecodeStep(const v1::TransitionOrderRequest& request) {
  Violations violations;
  OrderCommand command = Decode(request, violations);
  Change change{
      .subject = DecodeSubjectName(request.name(), SubjectKind::kOrder, "name", violations),
      .etag = request.etag(),
      .command = std::move(command)};
  ValidateText(request.etag(), "etag", kMaxIdentifier, /*required=*/false, /*multiline=*/false,
               violations);
  ValidateRequestId(request.request_id(), violations);
  // Who wrote it there means it: better refused than done.
  if (request.validate_only()) {
    violations.Add("validate_only", Flaw::kMalformed,
                   {{"expected", "validate_only of the batch, for all of its steps"}});
  }
  if (!violations.Empty()) return InvalidRequest(std::move(violations).Take());
  return change;
}

void EncodeOutcome(const Refusal& refusal, Audience audience, v1::BatchTransitionResult* to) {
  *to->mutable_error() = ToRpcStatus(refusal, audience.language);
}

void EncodeOutcome(const Order& order, Audience audience, v1::BatchTransitionResult* to) {
  to->set_status(static_cast<v1::OrderStatus>(order.status()));
  to->set_status_text(std::string(Label(order.status(), audience.language)));
}

void EncodeOutcome(const Applied& applied, const Tokens& tokens, Audience audience,
                   v1::BatchTransitionResult* to) {
  const Order& order = applied.order();
  EncodeOutcome(order, audience, to);
  to->set_etag(EtagOf(order.subject));
  for (std::int32_t i = 0; i < applied.activity_count; ++i) {
    to->add_activities(
        ActivityName(tokens, SubjectKind::kOrder, order.subject.number, applied.first_seq + i));
  }
  to->set_replayed(applied.replayed);
}

void CountResults(v1::BatchTransitionOrdersResponse& response) {
  for (const v1::BatchTransitionResult& result : response.results()) {
    if (result.has_error()) {
      response.set_failed(response.failed() + 1);
    } else {
      response.set_succeeded(response.succeeded() + 1);
    }
  }
}

// Gathers the results, which come on the threads of several committers, and answers when all have
// come. Thread-safe.
class Gathering {
 public:
  Gathering(const v1::BatchTransitionOrdersRequest& request,
            Responder<v1::BatchTransitionOrdersResponse> responder)
      : responder_(std::move(responder)), missing_(request.requests_size()) {
    for (const v1::TransitionOrderRequest& one : request.requests())
      response_.add_results()->set_name(one.name());
  }

  // `fill` is given the result of that request, to be filled in; once for each.
  template <typename Fill>
  void Put(int index, Fill fill) {
    const std::lock_guard lock(mutex_);
    fill(response_.mutable_results(index));
    if (--missing_ > 0) return;
    CountResults(response_);
    responder_.Reply(response_);
  }

 private:
  std::mutex mutex_;
  v1::BatchTransitionOrdersResponse response_;
  Responder<v1::BatchTransitionOrdersResponse> responder_;
  int missing_;
};

// The id of one of the requests: its own, or one that follows from that of the batch and that no
// caller can give, so that it is never another request's.
std::string RequestIdOf(const v1::BatchTransitionOrdersRequest& batch, int index) {
  const std::string& own = batch.requests(index).request_id();
  if (!own.empty() || batch.request_id().empty()) return own;
  return absl::StrCat(batch.request_id(), "#", index);
}

void SubmitSteps(const Backend& backend, const CallContext& context,
                 const v1::BatchTransitionOrdersRequest& request, std::vector<Step> steps,
                 Responder<v1::BatchTransitionOrdersResponse> responder) {
  const auto gathering = std::make_shared<Gathering>(request, std::move(responder));
  const Audience audience = AudienceOf(backend, context);
  for (int i = 0; i < request.requests_size(); ++i) {
    Step& step = steps[static_cast<std::size_t>(i)];
    if (auto* refusal = std::get_if<Refusal>(&step)) {
      gathering->Put(i,
                     [&](v1::BatchTransitionResult* to) { EncodeOutcome(*refusal, audience, to); });
      continue;
    }
    Change& change = std::get<Change>(step);
    WriteRequest write{.subject = change.subject.number,
                       .identity = Identify(*backend.tokens, context.caller,
                                            {.method = "TransitionOrder",
                                             .target = request.requests(i).name(),
                                             .request_id = RequestIdOf(request, i),
                                             .content = ContentOf(request.requests(i))})};
    SubmitUnit(
        backend, context, std::move(write),
        [change = std::move(change), caller = context.caller](const UnitContext& unit) {
          return DecideChange(change, unit.subject, caller, unit.now);
        },
        [gathering, i, audience, tokens = backend.tokens](Outcome outcome) {
          gathering->Put(i, [&](v1::BatchTransitionResult* to) {
            if (auto* refusal = std::get_if<Refusal>(&outcome))
              return EncodeOutcome(*refusal, audience, to);
            EncodeOutcome(std::get<Applied>(outcome), *tokens, audience, to);
          });
        });
  }
}

// The preview of one step on the order as it is.
void PreviewStep(const Step& step, const absl::flat_hash_map<Number, SubjectPointer>& subjects,
                 const Caller& caller, Audience audience, v1::BatchTransitionResult* to) {
  if (const auto* refusal = std::get_if<Refusal>(&step))
    return EncodeOutcome(*refusal, audience, to);
  const Change& change = std::get<Change>(step);
  const auto found = subjects.find(change.subject.number);
  const SubjectState* state = found == subjects.end() ? nullptr : found->second.get();
  const absl::Time now =
      state == nullptr ? audience.now : std::max(audience.now, HeadOf(*state).last_activity_at);
  const auto preview = PreviewOf(state, DecideChange(change, state, caller, now));
  if (const auto* refusal = std::get_if<Refusal>(&preview))
    return EncodeOutcome(*refusal, audience, to);
  EncodeOutcome(std::get<Order>(std::get<Preview>(preview).subject), audience, to);
}

void PreviewSteps(const Backend& backend, const CallContext& context,
                  const v1::BatchTransitionOrdersRequest& request, std::vector<Step> steps,
                  Responder<v1::BatchTransitionOrdersResponse> responder) {
  std::vector<std::string> names;
  for (const v1::TransitionOrderRequest& one : request.requests()) names.push_back(one.name());
  AnswerByReading(backend, context, std::move(responder),
                  [steps = std::move(steps), names = std::move(names), caller = context.caller,
                   audience = AudienceOf(backend, context)](
                      Reader& reader) -> ReadResult<v1::BatchTransitionOrdersResponse> {
                    std::vector<Number> numbers;
                    for (const Step& step : steps) {
                      if (const auto* change = std::get_if<Change>(&step))
                        numbers.push_back(change->subject.number);
                    }
                    auto found = reader.GetSubjects(numbers);
                    if (!found.ok()) return found.status();
                    absl::flat_hash_map<Number, SubjectPointer> subjects;
                    for (SubjectPointer& subject : *found)
                      subjects.emplace(HeadOf(*subject).number, std::move(subject));
                    v1::BatchTransitionOrdersResponse response;
                    for (std::size_t i = 0; i < steps.size(); ++i) {
                      auto* result = response.add_results();
                      result->set_name(names[i]);
                      PreviewStep(steps[i], subjects, caller, audience, result);
                    }
                    CountResults(response);
                    return response;
                  });
}

}  // namespace

void BatchTransition(const Backend& backend, const CallContext& context,
                     const v1::BatchTransitionOrdersRequest& request,
                     Responder<v1::BatchTransitionOrdersResponse> responder) {
  Violations violations = context.flaws;
  ValidateRequestId(request.request_id(), violations);
  if (request.requests_size() == 0) violations.Add("requests", Flaw::kMissing);
  if (request.requests_size() > kMaxBatch)
    violations.Add("requests", Flaw::kTooMany, {{"max", std::int64_t{kMaxBatch}}});
  if (!violations.Empty()) return responder.Refuse(InvalidRequest(std::move(violations).Take()));

  std::vector<Step> steps;
  steps.reserve(static_cast<std::size_t>(request.requests_size()));
  for (const v1::TransitionOrderRequest& one : request.requests()) steps.push_back(DecodeStep(one));
  if (request.validate_only())
    return PreviewSteps(backend, context, request, std::move(steps), std::move(responder));
  SubmitSteps(backend, context, request, std::move(steps), std::move(responder));
}

}  // namespace ipstore::orders
