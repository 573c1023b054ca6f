#include "client/orderctl/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/orderctl/columns.h"

namespace ipstore::orders::client {
namespace {

constexpr int kGap = 2;
// A wrapping column does not get narrower than this: words would stand alone.
constexpr int kMinWrapped = 16;

std::string Pad(const std::string& text, int width, Column::Align align) {
  return align == Column::Align::kLeft ? PadRight(text, width) : PadLeft(text, width);
}

int LongestWord(absl::string_view text) {
  int longest = 0;
  for (absl::string_view word : absl::StrSplit(text, ' '))
    longest = std::max(longest, DisplayWidth(word));
  return longest;
}

// The widest of the columns that can still give way, or nullptr.
int* Widest(std::vector<int>& widths, const std::vector<int>& least) {
  int* widest = nullptr;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] > least[i] && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
  }
  return widest;
}

}  // namespace

void Table::AddRow(std::vector<Cell> cells) {
  cells.resize(columns_.size());
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  rows_.push_back({.cells = std::move(cells), .note = std::nullopt});
}

void Table::AddNote(Cell note) {
  note.text = Printable(note.text);
  rows_.back().note = std::move(note);
}

std::vector<int> Table::Widths(int max_width) const {
  std::vector<int> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    int width = DisplayWidth(columns_[i].title);
    for (const Row& row : rows_) width = std::max(width, DisplayWidth(row.cells[i].text));
    widths.push_back(width);
  }
  std::vector<int> least;
  for (std::size_t i = 0; i < columns_.size(); ++i) least.push_back(LeastWidth(i, widths[i]));
  const int gaps = kGap * static_cast<int>(columns_.size() - 1);
  int excess = std::accumulate(widths.begin(), widths.end(), gaps) - max_width;
  for (int* widest = Widest(widths, least); excess > 0 && widest != nullptr;
       widest = Widest(widths, least)) {
    --*widest;
    --excess;
  }
  return widths;
}

// How narrow a column that needs `width` may become.
int Table::LeastWidth(std::size_t column, int width) const {
  if (!columns_[column].wraps) return width;
  int least = std::min(width, kMinWrapped);
  // Nothing stands behind the last one that a long word could push away.
  if (column + 1 == columns_.size()) return least;
  for (const Row& row : rows_) least = std::max(least, LongestWord(row.cells[column].text));
  return least;
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
  for (const Row& row : rows_) {
    RenderRow(row.cells, widths, style, out);
    if (row.note.has_value()) {
      absl::StrAppend(&out, std::string(kGap, ' '), style.Paint(row.note->text, row.note->tone),
                      "\n");
    }
  }
  return out;
}

}  // namespace ipstore::orders::client
