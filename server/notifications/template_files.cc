#include "server/notifications/template_files.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "domain/validate.h"

namespace ipstore::orders {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr absl::string_view kByteOrderMark = "\xEF\xBB\xBF";

absl::Status Unreadable(const std::filesystem::path& path, const std::error_code& error) {
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot read ", path.string()));
}

// Where the first bytes that are no UTF-8 stand.
int LineOfBadBytes(absl::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!IsUtf8(text.substr(0, end))) return line;
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line;
  }
  return line;
}

absl::Status Unusable(const std::filesystem::path& path, int line, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path.string(), ":", line, ": ", what));
}

// What is there but is no file, a device for instance, may have no end.
bool IsNoFile(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

absl::StatusOr<std::string> ReadText(const std::filesystem::path& path) {
  if (IsNoFile(path)) return Unusable(path, 1, "this is no regular file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Unreadable(path, {errno, std::generic_category()});
  std::string bytes(kMaxBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return Unreadable(path, {EIO, std::generic_category()});
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kMaxBytes) return Unusable(path, 1, "the file is larger than 1 MiB");
  const absl::string_view text = absl::StripPrefix(bytes, kByteOrderMark);
  if (IsUtf8(text)) return std::string(text);
  return Unusable(path, LineOfBadBytes(text), "the text is not in UTF-8");
}

bool IsHidden(const std::filesystem::path& path) {
  return absl::string_view(path.filename().native()).substr(0, 1) == ".";
}

// Also of a folder, which is then a mistake.
bool IsNamedAsTemplate(const std::filesystem::path& path) {
  return path.extension() == ".mustache";
}

// All files below `folder` but hidden ones, by name; with folders that are named as files.
absl::StatusOr<std::vector<std::filesystem::path>> FilesBelow(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(
      folder, std::filesystem::directory_options::follow_directory_symlink, error);
  while (!error && entry != std::filesystem::recursive_directory_iterator()) {
    const bool is_folder = entry->is_directory(error);
    const bool is_hidden = IsHidden(entry->path());
    const bool is_file = !is_hidden && (!is_folder || IsNamedAsTemplate(entry->path()));
    if (is_file) files.push_back(entry->path());
    if (is_file || is_hidden) entry.disable_recursion_pending();
    if (!error) entry.increment(error);
  }
  if (error) return Unreadable(folder, error);
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

absl::StatusOr<TemplateFiles> TemplateFiles::Read(absl::string_view directory) {
  TemplateFiles templates;
  for (const BuiltInTemplate& built_in : BuiltInTemplates()) {
    const std::string name(built_in.name);
    templates.files_[name] = {name, std::string(built_in.text)};
  }
  if (directory.empty()) return templates;

  const std::filesystem::path folder{std::string(directory)};
  absl::StatusOr<std::vector<std::filesystem::path>> paths = FilesBelow(folder);
  if (!paths.ok()) return paths.status();
  for (const std::filesystem::path& path : *paths) {
    const auto replaced = templates.files_.find(path.lexically_relative(folder).generic_string());
    if (replaced == templates.files_.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path.string(), ": there is no template of this name"));
    }
    absl::StatusOr<std::string> text = ReadText(path);
    if (!text.ok()) return text.status();
    replaced->second = {path.string(), *std::move(text)};
  }
  return templates;
}

const TemplateFile* TemplateFiles::Find(Language language, absl::string_view name,
                                        TemplateFormat format) const {
  const absl::string_view suffix =
      format == TemplateFormat::kHtml ? ".html.mustache" : ".txt.mustache";
  const auto found = files_.find(absl::StrCat(Name(language), "/", name, suffix));
  return found == files_.end() ? nullptr : &found->second;
}

}  // namespace ipstore::orders
