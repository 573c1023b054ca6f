#include "client/orderctl/redactions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/listings.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/table.h"
#include "client/orderctl/time_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// How often to look how far a redaction is: some hundred orders take about a second.
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

// What is worth saying of a redaction besides its outcome.
template <typename Response>
Phrase RemarkOn(const Response& response, bool preview) {
  if (preview) return words::kPreview;
  if (response.replayed()) return words::kReplayed;
  return response.activities().empty() ? words::kUnchanged : words::kRedacted;
}

template <typename Response>
Result<std::string> Told(const Session& session, const Result<Response>& answer,
                         const std::string& name, bool preview) {
  if (!answer.ok()) return answer.error();
  if (session.json) return ToJson(answer.value());
  return absl::StrCat(session.reader.style.Paint(Printable(name), Tone::kStrong), "  ",
                      RemarkOn(answer.value(), preview).In(session.reader.language), "\n");
}

Phrase StateOf(const v1::Redaction& redaction) {
  return redaction.state() == v1::REDACTION_STATE_DONE ? words::kDone : words::kRunning;
}

std::string CountsOf(const v1::Redaction& redaction, Language language) {
  std::string counts = absl::StrCat(FormatCount(redaction.done_count(), language), " / ",
                                    FormatCount(redaction.total_count(), language));
  if (redaction.failed_count() > 0) {
    absl::StrAppend(&counts, ", ", words::kFailed.In(language), ": ",
                    FormatCount(redaction.failed_count(), language));
  }
  return counts;
}

std::string RedactionTable(const google::protobuf::RepeatedPtrField<v1::Redaction>& redactions,
                           const Reader& reader) {
  const Language language = reader.language;
  if (redactions.empty()) return absl::StrCat(words::kNone.In(language), "\n");
  Table table({{std::string(words::kRedaction.In(language))},
               {std::string(words::kCustomer.In(language))},
               {std::string(words::kStatus.In(language))},
               {std::string(words::kRedacted.In(language))},
               {std::string(words::kBegun.In(language))},
               {std::string(words::kBy.In(language))}});
  for (const v1::Redaction& redaction : redactions) {
    const bool done = redaction.state() == v1::REDACTION_STATE_DONE;
    const v1::Actor* behalf = redaction.has_on_behalf_of() ? &redaction.on_behalf_of() : nullptr;
    table.AddRow(
        {{redaction.name(), Tone::kStrong},
         {redaction.customer_id()},
         {std::string(StateOf(redaction).In(language)), done ? Tone::kFaint : Tone::kStatus},
         {CountsOf(redaction, language)},
         {FormatTime(redaction.create_time(), reader.zone, language)},
         {NameOf(redaction.actor(), behalf, language)}});
  }
  return table.Render(reader.style, reader.width);
}

std::string RedactionLine(const v1::Redaction& redaction, const Reader& reader) {
  const Language language = reader.language;
  return absl::StrCat(reader.style.Paint(redaction.name(), Tone::kStrong), "  ",
                      StateOf(redaction).In(language), "  ", CountsOf(redaction, language), "\n");
}

Result<v1::Redaction> WaitUntilDone(const Session& session, v1::Redaction redaction) {
  absl::Duration pause = kFirstPause;
  while (redaction.state() != v1::REDACTION_STATE_DONE) {
    absl::SleepFor(pause);
    pause = std::min(2 * pause, kLongestPause);
    v1::GetRedactionRequest request;
    request.set_name(redaction.name());
    Result<v1::Redaction> now = session.client.GetRedaction(request);
    if (!now.ok()) return now;
    redaction = std::move(now).value();
    if (session.progress)
      session.progress(absl::StrCat("\r", CountsOf(redaction, session.reader.language)));
  }
  return redaction;
}

}  // namespace

Result<std::string> RedactSubject(const Session& session, const v1::RedactSubjectRequest& request) {
  return Told(session, session.client.RedactSubject(request), request.name(),
              request.validate_only());
}

Result<std::string> RedactComment(const Session& session, const v1::RedactCommentRequest& request) {
  return Told(session, session.client.RedactComment(request), request.name(),
              request.validate_only());
}

Result<std::string> RedactCustomer(const Session& session, const v1::RedactCustomerRequest& request,
                                   bool wait) {
  const Result<v1::RedactCustomerResponse> begun = session.client.RedactCustomer(request);
  if (!begun.ok()) return begun.error();
  if (!wait) {
    if (session.json) return ToJson(begun.value());
    return RedactionLine(begun.value().redaction(), session.reader);
  }
  const Result<v1::Redaction> done = WaitUntilDone(session, begun.value().redaction());
  if (!done.ok()) return done.error();
  if (done.value().failed_count() > 0 && session.exit_code != nullptr)
    *session.exit_code = ExitCode::kOther;
  if (session.json) return ToJson(done.value());
  return RedactionLine(done.value(), session.reader);
}

Result<std::string> ShowRedaction(const Session& session, const v1::GetRedactionRequest& request) {
  const Result<v1::Redaction> redaction = session.client.GetRedaction(request);
  if (!redaction.ok()) return redaction.error();
  if (session.json) return ToJson(redaction.value());
  return RedactionLine(redaction.value(), session.reader);
}

Result<std::string> ListRedactions(const Session& session,
                                   const v1::ListRedactionsRequest& request) {
  const Result<v1::ListRedactionsResponse> page = session.client.ListRedactions(request);
  if (!page.ok()) return page.error();
  if (session.json) return ToJson(page.value());
  return absl::StrCat(RedactionTable(page.value().redactions(), session.reader),
                      NextPageHint(page.value().next_page_token(), session.reader));
}

}  // namespace ipstore::orders::client
