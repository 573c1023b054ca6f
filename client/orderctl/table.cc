#include "client/orderctl/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/orderctl/columns.h"

namespace ipstore::orders::client {
namespace {

constexpr int kGap = 2;
// A wrapping column does not get narrower than this: words would stand alone.
constexpr int kMinWrapped = 16;

std::string Pad(const std::string& text, int width, Column::Align align) {
  return align == Column::Align::kLeft ? PadRight(text, width) : PadLeft(text, width);
}

}  // namespace

void Table::AddRow(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<int> Table::Widths(int max_width) const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i].text));
    widths.push_back(width);
  }
  const int gaps = kGap * static_cast<int>(columns_.size() - 1);
  const int excess = std::accumulate(widths.begin(), widths.end(), gaps) - max_width;
  const auto wrapping =
      std::find_if(columns_.begin(), columns_.end(), [](const Column& c) { return c.wraps; });
  if (excess > 0 && wrapping != columns_.end()) {
    int& width = widths[static_cast<std::size_t>(wrapping - columns_.begin())];
    width = std::max(width - excess, std::min(width, kMinWrapped));
  }
  return widths;
}

void Table::RenderRow(const std::vector<Cell>& cells, const std::vector<int>& widths,
                      const Style& style, std::string& out) const {
  std::vector<std::vector<std::string>> cell_lines;
  std::size_t height = 1;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cell_lines.push_back(columns_[i].wraps ? Wrap(cells[i].text, widths[i])
                                           : std::vector<std::string>{cells[i].text});
    height = std::max(height, cell_lines.back().size());
  }
  for (std::size_t line = 0; line < height; ++line) {
    std::string text;
    // Blanks wait until something follows them, so that no line ends with any.
    std::string blanks;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string& part = line < cell_lines[i].size() ? cell_lines[i][line] : "";
      const std::string padded = Pad(part, widths[i], columns_[i].align);
      const std::string bare(absl::StripTrailingAsciiWhitespace(padded));
      if (!bare.empty()) absl::StrAppend(&text, blanks, style.Paint(bare, cells[i].tone));
      if (!bare.empty()) blanks.clear();
      blanks.append(padded.size() - bare.size() + kGap, ' ');
    }
    absl::StrAppend(&out, text, "\n");
  }
}

std::string Table::Render(const Style& style, int max_width) const {
  const std::vector<int> widths = Widths(max_width);
  std::string out;
  std::vector<Cell> titles;
  for (const Column& column : columns_) titles.push_back({column.title, Tone::kFaint});
  if (std::any_of(titles.begin(), titles.end(), [](const Cell& c) { return !c.text.empty(); })) {
    RenderRow(titles, widths, style, out);
  }
  for (const auto& row : rows_) RenderRow(row, widths, style, out);
  return out;
}

}  // namespace ipstore::orders::client
