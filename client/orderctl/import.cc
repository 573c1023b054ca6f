#include "client/orderctl/import.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/money_text.h"
#include "client/orderctl/words.h"

namespace ipstore::orders::client {
namespace {

// One call to the server. No more, so that it lists every refusal.
constexpr std::size_t kEntriesPerCall = 1000;
constexpr std::size_t kBytesPerCall = 16 << 20;

// People are shown so many refusals; machines all of them.
constexpr std::size_t kMaxShown = 20;

constexpr int kBarWidth = 30;

struct Report {
  std::int64_t read = 0;
  std::int64_t loaded = 0;
  std::int64_t already_there = 0;
  std::int64_t refused = 0;
  std::vector<v1::RefusedEntry> refusals;
  bool dry_run = false;
};

v1::RefusedEntry RefusedHere(std::int64_t line, const Unreadable& why, Language language) {
  v1::RefusedEntry refused;
  refused.set_line(line);
  refused.set_reason(why.reason);
  refused.set_message(why.detail.empty()
                          ? std::string(why.sentence.In(language))
                          : absl::StrCat(why.sentence.In(language), ": ", why.detail));
  return refused;
}

// The import of one file.
class Run {
 public:
  Run(const Session& session, const ImportJob& job) : session_(session), job_(job) {
    report_.dry_run = job.dry_run;
  }

  Result<Report> Finish() {
    LineReader lines(*job_.input.stream, kMaxImportLineBytes);
    while (std::optional<LineReader::Line> line = lines.Next()) {
      Take(*line);
      if (batch_.size() < kEntriesPerCall && batch_bytes_ < kBytesPerCall) continue;
      if (const std::optional<Error> error = Send()) return *error;
      ShowProgress(lines.bytes_read());
    }
    if (const std::optional<Error> error = Send()) return *error;
    // The lines that never left come before those of their batch that the server refused.
    std::stable_sort(report_.refusals.begin(), report_.refusals.end(),
                     [](const auto& a, const auto& b) { return a.line() < b.line(); });
    return std::move(report_);
  }

  // Wipes the bar off, however the import has ended.
  void EndProgress() const {
    if (session_.progress && progress_shown_) session_.progress("\r\x1b[K");
  }

 private:
  void Take(const LineReader::Line& line) {
    if (!line.too_long && absl::StripAsciiWhitespace(line.text).empty()) return;
    ++report_.read;
    LineReading reading = line.too_long ? unreadable::TooLong() : job_.read(line.text);
    auto* entry = std::get_if<v1::ImportedOrder>(&reading);
    if (entry != nullptr && entry->ByteSizeLong() > kMaxImportedOrderBytes) {
      reading = unreadable::TooLong();
      entry = nullptr;
    }
    if (entry == nullptr) {
      ++report_.refused;
      report_.refusals.push_back(
          RefusedHere(line.number, std::get<Unreadable>(reading), session_.reader.language));
      return;
    }
    entry->set_line(line.number);
    batch_bytes_ += entry->ByteSizeLong();
    batch_.push_back(std::move(*entry));
  }

  std::optional<Error> Send() {
    if (batch_.empty()) return std::nullopt;
    const std::int64_t first_line = batch_.front().line();
    Result<v1::ImportOrdersResponse> answer =
        session_.client.ImportOrders(std::exchange(batch_, {}), job_.dry_run);
    batch_bytes_ = 0;
    if (!answer.ok()) return Interrupted(answer.error(), first_line);
    report_.loaded += answer.value().loaded();
    report_.already_there += answer.value().already_there();
    report_.refused += answer.value().refused();
    report_.refusals.insert(report_.refusals.end(), answer.value().refusals().begin(),
                            answer.value().refusals().end());
    return std::nullopt;
  }

