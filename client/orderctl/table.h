// Tables whose columns stand under each other whatever the script.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_TABLE_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_TABLE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/orderctl/style.h"

namespace ipstore::orders::client {

struct Column {
  enum class Align { kLeft, kRight };

  std::string title;
  Align align = Align::kLeft;
  // Broken into several lines when the table is too wide; of several such columns the widest first.
  bool wraps = false;
};

// Text that is made Printable when it enters a table.
struct Cell {
  std::string text;
  Tone tone = Tone::kPlain;
};

// A value type. Fill it row by row, then render it.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // Adds a row with one cell for each column; those that are missing are empty.
  void AddRow(std::vector<Cell> cells);

  // Puts a line of its own under the row that was added last, which there must be: slightly
  // indented, over all columns, never broken, and without a say in how wide they are.
  void AddNote(Cell note);

  bool empty() const { return rows_.empty(); }

  // The table in lines that end with a newline, without blanks at their ends: the titles, unless
  // all are empty, then the rows. As wide as its contents need, but no wider than `max_width` as
  // long as wrapping columns can give way: words stay whole, and what stands behind them stays
  // under its title.
  std::string Render(const Style& style, int max_width) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::optional<Cell> note;
  };

  std::vector<int> Widths(int max_width) const;
  int LeastWidth(std::size_t column, int width) const;
  void RenderRow(const std::vector<Cell>& cells, const std::vector<int>& widths, const Style& style,
                 std::string& out) const;

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_TABLE_H_
