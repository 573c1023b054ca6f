#include "client/orderctl/input.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <streambuf>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace ipstore::orders::client {
namespace {

std::string ReadAll(std::istream& stream) {
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

absl::StatusOr<Input> OpenInput(const std::string& path) {
  // Nobody else's: not to be deleted.
  if (path == "-") return Input{.stream = {&std::cin, [](std::istream*) {}}, .bytes = std::nullopt};
  // A folder opens like a file and then reads as an empty one.
  if (std::filesystem::is_directory(path)) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be read: it is a folder"));
  }
  auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!*file) {
    return absl::NotFoundError(absl::StrCat(path, " cannot be read: ", std::strerror(errno)));
  }
  Input input{.stream = std::move(file), .bytes = std::nullopt};
  std::error_code not_a_file;  // a pipe, for example
  if (const auto size = std::filesystem::file_size(path, not_a_file); !not_a_file)
    input.bytes = size;
  return input;
}

std::optional<LineReader::Line> LineReader::Next() {
  using Traits = std::istream::traits_type;
  Line line{.number = number_ + 1};
  std::streambuf& buffer = *stream_.rdbuf();
  int next = buffer.sbumpc();
  if (next == Traits::eof()) return std::nullopt;
  for (; next != Traits::eof(); next = buffer.sbumpc()) {
    ++bytes_read_;
    if (next == '\n') break;
    line.too_long = line.text.size() == max_bytes_;
    if (!line.too_long) line.text.push_back(Traits::to_char_type(next));
  }
  if (!line.text.empty() && line.text.back() == '\r') line.text.pop_back();
  ++number_;
  return line;
}

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  absl::StatusOr<Input> input = OpenInput(path);
  if (!input.ok()) return input.status();
  return ReadAll(*input->stream);
}

}  // namespace ipstore::orders::client
