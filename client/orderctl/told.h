// How a change is told: the new state in one line, or the whole answer as JSON.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_TOLD_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_TOLD_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/session.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {

// What is worth saying of a change besides its outcome: " (…)", or nothing.
inline std::string Remark(bool preview, bool replayed, Language language) {
  if (preview) return absl::StrCat(" (", words::kPreview.In(language), ")");
  if (replayed) return absl::StrCat(" (", words::kReplayed.In(language), ")");
  return "";
}

// "1000000018  Order Processing", of an order or an enquiry. Previews of new ones have no number
// yet.
template <typename Subject>
std::string StateLine(const Subject& subject, const Reader& reader) {
  return absl::StrCat(reader.style.Paint(subject.number(), Tone::kStrong),
                      subject.number().empty() ? "" : "  ",
                      reader.style.Paint(Printable(subject.status_text()), Tone::kStatus));
}

// The order or enquiry that an answer holds.
template <typename Response>
const auto& SubjectOf(const Response& response) {
  if constexpr (requires { response.order(); }) {
    return response.order();
  } else {
    return response.enquiry();
  }
}

// Any answer that holds the order or enquiry afterwards.
template <typename Response>
Result<std::string> Told(const Session& session, const Result<Response>& answer, bool preview) {
  if (!answer.ok()) return answer.error();
  if (session.json) return ToJson(answer.value());
  return absl::StrCat(StateLine(SubjectOf(answer.value()), session.reader),
                      Remark(preview, answer.value().replayed(), session.reader.language), "\n");
}

// The same for a change that may find nothing to do.
template <typename Response>
Result<std::string> ToldOrUnchanged(const Session& session, const Result<Response>& answer,
                                    bool preview) {
  if (!answer.ok() || session.json || preview || !answer.value().activities().empty())
    return Told(session, answer, preview);
  return absl::StrCat(StateLine(SubjectOf(answer.value()), session.reader), " (",
                      words::kUnchanged.In(session.reader.language), ")\n");
}

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_TOLD_H_
