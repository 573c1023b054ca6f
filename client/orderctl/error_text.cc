#include "client/orderctl/error_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/words.h"
#include "google/rpc/code.pb.h"

namespace ipstore::orders::client {
namespace {

std::string CodeName(grpc::StatusCode code) {
  // gRPC's numbers are those of google.rpc.Code.
  return google::rpc::Code_Name(static_cast<google::rpc::Code>(code));
}

std::string Sentence(const Error& error, Language language) {
  if (!error.localized_message.empty()) return error.localized_message;
  if (!error.reason.empty() || error.code == grpc::StatusCode::INVALID_ARGUMENT)
    return error.message;
  return absl::StrCat(words::kNoAnswer.In(language), " (", error.message, ").");
}

void AppendLine(std::string& out, absl::string_view name, absl::string_view text,
                const Reader& reader) {
  absl::StrAppend(&out, "  ", reader.style.Paint(Printable(name), Tone::kStrong), " ",
                  Printable(text), "\n");
}

// What the server lists as open, as subcommands of this tool.
std::string OpenActions(const Error& error) {
  const auto found = error.metadata.find("open_actions");
  if (found == error.metadata.end()) return "";
  std::vector<std::string> subcommands;
  for (absl::string_view name : absl::StrSplit(found->second, ',', absl::SkipWhitespace())) {
    subcommands.push_back(Kebab(absl::StripAsciiWhitespace(name)));
  }
  return absl::StrJoin(subcommands, ", ");
}

nlohmann::ordered_json ViolationsJson(const Error& error) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FieldViolation& violation : error.violations) {
    list.push_back({{"field", violation.field},
                    {"flaw", violation.flaw},
                    {"description", violation.description}});
  }
  return list;
}

nlohmann::ordered_json PreconditionsJson(const Error& error) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const PreconditionFailure& failure : error.preconditions) {
    list.push_back({{"guard", failure.guard},
                    {"subject", failure.subject},
                    {"description", failure.description}});
  }
  return list;
}

}  // namespace

std::string ReasonOf(const Error& error) {
  return error.reason.empty() ? CodeName(error.code) : error.reason;
}

std::string ErrorText(const Error& error, const Reader& reader) {
  return absl::StrCat("orderctl: ", RefusalText(error, reader));
}

std::string RefusalText(const Error& error, const Reader& reader) {
  std::string out = absl::StrCat(reader.style.Paint(Printable(ReasonOf(error)), Tone::kBad), ": ",
                                 Printable(Sentence(error, reader.language)), "\n");
  for (const FieldViolation& violation : error.violations) {
    AppendLine(out, absl::StrCat(violation.field, ":"), violation.description, reader);
  }
  for (const PreconditionFailure& failure : error.preconditions) {
    AppendLine(out, absl::StrCat(failure.guard, ":"), failure.description, reader);
  }
  if (const std::string open = OpenActions(error); !open.empty()) {
    AppendLine(out, words::kOpenInstead.In(reader.language), open, reader);
  }
  if (!error.request_id.empty()) {
    AppendLine(out, words::kRepeatSafely.In(reader.language), error.request_id, reader);
  }
  return out;
}

std::string ErrorJson(const Error& error) {
  nlohmann::ordered_json body = {{"code", CodeName(error.code)}, {"reason", ReasonOf(error)}};
  body["message"] = error.localized_message.empty() ? error.message : error.localized_message;
  if (!error.metadata.empty()) body["metadata"] = error.metadata;
  if (!error.violations.empty()) body["violations"] = ViolationsJson(error);
  if (!error.preconditions.empty()) body["preconditions"] = PreconditionsJson(error);
  if (error.retry_delay.has_value()) {
    body["retryDelay"] = absl::StrCat(absl::ToDoubleSeconds(*error.retry_delay), "s");
  }
  if (!error.request_id.empty()) body["requestId"] = error.request_id;
  const nlohmann::ordered_json whole = {{"error", body}};
  return whole.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ipstore::orders::client
