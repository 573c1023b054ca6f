#include "client/orderctl/batch.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/error_text.h"
#include "client/orderctl/json_text.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/told.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// Why one order was refused: with the details that it would have had in a call of its own.
Error ErrorOf(const v1::BatchTransitionResult& result) {
  const google::rpc::Status& error = result.error();
  return DecodeError(
      {static_cast<grpc::StatusCode>(error.code()), error.message(), error.SerializeAsString()});
}

std::string ResultText(const v1::BatchTransitionResult& result, const Reader& reader) {
  const std::string number(absl::StripPrefix(result.name(), "orders/"));
  const std::string head = absl::StrCat(reader.style.Paint(Printable(number), Tone::kStrong), "  ");
  if (result.has_error()) return absl::StrCat(head, RefusalText(ErrorOf(result), reader));
  return absl::StrCat(head, reader.style.Paint(Printable(result.status_text()), Tone::kStatus),
                      Remark(/*preview=*/false, result.replayed(), reader.language), "\n");
}

std::string SummaryText(const v1::BatchTransitionOrdersResponse& answer, bool preview,
                        Language language) {
  return absl::StrCat(words::kMoved.In(language), ": ", FormatCount(answer.succeeded(), language),
                      " · ", words::kRefused.In(language), ": ",
                      FormatCount(answer.failed(), language),
                      Remark(preview, /*replayed=*/false, language), "\n");
}

ExitCode ExitCodeOf(const v1::BatchTransitionOrdersResponse& answer) {
  for (const v1::BatchTransitionResult& result : answer.results())
    if (result.has_error()) return ExitCodeFor(ErrorOf(result));
  return ExitCode::kOk;
}

}  // namespace

Result<std::string> BatchTransitionOrders(const Session& session,
                                          const v1::BatchTransitionOrdersRequest& request) {
  const Result<v1::BatchTransitionOrdersResponse> answer =
      session.client.BatchTransitionOrders(request);
  if (!answer.ok()) return answer.error();
  if (session.exit_code != nullptr) *session.exit_code = ExitCodeOf(answer.value());
  if (session.json) return ToJson(answer.value());
  std::string text;
  for (const v1::BatchTransitionResult& result : answer.value().results())
    absl::StrAppend(&text, ResultText(result, session.reader));
  return absl::StrCat(
      text, SummaryText(answer.value(), request.validate_only(), session.reader.language));
}

}  // namespace ipstore::orders::client
