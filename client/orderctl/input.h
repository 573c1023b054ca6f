// Reads what the command line names.
#ifndef IPSTORE_ORDERS_CLIENT_ORDERCTL_INPUT_H_
#define IPSTORE_ORDERS_CLIENT_ORDERCTL_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace ipstore::orders::client {

// A file, or stdin for "-", to be read piece by piece. `bytes` is nothing where it is not known how
// much there is.
struct Input {
  std::shared_ptr<std::istream> stream;
  std::optional<std::uint64_t> bytes;
};
// NOT_FOUND with one sentence when it cannot be read.
absl::StatusOr<Input> OpenInput(const std::string& path);

// Takes a text apart into its lines, without holding more of it than one.
class LineReader {
 public:
  struct Line {
    std::int64_t number = 0;  // from 1
    std::string text;         // without its end; of a line that is too long only its beginning
    bool too_long = false;
  };

  // `stream` is borrowed.
  LineReader(std::istream& stream, std::size_t max_bytes)
      : stream_(stream), max_bytes_(max_bytes) {}

  // The next line, or nothing at the end. Blocks.
  std::optional<Line> Next();

  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::istream& stream_;
  std::size_t max_bytes_;
  std::int64_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

// The whole of a file, or of stdin for "-". NOT_FOUND with one sentence when it cannot be read.
// Blocks.
absl::StatusOr<std::string> ReadInput(const std::string& path);

}  // namespace ipstore::orders::client

#endif  // IPSTORE_ORDERS_CLIENT_ORDERCTL_INPUT_H_
