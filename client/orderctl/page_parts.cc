#include "client/orderctl/page_parts.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "client/orderctl/columns.h"
#include "client/orderctl/time_text.h"

namespace ipstore::orders::client {

Facts::Facts(const Reader& reader)
    : reader_(reader), table_({{}, {"", Column::Align::kLeft, /*wraps=*/true}}) {}

void Facts::Add(Phrase name, absl::string_view value) {
  if (value.empty()) return;
  table_.AddRow({{std::string(name.In(reader_.language)), Tone::kFaint}, {std::string(value)}});
}

void Facts::AddEach(Phrase name, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    Add(name, value);
    name = {"", ""};
  }
}

void Facts::AddTime(Phrase name, bool known, const google::protobuf::Timestamp& time) {
  if (known) Add(name, FormatTime(time, reader_.zone, reader_.language));
}

std::string Joined(std::vector<std::string> parts, absl::string_view separator) {
  parts.erase(std::remove(parts.begin(), parts.end(), ""), parts.end());
  return absl::StrJoin(parts, separator);
}

std::string PageHead(absl::string_view title, absl::string_view status, absl::string_view meaning,
                     const Reader& reader) {
  std::string rule;
  for (int i = 0; i < DisplayWidth(title); ++i) rule += "═";
  std::string out = absl::StrCat(reader.style.Paint(title, Tone::kStrong), "\n", rule, "\n",
                                 reader.style.Paint(Printable(status), Tone::kStatus), "\n");
  for (const std::string& line : Wrap(Printable(meaning), reader.width))
    absl::StrAppend(&out, line, "\n");
  return absl::StrCat(out, "\n");
}

}  // namespace ipstore::orders::client