  // The error, with how far the import had come.
  Error Interrupted(Error error, std::int64_t first_line) const {
    if (first_line == 1) return error;
    const auto add = [&](std::string& message, Language language) {
      if (!message.empty())
        absl::StrAppend(&message, " ", words::kImportInterrupted.In(language), " ", first_line,
                        ".");
    };
    add(error.message, Language::kEnglish);
    add(error.localized_message, session_.reader.language);
    return error;
  }

  void ShowProgress(std::uint64_t bytes_read) {
    if (!session_.progress) return;
    progress_shown_ = true;
    const Language language = session_.reader.language;
    std::string bar;
    if (const auto total = job_.input.bytes; total.has_value() && *total > 0) {
      const double part =
          std::min(1.0, static_cast<double>(bytes_read) / static_cast<double>(*total));
      const auto filled = static_cast<std::size_t>(part * kBarWidth);
      bar = absl::StrCat("[", std::string(filled, '#'), std::string(kBarWidth - filled, ' '), "] ",
                         static_cast<int>(part * 100), "%  ");
    }
    session_.progress(absl::StrCat("\r", bar, FormatCount(report_.read, language), " ",
                                   words::kLines.In(language), "\x1b[K"));
  }

  const Session& session_;
  const ImportJob& job_;
  Report report_;
  std::vector<v1::ImportedOrder> batch_;
  std::size_t batch_bytes_ = 0;
  bool progress_shown_ = false;
};

std::string ReportText(const Report& report, const Reader& reader) {
  const Language language = reader.language;
  const auto count = [&](std::int64_t number) { return FormatCount(number, language); };
  std::string out;
  if (report.dry_run) absl::StrAppend(&out, words::kPreview.In(language), "\n");
  absl::StrAppend(&out, words::kLinesRead.In(language), ": ", count(report.read), " · ",
                  words::kLoaded.In(language), ": ", count(report.loaded), " · ",
                  words::kAlreadyThere.In(language), ": ", count(report.already_there), " · ",
                  words::kRefused.In(language), ": ", count(report.refused), "\n");
  const std::size_t shown = std::min(report.refusals.size(), kMaxShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const v1::RefusedEntry& refused = report.refusals[i];
    absl::StrAppend(&out, "  ", words::kLine.In(language), " ", refused.line(), ": ",
                    reader.style.Paint(Printable(refused.reason()), Tone::kBad), ": ",
                    Printable(refused.message()), "\n");
    for (const v1::EntryViolation& violation : refused.violations()) {
      absl::StrAppend(&out, "    ", Printable(violation.field()), ": ",
                      Printable(violation.description()), "\n");
    }
  }
  if (report.refused > static_cast<std::int64_t>(shown))
    absl::StrAppend(&out, "  ", words::kMoreRefused.In(language), "\n");
  return out;
}

std::string ReportJson(const Report& report) {
  using Json = nlohmann::ordered_json;
  Json refusals = Json::array();
  for (const v1::RefusedEntry& refused : report.refusals) {
    Json entry = {
        {"line", refused.line()}, {"reason", refused.reason()}, {"message", refused.message()}};
    for (const v1::EntryViolation& violation : refused.violations()) {
      entry["violations"].push_back({{"field", violation.field()},
                                     {"flaw", violation.flaw()},
                                     {"description", violation.description()}});
    }
    refusals.push_back(std::move(entry));
  }
  const Json json = {{"read", report.read},
                     {"loaded", report.loaded},
                     {"alreadyThere", report.already_there},
                     {"refused", report.refused},
                     {"dryRun", report.dry_run},
                     {"refusals", std::move(refusals)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<std::string> ImportLines(const Session& session, const ImportJob& job) {
  Run run(session, job);
  const Result<Report> report = run.Finish();
  run.EndProgress();
  if (!report.ok()) return report.error();
  if (report.value().refused > 0 && session.exit_code != nullptr)
    *session.exit_code = ExitCode::kInvalidArgument;
  return session.json ? ReportJson(report.value()) : ReportText(report.value(), session.reader);
}

}  // namespace ipstore::orders::client
