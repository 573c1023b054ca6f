#include "server/mail/reply_text.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "server/mail/incoming_email.h"
#include "server/text/words.h"

namespace ipstore::orders {
namespace {

// No line that a mail program writes is longer, in bytes; addresses and names are in it.
constexpr std::size_t kMaxFormLine = 500;
// Over how many lines such a line may have been wrapped.
constexpr std::size_t kMaxWrapped = 4;
// Lines of the headers of an original. Recipients may take several.
constexpr std::size_t kMaxHeaderLines = 16;
constexpr std::size_t kMaxHeaderExtraLines = 4;
// A longer "signature" is a text below a line of dashes.
constexpr int kMaxSignatureLines = 15;

struct Line {
  absl::string_view raw;      // as it is
  absl::string_view content;  // without marks of quotation and blanks around it
  bool quoted = false;
  bool ours = false;  // the mail program's or our own, not the author's

  bool IsAuthors() const { return !quoted && !ours; }
  bool IsBlank() const { return content.empty(); }
};
using Lines = std::vector<Line>;

Line ReadLine(absl::string_view raw) {
  Line line{.raw = raw, .content = absl::StripAsciiWhitespace(raw)};
  while (absl::ConsumePrefix(&line.content, ">")) {
    line.quoted = true;
    line.content = absl::StripLeadingAsciiWhitespace(line.content);
  }
  return line;
}

Lines ReadLines(absl::string_view text) {
  Lines lines;
  for (absl::string_view raw : absl::StrSplit(text, '\n')) lines.push_back(ReadLine(raw));
  return lines;
}

bool Matches(absl::string_view text, const RE2& pattern) {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

bool Finds(absl::string_view text, const RE2& pattern) {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
}

// --- Our own marker ------------------------------------------------------------------------------

using Words = std::vector<std::string>;

const std::vector<Words>& MarkersWords() {
  static const auto* const kWords =
      new std::vector<Words>{FoldedWords(ReplyMarkerGreek()), FoldedWords(ReplyMarkerEnglish())};
  return *kWords;
}

// The words of a line, none of one that is too long to be compared.
Words WordsOf(const Line& line) {
  return line.content.size() > kMaxFormLine ? Words() : FoldedWords(line.content);
}

// How many lines from `begin` on are the marker of these words and nothing else; 0: they are not.
std::size_t LinesOfMarker(const Lines& lines, std::size_t begin, const Words& marker) {
  std::size_t matched = 0;
  const std::size_t end = std::min(lines.size(), begin + kMaxWrapped);
  for (std::size_t i = begin; i < end; ++i) {
    const Words words = WordsOf(lines[i]);
    if (words.empty() || words.size() > marker.size() - matched) return 0;
    if (!std::equal(words.begin(), words.end(),
                    marker.begin() + static_cast<std::ptrdiff_t>(matched)))
      return 0;
    matched += words.size();
    if (matched == marker.size()) return i + 1 - begin;
  }
  return 0;
}

std::size_t LinesOfMarker(const Lines& lines, std::size_t begin) {
  for (const Words& marker : MarkersWords()) {
    const std::size_t count = LinesOfMarker(lines, begin, marker);
    if (count > 0) return count;
  }
  return 0;
}

// Where the marker stands in a line with something else, as in a text that has lost its line
// breaks.
std::size_t MarkerInside(const Line& line) {
  return std::min(line.content.find(ReplyMarkerGreek()), line.content.find(ReplyMarkerEnglish()));
}

// A quoted marker needs no cut: the quoted lines below it go anyway, and the others are the
// author's.
// Returns whether it has cut.
bool CutAtMarker(Lines& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t count = LinesOfMarker(lines, i);
    if (count == 0 && !lines[i].quoted && MarkerInside(lines[i]) != absl::string_view::npos) {
      lines[i].content =
          absl::StripAsciiWhitespace(lines[i].content.substr(0, MarkerInside(lines[i])));
      lines[i].raw = lines[i].content;
      lines.resize(i + 1);
      return true;
    }
    if (count > 0 && !lines[i].quoted) {
      lines.resize(i);
      return true;
    }
    for (std::size_t k = i; k < i + count; ++k) lines[k].ours = true;
  }
  return false;
}

// --- What announces the original -----------------------------------------------------------------

// Lines [begin of it, end) announce an original.
struct Heading {
  std::size_t end = 0;
  bool certain = false;  // also where what follows is not quoted with ">"
  bool attribution = false;
};

std::size_t NextWithText(const Lines& lines, std::size_t i) {
  while (i < lines.size() && lines[i].IsBlank()) ++i;
  return i;
}

bool MayBeForm(const Line& line) {
  return line.IsAuthors() && !line.IsBlank() && line.content.size() <= kMaxFormLine;
}

enum class HeaderField : std::uint8_t { kFrom, kDate, kTo, kSubject, kOther };

struct HeaderLabel {
  absl::string_view name;  // as FoldedWords has it
  HeaderField field;
};

constexpr HeaderLabel kHeaderLabels[] = {
    {"from", HeaderField::kFrom},         {"sent", HeaderField::kDate},
    {"date", HeaderField::kDate},         {"to", HeaderField::kTo},
    {"subject", HeaderField::kSubject},   {"cc", HeaderField::kOther},
    {"bcc", HeaderField::kOther},         {"importance", HeaderField::kOther},
    {"απο", HeaderField::kFrom},          {"σταλθηκε", HeaderField::kDate},
    {"εσταλη", HeaderField::kDate},       {"απεσταλη", HeaderField::kDate},
    {"ημερομηνια", HeaderField::kDate},   {"προσ", HeaderField::kTo},
    {"θεμα", HeaderField::kSubject},      {"κοιν", HeaderField::kOther},
    {"κοινοποιηση", HeaderField::kOther}, {"σπουδαιοτητα", HeaderField::kOther},
};

// The field of a header as mail programs show it: "From: …", "*Sent:* …", "Απο: …".
std::optional<HeaderField> HeaderFieldOf(const Line& line) {
  const std::size_t colon = line.content.find(':');
  if (!MayBeForm(line) || colon > 40) return std::nullopt;
  const Words words = FoldedWords(line.content.substr(0, colon));
  if (words.size() != 1) return std::nullopt;
  for (const HeaderLabel& label : kHeaderLabels) {
    if (words.front() == label.name) return label.field;
  }
  return std::nullopt;
}

// A whole block of them. "From:" alone, or what somebody writes of a parcel's way from and to, is
// none.
std::optional<Heading> HeaderBlockAt(const Lines& lines, std::size_t begin) {
  if (begin >= lines.size() || HeaderFieldOf(lines[begin]) != HeaderField::kFrom)
    return std::nullopt;
  bool subject = false;
  bool date_or_recipient = false;
  std::size_t end = begin + 1;
  std::size_t extra = 0;
  const std::size_t limit = std::min(lines.size(), begin + kMaxHeaderLines);
  for (std::size_t i = begin + 1; i < limit; ++i) {
    if (lines[i].IsBlank()) continue;
    const std::optional<HeaderField> field = HeaderFieldOf(lines[i]);
    if (!field.has_value()) {
      if (lines[i - 1].IsBlank() || ++extra > kMaxHeaderExtraLines) break;
      continue;  // recipients go on
    }
    subject |= field == HeaderField::kSubject;
    date_or_recipient |= field == HeaderField::kDate || field == HeaderField::kTo;
    end = i + 1;
  }
  if (!subject || !date_or_recipient) return std::nullopt;
  return Heading{.end = end, .certain = true};
}

bool IsOriginalMessageLine(const Line& line) {
  static const auto* const kNames = new std::vector<Words>{
      {"original", "message"},   {"original", "e", "mail"},         {"original", "email"},
      {"αρχικο", "μηνυμα"},      {"forwarded", "message"},          {"προωθημενο", "μηνυμα"},
      {"προωθουμενο", "μηνυμα"}, {"begin", "forwarded", "message"}, {"μηνυμα", "που", "προωθηθηκε"},
  };
  if (line.content.size() > 120) return false;
  if (!absl::StrContains(line.content, "--") && !absl::EndsWith(line.content, "message:"))
    return false;
  const Words words = WordsOf(line);
  return std::ranges::find(*kNames, words) != kNames->end();
}

// The line that Outlook draws above the headers.
bool IsRule(const Line& line) {
  return line.content.size() >= 10 &&
         line.content.find_first_not_of(line.content.front()) == absl::string_view::npos &&
         absl::StrContains("_-", line.content.substr(0, 1));
}

std::optional<Heading> SeparatorAt(const Lines& lines, std::size_t begin) {
  const bool original = IsOriginalMessageLine(lines[begin]);
  if (!original && !IsRule(lines[begin])) return std::nullopt;
  const std::optional<Heading> block = HeaderBlockAt(lines, NextWithText(lines, begin + 1));
  if (block.has_value()) return block;
  if (!original) return std::nullopt;
  return Heading{.end = begin + 1, .certain = true};
}

// "On <when>, <who> wrote:" in the order of words of each program. When is told to the minute or
// with the year: a customer who writes "On Monday she wrote:" means something else.
bool IsAttribution(absl::string_view line) {
  static const RE2 kWrote(
      R"((?i)^[*_ ]{0,3}(on|στις|στίς|την|τη|το|στο)\s.{0,40}\d.*(wrote|έγραψε|έγραψαν|γράφει)\s?:[*_ ]{0,3}$)");
  static const RE2 kWhen(R"(\d{1,2}[:.]\d{2}|\b(19|20)\d\d\b)");
  return Matches(line, kWrote) && Finds(line, kWhen);
}

bool BeginsAttribution(absl::string_view line) {
  static const RE2 kOpening(R"((?i)^[*_ ]{0,3}(on|στις|στίς|την|τη|το|στο)\s)");
  return Finds(line, kOpening);
}

// The same in any language: year, time and address, with a colon at the end.
bool IsForeignAttribution(absl::string_view line) {
  static const RE2 kYear(R"(\b20\d\d\b)");
  static const RE2 kTime(R"(\b\d{1,2}[:.]\d{2}\b)");
  static const RE2 kAddress(R"(<[^<>\s]+@[^<>\s]+>)");
  return absl::EndsWith(line, ":") && Finds(line, kYear) && Finds(line, kTime) &&
         Finds(line, kAddress);
}

bool HasAddress(absl::string_view line) {
  static const RE2 kAddress(R"([^\s<>@]@[^\s<>@]+\.[^\s<>@])");
  return Finds(line, kAddress);
}

// The end of an attribution that begins here, which may be wrapped; `line` gets it in one piece.
std::optional<std::size_t> EndOfAttribution(const Lines& lines, std::size_t begin,
                                            std::string& line) {
  line.clear();
  if (!BeginsAttribution(lines[begin].content)) return std::nullopt;
  const std::size_t limit = std::min(lines.size(), begin + kMaxWrapped);
  for (std::size_t i = begin; i < limit && MayBeForm(lines[i]); ++i) {
    absl::StrAppend(&line, i > begin ? " " : "", lines[i].content);
    if (line.size() > kMaxFormLine) return std::nullopt;
    if (IsAttribution(line)) return i + 1;
  }
  return std::nullopt;
}

std::optional<Heading> AttributionAt(const Lines& lines, std::size_t begin) {
  if (IsForeignAttribution(lines[begin].content))
    return Heading{.end = begin + 1, .certain = true, .attribution = true};
  std::string line;
  const std::optional<std::size_t> end = EndOfAttribution(lines, begin, line);
  if (!end.has_value()) return std::nullopt;
  // The author's own line, which stands right above and begins with the same word, is none of it.
  std::string rest;
  for (std::size_t i = begin + 1; i < *end; ++i) {
    if (EndOfAttribution(lines, i, rest) == end) return std::nullopt;
  }
  return Heading{.end = *end, .certain = HasAddress(line), .attribution = true};
}

std::optional<Heading> HeadingAt(const Lines& lines, std::size_t begin) {
  if (!MayBeForm(lines[begin])) return std::nullopt;
  if (const auto separator = SeparatorAt(lines, begin)) return separator;
  if (const auto block = HeaderBlockAt(lines, begin)) return block;
  return AttributionAt(lines, begin);
}

enum class Original : std::uint8_t {
  kQuoted,   // with ">", or gone
  kPlain,    // it is all that follows
  kNotThere  // what looked like its announcement is the author's
};

// `last_quoted`: the last line that is quoted, or 0. `cut`: something followed the last line.
Original WhatFollows(const Lines& lines, const Heading& heading, std::size_t last_quoted,
                     bool cut) {
  const std::size_t next = NextWithText(lines, heading.end);
  if (next < lines.size() ? !lines[next].IsAuthors() : cut) return Original::kQuoted;
  // An answer right below the announcement, above the first quoted line.
  if (heading.attribution && heading.certain && last_quoted > next) return Original::kQuoted;
  return heading.certain ? Original::kPlain : Original::kNotThere;
}

void LeaveOutOriginals(Lines& lines, bool cut) {
  const auto quoted =
      std::find_if(lines.rbegin(), lines.rend(), [](const Line& line) { return line.quoted; });
  const auto last_quoted = static_cast<std::size_t>(lines.rend() - quoted);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::optional<Heading> heading = HeadingAt(lines, i);
    if (!heading.has_value()) continue;
    const Original original = WhatFollows(lines, *heading, last_quoted, cut);
    if (original == Original::kNotThere) continue;
    if (original == Original::kPlain) return lines.resize(i);
    for (; i < heading->end; ++i) lines[i].ours = true;
    --i;
  }
}

// --- Signatures ----------------------------------------------------------------------------------

// What telephones and programs add at the end of a message.
bool IsProgramsSignature(absl::string_view line) {
  static const RE2 kLine(
      R"((?i)(sent from my (iphone|ipad|ipod|phone|mobile|tablet|android|blackberry|(samsung |huawei |xiaomi |nokia |oneplus )?(galaxy|device|phone|smartphone|samsung|huawei|xiaomi|redmi|nokia|oneplus|pixel))( \S+){0,4}|)"
      R"(sent from (yahoo|outlook|mail|gmail|samsung|aol|proton|windows|workspace|bluemail|k-9)( \S+){0,6}|)"
      R"(sent (with|via|using) (the )?(proton|bluemail|spark|gmail|outlook|yahoo|mailbird|airmail|canary|edison|gmx|samsung)( \S+){0,6}|)"
      R"(get outlook for .{1,100}|)"
      R"((στάλθηκε|εστάλη|απεστάλη|απεσταλμένο|αποστολή) (από|με|μέσω) (το |τη |την |τον )?(iphone|ipad|κινητό|κινητό τηλέφωνο|τηλέφωνο|συσκευή|smartphone|tablet|galaxy|samsung|huawei|xiaomi|android|outlook|yahoo|mail|gmail|proton|ταχυδρομείο)( (μου|για|σε|του|της|android|ios|iphone|ipad|windows|mail|galaxy|samsung|huawei|xiaomi|redmi|yahoo|a\d+|s\d+|\d+)){0,5}|)"
      R"((λήψη του|κατεβάστε το|αποκτήστε το|λήψη) outlook (για|from) .{1,100}))"
      R"(\s*(<[^<>]*>)?\s*[.!]?)");
  return line.size() <= 200 && Matches(line, kLine);
}

// The end of the author's lines that begin at `begin`.
std::size_t EndOfRun(const Lines& lines, std::size_t begin) {
  while (begin < lines.size() && lines[begin].IsAuthors()) ++begin;
  return begin;
}

void LeaveOutBelowDashes(Lines& lines, std::size_t begin, std::size_t end) {
  int below = 0;
  for (std::size_t i = end; i-- > begin && below <= kMaxSignatureLines;) {
    if (lines[i].content == "--" && (lines[i].raw == "-- " || lines[i].raw == "--")) {
      for (std::size_t k = i; k < end; ++k) lines[k].ours = true;
      return;
    }
    if (!lines[i].IsBlank()) ++below;
  }
}

void LeaveOutProgramsSignature(Lines& lines, std::size_t begin, std::size_t end) {
  while (end > begin) {
    Line& last = lines[--end];
    if (last.IsBlank() || last.ours) continue;
    if (!IsProgramsSignature(last.content)) return;
    last.ours = true;
  }
}

void LeaveOutSignatures(Lines& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t end = EndOfRun(lines, i);
    LeaveOutBelowDashes(lines, i, end);
    LeaveOutProgramsSignature(lines, i, end);
    i = end;
  }
}

// --- What is left --------------------------------------------------------------------------------

std::string Joined(const Lines& lines) {
  std::string text;
  bool gap = false;
  for (const Line& line : lines) {
    if (!line.IsAuthors() || line.IsBlank()) {
      gap = true;
      continue;
    }
    if (!text.empty()) absl::StrAppend(&text, gap ? "\n\n" : "\n");
    absl::StrAppend(&text, absl::StripTrailingAsciiWhitespace(line.raw));
    gap = false;
  }
  return text;
}

}  // namespace

std::string ReplyText(absl::string_view text) {
  Lines lines = ReadLines(text);
  const bool cut = CutAtMarker(lines);
  LeaveOutOriginals(lines, cut);
  LeaveOutSignatures(lines);
  return std::string(absl::StripAsciiWhitespace(Joined(lines)));
}

}  // namespace ipstore::orders
